"""Finding files and folders by the words of their names."""

from collections.abc import Iterator
from itertools import islice

from nuvol.core import access
from nuvol.core.files.cursors import read_cursor, write_cursor
from nuvol.core.files.ledger import lives
from nuvol.core.files.room import Files
from nuvol.ids import ID_LIMIT
from nuvol.model.accounts import Actor
from nuvol.model.names import words
from nuvol.model.nodes import Node, Page
from nuvol.stores.base import Transaction


class Search:
    def __init__(self, files: Files) -> None:
        self._files = files

    def find(self, actor: Actor, text: str, *, after: str | None = None, limit: int = 100) -> Page:
        """Live nodes whose names have a word beginning with each word of `text` (case and accents do not count),
        newest first. Raises BadValue (a wrong cursor)."""
        access.require(actor, "read")
        wanted = words(text)
        cursor = read_cursor(after, int, "search", wanted)
        before = cursor[1] if cursor else ID_LIMIT

        def look(tx: Transaction) -> Page:
            found = tx.nodes.search(actor.account_id, wanted, before, limit + 1)
            for owner_id in {member.account_id for member in tx.shares.open_to(actor.account_id)}:
                found += islice(self._theirs(tx, actor, owner_id, wanted, before), limit + 1)
            found.sort(key=lambda node: node.id, reverse=True)
            after = write_cursor("search", wanted, 0, found[limit - 1].id) if len(found) > limit else None
            page = [node for node in found[:limit] if lives(tx, node)]
            return Page(self._files.behind(tx, actor, page), after)

        return self._files.catalog.read(look)

    def _theirs(self, tx: Transaction, actor: Actor, owner_id: int, wanted: list[str], before: int) -> Iterator[Node]:
        """What is found in the folders that somebody opened; the folders themselves are found by their mounts."""
        mounted = {mount.node_id for mount in tx.shares.mounts(actor.account_id)}
        while found := tx.nodes.search(owner_id, wanted, before, 100):
            open_ones = self._files.readable(tx, actor, found).get(owner_id, [])
            yield from (node for node in open_ones if node.id not in mounted)
            before = found[-1].id
