"""PROMISES A1: every route of every face × every kind of caller.

The routes come from the tables by which the faces themselves work. A route without a row here fails, and a row says
for each caller what must be answered. Each cell has a folder of its own.
"""

import asyncio
import base64
import itertools
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import uvloop
from lxml import etree
from msgspec import Struct

from nuvol.core.cloud import Cloud
from nuvol.faces import health, http
from nuvol.faces.api.routes import ENTRIES
from nuvol.faces.dav.face import METHODS
from nuvol.faces.desktop import face as desktop
from nuvol.faces.http import Answer, Dispatcher, Headers, Request
from nuvol.model.accounts import FULL, Actor
from nuvol.model.shares import Role
from nuvol.server.app import dispatcher
from nuvol.server.settings import FACES
from nuvol.stores.blobs.memory import MemoryBlobs
from nuvol.stores.catalog.catalog import SqlCatalog
from tests.faces.native import PASSWORD, Body

MEMBERS = {"co-owner": Role.CO_OWNER, "editor": Role.EDITOR, "viewer": Role.VIEWER}
CALLERS = ("owner", *MEMBERS, "revoked", "stranger", "administrator", "anonymous", "reader", "wrong scope")
"""`reader` and `wrong scope` are the owner's, by a token that may read files, and by one that may not even that."""

_numbers = itertools.count(1)


class Scene:
    """One cell: a folder with everything that a route may name, and the one who calls."""

    def __init__(self, town: "Town", caller: str) -> None:
        self.town = town
        self.caller = caller
        self.cloud = cloud = town.cloud
        owner = Actor(town.ids["owner"])
        self.name = f"d{next(_numbers)}"
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
        self.me = town.ids.get(caller, owner.account_id)

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
        owner = Actor(self.owner_id)
        lock = self.cloud.locks.lock(owner, self.file, owner="", deep=False, exclusive=True, seconds=60)
        return lock.token


class Town:
    """A cloud and its people."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
        self.dispatch: Dispatcher = dispatcher(cloud, FACES, lambda: ())
        people = ("owner", *MEMBERS, "revoked", "stranger", "other")
        self.ids = {name: cloud.accounts.add(None, name, f"{name}@example.org", None).id for name in people}
        self.ids["administrator"] = cloud.accounts.add(None, "root", "root@example.org", None, admin=True).id
        cloud.accounts.set_signup_mode(None, "open")
        owner = Actor(self.ids["owner"])
        self.limited = {
            "reader": cloud.grants.bearer(owner, "r", ["files:read"], None),
            "wrong scope": cloud.grants.bearer(owner, "w", ["calendar"], None),
        }
        self.passwords = {
            name: cloud.grants.app_password(None, id, "p", ["files"]) for name, id in self.ids.items()
        } | {
            "reader": cloud.grants.app_password(None, owner.account_id, "p", ["files:read"]),
            "wrong scope": cloud.grants.app_password(None, owner.account_id, "p", ["calendar"]),
        }

    def token(self, caller: str) -> str | None:
        """A new session, or the token that may less."""
        if caller == "anonymous":
            return None
        if caller in self.limited:
            return self.limited[caller]
        return self.cloud.grants._give(self.ids[caller], "session", "tests", FULL, None)

    def basic(self, caller: str) -> str:
        name = {"administrator": "root", "reader": "owner", "wrong scope": "owner"}.get(caller, caller)
        return "Basic " + base64.b64encode(f"{name}:{self.passwords[caller]}".encode()).decode()

    def send(self, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        path, _, query = target.partition("?")
        source = Body([body])
        request = Request(
            method, path, query, host="cloud.example", headers=Headers(headers.items()), length=len(body), source=source
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


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Over one database: roles are asked on both in tests/core/test_shares.py."""
    usual = http._pool, http._local
    cloud = Cloud(SqlCatalog.open(tmp_path_factory.mktemp("town") / "catalog.db"), MemoryBlobs())
    with ThreadPoolExecutor(4) as pool:
        http.configure(pool, cloud.is_local)
        town = Town(cloud)
        yield town
        town.runner.close()
        http.configure(*usual)
    cloud.close()


