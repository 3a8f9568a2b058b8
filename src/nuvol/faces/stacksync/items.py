"""Files, folders and versions of StackSync's API (stacksync.md §2 to §4)."""

from collections.abc import Sequence
from typing import Any

from nuvol.core.cloud import Cloud
from nuvol.errors import Malformed, NodeMissing
from nuvol.faces.downloads import download
from nuvol.faces.http import Answer, run
from nuvol.faces.receiving import receive
from nuvol.faces.stacksync.calls import Call, told
from nuvol.model.accounts import Actor
from nuvol.model.nodes import Guard, Node, State
from nuvol.wire import stacksync as words
from nuvol.wire.api.values import essence

_NEW = Guard(overwrite=False)
_PAGE = 1000


# --------------------------------------------------------------------------------------------------- files


async def create_file(call: Call) -> Answer:
    name = words.name(call.request.params.get("name"), "Invalid file name.", "Invalid file name.")
    parent = words.parent(call.request.params.get("parent"))
    root = await run(call.cloud.tree.root, call.actor)
    return await _receive(call, root.id if parent is None else parent, name, {"guard": _NEW})


async def upload(call: Call) -> Answer:
    node = _file(await node_of(call))
    if node.state == State.TRASHED:
        node = await run(call.cloud.trash.restore, call.actor, node.id)
    assert node.parent_id is not None  # only the root has none, and it is no file
    return await _receive(call, node.parent_id, node.name, {"node_id": node.id})


async def _receive(call: Call, parent_id: int, name: str, how: dict[str, Any]) -> Answer:
    mime = essence(call.request.headers.get("content-type"))
    how["mime"] = "" if mime in words.SAYS_NOTHING else mime
    written = await receive(call.request, call.cloud, call.actor, parent_id, name, how)
    return await _told(call, written.node, 201)


async def file(call: Call) -> Answer:
    return await _told(call, _file(await node_of(call)))


async def content(call: Call) -> Answer:
    node = _file(await node_of(call))
    number = words.number(call.parts[3]) if len(call.parts) == 5 else None
    reading = await run(call.cloud.reads.open, call.actor, node.id, number)
    answer = await download(call.request, reading)
    if not reading.size:
        answer.headers = [("Content-Type", words.EMPTY_TYPE)] + [
            field for field in answer.headers if field[0] != "Content-Type"
        ]
    return answer


# -------------------------------------------------------------------------------------------------- folders


async def create_folder(call: Call) -> Answer:
    wish = words.body(await call.request.body(words.JSON_LIMIT))
    name = words.name(wish.get("name"), "Folder name not set.", "Folder name cannot be empty.")
    parent = words.parent(wish.get("parent"))
    root = await run(call.cloud.tree.root, call.actor)
    made = await run(call.cloud.tree.create_folder, call.actor, root.id if parent is None else parent, name)
    return await _told(call, made, 201)


async def folder(call: Call) -> Answer:
    node = await node_of(call)
    if node.parent_id is None:
        return await contents(call)
    return await _told(call, _folder(node))


async def contents(call: Call) -> Answer:
    """Of a folder, also when it is asked for as a file (§3.3)."""
    deleted = call.request.params.get("include_deleted") == "true"
    return told(await run(_contents, call.cloud, call.actor, _folder(await node_of(call)), deleted))


def _contents(cloud: Cloud, actor: Actor, folder: Node, deleted: bool) -> dict[str, Any]:
    found: list[Node] = []
    after: str | None = ""
    while after is not None and folder.state == State.LIVE:
        page = cloud.tree.children(actor, folder.id, after=after or None, limit=_PAGE)
        found += page.nodes
        after = page.next
    if deleted:
        found += cloud.trash.children(actor, folder)
    if folder.parent_id is not None:
        return {**_one(cloud, actor, folder), "contents": _metadata(cloud, actor, found)}
    others = [words.elsewhere(*each) for each in cloud.elsewhere.ways(actor)]
    return {**words.root(), "contents": _metadata(cloud, actor, found) + others}


# ----------------------------------------------------------------------------------------------------- both


