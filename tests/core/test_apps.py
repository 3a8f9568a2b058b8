"""Apps: how they are made, who lets them in, and what ends that."""

import pytest

from nuvol.clock import DAY, HOUR
from nuvol.core.apps import Apps
from nuvol.core.vault import Vault
from nuvol.errors import (
    AccountMissing,
    AppMissing,
    AppTaken,
    BadValue,
    NotAdmitted,
    NotAllowed,
    StoreFailed,
    TooManyAttempts,
)
from nuvol.model.apps import KINDS
from tests.core.people import NETWORK, PASSWORD, People, admitted


@pytest.fixture
def people(catalog):
    people = People(catalog)
    people.add("anna")
    people.add("root", admin=True)
    yield people
    people.passwords.close()


@pytest.mark.parametrize("kind", KINDS)
def test_keys_and_secrets_are_made_where_none_are_given(people, kind):
    made, other = (people.apps.add(None, "Trail log", kind) for _ in range(2))
    assert made.app.key != other.app.key and made.secret != other.secret
    assert 30 <= len(made.app.key) <= 64 and made.app.key.isalnum()
    assert people.apps.find(made.app.key) == made.app
    assert people.apps.secret(made.app) == made.secret
    assert (made.app.admin_id is not None) is (made.admin_secret is not None) is (kind == "cloudfs")
    assert made.app.callbacks == ("oob",)


def test_given_keys_and_secrets_stay_as_they_are(people):
    made = people.apps.add(None, "Photos", "cloudfs", key="k", secret="s é", admin_id="a", admin_secret="t")
    assert (made.secret, made.admin_secret) == ("s é", "t")
    app = people.apps.by_admin("a")
    assert (app.key, people.apps.secret(app), people.apps.admin_secret(app)) == ("k", "s é", "t")
    with pytest.raises(AppTaken):
        people.apps.add(None, "Photos", "stacksync", key="k")
    with pytest.raises(AppTaken):
        people.apps.add(None, "Photos", "cloudfs", admin_id="a")


def test_secrets_are_sealed_in_the_catalog_and_opened_only_with_the_instances_key(people, catalog):
    made = people.apps.add(None, "Photos", "cloudfs", key="k", secret="top secret words")
    assert b"top secret" not in made.app.secret
    elsewhere = Apps(catalog, people.clock, Vault(b"x" * 32), people.grants, people.accounts)
    with pytest.raises(StoreFailed, match="key"):
        elsewhere.secret(made.app)


def test_a_sealed_secret_belongs_to_one_app(people):
    vault = Vault(b"k" * 32)
    sealed = vault.seal("secret", "app 1")
    assert vault.open(sealed, "app 1") == "secret"
    for broken, about in ((sealed, "app 2"), (sealed[:-1], "app 1"), (b"", "app 1")):
        with pytest.raises(StoreFailed):
            vault.open(broken, about)


@pytest.mark.parametrize(
    "wish",
    [
        {"title": ""},
        {"title": "a\nb"},
        {"kind": "facebook"},
        {"key": " "},
        {"key": "k" * 201},
        {"secret": "\0"},
        {"admin_id": "a"},
        {"home": "anna"},
        {"verifier": "word"},
        {"token_hours": 0},
        {"callbacks": ["javascript:alert(1)"]},
        {"callbacks": ["/relative"]},
        {"callbacks": ["https:///path"]},
        {"callbacks": ["https://a.example/#part"]},
        {"callbacks": ["https://a.example/\nb"]},
        {"callbacks": ["oob2"]},
    ],
)
def test_an_app_that_makes_no_sense_is_refused(people, wish):
    with pytest.raises(BadValue):
        people.apps.add(None, **{"title": "App", "kind": "stacksync", **wish})
    assert people.apps.list(None) == []


def test_a_desk_has_the_account_it_is_given_or_one_of_its_own(people):
    anna = people.accounts.find(None, "anna")
    desk = people.apps.add(None, "Desk: /Reus/", "u1db", key="eyeos", home="anna", verifier="verifier").app
    assert (desk.home_id, desk.verifier, desk.token_hours) == (anna.id, "verifier", 24)
    own = [people.apps.add(None, "Desk: /Reus/", "u1db").app.home_id for _ in range(2)]
    assert len({anna.id, *own}) == 3
    assert people.grants.list(people.actor("anna"))  # her session is still there
    with pytest.raises(AccountMissing):
        people.apps.add(None, "Desk", "u1db", home="nobody")


