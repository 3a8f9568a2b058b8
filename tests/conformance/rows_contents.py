"""What every catalog promises of contents, chunks and blobs. A backend's test is a subclass with a fixture
`catalog`."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from msgspec.structs import replace

from nuvol.errors import ChunksLacking
from nuvol.model.nodes import Chunk, Content
from nuvol.stores.base import PAGE
from tests.conformance.rows_nodes import ANNA, BERT, add, file, get, version

CONTENT = Content(
    account_id=ANNA, hash=b"h" * 32, size=2**52, adler32=2**32 - 1, blob_id=2**53 - 1, chunks=3, checksums={}
)
BLOB = 70


def name(number: int) -> bytes:
    return number.to_bytes(32, "big")


def chunk(number: int, blob_id: int = BLOB, length: int = 100, offset: int | None = None) -> Chunk:
    return Chunk(name(number), blob_id, number * 1000 if offset is None else offset, length, number)


def refer(catalog, *chunks: Chunk, blob_id: int = BLOB, account_id: int = ANNA) -> tuple[int, bool]:
    return catalog.write(lambda tx: tx.chunks.refer(account_id, chunks, blob_id))


def unrefer(catalog, *numbers: int, now: int = 50) -> int:
    return catalog.write(lambda tx: tx.chunks.unrefer(ANNA, [name(number) for number in numbers], now))


def held(catalog, *numbers: int) -> set[int]:
    """Those of these chunks that are there."""
    found = catalog.read(lambda tx: tx.chunks.find(ANNA, [name(number) for number in numbers]))
    return {int.from_bytes(hash, "big") for hash in found}


def dead(catalog, before: int = 1000, now: int = 1000) -> list[int]:
    found = catalog.read(lambda tx: tx.chunks.dead(before, now, 99))
    assert all(account_id == ANNA for account_id, _ in found)
    return sorted(int.from_bytes(each.hash, "big") for _, each in found)


def used(catalog) -> int:
    return catalog.read(lambda tx: tx.chunks.referred_bytes(ANNA))


class ContentRowsTests:
    def test_a_content_comes_back_as_it_went_in(self, catalog):
        contents = [CONTENT, replace(CONTENT, hash=b"i" * 32, blob_id=None, chunks=0, checksums={"SHA1": "aé"})]
        others = replace(CONTENT, account_id=BERT, size=1)
        catalog.write(lambda tx: [tx.chunks.add_content(content) for content in (*contents, others)])
        for content in (*contents, others):
            assert catalog.read(lambda tx, c=content: tx.chunks.content(c.account_id, c.hash)) == content
        assert catalog.read(lambda tx: tx.chunks.content(ANNA, b"x" * 32)) is None
        assert catalog.read(lambda tx: tx.chunks.contents((0, b""), 9)) == [*contents, others]
        assert catalog.read(lambda tx: tx.chunks.contents((ANNA, contents[0].hash), 1)) == [contents[1]]

    def test_a_content_that_is_there_is_not_added_again(self, catalog):
        assert catalog.write(lambda tx: tx.chunks.add_content(CONTENT)) is True
        assert catalog.write(lambda tx: tx.chunks.add_content(replace(CONTENT, size=1))) is False
        assert catalog.write(lambda tx: tx.chunks.add_content(replace(CONTENT, account_id=BERT))) is True
        assert catalog.read(lambda tx: tx.chunks.content(ANNA, CONTENT.hash)) == CONTENT

    def test_checksums_are_added_later(self, catalog):
        plain = replace(CONTENT, hash=b"p" * 32)
        catalog.write(lambda tx: (tx.chunks.add_content(CONTENT), tx.chunks.add_content(plain)))
        catalog.write(lambda tx: tx.chunks.set_checksums(ANNA, CONTENT.hash, {"MD5": "m", "SHA1": "s"}))
        assert catalog.read(lambda tx: tx.chunks.content(ANNA, CONTENT.hash)).checksums == {"MD5": "m", "SHA1": "s"}
        found = catalog.read(lambda tx: tx.chunks.checksums(ANNA, [CONTENT.hash, plain.hash, b"x" * 32]))
        assert found == {CONTENT.hash: {"MD5": "m", "SHA1": "s"}}
        assert catalog.read(lambda tx: tx.chunks.checksums(BERT, [CONTENT.hash])) == {}

    def test_the_adler_sums_of_many_contents_are_told_at_once(self, catalog):
        other, coming = (replace(CONTENT, hash=letter * 32, adler32=(1 << 32) - 1) for letter in (b"o", b"c"))
        catalog.write(lambda tx: (tx.chunks.add_content(CONTENT), tx.chunks.add_content(other)))
        catalog.write(lambda tx: tx.chunks.add_content(coming, pending=5))
        found = catalog.read(lambda tx: tx.chunks.adlers(ANNA, [CONTENT.hash, other.hash, coming.hash, b"x" * 32]))
        assert found == {CONTENT.hash: CONTENT.adler32, other.hash: (1 << 32) - 1}
        assert catalog.read(lambda tx: tx.chunks.adlers(BERT, [CONTENT.hash])) == {}

    def test_small_content_rests_in_the_catalog(self, catalog):
        data = bytes(range(256)) * 256
        catalog.write(lambda tx: tx.chunks.add_inline(ANNA, b"b" * 32, data))
        catalog.write(lambda tx: tx.chunks.add_inline(ANNA, b"a" * 32, b""))
        catalog.write(lambda tx: tx.chunks.add_inline(BERT, b"a" * 32, b"wrong"))
        assert catalog.read(lambda tx: tx.chunks.inline(ANNA, b"b" * 32)) == data
        assert catalog.read(lambda tx: tx.chunks.inline(ANNA, b"a" * 32)) == b""
        assert catalog.read(lambda tx: tx.chunks.inline(ANNA, b"x" * 32)) is None
        catalog.write(lambda tx: tx.chunks.add_inline(BERT, b"a" * 32, b"bert"))
        expected = [(ANNA, b"a" * 32, b""), (ANNA, b"b" * 32, data), (BERT, b"a" * 32, b"bert")]
        assert catalog.read(lambda tx: tx.chunks.inlines((0, b""), 9)) == expected
        assert catalog.read(lambda tx: tx.chunks.inlines((ANNA, b"a" * 32), 1)) == expected[1:2]

    def test_an_inline_content_without_bytes_is_told(self, catalog):
        for hash, fields in ((b"a", {}), (b"b", {}), (b"c", {"chunks": 1})):
            catalog.write(
                lambda tx, h=hash, f=fields: tx.chunks.add_content(
                    replace(CONTENT, **{"hash": h * 32, "chunks": 0} | f)
                )
            )
        catalog.write(lambda tx: tx.chunks.add_inline(ANNA, b"a" * 32, b""))
        assert catalog.read(lambda tx: tx.chunks.hollow(9)) == [(ANNA, b"b" * 32)]
        assert catalog.read(lambda tx: tx.chunks.hollow(0)) == []

    def test_the_list_of_chunks_is_kept_in_pages(self, catalog):
        full = [(name(number), 2**31 + number) for number in range(PAGE)]
        catalog.write(lambda tx: tx.chunks.add_page(ANNA, b"h" * 32, 0, full))
        catalog.write(lambda tx: tx.chunks.add_page(ANNA, b"h" * 32, 1, [(name(7), 1)] * 2))
        for index, page in enumerate((full, [(name(7), 1)] * 2, [])):
            assert catalog.read(lambda tx, index=index: tx.chunks.page(ANNA, b"h" * 32, index)) == page
        assert catalog.read(lambda tx: tx.chunks.last_page(ANNA, b"h" * 32)) == 1
        assert catalog.read(lambda tx: tx.chunks.last_page(BERT, b"h" * 32)) == -1
        catalog.write(lambda tx: tx.chunks.remove_page(ANNA, b"h" * 32, 1))
        assert catalog.read(lambda tx: tx.chunks.last_page(ANNA, b"h" * 32)) == 0

    def test_a_content_that_is_still_being_brought_is_none(self, catalog):
        temporary = replace(CONTENT, hash=b"t" * 32, size=0, blob_id=None)
        catalog.write(lambda tx: tx.chunks.add_content(temporary, pending=40))
        catalog.write(lambda tx: tx.chunks.add_page(ANNA, b"t" * 32, 0, [(name(1), 5)]))
        assert catalog.read(lambda tx: tx.chunks.content(ANNA, b"t" * 32)) is None
        assert catalog.read(lambda tx: tx.chunks.contents((0, b""), 9)) == []
        assert catalog.read(lambda tx: tx.chunks.checksums(ANNA, [b"t" * 32])) == {}
        assert catalog.read(lambda tx: tx.chunks.abandoned(40, 9)) == []
        assert catalog.read(lambda tx: tx.chunks.abandoned(41, 9)) == [(ANNA, b"t" * 32)]
        catalog.write(lambda tx: tx.chunks.settle(ANNA, b"t" * 32, CONTENT))
        assert catalog.read(lambda tx: tx.chunks.content(ANNA, CONTENT.hash)) == CONTENT
        assert catalog.read(lambda tx: tx.chunks.page(ANNA, CONTENT.hash, 0)) == [(name(1), 5)]
        assert catalog.read(lambda tx: tx.chunks.last_page(ANNA, b"t" * 32)) == -1
        assert catalog.read(lambda tx: tx.chunks.abandoned(1000, 9)) == []

    def test_an_abandoned_content_is_found_and_taken_away(self, catalog):
        catalog.write(lambda tx: tx.chunks.add_content(CONTENT))
        catalog.write(lambda tx: tx.chunks.add_page(ANNA, CONTENT.hash, 0, [(name(1), 5)]))
        catalog.write(lambda tx: tx.chunks.abandon(ANNA, CONTENT.hash, b"t" * 32))
        assert catalog.read(lambda tx: tx.chunks.content(ANNA, CONTENT.hash)) is None
        assert catalog.read(lambda tx: tx.chunks.abandoned(1, 9)) == [(ANNA, b"t" * 32)]
        assert catalog.read(lambda tx: tx.chunks.page(ANNA, b"t" * 32, 0)) == [(name(1), 5)]
        catalog.write(lambda tx: tx.chunks.add_content(CONTENT))
        catalog.write(lambda tx: tx.chunks.drop_content(ANNA, b"t" * 32))
        assert catalog.read(lambda tx: tx.chunks.abandoned(1000, 9)) == []
        assert catalog.read(lambda tx: tx.chunks.content(ANNA, CONTENT.hash)) == CONTENT
        assert catalog.read(lambda tx: tx.chunks.last_page(ANNA, b"t" * 32)) == -1

    def test_a_dropped_content_is_gone_with_its_bytes(self, catalog):
        inline = replace(CONTENT, chunks=0, blob_id=None)
        others = replace(inline, account_id=BERT)
        for content in (inline, others):
            catalog.write(lambda tx, c=content: tx.chunks.add_content(c))
            catalog.write(lambda tx, c=content: tx.chunks.add_inline(c.account_id, c.hash, b"x"))
        catalog.write(lambda tx: tx.chunks.drop_content(ANNA, CONTENT.hash))
        assert catalog.read(lambda tx: tx.chunks.content(ANNA, CONTENT.hash)) is None
        assert catalog.read(lambda tx: tx.chunks.inline(ANNA, CONTENT.hash)) is None
        assert catalog.read(lambda tx: tx.chunks.inline(BERT, CONTENT.hash)) == b"x"


class ChunkRowsTests:
    def test_a_chunk_comes_back_as_it_went_in(self, catalog):
        far = Chunk(b"\xff" * 32, BLOB, 2**50, 2**21, 2**32 - 1)
        refer(catalog, far, chunk(1))
        assert catalog.read(lambda tx: tx.chunks.find(ANNA, [far.hash, name(9)])) == {far.hash: far}
        assert catalog.read(lambda tx: tx.chunks.find(BERT, [far.hash])) == {}
        assert catalog.read(lambda tx: tx.chunks.find(ANNA, [])) == {}
        whole = [(ANNA, chunk(1), True), (ANNA, far, True)]
        assert catalog.read(lambda tx: tx.chunks.all_chunks((0, b""), 9)) == whole
        assert catalog.read(lambda tx: tx.chunks.all_chunks((ANNA, chunk(1).hash), 9)) == whole[1:]

    def test_references_are_counted_and_bytes_once(self, catalog):
        assert refer(catalog, chunk(1), chunk(2), chunk(2)) == (200, True)
        assert refer(catalog, chunk(2), chunk(3)) == (100, True)
        assert used(catalog) == 300
        assert unrefer(catalog, 2, 2) == 0
        assert unrefer(catalog, 2, 1) == 200
        assert used(catalog) == 100 and held(catalog, 1, 2, 3) == {1, 2, 3}
        assert refer(catalog, chunk(2)) == (100, True), "it lives again"
        assert dead(catalog) == [1] and used(catalog) == 200

    def test_many_references_at_once_are_counted_too(self, catalog):
        many = [chunk(number % 700) for number in range(1500)]
        assert refer(catalog, *many) == (70_000, True)
        assert unrefer(catalog, *range(700)) == 0
        assert unrefer(catalog, *range(700)) == 60_000
        assert unrefer(catalog, *range(100)) == 10_000
        assert used(catalog) == 0 and len(dead(catalog)) == 99

    def test_a_chunk_the_account_holds_stays_where_it_rests(self, catalog):
        refer(catalog, chunk(1, blob_id=60), blob_id=60)
        grown, at_home = refer(catalog, chunk(1), chunk(2))
        assert (grown, at_home) == (100, False), "its bytes in the new blob are for nothing"
        assert catalog.read(lambda tx: tx.chunks.find(ANNA, [name(1)]))[name(1)].blob_id == 60
        assert refer(catalog, chunk(1, blob_id=60), chunk(3)) == (100, False)

    def test_a_chunk_of_another_blob_that_is_gone_is_lacking(self, catalog):
        with pytest.raises(ChunksLacking) as caught:
            refer(catalog, chunk(1), chunk(2, blob_id=60))
        assert caught.value.hashes == [name(2)]
        assert held(catalog, 1, 2) == set() and used(catalog) == 0

    def test_accounts_have_chunks_of_their_own(self, catalog):
        refer(catalog, chunk(1))
        assert refer(catalog, chunk(1, blob_id=60), blob_id=60, account_id=BERT) == (100, True)
        unrefer(catalog, 1)
        assert dead(catalog) == [1]
        assert catalog.read(lambda tx: tx.chunks.is_referred(BERT, name(1)))
        assert not catalog.read(lambda tx: tx.chunks.is_referred(ANNA, name(1)))
        assert not catalog.read(lambda tx: tx.chunks.is_referred(ANNA, name(2)))

    def test_the_dead_are_those_unreferenced_long_enough_and_not_pinned(self, catalog):
        refer(catalog, *(chunk(number) for number in range(4)))
        for number in range(3):
            unrefer(catalog, number, now=50 + number)
        assert dead(catalog, before=51) == [0] and dead(catalog, before=53) == [0, 1, 2]
        pinned = catalog.write(lambda tx: tx.chunks.pin(ANNA, [name(1), name(3), name(9)], until=80))
        assert pinned == {name(1): chunk(1), name(3): chunk(3)}
        assert dead(catalog, now=80) == [0, 2] and dead(catalog, now=81) == [0, 1, 2]
        catalog.write(lambda tx: tx.chunks.pin(ANNA, [name(1)], until=60))
        assert dead(catalog, now=80) == [0, 2], "an earlier end does not shorten a pin"
        assert len(catalog.read(lambda tx: tx.chunks.dead(1000, 1000, 2))) == 2

    def test_what_is_held_says_whether_it_is_pinned_for_long_enough(self, catalog):
        refer(catalog, chunk(0), chunk(1))
        catalog.write(lambda tx: tx.chunks.pin(ANNA, [name(0)], until=80))

        def holds(until: int, *numbers: int) -> tuple[dict[bytes, Chunk], bool]:
            return catalog.read(lambda tx: tx.chunks.held(ANNA, [name(number) for number in numbers], until))

        assert holds(80, 0, 9) == ({name(0): chunk(0)}, True)
        assert holds(81, 0) == ({name(0): chunk(0)}, False)
        assert holds(80, 0, 1) == ({name(0): chunk(0), name(1): chunk(1)}, False)
        assert holds(80, 9) == ({}, True)
        catalog.write(lambda tx: tx.chunks.judge(ANNA, chunk(0), False))
        assert holds(80, 0) == ({}, True)

    def test_what_lies_ahead_in_the_blob_of_the_last_one_is_pinned_with_it(self, catalog):
        numbers = range(8)
        refer(catalog, *(chunk(number) for number in numbers))
        catalog.write(lambda tx: tx.chunks.add_blob(ANNA, 60, 100))
        refer(catalog, chunk(8, blob_id=60), blob_id=60)
        unrefer(catalog, *numbers, 8)
        found = catalog.write(lambda tx: tx.chunks.pin(ANNA, [name(5), name(2), name(99)], until=80, ahead=3))
        assert found == {name(2): chunk(2), name(5): chunk(5)}
        assert dead(catalog, now=80) == [0, 1, 6, 7, 8], "2 is the last of those asked for; 3, 4 and 5 lie behind it"
        assert dead(catalog, now=81) == [*numbers, 8]
        assert catalog.write(lambda tx: tx.chunks.pin(ANNA, [name(99)], until=90, ahead=3)) == {}
        assert catalog.write(lambda tx: tx.chunks.pin(ANNA, [name(7)], until=90, ahead=3)) == {name(7): chunk(7)}
        assert dead(catalog, now=90) == [*range(7), 8]

    def test_only_what_is_still_dead_is_forgotten(self, catalog):
        refer(catalog, *(chunk(number) for number in range(4)))
        unrefer(catalog, 0, 1, 2)
        refer(catalog, chunk(1))
        catalog.write(lambda tx: tx.chunks.pin(ANNA, [name(2)], until=2000))
        gone = catalog.write(lambda tx: tx.chunks.forget(ANNA, [name(number) for number in range(9)], 1000, 1000))
        assert gone == [chunk(0)] and held(catalog, *range(4)) == {1, 2, 3}
        assert catalog.write(lambda tx: tx.chunks.forget(ANNA, [name(0)], 1000, 1000)) == []

    def test_many_are_forgotten_at_once(self, catalog):
        refer(catalog, *(chunk(number) for number in range(1200)))
        unrefer(catalog, *range(1200))
        hashes = [name(number) for number in range(1200)]
        assert len(catalog.write(lambda tx: tx.chunks.forget(ANNA, hashes, 1000, 1000))) == 1200

    def test_a_chunk_is_referred_to_or_forgotten_and_never_both(self, catalog):
        """Uploads and the sweep race for dead chunks: whoever comes first is right, and the other one knows."""
        numbers = range(60)
        refer(catalog, *map(chunk, numbers))
        unrefer(catalog, *numbers)
        start = threading.Barrier(2)

        def uploads() -> list[int]:
            start.wait()
            kept = []
            for number in numbers:
                try:
                    refer(catalog, chunk(number), blob_id=99)
                    kept.append(number)
                except ChunksLacking:
                    continue
            return kept

        def sweeps() -> list[int]:
            start.wait()
            gone = []
            for number in reversed(numbers):
                gone += catalog.write(lambda tx, n=number: tx.chunks.forget(ANNA, [name(n)], 1000, 1000))
            return [int.from_bytes(each.hash, "big") for each in gone]

        with ThreadPoolExecutor(2) as pool:
            kept, gone = pool.submit(uploads), pool.submit(sweeps)
            assert sorted(kept.result() + gone.result()) == list(numbers)
        assert held(catalog, *numbers) == set(kept.result())
        assert used(catalog) == 100 * len(kept.result())

    def test_a_bad_chunk_is_found_by_nobody_until_it_is_sound_again(self, catalog):
        refer(catalog, chunk(0, offset=0), chunk(1))

        def judge(told: Chunk, sound: bool) -> bool:
            return catalog.write(lambda tx: tx.chunks.judge(ANNA, told, sound))

        for bad in (chunk(0, offset=0), chunk(1)):
            assert judge(bad, False) and judge(bad, False)
        assert held(catalog, 0, 1) == set()
        assert catalog.write(lambda tx: tx.chunks.pin(ANNA, [name(1)], 99)) == {}
        assert catalog.read(lambda tx: tx.chunks.in_blob(ANNA, BLOB)) == [chunk(0, offset=0), chunk(1)]
        told = catalog.read(lambda tx: tx.chunks.all_chunks((0, b""), 9))
        assert told == [(ANNA, chunk(0, offset=0), False), (ANNA, chunk(1), False)]
        assert judge(chunk(1), True) and judge(chunk(1), True)
        assert not judge(chunk(1, offset=5), False) and not judge(chunk(1, blob_id=60), False)
        assert held(catalog, 0, 1) == {1} and used(catalog) == 200

    def test_a_bad_chunk_is_mended_by_who_brings_it_anew(self, catalog):
        refer(catalog, *map(chunk, range(3)))
        for number in range(3):
            catalog.write(lambda tx, n=number: tx.chunks.judge(ANNA, chunk(n), False))
        with pytest.raises(ChunksLacking):
            refer(catalog, chunk(0, blob_id=60), blob_id=61)
        assert refer(catalog, chunk(0, blob_id=60, offset=7), chunk(9, blob_id=60), blob_id=60) == (100, True)
        assert catalog.write(lambda tx: tx.chunks.mend(ANNA, [chunk(1, blob_id=61), chunk(9, blob_id=61)]))
        assert not catalog.write(lambda tx: tx.chunks.mend(ANNA, [chunk(1, blob_id=62)]))
        found = catalog.read(lambda tx: tx.chunks.find(ANNA, [name(n) for n in (0, 1, 2, 9)]))
        assert found == {
            name(0): chunk(0, blob_id=60, offset=7),
            name(1): chunk(1, blob_id=61),
            name(9): chunk(9, blob_id=60),
        }

    def test_a_bad_chunk_moves_and_goes_like_any_other(self, catalog):
        refer(catalog, chunk(1), chunk(2))
        catalog.write(lambda tx: tx.chunks.judge(ANNA, chunk(1), False))
        catalog.write(lambda tx: tx.chunks.move_chunks(ANNA, [chunk(1, blob_id=60, offset=0), chunk(2, blob_id=60)]))
        assert held(catalog, 1, 2) == {2}
        unrefer(catalog, 1)
        assert catalog.read(lambda tx: tx.chunks.dead(99, 99, 9)) == [(ANNA, chunk(1, blob_id=60, offset=0))]
        gone = catalog.write(lambda tx: tx.chunks.forget(ANNA, [name(1)], 99, 99))
        assert gone == [chunk(1, blob_id=60, offset=0)]

    def test_counters_can_be_compared_with_what_is_listed(self, catalog):
        refer(catalog, chunk(1), chunk(1), chunk(2))
        for page in (0, 1):
            catalog.write(lambda tx, p=page: tx.chunks.add_page(ANNA, b"h" * 32, p, [(name(1), 100)] * (p + 1)))
        catalog.write(lambda tx: tx.chunks.add_page(BERT, b"h" * 32, 0, [(name(1), 100)]))
        assert catalog.read(lambda tx: tx.chunks.references(ANNA)) == (3, 3)
        assert catalog.read(lambda tx: tx.chunks.references(3)) == (0, 0)

    def test_inline_contents_count_as_used(self, catalog):
        refer(catalog, chunk(1))
        catalog.write(lambda tx: tx.chunks.add_content(replace(CONTENT, size=11, chunks=0)))
        catalog.write(lambda tx: tx.chunks.add_content(replace(CONTENT, hash=b"i" * 32, size=5000, chunks=1)))
        catalog.write(lambda tx: tx.chunks.add_content(replace(CONTENT, account_id=BERT, size=7, chunks=0)))
        assert used(catalog) == 111 and type(used(catalog)) is int


class BlobRowsTests:
    def test_blobs_are_noted_once_with_their_size(self, catalog):
        catalog.write(lambda tx: (tx.chunks.add_blob(BERT, 5, 1), tx.chunks.add_blob(ANNA, 7, 2**50)))
        catalog.write(lambda tx: (tx.chunks.add_blob(ANNA, 7, 3), tx.chunks.add_blob(ANNA, 6, 9)))
        expected = [(ANNA, 6, 9), (ANNA, 7, 2**50), (BERT, 5, 1)]
        assert catalog.read(lambda tx: tx.chunks.blobs((0, 0), 9)) == expected
        assert catalog.read(lambda tx: tx.chunks.blobs((ANNA, 6), 1)) == expected[1:2]
        assert catalog.read(lambda tx: tx.chunks.blob_size(ANNA, 7)) == 2**50
        assert catalog.read(lambda tx: tx.chunks.blob_size(ANNA, 5)) is None
        catalog.write(lambda tx: tx.chunks.remove_blob(ANNA, 7))
        assert catalog.read(lambda tx: tx.chunks.blob_size(ANNA, 7)) is None

    def test_what_rests_in_a_blob_is_told_in_order(self, catalog):
        refer(catalog, chunk(2), chunk(1), chunk(3))
        refer(catalog, chunk(4, blob_id=60), blob_id=60)
        assert catalog.read(lambda tx: tx.chunks.in_blob(ANNA, BLOB)) == [chunk(1), chunk(2), chunk(3)]
        assert catalog.read(lambda tx: tx.chunks.in_blob(BERT, BLOB)) == []

    def test_blobs_without_chunks_are_empty(self, catalog):
        refer(catalog, chunk(1))
        for blob_id in (BLOB, 60, 61):
            catalog.write(lambda tx, b=blob_id: tx.chunks.add_blob(ANNA, b, 1))
        catalog.write(lambda tx: tx.chunks.add_blob(BERT, BLOB, 1))
        empty = catalog.read(lambda tx: tx.chunks.empty_blobs((0, 0), 9))
        assert empty == [(ANNA, 60), (ANNA, 61), (BERT, BLOB)]
        assert catalog.read(lambda tx: tx.chunks.empty_blobs((ANNA, 60), 1)) == [(ANNA, 61)]

    def test_chunks_move_to_another_blob(self, catalog):
        refer(catalog, chunk(1), chunk(2))
        catalog.write(lambda tx: tx.chunks.move_chunks(ANNA, [chunk(1, blob_id=60, offset=0), chunk(9, blob_id=60)]))
        assert catalog.read(lambda tx: tx.chunks.in_blob(ANNA, 60)) == [chunk(1, blob_id=60, offset=0)]
        assert catalog.read(lambda tx: tx.chunks.in_blob(ANNA, BLOB)) == [chunk(2)]

    def test_a_split_blob_is_nobodys_whole(self, catalog):
        whole = replace(CONTENT, blob_id=BLOB)
        node, other = file("f", content=whole.hash, blob_id=BLOB), file("g", content=b"o" * 32, blob_id=60)
        beside = file("h", account_id=BERT, content=whole.hash, blob_id=BLOB)
        catalog.write(lambda tx: [tx.chunks.add_content(replace(whole, account_id=a)) for a in (ANNA, BERT)])
        add(catalog, node, other, beside)
        catalog.write(lambda tx: tx.versions.add([version(each) for each in (node, other, beside)]))
        catalog.write(lambda tx: tx.chunks.split(ANNA, BLOB))
        assert get(catalog, node) == replace(node, blob_id=None)
        assert catalog.read(lambda tx: tx.versions.get(ANNA, node.id, 1)).blob_id is None
        assert catalog.read(lambda tx: tx.chunks.content(ANNA, whole.hash)).blob_id is None
        assert get(catalog, other) == other and get(catalog, beside) == beside
        assert catalog.read(lambda tx: tx.chunks.content(BERT, whole.hash)).blob_id == BLOB
