"""Comments, calendars and events of StackSync's API, row by row, on both databases (stacksync.md §6)."""

import asyncio
import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from nuvol.core import calendar
from nuvol.core.cloud import Cloud
from nuvol.model.accounts import Actor
from nuvol.u1db.replica import Replica
from nuvol.u1db.table import Alternative
from tests.faces.native import Reply
from tests.faces.test_stacksync import Client

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def client(cloud: Cloud, runner: asyncio.Runner) -> Client:
    return let_in(Client(cloud, runner))


@pytest.fixture
def bert(cloud: Cloud, runner: asyncio.Runner, client: Client) -> Client:
    return let_in(Client(cloud, runner, "bert"))


def let_in(client: Client) -> Client:
    """As an app of StackSync's kind is."""
    client.token = client.cloud.grants.bearer(client.actor, "tests", ["files", "calendar", "profile"], None)
    return client


def send(client: Client, method: str, path: str, fields: dict[str, Any], kind: str = "application/json") -> Reply:
    """A form under whatever type, free text in hexadecimal, as the PHP desktop sends it."""
    hexed = {"text", "subject", "location", "description"}
    form = {key: str(value).encode().hex() if key in hexed else value for key, value in fields.items()}
    return client.ask(method, path, urlencode(form).encode(), content_type=kind)


def done(reply: Reply) -> Any:
    assert reply.status == 200, reply.body
    assert reply.headers["Content-Type"] == "application/json"
    return reply.json


def wrong(reply: Reply, status: int = 400) -> None:
    assert (reply.status, reply.json["error"]) == (status, status)
    assert reply.json["description"] == reply.json["descripcion"] != ""


# ------------------------------------------------------------------------------------------------ comments


def comment(client: Client, node: dict[str, Any], text: str, **more: str) -> dict[str, Any]:
    wish = {"id": node["id"], "user": "ann", "text": text, "cloud": "Stacksync", **more}
    found: dict[str, Any] = done(send(client, "POST", "comment", wish))
    return found


def test_a_comment_is_written_listed_and_deleted(client: Client) -> None:
    file = client.file("a", b"x")
    made = comment(client, file, "It’s fine ñ & = %")
    assert made == {
        "id": str(file["id"]),
        "user": "ann",
        "text": "It’s fine ñ & = %",
        "cloud": "Stacksync",
        "time_created": made["time_created"],
        "status": "NEW",
    }
    assert len(made["time_created"]) == 14 and made["time_created"].isdigit()
    assert client.get(f"comment/{file['id']}/Stacksync") == [made]
    assert client.get(f"comment/{file['id']}/NEC") == []
    assert client.get(f"comment/{file['id']}/NEC/true") == [made]
    path = f"comment/{file['id']}/ann/Stacksync/{made['time_created']}"
    assert done(client.ask("DELETE", path)) == {**made, "status": "DELETED"}
    assert client.get(f"comment/{file['id']}/Stacksync") == []
    wrong(client.ask("DELETE", path))


def test_comments_come_newest_first_and_those_of_the_web_among_them(client: Client) -> None:
    folder = client.folder("docs")
    comment(client, folder, "one")
    client.cloud.comments.add(client.actor, folder["id"], "two")
    listed = client.get(f"comment/{folder['id']}/NEC/any")
    assert [(one["user"], one["text"]) for one in listed] == [("anna", "two"), ("ann", "one")]
    assert [one["cloud"] for one in client.get(f"comment/{folder['id']}/NEC")] == ["NEC"], "as the caller calls us"
    assert [one["text"] for one in client.get(f"comment/{folder['id']}/Stacksync")] == ["two", "one"]


