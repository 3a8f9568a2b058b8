"""Photos of before come in: from a folder, or from an archive that may have been made by anybody."""

import json
import os
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from nuvol.core.photos.timeline import Wish
from nuvol.errors import BadValue, QuotaExceeded
from nuvol.model.imports import Brought
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
