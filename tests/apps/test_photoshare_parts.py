"""PhotoShare without a platform: its records, its cookie, its pictures, its settings."""

import io
import os
import stat
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pillow_heif
import pytest
from PIL import Image

from nuvol.apps.photoshare import friends, likes, photos, settings
from nuvol.apps.photoshare import pictures as looking
from nuvol.apps.photoshare.kept import Kept
from nuvol.apps.photoshare.pictures import LARGE, SMALL, NoPicture, Pictures
from nuvol.apps.photoshare.site import moment
from nuvol.apps.photoshare.visitors import Seal, Visitor
from tests.apps.stack import bomb

VISITOR = Visitor("ann@example.org", "US2.token", "US2.other", "/a/b", "/a/c", "/a/d")


def picture(kind: str, size: tuple[int, int] = (640, 480)) -> bytes:
    pillow_heif.register_heif_opener()
    file = io.BytesIO()
    Image.effect_noise(size, 40).convert("RGB").save(file, kind)
    return file.getvalue()


# ------------------------------------------------------------------------------------------------- likes, friends


def test_a_like_counts_once_and_the_total_is_the_number_of_users() -> None:
    record = likes.changed({"likes": []}, "p1", "ann", True)
    record = likes.changed(record, "p1", "ben", True)
    assert likes.changed(record, "p1", "ben", True) is record
    assert record == {"likes": [{"itemId": "p1", "users": ["ann", "ben"], "total": 2}]}
    record = likes.changed(record, "p2", "ben", True)
    assert likes.of(record) == {"p1": ["ann", "ben"], "p2": ["ben"]}


def test_a_like_can_be_taken_back() -> None:
    record = {"likes": [{"itemId": "p1", "users": ["ann", "ben"], "total": 2}], "other": 1}
    record = likes.changed(record, "p1", "ann", False)
    assert record == {"likes": [{"itemId": "p1", "users": ["ben"], "total": 1}], "other": 1}
    assert likes.changed(record, "p1", "ann", False) is record
    assert likes.changed(record, "p1", "ben", False)["likes"] == []
    assert likes.of({}) == {}


def test_the_friends_of_a_record() -> None:
    assert friends.names({"friends": [{"email": "ann"}, {"email": "ben"}]}) == ["ann", "ben"]
    assert friends.names({}) == []


def test_what_another_program_wrote_otherwise_is_left_out() -> None:
    assert friends.names({"friends": ["ann", {"name": "ben"}, {"email": 7}, {"email": "carla"}]}) == ["carla"]
    assert friends.names({"friends": "nobody"}) == []
    good = {"itemId": "p1", "users": ["ann"], "total": 1}
    odd = {"likes": [good, "p2", {"itemId": "p3"}, {"users": []}, {"itemId": 4, "users": ["ann"]}]}
    assert likes.of(odd) == {"p1": ["ann"]} and likes.of({"likes": 7}) == {}
    assert likes.changed(odd, "p1", "ben", True)["likes"] == [{"itemId": "p1", "users": ["ann", "ben"], "total": 2}]


# ---------------------------------------------------------------------------------------------------- the cookie


def test_every_process_with_the_same_secret_reads_the_cookie() -> None:
    cookie = Seal("secret").write(VISITOR)
    assert Seal("secret").read(cookie) == VISITOR
    assert "US2" not in cookie and len(cookie) < 4000
    assert Seal("another").read(cookie) is None
    for broken in ("", "x", cookie[:-4], cookie[:20] + "A" + cookie[21:]):
        assert Seal("secret").read(broken) is None


def test_only_what_one_was_shown_can_be_liked() -> None:
    seal = Seal("secret")
    mark = seal.mark("ann", "photo-1")
    assert seal.marked("ann", mark) == "photo-1"
    assert seal.marked("ben", mark) is None
    assert seal.marked("ann", "photo-2" + mark[7:]) is None
    assert seal.marked("ann", "") is None


