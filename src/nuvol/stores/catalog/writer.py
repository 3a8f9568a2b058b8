"""Group commit, for a database that has one writer at a time.

One thread takes what is waiting, runs it in one transaction, each unit in a savepoint, commits once and
answers all in one go. While a group is being committed the next one gathers by itself, so there is no
artificial delay. That makes a commit that waits for the disk cheap enough to be the rule.
"""

import copy
import logging
import threading
from abc import abstractmethod
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Any, Generic, TypeVar

from msgspec import Struct

from nuvol.errors import Busy, StoreFailed, StoreFull
from nuvol.stores.catalog.database import Connection
from nuvol.stores.catalog.notices import SEQS, Notices
from nuvol.waiting import Waiter, release

log = logging.getLogger(__name__)

T = TypeVar("T")
Tx = TypeVar("Tx")

GROUP = 256
"""Units in one transaction at most, so that the first of them does not wait for long."""
QUEUE = 1000
"""Units that may wait; at 5,000 units/s a fifth of a second."""
PATIENCE = 5.0
"""Seconds a unit waits behind a full queue before it is refused as Busy."""
IDLE = 0.5
"""Seconds without units after which the writer looks whether another process wrote."""


class WriteConnection(Connection):
    """The one connection that writes. Its calls raise StoreFull, StoreFailed and Busy."""

    tx: Any
    """What units are given."""

    @abstractmethod
    def begin(self) -> None:
        """Start the transaction; no other process writes until it ends."""

    @abstractmethod
    def commit(self) -> None: ...

    @abstractmethod
    def rollback(self) -> None:
        """Leave the transaction, if there still is one."""

    @property
    @abstractmethod
    def in_transaction(self) -> bool:
        """Whether one is under way; an error may have ended it."""

    @abstractmethod
    def leave_mark(self) -> None:
        """Change nothing, but so that the commit has something to write."""

    @abstractmethod
    def foreign_writes(self) -> bool:
        """Whether another process committed since this was last asked."""

    @abstractmethod
    def look_after(self, units: int) -> None:
        """Do what is due after a commit of that many units; everybody has been answered."""

    @abstractmethod
    def make_room(self) -> None:
        """The disk is full: reuse what can be reused. Called outside a transaction."""

    @abstractmethod
    def close(self) -> None: ...


class _Task(Struct):
    unit: Callable[[Any], Any]
    waiter: Waiter[Any]
    since: float


class _Outcome(Struct):
    result: Any = None
    error: BaseException | None = None


class _Undone(Exception):
    """The transaction came to nothing. `again`: its units may succeed one by one."""

    def __init__(self, error: BaseException, again: bool) -> None:
        super().__init__(error)
        self.error = error
        self.again = again


