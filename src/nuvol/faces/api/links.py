"""Links: what one opens to whoever holds a key, and what one takes from others' links."""

from nuvol.faces.api.calls import Call, done, told
from nuvol.faces.api.nodes import stored
from nuvol.faces.http import Answer, in_thread, run
from nuvol.model.links import Visitor
from nuvol.model.nodes import Exists
from nuvol.wire.api import links as words
from nuvol.wire.api.values import maybe_microseconds


async def every(call: Call[words.LinksAsked, None]) -> Answer:
    links = await run(call.cloud.links.list, call.actor)
    node_id = call.query.node_id
    origin = call.request.origin
    return told(words.Links([words.link(link, origin) for link in links if node_id is None or node_id in link.items]))


async def create(call: Call[None, words.NewLink]) -> Answer:
    new = call.body
    link = await run(
        call.cloud.links.create,
        call.actor,
        new.node_ids,
        name=new.name,
        password=new.password,
        expires_at=maybe_microseconds(new.expires_at),
        max_uses=new.max_uses,
        role=new.role,
        accounts_only=new.accounts_only,
    )
    return told(words.link(link, call.request.origin), 201)


async def get(call: Call[None, None]) -> Answer:
    link = await run(call.cloud.links.get, call.actor, call.ids["link_id"])
    return told(words.link(link, call.request.origin))


async def patch(call: Call[None, words.LinkChange]) -> Answer:
    link = await run(call.cloud.links.change, call.actor, call.ids["link_id"], **words.given(call.body))
    return told(words.link(link, call.request.origin))


async def delete(call: Call[None, None]) -> Answer:
    await run(call.cloud.links.remove, call.actor, call.ids["link_id"])
    return done()


async def receive(call: Call[None, words.Receipt]) -> Answer:
    wish, links = call.body, call.cloud.links
    visitor = Visitor(call.request.peer, call.actor)
    if wish.password is not None:
        proof = await run(links.prove, wish.key, visitor, wish.password)
        visitor = Visitor(call.request.peer, call.actor, proof)
    node = await in_thread(links.receive, call.actor, wish.key, visitor, wish.parent_id, Exists(wish.exists))
    return stored(node, created=True)