async def update(call: Call) -> Answer:
    """Name and place of a file or folder; which of the two the address says does not count (§2.3)."""
    wish = words.body(await call.request.body(words.JSON_LIMIT))
    name = None if wish.get("name") is None else words.name(wish["name"], "", "Invalid file name.")
    parent_id: int | None = None
    if "parent" in wish:
        parent = words.parent(wish["parent"])
        parent_id = (await run(call.cloud.tree.root, call.actor)).id if parent is None else parent
    node = await node_of(call)
    move = call.cloud.tree.move
    moved = await run(move, call.actor, node.id, parent_id, name, guard=_NEW, always=True)
    return await _told(call, moved.node)


async def delete(call: Call) -> Answer:
    node = await node_of(call)
    if node.is_folder != (call.parts[0] == "folder"):
        raise Malformed("Type missmatch (file and folder)")
    if node.state == State.LIVE:
        await run(call.cloud.tree.trash, call.actor, node.id)
        node = await node_of(call)
    return await _told(call, node)


# ------------------------------------------------------------------------------------------------- versions


async def versions(call: Call) -> Answer:
    node = await node_of(call)
    if node.is_folder:
        raise Malformed("Incorrect file type. Must be a file, not a folder.")
    return told(await run(_versions, call.cloud, call.actor, node))


def _versions(cloud: Cloud, actor: Actor, node: Node) -> dict[str, Any]:
    found = cloud.versions.list(actor, node.id, limit=_PAGE)
    while len(page := cloud.versions.list(actor, node.id, before=found[-1].number, limit=_PAGE)):
        found += page
    root_id = cloud.tree.root(actor).id
    facts = cloud.facts.of_versions(actor, node, found)
    listed = [words.version(one, node, root_id, facts[one.number].author, facts[one.number].adler32) for one in found]
    return {**_one(cloud, actor, node), "versions": listed}


async def version(call: Call) -> Answer:
    node, number = _file(await node_of(call)), words.number(call.parts[3])
    return told(await run(_version, call.cloud, call.actor, node, number))


def _version(cloud: Cloud, actor: Actor, node: Node, number: int) -> dict[str, Any]:
    found = cloud.versions.get(actor, node.id, number)
    fact = cloud.facts.of_versions(actor, node, [found])[number]
    return words.version(found, node, cloud.tree.root(actor).id, fact.author, fact.adler32)


# ------------------------------------------------------------------------------------------- finding, telling


async def node_of(call: Call) -> Node:
    """The node that the address names; what was deleted stays addressable (§1.7). Raises NodeMissing."""
    node_id = words.node_id(call.parts[1])
    if node_id == 0:
        return await run(call.cloud.tree.root, call.actor)
    return await run(call.cloud.tree.get, call.actor, node_id, trashed=True)


def _file(node: Node) -> Node:
    if node.is_folder:
        raise NodeMissing("This is a folder.")
    return node


def _folder(node: Node) -> Node:
    if not node.is_folder:
        raise NodeMissing("This is a file.")
    return node


async def _told(call: Call, node: Node, status: int = 200) -> Answer:
    found = await run(_one, call.cloud, call.actor, node)
    kind = "folder" if node.is_folder else "file"
    place = [("Location", f"{call.request.origin}/v1/{kind}/{node.id}")] if status == 201 else []
    return told(found, status, place)


def _one(cloud: Cloud, actor: Actor, node: Node) -> dict[str, Any]:
    """Raises NodeMissing when it was closed to the actor meanwhile."""
    found = _metadata(cloud, actor, [node])
    if not found:
        raise NodeMissing("It is not open any more.")
    return found[0]


def _metadata(cloud: Cloud, actor: Actor, nodes: Sequence[Node]) -> list[dict[str, Any]]:
    root_id = cloud.tree.root(actor).id
    facts = cloud.facts.of(actor, nodes)
    return [
        words.metadata(node, root_id, fact.status, fact.author, fact.adler32)
        for node in nodes
        if (fact := facts.get(node.id)) is not None
    ]
