"""The words of the native API: JSON in and out, errors, frames of chunks, zip archives, the OpenAPI document."""

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuvol import errors
from nuvol.errors import BadValue, CloudError
from nuvol.model import journal as model
from nuvol.wire import zips
from nuvol.wire.api import accounts, body, journal, nodes, problems, values
from nuvol.wire.chunks import Frame, FrameReader, write


def kinds(kind: type[CloudError] = CloudError) -> Iterator[type[CloudError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from kinds(child)


EXAMPLES = [
    errors.NameTaken("sea.jpg"),
    errors.OffsetMismatch("elsewhere", 7),
    errors.ChunksLacking([b"\x01" * 32]),
    errors.Locked(5),
    errors.QuotaExceeded(100),
    errors.TooManyAttempts(0.2),
    errors.Busy(wait=1.5),
]

# ----------------------------------------------------------------------------------------------------- bodies


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"parent_id":1,"name":"a"} x',
        b'{"parent_id":1}',
        b'{"parent_id":1,"name":"a","colour":"red"}',
        b'{"parent_id":"1","name":"a"}',
        b'{"parent_id":0,"name":"a"}',
        b'{"parent_id":1.5,"name":"a"}',
        b'{"parent_id":NaN,"name":"a"}',
        b'{"parent_id":9007199254740992,"name":"a"}',
        b'{"parent_id":1e999,"name":"a"}',
        b'{"parent_id":1,"name":"\xff"}',
        b'{"parent_id":1,"name":"\\ud800"}',
        b'{"parent_id":1,"name":"a","modified_at":"2020-01-01T00:00:00"}',
        b'{"parent_id":1,"name":' + b"[" * 1_000_000,
        b'{"deep":' + b'{"a":' * 100_000,
    ],
)
def test_a_body_that_does_not_fit_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(BadValue) as refused:
        body.read(data, nodes.NewFolder)
    assert str(refused.value).endswith(".")
    assert len(str(refused.value)) < 300


def test_a_query_is_read_as_what_it_means() -> None:
    asked = body.read_query([("limit", "5"), ("order", "descending")], nodes.ChildrenAsked)
    assert (asked.limit, asked.order, asked.sort) == (5, "descending", "name")


@pytest.mark.parametrize(
    "pairs",
    [[("limit", "0")], [("limit", "many")], [("sort", "colour")], [("limt", "5")], [("limit", "5"), ("limit", "6")]],
)
def test_a_query_that_does_not_fit_is_refused(pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(BadValue):
        body.read_query(pairs, nodes.ChildrenAsked)


def test_only_what_was_sent_counts_as_given() -> None:
    change = body.read(b'{"quota":null,"active":false}', accounts.AccountChange)
    assert accounts.given(change) == {"quota": None, "active": False}


# ------------------------------------------------------------------------------------------------------ values


@pytest.mark.parametrize(
    "microseconds, text",
    [
        (0, "1970-01-01T00:00:00.000000Z"),
        (1_750_000_000_123_456, "2025-06-15T15:06:40.123456Z"),
        (-1, "1969-12-31T23:59:59.999999Z"),
        (1 << 62, "9999-12-31T23:59:59.000000Z"),
        (-(1 << 62), "0001-01-01T00:00:00.000000Z"),
    ],
)
def test_times_are_written_with_microseconds_in_utc(microseconds: int, text: str) -> None:
    assert values.time_text(microseconds) == text


@given(st.integers(-60_000_000_000_000_000, 250_000_000_000_000_000))
def test_a_time_comes_back_as_it_went(microseconds: int) -> None:
    moment = msgspec.convert(values.time_text(microseconds), datetime)
    assert values.microseconds(moment) == microseconds
    assert values.microseconds(moment.astimezone(timezone(timedelta(hours=-7)))) == microseconds


def test_a_time_before_the_first_year_is_refused() -> None:
    with pytest.raises(BadValue):
        values.microseconds(datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1))))
    assert values.microseconds(datetime(1, 1, 1, tzinfo=UTC)) < 0


@pytest.mark.parametrize(
    "header, found",
    [
        (None, ""),
        ("Text/HTML; charset=utf-8", "text/html"),
        ("nonsense", ""),
        ("a/b\u00e9", ""),
        ("image/svg+xml", "image/svg+xml"),
    ],
)
def test_a_media_type_is_read_without_its_parameters(header: str | None, found: str) -> None:
    assert values.essence(header) == found


def test_digests_are_read() -> None:
    header = "sha-512=:AAAA:, md5=:1B2M2Y8AsgTpgAmY7PhCfg==:"
    assert values.digests(header) == {"MD5": "d41d8cd98f00b204e9800998ecf8427e"}
    assert values.digests(None) == {}


@pytest.mark.parametrize("header", ["", "sha-256", "sha-256=:AAAA:", "sha-256=:=:", "md5=1B2M2Y8AsgTpgAmY7PhCfg=="])
def test_a_broken_digest_is_refused(header: str) -> None:
    with pytest.raises(BadValue):
        values.digests(header)


# ------------------------------------------------------------------------------------------------------ errors


@pytest.mark.parametrize("kind", list(kinds()), ids=lambda kind: kind.__name__)
def test_every_error_has_a_status_and_a_title(kind: type[CloudError]) -> None:
    assert 400 <= problems.status_of(kind) < 600
    assert problems.title(kind)


