"""How fast photos are: P12 (thumbnails beside bare Pillow) and P13 (the timeline from a thousand photos to a million).

    .venv/bin/python bench/photos.py [--pictures 24] [--most 1000000]

Both are processor time, which a busy machine blurs less than the clock. P12: bare Pillow makes the same three WebP of
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

BATCH = 1000
FIRST = 1 << 52
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
    at = 1_000_000_000_000_000 + number * (25 * 365 * DAY // 1_000)
    return Node(
        account_id=account_id,
        id=FIRST + number,
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


def grow(catalog: SqlCatalog, account_id: int, folders: list[int], count: int) -> None:
    """Photos by rows, one in fifty looked at; spread over 25 years."""
    thumbnails = (Thumbnail("small", 256, 192, 0, 9000),)
    for first in range(0, count, BATCH):
        nodes = [
            node(account_id, folders[n % len(folders)], n * 1_000_003 % count) for n in range(first, first + BATCH)
        ]
        seen = [
            Picture(account_id, one.content or b"", Stage.READY, False, 4000, 3000, thumbnails=thumbnails)
            for one in nodes[::50]
        ]
        catalog.write(lambda tx, nodes=nodes, seen=seen: (tx.nodes.add(nodes), [tx.photos.settle(one) for one in seen]))


def tenfold(catalog: SqlCatalog, account_id: int, size: int) -> None:
    """Nine copies of each row, a second apart, as if they had been brought in one by one."""
    others = ", ".join(f for f in Node.__struct_fields__ if f not in ("id", "name", "content"))
    kept = (*Picture.__struct_fields__, "queued_at", "leased_until", "attempts")
    seen = ", ".join(f for f in kept if f not in ("hash", "likeness"))
    copies = "with copy (n) as (values (1), (2), (3), (4), (5), (6), (7), (8), (9))"
    other = f"cast(hex({{}}) || {size} || n as blob)"

    def unit(tx):
        run = tx.connection.run
        run(
            f"insert into node ({others}, id, name, name_key, content) {copies} select {others}, id + n * ?,"
            f" name || {size} || n, name_key || {size} || n, {other.format('content')} from node, copy"
            " where account_id = ? and kind = 1",
            (size, account_id),
        )
        run(
            f"insert into picture ({seen}, hash) {copies} select {seen}, {other.format('hash')} from picture, copy"
            " where account_id = ?",
            (account_id,),
        )
        run(
            f"insert into photo (account_id, node_id, hash, parent_id, local_at, live) {copies} select account_id,"
            f" node_id + n * ?, {other.format('hash')}, parent_id, local_at + n * 1000000, live from photo, copy"
            " where account_id = ?",
            (size, account_id),
        )
        run("update photo_count set photos = photos * 10")

    catalog.write(unit)


def worked(work: Callable[[], object]) -> float:
    """Milliseconds of processor, median."""
    found = []
    for _ in range(RUNS):
        began = time.thread_time()
        work()
        found.append((time.thread_time() - began) * 1000)
    return statistics.median(found)


def timeline(most: int) -> None:
    print("milliseconds of processor\nphotos | months | first page of 200 | page in the middle | a month's page")
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
            if not size:
                grow(catalog, account.id, folders, target)
            else:
                tenfold(catalog, account.id, size)
            size = target
            months = photos.months(actor)
            middle = Wish(month=months[len(months) // 2][0])
            cursor = photos.list(actor, Wish(month=None), limit=200).next
            row = (
                worked(lambda: photos.months(actor)),
                worked(lambda: photos.list(actor, Wish(), limit=200)),
                worked(lambda cursor=cursor: photos.list(actor, Wish(), after=cursor, limit=200)),
                worked(lambda middle=middle: photos.list(actor, middle, limit=200)),
            )
            print(f"{size:>9,} | " + " | ".join(f"{value:.2f} ms" for value in row), flush=True)
        assert size == catalog.read(lambda tx: tx.connection.one("select count(*) from photo"))[0]
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
