"""DAV locks (RFC 4918 §6): rows that bind every face."""

from collections.abc import Sequence
from uuid import uuid4

from msgspec.structs import replace

from nuvol.clock import SECOND
from nuvol.core import access
from nuvol.core.files import guards
from nuvol.core.files.ledger import Ledger
from nuvol.core.files.room import Files
from nuvol.errors import Locked, LockMissing, NotAllowed
from nuvol.model.accounts import Actor
from nuvol.model.nodes import ANY, Guard, Lock, Node
from nuvol.stores.base import Transaction

LONGEST = 24 * 3600
"""Seconds: a forgotten lock is gone the next day."""


class Locks:
    def __init__(self, files: Files) -> None:
        self._files = files

    def lock(
        self, actor: Actor, node_id: int, *, owner: str, deep: bool, exclusive: bool, seconds: int, guard: Guard = ANY
    ) -> Lock:
        """Take a lock. `owner`: the client's XML; `seconds` wished for, at most a day is granted.

        Raises NodeMissing, PreconditionFailed, Locked (another lock covers it, or for a deep lock one below).
        """
        access.require(actor, "write")
        granted = max(1, min(seconds, LONGEST))

        def unit(ledger: Ledger) -> Lock:
            node = ledger.live(node_id)
            guards.check(ledger, guard, node)
            others = guards.covering(ledger, node)
            if deep:
                others += [k for k in ledger.locks if node.id in ledger.above(k.node_id) and k not in others]
            for other in others:
                if exclusive or other.exclusive:
                    raise Locked(other.node_id)
            taken = Lock(
                account_id=ledger.account_id,
                token=f"urn:uuid:{uuid4()}",
                node_id=node.id,
                owner=owner,
                deep=deep and node.is_folder,
                exclusive=exclusive,
                holder_id=actor.account_id,
                expires_at=ledger.now + granted * SECOND,
                seconds=granted,
            )
            ledger.tx.locks.add(taken)
            return taken

        return self._files.write(actor, unit, at=node_id)

    def refresh(self, actor: Actor, node_id: int, tokens: Sequence[str], seconds: int) -> Lock:
        """Start the time-out of one of these locks anew. Raises NodeMissing, LockMissing (none of them covers it)."""
        access.require(actor, "write")
        granted = max(1, min(seconds, LONGEST))

        def unit(ledger: Ledger) -> Lock:
            lock = self._held(ledger, node_id, tokens)
            until = ledger.now + granted * SECOND
            ledger.tx.locks.refresh(ledger.account_id, lock.token, until, granted)
            return replace(lock, expires_at=until, seconds=granted)

        return self._files.write(actor, unit, at=node_id)

    def unlock(self, actor: Actor, node_id: int, token: str) -> None:
        """Raises NodeMissing, LockMissing (it does not cover this node), NotAllowed (somebody else's)."""
        access.require(actor, "write")

        def unit(ledger: Ledger) -> None:
            ledger.tx.locks.remove(ledger.account_id, self._held(ledger, node_id, (token,)).token)

        self._files.write(actor, unit, at=node_id)

    def on(self, actor: Actor, node: Node) -> list[Lock]:
        """Locks that bind a node: its own and deep ones above it. Raises NodeMissing (somebody else's)."""
        self._files.catalog.read(lambda tx: access.require(actor, "read", node, tx))
        return self.of_many(actor, [node]).get(node.id, [])

    def of_many(self, actor: Actor, nodes: Sequence[Node]) -> dict[int, list[Lock]]:
        """The same for several nodes; those without locks are left out."""
        access.require(actor, "read")

        def look(tx: Transaction) -> dict[int, list[Lock]]:
            found: dict[int, list[Lock]] = {}
            for account_id, some in self._files.readable(tx, actor, nodes).items():
                ledger = Ledger(tx, actor, self._files.clock(), account_id=account_id, hold=False)
                if ledger.locks:
                    raw = tx.nodes.many(account_id, [node.id for node in some])  # their own places, not those of mounts
                    found |= {node.id: locks for node in raw if (locks := guards.covering(ledger, node))}
            return found

        return self._files.catalog.read(look)

    @staticmethod
    def _held(ledger: Ledger, node_id: int, tokens: Sequence[str]) -> Lock:
        for lock in guards.covering(ledger, ledger.live(node_id)):
            if lock.token in tokens:
                if lock.holder_id != ledger.actor.account_id:
                    raise NotAllowed("This lock is somebody else's.")
                return lock
        raise LockMissing("No such lock covers it.")
