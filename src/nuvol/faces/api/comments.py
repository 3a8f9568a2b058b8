"""What people write about files and folders, and who did what with them."""

from nuvol.faces.api.calls import Call, done, told
from nuvol.faces.http import Answer, run
from nuvol.wire.api import comments as words


async def every(call: Call[words.CommentsAsked, None]) -> Answer:
    asked = call.query
    found = await run(call.cloud.comments.list, call.actor, call.ids["node_id"], after=asked.cursor, limit=asked.limit)
    return told(words.comments(found, call.actor))


async def add(call: Call[None, words.NewComment]) -> Answer:
    comment, names = await run(call.cloud.comments.add, call.actor, call.ids["node_id"], call.body.text)
    return told(words.comment(comment, names, call.actor), 201)


async def remove(call: Call[None, None]) -> Answer:
    await run(call.cloud.comments.delete, call.actor, call.ids["node_id"], call.words["comment_id"])
    return done()


async def activity(call: Call[words.ActsAsked, None]) -> Answer:
    asked = call.query
    found = await run(call.cloud.activity.of, call.actor, call.ids["node_id"], after=asked.cursor, limit=asked.limit)
    return told(words.acts(found))
