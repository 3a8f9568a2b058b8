"""What strangers put into names and contents never runs (A7)."""

import json
from urllib.parse import quote

from playwright.sync_api import expect

from tests.web.corpus import ACTIVE, CONTENTS, MARKDOWN, NAMES
from tests.web.desktop import Desktop


def test_names_and_contents_of_strangers_never_run(desktop: Desktop) -> None:
    assert len(NAMES) + len(MARKDOWN) + len(CONTENTS) >= 50
    hits: list[str] = []
    page = desktop.page
    page.on("dialog", lambda dialog: (hits.append(dialog.message), dialog.dismiss()))
    page.add_init_script("globalThis.alert = (what) => { globalThis.hit = what ?? true }")
    inner = int(str(desktop.make("deep", desktop.folder_id)["id"]))
    for name in NAMES:
        desktop.put(name)
        inner = int(str(desktop.make(f"{name} folder", inner)["id"]))  # deep: each one is a step of the path
    desktop.put("at the bottom.txt", b"words", inner)
    for name, content in CONTENTS.items():
        desktop.put(name, content)
    for number, text in enumerate(MARKDOWN):
        desktop.put(f"note {number}.md", f"# Note {number}\n\n{text}\n".encode())

    desktop.open()
    desktop.shows("deep", "both.gif")
    for name in CONTENTS:
        look_at(desktop, name)
    for number in range(len(MARKDOWN)):
        look_at(desktop, f"note {number}.md", f"Note {number}")
    desktop.press("Control+a", "Control+c")
    for name in NAMES:  # in the list, in the details, in the menu, in a dialog, in a toast
        desktop.stand_on(name)
        desktop.press("F2")
        page.get_by_label("New name").wait_for()
        desktop.press("Escape")
    desktop.press("i", "Shift+F10")
    page.get_by_role("menu").wait_for()
    desktop.press("Escape", "Delete")
    page.get_by_text("is in the trash").wait_for()
    desktop.press("Control+z")
    page.get_by_text("Undone").wait_for()

    deep = "/".join(quote(f"{name} folder", safe="") for name in NAMES)
    desktop.open(f"/files/{quote(desktop.folder)}/deep/{deep}")
    desktop.shows("at the bottom.txt")
    desktop.open(f"/search?q={quote('alert <img src onerror=alert(1)>')}")
    page.get_by_role("heading", name="<img src onerror=alert(1)>").first.wait_for()
    desktop.press("Control+k")
    page.keyboard.type("alert")
    page.get_by_role("option").nth(3).wait_for()
    for label in NAMES[:4]:
        desktop.api("POST", "/app-passwords", {"label": label, "scopes": ["files"]})
    desktop.open("/settings/devices")
    page.get_by_text(NAMES[3], exact=True).wait_for()
    desktop.api("PUT", "/databases/strangers")
    texts = {f"d{number}": text for number, text in enumerate((*NAMES, *MARKDOWN))}
    for doc_id, text in texts.items():
        desktop.api("PUT", f"/databases/strangers/documents/{doc_id}", json.dumps({text: text}))
    for name in NAMES:
        desktop.api("PUT", f"/databases/strangers/indexes/{quote(name, safe='')}", {"expressions": ["a"]})
    for doc_id in texts:
        desktop.open(f"/documents/strangers?document={doc_id}")
        page.get_by_role("textbox", name=f"Text of {doc_id}").wait_for()
    page.get_by_role("link", name=NAMES[0]).first.click()
    page.get_by_role("heading", name=NAMES[0], exact=True).wait_for()
    assert hits == []
    assert page.evaluate("globalThis.hit") is None
    desktop.complaints = [said for said in desktop.complaints if "Content Security Policy" not in said]

    nodes = {
        one["name"]: one["id"] for one in desktop.api("GET", f"/nodes/{desktop.folder_id}/children").json()["nodes"]
    }
    for name in ACTIVE:
        answer = desktop.api("GET", f"/nodes/{nodes[name]}/content")
        assert answer.headers["content-security-policy"] == "sandbox", name
        assert answer.headers["x-content-type-options"] == "nosniff", name
        assert answer.headers["content-disposition"].startswith("attachment"), name


def test_comments_of_strangers_never_run(desktop: Desktop) -> None:
    page, hits = desktop.page, list[str]()
    page.on("dialog", lambda dialog: (hits.append(dialog.message), dialog.dismiss()))
    page.add_init_script("globalThis.alert = (what) => { globalThis.hit = what ?? true }")
    said = [*NAMES, *MARKDOWN, *(content.decode(errors="replace") for content in CONTENTS.values())]
    said = [f"{text} @{desktop.server.name}" for text in said if "\0" not in text]
    node = desktop.put(NAMES[0])
    for text in said:
        desktop.api("POST", f"/nodes/{node['id']}/comments", {"text": text})
    desktop.open()
    desktop.stand_on(NAMES[0])
    desktop.press("i")
    page.get_by_role("tab", name="Comments").click()
    expect(page.get_by_role("list", name="Comments").get_by_role("listitem")).to_have_count(len(said))
    desktop.open("/files")
    desktop.stand_on(desktop.folder)
    page.get_by_role("tab", name="Activity").click()
    page.get_by_role("list", name="Activity").get_by_role("listitem").first.wait_for()
    assert hits == [] and page.evaluate("globalThis.hit") is None


def look_at(desktop: Desktop, name: str, heading: str = "") -> None:
    desktop.stand_on(name)
    desktop.press("Enter")
    viewer = desktop.page.get_by_role("dialog", name=name)
    expect(viewer).to_be_visible()
    if heading:
        viewer.get_by_role("heading", name=heading, exact=True).wait_for()
    else:
        viewer.locator(":is(pre, img, canvas, h2 + p, .empty)").first.wait_for(state="attached")
    desktop.press("Escape")
    expect(viewer).to_have_count(0)
