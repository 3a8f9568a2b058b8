"""Blobs in memory: for tests and for trying things out; they end with the process."""

import threading
from collections.abc import Iterator, Sequence

from nuvol.clock import SECOND, Clock, now
from nuvol.errors import BlobMissing, StoreFailed
from nuvol.stores.base import BlobKey, Buffer


class MemoryBlobs:
    def __init__(self, clock: Clock = now) -> None:
        self._clock = clock
        self._committed: dict[BlobKey, tuple[bytes, float]] = {}
        self._unfinished: dict[BlobKey, tuple[bytearray, float]] = {}
        self._lock = threading.Lock()

    def begin(self, key: BlobKey) -> "MemoryWriter":
        return MemoryWriter(self, key, bytearray())

    def resume(self, key: BlobKey, size: int) -> "MemoryWriter":
        data, _ = self._unfinished.get(key, (None, 0))
        if data is None or len(data) < size:
            raise BlobMissing(f"There are no {size} bytes of an unfinished blob {key.id:x}.")
        writer = MemoryWriter(self, key, data)
        writer.truncate(size)
        return writer

    def read(self, key: BlobKey, offset: int, length: int) -> bytes:
        data = self._bytes(key)[offset : offset + length]
        if len(data) < length:
            raise BlobMissing(f"There are no {offset + length} bytes in blob {key.id:x}.")
        return data

    def file(self, key: BlobKey, size: int) -> None:
        return None

    def size(self, key: BlobKey) -> int:
        return len(self._bytes(key))

    def link(self, source: BlobKey, target: BlobKey) -> None:
        self.put(target, self._bytes(source))

    def free(self, key: BlobKey, ranges: Sequence[tuple[int, int]], keep: Sequence[tuple[int, int]]) -> bool:
        """Bytes have no holes: the caller copies what is to be kept."""
        self._bytes(key)
        return False

    def delete(self, key: BlobKey) -> None:
        with self._lock:
            self._committed.pop(key, None)

    def list(self) -> Iterator[tuple[BlobKey, float]]:
        with self._lock:
            found = [(key, at) for key, (_, at) in self._committed.items()]
        return iter(found)

    def unfinished(self) -> Iterator[tuple[BlobKey, float]]:
        with self._lock:
            found = [(key, at) for key, (_, at) in self._unfinished.items()]
        return iter(found)

    def close(self) -> None:
        pass

    # ---- what a writer needs

    def put(self, key: BlobKey, data: bytes) -> None:
        with self._lock:
            self._committed[key] = (data, self._clock() / SECOND)

    def put_aside(self, key: BlobKey, data: bytearray | None) -> None:
        with self._lock:
            if data is None:
                self._unfinished.pop(key, None)
            else:
                self._unfinished[key] = (data, self._clock() / SECOND)

    def _bytes(self, key: BlobKey) -> bytes:
        try:
            return self._committed[key][0]
        except KeyError:
            raise BlobMissing(f"There is no blob {key.id:x} of account {key.account_id:x}.") from None


class MemoryWriter:
    def __init__(self, blobs: MemoryBlobs, key: BlobKey, data: bytearray) -> None:
        self._blobs = blobs
        self._key = key
        self._data = data
        self._is_open = True
        blobs.put_aside(key, data)

    @property
    def size(self) -> int:
        return len(self._data)

    def append(self, pieces: Sequence[Buffer]) -> None:
        self._check()
        for piece in pieces:
            self._data += piece
        self._blobs.put_aside(self._key, self._data)

    def sync(self) -> None:
        self._check()

    def truncate(self, size: int) -> None:
        self._check()
        del self._data[size:]

    def read(self, offset: int, length: int) -> bytes:
        self._check()
        return bytes(self._data[offset : offset + length])

    def commit(self) -> None:
        self._check()
        if self._data:
            self._blobs.put(self._key, bytes(self._data))
        self.abort()

    def abort(self) -> None:
        if self._is_open:
            self._blobs.put_aside(self._key, None)
            self.close()

    def close(self) -> None:
        self._is_open = False

    def _check(self) -> None:
        if not self._is_open:
            raise StoreFailed(f"The writer of blob {self._key.id:x} has let go of it.")
