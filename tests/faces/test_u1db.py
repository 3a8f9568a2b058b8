"""The U1DB server, by the vectors of the specification (9.7) and what Nuvol adds to them."""

import asyncio
import json

import pytest

from nuvol.core.cloud import Cloud
from nuvol.errors import QuotaExceeded
from nuvol.faces.http import Disconnected
from nuvol.model.accounts import Actor
from tests.faces.native import Body, Reply
from tests.faces.u1db import JSON, STREAM, Peer, basic, entry, lines, peer, stream


@pytest.fixture(params=["/u1db", ""])
def root(request: pytest.FixtureRequest) -> str:
    """Below its own address and at the root of the host, where names end in `.u1db`."""
    return request.param


@pytest.fixture
def anna(cloud: Cloud, runner: asyncio.Runner, root: str) -> Peer:
    return peer(cloud, runner, root=root)


@pytest.fixture
def db1(anna: Peer) -> str:
    path = "/db1.u1db"
    assert anna.put(path, {}).status == 200
    return path


def uid(anna: Peer, name: str = "db1") -> str:
    return anna.cloud.documents.get(anna.actor, name).replica_uid


def told(reply: Reply) -> tuple[int, object]:
    return reply.status, json.loads(reply.body)


def error(status: int, word: str) -> tuple[int, object]:
    return status, {"error": word}


BAD = error(400, "bad request")
NO_DATABASE = error(404, "database does not exist")
NO_DOCUMENT = error(404, "document does not exist")
BAD_ID = error(400, "invalid document id")


# ------------------------------------------------------------------------------------------ databases


def test_the_root_tells_the_version(cloud: Cloud, runner: asyncio.Runner) -> None:  # H01
    anna = peer(cloud, runner)
    reply = anna.ask("GET", "/")
    assert (reply.status, reply.body) == (200, b'{"version": "0.1.4"}\r\n')
    assert anna.ask("GET", "").status == 200
    anna.authorization = ""
    assert anna.ask("GET", "/").status == 200


def test_a_database_is_made_found_and_removed(anna: Peer) -> None:  # H02, H04, H07, H47
    assert told(anna.ask("GET", "/db1.u1db")) == NO_DATABASE
    for _ in range(2):
        assert told(anna.put("/db1.u1db", {})) == (200, {"ok": True})
    reply = anna.ask("GET", "/db1.u1db")
    assert (reply.status, reply.body) == (200, b"{}\r\n")
    assert (reply.headers["content-type"], reply.headers["cache-control"]) == (JSON, "no-cache")
    assert told(anna.ask("GET", "/db1.u1db?x=1")) == BAD
    assert told(anna.ask("DELETE", "/db1.u1db", b"{}", JSON)) == (200, {"ok": True})
    assert told(anna.ask("DELETE", "/db1.u1db")) == NO_DATABASE


@pytest.mark.parametrize(
    ("body", "kind", "length"),
    [
        (b"", JSON, 0),  # H03
        (b"", None, 0),
        (b'{"x":1}', JSON, -1),  # H05
        (b"[]", JSON, -1),
        (b"{", JSON, -1),
        (b"\xff", JSON, -1),
        (b"{}", "text/plain", -1),
        (b"{}", None, -1),
        (b"{}", STREAM, -1),
        (b"{}", JSON, None),
    ],
)
def test_making_a_database_needs_an_empty_object(anna: Peer, body, kind, length) -> None:
    assert told(anna.ask("PUT", "/db2.u1db", body, kind, length)) == BAD
    assert told(anna.ask("GET", "/db2.u1db")) == NO_DATABASE


