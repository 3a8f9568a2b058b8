"""Replicas of the SDK against a running server: offline work, background sync, conflicts."""

import asyncio
import inspect
import itertools
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nuvol.errors import CloudError, ConflictedDoc, DatabaseDoesNotExist, RevisionConflict
from nuvol.sdk import AsyncSession, Session, databases
from tests.servers import Server, serve

PATIENCE = 60
"""Seconds to wait for something that happens in the background; an idle machine needs a tenth of one."""

numbers = itertools.count(1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serve(tmp_path_factory.mktemp("documents") / "data") as server:
        yield server


@pytest.fixture
def name() -> str:
    """A database that nobody else uses."""
    return f"notes{next(numbers)}"


class Awaited:
    """Something async, used by a blocking test."""

    def __init__(self, inner: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._inner = inner
        self._loop = loop

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if not inspect.iscoroutinefunction(found):
            return found
        return lambda *args, **how: asyncio.run_coroutine_threadsafe(found(*args, **how), self._loop).result()


@pytest.fixture
def opened(colour: str, server: Server, loop: asyncio.AbstractEventLoop, name: str) -> Iterator[Callable[..., Any]]:
    """Opens replicas of the database `name`; by default such that sync when they are told to."""
    made: list[Any] = []

    def make(path: Path | str = ":memory:", *, background: bool = False, url: str = "", **how: Any) -> Any:
        login = (server.name, server.password)
        if colour == "blocking":
            session: Any = Session(url or server.url, login=login)
            replica: Any = session.documents(name, path, background=background, **how)
        else:
            session = Awaited(AsyncSession(url or server.url, login=login), loop)
            replica = Awaited(session.documents(name, path, background=background, **how), loop)
        made.extend((replica, session))
        return replica

    yield make
    for one in made:
        one.close()


def until(condition: Callable[[], Any]) -> Any:
    """What the condition gives as soon as it gives something."""
    end = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)
    return found


def contents(replica: Any) -> dict[str, Any]:
    return {document.doc_id: document.content for document in replica.all()}


def test_what_is_made_on_one_device_is_on_the_other(opened) -> None:
    laptop, phone = opened(), opened()
    laptop.create({"title": "Sea"}, "d1")
    laptop.sync()
    phone.sync()
    document = phone.get("d1")
    document.content["title"] = "Mountain"
    phone.put(document)
    phone.sync()
    laptop.sync()
    assert contents(laptop) == contents(phone) == {"d1": {"title": "Mountain"}}
    laptop.delete(laptop.get("d1"))
    laptop.sync()
    phone.sync()
    assert contents(phone) == {}


def test_a_new_replica_takes_everything(opened) -> None:
    laptop, phone = opened(), opened()
    for number in range(600):
        laptop.create({"n": number}, f"d{number}")
    laptop.sync()
    phone.sync()
    assert contents(phone) == contents(laptop)
    phone.create({"n": -1}, "new")
    phone.sync()
    laptop.sync()
    assert laptop.get("new").content == {"n": -1}


def test_documents_are_found_without_the_server(opened) -> None:
    notes = opened(url="http://127.0.0.1:9")
    notes.index("by-tag", "tags", "n")
    for number, tags in enumerate((["sea"], ["sea", "sun"], ["sun"])):
        notes.create({"tags": tags, "n": number}, f"d{number}")
    assert [document.doc_id for document in notes.find("by-tag", "sun", "*")] == ["d1", "d2"]
    assert [document.doc_id for document in notes.between("by-tag", ("sea", "1"), None)] == ["d1", "d2"]
    with pytest.raises(CloudError):
        notes.sync()
    assert notes.failure is not None


def test_a_conflict_is_shown_and_decided(opened) -> None:
    laptop, phone = opened(), opened()
    laptop.create({"by": "nobody"}, "d")
    laptop.sync()
    phone.sync()
    for replica, by in ((laptop, "laptop"), (phone, "phone")):
        document = replica.get("d")
        document.content["by"] = by
        replica.put(document)
    laptop.sync()
    phone.sync()
    assert laptop.conflicts() == []
    (conflict,) = phone.conflicts()
    assert (conflict.doc_id, [value.content["by"] for value in conflict.values]) == ("d", ["laptop", "phone"])
    with pytest.raises(ConflictedDoc):
        phone.put(phone.get("d"))
    conflict.keep(conflict.values[1])
    assert phone.conflicts() == []
    phone.sync()
    laptop.sync()
    assert contents(laptop) == contents(phone) == {"d": {"by": "phone"}}


def test_a_deletion_against_a_change_is_a_conflict_too(opened) -> None:
    laptop, phone = opened(), opened()
    laptop.create({"n": 1}, "d")
    laptop.sync()
    phone.sync()
    laptop.delete(laptop.get("d"))
    document = phone.get("d")
    document.content["n"] = 2
    phone.put(document)
    laptop.sync()
    phone.sync()
    (conflict,) = phone.conflicts()
    assert [value.is_tombstone() for value in conflict.values] == [True, False]
    conflict.resolve({"n": 3})
    phone.sync()
    laptop.sync()
    assert contents(laptop) == {"d": {"n": 3}}


def test_a_late_change_is_refused(opened) -> None:
    notes = opened()
    first = notes.create({"n": 1}, "d")
    second = notes.get("d")
    notes.put(second)
    with pytest.raises(RevisionConflict):
        notes.put(first)


def test_changes_travel_by_themselves(opened) -> None:
    changed: set[str] = set()
    laptop = opened(background=True)
    phone = opened(background=True, on_change=changed.update)
    laptop.create({"n": 1}, "d")
    until(lambda: phone.get("d"))
    document = phone.get("d")
    document.content["n"] = 2
    phone.put(document)
    until(lambda: laptop.get("d").content == {"n": 2})
    assert "d" in changed
    assert laptop.failure is None


def test_a_replica_in_a_file_goes_on_where_it_was(opened, tmp_path: Path) -> None:
    laptop = opened(tmp_path / "notes.u1db", url="http://127.0.0.1:9")
    laptop.create({"n": 1}, "offline")
    laptop.close()
    again, phone = opened(tmp_path / "notes.u1db"), opened()
    again.sync()
    phone.sync()
    assert contents(phone) == {"offline": {"n": 1}}


def test_databases_are_listed_and_removed(server: Server, opened, name: str) -> None:
    notes = opened()
    notes.create({"n": 1})
    notes.sync()
    with Session(server.url, login=(server.name, server.password)) as session:
        assert name in [database.name for database in session.run(databases.every()).databases]
        assert session.run(databases.make(name)).name == name
        session.run(databases.delete(name))
        with pytest.raises(DatabaseDoesNotExist):
            session.run(databases.get(name))
