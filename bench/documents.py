"""How fast documents are: D1 to D4 of the kit and the two rows of the documents' own plan, against a server of ours.

    .venv/bin/python bench/documents.py [--count 10000]

With the Python of the system: `/usr/bin/python3 -m venv /tmp/other && /tmp/other/bin/pip install . pytest`, then the
same with `/tmp/other/bin/python`.

The client runs on the same machine: a plain loop over sockets, so that it takes little of the processor. Each figure is
the median of three runs; login by token, durability as always.
"""

import argparse
import json
import re
import selectors
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parents[1]))

import nuvol.u1db as u1db
from nuvol.u1db.stream import MEDIA_TYPE, Asked, SyncWriter
from nuvol.u1db.table import Change
from tests.servers import ADMIN, nuvol, serve

CONNECTIONS = 8
RUNS = 3
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)


def document(number: int) -> str:
    """As the kit makes them: about 1 KB."""
    return json.dumps(
        {
            "idx": number,
            "kind": f"k{number % 100}",
            "title": f"Document {number}",
            "done": number % 2 == 0,
            "text": f"{number:08} " * 100,
        }
    )


class Client:
    """Requests over some connections kept open."""

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        self._address = parts.hostname or "", parts.port or 80
        self._token = token

    def request(self, method: str, path: str, body: bytes = b"", kind: str = "application/json") -> bytes:
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self._token}\r\n"
            f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def all(self, requests: Iterable[bytes], connections: int = CONNECTIONS) -> float:
        """Seconds for all of them. Each connection sends its next request when it has its answer."""
        start = time.perf_counter()
        waiting = iter(requests)
        with ExitStack() as open_ones, selectors.DefaultSelector() as selector:
            for request in islice(waiting, connections):
                line = open_ones.enter_context(socket.create_connection(self._address))
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                line.sendall(request)
                selector.register(line, selectors.EVENT_READ, bytearray())
            while selector.get_map():
                for key, _ in selector.select():
                    line, answer = cast(socket.socket, key.fileobj), key.data
                    piece = line.recv(1 << 20)
                    assert piece, "the server closed the connection"
                    answer += piece
                    if not is_whole(answer):
                        continue
                    answer.clear()
                    if request := next(waiting, b""):
                        line.sendall(request)
                    else:
                        selector.unregister(line)
        return time.perf_counter() - start


def is_whole(answer: bytearray) -> bool:
    end = answer.find(b"\r\n\r\n")
    if end < 0:
        return False
    assert answer[9:10] == b"2", answer
    announced = LENGTH.search(answer, 0, end + 2)
    return len(answer) == end + 4 + int(announced[1]) if announced else answer.endswith(b"\r\n0\r\n\r\n")


def tell(name: str, values: list[float], unit: str) -> None:
    figures = f"{statistics.median(values):,.1f} {unit} ({min(values):,.1f}–{max(values):,.1f})"
    print(f"{name:45} {figures}", flush=True)


def puts(client: Client, base: str, count: int, run: int) -> float:
    requests = [client.request("PUT", f"{base}/documents/r{run}-{n}", document(n).encode()) for n in range(count)]
    return count / client.all(requests)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=10_000)
    count = options.parse_args().count
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder) / "data") as server:
        label = ("app-password", ADMIN[0], "--label", "bench", "--scope", "docs")
        token = nuvol("admin", "--data", server.data, *label).strip()
        client = Client(server.url, token)
        api = "/api/v1/databases"
        client.all([client.request("PUT", f"{api}/plain")])
        tell("D1 create, 8 connections", [puts(client, f"{api}/plain", 2000, run) for run in range(RUNS)], "docs/s")
        gets = [client.request("GET", f"{api}/plain/documents/r0-{n}") for n in range(2000)]
        tell("D2 get, 8 connections", [2000 / client.all(gets) for _ in range(RUNS)], "docs/s")

        client.all([client.request("PUT", f"{api}/indexed")])
        for name, expressions in {"kind": ["kind"], "both": ["kind", "idx"], "title": ["lower(title)"]}.items():
            body = json.dumps({"expressions": expressions}).encode()
            client.all([client.request("PUT", f"{api}/indexed/indexes/{name}", body)])
        tell(f"put {count} with 3 indexes, 8 writers", [puts(client, f"{api}/indexed", count, 0)], "docs/s")

        def query(index: str, *values: str) -> bytes:
            return client.request(
                "POST", f"{api}/indexed/query", json.dumps({"index": index, "values": values}).encode()
            )

        hundred = [query("kind", f"k{n}") for n in range(30)]
        tell(
            f"D3 {count // 100} of {count} by one field", [1e3 * client.all(hundred, 1) / 30 for _ in range(RUNS)], "ms"
        )
        exact = [query("title", f"document {n}") for n in range(2000)]
        tell("exact query, 8 connections", [2000 / client.all(exact) for _ in range(RUNS)], "queries/s")
        pairs = [query("both", f"k{n % 100}", f"{n}") for n in range(2000)]
        tell("two-column query, 8 connections", [2000 / client.all(pairs) for _ in range(RUNS)], "queries/s")

        pushed, pulled, whole = [], [], []
        for run in range(RUNS):
            changes = [Change(f"d{n}", "r:1", document(n), n, f"T-{n}") for n in range(1, count + 1)]
            writer = SyncWriter()
            body = writer.open(Asked(0, "", True)) + writer.write(changes) + writer.close()
            push = client.request("POST", f"/u1db/push{run}/sync-from/r", body, MEDIA_TYPE)
            pushed.append(count / client.all([push], 1))
            ask = writer.open(Asked(0)) + writer.close()
            pull = client.request("POST", f"/u1db/push{run}/sync-from/other", ask, MEDIA_TYPE)
            whole.append(count / client.all([pull], 1))
            with u1db.open(Path(folder) / f"{run}.u1db", create=True) as replica:
                start = time.perf_counter()
                replica.sync(f"{server.url}/u1db/push{run}", {"bearer": {"token": token}})
                pulled.append(count / (time.perf_counter() - start))
        tell("D4 push in one exchange", pushed, "docs/s")
        tell("D4 pull, the server alone", whole, "docs/s")
        tell("D4 pull into an empty replica file", pulled, "docs/s")


if __name__ == "__main__":
    main()
