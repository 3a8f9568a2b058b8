"""Single values of the whole instance."""

from nuvol.stores.catalog.database import Connection


class Instance:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def get(self, key: str) -> str | None:
        row = self._db.one("select value from instance where key = ?", (key,))
        return row[0] if row else None

    def set(self, key: str, value: str | None) -> None:
        if value is None:
            self._db.run("delete from instance where key = ?", (key,))
        else:
            self._db.run(
                "insert into instance (key, value) values (?, ?)"
                " on conflict (key) do update set value = excluded.value",
                (key, value),
            )
