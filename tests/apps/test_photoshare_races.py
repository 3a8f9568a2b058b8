"""Many people at once, through two PhotoShare processes (S7): nothing of what anybody did is lost."""

import io
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx
from PIL import Image

from tests.apps.stack import Stack

PEOPLE = 50


def photo() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (320, 240), "teal").save(file, "JPEG")
    return file.getvalue()


def mark(page: str, name: str) -> str:
    """What the Like button under the photo of that name sends."""
    article = next(part for part in page.split("<article")[1:] if name in part)
    found = re.search(r'name="photo" value="([^"]+)"', article)
    assert found is not None
    return found[1]


def test_no_like_and_no_friend_is_lost(stack: Stack) -> None:
    with ExitStack() as opened:
        _race(stack, lambda name, process=0: opened.enter_context(stack.browser(name, process)))


def _race(stack: Stack, browser: Callable[..., httpx.Client]) -> None:
    names = [f"fan{number}@home.example" for number in range(PEOPLE)]
    star = "star@home.example"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(stack.register, [star, *names]))
    owner = browser(star)
    answer = owner.post("/upload", data={"who": "public"}, files={"photos": ("sea.jpg", photo(), "image/jpeg")})
    assert answer.status_code == 200, answer.text
    with ThreadPoolExecutor(8) as pool:
        fans = list(pool.map(lambda pair: browser(pair[1], pair[0] % 2), enumerate(names)))

    def befriend(fan: httpx.Client) -> str:
        assert fan.post("/friends/add", data={"friend": star}).status_code == 303
        page = fan.get("/timeline")
        assert page.status_code == 200
        return mark(page.text, "sea.jpg")

    with ThreadPoolExecutor(8) as pool:
        marks = list(pool.map(befriend, fans))

    def like(pair: tuple[httpx.Client, str], liked: str = "1") -> None:
        answer = pair[0].post("/like", data={"photo": pair[1], "liked": liked})
        assert answer.status_code == 303, answer.text

    pairs = list(zip(fans, marks, strict=True))
    with ThreadPoolExecutor(PEOPLE) as pool:
        list(pool.map(like, pairs))
    assert total(owner) == PEOPLE

    def again(number: int) -> None:  # one half takes it back, the other likes it a second time
        like(pairs[number], "0" if number < PEOPLE // 2 else "1")

    with ThreadPoolExecutor(PEOPLE) as pool:
        list(pool.map(again, range(PEOPLE)))
    assert total(owner) == PEOPLE // 2

    two = [browser(star, 0), browser(star, 1)]  # one person on two devices

    def add(number: int) -> None:
        assert two[number % 2].post("/friends/add", data={"friend": names[number]}).status_code == 303

    with ThreadPoolExecutor(PEOPLE) as pool:
        list(pool.map(add, range(PEOPLE)))
    page = owner.get("/friends").text
    assert [name for name in names if f"Remove {name}" not in page] == []


def total(owner: httpx.Client) -> int:
    """The likes under the photo, which are as many as the users who like it."""
    found = re.search(r'class="total">(\d+)<', owner.get("/timeline").text)
    assert found is not None
    return int(found[1])
