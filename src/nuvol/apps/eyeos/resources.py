"""Comments, calendars, events and locks over HTTP, as desks since 2015 ask for them (eyeos.md a.10, stacksync.md §6).

`told` is the `metadata` of the call. Texts that people wrote come in hexadecimal from the desk and go on so.
"""

from collections.abc import Callable
from typing import Any

from nuvol.apps.eyeos.storage import asked
from nuvol.sdk.stacksync import Storage, path_of

Told = dict[str, Any]
Call = Callable[[Storage, Told], Any]

COMMENT = ("id", "user", "text", "cloud")
CALENDAR = ("user", "name", "cloud", "description", "timezone")
EVENT = (
    "user", "calendar", "cloud", "isallday", "timestart", "timeend", "repetition", "finaltype", "finalvalue", "subject",
    "location", "description", "repeattype",
)  # fmt: skip
LOCK = ("id", "cloud", "user", "ipserver", "datetime", "timelimit", "interop")


def _tell(method: str, resource: str, names: tuple[str, ...]) -> Call:
    """Send those of the fields that are there."""

    def call(oauth: Storage, told: Told) -> Any:
        fields = {name: told[name] for name in names if told.get(name) is not None}
        return asked(lambda: oauth.tell(method, resource, fields))

    return call


def _ask(method: str, resource: str, *names: str, **more: str) -> Call:
    """Fields as parts of the path; those of `more` only when they are there."""

    def call(oauth: Storage, told: Told) -> Any:
        parts = [told[name] for name in names] + [told[name] for name in more if told.get(name)]
        return asked(lambda: oauth.ask(method, path_of(resource, *parts)))

    return call


TYPES: dict[str, Call] = {
    "insertComment": _tell("POST", "comment", COMMENT),
    "deleteComment": _ask("DELETE", "comment", "id", "user", "cloud", "time_created"),
    "getComments": _ask("GET", "comment", "id", "cloud", interop=""),
    "insertEvent": _tell("POST", "event", EVENT),
    "updateEvent": _tell("PUT", "event", EVENT),
    "deleteEvent": _ask("DELETE", "event", "user", "calendar", "cloud", "timestart", "timeend", "isallday"),
    "getEvents": _ask("GET", "event", "user", "calendar", "cloud"),
    "insertCalendar": _tell("POST", "calendar", CALENDAR),
    "updateCalendar": _tell("PUT", "calendar", CALENDAR),
    "deleteCalendar": _ask("DELETE", "calendar", "user", "name", "cloud"),
    "getCalendars": _ask("GET", "calendar", "user", "cloud"),
    "getCalendarsAndEvents": _ask("GET", "calEvents", "user", "cloud"),
    "deleteCalendarsUser": _ask("DELETE", "calUser", "user", "cloud"),
    "lockFile": _tell("POST", "lockFile", LOCK),
    "updateDateTime": _tell("PUT", "updateTime", LOCK[:5]),
    "unLockFile": _tell("PUT", "unLockFile", LOCK[:5]),
    "getMetadataFile": _ask("GET", "lockFile", "id", "cloud", interop=""),
}
