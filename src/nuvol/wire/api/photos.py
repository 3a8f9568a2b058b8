"""Words about photos: the timeline, thumbnails, likes, favourites, albums, places, duplicates."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from nuvol.errors import BadValue
from nuvol.model import photos as model
from nuvol.model.imports import Import as Imported
from nuvol.wire.api.values import Cursor, Hash, Id, Mime, Size, Time, microseconds, time_text
from nuvol.wire.openapi import PREFIX

KNOWN_LIMIT = 10_000
ALBUM_LIMIT = 1000
CORRECTED_LIMIT = 500

State = Literal["waiting", "ready", "failed"]
_STATES: dict[int, State] = {0: "waiting", 1: "ready", 2: "failed"}
Month = Annotated[str, Meta(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="`2026-06`.")]
Local = Annotated[str, Meta(description="By the clock of the camera, without a zone: `2026-06-12T10:12:00`.")]
LocalGiven = Annotated[datetime, Meta(tz=False, description="By the clock of the camera, without a zone.")]
Level = Annotated[int, Meta(ge=0, le=model.FINEST, description="The grid has 2^level × 2^level cells.")]
PlaceId = Annotated[str, Meta(pattern=r"^\d{1,2}-\d{1,10}$", description="Of a place; opaque.")]
AlbumName = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]

# ------------------------------------------------------------------------------------------------ answers


class Photo(Struct, frozen=True):
    """A photo or film: a file, and what it shows."""

    id: Annotated[Id, Meta(description="Of the file: all that can be done to files can be done to it.")]
    owner_id: Id
    parent_id: Id | None
    name: str
    mime: Mime
    size: Size
    hash: Hash
    kind: Literal["image", "video"]
    state: Annotated[State, Meta(description="`ready`: looked at. `failed`: nothing can be shown of it.")]
    failure: Annotated[str | None, Meta(description="Failed: why, in a sentence.")]
    taken: Local
    zone: Annotated[int | None, Meta(description="Minutes by which that clock was ahead of UTC; null: unknown.")]
    width: Annotated[int | None, Meta(description="Pixels, as it is shown; null until looked at.")]
    height: int | None
    blur: Annotated[str | None, Meta(description="Blurhash (4 × 3), to be drawn until the thumbnail is there.")]
    thumbnail: Annotated[
        str | None,
        Meta(description="Address; add `&size=small|medium|large`. It names the content, so keep what it gives."),
    ]
    duration: Annotated[float | None, Meta(description="Seconds of a film.")]
    likes: int
    liked: Annotated[bool, Meta(description="By the one who asks.")]
    liked_by: Annotated[list[str], Meta(description="Names of the first three.")]
    favourite: bool


class Photos(Struct, frozen=True):
    photos: list[Photo]
    next: Annotated[
        Cursor | None, Meta(description="Give it as `cursor` to go on; a page may be short before the end.")
    ]


class Place(Struct, frozen=True):
    latitude: Annotated[float, Meta(ge=-90, le=90)]
    longitude: Annotated[float, Meta(ge=-180, le=180)]


class Town(Struct, frozen=True):
    name: str
    country: Annotated[str, Meta(description="ISO 3166: `ES`.")]
    latitude: float
    longitude: float


class Towns(Struct, frozen=True):
    towns: list[Town]


class PhotoDetails(Struct, frozen=True):
    """A photo with what its camera wrote."""

    photo: Photo
    path: Annotated[str | None, Meta(description="Null for who may look at photos only.")]
    taken_at: Annotated[Time | None, Meta(description="The instant; null when the zone is unknown.")]
    place: Place | None
    town: Annotated[Town | None, Meta(description="Where one would say that this is.")]
    said: Annotated[list[Literal["taken", "place"]], Meta(description="What people say, not the camera.")]
    altitude: Annotated[float | None, Meta(description="Metres.")]
    camera: str
    lens: str
    aperture: Annotated[float | None, Meta(description="f-number.")]
    exposure: Annotated[float | None, Meta(description="Seconds.")]
    iso: int | None
    focal_length: Annotated[float | None, Meta(description="Millimetres.")]
    animated: bool
    format: Annotated[str, Meta(description="What the bytes are: `JPEG`, `HEIF`, …; empty until looked at.")]


class MonthCount(Struct, frozen=True):
    month: Month
    photos: int


class Timeline(Struct, frozen=True):
    """How full each month is, newest first: what a scrubber shows. Months without photos are left out."""

    months: list[MonthCount]
    photos: Annotated[int, Meta(description="In all.")]


class Likes(Struct, frozen=True):
    total: int
    liked: Annotated[bool, Meta(description="By the one who asks.")]
    names: list[str]


class PhotoPlace(Struct, frozen=True):
    """Where photos were taken: a cell of a grid over the earth."""

    id: PlaceId
    latitude: Annotated[float, Meta(description="Of its middle.")]
    longitude: float
    town: Annotated[Town | None, Meta(description="The one that such a place is called after.")]
    photos: int
    thumbnail: Annotated[str | None, Meta(description="Of the newest of them; told of the fullest places.")]


class Places(Struct, frozen=True):
    places: list[PhotoPlace]
    level: Level


class Album(Struct, frozen=True):
    """Photos that one put together, or what is in a folder."""

    id: Id
    parent_id: Annotated[Id | None, Meta(description="The album it lies in.")]
    name: str
    folder_id: Annotated[Id | None, Meta(description="It shows what is in this folder.")]
    cover_id: Annotated[Id | None, Meta(description="The photo chosen for it; null: the newest.")]
    cover: Annotated[str | None, Meta(description="Address of a thumbnail.")]
    photos: int
    created_at: Time


class Albums(Struct, frozen=True):
    albums: list[Album]


class Duplicates(Struct, frozen=True):
    """Photos that are there more than once."""

    photos: list[Photo]
    distance: Annotated[int, Meta(description="Bits of 64 in which their likenesses differ; 0: the same bytes.")]


class DuplicateGroups(Struct, frozen=True):
    groups: list[Duplicates]
    next: Annotated[Cursor | None, Meta(description="Give it as `cursor`. A page may be empty before the end.")]


class Import(Struct, frozen=True):
    """An archive or folder of photos on its way in, and what came of it."""

    id: Id
    node_id: Annotated[Id, Meta(description="The archive or folder.")]
    name: str
    folder: Annotated[bool, Meta(description="Its photos stay in it and get what the `.json` files beside them say.")]
    place: Annotated[str, Meta(description="Path of the folder below which its folders go.")]
    state: Annotated[
        Literal["going", "done", "broken"], Meta(description="`broken`: it could not go on. Begun again, it goes on.")
    ]
    fault: Annotated[str | None, Meta(description="Broken: why, in a sentence.")]
    total: Annotated[int, Meta(description="Photos in it; 0 until that is known.")]
    seen: Annotated[int, Meta(description="Photos of which nothing is left to be done.")]
    photos: Annotated[int, Meta(description="New ones; of a folder, those of which a file beside them says something.")]
    known: Annotated[int, Meta(description="Were here already; of a folder, those of which nothing is said.")]
    others: Annotated[int, Meta(description="Files that are no photos, left out.")]
    failures: int
    failed: Annotated[list[str], Meta(description="A sentence for each failure, for the first 500.")]
    began_at: Time


class Imports(Struct, frozen=True):
    imports: list[Import]


class Known(Struct, frozen=True):
    known: list[Hash]
    photos: Annotated[list[int], Meta(description="Of each of them in turn, a photo that has it.")]


class Before(Struct, frozen=True):
    """What people had said; null: nothing."""

    id: Id
    taken: Local | None
    place: Place | None


class Corrected(Struct, frozen=True):
    photos: list[Photo]
    before: Annotated[list[Before], Meta(description="Give it as `changes`, and all is as it was.")]


class Favourite(Struct, frozen=True):
    favourite: bool


# ----------------------------------------------------------------------------------------------- requests


class TimelineAsked(Struct, frozen=True, forbid_unknown_fields=True):
    shared: Annotated[bool, Meta(description="Also what others opened to one.")] = True


class PhotosAsked(Struct, frozen=True, forbid_unknown_fields=True):
    month: Annotated[Month | None, Meta(description="Taken in this month only.")] = None
    folder: Annotated[Id | None, Meta(description="That lie in this very folder, one's own or an opened one.")] = None
    place: Annotated[PlaceId | None, Meta(description="Taken at this place; of `/photos/places`.")] = None
    favourites: bool = False
    shared: Annotated[bool, Meta(description="Also what others opened to one.")] = True
    cursor: Cursor | None = None
    limit: Annotated[int, Meta(ge=1, le=1000)] = 200


class ThumbnailAsked(Struct, frozen=True, forbid_unknown_fields=True):
    size: Literal["small", "medium", "large"] = "medium"
    content: Annotated[
        Hash | None, Meta(description="The `hash` of the photo: if it still has it, browsers may keep the answer.")
    ] = None


class PlacesAsked(Struct, frozen=True, forbid_unknown_fields=True):
    level: Level = 8


class DuplicatesAsked(Struct, frozen=True, forbid_unknown_fields=True):
    near: Annotated[bool, Meta(description="Those that look alike and are not the same bytes.")] = False
    cursor: Cursor | None = None


class HashesAsked(Struct, frozen=True, forbid_unknown_fields=True):
    hashes: Annotated[list[Hash], Meta(max_length=KNOWN_LIMIT)]
    algorithm: Annotated[
        Literal["sha-256", "nuvol"], Meta(description="`nuvol`: the `hash` of a node. `sha-256`: of the bytes.")
    ] = "sha-256"


class NewImport(Struct, frozen=True, forbid_unknown_fields=True):
    node_id: Annotated[
        Id, Meta(description="A zip archive, or a folder of yours: photos, or an export of another service.")
    ]
    place: Annotated[str, Meta(max_length=4096, description="Path of the folder below which its folders go.")] = (
        "Photos"
    )


class NewAlbum(Struct, frozen=True, forbid_unknown_fields=True):
    name: AlbumName
    parent_id: Id | None = None
    folder_id: Annotated[Id | None, Meta(description="Show what is in this folder.")] = None


class AlbumChange(Struct, frozen=True, forbid_unknown_fields=True):
    """What is left out stays."""

    name: AlbumName | UnsetType = UNSET
    parent_id: Id | None | UnsetType = UNSET
    cover_id: Id | UnsetType = UNSET


class AlbumFilling(Struct, frozen=True, forbid_unknown_fields=True):
    add: Annotated[list[Id], Meta(max_length=ALBUM_LIMIT)] = []
    remove: Annotated[list[Id], Meta(max_length=ALBUM_LIMIT)] = []


class AlbumPhotosAsked(Struct, frozen=True, forbid_unknown_fields=True):
    cursor: Cursor | None = None
    limit: Annotated[int, Meta(ge=1, le=1000)] = 200


class PhotoChange(Struct, frozen=True, forbid_unknown_fields=True):
    """When and where it was taken, in place of what the camera wrote. Null: as the camera wrote it; what is left out
    stays."""

    taken: LocalGiven | None | UnsetType = UNSET
    place: Place | None | UnsetType = UNSET


class PhotoCorrection(PhotoChange, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The same of one of several."""

    id: Id


