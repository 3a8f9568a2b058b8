"""Photos: files that are pictures or films, by when and where they were taken.

Two times are told apart. An instant is microseconds since 1970 (UTC) as everywhere. A *local* time is what the clock
of the camera showed, kept as if that clock had been UTC: by it photos are ordered, so that a day on a journey stays
one day. Places are millionths of a degree.
"""

from datetime import UTC, datetime, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import UNSET, Struct, UnsetType

from nuvol.model.nodes import Node

IMAGES = frozenset(
    {"image/avif", "image/gif", "image/heic", "image/heif", "image/jpeg", "image/png", "image/tiff", "image/webp"}
)
FILMS = frozenset(
    {"video/3gpp", "video/mp4", "video/mpeg", "video/ogg", "video/quicktime", "video/webm"}
    | {"video/x-m4v", "video/x-matroska", "video/x-msvideo"}
)

SIZES = {"small": 256, "medium": 512, "large": 1600}
"""Thumbnails by name: they fit into a square of so many pixels. In lists; in a grid of rows of 168 pixels, also on a
fine screen; on the whole screen."""

FINEST = 15
"""Level of the cells that places are kept in: 2^15 × 2^15 of them cover the earth, 1.2 km wide at the equator."""

METRES_AROUND = 40_075_000
"""The earth, at the equator."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = (datetime(1, 1, 1, tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
_LAST = (datetime(9999, 12, 31, tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)


class Stage(IntEnum):
    """How far the look at a content has come."""

    WAITING = 0
    READY = 1
    FAILED = 2


class Thumbnail(Struct, frozen=True, array_like=True):
    """Where in its blob it is: WebP, with metadata of its own none."""

    name: str
    width: int
    height: int
    offset: int
    length: int


class Facts(Struct, frozen=True, omit_defaults=True):
    """What the camera wrote, as far as people ask for it."""

    camera: str = ""
    lens: str = ""
    aperture: float | None = None
    """f-number."""
    exposure: float | None = None
    """Seconds."""
    iso: int | None = None
    focal_length: float | None = None
    """Millimetres."""
    altitude: float | None = None
    """Metres above the sea."""
    duration: float | None = None
    """Seconds of a film."""
    animated: bool = False
    format: str = ""
    """What the bytes are, whatever the name says: “JPEG”."""


class Picture(Struct, frozen=True):
    """What a content shows."""

    account_id: int
    hash: bytes
    stage: int
    film: bool
    width: int = 0
    height: int = 0
    local_at: int | None = None
    zone: int | None = None
    """Minutes by which the camera's clock was ahead of UTC."""
    latitude: int | None = None
    longitude: int | None = None
    facts: Facts = Facts()
    blur: str = ""
    likeness: int | None = None
    sha256: bytes | None = None
    failure: str = ""
    """A sentence that says why there is no picture of it."""
    blob_id: int | None = None
    thumbnails: tuple[Thumbnail, ...] = ()


class Waiting(Struct, frozen=True):
    """A content that nobody has looked at yet."""

    account_id: int
    hash: bytes
    film: bool
    attempts: int
    """How often somebody began."""


class Taken(Struct, frozen=True):
    """A photo's row in the timeline."""

    account_id: int
    node_id: int
    hash: bytes
    parent_id: int
    local_at: int
    cell: int | None = None
    said_at: int | None = None
    said_latitude: int | None = None
    said_longitude: int | None = None


class Likes(Struct, frozen=True):
    """Who likes a photo, the first ones by name."""

    total: int = 0
    mine: bool = False
    names: tuple[str, ...] = ()


class Photo(Struct, frozen=True):
    """A photo as somebody sees it."""

    node: Node
    taken: Taken
    picture: Picture
    likes: Likes
    favourite: bool

    @property
    def place(self) -> tuple[int, int] | None:
        """As people say it, else as the camera does."""
        for at in (
            (self.taken.said_latitude, self.taken.said_longitude),
            (self.picture.latitude, self.picture.longitude),
        ):
            if at[0] is not None and at[1] is not None:
                return at[0], at[1]
        return None


