"""The U1DB server in process, asked as a client of the protocol does."""

import asyncio
import json
from base64 import b64encode
from typing import Any

from nuvol.core.cloud import Cloud
from nuvol.faces.http import Dispatcher, Headers, Request
from nuvol.faces.u1db import routes
from nuvol.model.accounts import Actor
from tests.faces.native import Body, Reply

JSON = "application/json"
STREAM = "application/x-u1db-sync-stream"


class Peer:
    """Somebody who speaks U1DB to the server below `root`."""

    def __init__(self, cloud: Cloud, runner: asyncio.Runner, actor: Actor, authorization: str, root: str) -> None:
        self.cloud = cloud
        self.runner = runner
        self.actor = actor
        self.authorization = authorization
        self.root = root
        self.dispatch = Dispatcher(routes(cloud))

    def ask(
        self, method: str, path: str, body: bytes | Body = b"", kind: str | None = None, length: int | None = -1
    ) -> Reply:
        return self.runner.run(self.answer(method, path, body, kind, length))

    async def answer(
        self, method: str, path: str, body: bytes | Body = b"", kind: str | None = None, length: int | None = -1
    ) -> Reply:
        headers = [("authorization", self.authorization)] if self.authorization else []
        if kind is not None:
            headers.append(("content-type", kind))
        if length == -1:
            length = len(body) if isinstance(body, bytes) else 1
        target, _, query = f"{self.root}{path}".partition("?")
        source = Body([body]) if isinstance(body, bytes) else body
        request = Request(method, target, query, headers=Headers(headers), length=length, source=source)
        answer = await self.dispatch(request)
        content = answer.body if isinstance(answer.body, bytes) else b"".join([part async for part in answer.body])
        return Reply(answer.status, {name.lower(): value for name, value in answer.headers}, content)

    def put(self, path: str, value: Any, kind: str = JSON) -> Reply:
        return self.ask("PUT", path, value if isinstance(value, bytes) else json.dumps(value).encode(), kind)

    def sync(self, path: str, *lines: Any) -> Reply:
        """One exchange: the header and entries, laid out as the protocol wants."""
        return self.ask("POST", path, stream(*lines), STREAM)


def stream(*lines: Any) -> bytes:
    return b"[\r\n" + b",\r\n".join(json.dumps(line).encode() for line in lines) + b"\r\n]"


def lines(reply: Reply) -> list[Any]:
    """The objects of an answer's stream, header first."""
    assert reply.body.startswith(b"[\r\n") and reply.body.endswith(b"\r\n]\r\n"), reply.body
    return json.loads(reply.body)


def entry(doc_id: str, rev: str, content: str | None, gen: int, trans_id: str) -> dict[str, Any]:
    return {"id": doc_id, "rev": rev, "content": content, "gen": gen, "trans_id": trans_id}


def peer(cloud: Cloud, runner: asyncio.Runner, name: str = "anna", root: str = "/u1db", **account: Any) -> Peer:
    """A new account and a bearer token for its documents."""
    made = cloud.accounts.add(None, name, f"{name}@example.org", None, **account)
    token = cloud.grants.bearer(Actor(made.id), "tests", ["docs"], None)
    return Peer(cloud, runner, Actor(made.id), f"Bearer {token}", root)


def basic(login: str, password: str) -> str:
    return "Basic " + b64encode(f"{login}:{password}".encode()).decode()
