"""What apps do: counted in memory, and kept by day."""

import builtins
import threading
from dataclasses import dataclass, field

from nuvol.clock import DAY, Clock
from nuvol.model.apps import App, DayOfUse
from nuvol.stores.base import Catalog, Transaction

KEPT_DAYS = 400
"""A year can be compared with the one before."""


@dataclass
class _Count:
    calls: int = 0
    refused: int = 0
    received: int = 0
    sent: int = 0
    account_ids: set[int] = field(default_factory=set)


class Usage:
    """A call costs a look into a dict; the catalog hears of all of them together, when `flush` is called. What was
    counted since is lost with the process: these are figures to look at, not to bill by."""

    def __init__(self, catalog: Catalog, clock: Clock) -> None:
        self._catalog = catalog
        self._clock = clock
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, int], _Count] = {}

    def count(self, app: str, account_id: int | None, *, refused: bool, received: int, sent: int) -> None:
        """One call of this app; `account_id` None: in its own name. Sizes in bytes."""
        day = self._clock() // DAY
        with self._lock:
            count = self._counts.setdefault((app, day), _Count())
            count.calls += 1
            count.refused += refused
            count.received += received
            count.sent += sent
            if account_id is not None:
                count.account_ids.add(account_id)

    def flush(self) -> None:
        """Keep what was counted. Raises StoreFailed: then it is kept the next time."""
        with self._lock:
            counts, self._counts = self._counts, {}
        if not counts:
            return

        def unit(tx: Transaction) -> None:
            for (app, day), count in sorted(counts.items(), key=lambda item: item[0]):
                if tx.apps.by_key(app) is not None:
                    told = DayOfUse(day, count.calls, count.refused, count.received, count.sent)
                    tx.usage.add(app, told, count.account_ids)

        try:
            self._catalog.write(unit)
        except BaseException:
            with self._lock:
                for key, count in counts.items():
                    self._give_back(self._counts.setdefault(key, _Count()), count)
            raise

    @staticmethod
    def _give_back(into: _Count, count: _Count) -> None:
        into.calls += count.calls
        into.refused += count.refused
        into.received += count.received
        into.sent += count.sent
        into.account_ids |= count.account_ids

    def of(self, app: App, days: int) -> builtins.list[DayOfUse]:
        """Each of the last days of UTC, today included, oldest first. `app`: one that the asker may see."""
        self.flush()
        today = self._clock() // DAY
        first = today - days + 1
        known = {day.day: day for day in self._catalog.read(lambda tx: tx.usage.of(app.key, first))}
        return [known.get(day, DayOfUse(day, 0, 0, 0, 0)) for day in range(first, today + 1)]

    def expire(self) -> int:
        """Forget what is too old; returns how many days of apps."""
        before = self._clock() // DAY - KEPT_DAYS
        return self._catalog.write(lambda tx: tx.usage.expire(before))
