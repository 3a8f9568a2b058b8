"""What people say of photos: who likes them, and which are one's favourites."""

from nuvol.core import access
from nuvol.core.files.ledger import Ledger
from nuvol.core.files.room import Files
from nuvol.core.photos.timeline import likes_of
from nuvol.errors import NodeMissing
from nuvol.model.accounts import Actor
from nuvol.model.photos import Likes as Total
from nuvol.stores.base import Transaction

NAMES = 1000
"""Told of one photo; the total counts them all."""


class Likes:
    """Rows, one for each person and photo: however many click at once, the total is how many people like it."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def of(self, actor: Actor, node_id: int) -> Total:
        """Who likes a photo, the first first. Raises NodeMissing."""
        access.require(actor, "look")

        def look(tx: Transaction) -> Total:
            node = self._files.find(tx, actor, node_id)
            if node is None:
                raise NodeMissing("There is no such photo.")
            access.require(actor, "look", node, tx)
            return likes_of(actor, tx.photos.likers(node.account_id, [node.id]).get(node.id, ()), NAMES)

        return self._files.catalog.read(look)

    def like(self, actor: Actor, node_id: int, likes: bool) -> Total:
        """Like it or no longer; the new state. Raises NodeMissing (also for what is no photo)."""
        access.require(actor, "like")

        def unit(ledger: Ledger) -> Total:
            node, photos, me = ledger.live(node_id, "like"), ledger.tx.photos, actor.account_id
            if photos.get(ledger.account_id, node.id) is None:
                raise NodeMissing("There is no such photo.")
            if likes and photos.like(ledger.account_id, node.id, me, ledger.now):
                ledger.note("like", node, object="photo")
            elif not likes and photos.unlike(ledger.account_id, node.id, me):
                ledger.note("unlike", node, object="photo")
            return likes_of(actor, photos.likers(ledger.account_id, [node.id]).get(node.id, ()), NAMES)

        return self._files.write(actor, unit, at=node_id)

    def favour(self, actor: Actor, node_id: int, favours: bool) -> None:
        """Make it a favourite of the actor's, which nobody else sees, or none. Raises NodeMissing."""
        access.require(actor, "like")

        def unit(ledger: Ledger) -> None:
            tx = ledger.tx
            node = self._files.find(tx, actor, node_id)
            taken = tx.photos.get(node.account_id, node.id) if node is not None else None
            if node is None or taken is None:
                raise NodeMissing("There is no such photo.")
            access.require(actor, "look", node, tx)
            if favours:
                tx.photos.favour(actor.account_id, taken)
            else:
                tx.photos.disfavour(actor.account_id, node.id)
            ledger.tell("favour" if favours else "disfavour", "photo", node.id, kind=node.kind, number=node.number)

        self._files.write(actor, unit)
