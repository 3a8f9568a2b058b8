"""WebDAV properties: what a node says about itself, written fast enough for folders of 10,000 files.

A `Listing` is compiled once for a PROPFIND and then writes a response for each node.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, unquote

from msgspec import Struct

from nuvol.model.nodes import Kind, Lock, Node
from nuvol.wire import dav
from nuvol.wire.dav import DAV, MICROSOFT, OWNCLOUD
from nuvol.wire.dav_requests import Propfind

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


Column = Callable[[Sequence[Node], Facts], Iterable[object]]
"""The value of one property for each of some nodes: a column costs a fraction of as many calls."""


class Live(NamedTuple):
    """A property the server knows by itself."""

    element: str
    """With %s where the value stands, if it has one."""
    values: Column | None = None


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_YEARS = (-62_135_596_800, 253_402_300_799)  # 1 to 9999, in seconds: all that the formats can say


@lru_cache(10_000)
def http_date(second: int) -> str:
    """Seconds since 1970 as RFC 9110 §5.6.7 writes them."""
    return format_datetime(_when(second), usegmt=True)


@lru_cache(10_000)
def iso_date(second: int) -> str:
    """Seconds since 1970 as RFC 3339 writes them."""
    return _when(second).isoformat().replace("+00:00", "Z")


def _when(second: int) -> datetime:
    return _EPOCH + timedelta(seconds=min(max(second, _YEARS[0]), _YEARS[1]))


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
    """ownCloud's letters: may be deleted (D), renamed (N), moved (V), written (W), given files (C) and folders (K)."""
    return [("DNVCK" if node.parent_id else "CK") if node.is_folder else "DNVW" for node in nodes]


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
    OWNCLOUD + "checksums": Live("%s", _checksums),
    OWNCLOUD + "size": Live("<oc:size>%s</oc:size>", _sizes),
}

