"""Links: nodes opened to whoever holds a key. The owner's row is the only authority, asked at every access."""

import base64
import builtins
import hmac
import secrets
from collections.abc import Iterator, Sequence

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from nuvol.core import access
from nuvol.core.attempts import Attempts, network_bucket
from nuvol.core.files import names
from nuvol.core.files.ledger import Ledger, lives
from nuvol.core.files.receipts import Receipts
from nuvol.core.files.room import Files
from nuvol.core.files.tree import Tree
from nuvol.core.logins import UNPRINTABLE
from nuvol.core.passwords import Passwords, check_new
from nuvol.core.vault import Vault
from nuvol.errors import BadValue, LinkMissing, NodeMissing, NotAdmitted, NotAllowed, PasswordNeeded
from nuvol.model.accounts import Actor
from nuvol.model.journal import Change
from nuvol.model.links import Link, Opened, Role, Visitor
from nuvol.model.nodes import Exists, Kind, Node, Page, State
from nuvol.model.shares import Role as Member
from nuvol.stores.base import Transaction

MOST_ITEMS = 1000
"""Of one link: they are looked up one by one at every access."""

_READING = frozenset({"files:read"})
_WRITING = frozenset({"files"})


class Links:
    def __init__(self, files: Files, tree: Tree, passwords: Passwords, vault: Vault, receipts: Receipts) -> None:
        self._files = files
        self._tree = tree
        self._passwords = passwords
        self._vault = vault
        self._receipts = receipts
        self._attempts = Attempts(files.catalog, files.clock)

    # ---------------------------------------------------------------------------------------------- the owner's

    def create(
        self,
        actor: Actor,
        node_ids: Sequence[int],
        *,
        name: str | None = None,
        password: str | None = None,
        expires_at: int | None = None,
        max_uses: int | None = None,
        role: str = Role.READ,
        accounts_only: bool = False,
    ) -> Link:
        """Open these nodes. `name` None: that of the single one. In somebody else's folder a co-owner may; the link is
        the owner's then, who sees it among the own.

        Raises NodeMissing, BadValue, NotAllowed (the root, or not enough of a role).
        """
        access.require(actor, "share")
        items = tuple(dict.fromkeys(node_ids))
        if not 1 <= len(items) <= MOST_ITEMS:
            raise BadValue(f"A link is about 1 to {MOST_ITEMS} files or folders.")
        kept = self._kept(password)
        link_id = self._files.new_id()

        def unit(ledger: Ledger) -> Link:
            nodes = [ledger.live(node_id, "share") for node_id in items]
            if any(node.parent_id is None or node.id == actor.home for node in nodes):
                raise NotAllowed("The root folder cannot be shared.", advice="Share what is in it.")
            link = Link(
                account_id=ledger.account_id,
                id=link_id,
                key=base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().replace("=", "-"),
                name=_name(
                    name or (nodes[0].name if len(nodes) == 1 else f"{nodes[0].name} and {len(nodes) - 1} more")
                ),
                items=items,
                password=kept,
                role=_role(role, nodes),
                accounts_only=accounts_only,
                expires_at=_expiry(expires_at, ledger.now),
                max_uses=_uses(max_uses),
                uses=0,
                created_at=ledger.now,
                app=ledger.actor.app,
            )
            ledger.tx.links.add(link)
            self._note(ledger, "create", link, nodes[0])
            return link

        return self._files.write(actor, unit, at=items[0])

    def list(self, actor: Actor) -> builtins.list[Link]:
        """One's own in the order they were made, then those in folders of which one is a co-owner; also those that are
        over."""
        access.require(actor, "read")

        def look(tx: Transaction) -> builtins.list[Link]:
            return [
                link
                for account_id in _accounts(tx, actor)
                for link in tx.links.of(account_id)
                if _is_managed(tx, actor, link)
            ]

        return self._files.catalog.read(look)

    def get(self, actor: Actor, link_id: int) -> Link:
        """Raises LinkMissing."""
        access.require(actor, "read")
        return self._files.catalog.read(lambda tx: _own(tx, actor, link_id))

    def own(self, actor: Actor, key: str) -> Link:
        """By key. Raises LinkMissing, also for somebody else's."""
        access.require(actor, "read")
        link = self._by_key(key)
        return self._files.catalog.read(lambda tx: _own(tx, actor, link.id if link else 0))

    def items(self, actor: Actor, link: Link) -> tuple[Node, ...]:
        """What one's own link is about now."""
        access.require(actor, "read")
        return self._files.catalog.read(lambda tx: _living(tx, link))

    def change(
        self,
        actor: Actor,
        link_id: int,
        *,
        name: str | UnsetType = UNSET,
        password: str | UnsetType | None = UNSET,
        expires_at: int | UnsetType | None = UNSET,
        max_uses: int | UnsetType | None = UNSET,
        role: str | UnsetType = UNSET,
        accounts_only: bool | UnsetType = UNSET,
    ) -> Link:
        """Change what is given; a new password locks out who knew the old one. Raises LinkMissing, BadValue."""
        access.require(actor, "write")
        kept = self._kept(password) if isinstance(password, str) else None

        def unit(ledger: Ledger) -> Link:
            link = _own(ledger.tx, actor, link_id)
            if name is not UNSET:
                link = replace(link, name=_name(name))
            if password is not UNSET:
                link = replace(link, password=kept)
            if expires_at is not UNSET:
                link = replace(link, expires_at=_expiry(expires_at, ledger.now))
            if max_uses is not UNSET:
                link = replace(link, max_uses=_uses(max_uses))
            if role is not UNSET:
                link = replace(link, role=_role(role, _living(ledger.tx, link)))
            if accounts_only is not UNSET:
                link = replace(link, accounts_only=accounts_only)
            ledger.tx.links.update(link)
            self._note(ledger, "update", link, None)
            return link

        return self._files.write_in(self.get(actor, link_id).account_id, actor, unit)

    def remove(self, actor: Actor, link_id: int) -> None:
        """Nobody comes in with it from now on. Raises LinkMissing."""
        access.require(actor, "write")

        def unit(ledger: Ledger) -> None:
            link = _own(ledger.tx, actor, link_id)
            ledger.tx.links.remove(ledger.account_id, link_id)
            self._note(ledger, "remove", link, None)

        self._files.write_in(self.get(actor, link_id).account_id, actor, unit)

    def confirm(self, link: Link, password: str, network: str) -> None:
        """Compare with the link's password; guessing is slowed down by link and network.

        Raises PasswordNeeded when it is wrong, TooManyAttempts, Busy.
        """
        if link.password is None:
            return
        attempt = self._attempts.begin(f"link:{link.id}", network_bucket(network))
        if not self._passwords.verify(link.password, password):
            raise PasswordNeeded("The password of this link is wrong.")
        self._files.catalog.write(lambda tx: self._attempts.succeeded(tx, attempt))

    # -------------------------------------------------------------------------------------------- the visitor's

    def open(self, key: str, visitor: Visitor) -> Opened:
        """What the key opens to this visitor. The owner always comes in.

        Raises LinkMissing (no such key, expired, used up, or nothing left; after some unknown keys from one network
        TooManyAttempts), NotAdmitted (accounts only), PasswordNeeded.
        """
        link = self._found(key, visitor)
        if not self._is_owner(link, visitor):
            if link.accounts_only and visitor.actor is None:
                raise NotAdmitted("This link is for people with an account here.")
            if link.password is not None and not self._is_unlocked(link, visitor):
                raise PasswordNeeded("This link opens with a password.")
        items = self._files.catalog.read(lambda tx: _living(tx, link))
        if not items:
            raise _missing()
        return Opened(link, items)

    def prove(self, key: str, visitor: Visitor, password: str) -> str:
        """A proof that this password is right, good as long as it is the link's; remembered for the visitor's token.

        Raises LinkMissing, PasswordNeeded, TooManyAttempts.
        """
        link = self._found(key, visitor)
        self.confirm(link, password, visitor.network)
        proof = self._proof(link)
        actor = visitor.actor
        if actor is not None and (grant_id := actor.grant_id) is not None:
            mark = bytes.fromhex(proof)
            self._files.catalog.write(lambda tx: tx.links.unlock(link.account_id, link.id, grant_id, mark))
        return proof

    def use(self, opened: Opened, visitor: Visitor) -> None:
        """Count a download, a receipt or an upload. Raises LinkMissing when no use is left."""
        link = opened.link
        if link.max_uses is None or self._is_owner(link, visitor):
            return
        if not self._files.catalog.write(lambda tx: tx.links.use(link.account_id, link.id)):
            raise _missing()

    def reader(self, opened: Opened) -> Actor:
        """As whom the visitor reads. Raises NotAllowed when the link is for uploads only."""
        if opened.link.role == Role.UPLOAD:
            raise NotAllowed("This link takes files and shows none.")
        return Actor(opened.link.account_id, _READING)

    def writer(self, opened: Opened) -> Actor:
        """As whom the visitor adds files to the link's folder. Raises NotAllowed."""
        if opened.link.role not in (Role.EDIT, Role.UPLOAD) or opened.folder is None:
            raise NotAllowed("Nothing can be uploaded with this link.")
        return Actor(opened.link.account_id, _WRITING, app=f"Link “{opened.link.name}”"[:200])

    def node(self, opened: Opened, node_id: int) -> Node:
        """A node that the link opens: one of its items or something below. Raises NodeMissing."""
        tops = {item.id for item in opened.items}

        def look(tx: Transaction) -> Node | None:
            node = above = tx.nodes.get(opened.link.account_id, node_id)
            if node is None or not lives(tx, node):
                return None
            while above is not None:
                if above.id in tops:
                    return node
                above = tx.nodes.get(above.account_id, above.parent_id) if above.parent_id is not None else None
            return None

        node = self._files.catalog.read(look)
        if node is None or opened.link.role == Role.UPLOAD:
            raise NodeMissing("There is no such file or folder behind this link.")
        return node

    def children(self, opened: Opened, folder: Node, *, after: str | None = None, limit: int = 1000) -> Page:
        """A page of a folder behind the link, folders first. What others opened to the link's owner is theirs to open,
        and is left out here. Raises NodeMissing, NotAllowed, BadValue (a wrong cursor)."""
        page = self._tree.children(self.reader(opened), folder.id, sort="kind", after=after, limit=limit)
        return Page([node for node in page.nodes if self._is_own(opened, node)], page.next)

    def walk(self, opened: Opened, folder: Node) -> Iterator[tuple[str, Node]]:
        """Like `Tree.walk`, without what others opened to the link's owner. Raises NotAllowed at once."""
        return self._walk(self.reader(opened), opened, folder)

    def size(self, opened: Opened) -> int:
        """Bytes of all files behind the link."""
        owner = Actor(opened.link.account_id, _READING)
        files = (item.size for item in opened.items if not item.is_folder)
        folders = (item for item in opened.items if item.is_folder)
        return sum(files) + sum(node.size for folder in folders for _, node in self._walk(owner, opened, folder))

    def _walk(self, reader: Actor, opened: Opened, folder: Node) -> Iterator[tuple[str, Node]]:
        for path, node in self._tree.walk(reader, folder.id):
            if self._is_own(opened, node):
                yield path, node

    @staticmethod
    def _is_own(opened: Opened, node: Node) -> bool:
        return node.account_id == opened.link.account_id and node.kind != Kind.MOUNT

    def receive(self, actor: Actor, key: str, visitor: Visitor, parent_id: int, exists: Exists = Exists.RENAME) -> Node:
        """Copy everything into one's own folder: a single thing under its name, several in a new folder named after
        the link. Raises what `open` raises, ParentMissing, NameTaken, QuotaExceeded."""
        access.require(actor, "write")
        opened = self.open(key, visitor)
        self.reader(opened)
        self.use(opened, visitor)
        one = opened.items[0] if len(opened.items) == 1 else None
        return self._receipts.receive(
            actor, opened.items, parent_id, one.name if one else _folder_name(opened.link.name), exists
        )

    # ---------------------------------------------------------------------------------------------------- inside

    def _by_key(self, key: str) -> Link | None:
        if UNPRINTABLE.search(key):
            return None
        return self._files.catalog.read(lambda tx: tx.links.by_key(key))

    def _found(self, key: str, visitor: Visitor) -> Link:
        """Whoever tries keys at random is made to wait; a key that is known opens all the same, for a household must
        not be locked out by one of its machines."""
        link = self._by_key(key)
        if link is None:
            self._attempts.begin(f"keys:{network_bucket(visitor.network)}")
            raise _missing()
        if not self._is_owner(link, visitor):
            over = link.expires_at is not None and link.expires_at <= self._files.clock()
            if over or (link.max_uses is not None and link.uses >= link.max_uses) or not self._is_alive(link):
                raise _missing()
        return link

    def _is_alive(self, link: Link) -> bool:
        """Its owner's account has not been shut."""
        owner = self._files.catalog.read(lambda tx: tx.accounts.get(link.account_id))
        return owner is not None and owner.active

    @staticmethod
    def _is_owner(link: Link, visitor: Visitor) -> bool:
        actor = visitor.actor
        return actor is not None and actor.account_id == link.account_id and actor.home is None

    def _is_unlocked(self, link: Link, visitor: Visitor) -> bool:
        proof = self._proof(link)
        if visitor.proof is not None and hmac.compare_digest(proof.encode(), visitor.proof.encode(errors="replace")):
            return True
        actor = visitor.actor
        if actor is None or (grant_id := actor.grant_id) is None:
            return False
        kept = self._files.catalog.read(lambda tx: tx.links.proof(link.account_id, link.id, grant_id))
        return kept is not None and hmac.compare_digest(kept, bytes.fromhex(proof))

    def _proof(self, link: Link) -> str:
        return self._vault.mark(f"link {link.id} {link.password}").hex()

    def _kept(self, password: str | None) -> str | None:
        if not password:
            return None
        check_new(password, 1)
        return self._passwords.hash(password)

    @staticmethod
    def _note(ledger: Ledger, verb: str, link: Link, node: Node | None) -> None:
        ledger.write(
            Change(
                account_id=ledger.account_id,
                seq=0,
                at=ledger.now,
                actor_id=ledger.actor.account_id,
                app=ledger.actor.app,
                verb=verb,
                object="link",
                object_id=link.id,
                kind=node.kind if node else 0,
                old_parent=None,
                old_name=None,
                new_parent=None,
                new_name=link.name,
                number=0,
            )
        )


