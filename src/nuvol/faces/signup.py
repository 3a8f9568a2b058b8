"""The sign-up service: `/api/user/`, `/api/authenticate/`, and `/api/`, which says so (CloudFS specification 11).

It stands before any platform that can make an account and sign one in; `server` says which.
"""

from typing import Any, Protocol

from nuvol.errors import CloudError
from nuvol.faces.http import Answer, Request, Route, in_thread
from nuvol.wire import signup as words

PREFIXES = ("api/user", "api/authenticate")
"""Besides "api" itself."""


class Platform(Protocol):
    """Where accounts are. `network`: the caller's address, by which guesses are counted.

    Both raise CloudError: NotAllowed with the platform's own words when it refuses, TooManyAttempts, Unreachable.
    """

    def join(self, newcomer: words.Newcomer, network: str) -> dict[str, Any]:
        """Make the account; its profile."""
        ...

    def enter(self, login: words.Login, network: str) -> str:
        """A token."""
        ...


def face(platform: Platform, beside: Route | None = None) -> Route:
    """To be mounted at "api" and at each of `PREFIXES`. `beside`: what answers everything else below "api"."""

    async def answer(request: Request) -> Answer:
        place = request.target.strip("/").lower()
        if place == "api":
            return _only(request, "GET") or Answer(*words.addresses(request.origin))
        if place == "api/user":
            return _only(request, "POST") or await _join(request, platform)
        if place == "api/authenticate":
            return _only(request, "POST") or await _enter(request, platform)
        if beside is not None:
            return await beside.face(request)
        return Answer(*words.refused(404, "There is nothing at this address."))

    def failed(request: Request, error: CloudError) -> Answer:
        ours = beside is None or request.target.strip("/") in ("api", *PREFIXES)
        return Answer(*words.answer(error)) if ours or beside is None else beside.on_error(request, error)

    return Route(answer, failed)


def _only(request: Request, method: str) -> Answer | None:
    """An answer to whoever comes with another method."""
    if request.method == method or (method == "GET" and request.method == "HEAD"):
        return None
    refusal = Answer(*words.refused(405, f"This address takes {method} only."))
    refusal.headers = [*refusal.headers, ("Allow", method)]
    return refusal


async def _join(request: Request, platform: Platform) -> Answer:
    newcomer = words.read_newcomer(await request.body(words.LIMIT), request.headers.get("content-type"))
    return Answer(*words.joined(await in_thread(platform.join, newcomer, request.peer)))


async def _enter(request: Request, platform: Platform) -> Answer:
    login = words.read_login(await request.body(words.LIMIT), request.headers.get("content-type"))
    return Answer(*words.entered(await in_thread(platform.enter, login, request.peer)))
