"""The catalog in PostgreSQL: every read and write waits in the thread of its caller.

This module imports psycopg; import it in the function that needs it.
"""

import logging
import random
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.resources.abc import Traversable
from time import sleep
from typing import Any, TypeVar

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus
from psycopg.types.numeric import Int8BinaryDumper, NumericBinaryLoader
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from nuvol.errors import BadValue, Busy, StoreFailed, StoreFull
from nuvol.stores.catalog.database import Connection, Database, Dialect, Row, UniqueViolation
from nuvol.stores.catalog.dialects.postgres_notices import CHANNEL, Listener, Sender
from nuvol.stores.catalog.migrations import migrate
from nuvol.stores.catalog.notices import SEQS, Notices

log = logging.getLogger(__name__)

T = TypeVar("T")
Tx = TypeVar("Tx")
Raw = psycopg.Connection[Row]

DIALECT = Dialect(
    text='text collate "C"', blob="bytea", int="bigint", no_rowid="", for_update=" for update", placeholder="%s"
)

CONNECTIONS = 16
"""At most, in one process; a server takes 100 by default."""
ATTEMPTS = 6
"""How often a unit is begun anew after it collided with another, or its connection was lost."""
POOL_WAIT = 5.0
"""Seconds to wait for a free connection."""
LOCK_WAIT = "10s"
"""How long a statement waits for a row that another unit holds."""
MIGRATING = 0x6E75766F6C
"""Key of the advisory lock ("nuvol")."""

_SAYS_NO = (psycopg.Error, OverflowError, UnicodeEncodeError)
"""What a statement may raise."""


class _Collided(Busy):
    """Undone because of another transaction (serialisation, deadlock)."""


class _Lost(Busy):
    """The connection is gone, and the transaction with it."""


class _WholeNumbers(NumericBinaryLoader):
    """Sums of bigint arrive as numeric; nothing here has a fraction."""

    def load(self, data: Any) -> int:  # type: ignore[override]
        return int(super().load(data))


def connect(url: str) -> Raw:
    """A connection of its own, outside the pool. Raises StoreFailed."""
    try:
        raw = psycopg.connect(**_parameters(url))
        _configure(raw)
    except psycopg.Error as error:
        raise StoreFailed(
            f"The database does not answer: {str(error).strip()}",
            advice="Check that it runs and that its address, name and password are right.",
        ) from error
    return raw


def _parameters(url: str) -> dict[str, Any]:
    return {
        "connect_timeout": 5,
        "application_name": "nuvol",
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        **conninfo_to_dict(url),
        "client_encoding": "utf8",
        "autocommit": True,
    }


def _configure(raw: Raw) -> None:
    # One type for all integers: the type of an argument is part of what a prepared statement is known by.
    raw.adapters.register_dumper(int, Int8BinaryDumper)
    raw.adapters.register_dumper(bool, Int8BinaryDumper)
    raw.adapters.register_loader("numeric", _WholeNumbers)
    raw.execute(f"set lock_timeout = '{LOCK_WAIT}'")


class PostgresConnection(Connection):
    dialect = DIALECT

    def __init__(self, raw: Raw) -> None:
        super().__init__()
        self._raw = raw
        self._cursor = raw.cursor(binary=True)

    def all(self, sql: str, args: Sequence[object] = ()) -> list[Row]:
        try:
            return self._cursor.execute(_texts[sql], args).fetchall()
        except _SAYS_NO as error:
            raise self._translated(error) from error

    def one(self, sql: str, args: Sequence[object] = ()) -> Row | None:
        try:
            return self._cursor.execute(_texts[sql], args).fetchone()
        except _SAYS_NO as error:
            raise self._translated(error) from error

    def run(self, sql: str, args: Sequence[object] = ()) -> int:
        try:
            return self._cursor.execute(_texts[sql], args).rowcount
        except _SAYS_NO as error:
            raise self._translated(error) from error

    def many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        try:
            self._cursor.executemany(_texts[sql], rows)
        except _SAYS_NO as error:
            raise self._translated(error) from error

    def all_in(self, sql: str, args: Sequence[object], values: Iterable[object]) -> list[Row]:
        every = list(values)
        return self.all(sql, _with_list(sql, args, every)) if every else []

    def run_in(self, sql: str, args: Sequence[object], values: Iterable[object]) -> int:
        every = list(values)
        return self.run(sql, _with_list(sql, args, every)) if every else 0

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        grown = self.grown.copy()
        self.run("savepoint part")
        try:
            yield
        except BaseException:
            with suppress(_Lost):  # then all is undone
                self.run("rollback to part")
                self.run("release part")
            self.grown = grown
            raise
        self.run("release part")

    def begin(self) -> None:
        self.grown.clear()
        self.run("begin isolation level read committed")

    def begin_snapshot(self) -> None:
        self.run("begin isolation level repeatable read, read only")

    def begin_alone(self) -> None:
        self.run("begin")
        self.run("set local lock_timeout = 0")  # the other one's migration may take its time
        self.run("select pg_advisory_xact_lock(?)", (MIGRATING,))

    def commit(self) -> None:
        if self._raw.info.transaction_status == TransactionStatus.INERROR:
            raise RuntimeError("a unit went on after one of its statements had failed")  # "commit" would say nothing
        try:
            self.run("commit")
        except _Lost as error:
            raise StoreFailed(
                "The database went away during a commit: the change may have been made or not."
            ) from error

    def rollback(self) -> None:
        """Leave the transaction, if there still is one."""
        if self._raw.info.transaction_status != TransactionStatus.IDLE:
            with suppress(_Lost):
                self.run("rollback")

    def keep_copy(self, name: str) -> None:
        log.warning("this version rewrites rows (%s); the copy before it is yours to make, with pg_dump", name)

    def _translated(self, error: Exception) -> Exception:
        if isinstance(error, UnicodeEncodeError):
            return BadValue("This text is no Unicode: it has half of a surrogate pair.")
        if isinstance(error, OverflowError):
            return BadValue("This number is beyond 64 bits.")
        if not isinstance(error, psycopg.Error):
            return error
        state = error.sqlstate or ""
        if state == "23505":
            return UniqueViolation(error.diag.constraint_name or "")
        if state in ("40001", "40P01"):
            return _Collided()
        if self._raw.closed or state[:2] == "08" or state[:3] == "57P":
            return _Lost("The database went away.")
        if state == "53100":
            return StoreFull(f"No space is left for the database ({error}).")
        if state in ("55P03", "57014") or state[:2] == "53":
            return Busy("The database is busy.")
        if state == "25006" or state[:2] in ("58", "XX"):
            log.error("the database failed: %s", error)
            return StoreFailed(f"The database failed: {error}")
        if state in ("22021", "22P05") or (isinstance(error, psycopg.DataError) and not state):
            return BadValue("Text must not have a NUL in it.")
        if state == "22003":
            return BadValue("This number is beyond 64 bits.")
        return error


