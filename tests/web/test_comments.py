"""The social bar: comments that appear where others look, mentions, and who did what in a folder."""

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.servers import Server
from tests.web.desktop import Desktop

SOON = 20_000  # ms; a busy machine


@pytest.fixture
def theirs(desktop: Desktop, other: BrowserContext) -> Page:
    """Biel in the same folder, who may only look at it."""
    desktop.put("map.txt")
    desktop.api("POST", f"/nodes/{desktop.folder_id}/members", {"to": ["biel"], "role": "viewer"})
    page = other.new_page()
    page.goto(f"{desktop.server.url}/files/{desktop.folder}")
    page.get_by_title("map.txt", exact=True).wait_for()
    return page


def discuss(page: Page, name: str) -> Locator:
    """Open the comments of an entry by its menu; the list of them."""
    page.get_by_role("row").filter(has=page.get_by_title(name, exact=True)).click()
    page.keyboard.press("Shift+F10")
    page.get_by_role("menuitem", name="Comments").click()
    expect(page.get_by_role("tab", name="Comments")).to_have_attribute("aria-selected", "true")
    return page.get_by_role("list", name="Comments")


def box(page: Page) -> Locator:
    return page.get_by_label("Write a comment")


def test_what_one_writes_stands_before_the_other_at_once(desktop: Desktop, theirs: Page, server: Server) -> None:
    desktop.open()
    mine, his = discuss(desktop.page, "map.txt"), discuss(theirs, "map.txt")
    expect(desktop.page.get_by_text("Nobody has written anything yet.")).to_be_visible()
    box(desktop.page).fill("Is this the one?\nThe <b>northern</b> way?")
    desktop.page.get_by_role("button", name="Add", exact=True).click()
    expect(mine.get_by_text("The <b>northern</b> way?")).to_be_visible()
    expect(his.get_by_text("Is this the one?")).to_be_visible(timeout=SOON)
    expect(his.get_by_text(server.name)).to_be_visible()
    expect(his.get_by_role("button")).to_have_count(0)  # only the author deletes

    box(theirs).fill("It is")
    theirs.keyboard.press("Control+Enter")
    expect(box(theirs)).to_have_value("")
    expect(mine.get_by_role("listitem").first).to_contain_text("It is", timeout=SOON)
    expect(desktop.page.get_by_role("tab", name="Comments 2")).to_be_visible()

    desktop.page.get_by_role("button", name="Delete the comment of").click()
    expect(mine.get_by_role("listitem")).to_have_count(1)
    expect(his.get_by_role("listitem")).to_have_count(1, timeout=SOON)
    desktop.page.get_by_role("button", name="Undo").click()
    expect(his.get_by_text("Is this the one?")).to_be_visible(timeout=SOON)


def test_people_are_mentioned_by_keyboard_alone(desktop: Desktop, theirs: Page, server: Server) -> None:
    desktop.open()
    mine, his = discuss(desktop.page, "map.txt"), discuss(theirs, "map.txt")
    box(desktop.page).focus()
    desktop.page.keyboard.type("Look, @bi")
    expect(desktop.page.get_by_role("option", name="biel")).to_have_attribute("aria-selected", "true")
    desktop.press("Enter")
    desktop.page.keyboard.type("and @")
    desktop.press("ArrowDown", "ArrowUp", "Escape")
    expect(desktop.page.get_by_role("option")).to_have_count(0)
    desktop.page.keyboard.type("nobody")
    expect(box(desktop.page)).to_have_value("Look, @biel and @nobody")
    desktop.press("Control+Enter")
    expect(mine.locator(".mention")).to_have_text(["@biel"])
    expect(his.locator(".mention")).to_have_text(["@biel"], timeout=SOON)


