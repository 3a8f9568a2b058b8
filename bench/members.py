"""Who has a folder, asked for each of 5,000 in turn as old clients do every ten seconds (stacksync.md §5.3):
milliseconds for one question through the server, over one connection, and over eight.

    .venv/bin/python bench/members.py [--folders 5000]

Half of the folders lie in one that is open to three people. Each figure is the median of three rounds.
"""

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import httpx

from bench.documents import RUNS, Client
from tests.servers import ADMIN, add_account, nuvol, serve

FRIENDS = ("bert", "cleo", "dora")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--folders", type=int, default=5000)
    count = parser.parse_args().folders
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder) / "data") as server:
        for name in FRIENDS:
            add_account(server.data, name, "a sesame of their own")
        token = nuvol(
            "admin", "--data", server.data, "app-password", ADMIN[0], "--label", "b", "--scope", "files"
        ).strip()
        api = httpx.Client(base_url=f"{server.url}/v1/", auth=(ADMIN[0], token), timeout=60)
        shared, alone = (made(api, name, "0") for name in ("shared", "alone"))
        addresses = [f"{name}@example.org" for name in FRIENDS]
        api.post(f"folder/{shared}/share", json=addresses).raise_for_status()
        ids = [made(api, f"folder {number}", (shared, alone)[number % 2]) for number in range(count)]
        client = Client(server.url, token)
        asked = [client.request("GET", f"/v1/folder/{id}/members") for id in ids]
        for connections in (1, 8):
            took = statistics.median(client.all(asked, connections) for _ in range(RUNS))
            print(json.dumps({"connections": connections, "ms_each": round(took * 1000 / count, 3)}))


def made(api: httpx.Client, name: str, parent: str) -> str:
    return str(api.post("folder", json={"name": name, "parent": parent}).raise_for_status().json()["id"])


if __name__ == "__main__":
    main()
