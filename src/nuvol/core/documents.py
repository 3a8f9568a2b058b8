"""Databases of documents that sync. The rules of documents are those of `nuvol.u1db`; here are rights, the quota and
the journal, which know them as they know files."""

import builtins
from collections.abc import Callable, Sequence
from functools import partial
from threading import Lock
from typing import TypeVar

from msgspec import Struct

from nuvol import ids
from nuvol.core import access, papers, remarks
from nuvol.core.files.ledger import Ledger
from nuvol.core.files.room import Files
from nuvol.core.joining import Joining
from nuvol.errors import BadValue, CloudError, DatabaseDoesNotExist, InvalidGeneration, NotAllowed
from nuvol.model import documents as names
from nuvol.model.accounts import Actor
from nuvol.model.documents import Database
from nuvol.stores.base import Catalog, DatabaseRows, Transaction
from nuvol.u1db.replica import Replica
from nuvol.u1db.table import Change, Head, Rows, Stored

S = TypeVar("S")
T = TypeVar("T")

INDEXES = 64
"""In one database."""
CACHED = 10_000
"""Names of databases kept in memory: some 2 MB."""


class Documented(Struct, frozen=True):
    """Some documents, and behind which id the rest begins (None: there is none)."""

    documents: list[Stored]
    next: str | None


class Changed(Struct, frozen=True):
    """Some changes, how far they lead, and whether there are more."""

    changes: list[Change]
    generation: int
    more: bool


class _Ids:
    """(account, name) → id of a database, only where no other process writes (`Catalog.is_local`). Who looked before a
    database was deleted and stores after it would keep a ghost: `_deletions` tells."""

    def __init__(self, catalog: Catalog) -> None:
        self._keeps = catalog.is_local
        self._ids: dict[tuple[int, str], int] = {}
        self._deletions = 0
        self._changing = Lock()
        catalog.on_foreign_write(self.clear)

    def find(self, key: tuple[int, str], look: Callable[[], int]) -> int:
        known = self._ids.get(key)
        if known is not None:
            return known
        deletions = self._deletions
        found = look()
        with self._changing:
            if self._keeps and deletions == self._deletions:
                if len(self._ids) >= CACHED:
                    self._ids.clear()
                self._ids[key] = found
        return found

    def clear(self) -> None:
        """Something was deleted."""
        with self._changing:
            self._deletions += 1
            self._ids.clear()


