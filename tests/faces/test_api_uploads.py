"""tus 1.0.0: resumable uploads through the native API."""

import asyncio
import hashlib
import random
from base64 import b64encode

import pytest

from nuvol.core.cloud import Cloud
from nuvol.faces.api import uploads
from nuvol.faces.http import Disconnected
from tests.faces.native import Body, Person, Reply, person

LARGE = random.Random(2).randbytes(3 << 20)
PART = "application/offset+octet-stream"


def metadata(**pairs: str) -> str:
    return ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in pairs.items())


def start(anna: Person, size: int | None, body: bytes | Body = b"", **headers: str) -> Reply:
    headers.setdefault("upload_metadata", metadata(parent=str(anna.root), filename="a.bin"))
    if size is None:
        headers["upload_defer_length"] = "1"
    else:
        headers["upload_length"] = str(size)
    return anna.ask("POST", "/uploads", body=body, tus_resumable="1.0.0", **headers)


def place(reply: Reply) -> str:
    assert reply.status == 201, reply.body
    return reply.headers["Location"].removeprefix("/api/v1")


def send(anna: Person, where: str, offset: int, body: bytes | Body, **headers: str) -> Reply:
    headers.setdefault("content_type", PART)
    return anna.ask("PATCH", where, body=body, tus_resumable="1.0.0", upload_offset=str(offset), **headers)


def offset(anna: Person, where: str) -> int:
    return int(anna.ask("HEAD", where, tus_resumable="1.0.0").headers["Upload-Offset"])


def content(anna: Person, reply: Reply) -> bytes:
    return anna.ask("GET", f"/nodes/{reply.headers['Nuvol-Node-Id']}/content").body


def test_the_server_says_what_it_can(anna: Person) -> None:
    reply = anna.ask("OPTIONS", "/uploads")
    assert (reply.status, reply.headers["Tus-Version"]) == (204, "1.0.0")
    assert "creation-with-upload" in reply.headers["Tus-Extension"]
    assert reply.headers["Tus-Checksum-Algorithm"] == "sha1,sha256,md5"


def test_an_upload_goes_on_where_it_stopped(anna: Person) -> None:
    where = place(start(anna, len(LARGE)))
    first = send(anna, where, 0, LARGE[:1_000_000])
    assert (first.status, first.headers["Upload-Offset"]) == (204, "1000000")
    head = anna.ask("HEAD", where, tus_resumable="1.0.0")
    assert (head.status, head.headers["Upload-Length"], head.headers["Cache-Control"]) == (200, "3145728", "no-store")
    assert head.headers["Upload-Metadata"] == metadata(parent=str(anna.root), filename="a.bin")
    assert head.headers["Upload-Expires"].endswith("GMT")
    assert anna.names(anna.root) == []
    last = send(anna, where, 1_000_000, LARGE[1_000_000:])
    assert (last.status, last.headers["Upload-Offset"]) == (204, str(len(LARGE)))
    assert content(anna, last) == LARGE
    assert last.headers["ETag"] == anna.children(anna.root)[0]["etag"]
    assert anna.ask("HEAD", where, tus_resumable="1.0.0").status == 404


def test_what_arrived_before_the_line_broke_is_kept(anna: Person) -> None:
    where = place(start(anna, len(LARGE)))
    with pytest.raises(Disconnected):
        send(anna, where, 0, Body([LARGE[:2_000_000]], cut=True))
    assert offset(anna, where) == 2_000_000
    assert content(anna, send(anna, where, 2_000_000, LARGE[2_000_000:])) == LARGE


def test_an_upload_whose_last_byte_arrived_is_finished_though_the_line_broke(anna: Person) -> None:
    where = place(start(anna, 5))
    with pytest.raises(Disconnected):
        send(anna, where, 0, Body([b"hello"], cut=True))
    assert anna.names(anna.root) == ["a.bin"]


def test_a_long_part_is_made_safe_on_its_way(anna: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "SAFE_EVERY", 1 << 20)
    where = place(start(anna, len(LARGE)))
    seen: list[int] = []

    def parts():
        for begin in range(0, len(LARGE), 300_000):
            seen.append(anna.cloud.uploads.session(anna.actor, where.split("/")[-1]).offset)
            yield LARGE[begin : begin + 300_000]

    assert content(anna, send(anna, where, 0, Body(parts()))) == LARGE
    assert sorted(set(seen)) == [0, 1_200_000, 2_400_000]


def test_small_content_goes_with_the_creation(anna: Person) -> None:
    reply = start(anna, 5, b"hello", content_type=PART)
    assert (reply.status, reply.headers["Upload-Offset"]) == (201, "5")
    assert content(anna, reply) == b"hello"
    partly = start(anna, 10, b"hello", content_type=PART, upload_metadata=metadata(path="b.bin"))
    assert (partly.status, partly.headers["Upload-Offset"]) == (201, "5")
    assert content(anna, send(anna, place(partly), 5, b"world")) == b"helloworld"


def test_an_empty_file_needs_no_part(anna: Person) -> None:
    assert content(anna, start(anna, 0)) == b""


def test_the_length_may_be_told_later(anna: Person) -> None:
    where = place(start(anna, None))
    send(anna, where, 0, b"hello")
    assert anna.ask("HEAD", where, tus_resumable="1.0.0").headers["Upload-Defer-Length"] == "1"
    last = send(anna, where, 5, b"!", upload_length="6")
    assert content(anna, last) == b"hello!"
    where = place(start(anna, None))
    send(anna, where, 0, b"hello")
    assert content(anna, send(anna, where, 5, b"", upload_length="5")) == b"hello"


