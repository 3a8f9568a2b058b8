"""What was said about files."""

from collections.abc import Sequence
from typing import Protocol

from nuvol.model.comments import Comment
from nuvol.model.nodes import Node


class CommentRows(Protocol):
    """What people wrote about nodes, by the owner of the node."""

    def put(self, comment: Comment) -> None:
        """In place of what may be there."""

    def get(self, account_id: int, doc_id: str) -> Comment | None: ...
    def of(self, account_id: int, node_id: int, before: tuple[int, str], limit: int) -> list[Comment]:
        """Of one node, newest first, from those below this (time, id)."""

    def count(self, account_id: int, node_id: int) -> int: ...
    def about(self, account_id: int, node_ids: Sequence[int], limit: int) -> list[Comment]:
        """At most `limit` of those of these nodes, in no order."""

    def nodes(self, account_id: int, words: Sequence[str], before: int, limit: int) -> list[Node]:
        """Live ones with a comment that has words beginning with all of `words`, from those of ids below `before` on
        downwards. None for no words; never the root."""

    def fitting(self, account_id: int, words: Sequence[str], node_ids: Sequence[int]) -> list[Comment]:
        """Of each of these nodes the newest comment that has them, in no order."""

    def remove(self, account_id: int, doc_id: str) -> bool:
        """False when there is none."""
