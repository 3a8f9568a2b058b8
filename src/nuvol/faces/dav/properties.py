"""PROPPATCH (RFC 4918 §9.2)."""

from nuvol.core.cloud import Cloud
from nuvol.faces.dav import resources
from nuvol.faces.http import Answer, Request, run
from nuvol.model.accounts import Actor
from nuvol.model.nodes import Node
from nuvol.wire import dav, dav_properties, dav_requests


async def proppatch(request: Request, cloud: Cloud, actor: Actor) -> Answer:
    path = resources.path(request)
    patch = dav_properties.patch(dav_requests.proppatch(await request.body(dav_requests.BODY_BYTES)))
    guard = resources.guard(request)

    def change() -> Node:
        node = cloud.tree.resolve(actor, path)
        if not patch.refused:
            cloud.tree.set_properties(actor, node.id, patch.put, patch.drop, modified_at=patch.modified_at, guard=guard)
        return node

    node = await run(change)
    answer = dav_properties.patched(resources.href(path, node.is_folder), patch)
    return Answer(207, [("Content-Type", dav.XML)], dav.multistatus(answer))
