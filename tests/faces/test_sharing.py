"""Sharing over the native API and WebDAV: what two people and their programs see of one folder."""

import asyncio
import json
from base64 import b64encode
from random import Random

import pytest

from nuvol.core.cloud import Cloud
from nuvol.model.accounts import Actor
from nuvol.model.shares import Role
from tests.faces.native import Body, Person, person
from tests.faces.test_api_live import closed, event
from tests.faces.test_dav_sync import Follower, report, tree
from tests.faces.webdav import ROOT, Dav, multistatus, propfind
from tests.sizes import size

OC = "{http://owncloud.org/ns}"


@pytest.fixture
def bert(cloud: Cloud, runner: asyncio.Runner) -> Person:
    return person(cloud, runner, "bert")


@pytest.fixture
def ada(cloud: Cloud, runner: asyncio.Runner) -> Dav:
    return Dav(cloud, runner, "ada")


@pytest.fixture
def bob(cloud: Cloud, runner: asyncio.Runner) -> Dav:
    return Dav(cloud, runner, "bob")


def share(owner: Dav, path: str, *names: str, role: int = Role.EDITOR) -> int:
    node = owner.cloud.tree.resolve(owner.actor, path)
    owner.cloud.shares.open(owner.actor, node.id, names, role)
    return node.id


# ------------------------------------------------------------------------------------------ the native API


def test_a_folder_is_opened_changed_and_closed(anna: Person, bert: Person) -> None:
    folder = anna.folder("trip")
    file = anna.put("trip/f", b"one")
    opened = anna.ask("POST", f"/nodes/{folder}/members", json={"to": ["bert"], "role": "viewer"})
    assert opened.status == 201 and opened.json["invitations"] == []
    (member,) = opened.json["members"]
    assert (member["account_id"], member["name"], member["role"], member["folder_id"]) == (
        bert.account_id, "bert", "viewer", folder,
    )  # fmt: skip
    (seen,) = bert.children(bert.root)
    assert (seen["id"], seen["name"], seen["kind"], seen["parent_id"]) == (folder, "trip", "folder", bert.root)
    assert seen["owner_id"] == anna.account_id
    assert bert.ask("GET", f"/nodes/{file['id']}").json["path"] == "trip/f"
    denied = bert.ask("PUT", f"/nodes/{file['id']}/content", body=b"two")
    assert (denied.status, denied.code) == (403, "not-allowed")
    changed = anna.ask("PATCH", f"/nodes/{folder}/members/{bert.account_id}", json={"role": "editor"})
    assert (changed.status, changed.json["role"]) == (200, "editor")
    assert bert.ask("PUT", f"/nodes/{file['id']}/content", body=b"two").status == 200
    assert anna.ask("GET", f"/nodes/{file['id']}/content").body == b"two"
    for one in (anna, bert):
        members = one.ask("GET", f"/nodes/{file['id']}/members").json["members"]
        assert [(m["name"], m["role"]) for m in members] == [("anna", "owner"), ("bert", "editor")]
    (mine,) = anna.ask("GET", "/shares").json["by_me"]
    (theirs,) = bert.ask("GET", "/shares").json["with_me"]
    assert (mine["node"]["path"], mine["members"], mine["role"]) == ("trip", 1, "owner")
    assert (theirs["node"]["path"], theirs["owner"]["name"], theirs["role"]) == ("trip", "anna", "editor")
    assert bert.ask("DELETE", f"/nodes/{folder}").status == 204
    assert bert.children(bert.root) == [] and anna.names(folder) == ["f"]
    gone = anna.ask("DELETE", f"/nodes/{folder}/members/{bert.account_id}")
    assert (gone.status, gone.code) == (404, "member-missing")
    assert anna.ask("DELETE", f"/nodes/{folder}/members/{anna.account_id}").status == 400


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        ({"to": []}, 400),
        ({"to": ["nobody"]}, 400),
        ({"to": ["anna"]}, 400),
        ({"to": ["not an @ address"]}, 400),
        ({"to": ["bert"], "role": "owner"}, 400),
        ({"to": ["bert"] * 101}, 400),
        ({"to": ["be\nrt"]}, 400),
        ({}, 400),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(anna: Person, bert: Person, wish: object, status: int) -> None:
    assert anna.ask("POST", f"/nodes/{anna.folder('trip')}/members", json=wish).status == status
    assert anna.ask("POST", f"/nodes/{anna.root}/members", json={"to": ["bert"]}).status == 403
    file = anna.put("f")["id"]
    assert anna.ask("POST", f"/nodes/{file}/members", json={"to": ["bert"]}).status == 409
    assert bert.children(bert.root) == []


