"""PhotoShare without a platform: its records, its cookie, its pictures, its settings."""

import io
import struct
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from nuvol.apps.photoshare import friends, likes, pictures, settings
from nuvol.apps.photoshare.site import moment
from nuvol.apps.photoshare.visitors import Seal, Visitor

VISITOR = Visitor("ann@example.org", "US2.token", "US2.other", "/a/b", "/a/c", "/a/d")


def picture(kind: str, size: tuple[int, int] = (640, 480)) -> bytes:
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


@pytest.mark.parametrize(
    ("kind", "extension", "mime"),
    [
        ("JPEG", ".jpg", "image/jpeg"),
        ("PNG", ".png", "image/png"),
        ("WEBP", ".webp", "image/webp"),
        ("GIF", ".gif", "image/gif"),
        ("AVIF", ".avif", "image/avif"),
    ],
)
def test_pictures_are_known_by_their_content(kind: str, extension: str, mime: str) -> None:
    file = io.BytesIO(picture(kind))
    assert pictures.check(f"sea{extension}", file) == (f"sea{extension}", mime)
    assert file.tell() == 0
    assert pictures.check("sea.txt", file) == (f"sea{extension}", mime)
    assert pictures.check("sea", file) == (f"sea{extension}", mime)
    assert pictures.check("sea.JPG", io.BytesIO(picture("JPEG")))[0] == "sea.JPG"


def test_heic_of_a_phone_is_taken() -> None:
    file = io.BytesIO(b"\0\0\0\x18ftypheic" + bytes(1000))
    assert pictures.check("IMG_2041.HEIC", file) == ("IMG_2041.HEIC", "image/heic")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"dear diary", "is not a picture"),
        (b"%PDF-1.7 and so on", "is not a picture"),
        (picture("JPEG")[:9000], "damaged"),
        (picture("PNG")[:9000], "damaged"),
        (b"\xff\xd8\xff\xe0" + bytes(4000), "damaged"),
    ],
)
def test_what_is_no_picture_is_said_so(content: bytes, sentence: str) -> None:
    with pytest.raises(pictures.NoPicture, match=sentence):
        pictures.check("photo.jpg", io.BytesIO(content))


def test_a_picture_that_would_fill_the_memory_is_not_opened() -> None:
    for side in (50_000, 10_001):
        head = b"IHDR" + struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
        png = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))
        png += struct.pack(">I", 4) + b"IDAT" + bytes(4) + struct.pack(">I", zlib.crc32(b"IDAT" + bytes(4)))
        with pytest.raises(pictures.NoPicture, match="more than 100 million pixels"):
            pictures.check("photo.png", io.BytesIO(png))


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
    path.write_text(WHOLE.replace('USERNAME = ""', 'USERNAME = "app"').replace('PASSWORD = ""', 'PASSWORD = "x"'))
    assert settings.read(path).is_complete


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "lacks CLOUD_FS_ID"),
        (WHOLE.replace("CLOUD_FS_BASE", "CLOUD_BASE"), "no text CLOUD_BASE"),
        (WHOLE.replace('"id"', "7"), "no text CLOUD_FS_ID"),
        ("[", "cannot be read"),
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
        (datetime(2026, 6, 11, 21, 40, tzinfo=UTC), "11 June, 21:40"),
        (datetime(2025, 6, 11, 21, 40, tzinfo=UTC), "11 June 2025, 21:40"),
    ],
)
def test_when_it_was(then: datetime, words: str) -> None:
    assert moment("en", int(then.timestamp()), datetime(2026, 6, 12, 12, 0, tzinfo=UTC)) == words
