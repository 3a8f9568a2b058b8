"""The history of an account's files, numbered 0, 1, 2, … (CloudFS, section 8): a view of the journal.

Number 0 is the account's beginning, so it is never empty. What left the journal is counted, so numbers stay.
"""

from nuvol.core import access
from nuvol.core.files.room import Files
from nuvol.errors import AccountMissing
from nuvol.model.accounts import Actor
from nuvol.model.journal import Change
from nuvol.stores.base import Transaction

MOST = 1000
"""Entries in one answer."""


class History:
    def __init__(self, files: Files) -> None:
        self._files = files

    def list(self, actor: Actor, start: int = -10, stop: int | None = None) -> list[tuple[int, Change | None]]:
        """(number, what happened), oldest first, at most `MOST`; None: the account was made.

        `start` negative: so many of the newest; `stop` is exclusive. For an app with a home, what happened in its
        folder.
        """
        access.require(actor, "read")

        def look(tx: Transaction) -> list[tuple[int, Change | None]]:
            if tx.accounts.get(actor.account_id) is None:
                raise AccountMissing("There is no such account.")
            trimmed, there = tx.journal.count_actions(actor.account_id, actor.home)
            end = 1 + trimmed + there
            first = max(0, end + start if start < 0 else start)
            last = end if stop is None else min(end, stop if stop >= 0 else end + stop)
            found: list[tuple[int, Change | None]] = [(0, None)] if first == 0 < last else []
            begin = max(first, 1 + trimmed)
            if begin < last:
                changes = tx.journal.actions(actor.account_id, begin - 1 - trimmed, min(last - begin, MOST), actor.home)
                found += enumerate(changes, begin)
            return found[:MOST]

        return self._files.catalog.snapshot(look)
