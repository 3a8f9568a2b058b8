"""A replica in one SQLite file, or in memory.

The file is in write-ahead mode with `synchronous=NORMAL`: it is whole after a crash of the program at any moment, and
loses nothing of what was committed; after a power cut it is whole too, but the last commits may be missing. A peer must
not know of a commit that can still go missing, so `secure` comes before it is told of any. Several processes may use
one file.
"""

import json
import sqlite3
import threading
import uuid
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from nuvol.errors import Busy, CloudError, DatabaseDoesNotExist, StoreFailed, StoreFull
from nuvol.u1db import reference
from nuvol.u1db.table import Alternative, Change, Entry, Found, Head, Index, Known, Stored, result_of

S = TypeVar("S")
T = TypeVar("T")

IN_MEMORY = ":memory:"
LOCK_WAIT = 10.0
"""Seconds to wait for another process that writes."""
LAYOUT = 1
"""Of the tables in a file."""
APPLICATION_ID = 0x4E75446F
"""In the head of the file (“NuDo”), so that no other database is taken for a replica."""

SCHEMA = f"""
create table database (replica_uid text not null, secured integer not null default 0);
create table document (
    doc_id text primary key, rev text not null, content text, generation integer not null
);
create table log (generation integer primary key, doc_id text not null, transaction_id text not null);
create table alternative (
    doc_id text not null, rev text not null, content text, primary key (doc_id, rev)
) without rowid;
create table peer (replica_uid text primary key, generation integer not null, transaction_id text not null)
    without rowid;
create table index_definition (
    name text primary key, expressions text not null, state integer not null, filled text not null
) without rowid;
create table index_entry (
    name text not null, key text not null, doc_id text not null, primary key (name, key, doc_id)
) without rowid;
pragma application_id = {APPLICATION_ID};
pragma user_version = {LAYOUT};
"""

_STORED = """d.doc_id, d.rev, d.content, d.generation,
    exists (select 1 from alternative a where a.doc_id = d.doc_id)"""


