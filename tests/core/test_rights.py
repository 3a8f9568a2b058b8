"""Nobody gets at what is not theirs, nor further than their grant: every public function of every room is tried."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from nuvol.core.cloud import Cloud
from nuvol.errors import (
    BundleMissing,
    CloudError,
    InvitationMissing,
    MemberMissing,
    NodeMissing,
    NotAllowed,
    ParentMissing,
    UploadMissing,
)
from nuvol.model.accounts import Actor
from nuvol.model.nodes import Exists, Node
from tests.core.clouds import Home

ROOMS = (
    *("tree", "arrivals", "copies", "trash", "uploads", "reads", "versions", "locks", "journal", "search", "facts"),
    *("bundles", "shares"),
)
INSIDE = {"trash.discard"}
"""For other rooms; no face calls these."""
MISSING = {
    "parent_id": ParentMissing,
    "upload_id": UploadMissing,
    "member_id": MemberMissing,
    "invitation_id": InvitationMissing,
    "bundle_id": BundleMissing,
}
"""What a foreign id is called; everything else is a NodeMissing."""


def functions() -> Iterator[str]:
    """`room.function` of all that are asked in somebody's name."""
    annotated = {room: type_ for room, type_ in _rooms()}
    for room in ROOMS:
        for name, function in inspect.getmembers(annotated[room], inspect.isfunction):
            takes = list(inspect.signature(function).parameters)
            if not name.startswith("_") and takes[1:2] == ["actor"] and f"{room}.{name}" not in INSIDE:
                yield f"{room}.{name}"


def _rooms() -> Iterator[tuple[str, type]]:
    from nuvol.core import journal, search, shares
    from nuvol.core.files import arrivals, bundles, copies, facts, locks, reads, trash, tree, uploads, versions

    yield from {
        "tree": tree.Tree,
        "arrivals": arrivals.Arrivals,
        "copies": copies.Copies,
        "trash": trash.Trash,
        "uploads": uploads.Uploads,
        "reads": reads.Reads,
        "versions": versions.Versions,
        "locks": locks.Locks,
        "journal": journal.Journal,
        "search": search.Search,
        "facts": facts.Facts,
        "bundles": bundles.Bundles,
        "shares": shares.Shares,
    }.items()


FUNCTIONS = sorted(functions())


class Things:
    """Of one account, by the names of the parameters that take them; each test has its own."""

    def __init__(self, home: Home) -> None:
        self.home = home
        home.folders("d/inner")
        home.put("d/f", b"1")
        home.put("d/f", b"2")
        home.put("d/gone")
        self.gone = home.trash("d/gone")
        self.session = home.cloud.uploads.start(home.actor, home.root.id, "new", size=None).id
        self.lock = home.cloud.locks.lock(
            home.actor, home.id("d/inner"), owner="", deep=False, exclusive=True, seconds=600
        )
        self.friend = home.world.home().actor
        home.folder("open")
        opened = home.cloud.shares.open(home.actor, home.id("open"), [self.friend.name, "new@example.org"])
        self.invitation, _ = opened.invitations[0]
        self.offered = home.world.home()
        self.offered.folder("theirs")
        offer = home.cloud.shares.open(self.offered.actor, self.offered.id("theirs"), ["me@example.org"])
        self.secret = offer.invitations[0][1]
        home.cloud.tree.set_properties(home.actor, home.id("d/f"), {"{n}p": "<secret/>"}, [])

    def given(self, function: str) -> dict[str, Any]:
        """Good arguments for all that the function demands, and for every id it may take."""
        room, _, name = function.partition(".")
        takes = inspect.signature(getattr(getattr(self.home.cloud, room), name)).parameters
        wanted = [
            each.name
            for each in takes.values()
            if each.name != "actor" and (each.default is each.empty or each.name.endswith("_id"))
        ]
        return {each: self._thing(each, function) for each in wanted}

    def _thing(self, name: str, function: str) -> Any:
        home = self.home
        if function in ("trash.restore", "trash.purge", "trash.get") and name == "node_id":
            return self.gone
        if function in ("locks.refresh", "locks.unlock") and name == "node_id":
            return home.id("d/inner")
        if room_of(function) == "shares" and name == "node_id":
            return home.id("open")
        things: dict[str, Callable[[], Any]] = {
            "node_id": lambda: home.id("d/f"),
            "folder_id": lambda: home.id("d"),
            "folder": lambda: home.node("d"),
            "ids": lambda: [home.id("d"), home.id("d/f")],
            "exists": lambda: Exists.RENAME,
            "parent_id": lambda: home.root.id,
            "upload_id": lambda: self.session,
            "node": lambda: home.node("d/f"),
            "nodes": lambda: [home.node("d/f"), home.node("d/inner")],
            "node_ids": lambda: [home.id("d/f")],
            "path": lambda: "d/f",
            "name": lambda: "named",
            "versions": lambda: home.cloud.versions.list(home.actor, home.id("d/f")),
            "number": lambda: 1,
            "data": lambda: b"data",
            "size": lambda: 5,
            "offset": lambda: 0,
            "hashes": lambda: [bytes(32)],
            "put": lambda: {"{n}p": "<p/>"},
            "drop": lambda: [],
            "owner": lambda: "",
            "deep": lambda: False,
            "exclusive": lambda: False,
            "seconds": lambda: 60,
            "token": lambda: self.lock.token,
            "tokens": lambda: [self.lock.token],
            "cursor": lambda: home.cloud.journal.cursor(home.actor),
            "change": lambda: self.changes()[-1],
            "callback": lambda: lambda: None,
            "text": lambda: "f",
            "to": lambda: [self.friend.name],
            "role": lambda: 1,
            "member_id": lambda: self.friend.account_id,
            "invitation_id": lambda: self.invitation.id,
            "bundle_id": lambda: home.cloud.bundles.make(home.actor, [home.id("d/f")], "chosen").id,
            "secret": lambda: self.secret,
        }
        return things[name]()

    def changes(self) -> list[Any]:
        return self.home.world.catalog.read(lambda tx: tx.journal.after(self.home.actor.account_id, 0, 99))

    def state(self) -> list[list[tuple]]:
        """Every row of the account."""
        tables = ("node", "version", "property", "content", "dav_lock", "upload", "journal", "job", "chunk")
        tables += ("member", "mount", "share_invitation")
        rows = [
            self.home.world.rows(f"select * from {table} where account_id = ?", self.home.actor.account_id)
            for table in tables
        ]
        return [sorted(each, key=repr) for each in rows]


