"""The U1DB server: below `/u1db/`, and at the root of the host, where the names of databases end in `.u1db` and the
first authorised sync makes the database (u1db.md 7)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from nuvol.core.cloud import Cloud
from nuvol.errors import CloudError, Malformed, MissingDocIds
from nuvol.faces import doorkeeper
from nuvol.faces.exchange import exchange
from nuvol.faces.http import Answer, Request, Route, decoded, run
from nuvol.model.accounts import Actor
from nuvol.u1db import document as documents
from nuvol.u1db import stream
from nuvol.u1db.document import Document, require_doc_id
from nuvol.u1db.replica import Replica
from nuvol.u1db.sync import LocalTarget, SyncInfo
from nuvol.wire import u1db as words
from nuvol.wire.api.values import essence

PREFIX = "u1db"


@dataclass(frozen=True)
class Call:
    """One request, and what it is about."""

    request: Request
    cloud: Cloud
    actor: Actor
    place: words.Place
    creates: bool
    """A sync makes the database that is not there."""

    @property
    def arguments(self) -> dict[str, str]:
        return dict(self.request.params)

    def open(self, *, create: bool = False) -> Replica:
        return self.cloud.documents.open(self.actor, self.place.database, create=create)


def routes(cloud: Cloud, *, alone: bool = False) -> dict[str, Route]:
    """To be mounted. `alone`: the root of the host is this server's too, and tells its version."""

    async def below(request: Request) -> Answer:
        path = request.target[len(PREFIX) + 1 :]
        if path in ("", "/"):
            return _version(request)
        return await _answer(request, cloud, path[1:], creates=False)

    async def at_root(request: Request) -> Answer:
        return await _answer(request, cloud, request.target[1:], creates=True)

    async def root(request: Request) -> Answer:
        return _version(request)

    found = {PREFIX: Route(below, _failed), f"*{words.ENDING}": Route(at_root, _failed)}
    return {**found, "": Route(root, _failed)} if alone else found


def _version(request: Request) -> Answer:
    if request.method != "GET" or request.query:
        raise Malformed("There is only a version to be read here.")
    return _told({"version": words.VERSION})


async def _answer(request: Request, cloud: Cloud, path: str, *, creates: bool) -> Answer:
    """Who, where, what. `path`: still encoded, from the name of the database on."""
    actor = await doorkeeper.admit(request, cloud, signed=True)
    place = words.place(decoded(path))
    act = _ACTS.get((place.part, request.method))
    if act is None:
        raise Malformed("This address knows no such method.")
    return await act(Call(request, cloud, actor, place, creates))


def _failed(request: Request, error: CloudError) -> Answer:
    return Answer(*words.answer(error))


def _told(value: object, status: int = 200, *headers: tuple[str, str]) -> Answer:
    fields = [("Content-Type", words.JSON), ("Cache-Control", "no-cache"), *headers]
    return Answer(status, fields, words.written(value))


async def _body(request: Request, kind: str = words.JSON) -> bytes:
    """Raises Malformed, TooLarge."""
    _require_body(request, kind)
    return await request.body(words.BODY_LIMIT)


def _require_body(request: Request, kind: str) -> None:
    if not request.length:
        raise Malformed("A Content-Length is needed.")
    if essence(request.headers.get("content-type")) != kind:
        raise Malformed(f"The body must be {kind}.")


# ------------------------------------------------------------------------------------------------ databases


async def _look(call: Call) -> Answer:
    words.arguments(call.arguments)
    await run(call.cloud.documents.get, call.actor, call.place.database)
    return _told({})


async def _create(call: Call) -> Answer:
    words.arguments(call.arguments)
    words.empty(await _body(call.request))
    await run(call.cloud.documents.create, call.actor, call.place.database)
    return _told({"ok": True})


async def _delete(call: Call) -> Answer:
    words.arguments(call.arguments)
    await run(call.cloud.documents.delete, call.actor, call.place.database)
    return _told({"ok": True})


