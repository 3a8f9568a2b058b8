"""Files and folders, their past states, and the conditions of a change.

Times are microseconds since 1970 (UTC), sizes bytes, hashes the 32 raw bytes of BLAKE3.
"""

from collections.abc import Mapping
from enum import IntEnum

from msgspec import Struct


class Kind(IntEnum):
    FOLDER = 0
    FILE = 1
    MOUNT = 2


class State(IntEnum):
    LIVE = 0
    TRASHED = 1
    HIDDEN = 2
    """Being made or being unmade: nobody sees it."""


class Status(IntEnum):
    """What a version tells: the words of the StackSync API."""

    NEW = 0
    CHANGED = 1
    RENAMED = 2
    MOVED = 3
    DELETED = 4


class Node(Struct, frozen=True):
    """A file or folder as it is now."""

    account_id: int
    id: int
    parent_id: int | None
    """None for the account's root."""
    name: str
    kind: int
    number: int
    """Number of the newest version; every accepted change adds one."""
    content_number: int
    """Number of the version that brought the present content."""
    content: bytes | None
    """Hash of the content; None for folders."""
    size: int
    blob_id: int | None
    """The blob, when the content is exactly one whole blob."""
    mime: str
    created_at: int
    modified_at: int
    """When the content last changed, as the client says it."""
    changed_at: int
    """When the server last changed anything here."""
    state: int
    trash_root: int | None
    trashed_at: int | None

    @property
    def is_folder(self) -> bool:
        return self.kind != Kind.FILE

    @property
    def etag(self) -> str:
        """The entity tag, in quotes (RFC 9110 §8.8.3): which node, which content."""
        if self.content is None:
            return f'"{self.id:x}-{self.number:x}"'
        return f'"{self.id:x}-{self.content_number:x}-{self.content[:4].hex()}"'


class Version(Struct, frozen=True):
    """One past or present state of a node."""

    account_id: int
    node_id: int
    number: int
    status: int
    name: str
    parent_id: int | None
    mime: str
    author_id: int
    app: str
    at: int
    """When the server accepted it."""
    modified_at: int
    content: bytes | None
    size: int
    blob_id: int | None

    @property
    def etag(self) -> str:
        return f'"{self.node_id:x}-{self.number:x}-{(self.content or b"")[:4].hex()}"'


class Content(Struct, frozen=True):
    """Bytes an account holds, named by their hash."""

    account_id: int
    hash: bytes
    size: int
    adler32: int
    blob_id: int | None
    chunks: int
    """How many chunks it is made of; 0 = it rests inline in the catalog."""
    checksums: Mapping[str, str]
    """Further checksums that a client asked for and that were verified: {"SHA1": hex, …}."""


class Chunk(Struct, frozen=True):
    """A run of bytes and where it rests."""

    hash: bytes
    blob_id: int
    offset: int
    length: int
    adler32: int


class Term(Struct, frozen=True):
    """One condition of a DAV `If` list (RFC 4918 §10.4): an entity tag or a lock token, perhaps negated."""

    value: str
    """An entity tag with its quotes, or a token URI."""
    is_etag: bool
    negated: bool = False


class IfList(Struct, frozen=True):
    """Terms that must all hold for one resource; `path` None = the resource the request names."""

    path: str | None
    terms: tuple[Term, ...]


class Guard(Struct, frozen=True):
    """On what condition a change may happen. Checked inside the transaction that makes it.

    `if_match` / `if_none_match`: entity tags with quotes, or ("*",); None = not asked (RFC 9110 §13.1).
    `number`: the version number the caller believes to be the newest.
    `unmodified_since`: microseconds; compared in whole seconds.
    `lists`: the DAV `If` header; one of them must hold (RFC 4918 §10.4).
    `tokens`: lock tokens the caller submits.
    `overwrite`: whether something of the same name may be replaced.
    """

    if_match: tuple[str, ...] | None = None
    if_none_match: tuple[str, ...] | None = None
    number: int | None = None
    unmodified_since: int | None = None
    lists: tuple[IfList, ...] = ()
    tokens: frozenset[str] = frozenset()
    overwrite: bool = True


ANY = Guard()


class Lock(Struct, frozen=True):
    """A DAV write lock (RFC 4918 §6)."""

    account_id: int
    token: str
    """`urn:uuid:…`"""
    node_id: int
    owner: str
    """The client's own XML, as it was sent."""
    deep: bool
    """Depth infinity, else 0."""
    exclusive: bool
    holder_id: int
    """Account that took it."""
    expires_at: int
    seconds: int
    """The granted time-out."""


class UploadSession(Struct, frozen=True):
    """A resumable upload as it rests between two requests."""

    account_id: int
    id: str
    node_id: int | None
    """The file whose content it replaces, or None: a new name in `parent_id`."""
    parent_id: int
    name: str
    size: int | None
    """Announced length in bytes; None = not yet known."""
    offset: int
    """Bytes received and safe."""
    blob_id: int
    """0 while no new chunk has been written."""
    written: int
    """Bytes of new chunks in the blob."""
    tail: bytes
    """The last bytes received, not yet cut into a chunk."""
    mime: str
    modified_at: int | None
    guard: bytes
    """The condition of the change as JSON; checked when the upload is complete."""
    meta: bytes
    """What the protocol wants back (opaque here)."""
    expires_at: int
    holder_id: int = 0
    """Account that uploads; `account_id` is that of the folder it goes to."""


class Place(Struct, frozen=True):
    """Where something is or would be."""

    parent: Node
    name: str
    node: Node | None


class Page(Struct, frozen=True):
    """Some of a list; `next` is the cursor of the rest, None at the end."""

    nodes: list[Node]
    next: str | None


class Moved(Struct, frozen=True):
    """A node at its new place, and whether something there was replaced (it is in the trash)."""

    node: Node
    replaced: bool


class Written(Struct, frozen=True):
    """A file with its new content, and whether the file is new."""

    node: Node
    created: bool


class Usage(Struct, frozen=True):
    """Bytes used and allowed (None = no limit)."""

    used: int
    quota: int | None


class Delta(Struct, frozen=True):
    """What changed below a folder since a cursor; paths are relative to it."""

    changed: list[tuple[str, Node]]
    removed: list[str]
    cursor: str
    more: bool
    reset: bool
