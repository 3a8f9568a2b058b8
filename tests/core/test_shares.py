"""A folder opened to others (issue 5): what members see and may do, what the owner keeps, and how it ends."""

import threading
from itertools import islice

import pytest

from nuvol.clock import DAY
from nuvol.core.cloud import Cloud
from nuvol.core.files import gathering
from nuvol.errors import (
    BadValue,
    CloudError,
    Conflict,
    InvitationMissing,
    Locked,
    MemberMissing,
    NameTaken,
    NodeMissing,
    NotAllowed,
    ParentMissing,
    QuotaExceeded,
    WrongKind,
)
from nuvol.model.accounts import Actor
from nuvol.model.nodes import Guard
from nuvol.model.rules import MiB
from nuvol.model.shares import Role
from tests.core.clouds import RULES, Home, noise

SOON = 20


def share(owner: Home, path: str, *members: Home, role: int = Role.EDITOR) -> int:
    """Returns the folder's id."""
    node_id = owner.id(path)
    owner.cloud.shares.open(owner.actor, node_id, [member.actor.name for member in members], role)
    return node_id


@pytest.fixture
def shared(anna, bert) -> int:
    """Anna's folder “trip” with things in it, which Bert may change."""
    anna.folders("trip/sub", "private")
    anna.put("trip/f", b"1")
    anna.put("private/p", b"secret")
    return share(anna, "trip", bert)


# ------------------------------------------------------------------------------------------ what members see


def test_an_opened_folder_stands_in_the_members_root_and_stays_where_the_owner_has_it(anna, bert, shared):
    assert bert.names() == ["trip"] and anna.names() == ["private", "trip"]
    assert bert.id("trip") == shared == anna.id("trip")
    assert bert.node("trip").parent_id == bert.root.id
    assert bert.paths() == ["trip", "trip/f", "trip/sub"]
    assert bert.read("trip/f") == b"1"
    assert bert.content(anna.id("trip/f")) == b"1"
    assert bert.path(bert.node("trip/f")) == "trip/f"
    assert [n.id for n in bert.cloud.tree.parents(bert.actor, bert.node("trip/f"))] == [bert.root.id, shared]


def test_a_name_that_is_taken_in_the_root_gets_a_number(anna, bert):
    bert.folder("trip")
    anna.folder("trip")
    node_id = share(anna, "trip", bert)
    assert bert.names() == ["trip", "trip (2)"] and bert.id("trip (2)") == node_id
    assert anna.names() == ["trip"]


def test_the_member_names_and_puts_it_as_the_member_likes(anna, bert, shared):
    bert.folder("mine")
    moved = bert.move("trip", "mine/holiday")
    assert (moved.id, moved.name, moved.parent_id) == (shared, "holiday", bert.id("mine"))
    assert bert.read("mine/holiday/f") == b"1" and bert.names() == ["mine"]
    assert anna.node("trip").name == "trip"
    assert bert.path(bert.node("mine/holiday/sub")) == "mine/holiday/sub"
    anna.move("trip", "private/renamed")
    assert bert.names("mine") == ["holiday"] and bert.read("mine/holiday/f") == b"1"


def test_nothing_else_of_the_owner_is_there(anna, bert, shared):
    secret = anna.id("private/p")
    for call in (
        lambda: bert.content(secret),
        lambda: bert.cloud.tree.get(bert.actor, secret),
        lambda: bert.cloud.tree.get(bert.actor, anna.root.id),
        lambda: bert.cloud.tree.children(bert.actor, anna.id("private")),
        lambda: bert.cloud.versions.list(bert.actor, secret),
        lambda: bert.cloud.tree.trash(bert.actor, secret),
        lambda: bert.cloud.tree.move(bert.actor, secret, bert.root.id, "x"),
        lambda: bert.cloud.copies.copy(bert.actor, secret, bert.root.id, "x"),
        lambda: bert.cloud.shares.members(bert.actor, secret),
        lambda: bert.cloud.shares.close(bert.actor, secret, bert.actor.account_id),
    ):
        with pytest.raises(NodeMissing):
            call()
    for call in (
        lambda: bert.cloud.tree.create_folder(bert.actor, anna.root.id, "x"),
        lambda: bert.write(anna.id("private"), "x", b""),
        lambda: bert.write(anna.id("private"), "x", noise(100_000)),
        lambda: bert.cloud.tree.move(bert.actor, bert.id("trip/f"), anna.id("private"), "x"),
        lambda: bert.cloud.uploads.start(bert.actor, anna.id("private"), "x", size=5),
    ):
        with pytest.raises(ParentMissing):
            call()
    assert [node.name for node in bert.cloud.search.find(bert.actor, "p").nodes] == []


def test_what_members_write_is_the_owners_and_the_owner_pays(anna, bert, shared):
    before = anna.used, bert.used
    for size in (10, 100_000, 3 * MiB):
        node = bert.put(f"trip/sub/{size}", noise(size, size))
        assert node.account_id == anna.actor.account_id
        assert anna.read(f"trip/sub/{size}") == noise(size, size)
    assert anna.used == before[0] + 10 + 100_000 + 3 * MiB and bert.used == before[1]
    version = anna.cloud.versions.list(anna.actor, anna.id("trip/sub/10"))[0]
    assert version.author_id == bert.actor.account_id
    anna.set_quota(anna.used + 5)
    for size in (6, 100_000):
        with pytest.raises(QuotaExceeded):
            bert.put("trip/more", noise(size, "more"), size=size) if size > 10 else bert.put("trip/more", b"123456")
    bert.put("trip/fits", b"12345")
    bert.set_quota(0)
    bert.cloud.uploads.require_quota(bert.actor, 0, bert.id("trip"))
    with pytest.raises(QuotaExceeded):
        bert.cloud.uploads.require_quota(bert.actor, 1, bert.root.id)
    anna.set_quota(None)
    bert.cloud.uploads.require_quota(bert.actor, 1, bert.id("trip"))