def test_a_media_type_may_have_parameters(anna: Peer) -> None:  # H06
    assert anna.put("/db2.u1db", {}, f"{JSON}; charset=utf-8").status == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", ""), ("PATCH", ""), ("HEAD", ""), ("OPTIONS", ""), ("GET", "/"), ("GET", "/foo"), ("PUT", "/docs"),
        ("GET", "/docs/x"), ("GET", "/doc"), ("POST", "/doc/a"), ("GET", "/sync-from"), ("GET", "/sync-from/"),
        ("GET", "/sync-from/a/b"), ("GET", "/sync-from/a%7Cb"), ("DELETE", "/sync-from/a"), ("GET", "/?x=%ff"),
    ],
)  # fmt: skip
def test_what_is_not_in_the_protocol_is_a_bad_request(anna: Peer, db1: str, method: str, path: str) -> None:  # H08
    reply = anna.ask(method, db1 + path, b"{}", JSON)
    assert reply.status == 400
    assert told(reply) == BAD


@pytest.mark.parametrize("name", ["a_b", ".a", "-a", "a%20b", "%2e", "a%00b", "%ff", "%zz"])
def test_not_everything_names_a_database(cloud: Cloud, runner: asyncio.Runner, name: str) -> None:  # H08
    assert told(peer(cloud, runner).ask("GET", f"/{name}")) == BAD


def test_both_addresses_lead_to_the_same_database(cloud: Cloud, runner: asyncio.Runner) -> None:
    anna = peer(cloud, runner)
    anna.put("/notes", {})
    anna.put("/notes/doc/d", {"a": 1})
    assert anna.ask("GET", "/notes.u1db/doc/d").status == 200
    anna.root = ""
    assert anna.ask("GET", "/notes.u1db/doc/d").status == 200


# ------------------------------------------------------------------------------------------ documents


def test_ids_must_be_given(anna: Peer, db1: str) -> None:  # H09
    for path in ("/docs", "/docs?doc_ids=", "/docs?doc_ids=,%20,"):
        assert told(anna.ask("GET", db1 + path)) == error(400, "missing document ids")


def test_a_document_lives_and_dies(anna: Peer, db1: str) -> None:  # H10, H11, H14 to H23
    me, doc = uid(anna), f"{db1}/doc/d1"
    assert told(anna.put(doc, b'{"a": 1}')) == (201, {"rev": f"{me}:1"})
    assert told(anna.put(doc, b'{"a": 1}')) == error(409, "revision conflict")
    reply = anna.ask("GET", doc)
    assert (reply.status, reply.body.rstrip(b"\r\n")) == (200, b'{"a": 1}')
    assert (reply.headers["x-u1db-rev"], reply.headers["x-u1db-has-conflicts"]) == (f"{me}:1", "false")
    assert told(anna.ask("DELETE", doc)) == error(409, "revision conflict")
    assert told(anna.ask("DELETE", f"{db1}/doc/nope?old_rev=x:1")) == NO_DOCUMENT
    assert told(anna.ask("DELETE", f"{doc}?old_rev={me}:1")) == (200, {"rev": f"{me}:2"})
    for query in ("", "?include_deleted=1"):
        reply = anna.ask("GET", doc + query)
        assert told(reply) == NO_DOCUMENT
        assert (reply.headers["x-u1db-rev"], reply.headers["x-u1db-has-conflicts"]) == ("", "false")
    reply = anna.ask("GET", f"{doc}?include_deleted=true")
    assert told(reply) == error(404, "document deleted")
    assert reply.headers["x-u1db-rev"] == f"{me}:2"
    assert told(anna.ask("GET", f"{db1}/docs?doc_ids=d1")) == (200, [])
    gone = {"doc_id": "d1", "doc_rev": f"{me}:2", "content": None, "has_conflicts": False}
    assert told(anna.ask("GET", f"{db1}/docs?doc_ids=d1&include_deleted=true")) == (200, [gone])
    assert told(anna.ask("DELETE", f"{doc}?old_rev={me}:2")) == error(404, "document already deleted")
    assert told(anna.put(doc, b'{"again":1}')) == (201, {"rev": f"{me}:3"})
    assert told(anna.put(f"{doc}?old_rev={me}:3", b'{"again":2}')) == (200, {"rev": f"{me}:4"})


