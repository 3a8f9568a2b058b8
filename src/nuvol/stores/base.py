"""What the core asks of the places where things rest: `Blobs` for bytes, `Catalog` for rows.

Both are proved by one suite each (`tests/conformance`). Neither has a word of HTTP or SQL. Everything here
is an ordinary blocking call; a catalog may wait with `nuvol.waiting`, so that its caller can sit on a loop.

Terms. *blob*: a run of bytes written once, named by (account, id), immutable after its commit. *unit*: a
function that is given a `Transaction` and is applied wholly or not at all.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

from msgspec import Struct

from nuvol.model.accounts import Account, Actor, Grant
from nuvol.model.apps import App, DayOfUse
from nuvol.model.comments import Comment
from nuvol.model.customers import Customer, Plan
from nuvol.model.documents import Database
from nuvol.model.elsewhere import Elsewhere
from nuvol.model.journal import Change, Notice
from nuvol.model.links import Link
from nuvol.model.nodes import AdvisoryLock, Chunk, Content, Lock, Node, UploadSession, Version
from nuvol.model.photos import Album, Picture, Taken, Waiting
from nuvol.model.shares import Invited, Member, Mount
from nuvol.u1db import table

T = TypeVar("T")
Buffer = bytes | bytearray | memoryview


class BlobKey(Struct, frozen=True, order=True):
    """Names a blob. `id` is of the instance's ids and never used twice, also after the blob is gone."""

    account_id: int
    id: int


class BlobWriter(Protocol):
    """A blob in the making. Nobody can read it before `commit`; closing or losing it leaves nothing behind
    but what `Blobs.unfinished` names. Every act may raise StoreFull, StoreFailed, Busy."""

    @property
    def size(self) -> int:
        """Bytes appended so far."""

    def append(self, pieces: Sequence[Buffer]) -> None:
        """Write the pieces one after another at the end. A failed append counts not at all."""

    def sync(self) -> None:
        """Everything appended so far survives a power cut. After a failure only `abort` and `close` are left:
        `Blobs.resume` can go on from what an earlier sync covered."""

    def truncate(self, size: int) -> None:
        """Drop what lies behind `size`."""

    def read(self, offset: int, length: int) -> bytes:
        """Bytes appended earlier; fewer only at the end."""

    def commit(self) -> None:
        """Make the blob readable under its key, durably: content and name survive a power cut on return.
        A blob of no bytes is not kept, nor one whose commit fails."""

    def abort(self) -> None:
        """Drop it. Allowed at any time, also after a failure, also twice; after `commit` or `close` it does nothing."""

    def close(self) -> None:
        """Let go of it without dropping it: `Blobs.resume` can go on later."""


class Blobs(Protocol):
    """Where the bytes rest."""

    def begin(self, key: BlobKey) -> BlobWriter:
        """Start a blob. The key is new and never used again."""

    def resume(self, key: BlobKey, size: int) -> BlobWriter:
        """Go on with an unfinished blob cut back to `size` bytes. Raises BlobMissing when it has fewer."""

    def read(self, key: BlobKey, offset: int, length: int) -> bytes:
        """Exactly `length` bytes. Raises BlobMissing (unknown, or shorter than that), StoreFailed."""

    def file(self, key: BlobKey, size: int) -> AbstractContextManager[int] | None:
        """A descriptor of the file that holds the blob from its byte 0 on, good inside the context, so that the kernel
        can send it; None where blobs are no files. Entering it raises BlobMissing (unknown, or fewer than `size`
        bytes), StoreFailed."""

    def size(self, key: BlobKey) -> int:
        """Length in bytes. Raises BlobMissing."""

    def link(self, source: BlobKey, target: BlobKey) -> None:
        """Give the same bytes a second key without moving them. Raises BlobMissing."""

    def free(self, key: BlobKey, ranges: Sequence[tuple[int, int]], keep: Sequence[tuple[int, int]]) -> bool:
        """Give the space of `ranges` [(offset, length)] back; the bytes of `keep` stay as they are.

        Returns False when the store cannot free parts of this blob (its bytes have a second key, or the
        file system knows no holes): then the caller copies `keep` elsewhere and deletes it. Takes the same
        per-blob lock as `link`. Raises BlobMissing.
        """

    def delete(self, key: BlobKey) -> None:
        """Remove it; an unknown key is no error."""

    def list(self) -> Iterator[tuple[BlobKey, float]]:
        """Every committed blob and when it was committed (seconds since 1970)."""

    def unfinished(self) -> Iterator[tuple[BlobKey, float]]:
        """Every blob begun and neither committed nor aborted, and when it was last written to."""

    def close(self) -> None: ...


# --------------------------------------------------------------------------------------------------- rows


class InstanceRows(Protocol):
    """Single values of the whole instance."""

    def get(self, key: str) -> str | None: ...
    def set(self, key: str, value: str | None) -> None: ...


