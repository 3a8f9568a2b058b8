"""OAuth 1.0a as bytes: what a request shows, what it signed, and how the answers are written (RFC 5849).

HMAC-SHA1 and PLAINTEXT are spoken. Where clients and libraries differ over what is signed, each form is tried.
"""

import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, quote, unquote, urlencode

import msgspec
from msgspec import Struct

from nuvol import errors
from nuvol.errors import CloudError, Malformed

HMAC_SHA1, PLAINTEXT = "HMAC-SHA1", "PLAINTEXT"
FORM = "application/x-www-form-urlencoded"

FORM_LIMIT = 1 << 20
"""Bytes of a form whose fields may be signed. A longer body is content, whatever its type says."""

_PARAMETERS = 1000
"""A request with more than these is no request."""

_HEADER_FIELD = re.compile(r'\s*([^\s=,"]+)\s*=\s*(?:"([^"]*)"|([^\s,"]*))\s*(?:,|$)')
_PORTS = {"http": ":80", "https": ":443"}
_PREFIX = "oauth_"

Pairs = tuple[tuple[str, str], ...]


class Shown(Struct, frozen=True):
    """The OAuth parameters of a request, and all that may have been signed."""

    method: str
    """Of the request, in capitals."""
    urls: tuple[str, ...]
    """Forms of its address without the query, one of which was signed: as it came, then percent-decoded."""
    oauth: Mapping[str, str]
    """Without their prefix: `consumer_key`, `token`, `nonce`, …"""
    pairs: Pairs
    """Every parameter of header and query but realm and signature."""
    form: Pairs
    """Those of the body, which only some clients sign."""

    @property
    def is_plain(self) -> bool:
        return self.oauth.get("signature_method") == PLAINTEXT

    def fits(self, consumer_secret: str, token_secret: str) -> bool:
        """Whether it was signed with these (§3.4); in constant time for each form."""
        given = self.oauth.get("signature", "").encode()
        key = f"{escape(consumer_secret)}&{escape(token_secret)}"
        if self.is_plain:
            return hmac.compare_digest(given, key.encode())
        lists = [self.pairs + self.form, self.pairs] if self.form else [self.pairs]
        bases = [base_string(self.method, url, pairs) for pairs in lists for url in self.urls]
        return any([hmac.compare_digest(given, _hmac(key, base)) for base in bases])


def read(
    method: str, scheme: str, host: str, target: str, query: str, authorization: str | None, form: bytes | None
) -> Shown | None:
    """What a request shows; None when it says nothing of OAuth.

    `target`: raw path, still encoded; `form`: the body when its type says that it is a form. Raises Malformed:
    unreadable, a parameter given twice or in two places (§3.2), a signature method that is not spoken, a version
    other than 1.0. Which parameters are needed depends on the request: see `require`.
    """
    header = _header(authorization)
    asked, sent = _pairs(query, "query"), () if form is None else _form(form)
    places = [found for found in (header or (), asked, sent) if any(name.startswith(_PREFIX) for name, _ in found)]
    if not places:
        if header is not None:
            raise Malformed("The Authorization header holds no OAuth parameter.")
        return None
    if len(places) > 1:
        raise Malformed("OAuth parameters stand in two places: header, query or body.")
    oauth: dict[str, str] = {}
    for name, value in places[0]:
        if name.startswith(_PREFIX):
            if name in oauth:
                raise Malformed(f"{name} is given twice.")
            oauth[name] = value
    _check(oauth)
    header_pairs = tuple(pair for pair in header or () if pair[0] != "realm")
    return Shown(
        method=method.upper(),
        urls=_urls(scheme, host, target),
        oauth={name.removeprefix(_PREFIX): value for name, value in oauth.items()},
        pairs=tuple(pair for pair in header_pairs + asked if pair[0] != "oauth_signature"),
        form=tuple(pair for pair in sent if pair[0] != "oauth_signature"),
    )


def require(shown: Shown, *names: str) -> None:
    """Raises Malformed when one of these parameters is missing or empty (names without prefix).

    A signature other than PLAINTEXT needs a time and a nonce too (§3.1).
    """
    if not shown.is_plain and "signature" in names:
        names += ("timestamp", "nonce")
    missing = [_PREFIX + name for name in names if not shown.oauth.get(name)]
    if missing:
        raise Malformed(f"{', '.join(missing)} missing.", advice="Send every parameter of RFC 5849 §3.1.")


def without(query: str) -> str:
    """The query without OAuth parameters, otherwise as it came."""
    return "&".join(part for part in query.split("&") if not unquote(part).startswith(_PREFIX))


def is_shown(authorization: str | None) -> bool:
    """Whether an Authorization header is one of OAuth 1."""
    return authorization is not None and authorization.partition(" ")[0].lower() == "oauth"


# ------------------------------------------------------------------------------------------- what is signed


def escape(text: str) -> str:
    """§3.6: everything but letters, digits, `-`, `.`, `_`, `~`."""
    return quote(text, safe="~")


