"""The checklist of the seed (CloudFS specification 12) in a browser: three people, each on two devices, against two
PhotoShare processes."""

import html
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect

from nuvol.sdk.cloudfs import AuthenticatedError, File, Filesystem, Folder, Session
from tests.apps.stack import APP_ACCOUNT, KEY, PASSWORD, SECRET, Stack, bomb, photoshare_settings, running
from tests.web.desktop import serious_findings

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1440, "height": 900}
_numbers = count(1)


def jpeg(name: str, colour: str = "teal") -> Any:
    file = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(file, "JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": file.getvalue()}


class Device:
    """A browser of a person, with PhotoShare open."""

    def __init__(self, browser: Browser, base: str, *, phone: bool = False, script: bool = True, **more: Any) -> None:
        self.context: BrowserContext = browser.new_context(
            viewport=PHONE if phone else DESK, java_script_enabled=script, locale="en-GB", has_touch=phone, **more
        )
        self.base = base
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda said: self._heard(said.type, said.text))

    def _heard(self, kind: str, text: str) -> None:
        if kind == "error" and "Failed to load resource" not in text:
            self.complaints.append(text)

    def open(self, place: str) -> None:
        self.page.goto(f"{self.base}/{place}")

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name).click()

    def says(self, text: str) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible()

    def register(self, name: str, password: str = PASSWORD) -> None:
        self.open("register")
        for label, value in (("User name", name), ("Password", password), ("First name", "A"), ("Last name", "B")):
            self.page.get_by_label(label).fill(value)
        self.press("Register")

    def log_in(self, name: str, password: str = PASSWORD) -> None:
        self.open("login")
        self.page.get_by_label("User name").fill(name)
        self.page.get_by_label("Password").fill(password)
        self.press("Log in")

    def upload(self, *files: Any, private: bool = False, source: str = "Gallery or file") -> None:
        """Choose photos; with script they go at once, without it by the button."""
        self.open("upload")
        self.page.get_by_label("Only you" if private else "Friends").check()
        self.page.get_by_label(source).set_input_files(list(files))
        if self.page.get_by_role("button", name="Upload").is_visible():
            self.press("Upload")
        expect(self.page.locator("#going li.good, #going li.bad")).to_have_count(len(files))

    def befriend(self, name: str) -> None:
        self.open("friends")
        self.page.get_by_label("Find people by name").fill(name)
        self.press("Search")
        self.press(f"Add {name}")
        self.says(f"You see the photos of {name} now.")

    def photo(self, name: str) -> Locator:
        """The post of a photo in the timeline."""
        return self.page.locator("article", has=self.page.get_by_role("img", name=re.compile(re.escape(name))))

    def names(self) -> list[str]:
        """Of the photos on the page, as they are shown."""
        return [str(image.get_attribute("alt")).partition(",")[0] for image in self.page.locator("main img").all()]

    def sees_its_pictures(self) -> None:
        """All of them arrive. No `wait_for_function`: what it evaluates a second time the pages' policy forbids, so it
        fails whenever a picture is not there at once."""
        for image in self.page.locator("main img").all():
            expect(image).to_have_js_property("complete", True)
            assert image.evaluate("(image) => image.naturalWidth"), image.get_attribute("alt")


class People:
    """Makes people with accounts, and closes their browsers at the end."""

    def __init__(self, browser: Browser, stack: Stack) -> None:
        self.browser = browser
        self.stack = stack
        self.devices: list[Device] = []

    def name(self) -> str:
        name = f"person{next(_numbers)}@home.example"
        self.stack.register(name)
        return name

    def device(self, name: str | None = None, process: int = 0, **shape: Any) -> Device:
        device = Device(self.browser, self.stack.photoshare[process], **shape)
        self.devices.append(device)
        if name is not None:
            device.log_in(name)
            expect(device.page).to_have_url(re.compile("/timeline$"))
        return device

    def cloud(self, name: str, password: str = PASSWORD) -> Filesystem:
        """The file system behind it, to look at what is really there."""
        platform = self.stack.platform
        session = Session(platform.base, KEY, SECRET, ca=platform.ca)
        self._sessions.append(session)
        session.authenticate(name, password)
        return session.get_filesystem()

    _sessions: list[Session] = []

    def close(self) -> None:
        for device in self.devices:
            device.context.close()
            assert device.complaints == []
        while self._sessions:
            self._sessions.pop().close()


@pytest.fixture
def people(browser: Browser, stack: Stack) -> Iterator[People]:
    people = People(browser, stack)
    yield people
    people.close()


def folder(cloud: Filesystem, *names: str) -> Folder:
    found = cloud.root_container()
    for name in names:
        found = next(item for item in found.list() if item.name == name and isinstance(item, Folder))
    return found


def record(parent: Folder, name: str) -> Any:
    file = next(item for item in parent.list() if item.name == name)
    assert isinstance(file, File)
    return json.loads(file.read())


