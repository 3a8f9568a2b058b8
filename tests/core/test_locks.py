"""Locks (RFC 4918 §6): they bind every operation of every face until they are released or expire."""

from collections.abc import Callable

import pytest

from nuvol.clock import DAY, SECOND
from nuvol.core.files.locks import LONGEST
from nuvol.errors import Locked, LockMissing, NodeMissing, PreconditionFailed
from nuvol.model.nodes import Guard, Lock, Node
from tests.core.clouds import Home


def lock(home: Home, path: str, *, deep: bool = False, exclusive: bool = True, seconds: int = 600, **how) -> Lock:
    return home.cloud.locks.lock(
        home.actor, home.id(path), owner="<o/>", deep=deep, exclusive=exclusive, seconds=seconds, **how
    )


def holding(*locks: Lock) -> Guard:
    return Guard(tokens=frozenset(each.token for each in locks))


@pytest.fixture
def tree(anna) -> Home:
    anna.folders("d/inner", "other")
    anna.put("d/f", b"old")
    anna.put("d/inner/g", b"old")
    anna.put("beside", b"old")
    return anna


Act = Callable[[Home, Guard], object]

CHANGES: dict[str, Act] = {
    "put": lambda home, guard: home.cloud.uploads.put(home.actor, home.id("d"), "f", b"new", guard=guard),
    "upload": lambda home, guard: home.cloud.uploads.begin(home.actor, home.id("d"), "f", guard=guard).commit(),
    "touch": lambda home, guard: home.cloud.tree.touch(home.actor, home.id("d/f"), modified_at=1, guard=guard),
    "properties": lambda home, guard: home.cloud.tree.set_properties(
        home.actor, home.id("d/f"), {"{u:x}a": "<a/>"}, [], guard=guard
    ),
    "bring back": lambda home, guard: home.cloud.versions.restore(home.actor, home.id("d/f"), 1, guard=guard),
}
REMOVALS: dict[str, Act] = {
    "trash": lambda home, guard: home.cloud.tree.trash(home.actor, home.id("d/f"), guard=guard),
    "move": lambda home, guard: home.cloud.tree.move(home.actor, home.id("d/f"), home.id("other"), "f", guard=guard),
    "rename": lambda home, guard: home.cloud.tree.move(home.actor, home.id("d/f"), home.id("d"), "h", guard=guard),
    "move over": lambda home, guard: home.cloud.tree.move(
        home.actor, home.id("beside"), home.id("d"), "f", guard=guard
    ),
    "copy over": lambda home, guard: home.cloud.copies.copy(
        home.actor, home.id("beside"), home.id("d"), "f", guard=guard
    ),
}
ADDITIONS: dict[str, Act] = {
    "new file": lambda home, guard: home.cloud.uploads.put(home.actor, home.id("d"), "new", b"", guard=guard),
    "new folder": lambda home, guard: home.cloud.tree.create_folder(home.actor, home.id("d"), "new", guard=guard),
    "move in": lambda home, guard: home.cloud.tree.move(
        home.actor, home.id("beside"), home.id("d"), "new", guard=guard
    ),
    "copy in": lambda home, guard: home.cloud.copies.copy(
        home.actor, home.id("beside"), home.id("d"), "new", guard=guard
    ),
}


def binds(home: Home, act: Act, *locks: Lock) -> None:
    """Refused without the token, done with it."""
    before = home.paths()
    for guard in (Guard(), Guard(tokens=frozenset({"urn:uuid:other"}))):
        with pytest.raises(Locked) as caught:
            act(home, guard)
        assert caught.value.node_id in {each.node_id for each in locks}
    assert home.paths() == before
    act(home, holding(*locks))


@pytest.mark.parametrize("deep", [False, True], ids=["depth 0", "depth infinity"])
@pytest.mark.parametrize("change", CHANGES | REMOVALS)
def test_a_lock_on_a_file_binds_every_change_of_it(tree, change, deep):
    binds(tree, (CHANGES | REMOVALS)[change], lock(tree, "d/f", deep=deep))