class PhotoCorrections(Struct, frozen=True, forbid_unknown_fields=True):
    changes: Annotated[list[PhotoCorrection], Meta(min_length=1, max_length=CORRECTED_LIMIT)]


class TownsAsked(Struct, frozen=True, forbid_unknown_fields=True):
    q: Annotated[str, Meta(max_length=100, description="How it is called, or how its name begins; in any language.")]


# ------------------------------------------------------------------------------------------------- turning


def photo(of: model.Photo) -> Photo:
    node, picture = of.node, of.picture
    hash = (node.content or b"").hex()
    known = picture.width > 0
    return Photo(
        node.id,
        node.account_id,
        node.parent_id,
        node.name,
        node.mime,
        node.size,
        hash,
        "video" if picture.film else "image",
        _STATES[picture.stage],
        picture.failure or None,
        local_text(of.taken.local_at),
        picture.zone,
        picture.width if known else None,
        picture.height if known else None,
        picture.blur or None,
        thumbnail(of),
        picture.facts.duration,
        of.likes.total,
        of.likes.mine,
        list(of.likes.names),
        of.favourite,
    )


def photos(of: model.Photos) -> Photos:
    return Photos([photo(one) for one in of.photos], of.next)


def details(of: model.Photo, path: str | None, near: model.Town | None) -> PhotoDetails:
    picture, facts, taken = of.picture, of.picture.facts, of.taken
    said: list[Literal["taken", "place"]] = ["taken"] if taken.said_at is not None else []
    said += ["place"] if taken.said_latitude is not None else []
    instant = None if picture.zone is None else taken.local_at - picture.zone * 60_000_000
    return PhotoDetails(
        photo(of),
        path,
        None if instant is None else time_text(instant),
        _place(of.place),
        _maybe_town(near),
        said,
        facts.altitude,
        facts.camera,
        facts.lens,
        facts.aperture,
        facts.exposure,
        facts.iso,
        facts.focal_length,
        facts.animated,
        facts.format,
    )