# ------------------------------------------------------------------------------------------ sign-up and log in


def test_register_and_log_in(people: People) -> None:
    device = people.device(phone=True)
    name = f"new{next(_numbers)}@home.example"
    device.register(name)
    device.says("Your account is made.")
    expect(device.page).to_have_url(re.compile("/login"))
    device.log_in(name, "another")
    device.says("The name or the password is wrong")
    device.log_in(name)
    device.says("Nothing here yet")
    assert serious_findings(device.page) == []
    device.press("Log out")
    device.open("timeline")
    expect(device.page).to_have_url(re.compile("/login$"))


def test_a_taken_name_and_an_illegal_one_are_told(people: People) -> None:
    device, name = people.device(), people.name()
    device.register(name)
    expect(device.page.locator("#user_exists")).to_be_visible()
    expect(device.page.get_by_label("User name")).to_have_value(name)
    device.register("../etc")
    device.says("Take a name without slashes")
    device.register("ann@home.example", "x")
    expect(device.page.locator("#user_exists")).to_be_visible()


def test_the_layout_is_made_at_the_first_login(people: People) -> None:
    name = people.name()
    people.device(name)
    mine = people.cloud(name)
    assert {item.name for item in folder(mine, "photoshare").list()} == {"public", "private", "shared"}
    theirs = people.cloud(*APP_ACCOUNT)
    kept = record(folder(theirs, "users"), name)
    assert kept["friends"] == [] and len(kept["sharedKey"]) == 44
    assert kept["sharedKey"] in [share.share_key for share in mine.list_shares()]
    file = next(item for item in folder(theirs, "users").list() if item.name == name)
    assert isinstance(file, File) and file.mime == "test/mime"
    assert "likes" in record(theirs.root_container(), "meta")
    people.device(name, process=1)
    assert record(folder(theirs, "users"), name) == kept
    assert len(mine.list_shares()) == 1


def test_without_the_app_account_one_can_register_and_not_log_in(stack: Stack, people: People, tmp_path: Any) -> None:
    config = tmp_path / "photoshare.toml"
    config.write_text(photoshare_settings(stack.platform, stack.signup, ("", "")))
    with running(tmp_path / "log", "photoshare", "--config", config, "--port", "0") as address:
        device = Device(people.browser, f"{address}/photoshare")
        people.devices.append(device)
        name = f"first{next(_numbers)}@home.example"
        device.register(name)
        device.says("Your account is made.")
        device.log_in(name)
        device.says("PhotoShare is not set up yet")


def test_without_the_sign_up_service_nobody_gets_past_the_door(stack: Stack, people: People, tmp_path: Any) -> None:
    config = tmp_path / "photoshare.toml"
    config.write_text(photoshare_settings(stack.platform, "http://127.0.0.1:9"))
    with running(tmp_path / "log", "photoshare", "--config", config, "--port", "0") as address:
        device = Device(people.browser, f"{address}/photoshare")
        people.devices.append(device)
        device.log_in(people.name())
        expect(device.page.locator("#login_error")).to_be_visible()
        device.register(f"new{next(_numbers)}@home.example")
        device.says("could not be made now")


# ----------------------------------------------------------------------------------------------------- photos


def test_upload_from_camera_and_gallery(people: People) -> None:
    name = people.name()
    device = people.device(name, phone=True)
    device.upload(jpeg("sea.jpg"), jpeg("hill.jpg", "olive"))
    device.upload(jpeg("shot.jpg", "navy"), source="Camera", private=True)
    assert serious_findings(device.page) == []
    cloud = people.cloud(name)
    assert {item.name for item in folder(cloud, "photoshare", "public").list()} == {"sea.jpg", "hill.jpg"}
    assert {item.name for item in folder(cloud, "photoshare", "private").list()} == {"shot.jpg"}
    device.upload(jpeg("sea.jpg", "red"))
    assert len(folder(cloud, "photoshare", "public").list()) == 3


def test_what_is_no_photo_is_refused_alone(people: People) -> None:
    name = people.name()
    device = people.device(name)
    half = jpeg("half.jpg")
    half["buffer"] = half["buffer"][:-2000]
    notes = {"name": "notes.heic", "mimeType": "image/heic", "buffer": b"dear diary"}
    empty = {"name": "empty.jpg", "mimeType": "image/jpeg", "buffer": b""}
    device.upload(half, jpeg("good.png"), notes, empty)
    for text in ("half.jpg” is not a picture, or it is damaged", "notes.heic” is not a picture", "empty.jpg” is empty"):
        device.says(text)
    public = folder(people.cloud(name), "photoshare", "public").list()
    assert [(item.name, item.data["mime"]) for item in public] == [("good.jpg", "image/jpeg")]


