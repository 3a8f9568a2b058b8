"""PROMISES A1, what its tables have in common: a town of callers, a scene for each cell, and how a cell is called."""

import asyncio
import base64
import itertools
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import uvloop
from msgspec import Struct

from nuvol.core.cloud import Cloud
from nuvol.core.elsewhere import Invitation
from nuvol.faces import http
from nuvol.faces.http import Answer, Dispatcher, Headers, Request
from nuvol.model.accounts import FULL, Actor
from nuvol.model.elsewhere import Item, Offer, Way
from nuvol.model.photos import Made, Thumbnail
from nuvol.model.shares import Role
from nuvol.server.app import dispatcher
from nuvol.server.settings import FACES
from nuvol.stores.blobs.memory import MemoryBlobs
from nuvol.stores.catalog.catalog import SqlCatalog
from tests.faces.native import Body

MEMBERS = {"co-owner": Role.CO_OWNER, "editor": Role.EDITOR, "viewer": Role.VIEWER}
CALLERS = (
    "owner",
    *MEMBERS,
    "revoked",
    "stranger",
    "administrator",
    "anonymous",
    "reader",
    "wrong scope",
    "app folder",
    "link",
    "expired link",
)
"""`reader`, `wrong scope` and `app folder` are the owner's, by a token that may read files, by one that may not even
that, and by one that an app holds which sees another folder only. `link` and `expired link` show the key of a link to
the folder as if it were a token, which it is nowhere but at its own page."""

numbers = itertools.count(1)


SAFE = frozenset({"GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT"})


class Scene:
    """A folder with everything that a route may name, and the one who calls now. It is looked at by one caller after
    another until somebody has changed something."""

    def __init__(self, town: "Town") -> None:
        self.town = town
        self.cloud = cloud = town.cloud
        self.spoilt = False
        owner = Actor(town.ids["owner"])
        self.name = f"d{next(numbers)}"
        self.owner_id = owner.account_id
        self.folder = cloud.tree.create_folder(owner, cloud.tree.root(owner).id, self.name).id
        self.inner = cloud.tree.create_folder(owner, self.folder, "inner").id
        self.file = cloud.uploads.put(owner, self.folder, "f", b"one").node.id
        cloud.uploads.put(owner, self.folder, "f", b"two")
        self.gone = cloud.uploads.put(owner, self.folder, "gone", b"").node.id
        cloud.tree.trash(owner, self.gone)
        for name, role in (*MEMBERS.items(), ("revoked", Role.EDITOR), ("other", Role.VIEWER)):
            cloud.shares.open(owner, self.folder, [name], role)
        ((invited, self.secret),) = cloud.shares.open(owner, self.folder, ["new@example.org"]).invitations
        self.invitation = invited.id
        cloud.shares.close(owner, self.folder, town.ids["revoked"])
        self._keys: dict[str, str] = {}
        self.seen_by("owner")

    def seen_by(self, caller: str) -> Self:
        self.caller = caller
        self.me = self.town.ids.get(caller, self.owner_id)
        self.key = self._key(caller) if "link" in caller else ""
        return self

    def _key(self, caller: str) -> str:
        if caller not in self._keys:
            link = self.cloud.links.create(Actor(self.owner_id), [self.folder], role="edit")
            self._keys[caller] = link.key
            if caller == "expired link":
                sql = "update link set expires_at = 1 where id = ?"
                self.town.catalog.write(lambda tx: tx.connection.run(sql, (link.id,)))
        return self._keys[caller]

    @property
    def actor(self) -> Actor:
        return Actor(self.me)

    @property
    def home(self) -> int:
        """The caller's own root."""
        return self.cloud.tree.root(self.actor).id

    def upload(self) -> str:
        """A resumable upload that the owner began."""
        return self.cloud.uploads.start(Actor(self.owner_id), self.folder, "new", size=5).id

    def lock(self) -> str:
        self.spoilt = True
        owner = Actor(self.owner_id)
        lock = self.cloud.locks.lock(owner, self.file, owner="", deep=False, exclusive=True, seconds=60)
        return lock.token


