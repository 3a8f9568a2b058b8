"""Shares on the platform API, by raw requests; and links that are more than CloudFS knows."""

import pytest

from nuvol.wire.cloudfs import ids
from tests.faces.platform import Platform, User


@pytest.fixture
def platform(cloud, runner) -> Platform:
    return Platform(cloud, runner)


@pytest.fixture
def ann(platform) -> User:
    return platform.user()


@pytest.fixture
def bob(platform) -> User:
    return platform.user("bob@example.org")


def test_a_share_object_has_every_key_and_no_type(ann):
    folder = ann.folder("photos")
    ann.put("a", b"12345", folder)
    share = ann.done("/shares/", {"path": folder})
    assert set(share) == {
        "share_key",
        "share_type",
        "share_name",
        "url",
        "short_url",
        "share_size",
        "date_created",
        "single_item",
    }
    assert len(share["share_key"]) == 44 and share["share_key"].endswith("-")
    assert (share["share_name"], share["share_size"], share["share_type"]) == ("photos", 5, "folder")
    assert share["single_item"]["name"] == "photos"
    assert share["url"] == f"http://cloud.test/s/{share['share_key']}"
    assert ann.get("/shares/") == ann.get("/shares") == [share]


def test_paths_repeat(ann):
    a, b = ann.folder("a"), ann.folder("b")
    share = ann.done("/shares", [("path", a), ("path", b.strip("/")), ("password", "")])
    assert share["share_type"] == "mixed" and share["single_item"] is None
    browsed = ann.get(f"/shares/{share['share_key']}/meta")
    assert [item["name"] for item in browsed["items"]] == ["a", "b"]
    assert browsed["meta"]["type"] == "folder" and browsed["share"]["share_key"] == share["share_key"]


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ({}, (400, 6001)),
        ({"path": ""}, (400, 6001)),
        ({"path": f"/{ids.encode(77)}"}, (404, 6002)),
        ({"path": "/x"}, (404, 6002)),
    ],
    ids=str,
)
def test_a_share_of_nothing(ann, fields, answer):
    assert ann.failed(ann.post("/shares/", fields)) == answer


def test_anybody_with_a_token_and_the_key_may_browse(ann, bob):
    top = ann.folder("top")
    inner = ann.folder("in", top)
    ann.put("f", b"1", inner)
    key = ann.done("/shares/", {"path": top})["share_key"]
    listed = bob.get(f"/shares/{key}/meta?share_key=")
    assert listed["meta"]["name"] == "top" and [item["name"] for item in listed["items"]] == ["in"]
    assert listed["items"][0]["parent_id"] == ""
    deeper = bob.get(f"/shares/{key}//{listed['items'][0]['id']}/meta")
    assert deeper["meta"]["name"] == "in" and [item["name"] for item in deeper["items"]] == ["f"]
    assert bob.get(f"/shares/{key}///meta")["meta"]["name"] == "top"
    outside = ann.put("secret")
    for path in (f"/shares/{key}{outside}/meta", f"/shares/{key}/{ids.encode(7)}/meta", f"/shares/{key}/x/meta"):
        assert bob.failed(bob.ask("GET", path)) == (404, 4002)
    for call in (bob.post(f"/shares/{key}/info", {"name": "mine"}), bob.ask("DELETE", f"/shares/{key}/")):
        assert bob.failed(call) == (404, 4002)


def test_receiving_gives_a_bare_array_of_flat_items(ann, bob):
    top = ann.folder("top")
    ann.put("f.txt", b"1", top)
    key = ann.done("/shares/", {"path": top})["share_key"]
    to = bob.folder("to")
    (item,) = bob.done(f"/shares/{key}/", {"path": to, "exists": "rename"})
    assert (item["name"], item["type"], item["parent_id"]) == ("top", "folder", to.strip("/"))
    (inner,) = bob.get(f"/folders{bob.path(to, item)}")["items"]
    assert bob.read(f"{bob.path(to, item)}/{inner['id']}").body == b"1"
    (again,) = bob.done(f"/shares/{key}", {"path": to})
    assert again["name"] == "top (1)"
    assert bob.failed(bob.post(f"/shares/{key}/", {"path": to, "exists": "fail"})) == (409, 2042)
    bob.done(f"/shares/{key}/", {"path": to, "exists": "overwrite"})
    assert bob.names(to) == ["top", "top (1)"]
    assert bob.failed(bob.post(f"/shares/{key}/", {"path": "/nowhere"})) == (404, 2039)
    assert bob.failed(bob.post(f"/shares/{key}/", {"exists": "x"})) == (400, 2033)


def test_several_items_arrive_in_one_folder_named_after_the_share(ann, bob):
    a, b = ann.folder("a"), ann.folder("b")
    share = ann.done("/shares/", [("path", a), ("path", b)])
    (item,) = bob.done(f"/shares/{share['share_key']}/", {})
    assert item["name"] == share["share_name"]
    assert bob.names(f"/{item['id']}") == ["a", "b"]


