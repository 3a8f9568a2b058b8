"""One connection of the HTTP/1.1 server: requests in, one after another, and their answers out."""

import asyncio
import logging
import math
import os
from asyncio.tasks import _enter_task, _leave_task
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine, Generator
from typing import Any

from nuvol.errors import CloudError
from nuvol.faces.http import Answer, Block, Disconnected, Request, Span, in_thread, problem
from nuvol.server.body import Incoming, RunBuffers, Whole, refused
from nuvol.server.head import Head, Lines, Refusal, head_end, parse_head, write_head
from nuvol.server.proxies import Caller, Proxies
from nuvol.server.sending import send_span

KiB = 1024

HEAD_SECONDS = 15  # for a whole head: a phone on a bad line needs 2; nginx gives 60, Apache 20
BODY_SECONDS = 60  # between two bytes that we wait for, or that the client takes (nginx: the same)
IDLE_SECONDS = 75  # between two requests (nginx: the same)
LINGER_SECONDS = 5  # how long a client we are done with may go on sending before it is cut off (nginx: the same)
SCRATCH = 64 * KiB  # what is read at once of heads and chunks
AHEAD = 64 * KiB  # requests sent ahead beyond this wait in the socket
JOIN = 64 * KiB  # up to here one copy is cheaper than a second system call
REMEMBERED = 2 * KiB  # the lines of a head up to here are kept: the next request often has the same ones
TURN = 16  # requests of one connection answered in one turn of the loop, so that others are heard
SPAN_SECONDS = 0.5  # how long a part of a file is sent by a thread
WINDOW = 64 * KiB  # what is read at once of a file for a client that is not as quick as that
HIGH, LOW = 16 * KiB, 8 * KiB  # unsent bytes at which we stop producing, and go on; the socket holds far more

log = logging.getLogger("nuvol.front")

App = Callable[[Request], Awaitable[Answer]]


class Shared:
    """What all connections of one server have in common."""

    def __init__(self, app: App, proxies: Proxies, max_connections: int) -> None:
        self.app = app
        self.proxies = proxies
        self.max_connections = max_connections
        self.buffers = RunBuffers()
        self.scratch = memoryview(bytearray(SCRATCH))
        self.connections: set[Connection] = set()
        self.refusals: Counter[int] = Counter()
        """Requests refused before any face saw them, by status."""
        self.stopping = False
        self.emptied = asyncio.Event()
        self.now = 0.0
        """Loop time, to the second."""
        self.stamp = ""
        """The header lines Date and Server."""


