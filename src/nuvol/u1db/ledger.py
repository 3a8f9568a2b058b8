"""A run of changes in one unit: documents as they will be when it is settled.

Reads what the run needs with one question, lets the rules decide in order, and writes everything with one call per kind
of row. What an index loses and gains follows from the old and the new text.
"""

import secrets
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Generic, TypeVar

from msgspec import Struct

from nuvol.errors import CloudError
from nuvol.u1db import revision
from nuvol.u1db.document import Content, read
from nuvol.u1db.index import definition
from nuvol.u1db.table import Alternative, Change, Entry, IndexState, Rows, Stored

T = TypeVar("T")


class Step(Struct, Generic[T], frozen=True):
    """What is to be done with one document: a function of the ledger that raises before it changes anything."""

    doc_id: str
    act: "Callable[[Ledger], T]"


def take_steps(rows: Rows, steps: Sequence[Step[T]]) -> list[T | CloudError]:
    """What each step came to, one after the other."""
    ledger = Ledger(rows, {step.doc_id for step in steps})
    outcomes: list[T | CloudError] = []
    for step in steps:
        try:
            outcomes.append(step.act(ledger))
        except CloudError as error:
            outcomes.append(error)
    ledger.settle()
    return outcomes


class Ledger:
    def __init__(self, rows: Rows, doc_ids: Collection[str]) -> None:
        self._rows = rows
        head = rows.head()
        self.replica_uid = head.replica_uid
        self.generation = head.generation
        self._before = rows.fetch(doc_ids)
        self._documents = dict(self._before)
        conflicted = [doc_id for doc_id, stored in self._before.items() if stored.has_conflicts]
        self._alternatives = rows.alternatives(conflicted) if conflicted else {}
        self._rearranged: set[str] = set()
        self._changes: list[Change] = []

    def document(self, doc_id: str) -> Stored | None:
        return self._documents.get(doc_id)

    def alternatives(self, doc_id: str) -> list[Alternative]:
        return self._alternatives.get(doc_id, [])

    def set_alternatives(self, doc_id: str, alternatives: list[Alternative]) -> None:
        if alternatives != self.alternatives(doc_id):
            self._alternatives[doc_id] = alternatives
            self._rearranged.add(doc_id)

    def store(self, doc_id: str, clock: revision.Clock, content: str | None) -> str:
        """Make this the visible value; returns its revision."""
        rev = revision.text(clock)
        self.generation += 1
        self._changes.append(Change(doc_id, rev, content, self.generation, f"T-{secrets.token_hex(16)}"))
        self._documents[doc_id] = Stored(doc_id, rev, content, self.generation, bool(self.alternatives(doc_id)))
        return rev

    def settle(self) -> None:
        """Write it all."""
        if self._changes:
            self._rows.write(self._changes)
            self._enter_in_indexes()
        for doc_id in self._rearranged:
            self._rows.set_alternatives(doc_id, self._alternatives[doc_id])

    def _enter_in_indexes(self) -> None:
        indexes = [index for index in self._rows.indexes() if index.state != IndexState.REMOVING]
        definitions = [definition(index.name, index.expressions) for index in indexes]
        if not definitions:
            return
        gone: list[Entry] = []
        new: list[Entry] = []
        for doc_id, before, after in self._contents():
            for one in definitions:
                old_keys, new_keys = one.keys(before), one.keys(after)
                if old_keys != new_keys:
                    gone += [Entry(one.name, key, doc_id) for key in old_keys - new_keys]
                    new += [Entry(one.name, key, doc_id) for key in new_keys - old_keys]
        if gone:
            self._rows.remove_entries(gone)
        if new:
            self._rows.add_entries(new)

    def _contents(self) -> Iterator[tuple[str, Content | None, Content | None]]:
        """Of each document that changed: what it held and what it holds."""
        for doc_id in {change.doc_id for change in self._changes}:
            before, after = self._before.get(doc_id), self._documents[doc_id]
            yield doc_id, _content(before), _content(after)


def _content(stored: Stored | None) -> Content | None:
    return None if stored is None or stored.content is None else read(stored.content)
