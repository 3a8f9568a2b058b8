"""The catalog in PostgreSQL: every read and write waits in the thread of its caller.

This module imports psycopg; import it in the function that needs it.
"""

import logging
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources.abc import Traversable
from itertools import count
from time import sleep
from typing import Any, TypeVar

import psycopg
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from nuvol.errors import Busy, StoreFailed
from nuvol.stores.catalog.database import Connection, Database, Row
from nuvol.stores.catalog.dialects.postgres_connections import (
    Collided,
    Lost,
    PostgresConnection,
    configure,
    connect,
    parameters,
)
from nuvol.stores.catalog.dialects.postgres_notices import CHANNEL, Listener, Sender
from nuvol.stores.catalog.migrations import migrate
from nuvol.stores.catalog.notices import SEQS, Notices

log = logging.getLogger(__name__)

T = TypeVar("T")
Tx = TypeVar("Tx")

CONNECTIONS = 16
"""At most, in one process; a server takes 100 by default."""
ATTEMPTS = 6
"""How often a unit is begun anew after it collided with another, or its connection was lost."""
POOL_WAIT = 5.0
"""Seconds to wait for a free connection."""


class _Pooled(psycopg.Connection[Row]):
    """One connection of the pool and what belongs to it."""

    ours: PostgresConnection
    tx: Any


class PostgresDatabase(Database[Tx]):
    is_local = False

    def __init__(self, url: str, build: Callable[[Connection], Tx], schema: Traversable) -> None:
        self._build = build
        self._here = threading.local()
        self._asked = count()
        self.notices = Notices()
        _prepare(url, schema, self.notices)
        self._pool: ConnectionPool[_Pooled] = ConnectionPool(
            connection_class=_Pooled,
            kwargs=parameters(url),
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
        configure(raw)
        raw.ours = PostgresConnection(raw)
        raw.tx = self._build(raw.ours)

    @property
    def commits(self) -> int:
        """Others commit too: who asks cannot know that nobody did."""
        return next(self._asked)

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
            except Collided:
                sleep(random.uniform(0, 0.005 * 2**attempt))
            except Lost as error:
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
