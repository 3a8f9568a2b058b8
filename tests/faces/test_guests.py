"""ASGI applications served by our own front."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from nuvol.faces.http import Answer, Dispatcher, Headers, Request
from nuvol.server.guests import guest


class Body:
    def __init__(self, *runs: bytes) -> None:
        self._runs = list(runs)

    async def take(self, size: int) -> bytes | None:
        return self._runs.pop(0) if self._runs else None

    async def leaving(self) -> None:
        await asyncio.get_running_loop().create_future()


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """What came, as an application sees it."""
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message["body"], message["more_body"]
    told = repr((scope["method"], scope["root_path"], scope["path"], scope["query_string"], body)).encode()
    headers = [(b"content-type", b"text/plain"), (b"x-one", b"1"), (b"content-length", str(len(told)).encode())]
    await send({"type": "http.response.start", "status": 201, "headers": headers})
    await send({"type": "http.response.body", "body": told})


async def slowly(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for number in range(20):
        await send({"type": "http.response.body", "body": b"%d " % number, "more_body": True})
    await send({"type": "http.response.body"})


async def breaking(scope: Any, receive: Any, send: Any) -> None:
    raise RuntimeError("on purpose")


async def breaking_later(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"begun", "more_body": True})
    raise RuntimeError("on purpose")


def ask(application: Any, method: str = "POST", *runs: bytes) -> tuple[Answer, bytes]:
    async def asked() -> tuple[Answer, bytes]:
        request = Request(
            method,
            "/guest/a%20b",
            "q=1",
            headers=Headers([("content-type", "x/y")]),
            length=None,
            source=Body(*runs),  # type: ignore[arg-type]
        )
        answer = await Dispatcher({"guest": guest(lambda: application, "guest")})(request)
        if isinstance(answer.body, bytes):
            return answer, answer.body
        return answer, b"".join([block async for block in answer.body])

    return asyncio.run(asked())


def test_a_request_goes_in_and_an_answer_comes_out() -> None:
    answer, body = ask(echo, "POST", b"one ", b"two")
    assert answer.status == 201
    assert body == repr(("POST", "/guest", "/guest/a b", b"q=1", b"one two")).encode()
    assert answer.headers == [("Content-Type", "text/plain"), ("X-One", "1")]
    assert answer.length == len(body)


def test_a_long_answer_is_streamed() -> None:
    answer, body = ask(slowly)
    assert body == b"".join(b"%d " % number for number in range(20))
    assert answer.length is None


def test_an_application_that_fails_is_a_500() -> None:
    assert ask(breaking)[0].status == 500


def test_an_answer_that_breaks_off_is_not_passed_off_as_whole() -> None:
    with pytest.raises(RuntimeError, match="on purpose"):
        ask(breaking_later)


def test_an_application_ends_when_its_client_is_gone() -> None:
    ended = asyncio.Event()

    async def endless(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        try:
            while True:
                await send({"type": "http.response.body", "body": b"more", "more_body": True})
        finally:
            ended.set()

    async def asked() -> None:
        answer = await Dispatcher({"guest": guest(lambda: endless, "guest")})(Request("GET", "/guest/"))
        assert isinstance(answer.body, AsyncGenerator)
        assert await anext(answer.body) == b"more"
        await answer.body.aclose()
        await asyncio.wait_for(ended.wait(), 10)

    asyncio.run(asked())