class Photos(Struct, frozen=True):
    """Some photos, newest first, and the cursor of the rest."""

    photos: list[Photo]
    next: str | None


class Town(Struct, frozen=True):
    """A town of the table that comes along (`nuvol.gazetteer`)."""

    name: str
    country: str
    """ISO 3166."""
    zone: str
    """IANA: by which its clocks go."""
    latitude: int
    longitude: int
    people: int


class Said(Struct, frozen=True):
    """When (local time) and where a photo was taken, as people say it in place of the camera; None: as the camera wrote
    it."""

    node_id: int
    at: int | None | UnsetType = UNSET
    """Unset: what was said before stays."""
    place: tuple[int, int] | None | UnsetType = UNSET


class Album(Struct, frozen=True):
    """Photos that somebody put together, or what is in a folder (`folder_id`)."""

    account_id: int
    id: int
    parent_id: int | None
    name: str
    folder_id: int | None
    cover_id: int | None
    created_at: int


def is_photo(mime: str) -> bool:
    return mime in IMAGES or mime in FILMS


def month_of(local_at: int) -> int:
    """Months since the year 0, counted from 0: 24,317 is June 2026."""
    when = _EPOCH + timedelta(microseconds=min(max(local_at, _FIRST), _LAST))
    return when.year * 12 + when.month - 1


def begin_of(month: int) -> int:
    """The local time at which a month begins. Months before the year 1 and after 9999 begin there."""
    if month < 12:
        return _FIRST
    if month >= 10_000 * 12:
        return _LAST
    return (datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)


def offset_of(zone: str, at: int) -> int | None:
    """Minutes by which clocks in a zone (IANA) are ahead of UTC at an instant; None for an unknown zone."""
    try:
        offset = (_EPOCH + timedelta(microseconds=min(max(at, _FIRST), _LAST))).astimezone(ZoneInfo(zone)).utcoffset()
    except (ZoneInfoNotFoundError, ValueError, OverflowError):
        return None
    return None if offset is None else int(offset.total_seconds() // 60)


def local_of(zone: str, at: int) -> int:
    """What clocks in a zone (IANA) show at an instant."""
    return at + (offset_of(zone, at) or 0) * 60_000_000


def cell_of(latitude: int, longitude: int) -> int:
    """The cell of the finest level in which a place lies. Those of one cell of a coarser level are neighbours: the bits
    of both coordinates take turns."""
    side = 1 << FINEST
    x = min(side - 1, (longitude + 180_000_000) * side // 360_000_000)
    y = min(side - 1, (latitude + 90_000_000) * side // 180_000_000)
    return sum(((x >> bit & 1) << 2 * bit) | ((y >> bit & 1) << 2 * bit + 1) for bit in range(FINEST))


def middle_of(cell: int, level: int) -> tuple[int, int]:
    """Latitude and longitude of the middle of a cell of this level."""
    x = sum((cell >> 2 * bit & 1) << bit for bit in range(level))
    y = sum((cell >> 2 * bit + 1 & 1) << bit for bit in range(level))
    side = 1 << level
    return (2 * y + 1) * 90_000_000 // side - 90_000_000, (2 * x + 1) * 180_000_000 // side - 180_000_000


class Made(Struct, frozen=True, omit_defaults=True):
    """What a look at a content brought; the bytes of its thumbnails follow one after another."""

    failure: str = ""
    width: int = 0
    height: int = 0
    local_at: int | None = None
    instant: int | None = None
    """When it was taken, where the camera tells that instead of the time of its clock: films do."""
    zone: int | None = None
    latitude: int | None = None
    longitude: int | None = None
    facts: Facts = Facts()
    blur: str = ""
    likeness: int | None = None
    sha256: bytes | None = None
    thumbnails: tuple[Thumbnail, ...] = ()
