"""The scripts of eyeOS, called as its managers call them: one JSON text in, one out (eyeos.md a)."""

import json
from pathlib import Path
from typing import Any

import pytest

from nuvol.apps.eyeos import oauth_credentials, protocol
from nuvol.apps.eyeos.settings import SettingsError, load
from tests.apps.eyeos.desks import DOCUMENTS, TestDesk, take_back
from tests.servers import Server

EVENT = {
    "type": "event", "user_eyeos": "ann", "calendar": "work", "status": "NEW", "isallday": 0, "timestart": 1404381600,
    "timeend": 1404385200, "repetition": "None", "repeattype": "n", "finaltype": 1, "finalvalue": 0,
    "subject": "Dentist", "location": "Reus", "description": "bring card",
}  # fmt: skip
NOBODY = "http://127.0.0.1:9"


def calendar(user: str, **more: Any) -> dict[str, Any]:
    shape = {"type": "calendar", "user_eyeos": user, "name": "work", "description": "Dates", "timezone": 0}
    return {**shape, "status": "NEW", **more}


def test_every_type_of_the_specification_is_answered() -> None:
    of_protocol = """selectCalendar insertCalendar deleteCalendar selectEvent insertEvent deleteEvent updateEvent
        deleteCalendarUser updateCalendar selectCalendarsAndEvents insert select update delete parent deleteFolder
        rename selectMetadataUser deleteMetadataUser insertDownloadVersion updateDownloadVersion getDownloadVersion
        deleteDownloadVersion recursiveDeleteVersion lockFile unLockFile updateDateTime getMetadataFile"""
    of_storage = """get create upload download delete update listVersions getFileVersion listUsersShare shareFolder
        insertComment deleteComment getComments insertEvent deleteEvent updateEvent getEvents insertCalendar
        deleteCalendar updateCalendar getCalendars getCalendarsAndEvents deleteCalendarsUser lockFile updateDateTime
        unLockFile getMetadataFile"""
    assert set(protocol._TYPES) == set(of_protocol.split())
    assert set(oauth_credentials._TYPES) == set(of_storage.split())
    assert set(oauth_credentials._QUESTIONS) == {"cloudsList", "oauthUrl", "controlVersion", "comments", "calendar"}


# ---------------------------------------------------------------------------------------------- calling


def test_a_script_is_a_command_of_its_own(a: TestDesk) -> None:
    call = json.dumps({"type": "insert", "lista": [{"id": "1", "user_eyeos": "ñ", "parent_id": "null", "path": "/"}]})
    done = a.run("python", "-m", "nuvol.apps.eyeos.protocol", call)
    assert (done.returncode, done.stdout) == (0, "true\n"), done.stderr
    asked = json.dumps({"type": "selectMetadataUser", "lista": [{"user_eyeos": "ñ"}]}, ensure_ascii=False)
    for words in (("nuvol", "call", "protocol"), ("python", "-m", "nuvol.apps.eyeos.protocol")):
        done = a.run(*words, "-", stdin=asked)
        assert json.loads(done.stdout)[0]["user_eyeos"] == "ñ", done.stderr
        assert done.stdout.isascii()
    for module in ("comments", "credentials", "oauth_credentials"):
        assert a.run("python", "-m", f"nuvol.apps.eyeos.{module}", "{").stdout == ""
    unknown = a.run("nuvol", "call", "nothing")
    assert unknown.returncode == 2
    assert "protocol, comments" in unknown.stderr


def test_a_wrong_call_of_protocol_is_false_or_silent(a: TestDesk) -> None:
    assert a.line("protocol") == "false"
    assert a.line("protocol", "{}", "{}") == "false"
    assert a.line("protocol", {"type": "dance", "lista": []}) == "false"
    assert a.line("protocol", {"type": "selectCalendar", "lista": []}) == ""
    assert a.line("protocol", "no json") == ""


def test_settings_stand_in_a_python_file_too(a: TestDesk) -> None:
    values = json.loads((a.folder / "settings.json").read_text())
    (a.folder / "settings.json").unlink()
    (a.folder / "settings.py").write_text(
        f"# of the desktop\nsettings = {values!r}\nraise SystemExit('this is not run')\n"
    )
    assert load(a.folder).consumer.key == DOCUMENTS[0]
    (a.folder / "settings.py").unlink()
    with pytest.raises(SettingsError, match="settings.json"):
        load(a.folder)


# ---------------------------------------------------------------------------------------------- calendar


