"""A database as the row modules see it: SQL written once, for every dialect.

A statement has `?` for each argument (no other `?` and no `%` in its text) and may hold these tokens:

| token | for |
|---|---|
| {text} {blob} {int} | column types; text compares bytewise |
| {no_rowid} | the end of a `create table` whose rows lie in its primary key |
| {for_update} | the end of a `select` whose rows nobody else may change until the unit ends |
| {in} | where the list of `all_in` and `run_in` goes: `… where account_id = ? and id {in}` |

Arguments and results are int, str, bytes and None; a bool goes in as 0 or 1, sums come out as int. Text
with a NUL or a lone surrogate, and an integer beyond 64 bits, raise BadValue. Patterns (`like`) differ in
what they fold: use ranges.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Generic, TypeVar

from msgspec import Struct

from nuvol.stores.catalog.notices import Notices

T = TypeVar("T")
Tx = TypeVar("Tx")
Row = tuple[Any, ...]


class UniqueViolation(Exception):
    """A row of that key is there already. `index`: name of the unique index, or `<table>_pkey`.

    The unit must end by it, unless the statement ran inside `Connection.savepoint`.
    """

    def __init__(self, index: str) -> None:
        super().__init__(index)
        self.index = index


class Dialect(Struct, frozen=True):
    """What the tokens stand for."""

    text: str
    blob: str
    int: str
    no_rowid: str
    for_update: str
    placeholder: str

    def translate(self, sql: str) -> str:
        """The statement as the database takes it ({in} stays)."""
        for token in ("text", "blob", "int", "no_rowid", "for_update"):
            sql = sql.replace("{" + token + "}", getattr(self, token))
        return sql.replace("?", self.placeholder)


class Connection(ABC):
    """One connection to the database. Belongs to one thread at a time."""

    dialect: Dialect

    def __init__(self) -> None:
        self.grown: dict[int, int] = {}
        """Account → its newest journal number, as this unit set it; told to the listeners after the commit."""

    @abstractmethod
    def all(self, sql: str, args: Sequence[object] = ()) -> list[Row]:
        """Every row of the result."""

    @abstractmethod
    def one(self, sql: str, args: Sequence[object] = ()) -> Row | None:
        """The first row of the result."""

    @abstractmethod
    def run(self, sql: str, args: Sequence[object] = ()) -> int:
        """How many rows were touched. Raises UniqueViolation, as do `one` and `all` with `returning`."""

    @abstractmethod
    def many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run a statement once for each of `rows`. Raises UniqueViolation."""

    @abstractmethod
    def all_in(self, sql: str, args: Sequence[object], values: Iterable[object]) -> list[Row]:
        """Every row of a statement with `{in}`; `args` are the other arguments, in order.

        A long list may go in several slices: no order and no total across the whole is promised.
        """

    @abstractmethod
    def run_in(self, sql: str, args: Sequence[object], values: Iterable[object]) -> int:
        """Like `all_in`; how many rows were touched."""

    @abstractmethod
    def savepoint(self) -> AbstractContextManager[None]:
        """What is done inside is undone when an error leaves it; the unit can then go on."""


class Database(ABC, Generic[Tx]):
    """Runs units. Each gets what was once built from its connection (`Tx`)."""

    is_local: bool
    notices: Notices

    @property
    @abstractmethod
    def commits(self) -> int: ...

    @abstractmethod
    def read(self, unit: Callable[[Tx], T]) -> T: ...

    @abstractmethod
    def snapshot(self, unit: Callable[[Tx], T]) -> T: ...

    @abstractmethod
    def write(self, unit: Callable[[Tx], T]) -> T: ...

    @abstractmethod
    def require_room(self, size: int) -> None:
        """Raise StoreFull when `size` bytes more would leave too little space for deleting something."""

    @abstractmethod
    def close(self) -> None: ...
