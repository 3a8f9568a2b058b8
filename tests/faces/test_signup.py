"""The sign-up service in process: its addresses, and what it passes on."""

import asyncio
import json
from typing import Any

import pytest

from nuvol.errors import NotAdmitted, NotAllowed, TooManyAttempts
from nuvol.faces import signup
from nuvol.faces.http import Answer, Dispatcher, Headers, Request, Route, problem
from nuvol.wire.signup import Login, Newcomer


class Notebook:
    """A platform for one person."""

    def __init__(self) -> None:
        self.networks: list[str] = []

    def join(self, newcomer: Newcomer, network: str) -> dict[str, Any]:
        self.networks.append(network)
        if newcomer.username == "ann":
            raise NotAllowed("There is an ann already.", advice="")
        return {"username": newcomer.username}

    def enter(self, login: Login, network: str) -> str:
        self.networks.append(network)
        if login.password == "again":
            raise TooManyAttempts(3)
        if login.password != "right":
            raise NotAdmitted("Wrong.")
        return "US2.token"


class Body:
    def __init__(self, content: bytes) -> None:
        self._content: bytes | None = content

    async def take(self, size: int) -> bytes | None:
        content, self._content = self._content, None
        return content

    async def leaving(self) -> None: ...


def ask(method: str, target: str, content: object = None, platform: Notebook | None = None) -> Answer:
    async def native(request: Request) -> Answer:
        return problem(404, "missing", "native")

    beside = Route(native, lambda request, error: problem(400, error.code, "native"))
    route = signup.face(platform or Notebook(), beside)
    app = Dispatcher(dict.fromkeys(("api", *signup.PREFIXES), route))
    data = b"" if content is None else json.dumps(content).encode()
    headers = Headers([("content-type", "application/json")])
    request = Request(
        method, target, host="cloud.test", peer="192.0.2.7", headers=headers, length=len(data), source=Body(data)
    )
    return asyncio.run(app(request))  # type: ignore[arg-type]


def told(answer: Answer) -> dict[str, Any]:
    assert isinstance(answer.body, bytes)
    assert dict(answer.headers)["Content-Type"] == "application/json; charset=UTF-8"
    words: dict[str, Any] = json.loads(answer.body)
    return words


@pytest.mark.parametrize("target", ["/api/user/", "/api/user"])
def test_signing_up(target: str) -> None:
    platform = Notebook()
    answer = ask("POST", target, {"username": "ben", "password": "right"}, platform)
    assert (answer.status, told(answer)["user"]) == (201, {"username": "ben"})
    assert platform.networks == ["192.0.2.7"]
    refused = ask("POST", target, {"username": "ann", "password": "right"})
    assert (refused.status, told(refused)) == (400, {"success": False, "message": "There is an ann already."})
    assert ask("POST", target, {"username": "ben"}).status == 400


def test_signing_in() -> None:
    answer = ask("POST", "/api/authenticate/", {"username": "ann", "password": "right"})
    assert (answer.status, told(answer)["auth_token"]) == (200, "US2.token")
    assert ask("POST", "/api/authenticate/", {"username": "ann", "password": "wrong"}).status == 400
    assert ask("POST", "/api/authenticate/", {"username": "ann", "password": "again"}).status == 429


def test_the_addresses_are_listed() -> None:
    for target in ("/api/", "/api"):
        assert told(ask("GET", target))["authenticate"] == "http://cloud.test/api/authenticate/"


def test_other_methods_are_told_which_one() -> None:
    for method, target, allowed in (("GET", "/api/user/", "POST"), ("POST", "/api/", "GET")):
        answer = ask(method, target)
        assert (answer.status, dict(answer.headers)["Allow"]) == (405, allowed)
        assert told(answer)["success"] is False


def test_everything_else_below_api_is_answered_by_others() -> None:
    for target in ("/api/v1/me", "/api/docs", "/api/other"):
        answer = ask("GET", target)
        assert isinstance(answer.body, bytes) and json.loads(answer.body)["detail"] == "native"


def test_a_body_without_an_end_is_not_read() -> None:
    assert ask("POST", "/api/user/", {"username": "a" * 20_000, "password": "x"}).status == 413
