"""D1: what was acknowledged is there after a `kill -9`, nothing is half there, nothing is left over."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPException
from pathlib import Path

import pytest

from nuvol.clock import DAY
from nuvol.core.files.chunking import hash_of
from nuvol.core.files.receiving import Upload
from nuvol.model.accounts import Actor
from nuvol.model.nodes import UploadSession
from nuvol.model.rules import Rules
from nuvol.stores.catalog.catalog import SqlCatalog
from tests.core.clouds import Crash, Home, World, noise, pieces
from tests.core.soundness import faults
from tests.faults.crowd import Crowd, Line, done
from tests.servers import ADMIN, Server, add_account, nuvol, serve
from tests.sizes import chance, size


@pytest.mark.torture
def test_what_two_hundred_clients_were_promised_survives_a_kill(tmp_path):
    dice, data = chance(), tmp_path / "data"
    crowd = None
    for kill in range(size(5, 100)):
        with serve(data) as server:
            if crowd is not None:
                assert list(crowd.complaints(server)) == []
            crowd = Crowd(server, f"round-{kill}", dice)
            crowd.start()
            crowd.wait(dice.randint(1, 500))
            server.kill()
        crowd.join()
        assert_sound(data)
    with serve(data) as server:
        assert list(crowd.complaints(server)) == []


@pytest.mark.parametrize("unit", [1, 2, 3])
def test_an_upload_killed_while_it_became_a_file_goes_on_where_it_was_safe(tmp_path, unit):
    """Its blob is finished by then, and no row names it; a long one has brought pages of its chunk list."""
    world = World(SqlCatalog.open(tmp_path / "nuvol.db"), tmp_path, Rules())
    home = world.home()
    content = noise(1_100 * 1_000)
    chunks = [(hash_of(chunk), chunk) for chunk in pieces(content, 1_000)]
    session = world.cloud.uploads.start(home.actor, home.root.id, "film", size=len(content))
    feed(home, session, chunks[:500]).pause()
    upload = feed(home, session, chunks[500:])

    def dies(number: int) -> None:
        if number >= unit:  # and nothing is tidied up
            raise Crash

    with world.catalog.watched(dies), suppress(Crash):
        upload.commit()
    if home.names() == []:
        cloud = world.restart()
        cloud.upkeep.sweep()
        assert cloud.uploads.session(home.actor, session.id).offset == 500_000
        feed(home, session, chunks[500:]).commit()
    assert home.read("film") == content
    world.clock.move(10 * DAY)
    world.cloud.upkeep.expire()
    world.cloud.upkeep.sweep()
    assert faults(world) == []
    world.cloud.close()


def feed(home: Home, session: UploadSession, chunks: list[tuple[bytes, bytes]]) -> Upload:
    """Go on with an upload where it stands."""
    uploads = home.cloud.uploads
    upload = uploads.resume(home.actor, session.id, uploads.session(home.actor, session.id).offset)
    for hash, chunk in chunks:
        upload.feed_chunk(hash, chunk)
    return upload


# ------------------------------------------------------------------------------------------- changes of trees

NODES = 2_560
"""In a tree: a change of it takes several units."""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A cloud with a large folder “tree”."""
    folder = tmp_path / "data"
    add_account(folder, *ADMIN)
    with opened(folder) as home:
        home.folder("tree/part")
        for number in range(18):
            home.put(f"tree/part/{number}", b"%d" % number)
        count = 20
        while count < NODES:
            home.copy("tree", "tree copy")
            home.move("tree copy", f"tree/copy of {count}")
            count *= 2
    return folder


def copy(line: Line, node_id: int) -> None:
    done(line.ask("COPY", "/dav/files/tree", headers={"Destination": "/dav/files/victim"}))


def trash(line: Line, node_id: int) -> None:
    done(line.ask("DELETE", f"/api/v1/nodes/{node_id}"))


