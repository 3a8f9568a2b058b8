"""Every page, dialog and state in four shapes: usable by everybody (axe), and nothing runs out of its place."""

import io
import zipfile
from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.pictures.makers import exif, jpeg
from tests.servers import nuvol
from tests.web.desktop import Desktop
from tests.web.test_photos import lightbox, looked_at, put, tile

SHAPES = ((1440, 900), (360, 740))
WAV = b"RIFF\x2c\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\x08\0\0\0" + bytes(8)
GIF = b"GIF89a\x01\0\x01\0\x80\0\0\xff\xff\xff\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;"
LONG = "a name of many words that goes on and on until nobody can read it any longer at all.txt"
RUNS_OUT = """() => {
    const wrong = [];
    if (document.scrollingElement.scrollWidth > innerWidth + 1) wrong.push('the page scrolls sideways');
    for (const part of document.querySelectorAll('button, h1, h2, h3, p, dt, dd, label, b')) {
        if (!part.checkVisibility({ visibilityProperty: true, opacityProperty: true }) || part.closest('.sr')) continue;
        const { textOverflow, overflowX } = getComputedStyle(part);
        const cut = textOverflow === 'ellipsis' || overflowX === 'auto';
        const over = part.clientWidth > 2 && part.scrollWidth > part.clientWidth + 2;
        if (over && !cut) wrong.push(`${part.tagName} ${part.textContent}`);
    }
    return wrong;
}"""


def files(desktop: Desktop) -> None:
    desktop.put("notes.md", b"# Boots")
    desktop.put(LONG)
    desktop.make("Plans", desktop.folder_id)
    desktop.open()
    desktop.shows("notes.md")


def on_notes(*keys: str) -> Callable[[Desktop], None]:
    def go(desktop: Desktop) -> None:
        files(desktop)
        desktop.stand_on("notes.md")
        desktop.press(*keys)

    return go


def chosen(desktop: Desktop) -> None:
    files(desktop)
    desktop.list.focus()
    desktop.press("Control+a")


def menu(desktop: Desktop) -> None:
    on_notes("Shift+F10")(desktop)
    desktop.page.get_by_role("menu").wait_for()


def grid(desktop: Desktop) -> None:
    files(desktop)
    desktop.page.evaluate("localStorage.setItem('files-mode', 'grid')")
    desktop.page.reload()
    desktop.stand_on("notes.md")


def naming(desktop: Desktop) -> None:
    on_notes("F2")(desktop)
    desktop.page.get_by_label("New name").fill("Plans")
    desktop.press("Enter")
    desktop.page.get_by_role("alert").wait_for()


def details(desktop: Desktop) -> None:
    on_notes("i")(desktop)
    desktop.page.get_by_text("1 version").wait_for()


def info(desktop: Desktop) -> None:
    details(desktop)
    desktop.page.get_by_role("tab", name="Info").click()


def discussing(desktop: Desktop) -> None:
    details(desktop)
    nodes = desktop.api("GET", f"/nodes/{desktop.folder_id}/children").json()["nodes"]
    note = next(node for node in nodes if node["name"] == "notes.md")
    text = f"Dry socks, @{desktop.server.name}. {'x' * 80}\nAnd boots."
    desktop.page.get_by_role("tab", name="Comments").click()
    desktop.api("POST", f"/nodes/{note['id']}/comments", {"text": text})
    desktop.page.get_by_role("list", name="Comments").get_by_role("listitem").wait_for()


def mentioning(desktop: Desktop) -> None:
    discussing(desktop)
    desktop.page.get_by_label("Write a comment").focus()
    desktop.page.keyboard.type(f"@{desktop.server.name[:2]}")
    desktop.page.get_by_role("option").first.wait_for()


def activity(desktop: Desktop) -> None:
    people = {"to": ["eva.of.the.long.address@post.example"], "role": "co-owner"}
    desktop.api("POST", f"/nodes/{desktop.folder_id}/members", people)
    desktop.put(LONG)
    desktop.open("/files")
    desktop.stand_on(desktop.folder)
    desktop.press("i")
    desktop.page.get_by_role("list", name="Activity").get_by_role("listitem").first.wait_for()


