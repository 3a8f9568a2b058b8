"""Ways in as rows: grants, invitations, and the failed attempts."""

from msgspec.structs import astuple

from nuvol.model.accounts import Grant
from nuvol.stores.base import Invitation
from nuvol.stores.catalog.database import Connection, Row

_FIELDS = Grant.__struct_fields__
_COLUMNS = ", ".join(_FIELDS)
_SCOPES, _SECRET = _FIELDS.index("scopes"), _FIELDS.index("secret")
_ADD = f"insert into grants ({_COLUMNS}, digest) values ({', '.join('?' * (len(_FIELDS) + 1))})"


class Grants:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def add(self, grant: Grant, digest: bytes) -> None:
        values = list(astuple(grant))
        values[_SCOPES] = " ".join(sorted(grant.scopes))
        self._db.run(_ADD, (*values, digest))

    def by_digest(self, digest: bytes) -> Grant | None:
        row = self._db.one(f"select {_COLUMNS} from grants where digest = ?", (digest,))
        return _grant(row) if row else None

    def of(self, account_id: int, kind: str | None = None) -> list[Grant]:
        sql, args = f"select {_COLUMNS} from grants where account_id = ?", [account_id]
        rows = self._db.all(f"{sql} and kind = ? order by id", (*args, kind)) if kind else self._db.all(sql, args)
        return [_grant(row) for row in rows]

    def get(self, account_id: int, grant_id: int) -> Grant | None:
        row = self._db.one(f"select {_COLUMNS} from grants where account_id = ? and id = ?", (account_id, grant_id))
        return _grant(row) if row else None

    def used(self, account_id: int, grant_id: int, at: int, expires_at: int | None, network: str) -> None:
        self._db.run(
            "update grants set used_at = ?, expires_at = ?, network = ? where account_id = ? and id = ?",
            (at, expires_at, network, account_id, grant_id),
        )

    def revoke(self, account_id: int, grant_id: int, at: int, until: int) -> bool:
        sql = "update grants set revoked_at = ?, expires_at = ? where account_id = ? and id = ? and revoked_at is null"
        return self._db.run(sql, (at, until, account_id, grant_id)) > 0

    def of_app(self, app: str, after: int, limit: int) -> list[Grant]:
        sql = (
            f"select {_COLUMNS} from grants where app = ? and app <> '' and id > ? and revoked_at is null"
            " order by id limit ?"
        )
        return [_grant(row) for row in self._db.all(sql, (app, after, limit))]

    def count_app(self, app: str) -> int:
        row = self._db.one("select count(*) from grants where app = ? and revoked_at is null", (app,))
        return row[0] if row else 0

    def remove_app(self, app: str) -> int:
        return self._db.run("delete from grants where app = ? and app <> ''", (app,))

    def remove(self, account_id: int, grant_id: int) -> bool:
        return self._db.run("delete from grants where account_id = ? and id = ?", (account_id, grant_id)) > 0

    def remove_all(self, account_id: int, kind: str | None = None, but: int | None = None) -> int:
        sql, args = "delete from grants where account_id = ? and id <> ?", [account_id, -1 if but is None else but]
        return self._db.run(f"{sql} and kind = ?", (*args, kind)) if kind else self._db.run(sql, args)

    def expire(self, before: int) -> int:
        return self._db.run("delete from grants where expires_at < ?", (before,))


def _grant(row: Row) -> Grant:
    values = list(row)
    values[_SCOPES] = frozenset(values[_SCOPES].split())
    values[_SECRET] = None if values[_SECRET] is None else bytes(values[_SECRET])
    return Grant(*values)


class Invitations:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def add(self, invitation: Invitation) -> None:
        self._db.run(
            "insert into invitation (digest, inviter_id, email, admin, quota, expires_at) values (?,?,?,?,?,?)",
            (
                invitation.digest,
                invitation.inviter_id,
                invitation.email,
                int(invitation.admin),
                invitation.quota,
                invitation.expires_at,
            ),
        )

    def get(self, digest: bytes) -> Invitation | None:
        row = self._db.one(f"{_INVITATION} where digest = ?", (digest,))
        return _invitation(row) if row else None

    def remove(self, digest: bytes) -> bool:
        return self._db.run("delete from invitation where digest = ?", (digest,)) > 0

    def all(self) -> list[Invitation]:
        return [_invitation(row) for row in self._db.all(f"{_INVITATION} order by expires_at, digest")]

    def expire(self, before: int) -> int:
        return self._db.run("delete from invitation where expires_at < ?", (before,))


_INVITATION = "select digest, inviter_id, email, admin, quota, expires_at from invitation"


def _invitation(row: Row) -> Invitation:
    digest, inviter_id, email, admin, quota, expires_at = row
    return Invitation(bytes(digest), inviter_id, email, bool(admin), quota, expires_at)


class Attempts:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def get(self, bucket: str) -> tuple[int, int]:
        return self._counted("select failures, at from attempt where bucket = ?", bucket)

    def take(self, bucket: str) -> tuple[int, int]:
        # A row must be there to be held; an insert that another unit has not committed yet is waited for.
        self._db.run("insert into attempt (bucket, failures, at) values (?, 0, 0) on conflict do nothing", (bucket,))
        return self._counted("select failures, at from attempt where bucket = ? {for_update}", bucket)

    def _counted(self, sql: str, bucket: str) -> tuple[int, int]:
        row = self._db.one(sql, (bucket,))
        return (row[0], row[1]) if row else (0, 0)

    def set(self, bucket: str, failures: int, at: int) -> None:
        self._db.run(
            "insert into attempt (bucket, failures, at) values (?,?,?)"
            " on conflict (bucket) do update set failures = excluded.failures, at = excluded.at",
            (bucket, failures, at),
        )

    def clear(self, bucket: str) -> None:
        self._db.run("delete from attempt where bucket = ?", (bucket,))

    def expire(self, before: int) -> int:
        return self._db.run("delete from attempt where at < ?", (before,))