def test_another_desk_sees_a_calendar_and_its_events_after_its_next_call(a: TestDesk, b: TestDesk) -> None:
    creds = a.login()

    def say(desk: TestDesk, type: str, *lista: dict[str, Any]) -> Any:
        return desk.ask("protocol", {"type": type, "lista": [*lista], "credentials": creds})

    user = {"type": "calendar", "user_eyeos": "ann"}
    assert say(a, "insertCalendar", calendar("ann")) is True
    assert say(b, "selectCalendar", user) == [calendar("ann")]
    assert say(b, "insertCalendar", calendar("ann", description="Other")) is True
    assert say(a, "selectCalendar", user) == [calendar("ann")], "a calendar that is there stays as it is"
    assert say(b, "updateCalendar", calendar("ann", description="Other", status="CHANGED")) is True
    assert say(a, "selectCalendar", user)[0]["description"] == "Other"

    assert say(a, "insertEvent", EVENT) is True
    assert say(a, "insertEvent", EVENT) is True, "twice is one"
    for name in ("calendar", "name"):
        asked = {"type": "event", "user_eyeos": "ann", name: "work"}
        assert say(b, "selectEvent", asked) == [EVENT]
    assert say(b, "updateEvent", {**EVENT, "subject": "Doctor", "status": "CHANGED"}) is True
    assert say(a, "selectEvent", asked)[0]["subject"] == "Doctor"
    assert say(a, "updateEvent", {**EVENT, "timestart": 1}) is True, "one that is not there is nothing to change"
    assert len(say(a, "selectEvent", asked)) == 1
    assert say(a, "deleteEvent", EVENT) is True, "deleting forces the status"
    assert say(b, "selectEvent", asked)[0]["status"] == "DELETED"
    assert say(b, "insertEvent", EVENT) is True, "the same event comes back"
    assert say(a, "selectEvent", asked) == [EVENT]
    assert say(a, "selectCalendarsAndEvents", {"user_eyeos": "ann"}) == [EVENT], "the calendar was changed"

    assert say(a, "deleteCalendar", user | {"name": "work"}) is True
    assert say(a, "deleteCalendar", user | {"name": "none"}) is True
    assert [one["status"] for one in say(b, "selectCalendar", user) + say(b, "selectEvent", asked)] == ["DELETED"] * 2
    assert say(b, "insertCalendar", calendar("ann")) is True
    assert say(a, "selectCalendar", user) == [calendar("ann")], "it came back"
    assert say(a, "deleteCalendarUser", {"user_eyeos": "ann"}) is True
    assert say(b, "selectCalendar", user) == []


def test_a_desk_without_its_server_works_and_catches_up(a: TestDesk, b: TestDesk, server: Server) -> None:
    creds = a.login()
    event = {**EVENT, "user_eyeos": "offline"}
    asked = {"type": "event", "user_eyeos": "offline", "calendar": "work"}
    a.move(NOBODY)
    assert a.ask("protocol", {"type": "insertEvent", "lista": [event], "credentials": creds}) is True
    assert a.ask("protocol", {"type": "selectEvent", "lista": [asked], "credentials": creds}) == [event]
    words = {"id": "7", "user": "ann", "text": "from the train", "time_created": "20140702124944"}
    said = a.ask("comments", {"type": "create", "metadata": words, "credentials": creds})
    assert said == {**words, "status": "NEW"}
    a.move(server.url)
    assert a.ask("protocol", {"type": "selectEvent", "lista": [asked], "credentials": creds}) == [event]
    assert b.ask("protocol", {"type": "selectEvent", "lista": [asked], "credentials": b.login()}) == [event]
    assert a.ask("comments", {"type": "get", "metadata": {"id": "7"}, "credentials": creds}) == [said]
    assert b.ask("comments", {"type": "get", "metadata": {"id": "7"}, "credentials": creds})[0]["text"] == words["text"]


# ---------------------------------------------------------------------------------------------- comments


def test_comments_are_made_read_by_another_desk_and_deleted(a: TestDesk, b: TestDesk) -> None:
    creds = a.login()

    def say(desk: TestDesk, type: str, metadata: Any) -> Any:
        return desk.ask("comments", {"type": type, "metadata": metadata, "credentials": creds})

    made = say(a, "create", {"id": "124578", "user": "ann", "text": "Looks fine ☀"})
    assert {key: made[key] for key in ("id", "user", "text", "status")} == {
        "id": "124578", "user": "ann", "text": "Looks fine ☀", "status": "NEW",
    }  # fmt: skip
    assert len(made["time_created"]) == 14
    for metadata in ({"id": "124578"}, [{"id": "124578"}]):
        (seen,) = say(b, "get", metadata)
        assert seen["text"] == made["text"]
    key = {name: made[name] for name in ("id", "user", "time_created")}
    assert say(a, "delete", key) == {"status": "OK"}
    assert say(a, "delete", {**key, "user": "nobody"}) == {"status": "OK"}
    assert say(b, "get", {"id": "124578"}) == []