def test_an_address_without_an_account_gets_a_link(anna: Person, bert: Person) -> None:
    folder = anna.folder("trip")
    opened = anna.ask("POST", f"/nodes/{folder}/members", json={"to": ["new@example.org"], "role": "viewer"})
    (invited,) = opened.json["invitations"]
    (listed,) = anna.ask("GET", f"/nodes/{folder}/invitations").json["invitations"]
    assert listed == invited["invitation"] and listed["email"] == "new@example.org" and "secret" not in listed
    secret = {"secret": invited["secret"]}
    about = bert.ask("POST", "/shares/invitation", json=secret).json
    assert (about["folder"], about["owner"], about["role"]) == ("trip", "anna", "viewer")
    accepted = bert.ask("POST", "/shares/accept", json=secret)
    assert (accepted.status, accepted.json["id"]) == (201, folder)
    again = bert.ask("POST", "/shares/accept", json=secret)
    assert (again.status, again.code) == (404, "invitation-missing")
    opened = anna.ask("POST", f"/nodes/{folder}/members", json={"to": ["other@example.org"]}).json
    link = f"/nodes/{folder}/invitations/{opened['invitations'][0]['invitation']['id']}"
    assert anna.ask("DELETE", link).status == 204 and anna.ask("DELETE", link).status == 404


def test_every_way_of_uploading_works_there(anna: Person, bert: Person) -> None:
    folder = anna.folder("trip")
    anna.ask("POST", f"/nodes/{folder}/members", json={"to": ["bert"]})
    assert bert.ask("PUT", f"/nodes/{folder}/children/small/content", body=b"x").status == 201
    big = bytes(range(256)) * 2000
    assert bert.ask("PUT", f"/nodes/{folder}/children/big/content", body=big).status == 201
    for target in (f"parent {b64(str(folder))},filename {b64('tus')}", f"path {b64('trip/by path')}"):
        headers = {"tus_resumable": "1.0.0", "upload_length": str(len(big)), "upload_metadata": target}
        where = bert.ask("POST", "/uploads", **headers).headers["Location"].removeprefix("/api/v1")
        part = {"tus_resumable": "1.0.0", "content_type": "application/offset+octet-stream"}
        assert bert.ask("PATCH", where, body=big[:300_000], upload_offset="0", **part).status == 204
        assert anna.ask("HEAD", where, tus_resumable="1.0.0").status == 404
        assert bert.ask("HEAD", where, tus_resumable="1.0.0").headers["Upload-Offset"] == "300000"
        done = bert.ask("PATCH", where, body=big[300_000:], upload_offset="300000", **part)
        assert done.status == 204
        node_id = done.headers["Nuvol-Node-Id"]
        assert anna.ask("GET", f"/nodes/{node_id}/content").body == big
    assert sorted(anna.names(folder)) == ["big", "by path", "small", "tus"]
    assert bert.ask("GET", "/usage").json["used"] == 0
    part = bert.ask("GET", f"/nodes/{node_id}/content", range="bytes=1000-1999")
    assert (part.status, part.body) == (206, big[1000:2000])
    archive = bert.ask("GET", f"/nodes/{folder}/zip")
    assert archive.status == 200 and archive.body.count(b"PK\x01\x02") == 4


def b64(text: str) -> str:
    return b64encode(text.encode()).decode()


def test_a_live_stream_tells_members_and_loses_nothing(anna: Person, bert: Person) -> None:
    folder, root = anna.folder("trip"), bert.root
    private = anna.folder("private")

    async def story() -> None:
        answer = await bert.open("/changes/live", Body([]))
        await event(answer)
        await anna.answer("POST", f"/nodes/{folder}/members", json={"to": ["bert"]})
        mounted = await event(answer)
        change = json.loads(mounted["data"])
        assert (change["verb"], change["object_id"], change["new_parent_id"]) == ("mount", folder, root)
        await anna.answer("PUT", f"/nodes/{private}/children/secret/content", body=b"x")
        await anna.answer("PUT", f"/nodes/{folder}/children/a/content", body=b"x")
        assert json.loads((await event(answer))["data"])["new_name"] == "a"
        await closed(answer)
        await anna.answer("PUT", f"/nodes/{folder}/children/b/content", body=b"x")
        again = await bert.open("/changes/live", Body([]), last_event_id=mounted["id"])
        await event(again)
        told = (await anext(again.body)).decode()  # type: ignore[arg-type]
        names = [json.loads(line[6:])["new_name"] for line in told.split("\n") if line.startswith("data: ")]
        assert names == ["a", "b"]
        await anna.answer("DELETE", f"/nodes/{folder}/members/{bert.account_id}")
        gone = json.loads((await event(again))["data"])
        assert (gone["verb"], gone["object_id"], gone["old_parent_id"]) == ("unmount", folder, root)
        await closed(again)

    anna.runner.run(story())


