"""What a person does every day with files, by hand."""

import zipfile
from pathlib import Path

from playwright.sync_api import expect

from tests.web.desktop import Desktop
from tests.web.test_photos import looked_at, put


def test_a_new_folder_is_named_in_place(desktop: Desktop) -> None:
    desktop.open()
    desktop.page.get_by_role("button", name="New folder").click()
    field = desktop.page.get_by_label("New name")
    field.fill("Summer")
    field.press("Enter")
    desktop.shows("Summer")
    assert desktop.names() == ["Summer"]


def test_a_taken_name_is_said_below_the_field(desktop: Desktop) -> None:
    desktop.put("a.txt")
    desktop.put("b.txt")
    desktop.open()
    desktop.entry("b.txt").click()
    desktop.press("F2")
    desktop.page.get_by_label("New name").fill("a.txt")
    desktop.press("Enter")
    expect(desktop.page.get_by_role("alert")).to_have_text("That name is taken here. Choose another one.")
    desktop.press("Escape")
    desktop.shows("a.txt", "b.txt")


def test_a_picture_shows_itself_in_the_list(desktop: Desktop) -> None:
    put(desktop, "sea.jpg", "2020:06:12 10:12:00")
    desktop.put("broken.jpg", b"no picture")
    looked_at(desktop)
    desktop.open()
    picture = desktop.entry("sea.jpg").locator(".art img")
    assert picture.evaluate("async (image) => (await image.decode(), image.naturalWidth)") > 0
    expect(desktop.entry("broken.jpg").locator(".art img")).to_have_count(0)


def test_what_is_trashed_comes_back_by_undo(desktop: Desktop) -> None:
    desktop.put("letter.txt")
    desktop.open()
    desktop.entry("letter.txt").click()
    desktop.press("Delete")
    desktop.lacks("letter.txt")
    expect(desktop.page.get_by_text("“letter.txt” is in the trash")).to_be_visible()
    assert desktop.names() == []
    desktop.page.get_by_role("button", name="Undo").click()
    desktop.shows("letter.txt")
    assert desktop.names() == ["letter.txt"]


def test_the_trash_restores_and_removes_for_good(desktop: Desktop) -> None:
    desktop.put("back.txt")
    desktop.put("gone.txt")
    desktop.open()
    desktop.shows("back.txt", "gone.txt")
    desktop.list.focus()
    desktop.press("Control+a", "Delete")
    desktop.lacks("back.txt")
    desktop.page.get_by_role("link", name="Trash").click()
    desktop.entry("back.txt").click()
    desktop.page.get_by_role("toolbar").get_by_role("button", name="Restore").click()
    desktop.lacks("back.txt")
    desktop.entry("gone.txt").click()
    desktop.press("Delete")
    dialog = desktop.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Remove “gone.txt”").click()
    desktop.lacks("gone.txt")
    assert desktop.names() == ["back.txt"]


def test_cut_and_paste_moves(desktop: Desktop) -> None:
    desktop.put("map.txt")
    below = int(str(desktop.make("Plans", desktop.folder_id)["id"]))
    desktop.open()
    desktop.entry("map.txt").click()
    desktop.press("Control+x")
    desktop.entry("Plans").dblclick()
    expect(desktop.page.get_by_role("heading", name="Plans", exact=True)).to_be_visible()
    desktop.page.get_by_role("heading", name="Nothing in Plans yet").wait_for()
    desktop.page.get_by_role("button", name="New", exact=True).click()
    desktop.page.get_by_role("menuitem", name="Paste").click()
    desktop.shows("map.txt")
    assert desktop.names(below) == ["map.txt"]


def test_dragging_onto_a_folder_moves(desktop: Desktop) -> None:
    desktop.put("map.txt")
    below = int(str(desktop.make("Plans", desktop.folder_id)["id"]))
    desktop.open()
    desktop.entry("map.txt").drag_to(desktop.entry("Plans"))
    desktop.lacks("map.txt")
    assert desktop.names(below) == ["map.txt"]


