"""PhotoShare and the sign-up service as they are in every cloud: made when first opened, clients of that cloud."""

import io
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from PIL import Image

from tests.servers import ADMIN, Server, nuvol, serve

PASSWORD = "five quiet clouds"


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
        token = httpx.post(
            f"{server.url}/api/authenticate/", data={"username": ADMIN[0], "password": ADMIN[1]}, timeout=60
        ).json()["auth_token"]
        bearer = {"Authorization": f"Bearer {token}"}
        assert httpx.get(f"{server.url}/v2/ping", headers=bearer).status_code == 200
        assert httpx.get(f"{server.url}/api/v1/accounts", headers=bearer).status_code == 403  # an app's token, no more
    with serve(tmp_path / "cloud") as server, browser(server, *ADMIN) as ada:  # the same app and account as before
        assert "sea.jpg" in ada.get("/timeline").text


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
