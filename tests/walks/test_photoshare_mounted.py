"""PhotoShare and the sign-up service as they are in every cloud: made when first opened, clients of that cloud."""

import io
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from PIL import Image

from nuvol.faces.api.routes import ENTRIES
from nuvol.sdk.cloudfs import AuthenticatedError, UserSession
from nuvol.wire.cloudfs import ids
from tests.servers import ADMIN, Server, nuvol, serve

PASSWORD = "five quiet clouds"
CLOSED = {"/accounts", "/app-passwords", "/app-plans", "/apps", "/databases", "/invitations", "/me/apps", "/me/desks"}
"""Of the native API: what refuses PhotoShare's token. The rest shows it nothing but its own folder."""


@contextmanager
def browser(server: Server, name: str, password: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{server.url}/photoshare", headers={"Origin": server.url}, timeout=60) as client:
        answer = client.post("/login", data={"username": name, "password": password})
        assert answer.status_code == 303, answer.text
        yield client


def until(true: Callable[[], bool]) -> None:
    """A running server notices within seconds what a command beside it has changed."""
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


def photo() -> tuple[str, bytes, str]:
    file = io.BytesIO()
    Image.new("RGB", (320, 240), "teal").save(file, "JPEG")
    return "sea.jpg", file.getvalue(), "image/jpeg"


def test_people_of_the_cloud_and_newcomers(tmp_path: Path) -> None:
    with serve(tmp_path / "cloud", "--signup", "open") as server:
        with browser(server, *ADMIN) as ada:
            sent = ada.post("/upload", data={"who": "public"}, files={"photos": photo()})
            assert sent.status_code == 200, sent.text
            assert "sea.jpg" in ada.get("/timeline").text
            picture = re.search(r'src="/photoshare(/photo/[^"]+)"', ada.get("/timeline").text)
            assert picture is not None and ada.get(picture[1]).content == photo()[1]
            assert "/v2/" not in server.log  # addresses of content open it without a token
        made = httpx.post(
            f"{server.url}/api/user/", json={"username": "ben@example.org", "password": PASSWORD}, timeout=60
        )
        assert made.status_code == 201, made.text
        with browser(server, "ben@example.org", PASSWORD) as ben:
            found = ben.get("/friends", params={"q": ADMIN[0]}).text
            assert f"Add {ADMIN[0]}" in found and "photoshare-app" not in found
            ben.post("/friends/add", data={"friend": ADMIN[0]})
            assert "sea.jpg" in ben.get("/timeline").text
        apps = nuvol("admin", "--data", server.data, "app", "list")
        assert apps.startswith("photoshare\tcloudfs\tPhotoShare")
    with serve(tmp_path / "cloud") as server, browser(server, *ADMIN) as ada:  # the same app and account as before
        assert "sea.jpg" in ada.get("/timeline").text


def test_its_token_opens_a_folder_of_its_own_and_nothing_else(tmp_path: Path) -> None:
    """What PhotoShare holds of somebody who has a diary beside (A2)."""
    with serve(tmp_path / "cloud") as server, browser(server, *ADMIN) as ada:
        ada.post("/upload", data={"who": "public"}, files={"photos": photo()})
        with httpx.Client(base_url=server.url, auth=ADMIN, headers={"Origin": server.url}, timeout=60) as own:
            assert own.put("/dav/files/diary.txt", content=b"dear diary").status_code == 201
            assert own.request("MKCOL", "/dav/files/diaries").status_code == 201
            own.post("/api/v1/session", json={"login": ADMIN[0], "password": ADMIN[1]})
            root = own.get("/api/v1/nodes/root", auth=None).json()
            seen = own.get(f"/api/v1/nodes/{root['id']}/children", auth=None).json()["nodes"]
            there = own.request("PROPFIND", "/dav/files/Apps/PhotoShare/photoshare/public/", headers={"Depth": "1"})
            assert "sea.jpg" in there.text  # to its owner it is a folder like any other
        diary, diaries = (next(node for node in seen if node["name"] == name) for name in ("diary.txt", "diaries"))
        token = httpx.post(
            f"{server.url}/api/authenticate/", data={"username": ADMIN[0], "password": ADMIN[1]}, timeout=60
        ).json()["auth_token"]
        with (
            httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {token}"}, timeout=60) as app,
            UserSession(server.url, "photoshare", "", token) as session,
        ):
            cloud = session.get_filesystem()
            assert [item.name for item in cloud.list("/")] == ["photoshare"]
            (home,) = cloud.list("/")
            for hidden in (diary, diaries):
                outside = f"/{ids.encode(hidden['id'])}"
                with pytest.raises(AuthenticatedError):
                    cloud.get_item(outside)
                with pytest.raises(AuthenticatedError):
                    cloud.create_share(outside)
                with pytest.raises(AuthenticatedError):
                    cloud.move(home, outside)
                assert "diar" not in str(session.get_history(0))
                for place in (
                    f"nodes/{hidden['id']}",
                    f"nodes/{hidden['id']}/content",
                    f"nodes/{hidden['id']}/versions",
                ):
                    assert app.get(f"/api/v1/{place}").status_code in (404, 405), place
            refused = set()
            for operation in (entry.operation for entry in ENTRIES):
                if operation.method == "GET" and "{" not in operation.path and operation.path != "/changes/live":
                    answer = app.get(
                        f"/api/v1{operation.path}", params={"q": "diar"} if "search" in operation.path else {}
                    )
                    assert '"diar' not in answer.text, operation.path
                    refused |= {operation.path} if answer.status_code == 403 else set()
            assert refused > CLOSED | {"/sessions", "/tokens"}
            for method, place, wish in (
                ("POST", "/api/v1/app-passwords", {"label": "x", "scopes": ["files"]}),
                ("POST", "/api/v1/tokens", {"label": "x", "scopes": ["files"]}),
                ("POST", "/api/v1/apps", {"title": "x"}),
                ("POST", "/api/v1/invitations", {"admin": True}),
                ("PROPFIND", "/dav/calendars/", {}),
                ("GET", "/u1db/notes", {}),
            ):
                assert app.request(method, place, json=wish or None).status_code in (401, 403, 404), place
            listed = app.request("PROPFIND", "/dav/files/", headers={"Depth": "1"})
            assert listed.status_code == 207 and "photoshare" in listed.text and "diar" not in listed.text


def test_the_app_can_be_switched_off(tmp_path: Path) -> None:
    with serve(tmp_path / "cloud") as server, browser(server, *ADMIN) as ada:
        assert ada.get("/timeline").status_code == 200
        nuvol("admin", "--data", server.data, "app", "set", "photoshare", "--disabled")
        until(lambda: ada.get("/timeline").headers.get("location") == "/photoshare/login")
        login = {"username": ADMIN[0], "password": ADMIN[1]}
        assert ada.post("/login", data=login).status_code == 400
        answer = httpx.post(f"{server.url}/api/authenticate/", json=login)
        assert (answer.status_code, "switched off" in answer.json()["message"]) == (400, True)
        nuvol("admin", "--data", server.data, "app", "set", "photoshare", "--active")
        until(lambda: ada.post("/login", data=login).status_code == 303)
    with serve(tmp_path / "cloud") as server:  # its account lost its password: it gets it again
        nuvol(
            "admin", "--data", server.data, "account", "set", "photoshare-app", "--password-stdin", stdin="another one"
        )
        with browser(server, *ADMIN) as ada:
            assert ada.get("/timeline").status_code == 200


def test_nobody_joins_a_cloud_that_is_not_open(tmp_path: Path) -> None:
    with serve(tmp_path / "cloud") as server:
        answer = httpx.post(f"{server.url}/api/user/", json={"username": "eve@example.org", "password": PASSWORD})
        assert (answer.status_code, answer.json()["success"]) == (400, False)
        assert httpx.get(f"{server.url}/api/").json()["user"] == f"{server.url}/api/user/"
        assert httpx.get(f"{server.url}/api/v1/capabilities").status_code == 200
