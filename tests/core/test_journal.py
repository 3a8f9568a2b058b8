"""What happened since: the feed that every face reads, and what of it lies below a folder (RFC 6578)."""

import threading
from collections.abc import Iterator

import pytest

from nuvol.clock import DAY
from nuvol.errors import BadValue, NodeMissing
from nuvol.model.journal import Change
from nuvol.model.nodes import Delta, Guard, Node
from tests.core.clouds import Home, World

SOON = 20
"""Seconds after which a test no longer waits for what should have come at once."""


def changes(home: Home, cursor: str, limit: int = 500) -> Iterator[Change]:
    """Everything behind the cursor, however many pages it takes."""
    more = True
    while more:
        page = home.cloud.journal.changes(home.actor, cursor, limit=limit)
        assert not page.reset and len(page.changes) <= limit
        yield from page.changes
        cursor, more = page.cursor, page.more


# ------------------------------------------------------------------------------------------ the feed


def test_every_change_is_told_once_and_in_order_whatever_the_pages(anna):
    start = anna.cloud.journal.cursor(anna.actor)
    anna.folders("a", "b")
    for i in range(5):
        anna.put(f"a/{i}", b"x")
    anna.move("a", "b/c")
    anna.trash("b/c/0")
    expected = [("create", "a"), ("create", "b"), *(("create", str(i)) for i in range(5)), ("move", "c"), ("trash", "")]
    for limit in (1, 2, 9, 100):
        found = list(changes(anna, start, limit))
        assert [(change.verb, change.new_name or "") for change in found] == expected
        assert [change.seq for change in found] == list(range(found[0].seq, found[0].seq + 9))
    assert list(changes(anna, anna.cloud.journal.cursor(anna.actor))) == []


def test_a_page_says_where_to_go_on_and_whether_there_is_more(anna):
    start = anna.cloud.journal.cursor(anna.actor)
    anna.folders("a", "b")
    page = anna.cloud.journal.changes(anna.actor, start, limit=1)
    assert page.more and page.cursor == anna.cloud.journal.behind(start, page.changes[0])
    page = anna.cloud.journal.changes(anna.actor, page.cursor, limit=1)
    assert not page.more and page.cursor == anna.cloud.journal.cursor(anna.actor)
    page = anna.cloud.journal.changes(anna.actor, page.cursor)
    assert (page.changes, page.more, page.reset) == ([], False, False)


def test_a_change_says_who_did_what_to_what_and_where(anna):
    start = anna.cloud.journal.cursor(anna.actor)
    program = type(anna.actor)(anna.actor.account_id, app="scanner")
    node = anna.cloud.uploads.put(program, anna.root.id, "f", b"1").node
    anna.trash("f")
    created, trashed = changes(anna, start)
    assert (created.actor_id, created.app, created.at) == (anna.actor.account_id, "scanner", anna.world.clock())
    assert (created.object, created.object_id, created.kind, created.number) == ("node", node.id, node.kind, 1)
    assert (created.old_parent, created.old_name) == (None, None)
    assert (created.new_parent, created.new_name) == (anna.root.id, "f")
    assert (trashed.old_parent, trashed.old_name) == (anna.root.id, "f")
    assert (trashed.new_parent, trashed.new_name, trashed.number) == (None, None, 2)


@pytest.mark.parametrize("cursor", ["", "x", "1.2", "1.2-3-4", "é", "zz.1-1", "1.1--1", "1.1-1\n", "1" * 5000])
def test_what_is_no_cursor_is_refused(anna, cursor):
    with pytest.raises(BadValue):
        anna.cloud.journal.changes(anna.actor, cursor)
    with pytest.raises(BadValue):
        anna.cloud.journal.below(anna.actor, anna.root.id, cursor, deep=True)


def test_a_cursor_of_another_instance_or_account_or_of_the_future_begins_anew(anna, bert):
    anna.folder("a")
    now = anna.cloud.journal.cursor(anna.actor)
    epoch, _, rest = now.partition(".")
    account, _, seq = rest.partition("-")
    for cursor in (
        bert.cloud.journal.cursor(bert.actor),
        f"{'0' * 16}.{rest}",
        f"{epoch}.{account}-{int(seq, 16) + 1:x}",
        f"{epoch}.{account}-{1 << 80:x}",
        f"{epoch}.{1 << 80:x}-1",
    ):
        page = anna.cloud.journal.changes(anna.actor, cursor)
        assert page.reset and page.changes == [] and page.cursor == now and not page.more
        assert anna.cloud.journal.below(anna.actor, anna.root.id, cursor, deep=True).reset


