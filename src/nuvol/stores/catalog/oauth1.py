"""OAuth 1's requests and nonces as rows."""

from nuvol.stores.base import OAuthRequest
from nuvol.stores.catalog.database import Connection


class OAuthRequests:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def add(self, request: OAuthRequest) -> None:
        self._db.run(
            "insert into oauth_request (digest, app, secret, callback, account_id, scopes, verifier, expires_at)"
            " values (?,?,?,?,?,?,?,?)",
            (
                request.digest,
                request.app,
                request.secret,
                request.callback,
                request.account_id,
                " ".join(sorted(request.scopes)),
                request.verifier,
                request.expires_at,
            ),
        )

    def get(self, digest: bytes) -> OAuthRequest | None:
        row = self._db.one(
            "select digest, app, secret, callback, account_id, scopes, verifier, expires_at from oauth_request"
            " where digest = ?",
            (digest,),
        )
        if row is None:
            return None
        key, app, secret, callback, account_id, scopes, verifier, expires_at = row
        return OAuthRequest(
            bytes(key),
            app,
            bytes(secret),
            callback,
            account_id,
            frozenset(scopes.split()),
            None if verifier is None else bytes(verifier),
            expires_at,
        )

    def allow(self, digest: bytes, account_id: int, scopes: frozenset[str], verifier: bytes) -> bool:
        return (
            self._db.run(
                "update oauth_request set account_id = ?, scopes = ?, verifier = ?"
                " where digest = ? and account_id is null",
                (account_id, " ".join(sorted(scopes)), verifier, digest),
            )
            > 0
        )

    def remove(self, digest: bytes) -> bool:
        return self._db.run("delete from oauth_request where digest = ?", (digest,)) > 0

    def expire(self, before: int) -> int:
        return self._db.run("delete from oauth_request where expires_at < ?", (before,))


class Nonces:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def use(self, account_id: int, digest: bytes, expires_at: int) -> bool:
        sql = "insert into nonce (account_id, digest, expires_at) values (?,?,?) on conflict do nothing"
        return self._db.run(sql, (account_id, digest, expires_at)) > 0

    def expire(self, before: int) -> int:
        return self._db.run("delete from nonce where expires_at < ?", (before,))
