"""Links: what a key opens, to whom, how long; and what is received through one stays its receiver's."""

import pytest

from nuvol.clock import DAY, HOUR, SECOND
from nuvol.errors import (
    BadValue,
    BelowItself,
    LinkMissing,
    NameTaken,
    NodeMissing,
    NotAdmitted,
    NotAllowed,
    PasswordNeeded,
    QuotaExceeded,
    TooManyAttempts,
)
from nuvol.model.accounts import Actor
from nuvol.model.links import Role, Visitor
from nuvol.model.nodes import Exists
from nuvol.model.rules import KiB, MiB
from nuvol.model.shares import Role as Member
from tests.core.clouds import Home, noise

STRANGER = Visitor("203.0.113.9")


def visitor(home: Home, grant_id: int | None = 77) -> Visitor:
    return Visitor("203.0.113.9", Actor(home.actor.account_id, grant_id=grant_id))


def share(home: Home, *paths: str, **how):
    return home.cloud.links.create(home.actor, [home.id(path) for path in paths], **how)


def receive(home: Home, key: str, to: str = "", exists: Exists = Exists.RENAME):
    return home.cloud.links.receive(home.actor, key, visitor(home), home.id(to), exists)


def test_a_key_opens_what_it_was_made_for_and_nothing_else(anna):
    anna.folders("top/inner", "other")
    anna.put("top/inner/f", b"1")
    link = share(anna, "top")
    assert len(link.key) == 44 and link.name == "top"
    links = anna.cloud.links
    opened = links.open(link.key, STRANGER)
    assert [item.name for item in opened.items] == ["top"]
    reader = links.reader(opened)
    assert links.node(opened, anna.id("top/inner/f")).name == "f"
    assert b"".join(anna.cloud.reads.open(reader, anna.id("top/inner/f")).blocks()) == b"1"
    for elsewhere in (anna.id("other"), anna.root.id, 1 << 52):
        with pytest.raises(NodeMissing):
            links.node(opened, elsewhere)
    with pytest.raises(NotAllowed):
        anna.cloud.tree.trash(reader, anna.id("top"))
    with pytest.raises(NotAllowed):
        links.writer(opened)


def test_a_link_follows_its_items(anna):
    anna.folders("a", "b")
    link = share(anna, "a", "b")
    anna.move("a", "renamed")
    trashed = anna.trash("b")
    assert [item.name for item in anna.cloud.links.open(link.key, STRANGER).items] == ["renamed"]
    anna.trash("renamed")
    with pytest.raises(LinkMissing):
        anna.cloud.links.open(link.key, STRANGER)
    anna.restore(trashed)
    assert [item.name for item in anna.cloud.links.open(link.key, STRANGER).items] == ["b"]


def test_revoking_is_immediate(anna):
    anna.put("f", b"1")
    link = share(anna, "f")
    anna.cloud.links.open(link.key, STRANGER)
    anna.cloud.links.remove(anna.actor, link.id)
    with pytest.raises(LinkMissing):
        anna.cloud.links.open(link.key, STRANGER)
    with pytest.raises(LinkMissing):
        anna.cloud.links.remove(anna.actor, link.id)


def test_a_link_expires_except_for_its_owner(anna):
    anna.put("f", b"1")
    link = share(anna, "f", expires_at=anna.world.clock() + HOUR)
    anna.world.clock.move(HOUR - 1)
    anna.cloud.links.open(link.key, STRANGER)
    anna.world.clock.move(1)
    with pytest.raises(LinkMissing):
        anna.cloud.links.open(link.key, STRANGER)
    anna.cloud.links.open(link.key, visitor(anna))
    with pytest.raises(BadValue):
        share(anna, "f", expires_at=anna.world.clock())


def test_a_link_is_used_up(anna, bert):
    anna.put("f", b"1")
    link = share(anna, "f", max_uses=2)
    opened = anna.cloud.links.open(link.key, STRANGER)
    anna.cloud.links.use(opened, STRANGER)
    anna.cloud.links.use(opened, visitor(anna))
    receive(bert, link.key)
    with pytest.raises(LinkMissing):
        anna.cloud.links.use(opened, STRANGER)
    with pytest.raises(LinkMissing):
        anna.cloud.links.open(link.key, STRANGER)


def test_a_link_for_people_with_an_account_opens_to_nobody_else(anna, bert):
    anna.put("f", b"1")
    link = share(anna, "f", accounts_only=True)
    with pytest.raises(NotAdmitted):
        anna.cloud.links.open(link.key, STRANGER)
    anna.cloud.links.open(link.key, visitor(bert))


