"""Calendars and events as documents in the account's database `calendar`, in the shapes of eyeOS (eyeos.md b).

Whoever syncs that database and whoever asks over HTTP see the same. What is deleted stays as a document that says so,
by which every desk learns of it; here it is not shown. A document that another program enriched keeps what eyeOS does
not know of.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import msgspec

from nuvol.core import access, papers
from nuvol.core.consents import BY_USER, USER_AND_TYPE, homes
from nuvol.core.documents import Documents
from nuvol.core.files.ledger import Ledger
from nuvol.core.files.room import Files
from nuvol.errors import BadValue, CalendarMissing, EventMissing
from nuvol.model.accounts import Actor
from nuvol.model.calendar import Calendar, Event
from nuvol.u1db.document import Document
from nuvol.u1db.replica import Replica

T = TypeVar("T")
Entry = Calendar | Event

DATABASE = "calendar"
NEW, CHANGED, DELETED = "NEW", "CHANGED", "DELETED"
BATCH = 250
"""Documents that one unit changes: less than 50 ms in which nobody else writes."""

_BY_CALENDAR, _BY_KEY = "nuvol-calendar", "nuvol-event"
_INDEXES = {
    BY_USER: USER_AND_TYPE,
    _BY_CALENDAR: ("user_eyeos", "type", "calendar"),
    _BY_KEY: ("user_eyeos", "type", "calendar", "timestart", "timeend", "isallday"),
}
"""Of our own: those that desks make may be of other expressions under the same names."""
_NUMBERS = frozenset({"timezone", "isallday", "timestart", "timeend", "finaltype", "finalvalue"})
"""Fields that are numbers in documents (eyeos.md b.1)."""
_TYPES: dict[str, type[Entry]] = {"calendar": Calendar, "event": Event}


class Calendars:
    """The calendars of every account."""

    def __init__(self, files: Files, documents: Documents) -> None:
        self._files = files
        self._documents = documents

    # ------------------------------------------------------------------------------------------ reading

    def calendars(self, actor: Actor, user: str, cloud: str) -> list[Calendar]:
        return [one for one in self._found(actor, cloud, user, "calendar") if isinstance(one, Calendar)]

    def events(self, actor: Actor, user: str, calendar: str, cloud: str) -> list[Event]:
        return [one for one in self._found(actor, cloud, user, "event", calendar) if isinstance(one, Event)]

    def everything(self, actor: Actor, user: str, cloud: str) -> list[Entry]:
        """Calendars, and then events."""
        return [*self.calendars(actor, user, cloud), *self._found(actor, cloud, user, "event")]

    def _found(self, actor: Actor, cloud: str, *values: str) -> list[Entry]:
        index = BY_USER if len(values) == 2 else _BY_CALENDAR
        docs = (doc for home in self._homes(actor, values[0]) for doc in _exactly(self._open(home), index, *values))
        found = (_entry(doc.content, cloud) for doc in docs)
        return [one for one in found if one is not None and one.status != DELETED]

    # ------------------------------------------------------------------------------------------ changing

    def put_calendar(self, actor: Actor, wish: Calendar, *, known: bool = False) -> Calendar:
        """Make it, or change the one of that name; `known`: only the latter. Raises CalendarMissing, BadValue."""
        _require("a calendar", wish.user, wish.name)

        def act(replica: Replica) -> Calendar:
            present = _calendar(replica, wish)
            if known and not _is_live(present):
                raise CalendarMissing(f"There is no calendar “{wish.name[:100]}”.")
            return _put(replica, present, wish)

        return self._change(actor, self._home(actor, wish.user, lambda replica: _calendar(replica, wish)), act)

    def delete_calendar(self, actor: Actor, user: str, name: str, cloud: str) -> Calendar:
        """With all its events. Raises CalendarMissing."""

        def find(replica: Replica) -> Document | None:
            return _calendar(replica, Calendar(user, name, cloud))

        def act(replica: Replica) -> Calendar:
            present = find(replica)
            if present is None or not _is_live(present):
                raise CalendarMissing(f"There is no calendar “{name[:100]}”.")
            return _deleted(replica, present, Calendar, cloud)

        home = self._home(actor, user, find)
        gone = self._change(actor, home, act)
        while self._change(actor, home, lambda replica: _delete_some(replica, user, name, cloud)):
            pass
        return gone

    def put_event(self, actor: Actor, wish: Event, *, known: bool = False) -> Event:
        """Make it, or change the one of those times; `known`: only the latter. Raises EventMissing, BadValue."""
        _require("an event", wish.user, wish.calendar, wish.timestart, wish.timeend, wish.isallday)

        def act(replica: Replica) -> Event:
            present = _event(replica, wish)
            if known and not _is_live(present):
                raise EventMissing("There is no event of these times in this calendar.")
            return _put(replica, present, wish)

        return self._change(actor, self._home_of(actor, wish), act)

    def delete_event(self, actor: Actor, wish: Event) -> Event:
        """The one that has the times of `wish`. Raises EventMissing."""

        def act(replica: Replica) -> Event:
            present = _event(replica, wish)
            if present is None or not _is_live(present):
                raise EventMissing("There is no event of these times in this calendar.")
            return _deleted(replica, present, Event, wish.cloud)

        return self._change(actor, self._home_of(actor, wish), act)

    def forget(self, actor: Actor, user: str, cloud: str) -> None:
        """Remove every calendar and event of a user from the account, for good; those of a desk stay there."""
        access.require(actor, "calendar")
        while self._change(actor, actor.account_id, lambda replica: _remove_some(replica, user, cloud)):
            pass

    # ------------------------------------------------------------------------------------------ where they rest

    def _homes(self, actor: Actor, user: str) -> list[int]:
        """The accounts in whose databases this user's calendars are the actor's: the own one, and those of desks that
        know the actor as this user."""
        access.require(actor, "calendar")
        account_id = actor.account_id
        return [account_id, *self._files.catalog.read(lambda tx: homes(tx, account_id, user))]

    def _home(self, actor: Actor, user: str, *finds: Callable[[Replica], Document | None]) -> int:
        """Where the first of these is found alive; else the actor's own account."""
        known = self._homes(actor, user)
        if len(known) > 1:
            for find in finds:
                for home in known:
                    if _is_live(find(self._open(home))):
                        return home
        return actor.account_id

    def _home_of(self, actor: Actor, wish: Event) -> int:
        """Where the event is; one that is new belongs beside its calendar."""
        calendar = Calendar(wish.user, wish.calendar, wish.cloud)
        return self._home(
            actor, wish.user, lambda replica: _event(replica, wish), lambda replica: _calendar(replica, calendar)
        )

    def _open(self, account_id: int) -> Replica:
        replica = self._documents.room(Actor(account_id), DATABASE)
        for name, expressions in _INDEXES.items():
            replica.create_index(name, *expressions)
        return replica

    def _change(self, actor: Actor, account_id: int, act: Callable[[Replica], T]) -> T:
        self._open(account_id)
        self._files.require_room(0)
        fresh_id = self._files.new_id()

        def unit(ledger: Ledger) -> T:
            return papers.change(ledger, papers.ensure(ledger, DATABASE, fresh_id), act)

        return self._files.write_in(account_id, actor, unit)


