"""A cloud in memory on both databases, and the people of it."""

import asyncio
from collections.abc import Iterator

import pytest
import uvloop

from nuvol.core.cloud import Cloud
from nuvol.stores.catalog.catalog import SqlCatalog
from tests.faces.matrix import Town, open_town
from tests.faces.native import Person, in_process, person, signed_in


@pytest.fixture
def cloud(catalog: SqlCatalog) -> Iterator[Cloud]:
    with in_process(catalog) as cloud:
        yield cloud


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        yield runner


@pytest.fixture
def anna(cloud: Cloud, runner: asyncio.Runner) -> Person:
    return person(cloud, runner)


@pytest.fixture
def stranger(cloud: Cloud, runner: asyncio.Runner) -> Person:
    return Person(cloud, runner, None)


@pytest.fixture
def admin(cloud: Cloud, runner: asyncio.Runner) -> Person:
    return signed_in(cloud, runner, "root", admin=True)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with open_town(tmp_path_factory.mktemp("town")) as town:
        yield town
