"""A database on a server, used without a replica."""

from collections.abc import Iterator
from contextlib import closing

import pytest

import nuvol.u1db as u1db
from nuvol.errors import (
    DatabaseDoesNotExist,
    DocumentAlreadyDeleted,
    DocumentDoesNotExist,
    InvalidDocId,
    MissingDocIds,
    RevisionConflict,
    Unauthorized,
)
from nuvol.u1db.document import Document
from nuvol.u1db.remote import IDS_AT_ONCE, HTTPDatabase
from tests.servers import Server, serve


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serve(tmp_path_factory.mktemp("remote") / "data") as server:
        yield server


@pytest.fixture
def creds(server: Server) -> dict[str, dict[str, str]]:
    return {"basic": {"username": server.name, "password": server.password}}


@pytest.fixture
def far(server: Server, creds: dict[str, dict[str, str]], request: pytest.FixtureRequest) -> Iterator[HTTPDatabase]:
    name = "".join(letter for letter in request.node.name if letter.isalnum())
    with HTTPDatabase.open_database(f"{server.url}/u1db/{name}", create=True, creds=creds) as database:
        yield database


def test_a_document_is_made_changed_and_deleted_there(far: HTTPDatabase) -> None:
    text = '{ "n": 12345678901234567890123 }'
    note = far.create_doc_from_json(text, "odd%id-._")
    again = far.get_doc("odd%id-._")
    assert again == note
    assert again is not None
    assert again.get_json() == text
    note.content = {"n": 2}
    far.put_doc(note)
    with pytest.raises(RevisionConflict):
        far.put_doc(again)
    far.delete_doc(note)
    assert note.is_tombstone()
    assert far.get_doc("odd%id-._") is None
    gone = far.get_doc("odd%id-._", include_deleted=True)
    assert gone is not None
    assert (gone.rev, gone.is_tombstone()) == (note.rev, True)
    with pytest.raises(DocumentAlreadyDeleted):
        far.delete_doc(note)
    note.set_json("{}")
    far.put_doc(note)  # brought back


def test_documents_come_in_the_order_asked(far: HTTPDatabase) -> None:
    ids = [f"n{number}" for number in range(2 * IDS_AT_ONCE + 1)]
    for doc_id in ids:
        far.create_doc({}, doc_id)
    assert [note.doc_id for note in far.get_docs([*reversed(ids), "unknown"])] == ids[::-1]
    with pytest.raises(MissingDocIds):
        list(far.get_docs([]))


def test_what_is_not_there_is_said(far: HTTPDatabase, server: Server, creds: dict[str, dict[str, str]]) -> None:
    assert far.get_doc("nope", include_deleted=True) is None
    with pytest.raises(DocumentDoesNotExist):
        far.delete_doc(Document("nope", "x:1"))
    with pytest.raises(InvalidDocId):
        far.get_doc("a/b")
    with pytest.raises(DatabaseDoesNotExist):
        HTTPDatabase.open_database(f"{server.url}/u1db/nowhere", create=False, creds=creds)
    with pytest.raises(Unauthorized):
        HTTPDatabase.open_database(f"{server.url}/u1db/nowhere", create=True)


def test_a_database_is_removed_and_its_target_syncs(
    far: HTTPDatabase, server: Server, creds: dict[str, dict[str, str]]
) -> None:
    far.create_doc({"n": 1}, "one")
    with u1db.open(":memory:") as here, closing(far.get_sync_target()) as target:
        u1db.synchronise(here, target)
        assert here.get_doc("one") is not None
    url = f"{server.url}/u1db/gone"
    HTTPDatabase.open_database(url, create=True, creds=creds).close()
    for _ in range(2):
        HTTPDatabase.delete_database(url, creds)
    with pytest.raises(DatabaseDoesNotExist):
        HTTPDatabase.open_database(url, create=False, creds=creds)
