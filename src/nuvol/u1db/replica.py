"""A database of documents that syncs, over any table: the calls of the U1DB API (u1db.md part 3)."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from nuvol.errors import (
    ConflictedDoc,
    DocumentAlreadyDeleted,
    DocumentDoesNotExist,
    DocumentTooBig,
    InvalidGeneration,
    InvalidTransactionId,
    RevisionConflict,
)
from nuvol.u1db import document, revision
from nuvol.u1db.arrivals import Arrival, take_in
from nuvol.u1db.document import Document
from nuvol.u1db.index import Values
from nuvol.u1db.indexing import Indexes
from nuvol.u1db.ledger import Ledger, Step, take_steps
from nuvol.u1db.table import Alternative, Change, Head, Known, Rows, Stored, Table

T = TypeVar("T")

PAGE = 256
"""Documents read at once."""
FIRST_PAGE = 16
"""Documents read first, before it is known how large they are."""
PAGE_BYTES = 1 << 20
"""A page with more text than this is followed by a smaller one, one with less by a larger one up to `PAGE`."""

DocumentFactory = Callable[..., Document]
"""Makes the documents that are returned; called with doc_id, rev, json, has_conflicts."""


class Replica:
    """Safe to use from several threads, as its table is."""

    def __init__(self, table: Table, document_factory: DocumentFactory | None = None) -> None:
        self._table = table
        self._factory = document_factory or Document
        self._size_limit = 0
        self._indexes = Indexes(table)

    def close(self) -> None:
        self._table.close()

    # ---------------------------------------------------------------------------------------- documents

    def create_doc(self, content: Mapping[str, Any], doc_id: str | None = None) -> Document:
        """Raises what `create_doc_from_json` does, and InvalidContent."""
        return self.create_doc_from_json(document.write(content), doc_id)

    def create_doc_from_json(self, json: str, doc_id: str | None = None) -> Document:
        """A new document, or a deleted one brought back. Raises InvalidJSON and what `put_doc` does."""
        created = self._factory(doc_id=f"D-{secrets.token_hex(16)}" if doc_id is None else doc_id, json=json)
        self.put_doc(created)
        return created

    created_doc_from_json = create_doc_from_json
    """The spelling of some programs for eyeOS."""

    def put_doc(self, doc: Document) -> str:
        """Store a document that is at the revision stored; returns its new revision and sets it in `doc`.

        Raises InvalidDocId, DocumentTooBig, ConflictedDoc, RevisionConflict."""
        doc.rev = self.put(doc.doc_id, doc.rev, doc.get_json())
        return doc.rev

    def put(self, doc_id: str | None, rev: str | None, text: str | None) -> str:
        """`put_doc` by values; `text` is trusted to be a JSON object, None makes a tombstone."""
        doc_id = document.require_doc_id(doc_id)
        if self._size_limit and document.size(doc_id, rev, text) > self._size_limit:
            raise DocumentTooBig(f"The document “{doc_id}” is larger than {self._size_limit} bytes.")
        return self._step(doc_id, lambda ledger: _put(ledger, doc_id, rev or None, text))

    def delete_doc(self, doc: Document) -> str:
        """Leave a tombstone; `doc` becomes one. Returns the new revision.

        Raises DocumentDoesNotExist, RevisionConflict, DocumentAlreadyDeleted, ConflictedDoc."""
        doc.rev = self.delete(doc.doc_id or "", doc.rev)
        doc.make_tombstone()
        return doc.rev

    def delete(self, doc_id: str, rev: str | None) -> str:
        """`delete_doc` by values."""
        return self._step(doc_id, lambda ledger: _delete(ledger, doc_id, rev))

    def get_doc(self, doc_id: str, include_deleted: bool = False) -> Document | None:
        stored = self._table.read(lambda rows: rows.fetch((doc_id,))).get(doc_id)
        if stored is None or (stored.content is None and not include_deleted):
            return None
        return self._document(stored)

    def get_docs(
        self, doc_ids: Iterable[str], check_for_conflicts: bool = True, include_deleted: bool = False
    ) -> Iterator[Document]:
        """In the order asked for, read page by page; ids without a document are left out."""
        wanted = list(doc_ids)
        for start in range(0, len(wanted), PAGE):
            part = wanted[start : start + PAGE]
            stored = self._table.read(partial(_fetch, part))
            for doc_id in part:
                if doc_id in stored and (include_deleted or stored[doc_id].content is not None):
                    yield self._document(stored[doc_id], check_for_conflicts)

    def get_all_docs(self, include_deleted: bool = False) -> tuple[int, list[Document]]:
        """The generation, and every document in no order."""

        def unit(rows: Rows) -> tuple[int, list[Document]]:
            docs = [self._document(s) for s in _all(rows) if include_deleted or s.content is not None]
            return rows.head().generation, docs

        return self._table.snapshot(unit)

    def whats_changed(self, old_generation: int = 0) -> tuple[int, str, list[tuple[str, int, str]]]:
        """Generation and transaction id now, and (doc_id, generation, transaction_id) of the newest change of every
        document that changed after `old_generation`, ascending."""

        def unit(rows: Rows) -> tuple[int, str, list[tuple[str, int, str]]]:
            head = rows.head()
            pages = _changes(lambda read: read(rows), old_generation, head.generation)
            changes = [(c.doc_id, c.generation, c.transaction_id) for page in pages for c in page]
            return head.generation, head.transaction_id, changes

        return self._table.snapshot(unit)

    def set_document_size_limit(self, limit: int) -> None:
        """Bytes of text, id and revision that a document may have when it is put here; 0: no limit."""
        self._size_limit = limit

    def set_document_factory(self, factory: DocumentFactory) -> None:
        self._factory = factory

    def _step(self, doc_id: str, act: Callable[[Ledger], T]) -> T:
        return self._table.join(take_steps, Step(doc_id, act))

    def _document(self, stored: Stored, check_for_conflicts: bool = True) -> Document:
        return self._factory(
            doc_id=stored.doc_id,
            rev=stored.rev,
            json=stored.content,
            has_conflicts=check_for_conflicts and stored.has_conflicts,
        )

    # ---------------------------------------------------------------------------------------- conflicts

    def get_doc_conflicts(self, doc_id: str) -> list[Document]:
        """Nothing, or what `get_doc` gives (a tombstone too) and then the alternatives."""

        def unit(rows: Rows) -> list[Document]:
            stored = rows.fetch((doc_id,)).get(doc_id)
            if stored is None or not stored.has_conflicts:
                return []
            others = rows.alternatives((doc_id,))[doc_id]
            return [
                self._document(stored),
                *(self._factory(doc_id=doc_id, rev=other.rev, json=other.content) for other in others),
            ]

        return self._table.snapshot(unit)

    def resolve_doc(self, doc: Document, conflicted_doc_revs: Sequence[str]) -> None:
        """Put `doc` in the place of these revisions; sets its `rev` and `has_conflicts`.

        Raises DocumentDoesNotExist, InvalidRevision."""
        doc.rev, doc.has_conflicts = self.resolve(doc.doc_id or "", doc.get_json(), conflicted_doc_revs)

    def resolve(self, doc_id: str, text: str | None, revs: Sequence[str]) -> tuple[str, bool]:
        """`resolve_doc` by values: the new revision, and whether there are still alternatives."""
        known = [revision.canonical(rev) for rev in revs]
        return self._step(doc_id, lambda ledger: _resolve(ledger, doc_id, text, known))

    # ------------------------------------------------------------------------------------------ indexes

    def create_index(self, index_name: str, *index_expressions: str) -> None:
        """Raises IndexDefinitionParseError, IndexNameTakenError."""
        self._indexes.create(index_name, *index_expressions)

    def delete_index(self, index_name: str) -> None:
        self._indexes.delete(index_name)

    def list_indexes(self) -> list[tuple[str, list[str]]]:
        return self._indexes.definitions()

    def get_from_index(self, index_name: str, *key_values: str, limit: int | None = None) -> list[Document]:
        """Documents by exact values, a prefix (`abc*`), any value (`*`); in the order of their values, the first
        `limit` of them.

        Raises IndexDoesNotExist, InvalidValueForIndex, InvalidGlobbing."""
        return [self._document(stored) for stored in self._indexes.get(index_name, key_values, limit)]

    def get_range_from_index(
        self,
        index_name: str,
        start_value: str | Sequence[str] | None = None,
        end_value: str | Sequence[str] | None = None,
        *,
        limit: int | None = None,
    ) -> list[Document]:
        """Documents whose values lie between these, both included, in each column by itself.

        Raises IndexDoesNotExist, InvalidValueForIndex, InvalidGlobbing."""
        start, end = ((value,) if isinstance(value, str) else value for value in (start_value, end_value))
        return [self._document(stored) for stored in self._indexes.get_range(index_name, start, end, limit)]

    def get_index_keys(self, index_name: str) -> list[Values]:
        """Raises IndexDoesNotExist."""
        return self._indexes.keys(index_name)

    # --------------------------------------------------------------------------------------------- sync

    @property
    def replica_uid(self) -> str:
        return self.head().replica_uid

    def set_replica_uid(self, replica_uid: str) -> None:
        """Become another replica for all peers, as after restoring a backup. Raises InvalidRevision."""
        revision.require_replica_uid(replica_uid)
        self._table.write(lambda rows: rows.rename(replica_uid))

    def head(self) -> Head:
        return self._table.read(lambda rows: rows.head())

    def known(self, peer: str) -> Known:
        """What this replica has of another."""
        return self._table.read(lambda rows: rows.known(peer))

    def know(self, peer: str, known: Known) -> None:
        self._table.write(lambda rows: rows.know(peer, known))

    def require_past(self, known: Known) -> None:
        """What a peer remembers of this replica must have happened. Raises InvalidGeneration, InvalidTransactionId."""
        if known.generation == 0:
            return
        transaction_id = self._table.read(lambda rows: rows.transaction_id(known.generation))
        if transaction_id is None:
            raise InvalidGeneration(f"Generation {known.generation} has not been reached here.")
        if transaction_id != known.transaction_id:
            raise InvalidTransactionId(f"Generation {known.generation} came by another transaction.")

    def changes(self, after: int, until: int) -> Iterator[list[Change]]:
        """Documents whose newest change lies in (after, until], page by page, ascending. What changes meanwhile gets
        a generation beyond `until` and is left out."""
        return _changes(self._table.read, after, until)

    def take_in(self, peer: str, entries: Sequence[Change], save_conflicts: bool) -> list[Arrival]:
        """Put a run of documents of another replica in. When one fails those before it are stored.

        Raises InvalidGeneration, InvalidTransactionId, InvalidDocId, InvalidRevision, InvalidJSON."""
        arrivals = self._table.write(lambda rows: take_in(rows, peer, entries, save_conflicts))
        if arrivals.failure is not None:
            raise arrivals.failure
        return arrivals.done


# --------------------------------------------------------------------------------------------------- the rules


def _put(ledger: Ledger, doc_id: str, rev: str | None, text: str | None) -> str:
    stored = ledger.document(doc_id)
    if ledger.alternatives(doc_id):
        raise ConflictedDoc(f"The document “{doc_id}” has conflicts.")
    fitting: set[str | None] = {stored.rev} if stored else set()
    if stored is None or stored.content is None:
        fitting.add(None)
    if rev not in fitting:
        raise RevisionConflict(f"The document “{doc_id}” is not at revision {rev}.")
    return _store(ledger, stored, doc_id, text)


def _delete(ledger: Ledger, doc_id: str, rev: str | None) -> str:
    stored = ledger.document(doc_id)
    if stored is None:
        raise DocumentDoesNotExist(f"There is no document “{doc_id}”.")
    if stored.rev != rev:
        raise RevisionConflict(f"The document “{doc_id}” is not at revision {rev}.")
    if stored.content is None:
        raise DocumentAlreadyDeleted(f"The document “{doc_id}” is deleted already.")
    if ledger.alternatives(doc_id):
        raise ConflictedDoc(f"The document “{doc_id}” has conflicts.")
    return _store(ledger, stored, doc_id, None)


def _store(ledger: Ledger, stored: Stored | None, doc_id: str, text: str | None) -> str:
    clock = revision.incremented(revision.parse(stored.rev if stored else None), ledger.replica_uid)
    return ledger.store(doc_id, clock, text)


def _resolve(ledger: Ledger, doc_id: str, text: str | None, revs: Sequence[str]) -> tuple[str, bool]:
    """u1db.md 4.4. The new revision knows of the present one even if that is not among `revs`, as the reference's."""
    stored = ledger.document(doc_id)
    if stored is None:
        raise DocumentDoesNotExist(f"There is no document “{doc_id}”.")
    clock = revision.maximised(map(revision.parse, (stored.rev, *revs)))
    clock = revision.incremented(clock, ledger.replica_uid)
    others = [other for other in ledger.alternatives(doc_id) if other.rev not in revs]
    if stored.rev not in revs:
        others.append(Alternative(revision.text(clock), text))
    ledger.set_alternatives(doc_id, others)
    if stored.rev in revs:
        ledger.store(doc_id, clock, text)
    return revision.text(clock), bool(others)


def _all(rows: Rows) -> Iterator[Stored]:
    after = ""
    while page := rows.page(after, PAGE):
        yield from page
        after = page[-1].doc_id


def _fetch(doc_ids: Sequence[str], rows: Rows) -> dict[str, Stored]:
    return rows.fetch(doc_ids)


def _changes_page(after: int, until: int, limit: int, rows: Rows) -> list[Change]:
    return rows.changes(after, until, limit)


def _changes(
    read: Callable[[Callable[[Rows], list[Change]]], list[Change]], after: int, until: int
) -> Iterator[list[Change]]:
    limit = min(FIRST_PAGE, PAGE)
    while page := read(partial(_changes_page, after, until, limit)):
        yield page
        after = page[-1].generation
        is_heavy = sum(len(change.content or "") for change in page) > PAGE_BYTES
        limit = max(1, limit // 4) if is_heavy else min(PAGE, limit * 4)
