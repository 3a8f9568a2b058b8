"""Photos: the timeline, what a look brings, likes, favourites, albums, duplicates, places. The look itself is in
tests/pictures; here it is told what it saw."""

import threading
from datetime import UTC, datetime
from typing import Any

import pytest

from nuvol.core.photos.developing import ATTEMPTS, LEASE, guess_zone
from nuvol.core.photos.timeline import Wish
from nuvol.errors import AlbumMissing, BadValue, BelowItself, Conflict, NodeMissing, NotAllowed, ThumbnailMissing
from nuvol.model.accounts import Actor
from nuvol.model.photos import Made, Photo, Photos, Said, Stage, Thumbnail
from nuvol.model.shares import Role
from nuvol.stores.base import BlobKey
from tests.core.clouds import Home, noise

ALL = Wish()


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000


def month(text: str) -> int:
    year, number = text.split("-")
    return int(year) * 12 + int(number) - 1


def snap(home: Home, path: str, when: str = "2025-06-12", data: bytes | None = None, **how: Any) -> int:
    return home.put(path, path.encode() if data is None else data, modified_at=at(when), **how).id


def look(home: Home, data: bytes = b"smallmediumlarge", **saw: Any) -> int:
    """Look at everything that waits, and see the same each time; how many there were."""
    thumbnails = (
        Thumbnail("small", 25, 20, 0, 5),
        Thumbnail("medium", 50, 40, 5, 6),
        Thumbnail("large", 160, 120, 11, 5),
    )
    made = Made(**{"width": 4000, "height": 3000, "thumbnails": thumbnails, **saw})
    count = 0
    while (found := home.cloud.developing.take()) is not None:
        home.cloud.developing.settle(found.waiting, made, data)
        count += 1
    return count


@pytest.fixture(autouse=True)
def nothing_waits(anna: Home) -> None:
    """In the cloud that many tests share, others may have left something."""
    while (found := anna.cloud.developing.take()) is not None:
        anna.cloud.developing.fail(found.waiting, "Left over.")


def page_of(home: Home, limit: int) -> Photos:
    return home.cloud.photos.list(home.actor, ALL, limit=limit)


def photos(home: Home, wish: Wish = ALL, **how: Any) -> list[Photo]:
    return home.cloud.photos.list(home.actor, wish, **how).photos


def names(home: Home, wish: Wish = ALL, **how: Any) -> list[str]:
    return [photo.node.name for photo in photos(home, wish, **how)]


def months(home: Home, **how: Any) -> dict[int, int]:
    return dict(home.cloud.photos.months(home.actor, **how))


# ------------------------------------------------------------------------------------------ the timeline


def test_what_is_uploaded_stands_in_the_timeline_at_once(anna):
    anna.folders("trip")
    snap(anna, "trip/b.jpg", "2025-06-02")
    snap(anna, "a.png", "2025-06-01")
    snap(anna, "c.mp4", "2025-07-01")
    anna.put("text.txt", b"no picture")
    assert names(anna) == ["c.mp4", "b.jpg", "a.png"]
    assert months(anna) == {month("2025-07"): 1, month("2025-06"): 2}
    assert names(anna, Wish(month=month("2025-06"))) == ["b.jpg", "a.png"]
    assert names(anna, Wish(folder_id=anna.id("trip"))) == ["b.jpg"]
    assert all(photo.picture.stage == Stage.WAITING for photo in photos(anna))


def test_pages_follow_one_another_without_a_gap(anna):
    for day in range(1, 10):
        snap(anna, f"{day}.jpg", f"2025-06-0{(day + 1) // 2}")
    found, cursor = [], None
    while True:
        page = anna.cloud.photos.list(anna.actor, ALL, after=cursor, limit=2)
        found += [photo.node.name for photo in page.photos]
        if (cursor := page.next) is None:
            break
    assert found == [f"{day}.jpg" for day in range(9, 0, -1)]
    with pytest.raises(BadValue):
        anna.cloud.photos.list(
            anna.actor, Wish(shared=False), after=anna.cloud.photos.list(anna.actor, ALL, limit=1).next
        )


