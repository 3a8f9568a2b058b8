"""Photos of before: a folder of a disk or of somebody's files, or what another photo service gives to take along.

Such an export has, beside each photo, a JSON file that tells when and where it was taken, for the service may have
removed that from the photo; and in the folder of an album one that tells the album's title.
"""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import Any, Protocol

import msgspec
from msgspec import Struct

from nuvol.clock import SECOND
from nuvol.core.files import names
from nuvol.core.files.reads import Reads
from nuvol.core.files.receiving import mime_of
from nuvol.core.files.room import Files
from nuvol.core.files.tree import Tree
from nuvol.core.files.uploads import Uploads
from nuvol.core.photos.albums import Albums
from nuvol.core.photos.likes import Likes
from nuvol.core.photos.timeline import Timeline
from nuvol.errors import BadName, CloudError, QuotaExceeded, StoreFull
from nuvol.model.accounts import Actor
from nuvol.model.imports import Brought
from nuvol.model.nodes import Guard, Kind, Node
from nuvol.model.photos import Said, is_photo
from nuvol.model.rules import MiB

MOST_TOLD = 500
"""Sentences about what failed; of the rest only how many there are."""
ALBUM_BATCH = 100
"""Photos that go into an album together."""
SIDECAR = 1 * MiB
"""Bytes; those that are known have one or two thousand."""
_NUMBERED = re.compile(r"^(.*)(\(\d+\))\.json$")


class Bytes(Protocol):
    """An open file."""

    def read(self, size: int, /) -> bytes: ...


class Entry(Protocol):
    """A file that is to be brought in."""

    @property
    def name(self) -> str: ...
    @property
    def size(self) -> int:
        """Bytes."""

    @property
    def modified_at(self) -> int: ...
    def open(self) -> AbstractContextManager[Bytes]:
        """Raises OSError, ValueError (it is damaged)."""


class Lying:
    """A file that is in the cloud already, where it stays."""

    def __init__(self, node: Node, actor: Actor, reads: Reads) -> None:
        self.node = node
        self.name, self.size, self.modified_at = node.name, node.size, node.modified_at
        self._actor = actor
        self._reads = reads

    def open(self) -> io.BytesIO:
        """Raises NodeMissing, Damaged."""
        return io.BytesIO(self._reads.open(self._actor, self.node.id).read(0, self.size))


Folder = tuple[Sequence[str], Sequence[Entry]]
"""Its path and its files."""


class Unreadable(Exception):
    """What is brought in cannot be read any further: a sentence that says why."""


class _Told(Struct, frozen=True):
    """What a file beside a photo says of it."""

    taken_at: int | None
    place: tuple[int, int] | None
    favourite: bool


class Importing:
    """Goes through folders of photos, one after another."""

    def __init__(
        self, files: Files, tree: Tree, uploads: Uploads, timeline: Timeline, albums: Albums, likes: Likes
    ) -> None:
        self._files = files
        self._tree = tree
        self._uploads = uploads
        self._timeline = timeline
        self._albums = albums
        self._likes = likes

    def bring(
        self, actor: Actor, into: str, folders: Iterable[Folder], brought: Brought | None = None
    ) -> Iterator[Brought]:
        """Bring in folder after folder, each with its path and its files, below the folder at the path `into`, which is
        made if need be; photos that lie in the cloud stay where they are and get what is said of them. Gives again and
        again how far it has come; asked again, it leaves out what is there.

        `brought`: how far it had come before: of as many photos nothing is left to be done. Raises Unreadable,
        QuotaExceeded, StoreFull, BadName (`into`).
        """
        brought = brought or Brought()
        before, number = brought.seen, 0
        for path, entries in folders:
            photos = [entry for entry in entries if _is_photo(entry)]
            begins, number = number, number + len(photos)
            if before and number <= before:
                continue
            if begins >= before:
                brought.others += sum(not entry.name.endswith(".json") for entry in entries) - len(photos)
            yield from self._folder_of(actor, into, path, entries, photos[max(0, before - begins) :], brought)
        yield brought

    def _folder_of(
        self,
        actor: Actor,
        into: str,
        path: Sequence[str],
        entries: Sequence[Entry],
        photos: Sequence[Entry],
        brought: Brought,
    ) -> Iterator[Brought]:
        """The photos of one folder; those of an album are put into it by and by, and are done only then."""
        told, title = _sidecars(entries, brought) if photos else ({}, "")
        album = self._album(actor, title) if title else None
        folder: Node | None = None
        held: list[int] = []
        waiting = 0
        for entry in photos:
            if isinstance(entry, Lying):
                one = partial(self._lying, actor, entry)
            else:
                folder = folder or self._folder(actor, [*names.parts(into), *path])
                one = partial(self._one, actor, folder, entry)
            waiting += 1
            try:
                held.append(one(told.get(entry.name), brought))
            except (QuotaExceeded, StoreFull):
                raise
            except (CloudError, OSError, ValueError) as error:
                failed(brought, f"{'/'.join([*path, entry.name])}: {error}")
            if album is None or waiting == ALBUM_BATCH or entry is photos[-1]:
                if album is not None and held:
                    self._albums.fill(actor, album, held, [])
                held.clear()
                brought.seen += waiting
                waiting = 0
                yield brought

    def _one(self, actor: Actor, folder: Node, entry: Entry, told: _Told | None, brought: Brought) -> int:
        """The photo's node: a new one, or the one that has its content already."""
        taken_at = entry.modified_at if told is None or told.taken_at is None else told.taken_at
        upload = self._uploads.begin(
            actor, folder.id, entry.name, size=entry.size, modified_at=taken_at, guard=Guard(overwrite=True)
        )
        try:
            with entry.open() as file:
                while data := file.read(MiB):
                    upload.feed(data)
            known = self._held(actor, upload.content)
            if known is not None:
                upload.abort()
                brought.known += 1
                return known
            upload.aim(self._free(actor, folder, entry.name), Guard(overwrite=False))
            node = upload.commit().node
        except BaseException:
            upload.abort()
            raise
        brought.photos += 1
        if told is not None:
            self._say(actor, node.id, told)
        return node.id

    def _lying(self, actor: Actor, entry: Lying, told: _Told | None, brought: Brought) -> int:
        if told is None:
            brought.known += 1
            return entry.node.id
        if told.taken_at is not None:
            self._tree.touch(actor, entry.node.id, modified_at=told.taken_at)
        self._say(actor, entry.node.id, told)
        brought.photos += 1
        return entry.node.id

    def _say(self, actor: Actor, node_id: int, told: _Told) -> None:
        """What a person has said of it stays."""
        if told.place is not None and self._timeline.get(actor, node_id).taken.said_latitude is None:
            self._timeline.correct(actor, [Said(node_id, place=told.place)])
        if told.favourite:
            self._likes.favour(actor, node_id, True)

    def _free(self, actor: Actor, folder: Node, name: str) -> str:
        """Another photo may have the name: then it is “name (2)”."""
        free, number = name, 2
        while self._tree.child(actor, folder.id, free) is not None:
            free, number = names.free_variant(name, number), number + 1
        return free

    def _held(self, actor: Actor, content: bytes) -> int | None:
        found = self._files.catalog.read(lambda tx: tx.photos.nodes_of(actor.account_id, [content]))
        return next(iter(found.get(content, ())), None)

    def _folder(self, actor: Actor, path: Sequence[str]) -> Node:
        node = self._tree.root(actor)
        for name in path:
            found = self._tree.child(actor, node.id, name)
            if found is None:
                node = self._tree.create_folder(actor, node.id, name)
            elif found.kind == Kind.FOLDER:
                node = found
            else:
                raise BadName(f"“{name}” is no folder of yours.", advice="Choose another.")
        return node

    def _album(self, actor: Actor, title: str) -> int:
        """One's album of this name, made if there is none."""
        for shown in self._albums.list(actor):
            if shown.album.name == title and shown.album.folder_id is None:
                return shown.album.id
        return self._albums.create(actor, title, None, None).album.id


