"""Into the trash, back again, or gone for good."""

import pytest

from nuvol.clock import DAY, SECOND
from nuvol.errors import BadValue, BelowItself, Locked, NodeMissing, ParentMissing, WrongKind
from nuvol.model.nodes import State, Status
from nuvol.model.rules import Rules
from tests.core.clouds import noise


def big(home, path: str, folders: int = 4, files: int = 5) -> list[str]:
    """A tree of several batches; its paths."""
    made = []
    for i in range(folders):
        folder = f"{path}/d{i}" + "/deep" * (i % 3)
        home.folder(folder)
        for j in range(files):
            home.put(f"{folder}/f{j}", f"{i} {j}".encode())
            made.append(f"{folder}/f{j}")
    return made


# ------------------------------------------------------------------------------------------ away and back


def test_a_trashed_file_is_gone_from_its_folder_and_stands_in_the_trash(anna):
    node = anna.put("a", b"1")
    anna.world.clock.move(SECOND)
    anna.trash("a")
    assert anna.names() == [] and anna.trashed() == ["a"]
    with pytest.raises(NodeMissing):
        anna.cloud.tree.get(anna.actor, node.id)
    trashed = anna.cloud.tree.get(anna.actor, node.id, trashed=True)
    assert (trashed.state, trashed.trash_root, trashed.trashed_at) == (State.TRASHED, node.id, anna.world.clock())
    assert anna.content(node.id) == b"1", "it can still be looked at"
    assert anna.used == 1, "and still counts"
    assert [v.status for v in anna.cloud.versions.list(anna.actor, node.id)] == [Status.DELETED, Status.NEW]


def test_a_name_is_free_as_soon_as_its_node_is_trashed(anna):
    for i in range(3):
        anna.put("a", str(i).encode())
        anna.trash("a")
    assert anna.trashed() == ["a", "a", "a"]


@pytest.mark.parametrize("files", [1, 5, 8, 9, 16], ids=lambda n: f"{n} files")
def test_a_tree_goes_and_comes_back_as_it_was_whatever_its_size(anna, files):
    made = big(anna, "top", files=files)
    before = anna.paths()
    ids = {path: anna.id(path) for path in before}
    top = anna.trash("top")
    assert anna.names() == [] and anna.trashed() == ["top"]
    for path, node_id in ids.items():
        node = anna.cloud.tree.get(anna.actor, node_id, trashed=True)
        assert (node.state, node.trash_root) == (State.TRASHED, top), path
    assert anna.restore(top) == "top"
    assert anna.paths() == before and anna.trashed() == []
    assert {path: anna.id(path) for path in before} == ids
    assert all(anna.read(path) for path in made)
    assert anna.cloud.tree.get(anna.actor, ids[made[0]]).number == 3, "one version for each way"
    assert [verb for verb, _ in anna.journal()][-2:] == ["trash", "restore"], "one change each"


def test_what_was_trashed_earlier_below_stays_in_the_trash(anna):
    anna.folder("a/b")
    anna.put("a/b/early")
    anna.put("a/b/late")
    early = anna.trash("a/b/early")
    top = anna.trash("a")
    assert anna.trashed() == ["a", "early"] or set(anna.trashed()) == {"a", "early"}
    anna.restore(top)
    assert anna.paths() == ["a", "a/b", "a/b/late"] and anna.trashed() == ["early"]
    assert anna.restore(early) == "a/b/early"


def test_what_lies_in_a_trashed_folder_goes_with_it(anna):
    anna.folder("a/b")
    inner = anna.id("a/b")
    top = anna.trash("a")
    for act in (anna.restore, anna.purge):
        with pytest.raises(NodeMissing):
            act(inner)
    anna.restore(top)


@pytest.mark.parametrize("act", ["restore", "purge"])
def test_only_what_is_in_the_trash_is_restored_or_purged(anna, act):
    live = anna.put("a").id
    for node_id in (live, anna.root.id, 1):
        with pytest.raises(NodeMissing):
            getattr(anna, act)(node_id)
    assert anna.names() == ["a"]


# ------------------------------------------------------------------------------------------ where to


