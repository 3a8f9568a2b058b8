"""The shape of every change: one account, one unit, one journal number for each thing that happened."""

from functools import cached_property

from nuvol.errors import AccountMissing, NodeMissing, ParentMissing, QuotaExceeded, WrongKind
from nuvol.model.accounts import Actor
from nuvol.model.journal import Change
from nuvol.model.nodes import Lock, Node, State, Status, Version
from nuvol.stores.base import Transaction


class Ledger:
    """What one unit changes in the actor's account.

    Its first act takes the account's row, so the changes of an account happen one after another; `settle`
    writes the journal and the bytes used beside the changes themselves.
    """

    def __init__(self, tx: Transaction, actor: Actor, now: int, *, hold: bool = True) -> None:
        """`hold` False: only look, so that a change can be refused before its bytes come. Raises AccountMissing."""
        self.tx = tx
        self.actor = actor
        self.now = now
        account = tx.accounts.take(actor.account_id) if hold else tx.accounts.get(actor.account_id)
        if account is None:
            raise AccountMissing("There is no such account.")
        self.account = account
        self.account_id = actor.account_id
        self._changes: list[Change] = []
        self._used = 0

    def live(self, node_id: int) -> Node:
        """Raises NodeMissing."""
        node = self.tx.nodes.get(self.account_id, node_id)
        if node is None or not self._lives(node):
            raise NodeMissing("There is no such file or folder.")
        return node

    def folder(self, node_id: int) -> Node:
        """A folder that can take something in. Raises ParentMissing, WrongKind."""
        node = self.tx.nodes.get(self.account_id, node_id)
        if node is None or not self._lives(node):
            raise ParentMissing("The folder that should hold it does not exist.")
        if not node.is_folder:
            raise WrongKind(f"“{node.name}” is a file and cannot hold others.", advice="Choose a folder.")
        return node

    def above(self, node_id: int | None) -> list[int]:
        """Ids from this node up to the root."""
        found: list[int] = []
        while node_id is not None:
            found.append(node_id)
            node = self.tx.nodes.get(self.account_id, node_id)
            node_id = node.parent_id if node else None
        return found

    @cached_property
    def locks(self) -> list[Lock]:
        _, locked = self._hindrances
        return self.tx.locks.of(self.account_id, self.now) if locked else []

    def _lives(self, node: Node) -> bool:
        at_work, _ = self._hindrances
        return node.state == State.LIVE and (not at_work or _all_live(self.tx, node))

    @cached_property
    def _hindrances(self) -> tuple[bool, bool]:
        return self.tx.accounts.hindrances(self.account_id)

    # ------------------------------------------------------------------------------------------ what changes

    def add(self, node: Node, verb: str = "create") -> Node:
        """A node appears, with its first version. Raises NameTaken."""
        self.tx.nodes.add((node,))
        self.tx.versions.add((self.version(node, Status.NEW),))
        self.note(verb, node, new=node)
        return node

    def update(self, old: Node, new: Node, status: Status, verb: str) -> Node:
        """A node changes; its number must have grown by one. Raises NameTaken."""
        self.tx.nodes.update(new)
        self.tx.versions.add((self.version(new, status),))
        moved = (old.parent_id, old.name) != (new.parent_id, new.name)
        self.note(verb, new, old=old if moved else None, new=new if moved else None)
        return new

    def version(self, node: Node, status: Status) -> Version:
        """The version row that tells of the node's present state."""
        return Version(
            account_id=node.account_id,
            node_id=node.id,
            number=node.number,
            status=status,
            name=node.name,
            parent_id=node.parent_id,
            mime=node.mime,
            author_id=self.actor.account_id,
            app=self.actor.app,
            at=self.now,
            modified_at=node.modified_at,
            content=node.content,
            size=node.size,
            blob_id=node.blob_id,
        )

    def note(self, verb: str, node: Node, *, old: Node | None = None, new: Node | None = None) -> None:
        """Write in the journal; `old` and `new` give the place it left and the one it came to."""
        self.tell(
            verb,
            "node",
            node.id,
            kind=node.kind,
            old=(old.parent_id, old.name) if old else None,
            new=(new.parent_id, new.name) if new else None,
            number=node.number,
        )

    def tell(
        self,
        verb: str,
        noun: str,
        object_id: int,
        *,
        kind: int = 0,
        old: tuple[int | None, str] | None = None,
        new: tuple[int | None, str] | None = None,
        number: int = 0,
    ) -> None:
        """Write in the journal what happened to anything. `old`, `new`: where it was and is, as `Change` has it."""
        self._changes.append(
            Change(
                account_id=self.account_id,
                seq=self.account.seq + len(self._changes) + 1,
                at=self.now,
                actor_id=self.actor.account_id,
                app=self.actor.app,
                verb=verb,
                object=noun,
                object_id=object_id,
                kind=kind,
                old_parent=old[0] if old else None,
                old_name=old[1] if old else None,
                new_parent=new[0] if new else None,
                new_name=new[1] if new else None,
                number=number,
            )
        )

    def use(self, growth: int) -> None:
        """Count bytes that the account refers to now. Raises QuotaExceeded when they do not fit."""
        self._used += growth
        if growth > 0:
            self.demand(self._used)

    def demand(self, growth: int) -> None:
        """Raises QuotaExceeded when so many more bytes do not fit."""
        quota = self.account.quota
        if quota is not None and self.account.used + growth > quota:
            raise QuotaExceeded(max(0, quota - self.account.used))

    def settle(self) -> None:
        """Write journal and counters. Called once, last."""
        if self._changes or self._used:
            self.tx.accounts.advance(self.account_id, len(self._changes), self._used)
        if self._changes:
            self.tx.journal.add(self._changes)


def lives(tx: Transaction, node: Node) -> bool:
    """Whether a node and all folders above it are live: these differ only while a job is at work on a large folder."""
    return node.state == State.LIVE and (not tx.jobs.any(node.account_id) or _all_live(tx, node))


def _all_live(tx: Transaction, node: Node) -> bool:
    above: Node | None = node
    while above is not None and above.state == State.LIVE and above.parent_id is not None:
        above = tx.nodes.get(above.account_id, above.parent_id)
    return above is not None and above.state == State.LIVE
