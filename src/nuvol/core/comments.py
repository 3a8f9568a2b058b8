"""What people write about files and folders.

A comment belongs to its node: who may read that reads it, also in folders of others, and whoever has a role there may
write one. Only its author deletes it. It stays through moves and new versions, and goes with the node.
"""

import re
from collections.abc import Callable, Iterable

from nuvol.clock import SECOND
from nuvol.core import access, remarks
from nuvol.core.files.cursors import read_cursor, write_cursor
from nuvol.core.files.ledger import Ledger, lives
from nuvol.core.files.room import Files
from nuvol.core.logins import UNPRINTABLE
from nuvol.errors import BadValue, CommentMissing, NodeMissing, NotAllowed
from nuvol.ids import ID_LIMIT
from nuvol.model.accounts import Actor, handle
from nuvol.model.comments import Comment, CommentPage
from nuvol.model.nodes import Kind, Node
from nuvol.stores.base import Transaction

NEWEST = (ID_LIMIT, "")
"""Behind every comment there is."""


class Comments:
    """The comments of every account."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def list(self, actor: Actor, node_id: int, *, after: str | None = None, limit: int = 100) -> CommentPage:
        """Newest first. Raises NodeMissing, BadValue (a wrong cursor)."""
        access.require(actor, "read")
        cursor = read_cursor(after, str, "comments")
        before = NEWEST if cursor is None else (cursor[1], str(cursor[0]))

        def look(tx: Transaction) -> CommentPage:
            node = self._readable(tx, actor, node_id)
            found = tx.comments.of(node.account_id, node.id, before, limit + 1)
            page = found[:limit]
            total = tx.comments.count(node.account_id, node.id)
            following = write_cursor("comments", page[-1].doc_id, page[-1].at) if len(found) > limit else None
            return CommentPage(page, _names(tx, page), total, following)

        return self._files.catalog.read(look)

    def add(
        self, actor: Actor, node_id: int, text: str, *, user: str | None = None, cloud: str = ""
    ) -> tuple[Comment, dict[int, str]]:
        """The comment, and the names of those it mentions. `user`: as whom the author is shown, None: by the account's
        name. `cloud`: what the author's program calls this one.

        Raises NodeMissing, BadValue, QuotaExceeded (of the node's owner).
        """
        access.require(actor, "comment")
        text = text.strip()
        if not text or "\0" in text:
            raise BadValue("A comment needs a text.")
        if len(text) > remarks.LONGEST:
            raise BadValue(f"A comment has at most {remarks.LONGEST} characters.", advice="Write a document instead.")
        self._files.require_room(len(text))
        number, fresh_id = self._files.catalog.new_ids(2)

        def unit(ledger: Ledger) -> tuple[Comment, dict[int, str]]:
            node = self._commentable(ledger, node_id)
            author = ledger.tx.accounts.get(actor.account_id)
            comment = Comment(
                ledger.account_id,
                f"{remarks.OURS}{number}",
                node.id,
                actor.account_id,
                UNPRINTABLE.sub(" ", user or (author.name if author else ""))[:200],
                text,
                ledger.now,
                UNPRINTABLE.sub(" ", cloud)[:200],
                _mentioned(ledger.tx, node, text),
            )
            remarks.put(ledger, [comment], fresh_id)
            remarks.note(ledger, comment, "create")
            return comment, _names(ledger.tx, [comment])

        return self._files.write(actor, unit, at=node_id)

    def delete(self, actor: Actor, node_id: int, doc_id: str) -> Comment:
        """Raises CommentMissing, NotAllowed (somebody else wrote it), NodeMissing."""
        return self._withdraw(actor, node_id, lambda tx, node: tx.comments.get(node.account_id, doc_id))

    def delete_at(self, actor: Actor, node_id: int, user: str, second: int, cloud: str) -> Comment:
        """The same of the comment that is shown as this user's in the second that begins then; where there are
        several, the newest of one's own."""

        def find(tx: Transaction, node: Node) -> Comment | None:
            found = tx.comments.of(node.account_id, node.id, (second + SECOND, ""), 1000)
            fitting = [one for one in found if one.at >= second and one.user == user and one.cloud in ("", cloud)]
            mine = [one for one in fitting if one.author_id == actor.account_id]
            return next(iter(mine or fitting), None)

        return self._withdraw(actor, node_id, find)

    def _withdraw(self, actor: Actor, node_id: int, find: Callable[[Transaction, Node], Comment | None]) -> Comment:
        access.require(actor, "comment")

        def unit(ledger: Ledger) -> Comment:
            node = self._commentable(ledger, node_id)
            comment = find(ledger.tx, node)
            if comment is None or comment.node_id != node.id:
                raise CommentMissing("There is no such comment.")
            if comment.author_id != actor.account_id:
                raise NotAllowed("Only who wrote a comment can delete it.", advice="Ask them to delete it.")
            remarks.withdraw(ledger, comment)
            remarks.note(ledger, comment, "delete")
            return comment

        return self._files.write(actor, unit, at=node_id)

    # ------------------------------------------------------------------------------------------ inside

    def _readable(self, tx: Transaction, actor: Actor, node_id: int) -> Node:
        node = self._files.find(tx, actor, node_id)
        if node is None or node.kind == Kind.MOUNT or not lives(tx, node):
            raise NodeMissing("There is no such file or folder.")
        access.require(actor, "read", node, tx)
        return node

    @staticmethod
    def _commentable(ledger: Ledger, node_id: int) -> Node:
        node = ledger.live(node_id, "comment")
        if node.kind == Kind.MOUNT:
            raise NodeMissing("There is no such file or folder.")
        return node


def _names(tx: Transaction, comments: Iterable[Comment]) -> dict[int, str]:
    wanted = {account_id for comment in comments for account_id in comment.mentions}
    return {account.id: account.name for id in sorted(wanted) if (account := tx.accounts.get(id)) is not None}


def _mentioned(tx: Transaction, node: Node, text: str) -> tuple[int, ...]:
    """Accounts that have the node and stand in the text as “@name”. Of names that begin alike the longest is meant."""
    owner = tx.accounts.get(node.account_id)
    people = {member.member_id: member.name for member in tx.shares.members(node.account_id, node.id)}
    people |= {owner.id: owner.name} if owner else {}
    rest, found = handle(text), list[int]()
    for account_id, name in sorted(people.items(), key=lambda pair: -len(pair[1])):
        rest, times = re.subn(rf"(?<!\w)@{re.escape(handle(name))}(?!\w)", " ", rest)
        if times:
            found.append(account_id)
    return tuple(sorted(found))
