"""What docs/first-app.md shows, run as written."""

import re
import subprocess
import sys
from pathlib import Path

from tests.apps.stack import needs_platform
from tests.servers import nuvol, serve

PAGE = Path(__file__).parents[2] / "docs" / "first-app.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)


@needs_platform
def test_the_first_app_runs_as_written(tmp_path: Path) -> None:
    _, add = blocks("sh")
    with serve(tmp_path / "cloud") as server:
        command = ["admin", "--data", str(server.data), *re.findall(r'"[^"]+"|\S+', add)[4:]]
        printed = dict(line.split(" ") for line in nuvol(*[word.strip('"') for word in command]).splitlines())
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


def test_the_page_is_all_run() -> None:
    assert len(blocks("python")) == 6 and len(blocks("sh")) == 2
