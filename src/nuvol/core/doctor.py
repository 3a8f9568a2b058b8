"""What is wrong with the data, in one sentence each."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

from msgspec import Struct

from nuvol.core.files.chunking import content_hash, hash_of
from nuvol.core.files.room import Files
from nuvol.errors import BlobMissing, CloudError
from nuvol.model.accounts import Account
from nuvol.model.nodes import Chunk, Content
from nuvol.stores.base import BlobKey, Transaction

T = TypeVar("T")
K = TypeVar("K")

BATCH = 500


class Finding(Struct, frozen=True):
    """`harm`: something is lost or damaged; without it, it is only garbage or a figure that can be mended."""

    harm: bool
    text: str


class Doctor:
    """Reads only, but for one thing: a blob found bad is marked to be read chunk by chunk from then on."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def examine(self, *, scrub: bool = False) -> Iterator[Finding]:
        """Compare rows with rows and rows with files; `scrub` also reads every byte and checks its hash."""
        yield from self._counters()
        yield from self._blobs()
        yield from self._contents()
        if scrub:
            yield from self._inline()
            yield from self._chunks()
        yield from self._garbage()

    def _counters(self) -> Iterator[Finding]:
        accounts = self._pages(lambda tx, after: tx.accounts.all(after, BATCH), 0, lambda account: account.id)
        for account in accounts:
            yield from self._account(account)

    def _account(self, account: Account) -> Iterator[Finding]:
        truth, root = self._files.catalog.snapshot(
            lambda tx: (tx.chunks.referred_bytes(account.id), tx.nodes.get(account.id, account.root_id))
        )
        if truth != account.used:
            yield Finding(True, f"Account {account.name} is said to use {account.used} bytes and uses {truth}.")
        if root is None:
            yield Finding(True, f"Account {account.name} has no root folder.")

    def _blobs(self) -> Iterator[Finding]:
        blobs = self._pages(lambda tx, after: tx.chunks.blobs(after, BATCH), (0, 0), lambda blob: (blob[0], blob[1]))
        for account_id, blob_id, size in blobs:
            yield from self._blob(BlobKey(account_id, blob_id), size)

    def _blob(self, key: BlobKey, size: int) -> Iterator[Finding]:
        try:
            found = self._files.blobs.size(key)
        except BlobMissing:
            if self._files.catalog.read(lambda tx: tx.chunks.in_blob(key.account_id, key.id)):
                yield Finding(True, f"Blob {key.id} of account {key.account_id} is missing.")
        else:
            if found < size:
                yield Finding(True, f"Blob {key.id} of account {key.account_id} has {found} bytes instead of {size}.")

    def _contents(self) -> Iterator[Finding]:
        contents = self._pages(
            lambda tx, after: tx.chunks.contents(after, BATCH), (0, b""), lambda c: (c.account_id, c.hash)
        )
        for content in contents:
            if content.chunks:
                yield from self._content(content)

    def _content(self, content: Content) -> Iterator[Finding]:
        chunks = list(self._list_of(content.account_id, content.hash))
        if content_hash(chunks) != content.hash or sum(length for _, length in chunks) != content.size:
            yield Finding(True, f"The chunk list of content {content.hash.hex()} is damaged.")
        names = list({name for name, _ in chunks})
        held = self._files.catalog.read(lambda tx: tx.chunks.find(content.account_id, names))
        for name in names:
            if name not in held:
                yield Finding(True, f"Chunk {name.hex()} of content {content.hash.hex()} is lost.")

    def _list_of(self, account_id: int, hash: bytes) -> Iterator[tuple[bytes, int]]:
        last = self._files.catalog.read(lambda tx: tx.chunks.last_page(account_id, hash))
        for index in range(last + 1):
            yield from self._files.catalog.read(partial(_page, account_id, hash, index))

    def _inline(self) -> Iterator[Finding]:
        for account_id, hash, data in self._pages(
            lambda tx, after: tx.chunks.inlines(after, BATCH), (0, b""), lambda row: (row[0], row[1])
        ):
            if content_hash([(hash_of(data), len(data))] if data else []) != hash:
                yield Finding(True, f"Inline content {hash.hex()} of account {account_id} is damaged.")

    def _chunks(self) -> Iterator[Finding]:
        chunks = self._pages(
            lambda tx, after: tx.chunks.all_chunks(after, BATCH), (0, b""), lambda row: (row[0], row[1].hash)
        )
        for account_id, chunk in chunks:
            yield from self._chunk(account_id, chunk)

    def _chunk(self, account_id: int, chunk: Chunk) -> Iterator[Finding]:
        try:
            data = self._files.blobs.read(BlobKey(account_id, chunk.blob_id), chunk.offset, chunk.length)
        except CloudError:
            data = b""
        if hash_of(data) == chunk.hash:
            return
        if self._files.catalog.read(lambda tx: tx.chunks.is_referred(account_id, chunk.hash)):
            # From now on it is read chunk by chunk, which checks each: no wrong byte leaves.
            self._files.catalog.write(lambda tx: tx.chunks.split(account_id, chunk.blob_id))
            yield Finding(True, f"Chunk {chunk.hash.hex()} in blob {chunk.blob_id} of account {account_id} is damaged.")

    def _garbage(self) -> Iterator[Finding]:
        orphans = sum(not self._known(key) for key, _ in self._files.blobs.list())
        if orphans:
            yield Finding(False, f"{orphans} blobs belong to nothing; the next sweep removes them.")
        jobs = len(self._files.catalog.read(lambda tx: tx.jobs.all()))
        if jobs:
            yield Finding(False, f"{jobs} changes of large folders were interrupted; the server goes on with them.")

    def _known(self, key: BlobKey) -> bool:
        def look(tx: Transaction) -> bool:
            pair = (key.account_id, key.id)
            return tx.chunks.blob_size(*pair) is not None or pair in tx.uploads.blob_ids()

        return self._files.catalog.read(look)

    def _pages(self, page: Callable[[Transaction, K], list[T]], after: K, key: Callable[[T], K]) -> Iterator[T]:
        while found := self._files.catalog.read(partial(_call, page, after)):
            yield from found
            after = key(found[-1])


def _call(page: Callable[[Transaction, K], list[T]], after: K, tx: Transaction) -> list[T]:
    return page(tx, after)


def _page(account_id: int, hash: bytes, index: int, tx: Transaction) -> list[tuple[bytes, int]]:
    return tx.chunks.page(account_id, hash, index)
