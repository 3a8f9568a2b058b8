"""The journal through the native API: pages, long poll, server-sent events."""

import asyncio
import json

import pytest

from nuvol.core.cloud import Cloud
from nuvol.faces.http import Answer
from nuvol.wire.api import journal
from tests.faces.native import Body, Person


async def event(answer: Answer) -> dict[str, str]:
    """The next event of a stream, comments too."""
    assert not isinstance(answer.body, bytes)
    block = (await anext(answer.body)).decode()
    assert block.endswith("\n\n") and block.count("\n\n") == 1
    return dict(line.split(": ", 1) for line in block.strip().split("\n"))


async def closed(answer: Answer) -> None:
    await answer.body.aclose()  # type: ignore[union-attr]


def test_what_happened_is_told_in_order(anna: Person) -> None:
    start = anna.ask("GET", "/changes").json
    assert start["changes"] == [] and not start["reset"]
    node = anna.put("a.txt", b"one")
    anna.put("a.txt", b"two")
    folder = anna.folder("F")
    anna.ask("PATCH", f"/nodes/{node['id']}", json={"name": "b.txt", "parent_id": folder})
    anna.ask("DELETE", f"/nodes/{folder}")
    found: list[dict] = []
    cursor, more = start["cursor"], True
    while more:
        page = anna.ask("GET", f"/changes?since={cursor}&limit=2").json
        found += page["changes"]
        cursor, more = page["cursor"], page["more"]
    assert [change["verb"] for change in found] == ["create", "content", "create", "move", "trash"]
    assert [change["number"] for change in found] == [1, 2, 3, 4, 5]
    move = found[3]
    assert (move["old_name"], move["old_parent_id"]) == ("a.txt", anna.root)
    assert (move["new_name"], move["new_parent_id"], move["object_id"]) == ("b.txt", folder, node["id"])
    assert (found[4]["kind"], found[4]["new_name"]) == ("folder", None)


def test_a_cursor_of_another_cloud_is_answered_reset(anna: Person) -> None:
    page = anna.ask("GET", f"/changes?since=abc.{anna.account_id:x}-0").json
    assert page["reset"] and page["changes"] == []
    assert anna.ask("GET", "/changes?since=nonsense").status == 400


def test_a_long_poll_ends_as_soon_as_something_happens(anna: Person) -> None:
    cursor = anna.ask("GET", "/changes").json["cursor"]

    async def story() -> None:
        waiting = asyncio.ensure_future(anna.answer("GET", f"/changes?since={cursor}&wait=60"))
        await asyncio.sleep(0)
        path = f"/nodes/{root}/children/a.txt/content"
        await anna.answer("PUT", path, body=b"x")
        page = (await asyncio.wait_for(waiting, 30)).json
        assert [change["new_name"] for change in page["changes"]] == ["a.txt"]

    root = anna.root
    anna.runner.run(story())


def test_a_long_poll_ends_when_the_time_is_over_or_the_client_leaves(anna: Person) -> None:
    cursor = anna.ask("GET", "/changes").json["cursor"]
    assert anna.ask("GET", f"/changes?since={cursor}&wait=1").json["changes"] == []

    async def story() -> None:
        source = Body([])
        waiting = asyncio.ensure_future(anna.answer("GET", f"/changes?since={cursor}&wait=60", body=source, length=0))
        await asyncio.sleep(0)
        source.leave()
        assert (await asyncio.wait_for(waiting, 30)).json["changes"] == []

    anna.runner.run(story())


def test_a_stream_tells_every_change_with_its_cursor(anna: Person) -> None:
    root = anna.root

    async def story() -> None:
        answer = await anna.open("/changes/live", Body([]))
        assert dict(answer.headers)["Content-Type"] == "text/event-stream"
        opening = await event(answer)
        assert set(opening) == {"retry", "id"}
        await anna.answer("PUT", f"/nodes/{root}/children/a.txt/content", body=b"x")
        first = await event(answer)
        assert (first["event"], json.loads(first["data"])["new_name"]) == ("change", "a.txt")
        await closed(answer)
        await anna.answer("PUT", f"/nodes/{root}/children/b.txt/content", body=b"x")
        again = await anna.open(f"/changes/live?since={opening['id']}", Body([]), last_event_id=first["id"])
        assert (await event(again))["id"] == first["id"]
        second = await event(again)
        assert json.loads(second["data"])["new_name"] == "b.txt"
        await closed(again)
        page = (await anna.answer("GET", f"/changes?since={second['id']}")).json
        assert page["changes"] == []

    anna.runner.run(story())


def test_a_stream_says_when_all_must_be_read_anew(anna: Person) -> None:
    async def story() -> None:
        answer = await anna.open("/changes/live", Body([]), last_event_id=f"abc.{anna.account_id:x}-0")
        await event(answer)
        reset = await event(answer)
        assert (reset["event"], json.loads(reset["data"])["cursor"]) == ("reset", reset["id"])
        await closed(answer)

    anna.runner.run(story())


def test_a_wrong_cursor_is_refused_before_the_stream_begins(anna: Person) -> None:
    assert anna.ask("GET", "/changes/live", last_event_id="nonsense").status == 400
    assert anna.ask("GET", "/changes/live", last_event_id="a" * 9000).status == 400


def test_a_silent_stream_gives_a_sign_of_life(anna: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "HEARTBEAT", 0.01)

    async def story() -> None:
        answer = await anna.open("/changes/live", Body([]))
        await event(answer)
        assert await anext(answer.body) == b": still here\n\n"  # type: ignore[arg-type]
        await closed(answer)

    anna.runner.run(story())


def test_a_stream_ends_with_the_client_and_with_the_way_in(anna: Person, cloud: Cloud) -> None:
    root = anna.root

    async def ends(answer: Answer) -> bool:
        return await anext(answer.body, None) is None  # type: ignore[arg-type]

    async def story() -> None:
        source = Body([])
        answer = await anna.open("/changes/live", source)
        await event(answer)
        waiting = asyncio.ensure_future(ends(answer))
        await asyncio.sleep(0)
        source.leave()
        assert await asyncio.wait_for(waiting, 30)

        answer = await anna.open("/changes/live", Body([]))
        await event(answer)
        waiting = asyncio.ensure_future(ends(answer))
        await asyncio.sleep(0)
        await asyncio.to_thread(revoke_and_change)
        assert await asyncio.wait_for(waiting, 30)

    def revoke_and_change() -> None:
        (grant,) = cloud.grants.list(anna.actor)
        cloud.grants.revoke(anna.actor, grant.id)
        cloud.tree.create_folder(anna.actor, root, "a")

    anna.runner.run(story())
