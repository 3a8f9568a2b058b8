"""Trees that go from one account to another: into and out of folders that are shared.

No transaction touches two accounts. A tree grows hidden at its new place, as long as there is an `arrival` row, and
turns visible in the unit that removes this row. One that moves is taken out of sight at its old place first, in a unit
that also writes a `handover` row. Whoever finds that row later ends the arrival if it is still under way, looks whether
the tree lives at the new place, and removes it at the old one or brings it back there. So it is never in both places
and never in none for good.
"""

from contextlib import ExitStack, suppress

import msgspec
from msgspec.structs import replace

from nuvol.core import remarks
from nuvol.core.files import guards
from nuvol.core.files.ledger import Ledger, free_name
from nuvol.core.files.parcels import Parcel
from nuvol.core.files.room import Files
from nuvol.core.files.trash import Job, Trash, end_arrival, put_in
from nuvol.errors import AccountMissing, Busy, CloudError, Conflict, Damaged, NameTaken, NotAllowed, Unable
from nuvol.ids import ID_LIMIT
from nuvol.model import names as same
from nuvol.model.accounts import Actor
from nuvol.model.comments import Comment
from nuvol.model.nodes import Content, Guard, Kind, Moved, Node, State, Status, Version
from nuvol.model.photos import Taken, is_photo
from nuvol.stores.base import Transaction

Place = tuple[int, int]
"""(account, node)."""
Pending = tuple[int, int, tuple[object, int] | None]
"""A folder still to be brought: (source, target, cursor behind the last child brought)."""


class Across:
    def __init__(self, files: Files, trash: Trash) -> None:
        self._files = files
        self._trash = trash

    def move(
        self, actor: Actor, source: Place, account_id: int, parent_id: int, name: str | None, guard: Guard
    ) -> Moved:
        """Move a tree into a folder of another account, with its ids, versions, properties and comments.

        Raises what `Tree.move` raises, QuotaExceeded (of the other account), Conflict (something in it is shared).
        """
        work = _Carry(self._files, self._trash, actor, source, account_id, parent_id, name, guard, whole=True)
        self._files.catalog.read(work.look)
        handover = self._files.new_id()
        work.announce()
        try:
            node = self._files.write_in(source[0], actor, lambda ledger: self._take_out(ledger, work, handover))
        except CloudError:
            work.give_up()
            raise
        self._files.paths.forget([node])
        try:
            moved = work.run(node)
        except CloudError:
            self._files.left_over.add(handover)
            with suppress(Unable):  # then upkeep does it
                self.resume(actor, source, account_id, work.arrival, handover)
            raise
        self._remove(actor, source, handover)
        return moved

    def copy(
        self, actor: Actor, source: Place, account_id: int, parent_id: int, name: str, guard: Guard, *, deep: bool
    ) -> Moved:
        """Copy a tree into a folder of another account; its history stays behind."""
        work = _Carry(
            self._files, self._trash, actor, source, account_id, parent_id, name, guard, whole=False, deep=deep
        )
        node = self._files.catalog.read(work.look)
        work.announce()
        return work.run(node)

    def resume(self, actor: Actor, source: Place, account_id: int, arrival: int, job_id: int) -> None:
        """Go on with a move that a restart or a failure broke off. Raises Unable."""

        def has_arrived(ledger: Ledger) -> bool:
            if end_arrival(ledger, arrival, source[1]):  # whoever may still be bringing it has to give up
                return False
            there = ledger.tx.nodes.get(account_id, source[1])
            return there is not None and there.state != State.HIDDEN

        try:
            arrived = self._files.write_in(account_id, actor, has_arrived)
        except AccountMissing:
            arrived = False
        if arrived:
            self._remove(actor, source, job_id)
        else:
            self._bring_back(actor, source, job_id)

    def _take_out(self, ledger: Ledger, work: "_Carry", handover: int) -> Node:
        node = ledger.leaving(work.source[1], "moved")
        guards.check(ledger, work.guard, node)
        guards.may_remove(ledger, work.guard, node)
        inside = (node.id in ledger.above(folder_id) for folder_id in ledger.open_folders)
        if node.is_folder and (any(inside) or ledger.holds_mounts(node)):
            raise Conflict(
                f"“{node.name}” is shared, or holds something that is.", advice="End that first, or copy it instead."
            )
        ledger.tx.nodes.update(replace(node, state=State.HIDDEN, trash_root=node.id), node)
        ledger.note("move", replace(node, number=node.number + 1), old=node)
        data = msgspec.json.encode([node.id, work.account_id, work.arrival])
        ledger.tx.jobs.add(ledger.account_id, handover, "handover", data)
        return node

    def _bring_back(self, actor: Actor, source: Place, handover: int) -> None:
        def unit(ledger: Ledger) -> None:
            node = ledger.tx.nodes.get(*source)
            is_ours = ledger.tx.jobs.verb(source[0], handover) is not None
            if is_ours and node is not None and node.state == State.HIDDEN:
                parent = ledger.tx.nodes.get(source[0], node.parent_id or 0)
                alive = parent is not None and parent.state == State.LIVE
                parent_id = parent.id if parent is not None and alive else ledger.account.root_id
                name = free_name(ledger, parent_id, node.name)
                back = replace(node, parent_id=parent_id, name=name, state=State.LIVE, trash_root=None)
                ledger.tx.nodes.update(back, node)
                ledger.note("restore", back, new=back)
            ledger.tx.jobs.remove(source[0], handover)

        self._files.write_in(source[0], actor, unit)
        self._files.left_over.discard(handover)

    def _remove(self, actor: Actor, source: Place, handover: int) -> None:
        with suppress(Unable):  # then upkeep does it
            self._trash.discard(source[0], actor, source[1], handover)


