"""Files and folders: finding, making, moving, naming. Copies are in copies.py, the way out in trash.py."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from nuvol.core import access
from nuvol.core.files import guards, names
from nuvol.core.files.cursors import read_cursor, write_cursor
from nuvol.core.files.ledger import Ledger, lives
from nuvol.core.files.room import Files
from nuvol.core.files.trash import Trash, put_in
from nuvol.errors import BadValue, BelowItself, NameTaken, NodeMissing, NotAllowed, ParentMissing, TooLarge, WrongKind
from nuvol.model.accounts import Actor
from nuvol.model.nodes import ANY, Guard, Kind, Moved, Node, Page, Place, State, Status, Usage
from nuvol.model.rules import KiB
from nuvol.stores.base import Transaction

SORTS = ("name", "modified", "size", "kind")

PROPERTY_BYTES = 256 * KiB
"""Of the dead properties of one node: they do not count against the quota, so they must not become a store."""


class Tree:
    def __init__(self, files: Files, trash: Trash) -> None:
        self._files = files
        self._trash = trash

    # ------------------------------------------------------------------------------------------ finding

    def root(self, actor: Actor) -> Node:
        return self.resolve(actor, "")

    def resolve(self, actor: Actor, path: str) -> Node:
        """The node at a path from the actor's root. Raises NodeMissing."""
        access.require(actor, "read")
        return self._files.catalog.read(lambda tx: self._files.at(tx, actor, path))

    def place(self, actor: Actor, path: str) -> Place:
        """Where something is or would be. Raises ParentMissing, WrongKind, BadName; NotAllowed for the root."""
        parent_id, name = self.spot(actor, path)

        def look(tx: Transaction) -> Place:
            parent = tx.nodes.get(actor.account_id, parent_id)
            if parent is None or parent.state != State.LIVE:
                raise ParentMissing(f"There is no folder for “{name}”.")
            if not parent.is_folder:
                raise WrongKind(f"“{parent.name}” is a file and cannot hold others.", advice="Choose a folder.")
            return Place(parent, name, tx.nodes.child(actor.account_id, parent.id, name))

        return self._files.catalog.read(look)

    def spot(self, actor: Actor, path: str) -> tuple[int, str]:
        """Where something is or would be, as parent and name, without reading either: the change itself looks at them.

        Raises ParentMissing, BadName; NotAllowed for the root.
        """
        access.require(actor, "read")
        *above, name = names.parts(path) or [""]
        if not name:
            raise NotAllowed("The root folder cannot be replaced or removed.")
        names.check(name)
        parent_id = self._files.catalog.read(lambda tx: self._files.paths.find(tx, actor.account_id, above))
        if parent_id is None:
            raise ParentMissing(f"There is no folder “{'/'.join(above)}”.")
        return parent_id, name

    def get(self, actor: Actor, node_id: int, *, trashed: bool = False) -> Node:
        """A live node; with `trashed` also one in the trash. Raises NodeMissing."""

        def look(tx: Transaction) -> Node | None:
            node = tx.nodes.get(actor.account_id, node_id)
            if node is None or (trashed and node.state == State.TRASHED) or lives(tx, node):
                return node
            return None

        node = self._files.catalog.read(look)
        if node is None:
            raise NodeMissing("There is no such file or folder.")
        access.require(actor, "read", node)
        return node

    def parents(self, actor: Actor, node: Node) -> list[Node]:
        """The folders above, root first."""
        access.require(actor, "read", node)

        def climb(tx: Transaction) -> list[Node]:
            found: list[Node] = []
            above = node.parent_id
            while above is not None and (parent := tx.nodes.get(node.account_id, above)) is not None:
                found.append(parent)
                above = parent.parent_id
            return found[::-1]

        return self._files.catalog.read(climb)

    def path(self, actor: Actor, node: Node) -> str:
        """“a/b/c”; the root is “”."""
        return "/".join(n.name for n in (*self.parents(actor, node), node) if n.parent_id is not None)

    def along(self, actor: Actor, ids: Sequence[int]) -> Node:
        """The node at a path of ids from the actor's root; an empty path is the root. Raises NodeMissing."""
        if not ids:
            return self.root(actor)
        node = self.get(actor, ids[-1])
        if [above.id for above in self.parents(actor, node)][1:] != list(ids[:-1]):
            raise NodeMissing("There is nothing at this path.")
        return node

    def child(self, actor: Actor, folder_id: int, name: str) -> Node | None:
        """What has this name in a folder. Raises NodeMissing (the folder)."""
        folder = self.get(actor, folder_id)
        return self._files.catalog.read(lambda tx: tx.nodes.child(folder.account_id, folder.id, name))

    def children(
        self,
        actor: Actor,
        folder_id: int,
        *,
        sort: str = "name",
        descending: bool = False,
        after: str | None = None,
        limit: int = 1000,
    ) -> Page:
        """A page of a folder. `sort`: name, modified, size, kind; `after`: the `next` of the page before.

        Raises NodeMissing, WrongKind (a file), BadValue (an unknown order, a cursor of another listing).
        """
        if sort not in SORTS:
            raise BadValue(f"“{sort}” is no order.", advice=f"Choose one of {', '.join(SORTS)}.")
        cursor = read_cursor(after, str if sort in ("name", "kind") else int, sort, descending)
        folder = self.get(actor, folder_id)
        if not folder.is_folder:
            raise WrongKind(f"“{folder.name}” is a file and has no list.", advice="List a folder.")
        found = self._files.catalog.read(
            lambda tx: tx.nodes.children(actor.account_id, folder_id, sort, descending, cursor, limit + 1)
        )
        page = found[:limit]
        if len(found) <= limit:
            return Page(page, None)
        value = self._files.catalog.read(lambda tx: tx.nodes.sort_value(page[-1], sort))
        return Page(page, write_cursor(sort, descending, value, page[-1].id))

    def walk(self, actor: Actor, folder_id: int) -> Iterator[tuple[str, Node]]:
        """(path relative to the folder, node) of everything below, parents before their children.

        Raises NodeMissing, WrongKind (a file).
        """
        waiting: list[tuple[str, int, str | None]] = [("", folder_id, None)]
        while waiting:
            above, parent_id, after = waiting.pop()
            try:
                page = self.children(actor, parent_id, after=after)
            except NodeMissing:
                if parent_id == folder_id and after is None:
                    raise
                continue  # it went away while we walked
            if page.next is not None:
                waiting.append((above, parent_id, page.next))
            for node in page.nodes:
                yield above + node.name, node
                if node.is_folder:
                    waiting.append((f"{above}{node.name}/", node.id, None))

    def usage(self, actor: Actor) -> Usage:
        access.require(actor, "read")
        account = self._files.catalog.read(lambda tx: tx.accounts.get(actor.account_id))
        return Usage(account.used, account.quota) if account else Usage(0, 0)

    def properties(self, actor: Actor, node_ids: Sequence[int]) -> dict[int, dict[str, str]]:
        """Dead properties of these nodes: {node: {"{namespace}name": element as XML}}."""
        access.require(actor, "read")
        return self._files.catalog.read(lambda tx: tx.nodes.properties(actor.account_id, node_ids))

    # ------------------------------------------------------------------------------------------ changing

    def create_folder(
        self, actor: Actor, parent_id: int, name: str, *, guard: Guard = ANY, modified_at: int | None = None
    ) -> Node:
        """Raises NameTaken, ParentMissing, WrongKind, BadName."""
        access.require(actor, "write")
        names.check(name)
        self._files.require_room(0)
        node_id = self._files.new_id()

        def unit(ledger: Ledger) -> Node:
            parent = ledger.folder(parent_id)
            existing = ledger.tx.nodes.child(ledger.account_id, parent.id, name)
            guards.check(ledger, guard, existing, parent)
            guards.may_add(ledger, guard, parent)
            if existing is not None:
                raise NameTaken(name)
            return ledger.add(new_node(ledger, node_id, parent.id, name, Kind.FOLDER, modified_at=modified_at))

        return self._files.write(actor, unit)

    def move(self, actor: Actor, node_id: int, parent_id: int | None, name: str | None, *, guard: Guard = ANY) -> Moved:
        """Move and rename; None: as it is. What has the name already is replaced and goes to the trash if
        `guard.overwrite`.

        Raises NodeMissing, ParentMissing, WrongKind, BelowItself, NameTaken, NotAllowed (the root).
        """
        access.require(actor, "write")
        if name is not None:
            names.check(name)
        gone: list[Node] = []
        job = self._trash.stamping()

        def unit(ledger: Ledger) -> Moved:
            gone.clear()
            node = ledger.live(node_id)
            if node.parent_id is None:
                raise NotAllowed("The root folder cannot be moved.")
            parent = ledger.folder(node.parent_id if parent_id is None else parent_id)
            new_name = node.name if name is None else name
            existing = ledger.tx.nodes.child(ledger.account_id, parent.id, new_name)
            guards.check(ledger, guard, node)
            if (node.parent_id, node.name) == (parent.id, new_name):
                return Moved(node, False)
            guards.may_remove(ledger, guard, node)
            guards.may_add(ledger, guard, parent)
            if node.is_folder and node.id in ledger.above(parent.id):
                raise BelowItself(f"“{node.name}” cannot be moved into itself.")
            replaced = existing is not None and existing.id != node.id
            if existing is not None and replaced:
                make_room(ledger, guard, existing, node)
                gone.append(existing)
                put_in(ledger, existing, job)
            gone.append(node)
            moved = replace(node, parent_id=parent.id, name=new_name, number=node.number + 1, changed_at=ledger.now)
            status = Status.RENAMED if parent.id == node.parent_id else Status.MOVED
            return Moved(ledger.update(node, moved, status, "move"), replaced)

        try:
            result = self._files.write(actor, unit)
        finally:
            self._files.paths.forget(gone)
        job.finish(actor)
        return result

    def touch(
        self, actor: Actor, node_id: int, *, modified_at: int | None = None, mime: str | None = None, guard: Guard = ANY
    ) -> Node:
        """Set what a client may say about a node: when it was modified (microseconds UTC), its media type."""
        access.require(actor, "write")

        def unit(ledger: Ledger) -> Node:
            node = ledger.live(node_id)
            guards.check(ledger, guard, node)
            guards.may_change(ledger, guard, node)
            return touched(ledger, node, modified_at, mime)

        return self._files.write(actor, unit)

    def alter(
        self,
        actor: Actor,
        node_id: int,
        *,
        name: str | None = None,
        mime: str | None = None,
        created_at: int | None = None,
        modified_at: int | None = None,
        changed_at: int | None = None,
        properties: Callable[[Mapping[str, str]], Mapping[str, str]] | None = None,
        guard: Guard = ANY,
    ) -> Node:
        """Change what is said about a node in one step and one version; None: as it is. Times in microseconds UTC.

        `properties`: from the present dead properties those to be written. Raises NodeMissing, NameTaken, BadName,
        PreconditionFailed, Locked, TooLarge, NotAllowed (the root's name).
        """
        access.require(actor, "write")
        if name is not None:
            names.check(name)
        self._files.require_room(0)
        renamed: list[Node] = []

        def unit(ledger: Ledger) -> Node:
            renamed.clear()
            node = ledger.live(node_id)
            guards.check(ledger, guard, node)
            guards.may_change(ledger, guard, node)
            new = replace(
                node,
                name=node.name if name is None else name,
                mime=node.mime if mime is None else mime,
                created_at=node.created_at if created_at is None else created_at,
                modified_at=node.modified_at if modified_at is None else modified_at,
                changed_at=ledger.now if changed_at is None else changed_at,
                number=node.number + 1,
            )
            if new.name != node.name:
                parent_id = _parent_of(node)
                guards.may_remove(ledger, guard, node)
                there = ledger.tx.nodes.child(ledger.account_id, parent_id, new.name)
                if there is not None and there.id != node.id:
                    raise NameTaken(new.name)
                renamed.append(node)
            if properties is not None:
                _write_properties(ledger, node, properties)
            return ledger.update(
                node, new, Status.RENAMED if renamed else Status.CHANGED, "move" if renamed else "touch"
            )

        try:
            return self._files.write(actor, unit)
        finally:
            self._files.paths.forget(renamed)

    def set_properties(
        self,
        actor: Actor,
        node_id: int,
        put: Mapping[str, str],
        drop: Sequence[str],
        *,
        modified_at: int | None = None,
        guard: Guard = ANY,
    ) -> None:
        """Write and remove dead properties, all or none of them; perhaps the modification time with them.

        Raises NodeMissing, Locked, TooLarge (all of a node's together are more than `PROPERTY_BYTES`).
        """
        access.require(actor, "write")
        self._files.require_room(sum(map(len, put.values())))

        def unit(ledger: Ledger) -> None:
            node = ledger.live(node_id)
            guards.check(ledger, guard, node)
            guards.may_change(ledger, guard, node)
            new = touched(ledger, node, modified_at, None)
            if put or drop:
                ledger.tx.nodes.set_properties(ledger.account_id, node.id, put, drop)
                kept = ledger.tx.nodes.properties(ledger.account_id, [node.id]).get(node.id, {})
                if sum(len(name) + len(value) for name, value in kept.items()) > PROPERTY_BYTES:
                    raise TooLarge(f"The properties of “{node.name}” would take more than {PROPERTY_BYTES} characters.")
                if new is node:
                    ledger.note("properties", node)

        self._files.write(actor, unit)

    def trash(self, actor: Actor, node_id: int, *, guard: Guard = ANY) -> None:
        """Put a node and all below it in the trash. Raises NodeMissing, NotAllowed (the root), Locked."""
        access.require(actor, "write")
        gone: list[Node] = []
        job = self._trash.stamping()

        def unit(ledger: Ledger) -> None:
            gone.clear()
            node = ledger.live(node_id)
            if node.parent_id is None:
                raise NotAllowed("The root folder cannot be deleted.", advice="Delete what is in it.")
            guards.check(ledger, guard, node)
            guards.may_remove(ledger, guard, node)
            gone.append(node)
            put_in(ledger, node, job)

        try:
            self._files.write(actor, unit)
        finally:
            self._files.paths.forget(gone)
        job.finish(actor)


