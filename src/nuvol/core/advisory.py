"""Advisory locks: a desk tells others that somebody is at work on a file (stacksync.md §6). They bind nobody.

Times are the caller's own clock, as text: desks compare them with each other and never with ours.
"""

import re
from datetime import datetime, timedelta

from msgspec.structs import replace

from nuvol.core import access
from nuvol.core.access import require
from nuvol.core.files.room import Files
from nuvol.errors import AdvisoryLocked, BadValue
from nuvol.model.accounts import Actor
from nuvol.model.nodes import AdvisoryLock
from nuvol.stores.base import Transaction

OPEN, CLOSED = "open", "close"
FORM = "%Y-%m-%d %H:%M:%S"

_ID = re.compile(r"[0-9]{1,15}", re.ASCII)


class Advisory:
    def __init__(self, files: Files) -> None:
        self._files = files

    def lock(self, actor: Actor, wish: AdvisoryLock, minutes: int) -> None:
        """Granted when nobody holds it, when its holder asks again from the same machine, or when the one held has
        not been refreshed for so many minutes of the caller's clock. Raises AdvisoryLocked, BadValue."""
        require(actor, "write")
        now = _moment(wish.at)
        if not 0 <= minutes <= 1_000_000:
            raise BadValue("The time limit is a number of minutes.")

        def unit(tx: Transaction) -> None:
            account_id = self._hold(tx, actor, wish.item)
            held = tx.advisory_locks.get(account_id, wish.item, wish.cloud)
            stale = held is None or _moment(held.at) + timedelta(minutes=minutes) < now
            if held is not None and held.status == OPEN and not _same(held, wish) and not stale:
                raise AdvisoryLocked(f"{held.user} is at work on it.")
            tx.advisory_locks.put(replace(wish, account_id=account_id, status=OPEN))

        self._files.catalog.write(unit)

    def refresh(self, actor: Actor, wish: AdvisoryLock) -> None:
        """Still at work. Raises AdvisoryLocked when it is not the caller's own."""
        self._own(actor, wish, OPEN)

    def unlock(self, actor: Actor, wish: AdvisoryLock) -> None:
        """Raises AdvisoryLocked when it is not the caller's own."""
        self._own(actor, wish, CLOSED)

    def get(self, actor: Actor, item: str, cloud: str | None) -> AdvisoryLock | None:
        """`cloud` None: in whatever cloud."""
        require(actor, "read")

        def look(tx: Transaction) -> AdvisoryLock | None:
            return tx.advisory_locks.get(self._home(tx, actor, item, "read"), item, cloud)

        return self._files.catalog.read(look)

    def _own(self, actor: Actor, wish: AdvisoryLock, status: str) -> None:
        require(actor, "write")
        _moment(wish.at)

        def unit(tx: Transaction) -> None:
            account_id = self._hold(tx, actor, wish.item)
            held = tx.advisory_locks.get(account_id, wish.item, wish.cloud)
            if held is None or not _same(held, wish):
                raise AdvisoryLocked("It is not locked by you.")
            tx.advisory_locks.put(replace(wish, account_id=account_id, status=status))

        self._files.catalog.write(unit)

    def _hold(self, tx: Transaction, actor: Actor, item: str) -> int:
        account_id = self._home(tx, actor, item, "write")
        tx.accounts.take(account_id)
        return account_id

    def _home(self, tx: Transaction, actor: Actor, item: str, verb: str) -> int:
        """The account in which the lock rests: that of the file's owner, so that all who may see the file see it; the
        caller's, when it is a file of another cloud. Raises NotAllowed, when the caller may not do `verb` there."""
        node = self._files.find(tx, actor, int(item)) if _ID.fullmatch(item) else None
        if node is None:
            return actor.account_id
        access.require(actor, verb, node, tx)
        return node.account_id


def _same(held: AdvisoryLock, wish: AdvisoryLock) -> bool:
    return (held.user, held.machine) == (wish.user, wish.machine)


def _moment(text: str) -> datetime:
    try:
        return datetime.strptime(text, FORM)
    except ValueError:
        raise BadValue("The time must be written like 2026-01-31 23:59:59.") from None
