"""A folder opened to other people, by hand: who gets in, what they may do, and out again."""

from playwright.sync_api import BrowserContext, expect

from tests.servers import Server
from tests.web.desktop import Desktop

SOON = 20_000  # ms; a busy machine


def share(desktop: Desktop, name: str) -> None:
    desktop.open("/files")
    desktop.stand_on(name)
    desktop.press(".")
    desktop.page.get_by_role("dialog", name=f"Share “{name}”").get_by_text("owner", exact=True).wait_for()


def test_a_folder_is_opened_to_somebody_who_sees_it_at_once_and_closed_again(
    desktop: Desktop, other: BrowserContext, server: Server
) -> None:
    desktop.put("map.txt")
    theirs = other.new_page()
    theirs.goto(f"{server.url}/shared")
    share(desktop, desktop.folder)
    dialog = desktop.page.get_by_role("dialog")
    dialog.get_by_label("Names or e-mail addresses").fill("biel")
    dialog.get_by_label("What they may do").select_option("can look")
    desktop.press("Tab")
    dialog.get_by_role("button", name="Invite").click()
    expect(dialog.get_by_label("What biel may do")).to_have_value("viewer")

    row = theirs.get_by_role("row").filter(has=theirs.get_by_title(desktop.folder, exact=True))
    expect(row).to_be_visible(timeout=SOON)
    expect(row.get_by_text(f"shared by {server.name}")).to_be_visible()
    row.dblclick()
    expect(theirs.get_by_title("map.txt", exact=True)).to_be_visible(timeout=SOON)

    dialog.get_by_label("What biel may do").select_option("can edit")
    dialog.get_by_role("button", name="Remove biel").click()
    expect(dialog.get_by_label("What biel may do")).to_have_count(0)
    assert len(desktop.api("GET", f"/nodes/{desktop.folder_id}/members").json()["members"]) == 1
    desktop.press("Escape")
    desktop.page.get_by_role("button", name="Undo").click()
    expect(desktop.page.get_by_text("Undone")).to_be_visible()
    members = desktop.api("GET", f"/nodes/{desktop.folder_id}/members").json()["members"]
    assert [member["role"] for member in members] == ["owner", "editor"]


def test_an_address_without_an_account_gets_a_link_that_opens_the_folder_once(
    desktop: Desktop, other: BrowserContext, server: Server
) -> None:
    share(desktop, desktop.folder)
    dialog = desktop.page.get_by_role("dialog")
    dialog.get_by_label("Names or e-mail addresses").fill("eva@post.example nobody-here")
    dialog.get_by_role("button", name="Invite").click()
    link = dialog.locator(".made .key").inner_text()
    expect(dialog.get_by_role("alert")).to_contain_text("nobody-here: nobody has that name here.")
    expect(dialog.get_by_text("no account yet, asked today")).to_be_visible()

    theirs = other.new_page()
    theirs.goto(link)
    expect(theirs.get_by_role("dialog", name=f"{server.name} opens “{desktop.folder}” to you")).to_be_visible()
    theirs.get_by_role("button", name="Accept").click()
    expect(theirs.get_by_role("heading", name=desktop.folder, exact=True)).to_be_visible(timeout=SOON)
    theirs.goto("about:blank")
    theirs.goto(link)
    expect(theirs.get_by_role("dialog", name="This invitation is used up")).to_be_visible()


def test_a_member_leaves_by_the_same_dialog(desktop: Desktop, other: BrowserContext, server: Server) -> None:
    desktop.api("POST", f"/nodes/{desktop.folder_id}/members", {"to": ["biel"], "role": "editor"})
    theirs = other.new_page()
    theirs.goto(f"{server.url}/shared")
    row = theirs.get_by_role("row").filter(has=theirs.get_by_title(desktop.folder, exact=True))
    row.click()
    theirs.keyboard.press(".")
    theirs.get_by_role("dialog").get_by_role("button", name="Leave").click()
    expect(theirs.get_by_text(f"You left “{desktop.folder}”")).to_be_visible()
    expect(row).to_have_count(0, timeout=SOON)


def test_a_folder_of_somebody_else_is_not_thrown_away_but_left(
    desktop: Desktop, other: BrowserContext, server: Server
) -> None:
    desktop.put("map.txt")
    desktop.api("POST", f"/nodes/{desktop.folder_id}/members", {"to": ["biel"], "role": "editor"})
    theirs = other.new_page()
    theirs.goto(f"{server.url}/shared")
    row = theirs.get_by_role("row").filter(has=theirs.get_by_title(desktop.folder, exact=True))
    row.click()
    theirs.keyboard.press("Delete")
    question = theirs.get_by_role("dialog", name=f"Leave “{desktop.folder}”?")
    question.get_by_role("button", name="Cancel").click()
    expect(row).to_be_visible()
    row.click()
    theirs.keyboard.press("Delete")
    question.get_by_role("button", name="Leave").click()
    expect(theirs.get_by_text(f"You left “{desktop.folder}”")).to_be_visible()
    expect(row).to_have_count(0, timeout=SOON)
    assert desktop.names() == ["map.txt"]
