"""HTTP as the faces see it: neutral of the server that carries it.

A face is a function from `Request` to `Answer`; a `Route` is a face and its way of saying that something
went wrong; a `Dispatcher` chooses the route by the first segments of the path. `run` and `in_thread` are the
one place where faces cross over into the plain functions of the core.
"""

import asyncio
import logging
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from http import HTTPStatus
from typing import NamedTuple, ParamSpec, Protocol, TypeVar
from urllib.parse import parse_qsl, unquote_to_bytes

import msgspec

from nuvol import waiting
from nuvol.errors import CloudError, Malformed, TooLarge

P = ParamSpec("P")
T = TypeVar("T")

KiB = 1024
MiB = 1024 * KiB

RUN = 4 * MiB  # a hop to a thread is worth it from about 1 MiB on; larger runs only cost memory
FAR = 16  # threads that wait for other servers
BLOCK = 1 * MiB  # answers are streamed in blocks of this size, the next one being read meanwhile

log = logging.getLogger("nuvol.faces")


class Disconnected(Exception):
    """The client is gone, or its body broke off before the announced end: nobody hears an answer."""


class Headers:
    """Header fields of a request. Names are lower-case."""

    __slots__ = ("_first", "_pairs", "get")

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._pairs = list(pairs)
        self._first = dict(self._pairs)
        if len(self._first) != len(self._pairs):
            self._first = {}
            for name, value in self._pairs:
                before = self._first.get(name)
                glue = "; " if name == "cookie" else ", "  # RFC 9110 §5.3; RFC 6265 §4.2.1
                self._first[name] = value if before is None else before + glue + value
        self.get: Callable[[str], str | None] = self._first.get
        """The value of a name; several lines of one name are joined as one list."""

    def all(self, name: str) -> list[str]:
        """The values of all lines of this name, in order."""
        return [value for key, value in self._pairs if key == name]

    def __contains__(self, name: str) -> bool:
        return name in self._first

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._pairs)

    def __len__(self) -> int:
        return len(self._pairs)


class Source(Protocol):
    """Where a request's body comes from; given by the server."""

    async def take(self, size: int) -> bytes | memoryview | None:
        """The next run of at most `size` bytes, valid until the next call; None at the end.

        Raises Disconnected when the body is cut off (after what came of it), Malformed when its framing is broken.
        """

    async def leaving(self) -> None:
        """Returns when the client is gone or the server is about to stop."""


class Empty:
    """No body, and a client that stays."""

    async def take(self, size: int) -> None:
        return None

    async def leaving(self) -> None:
        await asyncio.get_running_loop().create_future()


class Held:
    """A body that was read already, to be read again; what else a source does, the first one does."""

    def __init__(self, data: bytes, first: Source) -> None:
        self._rest = memoryview(data)
        self._first = first

    async def take(self, size: int) -> memoryview | None:
        run, self._rest = self._rest[:size], self._rest[size:]
        return run if len(run) else None

    async def leaving(self) -> None:
        await self._first.leaving()


