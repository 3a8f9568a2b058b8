"""Content on its way in: however it comes, the same bytes come out, and nothing of it if something is wrong."""

import hashlib
import zlib
from collections.abc import Callable

import pytest
from blake3 import blake3
from hypothesis import given, settings
from hypothesis import strategies as st

from nuvol.clock import HOUR, SECOND
from nuvol.core.files.chunking import LARGEST, SMALLEST, Cutter, content_hash, hash_of, join_adler
from nuvol.core.files.receiving import Upload
from nuvol.errors import (
    BadValue,
    ChecksumMismatch,
    ChunksLacking,
    NameTaken,
    NodeMissing,
    NotAllowed,
    ParentMissing,
    PreconditionFailed,
    QuotaExceeded,
    WrongKind,
)
from nuvol.model.nodes import Guard, Status
from nuvol.model.rules import KiB, MiB, Rules
from tests.core.clouds import Home, noise, pieces

LARGE = noise(3 * MiB, "large")


def chunks_of(data: bytes) -> list[bytes]:
    cutter = Cutter()
    found = [bytes(piece) for piece in cutter.feed(data)]
    rest = cutter.finish()
    return found + ([bytes(rest)] if rest else [])


# ------------------------------------------------------------------------------------------ cutting


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(1, 700_000), min_size=1, max_size=12),
    st.sampled_from([LARGE, bytes(5 * MiB), LARGE[: 2 * MiB] + bytes(LARGEST + 1), b"ab" * (2 * MiB)]),
)
def test_any_run_sizes_give_the_same_chunks(runs, data):
    cutter, found, at = Cutter(), [], 0
    for run in runs:
        found += [bytes(piece) for piece in cutter.feed(data[at : at + run])]
        at += run
    found += [bytes(piece) for piece in cutter.feed(data[at:])]
    rest = cutter.finish()
    found += [bytes(rest)] if rest else []
    assert b"".join(found) == data
    assert [len(piece) for piece in found] == [len(piece) for piece in chunks_of(data)]


def test_chunks_keep_to_their_limits_and_most_of_them_survive_an_edit():
    before = chunks_of(LARGE)
    assert all(SMALLEST <= len(piece) <= LARGEST for piece in before[:-1])
    after = chunks_of(LARGE[:MiB] + b"an insertion" + LARGE[MiB:])
    assert len(set(before) - set(after)) <= 2


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_adler_sums_are_joined_from_those_of_the_parts(first, second):
    assert join_adler(zlib.adler32(first), zlib.adler32(second), len(second)) == zlib.adler32(first + second)


# ------------------------------------------------------------------------------------------ what arrives is there

SIZES = [0, 1, 64 * KiB - 1, 64 * KiB, 64 * KiB + 1, SMALLEST, SMALLEST + 1, MiB, 3 * MiB]


@pytest.mark.parametrize("run", [50_000, MiB, 4 * MiB])
@pytest.mark.parametrize("size", SIZES)
def test_what_went_in_comes_out(anna, size, run):
    data = LARGE[:size]
    upload = anna.cloud.uploads.begin(anna.actor, anna.root.id, "f", size=size)
    for piece in pieces(data, run):
        upload.feed(memoryview(piece))
    assert upload.received == size
    written = upload.commit()
    assert written.created and written.node.size == size and anna.used == size
    assert anna.read("f") == data
    (row,) = anna.world.rows("select chunks, adler32 from content where account_id = ?", anna.actor.account_id)
    assert row == (0 if size <= 64 * KiB else len(chunks_of(data)), zlib.adler32(data))
    assert written.node.content == content_hash([(hash_of(piece), len(piece)) for piece in chunks_of(data)])


