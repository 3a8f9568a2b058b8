"""Folders on another cloud in the Files window: two real servers, and nothing but HTTP between them."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.servers import Server, serve
from tests.walks.test_two_clouds import Desk
from tests.web.desktop import Desktop

SOON = 30_000  # ms; a busy machine
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Where one lives. It may call this machine."""
    with (
        tempfile.TemporaryDirectory() as folder,
        serve(Path(folder) / "here", "--outbound-allow", "127.0.0.1") as running,
    ):
        yield running


@pytest.fixture(scope="module")
def there() -> Iterator[Server]:
    """Where the folders are."""
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder) / "there") as running:
        yield running


@pytest.fixture
def anna(there: Server) -> Iterator[Desk]:
    desk = Desk(there)
    with desk.client:
        yield desk


def connect(desktop: Desktop, link: str, folder: str) -> None:
    page = desktop.page
    desktop.open("/clouds")
    page.get_by_role("button", name="Connect a cloud").first.click()
    dialog = page.get_by_role("dialog", name="Connect a cloud")
    dialog.get_by_label("Link of the invitation").fill(link)
    dialog.get_by_role("button", name="Continue").click()
    consent = page.get_by_role("dialog", name=f"ada opens “{folder}” to you")
    consent.get_by_role("button", name="Connect").click()
    expect(page.get_by_role("heading", name=folder, exact=True)).to_be_visible(timeout=SOON)


def connected(desktop: Desktop, anna: Desk, name: str, role: str = "editor") -> int:
    """A folder of anna's, with something in it, as a cloud of one's own; its id there."""
    folder = anna.folder(name)
    anna.ask("PUT", f"/nodes/{folder}/children/notes.txt/content", 201, content=b"dry socks")
    inner = anna.ask("POST", "/nodes", 201, json={"parent_id": folder, "name": "Maps"})["id"]
    anna.ask("PUT", f"/nodes/{inner}/children/dot.png/content", 201, content=PNG)
    connect(desktop, anna.invite(folder, role, f"ada@{name.lower()}.example"), name)
    desktop.shows("notes.txt", "Maps")
    return folder


def unfiltered(desktop: Desktop) -> None:
    """What `stand_on` narrowed the list to is given up."""
    desktop.list.or_(desktop.page.get_by_role("group", name="Plans")).first.focus()
    desktop.press("Escape", "Escape")
    expect(desktop.page.get_by_label("find here")).to_have_count(0)


def test_a_folder_is_connected_with_consent_and_used_as_if_it_were_here(
    desktop: Desktop, anna: Desk, tmp_path: Path
) -> None:
    page = desktop.page
    folder = connected(desktop, anna, "Plans")
    host = anna.url.removeprefix("http://")
    sidebar = page.get_by_role("navigation", name="Places")
    expect(sidebar.get_by_role("link", name="Plans")).to_have_attribute("aria-current", "page")

    desktop.stand_on("Maps")
    desktop.press("Enter")
    expect(page.get_by_role("heading", name="Maps", exact=True)).to_be_visible()
    desktop.stand_on("dot.png")
    desktop.press("Enter")
    picture = page.get_by_role("dialog", name="dot.png").get_by_role("img", name="dot.png")
    picture.wait_for()
    assert page.evaluate("(image) => image.decode().then(() => image.naturalWidth)", picture.element_handle()) == 1
    desktop.press("Escape")
    page.reload()
    expect(page.get_by_role("navigation", name="Path").get_by_role("link", name="Plans")).to_be_visible(timeout=SOON)
    desktop.stand_on("dot.png")
    desktop.press("Backspace")
    expect(page.get_by_role("heading", name="Plans", exact=True)).to_be_visible()

    desktop.stand_on("notes.txt")
    desktop.press("Enter")
    expect(page.get_by_role("dialog", name="notes.txt").get_by_text("dry socks")).to_be_visible()
    desktop.press("Escape")
    with page.expect_download() as download:
        desktop.press("Control+d")
    assert download.value.suggested_filename == "notes.txt"
    assert Path(download.value.path()).read_bytes() == b"dry socks"

    unfiltered(desktop)
    desktop.entry("notes.txt").click()
    desktop.press("F2")
    page.get_by_label("New name").fill("packing ñ.txt")
    desktop.press("Enter")
    desktop.shows("packing ñ.txt")
    assert sorted(anna.names(folder)) == ["Maps", "packing ñ.txt"]
    page.get_by_role("button", name="Undo").click()
    desktop.shows("notes.txt")
    page.get_by_role("button", name="Details").click()
    expect(page.get_by_role("complementary", name="Details").get_by_text(host)).to_be_visible()
    page.get_by_role("button", name="Details").click()

    desktop.list.focus()
    desktop.press("Shift+N")
    page.get_by_label("New name").fill("Photos")
    desktop.press("Enter")
    desktop.shows("Photos")
    desktop.stand_on("notes.txt")
    desktop.press("Delete")
    asked = page.get_by_role("dialog", name=f"Delete “notes.txt” on {host}?")
    asked.get_by_role("button", name="Delete “notes.txt”").click()
    unfiltered(desktop)
    desktop.shows("Maps", "Photos")
    desktop.lacks("notes.txt")
    assert sorted(anna.names(folder)) == ["Maps", "Photos"]

    page.get_by_role("link", name="Other clouds").click()
    desktop.stand_on("Plans")
    expect(desktop.entry("Plans").get_by_text(f"ada on {host}")).to_be_visible()
    desktop.press("Delete")
    page.get_by_role("dialog", name=f"Disconnect “Plans” on {host}?").get_by_role("button", name="Disconnect").click()
    desktop.lacks("Plans")
    assert len(anna.members(folder)) == 1


