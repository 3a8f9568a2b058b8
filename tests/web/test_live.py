"""Several windows and programs on one folder (S9; how soon is measured by bench/desktop.py)."""

import subprocess
from pathlib import Path

from playwright.sync_api import BrowserContext, expect

from tests.servers import Server, tool
from tests.web.desktop import Desktop

SOON = 8_000  # ms; polling asks every ten seconds, so what shows up sooner came by the stream


def test_two_browsers_and_rclone_see_each_other(
    context: BrowserContext, desktop: Desktop, server: Server, tmp_path: Path
) -> None:
    other = Desktop(context.new_page(), server)
    other.folder, other.folder_id = desktop.folder, desktop.folder_id
    for one in (desktop, other):
        with one.page.expect_response(lambda answer: "/changes/live" in answer.url):
            one.open()

    (tmp_path / "from rclone.txt").write_text("hello")
    secret = subprocess.check_output([tool("rclone", "rclone"), "obscure", server.password], text=True).strip()
    remote = f":webdav,url='{server.dav}',user={server.name},pass={secret}:{desktop.folder}"
    subprocess.run(["rclone", "copy", str(tmp_path / "from rclone.txt"), remote], check=True)
    for one in (desktop, other):
        expect(one.entry("from rclone.txt")).to_be_visible(timeout=SOON)

    desktop.entry("from rclone.txt").click()
    desktop.press("F2")
    desktop.page.get_by_label("New name").fill("named here.txt")
    desktop.press("Enter")
    expect(other.entry("named here.txt")).to_be_visible(timeout=SOON)
    other.entry("named here.txt").click()
    other.press("Delete")
    expect(desktop.entry("named here.txt")).to_have_count(0, timeout=SOON)


def test_where_no_stream_comes_through_changes_are_polled(desktop: Desktop) -> None:
    desktop.page.route("**/api/v1/changes/live*", lambda route: route.fulfill(status=502, body="no streams here"))
    desktop.open()
    desktop.page.get_by_role("heading", name="Nothing in").wait_for()
    desktop.put("by and by.txt")
    expect(desktop.entry("by and by.txt")).to_be_visible(timeout=40_000)
    expect(desktop.page.get_by_text("No connection to")).to_have_count(0)


def test_after_many_cut_connections_every_change_is_there_without_a_reload(desktop: Desktop) -> None:
    desktop.page.add_init_script(
        "const All = EventSource; globalThis.streams = [];"
        "globalThis.EventSource = class extends All { constructor(to) { super(to); streams.push(this); } }"
    )
    desktop.open()
    desktop.page.get_by_role("heading", name="Nothing in").wait_for()
    desktop.page.evaluate("globalThis.here = true")
    cut = "() => { const last = streams.at(-1); last.close(); last.onerror?.(new Event('error')); }"
    for number in range(20):
        desktop.page.evaluate(cut)
        desktop.put(f"change {number:02}.txt")
    for number in range(20):
        expect(desktop.entry(f"change {number:02}.txt")).to_have_count(1, timeout=40_000)
    assert desktop.page.evaluate("globalThis.here") is True


def test_a_folder_that_is_renamed_elsewhere_keeps_its_window(desktop: Desktop) -> None:
    desktop.put("inside.txt")
    desktop.open()
    desktop.shows("inside.txt")
    desktop.api("PATCH", f"/nodes/{desktop.folder_id}", {"name": f"{desktop.folder} renamed"})
    expect(desktop.page.get_by_role("heading", name=f"{desktop.folder} renamed")).to_be_visible()
    expect(desktop.page).to_have_url(f"{desktop.server.url}/files/{desktop.folder.replace(' ', '%20')}%20renamed")
    desktop.shows("inside.txt")


def test_a_folder_that_is_trashed_elsewhere_says_so(desktop: Desktop) -> None:
    desktop.open()
    desktop.page.get_by_role("heading", name="Nothing in").wait_for()
    desktop.api("DELETE", f"/nodes/{desktop.folder_id}")
    expect(desktop.page.get_by_role("heading", name="This folder is no longer here")).to_be_visible()


def test_a_lost_session_asks_to_sign_in_and_goes_on(desktop: Desktop, server: Server) -> None:
    desktop.put("keep.txt")
    desktop.open()
    desktop.shows("keep.txt")
    desktop.page.context.clear_cookies()
    desktop.entry("keep.txt").click()
    desktop.press("F2")
    desktop.page.get_by_label("New name").fill("kept.txt")
    desktop.press("Enter")
    dialog = desktop.page.get_by_role("dialog", name="Sign in again to go on")
    dialog.get_by_label("Name or e-mail").fill(server.name)
    dialog.get_by_label("Password", exact=True).fill(server.password)
    dialog.get_by_role("button", name="Sign in").click()
    desktop.shows("kept.txt")
    assert desktop.names() == ["kept.txt"]
