"""Accounts: how they come, what may be said about them, and who stays administrator."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nuvol.clock import DAY, HOUR
from nuvol.core import profiles
from nuvol.errors import (
    AccountMissing,
    BadValue,
    CloudError,
    Conflict,
    HandleTaken,
    InvitationMissing,
    NotAdmitted,
    NotAllowed,
    StoreFailed,
    TooManyAttempts,
)
from nuvol.model.accounts import handle
from nuvol.model.journal import Change
from nuvol.model.nodes import Kind, State, Status
from nuvol.model.rules import Rules
from tests.core.people import NETWORK, PASSWORD, People


@pytest.fixture
def people(catalog):
    people = People(catalog)
    yield people
    people.passwords.close()


@pytest.fixture
def admin(people):
    people.add("ada", admin=True)
    return people.actor("ada")


@pytest.fixture
def anna(people):
    people.add("anna")
    return people.actor("anna")


def at_once(*calls: Callable[[], object]) -> list[object]:
    """What each call returned, or the code of its error."""
    start = threading.Barrier(len(calls))

    def made(call: Callable[[], object]) -> object:
        start.wait()
        try:
            return call()
        except CloudError as error:
            return error.code

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(made, calls))


# ------------------------------------------------------------------------------------------ names and addresses


@pytest.mark.parametrize("name", ["a", "Anna Puig", "安娜", "Zoë", "O'Neil", "x" * 64, "👩‍💻", "anna@example.org", "ﬁ"])
def test_a_name_may_be_what_people_are_called(name):
    assert profiles.checked_name(name, "anna@example.org") == name


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "needs a name"),
        (" \t", "needs a name"),
        ("x" * 256, "too long"),
        ("a\x00b", "control"),
        ("a\nb", "control"),
        ("a\x85b", "control"),
        ("a\ud800b", "control"),
        ("a/b", "“/”"),
        ("a:b", "“:”"),
        ("bert@example.org", "address of the account itself"),
        ("bert＠example.org", "address of the account itself"),
        ("@", "address of the account itself"),
    ],
)
def test_a_bad_name_is_refused_saying_why(name, why):
    with pytest.raises(BadValue, match=why):
        profiles.checked_name(name, "anna@example.org")


@pytest.mark.parametrize("email", ["a@b", "anna.puig+nuvol@mail.example.org", "jürgen@müller.example", " a@b.c "])
def test_an_address_may_be_what_mail_servers_take(email):
    assert profiles.checked_email(email) == email.strip()


@pytest.mark.parametrize(
    "email",
    ["", "anna", "@example.org", "anna@", "a@b@c", "a b@c", "a@b..c", "a@.b", "a@b.", "a\x00@b", "<a@b>", "a@b,c@d",
     "a\ud800@b", "a＠b@c", "x" * 65 + "@b", "a@" + "b" * 253],
)  # fmt: skip
def test_a_bad_address_is_refused(email):
    with pytest.raises(BadValue):
        profiles.checked_email(email)


@given(st.text())
def test_a_handle_is_its_own_handle(text):
    assert handle(handle(text)) == handle(text)


@given(st.text())
def test_any_text_is_a_good_name_or_a_bad_value(text):
    try:
        name = profiles.checked_name(text, "anna@example.org")
    except BadValue:
        return
    assert profiles.checked_name(name, "anna@example.org") == name
    assert handle(name) == handle(text)


NAMES = st.sampled_from(["anna", "ANNA", "ＡＮＮＡ", "bert", "ß", "SS", "ﬀ", "ff", "İ", "i̇", "é", "e\u0301", "K", "k"])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(NAMES, max_size=6))
def test_no_two_accounts_have_names_that_look_up_alike(people, names):
    made = []
    for name in names:
        email = f"{len(made)}@example.org"
        try:
            made.append(people.accounts.add(None, name, email, None))
        except HandleTaken:
            assert handle(name) in {handle(account.name) for account in made}
    assert len({handle(account.name) for account in made}) == len(made)
    for account in made:
        assert people.accounts.find(None, account.name) == account
        people.accounts.remove(None, account.id)


def test_a_name_is_taken_by_name_and_by_address(people):
    people.accounts.add(None, "anna", "anna@example.org", None)
    for name, email in [("Anna", "new@example.org"), ("new", "ANNA@example.org"), ("anna@example.org",) * 2]:
        with pytest.raises(HandleTaken):
            people.accounts.add(None, name, email, None)
    assert len(people.accounts.list(None)) == 1


def test_of_many_who_want_one_name_one_gets_it(people):
    def add(i: int) -> Callable[[], object]:
        return lambda: people.accounts.add(None, "anna", f"{i}@example.org", None).name

    assert sorted(map(str, at_once(*map(add, range(6))))) == ["anna"] + ["handle-taken"] * 5


# -------------------------------------------------------------------------------------------- a new account


def test_a_new_account_has_a_root_folder_with_a_first_version(people, catalog):
    account = people.add("anna")
    root = catalog.read(lambda tx: tx.nodes.get(account.id, account.root_id))
    assert (root.parent_id, root.name, root.kind, root.number, root.state) == (None, "", Kind.FOLDER, 1, State.LIVE)
    (first,) = catalog.read(lambda tx: tx.versions.of(account.id, root.id, 1 << 50, 10))
    assert (first.number, first.status, first.author_id, first.at) == (1, Status.NEW, account.id, people.clock())


def test_a_name_that_is_taken_leaves_nothing_behind(people, catalog):
    people.add("anna")
    before = catalog.new_ids(1)[0]
    with pytest.raises(HandleTaken):
        people.accounts.add(None, "new", "anna@example.org", None)
    after = catalog.new_ids(1)[0]
    ids = range(before, after)
    assert not [one for one in ids for other in ids if catalog.read(lambda tx, a=one, n=other: tx.nodes.get(a, n))]


def test_quota_is_that_of_the_rules_unless_said(catalog):
    people = People(catalog, rules=Rules(default_quota=1000))
    assert people.add("anna").quota == 1000
    bert = people.accounts.add(None, "bert", "bert@example.org", None, quota=5)
    assert bert.quota == 5
    assert people.accounts.update(None, bert.id, quota=None).quota is None
    people.passwords.close()


def test_the_command_line_takes_any_password_and_people_need_ten_characters(people, admin):
    people.accounts.add(None, "a", "a@b", "x")
    people.sign_in("a", "x")
    for password in ("", "\ud800" * 9, "x" * 1025):
        with pytest.raises(BadValue):
            people.accounts.add(None, "b", "b@b", password)
    with pytest.raises(BadValue, match="10 characters"):
        people.accounts.add(admin, "b", "b@b", "123456789")
    people.accounts.add(admin, "b", "b@b", "1234567890")


def test_an_app_password_is_no_account_password(people, anna):
    secret = people.grants.app_password(anna, anna.account_id, "x", {"files"})
    with pytest.raises(BadValue):
        people.accounts.set_password(None, anna.account_id, secret)


# ------------------------------------------------------------------------------------------ the first one


def test_the_set_up_token_makes_one_administrator_and_dies(people):
    token = people.accounts.setup_token()
    assert people.accounts.setup_open(token)
    account = people.accounts.first_admin(token, "ada", "ada@example.org", PASSWORD)
    assert account.admin
    assert people.actor("ada").admin
    assert people.accounts.setup_token() is None
    assert not people.accounts.setup_open(token)
    with pytest.raises(InvitationMissing):
        people.accounts.first_admin(token, "eve", "eve@example.org", PASSWORD)


def test_every_set_up_token_ends_the_one_before(people):
    first, second = people.accounts.setup_token(), people.accounts.setup_token()
    assert not people.accounts.setup_open(first)
    assert people.accounts.setup_open(second)


def test_the_set_up_token_lasts_for_a_day(people):
    token = people.accounts.setup_token()
    people.clock.move(24 * HOUR - 1)
    assert people.accounts.setup_open(token)
    people.clock.move(1)
    assert not people.accounts.setup_open(token)


def test_the_set_up_token_dies_with_an_administrator_made_elsewhere(people):
    token = people.accounts.setup_token()
    people.add("somebody")
    assert people.accounts.setup_open(token)
    people.add("ada", admin=True)
    assert not people.accounts.setup_open(token)


@pytest.mark.parametrize("token", ["", "nv_u_", "nv_u_" + "A" * 43, "\ud800"])
def test_an_invented_set_up_token_opens_nothing(people, token):
    assert not people.accounts.setup_open(token)
    people.accounts.setup_token()
    assert not people.accounts.setup_open(token)


def test_a_bad_first_name_or_password_leaves_the_token_good(people):
    token = people.accounts.setup_token()
    for name, password in [("a/b", PASSWORD), ("ada", "short")]:
        with pytest.raises(BadValue):
            people.accounts.first_admin(token, name, "ada@example.org", password)
    people.accounts.first_admin(token, "ada", "ada@example.org", PASSWORD)


def test_of_many_with_the_set_up_token_one_becomes_administrator(people):
    token = people.accounts.setup_token()

    def make(i: int) -> Callable[[], object]:
        return lambda: people.accounts.first_admin(token, f"ada{i}", f"{i}@example.org", PASSWORD).admin

    assert sorted(map(str, at_once(*map(make, range(6))))) == ["True"] + ["invitation-missing"] * 5
    assert len(people.accounts.list(None)) == 1


# -------------------------------------------------------------------------------------------------- joining


def test_by_default_one_joins_by_invitation(people, admin):
    assert people.accounts.signup_mode() == "invite"
    with pytest.raises(NotAllowed):
        people.accounts.join("carla", "carla@example.org", PASSWORD)
    token = people.accounts.invite(admin, quota=7)
    account = people.accounts.join("carla", "carla@example.org", PASSWORD, token)
    assert (account.admin, account.quota) == (False, 7)
    people.sign_in("carla")
    with pytest.raises(InvitationMissing):
        people.accounts.join("dora", "dora@example.org", PASSWORD, token)


def test_an_open_cloud_takes_everybody_and_a_closed_one_nobody(people, admin):
    token = people.accounts.invite(admin)
    people.accounts.set_signup_mode(admin, "open")
    assert not people.accounts.join("carla", "carla@example.org", PASSWORD).admin
    people.accounts.set_signup_mode(None, "closed")
    for shown in (None, token):
        with pytest.raises(NotAllowed):
            people.accounts.join("dora", "dora@example.org", PASSWORD, shown)
    with pytest.raises(BadValue):
        people.accounts.set_signup_mode(admin, "ajar")


def test_an_invitation_for_an_address_is_for_that_address(people, admin):
    token = people.accounts.invite(admin, email="Carla@example.org", admin=True)
    with pytest.raises(BadValue):
        people.accounts.join("eve", "eve@example.org", PASSWORD, token)
    assert people.accounts.join("carla", "carla@EXAMPLE.org", PASSWORD, token).admin


def test_a_failed_join_leaves_the_invitation_good(people, admin):
    token = people.accounts.invite(admin)
    with pytest.raises(HandleTaken):
        people.accounts.join("ada", "new@example.org", PASSWORD, token)
    with pytest.raises(BadValue):
        people.accounts.join("carla", "carla@example.org", "short", token)
    people.accounts.join("carla", "carla@example.org", PASSWORD, token)


def test_an_invitation_ends_by_time_by_withdrawal_and_with_its_inviter(people, admin):
    late, withdrawn, orphan = (people.accounts.invite(admin) for _ in range(3))
    people.clock.move(DAY)
    kept = people.accounts.invite(admin, email="x@example.org")
    people.clock.move(6 * DAY)
    (left,) = people.accounts.invitations(admin)
    assert (left.email, left.inviter_id) == ("x@example.org", admin.account_id)
    people.accounts.withdraw(admin, left.id)
    withdrawn, orphan = kept, people.accounts.invite(admin)
    people.add("other", admin=True)
    people.accounts.update(None, admin.account_id, admin=False)
    for token in (late, withdrawn, orphan, "nv_i_invented", "\ud800"):
        with pytest.raises(InvitationMissing):
            people.accounts.join("carla", "carla@example.org", PASSWORD, token)
    people.accounts.join("carla", "carla@example.org", PASSWORD, people.accounts.invite(None))


@pytest.mark.parametrize("invitation_id", ["", "00", "no hex", "é"])
def test_withdrawing_what_is_not_there_is_said_so(people, admin, invitation_id):
    with pytest.raises(InvitationMissing):
        people.accounts.withdraw(admin, invitation_id)


def test_of_many_with_one_invitation_one_joins(people, admin):
    token = people.accounts.invite(admin)

    def join(i: int) -> Callable[[], object]:
        return lambda: people.accounts.join(f"c{i}", f"{i}@example.org", PASSWORD, token).admin

    assert sorted(map(str, at_once(*map(join, range(6))))) == ["False"] + ["invitation-missing"] * 5


def test_whoever_asks_for_many_names_must_wait(people, admin):
    people.accounts.set_signup_mode(admin, "open")
    people.accounts.join("carla", "carla@example.org", PASSWORD, network=NETWORK)
    for i in range(5):
        with pytest.raises(HandleTaken):
            people.accounts.join("ada", f"{i}@example.org", PASSWORD, network=NETWORK)
    with pytest.raises(TooManyAttempts):
        people.accounts.join("ada", "new@example.org", PASSWORD, network=NETWORK)
    people.accounts.join("dora", "dora@example.org", PASSWORD, network="198.51.100.7")


# --------------------------------------------------------------------------------------------- looking, changing


def test_one_sees_oneself_and_administrators_see_everybody(people, admin, anna):
    assert people.accounts.me(anna) == people.accounts.get(anna, anna.account_id)
    assert people.accounts.find(anna, "ANNA@example.org").id == anna.account_id
    for look in (
        lambda: people.accounts.get(anna, admin.account_id),
        lambda: people.accounts.get(anna, 4711),
        lambda: people.accounts.get(admin, 4711),
        lambda: people.accounts.find(anna, "ada"),
        lambda: people.accounts.find(None, "nobody"),
        lambda: people.accounts.find(None, "\0"),
    ):
        with pytest.raises(AccountMissing):
            look()
    assert people.accounts.get(admin, anna.account_id).name == "anna"
    assert [account.name for account in people.accounts.list(admin)] == ["ada", "anna"]
    assert [account.name for account in people.accounts.list(admin, after=admin.account_id, limit=1)] == ["anna"]


def test_only_administrators_administer(people, admin, anna):
    tasks = [
        lambda actor: people.accounts.list(actor),
        lambda actor: people.accounts.add(actor, "x", "x@example.org", PASSWORD),
        lambda actor: people.accounts.invite(actor),
        lambda actor: people.accounts.invitations(actor),
        lambda actor: people.accounts.withdraw(actor, "00"),
        lambda actor: people.accounts.set_signup_mode(actor, "open"),
        lambda actor: people.accounts.set_password(actor, anna.account_id, PASSWORD),
        lambda actor: people.accounts.remove(actor, admin.account_id),
        lambda actor: people.accounts.update(actor, admin.account_id, name="x"),
        lambda actor: people.accounts.update(actor, actor.account_id, admin=True),
        lambda actor: people.accounts.update(actor, actor.account_id, active=True),
        lambda actor: people.accounts.update(actor, actor.account_id, quota=None),
    ]
    by_password = people.grants.admit_basic("ada", PASSWORD, NETWORK)
    for task in tasks:
        for actor in (anna, by_password):
            with pytest.raises(NotAllowed):
                task(actor)


def test_a_person_changes_what_is_ones_own(people, anna):
    changed = people.accounts.update(anna, anna.account_id, name="Anna P.", email="ap@example.org", locale="ca-ES",
                                     zone="Europe/Madrid")  # fmt: skip
    assert people.accounts.me(anna) == changed
    assert (changed.name, changed.email, changed.locale, changed.zone) == (
        *("Anna P.", "ap@example.org", "ca-ES", "Europe/Madrid"),
    )
    people.sign_in("AP@example.org")
    people.sign_in("anna p.")
    with pytest.raises(NotAdmitted):
        people.sign_in("anna")


@pytest.mark.parametrize(
    "change",
    [{"name": "a/b"}, {"name": ""}, {"email": "x"}, {"quota": -1}, {"quota": 1 << 60}, {"locale": "catalan!"},
     {"zone": "Europe/Atlantis"}, {"zone": "../../etc/passwd"}, {"zone": ""}, {"zone": "America"}, {"zone": "\0"}],
)  # fmt: skip
def test_a_bad_value_changes_nothing(people, admin, change):
    before = people.accounts.me(admin)
    with pytest.raises(BadValue):
        people.accounts.update(admin, admin.account_id, **change)
    assert people.accounts.me(admin) == before


def test_a_change_of_an_account_is_in_its_journal(people, anna, catalog):
    people.accounts.update(anna, anna.account_id, locale="es")
    people.accounts.update(anna, anna.account_id, locale="es")
    (change,) = catalog.read(lambda tx: tx.journal.after(anna.account_id, 0, 10))
    assert isinstance(change, Change)
    assert (change.seq, change.verb, change.object, change.object_id) == (1, "update", "account", anna.account_id)
    assert people.accounts.me(anna).seq == 1


def test_what_is_changed_holds_for_the_next_request(people, anna):
    token = people.sign_in("anna")
    assert not people.grants.admit_token(token, NETWORK).admin
    people.accounts.update(None, anna.account_id, admin=True, name="annie")
    actor = people.grants.admit_token(token, NETWORK)
    assert (actor.admin, actor.name) == (True, "annie")


def test_a_password_is_changed_by_who_knows_it(people, anna):
    with pytest.raises(NotAllowed):
        people.accounts.change_password(anna, "wrong", "new password")
    with pytest.raises(BadValue, match="10 characters"):
        people.accounts.change_password(anna, PASSWORD, "short")
    people.accounts.change_password(anna, PASSWORD, "new password")
    people.sign_in("anna", "new password")
    with pytest.raises(NotAdmitted):
        people.sign_in("anna", PASSWORD)


def test_who_found_a_session_open_cannot_guess_the_password(people, anna):
    for _ in range(5):
        with pytest.raises(NotAllowed):
            people.accounts.change_password(anna, "wrong", "new password")
    with pytest.raises(TooManyAttempts):
        people.accounts.change_password(anna, PASSWORD, "new password")
    people.sign_in("anna")


# ---------------------------------------------------------------------------------------- administrators, removal


def test_the_last_active_administrator_stays(people, admin):
    for change in ({"admin": False}, {"active": False}):
        with pytest.raises(Conflict, match="last administrator"):
            people.accounts.update(admin, admin.account_id, **change)
    with pytest.raises(Conflict):
        people.accounts.remove(None, admin.account_id)
    other = people.add("other", admin=True)
    people.accounts.update(None, other.id, active=False)
    with pytest.raises(Conflict):
        people.accounts.update(admin, admin.account_id, admin=False)
    people.accounts.update(None, other.id, active=True)
    people.accounts.update(admin, admin.account_id, admin=False)


def test_two_administrators_who_dismiss_each_other_leave_one(people):
    for round_ in range(5):
        names = [f"ada{round_}", f"bea{round_}"]
        pair = [people.add(name, admin=True) for name in names]
        for account in people.accounts.list(None):
            if account not in pair and account.admin:
                people.accounts.update(None, account.id, admin=False)

        def dismiss(account_id: int) -> Callable[[], object]:
            return lambda: people.accounts.update(None, account_id, admin=False).admin

        assert sorted(map(str, at_once(*(dismiss(account.id) for account in pair)))) == ["False", "conflict"]


def test_nobody_removes_oneself(people, admin):
    people.add("other", admin=True)
    with pytest.raises(NotAllowed):
        people.accounts.remove(admin, admin.account_id)


def test_a_removed_account_is_gone_with_its_ways_in(people, admin, anna, catalog):
    token = people.sign_in("anna")
    secret = people.grants.app_password(anna, anna.account_id, "x", {"files"})
    people.accounts.remove(admin, anna.account_id)
    assert people.purged == [anna.account_id]
    for shown in (token, secret):
        with pytest.raises(NotAdmitted):
            people.grants.admit_token(shown, NETWORK)
    with pytest.raises(NotAdmitted):
        people.sign_in("anna")
    assert catalog.read(lambda tx: tx.grants.of(anna.account_id)) == []
    with pytest.raises(AccountMissing):
        people.accounts.remove(admin, anna.account_id)
    people.add("anna")


def test_a_removal_that_breaks_off_leaves_a_closed_door_and_can_be_repeated(people, admin, anna):
    def fail(account_id: int) -> None:
        with pytest.raises(NotAdmitted):
            people.sign_in("anna")
        raise StoreFailed("The disk failed.")

    token = people.sign_in("anna")
    people.accounts._purge = fail
    with pytest.raises(StoreFailed):
        people.accounts.remove(admin, anna.account_id)
    with pytest.raises(NotAdmitted):
        people.grants.admit_token(token, NETWORK)
    assert not people.accounts.find(admin, "anna").active
    people.accounts._purge = people.purged.append
    people.accounts.remove(admin, anna.account_id)
    assert [account.name for account in people.accounts.list(admin)] == ["ada"]


def test_of_two_who_remove_an_account_both_may_go_on(people, admin, anna):
    told = at_once(*[lambda: people.accounts.remove(admin, anna.account_id)] * 2)
    assert set(told) <= {None, "account-missing"}
    with pytest.raises(AccountMissing):
        people.accounts.get(admin, anna.account_id)


def test_a_write_to_a_removed_account_is_refused(people, anna):
    people.accounts.remove(None, anna.account_id)
    for write in (
        lambda: people.accounts.update(None, anna.account_id, name="x"),
        lambda: people.accounts.set_password(None, anna.account_id, "x"),
        lambda: people.accounts.me(anna),
        lambda: people.grants.bearer(anna, "x", {"files"}, None),
    ):
        with pytest.raises(AccountMissing):
            write()


def test_every_write_takes_its_account_first(people, catalog):
    """Two who write to one account at the same moment do it one after another."""
    anna = people.add("anna")

    def rename(i: int) -> Callable[[], object]:
        return lambda: people.accounts.update(None, anna.id, name=f"anna{i}").seq

    assert sorted(at_once(*map(rename, range(8)))) == list(range(1, 9))
    changes = catalog.read(lambda tx: tx.journal.after(anna.id, 0, 100))
    assert [change.seq for change in changes] == list(range(1, 9))
