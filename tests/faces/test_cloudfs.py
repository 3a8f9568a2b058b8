"""The platform API by raw requests in the clients' encodings: signing in, folders, files, trash, history."""

import pytest

from nuvol import clock
from nuvol.clock import HOUR
from nuvol.model.rules import KiB, MiB
from nuvol.wire.cloudfs import ids
from tests.core.clouds import noise
from tests.faces.native import Body
from tests.faces.platform import DATE, FORM, Platform, User, encoded, multipart, signature


@pytest.fixture
def platform(cloud, runner) -> Platform:
    return Platform(cloud, runner)


@pytest.fixture
def ann(platform) -> User:
    return platform.user()


# ------------------------------------------------------------------------------------------- 2 authentication


def test_a_token_is_told_flat(platform, ann):
    reply = platform.token(ann.name, "s3cret x")
    told = reply.json
    assert reply.status == 200 and set(told) == {"access_token", "token_type", "transmission_key"}
    assert told["token_type"] == "bearer" and len(told["transmission_key"]) == 160
    assert told["access_token"].startswith("US2.")


@pytest.mark.parametrize(
    "changes",
    [{"password": "wrong"}, {"username": "nobody"}, {"grant_type": "code"}, {"username": ""}, {"username": "a\0"}],
    ids=str,
)
def test_a_refused_token_request_is_flat_too(platform, ann, changes):
    reply = platform.token(ann.name, "s3cret x", **changes)
    assert reply.status == 400
    assert reply.json["error"] == "invalid_request" and isinstance(reply.json["error_code"], int)
    assert reply.json["message"]


def test_a_wrong_signature_or_id_is_refused_alike(platform, ann):
    params = encoded({"grant_type": "password", "password": "s3cret x", "username": ann.name})
    good = signature(platform.secret, "POST", "/v2/oauth2/token", params)
    replies = [
        platform.ask("POST", "/v2/oauth2/token", params.encode(), content_type=FORM, date=DATE, **headers)
        for headers in (
            {"authorization": f"BCS {platform.app.key}:{signature('other', 'POST', '/v2/oauth2/token', params)}"},
            {"authorization": f"BCS unknown:{good}"},
            {"authorization": f"BCS {platform.admin_id}:{good}"},
        )
    ]
    assert {(reply.status, reply.body) for reply in replies} == {(400, replies[0].body)}
    assert platform.ask("POST", "/v2/oauth2/token", params.encode()).status == 400


def test_php_signs_its_body_as_it_sends_it(platform, ann):
    body = f"username={ann.name}&password=s3cret+x&grant_type=password"
    sign = signature(platform.secret, "POST", "/v2/oauth2/token", body)
    reply = platform.ask(
        "POST",
        "/v2/oauth2/token",
        body.encode(),
        content_type=FORM,
        date=DATE,
        authorization=f"BCS {platform.app.key}:{sign}",
    )
    assert reply.status == 200


@pytest.mark.parametrize("authorization", [None, "Bearer nonsense", "Basic YTpi", "Bearer", ""])
def test_without_a_token_the_answer_is_1020_and_no_challenge(platform, authorization):
    headers = {} if authorization is None else {"authorization": authorization}
    for path in ("/v2/folders/", "/v2/nowhere", "/v2/ping"):
        reply = platform.ask("GET", path, **headers)
        assert reply.status == 401 and "WWW-Authenticate" not in reply.headers
        assert reply.json["error"]["code"] == 1020
        assert reply.json["error"]["message"] == "Authorization code not recognized"
        assert reply.json["error"]["data"] is None


def test_a_cookie_opens_nothing(platform, ann):
    assert platform.ask("GET", "/v2/ping", cookie=f"nuvol={ann.token}").status == 401


def test_ping(ann):
    reply = ann.ask("GET", "/ping")
    assert reply.json == {"result": "", "error": None}
    assert ann.ask("HEAD", "/ping").status == 200


def test_every_authenticated_answer_tells_the_quota(platform, ann):
    ann.put("a", b"12345")
    reply = ann.ask("GET", "/ping")
    assert reply.headers["X-BCS-Account-Storage-Limit"] == "None"
    assert reply.headers["X-BCS-Account-Storage-Usage"] == "5"
    plan = platform.signed("POST", "/v2/admin/customers/plan/", {"name": "small", "limit": "1000"}).json["result"]
    bob = platform.user("bob@example.org")
    user_id = bob.get("/user/profile/")["account_id"]
    platform.signed("POST", f"/v2/admin/customers/{user_id}", {"id": user_id, "plan_code": plan["id"]})
    assert bob.ask("GET", "/ping").headers["X-BCS-Account-Storage-Limit"] == "1000"
    assert bob.failed(bob.upload("large", bytes(2000))) == (403, 8008)


# -------------------------------------------------------------------------------------------------- 2.3 admin


def test_a_customer_is_made_and_signs_in(platform):
    fields = {"username": "carl@example.org", "password": "secret", "first_name": "Carl", "last_name": "Ö'B~(x)"}
    for path in ("/v2/admin/cloudfs/customers/", "/v2/admin/tkey/customers/"):
        fields["username"] = f"{len(path)}{fields['username']}"
        made = platform.signed("POST", path, fields)
        assert made.status == 200, made.body
        told = made.json["result"]
        assert (told["username"], told["first_name"], told["last_name"]) == (
            fields["username"],
            "Carl",
            "Ö'B~(x)",
        )
        assert platform.token(fields["username"], "secret").status == 200


