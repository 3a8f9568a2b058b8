"""Words about files and folders: nodes, versions, trash, search, chunks."""

from collections.abc import Iterable
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from nuvol.model import nodes as model
from nuvol.model.bundles import Bundle as Chosen
from nuvol.model.comments import Comment
from nuvol.wire.api.values import Cursor, Hash, Id, Mime, Name, Size, Time, TimeGiven, time_text

Status = Literal["new", "changed", "renamed", "moved", "deleted"]
STATUSES: dict[int, Status] = {0: "new", 1: "changed", 2: "renamed", 3: "moved", 4: "deleted"}
CHUNKS_LIMIT = 10_000
"""Hashes in one question: chunks of 5 GiB, and within the 1 MiB of a JSON body."""

BUNDLE_LIMIT = 50_000
"""Nodes in one archive: an album of the largest size, and within the 1 MiB of a JSON body."""

# ------------------------------------------------------------------------------------------------ answers


class Node(Struct, frozen=True, omit_defaults=True):
    """A file or folder as it is now."""

    id: Id
    parent_id: Annotated[Id | None, Meta(description="Null: the root.")]
    name: str
    kind: Literal["file", "folder"]
    size: Size
    mime: str
    number: Annotated[int, Meta(ge=0, description="Number of the newest version.")]
    etag: Annotated[str, Meta(description="For If-Match and If-None-Match, quotes included.")]
    hash: Annotated[Hash | None, Meta(description="Null: a folder.")]
    created_at: Time
    modified_at: Annotated[Time, Meta(description="When the content last changed, as its author says.")]
    changed_at: Annotated[Time, Meta(description="When the server last changed anything here.")]
    path: Annotated[str | UnsetType, Meta(description="From the root, without a slash in front; only where told.")] = (
        UNSET
    )
    trashed_at: Time | UnsetType = UNSET
    owner_id: Annotated[Id | UnsetType, Meta(description="The account whose node it is.")] = UNSET


class Nodes(Struct, frozen=True):
    nodes: list[Node]
    next: Annotated[Cursor | None, Meta(description="Give it as `cursor` to go on; null on the last page.")]


class Remark(Struct, frozen=True):
    """What somebody wrote about a node."""

    node_id: Id
    author_id: Id
    author: Annotated[str, Meta(description="As whom the author is shown.")]
    text: str
    created_at: Time


class Found(Struct, frozen=True):
    nodes: Annotated[list[Node], Meta(description="Newest first.")]
    next: Annotated[Cursor | None, Meta(description="Give it as `cursor` to go on; null on the last page.")]
    comments: Annotated[
        list[Remark],
        Meta(description="Of each node that was found by what was written about it: the newest comment that fits."),
    ]


class Folder(Struct, frozen=True):
    """A folder and its first entries."""

    folder: Node
    nodes: list[Node]
    next: Annotated[Cursor | None, Meta(description="Goes on at /nodes/{id}/children; null when these are all.")]


class Version(Struct, frozen=True):
    """One past or present state."""

    number: int
    status: Status
    name: str
    size: Size
    mime: str
    etag: str
    hash: Hash | None
    at: Annotated[Time, Meta(description="When the server accepted it.")]
    modified_at: Time
    author_id: Id
    app: str


class Bundle(Struct, frozen=True):
    """What somebody chose to fetch as one."""

    id: Id
    name: str
    address: Annotated[str, Meta(description="Of the zip archive; for who chose, and for an hour.")]
    expires_at: Time


class Versions(Struct, frozen=True):
    versions: list[Version]
    next: Annotated[int | None, Meta(description="Give it as `before` to go on; null on the last page.")]


class Emptied(Struct, frozen=True):
    removed: int


class Missing(Struct, frozen=True):
    missing: list[Hash]


# ----------------------------------------------------------------------------------------------- requests


class NewFolder(Struct, frozen=True, forbid_unknown_fields=True):
    parent_id: Id
    name: Name
    modified_at: TimeGiven | None = None


class NodeChange(Struct, frozen=True, forbid_unknown_fields=True):
    """A new name or folder, or a new time or type; what is left out stays."""

    name: Name | UnsetType = UNSET
    parent_id: Id | UnsetType = UNSET
    overwrite: Annotated[bool, Meta(description="What has the name already goes to the trash.")] = False
    modified_at: TimeGiven | UnsetType = UNSET
    mime: Mime | UnsetType = UNSET


