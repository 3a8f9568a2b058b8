"""PROMISES A1: every route of every face × every kind of caller. Here: the native API, WebDAV, and the pages; the other
faces are in test_permissions_apps.py.

The routes come from the tables by which the faces themselves work. A route without a row here fails, and a row says
for each caller what must be answered. Each cell has a folder of its own.
"""

import base64
from typing import Any

import pytest
from lxml import etree

from nuvol.faces import health
from nuvol.faces.api.routes import ENTRIES
from nuvol.faces.dav.face import METHODS
from nuvol.faces.desktop import face as desktop
from nuvol.model.accounts import FULL, Actor
from nuvol.server.settings import FACES
from tests.faces.matrix import (
    CALLERS,
    UNKNOWN,
    Row,
    Scene,
    Town,
    account,
    admin,
    administered,
    anyone,
    filled,
    mine,
    numbers,
    owning,
    photo,
    reading,
    signed_in,
    whole,
    writing,
)
from tests.faces.native import PASSWORD

# ------------------------------------------------------------------------------------------ the native API


TUS = {"tus-resumable": "1.0.0"}
PATCH_UPLOAD = TUS | {"upload-offset": "0", "content-type": "application/offset+octet-stream"}


def _own_grant(scene: Scene, kind: str) -> dict[str, Any]:
    token = scene.cloud.grants._give(scene.me, kind, "x", FULL, None)
    assert token
    grants = [grant for grant in scene.cloud.grants.list(scene.actor, kind) if grant.label == "x"]
    return {"grant": grants[-1].id}


def _desk(scene: Scene) -> dict[str, Any]:
    """A desk that knows the caller."""
    key, cloud = f"desk{next(numbers)}", scene.cloud
    made = cloud.apps.add(None, "A desk", "u1db", key=key).app
    account = cloud.accounts.get(None, scene.me)
    code = next(desk.code for desk in cloud.consents.desks(scene.actor) if desk.key == key)
    said = {"type": "calendar", "user_eyeos": account.name, "name": code, "status": "NEW"}
    cloud.documents.open(Actor(made.home_id or 0), "calendar", create=True).create_doc(said)
    return {"desk": key}


def _bundle(scene: Scene) -> dict[str, Any]:
    """Of the owner's: it opens nothing to anybody else."""
    return {"bundle": scene.cloud.bundles.make(Actor(scene.owner_id), [scene.file], "f").id}


def _import(scene: Scene) -> dict[str, Any]:
    """The caller's own."""
    archive = scene.cloud.uploads.put(scene.actor, scene.home, f"take{next(numbers)}.zip", b"no zip").node
    return {"import": scene.cloud.imports.begin(scene.actor, archive.id, "Photos").id}


def _connected(scene: Scene) -> dict[str, Any]:
    apps, key = scene.cloud.apps, f"app{next(numbers)}"
    apps.add(None, "An app", "cloudfs", key=key)
    apps.connect(apps.find(key), scene.actor)
    return {"app": key}


def _victim(scene: Scene) -> dict[str, Any]:
    name = f"victim{next(numbers)}"
    return {"victim": scene.cloud.accounts.add(None, name, f"{name}@example.org", None).id}


def _invited(scene: Scene) -> dict[str, Any]:
    scene.cloud.accounts.invite(None)
    return {"open": scene.cloud.accounts.invitations(None)[-1].id}


def _fresh(scene: Scene) -> dict[str, Any]:
    return {"fresh": f"fresh{next(numbers)}"}


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
    key, name = f"app{next(numbers)}", f"user{next(numbers)}"
    scene.cloud.apps.add(None, "An app", "cloudfs", key=key)
    scene.cloud.apps.set_signup_mode(None, key, "open")
    user = scene.cloud.customers.create(scene.cloud.apps.find(key), name, "long enough")
    app = scene.cloud.apps.find(key)
    scene.cloud.apps.sign_in(app, name, "long enough", "192.0.2.1")
    held = scene.cloud.grants.list(Actor(user.account_id))
    return {"app": key, "user": user.account_id, "grant": held[-1].id, "fresh": f"fresh{next(numbers)}"}


def _away(scene: Scene) -> dict[str, Any]:
    return {"away": scene.cloud.elsewhere.accept(scene.actor, "").id}


