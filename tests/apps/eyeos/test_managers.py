"""What the desktop of eyeOS calls, from two desks with folders of their own (eyeos.md e)."""

from pathlib import Path
from typing import Any

import pytest

import nuvol.apps.eyeos as eyeos
import nuvol.u1db as u1db
from nuvol.apps.eyeos import calendars, comments, storage
from nuvol.apps.eyeos.managers import (
    CalendarManager,
    CloudsManager,
    CommentManager,
    OAuthManager,
    ShareManager,
    StorageManager,
)
from nuvol.apps.eyeos.managers.storage import free_name
from nuvol.sdk.stacksync import Storage
from tests.apps.eyeos.desks import TestDesk, take_back
from tests.servers import Server

NOWHERE = "http://127.0.0.1:9"
USER = "ann"
Token = dict[str, str]

FUNCTIONS = {
    u1db.Database: "created_doc_from_json create_doc_from_json put_doc delete_doc create_index get_from_index sync",
    u1db.Document: "set_json",
    TestDesk: "callProcessCredentials",
    eyeos.Credentials: "getRequestToken getAccessToken authorizeRequestToken",
    eyeos.Protocol: "protocol",
    CalendarManager: """synchronizeCalendars insertCalendars deleteCalendars synchronizeCalendar createEvent deleteEvent
        updateEvent insertCalendar deleteCalendar deleteCalendarAndEventsByUser""",
    calendars.Calendars: """selectCalendar insertCalendar deleteCalendar selectEvent insertEvent deleteEvent
        updateEvent""",
    CommentManager: "getComments createComment deleteComments deleteComment",
    comments.Comments: "getComments createComment deleteComment",
    OAuthManager: "getRequestToken getAccessToken",
    eyeos.OauthCredentials: "getRequestToken getAccessToken",
    StorageManager: """getMetadata getSkel createMetadata downloadMetadata deleteMetadata renameMetadata moveMetadata
        listVersions getFileVersionData""",
    storage: """getMetadata updateMetadata createMetadata uploadFile downloadFile deleteMetadata getFileVersions
        getFileVersionData getListUsersShare shareFolder""",
    ShareManager: "getListUsersShare shareFolder",
    CloudsManager: """insertComment deleteComment getComments insertEvent deleteEvent updateEvent getEvents
        insertCalendar deleteCalendar updateCalendar getCalendars getCalendarsAndEvents deleteCalendarsUser lockFile
        updateDateTime unLockFile getMetadataFile unLockedFile getMetadataFolder getCloudsList getOauthUrlCloud
        getControlVersionCloud getControlCommentsCloud getControlCalendarCloud""",
}  # fmt: skip
"""Where each function of (e), and each manager of a.10, is."""


def test_every_function_of_the_specification_is_there() -> None:
    missing = [
        f"{place}.{name}"
        for place, names in FUNCTIONS.items()
        for name in names.split()
        if not callable(getattr(place, name, None))
    ]
    assert missing == []


# ---------------------------------------------------------------------------------------------- calendar


def moment(**more: Any) -> dict[str, Any]:
    event = {"user_eyeos": USER, "calendar": "team", "isallday": 0, "timestart": 1404381600, "timeend": 1404385200,
             "repetition": "None", "repeattype": "n", "finaltype": 1, "finalvalue": 0, "subject": "Dentist",
             "location": "Reus", "description": ""}  # fmt: skip
    return {**event, **more}


def test_two_desktops_have_one_calendar(a: TestDesk, b: TestDesk) -> None:
    one, other = CalendarManager(a), CalendarManager(b)

    def seen(manager: CalendarManager) -> list[str]:
        manager.synchronizeCalendars(USER)
        return sorted(event["subject"] for event in manager.synchronizeCalendar("team", USER))

    assert one.insertCalendars(USER, {"name": "team"})
    assert one.createEvent(moment())
    assert [calendar["name"] for calendar in other.synchronizeCalendars(USER)] == ["team"]
    assert seen(other) == ["Dentist"]
    assert other.updateEvent(moment(subject="Doctor"))
    assert seen(one) == ["Doctor"]
    assert one.moveEvent(moment(subject="Doctor"), moment(subject="Doctor", timestart=1404381601))
    assert seen(other) == ["Doctor"]
    assert [event["timestart"] for event in other.events("team", USER)] == [1404381601]
    assert one.createEvent(moment(subject="Swim", repeattype="w", finaltype=3, finalvalue=3, timestart=1404200000,
                                  timeend=1404203600))  # fmt: skip
    assert seen(other) == ["Doctor", "Swim", "Swim", "Swim"]
    assert other.deleteEvent(moment(subject="Doctor", timestart=1404381601))
    assert seen(one) == ["Swim", "Swim", "Swim"]
    assert one.deleteCalendars(USER, {"name": USER}) is False, "the first calendar stays"
    assert one.deleteCalendars(USER, {"name": "team"})
    assert other.synchronizeCalendars(USER) == []
    assert one.deleteCalendarAndEventsByUser(USER)


