"""What two desks do at once, or while one of them is away: nothing is lost, and nobody sees old content as new."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from nuvol.apps.eyeos.managers import CalendarManager, StorageManager
from tests.apps.eyeos.desks import TestDesk
from tests.servers import Server

NOWHERE = "http://127.0.0.1:9"
USER = "ann"
OK = {"status": "OK"}
Token = dict[str, str]


def event(user: str, **more: Any) -> dict[str, Any]:
    return {"user_eyeos": user, "calendar": "work", "isallday": 0, "timestart": 1404381600, "timeend": 1404385200,
            "repetition": "None", "repeattype": "n", "finaltype": 1, "finalvalue": 0, "subject": "Dentist",
            "location": "Reus", "description": "", **more}  # fmt: skip


def test_a_star_is_a_name_like_any_other(a: TestDesk) -> None:
    manager = CalendarManager(a)
    for name in ("work", "w*", "*", ""):
        manager.insertCalendars("star", {"name": name})
    for name in ("*", ""):
        assert manager.deleteCalendars("star", {"name": name})
    told = a.protocol("selectCalendar", [{"type": "calendar", "user_eyeos": "star"}])
    assert {one["name"]: one["status"] for one in told} == {"work": "NEW", "w*": "NEW", "*": "DELETED", "": "DELETED"}


def test_what_was_done_without_the_server_stands(a: TestDesk, b: TestDesk, server: Server) -> None:
    one, other = CalendarManager(a), CalendarManager(b)
    one.insertCalendars("amy", {"name": "work"})
    one.createEvent(event("amy"))
    other.synchronizeCalendars("amy")
    other.synchronizeCalendar("work", "amy")
    b.login()
    b.move(NOWHERE)
    assert other.updateEvent(event("amy", location="Valls"))
    assert one.updateEvent(event("amy", subject="Doctor"))
    b.move(server.url)
    asked = {"type": "event", "user_eyeos": "amy", "calendar": "work"}
    for desk in (b, a):
        (seen,) = desk.protocol("selectEvent", [asked], login=True)
        assert (seen["location"], seen["status"]) == ("Valls", "CHANGED")


# ------------------------------------------------------------------------------------------------------- files


class Folder:
    """One of the cloud, as one desk has it."""

    def __init__(self, desk: TestDesk, token: Token, name: str) -> None:
        self.files = StorageManager(desk)
        self.token, self.path = token, f"/{name}/"
        self.place = self.files.folder(USER) / name
        self.source = desk.folder / "source"
        if name not in self._names():
            assert self.files.createMetadata(token, USER, False, name, "null", "/", None) == OK
        self.id = self._names()[name]

    def _names(self) -> dict[str, int]:
        root = self.files.getMetadata(self.token, 0, "/", USER)
        return {one["filename"]: one["id"] for one in root["contents"]}

    def write(self, name: str, content: str) -> None:
        self.source.write_text(content)
        made = self.files.createMetadata(self.token, USER, True, name, self.id, self.path, str(self.source))
        assert made == OK

    def look(self) -> dict[str, int]:
        told = self.files.getMetadata(self.token, self.id, self.path, USER)
        return {one["filename"]: one["id"] for one in told["contents"]}

    def open(self, id: int, place: Path) -> str:
        told = self.files.downloadMetadata(self.token, id, str(place), USER)
        assert told["status"] == "OK"
        return place.read_text()


@pytest.fixture
def both(a: TestDesk, b: TestDesk, token: Token, request: pytest.FixtureRequest) -> tuple[Folder, Folder]:
    name = request.node.name.removeprefix("test_")
    return Folder(a, token, name), Folder(b, token, name)


def test_two_files_that_exchange_their_names_keep_their_contents(both: tuple[Folder, Folder]) -> None:
    one, other = both
    for name in ("x", "y"):
        one.write(name, f"I was {name}")
    ids = other.look()
    for name, id in ids.items():
        other.open(id, other.place / name)
    for old, new in (("x", "z"), ("y", "x"), ("x", "y")):
        id = ids["y"] if (old, new) == ("y", "x") else ids["x"]
        assert one.files.renameMetadata(one.token, True, id, new, one.path, USER, one.id) == OK
    assert other.look() == {"y": ids["x"], "x": ids["y"]}
    assert [(other.place / name).read_text() for name in ("x", "y")] == ["I was y", "I was x"]


def test_a_file_that_went_elsewhere_is_fetched_anew(both: tuple[Folder, Folder]) -> None:
    one, other = both
    one.write("x", "here")
    one.files.createMetadata(one.token, USER, False, "deep", one.id, one.path, None)
    ids = other.look()
    other.open(ids["x"], other.place / "x")
    move = (one.token, True, ids["x"], one.path, f"{one.path}deep/", USER, ids["deep"], "x")
    assert one.files.moveMetadata(*move) == OK
    other.files.getMetadata(other.token, ids["deep"], f"{other.path}deep/", USER)
    assert (other.place / "deep" / "x").read_text() == "", "its place is shown, its content is not here"
    assert not (other.place / "x").exists()
    assert other.open(ids["x"], other.place / "deep" / "x") == "here"


def test_a_name_that_is_taken_where_a_file_goes_gets_a_number(both: tuple[Folder, Folder]) -> None:
    one, _ = both
    one.files.createMetadata(one.token, USER, False, "deep", one.id, one.path, None)
    deep = one.look()["deep"]
    for _turn in range(2):
        one.write("x.txt", "x")
        move = (one.token, True, one.look()["x.txt"], one.path, f"{one.path}deep/", USER, deep, "x.txt")
        assert one.files.moveMetadata(*move) == OK
    told = one.files.getMetadata(one.token, deep, f"{one.path}deep/", USER)
    assert sorted(item["filename"] for item in told["contents"]) == ["x 1.txt", "x.txt"]


def test_who_may_not_change_one_thing_loses_nothing(a: TestDesk, b: TestDesk, token: Token, server: Server) -> None:
    """A 403 for a member is no token that was taken back."""
    ours = Folder(a, token, "look but do not touch")
    with httpx.Client(base_url=server.url, auth=(server.name, server.password)) as owner:
        opened = owner.post(f"/api/v1/nodes/{ours.id}/members", json={"to": ["bert@example.org"], "role": "viewer"})
        assert opened.is_success, opened.text
    berts = b.enter(server, "bert", "another sesame")
    files = StorageManager(b)
    assert "error" not in files.getMetadata(berts, 0, "/", USER)
    refused = files.renameMetadata(berts, False, ours.id, "mine now", "/", USER, ours.id)
    assert refused["status"] == "KO"
    assert (files.folder(USER) / "look but do not touch").is_dir()