def test_a_name_taken_meanwhile_gets_a_number(anna):
    ids = []
    for i in range(3):
        anna.put("sea.jpg", str(i).encode())
        ids.append(anna.trash("sea.jpg"))
    anna.put("sea.jpg", b"now")
    assert [anna.restore(node_id) for node_id in ids] == ["sea (2).jpg", "sea (3).jpg", "sea (4).jpg"]
    assert anna.read("sea (3).jpg") == b"1"


def test_what_lost_its_folder_comes_back_to_the_root(anna):
    anna.folder("a/b")
    anna.put("a/b/f")
    file = anna.trash("a/b/f")
    top = anna.trash("a")
    assert anna.restore(file) == "f"
    anna.put("a")
    assert anna.restore(top) == "a (2)"
    assert anna.paths("a (2)") == ["b"]


def test_it_comes_back_where_its_folder_is_now(anna):
    anna.folder("a")
    anna.put("a/f")
    file = anna.trash("a/f")
    anna.folder("x")
    anna.move("a", "x/b")
    assert anna.restore(file) == "x/b/f"


def test_it_comes_back_to_the_place_and_name_asked_for(anna):
    anna.put("f")
    target = anna.folder("t")
    anna.put("t/g")
    assert anna.restore(anna.trash("f"), parent_id=target.id, name="g") == "t/g (2)"
    assert anna.restore(anna.trash("t/g"), name="h") == "t/h"


def test_the_place_asked_for_must_be_a_living_folder(anna):
    file = anna.put("file")
    anna.folder("a/b")
    anna.folder("other")
    gone = anna.trash("other")
    inner = anna.id("a/b")
    top = anna.trash("a")
    for parent_id, error in ((file.id, WrongKind), (gone, ParentMissing), (inner, ParentMissing), (1, ParentMissing)):
        with pytest.raises(error):
            anna.restore(top, parent_id=parent_id)
    with pytest.raises((ParentMissing, BelowItself)):
        anna.restore(top, parent_id=top)
    assert sorted(anna.trashed()) == ["a", "other"]
    anna.restore(top)
    assert anna.paths() == ["a", "a/b", "file"]


def test_a_large_tree_that_cannot_come_back_stays_in_the_trash_whole(anna):
    big(anna, "top")
    top = anna.trash("top")
    gone = anna.folder("gone").id
    anna.trash("gone")
    with pytest.raises(ParentMissing):
        anna.restore(top, parent_id=gone)
    locked = anna.folder("locked")
    anna.cloud.locks.lock(anna.actor, locked.id, owner="", deep=False, exclusive=True, seconds=60)
    with pytest.raises(Locked):
        anna.restore(top, parent_id=locked.id)
    stamped = anna.world.rows("select count(*) from node where trash_root = ?", top)
    assert stamped == [(1 + 4 + 3 + 20,)]
    anna.restore(top)


# ------------------------------------------------------------------------------------------ for good


def test_a_purged_tree_is_gone_with_all_it_used(anna):
    made = big(anna, "top")
    anna.put("top/d0/large", noise(200_000))
    nodes = [anna.id(path) for path in made]
    used = anna.used
    top = anna.trash("top")
    assert anna.used == used
    anna.purge(top)
    assert anna.used == 0 and anna.trashed() == []
    for node_id in (top, *nodes):
        with pytest.raises(NodeMissing):
            anna.cloud.tree.get(anna.actor, node_id, trashed=True)
        with pytest.raises(NodeMissing):
            anna.cloud.versions.list(anna.actor, node_id)
    assert anna.world.rows("select count(*) from version where account_id = ?", anna.actor.account_id) == [(1,)]
    with pytest.raises(NodeMissing):
        anna.purge(top)


def test_what_was_trashed_earlier_below_outlives_the_purge_of_its_parent(anna):
    big(anna, "top")
    anna.put("top/d1/deep/early", b"early")
    early = anna.trash("top/d1/deep/early")
    anna.folder("top/d2/own/inner")
    own = anna.trash("top/d2/own")
    anna.purge(anna.trash("top"))
    assert sorted(anna.trashed()) == ["early", "own"]
    assert anna.content(early) == b"early"
    assert anna.restore(early) == "early"
    assert anna.restore(own) == "own" and anna.paths("own") == ["inner"]


