"""Upkeep in the background: what was interrupted goes on, what is over ends, garbage is swept."""

import logging
import threading
import time
from collections.abc import Callable

from nuvol.core.cloud import Cloud

FIRST_ROUND = 300  # seconds after the start, so that a restart serves first
BETWEEN_ROUNDS = 3600
PAUSE = 1.0  # between two attempts to make room; clients that find the disk full try again and again
STOP_SECONDS = 5  # a round that takes longer is left behind: each of its steps can end at any time

log = logging.getLogger("nuvol.upkeep")


class Jobs:
    """One thread that looks after `cloud` until it is stopped."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._stopping = threading.Event()
        self._wake = cloud.upkeep.room_is_wanted
        self._thread = threading.Thread(target=self._work, name="upkeep", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._wake.set()
        if self._thread.ident is not None:
            self._thread.join(STOP_SECONDS)

    def _work(self) -> None:
        self._try(self._cloud.upkeep.resume)
        self._try(self._cloud.developing.index)
        due = time.monotonic() + FIRST_ROUND
        while not self._stopping.is_set():
            self._wake.wait(max(0.0, due - time.monotonic()))
            if time.monotonic() >= due:
                due = time.monotonic() + BETWEEN_ROUNDS
                cloud, upkeep = self._cloud, self._cloud.upkeep
                for job in (
                    upkeep.resume,
                    upkeep.expire,
                    cloud.bundles.expire,
                    cloud.imports.expire,
                    cloud.guests.expire,
                    cloud.customers.expire,
                    cloud.usage.expire,
                    upkeep.sweep,
                ):
                    self._try(job)
            else:
                began = time.monotonic()
                self._try(self._cloud.upkeep.make_room)
                self._stopping.wait(PAUSE + 10 * (time.monotonic() - began))

    def _try(self, job: Callable[[], object]) -> None:
        """One job that fails keeps none of the others from running; the next round tries it again."""
        if self._stopping.is_set():
            return
        try:
            job()
        except Exception:
            if not self._stopping.is_set():
                log.exception("upkeep failed; it is tried again within the hour")
