"""D5: the server's memory does not grow with what passes through it, nor much with those who wait."""

import resource
import socket
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import pytest

from nuvol.model.rules import KiB, MiB
from tests.faults.crowd import PART, TUS, Line, done
from tests.servers import Server, serve
from tests.sizes import chance, size

GROWTH = 50_000_000
EACH = 200_000
CLIENTS = 500
AT_ONCE = 4


def resident(server: Server, field: str = "VmRSS") -> int:
    """Bytes of memory; “VmHWM”: the most there were since `forget_peak`."""
    for row in Path(f"/proc/{server.process.pid}/status").read_text().splitlines():
        if row.startswith(f"{field}:"):
            return int(row.split()[1]) * KiB
    raise AssertionError(f"no {field}")


def forget_peak(server: Server) -> None:
    Path(f"/proc/{server.process.pid}/clear_refs").write_text("5")


# ------------------------------------------------------------------------------------------ large transfers


def blocks(seed: str, length: int) -> Iterator[bytes]:
    """Bytes that are nowhere twice, one MiB after another."""
    dice = Random(seed)
    return (dice.randbytes(MiB) for _ in range(length // MiB))


def put(line: Line, name: str, length: int) -> None:
    done(line.ask("PUT", f"/dav/files/{name}", blocks(name, length), {"Content-Length": str(length)}))


def put_in_chunks(line: Line, name: str, length: int) -> None:
    done(line.ask("PUT", f"/dav/files/{name}", blocks(name, length)))


def put_in_parts(line: Line, name: str, length: int) -> None:
    what = {"Upload-Length": str(length), "Upload-Metadata": f"path {b64encode(name.encode()).decode()}"}
    address = done(line.ask("POST", "/api/v1/uploads", b"", TUS | what)).headers["Location"]
    part = PART | {"Upload-Offset": "0", "Content-Length": str(length)}
    done(line.ask("PATCH", address, blocks(name, length), part))


def get(line: Line, name: str, length: int) -> None:
    with line.open(f"/dav/files/{name}") as reply:
        for block in blocks(name, length):
            assert reply.read(MiB) == block
        assert reply.read() == b""


WAYS: list[Callable[[Line, str, int], None]] = [put, put_in_chunks, put_in_parts, put]


@pytest.mark.torture
def test_large_files_pass_through_without_growing_the_server(tmp_path):
    length = size(500, 5000) // AT_ONCE * MiB
    with serve(tmp_path / "data") as server, ExitStack() as stack:
        lines = [stack.enter_context(closing(Line(server))) for _ in range(AT_ONCE)]
        transfer(lines, "warm", 16 * MiB)
        before = resident(server)
        forget_peak(server)
        transfer(lines, "large", length)
        assert resident(server, "VmHWM") - before < GROWTH


def transfer(lines: list[Line], name: str, length: int) -> None:
    """Up and down, each on a line of its own and all at once."""
    names = [f"{name}-{number}" for number in range(AT_ONCE)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda way, *args: way(*args), WAYS, lines, names, [length] * AT_ONCE))
        list(pool.map(get, lines, names, [length] * AT_ONCE))


# --------------------------------------------------------------------------------------------- many who wait


def idle(login: str) -> bytes:
    return f"GET /dav/files/small HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {login}\r\n\r\n".encode()


def half_sent(login: str) -> bytes:
    head = (
        f"PUT /dav/files/new HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {login}\r\nContent-Length: {10 * MiB}\r\n\r\n"
    )
    return head.encode() + bytes(100 * KiB)


def half_read(login: str) -> bytes:
    return f"GET /dav/files/large HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {login}\r\n\r\n".encode()


def half_a_head(login: str) -> bytes:
    return b"PUT /dav/files/new HTTP/1.1\r\nX-Long: " + b"x" * 20 * KiB


@pytest.mark.parametrize("says", [idle, half_a_head, half_sent, half_read])
def test_five_hundred_who_wait_cost_little(tmp_path, says):
    allow_files(CLIENTS + 200)
    with serve(tmp_path / "data") as server, closing(Line(server)) as line:
        done(line.ask("PUT", "/dav/files/small", b"small"))
        done(line.ask("PUT", "/dav/files/large", chance().randbytes(20 * MiB)))
        words = says(b64encode(f"{server.name}:{server.password}".encode()).decode())
        with waiting(server, 5, words):
            settle(line)
        before = resident(server)
        with waiting(server, CLIENTS, words):
            settle(line)
            assert resident(server) - before < CLIENTS * EACH
        settle(line)


@contextmanager
def waiting(server: Server, clients: int, words: bytes) -> Iterator[None]:
    """So many connections, each of which said these words and then neither speaks nor listens."""
    where = urlsplit(server.url)
    with ExitStack() as stack:
        for _ in range(clients):
            connection = stack.enter_context(socket.socket())
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * KiB)
            connection.connect((where.hostname, where.port))
            connection.sendall(words)
        yield


def settle(line: Line) -> None:
    """Others are served meanwhile; and by then the server has seen all that was said."""
    for _ in range(20):
        assert done(line.ask("GET", "/dav/files/small")).body == b"small"


def allow_files(count: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, count), hard))