@pytest.mark.parametrize("size", [0, 5, 64 * KiB])
def test_a_small_content_goes_in_by_one_call(anna, size):
    written = anna.cloud.uploads.put(anna.actor, anna.root.id, "f", LARGE[:size], modified_at=7)
    assert written.created and anna.read("f") == LARGE[:size]
    assert (written.node.modified_at, written.node.mime) == (7, "application/octet-stream")
    other = anna.cloud.uploads.begin(anna.actor, anna.root.id, "g")
    other.feed(LARGE[:size])
    assert other.commit().node.content == written.node.content, "whichever way it came"
    assert anna.used == size


def test_a_large_content_does_not_go_in_by_one_call(anna):
    with pytest.raises(BadValue):
        anna.cloud.uploads.put(anna.actor, anna.root.id, "f", LARGE[: 64 * KiB + 1])


def test_a_new_content_is_one_blob_and_read_as_one(anna):
    node = anna.put("f", LARGE)
    assert node.blob_id is not None
    (blob,) = anna.world.rows("select id, size from blobs where account_id = ?", anna.actor.account_id)
    assert blob == (node.blob_id, len(LARGE))
    assert anna.cloud.versions.get(anna.actor, node.id, 1).blob_id == node.blob_id


def test_a_content_that_repeats_itself_is_kept_once_and_is_no_whole_blob(anna):
    data = bytes(5 * MiB)
    node = anna.put("f", data)
    assert node.blob_id is None and anna.used < 5 * MiB
    assert anna.read("f") == data


def test_the_same_content_again_takes_no_room(anna):
    anna.put("a", LARGE)
    used, blobs = anna.used, anna.world.rows("select count(*) from blobs")
    node = anna.put("b", LARGE)
    anna.put("a", LARGE)
    assert anna.used == used and anna.world.rows("select count(*) from blobs") == blobs
    assert node.blob_id == anna.node("a").blob_id is not None
    assert anna.node("a").number == 2, "a version all the same"
    assert anna.read("b") == LARGE


def test_a_changed_content_takes_room_for_what_changed(anna):
    anna.put("f", LARGE)
    changed = LARGE[:MiB] + b"changed" + LARGE[MiB:]
    node = anna.put("f", changed)
    assert node.blob_id is None, "it lies in two blobs"
    assert anna.used - len(LARGE) < 2 * MiB
    assert anna.read("f") == changed and anna.content(node.id, 1) == LARGE


def test_accounts_share_no_chunks(anna, bert):
    anna.put("f", LARGE)
    bert.put("f", LARGE)
    assert anna.used == bert.used == len(LARGE)
    assert anna.node("f").blob_id != bert.node("f").blob_id
    hashes = [hash_of(piece) for piece in chunks_of(LARGE)]
    other = noise(MiB, "other")
    anna.put("g", other)
    assert bert.cloud.uploads.missing_chunks(bert.actor, [hash_of(other), *hashes])[0] == hash_of(other)


@pytest.mark.parametrize(
    ("name", "mime", "kept"),
    [("a.jpg", "", "image/jpeg"), ("a", "", "application/octet-stream"), ("a.jpg", "text/x-own", "text/x-own")],
)
def test_the_media_type_is_the_one_said_or_guessed_from_the_name(anna, name, mime, kept):
    assert anna.put(name, b"1", mime=mime).mime == kept
    assert anna.put(name, b"2").mime == kept, "a new content keeps it"


# ------------------------------------------------------------------------------------------ where it goes


def test_a_name_that_is_there_gets_a_version(anna):
    first = anna.put("f", b"1")
    anna.world.clock.move(SECOND)
    written = anna.write(anna.root.id, "f", b"22")
    node = written.node
    assert not written.created
    assert (node.id, node.number, node.content_number, node.size) == (first.id, 2, 2, 2)
    assert node.etag != first.etag and node.modified_at == anna.world.clock()
    assert [(v.number, v.status) for v in anna.cloud.versions.list(anna.actor, node.id)] == [
        (2, Status.CHANGED),
        (1, Status.NEW),
    ]
    assert anna.journal() == [("create", "f"), ("content", "")]


