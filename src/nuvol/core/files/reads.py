"""Content on its way out."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from itertools import accumulate

from nuvol.core import access
from nuvol.core.files import names
from nuvol.core.files.chunking import hash_of
from nuvol.core.files.room import Files
from nuvol.errors import BlobMissing, Damaged, NodeMissing, VersionMissing, WrongKind
from nuvol.model.accounts import Actor
from nuvol.model.nodes import Node, State, Version
from nuvol.model.rules import MiB
from nuvol.stores.base import PAGE, BlobKey, Transaction

BLOCK = MiB
"""Content leaves in blocks of this many bytes: measured as fast as larger ones, and small beside slow clients."""


class Reading:
    """The content of a file or of one of its versions."""

    __slots__ = ("_files", "_reader", "_starts", "inline", "node", "version")

    def __init__(self, files: Files, actor: Actor, node: Node, version: Version | None, inline: bytes | None) -> None:
        self._files = files
        self._reader = actor if node.account_id != actor.account_id else None
        self._starts: list[int] | None = None
        self.node = node
        self.version = version
        """None: the present content."""
        self.inline = inline
        """All of it, when it is small."""

    @property
    def size(self) -> int:
        return self.version.size if self.version else self.node.size

    @property
    def etag(self) -> str:
        return self.version.etag if self.version else self.node.etag

    @property
    def mime(self) -> str:
        return self.version.mime if self.version else self.node.mime

    @property
    def name(self) -> str:
        return self.version.name if self.version else self.node.name

    @property
    def modified_at(self) -> int:
        return self.version.modified_at if self.version else self.node.modified_at

    @property
    def content(self) -> bytes:
        """The content's hash."""
        return (self.version.content if self.version else self.node.content) or b""

    def checksums(self) -> Mapping[str, str]:
        """Verified checksums by kind, ADLER32 always among them."""
        content = self._files.catalog.read(lambda tx: tx.chunks.content(self.node.account_id, self.content))
        return {**content.checksums, "ADLER32": f"{content.adler32:08x}"} if content else {}

    def read(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes from `offset`. Raises Damaged, BlobMissing, StoreFailed."""
        stop = min(offset + length, self.size)
        if self.inline is not None:
            return self.inline[offset:stop]
        return b"".join(self.blocks(offset, stop)) if offset < stop else b""

    def file(self) -> AbstractContextManager[int] | None:
        """The file that holds this content from its byte 0 on, while it is one whole blob; None where there is none.
        Entering it raises BlobMissing, StoreFailed."""
        blob_id = self.version.blob_id if self.version else self.node.blob_id
        if blob_id is None or self.inline is not None:
            return None
        return self._files.blobs.file(BlobKey(self.node.account_id, blob_id), self.size)

    def blocks(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` to `stop` in blocks of at most 1 MiB (a whole chunk where it goes through chunks).

        What goes through chunks is checked against their hashes: Damaged ends it before a wrong byte leaves. Somebody
        else's file is asked about before each block: NodeMissing ends it when it is no longer open to the reader.
        """
        for block in self._blocks(start, stop):
            if self._reader is not None:
                self._files.catalog.read(partial(access.require, self._reader, "read", self.node))
            yield block

    def _blocks(self, start: int, stop: int | None) -> Iterator[bytes]:
        stop = self.size if stop is None else min(stop, self.size)
        blob_id = self.version.blob_id if self.version else self.node.blob_id
        if start >= stop:
            return
        if self.inline is not None:
            yield self.inline[start:stop]
        elif blob_id is not None:
            key = BlobKey(self.node.account_id, blob_id)
            for offset in range(start, stop, BLOCK):
                yield self._files.blobs.read(key, offset, min(BLOCK, stop - offset))
        else:
            yield from self._through_chunks(start, stop)

    def _through_chunks(self, start: int, stop: int) -> Iterator[bytes]:
        page_index, begins = self._page_of(start)
        while begins < stop:
            page = self._page(page_index)
            if not page:
                raise Damaged("The list of chunks of this content is incomplete.")
            found = self._find([name for name, _ in page])
            for name, length in page:
                ends = begins + length
                if ends > start and begins < stop:
                    yield self._chunk(found, name)[max(0, start - begins) : stop - begins]
                begins = ends
            page_index += 1

    def _page_of(self, offset: int) -> tuple[int, int]:
        """(the page of the chunk list in which `offset` lies, where that page begins)."""
        if self._starts is None:
            lengths: list[int] = []
            while page := self._page(len(lengths)):
                lengths.append(sum(length for _, length in page))
                if len(page) < PAGE:
                    break
            self._starts = [0, *accumulate(lengths)]
        index = max(0, bisect_right(self._starts, offset) - 1)
        return index, self._starts[index]

    def _page(self, index: int) -> list[tuple[bytes, int]]:
        return self._files.catalog.read(lambda tx: tx.chunks.page(self.node.account_id, self.content, index))

    def _find(self, hashes: list[bytes]) -> dict[bytes, tuple[BlobKey, int, int]]:
        account_id = self.node.account_id
        found = self._files.catalog.read(lambda tx: tx.chunks.find(account_id, list(dict.fromkeys(hashes))))
        return {h: (BlobKey(account_id, chunk.blob_id), chunk.offset, chunk.length) for h, chunk in found.items()}

    def _chunk(self, found: dict[bytes, tuple[BlobKey, int, int]], name: bytes) -> bytes:
        if name not in found:
            raise Damaged("A chunk of this content is lost.")
        try:
            data = self._files.blobs.read(*found[name])
        except BlobMissing:
            moved = self._find([name])  # the sweep puts what lives in a half empty blob elsewhere
            if moved.get(name) in (None, found[name]):
                raise
            data = self._files.blobs.read(*moved[name])
        if hash_of(data) != name:
            raise Damaged("A chunk of this content has changed on the disk.")
        return data


class Reads:
    """Opens files and their versions."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def at(self, actor: Actor, path: str) -> Reading:
        """The file at a path. Raises NodeMissing, WrongKind (a folder)."""
        access.require(actor, "read")

        def look(tx: Transaction) -> tuple[Node, bytes | None]:
            place = self._files.paths.find(tx, actor, names.parts(path))
            found = None if place is None else self._row(tx, *place)
            if found is None or found[0].state != State.LIVE:
                raise NodeMissing(f"There is nothing at “{path}”.")
            if found[0].account_id != actor.account_id:
                self._files.admit(tx, actor, found[0], path)
            return found

        return self._reading(actor, *self._files.catalog.read(look))

    def _row(self, tx: Transaction, account_id: int, node_id: int) -> tuple[Node, bytes | None] | None:
        """A node with its content, if that is small."""
        known = self._files.kept.get(account_id, node_id)
        if known is not None:
            return known
        commits = self._files.catalog.commits
        found = tx.nodes.with_inline(account_id, node_id)
        if found is not None and found[1] is not None:
            self._files.kept.keep(found[0], found[1], commits)
        return found

    def open(self, actor: Actor, node_id: int, number: int | None = None) -> Reading:
        """A file, live or in the trash, or one of its versions. Raises NodeMissing, VersionMissing, WrongKind."""

        def find(tx: Transaction) -> tuple[Node, bytes | None]:
            found = self._row(tx, actor.account_id, node_id)
            if found is None and (theirs := tx.shares.node(actor.account_id, node_id)) is not None:
                found = self._row(tx, theirs.account_id, node_id)
            if found is None or found[0].state == State.HIDDEN:
                raise NodeMissing("There is no such file or folder.")
            access.require(actor, "read", found[0], tx)
            return found

        found = self._files.catalog.read(find)
        if number is None:
            return self._reading(actor, *found)
        node = found[0]

        def look(tx: Transaction) -> tuple[Version | None, bytes | None]:
            version = tx.versions.get(node.account_id, node.id, number)
            if version is None or version.content is None:
                return None, None
            return version, tx.chunks.inline(node.account_id, version.content)

        version, inline = self._files.catalog.snapshot(look)  # a version may be removed between two looks
        if version is None:
            raise VersionMissing(f"“{node.name}” has no version {number} with a content.")
        return Reading(self._files, actor, node, version, inline)

    def checksums(self, actor: Actor, nodes: Sequence[Node]) -> dict[bytes, Mapping[str, str]]:
        """By content: the checksums that clients sent along with it and that were verified."""
        access.require(actor, "read")

        def look(tx: Transaction) -> dict[bytes, Mapping[str, str]]:
            found: dict[bytes, Mapping[str, str]] = {}
            for account_id, some in self._files.readable(tx, actor, nodes).items():
                found |= tx.chunks.checksums(account_id, list({n.content for n in some if n.content is not None}))
            return found

        return self._files.catalog.read(look)

    def _reading(self, actor: Actor, node: Node, inline: bytes | None) -> Reading:
        if node.content is None:
            raise WrongKind(f"“{node.name}” is a folder and has no content.", advice="List it, or fetch it as a zip.")
        return Reading(self._files, actor, node, None, inline)
