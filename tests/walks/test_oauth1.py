"""OAuth 1 through the real server, with the client that Python programs use."""

import re
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import pytest
from requests_oauthlib import OAuth1Session

from nuvol.wire import oauth1
from tests.servers import Server, nuvol, serve

BACK = "http://desk.example/back?from=nuvol"
KEY, SECRET = "k" * 41, "s" * 32
"""As long as eyeOS's."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder) / "data") as running:
        add = ("admin", "--data", running.data, "app", "add")
        given = ("--key", KEY, "--secret", SECRET)
        nuvol(*add, "The desk & <co>", "--kind", "stacksync", *given, "--callback", BACK, "--callback", "oob")
        desk = ("--key", "eyeos", "--secret", "es", "--account", running.name, "--verifier", "verifier")
        nuvol(*add, "eyeOS", "--kind", "u1db", "--callback", BACK, *desk)
        yield running


def client(**more: str) -> OAuth1Session:
    return OAuth1Session(KEY, client_secret=SECRET, callback_uri=more.pop("callback_uri", BACK), **more)


class Browser:
    """A browser without script: keeps cookies, says where its forms are from, follows nothing."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.http = httpx.Client()

    def open(self, address: str) -> httpx.Response:
        return self.http.get(address, headers={"Accept": "text/html"})

    def send(self, page: httpx.Response, **fields: str) -> httpx.Response:
        """The page's form with what it hides and these fields."""
        action = unescape(re.findall(r'<form[^>]* action="([^"]+)"', page.text)[0])
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
        headers = {"Origin": self.server.url}
        return self.http.post(f"{self.server.url}{action}", data={**hidden, **fields}, headers=headers)

    def sign_in(self, page: httpx.Response) -> httpx.Response:
        done = self.send(page, login=self.server.name, password=self.server.password)
        assert done.status_code == 303, done.text
        return self.open(f"{self.server.url}{done.headers['location']}")


@pytest.fixture
def browser(server: Server) -> Iterator[Browser]:
    browser = Browser(server)
    yield browser
    browser.http.close()


def ask(server: Server, consumer: OAuth1Session) -> str:
    """Ask for a request token; the address of the page for the person."""
    consumer.fetch_request_token(f"{server.url}/oauth/request_token")
    return consumer.authorization_url(f"{server.url}/oauth/authorize")


def test_the_whole_dance(server: Server, browser: Browser) -> None:
    consumer = client()
    page = browser.open(ask(server, consumer))
    assert "Sign in" in page.text and "The desk &amp; &lt;co&gt;" in page.text
    page = browser.sign_in(page)
    assert "The desk &amp; &lt;co&gt; would like to use your cloud" in page.text and "desk.example" in page.text
    back = browser.send(page, action="Allow")
    assert (back.status_code, back.headers["location"].startswith(f"{BACK}&")) == (302, True)
    fields = dict(parse_qsl(urlsplit(back.headers["location"]).query))
    assert fields["oauth_token"] == fields["token"] and fields["oauth_verifier"] == fields["verifier"]
    consumer.parse_authorization_response(back.headers["location"])
    token = consumer.fetch_access_token(f"{server.url}/oauth/access_token")
    assert set(token) == {"oauth_token", "oauth_token_secret"}
    apps = httpx.get(f"{server.url}/api/v1/me/apps", cookies=browser.http.cookies).json()["apps"]
    assert [(app["key"], app["title"]) for app in apps] == [(KEY, "The desk & <co>")]
    again = browser.open(f"{server.url}/oauth/authorize?oauth_token={fields['oauth_token']}")
    assert (again.status_code, "Invalid oauth token" in again.text) == (400, True)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("signature", ["HMAC-SHA1", "PLAINTEXT"])
