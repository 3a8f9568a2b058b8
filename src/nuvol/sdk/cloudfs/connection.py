"""One endpoint, the keys of an application, and perhaps a token: makes calls and reads their envelopes."""

import contextlib
import functools
import json
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, BinaryIO, ParamSpec, TypeVar
from urllib.parse import urlencode

from nuvol.sdk.cloudfs.errors import EndpointUnreachable, SessionNotLinked, refusal
from nuvol.wire.cloudfs import signatures

if TYPE_CHECKING:
    import httpx

P = ParamSpec("P")
R = TypeVar("R")

FORM = 'application/x-www-form-urlencoded; charset="utf-8"'

TIMEOUT = 60.0
"""Seconds without a byte from the server."""

ATTEMPTS = 4
FIRST_WAIT = 0.25
LONGEST_WAIT = 10.0
"""Seconds; the pause doubles from try to try, and a server that asks for more is not waited for."""

BLOCK = 1 << 20
"""Bytes in one run of a download."""

Fields = Sequence[tuple[str, str]]
Content = bytes | FilePath | BinaryIO
Part = tuple[str, Any, str | None]
"""Name of a file, its bytes or open file, its media type."""

_debugging: ContextVar[bool] = ContextVar("debugging", default=False)


def debuggable(method: Callable[P, R]) -> Callable[P, R]:
    """Lets a method take `debug=True`: its calls and their answers are then printed, as the original SDK did."""

    @functools.wraps(method)
    def called(*args: Any, debug: bool = False, **kwargs: Any) -> R:
        before = _debugging.set(debug or _debugging.get())
        try:
            return method(*args, **kwargs)
        finally:
            _debugging.reset(before)

    return called  # type: ignore[return-value]  # takes one keyword more


@dataclass(frozen=True)
class Ask:
    """One request. `repeats`: making it twice does what making it once does."""

    method: str
    path: str
    query: Fields = ()
    form: Fields | None = None
    file: Callable[[], contextlib.AbstractContextManager[Part]] | None = None
    """Opens what is uploaded, anew for each try."""
    headers: Mapping[str, str] = field(default_factory=dict)
    admin: bool = False
    repeats: bool = False


