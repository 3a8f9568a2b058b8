"""What a child process did to its files, in order: written by `failing_io.c`, read here."""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_HEAD = struct.Struct("=IIIIQQQ")


@dataclass(frozen=True)
class Record:
    kind: str
    """c created · w written · t truncated (to `length`) · h hole punched · s synced · r renamed to `other` ·
    l linked as `other` · u unlinked · m folder made · f made to fail · k marked by the test"""
    inode: int
    path: str
    other: str
    offset: int
    length: int
    data: bytes


def read(trace: Path) -> Iterator[Record]:
    with trace.open("rb") as file:
        while head := file.read(_HEAD.size):
            kind, path, other, data, inode, offset, length = _HEAD.unpack(head)
            names = [file.read(size).decode("utf-8", "surrogateescape") for size in (path, other)]
            yield Record(chr(kind), inode, *names, offset, length, file.read(data))


def mark(trace: Path, text: str) -> None:
    """Put a word of the test, such as "acknowledged 17", between what was done before and what comes after. For
    any process."""
    word = text.encode("utf-8", "surrogateescape")
    fd = os.open(trace, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(fd, _HEAD.pack(ord("k"), len(word), 0, 0, 0, 0, 0) + word)
    finally:
        os.close(fd)


def failed(trace: Path) -> bool:
    """Whether a call was made to fail."""
    return any(record.kind == "f" for record in read(trace))
