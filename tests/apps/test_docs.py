"""What docs/first-app.md shows, run as written."""

import re
import subprocess
import sys
from pathlib import Path

from tests.servers import Server, nuvol, serve

PAGE = Path(__file__).parents[2] / "docs" / "first-app.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)


def test_the_first_app_runs_as_written(tmp_path: Path) -> None:
    _, add, allow = blocks("sh")
    with serve(tmp_path / "cloud") as server:
        printed = dict(line.split(" ") for line in run(add, server).splitlines())
        run(allow.replace("KEY", printed["key"]), server)
        program = "\n".join(blocks("python")).replace("http://127.0.0.1:8080", server.url)
        for name, value in printed.items():
            assert f'"the {name}"' in program
            program = program.replace(f'"the {name}"', repr(value))
        done = subprocess.run([sys.executable, "-c", program], text=True, capture_output=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "ann@example.org and ben@example.org are here",
        "['sea.txt']",
        "Somebody was faster: read it again.",
        "received sea.txt",
        "Greetings!",
    ]


def run(command: str, server: Server) -> str:
    """A line of the page, for the cloud of the test."""
    words = [word.strip('"') for word in re.findall(r'"[^"]+"|\S+', command)]
    assert words[:4] == ["nuvol", "admin", "--data", "cloud"]
    return nuvol("admin", "--data", server.data, *words[4:])


def test_the_page_is_all_run() -> None:
    assert len(blocks("python")) == 6 and len(blocks("sh")) == 3
