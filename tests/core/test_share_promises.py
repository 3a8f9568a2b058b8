"""PROMISES S2 with shares: whatever people do in each other's folders, every node is in one place, in one account, and
holds what was put into it."""

import threading
from random import Random
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from nuvol.errors import CloudError
from nuvol.model.nodes import Guard, Node
from nuvol.model.shares import Role
from tests.core.clouds import Home, World, noise
from tests.core.machines import prove
from tests.core.soundness import faults
from tests.sizes import chance, size

NAMES = ["a", "b", "c"]
CONTENTS = [b"", b"1", noise(70_000, "one chunk"), noise(300_000, "some chunks")]


def seen(home: Home) -> dict[str, Node]:
    return dict(home.cloud.tree.walk(home.actor, home.root.id))


def check(homes: list[Home]) -> None:
    """What must hold of what people see of each other's folders."""
    views = [seen(home) for home in homes]
    owned = [node.id for home, view in zip(homes, views, strict=True) for node in view.values() if own(home, node)]
    assert len(owned) == len(set(owned)), "a node is live in one account"
    for home, view in zip(homes, views, strict=True):
        assert len({node.id for node in view.values()}) == len(view), "a mount is walked once"
        mounts = {node.id: path for path, node in view.items() if node.is_folder and not own(home, node)}
        for share in home.cloud.shares.with_me(home.actor):
            if share.node.id not in mounts:  # what it lies in is in the trash
                continue
            path = mounts[share.node.id]
            owner = next(other for other in homes if other.actor.account_id == share.owner.id)
            below = {p.removeprefix(f"{path}/"): n.id for p, n in view.items() if p.startswith(f"{path}/")}
            there = {p: n.id for p, n in owner.cloud.tree.walk(owner.actor, share.node.id)}
            elsewhere = [f"{p}/" for p, id in there.items() if id in mounts and not mounts[id].startswith(f"{path}/")]
            assert below == {p: id for p, id in there.items() if not f"{p}/".startswith(tuple(elsewhere))}
        for path, node in view.items():
            assert home.path(home.cloud.tree.get(home.actor, node.id)) == path or not own(home, node)


def own(home: Home, node: Node) -> bool:
    return node.account_id == home.actor.account_id