def _parent_of(node: Node) -> int:
    if node.parent_id is None:
        raise NotAllowed("The root folder has no name of its own.")
    return node.parent_id


def _write_properties(ledger: Ledger, node: Node, change: Callable[[Mapping[str, str]], Mapping[str, str]]) -> None:
    kept = ledger.tx.nodes.properties(ledger.account_id, [node.id]).get(node.id, {})
    put = change(kept)
    if sum(len(name) + len(value) for name, value in {**kept, **put}.items()) > PROPERTY_BYTES:
        raise TooLarge(f"The properties of “{node.name}” would take more than {PROPERTY_BYTES} characters.")
    ledger.tx.nodes.set_properties(ledger.account_id, node.id, put, ())


def touched(ledger: Ledger, node: Node, modified_at: int | None, mime: str | None) -> Node:
    """The node with what a client says about it (None: as it was); no version is added when nothing differs."""
    new = replace(
        node,
        modified_at=node.modified_at if modified_at is None else modified_at,
        mime=node.mime if mime is None else mime,
        number=node.number + 1,
        changed_at=ledger.now,
    )
    if (new.modified_at, new.mime) == (node.modified_at, node.mime):
        return node
    return ledger.update(node, new, Status.CHANGED, "touch")


def make_room(ledger: Ledger, guard: Guard, existing: Node, newcomer: Node) -> None:
    """May `existing` be replaced by `newcomer`? Raises NameTaken, BelowItself (the newcomer lies in it), Locked."""
    if not guard.overwrite:
        raise NameTaken(existing.name)
    if existing.id in ledger.above(newcomer.parent_id):
        raise BelowItself(f"“{existing.name}” holds what should replace it.")
    guards.may_remove(ledger, guard, existing)


def new_node(
    ledger: Ledger,
    node_id: int,
    parent_id: int,
    name: str,
    kind: Kind,
    *,
    modified_at: int | None = None,
    mime: str = "",
) -> Node:
    """An empty node as it begins; a file still lacks its content."""
    return Node(
        account_id=ledger.account_id,
        id=node_id,
        parent_id=parent_id,
        name=name,
        kind=kind,
        number=1,
        content_number=1,
        content=None,
        size=0,
        blob_id=None,
        mime=mime,
        created_at=ledger.now,
        modified_at=ledger.now if modified_at is None else modified_at,
        changed_at=ledger.now,
        state=State.LIVE,
        trash_root=None,
        trashed_at=None,
    )