class Connection(asyncio.BufferedProtocol):
    """One client. To its requests and their bodies it is the `Source` and the `Reader`."""

    _transport: asyncio.Transport
    _carrier: asyncio.Task[None]
    _wake: asyncio.Future[tuple[Coroutine[Any, Any, None], Any]]

    def __init__(self, shared: Shared, scheme: str) -> None:
        self._shared = shared
        self._scheme = scheme
        self._loop = asyncio.get_running_loop()
        self._peer = ""
        self._pending = b""
        """Bytes that came, of requests not yet begun from `_at` on."""
        self._at = 0
        self._searched = 0
        """Up to here `_pending` holds no end of a head."""
        self._before: Lines | None = None
        """The header lines of the last request."""
        self._advancing = False
        self._body: Incoming | None = None
        """The body of the present request, when it did not come with its head."""
        self._direct = False
        """The last buffer given to the loop was the body's own."""
        self.busy = False
        """A request is being answered, or the rest of its body passed over: the next one waits."""
        self._serving = False
        self._streaming = False
        self._reading = True
        self._last = False
        """No request is taken after the present one."""
        self._late = False
        """The client let us wait too long for its body."""
        self._lingering = False
        """All is said; what the client still sends is dropped, so that it reads our answer before it meets an end."""
        self._ended = False
        """The client sends nothing more, though it may still listen."""
        self._gone = False
        self._leaving: asyncio.Event | None = None
        self._drained: asyncio.Future[None] | None = None
        """Set while the client does not take what was written."""
        self._stuck = 0
        """Unsent bytes when last looked at."""
        self.deadline = shared.now + HEAD_SECONDS
        """Loop time at which `too_late` is called."""

    # ------------------------------------------------------------------------------------------- from the loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # uvloop's is no subclass
        self._transport.set_write_buffer_limits(high=HIGH, low=LOW)
        address = transport.get_extra_info("peername")
        self._peer = address[0] if address else ""
        self._wake = self._loop.create_future()
        self._carrier = self._loop.create_task(self._carry())
        self._shared.connections.add(self)
        if len(self._shared.connections) > self._shared.max_connections:
            self._refuse(Refusal(503, "There are too many connections."))

    def get_buffer(self, sizehint: int) -> memoryview:
        space = self._body.space() if self._body is not None else None
        self._direct = space is not None
        return self._shared.scratch if space is None else space

    def buffer_updated(self, nbytes: int) -> None:
        body = self._body
        if body is not None and self._direct:
            self.deadline = self._shared.now + BODY_SECONDS
            body.received(nbytes)
            return
        data = self._shared.scratch[:nbytes]
        if self._lingering:
            return
        if body is not None and not body.complete:
            self.deadline = self._shared.now + BODY_SECONDS
            data = data[self._fill(body, data) :]
            if body.abandoned and body.complete:
                self._next()
        if not data:
            return
        self._pending += data
        if not self.busy:
            self._advance()
        elif len(self._pending) > AHEAD:
            self.read_no_more()

    def eof_received(self) -> bool:
        self._ended = True
        if self._body is not None:
            self._body.broken(Disconnected())
        self._announce_leaving()
        return self._serving and self._scheme == "http"  # True: the answer may still be heard; TLS knows no half

    def connection_lost(self, exc: Exception | None) -> None:
        self._gone = self._ended = True
        self._shared.connections.discard(self)
        if not self._shared.connections:
            self._shared.emptied.set()
        if self._body is not None:
            self._body.broken(Disconnected())
        self._announce_leaving()
        self.resume_writing()
        if self._streaming or not self._serving:
            self._loop.call_soon(self._carrier.cancel)  # soon: the task may be about to take its work over

    def pause_writing(self) -> None:
        self._drained = self._loop.create_future()
        self._watch_writing()

    def resume_writing(self) -> None:
        if self._drained is not None:
            if not self._drained.done():
                self._drained.set_result(None)
            self._drained = None
            ending = self._lingering or self._transport.is_closing()
            self.deadline = self._shared.now + LINGER_SECONDS if ending else math.inf

    # ----------------------------------------------------------------------------------------- from the server

    def too_late(self) -> None:
        """The deadline has passed."""
        if self._drained is not None or self._lingering or self._transport.is_closing():
            if self._transport.get_write_buffer_size() < self._stuck:
                self._watch_writing()
            else:
                self._transport.abort()
        elif self._body is not None and not self._body.complete:
            self._late = True
            self.deadline = math.inf
            self._body.broken(Disconnected())
            if self._body.abandoned:
                self._transport.abort()
        elif self.busy:
            self.deadline = math.inf
        elif self._pending:
            self._refuse(Refusal(408, "The request did not come to its end in time."))
        else:
            self._transport.close()

    def wind_up(self) -> None:
        """The server stops: end after the present request."""
        self._announce_leaving()
        if not self.busy:
            self._transport.close()

    def cut_off(self) -> None:
        self._loop.call_soon(self._carrier.cancel)
        self._transport.abort()

    # ----------------------------------------------------------------------------------------- requests coming

    def _advance(self) -> None:
        """Begin the requests that have come, one after another as long as each is answered at once."""
        if self.busy or self._last or self._gone:
            return
        self._advancing = True
        try:
            for _ in range(TURN):
                if not self._begin_next():
                    break
            else:
                self._loop.call_soon(self._advance)
        except Refusal as refusal:
            self._refuse(refusal)
        self._advancing = False
        self._pending, self._at = self._pending[self._at :], 0

    def _begin_next(self) -> bool:
        """Begin the next request, if its head is here; False when there is nothing to do for now. Raises Refusal."""
        data = self._pending
        while data.startswith(b"\r\n", self._at):  # RFC 9112 §2.2
            self._at += 2
        if self._at == len(data) or self.busy or self._last:
            return False
        end = head_end(data, self._at, max(self._at, self._searched))
        if end < 0:
            if self._ended:
                self._transport.close()
            if not self._searched:
                self.deadline = self._shared.now + HEAD_SECONDS
            self._searched = len(data) - self._at
            return False
        head = parse_head(data[self._at : end], self._before)
        self._before = head.lines if end - self._at <= REMEMBERED else None
        self._searched = 0
        self._at = end
        self._begin(head)
        return True

    def _begin(self, head: Head) -> None:
        """Start the request whose body, if any, begins at `_at`."""
        source: Connection | Whole | Incoming = self
        data, at, lines = self._pending, self._at, head.lines
        length = lines.length
        if length is None or len(data) - at < length:
            source = self._body = Incoming(self, self._shared.buffers, length, lines.expects)
            self._at += self._fill(self._body, memoryview(data)[at:])
        elif length:
            source = Whole(self, data[at : at + length])
            self._at += length
        peer, scheme, host = self._peer, self._scheme, head.host
        if self._shared.proxies.any:
            peer, scheme, host = self._shared.proxies.caller(Caller(peer, scheme, host), lines.headers)
        request = Request(
            head.method,
            head.target,
            head.query,
            scheme=scheme,
            host=host,
            peer=peer,
            headers=lines.headers,
            length=length,
            at_hand=bool(length) and self._body is None,
            takes_spans=self._scheme == "http",  # under TLS the bytes must come through us
            source=source,
        )
        self.busy = True
        self.deadline = math.inf if self._body is None else self._shared.now + BODY_SECONDS
        self._drive(self._serve(request, head))

    def _fill(self, body: Incoming, data: memoryview) -> int:
        try:
            return body.fill(data)
        except Refusal as refusal:
            body.broken(refused(refusal))
            self._last = True
            return len(data)

    # ---------------------------------------------------------------------------- driving the face's coroutine

    def _drive(self, work: Coroutine[Any, Any, None]) -> None:
        """Run up to the first real wait at once; the rest, if any, is carried by the connection's task.

        The task is the current one during the first step too, so that asyncio.timeout and the like work there.
        """
        _enter_task(self._loop, self._carrier)
        try:
            waits_for = work.send(None)
        except StopIteration:
            return
        finally:
            _leave_task(self._loop, self._carrier)
        self._wake.set_result((work, waits_for))

    async def _carry(self) -> None:
        while not self._gone:
            work, waits_for = await self._wake
            self._wake = self._loop.create_future()
            await _Rest(work, waits_for)

    # -------------------------------------------------------------------------------------------------- answers

    async def _serve(self, request: Request, head: Head) -> None:
        """Let the app answer, send what it says, and make way for the next request."""
        self._serving = True
        try:
            try:
                answer = await self._shared.app(request)
            except Disconnected:
                self._last = True
                if not self._late:
                    raise
                answer = problem(408, "timeout", "The body did not come to its end in time.")
            await self._send(answer, head)
        except Disconnected:
            self._last = True
        except Exception:
            log.exception("a request could not be answered")
            self._transport.abort()
        finally:
            self._serving = False
            if self._body is not None:
                self._body.abandon()
        self._conclude()

    async def _send(self, answer: Answer, head: Head) -> None:
        body = answer.body
        silent = head.method == "HEAD" or answer.status in (204, 304)
        unmeasured = answer.length is None and not silent
        if not self._keeps(head) or (unmeasured and head.lines.old):
            self._last = True
        framing = "Connection: close\r\n" if self._last else "Connection: keep-alive\r\n" if head.lines.old else ""
        if unmeasured and not head.lines.old:
            framing += "Transfer-Encoding: chunked\r\n"
        elif answer.length is not None and answer.status not in (204, 304):
            framing += f"Content-Length: {answer.length}\r\n"
        start = write_head(answer, self._shared.stamp, framing)
        if isinstance(body, bytes):
            if silent or len(body) > JOIN:
                self._write(start)
                start = b""
            if not silent:
                self._write(start + body if start else body)
            if self._drained is not None or self._gone:
                await self._drain()
            return
        try:
            self._write(start)
            if not silent:
                await self._stream(body, answer.length, chunked=not head.lines.old)
        finally:
            await _close(body)

    async def _stream(self, blocks: AsyncIterator[Block], length: int | None, chunked: bool) -> None:
        """Send block by block as the client takes them. What fails on the way breaks the answer off visibly."""
        self._streaming = True
        sent = 0
        try:
            async for block in blocks:
                if isinstance(block, Span):
                    sent += block.length
                    await self._send_span(block)
                    continue
                sent += len(block)
                if length is not None or not chunked:
                    self._write(block)
                elif block:
                    self._write(b"%x\r\n%b\r\n" % (len(block), block))
                await self._drain()
            if length is None and chunked:
                self._write(b"0\r\n\r\n")
            elif length is not None and sent != length:
                raise RuntimeError(f"{sent} bytes were to be sent where {length} had been announced")
        except CloudError as error:
            log.error("an answer was broken off: %s", error)
            self._transport.abort()
        finally:
            self._streaming = False

    async def _send_span(self, span: Span) -> None:
        """What the client takes quickly goes from the file to the socket in a thread; the rest comes through here, so
        that nobody who is slow keeps the thread."""
        self._transport.set_write_buffer_limits(high=0)
        await self._drain()  # nothing of ours stands before it
        socket = os.dup(self._transport.get_extra_info("socket").fileno())  # ours may be closed meanwhile
        try:
            sent = await in_thread(send_span, socket, span, SPAN_SECONDS)
        finally:
            os.close(socket)
        self._transport.set_write_buffer_limits(high=HIGH, low=LOW)
        while sent < span.length:
            size = min(WINDOW, span.length - sent)
            window = await in_thread(os.pread, span.file, size, span.offset + sent)
            if not window:
                raise OSError("a file ended before the bytes that were announced of it")
            sent += len(window)
            self._write(window)
            await self._drain()

    def _write(self, data: bytes) -> None:
        """Raises Disconnected: uvloop closes before it tells that the connection is lost."""
        if self._transport.is_closing():
            raise Disconnected
        self._transport.write(data)

    async def _drain(self) -> None:
        """Wait until the client has taken enough. Raises Disconnected."""
        if self._drained is not None:
            await self._drained
        if self._gone:
            raise Disconnected

    def _keeps(self, head: Head) -> bool:
        """Whether the connection can go on after this answer."""
        body = self._body
        if body is not None and not body.complete and (body.awaited or not body.short):
            return False
        return head.lines.keep_alive and not self._last and not self._shared.stopping

    def _conclude(self) -> None:
        """The answer is written."""
        if self._gone:
            return
        if self._last or self._shared.stopping:
            self._shut(linger=self._body is not None and not self._body.complete)
        elif self._body is not None and not self._body.complete:  # its rest is passed over
            self.read_on()
            self.deadline = self._shared.now + LINGER_SECONDS
        else:
            self._next()

    def _next(self) -> None:
        self._body = None
        self.busy = False
        more = self._at < len(self._pending)
        if self._ended and not more:
            self._transport.close()
            return
        self.deadline = self._shared.now + IDLE_SECONDS
        self.read_on()
        if more and not self._advancing:
            self._loop.call_soon(self._advance)

    def _refuse(self, refusal: Refusal) -> None:
        """Answer what is no request, and end."""
        self._shared.refusals[refusal.status] += 1
        answer = problem(refusal.status, "bad-request", str(refusal), "Correct the request; nothing was changed.")
        if refusal.status == 503:
            answer.headers.append(("Retry-After", "5"))
        framing = f"Connection: close\r\nContent-Length: {answer.length}\r\n"
        assert isinstance(answer.body, bytes)
        self._transport.write(write_head(answer, self._shared.stamp, framing) + answer.body)
        self._shut(linger=True)

    def _shut(self, linger: bool) -> None:
        """Nothing more will be said: close. `linger`: the client may still be sending, hear it out."""
        self._last = True
        self._body = None
        self._watch_writing()
        if self._ended or not linger:
            self._transport.close()
        else:
            self._lingering = True
            if not self._stuck:
                self.deadline = self._shared.now + LINGER_SECONDS
            self.read_on()
            if self._transport.can_write_eof():
                self._transport.write_eof()
        self.busy = False

    def _watch_writing(self) -> None:
        self._stuck = self._transport.get_write_buffer_size()
        self.deadline = self._shared.now + BODY_SECONDS

    # ------------------------------------------------------------------------------- as requests and bodies see it

    async def take(self, size: int) -> None:
        return None

    async def leaving(self) -> None:
        if self._ended or self._shared.stopping:
            return
        if self._leaving is None:
            self._leaving = asyncio.Event()
        await self._leaving.wait()

    def _announce_leaving(self) -> None:
        if self._leaving is not None:
            self._leaving.set()

    def read_on(self) -> None:
        if self._body is not None:
            self.deadline = self._shared.now + BODY_SECONDS
        if not self._reading and not self._gone:
            self._reading = True
            self._transport.resume_reading()

    def read_no_more(self) -> None:
        if self._reading and not self._gone:
            self._reading = False
            self._transport.pause_reading()
            if self._body is not None:
                self.deadline = math.inf

    def send_continue(self) -> None:
        self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")


class _Rest:
    """A coroutine that was begun outside its task, from its first wait on."""

    def __init__(self, work: Coroutine[Any, Any, None], waits_for: Any) -> None:
        self._work = work
        self._waits_for = waits_for

    def __await__(self) -> Generator[Any, Any, None]:
        while True:
            fault: BaseException | None = None
            try:
                yield self._waits_for
            except BaseException as error:  # cancelled: the work sees it where it waits
                fault = error
            try:
                self._waits_for = self._work.send(None) if fault is None else self._work.throw(fault)
            except StopIteration:
                return


async def _close(stream: AsyncIterator[Block]) -> None:
    """Let an iterator let go of what it holds; plain iterators hold nothing."""
    if isinstance(stream, AsyncGenerator):
        await stream.aclose()
