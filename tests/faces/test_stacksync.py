"""StackSync's API, row by row, on both databases (signatures are tried in walks/test_stacksync.py)."""

import asyncio
import json
import zlib
from typing import Any
from urllib.parse import urlencode

import pytest

from nuvol.core.cloud import Cloud
from nuvol.faces.http import Dispatcher, Headers, Request
from nuvol.faces.stacksync import face as stacksync
from nuvol.faces.stacksync import items
from nuvol.model.accounts import Actor
from nuvol.model.nodes import State
from tests.faces.native import Body, Reply

TAKEN = "This name is already used in the same folder. Please use a different one."


class Client:
    """A program of StackSync's, let in by a token."""

    def __init__(self, cloud: Cloud, runner: asyncio.Runner, name: str = "anna", **account: Any) -> None:
        self.cloud = cloud
        made = cloud.accounts.add(None, name, f"{name}@example.org", None, **account)
        self.actor = Actor(made.id)
        self.token: str | None = cloud.grants.bearer(self.actor, "tests", ["files"], None)
        self._runner = runner
        self._dispatch = Dispatcher({stacksync.PREFIX: stacksync.face(cloud)})

    def ask(self, method: str, path: str, body: bytes | dict[str, Any] = b"", **headers: str) -> Reply:
        data = json.dumps(body).encode() if isinstance(body, dict) else body
        headers.setdefault("stacksync_api", "v2")
        if self.token is not None:
            headers["authorization"] = f"Bearer {self.token}"
        target, _, query = path.partition("?")
        request = Request(
            method,
            f"/v1/{target}",
            query,
            headers=Headers([(name.replace("_", "-"), value) for name, value in headers.items()]),
            length=len(data),
            source=Body([data]),
        )

        async def answer() -> Reply:
            given = await self._dispatch(request)
            content = given.body if isinstance(given.body, bytes) else b"".join([part async for part in given.body])
            return Reply(given.status, dict(given.headers), content, given.headers)

        return self._runner.run(answer())

    def get(self, path: str, status: int = 200) -> Any:
        reply = self.ask("GET", path)
        assert reply.status == status, reply.body
        return reply.json

    def file(self, name: str, data: bytes = b"", parent: object = None) -> dict[str, Any]:
        asked = {"name": name} if parent is None else {"name": name, "parent": parent}
        reply = self.ask("POST", f"file?{urlencode(asked)}", data)
        assert reply.status == 201, reply.body
        return reply.json

    def folder(self, name: str, parent: object = None) -> dict[str, Any]:
        reply = self.ask("POST", "folder", {"name": name} if parent is None else {"name": name, "parent": parent})
        assert reply.status == 201, reply.body
        return reply.json

    def names(self, folder: object = 0) -> list[str]:
        return [entry["filename"] for entry in self.get(f"folder/{folder}/contents")["contents"]]


@pytest.fixture
def client(cloud: Cloud, runner: asyncio.Runner) -> Client:
    return Client(cloud, runner)


def refused(reply: Reply, status: int, description: str) -> None:
    assert (reply.status, reply.json) == (status, {"error": status, "description": description})


# ------------------------------------------------------------------------------------------------ 1, 2, 5, 6


def test_a_file_is_made_with_all_its_fields(client: Client) -> None:
    made = client.file("welcome.txt", b"hello")
    assert made.pop("modified_at")[10] == " " and made.pop("id") > 0
    assert made == {
        "parent_id": None,
        "filename": "welcome.txt",
        "is_folder": False,
        "is_root": False,
        "status": "NEW",
        "version": 1,
        "checksum": zlib.adler32(b"hello"),
        "size": 5,
        "mimetype": "text/plain",
        "chunks": [],
        "user": "anna",
    }


