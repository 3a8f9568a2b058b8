"""The words of WebDAV (RFC 4918): how XML is written, and how each error is answered."""

import math
import re
from collections.abc import Iterable
from html import escape
from http import HTTPStatus
from urllib.parse import quote

from nuvol.errors import (
    Busy,
    CloudError,
    Conflict,
    Locked,
    LockMissing,
    Malformed,
    Missing,
    NameTaken,
    NotAdmitted,
    PreconditionFailed,
    QuotaExceeded,
    Refused,
    StoreFull,
    TooLarge,
    TooManyAttempts,
    Unable,
)

DAV = "{DAV:}"
OWNCLOUD = "{http://owncloud.org/ns}"
MICROSOFT = "{urn:schemas-microsoft-com:}"

XML = "application/xml; charset=utf-8"
PROLOG = '<?xml version="1.0" encoding="utf-8"?>\n'
NAMESPACES = 'xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"'
"""`d:` and `oc:` mean these in everything below."""

METHODS = (
    "OPTIONS",
    "GET",
    "HEAD",
    "PUT",
    "DELETE",
    "MKCOL",
    "COPY",
    "MOVE",
    "PROPFIND",
    "PROPPATCH",
    "LOCK",
    "UNLOCK",
    "REPORT",
)

Reply = tuple[int, list[tuple[str, str]], bytes]
"""Status, header fields, body."""


# --------------------------------------------------------------------------------------------------- writing

_PLAIN = re.compile("[^&<>\x00-\x1f\ud800-\udfff\ufffe\uffff]*").fullmatch
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def text(value: str) -> str:
    """Text of an element. What XML 1.0 cannot carry at all is left out (§2.2: most control characters)."""
    return value if _PLAIN(value) else escape(_UNFIT.sub("", value), quote=False).replace("\r", "&#13;")


def empty(name: str) -> str:
    """An empty element of the name "{namespace}local"."""
    namespace, _, local = name.rpartition("}")
    if not namespace:
        return f"<{local}/>"
    prefix = {DAV: "d", OWNCLOUD: "oc"}.get(namespace + "}")
    if prefix is not None:
        return f"<{prefix}:{local}/>"
    return f'<x:{local} xmlns:x="{escape(namespace[1:])}"/>'


def href(prefix: str, path: str, is_folder: bool) -> str:
    """The address of a node: everything but unreserved characters is encoded (RFC 3986 §2.3)."""
    return prefix + quote(path, safe="/") + ("/" if is_folder and path else "")


_REASONS = {status.value: status.phrase for status in HTTPStatus}


def status_line(status: int) -> str:
    return f"<d:status>HTTP/1.1 {status} {_REASONS[status]}</d:status>"


def multistatus(*parts: str) -> bytes:
    return "".join((MULTISTATUS, *parts, MULTISTATUS_END)).encode()


MULTISTATUS = f"{PROLOG}<d:multistatus {NAMESPACES}>\n"
MULTISTATUS_END = "</d:multistatus>\n"


def propstats(href: str, parts: Iterable[tuple[int, str, str]]) -> str:
    """The response about the properties of one resource: (status, elements, element of §16 or nothing) each."""
    written = "".join(
        f"<d:propstat><d:prop>{elements}</d:prop>{status_line(status)}{_error(condition)}</d:propstat>"
        for status, elements, condition in parts
    )
    return f"<d:response><d:href>{href}</d:href>{written}</d:response>\n"


def outcome(href: str, status: int, condition: str = "") -> str:
    """The response about one resource as a whole; `condition` is an element of §16."""
    return f"<d:response><d:href>{href}</d:href>{status_line(status)}{_error(condition)}</d:response>\n"


def _error(condition: str) -> str:
    return f"<d:error>{condition}</d:error>" if condition else ""


def index_head(title: str) -> str:
    """How the page begins that a browser gets for a folder; `index_rows` and `INDEX_END` follow."""
    return (
        f'<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>{text(title)}</title>\n'
        f"<h1>{text(title)}</h1>\n<ul>\n"
    )


def index_rows(members: Iterable[tuple[str, str]]) -> str:
    """(address, name) of the members."""
    return "".join(f'<li><a href="{address}">{text(name)}</a></li>\n' for address, name in members)


INDEX_END = "</ul>\n</html>\n"


# --------------------------------------------------------------------------------------------------- errors


class Declined(Refused):
    """A rule of WebDAV itself says no.

    `condition`: local name of the precondition or postcondition element (§16), if there is one for it.
    """

    code = "declined"
    advice = "The client asked for something that this server does not do."

    def __init__(self, status: int, message: str, condition: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.condition = condition


# An error that is not named here answers as its parent does.
STATUS: dict[type[CloudError], int] = {
    CloudError: 500,
    Missing: 404,
    Conflict: 409,
    LockMissing: 409,
    PreconditionFailed: 412,
    Locked: 423,
    Refused: 403,
    NotAdmitted: 401,
    TooManyAttempts: 429,
    QuotaExceeded: 507,
    Malformed: 400,
    TooLarge: 413,
    Unable: 500,
    StoreFull: 507,
    Busy: 503,
}

# … except when the method gives it another meaning (§9.3.1, §9.8.5, §9.9.4, §9.10.2).
STATUS_OF: dict[tuple[str, type[CloudError]], int] = {
    ("MKCOL", NameTaken): 405,
    ("COPY", NameTaken): 412,
    ("MOVE", NameTaken): 412,
    ("LOCK", LockMissing): 412,
}

# Elements of §16 and RFC 4331 §6.
CONDITION: dict[type[CloudError], str] = {
    Locked: "lock-token-submitted",
    LockMissing: "lock-token-matches-request-uri",
    QuotaExceeded: "quota-not-exceeded",
    StoreFull: "sufficient-disk-space",
}


def status(error: CloudError, method: str) -> int:
    """The status that tells a WebDAV client about an error."""
    if isinstance(error, Declined):
        return error.status
    for kind in type(error).__mro__:
        found = STATUS_OF.get((method, kind)) or STATUS.get(kind)
        if found is not None:
            return found
    return 500


def refusal(error: CloudError, method: str, resource: str) -> Reply:
    """How an error is answered. `resource`: address of what is in the way, where the error is about that."""
    found = status(error, method)
    fields = [("Content-Type", XML)]
    if found == 401:
        fields.append(("WWW-Authenticate", 'Basic realm="Nuvol", charset="UTF-8"'))
    if found == 405:
        fields.append(("Allow", ", ".join(name for name in METHODS if name != method)))
    if isinstance(error, TooManyAttempts | Busy):
        fields.append(("Retry-After", str(max(1, math.ceil(error.wait)))))
    body = (
        f'{PROLOG}<d:error xmlns:d="DAV:" xmlns:n="urn:nuvol">{condition(error, method, resource)}'
        f"<n:code>{error.code}</n:code><n:message>{text(f'{error} {error.advice}')}</n:message></d:error>\n"
    )
    return found, fields, body.encode()


def condition(error: CloudError, method: str, resource: str) -> str:
    """The element of §16 that names the broken rule, or nothing."""
    if isinstance(error, Declined):
        return f"<d:{error.condition}/>" if error.condition else ""
    name = next((CONDITION[kind] for kind in type(error).__mro__ if kind in CONDITION), "")
    if isinstance(error, Locked):
        name = "no-conflicting-lock" if method == "LOCK" else name
        return f"<d:{name}><d:href>{resource}</d:href></d:{name}>"
    return f"<d:{name}/>" if name else ""
