"""What every catalog promises of photos. A backend's test is a subclass with a fixture `catalog`."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from nuvol.model import photos as model
from nuvol.model.accounts import Actor
from nuvol.model.nodes import Node, State, Status
from nuvol.model.photos import Album, Facts, Picture, Stage, Taken, Thumbnail, Waiting
from tests.conformance.catalog import add_account
from tests.conformance.rows_nodes import file

ANNA, BERT = 1, 2
BEACH, HOME = 50, 60
TOP = (1 << 62, 0)
BOTTOM = -(1 << 62)


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000


JUNE, JULY = model.month_of(at("2025-06-01")), model.month_of(at("2025-07-01"))


def photo(name: str, when: str = "2025-06-12", **fields) -> Node:
    content = fields.pop("content", name.encode().ljust(32, b"."))
    return file(name, mime="image/jpeg", content=content, modified_at=at(when), **{"parent_id": BEACH, **fields})


def seen(node: Node, **fields) -> Picture:
    """What a look at it brought."""
    return Picture(
        node.account_id,
        node.content,
        Stage.READY,
        False,
        **{"width": 40, "height": 30, "blur": "L", "facts": Facts(camera="C", iso=50), **fields},
    )


class PhotoRowsTests:
    @pytest.fixture
    def rows(self, catalog):
        add_account(catalog, ANNA)
        add_account(catalog, BERT)
        return catalog

    def names(self, rows, **wish):
        found = rows.read(lambda tx: tx.photos.timeline(ANNA, TOP, BOTTOM, 100, **wish))
        nodes = {node.id: node for node in rows.read(lambda tx: tx.nodes.many(ANNA, [t.node_id for t in found]))}
        return [nodes[taken.node_id].name for taken in found]

    def months(self, rows, *folders):
        return rows.read(lambda tx: tx.photos.months(ANNA, folders or (0,)))

    def test_only_pictures_and_films_are_in_the_timeline_newest_first(self, rows):
        nodes = [photo("a", "2025-06-01"), photo("b", "2025-06-03"), file("text"), photo("c", "2025-06-02")]
        rows.write(lambda tx: tx.nodes.add([*nodes, replace(photo("film"), mime="video/mp4", modified_at=0)]))
        assert self.names(rows) == ["b", "c", "a", "film"]
        film = rows.read(lambda tx: tx.photos.timeline(ANNA, TOP, BOTTOM, 9))[-1]
        assert film == rows.read(lambda tx: tx.photos.get(ANNA, film.node_id))
        assert rows.read(lambda tx: tx.photos.get(ANNA, nodes[2].id)) is None
        assert rows.read(lambda tx: tx.photos.get(BERT, film.node_id)) is None

    def test_a_page_begins_behind_the_one_before_and_ends_where_it_is_told_to(self, rows):
        nodes = [photo(f"p{day}", f"2025-06-0{day}") for day in range(1, 8)]
        rows.write(lambda tx: tx.nodes.add(nodes))
        page = rows.read(lambda tx: tx.photos.timeline(ANNA, (at("2025-06-06"), nodes[5].id), at("2025-06-03"), 2))
        assert [taken.local_at for taken in page] == [at("2025-06-05"), at("2025-06-04")]
        page = rows.read(lambda tx: tx.photos.timeline(ANNA, (at("2025-06-04"), 0), at("2025-06-03"), 9))
        assert [taken.local_at for taken in page] == [at("2025-06-03")]

    def test_the_months_follow_whatever_happens_to_the_nodes(self, rows):
        a, b, c = photo("a"), photo("b", "2025-07-01"), photo("c", parent_id=HOME)
        rows.write(lambda tx: tx.nodes.add([a, b, c]))
        assert self.months(rows) == {JUNE: 2, JULY: 1}
        assert self.months(rows, BEACH) == {JUNE: 1, JULY: 1}
        assert self.months(rows, BEACH, HOME) == {JUNE: 2, JULY: 1}
        assert rows.read(lambda tx: tx.photos.folders(ANNA)) == {BEACH: 2, HOME: 1}
        rows.write(lambda tx: tx.nodes.mark(ANNA, [a.id, b.id], State.TRASHED, a.id, 5, Status.DELETED, Actor(ANNA)))
        assert (self.months(rows), self.names(rows)) == ({JUNE: 1}, ["c"])
        rows.write(lambda tx: tx.nodes.mark(ANNA, [a.id], State.LIVE, None, 6, Status.CHANGED, Actor(ANNA)))
        assert self.months(rows) == {JUNE: 2}
        moved = replace(a, parent_id=HOME)
        rows.write(lambda tx: tx.nodes.update(moved, a))
        assert self.months(rows, HOME) == {JUNE: 2}
        later = replace(moved, content=b"n" * 32, modified_at=at("2025-07-09"))
        rows.write(lambda tx: tx.nodes.update(later, moved))
        assert self.months(rows) == {JUNE: 1, JULY: 1}
        text = replace(later, mime="text/plain")
        rows.write(lambda tx: tx.nodes.update(text, later))
        assert (self.months(rows), self.names(rows)) == ({JUNE: 1}, ["c"])
        rows.write(lambda tx: tx.nodes.remove(ANNA, [c.id, b.id]))
        assert (self.months(rows), rows.read(lambda tx: tx.photos.folders(ANNA))) == ({}, {})

    def test_a_look_gives_photos_their_time_and_place(self, rows):
        a, copy = photo("a"), photo("copy", content=photo("a").content, parent_id=HOME)
        rows.write(lambda tx: tx.nodes.add([a, copy]))
        thumbnails = (Thumbnail("small", 4, 3, 0, 99),)
        picture = seen(
            a,
            local_at=at("2025-07-02"),
            zone=120,
            latitude=41_385_000,
            longitude=-2_170_000,
            likeness=-5,
            sha256=b"s" * 32,
            blob_id=2**53 - 1,
            thumbnails=thumbnails,
        )
        assert sorted(rows.write(lambda tx: tx.photos.settle(picture))) == sorted([a.id, copy.id])
        assert rows.read(lambda tx: tx.photos.pictures(ANNA, [a.content, b"?" * 32])) == {a.content: picture}
        assert self.months(rows) == {JULY: 2}
        cell = model.cell_of(41_385_000, -2_170_000)
        assert rows.read(lambda tx: tx.photos.cells(ANNA)) == {cell: 2}
        assert len(self.names(rows, cells=(cell, cell + 1))) == 2
        assert self.names(rows, cells=(0, cell)) == []
        assert self.names(rows, folder_id=HOME) == ["copy"]
        assert rows.read(lambda tx: tx.photos.thumbnail_blobs((0, b""), 9)) == [(ANNA, a.content, 2**53 - 1)]
        assert rows.read(lambda tx: tx.photos.thumbnail_blobs((ANNA, a.content), 9)) == []

    def test_a_picture_known_already_places_a_new_photo_at_once(self, rows):
        a = photo("a")
        rows.write(lambda tx: tx.nodes.add([a]))
        rows.write(lambda tx: tx.photos.settle(seen(a, local_at=at("2025-07-02"))))
        rows.write(lambda tx: tx.nodes.add([photo("b", content=a.content)]))
        assert self.months(rows) == {JULY: 2}
        assert rows.read(lambda tx: tx.photos.waiting(2**52, 9)) == []

    def test_what_people_say_goes_before_what_the_camera_wrote(self, rows):
        a = photo("a")
        rows.write(lambda tx: tx.nodes.add([a]))
        rows.write(lambda tx: tx.photos.say(ANNA, a.id, at("2025-07-01"), 1_000_000, 2_000_000))
        assert self.months(rows) == {JULY: 1}
        rows.write(lambda tx: tx.photos.settle(seen(a, local_at=at("2024-01-01"), latitude=0, longitude=0)))
        assert self.months(rows) == {JULY: 1}
        assert list(rows.read(lambda tx: tx.photos.cells(ANNA))) == [model.cell_of(1_000_000, 2_000_000)]
        newer = replace(a, content=b"n" * 32)
        rows.write(lambda tx: tx.nodes.update(newer, a))
        assert self.months(rows) == {JULY: 1}
        rows.write(lambda tx: tx.photos.say(ANNA, a.id, None, None, None))
        assert (self.months(rows), rows.read(lambda tx: tx.photos.cells(ANNA))) == ({JUNE: 1}, {})

    def test_one_of_many_leases_what_waits(self, rows):
        a, b = photo("a", changed_at=5), photo("b", changed_at=3)
        rows.write(lambda tx: tx.nodes.add([a, b]))
        first, second = rows.read(lambda tx: tx.photos.waiting(10, 9))
        assert (first, second) == (Waiting(ANNA, b.content, False, 0), Waiting(ANNA, a.content, False, 0))
        assert rows.read(lambda tx: tx.photos.count_waiting()) == 2
        assert rows.write(lambda tx: tx.photos.lease(first, 10, 20))
        assert not rows.write(lambda tx: tx.photos.lease(first, 10, 20))
        assert rows.read(lambda tx: tx.photos.waiting(19, 9)) == [second]
        again = rows.read(lambda tx: tx.photos.waiting(20, 1))[0]
        assert again.attempts == 1
        assert rows.write(lambda tx: tx.photos.lease(again, 20, 30))
        rows.write(lambda tx: tx.photos.settle(seen(b)))
        assert rows.read(lambda tx: tx.photos.waiting(99, 9)) == [second]
        rows.write(lambda tx: tx.photos.again(ANNA, b.content, 1))
        assert rows.read(lambda tx: tx.photos.waiting(99, 1)) == [first]

    def test_a_picture_goes_with_its_content(self, rows):
        a = photo("a")
        rows.write(lambda tx: tx.nodes.add([a]))
        rows.write(lambda tx: tx.photos.settle(seen(a, likeness=7)))
        rows.write(lambda tx: tx.photos.drop_picture(ANNA, a.content))
        assert rows.read(lambda tx: tx.photos.pictures(ANNA, [a.content])) == {}
        assert rows.read(lambda tx: tx.photos.alike(ANNA, 7, 9)) == {}
        assert rows.write(lambda tx: tx.photos.settle(seen(a))) == []
        rows.write(lambda tx: tx.photos.drop_picture(ANNA, a.content))

    def test_a_blob_of_thumbnails_is_not_empty(self, rows):
        a = photo("a")
        rows.write(lambda tx: (tx.nodes.add([a]), tx.chunks.add_blob(ANNA, 7, 9), tx.chunks.add_blob(ANNA, 8, 9)))
        rows.write(lambda tx: tx.photos.settle(seen(a, blob_id=7)))
        assert rows.read(lambda tx: tx.chunks.empty_blobs((0, 0), 9)) == [(ANNA, 8)]
        rows.write(lambda tx: tx.photos.again(ANNA, a.content, 1))
        assert rows.read(lambda tx: tx.chunks.empty_blobs((0, 0), 9)) == [(ANNA, 7), (ANNA, 8)]

    def test_files_of_before_are_found_and_put_in_once(self, rows):
        a = photo("a")
        rows.write(lambda tx: tx.nodes.add([a]))
        assert rows.read(lambda tx: tx.photos.unindexed((0, 0), 9)) == []
        rows.write(lambda tx: tx.connection.run("delete from photo"))
        rows.write(lambda tx: tx.connection.run("delete from photo_count"))
        assert rows.read(lambda tx: tx.photos.unindexed((0, 0), 9)) == [(ANNA, a.id)]
        assert rows.read(lambda tx: tx.photos.unindexed((ANNA, a.id), 9)) == []
        rows.write(lambda tx: tx.photos.index([a]))
        assert (self.names(rows), self.months(rows)) == (["a"], {JUNE: 1})

    def test_equal_and_alike_contents_are_found(self, rows):
        a, b, twin = photo("a"), photo("b"), photo("twin", content=photo("a").content)
        gone = photo("gone", state=State.TRASHED, trashed_at=4)
        rows.write(lambda tx: tx.nodes.add([a, b, twin, gone]))
        found = rows.read(lambda tx: tx.photos.by_content(ANNA, b"", 9))
        assert sorted(found) == sorted([(a.content, a.id), (a.content, twin.id), (b.content, b.id)])
        assert rows.read(lambda tx: tx.photos.by_content(ANNA, a.content, 9)) == [(b.content, b.id)]
        nodes = rows.read(lambda tx: tx.photos.nodes_of(ANNA, [a.content, gone.content]))
        assert {hash: sorted(ids) for hash, ids in nodes.items()} == {a.content: sorted([a.id, twin.id])}
        rows.write(lambda tx: [tx.photos.settle(seen(a, likeness=-1)), tx.photos.settle(seen(b, likeness=-2))])
        assert rows.read(lambda tx: tx.photos.likenesses(ANNA, b"", 9)) == [(a.content, -1), (b.content, -2)]
        assert rows.read(lambda tx: tx.photos.alike(ANNA, -1, 9)) == {a.content: -1, b.content: -2}
        assert rows.read(lambda tx: tx.photos.alike(ANNA, 0, 9)) == {}
        rows.write(lambda tx: tx.photos.settle(seen(b, likeness=0)))
        assert rows.read(lambda tx: tx.photos.alike(ANNA, -2, 9)) == {a.content: -1}

    def test_hashes_are_known_of_live_photos_of_the_account(self, rows):
        a, gone = photo("a"), photo("gone", state=State.TRASHED, trashed_at=4)
        rows.write(lambda tx: tx.nodes.add([a, gone]))
        rows.write(lambda tx: tx.photos.settle(seen(a, sha256=b"a" * 32)))
        rows.write(lambda tx: tx.photos.settle(seen(gone, sha256=b"g" * 32)))
        both = [gone.content, a.content, b"?" * 32]
        assert rows.read(lambda tx: tx.photos.held(ANNA, both)) == [(a.content, a.id)]
        assert rows.read(lambda tx: tx.photos.held(BERT, both)) == []
        assert rows.read(lambda tx: tx.photos.held_by_sha256(ANNA, [b"g" * 32, b"a" * 32])) == [(b"a" * 32, a.id)]
        assert rows.read(lambda tx: tx.photos.held_by_sha256(BERT, [b"a" * 32])) == []

    def test_everybody_likes_a_photo_once(self, rows):
        a = photo("a")
        rows.write(lambda tx: tx.nodes.add([a]))
        likes = [rows.write(lambda tx, who=who: tx.photos.like(ANNA, a.id, who, 9 - who)) for who in (ANNA, BERT, BERT)]
        assert likes == [True, True, False]
        who = rows.read(lambda tx: tx.photos.likers(ANNA, [a.id]))
        assert who == {a.id: [(BERT, "account2"), (ANNA, "account1")]}
        assert rows.write(lambda tx: tx.photos.unlike(ANNA, a.id, BERT))
        assert not rows.write(lambda tx: tx.photos.unlike(ANNA, a.id, BERT))
        rows.write(lambda tx: tx.nodes.remove(ANNA, [a.id]))
        assert rows.read(lambda tx: tx.photos.likers(ANNA, [a.id])) == {}

    def test_favourites_are_of_one_person_and_in_order(self, rows):
        a, b = photo("a", "2025-06-01"), photo("b", "2025-06-02")
        rows.write(lambda tx: tx.nodes.add([a, b]))
        for node in (a, b):
            taken = rows.read(lambda tx, node=node: tx.photos.get(ANNA, node.id))
            rows.write(lambda tx, taken=taken: tx.photos.favour(BERT, taken))
        places = [(ANNA, b.id, at("2025-06-02")), (ANNA, a.id, at("2025-06-01"))]
        assert rows.read(lambda tx: tx.photos.favourites(BERT, TOP, BOTTOM, 9)) == places
        assert rows.read(lambda tx: tx.photos.favourites(BERT, (at("2025-06-02"), b.id), BOTTOM, 9)) == places[1:]
        assert rows.read(lambda tx: tx.photos.favourites(ANNA, TOP, BOTTOM, 9)) == []
        assert rows.read(lambda tx: tx.photos.favoured(BERT, [a.id, 999])) == {a.id}
        rows.write(lambda tx: tx.photos.settle(seen(a, local_at=at("2025-06-09"))))
        rows.write(lambda tx: tx.photos.disfavour(BERT, b.id))
        assert rows.read(lambda tx: tx.photos.favourites(BERT, TOP, BOTTOM, 9)) == [(ANNA, a.id, at("2025-06-09"))]

    def test_albums_hold_photos_once(self, rows):
        sea, isle = Album(ANNA, 7, None, "Sea", None, None, 1), Album(ANNA, 8, 7, "Isle", 50, 3, 2)
        rows.write(lambda tx: [tx.photos.add_album(album) for album in (sea, isle)])
        assert rows.read(lambda tx: tx.photos.albums(ANNA)) == [isle, sea]
        assert rows.read(lambda tx: tx.photos.album(ANNA, 8)) == isle
        assert rows.read(lambda tx: tx.photos.album(BERT, 8)) is None
        rows.write(lambda tx: tx.photos.update_album(replace(isle, parent_id=None, name="Lake", cover_id=None)))
        assert rows.read(lambda tx: tx.photos.album(ANNA, 8)).name == "Lake"
        nodes = [replace(photo(f"{number}", account_id=BERT), id=number) for number in (1, 2, 3)]
        rows.write(lambda tx: tx.nodes.add(nodes))
        photos = [Taken(BERT, number, b"", 0, number) for number in (1, 2, 3)]
        rows.write(lambda tx: tx.photos.put_in_album(ANNA, 7, photos))
        rows.write(lambda tx: tx.photos.put_in_album(ANNA, 7, photos[:1]))
        assert rows.read(lambda tx: tx.photos.album_photos(ANNA, 7, TOP, 2)) == [(BERT, 3, 3), (BERT, 2, 2)]
        assert rows.read(lambda tx: tx.photos.album_photos(ANNA, 7, (2, 2), 2)) == [(BERT, 1, 1)]
        assert rows.read(lambda tx: tx.photos.album_sizes(ANNA)) == {7: 3}
        rows.write(lambda tx: tx.photos.take_from_album(ANNA, 7, [1, 9]))
        assert rows.read(lambda tx: tx.photos.album_sizes(ANNA)) == {7: 2}
        rows.write(lambda tx: tx.nodes.update(replace(nodes[1], state=State.TRASHED), nodes[1]))
        assert rows.read(lambda tx: tx.photos.album_sizes(ANNA)) == {7: 1}
        rows.write(lambda tx: tx.photos.remove_album(ANNA, 7))
        assert rows.read(lambda tx: (tx.photos.album(ANNA, 7), tx.photos.album_sizes(ANNA))) == (None, {})

    def test_an_account_that_goes_takes_all_along(self, rows):
        a, b = photo("a"), photo("b", account_id=BERT)
        rows.write(lambda tx: tx.nodes.add([a, b]))
        rows.write(lambda tx: (tx.photos.like(ANNA, a.id, BERT, 1), tx.photos.like(BERT, b.id, BERT, 1)))
        rows.write(lambda tx: tx.photos.forget(BERT))
        assert rows.read(lambda tx: tx.photos.likers(ANNA, [a.id])) == {}
        assert rows.read(lambda tx: (tx.photos.months(BERT), tx.photos.get(BERT, b.id))) == ({}, None)
        assert self.months(rows) == {JUNE: 1}
