"""Ways in: sessions, app passwords, tokens."""

from typing import Protocol

from nuvol.model.accounts import Grant


class GrantRows(Protocol):
    """Sessions, app passwords and tokens, found by the digest of their secret."""

    def add(self, grant: Grant, digest: bytes) -> None: ...
    def by_digest(self, digest: bytes) -> Grant | None: ...
    def of(self, account_id: int, kind: str | None = None) -> list[Grant]: ...
    def get(self, account_id: int, grant_id: int) -> Grant | None: ...
    def used(self, account_id: int, grant_id: int, at: int, expires_at: int | None, network: str) -> None:
        """It was used at `at` from `network`, and now lives until `expires_at`."""

    def revoke(self, account_id: int, grant_id: int, at: int, until: int) -> bool:
        """It is known as revoked from `at` on, and forgotten after `until`."""

    def remove(self, account_id: int, grant_id: int) -> bool: ...
    def count_app(self, app: str) -> int:
        """How many this app was given, in all accounts."""

    def remove_app(self, app: str) -> int:
        """Whatever this app was given, in every account."""

    def remove_all(self, account_id: int, kind: str | None = None, but: int | None = None) -> int:
        """`kind` None: of every kind. `but`: the grant that stays."""

    def expire(self, before: int) -> int:
        """Remove those that expired earlier than `before`."""
