"""Sending content: conditions, ranges, and blocks read ahead (RFC 9110 §13 and §14).

WebDAV, the native API and public links answer a GET with `download`; it is the one place that decides how
content of strangers is shown, so that it cannot act as the desktop.
"""

import asyncio
import re
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, aclosing
from functools import lru_cache, partial
from typing import ClassVar, Protocol
from urllib.parse import quote

from nuvol.clock import SECOND
from nuvol.errors import PreconditionFailed
from nuvol.faces.http import BLOCK, Answer, Block, Headers, Request, Span, in_thread, problem
from nuvol.wire.preconditions import entity_tags, http_date, moment

KiB = 1024

SPANS_AT_ONCE = 4  # downloads that a thread sends from the file; as many threads are left for others
AHEAD_AT_ONCE = 8  # downloads that hold two blocks of 1 MiB each; the others are sent windows
WINDOW = 32 * KiB  # so that 500 slow clients do not hold 500 MiB
SPAN = 4 * 1024 * KiB  # of a file in one go: enough that handing it over costs nothing
SLOW = 0.25  # seconds for 1 MiB: below 4 MB/s reading ahead gains nothing
QUICK_ENOUGH = 4  # windows taken quickly before it is tried again

MAX_RANGES = 16  # video players and PDF readers ask for a handful; a thousand is an attack (CVE-2011-3192)

INLINE = frozenset(
    {"application/pdf", "audio/aac", "audio/flac", "audio/mp4", "audio/mpeg", "audio/ogg", "audio/wav", "audio/webm"}
    | {"image/avif", "image/bmp", "image/gif", "image/jpeg", "image/png", "image/webp", "text/plain"}
    | {"video/mp4", "video/mpeg", "video/ogg", "video/quicktime", "video/webm"}
)
"""What a browser may show by itself: formats that cannot carry script for our origin. SVG and HTML can."""


class RangeNotSatisfiable(Exception):
    """None of the asked ranges lies within the content (RFC 9110 §15.5.17)."""


_RANGES = re.compile(r"\s*(?:(\d+)-(\d*)|-(\d+))\s*", re.ASCII)


def ranges(header: str | None, size: int) -> list[tuple[int, int]] | None:
    """The (start, stop) pairs that a Range header asks of content of `size` bytes (RFC 9110 §14.2).

    None = send the whole: no header, another unit than bytes, broken syntax, more than `MAX_RANGES` ranges, or
    ranges that overlap. Raises RangeNotSatisfiable.
    """
    if header is None or size == 0:
        return None
    unit, _, specs = header.partition("=")
    parts = [part for part in specs.split(",") if part.strip()]
    if unit.strip().lower() != "bytes" or not 1 <= len(parts) <= MAX_RANGES:
        return None
    found: list[tuple[int, int]] = []
    for part in parts:
        match = _RANGES.fullmatch(part)
        if match is None or len(part) > 40:  # 19 digits are 9 EB
            return None
        first, last, suffix = match.groups()
        if suffix is not None:
            start, stop = max(0, size - int(suffix)), size
        else:
            start, stop = int(first), min(int(last) + 1, size) if last else size
            if last and int(last) < start:
                return None
        if start < stop:
            found.append((start, stop))
    if not found:
        raise RangeNotSatisfiable
    ordered = sorted(found)
    if any(later[0] < earlier[1] for earlier, later in zip(ordered, ordered[1:], strict=False)):
        return None
    return found