# ------------------------------------------------------------------------------------------ what is expected

OUTSIDE = {"revoked": 404, "stranger": 404, "administrator": 404, "anonymous": 401, "wrong scope": 403}
INSIDE = ("owner", "co-owner", "editor", "viewer", "reader")


def reading(ok: int = 200) -> dict[str, int]:
    return dict.fromkeys(INSIDE, ok) | OUTSIDE


def writing(ok: int = 200, outside: int = 404) -> dict[str, int]:
    """`outside`: what a parent that one does not see is answered with."""
    others = dict.fromkeys(("revoked", "stranger", "administrator"), outside)
    return reading(ok) | {"viewer": 403, "reader": 403} | others


def owning(ok: int = 200) -> dict[str, int]:
    return writing(ok) | {"editor": 403}


def mine(ok: int = 200, *, writes: bool = False) -> dict[str, int]:
    """Of one's own: everybody has it."""
    return dict.fromkeys(CALLERS, ok) | {"anonymous": 401, "wrong scope": 403} | ({"reader": 403} if writes else {})


def signed_in(ok: int = 200) -> dict[str, int]:
    return dict.fromkeys(CALLERS, ok) | {"anonymous": 401}


def account(ok: int = 200) -> dict[str, int]:
    """Passwords and grants: by a session only."""
    return mine(ok, writes=True)


def admin(ok: int = 200) -> dict[str, int]:
    return dict.fromkeys(CALLERS, 403) | {"anonymous": 401, "administrator": ok}


def administered(ok: int = 200) -> dict[str, int]:
    """An app that nobody but administrators sees."""
    return dict.fromkeys(CALLERS, 404) | {"anonymous": 401, "reader": 403, "wrong scope": 403, "administrator": ok}


def anyone(ok: int = 200) -> dict[str, int]:
    return dict.fromkeys(CALLERS, ok)


# ------------------------------------------------------------------------------------------ the native API


class Row(Struct):
    """How a route is called and what is answered. What stands in braces is an attribute of the scene, or a call."""

    expected: dict[str, int]
    path: str = ""
    json: Any = None
    body: bytes = b""
    headers: dict[str, str] = {}
    prepare: Callable[[Scene], dict[str, Any]] | None = None
    """What else the path and the body may name."""


TUS = {"tus-resumable": "1.0.0"}
PATCH_UPLOAD = TUS | {"upload-offset": "0", "content-type": "application/offset+octet-stream"}


def _own_grant(scene: Scene, kind: str) -> dict[str, Any]:
    token = scene.cloud.grants._give(scene.me, kind, "x", FULL, None)
    assert token
    grants = [grant for grant in scene.cloud.grants.list(scene.actor, kind) if grant.label == "x"]
    return {"grant": grants[-1].id}


def _desk(scene: Scene) -> dict[str, Any]:
    """A desk that knows the caller."""
    key, cloud = f"desk{next(_numbers)}", scene.cloud
    made = cloud.apps.add(None, "A desk", "u1db", key=key).app
    account = cloud.accounts.get(None, scene.me)
    code = next(desk.code for desk in cloud.consents.desks(scene.actor) if desk.key == key)
    said = {"type": "calendar", "user_eyeos": account.name, "name": code, "status": "NEW"}
    cloud.documents.open(Actor(made.home_id or 0), "calendar", create=True).create_doc(said)
    return {"desk": key}


def _connected(scene: Scene) -> dict[str, Any]:
    apps, key = scene.cloud.apps, f"app{next(_numbers)}"
    apps.add(None, "An app", "cloudfs", key=key)
    apps.connect(apps.find(key), scene.actor)
    return {"app": key}


def _victim(scene: Scene) -> dict[str, Any]:
    name = f"victim{next(_numbers)}"
    return {"victim": scene.cloud.accounts.add(None, name, f"{name}@example.org", None).id}


