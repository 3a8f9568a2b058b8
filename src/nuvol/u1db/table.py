"""What a replica asks of the place where its rows rest: one database, of whatever kind.

A store implements `Rows` (the rows of one database inside one unit) and `Table` (runs units). It decides nothing: every
rule (revisions, conflicts, what an index holds, what travels) is above, in `replica.py` and its neighbours, and is
driven in runs, so that a run of 500 documents costs one `fetch` and one call per kind of row.

Terms. *unit*: a function that is given `Rows` and is applied wholly or not at all; it may run more than once and has no
effect but through its rows. *head*: the newest change. *entry*: one line of an index. Text compares as its UTF-8 bytes
everywhere; no key has a NUL or a lone surrogate in it, and keys have an end (see the limits below), so that any
database can hold them in a B-tree. A revision is as long as it likes and stands in no key.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from enum import IntEnum
from typing import Annotated, Protocol, TypeVar

from msgspec import Meta, Struct, field

from nuvol.errors import CloudError

S = TypeVar("S")
T = TypeVar("T")
Generation = Annotated[int, Meta(ge=0, le=(1 << 63) - 1)]
"""Changes made so far. What a peer says must fit into 64 bits."""

DOC_ID_LIMIT = 500
"""Bytes. PostgreSQL's B-tree takes 2,704 in one entry; document id, index key and index name lie in one together."""
KEY_LIMIT = 400
"""Characters (of at most 4 bytes) of an index key; what is longer is cut, and the document itself decides."""
NAME_LIMIT = 255
"""Bytes of an index's name."""


class Head(Struct, frozen=True):
    """How far a database has come. Pristine: generation 0 and no transaction id ("")."""

    replica_uid: str
    generation: int
    transaction_id: str


class Stored(Struct, frozen=True):
    """A document as it rests. `content` is its text, None for a tombstone; `generation` that of its newest change."""

    doc_id: str
    rev: str
    content: str | None
    generation: int
    has_conflicts: bool
    """Whether it has alternatives."""


class Change(Struct, frozen=True, forbid_unknown_fields=True):
    """A line of the log, with the document that it brought. It is also an entry of the sync stream, by other names."""

    doc_id: str = field(name="id")
    rev: str
    content: str | None
    generation: Generation = field(name="gen")
    transaction_id: str = field(name="trans_id")


class Alternative(Struct, frozen=True):
    """A value of a document in conflict that is not the visible one."""

    rev: str
    content: str | None


class Known(Struct, frozen=True):
    """How much a replica has of a peer: everything up to this generation of the peer."""

    generation: int = 0
    transaction_id: str = ""


class IndexState(IntEnum):
    READY = 0
    FILLING = 1
    """Changes are entered already; documents with an id up to `filled` are there."""
    REMOVING = 2
    """Nobody sees it; its entries are going."""


class Index(Struct, frozen=True):
    """An index by its definition: expressions exactly as they were given."""

    name: str
    expressions: tuple[str, ...]
    state: int = IndexState.READY
    filled: str = ""


class Entry(Struct, frozen=True):
    """One line of an index; (index, key, doc_id) is unique."""

    index: str
    key: str
    doc_id: str


class Found(Struct, frozen=True):
    """A line of an index, with its document."""

    key: str
    document: Stored


class Rows(Protocol):
    """The rows of one database, inside one unit."""

    # ------------------------------------------------------------------------------------ the database

    def head(self) -> Head: ...
    def rename(self, replica_uid: str) -> None:
        """Make it another replica for its peers."""

    # ----------------------------------------------------------------------------- documents and the log

    def fetch(self, doc_ids: Collection[str]) -> dict[str, Stored]:
        """Those of these documents that there are, tombstones included, by id. Any text may be asked for."""

    def page(self, after: str, limit: int) -> list[Stored]:
        """Documents, tombstones included, in the order of their ids, beginning behind `after`."""

    def transaction_id(self, generation: int) -> str | None:
        """That of the change of this generation; None when there was none."""

    def changes(self, after: int, until: int, limit: int) -> list[Change]:
        """Every document whose newest change has a generation in (after, until], ascending by that."""

    def write(self, changes: Sequence[Change]) -> None:
        """Enter each in the log and put its document in the place of what was there. Generations go on from the head
        without gaps; a document may come twice, then the last one stays. The last change becomes the head."""

    # -------------------------------------------------------------------------------------- alternatives

    def alternatives(self, doc_ids: Collection[str]) -> dict[str, list[Alternative]]:
        """By document; a document without alternatives is left out. Order: by revision."""

    def set_alternatives(self, doc_id: str, alternatives: Sequence[Alternative]) -> None:
        """In the place of those that are there. Revisions differ; the document is there or written in this unit."""

    # --------------------------------------------------------------------------------------------- peers

    def known(self, peer: str) -> Known:
        """What is known of a replica; `Known()` of a new one."""

    def know(self, peer: str, known: Known) -> None: ...

    # ------------------------------------------------------------------------------------------- indexes

    def indexes(self) -> list[Index]:
        """In whatever state, by name."""

    def set_index(self, index: Index) -> None:
        """Add the definition, or change the one of that name."""

    def remove_index(self, name: str) -> None:
        """The definition; its entries are gone already."""

    def add_entries(self, entries: Iterable[Entry]) -> None:
        """One that is there already is no error."""

    def remove_entries(self, entries: Iterable[Entry]) -> None:
        """One that is not there is no error."""

    def clear_entries(self, index: str, limit: int) -> int:
        """Remove at most `limit` entries of an index; returns how many went."""

    def find(self, index: str, after: tuple[str, str], below: str | None, limit: int) -> list[Found]:
        """Entries with (key, doc_id) > `after` and key < `below` (None: no end), in that order, each with its document.

        Reads only these entries and their documents, however large the index is."""

    def keys(self, index: str, after: str, limit: int) -> list[str]:
        """Distinct keys of an index, ascending, beginning behind `after`."""


class Table(Protocol):
    """One database. Safe to use from several threads."""

    def read(self, unit: Callable[[Rows], T]) -> T:
        """Run `unit`, which only reads. What it sees is committed; two calls may see different states."""

    def snapshot(self, unit: Callable[[Rows], T]) -> T:
        """Run `unit`, which only reads and sees one state throughout."""

    def write(self, unit: Callable[[Rows], T]) -> T:
        """Run `unit` and commit it; nobody else writes this database between its reads and its commit.
        A unit that raises leaves nothing behind."""

    def join(self, unit: Callable[[Rows, Sequence[S]], Sequence[T | CloudError]], step: S) -> T:
        """`write` of one step, perhaps together with others that come at the same time: `unit` is given them all and
        says of each what it came to, which is its result, or raised if it is an error. A step that comes to an error
        changes nothing."""

    def close(self) -> None: ...


def result_of(outcome: T | CloudError) -> T:
    """What a step came to; raises it if it is an error."""
    if isinstance(outcome, CloudError):
        raise outcome
    return outcome
