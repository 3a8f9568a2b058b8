"""Garbage goes, and nothing else (D11)."""

import os
import threading

import pytest

from nuvol.clock import HOUR
from nuvol.errors import Busy
from nuvol.model.rules import MiB, Rules
from nuvol.stores.base import BlobKey
from tests.core.clouds import Home, World, noise
from tests.core.test_uploads import chunks_of

LARGE = noise(3 * MiB, "sweep")
GRACE = 48 * HOUR
OVER = GRACE + HOUR + 1
"""What an upload found known, or suspected to be, is kept an hour longer than an upload may take."""


TABLES = [
    *("node", "property", "word", "version", "content", "content_page", "inline", "chunk", "blobs", "journal"),
    *("dav_lock", "upload", "upload_chunk", "job", "grants", "handle"),
]
"""Where rows of an account may lie."""


def blobs(world: World) -> set[BlobKey]:
    return {key for key, _ in world.blobs.list()}


def room_taken(world: World, key: BlobKey) -> int:
    """Bytes on the disk, holes left out."""
    return os.stat(world.blobs._path(key)).st_blocks * 512


@pytest.fixture
def anna(world) -> Home:
    return world.home()


def test_what_nothing_names_goes_after_the_grace_and_not_before(world, anna):
    anna.put("f", LARGE)
    anna.purge(anna.trash("f"))
    count = len(chunks_of(LARGE))
    assert anna.used == 0 and len(blobs(world)) == 1
    world.clock.move(GRACE)
    assert world.cloud.upkeep.sweep().chunks == 0 and len(blobs(world)) == 1
    world.clock.move(1)
    swept = world.cloud.upkeep.sweep()
    assert (swept.chunks, swept.blobs, swept.orphans) == (count, 1, 0)
    assert blobs(world) == set() and world.rows("select * from chunk") == world.rows("select * from blobs") == []


def test_what_is_named_again_within_the_grace_stays(world, anna):
    anna.put("f", LARGE)
    anna.purge(anna.trash("f"))
    world.clock.move(GRACE)
    anna.put("again", LARGE)
    world.clock.move(10 * GRACE)
    assert world.cloud.upkeep.sweep().chunks == 0
    assert anna.read("again") == LARGE and len(blobs(world)) == 1, "no byte was written twice"


def test_what_still_lives_in_a_blob_keeps_its_bytes_when_the_rest_is_freed(world, anna):
    anna.put("f", LARGE)
    key = BlobKey(anna.actor.account_id, anna.node("f").blob_id)
    anna.put("g", LARGE[:MiB] + b"another end")
    before = room_taken(world, key)
    anna.purge(anna.trash("f"))
    world.clock.move(OVER)
    assert world.cloud.upkeep.sweep().chunks > 0
    assert anna.read("g") == LARGE[:MiB] + b"another end"
    assert key in blobs(world) and room_taken(world, key) < before - MiB
    anna.put("h", LARGE)
    assert anna.read("h") == LARGE, "what was freed is brought anew"


def test_a_blob_that_somebody_else_has_too_is_never_punched(world, anna):
    """A friend's copy is the same bytes under another key: the sweep takes what lives elsewhere instead."""
    anna.put("f", LARGE)
    key, friends = BlobKey(anna.actor.account_id, anna.node("f").blob_id), BlobKey(99, 1)
    anna.put("g", LARGE[-300_000:] + b"x")
    anna.put("h", LARGE[-300_000:] + b"y" + noise(MiB, "h"))
    world.blobs.link(key, friends)
    keep = sum(row[0] for row in world.rows("select length from chunk where blob_id = ? and refs > 1", key.id))
    anna.purge(anna.trash("f"))
    world.clock.move(OVER)
    world.cloud.upkeep.sweep(orphans_after=3600)
    assert world.blobs.read(friends, 0, len(LARGE)) == LARGE
    assert anna.read("g") == LARGE[-300_000:] + b"x" and anna.read("h").startswith(LARGE[-300_000:])
    assert key not in blobs(world)
    moved = world.rows("select size from blobs where size = ?", keep)
    assert keep == 0 or moved, "what lives on has a blob of its own"
    world.blobs.delete(friends)


def test_a_blob_that_is_mostly_alive_is_left_as_it_is(world, anna):
    parts = chunks_of(LARGE)
    anna.put("f", LARGE)
    key = BlobKey(anna.actor.account_id, anna.node("f").blob_id)
    kept = b"".join(parts[1:])
    anna.put("g", b"z" + kept)
    anna.put("g", kept)
    world.blobs.link(key, BlobKey(99, 1))
    anna.purge(anna.trash("f"))
    world.clock.move(OVER)
    world.cloud.upkeep.sweep(orphans_after=3600)
    assert key in blobs(world) and anna.read("g") == kept
    world.blobs.delete(BlobKey(99, 1))


