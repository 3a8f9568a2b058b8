"""The calendars of a desktop and their way to those of everybody else (eyeos.md a.5, d.3).

The desktop has a table of its own, which the server never sees; `synchronize…` brings both together.
"""

from datetime import tzinfo
from typing import Any

from nuvol.apps.eyeos.calendars import DELETED, Calendars
from nuvol.apps.eyeos.databases import Replicas
from nuvol.apps.eyeos.desk import Desk
from nuvol.apps.eyeos.series import Event, keys, occurrences

TABLE = "desktop"
"""The database of the desktop's own table."""
COMPARED = ("subject", "location", "repetition", "finaltype", "finalvalue", "description")
"""Fields by which an event is another one than before, capitals or not."""


class CalendarManager:
    """`zone`: in which repeated events are written out; None is that of this machine."""

    def __init__(self, desk: Desk, zone: tzinfo | None = None) -> None:
        self._desk = desk
        self._zone = zone
        self._table = Calendars(Replicas(desk.settings), TABLE)

    # --------------------------------------------------------------------------------------- calendars

    def synchronizeCalendars(self, user: str) -> list[Event]:
        """What the user has now."""
        remote = self._call("selectCalendar", {"type": "calendar", "user_eyeos": user}) or []
        here = {calendar["name"] for calendar in self.calendars(user)}
        for calendar in remote:
            if calendar["status"] == DELETED and calendar["name"] in here:
                self._table.deleteCalendar([calendar])
            elif calendar["status"] != DELETED and calendar["name"] not in here:
                self._table.insertCalendar([calendar])
        there = {calendar["name"] for calendar in remote}
        unknown = [calendar for calendar in self.calendars(user) if calendar["name"] not in there]
        if unknown:
            self._call("insertCalendar", *unknown)
        return self.calendars(user)

    def calendars(self, user: str) -> list[Event]:
        """Those of the desktop's own table."""
        return _living(self._table.selectCalendar({"type": "calendar", "user_eyeos": user}))

    def insertCalendars(self, user: str, calendar: Event) -> bool:
        """`calendar`: its `name`, and a `description` and `timezone` if it has them."""
        made = {
            "type": "calendar",
            "user_eyeos": user,
            "name": calendar["name"],
            "description": calendar.get("description", ""),
            "timezone": calendar.get("timezone", 0),
            "status": "NEW",
        }
        self._table.insertCalendar([made])
        return bool(self._call("insertCalendar", made))

    insertCalendar = insertCalendars

    def deleteCalendars(self, user: str, calendar: Event) -> bool:
        """With its events. The one that is called like the user stays: False."""
        if calendar["name"] == user:
            return False
        key = {"type": "calendar", "user_eyeos": user, "name": calendar["name"]}
        self._table.deleteCalendar([key])
        return bool(self._call("deleteCalendar", key))

    deleteCalendar = deleteCalendars

    def deleteCalendarAndEventsByUser(self, user: str) -> bool:
        """For good, here and everywhere."""
        self._table.deleteCalendarUser(user)
        return bool(self._call("deleteCalendarUser", {"user_eyeos": user}))

    # ------------------------------------------------------------------------------------------ events

    def synchronizeCalendar(self, calendarId: str, user: str) -> list[Event]:
        """The events of the calendar of that name now."""
        asked = {"type": "event", "user_eyeos": user, "calendar": calendarId}
        remote = self._call("selectEvent", asked) or []
        here = {tuple(keys(event)): event for event in self.events(calendarId, user)}
        for event in remote:
            known = here.get(tuple(keys(event)))
            if event["status"] == DELETED:
                if known:
                    self._table.deleteEvent([event])
            elif known is None or _differ(known, event):
                self._table.insertEvent([event])
        there = {tuple(keys(event)) for event in remote}
        unknown = [event for key, event in here.items() if key not in there]
        if unknown:
            self._call("insertEvent", *unknown)
        return self.events(calendarId, user)

    def events(self, calendarId: str, user: str) -> list[Event]:
        """Those of the desktop's own table."""
        return _living(self._table.selectEvent("event", user, calendarId))

    def createEvent(self, event: Event) -> bool:
        """Each occurrence of a series becomes an event."""
        made = [{**one, "status": "NEW"} for one in occurrences({"type": "event", **event}, self._zone)]
        self._table.insertEvent(made)
        return bool(self._call("insertEvent", *made))

    def updateEvent(self, event: Event) -> bool:
        """Other words at the same time. At another time it is another event: `moveEvent`."""
        changed = {"type": "event", **event, "status": "CHANGED"}
        self._table.updateEvent([changed])
        return bool(self._call("updateEvent", changed))

    def deleteEvent(self, event: Event) -> bool:
        gone = {"type": "event", **event, "status": DELETED}
        self._table.deleteEvent([gone])
        return bool(self._call("deleteEvent", gone))

    def moveEvent(self, event: Event, moved: Event) -> bool:
        """To other times, or to whole days: the old event goes, another comes."""
        return self.deleteEvent(event) and self.createEvent(moved)

    def _call(self, type: str, *lista: Event) -> Any:
        return self._desk.protocol(type, lista, login=True)


def _living(found: list[Event]) -> list[Event]:
    return [content for content in found if content["status"] != DELETED]


def _differ(one: Event, other: Event) -> bool:
    return any(str(one.get(name, "")).lower() != str(other.get(name, "")).lower() for name in COMPARED)