def test_what_was_made_without_the_server_goes_out_later(a: TestDesk, b: TestDesk, server: Server) -> None:
    one, other = CalendarManager(a), CalendarManager(b)
    a.login()
    a.move(NOWHERE)
    assert one.insertCalendars("eve", {"name": "team"})
    assert one.createEvent(moment(user_eyeos="eve"))
    assert len(one.synchronizeCalendar("team", "eve")) == 1
    a.move(server.url)
    one.synchronizeCalendars("eve")
    one.synchronizeCalendar("team", "eve")
    other.synchronizeCalendars("eve")
    assert [event["subject"] for event in other.synchronizeCalendar("team", "eve")] == ["Dentist"]


# ---------------------------------------------------------------------------------------------- comments


def test_comments_come_newest_first(a: TestDesk, b: TestDesk) -> None:
    one, other = CommentManager(a), CommentManager(b)
    first = one.createComment(801, USER, "first")
    creds = a.callProcessCredentials()
    later = {"id": "801", "user": "bob", "text": "later", "time_created": "29990101000000"}
    b.ask("comments", {"type": "create", "metadata": later, "credentials": creds})
    assert [comment["text"] for comment in other.getComments(801)] == ["later", "first"]
    assert other.deleteComments(801, USER, first["time_created"]) == {"status": "OK"}
    assert [comment["text"] for comment in one.getComments(801)] == ["later"]


def test_a_desk_that_is_refused_is_told_so(tmp_path: Path, server: Server) -> None:
    desk = TestDesk(tmp_path / "refused", server.url)
    text = (desk.folder / "settings.json").read_text().replace("secret of the desk", "another secret")
    (desk.folder / "settings.json").write_text(text)
    refused = type(desk).__mro__[1](desk.folder)
    assert refused.callProcessCredentials() is None
    assert OAuthManager(refused).getAccessToken({"token": {"key": "no", "secret": "no"}, "verifier": "v"}) is None


# ----------------------------------------------------------------------------------------------- storage


@pytest.fixture
def files(a: TestDesk) -> StorageManager:
    return StorageManager(a)


def local(files: StorageManager) -> dict[str, int]:
    """Every file of the copy on the disk, by its path, and its size."""
    folder = files.folder(USER)
    return {str(one.relative_to(folder)): one.stat().st_size for one in folder.rglob("*") if one.is_file()}


