"""Steps that wait at the same time are written by one unit.

A group commit shares what a commit costs; this shares what every unit costs: the account's row, the head of a database,
a statement for each kind of row. While a unit is on its way to the disk the next steps gather by themselves, so nobody
waits for others to come.
"""

import copy
from collections.abc import Callable, Hashable, Sequence
from itertools import zip_longest
from threading import Lock
from typing import Any, TypeVar

from nuvol.errors import CloudError, Unable
from nuvol.u1db.table import result_of
from nuvol.waiting import Waiter, release

S = TypeVar("S")
T = TypeVar("T")

LIMIT = 64
"""Steps of one unit: some 5 ms, so that nobody else waits long for the writer."""


class _Run:
    """Steps that are written together, and those who wait for them; the first step is of the one who writes."""

    def __init__(self) -> None:
        self.steps: list[Any] = []
        self.waiters: list[Waiter[Any]] = []


class Joining:
    """Safe for threads, and for functions that lend their loop."""

    def __init__(self) -> None:
        self._gathering: dict[Hashable, _Run] = {}
        self._changing = Lock()

    def join(self, key: Hashable, step: S, write: Callable[[Callable[[], list[S]]], Sequence[T | CloudError]]) -> T:
        """What `step` came to, written with others of the same `key`.

        `write` runs one unit: it asks for the steps when it begins (it may ask again), and answers each with its result
        or the error it came to. When all of them fail together, as by the quota, each is tried by itself; when the
        stores fail (Unable), all have failed.
        """
        with self._changing:
            run = self._gathering.get(key)
            leads = run is None or len(run.steps) >= LIMIT
            if run is None or leads:
                run = self._gathering[key] = _Run()
            run.steps.append(step)
            if not leads:
                waiter: Waiter[T | CloudError | None] = Waiter()
                run.waiters.append(waiter)
        outcome = self._lead(key, run, write) if leads else waiter.wait()
        return result_of(outcome if outcome is not None else write(lambda: [step])[0])

    def _lead(
        self, key: Hashable, run: _Run, write: Callable[[Callable[[], list[S]]], Sequence[T | CloudError]]
    ) -> T | CloudError | None:
        """Write a run and tell all who wait for it; the outcome of the first step, None: try it alone."""
        outcomes: Sequence[T | CloudError | None] = ()
        try:
            outcomes = write(lambda: self._seal(key, run))
        except Unable as error:
            outcomes = [copy.copy(error) for _ in self._seal(key, run)]  # each raises its own
        except Exception:
            if len(self._seal(key, run)) == 1:
                raise
        finally:
            self._seal(key, run)
            for waiter, outcome in zip_longest(run.waiters, outcomes[1:]):
                waiter.settle(outcome)
            release(run.waiters)
        return outcomes[0] if outcomes else None

    def _seal(self, key: Hashable, run: _Run) -> list[Any]:
        """Nobody joins any more."""
        with self._changing:
            if self._gathering.get(key) is run:
                del self._gathering[key]
        return run.steps
