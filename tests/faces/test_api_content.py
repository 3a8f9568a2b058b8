"""Bytes through the native API: up, down, in chunks, as versions, as zip."""

import asyncio
import hashlib
import io
import random
import zipfile
from base64 import b64encode
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from blake3 import blake3
from msgspec.structs import replace

from nuvol.clock import MINUTE
from nuvol.core.cloud import Cloud
from nuvol.core.files.bundles import LASTS
from nuvol.core.files.chunking import Cutter
from nuvol.errors import NotAdmitted
from nuvol.faces.http import Disconnected
from nuvol.stores.catalog.catalog import SqlCatalog
from nuvol.wire.chunks import MEDIA_TYPE, Frame, write
from tests.faces.native import Body, Person, person, signed_in

LARGE = random.Random(1).randbytes(3 << 20)


@pytest.mark.parametrize("data", [b"", b"hello", LARGE], ids=["empty", "small", "large"])
@pytest.mark.parametrize("announced", [True, False])
def test_content_comes_back_as_it_went(anna: Person, data: bytes, announced: bool) -> None:
    path = f"/nodes/{anna.root}/children/My%20notes.txt/content"
    made = anna.ask("PUT", path, body=data, length=-1 if announced else None)
    assert (made.status, made.json["name"], made.json["size"]) == (201, "My notes.txt", len(data))
    got = anna.ask("GET", f"/nodes/{made.json['id']}/content")
    assert (got.status, got.body, got.headers["ETag"]) == (200, data, made.json["etag"])
    assert got.headers["Content-Type"] == "text/plain"
    assert got.headers["Content-Security-Policy"] == "sandbox"


def test_a_head_tells_of_the_content_without_it(anna: Person) -> None:
    node = anna.put("a.bin", LARGE)
    head = anna.ask("HEAD", f"/nodes/{node['id']}/content")
    assert (head.status, head.body, head.headers["ETag"]) == (200, b"", node["etag"])


def test_a_range_is_a_part(anna: Person) -> None:
    node = anna.put("a.bin", LARGE)
    part = anna.ask("GET", f"/nodes/{node['id']}/content", range="bytes=1000000-2000000")
    assert (part.status, part.body) == (206, LARGE[1_000_000:2_000_001])
    assert anna.ask("GET", f"/nodes/{node['id']}/content", range="bytes=9999999-").status == 416


def test_what_has_not_changed_is_not_sent_again(anna: Person) -> None:
    node = anna.put("a.txt")
    assert anna.ask("GET", f"/nodes/{node['id']}/content", if_none_match=node["etag"]).status == 304


def test_content_is_shown_or_saved(anna: Person) -> None:
    node = anna.put("a.png")
    path = f"/nodes/{node['id']}/content"
    assert anna.ask("GET", path).headers["Content-Disposition"].startswith("inline")
    assert anna.ask("GET", path + "?download=true").headers["Content-Disposition"].startswith("attachment")


def test_a_folder_has_no_content(anna: Person) -> None:
    assert anna.ask("GET", f"/nodes/{anna.root}/content").status == 409
    assert anna.ask("PUT", f"/nodes/{anna.root}/content", body=b"x").status == 409


def test_new_content_is_a_new_version(anna: Person) -> None:
    node = anna.put("a.txt", b"one")
    reply = anna.ask("PUT", f"/nodes/{node['id']}/content", body=b"two", if_match=node["etag"])
    assert (reply.status, reply.json["number"], reply.json["id"]) == (200, node["number"] + 1, node["id"])
    late = anna.ask("PUT", f"/nodes/{node['id']}/content", body=b"three", if_match=node["etag"])
    assert late.status == 412
    assert anna.ask("PUT", "/nodes/999/content", body=b"x").status == 404


def test_a_name_is_taken_only_when_it_is_free(anna: Person) -> None:
    path = f"/nodes/{anna.root}/children/a.txt/content"
    assert anna.ask("PUT", path, body=b"one", if_none_match="*").status == 201
    assert anna.ask("PUT", path, body=b"two", if_none_match="*").status == 412
    assert anna.ask("PUT", path, body=LARGE, if_none_match="*").status == 412
    assert anna.ask("PUT", path, body=b"two").status == 200


@pytest.mark.parametrize("name", ["", ".", "..", "a%2Fb", "x" * 256])
def test_a_file_has_a_name_that_is_one(anna: Person, name: str) -> None:
    reply = anna.ask("PUT", f"/nodes/{anna.root}/children/{name}/content", body=b"x")
    assert (reply.status, reply.code) == (400, "bad-name")