def test_uploads_wait_while_paused_and_go_on(people: People) -> None:
    name = people.name()
    device = people.device(name)
    arrived: list[Route] = []
    device.page.route(
        "**/upload", lambda route: arrived.append(route) if route.request.method == "POST" else route.continue_()
    )

    def let_through() -> None:
        while not arrived:
            device.page.wait_for_timeout(10)
        arrived.pop().continue_()

    device.open("upload")
    device.page.get_by_label("Gallery or file").set_input_files([jpeg("sea.jpg"), jpeg("hill.jpg"), jpeg("lake.jpg")])
    device.says("3 photos")
    assert serious_findings(device.page) == []
    device.press("Pause")
    device.page.locator("li", has_text="lake.jpg").get_by_role("button", name="Take back").click()
    device.says("2 photos")
    let_through()
    expect(device.page.locator("li", has_text="sea.jpg")).to_have_class("good")
    expect(device.page.locator("li", has_text="hill.jpg")).to_have_class("waiting")
    assert arrived == []
    device.press("Go on")
    expect(device.page.locator("li", has_text="hill.jpg")).to_have_class("going")
    device.page.locator("li", has_text="hill.jpg").get_by_role("button", name="Take back").click()
    let_through()
    expect(device.page.locator("#going li")).to_have_count(1)
    expect(device.page.get_by_role("button", name="Pause")).to_be_hidden()
    cloud = people.cloud(name)
    assert [item.name for item in folder(cloud, "photoshare", "public").list()] == ["sea.jpg"]
    assert [item.name for item in cloud.list_trash()] == ["hill.jpg"]  # it was on its way already


@pytest.mark.parametrize("script", [True, False])
def test_an_uploaded_photo_can_be_taken_back(people: People, script: bool) -> None:
    name = people.name()
    device = people.device(name, phone=True, script=script)
    device.upload(jpeg("sea.jpg"), jpeg("hill.jpg"))
    device.page.locator("li", has_text="sea.jpg").get_by_role("button", name="Take back").click()
    if script:
        expect(device.page.locator("#going li")).to_have_count(1)
    else:
        device.says("“sea.jpg” is in the trash.")
    cloud = people.cloud(name)
    assert [item.name for item in folder(cloud, "photoshare", "public").list()] == ["hill.jpg"]
    device.open("history")
    if script:
        device.says("“sea.jpg” is in the trash.")
    assert device.names() == ["hill.jpg"]


