"""Finding files and folders by the words of their names, and by what people wrote about them."""

from collections.abc import Callable, Iterator, Sequence

from msgspec.structs import replace

from nuvol.core import access
from nuvol.core.files import gathering
from nuvol.core.files.cursors import read_cursor, write_cursor
from nuvol.core.files.gathering import Gathering
from nuvol.core.files.ledger import lives
from nuvol.core.files.room import Files
from nuvol.ids import ID_LIMIT
from nuvol.model.accounts import Actor
from nuvol.model.comments import Comment, Found
from nuvol.model.names import fits, words
from nuvol.model.nodes import Node
from nuvol.stores.base import Transaction

Rows = Callable[[int, Sequence[str], int, int], list[Node]]
"""Of an account, by words, below an id."""


class Search:
    def __init__(self, files: Files) -> None:
        self._files = files

    def find(self, actor: Actor, text: str, *, after: str | None = None, limit: int = 100) -> Found:
        """Live nodes that have a word beginning with each word of `text` (case and accents do not count) in their
        names, or all in one comment; newest first. Raises BadValue (a wrong cursor)."""
        access.require(actor, "read")
        wanted = words(text)
        cursor = read_cursor(after, int, "search", wanted)
        before = cursor[1] if cursor else ID_LIMIT

        def look(tx: Transaction) -> Found:
            found: Gathering[Node] = Gathering(lambda node: (0, node.id), limit)
            owners = {member.account_id for member in tx.shares.open_to(actor.account_id)}
            if actor.home is not None:
                owners = {actor.account_id}
            else:
                found.add(tx.nodes.search(actor.account_id, wanted, before, limit + 1))
                found.add(tx.comments.nodes(actor.account_id, wanted, before, limit + 1))
            # The folders themselves are found by their mounts, which have names and no comments.
            mounted = {mount.node_id: mount for mount in tx.shares.mounts(actor.account_id)} if owners else {}
            named = {node_id for node_id, mount in mounted.items() if fits(mount.name, wanted)}

            def sift(rows: Rows, owner_id: int, known: set[int]) -> None:
                found.sift(
                    _pages(rows, owner_id, wanted, before),
                    lambda nodes: [
                        node
                        for some in self._files.readable(tx, actor, nodes).values()
                        for node in some
                        if node.id not in known and node.id != actor.home
                    ],
                )

            for owner_id in owners:
                sift(tx.nodes.search, owner_id, {*mounted})
                sift(tx.comments.nodes, owner_id, named)
            page, behind = found.page()
            after = None if behind is None else write_cursor("search", wanted, *behind)
            placed = [
                replace(node, parent_id=mounted[node.id].parent_id, name=mounted[node.id].name)
                if node.id in mounted
                else node
                for node in page
                if lives(tx, node)
            ]
            nodes = self._files.behind(tx, actor, placed)
            return Found(nodes, after, _said(tx, nodes, wanted))

        return self._files.catalog.read(look)


def _pages(rows: Rows, owner_id: int, wanted: list[str], before: int) -> Iterator[list[Node]]:
    while found := rows(owner_id, wanted, before, gathering.ROWS):
        yield found
        before = found[-1].id


def _said(tx: Transaction, nodes: list[Node], wanted: list[str]) -> list[Comment]:
    """By which comments those were found whose names lack the words."""
    sought: dict[int, list[int]] = {}
    for node in nodes:
        if not fits(node.name, wanted):
            sought.setdefault(node.account_id, []).append(node.id)
    return [one for account_id, node_ids in sought.items() for one in tx.comments.fitting(account_id, wanted, node_ids)]