@pytest.mark.parametrize("error", [*EXAMPLES, errors.NodeMissing("gone")], ids=lambda error: type(error).__name__)
def test_a_problem_says_what_happened_and_what_to_do(error: CloudError) -> None:
    status, headers, content = problems.answer(error)
    told = msgspec.json.decode(content)
    assert dict(headers)["Content-Type"] == "application/problem+json"
    assert (told["status"], told["code"], told["detail"]) == (status, error.code, str(error))
    assert told["advice"] and told["title"] and told["type"].endswith(f"#{error.code}")


def test_problems_carry_what_a_program_needs() -> None:
    told = [msgspec.json.decode(problems.answer(error)[2]) for error in EXAMPLES]
    assert told[1]["offset"] == 7
    assert told[2]["hashes"] == ["01" * 32]
    assert told[3]["node_id"] == 5
    assert told[4]["free"] == 100
    assert told[5]["wait"] == 0.2


def test_waiting_is_told_in_whole_seconds() -> None:
    assert ("Retry-After", "1") in problems.answer(errors.TooManyAttempts(0.2))[1]
    assert ("Retry-After", "2") in problems.answer(errors.Busy(wait=1.5))[1]


def test_a_wrong_method_is_answered_with_those_that_are_allowed() -> None:
    status, headers, _ = problems.answer(problems.WrongMethod("BREW", ["GET", "PUT"]))
    assert (status, dict(headers)["Allow"]) == (405, "GET, PUT")


def test_who_is_not_admitted_hears_how_to_sign_in() -> None:
    status, headers, _ = problems.answer(errors.NotAdmitted("Nobody is signed in."))
    assert (status, dict(headers)["WWW-Authenticate"]) == (401, 'Bearer realm="Nuvol"')


# ------------------------------------------------------------------------------------------------------ frames

FRAMES = [
    Frame(b"\x01" * 32, 3, b"abc"),
    Frame(b"\x02" * 32, 1000, None),
    Frame(b"\x03" * 32, 1, b"\x00"),
]


@given(st.lists(st.integers(1, 60), max_size=30))
def test_frames_come_out_however_they_were_cut(cuts: list[int]) -> None:
    data = b"".join(map(write, FRAMES))
    reader = FrameReader(largest=1000)
    found: list[Frame] = []
    for cut in cuts:
        found += reader.feed(data[:cut])
        data = data[cut:]
    found += reader.feed(memoryview(data))
    reader.close()
    assert found == FRAMES


@pytest.mark.parametrize("head", [b"\x02\x00\x00\x00\x01", b"\x01\x00\x00\x00\x00", b"\x00\x00\x00\x04\x00"])
def test_a_frame_of_another_kind_or_size_is_refused_at_once(head: bytes) -> None:
    with pytest.raises(BadValue):
        FrameReader(largest=1000).feed(head + bytes(32))


def test_a_body_that_ends_within_a_frame_is_refused() -> None:
    reader = FrameReader(largest=1000)
    assert reader.feed(write(FRAMES[0])[:-1]) == []
    with pytest.raises(BadValue):
        reader.close()


# ------------------------------------------------------------------------------------------------------- zips


def test_an_archive_opens_with_names_times_and_contents() -> None:
    archive = zips.ZipWriter()
    data = archive.folder("Fotos", 1_700_000_000_000_000)
    data += archive.begin("Fotos/Mär 😀.txt", 1_700_000_000_000_000, 5)
    data += archive.data(b"he") + archive.data(b"llo") + archive.end()
    data += archive.begin("Fotos/empty", 0, 0) + archive.end() + archive.close()
    opened = zipfile.ZipFile(io.BytesIO(data))
    assert opened.testzip() is None
    assert [entry.filename for entry in opened.infolist()] == ["Fotos/", "Fotos/Mär 😀.txt", "Fotos/empty"]
    assert opened.read("Fotos/Mär 😀.txt") == b"hello"
    assert opened.getinfo("Fotos/").is_dir()
    assert opened.getinfo("Fotos/").date_time == (2023, 11, 14, 22, 13, 20)


def test_an_archive_holds_more_entries_than_the_old_format_could_count() -> None:
    archive = zips.ZipWriter()
    data = b"".join(archive.folder(f"{number}", 0) for number in range(70_000)) + archive.close()
    assert len(zipfile.ZipFile(io.BytesIO(data)).infolist()) == 70_000


def test_a_file_above_4_gib_is_written_as_zip64(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zips, "_LIMIT", 10)
    archive = zips.ZipWriter()
    data = archive.begin("large", 0, 20) + archive.data(b"x" * 20) + archive.end()
    data += archive.begin("behind", 0, 1) + archive.data(b"y") + archive.end() + archive.close()
    opened = zipfile.ZipFile(io.BytesIO(data))
    assert (opened.read("large"), opened.read("behind")) == (b"x" * 20, b"y")


@pytest.mark.parametrize(
    "path, safe",
    [
        ("C:\\Windows\\x", "C：＼Windows＼x"),
        ("a/..\\..\\x", "a/..＼..＼x"),
        ("tab\tbell\x07", "tab␉bell␇"),
        ("a:b/c", "a：b/c"),
    ],
)
def test_no_name_leads_out_of_the_archive(path: str, safe: str) -> None:
    assert zips.safe_path(path) == safe


# ----------------------------------------------------------------------------------------------------- events


def test_an_event_is_one_block_with_its_cursor() -> None:
    change = model.Change(1, 7, 0, 1, "", "create", "node", 5, 1, None, None, 4, "two\nlines", 1)
    event = journal.change_event(change, "e.1-7")
    assert event.startswith(b"id: e.1-7\nevent: change\ndata: {")
    assert event.endswith(b"}\n\n") and event.count(b"\n") == 4
    assert msgspec.json.decode(event.split(b"data: ")[1])["new_name"] == "two\nlines"
