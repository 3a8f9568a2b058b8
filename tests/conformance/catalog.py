"""What every catalog promises of units, ids and notices. A backend's test is a subclass; its fixture `place` gives
the address of an empty catalog and `catalog` an open one there."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from queue import Queue

import pytest

from nuvol import ids
from nuvol.clock import DAY, SetClock
from nuvol.errors import BadValue, NameTaken, StoreFailed
from nuvol.model.accounts import Account
from nuvol.model.journal import Notice
from nuvol.stores.base import Catalog, Transaction
from nuvol.stores.catalog.catalog import SqlCatalog

SOON = 20
"""Seconds after which a test no longer waits for what should have come at once."""


def account(number: int) -> Account:
    name = f"account{number}"
    return Account(number, name, f"{name}@example.org", False, True, None, 0, 0, number + 1000, 0)


def add_account(catalog: Catalog, number: int = 1) -> None:
    catalog.write(lambda tx: tx.accounts.add(account(number), None))


def grow(catalog: Catalog, number: int = 1, rows: int = 1) -> int:
    """Add to an account's journal number as every change does."""

    def unit(tx: Transaction) -> int:
        tx.accounts.take(number)
        return tx.accounts.advance(number, rows, 0)

    return catalog.write(unit)


def get(catalog: Catalog, key: str) -> str | None:
    return catalog.read(lambda tx: tx.instance.get(key))


def put(catalog: Catalog, key: str, value: str | None) -> None:
    catalog.write(lambda tx: tx.instance.set(key, value))


class Heard:
    """A listener, and what it heard."""

    def __init__(self) -> None:
        self._queue: Queue[list[Notice]] = Queue()
        self.newest: dict[int, int] = {}

    def __call__(self, notices: list[Notice]) -> None:
        self._queue.put(list(notices))

    def until(self, **wanted: int) -> None:
        """Wait until `account3=5` was heard: journal 3 reached 5."""
        expected = {int(name.removeprefix("account")): seq for name, seq in wanted.items()}
        while not expected.items() <= self.newest.items():
            for notice in self._queue.get(timeout=SOON):
                self.newest[notice.account_id] = max(notice.seq, self.newest.get(notice.account_id, 0))


class UnitTests:
    def test_commits_grow_with_every_commit(self, catalog):
        before = catalog.commits
        put(catalog, "key", "a")
        between = catalog.commits
        catalog.write(lambda tx: tx.instance.set("key", "b"))
        assert before < between < catalog.commits

    def test_what_a_unit_wrote_is_read_afterwards(self, catalog):
        assert catalog.write(lambda tx: tx.instance.set("colour", "blue")) is None
        assert get(catalog, "colour") == "blue"
        assert catalog.snapshot(lambda tx: tx.instance.get("colour")) == "blue"

    def test_a_unit_returns_what_it_made_and_sees_its_own_writes(self, catalog):
        def unit(tx):
            tx.instance.set("colour", "blue")
            return tx.instance.get("colour")

        assert catalog.write(unit) == "blue"

    def test_it_is_there_after_reopening(self, place):
        first = SqlCatalog.open(place)
        put(first, "colour", "blue")
        first.close()
        second = SqlCatalog.open(place)
        assert get(second, "colour") == "blue"
        second.close()

    def test_a_unit_that_raises_leaves_nothing_behind_and_its_caller_gets_the_error(self, catalog):
        def unit(tx):
            tx.instance.set("colour", "red")
            raise NameTaken("sea.jpg")

        put(catalog, "colour", "blue")
        with pytest.raises(NameTaken) as caught:
            catalog.write(unit)
        assert caught.value.name == "sea.jpg"
        assert get(catalog, "colour") == "blue"

    @pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError])
    def test_whatever_a_unit_raises_the_next_one_runs(self, catalog, error):
        def unit(tx):
            tx.instance.set("colour", "red")
            raise error

        with pytest.raises(error):
            catalog.write(unit)
        put(catalog, "shape", "round")
        assert (get(catalog, "colour"), get(catalog, "shape")) == (None, "round")

    def test_failing_units_do_not_harm_their_neighbours(self, catalog):
        def unit(number):
            def change(tx):
                tx.instance.set(f"key {number}", "there")
                if number % 3 == 0:
                    raise NameTaken(str(number))

            return change

        def attempt(number):
            try:
                catalog.write(unit(number))
            except NameTaken as error:
                return error.name == str(number)
            return number % 3 != 0

        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(attempt, range(120)))
        for number in range(120):
            assert get(catalog, f"key {number}") == (None if number % 3 == 0 else "there")

    def test_no_increment_is_lost(self, catalog):
        add_account(catalog)
        with ThreadPoolExecutor(8) as pool:
            numbers = list(pool.map(lambda _: grow(catalog), range(160)))
        assert sorted(numbers) == list(range(1, 161))

    def test_a_snapshot_sees_one_state_throughout(self, catalog):
        def unit(tx):
            before = tx.instance.get("colour")
            thread = threading.Thread(target=put, args=(catalog, "colour", "red"))
            thread.start()
            thread.join()
            return before, tx.instance.get("colour")

        put(catalog, "colour", "blue")
        assert catalog.snapshot(unit) == ("blue", "blue")
        assert get(catalog, "colour") == "red"

    def test_a_snapshot_that_raises_is_left(self, catalog):
        def unit(tx):
            tx.instance.get("colour")
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            catalog.snapshot(unit)
        put(catalog, "colour", "red")
        assert catalog.snapshot(lambda tx: tx.instance.get("colour")) == "red"

    def test_a_unit_must_not_write_past_its_transaction(self, catalog):
        for unit in (lambda tx: put(catalog, "colour", "red"), lambda tx: catalog.new_ids(1)):
            with pytest.raises(RuntimeError, match="own transaction"):
                catalog.write(unit)
        put(catalog, "colour", "blue")

    def test_a_closed_catalog_says_so(self, place):
        catalog = SqlCatalog.open(place)
        catalog.close()
        with pytest.raises(StoreFailed, match="closed"):
            put(catalog, "colour", "blue")
        with pytest.raises(StoreFailed, match="closed"):
            get(catalog, "colour")

    @pytest.mark.parametrize("text", ["a\0b", "\0", "a\ud800", "\udfffb"], ids=ascii)
    def test_text_that_one_database_could_not_keep_is_refused_by_all(self, catalog, text):
        with pytest.raises(BadValue):
            put(catalog, text, "value")
        with pytest.raises(BadValue):
            put(catalog, "key", text)
        with pytest.raises(BadValue):
            get(catalog, text)
        put(catalog, "key", "🌊 nai\u0308ve \U0010ffff\x01")
        assert get(catalog, "key") == "🌊 nai\u0308ve \U0010ffff\x01"


