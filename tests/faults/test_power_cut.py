"""D2: whatever a power cut leaves of the disk, it opens, it is whole, and what was acknowledged is there."""

import subprocess
import sys

import pytest

from tests.faults import native, power, story
from tests.sizes import chance, size


@pytest.mark.torture
def test_every_state_that_a_power_cut_leaves_is_whole(tmp_path):
    folder, trace, states = tmp_path / "data", tmp_path / "trace", tmp_path / "states"
    folder.mkdir()
    states.mkdir()
    command = [sys.executable, "-m", "tests.faults.story", "life", str(folder), str(trace)]
    subprocess.run(command, env=native.preloaded(folder, trace=trace), check=True, timeout=120)
    looked_at = 0
    for state in power.states(trace, folder, states, share=size(15, 100) / 100, seed=chance().randrange(1 << 32)):
        looked_at += 1
        told = story.Told(story.STORY)
        for mark in state.marks:
            number, answer = mark.split(maxsplit=1)
            told.hear(int(number), answer)
        told.judge(state.folder, state.story)
    assert looked_at > 150
