"""Who did what with a file, or in a folder and below it: the journal, read backwards for a person."""

from nuvol.core import access
from nuvol.core.files.cursors import read_cursor, write_cursor
from nuvol.core.files.ledger import lives
from nuvol.core.files.room import Files
from nuvol.core.journal import as_seen
from nuvol.errors import NodeMissing
from nuvol.ids import ID_LIMIT
from nuvol.model.accounts import Actor
from nuvol.model.journal import Act, Acts, Change
from nuvol.model.nodes import Node
from nuvol.stores.base import Transaction

TOLD = frozenset({"node", "comment", "share"})
SILENT = frozenset({"touch", "properties", "mount", "unmount"})
"""What nobody calls an act: programs do it all the time, or it is told otherwise."""
BATCH = 200
MOST = 2000
"""Rows that are looked at for one page: of a quiet folder in a busy account a page may be empty and lead on."""


class Activity:
    """What happened in every account."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def of(self, actor: Actor, node_id: int, *, after: str | None = None, limit: int = 50) -> Acts:
        """Newest first. Raises NodeMissing, BadValue (a wrong cursor)."""
        access.require(actor, "read")
        cursor = read_cursor(after, int, "activity")
        start = ID_LIMIT if cursor is None else int(str(cursor[0]))

        def look(tx: Transaction) -> Acts:
            node = self._files.find(tx, actor, node_id)
            if node is None or not lives(tx, node):
                raise NodeMissing("There is no such file or folder.")
            access.require(actor, "read", node, tx)
            found, seq, seen, known = list[Change](), start, 0, {node.id: True}
            while len(found) < limit and seen < MOST:
                rows = tx.journal.before(node.account_id, seq, BATCH)
                seen += len(rows)
                concerned = _concerned(tx, actor, node, rows, known)
                found += concerned[: limit - len(found)]
                if len(rows) < BATCH and len(found) < limit or not rows:
                    return _acts(tx, node.account_id, found, None)
                seq = found[-1].seq if len(found) == limit else rows[-1].seq
            return _acts(tx, node.account_id, found, write_cursor("activity", seq, node.id))

        return self._files.catalog.snapshot(look)


def _concerned(tx: Transaction, actor: Actor, node: Node, rows: list[Change], known: dict[int, bool]) -> list[Change]:
    """Those of these rows that tell of the node or of what lies below it, as the actor may see them. `known`: which
    nodes do, as far as it was asked."""

    def lies_below(id: int | None) -> bool:
        path = list[int]()
        while id is not None and id not in known:
            path.append(id)
            found = tx.nodes.get(node.account_id, id)
            id = found.parent_id if found else None
        answer = id is not None and known[id]
        known.update(dict.fromkeys(path, answer))
        return answer

    def concerns(change: Change) -> bool:
        if change.object not in TOLD or change.verb in SILENT:
            return False
        if not node.is_folder:
            return change.object_id == node.id
        return any(map(lies_below, (change.object_id, change.old_parent, change.new_parent)))

    found = [change for change in rows if concerns(change)]
    is_own = node.account_id == actor.account_id and actor.home is None
    return found if is_own else as_seen(tx, actor, node.account_id, found)


def _acts(tx: Transaction, account_id: int, changes: list[Change], following: str | None) -> Acts:
    nodes = {node.id: node.name for node in tx.nodes.many(account_id, list({change.object_id for change in changes}))}
    people = {id: account.name for id in {c.actor_id for c in changes} if (account := tx.accounts.get(id))}
    return Acts(
        [Act(c, people.get(c.actor_id, ""), c.new_name or c.old_name or nodes.get(c.object_id, "")) for c in changes],
        following,
    )
