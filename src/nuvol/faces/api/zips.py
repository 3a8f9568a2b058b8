"""A folder as one zip archive."""

from nuvol.errors import WrongKind
from nuvol.faces import zips
from nuvol.faces.api.calls import Call
from nuvol.faces.http import Answer, run

MEDIA_TYPE = zips.MEDIA_TYPE


async def get(call: Call[None, None]) -> Answer:
    folder = await run(call.cloud.tree.get, call.actor, call.ids["node_id"])
    if not folder.is_folder:
        raise WrongKind(f"“{folder.name}” is a file.", advice="Fetch its content.")
    return zips.archive(call.cloud, call.actor, folder.name or "Files", [folder])