def test_emptying_the_trash_purges_everything_and_counts(anna):
    big(anna, "a", folders=2)
    anna.put("b", b"b")
    anna.put("stays", b"s")
    anna.trash("a/d0")
    anna.trash("a")
    anna.trash("b")
    assert anna.cloud.trash.empty(anna.actor) == 3
    assert anna.trashed() == [] and anna.names() == ["stays"] and anna.used == 1
    assert anna.cloud.trash.empty(anna.actor) == 0


def test_a_purge_lets_go_of_content_that_nothing_else_names(anna):
    anna.put("a", b"same")
    anna.copy("a", "b")
    anna.put("a", b"only here")
    anna.put("a", b"")
    assert anna.used == len(b"same") + len(b"only here")
    anna.purge(anna.trash("a"))
    assert anna.used == len(b"same") and anna.read("b") == b"same"


# ------------------------------------------------------------------------------------------ list, expiry


def test_the_trash_is_listed_newest_first_and_page_by_page(anna):
    for i in range(7):
        anna.put(f"f{i}")
        anna.trash(f"f{i}")
        if i % 2:
            anna.world.clock.move(SECOND)
    whole = anna.cloud.trash.list(anna.actor)
    assert whole.next is None and [node.name for node in whole.nodes] == [f"f{i}" for i in reversed(range(7))]
    found, after = [], None
    for _ in range(4):
        page = anna.cloud.trash.list(anna.actor, after=after, limit=2)
        found += page.nodes
        after = page.next
    assert found == whole.nodes and after is None


HOSTILE = ["", "x", "é", "W10", "bnVsbA", "e30", "W1sxXSwyXQ", "=", "\ud800", "WyJ0cmFzaCIsIngiLDVd", "W" * 30_000]


@pytest.mark.parametrize("cursor", HOSTILE, ids=lambda c: ascii(c[:12]))
def test_a_cursor_that_is_none_is_refused_by_every_list(anna, cursor):
    for call in (
        lambda: anna.cloud.trash.list(anna.actor, after=cursor),
        lambda: anna.cloud.tree.children(anna.actor, anna.root.id, after=cursor),
        lambda: anna.cloud.tree.children(anna.actor, anna.root.id, sort="size", after=cursor),
        lambda: anna.cloud.search.find(anna.actor, "x", after=cursor),
    ):
        with pytest.raises(BadValue):
            call()


def test_a_cursor_of_another_list_is_refused(anna):
    from nuvol.core.files.cursors import write_cursor

    for name in "abc":
        anna.put(name)
    for sort in ("name", "modified", "size", "kind"):
        cursor = anna.cloud.tree.children(anna.actor, anna.root.id, sort=sort, limit=1).next
        with pytest.raises(BadValue):
            anna.cloud.trash.list(anna.actor, after=cursor)
        for other in ("name", "modified", "size", "kind"):
            if other != sort:
                with pytest.raises(BadValue):
                    anna.cloud.tree.children(anna.actor, anna.root.id, sort=other, after=cursor)
        with pytest.raises(BadValue):
            anna.cloud.tree.children(anna.actor, anna.root.id, sort=sort, descending=True, after=cursor)
        wrong = 5 if sort in ("name", "kind") else "text"
        for value in (wrong, True, 2**70):
            with pytest.raises(BadValue):
                anna.cloud.tree.children(anna.actor, anna.root.id, sort=sort, after=write_cursor(sort, False, value, 5))
        with pytest.raises(BadValue):
            anna.cloud.tree.children(
                anna.actor, anna.root.id, sort=sort, after=write_cursor(sort, False, "a\0" if wrong == 5 else 5, 2**70)
            )


def test_what_lay_in_the_trash_long_enough_is_purged(world):
    anna, bert = world.home(), world.home()
    big(anna, "old", folders=2)
    anna.trash("old")
    bert.put("old")
    bert.trash("old")
    world.clock.move(DAY)
    anna.put("new")
    anna.trash("new")
    world.clock.move(29 * DAY + 1)
    world.cloud.upkeep.expire()
    assert anna.trashed() == ["new"] and bert.trashed() == []


def test_nothing_expires_where_the_trash_is_kept_for_ever(world):
    world.restart(Rules(trash_days=0))
    anna = world.home()
    anna.put("old")
    anna.trash("old")
    world.clock.move(10_000 * DAY)
    world.cloud.upkeep.expire()
    assert anna.trashed() == ["old"]
