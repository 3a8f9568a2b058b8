"""Every row of StackSync's API through the real server, signed both ways, as its old clients sign."""

import tempfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from requests import Response
from requests_oauthlib import OAuth1Session

from tests.servers import Server, add_account, nuvol, serve

KEY, SECRET = "k" * 41, "s" * 32
NAME = "~a b ñ & + = ü%.txt"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder) / "data") as running:
        add = ("admin", "--data", running.data, "app", "add", "Desk", "--kind", "stacksync")
        nuvol(*add, "--key", KEY, "--secret", SECRET)
        add_account(running.data, "bert", "another sesame")
        yield running


Connect = Callable[[], OAuth1Session]


@pytest.fixture(params=["HMAC-SHA1", "PLAINTEXT"])
def session(server: Server, request: pytest.FixtureRequest) -> OAuth1Session:
    """A program that a person has let in."""
    return connect(server, request.param)


def connect(server: Server, method: str = "HMAC-SHA1") -> OAuth1Session:
    app = OAuth1Session(KEY, client_secret=SECRET, callback_uri="oob", signature_method=method)
    app.fetch_request_token(f"{server.url}/oauth/request_token")
    form = {"email": server.name, "password": server.password, "permission": "allow"}
    answered = httpx.post(app.authorization_url(f"{server.url}/oauth/authorize"), data=form)
    verifier = dict(parse_qsl(answered.text))["verifier"]
    token = app.fetch_access_token(f"{server.url}/oauth/access_token", verifier=verifier)
    session = OAuth1Session(
        KEY,
        client_secret=SECRET,
        resource_owner_key=token["oauth_token"],
        resource_owner_secret=token["oauth_token_secret"],
        signature_method=method,
    )
    session.headers["StackSync-API"] = "v2"
    return session


