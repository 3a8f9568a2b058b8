"""Requests, answers and dispatch, neutral of any server."""

import asyncio
import threading

import httpx
import pytest

from nuvol.errors import BadName, CloudError, Malformed, NodeMissing, TooLarge
from nuvol.faces.asgi import asgi
from nuvol.faces.http import Answer, Dispatcher, Empty, Headers, Request, Route, in_thread, problem, run


def test_headers_join_lines_of_one_name() -> None:
    headers = Headers([("accept", "a"), ("cookie", "x=1"), ("accept", "b"), ("cookie", "y=2")])
    assert headers.get("accept") == "a, b"
    assert headers.get("cookie") == "x=1; y=2"
    assert headers.all("accept") == ["a", "b"]
    assert headers.get("host") is None and "host" not in headers and len(headers) == 4


def test_an_escaped_slash_stays_inside_its_segment() -> None:
    request = Request("GET", "/dav/files//a%2Fb/c%20d/")
    assert request.segments() == ["dav", "files", "a/b", "c d"]
    assert request.path == "/dav/files//a/b/c d/"


@pytest.mark.parametrize("target", ["/a%", "/a%4", "/a%zz", "/a%C3", "/%ff", "/a%00b", "/%C0%AF", "/%ED%A0%80"])
def test_a_target_that_is_no_text_is_malformed(target: str) -> None:
    for read in (lambda request: request.path, lambda request: request.segments()):
        with pytest.raises(Malformed):
            read(Request("GET", target))


def test_a_raw_target_in_utf8_is_read_too() -> None:
    assert Request("GET", "/ä%20b").path == "/ä b"


def test_the_last_of_several_fields_of_a_query_counts() -> None:
    assert Request("GET", "/", "a=1&b=%C3%A4+c&a=2&d").params == {"a": "2", "b": "ä c", "d": ""}


@pytest.mark.parametrize("query", ["a=%ff", "&".join(["a=1"] * 101)])
def test_a_query_that_cannot_be_read_is_malformed(query: str) -> None:
    with pytest.raises(Malformed):
        _ = Request("GET", "/", query).params


class Given(Empty):
    def __init__(self, *runs: bytes) -> None:
        self.runs = list(runs)

    async def take(self, size: int) -> bytes | None:  # type: ignore[override]
        return self.runs.pop(0) if self.runs else None


def test_a_body_is_read_up_to_its_limit() -> None:
    def body(length: int | None, limit: int) -> bytes:
        return asyncio.run(Request("PUT", "/", length=length, source=Given(b"abc", b"def")).body(limit))

    assert body(6, 6) == body(None, 6) == b"abcdef"
    assert body(0, 6) == b""
    for length in (6, None):
        with pytest.raises(TooLarge):
            body(length, 5)


async def named(request: Request) -> Answer:
    return Answer(200, [], request.target.encode())


def routes(*prefixes: str) -> Dispatcher:
    def route(prefix: str) -> Route:
        async def face(request: Request) -> Answer:
            if request.target.endswith("/missing"):
                raise NodeMissing("not here")
            if request.target.endswith("/broken"):
                raise ZeroDivisionError
            return Answer(200, [], prefix.encode())

        return Route(face, lambda request, error: problem(404, error.code, str(error)))

    return Dispatcher({prefix: route(prefix) for prefix in prefixes})


@pytest.mark.parametrize(
    ("target", "face"),
    [
        ("/", b""),
        ("/api", b"api"),
        ("/api/v1/x", b"api"),
        ("/api/docs/x", b"api/docs"),
        ("/api/docsx", b"api"),
        ("/apix", None),
        ("//api", None),
        ("/x", None),
        ("*", None),
        ("/calendar.u1db", b"*.u1db"),
        ("/a.b.u1db/sync-from/x", b"*.u1db"),
        ("/own.u1db/x", b"own.u1db"),
        ("/calendar.u1dbx", None),
        ("/x/calendar.u1db", None),
    ],
)
def test_the_longest_prefix_of_whole_segments_chooses_the_face(target: str, face: bytes | None) -> None:
    answer = asyncio.run(routes("", "api", "api/docs", "*.u1db", "own.u1db")(Request("GET", target)))
    assert (answer.body if answer.status == 200 else None) == face
    assert answer.status == (404 if face is None else 200)


def test_errors_are_told_in_the_words_of_the_face_and_faults_in_none(caplog: pytest.LogCaptureFixture) -> None:
    answer = asyncio.run(routes("api")(Request("GET", "/api/missing")))
    assert answer.status == 404 and b"node-missing" in answer.body  # type: ignore[operator]
    answer = asyncio.run(routes("api")(Request("GET", "/api/s3cret/broken")))
    assert answer.status == 500 and b"Zero" not in answer.body  # type: ignore[operator]
    assert "ZeroDivisionError" in caplog.text and "s3cret" not in caplog.text


def test_answers_are_counted_by_face_and_status() -> None:
    app = routes("api", "dav")
    for target in ("/api/x", "/api/x", "/dav/missing", "/nothing/secret"):
        asyncio.run(app(Request("GET", target)))
    assert app.answers == {("api", 200): 2, ("dav", 404): 1, ("", 404): 1}


def test_short_work_runs_on_the_loop_and_long_work_in_a_thread() -> None:
    async def story() -> None:
        assert await run(threading.get_ident) == threading.get_ident()
        assert await in_thread(threading.get_ident) != threading.get_ident()
        with pytest.raises(BadName):
            await in_thread(fail, BadName("no"))

    def fail(error: CloudError) -> None:
        raise error

    asyncio.run(story())


def test_what_a_thread_works_on_is_not_taken_away_when_its_caller_is_cancelled() -> None:
    async def story() -> None:
        begun, may_end = threading.Event(), threading.Event()

        def work() -> None:
            begun.set()
            may_end.wait(10)

        task = asyncio.create_task(in_thread(work))
        await in_thread(begun.wait, 10)
        task.cancel()
        await asyncio.sleep(0)
        assert not task.done()
        may_end.set()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(story())


def test_the_faces_are_an_asgi_application_too() -> None:
    async def face(request: Request) -> Answer:
        async def blocks():  # type: ignore[no-untyped-def]
            yield b"streamed "
            yield await request.body()

        if request.method == "PUT":
            return Answer(201, [("X-Path", request.target), ("X-Query", request.query)], blocks())
        return Answer(200, [("Content-Type", "text/plain")], b"hello")

    async def story() -> None:
        transport = httpx.ASGITransport(app=asgi(Dispatcher({"x": Route(face, lambda r, e: Answer(400))})))
        async with httpx.AsyncClient(transport=transport, base_url="http://cloud") as client:
            answer = await client.get("/x")
            assert answer.text == "hello" and answer.headers["content-length"] == "5"
            answer = await client.put("/x/a%2Fb?c=d", content=b"body")
            assert answer.status_code == 201 and answer.text == "streamed body"
            assert answer.headers["x-path"] == "/x/a%2Fb" and answer.headers["x-query"] == "c=d"
            answer = await client.head("/x")
            assert answer.headers["content-length"] == "5" and answer.content == b""

    asyncio.run(story())
