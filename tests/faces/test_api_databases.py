"""Documents by the native API."""

import asyncio
import json

import pytest

from nuvol.core.cloud import Cloud
from nuvol.model.accounts import Actor
from nuvol.model.rules import Rules
from nuvol.stores.blobs.memory import MemoryBlobs
from nuvol.u1db.table import Change
from tests.faces.native import Person, Reply, signed_in
from tests.faces.u1db import STREAM, entry, stream


@pytest.fixture
def anna(cloud: Cloud, runner: asyncio.Runner) -> Person:
    return writer(cloud, runner, "anna", "docs")


@pytest.fixture
def notes(anna: Person) -> str:
    assert anna.ask("PUT", "/databases/notes").status == 201
    return "/databases/notes"


def writer(cloud: Cloud, runner: asyncio.Runner, name: str, *scopes: str, **account: object) -> Person:
    made = cloud.accounts.add(None, name, f"{name}@example.org", None, **account)
    return Person(cloud, runner, cloud.grants.bearer(Actor(made.id), "tests", list(scopes), None), made.id)


def put(anna: Person, path: str, value: object, rev: str | None = None) -> Reply:
    headers = {} if rev is None else {"if_match": f'"{rev}"'}
    return anna.ask("PUT", path, json=value, **headers)


def test_databases_are_made_listed_and_deleted(anna: Person) -> None:
    made = anna.ask("PUT", "/databases/notes")
    assert (made.status, made.json["name"], made.json["generation"]) == (201, "notes", 0)
    again = anna.ask("PUT", "/databases/notes")
    assert (again.status, again.json) == (200, made.json)
    anna.ask("PUT", "/databases/a.b-c")
    listed = anna.ask("GET", "/databases").json
    assert ([one["name"] for one in listed["databases"]], listed["next"]) == (["a.b-c", "notes"], None)
    page = anna.ask("GET", "/databases?limit=1").json
    assert (page["databases"][0]["name"], page["next"]) == ("a.b-c", "a.b-c")
    assert anna.ask("DELETE", "/databases/notes").status == 204
    for method in ("GET", "DELETE"):
        gone = anna.ask(method, "/databases/notes")
        assert (gone.status, gone.code) == (404, "database-missing")


def test_a_bad_name_is_refused_with_a_sentence(anna: Person) -> None:
    reply = anna.ask("PUT", "/databases/a_b")
    assert (reply.status, reply.code) == (400, "bad-value")
    assert "letters" in reply.json["advice"]


def test_a_document_lives_and_dies(anna: Person, notes: str) -> None:
    text = b'{ "title": "Caf\xc3\xa9",\n "n": 1.0 }'
    doc = f"{notes}/documents/d1"
    made = anna.ask("PUT", doc, body=text, content_type="application/json")
    rev = made.json["rev"]
    assert made.status == 201
    assert made.json == {"id": "d1", "rev": rev, "has_conflicts": False}
    assert made.headers["ETag"] == f'"{rev}"'
    read = anna.ask("GET", doc)
    assert (read.status, read.body, read.headers["ETag"]) == (200, text, f'"{rev}"')
    assert read.headers["Nuvol-Has-Conflicts"] == "false"
    late = put(anna, doc, {"n": 2})
    assert (late.status, late.code) == (412, "revision-conflict")
    changed = put(anna, doc, {"n": 2}, rev)
    assert changed.status == 200
    assert put(anna, doc, {"n": 3}, rev).code == "revision-conflict"
    gone = anna.ask("DELETE", doc, if_match=changed.headers["ETag"])
    assert gone.status == 200
    assert anna.ask("GET", doc).code == "document-missing"
    assert anna.ask("DELETE", doc, if_match=gone.headers["ETag"]).code == "document-deleted"
    assert put(anna, doc, {"n": 4}).status == 201


def test_a_document_may_be_given_its_id_by_the_server(anna: Person, notes: str) -> None:
    made = anna.ask("POST", f"{notes}/documents", json={"a": 1})
    assert made.status == 201
    assert made.headers["Location"] == f"/api/v1{notes}/documents/{made.json['id']}"
    assert anna.ask("GET", f"{notes}/documents/{made.json['id']}").json == {"a": 1}


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"[1]", "application/json", 400),
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b'{"a": NaN}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"a":' * 1000 + b"1" + b"}" * 1000, "application/json", 400),
        (b"{}", "text/plain", 415),
        (b"{}", "", 415),
        (b"{}" + b" " * (4 << 20), "application/json", 413),
    ],
)
def test_what_is_no_document_is_refused(anna: Person, notes: str, body: bytes, kind: str, status: int) -> None:
    for method, path in (("PUT", "/documents/d"), ("POST", "/documents")):
        reply = anna.ask(method, notes + path, body=body, content_type=kind)
        assert reply.status == status, reply.body


