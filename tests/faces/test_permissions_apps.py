"""PROMISES A1 and A2, continued: the faces by which apps and visitors come, × every kind of caller.

Apps show tokens as people's programs do; the pages of links are opened by keys and by cookies.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from nuvol.errors import NotAdmitted, NotAllowed
from nuvol.faces import signup, u1db
from nuvol.faces.cloudfs import admin as cloudfs_admin
from nuvol.faces.cloudfs import face as cloudfs
from nuvol.faces.http import Dispatcher, Headers, Request
from nuvol.faces.links import face as links
from nuvol.faces.oauth import desks
from nuvol.faces.oauth import face as oauth
from nuvol.faces.stacksync import face as stacksync
from nuvol.model.accounts import Actor
from nuvol.server.settings import FACES
from nuvol.wire.cloudfs import ids
from nuvol.wire.signup import Login, Newcomer
from tests.faces.matrix import (
    CALLERS,
    UNKNOWN,
    Row,
    Scene,
    Town,
    anyone,
    mine,
    numbers,
    owning,
    photo,
    reading,
    signed_in,
    whole,
    writing,
)
from tests.faces.native import PASSWORD, Body

Rows = dict[str, Row]

# ------------------------------------------------------------------------------------------ StackSync

FORM = {"content-type": "application/x-www-form-urlencoded"}


def dated(ok: int = 200) -> dict[str, int]:
    """Calendars: by the scope of that name, which sessions have, and the token that may nothing else."""
    others = {"reader": 403, "app folder": 403, "wrong scope": ok}
    return dict.fromkeys(CALLERS, ok) | UNKNOWN | others


def commenting(ok: int = 200) -> dict[str, int]:
    return writing(ok) | {"viewer": ok}


def locking(inside: dict[str, int], elsewhere: int) -> dict[str, int]:
    """Whoever does not see the file is taken to speak of one of another cloud, and locks in the own account."""
    return inside | dict.fromkeys(("revoked", "stranger", "administrator"), elsewhere)


def _comment(scene: Scene) -> dict[str, Any]:
    made, _ = scene.cloud.comments.add(Actor(scene.owner_id), scene.file, "t", user="u", cloud="c")
    (told,) = [one for one in scene.cloud.comments.list(Actor(scene.owner_id), scene.file).comments if one == made]
    from nuvol.wire.stacksync import comment

    scene.spoilt = True
    return {"time": comment(told, "c")["time_created"]}


def _lock(scene: Scene) -> dict[str, Any]:
    """Taken by the same desk, so that it is the desk's own."""
    from nuvol.wire.stacksync import lock_wish

    wish = {"id": str(scene.file), "cloud": "c", "user": "u", "ipserver": "i", "datetime": "2026-01-01 00:00:00"}
    scene.cloud.advisory.lock(Actor(scene.owner_id), lock_wish(wish), 9)
    return {}


def _event(scene: Scene) -> dict[str, Any]:
    from nuvol.model.calendar import Calendar, Event

    name = f"cal{next(numbers)}"
    scene.cloud.calendars.put_calendar(scene.actor, Calendar(user="u", name=name, cloud="c"))
    scene.cloud.calendars.put_event(scene.actor, Event("u", name, "1", "2", "0", "c"))
    return {"cal": name}


LOCK = b"id={file}&cloud=c&user=u&ipserver=i&datetime=2026-01-01+00:00:00&timelimit=9"
CALENDAR = b"user=u&name={cal}&cloud=c"
EVENT = b"user=u&calendar={cal}&cloud=c&isallday=0&timestart=1&timeend=2"