class AccountRows(Protocol):
    """Accounts. A handle is a name or an e-mail address, case-folded; no two accounts share one."""

    def add(self, account: Account, password: str | None) -> None:
        """Raises HandleTaken."""

    def get(self, account_id: int) -> Account | None: ...
    def by_handle(self, handle: str) -> tuple[Account, str | None] | None:
        """The account and its password hash."""

    def all(self, after: int, limit: int) -> list[Account]:
        """By id, ascending, from the one behind `after`."""

    def ids(self) -> list[int]:
        """Of every account."""

    def count_admins(self) -> int:
        """Administrators who are active."""

    def update(
        self,
        account_id: int,
        *,
        name: str,
        email: str,
        admin: bool,
        active: bool,
        quota: int | None,
        locale: str,
        zone: str,
    ) -> None:
        """Raises HandleTaken."""

    def set_password(self, account_id: int, password: str | None) -> None: ...
    def password(self, account_id: int) -> str | None: ...
    def take(self, account_id: int) -> Account:
        """Read the account and hold its row until the end of the unit: the first act of every write.
        Raises AccountMissing."""

    def hindrances(self, account_id: int) -> tuple[bool, bool, bool]:
        """What a change has to look out for: (a job is at work on a large folder, there are DAV locks, folders are
        open to others or are an app's). All in one question, because every change asks it."""

    def advance(self, account_id: int, rows: int, used: int, *, taken: Account | None = None) -> int:
        """Add to the journal number and to the bytes used; returns the new journal number. `taken`: the row as this
        unit took it, which spares asking for the number."""

    def remove(self, account_id: int) -> None:
        """With its handles and links."""


class GrantRows(Protocol):
    """Sessions, app passwords and tokens, found by the digest of their secret."""

    def add(self, grant: Grant, digest: bytes) -> None: ...
    def by_digest(self, digest: bytes) -> Grant | None: ...
    def of(self, account_id: int, kind: str | None = None) -> list[Grant]: ...
    def get(self, account_id: int, grant_id: int) -> Grant | None: ...
    def used(self, account_id: int, grant_id: int, at: int, expires_at: int | None, network: str) -> None:
        """It was used at `at` from `network`, and now lives until `expires_at`."""

    def revoke(self, account_id: int, grant_id: int, at: int, until: int) -> bool:
        """It is known as revoked from `at` on, and forgotten after `until`."""

    def remove(self, account_id: int, grant_id: int) -> bool: ...
    def of_app(self, app: str, after: int, limit: int) -> list[Grant]:
        """What this app holds, in all accounts, by id from the one behind `after`; without what was revoked."""

    def count_app(self, app: str) -> int:
        """How many this app was given, in all accounts."""

    def remove_app(self, app: str) -> int:
        """Whatever this app was given, in every account."""

    def remove_all(self, account_id: int, kind: str | None = None, but: int | None = None) -> int:
        """`kind` None: of every kind. `but`: the grant that stays."""

    def expire(self, before: int) -> int:
        """Remove those that expired earlier than `before`."""


class AppRows(Protocol):
    """Programs that people let in."""

    def add(self, app: App) -> None:
        """Raises AppTaken: another one has its key or its admin id."""

    def by_key(self, key: str) -> App | None: ...
    def by_admin(self, admin_id: str) -> App | None: ...
    def all(self) -> list[App]:
        """In the order they were made."""

    def set_active(self, key: str, active: bool) -> bool:
        """False, as of those below: there is none."""

    def set_signup(self, key: str, mode: str) -> bool: ...
    def set_secret(self, key: str, secret: bytes, admin: bool) -> bool:
        """`admin`: that of its back office."""

    def remove(self, key: str) -> bool: ...
    def folder(self, account_id: int, key: str) -> int | None:
        """The node that is all the app sees of this account."""

    def folders(self, account_id: int) -> set[int]:
        """Those of all apps."""

    def set_folder(self, account_id: int, key: str, node_id: int) -> None: ...


class OAuthRequest(Struct, frozen=True):
    """A question of an app's (OAuth 1's request token), by the digest of its token."""

    digest: bytes
    app: str
    """Key of the app."""
    secret: bytes
    """Sealed."""
    callback: str
    account_id: int | None
    """Who said yes; None until then."""
    scopes: frozenset[str]
    verifier: bytes | None
    """Digest of what the app must show to get its token."""
    expires_at: int


class OAuthRequestRows(Protocol):
    """Questions of apps that wait for a person's answer, and answers that wait for the app."""

    def add(self, request: OAuthRequest) -> None: ...
    def get(self, digest: bytes) -> OAuthRequest | None: ...
    def allow(self, digest: bytes, account_id: int, scopes: frozenset[str], verifier: bytes) -> bool:
        """False when there is none, or somebody has answered it."""

    def remove(self, digest: bytes) -> bool: ...
    def expire(self, before: int) -> int: ...


class NonceRows(Protocol):
    """What was shown once and must not be shown again."""

    def use(self, account_id: int, digest: bytes, expires_at: int) -> bool:
        """False when it was used before."""

    def expire(self, before: int) -> int: ...


class Invitation(Struct, frozen=True):
    """What one person can make an account with, once. `email`: under this address only."""

    digest: bytes
    inviter_id: int
    email: str | None
    admin: bool
    quota: int | None
    expires_at: int

    @property
    def id(self) -> str:
        """Names it to people; opens nothing."""
        return self.digest.hex()


