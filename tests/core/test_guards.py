"""Conditions of a change: entity tags (RFC 9110 §13), dates, numbers, and the DAV `If` header (RFC 4918 §10.4)."""

import pytest

from nuvol.clock import SECOND
from nuvol.errors import PreconditionFailed
from nuvol.model.nodes import Guard, IfList, Term
from tests.core.clouds import Home
from tests.core.test_locks import lock


def passes(home: Home, path: str, guard: Guard) -> bool:
    """Whether a put there goes through; it is undone."""
    parent, _, name = path.rpartition("/")
    try:
        home.cloud.uploads.begin(home.actor, home.id(parent), name, guard=guard).abort()
    except PreconditionFailed:
        return False
    return True


@pytest.fixture
def file(anna):
    return anna.put("f", b"1", modified_at=5 * SECOND + 400_000)


def test_entity_tags_are_compared_with_the_present_ones(anna, file):
    etag, other = file.etag, '"other"'
    for tags, there, missing in [
        (None, True, True),
        (("*",), True, False),
        ((etag,), True, False),
        ((other, etag), True, False),
        ((other,), False, False),
    ]:
        assert passes(anna, "f", Guard(if_match=tags)) == there
        assert passes(anna, "new", Guard(if_match=tags)) == missing
        assert passes(anna, "f", Guard(if_none_match=tags)) == (not there if tags else True)
        assert passes(anna, "new", Guard(if_none_match=tags))


def test_an_entity_tag_changes_with_the_content_and_not_with_the_name(anna, file):
    moved = anna.move("f", "g")
    assert moved.etag == file.etag
    changed = anna.put("g", b"1")
    assert changed.etag != file.etag, "the same bytes again are a new state"
    assert not passes(anna, "g", Guard(if_match=(file.etag,)))


def test_the_number_is_that_of_the_newest_version(anna, file):
    assert passes(anna, "f", Guard(number=1))
    anna.move("f", "g")
    assert not passes(anna, "g", Guard(number=1)) and passes(anna, "g", Guard(number=2))
    assert not passes(anna, "new", Guard(number=0))


def test_dates_are_compared_in_whole_seconds_and_yield_to_entity_tags(anna, file):
    assert passes(anna, "f", Guard(unmodified_since=5 * SECOND))
    assert passes(anna, "f", Guard(unmodified_since=6 * SECOND))
    assert not passes(anna, "f", Guard(unmodified_since=5 * SECOND - 1))
    assert passes(anna, "f", Guard(unmodified_since=1, if_match=(file.etag,))), "RFC 9110 §13.1.4"
    assert passes(anna, "new", Guard(unmodified_since=1))


def condition(*terms: str, path: str | None = None) -> IfList:
    """`not x` is the negation of `x`; what is in quotes is an entity tag, all else a token."""
    read = []
    for term in terms:
        value = term.removeprefix("not ")
        read.append(Term(value, value.startswith('"'), negated=value != term))
    return IfList(path, tuple(read))


def test_one_of_the_lists_must_hold_wholly(anna, file):
    held = lock(anna, "f")
    etag, other = file.etag, '"other"'

    def holds(*lists: IfList) -> bool:
        return passes(anna, "f", Guard(lists=lists, tokens=frozenset({held.token})))

    assert holds(condition(held.token))
    assert holds(condition(etag, held.token))
    assert not holds(condition(other, held.token))
    assert not holds(condition("urn:uuid:never"))
    assert holds(condition("not urn:uuid:never"))
    assert not holds(condition(f"not {held.token}"))
    assert holds(condition(other), condition(etag))
    assert not holds(condition(other), condition(f"not {etag}"))
    assert holds(condition("not DAV:no-lock", held.token))


def test_a_list_may_be_about_another_resource(anna, file):
    folder = anna.folder("d")
    other = anna.put("d/g", b"2")
    held = lock(anna, "d", deep=True)

    def holds(*lists: IfList) -> bool:
        return passes(anna, "f", Guard(lists=lists))

    assert holds(condition(other.etag, path="d/g"))
    assert not holds(condition(other.etag, path="f"))
    assert holds(condition(held.token, path="d")) and holds(condition(held.token, path="d/g"))
    assert holds(condition(held.token, path="d/not there yet")), "a deep lock covers what may come"
    assert not holds(condition(held.token, path="f"))
    assert not holds(condition(other.etag, path="d/missing"))
    assert not holds(condition(other.etag, path="missing/missing"))
    assert holds(condition("not urn:uuid:never", path="missing/missing"))
    assert holds(condition(folder.etag, path="d"))


def test_a_failed_condition_changes_nothing(anna, file):
    guard = Guard(if_match=('"other"',))
    tree, actor, root = anna.cloud.tree, anna.actor, anna.root.id
    for act in (
        lambda: anna.cloud.uploads.put(actor, root, "f", b"2", guard=guard),
        lambda: tree.move(actor, file.id, root, "g", guard=guard),
        lambda: tree.trash(actor, file.id, guard=guard),
        lambda: tree.touch(actor, file.id, modified_at=9, guard=guard),
        lambda: tree.set_properties(actor, file.id, {"{u:x}a": "<a/>"}, [], guard=guard),
        lambda: tree.create_folder(actor, root, "d", guard=guard),
        lambda: anna.cloud.copies.copy(actor, file.id, root, "g", guard=guard),
        lambda: anna.cloud.versions.restore(actor, file.id, 1, guard=guard),
    ):
        with pytest.raises(PreconditionFailed):
            act()
    assert anna.node("f") == file and anna.names() == ["f"] and anna.journal() == [("create", "f")]
