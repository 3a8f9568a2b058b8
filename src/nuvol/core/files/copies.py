"""Copies of files and of whole trees: rows only, no bytes move."""

from contextlib import suppress

import msgspec
from msgspec.structs import replace

from nuvol.core import access
from nuvol.core.files import guards, names
from nuvol.core.files.across import Across
from nuvol.core.files.ledger import Ledger
from nuvol.core.files.room import Files
from nuvol.core.files.trash import Job, Trash, put_in
from nuvol.core.files.tree import make_room
from nuvol.errors import BelowItself, Busy, CloudError, NameTaken, NodeMissing, NotAllowed, ParentMissing, Unable
from nuvol.model import names as same
from nuvol.model.accounts import Actor
from nuvol.model.nodes import ANY, Guard, Kind, Moved, Node, State, Status

Pending = tuple[int, int, tuple[object, int] | None]
"""A folder still to be copied: (source, target, cursor behind the last child copied)."""


class Copies:
    def __init__(self, files: Files, trash: Trash, across: Across) -> None:
        self._files = files
        self._trash = trash
        self._across = across

    def copy(
        self, actor: Actor, node_id: int, parent_id: int, name: str, *, guard: Guard = ANY, deep: bool = True
    ) -> Moved:
        """Copy a file, or a folder with (`deep`) all below it; modification times and properties go along.

        What has the name already goes to the trash if `guard.overwrite`. Raises NodeMissing, ParentMissing,
        WrongKind, NameTaken, BelowItself (a deep copy into itself), NotAllowed (the root).
        """
        access.require(actor, "write")
        names.check(name)
        try:
            return self._copy(actor, actor.account_id, node_id, parent_id, name, guard, deep)
        except (NodeMissing, ParentMissing):
            source, target_id = self._files.owner(actor, node_id), self._files.owner(actor, parent_id)
            if source is None or target_id is None or source == target_id == actor.account_id:
                raise
        if source == target_id:
            return self._copy(actor, source, node_id, parent_id, name, guard, deep)
        return self._across.copy(actor, (source, node_id), target_id, parent_id, name, guard, deep=deep)

    def _copy(
        self, actor: Actor, account_id: int, node_id: int, parent_id: int, name: str, guard: Guard, deep: bool
    ) -> Moved:
        """Within one account."""
        work = _Copy(self._files, self._trash.stamping(), actor, account_id, node_id, parent_id, name, guard, deep)
        try:
            while work.result is None:
                work.advance()
        except CloudError:
            if work.begun:  # the target changed meanwhile: what was copied so far goes again
                with suppress(Unable):  # then upkeep does it
                    self._trash.discard(account_id, actor, work.top_id, work.job_id)
            raise
        finally:
            self._files.paths.forget(work.gone)
        work.stamping.finish(actor)
        return work.result