class Request:
    """One request.

    `target`: raw path as sent, still percent-encoded, without the query; `query`: raw; `host`: as the client
    addressed us, with its port; `peer`: the client's IP address, behind trusted proxies; `length`: of the body in
    bytes, 0 when there is none, None when it is not announced; `at_hand`: all of it came with the head;
    `takes_spans`: the body of the answer may have a `Span` instead of bytes.
    """

    def __init__(
        self,
        method: str,
        target: str,
        query: str = "",
        *,
        scheme: str = "http",
        host: str = "localhost",
        peer: str = "127.0.0.1",
        headers: Headers | None = None,
        length: int | None = 0,
        at_hand: bool = False,
        takes_spans: bool = False,
        source: Source | None = None,
    ) -> None:
        self.method = method
        self.target = target
        self.query = query
        self.scheme = scheme
        self.host = host
        self.peer = peer
        self.headers = headers if headers is not None else Headers()
        self.length = length
        self.at_hand = at_hand
        self.takes_spans = takes_spans
        self.app = ""
        """Key of the registered app that asks, once it is known."""
        self.account_id: int | None = None
        """In whose name that app asks."""
        self._source = source if source is not None else Empty()

    @property
    def origin(self) -> str:
        """Scheme, host and port as the client addressed us: `https://cloud.example`."""
        return f"{self.scheme}://{self.host}"

    @cached_property
    def path(self) -> str:
        """The target, percent-decoded. Raises Malformed for broken escapes, other encodings than UTF-8 and NUL."""
        return decoded(self.target)

    def segments(self) -> list[str]:
        """The parts of the target between slashes, each decoded on its own (%2F stays inside); empty ones left out."""
        return [decoded(part) for part in self.target.split("/") if part]

    @cached_property
    def pairs(self) -> list[tuple[str, str]]:
        """The decoded query. Raises Malformed."""
        try:
            return parse_qsl(self.query, keep_blank_values=True, errors="strict", max_num_fields=100)
        except ValueError:  # other encodings than UTF-8, or more fields than anybody needs
            raise Malformed("The query of the address cannot be read.") from None

    @cached_property
    def params(self) -> dict[str, str]:
        """The decoded query; of several with one name the last counts. Raises Malformed."""
        return dict(self.pairs)

    async def runs(self, size: int = RUN) -> AsyncIterator[bytes | memoryview]:
        """The body in runs of at most `size` bytes (shorter from slow clients), to be read once.

        A run may be overwritten after the next step. Raises Disconnected when the body is cut off (after what came
        of it).
        """
        while (run := await self._source.take(size)) is not None:
            yield run

    async def body(self, limit: int = MiB) -> bytes:
        """The whole body. Raises TooLarge above `limit` bytes (before reading it, if announced), Disconnected."""
        if self.length == 0:
            return b""
        if self.length is not None and self.length > limit:
            raise _too_large(limit)
        parts: list[bytes] = []
        size = 0
        while (run := await self._source.take(RUN)) is not None:
            size += len(run)
            if size > limit:
                raise _too_large(limit)
            parts.append(bytes(run))
        return parts[0] if len(parts) == 1 else b"".join(parts)

    async def whole(self, limit: int) -> bytes | None:
        """The body, which can be read again afterwards. None, with nothing read, when its length is not announced or
        above `limit` bytes."""
        if self.length is None or self.length > limit:
            return None
        data = await self.body(limit)
        self._source = Held(data, self._source)
        return data

    async def leaving(self) -> None:
        """Returns when the client is gone or the server is about to stop: what ends a long wait."""
        await self._source.leaving()


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"The body is longer than the {limit} bytes that are taken here.")


_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def decoded(text: str) -> str:
    """Percent-decode part of an address. Raises Malformed."""
    if "%" not in text and text.isascii():
        return text
    if _ESCAPE.search(text):
        raise Malformed("The address holds a % that is not followed by two hexadecimal digits.")
    try:
        plain = unquote_to_bytes(text).decode()
    except UnicodeDecodeError:
        raise Malformed("The address is not UTF-8.") from None
    if "\0" in plain:
        raise Malformed("The address holds a NUL.")
    return plain


class Span(NamedTuple):
    """Bytes of an open file, which the server lets the kernel send."""

    file: int
    """Its descriptor, good until the next step of the iterator that gave the span."""
    offset: int
    length: int


Block = bytes | Span


class Answer:
    """What goes back.

    `headers` are spelled as they shall be sent ("Content-Type"); Content-Length, Date and the like are added by
    the server. `body`: bytes, or an iterator that is streamed and closed when the client is gone; it is sent
    chunked unless `length` says how many bytes come. HEAD sends headers only.
    """

    __slots__ = ("body", "headers", "length", "status")

    def __init__(
        self,
        status: int = 200,
        headers: Iterable[tuple[str, str]] = (),
        body: bytes | AsyncIterator[Block] = b"",
        length: int | None = None,
    ) -> None:
        self.status = status
        self.headers = list(headers)
        self.body = body
        self.length = len(body) if isinstance(body, bytes) and length is None else length


Face = Callable[[Request], Awaitable[Answer]]


@dataclass(frozen=True)
class Route:
    """A face, and how it tells its clients about an error."""

    face: Face
    on_error: Callable[[Request, CloudError], Answer]


