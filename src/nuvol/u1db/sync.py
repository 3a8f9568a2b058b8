"""Two replicas become one: the exchange, which exists once, and the source that drives it (u1db.md part 6).

The *source* begins; the *target* answers. In an exchange the source sends what it changed and gets what the target
changed; conflicts are kept by the source alone. Each side remembers how much it has of the other, run by run, so a sync
that breaks off goes on where it stopped.
"""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from typing import NamedTuple, Protocol

from nuvol.errors import CloudError, DatabaseDoesNotExist, InvalidGeneration, InvalidTransactionId
from nuvol.u1db.arrivals import State
from nuvol.u1db.replica import Replica
from nuvol.u1db.revision import require_replica_uid
from nuvol.u1db.table import Change, Head, Known

RUN = 250
"""Entries put into a replica at once: one question and a few calls for all of them, and less than 50 ms in which nobody
else writes, with some indexes too."""
RUN_BYTES = 4 << 20
"""Text after which a run is put in though it is shorter, for the sake of memory."""
PART_BYTES = 4 << 20
"""Text after which a push goes on in another exchange. The reference takes 15 MiB, of which one entry may be 10."""
FRAME = 200
"""Bytes that an entry has beside its text, about."""


class SyncInfo(NamedTuple):
    """What source and target know of each other, as the target sees it."""

    target_replica_uid: str
    target_generation: int
    target_transaction_id: str
    source_generation: int
    """How much the target has of the source."""
    source_transaction_id: str


class Answer(NamedTuple):
    """What the target says in an exchange. `entries` is to be read to its end, or closed."""

    head: Head
    """Once its entries are here, the source has everything of the target up to this."""
    entries: Generator[Sequence[Change], None, None]


class SyncTarget(Protocol):
    """The other side of a sync, near or far. Raises DatabaseDoesNotExist when it is not there."""

    def get_sync_info(self, source_uid: str) -> SyncInfo: ...
    def record_sync_info(self, source_uid: str, known: Known) -> None:
        """The target has everything of the source up to `known`."""

    def sync_exchange(self, source_uid: str, last_known: Known, entries: Sequence[Change], ensure: bool) -> Answer:
        """`last_known`: what the source has of the target. `ensure`: make the target if it is missing."""


# -------------------------------------------------------------------------------------------------- the target


class SyncExchange:
    """The target's side of one exchange (6.2): give it the entries as they come, then take the answer.

    `add` only gathers; `apply` writes and may take a while; so a caller on an event loop can choose where each runs.
    An error of any of them leaves what was applied before.
    """

    def __init__(self, replica: Replica, source_replica_uid: str, last_known: Known) -> None:
        """Raises InvalidGeneration, InvalidTransactionId, InvalidRevision (the uid can be none)."""
        self._replica = replica
        self._source = require_replica_uid(source_replica_uid)
        self._last_known = last_known
        self._run: list[Change] = []
        self._run_bytes = 0
        self._theirs = bytearray()
        """By generation behind `last_known`: whether the document of that change is what the source sent."""
        replica.require_past(last_known)

    def add(self, entries: Sequence[Change]) -> bool:
        """Whether it is time to `apply` them."""
        self._run += entries
        self._run_bytes += sum(FRAME + len(entry.content or "") for entry in entries)
        return len(self._run) >= RUN or self._run_bytes >= RUN_BYTES

    def apply(self) -> None:
        """Put in what was added. Raises what `Replica.take_in` does; what precedes the failing entry is stored, and
        what follows it is forgotten."""
        added, self._run, self._run_bytes = self._run, [], 0
        for start in range(0, len(added), RUN):
            for arrival in self._replica.take_in(self._source, added[start : start + RUN], save_conflicts=False):
                if arrival.state in (State.INSERTED, State.CONVERGED):
                    self._remember(arrival.newest)

    def answer(self) -> Answer:
        """Everything is there: what the source lacks. Documents that change from now on are left for the next sync."""
        self.apply()
        head = self._replica.head()
        return Answer(head, self._lacking(head.generation))

    def _remember(self, generation: int) -> None:
        place = generation - self._last_known.generation - 1
        if place >= len(self._theirs):
            self._theirs.extend(bytes(place + 1 - len(self._theirs)))
        if place >= 0:
            self._theirs[place] = True

    def _lacking(self, until: int) -> Generator[list[Change], None, None]:
        self._theirs.extend(bytes(max(0, until - self._last_known.generation - len(self._theirs))))
        first = self._last_known.generation + 1
        for page in self._replica.changes(self._last_known.generation, until):
            lacking = [change for change in page if not self._theirs[change.generation - first]]
            if lacking:
                yield lacking


