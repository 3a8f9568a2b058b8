"""Archives and folders of photos in somebody's files that are brought in, one after another, by whoever unpacks them.

An import is a row: how far it has come is kept every few seconds, so a restart goes on there, and what came in
meanwhile is found by its content.
"""

import builtins
from collections.abc import Callable
from functools import partial
from threading import Event

from nuvol.clock import DAY, MINUTE
from nuvol.core import access
from nuvol.core.files import names
from nuvol.core.files.ledger import Ledger, lives
from nuvol.core.files.reads import Reading, Reads
from nuvol.core.files.room import Files
from nuvol.core.files.tree import Tree
from nuvol.core.photos.importing import Folder, Lying
from nuvol.errors import AccountMissing, BadValue, ImportMissing, NodeMissing, WrongKind
from nuvol.model.accounts import Actor
from nuvol.model.imports import Brought, Import, Stage
from nuvol.model.nodes import Kind, Node
from nuvol.stores.base import Transaction

LEASE = 2 * MINUTE
"""Renewed every few seconds; a single film may take longer, and is begun anew then at the worst."""
KEPT = 30 * DAY
"""As long as what came of it is told."""
MOST = 20
"""Of an account, at the same time."""
MOST_KEPT = 100
"""Of an account, with what came of them: the newest."""


class Imports:
    """Whoever may change all files of an account brings archives in."""

    def __init__(self, files: Files, tree: Tree, reads: Reads) -> None:
        self._files = files
        self._tree = tree
        self._reads = reads

    def begin(self, actor: Actor, node_id: int, place: str) -> Import:
        """Bring in the photos of this archive, below the folder at the path `place`; those of a folder stay in it and
        get what the files beside them say. One that is on its way already is told again.

        Raises NodeMissing, WrongKind, BadName, BadValue (too many).
        """
        access.require_all(actor, "write")
        for name in names.parts(place):
            names.check(name)
        import_id = self._files.new_id()
        source = self._files.catalog.read(lambda tx: self._source(tx, actor, node_id))
        number = 0 if source.is_folder else source.content_number

        def unit(ledger: Ledger) -> Import:
            own = ledger.tx.imports.of(actor.account_id)
            going = [one for one in own if one.stage == Stage.GOING]
            for one in going:
                if (one.node_id, one.number) == (node_id, number):
                    return one
            if len(going) >= MOST:
                raise BadValue(f"{MOST} imports are under way already.", advice="Wait for one of them to end.")
            one = Import(
                account_id=actor.account_id,
                id=import_id,
                node_id=node_id,
                number=number,
                name=source.name,
                place="/".join(names.parts(place)),
                stage=Stage.GOING,
                brought=Brought(),
                queued_at=ledger.now,
            )
            for old in own[MOST_KEPT - 1 :]:
                if old.stage != Stage.GOING:
                    ledger.tx.imports.remove(actor.account_id, old.id)
            ledger.tx.imports.add(one)
            ledger.tell("create", "import", one.id)
            return one

        return self._files.write(actor, unit)

    def list(self, actor: Actor) -> builtins.list[Import]:
        """One's own, the newest first."""
        access.require_all(actor, "look")
        return self._files.catalog.read(lambda tx: tx.imports.of(actor.account_id))

    def get(self, actor: Actor, import_id: int) -> Import:
        """Raises ImportMissing."""
        access.require_all(actor, "look")
        one = self._files.catalog.read(lambda tx: tx.imports.get(actor.account_id, import_id))
        if one is None:
            raise ImportMissing("There is no such import.")
        return one

    def remove(self, actor: Actor, import_id: int) -> None:
        """End it, or forget what came of it; the photos that are here stay. Raises ImportMissing."""
        access.require_all(actor, "write")

        def unit(ledger: Ledger) -> None:
            if not ledger.tx.imports.remove(actor.account_id, import_id):
                raise ImportMissing("There is no such import.")
            ledger.tell("delete", "import", import_id)

        self._files.write(actor, unit)

    def expire(self) -> None:
        self._files.catalog.write(lambda tx: tx.imports.expire(self._files.clock() - KEPT))

    # ------------------------------------------------------------------------------------------ who does it

    def on_begin(self, wake: Event) -> Callable[[], None]:
        """Set `wake` when there may be something to do; returns the function that ends it."""
        return self._files.catalog.on_change(lambda notices: wake.set())

    def recover(self) -> None:
        """At the start: where no other process serves, what is taken was taken by one that died."""
        if self._files.catalog.is_local:
            now = self._files.clock()
            for one in self._files.catalog.read(lambda tx: tx.imports.waiting(now + LEASE, MOST)):
                self.let_go(one)

    def take(self) -> Import | None:
        """The one that waits longest, for the caller alone; None: there is none."""
        now = self._files.clock()
        for one in self._files.catalog.read(lambda tx: tx.imports.waiting(now, MOST)):
            if self._files.catalog.write(partial(_lease, one, now)):
                return one
        return None

    def open(self, one: Import) -> Reading:
        """The archive. Raises NodeMissing, VersionMissing, NotAllowed."""
        return self._reads.open(Actor(one.account_id), one.node_id, one.number)

    def folders(self, one: Import) -> builtins.list[Folder]:
        """Of a folder: each in it with its path and its files, those of others left out. Raises NodeMissing."""
        actor = Actor(one.account_id)
        found: dict[str, builtins.list[Lying]] = {}
        for path, node in self._tree.walk(actor, one.node_id):
            if node.kind == Kind.FILE and node.account_id == one.account_id:
                found.setdefault(path.rpartition("/")[0], []).append(Lying(node, actor, self._reads))
        return [(names.parts(path), found[path]) for path in sorted(found)]

    def note(self, one: Import, brought: Brought, stage: Stage = Stage.GOING) -> bool:
        """How far it has come. False: it was ended, or its account may do nothing any more."""

        def unit(ledger: Ledger) -> bool:
            until = ledger.now + LEASE if stage == Stage.GOING else 0
            if not ledger.account.active or not ledger.tx.imports.note(one.account_id, one.id, stage, brought, until):
                return False
            ledger.tell("change" if stage == Stage.GOING else "end", "import", one.id)
            return True

        try:
            return self._files.write_in(one.account_id, Actor(one.account_id), unit)
        except AccountMissing:
            return False

    def let_go(self, one: Import) -> None:
        """Whoever comes next may take it at once."""
        now = self._files.clock()
        self._files.catalog.write(lambda tx: tx.imports.note(one.account_id, one.id, Stage.GOING, one.brought, now))

    def _source(self, tx: Transaction, actor: Actor, node_id: int) -> Node:
        node = self._files.find(tx, actor, node_id)
        if node is None or not lives(tx, node):
            raise NodeMissing("There is no such file or folder.")
        access.require(actor, "read", node, tx)
        if node.kind == Kind.MOUNT or (node.is_folder and node.account_id != actor.account_id):
            raise WrongKind(f"“{node.name}” is somebody else's folder.", advice="Choose one of yours, or a zip.")
        return node


def _lease(one: Import, now: int, tx: Transaction) -> bool:
    return tx.imports.lease(one.account_id, one.id, now, now + LEASE)
