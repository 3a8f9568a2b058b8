"""Files and folders as one zip archive, made while it is sent: shared by the faces that offer it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator, Sequence

from nuvol.core.cloud import Cloud
from nuvol.core.files.names import apart
from nuvol.errors import NodeMissing
from nuvol.faces.downloads import content_disposition
from nuvol.faces.http import BLOCK, Answer, in_thread
from nuvol.model.accounts import Actor
from nuvol.model.nodes import Node
from nuvol.wire.zips import ZipWriter

MEDIA_TYPE = "application/zip"


Walk = Callable[[Node], Iterator[tuple[str, Node]]]
"""What lies below a folder: (path relative to it, node), parents first."""


Still = Callable[[], Awaitable[object]]
"""Asked before each further block: raises when it may not go on."""


async def _for_ever() -> None:
    return None


def archive(
    cloud: Cloud,
    actor: Actor,
    name: str,
    nodes: Sequence[Node],
    walk: Walk | None = None,
    still: Still = _for_ever,
) -> Answer:
    """The nodes with all below them (`walk` None: all that the actor sees); each stands under its own name, the second
    of a name as “name (2)”, the root without one."""
    below: Walk = walk or (lambda folder: cloud.tree.walk(actor, folder.id))
    headers = [
        ("Content-Type", MEDIA_TYPE),
        ("Content-Disposition", content_disposition(f"{name}.zip", MEDIA_TYPE, "attachment")),
        ("Cache-Control", "private, no-store"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    return Answer(200, headers, _sent(_gathered(_pieces(cloud, actor, nodes, below)), still))


async def _sent(blocks: Generator[bytes, None, None], still: Still) -> AsyncIterator[bytes]:
    try:
        while (block := await in_thread(next, blocks, None)) is not None:
            yield block
            await still()
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


def _pieces(cloud: Cloud, actor: Actor, nodes: Sequence[Node], walk: Walk) -> Iterator[bytes]:
    """The archive in order. What is deleted meanwhile is left out; what is damaged breaks it off."""
    zipped = ZipWriter()
    for path, node in _everything(nodes, walk):
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


def _everything(nodes: Sequence[Node], walk: Walk) -> Iterator[tuple[str, Node]]:
    for name, top in zip(apart([top.name for top in nodes]), nodes, strict=True):
        if not top.is_folder:
            yield name, top
            continue
        above = f"{name}/" if name else ""
        for below, node in walk(top):
            yield above + below, node