def test_what_cannot_be_written_stays_in_the_box(desktop: Desktop) -> None:
    desktop.put("map.txt")
    desktop.open()
    discuss(desktop.page, "map.txt")
    refusal = {"code": "quota-exceeded", "detail": "Full.", "advice": "", "status": 507, "title": "", "type": ""}
    desktop.page.route(
        "**/comments",
        lambda route: route.fulfill(status=507, json=refusal) if route.request.method == "POST" else route.fallback(),
    )
    box(desktop.page).fill("worth keeping")
    desktop.page.get_by_role("button", name="Add", exact=True).click()
    expect(desktop.page.get_by_role("alert")).to_contain_text("There is no room left")
    expect(box(desktop.page)).to_have_value("worth keeping")
    desktop.press("Escape")
    expect(desktop.page.get_by_role("complementary", name="Details")).to_have_count(0)
    expect(desktop.list).to_be_focused()
    discuss(desktop.page, "map.txt")
    expect(box(desktop.page)).to_have_value("worth keeping")


def test_the_activity_of_a_folder_tells_who_did_what(desktop: Desktop, theirs: Page, server: Server) -> None:
    (node,) = desktop.api("GET", f"/nodes/{desktop.folder_id}/children").json()["nodes"]
    desktop.api("PATCH", f"/nodes/{node['id']}", {"name": "plan.txt"})
    theirs.goto(f"{server.url}/shared")
    theirs.get_by_role("row").filter(has=theirs.get_by_title(desktop.folder, exact=True)).click()
    theirs.keyboard.press("i")
    acts = theirs.get_by_role("list", name="Activity")
    expect(acts.get_by_role("listitem").first).to_contain_text(f"{server.name} renamed “map.txt” to “plan.txt”")
    people = theirs.get_by_role("complementary", name="Details")
    expect(people.get_by_text("can look", exact=False)).to_be_visible()
    desktop.put("new.txt")
    expect(acts.get_by_role("listitem").first).to_contain_text("added “new.txt”", timeout=SOON)
    theirs.get_by_role("tab", name="Info").click()
    expect(people.get_by_role("definition").filter(has_text=server.name)).to_be_visible()


def test_what_was_written_is_found_by_whoever_may_read_it_until_it_ends(desktop: Desktop, theirs: Page) -> None:
    (node,) = desktop.api("GET", f"/nodes/{desktop.folder_id}/children").json()["nodes"]
    word = f"socks{desktop.folder_id}"
    desktop.api("POST", f"/nodes/{node['id']}/comments", {"text": f"We take the ferry at ten, and bring dry {word}"})

    def seek(page: Page) -> Locator:
        page.keyboard.press("Control+k")
        page.get_by_role("combobox").fill(f"dry {word}")
        return page.get_by_role("option").filter(has_text=f"on “{node['name']}”")

    hit = seek(theirs)
    expect(hit).to_contain_text(f"bring dry {word}")
    hit.click()
    expect(theirs.get_by_role("heading", name=desktop.folder, exact=True)).to_be_visible(timeout=SOON)
    expect(theirs.get_by_role("list", name="Comments").get_by_text("We take the ferry")).to_be_visible(timeout=SOON)
    theirs.goto(f"{desktop.server.url}/search?q={word}")
    expect(theirs.get_by_role("row").filter(has_text="wrote: We take the ferry")).to_be_visible(timeout=SOON)

    member = desktop.api("GET", f"/nodes/{desktop.folder_id}/members").json()["members"][1]
    desktop.api("DELETE", f"/nodes/{desktop.folder_id}/members/{member['account_id']}")
    seek(theirs)
    expect(theirs.get_by_text("0 found")).to_be_visible(timeout=SOON)
    expect(theirs.get_by_role("option").filter(has_text="ferry")).to_have_count(0)


def test_an_end_of_access_ends_the_conversation(desktop: Desktop, theirs: Page) -> None:
    discuss(theirs, "map.txt")
    members = desktop.api("GET", f"/nodes/{desktop.folder_id}/members").json()["members"]
    desktop.api("DELETE", f"/nodes/{desktop.folder_id}/members/{members[1]['account_id']}")
    box(theirs).fill("still here?")
    theirs.keyboard.press("Control+Enter")
    gone = theirs.get_by_role("heading", name="This folder is no longer here").or_(theirs.get_by_role("alert"))
    expect(gone.first).to_be_visible(timeout=SOON)
