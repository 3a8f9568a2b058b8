"""WebDAV at /dav/files/ (RFC 4918 class 1, 2 and 3; RFC 4331, 6578, 8144)."""

from collections.abc import Awaitable, Callable

from nuvol.core.cloud import Cloud
from nuvol.errors import CloudError, Locked
from nuvol.faces.dav.listings import propfind
from nuvol.faces.dav.locks import in_the_way, lock, unlock
from nuvol.faces.dav.methods import copy, delete, get, mkcol, move, options, put
from nuvol.faces.dav.properties import proppatch
from nuvol.faces.dav.sync import report
from nuvol.faces.doorkeeper import admit
from nuvol.faces.http import Answer, Request, Route
from nuvol.model.accounts import Actor
from nuvol.wire import dav
from nuvol.wire.dav import Declined

Method = Callable[[Request, Cloud, Actor], Awaitable[Answer]]

METHODS: dict[str, Method] = {
    "OPTIONS": options,
    "GET": get,
    "HEAD": get,
    "PUT": put,
    "DELETE": delete,
    "MKCOL": mkcol,
    "COPY": copy,
    "MOVE": move,
    "PROPFIND": propfind,
    "PROPPATCH": proppatch,
    "LOCK": lock,
    "UNLOCK": unlock,
    "REPORT": report,
}


def face(cloud: Cloud) -> Route:
    """The route for everything below /dav/."""

    async def answer(request: Request) -> Answer:
        method = METHODS.get(request.method)
        if method is None:
            raise Declined(405, f"{request.method} is not a method of WebDAV files.")
        actor = await admit(request, cloud)
        try:
            return await method(request, cloud, actor)
        except Locked as error:
            return await in_the_way(request, cloud, actor, error)

    return Route(answer, _refused)


def _refused(request: Request, error: CloudError) -> Answer:
    return Answer(*dav.refusal(error, request.method, dav.text(request.target)))