def test_the_timeline_follows_the_files(anna):
    anna.folders("trip", "other")
    for number in range(20):
        snap(anna, f"trip/{number}.jpg")
    trashed = anna.trash("trip")
    assert (names(anna), months(anna)) == ([], {})
    anna.restore(trashed)
    assert (len(names(anna)), months(anna)) == (20, {month("2025-06"): 20})
    anna.copy("trip", "other/trip")
    assert months(anna) == {month("2025-06"): 40}
    anna.move("trip/1.jpg", "other/1.txt")
    assert len(names(anna, Wish(folder_id=anna.id("trip")))) == 19
    anna.put("trip/2.jpg", b"another", modified_at=at("2020-02-01"))
    assert months(anna) == {month("2025-06"): 39, month("2020-02"): 1}
    anna.purge(anna.trash("other"))
    assert months(anna) == {month("2025-06"): 18, month("2020-02"): 1}


def test_photos_are_ordered_by_the_clock_of_the_camera(anna):
    """In Tokyo it is the 13th already; the flight home lands on the 12th."""
    snap(anna, "tokyo.jpg")
    look(anna, local_at=at("2025-06-13T06:00:00"), zone=540)
    snap(anna, "landed.jpg")
    look(anna, local_at=at("2025-06-12T23:00:00"), zone=120)
    assert names(anna) == ["tokyo.jpg", "landed.jpg"]
    assert [photo.picture.zone for photo in photos(anna)] == [540, 120]


def test_a_file_that_no_camera_made_stands_where_the_clock_at_home_was(anna):
    anna.cloud.accounts.update(None, anna.actor.account_id, zone="Asia/Tokyo")
    snap(anna, "screen.png", "2025-06-30T22:00:00")
    assert photos(anna)[0].taken.local_at == at("2025-07-01T07:00:00")
    look(anna)
    assert months(anna) == {month("2025-07"): 1}


@pytest.mark.parametrize(
    "place, home, expected",
    [
        ((41_400_000, 2_170_000), "Asia/Tokyo", 120),
        ((40_700_000, -74_000_000), "Europe/Madrid", -240),
        ((35_680_000, 139_700_000), "Europe/Madrid", 540),
        ((27_700_000, 85_300_000), "Europe/Madrid", 345),
        ((-40_000_000, 2_170_000), "Europe/Madrid", 120),  # the open sea, by the clock at home
        ((-40_000_000, 2_170_000), "Nowhere/Land", 0),
        ((-40_000_000, -120_000_000), "Europe/Madrid", -480),  # by the sun
        ((None, None), "Europe/Madrid", None),
    ],
)
def test_a_zone_is_guessed_from_the_place(place, home, expected):
    assert guess_zone(at("2025-06-12"), *place, home) == expected


def test_people_say_when_and_where(anna, bert):
    snap(anna, "a.jpg")
    look(anna, local_at=at("2001-01-01"))
    node_id, said = anna.id("a.jpg"), (at("1999-12-31T23:59:59"), (41_000_000, 2_000_000))
    (photo,), before = anna.cloud.photos.correct(anna.actor, [Said(node_id, *said)])
    assert before == [Said(node_id, None, None)]
    assert photo.taken.local_at == at("1999-12-31T23:59:59")
    assert months(anna) == {month("1999-12"): 1}
    anna.put("a.jpg", b"edited")
    assert months(anna) == {month("1999-12"): 1}
    assert len(anna.cloud.finding.places(anna.actor, 5)) == 1
    _, before = anna.cloud.photos.correct(anna.actor, [Said(node_id, place=None)])
    assert (before, anna.cloud.finding.places(anna.actor, 5)) == ([Said(node_id, *said)], [])
    assert months(anna) == {month("1999-12"): 1}, "what is left out stays"
    with pytest.raises(NodeMissing):
        anna.cloud.photos.correct(bert.actor, [Said(node_id, None, None)])


