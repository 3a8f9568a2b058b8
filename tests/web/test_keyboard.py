"""The tasks of every day without a pointer."""

from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.servers import Server
from tests.web.desktop import Desktop


def test_a_day_by_keyboard_alone(desktop: Desktop, tmp_path: Path) -> None:
    page = desktop.page
    desktop.put("a letter.txt", b"dear")
    desktop.put("b map.md", b"# Way")
    desktop.open()
    desktop.shows("a letter.txt")

    desktop.press("Shift+N")  # a new folder, named in place
    page.get_by_label("New name").wait_for()
    page.keyboard.type("Plans")
    desktop.press("Enter")
    desktop.shows("Plans")

    page.keyboard.type("b ma")  # jump, look, close
    desktop.press("Enter")
    expect(page.get_by_role("heading", name="Way")).to_be_visible()
    desktop.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.wait_for_function("document.activeElement.closest('[role=grid]') !== null")

    desktop.press("F2")  # rename: the stem is selected
    page.get_by_label("New name").wait_for()
    page.keyboard.type("b way")
    desktop.press("Enter")
    desktop.shows("b way.md")

    desktop.press("Control+c", "Home", "Enter")  # copy into the folder
    expect(page.get_by_role("heading", name="Plans", exact=True)).to_be_visible()
    page.get_by_role("heading", name="Nothing in Plans yet").wait_for()
    desktop.press("Control+v")
    desktop.shows("b way.md")

    desktop.press("Backspace")  # up, to the folder one came from
    expect(page.get_by_role("row", selected=True)).to_have_count(0)
    desktop.shows("a letter.txt")

    desktop.press("End", "Control+x", "Home", "Enter")  # cut, paste: the name is taken
    expect(page.get_by_role("heading", name="Plans", exact=True)).to_be_visible()
    desktop.shows("b way.md")
    desktop.press("Control+v")
    page.get_by_role("dialog", name="“b way.md” is already in Plans").wait_for()
    desktop.press("Escape")  # skip

    desktop.press("Backspace")
    desktop.shows("a letter.txt")
    desktop.press("Control+a", "Delete")  # trash, undo
    expect(page.get_by_role("row")).to_have_count(0)
    desktop.press("Control+z")
    desktop.shows("a letter.txt", "b way.md", "Plans")

    desktop.list.focus()
    desktop.press("End", "Shift+F10")  # the menu
    expect(page.get_by_role("menu")).to_be_visible()
    desktop.press("Escape")
    expect(page.get_by_role("menu")).to_have_count(0)

    with page.expect_file_chooser() as chooser:  # upload
        desktop.press("u")
    (tmp_path / "new.txt").write_text("new")
    chooser.value.set_files(tmp_path / "new.txt")
    desktop.shows("new.txt")

    with page.expect_download() as download:
        desktop.press("Home", "Control+d")
    assert download.value.suggested_filename == "Plans.zip"

    desktop.press("Control+k")  # search
    page.keyboard.type("letter")
    expect(page.get_by_role("option", name="a letter.txt").first).to_be_visible()
    desktop.press("Escape", "F6")
    assert page.evaluate("document.activeElement !== document.body")


