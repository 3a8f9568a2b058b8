"""Steps that wait at the same time: written by one unit, answered each by itself."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest

from nuvol.core.joining import LIMIT, Joining
from nuvol.errors import CloudError, QuotaExceeded, RevisionConflict, StoreFailed
from tests.core.clouds import Home

TEXT = '{"n": 1}'


class Store:
    """Writes numbers: odd ones are no step, and a unit may fail as a whole. The first unit waits until `full` says so.

    `after` is what a write does after its unit asked for the steps.
    """

    def __init__(self, after: Callable[[list[int]], None] = lambda steps: None) -> None:
        self.units: list[list[int]] = []
        self._after = after
        self._alone = threading.Lock()
        self._begun, self._go = threading.Event(), threading.Event()

    def write(self, steps: Callable[[], list[int]]) -> list[int | CloudError]:
        with self._alone:
            taken = list(steps())
            self.units.append(taken)
            if len(self.units) == 1:
                self._begun.set()
                assert self._go.wait(30)
            else:
                self._after(taken)
        return [RevisionConflict(f"{step}") if step % 2 else step * 10 for step in taken]

    @staticmethod
    def _waits(joining: Joining, step: int) -> bool:
        return any(step in run.steps for run in [*joining._gathering.values()])

    def all(self, steps: range) -> list[int | Exception]:
        """What each came to; all but the first gather while that is written."""
        joining = Joining()

        def join(step: int) -> int | Exception:
            try:
                return joining.join("here", step, self.write)
            except Exception as error:
                return error

        with ThreadPoolExecutor(len(steps)) as pool:
            first = pool.submit(join, steps[0])
            assert self._begun.wait(30)
            others = []
            for step in steps[1:]:
                others.append(pool.submit(join, step))
                while not self._waits(joining, step):
                    sleep(0.001)
            self._go.set()
            return [first.result(), *(other.result() for other in others)]


def test_what_gathers_meanwhile_is_written_together_and_answered_each_by_itself() -> None:
    store = Store()
    outcomes = store.all(range(8))
    assert store.units[0] == [0] and [step for unit in store.units[1:] for step in unit] == [1, 2, 3, 4, 5, 6, 7]
    assert len(store.units) < 8
    assert outcomes[::2] == [0, 20, 40, 60]
    assert [str(outcome) for outcome in outcomes[1::2]] == ["1", "3", "5", "7"]
    assert len({id(outcome) for outcome in outcomes[1::2]}) == 4


def test_what_fails_together_is_tried_one_by_one() -> None:
    def no_room(steps: list[int]) -> None:
        if sum(steps) > 4:
            raise QuotaExceeded(0)

    store = Store(no_room)
    outcomes = store.all(range(0, 10, 2))
    assert [type(outcome) for outcome in outcomes] == [int, int, int, QuotaExceeded, QuotaExceeded]


def test_when_the_store_fails_it_has_failed_for_all() -> None:
    def broken(steps: list[int]) -> None:
        raise StoreFailed("Nobody knows.")

    store = Store(broken)
    outcomes = store.all(range(0, 10, 2))
    assert outcomes[0] == 0 and all(isinstance(outcome, StoreFailed) for outcome in outcomes[1:])
    assert len({id(outcome) for outcome in outcomes[1:]}) == 4
    assert sum(len(unit) for unit in store.units) == 5, "nothing is tried again"


def test_a_unit_takes_so_many_steps_at_most() -> None:
    store = Store()
    store.all(range(0, 2 * LIMIT + 6, 2))
    assert len(store.units) == 3 and len(store.units[1]) == LIMIT


def test_other_keys_are_other_units() -> None:
    joining, store = Joining(), Store()
    store._go.set()
    assert [joining.join(key, 2, store.write) for key in "ab"] == [20, 20]
    assert store.units == [[2], [2]]


def put_at_once(home: Home, count: int) -> list[str | Exception]:
    """New documents from as many threads; then the same once more, which all conflict."""
    replica = home.cloud.documents.open(home.actor, "notes", create=True)

    def put(number: int) -> str | Exception:
        try:
            return replica.put(f"d{number % count}", None, TEXT)
        except CloudError as error:
            return error

    with ThreadPoolExecutor(2 * count) as pool:
        return list(pool.map(put, range(2 * count)))


def test_documents_put_at_once_are_all_there_or_refused_as_if_alone(anna: Home) -> None:
    cursor = anna.cloud.journal.cursor(anna.actor)
    outcomes = put_at_once(anna, 12)
    database = anna.cloud.documents.get(anna.actor, "notes")
    assert sum(isinstance(outcome, str) for outcome in outcomes) == 12
    assert sum(isinstance(outcome, RevisionConflict) for outcome in outcomes) == 12
    assert (database.generation, database.documents, database.size) == (12, 12, 12 * len(TEXT))
    changes = [c for c in anna.cloud.journal.changes(anna.actor, cursor).changes if c.object == "document"]
    assert [c.number for c in changes] == list(range(1, 13))
    assert {c.new_name for c in changes} == {f"d{n}" for n in range(12)}


def test_of_documents_put_at_once_those_that_fit_are_kept(anna: Home) -> None:
    anna.set_quota(5 * len(TEXT) + 1)
    outcomes = put_at_once(anna, 12)
    assert sum(isinstance(outcome, str) for outcome in outcomes) == 5
    assert anna.used == 5 * len(TEXT)
    assert anna.cloud.documents.get(anna.actor, "notes").documents == 5
    with pytest.raises(QuotaExceeded):
        anna.cloud.documents.open(anna.actor, "notes").put("more", None, TEXT)


def test_a_database_that_is_gone_is_gone_for_each(anna: Home) -> None:
    anna.cloud.documents.create(anna.actor, "notes")
    replica = anna.cloud.documents.open(anna.actor, "notes")
    anna.cloud.documents.delete(anna.actor, "notes")

    def put(number: int) -> str:
        try:
            return replica.put(f"d{number}", None, TEXT)
        except CloudError as error:
            return error.code

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(put, range(6))) == {"database-missing"}
