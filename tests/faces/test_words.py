"""What the plain pages say, in the language a browser asks for."""

import ast
import asyncio
import inspect
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from string import Formatter
from urllib.parse import quote

import pytest

from nuvol import clock, errors, ids
from nuvol.core import attempts
from nuvol.core.cloud import Cloud
from nuvol.core.signed import Proof
from nuvol.faces.desktop import face as desktop
from nuvol.faces.desktop import shell
from nuvol.faces.http import Dispatcher
from nuvol.faces.links import face as links
from nuvol.faces.links import looking
from nuvol.faces.oauth import face as oauth
from nuvol.faces.words import REFUSALS, SAY, WORDS, Say, wished
from nuvol.model.accounts import Actor
from nuvol.model.links import Role
from tests.faces.matrix import develop
from tests.faces.native import Reply, signed_in
from tests.faces.platform import Platform, multipart

SOURCE = Path(inspect.getfile(errors)).parent
EVERY = WORDS | REFUSALS


# ------------------------------------------------------------------------------------------------ whose language


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("ca", "ca"),
        ("es-MX, en;q=0.8", "es"),
        ("de, fr;q=0.9", "en"),
        ("de, es;q=0.5, ca;q=0.7", "ca"),
        ("en;q=0.5, es ; q=0.500 , ca;Q=1.0", "ca"),
        ("es, ca", "es"),
        ("CA-Valencia", "ca"),
        ("est, cat", "en"),
        ("*", "en"),
        ("de, *;q=0.1", "en"),
        ("en;q=0.3, *;q=0.5", "es"),
        ("es;q=0.3, *;q=0.2", "es"),
        ("en;q=0, *", "es"),
        ("en;q=0, es;q=0, *", "ca"),
        ("es;q=0, es-MX, ca;q=0.1", "ca"),
        ("es-MX;q=0, es", "es"),
        ("en;q=0", "en"),
    ],
)
def test_the_first_of_the_browsers_languages_that_there_is(accepted: str, language: str) -> None:
    assert wished(accepted) == language


@pytest.mark.parametrize(
    "broken",
    [",,;,", "es;q=nan", "es;q=2", "es;q=-1", "es;q=0.1234", "es;q=", "es_ES", ";q=1", "es;level=1", "é", "**", "\0es"],
)
def test_what_cannot_be_read_counts_for_nothing(broken: str) -> None:
    assert wished(broken) == "en"
    assert wished(f"{broken},ca;q=0.2") == wished(f"ca;q=0.2,{broken}") == "ca"


# ----------------------------------------------------------------------------------------------- every sentence


@pytest.mark.parametrize("english", EVERY)
def test_every_sentence_is_said_in_each_language(english: str) -> None:
    filling = [f"<{at}>" for at, part in enumerate(Formatter().parse(english)) if part[1] is not None]
    for language, told in zip(("es", "ca"), EVERY[english], strict=True):
        said = SAY[language](english, *filling)
        assert said == told.format(*filling) != english.format(*filling)
        assert [part for part in re.findall(r"<\d+>", said)] == filling
    marks = re.search(r"[<>&\"']", english + "".join(EVERY[english]))
    assert marks is None or english in REFUSALS, "what fills a sentence may be marked up"


# ------------------------------------------------------------------------------------------------ what is refused

TELLING = {
    "faces": ("http", "doorkeeper", "downloads", "links/face", "links/looking", "oauth/face", "desktop/face"),
    "core": ("attempts", "passwords", "profiles", "signup", "files/names"),
    "wire": ("multipart",),
}
"""Modules all of whose refusals are told on a page, but for those of other protocols."""
ELSEWHERE = {
    "The credentials cannot be read.",
    "This way of showing who one is is not known here.",
    "Use Bearer or Basic.",
    "The request is not signed.",
    "This address knows no {}.",
    "Use GET or POST.",
    "Missing oauth token",  # prescribed (stacksync.md §8)
    "A quota is a number of bytes from 0 up, or none for no limit.",
    "A language is written like “en” or “ca-ES” (BCP 47).",
    "There is no such time zone: write it like “Europe/Madrid”.",
}
KINDS = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.CloudError)}


