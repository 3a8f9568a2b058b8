"""The sync stream as bytes, both directions, without I/O (u1db.md 7.3); and the errors by their names on the wire.

A JSON array laid out with one object per line: `[`, a header, entries, `]`; a comma ends every object but the last.
Lines end with CRLF; LF alone is read too.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Generic, TypeVar

import msgspec
from msgspec import Struct

from nuvol import errors
from nuvol.errors import BrokenSyncStream, CloudError, EntryTooLong
from nuvol.u1db.table import Change, Generation, Known

MEDIA_TYPE = "application/x-u1db-sync-stream"

ENTRY_LIMIT = 10 << 20
"""Bytes of one line: what the reference takes. A line must be whole before it is read, so a peer that never ends one
could fill the memory."""


class Asked(Struct, frozen=True, forbid_unknown_fields=True):
    """The header of a request: what the source knows of the target. `ensure`: make the database if it is missing."""

    last_known_generation: Generation
    last_known_trans_id: str | None = None
    ensure: bool = False

    @property
    def last_known(self) -> Known:
        return Known(self.last_known_generation, self.last_known_trans_id or "")


class Answered(Struct, frozen=True, omit_defaults=True):
    """The header of an answer: what the source will know of the target. `replica_uid` iff it asked with `ensure`."""

    new_generation: Generation
    new_transaction_id: str = ""
    replica_uid: str | None = None


class _Failure(Struct, frozen=True, forbid_unknown_fields=True):
    """What stands in the place of an entry, or of the header, when the answer breaks off."""

    error: str


H = TypeVar("H", Asked, Answered)
T = TypeVar("T")

_read_entry = msgspec.json.Decoder(Change).decode
_read_failure = msgspec.json.Decoder(_Failure).decode
_encode = msgspec.json.Encoder().encode


class SyncReader(Generic[H]):
    """Cuts a body into its header and entries, however the network cut it into pieces.

    What is read before a mistake counts: `feed` returns the entries before it and raises at the next call. It raises
    BrokenSyncStream, EntryTooLong, and in an answer the error that the other side reports.
    """

    header: H | None = None
    """There as soon as its line is."""

    def __init__(self, header: type[H], entry_limit: int = ENTRY_LIMIT) -> None:
        self._read_header: Callable[[bytes], H] = msgspec.json.Decoder(header).decode
        self._may_report = header is Answered
        self._entry_limit = entry_limit
        self._pieces: list[bytes] = []
        self._size = 0
        self._line = self._opening
        self._failure: CloudError | None = None

    def feed(self, data: bytes) -> list[Change]:
        self._raise_failure()
        first, *more = data.split(b"\n")
        self._keep(first)
        entries: list[Change] = []
        try:
            for piece in more:
                self._line(b"".join(self._pieces), entries)
                self._pieces, self._size = [], 0
                self._keep(piece)
        except CloudError as failure:
            self._failure = failure
            if not entries:
                raise
        return entries

    def close(self) -> None:
        """The body has ended."""
        self._raise_failure()
        if self._pieces:
            self._line(b"".join(self._pieces), [])
        if self._line != self._behind:
            raise BrokenSyncStream("The sync stream ends without “]”.")

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _keep(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > self._entry_limit:
            raise EntryTooLong(f"A line of the sync stream is longer than {self._entry_limit} bytes.")
        if piece:
            self._pieces.append(piece)

    # What the next line must be.

    def _opening(self, line: bytes, entries: list[Change]) -> None:
        if line.rstrip(b"\r") != b"[":
            raise BrokenSyncStream("A sync stream begins with a line “[”.")
        self._line = self._first

    def _first(self, line: bytes, entries: list[Change]) -> None:
        self.header = self._decoded(self._without_comma(line), self._read_header)

    def _next(self, line: bytes, entries: list[Change]) -> None:
        entries.append(self._decoded(self._without_comma(line), _read_entry))

    def _closing(self, line: bytes, entries: list[Change]) -> None:
        if line.rstrip(b"\r") != b"]":
            self._raise_reported(line)
            raise BrokenSyncStream("In the sync stream a comma is missing between two objects.")
        self._line = self._behind

    def _behind(self, line: bytes, entries: list[Change]) -> None:
        if line.rstrip(b"\r"):
            raise BrokenSyncStream("Something follows the “]” of the sync stream.")

    def _without_comma(self, line: bytes) -> bytes:
        line = line.rstrip(b"\r")
        if line.endswith(b","):
            self._line = self._next
            return line[:-1]
        self._line = self._closing
        return line

    def _decoded(self, line: bytes, decode: Callable[[bytes], T]) -> T:
        try:
            return decode(line)
        except msgspec.MsgspecError as error:
            self._raise_reported(line)
            raise BrokenSyncStream(f"A line of the sync stream is not what it must be: {error}.") from error

    def _raise_reported(self, line: bytes) -> None:
        if self._may_report:
            with suppress(msgspec.MsgspecError):
                raise error_named(_read_failure(line).error)


class SyncWriter:
    """Writes a body, a run of entries at a time. End it with `close`, or with `fail`."""

    def open(self, header: Asked | Answered) -> bytes:
        return b"[\r\n" + _encode(header)

    def write(self, entries: Iterable[Change]) -> bytes:
        return b"".join(b",\r\n" + _encode(entry) for entry in entries)

    def close(self) -> bytes:
        return b"\r\n]\r\n"

    def fail(self, error: CloudError) -> bytes:
        """The rest of a body whose header is written already."""
        return b",\r\n" + _encode(_Failure(name_of(error))) + b"\r\n"


# --------------------------------------------------------------------------------------------- errors (3.1)

WIRE: dict[type[CloudError], tuple[str, int]] = {
    errors.RevisionConflict: ("revision conflict", 409),
    errors.InvalidDocId: ("invalid document id", 400),
    errors.MissingDocIds: ("missing document ids", 400),
    errors.DocumentTooBig: ("document too big", 403),
    errors.UserQuotaExceeded: ("user quota exceeded", 403),
    errors.QuotaExceeded: ("user quota exceeded", 403),
    errors.SubscriptionNeeded: ("user needs subscription", 403),
    errors.InvalidTransactionId: ("invalid transaction id", 409),
    errors.InvalidGeneration: ("invalid generation", 409),
    errors.DocumentDoesNotExist: ("document does not exist", 404),
    errors.DocumentAlreadyDeleted: ("document already deleted", 404),
    errors.DatabaseDoesNotExist: ("database does not exist", 404),
    errors.NotAdmitted: ("unauthorized", 401),
    errors.Unavailable: ("unavailable", 503),
    errors.Busy: ("unavailable", 503),
    errors.InvalidJSON: ("error", 400),
    errors.InvalidContent: ("error", 400),
    errors.Malformed: ("bad request", 400),
    errors.Conflict: ("error", 409),
    errors.Refused: ("error", 403),
    errors.Missing: ("error", 404),
    CloudError: ("error", 500),
}
"""Error → its name on the wire and its HTTP status. One that is not named here answers as its parent does."""

_BY_NAME: dict[str, type[CloudError]] = {
    name: kind
    for kind, (name, _) in reversed(WIRE.items())
    if issubclass(kind, errors.U1DBError) and name not in ("error", "bad request")
} | {"unauthorized": errors.Unauthorized, "document deleted": errors.DocumentDoesNotExist}


def name_of(error: CloudError) -> str:
    return _wire(error)[0]


def status_of(error: CloudError) -> int:
    return _wire(error)[1]


def _wire(error: CloudError) -> tuple[str, int]:
    return next(WIRE[kind] for kind in type(error).__mro__ if kind in WIRE)


def error_named(name: str, message: str = "", status: int = 0) -> CloudError:
    """What the other side raised, raised here. A name that nobody knows: HTTPError if it came with a status,
    BrokenSyncStream if it came in a stream."""
    told = message or f"The other side says: {name}."
    if name in _BY_NAME:
        return _BY_NAME[name](told)
    return errors.HTTPError(told, status) if status else BrokenSyncStream(told)