def test_several_are_corrected_at_once_or_none_and_what_was_said_before_takes_it_back(anna, bert):
    ids = [snap(anna, f"{number}.jpg", data=b"%d" % number) for number in range(3)]
    look(anna, local_at=at("2001-01-01"))
    first = [Said(ids[0], at("2002-02-02"), (1, 2))]
    anna.cloud.photos.correct(anna.actor, first)
    wishes = [Said(node_id, at("2003-03-03"), (5, 6)) for node_id in ids]
    with pytest.raises(NodeMissing):
        anna.cloud.photos.correct(anna.actor, [*wishes, Said(snap(bert, "b.jpg"), None)])
    with pytest.raises(BadValue):
        anna.cloud.photos.correct(anna.actor, wishes * 200)
    assert months(anna) == {month("2002-02"): 1, month("2001-01"): 2}
    shown, before = anna.cloud.photos.correct(anna.actor, wishes)
    assert [(photo.taken.local_at, photo.place) for photo in shown] == [(at("2003-03-03"), (5, 6))] * 3
    assert before == [*first, *(Said(node_id, None, None) for node_id in ids[1:])]
    anna.cloud.photos.correct(anna.actor, before)
    assert months(anna) == {month("2002-02"): 1, month("2001-01"): 2}


# ------------------------------------------------------------------------------------------ looking


def test_a_look_brings_thumbnails_and_tells_the_journal(anna):
    node_id = snap(anna, "a.jpg", data=noise(100_000))
    with pytest.raises(ThumbnailMissing):
        anna.cloud.photos.thumbnail(anna.actor, node_id, "small")
    assert look(anna, blur="LKO2", latitude=1, longitude=1) == 1
    (photo,) = photos(anna)
    assert (photo.picture.stage, photo.picture.width, photo.picture.blur) == (Stage.READY, 4000, "LKO2")
    for name in ("small", "medium", "large"):
        shown = anna.cloud.photos.thumbnail(anna.actor, node_id, name)
        assert anna.cloud.photos.bytes_of(shown) == name.encode()
    told = anna.world.catalog.read(lambda tx: tx.journal.after(anna.actor.account_id, 0, 99))
    assert [(change.verb, change.object_id) for change in told if change.object == "photo"] == [("ready", node_id)]


def test_thumbnails_cost_no_quota_and_equal_contents_share_them(anna):
    snap(anna, "a.jpg", data=noise(100_000))
    used = anna.used
    look(anna)
    snap(anna, "twin.jpg", data=noise(100_000))
    anna.copy("a.jpg", "copy.jpg")
    assert look(anna) == 0
    assert anna.used == used
    assert all(photo.picture.thumbnails for photo in photos(anna))


def test_thumbnails_go_with_the_last_that_names_their_content(anna):
    node_id = snap(anna, "a.jpg")
    look(anna)
    key = BlobKey(anna.actor.account_id, anna.cloud.photos.thumbnail(anna.actor, node_id, "small").blob_id)
    anna.put("a.jpg", b"newer")
    look(anna)
    anna.cloud.upkeep.sweep()
    assert anna.world.blobs.size(key) == 16
    anna.purge(anna.trash("a.jpg"))
    anna.cloud.upkeep.sweep()
    assert key not in [found for found, _ in anna.world.blobs.list()]


