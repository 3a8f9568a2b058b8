"""Shares: links as CloudFS knows them (specification section 7)."""

from typing import Any

from nuvol.core.cloud import Cloud
from nuvol.errors import NodeMissing
from nuvol.faces.cloudfs.calls import Call, told, unknown_operation
from nuvol.faces.http import Answer, in_thread, run
from nuvol.model.accounts import Actor
from nuvol.model.links import Link, Opened, Visitor
from nuvol.model.nodes import Exists, Node
from nuvol.wire.cloudfs import forms, items
from nuvol.wire.cloudfs.errors import Fault

SIZE_LIMIT = (1 << 31) - 1
"""One client reads sizes of shares as 32-bit integers."""


async def answer(call: Call) -> Answer:
    method, parts = call.request.method, call.parts
    if not parts:
        if method == "POST":
            return await _create(call)
        if method in ("GET", "HEAD"):
            return told(await in_thread(_list, call.cloud, call.actor, call.request.origin))
        raise unknown_operation(call.place)
    key, rest = parts[0], parts[1:]
    if method in ("GET", "HEAD") and rest[-1:] == ["meta"]:
        return told(await in_thread(_browse, call.cloud, call.visitor, key, rest[:-1], call.request.origin))
    if method == "POST" and rest == ["unlock"]:
        await run(call.cloud.links.prove, key, call.visitor, call.form.get("password", ""))
        return told({"success": True})
    if method == "POST" and rest == ["info"]:
        return await _alter(call, key)
    if method == "POST" and not rest:
        return await _receive(call, key)
    if method == "DELETE" and not rest:
        link = await run(call.cloud.links.own, call.actor, key)
        await run(call.cloud.links.remove, call.actor, link.id)
        return told({"success": True})
    raise unknown_operation(call.place)


async def _create(call: Call) -> Answer:
    paths = [path for path in call.form.all("path") if path.strip()]
    if not paths:
        raise Fault(6001, "Say what shall be shared: one or more fields “path”.")
    try:
        nodes = [await call.anything(forms.names(path)) for path in paths]
    except NodeMissing:
        raise Fault(6002, "What should be shared does not exist.") from None
    password = call.form.get("password") or None
    link = await run(call.cloud.links.create, call.actor, [node.id for node in nodes], password=password)
    return told(await in_thread(_own, call.cloud, call.actor, link, call.request.origin))


async def _alter(call: Call, key: str) -> Answer:
    """The present password is asked for even of the owner, even after unlocking."""
    links, form = call.cloud.links, call.form
    link = await run(links.own, call.actor, key)
    await run(links.confirm, link, form.get("current_password", ""), call.request.peer)
    what: dict[str, Any] = {}
    if "password" in form:
        what["password"] = form["password"] or None
    if form.get("name"):
        what["name"] = form["name"]
    changed = await run(links.change, call.actor, link.id, **what)
    return told(await in_thread(_own, call.cloud, call.actor, changed, call.request.origin))


async def _receive(call: Call, key: str) -> Answer:
    exists = forms.exists(call.form.get("exists"), Exists.RENAME, call.place)
    folder = await call.destination(call.form.get("path", "/"))
    node = await in_thread(call.cloud.links.receive, call.actor, key, call.visitor, folder.id, exists)
    return told([await call.item(node)])


# ---------------------------------------------------------------------------------------------------- telling


def _list(cloud: Cloud, actor: Actor, origin: str) -> list[dict[str, Any]]:
    """Those that still have something in them."""
    told = []
    for link in cloud.links.list(actor):
        if cloud.links.items(actor, link):
            told.append(_own(cloud, actor, link, origin))
    return told


def _own(cloud: Cloud, actor: Actor, link: Link, origin: str) -> dict[str, Any]:
    return _share(cloud, actor, Opened(link, cloud.links.items(actor, link)), origin)


def _share(cloud: Cloud, reader: Actor, opened: Opened, origin: str) -> dict[str, Any]:
    size = sum(_size(cloud, reader, node) for node in opened.items)
    single = _items(cloud, reader, opened, opened.items[:1])[0] if len(opened.items) == 1 else None
    return items.share(opened.link, min(size, SIZE_LIMIT), single, f"{origin}/s/{opened.link.key}")


def _size(cloud: Cloud, reader: Actor, node: Node) -> int:
    if not node.is_folder:
        return node.size
    return sum(below.size for _, below in cloud.tree.walk(reader, node.id))


def _browse(cloud: Cloud, visitor: Visitor, key: str, parts: list[str], origin: str) -> dict[str, Any]:
    """A share of exactly one folder shows what is in it, any other one its items; deeper paths begin there."""
    opened = cloud.links.open(key, visitor)
    reader = cloud.links.reader(opened)
    place = opened.folder
    if parts:
        path = forms.id_path(parts)
        if path is None:
            raise NodeMissing("There is nothing at this path of the share.")
        place = cloud.links.node(opened, path[-1])
    if place is None:
        nodes = list(opened.items)
        meta = items.folder_like(opened.link.name, opened.link.created_at)
    else:
        nodes = _children(cloud, reader, place) if place.is_folder else []
        meta = _items(cloud, reader, opened, [place])[0]
    told = _items(cloud, reader, opened, nodes)
    return {"share": _share(cloud, reader, opened, origin), "meta": meta, "items": told}


def _children(cloud: Cloud, reader: Actor, folder: Node) -> list[Node]:
    page = cloud.tree.children(reader, folder.id)
    found = page.nodes
    while page.next is not None:
        page = cloud.tree.children(reader, folder.id, after=page.next)
        found = found + page.nodes
    return found


def _items(cloud: Cloud, reader: Actor, opened: Opened, nodes: Any) -> list[dict[str, Any]]:
    """As seen from inside the share: where its items lie outside is the owner's affair."""
    known = cloud.tree.properties(reader, [node.id for node in nodes])
    tops = {item.id for item in opened.items}
    root_id = opened.folder.id if opened.folder else 0
    told = []
    for node in nodes:
        item = items.item(node, root_id, items.read_data(known.get(node.id, {})))
        told.append(item | {"parent_id": ""} if node.id in tops else item)
    return told