@pytest.mark.parametrize("name", ["~a b ñ & +=?#%.txt", "a\\b", " x", "día", "null", "0", "日本", "e\u0301"])
def test_names_come_back_as_they_went(client: Client, name: str) -> None:
    made = client.file(name, b"x")
    assert made["filename"] == name and client.names() == [name]
    renamed = client.ask("PUT", f"file/{made['id']}", {"name": f"{name}2"}).json
    assert (renamed["filename"], renamed["version"]) == (f"{name}2", 2)


@pytest.mark.parametrize("parent", ["folder", 0, "0", "null", ""])
def test_a_file_goes_where_it_is_told(client: Client, parent: object) -> None:
    folder = client.folder("docs")
    made = client.file("a", b"x", folder["id"] if parent == "folder" else parent)
    assert made["parent_id"] == (folder["id"] if parent == "folder" else None)


@pytest.mark.parametrize("size", [0, 1, 70_000])
def test_content_comes_back_whatever_its_type_is_called(client: Client, size: int) -> None:
    data = bytes(range(251)) * (size // 251 + 1)
    data = data[:size]
    for number, kind in enumerate(("application/json", "application/x-www-form-urlencoded", "x", "text/html")):
        reply = client.ask("POST", f"file?name=f{number}", data, content_type=kind)
        assert (reply.status, reply.json["size"]) == (201, size)
        assert reply.json["checksum"] == (zlib.adler32(data) if size else 0)
        got = client.ask("GET", f"file/{reply.json['id']}/data")
        assert (got.status, got.body) == (200, data)
        assert got.headers["Content-Type"] == reply.json["mimetype"]
        assert (reply.json["mimetype"] == "inode/x-empty") is (size == 0)


def test_new_content_is_always_a_new_version(client: Client) -> None:
    made = client.file("a.txt", b"one")
    for number, data in enumerate((b"two", b"two", b""), 2):
        reply = client.ask("PUT", f"file/{made['id']}/data", data, content_type="application/json")
        assert reply.status == 201
        assert (reply.json["version"], reply.json["status"], reply.json["size"]) == (number, "CHANGED", len(data))
    assert reply.json["mimetype"] == "inode/x-empty" and reply.json["checksum"] == 0
    assert client.get(f"file/{made['id']}")["version"] == 4


# --------------------------------------------------------------------------------------------- 3, 14: PUT


def test_names_and_places_change(client: Client) -> None:
    one, two = client.folder("one"), client.folder("two")
    made = client.file("a", b"x", one["id"])
    path = f"file/{made['id']}"
    renamed = client.ask("PUT", path, {"id": made["id"], "name": "b"}, content_type="application/json").json
    assert (renamed["filename"], renamed["parent_id"], renamed["status"]) == ("b", one["id"], "RENAMED")
    moved = client.ask("PUT", path, {"parent": str(two["id"])}).json
    assert (moved["filename"], moved["parent_id"], moved["status"]) == ("b", two["id"], "MOVED")
    both = client.ask("PUT", path, {"name": "c", "parent": "null"}).json
    assert (both["filename"], both["parent_id"], both["status"], both["version"]) == ("c", None, "RENAMED", 4)
    same = client.ask("PUT", path, {"name": "c", "parent": 0}).json
    assert (same["version"], same["status"]) == (5, "RENAMED")
    empty = client.ask("PUT", path, {}).json
    assert (empty["version"], empty["filename"]) == (6, "c")


def test_folders_move_by_either_word_and_keep_what_is_in_them(client: Client) -> None:
    one, two = client.folder("one"), client.folder("two")
    client.file("a", b"x", one["id"])
    moved = client.ask("PUT", f"file/{one['id']}", {"parent": two["id"]}).json
    assert (moved["is_folder"], moved["parent_id"], moved["version"]) == (True, two["id"], 2)
    renamed = client.ask("PUT", f"folder/{one['id']}", {"name": "uno"}).json
    assert (renamed["filename"], client.names(one["id"])) == ("uno", ["a"])
    below = client.ask("PUT", f"folder/{two['id']}", {"parent": one["id"]})
    assert below.status == 400 and "itself" in below.json["description"]


def test_changes_that_cannot_be_are_refused(client: Client) -> None:
    folder, file = client.folder("docs"), client.file("a", b"x")
    client.file("b", b"x")
    path = f"file/{file['id']}"
    refused(client.ask("PUT", path, {"name": "b"}), 400, TAKEN)
    refused(client.ask("PUT", path, {"name": "docs"}), 400, TAKEN)
    refused(client.ask("PUT", path, {"parent": file["id"]}), 400, "Parent must be a folder, not a file.")
    refused(client.ask("PUT", path, {"parent": 4711}), 404, "Parent folder not found")
    refused(client.ask("PUT", path, b"name=b"), 400, "Could not decode body parameters.")
    refused(client.ask("PUT", path, b""), 400, "Could not decode body parameters.")
    refused(client.ask("PUT", path, {"name": ""}), 400, "Invalid file name.")
    assert client.ask("PUT", path, {"name": "a/b"}).status == 400
    refused(client.ask("PUT", "file/4711", {"name": "x"}), 404, "File or folder not found.")
    assert client.ask("PUT", "folder/0", {"name": "x"}).status == 403
    assert sorted(client.names()) == ["a", "b", "docs"] and client.get(path)["version"] == 1
    assert client.get(f"folder/{folder['id']}")["version"] == 1


# ------------------------------------------------------------------------------------------ 4, 15: DELETE


def test_what_is_deleted_stays_addressable(client: Client) -> None:
    made = client.file("a.txt", b"text")
    gone = client.ask("DELETE", f"file/{made['id']}")
    assert (gone.status, gone.json["status"], gone.json["version"], gone.json["chunks"]) == (200, "DELETED", 2, [])
    assert client.get(f"file/{made['id']}") == gone.json
    assert client.ask("DELETE", f"file/{made['id']}").json == gone.json
    assert client.names() == []
    deleted = client.get("folder/0/contents?include_deleted=true")["contents"]
    assert [(entry["id"], entry["status"]) for entry in deleted] == [(made["id"], "DELETED")]
    for other in ("false", "True", "1", ""):
        assert client.get(f"folder/0/contents?include_deleted={other}")["contents"] == []
    assert client.ask("GET", f"file/{made['id']}/data").body == b"text"
    refused(client.ask("PUT", f"file/{made['id']}", {"name": "b"}), 404, "File or folder not found.")


def test_a_folder_goes_with_all_below_it(client: Client) -> None:
    folder = client.folder("docs")
    inner = client.folder("inner", folder["id"])
    file = client.file("a", b"x", inner["id"])
    gone = client.ask("DELETE", f"folder/{folder['id']}").json
    assert (gone["status"], gone["version"], gone["is_folder"], "chunks" in gone) == ("DELETED", 2, True, False)
    for kind, item in (("folder", inner), ("file", file)):
        found = client.get(f"{kind}/{item['id']}")
        assert (found["status"], found["version"]) == ("DELETED", 2)
    listed = client.get(f"folder/{folder['id']}/contents?include_deleted=true")["contents"]
    assert [entry["id"] for entry in listed] == [inner["id"]]


def test_deleting_by_the_wrong_word_is_refused(client: Client) -> None:
    folder, file = client.folder("docs"), client.file("a", b"x")
    refused(client.ask("DELETE", f"file/{folder['id']}"), 400, "Type missmatch (file and folder)")
    refused(client.ask("DELETE", f"folder/{file['id']}"), 400, "Type missmatch (file and folder)")
    refused(client.ask("DELETE", "file/4711"), 404, "File or folder not found.")
    assert client.ask("DELETE", "folder/0").status == 403


def test_new_content_brings_a_deleted_file_back(client: Client) -> None:
    made = client.file("a", b"one")
    client.ask("DELETE", f"file/{made['id']}")
    back = client.ask("PUT", f"file/{made['id']}/data", b"two")
    assert (back.status, back.json["status"], client.names()) == (201, "CHANGED", ["a"])
    folder = client.folder("docs")
    inside = client.file("b", b"x", folder["id"])
    client.ask("DELETE", f"folder/{folder['id']}")
    refused(client.ask("PUT", f"file/{inside['id']}/data", b"two"), 404, "File or folder not found.")


# ---------------------------------------------------------------------------------- 11, 12, 13, 22: folders


def test_a_folder_is_made_and_listed(client: Client) -> None:
    made = client.folder("docs")
    inner = client.folder("inner", made["id"])
    file = client.file("a.txt", b"x", str(made["id"]))
    found = client.get(f"folder/{made['id']}")
    assert found == made and "contents" not in found
    assert (found["mimetype"], found["size"], found["checksum"]) == ("inode/directory", 0, 0)
    listed = client.get(f"folder/{made['id']}/contents")
    assert listed == {**made, "contents": listed["contents"]} == client.get(f"file/{made['id']}/contents")
    by_id = {entry["id"]: entry for entry in listed["contents"]}
    assert by_id == {inner["id"]: inner, file["id"]: file}


@pytest.mark.parametrize("path", ["folder/0", "folder/0/contents", "file/0/contents"])
def test_the_root_is_null(client: Client, path: str) -> None:
    made = client.folder("docs")
    assert client.get(path) == {
        "id": None,
        "parent_id": None,
        "filename": "root",
        "is_folder": True,
        "is_root": True,
        "status": None,
        "version": None,
        "checksum": None,
        "size": None,
        "mimetype": None,
        "contents": [made],
    }


def test_a_folder_of_many_is_listed_whole(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(items, "_PAGE", 5)
    folder = client.folder("many")
    for number in range(12):
        client.file(f"f{number:02}", b"", folder["id"])
    assert client.names(folder["id"]) == [f"f{number:02}" for number in range(12)]


def test_folders_that_cannot_be_are_refused(client: Client) -> None:
    file = client.file("a", b"x")
    client.folder("docs")
    for name in ("docs", "a"):
        refused(client.ask("POST", "folder", {"name": name}), 400, "Folder already exists.")
    refused(client.ask("POST", "folder", {}), 400, "Folder name not set.")
    refused(client.ask("POST", "folder", {"name": ""}), 400, "Folder name cannot be empty.")
    refused(client.ask("POST", "folder", b"name=x"), 400, "Could not decode body parameters.")
    wrong = {"name": "x", "parent": file["id"]}
    refused(client.ask("POST", "folder", wrong), 400, "Parent must be a folder, not a file.")
    refused(client.ask("POST", "folder", {"name": "x", "parent": 4711}), 404, "Parent folder not found")


def test_files_that_cannot_be_are_refused(client: Client) -> None:
    file, folder = client.file("a", b"x"), client.folder("docs")
    refused(client.ask("POST", "file"), 400, "Invalid file name.")
    refused(client.ask("POST", "file?name="), 400, "Invalid file name.")
    refused(client.ask("POST", "file?name=a"), 400, TAKEN)
    refused(client.ask("POST", "file?name=docs", b"x"), 400, TAKEN)
    refused(client.ask("POST", f"file?name=x&parent={file['id']}"), 400, "Parent must be a folder, not a file.")
    refused(client.ask("POST", "file?name=x&parent=4711"), 404, "Parent folder not found")
    assert client.ask("POST", "file?name=a%2Fb").status == 400
    assert client.ask("POST", "file?name=x&parent=y").status == 400
    big = client.ask("POST", "file?name=docs", b"x" * 100_000)
    refused(big, 400, TAKEN)
    for path in (f"file/{folder['id']}", f"file/{folder['id']}/data", "file/4711", f"folder/{file['id']}", "file/0"):
        refused(client.ask("GET", path), 404, "File or folder not found.")
    refused(client.ask("PUT", f"file/{folder['id']}/data", b"x"), 404, "File or folder not found.")
    refused(client.ask("GET", f"folder/{file['id']}/contents"), 404, "File or folder not found.")


def test_what_does_not_fit_is_refused(cloud: Cloud, runner: asyncio.Runner) -> None:
    client = Client(cloud, runner, "poor", quota=10)
    refused(client.ask("POST", "file?name=a", b"x" * 11), 413, "Upload exceeds quota.")
    assert client.names() == []


# -------------------------------------------------------------------------------------- 7, 8, 9, 10: versions


def test_every_version_is_listed_and_its_content_kept(client: Client) -> None:
    made = client.file("a.txt", b"one")
    path = f"file/{made['id']}"
    client.ask("PUT", f"{path}/data", b"two!")
    client.ask("PUT", path, {"name": "b.txt"})
    client.ask("DELETE", path)
    found = client.get(f"{path}/versions")
    assert (found["version"], found["status"], found["filename"]) == (4, "DELETED", "b.txt")
    told = [(one["version"], one["status"], one["filename"]) for one in found["versions"]]
    assert told == [
        (4, "DELETED", "b.txt"),
        (3, "RENAMED", "b.txt"),
        (2, "CHANGED", "b.txt"),
        (1, "NEW", "b.txt"),
    ]
    sums = [(one["size"], one["checksum"]) for one in found["versions"][2:]]
    assert sums == [(4, zlib.adler32(b"two!")), (3, zlib.adler32(b"one"))]
    for word in ("version", "versions"):
        assert client.get(f"{path}/{word}/1") == found["versions"][3]
        contents = [client.ask("GET", f"{path}/{word}/{number}/data").body for number in (1, 2, 3)]
        assert contents == [b"one", b"two!", b"two!"]
        for tail in ("9", "9/data", "0"):
            refused(client.ask("GET", f"{path}/{word}/{tail}"), 404, "File or folder not found.")
        assert client.ask("GET", f"{path}/{word}/x").status == 400


def test_folders_have_no_versions(client: Client) -> None:
    folder = client.folder("docs")
    wrong = client.ask("GET", f"folder/{folder['id']}/versions")
    assert wrong.status == 400
    described = "Incorrect file type. Must be a file, not a folder."
    refused(client.ask("GET", f"file/{folder['id']}/versions"), 400, described)
    refused(client.ask("GET", "file/4711/versions"), 404, "File or folder not found.")


# --------------------------------------------------------------------------------- 16, 17, 18: other people


@pytest.fixture
def bert(cloud: Cloud, runner: asyncio.Runner, client: Client) -> Client:
    return Client(cloud, runner, "bert")


def share(client: Client, folder: dict[str, Any], *to: str, call: str = "share") -> Reply:
    return client.ask("POST", f"folder/{folder['id']}/{call}", json.dumps(to).encode())


def test_a_shared_folder_stands_in_the_members_root(client: Client, bert: Client) -> None:
    folder = client.folder("inside", client.folder("docs")["id"])
    file = client.file("a", b"one", folder["id"])
    reply = share(client, folder, "BERT@example.org", "nobody@example.org", "anna@example.org")
    told = {"shared_to": [{"name": "bert", "email": "bert@example.org"}]}
    assert (reply.status, reply.json) == (201, told)
    (seen,) = bert.get("folder/0/contents")["contents"]
    assert (seen["id"], seen["filename"], seen["parent_id"], seen["is_folder"]) == (folder["id"], "inside", None, True)
    assert bert.get(f"folder/{folder['id']}/contents")["contents"] == [file]
    assert client.get(f"folder/{folder['id']}")["parent_id"] is not None, "the owner keeps it where it was"
    changed = bert.ask("PUT", f"file/{file['id']}/data", b"two").json
    assert (changed["version"], changed["user"]) == (2, "bert") and changed == client.get(f"file/{file['id']}")
    assert [one["user"] for one in client.get(f"file/{file['id']}/versions")["versions"]] == ["bert", "anna"]
    assert client.ask("GET", f"file/{file['id']}/data").body == b"two"
    made = bert.file("b", b"x", folder["id"])
    renamed = client.ask("PUT", f"file/{made['id']}", {"name": "c"}).json
    assert (renamed["parent_id"], bert.names(folder["id"])) == (folder["id"], ["a", "c"])
    bert.ask("DELETE", f"file/{made['id']}")
    listed = client.get(f"folder/{folder['id']}/contents?include_deleted=true")["contents"]
    assert [(one["id"], one["status"]) for one in listed] == [(file["id"], "CHANGED"), (made["id"], "DELETED")]


def test_members_are_listed_the_owner_first(client: Client, bert: Client) -> None:
    folder = client.folder("docs")
    (owner,) = client.get(f"folder/{folder['id']}/members")
    assert (owner["name"], owner["email"], owner["is_owner"]) == ("anna", "anna@example.org", True)
    assert owner["joined_at"] == owner["modified_at"] and len(owner["joined_at"]) == 23
    reply = client.ask("POST", f"folder/{folder['id']}/share", {"share_to": ["bert@example.org"]})
    assert reply.status == 201
    inner = client.folder("inner", folder["id"])
    for asked in (folder, inner):
        for person in (client, bert):
            members = person.get(f"folder/{asked['id']}/members")
            assert [(one["name"], one["is_owner"]) for one in members] == [("anna", True), ("bert", False)]
    assert len(client.get("folder/0/members")) == 1


def test_a_folder_is_unshared_at_once(cloud: Cloud, runner: asyncio.Runner, client: Client, bert: Client) -> None:
    carla = Client(cloud, runner, "carla")
    folder = client.folder("docs")
    file = client.file("a", b"x", folder["id"])
    share(client, folder, "bert@example.org", "carla@example.org")
    refused(
        share(bert, folder, "anna@example.org", call="unshare"),
        400,
        "Email anna@example.org corresponds with owner of the folder.",
    )
    assert share(bert, folder, "carla@example.org", call="unshare").status == 403
    gone = share(client, folder, "carla@example.org", "anna@example.org", "nobody@example.org", call="unshare")
    assert gone.json == {"unshared_to": [{"name": "carla", "email": "carla@example.org"}]}
    assert carla.names() == []
    refused(carla.ask("GET", f"file/{file['id']}/data"), 404, "File or folder not found.")
    assert share(bert, folder, "bert@example.org", call="unshare").status == 200, "anybody may leave"
    assert bert.names() == []
    refused(share(client, folder, "bert@example.org", call="unshare"), 400, "This workspace is not shared.")
    assert len(client.get(f"folder/{folder['id']}/members")) == 1


def test_shares_that_cannot_be_are_refused(client: Client, bert: Client) -> None:
    folder, file = client.folder("docs"), client.file("a", b"x")
    refused(share(client, folder, "nobody@example.org", "anna@example.org"), 400, "No addressees found")
    for call in ("share", "unshare"):
        refused(share(client, folder, call=call), 400, "No addressee found.")
        refused(share(client, folder, " ", call=call), 400, "No addressee found.")
        for body in (b"", b"{}", b"[1]", b'"a@x.org"', b"share_to=a"):
            reply = client.ask("POST", f"folder/{folder['id']}/{call}", body)
            refused(reply, 400, "Could not decode body parameters.")
        refused(share(bert, folder, "anna@example.org", call=call), 404, "File or folder not found.")
    refused(share(client, file, "bert@example.org"), 400, "No folder found with the given ID.")
    for path in (f"folder/{file['id']}/members", "folder/4711/members"):
        refused(client.ask("GET", path), 404, "No folder found with the given ID.")
    refused(bert.ask("GET", f"folder/{folder['id']}/members"), 404, "No folder found with the given ID.")


def test_a_lock_on_a_shared_file_is_seen_by_all_who_have_it(client: Client, bert: Client) -> None:
    folder = client.folder("docs")
    file = client.file("a", b"x", folder["id"])
    share(client, folder, "bert@example.org")
    assert bert.ask("POST", "lockFile", lock_form("bert", id=str(file["id"]), timelimit="10")).status == 200
    assert client.get(f"lockFile/{file['id']}/Stacksync")[0]["user"] == "bert"
    assert client.ask("POST", "lockFile", lock_form("ann", 1, id=str(file["id"]), timelimit="10")).status == 400


# ----------------------------------------------------------------------------------------------- locks (§6)


def lock_form(user: str = "ann", minute: int = 0, **more: str) -> bytes:
    at = f"2015-08-28 11:{minute:02}:00"
    wish = {"id": "7", "cloud": "Stacksync", "user": user, "ipserver": "10.0.0.1", "datetime": at.encode().hex()}
    return urlencode({**wish, **more}).encode()


def test_desks_tell_each_other_who_is_at_work(client: Client) -> None:
    assert client.get("lockFile/7/Stacksync") == []
    granted = client.ask("POST", "lockFile", lock_form(timelimit="10"), content_type="application/json")
    assert (granted.status, granted.json) == (200, {"lockFile": True})
    held = {
        "id": "7",
        "cloud": "Stacksync",
        "user": "ann",
        "ipserver": "10.0.0.1",
        "datetime": "2015-08-28 11:00:00",
        "status": "open",
    }
    assert client.get("lockFile/7/Stacksync") == [held] == client.get("lockFile/7/NEC/true")
    assert client.get("lockFile/7/NEC") == []
    other = client.ask("POST", "lockFile", lock_form("bert", 5, timelimit="10"))
    assert other.status == 400 and "lockFile" not in other.json
    assert other.json["description"] == other.json["descripcion"]
    assert client.ask("PUT", "updateTime", lock_form(minute=6)).json == {"updateFile": True}
    assert client.ask("PUT", "updateTime", lock_form("bert", 6)).status == 400
    assert client.ask("PUT", "unLockFile", lock_form("bert", 7)).status == 400
    assert client.ask("PUT", "unLockFile", lock_form(minute=8)).json == {"unLockFile": True}
    assert client.get("lockFile/7/Stacksync")[0]["status"] == "close"
    assert client.ask("POST", "lockFile", lock_form("bert", 9, timelimit="10")).json == {"lockFile": True}


def test_locks_come_as_json_too_and_wrong_ones_are_told(client: Client) -> None:
    wish = {"id": 7, "cloud": "c", "user": "u", "ipserver": "i", "datetime": "2015-08-28 11:00:00", "timelimit": 10}
    assert client.ask("POST", "lockFile", wish).json == {"lockFile": True}
    for wrong in ({**wish, "user": ""}, {**wish, "timelimit": "x"}, {**wish, "datetime": "now"}):
        reply = client.ask("POST", "lockFile", wrong)
        assert (reply.status, reply.json["error"], "descripcion" in reply.json) == (400, 400, True)


# ------------------------------------------------------------------------------------------- what is common


def test_who_is_not_let_in_is_told_so(client: Client) -> None:
    client.token = None
    reply = client.ask("GET", "folder/0")
    refused(reply, 401, "Authorization required.")
    assert reply.headers["WWW-Authenticate"] == 'OAuth realm="stacksync"'
    client.token = "unknown"
    refused(client.ask("GET", "folder/0"), 401, "Authorization required.")


def test_cookies_open_nothing(cloud: Cloud, runner: asyncio.Runner, client: Client) -> None:
    cloud.accounts.add(None, "eve", "eve@example.org", "correct horse")
    _, token = cloud.grants.sign_in("eve", "correct horse", agent="", network="127.0.0.1")
    client.token = None
    assert client.ask("GET", "folder/0", cookie=f"nuvol={token}").status == 401


def test_what_belongs_to_others_is_not_there(cloud: Cloud, runner: asyncio.Runner, client: Client) -> None:
    other = Client(cloud, runner, "bert")
    file, folder = other.file("a", b"x"), other.folder("docs")
    for method, path, body in (
        ("GET", f"file/{file['id']}", b""),
        ("GET", f"file/{file['id']}/data", b""),
        ("GET", f"file/{file['id']}/versions", b""),
        ("GET", f"file/{file['id']}/version/1", b""),
        ("GET", f"file/{file['id']}/version/1/data", b""),
        ("GET", f"folder/{folder['id']}/contents", b""),
        ("PUT", f"file/{file['id']}", {"name": "b"}),
        ("PUT", f"file/{file['id']}/data", b"y"),
        ("DELETE", f"folder/{folder['id']}", b""),
        ("POST", f"file?name=b&parent={folder['id']}", b"y"),
        ("POST", "folder", {"name": "b", "parent": folder["id"]}),
    ):
        assert client.ask(method, path, body).status == 404, path
    assert other.get("folder/0/contents")["contents"] == [file, folder]


def test_a_reader_changes_nothing(client: Client) -> None:
    made = client.file("a", b"x")
    client.token = client.cloud.grants.bearer(client.actor, "reader", ["files:read"], None)
    assert client.get("folder/0/contents")["contents"] == [made]
    for method, path, body in (
        ("POST", "file?name=b", b"x"),
        ("POST", "folder", {"name": "b"}),
        ("PUT", f"file/{made['id']}", {"name": "b"}),
        ("PUT", f"file/{made['id']}/data", b"y"),
        ("DELETE", f"file/{made['id']}", b""),
        ("POST", "lockFile", lock_form(timelimit="10")),
    ):
        assert client.ask(method, path, body).status == 403, path


@pytest.mark.parametrize(
    "path", ["", "files", "folder/null", "folder/null/contents", "file/1/x", "file/x", "file/1/data/2", "comment/a"]
)
def test_other_shapes_are_malformed(client: Client, path: str) -> None:
    reply = client.ask("GET", path)
    assert (reply.status, reply.json["error"]) == (400, 400)


def test_negative_ids_are_nobodys(client: Client) -> None:
    refused(client.ask("GET", "file/-348534824681"), 404, "File or folder not found.")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", "file", "POST"),
        ("POST", "file/1", "DELETE, GET, HEAD, PUT"),
        ("DELETE", "file/1/data", "GET, HEAD, PUT"),
        ("PATCH", "folder/1/contents", "GET, HEAD"),
        ("GET", "updateTime", "PUT"),
    ],
)
def test_another_method_is_told_the_right_ones(client: Client, method: str, path: str, allow: str) -> None:
    reply = client.ask(method, path)
    assert (reply.status, reply.headers["Allow"], reply.json["error"]) == (405, allow, 405)


def test_the_version_header_may_be_missing_but_not_another_one(client: Client) -> None:
    assert client.ask("GET", "folder/0", stacksync_api="V2").status == 200
    assert client.ask("GET", "folder/0", stacksync_api="v1").status == 400


def test_no_success_looks_like_a_failure(client: Client) -> None:
    """Clients take any object with a key `error` for one, and read JSON from every answer but a download."""
    made = client.file("error", b"x")
    for method, path, body in (
        ("GET", "folder/0", b""),
        ("PUT", f"file/{made['id']}/data", b"y"),
        ("PUT", f"file/{made['id']}", {"name": "b"}),
        ("DELETE", f"file/{made['id']}", b""),
    ):
        reply = client.ask(method, path, body)
        assert reply.status in (200, 201, 202) and "error" not in reply.json
        assert reply.headers["Content-Type"] == "application/json"
    assert client.cloud.tree.get(client.actor, made["id"], trashed=True).state == State.TRASHED