def _database(scene: Scene) -> dict[str, Any]:
    name = f"db{next(numbers)}"
    replica = scene.cloud.documents.open(scene.actor, name, create=True)
    document = replica.create_doc_from_json('{"a": "b"}', "one")
    replica.create_index("by-a", "a")
    return {"db": name, "rev": document.rev, "fresh": f"fresh{next(numbers)}"}


def _album(scene: Scene) -> dict[str, Any]:
    """The caller's own."""
    mine = scene.actor
    photo = scene.cloud.uploads.put(mine, scene.home, f"mine{next(numbers)}.jpg", b"of my own").node.id
    return {"album": scene.cloud.albums.create(mine, "Sea", None, None).album.id, "mine": photo}


def liking(ok: int = 200) -> dict[str, int]:
    """Who may look may like; a token for reading may not."""
    return reading(ok) | {"reader": 403}


NOT_MINE = {name: 404 for name in ("co-owner", "editor", "viewer", "revoked", "stranger", "administrator")}
NOT_MINE = dict.fromkeys(("co-owner", "editor", "viewer", "revoked", "stranger", "administrator", "app folder"), 404)
"""What only who began it knows of, though others may do the like in the folder."""

MANAGED = NOT_MINE | {"co-owner": 200}
"""Links in a folder are the owner's and its co-owners'."""

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
        dict.fromkeys(CALLERS, 403) | UNKNOWN, json={"old": "wrong one", "new": PASSWORD}
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
        | dict.fromkeys(("owner", "reader", "wrong scope", "app folder", "administrator"), 200)
        | UNKNOWN,
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
    "POST /chunks/missing": Row(whole(writes=True), json={"hashes": ["00" * 32]}),
    "GET /nodes/{node_id}/zip": Row(reading(), "/nodes/{folder}/zip"),
    "POST /bundles": Row(reading(201), json={"node_ids": ["{file}", "{inner}"]}),
    "GET /bundles/{bundle_id}/zip": Row(
        dict.fromkeys(CALLERS, 404) | UNKNOWN | {"owner": 200, "reader": 200, "wrong scope": 403},
        "/bundles/{bundle}/zip",
        prepare=_bundle,
    ),
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
    "POST /shares/invitation": Row(anyone(), json={"secret": "{secret}"}),
    "POST /shares/accept": Row(whole(201, writes=True) | {"owner": 400}, json={"secret": "{secret}"}),
    "GET /nodes/{node_id}/comments": Row(reading(), "/nodes/{file}/comments"),
    "POST /nodes/{node_id}/comments": Row(writing(201) | {"viewer": 201}, "/nodes/{file}/comments", json={"text": "t"}),
    "DELETE /nodes/{node_id}/comments/{comment_id}": Row(
        writing(204) | {"co-owner": 403, "editor": 403}, "/nodes/{file}/comments/{comment}", prepare=_comment
    ),
    "GET /nodes/{node_id}/activity": Row(reading(), "/nodes/{file}/activity"),
    "POST /shares/guests": Row(anyone(201), json={"secret": "{secret}"}),
    "GET /elsewhere": Row(mine()),
    "POST /elsewhere": Row(whole(201, writes=True), json={"link": "https://there.example/shared#nv_f_x"}),
    "POST /elsewhere/invitation": Row(whole(writes=True), json={"link": "https://there.example/shared#nv_f_x"}),
    "GET /elsewhere/{folder_id}": Row(whole(), "/elsewhere/{away}", prepare=_away),
    "DELETE /elsewhere/{folder_id}": Row(whole(204, writes=True), "/elsewhere/{away}", prepare=_away),
    "GET /elsewhere/{folder_id}/items/{item_id}": Row(whole(), "/elsewhere/{away}/items/8", prepare=_away),
    "PATCH /elsewhere/{folder_id}/items/{item_id}": Row(
        whole(writes=True), "/elsewhere/{away}/items/8", json={"name": "n"}, prepare=_away
    ),
    "DELETE /elsewhere/{folder_id}/items/{item_id}": Row(
        whole(204, writes=True), "/elsewhere/{away}/items/8", prepare=_away
    ),
    "GET /elsewhere/{folder_id}/items/{item_id}/children": Row(
        whole(), "/elsewhere/{away}/items/7/children", prepare=_away
    ),
    "POST /elsewhere/{folder_id}/items/{item_id}/children": Row(
        whole(201, writes=True), "/elsewhere/{away}/items/7/children", json={"name": "n"}, prepare=_away
    ),
    "GET /elsewhere/{folder_id}/items/{item_id}/content": Row(
        whole(), "/elsewhere/{away}/items/8/content", prepare=_away
    ),
    "PUT /elsewhere/{folder_id}/items/{item_id}/content": Row(
        whole(writes=True), "/elsewhere/{away}/items/8/content", body=b"x", prepare=_away
    ),
    "PUT /elsewhere/{folder_id}/items/{item_id}/children/{name}/content": Row(
        whole(201, writes=True), "/elsewhere/{away}/items/7/children/n/content", body=b"x", prepare=_away
    ),
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
    "POST /links": Row(owning(201), json={"node_ids": ["{file}"]}),
    "GET /links/{link_id}": Row(reading() | MANAGED, "/links/{link}", prepare=_link),
    "PATCH /links/{link_id}": Row(writing() | MANAGED, "/links/{link}", json={"name": "n"}, prepare=_link),
    "DELETE /links/{link_id}": Row(writing(204) | MANAGED | {"co-owner": 204}, "/links/{link}", prepare=_link),
    "POST /received": Row(
        mine(201, writes=True) | {"app folder": 404},
        json={"key": "{key}", "parent_id": "{home}", "exists": "rename"}, prepare=_received,
    ),
    "GET /apps": Row(account()),
    "POST /apps": Row(account(201), json={"title": "mine"}),
    "GET /apps/{app_key}": Row(administered(), "/apps/{app}", prepare=_app),
    "PATCH /apps/{app_key}": Row(administered(), "/apps/{app}", json={"active": True}, prepare=_app),
    "DELETE /apps/{app_key}": Row(administered(204), "/apps/{app}", prepare=_app),
    "POST /apps/{app_key}/secret": Row(administered(), "/apps/{app}/secret", json={}, prepare=_app),
    "GET /apps/{app_key}/usage": Row(administered(), "/apps/{app}/usage", prepare=_app),
    "GET /apps/{app_key}/tokens": Row(administered(), "/apps/{app}/tokens", prepare=_app),
    "DELETE /apps/{app_key}/tokens/{grant_id}": Row(
        administered(204), "/apps/{app}/tokens/{grant}", prepare=_app
    ),
    "GET /app-plans": Row(account()),
    "PATCH /app-plans/{app_plan}": Row(admin(), "/app-plans/paid", json={"users": None}),
    "DELETE /apps/{app_key}/tokens": Row(administered(204), "/apps/{app}/tokens", prepare=_app),
    "GET /apps/{app_key}/users": Row(administered(), "/apps/{app}/users", prepare=_app),
    "POST /apps/{app_key}/users": Row(
        administered(201), "/apps/{app}/users", json={"username": "{fresh}", "password": PASSWORD}, prepare=_app
    ),
    "DELETE /apps/{app_key}/users/{account_id}": Row(
        administered(204), "/apps/{app}/users/{user}", prepare=_app
    ),
    "GET /photos": Row(mine()),
    "GET /photos/timeline": Row(mine()),
    "GET /photos/places": Row(whole()),
    "GET /photos/duplicates": Row(whole()),
    "POST /photos/known": Row(whole(), json={"hashes": []}),
    "GET /photos/albums": Row(whole()),
    "POST /photos/albums": Row(whole(201, writes=True), json={"name": "Sea"}),
    "GET /photos/albums/{album_id}": Row(whole(), "/photos/albums/{album}", prepare=_album),
    "PATCH /photos/albums/{album_id}": Row(
        whole(writes=True), "/photos/albums/{album}", json={"name": "Lake"}, prepare=_album
    ),
    "DELETE /photos/albums/{album_id}": Row(whole(204, writes=True), "/photos/albums/{album}", prepare=_album),
    "GET /photos/albums/{album_id}/photos": Row(whole(), "/photos/albums/{album}/photos", prepare=_album),
    "POST /photos/albums/{album_id}/photos": Row(
        whole(writes=True), "/photos/albums/{album}/photos", json={"add": ["{mine}"]}, prepare=_album
    ),
    "GET /photos/{node_id}": Row(reading(), "/photos/{photo}", prepare=photo),
    "PATCH /photos": Row(
        writing(), json={"changes": [{"id": "{photo}", "taken": "2020-01-01T00:00:00"}]}, prepare=photo
    ),
    "GET /photos/towns": Row(mine(), "/photos/towns?q=barcelona"),
    "GET /photos/imports": Row(whole()),
    "POST /photos/imports": Row(
        reading(201) | {"reader": 403, "app folder": 403}, json={"node_id": "{file}"}
    ),
    "GET /photos/imports/{import_id}": Row(whole(), "/photos/imports/{import}", prepare=_import),
    "DELETE /photos/imports/{import_id}": Row(whole(204, writes=True), "/photos/imports/{import}", prepare=_import),
    "PATCH /photos/{node_id}": Row(
        writing(), "/photos/{photo}", json={"taken": "2020-01-01T00:00:00", "place": None}, prepare=photo
    ),
    "GET /photos/{node_id}/thumbnail": Row(reading(), "/photos/{photo}/thumbnail", prepare=photo),
    "GET /photos/{node_id}/likes": Row(reading(), "/photos/{photo}/likes", prepare=photo),
    "PUT /photos/{node_id}/like": Row(liking(), "/photos/{photo}/like", prepare=photo),
    "DELETE /photos/{node_id}/like": Row(liking(), "/photos/{photo}/like", prepare=photo),
    "PUT /photos/{node_id}/favourite": Row(liking(), "/photos/{photo}/favourite", prepare=photo),
    "DELETE /photos/{node_id}/favourite": Row(liking(), "/photos/{photo}/favourite", prepare=photo),
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


