"""The program that unpacks zip archives, which come from anybody: `python -m nuvol.pictures.unpacking`.

It is confined like the one that looks at pictures. It sees the archive through the server's eyes only, keeps nothing
but the list of entries, and gives what it unpacks in pieces; an entry that breaks it breaks alone.
"""

import io
import socket
import stat
import sys
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from nuvol.pictures import frames
from nuvol.pictures.confining import allow_time, confine
from nuvol.pictures.frames import Packed, receive, send
from nuvol.pictures.messages import Broken
from nuvol.pictures.positioned import Positioned

MEMORY = 1 << 30
"""Bytes of address space: enough for the list of entries, and for any dictionary but absurd ones."""
SECONDS = 60
"""Of processor for the list, and for each entry beside what its size takes."""
SPEED = 20 << 20
"""Bytes of an entry for which a second more is allowed."""
ENTRIES, NAMES = 200_000, 32 << 20
"""Photos of many years, each with a file beside it; and letters of all their names. The server keeps the list."""
RATIO = 200
"""Photos and films are packed already; a text may shrink to a tenth, and only a bomb to less than this part."""
SMALL = 1 << 20
"""Bytes below which nobody need ask."""
WHOLE_RATIO, WHOLE_SMALL = 20, 1 << 30
"""The same of all entries together: photos hardly shrink."""
AHEAD = 1 << 18
BATCH = 500


class Refused(Exception):
    """Why it is not unpacked, as the end of a sentence."""


class Remote(Positioned):
    """The archive, of which the server gives ranges."""

    def __init__(self, channel: socket.socket, size: int) -> None:
        super().__init__(size)
        self._channel = channel

    def _read(self, at: int, most: int) -> bytes:
        length = min(most, frames.RUN)
        send(self._channel, frames.RANGE, frames.SPAN.pack(at, length))
        kind, data = receive(self._channel)
        if kind != frames.BYTES or len(data) > length:
            raise Broken
        return data


def opened(channel: socket.socket, size: int) -> zipfile.ZipFile:
    """Raises Refused."""
    try:
        archive = zipfile.ZipFile(io.BufferedReader(Remote(channel, size), AHEAD))
    except MemoryError:
        raise Refused("its list of entries takes more memory than it may take") from None
    except (Broken, OSError):
        raise
    except Exception as error:
        raise Refused(f"it is no zip archive, or it is damaged ({error})") from None
    infos = archive.infolist()
    if len(infos) > ENTRIES:
        raise Refused(f"it has {len(infos)} entries; up to {ENTRIES} are unpacked")
    if sum(len(info.filename) for info in infos) > NAMES:
        raise Refused("the names of its entries are absurdly long")
    whole = sum(info.file_size for info in infos)
    if whole > WHOLE_SMALL and whole > WHOLE_RATIO * size:
        raise Refused(f"it would be {whole >> 30} GiB unpacked, which no archive of photos of {size} bytes is")
    return archive


def listed(infos: Sequence[zipfile.ZipInfo]) -> list[Packed]:
    return [
        Packed(number, info.filename, info.file_size, _modified_at(info))
        for number, info in enumerate(infos)
        if not info.is_dir() and not stat.S_ISLNK(info.external_attr >> 16)
    ]


def unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, channel: socket.socket) -> None:
    """Raises Refused."""
    if info.flag_bits & 1:
        raise Refused("it is encrypted")
    if info.file_size > SMALL and info.file_size > RATIO * max(1, info.compress_size):
        raise Refused("it is packed more tightly than any photo")
    try:
        with archive.open(info) as file:
            while data := file.read(frames.RUN):
                send(channel, frames.DATA, data)
    except MemoryError:
        raise Refused("it takes more memory than it may take") from None
    except (Broken, OSError):
        raise
    except Exception as error:  # it comes from anybody, and a library may stumble over it in any way
        raise Refused(f"it is damaged, or packed in a way that is not known here ({error})") from None


def _modified_at(info: zipfile.ZipInfo) -> int:
    try:
        return int(datetime(*info.date_time, tzinfo=UTC).timestamp()) * 1_000_000
    except ValueError:  # the thirteenth month
        return 0


def main() -> None:
    channel = socket.socket(fileno=int(sys.argv[1]))
    confine(MEMORY)
    archive: zipfile.ZipFile | None = None
    while True:
        try:
            kind, data = receive(channel)
        except Broken:
            return
        (number,) = frames.NUMBER.unpack(data)
        allow_time(SECONDS)
        why = ""
        try:
            if kind == frames.LIST:
                archive = opened(channel, number)
                entries = listed(archive.infolist())
                for at in range(0, len(entries), BATCH):
                    send(channel, frames.SOME, msgspec.json.encode(entries[at : at + BATCH]))
            elif archive is not None:
                info = archive.infolist()[number]
                allow_time(SECONDS + info.file_size // SPEED)
                unpack(archive, info, channel)
        except Refused as refused:
            why = str(refused)
        send(channel, frames.END, why.encode())


if __name__ == "__main__":
    main()
