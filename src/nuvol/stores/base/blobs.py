"""Where the bytes rest."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from msgspec import Struct

Buffer = bytes | bytearray | memoryview


class BlobKey(Struct, frozen=True, order=True):
    """Names a blob. `id` is of the instance's ids and never used twice, also after the blob is gone."""

    account_id: int
    id: int


class BlobWriter(Protocol):
    """A blob in the making. Nobody can read it before `commit`; closing or losing it leaves nothing behind
    but what `Blobs.unfinished` names. Every act may raise StoreFull, StoreFailed, Busy."""

    @property
    def size(self) -> int:
        """Bytes appended so far."""

    def append(self, pieces: Sequence[Buffer]) -> None:
        """Write the pieces one after another at the end. A failed append counts not at all."""

    def sync(self) -> None:
        """Everything appended so far survives a power cut. After a failure only `abort` and `close` are left:
        `Blobs.resume` can go on from what an earlier sync covered."""

    def truncate(self, size: int) -> None:
        """Drop what lies behind `size`."""

    def read(self, offset: int, length: int) -> bytes:
        """Bytes appended earlier; fewer only at the end."""

    def commit(self) -> None:
        """Make the blob readable under its key, durably: content and name survive a power cut on return.
        A blob of no bytes is not kept, nor one whose commit fails."""

    def abort(self) -> None:
        """Drop it. Allowed at any time, also after a failure, also twice; after `commit` or `close` it does nothing."""

    def close(self) -> None:
        """Let go of it without dropping it: `Blobs.resume` can go on later."""


class Blobs(Protocol):
    """Where the bytes rest."""

    def begin(self, key: BlobKey) -> BlobWriter:
        """Start a blob. The key is new and never used again."""

    def resume(self, key: BlobKey, size: int) -> BlobWriter:
        """Go on with an unfinished blob cut back to `size` bytes. Raises BlobMissing when it has fewer."""

    def read(self, key: BlobKey, offset: int, length: int) -> bytes:
        """Exactly `length` bytes. Raises BlobMissing (unknown, or shorter than that), StoreFailed."""

    def file(self, key: BlobKey, size: int) -> AbstractContextManager[int] | None:
        """A descriptor of the file that holds the blob from its byte 0 on, good inside the context, so that the kernel
        can send it; None where blobs are no files. Entering it raises BlobMissing (unknown, or fewer than `size`
        bytes), StoreFailed."""

    def size(self, key: BlobKey) -> int:
        """Length in bytes. Raises BlobMissing."""

    def link(self, source: BlobKey, target: BlobKey) -> None:
        """Give the same bytes a second key without moving them. Raises BlobMissing."""

    def free(self, key: BlobKey, ranges: Sequence[tuple[int, int]], keep: Sequence[tuple[int, int]]) -> bool:
        """Give the space of `ranges` [(offset, length)] back; the bytes of `keep` stay as they are.

        Returns False when the store cannot free parts of this blob (its bytes have a second key, or the
        file system knows no holes): then the caller copies `keep` elsewhere and deletes it. Takes the same
        per-blob lock as `link`. Raises BlobMissing.
        """

    def delete(self, key: BlobKey) -> None:
        """Remove it; an unknown key is no error."""

    def list(self) -> Iterator[tuple[BlobKey, float]]:
        """Every committed blob and when it was committed (seconds since 1970)."""

    def unfinished(self) -> Iterator[tuple[BlobKey, float]]:
        """Every blob begun and neither committed nor aborted, and when it was last written to."""

    def close(self) -> None: ...
