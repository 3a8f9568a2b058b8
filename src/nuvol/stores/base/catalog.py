"""Where the rows rest."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from nuvol.model.journal import Notice
from nuvol.stores.base.accounts import AccountRows, AttemptRows, InvitationRows
from nuvol.stores.base.apps import AppRows, CustomerRows, UsageRows
from nuvol.stores.base.bundles import BundleRows, ImportRows
from nuvol.stores.base.chunks import ChunkRows
from nuvol.stores.base.comments import CommentRows
from nuvol.stores.base.documents import DocumentRows
from nuvol.stores.base.elsewhere import ElsewhereRows, GuestRows
from nuvol.stores.base.grants import GrantRows
from nuvol.stores.base.journal import JournalRows
from nuvol.stores.base.links import LinkRows
from nuvol.stores.base.locks import AdvisoryLockRows, LockRows
from nuvol.stores.base.nodes import NodeRows, VersionRows
from nuvol.stores.base.oauth import NonceRows, OAuthRequestRows
from nuvol.stores.base.photos import PhotoRows
from nuvol.stores.base.shares import ShareRows
from nuvol.stores.base.uploads import JobRows, UploadRows

T = TypeVar("T")


class InstanceRows(Protocol):
    """Single values of the whole instance."""

    def get(self, key: str) -> str | None: ...
    def set(self, key: str, value: str | None) -> None: ...


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
    def bundles(self) -> BundleRows: ...
    @property
    def imports(self) -> ImportRows: ...
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
