"""The way out: into the trash, back again, or gone for good.

Trashing stamps the whole subtree (trash root, time) and adds a version to each node; restoring takes exactly the
nodes of that trash root. A tree of more than one batch takes several units: the topmost node goes first (or comes
back last), so that others see the whole change at once; a row in `job` makes a restart go on (or, when it was coming
back, put it into the trash again).
"""

import builtins
from collections.abc import Callable, Iterator
from contextlib import suppress

import msgspec
from msgspec.structs import replace

from nuvol.clock import DAY
from nuvol.core import access
from nuvol.core.files import gathering, guards, names
from nuvol.core.files.contents import remove_nodes, take_abandoned
from nuvol.core.files.cursors import read_cursor, write_cursor
from nuvol.core.files.gathering import Gathering
from nuvol.core.files.ledger import Ledger, free_name
from nuvol.core.files.room import Files
from nuvol.errors import BelowItself, CloudError, NameTaken, NodeMissing, ParentMissing, Unable, WrongKind
from nuvol.model.accounts import Actor
from nuvol.model.nodes import ANY, Kind, Node, Page, State, Status
from nuvol.model.shares import Role
from nuvol.stores.base import Transaction

Ids = list[int]
Step = Callable[[Ledger, int, Ids], Ids]
"""One batch of a long change: the topmost node and the ids still to do → the ids that remain."""


class Job:
    """A change of a tree that may need more than one unit: `start` in the first, `finish` after it."""

    def __init__(self, files: Files, verb: str, step: Step, id: int | None = None) -> None:
        self._files = files
        self._verb = verb
        self._step = step
        self._id = files.new_id() if id is None else id
        self._account_id = 0
        self._top = 0
        self._rest: Ids = []

    def start(self, ledger: Ledger, top: int) -> None:
        """Do a first batch; if something remains it is noted, so that a restart goes on with it."""
        self._account_id, self._top = ledger.account_id, top
        self._rest = self._step(ledger, top, [top])
        if self._rest:
            ledger.tx.jobs.add(ledger.account_id, self._id, self._verb, msgspec.json.encode(top))

    def finish(self, actor: Actor) -> None:
        """Do the rest, a batch in a unit. Everybody sees the change already: what cannot be done now, because the
        disk is full for instance, is left to upkeep."""
        with suppress(Unable):
            self._go_on(actor)

    def _go_on(self, actor: Actor) -> None:
        def unit(ledger: Ledger) -> Ids:
            rest = self._step(ledger, self._top, list(self._rest))
            if not rest:
                ledger.tx.jobs.remove(ledger.account_id, self._id)
            return rest

        try:
            while self._rest:
                self._rest = self._files.write_in(self._account_id, actor, unit)
        except CloudError:
            self._files.left_over.add(self._id)
            raise
        self._files.left_over.discard(self._id)

    def resume(self, account_id: int, actor: Actor, top: int, rest: Ids) -> None:
        """Go on with what a restart or a failure left over. Raises Unable."""
        self._account_id, self._top, self._rest = account_id, top, rest or [top]
        self._go_on(actor)


