"""Locks by which desks tell each other who is at work on a file (stacksync.md §6)."""

from nuvol.faces.http import Answer, run
from nuvol.faces.stacksync.calls import Call, fields, told
from nuvol.wire import stacksync as words


async def lock(call: Call) -> Answer:
    given = await fields(call)
    await run(call.cloud.advisory.lock, call.actor, words.lock_wish(given), words.minutes(given))
    return told({"lockFile": True})


async def refresh(call: Call) -> Answer:
    await run(call.cloud.advisory.refresh, call.actor, words.lock_wish(await fields(call)))
    return told({"updateFile": True})


async def unlock(call: Call) -> Answer:
    await run(call.cloud.advisory.unlock, call.actor, words.lock_wish(await fields(call)))
    return told({"unLockFile": True})


async def get(call: Call) -> Answer:
    """A third part of the address, whatever it is, makes the cloud count for nothing."""
    item, cloud = call.parts[1], call.parts[2] if len(call.parts) == 3 else None
    found = await run(call.cloud.advisory.get, call.actor, item, cloud)
    return told([words.lock(found)] if found else [])