def test_an_upload_that_goes_on_over_several_requests_works_there_and_ends_with_the_membership(anna, bert, shared):
    uploads = bert.cloud.uploads
    for name, ending in (("whole", False), ("broken", True)):
        session = uploads.start(bert.actor, shared, name, size=3 * MiB)
        upload = uploads.resume(bert.actor, session.id, 0)
        upload.feed(noise(2 * MiB, name))
        upload.pause()
        with pytest.raises(CloudError):
            uploads.session(anna.actor, session.id)
        if ending:
            anna.cloud.shares.close(anna.actor, shared, bert.actor.account_id)
            with pytest.raises(CloudError):
                uploads.resume(bert.actor, session.id, 2 * MiB)
        else:
            upload = uploads.resume(bert.actor, session.id, 2 * MiB)
            upload.feed(noise(MiB, "rest"))
            upload.commit()
            assert anna.read("trip/whole") == noise(2 * MiB, "whole") + noise(MiB, "rest")
    bert.world.clock.move(3 * DAY)
    uploads.expire()


def test_hashes_fetch_nothing_of_the_owners(anna, bert, shared):
    data = noise(100_000, "hers")
    anna.put("private/big", data)
    chunk = next(iter(anna.world.rows("select hash, length from chunk where account_id = ?", anna.actor.account_id)))
    upload = bert.cloud.uploads.begin(bert.actor, shared, "stolen")
    with pytest.raises(CloudError):
        upload.refer(*chunk)
    upload.abort()


def test_every_act_of_an_editor_is_seen_by_both(anna, bert, shared):
    bert.folder("trip/new")
    bert.move("trip/f", "trip/new/g")
    bert.copy("trip/new/g", "trip/h")
    bert.put("trip/h", b"22")
    assert anna.paths("trip") == bert.paths("trip") == ["h", "new", "new/g", "sub"]
    assert [v.size for v in bert.cloud.versions.list(bert.actor, bert.id("trip/h"))] == [2, 1]
    bert.cloud.versions.restore(bert.actor, bert.id("trip/h"), 1)
    assert anna.read("trip/h") == b"1"
    bert.cloud.tree.touch(bert.actor, bert.id("trip/h"), modified_at=5)
    assert anna.node("trip/h").modified_at == 5
    bert.cloud.tree.set_properties(bert.actor, bert.id("trip/h"), {"{n}p": "<p/>"}, [])
    node = anna.node("trip/h")
    assert anna.cloud.tree.properties(anna.actor, [node]) == bert.cloud.tree.properties(bert.actor, [node]) != {}
    gone = bert.trash("trip/new")
    assert anna.trashed() == bert.trashed() == ["new"]
    assert bert.restore(gone) == "trip/new" and anna.read("trip/new/g") == b"1"


def test_a_viewer_changes_nothing(anna, bert, cara):
    anna.folders("d/e")
    node = anna.put("d/f", b"1")
    gone = (anna.put("d/gone"), anna.trash("d/gone"))[1]
    node_id = share(anna, "d", bert, role=Role.VIEWER)
    cloud, actor = bert.cloud, bert.actor
    assert bert.read("d/f") == b"1" and bert.trashed() == []
    for call in (
        lambda: bert.folder("d/x"),
        lambda: bert.put("d/x", b""),
        lambda: bert.put("d/f", b""),
        lambda: bert.write(node_id, "x", noise(100_000)),
        lambda: bert.move("d/f", "d/g"),
        lambda: bert.move("d/f", "g"),
        lambda: bert.copy("d/f", "d/g"),
        lambda: bert.trash("d/f"),
        lambda: bert.restore(gone),
        lambda: bert.purge(gone),
        lambda: cloud.tree.touch(actor, node.id, modified_at=1),
        lambda: cloud.tree.set_properties(actor, node.id, {"{n}p": "<p/>"}, []),
        lambda: cloud.versions.restore(actor, node.id, 1),
        lambda: cloud.versions.remove(actor, node.id, 1),
        lambda: cloud.locks.lock(actor, node.id, owner="", deep=False, exclusive=True, seconds=60),
        lambda: cloud.uploads.start(actor, node_id, "x", size=5),
        lambda: cloud.shares.open(actor, node_id, [cara.actor.name]),
        lambda: cloud.shares.set_role(actor, node_id, actor.account_id, Role.EDITOR),
        lambda: cloud.shares.close(actor, node_id, cara.actor.account_id),
        lambda: cloud.shares.invitations(actor, node_id),
    ):
        with pytest.raises(NotAllowed):
            call()
    assert anna.paths("d") == ["e", "f"]
    bert.copy("d/f", "mine")
    assert bert.read("mine") == b"1", "what one may read one may copy home"


