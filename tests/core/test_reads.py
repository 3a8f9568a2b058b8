"""Content on its way out."""

import pytest

from nuvol.errors import BlobMissing, Damaged, NodeMissing, VersionMissing, WrongKind
from nuvol.model.rules import MiB
from nuvol.stores.base import BlobKey
from tests.core.clouds import Home, noise

LARGE = noise(3 * MiB, "reads")
CHANGED = LARGE[:MiB] + b"changed" + LARGE[MiB:]
KINDS = {"inline": b"small content", "whole": LARGE, "chunked": CHANGED, "empty": b""}


@pytest.fixture
def kept(anna) -> Home:
    """A file of each way in which content rests."""
    anna.put("inline", KINDS["inline"])
    anna.put("empty")
    anna.put("whole", LARGE)
    anna.put("chunked", CHANGED)
    assert anna.node("whole").blob_id and not anna.node("chunked").blob_id
    return anna


def borders(home: Home, path: str) -> list[int]:
    """Where chunks of this file begin and end."""
    account_id, content = home.actor.account_id, home.node(path).content
    ends, page = [0], home.world.catalog.read(lambda tx: tx.chunks.page(account_id, content, 0))
    for _, length in page:
        ends.append(ends[-1] + length)
    return ends


@pytest.mark.parametrize("kind", KINDS)
def test_every_range_is_what_it_says(kept, kind):
    data = KINDS[kind]
    reading = kept.cloud.reads.at(kept.actor, kind)
    edges = {0, 1, 5, len(data) // 2, len(data) - 1, len(data), len(data) + 1, MiB - 1, MiB, MiB + 1}
    for end in borders(kept, kind):
        edges |= {end - 1, end, end + 1}
    edges = {edge for edge in edges if edge >= 0}
    for start in edges:
        for stop in edges:
            found = b"".join(reading.blocks(start, stop))
            assert found == data[start:stop], (start, stop)
        assert reading.read(start, 70_000) == data[start : start + 70_000]
    assert b"".join(reading.blocks()) == data and reading.read(0, 1 << 40) == data


def test_what_was_read_a_moment_ago_is_not_shown_after_a_change(anna, bert):
    """Nobody who was told of a change sees what was before it, whichever way it came."""
    node = anna.put("a.txt", b"first")

    def seen() -> bytes | None:
        assert anna.cloud.reads.open(anna.actor, node.id).inline == anna.cloud.reads.at(anna.actor, "a.txt").inline
        return anna.cloud.reads.at(anna.actor, "a.txt").inline

    assert seen() == seen() == b"first"
    anna.put("a.txt", b"second")
    assert seen() == seen() == b"second"
    bert.put("a.txt", b"of somebody else")
    assert seen() == b"second"
    with pytest.raises(NodeMissing):
        bert.cloud.reads.open(bert.actor, node.id)
    anna.trash("a.txt")
    with pytest.raises(NodeMissing):
        anna.cloud.reads.at(anna.actor, "a.txt")


def test_a_reader_that_is_overtaken_by_a_change_leaves_nothing_behind(anna):
    """It looked before the commit and goes on after it: what it found must not be kept."""
    node = anna.put("a.txt", b"first")
    room = anna.cloud.reads._files
    commits, row = room.catalog.commits, room.catalog.read(lambda tx: tx.nodes.with_inline(node.account_id, node.id))
    anna.put("a.txt", b"second")
    room.kept.keep(*row, commits)
    assert anna.cloud.reads.at(anna.actor, "a.txt").inline == b"second"


@pytest.mark.parametrize("kind", KINDS)
def test_content_leaves_in_blocks(kept, kind):
    assert all(0 < len(block) <= 2 * MiB for block in kept.cloud.reads.at(kept.actor, kind).blocks())


def test_what_is_said_of_a_content_is_that_of_its_version(anna):
    first = anna.put("a.txt", b"1", modified_at=5)
    anna.move("a.txt", "b.md")
    second = anna.put("b.md", b"22", modified_at=6, mime="x/y")
    now, then = anna.cloud.reads.open(anna.actor, first.id), anna.cloud.reads.open(anna.actor, first.id, 1)
    assert (now.name, now.mime, now.size, now.modified_at, now.etag) == ("b.md", "x/y", 2, 6, second.etag)
    assert (then.name, then.mime, then.size, then.modified_at) == ("a.txt", "text/plain", 1, 5)
    assert then.etag == first.etag and then.content == first.content
    assert then.read(0, 9) == b"1" and now.read(0, 9) == b"22"


def test_a_file_is_opened_by_path_live_and_by_id_also_in_the_trash(anna):
    anna.put("f", b"1")
    file = anna.trash("f")
    assert anna.content(file) == b"1"
    with pytest.raises(NodeMissing):
        anna.cloud.reads.at(anna.actor, "f")


def test_what_has_no_content_is_said_so(anna):
    folder = anna.folder("d")
    file = anna.put("d/f", b"1")
    for call, error in (
        (lambda: anna.cloud.reads.at(anna.actor, "d"), WrongKind),
        (lambda: anna.cloud.reads.at(anna.actor, ""), WrongKind),
        (lambda: anna.cloud.reads.open(anna.actor, folder.id), WrongKind),
        (lambda: anna.cloud.reads.open(anna.actor, folder.id, 1), VersionMissing),
        (lambda: anna.cloud.reads.open(anna.actor, file.id, 2), VersionMissing),
        (lambda: anna.cloud.reads.open(anna.actor, 1), NodeMissing),
        (lambda: anna.cloud.reads.open(anna.actor, 1, 1), NodeMissing),
        (lambda: anna.cloud.reads.at(anna.actor, "x"), NodeMissing),
        (lambda: anna.cloud.reads.at(anna.actor, "d/f/g"), NodeMissing),
    ):
        with pytest.raises(error):
            call()


def test_old_versions_are_read_however_they_rest(anna):
    for data in KINDS.values():
        node = anna.put("f", data)
    assert [anna.content(node.id, i + 1) for i in range(4)] == list(KINDS.values())


def damage(home: Home, blob_id: int, at: int) -> None:
    path = home.world.blobs._path(BlobKey(home.actor.account_id, blob_id))
    with open(path, "r+b") as file:
        file.seek(at)
        byte = file.read(1)
        file.seek(at)
        file.write(bytes([byte[0] ^ 1]))


def test_a_damaged_chunk_breaks_a_reading_off_before_a_wrong_byte_leaves(world):
    anna = world.home()
    anna.put("whole", LARGE)
    anna.put("chunked", CHANGED)
    first_chunk = borders(anna, "chunked")[1]
    blob_id = anna.node("whole").blob_id
    damage(anna, blob_id, first_chunk + 5)
    blocks = anna.cloud.reads.at(anna.actor, "chunked").blocks()
    assert next(blocks) == CHANGED[:first_chunk]
    with pytest.raises(Damaged):
        next(blocks)
    assert len(list(world.cloud.doctor.examine(scrub=True))) == 3, "the chunk, and each content that has it"
    with pytest.raises(Damaged):  # found to be bad, it is never read past its hashes again
        anna.read("whole")
    damage(anna, blob_id, first_chunk + 5)


def test_a_lost_chunk_or_blob_breaks_a_reading_off(world):
    anna = world.home()
    anna.put("whole", LARGE)
    anna.put("chunked", CHANGED)
    blob_id = anna.node("whole").blob_id
    path = world.blobs._path(BlobKey(anna.actor.account_id, blob_id))
    with open(path, "rb") as file:
        kept = file.read()
    world.blobs.delete(BlobKey(anna.actor.account_id, blob_id))
    for name in ("whole", "chunked"):
        with pytest.raises(BlobMissing):
            anna.read(name)
    with open(path, "wb") as file:
        file.write(kept)
    hidden = world.rows("select hash, blob_id, start, length, adler32, refs from chunk where start = 0")
    world.run("delete from chunk where start = 0")
    with pytest.raises(Damaged):
        anna.read("chunked")
    for row in hidden:
        world.run(
            "insert into chunk (account_id, hash, blob_id, start, length, adler32, refs) values (?,?,?,?,?,?,?)",
            anna.actor.account_id,
            *row,
        )


def test_a_reading_goes_on_though_its_chunks_move_to_another_blob(world):
    """The sweep moves what lives in a blob that cannot be freed in parts."""
    anna = world.home()
    anna.put("first", LARGE)
    anna.put("second", noise(100_000, "new") + LARGE[-MiB:])
    world.blobs.link(BlobKey(anna.actor.account_id, anna.node("first").blob_id), BlobKey(99, 99))
    anna.purge(anna.trash("first"))
    reading = anna.cloud.reads.at(anna.actor, "second").blocks()
    start = next(reading)
    world.run("update chunk set dead_at = 1 where refs = 0")
    assert world.cloud.upkeep.sweep(orphans_after=1e9).chunks > 0
    assert start + b"".join(reading) == noise(100_000, "new") + LARGE[-MiB:]
    world.blobs.delete(BlobKey(99, 99))
