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
        try:
            story.judge(state.folder, told(state.marks))
        except Exception as error:
            raise AssertionError(f"{state.story}, after “{' · '.join(state.marks[-2:])}”") from error
    assert looked_at > 150


def told(marks: list[str]) -> story.Possible:
    """What may be after these answers, the last step perhaps without one."""
    possible = story.Possible()
    for mark, following in zip(marks, [*marks[1:], ""], strict=True):
        number, answer = mark.split()[:2]
        if answer != "begun" or not following:
            possible.hear(story.STORY[int(number)], answer)
    return possible