# ------------------------------------------------------------------------------------------------ documents


async def _get(call: Call) -> Answer:
    deleted = words.arguments(call.arguments, "include_deleted").get("include_deleted") == "true"
    document = await run(_read, call)
    if document is None or (document.is_tombstone() and not deleted):
        return _told({"error": "document does not exist"}, 404, *_standing("", False))
    standing = _standing(document.rev or "", document.has_conflicts)
    text = document.get_json()
    if text is None:
        return _told({"error": "document deleted"}, 404, *standing)
    return Answer(200, [("Content-Type", words.JSON), ("Cache-Control", "no-cache"), *standing], text.encode())


def _standing(rev: str, has_conflicts: bool) -> list[tuple[str, str]]:
    return [("X-U1DB-Rev", rev), ("X-U1DB-Has-Conflicts", "true" if has_conflicts else "false")]


def _read(call: Call) -> Document | None:
    return call.open().get_doc(require_doc_id(call.place.name), include_deleted=True)


async def _put(call: Call) -> Answer:
    rev = words.arguments(call.arguments, "old_rev").get("old_rev")
    text = await _text(call.request)
    new = await run(lambda: call.open().put(call.place.name, rev, text))
    return _told({"rev": new}, 201 if rev is None else 200)


async def _text(request: Request) -> str:
    """The document that was sent. Raises Malformed, TooLarge, InvalidJSON."""
    try:
        text = (await _body(request)).decode()
    except UnicodeDecodeError:
        raise Malformed("The body is not UTF-8.") from None
    documents.read(text)
    return text


async def _remove(call: Call) -> Answer:
    rev = words.arguments(call.arguments, "old_rev").get("old_rev")
    new = await run(lambda: call.open().delete(require_doc_id(call.place.name), rev))
    return _told({"rev": new})


async def _several(call: Call) -> Answer:
    asked = words.arguments(call.arguments, "doc_ids", "check_for_conflicts", "include_deleted")
    doc_ids = [doc_id for part in asked.get("doc_ids", "").split(",") if (doc_id := part.strip())]
    if not doc_ids:
        raise MissingDocIds("No documents are named.")
    deleted = asked.get("include_deleted") == "true"
    found = await run(lambda: list(call.open().get_docs(doc_ids, include_deleted=deleted)))
    text = b",\r\n".join(map(words.entry, found))
    body = b"[\r\n" + text + b"\r\n]" if found else b"[\r\n]"
    return Answer(200, [("Content-Type", words.JSON), ("Cache-Control", "no-cache")], body)


# ----------------------------------------------------------------------------------------------------- sync


async def _info(call: Call) -> Answer:
    words.arguments(call.arguments)
    return _told(words.sync_info(await run(_known, call), call.place.name))


def _known(call: Call) -> SyncInfo:
    return LocalTarget(call.open(create=call.creates)).get_sync_info(call.place.name)


async def _record(call: Call) -> Answer:
    words.arguments(call.arguments)
    known = words.known(await _body(call.request))
    await run(lambda: LocalTarget(call.open(create=call.creates)).record_sync_info(call.place.name, known))
    return _told({"ok": True})


async def _exchange(call: Call) -> Answer:
    words.arguments(call.arguments)
    _require_body(call.request, stream.MEDIA_TYPE)
    return await exchange(call.request, call.place.name, lambda ensure: call.open(create=call.creates or ensure))


_ACTS: dict[tuple[str, str], Callable[[Call], Awaitable[Answer]]] = {
    ("", "GET"): _look,
    ("", "PUT"): _create,
    ("", "DELETE"): _delete,
    ("docs", "GET"): _several,
    ("doc", "GET"): _get,
    ("doc", "PUT"): _put,
    ("doc", "DELETE"): _remove,
    ("sync-from", "GET"): _info,
    ("sync-from", "PUT"): _record,
    ("sync-from", "POST"): _exchange,
}
