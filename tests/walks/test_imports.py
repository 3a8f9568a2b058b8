"""Archives of photos in somebody's files, brought in by a real server and the program that unpacks them."""

import io
import json
import struct
import time
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.pictures import makers
from tests.servers import Server, serve

SOON = 120
"""Seconds for what a busy machine does in two."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serve(tmp_path_factory.mktemp("imports") / "cloud") as server:
        yield server


@pytest.fixture
def client(server: Server) -> Iterator[httpx.Client]:
    with client_of(server) as client:
        yield client


def client_of(server: Server) -> httpx.Client:
    return httpx.Client(base_url=server.url, auth=(server.name, server.password), timeout=60)


def packed(**files: bytes) -> bytes:
    """`files`: names with __ for /."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/"), data)
    return made.getvalue()


def begin(client: httpx.Client, name: str, data: bytes, place: str) -> dict[str, Any]:
    client.put(f"/dav/files/{name}", content=data).raise_for_status()
    node = client.get(f"/api/v1/nodes/by-path?path={name}").json()["id"]
    reply = client.post("/api/v1/photos/imports", json={"node_id": node, "place": place})
    assert reply.status_code == 201
    return reply.json()  # type: ignore[no-any-return]


def over(client: httpx.Client, one: dict[str, Any]) -> dict[str, Any]:
    until = time.monotonic() + SOON
    while (now := client.get(f"/api/v1/photos/imports/{one['id']}").json())["state"] == "going":
        assert time.monotonic() < until, now
        time.sleep(0.1)
    return now  # type: ignore[no-any-return]


def names(client: httpx.Client, folder: str) -> list[str]:
    page = client.get(f"/api/v1/nodes/by-path/children?path={folder}").json()
    return sorted(node["name"] for node in page["nodes"])


def test_an_export_of_another_service_comes_in_and_says_what_it_left_out(client: httpx.Client) -> None:
    said = {
        "title": "sea.jpg",
        "photoTakenTime": {"timestamp": "1559999999"},
        "geoData": {"latitude": 41.4, "longitude": 2.1},
    }
    take = packed(
        **{
            "Takeout__Photos__2019__sea.jpg": makers.jpeg(),
            "Takeout__Photos__2019__sea.jpg.json": json.dumps(said).encode(),
            "Takeout__Photos__Walk__metadata.json": b'{"title": "Walk"}',
            "Takeout__Photos__Walk__sea.jpg": makers.jpeg(),
            "Takeout__Photos__Walk__hill.jpg": makers.jpeg(colour="blue"),
            "Takeout__Photos__Walk__note.txt": b"no photo",
            "Takeout__Photos__Walk__bomb.jpg": bytes(30_000_000),
        }
    )
    done = over(client, begin(client, "take.zip", take, "Came/in"))
    assert (done["state"], done["total"], done["seen"]) == ("done", 4, 4)
    assert (done["photos"], done["known"], done["others"], done["failures"]) == (2, 1, 1, 1)
    assert done["failed"] == ["Walk/bomb.jpg: it is packed more tightly than any photo."]
    assert (names(client, "Came/in"), names(client, "Came/in/Walk")) == (["2019", "Walk"], ["hill.jpg"])
    (album,) = client.get("/api/v1/photos/albums").json()["albums"]
    assert (album["name"], album["photos"]) == ("Walk", 2)
    again = over(client, begin(client, "take.zip", take, "Came/again"))
    assert (again["photos"], again["known"], again["id"] != done["id"]) == (0, 3, True)
    listed = client.get("/api/v1/photos/imports").json()["imports"]
    assert [one["id"] for one in listed][:2] == [again["id"], done["id"]]
    assert client.delete(f"/api/v1/photos/imports/{again['id']}").status_code == 204
    assert client.get(f"/api/v1/photos/imports/{again['id']}").json()["code"] == "import-missing"


def test_what_is_no_archive_is_said_so(client: httpx.Client) -> None:
    for number, data in enumerate((b"no archive", b"", b"PK\5\6" + bytes(18)[:10], makers.jpeg())):
        broken = over(client, begin(client, f"no{number}.zip", data, "No"))
        assert broken["state"] == "broken"
        assert broken["fault"].endswith(".") and "zip" in broken["fault"]
    folder = client.get("/api/v1/nodes/root").json()["id"]
    assert client.post("/api/v1/photos/imports", json={"node_id": 7}).json()["code"] == "node-missing"
    assert (
        client.post("/api/v1/photos/imports", json={"node_id": folder, "place": "a/../b"}).json()["code"] == "bad-name"
    )


