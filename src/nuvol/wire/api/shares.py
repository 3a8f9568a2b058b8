"""Words about shared folders: members, what is shared, invitations."""

from collections.abc import Iterable
from typing import Annotated, Literal

from msgspec import Meta, Struct

from nuvol.model import accounts, shares
from nuvol.model import nodes as model
from nuvol.wire.api import nodes
from nuvol.wire.api.values import Id, Line, Secret, Time, time_text

RoleName = Literal["viewer", "editor", "co-owner", "owner"]
ROLES: dict[int, RoleName] = {
    shares.Role.VIEWER: "viewer",
    shares.Role.EDITOR: "editor",
    shares.Role.CO_OWNER: "co-owner",
    shares.Role.OWNER: "owner",
}
NUMBERS = {name: number for number, name in ROLES.items()}
GivenRole = Annotated[
    Literal["viewer", "editor", "co-owner"],
    Meta(description="A viewer reads; an editor changes too; a co-owner also decides who else gets in."),
]

# ------------------------------------------------------------------------------------------------ answers


class SharePerson(Struct, frozen=True):
    account_id: Id
    name: str
    email: str


class Member(Struct, frozen=True):
    """Somebody to whom a folder is open."""

    account_id: Id
    name: str
    email: str
    role: RoleName
    joined_at: Time
    folder_id: Annotated[Id, Meta(description="The folder that was opened: this one or one above it.")]


class Members(Struct, frozen=True):
    members: Annotated[list[Member], Meta(description="The owner first, then by the time they joined.")]


class ShareInvitation(Struct, frozen=True):
    """For an address that has no account here. Who opens the link becomes a member, once."""

    id: str
    email: str
    role: RoleName
    created_at: Time
    expires_at: Time


class ShareInvitations(Struct, frozen=True):
    invitations: list[ShareInvitation]


class Invited(Struct, frozen=True):
    """An invitation with its secret, which is told this once."""

    invitation: ShareInvitation
    secret: str


class Opened(Struct, frozen=True):
    members: list[Member]
    invitations: list[Invited]


class Share(Struct, frozen=True):
    node: nodes.Node
    owner: SharePerson
    role: Annotated[RoleName, Meta(description="What one may do there.")]
    members: Annotated[int, Meta(description="How many, without the owner.")]


class Shares(Struct, frozen=True):
    with_me: list[Share]
    by_me: list[Share]


class InvitedTo(Struct, frozen=True):
    """What somebody is invited to."""

    folder: str
    owner: str
    role: RoleName
    expires_at: Time


# ----------------------------------------------------------------------------------------------- requests


class NewMembers(Struct, frozen=True, forbid_unknown_fields=True):
    to: Annotated[list[Line], Meta(min_length=1, max_length=100, description="Account names or e-mail addresses.")]
    role: GivenRole = "editor"


class RoleChange(Struct, frozen=True, forbid_unknown_fields=True):
    role: GivenRole


class InvitationSecret(Struct, frozen=True, forbid_unknown_fields=True):
    secret: Secret


# ------------------------------------------------------------------------------------------------- turning


def member(of: shares.Member) -> Member:
    return Member(of.member_id, of.name, of.email, ROLES[of.role], time_text(of.joined_at), of.node_id)


def members(of: Iterable[shares.Member]) -> Members:
    return Members([member(one) for one in of])


def invitation(of: shares.Invited) -> ShareInvitation:
    return ShareInvitation(of.id, of.email, ROLES[of.role], time_text(of.created_at), time_text(of.expires_at))


def share(node: model.Node, path: str, owner: accounts.Account, role: int, count: int) -> Share:
    return Share(nodes.node(node, path), SharePerson(owner.id, owner.name, owner.email), ROLES[role], count)
