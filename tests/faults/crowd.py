"""Two hundred clients that write at once and remember what they were promised."""

import hashlib
import http.client
import itertools
import json
import random
import threading
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from lxml import etree

from nuvol.model.rules import KiB, MiB
from tests.servers import Server

FOLDER, GONE = "a folder", "nothing"
"""What there may be at a path, besides the digest of a content."""
TUS = {"Tus-Resumable": "1.0.0"}
PART = {**TUS, "Content-Type": "application/offset+octet-stream"}


@dataclass
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Line:
    """One client's connection."""

    def __init__(self, server: Server) -> None:
        self._http = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=60)
        login = b64encode(f"{server.name}:{server.password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {login}"}

    def ask(
        self, method: str, path: str, body: bytes | Iterable[bytes] = b"", headers: Mapping[str, str] | None = None
    ) -> Reply:
        """A body of unknown length goes in chunks, unless the headers tell its length."""
        self._http.request(method, path, body, {**self._headers, **(headers or {})})
        reply = self._http.getresponse()
        return Reply(reply.status, reply.headers, reply.read())

    def open(self, path: str) -> http.client.HTTPResponse:
        """A content to be read bit by bit."""
        self._http.request("GET", path, headers=self._headers)
        reply = self._http.getresponse()
        assert reply.status == 200
        return reply

    def close(self) -> None:
        self._http.close()


@dataclass
class Resumable:
    """An upload over several requests that is not complete yet."""

    path: str
    content: bytes
    address: str
    kept: int = 0
    """As many bytes were acknowledged."""


class Unexpected(Exception):
    """An answer that nobody should get."""


