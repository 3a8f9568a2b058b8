"""What a power cut may leave on the disk.

The model is the one of POSIX, stricter than most file systems: what is written is safe when its file has been
synced, a name when its folder has been. Whatever else was done before the cut may be there or not, in any
combination; a write may be there by half; a longer file may have zeros where its bytes were to come. A rename is
atomic, but its new name may be safe before its old one is gone for good.

Every process that changed the folder must have been traced, from the empty folder on. SQLite's `-shm` files are
left out: they are memory of running processes.
"""

import hashlib
import os
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from tests.faults.trace import Record, read


class File:
    """One file, whatever its names."""

    def __init__(self) -> None:
        self._safe = bytearray()
        self._pending: list[Record] = []
        self._made: dict[str, Content] = {}

    @property
    def is_pending(self) -> bool:
        return bool(self._pending)

    def change(self, record: Record) -> None:
        self._pending.append(record)
        self._made.clear()

    def sync(self) -> None:
        for record in self._pending:
            _change(self._safe, record)
        self._pending.clear()
        self._made.clear()

    def content(self, fate: str) -> "Content":
        """The bytes after the cut, according to what became of those not synced: lost, kept, torn (the last write
        half there), last (only the last one there), zeros (the length there, the bytes not)."""
        if not self._pending:
            fate = "kept"
        if fate not in self._made:
            data = bytearray(self._safe)
            if fate != "lost":
                for record in self._pending[:-1] if fate != "last" else []:
                    _change(data, record, blank=fate == "zeros")
                if self._pending:
                    _change(data, self._pending[-1], blank=fate == "zeros", half=fate == "torn")
            self._made[fate] = Content(bytes(data), hashlib.blake2b(data).digest())
        return self._made[fate]


class Content(NamedTuple):
    data: bytes
    digest: bytes


class Folder:
    """What a name may stand for besides a file."""


FOLDER: Final = Folder()
Entries = dict[str, File | Folder | None]
"""Path → what it names; None: the name is gone."""


@dataclass
class State:
    """One state of the disk, rebuilt in `folder`; it is there until the next one is asked for."""

    folder: Path
    marks: list[str]
    """What the test had marked before the cut."""
    story: str
    """Where the power was cut, and what became of the unsynced."""


def states(trace: Path, folder: Path, into: Path, *, share: float = 1.0, seed: int = 0) -> Iterator[State]:
    """Every different state that a cut just before a sync, or at the end, may leave of `folder`.

    `into`: an empty folder to rebuild them in, one after another. `share`: only so many of them, drawn by `seed`.
    """
    disk, seen, drawn = _Disk(os.path.realpath(folder)), set[bytes](), random.Random(seed)
    for number, record in enumerate([*read(trace), None]):
        if record is None or record.kind == "s":
            where = "at the end" if record is None else f"before sync {number} ({record.path})"
            for story, is_there, fate_of in disk.plans():
                entries = disk.entries(is_there)
                contents = {file: file.content(fate_of(file)) for file in entries.values() if isinstance(file, File)}
                digest = _digest(entries, contents, disk.marks)
                if digest in seen:
                    continue
                seen.add(digest)
                if drawn.random() < share:
                    place = into / str(len(seen))
                    _rebuild(place, entries, contents)
                    yield State(place, list(disk.marks), f"{where}: {story}")
                    shutil.rmtree(place)
        if record is not None:
            disk.apply(record)


