"""Several processes that serve one port, over PostgreSQL."""

import os
import signal
import sys
from types import FrameType

from nuvol.errors import CloudError
from nuvol.server.app import Tell, serve
from nuvol.server.settings import Settings


class Workers:
    """Starts the processes, and ends them all when it is told to or when one of them ends."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._running: set[int] = set()
        self._asked = False
        """Somebody wants the end."""
        self._ending = False

    def serve(self, tell: Tell) -> bool:
        """Serve until SIGTERM or SIGINT; returns whether all ended well."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        said = self._start(leading=True)  # alone at first: it brings the tables up to date
        for _ in range(1, self._settings.workers):
            if said:
                said = self._start(leading=False) and said
        if said:
            tell(said)
        well = True
        while self._running:
            pid, status = os.wait()
            self._running.discard(pid)
            well = well and self._asked and status == 0
            self._end()
        return well

    def _start(self, *, leading: bool) -> str:
        """Start one process and wait until it answers; returns what it tells, nothing when it did not come up."""
        ear, mouth = os.pipe()
        pid = os.fork()
        if not pid:
            os.close(ear)
            os._exit(self._work(mouth, leading))
        os.close(mouth)
        self._running.add(pid)
        if self._ending:
            os.kill(pid, signal.SIGTERM)
        with open(ear, encoding="utf-8") as said:
            return said.read()

    def _work(self, mouth: int, leading: bool) -> int:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)

        def tell(text: str) -> None:
            os.write(mouth, text.encode())
            os.close(mouth)

        try:
            serve(self._settings, tell, leading=leading, together=True)
        except CloudError as error:
            print(error, error.advice, file=sys.stderr)
            return 1
        except BaseException:
            sys.excepthook(*sys.exc_info())
            return 1
        return 0

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._asked = True
        self._end()

    def _end(self) -> None:
        """Once: a second signal would cut requests off."""
        if not self._ending:
            self._ending = True
            for pid in self._running:
                os.kill(pid, signal.SIGTERM)
