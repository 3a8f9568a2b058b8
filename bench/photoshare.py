"""PhotoShare: what a page of photos weighs and how long it takes, and what a timeline of many friends asks of CloudFS.

    python bench/photoshare.py [--friends 20] [--photos 200] [--shots 20]

Starts a cloud of its own on a free port and, for the figures of a browser, Debian's Chromium in the shape of a phone.
Processor time is of the whole server, PhotoShare in it; the desktop's Photos do not look at the pictures meanwhile.
"""

import argparse
import io
import os
import random
import re
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx
from PIL import Image, ImageDraw, ImageFilter
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.servers import ADMIN, Server, nuvol, serve

PASSWORD = "five quiet clouds"
MEGABITS = 20
"""A second, with 40 ms on the way: what the browser's connection is made to give."""
PHONE = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 3}


def scene(seed: int, width: int = 4000, height: int = 3000) -> bytes:
    """A JPEG of hills with grain, about 3 MB at 12 megapixels."""
    chance = random.Random(seed)
    picture = Image.new("RGB", (400, 300), tuple(chance.randrange(120, 255) for _ in range(3)))
    draw = ImageDraw.Draw(picture)
    for hill in range(4):
        ridge = [(x, 105 + 54 * hill + chance.randrange(-30, 30)) for x in range(0, 440, 40)]
        draw.polygon([(0, 300), *ridge, (440, 300)], fill=tuple(chance.randrange(30, 200) for _ in range(3)))
    picture = picture.filter(ImageFilter.GaussianBlur(1)).resize((width, height), Image.Resampling.BICUBIC)
    for part, size, grain in ((0.2, (width // 4, height // 4), 88), (0.06, (width, height), 80)):
        noise = Image.effect_noise(size, grain).resize((width, height), Image.Resampling.BICUBIC)
        picture = Image.blend(picture, noise.convert("RGB"), part)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=88)
    return file.getvalue()


def visitor(server: Server, name: str, password: str) -> httpx.Client:
    client = httpx.Client(base_url=f"{server.url}/photoshare", headers={"Origin": server.url}, timeout=600)
    answer = client.post("/login", data={"username": name, "password": password})
    assert answer.status_code == 303, answer.text
    return client


def person(server: Server, name: str) -> httpx.Client:
    made = {"username": name, "password": PASSWORD}
    assert httpx.post(f"{server.url}/api/user/", json=made, timeout=60).status_code == 201
    return visitor(server, name, PASSWORD)


def upload(client: httpx.Client, *photos: tuple[str, bytes]) -> None:
    sent = [("photos", (name, content, "image/jpeg")) for name, content in photos]
    answer = client.post("/upload", data={"who": "public"}, files=sent)
    assert answer.status_code == 200, answer.text


def processor(server: Server) -> float:
    """Seconds of processor time that the server has used."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def calls(server: Server) -> int:
    """How many calls PhotoShare has made today."""
    with httpx.Client(base_url=server.url, headers={"Origin": server.url}, timeout=60) as client:
        client.post("/api/v1/session", json={"login": ADMIN[0], "password": ADMIN[1]})
        return int(client.get("/api/v1/apps/photoshare/usage").json()["days"][-1]["calls"])


def measured(server: Server, what: str, act: Callable[[], object]) -> None:
    before, at, spent = calls(server), time.perf_counter(), processor(server)
    act()
    took, used = time.perf_counter() - at, processor(server) - spent
    print(f"{what:<44} {took * 1000:8.0f} ms  {used * 1000:8.0f} ms of processor  {calls(server) - before:6} calls")


def page_of_large_photos(server: Server, shots: int) -> None:
    owner = person(server, "owner@example.org")
    photos = [(f"{number}.jpg", scene(number)) for number in range(shots)]
    print(f"{shots} photos, {sum(len(content) for _, content in photos) / 1e6:.1f} MB")
    at = time.perf_counter()
    for photo in photos:
        upload(owner, photo)
    print(f"uploaded, looked at and made small: {(time.perf_counter() - at) / shots * 1000:.0f} ms each")
    fan = person(server, "fan@example.org")
    fan.post("/friends/add", data={"friend": "owner@example.org"})
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for turn in ("a friend's first look", "another device", "as whole photos"):
            context = browser.new_context(bypass_csp=True, **PHONE)  # type: ignore[arg-type]
            context.add_cookies([{"name": n, "value": v, "url": server.url} for n, v in fan.cookies.items()])
            page = context.new_page()
            speed = {"downloadThroughput": MEGABITS * 125_000, "uploadThroughput": -1, "latency": 40, "offline": False}
            context.new_cdp_session(page).send("Network.emulateNetworkConditions", speed)
            if turn == "as whole photos":
                page.route("**/photo/**", lambda route: route.continue_(url=route.request.url.partition("&size")[0]))
            at = time.perf_counter()
            page.goto(f"{server.url}/photoshare/timeline", wait_until="commit")
            page.wait_for_function("document.images[0]?.complete && document.images[0].naturalWidth", polling=10)
            first = time.perf_counter() - at
            for place in range(shots):
                page.evaluate(f"document.images[{place}]?.scrollIntoView()")
                page.wait_for_function(f"document.images[{place}].complete", polling=10)
            took = time.perf_counter() - at
            sizes = page.evaluate(
                "performance.getEntriesByType('resource').filter((e) => e.name.includes('/photo/'))"
                ".map((e) => e.transferSize)"
            )
            print(f"{turn:<30} first {first * 1000:6.0f} ms, all {took * 1000:7.0f} ms, {sum(sizes) / 1e6:6.2f} MB")
            context.close()
        browser.close()


def timeline_of_many(server: Server, friends: int, photos: int) -> None:
    me = person(server, "me@example.org")
    names = [f"friend{number}@example.org" for number in range(friends)]
    clients = [person(server, name) for name in names]
    small = scene(1, 160, 120)
    for name in names:
        public = f"{server.dav}Apps/PhotoShare/photoshare/public/"
        with httpx.Client(base_url=public, auth=(name, PASSWORD), timeout=600) as dav:
            for number in range(photos):
                stored = dav.put(f"{number}.jpg", content=small + f"{name} {number}".encode())
                assert stored.status_code == 201, stored.text
        me.post("/friends/add", data={"friend": name})

    def look(path: str = "/timeline") -> str:
        answer = me.get(path)
        assert answer.status_code == 200 and answer.text.count("<article") == 20
        return answer.text

    measured(server, "first timeline: everything is received", look)
    for _ in range(3):
        measured(server, "timeline, nothing has changed", look)
    older = re.search(r'href="/photoshare(/timeline\?after=[^"]+)"', look())
    assert older is not None
    measured(server, "the next page", lambda: look(older[1]))
    upload(clients[0], ("new.jpg", small + b"new"))
    measured(server, "timeline, one friend has a new photo", look)
    size = len(me.get("/timeline").content)
    print(f"a page of the timeline has {size / 1000:.0f} kB")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--friends", type=int, default=20)
    arguments.add_argument("--photos", type=int, default=200)
    arguments.add_argument("--shots", type=int, default=20)
    given = arguments.parse_args()
    print(f"load {os.getloadavg()[0]:.1f}")
    with (
        tempfile.TemporaryDirectory() as folder,
        serve(Path(folder) / "cloud", "--signup", "open", "--picture-workers", "0") as server,
    ):
        nuvol("admin", "--data", server.data, "app", "list")
        if given.shots:
            page_of_large_photos(server, given.shots)
        if given.friends:
            timeline_of_many(server, given.friends, given.photos)
    print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
