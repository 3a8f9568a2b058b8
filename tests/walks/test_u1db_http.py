"""The suite of documents that sync, with the other side behind HTTP: our client, our server, a socket in between."""

import asyncio
import itertools
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import uvloop

from nuvol.core.cloud import Cloud
from nuvol.faces import http
from nuvol.faces.http import Dispatcher
from nuvol.faces.u1db import routes
from nuvol.model.accounts import Actor
from nuvol.server.front import Front
from nuvol.stores.blobs.memory import MemoryBlobs
from nuvol.stores.catalog.catalog import SqlCatalog
from nuvol.u1db.http import HttpTarget
from tests.conformance.u1db_sync import SyncTests
from tests.engines import Postgres

NAMES = itertools.count(1)


class Served:
    """A cloud that answers on a port of this process."""

    def __init__(self, catalog: SqlCatalog) -> None:
        self.cloud = Cloud(catalog, MemoryBlobs())
        account = self.cloud.accounts.add(None, "anna", "anna@example.org", None)
        self.actor = Actor(account.id)
        self.token = self.cloud.grants.bearer(self.actor, "tests", ["docs"], None)
        self._pool = ThreadPoolExecutor(4)
        self._usual = http._pool, http._local
        http.configure(self._pool, self.cloud.is_local)
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._front = Front(Dispatcher(routes(self.cloud)))
        listening = asyncio.run_coroutine_threadsafe(self._front.listen("127.0.0.1", 0), self._loop)
        host, port = listening.result()
        self.url = f"http://{host}:{port}"

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._front.stop(5), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        http.configure(*self._usual)
        self._pool.shutdown()
        self.cloud.close()


@pytest.fixture(scope="module")
def clouds(postgres: Postgres, postgres_template: str, tmp_path_factory: pytest.TempPathFactory):
    """One for each database, made when it is first asked for."""
    made: dict[str, Served] = {}

    def of(engine: str) -> Served:
        for other in list(made):
            if other != engine:  # where core work runs is decided for the whole process
                made.pop(other).close()
        if engine not in made:
            place = f"sqlite://{tmp_path_factory.mktemp(engine) / 'catalog.db'}"
            if engine == "postgres":
                place = postgres.url(postgres.create(template=postgres_template))
            made[engine] = Served(SqlCatalog.open(place))
        return made[engine]

    yield of
    for served in made.values():
        served.close()


class TestOverHttp(SyncTests):
    @pytest.fixture
    def served(self, clouds, engine: str) -> Served:
        return clouds(engine)

    @pytest.fixture
    def new_replica(self, served: Served):
        def make(uid: str):
            name = f"db{next(NAMES)}"
            replica = served.cloud.documents.open(served.actor, name, create=True)
            replica.set_replica_uid(uid)
            replica.url = f"{served.url}/u1db/{name}"
            return replica

        return make

    @pytest.fixture
    def target_of(self, served: Served) -> Iterator:
        made: list[HttpTarget] = []

        def target(replica) -> HttpTarget:
            made.append(HttpTarget(replica.url, {"bearer": {"token": served.token}}))
            return made[-1]

        yield target
        for one in made:
            one.close()
