"""`Protocol`: calendars, what is remembered of the storage, and locks (eyeos.md a.3, a.5).

python -m nuvol.apps.eyeos.protocol '{"type": "selectCalendar", "lista": [{"type": "calendar", "user_eyeos": "ann"}]}'
"""

import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

from nuvol.apps.eyeos import scripts, settings
from nuvol.apps.eyeos.calendars import Calendars
from nuvol.apps.eyeos.databases import Content, Replicas
from nuvol.apps.eyeos.locks import Locks
from nuvol.apps.eyeos.metadata import Downloads, Metadata

Entries = Sequence[Content]


class Protocol:
    """The script as an object. `credentials`: those of the envelope."""

    def __init__(self, chosen: settings.Settings) -> None:
        self._settings = chosen

    def protocol(self, params: str | Content) -> Any:
        """The result of one envelope: `true`, a list, an object; False for a type that is not known. Raises KeyError
        when something needed is missing."""
        call = json.loads(params) if isinstance(params, str) else params
        do = _TYPES.get(call["type"])
        return do(Replicas(self._settings, call.get("credentials")), call["lista"]) if do else False


def _calendar_of(event: Content) -> str:
    """The seed's text calls it `name`, its programs `calendar`."""
    return str(event["calendar"] if "calendar" in event else event["name"])


def _lock(call: Callable[[Locks, Content], Any]) -> Callable[[Replicas, Entries], Any]:
    return lambda replicas, lista: call(Locks(replicas), lista[0])


_TYPES: dict[str, Callable[[Replicas, Entries], Any]] = {
    "selectCalendar": lambda replicas, lista: Calendars(replicas).selectCalendar(lista[0]),
    "insertCalendar": lambda replicas, lista: Calendars(replicas).insertCalendar(lista),
    "updateCalendar": lambda replicas, lista: Calendars(replicas).updateCalendar(lista),
    "deleteCalendar": lambda replicas, lista: Calendars(replicas).deleteCalendar(lista),
    "selectEvent": lambda replicas, lista: Calendars(replicas).selectEvent(
        lista[0]["type"], lista[0]["user_eyeos"], _calendar_of(lista[0])
    ),
    "insertEvent": lambda replicas, lista: Calendars(replicas).insertEvent(lista),
    "updateEvent": lambda replicas, lista: Calendars(replicas).updateEvent(lista),
    "deleteEvent": lambda replicas, lista: Calendars(replicas).deleteEvent(lista),
    "deleteCalendarUser": lambda replicas, lista: Calendars(replicas).deleteCalendarUser(lista[0]["user_eyeos"]),
    "selectCalendarsAndEvents": lambda replicas, lista: Calendars(replicas).selectCalendarsAndEvents(
        lista[0]["user_eyeos"]
    ),
    "insert": lambda replicas, lista: Metadata(replicas).insert(lista),
    "select": lambda replicas, lista: Metadata(replicas).select(
        lista[0]["id"], lista[0]["user_eyeos"], lista[0]["path"], lista[0].get("cloud")
    ),
    "update": lambda replicas, lista: Metadata(replicas).update(lista),
    "delete": lambda replicas, lista: Metadata(replicas).delete(lista),
    "parent": lambda replicas, lista: Metadata(replicas).parent(
        lista[0]["path"], lista[0]["filename"], lista[0]["user_eyeos"], lista[0].get("cloud")
    ),
    "deleteFolder": lambda replicas, lista: Metadata(replicas).deleteFolder(
        lista[0]["id"], lista[0]["user_eyeos"], lista[0]["path"], lista[0].get("cloud")
    ),
    "rename": lambda replicas, lista: Metadata(replicas).rename(lista[0]),
    "selectMetadataUser": lambda replicas, lista: Metadata(replicas).selectMetadataUser(lista[0]["user_eyeos"]),
    "deleteMetadataUser": lambda replicas, lista: Metadata(replicas).deleteMetadataUser(
        lista[0]["user_eyeos"], lista[0].get("cloud")
    ),
    "insertDownloadVersion": lambda replicas, lista: Downloads(replicas).insertDownloadVersion(lista[0]),
    "updateDownloadVersion": lambda replicas, lista: Downloads(replicas).updateDownloadVersion(lista[0]),
    "getDownloadVersion": lambda replicas, lista: Downloads(replicas).getDownloadVersion(lista[0]),
    "deleteDownloadVersion": lambda replicas, lista: Downloads(replicas).deleteDownloadVersion(lista[0]),
    "recursiveDeleteVersion": lambda replicas, lista: Downloads(replicas).recursiveDeleteVersion(lista[0]),
    "lockFile": _lock(Locks.lockFile),
    "unLockFile": _lock(Locks.unLockFile),
    "updateDateTime": _lock(Locks.updateDateTime),
    "getMetadataFile": lambda replicas, lista: Locks(replicas).getMetadataFile(lista[0]["id"], lista[0]["cloud"]),
}


def answer(arguments: Sequence[str]) -> Any:
    """Of the script. Another number of arguments than one: False."""
    return Protocol(settings.load()).protocol(arguments[0]) if len(arguments) == 1 else False


def main(arguments: Sequence[str] | None = None) -> int:
    return scripts.run(answer, sys.argv[1:] if arguments is None else arguments)


if __name__ == "__main__":
    sys.exit(main())