def test_only_owners_remove_for_good_and_let_others_in(anna, bert, cara):
    anna.folder("d")
    node_id = share(anna, "d", bert)
    node = bert.put("d/f", b"1")
    bert.put("d/f", b"2")
    gone = (bert.put("d/gone"), bert.trash("d/gone"))[1]
    cloud = bert.cloud
    acts = [
        lambda: cloud.versions.remove(bert.actor, node.id, 1),
        lambda: bert.purge(gone),
        lambda: cloud.shares.open(bert.actor, node_id, [cara.actor.name], Role.VIEWER),
        lambda: cloud.shares.set_role(bert.actor, node_id, cara.actor.account_id, Role.EDITOR),
        lambda: cloud.shares.close(bert.actor, node_id, cara.actor.account_id),
    ]
    for act in acts:
        with pytest.raises(NotAllowed):
            act()
    cloud.shares.set_role(anna.actor, node_id, bert.actor.account_id, Role.CO_OWNER)
    for act in acts:
        act()
    assert anna.trashed() == [] and cara.names() == []
    with pytest.raises(BadValue):
        cloud.shares.close(bert.actor, node_id, anna.actor.account_id)


def test_the_folder_itself_is_the_owners_to_rename_and_remove(anna, bert, shared):
    for guard in (Guard(), Guard(overwrite=True)):
        bert.cloud.tree.move(bert.actor, shared, None, "mine", guard=guard)
    assert anna.names() == ["private", "trip"]
    bert.folder("other")
    with pytest.raises(NameTaken):
        bert.move("other", "mine")
    with pytest.raises(NotAllowed):
        bert.move("mine", "mine/sub/x")
    bert.trash("mine")
    assert anna.names("trip") == ["f", "sub"] and bert.names() == ["other"] and bert.trashed() == []
    assert len(anna.cloud.shares.members(anna.actor, shared)) == 1


@pytest.fixture(params=["near", "far"])
def distance(request, monkeypatch) -> None:
    """Far: more of the owner's rows than one request looks through."""
    if request.param == "far":
        monkeypatch.setattr(gathering, "ROWS", 2)
        monkeypatch.setattr(gathering, "FAR", 1)


def test_search_finds_what_is_open_once_and_pages_over_all(anna, bert, shared, distance):
    for i in range(5):
        anna.put(f"trip/sub/word {i}")
        anna.put(f"private/word {i}")
        bert.put(f"word {i}")
    anna.put("trip/word trip")

    def found(home: Home, text: str, limit: int) -> list[str]:
        names, after = [], None
        while True:
            page = home.cloud.search.find(home.actor, text, after=after, limit=limit)
            names += [home.path(node) for node in page.nodes]
            if (after := page.next) is None:
                return names

    expected = ["trip/word trip", *(p for i in range(4, -1, -1) for p in (f"word {i}", f"trip/sub/word {i}"))]
    for limit in (1, 3, 100):
        assert found(bert, "word", limit) == expected
        assert found(bert, "trip", limit)[-1] == "trip" or "trip" in found(bert, "trip", limit)
    bert.cloud.tree.move(bert.actor, shared, None, "holiday")
    assert found(bert, "holiday", 9) == ["holiday"]


def test_the_trash_is_paged_over_all_that_can_be_restored(anna, bert, shared, distance):
    for i in range(4):
        for home, path in ((anna, f"trip/t{i}"), (anna, f"private/s{i}"), (bert, f"b{i}")):
            home.put(path)
            home.world.clock.move(1)
            home.trash(path)
    names, after = [], None
    while True:
        page = bert.cloud.trash.list(bert.actor, after=after, limit=3)
        names += [node.name for node in page.nodes]
        if (after := page.next) is None:
            break
    assert names == [name for i in (3, 2, 1, 0) for name in (f"b{i}", f"t{i}")]
    assert bert.cloud.trash.empty(bert.actor) == 4
    assert len(anna.trashed()) == 8


def test_what_comes_back_after_its_folder_is_gone_stays_in_what_is_open(anna, bert, shared):
    bert.put("trip/sub/g", b"g")
    gone = bert.trash("trip/sub/g")
    bert.trash("trip/sub")
    assert bert.restore(gone) == "trip/g" and anna.read("trip/g") == b"g"


def test_locks_bind_everybody(anna, bert, shared):
    node_id = bert.id("trip/f")
    lock = bert.cloud.locks.lock(bert.actor, node_id, owner="", deep=False, exclusive=True, seconds=60)
    for home in (anna, bert):
        with pytest.raises(Locked):
            home.put("trip/f", b"x")
        assert [k.token for k in home.cloud.locks.on(home.actor, home.node("trip/f"))] == [lock.token]
    with pytest.raises(Locked):
        anna.put("trip/f", b"x", guard=Guard(tokens=frozenset({lock.token})))
    bert.put("trip/f", b"x", guard=Guard(tokens=frozenset({lock.token})))
    bert.cloud.locks.unlock(bert.actor, node_id, lock.token)
    anna.move("trip", "private/trip")
    anna.cloud.locks.lock(anna.actor, anna.id("private"), owner="", deep=True, exclusive=True, seconds=60)
    with pytest.raises(Locked):
        bert.put("trip/new", b"x")


def test_usage_is_told_of_who_pays(anna, bert, shared):
    anna.set_quota(1000)
    usage = bert.cloud.tree.usage(bert.actor, bert.node("trip"))
    assert (usage.used, usage.quota) == (anna.used, 1000)
    assert bert.cloud.tree.usage(bert.actor).quota is None


def test_who_stays_at_home_never_asks_about_shares(world, monkeypatch):
    """The hot paths: a put, a read or a look in one's own tree costs no statement more than without sharing."""
    anna, bert = world.home(), world.home()
    anna.folder("d")
    bert.folder("b")
    share(bert, "b", anna)
    anna.put("d/f", b"1")

    def asked(*args: object, **how: object) -> None:
        raise AssertionError("somebody asked about shares")

    for name in ("node", "role", "mounts", "mount", "mount_at", "target", "open_to", "open_folders", "members"):
        monkeypatch.setattr(f"nuvol.stores.catalog.shares.Shares.{name}", asked)
    anna.put("d/g", b"2")
    anna.put("d/f", b"3")
    anna.put("d/big", noise(100_000))
    assert anna.read("d/f") == b"3" and anna.content(anna.id("d/f"), 1) == b"1"
    assert anna.names("d") == ["big", "f", "g"]
    anna.cloud.tree.move(anna.actor, anna.id("d/g"), anna.root.id, "h")
    anna.copy("h", "d/i")
    anna.trash("h")
    assert anna.cloud.versions.list(anna.actor, anna.id("d/f"))
    monkeypatch.undo()


