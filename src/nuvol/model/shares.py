"""Folders that are open to other accounts. Times are microseconds since 1970 (UTC)."""

from enum import IntEnum

from msgspec import Struct


class Role(IntEnum):
    """What somebody may do in a folder; each may what the one before it may."""

    VIEWER = 1
    EDITOR = 2
    CO_OWNER = 3
    OWNER = 4


class Member(Struct, frozen=True):
    """Somebody to whom a folder is open."""

    account_id: int
    """The folder's owner."""
    node_id: int
    """The folder that was opened: the one asked about, or one above it."""
    member_id: int
    role: int
    joined_at: int
    name: str = ""
    email: str = ""


class Mount(Struct, frozen=True):
    """Where a member has the folder of somebody else."""

    account_id: int
    """The member."""
    id: int
    """The node in the member's tree that stands for it."""
    owner_id: int
    node_id: int
    """The folder itself, by which everybody names it."""
    parent_id: int | None = None
    name: str = ""
    role: int | None = None
    """As the owner's row says it; None: it is no longer open to the member."""


class Invited(Struct, frozen=True):
    """Who opens the link of an invitation becomes a member, once."""

    digest: bytes
    account_id: int
    node_id: int
    email: str
    role: int
    inviter_id: int
    created_at: int
    expires_at: int

    @property
    def id(self) -> str:
        """Names it to people; opens nothing."""
        return self.digest.hex()
