"""Folders opened to other people: who is a member, who may decide that, who was invited.

The owner's row of a member is the only authority (`access.require` looks it up at every access), so closing a folder
counts at once. A folder is opened to accounts that exist; an address without one gets an invitation, a link that must
be opened: nobody receives anything for an address that has not been proved.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from msgspec import Struct

from nuvol import ids
from nuvol.clock import DAY
from nuvol.core import access, profiles
from nuvol.core.files.ledger import Ledger
from nuvol.core.files.mounts import Mounts, end, note_share
from nuvol.core.files.room import Files
from nuvol.core.files.tree import Tree
from nuvol.errors import AccountMissing, BadValue, InvitationMissing, MemberMissing, NodeMissing, NotAllowed, WrongKind
from nuvol.model.accounts import Account, Actor, handle
from nuvol.model.nodes import Node
from nuvol.model.shares import Invited, Member, Role
from nuvol.stores.base import Transaction

MOST_MEMBERS = 1000
"""Of one folder. Each of them may ask for the list every ten seconds."""


class Opened(NamedTuple):
    """What came of opening a folder."""

    members: list[Member]
    """Those it was opened to."""
    invitations: list[tuple[Invited, str]]
    """For addresses without an account, each with its secret, which is told this once."""


class Share(Struct, frozen=True):
    """A folder that is shared, as one person sees it."""

    node: Node
    owner: Account
    role: int
    members: int
    """How many, without the owner."""


class Shares:
    """What people open to each other."""

    def __init__(self, files: Files, tree: Tree, mounts: Mounts) -> None:
        self._files = files
        self._tree = tree
        self._mounts = mounts

    # ------------------------------------------------------------------------------------------ who there is

    def members(self, actor: Actor, node_id: int) -> list[Member]:
        """Who can get at a node: its owner first, then the members by the time they joined, of whatever folder above
        it. Of a node that is not shared this is the owner alone. Raises NodeMissing."""

        def look(tx: Transaction) -> list[Member]:
            node = self._files.find(tx, actor, node_id)
            if node is None:
                raise NodeMissing("There is no such file or folder.")
            access.require(actor, "read", node, tx)
            owner = tx.accounts.get(node.account_id)
            if owner is None:
                raise AccountMissing("There is no such account.")
            first = Member(owner.id, node.id, owner.id, Role.OWNER, node.created_at, owner.name, owner.email)
            return [first, *_once(tx.shares.members(node.account_id, node.id))]

        return self._files.catalog.read(look)

    def with_me(self, actor: Actor) -> list[Share]:
        """The folders that others opened to the actor, where the actor has them."""
        access.require(actor, "read")
        if actor.home is not None:
            return []

        def look(tx: Transaction) -> list[Share]:
            found: list[Share] = []
            for member in tx.shares.open_to(actor.account_id):
                node, owner = tx.nodes.get(member.account_id, member.node_id), tx.accounts.get(member.account_id)
                if (
                    node is not None
                    and owner is not None
                    and tx.shares.role(node.account_id, node.id, actor.account_id)
                ):
                    seen = self._files.seen(tx, actor, node)
                    found.append(Share(seen, owner, member.role, len(tx.shares.members(node.account_id, node.id))))
            return found

        return self._files.catalog.read(look)

    def by_me(self, actor: Actor) -> list[Share]:
        """The folders that the actor opened to others."""
        access.require(actor, "read")

        def look(tx: Transaction) -> list[Share]:
            me = tx.accounts.get(actor.account_id)
            nodes = tx.nodes.many(actor.account_id, sorted(tx.shares.open_folders(actor.account_id)))
            nodes = [node for node in nodes if access.is_at_home(actor, node, tx)]
            return [
                Share(node, me, Role.OWNER, len(tx.shares.members(actor.account_id, node.id))) for node in nodes if me
            ]

        return self._files.catalog.read(look)

    def roles(self, actor: Actor, nodes: Iterable[Node]) -> dict[int, tuple[int, bool]]:
        """By node: what the actor may do there, and whether it is a folder that stands as a mount here; nodes that are
        not open are left out."""
        access.require(actor, "read")

        def look(tx: Transaction) -> dict[int, tuple[int, bool]]:
            mounted = {mount.node_id for mount in tx.shares.mounts(actor.account_id)}
            known: dict[tuple[int, int | None], int] = {}
            found: dict[int, tuple[int, bool]] = {}
            for node in nodes:
                place = node.account_id, node.id if node.is_folder else node.parent_id
                if place not in known:
                    mine = node.account_id == actor.account_id
                    role = Role.OWNER if mine else tx.shares.role(node.account_id, node.id, actor.account_id)
                    known[place] = role or 0
                if known[place]:
                    found[node.id] = known[place], node.id in mounted
            return found

        return self._files.catalog.read(look)

    # ------------------------------------------------------------------------------------------ opening

    def open(
        self, actor: Actor, node_id: int, to: Sequence[str], role: int = Role.EDITOR, *, invite: bool = True
    ) -> Opened:
        """Open a folder to people, named by account name or e-mail address; members get the new role.

        An address without an account is invited if `invite`, else left out, like the owner and the actor. Raises
        BadValue (nobody is left, an unknown role), NodeMissing, WrongKind (a file), NotAllowed (the root, a folder with
        folders of others in it, or not enough of a role).
        """
        access.require(actor, "share")
        if role not in (Role.VIEWER, Role.EDITOR, Role.CO_OWNER):
            raise BadValue("A role is viewer, editor or co-owner.")
        found, unknown = self._files.catalog.read(lambda tx: _accounts(tx, to))
        emails = [profiles.checked_email(text) for text in unknown] if invite else []
        invited: list[tuple[Invited, str]] = []
        joined: list[Account] = []

        def unit(ledger: Ledger) -> int:
            folder = self._shareable(ledger, node_id)
            invited.clear()
            joined[:] = [account for account in found if account.id not in (ledger.account_id, actor.account_id)]
            present = ledger.tx.shares.members(ledger.account_id, folder.id)
            if not joined and not emails:
                raise BadValue("There is nobody to share this with.", advice="Give account names or e-mail addresses.")
            if len(present) + len(joined) > MOST_MEMBERS:
                raise BadValue(f"A folder has at most {MOST_MEMBERS} members.")
            for account in joined:
                ledger.tx.shares.put_member(ledger.account_id, folder.id, account.id, role, ledger.now)
            for email in emails:
                invited.append(self._invite(ledger, folder, email, role))
            note_share(ledger, "open", folder.id)
            return ledger.account_id

        owner_id = self._files.write(actor, unit, at=node_id)
        for account in joined:
            self._mounts.attach(actor, owner_id, node_id, account.id)
        members = self._files.catalog.read(lambda tx: tx.shares.members(owner_id, node_id))
        new = {account.id for account in joined}
        return Opened([m for m in members if m.member_id in new and m.node_id == node_id], invited)

    def set_role(self, actor: Actor, node_id: int, member_id: int, role: int) -> Member:
        """Raises MemberMissing (of this very folder), BadValue, NotAllowed, NodeMissing."""
        access.require(actor, "share")
        if role not in (Role.VIEWER, Role.EDITOR, Role.CO_OWNER):
            raise BadValue("A role is viewer, editor or co-owner.")

        def unit(ledger: Ledger) -> Member:
            ledger.live(node_id, "share")
            tx, owner_id = ledger.tx, ledger.account_id
            if tx.shares.member(owner_id, node_id, member_id) is None:
                raise MemberMissing("This folder is not open to them.")
            tx.shares.put_member(owner_id, node_id, member_id, role, ledger.now)
            note_share(ledger, "role", node_id)
            return next(
                m for m in tx.shares.members(owner_id, node_id) if (m.node_id, m.member_id) == (node_id, member_id)
            )

        return self._files.write(actor, unit, at=node_id)

    def close(self, actor: Actor, node_id: int, member_id: int) -> None:
        """End a membership: the owner and co-owners that of anybody, everybody their own. It counts at once.

        Raises MemberMissing, BadValue (the owner), NotAllowed, NodeMissing.
        """
        access.require(actor, "write" if member_id == actor.account_id else "share")

        def look(tx: Transaction) -> int:
            node = self._files.find(tx, actor, node_id)
            if node is None:
                raise NodeMissing("There is no such file or folder.")
            access.require(actor, "read" if member_id == actor.account_id else "share", node, tx)
            return node.account_id

        owner_id = self._files.catalog.read(look)
        if member_id == owner_id:
            raise BadValue("This is the owner of the folder.", advice="The owner stays; remove the others.")
        verb = "leave" if member_id == actor.account_id else "close"
        if not end(self._files, actor, owner_id, node_id, member_id, verb):
            raise MemberMissing("This folder is not open to them.")
        mount = self._files.catalog.read(lambda tx: tx.shares.mount_at(member_id, node_id))
        if mount is not None:
            self._mounts.detach(actor, mount)

    # ------------------------------------------------------------------------------------------ invitations

    def invitations(self, actor: Actor, node_id: int) -> list[Invited]:
        """Those to a folder that nobody has used. Raises NodeMissing, NotAllowed."""
        access.require(actor, "share")

        def look(tx: Transaction) -> list[Invited]:
            node = self._files.find(tx, actor, node_id)
            if node is None:
                raise NodeMissing("There is no such file or folder.")
            access.require(actor, "share", node, tx)
            now = self._files.clock()
            return [each for each in tx.shares.invitations(node.account_id, node.id) if now < each.expires_at]

        return self._files.catalog.read(look)

    def withdraw(self, actor: Actor, node_id: int, invitation_id: str) -> None:
        """Raises InvitationMissing and what `invitations` raises."""
        found = {each.id: each.digest for each in self.invitations(actor, node_id)}
        digest = found.get(invitation_id)
        if digest is None or not self._files.catalog.write(lambda tx: tx.shares.uninvite(digest)):
            raise _over()

    def invited(self, secret: str) -> tuple[Invited, str, str]:
        """What an invitation is to: with the name of the folder and that of its owner. Whoever has the secret may know.
        Raises InvitationMissing."""

        def look(tx: Transaction) -> tuple[Invited, str, str]:
            invited = self._valid(tx, secret)
            folder, owner = tx.nodes.get(invited.account_id, invited.node_id), tx.accounts.get(invited.account_id)
            if folder is None or owner is None:
                raise _over()
            return invited, folder.name, owner.name

        return self._files.catalog.read(look)

    def accept(self, actor: Actor, secret: str) -> Node:
        """Become a member by an invitation, which is used up; the folder as the actor has it then.

        Raises InvitationMissing; BadValue for who is the owner.
        """
        access.require_all(actor, "write")
        invited = self._files.catalog.read(lambda tx: self._valid(tx, secret))
        if invited.account_id == actor.account_id:
            raise BadValue("This folder is yours.")

        def unit(ledger: Ledger) -> None:
            if self._valid(ledger.tx, secret) and not ledger.tx.shares.uninvite(invited.digest):
                raise _over()
            present = ledger.tx.shares.member(invited.account_id, invited.node_id, actor.account_id) or 0
            role = max(present, invited.role)
            ledger.tx.shares.put_member(invited.account_id, invited.node_id, actor.account_id, role, ledger.now)
            note_share(ledger, "open", invited.node_id)

        self._files.write_in(invited.account_id, actor, unit)
        self._mounts.attach(actor, invited.account_id, invited.node_id, actor.account_id)
        return self._tree.get(actor, invited.node_id)

    # ------------------------------------------------------------------------------------------ inside

    def _shareable(self, ledger: Ledger, node_id: int) -> Node:
        folder = ledger.live(node_id, "share")
        if not folder.is_folder:
            raise WrongKind(f"“{folder.name}” is a file.", advice="Share the folder it is in, or make a link to it.")
        if folder.parent_id is None or folder.id == ledger.actor.home:
            raise NotAllowed("The root folder cannot be shared.", advice="Share a folder in it.")
        if ledger.holds_mounts(folder):
            raise NotAllowed(
                "What others opened to you cannot be opened further.", advice="Move it out of this folder first."
            )
        return folder

    def _invite(self, ledger: Ledger, folder: Node, email: str, role: int) -> tuple[Invited, str]:
        """A new one takes the place of an older one to the same address."""
        for old in ledger.tx.shares.invitations(ledger.account_id, folder.id):
            if handle(old.email) == handle(email):
                ledger.tx.shares.uninvite(old.digest)
        secret = ids.secret("nv_f_")
        until = ledger.now + self._files.rules.invitation_days * DAY
        invited = Invited(
            ids.digest(secret), ledger.account_id, folder.id, email, role, ledger.actor.account_id, ledger.now, until
        )
        ledger.tx.shares.invite(invited)
        return invited, secret

    def _valid(self, tx: Transaction, secret: str) -> Invited:
        invited = tx.shares.invited(ids.digest(secret))
        if invited is None or invited.expires_at <= self._files.clock():
            raise _over()
        return invited


def _accounts(tx: Transaction, to: Sequence[str]) -> tuple[list[Account], list[str]]:
    """The accounts of these names and addresses, and the addresses that are nobody's."""
    found: dict[int, Account] = {}
    unknown: dict[str, str] = {}
    for text in to:
        known = tx.accounts.by_handle(text)
        if known is not None and known[0].active:
            found[known[0].id] = known[0]
        elif known is None and "@" in text:
            unknown[handle(text)] = text
    return list(found.values()), list(unknown.values())


def _once(members: Iterable[Member]) -> list[Member]:
    """Somebody to whom several folders above are open is told once, with the highest role."""
    best: dict[int, Member] = {}
    for member in members:
        if member.member_id not in best or member.role > best[member.member_id].role:
            best[member.member_id] = member
    return sorted(best.values(), key=lambda member: (member.joined_at, member.member_id))


def _over() -> InvitationMissing:
    return InvitationMissing("This invitation was used, taken back, or is too old.", advice="Ask for a new one.")
