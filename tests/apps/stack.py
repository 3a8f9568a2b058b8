"""A whole platform for client programs: a cloud over TLS, the sign-up service, and PhotoShare twice, each a process."""

import os
import signal
import socket
import struct
import subprocess
import threading
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import httpx

from tests.servers import NUVOL, START_SECONDS, nuvol, serve, tool

KEY, SECRET, ADMIN_ID, ADMIN_SECRET = "photo-key", "photo-secret", "photo-admin", "photo-admin-secret"
APP_ACCOUNT = ("photos@app.example", "the app's own sesame")
PASSWORD = "five quiet clouds"
TRUSTING = ("--trusted-proxies", "127.0.0.1")
_networks = count(1)


@dataclass
class Platform:
    """A CloudFS endpoint and an application there."""

    base: str
    ca: Path
    data: Path


@dataclass
class Stack:
    platform: Platform
    signup: str
    photoshare: list[str]
    """Addresses of two processes with the same settings."""

    def register(self, name: str, password: str = PASSWORD) -> None:
        person, home = {"username": name, "password": password}, {"X-Forwarded-For": f"198.18.1.{next(_networks)}"}
        answer = httpx.post(f"{self.signup}/api/user/", json=person, headers=home, timeout=60)
        assert answer.status_code == 201, answer.text

    @contextmanager
    def browser(self, name: str, process: int = 0) -> Iterator[httpx.Client]:
        """Somebody at home who has just logged in, without a browser."""
        base = self.photoshare[process]
        headers = {"Origin": base.removesuffix("/photoshare"), "X-Forwarded-For": f"198.18.0.{next(_networks)}"}
        with httpx.Client(base_url=base, headers=headers, timeout=60) as client:
            answer = client.post("/login", data={"username": name, "password": PASSWORD})
            assert answer.status_code == 303, answer.text
            yield client


def certificate(folder: Path) -> tuple[Path, Path]:
    """Of `localhost`, signed by itself: certificate and key."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    command = [tool("openssl", "openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    command += ["-nodes", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", str(key)]
    subprocess.run([*command, "-out", str(cert)], check=True, capture_output=True)
    return cert, key


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextmanager
def platform(folder: Path) -> Iterator[Platform]:
    """A cloud with an application whose customers may be made by its admin."""
    cert, key = certificate(folder)
    data, port = folder / "cloud", free_port()
    with serve(data, "--tls-cert", cert, "--tls-key", key, "--tls-port", str(port), *TRUSTING):
        keys = ("--key", KEY, "--secret", SECRET, "--admin-id", ADMIN_ID, "--admin-secret", ADMIN_SECRET)
        nuvol("admin", "--data", data, "app", "add", "PhotoShare", "--kind", "cloudfs", *keys)
        nuvol("admin", "--data", data, "signup", "open", "--app", KEY)
        yield Platform(f"localhost:{port}", cert, data)


@contextmanager
def running(log: Path, *args: str | Path) -> Iterator[str]:
    """A `nuvol` command that serves, until the end; its address."""
    with log.open("a") as errors:
        process = subprocess.Popen([NUVOL, *args], stdout=subprocess.PIPE, stderr=errors, text=True, env=os.environ)
    watchdog = threading.Timer(START_SECONDS, process.kill)
    watchdog.start()
    assert process.stdout is not None
    try:
        word, _, address = process.stdout.readline().strip().partition(" ")
        watchdog.cancel()
        assert word == "ready", log.read_text()
        yield address
    finally:
        watchdog.cancel()
        process.send_signal(signal.SIGTERM)
        process.wait(START_SECONDS)
        process.stdout.close()


@contextmanager
def stack(folder: Path) -> Iterator[Stack]:
    with ExitStack() as opened:
        cloud = opened.enter_context(platform(folder))
        keys = folder / "signup.toml"
        keys.write_text(
            f'API_SERVER = "{cloud.base}"\nCLIENT_ID = "{KEY}"\nSECRET_KEY = "{SECRET}"\n'
            f'ADMIN_ID = "{ADMIN_ID}"\nADMIN_SECRET = "{ADMIN_SECRET}"\nCA = "{cloud.ca}"\n'
        )
        alone = ("--port", "0", *TRUSTING)
        signup = opened.enter_context(running(folder / "signup.log", "signup", "--settings", keys, *alone))
        config = folder / "photoshare.toml"
        config.write_text(photoshare_settings(cloud, signup))
        started = [
            opened.enter_context(running(folder / f"photoshare{n}.log", "photoshare", "--config", config, *alone))
            for n in range(2)
        ]
        made = Stack(cloud, signup, [f"{address}/photoshare" for address in started])
        made.register(*APP_ACCOUNT)
        yield made


def photoshare_settings(cloud: Platform, signup: str, account: tuple[str, str] = APP_ACCOUNT) -> str:
    return f"""
[CLOUD_FS_SETTINGS]
CLOUD_FS_ID = "{KEY}"
CLOUD_FS_SECRET = "{SECRET}"
CLOUD_FS_BASE = "{cloud.base}"
USER_API_BASEURL = "{signup}/api/"
CLOUD_FS_CA = "{cloud.ca}"
[CLOUD_FS_COMMON_SETTINGS]
USERNAME = "{account[0]}"
PASSWORD = "{account[1]}"
"""


def bomb(side: int) -> bytes:
    """A PNG of some bytes that says it is so many pixels high and wide."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", bytes(4))
