"""The programs in the documentation, run as they are written but for the address and the password."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import Server, add_account, nuvol, serve

PAGE = Path(__file__).parents[2] / "docs" / "sync-your-app.md"
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("snippets") / "data"
    add_account(data, "me", "a sesame of my own")
    with serve(data) as server:
        label = ("app-password", "me", "--label", "my app", "--scope", "docs:notes")
        server.password = nuvol("admin", "--data", data, *label).strip()
        yield server


def test_the_page_has_programs() -> None:
    assert [kind for kind, _ in BLOCKS] == ["python", "python", "python", "sh"]
    (first, *_) = BLOCKS
    assert len([line for line in first[1].splitlines() if line.strip()]) <= 20


@pytest.mark.parametrize(("kind", "text"), BLOCKS, ids=[f"{n}-{kind}" for n, (kind, _) in enumerate(BLOCKS, 1)])
def test_a_program_of_the_page_runs(server: Server, tmp_path: Path, kind: str, text: str) -> None:
    text = text.replace("http://127.0.0.1:8080", server.url).replace("nv_p_…", server.password)
    command = [sys.executable, "-c", text] if kind == "python" else ["sh", "-e", "-c", text]
    done = subprocess.run(command, cwd=tmp_path, text=True, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    if kind == "sh":
        assert '"Hello"' in done.stdout
