"""Folders shared with other people, by StackSync's API (stacksync.md §5)."""

from nuvol.core.cloud import Cloud
from nuvol.errors import Malformed, NodeMissing
from nuvol.faces.http import Answer, run
from nuvol.faces.stacksync.calls import Call, told
from nuvol.faces.stacksync.items import node_of
from nuvol.model.accounts import Actor, handle
from nuvol.model.nodes import Node
from nuvol.model.shares import Member, Role
from nuvol.wire import stacksync as words


async def share(call: Call) -> Answer:
    """Addresses without an account are left out: invitations are made by the native API."""
    to = words.addressees(await call.request.body(words.JSON_LIMIT))
    node = await node_of(call)
    opened = await run(call.cloud.shares.open, call.actor, node.id, to, Role.EDITOR, invite=False)
    return told({"shared_to": words.people(opened.members)}, 201)


async def unshare(call: Call) -> Answer:
    to = words.addressees(await call.request.body(words.JSON_LIMIT))
    gone = await run(_unshare, call.cloud, call.actor, await node_of(call), to)
    return told({"unshared_to": words.people(gone)})


def _unshare(cloud: Cloud, actor: Actor, node: Node, to: list[str]) -> list[Member]:
    """Addresses of nobody who is in are left out, and the owner's own when the owner asks."""
    owner, *present = cloud.shares.members(actor, node.id)
    if not present:
        raise Malformed("This workspace is not shared.")
    wanted = {handle(address) for address in to}
    if handle(owner.email) in wanted and owner.member_id != actor.account_id:
        raise Malformed(f"Email {owner.email} corresponds with owner of the folder.")
    gone = [one for one in present if handle(one.email) in wanted and one.node_id == node.id]
    for one in sorted(gone, key=lambda one: one.member_id == actor.account_id):  # who leaves can close nothing more
        cloud.shares.close(actor, node.id, one.member_id)
    return gone


async def members(call: Call) -> Answer:
    node = await node_of(call)
    if not node.is_folder:
        raise NodeMissing("This is a file.")
    return told(words.members(await run(call.cloud.shares.members, call.actor, node.id)))
