"""Advisory locks: who may say that they are at work on a file."""

import pytest
from msgspec.structs import replace

from nuvol.errors import AdvisoryLocked, BadValue, NotAllowed
from nuvol.model.nodes import AdvisoryLock
from tests.core.clouds import World

ANN = AdvisoryLock(0, "7", "Stacksync", "ann", "10.0.0.1", "2015-08-28 11:00:00", "open")
BERT = replace(ANN, user="bert", at="2015-08-28 11:05:00")


@pytest.fixture
def home(catalog, tmp_path):
    return World(catalog, tmp_path / "data").home()


def test_one_is_at_work_and_the_other_waits(home):
    locks = home.cloud.advisory
    locks.lock(home.actor, ANN, 10)
    with pytest.raises(AdvisoryLocked, match="ann"):
        locks.lock(home.actor, BERT, 10)
    for stranger in (BERT, replace(ANN, machine="10.0.0.2")):
        for act in (locks.refresh, locks.unlock):
            with pytest.raises(AdvisoryLocked):
                act(home.actor, stranger)
    locks.lock(home.actor, replace(ANN, at="2015-08-28 11:06:00"), 10)
    assert locks.get(home.actor, "7", "Stacksync").at == "2015-08-28 11:06:00"
    locks.unlock(home.actor, replace(ANN, at="2015-08-28 11:07:00"))
    assert locks.get(home.actor, "7", None).status == "close"
    locks.lock(home.actor, BERT, 10)


def test_a_lock_that_nobody_refreshes_is_over_after_its_minutes(home):
    locks = home.cloud.advisory
    locks.lock(home.actor, ANN, 10)
    with pytest.raises(AdvisoryLocked):
        locks.lock(home.actor, replace(BERT, at="2015-08-28 11:10:00"), 10)
    locks.refresh(home.actor, replace(ANN, at="2015-08-28 11:09:00"))
    with pytest.raises(AdvisoryLocked):
        locks.lock(home.actor, replace(BERT, at="2015-08-28 11:19:00"), 10)
    locks.lock(home.actor, replace(BERT, at="2015-08-28 11:19:01"), 10)
    assert locks.get(home.actor, "7", "Stacksync").user == "bert"


def test_clouds_are_apart(home):
    locks = home.cloud.advisory
    locks.lock(home.actor, ANN, 10)
    locks.lock(home.actor, replace(BERT, cloud="NEC"), 10)
    assert locks.get(home.actor, "7", "NEC").user == "bert"
    assert locks.get(home.actor, "8", None) is None


@pytest.mark.parametrize("at", ["", "soon", "2015-08-28", "2015-13-28 11:00:00", "2015-08-28T11:00:00"])
def test_a_time_that_cannot_be_read_is_refused(home, at):
    for act in (
        lambda wish: home.cloud.advisory.lock(home.actor, wish, 10),
        lambda wish: home.cloud.advisory.refresh(home.actor, wish),
    ):
        with pytest.raises(BadValue):
            act(replace(ANN, at=at))


def test_who_may_only_read_locks_nothing(home):
    reader = replace(home.actor, scopes=frozenset({"files:read"}))
    assert home.cloud.advisory.get(reader, "7", None) is None
    with pytest.raises(NotAllowed):
        home.cloud.advisory.lock(reader, ANN, 10)
