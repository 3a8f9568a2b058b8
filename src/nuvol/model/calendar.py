"""Calendars and events as eyeOS knows them. Every value is a text, as it comes and goes in forms."""

from msgspec import Struct


class Calendar(Struct, frozen=True):
    """A calendar, known by its user and name."""

    user: str
    name: str
    cloud: str = ""
    """What the program calls this cloud; "": it did not say."""
    description: str = ""
    timezone: str = "0"
    status: str = "NEW"


class Event(Struct, frozen=True):
    """An event, known by its user, calendar, times and whether it takes whole days."""

    user: str
    calendar: str
    timestart: str
    """Seconds since 1970, or another text: it is compared as it is (eyeos.md b.4)."""
    timeend: str
    isallday: str
    cloud: str = ""
    repetition: str = "None"
    finaltype: str = "1"
    finalvalue: str = "0"
    subject: str = ""
    location: str = ""
    description: str = ""
    repeattype: str = "n"
    status: str = "NEW"
