"""The trash (specification section 6)."""

from typing import Any

from nuvol.core.cloud import Cloud
from nuvol.errors import NameTaken, NodeMissing
from nuvol.faces.cloudfs.calls import Call, told, unknown_operation
from nuvol.faces.http import Answer, in_thread, run
from nuvol.model.accounts import Actor
from nuvol.model.nodes import Node
from nuvol.wire.cloudfs import forms, items
from nuvol.wire.cloudfs.errors import Fault


async def answer(call: Call) -> Answer:
    method = call.request.method
    if method in ("GET", "HEAD"):
        return told(await in_thread(_browse, call.cloud, call.actor, call.parts))
    if method == "DELETE":
        return await _delete(call)
    if method == "POST" and len(call.parts) == 1:
        return await _restore(call)
    raise unknown_operation(call.place)


def _browse(cloud: Cloud, actor: Actor, parts: list[str]) -> dict[str, Any]:
    root = cloud.tree.root(actor)
    if not parts:
        nodes = _all(cloud, actor)
        meta = items.folder_like("trash", root.created_at)
    else:
        node = _find(cloud, actor, parts)
        nodes = cloud.trash.children(actor, node, together=True) if node.is_folder else []
        meta = _items(cloud, actor, root, [node])[0]
    return {"meta": meta, "items": _items(cloud, actor, root, nodes)}


def _all(cloud: Cloud, actor: Actor) -> list[Node]:
    page = cloud.trash.list(actor)
    found = page.nodes
    while page.next is not None:
        page = cloud.trash.list(actor, after=page.next)
        found = found + page.nodes
    return found


def _find(cloud: Cloud, actor: Actor, parts: list[str]) -> Node:
    """What lies in the trash at a path of ids that begins with something deleted itself. Raises NodeMissing."""
    ids = forms.id_path(parts)
    if not ids:
        raise NodeMissing("There is nothing at this path in the trash.")
    nodes = [cloud.trash.get(actor, node_id) for node_id in ids]
    top = nodes[0]
    chained = all(below.parent_id == above.id for above, below in zip(nodes, nodes[1:], strict=False))
    if top.trash_root != top.id or not chained:
        raise NodeMissing("There is nothing at this path in the trash.")
    return nodes[-1]


def _items(cloud: Cloud, actor: Actor, root: Node, nodes: list[Node]) -> list[dict[str, Any]]:
    """With the id path of the folder that each was in, in its application data."""
    known = cloud.tree.properties(actor, nodes)
    told = []
    for node in nodes:
        above = [folder.id for folder in cloud.tree.parents(actor, node)[1:]]
        data = items.read_data(known.get(node.id, {})) | {items.ORIGINAL_PATH: items.id_path(above)}
        told.append(items.item(node, root.id, data))
    return told


async def _delete(call: Call) -> Answer:
    if not call.parts:
        await in_thread(call.cloud.trash.empty, call.actor)
    else:
        node = await run(_find, call.cloud, call.actor, call.parts)
        await in_thread(call.cloud.trash.purge, call.actor, node.id)
    return told({"success": True})


async def _restore(call: Call) -> Answer:
    node = await run(_find, call.cloud, call.actor, call.parts)
    how = (call.form.get("restore") or "fail").lower()
    if how == "fail":
        parent_id = None
    elif how == "rescue":
        parent_id = (await call.destination(call.form.get("rescue-path", ""))).id
    elif how == "recreate":
        parent_id = await run(_recreated, call.cloud, call.actor, call.form.get("recreate-path", ""))
    else:
        raise Fault(2043, "“restore” is one of fail, rescue, recreate.")
    await in_thread(call.cloud.trash.restore, call.actor, node.id, parent_id=parent_id, exact=True)
    return told({"success": True})


def _recreated(cloud: Cloud, actor: Actor, path: str) -> int:
    """The folder at a path of names, made as needed; one client sends the id path of a folder that is there.

    A path of one name must be new. Raises NameTaken, BadName.
    """
    parts = forms.names(path)
    ids = forms.id_path(parts)
    if ids is not None:
        try:
            return cloud.tree.along(actor, ids).id
        except NodeMissing:
            pass  # a name that happens to look like an id
    parent = cloud.tree.root(actor)
    if len(parts) == 1 and cloud.tree.child(actor, parent.id, parts[0]) is not None:
        raise NameTaken(parts[0])
    for name in parts:
        parent = cloud.tree.child(actor, parent.id, name) or cloud.tree.create_folder(actor, parent.id, name)
    return parent.id
