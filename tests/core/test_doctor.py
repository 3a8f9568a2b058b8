"""The doctor names every fault that is there and none that is not (D6, U4)."""

import itertools
import os
from collections.abc import Callable
from contextlib import suppress

import pytest

from nuvol.clock import HOUR
from nuvol.errors import Damaged
from nuvol.model.rules import KiB, MiB, Rules
from nuvol.stores.base import BlobKey
from tests.core.clouds import Crash, Home, World, noise
from tests.core.soundness import faults
from tests.core.test_uploads import chunks_of
from tests.sizes import chance, size

LARGE = noise(2 * MiB, "doctor")


@pytest.fixture
def world(catalog, tmp_path) -> World:
    """Not the common one, whose end is a healthy cloud."""
    return World(catalog, tmp_path / "data")


@pytest.fixture
def anna(world) -> Home:
    """With every kind of thing there may be."""
    home = world.home()
    home.folders("a/b", "empty")
    home.put("small", b"small")
    home.put("nothing")
    home.put("a/whole", LARGE)
    home.put("a/chunked", LARGE + b"more")
    home.put("a/b/gone", b"gone")
    home.trash("a/b/gone")
    home.copy("a", "copy")
    session = home.cloud.uploads.start(home.actor, home.root.id, "unfinished", size=None)
    upload = home.cloud.uploads.resume(home.actor, session.id, 0)
    upload.feed(noise(MiB, "unfinished"))
    upload.pause()
    home.put("freed", noise(MiB, "freed"))
    home.purge(home.trash("freed"))
    return home


def findings(world: World, scrub: bool = False) -> list[str]:
    return [finding.text for finding in world.cloud.doctor.examine(scrub=scrub)]


def harms(world: World, scrub: bool = False) -> list[str]:
    return [finding.text for finding in world.cloud.doctor.examine(scrub=scrub) if finding.harm]


def path_of(home: Home, blob_id: int) -> str:
    return home.world.blobs._path(BlobKey(home.actor.account_id, blob_id))


