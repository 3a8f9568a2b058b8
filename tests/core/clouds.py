"""A cloud for tests: over the databases and the disk, with a clock that stands and batches so small that many are
needed."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from blake3 import blake3

from nuvol.clock import SetClock
from nuvol.core.cloud import Cloud
from nuvol.model.accounts import Actor
from nuvol.model.nodes import Node, Written
from nuvol.model.rules import KiB, MiB, Rules
from nuvol.stores.blobs.disk import DiskBlobs
from nuvol.stores.catalog.catalog import SqlCatalog

T = TypeVar("T")

RULES = Rules(batch_rows=8)
"""A tree of twenty nodes takes several units."""


def noise(size: int, seed: object = 0) -> bytes:
    """Bytes that nobody else has: the same for the same seed."""
    return blake3(f"{seed}".encode()).digest(length=size)


def pieces(data: bytes, size: int = MiB) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


class Crash(BaseException):
    """The process dies here: no `except` for errors of ours may catch it."""


class Watched:
    """A catalog that tells before each unit of the cloud's which one it is (1, 2, …), so that something can happen
    in between."""

    def __init__(self, catalog: SqlCatalog) -> None:
        self._catalog = catalog
        self._units = 0
        self._before: Callable[[int], None] | None = None
        self._before_reading: Callable[[], None] | None = None

    def write(self, unit: Callable[[Any], T]) -> T:
        if self._before is not None:
            self._units += 1
            self._before(self._units)
        return self._catalog.write(unit)

    @contextmanager
    def watched(self, before: Callable[[int], None]) -> Iterator[None]:
        """Inside, `before` is called with the number of each unit; what it writes itself does not count."""

        def once(unit: int) -> None:
            self._before = None
            try:
                before(unit)
            finally:
                self._before = once

        self._units, self._before = 0, once
        try:
            yield
        finally:
            self._before = None

    def read(self, unit: Callable[[Any], T]) -> T:
        before, self._before_reading = self._before_reading, None
        if before is not None:
            before()
            self._before_reading = before
        return self._catalog.read(unit)

    @contextmanager
    def read_after(self, before: Callable[[], None]) -> Iterator[None]:
        """Inside, `before` is called before each reading; those it makes itself do not count."""
        self._before_reading = before
        try:
            yield
        finally:
            self._before_reading = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._catalog, name)


class World:
    """A cloud and what it stands on."""

    def __init__(self, catalog: SqlCatalog, folder: Path, rules: Rules = RULES) -> None:
        self.catalog = Watched(catalog)
        self.clock = SetClock()
        self.folder = folder
        self._numbers = itertools.count(1)
        self.restart(rules)

    def restart(self, rules: Rules = RULES) -> Cloud:
        """Another process over the same catalog and folder: nothing is left in memory."""
        self.blobs = DiskBlobs(self.folder)
        self.cloud = Cloud(self.catalog, self.blobs, rules, self.clock)
        return self.cloud

    def home(self, quota: int | None = None) -> "Home":
        """A new account."""
        name = f"person{next(self._numbers)}"
        account = self.cloud.accounts.add(None, name, f"{name}@example.org", None, quota=quota)
        return Home(self, Actor(account.id, name=name))

    def rows(self, sql: str, *args: object) -> list[tuple[Any, ...]]:
        """Of the catalog, past all rules."""
        return self.catalog.read(lambda tx: tx.connection.all(sql, args))

    def run(self, sql: str, *args: object) -> None:
        """Change the catalog past all rules."""
        self.catalog.write(lambda tx: tx.connection.run(sql, args))


class Home:
    """One account, and short words for what it does."""

    def __init__(self, world: World, actor: Actor) -> None:
        self.world = world
        self.actor = actor
        self.root = self.cloud.tree.root(actor)

    @property
    def cloud(self) -> Cloud:
        return self.world.cloud

    def node(self, path: str) -> Node:
        return self.cloud.tree.resolve(self.actor, path)

    def id(self, path: str) -> int:
        return self.node(path).id

    def folder(self, path: str) -> Node:
        """Made with those above it that are missing."""
        node = self.root
        for name in path.split("/"):
            found = self.cloud.tree.place(self.actor, f"{self.path(node)}/{name}").node
            node = found or self.cloud.tree.create_folder(self.actor, node.id, name)
        return node

    def folders(self, *paths: str) -> list[Node]:
        return [self.folder(path) for path in paths]

    def put(self, path: str, data: bytes = b"", **how: Any) -> Node:
        """Whatever its size."""
        parent, _, name = path.rpartition("/")
        return self.write(self.id(parent), name, data, **how).node

    def write(self, parent_id: int, name: str, data: bytes, *, run: int = MiB, **how: Any) -> Written:
        """`run`: as so many bytes at a time a large content arrives."""
        if len(data) <= 64 * KiB:
            return self.cloud.uploads.put(self.actor, parent_id, name, data, **how)
        upload = self.cloud.uploads.begin(self.actor, parent_id, name, **how)
        for piece in pieces(data, run):
            upload.feed(piece)
        return upload.commit()

    def read(self, path: str) -> bytes:
        return b"".join(self.cloud.reads.at(self.actor, path).blocks())

    def content(self, node_id: int, number: int | None = None) -> bytes:
        return b"".join(self.cloud.reads.open(self.actor, node_id, number).blocks())

    def move(self, path: str, to: str, **how: Any) -> Node:
        parent, _, name = to.rpartition("/")
        return self.cloud.tree.move(self.actor, self.id(path), self.id(parent), name, **how).node

    def copy(self, path: str, to: str, **how: Any) -> Node:
        parent, _, name = to.rpartition("/")
        return self.cloud.copies.copy(self.actor, self.id(path), self.id(parent), name, **how).node

    def trash(self, path: str) -> int:
        """Returns the node's id, by which it can be restored."""
        node_id = self.id(path)
        self.cloud.tree.trash(self.actor, node_id)
        return node_id

    def restore(self, node_id: int, **where: Any) -> str:
        """Returns the path to which it came back."""
        return self.path(self.cloud.trash.restore(self.actor, node_id, **where))

    def purge(self, node_id: int) -> None:
        self.cloud.trash.purge(self.actor, node_id)

    def path(self, node: Node) -> str:
        return self.cloud.tree.path(self.actor, node)

    def names(self, path: str = "") -> list[str]:
        return [node.name for node in self.cloud.tree.children(self.actor, self.id(path)).nodes]

    def paths(self, path: str = "") -> list[str]:
        """Everything below, in order of the paths."""
        return sorted(found for found, _ in self.cloud.tree.walk(self.actor, self.id(path)))

    def trashed(self) -> list[str]:
        """Names of what is in the trash, newest first."""
        return [node.name for node in self.cloud.trash.list(self.actor).nodes]

    @property
    def used(self) -> int:
        return self.cloud.tree.usage(self.actor).used

    def set_quota(self, quota: int | None) -> None:
        self.cloud.accounts.update(None, self.actor.account_id, quota=quota)

    def journal(self) -> list[tuple[str, str]]:
        """(verb, new or else old name) of everything that happened to nodes here."""
        changes = self.world.catalog.read(lambda tx: tx.journal.after(self.actor.account_id, 0, 10_000))
        return [(c.verb, c.new_name or c.old_name or "") for c in changes if c.object == "node"]