def test_type_and_time_are_what_the_client_says(anna: Person) -> None:
    path = f"/nodes/{anna.root}/children/a.txt/content?modified_at=2001-02-03T04:05:06Z"
    node = anna.ask("PUT", path, body=b"x", content_type="text/markdown; charset=utf-8").json
    assert (node["mime"], node["modified_at"]) == ("text/markdown", "2001-02-03T04:05:06.000000Z")
    guessed = anna.ask("PUT", path, body=b"x", content_type="application/x-www-form-urlencoded").json
    assert guessed["mime"] == "text/markdown"


@pytest.mark.parametrize("data", [b"hello", LARGE], ids=["small", "large"])
def test_other_bytes_than_those_stated_are_refused(anna: Person, data: bytes) -> None:
    path = f"/nodes/{anna.root}/children/a.bin/content"
    digest = b64encode(hashlib.sha256(data).digest()).decode()
    reply = anna.ask("PUT", path, body=b"x" + data[1:], repr_digest=f"sha-256=:{digest}:")
    assert (reply.status, reply.code) == (400, "checksum-mismatch")
    assert anna.names(anna.root) == []
    assert anna.ask("PUT", path, body=data, repr_digest=f"sha-256=:{digest}:").status == 201


def test_a_part_cannot_be_put(anna: Person) -> None:
    path = f"/nodes/{anna.root}/children/a.bin/content"
    assert anna.ask("PUT", path, body=b"x", content_range="bytes 0-0/10").status == 400


def test_a_body_that_is_cut_off_leaves_nothing(anna: Person) -> None:
    for name, length in (("a", 5), ("b", len(LARGE)), ("c", None)):
        source = Body([LARGE[:1000]] if name == "a" else [LARGE[:-1]], cut=True)
        with pytest.raises(Disconnected):
            anna.ask("PUT", f"/nodes/{anna.root}/children/{name}/content", body=source, length=length)
    assert anna.names(anna.root) == []
    assert anna.ask("GET", "/usage").json["used"] == 0


def test_what_does_not_fit_is_refused_before_its_body_is_read(cloud: Cloud, runner: asyncio.Runner) -> None:
    small = person(cloud, runner, "small", quota=1000)
    path = f"/nodes/{small.root}/children/a/content"
    for length in (1001, len(LARGE)):
        source = Body([LARGE[:length]])
        reply = small.ask("PUT", path, body=source, length=length)
        assert (reply.status, reply.code, reply.json["free"]) == (507, "quota-exceeded", 1000)
        assert not source.read
    assert small.ask("PUT", path, body=LARGE, length=None).status == 507
    assert small.ask("GET", "/usage").json == {"used": 0, "quota": 1000}


# ----------------------------------------------------------------------------------------------------- chunks


def cut(data: bytes) -> list[bytes]:
    cutter = Cutter()
    pieces = [bytes(piece) for piece in cutter.feed(data)]
    last = cutter.finish()
    return [*pieces, bytes(last)] if last is not None else pieces


def test_a_changed_file_is_sent_by_its_new_chunks_only(anna: Person) -> None:
    node = anna.put("a.bin", LARGE)
    changed = LARGE[:1_500_000] + b"!" + LARGE[1_500_000:]
    chunks = {blake3(piece).hexdigest(): piece for piece in cut(changed)}
    missing = anna.ask("POST", "/chunks/missing", json={"hashes": list(chunks)}).json["missing"]
    assert 0 < len(missing) < len(chunks)
    frames = [
        Frame(bytes.fromhex(name), len(piece), piece if name in missing else None) for name, piece in chunks.items()
    ]
    body = b"".join(map(write, frames))
    reply = anna.ask("PUT", f"/nodes/{node['id']}/content", body=body, content_type=MEDIA_TYPE, length=None)
    assert (reply.status, reply.json["size"]) == (200, len(changed))
    assert anna.ask("GET", f"/nodes/{node['id']}/content").body == changed
    whole = anna.put("b.bin", changed)
    assert whole["hash"] == reply.json["hash"]


def test_a_chunk_that_is_lacking_is_named(anna: Person, cloud: Cloud, runner: asyncio.Runner) -> None:
    anna.put("a.bin", LARGE)
    piece = cut(LARGE)[0]
    bert = person(cloud, runner, "bert")
    body = write(Frame(blake3(piece).digest(), len(piece), None))
    path = f"/nodes/{bert.root}/children/stolen/content"
    reply = bert.ask("PUT", path, body=body, content_type=MEDIA_TYPE)
    assert (reply.status, reply.code) == (409, "chunks-lacking")
    assert reply.json["hashes"] == [blake3(piece).hexdigest()]
    assert bert.ask("POST", "/chunks/missing", json={"hashes": reply.json["hashes"]}).json["missing"]


