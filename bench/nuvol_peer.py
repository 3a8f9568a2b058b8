"""Start Nuvol the way the benchmark kit starts its peers: on 127.0.0.1, with a throw-away data folder.

    python bench/nuvol_peer.py PORT

Set up as a newcomer gets it (durability and authentication on, SQLite and disk), signed in with an app password.
Prints one line `READY {json}` when the first request is answered, stays until SIGTERM, then takes the data away.
BENCH_TMP says where the data folder is made.
"""

import contextlib
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

NUVOL = Path(sys.executable).with_name("nuvol")
NAME = "bench"
PATIENCE = 60.0  # seconds until a start counts as failed; a normal one takes less than one


def admin(data: Path, *words: str, stdin: str = "") -> str:
    done = subprocess.run([NUVOL, "admin", "--data", data, *words], input=stdin, text=True, capture_output=True)
    if done.returncode:
        raise SystemExit(f"nuvol admin {words[0]}: {done.stderr}")
    return done.stdout.strip()


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


@contextlib.contextmanager
def running(port: int, folder: Path) -> Iterator[dict[str, object]]:
    """A server on `port` with its data below `folder`; gives what the READY line says."""
    data = folder / "data"
    admin(data, "account", "add", NAME, "--email", "bench@example.org", "--password-stdin", "--admin", stdin="bench\n")
    password = admin(data, "app-password", NAME, "--label", "bench", "--scope", "files,docs")
    with open(folder / "server.log", "w") as log:
        started = time.perf_counter()
        server = subprocess.Popen([NUVOL, "serve", "--data", data, "--port", str(port)], stdout=log, stderr=log)
        try:
            while not answers(port):
                if server.poll() is not None or time.perf_counter() - started > PATIENCE:
                    raise SystemExit("did not start:\n" + (folder / "server.log").read_text()[-2000:])
                time.sleep(0.005)
            yield {
                "peer": "nuvol",
                "url": f"http://127.0.0.1:{port}/dav/files/",
                "proto": "webdav",
                "auth": f"{NAME}:{password}",
                "pid": server.pid,
                "cold_start_s": round(time.perf_counter() - started, 3),
                "data": str(data),
            }
        finally:
            server.terminate()
            server.wait()


def main() -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    folder = Path(tempfile.mkdtemp(prefix="bench-nuvol-", dir=os.environ.get("BENCH_TMP")))
    try:
        with running(int(sys.argv[1]), folder) as info:
            print("READY", json.dumps(info), flush=True)
            signal.pause()
    except KeyboardInterrupt:
        pass
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
