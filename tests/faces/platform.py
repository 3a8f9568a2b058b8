"""A CloudFS app and its users, who talk to the platform API by raw requests."""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote_plus, urlsplit

from nuvol.core.cloud import Cloud
from nuvol.faces.cloudfs.face import PREFIX, face
from nuvol.faces.http import Answer, Dispatcher, Headers, Request
from tests.faces.native import Body, Reply

FORM = 'application/x-www-form-urlencoded; charset="utf-8"'
DATE = "not a date"
"""The server must not refuse what it cannot read."""


def signature(secret: str, method: str, path: str, params: str, middle: str = "&&") -> str:
    """`middle`: what stands for missing parameters."""
    headers = f"Content-Type:{quote_plus(FORM)}&Date:{quote_plus(DATE)}"
    message = f"{method}&{path}{f'&{params}&' if params else middle}{headers}"
    return base64.b64encode(hmac.digest(secret.encode(), message.encode(), hashlib.sha1)).decode()


def encoded(fields: dict[str, str] | Iterable[tuple[str, str]]) -> str:
    pairs = fields.items() if isinstance(fields, dict) else fields
    return "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs)


def by_name(fields: dict[str, str]) -> str:
    return encoded(sorted(fields.items(), key=lambda pair: pair[0].lower()))


class Platform:
    """The face with one app."""

    def __init__(self, cloud: Cloud, runner: asyncio.Runner) -> None:
        self.cloud = cloud
        self.runner = runner
        self.dispatch = Dispatcher({PREFIX: face(cloud)})
        cloud.passwords._figures = (8, 1)  # so that many may sign in
        new = cloud.apps.add(None, "Desk & Co", "cloudfs")
        self.app, self.secret = new.app, new.secret
        self.admin_id, self.admin_secret = new.app.admin_id, new.admin_secret
        cloud.apps.set_signup_mode(None, new.app.key, "open")
        self.app = cloud.apps.find(new.app.key)

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | Body = b"",
        *,
        peer: str = "192.0.2.7",
        length: int | None = -1,
        **headers: str,
    ) -> Reply:
        return self.runner.run(self._ask(method, path, body, peer, length, headers))

    async def _ask(
        self, method: str, path: str, body: bytes | Body, peer: str, length: int | None, headers: dict[str, str]
    ) -> Reply:
        if length == -1:
            length = len(body) if isinstance(body, bytes) else None
        target, _, query = path.partition("?")
        fields = [(name.replace("_", "-"), value) for name, value in headers.items()]
        source = Body([body]) if isinstance(body, bytes) else body
        request = Request(
            method, target, query, host="cloud.test", peer=peer, headers=Headers(fields), length=length, source=source
        )
        answer: Answer = await self.dispatch(request)
        content = answer.body if isinstance(answer.body, bytes) else b"".join([part async for part in answer.body])
        return Reply(answer.status, dict(answer.headers), content, answer.headers)

    def signed(self, method: str, path: str, fields: dict[str, str] | None = None) -> Reply:
        """An admin-signed call."""
        params = by_name(fields or {})
        sign = signature(self.admin_secret or "", method, path, params)
        return self.ask(
            method, path, params.encode(), content_type=FORM, date=DATE, authorization=f"BCS {self.admin_id}:{sign}"
        )

    def token(self, username: str, password: str, /, **changes: str) -> Reply:
        fields = {"grant_type": "password", "username": username, "password": password} | changes
        params = by_name(fields)
        sign = signature(self.secret, "POST", "/v2/oauth2/token", params)
        return self.ask(
            "POST",
            "/v2/oauth2/token",
            params.encode(),
            content_type=FORM,
            date=DATE,
            authorization=f"BCS {self.app.key}:{sign}",
        )

    def user(self, name: str = "ann@example.org", **fields: str) -> "User":
        made = self.signed("POST", "/v2/admin/cloudfs/customers/", {"username": name, "password": "s3cret x"} | fields)
        assert made.status == 200, made.body
        return User(self, name, self.token(name, "s3cret x").json["access_token"])


class User:
    """Somebody with a token."""

    def __init__(self, platform: Platform, name: str, token: str) -> None:
        self.platform = platform
        self.name = name
        self.token = token

    def ask(self, method: str, path: str, body: bytes | Body = b"", **headers: Any) -> Reply:
        headers.setdefault("authorization", f"Bearer {self.token}")
        return self.platform.ask(method, f"/v2{path}", body, **headers)

    def get(self, path: str) -> Any:
        reply = self.ask("GET", path)
        assert reply.status == 200, reply.body
        assert reply.json["error"] is None
        return reply.json["result"]

    def post(self, path: str, fields: Any = (), **headers: Any) -> Reply:
        return self.ask("POST", path, encoded(fields).encode(), content_type=FORM, **headers)

    def done(self, path: str, fields: Any = ()) -> Any:
        reply = self.post(path, fields)
        assert reply.status == 200, reply.body
        return reply.json["result"]

    def failed(self, reply: Reply) -> tuple[int, int]:
        """(status, code) of an enveloped error."""
        told = reply.json
        assert told["result"] is None and set(told["error"]) == {"code", "message", "data"}, told
        return reply.status, told["error"]["code"]

    # ------------------------------------------------------------------------------------------ everyday

    def folder(self, name: str, parent: str = "/") -> str:
        """Its path."""
        (item,) = self.done(f"/folders{parent}?operation=create", {"name": name})["items"]
        return self.path(parent, item)

    def put(self, name: str, data: bytes = b"x", parent: str = "", **fields: str) -> str:
        reply = self.upload(name, data, parent, **fields)
        assert reply.status == 200, reply.body
        return self.path(parent, reply.json["result"])

    def upload(self, name: str, data: bytes = b"x", parent: str = "", kind: str = "", **fields: str) -> Reply:
        body = multipart({name.replace("_", "-"): value for name, value in fields.items()}, name, data, kind)
        return self.ask("POST", f"/files{parent}/", body, content_type="multipart/form-data; boundary=xyz")

    def read(self, path: str, **headers: str) -> Reply:
        moved = self.ask("GET", f"/files{path}", **headers)
        assert moved.status == 302, moved.body
        parts = urlsplit(moved.headers["Location"])
        assert (parts.scheme, parts.netloc) == ("http", "cloud.test")
        return self.platform.ask("GET", parts.path, **headers)

    def names(self, path: str = "/") -> list[str]:
        return [item["name"] for item in self.get(f"/folders{path}")["items"]]

    @staticmethod
    def path(parent: str, item: dict[str, Any]) -> str:
        return f"{parent.rstrip('/')}/{item['id']}"


def multipart(fields: dict[str, str], filename: str, data: bytes, kind: str = "") -> bytes:
    parts = [
        f'--xyz\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    ]
    of_type = f"Content-Type: {kind}\r\n" if kind else ""
    head = f'--xyz\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\n{of_type}\r\n'
    return ("".join(parts) + head).encode() + data + b"\r\n--xyz--\r\n"