def test_only_administrators_and_the_command_line_keep_the_apps(people):
    anna, root = people.actor("anna"), people.actor("root")
    made = people.apps.add(root, "App", "stacksync").app
    assert made.account_id == root.account_id and people.apps.list(root) == [made]
    for act in (
        lambda: people.apps.add(anna, "App", "stacksync"),
        lambda: people.apps.list(anna),
        lambda: people.apps.set_active(anna, made.key, False),
        lambda: people.apps.set_signup_mode(anna, made.key, "open"),
        lambda: people.apps.remove(anna, made.key),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_an_app_that_is_not_there_is_said_so(people):
    for act in (
        lambda: people.apps.find("k"),
        lambda: people.apps.find("\0"),
        lambda: people.apps.by_admin("\ud800"),
        lambda: people.apps.set_active(None, "k", False),
        lambda: people.apps.set_signup_mode(None, "k", "open"),
        lambda: people.apps.remove(None, "k"),
    ):
        with pytest.raises(AppMissing):
            act()


def test_each_app_says_who_may_sign_up_through_it(people):
    key = people.apps.add(None, "Photos", "cloudfs").app.key
    assert people.apps.find(key).signup == "invite"
    people.apps.set_signup_mode(None, key, "open")
    assert people.apps.find(key).signup == "open"
    with pytest.raises(BadValue):
        people.apps.set_signup_mode(None, key, "sometimes")


# ------------------------------------------------------------------------------------------- letting them in


def test_a_person_signs_in_through_an_app_and_the_token_names_it(people):
    app = people.apps.add(None, "Photos", "cloudfs").app
    who, token = people.apps.sign_in(app, "anna@example.org", PASSWORD, NETWORK)
    actor = people.grants.admit_token(token, NETWORK)
    assert (actor.account_id, actor.app, actor.name) == (who.account_id, "Photos", "anna")
    assert "files" in actor.scopes and "account" not in actor.scopes
    people.clock.move(1000 * DAY)
    assert admitted(people, token)


def test_what_an_app_types_in_counts_as_an_attempt(people):
    app = people.apps.add(None, "Photos", "cloudfs").app
    for _ in range(5):
        with pytest.raises(NotAdmitted):
            people.apps.sign_in(app, "anna", "wrong", NETWORK)
    with pytest.raises(TooManyAttempts):
        people.apps.sign_in(app, "anna", PASSWORD, NETWORK)


def test_an_app_password_gives_an_app_no_more_than_it_has_itself(people):
    app = people.apps.add(None, "Photos", "cloudfs").app
    anna = people.actor("anna")
    password = people.grants.app_password(anna, anna.account_id, "phone", ["files:read", "profile"])
    _, token = people.apps.sign_in(app, "anna", password, NETWORK)
    assert people.grants.admit_token(token, NETWORK).scopes == {"profile"}


def test_an_app_that_asks_for_its_folder_gets_nothing_else(people):
    app = people.apps.add(None, "Photos", "cloudfs", app_folder=True).app
    _, token = people.apps.sign_in(app, "anna", PASSWORD, NETWORK)
    assert people.grants.admit_token(token, NETWORK).scopes == {"files:app-folder", "profile"}


def test_a_developer_narrows_an_app_and_only_an_administrator_widens_one_that_was_let_in(people):
    anna, root = people.actor("anna"), people.actor("root")
    key = people.apps.propose(anna, "Trail log", "cloudfs").app.key
    for only in (True, False, True):  # it waits: whoever lets it in sees what it asks for
        people.apps.set_app_folder(anna, key, only)
        assert people.apps.find(key).app_folder == only
    people.apps.set_app_folder(anna, key, False)
    people.apps.set_active(root, key, True)
    _, before = people.apps.sign_in(people.apps.find(key), "anna", PASSWORD, NETWORK)
    people.apps.set_app_folder(anna, key, True)
    _, after = people.apps.sign_in(people.apps.find(key), "anna", PASSWORD, NETWORK)
    assert "files" in people.grants.admit_token(before, NETWORK).scopes
    assert people.grants.admit_token(after, NETWORK).scopes == {"files:app-folder", "profile"}
    with pytest.raises(NotAllowed):
        people.apps.set_app_folder(anna, key, False)
    people.apps.set_app_folder(root, key, False)
    assert not people.apps.find(key).app_folder


def test_a_desk_has_no_files_to_be_held_to(people):
    key = people.apps.add(None, "Desk", "u1db").app.key
    with pytest.raises(BadValue):
        people.apps.set_app_folder(people.actor("root"), key, True)


def test_tokens_end_after_the_hours_of_their_app(people):
    app = people.apps.add(None, "Photos", "cloudfs", token_hours=2).app
    _, token = people.apps.sign_in(app, "anna", PASSWORD, NETWORK)
    people.clock.move(2 * HOUR - 1)
    assert admitted(people, token)
    people.clock.move(1)
    assert not admitted(people, token)


def test_a_person_sees_the_apps_that_are_let_in_and_shuts_them_out(people):
    photos, trail = (people.apps.add(None, title, "cloudfs").app for title in ("photos", "Trail"))
    tokens = [people.apps.sign_in(app, "anna", PASSWORD, NETWORK)[1] for app in (trail, photos, photos)]
    anna = people.actor("anna")
    people.grants.bearer(anna, "script", ["files"], None)
    connected = people.apps.connected(anna)
    assert [(one.key, one.title, one.kind) for one in connected] == [
        (photos.key, "photos", "cloudfs"),
        (trail.key, "Trail", "cloudfs"),
    ]
    assert people.apps.connected(people.actor("root")) == []
    people.apps.disconnect(anna, photos.key)
    assert [admitted(people, token) for token in tokens] == [True, False, False]
    with pytest.raises(AppMissing):
        people.apps.disconnect(anna, photos.key)
    with pytest.raises(NotAllowed):
        people.apps.connected(people.grants.admit_token(tokens[0], NETWORK))


def test_an_app_that_is_shut_out_opens_nothing_until_it_is_let_in_again(people):
    app = people.apps.add(None, "Photos", "cloudfs").app
    _, token = people.apps.sign_in(app, "anna", PASSWORD, NETWORK)
    assert admitted(people, token)
    people.apps.set_active(None, app.key, False)
    assert not admitted(people, token)
    people.apps.set_active(None, app.key, True)
    assert admitted(people, token)
    people.apps.remove(None, app.key)
    assert not admitted(people, token)
    assert people.apps.connected(people.actor("anna")) == []
