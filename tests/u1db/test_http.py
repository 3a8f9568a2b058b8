"""The HTTP client: sync over a real connection, credentials, busy and broken servers (u1db.md 7)."""

import base64
import hashlib
import hmac
import re
import threading
from contextlib import suppress
from urllib.parse import unquote

import pytest

import nuvol.u1db as u1db
from nuvol.errors import (
    BrokenSyncStream,
    DatabaseDoesNotExist,
    HTTPError,
    InvalidGeneration,
    Unauthorized,
    Unavailable,
    UnknownAuthMethod,
)
from nuvol.u1db import credentials, http
from nuvol.u1db.http import HttpTarget
from nuvol.u1db.table import Known
from tests.conformance.u1db import U1dbTests
from tests.conformance.u1db_documents import X, Y, edit
from tests.conformance.u1db_sync import state
from tests.u1db.server import serving


@pytest.fixture
def server():
    def make(name):
        replica = u1db.open(":memory:")
        replica.set_replica_uid(name)
        return replica

    with serving(make) as server:
        yield server
        for replica in server.databases.values():
            replica.close()


@pytest.fixture
def here():
    with u1db.open(":memory:") as replica:
        yield replica


class TestOverHttp(U1dbTests):
    """Each replica reaches the others through the server."""

    @pytest.fixture
    def new_replica(self, server):
        def new(uid):
            server.databases[uid] = server.make(uid)
            return server.databases[uid]

        return new

    @pytest.fixture
    def target_of(self, server):
        targets = []

        def target_of(replica):
            (name,) = (name for name, one in server.databases.items() if one is replica)
            targets.append(HttpTarget(f"{server.url}/{name}"))
            return targets[-1]

        yield target_of
        for target in targets:
            target.close()


def test_a_database_is_made_by_the_first_sync(server, here):
    edit(here, "d", X)
    assert here.sync(f"{server.url}/notes") == 1
    assert state(server.databases["notes"]) == state(here)
    assert here.known("notes") == Known(1, server.databases["notes"].head().transaction_id)
    with u1db.open(":memory:") as other:
        assert other.sync(f"{server.url}/notes/") == 0
        assert state(other) == state(here)


def test_without_autocreate_a_missing_database_is_said_so(server, here):
    edit(here, "d", X)
    with pytest.raises(DatabaseDoesNotExist):
        here.sync(f"{server.url}/notes", autocreate=False)
    assert server.databases == {}


def test_syncs_share_one_connection_and_ask_one_question_when_there_is_nothing_to_do(server, here):
    edit(here, "d", X)
    for _ in range(5):
        here.sync(f"{server.url}/notes")
    assert server.connections == 1
    assert [method for method, *_ in server.requests] == ["GET", "POST", "GET", "GET", "GET", "GET"]


