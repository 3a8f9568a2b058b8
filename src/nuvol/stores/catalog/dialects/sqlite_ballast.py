"""A file that takes up space, so that there is something to give up when others have filled the disk: deleting
writes rows before it frees anything."""

import os
from contextlib import suppress
from pathlib import Path

RESERVE = 32 * 1024 * 1024
"""Bytes of the disk that uploads leave free, for what is already on its way (a group of 256 units of 64 KiB), for
carrying the log over, and so that deleting works on a disk that is full for everything else. The ballast is part of
it."""
BALLAST = RESERVE // 2


def room_on(path: Path) -> int:
    """Bytes that fit on its disk."""
    disk = os.statvfs(path)
    return disk.f_bavail * disk.f_frsize


class Ballast:
    """The ballast of the database at `path`. Several processes may share it."""

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(f"{path.name}-ballast")

    @property
    def size(self) -> int:
        try:
            return self._path.stat().st_size
        except OSError:
            return 0

    def take(self) -> None:
        """Have it there, unless the disk is nearly full."""
        if self.size or room_on(self._path.parent) < RESERVE + BALLAST:
            return
        try:
            fd = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                os.posix_fallocate(fd, 0, BALLAST)
            finally:
                os.close(fd)
        except OSError:
            self.give_up()

    def give_up(self) -> bool:
        """Its space is free now; False when there was none."""
        with suppress(OSError):
            self._path.unlink()
            return True
        return False
