"""WebDAV properties: what a node says about itself, and what a client may change of that."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, unquote

from msgspec import Struct

from nuvol.errors import Malformed
from nuvol.model.nodes import Lock, Node
from nuvol.wire import dav
from nuvol.wire.dav import DAV, MICROSOFT, OWNCLOUD
from nuvol.wire.dav_requests import TIMES, Edit, modification_time
from nuvol.wire.preconditions import http_date, utc

SECOND = 1_000_000


class Facts(Struct):
    """What rows say beyond their nodes. Filled page by page, and only with what the listing asks for."""

    account: str = ""
    """Name of the account: the caller's principal, and what the root is called."""
    used: int = 0
    available: int | None = None
    """Bytes that still fit; None = no limit."""
    cursor: str = ""
    now: int = 0
    dead: Mapping[int, Mapping[str, str]] = {}
    """Dead properties by node: {name: element}."""
    locks: Mapping[int, Sequence[tuple[Lock, str]]] = {}
    """By node: locks and the address each was taken on."""
    checksums: Mapping[bytes, Mapping[str, str]] = {}
    """By content."""
    letters: Mapping[int, str] = {}
    """What may be done with nodes of others (`letters`)."""


Column = Callable[[Sequence[Node], Facts], Iterable[object]]
"""The value of one property for each of some nodes: a column costs a fraction of as many calls."""


class Live(NamedTuple):
    """A property the server knows by itself."""

    element: str
    """With %s where the value stands, if it has one. Empty: the value is the whole element, or nothing where a node
    lacks the property."""
    values: Column | None = None


@lru_cache(10_000)
def iso_date(second: int) -> str:
    """Seconds since 1970 as RFC 3339 writes them."""
    return utc(second).isoformat().replace("+00:00", "Z")


_text = lru_cache(1000)(dav.text)


# ---------------------------------------------------------------------------------------------- live properties


