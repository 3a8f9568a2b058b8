"""Accounts, sessions, passwords, tokens and invitations through the native API."""

import asyncio

import pytest

from nuvol.core.cloud import Cloud
from tests.faces.native import PASSWORD, Person, Reply, person, signed_in


def with_cookie(stranger: Person, reply: Reply) -> str:
    """What a browser sends back."""
    cookies = [value.partition(";")[0] for name, value in reply.fields if name == "Set-Cookie"]
    return "; ".join(cookies)


def test_the_first_administrator_is_made_once(cloud: Cloud, stranger: Person) -> None:
    new = {"token": cloud.accounts.setup_token(), "name": "ada", "email": "ada@example.org", "password": PASSWORD}
    wrong = stranger.ask("POST", "/setup", json={**new, "token": "another"})
    assert (wrong.status, wrong.code) == (404, "invitation-missing")
    made = stranger.ask("POST", "/setup", json=new)
    assert (made.status, made.json["admin"]) == (201, True)
    assert stranger.ask("POST", "/setup", json=new).status == 404


def test_a_person_signs_in_with_a_token_or_a_cookie_and_out_again(
    anna: Person, admin: Person, stranger: Person
) -> None:
    sign_in = {"login": "root", "password": PASSWORD}
    reply = stranger.ask("POST", "/session", json={**sign_in, "cookie": False, "token": True})
    assert (reply.status, "Set-Cookie" in reply.headers) == (201, False)
    headers = {"authorization": f"Bearer {reply.json['token']}"}
    assert stranger.ask("GET", "/session", **headers).json["account"]["name"] == "root"
    assert stranger.ask("DELETE", "/session", **headers).status == 204
    assert stranger.ask("GET", "/session", **headers).status == 401

    reply = stranger.ask("POST", "/session", json=sign_in)
    assert "token" not in reply.json
    for name, value in reply.fields:
        assert name != "Set-Cookie" or ("HttpOnly" in value and "SameSite=Lax" in value)
    cookie = with_cookie(stranger, reply)
    assert stranger.ask("GET", "/me", cookie=cookie).json["name"] == "root"
    out = stranger.ask("DELETE", "/session", cookie=cookie, origin="http://localhost")
    assert (out.status, "Max-Age=0" in out.headers["Set-Cookie"]) == (204, True)
    assert stranger.ask("GET", "/me", cookie=cookie).status == 401


def test_another_site_cannot_use_a_cookie(admin: Person, stranger: Person) -> None:
    cookie = with_cookie(stranger, stranger.ask("POST", "/session", json={"login": "root", "password": PASSWORD}))
    change = {"locale": "es"}
    for headers in ({"origin": "http://evil.example"}, {}, {"sec_fetch_site": "cross-site"}):
        reply = stranger.ask("PATCH", "/me", json=change, cookie=cookie, **headers)
        assert (reply.status, "Access-Control-Allow-Origin" in reply.headers) == (403, False)
    assert stranger.ask("PATCH", "/me", json=change, cookie=cookie, origin="http://localhost").status == 200


def test_a_wrong_password_is_refused_and_guessing_is_slowed_down(admin: Person, stranger: Person) -> None:
    guess = {"login": "root", "password": "wrong horse"}
    replies = [stranger.ask("POST", "/session", json=guess) for _ in range(6)]
    assert [reply.status for reply in replies] == [401] * 5 + [429]
    assert (replies[-1].headers["Retry-After"], replies[-1].json["wait"] > 0) == ("1", True)


def test_nobody_is_let_in_without_signing_in(stranger: Person) -> None:
    reply = stranger.ask("GET", "/me")
    assert (reply.status, reply.code, reply.headers["WWW-Authenticate"]) == (
        401,
        "not-admitted",
        'Bearer realm="Nuvol"',
    )
    assert stranger.ask("GET", "/me", authorization="Bearer nv_b_unknown").status == 401
    assert stranger.ask("POST", "/nodes", body=b"no json at all").status == 401


def test_a_token_opens_what_its_scopes_say(admin: Person, stranger: Person) -> None:
    made = admin.ask("POST", "/tokens", json={"label": "reader", "scopes": ["files:read"], "days": 1})
    assert made.status == 201
    headers = {"authorization": f"Bearer {made.json['secret']}"}
    assert stranger.ask("GET", "/nodes/root", **headers).status == 200
    for method, path, json in (
        ("POST", "/nodes", {"parent_id": admin.root, "name": "a"}),
        ("POST", "/tokens", {"label": "more", "scopes": ["files"]}),
        ("GET", "/accounts", None),
        ("PATCH", "/me", {"name": "eve"}),
    ):
        reply = stranger.ask(method, path, json=json, **headers)
        assert (reply.status, reply.code) == (403, "not-allowed"), path
    (token,) = admin.ask("GET", "/tokens").json["grants"]
    assert (token["label"], token["scopes"], token["current"]) == ("reader", ["files:read"], False)
    assert admin.ask("DELETE", f"/tokens/{token['id']}").status == 204
    assert stranger.ask("GET", "/nodes/root", **headers).status == 401
    assert admin.ask("DELETE", f"/tokens/{token['id']}").status == 404