def comparing(desktop: Desktop) -> None:
    desktop.put("notes.md", b"# Boots\n\n- dry socks")
    details_of_two = on_notes("i")
    details_of_two(desktop)
    desktop.page.get_by_role("button", name="Compare version 1").click()
    desktop.page.get_by_role("dialog").get_by_text("dry socks").wait_for()


def looking(name: str, content: bytes, part: str) -> Callable[[Desktop], None]:
    def look(desktop: Desktop) -> None:
        desktop.put(name, content)
        desktop.open()
        desktop.stand_on(name)
        desktop.press("Enter")
        desktop.page.get_by_role("dialog", name=name).locator(part).first.wait_for()

    look.__name__ = f"looking at {name}"
    return look


def pdf(desktop: Desktop) -> None:
    looking("tides.pdf", a_pdf(desktop.page), "canvas")(desktop)


def a_pdf(page: Page) -> bytes:
    other = page.context.new_page()
    other.set_content("<h1>Tides</h1>")
    made = other.pdf()
    other.close()
    return made


def clash(desktop: Desktop) -> None:
    below = int(str(desktop.make("Deep", desktop.folder_id)["id"]))
    desktop.put("notes.md", b"other", below)
    on_notes("Control+c")(desktop)
    desktop.stand_on("Deep")
    desktop.press("Enter")
    desktop.page.get_by_role("heading", name="Deep", exact=True).wait_for()
    desktop.shows("notes.md")
    desktop.lacks(LONG)
    desktop.list.focus()
    desktop.press("Control+v")
    desktop.page.get_by_role("dialog", name="is already in Deep").wait_for()


def moving(desktop: Desktop) -> None:
    on_notes("Shift+F10")(desktop)
    desktop.page.get_by_role("menuitem", name="Move to", exact=True).click()
    desktop.page.get_by_role("dialog", name="Move to").get_by_role("button", name="Plans").wait_for()


def sharing(desktop: Desktop) -> None:
    people = {"to": ["eva.of.the.long.address@post.example"], "role": "co-owner"}
    desktop.api("POST", f"/nodes/{desktop.folder_id}/members", people)
    desktop.open("/files")
    desktop.stand_on(desktop.folder)
    desktop.press(".")
    dialog = desktop.page.get_by_role("dialog", name=f"Share “{desktop.folder}”")
    dialog.get_by_label("Names or e-mail addresses").fill("fina@post.example")
    desktop.press("Enter")
    dialog.get_by_text("Hand on this link", exact=False).wait_for()


def linking(desktop: Desktop) -> None:
    made = {"node_ids": [desktop.folder_id], "password": "under the mat", "max_uses": 5, "role": "edit"}
    desktop.api("POST", "/links", made)
    desktop.open("/files")
    desktop.stand_on(desktop.folder)
    desktop.press(".")
    dialog = desktop.page.get_by_role("dialog", name=f"Share “{desktop.folder}”")
    dialog.get_by_text("Used 0 of 5 times").scroll_into_view_if_needed()


def page_of_a_link(role: str) -> Callable[[Desktop], None]:
    def go(desktop: Desktop) -> None:
        desktop.put(LONG)
        desktop.put("a text of many lines.txt", b"six poles\n" * 200)
        desktop.put("dot.gif", GIF)
        link = desktop.api("POST", "/links", {"node_ids": [desktop.folder_id], "role": role}).json()
        desktop.open(f"/s/{link['key']}")
        desktop.page.get_by_label("Files to add").wait_for()
        if role == "edit":
            desktop.page.get_by_role("link", name="a text of many lines").first.click()
            desktop.page.get_by_role("region", name="a text of many lines").wait_for()

    go.__name__ = f"page of a link to {role}"
    return go


def shared(desktop: Desktop) -> None:
    note = desktop.put(LONG)
    desktop.api("POST", "/links", {"node_ids": [note["id"]], "password": "under the mat"})
    desktop.api("POST", f"/nodes/{desktop.folder_id}/members", {"to": ["eva@post.example"], "role": "viewer"})
    desktop.open("/settings/sharing")
    desktop.page.get_by_role("list", name="Links").get_by_role("listitem").first.wait_for()


def new_app(desktop: Desktop) -> None:
    desktop.open("/developer/new")
    desktop.page.get_by_role("button", name="U1DB").click()
    desktop.page.get_by_label("Verifier").wait_for()