def base_string(method: str, url: str, pairs: Iterable[tuple[str, str]]) -> str:
    """§3.4.1. `url` without its query; parameters in any order."""
    ordered = sorted((escape(name), escape(value)) for name, value in pairs)
    parameters = "&".join(f"{name}={value}" for name, value in ordered)
    return f"{escape(method)}&{escape(url)}&{escape(parameters)}"


def signature(method: str, url: str, pairs: Iterable[tuple[str, str]], consumer_secret: str, token_secret: str) -> str:
    """§3.4.2, HMAC-SHA1."""
    return _hmac(f"{escape(consumer_secret)}&{escape(token_secret)}", base_string(method, url, pairs)).decode()


def _hmac(key: str, base: str) -> bytes:
    return binascii.b2a_base64(hmac.digest(key.encode(), base.encode(), hashlib.sha1), newline=False)


def _urls(scheme: str, host: str, target: str) -> tuple[str, ...]:
    """§3.4.1.2. Old U1DB clients sign the decoded path."""
    scheme = scheme.lower()
    base = f"{scheme}://{host.lower().removesuffix(_PORTS.get(scheme, ''))}"
    raw = target or "/"
    decoded = unquote(raw)
    return (base + raw,) if decoded == raw else (base + raw, base + decoded)


# -------------------------------------------------------------------------------------------------- reading


def _header(authorization: str | None) -> Pairs | None:
    """§3.5.1; None when it is not one of OAuth."""
    if authorization is None or not is_shown(authorization):
        return None
    rest = authorization.partition(" ")[2].strip()
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(rest):
        match = _HEADER_FIELD.match(rest, at)
        if match is None or len(found) >= _PARAMETERS:
            raise Malformed("The Authorization header cannot be read.")
        found.append((_decoded(match[1]), _decoded(match[2] if match[2] is not None else match[3])))
        at = match.end()
    return tuple(found)


def _decoded(text: str) -> str:
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise Malformed("The Authorization header is not UTF-8.") from None


def _pairs(query: str, what: str) -> Pairs:
    try:
        found = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=_PARAMETERS)
    except ValueError:
        raise Malformed(f"The {what} cannot be read.") from None
    return tuple(found)


def _form(body: bytes) -> Pairs:
    """The fields of a body; what is no form has none: clients send content under this type too."""
    try:
        return _pairs(body.decode("ascii"), "body")
    except (UnicodeDecodeError, Malformed):
        return ()


def _check(oauth: Mapping[str, str]) -> None:
    method = oauth.get("oauth_signature_method")
    if method not in (None, HMAC_SHA1, PLAINTEXT):
        raise Malformed(f"The signature method {method[:40]!r} is not spoken.", advice="Use HMAC-SHA1 or PLAINTEXT.")
    if oauth.get("oauth_version", "1.0") != "1.0":
        raise Malformed("oauth_version must be 1.0.")
    when = oauth.get("oauth_timestamp")
    if when is not None and not re.fullmatch(r"[0-9]{1,15}", when):
        raise Malformed("oauth_timestamp must be a whole number of seconds.")


# -------------------------------------------------------------------------------------------------- writing

STATUS: dict[type[CloudError], int] = {
    errors.Missing: 404,
    errors.Conflict: 409,
    errors.Refused: 403,
    errors.NotAdmitted: 401,
    errors.TooManyAttempts: 429,
    errors.Malformed: 400,
    errors.TooLarge: 413,
    errors.Unable: 503,
    CloudError: 500,
}
"""An error that is not named here answers as its parent does."""


class Failure(Struct, frozen=True):
    """What the clients of StackSync and eyeOS look for in an error; `reason` is ours, for people."""

    error: int
    description: str
    reason: str


def status(error: CloudError) -> int:
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def answer(error: CloudError, realm: str, refusal: str) -> tuple[int, list[tuple[str, str]], bytes]:
    """Status, headers and body of a token call that failed (stacksync.md §8.4). `refusal`: how this face words 401."""
    number, reason = status(error), f"{error} {error.advice}"
    headers = [("Cache-Control", "no-store")]
    if isinstance(error, Malformed):
        return number, [("Content-Type", FORM), *headers], form(error="invalid_request", error_description=reason)
    if number == 401:
        headers.append(("WWW-Authenticate", f'OAuth realm="{realm}"'))
    description = refusal if number == 401 else str(error)
    body = msgspec.json.encode(Failure(number, description, reason))
    return number, [("Content-Type", "application/json"), *headers], body


def form(**fields: str) -> bytes:
    """An answer of fields, in the order given."""
    return urlencode(fields).encode()


def header(**oauth: str) -> str:
    """An Authorization header of these parameters (without prefix), as a client sends it."""
    return 'OAuth realm=""' + "".join(f', oauth_{name}="{escape(value)}"' for name, value in oauth.items())


def with_fields(address: str, **fields: str) -> str:
    """A callback with these fields behind it; a query that is there already goes on with &."""
    return f"{address}{'&' if '?' in address else '?'}{urlencode(fields)}"
