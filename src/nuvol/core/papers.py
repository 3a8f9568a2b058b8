"""Documents that change in the midst of a unit, beside other things."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from nuvol import ids
from nuvol.core.files.ledger import Ledger
from nuvol.errors import CloudError
from nuvol.model.documents import Database
from nuvol.stores.base import DatabaseRows
from nuvol.u1db.replica import Replica
from nuvol.u1db.table import Rows, result_of

S = TypeVar("S")
T = TypeVar("T")


class Within:
    """One database inside one unit, as its replica sees it (`nuvol.u1db.table.Table`)."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def read(self, unit: Callable[[Rows], T]) -> T:
        return unit(self._rows)

    snapshot = write = read

    def join(self, unit: Callable[[Rows, Sequence[S]], Sequence[T | CloudError]], step: S) -> T:
        return result_of(unit(self._rows, [step])[0])

    def close(self) -> None:
        """There is nothing to let go of."""


def change(ledger: Ledger, database_id: int, act: Callable[[Replica], T]) -> T:
    """Let `act` change documents of a database of the ledger's account. Raises what the replica raises, and
    QuotaExceeded."""
    rows = ledger.tx.documents.rows(ledger.account_id, database_id, ledger.now)
    result = act(Replica(Within(rows)))
    settle(ledger, database_id, rows)
    return result


def settle(ledger: Ledger, database_id: int, rows: DatabaseRows) -> None:
    """What was written enters the journal and the quota."""
    rows.settle()
    for written, was_there in rows.written:
        is_there = written.content is not None
        place = (database_id, written.doc_id)
        ledger.tell(
            "delete" if not is_there else "content" if was_there else "create",
            "document",
            database_id,
            old=None if is_there else place,
            new=place if is_there else None,
            number=written.generation,
        )
    ledger.use(rows.growth)


def ensure(ledger: Ledger, name: str, fresh_id: int) -> int:
    """The id of a database of the ledger's account, which is made when it is not there."""
    return add(ledger, name, fresh_id)[0].id


def add(ledger: Ledger, name: str, fresh_id: int) -> tuple[Database, bool]:
    """The database of this name, and whether it is new."""
    known = ledger.tx.documents.named(ledger.account_id, name)
    if known is not None:
        return known, False
    fresh = Database(ledger.account_id, fresh_id, name, ids.replica_uid(), 0, 0, 0, ledger.now, ledger.now)
    ledger.tx.documents.add(fresh)
    ledger.tell("create", "database", fresh.id, new=(None, name))
    return fresh, True
