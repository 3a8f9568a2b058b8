"""Sessions, app passwords and tokens: who is let in, for how long, and what ends it at once."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from nuvol.clock import DAY, MINUTE, SECOND
from nuvol.core import admissions
from nuvol.core.access import SCOPES
from nuvol.core.grants import BY_PASSWORD, NOTED_EVERY
from nuvol.core.passwords import Passwords
from nuvol.errors import (
    AccountMissing,
    BadValue,
    CloudError,
    GrantMissing,
    NotAdmitted,
    NotAllowed,
    StoreFull,
    TooManyAttempts,
)
from nuvol.model.accounts import FULL
from nuvol.model.rules import Rules
from nuvol.waiting import cross
from tests.core.people import NETWORK, PASSWORD, People, Watched, admitted


@pytest.fixture
def people(catalog):
    people = People(Watched(catalog))
    people.add("anna")
    people.add("bert")
    yield people
    people.passwords.close()


@pytest.fixture
def anna(people):
    return people.actor("anna")


def account_id(people: People, name: str) -> int:
    return people.accounts.find(None, name).id


def basic(people: People, login: str, password: str) -> bool:
    try:
        people.grants.admit_basic(login, password, NETWORK)
    except NotAdmitted:
        return False
    return True


# ---------------------------------------------------------------------------------------------------- sessions


@pytest.mark.parametrize("handle", ["anna", "ANNA", "anna@example.org", " Anna@Example.Org "])
def test_one_signs_in_by_name_or_address(people, handle):
    account, token = people.grants.sign_in(handle, PASSWORD, agent="Firefox", network=NETWORK)
    actor = people.grants.admit_token(token, NETWORK)
    assert (actor.account_id, actor.name, actor.scopes, actor.admin) == (account.id, "anna", FULL, False)


@pytest.mark.parametrize(("handle", "password"), [("anna", "wrong"), ("anna", ""), ("carla", PASSWORD), ("", "")])
def test_a_wrong_name_or_password_is_refused(people, handle, password):
    with pytest.raises(NotAdmitted):
        people.sign_in(handle, password)


def test_without_a_password_nobody_signs_in(people):
    people.add("desk", password=None)
    with pytest.raises(NotAdmitted):
        people.sign_in("desk", "")


def test_a_password_typed_on_another_system_is_the_same(people):
    people.add("josep", password="Cafè al matí")
    people.sign_in("josep", "Cafe\u0300 al mati\u0301")


def test_every_sign_in_has_a_token_of_its_own(people):
    tokens = {people.sign_in("anna") for _ in range(3)}
    assert len(tokens) == 3
    assert len(people.grants.sessions(people.actor("anna"))) == 4


def test_a_session_says_where_it_is(people):
    people.grants.sign_in("anna", PASSWORD, agent="Fire\r\nfox\0\ud800 " + "x" * 300, network=NETWORK)
    session = people.grants.sessions(people.actor("anna"))[0]
    assert session.agent == ("Fire  fox   " + "x" * 300)[:200]
    assert session.network == NETWORK


def test_a_session_lasts_as_long_as_it_is_used(people):
    token = people.sign_in("anna")
    for _ in range(4):
        people.clock.move(29 * DAY)
        assert admitted(people, token)
    people.clock.move(30 * DAY)
    assert not admitted(people, token)
    assert people.grants.expire() == 0
    people.clock.move(1)
    assert people.grants.expire() == 1


def test_signing_out_ends_this_session_at_once(people, anna):
    other = people.sign_in("anna")
    token = people.sign_in("anna")
    people.grants.sign_out(people.grants.admit_token(token, NETWORK))
    assert not admitted(people, token)
    assert admitted(people, other)


def test_signing_out_twice_is_no_error(people, anna):
    people.grants.sign_out(anna)
    people.grants.sign_out(anna)


def test_revoking_works_at_once(people, anna):
    token = people.sign_in("anna")
    session = people.grants.admit_token(token, NETWORK)
    people.grants.revoke(anna, session.grant_id)
    assert not admitted(people, token)
    with pytest.raises(GrantMissing):
        people.grants.revoke(anna, session.grant_id)


def test_somebody_elses_grant_is_missing(people, anna):
    bert = people.actor("bert")
    with pytest.raises(GrantMissing):
        people.grants.revoke(anna, bert.grant_id)
    assert [grant.id for grant in people.grants.list(anna)] == [anna.grant_id]


def test_the_use_of_a_session_is_written_at_most_every_five_minutes(people):
    token = people.sign_in("anna")
    people.catalog.calls.clear()
    for _ in range(60):
        people.clock.move(30 * SECOND)
        people.grants.admit_token(token, "198.51.100.7")
    assert people.catalog.calls.count("write") == 6
    session = people.grants.sessions(people.grants.admit_token(token, NETWORK))[0]
    assert session.used_at == people.clock()
    assert session.network == "198.51.100.7"


def test_a_full_disk_keeps_nobody_out(people):
    token = people.sign_in("anna")
    people.clock.move(NOTED_EVERY)

    def full(verb: str) -> None:
        if verb == "write":
            raise StoreFull("No space is left.")

    people.catalog.before = full
    assert admitted(people, token)


# ------------------------------------------------------------------------------------- app passwords and tokens


def test_an_app_password_opens_with_any_handle_of_its_account_only(people, anna):
    secret = people.grants.app_password(anna, anna.account_id, "Phone", {"files", "calendar"})
    for login in ("anna", "Anna@example.org"):
        actor = people.grants.admit_basic(login, secret, NETWORK)
        assert (actor.account_id, actor.scopes, actor.app) == (anna.account_id, {"files", "calendar"}, "Phone")
    assert people.grants.admit_token(secret, NETWORK).scopes == {"files", "calendar"}
    assert not basic(people, "bert", secret)
    assert not basic(people, "", secret)
    with pytest.raises(NotAdmitted):
        people.sign_in("anna", secret)


def test_a_revoked_app_password_uses_up_no_attempts(people, anna):
    secret = people.grants.app_password(anna, anna.account_id, "Phone", {"files"})
    assert basic(people, "anna", secret)
    people.grants.revoke(anna, people.grants.list(anna, "app-password")[0].id)
    for _ in range(20):
        assert not basic(people, "anna", secret)
    people.sign_in("anna")


def test_a_bearer_token_opens_until_its_day(people, anna):
    short = people.grants.bearer(anna, "Backup", {"files:read"}, 7)
    long = people.grants.bearer(anna, "Backup", {"files:read"}, None)
    assert people.grants.admit_token(short, NETWORK).scopes == {"files:read"}
    people.clock.move(7 * DAY - 1)
    assert admitted(people, short)
    people.clock.move(1)
    assert not admitted(people, short)
    people.clock.move(3650 * DAY)
    assert admitted(people, long)
    assert not basic(people, "anna", long)


def test_a_grant_has_a_label_and_scopes_that_exist(people, anna):
    for label, scopes in [("", {"files"}), ("\n", {"files"}), ("x", ()), ("x", {"account"}), ("x", {"files", "all"})]:
        with pytest.raises(BadValue):
            people.grants.bearer(anna, label, scopes, None)
        with pytest.raises(BadValue):
            people.grants.app_password(anna, anna.account_id, label, scopes)


def test_a_token_lasts_for_a_sensible_time(people, anna):
    for days in (0, -1, 1 << 60):
        with pytest.raises(BadValue):
            people.grants.bearer(anna, "x", {"files"}, days)


def test_nobody_makes_an_app_password_for_another_but_the_command_line(people, anna):
    bert = account_id(people, "bert")
    with pytest.raises(AccountMissing):
        people.grants.app_password(anna, bert, "x", {"files"})
    assert basic(people, "bert", people.grants.app_password(None, bert, "x", {"files"}))
    with pytest.raises(AccountMissing):
        people.grants.app_password(None, 4711, "x", {"files"})


def test_only_a_session_makes_lists_and_takes_grants(people, anna):
    secret = people.grants.app_password(anna, anna.account_id, "x", SCOPES)
    token = people.grants.bearer(anna, "x", SCOPES, None)
    actors = [
        people.grants.admit_basic("anna", secret, NETWORK),
        people.grants.admit_basic("anna", PASSWORD, NETWORK),
        people.grants.admit_token(token, NETWORK),
    ]
    for actor in actors:
        for refused in (
            lambda actor=actor: people.grants.list(actor),
            lambda actor=actor: people.grants.sessions(actor),
            lambda actor=actor: people.grants.bearer(actor, "x", {"files"}, None),
            lambda actor=actor: people.grants.app_password(actor, actor.account_id, "x", {"files"}),
            lambda actor=actor: people.grants.revoke(actor, anna.grant_id),
            lambda actor=actor: people.grants.remember_device(actor),
        ):
            with pytest.raises(NotAllowed):
                refused()


def test_a_device_secret_opens_nothing_and_is_not_listed(people, anna):
    device = people.grants.remember_device(anna)
    assert not admitted(people, device)
    assert not basic(people, "anna", device)
    assert [grant.kind for grant in people.grants.list(anna)] == ["session"]


def test_what_is_no_token_opens_nothing(people):
    for token in ("", "nv_s_", "nv_s_" + "A" * 43, "Bearer x", "\0", "\ud800", "ü" * 100_000):
        assert not admitted(people, token)


def test_strange_names_and_passwords_are_wrong_ones(people):
    for login in ("anna", "", "\0", "\ud800", "x" * 100_000):
        for password in ("", "\0", "\ud800", "nv_p_", "nv_p_" + "é" * 43, "x" * 100_000):
            assert not basic(people, login, password)
            people.clock.move(25 * SECOND)


# --------------------------------------------------------------------------------------- what the door remembers


def test_a_known_token_or_password_costs_no_look_into_the_catalog(people, anna):
    token = people.sign_in("anna")
    secret = people.grants.app_password(anna, anna.account_id, "x", {"files"})
    shown = [
        lambda: people.grants.admit_token(token, NETWORK),
        lambda: people.grants.admit_basic("anna", PASSWORD, NETWORK),
        lambda: people.grants.admit_basic("anna", secret, NETWORK),
    ]
    first = [show() for show in shown]
    people.catalog.calls.clear()
    people.clock.move(NOTED_EVERY - 1)
    assert [show() for show in shown] == first
    assert people.catalog.calls == []


def test_the_account_password_by_basic_does_not_reach_the_account(people):
    actor = people.grants.admit_basic("anna", PASSWORD, NETWORK)
    assert actor.scopes == BY_PASSWORD
    assert "account" not in actor.scopes
    people.grants.sign_out(actor)


def test_a_password_is_hashed_once_however_often_it_is_shown(people):
    for _ in range(50):
        people.clock.move(4 * MINUTE)
        assert basic(people, "anna", PASSWORD)
    assert people.passwords.compared == 1
    people.clock.move(10 * MINUTE)
    assert basic(people, "anna", PASSWORD)
    assert people.passwords.compared == 2


def test_who_was_let_in_lately_is_not_locked_out_by_others(people):
    assert basic(people, "anna", PASSWORD)
    for i in range(5):
        assert not basic(people, "anna", f"guess {i}")
    people.clock.move(NOTED_EVERY)
    for _ in range(10):
        with pytest.raises((NotAdmitted, TooManyAttempts)):
            people.grants.admit_basic("anna", "another", NETWORK)
    assert basic(people, "anna", PASSWORD)


def test_eight_connections_with_one_password_are_one_attempt(people):
    start = threading.Barrier(8)

    def show(_: int) -> int:
        start.wait()
        return people.grants.admit_basic("anna", PASSWORD, NETWORK).account_id

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(show, range(8))) == {account_id(people, "anna")}
    assert people.passwords.compared == 1


def test_eight_connections_with_one_wrong_password_are_one_failure(people):
    start = threading.Barrier(8)

    def show(_: int) -> bool:
        start.wait()
        return basic(people, "anna", "wrong")

    everyone = threading.Event()
    people.catalog.before = lambda verb: everyone.wait(10)  # whoever is first waits here until the others ask too
    with ThreadPoolExecutor(8) as pool:
        shown = [pool.submit(show, i) for i in range(8)]
        while len(next(iter(people.grants._under_way._waiting.values()), ())) < 7:
            threading.Event().wait(0.001)
        everyone.set()
        assert [each.result() for each in shown] == [False] * 8
    assert people.passwords.compared == 1


def test_on_a_loop_passwords_are_compared_elsewhere(people):
    threads = []

    class Elsewhere(Passwords):
        def _matches(self, kept, password):
            threads.append(threading.current_thread().name)
            return super()._matches(kept, password)

    async def crowd() -> list[int]:
        shown = [cross(people.grants.admit_basic, "anna", PASSWORD, NETWORK) for _ in range(20)]
        shown += [cross(people.grants.admit_basic, "bert", PASSWORD, NETWORK) for _ in range(20)]
        return [actor.account_id for actor in await asyncio.gather(*shown)]

    elsewhere = Elsewhere(memory_kib=8, passes=1)
    people.grants._logins._passwords = elsewhere
    assert asyncio.run(crowd()) == [account_id(people, "anna")] * 20 + [account_id(people, "bert")] * 20
    assert len(threads) == 2
    assert all(name.startswith("passwords") for name in threads)
    elsewhere.close()


def test_who_hangs_up_first_takes_no_answer_from_the_others(people):
    async def crowd() -> list[object]:
        shown = [asyncio.create_task(cross(people.grants.admit_basic, "anna", PASSWORD, NETWORK)) for _ in range(3)]
        while people.passwords.compared == 0:
            await asyncio.sleep(0)
        shown[0].cancel()
        return await asyncio.gather(*shown, return_exceptions=True)

    told = asyncio.run(crowd())
    assert isinstance(told[0], asyncio.CancelledError)
    assert [actor.account_id for actor in told[1:]] == [account_id(people, "anna")] * 2


def test_what_was_looked_up_before_a_change_is_not_kept_after_it(people, anna):
    token = people.sign_in("anna")
    session = people.grants.admit_token(token, NETWORK)
    people.grants.forget_all()

    def revoke(verb: str) -> None:
        people.catalog.after = lambda verb: None
        people.grants.revoke(anna, session.grant_id)

    people.catalog.after = revoke  # the row has been read, and now it goes
    assert admitted(people, token), "this request was under way"
    assert not admitted(people, token)


def test_another_process_revokes_within_a_second(catalog):
    people = People(Watched(catalog, is_local=False))
    other = People(catalog, people.clock)
    people.add("anna")
    token = people.sign_in("anna")
    assert admitted(people, token)
    assert basic(people, "anna", PASSWORD)
    compared = people.passwords.compared
    other.grants.revoke(other.actor("anna"), people.grants.admit_token(token, NETWORK).grant_id)
    people.clock.move(SECOND)
    assert not admitted(people, token)
    assert basic(people, "anna", PASSWORD)
    assert people.passwords.compared == compared, "only the rows are read again"
    other.accounts.set_password(None, account_id(other, "anna"), "something else")
    people.clock.move(SECOND)
    assert not basic(people, "anna", PASSWORD)


def test_a_write_of_another_process_makes_the_door_look_again(people):
    token = people.sign_in("anna")
    assert admitted(people, token)
    people.catalog.calls.clear()
    people.catalog.tell_foreign()
    assert admitted(people, token)
    assert people.catalog.calls == ["read"]


def test_the_door_remembers_no_more_than_it_should(people, monkeypatch):
    monkeypatch.setattr(admissions, "REMEMBERED", 3)
    tokens = [people.sign_in("anna") for _ in range(5)]
    assert all(admitted(people, token) for token in tokens)
    people.catalog.calls.clear()
    assert all(admitted(people, token) for token in reversed(tokens))
    assert people.catalog.calls == ["read", "read"]


# ------------------------------------------------------------------------------------------------ what ends it all


def test_an_inactive_account_is_refused_everywhere_at_once(people, anna):
    token = people.sign_in("anna")
    secret = people.grants.app_password(anna, anna.account_id, "x", {"files"})
    bearer = people.grants.bearer(anna, "x", {"files"}, None)
    assert admitted(people, token) and basic(people, "anna", PASSWORD) and basic(people, "anna", secret)
    people.accounts.update(None, anna.account_id, active=False)
    assert not admitted(people, token)
    assert not admitted(people, bearer)
    assert not basic(people, "anna", secret)
    assert not basic(people, "anna", PASSWORD)
    with pytest.raises(NotAdmitted):
        people.sign_in("anna")
    people.accounts.update(None, anna.account_id, active=True)
    assert not admitted(people, token), "sessions do not come back to life"
    assert admitted(people, bearer)


def test_changing_the_password_ends_all_other_sessions(people, anna):
    token = people.sign_in("anna")
    mine = people.sign_in("anna")
    secret = people.grants.app_password(anna, anna.account_id, "x", {"files"})
    assert admitted(people, token) and admitted(people, mine) and basic(people, "anna", PASSWORD)
    people.accounts.change_password(people.grants.admit_token(mine, NETWORK), PASSWORD, "new password")
    assert admitted(people, mine)
    assert not admitted(people, token)
    assert not basic(people, "anna", PASSWORD)
    assert basic(people, "anna", "new password")
    assert basic(people, "anna", secret)


def test_a_password_set_by_an_administrator_ends_all_sessions(people, anna):
    token = people.sign_in("anna")
    people.accounts.set_password(None, anna.account_id, "n")
    assert not admitted(people, token)
    people.sign_in("anna", "n")


def test_a_password_changed_while_it_is_compared_opens_nothing(people):
    real = people.passwords.verify

    def slow(kept, password):
        people.passwords.verify = real
        right = real(kept, password)
        people.accounts.set_password(None, account_id(people, "anna"), "changed meanwhile")
        return right

    people.passwords.verify = slow
    with pytest.raises(CloudError):
        people.sign_in("anna")
    assert (
        people.grants.sessions(people.grants.admit_token(people.sign_in("anna", "changed meanwhile"), NETWORK))[1:]
        == []
    )


def test_a_password_is_hashed_anew_when_the_figures_change(people, catalog):
    before = catalog.read(lambda tx: tx.accounts.by_handle("anna"))[1]
    stronger = Passwords(memory_kib=16, passes=2)
    people.grants._logins._passwords = stronger
    token = people.sign_in("anna")
    after = catalog.read(lambda tx: tx.accounts.by_handle("anna"))[1]
    assert "m=8,t=1" in before and "m=16,t=2" in after
    assert admitted(people, token)
    assert basic(people, "anna", PASSWORD)
    assert catalog.read(lambda tx: tx.accounts.by_handle("anna"))[1] == after
    stronger.close()


def test_the_figures_are_those_of_owasp(catalog):
    passwords = Passwords()
    kept = passwords.hash(PASSWORD)
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.verify(kept, PASSWORD) and not passwords.verify(kept, "wrong")
    passwords.close()


def test_no_secret_is_kept_or_told(people, anna, catalog):
    secrets = [people.sign_in("anna"), people.grants.app_password(anna, anna.account_id, "x", {"files"})]
    secrets += [people.grants.bearer(anna, "x", {"files"}, None), people.grants.remember_device(anna), PASSWORD]
    people.grants.admit_basic("anna", PASSWORD, NETWORK)
    told = [repr(people.grants.list(anna, kind)) for kind in (None, "device")]
    told += [repr(each) for each in (people.grants, people.accounts, people.passwords, anna, people.grants._admissions)]
    told += [repr(vars(people.grants._admissions)), repr(vars(people.grants._proofs))]
    for secret in secrets:
        for show in (
            lambda secret=secret: people.grants.admit_token(secret + "x", NETWORK),
            lambda secret=secret: people.grants.admit_basic("anna", secret + "x", NETWORK),
            lambda secret=secret: people.sign_in("anna", secret + "x"),
            lambda secret=secret: people.accounts.change_password(anna, secret + "x", secret),
        ):
            with pytest.raises(CloudError) as caught:
                show()
            told.append(f"{caught.value!r} {caught.value.advice}")
    assert not [secret for secret in secrets for text in told if secret in text]


def test_rules_say_how_long_a_session_lasts(catalog):
    people = People(catalog, rules=Rules(session_days=1))
    people.add("anna")
    token = people.sign_in("anna")
    people.clock.move(DAY - 1)
    assert admitted(people, token)
    people.clock.move(DAY)
    assert not admitted(people, token)
