"""The WebDAV face in process, and a client for it."""

import asyncio
import base64
from typing import Any
from urllib.parse import quote

from lxml import etree

from nuvol.core.cloud import Cloud
from nuvol.faces.dav.face import face
from nuvol.faces.http import Dispatcher, Headers, Request
from nuvol.model.accounts import Actor
from nuvol.wire.dav import DAV
from tests.faces.native import Body, Reply

ROOT = "/dav/files/"


class Dav:
    """An account and a program that mounts its files. Paths are those of nodes: "a b/c", encoded here."""

    def __init__(self, cloud: Cloud, runner: asyncio.Runner, name: str = "ada", **fields: Any) -> None:
        account = cloud.accounts.add(None, name, f"{name}@example.org", None, **fields)
        self.cloud = cloud
        self.name = name
        self.actor = Actor(account.id, name=name)
        self._runner = runner
        self._dispatch = Dispatcher({"dav": face(cloud)})
        password = cloud.grants.app_password(None, account.id, "a mounted folder", ["files"])
        pair = base64.b64encode(f"{name}:{password}".encode()).decode()
        self._credentials = {"authorization": f"Basic {pair}"}

    def __call__(self, method: str, path: str = "", body: bytes | str | Body = b"", **headers: str) -> Reply:
        """`headers`: names with _ for -."""
        return self.raw(method, ROOT + quote(path), body, **headers)

    def raw(
        self,
        method: str,
        target: str,
        body: bytes | str | Body = b"",
        length: int | None = None,
        **headers: str,
    ) -> Reply:
        """`target` as it stands in the request; `length`: of a `Body`, None = not announced."""
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        data = body.encode() if isinstance(body, str) else body
        source = data if isinstance(data, Body) else Body([data])
        request = Request(
            method,
            target,
            host="cloud.example",
            headers=Headers({**self._credentials, **fields}.items()),
            length=length if isinstance(data, Body) else len(data),
            source=source,
        )
        return self._runner.run(self._answer(request))

    async def _answer(self, request: Request) -> Reply:
        answer = await self._dispatch(request)
        content = answer.body if isinstance(answer.body, bytes) else b"".join([part async for part in answer.body])
        return Reply(answer.status, dict(answer.headers), content, answer.headers)

    # ------------------------------------------------------------------------------------ what tests often do

    def put(self, path: str, content: bytes = b"x", **headers: str) -> Reply:
        reply = self("PUT", path, content, **headers)
        assert reply.status in (201, 204), reply
        return reply

    def mkcol(self, path: str) -> None:
        assert self("MKCOL", path).status == 201

    def get(self, path: str) -> bytes:
        reply = self("GET", path)
        assert reply.status == 200, reply
        return reply.body

    def lock(self, path: str, scope: str = "exclusive", **headers: str) -> str:
        """Its token."""
        reply = self("LOCK", path, lockinfo(scope), **headers)
        assert reply.status in (200, 201), reply
        return reply.headers["Lock-Token"].strip("<>")

    def names(self, path: str = "") -> set[str]:
        """The addresses of the members of a folder, from the folder on, as they are written."""
        reply = self("PROPFIND", path, propfind("resourcetype"), depth="1", prefer="depth-noroot")
        above = ROOT + quote(path) + ("/" if path else "")
        return {each.removeprefix(above) for each in multistatus(reply)}


def propfind(*names: str) -> str:
    """The body that asks for properties of DAV:, or for others given as whole elements."""
    elements = "".join(name if name.startswith("<") else f"<{name}/>" for name in names)
    return f'<propfind xmlns="DAV:" xmlns:oc="http://owncloud.org/ns"><prop>{elements}</prop></propfind>'


def proppatch(put: str = "", drop: str = "") -> str:
    set_part = f"<D:set><D:prop>{put}</D:prop></D:set>" if put else ""
    remove_part = f"<D:remove><D:prop>{drop}</D:prop></D:remove>" if drop else ""
    return f'<D:propertyupdate xmlns:D="DAV:">{set_part}{remove_part}</D:propertyupdate>'


def lockinfo(scope: str = "exclusive", owner: str = "<href>ada</href>") -> str:
    return (
        f'<lockinfo xmlns="DAV:"><lockscope><{scope}/></lockscope><locktype><write/></locktype>'
        f"<owner>{owner}</owner></lockinfo>"
    )


Properties = dict[str, tuple[int, etree._Element]]


def multistatus(reply: Reply) -> dict[str, Properties]:
    """{href: {property: (status, element)}}; the status of a response as a whole is under ""."""
    assert reply.status == 207, reply
    found: dict[str, Properties] = {}
    for response in etree.fromstring(reply.body).iterfind(DAV + "response"):
        about = found.setdefault(response.findtext(DAV + "href") or "", {})
        whole = response.find(DAV + "status")
        if whole is not None:
            about[""] = (_status(whole), response)
        for propstat in response.iterfind(DAV + "propstat"):
            status = propstat.find(DAV + "status")
            assert status is not None
            for element in propstat.iterfind(f"{DAV}prop/*"):
                about[str(element.tag)] = (_status(status), element)
    return found


def _status(element: etree._Element) -> int:
    return int((element.text or "").split()[1])


def condition(reply: Reply) -> str | None:
    """The local name of the broken condition that an error names."""
    root = etree.fromstring(reply.body)
    return next((str(each.tag).removeprefix(DAV) for each in root if str(each.tag).startswith(DAV)), None)
