"""CloudFS against the real server, over TLS with an authority of its own, by bytes on the wire."""

import json
import socket
import ssl
import stat
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.core.clouds import noise
from tests.faces.platform import DATE, FORM, by_name, multipart, signature
from tests.servers import NUVOL, Server, add_account, nuvol, serve

PASSWORD = "s3cret x"
MULTIPART = "Content-Type: multipart/form-data; boundary=xyz"


class Wire:
    """One kept-alive connection, as php and Android hold it."""

    def __init__(self, port: int, ca: Path, token: str = "") -> None:
        context = ssl.create_default_context(cafile=str(ca))
        raw = socket.create_connection(("localhost", port), timeout=60)
        self.socket = context.wrap_socket(raw, server_hostname="localhost")
        self.file = self.socket.makefile("rb")
        self.host = f"localhost:{port}"
        self.token = token

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()
        self.socket.close()

    def ask(self, head: str, body: bytes = b"", *headers: str) -> tuple[int, str, bytes]:
        """Status, raw header block, body."""
        fields = [f"Host: {self.host}", *headers]
        if self.token:
            fields.append(f"Authorization: Bearer {self.token}")
        if body:
            fields.append(f"Content-Length: {len(body)}")
        self.socket.sendall("\r\n".join([f"{head} HTTP/1.1", *fields, "", ""]).encode() + body)
        return self.answer(head.startswith("HEAD"))

    def answer(self, head_only: bool = False) -> tuple[int, str, bytes]:
        block = b""
        while not block.endswith(b"\r\n\r\n"):
            line = self.file.readline()
            assert line, block
            block += line
        told = block.decode("latin-1")
        status = int(told.split()[1])
        if status == 100:
            return self.answer(head_only)
        length = next(int(line.split(":")[1]) for line in told.splitlines() if line.startswith("Content-Length:"))
        return status, told, b"" if head_only else self.file.read(length)

    def result(self, head: str, body: bytes = b"", *headers: str) -> Any:
        status, _, told = self.ask(head, body, *headers)
        assert status == 200, told
        return json.loads(told)["result"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, int, Path]]:
    data = tmp_path_factory.mktemp("cloudfs") / "data"
    add_account(data, "ann", PASSWORD)
    app = ("--kind", "cloudfs", "--key", "id", "--secret", "topsecret", "--admin-id", "adm", "--admin-secret", "adms")
    nuvol("admin", "--data", data, "app", "add", "Photos", *app)
    made = dict(line.split(" ", 1) for line in nuvol("admin", "--data", data, "tls", "self-signed").splitlines())
    port = free_port()
    with serve(data, "--tls-cert", made["cert"], "--tls-key", made["key"], "--tls-port", str(port)) as server:
        yield server, port, Path(made["ca"])


def token(port: int, ca: Path) -> str:
    params = by_name({"grant_type": "password", "username": "ann", "password": PASSWORD})
    sign = signature("topsecret", "POST", "/v2/oauth2/token", params)
    headers = (f"Content-Type: {FORM}", f"Date: {DATE}", f"Authorization: BCS id:{sign}")
    with Wire(port, ca) as wire:
        status, _, body = wire.ask("POST /v2/oauth2/token", params.encode(), *headers)
    assert status == 200, body
    return str(json.loads(body)["access_token"])


@pytest.fixture(scope="module")
def ann(cloud: tuple[Server, int, Path]) -> Iterator[Wire]:
    with Wire(cloud[1], cloud[2], token(cloud[1], cloud[2])) as wire:
        yield wire


def test_header_names_are_spelled_as_one_client_looks_for_them(ann: Wire) -> None:
    for head in ("GET /v2/ping", "GET /v2/folders/", "GET /v2/nowhere", "GET /v2/files/x"):
        _, block, body = ann.ask(head)
        assert "\r\nContent-Type: application/json; charset=UTF-8\r\n" in block and body
    assert "\r\nX-BCS-Account-Storage-Limit: None\r\n" in ann.ask("GET /v2/ping")[1]


