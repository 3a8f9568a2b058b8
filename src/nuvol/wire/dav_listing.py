"""What a PROPFIND or a sync report answers about nodes, written fast enough for folders of 10,000 files.

A `Listing` is compiled once from what is asked, into one template for files and one for folders. Rows are then
written by columns.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote

from nuvol.model.nodes import Kind, Node
from nuvol.wire import dav
from nuvol.wire.dav import DAV, OWNCLOUD
from nuvol.wire.dav_properties import EVERY, FILE, FOLDER, LIVE, Column, Facts, Live
from nuvol.wire.dav_requests import Propfind


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
        self.wants_letters = OWNCLOUD + "permissions" in names
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
    certain: list[Live] = []
    doubtful: dict[str, Column] = {}
    missing = ""
    for name in names:
        mine = live.get(name)
        if name not in LIVE:
            doubtful[name] = _dead(name)
        elif mine is None:
            missing += dav.empty(name)
        elif mine.values is not None and not mine.element:
            doubtful[name] = mine.values
        else:
            certain.append(mine)
    if asked.every:
        certain.append(Live("%s", _all_dead(frozenset(names))))
    return _Shape(certain, doubtful, missing, minimal)


def _dead(name: str) -> Column:
    return lambda nodes, facts: [facts.dead.get(node.id, {}).get(name, "") for node in nodes]


def _all_dead(but: frozenset[str]) -> Column:
    return lambda nodes, facts: [
        "".join(xml for name, xml in facts.dead.get(node.id, {}).items() if name not in but) for node in nodes
    ]


def _dead_names(nodes: Sequence[Node], facts: Facts) -> list[str]:
    return ["".join(map(dav.empty, facts.dead.get(node.id, ()))) for node in nodes]
