"""S2 and S3: whatever is done to a tree, by one or by many at once, it stays a tree."""

import threading
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from nuvol.core.files.names import free_variant
from nuvol.errors import BelowItself, CloudError, NameTaken, WrongKind
from nuvol.model import names
from nuvol.model.nodes import Guard
from tests.core.clouds import Home, World, noise
from tests.core.machines import prove
from tests.core.soundness import faults
from tests.sizes import chance, size

NAMES = ["a", "b", "A", "caf\u00e9", "cafe\u0301", "c.txt"]
CONTENTS = [b"", b"1", b"22", noise(70_000, "one chunk"), noise(300_000, "some chunks")]


class Thing:
    """A file or folder of the model."""

    def __init__(self, id: int, name: str, content: bytes | None) -> None:
        self.id = id
        self.name = name
        self.content = content
        self.past = [content]
        self.parent: Thing | None = None
        self.children: dict[str, Thing] = {}

    @property
    def is_folder(self) -> bool:
        return self.content is None

    def put_in(self, parent: "Thing", name: str) -> None:
        self.leave()
        self.parent, self.name = parent, name
        parent.children[names.key(name)] = self

    def leave(self) -> None:
        """Out of its folder; it remembers which one it was."""
        if self.parent is not None and self.parent.children.get(names.key(self.name)) is self:
            del self.parent.children[names.key(self.name)]

    def all(self) -> "list[Thing]":
        return [self, *(thing for child in self.children.values() for thing in child.all())]

    def holds(self, other: "Thing") -> bool:
        return any(thing is other for thing in self.all())

    def free_name(self, name: str) -> str:
        candidate, number = name, 2
        while names.key(candidate) in self.children:
            candidate, number = free_variant(name, number), number + 1
        return candidate