class Town:
    """A cloud and its people."""

    def __init__(self, cloud: Cloud, catalog: SqlCatalog) -> None:
        self.cloud = cloud
        self.catalog = catalog
        self._scene: Scene | None = None
        self._sessions: dict[str, str] = {}
        self.runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
        self.dispatch: Dispatcher = dispatcher(cloud, FACES, lambda: ())
        people = ("owner", *MEMBERS, "revoked", "stranger", "other")
        self.ids = {name: cloud.accounts.add(None, name, f"{name}@example.org", None).id for name in people}
        self.ids["administrator"] = cloud.accounts.add(None, "root", "root@example.org", None, admin=True).id
        cloud.accounts.set_signup_mode(None, "open")
        owner = Actor(self.ids["owner"])
        app = cloud.apps.add(None, "An app", "cloudfs", app_folder=True).app
        self.app = app.key
        self.limited = {
            "reader": cloud.grants.bearer(owner, "r", ["files:read"], None),
            "wrong scope": cloud.grants.bearer(owner, "w", ["calendar"], None),
            "app folder": cloud.apps.connect(app, owner),
        }
        self.passwords = {
            name: cloud.grants.app_password(None, id, "p", ["files"]) for name, id in self.ids.items()
        } | {
            "reader": cloud.grants.app_password(None, owner.account_id, "p", ["files:read"]),
            "wrong scope": cloud.grants.app_password(None, owner.account_id, "p", ["calendar"]),
        }

    def scene(self, caller: str) -> Scene:
        if self._scene is None or self._scene.spoilt:
            self._scene = Scene(self)
        return self._scene.seen_by(caller)

    def token(self, scene: Scene) -> str | None:
        """A session, or the token that may less."""
        if scene.caller == "anonymous":
            return None
        if scene.key:
            return scene.key
        if scene.caller in self.limited:
            return self.limited[scene.caller]
        if scene.caller not in self._sessions:
            session = self.cloud.grants._give(self.ids[scene.caller], "session", "tests", FULL, None)
            self._sessions[scene.caller] = session
        return self._sessions[scene.caller]

    def basic(self, caller: str) -> str:
        name = {"administrator": "root", "reader": "owner", "wrong scope": "owner"}.get(caller, caller)
        return "Basic " + base64.b64encode(f"{name}:{self.passwords[caller]}".encode()).decode()

    def call(self, method: str, address: str, row: "Row", scene: Scene, more: dict[str, Any]) -> tuple[int, bytes]:
        """Make the call of a cell. `more`: what its row prepared."""
        names = {name: value for name, value in vars(scene).items() if not name.startswith("_")} | self.ids | more
        headers = filled(row.headers, names)
        body = filled(row.body.decode(), names).encode() if row.fills else row.body
        if row.json is not None:
            headers["content-type"], body = "application/json", json.dumps(filled(row.json, names)).encode()
        token = more.get("token", self.token(scene))
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        return self.tell(scene, method, address + filled(row.path, names), headers, body)

    def tell(
        self,
        scene: Scene,
        method: str,
        target: str,
        headers: dict[str, str],
        body: bytes = b"",
        peer: str = "127.0.0.1",
    ) -> tuple[int, bytes]:
        """Like `send`; what succeeds may have changed the scene or ended the session."""
        status, told = self.send(method, target, headers, body, peer)
        if status < 400 and method not in SAFE:
            scene.spoilt = True
            self._sessions.pop(scene.caller, None)
        return status, told

    def send(
        self, method: str, target: str, headers: dict[str, str], body: bytes, peer: str = "127.0.0.1"
    ) -> tuple[int, bytes]:
        path, _, query = target.partition("?")
        source = Body([body])
        request = Request(
            method,
            path,
            query,
            host="cloud.example",
            peer=peer,
            headers=Headers(headers.items()),
            length=len(body),
            source=source,
        )
        return self.runner.run(self._answer(request, source))

    async def _answer(self, request: Request, source: Body) -> tuple[int, bytes]:
        answer: Answer = await self.dispatch(request)
        if isinstance(answer.body, bytes):
            return answer.status, answer.body
        found = b""
        async for part in answer.body:
            found += part
            source.leave()  # an endless stream ends with its reader
        return answer.status, found


class OtherCloud:
    """Another cloud that says yes to everything, in place of the network: who may ask it is what is looked at here."""

    way = Way("https://there.example/v1/folder/7", "token", "secret", "consumer", "secret")
    one = Item(7, None, "f", True, 0, "", 1, "", "")

    def look(self, link: str) -> Offer:
        return Offer("there.example", "Theirs", "carl", Role.EDITOR)

    def accept(self, link: str) -> Invitation:
        return Invitation(self.way, "Theirs", "carl", Role.EDITOR, "owner@example.org")

    def leave(self, way: Way, address: str) -> None: ...
    def item(self, way: Way, item_id: int) -> Item:
        return self.one

    def children(self, way: Way, folder_id: int) -> list[Item]:
        return [self.one]

    def create_folder(self, way: Way, parent_id: int, name: str) -> Item:
        return self.one

    def change(self, way: Way, item_id: int, name: str | None, parent_id: int | None) -> Item:
        return self.one

    def delete(self, way: Way, item_id: int) -> None: ...
    def read(self, way: Way, item_id: int) -> "OtherCloud":
        return self

    def create(self, way: Way, parent_id: int, name: str, size: int) -> "OtherCloud":
        return self

    def replace(self, way: Way, item_id: int, size: int) -> "OtherCloud":
        return self

    size, mime = 1, "text/plain"

    def blocks(self) -> Iterator[bytes]:
        yield b"x"

    def close(self) -> None: ...
    def feed(self, data: bytes | memoryview) -> None: ...
    def abort(self) -> None: ...
    def commit(self) -> Item:
        return self.one


