"""Where photos to be brought in lie: a folder of this machine, or a zip archive, here or in somebody's files.

Of an archive nothing is believed: a confined program unpacks it (`nuvol.pictures.unpacking`), and names lead nowhere
but below where they shall go.
"""

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from nuvol.core.photos.importing import Bytes, Entry, Unreadable
from nuvol.errors import BadValue
from nuvol.pictures import frames
from nuvol.pictures.frames import Packed
from nuvol.pictures.messages import Broken
from nuvol.server.children import Child

SECONDS = 300
"""Without a word of the program that unpacks; it may use a minute of processor and more for large entries."""
BREAKS = 20
"""Of that program, in one archive: then the rest is left alone."""

Folder = tuple[Sequence[str], Sequence[Entry]]
Read = Callable[[int, int], bytes]
"""Bytes of the archive: offset, length. What it raises ends the import."""


class OnDisk:
    """A file of a folder of this machine."""

    def __init__(self, path: Path, about: os.stat_result) -> None:
        self.name = path.name
        self.size = about.st_size
        self.modified_at = about.st_mtime_ns // 1000
        self._path = path

    def open(self) -> IO[bytes]:
        """Raises OSError."""
        return self._path.open("rb")


def of_folder(place: Path) -> Iterator[Folder]:
    """Each folder with its path below `place` and its files; links are left out."""
    for folder, inner, names in os.walk(place):
        inner.sort()
        found = []
        for name in sorted(names):
            about = (path := Path(folder) / name).lstat()
            if stat.S_ISREG(about.st_mode):
                found.append(OnDisk(path, about))
        yield Path(folder).relative_to(place).parts, found


@contextmanager
def folders(place: Path) -> Iterator[Iterable[Folder]]:
    """Of a folder or an archive of this machine; meanwhile too, BadValue says that it cannot be read."""
    if place.is_dir():
        yield of_folder(place)
        return
    with place.open("rb") as file:
        descriptor, size = file.fileno(), place.stat().st_size
        if not stat.S_ISREG(place.stat().st_mode):
            raise BadValue(f"{place} is no folder and no zip archive.", advice="Name one of these.")
        archive = Archive(lambda offset, length: os.pread(descriptor, length, offset), size)
        try:
            yield archive.folders()
        except Unreadable as why:
            raise BadValue(f"{place}: {why}", advice="Name a folder or a zip archive.") from None
        finally:
            archive.end()


class Archive:
    """A zip archive, as the program sees it that unpacks it; the program comes and goes as needed."""

    def __init__(self, read: Read, size: int) -> None:
        self._read = read
        self._size = size
        self._child: Child | None = None
        self._breaks = 0

    def folders(self) -> list[Folder]:
        """Each folder with its path (names, below what all have in common) and its files. Raises Unreadable."""
        found: dict[tuple[str, ...], list[InArchive]] = {}
        for packed in self._list():
            path = tuple(packed.name.split("/"))
            if all(map(_is_name, path)):
                found.setdefault(path[:-1], []).append(InArchive(self, path[-1], packed))
        above = len(os.path.commonprefix(list(found))) if found else 0
        return [(path[above:], sorted(found[path], key=lambda entry: entry.name)) for path in sorted(found)]

    def end(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None

    def _list(self) -> list[Packed]:
        """The program is begun for it. Raises Unreadable."""
        self.end()
        self._child = Child("nuvol.pictures.unpacking", SECONDS)
        try:
            self._ask(frames.LIST, self._size)
            found: list[Packed] = []
            while (some := self._answer(frames.SOME)) is not None:
                found += frames.entries(some)
        except Broken:
            self.end()
            raise Unreadable("Its list of entries takes too much time or memory.") from None
        except ValueError as why:
            self.end()
            raise Unreadable(f"The archive cannot be unpacked: {why}") from None
        return found

    def begin(self, number: int) -> None:
        """Raises Unreadable."""
        if self._child is None:
            self._list()
        self._ask(frames.OPEN, number)

    def more(self) -> bytes | None:
        """The next bytes of the entry that was begun; None at its end. Raises ValueError: it cannot be unpacked."""
        try:
            return self._answer(frames.DATA)
        except Broken:
            self.end()
            self._breaks += 1
            if self._breaks > BREAKS:
                raise Unreadable("The archive breaks what unpacks it, again and again.") from None
            raise ValueError("unpacking it takes too much time or memory.") from None

    def _ask(self, kind: bytes, number: int) -> None:
        assert self._child is not None
        try:
            frames.send(self._child.channel, kind, frames.NUMBER.pack(number))
        except OSError:
            self.end()
            raise Unreadable("The program that unpacks is gone.") from None

    def _answer(self, kind: bytes) -> bytes | None:
        """A frame of this kind, or None: there are no more. What the program asks meanwhile is answered. Raises
        Broken, ValueError with the program's words."""
        if self._child is None:
            raise Broken
        channel = self._child.channel
        while True:
            try:
                told, data = frames.receive(channel)
                if told == frames.RANGE:
                    frames.send(channel, frames.BYTES, self._read(*frames.SPAN.unpack(data)))
                    continue
            except OSError:  # time-outs too
                raise Broken from None
            if told == frames.END and not data:
                return None
            if told == frames.END:
                raise ValueError(f"{data.decode(errors='replace')}.")
            if told != kind:
                raise Broken
            return data


class InArchive:
    """One file of an archive."""

    def __init__(self, archive: Archive, name: str, packed: Packed) -> None:
        self.name = name
        self.size = packed.size
        self.modified_at = packed.modified_at
        self._archive = archive
        self._number = packed.number

    @contextmanager
    def open(self) -> Iterator[Bytes]:
        """Raises ValueError, Unreadable; so does what is done with it."""
        stream = _Stream(self._archive)
        self._archive.begin(self._number)
        try:
            yield stream
        finally:
            if not stream.is_over:  # what is left of it need not be unpacked
                self._archive.end()


class _Stream:
    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._rest = b""
        self.is_over = False

    def read(self, size: int, /) -> bytes:
        if not self._rest and not self.is_over:
            try:
                more = self._archive.more()
            except BaseException:
                self.is_over = True
                raise
            self.is_over = more is None
            self._rest = more or b""
        data, self._rest = self._rest[:size], self._rest[size:]
        return data


def _is_name(part: str) -> bool:
    return part not in ("", ".", "..") and "\\" not in part and "\0" not in part
