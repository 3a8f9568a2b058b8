"""A target on a server, over one connection that stays open (u1db.md part 7)."""

import select
import socket
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from email.message import Message
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, IncompleteRead
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import msgspec

from nuvol.errors import BrokenSyncStream, CloudError, HTTPError, Unauthorized, Unavailable
from nuvol.u1db import credentials
from nuvol.u1db.stream import MEDIA_TYPE, Answered, Asked, SyncReader, SyncWriter, error_named
from nuvol.u1db.sync import Answer, SyncInfo
from nuvol.u1db.table import Change, Head, Known

CONNECT_PATIENCE = 20.0
"""Seconds to wait for a connection."""
PATIENCE = 300.0
"""Seconds to wait for a server that says nothing; it answers a push only when everything is stored."""
PAUSES = (1, 1, 2, 4)
"""Seconds before a request that met a busy server is repeated, as the reference does."""
PIECE = 64 << 10
"""Bytes read at once."""
ENTRY_LIMIT = 64 << 20
"""Bytes of one entry in an answer: servers may be set up to keep larger documents than the reference does."""

Pieces = Generator[bytes, None, None]


class Reply(NamedTuple):
    status: int
    headers: Message
    body: bytes


class Client:
    """Requests to one server, one at a time."""

    def __init__(self, url: str, creds: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        """`url`: of the database. Raises UnknownAuthMethod, HTTPError (no such address)."""
        self._credentials = credentials.read(creds)
        scheme, host, port, self._path = _parts(url)
        kind, usual = (HTTPSConnection, 443) if scheme == "https" else (HTTPConnection, 80)
        self._connection = kind(host, port, timeout=CONNECT_PATIENCE)
        self.origin = f"{scheme}://{f'[{host}]' if ':' in host else host}" + (f":{port}" if port != usual else "")
        """As it is signed (RFC 5849 §3.4.1.2): lower case, and without the port that goes without saying."""

    def close(self) -> None:
        self._connection.close()

    def call(self, method: str, path: str, body: bytes | None = None) -> bytes:
        """The body of an answer. `path`: below the database. A server that is busy is asked again.

        Raises what the server says, HTTPError, Unavailable."""
        reply = self.ask(method, path, body)
        if reply.status >= 300:
            raise refusal(reply.status, reply.body)
        return reply.body

    def ask(self, method: str, path: str, body: bytes | None = None) -> "Reply":
        """The whole answer, whatever it is. A server that is busy is asked again. Raises Unavailable."""
        for pause in PAUSES:
            reply = self._ask(method, path, body)
            if reply.status != 503:
                return reply
            time.sleep(pause)
        return self._ask(method, path, body)

    def _ask(self, method: str, path: str, body: bytes | None) -> "Reply":
        try:
            response = self._answer(method, self._path + path, body, "application/json")
            return Reply(response.status, response.headers, response.read())
        except (OSError, HTTPException) as error:
            raise self._unreachable(error) from error

    def stream(self, method: str, path: str, body: bytes | None, content_type: str) -> Pieces:
        """The body of an answer as it comes. Close it to give up."""
        try:
            response = self._answer(method, self._path + path, body, content_type)
            if response.status >= 300:
                raise refusal(response.status, response.read())
            while piece := response.read1(PIECE):
                yield piece
            if response.length:
                raise IncompleteRead(b"", response.length)
            response.close()  # `read1` does not notice that it is at the end of a body of known length
        except (OSError, HTTPException) as error:
            raise self._unreachable(error) from error
        except GeneratorExit:
            self._connection.close()
            raise

    def _unreachable(self, error: Exception) -> Unavailable:
        self._connection.close()
        return Unavailable(f"{self.origin} cannot be reached: {error}.", status=0)

    def _answer(self, method: str, path: str, body: bytes | None, content_type: str) -> HTTPResponse:
        headers = {"Content-Type": content_type} if body is not None else {}
        if self._credentials is not None:
            plain, _, query = path.partition("?")
            url, asked = self.origin + unquote(plain), parse_qsl(query)
            headers["Authorization"] = self._credentials.authorization(method, url, asked)
        self._connect()
        self._connection.request(method, path, body, headers)
        return self._connection.getresponse()

    def _connect(self) -> None:
        connection = self._connection
        if connection.sock is None or _is_dropped(connection.sock):
            connection.close()
            connection.connect()
            connection.sock.settimeout(PATIENCE)


def _parts(url: str) -> tuple[str, str, int, str]:
    """Scheme, host, port, path. Raises HTTPError."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    except (ValueError, KeyError):
        parts, port = urlsplit(""), 0
    if not parts.hostname:
        raise HTTPError(f"“{url}” is no address of a database, such as https://cloud.example/u1db/notes.")
    return parts.scheme, parts.hostname, port, parts.path.rstrip("/")


def _is_dropped(connection: socket.socket) -> bool:
    """Nothing is expected from the server between requests: if there is something, it is the end."""
    return bool(select.select([connection], [], [], 0)[0])


class _Refusal(msgspec.Struct):
    error: str
    message: str = ""


def refusal(status: int, body: bytes) -> CloudError:
    """What the server said no with. A proxy may answer without saying anything in the body."""
    try:
        told = msgspec.json.decode(body, type=_Refusal)
    except msgspec.MsgspecError:
        told = _Refusal("")
    if status in (400, 401, 403, 404, 409, 503) and told.error:
        return error_named(told.error, told.message, status)
    if status == 401:
        return Unauthorized("The server wants other credentials.")
    if status == 503:
        return Unavailable("The server is busy.")
    return HTTPError(f"The server answers {status} {told.error}".rstrip() + ".", status)


class _Info(msgspec.Struct):
    target_replica_uid: str
    target_replica_generation: int
    target_replica_transaction_id: str
    source_replica_generation: int
    source_transaction_id: str


class HttpTarget:
    """A database on a server as the other side of a sync."""

    def __init__(self, url: str, creds: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        self._client = Client(url, creds)

    def close(self) -> None:
        self._client.close()

    def get_sync_info(self, source_uid: str) -> SyncInfo:
        body = self._client.call("GET", f"/sync-from/{quote(source_uid, safe='')}")
        try:
            return SyncInfo(*msgspec.structs.astuple(msgspec.json.decode(body, type=_Info)))
        except msgspec.MsgspecError as error:
            raise HTTPError(f"The server does not speak U1DB: {error}.") from error

    def record_sync_info(self, source_uid: str, known: Known) -> None:
        body = {"generation": known.generation, "transaction_id": known.transaction_id}
        self._client.call("PUT", f"/sync-from/{quote(source_uid, safe='')}", msgspec.json.encode(body))

    def sync_exchange(self, source_uid: str, last_known: Known, entries: Sequence[Change], ensure: bool) -> Answer:
        """Entries are handed on while they come."""
        writer = SyncWriter()
        asked = Asked(last_known.generation, last_known.transaction_id, ensure)
        body = writer.open(asked) + writer.write(entries) + writer.close()
        pieces = self._client.stream("POST", f"/sync-from/{quote(source_uid, safe='')}", body, MEDIA_TYPE)
        reader = SyncReader(Answered, ENTRY_LIMIT)
        try:
            first = _until_header(reader, pieces)
            header = reader.header
            if header is None or (ensure and not header.replica_uid):
                raise BrokenSyncStream("The server does not say which replica it made.")
        except BaseException:
            pieces.close()
            raise
        head = Head(header.replica_uid or "", header.new_generation, header.new_transaction_id)
        return Answer(head, _entries(reader, first, pieces))


def _until_header(reader: SyncReader[Answered], pieces: Pieces) -> Sequence[Change]:
    """Read until the header is there; the entries that came with it."""
    for piece in pieces:
        entries = reader.feed(piece)
        if reader.header is not None:
            return entries
    reader.close()
    return ()


def _entries(
    reader: SyncReader[Answered], first: Sequence[Change], pieces: Pieces
) -> Generator[Sequence[Change], None, None]:
    with closing(pieces):
        if first:
            yield first
        for piece in pieces:
            if entries := reader.feed(piece):
                yield entries
        reader.close()
