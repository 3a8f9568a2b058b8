"""Other clouds: guests from there, folders that lie there."""

from typing import Protocol

from nuvol.model.elsewhere import Elsewhere


class GuestRows(Protocol):
    """Accounts that stand for people of other clouds."""

    def add(self, account_id: int, address: str) -> None:
        """`address`: as it was invited."""

    def address(self, account_id: int) -> str | None:
        """None: it is no guest."""

    def left(self, limit: int) -> list[int]:
        """Those that are members of nothing any more and still hold a token."""

    def over(self, before: int, limit: int) -> list[int]:
        """Those made before, that are members of nothing and hold nothing, not even a token that was taken back."""


class ElsewhereRows(Protocol):
    """Folders on other clouds."""

    def add(self, folder: Elsewhere) -> None: ...
    def of(self, account_id: int) -> list[Elsewhere]:
        """In the order they came."""

    def get(self, account_id: int, folder_id: int) -> Elsewhere | None: ...
    def set_ended(self, account_id: int, folder_id: int, at: int | None) -> None: ...
    def remove(self, account_id: int, folder_id: int) -> bool: ...
