"""What happened: the journal in pages, by long poll, and as server-sent events."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from types import TracebackType

from nuvol.core.cloud import Cloud
from nuvol.errors import BadValue, Refused
from nuvol.faces import doorkeeper
from nuvol.faces.api.calls import Call, told
from nuvol.faces.http import Answer, Request, run
from nuvol.model.accounts import Actor
from nuvol.model.journal import Changes
from nuvol.wire.api import journal as words

BATCH = 100
"""Changes fetched at once for a stream: what a slow reader keeps waiting is never more than this."""
MEDIA_TYPE = "text/event-stream"


class Watch:
    """Wakes one request when its account's journal grows."""

    def __init__(self, request: Request, cloud: Cloud, actor: Actor) -> None:
        self._loop = asyncio.get_running_loop()
        self._changed = asyncio.Event()
        self._leaving = asyncio.ensure_future(request.leaving())
        self._stop = cloud.journal.watch(actor, self._wake)

    def _wake(self) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits there any more
            self._loop.call_soon_threadsafe(self._changed.set)

    @property
    def is_over(self) -> bool:
        """The client is gone or the server stops."""
        return self._leaving.done()

    def clear(self) -> None:
        """Forget what woke it: call this before looking, so that a change in between wakes it again."""
        self._changed.clear()

    async def wait(self, seconds: float) -> bool:
        """Whether something changed within so many seconds; ends early when it is over."""
        changed = asyncio.ensure_future(self._changed.wait())
        try:
            await asyncio.wait((changed, self._leaving), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            changed.cancel()
        return self._changed.is_set()

    def __enter__(self) -> "Watch":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()
        self._leaving.cancel()


async def changes(call: Call[words.ChangesAsked, None]) -> Answer:
    """A page; with `wait`, when there is something to tell or the time is over."""
    asked, journal = call.query, call.cloud.journal
    if asked.since is None:
        found = Changes([], await run(journal.cursor, call.actor), more=False, reset=False)
    else:
        found = await run(journal.changes, call.actor, asked.since, limit=asked.limit)
    if asked.wait and not found.changes and not found.reset:
        found = await _waited(call, found.cursor)
    return told(words.changes(found))


async def _waited(call: Call[words.ChangesAsked, None], cursor: str) -> Changes:
    loop = asyncio.get_running_loop()
    end = loop.time() + call.query.wait
    with Watch(call.request, call.cloud, call.actor) as watch:
        while True:
            watch.clear()
            actor = await doorkeeper.admit(call.request, call.cloud, cookies=True)
            found = await run(call.cloud.journal.changes, actor, cursor, limit=call.query.limit)
            cursor = found.cursor  # what the caller may not see is passed over
            left = end - loop.time()
            if found.changes or found.reset or left <= 0 or watch.is_over:
                return found
            if not found.more:
                await watch.wait(left)


async def live(call: Call[words.LiveAsked, None]) -> Answer:
    cursor = call.request.headers.get("last-event-id") or call.query.since
    if cursor is None:
        cursor = await run(call.cloud.journal.cursor, call.actor)
    if len(cursor) > words.CURSOR_LIMIT:
        raise BadValue("This is no cursor.", advice="Begin without one.")
    await run(call.cloud.journal.changes, call.actor, cursor, limit=1)  # a wrong cursor is still an answer of its own
    headers = [
        ("Content-Type", MEDIA_TYPE),
        ("Cache-Control", "no-store"),
        ("X-Accel-Buffering", "no"),  # nginx would hold events back
    ]
    return Answer(200, headers, _events(call, cursor))


async def _events(call: Call[words.LiveAsked, None], cursor: str) -> AsyncIterator[bytes]:
    """Ends when the client is gone, the server stops, or the way in was revoked. A batch is fetched when the one
    before was taken, so nothing piles up for a slow reader."""
    yield words.opening(cursor)
    with Watch(call.request, call.cloud, call.actor) as watch:
        while not watch.is_over:
            watch.clear()
            try:
                actor = await doorkeeper.admit(call.request, call.cloud, cookies=True)
            except Refused:
                return
            found = await run(call.cloud.journal.changes, actor, cursor, limit=BATCH)
            if found.reset:
                yield words.reset_event(found.cursor)
            if found.changes:
                yield b"".join(_told(call.cloud, found))
            cursor = found.cursor
            if not found.more and not await watch.wait(words.HEARTBEAT) and not watch.is_over:
                yield words.COMMENT


def _told(cloud: Cloud, found: Changes) -> Iterator[bytes]:
    """An event for each change, from whose id a reader can go on."""
    cursor = found.start
    for change in found.changes:
        cursor = cloud.journal.behind(cursor, change)
        yield words.change_event(change, cursor)
