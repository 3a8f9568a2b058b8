"""What every catalog promises of files, folders and their versions. A backend's test is a subclass with a fixture
`catalog`."""

import unicodedata
from itertools import count
from typing import Any

import pytest
from msgspec.structs import replace

from nuvol.errors import BadValue, NameTaken
from nuvol.model.accounts import Actor
from nuvol.model.nodes import Kind, Node, State, Status, Version

ANNA, BERT = 1, 2
TOP = 10
"""A folder in which the nodes of a test lie, unless it says otherwise."""

_ids = count(100)

FILE = Node(
    account_id=ANNA,
    id=0,
    parent_id=TOP,
    name="",
    kind=Kind.FILE,
    number=1,
    content_number=1,
    content=b"c" * 32,
    size=5,
    blob_id=None,
    mime="text/plain",
    created_at=11,
    modified_at=12,
    changed_at=13,
    state=State.LIVE,
    trash_root=None,
    trashed_at=None,
)


def file(name: str, **fields: Any) -> Node:
    return replace(FILE, id=next(_ids), name=name, **fields)


def folder(name: str, **fields: Any) -> Node:
    return file(name, **{"kind": Kind.FOLDER, "content": None, "size": 0, "mime": "", **fields})


def trashed(name: str, root: int | None = None, at: int = 20, **fields: Any) -> Node:
    """In the trash by itself, or with `root`."""
    node = file(name, state=State.TRASHED, trashed_at=at, **fields)
    return replace(node, trash_root=root or node.id)


def version(node: Node, number: int = 1, **fields: Any) -> Version:
    told = Version(
        account_id=node.account_id,
        node_id=node.id,
        number=number,
        status=Status.NEW,
        name=node.name,
        parent_id=node.parent_id,
        mime=node.mime,
        author_id=ANNA,
        app="scanner – “β”",
        at=30,
        modified_at=node.modified_at,
        content=node.content,
        size=node.size,
        blob_id=node.blob_id,
    )
    return replace(told, **fields)


def add(catalog, *nodes: Node) -> None:
    catalog.write(lambda tx: tx.nodes.add(nodes))


def get(catalog, node: Node) -> Node | None:
    return catalog.read(lambda tx: tx.nodes.get(node.account_id, node.id))


def names_of(nodes: list[Node]) -> list[str]:
    return [node.name for node in nodes]


DIFFICULT = ["é", "e\u0301x", "ﬁ", "😀", "\uffff", "\U0010ffff", "a b", "%_?", "'\"", "x" * 255, "\x01", "\u202e", "A"]