@pytest.mark.parametrize("query", ["", "?include_deleted=true"])
def test_an_unknown_document_has_no_revision(anna: Peer, db1: str, query: str) -> None:  # H15
    reply = anna.ask("GET", f"{db1}/doc/nope{query}")
    assert told(reply) == NO_DOCUMENT
    assert reply.headers["x-u1db-rev"] == ""


@pytest.mark.parametrize("body", [b"[1]", b"nojson", b"3", b"null", b'{"a": NaN}', b"\xff", b"{" * 100_000])
def test_a_document_is_a_json_object(anna: Peer, db1: str, body: bytes) -> None:  # H12
    reply = anna.put(f"{db1}/doc/d2", body)
    assert reply.status == 400
    assert json.loads(reply.body)["error"] in ("error", "bad request")


@pytest.mark.parametrize("name", ["bad%20id", "a/b", "a%2Fb", "", "%C3%A9", "a%0A", "a" * 1001])
def test_an_id_is_refused(anna: Peer, db1: str, name: str) -> None:  # H13
    assert told(anna.put(f"{db1}/doc/{name}", {})) == BAD_ID
    assert told(anna.ask("GET", f"{db1}/doc/{name}")) == BAD_ID


@pytest.mark.parametrize(("name", "doc_id"), [("%25fff", "%fff"), ("..", ".."), ("-x", "-x"), ("%252F", "%2F")])
def test_an_id_is_taken_to_the_letter(anna: Peer, db1: str, name: str, doc_id: str) -> None:  # H48
    assert anna.put(f"{db1}/doc/{name}", {}).status == 201
    assert anna.ask("GET", f"{db1}/doc/{name}").status == 200
    (found,) = anna.ask("GET", f"{db1}/docs?doc_ids={name}").json
    assert found["doc_id"] == doc_id


def test_two_slashes_are_two(anna: Peer, db1: str) -> None:
    assert told(anna.ask("GET", f"{db1}//doc/d")) == BAD
    assert told(anna.ask("GET", f"{db1}/doc//d")) == BAD_ID


def test_a_text_comes_back_to_the_letter(anna: Peer, db1: str) -> None:  # H24
    text = '{ "u":"é",\r\n "\\u00e9" : 1.50, "u":2 }'.encode()
    assert anna.put(f"{db1}/doc/u1", text).status == 201
    assert anna.ask("GET", f"{db1}/doc/u1").body == text
    assert anna.ask("GET", f"{db1}/docs?doc_ids=u1").json[0]["content"] == text.decode()


def test_documents_come_in_the_order_asked_and_unknown_ones_are_left_out(anna: Peer, db1: str) -> None:  # H25
    for name in ("a", "b"):
        anna.put(f"{db1}/doc/{name}", {"is": name})
    reply = anna.ask("GET", f"{db1}/docs?doc_ids=b,%20a,unknown,b&check_for_conflicts=false")
    assert [one["doc_id"] for one in reply.json] == ["b", "a", "b"]
    assert reply.body.startswith(b"[\r\n{") and reply.body.endswith(b"}\r\n]")
    assert told(anna.ask("GET", f"{db1}/docs?doc_ids=unknown")) == (200, [])


def test_unknown_arguments_are_refused_but_those_of_oauth_are_not_seen(anna: Peer, db1: str) -> None:  # H26
    anna.put(f"{db1}/doc/d1", {})
    assert told(anna.ask("GET", f"{db1}/doc/d1?foo=1")) == BAD
    assert anna.ask("GET", f"{db1}/doc/d1?oauth_nonce=1&foo=").status == 200


def test_a_body_that_is_too_long_is_a_bad_request(anna: Peer, db1: str) -> None:  # H27
    body = Body([])
    assert told(anna.ask("PUT", f"{db1}/doc/d", body, JSON, length=16 << 20)) == BAD
    assert not body.read


