"""Files and folders, and their past."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from nuvol.model.accounts import Actor
from nuvol.model.nodes import Node, Version


class NodeRows(Protocol):
    """Files and folders, with their dead properties and the words of their names."""

    def add(self, nodes: Sequence[Node]) -> None:
        """Raises NameTaken when a live node of that name (after NFC) is in the folder."""

    def get(self, account_id: int, node_id: int) -> Node | None:
        """In whatever state."""

    def many(self, account_id: int, node_ids: Sequence[int]) -> list[Node]: ...
    def child(self, account_id: int, parent_id: int, name: str) -> Node | None:
        """The live node of that name (compared after NFC)."""

    def with_inline(self, account_id: int, node_id: int) -> tuple[Node, bytes | None] | None:
        """A node and, if its content is inline, its bytes: one statement."""

    def children(
        self, account_id: int, parent_id: int, sort: str, descending: bool, after: tuple[object, int] | None, limit: int
    ) -> list[Node]:
        """Live children. `sort`: name, modified, size, kind (folders first, then by name). `after`: sort value and
        id of the last node of the previous page (`sort_value` gives the former)."""

    def sort_value(self, node: Node, sort: str) -> object: ...
    def count_children(self, account_id: int, parent_id: int) -> int: ...
    def below(
        self, account_id: int, parent_id: int, state: int | None, limit: int
    ) -> list[tuple[int, int, int | None]]:
        """(id, kind, trash root) of children in this state (None: in any); no order."""

    def update(self, node: Node, before: Node) -> None:
        """Change a node that is there from what it was `before`. Raises NameTaken."""

    def mark(
        self, account_id: int, node_ids: Sequence[int], state: int, root: int | None, at: int, status: int, actor: Actor
    ) -> None:
        """Change the state of these nodes at time `at`, adding to each a version of this status.
        `root`: the trash root, None unless `state` is TRASHED."""

    def stamped(self, account_id: int, root: int, limit: int) -> list[int]:
        """Ids that went into the trash with `root`, itself left out."""

    def stamped_folders(self, account_id: int, root: int) -> list[int]:
        """Ids of the folders that went into the trash with `root`, itself included."""

    def adopt(self, account_id: int, node_id: int, parent_id: int) -> None:
        """Give a trashed node another parent to be restored to."""

    def trash(self, account_id: int, after: tuple[int, int] | None, limit: int) -> list[Node]:
        """Trash roots, newest first; `after`: (trashed_at, id) of the last of the previous page."""

    def trashed_before(self, before: int, limit: int) -> list[Node]:
        """Trash roots of every account that were trashed earlier than `before`."""

    def remove(self, account_id: int, node_ids: Sequence[int]) -> None:
        """With their dead properties, locks and search words."""

    def is_within(self, account_id: int, node_id: int, folder_id: int) -> bool:
        """Whether the node is this folder or lies somewhere below it, whatever their states."""

    def orphans(self, limit: int) -> list[tuple[int, int, str]]:
        """(account, node, name) of nodes whose folder is not there: there must be none."""

    def search(self, account_id: int, words: Sequence[str], before: int, limit: int) -> list[Node]:
        """Live nodes whose name has, for every word, a word that begins so; by id descending from below `before`."""

    def properties(self, account_id: int, node_ids: Sequence[int]) -> dict[int, dict[str, str]]:
        """Dead properties by node: {"{namespace}name": xml}."""

    def set_properties(self, account_id: int, node_id: int, put: Mapping[str, str], drop: Iterable[str]) -> None: ...
    def copy_properties(self, account_id: int, pairs: Sequence[tuple[int, int]]) -> None:
        """(from node, to node)."""


class VersionRows(Protocol):
    """Past and present states of nodes, numbered from 1 in each."""

    def add(self, versions: Iterable[Version]) -> None: ...
    def of(self, account_id: int, node_id: int, before: int, limit: int) -> list[Version]:
        """Newest first, numbers below `before`."""

    def get(self, account_id: int, node_id: int, number: int) -> Version | None: ...
    def size_below(self, account_id: int, folder_id: int) -> int:
        """Bytes of the distinct contents of a folder and all below it, trash and past states included."""

    def newest(self, account_id: int, node_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
        """Node → (status, author) of its newest version."""

    def some(self, account_id: int, node_ids: Sequence[int], limit: int) -> list[tuple[int, int, bytes | None]]:
        """(node, number, content) of at most `limit` versions of these nodes, in no order."""

    def remove_some(self, account_id: int, versions: Sequence[tuple[int, int, bytes | None]]) -> None:
        """Those that `some` gave."""

    def remove(self, account_id: int, node_id: int, numbers: Sequence[int]) -> None: ...
    def remove_nodes(self, account_id: int, node_ids: Sequence[int]) -> None: ...
    def naming(self, account_id: int, content: bytes, limit: int) -> list[tuple[int, int, str]]:
        """(node, number, name) of versions that name this content."""

    def unnamed(self, account_id: int, contents: Iterable[bytes]) -> list[bytes]:
        """Those of `contents` that no version names."""

    def lost(self, limit: int) -> list[tuple[int, int, int, str]]:
        """(account, node, number, name) of versions whose content is not there: there must be none."""

    def crowded(self, before: int, after: tuple[int, int], limit: int) -> list[tuple[int, int]]:
        """(account, node) with more than one version older than `before`, in order behind `after`."""
