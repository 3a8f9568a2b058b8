"""ASGI applications as faces: how PhotoShare, which is written for Starlette, is served by our front."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import unquote

from nuvol.errors import CloudError
from nuvol.faces.http import Answer, Disconnected, KiB, Request, Route, in_thread, problem

Message = MutableMapping[str, Any]
Asgi = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]

RUN = 256 * KiB
WAITING = 4
"""So many blocks of an answer are kept for a slow client."""

PATIENCE = 120.0
"""Seconds until an answer that nobody takes is given up; the front cuts off slow clients earlier."""


def guest(application: Callable[[], Asgi], prefix: str) -> Route:
    """To be mounted at `prefix` ("photoshare"). `application` is called once, in a thread, at the first request."""
    found: list[Asgi] = []
    opening = asyncio.Lock()

    async def answer(request: Request) -> Answer:
        async with opening:
            if not found:
                found.append(await in_thread(application))
        return await _Exchange(request, f"/{prefix}").answer(found[0])

    return Route(answer, _failed)


def _failed(request: Request, error: CloudError) -> Answer:
    return problem(400, error.code, str(error), error.advice)


class _Exchange:
    """One request and its answer."""

    def __init__(self, request: Request, prefix: str) -> None:
        self._request = request
        self._prefix = prefix
        self._runs = request.runs(RUN)
        self._is_read = False
        self._head: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._blocks: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._room = asyncio.Semaphore(WAITING)

    async def answer(self, application: Asgi) -> Answer:
        """Raises what the application raises before it answers."""
        task = asyncio.create_task(self._run(application))
        try:
            head = await self._head
        except BaseException:
            task.cancel()
            raise
        fields = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in head["headers"]]
        length = next((int(value) for name, value in fields if name.lower() == "content-length"), None)
        headers = [("-".join(map(str.capitalize, name.split("-"))), value) for name, value in fields]
        headers = [(name, value) for name, value in headers if name != "Content-Length"]
        first = await self._blocks.get()
        if first is None:
            return Answer(head["status"], headers, length=length if self._request.method == "HEAD" else None)
        if len(first) == length:
            return Answer(head["status"], headers, first)
        return Answer(head["status"], headers, self._body(first, task), length)

    async def _body(self, first: bytes, task: "asyncio.Task[None]") -> AsyncGenerator[bytes, None]:
        block: bytes | None = first
        try:
            while block is not None:
                self._room.release()
                yield block
                block = await self._blocks.get()
            await task
        finally:
            task.cancel()

    async def _run(self, application: Asgi) -> None:
        try:
            await application(self._scope(), self._receive, self._send)
        except BaseException as error:
            if not self._head.done():
                self._head.set_exception(error if isinstance(error, Exception) else Disconnected())
                return
            raise
        finally:
            self._blocks.put_nowait(None)

    def _scope(self) -> Message:
        request = self._request
        host, _, port = request.host.rpartition(":")
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": request.scheme,
            "path": unquote(request.target),
            "raw_path": request.target.encode("latin-1", "replace"),
            "query_string": request.query.encode("latin-1", "replace"),
            "root_path": self._prefix,
            "headers": [(n.encode("latin-1", "replace"), v.encode("latin-1", "replace")) for n, v in request.headers],
            "client": (request.peer, 0),
            "server": (host, int(port)) if port.isdigit() else (request.host, None),
        }

    async def _receive(self) -> Message:
        if self._is_read:
            await self._request.leaving()
            return {"type": "http.disconnect"}
        try:
            run = await anext(self._runs, None)
        except Disconnected:
            return {"type": "http.disconnect"}
        self._is_read = run is None
        return {"type": "http.request", "body": bytes(run or b""), "more_body": run is not None}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._head.set_result(message)
        elif message.get("body"):
            async with asyncio.timeout(PATIENCE):
                await self._room.acquire()
            self._blocks.put_nowait(message["body"])
