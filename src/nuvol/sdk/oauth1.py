"""The client's side of OAuth 1.0a (RFC 5849): signed requests and the steps that lead to a token."""

import secrets
import time
from collections.abc import Iterable, Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import IO
from urllib.parse import parse_qsl, urlencode, urlsplit

from msgspec import Struct

from nuvol.errors import HTTPError, Unavailable
from nuvol.wire import oauth1

PATIENCE = 300.0
"""Seconds to wait for a server that says nothing."""

Body = bytes | IO[bytes] | None


class Pair(Struct, frozen=True):
    """The two words of a consumer, a request token or an access token."""

    key: str
    secret: str


NOBODY = Pair("", "")


def header(
    method: str,
    url: str,
    query: Iterable[tuple[str, str]],
    consumer: Pair,
    token: Pair = NOBODY,
    *,
    plain: bool = False,
    **more: str,
) -> str:
    """The Authorization header of one request. `url`: without its query. `plain`: PLAINTEXT instead of HMAC-SHA1.
    `more`: further parameters without their prefix, as `callback` or `verifier`."""
    said = {
        "consumer_key": consumer.key,
        "signature_method": oauth1.PLAINTEXT if plain else oauth1.HMAC_SHA1,
        "timestamp": str(int(time.time())),
        "nonce": secrets.token_hex(16),
        "version": "1.0",
        **more,
    }
    if token.key:
        said["token"] = token.key
    if plain:
        said["signature"] = f"{oauth1.escape(consumer.secret)}&{oauth1.escape(token.secret)}"
    else:
        pairs = [*query, *((f"oauth_{name}", value) for name, value in said.items())]
        said["signature"] = oauth1.signature(method, url, pairs, consumer.secret, token.secret)
    return oauth1.header(**said)


def unsigned(consumer: Pair, token: Pair) -> str:
    """The header of eyeOS's `/authorize`, which names both and proves nothing (eyeos.md c)."""
    return oauth1.header(consumer_key=consumer.key, token=token.key)


def send(
    method: str, url: str, headers: Mapping[str, str], body: Body = None, query: Iterable[tuple[str, str]] = ()
) -> HTTPResponse:
    """Its connection ends with the answer; redirects are not followed, for they would not be signed.

    Raises HTTPError (no address of a server), Unavailable."""
    connection, path = _connection(url)
    asked = urlencode([*query])
    try:
        connection.request(method, f"{path}?{asked}" if asked else path, body, {**headers, "Connection": "close"})
        return connection.getresponse()
    except (OSError, HTTPException) as error:
        connection.close()
        raise Unavailable(f"{url} cannot be reached: {error}.", status=0) from error


def ask_token(
    url: str, consumer: Pair, token: Pair = NOBODY, headers: Mapping[str, str] | None = None, **more: str
) -> dict[str, str]:
    """What a server answers to a request for a token, signed as PLAINTEXT: `oauth_token`, `oauth_token_secret`, …

    Raises HTTPError with its `status` when it refuses, Unavailable."""
    signed = header("GET", url, (), consumer, token, plain=True, **more)
    with send("GET", url, {**(headers or {}), "Authorization": signed}) as response:
        text = response.read().decode(errors="replace")
    if response.status != 200:
        raise HTTPError(f"The server refuses a token: {text[:200]}", response.status)
    return dict(parse_qsl(text))


def pair_in(told: Mapping[str, str]) -> Pair:
    """The token in such an answer. Raises HTTPError when there is none."""
    try:
        return Pair(told["oauth_token"], told["oauth_token_secret"])
    except KeyError:
        raise HTTPError("The server answers no token.", 200) from None


def _connection(url: str) -> tuple[HTTPConnection, str]:
    parts = urlsplit(url)
    kind = {"http": HTTPConnection, "https": HTTPSConnection}.get(parts.scheme)
    if kind is None or not parts.hostname:
        raise HTTPError(f"“{url}” is no address of a server.")
    return kind(parts.hostname, parts.port, timeout=PATIENCE), parts.path or "/"
