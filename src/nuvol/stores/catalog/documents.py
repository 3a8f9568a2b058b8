"""Databases of documents as rows. What a replica asks of them is `nuvol.u1db.table.Rows`; no rule is decided here."""

from collections.abc import Collection, Iterable, Sequence
from functools import cached_property, lru_cache

import msgspec
from msgspec.structs import replace

from nuvol.errors import DatabaseDoesNotExist
from nuvol.model.documents import Database
from nuvol.stores.catalog.database import Connection, Row
from nuvol.u1db.document import length
from nuvol.u1db.table import Alternative, Change, Entry, Found, Head, Index, Known, Stored

_DATABASE = ", ".join(Database.__struct_fields__)
_STORED = "document.doc_id, document.rev, document.content, document.generation, document.alternatives"
_HERE = "account_id = ? and database_id = ?"
_LISTED = (
    f"select {_DATABASE} from doc_database where account_id = ? and name is not null and name > ? order by name limit ?"
)
_ADD = (
    "insert into doc_database (account_id, id, name, replica_uid, generation, transaction_id, documents, size,"
    " created_at, changed_at) values (?,?,?,?,0,'',0,0,?,?) on conflict do nothing returning id"
)
_CHANGES = (
    "select document.doc_id, document.rev, document.content, document.generation, doc_log.transaction_id"
    " from document join doc_log on doc_log.account_id = document.account_id"
    " and doc_log.database_id = document.database_id and doc_log.generation = document.generation"
    " where document.account_id = ? and document.database_id = ? and document.generation > ?"
    " and document.generation <= ? and doc_log.generation > ? and doc_log.generation <= ?"  # said twice, so that both
    " order by document.generation limit ?"  # tables are read by a range and joined in order
)
_PUT = (
    "insert into document (account_id, database_id, doc_id, rev, content, size, generation, alternatives)"
    " values (?,?,?,?,?,?,?,0) on conflict (account_id, database_id, doc_id) do update set rev = excluded.rev,"
    " content = excluded.content, size = excluded.size, generation = excluded.generation"
)
_FETCH = f"select {_STORED} from document where {_HERE} and doc_id = ?"
_FETCH_SOME = f"select {_STORED} from document where {_HERE} and doc_id {{in}}"
_SIZES = (
    f"select doc_id, case when content is null then null else size end from document where {_HERE} and doc_id {{in}}"
)
_FIND = (
    f"select doc_entry.key, {_STORED} from doc_entry join document on document.account_id = doc_entry.account_id"
    " and document.database_id = doc_entry.database_id and document.doc_id = doc_entry.doc_id"
    " where doc_entry.account_id = ? and doc_entry.database_id = ? and doc_entry.index_name = ?"
    " and (doc_entry.key, doc_entry.doc_id) > (?, ?) {below} order by doc_entry.key, doc_entry.doc_id limit ?"
)
_FIND_ALL = _FIND.replace("{below}", "")
_FIND_BELOW = _FIND.replace("{below}", "and doc_entry.key < ?")
_PARTS = {
    "document": ("doc_id",),
    "doc_alternative": ("doc_id", "number"),
    "doc_log": ("generation",),
    "doc_peer": ("peer",),
    "doc_entry": ("index_name", "key", "doc_id"),
    "doc_index": ("name",),
}
"""Where the rows of a database are, and what tells them apart there."""


class Documents:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def add(self, database: Database) -> bool:
        row = (database.account_id, database.id, database.name, database.replica_uid)
        return self._db.one(_ADD, (*row, database.created_at, database.changed_at)) is not None

    def named(self, account_id: int, name: str) -> Database | None:
        row = self._db.one(
            f"select {_DATABASE} from doc_database where account_id = ? and name = ?", (account_id, name)
        )
        return Database(*row) if row else None

    def get(self, account_id: int, database_id: int) -> Database | None:
        sql = f"select {_DATABASE} from doc_database where account_id = ? and id = ? and name is not null"
        row = self._db.one(sql, (account_id, database_id))
        return Database(*row) if row else None

    def all(self, account_id: int, after: str, limit: int) -> list[Database]:
        return [Database(*row) for row in self._db.all(_LISTED, (account_id, after, limit))]

    def doomed(self) -> list[tuple[int, int]]:
        rows = self._db.all("select account_id, id from doc_database where name is null order by account_id, id")
        return [(row[0], row[1]) for row in rows]

    def weighed(self, account_id: int) -> int:
        return sum(self._weighed(table, account_id) for table in ("document", "doc_alternative"))

    def _weighed(self, table: str, account_id: int) -> int:
        row = self._db.one(
            f"select coalesce(sum({table}.size), 0) from {table} join doc_database on"
            f" doc_database.account_id = {table}.account_id and doc_database.id = {table}.database_id"
            f" where {table}.account_id = ? and doc_database.name is not null",
            (account_id,),
        )
        return row[0] if row else 0

    def doom(self, account_id: int, database_id: int) -> None:
        self._db.run("update doc_database set name = null where account_id = ? and id = ?", (account_id, database_id))

    def remove_some(self, account_id: int, database_id: int, limit: int) -> int:
        here = (account_id, database_id)
        for table, key in _PARTS.items():
            rows = self._db.all(f"select {', '.join(key)} from {table} where {_HERE} limit ?", (*here, limit))
            if rows:
                same = " and ".join(f"{column} = ?" for column in key)
                self._db.many(f"delete from {table} where {_HERE} and {same}", [(*here, *row) for row in rows])
                return len(rows)
        return self._db.run("delete from doc_database where account_id = ? and id = ? and name is null", here)

    def rows(self, account_id: int, database_id: int, now: int) -> "DatabaseRows":
        return DatabaseRows(self._db, account_id, database_id, now)