# ------------------------------------------------------------------------------------------ who is a member


def test_members_are_listed_owner_first_for_everything_below(anna, bert, cara, shared):
    anna.world.clock.move(5)
    share(anna, "trip", cara, role=Role.VIEWER)
    expected = [(anna, Role.OWNER), (bert, Role.EDITOR), (cara, Role.VIEWER)]
    for home in (anna, bert, cara):
        for path in ("trip", "trip/sub", "trip/f"):
            found = home.cloud.shares.members(home.actor, home.id(path))
            assert [(m.member_id, m.role) for m in found] == [(h.actor.account_id, role) for h, role in expected]
            assert [m.name for m in found] == [h.actor.name for h, _ in expected]
    assert [m.name for m in anna.cloud.shares.members(anna.actor, anna.id("private"))] == [anna.actor.name]
    with pytest.raises(NodeMissing):
        bert.cloud.shares.members(bert.actor, anna.id("private"))


def test_who_is_named_by_address_or_twice_becomes_a_member_once(anna, bert):
    anna.folder("d")
    email = f"{bert.actor.name}@example.org"
    opened = anna.cloud.shares.open(anna.actor, anna.id("d"), [email.upper(), bert.actor.name, anna.actor.name])
    assert [m.member_id for m in opened.members] == [bert.actor.account_id] and not opened.invitations
    anna.cloud.shares.open(anna.actor, anna.id("d"), [email], Role.VIEWER)
    assert bert.names() == ["d"]
    assert [m.role for m in anna.cloud.shares.members(anna.actor, anna.id("d"))] == [Role.OWNER, Role.VIEWER]


def test_a_folder_inside_another_that_is_open_too_is_in_one_place(anna, bert, shared):
    anna.put("trip/sub/deep", b"1")
    anna.put("trip/sub/deep", b"2")
    start = bert.cloud.journal.cursor(bert.actor)
    sub = share(anna, "trip/sub", bert, role=Role.VIEWER)
    assert bert.paths() == ["sub", "sub/deep", "trip", "trip/f"]
    with pytest.raises(NodeMissing):
        bert.read("trip/sub/deep")
    delta = bert.cloud.journal.below(bert.actor, bert.root.id, start, deep=True)
    assert (sorted(path for path, _ in delta.changed), delta.removed) == (["sub", "sub/deep"], ["trip/sub"])
    bert.put("sub/more", b"")
    assert anna.paths("trip/sub") == ["deep", "more"], "the better of two roles counts"
    start = bert.cloud.journal.cursor(bert.actor)
    anna.cloud.shares.close(anna.actor, sub, bert.actor.account_id)
    assert bert.paths() == ["trip", "trip/f", "trip/sub", "trip/sub/deep", "trip/sub/more"]
    delta = bert.cloud.journal.below(bert.actor, bert.root.id, start, deep=True)
    told = sorted(path for path, _ in delta.changed)
    assert (told, delta.removed) == (["trip/sub", "trip/sub/deep", "trip/sub/more"], ["sub"])
    anna.cloud.shares.close(anna.actor, shared, bert.actor.account_id)
    share(anna, "trip/sub", bert)
    share(anna, "trip", bert)
    assert bert.paths() == ["sub", "sub/deep", "sub/more", "trip", "trip/f"]


def test_what_cannot_be_shared_is_refused(anna, bert, cara, shared):
    anna.put("f", b"")
    shares = anna.cloud.shares
    for error, node_id, to in (
        (WrongKind, anna.id("f"), [bert.actor.name]),
        (NotAllowed, anna.root.id, [bert.actor.name]),
        (BadValue, anna.id("private"), []),
        (BadValue, anna.id("private"), [anna.actor.name]),
        (BadValue, anna.id("private"), ["nobody"]),
        (NodeMissing, 1, [bert.actor.name]),
    ):
        with pytest.raises(error):
            shares.open(anna.actor, node_id, to)
    with pytest.raises(BadValue):
        shares.open(anna.actor, anna.id("private"), [bert.actor.name], 4)
    with pytest.raises(BadValue):
        shares.open(anna.actor, anna.id("private"), ["nobody@example.org"], invite=False)
    with pytest.raises(MemberMissing):
        shares.set_role(anna.actor, shared, cara.actor.account_id, Role.EDITOR)
    with pytest.raises(MemberMissing):
        shares.close(anna.actor, shared, cara.actor.account_id)
    bert.folder("mine/in")
    bert.move("trip", "mine/in/trip")
    for path in ("mine", "mine/in"):
        with pytest.raises(NotAllowed):
            bert.cloud.shares.open(bert.actor, bert.id(path), [cara.actor.name])


def test_what_others_opened_does_not_go_where_one_lets_others_in(anna, bert, cara, shared):
    bert.folders("open/in", "mine")
    share(bert, "open", cara)
    with pytest.raises(NotAllowed):
        bert.move("trip", "open/in/trip")
    bert.move("trip", "mine/trip")
    with pytest.raises(NotAllowed):
        bert.move("mine", "open/mine")
    assert cara.paths() == ["open", "open/in"]