class NodeRowsTests:
    def test_a_node_comes_back_as_it_went_in(self, catalog):
        whole = file("f", size=2**52, blob_id=2**53 - 1, content=bytes(range(32)), created_at=-5)
        nodes = [whole, folder("d", parent_id=None), trashed("t"), *map(file, DIFFICULT)]
        add(catalog, *nodes)
        for node in nodes:
            assert get(catalog, node) == node
            assert catalog.read(lambda tx, node=node: tx.nodes.get(BERT, node.id)) is None
        found = catalog.read(lambda tx: tx.nodes.many(ANNA, [node.id for node in nodes] + [1]))
        assert sorted(found, key=lambda node: node.id) == nodes
        assert catalog.read(lambda tx: tx.nodes.many(ANNA, [])) == []
        assert catalog.read(lambda tx: tx.nodes.many(BERT, [whole.id])) == []

    @pytest.mark.parametrize("name", ["a\0b", "\ud800"], ids=ascii)
    def test_a_name_that_one_database_could_not_keep_is_refused_by_all(self, catalog, name):
        node = file("f")
        add(catalog, node)
        for act in (
            lambda tx: tx.nodes.add((file(name),)),
            lambda tx: tx.nodes.update(replace(node, name=name), node),
            lambda tx: tx.nodes.child(ANNA, TOP, name),
            lambda tx: tx.nodes.set_properties(ANNA, node.id, {name: "x"}, ()),
            lambda tx: tx.nodes.set_properties(ANNA, node.id, {"x": name}, ()),
        ):
            with pytest.raises(BadValue):
                catalog.write(act)
        assert catalog.read(lambda tx: tx.nodes.children(ANNA, TOP, "name", False, None, 9)) == [node]

    # ------------------------------------------------------------------------------------- one name, one node

    @pytest.mark.parametrize(
        ("one", "other"), [("\u00e9", "e\u0301"), ("e\u0301", "\u00e9"), ("가", "\u1100\u1161"), ("K", "\u212a")]
    )
    def test_a_child_is_found_under_every_spelling_that_is_equal_after_nfc(self, catalog, one, other):
        node = file(one)
        add(catalog, node)
        for name in (one, other):
            assert catalog.read(lambda tx, name=name: tx.nodes.child(ANNA, TOP, name)) == node
            with pytest.raises(NameTaken):
                add(catalog, file(name))
        mover = file("m")
        add(catalog, mover)
        with pytest.raises(NameTaken):
            catalog.write(lambda tx: tx.nodes.update(replace(mover, name=other), mover))
        catalog.write(lambda tx: tx.nodes.update(replace(node, name=other), node))
        assert get(catalog, node).name == other

    @pytest.mark.parametrize("other", ["F", "f ", "f.", "ff", "ſ", "ｆ"])
    def test_a_child_is_found_under_no_other_name(self, catalog, other):
        add(catalog, file("f"))
        assert catalog.read(lambda tx: tx.nodes.child(ANNA, TOP, other)) is None
        add(catalog, file(other))

    def test_only_living_siblings_must_differ(self, catalog):
        nodes = [file("f"), file("f", parent_id=11), file("f", account_id=BERT), trashed("f"), trashed("f")]
        hidden = file("f", state=State.HIDDEN)
        add(catalog, *nodes, hidden)
        assert catalog.read(lambda tx: tx.nodes.child(ANNA, TOP, "f")) == nodes[0]
        for node in (nodes[3], hidden):
            with pytest.raises(NameTaken):
                catalog.write(lambda tx, node=node: tx.nodes.update(replace(node, state=State.LIVE), node))
        assert catalog.read(lambda tx: tx.nodes.child(ANNA, 12, "f")) is None

    def test_a_unit_that_met_a_taken_name_leaves_nothing(self, catalog):
        add(catalog, file("b"))
        with pytest.raises(NameTaken):
            add(catalog, file("a"), file("b"))
        assert names_of(catalog.read(lambda tx: tx.nodes.children(ANNA, TOP, "name", False, None, 9))) == ["b"]
        assert catalog.read(lambda tx: tx.nodes.search(ANNA, ["a"], 1 << 53, 9)) == []

    def test_an_update_writes_every_field_that_differs(self, catalog):
        node = file("f")
        add(catalog, node)
        other = folder("g", parent_id=11, number=7, content_number=6, created_at=1, modified_at=2, changed_at=3)
        changed = replace(other, id=node.id, state=State.TRASHED, trash_root=9, trashed_at=8, blob_id=4)
        catalog.write(lambda tx: tx.nodes.update(changed, node))
        assert get(catalog, node) == changed

    def test_a_node_comes_with_its_inline_content(self, catalog):
        small, large, empty = file("s"), file("l", content=b"l" * 32, blob_id=3), folder("d")
        add(catalog, small, large, empty)
        catalog.write(lambda tx: tx.chunks.add_inline(ANNA, small.content, b"\0bytes"))
        catalog.write(lambda tx: tx.chunks.add_inline(BERT, large.content, b"others'"))
        expected = {small.id: b"\0bytes", large.id: None, empty.id: None}
        for node in (small, large, empty):
            found = catalog.read(lambda tx, node=node: tx.nodes.with_inline(ANNA, node.id))
            assert found == (node, expected[node.id])
        assert catalog.read(lambda tx: tx.nodes.with_inline(BERT, small.id)) is None

    # ------------------------------------------------------------------------------------------------ lists

    @pytest.mark.parametrize("descending", [False, True], ids=["up", "down"])
    @pytest.mark.parametrize("sort", ["name", "modified", "size", "kind"])
    def test_children_are_listed_in_every_order_and_page_by_page(self, catalog, sort, descending):
        """Names compare as bytes after NFC, not as in a dictionary."""
        words = ["b", "B", "a", "ä", "a\u0308b", "Z", "z", "_", "~", "10", "9", "-", *DIFFICULT]
        nodes = [
            (folder if i % 3 == 2 else file)(name, size=i % 4, modified_at=-(i // 2)) for i, name in enumerate(words)
        ]
        add(catalog, *nodes, trashed("c"), file("h", state=State.HIDDEN), file("x", parent_id=11))

        def key(node: Node) -> tuple:
            name = unicodedata.normalize("NFC", node.name).encode()
            return {
                "name": (name,),
                "modified": (node.modified_at, node.id),
                "size": (node.size, node.id),
                "kind": (node.kind == Kind.FILE, name),
            }[sort]

        expected = sorted(nodes, key=key, reverse=descending)
        for limit in (1, 7, 100):
            found: list[Node] = []
            after = None
            while page := catalog.read(
                lambda tx, after=after, limit=limit: tx.nodes.children(ANNA, TOP, sort, descending, after, limit)
            ):
                found += page
                value = catalog.read(lambda tx, node=page[-1]: tx.nodes.sort_value(node, sort))
                after = (value, page[-1].id)
            assert names_of(found) == names_of(expected)
        assert catalog.read(lambda tx: tx.nodes.count_children(ANNA, TOP)) == len(nodes)
        assert catalog.read(lambda tx: tx.nodes.count_children(BERT, TOP)) == 0

    def test_what_is_below_is_told_by_state(self, catalog):
        live, gone, hidden = folder("d"), trashed("t"), file("h", state=State.HIDDEN)
        add(catalog, live, gone, hidden, file("x", parent_id=11))

        def below(state: int | None, limit: int = 9) -> list:
            return sorted(catalog.read(lambda tx: tx.nodes.below(ANNA, TOP, state, limit)))

        assert below(State.LIVE) == [(live.id, Kind.FOLDER, None)]
        assert below(State.TRASHED) == [(gone.id, Kind.FILE, gone.id)]
        assert len(below(None)) == 3 and len(below(None, 2)) == 2

    # ------------------------------------------------------------------------------------------------ trash

    def test_marking_changes_the_state_and_adds_a_version_to_each(self, catalog):
        nodes = [file("f", number=4), folder("d")]
        add(catalog, *nodes, other := file("other"))
        actor = Actor(ANNA, app="scanner")
        ids = [node.id for node in nodes]
        catalog.write(lambda tx: tx.nodes.mark(ANNA, ids, State.TRASHED, ids[1], 50, Status.DELETED, actor))
        for node in nodes:
            stamp = dict(state=State.TRASHED, trash_root=ids[1], trashed_at=50, changed_at=50, number=node.number + 1)
            assert get(catalog, node) == replace(node, **stamp)
            told = version(node, node.number + 1, status=Status.DELETED, app="scanner", at=50)
            assert catalog.read(lambda tx, node=node: tx.versions.of(ANNA, node.id, 99, 9)) == [told]
        assert get(catalog, other) == other
        catalog.write(lambda tx: tx.nodes.mark(ANNA, ids, State.LIVE, None, 60, Status.CHANGED, actor))
        assert get(catalog, nodes[0]) == replace(nodes[0], number=6, changed_at=60)
        catalog.write(lambda tx: tx.nodes.mark(ANNA, [], State.LIVE, None, 60, Status.CHANGED, actor))

    def test_a_trash_root_knows_what_went_with_it(self, catalog):
        root = folder("r", state=State.TRASHED, trashed_at=20)
        root = replace(root, trash_root=root.id)
        inner = [trashed("i", root.id), folder("d", state=State.TRASHED, trash_root=root.id, trashed_at=20)]
        add(catalog, root, *inner, trashed("own"), trashed("others'", root.id, account_id=BERT))
        ids = [node.id for node in inner]
        assert sorted(catalog.read(lambda tx: tx.nodes.stamped(ANNA, root.id, 9))) == ids
        assert len(catalog.read(lambda tx: tx.nodes.stamped(ANNA, root.id, 1))) == 1
        assert sorted(catalog.read(lambda tx: tx.nodes.stamped_folders(ANNA, root.id))) == [root.id, ids[1]]

    def test_the_trash_is_listed_by_its_roots_newest_first(self, catalog):
        roots = [trashed(name, at=at) for name, at in (("a", 5), ("b", 5), ("c", 7), ("d", 6))]
        add(catalog, *roots, trashed("inner", roots[0].id), trashed("bert", account_id=BERT, at=4))
        copied = file("h", state=State.HIDDEN)
        add(catalog, replace(copied, trash_root=copied.id))
        whole = catalog.read(lambda tx: tx.nodes.trash(ANNA, None, 9))
        assert names_of(whole) == ["c", "d", "b", "a"]
        found, after = [], None
        while page := catalog.read(lambda tx, after=after: tx.nodes.trash(ANNA, after, 2)):
            found += page
            after = (page[-1].trashed_at, page[-1].id)
        assert found == whole
        old = catalog.read(lambda tx: tx.nodes.trashed_before(6, 9))
        assert sorted(names_of(old)) == ["a", "b", "bert"] and old[0].name == "bert"
        assert len(catalog.read(lambda tx: tx.nodes.trashed_before(6, 2))) == 2

    def test_an_adopted_node_has_another_parent(self, catalog):
        node = trashed("t")
        add(catalog, node)
        catalog.write(lambda tx: tx.nodes.adopt(ANNA, node.id, 77))
        assert get(catalog, node) == replace(node, parent_id=77)

    def test_what_is_removed_is_gone_with_all_that_hung_on_it(self, catalog):
        from tests.conformance.rows_beside import LOCK

        node, other = file("sea one"), file("sea two")
        add(catalog, node, other)

        def hang(tx):
            for each in (node, other):
                tx.nodes.set_properties(ANNA, each.id, {"{n}p": "<p/>"}, ())
                tx.locks.add(replace(LOCK, node_id=each.id, token=f"urn:uuid:{each.id}"))

        catalog.write(hang)
        catalog.write(lambda tx: tx.nodes.remove(ANNA, [node.id]))
        assert get(catalog, node) is None and get(catalog, other) == other
        assert catalog.read(lambda tx: tx.nodes.properties(ANNA, [node.id, other.id])) == {other.id: {"{n}p": "<p/>"}}
        assert [lock.node_id for lock in catalog.read(lambda tx: tx.locks.of(ANNA, 0))] == [other.id]
        assert catalog.read(lambda tx: tx.nodes.search(ANNA, ["sea"], 1 << 53, 9)) == [other]
        assert catalog.read(lambda tx: tx.connection.all("select distinct node_id from word")) == [(other.id,)]

    def test_nodes_whose_folder_is_not_there_are_told(self, catalog):
        root = folder("", parent_id=None)
        lost = file("lost")
        add(catalog, root, file("f", parent_id=root.id), lost, file("x", parent_id=root.id, account_id=BERT))
        found = catalog.read(lambda tx: tx.nodes.orphans(9))
        assert sorted(found)[0] == (ANNA, lost.id, "lost") and len(found) == 2
        assert len(catalog.read(lambda tx: tx.nodes.orphans(1))) == 1

    def test_what_lies_in_a_folder_is_known_whatever_its_state(self, catalog):
        top = folder("top")
        inner = folder("inner", parent_id=top.id, state=State.TRASHED)
        deep, beside = file("deep", parent_id=inner.id), file("beside")
        add(catalog, top, inner, deep, beside)

        def within(node: Node, account_id: int = ANNA) -> bool:
            return catalog.read(lambda tx: tx.nodes.is_within(account_id, node.id, top.id))

        assert [within(node) for node in (top, inner, deep, beside)] == [True, True, True, False]
        assert not within(deep, BERT)

    # ----------------------------------------------------------------------------------------------- search

    def test_nodes_are_found_by_the_beginnings_of_all_words(self, catalog):
        nodes = [file(name) for name in ("Sea at Night.jpg", "night-sea (2).JPG", "seaside", "the sea", "día de mar")]
        add(catalog, *nodes, trashed("sea gone"), file("sea of bert", account_id=BERT))
        add(catalog, file("sea root", parent_id=None), file("sea hidden", state=State.HIDDEN))

        def found(*words: str, before: int = 1 << 53, limit: int = 9) -> list[int]:
            hits = catalog.read(lambda tx: tx.nodes.search(ANNA, words, before, limit))
            return [nodes.index(node) for node in hits]

        assert found("sea") == [3, 2, 1, 0]
        assert found("sea", "night") == found("night", "sea") == found("se", "n") == [1, 0]
        assert found("seas") == [2] and found("sea", "jpg", "2") == [1]
        assert found("dia") == found("di", "mar") == [4]
        assert found("ea") == found("sea", "mountain") == found() == []
        assert found("sea", limit=2) == [3, 2] and found("sea", before=nodes[2].id) == [1, 0]
        assert found("%") == found("_") == []

    def test_words_follow_the_name(self, catalog):
        node = file("old name")
        add(catalog, node)
        catalog.write(lambda tx: tx.nodes.update(replace(node, name="new name"), node))
        for word, hits in (("old", 0), ("new", 1), ("name", 1)):
            assert len(catalog.read(lambda tx, word=word: tx.nodes.search(ANNA, [word], 1 << 53, 9))) == hits

    # ------------------------------------------------------------------------------------------- properties

    def test_dead_properties_are_put_dropped_and_copied(self, catalog):
        one, two, three = file("1"), file("2"), file("3")
        add(catalog, one, two, three)
        catalog.write(lambda tx: tx.nodes.set_properties(ANNA, one.id, {"{n}a": "<a>é</a>", "{n}b": "<b/>"}, ()))
        catalog.write(lambda tx: tx.nodes.set_properties(ANNA, one.id, {"{n}b": "<b>2</b>", "{n}c": ""}, ["{n}a", "x"]))
        kept = {"{n}b": "<b>2</b>", "{n}c": ""}
        catalog.write(lambda tx: tx.nodes.copy_properties(ANNA, [(one.id, two.id), (three.id, 99)]))
        found = catalog.read(lambda tx: tx.nodes.properties(ANNA, [one.id, two.id, three.id]))
        assert found == {one.id: kept, two.id: kept}
        assert catalog.read(lambda tx: tx.nodes.properties(BERT, [one.id])) == {}
        catalog.write(lambda tx: tx.nodes.set_properties(ANNA, one.id, {"{n}b": "new"}, ["{n}b"]))
        assert catalog.read(lambda tx: tx.nodes.properties(ANNA, [one.id]))[one.id]["{n}b"] == "new"


class VersionRowsTests:
    def test_versions_come_back_as_they_went_in_newest_first(self, catalog):
        node = file("f")
        versions = [version(node, n, name=name, at=n) for n, name in enumerate(["f", *DIFFICULT], 1)]
        versions[2] = replace(versions[2], content=None, blob_id=5, parent_id=None, status=Status.DELETED, size=2**50)
        catalog.write(lambda tx: tx.versions.add([*versions, version(file("g"))]))
        whole = catalog.read(lambda tx: tx.versions.of(ANNA, node.id, 1 << 53, 99))
        assert whole == versions[::-1]
        assert catalog.read(lambda tx: tx.versions.of(ANNA, node.id, 4, 2)) == [versions[2], versions[1]]
        assert catalog.read(lambda tx: tx.versions.of(BERT, node.id, 99, 9)) == []
        assert catalog.read(lambda tx: tx.versions.get(ANNA, node.id, 3)) == versions[2]
        assert catalog.read(lambda tx: tx.versions.get(ANNA, node.id, 99)) is None

    def test_the_newest_versions_of_many_nodes_are_told_at_once(self, catalog):
        one, two = replace(file("1"), number=2), file("2")
        add(catalog, one, two)
        rows = [version(one, 1), replace(version(one, 2), status=Status.MOVED, author_id=7), version(two)]
        catalog.write(lambda tx: tx.versions.add(rows))
        found = catalog.read(lambda tx: tx.versions.newest(ANNA, [one.id, two.id, 99]))
        assert found == {one.id: (Status.MOVED, 7), two.id: (rows[2].status, rows[2].author_id)}
        assert catalog.read(lambda tx: tx.versions.newest(BERT, [one.id])) == {}

    def test_the_bytes_below_a_folder_are_those_of_its_distinct_contents(self, catalog):
        top = folder("top")
        inner = folder("inner", parent_id=top.id)
        one, gone = file("1", parent_id=top.id), file("2", parent_id=inner.id, state=State.TRASHED)
        beside = file("3")
        add(catalog, top, inner, one, gone, beside)
        rows = [version(one, 1, content=b"a" * 32, size=3), version(one, 2, content=b"b" * 32, size=10), version(inner)]
        rows += [version(gone, 1, content=b"a" * 32, size=3), version(beside, 1, content=b"c" * 32, size=100)]
        catalog.write(lambda tx: tx.versions.add(rows))
        assert catalog.read(lambda tx: tx.versions.size_below(ANNA, top.id)) == 13
        assert catalog.read(lambda tx: tx.versions.size_below(ANNA, inner.id)) == 3
        assert catalog.read(lambda tx: tx.versions.size_below(BERT, top.id)) == 0

    def test_some_versions_of_some_nodes_can_be_taken_away(self, catalog):
        one, two, three = file("1"), file("2"), file("3")
        rows = [version(one, n, content=bytes([n]) * 32) for n in range(1, 6)] + [version(two), version(three)]
        catalog.write(lambda tx: tx.versions.add(rows))

        def some(limit: int) -> list:
            return catalog.read(lambda tx: tx.versions.some(ANNA, [one.id, two.id], limit))

        assert sorted(some(99)) == [(row.node_id, row.number, row.content) for row in rows[:6]]
        first = some(4)
        assert len(first) == 4
        catalog.write(lambda tx: tx.versions.remove_some(ANNA, first))
        assert len(some(99)) == 2 and not set(some(99)) & set(first)
        assert catalog.read(lambda tx: tx.versions.some(ANNA, [], 9)) == []

    def test_versions_are_removed_by_number_or_with_their_nodes(self, catalog):
        one, two = file("1"), file("2")
        catalog.write(lambda tx: tx.versions.add([*(version(one, n) for n in (1, 2, 3)), version(two)]))
        catalog.write(lambda tx: tx.versions.remove(ANNA, one.id, [1, 3, 9]))
        assert [v.number for v in catalog.read(lambda tx: tx.versions.of(ANNA, one.id, 99, 9))] == [2]
        catalog.write(lambda tx: tx.versions.remove_nodes(ANNA, [one.id]))
        assert catalog.read(lambda tx: tx.versions.of(ANNA, one.id, 99, 9)) == []
        assert len(catalog.read(lambda tx: tx.versions.of(ANNA, two.id, 99, 9))) == 1

    def test_a_content_is_named_as_long_as_one_version_has_it(self, catalog):
        one, two = file("1"), file("2")
        a, b = b"a" * 32, b"b" * 32
        catalog.write(
            lambda tx: tx.versions.add(
                [version(one, 1, content=a), version(one, 2, content=b), version(two, 1, content=a)]
            )
        )
        catalog.write(lambda tx: tx.versions.add([version(file("x", account_id=BERT), 1, content=b"x" * 32)]))

        def unnamed() -> list[bytes]:
            return catalog.read(lambda tx: tx.versions.unnamed(ANNA, [a, b, b"x" * 32]))

        naming = catalog.read(lambda tx: tx.versions.naming(ANNA, a, 9))
        assert sorted(naming) == [(one.id, 1, "1"), (two.id, 1, "2")]
        assert len(catalog.read(lambda tx: tx.versions.naming(ANNA, a, 1))) == 1
        assert catalog.read(lambda tx: tx.versions.naming(ANNA, b"x" * 32, 9)) == []
        assert unnamed() == [b"x" * 32]
        catalog.write(lambda tx: tx.versions.remove(ANNA, one.id, [1, 2]))
        assert unnamed() == [b, b"x" * 32]

    def test_versions_whose_content_is_not_there_are_told(self, catalog):
        from tests.conformance.rows_contents import CONTENT

        node = file("f", content=CONTENT.hash)
        pending = version(node, 2, content=b"p" * 32)
        catalog.write(lambda tx: tx.versions.add([version(node), pending, version(node, 3, content=None)]))
        assert [row[2] for row in catalog.read(lambda tx: tx.versions.lost(9))] == [1, 2]
        catalog.write(lambda tx: tx.chunks.add_content(CONTENT))
        catalog.write(lambda tx: tx.chunks.add_content(replace(CONTENT, hash=b"p" * 32), pending=1))
        assert catalog.read(lambda tx: tx.versions.lost(9)) == [(ANNA, node.id, 2, "f")]

    def test_nodes_with_old_versions_are_told_in_order(self, catalog):
        """Those with only a first version have nothing to thin out."""
        busy, young, single = file("busy"), file("young"), file("single")
        others = file("others'", account_id=BERT)
        rows = [version(each, n, at=at) for each, at in ((busy, 5), (young, 9), (others, 5)) for n in (1, 2, 3)]
        catalog.write(lambda tx: tx.versions.add([*rows, version(single, 1, at=1)]))

        def crowded(after: tuple[int, int] = (0, 0), limit: int = 9, before: int = 9) -> list:
            return catalog.read(lambda tx: tx.versions.crowded(before, after, limit))

        assert crowded() == [(ANNA, busy.id), (BERT, others.id)]
        assert crowded(limit=1) == [(ANNA, busy.id)] and crowded(after=(ANNA, busy.id)) == [(BERT, others.id)]
        assert crowded(before=10) == [(ANNA, busy.id), (ANNA, young.id), (BERT, others.id)]