@pytest.mark.parametrize("change", ADDITIONS | REMOVALS)
def test_a_lock_on_a_folder_binds_its_members_coming_and_going(tree, change):
    binds(tree, (ADDITIONS | REMOVALS)[change], lock(tree, "d"))


@pytest.mark.parametrize("change", CHANGES)
def test_a_shallow_lock_on_a_folder_does_not_bind_the_content_of_its_members(tree, change):
    lock(tree, "d")
    CHANGES[change](tree, Guard())


@pytest.mark.parametrize("above", ["", "d"])
@pytest.mark.parametrize("change", CHANGES | ADDITIONS | REMOVALS)
def test_a_deep_lock_binds_everything_below(tree, change, above):
    """Also what comes from elsewhere, where the lock of the root is asked at both ends."""
    binds(tree, (CHANGES | ADDITIONS | REMOVALS)[change], lock(tree, above, deep=True))


def test_what_holds_something_locked_stays_where_it_is(tree):
    inner = lock(tree, "d/inner/g")
    for act in (
        lambda guard: tree.cloud.tree.trash(tree.actor, tree.id("d"), guard=guard),
        lambda guard: tree.cloud.tree.move(tree.actor, tree.id("d"), tree.id("other"), "d", guard=guard),
    ):
        with pytest.raises(Locked) as caught:
            act(Guard())
        assert caught.value.node_id == inner.node_id
    tree.cloud.tree.move(tree.actor, tree.id("d"), tree.id("other"), "d", guard=holding(inner))
    assert tree.cloud.locks.on(tree.actor, tree.node("other/d/inner/g")) == [], "a lock does not move along"
    tree.put("other/d/inner/g", b"new")


def test_copying_needs_no_lock_of_the_source_and_takes_none_along(tree):
    lock(tree, "d", deep=True)
    copy = tree.copy("d", "copy")
    assert tree.cloud.locks.on(tree.actor, copy) == []


def test_what_is_looked_at_is_not_bound(tree):
    lock(tree, "", deep=True)
    assert tree.read("d/f") == b"old" and tree.paths() == ["beside", "d", "d/f", "d/inner", "d/inner/g", "other"]


def test_nothing_is_restored_into_a_locked_folder(tree):
    file = tree.trash("d/f")
    held = lock(tree, "d")
    with pytest.raises(Locked):
        tree.restore(file)
    assert tree.restore(file, parent_id=tree.id("other")) == "other/f"
    tree.cloud.locks.unlock(tree.actor, tree.id("d"), held.token)


# ------------------------------------------------------------------------------------------ taking and giving back


def test_a_lock_is_what_was_asked_for(tree):
    taken = lock(tree, "d/f", seconds=60)
    assert taken.token.startswith("urn:uuid:") and taken.seconds == 60
    assert taken.expires_at == tree.world.clock() + 60 * SECOND
    assert tree.cloud.locks.on(tree.actor, tree.node("d/f")) == [taken]
    assert lock(tree, "d/inner", seconds=10 * LONGEST).seconds == LONGEST
    assert lock(tree, "other", seconds=0).seconds == 1


def test_a_deep_lock_of_a_file_is_one_of_that_file(tree):
    assert not lock(tree, "beside", deep=True).deep


@pytest.mark.parametrize("first", [True, False], ids=["exclusive first", "shared first"])
@pytest.mark.parametrize("second", [True, False], ids=["then exclusive", "then shared"])
@pytest.mark.parametrize(
    ("held", "deep", "wished", "wished_deep", "meet"),
    [
        ("d/f", False, "d/f", False, True),
        ("d", True, "d/inner/g", False, True),
        ("d", False, "d/f", False, False),
        ("d/inner/g", False, "d", True, True),
        ("d/inner/g", False, "d", False, False),
        ("d", True, "", True, True),
        ("d", True, "other", True, False),
    ],
)
def test_locks_that_meet_must_both_be_shared(tree, first, second, held, deep, wished, wished_deep, meet):
    lock(tree, held, deep=deep, exclusive=first)
    if meet and (first or second):
        with pytest.raises(Locked) as caught:
            lock(tree, wished, deep=wished_deep, exclusive=second)
        assert caught.value.node_id == tree.id(held)
    else:
        lock(tree, wished, deep=wished_deep, exclusive=second)