@contextmanager
def open_town(folder: Path) -> Iterator[Town]:
    """Over one database: roles are asked on both in tests/core/test_shares.py."""
    usual = http._pool, http._local
    catalog = SqlCatalog.open(folder / "catalog.db")
    cloud = Cloud(catalog, MemoryBlobs(), peers=OtherCloud())
    with ThreadPoolExecutor(4) as pool:
        http.configure(pool, cloud.is_local)
        town = Town(cloud, catalog)
        yield town
        town.runner.close()
        http.configure(*usual)
    cloud.close()


# ------------------------------------------------------------------------------------------ what is expected

UNKNOWN = {"anonymous": 401, "link": 401, "expired link": 401}
OUTSIDE = {"revoked": 404, "stranger": 404, "administrator": 404, "wrong scope": 403, "app folder": 404} | UNKNOWN
INSIDE = ("owner", "co-owner", "editor", "viewer", "reader")


def reading(ok: int = 200) -> dict[str, int]:
    return dict.fromkeys(INSIDE, ok) | OUTSIDE


def writing(ok: int = 200, outside: int = 404) -> dict[str, int]:
    """`outside`: what a parent that one does not see is answered with."""
    others = dict.fromkeys(("revoked", "stranger", "administrator", "app folder"), outside)
    return reading(ok) | {"viewer": 403, "reader": 403} | others


def owning(ok: int = 200) -> dict[str, int]:
    return writing(ok) | {"editor": 403}


def mine(ok: int = 200, *, writes: bool = False) -> dict[str, int]:
    """Of one's own: everybody has it."""
    return dict.fromkeys(CALLERS, ok) | {"wrong scope": 403} | UNKNOWN | ({"reader": 403} if writes else {})


def whole(ok: int = 200, *, writes: bool = False) -> dict[str, int]:
    """The same of a whole account."""
    return mine(ok, writes=writes) | {"app folder": 403}


def signed_in(ok: int = 200) -> dict[str, int]:
    return dict.fromkeys(CALLERS, ok) | UNKNOWN


def account(ok: int = 200) -> dict[str, int]:
    """Passwords and grants: by a session only."""
    return whole(ok, writes=True)


def admin(ok: int = 200) -> dict[str, int]:
    return dict.fromkeys(CALLERS, 403) | UNKNOWN | {"administrator": ok}


def administered(ok: int = 200) -> dict[str, int]:
    """An app that nobody but administrators sees."""
    limited = {"reader": 403, "wrong scope": 403, "app folder": 403}
    return dict.fromkeys(CALLERS, 404) | UNKNOWN | limited | {"administrator": ok}


def anyone(ok: int = 200) -> dict[str, int]:
    return dict.fromkeys(CALLERS, ok)


class Row(Struct):
    """How a route is called and what is answered. What stands in braces is an attribute of the scene, or a call."""

    expected: dict[str, int]
    path: str = ""
    json: Any = None
    body: bytes = b""
    headers: dict[str, str] = {}
    fills: bool = False
    """The body names something too."""
    prepare: Callable[[Scene], dict[str, Any]] | None = None
    """What else the path and the body may name."""


def filled(value: Any, names: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        return {key: filled(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each, names) for each in value]
    if isinstance(value, str) and value.startswith("{") and value.endswith("}") and value[1:-1] in names:
        return names[value[1:-1]]
    return value.format_map(names) if isinstance(value, str) else value


def photo(scene: Scene) -> dict[str, Any]:
    """In the scene's folder, and looked at."""
    cloud, owner = scene.cloud, Actor(scene.owner_id)
    photo = cloud.uploads.put(owner, scene.folder, "p.jpg", b"a picture of the sea").node
    develop(cloud)
    return {"photo": photo.id}


def develop(cloud: Cloud) -> None:
    """All photos have been looked at."""
    while (look := cloud.developing.take()) is not None:
        made = Made(width=4, height=3, thumbnails=(Thumbnail("medium", 4, 3, 0, 4),))
        cloud.developing.settle(look.waiting, made, b"webp")
