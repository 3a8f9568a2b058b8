"""Imports of photos in the background: one archive after another, so that nobody who waits for the server notices."""

import logging
import threading
import time
from collections.abc import Callable, Sequence

from nuvol.core.cloud import Cloud
from nuvol.core.photos import importing
from nuvol.core.photos.importing import Folder, Unreadable
from nuvol.errors import CloudError, Missing, NotAllowed, Unable
from nuvol.model.accounts import Actor
from nuvol.model.imports import Brought, Import, Stage
from nuvol.server.takeout import Archive

POLL = 60.0
"""Seconds after which is asked even if nobody said that there is something."""
GATHER = 0.5
"""Seconds between two questions for work: every change of anything wakes."""
KEEP = 2.0
"""Seconds after which is written down how far it has come."""
STOP_SECONDS = 10

log = logging.getLogger("nuvol.imports")


class Imports:
    """One thread of the leading process, until it is stopped."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._unlisten: Callable[[], None] = cloud.imports.on_begin(self._wake)
        self._thread = threading.Thread(target=self._work, name="imports", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """What is under way goes on with the next start, where it was."""
        self._unlisten()
        self._stopping.set()
        self._wake.set()
        if self._thread.ident is not None:
            self._thread.join(STOP_SECONDS)

    def _work(self) -> None:
        recovered = False
        while not self._stopping.is_set():
            try:
                if not recovered:
                    self._cloud.imports.recover()
                    recovered = True
                while not self._stopping.is_set() and (one := self._cloud.imports.take()) is not None:
                    self._bring(one)
            except Exception:
                if not self._stopping.is_set():
                    log.exception("an import of photos broke off; it goes on when its lease has run out")
            self._wake.wait(POLL)
            self._wake.clear()
            self._stopping.wait(GATHER)

    def _bring(self, one: Import) -> None:
        brought = Brought() if one.is_folder else one.brought  # a folder may have changed: it begins anew
        stage = Stage.DONE
        archive: Archive | None = None
        try:
            if one.is_folder:
                folders = self._cloud.imports.folders(one)
            else:
                reading = self._cloud.imports.open(one)
                archive = Archive(reading.read, reading.size)
                folders = archive.folders()
            if not self._all_of(one, brought, folders):
                return
        except Unable:  # the store has to recover first
            raise
        except (Unreadable, CloudError) as why:
            gone = isinstance(why, Missing | NotAllowed)
            what = "folder" if one.is_folder else "archive"
            brought.fault = f"The {what} is no longer there, or no longer open to you." if gone else str(why)
            stage = Stage.BROKEN
        finally:
            if archive is not None:
                archive.end()
        self._cloud.imports.note(one, brought, stage)

    def _all_of(self, one: Import, before: Brought, folders: Sequence[Folder]) -> bool:
        """False: it is to go on later, or not at all."""
        before.total = importing.count(folders)
        kept = 0.0
        actor = Actor(one.account_id, app="import")
        for brought in self._cloud.importing.bring(actor, one.place, folders, before):
            if self._stopping.is_set():
                self._cloud.imports.let_go(one)
                return False
            if time.monotonic() - kept >= KEEP:
                kept = time.monotonic()
                if not self._cloud.imports.note(one, brought):
                    return False
        return True
