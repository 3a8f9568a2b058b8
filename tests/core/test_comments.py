"""Comments: who reads, writes and deletes them, what they live through, and the documents by which desks learn of
them."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from nuvol import u1db
from nuvol.clock import SECOND
from nuvol.errors import BadValue, CommentMissing, NodeMissing, NotAllowed, QuotaExceeded
from nuvol.model.accounts import Actor
from nuvol.model.shares import Role
from nuvol.u1db.replica import Replica
from nuvol.u1db.sync import LocalTarget
from nuvol.u1db.sync import synchronise as sync
from tests.core.clouds import Home, World


def say(home: Home, node_id: int, text: str, **how: Any) -> str:
    """Returns the comment's id. A second passes, so that their times differ."""
    home.world.clock.move(SECOND)
    return home.cloud.comments.add(home.actor, node_id, text, **how)[0].doc_id


def said(home: Home, node_id: int) -> list[str]:
    return [f"{one.user}: {one.text}" for one in home.cloud.comments.list(home.actor, node_id).comments]


def share(owner: Home, path: str, *members: Home, role: int = Role.EDITOR) -> int:
    node_id = owner.folder(path).id
    owner.cloud.shares.open(owner.actor, node_id, [member.actor.name for member in members], role)
    return node_id


def documents(home: Home) -> dict[str, dict[str, Any] | None]:
    replica = home.cloud.documents.open(home.actor, "comment")
    _, docs = replica.get_all_docs(include_deleted=True)
    return {doc.doc_id: json.loads(text) if (text := doc.get_json()) else None for doc in docs}


# ------------------------------------------------------------------------------------------ reading and writing


def test_comments_are_read_newest_first_and_page_by_page(anna: Home) -> None:
    node = anna.put("f")
    me = anna.actor.name
    for number in range(5):
        say(anna, node.id, f"  number {number}\n")
    assert said(anna, node.id) == [f"{me}: number {number}" for number in (4, 3, 2, 1, 0)]
    page = anna.cloud.comments.list(anna.actor, node.id, limit=3)
    assert (len(page.comments), page.total) == (3, 5)
    rest = anna.cloud.comments.list(anna.actor, node.id, after=page.next, limit=3)
    assert [one.text for one in rest.comments] == ["number 1", "number 0"] and rest.next is None
    with pytest.raises(BadValue):
        anna.cloud.comments.list(anna.actor, node.id, after="nonsense")


def test_folders_have_comments_too_and_the_root(anna: Home) -> None:
    folder = anna.folder("trip")
    for node_id in (folder.id, anna.root.id):
        say(anna, node_id, "here")
        assert said(anna, node_id) == [f"{anna.actor.name}: here"]


@pytest.mark.parametrize("text", ["", " \n ", "a\0b", "x" * 10_001])
def test_not_everything_is_a_comment(anna: Home, text: str) -> None:
    node = anna.put("f")
    with pytest.raises(BadValue):
        anna.cloud.comments.add(anna.actor, node.id, text)
    assert said(anna, node.id) == []


def test_everybody_with_a_role_reads_and_writes(anna: Home, bert: Home, cara: Home) -> None:
    folder_id = share(anna, "trip", bert, role=Role.VIEWER)
    node = anna.put("trip/f")
    for node_id in (node.id, folder_id):
        say(anna, node_id, "one")
        say(bert, node_id, "two")
        expected = [f"{bert.actor.name}: two", f"{anna.actor.name}: one"]
        assert said(anna, node_id) == said(bert, node_id) == expected
        for act in (said, lambda home, id: say(home, id, "x")):
            with pytest.raises(NodeMissing):
                act(cara, node_id)