class InvitationRows(Protocol):
    """Invitations that nobody has used yet, by the digest of their token."""

    def add(self, invitation: Invitation) -> None: ...
    def get(self, digest: bytes) -> Invitation | None: ...
    def remove(self, digest: bytes) -> bool: ...
    def all(self) -> list[Invitation]: ...
    def expire(self, before: int) -> int: ...


class AttemptRows(Protocol):
    """Failed attempts by bucket (an account, a network, a known device)."""

    def get(self, bucket: str) -> tuple[int, int]:
        """(failures, time of the last one); (0, 0) when there are none."""

    def take(self, bucket: str) -> tuple[int, int]:
        """Like `get`, and nobody else changes this bucket until the unit ends, also when it has no row yet."""

    def set(self, bucket: str, failures: int, at: int) -> None: ...
    def clear(self, bucket: str) -> None: ...
    def expire(self, before: int) -> int: ...


class NodeRows(Protocol):
    """Files and folders, with their dead properties and the words of their names."""

    def add(self, nodes: Sequence[Node]) -> None:
        """Raises NameTaken when a live node of that name (after NFC) is in the folder."""

    def get(self, account_id: int, node_id: int) -> Node | None:
        """In whatever state."""

    def many(self, account_id: int, node_ids: Sequence[int]) -> list[Node]: ...
    def child(self, account_id: int, parent_id: int, name: str) -> Node | None:
        """The live node of that name (compared after NFC)."""

    def with_inline(self, account_id: int, node_id: int) -> tuple[Node, bytes | None] | None:
        """A node and, if its content is inline, its bytes: one statement."""

    def children(
        self, account_id: int, parent_id: int, sort: str, descending: bool, after: tuple[object, int] | None, limit: int
    ) -> list[Node]:
        """Live children. `sort`: name, modified, size, kind (folders first, then by name). `after`: sort value and
        id of the last node of the previous page (`sort_value` gives the former)."""

    def sort_value(self, node: Node, sort: str) -> object: ...
    def count_children(self, account_id: int, parent_id: int) -> int: ...
    def below(
        self, account_id: int, parent_id: int, state: int | None, limit: int
    ) -> list[tuple[int, int, int | None]]:
        """(id, kind, trash root) of children in this state (None: in any); no order."""

    def update(self, node: Node, before: Node) -> None:
        """Change a node that is there from what it was `before`. Raises NameTaken."""

    def mark(
        self, account_id: int, node_ids: Sequence[int], state: int, root: int | None, at: int, status: int, actor: Actor
    ) -> None:
        """Change the state of these nodes at time `at`, adding to each a version of this status.
        `root`: the trash root, None unless `state` is TRASHED."""

    def stamped(self, account_id: int, root: int, limit: int) -> list[int]:
        """Ids that went into the trash with `root`, itself left out."""

    def stamped_folders(self, account_id: int, root: int) -> list[int]:
        """Ids of the folders that went into the trash with `root`, itself included."""

    def adopt(self, account_id: int, node_id: int, parent_id: int) -> None:
        """Give a trashed node another parent to be restored to."""

    def trash(self, account_id: int, after: tuple[int, int] | None, limit: int) -> list[Node]:
        """Trash roots, newest first; `after`: (trashed_at, id) of the last of the previous page."""

    def trashed_before(self, before: int, limit: int) -> list[Node]:
        """Trash roots of every account that were trashed earlier than `before`."""

    def remove(self, account_id: int, node_ids: Sequence[int]) -> None:
        """With their dead properties, locks and search words."""

    def is_within(self, account_id: int, node_id: int, folder_id: int) -> bool:
        """Whether the node is this folder or lies somewhere below it, whatever their states."""

    def orphans(self, limit: int) -> list[tuple[int, int, str]]:
        """(account, node, name) of nodes whose folder is not there: there must be none."""

    def search(self, account_id: int, words: Sequence[str], before: int, limit: int) -> list[Node]:
        """Live nodes whose name has, for every word, a word that begins so; by id descending from below `before`."""

    def properties(self, account_id: int, node_ids: Sequence[int]) -> dict[int, dict[str, str]]:
        """Dead properties by node: {"{namespace}name": xml}."""

    def set_properties(self, account_id: int, node_id: int, put: Mapping[str, str], drop: Iterable[str]) -> None: ...
    def copy_properties(self, account_id: int, pairs: Sequence[tuple[int, int]]) -> None:
        """(from node, to node)."""


