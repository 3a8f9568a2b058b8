"""Changes of more than one batch: what a crash between two units leaves, and what others do in between."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from nuvol.errors import CloudError, NodeMissing
from nuvol.model.nodes import Guard, Node
from nuvol.model.rules import Rules
from tests.core.clouds import Crash, Home, World
from tests.core.soundness import faults
from tests.sizes import TORTURE

RULES = Rules(batch_rows=4)


@pytest.fixture
def world(world: World) -> World:
    world.restart(RULES)
    return world


def grow(home: Home, top: str, size: int = 3) -> None:
    home.folders(f"{top}/a/inner", f"{top}/b")
    for i in range(size):
        home.put(f"{top}/f{i}", f"{top} {i}".encode())
        home.put(f"{top}/a/f{i}", f"{top} a {i}".encode())
        home.put(f"{top}/a/inner/f{i}", b"everywhere the same")


Act = Callable[[Home], object]


class Way:
    """A long change: what must be there before, and the change itself."""

    def __init__(self, prepare: Act, act: Act) -> None:
        self.prepare = prepare
        self.act = act


def home_with_trash(home: Home) -> None:
    grow(home, "x/top")
    home.trash("x/top")


WAYS = {
    "trash": Way(lambda home: grow(home, "x/top"), lambda home: home.trash("x/top")),
    "restore": Way(home_with_trash, lambda home: home.restore(trashed(home, "top").id)),
    "purge": Way(home_with_trash, lambda home: home.purge(trashed(home, "top").id)),
    "copy": Way(lambda home: (grow(home, "top"), home.folder("x")), lambda home: home.copy("top", "x/top")),
    "copy over": Way(lambda home: (grow(home, "from"), grow(home, "x/top")), lambda home: home.copy("from", "x/top")),
    "move over": Way(lambda home: (grow(home, "from"), grow(home, "x/top")), lambda home: home.move("from", "x/top")),
}


def trashed(home: Home, name: str) -> Node:
    for node in home.cloud.trash.list(home.actor).nodes:
        if node.name == name:
            return node
    raise NodeMissing(f"{name} is not in the trash")


def state(home: Home) -> tuple[list[str], list[str]]:
    """What a person can see."""
    return home.paths(), home.trashed()


@pytest.mark.parametrize("way", WAYS)
def test_after_a_crash_anywhere_the_change_is_made_or_was_never_made(world, way):
    unit, crashed = 1, True
    while crashed:
        home = world.home()
        WAYS[way].prepare(home)
        before = state(home)

        def dies(number: int, unit: int = unit) -> None:
            if number == unit:
                raise Crash

        crashed = False
        with world.catalog.watched(dies):
            try:
                WAYS[way].act(home)
            except Crash:
                crashed = True
        visible = state(home)
        world.restart(RULES)
        world.cloud.upkeep.resume()
        assert faults(world) == []
        after = state(home)
        assert after in (visible, before)
        if unit == 1:
            assert after == before
        unit += 1
    assert after != before and unit > 4, "it takes several units"


@pytest.mark.parametrize("way", WAYS)
def test_others_see_a_change_wholly_or_not_at_all(world, way):
    home = world.home()
    WAYS[way].prepare(home)
    seen = [state(home)]
    with world.catalog.watched(lambda _: seen.append(state(home))):
        WAYS[way].act(home)
    seen.append(state(home))
    assert len(seen) > 4
    assert [now for before, now in pairwise(seen) if now != before] == [seen[-1]]


def test_what_is_under_way_is_no_leftover(world):
    """Upkeep begins when the server already answers."""
    home = world.home()
    grow(home, "top")
    with world.catalog.watched(lambda _: world.cloud.upkeep.resume()):
        home.copy("top", "copy")
    assert home.paths("copy") == home.paths("top")


# ------------------------------------------------------------------------------------------ others in between


def _inner_id(home: Home, name: str) -> int:
    sql = "select id from node where account_id = ? and name = ? order by id"
    found = home.world.rows(sql, home.actor.account_id, name)
    if not found:
        raise NodeMissing(f"{name} is gone")
    return found[0][0]


def _top_in_trash(home: Home) -> int:
    return trashed(home, "top").id


IN_BETWEEN: dict[str, Act] = {
    "restore the top": lambda home: home.restore(_top_in_trash(home)),
    "restore and trash the top again": lambda home: home.trash(home.restore(_top_in_trash(home))),
    "restore it elsewhere, move a part away, trash the rest": lambda home: (
        home.restore(_top_in_trash(home)),
        home.move("x/top/a", "kept"),
        home.trash("x/top"),
    ),
    "purge the top": lambda home: home.purge(_top_in_trash(home)),
    "empty the trash": lambda home: home.cloud.trash.empty(home.actor),
    "trash the folder above": lambda home: home.trash("x"),
    "trash and purge the folder above": lambda home: home.purge(home.trash("x")),
    "trash the top": lambda home: home.trash("top" if "top" in home.names() else "x/top"),
    "put into a folder inside": lambda home: home.write(_inner_id(home, "inner"), "new", b"new"),
    "make a folder inside": lambda home: home.cloud.tree.create_folder(home.actor, _inner_id(home, "b"), "new"),
    "move a folder out": lambda home: home.cloud.tree.move(home.actor, _inner_id(home, "a"), home.root.id, "out"),
    "move a folder in": lambda home: (
        grow(home, "other"),
        home.cloud.tree.move(home.actor, home.id("other"), _inner_id(home, "inner"), "in"),
    ),
    "trash a folder inside": lambda home: home.cloud.tree.trash(home.actor, _inner_id(home, "inner")),
    "trash and purge a folder inside": lambda home: (
        home.cloud.tree.trash(home.actor, _inner_id(home, "a")),
        home.purge(_inner_id(home, "a")),
    ),
    "copy the folder inside": lambda home: home.cloud.copies.copy(
        home.actor, _inner_id(home, "a"), home.root.id, "copy"
    ),
    "restart elsewhere": lambda home: Home(
        World(home.world.catalog, home.world.folder, RULES), home.actor
    ).world.cloud.upkeep.resume(),
}


@pytest.mark.torture
@pytest.mark.parametrize("other", IN_BETWEEN)
def test_whatever_others_do_between_two_units_nothing_breaks(world, other):
    spread = list(IN_BETWEEN).index(other)
    for i, way in enumerate(WAYS.values()):
        for unit in (2, 3, 4) if TORTURE else (2 + (i + spread) % 3,):
            home = world.home()
            way.prepare(home)

            def meanwhile(number: int, home: Home = home, unit: int = unit) -> None:
                if number == unit:
                    try:
                        IN_BETWEEN[other](home)
                    except CloudError:  # refused: well
                        return

            with world.catalog.watched(meanwhile):
                try:
                    way.act(home)
                except CloudError:
                    continue
                finally:
                    assert faults(world, home.actor.account_id) == []
    assert faults(world) == []


def test_a_restored_tree_is_not_trashed_by_the_trashing_it_came_out_of(world):
    """It would vanish: its top lives, so the trash does not list it."""
    home = world.home()
    grow(home, "top", size=6)
    before = home.paths()

    def comes_back(unit: int) -> None:
        if unit == 3:
            home.restore(_top_in_trash(home))

    with world.catalog.watched(comes_back):
        home.trash("top")
    assert home.paths() == before and home.trashed() == []


def test_a_copy_whose_target_is_purged_meanwhile_leaves_nothing(world):
    home = world.home()
    grow(home, "top", size=6)
    home.folder("x")
    used = home.used

    def purges(unit: int) -> None:
        if unit == 3:
            home.purge(home.trash("x"))

    with world.catalog.watched(purges), pytest.raises(CloudError):
        home.copy("top", "x/copy")
    assert home.names() == ["top"] and home.used == used
    assert home.cloud.search.find(home.actor, "copy").nodes == []


def test_nobody_finds_what_is_still_being_copied_or_already_gone(world):
    home = world.home()
    grow(home, "top", size=6)
    seen: list[int] = []
    with world.catalog.watched(lambda _: seen.append(len(home.cloud.search.find(home.actor, "f5").nodes))):
        home.copy("top", "copy")
        assert set(seen) == {3}
        seen.clear()
        home.trash("copy")
    assert seen[0] == 6 and set(seen[1:]) == {3}


def test_a_copy_does_not_stop_at_what_its_guard_forbids_only_at_the_end(world):
    home = world.home()
    grow(home, "top", size=6)

    def takes(unit: int) -> None:
        if unit == 3:
            home.put("copy", b"faster")

    with world.catalog.watched(takes), pytest.raises(CloudError):
        home.copy("top", "copy", guard=Guard(overwrite=False))
    assert home.read("copy") == b"faster"
    with world.catalog.watched(takes):
        home.copy("top", "other")
    assert home.paths("other") == home.paths("top")


def test_the_jobs_of_an_account_that_was_removed_end(world):
    home = world.home()
    grow(home, "top", size=6)

    def dies(unit: int) -> None:
        if unit == 3:
            raise Crash

    with world.catalog.watched(dies), pytest.raises(Crash):
        home.trash("top")
    world.cloud.accounts.remove(None, home.actor.account_id)
    world.restart()
    assert world.cloud.upkeep.resume() == 1
    assert world.rows("select * from job") == []
