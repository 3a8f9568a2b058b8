"""Content goes from one account into another: rows and second names of blobs, no bytes.

Chunks are shared within one account only. So the blobs that hold them get a second key, which is the receiver's own:
whatever the owner purges later, the bytes behind that key stay.
"""

import secrets
from collections.abc import Sequence
from functools import partial

from msgspec.structs import replace

from nuvol.core.files.contents import take_abandoned, take_away
from nuvol.core.files.ledger import Ledger
from nuvol.core.files.receiving import bring_inline
from nuvol.core.files.room import Files
from nuvol.errors import BlobMissing, Busy, Damaged, NodeMissing
from nuvol.model.accounts import Actor
from nuvol.model.nodes import Chunk, Content
from nuvol.stores.base import PAGE, BlobKey, Transaction

_TRIES = 3
"""The sweep may move chunks to another blob between two looks; it does so once."""


class Adoption:
    """One content on its way: `prepare`, then `bring` in a unit of the receiver, then `settled` or `dropped`."""

    def __init__(self, files: Files, owner_id: int, hash: bytes, actor: Actor) -> None:
        self._files = files
        self._owner_id = owner_id
        self._hash = hash
        self._actor = actor
        self._inline: bytes | None = None
        self._content: Content | None = None
        self._chunks: list[Chunk] = []
        self._blobs: dict[int, BlobKey] = {}
        self._sizes: dict[int, int] = {}
        self._temporary = secrets.token_bytes(32)
        self._home: list[bool] = []
        self._used = False

    def prepare(self) -> None:
        """Everything but the last unit. Raises NodeMissing (it is gone), Damaged, QuotaExceeded, StoreFull."""
        receiver = self._actor.account_id

        def look(tx: Transaction) -> tuple[Content | None, bytes | None, bool]:
            content = tx.chunks.content(self._owner_id, self._hash)
            inline = tx.chunks.inline(self._owner_id, self._hash) if content and not content.chunks else None
            return content, inline, tx.chunks.content(receiver, self._hash) is not None

        content, self._inline, held = self._files.catalog.snapshot(look)
        if content is None:
            raise NodeMissing("What should be received is gone.")
        self._content = replace(content, account_id=receiver)
        if content.chunks == 0 and self._inline is None:
            raise Damaged("A small content is lost.")
        if content.chunks and not held:
            self._take_hold(content)
            for page in range((content.chunks - 1) // PAGE):
                self._home.append(self._files.write(self._actor, partial(self._slice, page)))

    def _take_hold(self, content: Content) -> None:
        """Link the blobs of the chunks that the receiver lacks."""
        names = self._names(content)
        distinct = list(dict.fromkeys(name for name, _ in names))
        theirs = self._files.hold(self._owner_id, distinct)
        own = self._files.hold(self._actor.account_id, distinct)
        lacking = [name for name in distinct if name not in own]
        found = {**theirs, **own}
        if len(found) < len(distinct):
            raise Damaged("A chunk of this content is lost.")
        for attempt in range(_TRIES):
            try:
                moved = {chunk.hash: chunk for chunk in map(self._linked, (theirs[name] for name in lacking))}
                break
            except BlobMissing:
                if attempt == _TRIES - 1:
                    raise
                theirs = self._files.catalog.read(lambda tx: tx.chunks.find(self._owner_id, lacking))
        self._chunks = [moved.get(name) or own[name] for name, _ in names]

    def _names(self, content: Content) -> list[tuple[bytes, int]]:
        pages = (content.chunks - 1) // PAGE + 1
        return [
            pair
            for index in range(pages)
            for pair in self._files.catalog.read(partial(_page, self._owner_id, self._hash, index))
        ]

    def _linked(self, chunk: Chunk) -> Chunk:
        """The same chunk where the receiver has it: its blob gets a key of the receiver's."""
        key = self._blobs.get(chunk.blob_id)
        if key is None:
            key = BlobKey(self._actor.account_id, self._files.new_id())
            self._files.in_flight.add(key)
            self._blobs[chunk.blob_id] = key
            source = BlobKey(self._owner_id, chunk.blob_id)
            try:
                self._files.blobs.link(source, key)
            except BaseException:
                del self._blobs[chunk.blob_id]
                self._files.in_flight.discard(key)
                raise
            self._sizes[key.id] = self._files.blobs.size(key)
        return replace(chunk, blob_id=key.id)

    def bring(self, ledger: Ledger) -> Content:
        """The content as the receiver has it from now on. Raises QuotaExceeded, Busy."""
        content = self._content
        assert content is not None, "prepare comes first"
        if self._inline is not None:
            return bring_inline(ledger, content, self._inline)
        existing = ledger.tx.chunks.content(ledger.account_id, content.hash)
        last = (content.chunks - 1) // PAGE
        if existing is not None:
            if self._home:  # our own pages go away again
                ledger.tx.chunks.abandon(ledger.account_id, self._temporary, secrets.token_bytes(32))
            return existing
        if not self._chunks:
            raise Busy("What should be received was here already and went away at this moment.")
        self._used = True
        home = self._slice(last, ledger) and all(self._home)
        whole = self._blobs.get(content.blob_id) if content.blob_id is not None else None
        settled = replace(content, blob_id=whole.id if whole and home else None)
        ledger.tx.chunks.settle(ledger.account_id, self._temporary, settled)
        return settled

    def _slice(self, page: int, ledger: Ledger) -> bool:
        """Bring a page of the list, under a temporary name; True when all its chunks rest in linked blobs."""
        chunks = self._chunks[page * PAGE : (page + 1) * PAGE]
        tx, account_id = ledger.tx, ledger.account_id
        if page > 0 and tx.chunks.last_page(account_id, self._temporary) != page - 1:
            raise Busy("It took so long that what had been brought was taken for garbage.")
        if page == 0:
            tx.chunks.add_content(Content(account_id, self._temporary, 0, 0, None, len(self._chunks), {}), ledger.now)
        home = True
        for blob_id in dict.fromkeys(chunk.blob_id for chunk in chunks):
            group = [chunk for chunk in chunks if chunk.blob_id == blob_id]
            if blob_id in self._sizes:
                tx.chunks.add_blob(account_id, blob_id, self._sizes[blob_id])
            grown, at_home = tx.chunks.refer(account_id, group, blob_id)
            ledger.use(grown)
            home = home and at_home and blob_id in self._sizes
        tx.chunks.add_page(account_id, self._temporary, page, [(chunk.hash, chunk.length) for chunk in chunks])
        return home

    def settled(self) -> None:
        """The unit of `bring` is committed."""
        if self._home and not self._used:
            take_abandoned(self._files)
        self._let_go(delete=not self._used and not self._home)

    def dropped(self, *, certain: bool) -> None:
        """It came to nothing. `certain`: no unit of it can have been committed after all."""
        if self._home:
            take_away(self._files, self._actor.account_id, self._temporary)
        self._let_go(delete=certain and not self._home)

    def _let_go(self, *, delete: bool) -> None:
        """What is not deleted here and named by no row is left to the sweep."""
        for key in self._blobs.values():
            if delete:
                self._files.blobs.delete(key)
            self._files.in_flight.discard(key)


def _page(account_id: int, hash: bytes, index: int, tx: Transaction) -> Sequence[tuple[bytes, int]]:
    return tx.chunks.page(account_id, hash, index)
