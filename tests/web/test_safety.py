"""What strangers put into names and contents never runs, and every page is usable by everybody."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.web.desktop import Desktop

NAMES = (
    "<img src=x onerror=alert(1)>.txt",
    '"><script>alert(1)<&#x2f;script>.txt',
    "javascript:alert(1)",
    "'-alert(1)-'.md",
    "{{constructor.constructor('alert(1)')()}}.txt",
    "${alert(1)}.txt",
    "<svg onload=alert(1)>.svg",
    "\u202egnp.exe",
)
MARKDOWN = """
<script>alert(1)</script><img src=x onerror=alert(1)><svg><script>alert(1)</script></svg>
<iframe srcdoc="<script>parent.alert(1)</script>"></iframe><a href="javascript:alert(1)">press</a>
<form action="/api/v1/session"><button>press</button></form><style>* { display: none }</style>
[link](javascript:alert(1)) ![](x" onerror="alert(1))
<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>
<details open ontoggle=alert(1)>text</details><object data="data:text/html,<script>alert(1)</script>"></object>
"""
CONTENTS = {
    "page.html": b"<script>alert(1); top.hit = 1</script>",
    "page.xhtml": b'<html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>',
    "drawing.svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>',
    "feed.xml": b'<?xml version="1.0"?><x:script xmlns:x="http://www.w3.org/1999/xhtml">alert(1)</x:script>',
    "notes.md": MARKDOWN.encode(),
    "form.pdf": b"%PDF-1.4\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n"
    b"trailer<</Root 1 0 R>>",
}


def test_names_and_contents_of_strangers_never_run(desktop: Desktop) -> None:
    hits: list[str] = []
    page = desktop.page
    page.on("dialog", lambda dialog: (hits.append(dialog.message), dialog.dismiss()))
    page.add_init_script("globalThis.alert = (what) => { globalThis.hit = what ?? true }")
    for name in NAMES:
        desktop.put(name.replace("/", ""), b"words")
    for name, content in CONTENTS.items():
        desktop.put(name, content)
    desktop.open()
    desktop.shows(*(name.replace("/", "") for name in NAMES))
    for name in CONTENTS:
        desktop.entry(name).click()
        desktop.press("Enter")
        expect(page.get_by_role("dialog", name=name)).to_be_visible()
        page.wait_for_load_state("networkidle") if name.endswith((".md", ".pdf")) else None
        desktop.press("Escape")
    desktop.press("Control+a", "Control+c")
    assert hits == []
    assert page.evaluate("globalThis.hit") is None
    desktop.complaints = [said for said in desktop.complaints if "Content Security Policy" not in said]
    for name in ("page.html", "page.xhtml", "drawing.svg", "feed.xml"):
        node = next(
            one
            for one in desktop.api("GET", f"/nodes/{desktop.folder_id}/children").json()["nodes"]
            if one["name"] == name
        )
        answer = desktop.api("GET", f"/nodes/{node['id']}/content")
        assert answer.headers["content-security-policy"] == "sandbox"
        assert answer.headers["content-disposition"].startswith("attachment")


def files(desktop: Desktop) -> None:
    desktop.put("notes.md", b"# Boots")
    desktop.make("Plans", desktop.folder_id)
    desktop.open()
    desktop.shows("notes.md")


def menu(desktop: Desktop) -> None:
    files(desktop)
    desktop.entry("notes.md").click(button="right")
    desktop.page.get_by_role("menu").wait_for()


def grid(desktop: Desktop) -> None:
    files(desktop)
    desktop.page.get_by_role("button", name="Grid").click()
    desktop.entry("notes.md").click()


def details(desktop: Desktop) -> None:
    files(desktop)
    desktop.entry("notes.md").click()
    desktop.press("i")
    desktop.page.get_by_text("1 version").wait_for()


def preview(desktop: Desktop) -> None:
    files(desktop)
    desktop.entry("notes.md").dblclick()
    desktop.page.get_by_role("heading", name="Boots").wait_for()


def moving(desktop: Desktop) -> None:
    files(desktop)
    desktop.entry("notes.md").click()
    desktop.page.get_by_role("button", name="Move to", exact=True).click()
    desktop.page.get_by_role("dialog", name="Move to").get_by_role("button", name="Plans").wait_for()


def launcher(desktop: Desktop) -> None:
    files(desktop)
    desktop.page.get_by_role("button", name="Launcher").click()


def searching(desktop: Desktop) -> None:
    files(desktop)
    desktop.press("Control+k")
    desktop.page.keyboard.type("notes")
    desktop.page.get_by_role("option", name="notes.md").first.wait_for()


def keys(desktop: Desktop) -> None:
    files(desktop)
    desktop.press("?")
    desktop.page.get_by_role("dialog", name="Keys of this window").wait_for()


def door(desktop: Desktop) -> None:
    desktop.page.context.clear_cookies()
    desktop.open("/signin")
    desktop.page.get_by_label("Password", exact=True).wait_for()


def at(path: str) -> Callable[[Desktop], None]:
    def go(desktop: Desktop) -> None:
        desktop.open(path)
        desktop.page.get_by_role("main").get_by_role("heading").first.wait_for()

    go.__name__ = path
    return go


PAGES = (
    files, menu, grid, details, preview, moving, launcher, searching, keys, door,
    at("/trash"), at("/settings/profile"), at("/settings/security"), at("/settings/devices"), at("/settings/look"),
)  # fmt: skip


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("show", PAGES, ids=lambda show: show.__name__)
def test_axe_finds_nothing_serious(desktop: Desktop, show: Callable[[Desktop], None], theme: str) -> None:
    desktop.page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
    show(desktop)
    assert desktop.serious_findings() == []
