"""Folders on other clouds: each call goes on to where the folder is. And the door by which other clouds come."""

from collections.abc import AsyncGenerator, Iterator
from typing import Any

from nuvol.core.elsewhere import Content, Sending
from nuvol.core.guests import Received
from nuvol.errors import BadValue
from nuvol.faces.api.calls import Call, done, told
from nuvol.faces.downloads import INLINE
from nuvol.faces.http import Answer, far, run
from nuvol.model.elsewhere import Item
from nuvol.wire.api import elsewhere as words
from nuvol.wire.api.shares import ROLES
from nuvol.wire.api.values import essence
from nuvol.wire.interop import base


async def receive(call: Call[None, words.GuestSecret]) -> Answer:
    """Another cloud comes with an invitation."""
    got: Received = await run(call.cloud.guests.receive, call.body.secret)
    guest = words.Guest(
        name=got.folder.name,
        owner=got.owner,
        role=ROLES[got.role],
        address=got.address,
        resource_url=f"{call.request.origin}/v1/folder/{got.folder.id}",
        access_token_key=got.token.token,
        access_token_secret=got.token.secret,
        consumer_key=got.consumer.token,
        consumer_secret=got.consumer.secret,
    )
    return told(guest, 201)


async def every(call: Call[None, None]) -> Answer:
    room = call.cloud.elsewhere
    found = await run(room.list, call.actor)
    return told(words.ElsewhereFolders([words.folder(one, room.answers(one)) for one in found]))


async def look(call: Call[None, words.ElsewhereLink]) -> Answer:
    return told(words.offer(await far(call.cloud.elsewhere.look, call.actor, call.body.link)))


async def add(call: Call[None, words.NewElsewhere]) -> Answer:
    wish, room = call.body, call.cloud.elsewhere
    way = words.given_way(wish)
    if (wish.link is None) == (way is None):
        raise BadValue("Give the link of an invitation, or all that makes up the way to a folder.")
    if wish.link is not None:
        return told(words.folder(await far(room.accept, call.actor, wish.link), True), 201)
    assert way is not None
    base(way.resource_url)
    return told(words.folder(await far(room.mount, call.actor, way, wish.name), True), 201)


async def get(call: Call[None, None]) -> Answer:
    room = call.cloud.elsewhere
    found = await run(room.get, call.actor, call.ids["folder_id"])
    return told(words.folder(found, room.answers(found)))


async def leave(call: Call[None, None]) -> Answer:
    await far(call.cloud.elsewhere.leave, call.actor, call.ids["folder_id"])
    return done()


async def item(call: Call[None, None]) -> Answer:
    return told(words.item(await far(call.cloud.elsewhere.item, call.actor, *_where(call))))


async def children(call: Call[None, None]) -> Answer:
    found = await far(call.cloud.elsewhere.children, call.actor, *_where(call))
    return told(words.ElsewhereItems([words.item(one) for one in found]))


async def content(call: Call[None, None]) -> Answer:
    """What another cloud sends is never shown as a page of this one."""
    found = await far(call.cloud.elsewhere.read, call.actor, *_where(call))
    mime = essence(found.mime)
    headers = [
        ("Content-Type", mime if mime in INLINE else "application/octet-stream"),
        ("Content-Disposition", "attachment"),
        ("Content-Security-Policy", "sandbox; default-src 'none'"),
        ("X-Content-Type-Options", "nosniff"),
        ("Cache-Control", "no-store"),
    ]
    if call.request.method == "HEAD":
        await far(found.close)
        return Answer(200, headers, b"", found.size)
    return Answer(200, headers, _Blocks(found), found.size)


class _Blocks(AsyncGenerator[bytes, None]):
    """A body as it comes from there; what was begun is closed even if nobody ever reads of it."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._blocks: Iterator[bytes] = content.blocks()

    async def asend(self, value: None) -> bytes:
        block = await far(next, self._blocks, None)
        if block is None:
            raise StopAsyncIteration
        return block

    async def athrow(self, *failure: Any) -> bytes:
        await self.aclose()
        raise StopAsyncIteration

    async def aclose(self) -> None:
        await far(self._content.close)


async def create_folder(call: Call[None, words.NewElsewhereFolder]) -> Answer:
    folder_id, parent_id = _where(call)
    room = call.cloud.elsewhere
    made = await far(room.create_folder, call.actor, folder_id, parent_id, call.body.name)
    return told(words.item(made), 201)


async def change(call: Call[None, words.ElsewhereChange]) -> Answer:
    wish = call.body
    changed = await far(call.cloud.elsewhere.change, call.actor, *_where(call), wish.name, wish.parent_id)
    return told(words.item(changed))


async def delete(call: Call[None, None]) -> Answer:
    await far(call.cloud.elsewhere.delete, call.actor, *_where(call))
    return done()


async def create(call: Call[None, None]) -> Answer:
    room, size = call.cloud.elsewhere, _size(call)
    sending = await far(room.create, call.actor, *_where(call), call.words["name"], size)
    return told(words.item(await _sent(call, sending)), 201)


async def replace(call: Call[None, None]) -> Answer:
    sending = await far(call.cloud.elsewhere.replace, call.actor, *_where(call), _size(call))
    return told(words.item(await _sent(call, sending)))


async def _sent(call: Call[None, None], sending: Sending) -> Item:
    try:
        async for run_of_bytes in call.request.runs():
            await far(sending.feed, run_of_bytes)
    except BaseException:
        await far(sending.abort)
        raise
    return await far(sending.commit)


def _size(call: Call[Any, Any]) -> int:
    if call.request.length is None:
        raise BadValue("The other cloud must know how long it is.", advice="Send Content-Length.")
    return call.request.length


def _where(call: Call[Any, Any]) -> tuple[int, int]:
    return call.ids["folder_id"], call.ids["item_id"]
