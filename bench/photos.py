"""How fast photos are: P12 (thumbnails beside bare Pillow) and P13 (the timeline from a thousand photos to a million).

    .venv/bin/python bench/photos.py [--pictures 24] [--most 1000000]

P12 compares processor time, which a busy machine blurs less than the clock: bare Pillow makes the same three WebP of
each picture and nothing else; ours is all that the server and its child use from the start until the last photo is
ready (EXIF, blur-hash, likeness, SHA-256, the blob and its fsync, the rows, the journal). The timeline is asked of the
core over SQLite, as the face asks it.
"""

import argparse
import io
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import httpx
from PIL import Image

from nuvol.core.cloud import Cloud
from nuvol.core.photos.timeline import Wish
from nuvol.model.accounts import Actor
from nuvol.model.nodes import Kind, Node, State
from nuvol.model.photos import SIZES, Picture, Stage, Thumbnail
from nuvol.pictures.stills import EFFORT, QUALITY
from nuvol.stores.blobs.memory import MemoryBlobs
from nuvol.stores.catalog.catalog import SqlCatalog
from tests.pictures import makers
from tests.servers import Server, serve

BATCH = 5000
RUNS = 15
DAY = 86_400_000_000


def pictures(count: int) -> Iterator[bytes]:
    """12 megapixels each, with edges and grain as a camera's have; some 5 MB."""
    grain = Image.effect_noise((1000, 750), 40).resize((4000, 3000))
    for number in range(count):
        base = Image.effect_mandelbrot((1000, 750), (-2 + number / 100, -1.5, 1, 1.5), 60).resize((4000, 3000))
        picture = Image.merge("RGB", (base, Image.blend(base, grain, 0.3), grain))
        yield makers.encoded(picture, "JPEG", makers.exif(), quality=92)


def bare(data: bytes) -> None:
    """What Pillow does for the same three files, in one process and with nothing beside."""
    picture = Image.open(io.BytesIO(data))
    picture.draft("RGB", (max(SIZES.values()),) * 2)
    for side in sorted(SIZES.values(), reverse=True):
        picture.thumbnail((side, side), reducing_gap=2.0)
        picture.save(io.BytesIO(), "WEBP", quality=QUALITY, method=EFFORT)


def used(pid: int) -> float:
    """Seconds of processor that a process has used, with its ended children."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for each in found for child in each.read_text().split()]


def thumbnails(count: int) -> None:
    made = list(pictures(count))
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    for data in made:
        bare(data)
    after, wall = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter() - began
    alone = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    say("bare Pillow, three WebP each", count / alone, count / wall)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "cloud"
        with serve(place, "--picture-workers", "0") as server, client_of(server) as client:
            for number, data in enumerate(made):
                client.put(f"/dav/files/{number}.jpg", content=data).raise_for_status()
        with serve(place, "--picture-workers", "1") as server, client_of(server) as client:
            began, ours, child = time.perf_counter(), used(server.process.pid), 0.0
            while any(photo["state"] == "waiting" for photo in client.get("/api/v1/photos").json()["photos"]):
                child = max(child, sum(map(used, children(server.process.pid))))
                time.sleep(0.5)
            child = max(child, sum(map(used, children(server.process.pid))))
            wall = time.perf_counter() - began
            own = used(server.process.pid) - ours
    say("Nuvol, child and server together", count / (child + own), count / wall)
    print(f"  ratio by processor time {alone / (child + own):.2f}; of it the server {own / (child + own):.0%}")


def client_of(server: Server) -> httpx.Client:
    return httpx.Client(base_url=server.url, auth=(server.name, server.password), timeout=60)


def say(what: str, by_processor: float, by_clock: float) -> None:
    print(f"{what}: {by_processor:.1f}/s of one core, {by_clock:.1f}/s by the clock")


def node(account_id: int, folder_id: int, number: int) -> Node:
    at = 1_000_000_000_000_000 + number * (25 * 365 * DAY // 1_000_000)
    return Node(
        account_id=account_id,
        id=1 << 52 | number,
        parent_id=folder_id,
        name=f"p{number}.jpg",
        kind=Kind.FILE,
        number=1,
        content_number=1,
        content=number.to_bytes(32, "big"),
        size=4_000_000,
        blob_id=None,
        mime="image/jpeg",
        created_at=at,
        modified_at=at,
        changed_at=at,
        state=State.LIVE,
        trash_root=None,
        trashed_at=None,
    )


def grow(catalog: SqlCatalog, account_id: int, folders: list[int], start: int, stop: int) -> None:
    """Photos by rows, looked at; spread over 25 years as if each day had as many."""
    thumbnails = (Thumbnail("small", 256, 192, 0, 9000),)
    for first in range(start, stop, BATCH):
        numbers = range(first, min(first + BATCH, stop))
        step = 1_000_003  # so that every size of the library covers the whole time
        nodes = [node(account_id, folders[n % len(folders)], n * step % 1_000_000) for n in numbers]

        def unit(tx, nodes=nodes):
            tx.nodes.add(nodes)
            for one in nodes[:: max(1, BATCH // 50)]:
                seen = Picture(
                    account_id, one.content, Stage.READY, False, 4000, 3000, blob_id=1, thumbnails=thumbnails
                )
                tx.photos.settle(seen)

        catalog.write(unit)


def clocked(work: Callable[[], object]) -> float:
    """Milliseconds, median."""
    found = []
    for _ in range(RUNS):
        began = time.perf_counter()
        work()
        found.append((time.perf_counter() - began) * 1000)
    return statistics.median(found)


def timeline(most: int) -> None:
    print("photos | months | first page of 200 | page in the middle | a month's page")
    with tempfile.TemporaryDirectory() as folder:
        catalog = SqlCatalog.open(Path(folder) / "catalog.db")
        cloud = Cloud(catalog, MemoryBlobs())
        account = cloud.accounts.add(None, "anna", "anna@example.org", None)
        actor = Actor(account.id)
        root = cloud.tree.root(actor).id
        folders = [cloud.tree.create_folder(actor, root, f"f{number}").id for number in range(20)]
        photos, size = cloud.photos, 0
        for target in (1_000, 10_000, 100_000, 1_000_000):
            if target > most:
                break
            grow(catalog, account.id, folders, size, target)
            size = target
            months = photos.months(actor)
            middle = Wish(month=months[len(months) // 2][0])
            cursor = photos.list(actor, Wish(month=None), limit=200).next
            row = (
                clocked(lambda: photos.months(actor)),
                clocked(lambda: photos.list(actor, Wish(), limit=200)),
                clocked(lambda cursor=cursor: photos.list(actor, Wish(), after=cursor, limit=200)),
                clocked(lambda middle=middle: photos.list(actor, middle, limit=200)),
            )
            print(f"{size:>9,} | " + " | ".join(f"{value:.2f} ms" for value in row), flush=True)
        assert sum(count for _, count in photos.months(actor)) == size
        cloud.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=24)
    parser.add_argument("--most", type=int, default=1_000_000)
    asked = parser.parse_args()
    print(f"load {os.getloadavg()[0]:.1f}")
    thumbnails(asked.pictures)
    timeline(asked.most)
