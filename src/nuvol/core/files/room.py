"""What every room of the files has at hand: the stores, the rules, the clock, and the cache of paths."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event, Lock
from typing import TypeVar

from msgspec.structs import replace

from nuvol.clock import HOUR, Clock
from nuvol.core import access
from nuvol.core.files import names
from nuvol.core.files.ledger import Ledger
from nuvol.errors import AccountMissing, NodeMissing, ParentMissing, QuotaExceeded, StoreFull
from nuvol.model import names as same
from nuvol.model.accounts import Actor
from nuvol.model.nodes import Chunk, Kind, Node, State
from nuvol.model.rules import KiB, MiB, Rules
from nuvol.stores.base import BlobKey, Blobs, Catalog, Transaction

T = TypeVar("T")

Ends = tuple[tuple[int, int] | None, int | None]

CACHED_PATHS = 200_000
"""Entries of some 200 bytes: about 40 MB when full."""

HELPERS = 2
"""Threads beside those that receive uploads: more would only wait for the same cores."""

KEPT_BYTES = 24 * MiB
"""Of small contents that need not be read again: some thousand thumbnails."""

HOUR_SECONDS = 3600.0

PIN_SERVES = HOUR
"""How long a pin serves those who ask for the same chunk again, without a write: it lasts longer by as much."""

KEPT_ROW = 1 * KiB
"""What a node takes beside its content."""


class Paths:
    """(account, folder, name) → node id, filled by reads. Moving a folder touches one entry, nothing below it.

    Only where no other process writes (`Catalog.is_local`); elsewhere every look-up is a query. There are no
    negative entries, so nothing need be done when a node appears. A reader that looked before a change and
    stores after it would keep a ghost: `generation` tells it not to.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._keeps = catalog.is_local
        self._ids: dict[tuple[int, int, str], int | tuple[int, int]] = {}
        self._roots: dict[int, int] = {}
        self._generation = 0
        self._changing = Lock()
        catalog.on_foreign_write(self.clear)

    def find(self, tx: Transaction, actor: Actor, path: list[str]) -> tuple[int, int] | None:
        """(account, id) of the live node at a path from the actor's root. Behind a mount it is in another account, and
        whether it is open is still to be asked. What has a mount of its own is there and not below another one."""
        own_id = account_id = actor.account_id
        node_id = self.root(tx, account_id) if actor.home is None else actor.home
        mounted: set[int] | None = None
        for part in path:
            key = (account_id, node_id, same.key(part))
            known = self._ids.get(key)
            if known is None:
                generation = self._generation
                node = tx.nodes.child(account_id, node_id, part)
                known = _leads_to(tx, node) if node is not None else None
                if known is None:
                    return None
                if self._keeps:
                    self._keep(key, known, generation)
            if not isinstance(known, int):
                if actor.home is not None:
                    return None
                account_id, node_id = known
                continue
            node_id = known
            if account_id != own_id:
                mounted = {mount.node_id for mount in tx.shares.mounts(own_id)} if mounted is None else mounted
                if node_id in mounted:
                    return None
        return account_id, node_id

    def _keep(self, key: tuple[int, int, str], node_id: int | tuple[int, int], generation: int) -> None:
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


