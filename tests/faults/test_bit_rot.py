"""D6: bytes that changed on the disk never leave as if they were right, and the doctor names them all."""

import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import IncompleteRead
from pathlib import Path

import pytest

from nuvol.model.rules import KiB, MiB
from tests.faults.crowd import Line, done
from tests.servers import NUVOL, serve
from tests.sizes import chance


def blobs(data: Path) -> Iterator[Path]:
    """The files, oldest first."""
    with closing(sqlite3.connect(data / "nuvol.db")) as catalog:
        for account_id, blob_id in catalog.execute("select account_id, id from blobs order by id").fetchall():
            yield data / "blobs" / f"{account_id:x}" / f"{blob_id & 0xFF:02x}" / f"{blob_id:x}"


def flip(path: Path, offset: int) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 0x10]))


def arrives(line: Line, path: str) -> bytes:
    """What comes before the line is cut; b"" when a failure is said at once."""
    try:
        reply = line.ask("GET", path)
    except IncompleteRead as broken:
        line.close()  # the next question opens it again
        return broken.partial
    assert reply.status == 500, "all of it came"
    return b""


def by_path(line: Line) -> str:
    return "/dav/files/film"


def by_id(line: Line) -> str:
    found = done(line.ask("GET", "/api/v1/nodes/by-path?path=film"))
    return f"/api/v1/nodes/{found.json()['id']}/content"


@pytest.mark.parametrize("address", [by_path, by_id])
def test_a_download_breaks_off_before_the_first_wrong_byte(tmp_path: Path, address: Callable[[Line], str]) -> None:
    dice = chance()
    content = dice.randbytes(8 * MiB)
    later = content[: 3 * MiB] + dice.randbytes(100 * KiB) + content[3 * MiB + 100 * KiB :]
    with serve(tmp_path / "data") as server, closing(Line(server)) as line:
        for version in (content, later):  # the second one shares most chunks with the first: it goes through chunks
            done(line.ask("PUT", "/dav/files/film", version))
        assert done(line.ask("GET", address(line))).body == later
        wrong = dice.randrange(5 * MiB, 8 * MiB)
        flip(next(blobs(server.data)), wrong)
        found = arrives(line, address(line))
        assert later.startswith(found) and 3 * MiB < len(found) <= wrong
        part = done(line.ask("GET", address(line), headers={"Range": f"bytes=0-{MiB - 1}"}))
        assert (part.status, part.body) == (206, later[:MiB])


def test_a_scrub_beside_the_server_names_all_and_none_is_handed_out_any_more(tmp_path: Path) -> None:
    dice = chance()
    with serve(tmp_path / "data") as server, closing(Line(server)) as line:
        contents = {f"/dav/files/{number}": dice.randbytes(70 * KiB) for number in range(100)}
        for path, content in contents.items():
            done(line.ask("PUT", path, content))
        done(line.ask("PUT", "/dav/files/sound", b"sound" * 20_000))
        for path in list(blobs(server.data))[:100]:
            flip(path, dice.randrange(70 * KiB))
        scrub = subprocess.run([NUVOL, "doctor", "--data", server.data, "--scrub"], capture_output=True, text=True)
        assert scrub.returncode == 1
        assert all(f"blob {int(path.name, 16)} " in scrub.stdout for path in list(blobs(server.data))[:100])
        assert all(f"“{number}”" in scrub.stdout for number in range(100)) and "“sound”" not in scrub.stdout
        for path in contents:
            assert arrives(line, path) == b""
        assert done(line.ask("GET", "/dav/files/sound")).body == b"sound" * 20_000
