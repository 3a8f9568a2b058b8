"""Every function of eyeOS's interface, called by its name as a command, from two desks (eyeos.md e)."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from nuvol.apps.eyeos.functions import FUNCTIONS
from tests.apps.eyeos.desks import TestDesk
from tests.servers import Server

SPECIFIED = {
    "u1db": "created_doc_from_json put_doc set_json delete_doc create_index get_from_index sync",
    "persistence.manager": "callProcessCredentials",
    "persistence.api": "getRequestToken getAccessToken protocol",
    "calendar.manager": "synchronizeCalendars insertCalendars deleteCalendars synchronizeCalendar createEvent"
    " deleteEvent updateEvent",
    "calendar.api": "selectCalendar insertCalendar deleteCalendar selectEvent insertEvent deleteEvent updateEvent",
    "comment.manager": "getComments createComment deleteComments",
    "comment.api": "getComments createComment deleteComment",
    "oauth.manager": "getRequestToken getAccessToken",
    "oauth.api": "getRequestToken getAccessToken",
    "storage.manager": "getMetadata getSkel createMetadata downloadMetadata deleteMetadata renameMetadata moveMetadata"
    " listVersions getFileVersionData",
    "storage.api": "getMetadata updateMetadata createMetadata uploadFile downloadFile deleteMetadata getFileVersions"
    " getFileVersionData",
    "share.manager": "getListUsersShare shareFolder",
    "share.api": "getListUsersShare shareFolder",
}
EACH = [(group, name) for group, names in SPECIFIED.items() for name in names.split()]
OK = {"status": "OK"}
USER = "fay"
Token = dict[str, str]


def test_there_are_fifty_six() -> None:
    assert len(EACH) == 56


@pytest.mark.parametrize(("group", "name"), EACH)
def test_a_function_is_there_and_called_below(group: str, name: str) -> None:
    assert callable(FUNCTIONS[group][name])
    assert f'"{group}.{name}"' in Path(__file__).read_text()


def test_the_documentation_tells_of_each() -> None:
    told = (Path(__file__).parents[3] / "docs" / "protocols" / "eyeos.md").read_text()
    rows = re.findall(r"^\| `([\w.]+)` \| (?:yes|partly|no)\b", told, re.MULTILINE)
    assert set(rows) == {f"{group}.{name}" for group, name in EACH}


def test_documents(a: TestDesk, server: Server) -> None:
    creds = a.do("persistence.manager.callProcessCredentials")
    made = a.do("u1db.create_doc_from_json", database="notes", json='{"title": "Sea"}', doc_id="d1")
    assert a.do("u1db.created_doc_from_json", database="notes", json='{"title": "Sky"}')["doc_id"]
    doc = a.do("u1db.set_json", doc=made, json='{"title": "Lake"}')
    rev = a.do("u1db.put_doc", database="notes", doc=doc)
    assert a.do("u1db.create_index", "notes", "by-title", "title") is None
    assert [one["doc_id"] for one in a.do("u1db.get_from_index", "notes", "by-title", "Lake")] == ["d1"]
    url = f"{server.url}/desknotes.u1db"
    assert a.do("u1db.sync", database="notes", url=url, creds=creds, autocreate=True) == 3
    assert a.do("u1db.delete_doc", database="notes", doc={**doc, "rev": rev})
    assert a.do("u1db.get_from_index", "notes", "by-title", "Lake") == []


def event(**more: Any) -> dict[str, Any]:
    return {"type": "event", "user_eyeos": USER, "calendar": "work", "status": "NEW", "isallday": 0,
            "timestart": 1404381600, "timeend": 1404385200, "repetition": "None", "repeattype": "n", "finaltype": 1,
            "finalvalue": 0, "subject": "Dentist ñ", "location": "Reus", "description": "", **more}  # fmt: skip


def test_the_login_and_the_interface_of_the_calendar(a: TestDesk, b: TestDesk) -> None:
    token = a.do("persistence.api.getRequestToken")
    verifier = a.do("persistence.api.authorizeRequestToken", token=token)
    login = a.do("persistence.api.getAccessToken", token=token, verifier=verifier)
    creds = {"credentials": {"oauth": login["credentials"]}}
    named = {"type": "calendar", "user_eyeos": USER, "name": "work"}
    work = {**named, "description": "", "timezone": 0, "status": "NEW"}
    call = {"type": "insertCalendar", "lista": [work], **creds}
    assert a.do("persistence.api.protocol", params=call) is True
    assert b.do("calendar.api.selectCalendar", data=named, **creds) == [work]
    assert a.do("calendar.api.insertCalendar", lista=[work], **creds) is True
    assert a.do("calendar.api.insertEvent", lista=[event()], **creds) is True
    wanted = {"type": "event", "user": USER, "calendarId": "work", **creds}
    assert b.do("calendar.api.selectEvent", **wanted) == [event()]
    changed = event(subject="Doctor", status="CHANGED")
    assert b.do("calendar.api.updateEvent", lista=[changed], **creds) is True
    assert a.do("calendar.api.selectEvent", **wanted) == [changed]
    assert a.do("calendar.api.deleteEvent", lista=[changed], **creds) is True
    assert a.do("calendar.api.deleteCalendar", lista=[named], **creds) is True
    assert b.do("calendar.api.selectCalendar", data=named, **creds) == [{**work, "status": "DELETED"}]


def test_the_managers_of_calendar_and_comments(a: TestDesk, b: TestDesk) -> None:
    assert a.do("calendar.manager.insertCalendars", user="gus", calendar={"name": "work"}) is True
    assert a.do("calendar.manager.createEvent", event=event(user_eyeos="gus")) is True
    assert [one["name"] for one in b.do("calendar.manager.synchronizeCalendars", user="gus")] == ["work"]
    of = {"calendarId": "work", "user": "gus"}
    assert b.do("calendar.manager.synchronizeCalendar", **of) == [event(user_eyeos="gus")]
    assert b.do("calendar.manager.updateEvent", event=event(user_eyeos="gus", subject="Doctor")) is True
    assert [one["subject"] for one in a.do("calendar.manager.synchronizeCalendar", **of)] == ["Doctor"]
    assert a.do("calendar.manager.deleteEvent", event=event(user_eyeos="gus")) is True
    assert b.do("calendar.manager.synchronizeCalendar", **of) == []
    assert b.do("calendar.manager.deleteCalendars", user="gus", calendar={"name": "work"}) is True
    assert a.do("calendar.manager.synchronizeCalendars", user="gus") == []

    first = a.do("comment.manager.createComment", id="4711", user="ann", text="first ñ")
    creds = {"credentials": b.do("persistence.manager.callProcessCredentials")}
    later = {"user": "bea", "text": "later", "time_created": "29990101000000"}
    made = b.do("comment.api.createComment", id="4711", **later, **creds)
    assert [one["text"] for one in a.do("comment.manager.getComments", id="4711")] == ["later", "first ñ"]
    gone = {"id": "4711", "user": "ann", "time_created": first["time_created"]}
    assert b.do("comment.manager.deleteComments", **gone) == OK
    assert a.do("comment.api.getComments", id="4711", **creds) == [made]
    gone = {"id": "4711", "user": "bea", "time_created": made["time_created"]}
    assert b.do("comment.api.deleteComment", **gone, **creds) == OK


def allow(server: Server, key: str) -> str:
    """What a person does on the page of the cloud; the verifier."""
    form = {"email": server.name, "password": server.password, "permission": "allow"}
    page = httpx.post(f"{server.url}/oauth/authorize?oauth_token={key}", data=form)
    return dict(parse_qsl(page.text))["verifier"]


def test_the_login_at_the_storage(a: TestDesk, server: Server) -> None:
    asked = a.do("oauth.manager.getRequestToken")
    grant = {"token": asked, "verifier": allow(server, asked["key"])}
    assert a.do("oauth.manager.getAccessToken", token=grant).keys() == {"key", "secret"}
    told = a.do("oauth.api.getRequestToken", oauth={})
    pair = {"key": told["oauth_token"], "secret": told["oauth_token_secret"]}
    grant = {"token": pair, "verifier": allow(server, pair["key"])}
    assert "oauth_token_secret" in a.do("oauth.api.getAccessToken", oauth=grant)
    assert a.do("oauth.api.getAccessToken", oauth=grant)["error"] == 401


def test_the_interface_of_storage(a: TestDesk, token: Token) -> None:
    oauth = {"token": token}
    source, target = a.folder / "in", a.folder / "out"
    source.write_bytes(b"one")
    folder = a.do("storage.api.createMetadata", oauth=oauth, file=False, name="api", parent="0", path=None)
    parent, name = str(folder["id"]), "~a b+ñ.txt"
    file = a.do("storage.api.createMetadata", oauth=oauth, file=True, name=name, parent=parent, path=str(source))
    of = {"oauth": oauth, "id": str(file["id"])}
    told = a.do("storage.api.getMetadata", oauth=oauth, file=False, id=parent, contents=True)
    assert [one["filename"] for one in told["contents"]] == [name]
    source.write_bytes(b"two")
    assert a.do("storage.api.uploadFile", **of, path=str(source)) is True
    assert a.do("storage.api.downloadFile", **of, path=str(target)) is True
    assert target.read_bytes() == b"two"
    assert [one["version"] for one in a.do("storage.api.getFileVersions", **of)["versions"]] == [2, 1]
    assert a.do("storage.api.getFileVersionData", **of, version="1", path=str(target)) is True
    assert target.read_bytes() == b"one"
    assert a.do("storage.api.updateMetadata", **of, file=True, name="", parent="null")["parent_id"] == "null"
    assert a.do("storage.api.deleteMetadata", **of, file=True)["status"] == "DELETED"
    share = {"oauth": oauth, "id": parent}
    assert a.do("share.api.shareFolder", **share, list=["bert@example.org"]) is True
    assert len(a.do("share.api.getListUsersShare", **share)) == 2
    of = {"token": token, "id": parent}
    assert a.do("share.manager.shareFolder", **of, list=["bert@example.org"], shared=True) == OK
    assert len(a.do("share.manager.getListUsersShare", **of)) == 1


def test_the_manager_of_storage(a: TestDesk, b: TestDesk, token: Token) -> None:
    source, target = a.folder / "in", b.folder / "out"
    source.write_bytes(b"one")
    create = {"token": token, "user": USER, "pathAbsolute": str(source)}
    top = {"file": False, "name": "by name", "parent_id": "null", "path": "/"}
    assert a.do("storage.manager.createMetadata", **create, **top) == OK
    root = b.do("storage.manager.getMetadata", token=token, id="0", path="/", user=USER)
    id = next(one["id"] for one in root["contents"] if one["filename"] == "by name")
    inside = {"parent_id": str(id), "path": "/by name/"}
    assert a.do("storage.manager.createMetadata", **create, **inside, file=True, name="a.txt") == OK
    assert a.do("storage.manager.createMetadata", **create, **inside, file=True, name="a.txt") == OK
    assert a.do("storage.manager.createMetadata", **create, **inside, file=False, name="sub") == OK
    look = {"token": token, "id": str(id), "path": "/by name/", "user": USER}
    ids = {one["filename"]: one["id"] for one in b.do("storage.manager.getMetadata", **look)["contents"]}
    of = {"token": token, "id": str(ids["a.txt"]), "user": USER}
    assert b.do("storage.manager.downloadMetadata", **of, path=str(target)) == OK
    assert b.do("storage.manager.downloadMetadata", **of, path=str(target)) == {**OK, "local": True}
    assert b.do("storage.manager.getFileVersionData", **of, version="1", path=str(target)) == OK
    versions = b.do("storage.manager.listVersions", **of)
    assert [(one["version"], one.get("enabled", False)) for one in versions] == [(2, False), (1, True)]
    rename = {"file": True, "name": "b.txt", "path": "/by name/", "parent": str(id)}
    assert a.do("storage.manager.renameMetadata", **of, **rename) == OK
    move = {"file": True, "pathOrig": "/by name/", "pathDest": "/by name/sub/", "parent": str(ids["sub"])}
    assert a.do("storage.manager.moveMetadata", **of, **move, filenameOld="b.txt", filenameNew="c.txt") == OK
    walk = {"token": token, "file": False, "id": str(id), "metadatas": [], "pathAbsolute": None, "pathEyeos": None}
    names = [one["filename"] for one in b.do("storage.manager.getSkel", **walk, path="/")]
    assert names == ["c.txt", "sub", "by name"]
    gone = {"token": token, "file": False, "id": str(id), "user": USER, "path": "/"}
    assert a.do("storage.manager.deleteMetadata", **gone) == OK


def test_locks_and_their_time_limit(tmp_path: Path, server: Server) -> None:
    """Of 2015, with the two settings that only the desktop has: API_SYNC and TIME_LIMIT_BLOCK."""
    desk = TestDesk(tmp_path / "c", server.url, year=2015)
    token = desk.enter(server, server.name, server.password)
    path = desk.folder / "settings.json"
    values = json.loads(path.read_text())
    cloud = values["Clouds"]["Stacksync"]
    away = {**cloud, "urls": {**cloud["urls"], "RESOURCE_URL": "http://127.0.0.1:9/v1/"}}
    more = {"API_SYNC": f"{server.url}/v1/", "TIME_LIMIT_BLOCK": 3}
    path.write_text(json.dumps({**values, **more, "Clouds": {"Stacksync": away}}))

    def ask(name: str, at: str, user: str) -> Any:
        told = {"id": "f77", "user": user, "ipserver": "here", "datetime": f"2015-05-12 10:{at}:00"}
        return desk.do(f"cloud.manager.{name}", cloud="Stacksync", token=token, **told)

    blocked = {"status": "KO", "error": "BLOCK"}
    assert ask("lockFile", "00", "ann") == OK
    assert ask("unLockedFile", "02", "bea") == ask("lockFile", "02", "bea") == blocked
    assert ask("unLockedFile", "04", "bea") == ask("lockFile", "04", "bea") == OK
    assert desk.do("cloud.manager.getMetadataFolder", cloud="Stacksync", token=token, id="0") == {
        "status": "KO",
        "error": -1,
    }
