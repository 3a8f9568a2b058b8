"""A zip archive written as it goes: entries stored as they are, zip64 where needed (PKWARE APPNOTE 6.3.10).

Sizes and sums follow each entry (§4.3.9), so nothing is read twice and nothing is kept but the directory: about a
hundred bytes for each entry.
"""

import re
import struct
import zlib
from datetime import UTC, datetime

_UTF8_AND_SUMS_BEHIND = 0x0808
_ZIP64 = 0xFFFFFFFF
_LIMIT = _ZIP64 - 1
_MANY = 0xFFFF
_UNIX = 3 << 8
_FOLDER_MODE, _FILE_MODE = (0o040755 << 16) | 0x10, 0o100644 << 16


class ZipWriter:
    """Gives the bytes of an archive in order: `begin`, `data`…, `end` for each file, `folder`, at last `close`.

    `path`: names parted by slashes, made safe here; `modified_at`: microseconds UTC; `size`: bytes that will come.
    """

    def __init__(self) -> None:
        self._offset = 0
        self._directory: list[bytes] = []
        self._sum = 0
        self._size = 0
        self._open: tuple[bytes, int, int, bool] = (b"", 0, 0, False)

    def begin(self, path: str, modified_at: int, size: int) -> bytes:
        name, large = safe_path(path).encode(), size > _LIMIT
        self._open = (name, modified_at, self._offset, large)
        self._sum = self._size = 0
        sizes = struct.pack("<HHQQ", 1, 16, 0, 0) if large else b""
        edge = _ZIP64 if large else 0
        extra = sizes + _times(modified_at)
        head = struct.pack(
            "<4s5H3L2H",
            b"PK\3\4",
            45 if large else 20,
            _UTF8_AND_SUMS_BEHIND,
            0,
            *_dos_time(modified_at),
            0,
            edge,
            edge,
            len(name),
            len(extra),
        )
        return self._gone(head + name + extra)

    def data(self, block: bytes) -> bytes:
        self._sum = zlib.crc32(block, self._sum)
        self._size += len(block)
        return self._gone(block)

    def end(self) -> bytes:
        """Raises ValueError when more bytes came than `begin` was told and they cannot be written down any more."""
        name, modified_at, offset, large = self._open
        if self._size > _LIMIT and not large:
            raise ValueError("more bytes came than were announced")
        self._note(name, modified_at, offset, _FILE_MODE)
        layout = "<4sLQQ" if large else "<4sLLL"
        return self._gone(struct.pack(layout, b"PK\7\x08", self._sum, self._size, self._size))

    def folder(self, path: str, modified_at: int) -> bytes:
        head = self.begin(path + "/", modified_at, 0)
        name, _, offset, _ = self._open
        self._note(name, modified_at, offset, _FOLDER_MODE)
        return head + self._gone(struct.pack("<4sLLL", b"PK\7\x08", 0, 0, 0))

    def close(self) -> bytes:
        """The directory and the end of the archive."""
        start, count = self._offset, len(self._directory)
        directory = b"".join(self._directory)
        end64 = start + len(directory)
        tail = b""
        if count >= _MANY or end64 > _LIMIT:
            sizes = (count, count, len(directory), start)
            tail += struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, *sizes)
            tail += struct.pack("<4sLQL", b"PK\6\7", 0, end64, 1)
        shown = min(count, _MANY)
        tail += struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, shown, shown, _short(len(directory)), _short(start), 0)
        return directory + tail

    def _note(self, name: bytes, modified_at: int, offset: int, mode: int) -> None:
        """The entry as the directory at the end will show it (§4.3.12)."""
        wide = [number for number in (self._size, self._size, offset) if number > _LIMIT]
        extra = (struct.pack(f"<HH{len(wide)}Q", 1, 8 * len(wide), *wide) if wide else b"") + _times(modified_at)
        needs = 45 if wide else 20
        size = _short(self._size)
        head = struct.pack(
            "<4s6H3L5H2L",
            b"PK\1\2",
            _UNIX | needs,
            needs,
            _UTF8_AND_SUMS_BEHIND,
            0,
            *_dos_time(modified_at),
            self._sum,
            size,
            size,
            len(name),
            len(extra),
            0,
            0,
            0,
            mode,
            _short(offset),
        )
        self._directory.append(head + name + extra)

    def _gone(self, data: bytes) -> bytes:
        self._offset += len(data)
        return data


def _short(number: int) -> int:
    """The number as a field of 32 bits shows it: where it does not fit, that the wide field counts."""
    return _ZIP64 if number > _LIMIT else number


_CONTROLS = {code: chr(0x2400 + code) for code in range(32)} | {0x7F: "␡", ord("\\"): "＼"}
_DRIVE = re.compile(r"^([A-Za-z]):")


def safe_path(path: str) -> str:
    """The path without what some system takes for something else: a drive, a backslash, control characters.

    They become the letters that look like them, so that two names never fall together.
    """
    return _DRIVE.sub(r"\1：", path.translate(_CONTROLS))


def _times(modified_at: int) -> bytes:
    """The extended time stamp: seconds UTC, since the field of DOS knows no zone and only even seconds."""
    seconds = modified_at // 1_000_000
    return struct.pack("<HHBl", 0x5455, 5, 1, seconds) if -(1 << 31) <= seconds < 1 << 31 else b""


def _dos_time(modified_at: int) -> tuple[int, int]:
    """Time and date of MS-DOS (§4.4.6), in UTC, from 1980 to 2107."""
    first, last = 315_532_800, 4_354_819_198
    at = datetime.fromtimestamp(min(max(modified_at // 1_000_000, first), last), UTC)
    return at.hour << 11 | at.minute << 5 | at.second // 2, (at.year - 1980) << 9 | at.month << 5 | at.day
