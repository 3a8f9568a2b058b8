"""What every room of the files has at hand: the stores, the rules, the clock, and the cache of paths."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Event, Lock
from typing import TypeVar

from nuvol.clock import Clock
from nuvol.core.files import names
from nuvol.core.files.ledger import Ledger
from nuvol.errors import AccountMissing, NodeMissing, StoreFull
from nuvol.model import names as same
from nuvol.model.accounts import Actor
from nuvol.model.nodes import Node, State
from nuvol.model.rules import Rules
from nuvol.stores.base import BlobKey, Blobs, Catalog, Transaction

T = TypeVar("T")

CACHED_PATHS = 200_000
"""Entries of some 200 bytes: about 40 MB when full."""


class Paths:
    """(account, folder, name) → node id, filled by reads. Moving a folder touches one entry, nothing below it.

    Only where no other process writes (`Catalog.is_local`); elsewhere every look-up is a query. There are no
    negative entries, so nothing need be done when a node appears. A reader that looked before a change and
    stores after it would keep a ghost: `generation` tells it not to.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._keeps = catalog.is_local
        self._ids: dict[tuple[int, int, str], int] = {}
        self._roots: dict[int, int] = {}
        self._generation = 0
        self._changing = Lock()
        catalog.on_foreign_write(self.clear)

    def find(self, tx: Transaction, account_id: int, path: list[str]) -> int | None:
        """The id of the live node at a path."""
        node_id = self.root(tx, account_id)
        for part in path:
            key = (account_id, node_id, same.key(part))
            known = self._ids.get(key)
            if known is None:
                generation = self._generation
                node = tx.nodes.child(account_id, node_id, part)
                if node is None:
                    return None
                known = node.id
                if self._keeps:
                    self._keep(key, known, generation)
            node_id = known
        return node_id

    def _keep(self, key: tuple[int, int, str], node_id: int, generation: int) -> None:
        with self._changing:
            if generation == self._generation:
                if len(self._ids) >= CACHED_PATHS:
                    self._ids.clear()
                self._ids[key] = node_id

    def root(self, tx: Transaction, account_id: int) -> int:
        root = self._roots.get(account_id)
        if root is None:
            account = tx.accounts.get(account_id)
            if account is None:
                raise AccountMissing("There is no such account.")
            root = self._roots[account_id] = account.root_id
        return root

    def forget(self, nodes: Iterable[Node]) -> None:
        """These nodes are where they were no longer."""
        with self._changing:
            self._generation += 1
            for node in nodes:
                if node.parent_id is not None:
                    self._ids.pop((node.account_id, node.parent_id, same.key(node.name)), None)

    def clear(self) -> None:
        with self._changing:
            self._generation += 1
            self._ids.clear()
            self._roots.clear()


class Files:
    """The stores and rules that the rooms share. Made once, by `Cloud`."""

    def __init__(self, catalog: Catalog, blobs: Blobs, rules: Rules, clock: Clock) -> None:
        self.catalog = catalog
        self.blobs = blobs
        self.rules = rules
        self.clock = clock
        self.paths = Paths(catalog)
        self.in_flight: set[BlobKey] = set()
        """Blobs of uploads that this process is receiving: no row names them yet, and they are no garbage."""
        self.left_over: set[int] = set()
        """Jobs that this process began and could not finish."""
        self.is_full = Event()
        """Somebody found no room on the disk."""
        self._resumed: set[str] = set()
        self._claiming = Lock()

    def write(self, actor: Actor, unit: Callable[[Ledger], T]) -> T:
        """Run a change of the actor's account as one unit."""

        def body(tx: Transaction) -> T:
            ledger = Ledger(tx, actor, self.clock())
            result = unit(ledger)
            ledger.settle()
            return result

        return self.catalog.write(body)

    @contextmanager
    def filling(self) -> Iterator[None]:
        """Around what puts bytes on the disk: when there is no room for them, upkeep is asked to make some."""
        try:
            yield
        except StoreFull:
            self.is_full.set()
            raise

    def require_room(self, size: int) -> None:
        """To be asked before `size` bytes are stored. Raises StoreFull when too little room would be left."""
        with self.filling():
            self.catalog.require_room(size)

    def claim(self, upload_id: str) -> bool:
        """Be the only one in this process who goes on with this upload, until `let_go`; False: somebody is."""
        with self._claiming:
            free = upload_id not in self._resumed
            self._resumed.add(upload_id)
        return free

    def let_go(self, upload_id: str) -> None:
        self._resumed.discard(upload_id)

    def new_id(self) -> int:
        return self.catalog.new_ids(1)[0]

    def readable(self, tx: Transaction, actor: Actor, nodes: Iterable[Node]) -> dict[int, list[Node]]:
        """Those of the nodes that the actor may read, by account."""
        own = [node for node in nodes if node.account_id == actor.account_id]
        return {actor.account_id: own} if own else {}

    def at(self, tx: Transaction, actor: Actor, path: str) -> Node:
        """Raises NodeMissing."""
        node_id = self.paths.find(tx, actor.account_id, names.parts(path))
        node = tx.nodes.get(actor.account_id, node_id) if node_id is not None else None
        if node is None or node.state != State.LIVE:
            raise NodeMissing(f"There is nothing at “{path}”.")
        return node
