"""Past and present states as rows."""

from collections.abc import Iterable, Sequence

from msgspec.structs import astuple

from nuvol.model.nodes import Kind, Version
from nuvol.stores.catalog.database import Connection

_FIELDS = Version.__struct_fields__
_COLUMNS = ", ".join(_FIELDS)
_ADD = f"insert into version ({_COLUMNS}) values ({', '.join('?' * len(_FIELDS))})"
_CHILDREN = [
    f"select id, kind from node where account_id = ? and parent_id {{in}} and state {state}"
    for state in ("= 0", "<> 0")
]
"""Each has an index. One recursive statement for both has none, and reads the whole account for each node."""
_SIZES = "select distinct content, size from version where account_id = ? and node_id {in} and content is not null"


class Versions:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def add(self, versions: Iterable[Version]) -> None:
        self._db.many(_ADD, [astuple(version) for version in versions])

    def of(self, account_id: int, node_id: int, before: int, limit: int) -> list[Version]:
        rows = self._db.all(
            f"select {_COLUMNS} from version where account_id = ? and node_id = ? and number < ?"
            " order by number desc limit ?",
            (account_id, node_id, before, limit),
        )
        return [Version(*row) for row in rows]

    def get(self, account_id: int, node_id: int, number: int) -> Version | None:
        row = self._db.one(
            f"select {_COLUMNS} from version where account_id = ? and node_id = ? and number = ?",
            (account_id, node_id, number),
        )
        return Version(*row) if row else None

    def size_below(self, account_id: int, folder_id: int) -> int:
        sizes: dict[bytes, int] = {}
        folders = [folder_id]
        while folders:
            below = [row for sql in _CHILDREN for row in self._db.all_in(sql, (account_id,), folders)]
            files = [node_id for node_id, kind in below if kind == Kind.FILE]
            sizes.update((content, size) for content, size in self._db.all_in(_SIZES, (account_id,), files))
            folders = [node_id for node_id, kind in below if kind == Kind.FOLDER]
        return sum(sizes.values())

    def newest(self, account_id: int, node_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
        sql = (
            "select node.id, version.status, version.author_id from node join version on version.account_id ="
            " node.account_id and version.node_id = node.id and version.number = node.number"
            " where node.account_id = ? and node.id {in}"
        )
        return {row[0]: (row[1], row[2]) for row in self._db.all_in(sql, (account_id,), node_ids)}

    def some(self, account_id: int, node_ids: Sequence[int], limit: int) -> list[tuple[int, int, bytes | None]]:
        sql = "select node_id, number, content from version where account_id = ? and node_id {in} limit ?"
        found = self._db.all_in(sql, (account_id, limit), node_ids)
        return [(row[0], row[1], row[2]) for row in found[:limit]]

    def remove_some(self, account_id: int, versions: Sequence[tuple[int, int, bytes | None]]) -> None:
        sql = "delete from version where account_id = ? and node_id = ? and number = ?"
        self._db.many(sql, [(account_id, node_id, number) for node_id, number, _ in versions])

    def remove(self, account_id: int, node_id: int, numbers: Sequence[int]) -> None:
        sql = "delete from version where account_id = ? and node_id = ? and number {in}"
        self._db.run_in(sql, (account_id, node_id), numbers)

    def remove_nodes(self, account_id: int, node_ids: Sequence[int]) -> None:
        self._db.run_in("delete from version where account_id = ? and node_id {in}", (account_id,), node_ids)

    def naming(self, account_id: int, content: bytes, limit: int) -> list[tuple[int, int, str]]:
        rows = self._db.all(
            "select node_id, number, name from version where account_id = ? and content = ? limit ?",
            (account_id, content, limit),
        )
        return [(row[0], row[1], row[2]) for row in rows]

    def unnamed(self, account_id: int, contents: Iterable[bytes]) -> list[bytes]:
        sql = "select 1 from version where account_id = ? and content = ? limit 1"
        return [content for content in contents if self._db.one(sql, (account_id, content)) is None]

    def lost(self, limit: int) -> list[tuple[int, int, int, str]]:
        rows = self._db.all(
            "select account_id, node_id, number, name from version v where content is not null and not exists (select 1"
            " from content c where c.account_id = v.account_id and c.hash = v.content and c.pending is null) limit ?",
            (limit,),
        )
        return [(row[0], row[1], row[2], row[3]) for row in rows]

    def crowded(self, before: int, after: tuple[int, int], limit: int) -> list[tuple[int, int]]:
        rows = self._db.all(
            "select distinct account_id, node_id from version where at < ? and number > 1"
            " and (account_id, node_id) > (?, ?) order by account_id, node_id limit ?",
            (before, *after, limit),
        )
        return [(row[0], row[1]) for row in rows]
