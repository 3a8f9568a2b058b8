"""The first minute of a fresh cloud, and the pages for browsers without JavaScript."""

import re
import subprocess
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.servers import NUVOL


def test_the_set_up_link_makes_the_first_account_and_opens_the_desk(browser: Browser, tmp_path: Path) -> None:
    command = [NUVOL, "serve", "--data", tmp_path / "data", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            link = next(line.split()[1] for line in process.stdout if line.startswith("set-up"))
            plain = browser.new_context(java_script_enabled=False).new_page()
            plain.goto(link)
            expect(plain.get_by_label("Name to sign in with")).to_be_visible()
            plain.context.close()

            page = browser.new_page(locale="en-GB")
            page.goto(link)
            page.get_by_role("button", name="Make the account").click()
            expect(page.get_by_text("Without a name nobody can sign in.", exact=False)).to_be_visible()
            page.get_by_role("button", name="Català").click()
            expect(page.get_by_role("heading", name="Fes teu aquest núvol")).to_be_visible()
            page.get_by_role("button", name="English").click()
            page.get_by_label("Name to sign in with").fill("ana")
            page.get_by_label("E-mail").fill("ana@home.example")
            page.get_by_label("Password", exact=True).fill("five quiet clouds")
            page.get_by_role("button", name="Make the account").click()
            expect(page.get_by_text("Welcome, ana.", exact=False)).to_be_visible()
            expect(page).to_have_url(re.compile("/files$"))
            page.goto(link)
            expect(page.get_by_role("heading", name="This link is used up")).to_be_visible()
            page.close()
        finally:
            process.terminate()