def test_a_password_is_shown_once_per_token_and_a_new_one_locks_all_out(anna, bert):
    anna.put("f", b"1")
    links = anna.cloud.links
    link = share(anna, "f", password="pässwörd")
    for who in (STRANGER, visitor(bert)):
        with pytest.raises(PasswordNeeded):
            links.open(link.key, who)
    links.open(link.key, visitor(anna))
    with pytest.raises(PasswordNeeded):
        links.prove(link.key, visitor(bert), "wrong")
    proof = links.prove(link.key, visitor(bert), "pässwörd")
    links.open(link.key, visitor(bert))
    links.open(link.key, Visitor("203.0.113.9", proof=proof))
    with pytest.raises(PasswordNeeded):
        links.open(link.key, visitor(bert, grant_id=78))
    with pytest.raises(PasswordNeeded):
        links.open(link.key, Visitor("203.0.113.9", proof="é" + proof[1:]))
    links.change(anna.actor, link.id, password="another")
    for who in (visitor(bert), Visitor("203.0.113.9", proof=proof)):
        with pytest.raises(PasswordNeeded):
            links.open(link.key, who)
    links.change(anna.actor, link.id, password=None)
    links.open(link.key, STRANGER)


def test_guessing_a_password_is_slowed_down(anna):
    anna.put("f", b"1")
    link = share(anna, "f", password="right")
    guesser = Visitor("198.51.100.7")
    for _ in range(5):
        with pytest.raises(PasswordNeeded):
            anna.cloud.links.prove(link.key, guesser, "wrong")
    with pytest.raises(TooManyAttempts):
        anna.cloud.links.prove(link.key, guesser, "right")
    anna.world.clock.move(30 * SECOND)
    anna.cloud.links.prove(link.key, guesser, "right")


def test_guessing_keys_is_slowed_down_and_known_keys_still_open(anna):
    anna.put("f", b"1")
    link = share(anna, "f")
    guesser = Visitor("198.51.100.8")
    for guess in range(5):
        with pytest.raises(LinkMissing):
            anna.cloud.links.open(f"guess-{guess}", guesser)
    with pytest.raises(TooManyAttempts):
        anna.cloud.links.open("guess\0", guesser)
    anna.cloud.links.open(link.key, guesser)


def test_an_upload_link_takes_files_and_shows_none(anna):
    anna.folder("in")
    anna.put("in/secret", b"1")
    links = anna.cloud.links
    opened = links.open(share(anna, "in", role=Role.UPLOAD).key, STRANGER)
    for asked in (lambda: links.reader(opened), lambda: links.node(opened, anna.id("in/secret"))):
        with pytest.raises((NotAllowed, NodeMissing)):
            asked()
    writer = links.writer(opened)
    anna.cloud.uploads.put(writer, opened.folder.id, "gift", b"2")
    assert anna.read("in/gift") == b"2"
    assert anna.cloud.versions.list(anna.actor, anna.id("in/gift"))[0].app == "Link “in”"


@pytest.mark.parametrize(
    "how",
    [{"role": "owner"}, {"role": "upload"}, {"max_uses": 0}, {"name": "\n"}, {"password": "x" * 2000}],
    ids=str,
)
def test_a_link_that_makes_no_sense_is_refused(anna, how):
    anna.put("f", b"1")
    with pytest.raises(BadValue):
        share(anna, "f", **how)
    with pytest.raises(BadValue):
        anna.cloud.links.create(anna.actor, [])
    with pytest.raises(NotAllowed):
        anna.cloud.links.create(anna.actor, [anna.root.id])


def test_links_are_their_owners(anna, bert):
    anna.put("f", b"1")
    link = share(anna, "f")
    assert anna.cloud.links.list(anna.actor) == [link]
    assert anna.cloud.links.list(bert.actor) == []
    for asked in (
        lambda: anna.cloud.links.get(bert.actor, link.id),
        lambda: anna.cloud.links.own(bert.actor, link.key),
        lambda: anna.cloud.links.change(bert.actor, link.id, name="x"),
        lambda: anna.cloud.links.remove(bert.actor, link.id),
    ):
        with pytest.raises(LinkMissing):
            asked()
    with pytest.raises(NodeMissing):
        anna.cloud.links.create(bert.actor, [anna.id("f")])
    reader = Actor(anna.actor.account_id, frozenset({"files:read"}))
    with pytest.raises(NotAllowed):
        anna.cloud.links.create(reader, [anna.id("f")])


def test_a_link_can_be_changed_in_all_it_says(anna):
    anna.folder("d")
    link = share(anna, "d")
    later = anna.world.clock() + DAY
    changed = anna.cloud.links.change(
        anna.actor, link.id, name="new", expires_at=later, max_uses=3, role=Role.EDIT, accounts_only=True
    )
    assert (changed.name, changed.expires_at, changed.max_uses, changed.role, changed.accounts_only) == (
        "new",
        later,
        3,
        "edit",
        True,
    )
    assert anna.cloud.links.get(anna.actor, link.id) == changed
    sql = "select verb, new_name from journal where object = 'link' and object_id = ? order by seq"
    told = anna.world.rows(sql, link.id)
    assert [tuple(row) for row in told] == [("create", "d"), ("update", "new")]


