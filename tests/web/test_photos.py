"""Photos as a person looks at them: the timeline, one photo, albums, and what comes from a phone."""

import io
import json
import re
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Locator, Route, expect

from tests.pictures.makers import encoded, exif, jpeg, landscape
from tests.web.desktop import Desktop

WAIT = 60  # seconds for the look at a few pictures, while other tests have the processors


def put(desktop: Desktop, name: str, when: str, colour: str = "red", **how: object) -> int:
    """A photo taken then (“2025:06:12 10:12:00”); returns its id."""
    return int(str(desktop.put(name, jpeg(exif(when=when, **how), colour=colour))["id"]))  # type: ignore[arg-type]


def away(desktop: Desktop, *ids: int) -> None:
    """The newest of all would stand above those of other tests."""
    for each in ids:
        desktop.api("DELETE", f"/nodes/{each}")


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
    picture = shown.locator(".pswp__item[aria-hidden=false] .pswp__img").last
    expect(picture).to_be_visible()
    box, stage = picture.bounding_box(), shown.locator(".stage").bounding_box()
    assert box and stage
    assert abs(box["x"] + box["width"] / 2 - stage["x"] - stage["width"] / 2) < 2, "it stands in the middle"
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
    desktop.press("i")
    expect(lightbox(desktop, "liked.jpg").get_by_role("complementary")).to_contain_text("ada likes this")
    desktop.press("i")
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


def test_after_one_went_to_the_trash_the_keys_go_on_with_the_next(desktop: Desktop) -> None:
    ids = [put(desktop, f"key {hour}.jpg", f"2027:05:01 0{hour}:00:00") for hour in range(4)]
    looked_at(desktop)
    desktop.open("/photos")
    tile(desktop, "key 2.jpg").click(modifiers=["Control"])
    desktop.list.focus()
    desktop.press("Delete")
    expect(tile(desktop, "key 2.jpg")).to_have_count(0)
    expect(desktop.page.get_by_role("toolbar")).to_have_count(0)
    desktop.press("ArrowRight")
    expect(desktop.list).to_have_attribute("aria-activedescendant", re.compile(f"-{ids[0]}$"))
    away(desktop, ids[0], ids[1], ids[3])


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


def test_an_album_of_a_folder_is_made_and_opened(desktop: Desktop) -> None:
    photo = put(desktop, "live.jpg", "2027:04:01 10:00:00")
    looked_at(desktop)
    desktop.open("/photos/albums")
    desktop.page.get_by_role("button", name="New album").click()
    desktop.page.get_by_role("dialog", name="New album").get_by_role("button", name="From a folder").click()
    dialog = desktop.page.get_by_role("dialog", name="Choose a folder")
    dialog.get_by_role("button", name=desktop.folder, exact=True).click()
    dialog.get_by_role("button", name=f"Choose {desktop.folder}").click()
    expect(tile(desktop, "live.jpg")).to_be_visible()
    expect(desktop.page.get_by_role("dialog")).to_have_count(0)
    away(desktop, photo)