@pytest.mark.parametrize(
    "body",
    [
        b"\x07" + bytes(36),
        write(Frame(bytes(32), 3, b"abc")),
        write(Frame(blake3(b"abc").digest(), 3, b"abc"))[:-1],
        b"\x01\x7f\xff\xff\xff" + bytes(32),
    ],
    ids=["unknown kind", "wrong hash", "cut", "too long"],
)
def test_broken_frames_are_refused(anna: Person, body: bytes) -> None:
    path = f"/nodes/{anna.root}/children/a/content"
    assert anna.ask("PUT", path, body=body, content_type=MEDIA_TYPE).status == 400
    assert anna.names(anna.root) == []


# --------------------------------------------------------------------------------------------------- versions


def test_versions_are_listed_read_restored_and_removed(anna: Person) -> None:
    node = anna.put("a.txt", b"one")
    anna.put("a.txt", b"two")
    path = f"/nodes/{node['id']}/versions"
    page = anna.ask("GET", path + "?limit=1").json
    assert [version["number"] for version in page["versions"]] == [2]
    rest = anna.ask("GET", f"{path}?before={page['next']}").json
    assert [(version["number"], version["status"]) for version in rest["versions"]] == [(1, "new")]
    assert anna.ask("GET", f"{path}/1/content").body == b"one"
    back = anna.ask("POST", f"{path}/1/restore")
    assert (back.status, back.json["number"]) == (200, 3)
    assert anna.ask("GET", f"/nodes/{node['id']}/content").body == b"one"
    assert anna.ask("DELETE", f"{path}/2").status == 204
    assert anna.ask("GET", f"{path}/2/content").status == 404
    assert anna.ask("DELETE", f"{path}/3").status == 403
    assert anna.ask("DELETE", f"{path}/9").status == 404


# -------------------------------------------------------------------------------------------------------- zip


def test_a_folder_comes_as_a_zip(anna: Person) -> None:
    anna.put("Reise/Bilder/meer.bin", LARGE)
    anna.put("Reise/Grüße.txt", b"hello")
    anna.folder("Reise/leer")
    reply = anna.ask("GET", f"/nodes/{anna.folder('Reise')}/zip")
    assert "Reise.zip" in reply.headers["Content-Disposition"]
    opened = zipfile.ZipFile(io.BytesIO(reply.body))
    assert opened.testzip() is None
    assert sorted(opened.namelist()) == [
        "Reise/Bilder/",
        "Reise/Bilder/meer.bin",
        "Reise/Grüße.txt",
        "Reise/leer/",
    ]
    assert opened.read("Reise/Bilder/meer.bin") == LARGE


def test_a_file_is_no_zip(anna: Person) -> None:
    assert anna.ask("GET", f"/nodes/{anna.put('a')['id']}/zip").status == 409


@pytest.fixture
def bert(cloud: Cloud, runner: asyncio.Runner) -> Person:
    return signed_in(cloud, runner, "bert")


def chosen(person: Person, *node_ids: int, name: str = "Files") -> Any:
    return person.ask("POST", "/bundles", json={"node_ids": node_ids, "name": name})


def fetched(person: Person, bundle: Any) -> zipfile.ZipFile:
    reply = person.ask("GET", bundle["address"].removeprefix("/api/v1"))
    assert (reply.status, reply.headers["Content-Type"]) == (200, "application/zip")
    assert f"{bundle['name']}.zip" in reply.headers["Content-Disposition"]
    opened = zipfile.ZipFile(io.BytesIO(reply.body))
    assert opened.testzip() is None
    return opened


def test_what_was_chosen_from_many_places_comes_as_one_zip_under_names_of_its_own(anna: Person) -> None:
    ids = [
        anna.put(path, path.encode())["id"]
        for path in ("sea.jpg", "a/sea.jpg", "b/Sea.JPG", "a/sea (2).jpg", "a/b/sea.jpg")
    ]
    anna.put("a/b/large.bin", LARGE)
    ids += [ids[0], anna.folder("a/b"), anna.folder("b")]
    reply = chosen(anna, *ids, name="Coast walk")
    assert (reply.status, reply.headers["Location"]) == (201, reply.json["address"])
    opened = fetched(anna, reply.json)
    assert opened.namelist() == [
        "sea.jpg",
        "sea (3).jpg",
        "Sea (4).JPG",
        "sea (2).jpg",
        "sea (5).jpg",
        "b/large.bin",
        "b/sea.jpg",
        "b (2)/Sea.JPG",
    ]
    assert opened.read("sea (3).jpg") == b"a/sea.jpg"
    assert opened.read("b/large.bin") == LARGE