STACKSYNC: Rows = {
    "POST file": Row(writing(201), "file?name=new&parent={folder}", body=b"x"),
    "GET file/*": Row(reading(), "file/{file}"),
    "PUT file/*": Row(writing(), "file/{file}", json={"name": "g"}),
    "DELETE file/*": Row(writing(), "file/{file}"),
    "GET file/*/data": Row(reading(), "file/{file}/data"),
    "PUT file/*/data": Row(writing(201), "file/{file}/data", body=b"x"),
    "GET file/*/contents": Row(reading(), "file/{folder}/contents"),
    "GET file/*/versions": Row(reading(), "file/{file}/versions"),
    "GET file/*/version/*": Row(reading(), "file/{file}/version/1"),
    "GET file/*/versions/*": Row(reading(), "file/{file}/versions/1"),
    "GET file/*/version/*/data": Row(reading(), "file/{file}/version/1/data"),
    "GET file/*/versions/*/data": Row(reading(), "file/{file}/versions/1/data"),
    "POST folder": Row(writing(201), "folder", json={"name": "new", "parent": "{folder}"}),
    "GET folder/*": Row(reading(), "folder/{folder}"),
    "PUT folder/*": Row(writing(), "folder/{inner}", json={"name": "g"}),
    "DELETE folder/*": Row(writing(), "folder/{inner}"),
    "GET folder/*/contents": Row(reading(), "folder/{folder}/contents"),
    "POST folder/*/share": Row(owning(201), "folder/{inner}/share", json=["other@example.org"]),
    "POST folder/*/unshare": Row(owning(), "folder/{folder}/unshare", json=["other@example.org"]),
    "GET folder/*/members": Row(reading(), "folder/{folder}/members"),
    "POST comment": Row(commenting(), "comment", body=b"id={file}&user=u&text=t&cloud=c", fills=True),
    "GET comment/*/*": Row(reading(), "comment/{file}/c"),
    "GET comment/*/*/*": Row(reading(), "comment/{file}/c/x"),
    "DELETE comment/*/*/*/*": Row(
        commenting() | dict.fromkeys(("co-owner", "editor", "viewer"), 403),
        "comment/{file}/u/c/{time}",
        prepare=_comment,
    ),
    "POST calendar": Row(dated(), "calendar", body=CALENDAR, fills=True, prepare=_event),
    "PUT calendar": Row(dated(), "calendar", body=CALENDAR, fills=True, prepare=_event),
    "GET calendar/*/*": Row(dated(), "calendar/u/c"),
    "DELETE calendar/*/*/*": Row(dated(), "calendar/u/{cal}/c", prepare=_event),
    "POST event": Row(dated(), "event", body=EVENT, fills=True, prepare=_event),
    "PUT event": Row(dated(), "event", body=EVENT, fills=True, prepare=_event),
    "GET event/*/*/*": Row(dated(), "event/u/{cal}/c", prepare=_event),
    "DELETE event/*/*/*/*/*/*": Row(dated(), "event/u/{cal}/c/1/2/0", prepare=_event),
    "GET calEvents/*/*": Row(dated(), "calEvents/u/c"),
    "DELETE calUser/*/*": Row(dated(), "calUser/u/c"),
    "POST lockFile": Row(locking(writing(), 200), "lockFile", body=LOCK, fills=True),
    "GET lockFile/*/*": Row(locking(reading(), 200), "lockFile/{file}/c"),
    "GET lockFile/*/*/*": Row(locking(reading(), 200), "lockFile/{file}/c/x"),
    "PUT updateTime": Row(locking(writing(), 400), "updateTime", body=LOCK, fills=True, prepare=_lock),
    "PUT unLockFile": Row(locking(writing(), 400), "unLockFile", body=LOCK, fills=True, prepare=_lock),
}

# ------------------------------------------------------------------------------------------ CloudFS

UPLOAD = (
    b'--xyz\r\nContent-Disposition: form-data; name="file"; filename="new"\r\n\r\nx\r\n--xyz--\r\n',
    {"content-type": "multipart/form-data; boundary=xyz"},
)
OWN = dict.fromkeys(("co-owner", "editor", "viewer", "revoked", "stranger", "administrator", "app folder"), 404)
"""The trash is one's own there, also of a folder that others are members of; a share is the owner's and its
co-owners'."""


def own(ok: int = 200, *, writes: bool = False) -> dict[str, int]:
    return reading(ok) | OWN | ({"reader": 403} if writes else {})


def _share(scene: Scene) -> dict[str, Any]:
    return {"share": scene.cloud.links.create(Actor(scene.owner_id), [scene.file]).key}


def _ticket(scene: Scene) -> dict[str, Any]:
    owner = scene.cloud.grants.admit_token(scene.town.limited["reader"], "192.0.2.1")
    return {"ticket": scene.cloud.tickets.issue(owner, scene.cloud.tree.get(owner, scene.file))}


