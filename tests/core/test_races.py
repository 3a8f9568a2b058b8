"""S4, S5 and S6: many at once, and nothing is lost, counted twice or left out."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest

from nuvol.errors import PreconditionFailed, QuotaExceeded
from nuvol.model.nodes import Guard
from tests.core.clouds import Home, noise
from tests.sizes import chance, size

T = TypeVar("T")


def at_once(work: Callable[[int], T], count: int) -> Sequence[T]:
    """Do it so many times, beginning at the same moment."""
    start = threading.Barrier(count)

    def begin(number: int) -> T:
        start.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(begin, range(count)))


@pytest.mark.parametrize("length", [1000, 100_000, 300_000], ids=["inline", "one chunk", "some chunks"])
def test_of_fifty_uploads_with_room_for_ten_exactly_ten_succeed(anna, length):
    anna.set_quota(10 * length + length // 2)

    def uploads(number: int) -> bool:
        try:
            anna.write(anna.root.id, f"f{number}", noise(length, number))
        except QuotaExceeded:
            return False
        return True

    assert sum(at_once(uploads, 50)) == 10
    assert len(anna.names()) == 10 and anna.used == 10 * length
    for name in anna.names():
        assert anna.read(name) == noise(length, name.removeprefix("f"))


def test_fifty_uploads_of_the_same_content_are_counted_once(anna):
    for length in (1000, 300_000):
        at_once(lambda i, length=length: anna.write(anna.root.id, f"{length} {i}", noise(length)), 20)
    assert anna.used == 301_000 and len(anna.names()) == 40


def test_of_twenty_writers_who_know_the_same_state_one_succeeds(anna):
    etag = anna.put("f", b"first").etag

    for round in range(5):

        def writes(number: int, etag: str = etag, round: int = round) -> str | None:
            guard = Guard(if_match=(etag,))
            try:
                return anna.write(anna.root.id, "f", f"{round} {number}".encode() * 9, guard=guard).node.etag
            except PreconditionFailed:
                return None

        won = [told for told in at_once(writes, 20) if told]
        assert won == [anna.node("f").etag]
        etag = won[0]
    assert anna.node("f").number == 6


def test_of_twenty_who_create_the_same_name_one_succeeds(anna):
    def creates(number: int) -> bool:
        try:
            anna.write(anna.root.id, "f", str(number).encode(), guard=Guard(if_none_match=("*",)))
        except PreconditionFailed:
            return False
        return True

    assert sum(at_once(creates, 20)) == 1
    assert anna.node("f").number == 1


def some_change(home: Home, folder_id: int, number: int, random) -> None:
    name = f"f{random.randrange(5)}"
    node = home.write(folder_id, name, str(number).encode()).node
    if number % 3 == 0:
        home.cloud.tree.move(home.actor, node.id, folder_id, f"{name} moved")
    elif number % 3 == 1:
        home.cloud.tree.trash(home.actor, node.id)


@pytest.mark.torture
@pytest.mark.parametrize("limit", [1, 7, 500])
def test_who_reads_the_journal_while_many_write_misses_no_number_and_meets_none_twice(anna, limit):
    folders = [anna.folder(f"d{i}").id for i in range(20)]
    start = anna.cloud.journal.cursor(anna.actor)
    changes = size(8, 50_000)
    writing = threading.Event()
    writing.set()

    def reads() -> list[int]:
        cursor, seen, last_round = start, [], False
        while True:
            last_round = not writing.is_set()
            page = anna.cloud.journal.changes(anna.actor, cursor, limit=limit)
            assert not page.reset
            seen += [change.seq for change in page.changes]
            cursor = page.cursor
            if last_round and not page.changes:
                return seen

    def writes(number: int) -> None:
        random = chance(number)
        for i in range(changes):
            some_change(anna, folders[number], i, random)

    with ThreadPoolExecutor(1) as reader:
        seen = reader.submit(reads)
        at_once(writes, 20)
        writing.clear()
        numbers = seen.result()
    first = int(start.rpartition("-")[2], 16)
    last = int(anna.cloud.journal.cursor(anna.actor).rpartition("-")[2], 16)
    assert numbers == list(range(first + 1, last + 1)) and last - first >= 20 * changes


def test_every_change_is_told_to_who_watches_in_the_end(anna):
    """Notices may come together; after the last of them the journal holds everything."""
    last = threading.Event()
    heard: list[int] = []

    def told() -> None:
        now = int(anna.cloud.journal.cursor(anna.actor).rpartition("-")[2], 16)
        heard.append(now)
        if now >= goal:
            last.set()

    goal = int(anna.cloud.journal.cursor(anna.actor).rpartition("-")[2], 16) + 60
    stop = anna.cloud.journal.watch(anna.actor, told)
    at_once(lambda i: [anna.put(f"f{i} {j}") for j in range(6)], 10)
    assert last.wait(20)
    stop()
    assert 0 < len(heard) <= 60