FOLDER: dict[str, Live] = _BOTH | {
    DAV + "resourcetype": Live("<d:resourcetype><d:collection/></d:resourcetype>"),
    DAV + "quota-used-bytes": Live(
        "<d:quota-used-bytes>%s</d:quota-used-bytes>", lambda nodes, facts: [facts.used] * len(nodes)
    ),
    DAV + "quota-available-bytes": Live("%s", _available),
    DAV + "supported-report-set": Live(
        "<d:supported-report-set><d:supported-report><d:report><d:sync-collection/></d:report></d:supported-report>"
        "</d:supported-report-set>"
    ),
    DAV + "sync-token": Live(
        "<d:sync-token>%s</d:sync-token>", lambda nodes, facts: [sync_token(facts.cursor)] * len(nodes)
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

_DOUBTFUL = frozenset({DAV + "quota-available-bytes", OWNCLOUD + "checksums"})
"""Live properties that a node may lack: their value is the whole element, or nothing."""


def _dead(name: str) -> Column:
    return lambda nodes, facts: [facts.dead.get(node.id, {}).get(name, "") for node in nodes]


def _all_dead(but: frozenset[str]) -> Column:
    return lambda nodes, facts: [
        "".join(xml for name, xml in facts.dead.get(node.id, {}).items() if name not in but) for node in nodes
    ]


def _dead_names(nodes: Sequence[Node], facts: Facts) -> list[str]:
    return ["".join(map(dav.empty, facts.dead.get(node.id, ()))) for node in nodes]


_SYNC = "urn:nuvol:sync:"


def sync_token(cursor: str) -> str:
    """A place in the journal as the address that RFC 6578 §4 wants."""
    return _SYNC + quote(cursor, safe="")


def cursor_of(token: str) -> str | None:
    """The place in the journal a sync token names; None when it is none of ours."""
    return unquote(token.removeprefix(_SYNC)) if token.startswith(_SYNC) else None


# ---------------------------------------------------------------------------------------------------- listings


class _Shape:
    """What the responses about one kind of node look like."""

    def __init__(self, certain: list[Live], doubtful: dict[str, Column], missing: str, minimal: bool) -> None:
        """`missing`: elements of the properties no such node has."""
        self._columns = [live.values for live in certain if live.values is not None]
        self._doubtful = doubtful
        self._missing = missing
        self._minimal = minimal
        self._parts: dict[tuple[bool, ...], str] = {}
        self._template = (
            "<d:response><d:href>%s</d:href><d:propstat><d:prop>"
            + "".join(live.element for live in certain)
            + "%s" * len(doubtful)
            + f"</d:prop>{dav.status_line(200)}</d:propstat>"
            + ("%s" if doubtful else self._lacking(()))
            + "</d:response>\n"
        )

    def responses(self, addresses: Iterable[str], nodes: Sequence[Node], facts: Facts) -> Iterable[str]:
        columns = [values(nodes, facts) for values in self._columns]
        if self._doubtful:
            doubtful = [tuple(values(nodes, facts)) for values in self._doubtful.values()]
            columns += [*doubtful, map(self._lacking, zip(*doubtful, strict=True))]
        return map(self._template.__mod__, zip(addresses, *columns, strict=True))

    def _lacking(self, doubtful: tuple[object, ...]) -> str:
        """The 404 part for a node with these doubtful elements."""
        has = tuple(map(bool, doubtful))
        part = self._parts.get(has)
        if part is None:
            names = (name for name, is_there in zip(self._doubtful, has, strict=True) if not is_there)
            elements = "" if self._minimal else self._missing + "".join(map(dav.empty, names))
            part = f"<d:propstat><d:prop>{elements}</d:prop>{dav.status_line(404)}</d:propstat>" if elements else ""
            self._parts[has] = part
        return part


class Listing:
    """Writes a response about each node, with the properties a PROPFIND asks for.

    `minimal`: leave out what a node lacks instead of naming it with a 404 (RFC 8144 §2.1).
    """

    def __init__(self, asked: Propfind, minimal: bool = False) -> None:
        names = frozenset(asked.names)
        self.wants_dead = asked.every or asked.only_names or bool(names - LIVE)
        self.wants_locks = asked.every or DAV + "lockdiscovery" in names
        self.wants_checksums = OWNCLOUD + "checksums" in names
        self.wants_usage = bool(names & {DAV + "quota-used-bytes", DAV + "quota-available-bytes"})
        self.wants_cursor = DAV + "sync-token" in names
        self._file = _shape(asked, FILE, minimal)
        self._folder = _shape(asked, FOLDER, minimal)

    def response(self, address: str, node: Node, facts: Facts) -> str:
        """The response about a node at `address` (percent-encoded)."""
        shape = self._file if node.kind == Kind.FILE else self._folder
        return "".join(shape.responses([address], [node], facts))

    def members(self, folder: str, nodes: Sequence[Node], facts: Facts) -> str:
        """The responses about members of the folder at the address `folder`, which ends with a slash: its folders,
        then its files."""
        folders = [node for node in nodes if node.kind != Kind.FILE]
        files = [node for node in nodes if node.kind == Kind.FILE]
        return "".join(
            (
                *self._folder.responses([f"{folder}{_segment(node.name)}/" for node in folders], folders, facts),
                *self._file.responses([folder + _segment(node.name) for node in files], files, facts),
            )
        )


_SAFE = re.compile(r"[A-Za-z0-9._~-]+").fullmatch


def _segment(name: str) -> str:
    return name if _SAFE(name) else quote(name, safe="")


def _shape(asked: Propfind, live: Mapping[str, Live], minimal: bool) -> _Shape:
    if asked.only_names:
        return _Shape([Live("".join(map(dav.empty, live))), Live("%s", _dead_names)], {}, "", minimal)
    names = list(dict.fromkeys([*(name for name in live if asked.every and name in EVERY), *asked.names]))
    certain = [live[name] for name in names if name in live and name not in _DOUBTFUL]
    if asked.every:
        certain.append(Live("%s", _all_dead(frozenset(names))))
    doubtful: dict[str, Column] = {}
    for name in names:
        if name not in LIVE:
            doubtful[name] = _dead(name)
        elif name in live and name in _DOUBTFUL:
            doubtful[name] = live[name].values or _ids
    missing = "".join(dav.empty(name) for name in names if name in LIVE and name not in live)
    return _Shape(certain, doubtful, missing, minimal)
