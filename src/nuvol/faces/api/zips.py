"""Folders, and whatever else somebody chose, as one zip archive."""

from nuvol.errors import WrongKind
from nuvol.faces import zips
from nuvol.faces.api.calls import Call, told
from nuvol.faces.http import Answer, in_thread, look
from nuvol.wire.api import nodes as words
from nuvol.wire.openapi import PREFIX

MEDIA_TYPE = zips.MEDIA_TYPE


async def get(call: Call[None, None]) -> Answer:
    folder = await look(call.cloud.tree.get, call.actor, call.ids["node_id"])
    if not folder.is_folder:
        raise WrongKind(f"“{folder.name}” is a file.", advice="Fetch its content.")
    return zips.archive(call.cloud, call.actor, folder.name or "Files", [folder], still=call.still)


async def choose(call: Call[None, words.NewBundle]) -> Answer:
    """The choice, which may be a long one, and the address of its archive, which any browser can save."""
    bundle = await in_thread(call.cloud.bundles.make, call.actor, call.body.node_ids, call.body.name)
    address = f"{PREFIX}/bundles/{bundle.id}/zip"
    return told(words.bundle(bundle, address), 201, [("Location", address)])


async def chosen(call: Call[None, None]) -> Answer:
    bundle, nodes = await in_thread(call.cloud.bundles.open, call.actor, call.ids["bundle_id"])
    return zips.archive(call.cloud, call.actor, bundle.name, nodes, still=call.still)
