"""Files and folders as one zip archive, made while it is sent: shared by the faces that offer it."""

from collections.abc import AsyncIterator, Generator, Iterator, Sequence

from nuvol.core.cloud import Cloud
from nuvol.errors import NodeMissing
from nuvol.faces.downloads import content_disposition
from nuvol.faces.http import BLOCK, Answer, in_thread
from nuvol.model.accounts import Actor
from nuvol.model.nodes import Node
from nuvol.wire.zips import ZipWriter

MEDIA_TYPE = "application/zip"


def archive(cloud: Cloud, actor: Actor, name: str, nodes: Sequence[Node]) -> Answer:
    """The nodes with all below them; each stands under its own name, the root without one."""
    headers = [
        ("Content-Type", MEDIA_TYPE),
        ("Content-Disposition", content_disposition(f"{name}.zip", MEDIA_TYPE, "attachment")),
        ("Cache-Control", "private, no-store"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    return Answer(200, headers, _sent(_gathered(_pieces(cloud, actor, nodes))))


async def _sent(blocks: Generator[bytes, None, None]) -> AsyncIterator[bytes]:
    try:
        while (block := await in_thread(next, blocks, None)) is not None:
            yield block
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


def _pieces(cloud: Cloud, actor: Actor, nodes: Sequence[Node]) -> Iterator[bytes]:
    """The archive in order. What is deleted meanwhile is left out; what is damaged breaks it off."""
    zipped = ZipWriter()
    for path, node in _everything(cloud, actor, nodes):
        if node.is_folder:
            yield zipped.folder(path, node.modified_at)
            continue
        try:
            reading = cloud.reads.open(actor, node.id)
        except NodeMissing:
            continue
        yield zipped.begin(path, reading.modified_at, reading.size)
        for block in reading.blocks():
            yield zipped.data(block)
        yield zipped.end()
    yield zipped.close()


def _everything(cloud: Cloud, actor: Actor, nodes: Sequence[Node]) -> Iterator[tuple[str, Node]]:
    for top in nodes:
        if not top.is_folder:
            yield top.name, top
            continue
        above = f"{top.name}/" if top.name else ""
        for below, node in cloud.tree.walk(actor, top.id):
            yield above + below, node
