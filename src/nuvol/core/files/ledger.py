"""The shape of every change: one account, one unit, one journal number for each thing that happened."""

from functools import cached_property

from msgspec.structs import replace

from nuvol.core import access
from nuvol.core.files import names
from nuvol.errors import AccountMissing, NodeMissing, NotAllowed, ParentMissing, QuotaExceeded, WrongKind
from nuvol.model.accounts import Actor
from nuvol.model.journal import Change
from nuvol.model.nodes import Kind, Lock, Node, State, Status, Version
from nuvol.stores.base import Transaction


class Ledger:
    """What one unit changes in one account: the actor's own, or that of somebody who opened a folder to the actor.

    Its first act takes the account's row, so the changes of an account happen one after another; `settle`
    writes the journal and the bytes used beside the changes themselves.
    """

    def __init__(
        self, tx: Transaction, actor: Actor, now: int, *, account_id: int | None = None, hold: bool = True
    ) -> None:
        """`account_id` None: the actor's own. `hold` False: only look, so that a change can be refused before its bytes
        come. Raises AccountMissing."""
        self.tx = tx
        self.actor = actor
        self.now = now
        self.account_id = actor.account_id if account_id is None else account_id
        account = tx.accounts.take(self.account_id) if hold else tx.accounts.get(self.account_id)
        if account is None:
            raise AccountMissing("There is no such account.")
        self.account = account
        self._changes: list[Change] = []
        self._used = 0

    def live(self, node_id: int, verb: str = "write") -> Node:
        """Raises NodeMissing; NotAllowed when the actor may not do `verb` there."""
        node = self.tx.nodes.get(self.account_id, node_id)
        if node is None or not self._lives(node):
            raise NodeMissing("There is no such file or folder.")
        self.admit(node, verb)
        return node

    def admit(self, node: Node, verb: str = "write") -> None:
        """In somebody else's account every node needs a right (`access.require`), and of an app that has a home."""
        if self.account_id != self.actor.account_id or self.actor.home is not None:
            access.require(self.actor, verb, node, self.tx)

    def leaving(self, node_id: int, verb: str) -> Node:
        """A node that can leave its folder; `verb` as it is told. Raises NodeMissing; NotAllowed for the root."""
        node = self.live(node_id)
        if node.parent_id is None or node.id == self.actor.home:
            raise NotAllowed(f"The root folder cannot be {verb}.", advice="Choose what is in it.")
        if self.account_id != self.actor.account_id:
            self.folder(node.parent_id)
        return node

    def folder(self, node_id: int) -> Node:
        """A folder that can take something in. Raises ParentMissing, WrongKind, NotAllowed."""
        node = self.tx.nodes.get(self.account_id, node_id)
        if node is None or not self._lives(node):
            raise ParentMissing("The folder that should hold it does not exist.")
        try:
            self.admit(node)
        except NodeMissing:
            raise ParentMissing("The folder that should hold it does not exist.") from None
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
        _, locked, _ = self._hindrances
        return self.tx.locks.of(self.account_id, self.now) if locked else []

    def _lives(self, node: Node) -> bool:
        at_work, _, _ = self._hindrances
        return node.state == State.LIVE and (not at_work or _all_live(self.tx, node))

    @cached_property
    def _hindrances(self) -> tuple[bool, bool, bool]:
        return self.tx.accounts.hindrances(self.account_id)

    @property
    def root_id(self) -> int:
        """Of the folder that is `/` for the actor at home."""
        return self.actor.home or self.account.root_id

    @cached_property
    def open_folders(self) -> set[int]:
        """Ids of the account's folders that others are members of."""
        _, _, are_told = self._hindrances
        return self.tx.shares.open_folders(self.account_id) if are_told else set()

    @cached_property
    def told_folders(self) -> set[int]:
        """Those, and the folders of apps: the journal says what happened in them."""
        _, _, are_told = self._hindrances
        return self.open_folders | self.tx.apps.folders(self.account_id) if are_told else set()

    def holds_mounts(self, node: Node) -> bool:
        """Whether it is a mount, or a folder with one somewhere below."""
        mounts = self.tx.shares.mounts(self.account_id)
        return node.kind == Kind.MOUNT or any(node.id in self.above(mount.parent_id) for mount in mounts)

    def _shared(self, node: Node) -> str:
        """The open folders in which a node lies, itself included, as the journal keeps them."""
        if not self.told_folders:
            return ""
        return " ".join(str(id) for id in (node.id, *self.above(node.parent_id)) if id in self.told_folders)

    # ------------------------------------------------------------------------------------------ what changes

    def add(self, node: Node, verb: str = "create") -> Node:
        """A node appears, with its first version. Raises NameTaken."""
        self.tx.nodes.add((node,))
        self.tx.versions.add((self.version(node, Status.NEW),))
        self.note(verb, node, new=node)
        return node

    def update(self, old: Node, new: Node, status: Status, verb: str) -> Node:
        """A node changes; its number must have grown by one. Raises NameTaken."""
        self.tx.nodes.update(new, old)
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

    def note(
        self, verb: str, node: Node, *, old: Node | None = None, new: Node | None = None, object: str = "node"
    ) -> None:
        """Write in the journal; `old` and `new` give the place it left and the one it came to."""
        self.tell(
            verb,
            object,
            self._named(node),
            kind=node.kind,
            old=(old.parent_id, old.name) if old else None,
            new=(new.parent_id, new.name) if new else None,
            number=node.number,
            old_shared=self._shared(old) if old else "",
            shared=self._shared(new or node) if new or not old else "",
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
        old_shared: str = "",
        shared: str = "",
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
                old_shared=old_shared,
                shared=shared,
            )
        )

    def write(self, change: Change) -> None:
        """Write something else than a node's change in the journal, which gives it its number."""
        self._changes.append(replace(change, seq=self.account.seq + len(self._changes) + 1))

    def _named(self, node: Node) -> int:
        """A mount is named by the folder it stands for, here as everywhere."""
        target = self.tx.shares.target(node.account_id, node.id) if node.kind == Kind.MOUNT else None
        return target[1] if target else node.id

    def note_inside(self, verb: str, node: Node) -> None:
        """After a folder went or came back: the same of each open folder below it, because its members see it go or
        come too."""
        if not node.is_folder:
            return
        for root_id in sorted(self.told_folders - {node.id}):
            if node.id in self.above(root_id) and (root := self.tx.nodes.get(self.account_id, root_id)):
                is_back = verb == "restore"
                self.note(verb, root, old=None if is_back else root, new=root if is_back else None)

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
            self.tx.accounts.advance(self.account_id, len(self._changes), self._used, taken=self.account)
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


def free_name(ledger: Ledger, parent_id: int, name: str) -> str:
    """The name, or the first of “name (2)”, “name (3)”, … that nothing has in this folder."""
    candidate, number = name, 2
    while ledger.tx.nodes.child(ledger.account_id, parent_id, candidate) is not None:
        candidate = names.free_variant(name, number)
        number += 1
    return candidate