# -------------------------------------------------------------------------------------------------- the pictures


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pictures]:
    pictures = Pictures(str(tmp_path_factory.mktemp("small")))
    yield pictures
    pictures.close()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize(
    ("kind", "extension", "mime"),
    [
        ("JPEG", ".jpg", "image/jpeg"),
        ("PNG", ".png", "image/png"),
        ("WEBP", ".webp", "image/webp"),
        ("GIF", ".gif", "image/gif"),
        ("AVIF", ".avif", "image/avif"),
        ("HEIF", ".heic", "image/heic"),
    ],
)
def test_pictures_are_known_by_their_content(pictures: Pictures, kind: str, extension: str, mime: str) -> None:
    file = io.BytesIO(picture(kind))
    found = pictures.check(f"sea{extension}", file)
    assert (found.name, found.mime, file.tell()) == (f"sea{extension}", mime, 0)
    assert [opened(small).size for small in found.small] == [(640, 480), (320, 240)]
    assert pictures.check("sea.txt", file).name == f"sea{extension}"
    assert pictures.check("sea", file).name == f"sea{extension}"
    assert pictures.check("sea" + extension.upper(), file).name == "sea" + extension.upper()


def test_small_pictures_are_upright_and_tell_nothing_of_the_camera(pictures: Pictures) -> None:
    image, exif, file = Image.new("RGB", (3000, 2000), "red"), Image.Exif(), io.BytesIO()
    image.paste("blue", (0, 0, 1500, 1000))
    exif[0x0112], exif[0x010F] = 6, "a camera with a name"  # held upright: turned by a quarter to the right
    exif.get_ifd(0x8825)[1] = "N"
    image.save(file, "JPEG", exif=exif)
    large, small = pictures.check("a.jpg", file).small
    assert opened(large).size == (667, 1000) and opened(small).size == (213, 320)
    corner = opened(large).convert("RGB").getpixel((660, 5))
    assert isinstance(corner, tuple) and corner[2] > 200 > corner[0]
    assert b"a camera" not in large and not opened(large).getexif()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"dear diary", "is not a picture"),
        (b"%PDF-1.7 and so on", "is not a picture"),
        (picture("JPEG")[:9000], "damaged"),
        (picture("PNG")[:9000], "damaged"),
        (picture("HEIF")[:9000], "damaged"),
        (b"\xff\xd8\xff\xe0" + bytes(4000), "damaged"),
    ],
)
def test_what_is_no_picture_is_said_so(pictures: Pictures, content: bytes, sentence: str) -> None:
    with pytest.raises(NoPicture, match=sentence):
        pictures.check("photo.jpg", io.BytesIO(content))


def test_a_picture_that_would_fill_the_memory_is_not_opened(pictures: Pictures) -> None:
    for side in (50_000, 10_001):
        with pytest.raises(NoPicture, match="more than 100 million pixels"):
            pictures.check("photo.png", io.BytesIO(bomb(side)))


