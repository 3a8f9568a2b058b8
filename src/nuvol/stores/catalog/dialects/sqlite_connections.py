"""Connections to one SQLite file: many that read, one that writes."""

import logging
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import sleep
from typing import Any

from nuvol.errors import BadValue, Busy, StoreFailed, StoreFull
from nuvol.stores.catalog.database import Connection, Dialect, Row, UniqueViolation
from nuvol.stores.catalog.dialects.sqlite_ballast import room_on
from nuvol.stores.catalog.dialects.sqlite_checkpoints import Checkpoints
from nuvol.stores.catalog.writer import WriteConnection

log = logging.getLogger(__name__)

DIALECT = Dialect(text="text", blob="blob", int="integer", no_rowid="without rowid", for_update="", placeholder="?")

READ_CACHE = 8_000
"""KiB of pages that a reader keeps at most: two hundred photos of a million lie in 600 pages of 4 KiB, which SQLite's
usual 2,000 KiB do not hold, so that each look would read them anew."""
LOCK_WAIT = 5.0
"""Seconds to wait for another process that writes."""
SLICE = 512
"""Values in one `in (…)`."""
INDEX_GROWTH = 32 * 1024
"""Bytes by which SQLite lengthens the index of the log; it does not say why it could not."""
_FAILURES = {
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_PROTOCOL,
}
_KEYS = {
    sqlite3.SQLITE_CONSTRAINT_UNIQUE,
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY,
    sqlite3.SQLITE_CONSTRAINT_ROWID,
}
_SAYS_NO = (sqlite3.Error, OverflowError, UnicodeEncodeError)
"""What a statement may raise."""


