"""Public links and what was received through them."""

from collections.abc import Sequence
from typing import Protocol

from nuvol.model.links import Link


class LinkRows(Protocol):
    """Links by key, who has unlocked them, and what was received through them."""

    def add(self, link: Link) -> None: ...
    def get(self, account_id: int, link_id: int) -> Link | None: ...
    def by_key(self, key: str) -> Link | None: ...
    def of(self, account_id: int) -> list[Link]:
        """In the order they were made."""

    def update(self, link: Link) -> None:
        """Write every field but `uses` of a link that is there."""

    def remove(self, account_id: int, link_id: int) -> bool:
        """With who unlocked it."""

    def use(self, account_id: int, link_id: int) -> bool:
        """Count one use; False when there is none left."""

    def unlock(self, account_id: int, link_id: int, grant_id: int, proof: bytes) -> None:
        """The holder of this grant has shown the password that `proof` stands for."""

    def proof(self, account_id: int, link_id: int, grant_id: int) -> bytes | None: ...
    def note_received(self, account_id: int, node_ids: Sequence[int]) -> None:
        """These nodes came out of somebody's share."""

    def received(self, account_id: int, node_ids: Sequence[int]) -> set[int]:
        """Those of these that did."""
