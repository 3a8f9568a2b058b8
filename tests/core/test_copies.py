"""Copies: rows only, no bytes move."""

import pytest

from nuvol.clock import SECOND
from nuvol.errors import BelowItself, NameTaken, PreconditionFailed
from nuvol.model.nodes import Guard, Status
from nuvol.model.rules import MiB
from tests.core.clouds import Home, noise


def grow(home: Home, top: str) -> None:
    home.folders(f"{top}/a/b", f"{top}/empty")
    for i in range(6):
        home.put(f"{top}/f{i}", f"{i}".encode(), modified_at=i)
        home.put(f"{top}/a/b/f{i}", f"deep {i}".encode(), mime="x/y")
    home.put(f"{top}/large", noise(MiB, "copied"))


def test_a_copy_has_the_content_and_a_history_of_its_own(anna):
    node = anna.put("f", b"1", modified_at=5, mime="x/y")
    anna.put("f", b"2", modified_at=6)
    anna.world.clock.move(SECOND)
    copy = anna.copy("f", "g")
    assert copy.id != node.id and anna.read("g") == b"2"
    assert (copy.number, copy.mime, copy.modified_at, copy.created_at) == (1, "x/y", 6, anna.world.clock())
    assert [(v.number, v.status, v.name) for v in anna.cloud.versions.list(anna.actor, copy.id)] == [
        (1, Status.NEW, "g")
    ]
    anna.put("g", b"3")
    assert anna.read("f") == b"2" and anna.used == 3


def test_a_tree_is_copied_with_all_below_and_takes_no_room(anna):
    grow(anna, "top")
    used, blobs = anna.used, anna.world.rows("select count(*) from blobs")
    anna.folder("x")
    anna.copy("top", "x/copy")
    assert anna.paths("x/copy") == anna.paths("top")
    for path in anna.paths("top"):
        mine, other = anna.node(f"top/{path}"), anna.node(f"x/copy/{path}")
        assert mine.id != other.id
        assert (mine.content, mine.mime, mine.modified_at, mine.blob_id) == (
            other.content,
            other.mime,
            other.modified_at,
            other.blob_id,
        )
    assert anna.used == used and anna.world.rows("select count(*) from blobs") == blobs
    assert [change for change in anna.journal() if change[0] == "copy"] == [("copy", "copy")]


def test_a_copy_outlives_its_original(anna):
    grow(anna, "top")
    anna.copy("top", "copy")
    anna.purge(anna.trash("top"))
    assert anna.read("copy/large") == noise(MiB, "copied") and anna.read("copy/a/b/f3") == b"deep 3"
    assert anna.used == MiB + 6 * 1 + 6 * 6
    anna.purge(anna.trash("copy"))
    assert anna.used == 0


def test_a_shallow_copy_is_the_folder_alone(anna):
    grow(anna, "top")
    folder = anna.cloud.tree.set_properties(anna.actor, anna.id("top"), {"{u:x}a": "<a/>"}, [])
    assert folder is None
    copy = anna.copy("top", "copy", deep=False)
    assert anna.paths("copy") == []
    assert anna.cloud.tree.properties(anna.actor, [copy]) == {copy.id: {"{u:x}a": "<a/>"}}


def test_properties_go_along_through_the_whole_tree(anna):
    grow(anna, "top")
    for path in ("top/f0", "top/a/b"):
        anna.cloud.tree.set_properties(anna.actor, anna.id(path), {"{u:x}a": f"<a>{path}</a>"}, [])
    anna.copy("top", "copy")
    found = anna.cloud.tree.properties(anna.actor, [anna.node("copy/f0"), anna.node("copy/a/b")])
    assert list(found.values()) == [{"{u:x}a": "<a>top/f0</a>"}, {"{u:x}a": "<a>top/a/b</a>"}]


def test_what_was_trashed_in_a_folder_is_not_copied(anna):
    grow(anna, "top")
    anna.trash("top/a")
    anna.trash("top/f0")
    anna.copy("top", "copy")
    assert anna.paths("copy") == ["empty", "f1", "f2", "f3", "f4", "f5", "large"]


def test_what_is_replaced_goes_to_the_trash(anna):
    grow(anna, "top")
    grow(anna, "old")
    old = anna.id("old")
    moved = anna.cloud.copies.copy(anna.actor, anna.id("top"), anna.root.id, "old")
    assert moved.replaced and anna.paths("old") == anna.paths("top")
    assert anna.restore(old) == "old (2)"
    for deep in (True, False):
        with pytest.raises(NameTaken):
            anna.copy("top", "old", guard=Guard(overwrite=False), deep=deep)


def test_a_folder_is_not_copied_into_itself_but_beside_itself(anna):
    grow(anna, "top")
    for to in ("top/x", "top/a/b/x"):
        with pytest.raises(BelowItself):
            anna.copy("top", to)
    anna.copy("top", "top/a/shallow", deep=False)
    anna.copy("top/a", "top/b")
    assert anna.paths("top/b") == anna.paths("top/a")


def test_a_copy_onto_itself_or_onto_what_holds_it_is_refused(anna):
    grow(anna, "top")
    with pytest.raises(NameTaken):
        anna.copy("top", "top")
    for path in ("top/a/b", "top/a/b/f0", "top/f1"):
        with pytest.raises(BelowItself):
            anna.copy(path, "top")
    assert anna.trashed() == []


def test_the_condition_is_about_the_source(anna):
    node = anna.put("f", b"1")
    anna.copy("f", "g", guard=Guard(if_match=(node.etag,)))
    with pytest.raises(PreconditionFailed):
        anna.copy("f", "h", guard=Guard(if_match=('"other"',)))


def test_a_tree_of_nothing_but_folders_is_copied_in_bounded_units(anna):
    """Folders without children must not be looked at for nothing, thousands in one unit."""
    for i in range(30):
        anna.folder(f"top/d{i}")
    units: list[int] = []
    with anna.world.catalog.watched(units.append):
        anna.copy("top", "copy")
    assert anna.paths("copy") == anna.paths("top")
    assert len(units) >= 60 / anna.cloud.rules.batch_rows
