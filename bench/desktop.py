"""P14: a folder of 10,000 in the browser: milliseconds to its first paint, opened in the desktop and as the first page
of a visit; and the longest task while it scrolls. S9: milliseconds until another browser shows a new file.

    python bench/desktop.py [--entries 10000] [--runs 3]

Drives Debian's Chromium against a server of its own; prints a line of JSON for each run.
"""

import argparse
import json
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
from playwright.sync_api import Page, expect, sync_playwright

from tests.servers import Server, serve, tool
from tests.web.conftest import QUIET, SHELL
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


APPEARED = """async (name) => {
    while (!document.querySelector(`[title="${name}"]`)) await new Promise(requestAnimationFrame);
    return Date.now();
}"""


def measure_delay(page: Page, server: Server, run: int) -> float:
    """From the answer to who put the file, a program beside the browser, until it is drawn there."""
    with page.expect_response(lambda answer: "/changes/live" in answer.url):
        page.goto(f"{server.url}/files/Seen")
    name = f"seen {run}.txt"
    with ThreadPoolExecutor(1) as beside:
        put = beside.submit(_put, server, name)
        shown = page.evaluate(APPEARED, name)
        return float(shown - put.result())


def _put(server: Server, name: str) -> float:
    """When the server said that it is stored, in ms since 1970."""
    time.sleep(0.5)  # the page is looking already
    httpx.put(f"{server.dav}Seen/{name}", content=b"x", auth=(server.name, server.password)).raise_for_status()
    return time.time() * 1000


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--entries", type=int, default=10_000)
    arguments.add_argument("--runs", type=int, default=3)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as place, serve(Path(place) / "data") as server, sync_playwright() as playwright:
        folder = fill(server, "Large", given.entries)
        fill(server, "Seen", 1)
        browser = playwright.chromium.launch(executable_path=tool(SHELL, SHELL), args=QUIET)
        for run in range(given.runs):
            context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
            context.request.post(
                f"{server.url}/api/v1/session", data={"login": server.name, "password": server.password}
            )
            found = measure(context.new_page(), server, folder, given.entries)
            found["seen_elsewhere_ms"] = measure_delay(context.new_page(), server, run)
            print(json.dumps(found), flush=True)
            context.close()


main()