def test_a_wrong_offset_is_told_the_right_one(anna: Person) -> None:
    where = place(start(anna, 10))
    send(anna, where, 0, b"hello")
    reply = send(anna, where, 3, b"lo")
    assert (reply.status, reply.code, reply.json["offset"]) == (409, "offset-mismatch", 5)
    assert reply.headers["Upload-Offset"] == "5"


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "md5"])
def test_a_part_that_was_damaged_does_not_count(anna: Person, algorithm: str) -> None:
    where = place(start(anna, 10))
    send(anna, where, 0, b"hello")
    digest = b64encode(hashlib.new(algorithm, b"world").digest()).decode()
    damaged = send(anna, where, 5, b"wurld", upload_checksum=f"{algorithm} {digest}")
    assert (damaged.status, damaged.code) == (460, "checksum-mismatch")
    assert offset(anna, where) == 5
    with pytest.raises(Disconnected):
        send(anna, where, 5, Body([b"wor"], cut=True), upload_checksum=f"{algorithm} {digest}")
    assert offset(anna, where) == 5
    assert content(anna, send(anna, where, 5, b"world", upload_checksum=f"{algorithm} {digest}")) == b"helloworld"


def test_more_than_announced_is_refused_and_the_rest_stays(anna: Person) -> None:
    where = place(start(anna, 8))
    send(anna, where, 0, b"hello")
    assert send(anna, where, 5, b"world").status == 400
    assert offset(anna, where) == 5


@pytest.mark.parametrize(
    "target, status",
    [
        ({"path": "b/c"}, 404),
        ({"parent": "1", "filename": "a"}, 404),
        ({"node": "5"}, 404),
        ({"parent": "1"}, 400),
        ({}, 400),
    ],
)
def test_an_upload_needs_a_place(anna: Person, target: dict[str, str], status: int) -> None:
    assert start(anna, 5, upload_metadata=metadata(**target)).status == status


@pytest.mark.parametrize("headers", [{}, {"tus_resumable": "0.2.2"}])
def test_another_version_of_the_protocol_is_refused(anna: Person, headers: dict[str, str]) -> None:
    reply = anna.ask("POST", "/uploads", upload_length="5", **headers)
    assert (reply.status, reply.headers["Tus-Version"], reply.headers["Tus-Resumable"]) == (412, "1.0.0", "1.0.0")


def test_a_part_has_its_own_type(anna: Person) -> None:
    where = place(start(anna, 5))
    assert send(anna, where, 0, b"hello", content_type="application/octet-stream").status == 415


def test_an_upload_is_ended(anna: Person) -> None:
    where = place(start(anna, len(LARGE)))
    send(anna, where, 0, LARGE[:2_000_000])
    assert anna.ask("DELETE", where, tus_resumable="1.0.0").status == 204
    assert anna.ask("HEAD", where, tus_resumable="1.0.0").status == 404
    assert send(anna, where, 2_000_000, LARGE[2_000_000:]).status == 404


def test_networks_without_patch_use_post(anna: Person) -> None:
    where = place(start(anna, 5))
    headers = {"x_http_method_override": "PATCH", "content_type": PART, "upload_offset": "0"}
    assert anna.ask("POST", where, body=b"hello", tus_resumable="1.0.0", **headers).status == 204


def test_a_file_is_replaced_by_its_id_wherever_it_is_by_then(anna: Person) -> None:
    node = anna.put("a.bin", b"old")
    where = place(start(anna, 3, upload_metadata=metadata(node=str(node["id"]))))
    anna.ask("PATCH", f"/nodes/{node['id']}", json={"name": "b.bin"})
    done = send(anna, where, 0, b"new")
    assert done.headers["Nuvol-Node-Id"] == str(node["id"])
    assert anna.names(anna.root) == ["b.bin"]


def test_conditions_are_kept_until_the_end(anna: Person) -> None:
    where = place(start(anna, 3, if_none_match="*"))
    anna.put("a.bin", b"somebody was faster")
    assert send(anna, where, 0, b"new").status == 412
    assert start(anna, 3, if_none_match="*").status == 412


def test_a_refused_upload_can_be_finished_under_another_condition(anna: Person) -> None:
    where = place(start(anna, len(LARGE), if_none_match="*"))
    send(anna, where, 0, LARGE[:2_000_000])
    there = anna.put("a.bin", b"somebody was faster")
    assert send(anna, where, 2_000_000, LARGE[2_000_000:]).status == 412
    assert anna.ask("HEAD", where, tus_resumable="1.0.0").headers["Upload-Offset"] == "2000000"
    done = send(anna, where, 2_000_000, LARGE[2_000_000:], if_match=there["etag"])
    assert done.status == 204
    assert anna.ask("GET", f"/nodes/{there['id']}/content").body == LARGE


def test_what_cannot_fit_is_refused_at_once(cloud: Cloud, runner: asyncio.Runner) -> None:
    small = person(cloud, runner, "small", quota=1000)
    assert start(small, 1001).status == 507


def test_nobody_else_sees_an_upload(anna: Person, cloud: Cloud, runner: asyncio.Runner) -> None:
    where = place(start(anna, 5))
    bert = person(cloud, runner, "bert")
    assert bert.ask("HEAD", where, tus_resumable="1.0.0").status == 404
    assert send(bert, where, 0, b"hello").status == 404
    assert bert.ask("DELETE", where, tus_resumable="1.0.0").status == 404