@pytest.mark.parametrize(
    "fields",
    [
        {"username": "abc", "password": "secret"},
        {"username": "abcd", "password": "short"},
        {"username": "ann@example.org", "password": "secret"},
        {"username": "", "password": "secret"},
        {"username": "dora@example.org", "password": "secret", "account_plan_uuid": "none"},
    ],
    ids=str,
)
def test_a_customer_who_cannot_be_is_refused_with_a_message_for_people(platform, ann, fields):
    reply = platform.signed("POST", "/v2/admin/cloudfs/customers/", fields)
    assert reply.status == 400 and reply.json["error"] == "invalid_request" and len(reply.json["message"]) > 10


def test_an_app_that_is_not_open_takes_nobody(platform):
    platform.cloud.apps.set_signup_mode(None, platform.app.key, "invite")
    reply = platform.signed("POST", "/v2/admin/cloudfs/customers/", {"username": "carl", "password": "secret"})
    assert reply.status == 400 and "signup open" in reply.json["message"]


def test_a_prototype_has_five_users(platform):
    platform.cloud.customers.set_app_plan(None, platform.app, "prototype")
    for number in range(5):
        platform.user(f"user{number}@example.org")
    fields = {"username": "user6@example.org", "password": "secret"}
    assert platform.signed("POST", "/v2/admin/cloudfs/customers/", fields).status == 400
    platform.cloud.customers.set_app_plan(None, platform.app, "paid")
    assert platform.signed("POST", "/v2/admin/cloudfs/customers/", fields).status == 200


@pytest.mark.parametrize("middle", ["&&", "&"], ids=["python", "android"])
def test_plans_are_made_listed_and_removed(platform, middle):
    plan = platform.signed("POST", "/v2/admin/customers/plan/", {"name": "100 GB", "limit": "100000000000"})
    assert plan.json["result"] == {"name": "100 GB", "id": plan.json["result"]["id"], "limit": 100_000_000_000}
    path = "/v2/admin/customers/plan/"
    sign = signature(platform.admin_secret, "GET", path, "", middle)
    listed = platform.ask("GET", path, content_type=FORM, date=DATE, authorization=f"BCS {platform.admin_id}:{sign}")
    assert listed.json["result"] == [plan.json["result"]]
    path += plan.json["result"]["id"] + "/"
    sign = signature(platform.admin_secret, "DELETE", path, "", middle)
    headers = {"content_type": FORM, "date": DATE, "authorization": f"BCS {platform.admin_id}:{sign}"}
    assert platform.ask("DELETE", path, **headers).json["result"] is True
    assert platform.ask("DELETE", path, **headers).status == 400


def test_customers_are_changed_and_removed_by_their_own_app_only(platform, cloud, runner, ann):
    user_id = ann.get("/user/profile/")["id"]
    changed = platform.signed("POST", f"/v2/admin/customers/{user_id}", {"id": user_id, "first_name": "Anna"})
    assert changed.json["result"]["first_name"] == "Anna"
    fields = {"user_id": user_id, "grace": "5", "expiration_date": "2030-01-01"}
    state = platform.signed("POST", "/v2/admin/customers/accountState", fields).json["result"]
    assert state["display_name"] == "Active" and state["grace"] == "5"
    other = Platform(cloud, runner)
    assert other.signed("POST", f"/v2/admin/customers/{user_id}", {"id": user_id, "first_name": "X"}).status == 400
    assert other.signed("POST", "/v2/admin/tkey/customers/delete", {"username": ann.name}).status == 400
    assert platform.signed("POST", "/v2/admin/tkey/customers/delete", {"username": ann.name}).status == 200
    assert ann.ask("GET", "/ping").status == 401


def test_client_credentials_do_not_sign_admin_calls(platform):
    sign = signature(platform.secret, "GET", "/v2/admin/customers/plan/", "")
    headers = {"content_type": FORM, "date": DATE, "authorization": f"BCS {platform.app.key}:{sign}"}
    reply = platform.ask("GET", "/v2/admin/customers/plan/", **headers)
    assert reply.status == 400 and reply.json["error"] == "invalid_request"


# ------------------------------------------------------------------------------------------------ 2.4 profile


def test_a_profile_has_every_key_and_milliseconds(ann):
    told = ann.get("/user/profile/")
    assert set(told) >= {"id", "username", "first_name", "last_name", "email", "created_at", "last_login"}
    assert set(told) >= {"account_id", "locale", "session", "account_state", "account_plan", "storage", "holds"}
    assert told["created_at"] > 1_700_000_000_000 and told["last_login"] >= told["created_at"]
    assert told["account_state"]["display_name"] == "Active"
    assert told["storage"] == {"usage": 0, "limit": None, "otl": False}
    assert told["username"] == told["email"] == "ann@example.org" and told["first_name"] == ""


def test_an_address_that_nobody_gave_is_empty(platform):
    assert platform.user("carl").get("/user/profile/")["email"] == ""