def test_an_invitation_is_a_link_that_is_used_once(anna, bert, cara):
    anna.folder("d")
    shares, node_id = anna.cloud.shares, anna.id("d")
    opened = shares.open(anna.actor, node_id, ["new@example.org"], Role.VIEWER)
    (invited, secret), *others = opened.invitations
    assert not opened.members and not others and secret not in repr(invited)
    assert shares.invitations(anna.actor, node_id) == [invited]
    assert shares.invited(secret) == (invited, "d", anna.actor.name)
    with pytest.raises(BadValue):
        shares.accept(anna.actor, secret)
    assert shares.accept(bert.actor, secret).id == node_id
    assert bert.names() == ["d"] and shares.invitations(anna.actor, node_id) == []
    with pytest.raises(InvitationMissing):
        shares.accept(cara.actor, secret)
    (first, old), (second, new) = (shares.open(anna.actor, node_id, [a]).invitations[0] for a in ("x@y.org", "X@y.org"))
    with pytest.raises(InvitationMissing):
        shares.accept(cara.actor, old)
    with pytest.raises(InvitationMissing):
        shares.withdraw(anna.actor, node_id, first.id)
    shares.withdraw(anna.actor, node_id, second.id)
    with pytest.raises(InvitationMissing):
        shares.accept(cara.actor, new)
    late = shares.open(anna.actor, node_id, ["x@y.org"]).invitations[0][1]
    anna.world.clock.move(8 * DAY)
    with pytest.raises(InvitationMissing):
        shares.accept(cara.actor, late)
    assert shares.invitations(anna.actor, node_id) == []


def test_both_sides_list_what_is_shared(anna, bert, cara, shared):
    share(anna, "trip", cara, role=Role.VIEWER)
    (mine,) = anna.cloud.shares.by_me(anna.actor)
    assert (mine.node.id, mine.members, mine.role) == (shared, 2, Role.OWNER)
    bert.move("trip", "holiday")
    (theirs,) = bert.cloud.shares.with_me(bert.actor)
    assert (theirs.node.name, theirs.owner.name, theirs.role, theirs.members) == (
        "holiday", anna.actor.name, Role.EDITOR, 2,
    )  # fmt: skip
    assert bert.cloud.shares.by_me(bert.actor) == [] and anna.cloud.shares.with_me(anna.actor) == []


# ------------------------------------------------------------------------------------------ how it ends


@pytest.mark.parametrize("ending", ["revoked", "left", "moved out", "trashed", "trashed above"])
def test_when_it_ends_it_ends_at_once_and_everywhere(anna, bert, ending):
    anna.folder("above/trip")
    anna.put("above/trip/f", b"1")
    big = anna.put("above/trip/big", noise(5 * MiB, ending))
    shared = share(anna, "above/trip", bert)
    small = bert.id("trip/f")
    reading = bert.cloud.reads.at(bert.actor, "trip/big").blocks()
    assert next(reading)
    start = bert.cloud.journal.cursor(bert.actor)
    if ending == "revoked":
        anna.cloud.shares.close(anna.actor, shared, bert.actor.account_id)
    elif ending == "left":
        bert.cloud.shares.close(bert.actor, shared, bert.actor.account_id)
    elif ending == "moved out":
        anna.move("above/trip/big", "big")
        small = big.id
    else:
        anna.trash("above/trip" if ending == "trashed" else "above")
    with pytest.raises(NodeMissing):
        next(reading)
    for call in (
        lambda: bert.content(small),
        lambda: bert.content(small, 1),
        lambda: bert.cloud.versions.list(bert.actor, small),
        lambda: bert.cloud.tree.get(bert.actor, small),
        lambda: bert.cloud.shares.members(bert.actor, small),
    ):
        with pytest.raises(NodeMissing):
            call()
    if ending != "moved out":
        assert bert.names() == []
        assert bert.cloud.search.find(bert.actor, "f").nodes == [] == bert.cloud.search.find(bert.actor, "trip").nodes
        with pytest.raises(NodeMissing):
            bert.read("trip/f")
        with pytest.raises((NodeMissing, ParentMissing)):
            bert.write(shared, "x", b"")
    delta = bert.cloud.journal.below(bert.actor, bert.root.id, start, deep=True)
    assert not delta.reset and delta.changed == []
    assert delta.removed == (["trip/big"] if ending == "moved out" else ["trip"])
    if ending.startswith("trashed"):
        start = bert.cloud.journal.cursor(bert.actor)
        anna.restore(shared if ending == "trashed" else anna.cloud.trash.list(anna.actor).nodes[0].id)
        assert bert.read("trip/f") == b"1"
        delta = bert.cloud.journal.below(bert.actor, bert.root.id, start, deep=True)
        assert sorted(path for path, _ in delta.changed) == ["trip", "trip/big", "trip/f"]


def test_who_was_removed_can_be_let_in_again(anna, bert, shared):
    for _ in range(2):
        anna.cloud.shares.close(anna.actor, shared, bert.actor.account_id)
        assert bert.names() == []
        share(anna, "trip", bert)
        assert bert.read("trip/f") == b"1"


def test_a_mount_in_the_trash_comes_back_with_its_folder(anna, bert, shared):
    bert.folder("mine")
    bert.move("trip", "mine/trip")
    gone = bert.trash("mine")
    assert bert.names() == [] and anna.names("trip") == ["f", "sub"]
    bert.restore(gone)
    assert bert.read("mine/trip/f") == b"1"
    bert.copy("mine", "copy")
    assert bert.names("copy") == []