def console(section: str) -> Callable[[Desktop], None]:
    def go(desktop: Desktop) -> None:
        key = desktop.api("POST", "/apps", {"title": LONG[:60]}).json()["key"]
        user = {
            "username": f"{desktop.folder.replace(' ', '.')}@of.the.long.address.example",
            "password": "five quiet clouds",
        }
        desktop.api("POST", f"/apps/{key}/users", user)
        desktop.open(f"/developer/{key}/{section}")
        desktop.page.get_by_text("API endpoint").wait_for()
        if section == "people":
            desktop.page.get_by_text(user["username"]).wait_for()

    go.__name__ = f"console, {section}"
    return go


def removing(desktop: Desktop) -> None:
    old = desktop.put("old.txt")
    desktop.api("DELETE", f"/nodes/{old['id']}")
    desktop.open("/trash")
    desktop.list.wait_for()
    desktop.list.focus()
    desktop.press("Home", "Delete")
    desktop.page.get_by_role("dialog").wait_for()


def uploading(desktop: Desktop) -> None:
    files(desktop)
    desktop.page.route("**/api/v1/uploads", lambda route: None)  # never answered
    desktop.list.focus()
    with desktop.page.expect_file_chooser() as chooser:
        desktop.press("u")
    names = ("a.txt", LONG)
    chooser.value.set_files([{"name": name, "mimeType": "text/plain", "buffer": bytes(9000)} for name in names])
    desktop.page.get_by_text("0 of 2 files").wait_for()


def launcher(desktop: Desktop) -> None:
    files(desktop)
    start = desktop.page.get_by_role("button", name="Launcher")
    start.or_(desktop.page.get_by_role("button", name="More", exact=True)).first.click()
    desktop.page.get_by_role("dialog", name="Launcher").wait_for()


def searching(desktop: Desktop) -> None:
    files(desktop)
    desktop.press("Control+k")
    desktop.page.keyboard.type("notes")
    desktop.page.get_by_role("option", name="notes.md").first.wait_for()


def finding_comments(desktop: Desktop) -> None:
    note = desktop.put(LONG)
    desktop.api("POST", f"/nodes/{note['id']}/comments", {"text": f"Dry socks. {'x' * 80} And boots."})
    files(desktop)
    desktop.press("Control+k")
    desktop.page.keyboard.type("socks")
    desktop.page.get_by_role("option").filter(has_text="Dry socks").first.wait_for()


CLOUDS = "**/api/v1/elsewhere"
"""What tests/web/test_clouds.py sees of a real one is told to the page here, so that this server needs no other."""


def a_cloud(state: str = "open") -> Callable[[Desktop], None]:
    def go(desktop: Desktop) -> None:
        folder = {"id": 7, "name": LONG, "owner": "eva", "role": "editor", "cloud": "cloud.of.the.long.name.example",
                  "item_id": 8, "since": "2026-01-02T03:04:05Z", "state": state}  # fmt: skip
        item = {"id": 9, "parent_id": 8, "name": "notes.md", "kind": "file", "size": 5, "mime": "text/markdown",
                "number": 1, "modified_at": "2026-01-02 03:04:05.678", "author": "eva"}  # fmt: skip
        away = {"type": "", "title": "", "status": 503, "code": "peer-unreachable", "detail": "Away.", "advice": ""}
        over = away | {"status": 404, "code": "node-missing"}
        answers = {"open": (200, {"items": [item, item | {"id": 10, "name": LONG}]}), "silent": (503, away),
                   "ended": (404, over)}  # fmt: skip
        status, told = answers[state]
        desktop.page.route(CLOUDS, lambda route: route.fulfill(json={"folders": [folder]}))
        desktop.page.route(f"{CLOUDS}/7/items/**", lambda route: route.fulfill(status=status, json=told))
        desktop.open("/clouds/7")
        ready = desktop.entry("notes.md") if state == "open" else desktop.page.get_by_role("main").locator("h2")
        ready.first.wait_for()

    go.__name__ = f"a cloud, {state}"
    return go


def all_clouds(desktop: Desktop) -> None:
    a_cloud("silent")(desktop)
    desktop.open("/clouds")
    desktop.shows(LONG)


