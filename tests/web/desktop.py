"""The desktop as a person uses it, and the API for what a test puts there beforehand."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from urllib.parse import quote

import httpx
from playwright.sync_api import APIResponse, Locator, Page, expect

from tests.servers import Server

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
_numbers = count(1)


class Desktop:
    def __init__(self, page: Page, server: Server) -> None:
        self.page = page
        self.server = server
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("filechooser", lambda chooser: None)  # asked for early: the driver needs a moment until it catches them
        page.on("console", lambda said: self._heard(said.type, said.text))
        self.folder = f"Folder {next(_numbers)}"
        self.folder_id = int(self.make(self.folder)["id"])

    def _heard(self, kind: str, text: str) -> None:
        refused = "Content Security Policy" in text
        if refused or (kind == "error" and "Failed to load resource" not in text):
            self.complaints.append(text)

    # ------------------------------------------------------------------------------------------- through the API

    def api(self, method: str, path: str, data: object = None, mime: str = "application/json") -> APIResponse:
        address = f"{self.server.url}/api/v1{path}"
        headers = {"Origin": self.server.url, **({} if data is None else {"Content-Type": mime})}
        answer = self.page.request.fetch(address, method=method, headers=headers, data=data)
        assert answer.ok, answer.text()
        return answer

    def make(self, name: str, parent_id: int | None = None) -> dict[str, object]:
        parent = parent_id or self.api("GET", "/nodes/root").json()["id"]
        made: dict[str, object] = self.api("POST", "/nodes", data={"parent_id": parent, "name": name}).json()
        return made

    def put(self, name: str, content: bytes = b"some words", parent_id: int | None = None) -> dict[str, object]:
        path = f"/nodes/{parent_id or self.folder_id}/children/{quote(name, safe='')}/content"
        stored: dict[str, object] = self.api("PUT", path, content, "application/octet-stream").json()
        return stored

    def names(self, parent_id: int | None = None) -> list[str]:
        found = self.api("GET", f"/nodes/{parent_id or self.folder_id}/children").json()
        return [node["name"] for node in found["nodes"]]

    # --------------------------------------------------------------------------------------------- as one sees it

    def open(self, path: str | None = None) -> None:
        self.page.goto(f"{self.server.url}{path or f'/files/{quote(self.folder)}'}")

    @property
    def list(self) -> Locator:
        return self.page.get_by_role("grid")

    def entry(self, name: str) -> Locator:
        return self.list.get_by_role("row").filter(has=self.page.get_by_title(name, exact=True))

    def shows(self, *names: str) -> None:
        for name in names:
            expect(self.entry(name)).to_be_visible()

    def lacks(self, *names: str) -> None:
        for name in names:
            expect(self.entry(name)).to_have_count(0)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def stand_on(self, name: str) -> None:
        """The keys stand on this entry and it alone is chosen, whatever letters its name begins with."""
        self.list.wait_for()
        self.list.focus()
        self.press("/")
        self.page.get_by_label("find here").fill(name)
        self.press("Enter", "Home")
        expect(self.entry(name)).to_have_attribute("aria-selected", "true")

    def serious_findings(self, *rules: str) -> Sequence[str]:
        return serious_findings(self.page, *rules)


def serious_findings(page: Page, *rules: str) -> Sequence[str]:
    """What axe finds serious or critical in what is shown now, by these of its rules or by all."""
    if not page.evaluate("'axe' in globalThis"):
        page.evaluate(AXE.read_text())
    how = {"resultTypes": ["violations"], "rules": {"color-contrast": {"enabled": True}}}
    found = page.evaluate("(how) => axe.run(document, how)", how | ({"runOnly": rules} if rules else {}))
    return [
        f"{one['id']}: {one['help']} {[node['target'] for node in one['nodes']][:3]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]


def fill(server: Server, folder: str, entries: int) -> str:
    """Make a folder of small files in the root; returns its name."""
    with httpx.Client(base_url=server.dav, auth=(server.name, server.password)) as client:
        client.request("MKCOL", folder).raise_for_status()

        def put(number: int) -> None:
            client.put(f"{folder}/note%20{number:05}.txt", content=b"x").raise_for_status()

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(put, range(entries)))
    return folder