class VersionRows(Protocol):
    """Past and present states of nodes, numbered from 1 in each."""

    def add(self, versions: Iterable[Version]) -> None: ...
    def of(self, account_id: int, node_id: int, before: int, limit: int) -> list[Version]:
        """Newest first, numbers below `before`."""

    def get(self, account_id: int, node_id: int, number: int) -> Version | None: ...
    def size_below(self, account_id: int, folder_id: int) -> int:
        """Bytes of the distinct contents of a folder and all below it, trash and past states included."""

    def newest(self, account_id: int, node_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
        """Node → (status, author) of its newest version."""

    def some(self, account_id: int, node_ids: Sequence[int], limit: int) -> list[tuple[int, int, bytes | None]]:
        """(node, number, content) of at most `limit` versions of these nodes, in no order."""

    def remove_some(self, account_id: int, versions: Sequence[tuple[int, int, bytes | None]]) -> None:
        """Those that `some` gave."""

    def remove(self, account_id: int, node_id: int, numbers: Sequence[int]) -> None: ...
    def remove_nodes(self, account_id: int, node_ids: Sequence[int]) -> None: ...
    def naming(self, account_id: int, content: bytes, limit: int) -> list[tuple[int, int, str]]:
        """(node, number, name) of versions that name this content."""

    def unnamed(self, account_id: int, contents: Iterable[bytes]) -> list[bytes]:
        """Those of `contents` that no version names."""

    def lost(self, limit: int) -> list[tuple[int, int, int, str]]:
        """(account, node, number, name) of versions whose content is not there: there must be none."""

    def crowded(self, before: int, after: tuple[int, int], limit: int) -> list[tuple[int, int]]:
        """(account, node) with more than one version older than `before`, in order behind `after`."""


class ChunkRows(Protocol):
    """Contents, the chunks they are made of, and the blobs these rest in.

    A content too large for one transaction is brought (or taken away) page by page as a *pending* content
    under a name of its own; `settle` gives it its hash.
    """

    def content(self, account_id: int, hash: bytes) -> Content | None:
        """A committed content."""

    def add_content(self, content: Content, pending: int | None = None) -> bool:
        """False when the account has this content already. `pending`: since when it is being brought (microseconds
        UTC)."""

    def settle(self, account_id: int, temporary: bytes, content: Content) -> None:
        """The pending content `temporary` is complete: it becomes `content`."""

    def abandon(self, account_id: int, hash: bytes, temporary: bytes) -> None:
        """A committed content becomes a pending one to be taken away page by page."""

    def abandoned(self, before: int, limit: int) -> list[tuple[int, bytes]]:
        """(account, temporary name) of contents pending since earlier than `before`."""

    def set_checksums(self, account_id: int, hash: bytes, checksums: Mapping[str, str]) -> None: ...
    def checksums(self, account_id: int, hashes: Sequence[bytes]) -> dict[bytes, Mapping[str, str]]:
        """Further checksums of committed contents; those without any are left out."""

    def adlers(self, account_id: int, hashes: Sequence[bytes]) -> dict[bytes, int]:
        """Adler-32 of committed contents."""

    def add_inline(self, account_id: int, hash: bytes, data: bytes) -> None:
        """In place of what may be there."""

    def inline(self, account_id: int, hash: bytes) -> bytes | None: ...
    def add_page(self, account_id: int, hash: bytes, page: int, chunks: Sequence[tuple[bytes, int]]) -> None:
        """(chunk hash, length) in order; `PAGE` of them in every page but the last."""

    def page(self, account_id: int, hash: bytes, page: int) -> list[tuple[bytes, int]]:
        """Empty behind the last one."""

    def last_page(self, account_id: int, hash: bytes) -> int:
        """-1 when there is none."""

    def remove_page(self, account_id: int, hash: bytes, page: int) -> None: ...
    def find(self, account_id: int, hashes: Sequence[bytes]) -> dict[bytes, Chunk]:
        """Those that are there and sound, referenced or not."""

    def pin(self, account_id: int, hashes: Sequence[bytes], until: int) -> dict[bytes, Chunk]:
        """Like `find`, and none of them is freed before `until`."""

    def refer(self, account_id: int, chunks: Sequence[Chunk], blob_id: int) -> tuple[int, bool]:
        """One more reference to each (a chunk listed twice gets two); those resting in `blob_id`, the caller's own
        new blob, are added when the account does not hold them. Returns by how many bytes the account's distinct
        referenced chunks grew, and whether all new ones found their place in `blob_id`. Raises ChunksLacking when a
        chunk of another blob is gone."""

    def unrefer(self, account_id: int, hashes: Sequence[bytes], now: int) -> int:
        """One reference less to each; those at none are dead since `now`. Returns bytes no longer referenced."""

    def drop_content(self, account_id: int, hash: bytes) -> None:
        """The content row, its pages and its inline bytes."""

    def dead(self, before: int, now: int, limit: int) -> list[tuple[int, Chunk]]:
        """(account, chunk) unreferenced, dead since before `before`, and unpinned at `now`."""

    def forget(self, account_id: int, hashes: Sequence[bytes], before: int, now: int) -> list[Chunk]:
        """Remove those that are still dead as above; returns them."""

    def in_blob(self, account_id: int, blob_id: int) -> list[Chunk]:
        """What rests in a blob, by offset."""

    def move_chunks(self, account_id: int, moved: Sequence[Chunk]) -> None:
        """These chunks rest elsewhere now: in the blob and at the offset given."""

    def judge(self, account_id: int, chunk: Chunk, sound: bool) -> bool:
        """Note whether the bytes where this chunk rests are sound; False when it rests elsewhere by now. Nobody finds
        a bad one, until it is found to be sound again or an upload brings it anew (`refer`, `mend`)."""

    def mend(self, account_id: int, chunks: Sequence[Chunk]) -> bool:
        """Those of these that are held but bad rest where it is said here from now on; whether there were any."""

    def split(self, account_id: int, blob_id: int) -> None:
        """No content, version or node names this blob as a whole any more: they are read chunk by chunk."""

    def add_blob(self, account_id: int, blob_id: int, size: int) -> None:
        """A blob already noted is left as it is."""

    def blob_size(self, account_id: int, blob_id: int) -> int | None:
        """None: the catalog does not know this blob."""

    def blobs(self, after: tuple[int, int], limit: int) -> list[tuple[int, int, int]]:
        """(account, blob, size) in key order."""

    def empty_blobs(self, after: tuple[int, int], limit: int) -> list[tuple[int, int]]:
        """(account, blob) in which neither a chunk nor a thumbnail rests, in key order."""

    def remove_blob(self, account_id: int, blob_id: int) -> None: ...
    def all_chunks(self, after: tuple[int, bytes], limit: int) -> list[tuple[int, Chunk, bool]]:
        """(account, chunk, whether it was sound when last judged) in key order; for scrub."""

    def is_referred(self, account_id: int, hash: bytes) -> bool:
        """Some content names this chunk."""

    def inlines(self, after: tuple[int, bytes], limit: int) -> list[tuple[int, bytes, bytes]]:
        """(account, content hash, bytes) in key order; for scrub."""

    def contents(self, after: tuple[int, bytes], limit: int) -> list[Content]:
        """Committed contents in key order; for scrub."""

    def hollow(self, limit: int) -> list[tuple[int, bytes]]:
        """(account, hash) of inline contents without bytes: there must be none."""

    def references(self, account_id: int) -> tuple[int, int]:
        """(what the chunks' counters add up to, how many chunks the lists name): these must be equal."""

    def referred_bytes(self, account_id: int) -> int:
        """Lengths of the distinct referenced chunks and inline contents: what `used` must be."""


PAGE = 1000
"""Chunks in a page of a content's list (36 bytes each)."""


class JournalRows(Protocol):
    """What happened in an account, numbered without a gap."""

    def add(self, changes: Iterable[Change]) -> None: ...
    def after(self, account_id: int, seq: int, limit: int) -> list[Change]: ...
    def shared_after(self, account_id: int, seq: int, limit: int) -> list[Change]:
        """Those that touch a folder open to others."""

    def before(self, account_id: int, seq: int, limit: int) -> list[Change]:
        """Newest first, those below this number."""

    def floor(self, account_id: int) -> int:
        """Rows up to this number have been trimmed."""

    def count_actions(self, account_id: int, folder_id: int | None = None) -> tuple[int, int]:
        """What happened to files and was not merely said about a link: (how many have been trimmed, how many are
        there). `folder_id`: only what happened below this folder of an app; of that nobody knows what was trimmed."""

    def actions(self, account_id: int, skip: int, limit: int, folder_id: int | None = None) -> list[Change]:
        """Those that are there, in order, from the one behind the first `skip`."""

    def trim(self, account_id: int, before: int, limit: int) -> int:
        """Remove the oldest rows, at most `limit` and none that is not older than `before`; returns how many."""


class LockRows(Protocol):
    """DAV locks, until they expire."""

    def add(self, lock: Lock) -> None: ...
    def of(self, account_id: int, now: int) -> list[Lock]:
        """Locks that have not expired."""

    def refresh(self, account_id: int, token: str, expires_at: int, seconds: int) -> None: ...
    def remove(self, account_id: int, token: str) -> bool: ...
    def expire(self, before: int) -> int: ...


class AdvisoryLockRows(Protocol):
    """What desks tell each other of who is at work on what: one for each file and cloud."""

    def put(self, lock: AdvisoryLock) -> None:
        """In place of what may be there."""

    def get(self, account_id: int, item: str, cloud: str | None) -> AdvisoryLock | None:
        """`cloud` None: in whatever cloud; one that is open goes before one that is closed."""

    def remove_all(self, account_id: int) -> int: ...


class UploadRows(Protocol):
    """Resumable uploads between two requests, with the chunks they have brought so far."""

    def add(self, upload: UploadSession) -> None: ...
    def get(self, account_id: int, upload_id: str) -> UploadSession | None: ...
    def of_holder(self, holder_id: int, upload_id: str) -> UploadSession | None:
        """Of somebody who uploads to a folder that was opened to them."""

    def update(self, upload: UploadSession, before: int) -> bool:
        """False when its offset is not `before` any more: somebody else went on with it."""

    def move(self, account_id: int, upload_id: str, blob_id: int) -> None:
        """What the upload has in a blob of its own is in this one now, at the same offsets."""

    def remove(self, account_id: int, upload_id: str) -> bool: ...
    def add_chunks(self, account_id: int, upload_id: str, first: int, chunks: Sequence[Chunk]) -> None:
        """Chunks received so far, numbered from `first`."""

    def chunks(self, account_id: int, upload_id: str) -> list[Chunk]: ...
    def expired(self, before: int, limit: int) -> list[UploadSession]: ...
    def blob_ids(self) -> set[tuple[int, int]]:
        """(account, blob) that unfinished uploads still need."""


class JobRows(Protocol):
    """Work that goes on after a restart: tree operations of more than one batch."""

    def add(self, account_id: int, job_id: int, verb: str, data: bytes) -> None: ...
    def remove(self, account_id: int, job_id: int) -> None: ...
    def verb(self, account_id: int, job_id: int) -> str | None:
        """None: it is done, or was given up."""

    def any(self, account_id: int) -> bool:
        """Whether there is work to go on with in this account."""

    def all(self) -> list[tuple[int, int, str, bytes]]:
        """(account, job, verb, data)."""


class LinkRows(Protocol):
    """Links by key, who has unlocked them, and what was received through them."""

    def add(self, link: Link) -> None: ...
    def get(self, account_id: int, link_id: int) -> Link | None: ...
    def by_key(self, key: str) -> Link | None: ...
    def of(self, account_id: int) -> list[Link]:
        """In the order they were made."""

    def update(self, link: Link) -> None:
        """Write every field but `uses` of a link that is there."""

    def remove(self, account_id: int, link_id: int) -> bool:
        """With who unlocked it."""

    def use(self, account_id: int, link_id: int) -> bool:
        """Count one use; False when there is none left."""

    def unlock(self, account_id: int, link_id: int, grant_id: int, proof: bytes) -> None:
        """The holder of this grant has shown the password that `proof` stands for."""

    def proof(self, account_id: int, link_id: int, grant_id: int) -> bytes | None: ...
    def note_received(self, account_id: int, node_ids: Sequence[int]) -> None:
        """These nodes came out of somebody's share."""

    def received(self, account_id: int, node_ids: Sequence[int]) -> set[int]:
        """Those of these that did."""


class CustomerRows(Protocol):
    """Accounts made through apps, their plans, and the languages of their sessions."""

    def put(self, customer: Customer) -> None:
        """In place of what is known of this account."""

    def get(self, account_id: int) -> Customer | None: ...
    def of(self, app: str, after: int, limit: int) -> list[Customer]:
        """By account id, ascending, from the one behind `after`."""

    def count(self, app: str) -> int: ...
    def add_plan(self, plan: Plan) -> None: ...
    def plans(self, app: str) -> list[Plan]:
        """In the order they were made."""

    def remove_plan(self, app: str, plan_id: int) -> bool: ...
    def app_plan(self, app: str) -> str | None:
        """None: nobody has chosen one."""

    def set_app_plan(self, app: str, name: str) -> None: ...
    def plan_sizes(self) -> dict[str, int | None]:
        """Plan of apps → how many customers it allows (None: any number), where somebody has said so."""

    def set_plan_size(self, name: str, users: int | None) -> None: ...
    def locale(self, account_id: int, grant_id: int) -> str | None: ...
    def set_locale(self, account_id: int, grant_id: int, locale: str) -> None: ...


class UsageRows(Protocol):
    """What apps do, by day."""

    def add(self, app: str, day: DayOfUse, account_ids: Iterable[int]) -> None:
        """To what is known of that day; `account_ids` in whose name, of which each counts once. `day.accounts` is
        not looked at."""

    def of(self, app: str, since: int) -> list[DayOfUse]:
        """The days with anything to tell, from `since` on, ascending."""

    def remove(self, app: str) -> None: ...
    def expire(self, before: int) -> int:
        """Forget the days before."""


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


class CommentRows(Protocol):
    """What people wrote about nodes, by the owner of the node."""

    def put(self, comment: Comment) -> None:
        """In place of what may be there."""

    def get(self, account_id: int, doc_id: str) -> Comment | None: ...
    def of(self, account_id: int, node_id: int, before: tuple[int, str], limit: int) -> list[Comment]:
        """Of one node, newest first, from those below this (time, id)."""

    def count(self, account_id: int, node_id: int) -> int: ...
    def about(self, account_id: int, node_ids: Sequence[int], limit: int) -> list[Comment]:
        """At most `limit` of those of these nodes, in no order."""

    def remove(self, account_id: int, doc_id: str) -> bool:
        """False when there is none."""


class DatabaseRows(table.Rows, Protocol):
    """The rows of one database, as its replica asks them, and what a unit did to them. The first question of a
    database that is not there any more raises DatabaseDoesNotExist."""

    @property
    def written(self) -> Sequence[tuple[table.Change, bool]]:
        """The newest change of each document that was written, and whether there had been content before."""

    @property
    def growth(self) -> int:
        """By how many bytes the texts of documents and alternatives grew."""

    def settle(self) -> None:
        """Write what concerns the database as a whole: the last act of a unit that writes."""


class GuestRows(Protocol):
    """Accounts that stand for people of other clouds."""

    def add(self, account_id: int, address: str) -> None:
        """`address`: as it was invited."""

    def address(self, account_id: int) -> str | None:
        """None: it is no guest."""

    def left(self, limit: int) -> list[int]:
        """Those that are members of nothing any more and still hold a token."""

    def over(self, before: int, limit: int) -> list[int]:
        """Those made before, that are members of nothing and hold nothing, not even a token that was taken back."""


class ElsewhereRows(Protocol):
    """Folders on other clouds."""

    def add(self, folder: Elsewhere) -> None: ...
    def of(self, account_id: int) -> list[Elsewhere]:
        """In the order they came."""

    def get(self, account_id: int, folder_id: int) -> Elsewhere | None: ...
    def set_ended(self, account_id: int, folder_id: int, at: int | None) -> None: ...
    def remove(self, account_id: int, folder_id: int) -> bool: ...


class DocumentRows(Protocol):
    """Databases of documents."""

    def add(self, database: Database) -> bool:
        """A new one, pristine; False when there is one of that name."""

    def named(self, account_id: int, name: str) -> Database | None: ...
    def get(self, account_id: int, database_id: int) -> Database | None: ...
    def all(self, account_id: int, after: str, limit: int) -> list[Database]:
        """By name, from the one behind `after`."""

    def doom(self, account_id: int, database_id: int) -> None:
        """It is there for nobody any more; its rows are to be removed."""

    def doomed(self) -> list[tuple[int, int]]:
        """(account, database) of those whose rows are still there."""

    def remove_some(self, account_id: int, database_id: int, limit: int) -> int:
        """Remove at most `limit` rows of a doomed database, and itself last; returns how many went, 0 at the end."""

    def rows(self, account_id: int, database_id: int, now: int) -> DatabaseRows:
        """`now`: the time of what is written."""

    def weighed(self, account_id: int) -> int:
        """Bytes of all texts, added up: what documents contribute to `used`."""


class PhotoRows(Protocol):
    """Photos. Which nodes are photos, `NodeRows` notes by itself: those of a media type that `model.photos` names, with
    a picture that waits for somebody to look at it.

    Lists are ordered by (local time, node), newest first; `after` is that of the last one before, `until` the local
    time at which a list ends. A place in them is (owner, node, local time).
    """

    def timeline(
        self,
        account_id: int,
        after: tuple[int, int],
        until: int,
        limit: int,
        *,
        folder_id: int | None = None,
        cells: tuple[int, int] | None = None,
    ) -> list[Taken]:
        """Live photos of the account's; `folder_id`: that lie in this very folder; `cells`: taken in a cell from the
        first of these on and before the second."""

    def get(self, account_id: int, node_id: int) -> Taken | None:
        """Of a photo in whatever state."""

    def months(self, account_id: int, folder_ids: Sequence[int] = (0,)) -> dict[int, int]:
        """How many live ones each month has, in these folders; folder 0 stands for all."""

    def folders(self, account_id: int) -> dict[int, int]:
        """How many live ones lie in each folder that has any."""

    def cells(self, account_id: int) -> dict[int, int]:
        """How many live ones were taken in each cell."""

    def say(self, account_id: int, node_id: int, at: int | None, latitude: int | None, longitude: int | None) -> None:
        """What a person says of time and place goes before what the camera wrote; None: nothing."""

    def unindexed(self, after: tuple[int, int], limit: int) -> list[tuple[int, int]]:
        """(account, node) of photos that stand in no timeline, in key order: of before there was one."""

    def index(self, nodes: Sequence[Node]) -> None:
        """Put them in."""

    def pictures(self, account_id: int, hashes: Sequence[bytes]) -> dict[bytes, Picture]:
        """By content."""

    def held(self, account_id: int, hashes: Sequence[bytes]) -> list[bytes]:
        """Those of these contents that live photos have."""

    def held_by_sha256(self, account_id: int, sums: Sequence[bytes]) -> list[bytes]:
        """Those of these SHA-256 sums that live photos have, as far as somebody has looked at them."""

    def waiting(self, now: int, limit: int) -> list[Waiting]:
        """Contents that wait for a look and that nobody has leased, those that wait longest first."""

    def count_waiting(self) -> int: ...
    def lease(self, waiting: Waiting, now: int, until: int) -> bool:
        """Be the one who looks, until `until`. False when somebody else is."""

    def settle(self, picture: Picture) -> list[int]:
        """What came of the look; the ids of the live photos that show it. Nothing happens when the content went away
        meanwhile."""

    def again(self, account_id: int, hash: bytes, at: int) -> None:
        """Somebody shall look once more; its thumbnails count no longer."""

    def drop_picture(self, account_id: int, hash: bytes) -> None:
        """The content is gone."""

    def thumbnail_blobs(self, after: tuple[int, bytes], limit: int) -> list[tuple[int, bytes, int]]:
        """(account, content, blob) in key order."""

    def by_content(self, account_id: int, after: bytes, limit: int) -> list[tuple[bytes, int]]:
        """(content, node) of live photos, by content, behind `after`."""

    def nodes_of(self, account_id: int, hashes: Sequence[bytes]) -> dict[bytes, list[int]]:
        """Live photos by content."""

    def likenesses(self, account_id: int, after: bytes, limit: int) -> list[tuple[bytes, int]]:
        """(content, likeness), by content, behind `after`."""

    def alike(self, account_id: int, likeness: int, limit: int) -> dict[bytes, int]:
        """Contents, and their likenesses, that have one of four parts in common with this one, at most `limit` for
        each part: all that differ in three bits or fewer are among them."""

    def like(self, account_id: int, node_id: int, liker_id: int, at: int) -> bool:
        """False when they liked it already."""

    def unlike(self, account_id: int, node_id: int, liker_id: int) -> bool: ...
    def likers(self, account_id: int, node_ids: Sequence[int]) -> dict[int, list[tuple[int, str]]]:
        """(account, name) of who likes each, the first first."""

    def favour(self, account_id: int, taken: Taken) -> None: ...
    def disfavour(self, account_id: int, node_id: int) -> None: ...
    def favourites(self, account_id: int, after: tuple[int, int], until: int, limit: int) -> list[tuple[int, int, int]]:
        """Places; whether they may be seen is still to be asked."""

    def favoured(self, account_id: int, node_ids: Sequence[int]) -> set[int]:
        """Those of these that are favourites."""

    def forget(self, account_id: int) -> None:
        """All that the account has of photos, and its likes elsewhere."""

    def add_album(self, album: Album) -> None: ...
    def album(self, account_id: int, album_id: int) -> Album | None: ...
    def albums(self, account_id: int) -> list[Album]:
        """By name."""

    def update_album(self, album: Album) -> None:
        """Its parent, name and cover."""

    def remove_album(self, account_id: int, album_id: int) -> None:
        """With what was put in it; the photos stay."""

    def put_in_album(self, account_id: int, album_id: int, photos: Sequence[Taken]) -> None:
        """Those that are in it already stay."""

    def take_from_album(self, account_id: int, album_id: int, node_ids: Sequence[int]) -> None: ...
    def album_photos(
        self, account_id: int, album_id: int, after: tuple[int, int], limit: int
    ) -> list[tuple[int, int, int]]:
        """Places; whether they may be seen is still to be asked."""

    def album_sizes(self, account_id: int) -> dict[int, int]:
        """How many were put in each."""


class Transaction(Protocol):
    """The rows, inside one unit or one read."""

    @property
    def instance(self) -> InstanceRows: ...
    @property
    def accounts(self) -> AccountRows: ...
    @property
    def grants(self) -> GrantRows: ...
    @property
    def apps(self) -> AppRows: ...
    @property
    def oauth_requests(self) -> OAuthRequestRows: ...
    @property
    def nonces(self) -> NonceRows: ...
    @property
    def invitations(self) -> InvitationRows: ...
    @property
    def attempts(self) -> AttemptRows: ...
    @property
    def nodes(self) -> NodeRows: ...
    @property
    def versions(self) -> VersionRows: ...
    @property
    def chunks(self) -> ChunkRows: ...
    @property
    def journal(self) -> JournalRows: ...
    @property
    def locks(self) -> LockRows: ...
    @property
    def advisory_locks(self) -> AdvisoryLockRows: ...
    @property
    def uploads(self) -> UploadRows: ...
    @property
    def jobs(self) -> JobRows: ...
    @property
    def links(self) -> LinkRows: ...
    @property
    def customers(self) -> CustomerRows: ...
    @property
    def usage(self) -> UsageRows: ...
    @property
    def shares(self) -> ShareRows: ...
    @property
    def guests(self) -> GuestRows: ...
    @property
    def elsewhere(self) -> ElsewhereRows: ...
    @property
    def documents(self) -> DocumentRows: ...
    @property
    def photos(self) -> PhotoRows: ...
    @property
    def comments(self) -> CommentRows: ...


class Catalog(Protocol):
    """Where the rows rest."""

    @property
    def is_local(self) -> bool:
        """Reads are short enough to run on the loop, and no other server process writes here."""

    @property
    def commits(self) -> int:
        """Grows with every commit, before anybody is told of it. Where `is_local`, what was read after asking is
        true until it grows (but for what `on_foreign_write` is told later)."""

    def read(self, unit: Callable[[Transaction], T]) -> T:
        """Run `unit`, which only reads. What it sees is committed; two statements may see different states
        unless `snapshot` is used."""

    def snapshot(self, unit: Callable[[Transaction], T]) -> T:
        """Run `unit`, which only reads and sees one state throughout."""

    def write(self, unit: Callable[[Transaction], T]) -> T:
        """Run `unit` and commit it, perhaps together with other units; returns when it is on disk.

        A unit that raises leaves nothing behind; it may be run again after another unit of its group failed,
        so it must have no effect but through its transaction. Raises what the unit raises, StoreFull,
        StoreFailed, Busy (the queue is full)."""

    def new_ids(self, count: int) -> range:
        """Ids never given before in this instance, ascending, below 2^53."""

    def require_room(self, size: int) -> None:
        """To be asked before `size` bytes are taken in: raises StoreFull when the disk would have too little left for
        the catalog to go on, deleting included."""

    def on_change(self, listener: Callable[[Sequence[Notice]], None]) -> Callable[[], None]:
        """Call `listener` (from any thread, quickly) after commits that grew journals, also those of other
        processes; returns the function that ends it."""

    def on_foreign_write(self, listener: Callable[[], None]) -> None:
        """Call `listener` (from any thread) when another process wrote: caches must be dropped."""

    def close(self) -> None: ...
