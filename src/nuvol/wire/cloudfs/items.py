"""Items, profiles, shares and the shapes in which they are told (specification sections 2.4, 3.1, 7)."""

import re
from collections.abc import Iterable, Mapping
from html import escape, unescape
from typing import Any

import msgspec

from nuvol.model.customers import Plan, Profile
from nuvol.model.journal import Change
from nuvol.model.links import Link
from nuvol.model.nodes import Kind, Node, Version
from nuvol.wire.cloudfs import ids

DATA = "{urn:nuvol:cloudfs}application-data"
"""The dead property that holds an item's application data: other protocols see and copy it like any other."""

ORIGINAL_PATH = "_bitcasa_original_path"
"""In the application data of what is in the trash: the id path of the folder it was in."""

ROOT_NAME = "root"

_SECOND = 1_000_000
_PROPERTY = re.compile(r"<data xmlns=\"urn:nuvol:cloudfs\">(.*)</data>", re.DOTALL)


def item(node: Node, root_id: int, data: Mapping[str, Any], version: Version | None = None) -> dict[str, Any]:
    """A node, or one of its former versions, as clients know it. Dates in whole seconds."""
    of = version or node
    told: dict[str, Any] = {
        "id": ids.encode(node.id),
        "parent_id": "" if of.parent_id in (None, root_id) else ids.encode(of.parent_id or 0),
        "type": "root" if node.parent_id is None else "folder" if node.is_folder else "file",
        "name": of.name or ROOT_NAME,
        "version": of.number,
        "date_created": node.created_at // _SECOND,
        "date_meta_last_modified": (version.at if version else node.changed_at) // _SECOND,
        "date_content_last_modified": of.modified_at // _SECOND,
        "application_data": dict(data),
        "is_mirrored": False,
    }
    if not node.is_folder:
        told |= {
            "extension": extension(of.name),
            "size": of.size,
            "mime": of.mime,
            "blocklist_key": "",
            "blocklist_id": "",
        }
    return told


def extension(name: str) -> str:
    """The part after the last dot, without it."""
    return name.rpartition(".")[2] if "." in name else ""


def write_data(data: Mapping[str, Any]) -> str:
    """Application data as the property's element."""
    return f'<data xmlns="urn:nuvol:cloudfs">{escape(msgspec.json.encode(data).decode(), quote=False)}</data>'


def read_data(properties: Mapping[str, str]) -> dict[str, Any]:
    """The application data among a node's dead properties; always an object."""
    found = _PROPERTY.fullmatch(properties.get(DATA, ""))
    try:
        value = msgspec.json.decode(unescape(found[1])) if found else {}
    except msgspec.DecodeError:  # another protocol wrote the property
        value = {}
    return value if isinstance(value, dict) else {}


def former(versions: list[Version]) -> list[Version]:
    """Of all states of a file, newest first: the former ones, oldest first. A state counts when the next one has
    another name or content; a change of media type or dates records nothing (section 5)."""
    return [
        old
        for new, old in reversed(list(zip(versions, versions[1:], strict=False)))
        if (old.name, old.content) != (new.name, new.content)
    ]


def folder_like(name: str, at: int) -> dict[str, Any]:
    """A place that is no folder of its own: the trash, or a share of several things. `at`: microseconds."""
    return {
        "id": "",
        "parent_id": "",
        "type": "folder",
        "name": name,
        "version": 1,
        "date_created": at // _SECOND,
        "date_meta_last_modified": at // _SECOND,
        "date_content_last_modified": at // _SECOND,
        "application_data": {},
        "is_mirrored": False,
    }


def id_path(folder_ids: Iterable[int]) -> str:
    """`/<id>/<id>`; the root is `/`."""
    return "/" + "/".join(map(ids.encode, folder_ids))


def share(link: Link, size: int, single: dict[str, Any] | None, url: str) -> dict[str, Any]:
    """A link as a share object (section 7)."""
    kind = "mixed" if len(link.items) > 1 else "file" if single and single["type"] == "file" else "folder"
    return {
        "share_key": link.key,
        "share_type": kind,
        "share_name": link.name,
        "url": url,
        "short_url": url,
        "share_size": size,
        "date_created": link.created_at // _SECOND,
        "single_item": single,
    }


def profile(of: Profile) -> dict[str, Any]:
    """An account as clients read it (section 2.4): here, and only here, dates are in milliseconds."""
    user_id = ids.encode(of.account_id)
    ignored = str(of.terms.get("ignore_otl", "")).lower() in ("true", "1", "yes")
    over = of.quota is not None and of.used > of.quota and not ignored
    plan = of.plan
    return {
        "id": user_id,
        "account_id": user_id,
        "username": of.username,
        "first_name": of.first_name,
        "last_name": of.last_name,
        "email": of.email,
        "created_at": of.created_at // 1000,
        "last_login": of.last_login // 1000,
        "locale": of.locale,
        "session": {"locale": of.session_locale},
        "account_state": {"id": "active" if of.active else "suspended", "display_name": _state(of)},
        "account_plan": {
            "id": ids.encode(plan.id) if plan else "default",
            "display_name": plan.name if plan else "Default",
            "cta_text": None,
            "cta_value": None,
        },
        "storage": {"usage": of.used, "limit": of.quota, "otl": over},
        "holds": {"deleted": False, "otl": over, "suspended": not of.active},
    }


def _state(of: Profile) -> str:
    return "Active" if of.active else "Suspended"


def plan(of: Plan) -> dict[str, Any]:
    return {"name": of.name, "id": ids.encode(of.id), "limit": of.quota}


_ACTIONS = {
    "create": "create",
    "copy": "copy",
    "move": "move",
    "trash": "trash",
    "purge": "delete",
    "restore": "move",
    "receive": "share_receive",
}
"""The journal's verb → the history's action (section 8); every other one is `alter_meta`."""


def history(number: int, change: Change | None, path: str, link: Link | None = None) -> dict[str, Any]:
    """An entry of the history; `change` None: the account was made."""
    if change is None:
        return {"version": number, "action": "device_create", "path": "/", "type": "root", "data": {}}
    if change.object == "link":
        share_data = {"share_key": link.key} if link else {}
        return _entry(number, "share_create", "/", "folder", {"name": change.new_name, **share_data})
    kind = "file" if change.kind == Kind.FILE else "folder"
    action = _ACTIONS.get(change.verb, "alter_meta")
    name = change.new_name or change.old_name
    parent = change.new_parent or change.old_parent
    data: dict[str, Any] = {"id": ids.encode(change.object_id)}
    if parent is not None:
        data["parent_id"] = ids.encode(parent)
    if change.verb == "move" and change.old_parent == change.new_parent:
        same = {"from": data["id"], "to": data["id"]}
        data |= {"id": same, "name": {"from": change.old_name, "to": change.new_name}}
        return _entry(number, "alter_meta", path, kind, data)
    if action == "alter_meta":
        data["id"] = {"from": data["id"], "to": data["id"]}
    elif name is not None:
        data["name"] = name
    if action in ("move", "copy", "share_receive") and change.new_parent is not None:
        data["to"] = path.rpartition("/")[0] or "/"
    return _entry(number, action, path, kind, data)


def _entry(number: int, action: str, path: str, kind: str, data: dict[str, Any]) -> dict[str, Any]:
    return {"version": number, "action": action, "path": path, "type": kind, "data": data}