def test_token_calls_come_by_both_methods_and_signatures(
    server: Server, browser: Browser, method: str, signature: str
) -> None:
    consumer = client(signature_method=signature, callback_uri="oob")
    answer = consumer.request(method, f"{server.url}/oauth/request_token", headers={"StackSync-API": "v2"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, oauth1.FORM)
    asked = dict(parse_qsl(answer.text))
    assert asked["oauth_callback_confirmed"] == "true"
    page = browser.sign_in(browser.open(f"{server.url}/oauth/authorize?oauth_token={asked['oauth_token']}"))
    done = browser.send(page, action="Allow")
    assert done.status_code == 200 and asked["oauth_token"] in done.text
    (verifier,) = re.findall(r'id="verifier">(\w+)<', done.text)
    second = OAuth1Session(
        KEY,
        client_secret=SECRET,
        resource_owner_key=asked["oauth_token"],
        resource_owner_secret=asked["oauth_token_secret"],
        verifier=verifier,
        signature_method=signature,
    )
    answer = second.request(method, f"{server.url}/oauth/access_token")
    assert (answer.status_code, set(dict(parse_qsl(answer.text)))) == (200, {"oauth_token", "oauth_token_secret"})
    again = second.request(method, f"{server.url}/oauth/access_token")
    assert (again.status_code, again.json()["description"]) == (401, "Authorization required.")
    assert again.headers["www-authenticate"] == 'OAuth realm="stacksync"'


def test_a_no_goes_back_to_the_app_and_ends_the_question(server: Server, browser: Browser) -> None:
    consumer = client()
    page = browser.sign_in(browser.open(ask(server, consumer)))
    back = browser.send(page, action="Deny")
    assert back.status_code == 302
    assert parse_qs(urlsplit(back.headers["location"]).query).keys() == {"from", "denied"}
    assert browser.send(page, action="Allow").status_code == 400
    page = browser.open(ask(server, client(callback_uri="oob")))
    done = browser.send(page, action="Deny")
    assert (done.status_code, "Authorization rejected" in done.text) == (200, True)


def test_the_web_client_asks_for_the_password_itself(server: Server) -> None:
    for permission in ("allow", "deny"):
        address = ask(server, client())
        person = {"email": f"{server.name}@example.org", "permission": permission}
        wrong = httpx.post(address, data={**person, "password": "wrong"}) if permission == "allow" else None
        assert wrong is None or (wrong.status_code, wrong.json()["error"]) == (401, 401)
        answer = httpx.post(address, data={**person, "password": server.password})
        assert answer.status_code == 200
        if permission == "deny":
            assert answer.text == "Authorization rejected"
        else:
            assert answer.headers["content-type"] == "application/x-www-form-urlencoded"
            assert {"verifier", "oauth_verifier"} <= dict(parse_qsl(answer.text)).keys()
        assert "set-cookie" not in answer.headers
        assert httpx.post(address, data={**person, "password": server.password}).status_code == 400


def test_only_the_page_itself_can_say_yes(server: Server, browser: Browser) -> None:
    address = ask(server, client())
    page = browser.sign_in(browser.open(address))
    (mark,) = re.findall(r'name="mark" value="(\w+)"', page.text)
    yes = {"action": "Allow", "mark": mark}
    for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {}):
        assert browser.http.post(address, data=yes, headers=headers).status_code == 403
    for broken in ({"action": "Allow"}, {"action": "Allow", "mark": "x" * 64}):
        assert browser.http.post(address, data=broken, headers={"Origin": server.url}).status_code == 403
    assert browser.http.post(address, data={"mark": mark}, headers={"Origin": server.url}).status_code == 400
    assert httpx.post(address, data=yes, headers={"Origin": server.url}).status_code == 303, "sign in first"
    assert browser.http.post(address, data=yes, headers={"Origin": server.url}).status_code == 302


def test_the_page_stands_in_nobodys_frame_and_runs_nothing(server: Server, browser: Browser) -> None:
    page = browser.open(ask(server, client()))
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "script" not in policy
    assert page.headers["cache-control"] == "no-store"
    page = browser.sign_in(page)
    assert "form-action 'self' http://desk.example;" in page.headers["content-security-policy"]
    (style,) = re.findall(r'rel="stylesheet" href="([^"]+)"', page.text)
    assert browser.open(f"{server.url}{style}").headers["content-type"].startswith("text/css")


def test_a_wrong_password_is_said_on_the_page(server: Server, browser: Browser) -> None:
    page = browser.open(ask(server, client()))
    done = browser.send(page, login="<nobody>", password="wrong")
    assert (done.status_code, "does not fit" in done.text, "&lt;nobody&gt;" in done.text) == (401, True, True)
    page = browser.sign_in(page)
    (other,) = re.findall(r'<a href="([^"]+)">Not you', page.text)
    assert "Sign in" in browser.open(server.url + unescape(other)).text


@pytest.mark.parametrize("path", ["request_token", "access_token", "authorize"])
def test_other_methods_and_addresses_are_told(server: Server, path: str) -> None:
    answer = httpx.delete(f"{server.url}/oauth/{path}")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")
    assert httpx.get(f"{server.url}/oauth/{path}/").status_code == 404


def test_a_question_without_a_token_is_malformed(server: Server) -> None:
    for query, says in (("", "Missing oauth token"), ("?oauth_token=unknown", "Invalid oauth token")):
        answer = httpx.get(f"{server.url}/oauth/authorize{query}")
        assert (answer.status_code, says in answer.text) == (400, True)