ROUTES = [f"{entry.operation.method} {entry.operation.path}" for entry in ENTRIES]


def test_every_route_has_a_row() -> None:
    assert sorted(ROUTES) == sorted(ROWS)
    assert sorted(METHODS) == sorted(DAV_ROWS)
    assert {"api", "dav", "desktop"} <= set(FACES)
    for row in (*ROWS.values(), *DAV_ROWS.values()):
        assert set(row.expected) == set(CALLERS)


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("route", ROUTES)
def test_a_route_of_the_native_api_answers_each_caller(town: Town, route: str, caller: str) -> None:
    row, scene = ROWS[route], town.scene(caller)
    more = row.prepare(scene) if row.prepare else {}
    if route == "DELETE /session" and caller in town.limited:  # it would end for all cells
        if caller == "app folder":
            more["token"] = town.cloud.apps.connect(town.cloud.apps.find(town.app), Actor(scene.me))
        else:
            more["token"] = town.cloud.grants.bearer(Actor(scene.me), "for this once", ["profile"], None)
    method, path = route.split()
    status, told = town.call(method, "/api/v1" + ("" if row.path else path), row, scene, more)
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
    row, scene = DAV_ROWS[method], town.scene(caller)
    names = {"name": scene.name} | (row.prepare(scene) if row.prepare else {})
    headers = filled(row.headers, names)
    if caller in town.passwords:
        headers["authorization"] = town.basic(caller)
    elif caller != "anonymous":
        headers["authorization"] = f"Bearer {town.token(scene)}"
    status, told = town.tell(scene, method, "/dav/files/" + filled(row.path, names), headers, row.body)
    assert status == row.expected[caller], told[:300]
    if status == 207:
        assert etree.fromstring(told).tag == "{DAV:}multistatus"


# ------------------------------------------------------------------------------------------ pages


@pytest.mark.parametrize("prefix", sorted({*desktop.PREFIXES, *health.PREFIXES}))
def test_a_page_is_the_same_for_everybody_without_a_cookie(town: Town, prefix: str) -> None:
    """The desktop's pages and the operators' addresses show nothing of anybody's files."""
    told = set()
    for caller in CALLERS:
        token = town.token(town.scene(caller))
        headers = {"accept": "text/html"} | ({"authorization": f"Bearer {token}"} if token else {})
        status, body = town.send("GET", f"/{prefix}", headers, b"")
        assert status < 500
        told.add((status, body if prefix != "metrics" else b""))
    assert len(told) == 1
