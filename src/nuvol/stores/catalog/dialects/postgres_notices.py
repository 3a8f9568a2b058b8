"""Notices between the processes that share a PostgreSQL database.

A notice is sent after its commit, not inside it: a transaction that notifies holds a lock until it is on
disk, and commits would go one by one. What several commits have grown goes out together. A notice is a hint:
one that is lost delays somebody, and after a lost connection every account counts as changed.
"""

import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

import psycopg

from nuvol.errors import CloudError, StoreFailed
from nuvol.stores.catalog.database import Row
from nuvol.stores.catalog.notices import SEQS, Notices

log = logging.getLogger(__name__)

CHANNEL = "nuvol"
MESSAGE = 200
"""Accounts in one message: the server takes 7,999 bytes, and an account needs 37 at most."""
PAUSE = 1.0
"""Seconds before the next attempt while the server is away."""


class Sender(threading.Thread):
    """Tells this process's listeners and the other processes."""

    def __init__(self, send: Callable[[str], None], notices: Notices) -> None:
        super().__init__(name="catalog-notices", daemon=True)
        self.tag = secrets.token_hex(8)
        """By which this process knows its own messages."""
        self._send = send
        self._notices = notices
        self._grown: dict[int, int] = {}
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self.start()

    def add(self, grown: Mapping[int, int]) -> None:
        with self._changed:
            for account_id, seq in grown.items():
                self._grown[account_id] = max(seq, self._grown.get(account_id, 0))
            self._changed.notify()

    def close(self) -> None:
        """Send what is waiting, then end."""
        self._closing.set()
        with self._changed:
            self._changed.notify()
        self.join()

    def run(self) -> None:
        while grown := self._take():
            self._notices.tell(grown)
            for payload in _payloads(self.tag, grown):
                while not self._sent(payload) and not self._closing.wait(PAUSE):
                    pass

    def _take(self) -> dict[int, int]:
        """What has grown since the last time; nothing at the end."""
        with self._changed:
            while not self._grown and not self._closing.is_set():
                self._changed.wait()
            grown, self._grown = self._grown, {}
        return grown

    def _sent(self, payload: str) -> bool:
        try:
            self._send(payload)
        except CloudError as error:
            log.warning("other processes could not be told of changes: %s", error)
            return False
        return True


def _payloads(tag: str, grown: Mapping[int, int]) -> Iterator[str]:
    """`tag account:seq account:seq …`"""
    words = [f"{account_id}:{seq}" for account_id, seq in grown.items()]
    for start in range(0, len(words), MESSAGE):
        yield " ".join([tag, *words[start : start + MESSAGE]])


class Listener(threading.Thread):
    """Hears the other processes, on a connection of its own."""

    def __init__(self, connect: Callable[[], psycopg.Connection[Row]], notices: Notices, own_tag: str) -> None:
        super().__init__(name="catalog-listener", daemon=True)
        self._connect = connect
        self._notices = notices
        self._own_tag = own_tag
        self._closing = threading.Event()
        self._raw = self._listen()
        self.start()

    def _listen(self) -> psycopg.Connection[Row]:
        raw = self._connect()
        raw.execute(f"listen {CHANNEL}")
        return raw

    def run(self) -> None:
        while not self._closing.is_set():
            try:
                for notify in self._raw.notifies():
                    self._heard(notify.payload)
            except psycopg.Error as error:
                self._raw.close()
                if not self._closing.is_set():
                    log.warning("the database went away: %s", error)
                    self._come_back()
        self._raw.close()

    def close(self) -> None:
        self._closing.set()
        # Ends the wait for messages, which nothing else does at once.
        with suppress(psycopg.Error, OSError), socket.socket(fileno=os.dup(self._raw.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)
        self.join()

    def _heard(self, payload: str) -> None:
        tag, *words = payload.split(" ")
        if tag != self._own_tag:
            self._notices.tell_foreign()
            pairs = (word.split(":") for word in words)
            self._notices.tell({int(account_id): int(seq) for account_id, seq in pairs})

    def _come_back(self) -> None:
        """Listen again; what was said meanwhile is lost, so every account counts as changed."""
        while not self._closing.wait(PAUSE):
            try:
                self._raw = self._listen()
                seqs = self._raw.execute(SEQS).fetchall()
            except (StoreFailed, psycopg.Error) as error:
                log.warning("the database is still away: %s", error)
            else:
                self._notices.tell_foreign()
                self._notices.tell(dict(seqs))
                return
