"""Items, profiles, shares and the shapes in which they are told (specification sections 2.4, 3.1, 7)."""

import re
from collections.abc import Mapping
from html import escape, unescape
from typing import Any

import msgspec

from nuvol.model.nodes import Node, Version
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