def test_a_picture_that_breaks_the_program_breaks_it_alone(pictures: Pictures, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is ended when it takes too long; the next picture is looked at as ever."""
    huge = io.BytesIO(b"x" * (2 << 20))
    with monkeypatch.context() as changed:
        changed.setattr(looking, "PATIENCE", 0.0)  # whatever is asked is too much
        with pytest.raises(NoPicture, match="too much time or memory"):
            pictures.check("huge.png", huge)
        assert pictures.small("ann 2 1", SMALL, lambda file: file.write(b"x" * 1000) and None) is None
    assert pictures._kept.get("ann 2 1") is None  # it may have been the machine
    assert pictures.check("sea.jpg", io.BytesIO(picture("JPEG"))).mime == "image/jpeg"


def test_the_program_that_looks_ends_with_who_asks(pictures: Pictures) -> None:
    pictures.check("sea.jpg", io.BytesIO(picture("JPEG")))
    (child,) = pictures._idle
    assert child.stdin is not None
    child.stdin.close()
    assert child.wait(60) == 0
    assert pictures.check("sea.jpg", io.BytesIO(picture("JPEG"))).mime == "image/jpeg"  # by a new one


def test_the_same_content_is_looked_at_once_whoever_has_it(pictures: Pictures) -> None:
    content = picture("JPEG")
    fetched: list[str] = []

    def small(key: str, side: int = SMALL, content: bytes = content) -> bytes | None:
        def fetch(file: Any) -> None:
            fetched.append(key)
            file.write(content)

        return pictures.small(key, side, fetch)

    pictures.keep("ann 1 1", pictures.check("sea.jpg", io.BytesIO(content)))
    kept = small("ann 1 1")
    assert kept is not None and opened(kept).size == (320, 240) and fetched == []
    assert small("ben 7 1") == kept and small("ben 7 1") == kept and fetched == ["ben 7 1"]
    assert small("ben 7 2", LARGE, b"dear diary") is None and small("ben 7 2", SMALL) is None
    assert fetched == ["ben 7 1", "ben 7 2"]  # what cannot be shown is not tried again


def test_what_is_kept_has_its_room_and_its_time(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "small", most=64 * 4096)
    for number in range(200):
        kept.put(f"picture {number}", b"x" * 4096)
        os.utime(kept._path(f"picture {number}"), (time.time() - 1000 + number,) * 2)
        assert len(list((tmp_path / "small").iterdir())) <= 72
    assert kept.get("picture 199") == b"x" * 4096 and kept.get("picture 0") is None
    os.utime(kept._path("picture 199"), (0, 0))
    kept._sweep()
    assert kept.get("picture 199") is None and kept.get("picture 198") is not None
    assert stat.S_IMODE((tmp_path / "small").stat().st_mode) == 0o700


# -------------------------------------------------------------------------------------------- settings and words


WHOLE = """
[CLOUD_FS_SETTINGS]
CLOUD_FS_ID = "id"
CLOUD_FS_SECRET = "secret"
CLOUD_FS_BASE = "cloud.example"
USER_API_BASEURL = "https://signup.example/api"
[CLOUD_FS_COMMON_SETTINGS]
USERNAME = ""
PASSWORD = ""
"""


def test_the_settings_file(tmp_path: Path) -> None:
    path = tmp_path / "photoshare.toml"
    path.write_text(WHOLE)
    read = settings.read(path)
    assert (read.base, read.user_api, read.is_complete) == ("cloud.example", "https://signup.example/api/", False)
    path.write_text(f'MEDIA_ROOT = "{tmp_path}/small"\n' + WHOLE)
    assert settings.read(path).media_root == f"{tmp_path}/small" and (tmp_path / "small").is_dir()
    path.write_text(WHOLE.replace('USERNAME = ""', 'USERNAME = "app"').replace('PASSWORD = ""', 'PASSWORD = "x"'))
    assert settings.read(path).is_complete


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "lacks CLOUD_FS_ID"),
        (WHOLE.replace("CLOUD_FS_BASE", "CLOUD_BASE"), "no text CLOUD_BASE"),
        (WHOLE.replace('"id"', "7"), "no text CLOUD_FS_ID"),
        ("[", "cannot be read"),
        ('MEDIA = "/tmp"\n' + WHOLE, "no text MEDIA"),
        ('MEDIA_ROOT = "/dev/null/small"\n' + WHOLE, "Not a directory: '/dev/null/small'"),
        (WHOLE.replace("[CLOUD_FS_COMMON", "[CLOUD_COMMON"), r"no text USERNAME in \[CLOUD_COMMON_SETTINGS\]"),
    ],
)
def test_a_wrong_settings_file_is_told_in_one_sentence(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "photoshare.toml"
    path.write_text(text)
    with pytest.raises(settings.BadSettings, match=told):
        settings.read(path)


@pytest.mark.parametrize(
    ("then", "words"),
    [
        (datetime(2026, 6, 12, 11, 59, 30, tzinfo=UTC), "just now"),
        (datetime(2026, 6, 12, 11, 58, tzinfo=UTC), "2 minutes ago"),
        (datetime(2026, 6, 12, 11, 0, tzinfo=UTC), "1 hour ago"),
        (datetime(2026, 6, 11, 21, 40, tzinfo=UTC), "yesterday, 21:40 UTC"),
        (datetime(2026, 6, 10, 21, 40, tzinfo=UTC), "10 June, 21:40 UTC"),
        (datetime(2025, 6, 11, 21, 40, tzinfo=UTC), "11 June 2025, 21:40 UTC"),
    ],
)
def test_when_it_was(then: datetime, words: str) -> None:
    assert moment("en", int(then.timestamp()), datetime(2026, 6, 12, 12, 0, tzinfo=UTC)) == words


def test_a_day_begins_at_the_midnight_of_whoever_looks() -> None:
    late = int(datetime(2026, 6, 11, 21, 40, tzinfo=UTC).timestamp())
    shots = [photos.Shot("x", "/x", "sea.jpg", "ann", late + more, False, 0) for more in (1200, 0)]
    assert [(day.day, len(those)) for day, those in photos.by_day(shots, UTC)] == [(11, 2)]
    madrid = ZoneInfo("Europe/Madrid")  # 23:40 and midnight
    assert [(day.day, len(those)) for day, those in photos.by_day(shots, madrid)] == [(12, 1), (11, 1)]
    assert moment("en", late, datetime(2026, 6, 12, 12, 0, tzinfo=madrid)) == "yesterday, 23:40"
