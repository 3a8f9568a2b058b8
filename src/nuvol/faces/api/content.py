"""The bytes of files, down and up."""

from typing import Any

from nuvol.core.files import chunking
from nuvol.core.files.receiving import Upload
from nuvol.errors import BadValue, WrongKind
from nuvol.faces.api.calls import Call, told
from nuvol.faces.api.nodes import stored
from nuvol.faces.downloads import download
from nuvol.faces.http import Answer, Request, in_thread, look, run
from nuvol.faces.receiving import receive, receive_with
from nuvol.model.nodes import Written
from nuvol.wire.api import nodes as words
from nuvol.wire.api.values import digests, essence, maybe_microseconds
from nuvol.wire.chunks import MEDIA_TYPE, FrameReader

_SAYS_NOTHING = frozenset({"application/octet-stream", "application/x-www-form-urlencoded", MEDIA_TYPE})
"""Types that programs send when they know none: the name tells more."""


async def get(call: Call[words.ContentAsked, None]) -> Answer:
    reading = await look(call.cloud.reads.open, call.actor, call.ids["node_id"])
    disposition = "attachment" if call.query.download else None
    return await download(call.request, reading, disposition=disposition, still=call.still)


async def replace(call: Call[words.ContentGiven, None]) -> Answer:
    """New content of a file, as a new version."""
    node = await look(call.cloud.tree.get, call.actor, call.ids["node_id"])
    if node.parent_id is None or node.is_folder:
        raise WrongKind(f"“{node.name}” is a folder and has no content.", advice="Put a file into it.")
    written = await _receive(call, node.parent_id, node.name, node_id=node.id)
    return stored(written.node)


async def create(call: Call[words.ContentGiven, None]) -> Answer:
    """A new file in a folder, or a new version of the one that has the name."""
    written = await _receive(call, call.ids["node_id"], call.words["name"])
    return stored(written.node, created=written.created)


async def missing_chunks(call: Call[None, words.ChunkHashes]) -> Answer:
    hashes = [bytes.fromhex(digest) for digest in call.body.hashes]
    lacking = await run(call.cloud.uploads.missing_chunks, call.actor, hashes)
    return told(words.Missing([digest.hex() for digest in lacking]))


async def _receive(
    call: Call[words.ContentGiven, None], parent_id: int, name: str, *, node_id: int | None = None
) -> Written:
    request, headers = call.request, call.request.headers
    if "content-range" in headers:
        raise BadValue("A part of a file cannot be put here.", advice="Use a resumable upload (/api/v1/uploads).")
    mime = essence(headers.get("content-type"))
    how: dict[str, Any] = {
        "guard": call.guard(),
        "mime": "" if mime in _SAYS_NOTHING else mime,
        "modified_at": maybe_microseconds(call.query.modified_at),
        "checksums": digests(headers.get("repr-digest" if "repr-digest" in headers else "content-digest")),
        "node_id": node_id,
    }
    if mime != MEDIA_TYPE:
        return await receive(request, call.cloud, call.actor, parent_id, name, how)
    return await receive_with(
        call.cloud, call.actor, parent_id, name, lambda upload: _feed_chunks(request, upload), None, how
    )


async def _feed_chunks(request: Request, upload: Upload) -> None:
    reader = FrameReader(chunking.LARGEST)
    async for data in request.runs():
        await in_thread(_take, upload, reader, data)
    reader.close()


def _take(upload: Upload, reader: FrameReader, data: bytes | memoryview) -> None:
    for frame in reader.feed(data):
        if frame.data is None:
            upload.refer(frame.hash, frame.length)
        else:
            upload.feed_chunk(frame.hash, frame.data)
