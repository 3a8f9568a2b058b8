"""The faces as an ASGI application, for tests and for other servers."""

from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping
from typing import Any

from nuvol.faces.http import Answer, Disconnected, Headers, Request

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Message, Receive, Send], Awaitable[None]]


class Received:
    """A body that comes in messages."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._rest = b""
        self._done = False

    async def take(self, size: int) -> bytes | None:
        while len(self._rest) < size and not self._done:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise Disconnected
            self._rest += message.get("body", b"")
            self._done = not message.get("more_body", False)
        run, self._rest = self._rest[:size], self._rest[size:]
        return run or None

    async def leaving(self) -> None:
        """To be waited for after the body, since both come through one channel."""
        while (await self._receive())["type"] != "http.disconnect":
            pass


def asgi(app: Callable[[Request], Awaitable[Answer]]) -> Asgi:
    """`app` (a Dispatcher, say) as an ASGI application."""

    async def application(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = _request(scope, receive)
        try:
            answer = await app(request)
        except Disconnected:
            return
        await _send(request.method, answer, send)

    return application


def _request(scope: Message, receive: Receive) -> Request:
    headers = Headers((name.decode().lower(), value.decode("latin-1")) for name, value in scope["headers"])
    length = headers.get("content-length")
    chunked = "transfer-encoding" in headers
    return Request(
        scope["method"],
        scope.get("raw_path", scope["path"].encode()).partition(b"?")[0].decode("latin-1"),
        scope.get("query_string", b"").decode("latin-1"),
        scheme=scope.get("scheme", "http"),
        host=headers.get("host") or "localhost",
        peer=(scope.get("client") or ("127.0.0.1", 0))[0],
        headers=headers,
        length=None if chunked else int(length or 0),
        source=Received(receive),
    )


async def _send(method: str, answer: Answer, send: Send) -> None:
    headers = [(name.lower().encode(), value.encode()) for name, value in answer.headers]
    silent = method == "HEAD" or answer.status in (204, 304)
    if answer.length is not None and answer.status not in (204, 304):
        headers.append((b"content-length", str(answer.length).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if isinstance(answer.body, bytes):
        await send({"type": "http.response.body", "body": b"" if silent else answer.body})
        return
    try:
        if not silent:
            async for block in answer.body:
                await send({"type": "http.response.body", "body": block, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    finally:
        if isinstance(answer.body, AsyncGenerator):
            await answer.body.aclose()