# ------------------------------------------------------------------------------------------------- receiving


def grow(home: Home, top: str = "top") -> None:
    """More than a batch, small and large contents, one of them in pieces of several blobs."""
    home.folders(f"{top}/a/b", f"{top}/empty")
    for i in range(12):
        home.put(f"{top}/a/f{i}", f"small {i % 3}".encode(), modified_at=i, mime="x/y")
    large = noise(3 * MiB, "received")
    home.put(f"{top}/large", large)
    home.put(f"{top}/a/b/edited", large[: 2 * MiB] + noise(100 * KiB, "edit") + large[2 * MiB :])
    home.put(f"{top}/a/same", large)


def everything(home: Home, top: str) -> dict[str, bytes]:
    return {path: home.read(f"{top}/{path}") for path in home.paths(top) if not home.node(f"{top}/{path}").is_folder}


def test_a_received_tree_has_the_same_bytes_and_is_its_receivers(anna, bert):
    grow(anna)
    key = share(anna, "top").key
    node = receive(bert, key)
    assert (node.name, node.account_id, node.parent_id) == ("top", bert.actor.account_id, bert.root.id)
    assert bert.paths("top") == anna.paths("top")
    assert everything(bert, "top") == everything(anna, "top")
    assert not {bert.id(f"top/{path}") for path in bert.paths("top")} & {
        anna.id(f"top/{path}") for path in anna.paths("top")
    }
    assert bert.node("top/a/f1").modified_at == 1 and bert.node("top/a/f1").mime == "x/y"
    assert bert.journal()[-1] == ("receive", "top")
    whole = bert.node("top/large")
    assert whole.blob_id is not None and whole.blob_id != anna.node("top/large").blob_id


def test_receiving_costs_no_bytes_on_the_disk(anna, bert):
    import os

    anna.put("large", noise(3 * MiB, "linked"))
    receive(bert, share(anna, "large").key)
    blobs = anna.world.blobs
    from nuvol.stores.base import BlobKey

    mine, theirs = (blobs._path(BlobKey(home.actor.account_id, home.node("large").blob_id)) for home in (anna, bert))
    assert os.path.samefile(mine, theirs) or blobs._clones


def test_the_owner_purges_everything_and_the_receivers_bytes_stay(anna, bert):
    grow(anna)
    before = everything(anna, "top")
    receive(bert, share(anna, "top").key)
    anna.purge(anna.trash("top"))
    anna.world.clock.move(60 * DAY)
    anna.cloud.upkeep.sweep()
    assert anna.used == 0
    assert everything(bert, "top") == before
    anna.world.restart()
    assert everything(bert, "top") == before


def test_the_receiver_purges_and_the_owners_bytes_stay(anna, bert):
    grow(anna)
    before = everything(anna, "top")
    receive(bert, share(anna, "top").key)
    bert.purge(bert.trash("top"))
    anna.world.clock.move(60 * DAY)
    anna.cloud.upkeep.sweep()
    assert bert.used == 0
    assert everything(anna, "top") == before
    receive(bert, share(anna, "top").key)
    assert everything(bert, "top") == before


def test_several_things_arrive_in_one_folder_named_after_the_link(anna, bert):
    anna.folders("a", "b")
    anna.put("a/f", b"1")
    key = share(anna, "a", "b", name="for/you").key
    assert receive(bert, key).name == "for-you"
    assert bert.names("for-you") == ["a", "b"] and bert.read("for-you/a/f") == b"1"


def test_what_is_received_again_is_up_to_date_and_takes_no_more_room(anna, bert):
    anna.folder("top")
    anna.put("top/f", b"1")
    key = share(anna, "top").key
    receive(bert, key)
    anna.put("top/f", b"2")
    assert bert.read("top/f") == b"1"
    receive(bert, key, exists=Exists.OVERWRITE)
    assert bert.read("top/f") == b"2"
    assert bert.names() == ["top"] and bert.used == 1
    assert bert.cloud.trash.list(bert.actor).nodes == []


def test_a_received_copy_that_was_touched_goes_to_the_trash(anna, bert):
    anna.folder("top")
    anna.put("top/f", b"1")
    key = share(anna, "top").key
    receive(bert, key)
    bert.put("top/own", b"mine")
    receive(bert, key, exists=Exists.OVERWRITE)
    assert [node.name for node in bert.cloud.trash.list(bert.actor).nodes] == ["top"]


