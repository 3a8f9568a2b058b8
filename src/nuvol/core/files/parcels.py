"""A content on its way from one account to another: its blobs get a second name, no bytes move."""

import secrets
from collections.abc import Sequence
from functools import partial
from typing import Self

from msgspec.structs import replace

from nuvol.core.files.contents import take_away
from nuvol.core.files.ledger import Ledger
from nuvol.core.files.receiving import bring_inline, with_checksums
from nuvol.core.files.room import Files
from nuvol.errors import Busy, CloudError, Damaged, Unable
from nuvol.model.accounts import Actor
from nuvol.model.nodes import Chunk, Content
from nuvol.stores.base import PAGE, BlobKey, Transaction


class Parcel:
    """To be entered with `with`, around the unit of the other account in which it is to `land`."""

    def __init__(self, files: Files, actor: Actor, content: Content, account_id: int) -> None:
        """`content`: as the account has it that it comes from."""
        self._files = files
        self._actor = actor
        self._content = content
        self._account_id = account_id
        self._inline: bytes | None = None
        self._chunks: list[Chunk] = []
        self._linked: dict[int, int] = {}
        """Blobs made for it → their lengths."""
        self._temporary = secrets.token_bytes(32)
        self._pages = 0

    def __enter__(self) -> Self:
        """All that can be done before the unit. Raises Damaged (it is not whole where it is), QuotaExceeded."""
        try:
            self._prepare()
        except BaseException as error:
            self._over(error)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self._over(error)

    def _prepare(self) -> None:
        if self._content.chunks == 0:
            self._inline = self._files.catalog.read(self._small)
            return
        chunks = self._files.catalog.read(self._listed)
        known = self._known([chunk.hash for chunk in chunks])
        blobs = {blob_id: self._link(blob_id) for blob_id in {c.blob_id for c in chunks if c.hash not in known}}
        self._chunks = [known.get(chunk.hash) or replace(chunk, blob_id=blobs[chunk.blob_id]) for chunk in chunks]
        for page in range((len(chunks) - 1) // PAGE):
            self._files.write_in(self._account_id, self._actor, partial(self._slice, page))
            self._pages += 1

    def land(self, ledger: Ledger) -> Content:
        """Make it a content of the account whose ledger it is; something must name it in the same unit."""
        here = replace(self._content, account_id=self._account_id)
        if self._inline is not None:
            return bring_inline(ledger, here, self._inline)
        existing = ledger.tx.chunks.content(self._account_id, here.hash)
        last = (len(self._chunks) - 1) // PAGE
        if existing is not None:  # another parcel of the same came first
            if last > 0:
                ledger.tx.chunks.abandon(self._account_id, self._temporary, secrets.token_bytes(32))
            return with_checksums(ledger, existing, here.checksums)
        self._slice(last, ledger)
        settled = replace(here, blob_id=self._whole(ledger.tx))
        ledger.tx.chunks.settle(self._account_id, self._temporary, settled)
        return settled

    def _over(self, error: BaseException | None) -> None:
        for blob_id in self._linked:
            key = BlobKey(self._account_id, blob_id)
            self._files.in_flight.discard(key)
            if not self._pages and isinstance(error, CloudError) and not isinstance(error, Unable):
                self._files.blobs.delete(key)  # after any other error it may have been committed all the same
        if error is not None and self._pages:
            take_away(self._files, self._account_id, self._temporary)

    # ------------------------------------------------------------------------------------------ inside

    def _small(self, tx: Transaction) -> bytes:
        data = tx.chunks.inline(self._content.account_id, self._content.hash)
        if data is None:
            raise Damaged("A small content is lost.")
        return data

    def _listed(self, tx: Transaction) -> list[Chunk]:
        """Its chunks in order, where they rest now."""
        account_id, names, page = self._content.account_id, list[bytes](), 0
        while found := tx.chunks.page(account_id, self._content.hash, page):
            names += (name for name, _ in found)
            page += 1
        chunks = tx.chunks.find(account_id, list(dict.fromkeys(names)))
        if len(names) != self._content.chunks or len(chunks) < len(set(names)):
            raise Damaged("A chunk of this content is lost.")
        return [chunks[name] for name in names]

    def _known(self, hashes: Sequence[bytes]) -> dict[bytes, Chunk]:
        """Those that the other account has, kept for as long as this may take."""
        return self._files.hold(self._account_id, list(dict.fromkeys(hashes)))

    def _link(self, blob_id: int) -> int:
        source, target = BlobKey(self._content.account_id, blob_id), BlobKey(self._account_id, self._files.new_id())
        self._files.in_flight.add(target)
        self._files.blobs.link(source, target)
        self._linked[target.id] = self._files.blobs.size(target)
        return target.id

    def _slice(self, page: int, ledger: Ledger) -> None:
        """Bring one page of its list, under a temporary name."""
        tx, account_id = ledger.tx, self._account_id
        chunks = self._chunks[page * PAGE : (page + 1) * PAGE]
        if page > 0 and tx.chunks.last_page(account_id, self._temporary) != page - 1:
            raise Busy("It took so long that what had been brought was taken for garbage.")
        if page == 0:
            pending = Content(account_id, self._temporary, 0, 0, None, len(self._chunks), {})
            tx.chunks.add_content(pending, ledger.now)
        for blob_id in {chunk.blob_id for chunk in chunks}:
            if blob_id in self._linked:
                tx.chunks.add_blob(account_id, blob_id, self._linked[blob_id])
            grown, _ = tx.chunks.refer(account_id, [c for c in chunks if c.blob_id == blob_id], blob_id)
            ledger.use(grown)
        tx.chunks.add_page(account_id, self._temporary, page, [(chunk.hash, chunk.length) for chunk in chunks])

    def _whole(self, tx: Transaction) -> int | None:
        """The blob, when it came as one and every chunk found its place there."""
        if self._content.blob_id is None or len(self._linked) != 1:
            return None
        (blob_id,) = self._linked
        rest = {chunk.hash: chunk.offset for chunk in tx.chunks.in_blob(self._account_id, blob_id)}
        at = 0
        for chunk in self._chunks:
            if chunk.blob_id != blob_id or chunk.offset != at or rest.get(chunk.hash) != at:
                return None
            at += chunk.length
        return blob_id if at == self._linked[blob_id] else None
