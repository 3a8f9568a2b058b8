"""What is the same is kept once: a changed file costs its change, a copy nothing, and a purge takes nobody else's."""

import hashlib
import os
from contextlib import closing
from pathlib import Path

import pytest

from nuvol.clock import DAY, now
from nuvol.model.rules import MiB, Rules
from nuvol.stores.catalog.catalog import SqlCatalog
from tests.core.clouds import World, noise
from tests.faults.crowd import Line, done
from tests.servers import nuvol, serve
from tests.sizes import size

LENGTH = size(200, 1024) * MiB
MOST = 4 * MiB
"""In nine edits of ten; the seed stays, so that it is the same edit every time."""


@pytest.mark.torture
def test_a_change_costs_its_size_a_copy_nothing_and_a_purge_takes_only_its_own(tmp_path: Path) -> None:
    data, first = tmp_path / "data", noise(LENGTH, "first")
    middle = LENGTH // 2
    second = first[:middle] + noise(MiB, "edit") + first[middle + MiB :]
    with serve(data) as server, closing(Line(server)) as line:
        done(line.ask("MKCOL", "/dav/files/films"))
        done(line.ask("PUT", "/dav/files/films/film", first))
    before = taken(data)
    with serve(data) as server, closing(Line(server)) as line:
        done(line.ask("PUT", "/dav/files/films/film", second))
    assert taken(data) - before <= MOST

    before = taken(data)
    with serve(data) as server, closing(Line(server)) as line:
        done(line.ask("COPY", "/dav/files/films", headers={"Destination": "/dav/files/copy"}))
        done(line.ask("DELETE", "/dav/files/films"))
        done(line.ask("DELETE", "/api/v1/trash"))
    assert taken(data) - before < MiB // 2
    sweep(data)
    assert taken(data) <= before - MiB // 2, "the version that only the original had is gone"
    nuvol("doctor", "--data", data, "--scrub")
    with serve(data) as server, closing(Line(server)) as line:
        assert digest(line, "copy/film") == hashlib.sha256(second).hexdigest()
        assert line.ask("GET", "/dav/files/films/film").status == 404


def taken(data: Path) -> int:
    """Bytes of the disk, the catalog included. Asked while no server runs: its log is carried over by then."""
    statuses = [os.lstat(Path(folder) / name) for folder, _, names in os.walk(data) for name in names]
    return sum(status.st_blocks * 512 for status in statuses)


def sweep(data: Path) -> None:
    """As the server does every hour, three days later: for two days what is unused waits, and may be uploaded again."""
    world = World(SqlCatalog.open(data / "nuvol.db"), data, Rules())
    world.clock.time = now() + 3 * DAY
    world.cloud.upkeep.sweep()
    world.cloud.close()


def digest(line: Line, path: str) -> str:
    whole = hashlib.sha256()
    with line.open(f"/dav/files/{path}") as reply:
        while block := reply.read(MiB):
            whole.update(block)
    return whole.hexdigest()
