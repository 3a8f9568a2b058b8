"""What happened, in order."""

from collections.abc import Iterable
from typing import Protocol

from nuvol.model.journal import Change


class JournalRows(Protocol):
    """What happened in an account, numbered without a gap."""

    def add(self, changes: Iterable[Change]) -> None: ...
    def after(self, account_id: int, seq: int, limit: int) -> list[Change]: ...
    def shared_after(self, account_id: int, seq: int, limit: int) -> list[Change]:
        """Those that touch a folder open to others."""

    def before(self, account_id: int, seq: int, limit: int) -> list[Change]:
        """Newest first, those below this number."""

    def floor(self, account_id: int) -> int:
        """Rows up to this number have been trimmed."""

    def count_actions(self, account_id: int, folder_id: int | None = None) -> tuple[int, int]:
        """What happened to files and was not merely said about a link: (how many have been trimmed, how many are
        there). `folder_id`: only what happened below this folder of an app; of that nobody knows what was trimmed."""

    def actions(self, account_id: int, skip: int, limit: int, folder_id: int | None = None) -> list[Change]:
        """Those that are there, in order, from the one behind the first `skip`."""

    def trim(self, account_id: int, before: int, limit: int) -> int:
        """Remove the oldest rows, at most `limit` and none that is not older than `before`; returns how many."""
