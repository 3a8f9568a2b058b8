"""Revisions: u1db.md 9.1."""

import pytest

from nuvol.errors import InvalidRevision
from nuvol.u1db import revision

# (x, y, newer(x, y), newer(y, x)): V01 to V18.
COMPARISONS = [
    (None, None, False, False),
    ("a:1", None, True, False),
    (None, "a:1", False, True),
    ("a:1", "a:1", False, False),
    ("a:2", "a:1", True, False),
    ("a:1", "a:2", False, True),
    ("a:1", "b:1", False, False),
    ("a:1|b:1", "a:1", True, False),
    ("a:1|b:1", "b:1", True, False),
    ("a:1|b:1", "a:1|c:1", False, False),
    ("a:2|b:1", "a:1|b:2", False, False),
    ("a:2|b:2", "a:1|b:2", True, False),
    ("a:10", "a:9", True, False),
    ("a:2|b:1", "b:1|a:1", True, False),
    ("b:1|a:1", "a:1|b:1", False, False),
    ("a:1|b:0", "a:1", True, False),
    ("a:1|b:1|c:1", "a:1|b:1", True, False),
    ("a:3", "a:1|b:1|c:1", False, False),
]
# (x, y, maximised, then incremented for m): M1 to M4.
JOINS = [
    ("a:1", "b:2", "a:1|b:2", "a:1|b:2|m:1"),
    ("a:3|b:1", "a:1|b:4|c:2", "a:3|b:4|c:2", "a:3|b:4|c:2|m:1"),
    (None, "b:2", "b:2", "b:2|m:1"),
    ("zz:1|aa:1", "mm:1", "aa:1|mm:1|zz:1", "aa:1|m:1|mm:1|zz:1"),
]


@pytest.mark.parametrize("x, y, x_newer, y_newer", COMPARISONS)
def test_which_revision_knows_of_the_other(x, y, x_newer, y_newer):
    clocks = revision.parse(x), revision.parse(y)
    assert revision.newer(*clocks) == x_newer
    assert revision.newer(*clocks[::-1]) == y_newer


@pytest.mark.parametrize("x, y, joined, grown", JOINS)
def test_two_revisions_become_one(x, y, joined, grown):
    clock = revision.maximised((revision.parse(x), revision.parse(y)))
    assert revision.text(clock) == joined
    assert revision.text(revision.incremented(clock, "m")) == grown


def test_a_revision_has_one_spelling():
    assert revision.canonical("b:1|a:02") == "a:2|b:1"


@pytest.mark.parametrize(
    "junk",
    ["junk", "a:", ":1", "a:1|", "|", "a:-1", "a:1.5", "a:x", "a:1|a:2", "a:١", "a:" + "1" * 19, "a:1:2", "\0:1"],
)
def test_what_is_no_revision_is_refused(junk):
    with pytest.raises(InvalidRevision):
        revision.canonical(junk)


@pytest.mark.parametrize("uid", ["", "a:b", "a|b", "a\0", "a\n", "\ud800", "x" * 256])
def test_what_can_be_no_replica_is_refused(uid):
    with pytest.raises(InvalidRevision):
        revision.require_replica_uid(uid)
