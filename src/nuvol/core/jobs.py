"""What is done without being asked: interrupted work goes on, what is over ends, garbage is swept."""

from functools import partial
from threading import Event

import msgspec

from nuvol.clock import HOUR
from nuvol.core.documents import Documents
from nuvol.core.files.across import Across
from nuvol.core.files.contents import take_abandoned
from nuvol.core.files.mounts import Mounts
from nuvol.core.files.room import Files
from nuvol.core.files.trash import Trash
from nuvol.core.files.uploads import Uploads
from nuvol.core.files.versions import Versions
from nuvol.core.grants import Grants
from nuvol.core.journal import Journal
from nuvol.core.sweep import Sweep, Swept
from nuvol.errors import AccountMissing
from nuvol.model.accounts import Actor
from nuvol.model.nodes import State, Status
from nuvol.stores.base import Transaction

SHORT_GRACE = HOUR
"""For who reads what was just purged. Unfinished uploads pin what they build on; it is backups that need the rest of
`rules.grace_hours`, and on a full disk they wait."""


class Upkeep:
    """Every function may run at any time, also twice at once; each comes back when its work is done."""

    def __init__(
        self,
        files: Files,
        trash: Trash,
        across: Across,
        mounts: Mounts,
        uploads: Uploads,
        versions: Versions,
        journal: Journal,
        grants: Grants,
        documents: Documents,
    ) -> None:
        self._files = files
        self._trash = trash
        self._across = across
        self._mounts = mounts
        self._uploads = uploads
        self._versions = versions
        self._journal = journal
        self._grants = grants
        self._documents = documents
        self._born = files.new_id()
        """Jobs noted later are no leftovers but under way."""

    def resume(self) -> int:
        """Go on with what a restart interrupted or a full disk broke off; returns how many jobs there were."""
        jobs = [job for job in self._files.catalog.read(lambda tx: tx.jobs.all()) if self._is_left_over(job[1])]
        for account_id, job_id, verb, data in jobs:
            try:
                if verb == "handover":
                    node_id, to_account, arrival = msgspec.json.decode(data, type=tuple[int, int, int])
                    self._across.resume(Actor(account_id), (account_id, node_id), to_account, arrival, job_id)
                else:
                    self._trash.resume(account_id, job_id, verb, msgspec.json.decode(data, type=int))
            except AccountMissing:  # removed meanwhile with all it held
                self._files.catalog.write(partial(_end, account_id, job_id))
        return len(jobs) + self._documents.sweep()

    def _is_left_over(self, job_id: int) -> bool:
        return job_id < self._born or job_id in self._files.left_over

    def expire(self) -> None:
        """End what is over: trash, versions, uploads, journal rows, sessions, invitations, locks, failed attempts, and
        mounts of what is no longer open."""
        self._trash.expire()
        self._uploads.expire()
        self._versions.thin()
        self._journal.trim()
        self._grants.expire()
        now = self._files.clock()
        self._files.catalog.write(lambda tx: (tx.locks.expire(now), tx.shares.expire(now)))
        self._mounts.mend()

    def sweep(self, *, orphans_after: float | None = None) -> Swept:
        """Free what nothing names any more (see `core.sweep`)."""
        return Sweep(self._files).run(orphans_after=orphans_after)

    @property
    def room_is_wanted(self) -> Event:
        """Set when something did not fit on the disk; who sees it calls `make_room`."""
        return self._files.is_full

    def make_room(self) -> Swept:
        """Finish what was being removed and free what is dead, after a shorter grace than usual."""
        self._files.is_full.clear()
        self.resume()
        return Sweep(self._files).free(min(SHORT_GRACE, self._files.rules.grace_hours * HOUR))

    def remove_tree(self, account_id: int) -> None:
        """Remove everything an account holds; its rows of access are gone already. Chunks are left to the sweep."""
        actor = Actor(account_id)
        self._files.catalog.write(lambda tx: tx.shares.forget(account_id))
        self._mounts.mend()
        self._trash.empty(actor)

        def unit(tx: Transaction) -> int:
            account = tx.accounts.take(account_id)
            tx.nodes.mark(account_id, [account.root_id], State.HIDDEN, None, self._files.clock(), Status.DELETED, actor)
            return account.root_id

        root_id = self._files.catalog.write(unit)
        self._trash.discard(account_id, actor, root_id, self._files.new_id())
        take_abandoned(self._files)
        self._documents.clear(account_id)
        self._files.catalog.write(lambda tx: tx.photos.forget(account_id))
        self._journal.clear(account_id)
        self._files.paths.clear()


def _end(account_id: int, job_id: int, tx: Transaction) -> None:
    tx.jobs.remove(account_id, job_id)
