"""Contents: their chunks, and the blobs these rest in."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from nuvol.model.nodes import Chunk, Content


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

    def held(self, account_id: int, hashes: Sequence[bytes], until: int) -> tuple[dict[bytes, Chunk], bool]:
        """What `find` gives, and whether they are pinned: none of them is freed before `until`."""

    def pin(self, account_id: int, hashes: Sequence[bytes], until: int, ahead: int = 0) -> dict[bytes, Chunk]:
        """Like `find`, and none of them is freed before `until`; nor are so many more that rest `ahead` of the last of
        them in its blob."""

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
