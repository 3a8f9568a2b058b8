"""The HTTP/1.1 server, over real sockets."""

import asyncio
import re
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

import pytest
import uvloop
from blake3 import blake3

from nuvol.errors import CloudError, NotAllowed
from nuvol.faces.http import Answer, Block, Disconnected, Dispatcher, Request, Route, Span, in_thread, problem
from nuvol.server.body import LARGE_RUN, SMALL_RUN, RunBuffers
from nuvol.server.connection import SPAN_SECONDS
from nuvol.server.front import Front

Face = Callable[[Request], Awaitable[Answer]]


async def echo(request: Request) -> Answer:
    body = await request.body()
    words = f"{request.method} {request.target} {request.query} {request.length} ".encode()
    return Answer(200, [("Content-Type", "text/plain")], words + body)


async def count(request: Request) -> Answer:
    size = 0
    async for run in request.runs():
        size += len(run)
    return Answer(200, [], str(size).encode())


def refused(request: Request, error: CloudError) -> Answer:
    return problem(400, error.code, str(error))


@asynccontextmanager
async def serving(face: Face = echo, **settings: int) -> AsyncIterator[tuple[Front, str, int]]:
    front = Front(Dispatcher({"x": Route(face, refused)}), **settings)
    host, port = await front.listen("127.0.0.1", 0)
    try:
        yield front, host, port
    finally:
        await front.stop(5)


async def talk(host: str, port: int, *parts: bytes, pause: bool = False) -> bytes:
    """Send the parts and read until the server closes."""
    reader, writer = await asyncio.open_connection(host, port)
    for part in parts:
        writer.write(part)
        await writer.drain()
        if pause:
            await asyncio.sleep(0)
    answer = await reader.read()
    writer.close()
    return answer


def said(*parts: bytes, face: Face = echo) -> bytes:
    """What a fresh server says to these bytes."""

    async def story() -> bytes:
        async with serving(face) as (_, host, port):
            return await asyncio.wait_for(talk(host, port, *parts), 20)

    return uvloop.run(story())


def request(line: str, *fields: str, body: bytes = b"") -> bytes:
    return "\r\n".join([f"{line} HTTP/1.1", "Host: h", *fields, "", ""]).encode() + body


LAST = "Connection: close"


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def test_an_answer_has_date_server_length_and_the_spelling_the_face_gave() -> None:
    head, _, body = said(request("GET /x/a?b=c", LAST)).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert re.search(rb"\r\nDate: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\n", head)
    assert b"\r\nServer: Nuvol\r\nContent-Type: text/plain\r\n" in head
    assert body == b"GET /x/a b=c 0 "
    assert f"\r\nContent-Length: {len(body)}".encode() in head


