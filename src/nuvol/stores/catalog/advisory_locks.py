"""Advisory locks as rows."""

from msgspec.structs import astuple

from nuvol.model.nodes import AdvisoryLock
from nuvol.stores.catalog.database import Connection

_COLUMNS = "account_id, item, cloud, holder, machine, at, status"


class AdvisoryLocks:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def put(self, lock: AdvisoryLock) -> None:
        self._db.run(
            f"insert into advisory_lock ({_COLUMNS}) values (?,?,?,?,?,?,?)"
            " on conflict (account_id, item, cloud) do update set holder = excluded.holder,"
            " machine = excluded.machine, at = excluded.at, status = excluded.status",
            astuple(lock),
        )

    def get(self, account_id: int, item: str, cloud: str | None) -> AdvisoryLock | None:
        sql, args = f"select {_COLUMNS} from advisory_lock where account_id = ? and item = ?", [account_id, item]
        if cloud is not None:
            row = self._db.one(f"{sql} and cloud = ?", (*args, cloud))
        else:
            row = self._db.one(f"{sql} order by status desc, at desc, cloud", args)  # an open one before a closed one
        return AdvisoryLock(*row) if row else None

    def remove_all(self, account_id: int) -> int:
        return self._db.run("delete from advisory_lock where account_id = ?", (account_id,))