def test_nothing_is_chosen_that_is_not_there_or_not_open(anna: Person, bert: Person) -> None:
    here, theirs = anna.put("here.txt")["id"], bert.put("theirs.txt")["id"]
    gone = anna.put("gone.txt")["id"]
    anna.ask("DELETE", f"/nodes/{gone}")
    told = [chosen(anna, here, other) for other in (theirs, gone, 1 << 52)]
    assert {(reply.status, reply.code) for reply in told} == {(404, "node-missing")}
    assert len({reply.json["detail"] for reply in told}) == 1  # what is somebody's is not told from what is not there
    for wrong in ({"node_ids": []}, {"node_ids": [here], "name": "a/b"}, {"node_ids": [here], "name": ""}, {}):
        assert anna.ask("POST", "/bundles", json=wrong).status == 400


def test_what_goes_away_or_is_closed_before_it_is_fetched_is_left_out(anna: Person, bert: Person) -> None:
    shared, mine = bert.folder("shared"), [anna.put(name)["id"] for name in ("a.txt", "b.txt")]
    theirs = bert.put("shared/theirs.txt", b"theirs")["id"]
    bert.ask("POST", f"/nodes/{shared}/members", json={"to": ["anna"], "role": "viewer"})
    bundle = chosen(anna, *mine, theirs).json
    address = bundle["address"].removeprefix("/api/v1")
    assert fetched(anna, bundle).read("theirs.txt") == b"theirs"
    assert bert.ask("GET", address).code == "bundle-missing"
    bert.ask("DELETE", f"/nodes/{shared}/members/{anna.account_id}")
    anna.ask("DELETE", f"/nodes/{mine[0]}")
    assert fetched(anna, bundle).namelist() == ["b.txt"]
    anna.ask("DELETE", f"/nodes/{mine[1]}")
    assert anna.ask("GET", address).code == "bundle-missing"


def test_ten_thousand_files_are_chosen_at_once(anna: Person, catalog: SqlCatalog) -> None:
    one = anna.cloud.tree.get(anna.actor, anna.put("0.txt", b"same")["id"])
    ids = anna.cloud._catalog.new_ids(9_999)
    others = [replace(one, id=node_id, name=f"{number}.txt") for number, node_id in enumerate(ids, 1)]
    for at in range(0, len(others), 500):
        catalog.write(lambda tx, at=at: tx.nodes.add(others[at : at + 500]))  # type: ignore[misc]
    opened = fetched(anna, chosen(anna, one.id, *ids).json)
    assert opened.namelist() == [f"{number}.txt" for number in range(10_000)]
    assert opened.read("9999.txt") == b"same"


def test_a_choice_is_over_after_an_hour(anna: Person) -> None:
    address = chosen(anna, anna.put("a.txt")["id"]).json["address"].removeprefix("/api/v1")
    files, now = anna.cloud.bundles._files, anna.cloud.bundles._files.clock
    files.clock = lambda: now() + LASTS - MINUTE
    assert anna.ask("GET", address).status == 200
    files.clock = lambda: now() + LASTS
    assert anna.ask("GET", address).code == "bundle-missing"
    anna.cloud.bundles.expire()
    files.clock = now
    assert anna.ask("GET", address).code == "bundle-missing"


# ------------------------------------------------------------------------------------------------- revoked midway


@pytest.mark.parametrize("address", ["content", "zip"])
def test_a_way_in_that_is_revoked_breaks_off_what_is_on_its_way(anna: Person, cloud: Cloud, address: str) -> None:
    data = random.Random(2).randbytes(5 << 20)
    file = anna.put("Reise/film", data)
    node_id = file["id"] if address == "content" else anna.folder("Reise")

    async def story() -> int:
        answer = await anna.open(f"/nodes/{node_id}/{address}", Body([]))
        assert isinstance(answer.body, AsyncGenerator)
        sent = len(await anext(answer.body))
        await asyncio.to_thread(revoke)
        with pytest.raises(NotAdmitted):
            async for block in answer.body:
                sent += len(block)
        return sent

    def revoke() -> None:
        (grant,) = cloud.grants.list(anna.actor)
        cloud.grants.revoke(anna.actor, grant.id)

    assert anna.runner.run(story()) < 3 << 20