class IdTests:
    def test_ids_ascend_from_the_present_time_and_stay_below_the_limit(self, place):
        clock = SetClock()
        catalog = SqlCatalog.open(place, clock)
        given = [*catalog.new_ids(1), *catalog.new_ids(3), *catalog.new_ids(5000), *catalog.new_ids(1)]
        catalog.close()
        assert len(given) == 5005
        assert all(before < after for before, after in pairwise(given))
        assert ids.floor(clock()) <= given[0] and given[-1] < ids.ID_LIMIT

    def test_ids_are_not_given_twice_to_threads(self, catalog):
        counts = [random.Random(5).choice([1, 2, 500, 3000]) for _ in range(200)]
        with ThreadPoolExecutor(8) as pool:
            blocks = list(pool.map(catalog.new_ids, counts))
        assert [len(block) for block in blocks] == counts
        assert len({number for block in blocks for number in block}) == sum(counts)

    def test_ids_are_not_given_twice_to_processes_or_after_a_restart(self, place):
        clock = SetClock()
        catalogs = [SqlCatalog.open(place, clock) for _ in range(2)]
        given = [number for _ in range(3) for catalog in catalogs for number in catalog.new_ids(3000)]
        for catalog in catalogs:
            catalog.close()
        clock.move(-10 * DAY)  # the clock was wrong
        again = SqlCatalog.open(place, clock)
        given += again.new_ids(10)
        again.close()
        assert len(set(given)) == len(given) == 18010

    def test_a_rolled_back_unit_gives_no_id_back(self, catalog):
        first = catalog.new_ids(1)[0]
        with pytest.raises(ZeroDivisionError):
            catalog.write(lambda tx: 1 // 0)
        assert catalog.new_ids(1)[0] > first


class NoticeTests:
    def test_listeners_hear_how_far_a_journal_has_grown(self, catalog):
        add_account(catalog)
        heard = Heard()
        catalog.on_change(heard)
        grow(catalog, rows=3)
        heard.until(account1=3)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: grow(catalog), range(40)))
        heard.until(account1=43)

    def test_what_was_rolled_back_is_not_told(self, catalog):
        def unit(tx):
            tx.accounts.take(1)
            tx.accounts.advance(1, 5, 0)
            raise NameTaken("sea.jpg")

        for number in (1, 2):
            add_account(catalog, number)
        heard = Heard()
        catalog.on_change(heard)
        with pytest.raises(NameTaken):
            catalog.write(unit)
        grow(catalog, 2)
        heard.until(account2=1)
        assert 1 not in heard.newest

    def test_a_listener_that_was_taken_away_hears_no_more(self, catalog):
        add_account(catalog)
        gone, there = Heard(), Heard()
        stop = catalog.on_change(gone)
        catalog.on_change(there)
        grow(catalog)
        for heard in (gone, there):
            heard.until(account1=1)
        stop()
        grow(catalog)
        there.until(account1=2)
        assert gone._queue.empty()

    def test_a_listener_that_fails_does_not_stop_the_others(self, catalog, caplog):
        def fail(notices):
            raise ZeroDivisionError

        add_account(catalog)
        heard = Heard()
        catalog.on_change(fail)
        catalog.on_change(heard)
        grow(catalog)
        heard.until(account1=1)
        grow(catalog)
        heard.until(account1=2)
        assert "a listener of the catalog failed" in caplog.text

    def test_other_processes_hear_it_too(self, place):
        here, there = SqlCatalog.open(place), SqlCatalog.open(place)
        heard, woken = Heard(), threading.Event()
        there.on_change(heard)
        there.on_foreign_write(woken.set)
        for number in (1, 2):
            add_account(here, number)
        grow(here, 1)
        heard.until(account1=1)
        assert woken.wait(SOON)
        grow(here, 2, rows=7)
        grow(there, 1)
        heard.until(account1=2, account2=7)
        here.close()
        there.close()

    def test_ones_own_writes_are_not_foreign(self, place):
        here, there = SqlCatalog.open(place), SqlCatalog.open(place)
        heard, woken = Heard(), threading.Event()
        here.on_foreign_write(woken.set)
        there.on_change(heard)
        add_account(here)
        for number in range(1, 30):
            assert grow(here) == number
        heard.until(account1=29)
        assert not woken.is_set()
        here.close()
        there.close()


class CatalogTests(UnitTests, IdTests, NoticeTests):
    """Everything that does not concern single kinds of rows."""