class NodeCopy(Struct, frozen=True, forbid_unknown_fields=True):
    parent_id: Id
    name: Annotated[Name | None, Meta(description="Null: as it is called.")] = None
    overwrite: bool = False


class NewBundle(Struct, frozen=True, forbid_unknown_fields=True):
    node_ids: Annotated[list[Id], Meta(min_length=1, max_length=BUNDLE_LIMIT)]
    name: Annotated[Name, Meta(description="Of the archive, without its ending.")] = "Files"


class NodeRestore(Struct, frozen=True, forbid_unknown_fields=True):
    """Null: where it was, as it was called."""

    parent_id: Id | None = None
    name: Name | None = None


class ChunkHashes(Struct, frozen=True, forbid_unknown_fields=True):
    hashes: Annotated[list[Hash], Meta(max_length=CHUNKS_LIMIT)]


# ------------------------------------------------------------------------------------------------- queries


class PathAsked(Struct, frozen=True, forbid_unknown_fields=True):
    path: Annotated[str, Meta(max_length=4096)] = ""


class ChildrenAsked(Struct, frozen=True, forbid_unknown_fields=True):
    cursor: Cursor | None = None
    limit: Annotated[int, Meta(ge=1, le=1000)] = 1000
    sort: Literal["name", "modified", "size", "kind"] = "name"
    order: Literal["ascending", "descending"] = "ascending"


class FolderAsked(Struct, frozen=True, forbid_unknown_fields=True):
    path: Annotated[str, Meta(max_length=4096)] = ""
    limit: Annotated[int, Meta(ge=1, le=1000)] = 200
    sort: Literal["name", "modified", "size", "kind"] = "name"
    order: Literal["ascending", "descending"] = "ascending"


class PageAsked(Struct, frozen=True, forbid_unknown_fields=True):
    cursor: Cursor | None = None
    limit: Annotated[int, Meta(ge=1, le=1000)] = 100


class SearchAsked(Struct, frozen=True, forbid_unknown_fields=True):
    q: Annotated[
        str, Meta(min_length=1, max_length=200, description="Beginnings of words of the name, or of one comment.")
    ]
    cursor: Cursor | None = None
    limit: Annotated[int, Meta(ge=1, le=1000)] = 100


class VersionsAsked(Struct, frozen=True, forbid_unknown_fields=True):
    before: Annotated[int, Meta(ge=1, lt=1 << 53)] | None = None
    limit: Annotated[int, Meta(ge=1, le=1000)] = 100


class ContentAsked(Struct, frozen=True, forbid_unknown_fields=True):
    download: Annotated[bool, Meta(description="Answer as an attachment.")] = False


class ContentGiven(Struct, frozen=True, forbid_unknown_fields=True):
    modified_at: TimeGiven | None = None


# ------------------------------------------------------------------------------------------------- turning


def node(of: model.Node, path: str | UnsetType = UNSET) -> Node:
    return Node(
        of.id,
        of.parent_id,
        of.name,
        "folder" if of.is_folder else "file",
        of.size,
        of.mime,
        of.number,
        of.etag,
        None if of.content is None else of.content.hex(),
        time_text(of.created_at),
        time_text(of.modified_at),
        time_text(of.changed_at),
        path,
        UNSET if of.trashed_at is None else time_text(of.trashed_at),
        of.account_id,
    )


def remark(of: Comment) -> Remark:
    return Remark(of.node_id, of.author_id, of.user, of.text, time_text(of.at))


def nodes(of: Iterable[model.Node], after: str | None) -> Nodes:
    return Nodes([node(one) for one in of], after)


def bundle(of: Chosen, address: str) -> Bundle:
    return Bundle(of.id, of.name, address, time_text(of.expires_at))


def version(of: model.Version) -> Version:
    return Version(
        of.number,
        STATUSES[of.status],
        of.name,
        of.size,
        of.mime,
        of.etag,
        None if of.content is None else of.content.hex(),
        time_text(of.at),
        time_text(of.modified_at),
        of.author_id,
        of.app,
    )


def versions(page: list[model.Version], limit: int) -> Versions:
    return Versions([version(one) for one in page], page[-1].number if len(page) == limit else None)
