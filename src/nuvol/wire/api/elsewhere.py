"""Words about folders on other clouds, and about what this cloud gives to others."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from nuvol.model import elsewhere as model
from nuvol.wire.api.shares import ROLES, RoleName
from nuvol.wire.api.values import Id, Name, Secret, Size, Time, time_text

_Text = Annotated[str, Meta(min_length=1, max_length=2000)]

# ------------------------------------------------------------------------------------------------ answers


class Guest(Struct, frozen=True):
    """What another cloud gets for an invitation: the way to the folder, by StackSync's API and OAuth 1."""

    name: str
    owner: str
    role: RoleName
    address: Annotated[str, Meta(description="As it was invited: under it the membership can be ended.")]
    resource_url: str
    access_token_key: str
    access_token_secret: str
    consumer_key: str
    consumer_secret: str


class ElsewhereFolder(Struct, frozen=True):
    """A folder on another cloud that is open to one."""

    id: Id
    name: str
    owner: str
    role: RoleName
    cloud: Annotated[str, Meta(description="The host it is on.")]
    item_id: Annotated[Id, Meta(description="The folder's id there, where its list begins.")]
    since: Time
    state: Annotated[
        Literal["open", "silent", "ended"],
        Meta(description="`silent`: its cloud did not answer when it was asked last; `ended`: not open any more."),
    ]


class ElsewhereFolders(Struct, frozen=True):
    folders: list[ElsewhereFolder]


class ElsewhereOffer(Struct, frozen=True):
    """What an invitation of another cloud is to."""

    cloud: Annotated[str, Meta(description="The host it is on.")]
    folder: str
    owner: str
    role: RoleName


class ElsewhereItem(Struct, frozen=True):
    """A file or folder there, as its cloud tells of it."""

    id: Id
    parent_id: Id | None
    name: str
    kind: Literal["file", "folder"]
    size: Size
    mime: str
    number: int
    modified_at: Annotated[str, Meta(description="UTC, as the other cloud writes it.")]
    author: str


class ElsewhereItems(Struct, frozen=True):
    items: list[ElsewhereItem]


# ----------------------------------------------------------------------------------------------- requests


class GuestSecret(Struct, frozen=True, forbid_unknown_fields=True):
    secret: Secret


class NewElsewhere(Struct, frozen=True, forbid_unknown_fields=True):
    """Either the link of an invitation, or the way to a folder (all five) that a cloud gave otherwise."""

    link: _Text | None = None
    name: Annotated[str, Meta(max_length=200)] = ""
    resource_url: _Text | None = None
    access_token_key: _Text | None = None
    access_token_secret: _Text | None = None
    consumer_key: _Text | None = None
    consumer_secret: _Text | None = None


class ElsewhereLink(Struct, frozen=True, forbid_unknown_fields=True):
    link: _Text


class NewElsewhereFolder(Struct, frozen=True, forbid_unknown_fields=True):
    name: Name


class ElsewhereChange(Struct, frozen=True, forbid_unknown_fields=True):
    """What is not given stays."""

    name: Name | None = None
    parent_id: Id | None = None


# ------------------------------------------------------------------------------------------------- turning


def way(of: Guest) -> model.Way:
    return model.Way(of.resource_url, of.access_token_key, of.access_token_secret, of.consumer_key, of.consumer_secret)


def given_way(of: NewElsewhere) -> model.Way | None:
    """None when it is not all there."""
    parts = (of.resource_url, of.access_token_key, of.access_token_secret, of.consumer_key, of.consumer_secret)
    found = [part for part in parts if part is not None]
    return model.Way(*found) if len(found) == len(parts) else None


def folder(of: model.Elsewhere, answers: bool) -> ElsewhereFolder:
    return ElsewhereFolder(
        id=of.id,
        name=of.name,
        owner=of.owner,
        role=ROLES[of.role],
        cloud=of.host,
        item_id=of.item_id,
        since=time_text(of.since),
        state="ended" if of.ended_at is not None else "open" if answers else "silent",
    )


def offer(of: model.Offer) -> ElsewhereOffer:
    return ElsewhereOffer(of.host, of.folder, of.owner, ROLES[of.role])


def item(of: model.Item) -> ElsewhereItem:
    return ElsewhereItem(
        id=of.id,
        parent_id=of.parent_id,
        name=of.name,
        kind="folder" if of.is_folder else "file",
        size=of.size,
        mime=of.mime,
        number=of.number,
        modified_at=of.modified_at,
        author=of.author,
    )
