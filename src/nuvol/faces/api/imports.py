"""Archives of photos that are brought in."""

from nuvol.faces.api.calls import Call, done, told
from nuvol.faces.http import Answer, look, run
from nuvol.wire.api import photos as words
from nuvol.wire.openapi import PREFIX


async def every(call: Call[None, None]) -> Answer:
    found = await look(call.cloud.imports.list, call.actor)
    return told(words.Imports([words.imported(one) for one in found]))


async def begin(call: Call[None, words.NewImport]) -> Answer:
    one = await run(call.cloud.imports.begin, call.actor, call.body.node_id, call.body.place)
    return told(words.imported(one), 201, [("Location", f"{PREFIX}/photos/imports/{one.id}")])


async def get(call: Call[None, None]) -> Answer:
    return told(words.imported(await look(call.cloud.imports.get, call.actor, call.ids["import_id"])))


async def remove(call: Call[None, None]) -> Answer:
    await run(call.cloud.imports.remove, call.actor, call.ids["import_id"])
    return done()
