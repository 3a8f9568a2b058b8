"""Apps that see a folder of their own and nothing else."""

import pytest

from nuvol.clock import SECOND
from nuvol.core.access import APP_FOLDER
from nuvol.errors import (
    InvitationMissing,
    LinkMissing,
    NodeMissing,
    NotAllowed,
    ParentMissing,
    UploadMissing,
)
from nuvol.model.accounts import Actor
from nuvol.model.links import Visitor
from nuvol.model.shares import Role
from tests.core.clouds import Home, World

NETWORK = "192.0.2.1"


def let_in(home: Home, title: str = "Camera", **how) -> tuple[Home, str]:
    """An app that `home` lets into a folder, and its token."""
    cloud = home.world.cloud
    app = cloud.apps.add(None, title, "cloudfs", app_folder=True, **how).app
    token = cloud.apps.connect(app, home.actor)
    return Home(home.world, cloud.grants.admit_token(token, NETWORK)), token


@pytest.fixture
def camera(anna: Home) -> Home:
    return let_in(anna)[0]


def test_its_folder_is_its_root(anna, camera):
    anna.put("secret", b"s")
    camera.folder("day")
    camera.put("day/sea.jpg", b"sea")
    assert anna.read("Apps/Camera/day/sea.jpg") == b"sea"
    assert camera.paths() == ["day", "day/sea.jpg"]
    assert (camera.root.parent_id, camera.root.name) == (None, "")
    assert camera.path(camera.node("day/sea.jpg")) == "day/sea.jpg"
    assert [node.id for node in camera.cloud.tree.parents(camera.actor, camera.node("day"))] == [camera.root.id]
    for path in ("secret", "Apps", "Apps/Camera", ".."):
        with pytest.raises(NodeMissing):
            camera.node(path)


def test_each_app_has_one_of_its_own_also_under_one_title(anna):
    one, token = let_in(anna)
    other, _ = let_in(anna)
    one.put("f", b"1")
    assert other.names() == [] and anna.names("Apps") == ["Camera", "Camera (2)"]
    assert anna.cloud.grants.admit_token(token, NETWORK).home == one.actor.home


def test_nothing_outside_opens_by_its_id(anna, camera):
    outside, folder = anna.put("secret", b"s"), anna.folder("mine")
    inside = camera.put("f", b"1")
    gone = anna.put("gone", b"g")
    anna.cloud.tree.trash(anna.actor, gone.id)
    cloud, me = anna.cloud, camera.actor
    apps_id = anna.id("Apps")
    for node_id in (outside.id, folder.id, anna.root.id, apps_id):
        for act in (
            lambda id=node_id: cloud.tree.get(me, id),
            lambda id=node_id: cloud.tree.children(me, id),
            lambda id=node_id: cloud.reads.open(me, id),
            lambda id=node_id: cloud.versions.list(me, id),
            lambda id=node_id: cloud.tree.trash(me, id),
            lambda id=node_id: cloud.tree.move(me, id, camera.root.id, "mine now"),
            lambda id=node_id: cloud.tree.alter(me, id, name="x"),
            lambda id=node_id: cloud.copies.copy(me, id, camera.root.id, "copied"),
            lambda id=node_id: cloud.links.create(me, [id]),
            lambda id=node_id: cloud.shares.members(me, id),
            lambda id=node_id: cloud.shares.open(me, id, ["somebody@example.org"]),
            lambda id=node_id: cloud.locks.lock(me, id, owner="", deep=False, exclusive=True, seconds=9),
            lambda id=node_id: cloud.tree.set_properties(me, id, {"{n}a": "<a/>"}, ()),
        ):
            with pytest.raises(NodeMissing):
                act()
        for act in (
            lambda id=node_id: camera.write(id, "new", b"x"),
            lambda id=node_id: cloud.tree.create_folder(me, id, "new"),
            lambda id=node_id: cloud.tree.move(me, inside.id, id, "out"),
            lambda id=node_id: cloud.uploads.start(me, id, "new", size=3),
        ):
            with pytest.raises(ParentMissing):
                act()
    for act in (cloud.trash.restore, cloud.trash.purge, cloud.trash.get):
        with pytest.raises(NodeMissing):
            act(me, gone.id)
    node = anna.node("secret")
    assert cloud.tree.properties(me, [node]) == {} and cloud.facts.of(me, [node]) == {}
    assert anna.paths() == ["Apps", "Apps/Camera", "Apps/Camera/f", "mine", "secret"]


