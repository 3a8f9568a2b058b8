"""The one place that says who may."""

import pytest

from nuvol.core.access import SCOPES, require
from nuvol.errors import NodeMissing, NotAllowed
from nuvol.model.accounts import FULL, Actor
from nuvol.model.nodes import Node

VERBS = ("read", "write", "account", "admin")
MAY = {
    "files": {"read", "write"},
    "files:read": {"read"},
    "account": {"account", "admin"},
}


def allowed(actor: Actor, verb: str, node: Node | None = None) -> bool:
    try:
        require(actor, verb, node)
    except NotAllowed:
        return False
    return True


@pytest.mark.parametrize("scope", sorted(SCOPES | FULL))
@pytest.mark.parametrize("verb", VERBS)
def test_a_scope_opens_what_it_names_and_nothing_else(scope, verb):
    actor = Actor(1, frozenset({scope}), admin=True)
    assert allowed(actor, verb) is (verb in MAY.get(scope, ()))


@pytest.mark.parametrize("verb", VERBS)
def test_no_scope_opens_nothing(verb):
    assert not allowed(Actor(1, frozenset(), admin=True), verb)


def test_only_administrators_administer():
    assert allowed(Actor(1, admin=True), "admin")
    assert not allowed(Actor(1), "admin")


def test_what_leaves_a_persons_hands_never_administers():
    assert "account" not in SCOPES


@pytest.mark.parametrize("verb", ["read", "write"])
def test_somebody_elses_node_is_missing_even_for_administrators(verb):
    node = a_node(account_id=1)
    require(Actor(1), verb, node)
    with pytest.raises(NodeMissing):
        require(Actor(2, admin=True), verb, node)


def a_node(account_id: int) -> Node:
    return Node(account_id, 10, None, "", 0, 1, 0, None, 0, None, "", 0, 0, 0, 0, None, None)
