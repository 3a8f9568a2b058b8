"""One door for content: every upload of every protocol ends here."""

import contextlib
from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from nuvol.clock import HOUR
from nuvol.core import access
from nuvol.core.files import names
from nuvol.core.files.ledger import Ledger
from nuvol.core.files.receiving import Checksums, Target, Upload, bring_inline, find, inline_content, place
from nuvol.core.files.room import Files
from nuvol.errors import BadValue, BlobMissing, Busy, OffsetMismatch, QuotaExceeded, UploadMissing
from nuvol.ids import secret
from nuvol.model.accounts import Actor
from nuvol.model.nodes import ANY, Chunk, Guard, UploadSession, Written
from nuvol.model.rules import MiB
from nuvol.stores.base import BlobKey, Transaction

_BLOCK = 4 * MiB


class Uploads:
    def __init__(self, files: Files) -> None:
        self._files = files

    def put(
        self,
        actor: Actor,
        parent_id: int,
        name: str,
        data: bytes,
        *,
        guard: Guard = ANY,
        mime: str = "",
        modified_at: int | None = None,
        checksums: Mapping[str, str] | None = None,
        node_id: int | None = None,
    ) -> Written:
        """A whole small content (at most `rules.inline_bytes`) in one unit. Raises what `begin` and `commit` raise."""
        access.require(actor, "write")
        if len(data) > self._files.rules.inline_bytes:
            raise BadValue("Too large to be put in one call.")
        names.check(name)
        self._files.require_room(len(data))
        sums = Checksums(checksums)
        sums.feed(data)
        content = inline_content(actor.account_id, data, sums.verified())
        target = Target(parent_id, name, node_id, guard, mime, modified_at)
        new_id = self._files.new_id()

        def unit(ledger: Ledger) -> Written:
            here = (
                content if content.account_id == ledger.account_id else replace(content, account_id=ledger.account_id)
            )
            return place(ledger, target, new_id, bring_inline(ledger, here, data))

        return self._files.write(actor, unit, at=parent_id if node_id is None else node_id)

    def require_quota(self, actor: Actor, size: int, into: int | None = None) -> None:
        """To be asked before `size` bytes are read: raises QuotaExceeded when they do not fit. `into`: the id of
        the folder they are for; its owner pays."""
        access.require(actor, "write")

        def look(account_id: int) -> None:
            self._files.catalog.read(lambda tx: Ledger(tx, actor, 0, account_id=account_id, hold=False).demand(size))

        try:
            look(actor.account_id)
        except QuotaExceeded:
            owner_id = None if into is None else self._files.owner(actor, into)
            if owner_id in (None, actor.account_id):
                raise
            assert owner_id is not None
            look(owner_id)

    def begin(
        self,
        actor: Actor,
        parent_id: int,
        name: str,
        *,
        size: int | None = None,
        guard: Guard = ANY,
        mime: str = "",
        modified_at: int | None = None,
        checksums: Mapping[str, str] | None = None,
        node_id: int | None = None,
    ) -> Upload:
        """Start receiving content for a name in a folder, or (`node_id`) for a file wherever it is.

        What can be refused is refused now, before the bytes come: NotAllowed, BadName, NodeMissing, ParentMissing,
        WrongKind, NameTaken, PreconditionFailed, Locked, QuotaExceeded (`size` is known and too large). All is
        asked again in the unit of `commit`. `checksums`: {"SHA1" | "MD5" | "SHA256" | "ADLER32" | "BLAKE3": hex},
        compared and kept beside the content; an empty one is only kept.
        """
        target = Target(parent_id, name, node_id, guard, mime, modified_at)
        account_id = self._admit(actor, target, size)
        sums = Checksums(checksums)
        return Upload(self._files, actor, target, account_id=account_id, size=size, checksums=sums)

    # ------------------------------------------------------------------------------------------ resumable

    def start(
        self,
        actor: Actor,
        parent_id: int,
        name: str,
        *,
        size: int | None,
        meta: bytes = b"",
        node_id: int | None = None,
        guard: Guard = ANY,
        mime: str = "",
        modified_at: int | None = None,
    ) -> UploadSession:
        """Note an upload that goes on over several requests, also after a restart. Raises what `begin` raises."""
        account_id = self._admit(actor, Target(parent_id, name, node_id, guard, mime, modified_at), size)
        session = UploadSession(
            account_id=account_id,
            id=secret(),
            node_id=node_id,
            parent_id=parent_id,
            name=name,
            size=size,
            offset=0,
            blob_id=0,
            written=0,
            tail=b"",
            mime=mime,
            modified_at=modified_at,
            guard=msgspec.json.encode(guard),
            meta=meta,
            expires_at=self._files.clock() + self._files.rules.upload_hours * HOUR,
            holder_id=actor.account_id,
        )
        self._files.catalog.write(lambda tx: tx.uploads.add(session))
        return session

    def session(self, actor: Actor, upload_id: str) -> UploadSession:
        """How far an upload has come. Raises UploadMissing."""
        access.require(actor, "write")

        def look(tx: Transaction) -> UploadSession | None:
            own = tx.uploads.get(actor.account_id, upload_id)
            if own is not None and own.holder_id in (0, actor.account_id):
                return own if _is_at_home(tx, actor, own) else None
            return tx.uploads.of_holder(actor.account_id, upload_id) if actor.home is None else None

        session = self._files.catalog.read(look)
        if session is None or session.expires_at < self._files.clock():
            raise UploadMissing("There is no such upload.")
        return session

    def announce(self, actor: Actor, upload_id: str, size: int) -> UploadSession:
        """Say the length of an upload that was started without one. Raises BadValue when it is another already."""
        session = self.session(actor, upload_id)
        if session.size not in (None, size) or size < session.offset:
            raise BadValue("The length of this upload is known already and differs.")
        announced = replace(session, size=size)
        if not self._files.catalog.write(lambda tx: tx.uploads.update(announced, session.offset)):
            raise Busy("Another request is going on with this upload.")
        return announced

    def resume(self, actor: Actor, upload_id: str, offset: int, guard: Guard = ANY) -> Upload:
        """Go on with an upload; `guard`: under another condition than it was started with.

        Raises UploadMissing, OffsetMismatch, Busy (another request is writing it).
        """
        self._claim(upload_id)
        try:
            session = self.session(actor, upload_id)
            if session.offset != offset:
                raise OffsetMismatch(f"The upload has reached byte {session.offset}.", session.offset)
            return self._resume(actor, self._taken_back(session), guard)
        except BaseException:
            self._files.let_go(upload_id)
            raise

    def _taken_back(self, session: UploadSession) -> UploadSession:
        """A crash in `commit` may have left a finished blob that no row names: what had been kept of it before is
        brought into another one, with which the upload goes on."""
        old = BlobKey(session.account_id, session.blob_id)
        try:
            self._files.blobs.size(old)
        except BlobMissing:
            return session
        new = BlobKey(session.account_id, self._files.new_id())
        self._files.in_flight.add(new)
        try:
            self._copy(old, new, session.written)
            self._files.catalog.write(lambda tx: tx.uploads.move(session.account_id, session.id, new.id))
        finally:
            self._files.in_flight.discard(new)
        return replace(session, blob_id=new.id)

    def _copy(self, source: BlobKey, target: BlobKey, size: int) -> None:
        """Begin a blob with the first `size` bytes of another one."""
        writer = self._files.blobs.begin(target)
        try:
            for offset in range(0, size, _BLOCK):
                writer.append([self._files.blobs.read(source, offset, min(_BLOCK, size - offset))])
            writer.sync()
        except BaseException:
            writer.abort()
            raise
        writer.close()

    def _claim(self, upload_id: str) -> None:
        if not self._files.claim(upload_id):
            raise Busy("Another request is going on with this upload.")

    def _resume(self, actor: Actor, session: UploadSession, guard: Guard) -> Upload:
        chunks: list[Chunk] = []
        if session.offset:
            chunks = self._files.catalog.read(lambda tx: tx.uploads.chunks(session.account_id, session.id))
            foreign = list({chunk.hash for chunk in chunks if chunk.blob_id != session.blob_id})
            if len(self._files.hold(session.account_id, foreign)) < len(foreign):
                raise UploadMissing("What this upload builds on is gone.")
        if guard == ANY:
            guard = msgspec.json.decode(session.guard, type=Guard)
        target = Target(session.parent_id, session.name, session.node_id, guard, session.mime, session.modified_at)
        try:
            return Upload(
                self._files,
                actor,
                target,
                account_id=session.account_id,
                size=session.size,
                session=session,
                chunks=chunks,
            )
        except BlobMissing:
            raise UploadMissing("What this upload had brought is gone.") from None

    def terminate(self, actor: Actor, upload_id: str) -> None:
        """End an upload and drop what arrived. Raises UploadMissing, Busy (another request is writing it)."""
        self._claim(upload_id)
        try:
            self._drop(self.session(actor, upload_id))
        finally:
            self._files.let_go(upload_id)

    def expire(self) -> int:
        """End every upload whose time is over; returns how many."""
        now, count = self._files.clock(), 0
        while found := self._files.catalog.read(lambda tx: tx.uploads.expired(now, 100)):
            for session in found:
                self._drop(session)
            count += len(found)
        return count

    def missing_chunks(self, actor: Actor, hashes: list[bytes]) -> list[bytes]:
        """Those the account lacks; those it has are kept for as long as an upload may take."""
        access.require_all(actor, "write")
        held = self._files.hold(actor.account_id, hashes)
        return [hash for hash in hashes if hash not in held]

    def _drop(self, session: UploadSession) -> None:
        self._files.catalog.write(lambda tx: tx.uploads.remove(session.account_id, session.id))
        if session.written:
            with contextlib.suppress(BlobMissing):
                self._files.blobs.resume(BlobKey(session.account_id, session.blob_id), 0).abort()

    def _admit(self, actor: Actor, target: Target, size: int | None) -> int:
        """Refuse early what `place` would refuse in the end; the account that the content goes to."""
        access.require(actor, "write")
        names.check(target.name)
        if size is not None and size < 0:
            raise BadValue("A length may not be negative.")
        self._files.require_room(size or 0)

        def look(account_id: int) -> int:
            def unit(tx: Transaction) -> None:
                ledger = Ledger(tx, actor, self._files.clock(), account_id=account_id, hold=False)
                find(ledger, target)
                ledger.demand(size or 0)

            self._files.catalog.read(unit)
            return account_id

        return self._files.attempt(actor, target.parent_id if target.node_id is None else target.node_id, look)


def _is_at_home(tx: Transaction, actor: Actor, session: UploadSession) -> bool:
    if actor.home is None:
        return True
    node = tx.nodes.get(session.account_id, session.parent_id if session.node_id is None else session.node_id)
    return node is not None and access.is_at_home(actor, node, tx)
