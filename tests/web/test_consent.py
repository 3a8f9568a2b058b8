"""The question of an app, in a browser: signed in and not, yes and no, wide and narrow."""

import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from requests_oauthlib import OAuth1Session

from tests.servers import Server, nuvol


class Desk(HTTPServer):
    """The app's own server: it remembers with what people come back."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Back)
        self.seen: list[str] = []

    @property
    def back(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/back"


class Back(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Desk)
        if self.path.startswith("/back"):
            self.server.seen.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<h1>Back at the desk</h1>")

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def desk(server: Server) -> Iterator[Desk]:
    desk = Desk()
    add = ("admin", "--data", server.data, "app", "add", "Trail log", "--kind", "stacksync")
    nuvol(*add, "--key", "trail", "--secret", "s", "--callback", desk.back, "--callback", "oob")
    thread = Thread(target=desk.serve_forever)
    thread.start()
    yield desk
    desk.shutdown()
    thread.join()
    desk.server_close()


def ask(server: Server, callback: str) -> tuple[OAuth1Session, str]:
    app = OAuth1Session("trail", client_secret="s", callback_uri=callback)
    app.fetch_request_token(f"{server.url}/oauth/request_token")
    return app, app.authorization_url(f"{server.url}/oauth/authorize")


@pytest.mark.parametrize("script", [True, False])
def test_a_person_signs_in_and_says_yes(browser: Browser, server: Server, desk: Desk, script: bool) -> None:
    app, address = ask(server, desk.back)
    context = browser.new_context(java_script_enabled=script)
    page = context.new_page()
    page.goto(address)
    page.get_by_label("Name or e-mail").fill(server.name)
    page.get_by_label("Password").fill("a wrong one")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("That password does not fit this name.")
    page.get_by_label("Password").fill(server.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Trail log would like to use your cloud")).to_be_visible()
    expect(page.get_by_text(f"You are signed in as {server.name}.")).to_be_visible()
    expect(page.get_by_text("Work with all your files")).to_be_visible()
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_role("heading", name="Back at the desk")).to_be_visible()
    app.parse_authorization_response(page.url)
    assert app.fetch_access_token(f"{server.url}/oauth/access_token")["oauth_token"]
    context.close()


def test_a_person_says_no_with_the_keyboard(page: Page, server: Server, desk: Desk) -> None:
    _, address = ask(server, desk.back)
    page.goto(address)
    page.get_by_role("button", name="Deny").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Back at the desk")).to_be_visible()
    assert "denied=" in desk.seen[-1] and "verifier" not in desk.seen[-1]
    page.go_back()
    page.reload()
    expect(page.get_by_role("heading", name="This question is over")).to_be_visible()


def test_a_code_is_copied_where_there_is_no_way_back(page: Page, server: Server, desk: Desk) -> None:
    app, address = ask(server, "oob")
    page.goto(address)
    expect(page.get_by_text("You will get a code to copy into the app.")).to_be_visible()
    page.get_by_role("button", name="Allow").click()
    verifier = page.locator("#verifier").inner_text()
    assert app.fetch_access_token(f"{server.url}/oauth/access_token", verifier=verifier)["oauth_token"]


@pytest.mark.parametrize("size", [(1440, 900), (360, 740)])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_the_page_fits_every_screen(context: BrowserContext, server: Server, desk: Desk, size, colours) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme=colours)
    page.goto(ask(server, desk.back)[1])
    expect(page.get_by_role("button", name="Allow")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert re.search("Trail log", page.title())
