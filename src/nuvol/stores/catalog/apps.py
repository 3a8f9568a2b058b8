"""Programs that people let in, as rows."""

from msgspec.structs import astuple

from nuvol.errors import AppTaken
from nuvol.model.apps import App
from nuvol.stores.catalog.database import Connection, Row, UniqueViolation

_FIELDS = App.__struct_fields__
_COLUMNS = ", ".join(_FIELDS)
_ADD = f"insert into app ({_COLUMNS}) values ({', '.join('?' * len(_FIELDS))})"
_FLAGS = frozenset({"allow_plain", "app_folder", "active"})


class Apps:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def add(self, app: App) -> None:
        try:
            with self._db.savepoint():
                self._db.run(_ADD, tuple(map(_plain, astuple(app))))
        except UniqueViolation as error:
            what = "admin id" if error.index == "app_admin" else "key"
            raise AppTaken(f"There is already an app with this {what}.") from None

    def by_key(self, key: str) -> App | None:
        return self._one("key = ?", key)

    def by_admin(self, admin_id: str) -> App | None:
        return self._one("admin_id = ?", admin_id)

    def all(self) -> list[App]:
        return [_app(row) for row in self._db.all(f"select {_COLUMNS} from app order by id")]

    def set_active(self, key: str, active: bool) -> bool:
        return self._db.run("update app set active = ? where key = ?", (int(active), key)) > 0

    def set_signup(self, key: str, mode: str) -> bool:
        return self._db.run("update app set signup = ? where key = ?", (mode, key)) > 0

    def set_app_folder(self, key: str, only: bool) -> bool:
        return self._db.run("update app set app_folder = ? where key = ?", (int(only), key)) > 0

    def set_secret(self, key: str, secret: bytes, admin: bool) -> bool:
        column = "admin_secret" if admin else "secret"
        return self._db.run(f"update app set {column} = ? where key = ?", (secret, key)) > 0

    def remove(self, key: str) -> bool:
        self._db.run("delete from app_folder where app = ?", (key,))
        return self._db.run("delete from app where key = ?", (key,)) > 0

    def folder(self, account_id: int, key: str) -> int | None:
        row = self._db.one("select node_id from app_folder where account_id = ? and app = ?", (account_id, key))
        return row[0] if row else None

    def folders(self, account_id: int) -> set[int]:
        return {row[0] for row in self._db.all("select node_id from app_folder where account_id = ?", (account_id,))}

    def set_folder(self, account_id: int, key: str, node_id: int) -> None:
        self._db.run(
            "insert into app_folder (account_id, app, node_id) values (?,?,?)"
            " on conflict (account_id, app) do update set node_id = excluded.node_id",
            (account_id, key, node_id),
        )

    def _one(self, condition: str, value: str) -> App | None:
        row = self._db.one(f"select {_COLUMNS} from app where {condition}", (value,))
        return _app(row) if row else None


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return "\n".join(value)
    return int(value) if isinstance(value, bool) else value


def _app(row: Row) -> App:
    values = dict(zip(_FIELDS, row, strict=True))
    for flag in _FLAGS:
        values[flag] = bool(values[flag])
    values["callbacks"] = tuple(values["callbacks"].split("\n")) if values["callbacks"] else ()
    values["secret"] = bytes(values["secret"])
    values["admin_secret"] = None if values["admin_secret"] is None else bytes(values["admin_secret"])
    return App(**values)
