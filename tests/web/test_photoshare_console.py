"""This cloud's own app in the developer console, which knows it like any other."""

import httpx
from playwright.sync_api import expect

from tests.web.desktop import Desktop

SOON = 30_000  # ms; a busy machine


def test_photoshare_is_seen_with_what_it_may_do_and_what_it_did(desktop: Desktop) -> None:
    server, page = desktop.server, desktop.page
    with httpx.Client(base_url=f"{server.url}/photoshare", headers={"Origin": server.url}, timeout=60) as visitor:
        login = {"username": server.name, "password": server.password}
        assert visitor.post("/login", data=login).status_code == 303
        assert visitor.get("/timeline").status_code == 200
    desktop.open("/developer")
    page.get_by_role("link", name="PhotoShare").first.click()
    expect(page.get_by_text("photoshare", exact=True).first).to_be_visible()
    page.get_by_role("link", name="Scopes").click()
    expect(page.get_by_text("A folder of its own").first).to_be_visible()
    page.get_by_role("link", name="Usage").click()
    row = page.get_by_role("row").nth(1)
    expect(row).to_be_visible(timeout=SOON)
    calls, refused, _, _, accounts = (
        int(cell) if cell.isdigit() else -1 for cell in row.get_by_role("cell").all_inner_texts()
    )
    assert calls > 10 and refused == 0 and accounts == 2  # the person's and the app account
    page.get_by_role("link", name="Tokens").click()
    for holder in (server.name, "photoshare-app"):
        expect(page.get_by_text(holder).first).to_be_visible()
    assert desktop.serious_findings() == []
