"""What happened since: the one feed that every face reads.

A journal belongs to one account. Who is a member of somebody's folder reads that journal too, as far as it tells of
the folder: a cursor, opaque to clients, holds the instance's epoch and a journal number for each account it reads. An
older epoch (a restored backup) or a trimmed journal is answered `reset`: merge, then go on from the new cursor.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from msgspec.structs import replace

from nuvol.clock import DAY
from nuvol.core import access
from nuvol.core.files.room import Files
from nuvol.core.files.tree import Tree
from nuvol.errors import AccountMissing, BadValue, NodeMissing
from nuvol.model.accounts import Actor
from nuvol.model.journal import Change, Changes, Notice
from nuvol.model.nodes import Delta, Kind, Node, State
from nuvol.stores.base import Transaction

_CURSOR = re.compile(r"([0-9a-f]+)((?:\.[0-9a-f]+-[0-9a-f]+)+)")

_Where = tuple[int | None, str | None]

_OF_DOCUMENTS = frozenset({"document", "database"})

Numbers = dict[int, int]
"""Account → journal number; the reader's own is first."""

_APPEARED = ("copy", "restore", "move", "receive", "mount", "unmount")
"""A folder that came by one of these brought everything below it along."""


class Journal:
    def __init__(self, files: Files, tree: Tree, epoch: str) -> None:
        self._files = files
        self._tree = tree
        self._epoch = epoch
        self._watchers: dict[int, list[Callable[[], None]]] = {}
        self._readers: dict[int, set[int]] = {}
        """Account → accounts that watch and read its journal too."""
        files.catalog.on_change(self._tell)

    def cursor(self, actor: Actor) -> str:
        """Where the journal stands now."""
        access.require_journal(actor)
        return self._write(self._files.catalog.read(lambda tx: self._numbers(tx, actor)))

    def changes(self, actor: Actor, cursor: str, *, limit: int = 500) -> Changes:
        """What happened behind `cursor`, in order within each account; of that only what the actor may see, so a page
        may be empty though there are more. Raises BadValue when it is no cursor."""
        access.require_journal(actor)
        epoch, seqs = _parse(cursor)

        def look(tx: Transaction) -> Changes:
            newest = self._numbers(tx, actor)
            if (epoch, next(iter(seqs))) != (self._epoch, actor.account_id) or not self._reaches(tx, seqs, newest):
                return Changes([], self._write(newest), more=False, reset=True)
            reached = {account_id: seqs.get(account_id, seq) for account_id, seq in newest.items()}
            start = self._write(reached)
            page: list[Change] = []
            for account_id in newest:
                page += self._some(tx, actor, account_id, reached, newest, limit - len(page))
            more = any(reached[account_id] < seq for account_id, seq in newest.items())
            return Changes(_seen(tx, actor, page), self._write(reached), more=more, reset=False, start=start)

        return self._files.catalog.snapshot(look)

    @staticmethod
    def _reaches(tx: Transaction, seqs: Numbers, newest: Numbers) -> bool:
        return all(tx.journal.floor(id) <= seqs[id] <= seq for id, seq in newest.items() if id in seqs)

    def _some(
        self, tx: Transaction, actor: Actor, account_id: int, reached: Numbers, newest: Numbers, limit: int
    ) -> list[Change]:
        """At most `limit` changes of one account, as the actor sees them; moves its number in `reached` on."""
        if limit <= 0 or reached[account_id] >= newest[account_id]:
            return []
        rows = tx.journal.after if account_id == actor.account_id else tx.journal.shared_after
        found = rows(account_id, reached[account_id], limit + 1)
        page = found[:limit]
        reached[account_id] = page[-1].seq if len(found) > limit else newest[account_id]
        return page if account_id == actor.account_id and actor.home is None else as_seen(tx, actor, account_id, page)

    def behind(self, cursor: str, change: Change) -> str:
        """The cursor that goes on behind this change, which is the next one behind `cursor`."""
        _, seqs = _parse(cursor)
        return self._write(seqs | {change.account_id: change.seq})

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
            successor = self._left(actor, folder, deep, change, change.old_parent, change.old_name, changed, removed)
            if deep and change.kind != Kind.FILE and successor not in (None, change.object_id):
                return False
        node = self._files.catalog.read(lambda tx: self._known(tx, actor, change, change.object_id))
        if node is not None and change.verb == "mount":  # below another mount it was in sight before
            raw = self._files.catalog.read(lambda tx: tx.nodes.get(node.account_id, node.id))
            if raw is not None and (path := self._relative(actor, folder, raw, deep, unmounted=True)) is not None:
                removed[path] = None
        path = self._relative(actor, folder, node, deep) if node else None
        if node is not None and change.verb == "restore" and self._holds(actor, node, folder):
            changed.update(self._everything(actor, folder, deep, ""))
        if node is None or path is None:
            return True
        changed[path] = node
        if deep and node.is_folder and change.verb in _APPEARED:
            changed.update(self._everything(actor, node, True, path + "/"))
        return True

    def _known(self, tx: Transaction, actor: Actor, change: Change, node_id: int) -> Node | None:
        """A node that a change names, as the actor sees it, if it may be seen at all."""
        node = tx.nodes.get(change.account_id, node_id) or self._files.find(tx, actor, node_id)
        if node is None or node.account_id == actor.account_id:
            return node
        role = tx.shares.role(node.account_id, node.id, actor.account_id)
        return None if role is None else self._files.seen(tx, actor, node)

    def _left(
        self,
        actor: Actor,
        folder: Node,
        deep: bool,
        change: Change,
        parent_id: int,
        name: str,
        changed: dict[str, Node],
        removed: dict[str, None],
    ) -> int | None:
        """The id of what now has the name that something gave up."""

        def look(tx: Transaction) -> tuple[Node | None, Node | None]:
            parent = self._known(tx, actor, change, parent_id)
            if parent is None:
                return None, None
            now = tx.nodes.child(parent.account_id, parent.id, name)
            return parent, next(iter(self._files.listed(tx, actor, parent, [now])), None) if now else None

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

    def _relative(self, actor: Actor, folder: Node, node: Node, deep: bool, *, unmounted: bool = False) -> str | None:
        """The path of a live node from `folder`, None when it is not (directly) below it."""
        if node.state != State.LIVE or node.id == folder.id or not (deep or node.parent_id == folder.id):
            return None
        try:
            above = self._tree.parents(actor, node, unmounted=unmounted)
        except NodeMissing:
            return None
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

    def _numbers(self, tx: Transaction, actor: Actor) -> Numbers:
        """Where the journals stand that the actor reads."""
        own = tx.accounts.get(actor.account_id)
        if own is None:
            raise AccountMissing("There is no such account.")
        newest = {own.id: own.seq}
        if actor.home is not None:
            return newest
        for owner_id in dict.fromkeys(member.account_id for member in tx.shares.open_to(own.id)):
            owner = tx.accounts.get(owner_id)
            if owner is not None:
                newest[owner_id] = owner.seq
                if own.id in self._watchers:
                    self._readers.setdefault(owner_id, set()).add(own.id)
        return newest

    def _write(self, seqs: Numbers) -> str:
        return self._epoch + "".join(f".{account_id:x}-{seq:x}" for account_id, seq in seqs.items())

    def _tell(self, notices: Sequence[Notice]) -> None:
        for notice in notices:
            for account_id in (notice.account_id, *tuple(self._readers.get(notice.account_id, ()))):
                for callback in tuple(self._watchers.get(account_id, ())):
                    callback()


