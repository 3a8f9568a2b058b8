"""Sessions of both colours against the real server in process, and against scripted answers."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import uvloop

from nuvol.core.cloud import Cloud
from nuvol.faces.asgi import asgi
from nuvol.model.accounts import Actor
from nuvol.sdk.calls import Call
from nuvol.sdk.session import AsyncSession, Session
from nuvol.server.app import dispatcher
from nuvol.server.settings import FACES
from nuvol.stores.catalog.catalog import SqlCatalog
from tests.faces.native import in_process

ADDRESS = "http://cloud.test"


@pytest.fixture(scope="session")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """A loop that runs in a thread of its own."""
    loop = uvloop.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


@pytest.fixture
def engine() -> str:
    """One database is enough here: nothing of this depends on it."""
    return "sqlite"


@pytest.fixture
def cloud(catalog: SqlCatalog) -> Iterator[Cloud]:
    with in_process(catalog) as cloud:
        yield cloud


class InProcess(httpx.BaseTransport):
    """Carries requests of a blocking client to an application on a loop elsewhere."""

    def __init__(self, app: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._carrier = httpx.ASGITransport(app)
        self._loop = loop

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return asyncio.run_coroutine_threadsafe(self._carry(request, request.read()), self._loop).result()

    async def _carry(self, request: httpx.Request, content: bytes) -> httpx.Response:
        again = httpx.Request(request.method, request.url, headers=request.headers, content=content)
        response = await self._carrier.handle_async_request(again)
        return httpx.Response(response.status_code, headers=response.headers, content=await response.aread())


class Runner:
    """A session of either colour, told to run calls by a blocking function."""

    def __init__(self, colour: str, loop: asyncio.AbstractEventLoop, transport: Any, **how: Any) -> None:
        self._loop = loop
        self.waits: list[float] = []
        self.session: Session | AsyncSession
        if colour == "blocking":
            self.session = Session(ADDRESS, transport=transport, sleep=self.waits.append, **how)
        else:
            self.session = AsyncSession(ADDRESS, transport=transport, sleep=self._wait, **how)

    async def _wait(self, seconds: float) -> None:
        self.waits.append(seconds)

    def __call__(self, call: Call[Any]) -> Any:
        if isinstance(self.session, Session):
            return self.session.run(call)
        return asyncio.run_coroutine_threadsafe(self.session.run(call), self._loop).result()

    def close(self) -> None:
        if isinstance(self.session, Session):
            self.session.close()
        else:
            asyncio.run_coroutine_threadsafe(self.session.close(), self._loop).result()


@pytest.fixture(params=["blocking", "async"])
def colour(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def signed_in(colour: str, cloud: Cloud, loop: asyncio.AbstractEventLoop) -> Iterator[Callable[..., Runner]]:
    """Makes sessions at the cloud; without a token or login as anna, who may everything with files and documents."""
    anna = cloud.accounts.add(None, "anna", "anna@example.org", "correct horse")
    app = asgi(dispatcher(cloud, FACES, lambda: ()))
    made: list[Runner] = []

    def make(**how: Any) -> Runner:
        if not how:
            how = {"token": cloud.grants.bearer(Actor(anna.id), "tests", ["files", "docs"], None)}
        transport = InProcess(app, loop) if colour == "blocking" else httpx.ASGITransport(app)
        made.append(Runner(colour, loop, transport, **how))
        return made[-1]

    yield make
    for runner in made:
        runner.close()


@pytest.fixture
def scripted(colour: str, loop: asyncio.AbstractEventLoop) -> Iterator[Callable[..., Runner]]:
    """Makes sessions whose requests are answered by a function."""
    made: list[Runner] = []

    def make(answer: Callable[[httpx.Request], httpx.Response]) -> Runner:
        made.append(Runner(colour, loop, httpx.MockTransport(answer)))
        return made[-1]

    yield make
    for runner in made:
        runner.close()