class _Disk:
    """The files of a folder while its trace is gone through."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.marks: list[str] = []
        self.seen: Entries = {"": FOLDER}
        """As the running programs see it."""
        self.safe: Entries = {"": FOLDER}
        self.pending: list[Entries] = []
        """Changes of names not synced, in order; each is there wholly or not at all."""
        self.files: dict[int, File] = {}

    def apply(self, record: Record) -> None:
        if record.kind == "k":
            self.marks.append(record.path)
        elif record.kind == "f" or record.path.removesuffix(" (deleted)").endswith("-shm"):
            pass
        elif record.kind in "wth":
            self.files[record.inode].change(record)
        elif record.kind == "s" and self.seen.get(self._inside(record.path)) is not FOLDER:
            self.files[record.inode].sync()
        elif record.kind == "s":
            self._sync_names(self._inside(record.path))
        else:
            self._name(record)

    def _name(self, record: Record) -> None:
        path, other = self._inside(record.path), self._inside(record.other)
        if record.kind == "c":
            self.files[record.inode] = File()
        change: Entries = {
            "c": lambda: {path: self.files[record.inode]},
            "m": lambda: {path: FOLDER},
            "u": lambda: {path: None},
            "l": lambda: {other: self.seen[path]},
            "r": lambda: {other: self.seen[path], path: None},
        }[record.kind]()
        assert record.kind != "r" or change[other] is not FOLDER, "a renamed folder is beyond this model"
        if path or other:  # the folder itself is there from the beginning
            self.seen |= change
            self.pending.append(change)

    def _sync_names(self, folder: str) -> None:
        rest = []
        for change in self.pending:
            here = {path for path in change if os.path.dirname(path) == folder}
            if any(change[path] is None for path in here):
                here = set(change)  # an old name goes only together with the coming of the new one
            self.safe |= {path: change[path] for path in here}
            if later := {path: named for path, named in change.items() if path not in here}:
                rest.append(later)
        self.pending = rest

    def _inside(self, path: str) -> str:
        return path.removeprefix(self.root).lstrip("/")

    def plans(self) -> Iterator[tuple[str, Callable[[int], bool], Callable[[File], str]]]:
        """What may become of everything not synced: a sentence, which changes of names are there, and the fate of
        each file's bytes. Not every combination, but each thing alone against all others."""
        for fate in ("lost", "kept", "torn", "last", "zeros"):
            yield f"names kept, bytes {fate}", lambda _: True, lambda _, fate=fate: fate
        for fate in ("lost", "kept"):
            yield f"names lost, bytes {fate}", lambda _: False, lambda _, fate=fate: fate
        for number in range(len(self.pending)):
            one = ", ".join(self.pending[number])
            yield f"only name {one}", lambda n, number=number: n == number, lambda _: "kept"
            yield f"all names but {one}", lambda n, number=number: n != number, lambda _: "kept"
            yield f"names up to {one}", lambda n, number=number: n <= number, lambda _: "kept"
        for path, file in self.seen.items():
            if isinstance(file, File) and file.is_pending:
                yield f"bytes lost but {path}", lambda _: True, lambda f, file=file: "kept" if f is file else "lost"
                yield f"bytes kept but {path}", lambda _: True, lambda f, file=file: "lost" if f is file else "kept"

    def entries(self, is_there: Callable[[int], bool]) -> Entries:
        """The names after the cut; what lies in a folder that is not there is not there either."""
        entries = dict(self.safe)
        for number, change in enumerate(self.pending):
            if is_there(number):
                entries |= change
        found: Entries = {"": FOLDER}
        for path in sorted(path for path, named in entries.items() if path and named is not None):
            if found.get(os.path.dirname(path)) is FOLDER:
                found[path] = entries[path]
        return found


def _change(data: bytearray, record: Record, *, blank: bool = False, half: bool = False) -> None:
    if record.kind == "t":
        del data[record.length :]
        data.extend(bytes(record.length - len(data)))
        return
    length = record.length // 2 if half else record.length
    end = record.offset + length
    if record.kind == "h":
        end = min(end, len(data))
        data[record.offset : end] = bytes(max(0, end - record.offset))
        return
    data.extend(bytes(max(0, end - len(data))))
    if not blank:
        data[record.offset : end] = record.data[:length]


def _digest(entries: Entries, contents: dict[File, Content], marks: list[str]) -> bytes:
    whole = hashlib.blake2b(str(len(marks)).encode())
    for path, named in sorted(entries.items()):
        whole.update(path.encode("utf-8", "surrogateescape") + b"\0")
        whole.update(contents[named].digest if isinstance(named, File) else b"folder")
    return whole.digest()


def _rebuild(place: Path, entries: Entries, contents: dict[File, Content]) -> None:
    place.mkdir(mode=0o700)
    written: dict[File, Path] = {}
    for path, named in entries.items():
        if named is FOLDER:
            (place / path).mkdir(mode=0o700, exist_ok=True)
        elif named in written:
            os.link(written[named], place / path)
        else:
            written[named] = place / path
            (place / path).write_bytes(contents[named].data)
            (place / path).chmod(0o600)