def test_lost_thumbnails_are_made_anew(anna):
    node_id = snap(anna, "a.jpg")
    look(anna)
    shown = anna.cloud.photos.thumbnail(anna.actor, node_id, "small")
    anna.world.blobs.delete(BlobKey(anna.actor.account_id, shown.blob_id))
    assert "thumbnails of 1 photos are lost" in " ".join(f.text for f in anna.cloud.doctor.examine() if not f.harm)
    with pytest.raises(ThumbnailMissing):
        anna.cloud.photos.bytes_of(shown)
    assert look(anna) == 1
    assert anna.cloud.photos.bytes_of(anna.cloud.photos.thumbnail(anna.actor, node_id, "small")) == b"small"


def test_what_cannot_be_looked_at_says_why_and_keeps_nobody_up(anna):
    snap(anna, "bad.jpg", "2025-06-01")
    anna.world.clock.move(1)
    snap(anna, "good.jpg", "2025-06-02")
    found = anna.cloud.developing.take()
    anna.cloud.developing.settle(found.waiting, Made(failure="It is damaged."), b"")
    assert look(anna) == 1
    stages = {photo.node.name: (photo.picture.stage, photo.picture.failure) for photo in photos(anna)}
    assert stages == {"bad.jpg": (Stage.FAILED, "It is damaged."), "good.jpg": (Stage.READY, "")}
    with pytest.raises(ThumbnailMissing, match="It is damaged"):
        anna.cloud.photos.thumbnail(anna.actor, anna.id("bad.jpg"), "small")
    assert anna.read("bad.jpg") == b"bad.jpg"


def test_what_a_dead_process_had_is_looked_at_by_another_but_not_for_ever(anna):
    snap(anna, "a.jpg")
    for _ in range(ATTEMPTS):
        assert anna.cloud.developing.take() is not None
        assert anna.cloud.developing.take() is None
        anna.world.clock.move(LEASE)
    assert anna.cloud.developing.take() is None
    assert photos(anna)[0].picture.stage == Stage.FAILED


def test_many_at_once_look_at_each_content_once(anna):
    for number in range(12):
        snap(anna, f"{number}.jpg")
    taken: list[bytes] = []

    def work() -> None:
        while (found := anna.cloud.developing.take()) is not None:
            taken.append(found.waiting.hash)
            anna.cloud.developing.fail(found.waiting, "Seen.")

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 12


def test_a_content_that_went_before_the_look_leaves_nothing(anna):
    snap(anna, "a.jpg")
    found = anna.cloud.developing.take()
    anna.purge(anna.trash("a.jpg"))
    anna.cloud.developing.settle(found.waiting, Made(width=1, height=1), b"data")
    anna.cloud.upkeep.sweep()
    assert photos(anna) == []


def test_files_of_before_there_was_a_timeline_come_into_it(anna):
    snap(anna, "a.jpg")
    for table in ("photo", "photo_count", "picture"):
        anna.world.run(f"delete from {table} where account_id = ?", anna.actor.account_id)
    anna.world.run("delete from instance where key = 'photos'")
    assert names(anna) == []
    anna.cloud.developing.index()
    assert (names(anna), look(anna)) == (["a.jpg"], 1)
    assert anna.cloud.developing.index() == 0


# ------------------------------------------------------------------------------------------ others


