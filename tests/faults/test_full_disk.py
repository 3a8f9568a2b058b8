"""D4: on a full disk uploads are refused, reading and deleting go on, and what was deleted makes room."""

import errno
import itertools
import os
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

from nuvol.model.rules import KiB, MiB
from tests.faults.crowd import Line, digest, done, there
from tests.faults.small_disk import small_disk
from tests.servers import ADMIN, add_account, nuvol, serve
from tests.sizes import chance

AT_ONCE = {"NUVOL_GRACE_HOURS": "0"}
"""What nothing names any more is not kept for backups: a test does not wait for an hour."""


@pytest.fixture(params=["tmpfs", "ext4"])
def data(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A data folder on a disk of 64 MB."""
    with small_disk(tmp_path / "data", kind=request.param) as folder:
        add_account(folder, *ADMIN)
        yield folder


@contextmanager
def served(data: Path) -> Iterator[Line]:
    with serve(data, env=AT_ONCE) as server, closing(Line(server)) as line:
        yield line


def upload(line: Line, name: str, content: bytes) -> int:
    return line.ask("PUT", f"/dav/files/{name}", content).status


def fill(line: Line) -> dict[str, str]:
    """Upload until nothing fits any more; the digests of what was taken in."""
    dice, kept = chance(), {}
    for size in (MiB, 100 * KiB, 10 * KiB, 0):
        for number in itertools.count():
            name, content = f"{size}-{number}", dice.randbytes(size)
            status = upload(line, name, content)
            if status == 507:
                break
            assert status == 201
            kept[name] = digest(content)
    return kept


@contextmanager
def brim(data: Path) -> Iterator[None]:
    """Others take what is left of the disk, to the last byte."""
    filler = data / f"filler {len(list(data.glob('filler*')))}"
    with filler.open("wb", buffering=0) as file:
        for size in (MiB, 4 * KiB, 1):
            try:
                while file.write(b"\1" * size):
                    pass
            except OSError as error:
                assert error.errno == errno.ENOSPC
    try:
        yield
    finally:
        filler.unlink()


def delete(line: Line, name: str) -> None:
    """As a person does who needs room."""
    done(line.ask("DELETE", f"/dav/files/{name}"))
    done(line.ask("DELETE", "/api/v1/trash"))


def test_a_full_disk_takes_nothing_in_gives_everything_out_and_is_freed_by_deleting(data):
    with served(data) as line:
        kept = fill(line)
        assert len(kept) > 10
        assert upload_in_chunks(line, "endless", 40) == 507
        assert all(there(line, name) == content for name, content in kept.items())
        for name in [name for name in kept if name.startswith(f"{MiB}-")][:4]:
            delete(line, name)
            del kept[name]
        content = os.urandom(2 * MiB)
        until(line, "new", content)
        kept["new"] = digest(content)
        assert all(there(line, name) == content for name, content in kept.items())
    nuvol("doctor", "--data", data, "--scrub")


def test_a_disk_that_others_have_filled_to_the_brim_can_be_freed(data):
    with served(data) as line:
        kept = fill(line)
        with brim(data):
            assert upload(line, "late", b"late") == 507
            assert line.ask("MKCOL", "/dav/files/folder").status == 507
            for name in list(kept)[:5]:
                delete(line, name)
                del kept[name]
            assert all(there(line, name) == content for name, content in kept.items())
        until(line, "late", b"late")
    nuvol("doctor", "--data", data, "--scrub")


def test_a_server_starts_on_a_disk_that_is_full_to_the_brim(data):
    with served(data) as line:
        kept = fill(line)
    with brim(data), served(data) as line:
        assert all(there(line, name) == content for name, content in kept.items())
        delete(line, next(iter(kept)))


def test_a_database_without_any_room_says_so_and_goes_on_when_there_is_some(data):
    with served(data) as line:
        kept = fill(line)
        name = next(iter(kept))
        content, number = kept.pop(name), 0
        with brim(data):
            done(line.ask("DELETE", f"/dav/files/{next(iter(kept))}"))  # the last reserve is given up
            kept.pop(next(iter(kept)))
            with brim(data):
                while rename(line, name, f"renamed {number}") == 201:
                    name = f"renamed {number}"
                    number += 1
                kept[name] = content
                assert all(there(line, name) == content for name, content in kept.items())
        assert rename(line, name, "renamed") == 201
        kept["renamed"] = kept.pop(name)
        assert all(there(line, name) == content for name, content in kept.items())
    nuvol("doctor", "--data", data, "--scrub")


def rename(line: Line, name: str, to: str) -> int:
    reply = line.ask("MOVE", f"/dav/files/{quote(name)}", headers={"Destination": f"/dav/files/{quote(to)}"})
    assert reply.status in (201, 507)
    return reply.status


def until(line: Line, name: str, content: bytes) -> None:
    """Try as a sync client does, until there is room."""
    while (status := upload(line, name, content)) == 507:
        time.sleep(0.5)
    assert status == 201


def upload_in_chunks(line: Line, name: str, megabytes: int) -> int:
    """Without saying how long it is."""
    return line.ask("PUT", f"/dav/files/{name}", (os.urandom(MiB) for _ in range(megabytes))).status
