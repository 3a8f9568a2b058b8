"""Finding files and folders by the words of their names."""

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

        def look(tx: Transaction) -> tuple[list[Node], list[Node]]:
            found = tx.nodes.search(actor.account_id, wanted, before, limit + 1)
            return found, [node for node in found[:limit] if lives(tx, node)]

        found, page = self._files.catalog.read(look)
        more = len(found) > limit
        return Page(page, write_cursor("search", wanted, 0, found[limit - 1].id) if more else None)
