"""Accounts, invitations to make one, and failed attempts to get in."""

from typing import Protocol

from msgspec import Struct

from nuvol.model.accounts import Account


class AccountRows(Protocol):
    """Accounts. A handle is a name or an e-mail address, case-folded; no two accounts share one."""

    def add(self, account: Account, password: str | None) -> None:
        """Raises HandleTaken."""

    def get(self, account_id: int) -> Account | None: ...
    def by_handle(self, handle: str) -> tuple[Account, str | None] | None:
        """The account and its password hash."""

    def all(self, after: int, limit: int) -> list[Account]:
        """By id, ascending, from the one behind `after`."""

    def ids(self) -> list[int]:
        """Of every account."""

    def count_admins(self) -> int:
        """Administrators who are active."""

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
        """Raises HandleTaken."""

    def set_password(self, account_id: int, password: str | None) -> None: ...
    def password(self, account_id: int) -> str | None: ...
    def take(self, account_id: int) -> Account:
        """Read the account and hold its row until the end of the unit: the first act of every write.
        Raises AccountMissing."""

    def hindrances(self, account_id: int) -> tuple[bool, bool, bool]:
        """What a change has to look out for: (a job is at work on a large folder, there are DAV locks, folders are
        open to others or are an app's). All in one question, because every change asks it."""

    def advance(self, account_id: int, rows: int, used: int, *, taken: Account | None = None) -> int:
        """Add to the journal number and to the bytes used; returns the new journal number. `taken`: the row as this
        unit took it, which spares asking for the number."""

    def remove(self, account_id: int) -> None:
        """With its handles and links."""


class Invitation(Struct, frozen=True):
    """What one person can make an account with, once. `email`: under this address only."""

    digest: bytes
    inviter_id: int
    email: str | None
    admin: bool
    quota: int | None
    expires_at: int

    @property
    def id(self) -> str:
        """Names it to people; opens nothing."""
        return self.digest.hex()


class InvitationRows(Protocol):
    """Invitations that nobody has used yet, by the digest of their token."""

    def add(self, invitation: Invitation) -> None: ...
    def get(self, digest: bytes) -> Invitation | None: ...
    def remove(self, digest: bytes) -> bool: ...
    def all(self) -> list[Invitation]: ...
    def expire(self, before: int) -> int: ...


class AttemptRows(Protocol):
    """Failed attempts by bucket (an account, a network, a known device)."""

    def get(self, bucket: str) -> tuple[int, int]:
        """(failures, time of the last one); (0, 0) when there are none."""

    def take(self, bucket: str) -> tuple[int, int]:
        """Like `get`, and nobody else changes this bucket until the unit ends, also when it has no row yet."""

    def set(self, bucket: str, failures: int, at: int) -> None: ...
    def clear(self, bucket: str) -> None: ...
    def expire(self, before: int) -> int: ...