def test_the_journal_reaches_back_for_some_time_and_then_begins_anew(world):
    anna = world.home()
    start = anna.cloud.journal.cursor(anna.actor)
    for i in range(20):
        anna.folder(f"old{i}")
    old = anna.cloud.journal.cursor(anna.actor)
    world.clock.move(90 * DAY)
    anna.folder("new")
    world.cloud.upkeep.expire()
    assert len(list(changes(anna, start))) == 21, "90 days are not over 90 days"
    world.clock.move(1)
    world.cloud.upkeep.expire()
    assert anna.cloud.journal.changes(anna.actor, start).reset
    assert [change.new_name for change in changes(anna, old)] == ["new"]
    world.clock.move(90 * DAY)
    world.cloud.upkeep.expire()
    assert list(changes(anna, anna.cloud.journal.cursor(anna.actor))) == []
    assert anna.cloud.journal.changes(anna.actor, old).reset
    anna.folder("newer")
    assert anna.journal() == [("create", "newer")]


def test_a_restored_backup_makes_every_cursor_begin_anew(world):
    anna = world.home()
    cursor = anna.cloud.journal.cursor(anna.actor)
    epoch = world.cloud.epoch
    assert world.restart().epoch == epoch
    world.catalog.write(lambda tx: tx.instance.set("epoch", None))
    assert world.restart().epoch != epoch
    assert anna.cloud.journal.changes(anna.actor, cursor).reset


def test_who_watches_is_told_of_every_change_of_the_account_and_of_no_other(anna, bert):
    told = threading.Event()
    stop = anna.cloud.journal.watch(anna.actor, told.set)
    anna.folder("a")
    assert told.wait(SOON)
    told.clear()
    other = threading.Event()
    end = bert.cloud.journal.watch(bert.actor, other.set)
    bert.folder("a")
    assert other.wait(SOON) and not told.is_set()
    end()
    stop()
    stop()
    heard = threading.Event()
    again = anna.cloud.journal.watch(anna.actor, heard.set)
    anna.folder("b")
    assert heard.wait(SOON) and not told.is_set(), "who stopped is not told any more"
    again()


def test_a_change_that_was_refused_leaves_no_number_out(anna):
    from nuvol.errors import CloudError

    start = anna.cloud.journal.cursor(anna.actor)
    anna.folder("a")
    for _ in range(3):
        with pytest.raises(CloudError):
            anna.cloud.tree.create_folder(anna.actor, anna.root.id, "a")
    anna.folder("b")
    assert [change.new_name for change in changes(anna, start)] == ["a", "b"]


# ------------------------------------------------------------------------------------------ below a folder


class Replica:
    """A client that keeps a copy of what is below a folder, path by path, by what `below` tells it."""

    def __init__(self, home: Home, path: str, deep: bool = True, limit: int = 1000) -> None:
        self._home = home
        self._folder = home.id(path)
        self._path = path
        self._deep = deep
        self._limit = limit
        self._cursor: str | None = None
        self.nodes: dict[str, Node] = {}
        self.resets = 0

    def sync(self) -> Delta:
        delta, more = None, True
        while more:
            delta = self._ask()
            if delta.reset:
                self.resets += 1
                self._cursor = None
                self.nodes.clear()
                continue
            self._cursor, more = delta.cursor, delta.more
            for path in delta.removed:
                assert path not in dict(delta.changed)
                for known in [k for k in self.nodes if k == path or k.startswith(path + "/")]:
                    del self.nodes[known]
            self.nodes.update(delta.changed)
        assert delta is not None
        self.check()
        return delta

    def _ask(self) -> Delta:
        home = self._home
        return home.cloud.journal.below(home.actor, self._folder, self._cursor, deep=self._deep, limit=self._limit)

    def check(self) -> None:
        folder = self._home.cloud.tree.get(self._home.actor, self._folder)
        found = self._home.cloud.tree.walk(self._home.actor, folder.id)
        expected = {path: node for path, node in found if self._deep or "/" not in path}
        assert self.nodes.keys() == expected.keys()
        assert {p: n.etag for p, n in self.nodes.items()} == {p: n.etag for p, n in expected.items()}


