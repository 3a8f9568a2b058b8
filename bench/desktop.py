"""P14: a folder of 10,000 in the browser: milliseconds to its first paint, opened in the desktop and as the first page
of a visit; and the longest task while it scrolls.

    python bench/desktop.py [--entries 10000] [--runs 3]

Drives Debian's Chromium against a server of its own; prints a line of JSON for each run.
"""

import argparse
import json
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.servers import Server, serve, tool
from tests.web.conftest import QUIET
from tests.web.desktop import fill

WATCH = (
    "globalThis.long = []; new PerformanceObserver((list) =>"
    " long.push(...list.getEntries().map((task) => task.duration))).observe({ type: 'longtask' })"
)
LOADED = """async () => {
    while (!document.querySelector('[title="note 00000.txt"]')) await new Promise(requestAnimationFrame);
    return performance.now();
}"""
OPEN = """async (name) => {
    const link = [...document.querySelectorAll('[role=row]')].find((row) => row.textContent.includes(name));
    const start = performance.now();
    link.dispatchEvent(new MouseEvent('dblclick', { bubbles: true }));
    while (!document.querySelector('[title="note 00000.txt"]')) await new Promise(requestAnimationFrame);
    return performance.now() - start;
}"""


def measure(page: Page, server: Server, folder: str, entries: int) -> dict[str, float]:
    page.add_init_script(WATCH)
    page.goto(f"{server.url}/files/{folder}", wait_until="commit")
    visited = page.evaluate(LOADED)
    page.goto(f"{server.url}/files")
    page.get_by_role("row").filter(has_text=folder).wait_for()
    painted = page.evaluate(OPEN, folder)
    expect(page.get_by_text(f"{entries:,} items", exact=True)).to_be_visible(timeout=15_000)
    page.evaluate("long.length = 0")
    page.get_by_role("grid").hover()
    for _ in range(60):
        page.mouse.wheel(0, 2500)
        page.evaluate("new Promise(requestAnimationFrame)")
    return {
        "first_paint_ms": painted,
        "first_page_ms": visited,
        "longest_task_ms": page.evaluate("Math.max(0, ...long)"),
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--entries", type=int, default=10_000)
    arguments.add_argument("--runs", type=int, default=3)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as place, serve(Path(place) / "data") as server, sync_playwright() as playwright:
        folder = fill(server, "Large", given.entries)
        browser = playwright.chromium.launch(executable_path=tool("chromium", "chromium"), args=QUIET)
        for _ in range(given.runs):
            context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
            context.request.post(
                f"{server.url}/api/v1/session", data={"login": server.name, "password": server.password}
            )
            print(json.dumps(measure(context.new_page(), server, folder, given.entries)), flush=True)
            context.close()


main()
