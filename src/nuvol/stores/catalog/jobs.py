"""Work that goes on after a restart."""

from nuvol.stores.catalog.database import Connection


class Jobs:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def add(self, account_id: int, job_id: int, verb: str, data: bytes) -> None:
        self._db.run("insert into job (account_id, id, verb, data) values (?,?,?,?)", (account_id, job_id, verb, data))

    def remove(self, account_id: int, job_id: int) -> None:
        self._db.run("delete from job where account_id = ? and id = ?", (account_id, job_id))

    def verb(self, account_id: int, job_id: int) -> str | None:
        row = self._db.one("select verb from job where account_id = ? and id = ?", (account_id, job_id))
        return row[0] if row else None

    def any(self, account_id: int) -> bool:
        return self._db.one("select 1 from job where account_id = ? limit 1", (account_id,)) is not None

    def all(self) -> list[tuple[int, int, str, bytes]]:
        rows = self._db.all("select account_id, id, verb, data from job order by account_id, id")
        return [(account, job, verb, bytes(data)) for account, job, verb, data in rows]
