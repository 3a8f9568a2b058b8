"""Past states: listed, read, brought back, removed, thinned out."""

from datetime import UTC, datetime

import pytest

from nuvol.clock import DAY, HOUR, SECOND
from nuvol.errors import NodeMissing, NotAllowed, PreconditionFailed, VersionMissing, WrongKind
from nuvol.model.nodes import Guard, Status
from nuvol.model.rules import MiB
from tests.core.clouds import Home, noise


def numbers(home: Home, node_id: int) -> list[int]:
    return [version.number for version in home.cloud.versions.list(home.actor, node_id)]


def test_every_accepted_change_adds_exactly_one_version(anna):
    node = anna.put("f", b"1")
    anna.put("f", b"2")
    anna.move("f", "g")
    anna.folder("d")
    anna.move("g", "d/g")
    anna.cloud.tree.touch(anna.actor, node.id, modified_at=5)
    anna.restore(anna.trash("d/g"))
    versions = anna.cloud.versions.list(anna.actor, node.id)
    assert [(v.number, v.status, v.name) for v in reversed(versions)] == [
        (1, Status.NEW, "f"),
        (2, Status.CHANGED, "f"),
        (3, Status.RENAMED, "g"),
        (4, Status.MOVED, "g"),
        (5, Status.CHANGED, "g"),
        (6, Status.DELETED, "g"),
        (7, Status.CHANGED, "g"),
    ]
    assert anna.node("d/g").number == 7 and anna.node("d/g").content_number == 2


def test_who_and_by_what_program_stands_beside_each_version(anna):
    program = type(anna.actor)(anna.actor.account_id, app="scanner")
    node = anna.cloud.uploads.put(program, anna.root.id, "f", b"1").node
    version = anna.cloud.versions.get(anna.actor, node.id, 1)
    assert (version.author_id, version.app, version.at) == (anna.actor.account_id, "scanner", anna.world.clock())


def test_versions_are_listed_newest_first_and_page_by_page(anna):
    for i in range(7):
        node = anna.put("f", str(i).encode())
    assert numbers(anna, node.id) == [7, 6, 5, 4, 3, 2, 1]
    page = anna.cloud.versions.list(anna.actor, node.id, before=6, limit=2)
    assert [version.number for version in page] == [5, 4]
    assert anna.cloud.versions.list(anna.actor, node.id, before=1) == []


def test_bringing_a_version_back_adds_one_and_loses_none(anna):
    first = anna.put("f", b"first", mime="a/b", modified_at=7)
    anna.put("f", noise(MiB), mime="c/d", modified_at=8)
    used = anna.used
    node = anna.cloud.versions.restore(anna.actor, first.id, 1)
    assert (node.number, node.content_number, node.size, node.mime, node.modified_at) == (3, 3, 5, "a/b", 7)
    assert node.etag != first.etag
    assert anna.read("f") == b"first" and numbers(anna, node.id) == [3, 2, 1] and anna.used == used
    node = anna.cloud.versions.restore(anna.actor, first.id, 2)
    assert node.blob_id is not None and anna.read("f") == noise(MiB)
    assert [verb for verb, _ in anna.journal()] == ["create", "content", "content", "content"]
    with pytest.raises(PreconditionFailed):
        anna.cloud.versions.restore(anna.actor, first.id, 1, guard=Guard(number=1))


def test_a_version_is_removed_for_good_with_what_only_it_used(anna):
    node = anna.put("f", b"1" * 10)
    anna.put("f", noise(MiB))
    anna.put("f", b"3" * 100)
    anna.put("f", b"1" * 10)
    anna.cloud.versions.remove(anna.actor, node.id, 2)
    assert numbers(anna, node.id) == [4, 3, 1] and anna.used == 110
    anna.cloud.versions.remove(anna.actor, node.id, 1)
    assert anna.used == 110 and anna.read("f") == b"1" * 10, "the present one has the same content"
    anna.cloud.versions.remove(anna.actor, node.id, 3)
    assert anna.used == 10
    for number in (2, 9):
        with pytest.raises(VersionMissing):
            anna.cloud.versions.remove(anna.actor, node.id, number)
    with pytest.raises(NotAllowed):
        anna.cloud.versions.remove(anna.actor, node.id, 4)


