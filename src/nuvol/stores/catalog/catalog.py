"""The catalog: rows in a database."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from nuvol import clock
from nuvol.model.journal import Notice
from nuvol.stores.base import Transaction
from nuvol.stores.catalog.accounts import Accounts
from nuvol.stores.catalog.advisory_locks import AdvisoryLocks
from nuvol.stores.catalog.apps import Apps
from nuvol.stores.catalog.bundles import Bundles, Imports
from nuvol.stores.catalog.chunks import Chunks
from nuvol.stores.catalog.comments import Comments
from nuvol.stores.catalog.customers import Customers
from nuvol.stores.catalog.database import Connection, Database
from nuvol.stores.catalog.dialects.opening import open_database
from nuvol.stores.catalog.documents import Documents
from nuvol.stores.catalog.elsewhere import Folders, Guests
from nuvol.stores.catalog.grants import Attempts, Grants, Invitations
from nuvol.stores.catalog.id_blocks import BLOCK, IdBlocks, take_block
from nuvol.stores.catalog.instance import Instance
from nuvol.stores.catalog.jobs import Jobs
from nuvol.stores.catalog.journal import Journal
from nuvol.stores.catalog.links import Links
from nuvol.stores.catalog.locks import Locks
from nuvol.stores.catalog.nodes import Nodes
from nuvol.stores.catalog.oauth1 import Nonces, OAuthRequests
from nuvol.stores.catalog.photos import Photos
from nuvol.stores.catalog.shares import Shares
from nuvol.stores.catalog.uploads import Uploads
from nuvol.stores.catalog.usage import Usage
from nuvol.stores.catalog.versions import Versions

T = TypeVar("T")


class SqlTransaction:
    """The rows, over one connection: made once for it and handed to every unit that runs there."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.instance = Instance(connection)
        self.accounts = Accounts(connection)
        self.grants = Grants(connection)
        self.apps = Apps(connection)
        self.oauth_requests = OAuthRequests(connection)
        self.nonces = Nonces(connection)
        self.invitations = Invitations(connection)
        self.attempts = Attempts(connection)
        self.nodes = Nodes(connection)
        self.versions = Versions(connection)
        self.chunks = Chunks(connection)
        self.journal = Journal(connection)
        self.locks = Locks(connection)
        self.advisory_locks = AdvisoryLocks(connection)
        self.uploads = Uploads(connection)
        self.jobs = Jobs(connection)
        self.links = Links(connection)
        self.customers = Customers(connection)
        self.usage = Usage(connection)
        self.shares = Shares(connection)
        self.guests = Guests(connection)
        self.elsewhere = Folders(connection)
        self.documents = Documents(connection)
        self.photos = Photos(connection)
        self.bundles = Bundles(connection)
        self.imports = Imports(connection)
        self.comments = Comments(connection)


class SqlCatalog:
    def __init__(self, database: Database[SqlTransaction], now: clock.Clock = clock.now) -> None:
        self._database = database
        self._now = now
        self._ids = IdBlocks()

    @classmethod
    def open(cls, where: Path | str, now: clock.Clock = clock.now) -> "SqlCatalog":
        """`where`: a file, or an address as `open_database` takes it. Raises BadValue, StoreFailed."""
        return cls(open_database(where, SqlTransaction), now)

    @property
    def is_local(self) -> bool:
        return self._database.is_local

    @property
    def commits(self) -> int:
        return self._database.commits

    def read(self, unit: Callable[[Transaction], T]) -> T:
        return self._database.read(unit)

    def snapshot(self, unit: Callable[[Transaction], T]) -> T:
        return self._database.snapshot(unit)

    def write(self, unit: Callable[[Transaction], T]) -> T:
        return self._database.write(unit)

    def new_ids(self, count: int) -> range:
        """Not for use inside a unit: ids are taken in a transaction of their own."""
        while (given := self._ids.give(count)) is None:
            self._ids.refill(self._database.write(self._take_block(max(BLOCK, count))))
        return given

    def _take_block(self, count: int) -> Callable[[SqlTransaction], range]:
        now = self._now()
        return lambda tx: take_block(tx.connection, now, count)

    def require_room(self, size: int) -> None:
        """To be asked before an upload of `size` bytes: raises StoreFull when the disk would have too little left to
        delete something."""
        self._database.require_room(size)

    def on_change(self, listener: Callable[[Sequence[Notice]], None]) -> Callable[[], None]:
        return self._database.notices.on_change(listener)

    def on_foreign_write(self, listener: Callable[[], None]) -> None:
        self._database.notices.on_foreign_write(listener)

    def close(self) -> None:
        self._database.close()
