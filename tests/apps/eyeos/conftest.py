"""One cloud for all desks of a module."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.apps.eyeos.desks import TestDesk, add_apps
from tests.servers import Server, add_account, serve


@pytest.fixture(scope="package")
def server() -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder) / "data") as running:
        add_apps(running)
        add_account(running.data, "bert", "another sesame")
        yield running


@pytest.fixture
def a(tmp_path: Path, server: Server) -> TestDesk:
    return TestDesk(tmp_path / "a", server.url)


@pytest.fixture
def b(tmp_path: Path, server: Server) -> TestDesk:
    return TestDesk(tmp_path / "b", server.url)


@pytest.fixture
def token(server: Server, a: TestDesk) -> dict[str, str]:
    """Of the first account at the storage."""
    return a.enter(server, server.name, server.password)