class LocalTarget:
    """A replica of this process as the other side."""

    def __init__(self, replica: Replica) -> None:
        self._replica = replica

    def get_sync_info(self, source_uid: str) -> SyncInfo:
        head, known = self._replica.head(), self._replica.known(require_replica_uid(source_uid))
        return SyncInfo(head.replica_uid, head.generation, head.transaction_id, known.generation, known.transaction_id)

    def record_sync_info(self, source_uid: str, known: Known) -> None:
        self._replica.know(require_replica_uid(source_uid), known)

    def sync_exchange(self, source_uid: str, last_known: Known, entries: Sequence[Change], ensure: bool) -> Answer:
        exchange = SyncExchange(self._replica, source_uid, last_known)
        exchange.add(entries)
        return exchange.answer()


# -------------------------------------------------------------------------------------------------- the source


def synchronise(replica: Replica, target: SyncTarget, autocreate: bool = True) -> int:
    """Bring both to the same documents (6.1); returns how far `replica` was before.

    Raises InvalidGeneration and InvalidTransactionId when one of them has lost or changed its past,
    DatabaseDoesNotExist without `autocreate`, and what the target raises. Whatever was received until then is kept.

    The same may be pushed meanwhile: by another thread, or by a program that was killed and whose request the target is
    still reading. Then this goes on from where the target is by now."""
    while True:
        info, ensure = _ask(replica.replica_uid, target, autocreate)
        try:
            return _synchronise(replica, target, info, ensure)
        except InvalidGeneration:
            now, _ = _ask(replica.replica_uid, target, autocreate)
            if now.source_generation <= info.source_generation:
                raise


def _ask(uid: str, target: SyncTarget, autocreate: bool) -> tuple[SyncInfo, bool]:
    """What the target knows, and whether it is still to be made."""
    try:
        return target.get_sync_info(uid), False
    except DatabaseDoesNotExist:
        if not autocreate:
            raise
        return SyncInfo("", 0, "", 0, ""), True


def _synchronise(replica: Replica, target: SyncTarget, info: SyncInfo, ensure: bool) -> int:
    uid = replica.replica_uid
    if info.target_replica_uid == uid:
        raise InvalidTransactionId("Both replicas have the same uid: one is a copy of the other.")
    replica.require_past(Known(info.source_generation, info.source_transaction_id))
    before = replica.head()
    last_known = replica.known(info.target_replica_uid) if info.target_replica_uid else Known()
    if before.generation == info.source_generation and last_known.generation == info.target_generation:
        if last_known.transaction_id != info.target_transaction_id:
            raise InvalidTransactionId("The target has another past than the one that was synced with.")
        return before.generation

    peer = info.target_replica_uid
    received = 0
    for part in _parts(replica.changes(info.source_generation, before.generation)):
        answer = target.sync_exchange(uid, last_known, part, ensure)
        peer = peer or answer.head.replica_uid
        with closing(answer.entries):
            received += _receive(replica, peer, answer)
        last_known, ensure = Known(answer.head.generation, answer.head.transaction_id), False
        replica.know(peer, last_known)

    after = replica.head()
    if received and after.generation == before.generation + received:
        target.record_sync_info(uid, Known(after.generation, after.transaction_id))
    return before.generation


def _receive(replica: Replica, peer: str, answer: Answer) -> int:
    """Put in what the target sends, as it comes; how many of them are new here."""
    received = 0
    for run in _runs(answer.entries):
        arrivals = replica.take_in(peer, run, save_conflicts=True)
        received += sum(arrival.state in (State.INSERTED, State.CONFLICTED) for arrival in arrivals)
    return received


def _runs(pages: Iterator[Sequence[Change]]) -> Iterator[list[Change]]:
    return _gathered(pages, RUN, RUN_BYTES)


def _parts(pages: Iterator[Sequence[Change]]) -> Iterator[list[Change]]:
    """What goes out in one exchange each; at least one, for there may be something to fetch."""
    parts = _gathered(pages, 1 << 62, PART_BYTES)
    yield next(parts, [])
    yield from parts


def _gathered(pages: Iterator[Sequence[Change]], most: int, most_bytes: int) -> Iterator[list[Change]]:
    """Runs of at most so much; what came before an error comes too."""
    gathered: list[Change] = []
    size = 0
    try:
        for page in pages:
            for change in page:
                gathered.append(change)
                size += FRAME + len(change.content or "")
                if len(gathered) >= most or size >= most_bytes:
                    yield gathered
                    gathered, size = [], 0
    except CloudError:
        if gathered:
            yield gathered
        raise
    if gathered:
        yield gathered