class TreeMachine(RuleBasedStateMachine):
    """A home beside a model of it: dictionaries in memory. Both must refuse the same and come to the same."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.home = world.home()
        self.root = Thing(self.home.root.id, "", None)
        self.trash: list[Thing] = []

    places = st.integers(0, 10_000)
    """Which of the things there are: modulo their number."""

    def _thing(self, place: int) -> Thing:
        things = self.root.all()
        return things[place % len(things)]

    def _try(self, expected: type[CloudError] | None, call: Any, *args: Any, **how: Any) -> Any:
        """Do it; it must raise what the model says."""
        if expected is None:
            return call(self.home.actor, *args, **how)
        with pytest.raises(expected):
            call(self.home.actor, *args, **how)
        return None

    @rule(place=places, name=st.sampled_from(NAMES))
    def create_folder(self, place: int, name: str) -> None:
        parent = self._thing(place)
        error = WrongKind if not parent.is_folder else NameTaken if names.key(name) in parent.children else None
        node = self._try(error, self.home.cloud.tree.create_folder, parent.id, name)
        if node is not None:
            Thing(node.id, name, None).put_in(parent, name)

    @rule(place=places, name=st.sampled_from(NAMES), content=st.sampled_from(CONTENTS))
    def put(self, place: int, name: str, content: bytes) -> None:
        parent = self._thing(place)
        there = parent.children.get(names.key(name))
        error = WrongKind if not parent.is_folder or (there and there.is_folder) else None
        written = self._try(error, lambda _, *args: self.home.write(*args), parent.id, name, content)
        if written is None:
            return
        assert written.created == (there is None)
        if there is None:
            Thing(written.node.id, name, content).put_in(parent, name)
        else:
            there.content = content
            there.past.append(content)

    @rule(what=places, where=places, name=st.sampled_from(NAMES), overwrite=st.booleans())
    def move(self, what: int, where: int, name: str, overwrite: bool) -> None:
        thing, parent = self._thing(what), self._thing(where)
        if thing is self.root:
            return
        there = parent.children.get(names.key(name))
        same = thing.parent is parent and thing.name == name
        error = None if same else self._cannot_go(thing, parent, there, overwrite)
        moved = self._try(error, self.home.cloud.tree.move, thing.id, parent.id, name, guard=Guard(overwrite=overwrite))
        if moved is None or same:
            return
        assert moved.replaced == (there is not None and there is not thing)
        if there is not None and there is not thing:
            self._trash(there)
        thing.put_in(parent, name)

    @rule(what=places, where=places, name=st.sampled_from(NAMES), overwrite=st.booleans(), deep=st.booleans())
    def copy(self, what: int, where: int, name: str, overwrite: bool, deep: bool) -> None:
        thing, parent = self._thing(what), self._thing(where)
        if thing is self.root or len(self.root.all()) > 40:
            return
        there = parent.children.get(names.key(name))
        error = NameTaken if there is thing else self._cannot_go(thing, parent, there, overwrite, deep)
        copied = self._try(
            error, self.home.cloud.copies.copy, thing.id, parent.id, name, guard=Guard(overwrite=overwrite), deep=deep
        )
        if copied is None:
            return
        if there is not None:
            self._trash(there)
        self._copied(thing, parent, name, copied.node.id, deep)

    def _copied(self, thing: Thing, parent: Thing, name: str, id: int, deep: bool) -> None:
        copy = Thing(id, name, thing.content)
        copy.put_in(parent, name)
        nodes = self.home.cloud.tree.children(self.home.actor, id).nodes if thing.is_folder else []
        ids = {names.key(node.name): node.id for node in nodes}
        for key, child in thing.children.items() if deep else ():
            self._copied(child, copy, child.name, ids[key], deep)

    @staticmethod
    def _cannot_go(
        thing: Thing, parent: Thing, there: Thing | None, overwrite: bool, deep: bool = True
    ) -> type[CloudError] | None:
        if not parent.is_folder:
            return WrongKind
        if deep and thing.is_folder and thing.holds(parent):
            return BelowItself
        if there is None or there is thing:
            return None
        if not overwrite:
            return NameTaken
        return BelowItself if there.holds(thing) else None

    @rule(what=places)
    def trash_it(self, what: int) -> None:
        thing = self._thing(what)
        if thing is not self.root:
            self.home.cloud.tree.trash(self.home.actor, thing.id)
            self._trash(thing)

    def _trash(self, thing: Thing) -> None:
        thing.leave()
        self.trash.append(thing)

    @precondition(lambda self: self.trash)
    @rule(which=places)
    def restore(self, which: int) -> None:
        thing = self.trash.pop(which % len(self.trash))
        home = thing.parent if thing.parent is not None and self.root.holds(thing.parent) else self.root
        name = home.free_name(thing.name)
        node = self.home.cloud.trash.restore(self.home.actor, thing.id)
        assert (node.parent_id, node.name) == (home.id, name)
        thing.put_in(home, name)

    @precondition(lambda self: self.trash)
    @rule(which=places)
    def purge(self, which: int) -> None:
        self.home.purge(self.trash.pop(which % len(self.trash)).id)

    @invariant()
    def both_are_equal(self) -> None:
        found = dict(self.home.cloud.tree.walk(self.home.actor, self.root.id))
        expected = dict(_paths(self.root, ""))
        assert {path: node.id for path, node in found.items()} == {p: thing.id for p, thing in expected.items()}
        for path, thing in expected.items():
            assert found[path].is_folder == thing.is_folder
            assert thing.content is None or found[path].size == len(thing.content)
        assert sorted(node.id for node in self.home.cloud.trash.list(self.home.actor).nodes) == sorted(
            thing.id for thing in self.trash
        )
        held = {content for top in (self.root, *self.trash) for thing in top.all() for content in thing.past}
        assert self.home.used == sum(map(len, held - {None}))

    def teardown(self) -> None:
        for path, thing in _paths(self.root, ""):
            if thing.content is not None:
                assert self.home.read(path) == thing.content
        assert faults(self.home.world, self.home.actor.account_id) == []


def _paths(folder: Thing, above: str):
    for child in folder.children.values():
        yield above + child.name, child
        yield from _paths(child, f"{above}{child.name}/")


@pytest.mark.torture
def test_a_tree_is_what_a_dictionary_would_be(small_batches):
    prove(lambda: TreeMachine(small_batches), size(12, 2000))


# ------------------------------------------------------------------------------------------ many at once


def random_step(home: Home, random: Random) -> None:
    """One act of somebody who knows the tree as it was a moment ago."""
    sql = "select id, kind, state, trash_root from node where account_id = ?"
    nodes = home.world.rows(sql, home.actor.account_id)
    live = [row[0] for row in nodes if row[2] == 0]
    tops = [row[0] for row in nodes if row[2] == 1 and row[3] == row[0]]
    name, guard = random.choice(NAMES), Guard(overwrite=random.random() < 0.7)
    one, other = random.choice(live), random.choice(live)
    tree, actor = home.cloud.tree, home.actor
    acts = {
        "create": lambda: tree.create_folder(actor, one, name),
        "put": lambda: home.write(one, name, random.choice(CONTENTS)),
        "move": lambda: tree.move(actor, one, other, name, guard=guard),
        "copy": lambda: home.cloud.copies.copy(actor, one, other, name, guard=guard, deep=random.random() < 0.8),
        "trash": lambda: tree.trash(actor, one),
        "restore": lambda: home.cloud.trash.restore(actor, random.choice(tops)) if tops else None,
        "purge": lambda: home.purge(random.choice(tops)) if tops else None,
    }
    weights = [4, 4, 5, 1 if len(nodes) < 150 else 0, 3 if len(nodes) > 10 else 0, 3, 2]
    try:
        acts[random.choices(list(acts), weights)[0]]()
    except CloudError:  # refused, or somebody was faster
        return


@pytest.mark.torture
def test_eight_threads_at_random_leave_a_tree(small_batches):
    home = small_batches.home()
    steps = size(160, 100_000) // 8

    def works(number: int) -> None:
        random = chance(number)
        for _ in range(steps):
            random_step(home, random)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(works, range(8)))
    assert faults(small_batches, home.actor.account_id) == []
    home.cloud.trash.empty(home.actor)
    assert faults(small_batches, home.actor.account_id) == []


@pytest.mark.torture
def test_two_folders_moved_into_each_other_at_once_make_no_circle(small_batches):
    home = small_batches.home()
    start = threading.Barrier(2)
    ids = [home.folder(name).id for name in "ab"]

    def moves(one: int) -> int:
        done = 0
        for _ in range(size(60, 10_000)):
            start.wait()
            try:
                home.cloud.tree.move(home.actor, ids[one], ids[1 - one], "inner")
                done += 1
            except BelowItself:
                pass
            start.wait()
            if one == 0:
                assert len(home.paths()) == 2, "both are still there"
                for node_id, name in zip(ids, "ab", strict=True):
                    home.cloud.tree.move(home.actor, node_id, home.root.id, name)
        return done

    with ThreadPoolExecutor(2) as pool:
        won = list(pool.map(moves, range(2)))
    assert sum(won) == size(60, 10_000), "exactly one of them each time"
    assert faults(small_batches, home.actor.account_id) == []