def test_a_document_over_the_limit_is_too_big(anna: Peer, db1: str) -> None:
    text = b'{"a": "' + b"x" * anna.cloud.rules.document_bytes + b'"}'
    assert told(anna.put(f"{db1}/doc/d", text)) == error(403, "document too big")


def test_a_document_that_does_not_fit_the_quota_is_told_so(cloud: Cloud, runner: asyncio.Runner) -> None:
    anna = peer(cloud, runner, quota=100)
    anna.put("/notes", {})
    anna.put("/notes/doc/a", {})
    big = json.dumps({"a": "x" * 100})
    assert told(anna.put("/notes/doc/d", big.encode())) == error(403, "user quota exceeded")
    reply = anna.sync("/notes/sync-from/r", {"last_known_generation": 0}, entry("d", "r:1", big, 1, "T-1"))
    assert told(reply) == error(403, "user quota exceeded")


# ------------------------------------------------------------------------------------------------- sync


@pytest.fixture
def busy(anna: Peer, db1: str) -> str:
    """A database at generation 3 with one document."""
    me = uid(anna)
    anna.put(f"{db1}/doc/d1", {"a": 1})
    anna.ask("DELETE", f"{db1}/doc/d1?old_rev={me}:1")
    anna.put(f"{db1}/doc/d1", {"again": 1})
    return db1


def info(anna: Peer, db: str, replica: str = "me") -> dict:
    reply = anna.ask("GET", f"{db}/sync-from/{replica}")
    assert reply.status == 200
    return reply.json


def test_sync_info_tells_both_sides(anna: Peer, busy: str) -> None:  # H28, H29
    told = info(anna, busy)
    assert told.pop("target_replica_transaction_id").startswith("T-")
    assert told == {
        "target_replica_uid": uid(anna),
        "target_replica_generation": 3,
        "source_replica_uid": "me",
        "source_replica_generation": 0,
        "source_transaction_id": "",
    }
    assert anna.put(f"{busy}/sync-from/me", {"generation": 3, "transaction_id": "T-x"}).json == {"ok": True}
    known = info(anna, busy)
    assert (known["source_replica_generation"], known["source_transaction_id"]) == (3, "T-x")


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("", {"generation": 3}),
        ("", {"generation": "z", "transaction_id": "T"}),
        ("", {"generation": True, "transaction_id": "T"}),
        ("", {"generation": -1, "transaction_id": "T"}),
        ("", {"generation": 1.5, "transaction_id": "T"}),
        ("", {"generation": 2**70, "transaction_id": "T"}),
        ("", {"generation": 3, "transaction_id": None}),
        ("", {"generation": 3, "transaction_id": "T", "x": 1}),
        ("?x=1", {"generation": 3, "transaction_id": "T"}),
    ],
)
def test_what_is_recorded_has_a_form(anna: Peer, busy: str, query: str, body: object) -> None:  # H30
    assert told(anna.put(f"{busy}/sync-from/me{query}", body)) == BAD


def test_there_is_no_sync_without_a_database(cloud: Cloud, runner: asyncio.Runner) -> None:  # H31, H37
    anna = peer(cloud, runner)
    assert told(anna.ask("GET", "/nodb/sync-from/me")) == NO_DATABASE
    sent = {"last_known_generation": 0}, entry("s1", "r1:1", "{}", 1, "T-1")
    assert told(anna.sync("/nodb/sync-from/r1", *sent)) == NO_DATABASE


def test_at_the_root_the_first_sync_makes_the_database(cloud: Cloud, runner: asyncio.Runner) -> None:
    anna = peer(cloud, runner, root="")
    assert told(anna.ask("GET", "/notes.u1db")) == NO_DATABASE
    assert info(anna, "/notes.u1db")["target_replica_generation"] == 0
    assert anna.ask("GET", "/notes.u1db").status == 200