@pytest.fixture
def grown(anna) -> Home:
    """A folder `d` with members, as has everything else."""
    anna.folders("d/a/inner", "d/b", "e/a", "e/c/inner")
    for path in ("d/f", "d/a/f", "d/a/inner/f", "e/f", "e/a/f", "e/c/inner/f"):
        anna.put(path, path.encode())
    return anna


HAPPENINGS = {
    "nothing": [],
    "a new file": [lambda h: h.put("d/new")],
    "a new file deep below": [lambda h: h.put("d/a/inner/new")],
    "a new file elsewhere": [lambda h: h.put("e/new")],
    "a new content": [lambda h: h.put("d/f", b"new"), lambda h: h.put("d/a/f", b"new")],
    "a property": [lambda h: h.cloud.tree.set_properties(h.actor, h.id("d/b"), {"{u:x}a": "<a/>"}, [])],
    "a rename": [lambda h: h.move("d/f", "d/g")],
    "a folder renamed": [lambda h: h.move("d/a", "d/z")],
    "a folder renamed and back": [lambda h: h.move("d/a", "d/z"), lambda h: h.move("d/z", "d/a")],
    "a file moved out": [lambda h: h.move("d/f", "e/g")],
    "a file moved in": [lambda h: h.move("e/f", "d/g")],
    "a file moved deeper": [lambda h: h.move("d/f", "d/a/inner/g")],
    "a file moved up": [lambda h: h.move("d/a/f", "d/g")],
    "a folder moved out": [lambda h: h.move("d/a", "e/z")],
    "a folder moved in": [lambda h: h.move("e/c", "d/c")],
    "a folder moved in and out": [lambda h: h.move("e/c", "d/c"), lambda h: h.move("d/c", "e/c")],
    "a folder moved out and in": [lambda h: h.move("d/a", "e/z"), lambda h: h.move("e/z", "d/a")],
    "changed, then moved out": [lambda h: h.put("d/a/f", b"new"), lambda h: h.move("d/a", "e/z")],
    "moved in, then changed": [lambda h: h.move("e/c", "d/c"), lambda h: h.put("d/c/inner/f", b"new")],
    "a file out of a folder that then goes": [lambda h: h.move("d/a/f", "d/g"), lambda h: h.trash("d/a")],
    "a folder renamed, then a file of it trashed": [lambda h: h.move("d/a", "d/z"), lambda h: h.trash("d/z/f")],
    "a file trashed, then its folder renamed": [lambda h: h.trash("d/a/f"), lambda h: h.move("d/a", "d/z")],
    "a file trashed": [lambda h: h.trash("d/f")],
    "a folder trashed": [lambda h: h.trash("d/a")],
    "a folder trashed and restored": [lambda h: h.restore(h.trash("d/a"))],
    "restored elsewhere": [lambda h: h.restore(h.trash("d/a"), parent_id=h.id("e"))],
    "restored from elsewhere": [lambda h: h.restore(h.trash("e/c"), parent_id=h.id("d"))],
    "restored under another name": [lambda h: h.restore(h.trash("d/a"), name="z")],
    "a folder copied in": [lambda h: h.copy("e/c", "d/c")],
    "a folder copied within": [lambda h: h.copy("d/a", "d/b/a")],
    "a folder copied, the original trashed": [lambda h: h.copy("d/a", "d/z"), lambda h: h.trash("d/a")],
    "trashed and purged": [lambda h: h.purge(h.trash("d/a"))],
    "made and trashed": [lambda h: h.put("d/new"), lambda h: h.trash("d/new")],
    "made and trashed and made": [lambda h: h.put("d/n"), lambda h: h.trash("d/n"), lambda h: h.put("d/n", b"2")],
    "a file replaced by another": [lambda h: h.trash("d/f"), lambda h: h.put("d/f", b"another")],
    "a file moved over another": [lambda h: h.move("e/f", "d/f")],
    "a file copied over another": [lambda h: h.copy("e/f", "d/a/f")],
    "two files swapped": [
        lambda h: h.move("d/f", "d/tmp"),
        lambda h: h.move("d/a/f", "d/f"),
        lambda h: h.move("d/tmp", "d/a/f"),
    ],
    "a folder replaced by another": [lambda h: h.move("e/a", "d/a")],
    "a folder replaced by a copy": [lambda h: h.copy("e/a", "d/a")],
    "a folder trashed, another made": [lambda h: h.trash("d/a"), lambda h: h.folder("d/a/other")],
    "a folder replaced by a file": [lambda h: h.trash("d/a"), lambda h: h.put("d/a", b"file")],
    "a file replaced by a folder": [lambda h: h.trash("d/f"), lambda h: h.folder("d/f/inner")],
    "two folders swapped": [
        lambda h: h.move("d/a", "d/tmp"),
        lambda h: h.move("d/b", "d/a"),
        lambda h: h.move("d/tmp", "d/b"),
    ],
    "a folder renamed, its name taken, all renamed": [
        lambda h: h.move("d/a", "d/z"),
        lambda h: h.folder("d/a/other"),
        lambda h: h.move("d/a", "d/y"),
    ],
    "a folder moved into one that then goes": [lambda h: h.move("d/a", "d/b/a"), lambda h: h.trash("d/b")],
    "a folder moved into one that then moves out": [lambda h: h.move("d/a", "d/b/a"), lambda h: h.move("d/b", "e/b")],
    "the folder itself renamed": [lambda h: h.move("d", "x"), lambda h: h.put("x/new")],
    "the folder itself trashed and restored": [lambda h: h.trash("d/f"), lambda h: h.restore(h.trash("d"))],
    "upper and lower case": [lambda h: h.move("d/a", "d/A")],
    "another spelling of the same name": [lambda h: h.put("d/\u00e9"), lambda h: h.move("d/\u00e9", "d/e\u0301")],
}