@pytest.mark.parametrize("scopes", [[], ["account"], ["everything"], "files"])
def test_a_token_has_scopes_that_exist(admin: Person, scopes: object) -> None:
    assert admin.ask("POST", "/tokens", json={"label": "x", "scopes": scopes}).status == 400


def test_an_app_password_is_shown_once_and_works(admin: Person, stranger: Person) -> None:
    made = admin.ask("POST", "/app-passwords", json={"label": "phone", "scopes": ["files"]})
    headers = {"authorization": f"Bearer {made.json['secret']}"}
    assert stranger.ask("GET", "/nodes/root", **headers).status == 200
    (grant,) = admin.ask("GET", "/app-passwords").json["grants"]
    assert grant["kind"] == "app-password" and "secret" not in grant
    assert admin.ask("DELETE", f"/app-passwords/{grant['id']}").status == 204


def test_sessions_are_seen_and_ended(admin: Person, stranger: Person) -> None:
    other = stranger.ask("POST", "/session", json={"login": "root", "password": PASSWORD, "token": True}).json["token"]
    sessions = admin.ask("GET", "/sessions").json["grants"]
    (current,) = [session for session in sessions if session["current"]]
    (elsewhere,) = [session for session in sessions if session != current]
    assert admin.ask("DELETE", f"/sessions/{elsewhere['id']}").status == 204
    assert stranger.ask("GET", "/me", authorization=f"Bearer {other}").status == 401


def test_a_new_password_ends_all_other_sessions(admin: Person, stranger: Person) -> None:
    other = stranger.ask("POST", "/session", json={"login": "root", "password": PASSWORD, "token": True}).json["token"]
    assert admin.ask("POST", "/me/password", json={"old": "wrong horse", "new": "another horse"}).status == 403
    assert admin.ask("POST", "/me/password", json={"old": PASSWORD, "new": "another horse"}).status == 204
    assert stranger.ask("GET", "/me", authorization=f"Bearer {other}").status == 401
    assert admin.ask("GET", "/me").status == 200
    assert stranger.ask("POST", "/session", json={"login": "root", "password": "another horse"}).status == 201


def test_a_person_sees_the_connected_apps_and_takes_them_back(
    admin: Person, stranger: Person, cloud: Cloud, runner: asyncio.Runner
) -> None:
    app = cloud.apps.add(None, "Photos & more", "cloudfs", key="photos/1 é").app
    _, token = cloud.apps.sign_in(app, "root", PASSWORD, "127.0.0.1")
    headers = {"authorization": f"Bearer {token}"}
    assert stranger.ask("GET", "/nodes/root", **headers).status == 200
    assert stranger.ask("GET", "/me/apps", **headers).status == 403
    (found,) = admin.ask("GET", "/me/apps").json["apps"]
    assert (found["key"], found["title"], found["kind"]) == ("photos/1 é", "Photos & more", "cloudfs")
    assert admin.ask("GET", "/tokens").json["grants"] == []
    assert signed_in(cloud, runner, "bert").ask("DELETE", "/me/apps/photos%2F1%20%C3%A9").status == 404
    assert admin.ask("DELETE", "/me/apps/photos%2F1%20%C3%A9").status == 204
    assert stranger.ask("GET", "/nodes/root", **headers).status == 401
    again = admin.ask("DELETE", "/me/apps/photos%2F1%20%C3%A9")
    assert (again.status, again.code) == (404, "app-missing")


def test_a_profile_is_changed(admin: Person) -> None:
    changed = admin.ask("PATCH", "/me", json={"name": "Rute", "locale": "ca", "zone": "Europe/Madrid"}).json
    assert (changed["name"], changed["locale"], changed["zone"]) == ("Rute", "ca", "Europe/Madrid")
    assert admin.ask("PATCH", "/me", json={"admin": False}).status == 400


