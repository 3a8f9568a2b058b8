"""Past states of files."""

from nuvol.faces.api.calls import Call, done, told
from nuvol.faces.api.nodes import stored
from nuvol.faces.downloads import download
from nuvol.faces.http import Answer, look, run
from nuvol.wire.api import nodes as words


async def every(call: Call[words.VersionsAsked, None]) -> Answer:
    asked = call.query
    page = await look(call.cloud.versions.list, call.actor, call.ids["node_id"], before=asked.before, limit=asked.limit)
    return told(words.versions(page, asked.limit))


async def content(call: Call[words.ContentAsked, None]) -> Answer:
    reading = await look(call.cloud.reads.open, call.actor, call.ids["node_id"], call.ids["number"])
    disposition = "attachment" if call.query.download else None
    return await download(call.request, reading, disposition=disposition, still=call.still)


async def restore(call: Call[None, None]) -> Answer:
    """Make it the present state again, as a new version."""
    node = await run(
        call.cloud.versions.restore, call.actor, call.ids["node_id"], call.ids["number"], guard=call.guard()
    )
    return stored(node)


async def delete(call: Call[None, None]) -> Answer:
    await run(call.cloud.versions.remove, call.actor, call.ids["node_id"], call.ids["number"])
    return done()
