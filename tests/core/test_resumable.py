"""Uploads over several requests: what was said to be safe is safe, also after a restart."""

import pytest

from nuvol.clock import HOUR
from nuvol.core.files.chunking import hash_of
from nuvol.errors import (
    BadValue,
    Busy,
    NameTaken,
    NotAllowed,
    OffsetMismatch,
    PreconditionFailed,
    UploadMissing,
)
from nuvol.model.nodes import Guard, UploadSession
from nuvol.model.rules import KiB, MiB
from tests.core.clouds import Home, World, noise

LARGE = noise(3 * MiB, "resumable")


def start(home: Home, name: str = "f", size: int | None = len(LARGE), **how) -> UploadSession:
    return home.cloud.uploads.start(home.actor, home.root.id, name, size=size, **how)


def send(home: Home, session: UploadSession, data: bytes) -> UploadSession:
    """One request: go on where the session is."""
    upload = home.cloud.uploads.resume(home.actor, session.id, session.offset)
    try:
        upload.feed(data)
    except BadValue:
        upload.rollback()
        raise
    return upload.pause()


def finish(home: Home, session: UploadSession, data: bytes = b""):
    upload = home.cloud.uploads.resume(home.actor, session.id, session.offset)
    upload.feed(data)
    return upload.commit()


def unfinished(home: Home) -> int:
    return sum(key.account_id == home.actor.account_id for key, _ in home.world.blobs.unfinished())