def test_its_root_stays_where_it_is_and_is_not_shared(anna, camera):
    cloud, me, root = anna.cloud, camera.actor, camera.root.id
    inner = camera.folder("inner")
    for act in (
        lambda: cloud.tree.move(me, root, inner.id, "x"),
        lambda: cloud.tree.alter(me, root, name="x"),
        lambda: cloud.tree.trash(me, root),
        lambda: cloud.copies.copy(me, root, inner.id, "x"),
        lambda: cloud.shares.open(me, root, ["x@example.org"]),
        lambda: cloud.links.create(me, [root]),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_trash_search_history_and_changes_are_those_of_the_folder(anna, camera):
    cloud, me = anna.cloud, camera.actor
    cursor = cloud.journal.cursor(me)
    anna.put("sea mine", b"1")
    anna.trash("sea mine")
    seen = camera.put("sea here", b"2")
    went = camera.trash("sea here")
    camera.put("sea there", b"3")
    assert [node.name for node in cloud.search.find(me, "sea").nodes] == ["sea there"]
    assert cloud.search.find(me, "camera").nodes == []
    assert camera.trashed() == ["sea here"] and anna.trashed() == ["sea here", "sea mine"]
    told = cloud.journal.changes(me, cursor).changes
    assert [(c.verb, c.new_name or c.old_name) for c in told] == [
        ("create", "sea here"), ("trash", "sea here"), ("create", "sea there")]  # fmt: skip
    assert {c.new_parent or c.old_parent for c in told} == {camera.root.id}
    history = cloud.history.list(me, 0)
    assert [(n, c and c.verb) for n, c in history] == [(0, None), (1, "create"), (2, "trash"), (3, "create")]
    assert camera.restore(went) == "sea here" and seen.id == went
    camera.trash("sea here")
    assert cloud.trash.empty(me) == 1
    assert anna.trashed() == ["sea mine"], "what is not its own stays"


def test_what_comes_in_and_goes_out_is_told_only_from_inside(anna, camera):
    cloud = anna.cloud
    anna.put("mine", b"1")
    cursor = cloud.journal.cursor(camera.actor)
    anna.move("mine", "Apps/Camera/yours")
    anna.move("Apps/Camera/yours", "mine again")
    came, went = cloud.journal.changes(camera.actor, cursor).changes
    assert (came.old_parent, came.old_name, came.new_parent, came.new_name) == (None, None, camera.root.id, "yours")
    assert (went.old_parent, went.old_name, went.new_parent, went.new_name) == (camera.root.id, "yours", None, None)
    delta = cloud.journal.below(camera.actor, camera.root.id, cursor, deep=True)
    assert (delta.changed, delta.removed) == ([], ["yours"])


def test_the_quota_tells_of_the_folder_and_of_what_is_left(anna, camera):
    anna.set_quota(1000)
    anna.put("mine", b"m" * 300)
    camera.put("f", b"f" * 100)
    camera.put("copy", b"f" * 100)
    usage = camera.cloud.tree.usage(camera.actor)
    assert (usage.used, usage.quota) == (100, 700)
    camera.put("g", b"g" * 50)
    seen = camera.cloud.accounts.me(camera.actor)
    assert (camera.used, seen.used, seen.quota, seen.root_id) == (150, 150, 700, camera.root.id)
    anna.set_quota(None)
    assert camera.cloud.tree.usage(camera.actor).quota is None


def test_folders_of_others_are_not_there(anna, bert):
    theirs = bert.folder("theirs")
    bert.put("theirs/f", b"1")
    bert.cloud.shares.open(bert.actor, theirs.id, [anna.actor.name])
    camera, _ = let_in(anna)
    cloud, me = anna.cloud, camera.actor
    anna.move("theirs", "Apps/Camera/theirs")
    assert anna.paths("Apps/Camera") == ["theirs", "theirs/f"] and camera.paths() == []
    for act in (
        lambda: camera.node("theirs"),
        lambda: camera.node("theirs/f"),
        lambda: cloud.tree.get(me, theirs.id),
        lambda: cloud.tree.trash(me, theirs.id),
        lambda: cloud.tree.move(me, theirs.id, camera.root.id, "x"),
        lambda: cloud.shares.close(me, theirs.id, me.account_id),
    ):
        with pytest.raises(NodeMissing):
            act()
    assert cloud.shares.with_me(me) == [] and cloud.search.find(me, "theirs").nodes == []
    assert anna.names("Apps/Camera") == ["theirs"], "still a member"


def test_it_takes_no_invitation_and_knows_no_chunk_of_the_rest(anna, bert, camera):
    folder = bert.folder("theirs")
    ((_, secret),) = bert.cloud.shares.open(bert.actor, folder.id, ["new@example.org"]).invitations
    for act in (
        lambda: camera.cloud.shares.accept(camera.actor, secret),
        lambda: camera.cloud.uploads.missing_chunks(camera.actor, [b"h" * 32]),
    ):
        with pytest.raises(NotAllowed):
            act()
    with pytest.raises(InvitationMissing):
        bert.cloud.shares.accept(anna.actor, "nv_f_wrong")


def test_shares_and_links_are_those_of_the_folder(anna, bert, camera):
    cloud, me = anna.cloud, camera.actor
    mine, inside = anna.folder("mine"), camera.folder("inside")
    cloud.shares.open(anna.actor, mine.id, [bert.actor.name])
    outer = cloud.links.create(anna.actor, [mine.id], password="a secret")
    cloud.shares.open(me, inside.id, [bert.actor.name], Role.VIEWER)
    inner = cloud.links.create(me, [inside.id])
    assert [share.node.name for share in cloud.shares.by_me(me)] == ["inside"]
    assert cloud.links.list(me) == [inner] and cloud.links.list(anna.actor) == [outer, inner]
    for act in (
        lambda: cloud.links.get(me, outer.id),
        lambda: cloud.links.own(me, outer.key),
        lambda: cloud.links.change(me, outer.id, name="x"),
        lambda: cloud.links.remove(me, outer.id),
    ):
        with pytest.raises(LinkMissing):
            act()
    with pytest.raises(Exception, match="password"):
        cloud.links.open(outer.key, Visitor(NETWORK, me))
    assert bert.names() == ["inside", "mine"]


def test_uploads_of_the_rest_are_not_its_own(anna, camera):
    theirs = anna.cloud.uploads.start(anna.actor, anna.root.id, "f", size=3)
    own = anna.cloud.uploads.start(camera.actor, camera.root.id, "f", size=3)
    with pytest.raises(UploadMissing):
        anna.cloud.uploads.session(camera.actor, theirs.id)
    assert anna.cloud.uploads.session(camera.actor, own.id) == own
    for session in (theirs, own):
        anna.cloud.uploads.terminate(anna.actor, session.id)


def test_a_ticket_is_good_for_what_lies_in_the_folder(anna):
    camera, _ = let_in(anna)
    inside, outside = camera.put("f", b"1"), anna.put("secret", b"s")
    tickets = anna.cloud.tickets
    assert tickets.redeem(tickets.issue(camera.actor, inside))[1].read(0, 9) == b"1"
    with pytest.raises(NodeMissing):
        tickets.redeem(tickets.issue(camera.actor, outside))


def test_a_folder_that_is_renamed_stays_its_own_and_a_deleted_one_is_made_anew(anna):
    camera, token = let_in(anna)
    camera.put("f", b"1")
    anna.move("Apps/Camera", "My pictures")

    def again() -> Home:
        anna.world.clock.move(2 * SECOND)
        return Home(anna.world, anna.cloud.grants.admit_token(token, NETWORK))

    assert again().names() == ["f"]
    anna.trash("My pictures")
    assert again().names() == [] and anna.names("Apps") == ["Camera"]


def test_a_title_that_is_no_name_becomes_one(anna):
    let_in(anna, "A/B")
    let_in(anna, "..")
    assert anna.names("Apps") == ["A-B", "_"]


def test_the_scope_opens_nothing_without_a_folder(world: World):
    home = world.home()
    with pytest.raises(NotAllowed):
        world.cloud.tree.root(Actor(home.actor.account_id, frozenset({APP_FOLDER})))