def test_purging_the_folder_in_which_it_stands_leaves_it(world):
    anna, bert = world.home(), world.home()
    anna.folder("trip")
    shared = share(anna, "trip", bert)
    bert.folder("mine")
    bert.move("trip", "mine/trip")
    bert.purge(bert.trash("mine"))
    world.cloud.upkeep.expire()
    assert bert.cloud.shares.with_me(bert.actor) == []
    assert len(anna.cloud.shares.members(anna.actor, shared)) == 1


def test_what_a_crash_left_in_between_is_mended(world):
    anna, bert, cara = world.home(), world.home(), world.home()
    anna.folder("trip")
    shared = share(anna, "trip", bert, cara)
    world.run("delete from member where member_id = ?", bert.actor.account_id)
    assert bert.names() == []
    mount = world.rows("select id from mount where account_id = ?", cara.actor.account_id)[0][0]
    world.run("delete from mount where account_id = ?", cara.actor.account_id)
    for table, column in (("version", "node_id"), ("node", "id"), ("word", "node_id")):
        world.run(f"delete from {table} where account_id = ? and {column} = ?", cara.actor.account_id, mount)
    world.cloud.upkeep.expire()
    assert cara.names() == ["trip"] and cara.id("trip") == shared
    assert world.rows("select count(*) from mount") == [(1,)]
    anna.purge(anna.trash("trip"))
    world.cloud.upkeep.expire()
    assert world.rows("select count(*) from member") == [(0,)] == world.rows("select count(*) from mount")[:1]


def test_an_account_that_goes_takes_its_shares_along(world):
    anna, bert = world.home(), world.home()
    anna.folder("a")
    bert.folder("b")
    share(anna, "a", bert)
    share(bert, "b", anna)
    world.cloud.accounts.remove(None, anna.actor.account_id)
    assert bert.names() == ["b"] and bert.cloud.shares.with_me(bert.actor) == []
    assert len(bert.cloud.shares.members(bert.actor, bert.id("b"))) == 1


# ------------------------------------------------------------------------------------------ the journal


def test_a_member_hears_of_everything_in_the_folder_and_of_nothing_else(anna, bert, shared):
    journal, start = bert.cloud.journal, bert.cloud.journal.cursor(bert.actor)
    anna.put("private/q", b"")
    anna.put("trip/new", b"")
    bert.put("trip/mine", b"")
    anna.put("trip/f", b"2")
    anna.move("trip/new", "private/out")
    anna.move("private/q", "trip/in")
    bert.put("own", b"")
    expected = [
        ("create", None, None, bert.root.id, "own"),
        ("create", None, None, shared, "new"),
        ("create", None, None, shared, "mine"),
        ("content", None, None, None, None),
        ("move", shared, "new", None, None),
        ("move", None, None, shared, "in"),
    ]
    for limit in (1, 2, 100):
        cursor, told, more = start, [], True
        while more:
            page = journal.changes(bert.actor, cursor, limit=limit)
            assert not page.reset
            step = page.start
            for change in page.changes:
                step = journal.behind(step, change)
                assert not journal.changes(bert.actor, step).reset
            told += [(c.verb, c.old_parent, c.old_name, c.new_parent, c.new_name) for c in page.changes]
            cursor, more = page.cursor, page.more
        assert told == expected
        assert journal.changes(bert.actor, cursor).changes == []


def test_who_joins_later_begins_there(anna, bert):
    anna.folder("trip")
    start = bert.cloud.journal.cursor(bert.actor)
    shared = share(anna, "trip", bert)
    page = bert.cloud.journal.changes(bert.actor, start)
    assert [(c.verb, c.object_id, c.new_parent, c.new_name) for c in page.changes] == [
        ("mount", shared, bert.root.id, "trip")
    ]
    anna.put("trip/f", b"")
    step = bert.cloud.journal.behind(page.start, page.changes[0])
    for cursor in (page.cursor, step):
        assert [c.new_name for c in bert.cloud.journal.changes(bert.actor, cursor).changes] == ["f"]


def test_a_watching_member_is_told(anna, bert, shared):
    told = threading.Event()
    stop = bert.cloud.journal.watch(bert.actor, told.set)
    cursor = bert.cloud.journal.cursor(bert.actor)
    told.clear()
    anna.put("trip/x", b"")
    assert told.wait(SOON)
    stop()
    assert [c.new_name for c in bert.cloud.journal.changes(bert.actor, cursor).changes] == ["x"]


@pytest.mark.parametrize("deep", [True, False])
def test_a_sync_shows_what_happened_in_the_mount(anna, bert, shared, deep):
    def below(path: str, cursor: str) -> tuple[list[str], list[str]]:
        delta = bert.cloud.journal.below(bert.actor, bert.id(path), cursor, deep=deep)
        assert not delta.reset
        return sorted(name for name, _ in delta.changed), sorted(delta.removed)

    bert.move("trip", "holiday")
    start = bert.cloud.journal.cursor(bert.actor)
    anna.put("trip/new", b"")
    anna.move("trip/f", "private/f")
    anna.put("trip/sub/deep", b"")
    changed = ["new", "sub/deep"] if deep else ["new"]
    assert below("holiday", start) == (changed, ["f"])
    if deep:
        assert below("", start) == (["holiday/new", "holiday/sub/deep"], ["holiday/f"])
    start = bert.cloud.journal.cursor(bert.actor)
    bert.move("holiday", "later")
    inside = [f"later/{path}" for path in bert.paths("later")]
    assert below("", start) == (["later", *inside] if deep else ["later"], ["holiday"])


