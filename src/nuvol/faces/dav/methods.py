"""The methods that move content and nodes (RFC 4918 §9)."""

from functools import partial
from typing import Any

from nuvol.core.cloud import Cloud
from nuvol.errors import Malformed, WrongKind
from nuvol.faces.dav import resources
from nuvol.faces.dav.listings import index
from nuvol.faces.doorkeeper import admit
from nuvol.faces.downloads import download
from nuvol.faces.http import Answer, Request, look, run
from nuvol.faces.receiving import receive
from nuvol.model.accounts import Actor
from nuvol.model.nodes import Node
from nuvol.wire import dav, dav_requests, preconditions
from nuvol.wire.dav import Declined
from nuvol.wire.preconditions import INFINITY


async def options(request: Request, cloud: Cloud, actor: Actor) -> Answer:
    return Answer(
        200,
        [("DAV", "1, 2, 3"), ("Allow", ", ".join(dav.METHODS)), ("MS-Author-Via", "DAV"), ("Accept-Ranges", "bytes")],
    )


async def get(request: Request, cloud: Cloud, actor: Actor) -> Answer:
    path = resources.path(request)
    try:
        reading = await look(cloud.reads.at, actor, path)
    except WrongKind:
        return await index(cloud, actor, path)
    return await download(request, reading, headers=_names_of(reading.node), still=partial(admit, request, cloud))


async def put(request: Request, cloud: Cloud, actor: Actor) -> Answer:
    path = resources.path(request)
    if request.headers.get("content-range") is not None:
        raise Malformed("A part of a file cannot be put here (RFC 9110 §14.4).")
    if not path or request.target.endswith("/"):
        raise Declined(405, "This is the address of a folder.")
    parent_id, name = await look(cloud.tree.spot, actor, path)
    try:
        written = await receive(request, cloud, actor, parent_id, name, _how(request))
    except WrongKind:
        place = await look(cloud.tree.place, actor, path)  # raises when it is the parent that is no folder
        raise Declined(405, f"“{place.name}” is a folder.") from None
    fields = [("ETag", written.node.etag), *_names_of(written.node)]
    if request.headers.get("x-oc-mtime") is not None:
        fields.append(("X-OC-MTime", "accepted"))
    return Answer(201 if written.created else 204, fields)


def _how(request: Request) -> dict[str, Any]:
    """What the header says about the content."""
    headers = request.headers
    return {
        "guard": resources.guard(request),
        "mime": dav_requests.media_type(headers.get("content-type")),
        "modified_at": _mtime(request),
        "checksums": _checksums(headers.get("oc-checksum")),
    }


def _checksums(stated: str | None) -> dict[str, str]:
    """What a client states is compared; a client that states any later compares by SHA1 or MD5, as ownCloud keeps
    both."""
    found = dav_requests.checksum(stated)
    return {"SHA1": "", "MD5": "", **found} if found else {}


def _mtime(request: Request) -> int | None:
    """Microseconds of the modification time that ownCloud's clients and rclone send along."""
    text = request.headers.get("x-oc-mtime")
    if text is None:
        return None
    found = dav_requests.seconds(text)
    if found is None:
        raise Malformed(f"X-OC-Mtime is a number of seconds since 1970, not {text!r}.")
    return found


def _names_of(node: Node) -> list[tuple[str, str]]:
    """The entity tag and the id under the names that ownCloud's clients read."""
    return [("OC-ETag", node.etag), ("OC-FileId", str(node.id))]


async def delete(request: Request, cloud: Cloud, actor: Actor) -> Answer:
    node = await look(cloud.tree.resolve, actor, resources.path(request))
    _whole(request, node)
    await run(cloud.tree.trash, actor, node.id, guard=resources.guard(request))
    return Answer(204)


async def mkcol(request: Request, cloud: Cloud, actor: Actor) -> Answer:
    path = resources.path(request)
    if await request.body():
        raise Declined(415, "A new folder is made without a body.")
    if not path:
        raise Declined(405, "The root folder is there already.")
    place = await look(cloud.tree.place, actor, path)
    node = await run(
        cloud.tree.create_folder,
        actor,
        place.parent.id,
        place.name,
        guard=resources.guard(request),
        modified_at=_mtime(request),
    )
    return Answer(201, [("OC-FileId", str(node.id))])


async def copy(request: Request, cloud: Cloud, actor: Actor) -> Answer:
    node, parent_id, name = await _from_and_to(request, cloud, actor)
    depth = preconditions.depth(request.headers, INFINITY)
    if depth == 1:
        raise Malformed("The depth of a COPY is 0 or infinity (RFC 4918 §9.8.3).")
    guard = resources.guard(request)
    copied = await run(cloud.copies.copy, actor, node.id, parent_id, name, guard=guard, deep=depth == INFINITY)
    return Answer(204 if copied.replaced else 201)


async def move(request: Request, cloud: Cloud, actor: Actor) -> Answer:
    node, parent_id, name = await _from_and_to(request, cloud, actor)
    _whole(request, node)
    guard = resources.guard(request)
    moved = await run(cloud.tree.move, actor, node.id, parent_id, name, guard=guard)
    return Answer(204 if moved.replaced else 201)


async def _from_and_to(request: Request, cloud: Cloud, actor: Actor) -> tuple[Node, int, str]:
    source, target = resources.path(request), resources.destination(request)

    node = await look(cloud.tree.resolve, actor, source)
    parent_id, name = await look(cloud.tree.spot, actor, target)
    if source == target:
        raise Declined(403, "Source and destination are the same.")
    return node, parent_id, name


def _whole(request: Request, node: Node) -> None:
    """A folder is deleted and moved with all that is in it (RFC 4918 §9.6.1, §9.9.2)."""
    if node.is_folder and preconditions.depth(request.headers, INFINITY) != INFINITY:
        raise Malformed(f"The depth of a {request.method} of a folder is infinity.")
