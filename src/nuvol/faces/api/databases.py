"""Databases of documents: the documents, their conflicts, indexes and changes."""

from typing import Any

from nuvol.errors import BadValue, DocumentDoesNotExist, InvalidGeneration
from nuvol.faces.api.calls import Call, done, told
from nuvol.faces.exchange import exchange, lines
from nuvol.faces.http import Answer, in_thread, run
from nuvol.u1db import stream
from nuvol.u1db.document import Document
from nuvol.u1db.replica import Replica
from nuvol.u1db.sync import LocalTarget, SyncInfo
from nuvol.u1db.table import Known
from nuvol.wire.api import body
from nuvol.wire.api import documents as words
from nuvol.wire.api.problems import WrongType
from nuvol.wire.api.values import essence
from nuvol.wire.openapi import PREFIX


async def every(call: Call[words.DatabasesAsked, None]) -> Answer:
    asked = call.query
    page = await run(call.cloud.documents.list, call.actor, after=asked.after, limit=asked.limit)
    return told(words.databases(page, asked.limit))


async def create(call: Call[None, None]) -> Answer:
    database, is_new = await run(call.cloud.documents.create, call.actor, call.words["database"])
    return told(words.database(database), 201 if is_new else 200)


async def get(call: Call[None, None]) -> Answer:
    return told(words.database(await run(call.cloud.documents.get, call.actor, call.words["database"])))


async def delete(call: Call[None, None]) -> Answer:
    await in_thread(call.cloud.documents.delete, call.actor, call.words["database"])
    return done()


# ---------------------------------------------------------------------------------------------- documents


async def documents(call: Call[words.DocumentsAsked, None]) -> Answer:
    asked = call.query
    page = await run(
        call.cloud.documents.page, call.actor, _name(call), asked.cursor, asked.limit, deleted=asked.deleted
    )
    return told(words.Documents([words.stored(one) for one in page.documents], page.next))


async def add(call: Call[None, None]) -> Answer:
    """A document without an id gets one."""
    text = await _text(call)
    made = await run(lambda: _open(call).create_doc_from_json(text))
    place = ("Location", f"{PREFIX}/databases/{_name(call)}/documents/{made.doc_id}")
    return _changed(made, 201, place)


async def read(call: Call[None, None]) -> Answer:
    document = await run(_read, call)
    headers = [
        ("Content-Type", body.JSON),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        ("Nuvol-Has-Conflicts", "true" if document.has_conflicts else "false"),
        _etag(document),
    ]
    return Answer(200, headers, (document.get_json() or "").encode())


async def put(call: Call[None, None]) -> Answer:
    rev = _rev(call)
    made = await run(_put, call, Document(call.words["doc_id"], rev, await _text(call)))
    return _changed(made, 201 if rev is None else 200)


async def remove(call: Call[None, None]) -> Answer:
    return _changed(await run(_remove, call, Document(call.words["doc_id"], _rev(call), None)))


async def conflicts(call: Call[None, None]) -> Answer:
    return told(words.conflicts(await run(_conflicts, call)))


async def resolve(call: Call[None, words.Resolution]) -> Answer:
    return _changed(await run(_resolve, call, call.body))


# ---------------------------------------------------------------------------------------------- indexes


async def indexes(call: Call[None, None]) -> Answer:
    return told(words.Indexes(await run(_indexes, call)))


async def create_index(call: Call[None, words.NewIndex]) -> Answer:
    wish = call.body.expressions
    await in_thread(call.cloud.documents.create_index, call.actor, _name(call), call.words["index"], wish)
    return told(words.Index(call.words["index"], call.body.expressions))


async def remove_index(call: Call[None, None]) -> Answer:
    await in_thread(_remove_index, call)
    return done()


async def keys(call: Call[None, None]) -> Answer:
    return told(words.Keys(await run(_keys, call)))


async def query(call: Call[None, words.Query]) -> Answer:
    return told(words.found(await run(_query, call, call.body)))


# ---------------------------------------------------------------------------------------------- changes


async def changes(call: Call[words.DocumentChangesAsked, None]) -> Answer:
    asked = call.query
    found = await run(call.cloud.documents.changes, call.actor, _name(call), asked.since, asked.limit)
    listed = [words.change(one) for one in found.changes]
    return told(words.DocumentChanges(listed, found.generation, found.more))