def test_opened_folders_stand_in_a_members_timeline_until_they_are_closed(anna, bert):
    anna.folders("trip", "trip/day", "private")
    snap(anna, "trip/a.jpg", "2025-06-02")
    snap(anna, "trip/day/b.jpg", "2025-06-04")
    snap(anna, "private/c.jpg", "2025-06-03")
    snap(bert, "mine.jpg", "2025-06-03")
    look(anna)
    node_id, secret_id = anna.id("trip/a.jpg"), anna.id("private/c.jpg")
    bert.cloud.shares.open(anna.actor, anna.id("trip"), [bert.actor.name], Role.VIEWER)
    assert names(bert) == ["b.jpg", "mine.jpg", "a.jpg"]
    assert names(bert, Wish(shared=False)) == ["mine.jpg"]
    assert months(bert) == {month("2025-06"): 3}
    assert months(bert, shared=False) == {month("2025-06"): 1}
    assert names(bert, Wish(folder_id=anna.id("trip"))) == ["a.jpg"]
    shown = bert.cloud.photos.thumbnail(bert.actor, node_id, "small")
    assert bert.cloud.photos.bytes_of(shown) == b"small"
    assert bert.cloud.likes.like(bert.actor, node_id, True).total == 1
    bert.cloud.likes.favour(bert.actor, node_id, True)
    with pytest.raises(NotAllowed):
        bert.cloud.photos.correct(bert.actor, [Said(node_id, None, None)])
    for hidden in (
        lambda: bert.cloud.photos.get(bert.actor, secret_id),
        lambda: bert.cloud.likes.of(bert.actor, secret_id),
    ):
        with pytest.raises(NodeMissing):
            hidden()
    bert.cloud.shares.close(anna.actor, anna.id("trip"), bert.actor.account_id)
    assert names(bert) == ["mine.jpg"]
    assert months(bert) == {month("2025-06"): 1}
    assert names(bert, Wish(favourites=True)) == []
    for act in (
        lambda: bert.cloud.photos.thumbnail(bert.actor, node_id, "small"),
        lambda: bert.cloud.likes.like(bert.actor, node_id, False),
        lambda: bert.cloud.photos.list(bert.actor, Wish(folder_id=anna.id("trip"))),
        lambda: bert.cloud.photos.get(bert.actor, node_id),
    ):
        with pytest.raises(NodeMissing):
            act()


def test_who_may_look_at_photos_only_sees_them_and_nothing_else(anna):
    snap(anna, "a.jpg")
    look(anna)
    limited = Actor(anna.actor.account_id, scopes=frozenset({"photos"}))
    assert len(anna.cloud.photos.list(limited, ALL).photos) == 1
    assert anna.cloud.likes.like(limited, anna.id("a.jpg"), True).mine
    with pytest.raises(NotAllowed):
        anna.cloud.tree.root(limited)
    with pytest.raises(NotAllowed):
        anna.cloud.photos.months(Actor(anna.actor.account_id, scopes=frozenset({"calendar"})))