def _invited(scene: Scene) -> dict[str, Any]:
    scene.cloud.accounts.invite(None)
    return {"open": scene.cloud.accounts.invitations(None)[-1].id}


def _fresh(scene: Scene) -> dict[str, Any]:
    return {"fresh": f"fresh{next(_numbers)}"}


def _uploading(scene: Scene) -> dict[str, Any]:
    return {"upload": scene.upload()}


def _metadata(scene: Scene) -> dict[str, Any]:
    pairs = {"parent": str(scene.folder), "filename": "u"}
    return {"meta": ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())}


def _comment(scene: Scene) -> dict[str, Any]:
    """One of the owner's."""
    return {"comment": scene.cloud.comments.add(Actor(scene.owner_id), scene.file, "x")[0].doc_id}


def _link(scene: Scene) -> dict[str, Any]:
    return {"link": scene.cloud.links.create(Actor(scene.owner_id), [scene.file]).id}


def _received(scene: Scene) -> dict[str, Any]:
    return {"key": scene.cloud.links.create(Actor(scene.owner_id), [scene.file]).key, "home": scene.home}


def _app(scene: Scene) -> dict[str, Any]:
    """One that the command line made: an administrator's, and nobody's own."""
    key, name = f"app{next(_numbers)}", f"user{next(_numbers)}"
    scene.cloud.apps.add(None, "An app", "cloudfs", key=key)
    scene.cloud.apps.set_signup_mode(None, key, "open")
    user = scene.cloud.customers.create(scene.cloud.apps.find(key), name, "long enough")
    return {"app": key, "user": user.account_id, "fresh": f"fresh{next(_numbers)}"}


def _database(scene: Scene) -> dict[str, Any]:
    name = f"db{next(_numbers)}"
    replica = scene.cloud.documents.open(scene.actor, name, create=True)
    document = replica.create_doc_from_json('{"a": "b"}', "one")
    replica.create_index("by-a", "a")
    return {"db": name, "rev": document.rev, "fresh": f"fresh{next(_numbers)}"}


NOT_MINE = {name: 404 for name in ("co-owner", "editor", "viewer", "revoked", "stranger", "administrator")}
"""What only who began it knows of, though others may do the like in the folder."""

