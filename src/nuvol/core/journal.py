"""What happened since: the one feed that every face reads.

A cursor is opaque to clients: the instance's epoch and, for each account it reads, a journal number. An older
epoch (a restored backup) or a trimmed journal is answered `reset`: merge, then go on from the new cursor.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from nuvol.clock import DAY
from nuvol.core import access
from nuvol.core.files.room import Files
from nuvol.core.files.tree import Tree
from nuvol.errors import AccountMissing, BadValue, NodeMissing
from nuvol.model.accounts import Actor
from nuvol.model.journal import Change, Changes, Notice
from nuvol.model.nodes import Delta, Kind, Node, State
from nuvol.stores.base import Transaction

_CURSOR = re.compile(r"([0-9a-f]+)\.([0-9a-f]+)-([0-9a-f]+)")

_APPEARED = ("copy", "restore", "move")
"""A folder that came by one of these brought everything below it along."""


class Journal:
    def __init__(self, files: Files, tree: Tree, epoch: str) -> None:
        self._files = files
        self._tree = tree
        self._epoch = epoch
        self._watchers: dict[int, list[Callable[[], None]]] = {}
        files.catalog.on_change(self._tell)

    def cursor(self, actor: Actor) -> str:
        """Where the journal stands now."""
        access.require_journal(actor)
        return self._files.catalog.read(lambda tx: self._cursor(tx, actor))

    def changes(self, actor: Actor, cursor: str, *, limit: int = 500) -> Changes:
        """What happened behind `cursor`, in order; of that only what the actor may see, so a page may be empty though
        there are more. Raises BadValue when it is no cursor."""
        access.require_journal(actor)
        epoch, account_id, seq = _parse(cursor)

        def look(tx: Transaction) -> Changes:
            now = self._cursor(tx, actor)
            newest = _parse(now)[2]
            if (epoch, account_id) != (self._epoch, actor.account_id):
                return Changes([], now, more=False, reset=True)
            if seq < tx.journal.floor(actor.account_id) or seq > newest:
                return Changes([], now, more=False, reset=True)
            found = tx.journal.after(actor.account_id, seq, limit + 1)
            page = found[:limit]
            last = page[-1].seq if page else seq
            return Changes(_seen(tx, actor, page), self._write(actor, last), more=len(found) > limit, reset=False)

        return self._files.catalog.snapshot(look)

    def behind(self, actor: Actor, change: Change) -> str:
        """The cursor that goes on behind this change."""
        return self._write(actor, change.seq)

    def watch(self, actor: Actor, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back (from any thread; be quick) when something may have changed for this actor.

        Returns the function that ends it. A hint may come twice or for nothing: the journal is the truth.
        """
        access.require_journal(actor)
        watchers = self._watchers.setdefault(actor.account_id, [])
        watchers.append(callback)

        def stop() -> None:
            if callback in watchers:
                watchers.remove(callback)

        return stop

    def below(self, actor: Actor, folder_id: int, cursor: str | None, *, deep: bool, limit: int = 1000) -> Delta:
        """What changed in a folder since `cursor`, as it is now (RFC 6578 §3.2); None: everything there is.

        `deep`: in the whole tree below, else only its direct members. At most `limit` journal rows are looked at.
        A path that left is in `removed` unless something lives there again; a folder that moved or came back
        stands in `changed` with all below it. `reset` too when (deep) something else took the path of a folder: what
        a caller knows below that path can no longer be told.
        """
        folder = self._tree.get(actor, folder_id)
        if cursor is None:
            now = self.cursor(actor)
            return Delta(self._everything(actor, folder, deep, ""), [], now, more=False, reset=False)
        page = self.changes(actor, cursor, limit=limit)
        changed: dict[str, Node] = {}
        removed: dict[str, None] = {}
        told = [self._note(actor, folder, deep, change, changed, removed) for change in page.changes]
        gone = [path for path in removed if path not in changed]
        return Delta(list(changed.items()), gone, page.cursor, page.more, page.reset or not all(told))

    def trim(self) -> int:
        """Forget rows older than the rule says, in every account; returns how many."""
        before = self._files.clock() - self._files.rules.journal_days * DAY
        ids = self._files.catalog.read(lambda tx: tx.accounts.ids())
        return sum(self._trim(account_id, before) for account_id in ids)

    def clear(self, account_id: int) -> None:
        """Forget everything that happened in this account."""
        self._trim(account_id, self._files.clock() + DAY)

    # ------------------------------------------------------------------------------------------ inside

    def _trim(self, account_id: int, before: int) -> int:
        batch, gone = self._files.rules.batch_rows, 0
        while rows := self._files.catalog.write(lambda tx: tx.journal.trim(account_id, before, batch)):
            gone += rows
        return gone

    def _note(
        self, actor: Actor, folder: Node, deep: bool, change: Change, changed: dict[str, Node], removed: dict[str, None]
    ) -> bool:
        """Put what a change means into `changed` and `removed`; False when it cannot be told that way."""
        if change.object != "node":
            return True
        if change.old_parent is not None and change.old_name is not None:
            successor = self._left(actor, folder, deep, change.old_parent, change.old_name, changed, removed)
            if deep and change.kind != Kind.FILE and successor not in (None, change.object_id):
                return False
        node = self._files.catalog.read(lambda tx: tx.nodes.get(actor.account_id, change.object_id))
        path = self._relative(actor, folder, node, deep) if node else None
        if node is not None and change.verb == "restore" and self._holds(actor, node, folder):
            changed.update(self._everything(actor, folder, deep, ""))
        if node is None or path is None:
            return True
        changed[path] = node
        if deep and node.is_folder and change.verb in _APPEARED:
            changed.update(self._everything(actor, node, True, path + "/"))
        return True

    def _left(
        self,
        actor: Actor,
        folder: Node,
        deep: bool,
        parent_id: int,
        name: str,
        changed: dict[str, Node],
        removed: dict[str, None],
    ) -> int | None:
        """The id of what now has the name that something gave up."""

        def look(tx: Transaction) -> tuple[Node | None, Node | None]:
            parent = tx.nodes.get(actor.account_id, parent_id)
            return parent, tx.nodes.child(actor.account_id, parent_id, name)

        parent, successor = self._files.catalog.read(look)
        if parent is None or not (deep or parent.id == folder.id):
            return None
        above = "" if parent.id == folder.id else self._relative(actor, folder, parent, True)
        if above is None:
            return None
        path = f"{above}/{name}" if above else name
        if successor is None or successor.name != name:  # another spelling of the name is another path
            removed[path] = None
            return None
        changed[path] = successor
        return successor.id

    def _holds(self, actor: Actor, node: Node, folder: Node) -> bool:
        return node.id in (folder.id, *(parent.id for parent in self._tree.parents(actor, folder)))

    def _relative(self, actor: Actor, folder: Node, node: Node, deep: bool) -> str | None:
        """The path of a live node from `folder`, None when it is not (directly) below it."""
        if node.state != State.LIVE or node.id == folder.id or not (deep or node.parent_id == folder.id):
            return None
        above = self._tree.parents(actor, node)
        ids = [parent.id for parent in above]
        if folder.id not in ids or any(parent.state != State.LIVE for parent in above):
            return None
        return "/".join([*(parent.name for parent in above[ids.index(folder.id) + 1 :]), node.name])

    def _everything(self, actor: Actor, folder: Node, deep: bool, prefix: str) -> list[tuple[str, Node]]:
        below = self._tree.walk(actor, folder.id) if deep else self._members(actor, folder.id)
        found: list[tuple[str, Node]] = []
        with suppress(NodeMissing):  # it went away meanwhile: another row of the journal tells that
            found.extend((prefix + path, node) for path, node in below)
        return found

    def _members(self, actor: Actor, folder_id: int) -> Iterator[tuple[str, Node]]:
        page = self._tree.children(actor, folder_id)
        yield from ((node.name, node) for node in page.nodes)
        while page.next is not None:
            page = self._tree.children(actor, folder_id, after=page.next)
            yield from ((node.name, node) for node in page.nodes)

    def _cursor(self, tx: Transaction, actor: Actor) -> str:
        account = tx.accounts.get(actor.account_id)
        if account is None:
            raise AccountMissing("There is no such account.")
        return self._write(actor, account.seq)

    def _write(self, actor: Actor, seq: int) -> str:
        return f"{self._epoch}.{actor.account_id:x}-{seq:x}"

    def _tell(self, notices: Sequence[Notice]) -> None:
        for notice in notices:
            for callback in tuple(self._watchers.get(notice.account_id, ())):
                callback()


def _seen(tx: Transaction, actor: Actor, changes: list[Change]) -> list[Change]:
    """Those that tell of something the actor may see."""
    files, names = access.sees_files(actor), access.databases(actor)
    if files and names is None:
        return changes
    databases = [tx.documents.named(actor.account_id, name) for name in names or ()]
    ids = {database.id for database in databases if database is not None}
    return [c for c in changes if (files if c.object == "node" else names is None or c.object_id in ids)]


def _parse(cursor: str) -> tuple[str, int, int]:
    """(epoch, account, journal number). Raises BadValue."""
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise BadValue("This is no cursor of the journal.", advice="Ask for the present cursor and start there.")
    return found[1], int(found[2], 16), int(found[3], 16)
