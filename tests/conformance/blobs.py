"""What every blob store promises. A backend's test is a subclass with a fixture `blobs`."""

import os
import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nuvol.errors import BlobMissing
from nuvol.stores.base import BlobKey, Blobs

KEY = BlobKey(account_id=7, id=0x1F00000000ABC)
OTHER = BlobKey(account_id=7, id=0x1F00000000ABD)
FOREIGN = BlobKey(account_id=8, id=KEY.id)
BLOCK = 64 * 1024
HARMLESS = [HealthCheck.function_scoped_fixture, HealthCheck.differing_executors]  # each example deletes its blob

ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.lists(st.binary(max_size=40), max_size=5)),
        st.tuples(st.just("truncate"), st.integers(0, 120)),
        st.tuples(st.just("read"), st.tuples(st.integers(0, 120), st.integers(0, 120))),
        st.tuples(st.just("resume"), st.integers(0, 120)),
        st.tuples(st.just("sync"), st.none()),
    ),
    max_size=12,
)


def noise(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


def keep(blobs: Blobs, key: BlobKey, data: bytes) -> None:
    """Commit a blob of these bytes."""
    writer = blobs.begin(key)
    writer.append([data])
    writer.commit()


def is_there(blobs: Blobs, key: BlobKey) -> bool:
    try:
        blobs.size(key)
    except BlobMissing:
        return False
    return True


class BlobStoreTests:
    @pytest.fixture
    def blobs(self) -> Iterator[Blobs]:
        raise NotImplementedError

    # ---- writing

    def test_a_committed_blob_reads_back_byte_for_byte(self, blobs):
        data = noise(300_001)
        keep(blobs, KEY, data)
        assert blobs.read(KEY, 0, len(data)) == data
        assert blobs.size(KEY) == len(data)

    def test_pieces_are_written_one_after_another_at_the_end(self, blobs):
        writer = blobs.begin(KEY)
        writer.append([b"one ", bytearray(b"two "), memoryview(b"-three -")[1:-1], b""])
        assert writer.size == 14
        writer.append([])
        writer.append([b"four"])
        assert writer.size == 18
        writer.commit()
        assert blobs.read(KEY, 0, 18) == b"one two three four"

    def test_thousands_of_pieces_fit_in_one_append(self, blobs):
        pieces = [noise(size % 7, size) for size in range(5_000)]
        writer = blobs.begin(KEY)
        writer.append(pieces)
        writer.commit()
        whole = b"".join(pieces)
        assert blobs.read(KEY, 0, len(whole)) == whole

    def test_pieces_may_be_reused_as_soon_as_append_returns(self, blobs):
        buffer = bytearray(b"first")
        writer = blobs.begin(KEY)
        writer.append([buffer])
        buffer[:] = b"other"
        writer.commit()
        assert blobs.read(KEY, 0, 5) == b"first"

    def test_nobody_can_read_a_blob_before_its_commit(self, blobs):
        writer = blobs.begin(KEY)
        writer.append([b"not yet"])
        writer.sync()
        assert not is_there(blobs, KEY)
        with pytest.raises(BlobMissing):
            blobs.read(KEY, 0, 1)
        with pytest.raises(BlobMissing):
            blobs.link(KEY, OTHER)
        assert list(blobs.list()) == []
        writer.abort()

    def test_a_blob_of_no_bytes_is_not_kept(self, blobs):
        blobs.begin(KEY).commit()
        assert not is_there(blobs, KEY)
        assert list(blobs.list()) == list(blobs.unfinished()) == []

    def test_a_commit_leaves_nothing_unfinished(self, blobs):
        keep(blobs, KEY, b"done")
        assert list(blobs.unfinished()) == []

    def test_the_writer_reads_what_was_appended_earlier_and_fewer_only_at_the_end(self, blobs):
        writer = blobs.begin(KEY)
        writer.append([b"0123", b"456789"])
        assert writer.read(2, 5) == b"23456"
        assert writer.read(8, 100) == b"89"
        assert writer.read(10, 1) == writer.read(999, 1) == b""
        writer.append([b"ab"])
        assert writer.read(9, 3) == b"9ab"
        writer.abort()

    def test_truncate_drops_what_lies_behind(self, blobs):
        writer = blobs.begin(KEY)
        writer.append([b"0123456789"])
        writer.truncate(4)
        assert writer.size == 4
        assert writer.read(0, 10) == b"0123"
        writer.append([b"xy"])
        writer.commit()
        assert blobs.size(KEY) == 6
        assert blobs.read(KEY, 0, 6) == b"0123xy"

    def test_truncate_never_makes_a_blob_longer(self, blobs):
        writer = blobs.begin(KEY)
        writer.append([b"1234"])
        writer.truncate(100)
        assert writer.size == 4
        writer.commit()
        assert blobs.size(KEY) == 4

    def test_a_blob_truncated_to_nothing_is_not_kept(self, blobs):
        writer = blobs.begin(KEY)
        writer.append([b"1234"])
        writer.truncate(0)
        writer.commit()
        assert not is_there(blobs, KEY)

    def test_what_was_synced_can_be_gone_on_with_and_committed(self, blobs):
        writer = blobs.begin(KEY)
        writer.append([b"one"])
        writer.sync()
        writer.append([b"two"])
        writer.sync()
        writer.commit()
        assert blobs.read(KEY, 0, 6) == b"onetwo"

    # ---- giving up and going on

    def test_an_aborted_blob_leaves_nothing_behind(self, blobs):
        writer = blobs.begin(KEY)
        writer.append([b"bytes"])
        writer.abort()
        assert not is_there(blobs, KEY)
        assert list(blobs.list()) == list(blobs.unfinished()) == []

    def test_abort_is_allowed_at_any_time_also_twice(self, blobs):
        writer = blobs.begin(KEY)
        writer.abort()
        writer.abort()
        writer = blobs.begin(OTHER)
        writer.append([b"kept"])
        writer.commit()
        writer.abort()
        assert blobs.read(OTHER, 0, 4) == b"kept", "a committed blob is the store's, not the writer's"

    def test_a_writer_that_let_go_does_no_harm_to_the_next_one(self, blobs):
        first = blobs.begin(KEY)
        first.append([b"bytes"])
        first.close()
        second = blobs.resume(KEY, 5)
        first.abort()
        first.close()
        second.commit()
        assert blobs.read(KEY, 0, 5) == b"bytes"

    def test_a_closed_blob_is_unfinished_and_can_be_resumed(self, blobs):
        writer = blobs.begin(KEY)
        writer.append([b"0123456789"])
        writer.close()
        assert [key for key, _ in blobs.unfinished()] == [KEY]
        assert not is_there(blobs, KEY)
        writer = blobs.resume(KEY, 10)
        assert writer.size == 10
        assert writer.read(0, 10) == b"0123456789"
        writer.append([b"ab"])
        writer.commit()
        assert blobs.read(KEY, 0, 12) == b"0123456789ab"

    def test_resume_cuts_back_to_the_size_asked_for(self, blobs):
        writer = blobs.begin(KEY)
        writer.append([b"0123456789"])
        writer.close()
        writer = blobs.resume(KEY, 3)
        assert writer.size == 3
        writer.append([b"ab"])
        writer.commit()
        assert blobs.size(KEY) == 5
        assert blobs.read(KEY, 0, 5) == b"012ab"

    def test_resume_says_so_when_there_are_fewer_bytes(self, blobs):
        writer = blobs.begin(KEY)
        writer.append([b"0123"])
        writer.close()
        with pytest.raises(BlobMissing):
            blobs.resume(KEY, 5)
        blobs.resume(KEY, 4).abort()

    def test_resume_says_so_when_there_is_nothing(self, blobs):
        with pytest.raises(BlobMissing):
            blobs.resume(KEY, 0)
        keep(blobs, KEY, b"finished")
        with pytest.raises(BlobMissing):
            blobs.resume(KEY, 0)
        assert blobs.read(KEY, 0, 8) == b"finished"

    def test_a_lost_writer_leaves_only_what_unfinished_names(self, blobs):
        blobs.begin(KEY).append([b"bytes"])
        assert [key for key, _ in blobs.unfinished()] == [KEY]
        blobs.resume(KEY, 0).abort()
        assert list(blobs.unfinished()) == []

    def test_unfinished_tells_when_a_blob_was_last_written_to(self, blobs):
        before = time.time()
        writer = blobs.begin(KEY)
        writer.append([b"bytes"])
        foreign = blobs.begin(FOREIGN)
        found = dict(blobs.unfinished())
        assert set(found) == {KEY, FOREIGN}
        assert before - 1 < found[KEY] < time.time() + 1
        writer.abort()
        foreign.abort()

    @settings(max_examples=60, deadline=None, suppress_health_check=HARMLESS)
    @given(acts=ACTS)
    def test_whatever_a_writer_did_the_blob_is_what_was_asked_for(self, blobs, acts):
        blobs.delete(KEY)
        writer, model = blobs.begin(KEY), bytearray()
        for act, what in acts:
            if act == "append":
                writer.append(what)
                model += b"".join(what)
            elif act == "truncate":
                writer.truncate(what)
                del model[what:]
            elif act == "read":
                offset, length = what
                assert writer.read(offset, length) == model[offset : offset + length]
            elif act == "sync":
                writer.sync()
            elif what <= len(model):
                writer.close()
                writer = blobs.resume(KEY, what)
                del model[what:]
            assert writer.size == len(model)
        writer.commit()
        assert is_there(blobs, KEY) == bool(model)
        if model:
            assert blobs.read(KEY, 0, len(model)) == model
            assert blobs.size(KEY) == len(model)

    # ---- reading

    def test_a_missing_blob_is_said_so(self, blobs):
        for ask in (lambda: blobs.read(KEY, 0, 1), lambda: blobs.size(KEY), lambda: blobs.read(KEY, 0, 0)):
            with pytest.raises(BlobMissing):
                ask()

    @pytest.mark.parametrize("offset, length", [(0, 10), (0, 1), (9, 1), (3, 4), (0, 0), (10, 0)])
    def test_a_read_gives_exactly_the_bytes_asked_for(self, blobs, offset, length):
        keep(blobs, KEY, b"0123456789")
        assert blobs.read(KEY, offset, length) == b"0123456789"[offset : offset + length]

    @pytest.mark.parametrize("offset, length", [(0, 11), (10, 1), (9, 2), (5000, 1)])
    def test_a_blob_shorter_than_what_is_read_is_missing(self, blobs, offset, length):
        keep(blobs, KEY, b"0123456789")
        with pytest.raises(BlobMissing):
            blobs.read(KEY, offset, length)

    def test_the_file_of_a_blob_if_there_is_one_holds_its_bytes(self, blobs):
        keep(blobs, KEY, b"0123456789")
        file = blobs.file(KEY, 10)
        if file is None:
            return
        with file as descriptor:
            blobs.delete(KEY)  # whoever has it open reads on
            assert os.pread(descriptor, 100, 0) == b"0123456789"
        keep(blobs, OTHER, b"0123456789")
        for key, size in ((OTHER, 11), (KEY, 1)):
            with pytest.raises(BlobMissing), blobs.file(key, size):
                pass

    def test_the_same_id_in_two_accounts_names_two_blobs(self, blobs):
        keep(blobs, KEY, b"mine")
        assert not is_there(blobs, FOREIGN)
        keep(blobs, FOREIGN, b"yours")
        blobs.delete(KEY)
        assert not is_there(blobs, KEY)
        assert blobs.read(FOREIGN, 0, 5) == b"yours"

    def test_ids_may_be_as_large_as_ids_get(self, blobs):
        keys = [BlobKey(1, 1), BlobKey((1 << 53) - 1, (1 << 53) - 1)]
        for key in keys:
            keep(blobs, key, str(key.id).encode())
        assert sorted(key for key, _ in blobs.list()) == keys
        assert blobs.read(keys[1], 0, 16) == b"9007199254740991"

    def test_many_threads_read_at_once(self, blobs):
        contents = {BlobKey(1, number): noise(BLOCK, number) for number in range(1, 30)}
        for key, data in contents.items():
            keep(blobs, key, data)

        def read_all(seed: int) -> None:
            order = random.Random(seed).sample(sorted(contents), len(contents))
            for key in order:
                assert blobs.read(key, 1000, 5000) == contents[key][1000:6000]

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(read_all, range(8)))

    # ---- a second key

    def test_a_link_gives_the_same_bytes_a_second_key(self, blobs):
        data = noise(200_000)
        keep(blobs, KEY, data)
        blobs.link(KEY, FOREIGN)
        assert blobs.read(FOREIGN, 0, len(data)) == data
        assert blobs.size(FOREIGN) == len(data)
        assert {key for key, _ in blobs.list()} == {KEY, FOREIGN}
        assert list(blobs.unfinished()) == []

    def test_each_key_of_a_linked_blob_lives_on_without_the_other(self, blobs):
        keep(blobs, KEY, b"shared")
        blobs.link(KEY, OTHER)
        blobs.link(OTHER, FOREIGN)
        blobs.delete(KEY)
        assert not is_there(blobs, KEY)
        assert blobs.read(OTHER, 0, 6) == b"shared"
        blobs.delete(OTHER)
        assert blobs.read(FOREIGN, 0, 6) == b"shared"

    def test_linking_a_missing_blob_is_said_so(self, blobs):
        with pytest.raises(BlobMissing):
            blobs.link(KEY, OTHER)
        assert list(blobs.list()) == list(blobs.unfinished()) == []

    def test_a_link_is_as_young_as_a_new_blob(self, blobs):
        keep(blobs, KEY, b"shared")
        before = time.time()
        blobs.link(KEY, OTHER)
        assert dict(blobs.list())[OTHER] > before - 1, "else the sweep takes it before its rows are written"

    # ---- giving space back

    def test_freeing_keeps_what_is_to_be_kept(self, blobs):
        data = noise(40 * BLOCK)
        keep(blobs, KEY, data)
        kept = [(0, 10_000), (5 * BLOCK, 3 * BLOCK), (20 * BLOCK + 17, 5 * BLOCK), (39 * BLOCK, BLOCK)]
        edges = [0, *(edge for offset, length in kept for edge in (offset, offset + length)), len(data)]
        ranges = [(start, stop - start) for start, stop in zip(edges[::2], edges[1::2], strict=True)]
        freed = blobs.free(KEY, ranges, kept)
        assert blobs.size(KEY) == len(data)
        for offset, length in kept:
            assert blobs.read(KEY, offset, length) == data[offset : offset + length]
        if not freed:
            assert blobs.read(KEY, 0, len(data)) == data

    def test_what_is_to_be_kept_wins_over_what_is_to_be_freed(self, blobs):
        data = noise(10 * BLOCK)
        keep(blobs, KEY, data)
        blobs.free(KEY, [(0, 10 * BLOCK)], [(3 * BLOCK - 5, 2 * BLOCK)])
        assert blobs.read(KEY, 3 * BLOCK - 5, 2 * BLOCK) == data[3 * BLOCK - 5 : 5 * BLOCK - 5]

    def test_a_blob_whose_bytes_have_a_second_key_is_never_freed_in_parts_under_it(self, blobs):
        data = noise(4 * BLOCK)
        keep(blobs, KEY, data)
        blobs.link(KEY, FOREIGN)
        blobs.free(KEY, [(0, 4 * BLOCK)], [])
        assert blobs.read(FOREIGN, 0, len(data)) == data
        blobs.free(FOREIGN, [(0, 4 * BLOCK)], [])
        blobs.delete(KEY)
        assert blobs.size(FOREIGN) == len(data)

    def test_freeing_a_missing_blob_is_said_so(self, blobs):
        with pytest.raises(BlobMissing):
            blobs.free(KEY, [(0, 1)], [])

    def test_freeing_never_races_a_link(self, blobs):
        data = noise(2 * BLOCK)
        for number in range(1, 60):
            source, target = BlobKey(1, number), BlobKey(2, number)
            keep(blobs, source, data)
            start = threading.Barrier(2)

            def link(start=start, source=source, target=target) -> bytes:
                start.wait()
                blobs.link(source, target)
                return blobs.read(target, 0, len(data))

            def free(start=start, source=source) -> bool:
                start.wait()
                return blobs.free(source, [(0, len(data))], [])

            with ThreadPoolExecutor(2) as pool:
                linked, freed = pool.submit(link), pool.submit(free)
                if not freed.result():
                    assert linked.result() == data
                assert linked.result() == blobs.read(target, 0, len(data)), "a link never changes afterwards"

    # ---- going through and taking away

    def test_a_deleted_blob_is_gone(self, blobs):
        keep(blobs, KEY, b"bytes")
        blobs.read(KEY, 0, 5)
        blobs.delete(KEY)
        assert not is_there(blobs, KEY)
        with pytest.raises(BlobMissing):
            blobs.read(KEY, 0, 5)
        assert list(blobs.list()) == []

    def test_deleting_an_unknown_key_is_no_error(self, blobs):
        blobs.delete(KEY)
        keep(blobs, OTHER, b"bytes")
        blobs.delete(KEY)
        blobs.delete(OTHER)
        blobs.delete(OTHER)

    def test_list_names_every_committed_blob_and_when(self, blobs):
        before = time.time()
        keys = {BlobKey(account, number) for account in (1, 300) for number in (1, 255, 256, 511, 1 << 40)}
        for key in keys:
            keep(blobs, key, b"bytes")
        writer = blobs.begin(KEY)
        found = dict(blobs.list())
        writer.abort()
        assert set(found) == keys
        assert all(before - 1 < at < time.time() + 1 for at in found.values())

    def test_blobs_may_come_and_go_while_they_are_listed(self, blobs):
        steady = {BlobKey(1, number) for number in range(1, 20)}
        passing = {BlobKey(2, number) for number in range(1, 20)}
        for key in steady | passing:
            keep(blobs, key, b"bytes")
        opened = [blobs.begin(BlobKey(3, number)) for number in range(1, 20)]
        seen = set()
        for number, (key, _) in enumerate(blobs.list()):
            seen.add(key)
            for gone in passing:
                blobs.delete(gone)
            if number == 0:
                keep(blobs, BlobKey(4, 1), b"new")
        assert steady <= seen <= steady | passing | {BlobKey(4, 1)}
        names = blobs.unfinished()
        next(names)
        for writer in opened:
            writer.abort()
        assert {key.account_id for key, _ in names} <= {3}