def test_a_file_is_written_wherever_it_is_by_then(anna):
    node = anna.put("f", b"1")
    anna.folder("d")
    upload = anna.cloud.uploads.begin(anna.actor, anna.root.id, "f", node_id=node.id)
    upload.feed(b"2")
    anna.move("f", "d/g")
    assert upload.commit().node.id == node.id
    assert anna.paths() == ["d", "d/g"] and anna.read("d/g") == b"2"


Begin = Callable[..., object]


def by_put(home: Home, parent_id: int, name: str, **how):
    return home.cloud.uploads.put(home.actor, parent_id, name, b"x", **how)


def by_begin(home: Home, parent_id: int, name: str, **how):
    return home.cloud.uploads.begin(home.actor, parent_id, name, **how)


def by_start(home: Home, parent_id: int, name: str, **how):
    return home.cloud.uploads.start(home.actor, parent_id, name, size=None, **how)


@pytest.mark.parametrize("way", [by_put, by_begin, by_start])
def test_what_cannot_be_written_is_refused_before_the_bytes_come(anna, way):
    folder, file = anna.folder("folder"), anna.put("file", b"old")
    gone = anna.put("gone").id
    anna.trash("gone")
    root = anna.root.id
    for error, parent_id, name, how in [
        (ParentMissing, 1, "f", {}),
        (ParentMissing, gone, "f", {}),
        (WrongKind, file.id, "f", {}),
        (WrongKind, root, "folder", {}),
        (WrongKind, root, "x", {"node_id": folder.id}),
        (WrongKind, root, "x", {"node_id": root}),
        (NodeMissing, root, "x", {"node_id": 1}),
        (NodeMissing, root, "x", {"node_id": gone}),
        (NameTaken, root, "file", {"guard": Guard(overwrite=False)}),
        (PreconditionFailed, root, "file", {"guard": Guard(if_none_match=("*",))}),
        (PreconditionFailed, root, "file", {"guard": Guard(if_match=('"other"',))}),
        (PreconditionFailed, root, "new", {"guard": Guard(if_match=("*",))}),
        (PreconditionFailed, root, "file", {"guard": Guard(number=7)}),
        (PreconditionFailed, root, "new", {"guard": Guard(number=1)}),
    ]:
        with pytest.raises(error):
            way(anna, parent_id, name, **how)
    assert anna.names() == ["file", "folder"]
    assert anna.read("file") == b"old" and anna.used == 3
    assert nothing_is_left(anna)


MEANWHILE: dict[str, tuple[type[Exception], Callable[[Home], object]]] = {
    "the folder goes": (ParentMissing, lambda home: home.trash("d")),
    "a folder takes the name": (WrongKind, lambda home: home.move("folder", "d/f")),
    "the file changes": (PreconditionFailed, lambda home: home.put("d/f", b"newer")),
    "the file goes": (PreconditionFailed, lambda home: home.trash("d/f")),
    "room is taken": (QuotaExceeded, lambda home: home.set_quota(99)),
}


@pytest.mark.parametrize("size", [100, len(LARGE)], ids=["small", "large"])
@pytest.mark.parametrize("event", MEANWHILE)
def test_all_is_asked_again_when_the_bytes_have_come(anna, event, size):
    error, happens = MEANWHILE[event]
    anna.folders("d", "folder")
    guard = Guard(if_match=(anna.put("d/f", b"old").etag,)) if "file" in event else Guard()
    upload = anna.cloud.uploads.begin(anna.actor, anna.id("d"), "f", guard=guard, size=size)
    upload.feed(LARGE[:size])
    happens(anna)
    with pytest.raises(error):
        upload.commit()
    assert anna.used < 10 and nothing_is_left(anna)


def nothing_is_left(home: Home) -> bool:
    """Neither on the disk nor in the rows, but what versions name."""
    mine = home.actor.account_id
    files = [key for key, _ in (*home.world.blobs.list(), *home.world.blobs.unfinished()) if key.account_id == mine]
    return not files and home.world.rows("select * from blobs where account_id = ?", mine) == []


