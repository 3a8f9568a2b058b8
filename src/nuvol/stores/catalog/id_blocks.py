"""Ids, given from memory; the database only says which block of them is ours."""

import threading

from nuvol import ids
from nuvol.errors import StoreFailed
from nuvol.stores.catalog.database import Connection

BLOCK = 4096
"""Ids taken at once: one small transaction for some thousand files."""

KEY = "next_id"


def take_block(db: Connection, now: int, count: int) -> range:
    """Ids that nobody else gets, none of them lower than the present time asks for. Part of a unit."""
    db.run("insert into instance (key, value) values (?, '0') on conflict (key) do nothing", (KEY,))
    row = db.one("select value from instance where key = ?{for_update}", (KEY,))
    first = max(int(row[0]) if row else 0, ids.floor(now))
    if first + count > ids.ID_LIMIT:
        raise StoreFailed("There are no ids left.", advice="Is the clock of the server right?")
    db.run("update instance set value = ? where key = ?", (str(first + count), KEY))
    return range(first, first + count)


class IdBlocks:
    """Gives ids of the blocks it is handed; safe for threads. What is left when it ends is never given."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left = range(0)

    def give(self, count: int) -> range | None:
        """The next ids, or None: then another block is needed."""
        with self._lock:
            if len(self._left) < count:
                return None
            given, self._left = self._left[:count], self._left[count:]
        return given

    def refill(self, block: range) -> None:
        """Go on with `block`, unless a later one has arrived already: ids ascend."""
        with self._lock:
            if block.start >= self._left.stop:
                self._left = block
