"""Comments and activity over the native API."""

import asyncio

import pytest

from nuvol.core.cloud import Cloud
from tests.faces.native import Person, person
from tests.faces.u1db import Peer


@pytest.fixture
def bert(cloud: Cloud, runner: asyncio.Runner) -> Person:
    return person(cloud, runner, "bert")


@pytest.fixture
def node(anna: Person, bert: Person) -> int:
    """A file in a folder that Bert may look at."""
    made = anna.put("trip/f")
    anna.ask("POST", f"/nodes/{anna.folder('trip')}/members", json={"to": ["bert"], "role": "viewer"})
    return int(made["id"])


def test_a_comment_is_written_read_and_deleted(anna: Person, bert: Person, node: int) -> None:
    path = f"/nodes/{node}/comments"
    made = bert.ask("POST", path, json={"text": " Is this the one, @anna?\n"})
    assert made.status == 201
    assert made.json == {
        "id": made.json["id"],
        "author_id": bert.account_id,
        "author": "bert",
        "text": "Is this the one, @anna?",
        "created_at": made.json["created_at"],
        "mentions": [{"account_id": anna.account_id, "name": "anna"}],
        "mine": True,
    }
    assert anna.ask("GET", path).json == {"comments": [{**made.json, "mine": False}], "total": 1, "next": None}
    own = f"{path}/{made.json['id']}"
    refused = anna.ask("DELETE", own)
    assert (refused.status, refused.code) == (403, "not-allowed")
    assert bert.ask("DELETE", own).status == 204
    again = bert.ask("DELETE", own)
    assert (again.status, again.code) == (404, "comment-missing")
    assert bert.ask("GET", path).json["comments"] == []


def test_comments_come_in_pages(anna: Person, node: int) -> None:
    path = f"/nodes/{node}/comments"
    for number in range(5):
        anna.ask("POST", path, json={"text": f"{number}"})
    first = anna.ask("GET", f"{path}?limit=3").json
    rest = anna.ask("GET", f"{path}?limit=3&cursor={first['next']}").json
    assert [one["text"] for one in first["comments"] + rest["comments"]] == ["4", "3", "2", "1", "0"]
    assert (rest["total"], rest["next"]) == (5, None)


@pytest.mark.parametrize("text", ["", " ", "\n\t", "x" * 10_001, 7, None])
def test_what_is_no_comment_is_refused(anna: Person, node: int, text: object) -> None:
    assert anna.ask("POST", f"/nodes/{node}/comments", json={"text": text}).status == 400
    assert anna.ask("GET", f"/nodes/{node}/comments?cursor=x").status == 400


def test_the_activity_names_people(anna: Person, bert: Person, node: int) -> None:
    bert.ask("POST", f"/nodes/{node}/comments", json={"text": "x"})
    acts = anna.ask("GET", f"/nodes/{node}/activity").json["acts"]
    assert [(one["actor"], one["object"], one["verb"], one["name"]) for one in acts] == [
        ("bert", "comment", "create", "f"),
        ("anna", "node", "create", "f"),
    ]
    assert {one["kind"] for one in acts} == {"file"}
    change = anna.ask("GET", "/changes?since=").status
    assert change == 400


def test_the_feed_tells_of_a_comment_by_its_node(anna: Person, bert: Person, node: int) -> None:
    cursor = bert.ask("GET", "/changes").json["cursor"]
    anna.ask("POST", f"/nodes/{node}/comments", json={"text": "x"})
    (change,) = bert.ask("GET", f"/changes?since={cursor}").json["changes"]
    assert (change["object"], change["verb"], change["object_id"], change["kind"]) == (
        "comment",
        "create",
        node,
        "file",
    )


def test_nobody_writes_comments_as_documents(anna: Person, node: int) -> None:
    anna.ask("POST", f"/nodes/{node}/comments", json={"text": "x"})
    token = anna.cloud.grants.bearer(anna.actor, "tests", ["docs"], None)
    writer = Person(anna.cloud, anna.runner, token, anna.account_id)
    assert len(writer.ask("GET", "/databases/comment/documents").json["documents"]) == 1
    for reply in (
        writer.ask("POST", "/databases/comment/documents", json={"text": "forged"}),
        writer.ask("DELETE", "/databases/comment"),
    ):
        assert (reply.status, reply.code) == (403, "not-allowed")
    peer = Peer(anna.cloud, anna.runner, anna.actor, f"Bearer {token}", "/u1db")
    assert peer.put("/comment/doc/D-1", {"text": "forged"}).status == 403
    assert peer.ask("DELETE", "/comment").status == 403
    assert len(writer.ask("GET", "/databases/comment/documents").json["documents"]) == 1