@pytest.mark.parametrize("trans_id", [None, "", "T-anything"])
def test_what_the_source_lacks_is_returned(anna: Peer, busy: str, trans_id: str | None) -> None:  # H32, H33
    header = {"last_known_generation": 0, "last_known_trans_id": trans_id, "ensure": False}
    head, found = lines(anna.sync(f"{busy}/sync-from/r1", header))
    assert head == {"new_generation": 3, "new_transaction_id": found["trans_id"]}
    assert found == entry("d1", f"{uid(anna)}:3", '{"again": 1}', 3, found["trans_id"])


def test_a_source_with_another_past_is_refused(anna: Peer, busy: str) -> None:  # H34, H35
    reply = anna.sync(f"{busy}/sync-from/r1", {"last_known_generation": 1, "last_known_trans_id": "T-none"})
    assert told(reply) == error(409, "invalid transaction id")
    reply = anna.sync(f"{busy}/sync-from/r1", {"last_known_generation": 99, "last_known_trans_id": "T-none"})
    assert told(reply) == error(409, "invalid generation")


def test_what_the_source_sent_does_not_come_back(anna: Peer, busy: str) -> None:  # H36, H39
    sent = {"last_known_generation": 0}, entry("s1", "r1:1", "{}", 1, "T-1")
    head, *found = lines(anna.sync(f"{busy}/sync-from/r1", *sent))
    assert head["new_generation"] == 4
    assert [one["id"] for one in found] == ["d1"]
    assert anna.ask("GET", f"{busy}/doc/s1").headers["x-u1db-rev"] == "r1:1"
    again = {"last_known_generation": 0}, entry("s1", "r1:1", "{}", 1, "T-2")
    assert told(anna.sync(f"{busy}/sync-from/r1", *again)) == error(409, "invalid transaction id")


def test_ensure_makes_the_database_and_tells_its_uid(anna: Peer) -> None:  # H38
    header = {"last_known_generation": 0, "last_known_trans_id": None, "ensure": True}
    for _ in range(2):
        reply = anna.sync("/nodb9.u1db/sync-from/r1", header, entry("s1", "r1:1", "{}", 1, "T-1"))
        (head,) = lines(reply)[:1]
        assert (head["new_generation"], head["replica_uid"]) == (1, uid(anna, "nodb9"))
    assert reply.headers["content-type"] == STREAM


def test_generations_must_rise_and_what_came_before_stays(anna: Peer, db1: str) -> None:  # H40
    sent = {"last_known_generation": 0}, entry("a", "r:1", "{}", 5, "T-5"), entry("b", "r:1", "{}", 4, "T-4")
    assert told(anna.sync(f"{db1}/sync-from/r", *sent)) == error(409, "invalid generation")
    assert info(anna, db1, "r")["source_replica_generation"] == 5
    assert anna.ask("GET", f"{db1}/doc/a").status == 200


HEADER = b'{"last_known_generation": 0}'
ONE = json.dumps(entry("a", "r:1", "{}", 1, "T-1")).encode()
TWO = json.dumps(entry("b", "r:1", "{}", 2, "T-2")).encode()