class Connection:
    """Makes requests for one session. May be used by several threads at once; keeps its connections open.

    `base`: `host` or `host:port`, which means https, or a full `http://…` for local use. `ca`: a file of certificates
    to trust besides the usual ones (the environment's SSL_CERT_FILE does the same).
    """

    def __init__(
        self,
        base: str,
        client_id: str,
        client_secret: str,
        auth_token: str | None = None,
        *,
        ca: str | FilePath | None = None,
        timeout: float = TIMEOUT,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.address = address(base)
        self.client_id = client_id
        self.client_secret = client_secret
        self.auth_token = auth_token
        self.admin: tuple[str, str] | None = None
        self._client = _client(self.address, ca, timeout)
        self._sleep = sleep

    def ask(self, ask: Ask) -> Any:
        """Make the request and return the `result` of its envelope. Raises CloudFSError."""
        return _result(self._made(ask, lambda answer: answer.read(), self._bearer()))

    def ask_signed(self, ask: Ask) -> Any:
        """Make a request signed with the keys of the application or, for `admin`, of its admin; the whole answer."""
        told = _json(self._made(ask, lambda answer: answer.read(), {}))
        return told["result"] if isinstance(told, dict) and told.keys() == {"result", "error"} else told

    def fetch(self, ask: Ask, take: Callable[[bytes], object]) -> int:
        """Give the bytes of a good answer to `take` as they come; the status. A broken transfer is not begun anew."""
        got: list[int] = []

        def read(answer: "httpx.Response") -> bytes:
            for block in answer.iter_bytes(BLOCK):
                got.append(answer.status_code)
                take(block)
            return str(answer.status_code).encode()

        return int(self._made(ask, read, self._bearer(), given=got))

    def location(self, path: str) -> str:
        """The address that a download is sent on to."""
        answer = self._send(Ask("GET", path), self._bearer(), follow=False)
        try:
            answer.read()
        finally:
            answer.close()
        if answer.status_code >= 400:
            raise refusal(f"GET {path}", answer.status_code, answer.content)
        return str(answer.url.join(answer.headers.get("location", str(answer.url))))

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    # --------------------------------------------------------------------------------------------- one request

    def _bearer(self) -> dict[str, str]:
        if self.auth_token is None:
            raise SessionNotLinked("Nobody is signed in: call authenticate() first.")
        return {"Authorization": f"Bearer {self.auth_token}"}

    def _made(
        self,
        ask: Ask,
        read: Callable[["httpx.Response"], bytes],
        headers: Mapping[str, str],
        given: Sequence[int] = (),
    ) -> bytes:
        """The request with its repetitions: after 503, which says that nothing was done, and after a lost connection
        when that is safe and nothing of the answer was given on yet."""
        import httpx

        wait = FIRST_WAIT
        for left in reversed(range(ATTEMPTS)):
            try:
                answer = self._send(ask, headers)
                try:
                    content = read(answer) if answer.status_code < 300 else answer.read()
                finally:
                    answer.close()
            except httpx.TransportError as error:
                safe = ask.repeats or isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
                if not left or given or not safe:
                    raise EndpointUnreachable(f"{self.address} cannot be reached: {error or 'no answer'}.") from error
            else:
                _show(ask, answer.status_code, content)
                if answer.status_code < 300:
                    return content
                asked = _seconds(answer.headers.get("retry-after", ""))
                if answer.status_code != 503 or not left or asked > LONGEST_WAIT:
                    raise refusal(f"{ask.method} {ask.path}", answer.status_code, content)
                wait = max(wait, asked)
            self._sleep(wait)
            wait *= 2
        raise AssertionError("the last try returns or raises")

    def _send(self, ask: Ask, headers: Mapping[str, str], follow: bool = True) -> "httpx.Response":
        body = urlencode(sorted(ask.form or (), key=lambda pair: pair[0].lower())).encode()
        sent = {**headers, **ask.headers}
        if ask.file is None:
            sent["Content-Type"] = FORM
        if not headers:
            sent |= self._signature(ask, body)
        with ask.file() if ask.file is not None else contextlib.nullcontext() as part:
            request = self._client.build_request(
                ask.method,
                self.address + ask.path,
                params=list(ask.query) or None,
                headers=sent,
                **(
                    {"content": body or None}
                    if part is None
                    else {"data": dict(ask.form or ()), "files": {"file": part}}
                ),
            )
            return self._client.send(request, stream=True, follow_redirects=follow)

    def _signature(self, ask: Ask, body: bytes) -> dict[str, str]:
        key, secret = (self.client_id, self.client_secret) if self.admin is None or not ask.admin else self.admin
        date = formatdate(usegmt=True)
        line = signatures.authorization(key, secret, ask.method, ask.path, body, FORM, date)
        return {"Date": date, "Authorization": line}


def address(base: str) -> str:
    """Scheme, host and port: https, unless the base says http. “www.” is dropped, as the original does."""
    scheme, separator, rest = base.strip().rstrip("/").rpartition("://")
    return f"{scheme.lower() if separator else 'https'}://{rest.removeprefix('www.')}"


def _client(base: str, ca: str | FilePath | None, timeout: float) -> "httpx.Client":
    import httpx

    trust: ssl.SSLContext | bool = True
    if ca is not None:
        trust = ssl.create_default_context()
        trust.load_verify_locations(ca)
    elif base.startswith("http://"):
        trust = ssl.SSLContext(
            ssl.PROTOCOL_TLS_CLIENT
        )  # trusts nobody; reading who is trusted takes longer than a call
    limits = httpx.Limits(max_connections=32, max_keepalive_connections=8)
    return httpx.Client(verify=trust, timeout=timeout, limits=limits)


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        raise EndpointUnreachable("The answer is no JSON: is this address that of a CloudFS endpoint?") from None


def _result(content: bytes) -> Any:
    told = _json(content)
    if not isinstance(told, dict) or "result" not in told:
        raise EndpointUnreachable("The answer has no result: is this address that of a CloudFS endpoint?")
    return told["result"]


def _seconds(text: str) -> float:
    return float(text) if text.isascii() and text.isdigit() else 0.0


def _show(ask: Ask, status: int, content: bytes) -> None:
    if _debugging.get():
        shown = content[:2000].decode(errors="replace")
        print(f"{ask.method} {ask.path} {list(ask.query)} {list(ask.form or ())}\n{status} {shown}")


@contextlib.contextmanager
def part(name: str, content: Content, mime: str | None) -> Iterator[Part]:
    """What is uploaded, from its beginning."""
    if isinstance(content, FilePath):
        with content.open("rb") as file:
            yield name, file, mime
        return
    if not isinstance(content, bytes):
        content.seek(0)
    yield name, content, mime