def test_wrong_calls_of_comments_are_told_in_fixed_words(a: TestDesk) -> None:
    def failure(text: str) -> dict[str, Any]:
        return {"error": -1, "description": text}

    assert a.ask("comments") == failure("Mandatory receive params")
    assert a.ask("comments", {"type": "get", "metadata": {}}) == failure("Bad parameters")
    for type, told in (("dance", {}), ("get", {}), ("create", {"id": "1"}), ("get", [])):
        call = {"type": type, "metadata": told, "credentials": {}}
        assert a.ask("comments", call) == failure("Type is not correct")
    (a.folder / "extern").write_text("in the way")
    for type, expected in (
        ("get", [failure("Error getComments")]),
        ("create", failure("Error create comment")),
        ("delete", {"status": "KO", "error": -1}),
    ):
        told = {"id": "1", "user": "ann", "text": "t", "time_created": "20140702124944"}
        assert a.ask("comments", {"type": type, "metadata": told, "credentials": {}}) == expected


# ----------------------------------------------------------------------------------------------- logins


def test_a_desk_signs_in_at_the_server_of_documents(a: TestDesk) -> None:
    told = a.ask("credentials")
    assert set(told["credentials"]) == {"token_key", "token_secret", "consumer_key", "consumer_secret"}
    assert (told["credentials"]["consumer_key"], told["verifier"]) == (DOCUMENTS[0], "verifier")
    again = a.ask("credentials", {"request_token": told["request_token"], "verifier": told["verifier"]})
    assert again == told
    assert a.line("credentials", {"request_token": told["request_token"]}) == ""
    wrong = a.ask("credentials", {"request_token": {"key": "none", "secret": "none"}, "verifier": "verifier"})
    assert wrong == {"error": "401", "description": "Authorization required"}


def test_a_user_lets_the_desk_in_at_the_storage(a: TestDesk, server: Server, token: dict[str, str]) -> None:
    assert set(token) == {"key", "secret"}
    assert set(a.ask("oauth_credentials")) == {"key", "secret"}
    assert a.line("oauth_credentials", {"token": {"key": "no", "secret": "no"}, "verifier": "v"}) == ""
    root = {"type": "get", "file": False, "id": "0", "contents": True}
    assert a.ask("oauth_credentials", {"token": {"key": "no", "secret": "no"}, "metadata": root}) is False
    assert a.ask("oauth_credentials", {"token": token, "metadata": {"type": "dance"}}) is False
    assert a.ask("oauth_credentials", {"token": token, "metadata": root})["filename"] == "root"


# ----------------------------------------------------------------------------------------------- storage


def test_every_call_of_the_storage(a: TestDesk, server: Server, token: dict[str, str], tmp_path: Path) -> None:
    def say(type: str, **metadata: Any) -> Any:
        return a.ask("oauth_credentials", {"token": token, "metadata": {"type": type, **metadata}})

    path = tmp_path / "ñ & a.pdf"
    path.write_bytes(b"one")
    folder = say("create", file=False, filename="Álbum ~", parent_id="null", path=None)
    assert (folder["is_folder"], folder["parent_id"]) == (True, "null")
    made = say("create", file=True, filename=path.name, parent_id=str(folder["id"]), path=str(path))
    assert (made["filename"], made["version"], made["parent_id"]) == (path.name, 1, folder["id"])
    listed = say("get", file=False, id=str(folder["id"]), contents=True)
    assert [one["filename"] for one in listed["contents"]] == [path.name]
    assert say("get", file=True, id=made["id"], contents=None)["size"] == 3
    path.write_bytes(b"second")
    assert say("upload", id=str(made["id"]), path=str(path)) is True
    assert [one["version"] for one in say("listVersions", id=str(made["id"]))["versions"]] == [2, 1]
    for type, more, content in (
        ("download", {}, b"second"),
        ("getFileVersion", {"version": "1"}, b"one"),
    ):
        out = tmp_path / type
        assert say(type, id=str(made["id"]), path=str(out), **more) is True
        assert out.read_bytes() == content
    moved = say("update", file=True, id=str(made["id"]), filename="b.pdf", parent_id="0")
    assert (moved["filename"], moved["parent_id"]) == ("b.pdf", "null")
    assert say("shareFolder", id=str(folder["id"]), list=["bert@example.org"]) is True
    assert [one["email"] for one in say("listUsersShare", id=str(folder["id"]))] == [
        f"{server.name}@example.org", "bert@example.org",
    ]  # fmt: skip
    assert say("shareFolder", id=str(folder["id"]), list=["bert@example.org"], shared=True) is True
    assert len(say("listUsersShare", id=str(folder["id"]))) == 1
    assert say("delete", file=True, id=str(made["id"]))["status"] == "DELETED"
    assert say("download", id="123", path=str(tmp_path / "none")) is False
    assert not (tmp_path / "none").exists()
    empty = tmp_path / "empty"
    empty.touch()
    assert say("create", file=True, filename="empty", parent_id="null", path=str(empty))["size"] == 0


