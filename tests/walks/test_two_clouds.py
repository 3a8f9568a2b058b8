"""Two clouds, and nothing but HTTP between them: a folder is opened to somebody of the other one (stacksync.md §9)."""

import socket
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from requests_oauthlib import OAuth1Session

from nuvol.apps.eyeos.managers import StorageManager
from tests.apps.eyeos.desks import TestDesk, add_apps
from tests.servers import Server, nuvol, serve

LARGE = bytes(range(256)) * 8192


@pytest.fixture(scope="module")
def here() -> Iterator[Server]:
    """Where the folder is opened."""
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder) / "here") as running:
        yield running


@pytest.fixture(scope="module")
def there() -> Iterator[Server]:
    """Where the invitation is taken. It may call this machine."""
    with (
        tempfile.TemporaryDirectory() as folder,
        serve(Path(folder) / "there", "--outbound-allow", "127.0.0.1") as running,
    ):
        yield running


class Desk:
    """A person at a cloud, by its native API."""

    def __init__(self, server: Server) -> None:
        args = ("admin", "--data", server.data, "app-password", server.name, "--label", "desk", "--scope", "files")
        password = nuvol(*args).strip()
        self.url = server.url
        self.client = httpx.Client(base_url=f"{server.url}/api/v1", auth=(server.name, password), timeout=60)

    def ask(self, method: str, path: str, status: int = 200, **more: Any) -> Any:
        reply = self.client.request(method, path, **more)
        assert reply.status_code == status, (method, path, reply.status_code, reply.text)
        return reply.json() if reply.content and "json" in reply.headers["content-type"] else reply.content

    def folder(self, name: str) -> int:
        root = self.ask("GET", "/nodes/root")["id"]
        return int(self.ask("POST", "/nodes", 201, json={"parent_id": root, "name": name})["id"])

    def names(self, folder_id: int) -> list[str]:
        return [node["name"] for node in self.ask("GET", f"/nodes/{folder_id}/children")["nodes"]]

    def invite(self, folder_id: int, role: str = "editor", address: str = "bert@there.example") -> str:
        opened = self.ask("POST", f"/nodes/{folder_id}/members", 201, json={"to": [address], "role": role})
        return f"{self.url}/shared#{opened['invitations'][0]['secret']}"

    def members(self, folder_id: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask("GET", f"/nodes/{folder_id}/members")["members"]
        return found


@pytest.fixture
def anna(here: Server) -> Iterator[Desk]:
    desk = Desk(here)
    with desk.client:
        yield desk


@pytest.fixture
def bert(there: Server) -> Iterator[Desk]:
    desk = Desk(there)
    with desk.client:
        yield desk


def signed(entry: dict[str, Any]) -> tuple[OAuth1Session, str]:
    """A program of §9 that goes to the other cloud by itself, and the base it calls."""
    session = OAuth1Session(
        entry["consumer_key"],
        client_secret=entry["consumer_secret"],
        resource_owner_key=entry["access_token_key"],
        resource_owner_secret=entry["access_token_secret"],
    )
    session.headers["StackSync-API"] = "v2"
    return session, entry["resource_url"].rpartition("folder/")[0]


def test_a_folder_is_edited_on_both_clouds_until_it_is_unshared(anna: Desk, bert: Desk) -> None:
    plans = anna.folder("Plans")
    anna.ask("PUT", f"/nodes/{plans}/children/one.txt/content", 201, content=b"one")
    taken = bert.ask("POST", "/elsewhere", 201, json={"link": anna.invite(plans)})
    assert (taken["name"], taken["owner"], taken["role"], taken["state"]) == ("Plans", "ada", "editor", "open")
    assert taken["cloud"] == anna.url.removeprefix("http://") and taken["item_id"] == plans
    base = f"/elsewhere/{taken['id']}/items"

    listed = bert.ask("GET", f"{base}/{plans}/children")["items"]
    assert [(one["name"], one["kind"], one["size"]) for one in listed] == [("one.txt", "file", 3)]
    assert bert.ask("GET", f"{base}/{listed[0]['id']}/content") == b"one"
    made = bert.ask("PUT", f"{base}/{plans}/children/ñ & + ~.bin/content", 201, content=LARGE)
    assert (made["name"], made["size"], made["parent_id"]) == ("ñ & + ~.bin", len(LARGE), plans)
    assert bert.ask("GET", f"{base}/{made['id']}/content") == LARGE
    inner = bert.ask("POST", f"{base}/{plans}/children", 201, json={"name": "inner"})
    bert.ask("PATCH", f"{base}/{made['id']}", json={"name": "moved.bin", "parent_id": inner["id"]})
    bert.ask("PUT", f"{base}/{listed[0]['id']}/content", content=b"two")
    assert anna.ask("GET", f"/nodes/{listed[0]['id']}/content") == b"two"
    assert anna.names(plans) == ["inner", "one.txt"] and anna.names(inner["id"]) == ["moved.bin"]
    anna.ask("PUT", f"/nodes/{listed[0]['id']}/content", content=b"three")
    assert bert.ask("GET", f"{base}/{listed[0]['id']}/content") == b"three"
    bert.ask("DELETE", f"{base}/{inner['id']}", 204)
    assert anna.names(plans) == ["one.txt"]

    bert.ask("POST", f"{base}/{plans}/children", 400, json={"name": "one.txt"})
    bert.ask("GET", f"{base}/{plans + 1}/children", 404)
    bert.ask("DELETE", f"{base}/{plans}", 403)
    bert.ask("POST", "/elsewhere", 404, json={"link": f"{anna.url}/shared#nv_f_{'x' * 43}"})

    _, guest = anna.members(plans)
    assert (guest["name"], guest["email"], guest["role"]) == ("bert (there.example)", "bert@there.example", "editor")
    anna.ask("PATCH", f"/nodes/{plans}/members/{guest['account_id']}", json={"role": "viewer"})
    bert.ask("PUT", f"{base}/{listed[0]['id']}/content", 403, content=b"no")
    assert bert.ask("GET", f"/elsewhere/{taken['id']}")["state"] == "open"

    (entry,) = elsewhere_in_root(bert)
    session, there_base = signed(entry)
    assert session.get(f"{there_base}folder/{plans}/contents").status_code == 200
    anna.ask("DELETE", f"/nodes/{plans}/members/{guest['account_id']}", 204)
    assert session.get(f"{there_base}folder/{plans}/contents").status_code == 403, "the token died with the share"
    bert.ask("GET", f"{base}/{plans}/children", 404)
    assert bert.ask("GET", f"/elsewhere/{taken['id']}")["state"] == "ended"
    assert elsewhere_in_root(bert) == [] and len(anna.members(plans)) == 1
    bert.ask("DELETE", f"/elsewhere/{taken['id']}", 204)
    assert bert.ask("GET", "/elsewhere")["folders"] == []


def elsewhere_in_root(desk: Desk) -> list[dict[str, Any]]:
    """Folders of other clouds in the listing of StackSync's API."""
    reply = httpx.get(f"{desk.url}/v1/folder/0/contents", auth=desk.client.auth, timeout=60)
    assert reply.status_code == 200
    return [one for one in reply.json()["contents"] if "resource_url" in one]


def test_a_program_of_stacksync_finds_the_way_and_goes_it(anna: Desk, bert: Desk) -> None:
    folder = anna.folder("Trip")
    taken = bert.ask("POST", "/elsewhere", 201, json={"link": anna.invite(folder)})
    (entry,) = elsewhere_in_root(bert)
    assert (entry["filename"], entry["is_folder"], entry["parent_id"], entry["id"]) == ("Trip", True, None, folder)
    assert entry["resource_url"] == f"{anna.url}/v1/folder/{folder}"
    session, base = signed(entry)
    made = session.post(f"{base}file", params={"name": "f ~", "parent": folder}, data=b"from afar")
    assert made.status_code == 201 and made.json()["user"].startswith("bert (there.example)")
    assert [one["filename"] for one in session.get(f"{base}folder/{folder}/contents").json()["contents"]] == ["f ~"]
    assert session.get(f"{base}file/{made.json()['id']}/data").content == b"from afar"
    members = session.get(f"{base}folder/{folder}/members").json()
    assert [one["email"] for one in members] == ["ada@example.org", "bert@there.example"]
    outside = anna.folder("Trip of mine")
    assert session.get(f"{base}folder/{outside}").status_code == 404
    assert session.post(f"{base}file", params={"name": "x", "parent": outside}, data=b"x").status_code == 404

    bert.ask("DELETE", f"/elsewhere/{taken['id']}", 204)
    assert session.get(f"{base}folder/{folder}").status_code == 403, "who leaves gives the token back"
    assert len(anna.members(folder)) == 1 and anna.names(folder) == ["f ~"]


def test_the_walk_of_a_desk_goes_on_into_folders_of_other_clouds(
    anna: Desk, bert: Desk, there: Server, tmp_path: Path
) -> None:
    add_apps(there)
    desk = TestDesk(tmp_path / "desk", there.url)
    token = desk.enter(there, there.name, there.password)
    folder = anna.folder("Far")
    inner = anna.ask("POST", "/nodes", 201, json={"parent_id": folder, "name": "inner"})["id"]
    anna.ask("PUT", f"/nodes/{inner}/children/one.txt/content", 201, content=b"one")
    taken = bert.ask("POST", "/elsewhere", 201, json={"link": anna.invite(folder)})

    def walked() -> list[str]:
        skel: list[dict[str, Any]] = []
        StorageManager(desk).getSkel(token, False, "0", skel, "/", None, None)
        paths = [one["path"] + one["filename"] for one in skel if "filename" in one]
        return [path for path in paths if "Far" in path]

    assert walked() == ["/root/Far/inner/one.txt", "/root/Far/inner", "/root/Far"]
    bert.ask("DELETE", f"/elsewhere/{taken['id']}", 204)
    assert walked() == []


def test_a_way_that_was_given_otherwise_can_be_mounted(anna: Desk, bert: Desk) -> None:
    folder = anna.folder("Given")
    secret = anna.invite(folder).partition("#")[2]
    given = httpx.post(f"{anna.url}/api/v1/shares/guests", json={"secret": secret}, timeout=60)
    assert given.status_code == 201
    names = ("resource_url", "access_token_key", "access_token_secret", "consumer_key", "consumer_secret")
    way = {name: given.json()[name] for name in names}
    mounted = bert.ask("POST", "/elsewhere", 201, json=way)
    assert mounted["name"] == "Given"
    bert.ask("PUT", f"/elsewhere/{mounted['id']}/items/{folder}/children/f/content", 201, content=b"")
    assert anna.names(folder) == ["f"]
    bert.ask("POST", "/elsewhere", 400, json=way | {"resource_url": f"{anna.url}/v1/file/1"})
    bert.ask("POST", "/elsewhere", 403, json=way | {"access_token_secret": "wrong"})
    bert.ask("POST", "/elsewhere", 400, json={"resource_url": way["resource_url"]})
    assert httpx.post(f"{anna.url}/api/v1/shares/guests", json={"secret": secret}).status_code == 404, "used up"


def test_a_silent_cloud_holds_up_nobody(anna: Desk, bert: Desk) -> None:
    """It accepts connections and says nothing; what is asked of others meanwhile is answered."""
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder) / "third") as third:
        carl = Desk(third)
        taken = bert.ask("POST", "/elsewhere", 201, json={"link": carl.invite(carl.folder("Gone"))})
        port = int(third.url.rpartition(":")[2])
        carl.client.close()
    base = f"/elsewhere/{taken['id']}/items/{taken['item_id']}"
    reply = bert.client.get(f"{base}/children")
    assert (reply.status_code, reply.json()["code"]) == (503, "peer-unreachable") and "Retry-After" in reply.headers
    assert bert.ask("GET", f"/elsewhere/{taken['id']}")["state"] == "silent"
    with socket.create_server(("127.0.0.1", port)):
        statuses: list[int] = []

        def wait() -> None:
            with httpx.Client(base_url=bert.client.base_url, auth=bert.client.auth, timeout=60) as client:
                statuses.append(client.get(f"{base}/children").status_code)

        waiting = [threading.Thread(target=wait) for _ in range(12)]
        for each in waiting:
            each.start()
        for _ in range(5):
            assert bert.ask("GET", "/elsewhere")["folders"][-1]["id"] == taken["id"]
            assert bert.ask("GET", "/nodes/root")["kind"] == "folder"
        mine = bert.folder("Mine")
        bert.ask("PUT", f"/nodes/{mine}/children/large/content", 201, content=LARGE)
        for each in waiting:
            each.join()
    assert statuses == [503] * 12
    bert.ask("DELETE", f"/elsewhere/{taken['id']}", 204)


