"""Who asks: bearer token, basic, a signature of OAuth 1, or the cookie of a session (RFC 6750, 7617, 5849, 6265). One
Actor comes out."""

import base64
import binascii
from urllib.parse import urlsplit

from nuvol.core.cloud import Cloud
from nuvol.core.signed import Proof
from nuvol.errors import NotAdmitted, NotAllowed
from nuvol.faces.http import Request, run
from nuvol.model.accounts import Actor
from nuvol.wire import oauth1
from nuvol.wire.api.values import essence

COOKIE_SECONDS = 400 * 24 * 60 * 60  # the most that browsers keep; the session itself ends earlier, by its own rule
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


async def admit(request: Request, cloud: Cloud, *, cookies: bool = False, signed: bool = False) -> Actor:
    """Let the request in. `cookies`: a session's cookie counts here; `signed`: a signature of OAuth 1 does.

    Raises NotAdmitted, TooManyAttempts, NotAllowed when a page of another origin tries to use the cookie; of signed
    requests also AccessRevoked, and Malformed when one cannot be read.
    """
    shown = request.headers.get("authorization")
    if signed and (shown is None or oauth1.is_shown(shown)):
        proof = await proof_of(request, "consumer_key", "token", "signature_method", "signature")
        if proof is not None:
            actor = await run(cloud.oauth1.admit, proof)
            note_app(request, actor)
            return actor
    if shown is not None:
        kind, _, value = shown.partition(" ")
        if kind.lower() == "bearer":
            return await _admit_token(request, cloud, value.strip())
        if kind.lower() == "basic":
            pair = _pair(value)
            known = cloud.grants.known_pair(*pair)
            return known if known is not None else await run(cloud.grants.admit_basic, *pair, request.peer)
        raise NotAdmitted("This way of showing who one is is not known here.", advice="Use Bearer or Basic.")
    token = session_token(request) if cookies else None
    if token is None:
        raise NotAdmitted("Nobody is signed in.")
    if request.method not in SAFE:
        require_same_origin(request)
    return await _admit_token(request, cloud, token)


async def _admit_token(request: Request, cloud: Cloud, token: str) -> Actor:
    known = cloud.grants.known_token(token)
    actor = known if known is not None else await run(cloud.grants.admit_token, token, request.peer)
    note_app(request, actor)
    return actor


def note_app(request: Request, actor: Actor) -> None:
    """Say which registered app asks, so that its calls are counted."""
    request.app, request.account_id = actor.app_key, actor.account_id


async def proof_of(request: Request, *needed: str) -> Proof | None:
    """What a signed request shows, in header, query or form; None when it is not signed. A form can be read again
    afterwards.

    `needed`: parameters that it must have (names without prefix). Raises Malformed.
    """
    form = None
    if essence(request.headers.get("content-type")) == oauth1.FORM:
        form = await request.whole(oauth1.FORM_LIMIT)
    shown = oauth1.read(
        request.method,
        request.scheme,
        request.host,
        request.target,
        request.query,
        request.headers.get("authorization"),
        form,
    )
    if shown is None:
        return None
    oauth1.require(shown, *needed)
    given = shown.oauth
    return Proof(
        consumer=given.get("consumer_key", ""),
        token=given.get("token", ""),
        timestamp=int(given["timestamp"]) if given.get("timestamp") else None,
        nonce=given.get("nonce", ""),
        is_plain=shown.is_plain,
        is_private=request.scheme == "https",
        network=request.peer,
        fits=shown.fits,
        callback=given.get("callback", ""),
        verifier=given.get("verifier", ""),
    )


async def sign_in(request: Request, cloud: Cloud, login: str, password: str) -> list[tuple[str, str]]:
    """Begin a session in this browser and remember the device; returns the headers that do it.

    Raises NotAdmitted, TooManyAttempts.
    """
    device = cookie(request, "nuvol-device")
    agent = request.headers.get("user-agent") or ""
    begin = cloud.grants.sign_in
    _, token = await run(begin, login, password, agent=agent, network=request.peer, device=device)
    actor = await run(cloud.grants.admit_token, token, request.peer)
    device = await run(cloud.grants.remember_device, actor, device)
    return [session_cookie(request, token), set_cookie(request, "nuvol-device", device)]


def _pair(value: str) -> tuple[str, str]:
    """Login and password of a basic credential. Raises NotAdmitted."""
    try:
        login, colon, password = base64.b64decode(value.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        colon = ""
    if not colon:
        raise NotAdmitted("The credentials cannot be read.")
    return login, password


def require_same_origin(request: Request) -> None:
    """Only our own pages may act with a cookie. Browsers say where a request is from, and no page can forge it.

    Raises NotAllowed, also when nothing says so.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        same = site in ("same-origin", "none")
    else:
        source = request.headers.get("origin") or request.headers.get("referer")
        same = source is not None and _origin(source) == _origin(request.origin)
    if not same:
        raise NotAllowed("Another site asked for this.", advice="Open the page of this cloud and try again there.")


def _origin(address: str) -> tuple[str, str, int | None] | None:
    try:
        parts = urlsplit(address)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return None
    return (parts.scheme, parts.hostname, port) if parts.hostname else None


def cookie(request: Request, name: str) -> str | None:
    """The value of a cookie; under https that of its `__Host-` namesake, which no other host can have set."""
    wanted = _full(request, name)
    for part in (request.headers.get("cookie") or "").split(";"):
        key, _, value = part.strip().partition("=")
        if key == wanted and value:
            return value
    return None


def set_cookie(request: Request, name: str, value: str | None) -> tuple[str, str]:
    """The header that keeps a cookie for this origin only, unseen by scripts; None takes it back."""
    seconds = 0 if value is None else COOKIE_SECONDS
    secure = "; Secure" if request.scheme == "https" else ""
    line = f"{_full(request, name)}={value or ''}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
    return "Set-Cookie", line


def session_token(request: Request) -> str | None:
    """The token of the session's cookie: nothing but a session opens the door that way."""
    token = cookie(request, "nuvol")
    return token if token is not None and token.startswith("nv_s_") else None


def session_cookie(request: Request, token: str | None) -> tuple[str, str]:
    """The header that begins a session in the browser; None ends it."""
    return set_cookie(request, "nuvol", token)


def _full(request: Request, name: str) -> str:
    return f"__Host-{name}" if request.scheme == "https" else name
