"""The U1DB replicas of a desk, their indexes, and their sync (eyeos.md b.2)."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

import nuvol.u1db as u1db
from nuvol.apps.eyeos.settings import Settings
from nuvol.errors import CloudError
from nuvol.u1db import Document

Credentials = Mapping[str, Any] | None
Content = dict[str, Any]

CALENDAR, METADATA, DOWNLOAD, LOCK, COMMENT = "calendar", "metadata", "downloadfile", "lockfile", "comment"

INDEXES: dict[str, tuple[str, ...]] = {
    "by-calendar": ("type", "user_eyeos", "name"),
    "by-calendar2": ("type", "user_eyeos"),
    "by-event": ("type", "user_eyeos", "calendar"),
    "by-event2": ("type", "user_eyeos", "calendar", "timestart", "timeend", "isallday"),
    "by-userStatus": ("user_eyeos", "status"),
    "by-usereyeos": ("user_eyeos",),
    "by-id-user-time": ("id", "user", "time_created"),
    "by-id-status": ("id", "status"),
    "by-id-path": ("id", "user_eyeos", "path"),
    "by-parent-path": ("parent_id", "user_eyeos", "path"),
    "by-id-parent": ("id", "user_eyeos", "parent_id"),
    "by-path-filename": ("path", "user_eyeos", "filename"),
    "by-parent": ("parent_id", "user_eyeos"),
    "by-id-user": ("id", "user_eyeos"),
    "by-id-cloud": ("id", "cloud"),
}


class Found(NamedTuple):
    """A document that is there."""

    document: Document
    content: Content


class Documents:
    """One replica while it is open."""

    def __init__(self, database: u1db.Database) -> None:
        self._database = database

    def find(self, index: str, *values: Any, cloud: str | None = None, begins: bool = False) -> list[Found]:
        """By exact values; `begins`: the last is a beginning. With a `cloud` only what belongs to it: the index has the
        cloud in its second place."""
        expressions = INDEXES[index]
        if cloud:
            index = re.sub(r"^by-\w+", r"\g<0>-cloud", index)
            expressions = (expressions[0], "cloud", *expressions[1:])
            values = (values[0], cloud, *values[1:])
        self._database.create_index(index, *expressions)
        wanted = [text(value) for value in values]
        found = (Found(document, document.content or {}) for document in self._candidates(index, wanted, begins))
        return [one for one in found if _fits(one.content, expressions, wanted, begins)]

    def _candidates(self, index: str, wanted: list[str], begins: bool) -> list[Document]:
        """What the index gives. It takes a star in a name for any beginning, and no empty value."""
        if any(not value or "*" in value for value in wanted):
            return self._database.get_all_docs()[1]
        *exact, last = wanted
        return self._database.get_from_index(index, *exact, f"{last}*" if begins else last)

    def add(self, content: Content) -> None:
        self._database.create_doc(content)

    def put(self, found: Found, content: Content) -> None:
        """Another content. What two desks changed at once becomes one again: the present one counts."""
        document = found.document
        document.content = content
        if document.has_conflicts:
            revisions = [other.rev or "" for other in self._database.get_doc_conflicts(document.doc_id or "")]
            self._database.resolve_doc(document, revisions)
        else:
            self._database.put_doc(document)

    def remove(self, found: Found) -> None:
        if found.document.has_conflicts:
            self.put(found, found.content)
        self._database.delete_doc(found.document)


class Replicas:
    """Those of one desk. `credentials`: of the U1DB server; without them nothing is synced."""

    def __init__(self, settings: Settings, credentials: Credentials = None) -> None:
        self._settings = settings
        self._credentials = credentials

    @contextmanager
    def open(self, name: str, *, before: bool = False, after: bool = False) -> Iterator[Documents]:
        """`before`, `after`: sync then. A desk works without its server: a sync that fails is tried again by the next
        call."""
        self._settings.databases.mkdir(parents=True, exist_ok=True)
        with u1db.open(self._settings.databases / f"{name}.u1db", create=True) as database:
            if before:
                self._sync(database, name)
            yield Documents(database)
            if after:
                self._sync(database, name)

    def _sync(self, database: u1db.Database, name: str) -> None:
        if self._credentials:
            url, creds = self._settings.sync_url(name), dict(self._credentials)
            with suppress(CloudError):
                before = database.sync(url, creds)
                if _settle(database, before):
                    database.sync(url, creds)


def _settle(database: u1db.Database, before: int) -> bool:
    """Make documents one again that were changed here and elsewhere, and came after the generation `before`; whether
    there were any. What was done here stands, for it is heard of last; a deletion yields."""
    arrived = [doc_id for doc_id, _, _ in database.whats_changed(before)[2]]
    conflicted = [document.doc_id or "" for document in database.get_docs(arrived) if document.has_conflicts]
    for doc_id in conflicted:
        theirs, *ours = database.get_doc_conflicts(doc_id)
        kept = next((one for one in ours if not one.is_tombstone()), theirs)
        database.resolve_doc(Document(doc_id, json=kept.get_json()), [one.rev or "" for one in (theirs, *ours)])
    return bool(conflicted)


def _fits(content: Content, names: tuple[str, ...], wanted: list[str], begins: bool) -> bool:
    here = [text(content[name]) if name in content else None for name in names]
    if begins and here[-1] is not None and here[-1].startswith(wanted[-1]):
        return here[:-1] == wanted[:-1]
    return here == wanted


def text(value: Any) -> str:
    """A number is looked for by its decimal text."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def contents(found: list[Found]) -> list[Content]:
    return [one.content for one in found]
