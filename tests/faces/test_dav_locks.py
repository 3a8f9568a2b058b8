"""LOCK, UNLOCK, and what a lock stops, on every face (RFC 4918 §6, §7, §9.10)."""

import asyncio

import pytest

from nuvol.core.cloud import Cloud
from nuvol.errors import Locked
from nuvol.model.nodes import Guard
from nuvol.wire.dav import DAV
from tests.faces.webdav import ROOT, Dav, condition, lockinfo, multistatus, propfind, proppatch


@pytest.fixture
def dav(cloud: Cloud, runner: asyncio.Runner) -> Dav:
    return Dav(cloud, runner)


def test_a_locked_file_changes_only_with_its_token(dav: Dav) -> None:
    dav.mkcol("a")
    dav.put("a/b", b"one")
    token = dav.lock("a/b")
    refused = [
        dav("PUT", "a/b", b"two"),
        dav("PUT", "a/b", b"two" * 50_000),
        dav("DELETE", "a/b"),
        dav("DELETE", "a"),
        dav("MOVE", "a/b", destination=ROOT + "c"),
        dav("MOVE", "a", destination=ROOT + "c"),
        dav("PROPPATCH", "a/b", proppatch("<c>1</c>")),
    ]
    for reply in refused:
        assert (reply.status, condition(reply)) == (423, "lock-token-submitted")
        assert b"<d:href>/dav/files/a/b</d:href>" in reply.body
    assert dav.get("a/b") == b"one"
    assert dav("COPY", "a/b", destination=ROOT + "c").status == 201
    assert dav("PUT", "c", b"free").status == 204
    assert dav("PUT", "a/b", b"two", **{"if": f"(<{token}>)"}).status == 204
    assert dav("UNLOCK", "a/b", lock_token=f"<{token}>").status == 204
    assert dav("PUT", "a/b", b"three").status == 204


def test_a_lock_binds_the_other_faces(dav: Dav) -> None:
    dav.put("a")
    dav.lock("a")
    node = dav.cloud.tree.resolve(dav.actor, "a")
    with pytest.raises(Locked):
        dav.cloud.tree.trash(dav.actor, node.id)
    with pytest.raises(Locked):
        dav.cloud.uploads.put(dav.actor, node.parent_id or 0, "a", b"two", guard=Guard())


def test_a_lock_tells_all_about_itself(dav: Dav) -> None:
    dav.put("a b")
    reply = dav("LOCK", "a b", lockinfo(owner="<href>me &amp; mine</href>"), timeout="Second-100", depth="0")
    assert reply.status == 200
    for body in (reply.body, dav("PROPFIND", "a b", propfind("lockdiscovery"), depth="0").body):
        for part in (
            b"<d:exclusive/>",
            b"me &amp; mine</",
            b"<d:lockroot><d:href>/dav/files/a%20b</d:href></d:lockroot>",
            reply.headers["Lock-Token"].strip("<>").encode(),
        ):
            assert part in body
    assert b"<d:timeout>Second-99</d:timeout>" in reply.body or b"<d:timeout>Second-100</d:timeout>" in reply.body


def test_a_second_lock_is_shared_or_refused(dav: Dav) -> None:
    dav.put("a")
    first, second = dav.lock("a", "shared"), dav.lock("a", "shared")
    assert first != second
    reply = dav("LOCK", "a", lockinfo("exclusive"))
    assert (reply.status, condition(reply)) == (423, "no-conflicting-lock")
    assert dav("PUT", "a", b"x", **{"if": f"(<{second}>)"}).status == 204
    for token in (first, second):
        assert dav("UNLOCK", "a", lock_token=f"<{token}>").status == 204
    dav.lock("a", "exclusive")


def test_a_deep_lock_covers_what_is_and_comes_below(dav: Dav) -> None:
    dav.mkcol("a")
    dav.put("a/b")
    token = dav.lock("a", depth="infinity")
    for method, path in (("PUT", "a/b"), ("PUT", "a/new"), ("MKCOL", "a/new"), ("DELETE", "a/b")):
        assert dav(method, path).status == 423
    assert dav("PUT", "a/new", b"x", **{"if": f"<{ROOT}a/> (<{token}>)"}).status == 201
    about = multistatus(dav("PROPFIND", "a/b", propfind("lockdiscovery"), depth="0"))
    assert about[f"{ROOT}a/b"][DAV + "lockdiscovery"][1].findtext(f".//{DAV}lockroot/{DAV}href") == f"{ROOT}a/"
    assert dav("UNLOCK", "a/b", lock_token=f"<{token}>").status == 204
    assert dav("PUT", "a/b", b"x").status == 204


