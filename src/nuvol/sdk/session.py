"""Sessions make calls: `Session` blocks, `AsyncSession` is awaited. Both keep their connections open and repeat a
call where that is safe."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Any, Self, TypeVar

from nuvol.errors import BadValue, Unreachable
from nuvol.sdk.calls import BLOCK, Attempts, Call, Reply, refusal
from nuvol.sdk.closing import AsyncClosing, Closing

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

    from nuvol.sdk.documents import AsyncDocuments, Documents, OnChange

T = TypeVar("T")

IN_MEMORY = ":memory:"

TIMEOUT = 60.0
"""Seconds without a byte from the server. Its own long polls and live streams say something more often."""


class Access:
    """Where the server is and who asks: what a session is made of.

    `token`: a bearer or session token. `login`: name or address with an app password (or, without a second factor,
    the account's password). `transport`: another way to carry requests than the network.
    """

    def __init__(
        self,
        address: str,
        *,
        token: str | None = None,
        login: tuple[str, str] | None = None,
        timeout: float = TIMEOUT,
    ) -> None:
        if token is not None and login is not None:
            raise BadValue("Give a token or a login, not both.", advice="Leave one of them out.")
        if not address.startswith(("http://", "https://")):
            raise BadValue(f"“{address}” is no address of a server.", advice="Give one such as https://cloud.example")
        self.address = address.rstrip("/")
        self.token = token
        self.login = login
        self.timeout = timeout

    @property
    def creds(self) -> dict[str, dict[str, str]] | None:
        """As `nuvol.u1db` takes it."""
        if self.token is not None:
            return {"bearer": {"token": self.token}}
        return None if self.login is None else {"basic": {"username": self.login[0], "password": self.login[1]}}

    def client(self, transport: Any) -> dict[str, Any]:
        """Arguments for a client of httpx."""
        headers = {} if self.token is None else {"Authorization": f"Bearer {self.token}"}
        found: dict[str, Any] = {
            "base_url": self.address,
            "auth": self.login,
            "headers": headers,
            "timeout": self.timeout,
        }
        return found if transport is None else {**found, "transport": transport}


class Session(Closing):
    """A connection to a server for a program that blocks. May be used by several threads at once."""

    def __init__(
        self,
        address: str,
        *,
        token: str | None = None,
        login: tuple[str, str] | None = None,
        timeout: float = TIMEOUT,
        transport: "httpx.BaseTransport | None" = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        import httpx

        self.access = Access(address, token=token, login=login, timeout=timeout)
        self._client = httpx.Client(**self.access.client(transport))
        self._sleep = sleep

    @classmethod
    def of(cls, access: Access) -> Self:
        """Another one, with the same way in."""
        return cls(access.address, token=access.token, login=access.login, timeout=access.timeout)

    def run(self, call: Call[T]) -> T:
        """Make the call and return what it gives. Raises the errors of the server, and Unreachable."""
        import httpx

        attempts = Attempts(call)
        while True:
            failure: Exception
            try:
                reply = self._make(call, attempts)
            except httpx.TransportError as error:
                failure = _unreachable(self.access, error)
                wait = attempts.after_loss(sent=_may_have_arrived(error))
            else:
                if isinstance(reply, Reply):
                    return call.read(reply)
                failure = refusal(reply.status_code, reply.headers, reply.content)
                wait = attempts.after_refusal(reply.status_code, reply.headers)
            if wait is None:
                raise failure
            self._sleep(wait)

    def _make(self, call: Call[Any], attempts: Attempts) -> "Reply | httpx.Response":
        content = call.body if isinstance(call.body, bytes) else call.body()
        request = self._client.build_request(
            call.method, call.target, headers=dict(call.headers), content=content or None
        )
        response = self._client.send(request, stream=True)
        try:
            if response.status_code >= 300 or call.sink is None:
                response.read()
            else:
                for block in response.iter_bytes(BLOCK):
                    attempts.has_given = True
                    call.sink(block)
        finally:
            response.close()
        return response if response.status_code >= 300 else _reply(call, response)

    def documents(
        self, name: str, path: "Path | str" = IN_MEMORY, *, on_change: "OnChange | None" = None, background: bool = True
    ) -> "Documents":
        """A replica of the database `name`, in the file `path`, which works without the server and syncs with it."""
        from nuvol.sdk.documents import Documents

        return Documents(self.access, name, path, on_change=on_change, background=background)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()


class AsyncSession(AsyncClosing):
    """The same for a program with an event loop (asyncio)."""

    def __init__(
        self,
        address: str,
        *,
        token: str | None = None,
        login: tuple[str, str] | None = None,
        timeout: float = TIMEOUT,
        transport: "httpx.AsyncBaseTransport | None" = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        import httpx

        self.access = Access(address, token=token, login=login, timeout=timeout)
        self._client = httpx.AsyncClient(**self.access.client(transport))
        self._sleep = sleep

    async def run(self, call: Call[T]) -> T:
        """Make the call and return what it gives. Raises the errors of the server, and Unreachable."""
        import httpx

        attempts = Attempts(call)
        while True:
            failure: Exception
            try:
                reply = await self._make(call, attempts)
            except httpx.TransportError as error:
                failure = _unreachable(self.access, error)
                wait = attempts.after_loss(sent=_may_have_arrived(error))
            else:
                if isinstance(reply, Reply):
                    return call.read(reply)
                failure = refusal(reply.status_code, reply.headers, reply.content)
                wait = attempts.after_refusal(reply.status_code, reply.headers)
            if wait is None:
                raise failure
            await self._sleep(wait)

    async def _make(self, call: Call[Any], attempts: Attempts) -> "Reply | httpx.Response":
        content = call.body if isinstance(call.body, bytes) else _from_thread(call.body())
        request = self._client.build_request(
            call.method, call.target, headers=dict(call.headers), content=content or None
        )
        response = await self._client.send(request, stream=True)
        try:
            if response.status_code >= 300 or call.sink is None:
                await response.aread()
            else:
                async for block in response.aiter_bytes(BLOCK):
                    attempts.has_given = True
                    await asyncio.to_thread(call.sink, block)
        finally:
            await response.aclose()
        return response if response.status_code >= 300 else _reply(call, response)

    def documents(
        self, name: str, path: "Path | str" = IN_MEMORY, *, on_change: "OnChange | None" = None, background: bool = True
    ) -> "AsyncDocuments":
        """A replica of the database `name`, in the file `path`, which works without the server and syncs with it."""
        from nuvol.sdk.documents import AsyncDocuments

        return AsyncDocuments(self.access, name, path, on_change=on_change, background=background)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()


async def _from_thread(runs: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Runs that are read from a disk, say, without holding up the loop."""
    while (run := await asyncio.to_thread(next, runs, None)) is not None:
        yield run


def _reply(call: Call[Any], response: "httpx.Response") -> Reply:
    return Reply(response.status_code, response.headers, b"" if call.sink else response.content)


def _may_have_arrived(error: "httpx.TransportError") -> bool:
    import httpx

    return not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)


def _unreachable(access: Access, error: Exception) -> Unreachable:
    return Unreachable(f"The server at {access.address} cannot be reached: {error or type(error).__name__}.")
