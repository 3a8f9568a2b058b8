"""Apps by the native API: how a developer makes, watches and ends them, and what an administrator decides."""

import pytest

from nuvol.core.cloud import Cloud
from nuvol.errors import StoreFailed
from nuvol.faces.http import Answer, Headers, Request
from nuvol.model.accounts import Actor
from nuvol.server.app import dispatcher
from tests.faces.native import Person, signed_in


@pytest.fixture
def root(cloud, runner) -> Person:
    return signed_in(cloud, runner, "root", admin=True)


@pytest.fixture
def anna(cloud, runner) -> Person:
    return signed_in(cloud, runner, "anna")


def made(native: Person, **wish: object) -> dict:
    reply = native.ask("POST", "/apps", json={"title": "Trail log", **wish})
    assert reply.status == 201, reply.json
    return reply.json


def one(native: Person, key: str) -> dict:
    return native.ask("GET", f"/apps/{key}").json


@pytest.mark.parametrize("kind", ["cloudfs", "stacksync", "u1db", "oauth2"])
def test_an_app_of_every_kind_waits_for_an_administrator(cloud, root, anna, kind):
    secrets = made(anna, kind=kind, callbacks=["https://trail.example/back"], token_hours=12, allow_plain=True)
    key = secrets["key"]
    assert (secrets["admin_secret"] is not None) is (kind == "cloudfs")
    assert (secrets["verifier"] is not None) is (kind == "u1db")
    app = one(anna, key)
    assert (app["active"], app["developer"], app["token_hours"], app["allow_plain"]) == (False, "anna", 12, True)
    assert app["callbacks"] == ["https://trail.example/back"]
    assert anna.ask("PATCH", f"/apps/{key}", json={"active": True}).status == 403
    assert root.ask("PATCH", f"/apps/{key}", json={"active": True}).json["active"] is True
    assert cloud.apps.find(key).home_id == (anna.account_id if kind == "u1db" else None)


def test_only_an_administrator_says_whose_databases_an_app_syncs(cloud, root, anna):
    wish = {"title": "Desk", "kind": "u1db", "verifier": "word"}
    assert anna.ask("POST", "/apps", json=wish | {"home": "root"}).status == 403
    secrets = made(root, **wish, home="anna")
    assert secrets["verifier"] == "word" and cloud.apps.find(secrets["key"]).home_id == anna.account_id
    assert root.ask("POST", "/apps", json=wish | {"home": "nobody"}).status == 404


def test_a_secret_is_shown_once_and_a_new_one_ends_the_old(cloud, anna):
    secrets = made(anna)
    address = f"/apps/{secrets['key']}/secret"
    again = anna.ask("POST", address, json={}).json
    assert again["secret"] not in (None, secrets["secret"]) and again["admin_secret"] is None
    office = anna.ask("POST", address, json={"which": "admin_secret"}).json
    assert office["admin_secret"] not in (None, secrets["admin_secret"]) and office["secret"] is None
    app = cloud.apps.find(secrets["key"])
    assert (cloud.apps.secret(app), cloud.apps.admin_secret(app)) == (again["secret"], office["admin_secret"])


def test_a_prototype_has_five_users_until_an_administrator_says_otherwise(root, anna):
    key = made(anna)["key"]
    root.ask("PATCH", f"/apps/{key}", json={"active": True})

    def add(name: str) -> int:
        new = {"username": f"user{name}", "password": "long enough"}
        return anna.ask("POST", f"/apps/{key}/users", json=new).status

    assert [add(str(number)) for number in range(6)] == [201] * 5 + [403]
    assert anna.ask("PATCH", "/app-plans/prototype", json={"users": 6}).status == 403
    assert root.ask("PATCH", "/app-plans/prototype", json={"users": 6}).status == 200
    assert anna.ask("GET", "/app-plans").json["plans"] == [
        {"name": "prototype", "users": 6},
        {"name": "paid", "users": None},
    ]
    assert [add("six"), add("seven")] == [201, 403]
    root.ask("PATCH", f"/apps/{key}", json={"plan": "paid"})
    assert add("seven") == 201
    root.ask("PATCH", "/app-plans/paid", json={"users": 7})
    assert add("eight") == 403
    assert root.ask("PATCH", "/app-plans/golden", json={"users": 7}).status == 400