def test_a_long_poll_passes_over_what_is_not_open(anna: Person, bert: Person) -> None:
    folder, private = anna.folder("trip"), anna.folder("private")
    anna.ask("POST", f"/nodes/{folder}/members", json={"to": ["bert"]})
    cursor = bert.ask("GET", "/changes").json["cursor"]

    async def story() -> None:
        waiting = asyncio.ensure_future(bert.answer("GET", f"/changes?since={cursor}&wait=60"))
        await asyncio.sleep(0)
        for where in (private, folder):
            await anna.answer("PUT", f"/nodes/{where}/children/a/content", body=b"x")
        page = (await asyncio.wait_for(waiting, 30)).json
        assert [change["new_parent_id"] for change in page["changes"]] == [folder]

    anna.runner.run(story())


def test_revoking_breaks_a_download_off(anna: Person, bert: Person, cloud: Cloud) -> None:
    folder = anna.folder("trip")
    big = anna.put("trip/big", bytes(8 << 20))["id"]
    anna.ask("POST", f"/nodes/{folder}/members", json={"to": ["bert"]})

    async def story() -> int:
        answer = await bert.open(f"/nodes/{big}/content", Body([]))
        received = 0
        with pytest.raises(Exception, match="no such"):
            async for part in answer.body:  # type: ignore[union-attr]
                if not received:
                    await anna.answer("DELETE", f"/nodes/{folder}/members/{bert.account_id}")
                received += len(part)
        return received

    assert 0 < anna.runner.run(story()) < 8 << 20
    assert bert.ask("GET", f"/nodes/{big}/content").status == 404


# ------------------------------------------------------------------------------------------ WebDAV


def test_a_program_works_in_an_opened_folder_as_in_its_own(ada: Dav, bob: Dav) -> None:
    ada.mkcol("trip")
    ada.put("trip/f", b"one")
    node_id = share(ada, "trip", "bob")
    assert bob.names() == {"trip/"} and bob.get("trip/f") == b"one"
    part = bob("GET", "trip/f", range="bytes=1-1")
    assert (part.status, part.body) == (206, b"n")
    bob.mkcol("trip/sub")
    etag = bob("HEAD", "trip/f").headers["ETag"]
    assert bob("PUT", "trip/f", b"two", if_match=etag).status == 204
    assert bob("PUT", "trip/f", b"2", if_match=etag).status == 412
    assert bob("MOVE", "trip/f", destination=f"{ROOT}trip/sub/g").status == 201
    assert bob("COPY", "trip/sub/g", destination=f"{ROOT}mine").status == 201
    assert bob("MOVE", "mine", destination=f"{ROOT}trip/back").status == 201
    assert ada.names("trip") == {"sub/", "back"} and ada.get("trip/back") == b"two"
    assert bob("MOVE", "trip", destination=f"{ROOT}holiday").status == 201
    assert bob.get("holiday/sub/g") == b"two" and ada.names() == {"trip/"}
    assert bob("DELETE", "holiday/back").status == 204 and bob("DELETE", "holiday").status == 204
    assert bob.names() == set() and ada.names("trip") == {"sub/"}
    assert ada.cloud.tree.get(ada.actor, node_id).name == "trip"