def test_files_are_sent_there_and_a_name_that_is_taken_is_asked_about(
    desktop: Desktop, anna: Desk, tmp_path: Path
) -> None:
    page = desktop.page
    folder = connected(desktop, anna, "Trip")
    large = bytes(range(256)) * 4096
    (tmp_path / "notes.txt").write_bytes(b"wool socks")
    (tmp_path / "film & ñ.bin").write_bytes(large)
    desktop.list.focus()
    with page.expect_file_chooser() as chooser:
        desktop.press("u")
    chooser.value.set_files([tmp_path / "notes.txt", tmp_path / "film & ñ.bin"])
    clash = page.get_by_role("dialog", name="“notes.txt” is already in Trip")
    clash.get_by_text("New version").click()
    clash.get_by_role("button", name="Continue").click()
    desktop.shows("film & ñ.bin")
    expect(page.get_by_text("2 files are in")).to_be_visible(timeout=SOON)
    listed = {node["name"]: node["id"] for node in anna.ask("GET", f"/nodes/{folder}/children")["nodes"]}
    assert anna.ask("GET", f"/nodes/{listed['film & ñ.bin']}/content") == large
    assert anna.ask("GET", f"/nodes/{listed['notes.txt']}/content") == b"wool socks"
    assert len(anna.ask("GET", f"/nodes/{listed['notes.txt']}/versions")["versions"]) == 2


def test_who_may_only_look_is_offered_nothing_else(desktop: Desktop, anna: Desk) -> None:
    connected(desktop, anna, "Look", "viewer")
    expect(desktop.page.get_by_role("button", name="Upload")).to_have_count(0)
    desktop.stand_on("notes.txt")
    desktop.press("Shift+F10")
    menu = desktop.page.get_by_role("menu")
    expect(menu.get_by_role("menuitem", name="Download")).to_be_visible()
    for act in ("Rename", "Delete", "Share", "Cut", "Comments"):
        expect(menu.get_by_role("menuitem", name=act)).to_have_count(0)


def test_a_folder_that_was_closed_says_so_and_is_taken_off_the_list(desktop: Desktop, anna: Desk) -> None:
    page = desktop.page
    folder = connected(desktop, anna, "Closed")
    guest = anna.members(folder)[1]
    anna.ask("DELETE", f"/nodes/{folder}/members/{guest['account_id']}", 204)
    page.reload()
    expect(page.get_by_role("heading", name="“Closed” is not open to you any more")).to_be_visible(timeout=SOON)
    page.get_by_role("button", name="Take off the list").click()
    expect(page.get_by_text("is disconnected")).to_be_visible()
    desktop.lacks("Closed")
    expect(page.get_by_role("navigation", name="Places").get_by_role("link", name="Closed")).to_have_count(0)


def test_a_cloud_that_is_away_says_so_and_comes_back(desktop: Desktop) -> None:
    page = desktop.page
    with tempfile.TemporaryDirectory() as place:
        with serve(Path(place) / "third") as third:
            carl, port = Desk(third), third.url.rpartition(":")[2]
            with carl.client:
                connected(desktop, carl, "Far")
        page.reload()
        expect(page.get_by_role("heading", name=f"127.0.0.1:{port} does not answer")).to_be_visible(timeout=SOON)
        places = page.get_by_role("navigation", name="Places")
        expect(places.get_by_role("link", name="Far does not answer")).to_be_visible()
        places.get_by_role("link", name="All files").click()
        desktop.shows(desktop.folder)  # nobody waits for it
        page.go_back()
        with serve(Path(place) / "third", "--port", port):
            page.get_by_role("button", name="Try again").click()
            desktop.shows("notes.txt")
            page.get_by_role("link", name="Other clouds").click()
            desktop.stand_on("Far")
            desktop.press("Delete")
            page.get_by_role("dialog").get_by_role("button", name="Disconnect").click()
            desktop.lacks("Far")


def test_an_invitation_is_taken_to_the_cloud_where_one_lives(
    desktop: Desktop, anna: Desk, browser: Browser, server: Server
) -> None:
    link = anna.invite(anna.folder("Party"), "viewer", "ada@party.example")
    visitor = browser.new_context(locale="en-GB")
    page = visitor.new_page()
    page.goto(link)
    page.get_by_text("Is your cloud another one?").click()
    page.get_by_label("Address of your cloud").fill(server.url)
    page.route("**/clouds*", lambda route: route.fulfill(status=204))
    with page.expect_request("**/clouds*") as going:
        page.get_by_role("button", name="Open there").click()
    address = going.value.url + "#" + quote(link, safe="")
    visitor.close()
    assert address.startswith(f"{server.url}/clouds")
    desktop.page.goto(address)
    dialog = desktop.page.get_by_role("dialog", name="Connect a cloud")
    expect(dialog.get_by_label("Link of the invitation")).to_have_value(link)
    dialog.get_by_role("button", name="Continue").click()
    expect(desktop.page.get_by_text("can look", exact=True)).to_be_visible(timeout=SOON)
    desktop.page.get_by_role("button", name="Not now").click()
    assert anna.ask("GET", "/shares")["by_me"] is not None
    assert desktop.page.url.endswith("/clouds"), "the secret stands in no address"


@pytest.mark.parametrize(
    ("link", "says"),
    [
        ("https://cloud.example/other", "That is no link of an invitation."),
        ("http://10.1.2.3/shared#nv_f_" + "x" * 43, "This cloud does not call that address"),
    ],
)
def test_a_wrong_link_says_what_is_wrong(desktop: Desktop, link: str, says: str) -> None:
    desktop.open("/clouds")
    page: Page = desktop.page
    page.get_by_role("button", name="Connect a cloud").first.click()
    page.get_by_label("Link of the invitation").fill(link)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text(says)