def test_languages_of_account_and_session(platform, ann):
    assert ann.done("/user/profile/", {"locale": "fr"}) == {"success": True}
    assert ann.done("/user/profile/", {"session_locale": "ca"}) == {"success": True}
    told = ann.get("/user/profile/")
    assert (told["locale"], told["session"]["locale"]) == ("fr", "ca")
    another = User(platform, ann.name, platform.token(ann.name, "s3cret x").json["access_token"])
    assert another.get("/user/profile")["session"]["locale"] == "fr"
    assert ann.post("/user/profile/", {"locale": "!"}).status == 400


# ------------------------------------------------------------------------------------------------- 4 folders


@pytest.mark.parametrize("path", ["/folders/meta", "/folders//meta", "/folders///meta/"])
def test_the_root_has_several_addresses(ann, path):
    meta = ann.get(path)["meta"]
    assert meta["type"] == "root" and meta["name"] and meta["application_data"] == {} and meta["parent_id"] == ""


def test_a_new_folder_comes_in_items(ann):
    (item,) = ann.done("/folders/?operation=create", {"name": "photos & more"})["items"]
    assert (item["name"], item["type"], item["version"], item["parent_id"]) == ("photos & more", "folder", 1, "")
    assert all(isinstance(item[key], int) for key in item if key.startswith("date_"))
    (inner,) = ann.done(f"/folders/{item['id']}?operation=create", {"name": "in"})["items"]
    assert inner["parent_id"] == item["id"]
    listed = ann.get(f"/folders//{item['id']}/")
    assert listed["meta"]["id"] == item["id"] and [one["id"] for one in listed["items"]] == [inner["id"]]


@pytest.mark.parametrize(
    ("path", "fields", "answer"),
    [
        ("/folders/?operation=create", {"name": "taken"}, (409, 2042)),
        ("/folders/?operation=create", {"name": "taken", "exists": "fail"}, (409, 2042)),
        ("/folders/?operation=create", {"name": "x", "exists": "never"}, (400, 2033)),
        ("/folders/?operation=create", {}, (400, 2047)),
        ("/folders/?operation=create", {"name": "a/b"}, (400, 2048)),
        ("/folders/?operation=create", {"name": ".."}, (400, 2048)),
        (f"/folders/{ids.encode(77)}?operation=create", {"name": "x"}, (404, 2039)),
        ("/folders/nonsense?operation=create", {"name": "x"}, (404, 2039)),
        ("/folders/?operation=sing", {}, (400, 2043)),
        ("/folders/", {"name": "x"}, (400, 2043)),
    ],
)
def test_a_folder_that_cannot_be_made(ann, path, fields, answer):
    ann.folder("taken")
    assert ann.failed(ann.post(path, fields)) == answer


def test_exists_when_a_folder_is_made(ann):
    first = ann.folder("Photos 2.0")
    ann.put("f", parent=first)
    (reused,) = ann.done("/folders/?operation=create", {"name": "Photos 2.0", "exists": "reuse"})["items"]
    assert first == f"/{reused['id']}" and ann.names(first) == ["f"]
    (renamed,) = ann.done("/folders/?operation=create", {"name": "Photos 2.0", "exists": "rename"})["items"]
    assert renamed["name"] == "Photos 2 (1).0"
    (new,) = ann.done("/folders/?operation=create", {"name": "Photos 2.0", "exists": "overwrite"})["items"]
    assert ann.get(f"/folders/{new['id']}")["items"] == []
    assert [item["name"] for item in ann.get("/trash/")["items"]] == ["Photos 2.0"]


def test_lists_are_filtered_by_exact_name(ann):
    for name in ("a", "b", "ab"):
        ann.folder(name)
    assert [item["name"] for item in ann.get("/folders/?filter=name=a&depth=1")["items"]] == ["a"]
    assert [item["name"] for item in ann.get("/folders?depth=1&filter=name%3Db")["items"]] == ["b"]
    assert ann.get("/folders/?filter=name=c")["items"] == []
    assert ann.get("/folders/?filter=name=a&filter=type=file")["items"] == []


def test_depth_lists_everything_below_parents_first(ann):
    a = ann.folder("a")
    b = ann.folder("b", a)
    ann.put("c", parent=b)
    assert ann.names("/?depth=0") == ["a", "b", "c"]
    assert ann.names("/?depth=2") == ["a", "b"]
    assert ann.names("/?depth=1&strict-traverse=True&version=3") == ["a"]
    assert ann.failed(ann.ask("GET", "/folders/?depth=x")) == (400, 2045)


def test_an_unknown_folder(ann):
    path = ann.put("file")
    for unknown in (f"/folders/{ids.encode(77)}", "/folders/x", f"/folders{path}", f"/folders/{ids.encode(77)}/meta"):
        assert ann.failed(ann.ask("GET", unknown)) == (404, 2002)


def test_a_path_leads_through_its_folders(ann):
    a, b = ann.folder("a"), ann.folder("b")
    inner = ann.folder("in", a)
    assert ann.get(f"/folders{inner}/meta")
    assert ann.failed(ann.ask("GET", f"/folders{b}/{inner.rpartition('/')[2]}/meta")) == (404, 2002)


