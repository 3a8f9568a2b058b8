"""What the door remembers, so that a request that was admitted a moment ago costs a look into a dict."""

import hashlib
import secrets
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from nuvol.clock import MINUTE
from nuvol.model.accounts import Actor
from nuvol.waiting import Waiter, release

T = TypeVar("T")

REMEMBERED = 10_000
"""Entries of about 400 bytes: 4 MB when full. The oldest goes first."""

PROVEN = 10 * MINUTE
"""How long after its last use a password need not be hashed again."""


class Admissions:
    """Who was admitted by what, under a hash of what was shown. Holds no secret."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[bytes, tuple[Actor, int]] = {}
        self.generation = 0
        """Read it before reading the rows; what was read before a change must not be kept after it."""

    def find(self, key: bytes, now: int) -> Actor | None:
        known = self._known.get(key)
        return known[0] if known is not None and now < known[1] else None

    def keep(self, key: bytes, actor: Actor, until: int, generation: int) -> None:
        """`until`: in microseconds UTC. Nothing is kept when something was forgotten since `generation`."""
        with self._lock:
            if generation == self.generation:
                _make_room(self._known)
                self._known[key] = (actor, until)

    def forget(self, account_id: int) -> None:
        with self._lock:
            self.generation += 1
            for key in [key for key, (actor, _) in self._known.items() if actor.account_id == account_id]:
                del self._known[key]

    def forget_all(self) -> None:
        with self._lock:
            self.generation += 1
            self._known.clear()


class Proofs:
    """Pairs of login and password that were verified, and against which stored hash.

    A proof counts only while that very hash is still stored, so a changed password ends it without a word.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._salt = secrets.token_bytes(32)
        self._known: dict[bytes, tuple[str, int]] = {}

    def key(self, login: str, password: str) -> bytes:
        """What stands for the pair here: worthless in another process and after a restart."""
        pair = f"{len(login)}:{login}{password}".encode(errors="surrogatepass")
        return hashlib.blake2b(pair, key=self._salt, digest_size=32).digest()

    def holds(self, key: bytes, kept: str, now: int) -> bool:
        """Whether this pair was verified against `kept`; renews it."""
        with self._lock:
            known = self._known.get(key)
            if known is None or known[0] != kept or now >= known[1]:
                return False
            self._known[key] = (kept, now + PROVEN)
            return True

    def keep(self, key: bytes, kept: str, now: int) -> None:
        with self._lock:
            _make_room(self._known)
            self._known[key] = (kept, now + PROVEN)


def _make_room(known: dict[bytes, T]) -> None:
    if len(known) >= REMEMBERED:
        del known[next(iter(known))]


class Shared(Generic[T]):
    """Those who ask the same at the same time get one answer: eight connections of a client that come with one
    password are one attempt, not eight."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[bytes, list[Waiter[T]]] = {}

    def ask(self, key: bytes, work: Callable[[], T]) -> T:
        """What `work` returns or raises, for whoever came first with this key."""
        with self._lock:
            others = self._waiting.get(key)
            if others is None:
                self._waiting[key] = []
            else:
                waiter: Waiter[T] = Waiter()
                others.append(waiter)
        if others is not None:
            return waiter.wait()
        try:
            result = work()
        except BaseException as error:
            release([waiter.fail(error) for waiter in self._leave(key)])
            raise
        release([waiter.settle(result) for waiter in self._leave(key)])
        return result

    def _leave(self, key: bytes) -> list[Waiter[T]]:
        with self._lock:
            return self._waiting.pop(key)
