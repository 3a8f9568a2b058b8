"""`nuvol admin app` beside a running server."""

import stat
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.servers import NUVOL, nuvol, serve


def told(text: str) -> dict[str, str]:
    return dict(line.split(" ", 1) for line in text.splitlines())


def test_an_app_is_made_known_beside_a_running_server(tmp_path: Path) -> None:
    data = tmp_path / "data"
    app = ("admin", "--data", data, "app")
    with serve(data) as server:
        made = told(nuvol(*app, "add", "Photos", "--kind", "cloudfs"))
        assert set(made) == {"key", "secret", "admin-id", "admin-secret"}
        given = ("--key", "k", "--secret", "s", "--admin-id", "a", "--admin-secret", "b")
        assert told(nuvol(*app, "add", "Own", "--kind", "cloudfs", *given)) == {
            "key": "k",
            "secret": "s",
            "admin-id": "a",
            "admin-secret": "b",
        }
        desk = ("--account", server.name, "--verifier", "word", "--token-hours", "24", "--allow-plain")
        nuvol(*app, "add", "Desk", "--kind", "u1db", "--key", "desk", "--secret", "t", "--callback", "oob", *desk)
        nuvol("admin", "--data", data, "signup", "open", "--app", "k")
        assert [line.split("\t") for line in nuvol(*app, "list").splitlines()] == [
            [made["key"], "cloudfs", "Photos"],
            ["k", "cloudfs", "Own"],
            ["desk", "u1db", "Desk"],
        ]
        nuvol(*app, "set", "desk", "--disabled")
        nuvol(*app, "remove", "k", "--yes")
        assert nuvol(*app, "list").splitlines()[1] == "desk\tu1db\tDesk disabled"
        assert httpx.get(f"{server.url}/healthz").status_code == 200
    assert stat.S_IMODE((data / "instance.key").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        (("app", "add", "X", "--kind", "stacksync", "--callback", "nowhere"), "callback"),
        (("app", "set", "nobody", "--disabled"), "no such app"),
        (("signup", "open", "--app", "nobody"), "no such app"),
    ],
)
def test_a_mistake_is_one_sentence(tmp_path: Path, wish: tuple[str, ...], says: str) -> None:
    done = subprocess.run([NUVOL, "admin", "--data", tmp_path, *wish], capture_output=True, text=True)
    assert (done.returncode, says in done.stderr, "Traceback" in done.stderr) == (1, True, False)
