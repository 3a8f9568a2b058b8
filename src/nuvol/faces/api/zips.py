"""A folder as one zip archive, made while it is sent."""

from collections.abc import AsyncIterator, Generator, Iterator

from nuvol.core.cloud import Cloud
from nuvol.errors import NodeMissing, WrongKind
from nuvol.faces.api.calls import Call
from nuvol.faces.downloads import content_disposition
from nuvol.faces.http import BLOCK, Answer, in_thread, look
from nuvol.model.accounts import Actor
from nuvol.model.nodes import Node
from nuvol.wire.zips import ZipWriter

MEDIA_TYPE = "application/zip"


async def get(call: Call[None, None]) -> Answer:
    folder = await look(call.cloud.tree.get, call.actor, call.ids["node_id"])
    if not folder.is_folder:
        raise WrongKind(f"“{folder.name}” is a file.", advice="Fetch its content.")
    headers = [
        ("Content-Type", MEDIA_TYPE),
        ("Content-Disposition", content_disposition(f"{folder.name or 'Files'}.zip", MEDIA_TYPE, "attachment")),
        ("Cache-Control", "private, no-store"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    return Answer(200, headers, _sent(call, _gathered(_pieces(call.cloud, call.actor, folder))))


async def _sent(call: Call[None, None], blocks: Generator[bytes, None, None]) -> AsyncIterator[bytes]:
    try:
        while (block := await in_thread(next, blocks, None)) is not None:
            yield block
            await call.still()
    finally:
        blocks.close()


def _gathered(pieces: Iterator[bytes]) -> Generator[bytes, None, None]:
    """The pieces in blocks of about 1 MiB: thousands of small files cost few hops to a thread."""
    waiting: list[bytes] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= BLOCK:
            yield b"".join(waiting)
            waiting.clear()
            size = 0
    yield b"".join(waiting)


def _pieces(cloud: Cloud, actor: Actor, folder: Node) -> Iterator[bytes]:
    """The archive in order. What is deleted meanwhile is left out; what is damaged breaks it off."""
    archive = ZipWriter()
    above = f"{folder.name}/" if folder.name else ""
    for below, node in cloud.tree.walk(actor, folder.id):
        if node.is_folder:
            yield archive.folder(above + below, node.modified_at)
            continue
        try:
            reading = cloud.reads.open(actor, node.id)
        except NodeMissing:
            continue
        yield archive.begin(above + below, reading.modified_at, reading.size)
        for block in reading.blocks():
            yield archive.data(block)
        yield archive.end()
    yield archive.close()
