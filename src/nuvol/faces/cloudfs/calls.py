"""One call of the platform API as its functions see it: who asks, about what, with which fields; and the answers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from nuvol.core.cloud import Cloud
from nuvol.errors import NodeMissing
from nuvol.faces.http import Answer, Request, run
from nuvol.model.accounts import Actor
from nuvol.model.links import Visitor
from nuvol.model.nodes import Node
from nuvol.wire.cloudfs import errors, forms, items
from nuvol.wire.cloudfs.errors import Fault, Place
from nuvol.wire.cloudfs.forms import Form

EMPTY = Form([])


@dataclass(frozen=True)
class Call:
    """`place`: what the call is about; `parts`: what follows that in the path, decoded; `form`: the fields of the
    body, empty when it is an upload."""

    request: Request
    cloud: Cloud
    actor: Actor
    place: Place
    parts: list[str]
    query: Form
    form: Form

    @property
    def operation(self) -> str:
        return self.query.get("operation") or self.form.get("operation") or ""

    @property
    def visitor(self) -> Visitor:
        return Visitor(self.request.peer, self.actor)

    # ------------------------------------------------------------------------------------------ finding

    async def node(self, parts: Sequence[str]) -> Node:
        """The live node at a path of ids, of the kind that the place is about. Raises NodeMissing."""
        node = await self.anything(parts)
        if node.is_folder != (self.place is not Place.FILES):
            raise NodeMissing(errors.FOLDER_GONE if node.is_folder else "There is no such folder.")
        return node

    async def anything(self, parts: Sequence[str]) -> Node:
        """The live file or folder at a path of ids. Raises NodeMissing."""
        path = forms.id_path(parts)
        if path is None:
            raise NodeMissing("There is nothing at this path.")
        return await run(self.cloud.tree.along, self.actor, path)

    async def destination(self, path: str) -> Node:
        """The folder that something shall go to. Raises Fault."""
        ids = forms.id_path(forms.names(path))
        node = None if ids is None else await run(_along, self.cloud, self.actor, ids)
        if node is None or not node.is_folder:
            raise Fault(2039, "The destination does not exist.")
        return node

    # ------------------------------------------------------------------------------------------ telling

    async def items(self, nodes: Sequence[Node], actor: Actor | None = None) -> list[dict[str, Any]]:
        return await run(self._items, list(nodes), actor or self.actor)

    async def item(self, node: Node) -> dict[str, Any]:
        return (await self.items([node]))[0]

    def _items(self, nodes: list[Node], actor: Actor) -> list[dict[str, Any]]:
        root_id = self.cloud.tree.root(actor).id
        known = self.cloud.tree.properties(actor, [node.id for node in nodes])
        return [items.item(node, root_id, items.read_data(known.get(node.id, {}))) for node in nodes]


def _along(cloud: Cloud, actor: Actor, ids: list[int]) -> Node | None:
    try:
        return cloud.tree.along(actor, ids)
    except NodeMissing:
        return None


def told(result: Any, headers: Iterable[tuple[str, str]] = ()) -> Answer:
    """Success in the envelope."""
    fields = [("Content-Type", errors.JSON), ("Cache-Control", "no-store"), *headers]
    return Answer(200, fields, errors.write(result))


def unknown_operation(place: Place) -> Fault:
    return Fault(3007 if place is Place.FILES else 2043, "This operation is not known here.")
