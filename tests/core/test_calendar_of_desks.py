"""People of a desk who have an account here (eyeos.md b.1): whose calendars are opened to whom, and how it ends."""

import pytest
from msgspec.structs import replace

from nuvol.errors import AppMissing, CalendarMissing, EventMissing, NotAllowed
from nuvol.model.accounts import Actor
from nuvol.model.apps import U1DB
from nuvol.model.calendar import Calendar, Event
from tests.core.clouds import Home, World


class Desk:
    """A desk with an account of its own, and what its programs sync there."""

    def __init__(self, world: World, key: str = "eyeos") -> None:
        self.cloud = world.cloud
        made = world.cloud.apps.add(None, "eyeOS", U1DB, key=key).app
        assert made.home_id is not None
        self.key, self.account_id = key, made.home_id
        self.replica = self.cloud.documents.open(Actor(self.account_id), "calendar", create=True)

    def calendar(self, user: str, name: str, status: str = "NEW") -> None:
        self.replica.create_doc({"type": "calendar", "user_eyeos": user, "name": name, "status": status})

    def event(self, user: str, calendar: str, start: int, subject: str) -> None:
        times = {"timestart": start, "timeend": start + 60, "isallday": 0}
        said = {"type": "event", "user_eyeos": user, "calendar": calendar, "status": "NEW", "subject": subject}
        self.replica.create_doc({**said, **times})

    def texts(self) -> list[str]:
        return sorted(doc.get_json() or "" for doc in self.replica.get_all_docs()[1])

    def know(self, home: Home, user: str | None = None) -> None:
        """The person shows who they are there, and connects it."""
        (code,) = (desk.code for desk in self.cloud.consents.desks(home.actor) if desk.key == self.key)
        self.calendar(user or home.actor.name, code)
        self.cloud.consents.connect(home.actor, self.key)


@pytest.fixture
def home(world: World) -> Home:
    return world.home()


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def names(home: Home, user: str | None = None) -> list[str]:
    return [one.name for one in home.cloud.calendars.calendars(home.actor, user or home.actor.name, "")]


def test_nothing_is_opened_without_consent_and_proof(home: Home, desk: Desk) -> None:
    me = home.actor.name
    desk.calendar(me, "work")
    assert names(home) == []
    (known,) = home.cloud.consents.desks(home.actor)
    assert (known.key, known.title, known.user) == ("eyeos", "eyeOS", None)
    with pytest.raises(NotAllowed) as refused:
        home.cloud.consents.connect(home.actor, "eyeos")
    assert known.code in refused.value.advice
    desk.calendar("somebody else", known.code)
    desk.calendar(me, known.code, "DELETED")
    with pytest.raises(NotAllowed):
        home.cloud.consents.connect(home.actor, "eyeos")
    desk.calendar(me, known.code)
    assert home.cloud.consents.connect(home.actor, "eyeos").user == me
    assert home.cloud.consents.connect(home.actor, "eyeos").user == me, "twice is no error"
    assert sorted(names(home)) == sorted(["work", known.code])


def test_a_code_is_of_one_person_and_one_desk(world: World, home: Home, desk: Desk) -> None:
    other, second = world.home(), Desk(world, "second")
    codes = {one.code for who in (home, other) for one in world.cloud.consents.desks(who.actor)}
    assert len(codes) == 4 and all(code.isalnum() and len(code) == 12 for code in codes)
    desk.know(home)
    desk.calendar(other.actor.name, "theirs")
    assert names(other) == []
    assert names(home, other.actor.name) == [], "only what is the person's own"
    assert [one.user for one in world.cloud.consents.desks(home.actor)] == [home.actor.name, None]
    second.calendar(home.actor.name, "not connected")
    assert "not connected" not in names(home)


def test_documents_stay_in_one_place(home: Home, desk: Desk) -> None:
    me, calendars = home.actor.name, home.cloud.calendars
    desk.calendar(me, "work")
    desk.event(me, "work", 100, "Dentist")
    desk.know(home)
    calendars.put_event(home.actor, Event(me, "work", "100", "160", "0", subject="Doctor"))
    calendars.put_event(home.actor, Event(me, "work", "500", "560", "0", subject="New"))
    calendars.put_calendar(home.actor, Calendar(me, "work", description="Ours"))
    assert [text for text in desk.texts() if "Doctor" in text] and [text for text in desk.texts() if "New" in text]
    assert [text for text in desk.texts() if "Ours" in text]
    assert home.cloud.documents.get(home.actor, "calendar").documents == 0
    calendars.put_calendar(home.actor, Calendar(me, "private"))
    assert home.cloud.documents.get(home.actor, "calendar").documents == 1
    assert not [text for text in desk.texts() if "private" in text]
    assert sorted(one.subject for one in calendars.events(home.actor, me, "work", "")) == ["Doctor", "New"]
    calendars.delete_event(home.actor, Event(me, "work", "100", "160", "0"))
    calendars.delete_calendar(home.actor, me, "work", "")
    assert calendars.events(home.actor, me, "work", "") == []
    assert len([text for text in desk.texts() if '"DELETED"' in text]) == 3
    calendars.forget(home.actor, me, "")
    assert len(desk.texts()) == 4, "what is on the desk is the desk's"


def test_taking_it_back_counts_at_once(home: Home, desk: Desk) -> None:
    me = home.actor.name
    desk.calendar(me, "work")
    desk.know(home)
    (connected,) = home.cloud.apps.connected(home.actor)
    assert (connected.key, connected.title, connected.scopes) == ("eyeos", "eyeOS", frozenset({"calendar"}))
    home.cloud.apps.disconnect(home.actor, "eyeos")
    assert names(home) == []
    with pytest.raises(CalendarMissing):
        home.cloud.calendars.delete_calendar(home.actor, me, "work", "")
    with pytest.raises(EventMissing):
        home.cloud.calendars.put_event(home.actor, Event(me, "work", "1", "2", "0"), known=True)
    assert home.cloud.apps.connected(home.actor) == []


def test_a_desk_that_is_shut_out_shows_nothing(home: Home, desk: Desk) -> None:
    desk.calendar(home.actor.name, "work")
    desk.know(home)
    home.cloud.apps.set_active(None, "eyeos", False)
    assert names(home) == []
    with pytest.raises(AppMissing):
        home.cloud.consents.connect(home.actor, "eyeos")


def test_a_desk_in_the_account_of_a_person_is_that_persons(world: World, home: Home) -> None:
    world.cloud.apps.add(None, "Mine", U1DB, key="mine", home=home.actor.name)
    assert world.cloud.consents.desks(home.actor) == []
    with pytest.raises(AppMissing):
        world.cloud.consents.connect(home.actor, "mine")


def test_only_a_session_connects_and_only_the_scope_reads(home: Home, desk: Desk) -> None:
    guest = replace(home.actor, scopes=frozenset({"files", "calendar"}))
    for act in (lambda: home.cloud.consents.desks(guest), lambda: home.cloud.consents.connect(guest, "eyeos")):
        with pytest.raises(NotAllowed):
            act()
    with pytest.raises(NotAllowed):
        home.cloud.calendars.calendars(replace(home.actor, scopes=frozenset({"files"})), home.actor.name, "")
