"""Two calls of Linux that Python's `os` lacks. `ctypes` (1 MB) is loaded when one of them is first needed."""

import os
from functools import cache
from typing import Any

_KEEP_SIZE, _PUNCH_HOLE = 0x01, 0x02  # linux/falloc.h
_WRITE = 0x02  # SYNC_FILE_RANGE_WRITE, linux/fs.h


def punch(fd: int, offset: int, length: int) -> None:
    """Give these bytes back to the file system: they read as zeros, the file's length stays. Raises OSError."""
    import ctypes

    libc = _libc()
    fallocate = getattr(libc, "fallocate64", None) or libc.fallocate  # glibc's plain one is narrow on 32 bits
    if fallocate(fd, _PUNCH_HOLE | _KEEP_SIZE, ctypes.c_int64(offset), ctypes.c_int64(length)) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def start_writing(fd: int, offset: int, length: int) -> None:
    """Have the disk begin with these bytes, so that a later fsync finds little left to do. Promises nothing and
    hides nothing: what cannot be written is still reported by that fsync."""
    import ctypes

    _libc().sync_file_range(fd, ctypes.c_int64(offset), ctypes.c_int64(length), _WRITE)


@cache
def _libc() -> Any:
    import ctypes

    return ctypes.CDLL(None, use_errno=True)
