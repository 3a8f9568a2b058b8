"""The login delay: how long a guesser must wait.

Failures are counted by account and by network, as rows: the delay holds between processes and after a
restart. A guess is counted before it is looked at and given back if it was right, so that a burst of guesses
at the same moment cannot slip through. Ten thousand guesses take 69 hours.
"""

import ipaddress
from collections.abc import Iterable, Sequence

from msgspec import Struct

from nuvol import ids
from nuvol.clock import DAY, SECOND, Clock
from nuvol.errors import TooManyAttempts
from nuvol.model import accounts as model
from nuvol.stores.base import Catalog, Transaction

FREE = 5
"""Failures before the first delay: people mistype."""

FIRST = SECOND // 5
LONGEST = 25 * SECOND
"""The delay doubles from the first to the longest, in microseconds; the longest is reached at failure 12."""

MEMORY = DAY
"""Failures are forgotten this long after the last one."""


def delay(failures: int) -> int:
    """Microseconds between the last of so many failures and the next attempt that is heard."""
    return 0 if failures < FREE else min(LONGEST, FIRST << min(failures - FREE, 10))


def account_bucket(account_id: int) -> str:
    return f"account:{account_id}"


def handle_bucket(handle: str) -> str:
    """For a name that no account has: it must be answered as if one had it."""
    return f"handle:{ids.digest(model.handle(handle)).hex()}"


def device_bucket(account_id: int, grant_id: int) -> str:
    return f"device:{account_id}:{grant_id}"


def network_bucket(network: str) -> str:
    """One for each IPv4 address and each IPv6 /64, which is what one household or machine is given (RFC 6177)."""
    try:
        address = ipaddress.ip_address(network)
    except ValueError:
        return f"network:{ids.digest(network).hex()}"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None:
            return f"network:{int(address) >> 64:x}::/64"
        address = address.ipv4_mapped
    return f"network:{address}"


class _Counted(Struct, frozen=True):
    bucket: str
    at: int
    """When this attempt was counted."""
    before: int
    """When the failure before it was."""


Attempt = tuple[_Counted, ...]
"""An attempt under way; counted as a failure until `succeeded` gives it back."""


class Attempts:
    """Counts attempts and refuses those that come too early."""

    def __init__(self, catalog: Catalog, clock: Clock) -> None:
        self._catalog = catalog
        self._clock = clock

    def begin(self, *buckets: str) -> Attempt:
        """Count an attempt in each bucket. Raises TooManyAttempts, counting nothing, while a delay runs in any."""
        in_order = sorted(buckets)  # two attempts must not wait for each other's rows
        self._catalog.read(lambda tx: self._refuse_early(tx, in_order))
        return self._catalog.write(lambda tx: self._count(tx, in_order))

    def _refuse_early(self, tx: Transaction, buckets: Sequence[str]) -> None:
        """So a guesser who does not wait costs a read and no write."""
        _refuse_within_delay(self._clock(), map(tx.attempts.get, buckets))

    def _count(self, tx: Transaction, buckets: Sequence[str]) -> Attempt:
        now = self._clock()
        rows = [tx.attempts.take(bucket) for bucket in buckets]
        _refuse_within_delay(now, rows)
        for bucket, (failures, at) in zip(buckets, rows, strict=True):
            tx.attempts.set(bucket, (failures if now - at < MEMORY else 0) + 1, now)
        return tuple(_Counted(bucket, now, at) for bucket, (_, at) in zip(buckets, rows, strict=True))

    def succeeded(self, tx: Transaction, attempt: Attempt, *, forgiven: Iterable[str] = ()) -> None:
        """It was no failure. Buckets in `forgiven` start anew; in the others earlier failures stay, or whoever
        has one good password could guess at others' for ever."""
        forgiven = frozenset(forgiven)
        for counted in attempt:
            failures, at = tx.attempts.take(counted.bucket)
            if failures <= 1 or counted.bucket in forgiven:
                tx.attempts.clear(counted.bucket)
            else:
                tx.attempts.set(counted.bucket, failures - 1, counted.before if at == counted.at else at)


def _refuse_within_delay(now: int, rows: Iterable[tuple[int, int]]) -> None:
    # min: a failure that seems to lie ahead (the clock was set back) must not lock anybody out until then
    wait = max(min(at, now) + delay(failures) - now for failures, at in rows)
    if wait > 0:
        raise TooManyAttempts(wait / SECOND)
