"""Where a list goes on: opaque to clients, checked when it comes back."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

import msgspec

from nuvol.errors import BadValue


def write_cursor(*values: object) -> str:
    return urlsafe_b64encode(msgspec.json.encode(values)).decode().rstrip("=")


def read_cursor(cursor: str | None, *kind: object) -> tuple[object, int] | None:
    """(sort value, id). Raises BadValue when the cursor is not one of this kind of listing."""
    if cursor is None:
        return None
    try:
        *found, value, node_id = msgspec.json.decode(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError):
        found, value, node_id = [], None, None
    if found != list(kind) or not isinstance(node_id, int) or not isinstance(value, int | str):
        raise BadValue("This is no cursor of this list.", advice="Begin the list again without a cursor.")
    return value, node_id