def test_what_a_user_took_back_is_403(b: TestDesk, server: Server) -> None:
    token = b.enter(server, "bert", "another sesame")
    root = {"token": token, "metadata": {"type": "get", "file": False, "id": "0", "contents": True}}
    assert b.ask("oauth_credentials", root)["filename"] == "root"
    take_back(server, "bert", "another sesame")
    assert b.line("oauth_credentials", root) == "403"


# ---------------------------------------------------------------------------------------------- since 2015


def test_what_came_in_2015_goes_over_http(tmp_path: Path, server: Server) -> None:
    desk = TestDesk(tmp_path / "c", server.url, year=2015)
    token = desk.enter(server, server.name, server.password)
    config = {"cloud": "Stacksync"}

    def say(type: str, **metadata: Any) -> Any:
        call = {"config": config, "token": token, "metadata": {"type": type, "cloud": "Stacksync", **metadata}}
        return desk.ask("oauth_credentials", call)

    def question(type: str) -> Any:
        return desk.ask("oauth_credentials", {"config": {"type": type, **config}})

    assert question("cloudsList") == ["Stacksync"]
    assert question("oauthUrl").endswith("?oauth_token=")
    assert [question(type) for type in ("controlVersion", "comments", "calendar", "dance")] == [
        "true", "true", "false", False,
    ]  # fmt: skip
    assert set(desk.ask("oauth_credentials", {"config": config})) == {"key", "secret"}

    item = str(say("create", file=False, filename="talk", parent_id="null", path=None)["id"])
    made = say("insertComment", id=item, user="ann", text="Grüße".encode().hex())
    assert made["text"] == "Grüße"
    assert [one["text"] for one in say("getComments", id=item)] == ["Grüße"]
    assert say("deleteComment", id=item, user="ann", time_created=made["time_created"])["status"] == "DELETED"

    named = {"user": "web-ann", "name": "work"}
    assert say("insertCalendar", **named, description="44617465", timezone=0)["description"] == "Date"
    assert say("updateCalendar", **named, description="", timezone=0)["status"] == "CHANGED"
    assert len(say("getCalendars", user="web-ann")) == 1
    times = {"user": "web-ann", "calendar": "work", "isallday": 0, "timestart": 1404381600, "timeend": 1404385200}
    told = {"repetition": "None", "repeattype": "n", "finaltype": 1, "finalvalue": 0, "location": "", "description": ""}
    assert say("insertEvent", **times, **told, subject=b"Dentist".hex())["subject"] == "Dentist"
    assert say("updateEvent", **times, **told, subject=b"Doctor".hex())["status"] == "CHANGED"
    assert [one["subject"] for one in say("getEvents", user="web-ann", calendar="work")] == ["Doctor"]
    assert len(say("getCalendarsAndEvents", user="web-ann")) == 2
    assert say("deleteEvent", **times)["status"] == "DELETED"
    assert say("deleteCalendar", **named)["status"] == "DELETED"
    assert say("deleteCalendarsUser", user="web-ann") == {"delete": True}

    when = b"2015-05-12 10:50:00".hex()
    mine = {"id": item, "user": "ann", "ipserver": "192.168.56.101", "datetime": when}
    assert say("lockFile", **mine, timelimit=10) == {"lockFile": True}
    assert say("lockFile", **{**mine, "user": "bob"}, timelimit=10) is False
    assert [one["status"] for one in say("getMetadataFile", id=item)] == ["open"]
    assert say("updateDateTime", **mine) == {"updateFile": True}
    assert say("unLockFile", **mine) == {"unLockFile": True}