def test_generic_meta_is_flat_and_says_what_php_compares(ann):
    folder, file = ann.folder("d"), ann.put("f.txt")
    assert ann.get(f"/filesystem/root{folder}/meta")["type"] == "folder"
    assert ann.get(f"/filesystem/root{file}/meta")["extension"] == "txt"
    assert ann.get("/filesystem/root/meta")["type"] == "root"
    reply = ann.ask("GET", f"/filesystem/root/{ids.encode(77)}/meta")
    assert ann.failed(reply) == (404, 2002)
    assert reply.json["error"]["message"] == "Sorry! This folder no longer exists."


def test_meta_is_altered_with_the_version_last_seen(ann):
    path = ann.folder("d")
    fields = {"version": "1", "name": "new", "date_created": "1500000000", "application_data": '{"a": {"b": 1}}'}
    meta = ann.done(f"/folders{path}/meta", fields)["meta"]
    assert (meta["name"], meta["version"], meta["date_created"]) == ("new", 2, 1_500_000_000)
    assert meta["application_data"] == {"a": {"b": 1}}
    for version in ({"version": "1"}, {}, {"version": "x"}, {"version": "1", "version-conflict": "fail"}):
        assert ann.failed(ann.post(f"/folders{path}/meta", {"name": "late"} | version)) == (409, 2044)
    ignoring = {"version": "0", "version-conflict": "ignore", "application_data": '{"c": null}'}
    meta = ann.done(f"/folders{path}/meta", ignoring)["meta"]
    assert meta["application_data"] == {"a": {"b": 1}, "c": None} and meta["version"] == 3
    dates = {"version": "3", "date_meta_last_modified": "1600000000", "date_content_last_modified": "1400000000"}
    meta = ann.done(f"/folders{path}/meta", dates)["meta"]
    assert (meta["date_meta_last_modified"], meta["date_content_last_modified"]) == (1_600_000_000, 1_400_000_000)


def test_a_date_that_is_no_number_is_ignored(ann):
    path = ann.folder("d")
    meta = ann.done(f"/folders{path}/meta", {"version": "1", "date_created": "2026-11-21 10:00:00 +0100"})["meta"]
    assert meta["date_created"] > 1_700_000_000


@pytest.mark.parametrize("wrong", [{"application_data": "[1]"}, {"application_data": "{"}, {"name": "a/b"}], ids=str)
def test_meta_that_makes_no_sense_is_refused(ann, wrong):
    path = ann.folder("d")
    assert ann.post(f"/folders{path}/meta", {"version": "1"} | wrong).status == 400
    assert ann.get(f"/folders{path}/meta")["meta"]["version"] == 1


def test_a_name_taken_and_the_root_cannot_be_given(ann):
    ann.folder("a")
    path = ann.folder("b")
    assert ann.failed(ann.post(f"/folders{path}/meta", {"version": "1", "name": "a"})) == (409, 2042)
    assert ann.post("/folders/meta", {"version": "1", "name": "x"}).status == 403


def test_booleans_come_with_capitals(ann):
    path = ann.folder("d")
    ann.put("f", parent=path)
    assert ann.failed(ann.ask("DELETE", f"/folders{path}?commit=False&force=False")) == (409, 2052)
    assert ann.failed(ann.ask("DELETE", f"/folders{path}")) == (409, 2052)
    reply = ann.ask("DELETE", f"/folders{path}/?commit=True&force=True", content_type=FORM)
    assert reply.json["result"]["success"] is True and isinstance(reply.json["result"]["version"], int)
    assert ann.get("/trash/")["items"] == []
    assert ann.failed(ann.ask("DELETE", "/folders/?force=true")) == (404, 2003)
    assert ann.failed(ann.ask("DELETE", f"/folders{path}")) == (404, 2002)


def test_copies_and_moves_are_wrapped(ann):
    a, b = ann.folder("a"), ann.folder("b")
    file = ann.put("f.txt", b"1", a)
    moved = ann.done(f"/files{file}?operation=move", {"to": b, "exists": "reuse"})["meta"]
    assert moved["id"] == file.rpartition("/")[2] and ann.names(b) == ["f.txt"]
    copied = ann.done(f"/files{ann.path(b, moved)}?operation=copy", {"to": a.strip("/"), "name": "g.txt"})["meta"]
    assert copied["id"] != moved["id"] and ann.names(a) == ["g.txt"]
    folder = ann.done(f"/folders{a}?operation=copy", {"to": "/"})["meta"]
    assert folder["name"] == "a (1)" and ann.names(f"/{folder['id']}") == ["g.txt"]
    back = ann.done(f"/folders{ann.path('/', folder)}?operation=move", {"to": b, "name": "c"})["meta"]
    assert (back["name"], back["parent_id"]) == ("c", b.strip("/"))


def test_php_sends_paths_unencoded(ann):
    a, b = ann.folder("it's (a)"), ann.folder("b")
    body = f"to={b}&exists=fail&name=it's (b)@home".replace(" ", "+").encode()
    reply = ann.ask("POST", f"/folders{a}?operation=move", body)
    assert reply.json["result"]["meta"]["name"] == "it's (b)@home"
    assert ann.ask("POST", f"/folders{b}/?operation=create", b"name=x", content_type="multipart/form-data").json[
        "result"
    ]["items"]


