"""Links and apps in the native API."""

import pytest

from tests.faces.native import PASSWORD, Person, person, signed_in


@pytest.fixture
def bert(cloud, runner) -> Person:
    return person(cloud, runner, "bert")


def made(anna: Person, **how) -> dict:
    node = anna.put("top/f.txt", b"1")
    folder = next(one for one in anna.children(anna.root) if one["name"] == "top")
    reply = anna.ask("POST", "/links", json={"node_ids": [folder["id"]], **how})
    assert reply.status == 201, reply.body
    assert node["id"]
    return reply.json


def test_a_link_is_made_changed_listed_and_taken_back(anna):
    link = made(anna, role="edit", max_uses=3, expires_at="2050-01-01T00:00:00Z", password="pw")
    assert link["url"].endswith(f"/s/{link['key']}") and link["has_password"] and link["expires_at"].startswith("2050")
    assert "password" not in link
    assert anna.ask("GET", "/links").json == {"links": [link]}
    assert anna.ask("GET", f"/links?node_id={link['node_ids'][0]}").json["links"] == [link]
    assert anna.ask("GET", "/links?node_id=5").json["links"] == []
    changed = anna.ask("PATCH", f"/links/{link['id']}", json={"password": None, "expires_at": None, "name": "new"}).json
    assert (changed["has_password"], changed["expires_at"], changed["name"], changed["max_uses"]) == (
        False,
        None,
        "new",
        3,
    )
    assert anna.ask("GET", f"/links/{link['id']}").json == changed
    assert anna.ask("DELETE", f"/links/{link['id']}").status == 204
    assert anna.ask("GET", f"/links/{link['id']}").code == "link-missing"


@pytest.mark.parametrize(
    "wish",
    [{"node_ids": []}, {"node_ids": [7]}, {"role": "owner"}, {"max_uses": 0}, {"expires_at": "2000-01-01T00:00:00Z"}],
    ids=str,
)
def test_a_link_that_cannot_be(anna, wish):
    link = made(anna)
    reply = anna.ask("POST", "/links", json={"node_ids": link["node_ids"]} | wish)
    assert reply.status in (400, 404)


def test_what_a_link_opens_is_received(anna, bert):
    link = made(anna, password="pw")
    wish = {"key": link["key"], "parent_id": bert.root}
    assert bert.ask("POST", "/received", json=wish).code == "password-needed"
    assert bert.ask("POST", "/received", json=wish | {"password": "no"}).code == "password-needed"
    node = bert.ask("POST", "/received", json=wish | {"password": "pw"})
    assert node.status == 201 and bert.names(node.json["id"]) == ["f.txt"]
    assert bert.ask("POST", "/received", json=wish | {"password": "pw", "exists": "fail"}).code == "name-taken"
    assert bert.ask("POST", "/received", json=wish | {"key": "unknown"}).code == "link-missing"


def test_an_app_waits_for_an_administrator(cloud, runner, admin):
    anna = signed_in(cloud, runner)
    secrets = anna.ask("POST", "/apps", json={"title": "Photos"}).json
    assert secrets["secret"] and secrets["admin_secret"]
    app = f"/apps/{secrets['key']}"
    told = anna.ask("GET", app).json
    assert (told["active"], told["plan"], told["users"], told["signup"]) == (False, "prototype", 0, "invite")
    user = {"username": "carl@example.org", "password": "secret"}
    assert anna.ask("POST", f"{app}/users", json=user).status == 403
    assert anna.ask("PATCH", app, json={"active": True}).status == 403
    told = admin.ask("PATCH", app, json={"active": True, "signup": "open"}).json
    assert told["active"] and told["signup"] == "open"
    assert anna.ask("GET", "/apps").json["apps"] == [anna.ask("GET", app).json]


def test_a_prototype_has_five_test_users(cloud, runner, admin):
    anna = signed_in(cloud, runner)
    app = f"/apps/{anna.ask('POST', '/apps', json={'title': 'Photos'}).json['key']}"
    admin.ask("PATCH", app, json={"active": True})
    for number in range(5):
        user = {"username": f"user{number}@example.org", "password": "secret", "first_name": "U"}
        assert anna.ask("POST", f"{app}/users", json=user).status == 201
    sixth = {"username": "user6@example.org", "password": "secret"}
    assert anna.ask("POST", f"{app}/users", json=sixth).status == 403
    admin.ask("PATCH", app, json={"plan": "paid"})
    assert anna.ask("POST", f"{app}/users", json=sixth).status == 201
    assert anna.ask("POST", f"{app}/users", json=sixth).code == "handle-taken"
    page = anna.ask("GET", f"{app}/users?limit=4").json
    rest = anna.ask("GET", f"{app}/users?limit=4&after={page['next']}").json
    assert len(page["users"]) == 4 and len(rest["users"]) == 2 and rest["next"] is None
    assert anna.ask("DELETE", f"{app}/users/{page['users'][0]['id']}").status == 204
    assert anna.ask("DELETE", f"{app}/users/{anna.account_id}").code == "account-missing"
    assert anna.ask("GET", app).json["users"] == 5


def test_a_rotated_secret_and_ended_tokens(cloud, runner, admin):
    made = admin.ask("POST", "/apps", json={"title": "Photos"}).json
    app = f"/apps/{made['key']}"
    model = cloud.apps.find(made["key"])
    assert model.active and cloud.apps.secret(model) == made["secret"]
    fresh = admin.ask("POST", f"{app}/secret", json={}).json
    model = cloud.apps.find(made["key"])
    assert cloud.apps.secret(model) == fresh["secret"] != made["secret"] and fresh["admin_secret"] is None
    fresh = admin.ask("POST", f"{app}/secret", json={"which": "admin_secret"}).json
    assert cloud.apps.admin_secret(cloud.apps.find(made["key"])) == fresh["admin_secret"]
    _, token = cloud.apps.sign_in(model, "root", PASSWORD, "192.0.2.1")
    assert admin.ask("GET", app).json["tokens"] == 1
    assert admin.ask("DELETE", f"{app}/tokens").status == 204
    assert Person(cloud, runner, token).ask("GET", "/usage").status == 401
    assert admin.ask("DELETE", app).status == 204 and admin.ask("GET", app).code == "app-missing"


def test_apps_of_others_are_not_there(cloud, runner, admin, anna):
    key = admin.ask("POST", "/apps", json={"title": "Photos"}).json["key"]
    bert = signed_in(cloud, runner, "bert")
    assert bert.ask("GET", "/apps").json["apps"] == []
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/secret"), ("GET", "/users"), ("DELETE", "/tokens")):
        assert bert.ask(method, f"/apps/{key}{path}", json={} if method == "POST" else None).code == "app-missing"
    assert anna.ask("GET", "/apps").status == 403