@pytest.mark.parametrize("doc_id", ["a%20b", "a%2Fb", "%C3%A9", "a" * 501, "a:b"])
def test_what_is_no_id_is_refused(anna: Person, notes: str, doc_id: str) -> None:
    assert put(anna, f"{notes}/documents/{doc_id}", {}).code == "invalid-document-id"


@pytest.mark.parametrize("shown", ["abc", '"', '""', "*", 'W/"a:1"', '"a:1", "b:1"'])
def test_a_revision_is_shown_in_one_way(anna: Person, notes: str, shown: str) -> None:
    reply = anna.ask("PUT", f"{notes}/documents/d", json={}, if_match=shown)
    assert (reply.status, reply.code) == (400, "bad-value")


def test_documents_are_listed_by_id(anna: Person, notes: str) -> None:
    revs = {name: put(anna, f"{notes}/documents/{name}", {"is": name}).json["rev"] for name in "dbca"}
    anna.ask("DELETE", f"{notes}/documents/b", if_match=f'"{revs["b"]}"')
    first = anna.ask("GET", f"{notes}/documents?limit=2").json
    assert [one["id"] for one in first["documents"]] == ["a", "c"]
    assert first["documents"][0] == {"id": "a", "rev": revs["a"], "has_conflicts": False, "content": {"is": "a"}}
    rest = anna.ask("GET", f"{notes}/documents?limit=2&cursor={first['next']}").json
    assert ([one["id"] for one in rest["documents"]], rest["next"]) == (["d"], None)
    every = anna.ask("GET", f"{notes}/documents?deleted=true").json["documents"]
    assert [(one["id"], one["content"] is None) for one in every] == [
        ("a", False), ("b", True), ("c", False), ("d", False),
    ]  # fmt: skip


def test_documents_are_found_by_an_index(anna: Person, notes: str) -> None:
    for name, value in {"a": {"k": 3, "t": "sea"}, "b": {"k": 30, "t": "sea"}, "c": {"k": 3, "t": "sand"}}.items():
        put(anna, f"{notes}/documents/{name}", value)
    index = {"expressions": ["k", "t"]}
    assert anna.ask("PUT", f"{notes}/indexes/by%20k%2Ft", json=index).json == {"name": "by k/t", **index}
    assert anna.ask("PUT", f"{notes}/indexes/by%20k%2Ft", json=index).status == 200
    assert anna.ask("GET", f"{notes}/indexes").json == {"indexes": [{"name": "by k/t", **index}]}
    taken = anna.ask("PUT", f"{notes}/indexes/by%20k%2Ft", json={"expressions": ["k"]})
    assert (taken.status, taken.code) == (409, "index-name-taken")

    def found(**query: object) -> list[str]:
        reply = anna.ask("POST", f"{notes}/query", json={"index": "by k/t", **query})
        assert reply.status == 200, reply.body
        return [one["id"] for one in reply.json["documents"]]

    assert found(values=["3", "*"]) == ["c", "a"]
    assert found(values=["3", "sea"]) == ["a"]
    assert found(values=["3", "s*"], limit=1) == ["c"]
    assert found(start=["3", "sea"]) == ["a", "b"]
    assert found(end=["3", "*"]) == ["c", "a"]
    assert found() == ["c", "a", "b"]
    assert anna.ask("GET", f"{notes}/indexes/by%20k%2Ft/keys").json == {
        "keys": [["3", "sand"], ["3", "sea"], ["30", "sea"]]
    }
    assert anna.ask("DELETE", f"{notes}/indexes/by%20k%2Ft").status == 204
    gone = anna.ask("POST", f"{notes}/query", json={"index": "by k/t", "values": ["3", "*"]})
    assert (gone.status, gone.code) == (404, "index-missing")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"values": ["a", "b"]}, "invalid-value-for-index"),
        ({"values": []}, "invalid-value-for-index"),
        ({"values": ["a"], "start": ["a"]}, "bad-value"),
        ({"values": ["a"], "limit": 0}, "bad-value"),
        ({"values": "a"}, "bad-value"),
        ({"values": ["a"], "more": 1}, "bad-value"),
    ],
)
def test_a_bad_question_is_refused(anna: Person, notes: str, query: dict, code: str) -> None:
    anna.ask("PUT", f"{notes}/indexes/i", json={"expressions": ["a"]})
    reply = anna.ask("POST", f"{notes}/query", json={"index": "i", **query})
    assert (reply.status, reply.code) == (400, code)