def _living(tx: Transaction, link: Link) -> tuple[Node, ...]:
    found = {node.id: node for node in tx.nodes.many(link.account_id, link.items)}
    nodes = (found.get(node_id) for node_id in link.items)
    return tuple(node for node in nodes if node is not None and node.state == State.LIVE and lives(tx, node))


def _accounts(tx: Transaction, actor: Actor) -> builtins.list[int]:
    """The actor's own, and those of people who made the actor a co-owner of something."""
    owners = {member.account_id for member in tx.shares.open_to(actor.account_id) if member.role >= Member.CO_OWNER}
    return [actor.account_id, *sorted(owners if actor.home is None else ())]


def _own(tx: Transaction, actor: Actor, link_id: int) -> Link:
    found = (tx.links.get(account_id, link_id) for account_id in _accounts(tx, actor))
    link = next((link for link in found if link is not None), None)
    if link is None or not _is_managed(tx, actor, link):
        raise _missing()
    return link


def _is_managed(tx: Transaction, actor: Actor, link: Link) -> bool:
    """One's own is; of somebody else's those to what one is a co-owner of; an app with a home knows of those to what
    lies there."""
    if link.account_id == actor.account_id and actor.home is None:
        return True
    nodes = tx.nodes.many(link.account_id, link.items)
    return len(nodes) == len(link.items) and all(_is_open(tx, actor, node) for node in nodes)


