"""Bundles: what somebody chose to fetch as one archive."""

from msgspec import Struct


class Bundle(Struct, frozen=True):
    """Nodes and the name of their archive, without its ending. Who asks for it is asked about each node then."""

    account_id: int
    """Whose choice it is; the nodes may be other people's."""
    id: int
    name: str
    node_ids: tuple[int, ...]
    expires_at: int
