"""Locks that bind, and locks that only tell."""

from typing import Protocol

from nuvol.model.nodes import AdvisoryLock, Lock


class LockRows(Protocol):
    """DAV locks, until they expire."""

    def add(self, lock: Lock) -> None: ...
    def of(self, account_id: int, now: int) -> list[Lock]:
        """Locks that have not expired."""

    def refresh(self, account_id: int, token: str, expires_at: int, seconds: int) -> None: ...
    def remove(self, account_id: int, token: str) -> bool: ...
    def expire(self, before: int) -> int: ...


class AdvisoryLockRows(Protocol):
    """What desks tell each other of who is at work on what: one for each file and cloud."""

    def put(self, lock: AdvisoryLock) -> None:
        """In place of what may be there."""

    def get(self, account_id: int, item: str, cloud: str | None) -> AdvisoryLock | None:
        """`cloud` None: in whatever cloud; one that is open goes before one that is closed."""

    def remove_all(self, account_id: int) -> int: ...
