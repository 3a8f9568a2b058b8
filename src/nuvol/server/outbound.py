"""Requests of this server to others, so that nobody can make it call inside its own network.

Every address that a name stands for is looked at before the connection is made, and it is that address which is
connected to: a name that stands for something else a moment later changes nothing. Redirects are not followed. Only an
administrator can open the way to private addresses and to plain http, by listing hosts (`outbound_allow`).
"""

import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from nuvol.errors import BadValue, PeerUnreachable

CONNECT_SECONDS = 5.0
SILENT_SECONDS = 15.0
"""Without a byte from the other server."""
WHOLE_SECONDS = 45.0
"""For an answer that is read as a whole: one that comes byte by byte must not hold a thread for ever."""
AT_ONCE = 4
"""Requests to one host: a slow one takes so many threads and no more."""
PIECE = 256 << 10

Allowed = tuple[str | IPv4Network | IPv6Network, ...]
"""Names of hosts, in lower case, and networks."""

_NAT64 = ip_network("64:ff9b::/96")  # RFC 6052 §2.1


class Response:
    """An answer whose body is still to be read. To be closed."""

    def __init__(self, outbound: "Outbound", connection: HTTPConnection, response: HTTPResponse, host: str) -> None:
        self._outbound = outbound
        self._connection = connection
        self._response = response
        self._host = host
        self._is_closed = False
        self.status = response.status

    @property
    def length(self) -> int | None:
        return self._response.length

    def header(self, name: str) -> str:
        return self._response.headers.get(name, "")

    def whole(self, limit: int) -> bytes:
        """The body, which is closed then. Raises PeerUnreachable when it breaks off or is longer than `limit`."""
        end, found = time.monotonic() + WHOLE_SECONDS, bytearray()
        try:
            with _failing(self._host):
                while piece := self._response.read1(PIECE):
                    found += piece
                    if len(found) > limit or time.monotonic() > end:
                        raise PeerUnreachable(f"{self._host} answers too much, or too slowly.")
                self._demand_end()
        finally:
            self.close()
        return bytes(found)

    def blocks(self) -> Iterator[bytes]:
        """The body in blocks; it is closed at the end. Raises PeerUnreachable."""
        try:
            with _failing(self._host):
                while piece := self._response.read1(PIECE):
                    yield piece
                self._demand_end()
        finally:
            self.close()

    def _demand_end(self) -> None:
        if self._response.length:
            raise PeerUnreachable(f"The answer of {self._host} broke off.")

    def close(self) -> None:
        """May be called again."""
        self._connection.close()
        if not self._is_closed:
            self._is_closed = True
            self._outbound.left(self._host)


class Asking:
    """A request under way: its body, then its answer."""

    def __init__(self, outbound: "Outbound", connection: HTTPConnection, host: str) -> None:
        self._outbound = outbound
        self._connection = connection
        self._host = host

    def feed(self, data: bytes | memoryview) -> None:
        with _failing(self._host):
            self._connection.send(data)

    def answer(self) -> Response:
        """Raises PeerUnreachable, also for a redirect."""
        try:
            with _failing(self._host):
                response = self._connection.getresponse()
            if response.length is None and not response.chunked:
                raise PeerUnreachable(f"{self._host} does not say where its answer ends.")
            if 300 <= response.status < 400:
                raise PeerUnreachable(f"{self._host} sends its callers elsewhere, and that is not followed.")
        except BaseException:
            self.abort()
            raise
        return Response(self._outbound, self._connection, response, self._host)

    def abort(self) -> None:
        self._connection.close()
        self._outbound.left(self._host)