@pytest.mark.parametrize(
    ("fields", "folder", "file"),
    [
        ({}, (400, 2028), (400, 3020)),
        ({"to": ""}, (400, 2028), (400, 3020)),
        ({"to": f"/{ids.encode(77)}"}, (404, 2039), (404, 2039)),
        ({"to": "/x"}, (404, 2039), (404, 2039)),
        ({"to": "/", "exists": "maybe"}, (400, 2033), (400, 3009)),
    ],
    ids=str,
)
def test_a_copy_or_move_that_cannot_be(ann, fields, folder, file):
    d, f = ann.folder("d"), ann.put("f")
    for operation in ("copy", "move"):
        assert ann.failed(ann.post(f"/folders{d}?operation={operation}", fields)) == folder
        assert ann.failed(ann.post(f"/files{f}?operation={operation}", fields)) == file


def test_nothing_goes_into_itself(ann):
    a = ann.folder("a")
    b = ann.folder("b", a)
    for to in (a, b):
        for operation in ("copy", "move"):
            assert ann.failed(ann.post(f"/folders{a}?operation={operation}", {"to": to, "name": "x"})) == (400, 2043)


def test_exists_when_something_arrives(ann):
    to = ann.folder("to")
    ann.put("f.txt", b"there", to)
    file = ann.put("f.txt", b"new")
    assert ann.failed(ann.post(f"/files{file}?operation=copy", {"to": to, "exists": "fail"})) == (409, 2042)
    renamed = ann.done(f"/files{file}?operation=copy", {"to": to, "exists": "rename"})["meta"]
    assert renamed["name"] == "f (1).txt"
    reused = ann.done(f"/files{file}?operation=copy", {"to": to, "exists": "reuse"})["meta"]
    assert reused["name"] == "f (2).txt"
    ann.done(f"/files{file}?operation=copy", {"to": to, "exists": "overwrite"})
    assert sorted(ann.names(to)) == ["f (1).txt", "f (2).txt", "f.txt"]
    same = ann.done(f"/files{file}?operation=move", {"to": to, "exists": "reuse"})["meta"]
    assert same["name"] == "f.txt" and len(ann.names(to)) == 3 and ann.names() == ["to"]


def test_reuse_merges_folders(ann):
    to, a = ann.folder("to"), ann.folder("d")
    b = ann.folder("d", to)
    ann.put("one", b"1", a)
    ann.put("two", b"2", b)
    merged = ann.done(f"/folders{a}?operation=move", {"to": to, "exists": "reuse"})["meta"]
    assert ann.path(to, merged) == b and ann.names(b) == ["one", "two"] and ann.names() == ["to"]


# --------------------------------------------------------------------------------------------------- 5 files


def test_an_upload_is_flat(ann):
    reply = ann.upload("sea shore.jpg", b"12345", exists="fail")
    item = reply.json["result"]
    assert (item["type"], item["name"], item["size"], item["extension"]) == ("file", "sea shore.jpg", 5, "jpg")
    assert item["mime"] == "image/jpeg" and "items" not in item and "results" not in item


@pytest.mark.parametrize(
    ("kind", "mime"),
    [
        ("", "image/jpeg"),
        ("application/octet-stream", "image/jpeg"),
        ("test/mime", "test/mime"),
        ("image/png", "image/png"),
    ],
)
def test_the_media_type_of_an_upload(ann, kind, mime):
    assert ann.upload("a.jpg", kind=kind).json["result"]["mime"] == mime
    assert ann.upload("nothing").json["result"]["mime"] == "application/octet-stream"


def test_names_of_uploads_are_utf8_in_every_spelling(ann):
    assert ann.upload("días 日.txt").json["result"]["name"] == "días 日.txt"
    body = multipart({}, "x", b"1").replace(b'filename="x"', b"filename*=utf-8''d%C3%ADas")
    reply = ann.ask("POST", "/files/", body, content_type='multipart/form-data; boundary="xyz"')
    assert reply.json["result"]["name"] == "días"
    for spelled in (rb'filename="a\"b"', b'filename="a%22c"'):
        body = multipart({}, "x", b"1").replace(b'filename="x"', spelled)
        assert ann.ask("POST", "/files", body, content_type="multipart/form-data; boundary=xyz").status == 200
    assert ann.names() == ['a"b', 'a"c', "días", "días 日.txt"]


def test_parts_may_come_in_any_order_and_in_pieces(ann):
    ann.put("f", b"old")
    body = (
        b'--xyz\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nnew\r\n'
        b'--xyz\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Disposition: form-data; name="exists"\r\n\r\n'
        b"overwrite\r\n--xyz--\r\n"
    )
    pieces = Body(bytes([byte]) for byte in body)
    reply = ann.ask("POST", "/files/", pieces, content_type="multipart/form-data; boundary=xyz", length=None)
    assert reply.status == 200 and ann.read(f"/{reply.json['result']['id']}").body == b"new"


