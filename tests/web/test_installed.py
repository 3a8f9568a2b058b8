"""The desktop as an installed app: it opens without the server, and takes what other apps share."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

import nuvol
from tests.pictures.makers import exif, jpeg
from tests.servers import Server, serve
from tests.web.desktop import Desktop
from tests.web.test_documents import editor, put, text_of, write
from tests.web.test_uploads import LONG

READY = "navigator.serviceWorker.ready.then(({ active }) => active.state)"
CACHED = """async () => {
    const found = [];
    for (const name of await caches.keys())
        for (const { url } of await (await caches.open(name)).keys()) found.push(new URL(url).pathname);
    return found;
}"""
SHELVES = "indexedDB.databases().then((all) => all.map(({ name }) => name).sort())"
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 360, "height": 740}
NEEDS = "Not without the connection"


class Cloud:
    """A server that may go away and come back at the same address, and browsers that are signed in there."""

    def __init__(self, folder: Path, browser: Browser) -> None:
        self.data = folder / "data"
        self.port = "0"
        self.server: Server
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    @contextmanager
    def up(self, **env: str) -> Iterator[Server]:
        with serve(self.data, "--port", self.port, env=env) as self.server:
            self.port = self.server.url.rpartition(":")[2]
            yield self.server

    def visit(self, *, signed_in: bool = True, **how: Any) -> Desktop:
        """A new browser. Its desktop has a folder of its own."""
        context = self._browser.new_context(locale="en-GB", **({"viewport": WIDE} | how))
        self._contexts.append(context)
        page = context.new_page()
        login = {"login": self.server.name, "password": self.server.password}
        assert page.request.post(f"{self.server.url}/api/v1/session", data=login).status == 201
        desktop = Desktop(page, self.server)
        if not signed_in:
            context.clear_cookies()
        return desktop

    def close(self) -> None:
        for context in self._contexts:
            context.close()


@pytest.fixture
def cloud(tmp_path: Path, browser: Browser) -> Iterator[Cloud]:
    cloud = Cloud(tmp_path, browser)
    yield cloud
    cloud.close()


@pytest.fixture
def installed(browser: Browser, server: Server, signed_in: str) -> Iterator[BrowserContext]:
    context = browser.new_context(storage_state=signed_in, viewport={"width": 1440, "height": 900}, locale="en-GB")
    yield context
    context.close()


@pytest.fixture
def page(installed: BrowserContext) -> Page:
    return installed.new_page()


def begun(page: Page) -> None:
    """The service worker has the whole desktop and looks after this page."""
    assert page.evaluate(READY) in ("activating", "activated")
    page.wait_for_function("navigator.serviceWorker.controller !== null")


def test_the_desktop_can_be_installed(desktop: Desktop) -> None:
    page = desktop.page
    desktop.open()
    begun(page)
    address = page.locator("link[rel=manifest]").get_attribute("href")
    assert address == "/nuvol.en.webmanifest"
    answer = page.request.get(f"{desktop.server.url}{address}")
    assert answer.headers["content-type"] == "application/manifest+json"
    manifest = answer.json()
    assert manifest["name"] == "Nuvol" and manifest["display"] == "standalone" and manifest["start_url"] == "/"
    assert [one["url"] for one in manifest["shortcuts"]] == ["/photos", "/files", "/documents"]
    assert any(icon["purpose"] == "maskable" for icon in manifest["icons"])
    for icon in [*manifest["icons"], {"src": "/icon-180.png", "sizes": "180x180"}]:
        width = page.evaluate(
            "(src) => new Promise((done) => Object.assign(new Image(), { src, onload() { done(this.width) } }))",
            icon["src"],
        )
        assert icon["sizes"] == f"{width}x{width}"
    inside = page.context.new_cdp_session(page)
    assert inside.send("Page.getAppManifest")["errors"] == []
    said = inside.send("Page.getInstallabilityErrors")
    assert [error["errorId"] for error in said["installabilityErrors"]] in ([], ["in-incognito"])


def test_the_launcher_hands_on_the_browser_s_offer_to_install(desktop: Desktop) -> None:
    page = desktop.page
    desktop.open()
    page.get_by_role("button", name="Launcher").wait_for()
    page.evaluate(
        "dispatchEvent(Object.assign(new Event('beforeinstallprompt', { cancelable: true }),"
        " { prompt: async () => void (globalThis.prompted = true) }))"
    )
    page.get_by_role("button", name="Launcher").click()
    page.get_by_role("button", name="Install", exact=True).click()
    page.wait_for_function("globalThis.prompted === true")
    page.get_by_role("button", name="Launcher").click()
    page.get_by_role("dialog", name="Launcher").wait_for()
    expect(page.get_by_role("button", name="Install", exact=True)).to_have_count(0)


def test_the_frame_of_the_app_has_the_colour_of_the_theme(desktop: Desktop) -> None:
    """What a phone draws around an app: one of two colours, as the system says or as the person chose."""
    page = desktop.page
    page.emulate_media(color_scheme="light")
    shown = (
        "[...document.querySelectorAll('meta[name=theme-color]')].filter(({ media }) => matchMedia(media).matches)"
        ".map(({ content }) => content)"
    )
    desktop.open("/settings/look")
    page.get_by_role("button", name="Dark", exact=True).wait_for()
    light = page.evaluate(shown)
    page.get_by_role("button", name="Dark", exact=True).click()
    dark = page.evaluate(shown)
    assert len(light) == len(dark) == 1 and light != dark
    page.reload()
    page.get_by_role("button", name="Dark", exact=True).wait_for()
    assert page.evaluate(shown) == dark
    page.get_by_role("button", name="As the system").click()
    assert page.evaluate(shown) == light


def test_the_names_of_its_parts_are_in_the_language_of_the_person(desktop: Desktop) -> None:
    desktop.open()
    desktop.page.evaluate("localStorage.setItem('language', 'ca')")
    desktop.page.reload()
    link = desktop.page.locator("link[rel=manifest]")
    expect(link).to_have_attribute("href", "/nuvol.ca.webmanifest")
    manifest = desktop.page.request.get(f"{desktop.server.url}/nuvol.ca.webmanifest").json()
    assert manifest["shortcuts"][1]["name"] == "Fitxers"


def test_without_the_server_the_desktop_opens_documents_and_merges_what_is_written(cloud: Cloud) -> None:
    with cloud.up() as server:
        desktop = cloud.visit()
        page = desktop.page
        desktop.api("PUT", "/databases/trips")
        first = put(desktop, "trips", "ferry", '{"seats": 4}')
        desktop.open("/documents/trips?document=ferry")
        editor(page, "ferry").wait_for()
        begun(page)
        server.kill()

    page.goto(f"{server.url}/documents/trips")
    expect(page.get_by_text("No connection to")).to_be_visible(timeout=LONG)
    page.get_by_role("option", name="ferry").click()
    write(page, "ferry", '{"seats": 4, "deck": true}')
    page.get_by_role("button", name="New document").first.click()
    page.get_by_label("Id of the document").fill("made-away")
    desktop.press("Enter")
    expect(page.get_by_text("No connection. 2 changes wait.")).to_be_visible()
    page.reload()  # and once more: what is written here is kept here
    expect(page.get_by_text("No connection. 2 changes wait.")).to_be_visible(timeout=LONG)

    with cloud.up():
        put(desktop, "trips", "tent", "{}")
        expect(page.get_by_role("option", name="tent")).to_be_visible(timeout=LONG)
        expect(page.get_by_text("Everything is saved.")).to_be_visible(timeout=LONG)
        assert json.loads(text_of(desktop, "trips", "ferry")) == {"seats": 4, "deck": True}
        assert json.loads(text_of(desktop, "trips", "made-away")) == {}
        assert desktop.api("GET", "/databases/trips/documents/ferry").headers["etag"] != f'"{first}"'
    assert desktop.complaints == []


def left_alone(cloud: Cloud) -> tuple[Server, Desktop]:
    """Somebody has looked at Files when the server goes away."""
    with cloud.up() as server:
        desktop = cloud.visit()
        desktop.put("notes.txt")
        desktop.open()
        desktop.shows("notes.txt")
        begun(desktop.page)
        server.kill()
    return server, desktop


def test_other_apps_say_that_they_need_the_connection_and_come_back_by_themselves(cloud: Cloud) -> None:
    server, desktop = left_alone(cloud)
    page = desktop.page
    places = (f"/files/{quote(desktop.folder)}", "/photos", "/photos/albums", "/photos/places", "/photos/duplicates")
    for place in (*places, "/trash", "/shared", "/settings/devices", "/developer"):
        page.goto(f"{server.url}{place}")
        expect(page.get_by_role("heading", name=NEEDS)).to_be_visible(timeout=LONG)
    page.get_by_role("button", name="Launcher").click()
    expect(page.get_by_text(server.name, exact=True)).to_be_visible()  # who was here last
    desktop.press("Escape")
    page.goto(f"{server.url}{places[0]}")
    expect(page.get_by_role("heading", name=NEEDS)).to_be_visible(timeout=LONG)
    with cloud.up():
        desktop.shows("notes.txt")
    assert desktop.complaints == []


def test_a_session_that_ended_meanwhile_is_asked_for_when_the_server_is_back(cloud: Cloud) -> None:
    server, desktop = left_alone(cloud)
    page = desktop.page
    page.reload()
    expect(page.get_by_role("heading", name=NEEDS)).to_be_visible(timeout=LONG)
    page.context.clear_cookies()
    with cloud.up():
        page.get_by_role("dialog", name="Sign in again to go on").wait_for(timeout=LONG)
        page.get_by_label("Password", exact=True).fill(server.password)
        desktop.press("Enter")
        desktop.shows("notes.txt")
    assert desktop.complaints == []


def test_a_newer_version_is_said_and_is_there_at_the_next_load(cloud: Cloud, tmp_path: Path) -> None:
    with cloud.up():
        desktop = cloud.visit()
        page = desktop.page
        desktop.open()
        begun(page)
        entry = page.locator("script[type=module]").get_attribute("src")
        (version,) = page.evaluate("caches.keys()")
    newer = another_version(tmp_path / "newer", version.removeprefix("desktop-"))
    with cloud.up(PYTHONPATH=str(newer)):
        said = page.get_by_text("A new version of Nuvol is ready.")
        said.wait_for(timeout=LONG)
        assert page.locator("script[type=module]").get_attribute("src") == entry  # nobody is disturbed
        page.get_by_role("button", name="Launcher").click()  # and what was open goes on with the parts of its own
        page.get_by_role("dialog", name="Launcher").wait_for()
        desktop.press("Escape")
        page.get_by_role("button", name="Reload").click()
        expect(page.locator("script[type=module]")).not_to_have_attribute("src", str(entry))
        page.get_by_role("heading", name="Nothing in").wait_for(timeout=LONG)
        expect(said).to_have_count(0)
    page.reload()  # the newer one opens without the server, too
    expect(page.get_by_role("heading", name=NEEDS)).to_be_visible(timeout=LONG)
    expect(page.locator("script[type=module]")).not_to_have_attribute("src", str(entry))
    assert desktop.complaints == []


def another_version(folder: Path, version: str) -> Path:
    """The program with a desktop whose files have other names, as after an upgrade."""
    web = folder / "nuvol" / "web"
    shutil.copytree(Path(nuvol.__file__).parent, folder / "nuvol")
    found = re.search(r"/assets/(index-[\w-]+)\.js", (web / "index.html").read_text())
    assert found is not None
    (web / "assets" / f"{found[1]}.js").rename(web / "assets" / "index-newer.js")
    for path in (web / "index.html", web / "worker.js", *web.glob("assets/*.js")):
        path.write_text(path.read_text().replace(found[1], "index-newer").replace(version, "newer"))
    for packed in web.rglob("*.gz"):
        packed.unlink()
    return folder


def share(page: Page, *paths: Path) -> None:
    """As the system does it when another app shares files with the installed desktop."""
    page.evaluate(
        """() => {
            const form = document.createElement('form');
            Object.assign(form, { method: 'post', action: '/receive', enctype: 'multipart/form-data' });
            const field = document.createElement('input');
            form.append(Object.assign(field, { type: 'file', name: 'files', multiple: true, id: 'shared' }));
            document.body.append(form);
        }"""
    )
    page.locator("#shared").set_input_files(paths)
    with page.expect_navigation():
        page.evaluate("document.querySelector('#shared').form.submit()")


def some_photos(folder: Path, *names: str) -> list[Path]:
    for number, name in enumerate(names):
        when = f"2016:07:0{number + 1} 10:00:00"
        (folder / name).write_bytes(jpeg(exif(when=when), colour=("red", "blue", "green")[number % 3]))
    return [folder / name for name in names]


def test_photos_that_another_app_shares_go_into_the_library(desktop: Desktop, tmp_path: Path) -> None:
    page = desktop.page
    desktop.open("/photos")
    begun(page)
    share(page, *some_photos(tmp_path, "shared a.jpg", "shared b.jpg"))
    page.wait_for_url("**/photos")
    sheet = page.get_by_role("dialog", name="2 files for your cloud")
    expect(sheet.get_by_role("img")).to_have_count(2)
    sheet.get_by_role("button", name="Upload").click()
    expect(page.get_by_text("2 files are in")).to_be_visible(timeout=LONG)
    found = [photo["name"] for photo in desktop.api("GET", "/photos?limit=1000").json()["photos"]]
    assert {"shared a.jpg", "shared b.jpg"} <= set(found)
    page.reload()
    page.get_by_role("heading", name="July 2016").first.wait_for(timeout=LONG)
    expect(page.get_by_role("dialog")).to_have_count(0)  # it is asked once

    share(page, tmp_path / "shared a.jpg")  # into an album: it is here already, and need not be sent for that
    album = desktop.api("POST", "/photos/albums", {"name": "Shared", "parent_id": None, "folder_id": None}).json()
    page.reload()
    sheet = page.get_by_role("dialog", name="1 file for your cloud")
    sheet.get_by_label("An album").check()
    sheet.get_by_label("Album", exact=True).select_option("Shared")
    sheet.get_by_role("button", name="Upload").click()
    expect(page.get_by_text("1 was already here, nothing sent")).to_be_visible(timeout=LONG)
    inside = f"/photos/albums/{album['id']}/photos"
    page.wait_for_function(
        "(path) => fetch(path).then((a) => a.json()).then(({ photos }) => photos.length === 1)", arg=f"/api/v1{inside}"
    )
    assert [one["name"] for one in desktop.api("GET", inside).json()["photos"]] == ["shared a.jpg"]


def test_other_files_that_are_shared_go_into_a_folder_or_are_thrown_away(desktop: Desktop, tmp_path: Path) -> None:
    page = desktop.page
    (tmp_path / "tides.pdf").write_bytes(b"%PDF-1.4 of the tides")
    desktop.open()
    begun(page)
    share(page, tmp_path / "tides.pdf")
    page.wait_for_url("**/files")
    sheet = page.get_by_role("dialog", name="1 file for your cloud")
    sheet.get_by_role("button", name="Choose").click()
    page.get_by_role("dialog", name="Upload to").get_by_role("button", name=desktop.folder, exact=True).click()
    page.get_by_role("button", name=f"Upload to {desktop.folder}").click()
    sheet.get_by_role("button", name="Upload").click()
    expect(page.get_by_text("1 file is in")).to_be_visible(timeout=LONG)
    (stored,) = desktop.api("GET", f"/nodes/{desktop.folder_id}/children").json()["nodes"]
    assert desktop.api("GET", f"/nodes/{stored['id']}/content").body() == b"%PDF-1.4 of the tides"

    share(page, tmp_path / "tides.pdf")
    page.get_by_role("button", name="Throw away").click()
    page.reload()
    desktop.list.wait_for()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert len(desktop.names()) == 1


def test_what_is_shared_while_nobody_is_signed_in_or_the_server_is_away_waits(cloud: Cloud, tmp_path: Path) -> None:
    photos = some_photos(tmp_path, "one.jpg", "two.jpg")
    with cloud.up() as server:
        desktop = cloud.visit(signed_in=False, viewport=PHONE)
        page = desktop.page
        desktop.open("/signin")
        begun(page)
        share(page, photos[0])
        expect(page.get_by_text("1 shared file waits")).to_be_visible()
        page.get_by_label("Name or e-mail").fill(server.name)
        page.get_by_label("Password", exact=True).fill(server.password)
        desktop.press("Enter")
        page.get_by_role("dialog", name="1 file for your cloud").get_by_role("button", name="Close").click()
    share(page, photos[1])
    sheet = page.get_by_role("dialog", name="2 files for your cloud")
    expect(sheet.get_by_text("No connection.", exact=False)).to_be_visible(timeout=LONG)
    expect(sheet.get_by_role("button", name="Upload")).to_be_disabled()
    with cloud.up():
        sheet.get_by_role("button", name="Upload").click(timeout=LONG)
        expect(page.get_by_text("2 files are in")).to_be_visible(timeout=LONG)
        found = desktop.api("GET", "/photos?limit=1000").json()["photos"]
        assert sorted(photo["name"] for photo in found) == ["one.jpg", "two.jpg"]
    assert desktop.complaints == []


def test_shared_files_that_no_worker_takes_are_not_lost_without_a_word(desktop: Desktop) -> None:
    files = {"files": {"name": "a.txt", "mimeType": "text/plain", "buffer": b"a"}}
    answer = desktop.page.request.post(f"{desktop.server.url}/receive", multipart=files)  # type: ignore[arg-type]
    assert answer.status == 409 and "Share it once more" in answer.text()


def test_nothing_of_an_account_is_cached_and_nothing_of_it_stays_after_signing_out(cloud: Cloud) -> None:
    secret = "the very words of ada"
    with cloud.up() as server:
        desktop = cloud.visit()
        page = desktop.page
        desktop.put("secret.txt", secret.encode())
        desktop.api("PUT", "/databases/trips")
        put(desktop, "trips", "ferry", json.dumps({"note": secret}))
        desktop.open("/documents/trips?document=ferry")
        editor(page, "ferry").wait_for()
        begun(page)
        desktop.open()
        desktop.stand_on("secret.txt")
        desktop.press("Enter")
        page.get_by_role("dialog", name="secret.txt").get_by_text(secret).wait_for()
        page.reload()
        desktop.list.wait_for()
        shell = re.compile(r"/(assets/[\w.-]+|early\.js|favicon\.svg)?")
        assert [path for path in page.evaluate(CACHED) if not shell.fullmatch(path)] == []
        assert any(name.startswith("nuvol-documents-") for name in page.evaluate(SHELVES))

        other = page.context.new_page()
        other.goto(f"{server.url}/documents/trips")
        other.get_by_role("option", name="ferry").wait_for()
        page.bring_to_front()
        page.get_by_role("button", name="Launcher").click()
        page.get_by_role("button", name="Sign out").click()
        for window in (page, other):
            window.get_by_label("Password", exact=True).wait_for(timeout=LONG)
        assert not any(re.match(r"nuvol-documents-\d", name) for name in page.evaluate(SHELVES))
        kept = page.evaluate("JSON.stringify(localStorage) + document.cookie")
        assert secret not in kept and '"account"' not in kept
    page.reload()  # nobody is here any more, and nothing pretends otherwise
    page.get_by_role("heading", name="The cloud does not answer").wait_for(timeout=LONG)
    assert desktop.complaints == []


def test_signing_out_asks_before_it_loses_what_was_never_sent(cloud: Cloud, tmp_path: Path) -> None:
    with cloud.up():
        desktop = cloud.visit()
        page = desktop.page
        desktop.open()
        begun(page)
        share(page, *some_photos(tmp_path, "one.jpg"))
        page.get_by_role("dialog", name="1 file for your cloud").get_by_role("button", name="Close").click()
        page.get_by_role("button", name="Launcher").click()
        page.get_by_role("button", name="Sign out").click()
        question = page.get_by_role("dialog", name="Sign out and lose 1 change?")
        question.get_by_role("button", name="Cancel").click()
        page.reload()
        page.get_by_role("dialog", name="1 file for your cloud").get_by_role("button", name="Close").click()
        page.get_by_role("button", name="Launcher").click()
        page.get_by_role("button", name="Sign out").click()
        question.get_by_role("button", name="Sign out").click()
        page.get_by_label("Password", exact=True).wait_for()
        expect(page.get_by_text("shared file waits")).to_have_count(0)
    assert desktop.complaints == []