ROWS: dict[str, Row] = {
    "GET /capabilities": Row(anyone()),
    "GET /openapi.json": Row(anyone()),
    "POST /setup": Row(anyone(404), json={"token": "x", "name": "a", "email": "a@b.org", "password": "long enough"}),
    "POST /session": Row(anyone(400), json={"login": "nobody"}),
    "GET /session": Row(signed_in()),
    "DELETE /session": Row(signed_in(204)),
    "GET /sessions": Row(account()),
    "DELETE /sessions/{grant_id}": Row(account(204), "/sessions/{grant}", prepare=lambda s: _own_grant(s, "session")),
    "GET /me": Row(signed_in()),
    "PATCH /me": Row(account(), json={"locale": "ca"}),
    "POST /me/password": Row(
        dict.fromkeys(CALLERS, 403) | {"anonymous": 401}, json={"old": "wrong one", "new": PASSWORD}
    ),
    "GET /usage": Row(mine()),
    "GET /app-passwords": Row(account()),
    "POST /app-passwords": Row(account(201), json={"label": "l", "scopes": ["files"]}),
    "DELETE /app-passwords/{grant_id}": Row(
        account(204), "/app-passwords/{grant}", prepare=lambda s: _own_grant(s, "app-password")
    ),
    "GET /tokens": Row(account()),
    "POST /tokens": Row(account(201), json={"label": "l", "scopes": ["files"], "days": 1}),
    "DELETE /tokens/{grant_id}": Row(account(204), "/tokens/{grant}", prepare=lambda s: _own_grant(s, "bearer")),
    "GET /me/apps": Row(account()),
    "DELETE /me/apps/{app_key}": Row(account(204), "/me/apps/{app}", prepare=_connected),
    "GET /me/desks": Row(account()),
    "PUT /me/desks/{app_key}": Row(account(), "/me/desks/{desk}", prepare=_desk),
    "GET /accounts": Row(admin()),
    "POST /accounts": Row(
        admin(201),
        json={"name": "{fresh}", "email": "{fresh}@example.org", "password": PASSWORD},
        prepare=_fresh,
    ),
    "GET /accounts/{account_id}": Row(
        dict.fromkeys(CALLERS, 404)
        | {"owner": 200, "reader": 200, "wrong scope": 200, "administrator": 200, "anonymous": 401},
        "/accounts/{owner_id}",
    ),
    "PATCH /accounts/{account_id}": Row(admin(), "/accounts/{victim}", json={"quota": 5}, prepare=_victim),
    "DELETE /accounts/{account_id}": Row(admin(204), "/accounts/{victim}", prepare=_victim),
    "POST /accounts/{account_id}/password": Row(
        admin(204), "/accounts/{victim}/password", json={"new": PASSWORD}, prepare=_victim
    ),
    "GET /invitations": Row(admin()),
    "POST /invitations": Row(admin(201), json={}),
    "DELETE /invitations/{invitation_id}": Row(admin(204), "/invitations/{open}", prepare=_invited),
    "POST /join": Row(
        anyone(201),
        json={"name": "{fresh}", "email": "{fresh}@example.org", "password": PASSWORD},
        prepare=_fresh,
    ),
    "GET /signup": Row(anyone()),
    "PUT /signup": Row(admin(), json={"mode": "open"}),
    "GET /nodes/root": Row(mine()),
    "GET /nodes/by-path": Row(reading(), "/nodes/by-path?path={name}/f"),
    "POST /nodes": Row(writing(201), json={"parent_id": "{folder}", "name": "new"}),
    "GET /nodes/{node_id}": Row(reading(), "/nodes/{file}"),
    "PATCH /nodes/{node_id}": Row(writing(), "/nodes/{file}", json={"name": "g"}),
    "DELETE /nodes/{node_id}": Row(writing(204), "/nodes/{file}"),
    "POST /nodes/{node_id}/copy": Row(writing(201), "/nodes/{file}/copy", json={"parent_id": "{folder}", "name": "g"}),
    "GET /nodes/{node_id}/children": Row(reading(), "/nodes/{folder}/children"),
    "GET /search": Row(mine(), "/search?q=inner"),
    "GET /nodes/{node_id}/content": Row(reading(), "/nodes/{file}/content"),
    "HEAD /nodes/{node_id}/content": Row(reading(), "/nodes/{file}/content"),
    "PUT /nodes/{node_id}/content": Row(writing(), "/nodes/{file}/content", body=b"x"),
    "PUT /nodes/{node_id}/children/{name}/content": Row(
        writing(201), "/nodes/{folder}/children/new/content", body=b"x"
    ),
    "POST /chunks/missing": Row(mine(writes=True), json={"hashes": ["00" * 32]}),
    "GET /nodes/{node_id}/zip": Row(reading(), "/nodes/{folder}/zip"),
    "GET /nodes/{node_id}/versions": Row(reading(), "/nodes/{file}/versions"),
    "GET /nodes/{node_id}/versions/{number}/content": Row(reading(), "/nodes/{file}/versions/1/content"),
    "POST /nodes/{node_id}/versions/{number}/restore": Row(writing(), "/nodes/{file}/versions/1/restore"),
    "DELETE /nodes/{node_id}/versions/{number}": Row(owning(204), "/nodes/{file}/versions/1"),
    "GET /trash": Row(mine()),
    "POST /trash/{node_id}/restore": Row(writing(), "/trash/{gone}/restore", json={}),
    "DELETE /trash/{node_id}": Row(owning(204), "/trash/{gone}"),
    "DELETE /trash": Row(mine(writes=True)),
    "GET /shares": Row(mine()),
    "GET /nodes/{node_id}/members": Row(reading(), "/nodes/{file}/members"),
    "POST /nodes/{node_id}/members": Row(owning(201), "/nodes/{inner}/members", json={"to": ["other"]}),
    "PATCH /nodes/{node_id}/members/{account_id}": Row(
        owning(), "/nodes/{folder}/members/{other}", json={"role": "editor"}
    ),
    "DELETE /nodes/{node_id}/members/{account_id}": Row(owning(204), "/nodes/{folder}/members/{other}"),
    "GET /nodes/{node_id}/invitations": Row(owning(), "/nodes/{folder}/invitations"),
    "DELETE /nodes/{node_id}/invitations/{invitation_id}": Row(
        owning(204), "/nodes/{folder}/invitations/{invitation}"
    ),
    "POST /shares/invitation": Row(mine(), json={"secret": "{secret}"}),
    "POST /shares/accept": Row(mine(201, writes=True) | {"owner": 400}, json={"secret": "{secret}"}),
    "GET /nodes/{node_id}/comments": Row(reading(), "/nodes/{file}/comments"),
    "POST /nodes/{node_id}/comments": Row(writing(201) | {"viewer": 201}, "/nodes/{file}/comments", json={"text": "t"}),
    "DELETE /nodes/{node_id}/comments/{comment_id}": Row(
        writing(204) | {"co-owner": 403, "editor": 403}, "/nodes/{file}/comments/{comment}", prepare=_comment
    ),
    "GET /nodes/{node_id}/activity": Row(reading(), "/nodes/{file}/activity"),
    "POST /uploads": Row(
        writing(201), headers=TUS | {"upload-length": "5", "upload-metadata": "{meta}"}, prepare=_metadata
    ),
    "HEAD /uploads/{upload_id}": Row(
        writing() | NOT_MINE, "/uploads/{upload}", headers=TUS, prepare=_uploading
    ),
    "PATCH /uploads/{upload_id}": Row(
        writing(204) | NOT_MINE, "/uploads/{upload}", headers=PATCH_UPLOAD, body=b"12345", prepare=_uploading
    ),
    "DELETE /uploads/{upload_id}": Row(
        writing(204) | NOT_MINE, "/uploads/{upload}", headers=TUS, prepare=_uploading
    ),
    "GET /nodes/by-path/children": Row(reading(), "/nodes/by-path/children?path={name}"),
    "GET /links": Row(mine()),
    "POST /links": Row(writing(201) | NOT_MINE, json={"node_ids": ["{file}"]}),
    "GET /links/{link_id}": Row(reading() | NOT_MINE, "/links/{link}", prepare=_link),
    "PATCH /links/{link_id}": Row(writing() | NOT_MINE, "/links/{link}", json={"name": "n"}, prepare=_link),
    "DELETE /links/{link_id}": Row(writing(204) | NOT_MINE, "/links/{link}", prepare=_link),
    "POST /received": Row(
        mine(201, writes=True), json={"key": "{key}", "parent_id": "{home}", "exists": "rename"}, prepare=_received
    ),
    "GET /apps": Row(account()),
    "POST /apps": Row(account(201), json={"title": "mine"}),
    "GET /apps/{app_key}": Row(administered(), "/apps/{app}", prepare=_app),
    "PATCH /apps/{app_key}": Row(administered(), "/apps/{app}", json={"active": True}, prepare=_app),
    "DELETE /apps/{app_key}": Row(administered(204), "/apps/{app}", prepare=_app),
    "POST /apps/{app_key}/secret": Row(administered(), "/apps/{app}/secret", json={}, prepare=_app),
    "DELETE /apps/{app_key}/tokens": Row(administered(204), "/apps/{app}/tokens", prepare=_app),
    "GET /apps/{app_key}/users": Row(administered(), "/apps/{app}/users", prepare=_app),
    "POST /apps/{app_key}/users": Row(
        administered(201), "/apps/{app}/users", json={"username": "{fresh}", "password": PASSWORD}, prepare=_app
    ),
    "DELETE /apps/{app_key}/users/{account_id}": Row(
        administered(204), "/apps/{app}/users/{user}", prepare=_app
    ),
    "GET /databases": Row(account()),
    "PUT /databases/{database}": Row(account(201), "/databases/{fresh}", prepare=_fresh),
    "GET /databases/{database}": Row(account(), "/databases/{db}", prepare=_database),
    "DELETE /databases/{database}": Row(account(204), "/databases/{db}", prepare=_database),
    "GET /databases/{database}/documents": Row(account(), "/databases/{db}/documents", prepare=_database),
    "POST /databases/{database}/documents": Row(
        account(201), "/databases/{db}/documents", json={"a": "c"}, prepare=_database
    ),
    "GET /databases/{database}/documents/{doc_id}": Row(
        account(), "/databases/{db}/documents/one", prepare=_database
    ),
    "PUT /databases/{database}/documents/{doc_id}": Row(
        account(201), "/databases/{db}/documents/two", json={"a": "c"}, prepare=_database
    ),
    "DELETE /databases/{database}/documents/{doc_id}": Row(
        account(200), "/databases/{db}/documents/one", headers={"if-match": '"{rev}"'}, prepare=_database
    ),
    "GET /databases/{database}/documents/{doc_id}/conflicts": Row(
        account(), "/databases/{db}/documents/one/conflicts", prepare=_database
    ),
    "POST /databases/{database}/documents/{doc_id}/resolve": Row(
        account(), "/databases/{db}/documents/one/resolve", json={"revs": ["{rev}"], "content": {"a": "d"}},
        prepare=_database,
    ),
    "GET /databases/{database}/indexes": Row(account(), "/databases/{db}/indexes", prepare=_database),
    "PUT /databases/{database}/indexes/{index}": Row(
        account(), "/databases/{db}/indexes/by-b", json={"expressions": ["b"]}, prepare=_database
    ),
    "DELETE /databases/{database}/indexes/{index}": Row(
        account(204), "/databases/{db}/indexes/by-a", prepare=_database
    ),
    "GET /databases/{database}/indexes/{index}/keys": Row(
        account(), "/databases/{db}/indexes/by-a/keys", prepare=_database
    ),
    "POST /databases/{database}/query": Row(
        account(), "/databases/{db}/query", json={"index": "by-a", "values": ["b"]}, prepare=_database
    ),
    "GET /databases/{database}/changes": Row(account(), "/databases/{db}/changes", prepare=_database),
    "GET /databases/{database}/snapshot": Row(account(), "/databases/{db}/snapshot", prepare=_database),
    "GET /databases/{database}/sync-from/{replica}": Row(
        account(), "/databases/{db}/sync-from/r1", prepare=_database
    ),
    "PUT /databases/{database}/sync-from/{replica}": Row(
        account(204), "/databases/{db}/sync-from/r1", json={"generation": 1, "transaction_id": "T-1"},
        prepare=_database,
    ),
    "POST /databases/{database}/sync-from/{replica}": Row(
        account(), "/databases/{db}/sync-from/r1", headers={"content-type": "application/x-u1db-sync-stream"},
        body=b'[\r\n{"last_known_generation": 0}\r\n]', prepare=_database,
    ),
    "GET /changes": Row(mine()),
    "GET /changes/live": Row(mine()),
}  # fmt: skip