def test_a_connection_is_kept_and_waits_for_leave_to_send(ann: Wire) -> None:
    body = multipart({"exists": "overwrite"}, "días.txt", b"hello")
    headers = (MULTIPART, "Expect: 100-continue")
    assert ann.result("POST /v2/files/", body, *headers)["name"] == "días.txt"
    chunked = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:40], body[40:])) + b"0\r\n\r\n"
    ann.socket.sendall(
        f"POST /v2/files// HTTP/1.1\r\nHost: {ann.host}\r\nAuthorization: Bearer {ann.token}\r\n"
        "Content-Type: multipart/form-data; boundary=xyz\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        + chunked
    )
    status, _, told = ann.answer()
    assert status == 200 and json.loads(told)["result"]["version"] == 2


def test_a_download_stays_on_https(ann: Wire) -> None:
    item = ann.result("POST /v2/files/", multipart({}, "a.json", b"{}"), MULTIPART)
    status, block, _ = ann.ask(f"GET /v2/files/{item['id']}", b"", "Range: bytes=0-")
    location = next(line.split(": ", 1)[1] for line in block.splitlines() if line.startswith("Location:"))
    assert status == 302 and location.startswith(f"https://{ann.host}/v2/content/")
    path = location.removeprefix(f"https://{ann.host}")
    status, block, body = ann.ask(f"GET {path}", b"", "Range: bytes=0-")
    assert (status, body) == (206, b"{}") and "Content-Type: application/octet-stream" in block


def test_form_encodings_of_all_clients_are_read(ann: Wire) -> None:
    for number, headers in enumerate(
        ([], ["Content-Type: multipart/form-data"], [f"Content-Type: {FORM}"], ["Content-Type: text/plain"])
    ):
        made = ann.result(
            "POST /v2/folders/?operation=create", f"name=it's+({number})@home&exists=rename".encode(), *headers
        )
        assert made["items"][0]["name"] == f"it's ({number})@home"


def test_a_large_upload_takes_no_memory(cloud: tuple[Server, int, Path], ann: Wire) -> None:
    size, piece = 192 << 20, noise(1 << 20)
    frame = multipart({"exists": "overwrite"}, "large.bin", b"SPLIT")
    head, tail = frame.split(b"SPLIT")
    before = peak(cloud[0])
    ann.socket.sendall(
        f"POST /v2/files/ HTTP/1.1\r\nHost: {ann.host}\r\nAuthorization: Bearer {ann.token}\r\n"
        f"{MULTIPART}\r\nContent-Length: {len(head) + size + len(tail)}\r\n\r\n".encode()
        + head
    )
    for _ in range(size >> 20):
        ann.socket.sendall(piece)
    ann.socket.sendall(tail)
    status, _, told = ann.answer()
    assert status == 200 and json.loads(told)["result"]["size"] == size
    assert peak(cloud[0]) - before < 96 << 10


def peak(server: Server) -> int:
    """The most memory it has had, in KiB."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))


def test_a_hundred_small_uploads_at_once(cloud: tuple[Server, int, Path], ann: Wire) -> None:
    folder = ann.result("POST /v2/folders/?operation=create", b"name=many")["items"][0]["id"]
    statuses: list[int] = []

    def some(first: int) -> None:
        with Wire(cloud[1], cloud[2], ann.token) as wire:
            for number in range(first, first + 10):
                body = multipart({}, f"{number:03}", noise(2000, number))
                head = f"POST /v2/files/{folder}"
                statuses.append(wire.ask(head, body, MULTIPART)[0])

    threads = [threading.Thread(target=some, args=(first,)) for first in range(0, 100, 10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 100
    assert len(ann.result(f"GET /v2/folders/{folder}")["items"]) == 100


def test_the_authority_stays_when_the_certificate_is_made_anew(tmp_path: Path) -> None:
    command = ("admin", "--data", tmp_path, "tls", "self-signed")
    first = nuvol(*command)
    ca, cert = (tmp_path / "tls" / name for name in ("ca.pem", "cert.pem"))
    before = ca.read_bytes(), cert.read_bytes()
    assert nuvol(*command, "--host", "cloud.lan", "--host", "192.168.1.10") == first
    assert ca.read_bytes() == before[0] and cert.read_bytes() != before[1]
    for key in ("key.pem", "ca-key.pem"):
        path = tmp_path / "tls" / key
        assert stat.S_IMODE(path.stat().st_mode) == 0o600 and b"BEGIN PRIVATE KEY" in path.read_bytes()
    refused = subprocess.run([NUVOL, *map(str, command), "--host", "not a name" * 20], capture_output=True, text=True)
    assert refused.returncode == 1 and "no host name" in refused.stderr