def test_a_member_comments_and_only_the_author_deletes(client: Client, bert: Client) -> None:
    folder = client.folder("docs")
    file = client.file("a", b"x", folder["id"])
    client.ask("POST", f"folder/{folder['id']}/share", json.dumps(["bert@example.org"]).encode())
    made = comment(bert, file, "mine", user="ann")
    path = f"comment/{file['id']}/ann/Stacksync/{made['time_created']}"
    assert client.get(f"comment/{file['id']}/Stacksync") == [made]
    wrong(client.ask("DELETE", path), 403)
    assert done(bert.ask("DELETE", path))["status"] == "DELETED"
    client.ask("POST", f"folder/{folder['id']}/unshare", json.dumps(["bert@example.org"]).encode())
    wrong(bert.ask("GET", f"comment/{file['id']}/Stacksync"), 404)
    wrong(send(bert, "POST", "comment", {"id": file["id"], "user": "b", "text": "x", "cloud": "c"}), 404)


def test_comments_that_cannot_be_are_refused(client: Client) -> None:
    file = client.file("a", b"x")
    good = {"id": file["id"], "user": "ann", "text": "x", "cloud": "c"}
    for lacking in ("id", "user", "text"):
        wrong(send(client, "POST", "comment", {**good, lacking: ""}))
    wrong(send(client, "POST", "comment", {**good, "id": "x"}))
    wrong(send(client, "POST", "comment", {**good, "id": 4711}), 404)
    wrong(send(client, "POST", "comment", {**good, "text": "x" * 10_001}))
    wrong(client.ask("POST", "comment", b"\xff"))
    wrong(client.ask("GET", "comment/x/c"))
    wrong(client.ask("GET", "comment/4711/c"), 404)
    wrong(client.ask("DELETE", f"comment/{file['id']}/ann/c/now"))
    wrong(client.ask("PUT", "comment", b"id=1"), 405)
    wrong(client.ask("GET", f"comment/{file['id']}"))
    assert client.get(f"comment/{file['id']}/c") == []
    client.token = client.cloud.grants.bearer(client.actor, "reader", ["files:read"], None)
    wrong(send(client, "POST", "comment", good), 403)


# ----------------------------------------------------------------------------------------------- calendars

WORK = {"user": "ann", "name": "work", "cloud": "Stacksync", "description": "Team dates ñ", "timezone": "0"}
DENTIST = {
    "user": "ann",
    "calendar": "work",
    "cloud": "Stacksync",
    "isallday": "0",
    "timestart": "1404381600",
    "timeend": "1404385200",
    "repetition": "None",
    "finaltype": "1",
    "finalvalue": "0",
    "subject": "Dentist",
    "location": "Reus",
    "description": "bring card & “co”",
    "repeattype": "n",
}
KEY = "ann/work/Stacksync/1404381600/1404385200/0"


def replica(client: Client) -> Replica:
    """The database as programs that sync see it."""
    return client.cloud.documents.open(Actor(client.actor.account_id), "calendar")


def texts(client: Client) -> list[dict[str, Any]]:
    return [doc.content or {} for doc in replica(client).get_all_docs()[1]]


def test_a_calendar_is_made_changed_listed_and_deleted(client: Client) -> None:
    made = {"type": "calendar", **WORK, "status": "NEW"}
    assert done(send(client, "POST", "calendar", WORK)) == made
    assert client.get("calendar/ann/Stacksync") == [made]
    assert client.get("calendar/ann/NEC") == client.get("calendar/bea/Stacksync") == []
    changed = {**made, "description": "New", "status": "CHANGED"}
    for method in ("POST", "PUT"):
        assert done(send(client, method, "calendar", {**WORK, "description": "New"}, FORM)) == changed
    assert client.get("calendar/ann/Stacksync") == [changed]
    done(send(client, "POST", "event", DENTIST))
    assert done(client.ask("DELETE", "calendar/ann/work/Stacksync")) == {**changed, "status": "DELETED"}
    assert client.get("calEvents/ann/Stacksync") == []
    assert [one["status"] for one in texts(client)] == ["DELETED", "DELETED"], "so that desks that sync learn of it"
    wrong(client.ask("DELETE", "calendar/ann/work/Stacksync"))
    wrong(send(client, "PUT", "calendar", WORK))
    assert done(send(client, "POST", "calendar", WORK)) == made
    assert len(texts(client)) == 2, "what is made again is the same document"


