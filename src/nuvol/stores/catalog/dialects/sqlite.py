"""The catalog in one SQLite file: reads run in the caller's thread, writes in the one writer's."""

import threading
from collections.abc import Callable
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

from nuvol.errors import StoreFailed, StoreFull
from nuvol.stores.catalog.database import Connection, Database
from nuvol.stores.catalog.dialects.sqlite_ballast import RESERVE, room_on
from nuvol.stores.catalog.dialects.sqlite_checkpoints import Checkpoints
from nuvol.stores.catalog.dialects.sqlite_connections import SqliteConnection, SqliteWriteConnection
from nuvol.stores.catalog.migrations import migrate
from nuvol.stores.catalog.notices import SEQS, Notices
from nuvol.stores.catalog.writer import Writer

T = TypeVar("T")
Tx = TypeVar("Tx")


class SqliteDatabase(Database[Tx]):
    is_local = True

    def __init__(self, path: Path, build: Callable[[Connection], Tx], schema: Traversable) -> None:
        self._path = path
        self._build = build
        self.notices = Notices()
        self._local = threading.local()
        self._readers: list[tuple[threading.Thread, SqliteConnection]] = []
        self._opening = threading.Lock()
        self._is_closed = False
        self._checkpoints = Checkpoints(path)
        first = self._first()
        try:
            migrate(first, schema)
            first.foreign_writes()
            self.notices.learn(first.all(SEQS))
        except BaseException:
            first.close()
            raise
        self._checkpoints.ballast.take()
        self._checkpoints.start()
        self._writer: Writer[Tx] = Writer(first, self._connect, self.notices)

    def _first(self) -> SqliteWriteConnection:
        try:
            return self._connect()
        except StoreFull:
            if not self._checkpoints.ballast.give_up():
                raise
            return self._connect()

    def _connect(self) -> SqliteWriteConnection:
        return SqliteWriteConnection(self._path, self._build, self._checkpoints)

    @property
    def commits(self) -> int:
        return self._writer.commits

    def read(self, unit: Callable[[Tx], T]) -> T:
        return unit(self._reader()[1])

    def snapshot(self, unit: Callable[[Tx], T]) -> T:
        connection, tx = self._reader()
        with connection.snapshot():
            return unit(tx)

    def write(self, unit: Callable[[Tx], T]) -> T:
        return self._writer.write(unit)

    def require_room(self, size: int) -> None:
        free = room_on(self._path) - size
        if free < RESERVE:
            free += self._checkpoints.ballast.size
        if free < RESERVE:
            reader = self._reader()[0]
            (unused,), (page,) = reader.one("pragma freelist_count") or (0,), reader.one("pragma page_size") or (0,)
            if free + unused * page < RESERVE:
                raise StoreFull(f"It does not fit: the server leaves {RESERVE >> 20} MiB of its disk free.")

    def close(self) -> None:
        self._writer.close()
        self._checkpoints.close()
        with self._opening:
            self._local = threading.local()
            self._is_closed = True
            for _, connection in self._readers:
                connection.close()

    def _reader(self) -> tuple[SqliteConnection, Tx]:
        """This thread's own."""
        try:
            reader: tuple[SqliteConnection, Tx] = self._local.reader
        except AttributeError:
            return self._open_reader()
        return reader

    def _open_reader(self) -> tuple[SqliteConnection, Tx]:
        connection = SqliteConnection(self._path)
        with self._opening:
            if self._is_closed:
                connection.close()
                raise StoreFailed("The catalog is closed.")
            for pair in [pair for pair in self._readers if not pair[0].is_alive()]:
                self._readers.remove(pair)
                pair[1].close()
            self._readers.append((threading.current_thread(), connection))
            self._local.reader = reader = connection, self._build(connection)
        return reader
