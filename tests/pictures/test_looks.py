"""What the program that looks at pictures sees, asked through its socket as the server asks it."""

import io
import os
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from PIL import Image

from nuvol.model.photos import SIZES, Made
from nuvol.pictures.messages import Broken
from nuvol.server.darkroom import Looker
from tests.pictures import makers

Look = Callable[..., tuple[Made, bytes]]
FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF")


@pytest.fixture(scope="module")
def look() -> Iterator[Look]:
    child = Looker()

    def at(data: bytes, *, film: bool = False) -> tuple[Made, bytes]:
        with tempfile.TemporaryFile(buffering=0) as file:
            file.write(data)
            return child.look(file.fileno(), film, len(data))

    yield at
    child.end()


def thumbnail(made: Made, data: bytes, name: str) -> Image.Image:
    found = next(each for each in made.thumbnails if each.name == name)
    picture = Image.open(io.BytesIO(data[found.offset : found.offset + found.length]))
    assert (picture.format, picture.size) == ("WEBP", (found.width, found.height))
    assert not picture.getexif()
    return picture.convert("RGB")


def local(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_turned_upright_exactly_once(look, kind, orientation):
    made, data = look(makers.encoded(makers.landscape(300, 200), kind, makers.exif(orientation)))
    assert (made.failure, made.width, made.height, made.facts.format) == ("", 300, 200, kind)
    small = thumbnail(made, data, "small")
    red, green, _ = small.getpixel((20, 20))
    assert small.size == (256, 171)
    assert red > 200 and green < 60, "the red corner is not at the top left"


def test_thumbnails_fit_into_their_squares_and_are_never_enlarged(look):
    made, _ = look(makers.jpeg(width=3000, height=2000))
    sizes = {each.name: (each.width, each.height) for each in made.thumbnails}
    assert sizes == {"small": (256, 171), "medium": (512, 341), "large": (1600, 1067)}
    assert {name: max(size) for name, size in sizes.items()} == SIZES
    made, _ = look(makers.jpeg(width=90, height=60))
    assert {(each.width, each.height) for each in made.thumbnails} == {(90, 60)}
    made, _ = look(makers.jpeg(width=8000, height=400))
    assert [(each.width, each.height) for each in made.thumbnails] == [(256, 13), (512, 26), (1600, 80)]


def test_it_tells_what_the_camera_wrote(look):
    made, _ = look(makers.jpeg(makers.exif(place=(41.385, -2.17))))
    assert (made.local_at, made.zone) == (local("2025-06-12T10:12:00"), 120)
    assert (made.latitude, made.longitude) == (41_385_000, -2_170_000)
    facts = made.facts
    assert (facts.camera, facts.aperture, facts.iso, facts.focal_length) == ("Leica Q3", 1.8, 50, 28.0)
    assert facts.exposure == pytest.approx(1 / 640, rel=0.01)


@pytest.mark.parametrize(
    "zone, satellite, expected",
    [
        (None, ("2025:06:12", (8, 12, 30)), 120),
        (None, ("2025:06:12", (4, 42, 0)), 330),
        (None, ("2025:06:11", (22, 11, 0)), 720),
        (None, ("2025:06:12", (8, 19, 0)), None),  # a clock that is seven minutes wrong tells nothing
        (None, None, None),
        ("-07:00", ("2025:06:12", (8, 12, 0)), -420),
        ("nonsense", None, None),
    ],
)
def test_the_zone_is_what_the_camera_says_or_else_what_satellites_show(look, zone, satellite, expected):
    made, _ = look(makers.jpeg(makers.exif(zone=zone, satellite=satellite)))
    assert made.zone == expected


@pytest.mark.parametrize("when", ["0000:00:00 00:00:00", "2025:13:41 99:00:00", "", "soon"])
def test_a_camera_without_a_clock_says_no_time(look, when):
    made, _ = look(makers.jpeg(makers.exif(when=when)))
    assert (made.failure, made.local_at, made.facts.camera) == ("", None, "Leica Q3")


def test_a_picture_with_nothing_beside_it_is_a_picture(look):
    made, data = look(makers.encoded(makers.landscape(), "GIF"))
    assert (made.failure, made.local_at, made.latitude, made.facts.format) == ("", None, None, "GIF")
    assert thumbnail(made, data, "medium").size == (512, 341)


def test_colours_that_need_it_keep_their_profile_and_clear_ones_stay_clear(look):
    clear = Image.new("RGBA", (50, 50), (0, 0, 0, 0))
    made, data = look(makers.encoded(clear, "PNG"))
    found = made.thumbnails[0]
    picture = Image.open(io.BytesIO(data[found.offset : found.offset + found.length]))
    assert picture.convert("RGBA").getpixel((5, 5))[3] == 0
    made, _ = look(makers.encoded(makers.landscape().convert("CMYK"), "JPEG"))
    assert not made.failure
    made, _ = look(makers.encoded(makers.landscape().convert("L"), "PNG"))
    assert not made.failure


def test_the_same_picture_smaller_looks_alike_and_another_does_not(look):
    large, small, other = (
        look(data)[0].likeness
        for data in (
            makers.encoded(Image.effect_mandelbrot((900, 600), (-2, -1.5, 1, 1.5), 60), "JPEG"),
            makers.encoded(Image.effect_mandelbrot((300, 200), (-2, -1.5, 1, 1.5), 60), "WEBP"),
            makers.encoded(Image.radial_gradient("L"), "JPEG"),
        )
    )
    differ = [((one ^ two) & (1 << 64) - 1).bit_count() for one, two in ((large, small), (large, other))]
    assert differ[0] <= 6 < differ[1]
    assert all(-(1 << 63) <= value < 1 << 63 for value in (large, small, other))


def test_its_blurhash_is_that_of_the_algorithm(look):
    """Of one colour: all waves are flat, and the average is the colour."""
    made, _ = look(makers.encoded(Image.new("RGB", (64, 64), (255, 0, 0)), "PNG"))
    assert len(made.blur) == 28
    assert made.blur[:6] == "L0TI:j"


def test_sha256_is_of_the_bytes(look):
    import hashlib

    data = makers.jpeg()
    assert look(data)[0].sha256 == hashlib.sha256(data).digest()


def test_a_film_has_a_poster_a_length_and_a_time(look):
    made, data = look(makers.film(creation_time="2025-06-12T08:12:00Z"), film=True)
    assert (made.failure, made.width, made.height) == ("", 64, 48)
    assert made.instant == local("2025-06-12T08:12:00")
    assert made.facts.duration == pytest.approx(3, abs=0.3)
    red, green, _ = thumbnail(made, data, "small").getpixel((30, 20))
    assert red > 200 and green < 60


@pytest.mark.parametrize(
    "data, film, says",
    [
        (b"", False, "It is empty: it has no bytes."),
        (b"hello", False, "no picture that can be read here"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", False, "no picture that can be read here"),
        (b"\0\0\0\x18ftypheic" + bytes(500), False, "no picture that can be read here"),
        (b"\0\0\0\x18ftypavif" + bytes(500), False, "no picture that can be read here"),
        (makers.jpeg()[:9000], False, "damaged"),
        (makers.encoded(makers.landscape(), "PNG")[:-3000], False, "damaged"),
        (makers.bomb(50_000, 50_000), False, "50000 × 50000 pixels"),
        (b"", True, "It is empty: it has no bytes."),
        (b"no film" * 100, True, "no film that can be read here"),
        (makers.film()[:900], True, "no film that can be read here"),
    ],
)
def test_what_cannot_be_shown_says_why_and_the_next_one_is_shown(look, data, film, says):
    made, thumbnails = look(data, film=film)
    assert says in made.failure
    assert not thumbnails
    assert look(makers.jpeg())[0].failure == ""


def test_the_program_may_not_grow_and_not_work_for_ever():
    """Its limits are the kernel's: it is ended, not asked."""
    child = Looker()
    try:
        with open(f"/proc/{child.pid}/limits") as file:
            child_is_ready(child)
            limits = {line[:26].strip(): line[26:47].strip() for line in file.read().splitlines()}
        assert int(limits["Max address space"]) <= 2 << 30
        assert int(limits["Max file size"]) == 0
        assert int(limits["Max cpu time"]) < 60
        assert int(limits["Max open files"]) <= 64
    finally:
        child.end()


def child_is_ready(child: Looker) -> None:
    with tempfile.TemporaryFile(buffering=0) as file:
        child.look(file.fileno(), False, 0)


def test_a_program_that_was_killed_is_noticed():
    child = Looker()
    child_is_ready(child)
    os.kill(child.pid, 9)
    with pytest.raises(Broken):
        child_is_ready(child)
    child.end()
