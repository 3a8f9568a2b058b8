"""The sign-up service as a program of its own, before a cloud over TLS (CloudFS specification 11)."""

import subprocess
from pathlib import Path

import httpx
import pytest

from nuvol.sdk.cloudfs import UserSession
from tests.apps.stack import KEY, PASSWORD, SECRET, Stack, running
from tests.servers import NUVOL


def test_signing_up_and_in(stack: Stack) -> None:
    whole = {"username": "anna@example.org", "password": PASSWORD, "first_name": "Anna", "last_name": "Ó"}
    with httpx.Client(base_url=stack.signup, timeout=60) as client:
        made = client.post("/api/user/", json=whole)
        assert (made.status_code, made.json()["success"]) == (201, True)
        assert made.json()["user"]["username"] == "anna@example.org"
        again = client.post("/api/user/", data=whole)
        assert (again.status_code, again.json()["success"]) == (400, False) and again.json()["message"]
        entered = client.post("/api/authenticate/", data={"username": "anna@example.org", "password": PASSWORD})
        assert (entered.status_code, entered.json()["success"]) == (200, True)
        platform = stack.platform
        with UserSession(platform.base, KEY, SECRET, entered.json()["auth_token"], ca=platform.ca) as session:
            assert session.get_user().first_name == "Anna"
        wrong = client.post("/api/authenticate/", json={"username": "anna@example.org", "password": "wrong one"})
        assert (wrong.status_code, wrong.json()["success"]) == (400, False)
        lacking = client.post("/api/authenticate/", json={"username": " "})
        assert lacking.status_code == 400
        assert "username: " in lacking.json()["message"] and "password: " in lacking.json()["message"]


def test_guessing_is_slowed_down_for_who_guesses(stack: Stack) -> None:
    guess = {"username": "nobody@example.org", "password": "a guess"}
    guesser, other = {"X-Forwarded-For": "192.0.2.1"}, {"X-Forwarded-For": "192.0.2.2"}
    with httpx.Client(base_url=stack.signup, timeout=60) as client:
        told = [client.post("/api/authenticate/", json=guess, headers=guesser).status_code for _ in range(12)]
        assert told[:5] == [400] * 5 and 429 in told
        mine = {"username": "nobody-else@example.org", "password": "mistyped"}
        assert client.post("/api/authenticate/", json=mine, headers=other).status_code == 400


def test_a_prototype_account_signs_in_and_not_up(stack: Stack, tmp_path: Path) -> None:
    stack.register("early@example.org")
    keys = tmp_path / "signup.toml"
    keys.write_text(f'CLIENT_ID = "{KEY}"\nSECRET_KEY = "{SECRET}"\nCA = "{stack.platform.ca}"\n')
    arguments = ("signup", "--settings", keys, "--endpoint", stack.platform.base, "--port", "0")
    with running(tmp_path / "log", *arguments) as address, httpx.Client(base_url=address, timeout=60) as client:
        person = {"username": "early@example.org", "password": PASSWORD}
        assert client.post("/api/authenticate/", json=person).status_code == 200
        answer = client.post("/api/user/", json={"username": "late@example.org", "password": PASSWORD})
        assert answer.status_code == 400 and "sign up" in answer.json()["message"]


def test_an_endpoint_that_is_not_there(tmp_path: Path) -> None:
    keys = tmp_path / "signup.toml"
    keys.write_text('API_SERVER = "http://127.0.0.1:9"\nCLIENT_ID = "i"\nSECRET_KEY = "s"\nADMIN_ID = "a"\n')
    with running(tmp_path / "log", "signup", "--settings", keys, "--port", "0") as address:
        for place in ("user", "authenticate"):
            answer = httpx.post(f"{address}/api/{place}/", json={"username": "a", "password": "b"}, timeout=60)
            assert (answer.status_code, answer.json()["success"]) == (503, False)
        assert httpx.get(f"{address}/api/").json()["user"] == f"{address}/api/user/"
        assert httpx.get(f"{address}/api/v1/me").status_code == 404


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('CLIENT_ID = "i"\n', "API_SERVER, SECRET_KEY"),
        ('API_SERVER = "x"\nCLIENT_ID = "i"\nSECRET_KEY = "s"\nTYPO = "t"\n', "TYPO"),
        ("[", "cannot be read"),
    ],
)
def test_a_wrong_settings_file_is_told_in_one_sentence(tmp_path: Path, text: str, told: str) -> None:
    keys = tmp_path / "signup.toml"
    keys.write_text(text)
    done = subprocess.run([NUVOL, "signup", "--settings", keys], text=True, capture_output=True)
    assert done.returncode == 1 and told in done.stderr and "Traceback" not in done.stderr
