"""Files and folders as rows, with their dead properties and search words."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from msgspec.structs import astuple

from nuvol.errors import NameTaken
from nuvol.model import names
from nuvol.model.accounts import Actor
from nuvol.model.nodes import Kind, Node, State
from nuvol.stores.catalog import words as index
from nuvol.stores.catalog.database import Connection, Row, UniqueViolation
from nuvol.stores.catalog.photo_index import PhotoIndex

_FIELDS = Node.__struct_fields__
_COLUMNS = ", ".join(_FIELDS)
_NODE = ", ".join(f"node.{field}" for field in _FIELDS)
_OF_CHILDREN = ", ".join(("id", *_FIELDS[3:-3]))  # the others are known: each column costs as much as finding the row
_LIVE: Row = (State.LIVE.value, None, None)
_ADD = f"insert into node ({_COLUMNS}, name_key) values ({', '.join('?' * (len(_FIELDS) + 1))})"
_GET = f"select {_COLUMNS} from node where account_id = ? and id = ?"
_CHILD = f"select {_COLUMNS} from node where account_id = ? and parent_id = ? and name_key = ? and state = 0"
_WITH_INLINE = (
    f"select inline.data, {_NODE} from node left join inline on inline.account_id = node.account_id"
    " and inline.hash = node.content where node.account_id = ? and node.id = ?"
)
_WITHIN = (
    "with recursive up (id, parent_id) as (select id, parent_id from node where account_id = ? and id = ?"
    " union all select n.id, n.parent_id from up join node n on n.account_id = ? and n.id = up.parent_id"
    " where up.id <> ?) select 1 from up where id = ? limit 1"
)
_MARK_VERSIONS = (
    "insert into version (account_id, node_id, number, status, name, parent_id, mime, author_id, app, at, modified_at,"
    " content, size, blob_id) select account_id, id, number + 1, ?, name, parent_id, mime, ?, ?, ?, modified_at,"
    " content, size, blob_id from node where account_id = ? and id {in}"
)
_ID = _FIELDS.index("id")
_NEWEST = (
    f"select {', '.join(f'n.{field}' for field in _FIELDS)} from node n where n.account_id = ? and n.id {{among}}"
    " and n.state = 0 and n.parent_id is not null order by n.id desc limit ?"
)
_NAMED = (
    "select n.id, n.name from node n where n.account_id = ? and n.id {among} and n.state = 0"
    " and n.parent_id is not null order by n.id desc"
)
_OF_WORD = "select node_id from word where account_id = ? and word >= ? and word < ? and node_id < ?"
_FOLDERS_FIRST = f"case when kind = {Kind.FILE:d} then '1' else '0' end || name_key"
_SORTS = {"name": "name_key", "modified": "modified_at", "size": "size", "kind": f"({_FOLDERS_FIRST})"}


class Nodes:
    def __init__(self, db: Connection) -> None:
        self._db = db
        self._photos = PhotoIndex(db)

    def add(self, nodes: Sequence[Node]) -> None:
        try:
            self._db.many(_ADD, [(*astuple(node), names.key(node.name)) for node in nodes])
        except UniqueViolation:
            raise NameTaken(nodes[0].name) from None
        self._add_words(nodes)
        self._photos.added(nodes)

    def _add_words(self, nodes: Iterable[Node]) -> None:
        rows = [(node.account_id, word, node.id) for node in nodes for word in names.words(node.name)]
        if rows:
            self._db.many("insert into word (account_id, word, node_id) values (?,?,?)", rows)

    def _drop_words(self, named: Iterable[Sequence[Any]], account_id: int) -> None:
        rows = [(account_id, word, node_id) for node_id, name in named for word in names.words(name)]
        self._db.many("delete from word where account_id = ? and word = ? and node_id = ?", rows)

    def get(self, account_id: int, node_id: int) -> Node | None:
        row = self._db.one(_GET, (account_id, node_id))
        return Node(*row) if row else None

    def many(self, account_id: int, node_ids: Sequence[int]) -> list[Node]:
        sql = f"select {_COLUMNS} from node where account_id = ? and id {{in}}"
        return [Node(*row) for row in self._db.all_in(sql, (account_id,), node_ids)]

    def child(self, account_id: int, parent_id: int, name: str) -> Node | None:
        row = self._db.one(_CHILD, (account_id, parent_id, names.key(name)))
        return Node(*row) if row else None

    def with_inline(self, account_id: int, node_id: int) -> tuple[Node, bytes | None] | None:
        row = self._db.one(_WITH_INLINE, (account_id, node_id))
        return (Node(*row[1:]), row[0]) if row else None

    def children(
        self, account_id: int, parent_id: int, sort: str, descending: bool, after: tuple[object, int] | None, limit: int
    ) -> list[Node]:
        column, direction, beyond = _SORTS[sort], " desc" if descending else "", "<" if descending else ">"
        sql = f"select {_OF_CHILDREN} from node where account_id = ? and parent_id = ? and state = 0"
        args: list[object] = [account_id, parent_id]
        if after is not None and sort == "name":  # unique among the living: the index alone gives the order
            sql += f" and name_key {beyond} ?"
            args.append(after[0])
        elif after is not None:
            sql += f" and ({column}, id) {beyond} (?, ?)"
            args.extend(after)
        tie = "" if sort == "name" else f", id{direction}"
        rows = self._db.all(f"{sql} order by {column}{direction}{tie} limit ?", (*args, limit))
        return [Node(account_id, row[0], parent_id, *row[1:], *_LIVE) for row in rows]

    def sort_value(self, node: Node, sort: str) -> object:
        if sort == "modified":
            return node.modified_at
        if sort == "size":
            return node.size
        first = "" if sort == "name" else "1" if node.kind == Kind.FILE else "0"
        return first + names.key(node.name)

    def count_children(self, account_id: int, parent_id: int) -> int:
        row = self._db.one(
            "select count(*) from node where account_id = ? and parent_id = ? and state = 0", (account_id, parent_id)
        )
        return row[0] if row else 0

    def below(
        self, account_id: int, parent_id: int, state: int | None, limit: int
    ) -> list[tuple[int, int, int | None]]:
        # The living and the others are in an index each.
        found: list[Row] = []
        for condition in (f"= {state:d}",) if state is not None else ("= 0", "<> 0"):
            sql = f"select id, kind, trash_root from node where account_id = ? and parent_id = ? and state {condition}"
            found += self._db.all(f"{sql} limit ?", (account_id, parent_id, limit - len(found)))
        return [(row[0], row[1], row[2]) for row in found]

    def update(self, node: Node, before: Node) -> None:
        fields = zip(_FIELDS, astuple(node), astuple(before), strict=True)
        changed = {field: new for field, new, old in fields if new != old}  # so that few indexes are touched
        renamed = "name" in changed
        if renamed:
            changed["name_key"] = names.key(node.name)
        if not changed:
            return
        values = ", ".join(f"{field} = ?" for field in changed)
        try:
            self._db.run(
                f"update node set {values} where account_id = ? and id = ?",
                (*changed.values(), node.account_id, node.id),
            )
        except UniqueViolation:
            raise NameTaken(node.name) from None
        if renamed:
            self._drop_words(((node.id, before.name),), node.account_id)
            self._add_words((node,))
        self._photos.updated(node, before)

    def mark(
        self, account_id: int, node_ids: Sequence[int], state: int, root: int | None, at: int, status: int, actor: Actor
    ) -> None:
        self._db.run_in(_MARK_VERSIONS, (status, actor.account_id, actor.app, at, account_id), node_ids)
        trashed_at = at if state == State.TRASHED else None
        self._db.run_in(
            "update node set number = number + 1, changed_at = ?, state = ?, trash_root = ?, trashed_at = ?"
            " where account_id = ? and id {in}",
            (at, state, root, trashed_at, account_id),
            node_ids,
        )
        self._photos.marked(account_id, node_ids, state)

    def stamped(self, account_id: int, root: int, limit: int) -> list[int]:
        rows = self._db.all(
            "select id from node where account_id = ? and trash_root = ? and id <> ? limit ?",
            (account_id, root, root, limit),
        )
        return [row[0] for row in rows]

    def stamped_folders(self, account_id: int, root: int) -> list[int]:
        rows = self._db.all(
            f"select id from node where account_id = ? and trash_root = ? and kind = {Kind.FOLDER:d}",
            (account_id, root),
        )
        return [row[0] for row in rows]

    def adopt(self, account_id: int, node_id: int, parent_id: int) -> None:
        self._db.run("update node set parent_id = ? where account_id = ? and id = ?", (parent_id, account_id, node_id))
        self._db.run(
            "update photo set parent_id = ? where account_id = ? and node_id = ?", (parent_id, account_id, node_id)
        )

    def trash(self, account_id: int, after: tuple[int, int] | None, limit: int) -> list[Node]:
        sql = f"select {_COLUMNS} from node where account_id = ? and id = trash_root and state = {State.TRASHED:d}"
        args: list[object] = [account_id]
        if after is not None:
            sql += " and (trashed_at, id) < (?, ?)"
            args.extend(after)
        rows = self._db.all(sql + " order by trashed_at desc, id desc limit ?", (*args, limit))
        return [Node(*row) for row in rows]

    def trashed_before(self, before: int, limit: int) -> list[Node]:
        rows = self._db.all(
            f"select {_COLUMNS} from node where trashed_at < ? and id = trash_root"
            f" and state = {State.TRASHED:d} order by trashed_at limit ?",
            (before, limit),
        )
        return [Node(*row) for row in rows]

    def remove(self, account_id: int, node_ids: Sequence[int]) -> None:
        named = self._db.all_in("select id, name from node where account_id = ? and id {in}", (account_id,), node_ids)
        self._drop_words(named, account_id)
        for table in ("property", "dav_lock", "received"):
            self._db.run_in(f"delete from {table} where account_id = ? and node_id {{in}}", (account_id,), node_ids)
        self._db.run_in("delete from node where account_id = ? and id {in}", (account_id,), node_ids)
        self._photos.removed(account_id, node_ids)

    def is_within(self, account_id: int, node_id: int, folder_id: int) -> bool:
        if node_id == folder_id:
            return True
        args = (account_id, node_id, account_id, folder_id, folder_id)
        return self._db.one(_WITHIN, args) is not None

    def orphans(self, limit: int) -> list[tuple[int, int, str]]:
        rows = self._db.all(
            "select account_id, id, name from node n where parent_id is not null and not exists"
            " (select 1 from node p where p.account_id = n.account_id and p.id = n.parent_id) limit ?",
            (limit,),
        )
        return [(row[0], row[1], row[2]) for row in rows]

    def search(self, account_id: int, words: Sequence[str], before: int, limit: int) -> list[Node]:
        if not words:
            return []
        word, rows = index.rarest(self._db, "word", account_id, words, index.FEW)
        if rows < index.FEW:
            return self._having([word], words, account_id, before, limit)
        found: list[Node] = []
        for many in index.NEAR:
            newest = self._db.all(_NEWEST.format(among="< ?"), (account_id, before, many))
            found += [node for node in (Node(*row) for row in newest) if names.fits(node.name, words)]
            if len(found) >= limit or len(newest) < many:
                return found[:limit]
            before = newest[-1][_ID]
        word, rows = index.rarest(self._db, "word", account_id, words, index.MANY)
        looked_up = [word] if rows < index.MANY else words
        return found + self._having(looked_up, words, account_id, before, limit - len(found))

    def _having(
        self, looked_up: Sequence[str], words: Sequence[str], account_id: int, before: int, limit: int
    ) -> list[Node]:
        """Those of whose words the index tells by `looked_up`, and the name of the rest."""
        among = f"in ({' intersect '.join([_OF_WORD] * len(looked_up))})"
        args = (account_id, *(value for word in looked_up for value in (account_id, *index.bounds(word), before)))
        if len(looked_up) == len(words):
            return [Node(*row) for row in self._db.all(_NEWEST.format(among=among), (*args, limit))]
        named = self._db.all(_NAMED.format(among=among), args)
        fitting = list(islice((node_id for node_id, name in named if names.fits(name, words)), limit))
        return sorted(self.many(account_id, fitting), key=lambda node: -node.id)

    def properties(self, account_id: int, node_ids: Sequence[int]) -> dict[int, dict[str, str]]:
        found: dict[int, dict[str, str]] = {}
        sql = "select node_id, name, value from property where account_id = ? and node_id {in}"
        for node_id, name, value in self._db.all_in(sql, (account_id,), node_ids):
            found.setdefault(node_id, {})[name] = value
        return found

    def set_properties(self, account_id: int, node_id: int, put: Mapping[str, str], drop: Iterable[str]) -> None:
        gone = [(account_id, node_id, name) for name in (*drop, *put)]
        self._db.many("delete from property where account_id = ? and node_id = ? and name = ?", gone)
        rows = [(account_id, node_id, name, value) for name, value in put.items()]
        self._db.many("insert into property (account_id, node_id, name, value) values (?,?,?,?)", rows)

    def copy_properties(self, account_id: int, pairs: Sequence[tuple[int, int]]) -> None:
        present = self.properties(account_id, [source for source, _ in pairs])
        for source, target in pairs:
            if source in present:
                self.set_properties(account_id, target, present[source], ())