def _require(what: str, *values: str) -> None:
    if not all(values):
        raise BadValue(f"Something is missing of what {what} is known by.")


def _exactly(replica: Replica, index: str, *values: str) -> Iterator[Document]:
    """Raises BadValue: where an index is asked, an asterisk at the end stands for anything."""
    if any(value.endswith("*") for value in values):
        raise BadValue("A name cannot end in “*”.")
    return iter(replica.get_from_index(index, *values))


def _entry(said: Mapping[str, Any] | None, cloud: str) -> Entry | None:
    """What a document tells; None when it is neither calendar nor event, or of another cloud."""
    kind = _TYPES.get(str((said or {}).get("type")))
    if said is None or kind is None or said.get("cloud") not in (None, "", cloud):
        return None
    named = {**said, "user": said.get("user_eyeos"), "cloud": cloud}
    told = {field: _plain(named[field]) for field in kind.__struct_fields__ if named.get(field) is not None}
    try:
        return msgspec.convert(told, kind)
    except msgspec.ValidationError:  # it lacks what it would be known by
        return None


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return value if isinstance(value, str) else str(value)


def _number(text: str) -> int | str:
    """A number where the text is one, written as programs write it."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 and str(int(text)) == text else text


def _calendar(replica: Replica, wish: Calendar) -> Document | None:
    found = _exactly(replica, BY_USER, wish.user, "calendar")
    return _nearest((doc for doc in found if (doc.content or {}).get("name") == wish.name), wish.cloud)


def _event(replica: Replica, wish: Event) -> Document | None:
    key = (wish.user, "event", wish.calendar, wish.timestart, wish.timeend, wish.isallday)
    return _nearest(_exactly(replica, _BY_KEY, *key), wish.cloud)


def _nearest(docs: Iterator[Document], cloud: str) -> Document | None:
    """That of this cloud, else one that says of none."""
    fitting = [doc for doc in docs if (doc.content or {}).get("cloud") in (None, "", cloud)]
    return min(fitting, key=lambda doc: (doc.content or {}).get("cloud") != cloud, default=None)


def _is_live(doc: Document | None) -> bool:
    return doc is not None and (doc.content or {}).get("status") != DELETED


EntryT = TypeVar("EntryT", Calendar, Event)


def _put(replica: Replica, present: Document | None, wish: EntryT) -> EntryT:
    written = msgspec.structs.replace(wish, status=CHANGED if _is_live(present) else NEW)
    said = {key: _number(value) if key in _NUMBERS else value for key, value in msgspec.structs.asdict(written).items()}
    said["user_eyeos"] = said.pop("user")
    if not said["cloud"]:
        del said["cloud"]
    said = {"type": "calendar" if isinstance(wish, Calendar) else "event", **said}
    if present is None:
        replica.create_doc(said)
    else:
        _write(replica, present, {**(present.content or {}), **said})
    return written


def _deleted(replica: Replica, present: Document, kind: type[EntryT], cloud: str) -> EntryT:
    said = {**(present.content or {}), "status": DELETED}
    _write(replica, present, said)
    told = _entry(said, cloud)
    if not isinstance(told, kind):
        raise BadValue("This document is no calendar and no event.")
    return told


def _write(replica: Replica, present: Document, said: dict[str, Any]) -> None:
    """Two values of one document become this one."""
    present.content = said
    if present.has_conflicts:
        revs = [doc.rev or "" for doc in replica.get_doc_conflicts(present.doc_id or "")]
        replica.resolve_doc(present, revs)
    else:
        replica.put_doc(present)


def _delete_some(replica: Replica, user: str, name: str, cloud: str) -> int:
    found = _exactly(replica, _BY_CALENDAR, user, "event", name)
    some = [doc for doc in found if _is_live(doc) and (doc.content or {}).get("cloud") in (None, "", cloud)][:BATCH]
    for doc in some:
        _write(replica, doc, {**(doc.content or {}), "status": DELETED})
    return len(some)


def _remove_some(replica: Replica, user: str, cloud: str) -> int:
    docs = [doc for kind in _TYPES for doc in _exactly(replica, BY_USER, user, kind)]
    some = [doc for doc in docs if (doc.content or {}).get("cloud") in (None, "", cloud)][:BATCH]
    for doc in some:
        if doc.has_conflicts:
            revs = [one.rev or "" for one in replica.get_doc_conflicts(doc.doc_id or "")]
            replica.resolve(doc.doc_id or "", None, revs)
        else:
            replica.delete_doc(doc)
    return len(some)
