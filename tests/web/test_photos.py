"""Photos as a person looks at them: the timeline, one photo, albums, and what comes from a phone."""

import time
import zipfile
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.pictures.makers import exif, jpeg
from tests.web.desktop import Desktop

WAIT = 60  # seconds for the look at a few pictures, while other tests have the processors


def put(desktop: Desktop, name: str, when: str, colour: str = "red", **how: object) -> int:
    """A photo taken then (“2025:06:12 10:12:00”); returns its id."""
    return int(str(desktop.put(name, jpeg(exif(when=when, **how), colour=colour))["id"]))  # type: ignore[arg-type]


def looked_at(desktop: Desktop) -> None:
    """Wait until nothing waits for its look."""
    until = time.monotonic() + WAIT
    while any(one["state"] == "waiting" for one in desktop.api("GET", "/photos?limit=1000").json()["photos"]):
        assert time.monotonic() < until
        time.sleep(0.2)


def tile(desktop: Desktop, name: str) -> Locator:
    return desktop.list.get_by_role("gridcell", name=name)


def lightbox(desktop: Desktop, name: str) -> Locator:
    return desktop.page.get_by_role("dialog", name=name)


def test_photos_stand_by_the_day_they_were_taken_and_go_on_by_keys(desktop: Desktop) -> None:
    put(desktop, "later.jpg", "2021:06:12 10:12:00", "blue", place=(41.385, 2.173))
    put(desktop, "earlier.jpg", "2021:06:12 09:00:00", "green")
    looked_at(desktop)
    desktop.open("/photos")
    expect(desktop.page.get_by_role("heading", name="12 June 2021")).to_be_visible()
    expect(tile(desktop, "later.jpg").locator("img")).to_be_visible()

    tile(desktop, "later.jpg").click()
    shown = lightbox(desktop, "later.jpg")
    expect(shown).to_be_visible()
    desktop.press("i")
    about = shown.get_by_role("complementary", name="About this photo")
    expect(about).to_contain_text("12 June 2021")
    expect(about).to_contain_text("Leica Q3")
    expect(about).to_contain_text("41.3850° N, 2.1730° E")
    desktop.press("ArrowRight")
    expect(lightbox(desktop, "earlier.jpg")).to_be_visible()
    desktop.press("i", "Escape")
    expect(desktop.page.get_by_role("dialog")).to_have_count(0)


def test_a_like_is_counted_and_another_s_like_comes_by_itself(desktop: Desktop) -> None:
    photo = put(desktop, "liked.jpg", "2022:03:01 10:00:00")
    looked_at(desktop)
    desktop.open("/photos")
    tile(desktop, "liked.jpg").click()
    expect(lightbox(desktop, "liked.jpg")).to_be_visible()
    desktop.press("f")
    expect(lightbox(desktop, "liked.jpg").get_by_role("button", name="Like no longer")).to_be_visible()
    assert desktop.api("GET", f"/photos/{photo}/likes").json()["total"] == 1
    desktop.api("DELETE", f"/photos/{photo}/like")
    expect(lightbox(desktop, "liked.jpg").get_by_role("button", name="Like", exact=True)).to_be_visible(timeout=15_000)
    desktop.press("s", "Escape")
    desktop.page.get_by_role("link", name="Favourites").click()
    expect(tile(desktop, "liked.jpg")).to_be_visible()


def test_a_day_is_chosen_by_shift_and_goes_to_the_trash_and_back(desktop: Desktop) -> None:
    for minute in range(3):
        put(desktop, f"row {minute}.jpg", f"2023:01:01 10:0{minute}:00", ("red", "blue", "green")[minute])
    looked_at(desktop)
    desktop.open("/photos")
    tile(desktop, "row 2.jpg").hover()
    tile(desktop, "row 2.jpg").locator("[data-check]").click()
    tile(desktop, "row 0.jpg").click(modifiers=["Shift"])
    expect(desktop.page.get_by_role("toolbar", name="3 selected")).to_be_visible()
    desktop.list.focus()
    desktop.press("Delete")
    expect(tile(desktop, "row 1.jpg")).to_have_count(0)
    expect(desktop.page.get_by_text("3 items are in the trash")).to_be_visible()
    assert desktop.names() == []
    desktop.press("Control+z")
    expect(tile(desktop, "row 1.jpg")).to_be_visible(timeout=15_000)
    assert sorted(desktop.names()) == ["row 0.jpg", "row 1.jpg", "row 2.jpg"]


def test_an_album_is_made_of_what_is_chosen_and_given_back(desktop: Desktop) -> None:
    put(desktop, "album a.jpg", "2018:05:01 10:00:00", "blue")
    put(desktop, "album b.jpg", "2018:05:01 11:00:00", "green")
    looked_at(desktop)
    desktop.open("/photos")
    tile(desktop, "album b.jpg").click(modifiers=["Control"])
    tile(desktop, "album a.jpg").click(modifiers=["Control"])
    desktop.list.focus()
    desktop.press("a")
    dialog = desktop.page.get_by_role("dialog", name="2 photos into an album")
    dialog.get_by_label("New album").fill("Coast walk")
    desktop.press("Enter")
    expect(desktop.page.get_by_text("2 photos are in “Coast walk” now")).to_be_visible()
    desktop.page.get_by_role("link", name="Albums").click()
    desktop.page.get_by_role("link", name="Coast walk").click()
    expect(tile(desktop, "album a.jpg")).to_be_visible()
    tile(desktop, "album a.jpg").click(modifiers=["Control"])
    desktop.page.get_by_role("toolbar", name="1 selected").get_by_role("button", name="More").click()
    desktop.page.get_by_role("menuitem", name="Take out of the album").click()
    expect(tile(desktop, "album a.jpg")).to_have_count(0)
    expect(tile(desktop, "album b.jpg")).to_be_visible()


