"""A body becomes a file: shared by the faces that take whole contents."""

from collections.abc import Awaitable, Callable
from typing import Any

from nuvol.core.cloud import Cloud
from nuvol.core.files.receiving import Upload
from nuvol.faces.http import Request, in_thread, run
from nuvol.model.accounts import Actor
from nuvol.model.nodes import Written

Feed = Callable[[Upload], Awaitable[None]]
"""Gives an upload all its bytes."""


async def receive(
    request: Request, cloud: Cloud, actor: Actor, parent_id: int, name: str, how: dict[str, Any]
) -> Written:
    """Small content in one piece, larger content run by run; what does not fit is refused before it is read.

    `how`: the further arguments of `Uploads.begin`. A body cut off leaves nothing behind. Raises what
    `Uploads.put`, `begin` and `commit` raise.
    """
    uploads, size = cloud.uploads, request.length
    if size is None or size > cloud.rules.inline_bytes:
        return await receive_with(cloud, actor, parent_id, name, lambda upload: _feed(request, upload), size, how)
    await run(uploads.require_quota, actor, size, parent_id)
    return await run(uploads.put, actor, parent_id, name, await request.body(cloud.rules.inline_bytes), **how)


async def receive_with(
    cloud: Cloud, actor: Actor, parent_id: int, name: str, feed: Feed, size: int | None, how: dict[str, Any]
) -> Written:
    """Content that `feed` brings."""
    upload = await in_thread(cloud.uploads.begin, actor, parent_id, name, size=size, **how)
    try:
        await feed(upload)
        return await in_thread(upload.commit)
    except BaseException:
        await in_thread(upload.abort)
        raise


async def _feed(request: Request, upload: Upload) -> None:
    async for data in request.runs():
        await in_thread(upload.feed, data)
