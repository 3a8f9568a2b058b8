"""P14: a timeline of 100,000 photos in the browser: milliseconds to its first picture, opened in the desktop and as
the first page of a visit; and until a month that was never looked at is there, by the scrubber.

    python bench/timeline.py [--photos 100000] [--runs 3]

The rows are made by script: every photo is the same content, taken at another time. Drives Debian's Chromium against a
server of its own; prints a line of JSON for each run.
"""

import argparse
import json
import sqlite3
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.pictures.makers import exif, jpeg
from tests.servers import Server, serve, tool
from tests.web.conftest import QUIET, SHELL
from tests.web.desktop import Desktop

YEARS = 20
PAINTED = """async () => {
    while (![...document.querySelectorAll('[role=gridcell] img')].some((one) => one.complete && one.naturalWidth)) {
        await new Promise(requestAnimationFrame);
    }
    return performance.now();
}"""
OPEN = """async () => {
    const start = performance.now();
    history.pushState(null, '', '/photos');
    dispatchEvent(new PopStateEvent('popstate'));
    const drawn = (one) => one.complete && one.naturalWidth;
    while (![...document.querySelectorAll('[role=gridcell] img')].some(drawn)) await new Promise(requestAnimationFrame);
    return performance.now() - start;
}"""
SCRUB = """async (share) => {
    const line = document.querySelector('[role=slider]');
    const grid = document.querySelector('[role=grid]');
    const { left, top, width, height } = line.getBoundingClientRect();
    const at = { pointerId: 1, button: 0, bubbles: true, clientX: left + width / 2, clientY: top + height * share };
    line.setPointerCapture = () => undefined;
    const start = performance.now();
    line.dispatchEvent(new PointerEvent('pointerdown', at));
    line.dispatchEvent(new PointerEvent('pointerup', at));
    const frame = grid.getBoundingClientRect();
    const seen = (tile) => {
        const box = tile.getBoundingClientRect();
        return box.bottom > frame.top && box.top < frame.bottom;
    };
    const drawn = () => [...document.querySelectorAll('[role=gridcell][aria-selected]')].filter(seen).length;
    await new Promise(requestAnimationFrame);
    while (drawn() < 6) await new Promise(requestAnimationFrame);
    return performance.now() - start;
}"""


def fill(server: Server, page: Page, photos: int) -> None:
    """One photo by the API, the others as rows like its own."""
    desktop = Desktop(page, server)
    first = int(str(desktop.put("photo.jpg", jpeg(exif()))["id"]))
    while desktop.api("GET", f"/photos/{first}").json()["photo"]["state"] == "waiting":
        time.sleep(0.2)
    db = sqlite3.connect(server.data / "nuvol.db")
    for table in ("node", "photo"):
        columns = [row[1] for row in db.execute(f"pragma table_info({table})")]
        key = "id" if table == "node" else "node_id"
        row = dict(zip(columns, db.execute(f"select * from {table} where {key} = ?", (first,)).fetchone(), strict=True))
        sql = f"insert into {table} ({', '.join(columns)}) values ({', '.join('?' * len(columns))})"
        db.executemany(sql, (tuple(_varied(row, number, first, photos).values()) for number in range(1, photos)))
    db.execute("delete from photo_count where kind = 0")
    for folder in ("0", "parent_id"):
        db.execute(
            "insert into photo_count (account_id, kind, folder_id, value, photos) select account_id, 0, f, v, count(*)"
            f" from (select account_id, {folder} f, cast(strftime('%Y', local_at / 1000000, 'unixepoch') as int) * 12"
            " + strftime('%m', local_at / 1000000, 'unixepoch') - 1 v from photo where live = 1) group by 1, 3, 4"
        )
    db.commit()
    db.execute("analyze")
    db.close()


def _varied(row: dict[str, object], number: int, first: int, photos: int) -> dict[str, object]:
    when = datetime(2026, 6, 1, tzinfo=UTC) - timedelta(days=365.25 * YEARS) * (number / photos)
    name = f"photo {number:06}.jpg"
    new = {"id": first + number, "node_id": first + number, "name": name, "name_key": name}
    new["local_at"] = int(when.timestamp() * 1e6)
    return {column: new.get(column, value) for column, value in row.items()}


def measure(page: Page, server: Server) -> dict[str, float]:
    page.goto(f"{server.url}/photos", wait_until="commit")
    visited = page.evaluate(PAINTED)
    page.wait_for_timeout(1000)
    scrubbed = [page.evaluate(SCRUB, share) for share in (0.31, 0.62, 0.93, 0.47, 0.78)]
    page.goto(f"{server.url}/files")
    page.get_by_role("button", name="Launcher").wait_for()
    page.wait_for_timeout(4000)  # what the first page does without has come
    painted = page.evaluate(OPEN)
    return {
        "first_paint_ms": painted,
        "first_page_ms": visited,
        "scrub_ms": sorted(scrubbed)[2],
        "slowest_scrub_ms": max(scrubbed),
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--photos", type=int, default=100_000)
    arguments.add_argument("--runs", type=int, default=3)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=tool(SHELL, SHELL), args=QUIET)
        data = Path(place) / "data"
        with serve(data) as server:
            page = _signed_in(browser.new_context(), server)
            fill(server, page, given.photos)
        with serve(data) as server:
            for _ in range(given.runs):
                context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
                print(json.dumps(measure(_signed_in(context, server), server)), flush=True)
                context.close()


def _signed_in(context: BrowserContext, server: Server) -> Page:
    context.request.post(f"{server.url}/api/v1/session", data={"login": server.name, "password": server.password})
    return context.new_page()


main()