class Documents:
    """The databases of every account."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._ids = _Ids(files.catalog)
        self._joining = Joining()

    def list(self, actor: Actor, *, after: str = "", limit: int = 1000) -> builtins.list[Database]:
        """Databases that the actor may see, by name, from the one behind `after`."""
        only = access.databases(actor)
        if only is None:
            return self._files.catalog.read(lambda tx: tx.documents.all(actor.account_id, after, limit))
        wanted = sorted(name for name in only if name > after)[:limit]
        if not only:
            access.require(actor, "docs")
        found = self._files.catalog.read(lambda tx: [tx.documents.named(actor.account_id, name) for name in wanted])
        return [database for database in found if database is not None]

    def get(self, actor: Actor, name: str) -> Database:
        """Raises DatabaseDoesNotExist."""
        access.require_database(actor, name)
        return self._files.catalog.read(lambda tx: _named(tx, actor, name))

    def create(self, actor: Actor, name: str) -> tuple[Database, bool]:
        """The database of this name, and whether it is new. Raises BadValue when nothing can be called so."""
        access.require_database(actor, name)
        if not names.is_name(name):
            raise BadValue(
                f"“{name[:100]}” is no name of a database.",
                advice="Use up to 100 letters, digits, dots and hyphens, beginning with a letter or digit.",
            )
        return self._add(actor, name)

    def _add(self, actor: Actor, name: str) -> tuple[Database, bool]:
        fresh_id = self._files.new_id()
        return self._files.write(actor, lambda ledger: papers.add(ledger, name, fresh_id))

    def delete(self, actor: Actor, name: str) -> None:
        """With all documents. It is gone at once; its rows go in batches. Raises DatabaseDoesNotExist, NotAllowed."""
        access.require_database(actor, name)
        if name == remarks.DATABASE:
            raise NotAllowed("What people wrote about files is not deleted like this.", advice="Delete the comments.")
        self._delete(actor, name)

    def _delete(self, actor: Actor, name: str) -> None:
        def unit(ledger: Ledger) -> Database:
            database = _named(ledger.tx, actor, name)
            ledger.tx.documents.doom(actor.account_id, database.id)
            ledger.use(-database.size)
            ledger.tell("delete", "database", database.id, old=(None, name))
            return database

        gone = self._files.write(actor, unit)
        self._ids.clear()
        self._remove(actor.account_id, gone.id)

    def open(self, actor: Actor, name: str, *, create: bool = False) -> Replica:
        """The database as a replica, which knows the rules of documents. `create`: made if it is not there, else
        DatabaseDoesNotExist. What the replica writes raises QuotaExceeded too."""
        replica = Replica(self.table(actor, name, create=create))
        replica.set_document_size_limit(self._files.rules.document_bytes)
        return replica

    def room(self, actor: Actor, name: str) -> Replica:
        """A database of the actor's account for another room of the core, which has asked for the right to what is in
        it; made if it is not there."""
        known = self._ids.find((actor.account_id, name), lambda: self._add(actor, name)[0].id)
        return Replica(CatalogTable(self._files, actor, known, self._joining))

    def create_index(self, actor: Actor, name: str, index: str, expressions: Sequence[str]) -> None:
        """Raises IndexDefinitionParseError, IndexNameTakenError, DatabaseDoesNotExist, and BadValue when there are too
        many: every change of a document has to be entered in each."""
        replica = self.open(actor, name)
        known = dict(replica.list_indexes())
        if index not in known and len(known) >= INDEXES:
            raise BadValue(f"A database has at most {INDEXES} indexes.", advice="Delete one that nobody uses.")
        replica.create_index(index, *expressions)

    def page(self, actor: Actor, name: str, after: str, limit: int, *, deleted: bool) -> Documented:
        """Documents by id, from the one behind `after`. `deleted`: tombstones too."""
        table = self.table(actor, name)
        found: list[Stored] = []
        while len(found) < limit:
            read = table.read(partial(_documents, after, limit))
            found += [stored for stored in read if deleted or stored.content is not None]
            if len(read) < limit:
                return Documented(found[:limit], found[limit - 1].doc_id if len(found) > limit else None)
            after = read[-1].doc_id
        return Documented(found[:limit], found[limit - 1].doc_id)

    def changes(self, actor: Actor, name: str, since: int, limit: int) -> Changed:
        """Documents by the generation of their newest change, from behind `since`. Raises InvalidGeneration when the
        database has not come so far: it was restored, and the asker begins anew."""

        def look(rows: Rows) -> tuple[Head, builtins.list[Change]]:
            head = rows.head()
            return head, rows.changes(since, head.generation, limit + 1)

        head, found = self.table(actor, name).snapshot(look)
        if since > head.generation:
            raise InvalidGeneration(f"The database has {head.generation} changes, not {since}.")
        more = len(found) > limit
        page = found[:limit]
        return Changed(page, page[-1].generation if more else head.generation, more)

    def table(self, actor: Actor, name: str, *, create: bool = False) -> "CatalogTable":
        """Where the rows of this database rest. `create`: made if it is not there, else DatabaseDoesNotExist."""
        access.require_database(actor, name)
        database_id = self._ids.find(
            (actor.account_id, name), lambda: (self.create(actor, name)[0] if create else self.get(actor, name)).id
        )
        admit = remarks.admit if name == remarks.DATABASE else None
        return CatalogTable(self._files, actor, database_id, self._joining, admit)

    # ------------------------------------------------------------------------------------------ for upkeep

    def sweep(self) -> int:
        """Remove what is left of databases whose deletion was interrupted; returns how many there were."""
        doomed = self._files.catalog.read(lambda tx: tx.documents.doomed())
        for account_id, database_id in doomed:
            self._remove(account_id, database_id)
        return len(doomed)

    def clear(self, account_id: int) -> None:
        """Remove every database of an account that is being removed."""
        actor = Actor(account_id)
        while page := self.list(actor):
            for database in page:
                self._delete(actor, database.name)

    def renew(self) -> int:
        """After a restore from a backup: every database becomes a new replica for its peers, which then bring what
        the backup does not know; returns how many there are. What was synced before needs no repair."""
        return sum(map(self._renew, self._files.catalog.read(lambda tx: tx.accounts.ids())))

    def _renew(self, account_id: int) -> int:
        renewed, after = 0, ""
        while page := self._files.catalog.read(partial(_page, account_id, after, self._files.rules.batch_rows)):
            self._files.catalog.write(partial(_rename, page, self._files.clock()))
            renewed, after = renewed + len(page), page[-1].name
        return renewed

    def _remove(self, account_id: int, database_id: int) -> None:
        batch = self._files.rules.batch_rows
        while self._files.catalog.write(lambda tx: tx.documents.remove_some(account_id, database_id, batch)):
            pass


class CatalogTable:
    """One database of an account, as its replica sees it (`nuvol.u1db.table.Table`). Whoever opens it has asked for
    the right. What a unit writes enters the journal and the quota with it."""

    def __init__(
        self,
        files: Files,
        actor: Actor,
        database_id: int,
        joining: Joining,
        admit: Callable[[Ledger, DatabaseRows], None] | None = None,
    ) -> None:
        """`admit`: asked about what a unit wrote before it counts."""
        self._files = files
        self._actor = actor
        self._id = database_id
        self._joining = joining
        self._admit = admit

    def read(self, unit: Callable[[Rows], T]) -> T:
        return self._files.catalog.read(lambda tx: unit(self._rows(tx)))

    def snapshot(self, unit: Callable[[Rows], T]) -> T:
        return self._files.catalog.snapshot(lambda tx: unit(self._rows(tx)))

    def write(self, unit: Callable[[Rows], T]) -> T:
        """Raises QuotaExceeded too."""

        def body(ledger: Ledger) -> T:
            rows = self._rows(ledger.tx)
            result = unit(rows)
            if self._admit is not None:
                self._admit(ledger, rows)
            papers.settle(ledger, self._id, rows)
            return result

        return self._files.write(self._actor, body)

    def join(self, unit: Callable[[Rows, Sequence[S]], Sequence[T | CloudError]], step: S) -> T:
        """Raises QuotaExceeded too."""
        same = (unit, self._id, self._actor, self._admit)
        return self._joining.join(same, step, lambda steps: self.write(lambda rows: unit(rows, steps())))

    def _rows(self, tx: Transaction) -> DatabaseRows:
        return tx.documents.rows(self._actor.account_id, self._id, self._files.clock())

    def close(self) -> None:
        """There is nothing to let go of."""


def _named(tx: Transaction, actor: Actor, name: str) -> Database:
    database = tx.documents.named(actor.account_id, name)
    if database is None:
        raise DatabaseDoesNotExist(f"There is no database “{name[:100]}”.")
    return database


def _documents(after: str, limit: int, rows: Rows) -> list[Stored]:
    return rows.page(after, limit)


def _page(account_id: int, after: str, limit: int, tx: Transaction) -> list[Database]:
    return tx.documents.all(account_id, after, limit)


def _rename(databases: list[Database], now: int, tx: Transaction) -> None:
    for database in databases:
        tx.documents.rows(database.account_id, database.id, now).rename(ids.replica_uid())