def sentence(node: ast.expr) -> str:
    """What is written there, `{}` in place of what is put in."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return str(node.value) if isinstance(node, ast.Constant) else ""


def sentences(path: Path) -> set[str]:
    return {
        sentence(given)
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in KINDS
        for given in [*call.args, *(word.value for word in call.keywords if word.arg == "advice")]
    } - {""}


def refused() -> list[str]:
    modules = [SOURCE / room / f"{module}.py" for room, names in TELLING.items() for module in names]
    return sorted(set().union(*map(sentences, modules)) - ELSEWHERE)


@pytest.mark.parametrize("english", refused())
def test_every_refusal_is_known_in_each_language(english: str) -> None:
    filled = english.format(*["“1.5” {x}."] * english.count("{}"))
    for language in ("es", "ca"):
        assert SAY[language].again(filled) != filled


def test_no_refusal_is_translated_that_nobody_makes() -> None:
    rooms = [path for room in ("core", "faces") for path in (SOURCE / room).rglob("*.py") if path.name != "words.py"]
    others = [SOURCE / name for name in ("errors.py", "wire/multipart.py", "stores/catalog/accounts.py")]
    trees = [ast.parse(path.read_text()) for path in (*rooms, *others)]
    written = {sentence(node) for tree in trees for node in ast.walk(tree) if isinstance(node, ast.expr)}
    assert {english.replace("{}.{}", "{}") for english in REFUSALS} - written == set()


def test_what_a_refusal_tells_of_is_kept() -> None:
    assert SAY["es"].again("There is already an account with the name or address “J. {0} and more.”.") == (
        "Ya hay una cuenta con el nombre o la dirección «J. {0} and more.»."
    )
    assert SAY["ca"].refusal(errors.TooManyAttempts(1.5)) == (
        "Massa intents fallits. Espera 1,5 segons i torna-ho a provar."
    )
    assert SAY["es"].again("The catalog failed: disk I/O error.") == "The catalog failed: disk I/O error."


def test_days_and_counts() -> None:
    january, april = 1_798_761_600 * clock.SECOND, 1_806_537_600 * clock.SECOND
    for language, days in {
        "en": ["1 January 2027", "1 April 2027"],
        "es": ["1 de enero de 2027", "1 de abril de 2027"],
        "ca": ["1 de gener del 2027", "1 d’abril del 2027"],
    }.items():
        assert [SAY[language].day(at) for at in (january, april)] == days
    counts = [SAY["ca"].counted(count, "1 folder", "{} folders") for count in (1, 2, 0)]
    assert counts == ["1 carpeta", "2 carpetes", "0 carpetes"]


# ----------------------------------------------------------------------------------------------------- all pages

OURS = "ΩΨ"
"""What people called their things: it is kept in every language."""
HEAD = {"origin": "http://cloud.test", "sec_fetch_site": "same-origin", "accept": "text/html"}
END = b"--xyz--\r\n"
FILE = {"content_type": "multipart/form-data; boundary=xyz"}


class Marking(Say):
    """Puts what it says in brackets, and knows what it has said."""

    def __init__(self, language: str) -> None:
        super().__init__(language)
        self.told: set[str] = set()

    def __call__(self, sentence: str, *filling: object) -> str:
        assert sentence in EVERY, f"not in the words: {sentence}"
        self.told.add(sentence)
        return f"⟦{super().__call__(sentence, *filling)}⟧"

    def again(self, sentence: str) -> str:
        told = super().again(sentence)
        return told if told == sentence or told.startswith("⟦") else f"⟦{told}⟧"

    def day(self, at: int) -> str:
        return f"⟦{super().day(at)}⟧"


class Walker(Platform):
    """Somebody whose browser speaks Spanish, and who comes to every page."""

    def __init__(self, cloud: Cloud, runner: asyncio.Runner) -> None:
        self.cloud, self.runner = cloud, runner
        plain = dict.fromkeys(desktop.PREFIXES, desktop.face(cloud))
        self.dispatch = Dispatcher(plain | {"s": links.face(cloud), "oauth": oauth.face(cloud)})
        cloud.passwords._figures = (8, 1)
        self.pages: list[Reply] = []

    def see(self, status: int, target: str, form: str | bytes | None = None, **headers: str) -> Reply:
        body = form.encode() if isinstance(form, str) else form or b""
        method = "GET" if form is None else "POST"
        reply = self.ask(method, target, body, **(HEAD | {"accept_language": "es-MX, en;q=0.5"} | headers))
        assert reply.status == status, (method, target, reply.body)
        if reply.headers.get("Content-Type", "").startswith("text/html"):
            self.pages.append(reply)
        return reply

    def at_the_door(self) -> None:
        accounts = self.cloud.accounts
        self.see(200, "/signin")
        self.see(410, "/setup/x")
        token = accounts.setup_token()
        self.see(200, f"/setup/{token}")
        for name, email, password in (("", "", "x" * 10), (OURS, "a@b.example", "x"), ("a/b", "a@b.example", "x" * 10)):
            self.see(400, f"/setup/{token}", f"name={quote(name)}&email={email}&password={password}")
        accounts.first_admin(token or "", OURS, "a@b.example", "correct horse")
        self.see(403, "/join")
        accounts.set_signup_mode(None, "open")
        self.see(200, "/join")
        self.see(409, "/join", f"name={quote(OURS)}&email=c@d.example&password=correct+horse")
        self.see(200, "/signin")
        self.see(403, "/signin", f"login={quote(OURS)}&password=y")
        for _ in range(attempts.FREE):
            self.ask("POST", "/signin", b"login=x&password=y", **HEAD)
        self.see(429, "/signin", "login=x&password=y")
        self.see(403, "/signin", "", sec_fetch_site="cross-site")
        self.see(409, "/receive", "")
        for quota in (None, 5 * 10**9):
            person = signed_in(self.cloud, self.runner, f"{OURS}{quota or 0}")
            self.cloud.accounts.update(None, person.actor.account_id, quota=quota)
            self.see(200, "/", cookie=f"nuvol={person.token}")

    def behind_links(self) -> None:
        cloud = self.cloud
        owner = Actor(cloud.accounts.add(None, f"{OURS}o", "o@b.example", "correct horse").id)
        top = cloud.tree.create_folder(owner, cloud.tree.root(owner).id, OURS).id
        empty = cloud.tree.create_folder(owner, top, f"{OURS}1").id
        long = cloud.uploads.begin(owner, top, f"{OURS}.txt", mime="text/plain")
        long.feed(b"3" * 70_000)
        text = long.commit().node.id
        one, two, short, other = (
            cloud.uploads.put(owner, top, f"{OURS}.{ending}", data).node.id
            for ending, data in (("heic", b"1"), ("avif", b"2"), ("md", b"3"), ("bin", b"4"))
        )
        pdf = cloud.uploads.put(owner, empty, f"{OURS}.pdf", b"5").node.id
        clip = cloud.uploads.put(owner, empty, f"{OURS}.mp4", b"6").node.id
        for number in range(looking.PAGE):
            cloud.tree.create_folder(owner, empty, f"{OURS}{number}")
        develop(cloud)

        def share(*nodes: int, **how: object) -> str:
            return "/s/" + cloud.links.create(owner, nodes, **how).key  # type: ignore[arg-type]

        all_of_it = share(top, role=Role.EDIT, expires_at=clock.now() + clock.DAY)
        for where in ("", *(f"/{each}" for each in (empty, one, two, text, short, other, pdf, clip))):
            self.see(200, all_of_it + where)
        self.see(404, f"{all_of_it}/1")
        self.see(404, f"{all_of_it}x")
        self.see(409, f"{all_of_it}/file")
        for names in ([""], ["1"], ["2", "3"]):
            body = b"".join(multipart({}, name, b"x").removesuffix(END) for name in names) + END
            self.see(200, self.see(303, f"{all_of_it}/upload", body, **FILE).headers["Location"])
        self.see(200, share(one, other, name=OURS))
        self.see(200, share(cloud.tree.create_folder(owner, top, f"{OURS}2").id))
        self.see(200, share(top, role=Role.UPLOAD))
        counted = share(top, max_uses=1)
        self.see(200, f"{counted}/{text}")
        self.see(403, f"{counted}/{one}/thumbnail")
        closed = share(top, accounts_only=True)
        self.see(401, closed)
        cookie = f"nuvol={signed_in(cloud, self.runner, f'{OURS}k').token}"
        self.see(200, self.see(303, f"{closed}/keep", "", cookie=cookie).headers["Location"], cookie=cookie)
        locked = share(top, password="x")
        self.see(403, locked)
        self.see(403, locked, "password=y", peer="192.0.2.8")

    def asked_by_an_app(self) -> None:
        cloud = self.cloud
        cookie = f"nuvol={signed_in(cloud, self.runner, f'{OURS}a').token}"
        back = "https://app.test/"
        for folder in (False, True):
            app = cloud.apps.add(None, f"{OURS}{folder:d}", "stacksync", callbacks=("oob", back), app_folder=folder).app

            def token(callback: str, key: str = app.key) -> str:
                now, nonce = clock.now() // clock.SECOND, ids.letters(9)
                proof = Proof(key, "", now, nonce, False, True, "", lambda *_: True, callback)
                return f"/oauth/authorize?oauth_token={cloud.oauth1.request_token(proof).token}"

            self.see(200, token(back), cookie=cookie)
            asked = token("oob")
            self.see(200, asked)
            self.see(401, asked, "login=z&password=y", peer="192.0.2.9")
            page = self.see(200, asked, cookie=cookie).body.decode()
            (mark,) = re.findall('name="mark" value="([^"]+)"', page)
            self.see(400, asked, f"mark={mark}", cookie=cookie)
            self.see(403, asked, "action=Allow", cookie=cookie)
            self.see(200, asked, f"action={'Deny' if folder else 'Allow'}&mark={mark}", cookie=cookie)
            self.see(400, asked, cookie=cookie)
        self.see(400, "/oauth/authorize")
        self.see(404, "/oauth/x")
        asked = token(back)
        cloud.oauth1._clock = lambda: clock.now() + 29 * clock.MINUTE
        self.see(200, asked, cookie=cookie)


def spoken(page: str) -> Iterator[str]:
    """The texts of a page, its attributes included, without what stands in brackets or is marked as English."""
    page = re.sub(r"<(pre|code|style)\b.*?</\1>", "", page, flags=re.DOTALL)
    page = re.sub(r"<span lang=\"en\">.*?</span>", "", page)
    texts = re.findall(r'\b(?:alt|aria-label|title|placeholder)="([^"]*)"', page)
    text = "\n".join([*texts, re.sub(r"<[^>]*>", "\n", page)])
    while (shorter := re.sub(r"⟦[^⟦⟧]*⟧", "", text)) != text:
        text = shorter
    yield from filter(None, map(str.strip, unescape(text).splitlines()))


def test_no_page_has_a_word_left_in_another_language(
    cloud: Cloud, runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shell, "is_built", lambda: False)
    monkeypatch.setattr(looking, "PAGE", 8)
    monkeypatch.setattr(attempts, "FIRST", attempts.LONGEST)  # however slow the machine is
    marking = Marking("es")
    monkeypatch.setitem(SAY, "es", marking)
    walker = Walker(cloud, runner)
    walker.at_the_door()
    walker.behind_links()
    walker.asked_by_an_app()
    seeds = {"Authorization rejected.", "Invalid oauth token", "Missing oauth token"}
    for page in walker.pages:
        html = page.body.decode()
        assert '<html lang="es">' in html
        assert (page.headers["Content-Language"], page.headers["Vary"]) == ("es", "Accept-Language")
        assert set(re.findall(r'<span lang="en">(.*?)</span>', html)) <= seeds
        left = [text for text in spoken(html) if re.search(r"[A-Za-z]{2}", re.sub(KEPT, "", text))]
        assert left == []
    assert set(WORDS) - marking.told == set(), "a word that no page says"


KEPT = rf"\b(Nuvol|cloud\.(test|example)|app\.test|API|[kMGT]B|bytes?)\b|\S*[{OURS}]\S*"
"""Names, units and hosts."""
