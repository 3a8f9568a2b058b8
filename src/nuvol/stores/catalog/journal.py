"""The journal's rows."""

from collections.abc import Iterable
from itertools import takewhile

from msgspec.structs import astuple

from nuvol.model.journal import Change
from nuvol.stores.catalog.database import Connection

_COLUMNS = (
    "account_id, seq, at, actor_id, app, verb, object, object_id, kind,"
    " old_parent, old_name, new_parent, new_name, number, old_shared, shared"
)
_ACTION = "(object = 'node' or (object = 'link' and verb = 'create'))"
_INSIDE = "(' ' || old_shared || ' ' || shared || ' ' like ? and object_id <> ?)"
_ADD = f"insert into journal ({_COLUMNS}) values (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"


class Journal:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def add(self, changes: Iterable[Change]) -> None:
        self._db.many(_ADD, [astuple(change) for change in changes])

    def after(self, account_id: int, seq: int, limit: int) -> list[Change]:
        rows = self._db.all(
            f"select {_COLUMNS} from journal where account_id = ? and seq > ? order by seq limit ?",
            (account_id, seq, limit),
        )
        return [Change(*row) for row in rows]

    def shared_after(self, account_id: int, seq: int, limit: int) -> list[Change]:
        rows = self._db.all(
            f"select {_COLUMNS} from journal where account_id = ? and seq > ? and (old_shared <> '' or shared <> '')"
            " order by seq limit ?",
            (account_id, seq, limit),
        )
        return [Change(*row) for row in rows]

    def before(self, account_id: int, seq: int, limit: int) -> list[Change]:
        rows = self._db.all(
            f"select {_COLUMNS} from journal where account_id = ? and seq < ? order by seq desc limit ?",
            (account_id, seq, limit),
        )
        return [Change(*row) for row in rows]

    def floor(self, account_id: int) -> int:
        row = self._db.one("select journal_floor from account where id = ?", (account_id,))
        return row[0] if row else 0

    def count_actions(self, account_id: int, folder_id: int | None = None) -> tuple[int, int]:
        if folder_id is not None:
            sql = f"select count(*) from journal where account_id = ? and {_ACTION} and {_INSIDE}"
            row = self._db.one(sql, (account_id, *_inside(folder_id)))
            return 0, row[0] if row else 0
        trimmed = self._db.one("select actions_trimmed from account where id = ?", (account_id,))
        there = self._db.one(f"select count(*) from journal where account_id = ? and {_ACTION}", (account_id,))
        return trimmed[0] if trimmed else 0, there[0] if there else 0

    def actions(self, account_id: int, skip: int, limit: int, folder_id: int | None = None) -> list[Change]:
        inside = "" if folder_id is None else f" and {_INSIDE}"
        rows = self._db.all(
            f"select {_COLUMNS} from journal where account_id = ? and {_ACTION}{inside} order by seq limit ? offset ?",
            (account_id, *(() if folder_id is None else _inside(folder_id)), limit, skip),
        )
        return [Change(*row) for row in rows]

    def trim(self, account_id: int, before: int, limit: int) -> int:
        rows = self._db.all(
            "select seq, at from journal where account_id = ? order by seq limit ?", (account_id, limit)
        )
        gone = [seq for seq, _ in takewhile(lambda row: row[1] < before, rows)]
        if not gone:
            return 0
        counted = self._db.one(
            f"select count(*) from journal where account_id = ? and seq <= ? and {_ACTION}", (account_id, gone[-1])
        )
        self._db.run(
            "update account set journal_floor = ?, actions_trimmed = actions_trimmed + ? where id = ?",
            (gone[-1], counted[0] if counted else 0, account_id),
        )
        return self._db.run("delete from journal where account_id = ? and seq <= ?", (account_id, gone[-1]))


def _inside(folder_id: int) -> tuple[str, int]:
    return f"% {folder_id} %", folder_id
