"""Passwords: what is kept of them (argon2id), and how many are tried at a time."""

import threading
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from nuvol import ids
from nuvol.errors import BadValue, Busy
from nuvol.waiting import in_pool

if TYPE_CHECKING:
    from argon2 import PasswordHasher

T = TypeVar("T")

MEMORY_KIB = 19 * 1024
PASSES = 2
LANES = 1
"""OWASP Password Storage Cheat Sheet (2025): argon2id with 19 MiB, 2 passes, 1 lane. About 40 ms on one core."""

AT_A_TIME = 2
"""So sign-ins use two cores and 38 MiB at most."""

QUEUE = 50
"""More than these waiting (about a second's work) are sent away: a flood of guesses must not pile up."""

SHORTEST = 10
"""Characters of a password chosen by a person; NIST SP 800-63B §5.1.1.1 asks for 8 at least."""

LONGEST = 1024
"""Bytes; far above any phrase, and keeps what is hashed small."""


def check_new(password: str, shortest: int = SHORTEST) -> None:
    """Raises BadValue when this cannot become a password; the message does not repeat it."""
    try:
        size = len(password.encode())
    except UnicodeEncodeError:
        raise BadValue("A password is text: this one holds half a character.") from None
    if len(password) < max(shortest, 1):
        raise BadValue(f"The password is too short: it needs at least {max(shortest, 1)} characters.")
    if size > LONGEST:
        raise BadValue(f"The password is too long: at most {LONGEST} bytes.")


class Passwords:
    """Hashes and verifies, `AT_A_TIME` at once and never on the event loop."""

    def __init__(self, *, memory_kib: int = MEMORY_KIB, passes: int = PASSES) -> None:
        self._figures = (memory_kib, passes)
        self._pool = ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="passwords")
        self._slots = threading.BoundedSemaphore(AT_A_TIME)  # also for callers that have a thread of their own
        self._lock = threading.Lock()
        self._waiting = 0

    def hash(self, password: str) -> str:
        """What is kept of a password. Raises Busy."""
        return self._run(lambda: self._hasher.hash(_bytes(password)))

    def verify(self, kept: str | None, password: str) -> bool:
        """Whether this is the password. With nothing kept the answer is no, after the same time. Raises Busy."""
        return self._run(lambda: self._matches(kept, password))

    def is_outdated(self, kept: str) -> bool:
        """It was made with other figures than the present ones: hash the password anew when it is next seen."""
        return self._hasher.check_needs_rehash(kept)

    def close(self) -> None:
        self._pool.shutdown()

    @cached_property
    def _hasher(self) -> "PasswordHasher":
        from argon2 import PasswordHasher, Type

        memory, passes = self._figures
        return PasswordHasher(time_cost=passes, memory_cost=memory, parallelism=LANES, type=Type.ID)

    @cached_property
    def _nobody(self) -> str:
        """The hash that a name without an account is tried against."""
        return self._hasher.hash(ids.secret())

    def _matches(self, kept: str | None, password: str) -> bool:
        from argon2.exceptions import InvalidHashError, VerificationError

        nobody = self._nobody  # made by the first of all attempts, whoever it is for
        try:
            return self._hasher.verify(kept or nobody, _bytes(password)) and kept is not None
        except (VerificationError, InvalidHashError):
            return False

    def _run(self, work: Callable[[], T]) -> T:
        with self._lock:
            if self._waiting >= AT_A_TIME + QUEUE:
                raise Busy("Too many people are signing in at this moment.")
            self._waiting += 1
        return in_pool(self._pool, self._in_slot, work)

    def _in_slot(self, work: Callable[[], T]) -> T:
        try:
            with self._slots:
                return work()
        finally:  # here and not where it is waited for: who gave up waiting still has work in the queue
            with self._lock:
                self._waiting -= 1


def _bytes(password: str) -> bytes:
    """NFC, so that a password typed on another system is the same one (RFC 8265 §4.2.2)."""
    return unicodedata.normalize("NFC", password).encode(errors="surrogatepass")
