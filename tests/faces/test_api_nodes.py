"""Files and folders through the native API: finding, making, moving, copying, trashing."""

import asyncio

import pytest

from nuvol.core.cloud import Cloud
from tests.faces.native import Person, person


def test_the_root_has_no_parent_and_no_name(anna: Person) -> None:
    reply = anna.ask("GET", "/nodes/root")
    root = reply.json
    assert (root["parent_id"], root["name"], root["path"], root["kind"]) == (None, "", "", "folder")
    assert (root["hash"], "trashed_at" in root) == (None, False)
    assert reply.headers["Cache-Control"] == "no-store"


def test_a_folder_is_made_and_found_by_id_and_path(anna: Person) -> None:
    made = anna.ask("POST", "/nodes", json={"parent_id": anna.root, "name": "Fotos"})
    assert (made.status, made.headers["Location"]) == (201, f"/api/v1/nodes/{made.json['id']}")
    inner = anna.ask("POST", "/nodes", json={"parent_id": made.json["id"], "name": "Meer 😀"}).json
    assert anna.ask("GET", f"/nodes/{inner['id']}").json["path"] == "Fotos/Meer 😀"
    found = anna.ask("GET", "/nodes/by-path?path=Fotos/Meer%20%F0%9F%98%80").json
    assert found["id"] == inner["id"]


def test_a_folder_and_its_first_entries_are_one_question(anna: Person) -> None:
    for name in ("b", "c", "a"):
        anna.put(f"Fotos/{name}.jpg", b"x")
    first = anna.ask("GET", "/nodes/by-path/children?path=Fotos&limit=2").json
    assert first["folder"]["id"] == anna.folder("Fotos") and first["folder"]["path"] == "Fotos"
    assert [node["name"] for node in first["nodes"]] == ["a.jpg", "b.jpg"]
    rest = anna.ask("GET", f"/nodes/{first['folder']['id']}/children?cursor={first['next']}").json
    assert ([node["name"] for node in rest["nodes"]], rest["next"]) == (["c.jpg"], None)
    root = anna.ask("GET", "/nodes/by-path/children").json
    assert ([node["name"] for node in root["nodes"]], root["next"]) == (["Fotos"], None)
    for path, status, code in (("Fotos/a.jpg", 409, "wrong-kind"), ("Nothing", 404, "node-missing")):
        reply = anna.ask("GET", f"/nodes/by-path/children?path={path}")
        assert (reply.status, reply.code) == (status, code)


def test_a_folder_keeps_the_time_it_is_given(anna: Person) -> None:
    wish = {"parent_id": anna.root, "name": "Old", "modified_at": "2001-02-03T04:05:06.000007+01:00"}
    assert anna.ask("POST", "/nodes", json=wish).json["modified_at"] == "2001-02-03T03:05:06.000007Z"


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\0b", "x" * 256, "ä" * 128])
def test_a_bad_name_is_refused_with_its_rule(anna: Person, name: str) -> None:
    reply = anna.ask("POST", "/nodes", json={"parent_id": anna.root, "name": name})
    assert (reply.status, reply.code) == (400, "bad-name")
    assert reply.json["detail"] and reply.json["advice"]


def test_names_equal_after_nfc_cannot_coexist(anna: Person) -> None:
    anna.folder("Caf\u00e9")
    reply = anna.ask("POST", "/nodes", json={"parent_id": anna.root, "name": "Cafe\u0301"})
    assert (reply.status, reply.code) == (409, "name-taken")


def test_an_unknown_parent_is_missing(anna: Person) -> None:
    assert anna.ask("POST", "/nodes", json={"parent_id": 5, "name": "a"}).status == 404


def test_a_file_holds_no_children(anna: Person) -> None:
    file_id = anna.put("a.txt")["id"]
    reply = anna.ask("POST", "/nodes", json={"parent_id": file_id, "name": "b"})
    assert (reply.status, reply.code) == (409, "wrong-kind")
    assert anna.ask("GET", f"/nodes/{file_id}/children").status == 409