def count(folders: Iterable[Folder]) -> int:
    """How many photos there are."""
    return sum(_is_photo(entry) for _, entries in folders for entry in entries)


def failed(brought: Brought, sentence: str) -> None:
    brought.failures += 1
    if len(brought.failed) < MOST_TOLD:
        brought.failed.append(sentence)


def _is_photo(entry: Entry) -> bool:
    return is_photo(mime_of(entry.name))


def _sidecars(entries: Sequence[Entry], brought: Brought) -> tuple[dict[str, _Told], str]:
    """Name of a photo → what is said of it; and the title of the folder's album, if it is one."""
    told: dict[str, _Told] = {}
    title = ""
    for entry in entries:
        if not entry.name.endswith(".json") or entry.size > SIDECAR:
            continue
        try:
            with entry.open() as file:
                said = msgspec.json.decode(b"".join(iter(partial(file.read, SIDECAR), b"")))
        except (CloudError, OSError, ValueError) as error:
            failed(brought, f"{entry.name}: {error}")
            continue
        if not isinstance(said, dict) or not isinstance(said.get("title"), str):
            continue
        if "photoTakenTime" in said:
            told[_meant(entry.name, said["title"])] = _read(said)
        elif "albumData" in said or entry.name.lower() in ("metadata.json", "metadatos.json", "metadades.json"):
            title = "".join(letter for letter in said["title"] if letter.isprintable()).strip()[:200]
    return told, title


def _meant(name: str, title: str) -> str:
    """Of the second photo of a name, `sea(1).jpg`, the file is `sea.jpg(1).json` and the title `sea.jpg`."""
    numbered = _NUMBERED.match(name)
    if numbered is None:
        return title
    stem, dot, ending = title.rpartition(".")
    return f"{stem}{numbered[2]}{dot}{ending}" if dot else title + numbered[2]


def _read(said: dict[str, Any]) -> _Told:
    try:
        seconds = int(said["photoTakenTime"]["timestamp"])
        taken_at = seconds * SECOND if abs(seconds) < 1 << 36 else None
    except (KeyError, TypeError, ValueError):
        taken_at = None
    place = None if _place(said.get("geoDataExif")) else _place(said.get("geoData"))
    return _Told(taken_at, place, said.get("favorited") is True)


def _place(said: Any) -> tuple[int, int] | None:
    """Zeros mean that none is known."""
    try:
        latitude, longitude = float(said["latitude"]), float(said["longitude"])
    except (KeyError, TypeError, ValueError):
        return None
    if not (abs(latitude) <= 90 and abs(longitude) <= 180) or latitude == longitude == 0:
        return None
    return round(latitude * 1e6), round(longitude * 1e6)
