"""Content on its way out: conditions, ranges, what a browser may show."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuvol.clock import SECOND
from nuvol.errors import BlobMissing, Damaged, Malformed, PreconditionFailed
from nuvol.faces import downloads
from nuvol.faces.downloads import RangeNotSatisfiable, content_disposition, download, ranges
from nuvol.faces.http import Answer, Headers, Request
from nuvol.wire.preconditions import http_date

TIME = 1_700_000_000


@dataclass
class Content:
    data: bytes
    small: bool = True
    etag: str = '"1-2-abc"'
    mime: str = "text/plain"
    name: str = "note.txt"
    modified_at: int = TIME * SECOND + 123_456
    block: int = 1000
    fails_at: int | None = None
    open: int = 0
    asked: list[tuple[int, int]] = field(default_factory=list)

    @property
    def size(self) -> int:
        return len(self.data)

    @property
    def inline(self) -> bytes | None:
        return self.data if self.small else None

    def blocks(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        stop = self.size if stop is None else stop
        self.asked.append((start, stop))
        self.open += 1
        try:
            for at in range(start, stop, self.block):
                if self.fails_at is not None and at >= self.fails_at:
                    raise Damaged("a block") if at else BlobMissing("a blob")
                yield self.data[at : min(at + self.block, stop)]
        finally:
            self.open -= 1


async def all_of(answer: Answer) -> bytes:
    return answer.body if isinstance(answer.body, bytes) else b"".join([block async for block in answer.body])


def got(content: Content, method: str = "GET", **fields: str) -> tuple[Answer, bytes, dict[str, str]]:
    async def story() -> tuple[Answer, bytes]:
        headers = Headers([(name.replace("_", "-"), value) for name, value in fields.items()])
        answer = await download(Request(method, "/x", headers=headers), content)
        return answer, await all_of(answer)

    answer, body = asyncio.run(story())
    assert method == "HEAD" or answer.length in (None, len(body))
    return answer, body, dict(answer.headers)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("bytes=0-0", [(0, 1)]),
        ("bytes=0-", [(0, 100)]),
        ("bytes=99-", [(99, 100)]),
        ("bytes=10-19", [(10, 20)]),
        ("bytes=10-1000", [(10, 100)]),
        ("bytes=-10", [(90, 100)]),
        ("bytes=-1000", [(0, 100)]),
        ("Bytes= 1-2 , 5-6", [(1, 3), (5, 7)]),
        ("bytes=5-6,1-2", [(5, 7), (1, 3)]),
        ("bytes=0-1,500-600", [(0, 2)]),
        ("bytes=5-4", None),
        ("bytes=a-b", None),
        ("bytes=1-2-3", None),
        ("bytes=", None),
        ("bytes", None),
        ("lines=1-2", None),
        ("bytes=0-9,5-14", None),
        ("bytes=" + ",".join(f"{n}-{n}" for n in range(17)), None),
        ("bytes=" + "0-0," * 1000, None),
        ("bytes=-" + "9" * 5000, None),
        ("bytes=١-٢", None),
    ],
)
def test_ranges(header: str | None, expected: list[tuple[int, int]] | None) -> None:
    assert ranges(header, 100) == expected
    assert ranges(header, 0) is None


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=200-300,400-"])
def test_ranges_outside_the_content_cannot_be_satisfied(header: str) -> None:
    with pytest.raises(RangeNotSatisfiable):
        ranges(header, 100)
    answer, _, fields = got(Content(bytes(100)), range=header)
    assert answer.status == 416 and fields["Content-Range"] == "bytes */100"


@given(st.text(max_size=50), st.integers(0, 200))
def test_any_range_header_gives_ranges_within_the_content(text: str, size: int) -> None:
    try:
        found = ranges("bytes=" + text, size)
    except RangeNotSatisfiable:
        return
    assert found is None or all(0 <= start < stop <= size for start, stop in found)


@pytest.mark.parametrize("small", [True, False])
def test_whole_part_and_parts(small: bool) -> None:
    content = Content(bytes(range(256)) * 40, small)
    answer, body, fields = got(content)
    assert (answer.status, body) == (200, content.data)
    assert fields["ETag"] == content.etag and fields["Accept-Ranges"] == "bytes"
    assert fields["Last-Modified"] == "Tue, 14 Nov 2023 22:13:20 GMT"
    answer, body, fields = got(content, range="bytes=500-2499")
    assert (answer.status, body) == (206, content.data[500:2500])
    assert fields["Content-Range"] == "bytes 500-2499/10240" and fields["Content-Type"] == "text/plain"
    answer, body, fields = got(content, range="bytes=0-1,-2")
    assert answer.status == 206
    boundary = fields["Content-Type"].removeprefix("multipart/byteranges; boundary=")
    part = "--{0}\r\nContent-Type: text/plain\r\nContent-Range: bytes {1}/10240\r\n\r\n"
    expected = b"\r\n".join(
        [
            b"",
            part.format(boundary, "0-1").encode() + b"\x00\x01",
            part.format(boundary, "10238-10239").encode() + b"\xfe\xff",
            f"--{boundary}--\r\n".encode(),
        ]
    )
    assert body == expected
    assert content.open == 0


def test_head_tells_everything_and_sends_nothing() -> None:
    answer, body, fields = got(Content(bytes(5000), small=False), "HEAD", range="bytes=0-1")
    assert (answer.status, body, answer.length) == (200, b"", 5000)
    assert fields["ETag"] == '"1-2-abc"'


def test_empty_content_is_sent() -> None:
    for small in (True, False):
        answer, body, _ = got(Content(b"", small), range="bytes=0-")
        assert (answer.status, body, answer.length) == (200, b"", 0)


OLD, NOW, NEW = http_date(TIME - 1), http_date(TIME), http_date(TIME + 1)
SAME, OTHER = '"1-2-abc"', '"9"'


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"if_none_match": SAME}, 304),
        ({"if_none_match": f"{OTHER}, W/{SAME}"}, 304),
        ({"if_none_match": "*"}, 304),
        ({"if_none_match": OTHER}, 200),
        ({"if_none_match": OTHER, "if_modified_since": NEW}, 200),  # the tag decides, the date is not looked at
        ({"if_modified_since": NOW}, 304),
        ({"if_modified_since": NEW}, 304),
        ({"if_modified_since": OLD}, 200),
        ({"if_modified_since": "yesterday"}, 200),
        ({"if_match": SAME}, 200),
        ({"if_match": "*"}, 200),
        ({"if_match": OTHER}, 412),
        ({"if_match": f"W/{SAME}"}, 412),  # weak tags never match strongly
        ({"if_match": SAME, "if_unmodified_since": OLD}, 200),
        ({"if_unmodified_since": OLD}, 412),
        ({"if_unmodified_since": NOW}, 200),
        ({"if_match": OTHER, "if_none_match": SAME}, 412),
        ({"if_match": SAME, "if_none_match": SAME}, 304),
        ({"range": "bytes=0-1", "if_range": SAME}, 206),
        ({"range": "bytes=0-1", "if_range": OTHER}, 200),
        ({"range": "bytes=0-1", "if_range": f"W/{SAME}"}, 200),
        ({"range": "bytes=0-1", "if_range": NOW}, 206),
        ({"range": "bytes=0-1", "if_range": OLD}, 200),
        ({"range": "bytes=0-1", "if_range": "nonsense"}, 200),
        ({"range": "bytes=0-1", "if_none_match": SAME}, 304),
        ({"if_none_match": "nonsense"}, 400),
        ({"if_match": '"open'}, 400),
    ],
)
def test_conditions_in_the_order_of_rfc_9110(fields: dict[str, str], status: int) -> None:
    try:
        answer, body, headers = got(Content(b"0123456789"), **fields)
    except PreconditionFailed:
        assert status == 412
    except Malformed:
        assert status == 400
    else:
        assert answer.status == status
        assert headers["ETag"] == SAME
        assert bool(body) == (status != 304)


def test_content_cannot_act_as_a_page_of_ours() -> None:
    for mime, kind in [
        ("text/html", "attachment"),
        ("image/svg+xml", "attachment"),
        ("application/xhtml+xml", "attachment"),
        ("text/xml", "attachment"),
        ("application/pdf", "inline"),
        ("image/png", "inline"),
        ("text/plain; charset=utf-8", "inline"),
        ("video/mp4", "inline"),
    ]:
        fields = got(Content(b"x", mime=mime))[2]
        assert fields["Content-Disposition"].startswith(kind + ";"), mime
        assert fields["Content-Security-Policy"] == "sandbox"
        assert fields["X-Content-Type-Options"] == "nosniff"


def test_a_media_type_that_would_break_its_line_is_not_sent() -> None:
    assert got(Content(b"x", mime="text/plain\r\nSet-Cookie: a=b"))[2]["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("note.txt", 'inline; filename="note.txt"'),
        ('a"b\\c.txt', "inline; filename=\"a_b_c.txt\"; filename*=UTF-8''a%22b%5Cc.txt"),
        ("sé 50%.txt", "inline; filename=\"s_ 50_.txt\"; filename*=UTF-8''s%C3%A9%2050%25.txt"),
        ("a\r\nb", "inline; filename=\"a__b\"; filename*=UTF-8''a%0D%0Ab"),
        ("‮txt.exe", "inline; filename=\"_txt.exe\"; filename*=UTF-8''%E2%80%AEtxt.exe"),
    ],
)
def test_the_name_is_told_to_old_and_new_clients(name: str, expected: str) -> None:
    assert content_disposition(name, "text/plain") == expected
    assert content_disposition(name, "text/plain", "attachment").startswith("attachment; ")


def test_a_blob_that_is_missing_is_told_before_the_answer_begins() -> None:
    with pytest.raises(BlobMissing):
        got(Content(bytes(5000), small=False, fails_at=0))


def test_damage_midway_ends_the_answer_before_a_wrong_byte() -> None:
    async def story() -> None:
        content = Content(bytes(5000), small=False, fails_at=3000)
        answer = await download(Request("GET", "/x"), content)
        assert answer.length == 5000
        sent = 0
        with pytest.raises(Damaged):
            async for block in answer.body:  # type: ignore[union-attr]
                sent += len(block)
        assert sent == 3000 and content.open == 0

    asyncio.run(story())


def test_a_download_given_up_lets_go_of_everything() -> None:
    async def story() -> None:
        content = Content(bytes(50_000), small=False)
        answer = await download(Request("GET", "/x"), content)
        assert isinstance(answer.body, AsyncGenerator)
        await anext(answer.body)
        await anext(answer.body)
        await answer.body.aclose()
        assert content.open == 0 and downloads._Ahead.running == 0

    asyncio.run(story())


def test_slow_clients_and_the_ninth_at_once_are_sent_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "WINDOW", 100)

    async def story() -> None:
        content = Content(bytes(range(250)) * 20, small=False)
        monkeypatch.setattr(downloads, "SLOW", -1.0)  # now every client is slow
        assert await all_of(await download(Request("GET", "/x"), content)) == content.data
        assert content.asked[:3] == [(0, 5000), (1000, 1100), (1100, 1200)]
        monkeypatch.setattr(downloads, "SLOW", 1000.0)
        monkeypatch.setattr(downloads, "AHEAD_AT_ONCE", 0)
        content.asked.clear()
        assert await all_of(await download(Request("GET", "/x"), content)) == content.data
        assert content.asked[:2] == [(0, 100), (100, 200)]

    asyncio.run(story())


def test_dates_outside_the_range_of_the_protocol_are_its_limits() -> None:
    assert http_date(-5) == "Wed, 31 Dec 1969 23:59:55 GMT"
    assert http_date(-(10**15)) == "Mon, 01 Jan 0001 00:00:00 GMT"
    assert http_date(10**15) == "Fri, 31 Dec 9999 23:59:59 GMT"
