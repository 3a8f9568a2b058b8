"""A database of documents at hand: a replica of one's own that works without the server and syncs by itself."""

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nuvol.errors import BrokenSyncStream, CloudError, DatabaseDoesNotExist
from nuvol.sdk import databases, journal
from nuvol.sdk.closing import AsyncClosing, Closing
from nuvol.sdk.session import IN_MEMORY, Access, Session
from nuvol.u1db.database import Database, open
from nuvol.u1db.document import Document
from nuvol.u1db.stream import Answered, SyncReader
from nuvol.u1db.table import Change, Known

OnChange = Callable[[set[str]], object]
"""Is told the ids of documents that a sync changed here; from another thread."""

LISTEN_SECONDS = 25
"""One question to the server whether something has changed."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds between attempts while the server cannot be reached."""
RUN = 250
"""Documents of a snapshot put in at once."""


@dataclass(frozen=True)
class Conflict:
    """A document that was changed in two places. `values`: what it is now, then the others; a deletion is one too."""

    doc_id: str
    values: list[Document]
    _documents: "Documents"

    def resolve(self, content: Mapping[str, Any] | None) -> Document:
        """Put this in the place of all of them; None deletes the document."""
        resolved = Document(self.doc_id)
        if content is None:
            resolved.make_tombstone()
        else:
            resolved.content = dict(content)
        self._documents.replica.resolve_doc(resolved, [value.rev for value in self.values if value.rev])
        self._documents.push()
        return resolved

    def keep(self, value: Document) -> Document:
        """Decide for one of the values."""
        return self.resolve(value.content)


class Documents(Closing):
    """Everything is done to the replica and returns at once; the server learns of it in the background, and its
    changes arrive here. Safe to use from several threads. Close it, or use it in a `with`."""

    def __init__(
        self,
        access: Access,
        name: str,
        path: Path | str = IN_MEMORY,
        *,
        on_change: OnChange | None = None,
        background: bool = True,
    ) -> None:
        """`background` False: it syncs only when it is told to."""
        self.name = name
        self.replica: Database = open(path, create=True)
        self.failure: CloudError | None = None
        """Why the last sync failed; None: it did not."""
        self._url = f"{access.address}/u1db/{name}"
        self._access = access
        self._on_change = on_change
        self._syncing = threading.Lock()
        self._wanted = threading.Event()
        self._closing = threading.Event()
        self._threads: list[threading.Thread] = []
        if background:
            self._threads = [threading.Thread(target=work, daemon=True) for work in (self._keep_synced, self._listen)]
            self.push()
            for thread in self._threads:
                thread.start()

    # -------------------------------------------------------------------------------------- documents

    def create(self, content: Mapping[str, Any], doc_id: str | None = None) -> Document:
        """A new document. Raises RevisionConflict when there is one of that id, InvalidDocId, InvalidContent."""
        created = self.replica.create_doc(content, doc_id)
        self.push()
        return created

    def get(self, doc_id: str) -> Document | None:
        return self.replica.get_doc(doc_id)

    def all(self) -> list[Document]:
        return self.replica.get_all_docs()[1]

    def put(self, document: Document) -> None:
        """Store what was changed in `document.content`. Raises RevisionConflict when it was changed meanwhile,
        ConflictedDoc, InvalidContent."""
        self.replica.put_doc(document)
        self.push()

    def delete(self, document: Document) -> None:
        """Raises RevisionConflict, ConflictedDoc, DocumentAlreadyDeleted."""
        self.replica.delete_doc(document)
        self.push()

    def index(self, name: str, *expressions: str) -> None:
        """Make an index, such as `index("by-tag", "tags")`; one that is there already costs nothing."""
        self.replica.create_index(name, *expressions)

    def find(self, index: str, *values: str) -> list[Document]:
        """By a value for each expression: exact, `*` for any, a beginning with `*` behind it."""
        return self.replica.get_from_index(index, *values)

    def between(
        self, index: str, start: str | Sequence[str] | None = None, end: str | Sequence[str] | None = None
    ) -> list[Document]:
        """By values from `start` to `end`, both included."""
        return self.replica.get_range_from_index(index, start, end)

    def conflicts(self) -> list[Conflict]:
        """Those that wait for a decision."""
        _, found = self.replica.get_all_docs(include_deleted=True)
        doc_ids = [document.doc_id for document in found if document.has_conflicts and document.doc_id]
        return [Conflict(doc_id, self.replica.get_doc_conflicts(doc_id), self) for doc_id in doc_ids]

    # ------------------------------------------------------------------------------------------- sync

    def sync(self) -> None:
        """Bring both sides to the same now. Raises what went wrong; whatever was exchanged until then is kept."""
        with self._syncing:
            if self._closing.is_set():
                return
            before = self.replica.head().generation
            try:
                if before == 0:
                    self._begin()
                self.replica.sync(self._url, self._access.creds)
            except CloudError as error:
                self.failure = error
                raise
            else:
                self.failure = None
            finally:
                self._tell(before)

    def push(self) -> None:
        """Sync soon, in the background."""
        self._wanted.set()

    def close(self) -> None:
        """Stop. What the server does not know yet is sent at the next start, if the replica rests in a file."""
        self._closing.set()
        self._wanted.set()
        with self._syncing:
            self.replica.close()

    def _begin(self) -> None:
        """An empty replica takes everything as it lies; what comes after that is an ordinary sync."""
        snapshot = _Snapshot(self.replica)
        with Session.of(self._access) as session:
            try:
                session.run(databases.snapshot(self.name, snapshot.feed))
            except DatabaseDoesNotExist:
                return
        snapshot.close()

    def _tell(self, before: int) -> None:
        if self._on_change is not None and not self._closing.is_set():
            _, _, changes = self.replica.whats_changed(before)
            if changes:
                self._on_change({doc_id for doc_id, _, _ in changes})

    def _keep_synced(self) -> None:
        pause = FIRST_PAUSE
        while True:
            self._wanted.wait()
            if self._closing.is_set():
                return
            self._wanted.clear()
            try:
                self.sync()
            except CloudError:
                self._closing.wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
                self.push()
            else:
                pause = FIRST_PAUSE

    def _listen(self) -> None:
        """Ask the server's journal what is new; each document that changed there is a reason to sync."""
        cursor: str | None = None
        with Session.of(self._access) as session:
            while not self._closing.is_set():
                try:
                    found = session.run(journal.changes(cursor, wait=0 if cursor is None else LISTEN_SECONDS))
                except CloudError:
                    self._closing.wait(LONGEST_PAUSE / 4)
                    continue
                if cursor is None or found.reset or any(change.object == "document" for change in found.changes):
                    self.push()
                cursor = found.cursor