class _Texts(dict[str, bytes]):
    """Statements as this dialect writes them."""

    def __missing__(self, sql: str) -> bytes:
        if len(self) > 1000:  # texts put together for a search come and go
            self.clear()
        text = self[sql] = DIALECT.translate(sql.replace("{in}", "= any(?)")).encode()
        return text


_texts = _Texts()


def _with_list(sql: str, args: Sequence[object], values: list[object]) -> Sequence[object]:
    before = sql.count("?", 0, sql.index("{in}"))
    return *args[:before], values, *args[before:]


class _Pooled(psycopg.Connection[Row]):
    """One connection of the pool and what belongs to it."""

    ours: PostgresConnection
    tx: Any


class PostgresDatabase(Database[Tx]):
    is_local = False

    def __init__(self, url: str, build: Callable[[Connection], Tx], schema: Traversable) -> None:
        self._build = build
        self._here = threading.local()
        self.notices = Notices()
        _prepare(url, schema, self.notices)
        self._pool: ConnectionPool[_Pooled] = ConnectionPool(
            connection_class=_Pooled,
            kwargs=_parameters(url),
            min_size=1,
            max_size=CONNECTIONS,
            timeout=POOL_WAIT,
            configure=self._equip,
            open=True,
        )
        self._sender = Sender(self._send, self.notices)
        try:
            self._listener = Listener(lambda: connect(url), self.notices, self._sender.tag)
        except BaseException:
            self._sender.close()
            self._pool.close()
            raise

    def _equip(self, raw: _Pooled) -> None:
        _configure(raw)
        raw.ours = PostgresConnection(raw)
        raw.tx = self._build(raw.ours)

    def read(self, unit: Callable[[Tx], T]) -> T:
        """Each statement is a transaction of its own."""
        return self._attempt(lambda connection, tx: unit(tx))

    def snapshot(self, unit: Callable[[Tx], T]) -> T:
        def look(connection: PostgresConnection, tx: Tx) -> T:
            connection.begin_snapshot()
            return unit(tx)

        return self._attempt(look)

    def write(self, unit: Callable[[Tx], T]) -> T:
        if getattr(self._here, "writes", False):
            raise RuntimeError("a unit must not write but through its own transaction")
        grown: dict[int, int] = {}

        def change(connection: PostgresConnection, tx: Tx) -> T:
            connection.begin()
            result = unit(tx)
            connection.commit()
            grown.update(connection.grown)
            return result

        self._here.writes = True
        try:
            result = self._attempt(change)
        finally:
            self._here.writes = False
        if grown:
            self._sender.add(grown)
        return result

    def require_room(self, size: int) -> None:
        """Nothing is known here of the server's disk."""

    def close(self) -> None:
        self._listener.close()
        self._sender.close()
        self._pool.close()

    def _attempt(self, work: Callable[[PostgresConnection, Tx], T]) -> T:
        """Run `work` with a connection, again when it collided or its connection was lost before the commit."""
        for attempt in range(ATTEMPTS):
            try:
                with self._borrow() as raw:
                    return work(raw.ours, raw.tx)
            except _Collided:
                sleep(random.uniform(0, 0.005 * 2**attempt))
            except _Lost as error:
                log.warning("%s", error)
                self._pool.check()  # after a restart of the server all of them are gone
        raise Busy("The database is busy.")

    @contextmanager
    def _borrow(self) -> Iterator[_Pooled]:
        """A connection of the pool; whatever transaction is under way in the end is rolled back."""
        try:
            raw = self._pool.getconn()
        except PoolTimeout as error:
            raise Busy("The database does not answer, or all connections to it are in use.") from error
        except PoolClosed as error:
            raise StoreFailed("The catalog is closed.") from error
        try:
            yield raw
        finally:
            raw.ours.rollback()
            self._pool.putconn(raw)

    def _send(self, payload: str) -> None:
        with self._borrow() as raw:
            raw.ours.run("select pg_notify(?, ?)", (CHANNEL, payload))


def _prepare(url: str, schema: Traversable, notices: Notices) -> None:
    """Bring the tables up to date. Raises StoreFailed."""
    raw = connect(url)
    with raw:
        encoding = raw.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            raise StoreFailed(
                f"The database is encoded in {encoding}.",
                advice="Make a new one: create database … encoding 'UTF8' template template0.",
            )
        connection = PostgresConnection(raw)
        migrate(connection, schema)
        notices.learn(connection.all(SEQS))
