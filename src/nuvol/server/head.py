"""The heads of requests and answers and the framing of bodies, as bytes (RFC 9112). No I/O.

Written by hand because ready parsers know a fixed list of methods, and a method nobody knows must reach a face
(which answers 405 with Allow). Strict: what is not exactly the grammar is refused, so that no proxy before us
can read the same bytes differently.
"""

import re
from dataclasses import dataclass

from nuvol.faces.http import Answer, Headers

KiB = 1024

MAX_HEAD = 32 * KiB  # all we ever need is below 4 KiB; signed requests with many tokens reach 12; nginx takes 32
MAX_FIELDS = 100  # Apache's default
MAX_TARGET = 8 * KiB  # 255 bytes of name, percent-encoded, ten levels deep; nginx and Apache take 8 KiB

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_FIELD = _TOKEN + rb":[\t\x20-\x7e\x80-\xff]*\r\n"
_LINE = re.compile(rb"(" + _TOKEN + rb") ([\x21\x22\x24-\x7e\x80-\xff]+) HTTP/(\d\.\d)\r\n")
_BLOCK = re.compile(rb"(?:" + _FIELD + rb")*\r\n")
_ABSOLUTE = re.compile(r"(https?)://([^/?]*)(.*)", re.IGNORECASE | re.DOTALL)
_HOST = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:%\[\]-]*")
_LENGTH = re.compile(r"[0-9]{1,18}")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,15})(?:[ \t]*;[\t\x20-\x7e\x80-\xff]*)?")


