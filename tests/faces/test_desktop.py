"""The pages at the door, as a browser without script uses them."""

import asyncio
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from nuvol.core.cloud import Cloud
from nuvol.core.passwords import Passwords
from nuvol.faces import pages as frame
from nuvol.faces import words
from nuvol.faces.desktop import face as desktop
from nuvol.faces.desktop import pages, shell
from nuvol.faces.http import Answer, Dispatcher, Headers, Request
from nuvol.stores.blobs.memory import MemoryBlobs
from nuvol.stores.catalog.catalog import SqlCatalog
from tests.faces.pages import TOKENS, contrast

PASSWORD = "five quiet clouds"
ANA = {"name": "ana", "email": "ana@home.example", "password": PASSWORD}


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """These are about the pages without script, built desktop or not; test_shell.py is about the other one."""
    monkeypatch.setattr(shell, "is_built", lambda: False)


class Browser:
    """Keeps cookies, sends forms, follows nothing."""

    def __init__(self, cloud: Cloud, scheme: str = "http") -> None:
        self.app = Dispatcher(dict.fromkeys(desktop.PREFIXES, desktop.face(cloud)))
        self.scheme = scheme
        self.cookies: dict[str, str] = {}

    def ask(
        self, method: str, target: str, form: dict[str, str] | None = None, *, origin: str | None = "own", **fields: str
    ) -> Answer:
        headers = {"accept": "text/html,*/*;q=0.8", **{name.replace("_", "-"): v for name, v in fields.items()}}
        if self.cookies:
            headers["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if method != "GET" and origin is not None:
            headers["origin"] = f"{self.scheme}://cloud.example" if origin == "own" else origin
        body = "&".join(f"{name}={value.replace(' ', '+')}" for name, value in (form or {}).items()).encode()
        request = Request(
            method,
            target,
            scheme=self.scheme,
            host="cloud.example",
            headers=Headers(headers.items()),
            length=len(body),
            source=Body(body),
        )
        answer = asyncio.run(self.app(request))
        for name, value in answer.headers:
            if name == "Set-Cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        return answer

    def get(self, target: str, **fields: str) -> Answer:
        return self.ask("GET", target, **fields)

    def post(self, target: str, form: dict[str, str] | None = None, **fields: str) -> Answer:
        return self.ask("POST", target, form, **fields)


class Body:
    def __init__(self, body: bytes) -> None:
        self.body = body

    async def take(self, size: int) -> bytes | None:
        body, self.body = self.body, b""
        return body or None

    async def leaving(self) -> None: ...


def text(answer: Answer) -> str:
    assert isinstance(answer.body, bytes)
    return unescape(answer.body.decode())


def field(answer: Answer, name: str) -> str | None:
    return dict(answer.headers).get(name)


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    monkeypatch.setattr(Passwords.__init__, "__kwdefaults__", {"memory_kib": 8, "passes": 1})
    cloud = Cloud(SqlCatalog.open(tmp_path / "catalog.db"), MemoryBlobs())
    yield cloud
    cloud.close()


@pytest.fixture
def ana(cloud: Cloud) -> Browser:
    """Signed in."""
    browser = Browser(cloud)
    assert browser.post(f"/setup/{cloud.accounts.setup_token()}", ANA).status == 303
    return browser


def test_the_set_up_link_makes_the_first_administrator_and_signs_in(cloud: Cloud) -> None:
    browser = Browser(cloud)
    link = f"/setup/{cloud.accounts.setup_token()}"
    page = browser.get(link)
    assert page.status == 200 and 'name="password"' in text(page) and "<script" not in text(page)
    assert cloud.accounts.list(None) == []  # looking is not using
    made = browser.post(link, ANA)
    assert (made.status, field(made, "Location")) == (303, "/")
    (account,) = cloud.accounts.list(None)
    assert account.admin and account.name == "ana"
    home = browser.get("/")
    assert home.status == 200 and "Hello, ana" in text(home) and "http://cloud.example/dav/files/" in text(home)


def test_a_used_or_wrong_set_up_link_says_so(cloud: Cloud, ana: Browser) -> None:
    for link in ("/setup/nv_u_wrong", "/setup/%00", "/setup/" + "a" * 5000):
        answer = Browser(cloud).get(link)
        assert answer.status == 410 and "This link is used up" in text(answer)
        assert Browser(cloud).post(link, ANA).status == 410


def test_what_is_wrong_with_a_form_is_said_beside_what_was_typed(cloud: Cloud) -> None:
    browser = Browser(cloud)
    link = f"/setup/{cloud.accounts.setup_token()}"
    for wrong, kept in [
        ({"password": "short"}, 'value="ana"'),
        ({"email": "nothing"}, 'value="ana"'),
        ({"name": "<i>/"}, 'value="<i>/"'),
        ({"name": ""}, 'value="ana@home.example"'),
    ]:
        answer = browser.post(link, ANA | wrong)
        assert answer.status == 400 and 'role="alert"' in text(answer) and kept in text(answer)
        assert b"<i>" not in answer.body  # type: ignore[operator]
        assert "short" not in text(answer).replace("too short", "")
    assert browser.post(link, ANA).status == 303


def test_signing_in_and_out(cloud: Cloud, ana: Browser) -> None:
    browser = Browser(cloud)
    assert field(browser.get("/"), "Location") == "/signin"
    wrong = browser.post("/signin", {"login": "ana", "password": "wrong"})
    assert wrong.status == 403 and "does not fit" in text(wrong) and 'value="ana"' in text(wrong)
    assert not browser.cookies
    right = browser.post("/signin", {"login": "ana@home.example", "password": PASSWORD})
    assert (right.status, field(right, "Location")) == (303, "/")
    assert browser.cookies["nuvol"].startswith("nv_s_") and browser.cookies["nuvol-device"].startswith("nv_d_")
    assert field(browser.get("/signin"), "Location") == "/"
    session = browser.cookies["nuvol"]
    assert field(browser.post("/signout"), "Location") == "/signin"
    assert browser.cookies["nuvol"] == ""
    browser.cookies["nuvol"] = session
    assert field(browser.get("/"), "Location") == "/signin"
    assert ana.get("/").status == 200


def test_nobody_can_tell_who_has_an_account(cloud: Cloud, ana: Browser) -> None:
    answers = [Browser(cloud).post("/signin", {"login": who, "password": "wrong"}) for who in ("ana", "bert")]
    assert answers[0].status == answers[1].status
    assert text(answers[0]).replace("ana", "bert") == text(answers[1])


def test_guessing_is_slowed_down_and_told_how_long(cloud: Cloud, ana: Browser) -> None:
    browser = Browser(cloud)
    answers = [browser.post("/signin", {"login": "ana", "password": "wrong"}) for _ in range(7)]
    assert answers[-1].status == 429 and "Wait" in text(answers[-1])
    assert ana.post("/signin", {"login": "ana", "password": PASSWORD}).status == 303  # a known device gets in


def test_other_sites_cannot_send_our_forms(cloud: Cloud, ana: Browser) -> None:
    token = ana.cookies["nuvol"]
    for origin in ("http://evil.example", "null", None):
        for target in ("/signin", "/signout", "/setup/x", "/join"):
            assert ana.post(target, ANA | {"login": "ana"}, origin=origin).status == 403  # type: ignore[arg-type]
    assert ana.cookies["nuvol"] == token and ana.get("/").status == 200


def test_an_invitation_makes_one_account(cloud: Cloud, ana: Browser) -> None:
    link = f"/join/{cloud.accounts.invite(None, email='bert@home.example')}"
    browser = Browser(cloud)
    assert browser.get(link).status == 200
    wrong = browser.post(link, {"name": "ana", "email": "bert@home.example", "password": PASSWORD})
    assert wrong.status == 409 and "ana" in text(wrong)
    assert browser.post(link, {"name": "bert", "email": "eve@home.example", "password": PASSWORD}).status == 400
    assert browser.post(link, {"name": "bert", "email": "bert@home.example", "password": PASSWORD}).status == 303
    assert "Hello, bert" in text(browser.get("/"))
    for method in ("GET", "POST"):
        used = Browser(cloud).ask(method, link, ANA)
        assert used.status == 410 and "used up" in text(used)


def test_who_may_join_without_an_invitation_depends_on_sign_up(cloud: Cloud, ana: Browser) -> None:
    for mode, status in (("invite", 403), ("closed", 403), ("open", 200)):
        cloud.accounts.set_signup_mode(None, mode)
        browser = Browser(cloud)
        assert browser.get("/join").status == status
        assert ('href="/join"' in text(browser.get("/signin"))) == (mode == "open")


def test_a_new_cloud_says_how_to_begin(cloud: Cloud) -> None:
    assert "set-up link" in text(Browser(cloud).get("/signin"))


def test_cookies_under_https_are_for_this_host_alone(cloud: Cloud, ana: Browser) -> None:
    browser = Browser(cloud, "https")
    answer = browser.post("/signin", {"login": "ana", "password": PASSWORD})
    lines = [value for name, value in answer.headers if name == "Set-Cookie"]
    assert len(lines) == 2
    for line in lines:
        assert line.startswith("__Host-nuvol") and "; Path=/;" in line and "HttpOnly" in line
        assert "SameSite=Lax" in line and line.endswith("; Secure") and "Domain" not in line
    assert browser.get("/").status == 200


PAGES = ["/signin", "/", "/setup/x", "/join"]


def test_every_page_keeps_strangers_and_scripts_out(cloud: Cloud, ana: Browser) -> None:
    for browser in (ana, Browser(cloud)):
        for target in PAGES:
            answer = browser.get(target)
            if answer.status == 303:
                continue
            policy = field(answer, "Content-Security-Policy") or ""
            assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
            assert field(answer, "X-Content-Type-Options") == "nosniff"
            assert field(answer, "Cache-Control") == "no-store"
            assert field(answer, "Content-Type") == "text/html; charset=utf-8"
            page = text(answer)
            assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:", page, re.IGNORECASE)
            assert re.search(r"<html lang=.*<title>.+</title>.*<main.*<h1>", page, re.DOTALL)


@pytest.mark.parametrize("say", words.SAY.values(), ids=words.LANGUAGES)
def test_a_name_cannot_act_in_the_page(say: words.Say) -> None:
    for name in ("<img src=x onerror=alert(1)>", '"><script>alert(1)</script>', "a'b&c"):
        for page in (
            pages.home(say, name, "http://cloud.example", 1, None),
            pages.newcomer(say, first=True, name=name, email=name, fault=name),
            pages.sign_in(say, name, login=name, fault=name),
            bytes(frame.message(say, name, name, name).body).decode(),
        ):
            assert name not in page and "<img" not in page and "<script" not in page


def test_methods_and_media_types_are_told(cloud: Cloud) -> None:
    browser = Browser(cloud)
    for target, allowed in (("/", "GET, HEAD"), ("/signin", "GET, POST, HEAD"), ("/signout", "POST")):
        answer = browser.ask("PATCH", target)
        assert answer.status == 405 and field(answer, "Allow") == allowed
    assert browser.get("/signin", accept="application/json").status == 406
    assert browser.get("/signin", accept="*/*").status == 200
    for target in ("/signin/x", "/setup", "/setup/a/b", "/assets/x.css", "/assets/", "/assets/../x"):
        assert browser.get(target).status == 404


def test_the_style_sheet_is_kept_for_ever_under_a_name_of_its_own(cloud: Cloud) -> None:
    browser = Browser(cloud)
    (address,) = re.findall(r'href="(/assets/[0-9a-f]{16}\.css)"', text(browser.get("/signin")))
    answer = browser.get(address)
    assert field(answer, "Content-Type") == "text/css; charset=utf-8"
    assert "immutable" in (field(answer, "Cache-Control") or "")
    assert b"--cobalt" in answer.body and b".door" in answer.body  # type: ignore[operator]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("letters", "surface", "least"),
    [
        *[
            (letters, surface, 4.5)
            for letters in ("ink", "ink-2", "cobalt")
            for surface in ("surface", "sunken", "sky")
        ],
        ("brick", "brick-tint", 4.5),
        ("on-fill", "cobalt-fill", 4.5),
        ("on-fill", "cobalt-hot", 4.5),
        ("edge-2", "surface", 3.0),
        ("cobalt", "surface", 3.0),
    ],
)
def test_everybody_can_read_it(letters: str, surface: str, least: float, theme: int) -> None:
    assert contrast(TOKENS[letters][theme], TOKENS[surface][theme]) >= least


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (9_940, "9.9 kB"), (9_960, "10 kB"), (999_400, "999 kB"),
     (999_600, "1.0 MB"), (2_500_000_000, "2.5 GB"), (5 * 10**15, "5 PB")],
)  # fmt: skip
def test_sizes_as_a_person_reads_them(count: int, expected: str) -> None:
    assert words.SAY["en"].size(count) == expected
    assert words.SAY["es"].size(count) == words.SAY["ca"].size(count) == expected.replace(".", ",")