class Readable(Protocol):
    """Content to be sent: what `cloud.reads` gives. Times in microseconds (UTC), sizes in bytes."""

    @property
    def size(self) -> int: ...
    @property
    def etag(self) -> str: ...
    @property
    def mime(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def modified_at(self) -> int: ...
    @property
    def inline(self) -> bytes | None:
        """The content, when it is at hand already."""

    def file(self) -> AbstractContextManager[int] | None:
        """The file that holds the content from its byte 0 on, if there is one; entering it may block."""

    def blocks(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` to `stop` in blocks of at most 1 MiB; each step may block."""


Still = Callable[[], Awaitable[object]]
"""Asked before each further block of a long answer: what it raises breaks the answer off."""


async def download(
    request: Request,
    reading: Readable,
    *,
    headers: Iterable[tuple[str, str]] = (),
    disposition: str | None = None,
    still: Still | None = None,
) -> Answer:
    """Answer a GET or HEAD with content: conditions and ranges of RFC 9110 §13 and §14.

    `headers` are added. `disposition`: "attachment" to be saved; None or "inline" let a browser show what is on
    the list `INLINE`. Raises PreconditionFailed, Malformed, and what the first block of `reading` raises; a later
    failure breaks the answer off, and so does `still`.
    """
    modified, etag = reading.modified_at // SECOND, reading.etag
    fields = [
        ("ETag", etag),
        ("Last-Modified", http_date(modified)),
        ("Cache-Control", "private, no-cache"),
        *headers,
    ]
    if not changed(request.headers, etag, modified):
        return Answer(304, fields)
    fields += [
        ("Accept-Ranges", "bytes"),
        ("Content-Disposition", content_disposition(reading.name, reading.mime, disposition)),
        ("Content-Security-Policy", "sandbox"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    content = partial(_content, request, reading, still)
    size = reading.size
    mime = header_safe(reading.mime) or "application/octet-stream"
    try:
        wanted = ranges(_range_header(request, etag, modified), size)
    except RangeNotSatisfiable:
        refusal = problem(416, "range", f"None of these ranges lies within the {size} bytes.")
        refusal.headers.append(("Content-Range", f"bytes */{size}"))
        return refusal
    if wanted is None:
        return Answer(200, [("Content-Type", mime), *fields], *await content([(b"", 0, size)]))
    if len(wanted) == 1:
        ((start, stop),) = wanted
        fields.append(("Content-Range", f"bytes {start}-{stop - 1}/{size}"))
        return Answer(206, [("Content-Type", mime), *fields], *await content([(b"", start, stop)]))
    boundary = f"nuvol-{secrets.token_hex(12)}"
    parts = [
        (
            f"\r\n--{boundary}\r\nContent-Type: {mime}\r\n"
            f"Content-Range: bytes {start}-{stop - 1}/{size}\r\n\r\n".encode("latin-1"),
            start,
            stop,
        )
        for start, stop in wanted
    ]
    parts.append((f"\r\n--{boundary}--\r\n".encode(), 0, 0))
    fields.append(("Content-Type", f"multipart/byteranges; boundary={boundary}"))
    return Answer(206, fields, *await content(parts))


async def _content(
    request: Request, reading: Readable, still: Still | None, parts: list[tuple[bytes, int, int]]
) -> tuple[bytes | AsyncIterator[Block], int]:
    """Body and length of the (preface, start, stop) parts, without any wait when the content is at hand."""
    length = sum(len(preface) + stop - start for preface, start, stop in parts)
    if request.method == "HEAD":
        return b"", length
    if (whole := reading.inline) is not None:
        if len(parts) == 1 and length == len(whole):
            return whole, length
        return b"".join(preface + whole[start:stop] for preface, start, stop in parts), length
    if not length:
        return b"", 0
    stream = _stream(reading, parts, reading.file() if request.takes_spans and length > BLOCK else None)
    first = [await anext(stream)]  # now: its failure is still an answer
    return _after(first, stream, still), length


async def _stream(
    reading: Readable, parts: list[tuple[bytes, int, int]], file: AbstractContextManager[int] | None
) -> AsyncGenerator[Block, None]:
    """The parts block by block: large ones, sent from the file or read ahead, for clients that take them quickly,
    windows for the others."""
    loop = asyncio.get_running_loop()
    most = AHEAD_AT_ONCE if file is None else SPANS_AT_ONCE
    with ExitStack() as opened:
        descriptor = None if file is None else await in_thread(opened.enter_context, file)
        for preface, at, stop in parts:
            if preface:
                yield preface
            quick = QUICK_ENOUGH
            while at < stop:
                if quick >= QUICK_ENOUGH and _Ahead.running < most:
                    large = _spans(descriptor, at, stop) if descriptor is not None else _ahead(reading, at, stop)
                    async with aclosing(large):
                        async for block in large:
                            size = block.length if isinstance(block, Span) else len(block)
                            at += size
                            since = loop.time()
                            yield block
                            if loop.time() - since > SLOW * max(1, size // BLOCK):
                                quick = 0
                                break
                else:
                    window = await in_thread(b"".join, _blocks(reading, at, min(at + WINDOW, stop)))
                    at += len(window)
                    since = loop.time()
                    yield window
                    quick = 0 if loop.time() - since > SLOW else quick + 1


async def _spans(file: int, start: int, stop: int) -> AsyncGenerator[Span, None]:
    _Ahead.running += 1
    try:
        for at in range(start, stop, SPAN):
            yield Span(file, at, min(SPAN, stop - at))
    finally:
        _Ahead.running -= 1


async def _ahead(reading: Readable, start: int, stop: int) -> AsyncGenerator[bytes, None]:
    ahead = _Ahead(_blocks(reading, start, stop))
    try:
        while (block := await ahead.next()) is not None:
            yield block
    finally:
        await ahead.close()


class _Ahead:
    """Blocks of which the next one is being read in a thread."""

    running: ClassVar[int] = 0

    def __init__(self, blocks: Generator[bytes, None, None]) -> None:
        _Ahead.running += 1
        self._blocks = blocks
        self._coming = asyncio.ensure_future(in_thread(next, blocks, None))

    async def next(self) -> bytes | None:
        block = await self._coming
        if block is not None:
            self._coming = asyncio.ensure_future(in_thread(next, self._blocks, None))
        return block

    async def close(self) -> None:
        _Ahead.running -= 1
        if not self._coming.done():
            await asyncio.wait((self._coming,))
        if not self._coming.cancelled():
            self._coming.exception()  # asked for, so that nobody complains; it came too late to matter
        self._blocks.close()


def _blocks(reading: Readable, start: int, stop: int) -> Generator[bytes, None, None]:
    yield from reading.blocks(start, stop)


async def _after(
    first: list[Block], rest: AsyncGenerator[Block, None], still: Still | None
) -> AsyncGenerator[Block, None]:
    try:
        yield first.pop()  # nothing keeps it any longer than the client does
        async for block in rest:
            if still is not None:
                await still()
            yield block
    finally:
        await rest.aclose()


def _range_header(request: Request, etag: str, modified: int) -> str | None:
    """The Range header, if it counts: GET only, and If-Range (RFC 9110 §13.1.5) names the present state."""
    wanted = request.headers.get("range")
    if wanted is None or request.method != "GET":
        return None
    condition = request.headers.get("if-range")
    if condition is not None:
        same = condition == etag if '"' in condition else _seconds(condition) == modified
        if not same or etag.startswith("W/"):
            return None
    return wanted


def changed(headers: Headers, etag: str, modified: int) -> bool:
    """False when the client of a GET or HEAD holds the present state (304), in the order of RFC 9110 §13.2.2.

    `modified` in seconds. Raises PreconditionFailed, Malformed.
    """
    get = headers.get
    if (match := get("if-match")) is not None:
        if (tags := entity_tags(match)) != ("*",) and etag not in tags:
            raise PreconditionFailed("It is not in the state that If-Match names.")
    elif (since := _seconds(get("if-unmodified-since"))) is not None and modified > since:
        raise PreconditionFailed("It changed after the time that If-Unmodified-Since names.")
    if (none_match := get("if-none-match")) is not None:
        tags = entity_tags(none_match)
        return tags != ("*",) and etag not in {tag.removeprefix("W/") for tag in tags}
    since = _seconds(get("if-modified-since"))
    return since is None or modified > since


def _seconds(date: str | None) -> int | None:
    when = moment(date) if date is not None else None
    return None if when is None else when // SECOND


# --------------------------------------------------------------------------------------------- words of headers


def header_safe(text: str) -> str:
    """The text, or nothing when a header line cannot carry it."""
    return text if text.isascii() and text.isprintable() else ""


_PLAIN_NAME = re.compile(r"[A-Za-z0-9 !#$&+.^_`|~()@=,;-]+")


@lru_cache(4096)
def content_disposition(name: str, mime: str, disposition: str | None = None) -> str:
    """RFC 6266: a plain name for old clients, and the true one in UTF-8 (RFC 8187) where they differ."""
    kind = (
        "inline" if disposition != "attachment" and mime.partition(";")[0].strip().lower() in INLINE else "attachment"
    )
    if _PLAIN_NAME.fullmatch(name):
        return f'{kind}; filename="{name}"'
    plain = "".join(letter if _PLAIN_NAME.fullmatch(letter) else "_" for letter in name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