def test_an_administrator_keeps_the_accounts(admin: Person, stranger: Person) -> None:
    new = {"name": "bert", "email": "bert@example.org", "password": PASSWORD, "quota": 1000}
    made = admin.ask("POST", "/accounts", json=new)
    assert (made.status, made.json["quota"], "password" in made.json) == (201, 1000, False)
    again = admin.ask("POST", "/accounts", json=new)
    assert (again.status, again.code) == (409, "handle-taken")
    page = admin.ask("GET", "/accounts?limit=1").json
    rest = admin.ask("GET", f"/accounts?limit=1&after={page['next']}").json
    assert [account["name"] for account in page["accounts"] + rest["accounts"]] == ["root", "bert"]
    path = f"/accounts/{made.json['id']}"
    assert admin.ask("PATCH", path, json={"quota": None, "active": False}).json["quota"] is None
    assert stranger.ask("POST", "/session", json={"login": "bert", "password": PASSWORD}).status == 401
    assert admin.ask("PATCH", path, json={"active": True}).status == 200
    assert admin.ask("POST", f"{path}/password", json={"new": "another horse"}).status == 204
    assert stranger.ask("POST", "/session", json={"login": "bert", "password": "another horse"}).status == 201
    assert admin.ask("DELETE", path).status == 204
    assert admin.ask("GET", path).status == 404
    assert admin.ask("DELETE", f"/accounts/{admin.account_id}").status == 403


def test_others_see_only_themselves(admin: Person, cloud: Cloud, runner: asyncio.Runner) -> None:
    bert = signed_in(cloud, runner, "bert")
    assert bert.ask("GET", f"/accounts/{bert.account_id}").json["name"] == "bert"
    assert bert.ask("GET", f"/accounts/{admin.account_id}").status == 404
    assert bert.ask("GET", "/accounts/5").status == 404
    for method, path, json in (
        ("GET", "/accounts", None),
        ("POST", "/accounts", {"name": "eve", "email": "eve@example.org", "password": PASSWORD, "admin": True}),
        ("PATCH", f"/accounts/{bert.account_id}", {"admin": True}),
        ("GET", "/invitations", None),
        ("POST", "/invitations", {}),
        ("PUT", "/signup", {"mode": "open"}),
    ):
        assert bert.ask(method, path, json=json).status == 403, path


def test_an_invitation_lets_one_person_join(admin: Person, stranger: Person) -> None:
    new = {"name": "bert", "email": "bert@example.org", "password": PASSWORD}
    assert stranger.ask("POST", "/join", json=new).status == 403
    token = admin.ask("POST", "/invitations", json={"email": "bert@example.org", "quota": 5}).json["secret"]
    (invitation,) = admin.ask("GET", "/invitations").json["invitations"]
    assert (invitation["email"], invitation["inviter_id"]) == ("bert@example.org", admin.account_id)
    joined = stranger.ask("POST", "/join", json={**new, "token": token})
    assert (joined.status, joined.json["quota"]) == (201, 5)
    assert stranger.ask("POST", "/join", json={**new, "token": token, "name": "eve"}).status == 404
    admin.ask("POST", "/invitations", json={})
    (invitation,) = admin.ask("GET", "/invitations").json["invitations"]
    assert admin.ask("DELETE", f"/invitations/{invitation['id']}").status == 204
    assert admin.ask("DELETE", f"/invitations/{invitation['id']}").status == 404
    assert admin.ask("DELETE", "/invitations/nonsense").status == 404


def test_sign_up_is_open_closed_or_by_invitation(admin: Person, stranger: Person) -> None:
    new = {"name": "bert", "email": "bert@example.org", "password": PASSWORD}
    assert stranger.ask("GET", "/signup").json == {"mode": "invite"}
    assert admin.ask("PUT", "/signup", json={"mode": "open"}).status == 200
    assert stranger.ask("POST", "/join", json=new).status == 201
    assert admin.ask("PUT", "/signup", json={"mode": "closed"}).json == {"mode": "closed"}
    assert stranger.ask("POST", "/join", json={**new, "name": "eve", "email": "e@example.org"}).status == 403
    assert admin.ask("PUT", "/signup", json={"mode": "perhaps"}).status == 400


@pytest.mark.parametrize("name", ["", "a\nb", "a:b", "x" * 256, "a\0b", "someone@else.org"])
def test_an_account_has_a_name_that_can_be_said(admin: Person, name: str) -> None:
    new = {"name": name, "email": "bert@example.org", "password": PASSWORD}
    assert admin.ask("POST", "/accounts", json=new).status == 400


def test_space_is_told(cloud: Cloud, runner: asyncio.Runner) -> None:
    small = person(cloud, runner, "small", quota=1000)
    small.put("a", b"x" * 300)
    assert small.ask("GET", "/usage").json == {"used": 300, "quota": 1000}


def test_a_token_may_be_for_one_database(admin: Person) -> None:
    made = admin.ask("POST", "/tokens", json={"label": "app", "scopes": ["docs:notes"], "days": None})
    assert made.status == 201
    assert admin.ask("POST", "/tokens", json={"label": "app", "scopes": ["docs:a_b"]}).status == 400
