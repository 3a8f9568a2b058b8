"""Signed requests of OAuth 1."""

from typing import Protocol

from msgspec import Struct


class OAuthRequest(Struct, frozen=True):
    """A question of an app's (OAuth 1's request token), by the digest of its token."""

    digest: bytes
    app: str
    """Key of the app."""
    secret: bytes
    """Sealed."""
    callback: str
    account_id: int | None
    """Who said yes; None until then."""
    scopes: frozenset[str]
    verifier: bytes | None
    """Digest of what the app must show to get its token."""
    expires_at: int


class OAuthRequestRows(Protocol):
    """Questions of apps that wait for a person's answer, and answers that wait for the app."""

    def add(self, request: OAuthRequest) -> None: ...
    def get(self, digest: bytes) -> OAuthRequest | None: ...
    def allow(self, digest: bytes, account_id: int, scopes: frozenset[str], verifier: bytes) -> bool:
        """False when there is none, or somebody has answered it."""

    def remove(self, digest: bytes) -> bool: ...
    def expire(self, before: int) -> int: ...


class NonceRows(Protocol):
    """What was shown once and must not be shown again."""

    def use(self, account_id: int, digest: bytes, expires_at: int) -> bool:
        """False when it was used before."""

    def expire(self, before: int) -> int: ...