class Crowd:
    """Everybody writes below `folder`, each under names of its own."""

    def __init__(self, server: Server, folder: str, dice: random.Random, clients: int = 200) -> None:
        self._server = server
        self._folder = folder
        self._kept: dict[str, str] = {}
        """What was acknowledged, by path."""
        self._flying: dict[str, str] = {}
        """What was asked for and not answered, by path."""
        self._resumables: list[Resumable] = []
        self._surprises: list[str] = []
        self._answers = 0
        self._answered = threading.Condition()
        self._begin = threading.Event()
        seeds = [dice.random() for _ in range(clients)]
        self._clients = [threading.Thread(target=self._write, args=one) for one in enumerate(seeds)]

    def start(self) -> None:
        line = Line(self._server)
        assert line.ask("MKCOL", f"/dav/files/{self._folder}").status == 201
        line.close()
        for client in self._clients:
            client.start()
        self._begin.set()

    def wait(self, answers: int) -> None:
        """Until so many changes were acknowledged."""
        with self._answered:
            assert self._answered.wait_for(lambda: self._answers >= answers or self._surprises, timeout=120)

    def join(self) -> None:
        """The server is dead, and everybody has noticed."""
        for client in self._clients:
            client.join()

    # ------------------------------------------------------------------------------------------- writing

    def _write(self, number: int, seed: float) -> None:
        line, dice = Line(self._server), random.Random(seed)
        acts = [self._put, self._put_twice, self._put_in_parts, self._make_folder, self._delete]
        self._begin.wait()
        try:
            for count in itertools.count():
                act = dice.choices(acts, [60, 10, 15, 10, 5])[0]
                act(line, f"{self._folder}/{number}-{count}", some_bytes(dice))
        except Unexpected as surprise:
            with self._answered:
                self._surprises.append(str(surprise))
                self._answered.notify()
        except (OSError, http.client.HTTPException):  # the server is gone
            pass
        finally:
            line.close()

    def _put(self, line: Line, path: str, content: bytes) -> None:
        self._change(line, path, digest(content), "PUT", f"/dav/files/{path}", content)

    def _put_twice(self, line: Line, path: str, content: bytes) -> None:
        self._put(line, path, content[::-1])
        self._put(line, path, content)

    def _make_folder(self, line: Line, path: str, content: bytes) -> None:
        self._change(line, path, FOLDER, "MKCOL", f"/dav/files/{path}")
        self._put(line, f"{path}/inside", content)

    def _delete(self, line: Line, path: str, content: bytes) -> None:
        self._put(line, path, content)
        self._change(line, path, GONE, "DELETE", f"/dav/files/{path}")

    def _put_in_parts(self, line: Line, path: str, content: bytes) -> None:
        what = {"Upload-Length": str(len(content)), "Upload-Metadata": f"path {b64encode(path.encode()).decode()}"}
        begun = done(line.ask("POST", "/api/v1/uploads", b"", TUS | what))
        upload = Resumable(path, content, begun.headers["Location"])
        self._resumables.append(upload)
        half = len(content) // 2
        done(line.ask("PATCH", upload.address, content[:half], PART | {"Upload-Offset": "0"}))
        upload.kept = half
        rest = ("PATCH", upload.address, content[half:], PART | {"Upload-Offset": str(half)})
        self._change(line, path, digest(content), *rest)
        self._resumables.remove(upload)

    def _change(self, line: Line, path: str, promise: str, *request: Any) -> None:
        """Ask for a change; once it is answered, `path` must be what was promised."""
        self._flying[path] = promise
        done(line.ask(*request))
        self._kept[path] = self._flying.pop(path)
        with self._answered:
            self._answers += 1
            self._answered.notify()

    # ------------------------------------------------------------------------------------------ checking

    def complaints(self, server: Server) -> Iterator[str]:
        """Every promise that the server, started again, does not keep."""
        yield from self._surprises
        line = Line(server)
        for upload in self._resumables:
            yield from self._finish(line, upload)
        for path in self._kept.keys() | self._flying.keys():
            found = there(line, path)
            promised = self._kept.get(path, GONE)
            if found not in (promised, self._flying.get(path)):
                yield f"{path} is {found}, promised was {promised}, asked for {self._flying.get(path)}"
        listed = names(line, self._folder)
        known = {path.split("/")[1] for path in self._kept.keys() | self._flying.keys()}
        yield from (f"{name} was never asked for" for name in listed - known)
        line.close()

    def _finish(self, line: Line, upload: Resumable) -> Iterator[str]:
        """Go on with an upload; it may also have become a file with the last bytes, unanswered."""
        asked = line.ask("HEAD", upload.address, headers=TUS)
        if asked.status == 200:
            offset = int(asked.headers["Upload-Offset"])
            if offset < upload.kept:
                yield f"of {upload.path} {upload.kept} bytes were kept, now {offset}"
            done(line.ask("PATCH", upload.address, upload.content[offset:], PART | {"Upload-Offset": str(offset)}))
            self._kept[upload.path] = digest(upload.content)
        elif upload.path not in self._flying or there(line, upload.path) == GONE:
            yield f"the upload of {upload.path} is gone: {asked.status}"


def done(reply: Reply) -> Reply:
    if not 200 <= reply.status < 300:
        raise Unexpected(f"answer {reply.status}: {reply.body[:500]!r}")
    return reply


def there(line: Line, path: str) -> str:
    """What is at a path."""
    reply = line.ask("GET", f"/dav/files/{quote(path)}")
    if reply.status == 404:
        return GONE
    if reply.status == 405 or reply.headers["Content-Type"].startswith("text/html"):
        return FOLDER
    return digest(done(reply).body)


def names(line: Line, folder: str) -> set[str]:
    """What is in a folder."""
    reply = done(line.ask("PROPFIND", f"/dav/files/{folder}", headers={"Depth": "1"}))
    hrefs = (element.text.rstrip("/") for element in etree.fromstring(reply.body).iter("{DAV:}href"))
    return {href.rpartition("/")[2] for href in hrefs} - {folder}


def some_bytes(dice: random.Random) -> bytes:
    """10 KiB to 3 MiB, mostly small."""
    return dice.randbytes(dice.choice((10 * KiB, 30 * KiB, 60 * KiB, 70 * KiB, 200 * KiB, 500 * KiB, 3 * MiB)))


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
