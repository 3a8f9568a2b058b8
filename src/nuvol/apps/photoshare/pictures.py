"""Pictures: is it one, and how does it look when it is small? CloudFS has no small ones, and a phone should not load
3 MB to show a stamp; so they are made here, and kept for a while in a folder beside."""

import hashlib
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import weakref
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, BinaryIO

from nuvol.apps.photoshare.kept import Kept

MOST_PIXELS = 100_000_000
"""The largest cameras make as many; a picture of 50,000 × 50,000 would take 7 GB of memory to look at."""
LONGEST = 200 * 1024 * 1024
"""Bytes."""

LARGE, SMALL = SIDES = (1000, 320)
"""Longest sides in pixels: as wide as a phone is, and a square of History. Of 12 megapixels 1000 is about a quarter,
at which a JPEG is decoded four times as fast."""

MIMES = {
    "JPEG": ("image/jpeg", (".jpg", ".jpeg")),
    "MPO": ("image/jpeg", (".jpg", ".jpeg")),
    "PNG": ("image/png", (".png",)),
    "WEBP": ("image/webp", (".webp",)),
    "GIF": ("image/gif", (".gif",)),
    "AVIF": ("image/avif", (".avif",)),
    "HEIF": ("image/heic", (".heic", ".heif")),
}
SHOWN = {mime for mime, _ in MIMES.values()}
"""What is sent to browsers as what it is."""

MOST_SMALL = 4 << 20
"""Bytes of a small picture: it is never so long, whatever the program was made to say."""

PATIENCE = 60.0
"""Seconds for one picture: the program that looks may use 20 of processor, and others work too."""

UNSEEN = b"-"
"""Kept in place of what cannot be shown, so that it is not tried again and again."""


class NoPicture(Exception):
    """The message says what is wrong with it."""


class TooMuch(NoPicture):
    """Looking at it took too much, this time."""


@dataclass(frozen=True)
class Picture:
    """What was found out about a file. `small`: WebP, one for each of `SIDES`."""

    name: str
    """Its extension fits its content."""
    mime: str
    content: str
    """Its SHA-256."""
    small: tuple[bytes, ...]


class Pictures:
    """One for the process: two programs that look, at most, and the folder."""

    def __init__(self, folder: str = "") -> None:
        place = folder or tempfile.mkdtemp(prefix="photoshare-")
        self._remove = None if folder else weakref.finalize(self, shutil.rmtree, place, ignore_errors=True)
        self._kept = Kept(Path(place))
        self._idle: list[subprocess.Popen[bytes]] = []
        self._given_up: deque[str] = deque(maxlen=1000)
        self._places = threading.Semaphore(2)  # a large picture takes hundreds of megabytes while it is looked at

    def check(self, name: str, file: BinaryIO) -> Picture:
        """Look at a file from its beginning. Raises NoPicture."""
        size = file.seek(0, os.SEEK_END)
        if not size:
            raise NoPicture(f"“{name}” is empty: nothing was uploaded.")
        if size > LONGEST:
            raise NoPicture(f"“{name}” is larger than {LONGEST >> 20} MB.")
        with self._places:
            kind, small = self._look(name, file, size)
        file.seek(0)
        content = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # reads and no more
        file.seek(0)
        mime, extensions = MIMES[kind]
        path = PurePath(name)
        fitting = name if path.suffix.lower() in extensions else (path.stem or "photo") + extensions[0]
        return Picture(fitting, mime, content, small)

    def keep(self, key: str, picture: Picture) -> None:
        """`key` says whose picture it is and which version: whoever may read that may see the small ones."""
        self._kept.put(key, picture.content.encode())
        for side, data in zip(SIDES, picture.small, strict=True):
            self._kept.put(f"{picture.content} {side}", data)

    def small(self, key: str, side: int, fetch: Callable[[BinaryIO], None]) -> bytes | None:
        """The small picture of what `fetch` writes; None: it cannot be shown. The same content is looked at once,
        whoever has it: friends have copies, which have other keys."""
        content = self._kept.get(key)
        if content == UNSEEN or key in self._given_up:
            return None
        if content and (data := self._kept.get(f"{content.decode()} {side}")):
            return data
        with tempfile.SpooledTemporaryFile(8 << 20) as file:
            fetch(file)  # type: ignore[arg-type]  # writes and no more
            file.seek(0)
            known = hashlib.file_digest(file, "sha256").hexdigest()
            if data := self._kept.get(f"{known} {side}"):
                self._kept.put(key, known.encode())
                return data
            try:
                picture = self.check("", file)  # type: ignore[arg-type]  # a spooled one has all that is used
            except TooMuch:  # perhaps of this machine, now
                self._given_up.append(key)
                return None
            except NoPicture:
                self._kept.put(key, UNSEEN)
                return None
        self.keep(key, picture)
        return picture.small[SIDES.index(side)]

    # ------------------------------------------------------------------------------------------------- looking

    def _look(self, name: str, file: BinaryIO, size: int) -> tuple[str, tuple[bytes, ...]]:
        """By a program that is idle, or by a new one, since an idle one may have ended meanwhile. Raises NoPicture."""
        while True:
            try:
                child, fresh = self._idle.pop(), False
            except IndexError:
                child, fresh = _start(), True
            try:
                told, small = _ask(child, file, size)
            except (OSError, EOFError, ValueError):
                _end(child)
                if fresh:
                    raise TooMuch(f"“{name}” takes too much time or memory to look at.") from None
                continue
            self._idle.append(child)
            if told.get("fault") == "large":
                raise NoPicture(f"“{name}” has more than {MOST_PIXELS // 1_000_000} million pixels.")
            if told.get("format") not in MIMES:
                raise NoPicture(f"“{name}” is not a picture, or it is damaged.")
            return told["format"], small

    def close(self) -> None:
        """End the programs, and remove the folder if it is of this process alone."""
        while self._idle:
            _end(self._idle.pop())
        if self._remove:
            self._remove()


def _start() -> "subprocess.Popen[bytes]":
    known = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "VIRTUAL_ENV") if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-m", "nuvol.apps.photoshare.darkroom"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=known | {"MALLOC_ARENA_MAX": "1"},
    )


def _ask(child: "subprocess.Popen[bytes]", file: BinaryIO, size: int) -> tuple[dict[str, Any], tuple[bytes, ...]]:
    """Raises OSError, EOFError, ValueError: it has ended, or had to be."""
    assert child.stdin is not None and child.stdout is not None
    deadline = threading.Timer(PATIENCE, child.kill)
    deadline.start()
    try:
        file.seek(0)
        child.stdin.write(struct.pack(">Q", size))
        shutil.copyfileobj(file, child.stdin, 1 << 20)
        child.stdin.flush()
        told = json.loads(child.stdout.readline(1000))
        small = tuple(child.stdout.read(min(length, MOST_SMALL)) for length in told["sizes"])
    finally:
        deadline.cancel()
    if "fault" not in told and not all(small):
        raise EOFError
    return told, small


def _end(child: "subprocess.Popen[bytes]") -> None:
    child.kill()
    child.wait()
    for pipe in (child.stdin, child.stdout):
        with suppress(OSError):  # what could not be written any more
            pipe.close()  # type: ignore[union-attr]  # both are pipes
