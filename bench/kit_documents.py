"""D1 to D4 of the benchmark kit against Nuvol: its client, its loops and its documents, our requests.

    python bench/kit_documents.py KIT D1 --url http://127.0.0.1:PORT/ --auth name:password [options of its bench.py]

Seeding and pushing is one exchange of a sync; D4 pulls into a replica file (write-ahead, synchronous=NORMAL).
"""

import json
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

import nuvol.u1db as u1db
from nuvol.u1db.stream import MEDIA_TYPE, Asked, SyncWriter
from nuvol.u1db.table import Change

KIT = Path(sys.argv.pop(1))
sys.argv += ["--proto", "nuvol"]
START = "globals()[A.workload]()"
"""The last line of the kit's driver, which begins the workload."""
source = (KIT / "bench.py").read_text().rstrip()
assert source.endswith(START)
kit: dict[str, Any] = {"__name__": "kit"}
exec(compile(source.removesuffix(START), KIT / "bench.py", "exec"), kit)

options, request, one = kit["A"], kit["req"], kit["one"]
name = f"b{uuid.uuid4().hex[:8]}"
place = f"/api/v1/databases/{name}"


def text(number: int) -> bytes:
    return json.dumps(kit["doc"](number)).encode()


def create(number: int) -> bytes:
    made: bytes = request("PUT", f"{place}/documents/d{number:06d}", text(number), Content_Type="application/json")
    return made


def get(doc_id: str) -> bytes:
    made: bytes = request("GET", f"{place}/documents/{doc_id}")
    return made


def seed(count: int) -> list[str]:
    one(request("PUT", place, b""))
    changes = [Change(f"d{n:06d}", "kit:1", text(n).decode(), n + 1, f"T-{n}") for n in range(count)]
    if changes:
        writer = SyncWriter()
        body = writer.open(Asked(0)) + writer.write(changes) + writer.close()
        one(request("POST", f"/u1db/{name}/sync-from/kit", body, Content_Type=MEDIA_TYPE))
    return [change.doc_id for change in changes]


def query() -> None:
    """D3: equality on one field, 1 % match."""
    count, times = options.n or 10_000, 30
    seed(count)
    one(request("PUT", f"{place}/indexes/kind", b'{"expressions": ["kind"]}', Content_Type="application/json"))

    def ask(value: int) -> bytes:
        body = json.dumps({"index": "kind", "values": [f"k{value}"]}).encode()
        made: bytes = request("POST", f"{place}/query", body, Content_Type="application/json")
        return made

    first, reply = one(ask(0))
    _, latencies, bad, _ = kit["drive"](map(ask, range(times)), 1)
    kit["check"](bad, times)
    hits = len(json.loads(reply.body)["documents"])
    kit["out"]([1e3 * took for took in latencies], "ms", first_ms=round(1e3 * first, 1), hits=hits, docs=count)


def pull() -> None:
    """D4: all of them into an empty replica; the way up is the seeding."""
    count = options.n or 10_000
    start = time.perf_counter()
    seed(count)
    pushed = count / (time.perf_counter() - start)
    figures = []
    for _ in range(options.runs):
        with tempfile.TemporaryDirectory() as folder, u1db.open(Path(folder) / "r.u1db", create=True) as replica:
            start = time.perf_counter()
            address = f"{options.url.rstrip('/')}/u1db/{name}"
            replica.sync(address, {"bearer": {"token": options.auth.partition(":")[2]}})
            figures.append(count / (time.perf_counter() - start))
            assert len(replica.get_all_docs()[1]) == count
    kit["out"](figures, "docs/s", push_docs_per_s=round(pushed), docs=count)


kit.update(create=create, getdoc=get, docs_seed=seed, D3=query, D4=pull)
kit[options.workload]()
