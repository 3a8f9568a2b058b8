"""Folders, and what files and folders have in common (specification sections 3 and 4)."""

from typing import Any

from nuvol.core.cloud import Cloud
from nuvol.core.files.receiving import mime_of
from nuvol.errors import NodeMissing, ParentMissing
from nuvol.faces.cloudfs.calls import Call, told, unknown_operation
from nuvol.faces.http import Answer, in_thread, run
from nuvol.model.accounts import Actor
from nuvol.model.nodes import ANY, Exists, Guard, Node
from nuvol.wire.cloudfs import errors, forms, items
from nuvol.wire.cloudfs.errors import Fault, Place
from nuvol.wire.cloudfs.forms import Form


async def answer(call: Call) -> Answer:
    method, parts = call.request.method, call.parts
    if parts[-1:] == ["meta"]:
        return told({"meta": await meta(call, parts[:-1])})
    if method in ("GET", "HEAD"):
        return await _list(call)
    if method == "DELETE":
        return await delete(call)
    if method == "POST" and call.operation == "create":
        return await _create(call)
    if method == "POST":
        return await carry(call)
    raise unknown_operation(call.place)


async def generic(call: Call) -> Answer:
    """`/v2/filesystem/root<path>/meta`: a file or a folder, flat."""
    if call.parts[:1] != ["root"] or call.parts[-1:] != ["meta"] or call.request.method not in ("GET", "HEAD"):
        raise unknown_operation(call.place)
    try:
        return told(await call.item(await call.anything(call.parts[1:-1])))
    except NodeMissing:
        raise Fault(2002, errors.FOLDER_GONE) from None


# --------------------------------------------------------------------------------------------------- listing


async def _list(call: Call) -> Answer:
    folder = await call.node(call.parts)
    depth = forms.integer(call.query.get("depth", "1"))
    if depth is None or depth < 0:
        raise Fault(2045, "“depth” is 1 for what is in the folder, or 0 for everything below.")
    wanted = [tuple(part.partition("=")[::2]) for part in call.query.all("filter")]
    named = [value for key, value in wanted if key == "name"]
    if depth == 1 and named:
        child = await run(call.cloud.tree.child, call.actor, folder.id, named[0])
        nodes = [child] if child else []
    else:
        nodes = await in_thread(_below, call.cloud, call.actor, folder, depth)
    found = await call.items(nodes)
    kept = [item for item in found if all(str(item.get(key)) == value for key, value in wanted)]
    return told({"meta": await call.item(folder), "items": kept})


def _below(cloud: Cloud, actor: Actor, folder: Node, depth: int) -> list[Node]:
    """Parents before children. `depth` 0: everything."""
    if depth == 1:
        page = cloud.tree.children(actor, folder.id)
        found = page.nodes
        while page.next is not None:
            page = cloud.tree.children(actor, folder.id, after=page.next)
            found = found + page.nodes
        return found
    return [node for path, node in cloud.tree.walk(actor, folder.id) if not depth or path.count("/") < depth]


# -------------------------------------------------------------------------------------------------- changing


async def _create(call: Call) -> Answer:
    name = call.form.get("name", "")
    if not name:
        raise Fault(2047, "The new folder needs a name.")
    exists = forms.exists(call.form.get("exists"), Exists.FAIL, call.place)
    try:
        parent = await call.node(call.parts)
    except NodeMissing:
        raise ParentMissing("The folder that should hold it does not exist.") from None
    folder = await in_thread(call.cloud.arrivals.create_folder, call.actor, parent.id, name, exists)
    return told({"items": [await call.item(folder)]})


async def delete(call: Call) -> Answer:
    """A file or a folder: into the trash, or (`commit`) away for good."""
    if not call.parts:
        raise Fault(2003, "The root folder cannot be deleted.")
    node = await call.node(call.parts)
    if node.is_folder and not forms.truth(call.query.get("force")):
        page = await run(call.cloud.tree.children, call.actor, node.id, limit=1)
        if page.nodes:
            raise Fault(2052, "The folder is not empty.")
    await in_thread(call.cloud.tree.trash, call.actor, node.id)
    if forms.truth(call.query.get("commit")):
        await in_thread(call.cloud.trash.purge, call.actor, node.id)
    return told({"success": True, "version": node.number + 1})


async def carry(call: Call) -> Answer:
    """Copy or move, files and folders alike."""
    arrivals = call.cloud.arrivals
    acts = {"copy": arrivals.copy, "move": arrivals.move}
    if call.operation not in acts:
        raise unknown_operation(call.place)
    exists = forms.exists(call.form.get("exists"), Exists.RENAME, call.place)
    to = call.form.get("to", "").strip()
    if not to:
        raise Fault(3020 if call.place is Place.FILES else 2028, "Say where it shall go: the field “to”.")
    node = await call.node(call.parts)
    parent = await call.destination(to)
    name = call.form.get("name") or node.name
    arrived = await in_thread(acts[call.operation], call.actor, node.id, parent.id, name, exists)
    return told({"meta": await call.item(arrived)})


async def meta(call: Call, parts: list[str]) -> dict[str, Any]:
    """Read or alter what is said about an item."""
    if call.request.method == "POST":
        node = await call.node(parts)
        return await call.item(await run(_alter, call.cloud, call.actor, node, call.form, call.place))
    if call.request.method not in ("GET", "HEAD"):
        raise unknown_operation(call.place)
    return await call.item(await call.node(parts))


def _alter(cloud: Cloud, actor: Actor, node: Node, form: Form, place: Place) -> Node:
    """Another name gives a file another media type too, whatever is sent with it (section 5)."""
    data = forms.data(form.get("application_data"))
    name = form.get("name")
    renamed = name is not None and name != node.name
    mime = None
    if place is Place.FILES:
        mime = mime_of(name) if renamed and name is not None else form.get("mime")
        if mime is not None and len(mime) > 255:
            raise Fault(3014, "The media type is too long.")
    return cloud.tree.alter(
        actor,
        node.id,
        name=name if renamed else None,
        mime=mime,
        created_at=forms.seconds(form.get("date_created")),
        changed_at=forms.seconds(form.get("date_meta_last_modified")),
        modified_at=forms.seconds(form.get("date_content_last_modified")),
        properties=None if data is None else lambda kept: {items.DATA: items.write_data(items.read_data(kept) | data)},
        guard=guard(form, place),
    )


def guard(form: Form, place: Place) -> Guard:
    """Section 3.3: the version that the client saw last. Raises Fault when it says none and does not ignore it."""
    if forms.ignores_versions(form.get("version-conflict")):
        return ANY
    number = forms.integer(form.get("version"))
    if number is None:
        raise Fault(3021 if place is Place.FILES else 2044, "Say which version you change: the field “version”.")
    return Guard(number=number)
