"""From nothing to the first photo: what somebody does who has just made the cloud (U1)."""

import random
import re
import subprocess
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.servers import NUVOL, Server
from tests.web.desktop import Desktop
from tests.web.test_pages import GIF
from tests.web.test_uploads import LONG, MB, drop, slow, tree

MINUTE = 60_000


def test_a_fresh_cloud_takes_500_files_in_40_folders_and_a_large_video(
    browser: Browser, tmp_path: Path, to_drop: Path
) -> None:
    top = to_drop / "Trip"
    for number in range(500):
        folder = top / f"day {number % 40:02}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"photo {number:03}.gif").write_bytes(GIF + number.to_bytes(2, "big"))
    video = to_drop / "sea.mp4"
    video.write_bytes(random.Random(3).randbytes(200 * MB))

    command = [NUVOL, "serve", "--data", tmp_path / "data", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            link = next(line.split()[1] for line in process.stdout if line.startswith("set-up"))
            page = browser.new_page(locale="en-GB", viewport={"width": 1440, "height": 900})
            page.goto(link)
            page.get_by_label("Name to sign in with").fill("ana")
            page.get_by_label("E-mail").fill("ana@home.example")
            page.get_by_label("Password", exact=True).fill("five quiet clouds")
            page.get_by_role("button", name="Make the account").click()
            page.get_by_role("heading", name="Nothing in Files yet").wait_for()
            server = Server(link.partition("/setup")[0], tmp_path / "data", process)
            desktop = Desktop(page, server)

            drop(page, top)
            desktop.entry("Trip").dblclick(timeout=MINUTE)
            desktop.entry("day 00").dblclick(timeout=MINUTE)
            desktop.entry("photo 000.gif").dblclick(timeout=MINUTE)
            seen = page.get_by_role("dialog", name="photo 000.gif").get_by_role("img", name="photo 000.gif")
            expect(seen).to_have_js_property("naturalWidth", 1, timeout=MINUTE)
            desktop.press("Escape")
            expect(page.get_by_text("500 files are in")).to_be_visible(timeout=LONG)
            trip = desktop.api("GET", "/nodes/by-path?path=Trip").json()["id"]
            assert len(tree(desktop, int(trip))) == 500 + 40

            desktop.open("/files")
            desktop.shows("Trip")
            slow(page, 20_000)
            drop(page, video)
            expect(page.get_by_text(re.compile(r"^[3-9]\d %"))).to_be_visible(timeout=LONG)
            sent: list[int] = []  # the browser lets the page read again what was dropped: it goes on by itself
            page.on("request", lambda request: sent.append(int(request.headers.get("upload-offset", 0))))
            page.reload()
            slow(page, -1)
            expect(page.get_by_text("1 file is in")).to_be_visible(timeout=LONG)
            assert max(sent) > 40 * MB
            stored = desktop.api("GET", "/nodes/by-path?path=sea.mp4").json()
            assert stored["size"] == video.stat().st_size
            page.close()
        finally:
            process.terminate()
