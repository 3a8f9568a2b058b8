"""One exchange of a sync between two replicas over HTTP, shared by the faces that have documents (u1db.md 6.2, 7.3)."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence

from nuvol.errors import CloudError, Malformed
from nuvol.faces.http import Answer, Request, run
from nuvol.u1db import stream
from nuvol.u1db.replica import Replica
from nuvol.u1db.sync import SyncExchange
from nuvol.u1db.table import Change

PIECE = 256 * 1024
"""Bytes of a stream taken in at a time: some hundred documents, decoded in a few milliseconds."""


async def exchange(request: Request, source: str, open: Callable[[bool], Replica]) -> Answer:
    """Entries are put in while they come; those before a mistake stay. The answer begins when all are there.

    `source`: uid of the replica that asks. `open`: gives the database, and makes it when it is asked to. Raises what
    `open` and `SyncExchange` do, BrokenSyncStream, EntryTooLong, Disconnected.
    """
    reader = stream.SyncReader(stream.Asked)
    under_way: SyncExchange | None = None
    try:
        async for piece in request.runs(PIECE):
            entries = reader.feed(bytes(piece))
            if under_way is None and reader.header is not None:
                under_way = await run(_begin, open, source, reader.header)
            if under_way is not None and under_way.add(entries):
                await run(under_way.apply)
        reader.close()
    finally:
        if under_way is not None:
            await run(under_way.apply)
    if under_way is None or reader.header is None:
        raise Malformed("The sync stream has no header.")
    answer = await run(under_way.answer)
    uid = answer.head.replica_uid if reader.header.ensure else None
    header = stream.Answered(answer.head.generation, answer.head.transaction_id, uid)
    headers = [("Content-Type", stream.MEDIA_TYPE), ("Cache-Control", "no-cache")]
    return Answer(200, headers, lines(header, answer.entries))


def _begin(open: Callable[[bool], Replica], source: str, asked: stream.Asked) -> SyncExchange:
    return SyncExchange(open(asked.ensure), source, asked.last_known)


async def lines(header: stream.Answered, pages: Iterator[Sequence[Change]]) -> AsyncIterator[bytes]:
    """The body of an answer. The status is out already, so an error ends it in the place of an entry."""
    writer = stream.SyncWriter()
    yield writer.open(header)
    try:
        while (page := await run(next, pages, None)) is not None:
            yield writer.write(page)
    except CloudError as error:
        yield writer.fail(error)
        return
    yield writer.close()
