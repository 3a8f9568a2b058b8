"""Who one is, whether one is there, and what happened (specification sections 2.2, 2.4 and 8)."""

from typing import Any

from nuvol.core.cloud import Cloud
from nuvol.errors import NodeMissing
from nuvol.faces.cloudfs.calls import Call, told, unknown_operation
from nuvol.faces.http import Answer, run
from nuvol.model.accounts import Actor
from nuvol.model.journal import Change
from nuvol.wire.cloudfs import forms, items


async def ping(call: Call) -> Answer:
    if call.parts or call.request.method not in ("GET", "HEAD"):
        raise unknown_operation(call.place)
    return told("")


async def answer(call: Call) -> Answer:
    if call.parts != ["profile"]:
        raise unknown_operation(call.place)
    if call.request.method == "POST":
        locale, session = call.form.get("locale"), call.form.get("session_locale")
        await run(call.cloud.customers.set_locale, call.actor, locale, session)
        return told({"success": True})
    return told(items.profile(await run(call.cloud.customers.profile, call.actor)))


async def history(call: Call) -> Answer:
    if call.parts or call.request.method not in ("GET", "HEAD"):
        raise unknown_operation(call.place)
    start, stop = forms.integer(call.query.get("start")), forms.integer(call.query.get("stop"))
    return told(await run(_entries, call.cloud, call.actor, -10 if start is None else start, stop))


def _entries(cloud: Cloud, actor: Actor, start: int, stop: int | None) -> list[dict[str, Any]]:
    links = {link.id: link for link in cloud.links.list(actor)}
    return [
        items.history(number, change, _path(cloud, actor, change), links.get(change.object_id) if change else None)
        for number, change in cloud.history.list(actor, start, stop)
    ]


def _path(cloud: Cloud, actor: Actor, change: Change | None) -> str:
    """The id path of what a change tells of: where it is now, or just its id when it is gone."""
    if change is None or change.object != "node":
        return "/"
    try:
        node = cloud.tree.get(actor, change.object_id, trashed=True)
        above = [] if node.trash_root == node.id else [folder.id for folder in cloud.tree.parents(actor, node)[1:]]
    except NodeMissing:
        above = []
    return items.id_path([*above, change.object_id])
