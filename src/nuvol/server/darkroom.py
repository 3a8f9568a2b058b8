"""Where pictures are developed: threads that each have a child process look at what was uploaded."""

import logging
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from nuvol.core.cloud import Cloud
from nuvol.core.files.reads import Reading
from nuvol.core.photos.developing import Developing, Look
from nuvol.errors import BlobMissing, CloudError
from nuvol.model.photos import Made
from nuvol.pictures import messages
from nuvol.pictures.messages import Broken
from nuvol.server.children import Child

SECONDS = 90
"""For one look: the child may use 30 of processor, and others work too."""
IDLE = 20.0
"""Seconds without work after which the child is let go: it holds some 60 MB."""
GATHER = 0.2
"""Seconds between two questions for work, so that a thousand uploads a second are not a thousand questions."""
POLL = 60.0
"""Seconds after which is asked even if nobody said that there is something: a lease may have run out."""
SPOOLED = 2 << 30
"""Bytes of a content in pieces, which has to be put together first."""
STOP_SECONDS = 5

log = logging.getLogger("nuvol.darkroom")


class Looker(Child):
    """The program that looks, until it breaks."""

    def __init__(self) -> None:
        super().__init__("nuvol.pictures", SECONDS)

    def look(self, descriptor: int, film: bool, size: int) -> tuple[Made, bytes]:
        """Raises Broken, after which there is nothing left but `end`."""
        try:
            messages.ask(self.channel, descriptor, film, size)
            return messages.answered(self.channel)
        except OSError:  # time-outs too
            raise Broken from None


class Darkroom:
    """Looks at whatever waits, until it is stopped. Several of them, in several processes, share the work."""

    def __init__(self, cloud: Cloud, children: int) -> None:
        self._developing: Developing = cloud.developing
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._developing.on_upload(self._wake)
        self._threads = [
            threading.Thread(target=self._work, name=f"darkroom-{number}", daemon=True) for number in range(children)
        ]
        self._children: dict[str, Looker] = {}

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """A look that is under way is broken off: its lease runs out, and somebody does it again."""
        self._stopping.set()
        self._wake.set()
        for child in list(self._children.values()):
            with suppress(ProcessLookupError):
                os.kill(child.pid, 9)
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(STOP_SECONDS)

    def _work(self) -> None:
        name, busy_at = threading.current_thread().name, time.monotonic()
        try:
            while not self._stopping.is_set():
                if self._one(name):
                    busy_at = time.monotonic()
                    continue
                if time.monotonic() - busy_at > IDLE:
                    self._let_go(name)
                self._wake.wait(IDLE if name in self._children else POLL)
                self._wake.clear()
                self._stopping.wait(GATHER)
        finally:
            self._let_go(name)

    def _one(self, name: str) -> bool:
        """Look at one content; False: there is none, or the store has to recover first."""
        try:
            look = self._developing.take()
            if look is not None:
                self._develop(name, look)
            return look is not None
        except CloudError:
            if not self._stopping.is_set():
                log.exception("a picture could not be developed; it is tried again when its lease has run out")
            return False

    def _develop(self, name: str, look: Look) -> None:
        waiting = look.waiting
        try:
            with _file_of(look.reading) as descriptor:
                if descriptor is None:
                    return self._developing.fail(waiting, "It is too large to be put together for a look.")
                child = self._children.get(name) or self._children.setdefault(name, Looker())
                made, data = child.look(descriptor, waiting.film, look.reading.size)
        except Broken:
            self._let_go(name)
            if not self._stopping.is_set():
                self._developing.fail(waiting, "The look at it had to be ended: it takes too much time or memory.")
            return
        except BlobMissing:
            return self._developing.fail(waiting, "Its bytes are lost.")
        self._developing.settle(waiting, made, data)

    def _let_go(self, name: str) -> None:
        child = self._children.pop(name, None)
        if child is not None:
            child.end()


@contextmanager
def _file_of(reading: Reading) -> Iterator[int | None]:
    """A descriptor of a file that has the content from its byte 0 on; None: it is too large for that."""
    whole = reading.file()
    if whole is not None:
        with whole as descriptor:
            yield descriptor
        return
    if reading.size > SPOOLED:
        yield None
        return
    with tempfile.TemporaryFile(buffering=0) as spool:
        for block in reading.blocks():
            spool.write(block)
        yield spool.fileno()