def test_a_lost_blob_does_not_stop_the_sweep(world, anna):
    for name in ("lost", "other"):
        anna.put(name, noise(MiB, name))
    anna.put("half", noise(MiB, "lost")[:600_000] + b"x")
    world.blobs.delete(BlobKey(anna.actor.account_id, anna.node("lost").blob_id))
    for name in ("lost", "other", "half"):
        anna.purge(anna.trash(name))
    world.clock.move(OVER)
    world.cloud.upkeep.sweep()
    assert blobs(world) == set()


# ------------------------------------------------------------------------------------------ files without rows


def orphan(world: World, key: BlobKey) -> None:
    writer = world.blobs.begin(key)
    writer.append([b"orphan"])
    writer.commit()


def test_files_that_no_row_names_are_swept(world, anna):
    anna.put("f", LARGE)
    kept = blobs(world)
    orphan(world, BlobKey(anna.actor.account_id, 5))
    world.blobs.begin(BlobKey(anna.actor.account_id, 6)).close()
    world.cloud.upkeep.sweep(orphans_after=3600)
    assert len(blobs(world)) == 2 and len(list(world.blobs.unfinished())) == 1, "too young"
    assert world.cloud.upkeep.sweep(orphans_after=0).orphans == 2
    assert blobs(world) == kept and list(world.blobs.unfinished()) == []


def test_what_is_being_received_is_no_garbage(world, anna):
    upload = anna.cloud.uploads.begin(anna.actor, anna.root.id, "f")
    upload.feed(LARGE)
    session = anna.cloud.uploads.start(anna.actor, anna.root.id, "g", size=None)
    resumed = anna.cloud.uploads.resume(anna.actor, session.id, 0)
    resumed.feed(noise(2 * MiB, "resumed"))
    assert world.cloud.upkeep.sweep(orphans_after=0).orphans == 0
    session = resumed.pause()
    assert world.cloud.upkeep.sweep(orphans_after=0).orphans == 0
    upload.commit()
    anna.cloud.uploads.resume(anna.actor, session.id, session.offset).commit()
    assert world.cloud.upkeep.sweep(orphans_after=0).orphans == 0
    assert anna.read("f") == LARGE and anna.read("g") == noise(2 * MiB, "resumed")


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> int:
    """Contents of several pages without gigabytes: pages of four chunks."""
    for module in ("receiving", "contents", "reads"):
        monkeypatch.setattr(f"nuvol.core.files.{module}.PAGE", 4)
    return 4


def paged(world: World) -> list[tuple]:
    return world.rows("select page from content_page where page > 0")


def test_a_long_content_is_brought_and_taken_away_page_by_page(world, anna, small_chunks):
    data = noise(9 * MiB, "long")
    pages = (len(chunks_of(data)) - 1) // 4 + 1
    assert pages > 3
    units: list[int] = []
    with world.catalog.watched(units.append):
        anna.put("f", data)
    assert len(units) >= pages
    assert anna.read("f") == data and anna.used == len(data) and len(paged(world)) == pages - 1
    assert anna.cloud.reads.at(anna.actor, "f").read(5 * MiB, 100) == data[5 * MiB : 5 * MiB + 100]
    anna.put("again", data)
    assert anna.used == len(data) and len(paged(world)) == pages - 1
    anna.purge(anna.trash("f"))
    assert anna.read("again") == data
    units.clear()
    with world.catalog.watched(units.append):
        anna.purge(anna.trash("again"))
    assert len(units) >= pages and anna.used == 0 and world.rows("select * from content") == []


def test_a_long_content_that_does_not_fit_leaves_nothing(world, anna, small_chunks):
    data = noise(9 * MiB, "long")
    anna.set_quota(6 * MiB)
    with pytest.raises(Exception, match="fit"):
        anna.put("f", data)
    assert anna.used == 0 and world.rows("select * from content") == []
    world.clock.move(OVER)
    world.cloud.upkeep.sweep()
    assert blobs(world) == set()


def test_a_sweep_between_two_pages_takes_nothing_of_a_content_that_is_being_brought(world, anna, small_chunks):
    """Its first pages are known chunks, so its own blob is empty for a moment."""
    data = noise(9 * MiB, "long")
    anna.put("old", data)
    units: list[int] = []

    def sweeps(unit: int) -> None:
        units.append(unit)
        world.clock.move(HOUR)
        world.cloud.upkeep.sweep(orphans_after=0)

    with world.catalog.watched(sweeps):
        anna.write(anna.root.id, "new", data + noise(3 * MiB, "more"), run=20 * MiB)
    assert len(units) > 3 and anna.read("new") == data + noise(3 * MiB, "more")


