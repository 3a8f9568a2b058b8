"""Finding, making, moving and naming."""

import pytest

from nuvol.clock import SECOND
from nuvol.core.files.tree import PROPERTY_BYTES
from nuvol.errors import (
    BadValue,
    BelowItself,
    NameTaken,
    NodeMissing,
    NotAllowed,
    ParentMissing,
    PreconditionFailed,
    TooLarge,
    WrongKind,
)
from nuvol.model.nodes import Guard, Kind, Status

KEEP = Guard(overwrite=False)


# ------------------------------------------------------------------------------------------ finding


def test_a_new_account_has_an_empty_root(anna):
    assert anna.node("").kind == Kind.FOLDER and anna.node("").name == "" and anna.node("").parent_id is None
    assert anna.names() == []
    assert anna.path(anna.node("")) == ""


def test_a_node_is_found_by_path_and_by_id(anna):
    anna.folder("a/b")
    node = anna.put("a/b/c.txt", b"c")
    assert anna.node("a/b/c.txt") == node == anna.cloud.tree.get(anna.actor, node.id)
    assert anna.path(node) == "a/b/c.txt"
    assert [each.name for each in anna.cloud.tree.parents(anna.actor, node)] == ["", "a", "b"]
    assert anna.node("/a//b/c.txt/") == node


@pytest.mark.parametrize("path", ["x", "a/x", "a/b/c.txt/d", "A", "a/b/c.TXT", "x/y/z"])
def test_what_is_not_there_is_said_so(anna, path):
    anna.folder("a/b")
    anna.put("a/b/c.txt")
    with pytest.raises(NodeMissing):
        anna.node(path)


def test_a_path_found_once_is_found_again_after_every_change(anna):
    anna.folder("a/b")
    first = anna.put("a/b/f", b"1")
    assert anna.node("a/b/f") == first
    anna.move("a/b", "a/c")
    with pytest.raises(NodeMissing):
        anna.node("a/b/f")
    assert anna.id("a/c/f") == first.id
    anna.folder("a/b")
    second = anna.put("a/b/f", b"2")
    assert anna.id("a/b/f") == second.id
    top = anna.trash("a")
    with pytest.raises(NodeMissing):
        anna.node("a/b/f")
    anna.folder("a")
    with pytest.raises(NodeMissing):
        anna.node("a/b/f")
    assert anna.restore(top) == "a (2)"
    assert anna.id("a (2)/b/f") == second.id


def test_a_place_is_what_is_there_or_would_be(anna):
    folder = anna.folder("a")
    file = anna.put("a/f")
    place = anna.cloud.tree.place(anna.actor, "/a/f")
    assert (place.parent, place.name, place.node) == (folder, "f", file)
    place = anna.cloud.tree.place(anna.actor, "a/new/")
    assert (place.parent, place.name, place.node) == (folder, "new", None)


@pytest.mark.parametrize(
    ("path", "error"), [("", NotAllowed), ("/", NotAllowed), ("x/y", ParentMissing), ("f/y", WrongKind)]
)
def test_a_place_needs_a_folder_above(anna, path, error):
    anna.put("f")
    with pytest.raises(error):
        anna.cloud.tree.place(anna.actor, path)


def test_walking_meets_parents_before_their_children_and_nothing_twice(anna):
    anna.folders("a/b/c", "a/d", "e")
    for path in ("a/f", "a/b/f", "a/b/c/f", "e/f"):
        anna.put(path)
    seen: list[str] = []
    for path, node in anna.cloud.tree.walk(anna.actor, anna.root.id):
        assert "/" not in path or path.rpartition("/")[0] in seen
        assert anna.id(path) == node.id
        seen.append(path)
    assert sorted(seen) == ["a", "a/b", "a/b/c", "a/b/c/f", "a/b/f", "a/d", "a/f", "e", "e/f"]


def test_walking_what_is_no_folder_of_ours_is_said_so(anna):
    with pytest.raises(NodeMissing):
        list(anna.cloud.tree.walk(anna.actor, 1))
    with pytest.raises(WrongKind):
        list(anna.cloud.tree.walk(anna.actor, anna.put("f").id))