def room_of(function: str) -> str:
    return function.partition(".")[0]


def call(cloud: Cloud, function: str, actor: Actor, given: dict[str, Any]) -> Any:
    room, _, name = function.partition(".")
    result = getattr(getattr(cloud, room), name)(actor, **given)
    return list(result) if isinstance(result, Iterator) else result


def test_the_rooms_are_all_there(anna):
    held = {name for name, room in vars(anna.cloud).items() if type(room).__module__.startswith("nuvol.core.files")}
    assert {name for name in held if not name.startswith("_")} <= set(ROOMS)
    assert {type(getattr(anna.cloud, room)) for room in ROOMS} == {type_ for _, type_ in _rooms()}
    assert len(FUNCTIONS) > 40


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_belongs_to_somebody_else_is_not_there(anna, bert, function):
    """A foreign id, an unknown one and one of an unknown account are answered in the same words."""
    mine, theirs = Things(anna), Things(bert)
    before = theirs.state()
    ids = [name for name in mine.given(function) if name.endswith(("_id", "_ids")) or name in ("node", "nodes")]
    for name in ids:
        foreign = theirs.given(function)[name]
        if name in ("node_ids", "nodes") and function != "bundles.make":  # it makes none with one that is not there
            assert not call(anna.cloud, function, anna.actor, mine.given(function) | {name: foreign})
            continue
        given = mine.given(function)
        if function.startswith("uploads.") and name == "parent_id":
            del given["node_id"]  # with it, the folder is of no account
        told = [
            failure(anna.cloud, function, anna.actor, given | {name: thing}) for thing in (foreign, unknown(foreign))
        ]
        expected = MISSING.get(name, NodeMissing)
        assert [type(error) for error in told] == [expected, expected], (name, told)
        assert len({(str(error), error.advice) for error in told}) == 1
    assert theirs.state() == before


def unknown(thing: Any) -> Any:
    if isinstance(thing, list):
        return [unknown(each) for each in thing]
    if isinstance(thing, Node):
        return Node(**{field: getattr(thing, field) for field in thing.__struct_fields__} | {"account_id": 1, "id": 1})
    return 1 if isinstance(thing, int) else "unknown"


def failure(cloud: Cloud, function: str, actor: Actor, given: dict[str, Any]) -> CloudError:
    with pytest.raises(CloudError) as caught:
        call(cloud, function, actor, given)
    return caught.value


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_grant_to_read_changes_nothing(anna, function):
    things = Things(anna)
    before = things.state()
    reader = Actor(anna.actor.account_id, frozenset({"files:read"}))
    try:
        call(anna.cloud, function, reader, things.given(function))
    except NotAllowed as error:
        assert "changing files" in str(error)
    assert things.state() == before


JOURNAL = {"journal.changes", "journal.cursor", "journal.watch"}
"""Documents are in it too: with their scope it is open and shows only them (`test_documents.py`)."""


@pytest.mark.parametrize("function", FUNCTIONS)
def test_any_other_grant_opens_nothing(anna, function):
    things = Things(anna)
    before = things.state()
    others = ("calendar", "photos", "profile") if function in JOURNAL else ("calendar", "docs", "photos", "profile")
    for scopes in ((), others, ("account",)):
        with pytest.raises(NotAllowed):
            call(anna.cloud, function, Actor(anna.actor.account_id, frozenset(scopes)), things.given(function))
    assert things.state() == before


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_owner_may_do_all_of_it(anna, function):
    """Else the tests above would prove nothing: the arguments they give are good ones."""
    things = Things(anna)
    result = call(anna.cloud, function, anna.actor, things.given(function))
    if hasattr(result, "rollback"):
        result.abort()
    if function == "journal.watch":
        result()
