"""Nuvol beside the servers one would otherwise install, on this machine, in the same minutes.

    python bench/compare.py --kit ../shared/bench --python PYTHON_WITH_PEERS [--peers nuvol,rclone] [--workloads F1,F5]

Each figure is a pair: the control runs the workload, right after it the peer does. The control of files (F) is nginx,
that of documents (D) is pouchdb-server. Both start empty each time, so that no
server finds the content it was given before. The ratio is that of the pair, and always "bigger is better"; single
figures of a shared machine mean little. Lines of JSON go to --out, a table to standard output.
"""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
CONTROL = {"F": "nginx", "D": "pouchdb"}
LATENCY = {"F5", "F7", "D3"}  # less is better
RUNS = {"F2": 3, "F5": 3}  # one seeding, several runs; all others run once in each pair
WHAT = {
    "F1": "upload 1 GiB, MB/s",
    "F2": "download 1 GiB, MB/s",
    "F3": "upload 2,000 × 10 KiB, files/s",
    "F4W": "small GET, requests/s",
    "F5": "list 10,000, ms",
    "F6": "move, operations/s",
    "F7": "upload again with 1 MB changed, s",
    "D1": "create documents of 1 KB, documents/s",
    "D2": "read them, requests/s",
    "D3": "100 of 10,000 by one field, ms",
    "D4": "pull 10,000 into an empty replica, documents/s",
}
FILES = [name for name in WHAT if name.startswith("F")]
DETAILS = ("p50_ms", "p99_ms", "ttfb_ms", "range64_MBps", "first_ms", "wire_bytes", "stored_delta", "push_docs_per_s")

Line = dict[str, object]


@dataclass
class Cell:
    """What one peer did in one workload."""

    figures: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)
    control: list[float] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    def ratio(self) -> str:
        if not self.ratios:
            return "failed"
        return f"{statistics.median(self.ratios):.2f} ({min(self.ratios):.2f}–{max(self.ratios):.2f})"


class Bench:
    def __init__(self, kit: Path, python: str, port: int, size: int) -> None:
        self._kit = kit
        self._python = python
        self._port = port
        self._size = size

    @contextlib.contextmanager
    def server(self, name: str, port: int) -> Iterator[Line]:
        own = [sys.executable, str(HERE / "nuvol_peer.py"), str(port)]
        process = subprocess.Popen(
            own if name == "nuvol" else [self._python, str(self._kit / "peers.py"), name, str(port)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        try:
            ready = next((line for line in process.stdout if line.startswith("READY")), None)
            if ready is None:
                raise SystemExit(f"{name} did not start")
            yield json.loads(ready.removeprefix("READY"))
        finally:
            process.terminate()
            process.wait()

    def measure(self, workload: str, info: Line) -> Line:
        words = [self._python, str(self._kit / "bench.py"), workload, "--proto", str(info["proto"])]
        url = str(info["url"])
        if info["peer"] == "nuvol" and workload.startswith("D"):
            words = [sys.executable, str(HERE / "kit_documents.py"), str(self._kit), workload]
            url = url.removesuffix("dav/files/")
        words += ["--peer", str(info["peer"]), "--url", url, "--pid", str(info["pid"])]
        words += ["--size-mib", str(self._size), "--runs", str(RUNS.get(workload, 1))]
        if info.get("auth"):
            words += ["--auth", str(info["auth"])]
        if workload == "F7":
            words += ["--store", str(info["data"])]
        done = subprocess.run(words, capture_output=True, text=True, timeout=1800)
        try:
            line: Line = json.loads(done.stdout.splitlines()[-1])
        except (IndexError, ValueError):
            line = {"workload": workload, "peer": info["peer"], "error": (done.stderr or done.stdout)[-300:]}
        return line

    def pair(self, workload: str, peer: str, cell: Cell) -> Line:
        """One run of the control and right after it one of the peer; both servers are up and start empty."""
        with self.server(CONTROL[workload[0]], self._port) as control, self.server(peer, self._port + 1) as info:
            idle = self.measure("S2", info)
            first = self.measure(workload, control)
            line = self.measure(workload, info)
            after = self.measure("S2", info)
        line |= {"control": first.get("median"), "cold_start_s": info["cold_start_s"]}
        line |= {"pss_idle_MB": idle.get("median"), "pss_after_MB": after.get("median"), "load": os.getloadavg()[0]}
        ours, theirs = line.get("median"), first.get("median")
        if isinstance(ours, int | float) and isinstance(theirs, int | float):
            cell.figures.append(ours)
            cell.control.append(theirs)
            cell.ratios.append(theirs / ours if workload in LATENCY else ours / theirs)
        cell.lines.append(line)
        return line


def detail(cell: Cell) -> str:
    """The medians of what else the workload measured."""
    said = []
    for name in DETAILS:
        values = [line[name] for line in cell.lines if isinstance(line.get(name), int | float)]
        if values:
            said.append(f"{name} {statistics.median(values):g}")  # type: ignore[type-var]
    return ", ".join(said)


def table(cells: dict[tuple[str, str], Cell]) -> str:
    rows = [
        "| workload | server | median | the control beside it | ratio (lowest–highest) | also |",
        "|---|---|---|---|---|---|",
    ]
    for (workload, peer), cell in cells.items():
        middle = [f"{statistics.median(values):,.4g}" if values else "" for values in (cell.figures, cell.control)]
        rows.append(
            f"| {workload} {WHAT[workload]} | {peer} | {middle[0]} | {middle[1]} | {cell.ratio()} | {detail(cell)} |"
        )
    return "\n".join(rows)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--kit", type=Path, required=True, help="folder of the kit: peers.py and bench.py")
    words.add_argument("--python", default=sys.executable, help="an interpreter that has the peers written in Python")
    words.add_argument("--peers", default="nuvol,rclone,copyparty")
    words.add_argument("--workloads", default=",".join(FILES))
    words.add_argument("--pairs", type=int, default=3)
    words.add_argument("--port", type=int, default=8600)
    words.add_argument("--size-mib", type=int, default=1024, help="size of the large file of F1, F2 and F7")
    words.add_argument("--out", type=Path, default=HERE / "results" / "compare.jsonl")
    chosen = words.parse_args()
    bench = Bench(chosen.kit, chosen.python, chosen.port, chosen.size_mib)
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    cells: dict[tuple[str, str], Cell] = {}
    for workload in chosen.workloads.split(","):
        for _ in range(chosen.pairs):
            for peer in chosen.peers.split(","):
                line = bench.pair(workload, peer, cells.setdefault((workload, peer), Cell()))
                with open(chosen.out, "a") as out:
                    out.write(json.dumps(line) + "\n")
                print(json.dumps(line), file=sys.stderr, flush=True)
    print(table(cells))


if __name__ == "__main__":
    main()