def test_walking_goes_on_when_a_folder_vanishes_meanwhile(anna):
    anna.folders("a/x", "b/y")
    walk = anna.cloud.tree.walk(anna.actor, anna.root.id)
    first = next(walk)[0]
    anna.trash("b" if first == "a" else "a")
    rest = [path for path, _ in walk]
    assert f"{first}/x" in rest or f"{first}/y" in rest


# ------------------------------------------------------------------------------------------ listing

NAMES = ["b", "B", "a", "ä", "a\u0308b", "Z", "é", "ﬁ", "😀", "￿", "a b", "10", "9"]


@pytest.fixture
def listed(anna):
    """A folder with files of several names, sizes and times, and folders among them."""
    folder = anna.folder("list")
    for i, name in enumerate(NAMES):
        if i % 4 == 3:
            anna.folder(f"list/{name}")
        else:
            anna.put(f"list/{name}", b"x" * (i % 3), modified_at=i // 2 * SECOND)
    return folder


def key(sort: str):
    import unicodedata

    def by(node):
        name = unicodedata.normalize("NFC", node.name).encode()
        return {
            "name": (name,),
            "modified": (node.modified_at, node.id),
            "size": (node.size, node.id),
            "kind": (node.kind == Kind.FILE, name),
        }[sort]

    return by


@pytest.mark.parametrize("descending", [False, True], ids=["up", "down"])
@pytest.mark.parametrize("sort", ["name", "modified", "size", "kind"])
def test_a_folder_is_listed_in_every_order_and_page_by_page(anna, listed, sort, descending):
    whole = anna.cloud.tree.children(anna.actor, listed.id, sort=sort, descending=descending)
    assert whole.next is None
    assert sorted(node.name for node in whole.nodes) == sorted(NAMES)
    assert whole.nodes == sorted(whole.nodes, key=key(sort), reverse=descending)
    for limit in (1, 3, len(NAMES)):
        found, after, pages = [], None, 0
        while pages == 0 or after is not None:
            page = anna.cloud.tree.children(
                anna.actor, listed.id, sort=sort, descending=descending, after=after, limit=limit
            )
            assert 0 < len(page.nodes) <= limit
            found += page.nodes
            after, pages = page.next, pages + 1
        assert found == whole.nodes


def test_a_listing_goes_on_where_it_was_though_its_last_node_went_away(anna):
    for name in "abcd":
        anna.put(name)
    page = anna.cloud.tree.children(anna.actor, anna.root.id, limit=2)
    anna.trash("b")
    anna.put("bb")
    rest = anna.cloud.tree.children(anna.actor, anna.root.id, after=page.next)
    assert [node.name for node in rest.nodes] == ["bb", "c", "d"]


def test_a_file_has_no_list_and_an_unknown_order_is_refused(anna):
    file = anna.put("f")
    with pytest.raises(WrongKind):
        anna.cloud.tree.children(anna.actor, file.id)
    with pytest.raises(BadValue):
        anna.cloud.tree.children(anna.actor, anna.root.id, sort="colour")


# ------------------------------------------------------------------------------------------ making


def test_a_folder_is_made_where_nothing_of_that_name_is(anna):
    folder = anna.cloud.tree.create_folder(anna.actor, anna.root.id, "a", modified_at=5 * SECOND)
    assert (folder.kind, folder.number, folder.modified_at) == (Kind.FOLDER, 1, 5 * SECOND)
    assert folder.created_at == folder.changed_at == anna.world.clock()
    with pytest.raises(NameTaken):
        anna.cloud.tree.create_folder(anna.actor, anna.root.id, "a")
    anna.put("f")
    with pytest.raises(NameTaken):
        anna.cloud.tree.create_folder(anna.actor, anna.root.id, "f")
    assert anna.journal() == [("create", "a"), ("create", "f")]


def test_a_folder_is_made_in_a_folder_only(anna):
    file = anna.put("f")
    with pytest.raises(WrongKind):
        anna.cloud.tree.create_folder(anna.actor, file.id, "a")
    with pytest.raises(ParentMissing):
        anna.cloud.tree.create_folder(anna.actor, 1, "a")
    gone = anna.folder("gone").id
    anna.trash("gone")
    with pytest.raises(ParentMissing):
        anna.cloud.tree.create_folder(anna.actor, gone, "a")


# ------------------------------------------------------------------------------------------ moving


def test_a_rename_keeps_the_node_and_adds_a_version(anna):
    before = anna.put("a", b"1")
    anna.world.clock.move(SECOND)
    moved = anna.cloud.tree.move(anna.actor, before.id, anna.root.id, "b")
    assert not moved.replaced
    assert (moved.node.id, moved.node.name, moved.node.number) == (before.id, "b", 2)
    assert moved.node.modified_at == before.modified_at
    assert moved.node.changed_at == anna.world.clock()
    assert moved.node.etag == before.etag, "the content is the same"
    assert anna.names() == ["b"]
    versions = anna.cloud.versions.list(anna.actor, before.id)
    assert [(v.number, v.status, v.name) for v in versions] == [(2, Status.RENAMED, "b"), (1, Status.NEW, "a")]


def test_a_moved_folder_brings_everything_along_in_one_change(anna):
    anna.folders("a/b/c", "x/y")
    anna.put("a/b/c/f", b"f")
    node = anna.move("a/b", "x/y/z")
    assert anna.paths() == ["a", "x", "x/y", "x/y/z", "x/y/z/c", "x/y/z/c/f"]
    assert anna.read("x/y/z/c/f") == b"f"
    assert anna.cloud.versions.list(anna.actor, node.id)[0].status == Status.MOVED
    changes = anna.world.catalog.read(lambda tx: tx.journal.after(anna.actor.account_id, 0, 100))
    last = changes[-1]
    assert (last.verb, last.object_id) == ("move", node.id)
    assert (last.old_parent, last.old_name) == (anna.id("a"), "b")
    assert (last.new_parent, last.new_name) == (anna.id("x/y"), "z")


def test_a_move_to_where_it_is_changes_nothing(anna):
    before = anna.put("a")
    assert anna.move("a", "a") == before
    assert anna.journal() == [("create", "a")]


def test_move_keeps_what_is_not_said(anna):
    node = anna.put("a")
    folder = anna.folder("d")
    anna.cloud.tree.move(anna.actor, node.id, folder.id, None)
    anna.cloud.tree.move(anna.actor, node.id, None, "b")
    assert anna.paths() == ["d", "d/b"]


def test_what_is_replaced_goes_to_the_trash(anna):
    anna.folders("a/in", "b/in")
    anna.put("a/in/new")
    anna.put("b/in/old")
    old = anna.id("b/in")
    moved = anna.cloud.tree.move(anna.actor, anna.id("a/in"), anna.id("b"), "in")
    assert moved.replaced
    assert anna.paths() == ["a", "b", "b/in", "b/in/new"]
    assert anna.trashed() == ["in"]
    assert anna.restore(old) == "b/in (2)"
    assert anna.paths("b/in (2)") == ["old"]


def test_nothing_is_replaced_when_that_is_not_wanted(anna):
    anna.put("a", b"a")
    anna.put("b", b"b")
    with pytest.raises(NameTaken):
        anna.move("a", "b", guard=KEEP)
    assert anna.read("b") == b"b" and anna.read("a") == b"a" and anna.trashed() == []


def test_a_file_may_replace_a_folder_and_the_other_way_round(anna):
    anna.folder("a/inner")
    anna.put("f")
    anna.move("f", "a")
    assert anna.node("a").kind == Kind.FILE
    anna.folder("g")
    anna.move("g", "a")
    assert anna.node("a").kind == Kind.FOLDER and anna.names() == ["a"]


@pytest.mark.parametrize("to", ["a/x", "a/b/x", "a/b/c/x"])
def test_a_folder_never_goes_below_itself(anna, to):
    anna.folder("a/b/c")
    with pytest.raises(BelowItself):
        anna.move("a", to)
    assert anna.paths() == ["a", "a/b", "a/b/c"]


def test_a_folder_is_not_replaced_by_what_it_holds(anna):
    anna.folder("a/b/c")
    for path in ("a/b", "a/b/c"):
        with pytest.raises(BelowItself):
            anna.move(path, "a")
    assert anna.paths() == ["a", "a/b", "a/b/c"] and anna.trashed() == []


def test_the_root_stays_where_it_is(anna):
    folder = anna.folder("a")
    with pytest.raises(NotAllowed):
        anna.cloud.tree.move(anna.actor, anna.root.id, folder.id, "r")
    with pytest.raises(NotAllowed):
        anna.cloud.tree.trash(anna.actor, anna.root.id)
    with pytest.raises(NotAllowed):
        anna.cloud.copies.copy(anna.actor, anna.root.id, folder.id, "r")


@pytest.mark.parametrize("act", ["move", "copy"])
def test_what_is_moved_or_copied_and_where_to_must_be_there(anna, act):
    node, file = anna.put("a"), anna.put("f")
    do = anna.cloud.tree.move if act == "move" else anna.cloud.copies.copy
    with pytest.raises(NodeMissing):
        do(anna.actor, 1, anna.root.id, "x")
    with pytest.raises(ParentMissing):
        do(anna.actor, node.id, 1, "x")
    with pytest.raises(WrongKind):
        do(anna.actor, node.id, file.id, "x")
    gone = anna.folder("gone").id
    anna.trash("gone")
    with pytest.raises(NodeMissing):
        do(anna.actor, gone, anna.root.id, "x")
    with pytest.raises(ParentMissing):
        do(anna.actor, node.id, gone, "x")
    assert anna.names() == ["a", "f"]


# ------------------------------------------------------------------------------------------ touching


def test_touching_sets_time_and_type_and_keeps_the_content(anna):
    before = anna.put("a", b"1", mime="text/plain")
    node = anna.cloud.tree.touch(anna.actor, before.id, modified_at=7, mime="image/png")
    assert (node.modified_at, node.mime, node.number, node.etag) == (7, "image/png", 2, before.etag)
    assert anna.cloud.tree.touch(anna.actor, before.id, modified_at=7) == node, "nothing new: no version"
    assert anna.journal() == [("create", "a"), ("touch", "")]
    with pytest.raises(PreconditionFailed):
        anna.cloud.tree.touch(anna.actor, before.id, modified_at=8, guard=Guard(number=1))


def test_dead_properties_are_kept_and_follow_moves_and_copies(anna):
    node = anna.put("a")
    anna.cloud.tree.set_properties(anna.actor, node.id, {"{u:x}a": "<a/>", "{u:x}b": "<b>é</b>"}, [])
    anna.cloud.tree.set_properties(anna.actor, node.id, {"{u:x}c": "<c/>"}, ["{u:x}a", "{u:x}never"])
    expected = {"{u:x}b": "<b>é</b>", "{u:x}c": "<c/>"}
    copy = anna.copy("a", "copy")
    anna.move("a", "b")
    found = anna.cloud.tree.properties(anna.actor, [node, copy, anna.root])
    assert found == {node.id: expected, copy.id: expected}
    assert [verb for verb, _ in anna.journal()] == ["create", "properties", "properties", "copy", "move"]


def test_properties_and_the_time_are_one_change_and_never_none(anna):
    node = anna.put("a", modified_at=5)
    anna.cloud.tree.set_properties(anna.actor, node.id, {"{u:x}a": "<a/>"}, [], modified_at=6)
    anna.cloud.tree.set_properties(anna.actor, node.id, {"{u:x}a": "<a>2</a>"}, [], modified_at=6)
    anna.cloud.tree.set_properties(anna.actor, node.id, {}, [], modified_at=6)
    assert anna.node("a").modified_at == 6
    assert [verb for verb, _ in anna.journal()] == ["create", "touch", "properties"]


def test_properties_do_not_become_a_store(anna):
    node = anna.put("a")
    anna.cloud.tree.set_properties(anna.actor, node.id, {"{u:x}a": "<a/>"}, [])
    with pytest.raises(TooLarge):
        anna.cloud.tree.set_properties(anna.actor, node.id, {"{u:x}b": f"<b>{'x' * PROPERTY_BYTES}</b>"}, [])
    assert anna.cloud.tree.properties(anna.actor, [node]) == {node.id: {"{u:x}a": "<a/>"}}
