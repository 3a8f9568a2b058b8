"""Accounts and their handles as rows."""

from msgspec.structs import astuple

from nuvol.errors import AccountMissing, HandleTaken
from nuvol.model.accounts import Account, handle
from nuvol.stores.catalog.database import Connection, Row

_FIELDS = Account.__struct_fields__
_COLUMNS = ", ".join(f"account.{field}" for field in _FIELDS)
_ADD = f"insert into account ({', '.join(_FIELDS)}, password) values ({', '.join('?' * (len(_FIELDS) + 1))})"
_HINDRANCES = (
    "select case when exists (select 1 from job where account_id = ?) then 1 else 0 end,"
    " case when exists (select 1 from dav_lock where account_id = ?) then 1 else 0 end,"
    " case when exists (select 1 from member where account_id = ?)"
    " or exists (select 1 from app_folder where account_id = ?) then 1 else 0 end"
)
_BESIDE = (
    "link",
    "link_unlock",
    "received",
    "customer",
    "session_locale",
    "node_comment",
    "comment_word",
    "app_folder",
    "app_visit",
    "guest",
    "elsewhere",
    "bundle",
    "photo_import",
)
_UPDATE = "update account set name = ?, email = ?, admin = ?, active = ?, quota = ?, locale = ?, zone = ? where id = ?"
_ADVANCE = "update account set seq = seq + ?, used = used + ? where id = ?"


class Accounts:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def add(self, account: Account, password: str | None) -> None:
        self._db.run(_ADD, tuple(map(_plain, (*astuple(account), password))))
        self._add_handles(account.id, account.name, account.email)

    def _add_handles(self, account_id: int, name: str, email: str) -> None:
        # Told apart by `returning`, not by an error: the unit may go on with another name.
        for key, text in {handle(name): name, handle(email): email}.items():
            sql = "insert into handle (handle, account_id) values (?, ?) on conflict do nothing returning account_id"
            if self._db.one(sql, (key, account_id)) is None:
                raise HandleTaken(f"There is already an account with the name or address “{text}”.")

    def get(self, account_id: int) -> Account | None:
        row = self._db.one(f"select {_COLUMNS} from account where id = ?", (account_id,))
        return _account(row) if row else None

    def by_handle(self, text: str) -> tuple[Account, str | None] | None:
        row = self._db.one(
            f"select {_COLUMNS}, account.password from handle join account on account.id = handle.account_id"
            " where handle.handle = ?",
            (handle(text),),
        )
        return (_account(row[:-1]), row[-1]) if row else None

    def all(self, after: int, limit: int) -> list[Account]:
        rows = self._db.all(f"select {_COLUMNS} from account where id > ? order by id limit ?", (after, limit))
        return [_account(row) for row in rows]

    def ids(self) -> list[int]:
        return [row[0] for row in self._db.all("select id from account order by id")]

    def count_admins(self) -> int:
        row = self._db.one("select count(*) from account where admin = 1 and active = 1")
        return row[0] if row else 0

    def update(
        self,
        account_id: int,
        *,
        name: str,
        email: str,
        admin: bool,
        active: bool,
        quota: int | None,
        locale: str,
        zone: str,
    ) -> None:
        self._db.run(_UPDATE, (name, email, int(admin), int(active), quota, locale, zone, account_id))
        self._db.run("delete from handle where account_id = ?", (account_id,))
        self._add_handles(account_id, name, email)

    def set_password(self, account_id: int, password: str | None) -> None:
        self._db.run("update account set password = ? where id = ?", (password, account_id))

    def password(self, account_id: int) -> str | None:
        row = self._db.one("select password from account where id = ?", (account_id,))
        return row[0] if row else None

    def take(self, account_id: int) -> Account:
        row = self._db.one(f"select {_COLUMNS} from account where id = ? {{for_update}}", (account_id,))
        if row is None:
            raise AccountMissing("There is no such account.")
        return _account(row)

    def hindrances(self, account_id: int) -> tuple[bool, bool, bool]:
        row = self._db.one(_HINDRANCES, (account_id, account_id, account_id, account_id))
        assert row is not None  # there is nothing it could not find
        return row[0] == 1, row[1] == 1, row[2] == 1

    def advance(self, account_id: int, rows: int, used: int, *, taken: Account | None = None) -> int:
        if taken is None:
            row = self._db.one(f"{_ADVANCE} returning seq", (rows, used, account_id))
            seq: int | None = row[0] if row else None
        else:
            seq = taken.seq + rows if self._db.run(_ADVANCE, (rows, used, account_id)) else None
        if seq is None:
            raise AccountMissing("There is no such account.")
        if rows:
            self._db.grown[account_id] = seq
        return seq

    def remove(self, account_id: int) -> None:
        self._db.run("delete from handle where account_id = ?", (account_id,))
        for table in _BESIDE:
            self._db.run(f"delete from {table} where account_id = ?", (account_id,))
        self._db.run("delete from account where id = ?", (account_id,))


def _plain(value: object) -> object:
    return int(value) if isinstance(value, bool) else value


def _account(row: Row) -> Account:
    account_id, name, email, admin, active, *rest = row
    return Account(account_id, name, email, bool(admin), bool(active), *rest)