class Trash:
    """What was deleted, by trash root; `put_in` is how it comes there."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def list(self, actor: Actor, *, after: str | None = None, limit: int = 1000) -> Page:
        """What was trashed, newest first: the topmost nodes only, those of opened folders that the actor may change
        among them. Raises BadValue (a wrong cursor)."""
        access.require(actor, "read")
        cursor = read_cursor(after, int, "trash")
        behind = (int(str(cursor[0])), cursor[1]) if cursor else None

        def look(tx: Transaction) -> Page:
            found: Gathering[Node] = Gathering(lambda node: (node.trashed_at or 0, node.id), limit)
            if actor.home is not None:
                found.sift(_pages(tx, actor.account_id, behind), lambda nodes: _at_home(tx, actor, nodes))
                return _page(found)
            found.add(tx.nodes.trash(actor.account_id, behind, limit + 1))
            for owner_id in {member.account_id for member in tx.shares.open_to(actor.account_id)}:
                found.sift(_pages(tx, owner_id, behind), lambda nodes: _restorable(tx, actor, nodes))
            return _page(found)

        return self._files.catalog.read(look)

    def get(self, actor: Actor, node_id: int) -> Node:
        """Something in the trash, deleted itself or with a folder above it. Raises NodeMissing."""

        def look(tx: Transaction) -> Node:
            node = tx.nodes.get(actor.account_id, node_id)
            if node is None or node.state != State.TRASHED:
                raise NodeMissing("It is not in the trash.")
            access.require(actor, "read", node, tx)
            return node

        return self._files.catalog.read(look)

    def children(self, actor: Actor, folder: Node, *, together: bool = False) -> builtins.list[Node]:
        """What is in the trash and lay in this folder, by name; the folder itself may be there too. `together`: only
        what went there with it. Raises NodeMissing."""

        def look(tx: Transaction) -> builtins.list[Node]:
            access.require(actor, "read", folder, tx)
            below = tx.nodes.below(folder.account_id, folder.id, State.TRASHED, 1_000_000)
            wanted = [node_id for node_id, _, root in below if not together or root == folder.trash_root]
            return tx.nodes.many(folder.account_id, wanted)

        return sorted(self._files.catalog.read(look), key=lambda node: (node.name, node.id))

    def restore(
        self,
        actor: Actor,
        node_id: int,
        *,
        parent_id: int | None = None,
        name: str | None = None,
        exact: bool = False,
    ) -> Node:
        """Bring a trashed tree back: to where it was, to the root if that is gone, or to `parent_id`.

        A name taken meanwhile becomes “name (2)”. With `exact` it comes back to that very place and name or not at
        all: ParentMissing, NameTaken. Raises NodeMissing (it is not in the trash), BadName.
        """
        access.require(actor, "write")
        if name is not None:
            names.check(name)
        job_id = self._files.new_id()
        begun = False

        def unit(ledger: Ledger) -> Node | None:
            node = self._trashed(ledger, node_id, "write")
            parent = self._home(ledger, node, parent_id, exact)
            if exact and ledger.tx.nodes.child(ledger.account_id, parent.id, name or node.name) is not None:
                raise NameTaken(name or node.name)
            guards.may_add(ledger, ANY, parent)
            if self._unstamp(ledger, node.id):
                if not begun:  # a restart puts back what came out so far
                    ledger.tx.jobs.add(ledger.account_id, job_id, "trash", msgspec.json.encode(node.id))
                return None
            if begun:
                ledger.tx.jobs.remove(ledger.account_id, job_id)
            return _attach(ledger, node, parent, name or node.name)

        account_id = actor.account_id

        def act(where: int) -> Node | None:
            nonlocal account_id
            account_id = where
            return self._files.write_in(where, actor, unit)

        try:
            restored = self._files.attempt(actor, node_id, act)
            while restored is None:
                begun = True
                restored = act(account_id)
        except CloudError:
            if begun:
                with suppress(Unable):  # then upkeep does it
                    self.resume(account_id, job_id, "trash", node_id)
            raise
        return restored

    def purge(self, actor: Actor, node_id: int) -> None:
        """Remove a trashed tree for good. Raises NodeMissing when it is not in the trash."""
        access.require(actor, "write")
        job = Job(self._files, "purge", self._remove)

        def unit(ledger: Ledger) -> None:
            node = self._trashed(ledger, node_id, "purge")
            ledger.tx.nodes.update(replace(node, state=State.HIDDEN), node)
            ledger.note("purge", node)
            job.start(ledger, node.id)

        self._files.write(actor, unit, at=node_id)
        job.finish(actor)
        with suppress(Unable):  # then the sweep does it
            take_abandoned(self._files)

    def empty(self, actor: Actor) -> int:
        """Purge everything of the actor's own; returns how many topmost nodes went."""
        access.require(actor, "write")
        count = 0
        while found := self._own(actor):
            count += sum(self._purged(actor, node.id) for node in found)
        return count

    def _own(self, actor: Actor) -> builtins.list[Node]:
        """Some of the actor's own, the topmost nodes."""
        if actor.home is not None:
            return self.list(actor, limit=100).nodes
        return self._files.catalog.read(lambda tx: tx.nodes.trash(actor.account_id, None, 100))

    def expire(self) -> int:
        """Purge what has been in the trash for longer than the rule allows, in every account."""
        if not self._files.rules.trash_days:
            return 0
        before = self._files.clock() - self._files.rules.trash_days * DAY
        count = 0
        while found := self._files.catalog.read(lambda tx: tx.nodes.trashed_before(before, 100)):
            count += sum(self._purged(Actor(node.account_id), node.id) for node in found)
        return count

    def _purged(self, actor: Actor, node_id: int) -> bool:
        """Purge it, unless somebody else purged or restored it meanwhile."""
        try:
            self.purge(actor, node_id)
        except NodeMissing:
            return False
        return True

    # ------------------------------------------------------------------------------------------ jobs

    def stamping(self) -> Job:
        """The trashing of the tree below a node that `put_in` has just stamped."""
        return Job(self._files, "trash", self._stamp)

    def discard(self, account_id: int, actor: Actor, node_id: int, job_id: int) -> None:
        """Remove a hidden tree for good: a copy that was never finished."""
        Job(self._files, "purge", self._remove, job_id).resume(account_id, actor, node_id, [node_id])

    def resume(self, account_id: int, job_id: int, verb: str, node_id: int) -> None:
        """Go on with a job that a restart or a failure left over. Raises Unable."""
        actor = Actor(account_id)
        if verb == "trash":
            folders = self._files.catalog.read(lambda tx: tx.nodes.stamped_folders(account_id, node_id))
            Job(self._files, verb, self._stamp, job_id).resume(account_id, actor, node_id, folders)
        else:  # a purge, or a copy that was never attached
            if verb == "arrival":
                self._files.write_in(account_id, actor, lambda ledger: end_arrival(ledger, job_id, node_id))
            self.discard(account_id, actor, node_id, job_id)

    def _stamp(self, ledger: Ledger, top: int, rest: Ids) -> Ids:
        """A folder is stamped before its children are listed: what is added meanwhile is refused or found. One that
        bears the stamp no longer was restored or purged meanwhile."""
        budget = self._files.rules.batch_rows
        while rest and budget > 0:
            folder = ledger.tx.nodes.get(ledger.account_id, rest[-1])
            if folder is None or folder.state != State.TRASHED or folder.trash_root != top:
                rest.pop()
                continue
            below = ledger.tx.nodes.below(ledger.account_id, folder.id, State.LIVE, budget)
            if len(below) < budget:
                rest.pop()
            budget -= len(below) + 1
            if below:
                mark(ledger, [id for id, _, _ in below], State.TRASHED, top)
                rest.extend(id for id, kind, _ in below if kind == Kind.FOLDER)
        return rest

    def _unstamp(self, ledger: Ledger, top: int) -> bool:
        """Bring a batch of what lies below back to life; True when there may be more."""
        batch = self._files.rules.batch_rows
        found = ledger.tx.nodes.stamped(ledger.account_id, top, batch)
        if found:
            mark(ledger, found, State.LIVE, None)
        return len(found) == batch

    def _remove(self, ledger: Ledger, top: int, rest: Ids) -> Ids:
        """Leaves first. What was trashed by itself earlier, or is being copied to here, stays and moves to the root
        (which stays too, unless it is the account that goes). So does a copy that is there after all, because only
        the database's answer was lost."""
        node = ledger.tx.nodes.get(ledger.account_id, top)
        if node is not None and node.state != State.HIDDEN:
            return []
        batch, root_id = self._files.rules.batch_rows, ledger.account.root_id
        budget = batch
        while rest and budget > 0:
            below = ledger.tx.nodes.below(ledger.account_id, rest[-1], None, budget)
            own = {id for id, _, root in below if root == id and top != root_id}
            for id in own:
                ledger.tx.nodes.adopt(ledger.account_id, id, root_id)
            files = [id for id, kind, _ in below if kind == Kind.FILE and id not in own]
            leaves = files if below else rest[-1:]
            seen = remove_nodes(ledger, leaves, batch) if leaves else 0
            if not below and seen < batch:
                rest.pop()
            rest.extend(id for id, kind, _ in below if kind != Kind.FILE and id not in own)
            budget -= len(below) + seen + 1
        return rest

    # ------------------------------------------------------------------------------------------ places

    @staticmethod
    def _trashed(ledger: Ledger, node_id: int, verb: str) -> Node:
        node = ledger.tx.nodes.get(ledger.account_id, node_id)
        if node is None or node.state != State.TRASHED or node.trash_root != node.id:
            raise NodeMissing(
                "It is not in the trash.", advice="List the trash; what lies in a trashed folder goes with it."
            )
        ledger.admit(node, verb)
        return node

    @staticmethod
    def _home(ledger: Ledger, node: Node, parent_id: int | None, exact: bool) -> Node:
        """Where it goes: the folder asked for, else its old one, else the root."""
        if parent_id is not None:
            parent = ledger.folder(parent_id)
            if node.id in ledger.above(parent.id):
                raise BelowItself(f"“{node.name}” cannot be restored into itself.")
            return parent
        if exact:  # whose folder was purged lies below the root since then
            last = ledger.tx.versions.get(ledger.account_id, node.id, node.number)
            if last is not None and last.parent_id != node.parent_id:
                raise ParentMissing("The folder it was in is gone.")
        try:
            return ledger.folder(node.parent_id or ledger.root_id)
        except (ParentMissing, WrongKind):
            if exact:
                raise
            if ledger.account_id == ledger.actor.account_id:
                return ledger.folder(ledger.root_id)
        for above in ledger.above(node.parent_id):  # in somebody else's folder it stays there
            with suppress(ParentMissing):
                return ledger.folder(above)
        raise ParentMissing("The folder in which it was is gone.")