def problem(status: int, code: str, sentence: str, advice: str = "") -> Answer:
    """An answer of RFC 9457 with the fields of the native API: a stable `code`, a sentence, and what to do."""
    words = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,  # as RFC 9457 §4.2.1 has it for this type
        "status": status,
        "code": code,
        "detail": sentence,
        "advice": advice,
    }
    headers = [("Content-Type", "application/problem+json"), ("Cache-Control", "no-store")]
    return Answer(status, headers, msgspec.json.encode(words))


class Dispatcher:
    """Chooses a face by the first segment of the path; among several below one segment the longest prefix wins.

    Keys are prefixes without slashes around them: "api", "dav", ".well-known/caldav"; "" is the root itself; "*.u1db"
    takes every first segment that ends so and has no face of its own.
    """

    def __init__(self, routes: Mapping[str, Route], note: Callable[[Request, Answer], None] | None = None) -> None:
        """`note` is told of every answer to a registered app."""
        self._note = note
        self.answers: Counter[tuple[str, int]] = Counter()
        """How many there were, by the prefix of the face and the status; "" also stands for no face."""
        self._routes: dict[str, list[tuple[str, Route]]] = {}
        self._endings = {prefix[1:]: routes[prefix] for prefix in routes if prefix.startswith("*")}
        for prefix in sorted(routes, key=len, reverse=True):
            self._routes.setdefault(prefix.partition("/")[0], []).append(("/" + prefix, routes[prefix]))

    async def __call__(self, request: Request) -> Answer:
        """Raises nothing but Disconnected."""
        prefix, route = self._find(request.target)
        answer = await self._ask(route, request)
        self.answers[prefix[1:], answer.status] += 1
        if request.app and self._note is not None:
            self._note(request, answer)
        return answer

    def _find(self, target: str) -> tuple[str, Route | None]:
        first = target[1:].partition("/")[0]
        for prefix, route in self._routes.get(first, ()):
            if target == prefix or (target.startswith(prefix + "/") and prefix != "/"):
                return prefix, route
        for ending, route in self._endings.items():
            if first.endswith(ending):
                return f"/*{ending}", route
        return "", None

    async def _ask(self, route: Route | None, request: Request) -> Answer:
        if route is None:
            return problem(404, "missing", "There is nothing at this address.", "Check the address.")
        try:
            return await route.face(request)
        except CloudError as error:
            return route.on_error(request, error)
        except Disconnected:
            raise
        except Exception:
            # the first segment only: addresses may hold keys and tokens
            log.exception("%s /%s failed", request.method, request.target[1:].partition("/")[0])
            return problem(500, "unable", "The server failed.", "Try again; the log of the server says more.")


# ------------------------------------------------------------------------------------ crossing over to the core

_pool = ThreadPoolExecutor(8, thread_name_prefix="nuvol")
_far = ThreadPoolExecutor(FAR, thread_name_prefix="nuvol-far")
_local = True


def configure(pool: ThreadPoolExecutor, local: bool) -> None:
    """Called once at start. `local`: short core work may run on the event loop (the catalog is in this process)."""
    global _pool, _local
    _pool, _local = pool, local


async def run(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call the core for something short."""
    if _local:
        return await waiting.cross(function, *args, **kwargs)
    return await in_thread(function, *args, **kwargs)


async def look(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call the core for what reads rows and does nothing else: it waits only where the catalog is elsewhere."""
    if _local:
        return function(*args, **kwargs)
    return await in_thread(function, *args, **kwargs)


async def in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call the core for something long: hashing, files.

    When cancelled it waits until the thread is done, so that nothing the thread works on is taken away.
    """
    return await _in(_pool, partial(function, *args, **kwargs))


async def far(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call the core for what waits for another server: in threads that nothing else needs, so that a slow one holds up
    nobody but those who want something of it. Otherwise like `in_thread`."""
    return await _in(_far, partial(function, *args, **kwargs))


async def _in(pool: ThreadPoolExecutor, call: Callable[[], T]) -> T:
    future = asyncio.get_running_loop().run_in_executor(pool, call)
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        await asyncio.wait((future,))
        raise
