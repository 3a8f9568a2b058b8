"""F7 as a delta-aware client does it: cut like the server, ask what it lacks, send only that.

    python bench/delta.py [MiB]

Starts its own server with an empty folder, uploads a file, changes 1 MB somewhere inside, uploads it again, and prints
seconds, bytes on the wire (requests and answers, headers included) and growth of the store.
"""

import base64
import http.client
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from nuvol_peer import running

from nuvol.core.files.chunking import Cutter, hash_of
from nuvol.wire.chunks import MEDIA_TYPE, Frame, write

MiB = 1 << 20
CHANGED = 1_000_000  # bytes
PORT = 8690
ROUNDS = 5  # the cost depends on where the change meets the cuts


class Wire:
    """One connection that counts what crosses it."""

    def __init__(self, port: int, auth: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port)
        self._auth = "Basic " + base64.b64encode(auth.encode()).decode()
        self.crossed = 0

    def ask(self, method: str, path: str, body: bytes = b"", mime: str = "application/json") -> dict[str, object]:
        headers = {"Authorization": self._auth, "Content-Type": mime}
        self._connection.request(method, "/api/v1" + path, body, headers)
        answer = self._connection.getresponse()
        said = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.status} {said[:300]!r}")
        asked = sum(len(name) + len(value) + 4 for name, value in headers.items()) + len(path) + 60
        self.crossed += asked + len(body) + len(str(answer.headers)) + len(said)
        words: dict[str, object] = json.loads(said) if said else {}
        return words


def pieces(content: bytes) -> Iterator[bytes]:
    cutter = Cutter()
    yield from (bytes(piece) for piece in cutter.feed(content))
    if last := cutter.finish():
        yield bytes(last)


def upload(wire: Wire, folder: str, name: str, content: bytes) -> None:
    cut = [(hash_of(piece), piece) for piece in pieces(content)]
    asked = json.dumps({"hashes": [digest.hex() for digest, _ in cut]}).encode()
    answer = wire.ask("POST", "/chunks/missing", asked)
    lacking = answer["missing"]
    assert isinstance(lacking, list)
    missing = {bytes.fromhex(digest) for digest in lacking}
    frames = [write(Frame(digest, len(piece), piece if digest in missing else None)) for digest, piece in cut]
    wire.ask("PUT", f"/nodes/{folder}/children/{name}/content", b"".join(frames), MEDIA_TYPE)


def stored(data: Path) -> int:
    """Bytes the data folder takes on disk."""
    return sum(path.lstat().st_blocks * 512 for path in data.rglob("*") if path.is_file())


def changed(content: bytes, at: int) -> bytes:
    return content[:at] + os.urandom(CHANGED) + content[at + CHANGED :]


def main() -> None:
    size = int(sys.argv[1]) * MiB if len(sys.argv) > 1 else 1024 * MiB
    content = os.urandom(size)
    lines: dict[str, list[float]] = {"seconds": [], "wire_bytes": [], "stored_bytes": []}
    with (
        tempfile.TemporaryDirectory(prefix="bench-delta-", dir=os.environ.get("BENCH_TMP")) as folder,
        running(PORT, Path(folder)) as info,
    ):
        wire = Wire(PORT, str(info["auth"]))
        root = str(wire.ask("GET", "/nodes/root")["id"])
        upload(wire, root, "delta.bin", content)
        for seed in range(ROUNDS):
            content = changed(content, random.Random(seed).randrange(size - CHANGED))
            before, wire.crossed, started = stored(Path(folder)), 0, time.perf_counter()
            upload(wire, root, "delta.bin", content)
            lines["seconds"].append(time.perf_counter() - started)
            lines["wire_bytes"].append(wire.crossed)
            lines["stored_bytes"].append(stored(Path(folder)) - before)
    print(json.dumps({"workload": "F7", "peer": "nuvol, delta-aware", "size_mib": size // MiB, "rounds": ROUNDS}))
    for name, values in lines.items():
        print(json.dumps({name: statistics.median(values), "lowest": min(values), "highest": max(values)}))


if __name__ == "__main__":
    main()
