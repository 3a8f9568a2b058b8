"""Bodies on their way in: received straight into run buffers, at most one run ahead of the face."""

import asyncio
import mmap
from collections import deque
from typing import Protocol

from nuvol.errors import Malformed
from nuvol.server.head import ChunkReader, Refusal

KiB = 1024
MiB = 1024 * KiB

SMALL_RUN = 64 * KiB  # every run starts with this much, so that 500 slow clients cost 32 MiB and not 2 GiB
LARGE_RUN = 4 * MiB
LARGE_RUNS = 8  # two for each of four fast uploads, 32 MiB in all; whoever finds none goes on in small runs
FAST = 1.0  # seconds in which a small run must fill to be worth a large buffer: slow clients shall not sit on those


class RunBuffers:
    """The few large buffers of this process, lent to bodies that prove to be long and fast."""

    def __init__(self, count: int = LARGE_RUNS, size: int = LARGE_RUN) -> None:
        self.size = size
        self.lent = 0
        self._unmade = count
        self._free: list[memoryview] = []

    def borrow(self) -> memoryview | None:
        """A buffer of `size` bytes, or None when all are lent."""
        if not self._free:
            if not self._unmade:
                return None
            self._unmade -= 1
            self._free.append(memoryview(mmap.mmap(-1, self.size)))  # outside the heap, which it would fragment
        self.lent += 1
        return self._free.pop()

    def give_back(self, buffer: memoryview) -> None:
        """Take a buffer back; others than those lent are let go."""
        if len(buffer) == self.size:
            self.lent -= 1
            self._free.append(buffer)


class Reader(Protocol):
    """The connection, as a body steers it."""

    def read_on(self) -> None: ...
    def read_no_more(self) -> None: ...
    def send_continue(self) -> None: ...
    async def leaving(self) -> None: ...


