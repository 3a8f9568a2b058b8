"""Photos over the native API: what a client sees, and how long it may keep it."""

from typing import Any

import pytest

from nuvol.model.photos import Facts, Made, Thumbnail
from tests.faces.native import Person


def snap(anna: Person, path: str = "a.jpg", data: bytes = b"one") -> int:
    anna.put(path, data)
    parent, _, name = path.rpartition("/")
    nodes = anna.ask("GET", f"/nodes/by-path/children?path={parent}").json["nodes"]
    return next(node["id"] for node in nodes if node["name"] == name)


def look(anna: Person, **saw: Any) -> None:
    """What waits is looked at, and shows the same."""
    facts = Facts(camera="Leica Q3", exposure=1 / 640)
    known: dict[str, Any] = {"width": 40, "height": 30, "blur": "LKO2", "facts": facts}
    thumbnails = (Thumbnail("small", 4, 3, 0, 5), Thumbnail("medium", 8, 6, 5, 6))
    while (found := anna.cloud.developing.take()) is not None:
        made = Made(**{**known, "thumbnails": thumbnails, **saw})
        anna.cloud.developing.settle(found.waiting, made, b"smallmedium")


def photo(anna: Person, node_id: int) -> dict[str, Any]:
    return anna.ask("GET", f"/photos/{node_id}").json["photo"]


def test_a_photo_tells_what_is_known_of_it_before_and_after_the_look(anna: Person) -> None:
    node_id = snap(anna)
    before = photo(anna, node_id)
    assert (before["state"], before["width"], before["thumbnail"], before["kind"]) == ("waiting", None, None, "image")
    look(anna, local_at=1_749_723_120_000_000, zone=120, latitude=41_385_000, longitude=2_173_000)
    reply = anna.ask("GET", f"/photos/{node_id}").json
    after = reply["photo"]
    assert (after["state"], after["width"], after["height"], after["blur"]) == ("ready", 40, 30, "LKO2")
    assert (after["taken"], after["zone"], reply["taken_at"]) == (
        "2025-06-12T10:12:00",
        120,
        "2025-06-12T08:12:00.000000Z",
    )
    assert reply["place"] == {"latitude": 41.385, "longitude": 2.173}
    assert (reply["camera"], reply["path"]) == ("Leica Q3", "a.jpg")
    assert after["thumbnail"] == f"/api/v1/photos/{node_id}/thumbnail?content={after['hash']}"


def test_the_timeline_is_months_and_pages_of_months(anna: Person) -> None:
    for number in range(3):
        snap(anna, f"{number}.jpg", bytes([number]))
        look(anna, local_at=1_749_723_120_000_000 + number)
    assert anna.ask("GET", "/photos/timeline").json == {"months": [{"month": "2025-06", "photos": 3}], "photos": 3}
    first = anna.ask("GET", "/photos?month=2025-06&limit=2").json
    assert [one["name"] for one in first["photos"]] == ["2.jpg", "1.jpg"]
    rest = anna.ask("GET", f"/photos?month=2025-06&limit=2&cursor={first['next']}").json
    assert ([one["name"] for one in rest["photos"]], rest["next"]) == (["0.jpg"], None)
    assert anna.ask("GET", "/photos?month=2025-07").json == {"photos": [], "next": None}


@pytest.mark.parametrize(
    "query",
    ["month=2025-13", "month=June", "limit=0", "limit=1001", "place=99-1", "place=x", "cursor=%00", "folder=0", "x=1"],
)
def test_a_wrong_question_is_refused_with_a_sentence(anna: Person, query: str) -> None:
    reply = anna.ask("GET", f"/photos?{query}")
    assert (reply.status, reply.code) == (400, "bad-value")


def test_a_thumbnail_is_kept_by_content_and_asked_about_by_address(anna: Person) -> None:
    node_id = snap(anna)
    assert anna.ask("GET", f"/photos/{node_id}/thumbnail").code == "thumbnail-missing"
    look(anna)
    address = photo(anna, node_id)["thumbnail"].removeprefix("/api/v1")
    reply = anna.ask("GET", f"{address}&size=small")
    assert (reply.status, reply.body, reply.headers["Content-Type"]) == (200, b"small", "image/webp")
    assert reply.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert anna.ask("GET", f"{address}&size=small", if_none_match=reply.headers["ETag"]).status == 304
    assert anna.ask("GET", f"{address}&size=large").body == b"medium", "the largest there is"
    assert anna.ask("GET", f"/photos/{node_id}/thumbnail").headers["Cache-Control"] == "private, no-cache"
    anna.put("a.jpg", b"two")
    look(anna, blur="other")
    stale = anna.ask("GET", address)
    assert (stale.status, stale.headers["Cache-Control"]) == (200, "private, no-cache")
    assert stale.headers["ETag"] != reply.headers["ETag"]


def test_a_photo_nobody_can_show_says_why(anna: Person) -> None:
    node_id = snap(anna)
    look(anna, failure="It is damaged.")
    assert (photo(anna, node_id)["state"], photo(anna, node_id)["failure"]) == ("failed", "It is damaged.")
    reply = anna.ask("GET", f"/photos/{node_id}/thumbnail")
    assert (reply.status, reply.code, reply.json["detail"]) == (404, "thumbnail-missing", "It is damaged.")


