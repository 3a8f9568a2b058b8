"""Desks for tests: each has a folder of its own, and only HTTP between it and the others."""

import contextlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from nuvol.apps.eyeos import functions
from nuvol.apps.eyeos.desk import SCRIPTS, Desk
from nuvol.apps.eyeos.managers import OAuthManager
from nuvol.apps.eyeos.settings import VARIABLE
from tests.servers import Server, nuvol

STORAGE = ("desktop-storage", "secret of the storage")
DOCUMENTS = ("desk", "secret of the desk")
WORD = "verifier"


def add_apps(server: Server) -> None:
    """The two programs that a desk is for its servers."""
    add = ("admin", "--data", server.data, "app", "add", "eyeOS")
    nuvol(*add, "--kind", "stacksync", "--key", STORAGE[0], "--secret", STORAGE[1], "--callback", "oob")
    keys = ("--key", DOCUMENTS[0], "--secret", DOCUMENTS[1], "--verifier", WORD, "--callback", "oob")
    nuvol(*add, "--kind", "u1db", *keys, "--account", server.name)


def settings(url: str, *, year: int = 2014) -> dict[str, Any]:
    place = urlsplit(url)
    storage = {
        "urls": {
            "REQUEST_TOKEN_URL": f"{url}/oauth/request_token",
            "ACCESS_TOKEN_URL": f"{url}/oauth/access_token",
            "CALLBACK_URL": "oob",
            "RESOURCE_URL": f"{url}/v1/",
        },
        "consumer": {"key": STORAGE[0], "secret": STORAGE[1]},
        "version": "v2",
    }
    more = {"OAUTH_URL": f"{url}/oauth/authorize?oauth_token=", "controlVersion": "true", "comments": "true",
            "calendar": "false"}  # fmt: skip
    clouds = {"Stacksync": storage} if year == 2014 else {"NEW_CODE": "true", "Clouds": {"Stacksync": storage | more}}
    return {
        "Oauth": {
            "server": place.hostname,
            "port": place.port,
            "urls": {
                "REQUEST_TOKEN_URL": "/request_token",
                "AUTHORIZATION_URL": "/authorize",
                "ACCESS_TOKEN_URL": "/access_token",
                "CALLBACK_URL": "oob",
            },
            "consumer": {"key": DOCUMENTS[0], "secret": DOCUMENTS[1]},
            "verifier": WORD,
            "sync": "http://",
        },
        **clouds,
    }


class TestDesk(Desk):
    """A desk with its scripts called as its managers call them from another process: by text."""

    __test__ = False

    def __init__(self, folder: Path, url: str, *, year: int = 2014) -> None:
        folder.mkdir(exist_ok=True)
        self.point(folder, url, year=year)
        super().__init__(folder)
        self.cloud = None if year == 2014 else "Stacksync"

    def point(self, folder: Path, url: str, *, year: int = 2014) -> None:
        (folder / "settings.json").write_text(json.dumps(settings(url, year=year)))

    def move(self, url: str) -> None:
        """Its server is somewhere else from now on, or nowhere."""
        self.point(self.folder, url)
        login = self._login
        Desk.__init__(self, self.folder)
        self._login = login

    def line(self, script: str, *arguments: Any) -> str:
        """The last line that the script prints."""
        texts = [one if isinstance(one, str) else json.dumps(one) for one in arguments]
        with contextlib.chdir(self.folder), contextlib.redirect_stdout(io.StringIO()) as out:
            {**SCRIPTS, "functions": functions.main}[script](texts)
        return (out.getvalue().splitlines() or [""])[-1]

    def ask(self, script: str, *arguments: Any) -> Any:
        """What it says, read as its managers do; None when it says nothing."""
        line = self.line(script, *arguments)
        return json.loads(line) if line else None

    def do(self, function: str, *args: Any, **arguments: Any) -> Any:
        """One of eyeOS's functions by its name, as a command."""
        return self.ask("functions", {"function": function, "arguments": arguments or [*args]})

    def run(self, *command: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        """A real process in the desk's folder."""
        environment = {name: value for name, value in os.environ.items() if name != VARIABLE}
        words = [
            str(Path(sys.executable).with_name("nuvol")) if command[0] == "nuvol" else sys.executable,
            *command[1:],
        ]
        return subprocess.run(
            words, cwd=self.folder, input=stdin, text=True, capture_output=True, env=environment, timeout=120
        )

    def login(self) -> dict[str, Any]:
        """The credentials of the U1DB server, as an envelope has them."""
        told = self.ask("credentials")
        return {"oauth": told["credentials"]}

    def enter(self, server: Server, name: str, password: str) -> dict[str, str]:
        """A user lets the desk in at the storage; the user's token."""
        manager = OAuthManager(self, self.cloud)
        asked = manager.getRequestToken()
        form = {"email": name, "password": password, "permission": "allow"}
        page = httpx.post(f"{server.url}/oauth/authorize?oauth_token={asked['key']}", data=form)
        verifier = dict(parse_qsl(page.text))["verifier"]
        token: dict[str, str] = manager.getAccessToken({"token": asked, "verifier": verifier})
        return token


def take_back(server: Server, name: str, password: str) -> None:
    """Disconnect every app that this person has let in."""
    with httpx.Client(base_url=f"{server.url}/api/v1", headers={"Origin": server.url}) as client:
        client.post("/session", json={"login": name, "password": password}).raise_for_status()
        for app in client.get("/me/apps").raise_for_status().json()["apps"]:
            client.delete(f"/me/apps/{app['key']}").raise_for_status()