def test_the_time_of_several_is_shifted_and_shifted_back(desktop: Desktop) -> None:
    ids = [put(desktop, f"shift {hour}.jpg", f"2011:05:01 1{hour}:00:00", ("red", "blue")[hour]) for hour in range(2)]
    looked_at(desktop)
    desktop.open("/photos")
    tile(desktop, "shift 1.jpg").click(modifiers=["Control"])
    tile(desktop, "shift 0.jpg").click(modifiers=["Control"])
    desktop.list.focus()
    desktop.press("t")
    dialog = desktop.page.get_by_role("dialog", name="Time and place of 2 photos")
    expect(dialog.get_by_label("hours")).to_be_focused()
    desktop.page.keyboard.type("-14")
    expect(dialog.get_by_role("status")).to_contain_text("1 May 2011 at 11:00 becomes 30 April 2011 at 21:00")
    dialog.get_by_label("Place").fill("sabad")
    dialog.get_by_role("button", name="Sabadell, Spain").click()
    dialog.get_by_role("button", name="Save").click()
    expect(desktop.page.get_by_text("Time and place of 2 photos are set")).to_be_visible()
    expect(desktop.page.get_by_role("heading", name="30 April 2011")).to_be_visible(timeout=WAIT * 1000)
    details = [desktop.api("GET", f"/photos/{each}").json() for each in ids]
    assert [one["photo"]["taken"] for one in details] == ["2011-04-30T20:00:00", "2011-04-30T21:00:00"]
    assert {one["town"]["name"] for one in details} == {"Sabadell"}
    desktop.press("Control+z")
    expect(desktop.page.get_by_role("heading", name="1 May 2011")).to_be_visible(timeout=WAIT * 1000)
    details = [desktop.api("GET", f"/photos/{each}").json() for each in ids]
    assert [(one["said"], one["place"]) for one in details] == [([], None), ([], None)]


def test_one_photo_gets_a_time_and_coordinates_and_what_the_camera_wrote_again(desktop: Desktop) -> None:
    photo = put(desktop, "wrong.jpg", "2031:05:01 10:00:00")
    looked_at(desktop)
    desktop.open("/photos")
    tile(desktop, "wrong.jpg").click()
    desktop.press("i")
    about = lightbox(desktop, "wrong.jpg").get_by_role("complementary")
    about.get_by_role("button", name="Time and place").click()
    dialog = desktop.page.get_by_role("dialog", name="Time and place of “wrong.jpg”")
    dialog.get_by_label("Taken").fill("2031-06-02T08:30:00")
    dialog.get_by_label("Place").fill("nowhere at all")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Coordinates work anywhere")
    dialog.get_by_label("Place").fill("41.385, 2.173")
    desktop.press("Enter")
    expect(about).to_contain_text("2 June 2031 at 08:30", timeout=WAIT * 1000)
    expect(about).to_contain_text("Barcelona, Spain")
    expect(about).to_contain_text("set by hand")
    about.get_by_role("button", name="Time and place").click()
    dialog.get_by_role("button", name="As the camera wrote it").click()
    expect(about).to_contain_text("1 May 2031 at 10:00", timeout=WAIT * 1000)
    assert desktop.api("GET", f"/photos/{photo}").json()["said"] == []
    desktop.api("DELETE", f"/nodes/{photo}")  # the newest of all would stand above those of other tests