def test_likes_favourites_and_times_answer_with_the_new_state(anna: Person) -> None:
    node_id = snap(anna)
    assert anna.ask("PUT", f"/photos/{node_id}/like").json == {"total": 1, "liked": True, "names": ["anna"]}
    assert anna.ask("PUT", f"/photos/{node_id}/like").json["total"] == 1
    assert (photo(anna, node_id)["likes"], photo(anna, node_id)["liked_by"]) == (1, ["anna"])
    assert anna.ask("DELETE", f"/photos/{node_id}/like").json == {"total": 0, "liked": False, "names": []}
    assert anna.ask("PUT", f"/photos/{node_id}/favourite").json == {"favourite": True}
    assert len(anna.ask("GET", "/photos?favourites=true").json["photos"]) == 1
    said = {"taken": "1999-12-31T23:59:59", "place": {"latitude": -33.9, "longitude": 151.2}}
    changed = anna.ask("PATCH", f"/photos/{node_id}", json=said).json
    assert (changed["photo"]["taken"], changed["place"]) == (said["taken"], said["place"])
    for wrong in ({"taken": "1999-12-31T23:59:59Z", "place": None}, {"taken": None, "place": {"latitude": 91}}, {}):
        assert anna.ask("PATCH", f"/photos/{node_id}", json=wrong).status == 400
    assert (changed["town"]["name"], changed["said"]) == ("Sydney", ["taken", "place"])
    back = anna.ask("PATCH", f"/photos/{node_id}", json={"place": None}).json
    assert (back["photo"]["taken"], back["place"], back["said"]) == (said["taken"], None, ["taken"])
    text = snap(anna, "text.txt")
    assert anna.ask("PUT", f"/photos/{text}/like").code == "node-missing"


def test_albums_are_made_filled_and_removed(anna: Person) -> None:
    node_id = snap(anna)
    look(anna)
    made = anna.ask("POST", "/photos/albums", json={"name": "Sea"})
    album = made.json["id"]
    assert (made.status, made.headers["Location"]) == (201, f"/api/v1/photos/albums/{album}")
    filled = anna.ask("POST", f"/photos/albums/{album}/photos", json={"add": [node_id]}).json
    assert (filled["photos"], filled["cover"]) == (1, photo(anna, node_id)["thumbnail"])
    assert [one["id"] for one in anna.ask("GET", f"/photos/albums/{album}/photos").json["photos"]] == [node_id]
    inner = anna.ask("POST", "/photos/albums", json={"name": "Isle", "parent_id": album}).json
    assert anna.ask("PATCH", f"/photos/albums/{inner['id']}", json={"parent_id": None}).json["parent_id"] is None
    assert anna.ask("PATCH", f"/photos/albums/{album}", json={"parent_id": album}).code == "below-itself"
    assert len(anna.ask("GET", "/photos/albums").json["albums"]) == 2
    assert anna.ask("DELETE", f"/photos/albums/{album}").status == 204
    assert anna.ask("GET", f"/photos/albums/{album}").code == "album-missing"
    assert photo(anna, node_id)["id"] == node_id


def test_places_duplicates_and_known_hashes(anna: Person) -> None:
    oldest = snap(anna, "a.jpg", b"same")
    snap(anna, "b.jpg", b"same")
    look(anna, latitude=41_385_000, longitude=2_173_000, sha256=b"\xab" * 32)
    (place,) = anna.ask("GET", "/photos/places?level=10").json["places"]
    assert (place["photos"], place["town"]["name"]) == (2, "Barcelona")
    assert len(anna.ask("GET", f"/photos?place={place['id']}").json["photos"]) == 2
    (group,) = anna.ask("GET", "/photos/duplicates").json["groups"]
    assert (sorted(one["name"] for one in group["photos"]), group["distance"]) == (["a.jpg", "b.jpg"], 0)
    assert anna.ask("GET", "/photos/duplicates?near=true").json == {"groups": [], "next": None}
    asked = {"hashes": ["ab" * 32, "cd" * 32]}
    assert anna.ask("POST", "/photos/known", json=asked).json == {"known": ["ab" * 32], "photos": [oldest]}
    assert anna.ask("POST", "/photos/known", json=asked | {"algorithm": "nuvol"}).json == {"known": [], "photos": []}


def test_several_are_corrected_at_once_and_taken_back(anna: Person) -> None:
    ids = [snap(anna, f"{number}.jpg", b"%d" % number) for number in range(3)]
    look(anna, local_at=1_749_723_120_000_000)
    place = {"latitude": 41.5, "longitude": 2.1}
    changes = [{"id": node_id, "taken": f"2025-06-12T1{number}:12:00"} for number, node_id in enumerate(ids)]
    changes[0]["place"] = place
    reply = anna.ask("PATCH", "/photos", json={"changes": changes}).json
    assert [one["taken"] for one in reply["photos"]] == [one["taken"] for one in changes]
    assert reply["before"] == [{"id": node_id, "taken": None, "place": None} for node_id in ids]
    again = anna.ask("PATCH", "/photos", json={"changes": reply["before"]}).json
    assert again["before"][0] == {"id": ids[0], "taken": "2025-06-12T10:12:00", "place": place}
    assert {one["taken"] for one in again["photos"]} == {"2025-06-12T10:12:00"}
    for wrong in ([], [{"id": ids[0]}], [{"taken": None}], [{"id": ids[0], "taken": None}] * 501):
        assert anna.ask("PATCH", "/photos", json={"changes": wrong}).status == 400
    assert anna.ask("PATCH", "/photos", json={"changes": [{"id": 7, "taken": None}]}).code == "node-missing"


def test_towns_are_found_by_name_without_a_network(anna: Person) -> None:
    found = anna.ask("GET", "/photos/towns?q=londres").json["towns"]
    assert (found[0]["name"], found[0]["country"]) == ("London", "GB")
    assert abs(found[0]["latitude"] - 51.5) < 0.1
    assert anna.ask("GET", "/photos/towns?q=x").json == {"towns": []}
