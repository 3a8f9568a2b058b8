"""Databases of documents."""

import re

from msgspec import Struct

NAME_PATTERN = "[a-zA-Z0-9][a-zA-Z0-9.-]{0,99}"
"""How a database may be called, as a regular expression: U1DB's rule, and an end to it."""
_NAME = re.compile(NAME_PATTERN)


def is_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None


class Database(Struct, frozen=True):
    """One database as it is listed. Times in microseconds UTC."""

    account_id: int
    id: int
    name: str
    replica_uid: str
    generation: int
    documents: int
    """How many there are, tombstones left out."""
    size: int
    """Bytes of their texts, alternatives included: what the quota counts."""
    created_at: int
    changed_at: int