def test_a_folder_of_the_cloud_is_copied_name_by_name(
    a: TestDesk, b: TestDesk, files: StorageManager, token: Token, tmp_path: Path
) -> None:
    other = StorageManager(b)
    source = tmp_path / "source"
    source.write_bytes(b"the first words")
    assert files.createMetadata(token, USER, False, "copied", "null", "/", None) == {"status": "OK"}
    root = files.getMetadata(token, 0, "/", USER)
    top = next(item for item in root["contents"] if item["filename"] == "copied")

    def inside(manager: StorageManager) -> list[str]:
        manager.getMetadata(token, 0, "/", USER)
        told = manager.getMetadata(token, top["id"], "/copied/", USER)
        assert told["path"] == "/copied/"
        return sorted(item["filename"] for item in told["contents"])

    assert files.createMetadata(token, USER, True, "a.txt", top["id"], "/copied/", str(source)) == {"status": "OK"}
    assert inside(other) == ["a.txt"]
    assert local(other)["copied/a.txt"] == 0, "a name, and no content yet"
    source.write_bytes(b"other words")
    assert files.createMetadata(token, USER, True, "a.txt", top["id"], "/copied/", str(source)) == {"status": "OK"}
    assert files.createMetadata(token, USER, False, "a.txt", top["id"], "/copied/", None) == {
        "status": "KO",
        "error": -1,
    }

    told = other.getMetadata(token, top["id"], "/copied/", USER)
    (item,) = told["contents"]
    place = str(other.folder(USER) / "copied" / "a.txt")
    assert other.downloadMetadata(token, item["id"], place, USER) == {"status": "OK"}
    assert Path(place).read_bytes() == b"other words"
    assert other.downloadMetadata(token, item["id"], place, USER) == {"status": "OK", "local": True}
    versions = other.listVersions(token, item["id"], USER)
    assert [(one["version"], one.get("enabled", False)) for one in versions] == [(2, True), (1, False)]
    assert other.getFileVersionData(token, item["id"], 1, place, USER) == {"status": "OK"}
    assert Path(place).read_bytes() == b"the first words"
    assert other.downloadMetadata(token, item["id"], place, USER)["local"], "an old version that was fetched stays"
    assert [one.get("enabled", False) for one in other.listVersions(token, item["id"], USER)] == [False, True]
    beside = tmp_path / "beside"
    assert other.downloadMetadata(token, item["id"], str(beside), USER, isTmp=True) == {"status": "OK"}
    assert beside.read_bytes() == b"other words"

    assert files.renameMetadata(token, True, item["id"], "b.txt", "/copied/", USER, top["id"]) == {"status": "OK"}
    assert inside(other) == ["b.txt"]
    assert local(other)["copied/b.txt"] == len(b"the first words"), "renamed with its content"
    assert files.createMetadata(token, USER, False, "sub", top["id"], "/copied/", None) == {"status": "OK"}
    sub = next(one for one in files.getMetadata(token, top["id"], "/copied/", USER)["contents"] if one["is_folder"])
    assert files.moveMetadata(
        token, True, item["id"], "/copied/", "/copied/sub/", USER, sub["id"], "b.txt", "c.txt"
    ) == {"status": "OK"}
    assert local(files)["copied/sub/c.txt"] == 0
    assert inside(other) == ["sub"]
    assert "copied/b.txt" not in local(other)

    skel: list[dict[str, Any]] = []
    files.getSkel(token, False, top["id"], skel, "/", str(tmp_path) + "/", "home:///")
    assert [(one["filename"], one["path"]) for one in skel] == [
        ("c.txt", "/copied/sub/"), ("sub", "/copied/"), ("copied", "/"),
    ]  # fmt: skip
    assert "contents" not in skel[-1]
    assert files.getSkel(token, False, 123, [], "/", None, None) == [{"error": -1}]
    assert files.deleteMetadata(token, False, sub["id"], USER, "/copied/") == {"status": "OK"}
    assert "copied/sub/c.txt" not in local(files)
    assert inside(other) == []
    assert not (other.folder(USER) / "copied" / "sub").exists()
    assert files.getMetadata(token, 123, "/", USER) == {"error": -1}
    assert files.listVersions(token, 123, USER) == files.deleteMetadata(token, True, 123, USER, "/") == {
        "status": "KO", "error": -1,
    }  # fmt: skip


def test_a_refusal_takes_the_copy_away(b: TestDesk, server: Server, tmp_path: Path) -> None:
    token = b.enter(server, "bert", "another sesame")
    files = StorageManager(b)
    source = tmp_path / "source"
    source.write_bytes(b"secret")
    assert files.createMetadata(token, USER, True, "mine.txt", "0", "/", str(source)) == {"status": "OK"}
    files.getMetadata(token, 0, "/", USER)
    assert "mine.txt" in local(files)
    take_back(server, "bert", "another sesame")
    assert files.getMetadata(token, 0, "/", USER) == {"error": 403}
    assert not files.folder(USER).exists()
    assert b.protocol("selectMetadataUser", [{"user_eyeos": USER}]) == []
    assert ShareManager(b).getListUsersShare(token, 0) == {"status": "KO", "error": 403}


def test_a_name_that_is_a_path_never_leaves_the_folder(files: StorageManager) -> None:
    for name in ("..", "../up", "a/b", "nul\0"):
        files._follow(USER, "0", "/", [{"id": 1, "parent_id": "null", "filename": name, "is_folder": False}])
    assert local(files) == {}