@pytest.mark.parametrize(
    ("body", "stored"),
    [
        (b"[\r\n" + HEADER + b"\r\n" + ONE + b"\r\n]", 0),  # H41
        (b"[\r\n" + HEADER + b",\r\n]", 0),
        (b"{}", 0),
        (b"[\r\n", 0),
        (b"[\r\n]", 0),
        (b"[\r\n" + HEADER + b"\r\n]\r\n" + ONE, 0),
        (b"[\r\n" + HEADER + b"\r\n", 0),
        (b"[\r\n" + HEADER + b",\r\n" + ONE + b",\r\n" + TWO + b",\r\n]", 2),  # H42
        (b"[\r\n" + HEADER + b",\r\n" + ONE + b",\r\n" + TWO + b"\r\n", 2),
        (b"[\r\n" + HEADER + b",\r\n" + ONE + b"\r\n" + TWO + b"\r\n]", 1),
        (b'[\r\n{"last_known_generation": "0"}\r\n]', 0),
        (b'[\r\n{"last_known_generation": 0, "x": 1}\r\n]', 0),
        (b"[\r\n" + HEADER + b",\r\n" + ONE + b",\r\n" + TWO[:-1] + b', "x": 1}\r\n]', 1),
        (b"[\r\n" + HEADER + b",\r\n" + ONE + b',\r\n{"id": "b"}\r\n]', 1),
    ],
)
def test_a_broken_stream_keeps_its_beginning(anna: Peer, db1: str, body: bytes, stored: int) -> None:
    assert told(anna.ask("POST", f"{db1}/sync-from/r", body, STREAM)) == BAD
    assert info(anna, db1, "r")["source_replica_generation"] == stored


@pytest.mark.parametrize(
    ("bad", "answer"),
    [
        (entry("bad id", "r:1", "{}", 2, "T-2"), BAD_ID),  # H43
        (entry("b", "r:1", "[]", 2, "T-2"), error(400, "error")),  # H44
        (entry("b", "junk", "{}", 2, "T-2"), BAD),  # H45
    ],
)
def test_a_bad_entry_is_refused_and_what_came_before_stays(anna: Peer, db1: str, bad: dict, answer: object) -> None:
    good = entry("a", "r:1", "{}", 1, "T-1")
    assert told(anna.sync(f"{db1}/sync-from/r", {"last_known_generation": 0}, good, bad)) == answer
    assert info(anna, db1, "r")["source_replica_generation"] == 1


def test_lines_may_end_as_they_like(anna: Peer, busy: str) -> None:  # H46
    body = stream({"last_known_generation": 0}).replace(b"\r\n", b"\n")
    assert anna.ask("POST", f"{busy}/sync-from/r", body, STREAM).status == 200


def test_a_stream_may_come_in_pieces_of_any_size(anna: Peer, busy: str) -> None:
    header = {"last_known_generation": 3, "last_known_trans_id": info(anna, busy)["target_replica_transaction_id"]}
    body = stream(header, *(entry(f"e{n}", "r:1", '{"é": 1}', n, f"T-{n}") for n in range(1, 30)))
    pieces = [body[at : at + 7] for at in range(0, len(body), 7)]
    reply = anna.ask("POST", f"{busy}/sync-from/r", Body(pieces), STREAM, length=len(body))
    assert lines(reply)[0]["new_generation"] == 32


def test_a_stream_that_is_cut_off_keeps_its_beginning(anna: Peer, db1: str) -> None:
    body = stream({"last_known_generation": 0}, *(entry(f"e{n}", "r:1", "{}", n, f"T-{n}") for n in range(1, 2001)))
    with pytest.raises(Disconnected):
        anna.ask("POST", f"{db1}/sync-from/r", Body([body[:-40]], cut=True), STREAM, length=len(body))
    assert info(anna, db1, "r")["source_replica_generation"] > 0


@pytest.mark.parametrize(("kind", "length"), [(JSON, -1), (None, -1), ("text/plain", -1), (STREAM, None), (STREAM, 0)])
def test_an_exchange_needs_its_type_and_length(anna: Peer, db1: str, kind: str | None, length: int | None) -> None:
    body = stream({"last_known_generation": 0})
    assert told(anna.ask("POST", f"{db1}/sync-from/r", body, kind, length)) == BAD


