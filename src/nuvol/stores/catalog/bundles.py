"""What somebody chose to fetch as one archive, and archives of photos that are brought in, as rows."""

import msgspec
from msgspec.structs import astuple, replace

from nuvol.model.bundles import Bundle
from nuvol.model.imports import Brought, Import, Stage
from nuvol.stores.catalog.database import Connection, Row

_IMPORT = ", ".join(Import.__struct_fields__)


class Bundles:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def add(self, bundle: Bundle) -> None:
        ids = " ".join(map(str, bundle.node_ids))
        self._db.run(
            "insert into bundle (account_id, id, name, nodes, expires_at) values (?,?,?,?,?)",
            (bundle.account_id, bundle.id, bundle.name, ids, bundle.expires_at),
        )

    def get(self, account_id: int, bundle_id: int) -> Bundle | None:
        sql = "select name, nodes, expires_at from bundle where account_id = ? and id = ?"
        row = self._db.one(sql, (account_id, bundle_id))
        return Bundle(account_id, bundle_id, row[0], tuple(map(int, row[1].split())), row[2]) if row else None

    def keep(self, account_id: int, most: int) -> int:
        newest = "select id from bundle where account_id = ? order by id desc limit ?"
        sql = f"delete from bundle where account_id = ? and id not in ({newest})"
        return self._db.run(sql, (account_id, account_id, most))

    def expire(self, before: int) -> int:
        return self._db.run("delete from bundle where expires_at < ?", (before,))


class Imports:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def add(self, one: Import) -> None:
        *start, brought, queued_at = astuple(one)
        self._db.run(
            f"insert into photo_import ({_IMPORT}, leased_until) values (?,?,?,?,?,?,?,?,?,0)",
            (*start, _told(brought), queued_at),
        )

    def get(self, account_id: int, import_id: int) -> Import | None:
        row = self._db.one(
            f"select {_IMPORT} from photo_import where account_id = ? and id = ?", (account_id, import_id)
        )
        return _import(row) if row else None

    def of(self, account_id: int) -> list[Import]:
        sql = f"select {_IMPORT} from photo_import where account_id = ? order by id desc"
        return [_import(row) for row in self._db.all(sql, (account_id,))]

    def waiting(self, now: int, limit: int) -> list[Import]:
        sql = (
            f"select {_IMPORT} from photo_import where stage = 0 and leased_until <= ?"
            " order by queued_at, account_id, id limit ?"
        )
        return [_import(row) for row in self._db.all(sql, (now, limit))]

    def lease(self, account_id: int, import_id: int, now: int, until: int) -> bool:
        sql = (
            "update photo_import set leased_until = ?"
            " where account_id = ? and id = ? and stage = 0 and leased_until <= ?"
        )
        return self._db.run(sql, (until, account_id, import_id, now)) > 0

    def note(self, account_id: int, import_id: int, stage: int, brought: Brought, until: int) -> bool:
        sql = "update photo_import set stage = ?, brought = ?, leased_until = ? where account_id = ? and id = ?"
        return self._db.run(sql, (stage, _told(brought), until, account_id, import_id)) > 0

    def remove(self, account_id: int, import_id: int) -> bool:
        sql = "delete from photo_import where account_id = ? and id = ?"
        return self._db.run(sql, (account_id, import_id)) > 0

    def expire(self, before: int) -> int:
        return self._db.run("delete from photo_import where stage <> ? and queued_at < ?", (Stage.GOING, before))


def _told(brought: Brought) -> str:
    return msgspec.json.encode(brought).decode()


def _import(row: Row) -> Import:
    one = Import(*row)
    return replace(one, brought=msgspec.json.decode(str(one.brought), type=Brought))
