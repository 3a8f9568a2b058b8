"""D3: whichever call to the disk fails, the answer says so and nothing is left between before and after."""

import errno
import json
import os
import shutil
import subprocess
import sys
from copy import deepcopy
from pathlib import Path

import pytest

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
    calls = spoil(tmp_path, "life", story.Possible(), range(first, 10_000, every), error, lasting)
    assert calls > 500


@pytest.mark.torture
def test_a_commit_that_failed_does_not_come_back_when_its_bytes_were_swept_away(tmp_path):
    prelude = tmp_path / "prelude"
    possible = story.Possible()
    told = answers("prelude", prelude, dict(os.environ))
    for step, answer in told:
        possible.hear(step, answer)
    every = size(3, 1)
    first = chance().randint(1, every)
    assert spoil(tmp_path, "aftermath", possible, range(first, 1000, every), errno.EIO, False, prelude) > 20


def spoil(
    place: Path,
    name: str,
    before: story.Possible,
    calls: range,
    error: int,
    lasting: bool,
    prelude: Path | None = None,
) -> int:
    """Play the story again and again, each time with another of its calls failing, until it has no more; returns
    about how many it has."""
    for nth in calls:
        folder, log = place / f"{nth}", place / f"{nth}.log"
        if prelude is None:
            folder.mkdir()
        else:
            shutil.copytree(prelude, folder)
        told = answers(name, folder, native.preloaded(folder, nth=nth, error=error, lasting=lasting, trace=log))
        fault = next((record for record in trace.read(log) if record.kind == "f"), None)
        log.unlink(missing_ok=True)
        if fault is None:
            return nth
        possible = deepcopy(before)
        try:
            for step, answer in told:
                assert error == errno.ENOSPC or "store-full" not in answer
                possible.hear(step, answer.split()[0])
            story.judge(folder, possible)
        except Exception as problem:
            failures = [f"{' '.join(step)}: {answer}" for step, answer in told if answer != "done"]
            raise AssertionError(f"call {nth} ({fault.path}) failed, then {failures}") from problem
        shutil.rmtree(folder)
    raise AssertionError("the story has no end")


def answers(name: str, folder: Path, env: dict[str, str]) -> list[tuple[story.Step, str]]:
    """Each step of a story and what became of it."""
    command = [sys.executable, "-m", "tests.faults.story", name, str(folder)]
    child = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)
    assert child.returncode == 0, child.stderr
    return [(story.STORIES[name][number], answer) for number, answer in map(json.loads, child.stdout.splitlines())]
