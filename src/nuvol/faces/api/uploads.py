"""Resumable uploads: tus 1.0.0 with creation, creation-with-upload, checksum, expiration, termination.

An upload whose last byte has arrived becomes a file at once: its session is gone, and the answer names the node. So
a session that can be asked about is never complete.
"""

import asyncio
import hashlib
import hmac
from typing import Any

from nuvol.core.cloud import Cloud
from nuvol.errors import BadValue, ChecksumMismatch, WrongKind
from nuvol.faces.api.calls import Call, done
from nuvol.faces.http import Answer, Disconnected, in_thread, run
from nuvol.model.accounts import Actor
from nuvol.model.nodes import Guard, UploadSession
from nuvol.wire import tus
from nuvol.wire.api.problems import WrongType
from nuvol.wire.api.values import essence
from nuvol.wire.openapi import PREFIX
from nuvol.wire.preconditions import http_date

SAFE_EVERY = 32 << 20
"""Bytes after which what arrived is made safe: so much a crash of the server can cost."""

Fields = list[tuple[str, str]]


async def create(call: Call[None, None]) -> Answer:
    headers = call.request.headers
    tus.require_version(headers)
    size = tus.size(headers)
    metadata = headers.get("upload-metadata") or ""
    target = tus.target(metadata)
    carries = call.request.length != 0 and essence(headers.get("content-type")) == tus.MEDIA_TYPE
    checksum = tus.checksum(headers) if carries else None
    session = await run(_start, call.cloud, call.actor, target, size, metadata.encode(), call.guard())
    place = ("Location", f"{PREFIX}/uploads/{session.id}")
    if not carries and size != 0:
        return Answer(201, [place, *_state(session)])
    state = await _receive(call, session.id, 0, checksum)
    return Answer(201, [place, *state])


async def head(call: Call[None, None]) -> Answer:
    tus.require_version(call.request.headers)
    session = await run(call.cloud.uploads.session, call.actor, call.words["upload_id"])
    length = ("Upload-Defer-Length", "1") if session.size is None else ("Upload-Length", str(session.size))
    fields = [*_state(session), length, ("Cache-Control", "no-store")]
    if session.meta:
        fields.append(("Upload-Metadata", session.meta.decode()))
    return Answer(200, fields)


async def patch(call: Call[None, None]) -> Answer:
    headers, upload_id = call.request.headers, call.words["upload_id"]
    tus.require_version(headers)
    if essence(headers.get("content-type")) != tus.MEDIA_TYPE:
        raise WrongType(tus.MEDIA_TYPE)
    offset = tus.number(headers, "Upload-Offset")
    if offset is None:
        raise BadValue("Upload-Offset is missing.")
    checksum = tus.checksum(headers)
    length = tus.number(headers, "Upload-Length")
    if length is not None:
        await run(call.cloud.uploads.announce, call.actor, upload_id, length)
    return done(await _receive(call, upload_id, offset, checksum))


async def delete(call: Call[None, None]) -> Answer:
    tus.require_version(call.request.headers)
    await in_thread(call.cloud.uploads.terminate, call.actor, call.words["upload_id"])
    return done([("Tus-Resumable", tus.VERSION)])


def _start(
    cloud: Cloud, actor: Actor, target: tus.Target, size: int | None, metadata: bytes, guard: Guard
) -> UploadSession:
    parent_id, name = target.parent_id, target.name
    if target.node_id is not None:
        node = cloud.tree.get(actor, target.node_id)
        if node.is_folder:
            raise WrongKind(f"“{node.name}” is a folder and has no content.", advice="Name a file.")
        parent_id, name = node.parent_id, node.name
    elif target.path is not None:
        place = cloud.tree.place(actor, target.path)
        parent_id, name = place.parent.id, place.name
    assert parent_id is not None and name is not None  # `tus.target` demands them; only the root has no parent
    return cloud.uploads.start(
        actor,
        parent_id,
        name,
        size=size,
        meta=metadata,
        node_id=target.node_id,
        guard=guard,
        mime=target.mime,
        modified_at=target.modified_at,
    )


def _state(session: UploadSession) -> Fields:
    return [
        ("Tus-Resumable", tus.VERSION),
        ("Upload-Offset", str(session.offset)),
        ("Upload-Expires", http_date(session.expires_at // 1_000_000)),
    ]


async def _receive(call: Call[None, None], upload_id: str, offset: int, checksum: tuple[str, bytes] | None) -> Fields:
    """Take the body in from `offset` on; the headers that tell how far the upload has come then."""
    receiver = _Receiver(call, upload_id, checksum)
    await in_thread(receiver.begin, offset)
    try:
        async for data in call.request.runs():
            await in_thread(receiver.feed, data)
    except (Disconnected, asyncio.CancelledError):
        await in_thread(receiver.keep)
        raise
    except BaseException:
        await in_thread(receiver.drop)
        raise
    return await in_thread(receiver.finish)


class _Receiver:
    """What one request adds to an upload. Every method may block."""

    def __init__(self, call: Call[None, None], upload_id: str, checksum: tuple[str, bytes] | None) -> None:
        self._uploads = call.cloud.uploads
        self._actor = call.actor
        self._guard = call.guard()
        self._id = upload_id
        self._stated = checksum[1] if checksum else b""
        self._hasher: Any = hashlib.new(checksum[0], usedforsecurity=False) if checksum else None

    def begin(self, offset: int) -> None:
        self._size = self._uploads.session(self._actor, self._id).size
        self._upload = self._uploads.resume(self._actor, self._id, offset, self._guard)
        self._safe = offset

    def feed(self, data: bytes | memoryview) -> None:
        self._upload.feed(data)
        if self._hasher is not None:
            self._hasher.update(data)  # nothing is kept before the sum was compared
        elif self._upload.received - self._safe >= SAFE_EVERY and not self._is_whole:
            self.begin(self._upload.pause().offset)

    def finish(self) -> Fields:
        if self._hasher is not None and not hmac.compare_digest(self._hasher.digest(), self._stated):
            self.drop()
            raise ChecksumMismatch("The bytes do not match Upload-Checksum; the upload stands where it stood.")
        return self._settle()

    def keep(self) -> None:
        """The body was cut off: what arrived stays, unless a sum that cannot be compared any more was to guard it."""
        if self._hasher is not None:
            self.drop()
        else:
            self._settle()

    def drop(self) -> None:
        """Back to what was safe."""
        self._upload.rollback()

    @property
    def _is_whole(self) -> bool:
        return self._upload.received == self._size

    def _settle(self) -> Fields:
        if not self._is_whole:
            return _state(self._upload.pause())
        written = self._upload.commit()
        return [
            ("Tus-Resumable", tus.VERSION),
            ("Upload-Offset", str(self._upload.received)),
            ("Nuvol-Node-Id", str(written.node.id)),
            ("ETag", written.node.etag),
        ]
