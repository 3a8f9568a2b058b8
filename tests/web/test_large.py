"""A folder of 10,000 entries, and the weight of the first page."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.servers import Server
from tests.web.desktop import Desktop

ENTRIES = 10_000
KB = 1000


@pytest.fixture(scope="module")
def filled(server: Server) -> str:
    """The name of a folder with 10,000 files."""
    with httpx.Client(base_url=server.dav, auth=(server.name, server.password)) as client:
        client.request("MKCOL", "Large").raise_for_status()

        def put(numbers: range) -> None:
            for number in numbers:
                client.put(f"Large/note%20{number:05}.txt", content=b"x").raise_for_status()

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(put, (range(start, start + 1250) for start in range(0, ENTRIES, 1250))))
    return "Large"


def test_10_000_entries_are_all_there_and_scroll_without_a_long_task(desktop: Desktop, filled: str) -> None:
    page = desktop.page
    page.add_init_script(
        "globalThis.long = []; new PerformanceObserver((list) =>"
        " long.push(...list.getEntries().map((task) => task.duration))).observe({ type: 'longtask' })"
    )
    desktop.open(f"/files/{filled}")
    expect(page.get_by_text("10,000 items", exact=True)).to_be_visible(timeout=15_000)
    page.evaluate("long.length = 0")
    desktop.list.hover()
    for _ in range(60):
        page.mouse.wheel(0, 2500)
        page.evaluate("new Promise(requestAnimationFrame)")
    assert page.evaluate("Math.max(0, ...long)") <= 100

    desktop.list.focus()
    desktop.press("End")
    desktop.shows("note 09999.txt")
    page.keyboard.type("note 04217")
    desktop.shows("note 04217.txt")
    assert desktop.list.get_by_role("row").count() < 100  # only what is in view is drawn


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
