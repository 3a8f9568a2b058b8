"""D3: whichever call to the disk fails, the answer says so and nothing is left between before and after."""

import errno
import itertools
import json
import subprocess
import sys
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
    for nth in itertools.count(chance(f"{error} {lasting}").randint(1, every), every):
        folder, log = tmp_path / f"{nth}", tmp_path / f"{nth}.log"
        folder.mkdir()
        steps = answers(folder, native.preloaded(folder, nth=nth, error=error, lasting=lasting, trace=log))
        fault = next((record for record in trace.read(log) if record.kind == "f"), None)
        log.unlink()
        if fault is None:
            break
        possible = story.Possible()
        try:
            for step, answer in steps:
                possible.hear(step, answer.split()[0])
            story.judge(folder, possible)
        except Exception as problem:
            told = [f"{' '.join(step)}: {answer}" for step, answer in steps if answer != "done"]
            raise AssertionError(f"call {nth} ({fault.path}) failed, then {told}") from problem
    assert nth > 500


def answers(folder: Path, env: dict[str, str]) -> list[tuple[story.Step, str]]:
    """Each step and what became of it."""
    command = [sys.executable, "-m", "tests.faults.story", str(folder)]
    child = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)
    assert child.returncode == 0, child.stderr
    return [(story.STORY[number], answer) for number, answer in map(json.loads, child.stdout.splitlines())]
