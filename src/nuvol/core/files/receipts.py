"""Copies out of another account's share: rows and links of blobs, no bytes move (see adopting.py)."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial

import msgspec
from msgspec.structs import replace

from nuvol.core import access
from nuvol.core.files import guards, names
from nuvol.core.files.adopting import Adoption
from nuvol.core.files.arrivals import Arrivals
from nuvol.core.files.copies import copied
from nuvol.core.files.ledger import Ledger
from nuvol.core.files.room import Files
from nuvol.core.files.trash import Trash
from nuvol.core.files.tree import new_node
from nuvol.errors import BelowItself, Busy, CloudError, NameTaken, Unable
from nuvol.model import names as same
from nuvol.model.accounts import Actor
from nuvol.model.nodes import ANY, Exists, Kind, Node, State, Status
from nuvol.stores.base import Transaction

_PAGE = 1000

_AT_ONCE = 100
"""Nodes in a unit; each may bring a content of up to 1,000 chunks."""


class Receipts:
    def __init__(self, files: Files, trash: Trash, arrivals: Arrivals) -> None:
        self._files = files
        self._trash = trash
        self._arrivals = arrivals

    def receive(self, actor: Actor, sources: Sequence[Node], parent_id: int, name: str, exists: Exists) -> Node:
        """Copy live nodes of another account (the caller knows that the actor may read them) into one's own folder.

        One source arrives as `name` itself, several in a new folder of that name. Raises ParentMissing, WrongKind,
        NameTaken (`fail`), QuotaExceeded, BelowItself (a folder into itself).
        """
        access.require(actor, "write")
        names.check(name)
        self._files.catalog.read(lambda tx: self._may_arrive(tx, actor, sources, parent_id, name, exists))
        top_id = self._bring(actor, sources)
        try:
            return self._attach(actor, top_id, parent_id, name, exists)
        except CloudError:
            with suppress(Unable):  # then upkeep does it
                self._trash.discard(actor, top_id, top_id)
            raise

    def _may_arrive(
        self, tx: Transaction, actor: Actor, sources: Sequence[Node], parent_id: int, name: str, exists: Exists
    ) -> None:
        ledger = Ledger(tx, actor, 0, hold=False)
        parent = ledger.folder(parent_id)
        guards.may_add(ledger, ANY, parent)
        if exists is Exists.FAIL and tx.nodes.child(actor.account_id, parent_id, name) is not None:
            raise NameTaken(name)
        if not {source.id for source in sources}.isdisjoint(ledger.above(parent_id)):
            raise BelowItself("A folder cannot be received into itself.")

    def _bring(self, actor: Actor, sources: Sequence[Node]) -> int:
        """Everything, below a hidden node; its id is that of the job, which removes it if this breaks off."""
        top_id = self._files.new_id()
        pending = self._plan(sources, top_id)
        try:
            first = True
            while batch := [pair for _, pair in zip(range(_AT_ONCE), pending, strict=False)]:
                self._bring_some(actor, batch, top_id if first else None, len(sources) != 1)
                first = False
        except CloudError:
            if not first:
                with suppress(Unable):  # then upkeep does it
                    self._trash.discard(actor, top_id, top_id)
            raise
        return top_id

    def _plan(self, sources: Sequence[Node], top_id: int) -> Iterator[tuple[Node, int, int]]:
        """(source, new id, new parent) of everything, parents before their children. A single source *is* the top."""
        waiting = [(source, top_id if len(sources) == 1 else self._files.new_id(), top_id) for source in sources]
        while waiting:
            source, new_id, new_parent = waiting.pop()
            yield source, new_id, new_parent
            if source.is_folder:
                waiting += [(child, self._files.new_id(), new_id) for child in self._children(source)]

    def _children(self, folder: Node) -> Iterator[Node]:
        after: tuple[object, int] | None = None
        while found := self._files.catalog.read(partial(_page, folder, after)):
            yield from found
            after = (same.key(found[-1].name), found[-1].id)

    def _bring_some(self, actor: Actor, batch: list[tuple[Node, int, int]], top_id: int | None, wrapped: bool) -> None:
        """`top_id`: this is the first batch, and begins with the hidden top."""
        self._files.require_room(0)
        adoptions: dict[bytes, Adoption] = {}
        try:
            for source, _, _ in batch:
                if source.content is not None and source.content not in adoptions:
                    adoption = adoptions[source.content] = Adoption(
                        self._files, source.account_id, source.content, actor
                    )
                    adoption.prepare()

            def unit(ledger: Ledger) -> None:
                nodes = [self._arrived(ledger, adoptions, *each) for each in batch]
                if top_id is not None:
                    ledger.tx.jobs.add(ledger.account_id, top_id, "copy", msgspec.json.encode(top_id))
                    hide = {"state": State.HIDDEN, "trash_root": top_id}
                    if wrapped:
                        folder = new_node(ledger, top_id, ledger.account.root_id, "received", Kind.FOLDER)
                        nodes.insert(0, replace(folder, **hide))
                    else:
                        nodes[0] = replace(nodes[0], parent_id=ledger.account.root_id, **hide)
                elif ledger.tx.nodes.get(ledger.account_id, batch[0][2]) is None:
                    raise Busy("What was being received was ended by another process of the server.")
                ledger.tx.nodes.add(nodes)
                ledger.tx.versions.add([ledger.version(node, Status.NEW) for node in nodes])
                ledger.tx.links.note_received(ledger.account_id, [node.id for node in nodes])
                self._bring_properties(ledger, batch)

            self._files.write(actor, unit)
        except BaseException as error:
            certain = isinstance(error, CloudError) and not isinstance(error, Unable)
            for adoption in adoptions.values():
                adoption.dropped(certain=certain)
            raise
        for adoption in adoptions.values():
            adoption.settled()

    @staticmethod
    def _arrived(ledger: Ledger, adoptions: dict[bytes, Adoption], source: Node, new_id: int, parent_id: int) -> Node:
        new = replace(copied(ledger, source, new_id, parent_id), account_id=ledger.account_id)
        if source.content is None:
            return new
        return replace(new, blob_id=adoptions[source.content].bring(ledger).blob_id)

    @staticmethod
    def _bring_properties(ledger: Ledger, batch: list[tuple[Node, int, int]]) -> None:
        new_ids = {source.id: new_id for source, new_id, _ in batch}
        for owner_id in {source.account_id for source, _, _ in batch}:
            mine = [source.id for source, _, _ in batch if source.account_id == owner_id]
            for node_id, values in ledger.tx.nodes.properties(owner_id, mine).items():
                ledger.tx.nodes.set_properties(ledger.account_id, new_ids[node_id], values, ())

    def _attach(self, actor: Actor, top_id: int, parent_id: int, name: str, exists: Exists) -> Node:
        """Let everybody see it: at once under its name, or (`reuse`) beside what is there and then into it."""

        def unit(ledger: Ledger) -> Node:
            parent = ledger.folder(parent_id)
            guards.may_add(ledger, ANY, parent)
            top = ledger.tx.nodes.get(ledger.account_id, top_id)
            if top is None:
                raise Busy("What was being received was ended by another process of the server.")
            top = replace(top, parent_id=parent_id, name=free, state=State.LIVE, trash_root=None)
            ledger.tx.nodes.update(top)
            ledger.tx.versions.remove(ledger.account_id, top.id, [top.number])
            ledger.tx.versions.add((ledger.version(top, Status.NEW),))
            ledger.tx.jobs.remove(ledger.account_id, top_id)
            ledger.note("receive", top, new=top)
            return top

        while True:
            there = self._files.catalog.read(lambda tx: tx.nodes.child(actor.account_id, parent_id, name))
            free = name if exists is Exists.FAIL else self._arrivals.free_name(actor, parent_id, name)
            if there is not None and exists is Exists.OVERWRITE:
                self._arrivals.clear_away(actor, there)
                free = name
            try:
                top = self._files.write(actor, unit)
                break
            except NameTaken:
                if exists is Exists.FAIL:
                    raise
        if exists is Exists.REUSE and top.name != name:
            return self._arrivals.move(actor, top.id, parent_id, name, Exists.REUSE)
        return top


def _page(folder: Node, after: tuple[object, int] | None, tx: Transaction) -> list[Node]:
    return tx.nodes.children(folder.account_id, folder.id, "name", False, after, _PAGE)