def test_a_name_that_is_taken_asks_and_keeps_both(desktop: Desktop) -> None:
    desktop.put("map.txt", b"new")
    below = int(str(desktop.make("Plans", desktop.folder_id)["id"]))
    desktop.put("map.txt", b"old", below)
    desktop.open()
    desktop.entry("map.txt").drag_to(desktop.entry("Plans"))
    dialog = desktop.page.get_by_role("dialog", name="“map.txt” is already in Plans")
    dialog.get_by_role("button", name="Continue").click()
    desktop.lacks("map.txt")
    assert sorted(desktop.names(below)) == ["map 1.txt", "map.txt"]


def test_an_upload_over_a_name_becomes_a_new_version_that_can_be_taken_back(desktop: Desktop, tmp_path: Path) -> None:
    old = desktop.put("notes.txt", b"first words")
    (tmp_path / "notes.txt").write_bytes(b"second words, more of them")
    desktop.open()
    with desktop.page.expect_file_chooser() as chooser:
        desktop.page.get_by_role("button", name="Upload").first.click()
    chooser.value.set_files(tmp_path / "notes.txt")
    dialog = desktop.page.get_by_role("dialog", name="“notes.txt” is already in")
    dialog.get_by_label("New version").check()
    dialog.get_by_role("button", name="Continue").click()
    expect(desktop.page.get_by_text("1 file is in")).to_be_visible()
    assert desktop.api("GET", f"/nodes/{old['id']}/content").body() == b"second words, more of them"

    desktop.entry("notes.txt").click()
    desktop.press("i")
    desktop.page.get_by_role("button", name="Restore version 1").click()
    expect(desktop.page.get_by_text("3 versions")).to_be_visible()
    assert desktop.api("GET", f"/nodes/{old['id']}/content").body() == b"first words"


def test_files_are_looked_at(desktop: Desktop) -> None:
    desktop.put("readme.md", b"# Boots\n\n- dry socks\n\n<script>alert(1)</script>")
    desktop.put("words.txt", b"plain <b>words</b>")
    desktop.open()
    desktop.entry("readme.md").dblclick()
    viewer = desktop.page.get_by_role("dialog", name="readme.md")
    expect(viewer.get_by_role("heading", name="Boots")).to_be_visible()
    desktop.press("ArrowRight")
    expect(desktop.page.get_by_text("plain <b>words</b>")).to_be_visible()
    desktop.press("Escape")
    expect(desktop.page.get_by_role("dialog")).to_have_count(0)


def test_search_finds_from_anywhere_and_goes_there(desktop: Desktop) -> None:
    desktop.put("Wintergarden plan.txt")
    desktop.open("/settings/look")
    desktop.page.get_by_role("heading", name="Look and language").wait_for()
    desktop.press("Control+k")
    desktop.page.keyboard.type("wintergar")
    expect(desktop.page.get_by_role("option", name="Wintergarden plan.txt")).to_be_visible()
    desktop.press("Enter")
    desktop.shows("Wintergarden plan.txt")


def test_a_file_and_a_folder_can_be_downloaded(desktop: Desktop) -> None:
    desktop.put("one.txt", b"one")
    desktop.make("Plans", desktop.folder_id)
    desktop.open()
    for name, saved in (("one.txt", "one.txt"), ("Plans", "Plans.zip")):
        desktop.entry(name).click()
        with desktop.page.expect_download() as download:
            desktop.press("Control+d")
        assert download.value.suggested_filename == saved


def test_several_come_down_as_one_archive(desktop: Desktop) -> None:
    desktop.put("one.txt", b"one")
    inner = desktop.make("Inner", desktop.folder_id)
    desktop.put("two.txt", b"two", parent_id=int(str(inner["id"])))
    desktop.open()
    desktop.entry("one.txt").click()
    desktop.entry("Inner").click(modifiers=["Control"])
    with desktop.page.expect_download() as download:
        desktop.press("Control+d")
    with zipfile.ZipFile(download.value.path()) as archive:
        assert sorted(archive.namelist()) == ["Inner/two.txt", "one.txt"]
        assert archive.read("Inner/two.txt") == b"two"
