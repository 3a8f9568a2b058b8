"""litmus, the test suite for WebDAV servers, against the real server (C1)."""

import re
import subprocess
from pathlib import Path

from tests.servers import serve, tool

SUMMARY = re.compile(r"summary for `(\w+)': of (\d+) tests run: (\d+) passed, (\d+) failed")
TESTS = {"basic": 16, "copymove": 13, "props": 30, "locks": 41, "http": 4}
"""How many there are in litmus 0.13: 104."""


def test_every_litmus_test_passes_without_a_warning(tmp_path: Path, place: str) -> None:
    litmus = tool("litmus", "litmus")
    with serve(tmp_path / "data", env={"NUVOL_CATALOG": place}) as server:
        done = subprocess.run(
            [litmus, "-k", server.dav, server.name, server.password],
            env={"TESTS": " ".join(TESTS), "PATH": "/usr/bin:/bin"},
            cwd=tmp_path,  # it writes its traces there
            capture_output=True,
            text=True,
            errors="replace",
        )
    said = done.stdout + done.stderr
    passed = {name: int(passed) for name, _, passed, _ in SUMMARY.findall(said)}
    assert passed == TESTS, said
    assert "WARNING" not in said, said