def test_first_sync_walks_the_mount_once(anna, bert, shared):
    delta = bert.cloud.journal.below(bert.actor, bert.root.id, None, deep=True)
    assert sorted(path for path, _ in delta.changed) == ["trip", "trip/f", "trip/sub"]


# ------------------------------------------------------------------------------------------ across accounts


def _tree(home: Home, path: str) -> dict[str, int]:
    home.folders(f"{path}/a/b", f"{path}/empty")
    for i in range(12):
        home.put(f"{path}/a/f{i}", f"{i}".encode())
    big = noise(3 * MiB, home.actor.name)
    home.put(f"{path}/a/b/big", big)
    home.put(f"{path}/a/b/big", big[: 2 * MiB] + noise(MiB, "new end"))
    home.cloud.tree.set_properties(home.actor, home.id(f"{path}/a/f0"), {"{n}p": "<p/>"}, [])
    return {name: node.id for name, node in home.cloud.tree.walk(home.actor, home.id(path))}


@pytest.mark.parametrize("into", [True, False])
def test_a_tree_moves_in_and_out_with_ids_and_versions(anna, bert, shared, into):
    """Into: Bert's own tree goes to Anna's folder. Out: he takes one of hers home."""
    source, target = ("mine", "trip/moved") if into else ("trip/mine", "moved")
    ids = _tree(bert, source)
    past = {id: bert.cloud.versions.list(bert.actor, id) for id in ids.values()}
    used = anna.used, bert.used
    top = bert.id(source)
    moved = bert.move(source, target)
    assert (moved.id, moved.account_id) == (top, (anna if into else bert).actor.account_id)
    assert {n: node.id for n, node in bert.cloud.tree.walk(bert.actor, bert.id(target))} == ids
    for id, versions in past.items():
        now = bert.cloud.versions.list(bert.actor, id)
        assert [(v.number, v.at, v.author_id, v.content) for v in now] == [
            (v.number, v.at, v.author_id, v.content) for v in versions
        ]
    big = ids["a/b/big"]
    assert bert.content(big, 1) == noise(3 * MiB, bert.actor.name)
    assert bert.content(big) == noise(3 * MiB, bert.actor.name)[: 2 * MiB] + noise(MiB, "new end")
    assert bert.cloud.tree.properties(bert.actor, [bert.node(f"{target}/a/f0")]) != {}
    with pytest.raises(NodeMissing):
        bert.node(source)
    growth = anna.used - used[0]
    assert (growth > 3 * MiB) == into
    assert abs(bert.used - used[1] + growth) <= 1, "one byte is in both"
    home = anna if into else bert
    assert home.content(big, 1)[:100] == noise(100, bert.actor.name)


def test_a_tree_moves_home_even_from_the_one_to_the_other_share(anna, bert, cara, shared):
    cara.folder("hers")
    share(cara, "hers", bert)
    ids = _tree(bert, "trip/x")
    bert.move("trip/x", "hers/y")
    assert cara.content(ids["a/b/big"])[:9] == noise(9, bert.actor.name)
    assert anna.names("trip") == ["f", "sub"]


def test_a_move_across_can_be_refused_and_then_nothing_has_changed(anna, bert, shared):
    ids = _tree(bert, "mine")
    before, used = bert.paths(), (anna.used, bert.used)
    anna.set_quota(anna.used + MiB)
    with pytest.raises(QuotaExceeded):
        bert.move("mine", "trip/mine")
    assert bert.paths() == before and (anna.used, bert.used) == used
    assert {n: node.id for n, node in bert.cloud.tree.walk(bert.actor, bert.id("mine"))} == ids
    anna.set_quota(None)
    bert.folder("trip/taken")
    with pytest.raises(NameTaken):
        bert.move("mine", "trip/taken", guard=Guard(overwrite=False))
    with pytest.raises(WrongKind):
        bert.move("mine", "trip/f/x")
    anna.cloud.shares.set_role(anna.actor, shared, bert.actor.account_id, Role.VIEWER)
    for source, target in (("mine", "trip/x"), ("trip/f", "x")):
        with pytest.raises(NotAllowed):
            bert.move(source, target)
    assert bert.paths() == sorted([*before, "trip/taken"])


def test_what_is_replaced_by_a_move_across_goes_to_its_owners_trash(anna, bert, shared):
    bert.put("f", b"new")
    bert.move("f", "trip/f")
    assert anna.read("trip/f") == b"new" and anna.trashed() == ["f"]
    bert.put("g", b"old")
    bert.move("trip/f", "g")
    assert bert.read("g") == b"new" and "g" in bert.trashed()


def test_what_is_shared_does_not_leave_its_account(anna, bert, cara, shared):
    anna.folder("trip/sub/inner")
    share(anna, "trip/sub/inner", cara)
    with pytest.raises(Conflict):
        bert.move("trip/sub", "home")
    bert.folder("mine/open")
    share(bert, "mine/open", cara)
    with pytest.raises(Conflict):
        bert.move("mine", "trip/mine")
    assert "mine" in bert.names() and cara.names() == ["inner", "open"]


def test_what_was_trashed_below_a_tree_stays_where_it_was(anna, bert, shared):
    _tree(bert, "mine")
    gone = bert.trash("mine/a/f3")
    bert.move("mine", "trip/mine")
    assert anna.trashed() == []
    assert bert.restore(gone) == "f3" and bert.read("f3") == b"3"