def timeline(months: Sequence[tuple[int, int]]) -> Timeline:
    counts = [MonthCount(month_text(month), photos) for month, photos in months]
    return Timeline(counts, sum(photos for _, photos in months))


def likes(of: model.Likes) -> Likes:
    return Likes(of.total, of.mine, list(of.names))


_IMPORTS: dict[int, Literal["going", "done", "broken"]] = {0: "going", 1: "done", 2: "broken"}


def imported(of: Imported) -> Import:
    brought = of.brought
    return Import(
        of.id,
        of.node_id,
        of.name,
        of.is_folder,
        of.place,
        _IMPORTS[of.stage],
        brought.fault or None,
        brought.total,
        brought.seen,
        brought.photos,
        brought.known,
        brought.others,
        brought.failures,
        brought.failed,
        time_text(of.queued_at),
    )


def local_text(local_at: int) -> str:
    return time_text(local_at)[:19]


def month_text(month: int) -> str:
    return f"{month // 12:04}-{month % 12 + 1:02}"


def month_number(text: str | None) -> int | None:
    return None if text is None else int(text[:4]) * 12 + int(text[5:]) - 1


def place_numbers(text: str | None) -> tuple[int, int] | None:
    """(cell, level)."""
    if text is None:
        return None
    level, _, cell = text.partition("-")
    return int(cell), int(level)


