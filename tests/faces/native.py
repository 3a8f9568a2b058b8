"""The native API in process: a cloud, its face, and people who talk to it."""

import asyncio
import json as jsons
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from nuvol.core.cloud import Cloud
from nuvol.faces import http
from nuvol.faces.api.face import face
from nuvol.faces.http import Answer, Disconnected, Dispatcher, Headers, Request
from nuvol.model.accounts import Actor
from nuvol.stores.blobs.memory import MemoryBlobs
from nuvol.stores.catalog.catalog import SqlCatalog

PASSWORD = "correct horse"


@contextmanager
def in_process(catalog: SqlCatalog) -> Iterator[Cloud]:
    """A cloud over this catalog, for faces that are called directly."""
    cloud = Cloud(catalog, MemoryBlobs())
    with ThreadPoolExecutor(4) as pool:
        usual = http._pool, http._local
        http.configure(pool, cloud.is_local)
        yield cloud
        http.configure(*usual)


class Body:
    """A request's body in parts, which may be cut off; the client stays until `leave`."""

    def __init__(self, parts: Iterable[bytes], cut: bool = False) -> None:
        self._parts = iter(parts)
        self._rest = b""
        self._cut = cut
        self._left = asyncio.Event()
        self.read = False

    async def take(self, size: int) -> bytes | None:
        self.read = True
        self._rest = self._rest or next(self._parts, b"")
        run, self._rest = self._rest[:size], self._rest[size:]
        if not run and self._cut:
            raise Disconnected
        return run or None

    async def leaving(self) -> None:
        await self._left.wait()

    def leave(self) -> None:
        self._left.set()


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes
    fields: list[tuple[str, str]] = field(default_factory=list)

    @property
    def json(self) -> Any:
        return jsons.loads(self.body)

    @property
    def code(self) -> str:
        return self.json["code"]


class Person:
    """Somebody who talks to the API; `token` None: a stranger."""

    def __init__(self, cloud: Cloud, runner: asyncio.Runner, token: str | None, account_id: int = 0) -> None:
        self.cloud = cloud
        self.runner = runner
        self.token = token
        self.account_id = account_id
        self.actor = Actor(account_id)
        self.dispatch = Dispatcher({"api": face(cloud)})

    def ask(
        self,
        method: str,
        path: str,
        json: Any = None,
        body: bytes | Body = b"",
        length: int | None = -1,
        **headers: str,
    ) -> Reply:
        """`headers`: names with _ for -; `length`: None = not announced, -1 = as long as `body` is."""
        return self.runner.run(self.answer(method, path, json, body, length, **headers))

    async def answer(
        self,
        method: str,
        path: str,
        json: Any = None,
        body: bytes | Body = b"",
        length: int | None = -1,
        **headers: str,
    ) -> Reply:
        answer = await self.dispatch(self.request(method, path, json, body, length, **headers))
        content = answer.body if isinstance(answer.body, bytes) else b"".join([part async for part in answer.body])
        return Reply(answer.status, dict(answer.headers), content, answer.headers)

    async def open(self, path: str, source: Body, **headers: str) -> Answer:
        """An answer whose body is not read yet."""
        return await self.dispatch(self.request("GET", path, None, source, 0, **headers))

    def request(
        self, method: str, path: str, json: Any, body: bytes | Body, length: int | None, **headers: str
    ) -> Request:
        if json is not None:
            body = jsons.dumps(json).encode()
            headers.setdefault("content_type", "application/json")
        if length == -1:
            length = len(body) if isinstance(body, bytes) else None
        if self.token is not None:
            headers.setdefault("authorization", f"Bearer {self.token}")
        fields = [(name.replace("_", "-").lower(), value) for name, value in headers.items()]
        target, _, query = path.partition("?")
        source = Body([body]) if isinstance(body, bytes) else body
        return Request(method, f"/api/v1{target}", query, headers=Headers(fields), length=length, source=source)

    # ------------------------------------------------------------------------------------------ everyday

    @property
    def root(self) -> int:
        return self.ask("GET", "/nodes/root").json["id"]

    def put(self, path: str, data: bytes = b"x", **headers: str) -> Any:
        """A file at “a/b/c”; its folders are made as needed."""
        *above, name = path.split("/")
        reply = self.ask("PUT", f"/nodes/{self.folder('/'.join(above))}/children/{name}/content", body=data, **headers)
        assert reply.status in (200, 201), reply.body
        return reply.json

    def folder(self, path: str) -> int:
        """The folder at a path, made as needed."""
        node_id = self.root
        for name in filter(None, path.split("/")):
            made = self.ask("POST", "/nodes", json={"parent_id": node_id, "name": name})
            if made.status == 201:
                node_id = made.json["id"]
            else:
                node_id = next(node["id"] for node in self.children(node_id) if node["name"] == name)
        return node_id

    def children(self, folder_id: int) -> Any:
        return self.ask("GET", f"/nodes/{folder_id}/children").json["nodes"]

    def names(self, folder_id: int) -> list[str]:
        return [node["name"] for node in self.children(folder_id)]


def person(cloud: Cloud, runner: asyncio.Runner, name: str = "anna", **account: Any) -> Person:
    """A new account, and a token that may read and write its files."""
    made = cloud.accounts.add(None, name, f"{name}@example.org", None, **account)
    token = cloud.grants.bearer(Actor(made.id), "tests", ["files"], None)
    return Person(cloud, runner, token, made.id)


def signed_in(cloud: Cloud, runner: asyncio.Runner, name: str = "anna", *, admin: bool = False) -> Person:
    """A new account and a session of it."""
    cloud.accounts.add(None, name, f"{name}@example.org", PASSWORD, admin=admin)
    account, token = cloud.grants.sign_in(name, PASSWORD, agent="tests", network="127.0.0.1")
    return Person(cloud, runner, token, account.id)