@pytest.mark.parametrize("out", [True, False])
def test_a_copy_across_is_a_new_beginning_and_moves_no_right(anna, bert, shared, out):
    source, target = ("trip/mine", "copy") if out else ("mine", "trip/copy")
    _tree(bert, source)
    copy = bert.copy(source, target)
    assert copy.account_id == (bert if out else anna).actor.account_id
    assert [p for p in bert.paths(target)] == bert.paths(source)
    assert bert.read(f"{target}/a/b/big") == bert.read(f"{source}/a/b/big")
    assert len(bert.cloud.versions.list(bert.actor, bert.id(f"{target}/a/b/big"))) == 1
    assert bert.cloud.tree.properties(bert.actor, [bert.node(f"{target}/a/f0")]) != {}


def test_the_receivers_bytes_stay_when_the_owner_purges(anna, bert, shared):
    """PROMISES D11: freeing never races a friend's copy."""
    data = noise(4 * MiB, "d11")
    anna.put("trip/big", data)
    anna.put("trip/big", data[: 3 * MiB] + b"tail")
    bert.copy("trip/big", "mine")
    bert.cloud.tree.move(bert.actor, bert.id("trip/big"), bert.root.id, "moved")
    anna.purge(anna.trash("trip"))
    anna.world.clock.move(3 * DAY)
    anna.world.cloud.upkeep.sweep()
    assert bert.read("mine") == bert.read("moved") == data[: 3 * MiB] + b"tail"
    assert bert.content(bert.id("moved"), 1) == data


class Stop(BaseException):
    """The process dies here."""


@pytest.mark.parametrize("into", [True, False])
def test_a_move_across_broken_off_anywhere_is_finished_or_undone(world, into):
    anna, bert = world.home(), world.home()
    anna.folder("trip")
    shared = share(anna, "trip", bert)
    unit = 0
    while True:
        unit += 1
        source, target = (f"m{unit}", f"trip/t{unit}") if into else (f"trip/m{unit}", f"t{unit}")
        bert.folder(f"{source}/in")
        for i in range(10):
            bert.put(f"{source}/in/{i}", f"{unit}".encode())
        bert.put(f"{source}/big", noise(200_000, unit))
        top = bert.id(source)
        paths = bert.paths(source)

        def before(number: int, at: int = unit) -> None:
            if number == at:
                raise Stop

        try:
            with world.catalog.watched(before):
                bert.move(source, target)
        except Stop:
            world.restart()
            world.cloud.upkeep.resume()
        else:
            break
        there = [path for path in (source, target) if path.rpartition("/")[2] in bert.names(path.rpartition("/")[0])]
        assert len(there) == 1 and bert.id(there[0]) == top and bert.paths(there[0]) == paths
        assert bert.read(f"{there[0]}/big") == noise(200_000, unit)
    assert unit > 5 and bert.paths(target) == paths
    assert anna.id("trip") == shared
    world.clock.move(3 * DAY)
    world.cloud.upkeep.sweep(orphans_after=0)


@pytest.mark.parametrize("into", [True, False])
def test_a_process_that_starts_in_the_middle_of_a_move_does_not_double_it(world, into):
    anna, bert = world.home(), world.home()
    anna.folder("trip")
    share(anna, "trip", bert)
    done = 0
    for unit in range(1, 30):
        source, target = (f"m{unit}", f"trip/t{unit}") if into else (f"trip/m{unit}", f"t{unit}")
        bert.folder(f"{source}/in")
        for i in range(10):
            bert.put(f"{source}/in/{i}", f"{unit}".encode())
        top, paths = bert.id(source), bert.paths(source)

        def before(number: int, at: int = unit) -> None:
            if number == at:
                Cloud(world.catalog, world.blobs, RULES, world.clock).upkeep.resume()

        try:
            with world.catalog.watched(before):
                bert.move(source, target)
        except CloudError:
            pass
        else:
            done += 1
        there = [path for path in (source, target) if path.rpartition("/")[2] in bert.names(path.rpartition("/")[0])]
        assert len(there) == 1 and bert.id(there[0]) == top and bert.paths(there[0]) == paths, unit
    assert 0 < done < 29


def test_two_move_a_thousand_files_in_and_out_at_once(anna, bert, shared):
    for home, path in ((anna, "trip/hers"), (bert, "his")):
        folder = home.folder(path)
        for i in range(500):
            home.write(folder.id, f"{i}", f"{path}{i}".encode())
    hers, his = anna.id("trip/hers"), bert.id("his")
    failures: list[BaseException] = []

    def run(steps) -> None:
        try:
            for step in steps:
                step()
        except BaseException as error:
            failures.append(error)

    threads = [
        threading.Thread(
            target=run, args=([lambda: bert.move("his", "trip/his"), lambda: bert.move("trip/his", "his")],)
        ),
        threading.Thread(
            target=run, args=([lambda: anna.move("trip/hers", "hers"), lambda: anna.move("hers", "trip/hers")],)
        ),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    bert.move("trip/hers", "taken")
    assert (bert.id("his"), bert.id("taken")) == (his, hers)
    for path, content in (("his", "his"), ("taken", "trip/hers")):
        assert bert.names(path) == sorted(map(str, range(500)))
        assert all(bert.read(f"{path}/{i}") == f"{content}{i}".encode() for i in islice(range(500), 0, 500, 50))
    assert anna.paths("trip") == ["f", "sub"]


def test_a_reader_by_grant_only_reads_there_too(anna, bert, shared):
    reader = Actor(bert.actor.account_id, frozenset({"files:read"}))
    assert bert.cloud.reads.open(reader, anna.id("trip/f")).size == 1
    with pytest.raises(NotAllowed):
        bert.cloud.tree.trash(reader, shared)
    with pytest.raises(NotAllowed):
        bert.cloud.shares.open(reader, shared, ["x@y.org"])