def test_properties_tell_of_the_owners_space_and_of_what_may_be_done(ada: Dav, bob: Dav) -> None:
    ada.mkcol("trip")
    ada.put("trip/f", b"12345")
    node_id = share(ada, "trip", "bob")
    ada.cloud.accounts.update(None, ada.actor.account_id, quota=100)
    asked = propfind("quota-available-bytes", "quota-used-bytes", "<oc:permissions/>", "<oc:id/>")

    def told(path: str) -> dict[str, dict[str, str | None]]:
        found = multistatus(bob("PROPFIND", path, asked, depth="1"))
        return {
            href.removeprefix(ROOT): {
                name.partition("}")[2]: e.text for name, (status, e) in about.items() if status == 200
            }
            for href, about in found.items()
        }

    trip = told("trip")
    assert (trip["trip/"]["quota-available-bytes"], trip["trip/"]["quota-used-bytes"]) == ("95", "5")
    assert [trip[path]["permissions"] for path in ("trip/", "trip/f")] == ["SDNVCK", "SDNVW"]
    assert told("")["trip/"]["permissions"] == "SDNVCK"
    ada.cloud.shares.set_role(ada.actor, node_id, bob.actor.account_id, Role.VIEWER)
    assert [told("trip")[path]["permissions"] for path in ("trip/", "trip/f")] == ["SDNV", "S"]
    bob.put("own")
    assert told("")["own"]["permissions"] == "DNVW"
    assert bob("PUT", "trip/f", b"x").status == 403
    ada.cloud.shares.set_role(ada.actor, node_id, bob.actor.account_id, Role.EDITOR)
    assert bob("PUT", "trip/more", bytes(96)).status == 507


def test_a_lock_of_one_is_in_the_way_of_the_other(ada: Dav, bob: Dav) -> None:
    ada.mkcol("above")
    ada.mkcol("above/trip")
    ada.put("above/trip/f")
    share(ada, "above/trip", "bob")
    token = bob.lock("trip/f")
    refused = ada("PUT", "above/trip/f", b"x")
    assert refused.status == 423 and b"above/trip/f" in refused.body
    assert bob("PUT", "trip/f", b"x", **{"if": f"(<{token}>)"}).status == 204
    assert bob("PUT", "trip/f", b"x", **{"if": f"<{ROOT}trip/f> (<{token}>)"}).status == 204
    assert bob("PUT", "own", b"x", **{"if": f"<{ROOT}trip/f> (<{token}>)"}).status == 201
    assert bob("UNLOCK", "trip/f", lock_token=f"<{token}>").status == 204
    ada.lock("above", depth="infinity")
    refused = bob("PUT", "trip/f", b"x")
    assert refused.status == 423 and b"above" not in refused.body, "the way to it is the owner's alone"
    assert bob("PROPFIND", "trip/f", propfind("lockdiscovery"), depth="0").status == 207


def test_a_program_that_follows_tokens_ends_with_the_same_tree(ada: Dav, bob: Dav) -> None:
    """Whatever the two do, in and out of the folder, letting in and closing again: a follower of each knows it all."""
    ada.mkcol("trip")
    node_id = share(ada, "trip", "bob")
    random = Random(7)
    followers = [Follower(ada), Follower(bob), Follower(bob, limit=3)]
    for step in range(size(120, 3000)):
        acting, other = random.sample((ada, bob), 2)
        paths = sorted(tree(acting)) or ["trip"]
        path, to = random.choice(paths), f"{random.choice([*paths, ''])}/{step}".lstrip("/")
        act = random.choice(("put", "put", "mkcol", "move", "move", "copy", "delete", "role"))
        if act == "put":
            acting("PUT", to, f"{step}".encode())
        elif act == "mkcol":
            acting("MKCOL", to)
        elif act in ("move", "copy"):
            acting(act.upper(), path, destination=ROOT + to)
        elif act == "delete" and random.random() < 0.5 and path != "trip":
            acting("DELETE", path)
        elif act == "role" and random.random() < 0.3:
            members = ada.cloud.shares.members(ada.actor, node_id) if "trip" in tree(ada) else []
            if len(members) > 1:
                ada.cloud.shares.close(ada.actor, node_id, bob.actor.account_id)
            elif members:
                share(ada, "trip", "bob")
        if step % 5 == 0:
            for follower, dav in zip(followers, (ada, bob, bob), strict=True):
                follower.follow()
                assert follower.seen == tree(dav), step


def test_a_first_report_walks_a_mount_once(ada: Dav, bob: Dav) -> None:
    ada.mkcol("trip")
    ada.put("trip/f")
    share(ada, "trip", "bob")
    told = multistatus(report(bob, ""))
    assert sorted(told) == [f"{ROOT}trip/", f"{ROOT}trip/f"]


def test_members_are_found_with_one_look_however_many_folders_there_are(ada: Dav, bob: Dav) -> None:
    """StackSync's clients ask it for every folder every ten seconds."""
    ada.mkcol("trip")
    share(ada, "trip", "bob")
    actor = Actor(bob.actor.account_id)
    ids = [
        ada.cloud.tree.create_folder(ada.actor, ada.cloud.tree.resolve(ada.actor, "trip").id, str(i)).id
        for i in range(50)
    ]
    for node_id in ids:
        assert len(bob.cloud.shares.members(actor, node_id)) == 2
