"""What need not be made again: small files by key, in a folder that several processes may share. Losing it loses
nothing."""

import hashlib
import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path

MOST = 256 * 1024 * 1024
"""Bytes: the small pictures of some 2,000 photos."""
DAYS = 30
"""What nobody looked at for so long goes, so that nothing stays for ever of what was deleted in the cloud."""
BLOCK = 4096
"""Bytes that the smallest file takes on a disk."""


class Kept:
    def __init__(self, folder: Path, most: int = MOST) -> None:
        self._folder = folder
        self._most = most
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._grown = most  # so that the first `put` looks how much is there

    def get(self, key: str) -> bytes | None:
        path = self._path(key)
        try:
            data = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        return data

    def put(self, key: str, data: bytes) -> None:
        """Without an error when the disk is full: then it is made again the next time."""
        with suppress(OSError):
            handle, name = tempfile.mkstemp(dir=self._folder)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                os.replace(name, self._path(key))
            except OSError:
                os.unlink(name)
                raise
        self._grown += max(len(data), BLOCK)
        if self._grown > self._most // 8:
            self._grown = 0
            self._sweep()

    def _path(self, key: str) -> Path:
        return self._folder / hashlib.sha256(key.encode()).hexdigest()

    def _sweep(self) -> None:
        """Remove what is old, and of the rest the least used until an eighth of the room is free."""
        found = []
        for path in self._folder.iterdir():
            with suppress(OSError):  # another process may sweep too
                state = path.stat()
                found.append((state.st_mtime, max(state.st_size, BLOCK), path))
        left = self._most - self._most // 8
        for used, size, path in sorted(found, key=lambda each: each[0], reverse=True):
            left -= size
            if left < 0 or used < time.time() - DAYS * 24 * 60 * 60:
                with suppress(OSError):
                    path.unlink()
