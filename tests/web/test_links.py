"""Links given out by hand: on what terms they open, to somebody without an account, and how they are taken back."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.web.desktop import Desktop


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
def stranger(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=request.param, locale="en-GB")
    yield context.new_page()
    context.close()


def share(desktop: Desktop, name: str) -> Locator:
    desktop.stand_on(name)
    desktop.press(".")
    return desktop.page.get_by_role("dialog", name=f"Share “{name}”")


def switch(dialog: Locator) -> Locator:
    return dialog.get_by_role("switch", name="Anyone with the link")


def link_of(dialog: Locator) -> str:
    return dialog.locator(".address .key").first.inner_text()


def changed(desktop: Desktop, field: Locator, value: str) -> None:
    with desktop.page.expect_response(lambda answer: answer.request.method == "PATCH"):
        field.fill(value)
        desktop.press("Tab")


def test_a_link_opens_on_its_terms_and_is_taken_back_at_once(desktop: Desktop, stranger: Page) -> None:
    desktop.put("map.txt", b"north is up")
    desktop.open("/files")
    dialog = share(desktop, desktop.folder)
    switch(dialog).check()
    address = link_of(dialog)
    stranger.goto(address)
    expect(stranger.get_by_text("map.txt")).to_be_visible()

    changed(desktop, dialog.get_by_label("Password"), "under the mat")
    expect(dialog.get_by_placeholder("kept; type a new one")).to_have_value("")
    stranger.goto(address)
    stranger.get_by_label("Password").fill("on the roof")
    stranger.get_by_role("button", name="Open").click()
    expect(stranger.get_by_text("The password of this link is wrong")).to_be_visible()
    stranger.get_by_label("Password").fill("under the mat")
    stranger.get_by_role("button", name="Open").click()
    expect(stranger.get_by_text("map.txt")).to_be_visible()

    changed(desktop, dialog.get_by_label("At most"), "1")
    stranger.goto(address)
    with stranger.expect_download():
        stranger.get_by_role("link", name="Download map.txt").click()
    assert stranger.goto(address).status == 404  # type: ignore[union-attr]
    changed(desktop, dialog.get_by_label("At most"), "")
    changed(desktop, dialog.get_by_label("Until"), "2001-01-01")
    expect(dialog.get_by_role("alert")).to_contain_text("A link must end in the future.")
    changed(desktop, dialog.get_by_label("Until"), "2999-12-31")
    expect(dialog.get_by_role("alert")).to_have_count(0)
    stranger.goto(address)
    expect(stranger.get_by_text("until 31 December 2999")).to_be_visible()

    switch(dialog).uncheck()
    expect(desktop.page.get_by_text("The link is taken back")).to_be_visible()
    assert stranger.goto(address).status == 404  # type: ignore[union-attr]
    expect(stranger.get_by_role("heading", name="This link leads nowhere")).to_be_visible()


def test_a_link_may_take_files_and_show_none(desktop: Desktop, stranger: Page) -> None:
    desktop.put("secret.txt")
    desktop.open("/files")
    dialog = share(desktop, desktop.folder)
    switch(dialog).check()
    with desktop.page.expect_response(lambda answer: answer.request.method == "PATCH"):
        dialog.get_by_label("They may", exact=True).select_option("only add files")
    stranger.goto(link_of(dialog))
    expect(stranger.get_by_text("secret.txt")).to_have_count(0)
    upload = {"name": "gift.txt", "mimeType": "text/plain", "buffer": b"for you"}
    stranger.get_by_label("Files to add").set_input_files([upload])  # type: ignore[list-item]
    stranger.get_by_role("button", name="Send").click()
    expect(stranger.get_by_text("one file has arrived")).to_be_visible()
    assert sorted(desktop.names()) == ["gift.txt", "secret.txt"]


def test_files_and_several_items_have_links_too(desktop: Desktop, stranger: Page) -> None:
    for name in ("one.txt", "two.txt", "three.txt"):
        desktop.put(name)
    desktop.open()
    dialog = share(desktop, "one.txt")
    switch(dialog).check()
    expect(dialog.get_by_label("They may", exact=True).locator("option")).to_have_count(1)
    stranger.goto(link_of(dialog))
    expect(stranger.get_by_role("heading", name="one.txt")).to_be_visible()
    dialog.get_by_role("button", name="Done").click()

    desktop.open()
    desktop.shows("one.txt", "two.txt", "three.txt")
    desktop.list.focus()
    desktop.press("Control+a", ".")
    dialog = desktop.page.get_by_role("dialog", name="Share 3 items")
    switch(dialog).check()
    stranger.goto(link_of(dialog))
    for name in ("one.txt", "two.txt", "three.txt"):
        expect(stranger.get_by_text(name, exact=True)).to_be_visible()


def test_signing_in_on_the_page_of_a_link_leads_back_to_it(desktop: Desktop, browser: Browser) -> None:
    note = desktop.put("note.txt")
    link = desktop.api("POST", "/links", {"node_ids": [note["id"]]}).json()
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(f"{desktop.server.url}/s/{link['key']}")
    page.get_by_role("link", name="Keep in my cloud").click()
    page.get_by_label("Name or e-mail").fill(desktop.server.name)
    page.get_by_label("Password", exact=True).fill(desktop.server.password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Keep in my cloud").click()
    expect(page.get_by_text("is in your files now")).to_be_visible()
    context.close()


def test_settings_list_every_link_to_be_changed_and_taken_back(desktop: Desktop) -> None:
    note = desktop.put("note.txt")
    link = desktop.api("POST", "/links", {"node_ids": [note["id"]], "name": f"To {desktop.folder}"}).json()
    name = str(link["name"])
    desktop.open("/settings/sharing")
    row = desktop.page.get_by_role("list", name="Links").get_by_role("listitem").filter(has_text=name)
    expect(row.get_by_text("look and download")).to_be_visible()
    row.get_by_role("button", name=f"Change: {name}").click()
    changed(desktop, desktop.page.get_by_role("dialog").get_by_label("Password"), "under the mat")
    desktop.page.get_by_role("dialog").get_by_role("button", name="Done").click()
    expect(row.get_by_text("password", exact=False)).to_be_visible()
    assert desktop.api("GET", f"/links/{link['id']}").json()["has_password"] is True
    row.get_by_role("button", name=f"Take back: {name}").click()
    expect(row).to_have_count(0)
    ids = [one["id"] for one in desktop.api("GET", "/links").json()["links"]]
    assert link["id"] not in ids