@pytest.mark.parametrize(
    "sort, order, names",
    [
        ("name", "ascending", ["a", "b", "c"]),
        ("name", "descending", ["c", "b", "a"]),
        ("size", "ascending", ["c", "a", "b"]),
        ("kind", "ascending", ["c", "a", "b"]),
    ],
)
def test_children_come_in_pages_and_in_order(anna: Person, sort: str, order: str, names: list[str]) -> None:
    anna.put("a", b"1")
    anna.put("b", b"22")
    anna.folder("c")
    found: list[str] = []
    cursor = ""
    while True:
        page = anna.ask("GET", f"/nodes/{anna.root}/children?sort={sort}&order={order}&limit=2{cursor}").json
        found += [node["name"] for node in page["nodes"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert found == names


@pytest.mark.parametrize(
    "cursor", ["x", "WyJuYW1lIixmYWxzZSwxLDFd", "WyJuYW1lIixmYWxzZSwiYSIsMTAwMDAwMDAwMDAwMDAwMDAwMDAwMF0"]
)
def test_a_cursor_of_another_list_is_refused(anna: Person, cursor: str) -> None:
    assert anna.ask("GET", f"/nodes/{anna.root}/children?cursor={cursor}").status == 400


def test_a_node_is_renamed_and_moved(anna: Person) -> None:
    node = anna.put("a.txt")
    folder = anna.folder("Folder")
    renamed = anna.ask("PATCH", f"/nodes/{node['id']}", json={"name": "b.txt"}).json
    assert (renamed["name"], renamed["parent_id"], renamed["id"]) == ("b.txt", anna.root, node["id"])
    moved = anna.ask("PATCH", f"/nodes/{node['id']}", json={"parent_id": folder}).json
    assert (moved["name"], moved["parent_id"]) == ("b.txt", folder)
    assert moved["number"] == node["number"] + 2
    assert moved["etag"] == node["etag"]


def test_a_move_replaces_only_when_it_may(anna: Person) -> None:
    old, new = anna.put("old"), anna.put("new")
    refused = anna.ask("PATCH", f"/nodes/{new['id']}", json={"name": "old"})
    assert (refused.status, refused.code) == (409, "name-taken")
    assert anna.ask("PATCH", f"/nodes/{new['id']}", json={"name": "old", "overwrite": True}).status == 200
    assert anna.names(anna.root) == ["old"]
    assert [node["id"] for node in anna.ask("GET", "/trash").json["nodes"]] == [old["id"]]


def test_a_folder_cannot_move_below_itself(anna: Person) -> None:
    outer, inner = anna.folder("a"), anna.folder("a/b")
    reply = anna.ask("PATCH", f"/nodes/{outer}", json={"parent_id": inner})
    assert (reply.status, reply.code) == (409, "below-itself")
    reply = anna.ask("POST", f"/nodes/{outer}/copy", json={"parent_id": inner})
    assert (reply.status, reply.code) == (409, "below-itself")


def test_the_root_stays_where_it_is(anna: Person) -> None:
    root, folder = anna.root, anna.folder("a")
    for method, path, json in (
        ("PATCH", f"/nodes/{root}", {"name": "b"}),
        ("DELETE", f"/nodes/{root}", None),
        ("POST", f"/nodes/{root}/copy", {"parent_id": folder, "name": "b"}),
    ):
        assert anna.ask(method, path, json=json).status == 403


def test_time_and_type_are_set(anna: Person) -> None:
    node = anna.put("a.bin")
    wish = {"modified_at": "1960-01-01T00:00:00Z", "mime": "text/x-poem"}
    changed = anna.ask("PATCH", f"/nodes/{node['id']}", json=wish).json
    assert (changed["modified_at"], changed["mime"]) == ("1960-01-01T00:00:00.000000Z", "text/x-poem")


@pytest.mark.parametrize("change", [{}, {"overwrite": True}, {"name": "b", "mime": "text/plain"}])
def test_a_change_is_a_move_or_a_touch(anna: Person, change: dict[str, object]) -> None:
    node = anna.put("a.bin")
    assert anna.ask("PATCH", f"/nodes/{node['id']}", json=change).status == 400


def test_a_copy_has_the_same_content_and_another_id(anna: Person) -> None:
    anna.put("a/b/c.txt", b"hello")
    copied = anna.ask("POST", f"/nodes/{anna.folder('a')}/copy", json={"parent_id": anna.root, "name": "z"})
    assert copied.status == 201
    found = anna.ask("GET", "/nodes/by-path?path=z/b/c.txt").json
    assert anna.ask("GET", f"/nodes/{found['id']}/content").body == b"hello"
    again = anna.ask("POST", f"/nodes/{anna.folder('a')}/copy", json={"parent_id": anna.root})
    assert (again.status, again.code) == (409, "name-taken")


def test_what_is_deleted_waits_in_the_trash_and_comes_back(anna: Person) -> None:
    node = anna.put("a.txt", b"hello")
    assert anna.ask("DELETE", f"/nodes/{node['id']}").status == 204
    assert anna.ask("GET", f"/nodes/{node['id']}").status == 404
    (trashed,) = anna.ask("GET", "/trash").json["nodes"]
    assert trashed["id"] == node["id"] and trashed["trashed_at"]
    anna.put("a.txt", b"another")
    back = anna.ask("POST", f"/trash/{node['id']}/restore").json  # without a body: where it was, as it was called
    assert (back["name"], back["id"], "trashed_at" in back) == ("a (2).txt", node["id"], False)


def test_the_trash_is_emptied(anna: Person) -> None:
    for name in "abc":
        anna.ask("DELETE", f"/nodes/{anna.put(name, name.encode() * 10)['id']}")
    (first, *_) = anna.ask("GET", "/trash").json["nodes"]
    assert anna.ask("DELETE", f"/trash/{first['id']}").status == 204
    assert anna.ask("DELETE", f"/trash/{first['id']}").status == 404
    assert anna.ask("DELETE", "/trash").json == {"removed": 2}
    assert anna.ask("GET", "/usage").json == {"used": 0, "quota": None}


def test_a_live_node_cannot_be_purged(anna: Person) -> None:
    assert anna.ask("DELETE", f"/trash/{anna.put('a')['id']}").status == 404


def test_names_are_searched_by_beginnings_of_words(anna: Person) -> None:
    anna.put("Reise/Sommer am Meer.jpg")
    anna.put("Winter.jpg")
    found = anna.ask("GET", "/search?q=mee%20som").json
    assert [(node["name"], node["path"]) for node in found["nodes"]] == [
        ("Sommer am Meer.jpg", "Reise/Sommer am Meer.jpg")
    ]
    assert found["comments"] == []
    assert anna.ask("GET", "/search?q=").status == 400


def test_comments_are_searched_with_the_names(anna: Person) -> None:
    node = anna.put("Winter.jpg")
    anna.ask("POST", f"/nodes/{node['id']}/comments", json={"text": "Der See war zugefroren"})
    found = anna.ask("GET", "/search?q=see%20zu").json
    assert [one["name"] for one in found["nodes"]] == ["Winter.jpg"]
    (said,) = found["comments"]
    assert (said["node_id"], said["author"], said["text"]) == (node["id"], "anna", "Der See war zugefroren")


def test_a_condition_that_fails_changes_nothing(anna: Person) -> None:
    node = anna.put("a.txt")
    for method, json in (("PATCH", {"name": "b"}), ("DELETE", None)):
        reply = anna.ask(method, f"/nodes/{node['id']}", json=json, if_match='"another"')
        assert (reply.status, reply.code) == (412, "precondition-failed")
    assert anna.ask("PATCH", f"/nodes/{node['id']}", json={"name": "b"}, if_match=node["etag"]).status == 200


def test_a_lock_binds_and_its_token_opens(anna: Person, cloud: Cloud) -> None:
    node = anna.put("a.txt")
    lock = cloud.locks.lock(anna.actor, node["id"], owner="", deep=False, exclusive=True, seconds=60)
    reply = anna.ask("PATCH", f"/nodes/{node['id']}", json={"mime": "text/x"})
    assert (reply.status, reply.code, reply.json["node_id"]) == (423, "locked", node["id"])
    change = anna.ask("PATCH", f"/nodes/{node['id']}", json={"mime": "text/x"}, **{"if": f"(<{lock.token}>)"})
    assert change.status == 200


def test_what_belongs_to_somebody_else_is_missing(anna: Person, cloud: Cloud, runner: asyncio.Runner) -> None:
    bert = person(cloud, runner, "bert")
    node, root = anna.put("a.txt"), bert.root
    for method, path, json in (
        ("GET", f"/nodes/{node['id']}", None),
        ("GET", f"/nodes/{node['id']}/content", None),
        ("GET", f"/nodes/{node['id']}/versions", None),
        ("GET", f"/nodes/{anna.root}/children", None),
        ("GET", f"/nodes/{anna.root}/zip", None),
        ("PATCH", f"/nodes/{node['id']}", {"parent_id": root}),
        ("POST", f"/nodes/{node['id']}/copy", {"parent_id": root}),
        ("POST", "/nodes", {"parent_id": anna.root, "name": "x"}),
        ("DELETE", f"/nodes/{node['id']}", None),
        ("DELETE", f"/trash/{node['id']}", None),
        ("GET", "/nodes/999", None),
    ):
        assert bert.ask(method, path, json=json).status == 404, (method, path)