def test_only_the_author_deletes(anna: Home, bert: Home) -> None:
    share(anna, "trip", bert, role=Role.CO_OWNER)
    node = anna.put("trip/f")
    mine, hers = say(bert, node.id, "his"), say(anna, node.id, "hers")
    for home, comment_id in ((anna, mine), (bert, hers)):
        with pytest.raises(NotAllowed):
            home.cloud.comments.delete(home.actor, node.id, comment_id)
    bert.cloud.comments.delete(bert.actor, node.id, mine)
    assert said(anna, node.id) == [f"{anna.actor.name}: hers"]
    for node_id, comment_id in ((node.id, mine), (node.id, "C-1"), (anna.root.id, hers)):
        with pytest.raises(CommentMissing):
            anna.cloud.comments.delete(anna.actor, node_id, comment_id)


def test_a_way_in_that_only_reads_writes_no_comment(anna: Home) -> None:
    node = anna.put("f")
    comment_id = say(anna, node.id, "x")
    reader = replace(anna.actor, scopes=frozenset({"files:read"}))
    assert len(anna.cloud.comments.list(reader, node.id).comments) == 1
    for act in (
        lambda: anna.cloud.comments.add(reader, node.id, "x"),
        lambda: anna.cloud.comments.delete(reader, node.id, comment_id),
        lambda: anna.cloud.comments.list(replace(anna.actor, scopes=frozenset({"docs"})), node.id),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_who_stands_in_the_text_is_mentioned(anna: Home, bert: Home, cara: Home) -> None:
    share(anna, "trip", bert)
    node = anna.put("trip/f")

    def mentioned(text: str) -> list[str]:
        comment, names = anna.cloud.comments.add(anna.actor, node.id, text)
        return [names[id] for id in comment.mentions]

    one, two, other = anna.actor.name, bert.actor.name, cara.actor.name
    assert mentioned(f"look, @{two.upper()}!") == [two]
    assert mentioned(f"(@{one}) once more: @{one}") == [one]
    assert sorted(mentioned(f"@{one}, @{two}")) == sorted([one, two])
    assert mentioned(f"mail@{one} @{two}x @{other} @nobody @") == []
    page = bert.cloud.comments.list(bert.actor, node.id)
    assert page.names == {anna.actor.account_id: one, bert.actor.account_id: two}


def test_a_comment_counts_in_the_quota_of_the_owner(anna: Home, bert: Home) -> None:
    share(anna, "trip", bert)
    node = anna.put("trip/f")
    say(bert, node.id, "x")
    used = anna.used
    assert used > 0 == bert.used
    anna.set_quota(used + 10)
    with pytest.raises(QuotaExceeded):
        say(bert, node.id, "one more")
    assert len(said(anna, node.id)) == 1 and anna.used == used


# ------------------------------------------------------------------------------------------ what they live through


def test_they_stay_through_moves_versions_and_the_trash(anna: Home) -> None:
    anna.folder("other")
    node = anna.put("f", b"one")
    say(anna, node.id, "x")
    anna.put("f", b"two")
    anna.move("f", "other/g")
    anna.restore(anna.trash("other"))
    assert len(said(anna, node.id)) == 1
    copied = anna.copy("other/g", "h")
    assert said(anna, copied.id) == []
    with pytest.raises(NodeMissing):
        said(anna, anna.trash("other/g"))


def test_they_go_with_the_node(world: World) -> None:
    anna = world.home()
    folder = anna.folder("trip")
    nodes = [folder, anna.put("trip/f"), anna.put("trip/g")]
    for node in nodes:
        for number in range(6):  # more than a unit takes
            say(anna, node.id, f"{number}")
    anna.purge(anna.trash("trip"))
    assert world.rows("select doc_id from node_comment") == []
    assert set(documents(anna).values()) == {None}, "desks learn of it"
    assert anna.used == 0


def test_they_come_along_to_somebody_elses_folder_and_back(anna: Home, bert: Home) -> None:
    share(anna, "trip", bert)
    bert.folder("mine")
    file = bert.put("mine/f")
    first = say(bert, file.id, "before")
    bert.move("mine", "trip/mine")
    assert said(anna, file.id) == [f"{bert.actor.name}: before"]
    second = say(anna, file.id, "after")
    assert set(documents(bert).values()) == {None}
    assert [one["text"] for one in documents(anna).values() if one] == ["before", "after"]
    bert.move("trip/mine", "mine")
    assert said(bert, file.id) == [f"{anna.actor.name}: after", f"{bert.actor.name}: before"]
    with pytest.raises(NodeMissing):
        anna.cloud.comments.delete(anna.actor, file.id, second)
    bert.cloud.comments.delete(bert.actor, file.id, first)
    assert said(bert, file.id) == [f"{anna.actor.name}: after"]


def test_an_end_of_access_counts_at_once(anna: Home, bert: Home) -> None:
    """PROMISES A3."""
    folder_id = share(anna, "trip", bert)
    node = anna.put("trip/f")
    comment_id = say(bert, node.id, "mine")
    cursor = bert.cloud.journal.cursor(bert.actor)
    anna.cloud.shares.close(anna.actor, folder_id, bert.actor.account_id)
    say(anna, node.id, "secret")
    for act in (
        lambda: said(bert, node.id),
        lambda: say(bert, node.id, "x"),
        lambda: bert.cloud.comments.delete(bert.actor, node.id, comment_id),
        lambda: bert.cloud.activity.of(bert.actor, node.id),
    ):
        with pytest.raises(NodeMissing):
            act()
    assert "comment" not in [change.object for change in bert.cloud.journal.changes(bert.actor, cursor).changes]
    assert len(said(anna, node.id)) == 2, "what somebody wrote stays"


def test_an_account_goes_and_what_it_wrote_elsewhere_stays(world: World) -> None:
    anna, bert = world.home(), world.home()
    share(anna, "trip", bert)
    node = anna.put("trip/f")
    say(bert, node.id, f"@{anna.actor.name}: mine")
    say(bert, bert.put("own").id, "gone")
    world.cloud.accounts.remove(None, bert.actor.account_id)
    assert said(anna, node.id) == [f"{bert.actor.name}: @{anna.actor.name}: mine"]
    assert len(world.rows("select doc_id from node_comment")) == 1


# ------------------------------------------------------------------------------------------ the journal


def test_owner_and_members_learn_of_it(anna: Home, bert: Home) -> None:
    share(anna, "trip", bert)
    node = anna.put("trip/f")
    cursors = {home: home.cloud.journal.cursor(home.actor) for home in (anna, bert)}
    bert.cloud.comments.delete(bert.actor, node.id, say(bert, node.id, "x"))
    for home, cursor in cursors.items():
        only = replace(home.actor, scopes=frozenset({"files"}))
        changes = home.cloud.journal.changes(only, cursor).changes
        told = [(one.object, one.verb, one.object_id, one.actor_id) for one in changes]
        mine = bert.actor.account_id
        assert told == [("comment", "create", node.id, mine), ("comment", "delete", node.id, mine)]
    with_documents = anna.cloud.journal.changes(anna.actor, cursors[anna]).changes
    assert [one.object for one in with_documents if one.object != "comment"] == ["database", "document", "document"]


def acts(home: Home, node_id: int, **how: Any) -> list[tuple[str, str, str, str]]:
    found = home.cloud.activity.of(home.actor, node_id, **how).acts
    return [(one.actor, one.change.object, one.change.verb, one.name) for one in found]


def test_the_activity_of_a_folder_tells_who_did_what_in_it_and_below(anna: Home, bert: Home) -> None:
    a, b = anna.actor.name, bert.actor.name
    anna.put("elsewhere")
    folder_id = share(anna, "trip", bert)
    anna.folder("trip/sub")
    node = anna.put("trip/sub/f")
    bert.put("trip/sub/f", b"new")
    bert.move("trip/sub/f", "trip/g")
    say(bert, node.id, "x")
    anna.trash("trip/g")
    told = [
        (a, "node", "trash", "g"),
        (b, "comment", "create", "g"),
        (b, "node", "move", "g"),
        (b, "node", "content", "g"),
        (a, "node", "create", "f"),
        (a, "node", "create", "sub"),
        (a, "share", "open", "trip"),
        (a, "node", "create", "trip"),
    ]
    assert acts(anna, folder_id) == told
    assert acts(bert, folder_id) == told[:-2], "what happened before it was open is not a member's"
    assert acts(anna, anna.id("trip/sub")) == [told[2], told[4], told[5]]
    page = anna.cloud.activity.of(anna.actor, folder_id, limit=3)
    rest = acts(anna, folder_id, after=page.next)
    assert rest == told[3:]
    assert acts(anna, anna.root.id)[-1] == (a, "node", "create", "elsewhere")


def test_the_activity_of_a_file_is_its_own(anna: Home, bert: Home, cara: Home) -> None:
    share(anna, "trip", bert)
    node = anna.put("trip/f")
    anna.put("trip/g")
    bert.put("trip/f", b"x")
    mine = [(bert.actor.name, "node", "content", "f"), (anna.actor.name, "node", "create", "f")]
    assert acts(anna, node.id) == acts(bert, node.id) == mine
    with pytest.raises(NodeMissing):
        acts(cara, node.id)
    with pytest.raises(BadValue):
        acts(anna, node.id, after="nonsense")


def test_a_quiet_file_in_a_busy_account_is_looked_for_page_by_page(anna: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nuvol.core.activity.BATCH", 3)
    monkeypatch.setattr("nuvol.core.activity.MOST", 6)
    node = anna.put("quiet")
    for number in range(20):
        anna.put(f"f{number}")
    found, after, pages = [], None, 0
    while True:
        page = anna.cloud.activity.of(anna.actor, node.id, after=after)
        found += page.acts
        pages += 1
        if (after := page.next) is None:
            break
    assert [one.change.verb for one in found] == ["create"] and pages > 2


# ------------------------------------------------------------------------------------------ documents


def test_a_comment_is_a_document_of_the_owners(anna: Home, bert: Home) -> None:
    share(anna, "trip", bert)
    node = anna.put("trip/f")
    anna.world.clock.time = 1_404_305_384 * SECOND - SECOND
    comment_id = say(bert, node.id, "Looks fine", user="bertie", cloud="Stacksync")
    expected = {
        "id": str(node.id),
        "user": "bertie",
        "text": "Looks fine",
        "time_created": "20140702124944",
        "status": "NEW",
        "account": bert.actor.account_id,
        "cloud": "Stacksync",
    }
    assert documents(anna) == {comment_id: expected}
    bert.cloud.comments.delete(bert.actor, node.id, comment_id)
    assert documents(anna) == {comment_id: {**expected, "text": "", "status": "DELETED"}}


def test_nobody_writes_these_documents_but_the_core(anna: Home, here: Replica) -> None:
    here.create_doc({}, "D-1")
    node = anna.put("f")
    comment_id = say(anna, node.id, "x")
    replica = anna.cloud.documents.open(anna.actor, "comment")
    document = replica.get_doc(comment_id)
    assert document is not None and document.content is not None
    before = documents(anna)
    document.content["text"] = "forged"
    for act in (
        lambda: replica.create_doc({"id": str(node.id), "user": "x", "text": "y", "status": "NEW"}),
        lambda: replica.put_doc(document),
        lambda: replica.delete_doc(document),
        lambda: sync(here, LocalTarget(replica)),
        lambda: anna.cloud.documents.delete(anna.actor, "comment"),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert documents(anna) == before
    with u1db.open(":memory:") as reader:
        sync(reader, LocalTarget(replica))
        assert reader.get_doc(comment_id) is not None, "they can be read and synced from here"


@pytest.fixture
def here() -> Iterator[Replica]:
    """A replica of a program's."""
    with u1db.open(":memory:") as replica:
        yield replica


def desk(home: Home) -> Actor:
    return replace(home.actor, scopes=frozenset({"docs", "calendar"}), is_desk=True)


def test_what_a_desk_brings_is_a_comment_of_its_account(anna: Home, bert: Home, here: Replica) -> None:
    share(anna, "trip", bert)
    node = anna.put("trip/f")
    there = anna.cloud.documents.open(desk(anna), "comment", create=True)
    shape = {"id": str(node.id), "user": "ann", "text": "Fine", "time_created": "20140702124944", "status": "NEW"}
    document = here.create_doc(shape)
    strange = [{**shape, "id": other} for other in ("7", "x", 7, None, "9" * 30)] + [{}, {**shape, "status": "OLD"}]
    for other in strange:
        here.create_doc(other)
    cursor = bert.cloud.journal.cursor(bert.actor)
    sync(here, LocalTarget(there))
    (comment,) = bert.cloud.comments.list(bert.actor, node.id).comments
    assert (comment.user, comment.text, comment.author_id) == ("ann", "Fine", anna.actor.account_id)
    assert comment.at == 1_404_305_384 * SECOND
    assert [one.object for one in bert.cloud.journal.changes(bert.actor, cursor).changes] == ["comment"]
    assert len(documents(anna)) == 1 + len(strange), "what is not shown is kept for other desks"
    assert document.content is not None
    document.content["status"] = "DELETED"
    here.put_doc(document)
    sync(here, LocalTarget(there))
    assert said(bert, node.id) == []
    document.content["status"] = "NEW"
    here.put_doc(document)
    sync(here, LocalTarget(there))
    assert len(said(bert, node.id)) == 1
    anna.cloud.comments.delete(anna.actor, node.id, document.doc_id)
    sync(here, LocalTarget(there))
    again = here.get_doc(document.doc_id)
    assert again is not None and again.content is not None and again.content["status"] == "DELETED"


def test_what_a_desk_does_to_comments_of_others_is_put_right(anna: Home, bert: Home, here: Replica) -> None:
    share(anna, "trip", bert)
    node = anna.put("trip/f")
    ids = [say(bert, node.id, text) for text in ("one", "two", "three")]
    there = anna.cloud.documents.open(desk(anna), "comment")
    sync(here, LocalTarget(there))
    first, second, third = (here.get_doc(comment_id) for comment_id in ids)
    assert first and second and third and first.content and third.content
    first.content["text"] = "forged"
    third.content["text"] = "forged too"
    here.put_doc(first)
    here.delete_doc(second)
    here.put_doc(third)
    before = documents(anna)
    bert.cloud.comments.delete(bert.actor, node.id, ids[2])
    sync(here, LocalTarget(there))
    assert [one.text for one in bert.cloud.comments.list(bert.actor, node.id).comments] == ["two", "one"]
    sync(here, LocalTarget(there))
    for comment_id in ids[:2]:
        assert documents(anna)[comment_id] == before[comment_id]
        mended = here.get_doc(comment_id)
        assert mended is not None and mended.content == before[comment_id]
    here.create_doc({"a": "b"})
    sync(here, LocalTarget(there))


# ------------------------------------------------------------------------------------------ many at once


def test_many_at_once_count_right_at_every_moment(world: World) -> None:
    """PROMISES S7."""
    anna = world.home()
    people = [world.home() for _ in range(12)]
    share(anna, "trip", *people)
    node = anna.put("trip/f")
    rounds, failures, sums = 4, list[BaseException](), list[tuple[int, int]]()

    def run(home: Home) -> None:
        try:
            for number in range(rounds):
                mine = home.cloud.comments.add(home.actor, node.id, f"{number}")[0].doc_id
                page = home.cloud.comments.list(home.actor, node.id, limit=1000)
                sums.append((page.total, len({one.doc_id for one in page.comments})))
                assert mine in {one.doc_id for one in page.comments}
                if number < rounds - 1:
                    home.cloud.comments.delete(home.actor, node.id, mine)
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=run, args=(home,)) for home in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    page = anna.cloud.comments.list(anna.actor, node.id)
    assert page.total == len(people) and {one.author_id for one in page.comments} == {
        home.actor.account_id for home in people
    }
    assert all(1 <= total <= len(people) for total, _ in sums)