def test_the_other_tasks_by_keyboard_alone(desktop: Desktop, server: Server, tmp_path: Path) -> None:
    page = desktop.page
    page.context.clear_cookies()  # sign in
    desktop.open("/signin")
    page.get_by_label("Name or e-mail").wait_for()
    page.keyboard.type(server.name)
    desktop.press("Tab")
    page.keyboard.type(server.password)
    desktop.press("Enter")
    page.get_by_role("main", name="Desk").wait_for()

    for name in ("a.txt", "b.txt", "c.txt"):
        desktop.put(name, b"first")
    desktop.put("a.txt", b"second")
    desktop.make("Plans", desktop.folder_id)
    desktop.open()
    desktop.shows("a.txt")

    desktop.press("Home", "ArrowDown", "Shift+ArrowDown", "Shift+ArrowDown")  # choose several
    expect(page.get_by_text("3 selected").first).to_be_visible()
    desktop.press("Escape", "End", "Shift+F10")  # move to a folder that is chosen in a dialog
    page.get_by_role("menu").wait_for()
    desktop.press("m")
    expect(page.get_by_role("menuitem", name="Move to", exact=True)).to_be_focused()
    desktop.press("Enter")
    dialog = page.get_by_role("dialog", name="Move to")
    dialog.get_by_role("button", name="Plans").wait_for()
    tab_to(desktop, dialog.get_by_role("button", name="Plans"))
    desktop.press("Enter")
    dialog.get_by_text("No folders in Plans").wait_for()
    tab_to(desktop, dialog.get_by_role("button", name="Move to Plans"))
    desktop.press("Enter")
    desktop.lacks("c.txt")

    page.wait_for_function("document.activeElement.closest('[role=grid]') !== null")
    desktop.press("Home", "ArrowDown", "i")  # versions: compare, restore
    page.get_by_text("2 versions").wait_for()
    tab_to(desktop, page.get_by_role("button", name="Compare version 1"))
    desktop.press("Enter")
    page.get_by_role("dialog").get_by_text("first").wait_for()
    tab_to(desktop, page.get_by_role("dialog").get_by_role("button", name="Restore version 1"))
    desktop.press("Enter")
    page.get_by_text("3 versions").wait_for()
    node = next(
        n for n in desktop.api("GET", f"/nodes/{desktop.folder_id}/children").json()["nodes"] if n["name"] == "a.txt"
    )
    assert desktop.api("GET", f"/nodes/{node['id']}/content").body() == b"first"

    desktop.list.focus()  # as F6 does, which another test tries
    desktop.press("Home", "ArrowDown", "Delete")  # trash, look into it, restore
    desktop.lacks("a.txt")
    tab_to(desktop, page.get_by_role("link", name="Trash"))
    desktop.press("Enter")
    desktop.shows("a.txt")
    desktop.list.focus()
    desktop.press("Home", "Enter")
    expect(page.get_by_text("“a.txt” is back")).to_be_visible()
    assert "a.txt" in desktop.names()

    desktop.press("Control+k")  # settings: a password for a program
    page.get_by_role("option", name="Settings").wait_for()
    desktop.press("ArrowDown", "Enter")
    tab_to(desktop, page.get_by_role("link", name="Devices"))
    desktop.press("Enter")
    tab_to(desktop, page.get_by_label("Name of the device or program"))
    page.keyboard.type("Laptop")
    desktop.press("Enter")
    page.get_by_text("Shown once.", exact=False).wait_for()

    desktop.press("Alt+ArrowLeft")  # windows
    box = page.get_by_role("region", name="Settings").first.bounding_box()
    assert box is not None and box["x"] == 0 and box["width"] == 720
    desktop.press("Alt+F7", "ArrowRight", "ArrowRight", "Enter")  # comes loose, moves by parts of the desk
    moved = page.get_by_role("region", name="Settings").first.bounding_box()
    desktop.press("Alt+F8", "ArrowLeft", "Escape")
    sized = page.get_by_role("region", name="Settings").first.bounding_box()
    assert moved is not None and sized is not None
    assert moved["x"] > 0 and sized["x"] == moved["x"] and sized["width"] < moved["width"]
    desktop.press("Control+Alt+1", "Control+Alt+2")
    expect(page.get_by_role("button", name="Settings", exact=True)).to_have_attribute("aria-current", "true")
    desktop.press("Alt+w")
    expect(page.get_by_role("region", name="Settings")).to_have_count(0)


def tab_to(desktop: Desktop, wish: Locator) -> None:
    """Press Tab until it has the focus."""
    wish.wait_for()
    for _ in range(80):
        if wish.evaluate("(element) => element === document.activeElement"):
            return
        desktop.press("Tab")
    raise AssertionError(f"Tab never came to {wish}")