REFUSED = [
    ("both lengths", request("PUT /x", "Content-Length: 5", "Transfer-Encoding: chunked", body=b"0\r\n\r\n"), 400),
    ("two lengths", request("PUT /x", "Content-Length: 5", "Content-Length: 6", body=b"hello"), 400),
    ("the same length twice", request("PUT /x", "Content-Length: 5, 5", body=b"hello"), 400),
    ("a negative length", request("PUT /x", "Content-Length: -5"), 400),
    ("a signed length", request("PUT /x", "Content-Length: +5", body=b"hello"), 400),
    ("an endless length", request("PUT /x", "Content-Length: " + "9" * 40), 400),
    ("an unknown coding", request("PUT /x", "Transfer-Encoding: gzip, chunked"), 400),
    ("a coding in capitals with a tail", request("PUT /x", "Transfer-Encoding: chunked\x0b"), 400),
    ("chunks in 1.0", b"PUT /x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    ("no host", b"GET /x HTTP/1.1\r\n\r\n", 400),
    ("two hosts", request("GET /x", "Host: other"), 400),
    ("a host with a space", b"GET /x HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
    ("a folded line", request("GET /x", "A: b", " c"), 400),
    ("a space before the colon", request("GET /x", "A : b"), 400),
    ("a field without a name", request("GET /x", ": b"), 400),
    ("a NUL in a field", request("GET /x", "A: b\0c"), 400),
    ("a bare CR in a field", request("GET /x", "A: b\rc"), 400),
    ("a method that is no token", request("G(T /x"), 400),
    ("a space in the address", request("GET /x y"), 400),
    ("a fragment in the address", request("GET /x#y"), 400),
    ("an address without slash", request("GET x"), 400),
    ("another protocol", b"SSH-2.0-OpenSSH_9.2\r\n\r\n", 400),
    ("HTTP/2 without asking", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    ("bare line feeds", b"GET /x HTTP/1.1\nHost: h\n\n", 400),
    ("a TLS hello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(40) + b"\n", 400),
    ("an address of 9 KiB", request("GET /x/" + "a" * 9216), 414),
    ("an address without end", b"GET /" + b"a" * 40_000, 414),
    ("a header of 40 KiB", request("GET /x", "A: " + "b" * 40_000), 431),
    ("a header without end", b"GET /x HTTP/1.1\r\n" + b"A: b\r\n" * 10_000, 431),
    ("100,000 fields", request("GET /x", *["A: b"] * 100_000), 431),
    ("101 fields", request("GET /x", *["A: b"] * 100), 431),
    ("another expectation", request("PUT /x", "Expect: tea", "Content-Length: 1", body=b"a"), 417),
]


@pytest.mark.parametrize(("data", "expected"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_is_no_request_is_refused_and_the_connection_ends(data: bytes, expected: int) -> None:
    answer = said(data + request("GET /x/smuggled"))
    assert status(answer) == expected
    assert b"Connection: close\r\n" in answer
    assert len(re.findall(rb"HTTP/1\.1 \d", answer)) == 1
    assert b"smuggled" not in answer


CHUNKS = [
    ("no number", b"x\r\nabc\r\n0\r\n\r\n"),
    ("a negative number", b"-3\r\nabc\r\n0\r\n\r\n"),
    ("a number with 0x", b"0x3\r\nabc\r\n0\r\n\r\n"),
    ("a number of 17 digits", b"10000000000000003\r\nabc\r\n0\r\n\r\n"),
    ("more than its size", b"3\r\nabcd\r\n0\r\n\r\n"),
    ("a bare line feed", b"3\nabc\r\n0\r\n\r\n"),
    ("an endless extension", b"3;" + b"a" * 4000 + b"\r\nabc\r\n0\r\n\r\n"),
    ("an endless trailer", b"0\r\n" + b"a: b\r\n" * 200 + b"\r\n"),
]


@pytest.mark.parametrize("body", [case[1] for case in CHUNKS], ids=[case[0] for case in CHUNKS])
def test_a_broken_chunk_is_a_malformed_request(body: bytes) -> None:
    answer = said(request("PUT /x", "Transfer-Encoding: chunked", body=body) + request("GET /x/smuggled"))
    assert status(answer) == 400
    assert b"smuggled" not in answer


def test_chunks_arrive_however_the_network_cuts_them() -> None:
    data = request(
        "PUT /x", "Transfer-Encoding: chunked", LAST, body=b"3;a=b\r\nabc\r\nA\r\n0123456789\r\n0\r\nT: t\r\n\r\n"
    )
    for size in (1, 2, 3, 7, 1000):
        parts = [data[at : at + size] for at in range(0, len(data), size)]
        assert said(*parts).endswith(b"\r\n\r\nPUT /x  None abc0123456789")


def test_requests_sent_ahead_are_answered_in_order() -> None:
    async def slow_and_quick(asked: Request) -> Answer:
        if "slow" in asked.target:
            await in_thread(sum, range(10_000))
        return await echo(asked)

    many = [request(f"PUT /x/{'slow' if n % 3 else 'quick'}{n}", "Content-Length: 3", body=b"abc") for n in range(100)]
    answer = said(*many, request("GET /x/end", LAST), face=slow_and_quick)
    assert re.findall(rb"PUT /x/(?:slow|quick)(\d+)  3 abc", answer) == [str(n).encode() for n in range(100)]
    assert answer.endswith(b"GET /x/end  0 ")


def test_a_method_nobody_knows_reaches_the_face() -> None:
    assert said(request("BREW /x", LAST)).endswith(b"BREW /x  0 ")


def test_an_absolute_address_names_path_and_host() -> None:
    async def where(asked: Request) -> Answer:
        return Answer(200, [], f"{asked.host} {asked.target} {asked.query}".encode())

    assert said(request("GET http://other:81/x/a?b", LAST), face=where).endswith(b"other:81 /x/a b")


def test_http_1_0_is_answered_and_closed_unless_asked_to_stay() -> None:
    old = b"GET /x HTTP/1.0\r\n\r\n"
    assert b"Connection: close\r\n" in said(old)
    answer = said(b"GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + old)
    assert answer.count(b"HTTP/1.1 200 OK") == 2
    assert b"Connection: keep-alive\r\n" in answer


async def streamed(request: Request) -> Answer:
    async def blocks() -> AsyncIterator[bytes]:
        for word in (b"one ", b"", b"two"):
            await asyncio.sleep(0)
            yield word

    return Answer(int(request.params.get("status", "200")), [], blocks())


def test_a_stream_of_unknown_length_is_chunked_or_ends_with_the_connection() -> None:
    answer = said(request("GET /x", LAST), face=streamed)
    assert b"Transfer-Encoding: chunked\r\n" in answer
    assert answer.endswith(b"\r\n\r\n4\r\none \r\n3\r\ntwo\r\n0\r\n\r\n")
    answer = said(b"GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", face=streamed)
    assert b"chunked" not in answer
    assert answer.endswith(b"\r\n\r\none two")


def test_head_204_and_304_have_no_body() -> None:
    for face in (echo, streamed):
        answer = said(request("HEAD /x") + request("HEAD /x", LAST), face=face)
        assert answer.count(b"HTTP/1.1 200 OK") == 2
        assert answer.endswith(b"\r\n\r\n")
    for code in (204, 304):
        answer = said(request(f"GET /x?status={code}") + request(f"GET /x?status={code}", LAST), face=streamed)
        assert answer.count(f"HTTP/1.1 {code}".encode()) == 2
        assert b"one" not in answer and b"Content-Length" not in answer
    assert b"Content-Length: 11\r\n" in said(request("HEAD /x", LAST))


def test_continue_is_said_when_the_face_first_reads() -> None:
    async def story() -> None:
        async with serving() as (_, host, port):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(request("PUT /x", "Content-Length: 100000", "Expect: 100-continue", LAST))
            assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
            writer.write(b"a" * 100_000)
            answer = await reader.read()
            assert answer.startswith(b"HTTP/1.1 200 OK") and answer.endswith(b"100000 " + b"a" * 100_000)
            writer.close()

    uvloop.run(story())


def test_who_is_refused_early_is_not_made_to_send_its_body() -> None:
    async def no(asked: Request) -> Answer:
        raise NotAllowed("Not here.")

    async def story() -> None:
        async with serving(no) as (_, host, port):
            for expect in (["Expect: 100-continue"], []):
                reader, writer = await asyncio.open_connection(host, port)
                writer.write(request("PUT /x", "Content-Length: 1000000000", *expect))
                head = await reader.readuntil(b"\r\n\r\n")
                assert status(head) == 400 and b"Connection: close\r\n" in head and b"100 Continue" not in head
                await reader.read()
                writer.close()

    uvloop.run(story())


def test_the_rest_of_a_short_body_is_passed_over_and_the_connection_stays() -> None:
    async def no(asked: Request) -> Answer:
        return Answer(403, [], asked.target.encode())

    body = b"a" * 200_000
    answer = said(
        request("PUT /x/1", f"Content-Length: {len(body)}"),
        body,
        request("PUT /x/2", LAST, "Content-Length: 0"),
        face=no,
    )
    assert re.findall(rb"/x/\d", answer) == [b"/x/1", b"/x/2"]


@pytest.mark.parametrize("size", [0, 1, SMALL_RUN - 1, SMALL_RUN, SMALL_RUN + 1, LARGE_RUN, 2 * LARGE_RUN + 12345])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_arrives_whole_in_runs(size: int, chunked: bool) -> None:
    content = bytes(range(251)) * (size // 251 + 1)
    content = content[:size]
    kept: list[bytes] = []

    async def keep(asked: Request) -> Answer:
        async for run in asked.runs():
            kept.append(await in_thread(bytes, run))
        return Answer(204)

    if chunked:
        cut = [content[at : at + 100_000] for at in range(0, size, 100_000)]
        body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in cut) + b"0\r\n\r\n"
        said(request("PUT /x", "Transfer-Encoding: chunked", LAST), body, face=keep)
    else:
        said(request("PUT /x", f"Content-Length: {size}", LAST), content, face=keep)
    assert b"".join(kept) == content
    assert all(len(run) <= LARGE_RUN for run in kept)


def test_more_uploads_than_large_buffers_all_arrive() -> None:
    async def keep(asked: Request) -> Answer:
        size = 0
        async for run in asked.runs():
            size += len(await in_thread(bytes, run))
        return Answer(200, [], str(size).encode())

    async def story() -> list[bytes]:
        async with serving(keep) as (front, host, port):
            body = b"a" * 9_000_000
            head = request("PUT /x", f"Content-Length: {len(body)}", LAST)
            answers = await asyncio.gather(*[talk(host, port, head, body) for _ in range(12)])
            buffers = front.shared.buffers
            assert buffers.lent == 0
            return answers

    assert all(answer.endswith(b"9000000") for answer in uvloop.run(story()))


def test_a_body_cut_off_is_told_after_what_came_of_it() -> None:
    came: list[bytes] = []
    told = asyncio.Event()

    async def keep(asked: Request) -> Answer:
        try:
            async for run in asked.runs():
                came.append(bytes(run))
        except Disconnected:
            told.set()
            raise
        return Answer(204)

    async def story() -> None:
        async with serving(keep) as (front, host, port):
            for end in ("half", "whole"):
                came.clear()
                told.clear()
                reader, writer = await asyncio.open_connection(host, port)
                writer.write(request("PUT /x", "Content-Length: 200000") + b"a" * 100_000)
                if end == "half":
                    writer.write_eof()
                else:
                    await writer.drain()
                    writer.close()
                await asyncio.wait_for(told.wait(), 10)
                assert b"".join(came) == b"a" * 100_000
                assert await reader.read() == b""
                writer.close()
            assert front.shared.buffers.lent == 0

    uvloop.run(story())


def test_a_client_that_stops_sending_is_still_answered() -> None:
    async def slow(asked: Request) -> Answer:
        await in_thread(sum, range(100_000))
        return await echo(asked)

    async def story() -> None:
        async with serving(slow) as (_, host, port):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(request("GET /x/1") + request("GET /x/2"))
            writer.write_eof()
            answer = await reader.read()
            assert answer.count(b"200 OK") == 2
            writer.close()

    uvloop.run(story())


def test_an_answer_that_fails_midway_is_not_completed() -> None:
    async def failing(asked: Request) -> Answer:
        async def blocks() -> AsyncIterator[bytes]:
            yield b"first"
            raise NotAllowed("damaged")

        return Answer(200, [], blocks(), 100 if "known" in asked.target else None)

    for path in ("/x/known", "/x"):
        answer = said(request(f"GET {path}"), face=failing)
        assert not answer.endswith(b"0\r\n\r\n")
        assert len(answer.partition(b"\r\n\r\n")[2]) < 100


def spanned(file: BinaryIO, *bounds: int) -> Face:
    """Answers with "<", the parts of the file between the bounds, and ">"."""

    async def answer(asked: Request) -> Answer:
        assert asked.takes_spans

        async def blocks() -> AsyncIterator[Block]:
            yield b"<"
            for start, stop in pairwise(bounds):
                yield Span(file.fileno(), start, stop - start)
            yield b">"

        return Answer(200, [], blocks(), bounds[-1] - bounds[0] + 2)

    return answer


@pytest.fixture
def large_file(tmp_path: Path) -> Iterator[tuple[BinaryIO, bytes]]:
    data = blake3(b"large").digest(length=24 << 20)
    (tmp_path / "large").write_bytes(data)
    with (tmp_path / "large").open("rb") as file:
        yield file, data


def test_parts_of_a_file_stand_where_they_belong_among_other_bytes(large_file: tuple[BinaryIO, bytes]) -> None:
    file, data = large_file
    face = spanned(file, 1, 2, 5000, 9 << 20, len(data))
    answer = said(request("GET /x"), request("GET /x", LAST), face=face)
    first, second = answer.split(b"HTTP/1.1 200 OK")[1:]
    assert first.partition(b"\r\n\r\n")[2] == second.partition(b"\r\n\r\n")[2] == b"<" + data[1:] + b">"


def test_a_slow_reader_of_a_file_gets_it_all_and_keeps_no_thread(large_file: tuple[BinaryIO, bytes]) -> None:
    file, data = large_file

    async def story() -> bytes:
        async with serving(spanned(file, 0, len(data))) as (_, host, port):
            reader, writer = await asyncio.open_connection(host, port, limit=1 << 16)
            writer.write(request("GET /x", LAST))
            await asyncio.sleep(4 * SPAN_SECONDS)
            answer = await reader.read()
            writer.close()
            return answer

    assert uvloop.run(story()).partition(b"\r\n\r\n")[2] == b"<" + data + b">"


def test_a_file_that_is_shorter_than_announced_breaks_the_answer_off(large_file: tuple[BinaryIO, bytes]) -> None:
    file, data = large_file
    answer = said(request("GET /x"), face=spanned(file, len(data) - 10, len(data) + 10))
    assert len(answer.partition(b"\r\n\r\n")[2]) < 22


def test_a_stream_is_closed_when_the_client_goes() -> None:
    closed = asyncio.Event()

    async def endless(asked: Request) -> Answer:
        async def blocks() -> AsyncIterator[bytes]:
            try:
                if "quiet" in asked.target:
                    yield b"x"
                    await asyncio.get_running_loop().create_future()
                while True:
                    yield bytes(1 << 20)
            finally:
                closed.set()

        return Answer(200, [], blocks())

    async def story() -> None:
        async with serving(endless) as (_, host, port):
            for path in ("/x/quiet", "/x/loud"):
                closed.clear()
                reader, writer = await asyncio.open_connection(host, port)
                writer.write(request(f"GET {path}"))
                await reader.readuntil(b"\r\n\r\n")
                reset = struct.pack("ii", 1, 0)
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
                writer.transport.abort()
                await asyncio.wait_for(closed.wait(), 10)

    uvloop.run(story())


def test_a_slow_reader_stops_the_producer() -> None:
    made = 0

    async def endless(asked: Request) -> Answer:
        async def blocks() -> AsyncIterator[bytes]:
            nonlocal made
            while True:
                made += 1
                yield bytes(1 << 20)

        return Answer(200, [], blocks())

    async def story() -> None:
        async with serving(endless) as (_, host, port):
            reader, writer = await asyncio.open_connection(host, port, limit=1 << 16)
            writer.write(request("GET /x"))
            await reader.readexactly(1 << 16)
            before = -1
            while before != made:  # until the buffers of the two sockets are full
                before = made
                await in_thread(sum, range(3_000_000))
            assert made < 40
            writer.transport.abort()

    uvloop.run(story())


def test_a_long_wait_ends_when_the_server_stops_and_requests_in_flight_are_finished() -> None:
    begun = asyncio.Event()

    async def waiting(asked: Request) -> Answer:
        begun.set()
        await asked.leaving()
        return Answer(200, [], b"goodbye")

    async def story() -> None:
        async with serving(waiting) as (front, host, port):
            reader, writer = await asyncio.open_connection(host, port)
            idle_reader, idle_writer = await asyncio.open_connection(host, port)
            writer.write(request("GET /x"))
            await begun.wait()
            await front.stop(10)
            answer = await reader.read()
            assert answer.endswith(b"goodbye") and b"Connection: close\r\n" in answer
            assert await idle_reader.read() == b""
            with pytest.raises(OSError):
                await asyncio.open_connection(host, port)
            for end in (writer, idle_writer):
                end.close()

    uvloop.run(story())


def test_a_stream_that_ends_with_the_server_closes_its_connection() -> None:
    async def live(asked: Request) -> Answer:
        async def events() -> AsyncIterator[bytes]:
            yield b"hello"
            await asked.leaving()

        return Answer(200, [], events())

    async def story() -> None:
        async with serving(live) as (front, host, port):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(request("GET /x"))
            await reader.readuntil(b"hello")
            stopping = asyncio.create_task(front.stop(1000))
            assert (await asyncio.wait_for(reader.read(), 10)).endswith(b"0\r\n\r\n")
            await asyncio.wait_for(stopping, 10)
            writer.close()

    uvloop.run(story())


def test_too_many_connections_are_told_to_come_back() -> None:
    async def story() -> None:
        async with serving(max_connections=1) as (front, host, port):
            first_reader, first = await asyncio.open_connection(host, port)
            first.write(request("GET /x"))
            await first_reader.readuntil(b"\r\n\r\n")
            answer = await talk(host, port)
            assert status(answer) == 503 and b"Retry-After: " in answer
            assert front.shared.refusals[503] == 1
            first.close()

    uvloop.run(story())


def test_the_patience_with_clients_ends() -> None:
    """The deadlines pass when they are moved into the past: no test waits for real minutes."""

    async def story() -> None:
        async with serving(count) as (front, host, port):

            async def overdue() -> None:
                await asyncio.sleep(0.05)  # what was sent has to arrive first
                for connection in list(front.shared.connections):
                    connection.too_late()

            cases = [
                (b"", 0),
                (b"GET /x HTTP/1.1\r\nHos", 408),
                (request("PUT /x", "Content-Length: 10") + b"abc", 408),
                (request("PUT /x", "Transfer-Encoding: chunked") + b"5\r\nabc", 408),
            ]
            for data, expected in cases:
                reader, writer = await asyncio.open_connection(host, port)
                writer.write(data)
                await overdue()
                answer = await reader.read()
                assert (status(answer) if answer else 0) == expected
                writer.close()

    uvloop.run(story())


def test_a_face_that_breaks_is_a_500_without_a_trace_of_why(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(asked: Request) -> Answer:
        raise ZeroDivisionError("the reason")

    answer = said(request("GET /x/secret-key?token=secret", "Authorization: Bearer secret", LAST), face=broken)
    assert status(answer) == 500
    assert b"reason" not in answer and b"Traceback" not in answer
    assert "ZeroDivisionError" in caplog.text and "secret" not in caplog.text


def test_a_header_that_would_break_its_line_is_not_sent(caplog: pytest.LogCaptureFixture) -> None:
    async def splitting(asked: Request) -> Answer:
        return Answer(200, [("X-Name", "a\r\nSet-Cookie: b=c")])

    assert b"Set-Cookie" not in said(request("GET /x", LAST), face=splitting)
    assert "line break" in caplog.text


def test_a_time_out_of_asyncio_works_before_the_first_wait() -> None:
    async def timed(asked: Request) -> Answer:
        try:
            async with asyncio.timeout(0.001):
                await asyncio.get_running_loop().create_future()
        except TimeoutError:
            return Answer(200, [], b"in time")
        return Answer(500)

    assert said(request("GET /x") + request("GET /x", LAST), face=timed).count(b"in time") == 2


def test_a_run_buffer_goes_round() -> None:
    buffers = RunBuffers(count=1, size=10)
    first = buffers.borrow()
    assert first is not None and len(first) == 10
    assert buffers.borrow() is None
    buffers.give_back(first)
    assert buffers.borrow() is first