TO = b"to=/{f}&name=g"
FILE, INSIDE = "/{f}/{x}", "/{f}/{i}"
CLOUDFS: Rows = {
    "GET folders": Row(reading(), f"folders{INSIDE}"),
    "GET folders meta": Row(reading(), f"folders{INSIDE}/meta"),
    "POST folders meta": Row(
        writing(), f"folders{INSIDE}/meta", body=b"name=n&version-conflict=ignore", headers=FORM
    ),
    "POST folders create": Row(writing(), "folders/{f}?operation=create", body=b"name=new", headers=FORM),
    "POST folders copy": Row(writing(), f"folders{INSIDE}?operation=copy", body=TO, fills=True, headers=FORM),
    "POST folders move": Row(writing(), f"folders{INSIDE}?operation=move", body=TO, fills=True, headers=FORM),
    "DELETE folders": Row(writing(), f"folders{INSIDE}"),
    "GET filesystem": Row(reading(), f"filesystem/root{FILE}/meta"),
    "GET files": Row(reading(302), f"files{FILE}"),
    "GET files meta": Row(reading(), f"files{FILE}/meta"),
    "POST files meta": Row(writing(), f"files{FILE}/meta", body=b"name=n&version-conflict=ignore", headers=FORM),
    "POST files": Row(writing(), "files/{f}/", body=UPLOAD[0], headers=UPLOAD[1]),
    "POST files copy": Row(writing(), f"files{FILE}?operation=copy", body=TO, fills=True, headers=FORM),
    "POST files move": Row(writing(), f"files{FILE}?operation=move", body=TO, fills=True, headers=FORM),
    "DELETE files": Row(writing(), f"files{FILE}"),
    "GET files versions": Row(reading(), f"files{FILE}/versions"),
    "GET files version": Row(reading(), f"files{FILE}/versions/1"),
    "POST files promote": Row(writing(), f"files{FILE}/versions/1?operation=promote", headers=FORM),
    "GET content": Row(anyone(404), "content/x"),
    "GET content ticket": Row(anyone(), "content/{ticket}", prepare=_ticket),
    "GET trash": Row(mine(), "trash"),
    "GET trash item": Row(own(), "trash/{g}"),
    "POST trash": Row(own(writes=True), "trash/{g}", body=b"restore=fail", headers=FORM),
    "DELETE trash": Row(own(writes=True), "trash/{g}"),
    "DELETE trash all": Row(mine(writes=True), "trash"),
    "GET shares": Row(mine(), "shares/"),
    "POST shares": Row(owning(), "shares/", body=b"path=" + FILE.encode(), fills=True, headers=FORM),
    "GET shares meta": Row(signed_in(), "shares/{share}/meta", prepare=_share),
    "POST shares unlock": Row(signed_in(), "shares/{share}/unlock", body=b"password=x", headers=FORM, prepare=_share),
    "POST shares info": Row(
        own(writes=True) | {"co-owner": 200}, "shares/{share}/info", body=b"name=n", headers=FORM, prepare=_share
    ),
    "POST shares receive": Row(mine(writes=True), "shares/{share}/", body=b"path=/", headers=FORM, prepare=_share),
    "DELETE shares": Row(own(writes=True) | {"co-owner": 200}, "shares/{share}/", prepare=_share),
    "GET user": Row(signed_in(), "user/profile/"),
    "POST user": Row(
        signed_in() | {"reader": 403, "wrong scope": 403}, "user/profile/", body=b"locale=ca", headers=FORM
    ),
    "GET ping": Row(signed_in(), "ping"),
    "GET history": Row(mine(), "history"),
    "POST oauth2": Row(anyone(400), "oauth2/token", body=b"grant_type=password", headers=FORM),
    **{
        f"{method} admin {where}": Row(anyone(400), f"admin/{where}/", headers=FORM)
        for method, where in cloudfs_admin._CALLS
    },
    "POST admin customers/ID": Row(anyone(400), "admin/customers/x", headers=FORM),
    "DELETE admin customers/plan/ID": Row(anyone(400), "admin/customers/plan/x"),
}  # fmt: skip


def _encoded(scene: Scene) -> dict[str, Any]:
    things = {"f": scene.folder, "i": scene.inner, "x": scene.file, "g": scene.gone}
    return {name: ids.encode(node_id) for name, node_id in things.items()}


# ------------------------------------------------------------------------------------------ U1DB


def documents(ok: int = 200) -> dict[str, int]:
    """A database of one's own: by the scope `docs`."""
    return whole(ok, writes=True)


def _database(scene: Scene) -> dict[str, Any]:
    name = f"db{next(numbers)}"
    document = scene.cloud.documents.open(scene.actor, name, create=True).create_doc_from_json('{"a": "b"}', "one")
    return {"db": name, "rev": document.rev, "fresh": f"fresh{next(numbers)}"}