def test_exists_when_a_file_is_uploaded(ann):
    path = ann.put("f.txt", b"1")
    assert ann.failed(ann.upload("f.txt", b"2")) == (409, 2042)
    assert ann.failed(ann.upload("f.txt", b"2", exists="fail")) == (409, 2042)
    assert ann.upload("f.txt", b"2", exists="rename").json["result"]["name"] == "f (1).txt"
    assert f"/{ann.upload('f.txt', b'1', exists='reuse').json['result']['id']}" == path
    assert ann.failed(ann.upload("f.txt", b"2", exists="reuse")) == (409, 2042)
    item = ann.upload("f.txt", b"2", exists="overwrite", kind="test/mime").json["result"]
    assert (f"/{item['id']}", item["version"], item["mime"]) == (path, 2, "test/mime")
    assert [former["version"] for former in ann.get(f"/files{path}/versions")] == [1]
    assert ann.failed(ann.upload("f.txt", b"2", exists="some")) == (400, 3009)
    ann.folder("d")
    assert ann.failed(ann.upload("d", exists="overwrite")) == (409, 2042)
    large = noise(300 * KiB)
    path = ann.put("large", large)
    assert f"/{ann.upload('large', large, exists='reuse').json['result']['id']}" == path


def test_an_upload_can_name_the_version_it_replaces(ann):
    path = ann.put("meta", b"1")
    used = ann.ask("GET", "/ping").headers["X-BCS-Account-Storage-Usage"]
    for version in ("2", "x", "0"):
        assert ann.failed(ann.upload("meta", b"lost", exists="overwrite", version=version)) == (409, 3021)
    assert ann.failed(ann.upload("gone", b"lost", exists="overwrite", version="1")) == (409, 3021)
    assert ann.ask("GET", "/ping").headers["X-BCS-Account-Storage-Usage"] == used
    assert ann.upload("meta", b"2", exists="overwrite", version="1").json["result"]["version"] == 2
    ignoring = {"exists": "overwrite", "version": "1", "version_conflict": "ignore"}
    assert ann.upload("meta", b"3", **ignoring).json["result"]["version"] == 3
    assert ann.read(path).body == b"3"


@pytest.mark.parametrize(
    ("path", "answer"), [(f"/{ids.encode(77)}", (404, 2039)), ("/x", (404, 2039)), ("file", (404, 2039))]
)
def test_an_upload_to_nowhere(ann, path, answer):
    file = ann.put("f")
    assert ann.failed(ann.upload("g", parent=file if path == "file" else path)) == answer


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"name=x", FORM),
        (b"", "multipart/form-data"),
        (b"", "multipart/form-data; boundary=xyz"),
        (multipart({}, "f", b"1")[:-12], "multipart/form-data; boundary=xyz"),
        (
            b'--xyz\r\nContent-Disposition: form-data; name="exists"\r\n\r\nfail\r\n--xyz--',
            "multipart/form-data; boundary=xyz",
        ),
        (multipart({}, "", b"1"), "multipart/form-data; boundary=xyz"),
        (multipart({}, "a/b", b"1"), "multipart/form-data; boundary=xyz"),
        (multipart({"exists": "x" * 70_000}, "f", b"1"), "multipart/form-data; boundary=xyz"),
    ],
)
def test_an_upload_that_is_none_stores_nothing(ann, body, kind):
    reply = ann.ask("POST", "/files/", body, content_type=kind)
    assert reply.status in (400, 413) and reply.json["error"]["data"] is None
    assert ann.names() == []


def test_a_large_upload_and_its_ranges(ann):
    data = noise(3 * MiB)
    path = ann.put("large.bin", data)
    assert ann.read(path).body == data
    reply = ann.read(path, range="bytes=1000-1999")
    assert (reply.status, reply.body) == (206, data[1000:2000])
    assert reply.headers["Content-Range"] == f"bytes 1000-1999/{len(data)}"
    assert ann.read(path, range="bytes=0-").status == 206
    beyond = ann.read(path, range=f"bytes={len(data)}-")
    assert beyond.status == 416 and beyond.json["error"]["data"] is None
    assert beyond.headers["Content-Range"] == f"bytes */{len(data)}"


def test_an_empty_file_is_sent_whatever_range_is_asked(ann):
    path = ann.put("empty", b"")
    reply = ann.read(path, range="bytes=0-")
    assert (reply.status, reply.body) == (200, b"")


def test_content_is_never_sent_as_json(ann):
    path = ann.put("a.json", b"{}", exists="fail")
    reply = ann.read(path)
    assert reply.headers["Content-Type"] == "application/octet-stream"
    assert reply.headers["Content-Disposition"].startswith("attachment")
    assert reply.headers["Content-Security-Policy"] == "sandbox"


def test_a_download_of_a_folder_or_nothing(ann):
    folder = ann.folder("d")
    for path in (folder, f"/{ids.encode(77)}", "/x", ""):
        assert ann.failed(ann.ask("GET", f"/files{path}", range="bytes=0-")) == (404, 3001)


def test_the_content_address_needs_no_token_and_ends_with_it(platform, ann):
    path = ann.put("f", b"1")
    location = ann.ask("GET", f"/files{path}").headers["Location"].removeprefix("http://cloud.test")
    assert platform.ask("GET", location, authorization="Bearer whatever").body == b"1"
    assert platform.ask("HEAD", location).status == 200
    ann.put("f", b"2", exists="overwrite")
    assert platform.ask("GET", location).body == b"1"
    for forged in (
        location[:-1] + ("0" if location[-1] != "0" else "1"),
        "/v2/content/x",
        "/v2/content/",
        "/v2/content",
    ):
        assert platform.ask("GET", forged).status == 404 or platform.ask("GET", forged).status == 400
    actor = platform.cloud.grants.admit_token(ann.token, "192.0.2.7")
    platform.cloud.grants.sign_out(actor)
    assert platform.ask("GET", location).status == 404