CUTS = {
    "halves": [len(LARGE) // 2],
    "small steps": [1, 100, 70_000, 200_000, 200_001],
    "at the end": [len(LARGE)],
    "before the first chunk": [50_000],
    "every half MiB": list(range(512 * KiB, len(LARGE), 512 * KiB)),
}


@pytest.mark.parametrize("restarts", [False, True], ids=["one process", "a restart each time"])
@pytest.mark.parametrize("cuts", CUTS.values(), ids=CUTS)
def test_the_parts_of_several_requests_are_one_content(world, cuts, restarts):
    anna = world.home()
    session = start(anna, meta=b"opaque", mime="x/y", modified_at=7)
    at = 0
    for cut in cuts:
        session = send(anna, session, LARGE[at:cut])
        at = cut
        assert session.offset == at and session.meta == b"opaque"
        assert anna.names() == [] and anna.used == 0
        if restarts:
            world.restart()
        assert anna.cloud.uploads.session(anna.actor, session.id) == session
        world.cloud.upkeep.sweep()
    written = finish(anna, session, LARGE[at:])
    assert (written.created, written.node.mime, written.node.modified_at) == (True, "x/y", 7)
    assert anna.read("f") == LARGE
    assert anna.put("g", LARGE).content == written.node.content, "cut like a content that comes at once"
    with pytest.raises(UploadMissing):
        anna.cloud.uploads.session(anna.actor, session.id)
    assert unfinished(anna) == 0


def test_a_small_content_may_come_that_way_too(anna):
    session = start(anna, size=5)
    session = send(anna, session, b"ab")
    assert finish(anna, session, b"cde").node.size == 5
    assert anna.read("f") == b"abcde" and anna.used == 5
    assert finish(anna, start(anna, "empty", size=0)).created
    assert anna.read("empty") == b""


def test_one_goes_on_where_it_stands_and_nowhere_else(anna):
    session = send(anna, start(anna), LARGE[:MiB])
    for offset in (0, MiB - 1, MiB + 1, len(LARGE)):
        with pytest.raises(OffsetMismatch) as caught:
            anna.cloud.uploads.resume(anna.actor, session.id, offset)
        assert caught.value.offset == MiB
    finish(anna, session, LARGE[MiB:])
    assert anna.read("f") == LARGE


def test_what_was_fed_can_be_dropped_again(anna):
    session = send(anna, start(anna), LARGE[:MiB])
    upload = anna.cloud.uploads.resume(anna.actor, session.id, MiB)
    upload.feed(noise(MiB, "rubbish"))
    upload.rollback()
    assert anna.cloud.uploads.session(anna.actor, session.id) == session
    finish(anna, session, LARGE[MiB:])
    assert anna.read("f") == LARGE


def test_the_very_first_part_can_be_dropped_again(anna):
    session = start(anna)
    upload = anna.cloud.uploads.resume(anna.actor, session.id, 0)
    upload.feed(noise(MiB, "rubbish"))
    upload.rollback()
    assert unfinished(anna) == 0
    finish(anna, session, LARGE)
    assert anna.read("f") == LARGE


@pytest.mark.parametrize("before", [0, 50_000, MiB], ids=["at once", "before the first chunk", "later"])
def test_only_one_request_at_a_time_goes_on_with_an_upload(anna, before):
    session = send(anna, start(anna), LARGE[:before])
    first = anna.cloud.uploads.resume(anna.actor, session.id, before)
    with pytest.raises(Busy):
        anna.cloud.uploads.resume(anna.actor, session.id, before)
    with pytest.raises(Busy):
        anna.cloud.uploads.terminate(anna.actor, session.id)
    first.feed(LARGE[before : 2 * MiB])
    session = first.pause()
    finish(anna, session, LARGE[2 * MiB :])
    assert anna.read("f") == LARGE


def test_another_process_that_went_on_meanwhile_is_noticed(world):
    anna = world.home()
    session = start(anna)
    here = anna.cloud.uploads.resume(anna.actor, session.id, 0)
    here.feed(LARGE[:MiB])
    elsewhere = Home(World(world.catalog, world.folder), anna.actor)
    session = send(elsewhere, session, LARGE[: 2 * MiB])
    with pytest.raises(Busy):
        here.pause()
    finish(anna, session, LARGE[2 * MiB :])
    assert anna.read("f") == LARGE
    world.cloud.upkeep.sweep(orphans_after=0)
    assert unfinished(anna) == 0


@pytest.mark.parametrize("size", [10, MiB])
def test_what_failed_in_one_request_can_be_tried_again(anna, size):
    """Whatever way the request ended, the next one is not told that somebody is still at it."""
    session = start(anna, size=None)
    for end in ("pause", "rollback", "abort"):
        upload = anna.cloud.uploads.resume(anna.actor, session.id, session.offset)
        upload.feed(LARGE[:size])
        getattr(upload, end)()
        if end == "pause":
            session = anna.cloud.uploads.session(anna.actor, session.id)
            assert session.offset == size
    if size < MiB:  # nothing was on the disk yet
        finish(anna, session)
        assert anna.read("f") == LARGE[:size]
    else:
        with pytest.raises(UploadMissing):
            anna.cloud.uploads.resume(anna.actor, session.id, size)
        with pytest.raises(UploadMissing):
            anna.cloud.uploads.resume(anna.actor, session.id, size)


def test_the_length_may_be_told_later_but_only_once(anna):
    session = send(anna, start(anna, size=None), LARGE[:MiB])
    with pytest.raises(BadValue):
        anna.cloud.uploads.announce(anna.actor, session.id, MiB - 1)
    session = anna.cloud.uploads.announce(anna.actor, session.id, len(LARGE))
    assert anna.cloud.uploads.announce(anna.actor, session.id, len(LARGE)) == session
    with pytest.raises(BadValue):
        anna.cloud.uploads.announce(anna.actor, session.id, len(LARGE) + 1)
    with pytest.raises(BadValue):
        send(anna, session, LARGE)
    upload = anna.cloud.uploads.resume(anna.actor, session.id, MiB)
    upload.feed(LARGE[MiB:])
    upload.commit()
    assert anna.read("f") == LARGE


def test_the_condition_is_asked_when_the_upload_is_complete(anna):
    etag = anna.put("f", b"old").etag
    guard = Guard(if_match=(etag,), tokens=frozenset({"urn:uuid:1"}))
    session = send(anna, start(anna, guard=guard), LARGE[:MiB])
    anna.put("f", b"newer")
    with pytest.raises(PreconditionFailed):
        finish(anna, session, LARGE[MiB:])
    assert anna.read("f") == b"newer"
    with pytest.raises(NameTaken):
        start(anna, guard=Guard(overwrite=False))


@pytest.mark.parametrize("safe", [0, MiB, len(LARGE)], ids=["nothing", "some", "all"])
def test_a_refused_upload_stands_where_it_was_and_can_be_finished_under_another_condition(world, safe):
    anna = world.home()
    etag = anna.put("f", b"old").etag
    session = send(anna, start(anna, guard=Guard(if_match=(etag,))), LARGE[:safe])
    etag = anna.put("f", b"newer").etag
    used = anna.used
    for _ in range(2):
        with pytest.raises(PreconditionFailed):
            finish(anna, session, LARGE[safe:])
        assert anna.cloud.uploads.session(anna.actor, session.id).offset == safe
    assert (anna.read("f"), anna.used) == (b"newer", used)
    world.restart()
    assert world.cloud.upkeep.sweep().chunks == 0
    upload = anna.cloud.uploads.resume(anna.actor, session.id, safe, Guard(if_match=(etag,)))
    upload.feed(LARGE[safe:])
    upload.commit()
    assert anna.read("f") == LARGE
    assert unfinished(anna) == 0
    assert list(world.cloud.doctor.examine(scrub=True)) == []


def test_an_ended_upload_leaves_nothing(anna):
    session = send(anna, start(anna), LARGE[:MiB])
    anna.cloud.uploads.terminate(anna.actor, session.id)
    for call in (anna.cloud.uploads.session, anna.cloud.uploads.terminate):
        with pytest.raises(UploadMissing):
            call(anna.actor, session.id)
    with pytest.raises(UploadMissing):
        anna.cloud.uploads.resume(anna.actor, session.id, MiB)
    assert unfinished(anna) == 0 and anna.used == 0
    assert anna.world.rows("select * from upload_chunk where account_id = ?", anna.actor.account_id) == []


def test_an_upload_expires_some_time_after_its_last_byte(world):
    anna = world.home()
    life = world.cloud.rules.upload_hours * HOUR
    idle, busy = start(anna, "idle"), start(anna, "busy")
    idle, busy = send(anna, idle, LARGE[:MiB]), send(anna, busy, LARGE[:MiB])
    world.clock.move(life)
    busy = send(anna, busy, LARGE[MiB : 2 * MiB])
    world.clock.move(1)
    with pytest.raises(UploadMissing):
        anna.cloud.uploads.session(anna.actor, idle.id)
    assert world.cloud.uploads.expire() == 1
    assert world.rows("select id from upload") == [(busy.id,)]
    finish(anna, busy, LARGE[2 * MiB :])
    assert anna.read("busy") == LARGE
    assert unfinished(anna) == 0


def test_known_chunks_are_kept_for_an_upload_that_waits(world):
    anna = world.home()
    anna.put("old", LARGE)
    session = send(anna, start(anna, "new"), LARGE[: 2 * MiB])
    assert session.written == 0, "all of it is known"
    anna.purge(anna.trash("old"))
    world.clock.move(world.cloud.rules.upload_hours * HOUR - 1)
    assert world.cloud.upkeep.sweep().chunks < 6
    world.restart()
    finish(anna, session, LARGE[2 * MiB :])
    assert anna.read("new") == LARGE


def test_an_upload_whose_known_chunks_are_gone_is_gone(world):
    anna = world.home()
    anna.put("old", LARGE)
    session = send(anna, start(anna, "new"), LARGE[: 2 * MiB])
    anna.purge(anna.trash("old"))
    world.run("update chunk set pinned_until = 0, dead_at = 1")
    assert world.cloud.upkeep.sweep().chunks > 0
    with pytest.raises(UploadMissing):
        anna.cloud.uploads.resume(anna.actor, session.id, session.offset)
    anna.cloud.uploads.terminate(anna.actor, session.id)


def test_an_upload_of_somebody_else_is_not_there(anna, bert):
    session = send(anna, start(anna), LARGE[:MiB])
    for call in (
        lambda: bert.cloud.uploads.session(bert.actor, session.id),
        lambda: bert.cloud.uploads.resume(bert.actor, session.id, MiB),
        lambda: bert.cloud.uploads.announce(bert.actor, session.id, MiB),
        lambda: bert.cloud.uploads.terminate(bert.actor, session.id),
    ):
        with pytest.raises(UploadMissing):
            call()
    reader = type(anna.actor)(anna.actor.account_id, frozenset({"files:read"}))
    with pytest.raises(NotAllowed):
        anna.cloud.uploads.session(reader, session.id)
    finish(anna, session, LARGE[MiB:])


def test_chunks_and_bytes_of_several_requests_mix(anna):
    anna.put("old", LARGE)
    session = start(anna, "new", size=None)
    upload = anna.cloud.uploads.resume(anna.actor, session.id, 0)
    upload.feed(b"head")
    session = upload.pause()
    upload = anna.cloud.uploads.resume(anna.actor, session.id, 4)
    upload.feed_chunk(hash_of(b"chunk"), b"chunk")
    upload.feed(LARGE[:100])
    session = upload.pause()
    assert finish(anna, session, LARGE[100:]).node.size == 9 + len(LARGE)
    assert anna.read("new") == b"headchunk" + LARGE
