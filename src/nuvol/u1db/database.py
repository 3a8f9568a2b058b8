"""A replica on this machine that syncs with others: what `open` gives, the whole of the U1DB client API."""

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import msgspec

from nuvol.u1db.replica import DocumentFactory, Replica
from nuvol.u1db.sqlite import IN_MEMORY, SqliteTable
from nuvol.u1db.sync import Answer, LocalTarget, SyncTarget, synchronise
from nuvol.u1db.table import Change, Known

if TYPE_CHECKING:
    from nuvol.u1db.http import HttpTarget

Creds = Mapping[str, Mapping[str, Any]]


class Database(Replica):
    """Safe to use from several threads. Close it, or use it in a `with`."""

    def __init__(self, table: SqliteTable, document_factory: DocumentFactory | None = None) -> None:
        super().__init__(table, document_factory)
        self._secure = table.secure
        self._indexes.finish()
        self._idle: dict[bytes, HttpTarget] = {}
        self._lock = threading.Lock()

    def sync(self, url: str, creds: Creds | None = None, autocreate: bool = True) -> int:
        """Sync with the database at `url`; returns the generation of this one before. The connection stays open for the
        next time.

        `creds`: `{"oauth": {"consumer_key": …, "consumer_secret": …, "token_key": …, "token_secret": …}}`, or `basic`
        with `username` and `password`, or `bearer` with `token`. `autocreate`: make the database there if it is
        missing. Raises what `synchronise` does, UnknownAuthMethod, Unauthorized, Unavailable, HTTPError,
        BrokenSyncStream; what was received until then is kept, and the next sync goes on there."""
        from nuvol.u1db.http import HttpTarget  # brings TLS along, which a server that keeps documents does not need

        name = msgspec.json.encode([url, creds])
        with self._lock:
            target = self._idle.pop(name, None)
        target = target or HttpTarget(url, creds)
        try:
            return synchronise(self, _Careful(target, self._secure), autocreate)
        finally:
            with self._lock:
                spare = self._idle.pop(name, None)
                self._idle[name] = target
            if spare is not None:
                spare.close()

    def get_sync_target(self) -> SyncTarget:
        """This replica as the other side of a sync in the same process."""
        return LocalTarget(self)

    def close(self) -> None:
        for target in self._idle.values():
            target.close()
        super().close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Careful:
    """A target that is told of nothing that a power cut could still undo here: it would refuse every later sync."""

    def __init__(self, target: SyncTarget, secure: Callable[[], None]) -> None:
        self._target = target
        self._secure = secure
        self.get_sync_info = target.get_sync_info

    def record_sync_info(self, source_uid: str, known: Known) -> None:
        self._secure()
        self._target.record_sync_info(source_uid, known)

    def sync_exchange(
        self, source_replica_uid: str, last_known: Known, entries: Sequence[Change], ensure: bool
    ) -> Answer:
        if entries:
            self._secure()
        return self._target.sync_exchange(source_replica_uid, last_known, entries, ensure)


def open(path: str | Path, create: bool = False, document_factory: DocumentFactory | None = None) -> Database:
    """The replica in this file, or one in memory (`:memory:`). A file that the U1DB reference made is taken over.

    Raises DatabaseDoesNotExist when there is none and it is not to be created, StoreFailed when the file is something
    else."""
    return Database(SqliteTable(path, create or str(path) == IN_MEMORY), document_factory)
