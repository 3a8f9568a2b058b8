"""Words about documents: databases, documents, conflicts, indexes, changes. A document's text travels as it is."""

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta, Raw, Struct

from nuvol.errors import BadValue
from nuvol.model import documents as model
from nuvol.u1db.document import Document as Held
from nuvol.u1db.sync import SyncInfo
from nuvol.u1db.table import Change as Brought
from nuvol.u1db.table import Stored
from nuvol.wire.api.values import Cursor, Id, Size, Time, time_text

PAGE_LIMIT = 1000
QUERY_LIMIT = 10_000
"""Most documents that one query gives."""

Revision = Annotated[str, Meta(min_length=1, max_length=100_000, description="A vector clock: `uid:counter|…`.")]
Generation = Annotated[int, Meta(ge=0, lt=1 << 53)]
Content = Annotated[
    Raw, Meta(description="The document, to the letter. Null: deleted.", extra_json_schema={"type": ["object", "null"]})
]

# ------------------------------------------------------------------------------------------------ answers


class Database(Struct, frozen=True):
    """A database of documents."""

    id: Annotated[Id, Meta(description="As the journal names it.")]
    name: str
    replica_uid: Annotated[str, Meta(description="As peers know it; another one after a restore from a backup.")]
    generation: Annotated[Generation, Meta(description="How many changes there were.")]
    documents: Annotated[int, Meta(description="How many there are, deleted ones left out.")]
    size: Size
    created_at: Time
    changed_at: Time


class Databases(Struct, frozen=True):
    databases: list[Database]
    next: Annotated[str | None, Meta(description="Give it as `after` to go on; null on the last page.")]


class DocumentState(Struct, frozen=True):
    """Where a document stands after a change."""

    id: str
    rev: Revision
    has_conflicts: bool


class Document(Struct, frozen=True):
    id: str
    rev: Revision
    has_conflicts: bool
    content: Content


class Documents(Struct, frozen=True):
    documents: list[Document]
    next: Annotated[Cursor | None, Meta(description="Give it as `cursor` to go on; null on the last page.")]


class Found(Struct, frozen=True):
    documents: list[Document]


class Alternative(Struct, frozen=True):
    rev: Revision
    content: Content


class Conflicts(Struct, frozen=True):
    """All values of a document in conflict, the visible one first; none: it is in no conflict."""

    conflicts: list[Alternative]


class Index(Struct, frozen=True):
    name: str
    expressions: list[str]


class Indexes(Struct, frozen=True):
    indexes: list[Index]


class Keys(Struct, frozen=True):
    keys: list[list[str]]


class DocumentChange(Struct, frozen=True):
    """The newest change of a document."""

    id: str
    rev: Revision
    generation: Generation
    transaction_id: str
    content: Content


class DocumentChanges(Struct, frozen=True):
    changes: list[DocumentChange]
    generation: Annotated[Generation, Meta(description="Give it as `since` to go on.")]
    more: Annotated[bool, Meta(description="There is another page already.")]


class SyncState(Struct, frozen=True):
    """How far the database has come, and how much it has of the replica that asks."""

    replica_uid: str
    generation: Generation
    transaction_id: str
    known_generation: Generation
    known_transaction_id: str


# ----------------------------------------------------------------------------------------------- requests


class KnownGiven(Struct, frozen=True, forbid_unknown_fields=True):
    """The database has everything of this replica up to here."""

    generation: Generation
    transaction_id: Annotated[str, Meta(max_length=255)]


class NewIndex(Struct, frozen=True, forbid_unknown_fields=True):
    expressions: Annotated[
        list[Annotated[str, Meta(max_length=1000)]],
        Meta(min_length=1, max_length=32, description="Such as `place`, `lower(title)`, `number(rating, 4)`."),
    ]


Value = Annotated[str, Meta(max_length=10_000)]
Values = Annotated[list[Value], Meta(max_length=32)]


class Query(Struct, frozen=True, forbid_unknown_fields=True):
    """`values`, or from `start` to `end`, both included. A value for each expression of the index: exact, `*` for any,
    or a beginning with `*` behind it. Numbers are found by their decimal text."""

    index: Annotated[str, Meta(min_length=1, max_length=255)]
    values: Values | None = None
    start: Values | None = None
    end: Values | None = None
    limit: Annotated[int, Meta(ge=1, le=QUERY_LIMIT)] = QUERY_LIMIT


class Resolution(Struct, frozen=True, forbid_unknown_fields=True):
    """What takes the place of the alternatives with these revisions. `content` null: the document is deleted."""

    revs: Annotated[list[Revision], Meta(max_length=1000)]
    content: Content


# ------------------------------------------------------------------------------------------------- queries


class DatabasesAsked(Struct, frozen=True, forbid_unknown_fields=True):
    after: Annotated[str, Meta(max_length=100)] = ""
    limit: Annotated[int, Meta(ge=1, le=PAGE_LIMIT)] = PAGE_LIMIT


class DocumentsAsked(Struct, frozen=True, forbid_unknown_fields=True):
    cursor: Annotated[str, Meta(max_length=1000)] = ""
    limit: Annotated[int, Meta(ge=1, le=PAGE_LIMIT)] = 100
    deleted: Annotated[bool, Meta(description="Deleted ones too.")] = False


class DocumentChangesAsked(Struct, frozen=True, forbid_unknown_fields=True):
    since: Annotated[Generation, Meta(description="0: from the beginning.")] = 0
    limit: Annotated[int, Meta(ge=1, le=PAGE_LIMIT)] = 500


class SnapshotAsked(Struct, frozen=True, forbid_unknown_fields=True):
    since: Annotated[Generation, Meta(description="Go on behind this generation, after a break.")] = 0


# ------------------------------------------------------------------------------------------------- turning


def database(of: model.Database) -> Database:
    return Database(
        of.id,
        of.name,
        of.replica_uid,
        of.generation,
        of.documents,
        of.size,
        time_text(of.created_at),
        time_text(of.changed_at),
    )


def databases(page: list[model.Database], limit: int) -> Databases:
    return Databases([database(one) for one in page], page[-1].name if len(page) == limit else None)


def state(of: Held) -> DocumentState:
    return DocumentState(of.doc_id or "", of.rev or "", of.has_conflicts)


def document(of: Held) -> Document:
    return Document(of.doc_id or "", of.rev or "", of.has_conflicts, raw(of.get_json()))


def stored(of: Stored) -> Document:
    return Document(of.doc_id, of.rev, of.has_conflicts, raw(of.content))


def found(of: Iterable[Held]) -> Found:
    return Found([document(one) for one in of])


def conflicts(of: Iterable[Held]) -> Conflicts:
    return Conflicts([Alternative(one.rev or "", raw(one.get_json())) for one in of])


def change(of: Brought) -> DocumentChange:
    return DocumentChange(of.doc_id, of.rev, of.generation, of.transaction_id, raw(of.content))


def sync_info(of: SyncInfo) -> SyncState:
    return SyncState(
        of.target_replica_uid,
        of.target_generation,
        of.target_transaction_id,
        of.source_generation,
        of.source_transaction_id,
    )


def raw(text: str | None) -> Raw:
    return Raw(b"null" if text is None else text.encode())


def text(content: Raw) -> str | None:
    """A document as it was sent, None for null. Raises BadValue."""
    try:
        sent = bytes(content).decode()
    except UnicodeDecodeError:
        raise BadValue("The body is not UTF-8.") from None
    return None if sent == "null" else sent