class Incoming:
    """The body of one request: filled by the connection, emptied by the face.

    While the face works on one run the next one fills; when that is full too, reading stops. Before the face
    has asked for the body, a small run is all that is received.
    """

    def __init__(self, reader: Reader, buffers: RunBuffers, length: int | None, expects: bool) -> None:
        self.awaited = expects
        """The client waits for `100 Continue`: if that never comes, neither does the body."""
        self.left = length if length is not None else 0
        """Bytes still to come, when the length was announced."""
        self._chunks = ChunkReader() if length is None else None
        self._reader = reader
        self._buffers = buffers
        self._loop = asyncio.get_running_loop()
        self._filling = memoryview(b"")
        self._filled = 0
        self._since = 0.0
        """When the filling began (loop time)."""
        self._ready: deque[tuple[memoryview, int]] = deque()
        """Runs the face has not taken yet, and how far they are filled."""
        self._out = memoryview(b"")
        """The buffer the face works on, and the rest of it beyond what the face took."""
        self._rest = memoryview(b"")
        self._waiter: asyncio.Future[None] | None = None
        self._error: Exception | None = None
        self._asked = False
        self.abandoned = False
        """The face has answered: what still comes is dropped."""

    @property
    def complete(self) -> bool:
        """Nothing more will come."""
        return self._chunks.done if self._chunks is not None else not self.left

    @property
    def short(self) -> bool:
        """So little is left that reading it costs less than a new connection."""
        return self._chunks is None and self.left <= 4 * SMALL_RUN

    # ------------------------------------------------------------------------------------ the connection's side

    def space(self) -> memoryview | None:
        """Where to receive to; None: receive elsewhere and hand it to `fill`.

        Never stops the reading: libuv crashes when that happens while it asks for a buffer.
        """
        if self._chunks is not None or self.abandoned or not self.left:
            return None
        if not self._filled:
            self._start_run()
        return self._filling[self._filled : self._filled + self.left] or None

    def received(self, count: int) -> None:
        """`count` bytes were put into `space`."""
        self.left -= count
        self._advance(count)

    def fill(self, data: memoryview) -> int:
        """Take what belongs to this body from `data`; returns how many bytes that was. Raises Refusal."""
        if self._chunks is not None:
            pieces, used = self._chunks.feed(data)
        else:
            used = min(len(data), self.left)
            pieces = [data[:used]]
            self.left -= used
        if not self.abandoned:
            for piece in pieces:
                self._copy(piece)
            if self.complete:
                self._turn_over()
        return used

    def broken(self, error: Exception) -> None:
        """Nothing more will come: the face gets what is there, then `error`."""
        if self._error is None and not self.complete:
            self._error = error
            self._turn_over()

    def abandon(self) -> None:
        """The face has answered: drop what is there and what still comes."""
        self.abandoned = True
        for buffer, _ in self._ready:
            self._buffers.give_back(buffer)
        self._buffers.give_back(self._out)
        self._buffers.give_back(self._filling)
        self._ready.clear()
        self._out = self._rest = self._filling = memoryview(b"")
        self._filled = 0

    def _copy(self, piece: memoryview) -> None:
        while piece:
            if not self._filled:
                self._start_run()
            elif self._filled == len(self._filling):
                self._turn_over()
                continue
            count = min(len(piece), len(self._filling) - self._filled)
            self._filling[self._filled : self._filled + count] = piece[:count]
            self._advance(count)
            piece = piece[count:]

    def _start_run(self) -> None:
        if not self._filling:
            size = SMALL_RUN if self._chunks is not None else min(self.left, SMALL_RUN)
            self._filling, self._since = memoryview(bytearray(size)), self._loop.time()

    def _advance(self, count: int) -> None:
        self._filled += count
        if self._chunks is None and not self.left:
            self._turn_over()
        elif self._filled == len(self._filling):
            self._fill_up()

    def _fill_up(self) -> None:
        """The buffer is full: go on in a large one if this one filled quickly, else it is a run."""
        if not self._asked:
            self._reader.read_no_more()
            return
        quick = len(self._filling) == SMALL_RUN and self._loop.time() - self._since < FAST
        large = self._buffers.borrow() if quick else None
        if large is None:
            self._turn_over()
        else:
            large[: self._filled] = self._filling
            self._filling = large

    def _turn_over(self) -> None:
        """What is filled becomes ready for the face."""
        if self._filled:
            self._ready.append((self._filling, self._filled))
            self._filling, self._filled = memoryview(b""), 0
        if self._waiter is not None:
            if not self._waiter.done():
                self._waiter.set_result(None)
            self._waiter = None
        elif not self.complete:
            self._reader.read_no_more()

    # ------------------------------------------------------------------------------------------ the face's side

    async def take(self, size: int) -> memoryview | None:
        """The next run of at most `size` bytes, valid until the next call; None at the end."""
        if not self._asked:
            self._asked = True
            if self._filled and self._filled == len(self._filling):
                self._fill_up()
        if self._rest:
            return self._slice(size)
        self._buffers.give_back(self._out)
        self._out = memoryview(b"")
        while not self._ready:
            if self._error is not None:
                raise self._error
            if self.complete or self.abandoned:
                return None
            if self.awaited:
                self.awaited = False
                self._reader.send_continue()
            self._reader.read_on()
            self._waiter = self._loop.create_future()
            await self._waiter
        self._out, filled = self._ready.popleft()
        self._rest = self._out[:filled]
        if not self._ready and not self.complete and self._error is None:
            self._reader.read_on()
        return self._slice(size)

    def _slice(self, size: int) -> memoryview:
        run, self._rest = self._rest[:size], self._rest[size:]
        return run

    async def leaving(self) -> None:
        await self._reader.leaving()


class Whole:
    """A short body that came together with its head."""

    def __init__(self, reader: Reader, body: bytes) -> None:
        self._reader = reader
        self._body = body

    async def take(self, size: int) -> bytes | None:
        run, self._body = self._body[:size], self._body[size:]
        return run or None

    async def leaving(self) -> None:
        await self._reader.leaving()


def refused(refusal: Refusal) -> Malformed:
    """Broken framing, as the face's codec can tell it."""
    return Malformed(str(refusal), advice="Correct the framing of the body; nothing was changed.")