class _Copy:
    """One copy, a batch in a unit. A tree of more than one batch grows below a hidden node, which the last unit
    turns visible; interrupted, it leaves a job that removes it."""

    def __init__(
        self,
        files: Files,
        stamping: Job,
        actor: Actor,
        account_id: int,
        node_id: int,
        parent_id: int,
        name: str,
        guard: Guard,
        deep: bool,
    ) -> None:
        self._files = files
        self._actor = actor
        self._account_id = account_id
        self._source_id = node_id
        self._parent_id = parent_id
        self._name = name
        self._guard = guard
        self._deep = deep
        self._todo: list[Pending] = []
        self.stamping = stamping
        self.top_id = files.new_id()
        self.job_id = files.new_id()
        self.begun = False
        self.gone: list[Node] = []
        self.result: Moved | None = None

    def advance(self) -> None:
        self._files.require_room(0)
        ids = list(self._files.catalog.new_ids(self._files.rules.batch_rows))

        def unit(ledger: Ledger) -> tuple[list[Pending], Moved | None]:
            todo = list(self._todo) if self.begun else self._begin(ledger)
            todo = self._some(ledger, todo, list(ids))
            if todo:
                if not self.begun:
                    ledger.tx.jobs.add(ledger.account_id, self.job_id, "copy", msgspec.json.encode(self.top_id))
                return todo, None
            if self.begun:
                ledger.tx.jobs.remove(ledger.account_id, self.job_id)
            return todo, self._attach(ledger)

        self._todo, self.result = self._files.write_in(self._account_id, self._actor, unit)
        self.begun = True

    def _begin(self, ledger: Ledger) -> list[Pending]:
        source, parent = ledger.live(self._source_id, "read"), ledger.folder(self._parent_id)
        if source.parent_id is None or source.id == ledger.actor.home:
            raise NotAllowed("The root folder cannot be copied.", advice="Copy what is in it.")
        if self._deep and source.is_folder and source.id in ledger.above(parent.id):
            raise BelowItself(f"“{source.name}” cannot be copied into itself.")
        guards.check(ledger, self._guard, source)
        self._may_arrive(ledger, parent, source)
        top = copied(ledger, source, self.top_id, parent.id)
        # A trash root of its own: should the folder it grows in be purged, it is left to us.
        self._insert(ledger, [(source, replace(top, name=self._name, state=State.HIDDEN, trash_root=top.id))])
        return [(source.id, self.top_id, None)] if self._deep and source.is_folder else []

    def _some(self, ledger: Ledger, todo: list[Pending], ids: list[int]) -> list[Pending]:
        """Copy children of the folders in `todo`, one batch; returns what remains."""
        budget = len(ids)
        while todo and budget > 0:
            source_id, target_id, after = todo.pop()
            if ledger.tx.nodes.get(ledger.account_id, target_id) is None:
                raise _ended()
            found = ledger.tx.nodes.children(ledger.account_id, source_id, "name", False, after, budget)
            if len(found) == budget:
                todo.append((source_id, target_id, (same.key(found[-1].name), found[-1].id)))
            budget -= len(found) + 1
            mine = (node for node in found if node.kind != Kind.MOUNT)  # what somebody else opened is not copied along
            pairs = [(node, copied(ledger, node, ids.pop(), target_id)) for node in mine]
            if pairs:
                self._insert(ledger, pairs)
            todo.extend((node.id, copy.id, None) for node, copy in pairs if node.is_folder)
        return todo

    @staticmethod
    def _insert(ledger: Ledger, pairs: list[tuple[Node, Node]]) -> None:
        copies = [copy for _, copy in pairs]
        ledger.tx.nodes.add(copies)
        ledger.tx.versions.add([ledger.version(copy, Status.NEW) for copy in copies])
        ledger.tx.nodes.copy_properties(ledger.account_id, [(node.id, copy.id) for node, copy in pairs])

    def _may_arrive(self, ledger: Ledger, parent: Node, source: Node) -> Node | None:
        """What stands where the copy goes; raises when it may not be replaced."""
        existing = ledger.tx.nodes.child(ledger.account_id, parent.id, self._name)
        guards.may_add(ledger, self._guard, parent)
        if existing is not None and existing.id == source.id:
            raise NameTaken(source.name)
        if existing is not None:
            make_room(ledger, self._guard, existing, source)
        return existing

    def _attach(self, ledger: Ledger) -> Moved:
        self.gone.clear()
        source, parent = ledger.live(self._source_id, "read"), ledger.folder(self._parent_id)
        existing = self._may_arrive(ledger, parent, source)
        if existing is not None:
            self.gone.append(existing)
            put_in(ledger, existing, self.stamping)
        hidden = ledger.tx.nodes.get(ledger.account_id, self.top_id)
        if hidden is None:
            raise _ended()
        top = replace(hidden, state=State.LIVE, trash_root=None)
        ledger.tx.nodes.update(top, hidden)
        ledger.note("copy", top, new=top)
        return Moved(top, existing is not None)


def copied(ledger: Ledger, node: Node, node_id: int, parent_id: int) -> Node:
    """The copy of a node as it begins: the same content and modification time, a history of its own."""
    return replace(
        node,
        id=node_id,
        parent_id=parent_id,
        number=1,
        content_number=1,
        created_at=ledger.now,
        changed_at=ledger.now,
        state=State.LIVE,
        trash_root=None,
        trashed_at=None,
    )


def _ended() -> Busy:
    """A process that starts takes every copy that is under way for one that an earlier process left behind."""
    return Busy("The copy was ended by another process of the server.")