def test_a_developer_sees_what_an_app_opens_and_may_hold_it_to_less(root, anna):
    key = made(anna, kind="stacksync")["key"]
    root.ask("PATCH", f"/apps/{key}", json={"active": True})
    assert one(anna, key)["scopes"] == ["calendar", "files", "profile"]
    assert anna.ask("PATCH", f"/apps/{key}", json={"app_folder": True, "active": False}).status == 403
    assert one(anna, key)["app_folder"] is False
    held = anna.ask("PATCH", f"/apps/{key}", json={"app_folder": True}).json
    assert held["scopes"] == ["calendar", "files:app-folder", "profile"]
    assert anna.ask("PATCH", f"/apps/{key}", json={"app_folder": False}).status == 403
    assert root.ask("PATCH", f"/apps/{key}", json={"app_folder": False}).json["app_folder"] is False
    desk = made(anna, kind="u1db")["key"]
    assert anna.ask("PATCH", f"/apps/{desk}", json={"app_folder": True}).status == 400


def test_tokens_are_listed_by_page_and_end_one_by_one(cloud, root, anna):
    key = made(anna)["key"]
    root.ask("PATCH", f"/apps/{key}", json={"active": True})
    anna.ask("POST", f"/apps/{key}/users", json={"username": "test-user", "password": "long enough"})
    app = cloud.apps.find(key)
    _, first = cloud.apps.sign_in(app, "test-user", "long enough", "192.0.2.1")
    second = cloud.apps.connect(app, Actor(root.account_id))
    page = anna.ask("GET", f"/apps/{key}/tokens?limit=1").json
    (held,) = page["tokens"]
    assert held["holder"] == "test-user" and held["expires_at"] is None
    (other,) = anna.ask("GET", f"/apps/{key}/tokens?after={page['next']}").json["tokens"]
    assert other["holder"] is None  # nobody of the app's own
    assert [one["holder"] for one in root.ask("GET", f"/apps/{key}/tokens").json["tokens"]] == ["test-user", "root"]
    assert anna.ask("DELETE", f"/apps/{key}/tokens/{held['id']}").status == 204
    assert anna.ask("DELETE", f"/apps/{key}/tokens/{held['id']}").status == 404
    assert cloud.grants.known_token(first) is None and cloud.grants.admit_token(second, "192.0.2.1")
    assert one(anna, key)["tokens"] == 1


def test_what_an_app_does_is_counted_by_day(cloud, runner, root, anna):
    key = made(anna)["key"]
    root.ask("PATCH", f"/apps/{key}", json={"active": True})
    app = cloud.apps.find(key)
    tokens = [cloud.apps.connect(app, Actor(native.account_id)) for native in (root, anna)]
    dispatch = dispatcher(cloud, ["cloudfs", "api"], list)

    def call(path: str, token: str) -> Answer:
        headers = Headers([("authorization", f"Bearer {token}")])
        return runner.run(dispatch(Request("GET", path, headers=headers)))

    sent = [len(call("/v2/ping", token).body) for token in tokens]
    assert call("/v2/files/nothing/meta", tokens[0]).status == 404
    assert call("/api/v1/me", tokens[0]).status == 200
    call("/v2/ping", "nobody's")
    days = anna.ask("GET", f"/apps/{key}/usage?days=3").json["days"]
    assert [day["calls"] for day in days] == [0, 0, 4]
    today = days[-1]
    assert (today["refused"], today["accounts"], today["received"]) == (1, 2, 0) and today["sent"] > sum(sent)
    assert sum(day["calls"] for day in anna.ask("GET", f"/apps/{key}/usage").json["days"]) == 4
    assert anna.ask("GET", f"/apps/{key}/usage?days=500").status == 400


def test_figures_that_could_not_be_kept_are_kept_the_next_time(cloud: Cloud, anna, monkeypatch):
    key = made(anna)["key"]
    app = cloud.apps.find(key)
    count = {"refused": False, "received": 1, "sent": 2}
    cloud.usage.count(key, 1, **count)

    def fail(unit: object) -> None:
        raise StoreFailed("The disk does not answer.")

    with monkeypatch.context() as patch:
        patch.setattr(cloud._catalog, "write", fail)
        with pytest.raises(StoreFailed):
            cloud.usage.flush()
    cloud.usage.count(key, None, **count)
    cloud.usage.count("no such app", None, **count)
    (today,) = cloud.usage.of(app, 1)
    assert (today.calls, today.received, today.sent, today.accounts) == (2, 2, 4, 1)
    assert [day.calls for day in cloud.usage.of(app, 2)] == [0, 2]