def test_a_content_whose_first_pages_were_taken_for_garbage_is_never_committed(world, anna, small_chunks):
    """A machine that sleeps for days in the middle of a commit."""

    def sleeps(unit: int) -> None:
        world.clock.move(2 * GRACE)
        world.cloud.upkeep.sweep(orphans_after=0)

    with world.catalog.watched(sleeps), pytest.raises(Busy):
        anna.write(anna.root.id, "f", noise(9 * MiB, "long"), run=20 * MiB)
    assert anna.names() == [] and anna.used == 0


def test_versions_and_trees_of_long_contents_are_let_go_of_at_once(world, anna, small_chunks):
    data = noise(6 * MiB, "long")
    node = anna.put("f", data)
    anna.put("f", b"short")
    anna.cloud.versions.remove(anna.actor, node.id, 1)
    assert anna.used == 5
    anna.put("f", data)
    anna.put("f", b"short")
    world.clock.move(100 * 24 * HOUR)
    assert world.cloud.versions.thin() == 2 and anna.used == 5


def test_a_purge_in_the_middle_of_a_long_download_breaks_it_off_or_lets_it_end(world, anna, small_chunks):
    """It never sends a wrong byte (D11)."""
    data = noise(9 * MiB, "long")
    anna.put("old", data[: 4 * MiB])
    anna.put("f", data)
    blocks = anna.cloud.reads.at(anna.actor, "f").blocks()
    read = next(blocks)
    for name in ("f", "old"):
        anna.purge(anna.trash(name))
    world.cloud.upkeep.sweep()
    try:
        for block in blocks:
            read += block
    except Exception:
        assert len(read) < len(data)
    assert data.startswith(read)


# ------------------------------------------------------------------------------------------ races and accounts


def test_two_sweeps_at_once_do_no_harm(world, anna):
    for i in range(4):
        anna.put(f"f{i}", noise(MiB, i))
        anna.put(f"g{i}", noise(MiB, i)[:600_000] + b"x")
        anna.purge(anna.trash(f"f{i}"))
    world.clock.move(OVER)
    threads = [threading.Thread(target=world.cloud.upkeep.sweep) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [anna.read(f"g{i}") for i in range(4)] == [noise(MiB, i)[:600_000] + b"x" for i in range(4)]


def test_a_removed_account_leaves_nothing(world, small_chunks):
    world.restart(Rules(batch_rows=3))
    anna, bert = world.home(), world.home()
    bert.put("f", LARGE)
    anna.folders("a/b/c", "d")
    for path in ("f", "a/f", "a/b/f"):
        anna.put(path, noise(9 * MiB, "long") if path == "f" else path.encode())
        anna.cloud.tree.set_properties(anna.actor, anna.id(path), {"{n}p": "<p/>"}, [])
    anna.trash("a/b")
    anna.cloud.locks.lock(anna.actor, anna.id("f"), owner="", deep=False, exclusive=True, seconds=60)
    session = anna.cloud.uploads.start(anna.actor, anna.root.id, "g", size=None)
    upload = anna.cloud.uploads.resume(anna.actor, session.id, 0)
    upload.feed(noise(MiB, "unfinished"))
    upload.pause()
    world.cloud.accounts.remove(None, anna.actor.account_id)
    world.clock.move(OVER)
    world.cloud.upkeep.expire()
    world.cloud.upkeep.sweep(orphans_after=0)
    left = {
        table: rows
        for table in TABLES
        if (rows := world.rows(f"select * from {table} where account_id = ?", anna.actor.account_id))
    }
    assert left == {}
    assert {key.account_id for key in blobs(world)} == {bert.actor.account_id}
    assert list(world.blobs.unfinished()) == [] and bert.read("f") == LARGE


def test_what_an_upload_brought_for_an_account_that_is_gone_is_swept(world, anna, small_chunks):
    data = noise(9 * MiB, "long")

    def removes(unit: int) -> None:
        if unit == 3:
            world.cloud.accounts.remove(None, anna.actor.account_id)

    with world.catalog.watched(removes), pytest.raises(Exception, match="account"):
        anna.put("f", data)
    world.clock.move(2 * GRACE)
    world.cloud.upkeep.sweep()
    world.cloud.upkeep.sweep()
    assert world.rows("select * from content") == world.rows("select * from chunk") == []
    assert blobs(world) == set()
