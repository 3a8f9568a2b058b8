"""Comments, as desks write and read them (stacksync.md §6). The author is the account that asks; the user is as whom
it is shown."""

from nuvol.core.cloud import Cloud
from nuvol.faces.http import Answer, run
from nuvol.faces.stacksync.calls import Call, fields, told
from nuvol.model.accounts import Actor
from nuvol.model.comments import Comment
from nuvol.wire import stacksync as words


async def add(call: Call) -> Answer:
    item, user, text, cloud = words.comment_wish(await fields(call))
    node_id = item or (await run(call.cloud.tree.root, call.actor)).id
    made, _ = await run(call.cloud.comments.add, call.actor, node_id, text, user=user, cloud=cloud)
    return told(words.comment(made, cloud))


async def every(call: Call) -> Answer:
    """A third part of the address, whatever it is, makes the cloud count for nothing."""
    node_id, cloud = await _node(call), call.parts[2]
    found = await run(_all, call.cloud, call.actor, node_id)
    wanted = [one for one in found if len(call.parts) == 4 or one.cloud in ("", cloud)]
    return told([words.comment(one, cloud) for one in wanted])


def _all(cloud: Cloud, actor: Actor, node_id: int) -> list[Comment]:
    page = cloud.comments.list(actor, node_id, limit=1000)
    found = page.comments
    while page.next is not None:
        page = cloud.comments.list(actor, node_id, after=page.next, limit=1000)
        found += page.comments
    return found


async def delete(call: Call) -> Answer:
    _, _, user, cloud, time = call.parts
    gone = await run(call.cloud.comments.delete_at, call.actor, await _node(call), user, words.second(time), cloud)
    return told(words.comment(gone, cloud, "DELETED"))


async def _node(call: Call) -> int:
    return words.node_id(call.parts[1]) or (await run(call.cloud.tree.root, call.actor)).id