def restore(line: Line, node_id: int) -> None:
    done(line.ask("POST", f"/api/v1/trash/{node_id}/restore", b"{}", {"Content-Type": "application/json"}))


def purge(line: Line, node_id: int) -> None:
    done(line.ask("DELETE", f"/api/v1/trash/{node_id}"))


CHANGES: list[tuple[Callable[[Line, int], None], str]] = [
    (copy, "select count(*) - 2561 from node"),
    (trash, "select count(*) from node where state = 1"),
    (restore, "select 2560 - count(*) from node where state = 1"),
    (purge, "select 5121 - count(*) from node"),
]
"""What is asked for, and how many nodes of the victim it has reached already."""


@pytest.mark.torture
def test_a_tree_is_whole_when_its_change_is_killed(data):
    dice = chance()
    for change, reached in CHANGES * size(1, 25):
        with opened(data) as home:
            node_id = prepared(home, change)
            before = seen(home)
        threshold = dice.randint(0, NODES)
        with serve(data) as server, closing(sqlite3.connect(data / "nuvol.db")) as catalog:
            client = threading.Thread(target=asked, args=(server, change, node_id))
            client.start()
            while client.is_alive() and catalog.execute(reached).fetchone()[0] < threshold:
                pass
            server.kill()
            client.join()
        with serve(data), closing(sqlite3.connect(data / "nuvol.db")) as catalog:
            while catalog.execute("select count(*) from job").fetchone()[0]:
                pass
        assert_sound(data)
        with opened(data) as home:
            after = seen(home)
            assert after in (before, AFTER[change])
            if "victim" in home.trashed():
                home.restore(victim_in_trash(home))
                assert len(home.paths("victim")) == NODES - 1


AFTER = {
    copy: (["tree", "victim"], [], 2 * NODES + 1),
    trash: (["tree"], ["victim"], 2 * NODES + 1),
    restore: (["tree", "victim"], [], 2 * NODES + 1),
    purge: (["tree"], [], NODES + 1),
}


def prepared(home: Home, change: Callable[[Line, int], None]) -> int:
    """Bring the victim where the change takes it from; returns its id."""
    if change is copy:
        for name in home.names():
            if name == "victim":
                home.purge(home.trash("victim"))
        return 0
    if "victim" not in home.names() + home.trashed():
        home.copy("tree", "victim")
    if change is trash:
        return home.id("victim")
    if "victim" in home.names():
        home.trash("victim")
    return victim_in_trash(home)


def victim_in_trash(home: Home) -> int:
    return next(node.id for node in home.cloud.trash.list(home.actor).nodes if node.name == "victim")


def seen(home: Home) -> tuple[list[str], list[str], int]:
    """What is in the root, what in the trash, and how many nodes there are at all."""
    return home.names(), home.trashed(), home.world.rows("select count(*) from node")[0][0]


def asked(server: Server, change: Callable[[Line, int], None], node_id: int) -> None:
    with closing(Line(server)) as line, suppress(OSError, HTTPException):  # the server is gone
        change(line, node_id)


# ---------------------------------------------------------------------------------------------------- after


@contextmanager
def opened(data: Path) -> Iterator[Home]:
    """The first account, in this process."""
    world = World(SqlCatalog.open(data / "nuvol.db"), data, Rules())
    try:
        yield Home(world, Actor(world.rows("select id from account")[0][0]))
    finally:
        world.cloud.close()


def assert_sound(data: Path) -> None:
    """Nothing is lost or damaged, and after the sweep of a start nothing is left over."""
    nuvol("doctor", "--data", data, "--scrub")
    with opened(data) as home:
        world = home.world
        world.cloud.upkeep.resume()
        world.cloud.upkeep.sweep()
        assert faults(world) == []
        unfinished = {(key.account_id, key.id) for key, _ in world.blobs.unfinished()}
        assert unfinished <= world.catalog.read(lambda tx: tx.uploads.blob_ids())