class Refusal(Exception):
    """The bytes are no request that is taken here: answer `status` with this sentence and close."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(slots=True, frozen=True)
class Lines:
    """The lines below the request line."""

    raw: bytes
    headers: Headers
    host: str
    length: int | None
    """Of the body in bytes; None: it comes in chunks."""
    keep_alive: bool
    expects: bool
    """The client waits for `100 Continue` before it sends the body."""
    old: bool
    """HTTP/1.0: knows no chunks."""


@dataclass(slots=True)
class Head:
    method: str
    target: str
    """Raw path, without the query; "*" for OPTIONS of the whole server."""
    query: str
    host: str
    lines: Lines


def head_end(data: bytes, start: int, searched: int) -> int:
    """Where the head ends that begins at `start`; -1 while it is incomplete (known up to `searched`).

    Raises Refusal as soon as it is too long or cannot become a head.
    """
    end = data.find(b"\r\n\r\n", max(start, searched - 3))
    if 0 <= end <= start + MAX_HEAD:
        return end + 4
    if len(data) - start > MAX_TARGET and data.find(b"\r\n", start, start + MAX_TARGET + 64) < 0:
        raise Refusal(414, "The address is longer than 8 KiB.")
    if end >= 0 or len(data) - start > MAX_HEAD:
        raise Refusal(431, "The header is longer than 32 KiB.")
    newline = data.find(b"\n", max(start, searched))
    if newline >= 0 and (newline == start or data[newline - 1] != 13):
        raise Refusal(400, "Lines of a request end with CR and LF.")
    return -1


def parse_head(data: bytes, before: Lines | None = None) -> Head:
    """Read a whole head, empty line included. `before`: that of the last request, since a client says the same again
    and again on one connection. Raises Refusal."""
    match = _LINE.match(data)
    if match is None:
        raise _no_request()
    raw_method, raw_target, version = match.groups()
    if len(raw_target) > MAX_TARGET:
        raise Refusal(414, "The address is longer than 8 KiB.")
    if version not in (b"1.1", b"1.0"):
        raise Refusal(400, "Only HTTP/1.1 and HTTP/1.0 are spoken here.")
    raw, old = data[match.end() :], version == b"1.0"
    if before is None or before.raw != raw or before.old != old:
        before = _parse_lines(raw, old)
    target, host = _target(raw_method, _text(raw_target), before.host)
    path, _, query = target.partition("?")
    return Head(raw_method.decode(), path, query, host, before)


def _parse_lines(raw: bytes, old: bool) -> Lines:
    if not _BLOCK.fullmatch(raw):
        raise _no_request()
    headers = _headers(raw)
    host = headers.get("host")
    if (host is None and not old) or len(headers.all("host")) > 1 or not _HOST.fullmatch(host or ""):
        raise Refusal(400, "A request names its host exactly once.")
    connection = (headers.get("connection") or "").lower()
    expect = headers.get("expect")
    if expect is not None and expect.lower() != "100-continue":
        raise Refusal(417, "Only 100-continue can be expected.")
    return Lines(
        raw=raw,
        headers=headers,
        host=host or "",
        length=_length(headers, old),
        keep_alive="keep-alive" in connection if old else "close" not in connection,
        expects=expect is not None and not old,
        old=old,
    )


def _no_request() -> Refusal:
    return Refusal(400, "This is not a request of HTTP/1.1.")


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _headers(block: bytes) -> Headers:
    lines = _text(block).split("\r\n")[:-2]
    if len(lines) > MAX_FIELDS:
        raise Refusal(431, f"The header has more than {MAX_FIELDS} lines.")
    pairs = []
    for line in lines:
        name, _, value = line.partition(":")
        pairs.append((name.lower(), value.strip(" \t")))
    return Headers(pairs)


def _target(method: bytes, target: str, host: str) -> tuple[str, str]:
    """The path with its query, and the host: RFC 9112 §3.2."""
    if target.startswith("/") or (target == "*" and method == b"OPTIONS"):
        return target, host
    match = _ABSOLUTE.fullmatch(target)
    if match is None or not match[2] or not _HOST.fullmatch(match[2]):
        raise Refusal(400, "The address of a request begins with a slash.")
    rest = match[3]
    return (rest if rest.startswith("/") else "/" + rest), match[2]


def _length(headers: Headers, old: bool) -> int | None:
    """How the body is framed (RFC 9112 §6.3); every doubt is refused, since doubts are how requests are smuggled."""
    coding, length = headers.get("transfer-encoding"), headers.get("content-length")
    if coding is not None:
        if length is not None:
            raise Refusal(400, "A request has a Content-Length or a Transfer-Encoding, not both.")
        if coding.lower() != "chunked" or old:
            raise Refusal(400, "The only Transfer-Encoding taken is “chunked”, in HTTP/1.1.")
        return None
    if length is None:
        return 0
    if not _LENGTH.fullmatch(length):
        raise Refusal(400, "Content-Length is one number, sent once.")
    return int(length)


class ChunkReader:
    """Takes a chunked body apart, however the network cut it (RFC 9112 §7.1). Extensions and trailers are dropped."""

    def __init__(self) -> None:
        self._line = b""
        """The incomplete line at the end of what was fed."""
        self._left = 0
        """Bytes of the present chunk still to come."""
        self._state = "size"
        self._trailer = 0
        self.done = False

    def feed(self, data: memoryview) -> tuple[list[memoryview], int]:
        """The pieces of the body in `data`, and how many of its bytes were used: all, unless the body ended.

        Raises Refusal.
        """
        pieces: list[memoryview] = []
        at = 0
        while at < len(data) and not self.done:
            if self._left:
                piece = data[at : at + self._left]
                pieces.append(piece)
                self._left -= len(piece)
                at += len(piece)
                if not self._left:
                    self._state = "after"
                continue
            line, at = self._read_line(data, at)
            if line is not None:
                self._take(line)
        return pieces, at

    def _read_line(self, data: memoryview, at: int) -> tuple[bytes | None, int]:
        piece = bytes(data[at : at + 1 * KiB])
        end = piece.find(b"\n")
        self._line += piece if end < 0 else piece[: end + 1]
        if len(self._line) > 1 * KiB:  # a size with extensions, or a trailer: nobody sends more
            raise Refusal(400, "A line between the chunks of the body is too long.")
        if end < 0:
            return None, at + len(piece)
        if not self._line.endswith(b"\r\n"):
            raise Refusal(400, "Lines between the chunks of a body end with CR and LF.")
        line, self._line = self._line[:-2], b""
        return line, at + end + 1

    def _take(self, line: bytes) -> None:
        if self._state == "after":
            if line:
                raise Refusal(400, "A chunk of the body is longer than its size said.")
            self._state = "size"
        elif self._state == "size":
            match = _CHUNK.fullmatch(line)
            if match is None:
                raise Refusal(400, "The size of a chunk is not a hexadecimal number.")
            self._left = int(match[1], 16)
            if not self._left:
                self._state = "trailer"
        elif line:
            self._trailer += 1
            if self._trailer > MAX_FIELDS:
                raise Refusal(431, "The trailer of the body is too long.")
        else:
            self.done = True


_PHRASES = {
    200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 206: "Partial Content", 207: "Multi-Status",
    301: "Moved Permanently", 302: "Found", 303: "See Other", 304: "Not Modified", 307: "Temporary Redirect",
    308: "Permanent Redirect", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
    405: "Method Not Allowed", 406: "Not Acceptable", 408: "Request Timeout", 409: "Conflict", 410: "Gone",
    411: "Length Required", 412: "Precondition Failed", 413: "Content Too Large", 414: "URI Too Long",
    415: "Unsupported Media Type", 416: "Range Not Satisfiable", 417: "Expectation Failed",
    422: "Unprocessable Content", 423: "Locked", 424: "Failed Dependency", 428: "Precondition Required",
    429: "Too Many Requests", 431: "Request Header Fields Too Large", 460: "Checksum Mismatch",
    500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway", 503: "Service Unavailable",
    507: "Insufficient Storage",
}  # fmt: skip
_STATUS = {status: f"HTTP/1.1 {status} {phrase}\r\n" for status, phrase in _PHRASES.items()}


def write_head(answer: Answer, stamp: str, framing: str) -> bytes:
    """The head of an answer; `stamp` and `framing` are whole header lines that are added.

    Raises ValueError for a header that would not stay on its line.
    """
    lines = [f"{name}: {value}\r\n" for name, value in answer.headers]
    text = "".join(lines)
    if text.count("\n") != len(lines) or text.count("\r") != len(lines) or "\0" in text:
        raise ValueError("a header of the answer holds a line break")
    first = _STATUS.get(answer.status) or f"HTTP/1.1 {answer.status} \r\n"
    return f"{first}{stamp}{text}{framing}\r\n".encode()