def test_the_content_address_is_good_for_five_minutes(platform, ann):
    path = ann.put("f", b"1")
    location = ann.ask("GET", f"/files{path}").headers["Location"].removeprefix("http://cloud.test")
    platform.cloud.tickets._clock = lambda: clock.now() + HOUR // 12
    assert platform.ask("GET", location).status == 404


def test_a_new_name_gives_a_new_media_type(ann):
    path = ann.put("a.txt")
    item = ann.done(f"/files{path}/meta", {"version": "1", "name": "a.jpg", "mime": "text/html"})
    assert (item["extension"], item["mime"], item["version"]) == ("jpg", "image/jpeg", 2)
    item = ann.done(f"/files{path}/meta", {"version": "2", "mime": "test/mime"})
    assert (item["mime"], item["version"]) == ("test/mime", 3)
    assert ann.failed(ann.post(f"/files{path}/meta", {"version": "2", "mime": "x/y"})) == (409, 3021)
    assert ann.failed(ann.post(f"/files{path}/meta", {"version": "3", "mime": "x" * 300})) == (400, 3014)


def test_former_versions_are_names_and_contents_not_media_types(ann):
    """Ruby: at least one after a rename; php: exactly two after rename, rename, media type."""
    path = ann.put("a.txt")
    assert ann.get(f"/files{path}/versions") == []
    for version, change in enumerate(({"name": "b.txt"}, {"name": "c.txt"}, {"mime": "x/y"}), 1):
        ann.done(f"/files{path}/meta", {"version": str(version)} | change)
    former = ann.get(f"/files{path}/versions?start-version=0&limit=10")
    assert [(one["version"], one["name"]) for one in former] == [(1, "a.txt"), (2, "b.txt")]
    assert ann.get(f"/files{path}/versions?limit=1")[0]["version"] == 1
    assert ann.get(f"/files{path}/versions?limit=-1")[0]["version"] == 2
    assert [one["version"] for one in ann.get(f"/files{path}/versions?start-version=2&end-version=9")] == [2]
    for how in ("GET", "POST"):
        assert ann.ask(how, f"/files{path}/versions/1").json["result"]["name"] == "a.txt"
    for number in ("4", "9", "0", "x"):
        assert ann.failed(ann.ask("GET", f"/files{path}/versions/{number}")) == (404, 8001)


def test_promoting_brings_content_and_name_back(ann):
    path = ann.put("a.txt", b"1")
    ann.put("a.txt", b"2", exists="overwrite")
    ann.done(f"/files{path}/meta", {"version": "2", "name": "b.txt"})
    item = ann.done(f"/files{path}/versions/1?operation=promote")
    assert (item["name"], item["version"]) == ("a.txt", 4) and ann.read(path).body == b"1"
    assert [one["version"] for one in ann.get(f"/files{path}/versions")] == [1, 2, 3]
    assert ann.failed(ann.post(f"/files{path}/versions/4?operation=promote")) == (404, 8001)


def test_a_deleted_file_goes_to_the_trash_unless_committed(ann):
    path, gone = ann.put("a"), ann.put("b")
    assert ann.ask("DELETE", f"/files{path}?force=true").json["result"]["success"] is True
    assert ann.ask("DELETE", f"/files{gone}?commit=true").json["result"]["success"] is True
    assert [item["name"] for item in ann.get("/trash/")["items"]] == ["a"]
    assert ann.failed(ann.ask("GET", f"/files{path}/meta")) == (404, 3001)
    assert ann.failed(ann.ask("DELETE", f"/files{path}")) == (404, 3001)


# --------------------------------------------------------------------------------------------------- 6 trash


def test_trashed_items_carry_their_original_path(ann):
    a = ann.folder("a")
    b = ann.folder("b", a)
    ann.put("f", b"1", b)
    top = ann.put("g")
    ann.ask("DELETE", f"/folders{b}?force=true")
    ann.ask("DELETE", f"/files{top}")
    listed = ann.get("/trash")
    assert listed["meta"]["application_data"] == {}
    found = {item["name"]: item["application_data"]["_bitcasa_original_path"] for item in listed["items"]}
    assert found == {"b": a, "g": "/"}
    inner = ann.get(f"/trash//{b.rpartition('/')[2]}/")
    assert inner["meta"]["name"] == "b" and [item["name"] for item in inner["items"]] == ["f"]
    single = ann.get(f"/trash{top}")
    assert single["meta"]["name"] == "g" and single["items"] == []
    assert ann.failed(ann.post(f"/folders/{b.rpartition('/')[2]}?operation=create", {"name": "x"})) == (404, 2039)
    assert ann.failed(ann.ask("GET", f"/trash{a}")) == (404, 2002)