@pytest.mark.parametrize("happening", HAPPENINGS)
def test_a_replica_knows_what_is_below_after_whatever_happened(grown, happening):
    deep, late, bit_by_bit = Replica(grown, "d"), Replica(grown, "d"), Replica(grown, "d", limit=1)
    shallow, late_shallow = Replica(grown, "d", deep=False), Replica(grown, "d", deep=False, limit=2)
    replicas = [deep, late, bit_by_bit, shallow, late_shallow]
    for replica in replicas:
        delta = replica.sync()
        assert delta.removed == [] and not delta.more
    for act in HAPPENINGS[happening]:
        act(grown)
        deep.sync()
        shallow.sync()
    for replica in replicas:
        replica.sync()
        assert replica.sync().changed == []
    assert shallow.resets == late_shallow.resets == 0, "only what is deeper cannot always be told"


def test_what_did_not_change_is_not_told(grown):
    deep, shallow = Replica(grown, "d"), Replica(grown, "d", deep=False)
    deep.sync(), shallow.sync()
    grown.put("e/new")
    grown.move("e/c", "e/z")
    grown.put("d/f", b"new")
    for replica in (deep, shallow):
        delta = replica.sync()
        assert [path for path, _ in delta.changed] == ["f"] and delta.removed == []
    grown.trash("d/a/f")
    assert (deep.sync().removed, shallow.sync().removed) == (["a/f"], [])


def test_a_folder_that_is_gone_has_no_delta(anna):
    folder = anna.folder("d")
    cursor = anna.cloud.journal.cursor(anna.actor)
    anna.trash("d")
    for folder_id in (folder.id, 1):
        with pytest.raises(NodeMissing):
            anna.cloud.journal.below(anna.actor, folder_id, cursor, deep=True)


def test_other_processes_cursors_are_ours(world):
    anna = world.home()
    cursor = anna.cloud.journal.cursor(anna.actor)
    elsewhere = Home(World(world.catalog, world.folder), anna.actor)
    elsewhere.put("f", b"1", guard=Guard())
    assert [change.new_name for change in changes(anna, cursor)] == ["f"]