def test_an_upload_that_is_aborted_leaves_nothing(anna):
    upload = anna.cloud.uploads.begin(anna.actor, anna.root.id, "f")
    for piece in pieces(LARGE):
        upload.feed(piece)
    assert anna.names() == [] and anna.used == 0
    upload.abort()
    upload.abort()
    assert anna.names() == [] and anna.used == 0 and nothing_is_left(anna)


@pytest.mark.parametrize("arrived", [0, 100, len(LARGE) - 1, len(LARGE) + 1], ids=str)
@pytest.mark.parametrize("announced", [len(LARGE), 200], ids=str)
def test_more_or_fewer_bytes_than_announced_leave_nothing(anna, announced, arrived):
    upload = anna.cloud.uploads.begin(anna.actor, anna.root.id, "f", size=announced)
    with pytest.raises(BadValue):
        for piece in pieces((LARGE + b"x")[:arrived]):
            upload.feed(piece)
        upload.commit()
    upload.abort()
    assert anna.names() == [] and anna.used == 0 and nothing_is_left(anna)


def test_a_negative_length_is_refused(anna):
    with pytest.raises(BadValue):
        anna.cloud.uploads.begin(anna.actor, anna.root.id, "f", size=-1)


# ------------------------------------------------------------------------------------------ checksums


def sums(data: bytes) -> dict[str, str]:
    return {
        "SHA1": hashlib.sha1(data).hexdigest(),
        "MD5": hashlib.md5(data).hexdigest(),
        "SHA256": hashlib.sha256(data).hexdigest(),
        "ADLER32": f"{zlib.adler32(data):08x}",
        "BLAKE3": blake3(data).hexdigest(),
    }


@pytest.mark.parametrize("size", [0, 1000, MiB])
@pytest.mark.parametrize("kind", ["SHA1", "MD5", "SHA256", "ADLER32", "BLAKE3"])
def test_a_checksum_is_verified_and_kept(anna, kind, size):
    data = LARGE[:size]
    right = sums(data)[kind]
    anna.put("f", data, checksums={kind.lower(): right.upper()})
    assert anna.cloud.reads.at(anna.actor, "f").checksums() == {
        "ADLER32": sums(data)["ADLER32"],
        **({kind: right} if kind != "ADLER32" else {}),
    }
    wrong = "0" * len(right)
    if wrong == right:
        return
    with pytest.raises(ChecksumMismatch):
        anna.put("g", data, checksums={kind: wrong})
    assert anna.names() == ["f"] and anna.used == size


def test_checksums_of_the_same_content_come_together(anna):
    for kind, value in sums(LARGE).items():
        anna.put(kind, LARGE, checksums={kind: value})
    assert anna.cloud.reads.at(anna.actor, "MD5").checksums() == sums(LARGE)
    found = anna.cloud.reads.checksums(anna.actor, [anna.node("MD5"), anna.root])
    assert found == {anna.node("MD5").content: {k: v for k, v in sums(LARGE).items() if k != "ADLER32"}}


def test_an_unknown_checksum_is_refused(anna):
    with pytest.raises(BadValue):
        anna.put("f", b"x", checksums={"CRC32": "0"})


# ------------------------------------------------------------------------------------------ quota


def test_what_does_not_fit_is_refused_before_its_bytes_come(anna):
    anna.set_quota(1000)
    anna.put("a", noise(400))
    with pytest.raises(QuotaExceeded) as caught:
        anna.cloud.uploads.begin(anna.actor, anna.root.id, "f", size=601)
    assert caught.value.free == 600
    anna.cloud.uploads.begin(anna.actor, anna.root.id, "f", size=600).abort()
    with pytest.raises(QuotaExceeded):
        anna.cloud.uploads.start(anna.actor, anna.root.id, "f", size=601)