JSON, STREAM = {"content-type": "application/json"}, {"content-type": "application/x-u1db-sync-stream"}
U1DB: Rows = {
    " GET": Row(documents(), "{db}", prepare=_database),
    " PUT": Row(documents(), "{fresh}", body=b"{}", headers=JSON, prepare=_database),
    " DELETE": Row(documents(), "{db}", prepare=_database),
    "docs GET": Row(documents(), "{db}/docs?doc_ids=one", prepare=_database),
    "doc GET": Row(documents(), "{db}/doc/one", prepare=_database),
    "doc PUT": Row(documents(201), "{db}/doc/two", body=b'{"a": "c"}', headers=JSON, prepare=_database),
    "doc DELETE": Row(documents(), "{db}/doc/one?old_rev={rev}", prepare=_database),
    "sync-from GET": Row(documents(), "{db}/sync-from/r1", prepare=_database),
    "sync-from PUT": Row(
        documents(), "{db}/sync-from/r1", body=b'{"generation": 1, "transaction_id": "T-1"}', headers=JSON,
        prepare=_database,
    ),
    "sync-from POST": Row(
        documents(), "{db}/sync-from/r1", body=b'[\r\n{"last_known_generation": 0}\r\n]', headers=STREAM,
        prepare=_database,
    ),
}  # fmt: skip

# ------------------------------------------------------------------------------------------ OAuth 1, sign-up


OAUTH: Rows = {
    "GET request_token": Row(anyone(401), "oauth/request_token"),
    "POST request_token": Row(anyone(401), "oauth/request_token"),
    "GET authorize": Row(anyone(400), "oauth/authorize?oauth_token=x"),
    "POST authorize": Row(anyone(403), "oauth/authorize?oauth_token=x", body=b"action=Allow", headers=FORM),
    "GET access_token": Row(anyone(401), "oauth/access_token"),
    "POST access_token": Row(anyone(401), "oauth/access_token"),
    "GET root request_token": Row(anyone(401), "request_token"),
    "GET root authorize": Row(anyone(401), "authorize"),
    "GET root access_token": Row(anyone(401), "access_token"),
}
"""Only a signature counts here, and on the page of consent a session and what the page itself holds."""

# ------------------------------------------------------------------------------------------ the cells


def shapes() -> list[str]:
    return [f"{method} {'/'.join(shape)}" for shape, known in stacksync._TABLE.items() for method in known]


def test_every_route_has_a_row() -> None:
    assert sorted(shapes()) == sorted(STACKSYNC)
    assert {f"{part} {method}" for part, method in u1db._ACTS} == set(U1DB)
    nouns = {*cloudfs._PLACES, *cloudfs._SIGNED, "content"}
    assert {name.split()[1] for name in CLOUDFS} == nouns
    asked = {name for name in OAUTH if "root" not in name}
    assert asked == {f"{method} {word}" for word, known in oauth._HANDLERS.items() for method in known}
    assert {name.split()[-1] for name in OAUTH if "root" in name} == set(desks.PREFIXES)
    assert set(LINKS) == {f"{method} {shape}" for method, shape in links._FUNCTIONS} | {"POST (password)"}
    here = {"cloudfs", "links", "oauth", "photoshare", "signup", "stacksync", "u1db"}
    assert set(FACES) == {"api", "dav", "desktop", *here}, "a new face brings its routes here"
    for rows in (STACKSYNC, CLOUDFS, U1DB, OAUTH):
        assert all(set(row.expected) == set(CALLERS) for row in rows.values())


def ask(town: Town, rows: Rows, name: str, method: str, prefix: str, caller: str, more: dict[str, Any]) -> None:
    row, scene = rows[name], town.scene(caller)
    more |= row.prepare(scene) if row.prepare else {}
    status, told = town.call(method, prefix, row, scene, more)
    assert status == row.expected[caller], told[:300]


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("name", STACKSYNC)
def test_a_route_of_stacksync_answers_each_caller(town: Town, name: str, caller: str) -> None:
    ask(town, STACKSYNC, name, name.split()[0], "/v1/", caller, {})


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("name", CLOUDFS)
def test_an_operation_of_cloudfs_answers_each_caller(town: Town, name: str, caller: str) -> None:
    ask(town, CLOUDFS, name, name.split()[0], "/v2/", caller, _encoded(town.scene(caller)))


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("name", U1DB)
def test_a_route_of_u1db_answers_each_caller(town: Town, name: str, caller: str) -> None:
    """Below its own address and at the root of the host."""
    ask(town, U1DB, name, name.split()[-1], "/u1db/", caller, {})
    row = U1DB[name]
    at_root = Row(row.expected, row.path.replace("}", "}.u1db", 1), row.json, row.body, row.headers)
    ask(town, {name: at_root}, name, name.split()[-1], "/", caller, _database(town.scene(caller)))


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("name", U1DB)
def test_a_database_of_somebody_else_is_not_there(town: Town, name: str, caller: str) -> None:
    row, scene = U1DB[name], town.scene("other")
    theirs = _database(scene)
    if name == " PUT" or name.startswith("sync-from"):  # these may make one of the caller's own
        return
    status, _ = town.call(name.split()[-1], "/u1db/", row, town.scene(caller), theirs)
    assert status == (404 if row.expected[caller] < 300 else row.expected[caller])


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("name", OAUTH)
def test_a_step_of_oauth_answers_each_caller(town: Town, name: str, caller: str) -> None:
    ask(town, OAUTH, name, name.split()[0], "/", caller, {})


