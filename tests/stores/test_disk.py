import errno
import itertools
import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuvol.errors import BlobMissing, Busy, StoreFailed, StoreFull, Unable
from nuvol.stores.base import BlobKey
from nuvol.stores.blobs import linux
from nuvol.stores.blobs.disk import DiskBlobs
from nuvol.stores.blobs.holes import whole_blocks
from tests.conformance.blobs import KEY, OTHER, BlobStoreTests, is_there, keep, noise
from tests.faults import calls
from tests.faults.small_disk import small_disk

MiB = 1024 * 1024
SPANS = st.lists(st.tuples(st.integers(0, 90), st.integers(0, 30)), max_size=6)


@pytest.fixture
def blobs(tmp_path):
    blobs = DiskBlobs(tmp_path)
    yield blobs
    blobs.close()


class TestDisk(BlobStoreTests):
    @pytest.fixture
    def blobs(self, tmp_path):
        blobs = DiskBlobs(tmp_path)
        yield blobs
        blobs.close()


def tree(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def descriptors(folder: Path) -> list[str]:
    """What this process holds open below the folder."""
    found = []
    for name in os.listdir("/proc/self/fd"):
        try:
            found.append(os.readlink(f"/proc/self/fd/{name}"))
        except FileNotFoundError:
            continue  # the one that listed them
    return [path for path in found if path.startswith(f"{folder}/")]


# ---- what lies on the disk


def test_a_blob_is_one_file_in_a_folder_of_its_account(blobs, tmp_path):
    keep(blobs, BlobKey(account_id=26, id=0x1F0042), b"bytes")
    writer = blobs.begin(BlobKey(account_id=26, id=0x1F0043))
    assert tree(tmp_path) == {"blobs/1a/42/1f0042", "incoming/1a-1f0043"}
    assert (tmp_path / "blobs/1a/42/1f0042").read_bytes() == b"bytes"
    writer.abort()


def test_only_the_owner_may_look(blobs, tmp_path):
    keep(blobs, KEY, b"bytes")
    blobs.begin(OTHER).close()
    for path in tmp_path.rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


def test_what_was_stored_is_there_in_the_next_life(blobs, tmp_path):
    keep(blobs, KEY, b"finished")
    writer = blobs.begin(OTHER)
    writer.append([b"begun"])
    writer.sync()
    writer.close()
    again = DiskBlobs(tmp_path)
    assert again.read(KEY, 0, 8) == b"finished"
    assert [key for key, _ in again.list()] == [KEY]
    writer = again.resume(OTHER, 5)
    writer.append([b" and ended"])
    writer.commit()
    assert again.read(OTHER, 0, 15) == b"begun and ended"
    again.close()


def test_files_of_strangers_are_left_alone(blobs, tmp_path):
    keep(blobs, BlobKey(10, 0xAB), b"bytes")
    blobs.begin(BlobKey(10, 0xAC)).close()
    for name in ("a/ab/AB", "a/ab/0ab", "a/ab/ab.tmp", "a/00/ab", "a/ab/-ab", "a/notes.txt", "A/ab/ab", "README"):
        path = tmp_path / "blobs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    (tmp_path / "blobs/a/cd/cd").mkdir(parents=True)
    for name in ("a-AC", "a", "a-", "-ac", "a-ac-1", ".a-ac.swp"):
        (tmp_path / "incoming" / name).write_bytes(b"")
    (tmp_path / "incoming/a-ad").symlink_to(tmp_path / "README")
    assert [key for key, _ in blobs.list()] == [BlobKey(10, 0xAB)]
    assert [key for key, _ in blobs.unfinished()] == [BlobKey(10, 0xAC)]


def test_a_key_in_use_is_not_begun_again(blobs):
    writer = blobs.begin(KEY)
    with pytest.raises(StoreFailed):
        blobs.begin(KEY)
    writer.abort()


def test_a_disk_that_takes_a_few_bytes_at_a_time_gets_them_all(blobs, monkeypatch):
    real = os.pwritev

    def stingy(fd, pieces, offset):
        return real(fd, [b"".join(pieces)[: 1 + offset % 7]], offset)

    monkeypatch.setattr(os, "pwritev", stingy)
    pieces = [noise(size, size) for size in (0, 1, 13, 0, 200, 3)]
    writer = blobs.begin(KEY)
    writer.append(pieces)
    writer.commit()
    assert blobs.read(KEY, 0, 217) == b"".join(pieces)


# ---- descriptors


def test_many_blobs_are_read_with_few_descriptors(blobs, tmp_path):
    keys = [BlobKey(1, number) for number in range(1, 400)]
    for key in keys:
        keep(blobs, key, key.id.to_bytes(4, "big"))
    for key in keys + keys[::-1]:
        assert blobs.read(key, 0, 4) == key.id.to_bytes(4, "big")
    assert 0 < len(descriptors(tmp_path)) <= 128
    blobs.close()
    assert descriptors(tmp_path) == []


def test_readers_get_right_bytes_or_none_while_blobs_are_deleted(blobs, tmp_path):
    contents = {BlobKey(1, number): noise(5_000, number) for number in range(1, 300)}
    for key, data in contents.items():
        keep(blobs, key, data)

    def read(seed: int) -> None:
        for key in random.Random(seed).choices(sorted(contents), k=1_500):
            try:
                assert blobs.read(key, 100, 4_000) == contents[key][100:4_100]
            except BlobMissing:
                assert not is_there(blobs, key)

    def delete() -> None:
        for key in contents:
            blobs.delete(key)

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(read, seed) for seed in range(3)] + [pool.submit(delete)]:
            done.result()
    assert descriptors(tmp_path) == [], "the space of a deleted blob is free"


