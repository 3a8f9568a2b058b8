"""A plain-http address in the local network, which is no secure context for a browser."""

import re
import socket
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.servers import serve
from tests.web.desktop import Desktop


def own_address() -> str:
    """This machine's address in its network (nothing is sent)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        return str(probe.getsockname()[0])


def test_everything_works_without_a_secure_context(browser: Browser, tmp_path: Path) -> None:
    with serve(tmp_path / "data", "--host", "0.0.0.0") as server:
        server.url = server.url.replace("127.0.0.1", own_address())
        page = browser.new_page(locale="en-GB", viewport={"width": 1440, "height": 900})
        page.goto(f"{server.url}/")
        assert page.evaluate("isSecureContext") is False
        page.get_by_label("Name or e-mail").fill(server.name)
        page.get_by_label("Password", exact=True).fill(server.password)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", name="Nothing in Files yet").wait_for()

        desktop = Desktop(page, server)
        desktop.open()
        (tmp_path / "notes.md").write_text("# Boots")
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Upload").first.click()
        chooser.value.set_files(tmp_path / "notes.md")
        desktop.entry("notes.md").dblclick()
        expect(page.get_by_role("heading", name="Boots")).to_be_visible()

        desktop.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        desktop.press("F2")
        page.get_by_label("New name").fill("boots.md")
        desktop.press("Enter")
        desktop.shows("boots.md")
        desktop.put("from elsewhere.txt")  # the stream comes through
        desktop.shows("from elsewhere.txt")
        for path in (
            "/trash",
            "/search?q=boots",
            "/settings/profile",
            "/settings/security",
            "/settings/apps",
            "/settings/look",
        ):
            desktop.open(path)
            page.get_by_role("main").get_by_role("heading").first.wait_for()
        desktop.open("/settings/devices")
        page.get_by_label("Name of the device or program").fill("Laptop")
        page.get_by_role("button", name="Make a password").click()
        page.get_by_role("button", name="Copy").click()
        expect(page.get_by_text("Copied")).to_be_visible()
        expect(page.get_by_text("Copied")).to_be_hidden(timeout=30_000)

        desktop.open()
        desktop.stand_on("boots.md")
        desktop.press(".")
        dialog = page.get_by_role("dialog", name="Share “boots.md”")
        dialog.get_by_role("switch", name="Anyone with the link").check()
        dialog.get_by_role("button", name="Copy").click()
        expect(page.get_by_text("Copied")).to_be_visible()
        dialog.get_by_label("Password").focus()
        desktop.press("Control+v")
        expect(dialog.get_by_label("Password")).to_have_value(re.compile(rf"^{server.url}/s/[\w-]+$"))
        assert desktop.complaints == []
        page.close()