def test_an_export_that_was_unpacked_before_it_came_tells_as_much(client: httpx.Client) -> None:
    said = {"title": "sea.jpg", "photoTakenTime": {"timestamp": "1359999999"}}
    client.request("MKCOL", "/dav/files/Unpacked").raise_for_status()
    for name, data in {"sea.jpg": makers.encoded(makers.landscape(colour="pink"), "JPEG"), "none.jpg": b"x"}.items():
        client.put(f"/dav/files/Unpacked/{name}", content=data).raise_for_status()
    client.put("/dav/files/Unpacked/sea.jpg.json", content=json.dumps(said)).raise_for_status()
    folder = client.get("/api/v1/nodes/by-path?path=Unpacked").json()["id"]
    one = client.post("/api/v1/photos/imports", json={"node_id": folder}).json()
    done = over(client, one)
    assert (done["folder"], done["state"], done["fault"]) == (True, "done", None)
    assert (done["total"], done["seen"], done["photos"], done["known"]) == (2, 2, 1, 1)
    assert names(client, "Unpacked") == ["none.jpg", "sea.jpg", "sea.jpg.json"]
    (photo,) = client.get("/api/v1/photos?month=2013-02").json()["photos"]
    assert photo["name"] == "sea.jpg"


def overlapping(count: int, size: int) -> bytes:
    """Entries that all show the same packed bytes, as bombs of the clever kind have them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packer.compress(bytes(size)) + packer.flush()
    crc = zlib.crc32(bytes(size))
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 33, crc, len(body), size, 5, 0) + b"a.jpg" + body
    directory = b"".join(
        struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 8, 0, 33, crc, len(body), size, 9, 0, 0, 0, 0, 0, 0)
        + b"%05d.jpg" % number
        for number in range(count)
    )
    return local + directory + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(directory), len(local), 0)


def test_bombs_end_their_import_and_nothing_else(client: httpx.Client, server: Server) -> None:
    whole = over(client, begin(client, "overlap.zip", overlapping(60_000, 1_000_000), "Bombs"))
    assert (whole["state"], whole["photos"]) == ("broken", 0)
    assert "unpacked" in whole["fault"]
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("lzma.jpg", makers.jpeg())
    data = bytearray(made.getvalue())
    at = data.index(b"lzma.jpg") + len(b"lzma.jpg")
    data[at + 5 : at + 9] = b"\xff\xff\xff\xff"  # a dictionary of 4 GiB
    greedy = over(client, begin(client, "greedy.zip", bytes(data), "Bombs"))
    assert (greedy["state"], greedy["photos"], greedy["failures"]) == ("done", 0, 1)
    many = over(client, begin(client, "many.zip", overlapping(65_000, 10), "Bombs"))
    assert many["state"] in ("done", "broken")
    assert client.get("/healthz").status_code == 200
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    resident = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    assert resident < 400_000, "kB"
    assert "Traceback" not in server.log


def test_an_import_goes_on_where_it_was_after_the_server_died(tmp_path: Path) -> None:
    files = {f"{number // 100}__{number:03}.jpg": makers.jpeg(width=60 + number, height=40) for number in range(300)}
    with serve(tmp_path / "cloud", "--picture-workers", "0") as server, client_of(server) as client:
        one = begin(client, "many.zip", packed(**files), "In")
        until = time.monotonic() + SOON
        while client.get(f"/api/v1/photos/imports/{one['id']}").json()["seen"] == 0:
            assert time.monotonic() < until
        server.kill()
    data = tmp_path / "cloud"
    with serve(data, "--picture-workers", "0") as server, client_of(server) as client:
        done = over(client, one)
        assert (done["state"], done["seen"], done["failures"]) == ("done", 300, 0)
        assert done["photos"] + done["known"] == 300
        assert sum(len(names(client, f"In/{folder}")) for folder in range(3)) == 300
        again = over(client, begin(client, "many.zip", packed(**files), "Again"))
        assert (again["photos"], again["known"]) == (0, 300)
        assert server.stop() == 0
    assert "Traceback" not in server.log


def test_an_import_that_is_ended_stops_and_what_came_stays(tmp_path: Path) -> None:
    files = {f"{number:04}.jpg": makers.jpeg(width=60 + number, height=40) for number in range(400)}
    with serve(tmp_path / "cloud", "--picture-workers", "0") as server, client_of(server) as client:
        one = begin(client, "many.zip", packed(**files), "In")
        assert client.delete(f"/api/v1/photos/imports/{one['id']}").status_code == 204
        other = begin(client, "other.zip", packed(a__b=b"no photo", a__c=makers.jpeg()), "Other")
        assert over(client, other)["others"] == 2, "the next one has its turn"
        assert client.get(f"/api/v1/photos/imports/{one['id']}").status_code == 404
        assert server.stop() == 0
    assert "Traceback" not in server.log