def connecting(desktop: Desktop) -> None:
    offer = {"cloud": "cloud.of.the.long.name.example", "folder": LONG, "owner": "eva", "role": "co-owner"}
    desktop.page.route(f"{CLOUDS}/invitation", lambda route: route.fulfill(json=offer))
    desktop.open("/clouds")
    desktop.page.get_by_role("button", name="Connect a cloud").first.click()
    desktop.page.get_by_label("Link of the invitation").fill("https://cloud.example/shared#nv_f_x")
    desktop.press("Enter")
    desktop.page.get_by_role("dialog", name="eva opens").wait_for()


def invited(desktop: Desktop) -> None:
    desktop.page.context.clear_cookies()
    desktop.open("/shared#nv_f_x")
    desktop.page.get_by_text("Is your cloud another one?").click()
    desktop.page.get_by_label("Address of your cloud").wait_for()


def keys(desktop: Desktop) -> None:
    files(desktop)
    desktop.press("?")
    desktop.page.get_by_role("dialog", name="Keys of this window").wait_for()


def empty(desktop: Desktop) -> None:
    desktop.open()
    desktop.page.get_by_role("heading", name="Nothing in").wait_for()


def lost(desktop: Desktop) -> None:
    files(desktop)
    desktop.page.context.clear_cookies()
    desktop.stand_on("notes.md")
    desktop.press("i")
    desktop.page.get_by_role("dialog", name="Sign in again to go on").wait_for()


def offline(desktop: Desktop) -> None:
    files(desktop)
    desktop.page.context.set_offline(True)
    desktop.page.evaluate("dispatchEvent(new Event('online'))")
    desktop.page.get_by_text("No connection to").wait_for()


def away(desktop: Desktop) -> None:
    desktop.page.route("**/api/**", lambda route: route.abort())
    desktop.open()
    desktop.page.get_by_role("heading", name="The cloud does not answer").wait_for()


def needing_the_connection(desktop: Desktop) -> None:
    desktop.open("/settings/look")
    desktop.page.get_by_role("heading", name="Look and language").wait_for()
    desktop.page.route("**/api/**", lambda route: route.abort())
    desktop.open("/photos")
    desktop.page.get_by_role("heading", name="Not without the connection").wait_for()


def received(desktop: Desktop) -> None:
    """Files of other apps, as the service worker keeps them."""
    desktop.api("POST", "/photos/albums", {"name": desktop.folder, "parent_id": None, "folder_id": None})
    hand_over(desktop, "cove.gif", "ridge.gif", "film with a name of many words.mp4")
    desktop.page.get_by_label("An album").check()


def received_by_nobody(desktop: Desktop) -> None:
    hand_over(desktop, LONG, *(f"{number}.gif" for number in range(9)))
    desktop.page.context.clear_cookies()
    desktop.page.reload()
    desktop.page.get_by_text("10 shared files wait").wait_for()


def hand_over(desktop: Desktop, *names: str) -> None:
    desktop.open()
    desktop.page.get_by_role("main").get_by_role("heading").first.wait_for()
    desktop.page.evaluate(
        """async ({ names, gif }) => {
            const types = { gif: 'image/gif', mp4: 'video/mp4', txt: 'text/plain' };
            const asked = indexedDB.open('nuvol-parcels', 1);
            const db = await new Promise((done) => (asked.onsuccess = () => done(asked.result)));
            const shelf = db.transaction('parcels', 'readwrite').objectStore('parcels');
            const file = (name) => new File([new Uint8Array(gif)], name, { type: types[name.slice(-3)] });
            for (const name of names) shelf.add({ file: file(name) });
            await new Promise((done) => (shelf.transaction.oncomplete = done));
            db.close();
        }""",
        {"names": names, "gif": list(GIF)},
    )
    desktop.page.reload()
    desktop.page.get_by_role("dialog", name=f"{len(names)} files for your cloud").wait_for()


def door(desktop: Desktop) -> None:
    desktop.page.context.clear_cookies()
    desktop.open("/signin")
    desktop.page.get_by_label("Password", exact=True).wait_for()


def setting_up(desktop: Desktop) -> None:
    """The form of a cloud that has nobody yet; this one has, and would say that the link is used up."""
    page, address = desktop.page, f"{desktop.server.url}/signin"
    page.route("**/setup/*", lambda route: route.fulfill(response=page.request.get(address)))
    page.context.clear_cookies()
    desktop.open("/setup/a-secret")
    page.get_by_label("Name to sign in with").fill("ana")
    page.get_by_role("button", name="Make the account").click()
    page.get_by_role("alert").first.wait_for()