def town(of: model.Town) -> Town:
    return Town(of.name, of.country, of.latitude / 1e6, of.longitude / 1e6)


def _maybe_town(of: model.Town | None) -> Town | None:
    return None if of is None else town(of)


def said(change: PhotoChange, node_id: int) -> model.Said:
    """Raises BadValue: nothing is said."""
    if change.taken is UNSET and change.place is UNSET:
        raise BadValue("Give `taken` or `place`, or both.", advice="Null: as the camera wrote it.")
    at = UNSET if isinstance(change.taken, UnsetType) else local_given(change.taken)
    return model.Said(node_id, at, UNSET if isinstance(change.place, UnsetType) else millionths(change.place))


def corrected(photos: Sequence[model.Photo], before: Sequence[model.Said]) -> Corrected:
    return Corrected([photo(one) for one in photos], [_before(one) for one in before])


def _before(of: model.Said) -> Before:
    at = None if isinstance(of.at, UnsetType) or of.at is None else local_text(of.at)
    return Before(of.node_id, at, _place(None if isinstance(of.place, UnsetType) else of.place))


def _place(at: tuple[int, int] | None) -> Place | None:
    return None if at is None else Place(at[0] / 1e6, at[1] / 1e6)


def millionths(place: Place | None) -> tuple[int, int] | None:
    return None if place is None else (round(place.latitude * 1e6), round(place.longitude * 1e6))


def local_given(moment: datetime | None) -> int | None:
    """A local time that a client wrote, as `model.photos` keeps it."""
    return None if moment is None else microseconds(moment.replace(tzinfo=UTC))


def thumbnail(of: model.Photo | None) -> str | None:
    """The address, which names the content."""
    if of is None or not of.picture.thumbnails:
        return None
    return f"{PREFIX}/photos/{of.node.id}/thumbnail?content={(of.node.content or b'').hex()}"


def album(of: model.Album, photos: int, cover: model.Photo | None) -> Album:
    return Album(
        of.id, of.parent_id, of.name, of.folder_id, of.cover_id, thumbnail(cover), photos, time_text(of.created_at)
    )


def place(
    cell: int, level: int, at: tuple[int, int], named: model.Town | None, photos: int, cover: model.Photo | None
) -> PhotoPlace:
    id = f"{level}-{cell}"
    return PhotoPlace(id, at[0] / 1e6, at[1] / 1e6, _maybe_town(named), photos, thumbnail(cover))