@pytest.mark.parametrize("expressions", [["lower(a"], [], [""], ["a."], ["a"] * 33, ["lower(" * 200]])
def test_what_is_no_index_is_refused(anna: Person, notes: str, expressions: list[str]) -> None:
    assert anna.ask("PUT", f"{notes}/indexes/i", json={"expressions": expressions}).status == 400


def test_indexes_have_an_end(anna: Person, notes: str) -> None:
    for number in range(64):
        assert anna.ask("PUT", f"{notes}/indexes/i{number}", json={"expressions": ["a"]}).status == 200
    reply = anna.ask("PUT", f"{notes}/indexes/more", json={"expressions": ["a"]})
    assert (reply.status, reply.code) == (400, "bad-value")
    assert anna.ask("PUT", f"{notes}/indexes/i0", json={"expressions": ["a"]}).status == 200


def test_conflicts_are_shown_and_decided(anna: Person, notes: str) -> None:
    put(anna, f"{notes}/documents/d", {"from": "here"})
    replica = anna.cloud.documents.open(anna.actor, "notes")
    replica.take_in("other", [Change("d", "other:1", '{"from": "there"}', 1, "T-1")], save_conflicts=True)
    shown = anna.ask("GET", f"{notes}/documents/d/conflicts").json["conflicts"]
    assert [one["content"]["from"] for one in shown] == ["there", "here"]
    assert anna.ask("GET", f"{notes}/documents/d").headers["Nuvol-Has-Conflicts"] == "true"
    refused = put(anna, f"{notes}/documents/d", {"x": 1}, shown[0]["rev"])
    assert (refused.status, refused.code) == (409, "document-conflicted")
    decided = anna.ask(
        "POST", f"{notes}/documents/d/resolve", json={"revs": [one["rev"] for one in shown], "content": {"both": True}}
    )
    assert (decided.status, decided.json["has_conflicts"]) == (200, False)
    assert anna.ask("GET", f"{notes}/documents/d").json == {"both": True}
    assert anna.ask("GET", f"{notes}/documents/d/conflicts").json == {"conflicts": []}
    missing = anna.ask("POST", f"{notes}/documents/nope/resolve", json={"revs": [], "content": None})
    assert missing.code == "document-missing"


def test_a_conflict_may_be_decided_by_deleting(anna: Person, notes: str) -> None:
    put(anna, f"{notes}/documents/d", {"from": "here"})
    replica = anna.cloud.documents.open(anna.actor, "notes")
    replica.take_in("other", [Change("d", "other:1", '{"from": "there"}', 1, "T-1")], save_conflicts=True)
    revs = [one["rev"] for one in anna.ask("GET", f"{notes}/documents/d/conflicts").json["conflicts"]]
    assert anna.ask("POST", f"{notes}/documents/d/resolve", json={"revs": revs, "content": None}).status == 200
    assert anna.ask("GET", f"{notes}/documents/d").status == 404


def test_changes_come_once_for_each_document(anna: Person, notes: str) -> None:
    for name in "abc":
        rev = put(anna, f"{notes}/documents/{name}", {}).json["rev"]
    put(anna, f"{notes}/documents/c", {"again": 1}, rev)
    first = anna.ask("GET", f"{notes}/changes?limit=2").json
    assert ([one["id"] for one in first["changes"]], first["generation"], first["more"]) == (["a", "b"], 2, True)
    rest = anna.ask("GET", f"{notes}/changes?since=2").json
    assert ([(one["id"], one["generation"]) for one in rest["changes"]], rest["more"]) == ([("c", 4)], False)
    assert rest["changes"][0]["content"] == {"again": 1}
    assert anna.ask("GET", f"{notes}/changes?since=4").json == {"changes": [], "generation": 4, "more": False}
    beyond = anna.ask("GET", f"{notes}/changes?since=5")
    assert (beyond.status, beyond.code) == (409, "invalid-generation")


def test_a_snapshot_holds_everything(anna: Person, notes: str) -> None:
    for number in range(700):
        put(anna, f"{notes}/documents/d{number}", {"n": number})
    reply = anna.ask("GET", f"{notes}/snapshot")
    assert reply.headers["Content-Type"] == "application/x-u1db-sync-stream"
    head, *entries = json.loads(reply.body)
    database = anna.ask("GET", notes).json
    assert (head["replica_uid"], head["new_generation"]) == (database["replica_uid"], 700)
    assert [(one["id"], one["gen"]) for one in entries] == [(f"d{n}", n + 1) for n in range(700)]
    _, *rest = json.loads(anna.ask("GET", f"{notes}/snapshot?since=690").body)
    assert len(rest) == 10
    assert anna.ask("GET", f"{notes}/snapshot?since=701").code == "invalid-generation"


