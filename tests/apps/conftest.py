"""One platform for the tests of a module: starting it takes seconds."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.apps import stack as stacks
from tests.web.conftest import browser

__all__ = ["browser", "stack"]


@pytest.fixture(scope="module")
def stack() -> Iterator[stacks.Stack]:
    with tempfile.TemporaryDirectory() as folder, stacks.stack(Path(folder)) as running:
        yield running