async def snapshot(call: Call[words.SnapshotAsked, None]) -> Answer:
    """Everything as it is now. What changes meanwhile gets a higher generation, and is left to the next sync."""
    replica = await run(_open, call)
    head = await run(replica.head)
    since = call.query.since
    if since > head.generation:
        raise InvalidGeneration(f"The database has {head.generation} changes, not {since}.")
    header = stream.Answered(head.generation, head.transaction_id, head.replica_uid)
    fields = [("Content-Type", stream.MEDIA_TYPE), ("Cache-Control", "no-store")]
    return Answer(200, fields, lines(header, replica.changes(since, head.generation)))


# ------------------------------------------------------------------------------------------------- sync


async def sync_info(call: Call[None, None]) -> Answer:
    return told(words.sync_info(await run(_known, call)))


async def record(call: Call[None, words.KnownGiven]) -> Answer:
    await run(_record, call, call.body)
    return done()


async def sync(call: Call[None, None]) -> Answer:
    """One exchange, as U1DB has it."""
    if essence(call.request.headers.get("content-type")) != stream.MEDIA_TYPE:
        raise WrongType(stream.MEDIA_TYPE)
    documents, actor, name = call.cloud.documents, call.actor, _name(call)
    return await exchange(
        call.request, call.words["replica"], lambda ensure: documents.open(actor, name, create=ensure)
    )


# ---------------------------------------------------------------------------------------------- inside


def _name(call: Call[Any, Any]) -> str:
    return call.words["database"]


def _open(call: Call[Any, Any]) -> Replica:
    return call.cloud.documents.open(call.actor, _name(call))


def _put(call: Call[Any, Any], document: Document) -> Document:
    _open(call).put_doc(document)
    return document


def _read(call: Call[Any, Any]) -> Document:
    document = _open(call).get_doc(call.words["doc_id"])
    if document is None:
        raise DocumentDoesNotExist(f"There is no document “{call.words['doc_id'][:100]}”.")
    return document


def _remove(call: Call[Any, Any], document: Document) -> Document:
    _open(call).delete_doc(document)
    return document


def _conflicts(call: Call[Any, Any]) -> list[Document]:
    return _open(call).get_doc_conflicts(call.words["doc_id"])


def _resolve(call: Call[Any, Any], wish: words.Resolution) -> Document:
    document = Document(call.words["doc_id"], None, words.text(wish.content))
    _open(call).resolve_doc(document, wish.revs)
    return document


def _indexes(call: Call[Any, Any]) -> list[words.Index]:
    return [words.Index(name, list(expressions)) for name, expressions in _open(call).list_indexes()]


def _remove_index(call: Call[Any, Any]) -> None:
    _open(call).delete_index(call.words["index"])


def _known(call: Call[Any, Any]) -> SyncInfo:
    return LocalTarget(_open(call)).get_sync_info(call.words["replica"])


def _record(call: Call[Any, Any], known: words.KnownGiven) -> None:
    given = Known(known.generation, known.transaction_id)
    LocalTarget(_open(call)).record_sync_info(call.words["replica"], given)


def _keys(call: Call[Any, Any]) -> list[list[str]]:
    return [list(key) for key in _open(call).get_index_keys(call.words["index"])]


def _query(call: Call[Any, Any], wish: words.Query) -> list[Document]:
    replica = _open(call)
    if wish.values is not None:
        if wish.start is not None or wish.end is not None:
            raise BadValue("Give values, or start and end; not both.")
        return replica.get_from_index(wish.index, *wish.values, limit=wish.limit)
    start, end = (None if bound is None else tuple(bound) for bound in (wish.start, wish.end))
    return replica.get_range_from_index(wish.index, start, end, limit=wish.limit)


async def _text(call: Call[Any, Any]) -> str:
    """The document that was sent. Raises WrongType, TooLarge, BadValue."""
    if essence(call.request.headers.get("content-type")) != body.JSON:
        raise WrongType(body.JSON)
    try:
        return (await call.request.body(call.cloud.rules.document_bytes)).decode()
    except UnicodeDecodeError:
        raise BadValue("The body is not UTF-8.") from None


def _rev(call: Call[Any, Any]) -> str | None:
    """The revision that a change builds on; None: the document is new. Raises BadValue."""
    shown = call.request.headers.get("if-match")
    if shown is None:
        return None
    rev = shown.strip()
    if len(rev) < 3 or rev[0] != '"' or rev[-1] != '"' or '"' in rev[1:-1]:
        raise BadValue("If-Match must be the one revision that is changed, in quotes.", advice='Send If-Match: "rev".')
    return rev[1:-1]


def _etag(document: Document) -> tuple[str, str]:
    return "ETag", f'"{document.rev}"'


def _changed(document: Document, status: int = 200, *headers: tuple[str, str]) -> Answer:
    return told(words.state(document), status, [_etag(document), *headers])