def used_up(desktop: Desktop) -> None:
    desktop.page.context.clear_cookies()
    desktop.open("/setup/a-secret")
    desktop.page.get_by_role("heading", name="This link is used up").wait_for()


def wrong_password(desktop: Desktop) -> None:
    door(desktop)
    desktop.page.get_by_label("Name or e-mail").fill("nobody")
    desktop.page.get_by_label("Password", exact=True).fill("not the one")
    desktop.press("Enter")
    desktop.page.get_by_role("alert").wait_for()


def secret(desktop: Desktop) -> None:
    desktop.open("/settings/devices")
    desktop.page.get_by_label("Name of the device or program").fill("Laptop")
    desktop.press("Enter")
    desktop.page.get_by_text("Shown once.", exact=False).wait_for()


def photos(desktop: Desktop) -> None:
    put(desktop, "cove.jpg", "2025:06:12 10:12:00", place=(41.385, 2.173))
    put(desktop, "ridge with a name of many words that goes on and on until it is cut.jpg", "2025:06:12 09:00:00")
    put(desktop, "old.jpg", "2019:01:01 09:00:00")
    desktop.put("broken.jpg", b"no picture")
    looked_at(desktop)
    desktop.open("/photos")
    tile(desktop, "cove.jpg").first.wait_for()


def photos_chosen(desktop: Desktop) -> None:
    photos(desktop)
    desktop.list.focus()
    desktop.press("Control+a")
    desktop.page.get_by_role("toolbar").wait_for()


def photo(desktop: Desktop) -> None:
    photos(desktop)
    tile(desktop, "cove.jpg").first.click()
    lightbox(desktop, "cove.jpg").locator(".pswp__img").first.wait_for()


def about_photo(desktop: Desktop) -> None:
    photo(desktop)
    desktop.press("i")
    desktop.page.get_by_text("Leica Q3").wait_for()


def into_album(desktop: Desktop) -> None:
    photos_chosen(desktop)
    desktop.press("a")
    desktop.page.get_by_role("dialog", name="into an album").wait_for()


def correcting(desktop: Desktop) -> None:
    photos_chosen(desktop)
    desktop.press("t")
    dialog = desktop.page.get_by_role("dialog", name="Time and place")
    dialog.get_by_label("Place").fill("barcel")
    dialog.get_by_role("button", name="Barcelona, Spain").wait_for()


def importing(desktop: Desktop) -> None:
    name = f"{desktop.folder} {LONG}.zip"[-200:]
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        packed.writestr("sea.jpg", jpeg(exif(when="2001:01:01 10:00:00")))
        packed.writestr("note.txt", b"text")
    node = desktop.put(name, made.getvalue())
    desktop.put(f"another {name}", b"no archive")
    desktop.api("POST", "/photos/imports", {"node_id": node["id"]})
    desktop.open("/photos")
    desktop.page.locator("button[aria-label=More]").click()
    desktop.page.get_by_role("menuitem", name="Import photos").click()
    desktop.page.get_by_role("button", name="Move the zip to the trash").first.wait_for()


def link_to_photos(desktop: Desktop) -> None:
    photos_chosen(desktop)
    desktop.press(".")
    desktop.page.get_by_role("switch", name="Anyone with the link").click()
    desktop.page.get_by_role("button", name="Copy", exact=True).wait_for()


def an_album(desktop: Desktop) -> None:
    photos(desktop)
    outer = desktop.api("POST", "/photos/albums", {"name": "Journeys", "parent_id": None, "folder_id": None}).json()
    inner = {"name": "Folder of the coast", "parent_id": outer["id"], "folder_id": desktop.folder_id}
    desktop.api("POST", "/photos/albums", inner)
    desktop.open(f"/photos/albums/{outer['id']}")
    desktop.page.get_by_role("link", name="Folder of the coast").wait_for()


def some_documents(desktop: Desktop) -> str:
    """A database with an index and a few documents, one of a long name."""
    name = f"{desktop.folder.lower().replace(' ', '-')}-of-trips"
    desktop.api("PUT", f"/databases/{name}")
    columns = {"expressions": ["place", "number(rating, 4)"]}
    desktop.api("PUT", f"/databases/{name}/indexes/by-place-and-rating", columns)
    for doc_id, text in (
        ("ferry-2025", '{\n  "title": "Ferry",\n  "seats": 4,\n  "paid": true,\n  "note": "deck, not cabin"\n}'),
        ("tent-inventory", '{"place": "Cala Bona", "rating": 5}'),
        ("water-points." + "of.all.the.way." * 6, "{}"),
    ):
        desktop.api("PUT", f"/databases/{name}/documents/{doc_id}", text)
    return name


