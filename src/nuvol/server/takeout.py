"""Where photos to be brought in lie: a folder of this machine, or a zip archive.

Of an archive nothing is believed: names lead nowhere but below where they shall go, links are left out, and an entry
that is packed more tightly than photos can be is not unpacked.
"""

import os
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from nuvol.errors import BadValue

RATIO = 200
"""Photos and films are packed already; a text may shrink to a tenth, and only a bomb to less than this part."""
SMALL = 1 << 20
"""Bytes below which nobody need ask."""
ENTRIES = 2_000_000

Folder = tuple[Sequence[str], Sequence["Source"]]


class Source:
    """One file. `open` gives its bytes; more than `size` never come."""

    def __init__(self, name: str, size: int, modified_at: int, where: "Path | tuple[zipfile.ZipFile, zipfile.ZipInfo]"):
        self.name = name
        self.size = size
        self.modified_at = modified_at
        self._where = where

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """Raises OSError, ValueError; so does what is done with it."""
        try:
            with self._opened() as file:
                yield file
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
            raise ValueError(f"it is damaged, or packed in a way that is not known here ({error}).") from None

    def _opened(self) -> IO[bytes]:
        if isinstance(self._where, Path):
            return self._where.open("rb")
        archive, info = self._where
        if info.flag_bits & 1:
            raise ValueError("it is encrypted.")
        if info.file_size > SMALL and info.file_size > RATIO * max(1, info.compress_size):
            raise ValueError("it is packed more tightly than any photo: it is left out.")
        return archive.open(info)


def folders(place: Path) -> Iterator[Folder]:
    """Each folder with its path (names, below what all have in common) and its files. Raises BadValue."""
    if place.is_dir():
        yield from _of_disk(place)
    elif zipfile.is_zipfile(place):
        yield from _of_archive(place)
    else:
        raise BadValue(f"{place} is no folder and no zip archive.", advice="Name one of these.")


def _of_disk(place: Path) -> Iterator[Folder]:
    for folder, inner, names in os.walk(place):  # links to folders are not followed
        inner.sort()
        found = []
        for name in sorted(names):
            about = (path := Path(folder) / name).lstat()
            if stat.S_ISREG(about.st_mode):
                found.append(Source(name, about.st_size, about.st_mtime_ns // 1000, path))
        yield Path(folder).relative_to(place).parts, found


def _of_archive(place: Path) -> Iterator[Folder]:
    with zipfile.ZipFile(place) as archive:
        infos = archive.infolist()
        if len(infos) > ENTRIES:
            raise BadValue(f"The archive has more than {ENTRIES} entries.", advice="Unpack it and import the folder.")
        found: dict[tuple[str, ...], list[Source]] = {}
        for info in infos:
            path = tuple(info.filename.split("/"))
            if info.is_dir() or stat.S_ISLNK(info.external_attr >> 16) or not all(map(_is_name, path)):
                continue
            entry = Source(path[-1], info.file_size, _modified_at(info), (archive, info))
            found.setdefault(path[:-1], []).append(entry)
        above = _common(list(found))
        for path in sorted(found):
            yield path[above:], sorted(found[path], key=lambda entry: entry.name)


def _is_name(part: str) -> bool:
    return part not in ("", ".", "..") and "\\" not in part and "\0" not in part


def _common(paths: list[tuple[str, ...]]) -> int:
    """How many names all of them begin with."""
    return len(os.path.commonprefix(paths)) if paths else 0


def _modified_at(info: zipfile.ZipInfo) -> int:
    try:
        return int(datetime(*info.date_time, tzinfo=UTC).timestamp()) * 1_000_000
    except ValueError:  # the thirteenth month
        return 0