def test_an_answer_that_fails_on_the_way_ends_with_the_error(
    anna: Peer, busy: str, monkeypatch: pytest.MonkeyPatch
) -> None:  # H49
    from nuvol.core.documents import CatalogTable

    def fail(self: object, unit: object) -> None:
        raise QuotaExceeded(0)

    body = stream({"last_known_generation": 0})

    async def story() -> bytes:
        source = Body([body])
        from nuvol.faces.http import Headers, Request

        headers = Headers([("authorization", anna.authorization), ("content-type", STREAM)])
        request = Request("POST", f"{anna.root}{busy}/sync-from/r", headers=headers, length=len(body), source=source)
        answer = await anna.dispatch(request)
        for reading in ("read", "snapshot"):
            monkeypatch.setattr(CatalogTable, reading, fail)
        assert not isinstance(answer.body, bytes)
        return b"".join([part async for part in answer.body])

    sent = anna.runner.run(story())
    assert sent.endswith(b',\r\n{"error":"user quota exceeded"}\r\n')


def test_many_documents_travel_both_ways(anna: Peer, db1: str) -> None:
    count = 1300
    sent = [entry(f"e{n}", "r:1", json.dumps({"n": n}), n, f"T-{n}") for n in range(1, count + 1)]
    assert lines(anna.sync(f"{db1}/sync-from/r", {"last_known_generation": 0}, *sent)) == [
        {"new_generation": count, "new_transaction_id": info(anna, db1)["target_replica_transaction_id"]}
    ]
    head, *found = lines(anna.sync(f"{db1}/sync-from/other", {"last_known_generation": 0}))
    assert [(one["id"], one["gen"], one["content"]) for one in found] == [
        (one["id"], n, one["content"]) for n, one in enumerate(sent, 1)
    ]


# ------------------------------------------------------------------------------------------------- rights


def test_nobody_is_not_admitted(anna: Peer, db1: str) -> None:
    for authorization in ("", "Bearer nv_b_wrong", "Basic !", basic("anna", "wrong"), "Other x"):
        anna.authorization = authorization
        for method, path in (("GET", db1), ("PUT", f"{db1}/doc/a"), ("POST", f"{db1}/sync-from/r")):
            reply = anna.ask(method, path, b"{}", JSON)
            assert (reply.status, reply.json["error"]) == (401, "unauthorized")
            assert reply.json["message"]
            assert reply.headers["www-authenticate"].startswith("Basic")


def test_an_app_password_opens_it(anna: Peer, db1: str) -> None:
    secret = anna.cloud.grants.app_password(None, anna.actor.account_id, "desk", ["docs"])
    anna.authorization = basic("anna", secret)
    assert anna.ask("GET", db1).status == 200


def test_databases_of_others_are_not_there(cloud: Cloud, runner: asyncio.Runner, anna: Peer, db1: str, root) -> None:
    bert = peer(cloud, runner, "bert", root)
    assert told(bert.ask("GET", db1)) == NO_DATABASE
    bert.put(db1, {})
    bert.put(f"{db1}/doc/d", {"of": "bert"})
    assert told(anna.ask("GET", f"{db1}/doc/d")) == NO_DOCUMENT


def test_a_way_in_for_one_database_opens_no_other(anna: Peer, db1: str) -> None:
    token = anna.cloud.grants.bearer(Actor(anna.actor.account_id), "app", ["docs:mine"], None)
    anna.authorization = f"Bearer {token}"
    assert anna.put("/mine.u1db", {}).status == 200
    assert anna.put("/mine.u1db/doc/d", {}).status == 201
    for method, path in (("GET", db1), ("GET", f"{db1}/doc/d"), ("GET", f"{db1}/sync-from/r"), ("DELETE", db1)):
        assert told(anna.ask(method, path)) == error(403, "unauthorized")


def test_files_alone_open_no_documents(anna: Peer, db1: str) -> None:
    token = anna.cloud.grants.bearer(Actor(anna.actor.account_id), "app", ["files"], None)
    anna.authorization = f"Bearer {token}"
    assert told(anna.ask("GET", db1)) == error(403, "unauthorized")


def test_a_cookie_opens_nothing_here(anna: Peer, db1: str) -> None:
    anna.authorization = ""
    assert anna.ask("GET", db1).status == 401