def test_photos_of_one_name_from_many_folders_come_down_as_one_archive(desktop: Desktop) -> None:
    desktop.put("wave.jpg", jpeg(exif(when="2013:05:01 10:00:00"), colour="red"))
    other = desktop.make("Elsewhere", desktop.folder_id)
    desktop.put("wave.jpg", jpeg(exif(when="2013:05:01 11:00:00"), colour="blue"), parent_id=int(str(other["id"])))
    looked_at(desktop)
    desktop.open("/photos")
    tile(desktop, "wave.jpg").first.click(modifiers=["Control"])
    tile(desktop, "wave.jpg").last.click(modifiers=["Control"])
    toolbar = desktop.page.get_by_role("toolbar", name="2 selected")
    with desktop.page.expect_download() as download:
        toolbar.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "Photos.zip"
    with zipfile.ZipFile(download.value.path()) as archive:
        assert sorted(archive.namelist()) == ["wave (2).jpg", "wave.jpg"]
        assert archive.testzip() is None

    album = desktop.api("POST", "/photos/albums", {"name": "Waves"}).json()["id"]
    photos = desktop.api("GET", "/photos?month=2013-05").json()["photos"]
    desktop.api("POST", f"/photos/albums/{album}/photos", {"add": [one["id"] for one in photos]})
    desktop.open(f"/photos/albums/{album}")
    desktop.page.get_by_role("button", name="More for Waves").click()
    with desktop.page.expect_download() as download:
        desktop.page.get_by_role("menuitem", name="Download the album").click()
    assert download.value.suggested_filename == "Waves.zip"


def test_a_broken_photo_says_so_and_the_others_are_shown(desktop: Desktop) -> None:
    put(desktop, "whole.jpg", "2017:05:01 10:00:00")
    desktop.put("broken.jpg", b"\xff\xd8\xff\xe0 no picture at all")
    looked_at(desktop)
    desktop.open("/photos")
    failed = tile(desktop, "broken.jpg")
    expect(failed).to_be_visible()
    name = failed.get_attribute("aria-label") or ""
    failed.click()
    sentence = lightbox(desktop, "broken.jpg").locator(".slide-words").first
    expect(sentence).to_be_visible()
    assert (sentence.text_content() or "?") in name


def test_a_photo_that_is_in_the_cloud_is_not_sent_again(desktop: Desktop, tmp_path: Path) -> None:
    put(desktop, "sent.jpg", "2016:05:01 10:00:00", "yellow")
    looked_at(desktop)
    (tmp_path / "other name.jpg").write_bytes(jpeg(exif(when="2016:05:01 10:00:00"), colour="yellow"))
    (tmp_path / "new.jpg").write_bytes(jpeg(exif(when="2016:05:02 10:00:00"), colour="white"))
    desktop.open("/photos")
    desktop.list.wait_for()
    with desktop.page.expect_file_chooser() as chooser:
        desktop.page.get_by_role("button", name="Upload").first.click()
    chooser.value.set_files([tmp_path / "other name.jpg", tmp_path / "new.jpg"])
    expect(desktop.page.get_by_text("1 was already here, nothing sent")).to_be_visible()
    expect(desktop.page.get_by_text("2 files are in")).to_be_visible()
    folder = desktop.api("GET", "/nodes/by-path?path=Photos").json()
    assert "new.jpg" in desktop.names(folder["id"])
    assert "other name.jpg" not in desktop.names(folder["id"])


def test_photos_of_a_phone_go_on_after_a_reload_without_being_chosen_again(desktop: Desktop, tmp_path: Path) -> None:
    (tmp_path / "reloaded.jpg").write_bytes(jpeg(exif(when="2015:05:02 10:00:00"), colour="black"))
    desktop.open("/photos")
    desktop.page.get_by_role("heading", name="Photos").wait_for()
    desktop.page.route("**/api/v1/uploads", lambda route: None, times=1)  # never answered
    with desktop.page.expect_file_chooser() as chooser:
        desktop.page.get_by_role("button", name="Upload").first.click()
    with desktop.page.expect_request("**/api/v1/uploads"):
        chooser.value.set_files([tmp_path / "reloaded.jpg"])
    desktop.page.reload()
    expect(desktop.page.get_by_text("1 file is in")).to_be_visible(timeout=20_000)
    folder = desktop.api("GET", "/nodes/by-path?path=Photos").json()
    assert "reloaded.jpg" in desktop.names(folder["id"])


def test_the_scrubber_goes_to_any_month_by_keys(desktop: Desktop) -> None:
    for year in range(2000, 2012):
        put(desktop, f"year {year}.jpg", f"{year}:07:01 10:00:00")
    looked_at(desktop)
    desktop.open("/photos")
    scrubber = desktop.page.get_by_role("slider", name="Month")
    scrubber.focus()
    desktop.press("End")
    expect(tile(desktop, "year 2000.jpg")).to_be_in_viewport()
    desktop.press("Home")
    expect(tile(desktop, "year 2000.jpg")).not_to_be_in_viewport()
    expect(scrubber).to_have_attribute("aria-valuenow", "0")


def test_what_is_there_twice_is_found_and_one_stays(desktop: Desktop) -> None:
    same = jpeg(exif(when="2014:05:02 10:00:00"), colour="purple")
    desktop.put("once.jpg", same)
    desktop.put("once more.jpg", same)
    looked_at(desktop)
    desktop.open("/photos/duplicates")
    group = desktop.page.get_by_role("region", name="once.jpg")
    expect(group.get_by_role("radio")).to_have_count(2)
    group.get_by_role("button", name="Move the other to the trash").click()
    expect(group).to_have_count(0)
    assert desktop.names() == ["once.jpg"]