class Kept:
    """Small contents with their nodes, read a moment ago: true as long as nobody has written anything since
    (`Catalog.commits`). A folder of thumbnails that is looked at again needs no statement."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._found: dict[tuple[int, int], tuple[int, tuple[Node, bytes]]] = {}
        """With the commits before which each was read."""
        self._commits = -1
        """Those of the newest."""
        self._size = 0
        self._changing = Lock()

    def get(self, account_id: int, node_id: int) -> tuple[Node, bytes | None] | None:
        """The node with its content."""
        known = self._found.get((account_id, node_id))
        return known[1] if known is not None and known[0] == self._catalog.commits else None

    def keep(self, node: Node, inline: bytes, commits: int) -> None:
        """`commits`: as they were before the row was read."""
        with self._changing:
            if commits != self._commits or self._size > KEPT_BYTES:
                self._found.clear()
                self._commits, self._size = commits, 0
            self._found[node.account_id, node.id] = commits, (node, inline)
            self._size += len(inline) + KEPT_ROW


class Files:
    """The stores and rules that the rooms share. Made once, by `Cloud`."""

    def __init__(self, catalog: Catalog, blobs: Blobs, rules: Rules, clock: Clock) -> None:
        self.catalog = catalog
        self.blobs = blobs
        self.rules = rules
        self.clock = clock
        self.paths = Paths(catalog)
        self.kept = Kept(catalog)
        self.helpers = ThreadPoolExecutor(HELPERS, thread_name_prefix="nuvol-sums")
        """For what can be computed while an upload waits for the disk."""
        self.in_flight: set[BlobKey] = set()
        """Blobs of uploads that this process is receiving: no row names them yet, and they are no garbage."""
        self.left_over: set[int] = set()
        """Jobs that this process began and could not finish."""
        self.is_full = Event()
        """Somebody found no room on the disk."""
        self.foreign_at = -HOUR_SECONDS
        """When another process was last seen to write here, by the monotonic clock: what it brings is no garbage."""
        catalog.on_foreign_write(self._note_foreign)
        self._resumed: set[str] = set()
        self._claiming = Lock()

    def close(self) -> None:
        self.helpers.shutdown()

    def _note_foreign(self) -> None:
        self.foreign_at = time.monotonic()

    @property
    def is_alone(self) -> bool:
        """No other process writes here: what this one does not know of is nobody's."""
        return self.catalog.is_local and time.monotonic() - self.foreign_at >= HOUR_SECONDS

    def write(self, actor: Actor, unit: Callable[[Ledger], T], *, at: int | None = None) -> T:
        """Run a change as one unit: of the actor's account or, when it names a node (`at`) that is not there, of the
        account of somebody who opened a folder to the actor."""
        return self.attempt(actor, at, lambda account_id: self.write_in(account_id, actor, unit))

    def write_in(self, account_id: int, actor: Actor, unit: Callable[[Ledger], T]) -> T:
        def body(tx: Transaction) -> T:
            ledger = Ledger(tx, actor, self.clock(), account_id=account_id)
            result = unit(ledger)
            ledger.settle()
            return result

        return self.catalog.write(body)

    def attempt(self, actor: Actor, node_id: int | None, act: Callable[[int], T]) -> T:
        """Act in the actor's own account; if it has no such node, or no room for what is not to lie there, in that of
        its owner. So nobody who stays at home pays for asking where a node is."""
        try:
            return act(actor.account_id)
        except (NodeMissing, ParentMissing, QuotaExceeded):
            owner_id = None if node_id is None else self.owner(actor, node_id)
            if owner_id in (None, actor.account_id):
                raise
        return act(owner_id)

    def ends(self, actor: Actor, node_id: int, parent_id: int | None) -> Ends:
        """(account, id) of what is to be moved, its mount if it has one here; the account it goes to."""

        def look(tx: Transaction) -> Ends:
            mount, node = tx.shares.mount(actor.account_id, node_id), self.find(tx, actor, node_id)
            source = (actor.account_id, mount.id) if mount else (node.account_id, node.id) if node else None
            if parent_id is None:
                return source, source[0] if source else None
            parent = self.find(tx, actor, parent_id)
            return source, parent.account_id if parent else None

        return self.catalog.read(look)

    def owner(self, actor: Actor, node_id: int) -> int | None:
        """The account in which a node lies, if it is the actor's or might be open to the actor."""
        node = self.catalog.read(lambda tx: self.find(tx, actor, node_id))
        return node.account_id if node else None

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

    def hold(self, account_id: int, hashes: Sequence[bytes], ahead: int = 0) -> dict[bytes, Chunk]:
        """Those of these chunks that the account has, none of them freed for as long as an upload may take. Whoever is
        sure to ask for more says how many are kept `ahead`: a pin is a write, and one for many costs as much as one
        for a few."""
        until = self.clock() + self.rules.upload_hours * HOUR
        found, is_pinned = self.catalog.read(lambda tx: tx.chunks.held(account_id, hashes, until))
        if is_pinned:
            return found
        return self.catalog.write(lambda tx: tx.chunks.pin(account_id, hashes, until + PIN_SERVES, ahead))

    def new_id(self) -> int:
        return self.catalog.new_ids(1)[0]

    # ------------------------------------------------------------------------------------------ what somebody sees

    def at(self, tx: Transaction, actor: Actor, path: str) -> Node:
        """Raises NodeMissing."""
        place = self.paths.find(tx, actor, names.parts(path))
        node = tx.nodes.get(*place) if place is not None else None
        if node is None or node.state != State.LIVE:
            raise NodeMissing(f"There is nothing at “{path}”.")
        if node.account_id != actor.account_id:
            self.admit(tx, actor, node, path)
        return self.seen(tx, actor, node)

    def admit(self, tx: Transaction, actor: Actor, node: Node, path: str) -> None:
        """Whether somebody else's node at a path may be read. Raises NodeMissing, in the words for that path."""
        try:
            access.require(actor, "read", node, tx)
        except NodeMissing:
            raise NodeMissing(f"There is nothing at “{path}”.") from None

    def find(self, tx: Transaction, actor: Actor, node_id: int) -> Node | None:
        """A node in whatever state, the actor's own or that of somebody who opened a folder; whether it is open is
        still to be asked."""
        return tx.nodes.get(actor.account_id, node_id) or tx.shares.node(actor.account_id, node_id)

    def seen(self, tx: Transaction, actor: Actor, node: Node) -> Node:
        """A node as the actor knows it: a folder opened by somebody else has the place and name of its mount, and the
        folder that is all an app sees those of a root."""
        if node.account_id == actor.account_id:
            return replace(node, parent_id=None, name="") if node.id == actor.home else node
        if not node.is_folder:
            return node
        mount = tx.shares.mount(actor.account_id, node.id)
        return node if mount is None else replace(node, parent_id=mount.parent_id, name=mount.name)

    def behind(self, tx: Transaction, actor: Actor, nodes: list[Node]) -> list[Node]:
        """A listing of the actor's own folder with the folders themselves in place of their mounts."""
        if not any(node.kind == Kind.MOUNT for node in nodes):
            return nodes
        if actor.home is not None:
            return [node for node in nodes if node.kind != Kind.MOUNT]
        mounts = {mount.id: mount for mount in tx.shares.mounts(actor.account_id) if mount.role is not None}
        shown: list[Node] = []
        for node in nodes:
            if node.kind != Kind.MOUNT:
                shown.append(node)
            elif (mount := mounts.get(node.id)) is not None:
                target = tx.nodes.get(mount.owner_id, mount.node_id)
                if target is not None and target.state == State.LIVE:
                    shown.append(replace(target, parent_id=node.parent_id, name=node.name))
        return shown

    def listed(self, tx: Transaction, actor: Actor, folder: Node, nodes: list[Node]) -> list[Node]:
        """A listing of a folder as the actor sees it: nothing is in two places, so what has a mount of its own is left
        out below another one."""
        if folder.account_id == actor.account_id:
            return self.behind(tx, actor, nodes)
        mounted = {mount.node_id for mount in tx.shares.mounts(actor.account_id) if mount.role is not None}
        return [node for node in nodes if node.id not in mounted]

    def readable(self, tx: Transaction, actor: Actor, nodes: Iterable[Node]) -> dict[int, list[Node]]:
        """Those of these nodes that the actor may read, by account; of files in one folder one is asked about."""
        found: dict[int, list[Node]] = {}
        known: dict[tuple[int, int | None], bool] = {}
        for node in nodes:
            place = node.account_id, node.id if node.is_folder else node.parent_id
            if actor.home is not None and place not in known:
                known[place] = access.is_at_home(actor, node, tx)
            elif node.account_id != actor.account_id and place not in known:
                known[place] = (tx.shares.role(node.account_id, node.id, actor.account_id) or 0) > 0
            if known.get(place, True):
                found.setdefault(node.account_id, []).append(node)
        return found


def _leads_to(tx: Transaction, node: Node) -> int | tuple[int, int] | None:
    """The id of a node, or (account, id) of the folder that a mount stands for."""
    return tx.shares.target(node.account_id, node.id) if node.kind == Kind.MOUNT else node.id
