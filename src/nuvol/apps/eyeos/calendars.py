"""The calendar as documents: the functions behind the calendar's script types (eyeos.md a.5)."""

from collections.abc import Sequence

from nuvol.apps.eyeos.databases import CALENDAR, Content, Documents, Found, Replicas, contents

DELETED = "DELETED"


class Calendars:
    """`database`: another one than that which is synced, as the desktop's own."""

    def __init__(self, replicas: Replicas, database: str = CALENDAR) -> None:
        self._replicas = replicas
        self._database = database

    def selectCalendar(self, data: Content) -> list[Content]:
        """Every calendar of the user, deleted ones too."""
        with self._replicas.open(self._database, before=True) as documents:
            return contents(documents.find("by-calendar2", data["type"], data["user_eyeos"]))

    def insertCalendar(self, lista: Sequence[Content]) -> bool:
        """A new one is made, a deleted one comes back, another stays as it is. It goes out at once, so that the next
        call of another desk sees it."""
        for data in lista:
            with self._replicas.open(self._database, before=True, after=True) as documents:
                found = documents.find("by-calendar", data["type"], data["user_eyeos"], data["name"])
                if not found:
                    documents.add(data)
                elif found[0].content["status"] == DELETED:
                    documents.put(found[0], data)
        return True

    def updateCalendar(self, lista: Sequence[Content]) -> bool:
        with self._replicas.open(self._database, after=True) as documents:
            for data in lista:
                for found in documents.find("by-calendar", data["type"], data["user_eyeos"], data["name"]):
                    documents.put(found, data)
        return True

    def deleteCalendar(self, lista: Sequence[Content]) -> bool:
        """With all its events."""
        with self._replicas.open(self._database, after=True) as documents:
            for data in lista:
                found = documents.find("by-calendar", data["type"], data["user_eyeos"], data["name"])
                if found:
                    events = documents.find("by-event", "event", data["user_eyeos"], data["name"])
                    for document in [*found, *events]:
                        documents.put(document, {**document.content, "status": DELETED})
        return True

    def selectEvent(self, type: str, user: str, calendarId: str) -> list[Content]:
        """Every event of the calendar, deleted ones too."""
        with self._replicas.open(self._database, before=True) as documents:
            return contents(documents.find("by-event", type, user, calendarId))

    def insertEvent(self, lista: Sequence[Content]) -> bool:
        """An event of the same key takes this content, also when it was deleted."""
        with self._replicas.open(self._database, after=True) as documents:
            for data in lista:
                found = _keyed(documents, data)
                for document in found:
                    documents.put(document, data)
                if not found:
                    documents.add(data)
        return True

    def updateEvent(self, lista: Sequence[Content]) -> bool:
        """One that is not there stays away."""
        with self._replicas.open(self._database, after=True) as documents:
            for data in lista:
                for document in _keyed(documents, data):
                    documents.put(document, data)
        return True

    def deleteEvent(self, lista: Sequence[Content]) -> bool:
        return self.updateEvent([{**data, "status": DELETED} for data in lista])

    def selectCalendarsAndEvents(self, user: str) -> list[Content]:
        """What is there and was never changed: status NEW."""
        with self._replicas.open(self._database, before=True) as documents:
            return contents(documents.find("by-userStatus", user, "NEW"))

    def deleteCalendarUser(self, user: str) -> bool:
        """For good."""
        with self._replicas.open(self._database, after=True) as documents:
            for document in documents.find("by-usereyeos", user):
                documents.remove(document)
        return True


def _keyed(documents: Documents, event: Content) -> list[Found]:
    keys = ("type", "user_eyeos", "calendar", "timestart", "timeend", "isallday")
    return documents.find("by-event2", *(event[key] for key in keys))
