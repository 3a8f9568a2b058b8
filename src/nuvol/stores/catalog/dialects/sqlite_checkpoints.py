"""The write-ahead log is carried over into the database file, and begins anew before the disk is full of it."""

import logging
import sqlite3
import threading
from pathlib import Path

from nuvol.stores.catalog.dialects.sqlite_ballast import RESERVE, Ballast, room_on

log = logging.getLogger(__name__)

CHECKPOINT = 1000
"""Units after which the log is carried over into the database file (some 30 MB of log for 10 KiB each)."""
GROWTH = 2048
"""Pages by which the database file may have to grow for what is in the log (8 MiB), well below RESERVE."""
LOG_LIMIT = 16 * 1024
"""Pages of 4 KiB in the log. Under steady load some are always added while others are carried over, and the log
would never begin anew; beyond this the writer waits once (some 30 ms) for the rest to be carried over."""


class Checkpoints(threading.Thread):
    """Carries the log over into the database file, beside the writer and without making it wait."""

    def __init__(self, path: Path) -> None:
        super().__init__(name="catalog-checkpoints", daemon=True)
        self.ballast = Ballast(path)
        self._path = path
        self._units = 0
        self._pages = 0
        self._due = threading.Event()
        self._closing = False
        self.is_behind = False
        """The log has grown so long, or the disk so full, that the log must begin anew."""

    def count(self, units: int, pages: int) -> None:
        """Note that many more units, and that the database now has so many pages."""
        self._units += units
        if self._units >= CHECKPOINT or pages >= self._pages + GROWTH:
            self._units, self._pages = 0, pages
            self._due.set()

    def close(self) -> None:
        self._closing = True
        self._due.set()
        self.join()

    def run(self) -> None:
        raw = None
        while self._due.wait() and not self._closing:
            self._due.clear()
            try:
                raw = raw or sqlite3.connect(self._path, timeout=0, isolation_level=None)
                _, frames, _ = raw.execute("pragma wal_checkpoint(passive)").fetchone()
                self.is_behind = frames > LOG_LIMIT or room_on(self._path) < 2 * RESERVE
                self.ballast.take()
            except (sqlite3.Error, OSError) as error:
                log.warning("the log could not be carried over: %s", error)
        if raw:
            raw.close()
