"""What docs/first-app.md and docs/photoshare.md show, run as written but for addresses and keys."""

import os
import re
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import httpx
from PIL import Image

from tests.apps.stack import ADMIN_ID, ADMIN_SECRET, KEY, PASSWORD, SECRET, platform, running
from tests.servers import Server, nuvol, serve

PAGES = Path(__file__).parents[2] / "docs"


def blocks(language: str, page: str = "first-app.md") -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", (PAGES / page).read_text(), re.MULTILINE | re.DOTALL)


def test_the_first_app_runs_as_written(tmp_path: Path) -> None:
    _, add, allow = blocks("sh")
    with serve(tmp_path / "cloud") as server:
        printed = dict(line.split(" ") for line in run(add, server).splitlines())
        run(allow.replace("KEY", printed["key"]), server)
        program = "\n".join(blocks("python")).replace("http://127.0.0.1:8080", server.url)
        for name, value in printed.items():
            assert f'"the {name}"' in program
            program = program.replace(f'"the {name}"', repr(value))
        done = subprocess.run([sys.executable, "-c", program], text=True, capture_output=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "ann@example.org and ben@example.org are here",
        "['sea.txt']",
        "Somebody was faster: read it again.",
        "received sea.txt",
        "Greetings!",
    ]


def run(command: str, server: Server) -> str:
    """A line of the page, for the cloud of the test."""
    words = [word.strip('"') for word in re.findall(r'"[^"]+"|\S+', command)]
    assert words[:4] == ["nuvol", "admin", "--data", "cloud"]
    return nuvol("admin", "--data", server.data, *words[4:])


def test_the_page_is_all_run() -> None:
    assert len(blocks("python")) == 6 and len(blocks("sh")) == 3


def test_photoshare_runs_alone_with_the_settings_of_its_page(tmp_path: Path) -> None:
    """Two programs and two files, against a cloud over TLS; then the pieces of the walk through the source."""
    signup_toml, photoshare_toml = blocks("toml", "photoshare.md")
    (commands,) = blocks("sh", "photoshare.md")
    signup_command, photoshare_command = (line.split()[1:] for line in commands.splitlines())
    with platform(tmp_path) as cloud, ExitStack() as opened:

        def start(command: list[str], settings: str, **values: str) -> str:
            for key, value in values.items():
                settings, times = re.subn(rf'^{key} = "[^"]*"', f'{key} = "{value}"', settings, flags=re.MULTILINE)
                assert times == 1, key
            (at,) = [place for place, word in enumerate(command) if word.endswith(".toml")]
            (tmp_path / command[at]).write_text(settings)
            command[at] = str(tmp_path / command[at])
            command[command.index("--port") + 1] = "0"
            return opened.enter_context(running(tmp_path / f"{command[0]}.log", *command))

        keys = {"API_SERVER": cloud.base, "CLIENT_ID": KEY, "SECRET_KEY": SECRET, "CA": str(cloud.ca)}
        signup = start(signup_command, signup_toml, ADMIN_ID=ADMIN_ID, ADMIN_SECRET=ADMIN_SECRET, **keys)
        api = f"{signup}/api/"
        for name in ("app", "ann", "ben", "carla"):
            person = {"username": f"{name}@example.org", "password": PASSWORD}
            assert httpx.post(f"{api}user/", json=person, timeout=60).status_code == 201
        program = "\n".join(blocks("python", "photoshare.md"))
        known = {"http://127.0.0.1:8090/api/": api, "cloud.example": cloud.base}
        for shown, real in (known | {"the client id": KEY, "the client secret": SECRET}).items():
            assert f'"{shown}"' in program
            program = program.replace(f'"{shown}"', repr(real))
        Image.new("RGB", (64, 48), "teal").save(tmp_path / "sea.jpg")
        trust = {**os.environ, "SSL_CERT_FILE": str(cloud.ca)}
        done = subprocess.run([sys.executable, "-c", program], text=True, capture_output=True, cwd=tmp_path, env=trust)
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines() == [
            "['ann@example.org', 'ben@example.org']",
            "[]",
            "True",
            "['ben@example.org']",
            "True",
            "[('sea.jpg', True)] [False]",
        ]
        keys = {
            "CLOUD_FS_ID": KEY,
            "CLOUD_FS_SECRET": SECRET,
            "CLOUD_FS_BASE": cloud.base,
            "CLOUD_FS_CA": str(cloud.ca),
        }
        account = {"USERNAME": "app@example.org", "PASSWORD": PASSWORD}
        small = str(tmp_path / "small")
        address = start(photoshare_command, photoshare_toml, USER_API_BASEURL=api, MEDIA_ROOT=small, **keys, **account)
        with httpx.Client(base_url=f"{address}/photoshare", headers={"Origin": address}, timeout=60) as ben:
            login = {"username": "ben@example.org", "password": PASSWORD}
            assert ben.post("/login", data=login).status_code == 303
            page = ben.get("/timeline").text
            assert "sea.jpg, by ann@example.org" in page and "you like this" in page  # what the pieces have done
            picture = re.search(r'src="/photoshare(/photo/[^"]+size=large)"', page)
            assert picture is not None
            assert ben.get(picture[1].replace("&amp;", "&")).headers["content-type"] == "image/webp"
        assert len(list((tmp_path / "small").iterdir())) == 3
