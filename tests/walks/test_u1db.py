"""Laptops that share only a server: each a process with a folder of its own, some of them killed in the middle."""

import json
import subprocess
import sys
import textwrap
import time
from base64 import b64encode
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from requests_oauthlib import OAuth1Session

import nuvol.u1db as u1db
from nuvol.errors import Unauthorized
from nuvol.u1db.remote import HTTPDatabase
from tests.faults.test_memory import forget_peak, resident
from tests.servers import ADMIN, Server, nuvol, serve
from tests.sizes import size

STREAM = "application/x-u1db-sync-stream"
START = """
import json, sys
import nuvol.u1db as u1db
path, url, password = sys.argv[1:4]
creds = {"basic": {"username": "ada", "password": password}}
db = u1db.open(path, create=True)
"""


class Laptop:
    """A folder, and programs that run on it."""

    def __init__(self, folder: Path, password: str) -> None:
        folder.mkdir()
        self.path = folder / "notes.u1db"
        self.password = password

    def start(self, url: str, program: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", START + textwrap.dedent(program), self.path, url, self.password]
        return subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run(self, url: str, program: str) -> Any:
        """What it prints, as JSON."""
        process = self.start(url, program)
        out, err = process.communicate(timeout=300)
        assert process.returncode == 0, err
        return json.loads(out or "null")

    def contents(self, url: str) -> dict[str, Any]:
        return self.run(url, "print(json.dumps({d.doc_id: d.content for d in db.get_all_docs()[1]}))")


@pytest.fixture
def password(tmp_path: Path) -> Iterator[str]:
    """Of the server in `tmp_path / "data"`, for documents only."""
    with serve(tmp_path / "data"):
        pass
    yield nuvol(
        "admin", "--data", tmp_path / "data", "app-password", ADMIN[0], "--label", "u1db", "--scope", "docs"
    ).strip()


@pytest.fixture
def laptops(tmp_path: Path, password: str) -> tuple[Laptop, Laptop]:
    return Laptop(tmp_path / "one", password), Laptop(tmp_path / "two", password)


SYNC = "db.sync(url, creds)\n"


def notes(server: Server) -> str:
    return f"{server.url}/notes.u1db"


def test_two_laptops_edit_conflict_resolve_and_converge(tmp_path: Path, laptops: tuple[Laptop, Laptop]) -> None:
    one, two = laptops
    with serve(tmp_path / "data") as server:
        url = notes(server)
        one.run(url, "db.create_doc({'n': 1}, 'a'); db.create_doc({'n': 1}, 'b')\n" + SYNC)
        two.run(url, SYNC)
        edit = "d = db.get_doc('a'); d.content['by'] = '{}'; db.put_doc(d)\n"
        one.run(url, edit.format("one") + SYNC)
        conflict = two.run(
            url,
            edit.format("two") + SYNC + "print(json.dumps([d.content for d in db.get_doc_conflicts('a')]))",
        )
        assert conflict == [{"n": 1, "by": "one"}, {"n": 1, "by": "two"}]
        two.run(
            url,
            """
            values = db.get_doc_conflicts('a')
            both = values[0]
            both.content = {'n': 1, 'by': [v.content['by'] for v in values]}
            db.resolve_doc(both, [v.rev for v in values])
            """
            + "db.sync(url, creds)\n",
        )
        one.run(url, SYNC)
        assert one.contents(url) == two.contents(url) == {"a": {"n": 1, "by": ["one", "two"]}, "b": {"n": 1}}


MANY = 2000
CREATE = f"for n in range({MANY}): db.create_doc({{'n': n, 'text': 'x' * 500}}, f'd{{n}}')\n"


def known(server: Server, password: str, replica: str) -> int:
    """How much the server has of a replica."""
    reply = httpx.get(f"{notes(server)}/sync-from/{replica}", auth=(ADMIN[0], password))
    return reply.json()["source_replica_generation"]


def reached(server: Server, password: str, replica: str) -> int:
    """Waits until the server has something of a replica, but not all."""
    end = time.monotonic() + 120
    while not (generation := known(server, password, replica)):
        assert time.monotonic() < end
    return generation


def test_a_laptop_killed_while_it_pushes_goes_on_where_it_stopped(
    tmp_path: Path, laptops: tuple[Laptop, Laptop], password: str
) -> None:
    one, two = laptops
    with serve(tmp_path / "data") as server:
        url = notes(server)
        uid = one.run(url, CREATE + "print(json.dumps(db.replica_uid))")
        pushing = one.start(url, SYNC)
        first = reached(server, password, uid)
        pushing.kill()
        pushing.communicate()
        assert first > 0
        one.run(url, SYNC)
        two.run(url, SYNC)
        assert known(server, password, uid) == MANY
        assert two.contents(url) == one.contents(url)
        assert len(two.contents(url)) == MANY


def test_a_server_killed_in_the_middle_loses_nothing(
    tmp_path: Path, laptops: tuple[Laptop, Laptop], password: str
) -> None:
    one, two = laptops
    with serve(tmp_path / "data") as server:
        uid = one.run(notes(server), CREATE + "print(json.dumps(db.replica_uid))")
        pushing = one.start(notes(server), SYNC)
        first = reached(server, password, uid)
        server.kill()
        _, err = pushing.communicate()
        assert pushing.returncode == 0 or "Unavailable" in err
    with serve(tmp_path / "data") as server:
        assert known(server, password, uid) >= first
        pulling = two.start(notes(server), SYNC)
        time.sleep(0.3)
        server.kill()
        pulling.communicate()
    with serve(tmp_path / "data") as server:
        one.run(notes(server), SYNC)
        two.run(notes(server), SYNC)
        assert two.contents("") == one.contents("")
        assert len(two.contents("")) == MANY


def entries(count: int) -> Iterator[bytes]:
    """The body of a first push, as the reference's client sends it: everything in one exchange."""
    yield b'[\r\n{"last_known_generation":0,"last_known_trans_id":"","ensure":true}'
    for start in range(1, count + 1, 1000):
        yield b"".join(
            b',\r\n{"id":"d%d","rev":"r:1","content":"{\\"n\\": %d, \\"text\\": \\"%s\\"}","gen":%d,"trans_id":"T-%d"}'
            % (n, n, b"x" * 200, n, n)
            for n in range(start, min(count + 1, start + 1000))
        )
    yield b"\r\n]"


def test_a_large_first_push_and_pull_stream_with_flat_memory(tmp_path: Path, password: str) -> None:
    count = size(20_000, 200_000)
    with serve(tmp_path / "data") as server:
        login = b64encode(f"{ADMIN[0]}:{password}".encode()).decode()
        address = urlsplit(server.url)
        line = HTTPConnection(address.hostname or "", address.port, timeout=600)
        length = sum(map(len, entries(count)))
        forget_peak(server)
        before = resident(server)
        headers = {"Authorization": f"Basic {login}", "Content-Type": STREAM, "Content-Length": str(length)}
        line.request("POST", "/big.u1db/sync-from/r", entries(count), headers)
        answer = line.getresponse()
        assert answer.status == 200, answer.read()
        assert json.loads(answer.read())[0]["new_generation"] == count
        ask = b'[\r\n{"last_known_generation":0}\r\n]'
        headers["Content-Length"] = str(len(ask))
        line.request("POST", "/big.u1db/sync-from/other", ask, headers)
        answer = line.getresponse()
        lines = 0
        while block := answer.read(1 << 16):
            lines += block.count(b"\n")
        line.close()
        assert lines == count + 3
        assert resident(server, "VmHWM") - before < 50_000_000


def test_a_desk_signs_in_as_eyeos_does_and_syncs(tmp_path: Path, password: str) -> None:
    with serve(tmp_path / "data", "--faces", "u1db") as server:
        desk = ("--key", "eyeos", "--secret", "es", "--account", ADMIN[0], "--verifier", "word", "--callback", "oob")
        nuvol("admin", "--data", server.data, "app", "add", "eyeOS", "--kind", "u1db", *desk)
        first = OAuth1Session("eyeos", client_secret="es", callback_uri="oob", signature_method="PLAINTEXT")
        asked = dict(parse_qsl(first.get(f"{server.url}/request_token").text))
        keys = {"resource_owner_key": asked["oauth_token"], "resource_owner_secret": asked["oauth_token_secret"]}
        second = OAuth1Session("eyeos", client_secret="es", verifier="word", signature_method="PLAINTEXT", **keys)
        token = dict(parse_qsl(second.get(f"{server.url}/access_token").text))
        first.close()
        second.close()
        creds = {
            "consumer_key": "eyeos",
            "consumer_secret": "es",
            "token_key": token["oauth_token"],
            "token_secret": token["oauth_token_secret"],
        }
        with u1db.open(":memory:") as calendar:
            calendar.create_doc({"type": "calendar", "name": "family"}, "odd%id-._")
            for method in ("HMAC-SHA1", "PLAINTEXT"):
                signed = {"oauth": {**creds, "signature_method": method}}
                calendar.sync(f"{server.url}/calendar.u1db", signed)
                calendar.create_doc({"type": "event", "calendar": "family", "by": method})
                with HTTPDatabase(f"{server.url}/calendar.u1db", creds=signed) as far:  # with a query to sign
                    (family,) = far.get_docs(["odd%id-._"])
                    assert family.content == {"type": "calendar", "name": "family"}
            calendar.sync(f"{server.url}/calendar.u1db", {"oauth": creds})
            with pytest.raises(Unauthorized):
                calendar.sync(f"{server.url}/calendar.u1db", {"oauth": {**creds, "token_secret": "wrong"}})
        told = httpx.get(f"{server.url}/u1db/calendar/docs?doc_ids=odd%25id-._", auth=(ADMIN[0], password)).json()
        assert json.loads(told[0]["content"])["name"] == "family"
        info = httpx.get(f"{server.url}/calendar.u1db/sync-from/me", auth=(ADMIN[0], password)).json()
        assert info["target_replica_generation"] == 3


def test_the_server_of_eyeos_runs_by_itself(tmp_path: Path, password: str) -> None:
    with serve(tmp_path / "data", "--faces", "u1db") as server:
        assert httpx.get(f"{server.url}/").json() == {"version": "0.1.4"}
        auth = (ADMIN[0], password)
        assert httpx.get(f"{server.url}/calendar.u1db/sync-from/me", auth=auth).status_code == 200
        assert httpx.get(f"{server.url}/calendar.u1db", auth=auth).json() == {}
        assert httpx.get(f"{server.url}/u1db/calendar", auth=auth).json() == {}
        for path in ("/api/v1/capabilities", "/dav/files/", "/files"):
            assert httpx.get(server.url + path).status_code == 404
