"""What arrives where the name is taken: refused, in place of it, beside it, or into it."""

from collections.abc import Callable
from contextlib import suppress

from nuvol.core.files import names
from nuvol.core.files.copies import Copies
from nuvol.core.files.room import Files
from nuvol.core.files.trash import Trash
from nuvol.core.files.tree import Tree
from nuvol.errors import NameTaken, NodeMissing
from nuvol.model.accounts import Actor
from nuvol.model.nodes import Exists, Guard, Node
from nuvol.stores.base import Transaction

_KEEP = Guard(overwrite=False)
_REPLACE = Guard(overwrite=True)

Act = Callable[[str, Guard], Node]
"""Bring it under this name. Raises NameTaken."""


class Arrivals:
    def __init__(self, files: Files, tree: Tree, copies: Copies, trash: Trash) -> None:
        self._files = files
        self._tree = tree
        self._copies = copies
        self._trash = trash

    def move(self, actor: Actor, node_id: int, parent_id: int, name: str, exists: Exists) -> Node:
        """Raises NameTaken (`fail`) and what `Tree.move` raises."""
        act: Act = lambda new_name, guard: self._tree.move(actor, node_id, parent_id, new_name, guard=guard).node  # noqa: E731
        if exists is Exists.REUSE and (there := self._in_the_way(actor, node_id, parent_id, name)):
            return self._merge(actor, self._tree.get(actor, node_id), there, self.move, act, leave=False)
        return self._arrive(name, exists, act)

    def copy(self, actor: Actor, node_id: int, parent_id: int, name: str, exists: Exists) -> Node:
        """Raises NameTaken (`fail`) and what `Copies.copy` raises."""
        act: Act = lambda new_name, guard: self._copies.copy(actor, node_id, parent_id, new_name, guard=guard).node  # noqa: E731
        if exists is Exists.REUSE and (there := self._in_the_way(actor, node_id, parent_id, name)):
            return self._merge(actor, self._tree.get(actor, node_id), there, self.copy, act, leave=True)
        return self._arrive(name, exists, act)

    def create_folder(self, actor: Actor, parent_id: int, name: str, exists: Exists) -> Node:
        """With `overwrite` the old one goes to the trash; received copies that nobody touched are simply dropped, or
        a program that fetches them again and again would fill the trash (CloudFS, section 3.2).

        Raises NameTaken and what `Tree.create_folder` raises.
        """
        act: Act = lambda new_name, _: self._tree.create_folder(actor, parent_id, new_name)  # noqa: E731
        there = self._child(actor, parent_id, name)
        if there is not None and exists is Exists.REUSE:
            if not there.is_folder:
                raise NameTaken(name)
            return there
        if there is not None and exists is Exists.OVERWRITE:
            with suppress(NodeMissing):  # somebody else was faster
                self.clear_away(actor, there)
        return self._arrive(name, exists, act)

    def clear_away(self, actor: Actor, node: Node) -> None:
        """Into the trash, or away for good when it was received and nobody has touched it."""
        untouched = self._is_untouched(actor, node)
        self._tree.trash(actor, node.id)
        if untouched:
            self._trash.purge(actor, node.id)

    def free_name(self, actor: Actor, folder_id: int, name: str) -> str:
        """The name itself, or “name (N).ext” with the first N from 1 that is free in the folder."""
        number, candidate = 0, name
        while self._tree.child(actor, folder_id, candidate) is not None:
            number += 1
            candidate = names.free_variant(name, number)
        return candidate

    def _arrive(self, name: str, exists: Exists, act: Act) -> Node:
        if exists is Exists.OVERWRITE:
            return act(name, _REPLACE)
        number, candidate = 0, name
        while True:
            try:
                return act(candidate, _KEEP)
            except NameTaken:
                if exists is Exists.FAIL:
                    raise
                number += 1
                candidate = names.free_variant(name, number)

    def _merge(
        self,
        actor: Actor,
        node: Node,
        there: Node,
        each: Callable[[Actor, int, int, str, Exists], Node],
        act: Act,
        *,
        leave: bool,
    ) -> Node:
        """`leave`: what arrives stays also where it is."""
        if node.is_folder and there.is_folder:
            below = [child for path, child in self._tree.walk(actor, node.id) if "/" not in path]
            for child in below:
                each(actor, child.id, there.id, child.name, Exists.REUSE)
        elif node.is_folder or there.is_folder or node.content != there.content:
            return self._arrive(there.name, Exists.RENAME, act)
        if not leave:
            self._tree.trash(actor, node.id)
        return self._tree.get(actor, there.id)

    def _in_the_way(self, actor: Actor, node_id: int, parent_id: int, name: str) -> Node | None:
        there = self._child(actor, parent_id, name)
        return None if there is None or there.id == node_id else there

    def _child(self, actor: Actor, parent_id: int, name: str) -> Node | None:
        return self._files.catalog.read(lambda tx: tx.nodes.child(actor.account_id, parent_id, names.check(name)))

    def _is_untouched(self, actor: Actor, node: Node) -> bool:
        """All below, and the node itself unless it is a folder that merely holds that, came out of a share and is as
        it came."""
        everything = [child for _, child in self._tree.walk(actor, node.id)] if node.is_folder else [node]
        ids = [child.id for child in everything]

        def look(tx: Transaction) -> bool:
            return len(tx.links.received(actor.account_id, ids)) == len(ids)

        return all(child.number == 1 for child in everything) and self._files.catalog.read(look)
