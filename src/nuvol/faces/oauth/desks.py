"""The login of the U1DB server as eyeOS knows it, at the root of the host: `/request_token`, `/authorize`,
`/access_token` (eyeos.md c). No person is asked, and no page is shown."""

from collections.abc import Awaitable, Callable

from nuvol.core.cloud import Cloud
from nuvol.core.signed import Proof
from nuvol.errors import CloudError, NotAdmitted
from nuvol.faces import doorkeeper
from nuvol.faces.http import Answer, Request, Route, run
from nuvol.wire import oauth1

Handler = Callable[[Cloud, Request], Awaitable[Answer]]


def face(cloud: Cloud) -> Route:
    """To be mounted at each of `PREFIXES`."""

    async def answer(request: Request) -> Answer:
        handler = _HANDLERS.get(request.target[1:])
        if handler is None:
            return Answer(404, [("Cache-Control", "no-store")])
        if request.method not in ("GET", "HEAD", "POST"):
            return Answer(405, [("Allow", "GET, HEAD, POST"), ("Cache-Control", "no-store")])
        return await handler(cloud, request)

    return Route(answer, _failed)


async def _request_token(cloud: Cloud, request: Request) -> Answer:
    pair, word = await run(cloud.desks.request_token, await _proof(request))
    # The seed's programs look for the word here, others in the answer of /authorize.
    return _told(
        oauth_token=pair.token,
        oauth_token_secret=pair.secret,
        oauth_callback_confirmed="true",
        oauth_verifier=word,
    )


async def _authorize(cloud: Cloud, request: Request) -> Answer:
    """Unsigned: the answer is the word, which is worth nothing without the app's secret."""
    proof = await _proof(request, signed=False)
    callback, word = await run(cloud.desks.authorize, proof.consumer, proof.token)
    address = oauth1.with_fields(callback, oauth_verifier=word)
    return Answer(200, [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")], address.encode())


async def _access_token(cloud: Cloud, request: Request) -> Answer:
    pair = await run(cloud.desks.access_token, await _proof(request, "token", "verifier"))
    return _told(oauth_token=pair.token, oauth_token_secret=pair.secret)


async def _proof(request: Request, *more: str, signed: bool = True) -> Proof:
    needed = ("consumer_key", "signature_method", "signature") if signed else ("consumer_key", "token")
    proof = await doorkeeper.proof_of(request, *needed, *more)
    if proof is None:
        raise NotAdmitted("Missing OAuth.")
    return proof


def _told(**fields: str) -> Answer:
    return Answer(200, [("Content-Type", oauth1.FORM), ("Cache-Control", "no-store")], oauth1.form(**fields))


def _failed(request: Request, error: CloudError) -> Answer:
    return Answer(*oauth1.answer(error, "u1db", "Authorization required"))


_HANDLERS: dict[str, Handler] = {
    "request_token": _request_token,
    "authorize": _authorize,
    "access_token": _access_token,
}
PREFIXES = tuple(_HANDLERS)