def test_threads_sync_at_once(server, here):
    """They push the same: one goes on where the other is, or is told to come again; nothing is lost."""
    for number in range(50):
        edit(here, f"d{number}", X)

    def sync():
        with suppress(InvalidGeneration):
            here.sync(f"{server.url}/notes")

    threads = [threading.Thread(target=sync) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    here.sync(f"{server.url}/notes")
    assert state(server.databases["notes"]) == state(here)


def test_a_connection_that_the_server_closed_is_made_anew(server, here):
    edit(here, "first", X)
    here.sync(f"{server.url}/notes")
    server.faults = ["cut"]
    with pytest.raises(Unavailable):
        here.sync(f"{server.url}/notes")
    edit(here, "d", X)
    here.sync(f"{server.url}/notes")
    assert "d" in state(server.databases["notes"])


def test_a_busy_server_is_asked_again(server, here, monkeypatch):
    pauses = []
    monkeypatch.setattr(http.time, "sleep", pauses.append)
    server.faults = [503, 503, 503, 503]
    edit(here, "d", X)
    here.sync(f"{server.url}/notes")
    assert pauses == [1, 1, 2, 4]
    server.faults = [503] * 5
    with pytest.raises(Unavailable):
        here.sync(f"{server.url}/notes")


def test_a_push_is_not_sent_again_to_a_busy_server(server, here, monkeypatch):
    monkeypatch.setattr(http.time, "sleep", pytest.fail)
    edit(here, "d", X)
    server.faults = [None, 503]
    with pytest.raises(Unavailable):
        here.sync(f"{server.url}/notes")
    here.sync(f"{server.url}/notes")
    assert "d" in state(server.databases["notes"])


@pytest.mark.parametrize("fault", ["mute", "cut"])
def test_an_answer_that_does_not_come_whole_leaves_what_came(server, here, fault):
    there = server.databases["notes"] = server.make("notes")
    for number in range(2000):
        edit(there, f"d{number}", X)
    edit(here, "mine", Y)
    server.faults = [None, fault]
    with pytest.raises((Unavailable, BrokenSyncStream)):
        here.sync(f"{server.url}/notes")
    assert "mine" in state(there)
    assert here.known("notes").generation == (0 if fault == "mute" else len(state(here)) - 1)
    here.sync(f"{server.url}/notes")
    assert state(here) == state(there)


def test_a_push_in_several_exchanges(server, here, monkeypatch):
    monkeypatch.setattr("nuvol.u1db.sync.PART_BYTES", 20_000)
    for number in range(500):
        edit(here, f"d{number}", X)
    here.sync(f"{server.url}/notes")
    posts = [body for method, _, _, body in server.requests if method == "POST"]
    assert len(posts) > 3 and max(map(len, posts)) < 60_000
    assert [b'"ensure":true' in body for body in posts] == [True] + [False] * (len(posts) - 1)
    assert state(server.databases["notes"]) == state(here)


def test_a_server_that_is_not_there_is_said_so(here):
    with pytest.raises(Unavailable, match="cannot be reached"):
        here.sync("http://127.0.0.1:1/notes")
    for url in ("", "notes", "ftp://host/notes", "http:///notes", "http://host:99999/notes", "http://[::1/notes"):
        with pytest.raises(HTTPError):
            here.sync(url)


@pytest.mark.parametrize("status, kind", [(401, Unauthorized), (403, HTTPError), (404, HTTPError), (500, HTTPError)])
def test_a_status_without_words_is_an_error_too(server, here, status, kind):
    server.faults = [status]
    with pytest.raises(kind):
        here.sync(f"{server.url}/notes")


# ------------------------------------------------------------------------------------------------- credentials

OAUTH = {"consumer_key": "ck", "consumer_secret": "c s", "token_key": "tk", "token_secret": "t&s"}


def said(server):
    """The Authorization headers that came."""
    return [headers["Authorization"] for _, _, headers, _ in server.requests]


@pytest.mark.parametrize(
    "creds, header",
    [
        ({"basic": {"username": "ada", "password": "é:x"}}, "Basic " + base64.b64encode("ada:é:x".encode()).decode()),
        ({"bearer": {"token": "t0ken"}}, "Bearer t0ken"),
    ],
)
def test_credentials_go_with_every_request(server, here, creds, header):
    edit(here, "d", X)
    here.sync(f"{server.url}/notes", creds=creds)
    assert said(server) == [header] * 2


def parameters(header):
    assert header.startswith('OAuth realm="", ')
    return {name: unquote(value) for name, value in re.findall(r'(\w+)="([^"]*)"', header) if name != "realm"}


def test_oauth_signs_every_request(server, here):
    edit(here, "d", X)
    here.sync(f"{server.url}/notes", creds={"oauth": OAUTH})
    for (method, path, _, _), header in zip(server.requests, said(server), strict=True):
        told = parameters(header)
        signature = told.pop("oauth_signature")
        assert (told["oauth_consumer_key"], told["oauth_token"], told["oauth_version"]) == ("ck", "tk", "1.0")
        pairs = "%26".join(f"{name}%3D{credentials._encoded(told[name])}" for name in sorted(told))
        address = credentials._encoded(server.url + path)
        signed = f"{method}&{address}&{pairs}".encode()
        digest = hmac.digest(b"c%20s&t%26s", signed, hashlib.sha1)
        assert signature == base64.b64encode(digest).decode()
    nonces = {parameters(header)["oauth_nonce"] for header in said(server)}
    assert len(nonces) == 2


def test_oauth_signs_as_the_example_of_the_specification():
    """RFC 5849 §1.2: the request for a photo."""
    oauth = credentials.OAuth1("dpf43f3p2l4k3l03", "kd94hf93k423kf44", "nnch734d00sl2jdk", "pfkkdhi9sl3r4s00")
    sent = [
        ("oauth_consumer_key", "dpf43f3p2l4k3l03"),
        ("oauth_token", "nnch734d00sl2jdk"),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", "137131202"),
        ("oauth_nonce", "chapoH"),
        ("file", "vacation.jpg"),
        ("size", "original"),
    ]
    assert oauth._signature("GET", "http://photos.example.net/photos", sent) == "MdpQcU8iPSUjWoN/UDMsK2sui9I="


def test_oauth_in_plain_text(server, here):
    here.sync(f"{server.url}/notes", creds={"oauth": {**OAUTH, "signature_method": "PLAINTEXT"}})
    assert parameters(said(server)[0])["oauth_signature"] == "c%20s&t%26s"


@pytest.mark.parametrize(
    "creds",
    [
        {"oauth": OAUTH, "basic": {"username": "a", "password": "b"}},
        {"magic": {}},
        {"oauth": {"consumer_key": "ck"}},
        {"bearer": {"token": 5}},
        {"oauth": {**OAUTH, "signature_method": "RSA-SHA1"}},
    ],
)
def test_credentials_that_are_none_are_refused(server, here, creds):
    with pytest.raises(UnknownAuthMethod):
        here.sync(f"{server.url}/notes", creds=creds)
    assert server.requests == []


@pytest.mark.parametrize(
    "url, origin",
    [
        ("http://Host:80/a", "http://host"),
        ("https://host:443/a", "https://host"),
        ("http://host:443/a", "http://host:443"),
        ("http://me:secret@host:8080/a", "http://host:8080"),
        ("http://[::1]:8080/a", "http://[::1]:8080"),
    ],
)
def test_what_is_signed_as_the_address(url, origin):
    assert http.Client(url).origin == origin
