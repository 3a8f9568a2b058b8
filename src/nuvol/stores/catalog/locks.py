"""DAV locks as rows."""

from msgspec.structs import astuple, replace

from nuvol.model.nodes import Lock
from nuvol.stores.catalog.database import Connection

_COLUMNS = "account_id, token, node_id, owner, deep, exclusive, holder_id, expires_at, seconds"


class Locks:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def add(self, lock: Lock) -> None:
        values = (int(value) if isinstance(value, bool) else value for value in astuple(lock))
        self._db.run(f"insert into dav_lock ({_COLUMNS}) values (?,?,?,?,?,?,?,?,?)", tuple(values))

    def of(self, account_id: int, now: int) -> list[Lock]:
        rows = self._db.all(
            f"select {_COLUMNS} from dav_lock where account_id = ? and expires_at > ?", (account_id, now)
        )
        return [replace(Lock(*row), deep=bool(row[4]), exclusive=bool(row[5])) for row in rows]

    def refresh(self, account_id: int, token: str, expires_at: int, seconds: int) -> None:
        self._db.run(
            "update dav_lock set expires_at = ?, seconds = ? where account_id = ? and token = ?",
            (expires_at, seconds, account_id, token),
        )

    def remove(self, account_id: int, token: str) -> bool:
        return self._db.run("delete from dav_lock where account_id = ? and token = ?", (account_id, token)) > 0

    def expire(self, before: int) -> int:
        return self._db.run("delete from dav_lock where expires_at < ?", (before,))