class _Carry:
    """One tree on its way, a batch in a unit of the account it comes to."""

    def __init__(
        self,
        files: Files,
        trash: Trash,
        actor: Actor,
        source: Place,
        account_id: int,
        parent_id: int,
        name: str | None,
        guard: Guard,
        *,
        whole: bool,
        deep: bool = True,
    ) -> None:
        """`whole`: with ids and all versions."""
        self._files = files
        self._trash = trash
        self._actor = actor
        self.source = source
        self.account_id = account_id
        self._parent_id = parent_id
        self._name = name
        self.guard = guard
        self._whole = whole
        self._deep = deep
        self._stamping: Job = trash.stamping()
        self.arrival = files.new_id()
        self._top_id = source[1] if whole else files.new_id()

    def look(self, tx: Transaction) -> Node:
        """Refuse early what would be refused in the end; the topmost node as it is."""
        now = self._files.clock()
        there = Ledger(tx, self._actor, now, account_id=self.source[0], hold=False)
        node = there.live(self.source[1], "write" if self._whole else "read")
        if node.parent_id is None:
            raise NotAllowed("The root folder cannot be moved or copied.", advice="Choose what is in it.")
        if node.kind == Kind.MOUNT:
            raise NotAllowed(
                "What others opened to you stays in folders of your own.", advice="Choose one of them, or copy it."
            )
        ledger = Ledger(tx, self._actor, now, account_id=self.account_id, hold=False)
        if not self._whole:
            guards.check(there, self.guard, node)
        self._may_arrive(ledger, node)
        return node

    def announce(self) -> None:
        data = msgspec.json.encode(self._top_id)
        self._files.write_in(
            self.account_id,
            self._actor,
            lambda ledger: ledger.tx.jobs.add(self.account_id, self.arrival, "arrival", data),
        )

    def give_up(self) -> None:
        self._files.left_over.add(self.arrival)
        with suppress(Unable):  # then upkeep does it
            self._trash.resume(self.account_id, self.arrival, "arrival", self._top_id)

    def run(self, top: Node) -> Moved:
        self._name = self._name or top.name
        gone: list[Node] = []
        try:
            todo = self._bring([top], None)
            while todo:
                todo = self._go_on(todo)
            moved = self._files.write_in(self.account_id, self._actor, lambda ledger: self._attach(ledger, top, gone))
        except CloudError:
            self.give_up()
            raise
        finally:
            self._files.paths.forget(gone)
        self._stamping.finish(self._actor)
        return moved

    def _may_arrive(self, ledger: Ledger, node: Node) -> Node | None:
        parent = ledger.folder(self._parent_id)
        guards.may_add(ledger, self.guard, parent)
        existing = ledger.tx.nodes.child(ledger.account_id, parent.id, self._name or node.name)
        if existing is None:
            return None
        if not self.guard.overwrite or existing.kind == Kind.MOUNT:
            raise NameTaken(existing.name)
        guards.may_remove(ledger, self.guard, existing)
        return existing

    def _go_on(self, todo: list[Pending]) -> list[Pending]:
        source_id, target_id, after = todo.pop()
        limit = self._files.rules.batch_rows
        found = self._files.catalog.read(
            lambda tx: tx.nodes.children(self.source[0], source_id, "name", False, after, limit)
        )
        if len(found) == limit:
            todo.append((source_id, target_id, (same.key(found[-1].name), found[-1].id)))
        nodes = [node for node in found if node.kind != Kind.MOUNT]
        return todo + (self._bring(nodes, target_id) if nodes else [])

    def _bring(self, nodes: list[Node], parent_id: int | None) -> list[Pending]:
        """Some nodes of one folder (`parent_id` None: the topmost, hidden) with what they hold; the folders among them
        are still to do."""
        self._files.require_room(0)
        ids = [node.id for node in nodes] if self._whole else list(self._files.catalog.new_ids(len(nodes)))
        if parent_id is None:
            ids = [self._top_id]
        past, properties, comments = self._files.catalog.read(lambda tx: self._read(tx, nodes))
        said = self._files.catalog.read(lambda tx: _said(tx, nodes)) if self._whole else {}
        hashes = {version.content for version in past} | {node.content for node in nodes}
        parcels = {hash: parcel for hash in hashes - {None} if hash and (parcel := self._parcel(hash))}
        fresh_id = self._files.new_id()

        def unit(ledger: Ledger) -> None:
            self._demand_arrival(ledger)
            contents = {hash: parcel.land(ledger) for hash, parcel in parcels.items()}
            known = {
                hash: contents.get(hash) or ledger.tx.chunks.content(self.account_id, hash) for hash in hashes if hash
            }
            arriving = [self._placed(ledger, node, id, parent_id, known) for node, id in zip(nodes, ids, strict=True)]
            ledger.tx.nodes.add(arriving)
            if self._whole:
                ledger.tx.versions.add([_here(version, self.account_id, known) for version in past])
            else:
                ledger.tx.versions.add([ledger.version(node, Status.NEW) for node in arriving])
            for node, id in zip(nodes, ids, strict=True):
                if node.id in properties:
                    ledger.tx.nodes.set_properties(self.account_id, id, properties[node.id], ())
            for taken, likers in said.values():
                _say(ledger, taken, likers)
            remarks.put(ledger, [replace(comment, account_id=self.account_id) for comment in comments], fresh_id)

        with ExitStack() as sent:
            for parcel in parcels.values():
                sent.enter_context(parcel)
            self._files.write_in(self.account_id, self._actor, unit)
        return [(node.id, id, None) for node, id in zip(nodes, ids, strict=True) if node.is_folder and self._deep]

    def _read(
        self, tx: Transaction, nodes: list[Node]
    ) -> tuple[list[Version], dict[int, dict[str, str]], list[Comment]]:
        account_id, ids = self.source[0], [node.id for node in nodes]
        properties = tx.nodes.properties(account_id, ids)
        if not self._whole:
            return [], properties, []
        past = [v for node_id in ids for v in tx.versions.of(account_id, node_id, ID_LIMIT, ID_LIMIT)]
        return past, properties, remarks.about(tx, account_id, ids)

    def _parcel(self, hash: bytes) -> Parcel | None:
        """None: the other account has it already."""

        def look(tx: Transaction) -> tuple[Content | None, Content | None]:
            return tx.chunks.content(self.account_id, hash), tx.chunks.content(self.source[0], hash)

        there, here = self._files.catalog.read(look)
        if there is None and here is None:
            raise Damaged("A content that is to be brought along is lost.")
        return Parcel(self._files, self._actor, here, self.account_id) if there is None and here else None

    def _placed(
        self, ledger: Ledger, node: Node, id: int, parent_id: int | None, contents: dict[bytes, Content | None]
    ) -> Node:
        content = contents[node.content] if node.content is not None else None
        if node.content is not None and content is None:
            raise Unable("What it holds went away meanwhile.")
        placed = replace(
            node,
            account_id=self.account_id,
            id=id,
            parent_id=self._parent_id if parent_id is None else parent_id,
            blob_id=content.blob_id if content else None,
            changed_at=ledger.now,
            state=State.LIVE if parent_id is not None else State.HIDDEN,
            trash_root=None if parent_id is not None else id,
            trashed_at=None,
        )
        if parent_id is None:
            placed = replace(placed, name=self._name or node.name)
        return placed if self._whole else replace(placed, number=1, content_number=1, created_at=ledger.now)

    def _demand_arrival(self, ledger: Ledger) -> None:
        """A process that starts takes a tree that is on its way for one that was left behind, and ends it."""
        if ledger.tx.jobs.verb(self.account_id, self.arrival) != "arrival":
            raise Busy("This was ended by another process of the server.")

    def _attach(self, ledger: Ledger, source: Node, gone: list[Node]) -> Moved:
        existing = self._may_arrive(ledger, source)
        if existing is not None:
            gone.append(existing)
            put_in(ledger, existing, self._stamping)
        self._demand_arrival(ledger)
        hidden = ledger.tx.nodes.get(self.account_id, self._top_id)
        assert hidden is not None  # who removes it ends the arrival first
        top = replace(hidden, state=State.LIVE, trash_root=None)
        if self._whole:
            top = replace(top, number=top.number + 1, changed_at=ledger.now)
            ledger.tx.versions.add((ledger.version(top, Status.MOVED),))
        ledger.tx.nodes.update(top, hidden)
        ledger.note("move" if self._whole else "copy", top, new=top)
        ledger.tx.jobs.remove(self.account_id, self.arrival)
        return Moved(top, existing is not None)


def _here(version: Version, account_id: int, contents: dict[bytes, Content | None]) -> Version:
    content = contents.get(version.content) if version.content is not None else None
    return replace(version, account_id=account_id, blob_id=content.blob_id if content else None)


def _said(tx: Transaction, nodes: list[Node]) -> dict[int, tuple[Taken, list[int]]]:
    """What people said of photos among these nodes of one account, and who likes them."""
    photos = [node for node in nodes if is_photo(node.mime)]
    likers = tx.photos.likers(photos[0].account_id, [node.id for node in photos]) if photos else {}
    found: dict[int, tuple[Taken, list[int]]] = {}
    for node in photos:
        taken = tx.photos.get(node.account_id, node.id)
        if taken is not None:
            found[node.id] = taken, [liker_id for liker_id, _ in likers.get(node.id, ())]
    return found


def _say(ledger: Ledger, taken: Taken, likers: list[int]) -> None:
    photos, account_id, node_id = ledger.tx.photos, ledger.account_id, taken.node_id
    if taken.said_at is not None or taken.said_latitude is not None:
        photos.say(account_id, node_id, taken.said_at, taken.said_latitude, taken.said_longitude)
    for liker_id in likers:
        photos.like(account_id, node_id, liker_id, ledger.now)
