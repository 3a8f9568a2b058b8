"""What was deleted and can come back."""

from nuvol.faces.api.calls import Call, done, told
from nuvol.faces.api.nodes import stored
from nuvol.faces.http import Answer, run
from nuvol.wire.api import nodes as words


async def every(call: Call[words.PageAsked, None]) -> Answer:
    asked = call.query
    page = await run(call.cloud.trash.list, call.actor, after=asked.cursor, limit=asked.limit)
    return told(words.nodes(page.nodes, page.next))


async def restore(call: Call[None, words.NodeRestore]) -> Answer:
    wish = call.body
    node = await run(
        call.cloud.trash.restore, call.actor, call.ids["node_id"], parent_id=wish.parent_id, name=wish.name
    )
    return stored(node)


async def purge(call: Call[None, None]) -> Answer:
    await run(call.cloud.trash.purge, call.actor, call.ids["node_id"])
    return done()


async def empty(call: Call[None, None]) -> Answer:
    return told(words.Emptied(await run(call.cloud.trash.empty, call.actor)))
