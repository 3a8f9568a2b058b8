"""Let a chosen call of the product to the operating system fail, in this process and without hooks in the product.

    for n in itertools.count(1):
        with calls.failing(n, errno.EIO) as tally:
            story()                      # raises what the product makes of it
        if not tally.failed: break       # the story makes fewer than n calls

Only calls that stand in a module of ours count. What SQLite writes by itself is reached by `native.py`.
"""

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

from nuvol.stores.blobs import linux

CALLS = {
    "open": os,
    "write": os,
    "writev": os,
    "pwrite": os,
    "pwritev": os,
    "fsync": os,
    "fdatasync": os,
    "rename": os,
    "replace": os,
    "link": os,
    "unlink": os,
    "mkdir": os,
    "ftruncate": os,
    "punch": linux,
}


class Tally:
    """What was called: names in order, and the one that was made to fail."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.failed: str | None = None


@contextmanager
def failing(
    nth: int, error: int, *, lasting: bool = False, only: str | None = None, package: str = "nuvol."
) -> Iterator[Tally]:
    """The `nth` call (from 1; 0: none, they are only counted) raises OSError(error) and does nothing else.

    `lasting`: and so do all that follow. `only`: calls of this name alone count and fail.
    """
    tally, lock = Tally(), threading.Lock()

    def guard(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            if sys._getframe(1).f_globals.get("__name__", "").startswith(package) and only in (None, name):
                with lock:
                    tally.names.append(name)
                    fails = len(tally.names) == nth or (lasting and 0 < nth < len(tally.names))
                    if fails:
                        tally.failed = tally.failed or name
                if fails:
                    raise OSError(error, os.strerror(error))
            return real(*args, **kwargs)

        return call

    with ExitStack() as patched:
        for name, module in CALLS.items():
            patched.enter_context(mock.patch.object(module, name, guard(name, getattr(module, name))))
        yield tally
