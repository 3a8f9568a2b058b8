"""`application/vnd.nuvol.chunks`: a file told chunk by chunk, so that those the server has stay at home.

The body is a row of frames, each `kind (1 byte) · length (4 bytes, big-endian) · BLAKE3 (32 bytes)`; kind 1 is
followed by the chunk's `length` bytes, kind 0 is not: the account holds that chunk already.
"""

import struct

from msgspec import Struct

from nuvol.errors import BadValue

MEDIA_TYPE = "application/vnd.nuvol.chunks"
KNOWN, BYTES = 0, 1

_HEAD = struct.Struct(">BI32s")


class Frame(Struct, frozen=True):
    hash: bytes
    length: int
    data: bytes | None
    """None: a chunk that the account holds."""


class FrameReader:
    """Cut a body into frames, however the network cut it into packets.

    Raises BadValue as soon as a frame has an unknown kind or passes `largest` bytes (so that a hostile peer cannot
    fill the memory), and from `close` when the last frame is not whole.
    """

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._rest = bytearray()

    def feed(self, data: bytes | memoryview) -> list[Frame]:
        self._rest += data
        frames: list[Frame] = []
        start = 0
        while len(self._rest) - start >= _HEAD.size:
            kind, length, digest = _HEAD.unpack_from(self._rest, start)
            if kind not in (KNOWN, BYTES):
                raise BadValue(f"A frame has the kind {kind}; there are 0 (known) and 1 (bytes).")
            if not 1 <= length <= self._largest:
                raise BadValue(f"A frame tells of {length} bytes; a chunk has 1 to {self._largest}.")
            stop = start + _HEAD.size + (length if kind == BYTES else 0)
            if len(self._rest) < stop:
                break
            content = bytes(memoryview(self._rest)[start + _HEAD.size : stop]) if kind == BYTES else None
            frames.append(Frame(digest, length, content))
            start = stop
        del self._rest[:start]
        return frames

    def close(self) -> None:
        if self._rest:
            raise BadValue("The body ends in the middle of a frame.")


def write(frame: Frame) -> bytes:
    kind = KNOWN if frame.data is None else BYTES
    return _HEAD.pack(kind, frame.length, frame.hash) + (frame.data or b"")