class Outbound:
    def __init__(self, allowed: Allowed = ()) -> None:
        self._allowed = allowed
        self._busy: dict[str, int] = {}
        self._counting = threading.Lock()

    def ask(self, method: str, url: str, headers: Mapping[str, str], length: int = 0) -> Asking:
        """Begin a request with a body of `length` bytes, to be fed. Raises BadValue (an address that is not called from
        here), PeerUnreachable."""
        scheme, host, port, target = _parts(url)
        name = f"{host}:{port}"
        self._entered(name)
        connection: HTTPConnection | None = None
        try:
            with _failing(name):
                reached = self._reached(scheme, host, port)
                connection = _connection(scheme, host, port, reached)
                connection.putrequest(method, target, skip_accept_encoding=True)
                for key, value in headers.items():
                    connection.putheader(key, value)
                if length or method in ("POST", "PUT", "PATCH"):
                    connection.putheader("Content-Length", str(length))
                connection.endheaders()
        except BaseException:
            if connection is not None:
                connection.close()
            self.left(name)
            raise
        return Asking(self, connection, name)

    def _entered(self, host: str) -> None:
        with self._counting:
            if self._busy.get(host, 0) >= AT_ONCE:
                raise PeerUnreachable(f"{host} is being asked by others, and is slow.", wait=2.0)
            self._busy[host] = self._busy.get(host, 0) + 1

    def left(self, host: str) -> None:
        with self._counting:
            self._busy[host] -= 1
            if not self._busy[host]:
                del self._busy[host]

    def _reached(self, scheme: str, host: str, port: int) -> socket.socket:
        """A connection to one of the addresses of a host. Raises BadValue, OSError."""
        failure = OSError("no address")
        for family, kind, protocol, _, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            address = ip_address(str(place[0]).partition("%")[0])
            is_allowed = self._is_allowed(host, address)
            if not is_allowed and not is_public(address):
                raise _refused(f"“{host}” leads into a private network")
            if not is_allowed and scheme != "https":
                raise _refused("Other clouds are called by https only")
            reached = socket.socket(family, kind, protocol)
            try:
                reached.settimeout(CONNECT_SECONDS)
                reached.connect(place)
            except OSError as error:
                reached.close()
                failure = error
                continue
            reached.settimeout(SILENT_SECONDS)
            reached.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return reached
        raise failure

    def _is_allowed(self, host: str, address: IPv4Address | IPv6Address) -> bool:
        return any(host == each if isinstance(each, str) else address in each for each in self._allowed)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether it is one of the open network, also when it carries another address inside."""
    if isinstance(address, IPv6Address):
        translated = IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else address.ipv4_mapped
        if translated is not None:
            return is_public(translated)
        tunnelled = address.sixtofour or (address.teredo[1] if address.teredo else None)
        if tunnelled is not None and not is_public(tunnelled):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _parts(url: str) -> tuple[str, str, int, str]:
    """Scheme, host, port, target. Raises BadValue."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"https": 443, "http": 80}[parts.scheme]
    except (ValueError, KeyError):
        parts, port = urlsplit(""), 0
    host = (parts.hostname or "").rstrip(".")
    if not host or parts.username is not None or not url.isascii() or any(sign <= " " for sign in url):
        raise BadValue("That is no address of another cloud.", advice="It looks like https://cloud.example/…")
    return parts.scheme, host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _connection(scheme: str, host: str, port: int, reached: socket.socket) -> HTTPConnection:
    connection: HTTPConnection
    if scheme == "https":
        connection = HTTPSConnection(host, port)
        try:
            reached = ssl.create_default_context().wrap_socket(reached, server_hostname=host)
        except BaseException:
            reached.close()
            raise
    else:
        connection = HTTPConnection(host, port)
    connection.sock = reached
    return connection


def _refused(reason: str) -> BadValue:
    return BadValue(f"{reason}.", advice="An administrator can allow it: outbound_allow = the host, in nuvol.toml.")


@contextmanager
def _failing(host: str) -> Iterator[None]:
    """What the network does is told as PeerUnreachable."""
    try:
        yield
    except (OSError, HTTPException, UnicodeError) as error:
        raise PeerUnreachable(f"{host} cannot be reached: {str(error) or type(error).__name__}.") from error
