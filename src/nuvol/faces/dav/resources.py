"""From addresses below /dav/files/ to paths of nodes, and back."""

from nuvol.errors import BadName, NodeMissing
from nuvol.faces.http import Request, decoded
from nuvol.model.nodes import Guard
from nuvol.wire import dav, preconditions
from nuvol.wire.dav import Declined

PREFIX = "/dav/files/"
"""The caller's own root."""


def path(request: Request) -> str:
    """The path of the node that a request is about; the root is "". Raises Malformed, BadName, NodeMissing."""
    found = _below_prefix(request.target)
    if found is None:
        raise NodeMissing("There is nothing at this address.", advice=f"Files are below {PREFIX}.")
    return found


def href(path: str, is_folder: bool) -> str:
    return dav.href(PREFIX, path, is_folder)


def guard(request: Request) -> Guard:
    return preconditions.guard(request.headers, locate)


def locate(address: str) -> str | None:
    """The path of a node from its address in a header; None when it is no file of ours. The host is not compared:
    a proxy before us may have changed it, and nobody asks us about others."""
    found = preconditions.address(address)
    return None if found is None else _below_prefix(found.path)


def destination(request: Request) -> str:
    """The path that COPY and MOVE go to. Raises Malformed, BadName, Declined (another server, another face)."""
    found = preconditions.destination(request.headers)
    if found.host not in (None, preconditions.plain_host(request.host, request.scheme)):
        raise Declined(502, "The destination is on another server.")
    path = _below_prefix(found.path)
    if path is None:
        raise Declined(403, f"The destination is not below {PREFIX}.")
    return path


def _below_prefix(address: str) -> str | None:
    if not f"{address}/".startswith(PREFIX):
        return None
    names = [decoded(part) for part in address[len(PREFIX) :].split("/") if part]
    for name in names:
        if "/" in name or name in (".", ".."):
            raise BadName(f"“{name}” is not a name.")
    return "/".join(names)