def test_a_password_keeps_others_out_and_never_the_owner(ann, bob):
    folder = ann.folder("top")
    share = ann.done("/shares/", {"path": folder, "password": "pw"})
    key = share["share_key"]
    assert ann.get(f"/shares/{key}/meta") and ann.done(f"/shares/{key}/", {"path": "/"})
    for call in (bob.ask("GET", f"/shares/{key}/meta"), bob.post(f"/shares/{key}/", {"path": "/"})):
        assert bob.failed(call) == (403, 4001)
    assert bob.failed(bob.post(f"/shares/{key}/unlock", {"password": "no"})) == (403, 4001)
    assert bob.done(f"/shares/{key}/unlock", {"password": "pw"}) == {"success": True}
    assert bob.get(f"/shares/{key}/meta") and bob.done(f"/shares/{key}/", {"path": "/"})
    again = User(bob.platform, bob.name, bob.platform.token(bob.name, "s3cret x").json["access_token"])
    assert again.failed(again.ask("GET", f"/shares/{key}/meta")) == (403, 4001)


def test_a_share_is_altered_with_its_present_password(ann, bob):
    key = ann.done("/shares/", {"path": ann.folder("top"), "password": "one"})["share_key"]
    bob.done(f"/shares/{key}/unlock", {"password": "one"})
    for fields in ({"password": "two"}, {"password": "two", "current_password": "no"}, {"name": "new"}):
        assert ann.failed(ann.post(f"/shares/{key}/info", fields)) == (403, 4001)
    changed = ann.done(f"/shares/{key}/info", {"current_password": "one", "password": "two", "name": "new"})
    assert changed["share_name"] == "new"
    assert bob.failed(bob.ask("GET", f"/shares/{key}/meta")) == (403, 4001)
    ann.done(f"/shares/{key}/info", {"current_password": "two", "password": ""})
    assert bob.get(f"/shares/{key}/meta")["share"]["share_name"] == "new"


def test_a_deleted_or_unknown_share(ann, bob):
    folder = ann.folder("top")
    key = ann.done("/shares/", {"path": folder})["share_key"]
    assert ann.ask("DELETE", f"/shares/{key}/").json["result"] == {"success": True}
    for number, gone in enumerate((key, "x" * 44, "%2e")):
        peer = f"198.51.100.{number}"
        assert bob.failed(bob.ask("GET", f"/shares/{gone}/meta", peer=peer)) == (404, 4002)
        assert bob.failed(bob.post(f"/shares/{gone}/", {}, peer=peer)) == (404, 4002)
        assert bob.failed(bob.post(f"/shares/{gone}/unlock", {"password": "x"}, peer=peer)) == (404, 4002)
        assert ann.failed(ann.ask("DELETE", f"/shares/{gone}/")) == (404, 4002)
    assert ann.names() == ["top"]


def test_a_share_with_nothing_left_is_gone(ann, bob):
    folder = ann.folder("top")
    key = ann.done("/shares/", {"path": folder})["share_key"]
    ann.ask("DELETE", f"/folders{folder}")
    assert bob.failed(bob.ask("GET", f"/shares/{key}/meta")) == (404, 4002)
    assert ann.get("/shares/") == []


def test_what_does_not_fit_is_6003(platform, ann, bob):
    plan = platform.signed("POST", "/v2/admin/customers/plan/", {"name": "small", "limit": "3"}).json["result"]
    user_id = bob.get("/user/profile/")["id"]
    platform.signed("POST", f"/v2/admin/customers/{user_id}", {"plan_code": plan["id"]})
    key = ann.done("/shares/", {"path": ann.put("f", b"12345")})["share_key"]
    assert bob.failed(bob.post(f"/shares/{key}/", {"path": "/"})) == (403, 6003)
    assert bob.names() == []


def test_a_timeline_refreshed_again_and_again_leaves_no_trash(ann, bob):
    """PhotoShare: shared/<friend> is made anew with overwrite and the share received into it, again and again."""
    public = ann.folder("public")
    ann.put("p.jpg", b"1", public)
    key = ann.done("/shares/", {"path": public})["share_key"]
    shared = bob.folder("shared")
    for _ in range(5):
        (made,) = bob.done(f"/folders{shared}?operation=create", {"name": "ann", "exists": "overwrite"})["items"]
        bob.done(f"/shares/{key}/", {"path": bob.path(shared, made), "exists": "overwrite"})
    assert bob.get("/trash/")["items"] == []
    assert bob.names(shared) == ["ann"]


def test_guessed_keys_are_slowed_down(bob):
    answers = [bob.failed(bob.ask("GET", f"/shares/{'g' * 43}{n}/meta")) for n in range(7)]
    assert answers[0] == (404, 4002) and answers[-1] == (429, 9006)
