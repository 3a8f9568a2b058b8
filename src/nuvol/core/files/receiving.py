"""An upload while its bytes arrive: cut, hashed, stored aside; and how it becomes a version of a file."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import wait
from contextlib import suppress
from functools import partial
from mimetypes import guess_type
from typing import Any

from blake3 import blake3
from msgspec import Struct
from msgspec.structs import replace

from nuvol.clock import HOUR
from nuvol.core.files import guards
from nuvol.core.files.chunking import LARGEST, Cutter, adler32, content_hash, hash_of, join_adler
from nuvol.core.files.contents import take_abandoned, take_away
from nuvol.core.files.ledger import Ledger, new_node
from nuvol.core.files.room import Files
from nuvol.errors import (
    BadValue,
    Busy,
    ChecksumMismatch,
    ChunksLacking,
    CloudError,
    NameTaken,
    Unable,
    UploadMissing,
    WrongKind,
)
from nuvol.model.accounts import Actor
from nuvol.model.nodes import Chunk, Content, Guard, Kind, Node, Status, UploadSession, Written
from nuvol.stores.base import PAGE, BlobKey, BlobWriter, Transaction

CHECKSUMS = ("SHA1", "MD5", "SHA256", "ADLER32", "BLAKE3")

AHEAD = 8
"""Chunks held ahead for each known one: 1 GiB of them takes five writes, not one for each run of 4 MiB."""


class Target(Struct, frozen=True):
    """Which file an upload is for: a name in a folder, or (`node_id`) a file wherever it is by then."""

    parent_id: int
    name: str
    node_id: int | None
    guard: Guard
    mime: str
    modified_at: int | None


class Checksums:
    """The checksums that a client stated, computed while the bytes pass; those stated as "" are only computed."""

    def __init__(self, stated: Mapping[str, str] | None) -> None:
        self._stated = {kind.upper(): value.lower() for kind, value in (stated or {}).items()}
        for kind in self._stated:
            if kind not in CHECKSUMS:
                raise BadValue(f"“{kind}” is no checksum known here.", advice=f"Use one of {', '.join(CHECKSUMS)}.")
        self._adler = 1
        self._hashers: dict[str, Any] = {
            kind: blake3() if kind == "BLAKE3" else hashlib.new(kind, usedforsecurity=False)
            for kind in self._stated
            if kind != "ADLER32"
        }

    def feed(self, data: bytes | memoryview) -> None:
        for hasher in self._hashers.values():
            hasher.update(data)
        if "ADLER32" in self._stated:
            self._adler = adler32(data, self._adler)

    def verified(self) -> dict[str, str]:
        """Those to keep beside the content (all but ADLER32, which every content has). Raises ChecksumMismatch."""
        found = {kind: hasher.hexdigest() for kind, hasher in self._hashers.items()}
        for kind, value in self._stated.items():
            if value and found.get(kind, f"{self._adler:08x}") != value:
                raise ChecksumMismatch(f"The {kind} of what arrived is not the one stated.")
        return found

    def __bool__(self) -> bool:
        return bool(self._stated)


class Upload:
    """Feed it bytes, then `commit`, `pause` (if it is resumable) or `abort`. Not for two threads at once."""

    def __init__(
        self,
        files: Files,
        actor: Actor,
        target: Target,
        *,
        account_id: int,
        size: int | None,
        checksums: Checksums | None = None,
        session: UploadSession | None = None,
        chunks: Iterable[Chunk] = (),
    ) -> None:
        """`account_id`: of the account that the target lies in."""
        self._files = files
        self._actor = actor
        self._account_id = account_id
        self._target = target
        self._size = size
        self._checksums = checksums or Checksums(None)
        self._session = session
        self._chunks = list(chunks)
        self._kept = len(self._chunks)
        self._own: dict[bytes, Chunk] = {chunk.hash: chunk for chunk in self._chunks}
        self._known = 0
        self._cutter = Cutter(session.tail if session else b"")
        self._blob: BlobWriter | None = None
        self._key = BlobKey(account_id, session.blob_id if session else 0)
        self._written = session.written if session else 0
        self.received = session.offset if session else 0
        """Bytes that have arrived."""
        if self._written:
            self._blob = files.blobs.resume(self._key, self._written)
            self._files.in_flight.add(self._key)

    # ------------------------------------------------------------------------------------------ bytes come in

    def feed(self, data: bytes | memoryview) -> None:
        """The next bytes; best in runs of 1 to 4 MiB. Raises BadValue (more than announced), StoreFull, …"""
        self._count(len(data))
        self._checksums.feed(data)
        self._keep(self._cutter.feed(data))

    def feed_chunk(self, hash: bytes, data: bytes | memoryview) -> None:
        """The next bytes are this chunk. Raises ChecksumMismatch when they are not, BadValue (too long a chunk)."""
        if not 0 < len(data) <= LARGEST:
            raise BadValue(f"A chunk has 1 to {LARGEST} bytes.")
        if hash_of(data) != hash:
            raise ChecksumMismatch("The bytes of a chunk do not match its hash.")
        self._count(len(data))
        self._checksums.feed(data)
        self._end_chunk()
        self._keep((memoryview(data),))

    def refer(self, hash: bytes, length: int) -> None:
        """The next `length` bytes are a chunk that the account holds. Raises ChunksLacking, BadValue."""
        chunk = self._own.get(hash)
        is_own = self._account_id == self._actor.account_id and self._actor.home is None
        if chunk is None and is_own:  # a hash must not fetch what is another's
            chunk = self._hold([hash]).get(hash)
        if chunk is None:
            raise ChunksLacking([hash])
        if chunk.length != length:
            raise BadValue("The chunk has another length.")
        if self._checksums:
            raise BadValue("Checksums cannot be verified over chunks that were not sent.")
        self._count(length)
        self._end_chunk()
        self._chunks.append(chunk)

    def aim(self, name: str, guard: Guard) -> None:
        """Say how it shall be placed, where that was told only after the bytes."""
        self._target = replace(self._target, name=name, guard=guard)

    @property
    def content(self) -> bytes:
        """The name of the content that has arrived so far."""
        names = [(chunk.hash, chunk.length) for chunk in self._chunks]
        rest = bytes(self._cutter.rest)
        return content_hash([*names, (hash_of(rest), len(rest))] if rest else names)

    def _end_chunk(self) -> None:
        """What was fed so far is cut here."""
        rest = self._cutter.finish()
        if rest is not None:
            self._keep((rest,))

    def _count(self, length: int) -> None:
        self.received += length
        if self._size is not None and self.received > self._size:
            raise BadValue(f"More than the announced {self._size} bytes arrived.")

    def _keep(self, pieces: Sequence[memoryview]) -> None:
        """Store the new ones of these chunks, refer to the known ones."""
        hashes = [hash_of(piece) for piece in pieces]
        known = self._hold([hash for hash in hashes if hash not in self._own])
        fresh: dict[bytes, memoryview] = {}
        for hash, piece in zip(hashes, pieces, strict=True):
            if hash not in known and hash not in self._own:
                fresh[hash] = piece
        if fresh:
            blob_id = self._blob_key().id
            for hash, adler in zip(fresh, self._store(list(fresh.values())), strict=True):
                length = len(fresh[hash])
                self._own[hash] = Chunk(hash, blob_id, self._written, length, adler)
                self._written += length
        self._chunks += [self._own.get(hash) or known[hash] for hash in hashes]

    def _store(self, pieces: list[memoryview]) -> list[int]:
        """Add the pieces to the blob; their Adler-32, taken meanwhile by another thread: it costs as much time."""
        assert self._blob is not None
        self._files.require_room(sum(map(len, pieces)))
        sums = self._files.helpers.submit(lambda: [adler32(piece) for piece in pieces])
        try:
            with self._files.filling():
                self._blob.append(pieces)
        finally:
            wait((sums,))  # the bytes are ours only until we return
        return sums.result()

    def _hold(self, hashes: list[bytes]) -> dict[bytes, Chunk]:
        """Those of these chunks that the account has, sure to be there in the end. What lies behind many known ones is
        likely to come next: it is held by the same write, up to a page."""
        if not hashes:
            return {}
        known = self._files.hold(self._account_id, hashes, min(PAGE, AHEAD * (self._known + len(hashes))))
        self._known += len(known)
        return known

    def _blob_key(self) -> BlobKey:
        if self._blob is None:
            self._key = BlobKey(self._account_id, self._files.new_id())
            self._files.in_flight.add(self._key)
            self._blob = self._files.blobs.begin(self._key)
        return self._key

    # ------------------------------------------------------------------------------------------ how it ends

    def abort(self) -> None:
        """Drop what arrived. Allowed at any time, also twice."""
        if self._blob is not None:
            self._blob.abort()
            self._blob = None
        self._let_go()

    def rollback(self) -> None:
        """Forget what arrived since the upload was resumed; the session stays as it was."""
        if self._session is None or not self._session.written:
            self.abort()
        elif self._blob is not None:
            self._blob.close()
            self._blob = None
        self._let_go()

    def pause(self) -> UploadSession:
        """Keep what arrived, safe on disk, for a later `resume`. Raises Busy when somebody else went on with it."""
        assert self._session is not None, "only a resumable upload can pause"
        try:
            return self._pause(self._session)
        finally:
            self._let_go()

    def _pause(self, before: UploadSession) -> UploadSession:
        if self._blob is not None:
            self._blob.sync()
            self._blob.close()
            self._blob = None
        after = replace(
            before,
            offset=self.received,
            blob_id=self._key.id,
            written=self._written,
            tail=bytes(self._cutter.rest),
            expires_at=self._files.clock() + self._files.rules.upload_hours * HOUR,
        )

        def unit(tx: Transaction) -> bool:
            kept = tx.uploads.update(after, before.offset)
            if kept:
                tx.uploads.add_chunks(after.account_id, after.id, self._kept, self._chunks[self._kept :])
            return kept

        if not self._files.catalog.write(unit):
            raise Busy("Another request is going on with this upload.")
        return after

    def _let_go(self) -> None:
        self._files.in_flight.discard(self._key)
        if self._session is not None:
            self._files.let_go(self._session.id)

    def commit(self) -> Written:
        """Everything has arrived: make it a version of the file.

        Raises BadValue (fewer bytes than announced), ChecksumMismatch, and what `Uploads.begin` may raise; then
        nothing is visible and nothing counted. A resumable upload whose place, condition or quota is refused stands
        where it was resumed.
        """
        if self._session is not None:
            self._foresee()
        try:
            with self._files.filling():
                return self._commit()
        except BaseException:
            self.abort()
            if self._session is not None:  # what it had kept is gone with the blob
                session = self._session
                with suppress(Unable):  # then it is found to be gone by who resumes it
                    self._files.catalog.write(lambda tx: tx.uploads.remove(session.account_id, session.id))
            raise
        finally:
            self._let_go()

    def _foresee(self) -> None:
        """Refuse what the unit would refuse, before anything of the session is used up."""

        def look(tx: Transaction) -> None:
            ledger = Ledger(tx, self._actor, self._files.clock(), account_id=self._account_id, hold=False)
            find(ledger, self._target)
            ledger.demand(self._written)

        try:
            self._files.catalog.read(look)
        except BaseException:
            self.rollback()
            raise

    def _commit(self) -> Written:
        if self._size is not None and self.received != self._size:
            raise BadValue(f"{self._size} bytes were announced, {self.received} arrived.")
        kept = self._checksums.verified()
        rest = self._cutter.finish()
        if not self._chunks and (rest is None or len(rest) <= self._files.rules.inline_bytes):
            return self._finish_inline(bytes(rest or b""), kept)
        if rest is not None:
            self._keep((rest,))
        return self._finish_chunks(kept)

    def _finish_inline(self, data: bytes, checksums: Mapping[str, str]) -> Written:
        content = inline_content(self._account_id, data, checksums)
        node_id = self._files.new_id()

        def unit(ledger: Ledger) -> Written:
            self._end_session(ledger)
            return place(ledger, self._target, node_id, bring_inline(ledger, content, data))

        return self._files.write_in(self._account_id, self._actor, unit)

    def _finish_chunks(self, checksums: Mapping[str, str]) -> Written:
        blob, self._blob = self._blob, None
        if blob is not None:
            blob.commit()
        names = [(chunk.hash, chunk.length) for chunk in self._chunks]
        adler = 1
        for chunk in self._chunks:
            adler = join_adler(adler, chunk.adler32, chunk.length)
        whole = blob is not None and self._written == self.received
        content = Content(
            account_id=self._account_id,
            hash=content_hash(names),
            size=self.received,
            adler32=adler,
            blob_id=self._key.id if whole else None,
            chunks=len(names),
            checksums=checksums,
        )
        node_id = self._files.new_id()
        temporary = secrets.token_bytes(32)
        home = [True]
        try:
            for page in range((len(names) - 1) // PAGE):
                home.append(self._files.write_in(self._account_id, self._actor, partial(self._slice, temporary, page)))

            def unit(ledger: Ledger) -> Written:
                self._end_session(ledger)
                return place(ledger, self._target, node_id, self._bring(ledger, content, temporary, all(home)))

            written = self._files.write_in(self._account_id, self._actor, unit)
        except BaseException as error:
            if len(home) > 1:
                take_away(self._files, self._account_id, temporary)
            elif blob is not None and isinstance(error, CloudError) and not isinstance(error, Unable):
                self._files.blobs.delete(self._key)  # after any other error it may have been committed all the same
            raise
        if len(home) > 1:
            take_abandoned(self._files)  # our own pages, if the content was there already
        return written

    def _slice(self, temporary: bytes, page: int, ledger: Ledger) -> bool:
        """Bring one page of a long content, under its temporary name; True when its new chunks rest in our blob."""
        chunks = self._chunks[page * PAGE : (page + 1) * PAGE]
        if page > 0 and ledger.tx.chunks.last_page(ledger.account_id, temporary) != page - 1:
            raise Busy("It took so long that what had been brought was taken for garbage.")
        if page == 0:
            pending = Content(ledger.account_id, temporary, 0, 0, None, len(self._chunks), {})
            ledger.tx.chunks.add_content(pending, ledger.now)
        if any(chunk.blob_id == self._key.id for chunk in chunks):
            ledger.tx.chunks.add_blob(ledger.account_id, self._key.id, self._written)
        grown, home = ledger.tx.chunks.refer(ledger.account_id, chunks, self._key.id)
        ledger.use(grown)
        ledger.tx.chunks.add_page(ledger.account_id, temporary, page, [(chunk.hash, chunk.length) for chunk in chunks])
        return home

    def _bring(self, ledger: Ledger, content: Content, temporary: bytes, home: bool) -> Content:
        existing = ledger.tx.chunks.content(ledger.account_id, content.hash)
        last = (content.chunks - 1) // PAGE
        if existing is not None:
            if last > 0:  # our own pages go away again
                ledger.tx.chunks.abandon(ledger.account_id, temporary, secrets.token_bytes(32))
            own = [chunk for chunk in self._chunks if chunk.blob_id == self._key.id]
            if own and ledger.tx.chunks.mend(ledger.account_id, own):
                ledger.tx.chunks.add_blob(ledger.account_id, self._key.id, self._written)
            return with_checksums(ledger, existing, content.checksums)
        home = self._slice(temporary, last, ledger) and home
        settled = content if home else replace(content, blob_id=None)
        ledger.tx.chunks.settle(ledger.account_id, temporary, settled)
        return settled

    def _end_session(self, ledger: Ledger) -> None:
        if self._session is not None and not ledger.tx.uploads.remove(ledger.account_id, self._session.id):
            raise UploadMissing("This upload was finished or ended by another request.")


# ---------------------------------------------------------------------------------------------------- units


def inline_content(account_id: int, data: bytes, checksums: Mapping[str, str]) -> Content:
    """What is said of small content; to be made before the unit, which others wait for."""
    hash = content_hash([(hash_of(data), len(data))] if data else [])
    return Content(account_id, hash, len(data), adler32(data), None, 0, checksums)


def bring_inline(ledger: Ledger, content: Content, data: bytes) -> Content:
    """Small content, kept in the catalog."""
    if not ledger.tx.chunks.add_content(content):
        existing = ledger.tx.chunks.content(ledger.account_id, content.hash)
        assert existing is not None  # it stood in the way
        if existing.chunks == 0 and ledger.tx.chunks.inline(ledger.account_id, content.hash) != data:  # damaged
            ledger.tx.chunks.add_inline(ledger.account_id, content.hash, data)
        return with_checksums(ledger, existing, content.checksums)
    ledger.tx.chunks.add_inline(ledger.account_id, content.hash, data)
    ledger.use(len(data))
    return content


def with_checksums(ledger: Ledger, content: Content, checksums: Mapping[str, str]) -> Content:
    """A content that is there already, with what is newly known of it."""
    if set(checksums) - set(content.checksums):
        merged = {**content.checksums, **checksums}
        ledger.tx.chunks.set_checksums(ledger.account_id, content.hash, merged)
    return content


def place(ledger: Ledger, target: Target, node_id: int, content: Content) -> Written:
    """Make `content` the newest version of the target; a new file gets `node_id`.

    Raises NodeMissing, ParentMissing, WrongKind, NameTaken, PreconditionFailed, Locked, QuotaExceeded.
    """
    node, parent = find(ledger, target)
    modified_at = ledger.now if target.modified_at is None else target.modified_at
    if node is None:
        mime = target.mime or mime_of(target.name)
        empty = new_node(ledger, node_id, parent.id, target.name, Kind.FILE, modified_at=modified_at, mime=mime)
        filled = replace(empty, content=content.hash, size=content.size, blob_id=content.blob_id)
        return Written(ledger.add(filled), True)
    new = replace(
        node,
        number=node.number + 1,
        content_number=node.number + 1,
        content=content.hash,
        size=content.size,
        blob_id=content.blob_id,
        mime=target.mime or node.mime,
        modified_at=modified_at,
        changed_at=ledger.now,
    )
    return Written(ledger.update(node, new, Status.CHANGED, "content"), False)


def find(ledger: Ledger, target: Target) -> tuple[Node | None, Node]:
    """The file that a target names (None: a new one) and the folder that holds it; raises what `place` raises."""
    guard = target.guard
    if target.node_id is not None:
        node: Node | None = ledger.live(target.node_id)
        parent = ledger.folder(node.parent_id) if node and node.parent_id is not None else None
    else:
        parent = ledger.folder(target.parent_id)
        node = ledger.tx.nodes.child(ledger.account_id, parent.id, target.name)
    guards.check(ledger, guard, node, parent)
    if node is not None and not guard.overwrite:
        raise NameTaken(node.name)
    if parent is None or (node is not None and node.is_folder):
        raise WrongKind(f"“{target.name}” is a folder.", advice="Choose another name for the file.")
    if node is None:
        guards.may_add(ledger, guard, parent)
    else:
        guards.may_change(ledger, guard, node)
    return node, parent


def mime_of(name: str) -> str:
    """The media type that a name suggests."""
    return guess_type(name)[0] or "application/octet-stream"