# ------------------------------------------------------------------------------------------ the pages of links

VISITORS = ("key", "owner", "stranger", "expired", "removed", "password", "accounts only", "wrong key", "only uploads")
PAGE = {"key": 200, "owner": 200, "stranger": 200, "expired": 404, "removed": 404, "password": 403,
        "accounts only": 401, "wrong key": 404, "only uploads": 200}  # fmt: skip
GONE = {"expired": 404, "removed": 404, "wrong key": 404}
HIDDEN = PAGE | {"only uploads": 403}

LINKS: dict[str, dict[str, int]] = {
    "GET ": PAGE,
    "GET #": HIDDEN | {"only uploads": 404},
    "GET file": HIDDEN | {"only uploads": 409},
    "GET #/file": HIDDEN | {"only uploads": 404},
    "GET #/thumbnail": PAGE | {"only uploads": 404},
    "GET zip": HIDDEN,
    "GET #/zip": HIDDEN | {"only uploads": 404},
    "POST upload": dict.fromkeys(VISITORS, 403) | GONE | {"accounts only": 401, "only uploads": 303},
    "POST keep": dict.fromkeys(VISITORS, 401) | GONE | {"owner": 303, "stranger": 303, "password": 403},
    "POST (password)": dict.fromkeys(VISITORS, 303) | GONE | {"password": 403},
}  # fmt: skip


def _visited(town: Town, scene: Scene, visitor: str, on: int) -> str:
    """The key that this visitor comes with."""
    owner, cloud = Actor(scene.owner_id), scene.cloud
    how: dict[str, Any] = {
        "password": {"password": PASSWORD},
        "accounts only": {"accounts_only": True},
        "only uploads": {"role": "upload"},
    }.get(visitor, {})
    link = cloud.links.create(owner, [scene.folder if visitor == "only uploads" else on], **how)
    if visitor == "expired":
        town.catalog.write(lambda tx: tx.connection.run("update link set expires_at = 1 where id = ?", (link.id,)))
    if visitor == "removed":
        cloud.links.remove(owner, link.id)
    return "x" * 44 if visitor == "wrong key" else link.key


@pytest.mark.parametrize("visitor", VISITORS)
@pytest.mark.parametrize("name", LINKS)
def test_a_page_of_a_link_answers_each_visitor(town: Town, name: str, visitor: str) -> None:
    scene = town.scene("owner" if visitor == "owner" else "stranger")
    method, shape = name.split(" ", 1)
    about_file = shape in ("#/file", "file")
    key = _visited(town, scene, visitor, scene.file if about_file else scene.folder)
    number = scene.file if about_file or visitor == "only uploads" else scene.inner
    if shape == "#/thumbnail" and visitor != "only uploads":
        number = photo(scene)["photo"]
    path = "" if shape == "(password)" else shape.replace("#", str(number))
    headers = {"sec-fetch-site": "same-origin"}
    if visitor in ("owner", "stranger"):
        headers["cookie"] = f"nuvol={town.token(scene)}"
    body = b""
    if method == "POST":
        body, kind = UPLOAD if shape == "upload" else (b"password=wrong", FORM)
        headers |= kind
    peer = f"10.{next(numbers) % 200}.{next(numbers) % 200}.1"  # who tries unknown keys again and again is made to wait
    status, told = town.tell(scene, method, f"/s/{key}/{path}".rstrip("/"), headers, body, peer)
    assert status == LINKS[name][visitor], (path, told[:400])


# ------------------------------------------------------------------------------------------ A2


