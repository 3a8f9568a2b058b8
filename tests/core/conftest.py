"""Clouds over both databases and the disk.

`anna` lives in a cloud that many tests share, each with an account of its own; `world` is a cloud for one test,
for what concerns the whole instance. At the end of each test everything must be sound.
"""

from collections.abc import Callable, Iterator

import pytest

from nuvol.model.rules import Rules
from nuvol.stores.catalog.catalog import SqlCatalog
from tests.core.clouds import Home, World
from tests.core.soundness import faults
from tests.engines import Postgres


@pytest.fixture
def world(catalog: SqlCatalog, tmp_path) -> Iterator[World]:
    world = World(catalog, tmp_path / "data")
    yield world
    assert faults(world) == []


@pytest.fixture(scope="session")
def shared_worlds(
    postgres: Postgres, postgres_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], World]]:
    """One for each database, made when it is first asked for."""
    made: dict[str, World] = {}

    def world_on(engine: str) -> World:
        if engine not in made:
            folder = tmp_path_factory.mktemp(engine)
            if engine == "sqlite":
                place = f"sqlite://{folder / 'catalog.db'}"
            else:
                place = postgres.url(postgres.create(template=postgres_template))
            made[engine] = World(SqlCatalog.open(place), folder / "data")
        return made[engine]

    yield world_on
    for world in made.values():
        world.cloud.close()


@pytest.fixture
def small_batches(shared_worlds: Callable[[str], World], engine: str) -> Iterator[World]:
    """The shared cloud; three rows of a tree are many already, so that what takes several units does so here too."""
    world = shared_worlds(engine)
    before = world.cloud
    world.restart(Rules(batch_rows=3))
    yield world
    world.cloud = before


@pytest.fixture
def anna(shared_worlds: Callable[[str], World], engine: str) -> Iterator[Home]:
    home = shared_worlds(engine).home()
    clock = home.world.clock
    before = clock.time
    yield home
    clock.time = max(clock.time, before)  # the next test's rows would be older than those that are there
    assert faults(home.world, home.actor.account_id) == []


@pytest.fixture
def bert(anna: Home) -> Iterator[Home]:
    """Somebody else in the same cloud."""
    home = anna.world.home()
    yield home
    assert faults(home.world, home.actor.account_id) == []


@pytest.fixture
def cara(anna: Home) -> Iterator[Home]:
    """A third one."""
    home = anna.world.home()
    yield home
    assert faults(home.world, home.actor.account_id) == []
