"""One's own photos: upload, History with its switch, and the trash."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from itertools import groupby
from pathlib import PurePosixPath
from typing import BinaryIO

from nuvol.apps.photoshare.pictures import LONGEST, Pictures
from nuvol.apps.photoshare.visitors import Visitor
from nuvol.sdk.cloudfs import ExistValues, File, Filesystem, Item, Photo

BLOCK = 4 * 1024 * 1024
"""Bytes of a photo that are fetched at once."""


class Gone(Exception):
    """None of the photos is there any more, or they are not one's own."""


@dataclass(frozen=True)
class Shot:
    """A photo as it is shown. `id`: of the owner's photo, by which it is liked; `path`: where the viewer reads it."""

    id: str
    path: str
    name: str
    owner: str
    created: int
    """Seconds since 1970."""
    private: bool
    version: int


def upload(cloud: Filesystem, visitor: Visitor, pictures: Pictures, name: str, file: BinaryIO, *, public: bool) -> File:
    """Raises NoPicture, CloudFSError. Somebody may have a photo of that name already: then this one gets a number."""
    name = PurePosixPath(name.replace("\\", "/")).name.lstrip(".").replace("\0", "")[-120:] or "photo"
    picture = pictures.check(name, file)
    folder = cloud.folder(visitor.public if public else visitor.private)
    made = folder.upload(file, picture.name, picture.mime, exists=ExistValues.rename)
    pictures.keep(key(visitor, made), picture)
    return made


def key(visitor: Visitor, photo: File) -> str:
    """Under which small pictures are kept: nobody else's, and not those of an earlier content."""
    return f"{visitor.name} {photo.id} {photo.version}"


def small(pictures: Pictures, visitor: Visitor, photo: File, side: int) -> bytes | None:
    """None: it cannot be shown. Raises CloudFSError."""
    if photo.size > LONGEST:
        return None
    return pictures.small(key(visitor, photo), side, lambda file: file.writelines(blocks(photo)))


def blocks(photo: File) -> Iterator[bytes]:
    """Its bytes. Raises CloudFSError."""
    while block := photo.read(BLOCK):
        yield block


def own(cloud: Filesystem, visitor: Visitor) -> list[Shot]:
    """Public and private ones, the newest first."""
    shots = [
        Shot(item.id, item.url(), item.name, visitor.name, item.date_created, private, item.version)
        for path, private in ((visitor.public, False), (visitor.private, True))
        for item in cloud.list(path)
        if isinstance(item, Photo)
    ]
    return newest_first(shots)


def newest_first(shots: Iterable[Shot]) -> list[Shot]:
    return sorted(shots, key=lambda shot: (shot.created, shot.id), reverse=True)


def by_day(shots: list[Shot], zone: tzinfo) -> list[tuple[date, list[Shot]]]:
    """In the order they have, by the days of this zone."""
    days = groupby(shots, lambda shot: datetime.fromtimestamp(shot.created, zone).date())
    return [(day, list(those)) for day, those in days]


def page(shots: list[Shot], after: str, length: int) -> tuple[list[Shot], str]:
    """Those after the photo with this id (the first ones when there is none), and the id for the next page."""
    start = next((number for number, shot in enumerate(shots, 1) if shot.id == after), 0)
    shown = shots[start : start + length]
    return shown, shown[-1].id if len(shots) > start + length else ""


def switch(cloud: Filesystem, visitor: Visitor, ids: Collection[str], *, public: bool) -> list[Item]:
    """Move photos between the two folders; nothing happens to those that are there already. What was moved.
    Raises Gone, CloudFSError."""
    here, there = (visitor.private, visitor.public) if public else (visitor.public, visitor.private)
    moved = [item for item in cloud.list(here) if item.id in ids]
    if not moved and not any(item.id in ids for item in cloud.list(there)):
        raise Gone
    for item in moved:
        item.move_to(there, exists=ExistValues.rename)
    return moved


def trash(cloud: Filesystem, visitor: Visitor, ids: Collection[str]) -> list[Item]:
    """What is in the trash now. Raises Gone, CloudFSError."""
    there = [item for path in (visitor.public, visitor.private) for item in cloud.list(path) if item.id in ids]
    if not there:
        raise Gone
    for item in there:
        item.delete()
    return there


def restore(cloud: Filesystem, ids: Collection[str]) -> list[Item]:
    """What is back. Raises Gone, CloudFSError."""
    there = [item for item in cloud.list_trash() if item.id in ids]
    if not there:
        raise Gone
    for item in there:
        item.restore()
    return there
