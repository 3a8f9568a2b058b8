"""rclone, with each of its kinds of WebDAV server: what goes up comes down again, and nothing goes twice (C2)."""

import json
import os
import random
import subprocess
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import Server, serve, tool

DIFFICULT = [
    " leading and trailing ",
    "dot at the end.",
    "...",
    ".hidden",
    "100% %20 %2F %zz",
    "a+b&c=d;e@f:g,h",
    "what?#fragment",
    "back\\slash",
    'it\'s "quoted" `so`',
    "<b>&amp;]]>",
    "*[glob]{a,b}~$HOME",
    "new\nline\ttab",
    "bell\x07escape\x1bdelete\x7f",
    "no\ufffecharacter\uffff",
    unicodedata.normalize("NFC", "Àé ñ composed"),
    unicodedata.normalize("NFD", "Öü decomposed"),
    "Ω kelvin K ångström Å",
    "\u202egnp.rtl",
    "zero\u200bwidth\u200d\ufeff",
    "👩‍👩‍👧‍👦 family 🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "日本語 العربية עברית हिन्दी",
    "con",
    "NUL.txt",
    "x" * 251,
    "ü" * 127,
    "CASE",
    "case",
]

SMALL = 40
"""Bytes of an ordinary file here; one in fifty is larger than what rests in the catalog."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serve(tmp_path_factory.mktemp("rclone") / "data") as server:
        yield server


def grow(top: Path, count: int, seed: int) -> list[Path]:
    """A tree of `count` files below folders with difficult names; times between 1971 and 2100."""
    chance = random.Random(seed)
    folders = [top]
    for number, name in enumerate(DIFFICULT):
        folders.append(folders[number // 3] / name)
    for each in folders:
        each.mkdir(parents=True, exist_ok=True)
    files = []
    for number in range(count):
        name = DIFFICULT[number % len(DIFFICULT)]
        folder = folders[number % len(folders)]
        if number >= len(DIFFICULT) or (folder / name).exists():
            name = f"{number} {name}".encode()[:255].decode(errors="ignore")
        file = folder / name
        write(file, chance, 100_000 if number % 50 == 7 else SMALL)
        files.append(file)
    return files


def write(file: Path, chance: random.Random, size: int) -> None:
    file.write_bytes(chance.randbytes(size))
    time = chance.randrange(31_536_000, 4_102_444_800)
    os.utime(file, (time, time))


def seen(folder: Path, times: bool) -> dict[str, tuple[bytes, int]]:
    """Everything in a tree: {path: (content, seconds of modification)}."""
    return {
        str(file.relative_to(folder)): (file.read_bytes(), int(file.stat().st_mtime) if times else 0)
        for file in folder.rglob("*")
        if file.is_file()
    }


class Rclone:
    def __init__(self, server: Server, vendor: str) -> None:
        self._program = tool("rclone", "rclone")
        secret = subprocess.run(
            [self._program, "obscure", server.password], check=True, text=True, capture_output=True
        ).stdout.strip()
        settings = {"TYPE": "webdav", "URL": server.dav, "VENDOR": vendor, "USER": server.name, "PASS": secret}
        self._env = {
            **{name: value for name, value in os.environ.items() if not name.startswith("RCLONE_")},
            **{f"RCLONE_CONFIG_NUVOL_{name}": value for name, value in settings.items()},
            "RCLONE_CONFIG": os.devnull,
        }

    def __call__(self, *args: str | Path) -> list[str]:
        """Run it; returns what it says it did to each object, such as "Copied (new)". Fails on any error."""
        command = [self._program, *map(str, args), "--use-json-log", "-v", "--retries", "1"]
        done = subprocess.run(command, env=self._env, text=True, capture_output=True)
        lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
        errors = [line["msg"] for line in lines if line["level"] == "error"]
        assert done.returncode == 0 and not errors, done.stderr[-4000:]
        return [line["msg"] for line in lines if "object" in line]

    def sync(self, source: str | Path, target: str | Path) -> dict[str, int]:
        """How many files it sent and deleted."""
        done = self("sync", source, target)
        return {
            "sent": sum(message.startswith(("Copied", "Updated")) for message in done),
            "deleted": sum(message == "Deleted" for message in done),
        }


@pytest.mark.parametrize(
    "vendor, count, keeps_times", [("owncloud", 2000, True), ("nextcloud", 100, True), ("other", 100, False)]
)
def test_a_tree_goes_up_changes_and_comes_down(
    server: Server, tmp_path: Path, vendor: str, count: int, keeps_times: bool
) -> None:
    rclone = Rclone(server, vendor)
    source, remote, target = tmp_path / "up", f"nuvol:{vendor}", tmp_path / "down"
    files = grow(source, count, seed=count)

    assert rclone.sync(source, remote) == {"sent": count, "deleted": 0}
    by = () if keeps_times else ("--download",)  # the plain kind knows no checksums
    rclone("check", source, remote, *by)
    assert rclone.sync(source, remote) == {"sent": 0, "deleted": 0}

    chance = random.Random(1)
    for file in files[0::20]:  # other content, other size
        write(file, chance, SMALL + 1)
    for file in files[1::20]:
        file.unlink()
    for file in files[2::20]:
        file.rename(file.with_name(f"new {file.stem[:50]}"))
    part = len(files[0::20])
    assert rclone.sync(source, remote) == {"sent": 2 * part, "deleted": 2 * part}
    assert rclone.sync(source, remote) == {"sent": 0, "deleted": 0}

    assert rclone.sync(remote, target)["sent"] == count - part
    assert seen(target, keeps_times) == seen(source, keeps_times)
    rclone("check", target, remote, *by)


def test_changed_bytes_of_the_same_size_are_noticed_by_their_checksum(server: Server, tmp_path: Path) -> None:
    rclone = Rclone(server, "owncloud")
    source = tmp_path / "up"
    source.mkdir()
    file = source / "a.bin"
    file.write_bytes(b"one")
    os.utime(file, (1_000_000_000, 1_000_000_000))
    rclone("sync", source, "nuvol:checksum")
    file.write_bytes(b"two")
    os.utime(file, (1_000_000_000, 1_000_000_000))
    assert rclone("sync", "--checksum", source, "nuvol:checksum") == ["Copied (replaced existing)"]
    assert rclone("sync", "--checksum", source, "nuvol:checksum") == []


def test_files_and_folders_are_moved_and_copied_on_the_server(server: Server, tmp_path: Path) -> None:
    rclone = Rclone(server, "owncloud")
    source = tmp_path / "up"
    grow(source, 30, seed=3)
    rclone("sync", source, "nuvol:from")
    rclone("copy", "nuvol:from", "nuvol:copied")
    rclone("move", "nuvol:from", "nuvol:moved")
    for name in ("copied", "moved"):
        rclone("check", source, f"nuvol:{name}")
        rclone("purge", f"nuvol:{name}")