def test_the_content_stays_though_the_version_that_brought_it_goes(anna):
    node = anna.put("f", b"1")
    node = anna.move("f", "g")
    anna.cloud.versions.remove(anna.actor, node.id, 1)
    assert anna.read("g") == b"1" and anna.node("g").etag == node.etag


def test_what_has_no_such_version_is_said_so(anna):
    file, folder = anna.put("f", b"1"), anna.folder("d")
    for call, error in (
        (lambda: anna.cloud.versions.get(anna.actor, file.id, 2), VersionMissing),
        (lambda: anna.cloud.versions.restore(anna.actor, file.id, 2), VersionMissing),
        (lambda: anna.cloud.versions.restore(anna.actor, folder.id, 1), WrongKind),
        (lambda: anna.cloud.versions.get(anna.actor, 1, 1), NodeMissing),
        (lambda: anna.cloud.versions.list(anna.actor, 1), NodeMissing),
        (lambda: anna.cloud.versions.restore(anna.actor, 1, 1), NodeMissing),
        (lambda: anna.cloud.versions.remove(anna.actor, 1, 1), NodeMissing),
    ):
        with pytest.raises(error):
            call()


def test_versions_of_trashed_files_can_be_looked_at_but_not_changed(anna):
    anna.put("f", b"1")
    anna.put("f", b"2")
    file = anna.trash("f")
    assert numbers(anna, file) == [3, 2, 1] and anna.content(file, 1) == b"1"
    for act in (anna.cloud.versions.restore, anna.cloud.versions.remove):
        with pytest.raises(NodeMissing):
            act(anna.actor, file, 1)


# ------------------------------------------------------------------------------------------ thinning


def test_old_versions_are_thinned_to_the_last_of_each_day_and_then_of_each_month(world):
    anna = world.home()
    start = world.clock()
    node = anna.put("f", b"0")
    for hour in range(1, 24 * 500, 120):
        for later in (0, 3):
            world.clock.time = start + (hour + later) * HOUR
            anna.put("f", str(hour + later).encode())
    newest = world.clock()
    before = anna.cloud.versions.list(anna.actor, node.id, limit=10_000)
    world.cloud.upkeep.expire()
    after = anna.cloud.versions.list(anna.actor, node.id, limit=10_000)

    def day(at: int) -> str:
        return datetime.fromtimestamp(at // SECOND, UTC).strftime("%Y-%m-%d")

    young = [v.number for v in before if v.at >= newest - 30 * DAY]
    dayly: dict[str, int] = {}
    for v in before:
        if v.at < newest - 30 * DAY:
            dayly.setdefault(day(v.at) if v.at >= newest - 365 * DAY else day(v.at)[:7], v.number)
    expected = sorted([*young, *dayly.values()], reverse=True)
    assert [v.number for v in after] == expected
    world.cloud.upkeep.expire()
    assert [v.number for v in anna.cloud.versions.list(anna.actor, node.id, limit=10_000)] == expected
    assert anna.used == sum(v.size for v in after)


def test_the_present_state_is_the_last_of_its_day(world):
    anna = world.home()
    for i in range(5):
        node = anna.put("f", str(i).encode())
    anna.move("f", "g")
    world.clock.move(100 * DAY)
    units: list[int] = []
    with world.catalog.watched(units.append):
        assert world.cloud.versions.thin() == 4
    assert numbers(anna, node.id) == [6, 5], "the present one, and the one that brought the content"
    assert anna.read("g") == b"4"
    units.clear()
    with world.catalog.watched(units.append):
        assert world.cloud.versions.thin() == 0
    assert units == [], "nothing is written where nothing is to be done"


def test_thinning_keeps_the_content_of_what_lies_in_the_trash(world):
    anna = world.home()
    anna.put("f", b"1")
    anna.put("f", b"22")
    file = anna.trash("f")
    world.clock.move(29 * DAY)
    world.cloud.versions.thin()
    assert anna.content(file) == b"22"
    anna.restore(file)
    assert anna.read("f") == b"22"
