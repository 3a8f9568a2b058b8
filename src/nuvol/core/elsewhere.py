"""Folders on other clouds (stacksync.md §9).

Nothing of theirs rests here but the way to them: each call goes on to the other cloud, which decides. Lists of what
there is ask nobody outside, so a dead cloud holds up none of them.
"""

import builtins
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Protocol, TypeVar

import msgspec

from nuvol.core import access
from nuvol.core.files.room import Files
from nuvol.core.vault import Vault
from nuvol.errors import CloudError, Missing, NodeMissing, NotAllowed, PeerUnreachable
from nuvol.model.accounts import Actor
from nuvol.model.elsewhere import Elsewhere, Item, Offer, Way
from nuvol.model.shares import Role

T = TypeVar("T")


class Invitation(msgspec.Struct, frozen=True):
    """What another cloud gave for an invitation."""

    way: Way
    name: str
    owner: str
    role: int
    address: str


class Content(Protocol):
    """Bytes on their way from there."""

    @property
    def size(self) -> int | None: ...
    @property
    def mime(self) -> str: ...
    def blocks(self) -> Iterator[bytes]:
        """Raises PeerUnreachable when they break off."""

    def close(self) -> None:
        """To be called at the end, also when nothing was read."""


class Sending(Protocol):
    """Bytes on their way to there."""

    def feed(self, data: bytes | memoryview) -> None:
        """Raises PeerUnreachable."""

    def commit(self) -> Item:
        """Raises what the other cloud says."""

    def abort(self) -> None: ...


class Peers(Protocol):
    """How other clouds are spoken to. Every function raises what they answer, as an error of ours; PeerUnreachable;
    BadValue for an address that this server does not call."""

    def look(self, link: str) -> Offer: ...
    def accept(self, link: str) -> Invitation: ...
    def leave(self, way: Way, address: str) -> None: ...
    def item(self, way: Way, item_id: int) -> Item: ...
    def children(self, way: Way, folder_id: int) -> list[Item]: ...
    def create_folder(self, way: Way, parent_id: int, name: str) -> Item: ...
    def change(self, way: Way, item_id: int, name: str | None, parent_id: int | None) -> Item: ...
    def delete(self, way: Way, item_id: int) -> None: ...
    def read(self, way: Way, item_id: int) -> Content: ...
    def create(self, way: Way, parent_id: int, name: str, size: int) -> Sending: ...
    def replace(self, way: Way, item_id: int, size: int) -> Sending: ...