class DatabaseRows:
    """The rows of one database inside one unit."""

    def __init__(self, db: Connection, account_id: int, database_id: int, now: int) -> None:
        self._db = db
        self._here = (account_id, database_id)
        self._now = now
        self._sizes: dict[str, int | None] = {}
        """Document → bytes of its text as it rests, None for a tombstone or none at all; those looked at."""
        self._documents = 0
        self.growth = 0
        self.written: list[tuple[Change, bool]] = []

    # ------------------------------------------------------------------------------------ the database

    @cached_property
    def _head(self) -> Head:
        row = self._db.one(
            "select replica_uid, generation, transaction_id from doc_database"
            " where account_id = ? and id = ? and name is not null",
            self._here,
        )
        if row is None:
            raise DatabaseDoesNotExist("This database was deleted.")
        return Head(*row)

    def head(self) -> Head:
        return self._head

    def rename(self, replica_uid: str) -> None:
        sql = "update doc_database set replica_uid = ? where account_id = ? and id = ?"
        self._db.run(sql, (replica_uid, *self._here))
        self.__dict__["_head"] = replace(self._head, replica_uid=replica_uid)

    def settle(self) -> None:
        if self.written or self.growth:
            self._db.run(
                "update doc_database set generation = ?, transaction_id = ?, documents = documents + ?,"
                " size = size + ?, changed_at = ? where account_id = ? and id = ?",
                (
                    self._head.generation,
                    self._head.transaction_id,
                    self._documents,
                    self.growth,
                    self._now,
                    *self._here,
                ),
            )

    # ----------------------------------------------------------------------------- documents and the log

    def fetch(self, doc_ids: Collection[str]) -> dict[str, Stored]:
        wanted = [doc_id for doc_id in doc_ids if _is_text(doc_id)]
        if len(wanted) == 1:
            rows = self._db.all(_FETCH, (*self._here, *wanted))
        else:
            rows = self._db.all_in(_FETCH_SOME, self._here, wanted)
        found = {row[0]: _stored(row) for row in rows}
        for doc_id in wanted:
            stored = found.get(doc_id)
            self._sizes[doc_id] = None if stored is None else _size(stored.content)
        return found

    def page(self, after: str, limit: int) -> list[Stored]:
        sql = f"select {_STORED} from document where {_HERE} and doc_id > ? order by doc_id limit ?"
        return [_stored(row) for row in self._db.all(sql, (*self._here, after, limit))]

    def transaction_id(self, generation: int) -> str | None:
        row = self._db.one(
            f"select transaction_id from doc_log where {_HERE} and generation = ?", (*self._here, generation)
        )
        return row[0] if row else None

    def changes(self, after: int, until: int, limit: int) -> list[Change]:
        return [Change(*row) for row in self._db.all(_CHANGES, (*self._here, *(after, until) * 2, limit))]

    def write(self, changes: Sequence[Change]) -> None:
        if not changes:
            return
        newest = {change.doc_id: change for change in changes}
        unseen = [doc_id for doc_id in newest if doc_id not in self._sizes]
        if unseen:
            self._sizes |= dict.fromkeys(unseen)
            self._sizes.update((row[0], row[1]) for row in self._db.all_in(_SIZES, self._here, unseen))
        rows = []
        for change in newest.values():
            size, before = _size(change.content), self._sizes[change.doc_id]
            self.growth += (size or 0) - (before or 0)
            self._documents += (size is not None) - (before is not None)
            self._sizes[change.doc_id] = size
            self.written.append((change, before is not None))
            rows.append((*self._here, change.doc_id, change.rev, change.content, size or 0, change.generation))
        self._db.many(
            "insert into doc_log (account_id, database_id, generation, transaction_id) values (?,?,?,?)",
            [(*self._here, change.generation, change.transaction_id) for change in changes],
        )
        self._db.many(_PUT, rows)
        last = changes[-1]
        self.__dict__["_head"] = replace(self._head, generation=last.generation, transaction_id=last.transaction_id)

    # -------------------------------------------------------------------------------------- alternatives

    def alternatives(self, doc_ids: Collection[str]) -> dict[str, list[Alternative]]:
        sql = f"select doc_id, rev, content, number from doc_alternative where {_HERE} and doc_id {{in}}"
        rows = self._db.all_in(sql, self._here, [doc_id for doc_id in doc_ids if _is_text(doc_id)])
        found: dict[str, list[Alternative]] = {}
        for doc_id, rev, content, _ in sorted(rows, key=lambda row: row[3]):
            found.setdefault(doc_id, []).append(Alternative(rev, content))
        return found

    def set_alternatives(self, doc_id: str, alternatives: Sequence[Alternative]) -> None:
        here = (*self._here, doc_id)
        gone = self._db.all(f"delete from doc_alternative where {_HERE} and doc_id = ? returning size", here)
        rows = [
            (*here, number, one.rev, one.content, _size(one.content) or 0)
            for number, one in enumerate(sorted(alternatives, key=lambda one: one.rev.encode()))
        ]
        if rows:
            self._db.many(
                "insert into doc_alternative (account_id, database_id, doc_id, number, rev, content, size)"
                " values (?,?,?,?,?,?,?)",
                rows,
            )
        self.growth += sum(row[-1] for row in rows) - sum(row[0] for row in gone)
        self._db.run(f"update document set alternatives = ? where {_HERE} and doc_id = ?", (len(rows), *here))

    # --------------------------------------------------------------------------------------------- peers

    def known(self, peer: str) -> Known:
        row = self._db.one(
            f"select generation, transaction_id from doc_peer where {_HERE} and peer = ?", (*self._here, peer)
        )
        return Known(*row) if row else Known()

    def know(self, peer: str, known: Known) -> None:
        self._db.run(
            "insert into doc_peer (account_id, database_id, peer, generation, transaction_id) values (?,?,?,?,?)"
            " on conflict (account_id, database_id, peer) do update set generation = excluded.generation,"
            " transaction_id = excluded.transaction_id",
            (*self._here, peer, known.generation, known.transaction_id),
        )

    # ------------------------------------------------------------------------------------------- indexes

    def indexes(self) -> list[Index]:
        rows = self._db.all(
            f"select name, expressions, state, filled from doc_index where {_HERE} order by name", self._here
        )
        return [Index(name, _expressions(text), state, filled) for name, text, state, filled in rows]

    def set_index(self, index: Index) -> None:
        self._db.run(
            "insert into doc_index (account_id, database_id, name, expressions, state, filled) values (?,?,?,?,?,?)"
            " on conflict (account_id, database_id, name) do update set expressions = excluded.expressions,"
            " state = excluded.state, filled = excluded.filled",
            (*self._here, index.name, msgspec.json.encode(index.expressions).decode(), int(index.state), index.filled),
        )

    def remove_index(self, name: str) -> None:
        self._db.run(f"delete from doc_index where {_HERE} and name = ?", (*self._here, name))

    def add_entries(self, entries: Iterable[Entry]) -> None:
        rows = [(*self._here, entry.index, entry.key, entry.doc_id) for entry in entries]
        if rows:
            self._db.many(
                "insert into doc_entry (account_id, database_id, index_name, key, doc_id) values (?,?,?,?,?)"
                " on conflict do nothing",
                rows,
            )

    def remove_entries(self, entries: Iterable[Entry]) -> None:
        rows = [(*self._here, entry.index, entry.key, entry.doc_id) for entry in entries]
        if rows:
            self._db.many(f"delete from doc_entry where {_HERE} and index_name = ? and key = ? and doc_id = ?", rows)

    def clear_entries(self, index: str, limit: int) -> int:
        keys = self._db.all(
            f"select key, doc_id from doc_entry where {_HERE} and index_name = ? limit ?", (*self._here, index, limit)
        )
        self.remove_entries(Entry(index, key, doc_id) for key, doc_id in keys)
        return len(keys)

    def find(self, index: str, after: tuple[str, str], below: str | None, limit: int) -> list[Found]:
        end = () if below is None else (below,)
        sql = _FIND_ALL if below is None else _FIND_BELOW
        return [Found(row[0], _stored(row[1:])) for row in self._db.all(sql, (*self._here, index, *after, *end, limit))]

    def keys(self, index: str, after: str, limit: int) -> list[str]:
        sql = f"select distinct key from doc_entry where {_HERE} and index_name = ? and key > ? order by key limit ?"
        return [row[0] for row in self._db.all(sql, (*self._here, index, after, limit))]


def _stored(row: Row) -> Stored:
    doc_id, rev, content, generation, alternatives = row
    return Stored(doc_id, rev, content, generation, alternatives > 0)


def _size(content: str | None) -> int | None:
    return None if content is None else length(content)


def _is_text(text: str) -> bool:
    """Whether a database could hold it at all."""
    if text.isascii():
        return "\0" not in text
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


@lru_cache(1000)
def _expressions(text: str) -> tuple[str, ...]:
    """Asked at every change of a document."""
    return msgspec.json.decode(text, type=tuple[str, ...])