def test_every_row(server: Server, session: OAuth1Session) -> None:
    base = f"{server.url}/v1/"

    def ask(method: str, path: str, status: int = 200, **more: Any) -> Response:
        reply = session.request(method, base + path, allow_redirects=False, **more)
        assert reply.status_code == status, (method, path, reply.text)
        return reply

    json = {"Content-Type": "application/json"}
    folder = ask("POST", "folder", 201, json={"name": f"docs {session._client.client.signature_method}"}).json()
    file = ask(
        "POST", "file", 201, params={"name": NAME, "parent": folder["id"]}, data=b"\x00\xffone", headers=json
    ).json()
    assert (file["filename"], file["parent_id"]) == (NAME, folder["id"])
    path = f"file/{file['id']}"
    assert ask("GET", path).json() == file
    assert ask("PUT", f"{path}/data", 201, data=b"a=b&c=d").json()["checksum"] == zlib.adler32(b"a=b&c=d")
    assert ask("GET", f"{path}/data").content == b"a=b&c=d"
    assert ask("PUT", f"{path}/data", 201, data=b"").json()["mimetype"] == "inode/x-empty"
    large = bytes(range(256)) * 8192
    assert ask("PUT", f"{path}/data", 201, data=large, headers=json).json()["size"] == len(large)
    assert ask("GET", f"{path}/data").content == large
    assert [one["version"] for one in ask("GET", f"{path}/versions").json()["versions"]] == [4, 3, 2, 1]
    assert ask("GET", f"{path}/version/1").json() == ask("GET", f"{path}/versions/1").json()
    assert ask("GET", f"{path}/version/1/data").content == b"\x00\xffone"
    addresses = ["bert@example.org"]
    assert ask("POST", f"folder/{folder['id']}/share", 201, json=addresses).json()["shared_to"][0]["name"] == "bert"
    assert len(ask("GET", f"folder/{folder['id']}/members").json()) == 2
    assert ask("POST", f"folder/{folder['id']}/unshare", json=addresses).json()["unshared_to"][0]["name"] == "bert"
    moved = ask("PUT", path, json={"name": "b ñ", "parent": "null"}).json()
    assert (moved["filename"], moved["parent_id"], moved["status"]) == ("b ñ", None, "RENAMED")
    assert file["id"] in [one["id"] for one in ask("GET", "folder/0/contents").json()["contents"]]
    assert ask("GET", f"folder/{folder['id']}/contents").json() == ask("GET", f"file/{folder['id']}/contents").json()
    ask("PUT", f"folder/{folder['id']}", json={"name": f"{folder['filename']} 2"})
    assert ask("GET", f"folder/{folder['id']}").json()["version"] == 2
    said = {"id": file["id"], "user": "u", "text": "Fine ñ".encode().hex(), "cloud": "c"}
    comment = ask("POST", "comment", data=said, headers=json).json()
    assert (comment["text"], comment["status"]) == ("Fine ñ", "NEW")
    assert ask("GET", f"comment/{file['id']}/c").json() == [comment] == ask("GET", f"comment/{file['id']}/d/1").json()
    gone = ask("DELETE", f"comment/{file['id']}/u/c/{comment['time_created']}").json()
    assert gone == {**comment, "status": "DELETED"}
    calendar = {"user": "u", "name": "work", "cloud": "c", "description": "", "timezone": "0"}
    assert ask("POST", "calendar", data=calendar, headers=json).json()["status"] == "NEW"
    assert ask("PUT", "calendar", data=calendar).json()["status"] == "CHANGED"
    assert len(ask("GET", "calendar/u/c").json()) == 1
    event = {"user": "u", "calendar": "work", "cloud": "c", "isallday": "0", "timestart": "1", "timeend": "2"}
    assert ask("POST", "event", data=event, headers=json).json()["status"] == "NEW"
    assert ask("PUT", "event", data=event).json()["status"] == "CHANGED"
    assert len(ask("GET", "event/u/work/c").json()) == 1 and len(ask("GET", "calEvents/u/c").json()) == 2
    assert ask("DELETE", "event/u/work/c/1/2/0").json()["status"] == "DELETED"
    assert ask("DELETE", "calendar/u/work/c").json()["status"] == "DELETED"
    assert ask("DELETE", "calUser/u/c").json() == {"delete": True}
    lock = {"id": file["id"], "cloud": "c", "user": "u", "ipserver": "i", "datetime": "2015-08-28 11:00:00"}
    assert ask("POST", "lockFile", data={**lock, "timelimit": 10}).json() == {"lockFile": True}
    assert ask("PUT", "updateTime", data=lock, headers={"Content-Type": "application/json"}).json()["updateFile"]
    assert ask("GET", f"lockFile/{file['id']}/c").json()[0]["status"] == "open"
    assert ask("PUT", "unLockFile", data=lock).json() == {"unLockFile": True}
    assert ask("DELETE", path).json()["status"] == "DELETED"
    assert ask("DELETE", f"folder/{folder['id']}").json()["status"] == "DELETED"
    deleted = ask("GET", "folder/0/contents", params={"include_deleted": "true"}).json()["contents"]
    assert {file["id"], folder["id"]} <= {one["id"] for one in deleted}
    assert ask("GET", "folder/0/", 200).json()["id"] is None, "and never a redirect"


def test_a_token_that_was_taken_back_is_answered_403(server: Server) -> None:
    session = connect(server)
    assert session.get(f"{server.url}/v1/folder/0").status_code == 200
    login = {"login": server.name, "password": server.password}
    with httpx.Client(base_url=server.url) as browser:
        assert browser.post("/api/v1/session", json=login).status_code == 201
        gone = browser.delete(f"/api/v1/me/apps/{KEY}", headers={"Origin": server.url})
        assert gone.status_code == 204
    refused = session.get(f"{server.url}/v1/folder/0")
    assert (refused.status_code, refused.json()["error"]) == (403, 403)
    stranger = OAuth1Session(KEY, client_secret=SECRET, resource_owner_key="x", resource_owner_secret="y")
    refused = stranger.get(f"{server.url}/v1/folder/0")
    assert (refused.status_code, refused.json()) == (401, {"error": 401, "description": "Authorization required."})


def test_large_content_called_a_form_is_content(server: Server) -> None:
    """Longer than any form whose fields are signed: it is streamed, and the signature covers header and query."""
    session = connect(server, "PLAINTEXT")
    data = b"x=1&" * (1 << 19)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    made = session.post(f"{server.url}/v1/file", params={"name": "form"}, data=data, headers=headers)
    assert (made.status_code, made.json()["size"]) == (201, len(data))
