"""How a plain function waits.

Core and stores are ordinary functions. One of them that must wait for the writer or for a worker thread
blocks its own thread; but when it was started on an event loop through `cross`, it lends the loop back
until the result is there. So there is one colour of function, and a small write needs no thread of its own
(a thread hop halves the rate of small requests).

A function that may run on the loop must hold no lock while it waits.
"""

import asyncio
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Generic, ParamSpec, TypeVar

from greenlet import GreenletExit, getcurrent, greenlet

P = ParamSpec("P")
T = TypeVar("T")


class Waiter(Generic[T]):
    """One result that another thread will give. Made by the one who waits; `wait` once."""

    __slots__ = ("_error", "_lock", "_loop", "_result", "future", "is_released")

    def __init__(self) -> None:
        here = getcurrent()
        self._result: T | None = None
        self._error: BaseException | None = None
        self._loop = here.loop if isinstance(here, _Crossing) else None
        self._lock: threading.Lock | None = None
        self.future: asyncio.Future[None] | None = None
        """What the loop is lent by; a new one each time somebody cancels it."""
        self.is_released = False
        """As the loop knows."""
        if self._loop is None:
            self._lock = threading.Lock()
            self._lock.acquire()

    def wait(self) -> T:
        """The result, or raises what was given to `fail`."""
        if self._lock is not None:
            self._lock.acquire()
        else:
            parent = getcurrent().parent
            assert parent is not None
            parent.switch(self)
        if self._error is not None:
            raise self._error
        return self._result  # type: ignore[return-value]  # None only where T allows it

    def settle(self, result: T) -> "Waiter[T]":
        """Put the result in; the one who waits goes on after `release`."""
        self._result = result
        return self

    def fail(self, error: BaseException) -> "Waiter[T]":
        """Put an error in; the one who waits raises it after `release`."""
        self._error = error
        return self


def release(waiters: Iterable[Waiter[Any]]) -> None:
    """Let all of them go on: one wake-up for each loop, however many wait there (from any thread)."""
    loops: dict[asyncio.AbstractEventLoop, list[Waiter[Any]]] = {}
    for waiter in waiters:
        if waiter._loop is not None:
            loops.setdefault(waiter._loop, []).append(waiter)
        elif waiter._lock is not None:
            waiter._lock.release()
    for loop, there in loops.items():
        try:
            loop.call_soon_threadsafe(_wake, there)
        except RuntimeError:  # the loop is closed: nobody waits there any more
            continue


def _wake(waiters: list[Waiter[Any]]) -> None:
    for waiter in waiters:
        waiter.is_released = True
        if waiter.future is not None and not waiter.future.done():
            waiter.future.set_result(None)


class _Crossing(greenlet):
    """Runs one function after another, each until it is done or waits.

    Kept ready between calls: the data stack of a new greenlet costs the kernel two mappings.
    """

    loop: asyncio.AbstractEventLoop

    def run(self, work: Callable[[], Any]) -> None:
        parent = self.parent
        assert parent is not None
        while True:
            outcome = _Outcome(work)
            del work  # an idle crossing keeps nothing alive
            work = parent.switch(outcome)
            del outcome


class _Outcome:
    """What a function returned or raised."""

    __slots__ = ("error", "result")

    def __init__(self, work: Callable[[], Any]) -> None:
        self.result: Any = None
        self.error: BaseException | None = None
        try:
            self.result = work()
        except GreenletExit:  # nobody waits for it any more: the loop it ran on is gone
            raise
        except BaseException as error:
            self.error = error


class _Idle(threading.local):
    """Crossings that wait for work, in this thread."""

    def __init__(self) -> None:
        self.crossings: list[_Crossing] = []


KEPT = 64
"""Crossings kept ready in a thread: more calls than that are seldom on their way at once."""

_idle = _Idle()


async def cross(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a plain function on this event loop; while it waits (`Waiter.wait`), the loop serves others.

    Cancelling takes effect when the function is done: a write that is on its way is never left half known.
    """
    kept = _idle.crossings
    crossing = kept.pop() if kept else _Crossing()
    loop = crossing.loop = asyncio.get_running_loop()
    value = crossing.switch(partial(function, *args, **kwargs))
    cancelled: asyncio.CancelledError | None = None
    while not isinstance(value, _Outcome):
        value.future = loop.create_future()
        try:
            await value.future
        except asyncio.CancelledError as error:
            cancelled = error
        if value.is_released:
            value = crossing.switch()
    if len(kept) < KEPT:
        kept.append(crossing)
    if cancelled is not None:
        raise cancelled
    if value.error is not None:
        raise value.error
    return value.result  # type: ignore[no-any-return]  # it is what the function returned


def in_pool(pool: ThreadPoolExecutor, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run something slow in `pool` and wait for it: lends the loop back when called on one."""
    if not isinstance(getcurrent(), _Crossing):
        return function(*args, **kwargs)
    waiter: Waiter[T] = Waiter()

    def work() -> None:
        try:
            waiter.settle(function(*args, **kwargs))
        except BaseException as error:
            waiter.fail(error)
        release((waiter,))

    pool.submit(work)
    return waiter.wait()
