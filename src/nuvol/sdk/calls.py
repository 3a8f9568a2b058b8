"""A call of the native API as a value: what to ask, and how to read the answer. A session makes it.

The functions of this package only describe, so they are written once for blocking and for async programs:

    session.run(files.stat("photos/sea.jpg"))
    await async_session.run(files.stat("photos/sea.jpg"))
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import quote, urlencode

from nuvol.errors import BadValue, Unable
from nuvol.wire.api import body, problems

T = TypeVar("T")

PREFIX = "/api/v1"

BLOCK = 1 << 20
"""Bytes in one run of a streamed body, up and down."""


@dataclass(frozen=True)
class Reply:
    """An answer that was not an error. `body` is empty where a call took it in runs (`Call.sink`)."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


@dataclass(frozen=True)
class Call(Generic[T]):
    """One request and the reading of its answer.

    `body`: bytes, or a function that gives them in runs, anew each time it is asked (so that a call can be
    repeated). `sink`: is given the body of a good answer run by run instead of its being kept in memory.
    `repeats`: making it twice does what making it once does, so it is made again when its answer was lost.
    """

    method: str
    path: str
    """Below the root of the server, percent-encoded."""
    read: Callable[[Reply], T]
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | Callable[[], Iterator[bytes]] = b""
    sink: Callable[[bytes], object] | None = None
    repeats: bool = False

    @property
    def target(self) -> str:
        return f"{self.path}?{urlencode(self.query, quote_via=quote)}" if self.query else self.path


# ------------------------------------------------------------------------------------------ describing calls


def json_of(kind: type[T]) -> Callable[[Reply], T]:
    """Reads an answer of JSON as a `kind`."""

    def read(reply: Reply) -> T:
        try:
            return body.read(reply.body, kind)
        except BadValue as error:
            raise Unable(
                f"The server's answer cannot be read: {error}", advice="Is this address that of a Nuvol server?"
            ) from None

    return read


def nothing(reply: Reply) -> None:
    """Reads an answer that has nothing to tell."""


def api(
    method: str,
    path: str,
    read: Callable[[Reply], T],
    *,
    query: Mapping[str, object | None] | None = None,
    send: Any = None,
    headers: Mapping[str, str] | None = None,
    repeats: bool | None = None,
) -> Call[T]:
    """A call below `/api/v1`. `query`: None is left out. `send`: a struct, sent as JSON. `repeats` None: as reading."""
    asked = {name: _text(value) for name, value in (query or {}).items() if value is not None}
    given = dict(headers or {})
    if send is not None:
        given["content-type"] = body.JSON
    safe = method in ("GET", "HEAD") if repeats is None else repeats
    content = b"" if send is None else body.write(send)
    return Call(method, PREFIX + path, read, asked, given, content, repeats=safe)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def segment(text: str) -> str:
    """One segment of an address: a slash in it stays inside."""
    return quote(text, safe="")


# ----------------------------------------------------------------------------------------- when it went wrong

ATTEMPTS = 5
FIRST_WAIT = 0.5
LONGEST_WAIT = 30.0
"""Seconds. A server that asks for more is not waited for."""


class Attempts:
    """Decides whether a call is made again, and after how many seconds. One for each call; no clock inside."""

    def __init__(self, call: Call[Any]) -> None:
        self._call = call
        self._made = 1
        self.has_given = False
        """The sink has had some of the answer: from the beginning again would give it twice."""

    def after_refusal(self, status: int, headers: Mapping[str, str]) -> float | None:
        """The server answered an error. 503 says that nothing was changed, so every call may be repeated then."""
        if status != 503:
            return None
        asked = headers.get("retry-after", "")
        seconds = float(asked) if asked.isascii() and asked.isdigit() else 0.0
        return self._again(seconds) if seconds <= LONGEST_WAIT else None

    def after_loss(self, *, sent: bool) -> float | None:
        """The connection failed. `sent`: the request may have reached the server."""
        return self._again(0.0) if not self.has_given and (self._call.repeats or not sent) else None

    def _again(self, seconds: float) -> float | None:
        if self._made >= ATTEMPTS:
            return None
        self._made += 1
        return max(seconds, FIRST_WAIT * (1 << self._made - 2))


def refusal(status: int, headers: Mapping[str, str], content: bytes) -> Exception:
    """The error that an answer of 400 and more tells of: the one the server raised."""
    if headers.get("content-type", "").partition(";")[0] == body.PROBLEM:
        try:
            return problems.error(body.read(content, problems.Problem))
        except BadValue:
            pass
    return problems.by_status(status, f"The server answered {status}.")