class SqliteRows:
    """The rows of a replica, through one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._run = connection.execute
        self._many = connection.executemany

    def head(self) -> Head:
        (row,) = self._run(
            "select replica_uid, coalesce(generation, 0), coalesce(transaction_id, '') from database"
            " left join (select generation, transaction_id from log order by generation desc limit 1)"
        )
        return Head(*row)

    def rename(self, replica_uid: str) -> None:
        self._run("update database set replica_uid = ?", (replica_uid,))

    def fetch(self, doc_ids: Collection[str]) -> dict[str, Stored]:
        rows = self._run(f"select {_STORED} from document d where d.doc_id in {_LIST}", (_list(doc_ids),))
        return {row[0]: _stored(row) for row in rows}

    def page(self, after: str, limit: int) -> list[Stored]:
        rows = self._run(
            f"select {_STORED} from document d where d.doc_id > ? order by d.doc_id limit ?", (after, limit)
        )
        return [_stored(row) for row in rows]

    def transaction_id(self, generation: int) -> str | None:
        row = self._run("select transaction_id from log where generation = ?", (generation,)).fetchone()
        return row[0] if row else None

    def changes(self, after: int, until: int, limit: int) -> list[Change]:
        rows = self._run(
            "select d.doc_id, d.rev, d.content, l.generation, l.transaction_id from log l"
            " cross join document d on d.doc_id = l.doc_id and d.generation = l.generation"
            " where l.generation > ? and l.generation <= ? order by l.generation limit ?",
            (after, until, limit),
        )
        return [Change(*row) for row in rows]

    def write(self, changes: Sequence[Change]) -> None:
        self._many(
            "insert into log (generation, doc_id, transaction_id) values (?, ?, ?)",
            ((change.generation, change.doc_id, change.transaction_id) for change in changes),
        )
        self._many(
            "insert into document (doc_id, rev, content, generation) values (?, ?, ?, ?) on conflict (doc_id)"
            " do update set rev = excluded.rev, content = excluded.content, generation = excluded.generation",
            ((change.doc_id, change.rev, change.content, change.generation) for change in changes),
        )

    def alternatives(self, doc_ids: Collection[str]) -> dict[str, list[Alternative]]:
        found: dict[str, list[Alternative]] = {}
        for doc_id, rev, content in self._run(
            f"select doc_id, rev, content from alternative where doc_id in {_LIST} order by doc_id, rev",
            (_list(doc_ids),),
        ):
            found.setdefault(doc_id, []).append(Alternative(rev, content))
        return found

    def set_alternatives(self, doc_id: str, alternatives: Sequence[Alternative]) -> None:
        self._run("delete from alternative where doc_id = ?", (doc_id,))
        self._many(
            "insert into alternative (doc_id, rev, content) values (?, ?, ?)",
            ((doc_id, alternative.rev, alternative.content) for alternative in alternatives),
        )

    def known(self, peer: str) -> Known:
        row = self._run("select generation, transaction_id from peer where replica_uid = ?", (peer,)).fetchone()
        return Known(*row) if row else Known()

    def know(self, peer: str, known: Known) -> None:
        self._run("replace into peer values (?, ?, ?)", (peer, known.generation, known.transaction_id))

    def indexes(self) -> list[Index]:
        rows = self._run("select name, expressions, state, filled from index_definition order by name")
        return [Index(name, tuple(json.loads(expressions)), state, filled) for name, expressions, state, filled in rows]

    def set_index(self, index: Index) -> None:
        self._run(
            "replace into index_definition values (?, ?, ?, ?)",
            (index.name, json.dumps(index.expressions), index.state, index.filled),
        )

    def remove_index(self, name: str) -> None:
        self._run("delete from index_definition where name = ?", (name,))

    def add_entries(self, entries: Iterable[Entry]) -> None:
        self._many("insert or ignore into index_entry values (?, ?, ?)", map(_entry, entries))

    def remove_entries(self, entries: Iterable[Entry]) -> None:
        self._many("delete from index_entry where name = ? and key = ? and doc_id = ?", map(_entry, entries))

    def clear_entries(self, index: str, limit: int) -> int:
        return self._run(
            "delete from index_entry where (name, key, doc_id) in"
            " (select name, key, doc_id from index_entry where name = ? limit ?)",
            (index, limit),
        ).rowcount

    def find(self, index: str, after: tuple[str, str], below: str | None, limit: int) -> list[Found]:
        rows = self._run(
            f"select e.key, {_STORED} from index_entry e cross join document d on d.doc_id = e.doc_id"
            f" where e.name = ? and (e.key, e.doc_id) > (?, ?) {'' if below is None else 'and e.key < ?'}"
            " order by e.key, e.doc_id limit ?",
            (index, *after, *(() if below is None else (below,)), limit),
        )
        return [Found(row[0], _stored(row[1:])) for row in rows]

    def keys(self, index: str, after: str, limit: int) -> list[str]:
        rows = self._run(
            "select distinct key from index_entry where name = ? and key > ? order by key limit ?",
            (index, after, limit),
        )
        return [key for (key,) in rows]


_LIST = "(select value from json_each(?))"


def _list(texts: Collection[str]) -> str:
    return json.dumps([*texts])


def _stored(row: Sequence[Any]) -> Stored:
    doc_id, rev, content, generation, has_conflicts = row
    return Stored(doc_id, rev, content, generation, bool(has_conflicts))


def _entry(entry: Entry) -> tuple[str, str, str]:
    return entry.index, entry.key, entry.doc_id


class SqliteTable:
    """One connection, which one thread at a time uses."""

    def __init__(self, path: Path | str, create: bool) -> None:
        """A file of the U1DB reference becomes one of ours. Raises DatabaseDoesNotExist, StoreFailed (no replica)."""
        if not create and str(path) != IN_MEMORY and not Path(path).exists():
            raise DatabaseDoesNotExist(f"There is no replica at {path}.")
        self._lock = threading.RLock()
        self._connection = _told(_connect, path)
        self._rows = SqliteRows(self._connection)
        try:
            _told(self._prepare, path)
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self, path: Path | str) -> None:
        run = self._connection.execute
        run("begin immediate")
        found = [run(f"pragma {name}").fetchone()[0] for name in ("application_id", "user_version")]
        if found != [APPLICATION_ID, LAYOUT]:
            self._make(path)
        run("commit")
        run("pragma journal_mode = wal")
        run("pragma synchronous = normal")

    def _make(self, path: Path | str) -> None:
        """Make the tables, if the file is empty or one of the reference."""
        run = self._connection.execute
        is_empty = run("select count(*) from sqlite_schema").fetchone() == (0,)
        if not is_empty and not reference.is_one(self._connection):
            raise StoreFailed(
                f"{path} is a database, but no replica of documents that this version knows.",
                advice="Choose another file, or update Nuvol.",
            )
        if not is_empty:
            reference.set_aside(self._connection)
        for statement in SCHEMA.split(";\n"):
            run(statement)
        if is_empty:
            run("insert into database (replica_uid) values (?)", (uuid.uuid4().hex,))
        else:
            for index in reference.take_over(self._connection):
                self._rows.set_index(index)

    def read(self, unit: Callable[[SqliteRows], T]) -> T:
        with self._lock:
            return _told(unit, self._rows)

    def snapshot(self, unit: Callable[[SqliteRows], T]) -> T:
        return self._in_transaction("begin", unit)

    def write(self, unit: Callable[[SqliteRows], T]) -> T:
        return self._in_transaction("begin immediate", unit)

    def join(self, unit: Callable[[SqliteRows, Sequence[S]], Sequence[T | CloudError]], step: S) -> T:
        return self.write(lambda rows: result_of(unit(rows, [step])[0]))

    def secure(self) -> None:
        """What was committed survives a power cut."""
        with self._lock:
            _told(self._connection.execute, "pragma synchronous = full")
            try:
                # A commit that waits for the disk takes those before it along; it must have something to write.
                _told(self._connection.execute, "update database set secured = secured + 1")
            finally:
                _told(self._connection.execute, "pragma synchronous = normal")

    def _in_transaction(self, begin: str, unit: Callable[[SqliteRows], T]) -> T:
        with self._lock:
            _told(self._connection.execute, begin)
            try:
                result = _told(unit, self._rows)
                _told(self._connection.execute, "commit")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("rollback")
                raise
            return result

    def close(self) -> None:
        with self._lock:
            self._connection.close()


def _connect(path: Path | str) -> sqlite3.Connection:
    return sqlite3.connect(
        path, timeout=LOCK_WAIT, isolation_level=None, check_same_thread=False, cached_statements=200
    )


A = TypeVar("A")


def _told(act: Callable[[A], T], argument: A) -> T:
    """Do it; what SQLite raises is told in our words."""
    try:
        return act(argument)
    except sqlite3.Error as error:
        raise _translated(error) from error


def _translated(error: sqlite3.Error) -> Exception:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Busy("Another program is writing to the replica.")
    if code == sqlite3.SQLITE_FULL:
        return StoreFull(f"No space is left for the replica ({error}).")
    return StoreFailed(f"The replica failed: {error}.")