def test_token_calls_that_are_wrong_are_told_why(server: Server) -> None:
    url = f"{server.url}/oauth/request_token"
    unsigned = httpx.get(url)
    assert (unsigned.status_code, unsigned.json()["description"]) == (401, "Authorization required.")
    incomplete = httpx.get(
        url, headers={"Authorization": oauth1.header(consumer_key=KEY, signature_method="PLAINTEXT")}
    )
    assert (incomplete.status_code, incomplete.headers["content-type"]) == (400, oauth1.FORM)
    told = dict(parse_qsl(incomplete.text))
    assert told["error"] == "invalid_request" and "oauth_signature, oauth_callback missing" in told["error_description"]
    plain = {"consumer_key": KEY, "signature_method": "PLAINTEXT", "signature": f"{SECRET}&"}
    for wrong in (
        {"callback": "http://evil.example/"},
        {"callback": BACK, "consumer_key": "nobody"},
        {"callback": BACK, "signature": "guess&"},
        {"callback": BACK, "timestamp": "1", "nonce": "n"},
    ):
        answer = httpx.get(url, headers={"Authorization": oauth1.header(**{**plain, **wrong})})
        assert (answer.status_code, answer.json()["error"]) == (401, 401), wrong
    again = {"callback": BACK, "timestamp": str(int(time.time())), "nonce": "n1"}
    statuses = [
        httpx.get(url, headers={"Authorization": oauth1.header(**plain, **again)}).status_code for _ in range(2)
    ]
    assert statuses == [200, 401]


def test_the_login_of_a_desk(server: Server) -> None:
    first = OAuth1Session("eyeos", client_secret="es", callback_uri="http://127.0.0.1/x", signature_method="PLAINTEXT")
    asked = dict(parse_qsl(first.get(f"{server.url}/request_token").text))
    assert asked["oauth_verifier"] == "verifier"
    bare = oauth1.header(consumer_key="eyeos", token=asked["oauth_token"])
    answer = httpx.get(f"{server.url}/authorize", headers={"Authorization": bare})
    assert (answer.status_code, answer.text) == (200, f"{BACK}&oauth_verifier=verifier")
    tokens = []
    for signature in ("PLAINTEXT", "HMAC-SHA1"):
        second = OAuth1Session(
            "eyeos",
            client_secret="es",
            resource_owner_key=asked["oauth_token"],
            resource_owner_secret=asked["oauth_token_secret"],
            verifier="verifier",
            signature_method=signature,
        )
        answer = second.get(f"{server.url}/access_token")
        assert answer.status_code == 200, answer.text
        tokens.append(dict(parse_qsl(answer.text)))
    assert tokens[0] == tokens[1] and len(tokens[0]["oauth_token"]) == 15
    for path in ("request_token", "authorize", "access_token"):
        refused = httpx.get(f"{server.url}/{path}")
        assert (refused.status_code, refused.json()["description"]) == (401, "Authorization required")
        assert httpx.put(f"{server.url}/{path}").status_code == 405
    wrong = httpx.get(
        f"{server.url}/authorize", headers={"Authorization": oauth1.header(consumer_key="eyeos", token="x")}
    )
    assert (wrong.status_code, wrong.json()["error"]) == (401, 401)


def test_plaintext_over_the_network_needs_the_administrators_word(tmp_path: Path) -> None:
    """From an address of this machine that is not loopback."""
    address = _own_address()
    if address is None:
        pytest.skip("This machine has no address but loopback.")
    with serve(tmp_path / "data", "--host", "0.0.0.0") as server:
        add = ("admin", "--data", server.data, "app", "add", "Desk", "--kind", "stacksync", "--secret", "s")
        nuvol(*add, "--key", "strict")
        nuvol(*add, "--key", "lax", "--allow-plain")
        port = urlsplit(server.url).port
        statuses = []
        for key, signature in (("strict", "PLAINTEXT"), ("strict", "HMAC-SHA1"), ("lax", "PLAINTEXT")):
            consumer = OAuth1Session(key, client_secret="s", callback_uri="oob", signature_method=signature)
            statuses.append(consumer.get(f"http://{address}:{port}/oauth/request_token").status_code)
        assert statuses == [403, 200, 200]


def _own_address() -> str | None:
    found = subprocess.run(["hostname", "-I"], capture_output=True, text=True).stdout.split()
    return next((one for one in found if ":" not in one and not one.startswith("127.")), None)


def test_replay_is_refused_after_a_restart(tmp_path: Path) -> None:
    data = tmp_path / "data"
    statuses = []
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    header = ""
    for _ in range(2):
        with serve(data, "--port", str(port)) as server:
            url = f"{server.url}/oauth/request_token"
            if not header:
                nuvol("admin", "--data", data, "app", "add", "D", "--kind", "stacksync", "--key", "k", "--secret", "s")
                given = {
                    "consumer_key": "k",
                    "callback": "oob",
                    "signature_method": "HMAC-SHA1",
                    "timestamp": str(int(time.time())),
                    "nonce": "once",
                }
                pairs = [(f"oauth_{name}", value) for name, value in given.items()]
                header = oauth1.header(**given, signature=oauth1.signature("GET", url, pairs, "s", ""))
            statuses.append(httpx.get(url, headers={"Authorization": header}).status_code)
    assert statuses == [200, 401]