def test_a_server_does_not_call_its_own_network(here: Server, anna: Desk) -> None:
    """PROMISES A8: whatever an address is written like, nobody who listens inside hears anything."""
    with socket.create_server(("127.0.0.1", 0)) as canary:
        port = canary.getsockname()[1]
        canary.settimeout(0.2)
        hosts = ("127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f000001", "127.1", "0", "[::ffff:127.0.0.1]",
                 "10.0.0.1", "192.168.1.1", "169.254.169.254", "[fe80::1]", "[fd00::1]", "[64:ff9b::7f00:1]",
                 "[2002:7f00:1::]", "100.64.0.1", "0.0.0.0", "localhost.", "224.0.0.1")  # fmt: skip
        for host in hosts:
            for scheme in ("http", "https"):
                link = f"{scheme}://{host}:{port}/shared#nv_f_{'x' * 43}"
                reply = anna.client.post("/elsewhere", json={"link": link})
                assert reply.status_code == 400, (host, reply.text)
        for url in ("file:///etc/passwd", "http://user@127.0.0.1/shared#nv_f_" + "x" * 43, "gopher://x", "", "x"):
            assert anna.client.post("/elsewhere", json={"link": url}).status_code == 400
        with pytest.raises(TimeoutError):
            canary.accept()


def test_a_redirect_is_not_followed(bert: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as canary, socket.create_server(("127.0.0.1", 0)) as door:
        place = f"http://127.0.0.1:{canary.getsockname()[1]}/"

        def redirect() -> None:
            caller, _ = door.accept()
            with caller:
                caller.recv(65536)
                caller.sendall(f"HTTP/1.1 307 Elsewhere\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n".encode())

        answering = threading.Thread(target=redirect)
        answering.start()
        link = f"http://127.0.0.1:{door.getsockname()[1]}/shared#nv_f_{'x' * 43}"
        assert bert.client.post("/elsewhere", json={"link": link}).status_code == 503
        answering.join()
        canary.settimeout(0.2)
        with pytest.raises(TimeoutError):
            canary.accept()