def database(desktop: Desktop) -> None:
    desktop.open(f"/documents/{some_documents(desktop)}")
    desktop.page.get_by_role("option", name="ferry-2025").wait_for()


def all_databases(desktop: Desktop) -> None:
    database(desktop)
    desktop.page.get_by_role("link", name="Databases", exact=True).click()
    desktop.page.get_by_role("list", name="Databases").wait_for()


def document(desktop: Desktop) -> None:
    database(desktop)
    desktop.page.get_by_role("option", name="ferry-2025").click()
    desktop.page.get_by_role("textbox", name="Text of ferry-2025").click()
    desktop.press("Control+End", "Enter")
    desktop.page.get_by_text("valid JSON").wait_for()


def no_json(desktop: Desktop) -> None:
    document(desktop)
    desktop.page.keyboard.type("and more")
    desktop.page.get_by_text("Not JSON at line").wait_for()


def changed_twice(desktop: Desktop) -> None:
    document(desktop)
    name = desktop.page.url.split("/documents/")[1].split("?")[0]
    desktop.page.context.set_offline(True)
    desktop.press("Control+s")
    desktop.page.get_by_text("valid JSON").wait_for(state="hidden")
    address = f"{desktop.server.url}/api/v1/databases/{name}/documents/ferry-2025"
    rev = desktop.page.request.get(address).headers["etag"]
    text = '{"title": "Ferry", "seats": 5, "paid": true, "note": "", "who": ["Ona", "Pau"]}'
    headers = {"Origin": desktop.server.url, "Content-Type": "application/json", "If-Match": rev}
    assert desktop.page.request.put(address, data=text.encode(), headers=headers).ok
    desktop.page.context.set_offline(False)
    desktop.page.evaluate("dispatchEvent(new Event('online'))")
    desktop.page.get_by_role("button", name="Take seats from There").click()
    desktop.page.get_by_role("textbox", name="Result").wait_for()


def index(desktop: Desktop) -> None:
    database(desktop)
    desktop.page.get_by_role("link", name="by-place-and-rating").click()
    desktop.page.get_by_label("place", exact=True).fill("Cala*")
    desktop.press("Enter")
    desktop.page.get_by_role("link", name="tent-inventory").wait_for()


def no_documents(desktop: Desktop) -> None:
    desktop.api("PUT", "/databases/nothing-in-it")
    desktop.open("/documents/nothing-in-it")
    desktop.page.get_by_text("Nothing in nothing-in-it yet").wait_for(state="attached")


def removing_a_database(desktop: Desktop) -> None:
    all_databases(desktop)
    desktop.page.get_by_role("link", name="-of-trips").first.focus()
    desktop.press("Delete")
    desktop.page.get_by_role("dialog", name="Remove the database").wait_for()


def making(what: str) -> Callable[[Desktop], None]:
    def make(desktop: Desktop) -> None:
        database(desktop)
        desktop.page.get_by_role("button", name="Window menu", exact=False).first.click()
        desktop.page.get_by_role("menuitem", name=f"New {what}").click()
        desktop.page.get_by_role("dialog", name=f"New {what}").wait_for()

    make.__name__ = f"making a {what}"
    return make


def documents_offline(desktop: Desktop) -> None:
    document(desktop)
    desktop.page.context.set_offline(True)
    desktop.page.evaluate("dispatchEvent(new Event('online'))")
    desktop.press("Control+s")
    desktop.page.get_by_text("No connection. 1 change waits.").wait_for()


def desks(desktop: Desktop) -> None:
    nuvol("admin", "--data", desktop.server.data, "app", "add", "eyeOS of the office", "--kind", "u1db")
    desktop.open("/settings/apps")
    desktop.page.get_by_role("button", name="Connect: eyeOS of the office").first.click()
    desktop.page.get_by_text("does not know you yet", exact=False).wait_for()