def _pages(tx: Transaction, owner_id: int, behind: tuple[int, int] | None) -> Iterator[list[Node]]:
    while found := tx.nodes.trash(owner_id, behind, gathering.ROWS):
        yield found
        behind = (found[-1].trashed_at or 0, found[-1].id)


def _page(found: Gathering[Node]) -> Page:
    page, last = found.page()
    return Page(page, None if last is None else write_cursor("trash", *last))


def _at_home(tx: Transaction, actor: Actor, nodes: list[Node]) -> list[Node]:
    return [node for node in nodes if access.is_at_home(actor, node, tx)]


def _restorable(tx: Transaction, actor: Actor, nodes: list[Node]) -> list[Node]:
    """Those of somebody else's that the actor may change."""
    roles = {node.id: tx.shares.role(node.account_id, node.id, actor.account_id) or 0 for node in nodes}
    return [node for node in nodes if roles[node.id] >= Role.EDITOR]


def end_arrival(ledger: Ledger, job_id: int, node_id: int) -> bool:
    """Nobody goes on with bringing this tree from another account; what came of it is purged. False: it had ended."""
    is_under_way = ledger.tx.jobs.verb(ledger.account_id, job_id) == "arrival"
    if is_under_way:
        ledger.tx.jobs.remove(ledger.account_id, job_id)
        ledger.tx.jobs.add(ledger.account_id, job_id, "purge", msgspec.json.encode(node_id))
    return is_under_way


