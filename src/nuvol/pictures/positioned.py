"""A file that is read at places, as a stream with a place of its own."""

import io
from typing import Any


class Positioned(io.RawIOBase):
    """Who is one says in `_read` how bytes are come by."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._at = 0

    def _read(self, at: int, most: int) -> bytes:
        """Bytes from there on, up to so many, all of which lie within the file; none: it is shorter by now."""
        raise NotImplementedError

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        length = min(len(buffer), self._size - self._at)
        if length <= 0:
            return 0
        data = self._read(self._at, length)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)
