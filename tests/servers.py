"""The real server as a process of its own, for tests that speak to it from outside."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

NUVOL = Path(sys.executable).with_name("nuvol")
ADMIN = ("ada", "a sesame of her own")
START_SECONDS = 60
"""A loaded machine; an idle one needs half a second."""


@dataclass
class Server:
    """A running `nuvol serve` and its first account."""

    url: str
    data: Path
    process: "subprocess.Popen[str]"
    name: str = ADMIN[0]
    password: str = ADMIN[1]

    @property
    def dav(self) -> str:
        return f"{self.url}/dav/files/"

    @property
    def log(self) -> str:
        """What it wrote to standard error so far."""
        return _log(self.data).read_text()

    def kill(self) -> None:
        """As a power cut for the process: nothing is drained, nothing is said."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """Ask it to end; returns its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(START_SECONDS)


def nuvol(*args: str | Path, stdin: str = "", env: Mapping[str, str] | None = None) -> str:
    """Run the command; what it printed. Fails the test when it fails. `env` is added to the environment."""
    done = subprocess.run(
        [NUVOL, *args], input=stdin, text=True, capture_output=True, env={**os.environ, **(env or {})}
    )
    if done.returncode:
        pytest.fail(f"nuvol {' '.join(map(str, args))} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def add_account(data: Path, name: str, password: str, *args: str, env: Mapping[str, str] | None = None) -> None:
    account = ("account", "add", name, "--email", f"{name}@example.org", "--password-stdin", *args)
    nuvol("admin", "--data", data, *account, stdin=password, env=env)


@contextmanager
def serve(data: Path, *args: str | Path, env: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Serve the folder `data` on a free port; on a new folder the account `ADMIN` is made first.

    `args` go to `nuvol serve`, `env` is added to the environment. The server is stopped at the end.
    """
    if not data.exists():
        add_account(data, *ADMIN, "--admin", env=env)
    command = [NUVOL, "serve", "--data", data, "--port", "0", *args]
    with _log(data).open("a") as log:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=log, text=True, env={**os.environ, **(env or {})}
        )
    server = Server("", data, process)
    try:
        server.url = _ready(server)
        yield server
    finally:
        if process.poll() is None:
            server.stop()
        assert process.stdout is not None
        process.stdout.close()


def _ready(server: Server) -> str:
    """The address that it says it answers at."""
    watchdog = threading.Timer(START_SECONDS, server.process.kill)
    watchdog.start()
    try:
        assert server.process.stdout is not None
        for line in server.process.stdout:
            word, _, address = line.strip().partition(" ")
            if word == "ready":
                return address
    finally:
        watchdog.cancel()
    pytest.fail(f"nuvol serve did not become ready:\n{server.log}")


def _log(data: Path) -> Path:
    return data.parent / f"{data.name}.log"


def tool(name: str, package: str) -> str:
    """The path of somebody else's program. Fails the test with a sentence when it is not installed."""
    path = shutil.which(name)
    if path is None:
        pytest.fail(f"This test needs {name}: install it (Debian: apt install {package}).")
    return path