def test_a_reader_is_served_when_descriptors_run_out(blobs):
    keep(blobs, KEY, b"one")
    keep(blobs, OTHER, b"two")
    blobs.read(KEY, 0, 3)
    with calls.failing(1, errno.EMFILE) as tally:
        assert blobs.read(OTHER, 0, 3) == b"two"
    assert tally.failed == "open"


def test_a_writer_that_failed_or_was_lost_holds_nothing_open(blobs, tmp_path):
    blobs.begin(KEY).append([b"lost"])
    with calls.failing(1, errno.EIO, only="fsync"), pytest.raises(StoreFailed):
        keep(blobs, OTHER, b"failed")
    with pytest.raises(BlobMissing):
        blobs.resume(KEY, 5)
    assert descriptors(tmp_path) == []


# ---- space


def test_freed_parts_give_their_space_back(blobs, tmp_path):
    data = noise(4 * MiB)
    keep(blobs, KEY, data)
    path = next((tmp_path / "blobs").rglob(f"{KEY.id:x}"))
    before = path.stat().st_blocks
    assert blobs.free(KEY, [(MiB, MiB - 7), (2 * MiB - 7, MiB)], [(0, MiB), (3 * MiB - 7, MiB + 7)])
    assert (before - path.stat().st_blocks) * 512 == 2 * MiB - 4096
    assert blobs.read(KEY, 0, MiB) == data[:MiB]
    assert blobs.read(KEY, 3 * MiB - 7, MiB + 7) == data[3 * MiB - 7 :]


@given(ranges=SPANS, keep=SPANS)
def test_just_the_whole_blocks_that_nobody_wants_become_holes(ranges, keep):
    freed = {byte for offset, length in ranges for byte in range(offset, offset + length)}
    freed -= {byte for offset, length in keep for byte in range(offset, offset + length)}
    blocks = [block for block in range(0, 128, 8) if freed.issuperset(range(block, block + 8))]
    holes = list(whole_blocks(ranges, keep, 8))
    assert [byte for offset, length in holes for byte in range(offset, offset + length, 8)] == blocks


def test_hard_links_are_not_punched_until_one_name_is_left(blobs):
    data = noise(MiB)
    keep(blobs, KEY, data)
    blobs._clones = False
    blobs.link(KEY, OTHER)
    assert not blobs.free(KEY, [(0, MiB)], [])
    assert not blobs.free(OTHER, [(0, MiB)], [])
    assert blobs.read(OTHER, 0, MiB) == data
    blobs.delete(OTHER)
    assert blobs.free(KEY, [(0, MiB)], [])
    assert blobs.read(KEY, 0, MiB) == bytes(MiB)


def test_a_file_system_without_holes_says_no(blobs, monkeypatch):
    def refuse(fd, offset, length):
        raise OSError(errno.EOPNOTSUPP, "Operation not supported")

    keep(blobs, KEY, noise(MiB))
    monkeypatch.setattr(linux, "punch", refuse)
    assert blobs.free(KEY, [(0, MiB)], []) is False
    assert blobs.read(KEY, 0, MiB) == noise(MiB)


