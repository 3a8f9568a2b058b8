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

    def of(self, actor: Actor, nodes: Sequence[Node]) -> list[Fact]:
        """One for each node, in order; a few questions for all of them together."""
        access.require(actor, "read")

        def look(tx: Transaction) -> list[Fact]:
            newest: dict[int, tuple[int, int]] = {}
            sums: dict[tuple[int, bytes], int] = {}
            for account_id in {node.account_id for node in nodes}:
                own = [node for node in nodes if node.account_id == account_id]
                newest |= tx.versions.newest(account_id, [node.id for node in own])
                sums |= _sums(tx, account_id, (node.content for node in own))
            told = [(node, *newest.get(node.id, (Status.NEW, 0))) for node in nodes]
            names = _names(tx, {author_id for _, _, author_id in told})
            return [
                Fact(status, names.get(author_id, ""), _sum(sums, node.account_id, node.content, node.size))
                for node, status, author_id in told
            ]

        return self._files.catalog.read(look)

    def of_versions(self, actor: Actor, versions: Sequence[Version]) -> list[Fact]:
        """One for each version, in order."""
        access.require(actor, "read")

        def look(tx: Transaction) -> list[Fact]:
            sums: dict[tuple[int, bytes], int] = {}
            for account_id in {version.account_id for version in versions}:
                sums |= _sums(tx, account_id, (one.content for one in versions if one.account_id == account_id))
            names = _names(tx, {version.author_id for version in versions})
            return [
                Fact(one.status, names.get(one.author_id, ""), _sum(sums, one.account_id, one.content, one.size))
                for one in versions
            ]

        return self._files.catalog.read(look)


def _sums(tx: Transaction, account_id: int, contents: Iterable[bytes | None]) -> dict[tuple[int, bytes], int]:
    hashes = list({content for content in contents if content is not None})
    return {(account_id, hash): adler32 for hash, adler32 in tx.chunks.adlers(account_id, hashes).items()}


def _sum(sums: dict[tuple[int, bytes], int], account_id: int, content: bytes | None, size: int) -> int:
    return sums.get((account_id, content), 0) if content is not None and size else 0


def _names(tx: Transaction, account_ids: Iterable[int]) -> dict[int, str]:
    """A handful of people, however many nodes there are."""
    found = (tx.accounts.get(account_id) for account_id in account_ids)
    return {account.id: account.name for account in found if account is not None}
