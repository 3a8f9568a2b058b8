"""Bringing files in: many at once, and through every kind of break."""

import random
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.servers import serve
from tests.web.desktop import Desktop

MB = 1_000_000
LONG = 120_000  # ms; a busy machine


def choose(desktop: Desktop, item: str, *paths: Path) -> None:
    with desktop.page.expect_file_chooser() as chooser:
        desktop.page.get_by_role("button", name="New", exact=True).click()
        desktop.page.get_by_role("menuitem", name=item).click()
    chooser.value.set_files(list(paths) if len(paths) > 1 else paths[0])


def slow(page: Page, kilobytes: int) -> None:
    """No more than so many kB/s up."""
    network = page.context.new_cdp_session(page)
    speed = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": kilobytes * 1000}
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", speed)


def test_a_folder_of_500_files_in_40_folders_is_all_there(desktop: Desktop, tmp_path: Path) -> None:
    top = tmp_path / "Trip"
    for number in range(500):
        folder = top / f"day {number % 40}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"note {number}.txt").write_text(f"note {number}")
    desktop.open()
    choose(desktop, "Upload a folder", top)
    expect(desktop.page.get_by_text("500 files are in")).to_be_visible(timeout=LONG)
    desktop.shows("Trip")
    found = desktop.api("GET", "/search?q=note&limit=1000").json()["nodes"]
    assert len({node["path"] for node in found if "/Trip/day " in node["path"]}) == 500


def test_dropped_files_arrive(desktop: Desktop) -> None:
    desktop.open()
    desktop.page.get_by_role("heading", name="Nothing in").wait_for()
    desktop.page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File(['hello'], 'dropped.txt'));
            const here = document.querySelector('div.middle');
            for (const kind of ['dragover', 'drop'])
                here.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
        }"""
    )
    desktop.shows("dropped.txt")


def test_a_folder_dropped_from_outside_arrives_with_all_below_it(desktop: Desktop, to_drop: Path) -> None:
    inner = to_drop / "Trip" / "day one" / "an empty one"
    inner.mkdir(parents=True)
    (to_drop / "Trip" / "plan.txt").write_text("plan")
    (to_drop / "Trip" / "day one" / "walk.txt").write_text("walk")
    (to_drop / "alone.txt").write_text("alone")
    desktop.open()
    desktop.page.get_by_role("heading", name="Nothing in").wait_for()
    drop(desktop.page, to_drop / "Trip", to_drop / "alone.txt")
    desktop.shows("Trip", "alone.txt")
    expect(desktop.page.get_by_text("3 files are in")).to_be_visible(timeout=LONG)
    assert tree(desktop, desktop.folder_id) == [
        "Trip", "Trip/day one", "Trip/day one/an empty one", "Trip/day one/walk.txt", "Trip/plan.txt", "alone.txt",
    ]  # fmt: skip


def test_what_is_paused_rests_and_goes_on_where_it_was(desktop: Desktop, tmp_path: Path) -> None:
    video = tmp_path / "sea.mp4"
    video.write_bytes(random.Random(2).randbytes(20 * MB))
    desktop.open()
    slow(desktop.page, 2_000)
    choose(desktop, "Upload files", video)
    expect(desktop.page.get_by_text(re.compile(r"^[1-9]\d %"))).to_be_visible(timeout=LONG)
    desktop.page.get_by_role("button", name="Pause: sea.mp4").click()
    expect(desktop.page.get_by_text("paused")).to_be_visible()
    sent: list[int] = []
    desktop.page.on("request", lambda request: sent.append(int(request.headers.get("upload-offset", 0))))
    slow(desktop.page, -1)
    desktop.page.get_by_role("button", name="Resume: sea.mp4").click()
    expect(desktop.page.get_by_text("1 file is in")).to_be_visible(timeout=LONG)
    assert max(sent) > 0  # not from the beginning
    stored = desktop.api("GET", f"/nodes/{desktop.folder_id}/children").json()["nodes"][0]
    assert desktop.api("GET", f"/nodes/{stored['id']}/content").body() == video.read_bytes()


def drop(page: Page, *paths: Path) -> None:
    """As the system's file manager does it."""
    box = page.locator("div.middle").bounding_box()
    assert box is not None
    at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    hand = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        hand.send("Input.dispatchDragEvent", {"type": kind, "data": data, **at})


def tree(desktop: Desktop, folder_id: int, above: str = "") -> list[str]:
    found: list[str] = []
    for node in desktop.api("GET", f"/nodes/{folder_id}/children").json()["nodes"]:
        found.append(above + node["name"])
        if node["kind"] == "folder":
            found += tree(desktop, node["id"], f"{above}{node['name']}/")
    return sorted(found)


