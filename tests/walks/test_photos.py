"""Photos from the upload to the thumbnail, on a real server with its child process."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.pictures import makers
from tests.servers import Server, serve
from tests.sizes import size

KEPT = 40 << 20
"""Bytes: caches that fill with the first work, of pages, paths and code."""
SOON = 120
"""Seconds for what a busy machine does in two."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serve(tmp_path_factory.mktemp("photos") / "cloud") as server:
        yield server


@pytest.fixture
def client(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, auth=(server.name, server.password), timeout=60) as client:
        yield client


def send(client: httpx.Client, name: str, data: bytes) -> None:
    assert client.put(f"/dav/files/{name}", content=data).status_code in (201, 204)


def looked_at(client: httpx.Client, seconds: float = SOON) -> dict[str, dict[str, Any]]:
    """Every photo by name, when nothing waits any more."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        photos = everything(client)
        if all(photo["state"] != "waiting" for photo in photos):
            return {photo["name"]: photo for photo in photos}
        time.sleep(0.2)
    raise AssertionError("photos still wait")


def test_photos_of_every_kind_come_into_the_timeline_and_bombs_fail_alone(client: httpx.Client) -> None:
    for kind, ending in (("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp"), ("HEIF", "heic"), ("AVIF", "avif")):
        said = makers.exif(6, f"2024:0{len(ending)}:01 12:00:00")
        send(client, f"o6.{ending}", makers.encoded(makers.landscape(600, 400), kind, said))
    send(client, "large.jpg", makers.jpeg(makers.exif(), width=3000, height=2000))
    send(client, "film.mp4", makers.film(creation_time="2023-05-01T10:00:00Z"))
    send(client, "bomb.png", makers.bomb(50_000, 50_000))
    send(client, "cut.jpg", makers.jpeg()[:5000])
    send(client, "text.jpg", b"no picture at all")
    send(client, "empty.gif", b"")
    photos = looked_at(client)
    assert len(photos) == 11
    failed = {name: photo["failure"] for name, photo in photos.items() if photo["state"] == "failed"}
    assert failed.keys() == {"bomb.png", "cut.jpg", "text.jpg", "empty.gif"}
    assert all(failure.endswith(".") for failure in failed.values())
    assert {photos[f"o6.{ending}"]["width"] for ending in ("jpg", "png", "webp", "heic", "avif")} == {600}
    months = {month["month"]: month["photos"] for month in client.get("/api/v1/photos/timeline").json()["months"]}
    assert (months["2024-03"], months["2024-04"], months["2023-05"], months["2025-06"]) == (2, 3, 1, 1)
    for name in photos.keys() - failed.keys():
        reply = client.get(photos[name]["thumbnail"] + "&size=small")
        assert (reply.status_code, reply.headers["content-type"], reply.content[8:12]) == (200, "image/webp", b"WEBP")
    assert httpx.get(client.base_url.join(photos["large.jpg"]["thumbnail"])).status_code == 401


def test_what_waited_when_the_server_died_is_looked_at_after_it_started_again(tmp_path: Path) -> None:
    with serve(tmp_path / "cloud", "--picture-workers", "0") as server:
        with httpx.Client(base_url=server.url, auth=(server.name, server.password)) as client:
            send(client, "a.jpg", makers.jpeg())
            assert client.get("/api/v1/photos").json()["photos"][0]["state"] == "waiting"
        server.kill()
    with serve(tmp_path / "cloud") as server:
        with httpx.Client(base_url=server.url, auth=(server.name, server.password)) as client:
            assert looked_at(client)["a.jpg"]["state"] == "ready"
        assert server.stop() == 0
    assert "Traceback" not in server.log


ZONES = {"+02:00": 120, "-07:00": -420, "+05:30": 330, "+13:00": 780}


def album(count: int) -> dict[str, tuple[bytes, str, tuple[int, int]]]:
    """Name → (bytes, when it was taken by its clock, size as it is shown): every format and orientation, portraits and
    panoramas, clocks of four zones."""
    kinds = (("JPEG", "jpg"), ("HEIF", "heic"), ("AVIF", "avif"), ("PNG", "png"), ("WEBP", "webp"), ("TIFF", "tiff"))
    shapes = ((480, 320), (240, 360), (960, 160))
    zones = list(ZONES)
    found = {}
    for number in range(count):
        kind, ending = kinds[number % len(kinds)]
        shape = shapes[number % len(shapes)]
        month, day = number % 12 + 1, number % 28 + 1
        when = f"2024-{month:02}-{day:02}T{number % 24:02}:{number % 60:02}:{number // 60 % 60:02}"
        said = makers.exif(number % 8 + 1, when.replace("-", ":").replace("T", " "), zones[number % len(zones)])
        picture = makers.landscape(*shape, colour=f"hsl({number % 360},90%,50%)")
        found[f"{number:05}.{ending}"] = makers.encoded(picture, kind, said), when, shape
    return found


def test_a_camera_full_of_photos_makes_a_timeline_that_is_right_and_complete(tmp_path: Path) -> None:
    """And the server answers others meanwhile, and has no child left when it is done."""
    count = size(60, 2000)
    photos = album(count)
    with (
        serve(tmp_path / "cloud") as server,
        httpx.Client(base_url=server.url, auth=(server.name, server.password), timeout=60) as client,
    ):
        before = resident(server.process.pid)
        for name, (data, _, _) in photos.items():
            send(client, name, data)
            assert client.get("/healthz").status_code == 200
        seen = looked_at(client, SOON + 2 * count)
        assert seen.keys() == photos.keys()
        wrong = {
            name: (one["state"], one["failure"], one["width"], one["height"])
            for name, one in seen.items()
            if (one["state"], (one["width"], one["height"])) != ("ready", photos[name][2])
        }
        assert wrong == {}
        told = {name: one for name, one in seen.items() if not name.endswith("tiff")}  # Pillow writes no Exif there
        assert {name: one["taken"] for name, one in told.items()} == {name: photos[name][1] for name in told}
        assert {one["zone"] for one in told.values()} == set(ZONES.values())
        listed = [photo["taken"] for photo in everything(client)]
        assert listed == sorted(listed, reverse=True) and len(listed) == count
        months = client.get("/api/v1/photos/timeline").json()
        assert months["photos"] == count
        for month in months["months"]:
            page = client.get(f"/api/v1/photos?limit=1000&month={month['month']}").json()["photos"]
            assert len(page) == month["photos"]
            assert {photo["taken"][:7] for photo in page} == {month["month"]}
        until = time.monotonic() + SOON
        while children(server.process.pid) and time.monotonic() < until:
            time.sleep(0.5)
        assert children(server.process.pid) == [], "the child is let go when nothing waits"
        assert resident(server.process.pid) < before + KEPT, "memory is back to normal"


def everything(client: httpx.Client) -> list[dict[str, Any]]:
    found, cursor = [], ""
    while True:
        page = client.get(f"/api/v1/photos?limit=37{cursor}").json()
        found += page["photos"]
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"


def resident(pid: int) -> int:
    """Bytes of memory that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def children(pid: int) -> list[str]:
    return [child for each in Path(f"/proc/{pid}/task").glob("*/children") for child in each.read_text().split()]
