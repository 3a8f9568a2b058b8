"""The developer console by hand: an app from its request to its first token, and its end."""

from collections.abc import Iterator
from itertools import count

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from nuvol.sdk.cloudfs import Session
from tests.servers import Server
from tests.web.desktop import Desktop

SOON = 20_000  # ms; a busy machine
numbers = count(1)


@pytest.fixture
def developer(other: BrowserContext, server: Server) -> Iterator[Desktop]:
    """An ordinary person."""
    desktop = Desktop(other.new_page(), server)
    yield desktop
    assert desktop.complaints == []


def test_an_app_is_asked_for_let_in_used_watched_and_removed(
    desktop: Desktop, developer: Desktop, server: Server
) -> None:
    title = f"Trail log {next(numbers)}"
    page = developer.page
    developer.open("/developer/new")
    page.get_by_label("Name", exact=True).fill(title)
    page.get_by_role("button", name="Ask for the app").click()
    expect(page.get_by_text("waits to be let in")).to_be_visible()
    secret = page.get_by_role("definition").nth(2).inner_text()
    assert len(secret) == 32
    address = page.url

    desktop.open("/developer")
    desktop.page.get_by_role("button", name=f"Let in: {title}").click()
    expect(desktop.page.get_by_role("button", name=f"Let in: {title}")).to_have_count(0)

    page.goto("about:blank")
    page.goto(address)
    expect(page.get_by_text(secret)).to_have_count(0)  # shown once
    page.get_by_role("button", name="New one: Client secret").click()
    expect(page.get_by_role("definition").nth(2)).not_to_contain_text("•")
    assert page.get_by_role("definition").nth(2).inner_text() != secret

    page.get_by_role("link", name="Test people").click()
    expect(page.get_by_text("Prototype: 0 of 5 people")).to_be_visible()
    page.get_by_label("Username").fill("walker@example.org")
    page.get_by_label("Password", exact=True).fill("five quiet clouds")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("Prototype: 1 of 5 people")).to_be_visible()

    key = address.split("/")[4]
    token = signed_in(server, key, page)
    assert httpx.get(f"{server.url}/v2/ping", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    page.get_by_role("link", name="Usage").click()
    expect(page.get_by_role("cell", name="2", exact=True).first).to_be_visible(timeout=SOON)
    page.get_by_role("link", name="Tokens").click()
    page.get_by_role("button", name="End: walker@example.org").click()
    expect(page.get_by_text("It holds none.")).to_be_visible()
    assert httpx.get(f"{server.url}/v2/ping", headers={"Authorization": f"Bearer {token}"}).status_code == 401

    page.get_by_role("link", name="Keys", exact=True).click()
    page.get_by_role("button", name="Remove the app").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove the app").click()
    expect(page.get_by_role("heading", name="No app of yours yet")).to_be_visible()


def signed_in(server: Server, key: str, page: Page) -> str:
    """With the secret that the API gives once more."""
    answer = page.request.post(f"{server.url}/api/v1/apps/{key}/secret", data={}, headers={"Origin": server.url})
    with Session(server.url, key, answer.json()["secret"]) as session:
        session.authenticate("walker@example.org", "five quiet clouds")
        return str(session.rest_interface.bc_conn.auth_token)


def test_an_app_is_held_to_a_folder_of_its_own(desktop: Desktop) -> None:
    page, title = desktop.page, f"Trail log {next(numbers)}"
    key = desktop.api("POST", "/apps", {"title": title}).json()["key"]
    desktop.open(f"/developer/{key}/scopes")
    scopes = page.get_by_role("list", name="Scopes")
    expect(scopes).to_contain_text("profile")
    expect(scopes).not_to_contain_text("app-folder")
    page.get_by_role("button", name="A folder of its own").click()
    expect(scopes).to_contain_text("files:app-folder")
    expect(scopes).to_contain_text(f"Apps/{title} in each account")
    assert desktop.api("GET", f"/apps/{key}").json()["scopes"] == ["files:app-folder", "profile"]
    page.get_by_role("link", name="Developer", exact=True).click()
    expect(page.get_by_role("list", name="Apps")).to_contain_text(title)


def test_an_administrator_makes_an_app_of_every_kind_and_sizes_the_plans(desktop: Desktop) -> None:
    page = desktop.page
    for kind, fields in {
        "StackSync": {"Callbacks": "https://desk.example/back", "Tokens last, in hours": "12"},
        "U1DB": {"Whose databases it syncs": desktop.server.name, "Verifier": "a word"},
        "OAuth 2": {"Callbacks": "https://trail.example/back"},
    }.items():
        title = f"{kind} {next(numbers)}"
        desktop.open("/developer/new")
        page.get_by_label("Name", exact=True).fill(title)
        page.get_by_role("button", name=kind, exact=True).click()
        for label, value in fields.items():
            page.get_by_label(label).fill(value)
        page.get_by_role("button", name="Make the app").click()
        expect(page.get_by_role("heading", name=title)).to_be_visible()
        if "Verifier" in fields:
            expect(page.get_by_text("a word")).to_be_visible()
        if "Callbacks" in fields:
            expect(page.get_by_text(fields["Callbacks"])).to_be_visible()
    desktop.open("/developer")
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        page.get_by_label("Prototype").fill("7")
        desktop.press("Tab")
    plans = desktop.api("GET", "/app-plans").json()["plans"]
    assert {"name": "prototype", "users": 7} in plans
    desktop.api("PATCH", "/app-plans/prototype", {"users": 5})
