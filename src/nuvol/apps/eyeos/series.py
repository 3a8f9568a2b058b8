"""Events that repeat: a series is written out when it is saved, each occurrence an event of its own (eyeos.md b.5)."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from typing import Any

Event = dict[str, Any]

NO_END, UNTIL, TIMES = 1, 2, 3
MOST = 10
"""Occurrences of a series without an end, or with a number of times."""
MOST_UNTIL = 1000
"""Occurrences of a series that ends on a date."""
_CIVIL = "%Y%m%d%H%M%S"


def occurrences(event: Event, zone: tzinfo | None = None, most_until: int = MOST_UNTIL) -> list[Event]:
    """The event and those that follow it. Days and months are those of `zone` (None: of this machine), so that a
    meeting at nine stays at nine over a change of the clock; the 31st becomes the last day of a shorter month.

    An event whose times are neither seconds nor civil times stays alone."""
    start, end = (_moment(event[name], zone) for name in ("timestart", "timeend"))
    repeat = str(event.get("repeattype", "n"))
    if start is None or end is None or repeat not in ("d", "w", "m", "y"):
        return [event]
    found = []
    for number in range(_most(event, most_until)):
        first, last = (_later(moment, repeat, number) for moment in (start, end))
        if _is_over(event, first, zone):
            break
        found.append({**event, "timestart": _like(event["timestart"], first), "timeend": _like(event["timeend"], last)})
    return found or [event]


def _most(event: Event, most_until: int) -> int:
    final = int(event.get("finaltype", NO_END))
    if final == TIMES:
        return max(1, min(MOST, int(event.get("finalvalue", MOST))))
    return most_until if final == UNTIL else MOST


def _is_over(event: Event, first: datetime, zone: tzinfo | None) -> bool:
    """The last date counts."""
    if int(event.get("finaltype", NO_END)) != UNTIL:
        return False
    until = _moment(event["finalvalue"], zone)
    return until is not None and first.date() > until.date()


def _moment(value: Any, zone: tzinfo | None) -> datetime | None:
    """b.4: at most 11 digits are seconds since 1970 in UTC, 14 digits a civil time."""
    text = str(value)
    if not text.isascii() or not text.isdigit() or len(text) not in (*range(1, 12), 14):
        return None
    try:
        return datetime.strptime(text, _CIVIL) if len(text) == 14 else datetime.fromtimestamp(int(text), zone)
    except (ValueError, OverflowError, OSError):
        return None


def _like(value: Any, moment: datetime) -> Any:
    """The moment in the form of another value."""
    if len(str(value)) == 14:
        return type(value)(f"{moment:{_CIVIL}}")
    return type(value)(int(moment.timestamp()))


def _later(moment: datetime, repeat: str, number: int) -> datetime:
    if repeat in "dw":
        return moment + timedelta(days=number * (7 if repeat == "w" else 1))
    months = moment.month - 1 + number * (12 if repeat == "y" else 1)
    year, month = moment.year + months // 12, months % 12 + 1
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))


def keys(event: Event) -> Iterator[str]:
    """What an event is known by within its calendar, as texts."""
    return (str(event[name]) for name in ("timestart", "timeend", "isallday"))
