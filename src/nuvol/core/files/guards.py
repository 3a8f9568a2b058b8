"""On what condition a change happens: entity tags (RFC 9110 §13), the DAV `If` header, locks (RFC 4918 §6, §10.4)."""

from collections.abc import Iterable

from nuvol.clock import SECOND
from nuvol.core.files import names
from nuvol.core.files.ledger import Ledger
from nuvol.errors import Locked, PreconditionFailed
from nuvol.model.nodes import ANY, Guard, IfList, Kind, Lock, Node


def check(ledger: Ledger, guard: Guard, node: Node | None, parent: Node | None = None) -> None:
    """Compare the present state with what the caller believes; `parent` is where a missing node would be.

    Raises PreconditionFailed. `guard.overwrite` is the operation's own affair.
    """
    if guard is ANY:
        return
    if guard.if_match is not None and not (node and _matches(guard.if_match, node)):
        raise PreconditionFailed("The file is not in the state you expected.")
    if guard.if_none_match is not None and node and _matches(guard.if_none_match, node):
        raise PreconditionFailed("It exists already in the state you excluded.")
    if guard.number is not None and (node is None or node.number != guard.number):
        raise PreconditionFailed("It is not at the version you expected.")
    if (
        guard.unmodified_since is not None
        and guard.if_match is None
        and node
        and node.modified_at // SECOND > guard.unmodified_since // SECOND
    ):
        raise PreconditionFailed("It was modified since then.")
    if guard.lists and not any(_holds(ledger, condition, node, parent) for condition in guard.lists):
        raise PreconditionFailed("None of the conditions in “If” holds.")


def _matches(tags: tuple[str, ...], node: Node) -> bool:
    return tags == ("*",) or node.etag in tags


def _holds(ledger: Ledger, condition: IfList, node: Node | None, parent: Node | None) -> bool:
    if condition.path is not None:
        node, parent = _find(ledger, condition.path)
        there = node or parent
        if there is not None and there.account_id != ledger.account_id:
            ledger = Ledger(ledger.tx, ledger.actor, ledger.now, account_id=there.account_id, hold=False)
    tokens = {lock.token for lock in covering(ledger, node, parent)}
    for term in condition.terms:
        true = (node is not None and node.etag == term.value) if term.is_etag else term.value in tokens
        if true == term.negated:
            return False
    return True


def _find(ledger: Ledger, path: str) -> tuple[Node | None, Node | None]:
    """The node at a path from the actor's root, or None and its parent if that exists."""
    tx, actor = ledger.tx, ledger.actor
    account = tx.accounts.get(actor.account_id)
    parent: Node | None = None
    node = tx.nodes.get(actor.account_id, actor.home or account.root_id) if account else None
    for part in names.parts(path):
        if node is None:
            return None, None
        parent, node = node, tx.nodes.child(node.account_id, node.id, part)
        if node is not None and node.kind == Kind.MOUNT:
            target = tx.shares.target(node.account_id, node.id) if actor.home is None else None
            node = tx.nodes.get(*target) if target and tx.shares.role(*target, actor.account_id) else None
    return node, parent


# ------------------------------------------------------------------------------------------------ locks


def covering(ledger: Ledger, node: Node | None, parent: Node | None = None) -> list[Lock]:
    """Locks that bind a node: its own and the deep ones above it (or above the place where it would be)."""
    if not ledger.locks:
        return []
    above = ledger.above(node.parent_id if node else parent.id if parent else None)
    return [k for k in ledger.locks if (node and k.node_id == node.id) or (k.deep and k.node_id in above)]


def may_change(ledger: Ledger, guard: Guard, node: Node) -> None:
    """Content or properties of `node` may change. Raises Locked."""
    _demand(ledger, guard, covering(ledger, node))


def may_add(ledger: Ledger, guard: Guard, parent: Node) -> None:
    """`parent` may get a member. Raises Locked."""
    _demand(ledger, guard, covering(ledger, parent))


def may_remove(ledger: Ledger, guard: Guard, node: Node) -> None:
    """`node` and all below it may leave its folder; its locks end with that. Raises Locked."""
    if not ledger.locks:
        return
    parent = ledger.tx.nodes.get(ledger.account_id, node.parent_id) if node.parent_id is not None else None
    if parent is not None:
        _demand(ledger, guard, covering(ledger, parent))
    _demand(ledger, guard, covering(ledger, node))
    inside = [lock for lock in ledger.locks if node.id in ledger.above(lock.node_id)]
    for place in {lock.node_id for lock in inside}:
        _demand(ledger, guard, [lock for lock in inside if lock.node_id == place])
    for lock in inside:
        ledger.tx.locks.remove(ledger.account_id, lock.token)


def _demand(ledger: Ledger, guard: Guard, locks: Iterable[Lock]) -> None:
    """The caller must hold one of these locks (shared locks: any one of them opens)."""
    held = list(locks)
    if held and not any(k.token in guard.tokens and k.holder_id == ledger.actor.account_id for k in held):
        raise Locked(held[0].node_id)
