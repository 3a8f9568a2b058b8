"""The Documents window: what a person does in it, with and without a connection, beside other replicas."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from nuvol.sdk.documents import Documents
from nuvol.sdk.session import Access
from tests.servers import Server
from tests.web.desktop import Desktop

BIG = '{\r\n  "seats" : 4,\t"id": 9007199254740993123,\n  "note": "caf\\u00e9"\n}'
"""Numbers beyond 2^53, mixed line ends, an escape: a page that reads and writes it anew would lose them."""
PATIENCE = 20_000
_numbers = count(1)


@pytest.fixture
def database(desktop: Desktop) -> str:
    name = f"trips-{next(_numbers)}"
    desktop.api("PUT", f"/databases/{name}")
    return name


def put(desktop: Desktop, database: str, doc_id: str, text: str, rev: str | None = None) -> str:
    address = f"{desktop.server.url}/api/v1/databases/{database}/documents/{doc_id}"
    headers = {"Origin": desktop.server.url, "Content-Type": "application/json"}
    if rev is not None:
        headers["If-Match"] = f'"{rev}"'
    answer = desktop.page.request.put(address, data=text.encode(), headers=headers)
    assert answer.ok, answer.text()
    return str(answer.json()["rev"])


def text_of(desktop: Desktop, database: str, doc_id: str) -> str:
    return desktop.api("GET", f"/databases/{database}/documents/{doc_id}").body().decode()


def editor(page: Page, doc_id: str) -> Locator:
    return page.get_by_role("textbox", name=f"Text of {doc_id}")


def documents(page: Page) -> Locator:
    return page.get_by_role("listbox")


def write(page: Page, doc_id: str, text: str) -> None:
    """In the place of what is there."""
    editor(page, doc_id).click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)
    page.keyboard.press("Control+s")


@contextmanager
def without_connection(desktop: Desktop) -> Iterator[None]:
    desktop.page.context.set_offline(True)
    desktop.page.evaluate("dispatchEvent(new Event('online'))")  # it finds out now
    expect(desktop.page.get_by_text("No connection to")).to_be_visible(timeout=PATIENCE)
    yield
    desktop.page.context.set_offline(False)
    desktop.page.evaluate("dispatchEvent(new Event('online'))")


def test_a_database_and_a_document_are_made_changed_and_removed_by_keys_alone(desktop: Desktop) -> None:
    page = desktop.page
    desktop.open("/documents")
    page.get_by_role("button", name="New database").first.focus()
    desktop.press("Enter")
    page.keyboard.type("by-keys")
    desktop.press("Enter")
    page.get_by_role("heading", name="Nothing in by-keys yet").wait_for()
    documents(page).focus()
    desktop.press("n")
    page.get_by_label("Id of the document").wait_for()
    page.keyboard.type("ferry")
    desktop.press("Enter")
    editor(page, "ferry").wait_for()
    editor(page, "ferry").focus()
    desktop.press("Control+a")
    page.keyboard.type('{"seats": 4')  # the editor closes no brackets by itself
    expect(page.get_by_text("Not JSON at line 1")).to_be_visible()
    expect(page.get_by_role("button", name="Save")).to_be_disabled()
    page.keyboard.type("}")
    desktop.press("Control+s")
    expect(page.get_by_role("button", name="Save")).to_be_disabled()
    expect(page.get_by_text("Everything is saved.")).to_be_visible(timeout=PATIENCE)
    assert text_of(desktop, "by-keys", "ferry") == '{"seats": 4}'

    documents(page).focus()
    desktop.press("Home", "Delete")
    expect(page.get_by_role("option", name="ferry")).to_have_count(0)
    expect(page.get_by_text("“ferry” is deleted")).to_be_visible()
    desktop.press("Control+z")
    expect(page.get_by_role("option", name="ferry")).to_be_visible()
    desktop.press("Backspace", "Backspace")
    page.get_by_role("link", name="by-keys").focus()
    desktop.press("Delete")
    dialog = page.get_by_role("dialog", name="Remove the database “by-keys” for good?")
    dialog.get_by_role("button", name="Remove 1 document").press("Enter")
    expect(page.get_by_text("“by-keys” is removed")).to_be_visible()
    assert "by-keys" not in [one["name"] for one in desktop.api("GET", "/databases").json()["databases"]]


def test_what_is_not_edited_stays_to_the_letter(desktop: Desktop, database: str) -> None:
    put(desktop, database, "ferry", BIG)
    desktop.open(f"/documents/{database}?document=ferry")
    editor(desktop.page, "ferry").click()
    desktop.press("Control+End", "Enter", "Control+s")
    expect(desktop.page.get_by_text("Everything is saved.")).to_be_visible(timeout=PATIENCE)
    assert text_of(desktop, database, "ferry") == BIG + "\n"


def test_offline_changes_are_merged_and_a_conflict_is_shown_and_decided(desktop: Desktop, database: str) -> None:
    page = desktop.page
    first = put(desktop, database, "ferry", '{"seats": 4, "note": "deck", "id": 9007199254740993}')
    put(desktop, database, "tent", "{}")
    desktop.open(f"/documents/{database}?document=ferry")
    editor(page, "ferry").wait_for()
    with without_connection(desktop):
        write(page, "ferry", '{"seats": 4, "note": "cabin", "id": 9007199254740993}')
        expect(page.get_by_text("No connection. 1 change waits.")).to_be_visible()
        page.get_by_role("button", name="New document").first.click()
        page.get_by_label("Id of the document").fill("made-offline")
        desktop.press("Enter")
        editor(page, "made-offline").wait_for()
        expect(page.get_by_text("No connection. 2 changes wait.")).to_be_visible()
        put(desktop, database, "ferry", '{"seats": 5, "note": "deck", "id": 9007199254740993}', first)
    expect(page.get_by_role("option", name="ferry changed twice")).to_be_visible(timeout=PATIENCE)
    assert json.loads(text_of(desktop, database, "made-offline")) == {}

    page.get_by_role("option", name="ferry").click()
    page.get_by_role("button", name="Take seats from There").click()
    page.get_by_role("button", name="Resolve").click()
    expect(editor(page, "ferry")).to_be_visible()
    expect(page.get_by_text("Everything is saved.")).to_be_visible(timeout=PATIENCE)
    result = text_of(desktop, database, "ferry")
    assert result == '{"seats": 5, "note": "cabin", "id": 9007199254740993}'


def test_an_index_is_asked_without_a_connection_and_knows_what_changed_meanwhile(
    desktop: Desktop, database: str
) -> None:
    page = desktop.page
    for number, place in enumerate(["Ítaca", "Ibiza", "Ibiza"]):
        put(desktop, database, f"trip-{number}", json.dumps({"place": place, "days": number}))
    desktop.open(f"/documents/{database}")
    page.get_by_role("button", name="New index").click()
    page.get_by_label("Name", exact=True).fill("by-place")
    page.get_by_label("Column 1").fill("lower(place)")
    page.get_by_role("button", name="Another column").click()
    page.get_by_label("Column 2").fill("days")
    page.get_by_role("button", name="Make").click()
    page.get_by_role("heading", name="by-place").wait_for()
    found = page.get_by_role("region", name="Result").get_by_role("link")
    page.get_by_label("lower(place)").fill("i*")
    desktop.press("Enter")
    expect(found).to_have_text(["trip-1", "trip-2"])
    with without_connection(desktop):
        page.get_by_role("option", name="trip-2").click()
        write(page, "trip-2", '{"place": "ITHACA", "days": 7}')
        expect(page.get_by_text("No connection. 1 change waits.")).to_be_visible()
        page.get_by_role("link", name="by-place").click()
        page.get_by_label("lower(place)").fill("ithaca")
        page.get_by_label("days").fill("7")
        desktop.press("Enter")
        expect(found).to_have_text(["trip-2"])
        page.get_by_label("lower(place)").fill("i*")
        desktop.press("Enter")
        expect(page.get_by_text("After a column with *")).to_be_visible()
    expect(page.get_by_text("Everything is saved.")).to_be_visible(timeout=PATIENCE)


def test_two_browsers_and_a_python_replica_converge(
    desktop: Desktop, database: str, browser: Browser, signed_in: str, server: Server
) -> None:
    put(desktop, database, "shared", '{"n": 0}')
    other_context = browser.new_context(storage_state=signed_in, locale="en-GB")
    other = other_context.new_page()
    with Documents(Access(server.url, login=(server.name, server.password)), database) as python:
        for page in (desktop.page, other):
            page.goto(f"{server.url}/documents/{database}")
            expect(page.get_by_role("option", name="shared")).to_be_visible(timeout=PATIENCE)
        python.create({"from": "python"}, "of-python")
        for page in (desktop.page, other):
            expect(page.get_by_role("option", name="of-python")).to_be_visible(timeout=PATIENCE)
        other.get_by_role("option", name="shared").click()
        write(other, "shared", '{"n": 1}')
        desktop.page.get_by_role("option", name="shared").click()
        expect(editor(desktop.page, "shared")).to_contain_text('{"n": 1}', timeout=PATIENCE)
        write(desktop.page, "shared", '{"n": 2}')
        expect(editor(other, "shared")).to_contain_text('{"n": 2}', timeout=PATIENCE)
        expect(other.get_by_text("Everything is saved.")).to_be_visible(timeout=PATIENCE)
        python.sync()
        shared = python.get("shared")
        assert shared is not None
        assert shared.content == {"n": 2}
    other_context.close()
