"""Words about links: what is opened to whoever holds a key."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from nuvol.model import links as model
from nuvol.model.links import Role
from nuvol.wire.api.values import Id, Line, Password, Time, TimeGiven, maybe_microseconds, maybe_time, time_text

RoleWord = Literal["read", "edit", "upload"]
Uses = Annotated[int, Meta(ge=1, le=1_000_000_000)]
Nodes = Annotated[list[Id], Meta(min_length=1, max_length=1000)]

_ROLE = Meta(description="`read`; `edit`: also add files; `upload`: add files and see none. The latter: one folder.")


class Link(Struct, frozen=True):
    """Nodes that are open to whoever holds the key."""

    id: Id
    key: str
    url: Annotated[str, Meta(description="The public page.")]
    name: str
    node_ids: list[Id]
    role: RoleWord
    has_password: bool
    accounts_only: bool
    expires_at: Time | None
    max_uses: int | None
    uses: int
    created_at: Time
    app: Annotated[str, Meta(description="The program that made it.")]


class Links(Struct, frozen=True):
    links: list[Link]


class NewLink(Struct, frozen=True, forbid_unknown_fields=True):
    node_ids: Nodes
    name: Annotated[Line | None, Meta(description="Null: that of the node.")] = None
    password: Password | None = None
    expires_at: TimeGiven | None = None
    max_uses: Annotated[Uses | None, Meta(description="Downloads, receipts and uploads together.")] = None
    role: Annotated[RoleWord, _ROLE] = "read"
    accounts_only: bool = False


class LinkChange(Struct, frozen=True, forbid_unknown_fields=True):
    """What is not given stays. A new password locks out who knew the old one; null removes it."""

    name: Line | UnsetType = UNSET
    password: Password | UnsetType | None = UNSET
    expires_at: TimeGiven | UnsetType | None = UNSET
    max_uses: Uses | UnsetType | None = UNSET
    role: Annotated[RoleWord | UnsetType, _ROLE] = UNSET
    accounts_only: bool | UnsetType = UNSET


class Receipt(Struct, frozen=True, forbid_unknown_fields=True):
    """Copy what a link opens into a folder of one's own."""

    key: Annotated[str, Meta(min_length=1, max_length=200)]
    parent_id: Id
    password: Password | None = None
    exists: Annotated[
        Literal["fail", "overwrite", "rename", "reuse"], Meta(description="What to do when the name is taken.")
    ] = "rename"


class LinksAsked(Struct, frozen=True, forbid_unknown_fields=True):
    node_id: Annotated[Id | None, Meta(description="Those that open this node itself.")] = None


def link(of: model.Link, origin: str) -> Link:
    """`origin`: of the server, as it was addressed."""
    return Link(
        id=of.id,
        key=of.key,
        url=f"{origin}/s/{of.key}",
        name=of.name,
        node_ids=list(of.items),
        role=Role(of.role).value,
        has_password=of.password is not None,
        accounts_only=of.accounts_only,
        expires_at=maybe_time(of.expires_at),
        max_uses=of.max_uses,
        uses=of.uses,
        created_at=time_text(of.created_at),
        app=of.app,
    )


def given(change: LinkChange) -> dict[str, Any]:
    """What a change sets, by the names of the core."""
    fields = {name: getattr(change, name) for name in change.__struct_fields__}
    found = {name: value for name, value in fields.items() if value is not UNSET}
    if "expires_at" in found:
        found["expires_at"] = maybe_microseconds(found["expires_at"])
    return found
