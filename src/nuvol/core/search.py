"""Finding files and folders by the words of their names."""

from collections.abc import Iterator

from nuvol.core import access
from nuvol.core.files import gathering
from nuvol.core.files.cursors import read_cursor, write_cursor
from nuvol.core.files.gathering import Gathering
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
            found: Gathering[Node] = Gathering(lambda node: (0, node.id), limit)
            owners = {member.account_id for member in tx.shares.open_to(actor.account_id)}
            if actor.home is not None:
                owners = {actor.account_id}
            else:
                found.add(tx.nodes.search(actor.account_id, wanted, before, limit + 1))
            # The folders themselves are found by their mounts.
            mounted = {mount.node_id for mount in tx.shares.mounts(actor.account_id)} if owners else set()
            for owner_id in owners:
                found.sift(
                    _pages(tx, owner_id, wanted, before),
                    lambda nodes: [
                        node
                        for some in self._files.readable(tx, actor, nodes).values()
                        for node in some
                        if node.id not in mounted and node.id != actor.home
                    ],
                )
            page, behind = found.page()
            after = None if behind is None else write_cursor("search", wanted, *behind)
            return Page(self._files.behind(tx, actor, [node for node in page if lives(tx, node)]), after)

        return self._files.catalog.read(look)


def _pages(tx: Transaction, owner_id: int, wanted: list[str], before: int) -> Iterator[list[Node]]:
    while found := tx.nodes.search(owner_id, wanted, before, gathering.ROWS):
        yield found
        before = found[-1].id
