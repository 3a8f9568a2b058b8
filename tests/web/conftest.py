"""The desktop in Debian's Chromium, against the real server."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.servers import Server, add_account, serve, tool
from tests.web.desktop import Desktop

expect.set_options(timeout=30_000)  # as long as an action waits: a busy machine is not a fault of the page

BIELS_PASSWORD = "a window of his own"
SHELL = "chromium-headless-shell"
"""Without windows, of which the whole browser opens one for each context, with processes of its own."""
QUIET = (
    "--no-sandbox",  # tests may run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")  # its loop must be gone when tests that run one of their own come
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=tool(SHELL, SHELL), args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder) / "data") as running:
        yield running


@pytest.fixture(scope="module")
def signed_in(browser: Browser, server: Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a browser keeps of the session; each test begins with it in a window of its own."""
    context = browser.new_context()
    answer = context.request.post(
        f"{server.url}/api/v1/session", data={"login": server.name, "password": server.password}
    )
    assert answer.status == 201
    kept = tmp_path_factory.mktemp("session") / "session.json"
    context.storage_state(path=kept)
    context.close()
    return str(kept)


@pytest.fixture
def to_drop() -> Iterator[Path]:
    """A folder whose files may be dropped on a page: from below /dev the browser takes none and asks its user."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        yield Path(folder)


@pytest.fixture
def context(browser: Browser, signed_in: str) -> Iterator[BrowserContext]:
    context = browser.new_context(
        storage_state=signed_in,
        viewport={"width": 1440, "height": 900},
        locale="en-GB",
        service_workers="block",  # each of these is new and would fetch the whole desktop: test_installed.py has it
    )
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def desktop(page: Page, server: Server) -> Iterator[Desktop]:
    """A window in a folder of its own. Whatever the page complains about fails the test."""
    desktop = Desktop(page, server)
    yield desktop
    assert desktop.complaints == []


@pytest.fixture(scope="module")
def biel(server: Server) -> str:
    """Somebody else of this cloud."""
    add_account(server.data, "biel", BIELS_PASSWORD)
    return "biel"


@pytest.fixture
def other(browser: Browser, server: Server, biel: str) -> Iterator[BrowserContext]:
    """A browser in which he is signed in."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    login = {"login": biel, "password": BIELS_PASSWORD}
    assert context.request.post(f"{server.url}/api/v1/session", data=login).status == 201
    yield context
    context.close()