def test_restoring_goes_back_or_tells_why_not(ann):
    a = ann.folder("a")
    f = ann.put("f", b"1", a)
    trashed = f"/trash/{f.rpartition('/')[2]}"
    ann.ask("DELETE", f"/files{f}")
    ann.put("f", b"2", a)
    assert ann.failed(ann.post(trashed, {"restore": "fail"})) == (409, 9999)
    ann.ask("DELETE", f"/folders{a}?force=true&commit=true")
    assert ann.failed(ann.post(trashed)) == (409, 8004)
    assert [item["name"] for item in ann.get("/trash")["items"]] == ["f"]
    assert ann.done(trashed, {"restore": "rescue", "rescue-path": "/"}) == {"success": True}
    assert ann.read(f"/{f.rpartition('/')[2]}").body == b"1"
    assert ann.failed(ann.post(trashed)) == (404, 2002)
    assert ann.post(f"/trash/{f.rpartition('/')[2]}", {"restore": "sing"}).status in (400, 404)


def test_rescue_goes_where_it_is_told_although_the_old_place_is_there(ann):
    a, to = ann.folder("a"), ann.folder("to")
    f = ann.put("f", b"1", a)
    ann.ask("DELETE", f"/files{f}")
    trashed = f"/trash/{f.rpartition('/')[2]}"
    assert ann.failed(ann.post(trashed, {"restore": "rescue", "rescue-path": f"/{ids.encode(7)}"})) == (404, 2039)
    ann.done(trashed, {"restore": "rescue", "rescue-path": to})
    assert ann.names(to) == ["f"] and ann.names(a) == []
    ann.put("f", b"2")
    ann.ask("DELETE", f"/files{ann.path(to, {'id': f.rpartition('/')[2]})}")
    assert ann.failed(ann.post(trashed, {"restore": "rescue"})) == (409, 9999)


def test_recreate_makes_the_folders_it_names(ann):
    f = ann.put("f")
    trashed = f"/trash{f}"
    ann.ask("DELETE", f"/files{f}")
    ann.done(trashed, {"restore": "recreate", "recreate-path": "photos/2026"})
    photos = ann.path("/", ann.get("/folders/?filter=name=photos")["items"][0])
    assert ann.names(photos) == ["2026"]
    inner = ann.path(photos, ann.get(f"/folders{photos}")["items"][0])
    assert ann.names(inner) == ["f"]
    ann.ask("DELETE", f"/files{inner}{f}")
    assert ann.failed(ann.post(trashed, {"restore": "recreate", "recreate-path": "/photos"})) == (409, 9999)
    ann.done(trashed, {"restore": "recreate", "recreate-path": photos})
    assert "f" in ann.names(photos)


def test_the_trash_is_emptied_one_by_one_or_at_once(ann):
    paths = [ann.put(name) for name in "abc"]
    for path in paths:
        ann.ask("DELETE", f"/files{path}")
    assert ann.ask("DELETE", f"/trash/{paths[0]}").json["result"] == {"success": True}
    assert len(ann.get("/trash/")["items"]) == 2
    assert ann.ask("DELETE", "/trash/").json["result"] == {"success": True}
    assert ann.get("/trash/")["items"] == []


# ------------------------------------------------------------------------------------------------- 8 history


def test_a_fresh_account_has_a_history(ann):
    (entry,) = ann.get("/history")
    assert (entry["version"], entry["action"]) == (0, "device_create")
    assert set(entry) == {"version", "action", "path", "type", "data"}


def test_history_is_numbered_without_gaps(ann):
    a = ann.folder("a")
    f = ann.put("f.txt", b"1", a)
    ann.done(f"/files{f}/meta", {"version": "1", "name": "g.txt"})
    ann.done(f"/files{f}/meta", {"version": "2", "mime": "x/y"})
    moved = ann.done(f"/files{f}?operation=move", {"to": "/"})["meta"]
    ann.done(f"/files/{moved['id']}?operation=copy", {"to": a})
    key = ann.done("/shares/", {"path": a})["share_key"]
    ann.done(f"/shares/{key}/", {"path": "/"})
    ann.ask("DELETE", f"/files/{moved['id']}?commit=true")
    told = ann.get("/history?start=0")
    assert [entry["version"] for entry in told] == list(range(len(told)))
    assert [entry["action"] for entry in told] == [
        "device_create",
        "create",
        "create",
        "alter_meta",
        "alter_meta",
        "move",
        "copy",
        "share_create",
        "share_receive",
        "trash",
        "delete",
    ]
    assert told[3]["data"]["name"] == {"from": "f.txt", "to": "g.txt"}
    assert [entry["version"] for entry in ann.get("/history?start=-2")] == [9, 10]
    assert [entry["version"] for entry in ann.get("/history?start=1&stop=3")] == [1, 2]
    assert len(ann.get("/history")) == 10
    assert ann.get("/history?start=50") == []


def test_an_unknown_address_has_a_json_body(ann, platform):
    for method, path in (
        ("GET", "/"),
        ("GET", "/nowhere"),
        ("PUT", "/folders/"),
        ("PATCH", "/files/x"),
        ("POST", "/ping"),
    ):
        reply = ann.ask(method, path)
        assert reply.status == 400 and reply.json["error"]["data"] is None
    assert platform.ask("GET", "/v2", authorization=f"Bearer {ann.token}").status == 400
