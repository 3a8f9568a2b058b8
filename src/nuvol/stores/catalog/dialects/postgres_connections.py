"""Connections to a PostgreSQL server.

This module imports psycopg; import it in the function that needs it.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus
from psycopg.types.numeric import Int8BinaryDumper, NumericBinaryLoader

from nuvol.errors import BadValue, Busy, StoreFailed, StoreFull
from nuvol.stores.catalog.database import Connection, Dialect, Row, UniqueViolation

log = logging.getLogger(__name__)

Raw = psycopg.Connection[Row]

DIALECT = Dialect(
    text='text collate "C"', blob="bytea", int="bigint", no_rowid="", for_update=" for update", placeholder="%s"
)

LOCK_WAIT = "10s"
"""How long a statement waits for a row that another unit holds."""
MIGRATING = 0x6E75766F6C
"""Key of the advisory lock ("nuvol")."""

_SAYS_NO = (psycopg.Error, OverflowError, UnicodeEncodeError)
"""What a statement may raise."""


class Collided(Busy):
    """Undone because of another transaction (serialisation, deadlock)."""


class Lost(Busy):
    """The connection is gone, and the transaction with it."""


class _WholeNumbers(NumericBinaryLoader):
    """Sums of bigint arrive as numeric; nothing here has a fraction."""

    def load(self, data: Any) -> int:  # type: ignore[override]  # the base says Decimal
        return int(super().load(data))


def connect(url: str) -> Raw:
    """A connection of its own, outside the pool. Raises StoreFailed."""
    try:
        raw = psycopg.connect(**parameters(url))
        configure(raw)
    except psycopg.Error as error:
        raise StoreFailed(
            f"The database does not answer: {str(error).strip()}",
            advice="Check that it runs and that its address, name and password are right.",
        ) from error
    return raw


def parameters(url: str) -> dict[str, Any]:
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


def configure(raw: Raw) -> None:
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
            with suppress(Lost):  # then all is undone
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
        except Lost as error:
            raise StoreFailed(
                "The database went away during a commit: the change may have been made or not."
            ) from error

    def rollback(self) -> None:
        """Leave the transaction, if there still is one."""
        if self._raw.info.transaction_status != TransactionStatus.IDLE:
            with suppress(Lost):
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
            return Collided()
        if self._raw.closed or state[:2] == "08" or state[:3] == "57P":
            return Lost("The database went away.")
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
