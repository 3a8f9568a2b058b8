"""Garbage: chunks that nothing names, blobs in which nothing rests, files that no row knows.

Deleting goes row first, bytes after a grace; writing goes bytes first, row after. So a crash leaves garbage
only, and the sweep finds it.
"""

import contextlib
import time
from collections.abc import Sequence
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from nuvol.clock import HOUR
from nuvol.core.files.contents import take_abandoned
from nuvol.core.files.room import Files
from nuvol.errors import BlobMissing
from nuvol.model.nodes import Chunk
from nuvol.stores.base import BlobKey, Transaction

BATCH = 500


class Swept(Struct):
    """How much went."""

    chunks: int = 0
    blobs: int = 0
    orphans: int = 0


class Sweep:
    """One sweep over every account; two at once do no harm."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def run(self, *, orphans_after: float | None = None) -> Swept:
        """Free what is dead for longer than the grace.

        `orphans_after`: seconds after which a file without a row is garbage; None: an hour, or at once where no
        other process writes (what this process is receiving is known to it).
        """
        swept = self.free(self._files.rules.grace_hours * HOUR)
        swept.orphans = self._orphans(orphans_after)
        return swept

    def free(self, grace: int) -> Swept:
        """Free what is dead for longer than so many microseconds."""
        swept = Swept()
        now = self._files.clock()
        take_abandoned(self._files)
        take_abandoned(self._files, now - self._files.rules.upload_hours * HOUR)
        before = now - grace
        while dead := self._files.catalog.read(lambda tx: tx.chunks.dead(before, now, BATCH)):
            for account_id in {owner for owner, _ in dead}:
                mine = [chunk.hash for owner, chunk in dead if owner == account_id]
                swept.chunks += self._free(account_id, mine, before, now)
        after = (0, 0)
        while empty := self._files.catalog.read(partial(_empty, after)):
            swept.blobs += sum(self._drop_empty(BlobKey(*pair)) for pair in empty)
            after = empty[-1]
        return swept

    def _free(self, account_id: int, hashes: Sequence[bytes], before: int, now: int) -> int:
        gone = self._files.catalog.write(lambda tx: tx.chunks.forget(account_id, hashes, before, now))
        for blob_id in {chunk.blob_id for chunk in gone}:
            self._shrink(BlobKey(account_id, blob_id), [chunk for chunk in gone if chunk.blob_id == blob_id])
        return len(gone)

    def _shrink(self, key: BlobKey, gone: Sequence[Chunk]) -> None:
        keep = self._files.catalog.read(lambda tx: tx.chunks.in_blob(*_pair(key)))
        with contextlib.suppress(BlobMissing):  # lost already: `doctor` tells of it, and the sweep goes on
            if keep and not self._files.blobs.free(key, [_range(chunk) for chunk in gone], [_range(c) for c in keep]):
                self._rewrite(key, keep)

    def _rewrite(self, key: BlobKey, keep: Sequence[Chunk]) -> None:
        """A blob that cannot be freed in parts: what lives in it moves to a blob of its own, if that gains half."""
        size = self._files.catalog.read(lambda tx: tx.chunks.blob_size(*_pair(key))) or 0
        if sum(chunk.length for chunk in keep) * 2 > size:
            return
        target = BlobKey(key.account_id, self._files.new_id())
        self._files.in_flight.add(target)
        writer = self._files.blobs.begin(target)
        try:
            moved: list[Chunk] = []
            for chunk in keep:
                moved.append(replace(chunk, blob_id=target.id, offset=writer.size))
                writer.append([self._files.blobs.read(key, chunk.offset, chunk.length)])
            writer.commit()

            def unit(tx: Transaction) -> None:
                tx.chunks.add_blob(target.account_id, target.id, sum(chunk.length for chunk in moved))
                tx.chunks.split(key.account_id, key.id)
                tx.chunks.move_chunks(key.account_id, moved)

            self._files.catalog.write(unit)
        finally:
            writer.abort()
            self._files.in_flight.discard(target)

    def _drop_empty(self, key: BlobKey) -> int:
        if key in self._files.in_flight:  # a long content is brought page by page, the first of them all known perhaps
            return 0

        def unit(tx: Transaction) -> bool:
            if tx.chunks.in_blob(*_pair(key)):
                return False
            tx.chunks.remove_blob(*_pair(key))
            return True

        if not self._files.catalog.write(unit):
            return 0
        self._files.blobs.delete(key)
        return 1

    def _orphans(self, after: float | None) -> int:
        """A file is looked up only after it was seen not to be in flight: its row is there by then, or never."""
        files, count = self._files, 0
        seconds = (0.0 if files.is_alone else 3600.0) if after is None else after
        oldest = time.time() - seconds
        # A commit that failed may still lie in the database's log, and count after a crash: then its blob is no
        # garbage. One that succeeds now puts an end to that.
        files.catalog.write(lambda tx: tx.instance.set("swept", str(files.clock())))
        for key, at in files.blobs.list():
            if at <= oldest and key not in files.in_flight and not self._known(key):
                files.blobs.delete(key)
                count += 1
        for key, at in files.blobs.unfinished():
            if at <= oldest and key not in files.in_flight and not self._continues(key):
                with contextlib.suppress(BlobMissing):  # its upload ended meanwhile
                    files.blobs.resume(key, 0).abort()
                    count += 1
        return count

    def _known(self, key: BlobKey) -> bool:
        """Also when it was finished and a crash came before the row: its upload can go on with it."""
        size = self._files.catalog.read(lambda tx: tx.chunks.blob_size(*_pair(key)))
        return size is not None or self._continues(key)

    def _continues(self, key: BlobKey) -> bool:
        return _pair(key) in self._files.catalog.read(lambda tx: tx.uploads.blob_ids())


def _empty(after: tuple[int, int], tx: Transaction) -> list[tuple[int, int]]:
    return tx.chunks.empty_blobs(after, BATCH)


def _range(chunk: Chunk) -> tuple[int, int]:
    return chunk.offset, chunk.length


def _pair(key: BlobKey) -> tuple[int, int]:
    return key.account_id, key.id
