"""Photos of before come in: from a folder, or from an archive that may have been made by anybody."""

import json
import os
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from nuvol.core.photos import importing, imports
from nuvol.core.photos.timeline import Wish
from nuvol.errors import BadName, BadValue, ImportMissing, NodeMissing, QuotaExceeded, WrongKind
from nuvol.model.imports import Brought, Stage
from nuvol.model.photos import Said
from nuvol.model.shares import Role
from nuvol.server import takeout
from tests.core.clouds import Home, noise


def bring(home: Home, place: Path, into: str = "Photos") -> Brought:
    with takeout.folders(place) as folders:
        *_, brought = home.cloud.importing.bring(home.actor, into, folders)
    return brought


def archive(place: Path, **files: bytes | dict[str, Any]) -> Path:
    """`files`: names with __ for /."""
    with zipfile.ZipFile(place / "take.zip", "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(name.replace("__", "/"), data if isinstance(data, bytes) else json.dumps(data))
    return place / "take.zip"


def said(title: str, taken: str = "2019-06-08T13:20:00", **more: Any) -> dict[str, Any]:
    seconds = int(datetime.fromisoformat(taken).replace(tzinfo=UTC).timestamp())
    return {"title": title, "photoTakenTime": {"timestamp": str(seconds)}, **more}


def times(home: Home) -> dict[str, str]:
    photos = home.cloud.photos.list(home.actor, Wish()).photos
    return {
        home.path(photo.node): datetime.fromtimestamp(photo.taken.local_at / 1e6, UTC).strftime("%Y-%m-%d")
        for photo in photos
    }


def test_a_folder_comes_in_with_its_folders_and_a_second_time_brings_nothing(anna, tmp_path):
    (tmp_path / "inner").mkdir()
    (tmp_path / "a.jpg").write_bytes(b"one")
    (tmp_path / "inner" / "b.heic").write_bytes(noise(200_000))
    (tmp_path / "inner" / "note.txt").write_bytes(b"text")
    os.utime(tmp_path / "a.jpg", (0, 1_000_000_000))
    (tmp_path / "link.jpg").symlink_to("/etc/hostname")
    (tmp_path / "loop").symlink_to(tmp_path)
    brought = bring(anna, tmp_path)
    assert (brought.photos, brought.known, brought.others, brought.failed) == (2, 0, 1, [])
    assert anna.paths("Photos") == ["a.jpg", "inner", "inner/b.heic"]
    assert times(anna)["Photos/a.jpg"] == "2001-09-09"
    assert anna.read("Photos/inner/b.heic") == noise(200_000)
    again = bring(anna, tmp_path, "Elsewhere/again")
    assert (again.photos, again.known) == (0, 2)


def test_what_lies_beside_a_photo_tells_when_and_where(anna, tmp_path):
    place = archive(
        tmp_path,
        **{
            "Takeout__Photos__2019__sea.jpg": b"one",
            "Takeout__Photos__2019__sea.jpg.supplemental-metad.json": said(
                "sea.jpg", geoData={"latitude": 41.4, "longitude": 2.1}, favorited=True
            ),
            "Takeout__Photos__2019__sea(1).jpg": b"two",
            "Takeout__Photos__2019__sea.jpg(1).json": said(
                "sea.jpg", "2018-01-01T00:00:00", geoDataExif={"latitude": 1, "longitude": 1}, geoData={"latitude": 2}
            ),
            "Takeout__Photos__Summer__sea.jpg": b"one",
            "Takeout__Photos__Summer__metadata.json": {"title": "Summer by the sea"},
            "Takeout__Photos__Summer__broken.json": b"{",
        },
    )
    brought = bring(anna, place)
    assert (brought.photos, brought.known, len(brought.failed)) == (2, 1, 1)
    assert times(anna) == {"Photos/2019/sea.jpg": "2019-06-08", "Photos/2019/sea(1).jpg": "2018-01-01"}
    (place_of,) = anna.cloud.finding.places(anna.actor, 10)
    assert place_of.cover.node.name == "sea.jpg"
    assert anna.cloud.photos.list(anna.actor, Wish(favourites=True)).photos[0].node.name == "sea.jpg"
    (album,) = anna.cloud.albums.list(anna.actor)
    assert (album.album.name, album.photos) == ("Summer by the sea", 1)
    assert bring(anna, place).known == 3
    assert len(anna.cloud.albums.list(anna.actor)) == 1


def test_another_photo_of_the_same_name_gets_another_one(anna, tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"one")
    bring(anna, tmp_path)
    (tmp_path / "a.jpg").write_bytes(b"two")
    assert bring(anna, tmp_path).photos == 1
    assert {anna.read(f"Photos/{name}") for name in ("a.jpg", "a (2).jpg")} == {b"one", b"two"}


@pytest.mark.parametrize("name", ["../evil.jpg", "a/../../evil.jpg", "/evil.jpg", "a//evil.jpg", "a\\..\\evil.jpg"])
def test_no_name_in_an_archive_leads_out_of_it(anna, tmp_path, name):
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as made:
        made.writestr(name, b"evil")
        made.writestr("good/a.jpg", b"good")
    assert bring(anna, tmp_path / "z.zip", "in").photos == 1
    assert anna.paths() == ["in", "in/a.jpg"]


def test_links_and_bombs_and_damage_in_an_archive_fail_alone(anna, tmp_path):
    with zipfile.ZipFile(tmp_path / "z.zip", "w", zipfile.ZIP_DEFLATED) as made:
        link = zipfile.ZipInfo("link.jpg")
        link.external_attr = 0o120777 << 16
        made.writestr(link, "/etc/passwd")
        made.writestr("bomb.jpg", bytes(20_000_000))
        made.writestr("cut.jpg", noise(5000))
        made.writestr("good.jpg", b"good")
    data = bytearray((tmp_path / "z.zip").read_bytes())
    at = data.index(b"cut.jpg") + 2000
    data[at : at + 100] = bytes(100)
    (tmp_path / "z.zip").write_bytes(data)
    brought = bring(anna, tmp_path / "z.zip")
    assert brought.photos == 1
    assert sorted(failure.split(":")[0] for failure in brought.failed) == ["bomb.jpg", "cut.jpg"]
    assert anna.paths("Photos") == ["good.jpg"]


def test_what_is_neither_folder_nor_archive_is_refused(anna, tmp_path):
    (tmp_path / "a.txt").write_bytes(b"text")
    with pytest.raises(BadValue):
        bring(anna, tmp_path / "a.txt")


def test_a_full_account_ends_it_and_keeps_what_came_before(anna, tmp_path):
    (tmp_path / "a.jpg").write_bytes(noise(10_000, 1))
    (tmp_path / "b.jpg").write_bytes(noise(500_000, 2))
    anna.set_quota(100_000)
    with pytest.raises(QuotaExceeded):
        bring(anna, tmp_path)
    assert anna.paths("Photos") == ["a.jpg"]


# ------------------------------------------------------------------------------------------ as rows, by whoever unpacks


def steps(home: Home, place: Path, brought: Brought | None = None) -> Iterator[Brought]:
    with takeout.folders(place) as folders:
        yield from home.cloud.importing.bring(home.actor, "Photos", folders, brought)


def test_what_broke_off_goes_on_behind_what_is_done(anna, tmp_path):
    for folder, count in (("a", 3), ("b", 2)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "note.txt").write_bytes(b"text")
        for number in range(count):
            (tmp_path / folder / f"{number}.jpg").write_bytes(f"{folder}{number}".encode())
    walk = steps(anna, tmp_path)
    for _ in range(4):
        far = next(walk)
    walk.close()
    assert (far.seen, far.photos, far.others) == (4, 4, 2)
    *_, done = steps(anna, tmp_path, far)
    assert (done.seen, done.photos, done.known, done.others) == (5, 5, 0, 2)
    again = Brought(seen=2, photos=2, others=1)
    *_, done = steps(anna, tmp_path, again)
    assert (done.seen, done.photos, done.known, done.others) == (5, 2, 3, 2)


def test_photos_of_an_album_are_done_when_they_are_in_it(anna, tmp_path, monkeypatch):
    monkeypatch.setattr(importing, "ALBUM_BATCH", 2)
    (tmp_path / "metadata.json").write_text('{"title": "Sea"}')
    for number in range(5):
        (tmp_path / f"{number}.jpg").write_bytes(b"%d" % number)
    seen = [(far.seen, next(iter(anna.cloud.albums.list(anna.actor))).photos) for far in steps(anna, tmp_path)]
    assert seen == [(2, 2), (4, 4), (5, 5), (5, 5)]


def test_of_many_failures_the_first_are_told_and_all_are_counted(anna, tmp_path, monkeypatch):
    monkeypatch.setattr(importing, "MOST_TOLD", 3)
    made = archive(tmp_path, **{f"{number}.jpg": bytes(2_000_000) for number in range(5)})
    brought = bring(anna, made)
    assert (brought.failures, len(brought.failed), brought.seen) == (5, 3, 5)


def lying(home: Home, path: str) -> Brought:
    one = home.cloud.imports.begin(home.actor, home.id(path), "")
    home.cloud.imports.note(one, one.brought, Stage.DONE)  # no other test takes it up
    *_, brought = home.cloud.importing.bring(home.actor, "", home.cloud.imports.folders(one))
    return brought


def test_photos_that_lie_in_the_cloud_get_what_the_files_beside_them_say_and_stay_where_they_are(anna):
    place = {"latitude": 41.4, "longitude": 2.1}
    anna.folders("Take/2019", "Take/Summer")
    for path, data in {
        "Take/2019/sea.jpg": b"one",
        "Take/2019/plain.jpg": b"two",
        "Take/Summer/hill.jpg": noise(200_000),
    }.items():
        anna.put(path, data)
    anna.put("Take/2019/sea.jpg.json", json.dumps(said("sea.jpg", geoData=place, favorited=True)).encode())
    anna.put("Take/Summer/hill.jpg.json", json.dumps(said("hill.jpg", "2018-01-01T00:00:00")).encode())
    anna.put("Take/Summer/metadata.json", b'{"title": "Summer by the sea"}')
    anna.put("Take/Summer/torn.json", b"{")
    before = anna.paths()
    brought = lying(anna, "Take")
    assert (brought.photos, brought.known, brought.seen, len(brought.failed)) == (2, 1, 3, 1)
    assert anna.paths() == before
    assert times(anna)["Take/2019/sea.jpg"] == "2019-06-08"
    assert times(anna)["Take/Summer/hill.jpg"] == "2018-01-01"
    sea = anna.cloud.photos.get(anna.actor, anna.id("Take/2019/sea.jpg"))
    assert (sea.taken.said_latitude, sea.taken.said_longitude, sea.favourite) == (41_400_000, 2_100_000, True)
    (album,) = anna.cloud.albums.list(anna.actor)
    assert (album.album.name, album.photos) == ("Summer by the sea", 1)


def test_what_a_person_said_of_a_photo_stays_whatever_lies_beside_it(anna):
    anna.folder("Take")
    id = anna.put("Take/sea.jpg", b"one").id
    anna.cloud.photos.correct(anna.actor, [Said(id, at=0, place=(1_000_000, 2_000_000))])
    beside = said("sea.jpg", geoData={"latitude": 41.4, "longitude": 2.1})
    anna.put("Take/sea.jpg.json", json.dumps(beside).encode())
    assert lying(anna, "Take").photos == 1
    assert times(anna) == {"Take/sea.jpg": "1970-01-01"}
    taken = anna.cloud.photos.get(anna.actor, id).taken
    assert (taken.said_latitude, taken.said_longitude) == (1_000_000, 2_000_000)


def test_photos_of_others_in_one_s_folder_are_left_alone(anna, bert):
    bert.folder("his")
    bert.put("his/sea.jpg", b"one")
    bert.put("his/sea.jpg.json", json.dumps(said("sea.jpg")).encode())
    bert.cloud.shares.open(bert.actor, bert.id("his"), [anna.actor.name], Role.EDITOR)
    assert lying(anna, "") == Brought()
    assert times(bert)["his/sea.jpg"] != "2019-06-08"


def nothing_waits(home: Home) -> None:
    """The rows are those of other tests too."""
    while (one := home.cloud.imports.take()) is not None:
        home.cloud.imports.note(one, one.brought, Stage.DONE)


def test_an_import_is_begun_once_told_and_ended(anna, bert):
    nothing_waits(anna)
    node_id = anna.put("take.zip", b"x").id
    one = anna.cloud.imports.begin(anna.actor, node_id, "Photos//old/")
    assert (one.name, one.place, one.stage) == ("take.zip", "Photos/old", Stage.GOING)
    assert anna.cloud.imports.begin(anna.actor, node_id, "Elsewhere").id == one.id, "it is on its way"
    assert anna.cloud.imports.list(anna.actor) == [one]
    taken = anna.cloud.imports.take()
    assert (taken.id, anna.cloud.imports.take()) == (one.id, None)
    assert anna.cloud.imports.open(taken).read(0, 9) == b"x"
    far = Brought(total=3, seen=1)
    assert anna.cloud.imports.note(taken, far)
    assert anna.cloud.imports.get(anna.actor, one.id).brought == far
    with pytest.raises(ImportMissing):
        anna.cloud.imports.get(bert.actor, one.id)
    with pytest.raises(ImportMissing):
        anna.cloud.imports.remove(bert.actor, one.id)
    anna.cloud.imports.remove(anna.actor, one.id)
    assert not anna.cloud.imports.note(taken, far)


def test_only_what_one_may_read_is_imported_and_only_so_many_at_once(anna, bert, monkeypatch):
    theirs = bert.put("theirs.zip", b"x").id
    with pytest.raises(NodeMissing):
        anna.cloud.imports.begin(anna.actor, theirs, "Photos")
    bert.folder("his")
    bert.cloud.shares.open(bert.actor, bert.id("his"), [anna.actor.name], Role.EDITOR)
    with pytest.raises(WrongKind):
        anna.cloud.imports.begin(anna.actor, bert.id("his"), "Photos")
    with pytest.raises(BadName):
        anna.cloud.imports.begin(anna.actor, anna.put("a.zip", b"a").id, "a/../b")
    monkeypatch.setattr(imports, "MOST", 1)
    anna.cloud.imports.begin(anna.actor, anna.id("a.zip"), "Photos")
    with pytest.raises(BadValue):
        anna.cloud.imports.begin(anna.actor, anna.put("b.zip", b"b").id, "Photos")


def test_what_a_server_left_behind_is_taken_up_and_what_is_over_is_forgotten(anna):
    nothing_waits(anna)
    cloud = anna.cloud
    one = cloud.imports.begin(anna.actor, anna.put("take.zip", b"x").id, "Photos")
    taken = cloud.imports.take()
    cloud.imports.let_go(taken)
    assert cloud.imports.take().id == one.id
    cloud.imports.recover()
    if cloud.is_local:
        assert cloud.imports.take().id == one.id
    cloud.imports.note(one, Brought(fault="torn"), Stage.BROKEN)
    assert cloud.imports.take() is None
    anna.world.clock.move(imports.KEPT + 1)
    cloud.imports.expire()
    assert cloud.imports.list(anna.actor) == []


def test_an_account_that_may_do_nothing_brings_nothing_in(anna):
    one = anna.cloud.imports.begin(anna.actor, anna.put("take.zip", b"x").id, "Photos")
    anna.cloud.accounts.update(None, anna.actor.account_id, active=False)
    assert not anna.cloud.imports.note(one, Brought())
