"""What apps do, by day, as rows."""

from collections.abc import Iterable

from nuvol.model.apps import DayOfUse
from nuvol.stores.catalog.database import Connection

_COUNTS = ("calls", "refused", "received", "sent")
_ADD = (
    f"insert into app_usage (app, day, {', '.join(_COUNTS)}) values (?,?,?,?,?,?) on conflict (app, day) do update set "
    + ", ".join(f"{count} = app_usage.{count} + excluded.{count}" for count in _COUNTS)
)


class Usage:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def add(self, app: str, day: DayOfUse, account_ids: Iterable[int]) -> None:
        self._db.run(_ADD, (app, day.day, day.calls, day.refused, day.received, day.sent))
        self._db.many(
            "insert into app_visit (account_id, app, day) values (?,?,?) on conflict do nothing",
            [(account_id, app, day.day) for account_id in sorted(account_ids)],
        )

    def of(self, app: str, since: int) -> list[DayOfUse]:
        sql = (
            f"select day, {', '.join(_COUNTS)},"
            " (select count(*) from app_visit v where v.app = u.app and v.day = u.day)"
            " from app_usage u where app = ? and day >= ? order by day"
        )
        return [DayOfUse(*row) for row in self._db.all(sql, (app, since))]

    def remove(self, app: str) -> None:
        for table in ("app_usage", "app_visit"):
            self._db.run(f"delete from {table} where app = ?", (app,))

    def expire(self, before: int) -> int:
        self._db.run("delete from app_visit where day < ?", (before,))
        return self._db.run("delete from app_usage where day < ?", (before,))