def as_seen(tx: Transaction, actor: Actor, account_id: int, changes: list[Change]) -> list[Change]:
    """What a member sees of the owner's changes: those in folders that are open now, places only as far as they lie
    there; the opened folder itself is where its mount is."""
    if actor.home is not None:
        return _at_home(actor.home, changes)
    mine = {str(member.node_id) for member in tx.shares.open_to(actor.account_id) if member.account_id == account_id}
    mounts = {mount.node_id: mount for mount in tx.shares.mounts(actor.account_id)}
    found: list[Change] = []
    for change in changes:
        was, is_now = (not mine.isdisjoint(ids.split()) for ids in (change.old_shared, change.shared))
        if not was and not is_now:
            continue
        mount = mounts.get(change.object_id)
        if mount is not None or str(change.object_id) in mine:
            place: _Where = (mount.parent_id, mount.name) if mount is not None else (None, None)
            old: _Where = place if change.old_parent is not None and change.new_parent is None else (None, None)
            new: _Where = place if change.new_parent is not None and change.old_parent is None else (None, None)
        else:
            old = (change.old_parent, change.old_name) if was else (None, None)
            new = (change.new_parent, change.new_name) if is_now else (None, None)
        found.append(replace(change, old_parent=old[0], old_name=old[1], new_parent=new[0], new_name=new[1]))
    return found


def _at_home(home: int, changes: list[Change]) -> list[Change]:
    """What an app sees that has a folder of its own: what happened to files in it, places only as far as they lie
    there. Documents are not its concern here."""
    found: list[Change] = []
    for change in changes:
        was, is_now = (str(home) in ids.split() for ids in (change.old_shared, change.shared))
        if change.object in _OF_DOCUMENTS:
            found.append(change)
        elif (was or is_now) and change.object_id != home:
            old = (change.old_parent, change.old_name) if was else (None, None)
            new = (change.new_parent, change.new_name) if is_now else (None, None)
            found.append(replace(change, old_parent=old[0], old_name=old[1], new_parent=new[0], new_name=new[1]))
    return found


def _seen(tx: Transaction, actor: Actor, changes: list[Change]) -> list[Change]:
    """Those that tell of something the actor may see."""
    files, names = access.sees_files(actor), access.databases(actor)
    if files and names is None:
        return changes
    databases = [tx.documents.named(actor.account_id, name) for name in names or ()]
    ids = {database.id for database in databases if database is not None}
    return [c for c in changes if (names is None or c.object_id in ids if c.object in _OF_DOCUMENTS else files)]


def _parse(cursor: str) -> tuple[str, Numbers]:
    """(epoch, journal numbers). Raises BadValue."""
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise BadValue("This is no cursor of the journal.", advice="Ask for the present cursor and start there.")
    pairs = (pair.split("-") for pair in found[2][1:].split("."))
    return found[1], {int(account_id, 16): int(seq, 16) for account_id, seq in pairs}
