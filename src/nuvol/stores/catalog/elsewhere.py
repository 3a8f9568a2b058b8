"""People of other clouds, and folders there, as rows."""

from msgspec.structs import astuple

from nuvol.model.elsewhere import Elsewhere
from nuvol.stores.catalog.database import Connection, Row

_FIELDS = Elsewhere.__struct_fields__
_COLUMNS = ", ".join(_FIELDS)
_WAY = _FIELDS.index("way")
_LEFT = (
    "select g.account_id from guest g join account a on a.id = g.account_id where not exists"
    " (select 1 from member m where m.member_id = g.account_id)"
)


class Guests:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def add(self, account_id: int, address: str) -> None:
        self._db.run("insert into guest (account_id, address) values (?,?)", (account_id, address))

    def address(self, account_id: int) -> str | None:
        row = self._db.one("select address from guest where account_id = ?", (account_id,))
        return row[0] if row else None

    def left(self, limit: int) -> list[int]:
        holding = "exists (select 1 from grants t where t.account_id = g.account_id and t.revoked_at is null)"
        return [row[0] for row in self._db.all(f"{_LEFT} and {holding} limit ?", (limit,))]

    def over(self, before: int, limit: int) -> list[int]:
        bare = "a.created_at < ? and not exists (select 1 from grants t where t.account_id = g.account_id)"
        return [row[0] for row in self._db.all(f"{_LEFT} and {bare} limit ?", (before, limit))]


class Folders:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def add(self, folder: Elsewhere) -> None:
        self._db.run(f"insert into elsewhere ({_COLUMNS}) values ({', '.join('?' * len(_FIELDS))})", astuple(folder))

    def of(self, account_id: int) -> list[Elsewhere]:
        sql = f"select {_COLUMNS} from elsewhere where account_id = ? order by id"
        return [_folder(row) for row in self._db.all(sql, (account_id,))]

    def get(self, account_id: int, folder_id: int) -> Elsewhere | None:
        sql = f"select {_COLUMNS} from elsewhere where account_id = ? and id = ?"
        row = self._db.one(sql, (account_id, folder_id))
        return _folder(row) if row else None

    def set_ended(self, account_id: int, folder_id: int, at: int | None) -> None:
        self._db.run("update elsewhere set ended_at = ? where account_id = ? and id = ?", (at, account_id, folder_id))

    def remove(self, account_id: int, folder_id: int) -> bool:
        return self._db.run("delete from elsewhere where account_id = ? and id = ?", (account_id, folder_id)) > 0


def _folder(row: Row) -> Elsewhere:
    values = list(row)
    values[_WAY] = bytes(values[_WAY])
    return Elsewhere(*values)
