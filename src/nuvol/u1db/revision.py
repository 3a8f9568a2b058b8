"""Revisions: vector clocks as text (u1db.md part 2).

`uid:counter` pairs sorted by uid (code points), joined by `|`; counters are decimal. A document that is new has no
revision (None), which is the empty clock.
"""

from collections.abc import Iterable

from nuvol.errors import InvalidRevision

Clock = dict[str, int]
"""Counter by replica uid."""

UID_LIMIT = 255
"""Bytes of a replica uid, for the sake of keys; those that are made have 32."""
DIGITS = 18
"""Of a counter at most, so that it stays within 64 bits. A replica would have to change one document every
nanosecond for thirty years."""


def parse(rev: str | None) -> Clock:
    """Raises InvalidRevision."""
    if not rev:
        return {}
    clock: Clock = {}
    for pair in rev.split("|"):
        uid, _, counter = pair.partition(":")
        if not (uid and uid not in clock and counter.isascii() and counter.isdigit() and len(counter) <= DIGITS):
            raise InvalidRevision(f"“{rev[:100]}” is no revision.")
        clock[uid] = int(counter)
    return clock


def text(clock: Clock) -> str:
    return "|".join([f"{uid}:{clock[uid]}" for uid in sorted(clock)])


def received(rev: str) -> Clock:
    """The clock of a document that syncs. Raises InvalidRevision, also for an empty one."""
    clock = parse(rev)
    if not clock or not rev.isprintable():
        raise InvalidRevision("A document that syncs has a revision.")
    return clock


def canonical(rev: str) -> str:
    """The one spelling of a clock: revisions are compared as text. Raises InvalidRevision."""
    return text(received(rev))


def newer(x: Clock, y: Clock) -> bool:
    """Whether `x` knows of everything in `y` and of more. A counter of 0 counts as present."""
    return x != y and x.keys() >= y.keys() and all(x[uid] >= counter for uid, counter in y.items())


def maximised(clocks: Iterable[Clock]) -> Clock:
    result: Clock = {}
    for clock in clocks:
        for uid, counter in clock.items():
            result[uid] = max(counter, result.get(uid, counter))
    return result


def incremented(clock: Clock, uid: str) -> Clock:
    return clock | {uid: clock.get(uid, 0) + 1}


def require_replica_uid(uid: str) -> str:
    """The uid itself, if it can stand in a revision, in an address and in a key. Raises InvalidRevision."""
    if not uid.isprintable() or not 0 < len(uid.encode()) <= UID_LIMIT or ":" in uid or "|" in uid:
        raise InvalidRevision(f"“{uid[:100]}” is no replica uid.")
    return uid