def _scoped(town: Town, scope: str) -> str:
    return town.cloud.grants.bearer(Actor(town.ids["owner"]), scope, [scope], None)


OPENS: dict[str, Callable[[str], bool]] = {
    "calendar": lambda name: name.split()[1].partition("/")[0] in ("calendar", "event", "calEvents", "calUser"),
    "docs": lambda name: False,
    "photos": lambda name: False,
    "profile": lambda name: False,
}


@pytest.mark.parametrize("scope", OPENS)
def test_a_token_of_one_scope_opens_nothing_of_another(town: Town, scope: str) -> None:
    """0 accesses: of all routes of StackSync and CloudFS that are about files, calendars or trash."""
    token = _scoped(town, scope)
    scene = town.scene("owner")
    for prefix, rows in (("/v1/", STACKSYNC), ("/v2/", CLOUDFS)):
        for name, row in rows.items():
            if row.expected["wrong scope"] < 400 and row.expected["reader"] < 400 or row.expected == anyone(404):
                continue  # it needs no scope
            more = _encoded(scene) | {"token": token} | (row.prepare(scene) if row.prepare else {})
            status, told = town.call(name.split()[0], prefix, row, scene, more)
            is_open = (prefix == "/v1/" and OPENS[scope](name)) or (name, scope) == ("POST user", "profile")
            assert status < 400 if is_open else status in (400, 403), (name, status, told[:200])


# ------------------------------------------------------------------------------------------ sign-up, PhotoShare


class NoPlatform:
    """One that lets nobody in and makes no account: nobody is more than anybody else before a sign-up."""

    def join(self, newcomer: Newcomer, network: str) -> dict[str, Any]:
        raise NotAllowed("Closed.")

    def enter(self, login: Login, network: str) -> str:
        raise NotAdmitted("Wrong.")


SIGNUP = {
    "GET api": (200, b""),
    "POST api/user": (400, b'{"username": "newcomer", "password": "long enough"}'),
    "POST api/authenticate": (400, b'{"username": "newcomer", "password": "long enough"}'),
}


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("name", SIGNUP)
def test_the_sign_up_service_answers_everybody_alike(town: Town, name: str, caller: str) -> None:
    assert {one.split()[1] for one in SIGNUP} == {"api", *signup.PREFIXES}
    dispatch = Dispatcher(dict.fromkeys(("api", *signup.PREFIXES), signup.face(NoPlatform())))
    token = town.token(town.scene(caller))
    headers = JSON | ({"authorization": f"Bearer {token}"} if token else {})
    (method, place), (expected, body) = name.split(), SIGNUP[name]
    request = Request(
        method, f"/{place}/", headers=Headers(headers.items()), length=len(body), source=Body([body] if body else [])
    )
    answer = town.runner.run(dispatch(request))
    assert answer.status == expected, answer.body


def photoshare_routes() -> list[tuple[str, str]]:
    routes = photoshare().routes
    return [(method, route.path) for route in routes for method in sorted((route.methods or {"GET"}) - {"HEAD"})]


def photoshare() -> Any:
    from nuvol.apps.photoshare.settings import Settings
    from nuvol.apps.photoshare.web import PhotoShare

    nowhere = "http://127.0.0.1:9"
    return PhotoShare(Settings("id", "secret", nowhere, f"{nowhere}/api/", "app", "password")).asgi


OPEN = {"/register", "/login", "/static/{name}"}
COOKIES = {"nobody": "", "a forged cookie": "photoshare=x.y", "a session of the cloud": "nuvol=nv_s_x"}


@pytest.mark.parametrize("visitor", COOKIES)
@pytest.mark.parametrize("method, path", photoshare_routes())
def test_a_page_of_photoshare_sends_whoever_is_not_signed_in_there_to_the_door(
    method: str, path: str, visitor: str
) -> None:
    """It is a program like any other: what its users may see is decided by the platform (tests/apps)."""
    headers = {"sec-fetch-site": "same-origin"} | ({"cookie": COOKIES[visitor]} if visitor != "nobody" else {})
    address = path.replace("{path:path}", "a").replace("{name}", "icon.svg")

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(photoshare())
        async with httpx.AsyncClient(transport=transport, base_url="http://photos.example") as client:
            return await client.request(method, address, headers=headers)

    reply = asyncio.run(ask())
    if path in OPEN:
        assert reply.status_code < 400 or method == "POST"
    else:
        assert (reply.status_code, reply.headers["location"].rpartition("/")[2]) == (303, "login")