class Writer(Generic[Tx]):
    """Owns `connection` from now on; `connect` makes another when that is broken."""

    def __init__(
        self,
        connection: WriteConnection,
        connect: Callable[[], WriteConnection],
        notices: Notices,
    ) -> None:
        self.commits = 0
        """Grows with every commit, before anybody is answered."""
        self._connection: WriteConnection | None = connection
        self._connect = connect
        self._notices = notices
        self._tasks: deque[_Task] = deque()
        self._changed = threading.Condition(threading.Lock())
        self._sleeping = False
        self._closing = False
        self._in_doubt = False
        """A commit failed: what it wrote may lie in the log, where the next start would find it, until another commit
        has written there."""
        self._alarm: threading.Timer | None = None
        self._thread = threading.Thread(target=self._work, name="catalog-writer", daemon=True)
        self._thread.start()

    def write(self, unit: Callable[[Tx], T]) -> T:
        """Run `unit` in some group; returns when it is on disk. Raises what it raises, and Unable."""
        if threading.get_ident() == self._thread.ident:
            raise RuntimeError("a unit must not write but through its own transaction")
        waiter: Waiter[T] = Waiter()
        with self._changed:
            if self._closing:
                raise StoreFailed("The catalog is closed.")
            self._tasks.append(_Task(unit, waiter, monotonic()))
            if self._sleeping:
                self._changed.notify()
            if len(self._tasks) > QUEUE and self._alarm is None:
                self._set_alarm(PATIENCE)
        return waiter.wait()

    def close(self) -> None:
        """Do what is waiting, then end."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()
        if self._alarm is not None:
            self._alarm.cancel()

    # ---------------------------------------------------------------------------------------- the queue

    def _set_alarm(self, seconds: float) -> None:
        self._alarm = threading.Timer(seconds, self._refuse)
        self._alarm.daemon = True
        self._alarm.start()

    def _refuse(self) -> None:
        """Send away those that have stood behind a full queue for too long."""
        late = []
        with self._changed:
            now = monotonic()
            while len(self._tasks) > QUEUE and self._tasks[QUEUE].since + PATIENCE <= now:
                late.append(self._tasks[QUEUE])
                del self._tasks[QUEUE]
            self._alarm = None
            if len(self._tasks) > QUEUE:
                self._set_alarm(self._tasks[QUEUE].since + PATIENCE - now)
        _answer(late, _all_failed(late, Busy("Too many changes are waiting to be written.")))

    def _take(self) -> list[_Task] | None:
        """What is there, perhaps nothing after an idle while; None = the end."""
        with self._changed:
            if not self._tasks:
                if self._closing:
                    return None
                self._sleeping = True
                self._changed.wait(IDLE)
                self._sleeping = False
            return [self._tasks.popleft() for _ in range(min(len(self._tasks), GROUP))]

    # --------------------------------------------------------------------------------------- the thread

    def _work(self) -> None:
        while (tasks := self._take()) is not None:
            try:
                if tasks:
                    self._write(tasks)
                else:
                    self._look_around()
            except BaseException:  # whatever it was: others will want to write
                log.exception("the catalog's writer stumbled")
                self._let_go()
        self._let_go()

    def _write(self, tasks: list[_Task]) -> None:
        grown: dict[int, int] = {}
        try:
            outcomes = self._outcomes(tasks, grown)
        except BaseException as error:
            _answer(tasks, _all_failed(tasks, StoreFailed(f"The writer of the catalog stumbled: {error!r}")))
            raise
        _answer(tasks, outcomes)
        self._notices.tell(grown)
        if self._connection is not None:
            self._connection.look_after(len(tasks))

    def _outcomes(self, tasks: list[_Task], grown: dict[int, int]) -> list[_Outcome]:
        try:
            return self._together(tasks, grown)
        except _Undone as undone:
            if not undone.again:
                return _all_failed(tasks, undone.error)
        outcomes = []
        for task in tasks:
            try:
                outcomes += self._together([task], grown)
            except _Undone as undone:
                outcomes.append(_Outcome(error=undone.error))
        return outcomes

    def _together(self, tasks: list[_Task], grown: dict[int, int]) -> list[_Outcome]:
        """Run the units in one transaction and commit it; add what grew to `grown`. Raises _Undone."""
        connection = self._begin()
        news: dict[int, int] = {}
        try:
            if connection.foreign_writes():
                self._tell_of_others(connection)
            if self._in_doubt:
                connection.leave_mark()
            outcomes = [self._run(connection, task, news, alone=len(tasks) == 1) for task in tasks]
            self._commit(connection)
        except BaseException as error:
            self._roll_back(connection)
            if isinstance(error, _Undone) and isinstance(error.error, StoreFull) and self._connection:
                connection.make_room()
            self._remove_doubt()
            raise
        grown.update(news)
        return outcomes

    def _begin(self) -> WriteConnection:
        try:
            if self._connection is None:
                self._connection = self._connect()
            self._connection.begin()
        except Exception as error:
            log.error("the catalog cannot be written to: %s", error)
            if not isinstance(error, Busy):
                self._let_go()
            raise _Undone(error, again=False) from error
        return self._connection

    def _run(self, connection: WriteConnection, task: _Task, news: dict[int, int], *, alone: bool) -> _Outcome:
        """Run one unit; when it fails, only what it did is undone. Raises _Undone when that cannot be."""
        connection.grown.clear()
        try:
            if alone:
                result = task.unit(connection.tx)
            else:
                with connection.savepoint():
                    result = task.unit(connection.tx)
            if not connection.in_transaction:
                raise RuntimeError("a unit must not end its transaction")
        except BaseException as error:
            if isinstance(error, StoreFull | StoreFailed) or not connection.in_transaction:
                log.error("a change could not be written: %s", error)
                raise _Undone(error, again=True) from error
            if alone:
                connection.rollback()
            return _Outcome(error=error)
        news.update(connection.grown)
        return _Outcome(result)

    def _commit(self, connection: WriteConnection) -> None:
        if not connection.in_transaction:  # the only unit failed
            return
        try:
            connection.commit()
            self._in_doubt = False
        except Exception as error:
            self._in_doubt = True
            log.error("a group of changes could not be committed: %s", error)
            # After an I/O error nobody knows what reached the disk: it is not tried again.
            raise _Undone(error, again=isinstance(error, StoreFull)) from error
        finally:
            self.commits += 1

    def _remove_doubt(self) -> None:
        """See to it that a commit which failed does not come back: those who asked for it are told that it failed, and
        others act upon what they see now."""
        if not self._in_doubt:
            return
        try:
            connection = self._begin()
            connection.leave_mark()
            self._commit(connection)
        except Exception as error:
            log.error("what a failed commit wrote may come back at the next start: %s", error)
            if self._connection is not None:
                self._roll_back(self._connection)

    def _roll_back(self, connection: WriteConnection) -> None:
        try:
            connection.rollback()
        except Exception:
            log.exception("the catalog's connection is broken")
            self._let_go()

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except Exception:
                log.exception("the catalog's connection did not close")

    # ------------------------------------------------------------------------ writes of other processes

    def _look_around(self) -> None:
        self._remove_doubt()
        if self._connection is not None and self._connection.foreign_writes():
            self._tell_of_others(self._connection)

    def _tell_of_others(self, connection: WriteConnection) -> None:
        self.commits += 1
        self._notices.tell_foreign()
        self._notices.tell_news(connection.all(SEQS))


def _all_failed(tasks: list[_Task], error: BaseException) -> list[_Outcome]:
    # Each gets its own: an error that several threads raise would mix their tracebacks.
    return [_Outcome(error=copy.copy(error)) for _ in tasks]


def _answer(tasks: list[_Task], outcomes: list[_Outcome]) -> None:
    for task, outcome in zip(tasks, outcomes, strict=True):
        if outcome.error is None:
            task.waiter.settle(outcome.result)
        else:
            task.waiter.fail(outcome.error)
    release(task.waiter for task in tasks)
