"""Databases of documents."""

from collections.abc import Sequence
from typing import Protocol

from nuvol.model.documents import Database
from nuvol.u1db import table


class DatabaseRows(table.Rows, Protocol):
    """The rows of one database, as its replica asks them, and what a unit did to them. The first question of a
    database that is not there any more raises DatabaseDoesNotExist."""

    @property
    def written(self) -> Sequence[tuple[table.Change, bool]]:
        """The newest change of each document that was written, and whether there had been content before."""

    @property
    def growth(self) -> int:
        """By how many bytes the texts of documents and alternatives grew."""

    def settle(self) -> None:
        """Write what concerns the database as a whole: the last act of a unit that writes."""


class DocumentRows(Protocol):
    """Databases of documents."""

    def add(self, database: Database) -> bool:
        """A new one, pristine; False when there is one of that name."""

    def named(self, account_id: int, name: str) -> Database | None: ...
    def get(self, account_id: int, database_id: int) -> Database | None: ...
    def all(self, account_id: int, after: str, limit: int) -> list[Database]:
        """By name, from the one behind `after`."""

    def doom(self, account_id: int, database_id: int) -> None:
        """It is there for nobody any more; its rows are to be removed."""

    def doomed(self) -> list[tuple[int, int]]:
        """(account, database) of those whose rows are still there."""

    def remove_some(self, account_id: int, database_id: int, limit: int) -> int:
        """Remove at most `limit` rows of a doomed database, and itself last; returns how many went, 0 at the end."""

    def rows(self, account_id: int, database_id: int, now: int) -> DatabaseRows:
        """`now`: the time of what is written."""

    def weighed(self, account_id: int) -> int:
        """Bytes of all texts, added up: what documents contribute to `used`."""
