"""The one clock: UTC, in microseconds since 1970, settable in tests."""

import time
from collections.abc import Callable

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

Clock = Callable[[], int]
"""Gives the present time in microseconds since 1970 (UTC)."""


def now() -> int:
    """The present time in microseconds since 1970 (UTC)."""
    return time.time_ns() // 1000


class SetClock:
    """A clock for tests: stands still until moved."""

    def __init__(self, start: int = 1_750_000_000 * SECOND) -> None:
        self.time = start

    def __call__(self) -> int:
        return self.time

    def move(self, microseconds: int) -> None:
        self.time += microseconds
