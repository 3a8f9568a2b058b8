"""The pages without script, in three languages, wide and narrow: everybody can use them, and nothing runs out."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page
from requests_oauthlib import OAuth1Session

from tests.pictures.makers import jpeg
from tests.servers import Server, nuvol
from tests.web.desktop import Desktop, serious_findings
from tests.web.test_pages import LONG, RUNS_OUT, SHAPES

CUT_OFF = """() => {
    document.documentElement.style.fontSize = '200%';
    const box = (part) => part.getBoundingClientRect();
    const edge = (part) => box(part.closest('.card') ?? document.documentElement).right + 1;
    const parts = [...document.querySelectorAll('button, a, input, .cut')].filter((part) => part.checkVisibility());
    const wrong = parts.filter((part) => box(part).right > edge(part) || box(part).width < 1);
    document.documentElement.style.fontSize = '';
    return wrong.map((part) => part.outerHTML);
}"""
"""What cannot be reached any more when letters are twice as large."""
LANGUAGES = {"en": "en-GB", "es": "es-ES", "ca": "ca-ES"}


def asked(server: Server) -> str:
    app = OAuth1Session("plain", client_secret="s", callback_uri="oob")
    app.fetch_request_token(f"{server.url}/oauth/request_token")
    return str(app.authorization_url(f"{server.url}/oauth/authorize"))


@pytest.fixture(scope="module")
def app(server: Server) -> None:
    add = ("admin", "--data", server.data, "app", "add", "Trail log of the long name", "--kind", "stacksync")
    nuvol(*add, "--key", "plain", "--secret", "s", "--callback", "oob")


def sent(page: Page, **fields: str) -> None:
    """Fill the form in and send it by the keyboard."""
    for name, value in fields.items():
        page.locator(f"[name={name}]").fill(value)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def plain_pages(desktop: Desktop, stranger: Page) -> Iterator[tuple[str, Page]]:
    """Each of them, shown."""
    server, page = desktop.server, desktop.page

    def seen(name: str, address: str, page: Page = stranger) -> tuple[str, Page]:
        page.goto(address if address.startswith("http") else server.url + address)
        return name, page

    yield seen("sign-in", "/signin?plain")
    sent(stranger, login="somebody", password="wrong")
    yield "wrong password", stranger
    yield seen("set-up over", "/setup/x")
    secret = desktop.api("POST", "/invitations", {}).json()["secret"]
    yield seen("joining", f"/join/{secret}")
    sent(stranger, name="a/b", email="b@home.example", password="much the same")
    yield "a name that cannot be", stranger
    yield seen("joining is over", "/join/x")
    yield seen("welcome", "/?plain", page)

    inner = int(str(desktop.make(f"Inner {LONG}", desktop.folder_id)["id"]))
    desktop.put(LONG)
    desktop.put("below.txt", b"x", inner)
    text = desktop.put("poles.txt", b"six poles\n" * 9000)
    odd = desktop.put("odd.bin")
    for name in ("sea.jpg", "sun.jpg"):
        desktop.put(name, jpeg())
    items = {"node_ids": [desktop.folder_id]}

    def link(**terms: object) -> str:
        return f"/s/{desktop.api('POST', '/links', items | terms).json()['key']}"

    edit = link(role="edit", expires_at="2099-12-31T00:00:00Z")
    yield seen("folder", edit)
    yield seen("folder, signed in", edit, page)
    yield seen("below", f"{edit}/{inner}")
    yield seen("text", f"{edit}/{text['id']}")
    yield seen("unshown", f"{edit}/{odd['id']}")
    yield seen("counted", f"{link(max_uses=3)}/{text['id']}")
    yield seen("added", f"{edit}?added=1")
    yield seen("upload", link(role="upload"))
    yield seen("accounts", link(accounts_only=True))
    yield seen("password", link(password="open sesame"))
    sent(stranger, password="wrong")
    yield "password of a link is wrong", stranger
    yield seen("nowhere", "/s/x")

    question = asked(server)
    yield seen("who is there", question)
    yield seen("question", question, page)
    page.locator("[value=Allow]").click()
    yield "code", page
    yield seen("over", question, page)
    seen("", asked(server), page)
    page.locator("[value=Deny]").click()
    yield "denied", page


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_plain_page_fits_and_is_usable(
    browser: Browser, server: Server, app: None, language: str, signed_in: str
) -> None:
    strange = browser.new_context(locale=LANGUAGES[language], reduced_motion="reduce")
    known = browser.new_context(locale=LANGUAGES[language], storage_state=signed_in, reduced_motion="reduce")
    desktop = Desktop(known.new_page(), server)
    for name, page in plain_pages(desktop, strange.new_page()):
        assert page.locator("html").get_attribute("lang") == language, name
        for (width, height), colours in zip(SHAPES, ("light", "dark"), strict=True):
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=colours)  # type: ignore[arg-type]
            assert page.evaluate(RUNS_OUT) == [], (name, width)
            assert page.evaluate(CUT_OFF) == [], (name, width)
            assert serious_findings(page) == [], (name, width, colours)
    assert desktop.complaints == []
    strange.close()
    known.close()
