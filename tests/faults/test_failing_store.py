"""D3: whichever call to the disk fails, the answer says so and nothing is left between before and after."""

import errno
import itertools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from nuvol.errors import StoreFailed
from nuvol.stores.catalog.catalog import SqlCatalog
from tests.faults import native, story, trace
from tests.sizes import chance, size

FAULTS = [
    pytest.param(error, lasting, id=f"{errno.errorcode[error]}{' for good' if lasting else ''}")
    for error in (errno.EIO, errno.ENOSPC, errno.EMFILE)
    for lasting in (False, True)
]


@pytest.mark.torture
@pytest.mark.parametrize("error, lasting", FAULTS)
def test_whichever_call_fails_the_state_is_that_before_or_after(tmp_path, error, lasting):
    every = size(150, 1)
    first = chance(f"{error} {lasting}").randint(1, every)
    calls = spoil(tmp_path, "life", None, range(first, 10_000, every), error, lasting)
    assert calls > 500


@pytest.mark.parametrize("lasting", [False, True])
def test_a_commit_whose_sync_fails_is_not_between_before_and_after(tmp_path, lasting):
    """In a small run also the 77th sync, of a step after which others are refused: the failed commit is in the log."""
    every = size(60, 1)
    first = chance(f"{lasting}").randint(1, every)
    syncs = spoil(tmp_path, "life", None, range(first, 1000, every), errno.EIO, lasting, only_syncs=True)
    assert syncs > 80
    spoil(tmp_path, "life", None, range(77, 78), errno.EIO, lasting, only_syncs=True, whole=False)


@pytest.mark.torture
def test_a_commit_that_failed_does_not_come_back_when_its_bytes_were_swept_away(tmp_path):
    prelude = tmp_path / "prelude"
    before = played("prelude", prelude, dict(os.environ)).possible()
    every = size(3, 1)
    first = chance().randint(1, every)
    assert spoil(tmp_path, "aftermath", before, range(first, 1000, every), errno.EIO, False, prelude) > 20


class Forgetful:
    """A catalog whose `nth` write is made, and its answer lost: so a broken line to a database looks."""

    def __init__(self, catalog: SqlCatalog, writes: Iterator[int], nth: int) -> None:
        self._catalog = catalog
        self._writes = writes
        self._nth = nth

    def write(self, unit: Callable[[Any], Any]) -> Any:
        result = self._catalog.write(unit)
        if next(self._writes) == self._nth:
            raise StoreFailed("Nobody knows whether it was written.")
        return result

    def __getattr__(self, name: str) -> Any:
        return getattr(self._catalog, name)


@pytest.mark.torture
def test_whichever_answer_of_the_database_is_lost_the_state_is_that_before_or_after(tmp_path):
    every = size(20, 1)
    for nth in range(chance().randint(1, every), 10_000, every):
        folder, writes, told = tmp_path / f"{nth}", itertools.count(1), story.Told(story.STORY)
        story.play(folder, story.STORY, told.hear, partial(Forgetful, writes=writes, nth=nth))
        told.judge(folder, f"the answer of write {nth} was lost")
        shutil.rmtree(folder)
        if next(writes) <= nth:
            break
    assert nth > 80


def spoil(
    place: Path,
    name: str,
    before: story.Possible | None,
    calls: range,
    error: int,
    lasting: bool,
    prelude: Path | None = None,
    only_syncs: bool = False,
    whole: bool = True,
) -> int:
    """Play the story again and again, each time with another of its calls failing, until it has no more (or `calls`
    have no more and it need not be `whole`); returns about how many it has."""
    for nth in calls:
        folder, log = place / f"{nth}", place / f"{nth}.log"
        if prelude is None:
            folder.mkdir()
        else:
            shutil.copytree(prelude, folder)
        env = native.preloaded(folder, nth=nth, error=error, lasting=lasting, only_syncs=only_syncs, trace=log)
        told = played(name, folder, env, before, lasting)
        fault = next((record for record in trace.read(log) if record.kind == "f"), None)
        log.unlink(missing_ok=True)
        if fault is None:
            return nth
        told.judge(folder, f"call {nth} ({fault.path}) failed")
        assert error == errno.ENOSPC or "store-full" not in str(told)
        shutil.rmtree(folder)
    assert not whole, "the story has no end"
    return calls.stop


def played(
    name: str, folder: Path, env: dict[str, str], before: story.Possible | None = None, for_good: bool = False
) -> story.Told:
    """Play a story in a process of its own."""
    command = [sys.executable, "-m", "tests.faults.story", name, str(folder)]
    child = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)
    assert child.returncode == 0, child.stderr
    told = story.Told(story.STORIES[name], before, for_good)
    for line in child.stdout.splitlines():
        told.hear(*json.loads(line))
    return told
