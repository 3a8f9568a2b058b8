"""multipart/form-data while it arrives (RFC 7578): no I/O, and no part is ever held as a whole.

`MultipartReader.feed` gives `Part` where a part begins, then its bytes, and at the end of the body `close` says
whether it was complete.
"""

import re
from collections.abc import Callable, Generator, Iterator
from urllib.parse import unquote_to_bytes

from msgspec import Struct

from nuvol.errors import Malformed

HEAD_BYTES = 16 << 10
"""Of one part: a name has 255 bytes, percent-encoded three times as many."""

MOST_PARTS = 100

_BOUNDARY = re.compile(r"""boundary\s*=\s*(?:"([^"]{1,200})"|([^\s;,"]{1,200}))""", re.IGNORECASE)
_NAME = re.compile(rb"""(?:^|[;\s])name\s*=\s*(?:"((?:\\"|[^"])*)"|([^\s;"]+))""", re.IGNORECASE)
_FILENAME = re.compile(rb"""[;\s]filename\s*=\s*(?:"((?:\\"|[^"])*)"|([^\s;"]+))""", re.IGNORECASE)
_EXTENDED = re.compile(rb"""[;\s]filename\*\s*=\s*"?utf-8'[^';]*'([^\s;"]+)""", re.IGNORECASE)


class Part(Struct, frozen=True):
    """A part begins. `filename` None: it is a text field; `content_type` None: it has none of its own."""

    name: str
    filename: str | None
    content_type: str | None


def boundary(content_type: str | None) -> bytes:
    """Raises Malformed: another media type, or no boundary."""
    kind, _, rest = (content_type or "").partition(";")
    found = _BOUNDARY.search(rest)
    if kind.strip().lower() != "multipart/form-data" or found is None:
        raise Malformed("An upload is multipart/form-data with a boundary.")
    return (found[1] or found[2]).encode("latin-1", "replace")


_Step = Generator[Part | memoryview, None, bool]
"""What a step gives, and whether another one can follow at once."""


class MultipartReader:
    """Cuts a body into parts, however the network cut it into packets."""

    def __init__(self, boundary: bytes) -> None:
        self._mark = b"\r\n--" + boundary
        self._rest = b"\r\n"  # so that the first boundary is found like the others
        self._step: Callable[[], _Step] = self._preamble
        self._parts = 0
        self.complete = False
        """The closing boundary has come."""

    def feed(self, data: bytes | memoryview) -> Iterator[Part | memoryview]:
        """What these bytes bring, in order; to be consumed before the next `feed`. Raises Malformed."""
        self._rest += data
        while not self.complete and (yield from self._step()):
            pass
        if self.complete:
            self._rest = b""  # an epilogue counts for nothing (RFC 2046 §5.1.1)

    def close(self) -> None:
        """No more bytes come. Raises Malformed when the last boundary has not come."""
        if not self.complete:
            raise Malformed("The upload broke off before its last boundary.")

    def _preamble(self) -> _Step:
        at = self._rest.find(self._mark)
        yield from ()
        if at < 0:
            self._rest = self._rest[1 - len(self._mark) :]
            return False
        self._rest = self._rest[at + len(self._mark) :]
        self._step = self._after_mark
        return True

    def _content(self) -> _Step:
        at = self._rest.find(self._mark)
        stop = at if at >= 0 else max(0, len(self._rest) - len(self._mark) + 1)
        if stop:
            yield memoryview(self._rest)[:stop]
        if at < 0:
            self._rest = self._rest[stop:]
            return False
        self._rest = self._rest[at + len(self._mark) :]
        self._step = self._after_mark
        return True

    def _after_mark(self) -> _Step:
        yield from ()
        if self._rest.startswith(b"--"):
            self.complete = True
            return True
        line = self._rest.find(b"\r\n", 0, HEAD_BYTES)
        if line < 0:
            return self._more()
        if self._rest[:line].strip(b" \t"):
            raise Malformed("A boundary of the upload is followed by something else.")
        self._rest = self._rest[line:]  # the line end stays: a head may be empty
        self._step = self._head
        return True

    def _head(self) -> _Step:
        end = self._rest.find(b"\r\n\r\n", 0, HEAD_BYTES)
        if end < 0:
            return self._more()
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise Malformed(f"The upload has more than {MOST_PARTS} parts.")
        yield _part(self._rest[2:end])
        self._rest = self._rest[end + 4 :]
        self._step = self._content
        return True

    def _more(self) -> bool:
        if len(self._rest) >= HEAD_BYTES:
            raise Malformed("The head of a part of the upload is too long.")
        return False


def _part(head: bytes) -> Part:
    """Raises Malformed: no name, or a file name that is not UTF-8."""
    fields: dict[bytes, bytes] = {}
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        fields[name.strip().lower()] = value.strip()
    about = fields.get(b"content-disposition", b"")
    found = _NAME.search(about)
    if found is None:
        raise Malformed("A part of the upload has no name.")
    kind = fields.get(b"content-type")
    return Part(_text(found[1] or found[2] or b""), _filename(about), kind.decode("latin-1") if kind else None)


def _filename(about: bytes) -> str | None:
    """Section 5: raw UTF-8 in quotes, a quote inside as `\\"` or `%22`; or `filename*` of older libraries."""
    extended = _EXTENDED.search(about)
    if extended is not None:
        return _utf8(unquote_to_bytes(extended[1]))
    found = _FILENAME.search(about)
    if found is None:
        return None
    return _text(found[1] if found[1] is not None else found[2])


def _text(raw: bytes) -> str:
    return _utf8(raw.replace(b'\\"', b'"').replace(b"%22", b'"'))


def _utf8(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise Malformed("A file name of the upload is not UTF-8.") from None
