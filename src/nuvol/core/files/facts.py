"""What listings of some protocols tell beside the nodes themselves: status, author and checksum, for many at once."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from nuvol.core import access
from nuvol.core.files.room import Files
from nuvol.model.accounts import Actor
from nuvol.model.nodes import Node, Status, Version
from nuvol.stores.base import Transaction


class Fact(Struct, frozen=True):
    """Beside a node or one of its versions."""

    status: int
    """What its newest version (or this version) tells: one of `Status`."""
    author: str
    """Name of who made that version; empty when the account is gone."""
    adler32: int
    """Of the whole content; 0 for folders and empty files."""


class Facts:
    """Asked for a whole listing, never for each of its entries."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def of(self, actor: Actor, nodes: Iterable[Node]) -> dict[int, Fact]:
        """By node; those that are not the actor's to read are left out."""
        access.require(actor, "read")

        def look(tx: Transaction) -> dict[int, Fact]:
            found: dict[int, Fact] = {}
            for account_id, some in self._files.readable(tx, actor, nodes).items():
                newest = tx.versions.newest(account_id, [node.id for node in some])
                sums = _sums(tx, account_id, some)
                names = _names(tx, {author_id for _, author_id in newest.values()})
                for node in some:
                    status, author_id = newest.get(node.id, (Status.NEW, 0))
                    found[node.id] = Fact(status, names.get(author_id, ""), sums.get(node.content or b"", 0))
            return found

        return self._files.catalog.read(look)

    def of_versions(self, actor: Actor, node: Node, versions: Iterable[Version]) -> dict[int, Fact]:
        """Of this node's versions, by their number. Raises NodeMissing."""

        def look(tx: Transaction) -> dict[int, Fact]:
            access.require(actor, "read", node, tx)
            own = [one for one in versions if (one.account_id, one.node_id) == (node.account_id, node.id)]
            sums = _sums(tx, node.account_id, own)
            names = _names(tx, {one.author_id for one in own})
            return {
                one.number: Fact(one.status, names.get(one.author_id, ""), sums.get(one.content or b"", 0))
                for one in own
            }

        return self._files.catalog.read(look)


def _sums(tx: Transaction, account_id: int, held: Sequence[Node | Version]) -> dict[bytes, int]:
    """Of the contents that are not empty."""
    hashes = {one.content for one in held if one.content is not None and one.size}
    return tx.chunks.adlers(account_id, list(hashes))


def _names(tx: Transaction, account_ids: Iterable[int]) -> dict[int, str]:
    """A handful of people, however many nodes there are."""
    found = (tx.accounts.get(account_id) for account_id in account_ids)
    return {account.id: account.name for account in found if account is not None}
