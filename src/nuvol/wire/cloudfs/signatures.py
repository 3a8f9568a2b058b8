"""The signature of token requests and admin-signed calls, in the variants of the clients (specification section 2).

base64(HMAC-SHA1(secret, METHOD & path & parameters & headers)). The clients differ in which letters they leave bare
and in what they sort, so several strings to sign are tried; section 2.1 lists them and how they were confirmed.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from urllib.parse import quote_plus, unquote_to_bytes

from nuvol.errors import Malformed
from nuvol.wire.cloudfs.errors import InvalidRequest
from nuvol.wire.cloudfs.forms import raw_pairs

SCHEME = "BCS"

SKEW = 26 * 60 * 60
"""Seconds that a date may be off: one client sends local time under the name GMT."""

_BARE = ("", "~", "~!*'()")
"""Beside letters, digits and `_.-`: older Python and PHP; Python 3 and Ruby; Android."""

_MOST_FIELDS = 50


def credentials(header: str | None) -> tuple[str, str]:
    """Client id and signature of `Authorization: BCS id:signature`. Raises InvalidRequest."""
    scheme, _, rest = (header or "").strip().partition(" ")
    client_id, colon, signature = rest.strip().rpartition(":")
    if scheme.upper() != SCHEME or not colon or not client_id:
        raise InvalidRequest("The request is not signed: send “Authorization: BCS id:signature”.")
    return client_id, signature


def is_signed(
    secret: str, signature: str, method: str, path: str, body: bytes, content_type: str | None, date: str | None
) -> bool:
    """Whether this signature belongs to the request. The two header values are as received, to the letter."""
    key, found = secret.encode(), False
    for message in set(messages(method, path, body, content_type, date)):
        mine = base64.b64encode(hmac.digest(key, message, hashlib.sha1))
        found |= hmac.compare_digest(mine, signature.encode(errors="replace"))
    return found


def authorization(
    client_id: str, secret: str, method: str, path: str, body: bytes, content_type: str, date: str
) -> str:
    """The header by which our own client signs. `body`: a form, its fields sorted by name."""
    message = next(messages(method, path, body, content_type, date))
    return f"{SCHEME} {client_id}:{base64.b64encode(hmac.digest(secret.encode(), message, hashlib.sha1)).decode()}"


def messages(method: str, path: str, body: bytes, content_type: str | None, date: str | None) -> Iterator[bytes]:
    """Every string to sign that a client may have meant. The first is of what was sent, as it was sent."""
    try:
        raw = raw_pairs(body)
    except Malformed:
        raw = []
    if len(raw) > _MOST_FIELDS:
        return
    by_name = sorted(raw, key=lambda pair: pair[0].lower())
    as_sent = [body, b"&".join(name + b"=" + value for name, value in by_name)]
    decoded = [(_decoded(name), _decoded(value)) for name, value in raw]
    decoded.sort(key=lambda pair: pair[0].lower())
    start = f"{method}&{path}&".encode(errors="replace")
    for bare in _BARE:
        headers = "&".join(
            f"{name}:{_encoded(_bytes(value), bare)}"
            for name, value in (("Content-Type", content_type), ("Date", date))
            if value is not None
        ).encode()
        if not body:
            yield start + headers
        for params in as_sent:
            yield start + params + b"&" + headers
        for safe in _BARE:
            pairs = "&".join(f"{_encoded(name, safe)}={_encoded(value, safe)}" for name, value in decoded)
            yield start + pairs.encode() + b"&" + headers


def is_fresh(date: str | None, now: float) -> bool:
    """Whether a Date header is near `now` (seconds since 1970). One that cannot be read counts as fresh: the signature
    is the secret."""
    try:
        then = parsedate_to_datetime(date or "").timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return True
    return abs(now - then) <= SKEW


def _decoded(raw: bytes) -> bytes:
    return unquote_to_bytes(raw.replace(b"+", b" "))


def _encoded(raw: bytes, bare: str) -> str:
    text = quote_plus(raw, safe=bare)
    return text if "~" in bare else text.replace("~", "%7E")


def _bytes(header: str) -> bytes:
    try:
        return header.encode("latin-1")  # as it came over the wire
    except UnicodeEncodeError:
        return header.encode(errors="replace")
