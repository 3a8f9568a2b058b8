"""Folders opened to others."""

from typing import Protocol

from nuvol.model.nodes import Node
from nuvol.model.shares import Invited, Member, Mount


class ShareRows(Protocol):
    """Folders opened to other accounts: members (the owner's rows), mounts (each member's) and invitations.

    Every node is named with the account it lies in; a role is a number of `model.shares.Role`.
    """

    def put_member(self, account_id: int, node_id: int, member_id: int, role: int, at: int) -> None:
        """Who is a member already gets this role and stays one since when it was."""

    def member(self, account_id: int, node_id: int, member_id: int) -> int | None:
        """The role of a member of this very folder."""

    def drop_member(self, account_id: int, node_id: int, member_id: int) -> bool: ...
    def role(self, account_id: int, node_id: int, member_id: int) -> int | None:
        """The highest role that somebody has on a node, by it or by any live folder above it: one statement."""

    def members(self, account_id: int, node_id: int) -> list[Member]:
        """Of a node and of all folders above it, with their names, by the time they joined: one statement."""

    def open_folders(self, account_id: int) -> set[int]:
        """Ids of the account's folders that have members."""

    def open_to(self, member_id: int) -> list[Member]:
        """The folders open to somebody, without names."""

    def lapsed(self, limit: int) -> list[Member]:
        """Members of folders that are there no more."""

    def forget(self, account_id: int) -> None:
        """Everything that the account opened, and its membership and mounts elsewhere."""

    def node(self, member_id: int, node_id: int) -> Node | None:
        """A node, in whatever state, of anybody who opened a folder to `member_id`; it need not lie in that folder.
        While it moves from one account to another there are two: the live one."""

    def add_mount(self, mount: Mount) -> None:
        """The mount's node is added by itself."""

    def mounts(self, account_id: int) -> list[Mount]:
        """Live ones, with their names and the role that the owner's row gives."""

    def mount(self, account_id: int, node_id: int) -> Mount | None:
        """The live one that stands for the folder `node_id`."""

    def target(self, account_id: int, mount_id: int) -> tuple[int, int] | None:
        """(owner, folder) of a mount, live or not."""

    def mount_at(self, account_id: int, node_id: int) -> Mount | None:
        """The one that stands for the folder `node_id`, live or not, without name and role."""

    def drop_mount(self, account_id: int, mount_id: int) -> None: ...
    def unmounted(self, limit: int) -> list[Member]:
        """Members that have no mount of the folder."""

    def dangling(self, limit: int) -> list[Mount]:
        """Mounts whose membership, or whose own node, is gone; without names."""

    def invite(self, invited: Invited) -> None: ...
    def invited(self, digest: bytes) -> Invited | None: ...
    def invitations(self, account_id: int, node_id: int) -> list[Invited]:
        """To this very folder, oldest first."""

    def uninvite(self, digest: bytes) -> bool: ...
    def expire(self, before: int) -> int:
        """Remove invitations that ended earlier than `before`."""