def put_in(ledger: Ledger, node: Node, job: Job) -> None:
    """Take a node out of its folder and into the trash; the caller lets `job` finish after the unit."""
    mark(ledger, [node.id], State.TRASHED, node.id)
    ledger.note("trash", replace(node, number=node.number + 1), old=node)
    ledger.note_inside("trash", node)
    if node.is_folder:
        job.start(ledger, node.id)


def mark(ledger: Ledger, node_ids: Ids, state: State, root: int | None) -> None:
    status = Status.DELETED if state == State.TRASHED else Status.CHANGED
    ledger.tx.nodes.mark(ledger.account_id, node_ids, state, root, ledger.now, status, ledger.actor)


def _attach(ledger: Ledger, node: Node, parent: Node, name: str) -> Node:
    """Give a trashed node a place among the living."""
    back = replace(
        node,
        parent_id=parent.id,
        name=free_name(ledger, parent.id, name),
        number=node.number + 1,
        changed_at=ledger.now,
        state=State.LIVE,
        trash_root=None,
        trashed_at=None,
    )
    ledger.tx.nodes.update(back, node)
    ledger.tx.versions.add((ledger.version(back, Status.CHANGED),))
    ledger.note("restore", back, new=back)
    ledger.note_inside("restore", back)
    return back
