"""A6: whoever guesses must wait, and nobody else."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuvol.clock import DAY, HOUR, MINUTE, SECOND
from nuvol.core import attempts
from nuvol.errors import CloudError, NotAdmitted, TooManyAttempts
from tests.core.people import NETWORK, PASSWORD, People


@pytest.fixture
def people(catalog):
    people = People(catalog)
    people.add("anna")
    yield people
    people.passwords.close()


def fail(people: People, name: str = "anna", network: str = NETWORK, device: str | None = None) -> None:
    with pytest.raises(NotAdmitted):
        people.sign_in(name, "wrong", network, device)


def fail_often(people: People, times: int, name: str = "anna", network: str = NETWORK) -> None:
    """Fail so many times, waiting as long as it is asked."""
    for done in range(times):
        people.clock.move(attempts.delay(done))
        fail(people, name, network)


def refused(people: People, name: str = "anna", network: str = NETWORK, password: str = PASSWORD) -> float:
    """The wait that is asked for, in seconds."""
    compared = people.passwords.compared
    with pytest.raises(TooManyAttempts) as caught:
        people.sign_in(name, password, network)
    assert people.passwords.compared == compared, "nothing is compared while the delay runs"
    return caught.value.wait


def test_the_delay_grows_from_a_fifth_of_a_second_at_five_failures_to_twenty_five():
    assert [attempts.delay(failures) / SECOND for failures in range(3, 14)] == [
        *(0, 0, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25, 25)
    ]


def test_ten_thousand_guesses_take_more_than_sixty_hours():
    assert sum(map(attempts.delay, range(10_000))) > 60 * HOUR


def test_four_failures_cost_nothing_and_the_fifth_a_wait(people):
    for _ in range(4):
        fail(people)
    people.sign_in("anna")
    fail(people)
    assert refused(people) == pytest.approx(0.2)
    people.clock.move(SECOND // 5 - 1)
    assert refused(people) == pytest.approx(0.000001)
    people.clock.move(1)
    people.sign_in("anna")


def test_name_and_address_are_one_count_from_whatever_network(people):
    for i, name in enumerate(["anna", "anna@example.org", "ANNA", "Anna@Example.org", "anna"]):
        fail(people, name, f"192.0.2.{i}")
    assert refused(people, network="192.0.2.99") > 0


def test_one_network_waits_whatever_names_it_tries(people):
    for i in range(5):
        fail(people, f"somebody-{i}")
    assert refused(people) > 0
    people.sign_in("anna", network="198.51.100.7")


def test_a_name_that_nobody_has_is_answered_like_one_that_somebody_has(people):
    def story(name: str, network: str) -> list[str]:
        told = []
        for _ in range(8):
            compared = people.passwords.compared
            try:
                people.sign_in(name, "wrong", network)
            except CloudError as error:
                told.append(f"{error.code} {error} {error.advice} {people.passwords.compared - compared}")
            people.clock.move(SECOND // 10)
        return told

    assert story("anna", "192.0.2.1") == story("nobody", "192.0.2.2") == story("\0 is no name", "192.0.2.3")


def test_signing_in_forgives_the_account_but_not_the_network(people):
    people.add("mallory")
    fail_often(people, 4)
    people.sign_in("mallory")
    fail(people)
    assert refused(people) > 0  # else one good password would pay for endless guesses at others'
    people.clock.move(MINUTE)
    people.sign_in("anna", network="198.51.100.7")
    fail_often(people, 4, network="198.51.100.8")
    people.sign_in("anna", network="198.51.100.9")


def test_a_known_device_is_not_locked_out_by_others(people):
    device = people.grants.remember_device(people.actor("anna"))
    fail_often(people, 20)
    assert refused(people) > 0
    people.sign_in("anna", device=device)
    people.sign_in("anna", device=device, network="198.51.100.7")
    assert refused(people) > 0, "its success opens nothing for others"


def test_a_known_device_waits_for_its_own_failures(people):
    device = people.grants.remember_device(people.actor("anna"))
    for _ in range(5):
        fail(people, device=device)
    with pytest.raises(TooManyAttempts):
        people.sign_in("anna", device=device)
    people.sign_in("anna")


@pytest.mark.parametrize("make", ["other account's", "session", "invented", "expired", "revoked", "no text"])
def test_only_a_live_device_of_that_account_is_known(people, make):
    people.add("bert")
    anna = people.actor("anna")
    device = people.grants.remember_device(people.actor("bert") if make == "other account's" else anna)
    if make == "session":
        device = people.sign_in("anna")
    elif make == "invented":
        device = "nv_d_" + "A" * 43
    elif make == "no text":
        device = "nv_d_\ud800"
    elif make == "expired":
        people.clock.move(366 * DAY)
    elif make == "revoked":
        people.grants.revoke(anna, people.grants.list(anna, "device")[0].id)
    fail_often(people, 5)
    with pytest.raises(TooManyAttempts):
        people.sign_in("anna", device=device)


def test_a_device_that_is_known_already_keeps_its_secret(people):
    anna = people.actor("anna")
    device = people.grants.remember_device(anna)
    assert people.grants.remember_device(anna, device) == device
    assert people.grants.remember_device(anna, "nv_d_other") != device
    people.clock.move(300 * DAY)
    people.sign_in("anna", device=device)
    people.clock.move(300 * DAY)
    assert people.grants.remember_device(people.actor("anna"), device) == device


def test_the_delay_holds_in_another_process_and_after_a_restart(people):
    fail_often(people, 7)
    other = People(people.catalog, people.clock)
    assert refused(other) == refused(people) == pytest.approx(0.8)
    other.passwords.close()


def test_a_burst_of_guesses_at_one_moment_does_not_slip_through(people):
    start = threading.Barrier(16)

    def guess(i: int) -> str:
        start.wait()
        try:
            people.sign_in("anna", f"guess {i}", f"192.0.2.{i}")
        except CloudError as error:
            return error.code
        return "in"

    with ThreadPoolExecutor(16) as pool:
        told = list(pool.map(guess, range(16)))
    assert told.count("not-admitted") == people.passwords.compared == 5
    assert told.count("too-many-attempts") == 11


def test_failures_are_forgotten_after_a_day(people):
    fail_often(people, 12)
    people.clock.move(DAY)
    fail_often(people, 4)
    people.sign_in("anna")


def test_old_failures_are_swept_away(people):
    fail_often(people, 3)
    people.clock.move(DAY // 2)
    people.grants.expire()
    bucket = attempts.network_bucket(NETWORK)
    assert people.catalog.read(lambda tx: tx.attempts.get(bucket))[0] == 3
    people.clock.move(DAY)
    people.grants.expire()
    assert people.catalog.read(lambda tx: tx.attempts.get(bucket)) == (0, 0)


def test_a_clock_set_back_locks_nobody_out_for_longer(people):
    fail_often(people, 12)
    people.clock.move(-HOUR)
    assert refused(people) <= 25


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("fe80::1%eth0", "fe80::2%eth0", True),
        ("unix", "unix", True),
    ],
)
def test_a_network_is_an_ipv4_address_or_an_ipv6_64(one, other, same):
    assert (attempts.network_bucket(one) == attempts.network_bucket(other)) is same


@given(st.text())
def test_any_network_and_any_name_has_a_bucket(text):
    assert attempts.network_bucket(text).startswith("network:")
    assert attempts.handle_bucket(text).startswith("handle:")
