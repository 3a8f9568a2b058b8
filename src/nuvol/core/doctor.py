"""What is wrong with the data, in one sentence each."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import TypeVar

from msgspec import Struct

from nuvol.core.files.chunking import content_hash, hash_of
from nuvol.core.files.room import Files
from nuvol.errors import AccountMissing, BlobMissing, StoreFailed
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
    """Reads only, but for one thing: chunks found bad are marked, so that nobody is given them."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def examine(self, *, scrub: bool = False) -> Iterator[Finding]:
        """Compare rows with rows and rows with files; `scrub` also reads every byte and checks its hash."""
        yield from self._accounts()
        yield from self._lost()
        yield from self._blobs()
        if scrub:
            yield from self._inline()
            yield from self._chunks()
        yield from self._contents()
        yield from self._thumbnails()
        yield from self._garbage()

    def _accounts(self) -> Iterator[Finding]:
        for account_id in self._files.catalog.read(lambda tx: tx.accounts.ids()):
            yield from self._files.catalog.snapshot(partial(_account, account_id))

    def _lost(self) -> Iterator[Finding]:
        """What rows name and no row is."""
        catalog = self._files.catalog
        for account_id, node_id, name in catalog.read(lambda tx: tx.nodes.orphans(BATCH)):
            yield Finding(True, f"The folder of node {node_id}, “{name}”, of account {account_id} is lost.")
        for account_id, node_id, number, name in catalog.read(lambda tx: tx.versions.lost(BATCH)):
            yield Finding(
                True, f"The content of version {number} of node {node_id}, “{name}”, of account {account_id} is lost."
            )
        for account_id, hash in catalog.read(lambda tx: tx.chunks.hollow(BATCH)):
            yield Finding(True, f"The bytes of inline content {hash.hex()} of account {account_id} are lost.")

    def _blobs(self) -> Iterator[Finding]:
        blobs = self._pages(lambda tx, after: tx.chunks.blobs(after, BATCH), (0, 0), lambda blob: (blob[0], blob[1]))
        for account_id, blob_id, size in blobs:
            yield from self._blob(BlobKey(account_id, blob_id), size)

    def _blob(self, key: BlobKey, size: int) -> Iterator[Finding]:
        try:
            found = self._files.blobs.size(key)
        except BlobMissing:
            if self._holds_chunks(key):
                yield Finding(True, f"Blob {key.id} of account {key.account_id} is missing.")
        else:
            if found < size and self._holds_chunks(key):
                yield Finding(True, f"Blob {key.id} of account {key.account_id} has {found} bytes instead of {size}.")

    def _holds_chunks(self, key: BlobKey) -> bool:
        return bool(self._files.catalog.read(lambda tx: tx.chunks.in_blob(key.account_id, key.id)))

    def _thumbnails(self) -> Iterator[Finding]:
        lost = 0
        for account_id, _, blob_id in self._pages(
            lambda tx, after: tx.photos.thumbnail_blobs(after, BATCH), (0, b""), lambda row: (row[0], row[1])
        ):
            try:
                self._files.blobs.size(BlobKey(account_id, blob_id))
            except BlobMissing:
                lost += 1
        if lost:
            yield Finding(False, f"The thumbnails of {lost} photos are lost; each is made anew when somebody looks.")

    def _contents(self) -> Iterator[Finding]:
        contents = self._pages(
            lambda tx, after: tx.chunks.contents(after, BATCH), (0, b""), lambda c: (c.account_id, c.hash)
        )
        for content in contents:
            if content.chunks:
                yield from self._files.catalog.snapshot(partial(_content, content))

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
        for account_id, chunk, was_sound in chunks:
            sound = self._is_sound(account_id, chunk)
            if sound != was_sound and not self._files.catalog.write(partial(_judge, account_id, chunk, sound)):
                continue  # the sweep has moved it meanwhile
            if not sound and self._files.catalog.read(partial(_is_referred, account_id, chunk)):
                yield Finding(
                    True, f"Chunk {chunk.hash.hex()} in blob {chunk.blob_id} of account {account_id} is damaged."
                )

    def _is_sound(self, account_id: int, chunk: Chunk) -> bool:
        try:
            data = self._files.blobs.read(BlobKey(account_id, chunk.blob_id), chunk.offset, chunk.length)
        except (BlobMissing, StoreFailed):
            return False
        return hash_of(data) == chunk.hash

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


def _account(account_id: int, tx: Transaction) -> list[Finding]:
    account = tx.accounts.get(account_id)
    if account is None:  # removed meanwhile
        return []
    found = []
    used = tx.chunks.referred_bytes(account_id) + tx.documents.weighed(account_id)
    stated, listed = tx.chunks.references(account_id)
    if used != account.used:
        found.append(Finding(True, f"Account {account.name} is said to use {account.used} bytes and uses {used}."))
    if stated != listed:
        found.append(Finding(True, f"Account {account.name} counts {stated} references to chunks and has {listed}."))
    if tx.nodes.get(account_id, account.root_id) is None:
        found.append(Finding(True, f"Account {account.name} has no root folder."))
    return found


def _content(content: Content, tx: Transaction) -> list[Finding]:
    account_id, hash = content.account_id, content.hash
    if tx.chunks.content(account_id, hash) is None:  # removed meanwhile
        return []
    pages = range(tx.chunks.last_page(account_id, hash) + 1)
    chunks = [entry for page in pages for entry in tx.chunks.page(account_id, hash, page)]
    found = []
    if content_hash(chunks) != hash or sum(length for _, length in chunks) != content.size:
        found.append(Finding(True, f"The chunk list of {_whose(tx, content)} is damaged."))
    names = list({name for name, _ in chunks})
    lost = len(names) - len(tx.chunks.find(account_id, names))
    if lost:
        found.append(Finding(True, f"{lost} of {len(names)} chunks of {_whose(tx, content)} are lost or damaged."))
    return found


def _whose(tx: Transaction, content: Content) -> str:
    """The content by the files that a person knows it by."""
    told = [
        f"version {number} of “{name}” (node {node_id})"
        for node_id, number, name in tx.versions.naming(content.account_id, content.hash, 3)
    ]
    return (
        f"content {content.hash.hex()[:16]}… of account {content.account_id}, {', '.join(told) or 'named by nothing'},"
    )


def _judge(account_id: int, chunk: Chunk, sound: bool, tx: Transaction) -> bool:
    """A bad chunk is given to nobody: from now on its blob is read chunk by chunk, which breaks off there, and an
    upload that brings its bytes again mends it."""
    with suppress(AccountMissing):
        tx.accounts.take(account_id)
    if not sound:
        tx.chunks.split(account_id, chunk.blob_id)
    return tx.chunks.judge(account_id, chunk, sound)


def _is_referred(account_id: int, chunk: Chunk, tx: Transaction) -> bool:
    return tx.chunks.is_referred(account_id, chunk.hash)