def test_locks_as_documents(a: TestDesk, b: TestDesk) -> None:
    creds = a.login()

    def say(desk: TestDesk, type: str, user: str, minute: int) -> Any:
        lock = {"id": "9", "cloud": "Stacksync", "username": user, "IpServer": "host", "timeLimit": 10,
                "datetime": f"2015-05-12 10:{minute:02}:00"}  # fmt: skip
        return desk.ask("protocol", {"type": type, "lista": [lock], "credentials": creds})

    assert say(a, "lockFile", "ann", 0) is True
    assert say(b, "lockFile", "bob", 5) is False
    assert say(b, "unLockFile", "bob", 5) is False, "only the own one"
    assert say(a, "updateDateTime", "ann", 6) is True
    assert say(b, "lockFile", "bob", 12) is False, "it was refreshed"
    assert say(a, "unLockFile", "ann", 13) is True
    assert say(b, "getMetadataFile", "bob", 13)[0]["status"] == "close"
    assert say(b, "lockFile", "bob", 14) is True
    assert say(a, "lockFile", "ann", 25) is True, "its time is over"


# ----------------------------------------------------------------------------------- what is remembered


def row(id: str, name: str, *, parent: str = "null", path: str = "/", folder: bool = False) -> dict[str, Any]:
    return {"id": id, "filename": name, "parent_id": parent, "path": path, "is_folder": folder, "user_eyeos": "ann"}


@pytest.mark.parametrize("cloud", [{}, {"cloud": "NEC"}], ids=["2014", "2015"])
def test_the_tree_is_remembered(a: TestDesk, cloud: dict[str, str]) -> None:
    def say(type: str, *lista: dict[str, Any]) -> Any:
        return a.ask("protocol", {"type": type, "lista": [{**one, **cloud} for one in lista]})

    docs, inner = row("1", "docs", folder=True), row("2", "inner", parent="1", path="/docs/", folder=True)
    deep = row("3", "deep.txt", parent="2", path="/docs/inner/")
    user = {"user_eyeos": "ann"}
    assert say("insert", docs, inner, deep) is True
    assert say("insert", deep) is True, "twice is one"
    assert [one["id"] for one in say("select", {"id": "1", "path": "/", **user})] == ["1", "2"]
    assert say("parent", {"path": "/docs/", "filename": "inner", **user}) == [{**inner, **cloud}]
    assert say("rename", {**docs, "filename": "papers"}) is True
    assert {one["path"] for one in say("selectMetadataUser", user)} == {"/", "/papers/", "/papers/inner/"}
    moved = {**deep, "parent_id": "1", "path": "/papers/"}
    assert say("update", {"parent_old": "2"}, moved) is True
    assert say("update", {**moved, "size": 5}) is True
    assert say("select", {"id": "3", "path": "/papers/", **user}) == [{**moved, "size": 5, **cloud}]
    version = {"id": "3", "version": "1", "recover": False, **user}
    assert say("getDownloadVersion", version) is None
    assert say("insertDownloadVersion", version) is True
    assert say("updateDownloadVersion", {**version, "version": "2"}) is True
    assert say("getDownloadVersion", version)["version"] == "2"
    assert say("recursiveDeleteVersion", {"id": "1", **user}) is True
    assert say("getDownloadVersion", version) is None
    assert say("insertDownloadVersion", version) is say("deleteDownloadVersion", version) is True
    assert say("delete", {"id": "2", "parent_id": "1", **user}) is True
    assert {one["id"] for one in say("selectMetadataUser", user)} == {"1", "3"}
    assert say("deleteFolder", {"id": "1", "path": "/", **user}) is True
    assert say("selectMetadataUser", user) == []
    assert say("insert", docs) is say("deleteMetadataUser", user) is True
    assert say("selectMetadataUser", user) == []


def test_a_command_starts_without_what_only_a_server_needs(a: TestDesk) -> None:
    heavy = "{'httpx', 'starlette', 'psycopg', 'click', 'nuvol.core'}"
    program = f"import sys, nuvol.apps.eyeos.protocol as p; p.main(['{{}}']); print(sorted({heavy} & set(sys.modules)))"
    assert a.run("python", "-c", program).stdout.splitlines()[-1] == "[]"


def test_the_command_line_starts_without_the_cloud(a: TestDesk) -> None:
    heavy = "{'httpx', 'nuvol.core', 'nuvol.stores', 'nuvol.server.build'}"
    program = f"import sys, nuvol.cli.main; print(sorted({heavy} & set(sys.modules)))"
    assert a.run("python", "-c", program).stdout.splitlines()[-1] == "[]"