def test_a_shallow_lock_protects_the_list_of_members_only(dav: Dav) -> None:
    dav.mkcol("a")
    dav.put("a/b")
    dav.lock("a", depth="0")
    assert dav("PUT", "a/b", b"x").status == 204
    assert dav("PUT", "a/new", b"x").status == 423
    assert dav("DELETE", "a/b").status == 423
    assert dav("LOCK", "a", lockinfo(), depth="1").status == 400


def test_a_deep_lock_that_meets_another_below_tells_which(dav: Dav) -> None:
    dav.mkcol("a")
    dav.put("a/b")
    dav.lock("a/b")
    about = multistatus(dav("LOCK", "a", lockinfo(), depth="infinity"))
    assert {href: each[""][0] for href, each in about.items()} == {f"{ROOT}a/b": 423, f"{ROOT}a/": 424}
    dav.lock("a", depth="0")


def test_locking_a_name_that_is_free_makes_an_empty_file(dav: Dav) -> None:
    reply = dav("LOCK", "a", lockinfo())
    assert reply.status == 201
    assert dav.get("a") == b""
    assert dav("PUT", "a", b"x").status == 423
    assert dav("LOCK", "missing/a", lockinfo()).status == 409
    assert dav("LOCK", "b", lockinfo(), if_match='"x"').status == 412
    assert dav("LOCK", "b", lockinfo(), if_none_match="*").status == 201


def test_a_lock_is_refreshed_by_its_token(dav: Dav) -> None:
    dav.put("a")
    token = dav.lock("a", timeout="Second-10")
    reply = dav("LOCK", "a", timeout="Second-5000", **{"if": f"(<{token}>)"})
    assert reply.status == 200 and b"Second-5000" in reply.body or b"Second-4999" in reply.body
    reply = dav("LOCK", "a", **{"if": "(<urn:uuid:other>)"})
    assert (reply.status, condition(reply)) == (412, "lock-token-matches-request-uri")
    assert dav("LOCK", "a").status == 400


def test_only_a_token_that_is_there_unlocks(dav: Dav) -> None:
    dav.put("a")
    dav.put("b")
    token = dav.lock("a")
    assert dav("UNLOCK", "a").status == 400
    assert dav("UNLOCK", "a", lock_token="nonsense").status == 400
    for path, other in (("a", "urn:uuid:other"), ("b", token)):
        reply = dav("UNLOCK", path, lock_token=f"<{other}>")
        assert (reply.status, condition(reply)) == (409, "lock-token-matches-request-uri")
    assert dav("PUT", "a", b"x").status == 423


def test_a_wrong_token_is_a_failed_condition_and_none_a_locked_file(dav: Dav) -> None:
    dav.put("a")
    token = dav.lock("a")
    assert dav("PUT", "a", b"x", **{"if": "(<urn:uuid:other>)"}).status == 412
    assert dav("PUT", "a", b"x", **{"if": f"(<{token}>) (Not <DAV:no-lock>)"}).status == 204
    assert dav("PUT", "a", b"x", **{"if": "(Not <DAV:no-lock>)"}).status == 423
    assert dav("PUT", "a", b"x").status == 423


def test_a_lock_stays_where_it_was_taken(dav: Dav) -> None:
    dav.put("a")
    token = dav.lock("a")
    assert dav("MOVE", "a", destination=ROOT + "b", **{"if": f"(<{token}>)"}).status == 201
    assert dav("PUT", "b", b"x").status == 204
    assert dav("PUT", "a", b"x").status == 201


def test_the_root_can_be_locked(dav: Dav) -> None:
    token = dav.lock("", depth="infinity")
    assert dav("PUT", "a", b"x").status == 423
    assert dav("UNLOCK", "", lock_token=f"<{token}>").status == 204
    assert dav("PUT", "a", b"x").status == 201
