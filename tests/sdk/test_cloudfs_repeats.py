"""When the CloudFS SDK asks again, and when it must not."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from nuvol.sdk.cloudfs import File, Folder, UserSession, errors
from nuvol.sdk.cloudfs import Path as IdPath

BUSY = httpx.Response(503, json={"result": None, "error": {"code": 2010, "message": "Busy.", "data": None}})
ITEM = {"id": "id-1", "type": "file", "name": "a.txt", "version": 1, "size": 3, "mime": "text/plain"}
Answer = httpx.Response | type[httpx.TransportError]


class Line:
    """A connection on which answers come as scripted."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.bodies: list[bytes] = []
        self.waits: list[float] = []
        session = UserSession("http://cloud.test", "id", "secret", "token")
        connection = session.rest_interface.bc_conn
        connection.close()
        connection._client = httpx.Client(transport=httpx.MockTransport(self._answer))
        connection._sleep = self.waits.append
        self.root = session.get_filesystem().root_container()
        self.file = File.of(session.rest_interface, dict(ITEM), IdPath.path_from_string("/id-1"))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.bodies.append(request.read())
        answer = self.answers.pop(0)
        if isinstance(answer, httpx.Response):
            return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)
        raise answer("broken")


def good(result: Any) -> httpx.Response:
    return httpx.Response(200, json={"result": result, "error": None})


FOLDER = good({"items": [{"id": "id-2", "type": "folder", "name": "f", "version": 1}]})
LISTING = good({"meta": {}, "items": []})
Act = Callable[[Line], object]


@pytest.mark.parametrize(
    ("act", "answer"),
    [(lambda line: line.root.list(), LISTING), (lambda line: line.root.create_folder("f"), FOLDER)],
    ids=["reading", "writing"],
)
def test_503_says_that_nothing_was_done_and_everything_is_asked_again(act: Act, answer: httpx.Response) -> None:
    line = Line(BUSY, httpx.Response(503, headers={"Retry-After": "2"}), answer)
    act(line)
    assert len(line.bodies) == 3 and line.bodies[0] == line.bodies[2]
    assert line.waits[0] < 1 and line.waits[1] >= 2


def test_a_server_that_stays_busy_is_believed() -> None:
    line = Line(BUSY, BUSY, BUSY, BUSY)
    with pytest.raises(errors.FailedToReadFilesystem):
        line.root.list()
    patient = Line(httpx.Response(503, headers={"Retry-After": "3600"}))
    with pytest.raises(errors.AuthenticatedError):
        patient.root.list()
    assert patient.waits == []


def test_reading_is_repeated_when_the_connection_broke() -> None:
    line = Line(httpx.ReadError, httpx.RemoteProtocolError, LISTING)
    assert line.root.list() == [] and len(line.bodies) == 3


@pytest.mark.parametrize("broken", [httpx.ReadError, httpx.WriteError, httpx.ReadTimeout, httpx.RemoteProtocolError])
def test_writing_is_not_repeated_once_it_may_have_arrived(broken: type[httpx.TransportError]) -> None:
    line = Line(broken, FOLDER)
    with pytest.raises(errors.EndpointUnreachable):
        line.root.create_folder("f")
    assert len(line.bodies) == 1


def test_writing_is_repeated_when_nobody_was_reached() -> None:
    line = Line(httpx.ConnectError, httpx.ConnectTimeout, FOLDER)
    assert line.root.create_folder("f").id == "id-2"


@pytest.mark.parametrize("kind", ["inline", "path", "open file"])
def test_an_upload_that_is_repeated_begins_at_the_beginning(kind: str, tmp_path: Path) -> None:
    line = Line(BUSY, httpx.ConnectError, good(ITEM))
    path = tmp_path / "a.txt"
    path.write_bytes(b"0123456789" * 1000)
    if kind == "inline":
        line.root.upload(path.read_bytes(), "a.txt", data_inline=True)
    else:
        line.root.upload(path if kind == "path" else io.BytesIO(path.read_bytes()), "a.txt")
    assert all(b"0123456789" * 1000 in body for body in line.bodies) and len(line.bodies) == 3


class Broken(httpx.SyncByteStream):
    def __iter__(self) -> Any:
        yield b"x" * 2_000_000
        raise httpx.ReadError("broken")


def test_a_download_that_breaks_off_leaves_nothing_behind(tmp_path: Path) -> None:
    line = Line()
    line.root._rest.bc_conn._client = httpx.Client(
        transport=httpx.MockTransport(lambda request: httpx.Response(200, stream=Broken()))
    )
    kept = tmp_path / "a.txt"
    kept.write_text("as it was")
    with pytest.raises(errors.EndpointUnreachable):
        line.file.download(tmp_path)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["as it was"]


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"error": null}', b"[]"])
def test_an_answer_of_something_else_is_no_result(body: bytes) -> None:
    with pytest.raises(errors.EndpointUnreachable, match="CloudFS endpoint"):
        Line(httpx.Response(200, content=body)).root.list()


def test_an_item_of_an_unknown_type_is_said_so() -> None:
    line = Line(good({"meta": {}, "items": [{"id": "x", "type": "portal"}]}))
    with pytest.raises(errors.InvalidArgument, match="portal"):
        line.root.list()


def test_a_folder_is_not_a_file() -> None:
    line = Line(good({"meta": {}, "items": [{"id": "x", "type": "folder"}, {"id": "y", "type": "file"}]}))
    folder, file = line.root.list()
    assert isinstance(folder, Folder) and isinstance(file, File)
