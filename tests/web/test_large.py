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


def test_10_000_entries_are_all_there_and_only_those_in_view_are_drawn(desktop: Desktop, filled: str) -> None:
    desktop.open(f"/files/{filled}")
    expect(desktop.page.get_by_text("10,000 items", exact=True)).to_be_visible(timeout=15_000)
    desktop.list.focus()
    desktop.press("End")
    desktop.shows("note 09999.txt")
    desktop.page.keyboard.type("note 04217")
    desktop.shows("note 04217.txt")
    assert desktop.list.get_by_role("row").count() < 100


@pytest.mark.torture
def test_10_000_entries_paint_at_once_and_scroll_without_a_long_task(desktop: Desktop, filled: str) -> None:
    """P14; needs a machine that does nothing else."""
    page = desktop.page
    page.add_init_script(
        "globalThis.long = []; new PerformanceObserver((list) =>"
        " long.push(...list.getEntries().map((task) => task.duration))).observe({ type: 'longtask' })"
    )
    desktop.open()
    page.get_by_role("link", name="Files", exact=True).click()
    desktop.entry(filled).wait_for()
    painted = page.evaluate(
        """async (name) => {
            const link = [...document.querySelectorAll('[role=row]')].find((row) => row.textContent.includes(name));
            const start = performance.now();
            link.dispatchEvent(new MouseEvent('dblclick', { bubbles: true }));
            while (!document.querySelector('[title="note 00000.txt"]')) await new Promise(requestAnimationFrame);
            return performance.now() - start;
        }""",
        filled,
    )
    assert painted <= 300
    expect(page.get_by_text("10,000 items", exact=True)).to_be_visible(timeout=15_000)
    page.wait_for_timeout(500)
    page.evaluate("long.length = 0")
    desktop.list.hover()
    for _ in range(60):
        page.mouse.wheel(0, 2500)
        page.evaluate("new Promise(requestAnimationFrame)")
    longest = page.evaluate("Math.max(0, ...long)")
    print(f"first paint {painted:.0f} ms, longest task {longest:.0f} ms")
    assert longest <= 100


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