def test_documents_are_seen_in_the_journal(anna: Person, notes: str) -> None:
    cursor = anna.ask("GET", "/changes").json["cursor"]
    put(anna, f"{notes}/documents/d", {})
    (change,) = anna.ask("GET", f"/changes?since={cursor}&wait=5").json["changes"]
    assert (change["object"], change["kind"], change["verb"], change["new_name"], change["version"]) == (
        "document", "document", "create", "d", 1,
    )  # fmt: skip
    assert change["object_id"] == anna.ask("GET", notes).json["id"]


def test_a_way_in_for_one_database_opens_no_other(cloud: Cloud, runner: asyncio.Runner, anna: Person, notes) -> None:
    token = cloud.grants.bearer(Actor(anna.account_id), "app", ["docs:mine"], None)
    app = Person(cloud, runner, token, anna.account_id)
    assert app.ask("PUT", "/databases/mine").status == 201
    assert [one["name"] for one in app.ask("GET", "/databases").json["databases"]] == ["mine"]
    for method, path in (("GET", notes), ("DELETE", notes), ("GET", f"{notes}/documents"), ("GET", f"{notes}/changes")):
        assert app.ask(method, path).code == "not-allowed"
    put(anna, f"{notes}/documents/d", {})
    assert app.ask("GET", f"{notes}/documents/d").code == "not-allowed"


def test_nobody_sees_the_documents_of_others(cloud: Cloud, runner: asyncio.Runner, anna: Person, notes: str) -> None:
    put(anna, f"{notes}/documents/d", {})
    bert = writer(cloud, runner, "bert", "docs")
    assert bert.ask("GET", "/databases").json["databases"] == []
    assert bert.ask("GET", f"{notes}/documents/d").code == "database-missing"


def test_what_does_not_fit_is_told(cloud: Cloud, runner: asyncio.Runner) -> None:
    carl = writer(cloud, runner, "carl", "docs", quota=50)
    carl.ask("PUT", "/databases/notes")
    reply = put(carl, "/databases/notes/documents/d", {"text": "x" * 50})
    assert (reply.status, reply.code, reply.json["free"]) == (507, "quota-exceeded", 50)


def test_the_limit_of_a_document_is_a_setting(catalog, runner: asyncio.Runner) -> None:
    cloud = Cloud(catalog, MemoryBlobs(), Rules(document_bytes=1024))
    anna = writer(cloud, runner, "anna", "docs")
    anna.ask("PUT", "/databases/notes")
    assert put(anna, "/databases/notes/documents/a", {"t": "x" * 900}).status == 201
    assert put(anna, "/databases/notes/documents/b", {"t": "x" * 1100}).status == 413


def test_a_replica_syncs_here_as_by_u1db(cloud: Cloud, runner: asyncio.Runner) -> None:
    """With the cookie of a session, as a page in a browser does."""
    anna = signed_in(cloud, runner)
    anna.ask("PUT", "/databases/notes")
    put(anna, "/databases/notes/documents/here", {"n": 1})
    cookie = {"cookie": f"nuvol={anna.token}", "sec_fetch_site": "same-origin"}
    anna.token = None
    path = "/databases/notes/sync-from/page"
    state = anna.ask("GET", path, **cookie).json
    assert (state["generation"], state["known_generation"], state["known_transaction_id"]) == (1, 0, "")
    sent = stream({"last_known_generation": 0}, entry("there", "page:1", '{"n": 2}', 1, "T-1"))
    reply = anna.ask("POST", path, body=sent, content_type=STREAM, **cookie)
    head, *entries = json.loads(reply.body)
    assert (head["new_generation"], [one["id"] for one in entries]) == (2, ["here"])
    noted = anna.ask("PUT", path, json={"generation": 2, "transaction_id": "T-2"}, **cookie)
    assert noted.status == 204
    assert anna.ask("GET", path, **cookie).json["known_transaction_id"] == "T-2"
    foreign = {**cookie, "sec_fetch_site": "cross-site"}
    assert anna.ask("POST", path, body=sent, content_type=STREAM, **foreign).code == "not-allowed"


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b"{}", STREAM, 400, "broken-sync-stream"),
        (stream({"last_known_generation": 9}), STREAM, 409, "invalid-generation"),
        (stream({"last_known_generation": 0}, entry("a b", "r:1", "{}", 1, "T")), STREAM, 400, "invalid-document-id"),
        (stream({"last_known_generation": 0}), "application/json", 415, "wrong-type"),
    ],
)
def test_a_bad_exchange_is_told_in_the_words_of_this_api(anna, notes, body, kind, status, code) -> None:
    reply = anna.ask("POST", f"{notes}/sync-from/page", body=body, content_type=kind)
    assert (reply.status, reply.code) == (status, code)
