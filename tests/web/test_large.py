"""A folder of 10,000 entries, and the weight of the first page."""

import pytest
from playwright.sync_api import Page, expect

import nuvol.u1db as u1db
from tests.servers import Server
from tests.web.desktop import Desktop, fill

ENTRIES = 10_000
KB = 1000


@pytest.fixture(scope="module")
def filled(server: Server) -> str:
    """The name of a folder with 10,000 files."""
    return fill(server, "Large", ENTRIES)


def test_10_000_entries_are_all_there_and_only_those_in_view_are_drawn(desktop: Desktop, filled: str) -> None:
    desktop.open(f"/files/{filled}")
    expect(desktop.page.get_by_text("10,000 items", exact=True)).to_be_visible(timeout=15_000)
    desktop.list.focus()
    desktop.press("End")
    desktop.shows("note 09999.txt")
    desktop.page.keyboard.type("note 04217")
    desktop.shows("note 04217.txt")
    assert desktop.list.get_by_role("row").count() < 100


def test_10_000_documents_are_all_there_and_only_those_in_view_are_drawn(desktop: Desktop, server: Server) -> None:
    with u1db.open(":memory:") as replica:
        for number in range(ENTRIES):
            replica.create_doc({"n": number}, f"doc-{number:05}")
        creds = {"basic": {"username": server.name, "password": server.password}}
        replica.sync(f"{server.url}/u1db/large", creds)
    desktop.open("/documents/large")
    page, documents = desktop.page, desktop.page.get_by_role("listbox")
    expect(page.get_by_text("10,000 documents", exact=True)).to_be_visible(timeout=60_000)
    documents.focus()
    desktop.press("End")
    expect(page.get_by_role("option", name="doc-09999")).to_be_visible()
    assert page.get_by_role("option").count() < 100
    page.get_by_label("find here").fill("doc-04217")
    expect(page.get_by_role("option")).to_have_count(1)
    page.reload()  # from this device
    expect(page.get_by_text("10,000 documents", exact=True)).to_be_visible(timeout=60_000)


def test_the_shell_weighs_at_most_150_kb(page: Page, desktop: Desktop) -> None:
    loaded: list[str] = []
    page.on("response", lambda answer: loaded.append(answer.url))
    desktop.open()
    page.get_by_role("heading", name="Nothing in").wait_for()
    sizes = page.evaluate(
        "performance.getEntriesByType('resource').filter((one) => !one.name.includes('/api/'))"
        ".map((one) => one.encodedBodySize)"
    )
    assert 0 < sum(sizes) <= 150 * KB
    assert not any(word in address for address in loaded for word in ("pdf", "Pdf", "Markdown"))