def flip(home: Home, blob_id: int, at: int) -> None:
    with open(path_of(home, blob_id), "r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 0x10]))


def test_a_healthy_cloud_has_no_findings(world, anna):
    assert findings(world) == findings(world, scrub=True) == []
    world.clock.move(1000 * HOUR)
    world.cloud.upkeep.expire()
    world.cloud.upkeep.sweep()
    assert findings(world, scrub=True) == faults(world) == []


def set_used(home: Home) -> None:
    home.world.run("update account set used = used + 1")


def lose_root(home: Home) -> None:
    home.world.run("delete from node where parent_id is null")


def lose_folder(home: Home) -> None:
    home.world.run("delete from node where name = 'b'")


def lose_content(home: Home) -> None:
    home.world.run("delete from content where chunks > 1")


def lose_inline(home: Home) -> None:
    home.world.run("delete from inline where length(data) = 5")


def lose_blob(home: Home) -> None:
    os.unlink(path_of(home, home.node("a/whole").blob_id))


def cut_blob(home: Home) -> None:
    os.truncate(path_of(home, home.node("a/whole").blob_id), len(LARGE) - 1)


def lose_chunk(home: Home) -> None:
    home.world.run("delete from chunk where start = 0 and refs > 1")


def lose_page(home: Home) -> None:
    home.world.run("delete from content_page")


def swap_chunks(home: Home) -> None:
    (hash, packed) = home.world.rows("select hash, chunks from content_page")[0]
    home.world.run("update content_page set chunks = ? where hash = ?", packed[36:72] + packed[:36] + packed[72:], hash)


def miscount(home: Home) -> None:
    home.world.run("update chunk set refs = refs - 1 where refs > 1")


FAULTS: dict[str, tuple[Callable[[Home], None], str]] = {
    "bytes used": (set_used, "is said to use"),
    "root": (lose_root, "has no root folder"),
    "folder": (lose_folder, "The folder of node"),
    "content": (lose_content, "The content of version"),
    "inline": (lose_inline, "inline content"),
    "blob": (lose_blob, "is missing"),
    "short blob": (cut_blob, "bytes instead of"),
    "chunk": (lose_chunk, "lost or damaged"),
    "page": (lose_page, "chunk list"),
    "order of chunks": (swap_chunks, "chunk list"),
    "references": (miscount, "references to chunks"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_in_rows_and_files_is_named(world, anna, fault):
    damage, words = FAULTS[fault]
    damage(anna)
    assert any(words in text for text in harms(world)), harms(world)


def damage_inline(home: Home) -> None:
    home.world.run("update inline set data = ? where length(data) = 5", b"smalL")


def damage_whole(home: Home) -> None:
    flip(home, home.node("a/whole").blob_id, 1000)


@pytest.mark.parametrize(
    ("damage", "words"), [(damage_inline, "Inline content"), (damage_whole, "version 1 of “whole”")]
)
def test_a_changed_byte_is_found_by_scrubbing_only(world, anna, damage, words):
    damage(anna)
    assert harms(world) == []
    assert any(words in text for text in harms(world, scrub=True))
    assert harms(world, scrub=True) == harms(world, scrub=True), "and found again"


def test_garbage_is_told_and_is_no_harm(world, anna):
    writer = world.blobs.begin(BlobKey(anna.actor.account_id, 5))
    writer.append([b"orphan"])
    writer.commit()
    world.restart(Rules(batch_rows=2))

    def dies(unit: int) -> None:
        if unit == 2:
            raise Crash

    with world.catalog.watched(dies), suppress(Crash):
        anna.trash("a")
    assert harms(world) == []
    assert [text.split()[1:4] for text in findings(world)] == [["blobs", "belong", "to"], ["changes", "of", "large"]]
    world.restart()
    world.cloud.upkeep.resume()
    world.cloud.upkeep.sweep(orphans_after=0)
    assert findings(world) == []


# ------------------------------------------------------------------------------------------ damage and after


@pytest.mark.torture
def test_one_byte_flipped_in_each_of_many_blobs_is_found_in_all_of_them(world):
    count, random = size(100, 1000), chance()
    home = world.home()
    nodes = [home.put(f"f{i}", noise(random.randrange(64 * KiB + 1, 300 * KiB), i)) for i in range(count)]
    for node in nodes:
        flip(home, node.blob_id, random.randrange(node.size))
    told = harms(world, scrub=True)
    for node in nodes:
        assert any(f"blob {node.blob_id} " in text for text in told)
        assert any(f"“{node.name}”" in text for text in told)
    assert len(told) == 2 * count
    for node in nodes:
        with pytest.raises(Damaged):
            home.content(node.id)
        assert home.node(node.name).blob_id is None, "it is never handed over as a path again"


def test_a_reading_through_chunks_breaks_off_before_the_first_wrong_byte(world):
    random = chance()
    home = world.home()
    parts = chunks_of(LARGE)
    home.put("whole", LARGE)
    home.put("f", LARGE + b"x")
    for _ in range(10):
        at = random.randrange(len(LARGE) - len(parts[-1]))
        flip(home, home.node("whole").blob_id, at)
        read = b""
        with pytest.raises(Damaged):
            for block in home.cloud.reads.at(home.actor, "f").blocks():
                read += block
        assert LARGE.startswith(read) and len(read) <= at
        flip(home, home.node("whole").blob_id, at)
    assert home.read("f") == LARGE + b"x"


def test_a_damaged_file_that_is_uploaded_again_is_whole_again(world):
    """Its chunks are not taken for known."""
    home = world.home()
    home.put("f", LARGE)
    home.put("g", LARGE + b"more")
    flip(home, home.node("f").blob_id, 1000)
    assert len(harms(world, scrub=True)) == 3
    hashes = [row[0] for row in world.rows("select hash from chunk")]
    lacking = home.cloud.uploads.missing_chunks(home.actor, hashes)
    assert len(lacking) == 1, "a client is asked for it too"
    used = home.used
    home.put("f", LARGE)
    assert home.read("f") == LARGE and home.read("g") == LARGE + b"more" and home.used == used
    assert home.content(home.id("f"), 1) == LARGE, "so is its past"
    assert faults(world) == []


@pytest.mark.parametrize("damage", [damage_inline, lose_inline])
def test_a_damaged_small_file_that_is_uploaded_again_is_whole_again(world, anna, damage):
    damage(anna)
    assert harms(world, scrub=True)
    used = anna.used
    anna.put("another", b"small")
    assert anna.read("small") == b"small" and anna.used == used
    assert harms(world, scrub=True) == []


def test_a_damaged_chunk_is_mended_by_any_file_that_has_it(world):
    home = world.home()
    home.put("f", LARGE)
    home.put("g", LARGE)
    flip(home, home.node("f").blob_id, 1000)
    harms(world, scrub=True)
    home.put("other", LARGE[:MiB] + b"and then something else")
    assert home.read("f") == home.read("g") == LARGE
    assert faults(world) == []


def test_what_was_damaged_for_a_while_only_is_sound_again(world):
    """A disk that was not mounted, a cable."""
    home = world.home()
    home.put("f", LARGE)
    path = path_of(home, home.node("f").blob_id)
    os.rename(path, path + ".away")
    world.restart()
    assert len(harms(world, scrub=True)) > 1
    with pytest.raises(Damaged):
        home.read("f")
    os.rename(path + ".away", path)
    assert harms(world, scrub=True) == []
    assert home.read("f") == LARGE
    assert faults(world) == []


def test_a_damaged_chunk_that_nothing_names_is_silent_and_never_built_upon(world):
    home = world.home()
    home.put("f", LARGE)
    blob_id = home.node("f").blob_id
    home.purge(home.trash("f"))
    flip(home, blob_id, 1000)
    assert harms(world, scrub=True) == []
    home.put("again", LARGE)
    assert home.read("again") == LARGE


def test_the_doctor_is_not_confused_by_what_happens_meanwhile(world):
    """It works beside a running server."""
    home = world.home()
    for i in range(6):
        home.put(f"f{i}", noise(200_000, i))
        home.put(f"g{i}", noise(200_000, i) + b"more")
    steps = iter(range(6))

    def happens() -> None:
        for i in itertools.islice(steps, 1):
            home.purge(home.trash(f"f{i}"))
            home.put(f"new{i}", noise(300_000, f"new{i}"))
            world.clock.move(1000 * HOUR)
            world.cloud.upkeep.sweep()

    with world.catalog.read_after(happens):
        assert findings(world, scrub=True) == []
    assert next(steps, None) is None
    assert all(home.read(f"g{i}") == noise(200_000, i) + b"more" for i in range(6))