def test_a_folder_is_shared_and_closed_again(a: TestDesk, server: Server, files: StorageManager, token: Token) -> None:
    files.createMetadata(token, USER, False, "ours", "null", "/", None)
    folder = next(one for one in files.getMetadata(token, 0, "/", USER)["contents"] if one["filename"] == "ours")
    sharing = ShareManager(a)
    assert sharing.shareFolder(token, folder["id"], ["bert@example.org"]) == {"status": "OK"}
    assert [one["is_owner"] for one in sharing.getListUsersShare(token, folder["id"])] == [True, False]
    assert sharing.shareFolder(token, folder["id"], ["nobody@example.org"])["status"] == "KO"
    assert sharing.shareFolder(token, folder["id"], ["bert@example.org"], shared=True) == {"status": "OK"}
    assert len(sharing.getListUsersShare(token, folder["id"])) == 1
    oauth = Storage(a.settings.cloud().url("RESOURCE_URL"), a.settings.cloud().consumer, _pair(token))
    assert len(storage.getListUsersShare(oauth, folder["id"])) == 1
    assert storage.shareFolder(oauth, folder["id"], []) is False


def _pair(token: Token) -> Any:
    from nuvol.sdk.oauth1 import Pair

    return Pair(token["key"], token["secret"])


def test_a_copy_takes_the_next_free_name() -> None:
    assert free_name("a.txt", {}) == "a.txt"
    assert free_name("a.txt", {"a.txt", "a 1.txt"}) == "a 2.txt"
    assert free_name(".hidden", {".hidden"}) == ".hidden 1"


# --------------------------------------------------------------------------------------------- since 2015


def test_managers_of_several_clouds(tmp_path: Path, server: Server) -> None:
    desk = TestDesk(tmp_path / "c", server.url, year=2015)
    token = desk.enter(server, server.name, server.password)
    clouds = CloudsManager(desk, "Stacksync")
    assert clouds.getCloudsList() == ["Stacksync"]
    assert clouds.getOauthUrlCloud().startswith(server.url)
    assert clouds.getControlVersionCloud() == clouds.getControlCommentsCloud() == "true"
    assert clouds.getControlCalendarCloud() == "false"

    files = StorageManager(desk, "Stacksync")
    assert files.createMetadata(token, USER, False, "meeting", "null", "/", None) == {"status": "OK"}
    root = clouds.getMetadataFolder(token, 0)
    item = next(one["id"] for one in root["contents"] if one["filename"] == "meeting")
    assert clouds.insertComment(token, id=item, user=USER, text="¿Sí?") == {"status": "OK"}
    (comment,) = clouds.getComments(token, id=item)
    assert comment["text"] == "¿Sí?"
    gone = {"id": item, "user": USER, "time_created": comment["time_created"]}
    assert clouds.deleteComment(token, **gone) == {"status": "OK"}

    named = {"user": "eva", "name": "work"}
    event = {"user": "eva", "calendar": "work", "isallday": 0, "timestart": 1, "timeend": 2}
    words = {"repetition": "None", "repeattype": "n", "finaltype": 1, "finalvalue": 0, "subject": "Hi", "location": "",
             "description": ""}  # fmt: skip
    changes = [
        clouds.insertCalendar(token, **named, description="d", timezone=0),
        clouds.updateCalendar(token, **named, description="e", timezone=0),
        clouds.insertEvent(token, **event, **words),
        clouds.updateEvent(token, **event, **words),
    ]
    assert changes == [{"status": "OK"}] * 4
    assert [one["description"] for one in clouds.getCalendars(token, user="eva")] == ["e"]
    assert [one["subject"] for one in clouds.getEvents(token, user="eva", calendar="work")] == ["Hi"]
    assert len(clouds.getCalendarsAndEvents(token, user="eva")) == 2
    changes = [clouds.deleteEvent(token, **event), clouds.deleteCalendar(token, **named),
               clouds.deleteCalendarsUser(token, user="eva")]  # fmt: skip
    assert changes == [{"status": "OK"}] * 3

    mine = {"id": item, "user": USER, "ipserver": "here", "datetime": "2015-05-12 10:50:00"}
    theirs = {**mine, "user": "bob"}
    assert clouds.lockFile(token, **mine, timelimit=10) == {"status": "OK"}
    assert clouds.lockFile(token, **theirs, timelimit=10) == {"status": "KO", "error": "BLOCK"}
    assert clouds.unLockedFile(token, **theirs) == {"status": "KO", "error": "BLOCK"}
    assert clouds.unLockedFile(token, **mine) == {"status": "OK"}
    assert clouds.updateDateTime(token, **mine) == {"status": "OK"}
    assert clouds.unLockFile(token, **mine) == {"status": "OK"}
    assert clouds.unLockedFile(token, **theirs) == {"status": "OK"}
