"""From an upload to a picture: contents that wait are looked at, one after another, by a program that may break.

The queue is rows: they are written in the unit that brings the content, so nothing is forgotten, and taken by lease, so
that several processes share them and what a dead one had is taken by another. What comes of a look is derived: it is
not charged, goes with its content, and is made again where it is lost.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Event

from msgspec import Struct

from nuvol.clock import HOUR, MINUTE
from nuvol.core.files.ledger import Ledger
from nuvol.core.files.reads import Reading
from nuvol.core.files.room import Files
from nuvol.errors import AccountMissing
from nuvol.gazetteer import towns
from nuvol.model.accounts import Actor
from nuvol.model.nodes import Node, Version
from nuvol.model.photos import Made, Picture, Stage, Waiting, offset_of
from nuvol.stores.base import BlobKey, Transaction

LEASE = 10 * MINUTE
"""Longer than any look takes: who is not done by then is dead."""
ATTEMPTS = 3
"""A content that broke the program so often, or met so many ends of the server, is left alone."""
FAR = 300_000
"""Metres: farther away than that, a town tells nothing of the clocks."""
AT_ONCE = 8
"""Rows that are looked at to find one that nobody else takes at the same moment."""
Unit = Callable[[Ledger], None]

INDEXED = "photos"
"""What the instance remembers when every file of before is in the timeline."""


class Look(Struct, frozen=True):
    """A content to be looked at, and how to read it."""

    waiting: Waiting
    reading: Reading


class Developing:
    """The queue of contents that wait for a look, and what becomes of them."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def on_upload(self, wake: Event) -> None:
        """Set `wake` when there may be something to look at."""
        self._files.catalog.on_change(lambda notices: wake.set())

    def waiting(self) -> int:
        """How many contents nobody has looked at yet."""
        return self._files.catalog.read(lambda tx: tx.photos.count_waiting())

    def take(self) -> Look | None:
        """The content that waits longest, to be looked at by the caller alone; None: there is none."""
        while found := self._files.catalog.read(lambda tx: tx.photos.waiting(self._files.clock(), AT_ONCE)):
            for waiting in found:
                now = self._files.clock()
                if not self._files.catalog.write(partial(_lease, waiting, now)):
                    continue
                if waiting.attempts >= ATTEMPTS:
                    self.fail(waiting, "The look at it broke off again and again.")
                    continue
                reading = self._reading(waiting)
                if reading is not None:
                    return Look(waiting, reading)
        return None

    def _reading(self, waiting: Waiting) -> Reading | None:
        account_id, hash = waiting.account_id, waiting.hash

        def look(tx: Transaction) -> tuple[Node, Version, bytes | None] | None:
            for node_id, number, _ in tx.versions.naming(account_id, hash, 1):
                node, version = tx.nodes.get(account_id, node_id), tx.versions.get(account_id, node_id, number)
                if node is not None and version is not None:
                    return node, version, tx.chunks.inline(account_id, hash)
            return None

        found = self._files.catalog.snapshot(look)
        if found is None:  # no version names it any more
            self._files.catalog.write(lambda tx: tx.photos.drop_picture(account_id, hash))
            return None
        node, version, inline = found
        return Reading(self._files, Actor(account_id), node, version, inline)

    def settle(self, waiting: Waiting, made: Made, data: bytes) -> None:
        """Keep what came of a look, with its thumbnails."""
        if made.failure:
            return self.fail(waiting, made.failure)
        with self._kept(waiting.account_id, data) as key:
            self._write(waiting, made, key.id, len(data))

    @contextmanager
    def _kept(self, account_id: int, data: bytes) -> Iterator[BlobKey]:
        """The bytes as a blob, which goes again when no row comes to name it."""
        key = BlobKey(account_id, self._files.new_id())
        self._files.in_flight.add(key)
        self._files.require_room(len(data))
        writer = self._files.blobs.begin(key)
        try:
            with self._files.filling():
                writer.append([data])
                writer.commit()
            yield key
        except BaseException:
            writer.abort()
            raise
        finally:
            self._files.in_flight.discard(key)

    def _write(self, waiting: Waiting, made: Made, blob_id: int, size: int) -> None:
        def unit(ledger: Ledger) -> None:
            local_at, zone = _times(made, ledger.account.zone)
            picture = Picture(
                account_id=waiting.account_id,
                hash=waiting.hash,
                stage=Stage.READY,
                film=waiting.film,
                width=made.width,
                height=made.height,
                local_at=local_at,
                zone=zone,
                latitude=made.latitude,
                longitude=made.longitude,
                facts=made.facts,
                blur=made.blur,
                likeness=made.likeness,
                sha256=made.sha256,
                blob_id=blob_id,
                thumbnails=made.thumbnails,
            )
            ledger.tx.chunks.add_blob(waiting.account_id, blob_id, size)
            _settle(ledger, picture)

        self._run(waiting, unit)

    def fail(self, waiting: Waiting, why: str) -> None:
        """There is nothing to see: `why`, as a sentence. The file stays as it is."""
        picture = Picture(waiting.account_id, waiting.hash, Stage.FAILED, waiting.film, failure=why)
        self._run(waiting, lambda ledger: _settle(ledger, picture))

    def _run(self, waiting: Waiting, unit: Unit) -> None:
        try:
            self._files.write_in(waiting.account_id, Actor(waiting.account_id), unit)
        except AccountMissing:  # removed meanwhile, with all it held
            return

    # ------------------------------------------------------------------------------------------ for upkeep

    def index(self) -> int:
        """Put files of before there was a timeline into it, once; returns how many."""
        catalog, count, after = self._files.catalog, 0, (0, 0)
        if catalog.read(lambda tx: tx.instance.get(INDEXED)) is not None:
            return 0
        while found := catalog.read(partial(_unindexed, after, self._files.rules.batch_rows)):
            for account_id in dict.fromkeys(account_id for account_id, _ in found):
                ids = [node_id for owner_id, node_id in found if owner_id == account_id]
                catalog.write(partial(_index, account_id, ids))
            count, after = count + len(found), found[-1]
        catalog.write(lambda tx: tx.instance.set(INDEXED, str(self._files.clock())))
        return count


