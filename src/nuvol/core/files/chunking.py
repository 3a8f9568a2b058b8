"""How content is cut and named: part of the disk format, pinned by a golden vector (docs/disk-format.md).

Content-defined chunks (FastCDC), each named by BLAKE3; a content is named by BLAKE3 over the list of
(length, chunk hash), so that known chunks need not be read again.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence

from blake3 import blake3
from pyfastcdc import FastCDC

from nuvol.model.rules import KiB, MiB

try:
    from zlib_ng.zlib_ng import adler32  # the same sum by vector instructions, three times as fast
except ImportError:  # there are no wheels for every kind of machine
    from zlib import adler32

__all__ = ["LARGEST", "SMALLEST", "TARGET", "Cutter", "adler32", "content_hash", "hash_of", "join_adler"]

TARGET = 512 * KiB  # 1 MB edited then costs 1.9 MB in the median; at 1 MiB every sixth edit costs over 4 MB
SMALLEST = 128 * KiB
LARGEST = 2 * MiB

_ADLER = 65521
_ENTRY = struct.Struct(">I32s")


def hash_of(data: bytes | bytearray | memoryview) -> bytes:
    """The name of a chunk."""
    return blake3(data).digest()


def content_hash(chunks: Iterable[tuple[bytes, int]]) -> bytes:
    """The name of a content made of these (chunk hash, length in bytes), in order."""
    return blake3(b"".join(_ENTRY.pack(length, hash) for hash, length in chunks)).digest()


def join_adler(first: int, second: int, second_length: int) -> int:
    """Adler-32 of two parts put together (RFC 1950 §8.2), from the sums of each and the second's length in bytes."""
    low1, high1 = first & 0xFFFF, first >> 16
    low2, high2 = second & 0xFFFF, second >> 16
    low = (low1 + low2 - 1) % _ADLER
    high = (high1 + high2 + second_length * (low1 - 1)) % _ADLER
    return (high << 16) | low


class Cutter:
    """Cut bytes into chunks, however they arrive: the same content gives the same chunks from any run sizes.

    A piece that ends with a run is carried into the next one, unless it has the largest size: a cut at the very
    end of a run is no cut.
    """

    def __init__(self, rest: bytes = b"") -> None:
        self._cdc = FastCDC(avg_size=TARGET, min_size=SMALLEST, max_size=LARGEST, normalized_chunking=1, seed=0)
        self.rest = rest
        """Bytes fed and not yet cut."""

    def feed(self, data: bytes | memoryview) -> Sequence[memoryview]:
        """The chunks that are certain now; they are views of `data` or of a copy, valid until the next call."""
        if len(self.rest) + len(data) <= SMALLEST:
            self.rest += data
            return ()
        run, pieces = memoryview(data), list[memoryview]()
        if self.rest:
            pieces.append(self._across(run))
            run = run[len(pieces[0]) - len(self.rest) :]
        pieces += self._pieces(run)
        if pieces and len(pieces[-1]) < LARGEST:
            self.rest = bytes(pieces.pop())
        else:
            self.rest = b""
        return pieces

    def finish(self) -> memoryview | None:
        """The last chunk, if there is one."""
        rest, self.rest = self.rest, b""
        return memoryview(rest) if rest else None

    def _across(self, run: memoryview) -> memoryview:
        """The piece that begins with the rest. Only as much of the run is copied as it may take: copying all of it
        costs as much as finding its cuts."""
        for reach in (TARGET, LARGEST):
            joined = memoryview(self.rest + run[:reach])
            piece = next(self._pieces(joined))
            if len(piece) < len(joined) or reach >= len(run):  # else it may end farther on
                break
        return piece

    def _pieces(self, run: memoryview) -> Iterator[memoryview]:
        return (piece.data for piece in self._cdc.cut_buf(run)) if len(run) else iter(())