def test_the_total_of_likes_is_how_many_people_like_it_at_every_moment(anna, bert, cara):
    anna.folders("trip")
    node_id = snap(anna, "trip/a.jpg")
    people = [anna, bert, cara]
    anna.cloud.shares.open(anna.actor, anna.id("trip"), [bert.actor.name, cara.actor.name], Role.VIEWER)
    totals: list[int] = []

    def click(home: Home) -> None:
        for _ in range(5):
            totals.append(home.cloud.likes.like(home.actor, node_id, True).total)
            totals.append(home.cloud.likes.like(home.actor, node_id, False).total)
        totals.append(home.cloud.likes.like(home.actor, node_id, True).total)

    threads = [threading.Thread(target=click, args=(home,)) for home in people for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(totals) <= {0, 1, 2, 3}
    likes = anna.cloud.likes.of(anna.actor, node_id)
    assert (likes.total, likes.mine, sorted(likes.names)) == (3, True, sorted(home.actor.name for home in people))


# ------------------------------------------------------------------------------------------ albums, favourites


def test_albums_lie_in_albums_and_hold_photos_of_anywhere(anna, bert):
    anna.folders("trip")
    bert.folders("theirs")
    a, b = snap(anna, "trip/a.jpg", "2025-06-01"), snap(bert, "theirs/b.jpg", "2025-06-02")
    bert.cloud.shares.open(bert.actor, bert.id("theirs"), [anna.actor.name], Role.VIEWER)
    albums = anna.cloud.albums
    sea = albums.create(anna.actor, "Sea", None, None).album
    isle = albums.create(anna.actor, "Isle", sea.id, None).album
    assert albums.fill(anna.actor, isle.id, [a, b], []).photos == 2
    bert.trash("theirs/b.jpg")
    assert albums.get(anna.actor, isle.id).photos == 1, "what is in the trash is not counted"
    bert.restore(b)
    assert [photo.node.name for photo in albums.photos(anna.actor, isle.id).photos] == ["b.jpg", "a.jpg"]
    assert albums.change(anna.actor, isle.id, "Island", None, a, False).cover.node.id == a
    with pytest.raises(BelowItself):
        albums.change(anna.actor, sea.id, None, isle.id, None, True)
    with pytest.raises(AlbumMissing):
        albums.photos(bert.actor, isle.id)
    with pytest.raises(NodeMissing):
        albums.fill(anna.actor, isle.id, [snap(bert, "hidden.jpg")], [])
    bert.cloud.shares.close(bert.actor, bert.id("theirs"), anna.actor.account_id)
    assert [photo.node.name for photo in albums.photos(anna.actor, isle.id).photos] == ["a.jpg"]
    albums.remove(anna.actor, sea.id)
    assert [(shown.album.name, shown.album.parent_id) for shown in albums.list(anna.actor)] == [("Island", None)]
    assert albums.fill(anna.actor, isle.id, [], [a, b]).photos == 0
    assert len(names(anna)) == 1


def test_an_album_of_a_folder_stays_what_the_folder_is(anna, bert):
    folder = anna.folder("trip")
    album = anna.cloud.albums.create(anna.actor, "Trip", None, folder.id).album
    assert anna.cloud.albums.get(anna.actor, album.id).photos == 0
    snap(anna, "trip/a.jpg")
    assert anna.cloud.albums.get(anna.actor, album.id).photos == 1
    assert len(anna.cloud.albums.photos(anna.actor, album.id).photos) == 1
    with pytest.raises(Conflict):
        anna.cloud.albums.fill(anna.actor, album.id, [], [])
    with pytest.raises(NodeMissing):
        anna.cloud.albums.create(bert.actor, "Trip", None, folder.id)
    anna.trash("trip")
    shown = anna.cloud.albums.get(anna.actor, album.id)
    assert (shown.photos, shown.cover, anna.cloud.albums.photos(anna.actor, album.id).photos) == (0, None, [])


def test_favourites_are_ones_own_and_in_the_order_of_the_timeline(anna, bert):
    a, b = snap(anna, "a.jpg", "2025-06-01"), snap(anna, "b.jpg", "2025-06-02")
    snap(anna, "c.jpg", "2025-06-03")
    for node_id in (b, a):
        anna.cloud.likes.favour(anna.actor, node_id, True)
    assert names(anna, Wish(favourites=True)) == ["b.jpg", "a.jpg"]
    assert [photo.favourite for photo in photos(anna)] == [False, True, True]
    anna.cloud.likes.favour(anna.actor, b, False)
    assert names(anna, Wish(favourites=True)) == ["a.jpg"]
    with pytest.raises(NodeMissing):
        anna.cloud.likes.favour(bert.actor, a, True)


# ------------------------------------------------------------------------------------------ finding


def test_equal_photos_and_those_that_look_alike_are_found(anna, bert):
    snap(anna, "a.jpg", data=b"same")
    snap(anna, "twin.jpg", data=b"same")
    look(anna, likeness=0b1111)
    snap(anna, "small.jpg", data=b"smaller")
    look(anna, likeness=0b1110)
    snap(anna, "other.jpg", data=b"other")
    look(anna, likeness=-1)
    snap(bert, "theirs.jpg", data=b"same")
    (group,), _ = anna.cloud.finding.same(anna.actor)
    assert sorted(photo.node.name for photo in group.photos) == ["a.jpg", "twin.jpg"]
    (group,), _ = anna.cloud.finding.alike(anna.actor)
    assert sorted(photo.node.name for photo in group.photos) == ["a.jpg", "small.jpg", "twin.jpg"]
    assert group.distance == 1
    assert bert.cloud.finding.same(bert.actor) == ([], None)
    with pytest.raises(BadValue):
        anna.cloud.finding.same(anna.actor, after="nonsense")


def test_a_phone_is_told_what_it_need_not_send_and_nobody_what_others_have(anna, bert):
    snap(anna, "a.jpg", data=b"one")
    look(anna, sha256=b"1" * 32)
    hash, id = anna.node("a.jpg").content, anna.node("a.jpg").id
    known = anna.cloud.finding.known
    assert known(anna.actor, "nuvol", [b"?" * 32, hash]) == [(hash, id)]
    assert known(anna.actor, "sha-256", [b"1" * 32]) == [(b"1" * 32, id)]
    assert known(bert.actor, "nuvol", [hash]) == known(bert.actor, "sha-256", [b"1" * 32]) == []
    anna.trash("a.jpg")
    assert known(anna.actor, "nuvol", [hash]) == []


def test_places_are_groups_of_coordinates_at_every_level(anna):
    places = [(41_385_000, 2_173_000), (41_386_000, 2_174_000), (-33_868_000, 151_209_000)]
    for number, (latitude, longitude) in enumerate(places):
        snap(anna, f"{number}.jpg")
        look(anna, latitude=latitude, longitude=longitude)
    coarse = anna.cloud.finding.places(anna.actor, 6)
    assert [place.photos for place in coarse] == [2, 1]
    near = coarse[0]
    assert abs(near.latitude - places[0][0]) < 3_000_000 and abs(near.longitude - places[0][1]) < 6_000_000
    assert near.cover.node.name == "1.jpg"
    assert names(anna, Wish(place=(near.cell, near.level))) == ["1.jpg", "0.jpg"]
    assert [place.photos for place in anna.cloud.finding.places(anna.actor, 0)] == [3]
    for wrong in ((0, 16), (4, 1)):
        with pytest.raises(BadValue):
            anna.cloud.photos.list(anna.actor, Wish(place=wrong))


def test_a_photo_that_moves_to_another_account_keeps_its_likes_and_is_looked_at_there(anna, bert):
    anna.folders("trip")
    bert.folders("theirs")
    node_id = snap(anna, "trip/a.jpg")
    look(anna)
    anna.cloud.likes.like(anna.actor, node_id, True)
    anna.cloud.photos.correct(anna.actor, [Said(node_id, at("2001-02-03"))])
    bert.cloud.shares.open(bert.actor, bert.id("theirs"), [anna.actor.name], Role.EDITOR)
    anna.cloud.tree.move(anna.actor, node_id, bert.id("theirs"), None)
    assert look(bert) == 1
    (photo,) = photos(bert)
    assert (photo.node.id, photo.likes.total, photo.taken.local_at) == (node_id, 1, at("2001-02-03"))
    assert months(bert) == {month("2001-02"): 1}


def test_an_app_with_a_folder_of_its_own_sees_the_photos_in_it(anna):
    home = anna.folder("Apps/snap")
    anna.folders("Apps/snap/day")
    snap(anna, "Apps/snap/day/a.jpg")
    hidden = snap(anna, "b.jpg")
    app = Actor(anna.actor.account_id, scopes=frozenset({"files:app-folder"}), home=home.id)
    assert [photo.node.name for photo in anna.cloud.photos.list(app, ALL).photos] == ["a.jpg"]
    assert anna.cloud.photos.months(app) == [(month("2025-06"), 1)]
    with pytest.raises(NodeMissing):
        anna.cloud.photos.get(app, hidden)
    with pytest.raises(NodeMissing):
        anna.cloud.photos.thumbnail(app, hidden, "small")
    with pytest.raises(NodeMissing):
        anna.cloud.likes.like(app, hidden, True)
    with pytest.raises(NotAllowed):
        anna.cloud.finding.places(app, 3)
    with pytest.raises(NotAllowed):
        anna.cloud.albums.list(app)