class SharingMachine(RuleBasedStateMachine):
    """Three people. What a call answers tells what should be there afterwards; who is refused has changed nothing."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.homes = [world.home() for _ in range(3)]
        self.contents: dict[int, bytes] = {}
        self.members: dict[tuple[int, int], int] = {}
        """(folder, account) → role."""

    who = st.integers(0, 2)
    where = st.integers(0, 10_000)
    name = st.sampled_from(NAMES)

    def _pick(self, who: int, place: int, *, folder: bool = False) -> int:
        """Of what somebody sees: the own root too."""
        home = self.homes[who]
        nodes = [home.root, *(n for _, n in sorted(seen(home).items()) if n.is_folder or not folder)]
        return nodes[place % len(nodes)].id

    def _try(self, call: Any, *args: Any, **how: Any) -> Any:
        before = [set(node.id for node in seen(home).values()) for home in self.homes]
        try:
            return call(*args, **how)
        except CloudError:
            assert before == [set(node.id for node in seen(home).values()) for home in self.homes]
            return None

    @rule(who=who, place=where, name=name)
    def create(self, who: int, place: int, name: str) -> None:
        home = self.homes[who]
        self._try(home.cloud.tree.create_folder, home.actor, self._pick(who, place, folder=True), name)

    @rule(who=who, place=where, name=name, content=st.sampled_from(CONTENTS))
    def put(self, who: int, place: int, name: str, content: bytes) -> None:
        written = self._try(self.homes[who].write, self._pick(who, place, folder=True), name, content)
        if written is not None:
            self.contents[written.node.id] = content

    @rule(who=who, what=where, place=where, name=name, overwrite=st.booleans())
    def move(self, who: int, what: int, place: int, name: str, overwrite: bool) -> None:
        home, node_id = self.homes[who], self._pick(who, what)
        moved = self._try(
            home.cloud.tree.move,
            home.actor,
            node_id,
            self._pick(who, place, folder=True),
            name,
            guard=Guard(overwrite=overwrite),
        )
        assert moved is None or moved.node.id == node_id

    @rule(who=who, what=where, place=where, name=name)
    def copy(self, who: int, what: int, place: int, name: str) -> None:
        home = self.homes[who]
        if len(seen(home)) > 40:
            return
        source = self._pick(who, what)
        target = self._pick(who, place, folder=True)
        copied = self._try(home.cloud.copies.copy, home.actor, source, target, name, guard=Guard(overwrite=False))
        if copied is None:
            return
        pairs = [(source, copied.node.id)]
        while pairs:
            old, new = pairs.pop()
            if old in self.contents:
                self.contents[new] = self.contents[old]
                continue
            olds = {node.name: node.id for node in home.cloud.tree.children(home.actor, old).nodes}
            pairs += [(olds[node.name], node.id) for node in home.cloud.tree.children(home.actor, new).nodes]

    @rule(who=who, what=where)
    def trash(self, who: int, what: int) -> None:
        home, node_id = self.homes[who], self._pick(who, what)
        left = any(share.node.id == node_id for share in home.cloud.shares.with_me(home.actor))
        mounted = left and node_id in {node.id for node in home.cloud.tree.children(home.actor, home.root.id).nodes}
        self._try(home.cloud.tree.trash, home.actor, node_id)
        if mounted:
            assert node_id not in {share.node.id for share in home.cloud.shares.with_me(home.actor)}

    @rule(who=who, which=where)
    def restore(self, who: int, which: int) -> None:
        home = self.homes[who]
        gone = home.cloud.trash.list(home.actor).nodes
        if gone:
            self._try(home.cloud.trash.restore, home.actor, gone[which % len(gone)].id)

    @rule(who=who, which=where)
    def purge(self, who: int, which: int) -> None:
        home = self.homes[who]
        gone = home.cloud.trash.list(home.actor).nodes
        if gone:
            self._try(home.cloud.trash.purge, home.actor, gone[which % len(gone)].id)

    @rule(who=who, what=where, whom=who, role=st.sampled_from([Role.VIEWER, Role.EDITOR, Role.EDITOR, Role.CO_OWNER]))
    def open(self, who: int, what: int, whom: int, role: int) -> None:
        home, other = self.homes[who], self.homes[whom]
        node_id = self._pick(who, what, folder=True)
        opened = self._try(home.cloud.shares.open, home.actor, node_id, [other.actor.name], role)
        if opened is not None:
            assert node_id in {node.id for node in seen(other).values()}

    @rule(who=who, which=where, whom=who)
    def close(self, who: int, which: int, whom: int) -> None:
        home = self.homes[who]
        shares = [*home.cloud.shares.by_me(home.actor), *home.cloud.shares.with_me(home.actor)]
        if shares:
            node_id = shares[which % len(shares)].node.id
            self._try(home.cloud.shares.close, home.actor, node_id, self.homes[whom].actor.account_id)

    @invariant()
    def everybody_sees_the_same(self) -> None:
        check(self.homes)

    def teardown(self) -> None:
        for home in self.homes:
            for node in seen(home).values():
                if not node.is_folder:
                    assert home.content(node.id) == self.contents[node.id]
        for home in self.homes:
            assert faults(home.world, home.actor.account_id) == []


@pytest.mark.torture
def test_folders_of_several_people_stay_trees(small_batches):
    prove(lambda: SharingMachine(small_batches), size(12, 1500))


def random_step(home: Home, homes: list[Home], random: Random) -> None:
    """One act of somebody who knows the tree as it was a moment ago."""
    nodes = [home.root, *seen(home).values()]
    one, other = random.choice(nodes), random.choice(nodes)
    name, cloud, actor = random.choice(NAMES), home.cloud, home.actor
    gone = cloud.trash.list(actor).nodes
    acts: list[Any] = [
        lambda: cloud.tree.create_folder(actor, one.id, name),
        lambda: home.write(one.id, name, random.choice(CONTENTS)),
        lambda: cloud.tree.move(actor, one.id, other.id, name, guard=Guard(overwrite=random.random() < 0.5)),
        lambda: cloud.tree.move(actor, one.id, other.id, name, guard=Guard(overwrite=random.random() < 0.5)),
        lambda: cloud.copies.copy(actor, one.id, other.id, name) if len(nodes) < 40 else None,
        lambda: cloud.tree.trash(actor, one.id) if random.random() < 0.4 else None,
        lambda: cloud.trash.restore(actor, random.choice(gone).id) if gone else None,
        lambda: cloud.trash.purge(actor, random.choice(gone).id) if gone else None,
        lambda: cloud.shares.open(actor, one.id, [random.choice(homes).actor.name]),
        lambda: (
            cloud.shares.close(actor, one.id, random.choice(homes).actor.account_id) if random.random() < 0.3 else None
        ),
    ]
    random.choice(acts)()


@pytest.mark.torture
def test_many_at_once_leave_folders_of_several_people_sound(small_batches):
    homes = [small_batches.home() for _ in range(3)]
    first = homes[0].folder("a")
    homes[0].cloud.shares.open(homes[0].actor, first.id, [home.actor.name for home in homes[1:]])
    failures: list[BaseException] = []

    def run(thread: int) -> None:
        random = chance(thread)
        for _ in range(size(25, 5000)):
            try:
                random_step(homes[thread % 3], homes, random)
            except CloudError:
                pass
            except BaseException as error:
                failures.append(error)
                raise

    threads = [threading.Thread(target=run, args=(thread,)) for thread in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    small_batches.cloud.upkeep.resume()
    small_batches.cloud.upkeep.expire()
    check(homes)
    for home in homes:
        assert faults(small_batches, home.actor.account_id) == []