class _Snapshot:
    """Puts a snapshot into an empty replica while it comes."""

    def __init__(self, replica: Database) -> None:
        self._replica = replica
        self._reader = SyncReader(Answered)
        self._run: list[Change] = []

    def feed(self, data: bytes) -> None:
        self._run += self._reader.feed(data)
        while len(self._run) >= RUN:
            run, self._run = self._run[:RUN], self._run[RUN:]
            self._replica.take_in(self._peer, run, save_conflicts=True)

    def close(self) -> None:
        self._reader.close()
        if self._run:
            self._replica.take_in(self._peer, self._run, save_conflicts=True)
        header = self._reader.header
        assert header is not None  # else the reader would have said so
        self._replica.know(self._peer, Known(header.new_generation, header.new_transaction_id))

    @property
    def _peer(self) -> str:
        header = self._reader.header
        if header is None or header.replica_uid is None:
            raise BrokenSyncStream("The snapshot does not say which replica it is of.")
        return header.replica_uid


class AsyncDocuments(AsyncClosing):
    """The same for a program with an event loop: what touches the replica or the network runs in a thread."""

    def __init__(
        self,
        access: Access,
        name: str,
        path: Path | str = IN_MEMORY,
        *,
        on_change: OnChange | None = None,
        background: bool = True,
    ) -> None:
        self.blocking = Documents(access, name, path, on_change=on_change, background=background)

    @property
    def failure(self) -> CloudError | None:
        """Why the last sync failed; None: it did not."""
        return self.blocking.failure

    async def create(self, content: Mapping[str, Any], doc_id: str | None = None) -> Document:
        return await asyncio.to_thread(self.blocking.create, content, doc_id)

    async def get(self, doc_id: str) -> Document | None:
        return await asyncio.to_thread(self.blocking.get, doc_id)

    async def all(self) -> list[Document]:
        return await asyncio.to_thread(self.blocking.all)

    async def put(self, document: Document) -> None:
        await asyncio.to_thread(self.blocking.put, document)

    async def delete(self, document: Document) -> None:
        await asyncio.to_thread(self.blocking.delete, document)

    async def index(self, name: str, *expressions: str) -> None:
        await asyncio.to_thread(self.blocking.index, name, *expressions)

    async def find(self, index: str, *values: str) -> list[Document]:
        return await asyncio.to_thread(self.blocking.find, index, *values)

    async def between(
        self, index: str, start: str | Sequence[str] | None = None, end: str | Sequence[str] | None = None
    ) -> list[Document]:
        return await asyncio.to_thread(self.blocking.between, index, start, end)

    async def conflicts(self) -> list[Conflict]:
        """Deciding one is quick and blocks."""
        return await asyncio.to_thread(self.blocking.conflicts)

    async def sync(self) -> None:
        await asyncio.to_thread(self.blocking.sync)

    async def close(self) -> None:
        await asyncio.to_thread(self.blocking.close)
