"""Files and folders that somebody chose from wherever they lie, to be fetched as one."""

from collections.abc import Sequence

from nuvol.clock import HOUR
from nuvol.core import access
from nuvol.core.files import names
from nuvol.core.files.ledger import lives
from nuvol.core.files.room import Files
from nuvol.errors import BadValue, BundleMissing, NodeMissing
from nuvol.model.accounts import Actor
from nuvol.model.bundles import Bundle
from nuvol.model.nodes import Kind, Node
from nuvol.stores.base import Transaction

LASTS = HOUR
"""Long enough to try a broken download again."""
KEPT = 20
"""Of an account, at the same time: the newest."""
MOST = 50_000
"""As many as an album holds, and what one can choose at once."""


class Bundles:
    """A choice that is too long for an address is kept for a while and has one of its own."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def make(self, actor: Actor, node_ids: Sequence[int], name: str) -> Bundle:
        """Raises NodeMissing when one of them is not live, or not open to the actor; BadValue, BadName."""
        access.require(actor, "read")
        ids = tuple(dict.fromkeys(node_ids))
        if not 1 <= len(ids) <= MOST:
            raise BadValue(f"An archive is made of 1 to {MOST} files or folders.")
        names.check(name)
        found = {node.id for node in self._files.catalog.snapshot(lambda tx: self._there(tx, actor, ids))}
        if not found.issuperset(ids):
            raise NodeMissing("Not all of these files and folders are there.", advice="Choose those that are.")
        now = self._files.clock()
        bundle = Bundle(actor.account_id, self._files.new_id(), name, ids, now + LASTS)

        def unit(tx: Transaction) -> None:
            tx.bundles.add(bundle)
            tx.bundles.keep(actor.account_id, KEPT)

        self._files.catalog.write(unit)
        return bundle

    def open(self, actor: Actor, bundle_id: int) -> tuple[Bundle, list[Node]]:
        """With its nodes, as the actor sees them now; what went away or was closed meanwhile is left out.

        Raises BundleMissing, also when nothing is left of it.
        """
        access.require(actor, "read")

        def look(tx: Transaction) -> tuple[Bundle, list[Node]]:
            bundle = tx.bundles.get(actor.account_id, bundle_id)
            if bundle is None or bundle.expires_at <= self._files.clock():
                raise BundleMissing("There is no such choice of files, or it is over.")
            nodes = self._there(tx, actor, bundle.node_ids)
            if not nodes:
                raise BundleMissing("Nothing is left of what was chosen.")
            return bundle, nodes

        return self._files.catalog.snapshot(look)

    def expire(self) -> None:
        self._files.catalog.write(lambda tx: tx.bundles.expire(self._files.clock()))

    def _there(self, tx: Transaction, actor: Actor, ids: Sequence[int]) -> list[Node]:
        """Those of these that the actor may read, in their order."""
        nodes = {node.id: node for node in tx.nodes.many(actor.account_id, ids)}
        for node_id in ids:
            if node_id not in nodes and (theirs := tx.shares.node(actor.account_id, node_id)) is not None:
                nodes[node_id] = theirs
        live = [nodes[node_id] for node_id in ids if node_id in nodes and lives(tx, nodes[node_id])]
        readable = {node.id for found in self._files.readable(tx, actor, live).values() for node in found}
        return [self._files.seen(tx, actor, node) for node in live if node.id in readable and node.kind != Kind.MOUNT]