def test_a_reload_in_the_middle_of_a_video_goes_on_where_it_was(desktop: Desktop, tmp_path: Path) -> None:
    video = tmp_path / "sea.mp4"
    video.write_bytes(random.Random(1).randbytes(200 * MB))
    desktop.open()
    slow(desktop.page, 20_000)
    choose(desktop, "Upload files", video)
    expect(desktop.page.get_by_text(re.compile(r"^[3-9]\d %"))).to_be_visible(timeout=LONG)
    desktop.page.reload()
    slow(desktop.page, -1)
    expect(desktop.page.get_by_text("1 needs you")).to_be_visible()
    sent: list[int] = []
    desktop.page.on("request", lambda request: sent.append(int(request.headers.get("upload-offset", 0))))
    with desktop.page.expect_file_chooser() as chooser:
        desktop.page.get_by_role("button", name="Choose the file again").click()
    chooser.value.set_files(video)
    expect(desktop.page.get_by_text("1 file is in")).to_be_visible(timeout=LONG)
    assert max(sent) > 40 * MB  # not from the beginning
    stored = desktop.api("GET", f"/nodes/{desktop.folder_id}/children").json()["nodes"][0]
    assert stored["size"] == video.stat().st_size
    assert desktop.api("GET", f"/nodes/{stored['id']}/content").body() == video.read_bytes()


def test_what_cannot_fit_is_said_before_it_starts(desktop: Desktop, tmp_path: Path) -> None:
    me = desktop.api("GET", "/me").json()
    desktop.api("PATCH", f"/accounts/{me['id']}", {"quota": me["used"] + 1000})
    (tmp_path / "large.bin").write_bytes(bytes(5000))
    desktop.open()
    choose(desktop, "Upload files", tmp_path / "large.bin")
    expect(desktop.page.get_by_text("5 kB do not fit: 1 kB are left. Nothing was sent.")).to_be_visible()
    desktop.api("PATCH", f"/accounts/{me['id']}", {"quota": None})
    assert desktop.names() == []


def test_an_upload_outlives_a_restart_of_the_server(page: Page, tmp_path: Path) -> None:
    video = tmp_path / "sea.mp4"
    video.write_bytes(bytes(30 * MB))
    with serve(tmp_path / "data") as first:
        port = first.url.rpartition(":")[2]
        page.request.post(f"{first.url}/api/v1/session", data={"login": first.name, "password": first.password})
        desktop = Desktop(page, first)
        desktop.open()
        slow(page, 10_000)
        choose(desktop, "Upload files", video)
        expect(page.get_by_text(re.compile(r"^[2-9]\d %"))).to_be_visible(timeout=LONG)
        first.kill()
    expect(page.get_by_text("The cloud does not answer.", exact=False)).to_be_visible(timeout=LONG)
    with serve(tmp_path / "data", "--port", port) as again:
        desktop.server = again
        expect(page.get_by_text("1 file is in")).to_be_visible(timeout=LONG)
        desktop.shows("sea.mp4")
        desktop.put("after.txt")
        desktop.shows("after.txt")  # the live stream is back too


def test_after_a_reload_what_the_browser_keeps_goes_on_by_itself_where_it_was(desktop: Desktop, tmp_path: Path) -> None:
    video = tmp_path / "cove.mp4"
    video.write_bytes(random.Random(4).randbytes(40 * MB))
    desktop.open()
    slow(desktop.page, 4_000)
    choose(desktop, "Upload files", video)
    expect(desktop.page.get_by_text(re.compile(r"^[3-9]\d %"))).to_be_visible(timeout=LONG)
    sent: list[int] = []
    desktop.page.on("request", lambda request: sent.append(int(request.headers.get("upload-offset", 0))))
    desktop.page.reload()
    slow(desktop.page, -1)
    expect(desktop.page.get_by_text("1 file is in")).to_be_visible(timeout=LONG)
    assert max(sent) > 8 * MB  # not from the beginning
    stored = desktop.api("GET", f"/nodes/{desktop.folder_id}/children").json()["nodes"][0]
    assert desktop.api("GET", f"/nodes/{stored['id']}/content").body() == video.read_bytes()
    desktop.page.reload()
    desktop.shows("cove.mp4")
    expect(desktop.page.get_by_role("region", name="Uploads")).to_have_count(0)  # it is remembered no longer


def test_what_the_browser_does_not_keep_is_said(desktop: Desktop, tmp_path: Path) -> None:
    video = tmp_path / "sea.mp4"
    video.write_bytes(bytes(101 * MB))
    desktop.open()
    slow(desktop.page, 1_000)
    choose(desktop, "Upload files", video)
    expect(desktop.page.get_by_text("1 file is not kept by this browser")).to_be_visible(timeout=LONG)
    desktop.page.get_by_role("button", name="Stop sea.mp4").click()


def test_two_windows_do_not_send_the_same(desktop: Desktop, tmp_path: Path) -> None:
    video = tmp_path / "cape.mp4"
    video.write_bytes(random.Random(5).randbytes(20 * MB))
    desktop.open()
    slow(desktop.page, 2_000)
    choose(desktop, "Upload files", video)
    expect(desktop.page.get_by_text(re.compile(r"^[1-9]\d %"))).to_be_visible(timeout=LONG)
    other = desktop.page.context.new_page()
    other.goto(desktop.page.url)
    other.get_by_role("main").get_by_role("heading").first.wait_for()
    expect(other.get_by_role("region", name="Uploads")).to_have_count(0)
    desktop.page.close()  # whoever is left goes on with it
    expect(other.get_by_text("1 file is in")).to_be_visible(timeout=LONG)
    desktop.page = other
    assert desktop.names() == ["cape.mp4"]
