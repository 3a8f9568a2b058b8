"""A database on a server, used without a replica: what the reference's HTTPDatabase offers (u1db.md part 3, end).

Indexes, conflicts and what changed are not asked over the wire: for these, sync a replica.
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self, TypeVar
from urllib.parse import quote

import msgspec

from nuvol.errors import DatabaseDoesNotExist, DocumentDoesNotExist, HTTPError, MissingDocIds
from nuvol.u1db import document
from nuvol.u1db.document import Document
from nuvol.u1db.http import Client, HttpTarget, refusal
from nuvol.u1db.replica import DocumentFactory

T = TypeVar("T")
Creds = Mapping[str, Mapping[str, Any]]

IDS_AT_ONCE = 50
"""Documents asked for by one request: their ids, of up to 500 characters, stand in its address."""


class _Changed(msgspec.Struct):
    rev: str


class _Entry(msgspec.Struct):
    doc_id: str
    doc_rev: str
    content: str | None
    has_conflicts: bool


class HTTPDatabase:
    """Calls raise what the server says, Unauthorized, Unavailable and HTTPError. One call at a time. Close it, or use
    it in a `with`."""

    def __init__(self, url: str, document_factory: DocumentFactory | None = None, creds: Creds | None = None) -> None:
        """`url`, `creds`: as `Database.sync` takes them. Raises UnknownAuthMethod, HTTPError (no such address)."""
        self._url = url
        self._creds = creds
        self._factory = document_factory or Document
        self._client = Client(url, creds)

    @classmethod
    def open_database(cls, url: str, create: bool, creds: Creds | None = None) -> Self:
        """Raises DatabaseDoesNotExist when it is not there and is not to be created."""
        database = cls(url, creds=creds)
        try:
            database.open(create)
        except BaseException:
            database.close()
            raise
        return database

    @classmethod
    def delete_database(cls, url: str, creds: Creds | None = None) -> None:
        """With all its documents. One that is not there is no error, as with the reference."""
        with cls(url, creds=creds) as database:
            try:
                database._client.call("DELETE", "")
            except DatabaseDoesNotExist:
                return

    def open(self, create: bool) -> None:
        """Raises DatabaseDoesNotExist."""
        if create:
            self._client.call("PUT", "", b"{}")
        else:
            self._client.call("GET", "")

    def close(self) -> None:
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---------------------------------------------------------------------------------------- documents

    def create_doc(self, content: Mapping[str, Any], doc_id: str | None = None) -> Document:
        return self.create_doc_from_json(document.write(content), doc_id)

    def create_doc_from_json(self, json: str, doc_id: str | None = None) -> Document:
        """Raises InvalidJSON, and what `put_doc` does."""
        created = self._factory(doc_id=f"D-{secrets.token_hex(16)}" if doc_id is None else doc_id, json=json)
        self.put_doc(created)
        return created

    def put_doc(self, doc: Document) -> str:
        """Store a document at the revision that the server has; returns the new one and sets it in `doc`. One without
        content is deleted. Raises InvalidDocId, RevisionConflict, DocumentTooBig."""
        text = doc.get_json()
        if text is None:
            return self.delete_doc(doc)
        body = self._client.call("PUT", _place(doc.doc_id) + _old(doc.rev), text.encode())
        doc.rev = _read(body, _Changed).rev
        return doc.rev

    def delete_doc(self, doc: Document) -> str:
        """`doc` becomes a tombstone. Raises DocumentDoesNotExist, RevisionConflict, DocumentAlreadyDeleted."""
        body = self._client.call("DELETE", _place(doc.doc_id) + _old(doc.rev))
        doc.rev = _read(body, _Changed).rev
        doc.make_tombstone()
        return doc.rev

    def get_doc(self, doc_id: str, include_deleted: bool = False) -> Document | None:
        path = _place(doc_id) + ("?include_deleted=true" if include_deleted else "")
        reply = self._client.ask("GET", path)
        rev = reply.headers.get("x-u1db-rev") or None
        has_conflicts = reply.headers.get("x-u1db-has-conflicts") == "true"
        if reply.status == 200:
            return self._factory(doc_id=doc_id, rev=rev, json=reply.body.decode(), has_conflicts=has_conflicts)
        error = refusal(reply.status, reply.body)
        if not isinstance(error, DocumentDoesNotExist):
            raise error
        if rev is None:
            return None
        return self._factory(doc_id=doc_id, rev=rev, json=None, has_conflicts=has_conflicts)

    def get_docs(
        self, doc_ids: Iterable[str], check_for_conflicts: bool = True, include_deleted: bool = False
    ) -> Iterator[Document]:
        """In the order asked for; ids without a document are left out (by a Nuvol; the reference breaks off). Raises
        MissingDocIds."""
        wanted = list(doc_ids)
        if not wanted:
            raise MissingDocIds("No document was asked for.")
        flags = f"&check_for_conflicts={_flag(check_for_conflicts)}&include_deleted={_flag(include_deleted)}"
        for start in range(0, len(wanted), IDS_AT_ONCE):
            ids = quote(",".join(wanted[start : start + IDS_AT_ONCE]), safe=",")
            for entry in _read(self._client.call("GET", f"/docs?doc_ids={ids}{flags}"), list[_Entry]):
                conflicted = check_for_conflicts and entry.has_conflicts
                yield self._factory(
                    doc_id=entry.doc_id, rev=entry.doc_rev, json=entry.content, has_conflicts=conflicted
                )

    def get_sync_target(self) -> HttpTarget:
        """The database as the other side of a sync, by a connection of its own."""
        return HttpTarget(self._url, self._creds)


def _place(doc_id: str | None) -> str:
    return f"/doc/{quote(document.require_doc_id(doc_id), safe='')}"


def _old(rev: str | None) -> str:
    return f"?old_rev={quote(rev, safe='')}" if rev else ""


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _read(body: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.MsgspecError as error:
        raise HTTPError(f"The server does not speak U1DB: {error}.") from error
