"""The tasks of every day without a pointer."""

from pathlib import Path

from playwright.sync_api import expect

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