class FoldersElsewhere:
    """What people here have on other clouds."""

    def __init__(self, files: Files, vault: Vault, peers: Peers | None) -> None:
        """`peers` None: this cloud calls no other."""
        self._files = files
        self._vault = vault
        self._peers = peers
        self._silent: set[int] = set()
        """Folders whose cloud did not answer when it was asked last."""

    # ------------------------------------------------------------------------------------------ which there are

    def look(self, actor: Actor, link: str) -> Offer:
        """What the link of an invitation opens, which stays unused. Raises BadValue, InvitationMissing,
        PeerUnreachable."""
        access.require_all(actor, "write")
        return self._calls.look(link)

    def accept(self, actor: Actor, link: str) -> Elsewhere:
        """Take an invitation that another cloud made. Raises BadValue, InvitationMissing, PeerUnreachable."""
        access.require_all(actor, "write")
        return self._keep(actor, self._calls.accept(link))

    def mount(self, actor: Actor, way: Way, name: str) -> Elsewhere:
        """Have a folder to which somebody gave the way. Raises BadValue, NodeMissing, NotAllowed, PeerUnreachable."""
        access.require_all(actor, "write")
        item = self._calls.item(way, int(way.resource_url.rpartition("/")[2]))
        return self._keep(actor, Invitation(way, name or item.name, item.author, Role.EDITOR, ""))

    def _keep(self, actor: Actor, invitation: Invitation) -> Elsewhere:
        folder_id = self._files.new_id()
        folder = Elsewhere(
            account_id=actor.account_id,
            id=folder_id,
            name=invitation.name,
            owner=invitation.owner,
            role=invitation.role,
            address=invitation.address,
            resource_url=invitation.way.resource_url,
            way=self._vault.seal(msgspec.json.encode(invitation.way).decode(), _about(folder_id)),
            since=self._files.clock(),
        )
        self._files.catalog.write(lambda tx: tx.elsewhere.add(folder))
        return folder

    def list(self, actor: Actor) -> builtins.list[Elsewhere]:
        """In the order they came; also those that ended."""
        access.require(actor, "read")
        if actor.home is not None:
            return []
        return self._files.catalog.read(lambda tx: tx.elsewhere.of(actor.account_id))

    def get(self, actor: Actor, folder_id: int) -> Elsewhere:
        """Raises NodeMissing."""
        access.require_all(actor, "read")
        found = self._files.catalog.read(lambda tx: tx.elsewhere.get(actor.account_id, folder_id))
        if found is None:
            raise NodeMissing("You have no such folder on another cloud.")
        return found

    def answers(self, folder: Elsewhere) -> bool:
        """Whether its cloud did when it was asked last."""
        return folder.id not in self._silent

    def ways(self, actor: Actor) -> builtins.list[tuple[Elsewhere, Way]]:
        """Those that are open, for a program that goes there by itself: only one that may change files is told."""
        access.require(actor, "read")
        if "files" not in actor.scopes:
            return []
        return [(folder, self._way(folder)) for folder in self.list(actor) if folder.ended_at is None]

    def leave(self, actor: Actor, folder_id: int) -> None:
        """Have it no longer. The other cloud is told, if it answers. Raises NodeMissing."""
        access.require_all(actor, "write")
        folder = self.get(actor, folder_id)
        if folder.ended_at is None and folder.address and self._peers is not None:
            with suppress(CloudError):  # else its owner sees a member that does not come any more
                self._peers.leave(self._way(folder), folder.address)
        self._files.catalog.write(lambda tx: tx.elsewhere.remove(actor.account_id, folder_id))
        self._silent.discard(folder_id)

    # ---------------------------------------------------------------------------------------------- what is in them

    def item(self, actor: Actor, folder_id: int, item_id: int) -> Item:
        return self._ask(actor, "read", folder_id, lambda peers, way: peers.item(way, item_id))

    def children(self, actor: Actor, folder_id: int, item_id: int) -> builtins.list[Item]:
        return self._ask(actor, "read", folder_id, lambda peers, way: peers.children(way, item_id))

    def read(self, actor: Actor, folder_id: int, item_id: int) -> Content:
        return self._ask(actor, "read", folder_id, lambda peers, way: peers.read(way, item_id))

    def create_folder(self, actor: Actor, folder_id: int, parent_id: int, name: str) -> Item:
        return self._ask(actor, "write", folder_id, lambda peers, way: peers.create_folder(way, parent_id, name))

    def change(self, actor: Actor, folder_id: int, item_id: int, name: str | None, parent_id: int | None) -> Item:
        """Rename, move within the folder; None: as it is."""
        return self._ask(actor, "write", folder_id, lambda peers, way: peers.change(way, item_id, name, parent_id))

    def delete(self, actor: Actor, folder_id: int, item_id: int) -> None:
        """Into the trash of its owner. Raises NotAllowed for the folder itself, which is left instead."""
        if self.get(actor, folder_id).item_id == item_id:
            raise NotAllowed("This is the opened folder itself.", advice="Leave it instead.")
        self._ask(actor, "write", folder_id, lambda peers, way: peers.delete(way, item_id))

    def create(self, actor: Actor, folder_id: int, parent_id: int, name: str, size: int) -> Sending:
        """A new file of so many bytes."""
        return self._ask(actor, "write", folder_id, lambda peers, way: peers.create(way, parent_id, name, size))

    def replace(self, actor: Actor, folder_id: int, item_id: int, size: int) -> Sending:
        """New content of so many bytes for a file."""
        return self._ask(actor, "write", folder_id, lambda peers, way: peers.replace(way, item_id, size))

    # ------------------------------------------------------------------------------------------------------ inside

    @property
    def _calls(self) -> Peers:
        if self._peers is None:
            raise NotAllowed("This cloud calls no others.")
        return self._peers

    def _ask(self, actor: Actor, verb: str, folder_id: int, call: Callable[[Peers, Way], T]) -> T:
        """Ask the other cloud, and remember how it stands. Raises what it says."""
        access.require_all(actor, verb)
        folder = self.get(actor, folder_id)
        peers, way = self._calls, self._way(folder)
        try:
            result = call(peers, way)
        except PeerUnreachable:
            self._silent.add(folder_id)
            raise
        except (Missing, NotAllowed):
            self._see_whether_it_ended(folder, peers, way)
            raise
        self._silent.discard(folder_id)
        if folder.ended_at is not None:
            self._files.catalog.write(lambda tx: tx.elsewhere.set_ended(folder.account_id, folder.id, None))
        return result

    def _see_whether_it_ended(self, folder: Elsewhere, peers: Peers, way: Way) -> None:
        """Raises NodeMissing when the folder itself is not open any more."""
        self._silent.discard(folder.id)
        try:
            peers.item(way, folder.item_id)
        except PeerUnreachable:
            self._silent.add(folder.id)
        except (Missing, NotAllowed):
            now = self._files.clock()
            self._files.catalog.write(lambda tx: tx.elsewhere.set_ended(folder.account_id, folder.id, now))
            raise NodeMissing(f"“{folder.name}” on {folder.host} is not open to you any more.") from None

    def _way(self, folder: Elsewhere) -> Way:
        return msgspec.json.decode(self._vault.open(folder.way, _about(folder.id)), type=Way)


def _about(folder_id: int) -> str:
    return f"elsewhere {folder_id}"