def _modified(nodes: Sequence[Node], facts: Facts) -> list[str]:
    return [http_date(node.modified_at // SECOND) for node in nodes]


def _ids(nodes: Sequence[Node], facts: Facts) -> list[int]:
    return [node.id for node in nodes]


def _sizes(nodes: Sequence[Node], facts: Facts) -> list[int]:
    return [node.size for node in nodes]


def _available(nodes: Sequence[Node], facts: Facts) -> list[str]:
    free = facts.available
    element = "" if free is None else f"<d:quota-available-bytes>{free}</d:quota-available-bytes>"
    return [element] * len(nodes)


def _checksums(nodes: Sequence[Node], facts: Facts) -> list[str]:
    return [_checksum(facts.checksums.get(node.content or b"", {})) for node in nodes]


def _checksum(known: Mapping[str, str]) -> str:
    if not known:
        return ""
    words = " ".join(f"{name}:{value}" for name, value in known.items())
    return f"<oc:checksums><oc:checksum>{dav.text(words)}</oc:checksum></oc:checksums>"


def _principal(nodes: Sequence[Node], facts: Facts) -> list[str]:
    return [f"/dav/principals/{quote(facts.account, safe='')}/"] * len(nodes)


def _permissions(nodes: Sequence[Node], facts: Facts) -> list[str]:
    """ownCloud's letters: of somebody else's folder (S), may be deleted (D), renamed (N), moved (V), written (W), given
    files (C) and folders (K)."""
    return [facts.letters.get(node.id) or letters(node) for node in nodes]


def letters(node: Node, *, shared: bool = False, writable: bool = True, mounted: bool = False) -> str:
    """`mounted`: it is the opened folder itself, which its member names and removes as the member likes."""
    mine = ("DNVCK" if node.parent_id else "CK") if node.is_folder else "DNVW"
    if not writable:
        mine = "DNV" if mounted else ""
    return f"S{mine}" if shared else mine


def _lock_discovery(nodes: Sequence[Node], facts: Facts) -> list[str]:
    return [active_locks(facts.locks.get(node.id, ()), facts.now) for node in nodes]


def active_locks(locks: Iterable[tuple[Lock, str]], now: int) -> str:
    """The inside of lockdiscovery (RFC 4918 §15.8): locks and the address each was taken on; `now` in microseconds."""
    return "".join(
        "<d:activelock><d:locktype><d:write/></d:locktype>"
        f"<d:lockscope><d:{'exclusive' if lock.exclusive else 'shared'}/></d:lockscope>"
        f"<d:depth>{'infinity' if lock.deep else '0'}</d:depth>{lock.owner}"
        f"<d:timeout>Second-{max(0, lock.expires_at - now) // SECOND}</d:timeout>"
        f"<d:locktoken><d:href>{lock.token}</d:href></d:locktoken>"
        f"<d:lockroot><d:href>{root}</d:href></d:lockroot></d:activelock>"
        for lock, root in locks
    )


def lock_answer(locks: Iterable[tuple[Lock, str]], now: int) -> bytes:
    """The body of the answer to LOCK (RFC 4918 §9.10.1)."""
    found = f"<d:lockdiscovery>{active_locks(locks, now)}</d:lockdiscovery>"
    return f"{dav.PROLOG}<d:prop {dav.NAMESPACES}>{found}</d:prop>\n".encode()


_SUPPORTED_LOCK = "".join(
    f"<d:lockentry><d:lockscope><d:{scope}/></d:lockscope><d:locktype><d:write/></d:locktype></d:lockentry>"
    for scope in ("exclusive", "shared")
)

_BOTH: dict[str, Live] = {
    DAV + "creationdate": Live(
        "<d:creationdate>%s</d:creationdate>",
        lambda nodes, facts: [iso_date(node.created_at // SECOND) for node in nodes],
    ),
    DAV + "displayname": Live(
        "<d:displayname>%s</d:displayname>",
        lambda nodes, facts: [dav.text(node.name or facts.account) for node in nodes],
    ),
    DAV + "getlastmodified": Live("<d:getlastmodified>%s</d:getlastmodified>", _modified),
    DAV + "lastmodified": Live("<d:lastmodified>%s</d:lastmodified>", _modified),
    MICROSOFT + "Win32LastModifiedTime": Live(
        '<z:Win32LastModifiedTime xmlns:z="urn:schemas-microsoft-com:">%s</z:Win32LastModifiedTime>', _modified
    ),
    DAV + "lockdiscovery": Live("<d:lockdiscovery>%s</d:lockdiscovery>", _lock_discovery),
    DAV + "supportedlock": Live(f"<d:supportedlock>{_SUPPORTED_LOCK}</d:supportedlock>"),
    DAV + "current-user-principal": Live(
        "<d:current-user-principal><d:href>%s</d:href></d:current-user-principal>", _principal
    ),
    OWNCLOUD + "id": Live("<oc:id>%s</oc:id>", _ids),
    OWNCLOUD + "fileid": Live("<oc:fileid>%s</oc:fileid>", _ids),
    OWNCLOUD + "permissions": Live("<oc:permissions>%s</oc:permissions>", _permissions),
}

FILE: dict[str, Live] = _BOTH | {
    DAV + "resourcetype": Live("<d:resourcetype/>"),
    DAV + "getcontentlength": Live("<d:getcontentlength>%s</d:getcontentlength>", _sizes),
    DAV + "getcontenttype": Live(
        "<d:getcontenttype>%s</d:getcontenttype>", lambda nodes, facts: [_text(node.mime) for node in nodes]
    ),
    DAV + "getetag": Live("<d:getetag>%s</d:getetag>", lambda nodes, facts: [node.etag for node in nodes]),
    DAV + "supported-report-set": Live("<d:supported-report-set/>"),
    OWNCLOUD + "checksums": Live("", _checksums),
    OWNCLOUD + "size": Live("<oc:size>%s</oc:size>", _sizes),
}

FOLDER: dict[str, Live] = _BOTH | {
    DAV + "resourcetype": Live("<d:resourcetype><d:collection/></d:resourcetype>"),
    DAV + "quota-used-bytes": Live(
        "<d:quota-used-bytes>%s</d:quota-used-bytes>", lambda nodes, facts: [facts.used] * len(nodes)
    ),
    DAV + "quota-available-bytes": Live("", _available),
    DAV + "supported-report-set": Live(
        "<d:supported-report-set><d:supported-report><d:report><d:sync-collection/></d:report></d:supported-report>"
        "</d:supported-report-set>"
    ),
    DAV + "sync-token": Live(
        "<d:sync-token>%s</d:sync-token>", lambda nodes, facts: [sync_token(SyncState(facts.cursor))] * len(nodes)
    ),
}

LIVE = frozenset(FILE) | frozenset(FOLDER)

EVERY = frozenset(
    DAV + name
    for name in (
        "creationdate",
        "displayname",
        "getcontentlength",
        "getcontenttype",
        "getetag",
        "getlastmodified",
        "lockdiscovery",
        "resourcetype",
        "supportedlock",
    )
)
"""What allprop means: the live properties of RFC 4918 §15; others only when asked for by name (§9.1)."""


# ---------------------------------------------------------------------------------------------------- changes


DEAD_LENGTH = 64 << 10
"""Characters of one dead property. Programs keep labels and dates here; all of a node's are sent with it."""


class Patch(Struct, frozen=True):
    """What a PROPPATCH comes down to. It is carried out only if nothing is refused (RFC 4918 §9.2)."""

    names: tuple[str, ...]
    put: dict[str, str]
    """Dead properties to be written: {name: element}."""
    drop: list[str]
    modified_at: int | None
    """Microseconds."""
    refused: dict[str, int]
    """{name: status}."""


def patch(edits: Iterable[Edit]) -> Patch:
    """Instructions in their order, of which the last about a property counts."""
    put: dict[str, str | None] = {}
    refused: dict[str, int] = {}
    modified_at = None
    names = []
    for edit in edits:
        names.append(edit.name)
        if edit.name in TIMES and edit.xml is not None:
            try:
                modified_at = modification_time(edit.text)
            except Malformed:
                refused[edit.name] = 409
        elif edit.name in LIVE:
            refused[edit.name] = 403
        elif len(edit.xml or "") > DEAD_LENGTH:
            refused[edit.name] = 507
        else:
            put[edit.name] = edit.xml
    return Patch(
        tuple(dict.fromkeys(names)),
        {name: xml for name, xml in put.items() if xml is not None},
        [name for name, xml in put.items() if xml is None],
        modified_at,
        refused,
    )


def patched(address: str, patch: Patch) -> str:
    """The response to a PROPPATCH: all done, or who is to blame and that the others suffered with it (424)."""
    by_status: dict[int, str] = {}
    for name in patch.names:
        status = patch.refused.get(name, 424) if patch.refused else 200
        by_status[status] = by_status.get(status, "") + dav.empty(name)
    return dav.propstats(
        address,
        [
            (status, elements, "<d:cannot-modify-protected-property/>" if status == 403 else "")
            for status, elements in by_status.items()
        ],
    )


# ------------------------------------------------------------------------------------------------------- sync


_SYNC = "urn:nuvol:sync:"


class SyncState(Struct, frozen=True):
    """What a sync token says: how much a client has seen (RFC 6578 §3.2)."""

    cursor: str | None = None
    """Seen: all up to this place in the journal; None: nothing yet."""
    goal: str | None = None
    """A cut answer is being read on, which leads up to here …"""
    after: str = ""
    """… of which this path was the last one told."""


def sync_token(state: SyncState) -> str:
    """The state as the address that RFC 6578 §4 wants."""
    if state.goal is None:
        return _SYNC + quote(state.cursor or "", safe="")
    return _SYNC + ":".join(quote(part, safe="") for part in (state.cursor or "", state.goal, state.after))


def sync_state(token: str) -> SyncState | None:
    """What a token says; "" is that of a client that has seen nothing. None when it is none of ours."""
    if not token:
        return SyncState()
    parts = [unquote(part) for part in token.removeprefix(_SYNC).split(":")]
    if not token.startswith(_SYNC) or len(parts) not in (1, 3):
        return None
    if len(parts) == 1:
        return SyncState(parts[0])
    return SyncState(parts[0] or None, parts[1], parts[2])