def at(path: str) -> Callable[[Desktop], None]:
    def go(desktop: Desktop) -> None:
        desktop.open(path)
        desktop.page.get_by_role("main").get_by_role("heading").first.wait_for()

    go.__name__ = path
    return go


PAGES = (
    files, chosen, menu, grid, naming, details, info, discussing, mentioning, activity, comparing, clash, moving,
    sharing, linking, shared, new_app, removing, uploading, launcher, searching, keys, pdf, empty, lost, offline, away,
    needing_the_connection, received, received_by_nobody,
    door, wrong_password, secret, desks, setting_up, used_up,
    looking("words.txt", b"plain words", "pre"), looking("notes.md", b"# Boots", "h1"), looking("dot.gif", GIF, "img"),
    looking("rain.wav", WAV, "audio"), looking("film.mp4", b"no film", ".empty"), looking("thing", b"0", ".empty"),
    photos, photos_chosen, photo, about_photo, into_album, correcting, importing, link_to_photos, an_album,
    at("/photos/albums"), at("/photos/favourites"), at("/photos/places"), at("/photos/duplicates"),
    all_databases, database, document, no_json, changed_twice, index, no_documents, documents_offline,
    finding_comments, a_cloud(), a_cloud("silent"), a_cloud("ended"), all_clouds, connecting, invited, at("/clouds"),
    removing_a_database, making("database"), making("document"), making("index"), at("/documents/no-such"),
    at("/developer"), console("keys"), console("people"), console("scopes"), console("usage"),
    console("tokens"),
    page_of_a_link("edit"), page_of_a_link("upload"), at("/shared"), at("/shared#over"),
    at("/trash"), at("/search?q=nothing-like-it"), at("/files/No such folder"), at("/settings/profile"),
    at("/settings/security"), at("/settings/devices"), at("/settings/apps"), at("/settings/look"),
)  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: f"{shape[0]} wide")
@pytest.mark.parametrize("show", PAGES, ids=lambda show: show.__name__)
def test_every_page_is_usable_by_everybody_and_keeps_in_place(
    desktop: Desktop, show: Callable[[Desktop], None], shape: tuple[int, int]
) -> None:
    page = desktop.page
    page.set_viewport_size({"width": shape[0], "height": shape[1]})
    page.emulate_media(reduced_motion="reduce")
    show(desktop)
    page.emulate_media(color_scheme="light")
    assert desktop.serious_findings() == []
    page.emulate_media(color_scheme="dark")
    assert desktop.serious_findings("color-contrast") == []  # all that a theme changes
    assert page.evaluate(RUNS_OUT) == []


def test_no_page_flashes_in_the_colours_of_another_theme(desktop: Desktop) -> None:
    """The choice is on the page before anything is drawn."""
    desktop.open("/settings/look")
    desktop.page.get_by_role("button", name="Dark", exact=True).click()
    desktop.page.add_init_script(
        "const look = () => (globalThis.seen ??= document.documentElement.dataset.theme);"
        "document.addEventListener('readystatechange', look)"
    )
    desktop.page.reload()
    expect(desktop.page.get_by_role("heading", name="Look and language")).to_be_visible()
    assert desktop.page.evaluate("globalThis.seen") == "dark"


def test_spanish_and_catalan_fit_where_english_does(desktop: Desktop) -> None:
    desktop.put(LONG)
    database = some_documents(desktop)
    here = f"/files/{quote(desktop.folder)}"
    key = desktop.api("POST", "/apps", {"title": LONG[:60]}).json()["key"]
    for language in ("es", "ca"):
        desktop.open()
        desktop.page.evaluate("(wish) => localStorage.setItem('language', wish)", language)
        settings = (f"/settings/{section}" for section in ("security", "devices", "apps", "sharing", "look"))
        for path in (
            here,
            "/developer/new",
            f"/developer/{key}/keys",
            f"/developer/{key}/scopes",
            "/documents",
            f"/documents/{database}",
            f"/documents/{database}?index=i",
            "/photos",
            "/photos/albums",
            "/photos/places",
            "/photos/duplicates",
            "/trash",
            "/clouds",
            *settings,
        ):
            desktop.open(path)
            for width, height in SHAPES:
                desktop.page.set_viewport_size({"width": width, "height": height})
                desktop.page.get_by_role("main").get_by_role("heading").first.wait_for()
                assert desktop.page.evaluate(RUNS_OUT) == [], (language, width, path)