def _lease(waiting: Waiting, now: int, tx: Transaction) -> bool:
    return tx.photos.lease(waiting, now, now + LEASE)


def _settle(ledger: Ledger, picture: Picture) -> None:
    for node_id in ledger.tx.photos.settle(picture):
        node = ledger.tx.nodes.get(ledger.account_id, node_id)
        if node is not None:
            ledger.note("ready", node, object="photo")


def _unindexed(after: tuple[int, int], limit: int, tx: Transaction) -> list[tuple[int, int]]:
    return tx.photos.unindexed(after, limit)


def _index(account_id: int, node_ids: list[int], tx: Transaction) -> None:
    tx.accounts.take(account_id)
    done = {node_id for node_id in node_ids if tx.photos.get(account_id, node_id) is not None}
    tx.photos.index([node for node in tx.nodes.many(account_id, node_ids) if node.id not in done])


def _times(made: Made, home: str) -> tuple[int | None, int | None]:
    """Local time and zone: as the camera tells them; a zone that it does not tell is guessed from the place."""
    if made.local_at is None and made.instant is None:
        return None, None
    zone = made.zone
    if zone is None:
        at = made.local_at if made.instant is None else made.instant
        zone = guess_zone(at or 0, made.latitude, made.longitude, home)
    if made.local_at is not None:
        return made.local_at, zone
    if zone is None:  # a film tells the instant only: it is shown by the clock at home
        zone = offset_of(home, made.instant or 0)
    return (made.instant or 0) + (zone or 0) * MINUTE, zone


def guess_zone(at: int, latitude: int | None, longitude: int | None, home: str) -> int | None:
    """Minutes ahead of UTC: those of the next town. Far from all towns those of the account, if they may be, else what
    the sun says: clocks keep within three hours of it nearly everywhere. None: nothing is known, not even the place.

    `at`: about when, in microseconds; `home`: the account's zone (IANA).
    """
    if latitude is None or longitude is None:
        return None
    if (town := towns.near(latitude, longitude, FAR)) is not None:
        return offset_of(town.zone, at)
    own = offset_of(home, at)
    sun = round(longitude / 15_000_000) * 60
    if own is not None and abs(own - sun) <= 3 * HOUR // MINUTE:
        return own
    return sun
