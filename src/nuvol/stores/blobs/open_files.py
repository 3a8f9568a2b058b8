"""Descriptors of files that were read lately, so that reading a block costs one system call."""

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from errno import EMFILE, ENFILE

from nuvol.stores.base import BlobKey


class _Opened:
    __slots__ = ("fd", "is_kept", "readers")

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self.readers = 1
        self.is_kept = False


class OpenFiles:
    """Keeps at most `limit` descriptors beyond those in use. None is closed while it is being read; after
    `drop` none of that key is kept. For any number of threads."""

    def __init__(self, open_file: Callable[[BlobKey], int], limit: int) -> None:
        self._open_file = open_file
        self._limit = limit
        self._kept: OrderedDict[BlobKey, _Opened] = OrderedDict()
        self._drops = 0
        self._lock = threading.Lock()

    @contextmanager
    def borrow(self, key: BlobKey) -> Iterator[int]:
        """A descriptor of the file, good until the end of the block. Raises what `open_file` raises."""
        opened = self._take(key)
        try:
            yield opened.fd
        finally:
            with self._lock:
                opened.readers -= 1
                is_last = not opened.is_kept and opened.readers == 0
            if is_last:
                os.close(opened.fd)

    def drop(self, key: BlobKey) -> None:
        """Let go of the file: it was deleted."""
        with self._lock:
            self._drops += 1
            opened = self._kept.pop(key, None)
            idle = self._release([opened] if opened else [])
        _close(idle)

    def close(self) -> None:
        with self._lock:
            self._drops += 1
        self._shrink(0)

    def _take(self, key: BlobKey) -> _Opened:
        with self._lock:
            opened = self._kept.get(key)
            if opened is not None:
                self._kept.move_to_end(key)
                opened.readers += 1
                return opened
            drops = self._drops
        opened = _Opened(self._open(key))
        with self._lock:
            # If anything was dropped meanwhile it may be this very file, which must not be held open for long.
            if drops == self._drops and key not in self._kept:
                opened.is_kept = True
                self._kept[key] = opened
        self._shrink(self._limit)
        return opened

    def _open(self, key: BlobKey) -> int:
        try:
            return self._open_file(key)
        except OSError as error:
            if error.errno not in (EMFILE, ENFILE):
                raise
        self._shrink(0)
        return self._open_file(key)

    def _shrink(self, limit: int) -> None:
        with self._lock:
            surplus = [self._kept.popitem(last=False)[1] for _ in range(len(self._kept) - limit)]
            idle = self._release(surplus)
        _close(idle)

    def _release(self, files: list[_Opened]) -> list[int]:
        """Keep these no longer; returns the descriptors nobody reads. (The lock is held; closing happens without
        it, because closing the last descriptor of a deleted file frees its space, which takes a while.)"""
        for opened in files:
            opened.is_kept = False
        return [opened.fd for opened in files if opened.readers == 0]


def _close(descriptors: list[int]) -> None:
    for fd in descriptors:
        os.close(fd)
