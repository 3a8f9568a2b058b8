"""Files and folders: finding, making, moving, naming, copying, trashing."""

from typing import TypeVar

from msgspec import UNSET, UnsetType

from nuvol.core.cloud import Cloud
from nuvol.errors import BadValue
from nuvol.faces.api.calls import Call, done, told
from nuvol.faces.http import Answer, look, run
from nuvol.model.accounts import Actor
from nuvol.model.nodes import Node
from nuvol.wire.api import nodes as words
from nuvol.wire.api.values import maybe_microseconds
from nuvol.wire.openapi import PREFIX

T = TypeVar("T")


async def root(call: Call[None, None]) -> Answer:
    return told(words.node(await look(call.cloud.tree.root, call.actor), ""))


async def by_path(call: Call[words.PathAsked, None]) -> Answer:
    return told(await look(_at, call.cloud, call.actor, call.query.path))


async def folder_by_path(call: Call[words.FolderAsked, None]) -> Answer:
    return told(await run(_folder, call.cloud, call.actor, call.query))


async def get(call: Call[None, None]) -> Answer:
    return told(await look(_whole, call.cloud, call.actor, call.ids["node_id"]))


async def children(call: Call[words.ChildrenAsked, None]) -> Answer:
    asked = call.query
    page = await look(
        call.cloud.tree.children,
        call.actor,
        call.ids["node_id"],
        sort=asked.sort,
        descending=asked.order == "descending",
        after=asked.cursor,
        limit=asked.limit,
    )
    return told(words.nodes(page.nodes, page.next))


async def search(call: Call[words.SearchAsked, None]) -> Answer:
    return told(await look(_found, call.cloud, call.actor, call.query))


async def create_folder(call: Call[None, words.NewFolder]) -> Answer:
    new = call.body
    node = await run(
        call.cloud.tree.create_folder,
        call.actor,
        new.parent_id,
        new.name,
        guard=call.guard(),
        modified_at=maybe_microseconds(new.modified_at),
    )
    return stored(node, created=True)


async def patch(call: Call[None, words.NodeChange]) -> Answer:
    """A move or new name, or a new time or type: one of both, so that it happens wholly or not at all."""
    change, tree, node_id = call.body, call.cloud.tree, call.ids["node_id"]
    moves = change.name is not UNSET or change.parent_id is not UNSET
    touches = change.modified_at is not UNSET or change.mime is not UNSET
    if moves == touches:
        raise BadValue(
            "Give a new name or parent_id, or a new modified_at or mime; not both, and not nothing.",
            advice="Send two requests.",
        )
    guard = call.guard(overwrite=change.overwrite)
    if moves:
        parent_id, name = _or_none(change.parent_id), _or_none(change.name)
        moved = await run(tree.move, call.actor, node_id, parent_id, name, guard=guard)
        return stored(moved.node)
    modified_at, mime = maybe_microseconds(_or_none(change.modified_at)), _or_none(change.mime)
    return stored(await run(tree.touch, call.actor, node_id, modified_at=modified_at, mime=mime, guard=guard))


async def copy(call: Call[None, words.NodeCopy]) -> Answer:
    wish, node_id = call.body, call.ids["node_id"]
    guard = call.guard(overwrite=wish.overwrite)
    name = (await look(call.cloud.tree.get, call.actor, node_id)).name if wish.name is None else wish.name
    copied = await run(call.cloud.copies.copy, call.actor, node_id, wish.parent_id, name, guard=guard)
    return stored(copied.node, created=True)


async def delete(call: Call[None, None]) -> Answer:
    await run(call.cloud.tree.trash, call.actor, call.ids["node_id"], guard=call.guard())
    return done()


def stored(node: Node, *, created: bool = False) -> Answer:
    """The new state of a node that was made or changed."""
    place = [("Location", f"{PREFIX}/nodes/{node.id}")] if created else []
    return told(words.node(node), 201 if created else 200, place)


def _or_none(value: T | UnsetType) -> T | None:
    return None if isinstance(value, UnsetType) else value


def _at(cloud: Cloud, actor: Actor, path: str) -> words.Node:
    node = cloud.tree.resolve(actor, path)
    return words.node(node, cloud.tree.path(actor, node))


def _folder(cloud: Cloud, actor: Actor, asked: words.FolderAsked) -> words.Folder:
    node = cloud.tree.resolve(actor, asked.path)
    descending = asked.order == "descending"
    page = cloud.tree.children(actor, node.id, sort=asked.sort, descending=descending, limit=asked.limit)
    folder = words.node(node, cloud.tree.path(actor, node))
    return words.Folder(folder, [words.node(one) for one in page.nodes], page.next)


def _whole(cloud: Cloud, actor: Actor, node_id: int) -> words.Node:
    node = cloud.tree.get(actor, node_id)
    return words.node(node, cloud.tree.path(actor, node))


def _found(cloud: Cloud, actor: Actor, asked: words.SearchAsked) -> words.Found:
    page = cloud.search.find(actor, asked.q, after=asked.cursor, limit=asked.limit)
    nodes = [words.node(node, cloud.tree.path(actor, node)) for node in page.nodes]
    return words.Found(nodes, page.next, [words.remark(one) for one in page.comments])