def _is_open(tx: Transaction, actor: Actor, node: Node) -> bool:
    if node.account_id == actor.account_id:
        return access.is_at_home(actor, node, tx)
    return (tx.shares.role(node.account_id, node.id, actor.account_id) or 0) >= Member.CO_OWNER


def _missing() -> LinkMissing:
    return LinkMissing("There is no such link, or not any more.")


def _name(text: str) -> str:
    name = UNPRINTABLE.sub(" ", text).strip()[:200]
    if not name:
        raise BadValue("A link needs a name.")
    return name


def _folder_name(name: str) -> str:
    """The name of a link as a folder can have it."""
    safe = name.replace("/", "-").encode()[: names.NAME_BYTES].decode(errors="ignore")
    return "_" if safe in (".", "..") else safe


def _role(role: str, nodes: Sequence[Node]) -> str:
    if role not in list(Role):
        raise BadValue(f"The role of a link is one of {', '.join(Role)}.")
    if role != Role.READ and not (len(nodes) == 1 and nodes[0].is_folder):
        raise BadValue("Files can be added through a link to exactly one folder.")
    return str(role)


def _expiry(at: int | None, now: int) -> int | None:
    if at is not None and at <= now:
        raise BadValue("A link must end in the future.")
    return at


def _uses(count: int | None) -> int | None:
    if count is not None and not 1 <= count <= 1_000_000_000:
        raise BadValue("A link is good for 1 to 1,000,000,000 uses, or for any number.")
    return count