def test_any_of_several_shared_locks_opens(tree):
    locks = [lock(tree, "d/f", exclusive=False) for _ in range(2)]
    for each in locks:
        tree.cloud.uploads.put(tree.actor, tree.id("d"), "f", b"x", guard=holding(each))
    with pytest.raises(Locked):
        tree.put("d/f", b"y")


def test_a_lock_is_taken_on_condition(tree):
    with pytest.raises(PreconditionFailed):
        lock(tree, "d/f", guard=Guard(if_match=('"other"',)))
    with pytest.raises(NodeMissing):
        tree.cloud.locks.lock(tree.actor, 1, owner="", deep=False, exclusive=True, seconds=1)


def test_a_released_lock_binds_no_more(tree):
    held = lock(tree, "d", deep=True)
    for path, token in (("other", held.token), ("d", "urn:uuid:other")):
        with pytest.raises(LockMissing):
            tree.cloud.locks.unlock(tree.actor, tree.id(path), token)
    tree.cloud.locks.unlock(tree.actor, tree.id("d/inner/g"), held.token)
    tree.put("d/f", b"new")
    with pytest.raises(LockMissing):
        tree.cloud.locks.unlock(tree.actor, tree.id("d"), held.token)


def test_a_lock_ends_with_its_time(tree):
    held = lock(tree, "d/f", seconds=60)
    tree.world.clock.move(60 * SECOND - 1)
    with pytest.raises(Locked):
        tree.put("d/f", b"new")
    refreshed = tree.cloud.locks.refresh(tree.actor, tree.id("d/f"), ["urn:uuid:other", held.token], 120)
    assert (refreshed.token, refreshed.seconds) == (held.token, 120)
    assert tree.cloud.locks.on(tree.actor, tree.node("d/f")) == [refreshed]
    tree.world.clock.move(120 * SECOND - 1)
    with pytest.raises(Locked):
        tree.put("d/f", b"new")
    tree.world.clock.move(1)
    assert tree.cloud.locks.on(tree.actor, tree.node("d/f")) == []
    tree.put("d/f", b"new")
    with pytest.raises(LockMissing):
        tree.cloud.locks.refresh(tree.actor, tree.id("d/f"), [held.token], 60)


def test_expired_locks_are_cleared_away(world):
    home = world.home()
    home.put("f")
    lock(home, "f", seconds=60)
    world.clock.move(DAY)
    world.cloud.upkeep.expire()
    assert world.rows("select * from dav_lock") == []


def test_locks_end_with_what_they_lock(tree):
    held = [lock(tree, "d/f"), lock(tree, "d/inner", deep=True)]
    tree.cloud.tree.trash(tree.actor, tree.id("d"), guard=holding(*held))
    top = tree.cloud.trash.list(tree.actor).nodes[0].id
    tree.restore(top)
    tree.put("d/f", b"new")
    tree.put("d/inner/g", b"new")


def test_locks_of_many_nodes_are_told_at_once(tree):
    deep, own = lock(tree, "d", deep=True, exclusive=False), lock(tree, "d/f", exclusive=False)
    nodes: list[Node] = [tree.node(path) for path in ("d/f", "d/inner", "beside", "d")]
    found = tree.cloud.locks.of_many(tree.actor, nodes)
    tokens = {node.name: {each.token for each in found.get(node.id, ())} for node in nodes}
    assert tokens == {"f": {deep.token, own.token}, "inner": {deep.token}, "beside": set(), "d": {deep.token}}


def test_locks_bind_in_their_own_account_only(anna, bert):
    anna.put("f")
    bert.put("f")
    held = lock(anna, "f")
    bert.put("f", b"new")
    with pytest.raises(NodeMissing):
        bert.cloud.locks.unlock(bert.actor, anna.id("f"), held.token)
