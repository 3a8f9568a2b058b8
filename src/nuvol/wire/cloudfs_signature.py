"""The signature of CloudFS token and admin calls: how a client makes it, and what a server accepts.

HMAC-SHA1 over one line: method, path, form fields and two headers, joined by “&” (CloudFS specification 2.1).
Published clients differ in the characters they leave bare and in the order of the fields, so a server tries the
variants that are known.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterator, Sequence
from urllib.parse import parse_qsl, quote_plus

FORM = 'application/x-www-form-urlencoded; charset="utf-8"'
"""The Content-Type our own client sends and signs."""

SCHEME = "BCS"

Fields = Sequence[tuple[str, str]]

_BARE = ("", "~", "~!*'()")
"""What clients leave bare besides letters, digits and `_.-`."""


def encode(fields: Fields, bare: str = "") -> str:
    """The fields as a form's body, sorted by name without regard to case."""
    return "&".join(f"{_enc(name, bare)}={_enc(value, bare)}" for name, value in sorted(fields, key=_name))


def authorization(client_id: str, secret: str, method: str, path: str, body: str, content_type: str, date: str) -> str:
    """The Authorization header of a signed call. `body`: as `encode` made it, empty for a call without one."""
    return f"{SCHEME} {client_id}:{_sign(secret, _line(method, path, body, content_type, date))}"


def shown(header: str) -> tuple[str, str] | None:
    """Client id and signature of an Authorization header; None when it is not such a one."""
    scheme, _, rest = header.strip().partition(" ")
    client_id, colon, signature = rest.strip().rpartition(":")
    return (client_id, signature) if scheme.upper() == SCHEME and colon and client_id and signature else None


def fits(secret: str, signature: str, method: str, path: str, body: str, content_type: str, date: str) -> bool:
    """Whether this is a signature of the call in any of the known ways.

    `body`, `content_type` and `date` exactly as received. Takes the same time for every wrong signature of a call.
    """
    lines = _variants(method, path, body, content_type, date)
    given = signature.encode()
    return any([hmac.compare_digest(_sign(secret, line).encode(), given) for line in lines])


def _variants(method: str, path: str, body: str, content_type: str, date: str) -> Iterator[str]:
    if not body:  # Android leaves the empty part out
        yield from (f"{method}&{path}&{_headers(content_type, date, bare)}" for bare in _BARE)
    raw = sorted(body.split("&"), key=lambda pair: pair.partition("=")[0].lower())
    pairs = parse_qsl(body, keep_blank_values=True, errors="replace")
    for bare in _BARE:
        for text in dict.fromkeys((body, "&".join(raw), encode(pairs, bare))):
            yield _line(method, path, text, content_type, date, bare)


def _line(method: str, path: str, body: str, content_type: str, date: str, bare: str = "") -> str:
    return f"{method}&{path}&{body}&{_headers(content_type, date, bare)}"


def _headers(content_type: str, date: str, bare: str) -> str:
    return f"Content-Type:{_enc(content_type, bare)}&Date:{_enc(date, bare)}"


def _sign(secret: str, line: str) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), line.encode(), hashlib.sha1)).decode()


def _enc(text: str, bare: str) -> str:
    encoded = quote_plus(text, safe=bare)
    return encoded if "~" in bare else encoded.replace("~", "%7E")  # Python leaves it bare of its own accord


def _name(field: tuple[str, str]) -> str:
    return field[0].lower()