def test_an_event_is_made_changed_listed_and_deleted(client: Client) -> None:
    made = {"type": "event", **DENTIST, "status": "NEW"}
    assert done(send(client, "POST", "event", DENTIST)) == made
    assert client.get("event/ann/work/Stacksync") == [made]
    assert client.get("event/ann/home/Stacksync") == client.get("event/ann/work/NEC") == []
    changed = {**made, "subject": "Doctor", "status": "CHANGED"}
    for method in ("POST", "PUT"):
        assert done(send(client, method, "event", {**DENTIST, "subject": "Doctor"})) == changed
    later = {**DENTIST, "timestart": "1404381601"}
    wrong(send(client, "PUT", "event", later))
    done(send(client, "POST", "event", later))
    assert len(client.get("event/ann/work/Stacksync")) == 2
    assert done(client.ask("DELETE", f"event/{KEY}")) == {**changed, "status": "DELETED"}
    assert [one["timestart"] for one in client.get("event/ann/work/Stacksync")] == ["1404381601"]
    wrong(client.ask("DELETE", f"event/{KEY}"))
    assert done(send(client, "POST", "event", DENTIST))["status"] == "NEW"


def test_calendars_and_events_come_together(client: Client) -> None:
    done(send(client, "POST", "event", DENTIST))
    done(send(client, "POST", "calendar", WORK))
    done(send(client, "POST", "calendar", {**WORK, "user": "bea"}))
    assert [one["type"] for one in client.get("calEvents/ann/Stacksync")] == ["calendar", "event"]


def test_they_are_documents_in_the_seeds_shapes(client: Client) -> None:
    done(send(client, "POST", "event", DENTIST))
    done(send(client, "POST", "calendar", WORK))
    numbers = {"isallday": 0, "timestart": 1404381600, "timeend": 1404385200, "finaltype": 1, "finalvalue": 0}
    event = {"type": "event", "user_eyeos": "ann", **DENTIST, **numbers, "status": "NEW"}
    told = {"type": "calendar", "user_eyeos": "ann", **WORK, "timezone": 0, "status": "NEW"}
    del event["user"], told["user"]
    assert sorted(texts(client), key=lambda one: one["type"]) == [told, event]


def test_what_a_desk_synced_is_found_here_and_keeps_what_others_added(client: Client) -> None:
    here = client.cloud.documents.open(Actor(client.actor.account_id), "calendar", create=True)
    here.create_doc({"type": "calendar", "user_eyeos": "ann", "name": "work", "timezone": 0, "status": "NEW"})
    event = {
        "type": "event",
        "user_eyeos": "ann",
        "calendar": "work",
        "status": "NEW",
        "isallday": 0,
        "timestart": 1404381600,
        "timeend": 1404385200,
        "subject": "Dentist",
        "uid": "u-1",
    }
    doc = here.create_doc(event)
    here.create_doc({"type": "event", "user_eyeos": "ann", "subject": "lacks its times"})
    here.create_doc({"type": "other", "user_eyeos": "ann"})
    assert [(one["name"], one["cloud"]) for one in client.get("calendar/ann/Stacksync")] == [("work", "Stacksync")]
    (found,) = client.get("event/ann/work/Stacksync")
    assert (found["timestart"], found["isallday"], found["subject"]) == ("1404381600", "0", "Dentist")
    assert done(send(client, "POST", "event", DENTIST))["status"] == "CHANGED"
    kept = replica(client).get_doc(doc.doc_id or "")
    assert kept is not None and kept.content is not None
    assert (kept.content["uid"], kept.content["location"], kept.content["timestart"]) == ("u-1", "Reus", 1404381600)
    assert len(client.get("event/ann/work/Stacksync")) == 1


def test_times_that_are_no_seconds_stay_as_they_are(client: Client) -> None:
    for start in ("201419160000", "20150828110000", "0123", "tomorrow"):
        wish = {**DENTIST, "timestart": start}
        assert done(send(client, "POST", "event", wish))["timestart"] == start
        assert done(send(client, "POST", "event", wish))["status"] == "CHANGED"
    assert len(client.get("event/ann/work/Stacksync")) == 4


