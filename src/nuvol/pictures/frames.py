"""What the server and the program that unpacks archives say to each other: frames of a kind and some bytes.

The server asks for the list or for one entry; the program, which is given no file, asks back for ranges of the archive
while it answers.
"""

import socket
import struct

import msgspec
from msgspec import Struct

from nuvol.pictures.messages import Broken, exactly

LIST, OPEN = b"L", b"O"
"""The server: of an archive of so many bytes tell the entries; open the entry of this number."""
RANGE, BYTES = b"R", b"B"
"""The program needs bytes of the archive (offset, length); the server gives them."""
SOME, DATA, END = b"S", b"D", b"E"
"""The program: some entries as JSON; bytes of the one that is open; it is at its end, or why it cannot go on."""
NUMBER = struct.Struct(">Q")
SPAN = struct.Struct(">QI")
RUN = 1 << 20
"""Bytes of one frame."""
_HEAD = struct.Struct(">cI")


class Packed(Struct, frozen=True, array_like=True):
    """An entry as the archive says it is. Folders and links are not told."""

    number: int
    name: str
    size: int
    modified_at: int
    """Microseconds; archives know no zone, so as if it were UTC."""


def entries(data: bytes) -> list[Packed]:
    """Raises ValueError."""
    return msgspec.json.decode(data, type=list[Packed])


def send(channel: socket.socket, kind: bytes, data: bytes = b"") -> None:
    """Raises OSError."""
    channel.sendall(_HEAD.pack(kind, len(data)) + data)


def receive(channel: socket.socket) -> tuple[bytes, bytes]:
    """Raises Broken: the other side is gone, or says what it should not; TimeoutError."""
    kind, length = _HEAD.unpack(exactly(channel, _HEAD.size))
    if length > 2 * RUN:
        raise Broken
    return kind, exactly(channel, length)