@pytest.mark.parametrize("size", [2000, MiB])
def test_what_turns_out_not_to_fit_leaves_nothing(anna, size):
    anna.set_quota(size - 1)
    upload = anna.cloud.uploads.begin(anna.actor, anna.root.id, "f")
    upload.feed(LARGE[:size])
    with pytest.raises(QuotaExceeded):
        upload.commit()
    assert anna.names() == [] and anna.used == 0 and nothing_is_left(anna)
    anna.set_quota(size)
    anna.put("f", LARGE[:size])
    assert anna.used == size
    with pytest.raises(QuotaExceeded):
        anna.put("g", b"x")
    anna.copy("f", "copy")
    anna.put("again", LARGE[:size])
    anna.cloud.tree.create_folder(anna.actor, anna.root.id, "costs nothing")
    assert anna.used == size


def test_trash_and_versions_count_until_they_are_gone(anna):
    anna.put("f", b"1" * 100)
    anna.put("f", b"2" * 50)
    assert anna.used == 150
    file = anna.trash("f")
    assert anna.used == 150
    anna.purge(file)
    assert anna.used == 0


# ------------------------------------------------------------------------------------------ known chunks


def test_a_client_sends_only_the_chunks_that_are_lacking(anna):
    anna.put("old", LARGE)
    changed = LARGE[:MiB] + b"changed" + LARGE[MiB:]
    parts = chunks_of(changed)
    lacking = anna.cloud.uploads.missing_chunks(anna.actor, [hash_of(part) for part in parts])
    assert 0 < len(lacking) <= 2
    upload = anna.cloud.uploads.begin(anna.actor, anna.root.id, "new", size=len(changed))
    for part in parts:
        if hash_of(part) in lacking:
            upload.feed_chunk(hash_of(part), part)
        else:
            upload.refer(hash_of(part), len(part))
    node = upload.commit().node
    assert anna.read("new") == changed
    again = anna.put("again", changed)
    assert again.content == node.content, "cut by the client as by us"
    assert anna.cloud.reads.at(anna.actor, "new").checksums()["ADLER32"] == sums(changed)["ADLER32"]


def test_bytes_and_known_chunks_may_follow_each_other_in_any_order(anna):
    part = chunks_of(LARGE)[0]
    anna.put("old", LARGE)
    upload = anna.cloud.uploads.begin(anna.actor, anna.root.id, "new")
    upload.feed(b"before")
    upload.refer(hash_of(part), len(part))
    upload.feed(b"between" * 50_000)
    upload.feed_chunk(hash_of(b"own"), b"own")
    upload.refer(hash_of(b"own"), 3)
    upload.feed(b"after")
    upload.commit()
    assert anna.read("new") == b"before" + part + b"between" * 50_000 + b"ownown" + b"after"


def test_a_chunk_that_is_not_there_or_not_as_said_is_refused(anna):
    anna.put("old", LARGE)
    part = chunks_of(LARGE)[0]
    upload = anna.cloud.uploads.begin(anna.actor, anna.root.id, "new")
    with pytest.raises(ChunksLacking) as caught:
        upload.refer(hash_of(b"never"), 5)
    assert caught.value.hashes == [hash_of(b"never")]
    with pytest.raises(BadValue):
        upload.refer(hash_of(part), len(part) - 1)
    with pytest.raises(ChecksumMismatch):
        upload.feed_chunk(hash_of(b"other"), b"own")
    for length in (0, LARGEST + 1):
        with pytest.raises(BadValue):
            upload.feed_chunk(hash_of(bytes(length)), bytes(length))
    upload.abort()
    upload = anna.cloud.uploads.begin(anna.actor, anna.root.id, "new", checksums={"MD5": "0" * 32})
    with pytest.raises(BadValue):
        upload.refer(hash_of(part), len(part))
    upload.abort()