@pytest.mark.parametrize(
    ("exists", "names"), [(Exists.RENAME, ["top", "top (1)"]), (Exists.REUSE, ["top"]), (Exists.OVERWRITE, ["top"])]
)
def test_a_name_taken_at_the_receivers(anna, bert, exists, names):
    anna.folder("top")
    anna.put("top/f", b"1")
    bert.folder("top")
    bert.put("top/g", b"2")
    node = receive(bert, share(anna, "top").key, exists=exists)
    assert bert.names() == names
    inside = {Exists.RENAME: ["f"], Exists.REUSE: ["f", "g"], Exists.OVERWRITE: ["f"]}
    assert bert.names(node.name) == inside[exists]


def test_fail_leaves_everything_as_it_was(anna, bert):
    anna.folder("top")
    bert.folder("top")
    with pytest.raises(NameTaken):
        receive(bert, share(anna, "top").key, exists=Exists.FAIL)
    assert bert.paths() == ["top"]


def test_what_does_not_fit_leaves_nothing_behind(anna):
    grow(anna)
    small = anna.world.home(quota=MiB)
    with pytest.raises(QuotaExceeded):
        receive(small, share(anna, "top").key)
    assert small.paths() == [] and small.used == 0


def test_the_owner_may_receive_too_but_not_into_itself(anna):
    anna.folders("top", "to")
    anna.put("top/large", noise(MiB, "own"))
    key = share(anna, "top").key
    used = anna.used
    anna.cloud.links.receive(anna.actor, key, visitor(anna), anna.id("to"))
    assert anna.paths("to") == ["top", "top/large"] and anna.used == used
    with pytest.raises(BelowItself):
        anna.cloud.links.receive(anna.actor, key, visitor(anna), anna.id("top"))


def test_what_others_opened_is_not_passed_on(anna, bert):
    """Bert has Anna's folder within his own, and opens his own to the world."""
    anna.folders("trip/in")
    anna.put("trip/f", b"secret")
    anna.cloud.shares.open(anna.actor, anna.id("trip"), [bert.actor.name], 1)
    bert.folder("mine")
    bert.put("mine/own", b"1")
    bert.move("trip", "mine/trip")
    assert bert.paths("mine") == ["own", "trip", "trip/f", "trip/in"]
    link = share(bert, "mine")
    opened = bert.cloud.links.open(link.key, STRANGER)
    assert [node.name for node in bert.cloud.links.children(opened, opened.items[0]).nodes] == ["own"]
    assert [path for path, _ in bert.cloud.links.walk(opened, opened.items[0])] == ["own"]
    assert bert.cloud.links.size(opened) == 1
    for node_id in (anna.id("trip"), anna.id("trip/f")):
        with pytest.raises(NodeMissing):
            bert.cloud.links.node(opened, node_id)
        with pytest.raises(NotAllowed):
            share_ids(bert, node_id)
    carl = anna.world.home()
    receive(carl, link.key)
    assert carl.paths() == ["mine", "mine/own"]


def share_ids(home: Home, *node_ids: int):
    return home.cloud.links.create(home.actor, node_ids)


def test_a_co_owner_opens_what_lies_in_a_folder_of_somebody_else(anna, bert, cara):
    cloud, folder = anna.cloud, anna.folder("open")
    node = anna.put("open/f", b"content")
    cloud.shares.open(anna.actor, folder.id, [bert.actor.name], Member.CO_OWNER)
    cloud.shares.open(anna.actor, folder.id, [cara.actor.name], Member.EDITOR)
    link = cloud.links.create(bert.actor, [node.id], password="a secret")
    assert link.account_id == anna.actor.account_id
    assert cloud.links.list(bert.actor) == cloud.links.list(anna.actor) == [link]
    assert cloud.links.own(bert.actor, link.key) == cloud.links.get(bert.actor, link.id) == link
    with pytest.raises(NotAllowed):
        cloud.links.create(cara.actor, [node.id])
    for act in (
        lambda who: cloud.links.get(who, link.id),
        lambda who: cloud.links.change(who, link.id, name="x"),
        lambda who: cloud.links.remove(who, link.id),
    ):
        with pytest.raises(LinkMissing):
            act(cara.actor)
    assert cloud.links.change(bert.actor, link.id, password=None).password is None
    opened = cloud.links.open(link.key, Visitor("192.0.2.9"))
    reading = cloud.reads.open(cloud.links.reader(opened), node.id)
    assert reading.read(0, 99) == b"content"

    cloud.shares.close(anna.actor, folder.id, bert.actor.account_id)
    assert cloud.links.list(bert.actor) == [] and len(cloud.links.list(anna.actor)) == 1
    with pytest.raises(LinkMissing):
        cloud.links.remove(bert.actor, link.id)
    cloud.links.remove(anna.actor, link.id)