def test_a_photo_that_failed_is_tried_again_or_left_out(people: People) -> None:
    name, sea = people.name(), f"the-sea-{'very-' * 20}far-away.jpg"
    device = people.device(name, phone=True)
    device.page.route("**/upload", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    device.upload(jpeg(sea), {"name": "notes.heic", "mimeType": "image/heic", "buffer": b"dear diary"})
    device.says("2 photos, 2 wait for you")
    expect(device.page.get_by_text("The connection broke.")).to_have_count(2)
    assert device.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert serious_findings(device.page) == []
    device.page.unroute("**/upload")
    for title in (sea, "notes.heic"):
        device.page.locator("li", has_text=title).get_by_role("button", name="Try again").click()
    device.says("is not a picture, or it is damaged")
    device.says("2 photos, 1 waits for you")
    device.page.locator("li", has_text="notes.heic").get_by_role("button", name="Leave out").click()
    expect(device.page.get_by_role("heading", name="1 photo", exact=True)).to_be_visible()
    assert [item.name for item in folder(people.cloud(name), "photoshare", "public").list()] == [sea]


def test_history_switches_and_takes_back(people: People) -> None:
    name = people.name()
    device = people.device(name, phone=True)
    device.upload(jpeg("sea.jpg"))
    cloud = people.cloud(name)
    (photo,) = folder(cloud, "photoshare", "public").list()
    device.open("history")
    device.press("sea.jpg: Friends see it. Make private")
    device.says("Only you see this photo now.")
    assert [item.id for item in folder(cloud, "photoshare", "private").list()] == [photo.id]
    assert serious_findings(device.page) == []
    device.press("Undo")
    device.says("Friends see this photo now.")
    assert [item.id for item in folder(cloud, "photoshare", "public").list()] == [photo.id]
    device.page.get_by_role("link", name="Only you").click()
    device.says("Nothing of that kind")
    device.page.get_by_role("link", name="All").click()
    device.press("Move sea.jpg to the trash")
    device.says("“sea.jpg” is in the trash.")
    assert [item.id for item in cloud.list_trash()] == [photo.id]
    device.press("Undo")
    device.says("The photo is back.")
    assert [item.id for item in folder(cloud, "photoshare", "public").list()] == [photo.id]


def test_history_is_in_the_order_of_creation(people: People) -> None:
    name = people.name()
    device = people.device(name)
    device.upload(jpeg("first.jpg"))
    device.upload(jpeg("second.jpg"), private=True)
    cloud = people.cloud(name)
    (first,) = folder(cloud, "photoshare", "public").list()
    first.date_created -= 3 * 24 * 3600
    first.save()
    device.open("history")
    assert device.names() == ["second.jpg", "first.jpg"]
    assert device.page.locator("main .day").count() == 2


def test_days_and_times_are_those_of_whoever_looks(people: People) -> None:
    name = people.name()
    device = people.device(name, timezone_id="Pacific/Kiritimati")  # 14 hours before Greenwich
    device.upload(jpeg("sea.jpg"), jpeg("hill.jpg"))
    for photo, hour in zip(folder(people.cloud(name), "photoshare", "public").list(), (9, 11), strict=True):
        photo.date_created = int(datetime(2024, 2, 28, hour, tzinfo=UTC).timestamp())
        photo.save()
    for place in ("history", "timeline"):
        device.open(place)
        assert device.page.locator("main .day").all_inner_texts() == ["29 February 2024", "28 February 2024"]
    device.says("28 February 2024, 23:00")
    device.context.clear_cookies(name="photoshare-zone")  # as if nobody had told the zone yet
    device.open("timeline")
    expect(device.page.locator("main .day")).to_have_count(2)


def test_without_script_days_and_times_say_that_they_are_in_utc(people: People) -> None:
    name = people.name()
    device = people.device(name, script=False, timezone_id="Pacific/Kiritimati")
    device.upload(jpeg("sea.jpg"))
    (photo,) = folder(people.cloud(name), "photoshare", "public").list()
    photo.date_created = int(datetime(2024, 2, 28, 11, tzinfo=UTC).timestamp())
    photo.save()
    device.open("timeline")
    assert device.page.locator("main .day").all_inner_texts() == ["28 February 2024 UTC"]
    device.says("28 February 2024, 11:00 UTC")


@pytest.mark.parametrize("script", [True, False])
def test_several_photos_are_chosen_and_go_together_and_come_back(people: People, stack: Stack, script: bool) -> None:
    name = people.name()
    with stack.browser(name) as browser:
        for who, names in (("public", ("sea.jpg", "hill.jpg", "lake.jpg")), ("private", ("cat.jpg",))):
            sent = [("photos", (one, jpeg("x")["buffer"], "image/jpeg")) for one in names]
            assert browser.post("/upload", data={"who": who}, files=sent).status_code == 200
    device, cloud = people.device(name, phone=True, script=script), people.cloud(name)

    def there(place: str) -> set[str]:
        return {item.name for item in folder(cloud, "photoshare", place).list()}

    def choose(*names: str) -> None:
        device.page.get_by_role("link", name="Select", exact=True).click()
        for each in names:
            device.page.get_by_role("checkbox", name=each).check()

    device.open("history?show=friends")
    choose("sea.jpg", "lake.jpg")
    assert not script or serious_findings(device.page) == []
    device.press("Make private")
    device.says("Only you see 2 photos now.")
    assert device.names() == ["hill.jpg"]  # still in the list of what friends see
    assert there("private") == {"cat.jpg", "sea.jpg", "lake.jpg"}
    device.press("Undo")
    device.says("Friends see 2 photos now.")
    assert there("public") == {"sea.jpg", "hill.jpg", "lake.jpg"}
    device.open("history")
    choose("cat.jpg, only you", "hill.jpg")
    device.press("Show to friends")
    device.says("Friends see 2 photos now.")
    device.press("Undo")  # takes back what was changed, and nothing else
    device.says("Only you see this photo now.")
    assert there("private") == {"cat.jpg"}
    choose()
    device.page.get_by_role("link", name="Select all").click()
    device.press("Move to trash")
    device.says("4 photos are in the trash.")
    assert len(cloud.list_trash()) == 4
    device.press("Undo")
    device.says("4 photos are back.")
    assert (there("public"), there("private")) == ({"sea.jpg", "hill.jpg", "lake.jpg"}, {"cat.jpg"})
    choose()
    device.press("Move to trash")
    device.says("Choose a photo first.")


def test_a_whole_page_of_photos_goes_together_and_comes_back(people: People) -> None:
    """The browser keeps how to undo it in a cookie, which has room for 4,096 bytes."""
    name = people.name()
    device = people.device(name)
    public = folder(people.cloud(name), "photoshare", "public")
    for number in range(61):
        public.upload(b"no picture", f"{number}.jpg", data_inline=True)
    device.open("history?select=all")
    device.press("Move to trash")
    device.says("60 photos are in the trash.")
    device.press("Undo")
    device.says("60 photos are back.")
    assert len(public.list()) == 61


# --------------------------------------------------------------------------------------------- friends, timeline


def test_three_people_on_two_devices(people: People) -> None:
    ann, ben, carla = people.name(), people.name(), people.name()
    ann_phone, ann_desk = people.device(ann, 0, phone=True), people.device(ann, 1)
    ben_phone, carla_desk = people.device(ben, 1, phone=True), people.device(carla, 0)
    ann_phone.upload(jpeg("sea.jpg"))
    ann_phone.upload(jpeg("secret.jpg", "black"), private=True)
    ben_phone.upload(jpeg("night.jpg", "navy"))

    for device in (ben_phone, carla_desk):  # friends, one-sided
        device.befriend(ann)
        device.says("you see their photos, they have not added you")
    ann_desk.befriend(ben)
    ann_desk.says("has you as a friend too")
    assert serious_findings(ann_desk.page) == []

    ben_phone.open("timeline")
    assert sorted(ben_phone.names()) == ["night.jpg", "sea.jpg"]
    carla_desk.open("timeline")
    assert carla_desk.names() == ["sea.jpg"]
    for device in (ann_phone, ann_desk):  # from another device too
        device.open("timeline")
        assert sorted(device.names()) == ["night.jpg", "sea.jpg", "secret.jpg"]
    expect(ann_desk.photo("secret.jpg").get_by_text("only you")).to_be_visible()
    assert {item.name for item in folder(people.cloud(ben), "photoshare", "shared").list()} == {ann}
    assert ben_phone.page.evaluate("[...document.images].every((i) => i.loading === 'lazy' || i.naturalWidth)")

    carla_desk.photo("sea.jpg").get_by_role("button").click()
    expect(carla_desk.photo("sea.jpg").get_by_text("you like this")).to_be_visible()
    ben_phone.open("timeline")
    ben_phone.photo("sea.jpg").get_by_role("button").click()
    expect(ben_phone.photo("sea.jpg").get_by_text(f"{carla} and you like this")).to_be_visible()
    ann_phone.open("timeline")
    expect(ann_phone.photo("sea.jpg").locator(".total")).to_have_text("2")
    assert serious_findings(ann_phone.page) == []
    meta = record(people.cloud(*APP_ACCOUNT).root_container(), "meta")
    (photo,) = folder(people.cloud(ann), "photoshare", "public").list()
    assert {"itemId": photo.id, "users": [carla, ben], "total": 2} in meta["likes"]

    ann_desk.open("history")  # private: gone from every friend's next timeline, and the share does not open it
    ann_desk.press("sea.jpg: Friends see it. Make private")
    ben_phone.open("timeline")
    assert ben_phone.names() == ["night.jpg"]
    carla_desk.open("timeline")
    carla_desk.says("Nothing here yet")
    key = record(folder(people.cloud(*APP_ACCOUNT), "users"), ann)["sharedKey"]
    assert people.cloud(carla).share_from_share_key(key).list() == []
    ann_desk.press("Undo")
    ben_phone.open("timeline")  # public again: likes have survived
    expect(ben_phone.photo("sea.jpg").locator(".total")).to_have_text("2")
    ben_phone.photo("sea.jpg").get_by_role("button").click()
    expect(ben_phone.photo("sea.jpg").locator(".total")).to_have_text("1")

    ben_phone.open("friends")
    ben_phone.press(f"Remove {ann}")
    ben_phone.says("is not your friend any more")
    ben_phone.open("timeline")
    assert ben_phone.names() == ["night.jpg"]


def test_a_photo_is_received_again_only_when_the_share_has_changed(people: People) -> None:
    ann, ben = people.name(), people.name()
    ann_device, ben_device = people.device(ann), people.device(ben)
    ann_device.upload(jpeg("sea.jpg"))
    ben_device.befriend(ann)
    cloud = people.cloud(ben)

    def copy() -> str:
        ben_device.open("timeline")
        (received,) = folder(cloud, "photoshare", "shared", ann).list()
        return received.id

    before = copy()
    assert copy() == before
    ann_device.upload(jpeg("hill.jpg"))
    assert copy() != before
    assert sorted(ben_device.names()) == ["hill.jpg", "sea.jpg"]
    assert cloud.list_trash() == []


def test_a_search_says_how_many_photos_one_would_see(people: People) -> None:
    ann, ben = people.name(), people.name()
    device = people.device(ann)
    device.upload(jpeg("sea.jpg"), jpeg("hill.jpg"))
    device.upload(jpeg("secret.jpg"), private=True)
    ben_device = people.device(ben)
    for searcher, found, told in ((ben_device, ann, "2 photos for friends"), (device, ben, "no photos yet")):
        searcher.open(f"friends?q={found}")
        searcher.says(told)
    folder(people.cloud(ann), "photoshare").delete(force=True)
    ben_device.open(f"friends?q={ann}")  # her share is gone: nothing is said then, and she can be added all the same
    ben_device.press(f"Add {ann}")
    ben_device.says(f"You see the photos of {ann} now.")


def test_friends_that_cannot_be(people: People, stack: Stack) -> None:
    name = people.name()
    device = people.device(name)
    device.open("friends")
    device.page.get_by_label("Find people by name").fill("nobody-at-all")
    device.press("Search")
    device.says("Nobody else here has “nobody-at-all” in the name.")
    device.page.get_by_label("Find people by name").fill(name)
    device.press("Search")
    device.says("Nobody else here has")
    with stack.browser(name) as browser:
        for friend, told in ((name, "That is you"), ("nobody", "Nobody here is called “nobody”")):
            answer = browser.post("/friends/add", data={"friend": friend})
            assert answer.status_code == 400 and told in answer.text


def test_everything_works_without_script(people: People) -> None:
    ann, ben = people.name(), people.name()
    people.device(ann).upload(jpeg("sea.jpg"))
    device = people.device(ben, phone=True, script=False)
    device.upload(jpeg("own.jpg"), jpeg("other.jpg"), private=True)
    device.befriend(ann)
    device.open("timeline")
    device.photo("sea.jpg").get_by_role("button").click()
    expect(device.photo("sea.jpg").get_by_text("you like this")).to_be_visible()
    device.open("history")
    device.press("own.jpg: Only you. Show to friends")
    device.says("Friends see this photo now.")


# ------------------------------------------------------------------------------------------------- strangers


def addresses(device: Device, name: str) -> list[str]:
    """Of a photo in the timeline: as a whole, and small."""
    whole = str(device.photo(name).get_by_role("link").get_attribute("href"))
    return [whole, f"{whole}&size=large", f"{whole}&size=small"]


def test_a_stranger_gets_nothing(people: People, stack: Stack) -> None:
    ann, eve = people.name(), people.name()
    device = people.device(ann)
    device.upload(jpeg("sea.jpg"))
    device.open("timeline")
    marked = str(device.page.locator("input[name=photo]").first.get_attribute("value"))
    base = stack.photoshare[0].removesuffix("/photoshare")
    with stack.browser(eve) as browser:
        for address in addresses(device, "sea.jpg"):
            assert httpx.get(base + address).status_code == 303
            assert browser.get(base + address).status_code == 404
        assert browser.post("/like", data={"photo": marked, "liked": "1"}).status_code == 400
        assert browser.post("/switch", data={"photo": marked.partition(".")[0], "public": "0"}).status_code == 303
        for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
            assert browser.post("/logout", headers=headers).status_code == 403
    device.open("timeline")
    assert device.names() == ["sea.jpg"]
    whole, large, _ = addresses(device, "sea.jpg")
    with stack.browser(ann) as browser:
        for address, mime in ((whole, "image/jpeg"), (large, "image/webp")):
            answer = browser.get(base + address)
            assert (answer.status_code, answer.headers["content-type"]) == (200, mime)
            assert "sandbox" in answer.headers["content-security-policy"]
            tag = {"If-None-Match": answer.headers["etag"]}
            assert browser.get(base + address, headers=tag).status_code == 304
    (photo,) = folder(people.cloud(ann), "photoshare", "public").list()
    photo.name = "lake.jpg"
    photo.save()
    cloud = people.cloud(eve)
    theirs = File(cloud._rest, photo.data, photo.path())  # whoever has learned the id paths
    for look in (theirs.refresh, theirs.read, theirs.versions, theirs.download_url, theirs.delete):
        with pytest.raises(AuthenticatedError) as refusal:
            look()
        assert refusal.value.status() == 404
    assert isinstance(photo, File) and len(photo.versions()) == 1


def test_of_a_photo_that_was_made_private_nothing_more_is_shown(people: People, stack: Stack) -> None:
    ann, ben = people.name(), people.name()
    ann_device, ben_device = people.device(ann), people.device(ben, 1)
    ann_device.upload(jpeg("sea.jpg"), jpeg("hill.jpg", "olive"))
    ben_device.befriend(ann)
    ben_device.open("timeline")
    base = stack.photoshare[1].removesuffix("/photoshare")
    (source,) = [item for item in folder(people.cloud(ann), "photoshare", "public").list() if item.name == "sea.jpg"]
    had = addresses(ben_device, "sea.jpg")
    with stack.browser(ben, 1) as browser:
        assert [browser.get(base + address).status_code for address in had] == [200, 200, 200]
        ann_device.open("history")
        ann_device.press("sea.jpg: Friends see it. Make private")
        ann_device.says("Only you see this photo now.")
        ben_device.open("timeline")
        assert ben_device.names() == ["hill.jpg"]
        assert [browser.get(base + address).status_code for address in had] == [404, 404, 404]
    cloud = people.cloud(ben)
    key = record(folder(people.cloud(*APP_ACCOUNT), "users"), ann)["sharedKey"]
    assert [item.name for item in cloud.share(key).list()] == ["hill.jpg"]
    with pytest.raises(AuthenticatedError):
        cloud._rest.browse_share(key, f"/{source.id}")
    assert cloud.list_trash() == []


# ------------------------------------------------------------------------------------------- what is out of order


def bad_photos() -> list[tuple[str, bytes, str]]:
    """Name, content, and what is said of it in the three languages."""
    good = jpeg("x")["buffer"]
    damaged = "is not a picture, or it is damaged|no es una imagen, o está dañada|no és una imatge, o està malmesa"
    return [
        ("letter.jpg", b"dear diary", damaged),
        ("half.jpg", good[:-2000], damaged),
        (
            "empty.jpg",
            b"",
            "is empty: nothing was uploaded|está vacío: no se ha subido nada|és buit: no s’ha pujat res",
        ),
        (
            "bomb.png",
            bomb(50_000),
            "more than 100 million pixels|más de 100 millones de píxeles|més de 100 milions de píxels",
        ),
    ]


@pytest.mark.parametrize(("at", "language"), list(enumerate(["en", "es", "ca"])))
def test_each_mistake_is_one_sentence_in_one_s_language(people: People, stack: Stack, at: int, language: str) -> None:
    name = people.name()
    spoken = {"Accept-Language": language}

    def says(answer: httpx.Response, sentences: str, status: int = 400) -> None:
        assert answer.status_code == status
        assert sentences.split("|")[at] in html.unescape(answer.text)

    with stack.browser(name) as browser:
        for title, content, sentences in bad_photos():
            sent = browser.post("/upload", data={"who": "public"}, files={"photos": (title, content)}, headers=spoken)
            says(sent, sentences)
        says(browser.post("/upload", headers=spoken), "Choose a photo first.|Elige primero una foto.|Tria primer")
        misspelt = {"photos": ("sea.txt", jpeg("x")["buffer"], "text/plain")}
        for _ in range(2):  # a wrong extension is mended, a name that is taken gets a number
            assert browser.post("/upload", data={"who": "public"}, files=misspelt).status_code == 200
        for friend, sentences in (
            (name, "That is you|Ese eres tú|Ets tu"),
            ("nobody", "Nobody here is called “nobody”|Aquí nadie se llama «nobody»|Aquí ningú es diu «nobody»"),
        ):
            says(browser.post("/friends/add", data={"friend": friend}, headers=spoken), sentences)
        gone = browser.post("/switch", data={"photo": "x" * 22, "public": "1"}, headers=spoken, follow_redirects=True)
        says(gone, "is not here any more|Esta foto ya no está|Aquesta foto ja no", 200)
        for newcomer, sentences in (
            ({"username": name, "password": PASSWORD}, "There is already a user|Ya hay un usuario|Ja hi ha un usuari"),
            ({"username": "a/b", "password": PASSWORD}, "without slashes|sin barras|sense barres"),
            ({"username": "new@home.example", "password": "x"}, "needs at least 6|al menos 6|almenys 6"),
        ):
            says(browser.post("/register", data=newcomer, headers=spoken), sentences)
    cloud = people.cloud(name)
    assert {item.name for item in folder(cloud, "photoshare", "public").list()} == {"sea.jpg", "sea (1).jpg"}
    assert record(folder(people.cloud(*APP_ACCOUNT), "users"), name)["friends"] == []


def test_a_file_of_a_user_that_cannot_be_read_stops_nobody_and_is_not_overwritten(people: People, stack: Stack) -> None:
    ann, ben, carla = people.name(), people.name(), people.name()
    device = people.device(ann)
    for friend in (ben, carla):
        people.device(friend).upload(jpeg(f"of {friend}.jpg"))
        device.befriend(friend)
    users = folder(people.cloud(*APP_ACCOUNT), "users")

    def write(name: str, content: str) -> None:
        users.upload(content, name, exists="overwrite", data_inline=True)

    write(ben, "[not what it should be")
    device.open("timeline")
    assert device.names() == [f"of {carla}.jpg"]
    write(ben, "")
    device.open("timeline")
    assert device.names() == [f"of {carla}.jpg"]
    write(ann, "[]")
    with stack.browser(ann) as browser:
        assert browser.get("/timeline").status_code == 200
        answer = browser.post("/friends/add", data={"friend": ben})
        assert (answer.status_code, "Nothing was changed" in answer.text) == (503, True)
    assert record(users, ann) == []


def test_folders_that_somebody_removed_are_made_anew(people: People) -> None:
    ann, ben = people.name(), people.name()
    device, friend = people.device(ann), people.device(ben)
    device.upload(jpeg("sea.jpg"))
    friend.befriend(ann)
    folder(people.cloud(ann), "photoshare").delete(force=True)
    device.open("history")
    expect(device.page).to_have_url(re.compile("/timeline$"))
    device.says("Nothing here yet")
    friend.open("timeline")
    assert friend.names() == []
    device.upload(jpeg("hill.jpg"))
    friend.open("timeline")
    assert friend.names() == ["hill.jpg"]
    folder(people.cloud(ben), "photoshare", "shared").delete(force=True)
    friend.open("timeline")
    assert friend.names() == ["hill.jpg"]


def test_a_file_that_is_no_photo_is_not_shown_and_a_broken_photo_hurts_nobody(people: People) -> None:
    name = people.name()
    device = people.device(name)
    public = folder(people.cloud(name), "photoshare", "public")
    public.upload(b"words", "notes.txt", data_inline=True)
    public.upload(b"no picture", "broken.jpg", data_inline=True)
    device.upload(jpeg("sea.jpg"))
    device.open("timeline")
    assert sorted(device.names()) == ["broken.jpg", "sea.jpg"]
    device.sees_its_pictures()


# --------------------------------------------------------------------------------------------- small, and by pages


def test_pages_load_small_pictures(people: People) -> None:
    name = people.name()
    device = people.device(name, phone=True)
    file = io.BytesIO()
    Image.effect_noise((4000, 3000), 60).convert("RGB").save(file, "JPEG", quality=75)
    device.upload({"name": "sea.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()})
    for place, side in (("timeline", 1000), ("history", 320)):
        device.open(place)
        image = device.page.locator("main img")
        expect(image).to_be_visible()
        device.sees_its_pictures()
        assert image.evaluate("(image) => image.naturalWidth") == side
        loaded = device.page.evaluate("performance.getEntriesByType('resource').map((each) => each.transferSize)")
        assert sum(loaded) < len(file.getvalue()) / 4


def test_older_photos_are_on_the_next_page(people: People, stack: Stack) -> None:
    name = people.name()
    with stack.browser(name) as browser:
        sent = [("photos", (f"{number}.jpg", jpeg("x")["buffer"], "image/jpeg")) for number in range(61)]
        assert browser.post("/upload", data={"who": "public"}, files=sent).status_code == 200
    device = people.device(name)
    seen: list[str] = []
    for length in (20, 20, 20, 1):
        assert len(device.names()) == length
        seen += device.names()
        if length == 20:
            device.page.get_by_role("link", name="Older photos").click()
            expect(device.page.locator("main img").first).not_to_have_attribute("alt", f"{seen[-20]}, by you")
    assert len(set(seen)) == 61
    device.says("That is all. Likes here are kept by PhotoShare")
    device.open("history?show=friends")
    assert len(device.names()) == 60
    device.page.get_by_role("link", name="Older photos").click()
    expect(device.page.locator("main img")).to_have_count(1)


# ----------------------------------------------------------------------------------------------- how it looks


def test_by_keyboard_alone(people: People) -> None:
    ann, ben = people.name(), people.name()
    people.device(ann).upload(jpeg("sea.jpg"))
    device = people.device()
    device.open("login")
    keys = device.page.keyboard

    def tab_to(role: str, name: str) -> None:
        target = device.page.get_by_role(role, name=name).first  # type: ignore[arg-type]
        for _ in range(40):
            keys.press("Tab")
            if target.evaluate("(element) => element === document.activeElement"):
                return
        raise AssertionError(f"no way to {name}")

    for label, text in (("User name", ben), ("Password", PASSWORD)):
        tab_to("textbox", label) if label == "User name" else keys.press("Tab")
        keys.type(text)
    keys.press("Enter")
    expect(device.page).to_have_url(re.compile("/timeline$"))
    tab_to("link", "Friends")
    keys.press("Enter")
    tab_to("searchbox", "Find people by name")
    keys.type(ann)
    keys.press("Enter")
    expect(device.page.get_by_role("button", name=f"Add {ann}")).to_be_visible()
    tab_to("button", f"Add {ann}")
    keys.press("Enter")
    device.says(f"You see the photos of {ann} now.")
    tab_to("link", "Timeline")
    keys.press("Enter")
    expect(device.photo("sea.jpg")).to_be_visible()
    tab_to("button", "Like")
    keys.press("Space")
    expect(device.photo("sea.jpg").get_by_text("you like this")).to_be_visible()
    assert device.page.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"  # and stays there
    tab_to("link", "History")
    keys.press("Enter")
    device.says("No photos yet")


def test_narrow_and_wide_in_both_themes(people: People) -> None:
    name = people.name()
    device = people.device(name)
    device.upload(jpeg("sea.jpg"))
    for size in (PHONE, {"width": 700, "height": 800}, DESK):
        device.page.set_viewport_size(size)  # type: ignore[arg-type]
        for scheme in ("light", "dark"):
            device.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            for place in (
                "timeline",
                "upload",
                "history",
                "history?select=all",
                "friends",
                "friends?q=e",
                "photo/none",
            ):
                device.open(place)
                assert device.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (place, size)
                assert serious_findings(device.page) == [], (place, size, scheme)
    stranger = people.device()
    for size in (PHONE, DESK):
        stranger.page.set_viewport_size(size)  # type: ignore[arg-type]
        for place in ("login", "login?new=1", "register", "nowhere"):
            stranger.open(place)
            assert stranger.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (place, size)
            assert serious_findings(stranger.page) == [], (place, size)