class SqliteConnection(Connection):
    """One that reads."""

    dialect = DIALECT

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._texts = _Texts()
        self._lists: dict[tuple[str, int], str] = {}
        try:
            self._raw = sqlite3.connect(
                path, timeout=LOCK_WAIT, isolation_level=None, check_same_thread=False, cached_statements=500
            )
            self._prepare()
        except sqlite3.Error as error:
            raise self._translated(error) from error

    def _prepare(self) -> None:
        self._raw.execute("pragma query_only = on")
        self._raw.execute(f"pragma cache_size = -{READ_CACHE}")

    def all(self, sql: str, args: Sequence[object] = ()) -> list[Row]:
        _check(args)
        try:
            return self._raw.execute(self._texts[sql], args).fetchall()
        except _SAYS_NO as error:
            raise self._translated(error) from error

    def one(self, sql: str, args: Sequence[object] = ()) -> Row | None:
        _check(args)
        try:
            row: Row | None = self._raw.execute(self._texts[sql], args).fetchone()
        except _SAYS_NO as error:
            raise self._translated(error) from error
        return row

    def run(self, sql: str, args: Sequence[object] = ()) -> int:
        _check(args)
        try:
            return self._raw.execute(self._texts[sql], args).rowcount
        except _SAYS_NO as error:
            raise self._translated(error) from error

    def many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        try:
            self._raw.executemany(self._texts[sql], map(_check, rows))
        except _SAYS_NO as error:
            raise self._translated(error) from error

    def all_in(self, sql: str, args: Sequence[object], values: Iterable[object]) -> list[Row]:
        return [row for text, all_args in self._slices(sql, args, values) for row in self.all(text, all_args)]

    def run_in(self, sql: str, args: Sequence[object], values: Iterable[object]) -> int:
        return sum(self.run(text, all_args) for text, all_args in self._slices(sql, args, values))

    def _slices(
        self, sql: str, args: Sequence[object], values: Iterable[object]
    ) -> Iterator[tuple[str, Sequence[object]]]:
        """Lists are filled up to a power of two, so that few statements need to be prepared."""
        every = list(dict.fromkeys(values))  # a value in two slices would bring its rows twice
        before = sql.count("?", 0, sql.index("{in}"))
        for start in range(0, len(every), SLICE):
            part = every[start : start + SLICE]
            size = 1 << (len(part) - 1).bit_length()
            text = self._lists.get((sql, size))
            if text is None:
                text = self._lists[sql, size] = sql.replace("{in}", f"in ({','.join('?' * size)})")
            yield text, (*args[:before], *part, *part[-1:] * (size - len(part)), *args[before:])

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        grown = self.grown.copy()
        self._do("savepoint part")
        try:
            yield
        except BaseException:
            if self._raw.in_transaction:  # else the error was such that all is undone
                self._do("rollback to part")
                self._do("release part")
            self.grown = grown
            raise
        self._do("release part")

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Everything read inside is of one state; one inside another is the same as the outer."""
        if self._raw.in_transaction:
            yield
            return
        self._do("begin")
        try:
            yield
        finally:
            self.rollback()

    def rollback(self) -> None:
        """Leave the transaction, if an error has not done so already."""
        if self._raw.in_transaction:
            self._do("rollback")

    def close(self) -> None:
        self._raw.close()

    def _do(self, text: str) -> None:
        try:
            self._raw.execute(text)
        except sqlite3.Error as error:
            raise self._translated(error) from error

    def _translated(self, error: Exception) -> Exception:
        if isinstance(error, UnicodeEncodeError):
            return BadValue("This text is no Unicode: it has half of a surrogate pair.")
        if isinstance(error, OverflowError):
            return BadValue("This number is beyond 64 bits.")
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK)
        primary = code & 0xFF
        if code in _KEYS:
            return UniqueViolation(self._index(str(error).partition(": ")[2]))
        if primary == sqlite3.SQLITE_FULL or (
            code == sqlite3.SQLITE_IOERR_SHMSIZE and room_on(self._path) < INDEX_GROWTH
        ):
            return StoreFull(f"No space is left for the catalog ({error}).")
        if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return Busy("Another program is writing to the catalog.")
        if primary in _FAILURES:
            return StoreFailed(f"The catalog failed: {error}.")
        return error

    def _index(self, columns: str) -> str:
        """The unique index on `columns` ("node.account_id, node.id"), which is all that the error names."""
        table = columns.partition(".")[0]
        for name, origin in self._raw.execute(
            'select name, origin from pragma_index_list(?) where "unique"', (table,)
        ).fetchall():
            named = [row[0] for row in self._raw.execute("select name from pragma_index_info(?)", (name,))]
            if columns == ", ".join(f"{table}.{column}" for column in named) and origin != "pk":
                return str(name)
        return f"{table}_pkey"


class _Texts(dict[str, str]):
    """Statements as this dialect writes them."""

    def __missing__(self, sql: str) -> str:
        if len(self) > 1000:  # texts put together for a search come and go
            self.clear()
        text = self[sql] = DIALECT.translate(sql)
        return text


def _check(args: Sequence[object]) -> Sequence[object]:
    """SQLite would take a NUL and cut the text there in some of its functions."""
    for value in args:
        if value.__class__ is str and "\0" in value:
            raise BadValue("Text must not have a NUL in it.")
    return args


class SqliteWriteConnection(SqliteConnection, WriteConnection):
    """The one that writes."""

    def __init__(self, path: Path, build: Callable[[Connection], Any], checkpoints: Checkpoints) -> None:
        super().__init__(path)
        self.tx = build(self)
        self._checkpoints = checkpoints
        self._data_version = -1
        self._pages = 0

    def _prepare(self) -> None:
        _switch_to_log(self._raw)
        self._raw.execute("pragma synchronous = full")
        self._raw.execute("pragma wal_autocheckpoint = 0")
        self._raw.execute("pragma secure_delete = off")  # some builds overwrite what is deleted, page by page

    def begin(self) -> None:
        self._do("begin immediate")

    begin_alone = begin

    def commit(self) -> None:
        row = self.one("pragma page_count")  # asked outside of the transaction it would be another one
        self._pages = row[0] if row else 0
        self._do("commit")

    @property
    def in_transaction(self) -> bool:
        return self._raw.in_transaction

    def leave_mark(self) -> None:
        row = self.one("pragma user_version")
        self._do(f"pragma user_version = {row[0] if row else 0}")

    def foreign_writes(self) -> bool:
        """True at first: nobody knows what happened before the connection was there."""
        row = self.one("pragma data_version")
        before, self._data_version = self._data_version, row[0] if row else -1
        return before != self._data_version

    def look_after(self, units: int) -> None:
        self._checkpoints.count(units, self._pages)
        if self._checkpoints.is_behind:
            self._checkpoints.is_behind = False
            self._begin_log_anew()

    def make_room(self) -> None:
        self._checkpoints.ballast.give_up()
        self._begin_log_anew()

    def _begin_log_anew(self) -> None:
        """Nobody adds to it meanwhile, and overwriting it needs no space."""
        try:
            self._do("pragma wal_checkpoint(passive)")
        except (StoreFull, StoreFailed, Busy) as error:
            log.warning("the log could not be carried over: %s", error)

    def keep_copy(self, name: str) -> None:
        copy = self._path.with_name(f"{name}.db")
        unfinished = copy.with_suffix(".part")
        unfinished.unlink(missing_ok=True)
        other = sqlite3.connect(self._path)  # the copy cannot be made inside this one's transaction
        try:
            other.execute("vacuum into ?", (str(unfinished),))
        except sqlite3.Error as error:
            raise self._translated(error) from error
        finally:
            other.close()
        _sync(unfinished)
        unfinished.replace(copy)
        _sync(copy.parent)
        log.info("the catalog as it was is kept in %s", copy)


def _switch_to_log(raw: sqlite3.Connection) -> None:
    """Write-ahead logging. The switch needs the file alone and does not wait for it by itself."""
    for _ in range(int(LOCK_WAIT / 0.05)):
        try:
            raw.execute("pragma journal_mode = wal")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            sleep(0.05)
    raw.execute("pragma journal_mode = wal")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
