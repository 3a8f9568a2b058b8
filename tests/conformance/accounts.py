"""What every catalog promises of accounts and the ways in. A backend's test is a subclass with a fixture `catalog`."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from msgspec.structs import replace

from nuvol.errors import AccountMissing, AppTaken, HandleTaken
from nuvol.model.accounts import Account, Grant
from nuvol.model.apps import App
from nuvol.stores.base import Invitation, OAuthRequest

ANNA = Account(
    id=1,
    name="Anna",
    email="anna@example.org",
    admin=True,
    active=True,
    quota=None,
    used=0,
    seq=0,
    root_id=10,
    created_at=1_700_000_000_000_000,
)
BERT = replace(ANNA, id=2, name="Bert", email="bert@example.org", admin=False, quota=1 << 40, root_id=20)
SESSION = Grant(
    account_id=1,
    id=100,
    kind="session",
    label="",
    scopes=frozenset({"files", "account"}),
    created_at=5,
    used_at=5,
    expires_at=50,
    agent="Firefox — “Linux”",
    network="2001:db8::1",
)
BEARER = replace(SESSION, id=101, kind="bearer", label="backup", scopes=frozenset({"files:read"}), expires_at=None)
SIGNED = replace(BEARER, id=104, kind="oauth1", app="desk", secret=b"\0sealed", label="The desk")
APP = App(
    account_id=0,
    id=500,
    key="desk",
    title="The desk – “β”",
    kind="u1db",
    secret=b"\0\xff sealed",
    admin_id=None,
    admin_secret=None,
    callbacks=("https://desk.example/back?x=1", "oob"),
    home_id=1,
    verifier="verifier",
    token_hours=24,
    allow_plain=True,
    signup="invite",
    app_folder=False,
    active=True,
    created_at=7,
)
INVITATION = Invitation(
    digest=b"i" * 32, inviter_id=1, email="carla@example.org", admin=False, quota=5, expires_at=1000
)


def fields(account: Account, **changes: object) -> dict[str, object]:
    names = ("name", "email", "admin", "active", "quota", "locale", "zone")
    return {name: getattr(account, name) for name in names} | changes


class AccountRowsTests:
    @pytest.fixture
    def two(self, catalog):
        """A catalog with Anna and Bert in it."""
        catalog.write(lambda tx: (tx.accounts.add(ANNA, "hash of anna"), tx.accounts.add(BERT, None)))
        return catalog

    def test_an_account_comes_back_as_it_went_in(self, two):
        assert two.read(lambda tx: tx.accounts.get(1)) == ANNA
        assert two.read(lambda tx: tx.accounts.get(2)) == BERT
        assert two.read(lambda tx: tx.accounts.get(3)) is None
        assert two.read(lambda tx: tx.accounts.password(1)) == "hash of anna"
        assert two.read(lambda tx: tx.accounts.password(2)) is None

    @pytest.mark.parametrize("handle", ["Anna", "anna", " ANNA ", "anna@example.org", "Anna@Example.ORG", "ＡＮＮＡ"])
    def test_an_account_is_found_by_name_and_by_address_however_written(self, two, handle):
        assert two.read(lambda tx: tx.accounts.by_handle(handle)) == (ANNA, "hash of anna")

    def test_a_handle_that_nobody_has_finds_nothing(self, two):
        assert two.read(lambda tx: tx.accounts.by_handle("carla")) is None

    @pytest.mark.parametrize(
        ("name", "email"),
        [("anna", "new@example.org"), ("new", "ANNA@example.org"), ("Anna@example.org", "anna@example.org")],
    )
    def test_no_two_accounts_share_a_handle(self, two, name, email):
        with pytest.raises(HandleTaken):
            two.write(lambda tx: tx.accounts.add(replace(BERT, id=3, name=name, email=email), None))
        assert two.read(lambda tx: tx.accounts.get(3)) is None
        with pytest.raises(HandleTaken):
            two.write(lambda tx: tx.accounts.update(2, **fields(BERT, name=name, email=email)))
        assert two.read(lambda tx: tx.accounts.by_handle("bert")) == (BERT, None)

    def test_name_and_address_of_one_account_may_be_equal(self, two):
        carla = replace(BERT, id=3, name="carla@example.org", email="Carla@example.org")
        two.write(lambda tx: tx.accounts.add(carla, None))
        assert two.read(lambda tx: tx.accounts.by_handle("carla@example.org")) == (carla, None)

    def test_a_given_up_name_is_free(self, two):
        two.write(lambda tx: tx.accounts.update(1, **fields(ANNA, name="Ann")))
        two.write(lambda tx: tx.accounts.update(2, **fields(BERT, name="Anna")))
        found = two.read(lambda tx: tx.accounts.by_handle("anna"))
        assert found is not None and found[0].id == 2

    def test_an_update_changes_what_is_said_and_nothing_else(self, two):
        said = dict(name="B", email="b@x", admin=True, active=False, quota=None, locale="ca", zone="Europe/Madrid")
        two.write(lambda tx: tx.accounts.update(2, **said))
        assert two.read(lambda tx: tx.accounts.get(2)) == replace(BERT, **said)

    def test_only_active_administrators_count(self, two):
        assert two.read(lambda tx: tx.accounts.count_admins()) == 1
        two.write(lambda tx: tx.accounts.update(2, **fields(BERT, admin=True)))
        assert two.read(lambda tx: tx.accounts.count_admins()) == 2
        two.write(lambda tx: tx.accounts.update(1, **fields(ANNA, active=False)))
        assert two.read(lambda tx: tx.accounts.count_admins()) == 1

    def test_accounts_are_listed_in_pages_by_id(self, two):
        assert two.read(lambda tx: tx.accounts.all(0, 10)) == [ANNA, BERT]
        assert two.read(lambda tx: tx.accounts.all(0, 1)) == [ANNA]
        assert two.read(lambda tx: tx.accounts.all(1, 1)) == [BERT]
        assert two.read(lambda tx: tx.accounts.all(2, 1)) == []

    def test_taking_a_missing_account_is_said_so(self, two):
        with pytest.raises(AccountMissing):
            two.write(lambda tx: tx.accounts.take(3))
        with pytest.raises(AccountMissing):
            two.write(lambda tx: tx.accounts.advance(3, 1, 0))

    def test_journal_numbers_and_bytes_used_grow_without_loss_under_race(self, two):
        def unit(tx):
            taken = tx.accounts.take(1)
            return tx.accounts.advance(1, 2, 10, taken=taken if taken.seq % 4 else None)

        with ThreadPoolExecutor(8) as pool:
            numbers = list(pool.map(lambda _: two.write(unit), range(40)))
        assert sorted(numbers) == list(range(2, 82, 2))
        assert two.read(lambda tx: tx.accounts.get(1)) == replace(ANNA, seq=80, used=400)

    def test_growing_a_journal_tells_the_listeners(self, two):
        told, heard = [], threading.Event()
        two.on_change(lambda notices: (told.extend(notices), heard.set()))
        two.write(lambda tx: tx.accounts.advance(1, 0, -5))
        two.write(lambda tx: tx.accounts.advance(2, 3, 0))
        assert heard.wait(60)  # a notice follows its commit
        assert [(notice.account_id, notice.seq) for notice in told] == [(2, 3)]

    def test_a_removed_account_leaves_its_names(self, two):
        two.write(lambda tx: tx.accounts.remove(1))
        assert two.read(lambda tx: tx.accounts.get(1)) is None
        assert two.read(lambda tx: tx.accounts.by_handle("anna")) is None
        two.write(lambda tx: tx.accounts.add(replace(ANNA, id=3), None))

    # ------------------------------------------------------------------------------------------------- grants

    def test_a_grant_is_found_by_its_digest(self, catalog):
        catalog.write(lambda tx: (tx.grants.add(SESSION, b"s" * 32), tx.grants.add(BEARER, b"b" * 32)))
        assert catalog.read(lambda tx: tx.grants.by_digest(b"s" * 32)) == SESSION
        assert catalog.read(lambda tx: tx.grants.by_digest(b"b" * 32)) == BEARER
        assert catalog.read(lambda tx: tx.grants.by_digest(b"x" * 32)) is None
        assert catalog.read(lambda tx: tx.grants.get(1, 101)) == BEARER
        assert catalog.read(lambda tx: tx.grants.get(2, 101)) is None
        assert catalog.read(lambda tx: tx.grants.of(1)) == [SESSION, BEARER]
        assert catalog.read(lambda tx: tx.grants.of(1, "bearer")) == [BEARER]
        assert catalog.read(lambda tx: tx.grants.of(2)) == []

    def test_the_use_of_a_grant_is_noted(self, catalog):
        catalog.write(lambda tx: tx.grants.add(SESSION, b"s" * 32))
        catalog.write(lambda tx: tx.grants.used(1, 100, 9, 90, "192.0.2.1"))
        assert catalog.read(lambda tx: tx.grants.get(1, 100)) == replace(
            SESSION, used_at=9, expires_at=90, network="192.0.2.1"
        )

    def test_grants_are_removed_one_by_one_or_by_kind_but_one(self, catalog):
        other = replace(SESSION, id=102)
        foreign = replace(SESSION, account_id=2, id=103)
        grants = [(SESSION, b"s"), (BEARER, b"b"), (other, b"o"), (foreign, b"f")]
        catalog.write(lambda tx: [tx.grants.add(grant, digest * 32) for grant, digest in grants])
        assert catalog.write(lambda tx: tx.grants.remove_all(1, "session", but=102)) == 1
        assert catalog.read(lambda tx: tx.grants.of(1)) == [BEARER, other]
        assert catalog.write(lambda tx: tx.grants.remove(1, 101)) is True
        assert catalog.write(lambda tx: tx.grants.remove(1, 101)) is False
        assert catalog.write(lambda tx: tx.grants.remove_all(1)) == 1
        assert catalog.read(lambda tx: tx.grants.of(2)) == [foreign]

    def test_grants_expire_only_when_they_have_an_end(self, catalog):
        catalog.write(lambda tx: (tx.grants.add(SESSION, b"s" * 32), tx.grants.add(BEARER, b"b" * 32)))
        assert catalog.write(lambda tx: tx.grants.expire(50)) == 0
        assert catalog.write(lambda tx: tx.grants.expire(51)) == 1
        assert catalog.read(lambda tx: tx.grants.of(1)) == [BEARER]

    def test_a_revoked_grant_is_known_as_such_until_it_is_forgotten(self, catalog):
        catalog.write(lambda tx: tx.grants.add(SIGNED, b"t" * 32))
        assert catalog.read(lambda tx: tx.grants.by_digest(b"t" * 32)) == SIGNED
        assert catalog.write(lambda tx: tx.grants.revoke(1, 104, 20, 60)) is True
        assert catalog.write(lambda tx: tx.grants.revoke(1, 104, 30, 90)) is False
        assert catalog.read(lambda tx: tx.grants.get(1, 104)) == replace(SIGNED, revoked_at=20, expires_at=60)
        assert catalog.write(lambda tx: tx.grants.expire(61)) == 1

    # --------------------------------------------------------------------------------------------------- apps

    def test_an_app_comes_back_as_it_went_in(self, catalog):
        photos = replace(APP, id=501, key="photos", kind="cloudfs", admin_id="adm", admin_secret=b"s", callbacks=())
        catalog.write(lambda tx: (tx.apps.add(photos), tx.apps.add(APP)))
        assert catalog.read(lambda tx: tx.apps.by_key("desk")) == APP
        assert catalog.read(lambda tx: tx.apps.by_key("Desk")) is None
        assert catalog.read(lambda tx: tx.apps.by_admin("adm")) == photos
        assert catalog.read(lambda tx: tx.apps.all()) == [APP, photos]

    def test_no_two_apps_share_a_key_or_an_admin_id(self, catalog):
        other = replace(APP, id=501, admin_id="adm")
        catalog.write(lambda tx: (tx.apps.add(APP), tx.apps.add(replace(other, key="other"))))

        def unit(tx):
            for taken in (replace(APP, id=502), replace(other, id=502, key="third")):
                with pytest.raises(AppTaken):
                    tx.apps.add(taken)
            tx.apps.add(replace(APP, id=502, key="third"))

        catalog.write(unit)
        assert [app.id for app in catalog.read(lambda tx: tx.apps.all())] == [500, 501, 502]

    def test_an_app_changes_and_goes_with_what_it_was_given(self, catalog):
        catalog.write(
            lambda tx: (tx.apps.add(APP), tx.grants.add(SIGNED, b"t" * 32), tx.grants.add(SESSION, b"s" * 32))
        )

        def change(tx):
            is_shut = tx.apps.set_active("desk", False)
            return is_shut, tx.apps.set_signup("desk", "open"), tx.apps.set_app_folder("desk", True)

        changed = replace(APP, active=False, signup="open", app_folder=True)
        assert catalog.write(change) == (True, True, True)
        assert catalog.read(lambda tx: tx.apps.by_key("desk")) == changed
        assert catalog.read(lambda tx: (tx.grants.count_app("desk"), tx.grants.count_app("none"))) == (1, 0)
        assert [grant.id for grant in catalog.read(lambda tx: tx.grants.of_app("desk", 0, 9))] == [SIGNED.id]
        assert catalog.read(lambda tx: tx.grants.of_app("desk", SIGNED.id, 9)) == []
        assert catalog.read(lambda tx: tx.grants.of_app("", 0, 9)) == []
        assert catalog.write(lambda tx: tx.apps.set_secret("desk", b"\0new", False))
        assert catalog.write(lambda tx: tx.apps.set_secret("desk", b"\0adm", True))
        assert not catalog.write(lambda tx: tx.apps.set_secret("none", b"x", False))
        rotated = replace(changed, secret=b"\0new", admin_secret=b"\0adm")
        assert catalog.read(lambda tx: tx.apps.by_key("desk")) == rotated
        assert catalog.write(lambda tx: (tx.grants.remove_app("desk"), tx.grants.remove_app(""))) == (1, 0)
        assert catalog.read(lambda tx: tx.grants.of(1)) == [SESSION]
        assert catalog.write(lambda tx: (tx.apps.remove("desk"), tx.apps.remove("desk"))) == (True, False)
        assert catalog.write(change) == (False, False, False)

    def test_an_app_has_one_folder_in_an_account(self, catalog):
        catalog.write(lambda tx: (tx.apps.add(APP), tx.apps.set_folder(1, "desk", 5), tx.apps.set_folder(2, "desk", 6)))
        catalog.write(lambda tx: (tx.apps.set_folder(1, "desk", 7), tx.apps.set_folder(1, "other", 8)))
        assert catalog.read(lambda tx: [tx.apps.folder(id, "desk") for id in (1, 2, 3)]) == [7, 6, None]
        assert catalog.read(lambda tx: tx.apps.folders(1)) == {7, 8}
        catalog.write(lambda tx: tx.apps.remove("desk"))
        assert catalog.read(lambda tx: tx.apps.folders(1)) == {8}

    def test_a_question_of_an_app_is_answered_once_and_used_once(self, catalog):
        request = OAuthRequest(b"r" * 32, "desk", b"\0s", "https://a.example/?b=ü", None, frozenset(), None, 50)
        catalog.write(lambda tx: tx.oauth_requests.add(request))
        assert catalog.read(lambda tx: tx.oauth_requests.get(b"r" * 32)) == request
        assert catalog.read(lambda tx: tx.oauth_requests.get(b"x" * 32)) is None
        scopes = frozenset({"files", "docs"})

        def allow(account_id):
            return catalog.write(lambda tx: tx.oauth_requests.allow(b"r" * 32, account_id, scopes, b"v" * 32))

        assert [allow(1), allow(2)] == [True, False]
        assert catalog.read(lambda tx: tx.oauth_requests.get(b"r" * 32)) == replace(
            request, account_id=1, scopes=scopes, verifier=b"v" * 32
        )
        with ThreadPoolExecutor(4) as pool:
            used = list(pool.map(lambda _: catalog.write(lambda tx: tx.oauth_requests.remove(b"r" * 32)), range(4)))
        assert sorted(used) == [False, False, False, True]
        catalog.write(lambda tx: tx.oauth_requests.add(request))
        assert catalog.write(lambda tx: (tx.oauth_requests.expire(50), tx.oauth_requests.expire(51))) == (0, 1)

    def test_a_nonce_is_used_once_whoever_comes_first(self, catalog):
        def use(account_id):
            return catalog.write(lambda tx: tx.nonces.use(account_id, b"n" * 32, 50))

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(use, [1] * 8)) == 1
        assert [use(2), use(2), use(1)] == [True, False, False]
        assert catalog.write(lambda tx: (tx.nonces.expire(50), tx.nonces.expire(51))) == (0, 2)
        assert use(1)

    # ------------------------------------------------------------------------------------ invitations, attempts

    def test_an_invitation_is_used_once(self, catalog):
        open_one = Invitation(b"o" * 32, 1, None, True, None, 2000)
        catalog.write(lambda tx: (tx.invitations.add(open_one), tx.invitations.add(INVITATION)))
        assert catalog.read(lambda tx: tx.invitations.all()) == [INVITATION, open_one]
        assert catalog.read(lambda tx: tx.invitations.get(b"i" * 32)) == INVITATION
        with ThreadPoolExecutor(4) as pool:
            used = list(pool.map(lambda _: catalog.write(lambda tx: tx.invitations.remove(b"i" * 32)), range(4)))
        assert sorted(used) == [False, False, False, True]
        assert catalog.write(lambda tx: tx.invitations.expire(2001)) == 1
        assert catalog.read(lambda tx: tx.invitations.all()) == []

    def test_attempts_are_counted_by_bucket(self, catalog):
        assert catalog.read(lambda tx: tx.attempts.get("a")) == (0, 0)
        catalog.write(lambda tx: tx.attempts.set("a", 1, 5))
        catalog.write(lambda tx: tx.attempts.set("a", 2, 6))
        catalog.write(lambda tx: tx.attempts.set("b", 1, 7))
        assert catalog.read(lambda tx: tx.attempts.get("a")) == (2, 6)
        assert catalog.write(lambda tx: tx.attempts.expire(7)) == 1
        assert catalog.read(lambda tx: tx.attempts.get("a")) == (0, 0)
        catalog.write(lambda tx: tx.attempts.clear("b"))
        assert catalog.read(lambda tx: tx.attempts.get("b")) == (0, 0)

    def test_no_count_is_lost_when_many_take_a_new_bucket_at_once(self, catalog):
        def unit(tx):
            failures, _ = tx.attempts.take("new")
            tx.attempts.set("new", failures + 1, 1)

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: catalog.write(unit), range(24)))
        assert catalog.read(lambda tx: tx.attempts.get("new")) == (24, 1)