def archive(**files: bytes) -> bytes:
    """`files`: names with __ for /."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name, data in files.items():
            packed.writestr(name.replace("__", "/"), data)
    return made.getvalue()


def test_a_zip_of_this_device_is_imported_and_says_what_came_of_it(desktop: Desktop, tmp_path: Path) -> None:
    name = f"{desktop.folder} take.zip"
    pictures = {f"old__{day}.jpg": jpeg(exif(when=f"2009:05:0{day} 10:00:00")) for day in (1, 2)}
    (tmp_path / name).write_bytes(archive(**pictures, old__torn_jpg=b"x", old__note=b"text"))
    desktop.open("/photos")
    desktop.page.get_by_role("button", name="More", exact=True).click()
    desktop.page.get_by_role("menuitem", name="Import photos").click()
    dialog = desktop.page.get_by_role("dialog", name="Import photos")
    with desktop.page.expect_file_chooser() as chooser:
        dialog.get_by_role("button", name="Choose a zip of this device").click()
    chooser.value.set_files([tmp_path / name])
    row = dialog.get_by_role("list", name="Imports").get_by_role("listitem").filter(has_text=name)
    expect(row.get_by_role("status")).to_have_text("2 new photos, 2 other files left out", timeout=60_000)
    row.get_by_role("button", name="Move the zip to the trash").click()
    dialog.get_by_role("button", name="Done").click()
    looked_at(desktop)
    months = desktop.api("GET", "/photos?month=2009-05").json()["photos"]
    assert sorted(one["name"] for one in months) == ["1.jpg", "2.jpg"]
    for one in months:
        desktop.api("DELETE", f"/nodes/{one['id']}")


def test_a_zip_in_the_files_is_imported_and_a_broken_one_says_why(desktop: Desktop) -> None:
    name = f"{desktop.folder} torn.zip"
    desktop.put(name, b"no archive at all")
    desktop.open("/photos")
    desktop.page.get_by_role("button", name="More", exact=True).click()
    desktop.page.get_by_role("menuitem", name="Import photos").click()
    dialog = desktop.page.get_by_role("dialog", name="Import photos")
    dialog.get_by_role("button", name=f"Import: {name}").click()
    row = dialog.get_by_role("list", name="Imports").get_by_role("listitem").filter(has_text=name)
    expect(row).to_contain_text("it is no zip archive, or it is damaged", timeout=60_000)
    row.get_by_role("button", name="Take off the list").click()
    expect(row).to_have_count(0)


def take_out(folder: Path, year: int) -> Path:
    """What another service gives, unpacked: a photo of which only the file beside it says when it was taken."""
    inner = folder / "Take out" / "Album"
    inner.mkdir(parents=True)
    (inner / "beside.jpg").write_bytes(encoded(landscape(colour="pink", height=700 + year % 100), "JPEG"))
    taken = int(datetime(year, 6, 12, tzinfo=UTC).timestamp())
    said = {"title": "beside.jpg", "photoTakenTime": {"timestamp": str(taken)}}
    (inner / "beside.jpg.json").write_text(json.dumps(said))
    return folder / "Take out"


def test_an_unpacked_folder_of_another_service_brings_the_times_that_lie_beside_its_photos(
    desktop: Desktop, tmp_path: Path
) -> None:
    desktop.open("/photos")
    desktop.page.get_by_role("button", name="More", exact=True).click()
    desktop.page.get_by_role("menuitem", name="Import photos").click()
    with desktop.page.expect_file_chooser() as chooser:
        desktop.page.get_by_role("button", name="Upload a folder").click()
    chooser.value.set_files(take_out(tmp_path, 1998))
    words = "“Take out” is read: 1 photo has what the file beside it says"
    expect(desktop.page.get_by_text(words)).to_be_visible(timeout=60_000)
    (photo,) = desktop.api("GET", "/photos?month=1998-06").json()["photos"]
    assert photo["name"] == "beside.jpg"
    top = desktop.api("GET", "/nodes/by-path?path=Photos/Take%20out").json()["id"]
    desktop.api("DELETE", f"/nodes/{top}")


def test_what_lies_beside_photos_in_the_files_is_read_when_somebody_asks(desktop: Desktop, tmp_path: Path) -> None:
    for path in take_out(tmp_path, 1997).glob("*/*"):
        desktop.put(path.name, path.read_bytes())
    desktop.open("/photos")
    desktop.page.get_by_role("button", name="More", exact=True).click()
    desktop.page.get_by_role("menuitem", name="Import photos").click()
    dialog = desktop.page.get_by_role("dialog", name="Import photos")
    dialog.get_by_role("button", name="Choose a folder").click()
    choice = desktop.page.get_by_role("dialog", name="Choose a folder")
    choice.get_by_role("button", name=desktop.folder, exact=True).click()
    choice.get_by_role("button", name=f"Choose {desktop.folder}").click()
    row = dialog.get_by_role("list", name="Imports").get_by_role("listitem").filter(has_text=desktop.folder)
    words = "1 photo has what the file beside it says"
    expect(row.get_by_role("status")).to_have_text(words, timeout=60_000)
    expect(row.get_by_role("button")).to_have_count(1)  # nothing to put in the trash: the photos lie there
    assert desktop.api("GET", "/photos?month=1997-06").json()["photos"][0]["name"] == "beside.jpg"


def test_photos_are_shared_by_the_dialog_of_every_file(desktop: Desktop) -> None:
    put(desktop, "shared a.jpg", "2012:05:01 10:00:00")
    put(desktop, "shared b.jpg", "2012:05:01 11:00:00", "blue")
    looked_at(desktop)
    desktop.open("/photos")
    tile(desktop, "shared b.jpg").click(modifiers=["Control"])
    tile(desktop, "shared a.jpg").click(modifiers=["Control"])
    desktop.list.focus()
    desktop.press(".")
    dialog = desktop.page.get_by_role("dialog", name="Share 2 items")
    dialog.get_by_role("switch", name="Anyone with the link").click()
    dialog.get_by_role("button", name="Copy", exact=True).wait_for()
    (link,) = desktop.api("GET", "/links").json()["links"]
    assert len(link["node_ids"]) == 2
    desktop.api("DELETE", f"/links/{link['id']}")


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


def test_a_picture_that_does_not_come_is_no_broken_photo_and_comes_when_the_cloud_answers(desktop: Desktop) -> None:
    photo = put(desktop, "far.jpg", "2027:02:01 10:00:00")
    looked_at(desktop)
    desktop.page.route("**/thumbnail?**", lambda route: route.abort())
    desktop.open("/photos")
    expect(tile(desktop, "far.jpg")).to_have_text("far.jpg")
    expect(tile(desktop, "far.jpg").locator("svg")).to_have_count(0)
    desktop.page.context.set_offline(True)
    desktop.page.evaluate("dispatchEvent(new Event('online'))")
    desktop.page.get_by_text("No connection to").wait_for()
    desktop.page.unroute("**/thumbnail?**")
    desktop.page.context.set_offline(False)
    desktop.page.evaluate("dispatchEvent(new Event('online'))")
    expect(tile(desktop, "far.jpg").locator("img")).to_be_visible(timeout=WAIT * 1000)
    away(desktop, photo)


def test_a_photo_nobody_has_looked_at_yet_keeps_its_shape(desktop: Desktop) -> None:
    photo = desktop.put("early.jpg", jpeg(exif(when="2027:03:01 10:00:00"), width=400, height=1200))
    looked_at(desktop)

    def early(route: Route) -> None:
        told = route.fetch()
        page = told.json()
        for one in page["photos"]:
            one |= {"state": "waiting", "thumbnail": None, "width": None, "height": None}
        route.fulfill(response=told, json=page)

    desktop.page.route("**/api/v1/photos?**", early)
    desktop.open("/photos")
    tile(desktop, "early.jpg").click()
    picture = lightbox(desktop, "early.jpg").locator(".pswp__item[aria-hidden=false] .pswp__img").last
    expect(picture).to_have_css("object-fit", "contain")
    away(desktop, int(str(photo["id"])))


def test_where_one_stands_is_seen_on_the_picture_by_keys_and_on_a_phone(desktop: Desktop) -> None:
    ids = [
        put(desktop, f"stand {minute}.jpg", f"2027:01:01 10:0{minute}:00", ("red", "blue", "green")[minute])
        for minute in range(3)
    ]
    looked_at(desktop)
    desktop.open("/photos")
    tile(desktop, "stand 2.jpg").wait_for()
    desktop.press("ArrowRight")
    ring = "tile => getComputedStyle(tile, '::before').borderTopWidth"
    assert tile(desktop, "stand 1.jpg").evaluate(ring) == "3px"
    desktop.page.set_viewport_size({"width": 360, "height": 740})
    tile(desktop, "stand 2.jpg").click()
    here = lightbox(desktop, "stand 2.jpg").locator(".strip .here")
    box = here.bounding_box()
    assert box and abs(box["x"] + box["width"] / 2 - 180) < 2, "in the middle, also before the others"
    desktop.open("/photos/places")
    expect(desktop.page.get_by_role("link", name="Places")).to_be_in_viewport(ratio=1)
    away(desktop, *ids)


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
    desktop.page.get_by_role("heading", name="Photos", exact=True).wait_for()
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
