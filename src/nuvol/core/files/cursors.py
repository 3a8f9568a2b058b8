"""Where a list goes on: opaque to clients, checked when it comes back."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

import msgspec

from nuvol.errors import BadValue
from nuvol.ids import ID_LIMIT


def write_cursor(*values: object) -> str:
    return urlsafe_b64encode(msgspec.json.encode(values)).decode().rstrip("=")


def read_cursor(cursor: str | None, value_kind: type[int] | type[str], *kind: object) -> tuple[object, int] | None:
    """(sort value, id). Raises BadValue when the cursor is not one of this kind of listing."""
    if cursor is None:
        return None
    try:
        *found, value, node_id = msgspec.json.decode(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError):
        found, value, node_id = [], None, None
    if found != list(kind) or type(value) is not value_kind or not _is_kept(value) or not _is_id(node_id):
        raise BadValue("This is no cursor of this list.", advice="Begin the list again without a cursor.")
    return value, node_id


def _is_kept(value: int | str) -> bool:
    """Whether both databases could hold it: 64 bits, no NUL."""
    return "\0" not in value if isinstance(value, str) else -(1 << 63) <= value < 1 << 63


def _is_id(value: object) -> bool:
    return type(value) is int and 0 <= value < ID_LIMIT