def test_a_conflict_between_desks_ends_with_the_next_change(client: Client) -> None:
    done(send(client, "POST", "event", DENTIST))
    here = replica(client)
    (doc,) = here.get_all_docs()[1]
    assert doc.content is not None
    here._table.write(lambda rows: rows.set_alternatives(doc.doc_id, [alternative(doc.content)]))
    assert done(send(client, "POST", "event", {**DENTIST, "subject": "Settled"}))["status"] == "CHANGED"
    assert [one["subject"] for one in client.get("event/ann/work/Stacksync")] == ["Settled"]
    settled = replica(client).get_doc(doc.doc_id or "")
    assert settled is not None and not settled.has_conflicts


def alternative(content: dict[str, Any]) -> Alternative:
    return Alternative("other:1", json.dumps({**content, "subject": "Other"}))


def test_everything_of_a_user_goes_for_good(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendar, "BATCH", 3)
    done(send(client, "POST", "calendar", WORK))
    for hour in range(7):
        done(send(client, "POST", "event", {**DENTIST, "timestart": str(1404381600 + hour)}))
    done(send(client, "POST", "calendar", {**WORK, "user": "bea"}))
    done(send(client, "POST", "calendar", {**WORK, "cloud": "NEC", "name": "far"}))
    assert done(client.ask("DELETE", "calUser/ann/Stacksync")) == {"delete": True}
    assert sorted((one["user_eyeos"], one["name"]) for one in texts(client)) == [("ann", "far"), ("bea", "work")]
    assert done(client.ask("DELETE", "calUser/ann/Stacksync")) == {"delete": True}


def test_a_calendar_goes_with_all_its_events(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendar, "BATCH", 3)
    done(send(client, "POST", "calendar", WORK))
    for hour in range(7):
        done(send(client, "POST", "event", {**DENTIST, "timestart": str(1404381600 + hour)}))
    done(send(client, "POST", "event", {**DENTIST, "calendar": "home"}))
    done(client.ask("DELETE", "calendar/ann/work/Stacksync"))
    assert [one["calendar"] for one in client.get("calEvents/ann/Stacksync")] == ["home"]


def test_names_may_be_anything_an_address_can_say(client: Client) -> None:
    name = "my work / ñ?&"
    done(send(client, "POST", "calendar", {**WORK, "name": name}))
    assert done(client.ask("DELETE", f"calendar/ann/{quote(name, safe='')}/Stacksync"))["name"] == name


def test_calendars_and_events_that_cannot_be_are_refused(client: Client) -> None:
    for lacking in ("user", "name"):
        wrong(send(client, "POST", "calendar", {**WORK, lacking: ""}))
    for lacking in ("user", "calendar", "timestart", "timeend", "isallday"):
        wrong(send(client, "POST", "event", {**DENTIST, lacking: ""}))
    wrong(send(client, "POST", "calendar", {**WORK, "user": "a*"}))
    wrong(client.ask("GET", "calendar/*/Stacksync"))
    wrong(client.ask("POST", "event", b"{"))
    wrong(client.ask("GET", "calendar/ann"))
    wrong(client.ask("GET", "calUser/ann/c"), 405)
    assert client.get("calEvents/ann/Stacksync") == []


def test_they_need_the_scope_of_the_calendar_and_are_ones_own(client: Client, bert: Client) -> None:
    done(send(client, "POST", "calendar", WORK))
    assert bert.get("calendar/ann/Stacksync") == []
    client.token = client.cloud.grants.bearer(client.actor, "files", ["files"], None)
    for reply in (
        client.ask("GET", "calendar/ann/Stacksync"),
        send(client, "POST", "event", DENTIST),
        client.ask("DELETE", "calUser/ann/Stacksync"),
    ):
        wrong(reply, 403)
    client.token = None
    wrong(client.ask("GET", "calendar/ann/Stacksync"), 401)