def test_where_the_file_system_can_a_link_shares_blocks_and_is_punched_alone(tmp_path):
    with small_disk(tmp_path / "disk", kind="xfs") as folder:
        blobs = DiskBlobs(folder)
        data = noise(MiB)
        keep(blobs, KEY, data)
        blobs.link(KEY, OTHER)
        files = [path.stat() for path in (folder / "blobs").rglob("*") if path.is_file()]
        assert [file.st_nlink for file in files] == [1, 1]
        assert blobs.free(KEY, [(0, MiB)], [])
        assert blobs.read(KEY, 0, MiB) == bytes(MiB)
        assert blobs.read(OTHER, 0, MiB) == data
        blobs.close()


@pytest.mark.parametrize("kind", ["tmpfs", "ext4"])
def test_a_full_disk_refuses_new_blobs_and_keeps_the_old_ones(tmp_path, kind):
    with small_disk(tmp_path / "disk", kind=kind) as folder:
        blobs = DiskBlobs(folder)
        kept = []
        with pytest.raises(StoreFull):
            for number in range(1, 200):
                keep(blobs, BlobKey(1, number), noise(MiB, number))
                kept.append(number)
        assert 30 < len(kept) <= 64
        assert {key.id for key, _ in blobs.list()} == set(kept)
        for number in kept:
            assert blobs.read(BlobKey(1, number), 0, MiB) == noise(MiB, number)
        for key, _ in list(blobs.unfinished()):
            blobs.resume(key, 0).abort()
        for number in kept[:3]:
            blobs.delete(BlobKey(1, number))
        keep(blobs, KEY, noise(MiB))
        assert blobs.read(KEY, 0, MiB) == noise(MiB)
        assert blobs.free(BlobKey(1, kept[-1]), [(0, MiB)], [])
        keep(blobs, OTHER, noise(MiB // 2))
        blobs.close()


LINKER = """
import sys
from pathlib import Path
from blake3 import blake3
from nuvol.stores.base import BlobKey
from nuvol.stores.blobs.disk import DiskBlobs
blobs = DiskBlobs(Path(sys.argv[1]))
print("ready", flush=True)
for number in range(1, 200):
    blobs.link(BlobKey(1, number), BlobKey(2, number))
    print(blake3(blobs.read(BlobKey(2, number), 0, 8192)).hexdigest(), flush=True)
"""


def test_freeing_never_races_a_link_of_another_process(blobs, tmp_path):
    from blake3 import blake3

    numbers = range(1, 200)
    for number in numbers:
        keep(blobs, BlobKey(1, number), noise(8192, number))
    with subprocess.Popen([sys.executable, "-c", LINKER, tmp_path], stdout=subprocess.PIPE, text=True) as child:
        child.stdout.readline()
        freed = [blobs.free(BlobKey(1, number), [(0, 8192)], []) for number in numbers]
        seen = child.stdout.read().split()
    assert child.returncode == 0
    for number, digest, was_freed in zip(numbers, seen, freed, strict=True):
        now = blobs.read(BlobKey(2, number), 0, 8192)
        assert blake3(now).hexdigest() == digest, "a link never changes afterwards"
        assert was_freed or now == noise(8192, number)


# ---- calls that fail


@pytest.mark.parametrize(
    "error, told",
    [
        (errno.ENOSPC, StoreFull),
        (errno.EDQUOT, StoreFull),
        (errno.EIO, StoreFailed),
        (errno.EROFS, StoreFailed),
        (errno.EMFILE, Busy),
        (errno.ENFILE, Busy),
    ],
)
def test_what_the_system_refuses_is_told_in_our_words(blobs, error, told):
    with calls.failing(1, error), pytest.raises(told):
        blobs.begin(KEY)
    writer = blobs.begin(KEY)
    with calls.failing(1, error), pytest.raises(told):
        writer.append([b"bytes"])
    writer.append([b"bytes"])
    with calls.failing(1, error), pytest.raises(told):
        writer.commit()
    writer.abort()


def test_a_failed_append_counts_not_at_all(blobs, monkeypatch):
    writer = blobs.begin(KEY)
    writer.append([b"kept "])
    real = os.pwritev

    def half(fd, pieces, offset):
        if offset > 5:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(fd, [pieces[0]], offset)

    with monkeypatch.context() as patch:
        patch.setattr(os, "pwritev", half)
        with pytest.raises(StoreFull):
            writer.append([b"half of what was to come", b"the rest"])
    assert writer.size == 5
    assert writer.read(0, 100) == b"kept "
    writer.append([b"on"])
    writer.commit()
    assert blobs.size(KEY) == 7
    assert blobs.read(KEY, 0, 7) == b"kept on"


def test_after_a_failed_sync_the_writer_does_not_try_again(blobs):
    writer = blobs.begin(KEY)
    writer.append([b"safe"])
    writer.sync()
    writer.append([b" doubtful"])
    with calls.failing(1, errno.EIO, only="fsync"), pytest.raises(StoreFailed):
        writer.sync()
    for again in (writer.sync, lambda: writer.append([b"more"]), lambda: writer.truncate(4)):
        with pytest.raises(StoreFailed):
            again()
    writer.close()
    writer = blobs.resume(KEY, 4)
    writer.commit()
    assert blobs.read(KEY, 0, 4) == b"safe", "what an earlier sync covered can be resumed"


def test_a_failed_sync_cannot_be_committed(blobs):
    writer = blobs.begin(KEY)
    writer.append([b"doubtful"])
    with calls.failing(1, errno.EIO, only="fsync"), pytest.raises(StoreFailed):
        writer.sync()
    with pytest.raises(StoreFailed):
        writer.commit()
    assert not is_there(blobs, KEY)


def test_a_failed_commit_drops_the_blob(blobs, tmp_path):
    for nth in itertools.count(1):
        writer = blobs.begin(BlobKey(1, nth))
        writer.append([b"bytes"])
        with calls.failing(nth, errno.EIO) as tally:
            try:
                writer.commit()
            except StoreFailed:
                with pytest.raises(StoreFailed):
                    writer.commit()
        assert tree(tmp_path) == (set() if tally.failed else {f"blobs/1/{nth:02x}/{nth:x}"})
        if not tally.failed:
            break
    assert nth > 6


def test_when_the_name_cannot_be_synced_there_is_no_name(blobs):
    keep(blobs, BlobKey(KEY.account_id, KEY.id + 256), b"its folders are made")
    writer = blobs.begin(KEY)
    writer.append([b"bytes"])
    with calls.failing(2, errno.EIO, only="fsync"), pytest.raises(StoreFailed):
        writer.commit()
    assert not is_there(blobs, KEY)
    assert list(blobs.unfinished()) == []


def story(blobs: DiskBlobs, keys: "itertools.count[int]") -> None:
    """Each step as the core takes it: after a failure the writer is dropped. Raises what the store raises."""
    first, second, third = (BlobKey(next(keys), 5) for _ in range(3))
    writer = blobs.begin(first)
    try:
        writer.append([b"first ", b"blob"])
        writer.sync()
        writer.close()
        writer = blobs.resume(first, 6)
        writer.append([b"BLOB"])
        writer.commit()
    finally:
        writer.abort()
    blobs.link(first, second)
    keep(blobs, third, noise(10_000))
    blobs.free(third, [(0, 8192)], [(8192, 1808)])
    blobs.delete(second)


@pytest.mark.parametrize("lasting", [False, True])
@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC, errno.EMFILE])
def test_whichever_call_fails_no_blob_is_half_there(tmp_path, error, lasting):
    keys = itertools.count(1)
    blobs = DiskBlobs(tmp_path)
    for nth in itertools.count(1):
        try:
            with calls.failing(nth, error, lasting=lasting) as tally:
                story(blobs, keys)
        except Unable as failure:
            assert tally.failed
            assert isinstance(failure, {errno.EIO: StoreFailed, errno.ENOSPC: StoreFull, errno.EMFILE: Busy}[error])
        if tally.failed is None:
            break
        for key, _ in blobs.list():
            size = blobs.size(key)
            expected = {10: b"first BLOB", 10_000: noise(10_000)}[size]
            whole = blobs.read(key, 0, size)
            assert whole[-1000:] == expected[-1000:]
            blobs.delete(key)
        for key, _ in list(blobs.unfinished()):
            blobs.resume(key, 0).abort()
        assert tree(tmp_path) == set()
        assert descriptors(tmp_path) == []
    assert nth > 25
    assert {"open", "pwritev", "fsync", "rename", "link", "unlink", "mkdir", "ftruncate", "punch"} <= set(tally.names)


def test_a_store_that_cannot_be_opened_says_so(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreFailed):
        DiskBlobs(tmp_path / "file")