def test_what_a_client_was_told_is_there_stays_there_while_it_uploads(world):
    anna = world.home()
    node = anna.put("old", LARGE)
    hashes = [hash_of(part) for part in chunks_of(LARGE)]
    assert anna.cloud.uploads.missing_chunks(anna.actor, hashes) == []
    anna.purge(anna.trash("old"))
    assert anna.used == 0
    world.clock.move(world.cloud.rules.upload_hours * HOUR - 1)
    assert world.cloud.upkeep.sweep().chunks == 0
    upload = anna.cloud.uploads.begin(anna.actor, anna.root.id, "new")
    for part in chunks_of(LARGE):
        upload.refer(hash_of(part), len(part))
    world.clock.move(world.cloud.rules.upload_hours * HOUR - 1)
    assert world.cloud.upkeep.sweep().chunks == 0
    assert upload.commit().node.content == node.content
    assert anna.read("new") == LARGE and anna.used == len(LARGE)


def test_known_chunks_are_kept_for_an_upload_by_few_writes(world):
    world.restart(Rules(grace_hours=0))
    anna = world.home()
    parts = [noise(70 * KiB, number) for number in range(400)]
    data = b"".join(parts)

    def bring() -> Upload:
        upload = anna.cloud.uploads.begin(anna.actor, anna.root.id, "new")
        for part in parts:
            upload.refer(hash_of(part), len(part))
        return upload

    first = anna.cloud.uploads.begin(anna.actor, anna.root.id, "old")
    for part in parts:
        first.feed_chunk(hash_of(part), part)
    first.commit()
    units: list[int] = []
    with world.catalog.watched(units.append):
        bring().abort()
    assert len(units) == 3, "for 1 and 8 ahead, for 1 and 80, and for all the rest"
    world.clock.move(world.cloud.rules.upload_hours * HOUR)
    late = bring()
    with world.catalog.watched(units.append):
        bring().abort()
    assert len(units) == 3, "they are held already"
    anna.purge(anna.trash("old"))
    world.clock.move(world.cloud.rules.upload_hours * HOUR)
    assert world.cloud.upkeep.sweep().chunks == 0
    late.commit()
    assert anna.read("new") == data


def test_a_chunk_freed_in_spite_of_all_makes_the_upload_fail_and_never_the_content_wrong(world):
    anna = world.home()
    anna.put("old", LARGE)
    upload = anna.cloud.uploads.begin(anna.actor, anna.root.id, "new")
    upload.feed(LARGE + b"and more")
    anna.purge(anna.trash("old"))
    world.clock.move(1000 * HOUR)
    assert world.cloud.upkeep.sweep().chunks > 0
    with pytest.raises(ChunksLacking):
        upload.commit()
    assert anna.names() == [] and anna.used == 0


def test_two_uploads_of_the_same_new_content_both_succeed(anna):
    uploads = [anna.cloud.uploads.begin(anna.actor, anna.root.id, name) for name in ("a", "b")]
    for upload in uploads:
        upload.feed(LARGE)
    for upload in uploads:
        upload.commit()
    assert anna.read("a") == anna.read("b") == LARGE
    assert anna.used == len(LARGE)
    mixed = [anna.cloud.uploads.begin(anna.actor, anna.root.id, name) for name in ("c", "d")]
    mixed[0].feed(noise(MiB, "c") + LARGE)
    mixed[1].feed(noise(MiB, "c") + b"another end")
    for upload in mixed:
        upload.commit()
    assert anna.read("c") == noise(MiB, "c") + LARGE
    assert anna.read("d") == noise(MiB, "c") + b"another end"


def test_nobody_may_write_without_the_right(anna):
    reader = type(anna.actor)(anna.actor.account_id, frozenset({"files:read"}))
    for call in (
        lambda: anna.cloud.uploads.put(reader, anna.root.id, "f", b""),
        lambda: anna.cloud.uploads.begin(reader, anna.root.id, "f"),
        lambda: anna.cloud.uploads.missing_chunks(reader, [bytes(32)]),
    ):
        with pytest.raises(NotAllowed):
            call()