def filled(value: Any, names: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        return {key: filled(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each, names) for each in value]
    if isinstance(value, str) and value.startswith("{") and value.endswith("}") and value[1:-1] in names:
        return names[value[1:-1]]
    return value.format_map(names) if isinstance(value, str) else value


ROUTES = [f"{entry.operation.method} {entry.operation.path}" for entry in ENTRIES]


def test_every_route_has_a_row() -> None:
    assert sorted(ROUTES) == sorted(ROWS)
    assert sorted(METHODS) == sorted(DAV_ROWS)
    others = {"cloudfs", "links", "oauth", "photoshare", "signup", "stacksync", "u1db"}  # in suites of their own
    assert set(FACES) == {"api", "dav", "desktop", *others}, "a new face brings its routes here"
    for row in (*ROWS.values(), *DAV_ROWS.values()):
        assert set(row.expected) == set(CALLERS)


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("route", ROUTES)
def test_a_route_of_the_native_api_answers_each_caller(town: Town, route: str, caller: str) -> None:
    row, scene = ROWS[route], Scene(town, caller)
    names = {name: value for name, value in vars(scene).items() if not name.startswith("_")} | town.ids
    token = town.token(caller)
    if row.prepare is not None:
        names |= row.prepare(scene)
    if route == "DELETE /session" and caller in town.limited:
        token = town.cloud.grants.bearer(Actor(scene.me), "for this once", ["profile"], None)
    method, path = route.split()
    headers = filled(row.headers, names)
    body = row.body
    if row.json is not None:
        headers["content-type"], body = "application/json", json.dumps(filled(row.json, names)).encode()
    if token is not None:
        headers["authorization"] = f"Bearer {token}"
    status, told = town.send(method, "/api/v1" + filled(row.path or path, names), headers, body)
    assert status == row.expected[caller], told[:300]


# ------------------------------------------------------------------------------------------ WebDAV

PROPFIND = b'<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>'
PROPPATCH = b'<propertyupdate xmlns="DAV:"><set><prop><a xmlns="n">1</a></prop></set></propertyupdate>'
LOCKINFO = b'<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/></locktype></lockinfo>'
REPORT = (
    b'<sync-collection xmlns="DAV:"><sync-token/><sync-level>1</sync-level><prop><getetag/></prop></sync-collection>'
)


DAV_ROWS: dict[str, Row] = {
    "OPTIONS": Row(signed_in(), "{name}"),
    "GET": Row(reading(), "{name}/f"),
    "HEAD": Row(reading(), "{name}/f"),
    "PUT": Row(writing(201, 409), "{name}/new", body=b"x"),
    "DELETE": Row(writing(204), "{name}/f"),
    "MKCOL": Row(writing(201, 409), "{name}/new"),
    "COPY": Row(writing(201), "{name}/f", headers={"destination": "/dav/files/{name}/g"}),
    "MOVE": Row(writing(201), "{name}/f", headers={"destination": "/dav/files/{name}/g"}),
    "PROPFIND": Row(reading(207), "{name}", body=PROPFIND, headers={"depth": "1"}),
    "PROPPATCH": Row(writing(207), "{name}/f", body=PROPPATCH),
    "LOCK": Row(writing(200, 409), "{name}/f", body=LOCKINFO),
    "UNLOCK": Row(
        writing(204) | {"co-owner": 403, "editor": 403},
        "{name}/f",
        headers={"lock-token": "<{token}>"},
        prepare=lambda scene: {"token": scene.lock()},
    ),
    "REPORT": Row(reading(207), "{name}", body=REPORT, headers={"depth": "0"}),
}  # fmt: skip


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("method", sorted(METHODS))
def test_a_method_of_webdav_answers_each_caller(town: Town, method: str, caller: str) -> None:
    row, scene = DAV_ROWS[method], Scene(town, caller)
    names = {"name": scene.name} | (row.prepare(scene) if row.prepare else {})
    headers = filled(row.headers, names)
    if caller != "anonymous":
        headers["authorization"] = town.basic(caller)
    status, told = town.send(method, "/dav/files/" + filled(row.path, names), headers, row.body)
    assert status == row.expected[caller], told[:300]
    if status == 207:
        assert etree.fromstring(told).tag == "{DAV:}multistatus"


# ------------------------------------------------------------------------------------------ pages


@pytest.mark.parametrize("prefix", sorted({*desktop.PREFIXES, *health.PREFIXES}))
def test_a_page_is_the_same_for_everybody_without_a_cookie(town: Town, prefix: str) -> None:
    """The desktop's pages and the operators' addresses show nothing of anybody's files."""
    told = set()
    for caller in CALLERS:
        token = town.token(caller)
        headers = {"accept": "text/html"} | ({"authorization": f"Bearer {token}"} if token else {})
        status, body = town.send("GET", f"/{prefix}", headers, b"")
        assert status < 500
        told.add((status, body if prefix != "metrics" else b""))
    assert len(told) == 1
