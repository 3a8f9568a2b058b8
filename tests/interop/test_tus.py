"""Resumable uploads against the real server: a broken line, a killed server."""

import random
import socket
from base64 import b64encode
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from tests.servers import ADMIN, Server, serve

CONTENT = random.Random(3).randbytes(40 << 20)
TUS = {"Tus-Resumable": "1.0.0"}
PART = {**TUS, "Content-Type": "application/offset+octet-stream"}


class Client:
    """What a tus client does."""

    def __init__(self, server: Server) -> None:
        self.http = httpx.Client(base_url=server.url, timeout=60, auth=ADMIN)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *error: object) -> None:
        self.http.close()

    def start(self, path: str, size: int) -> str:
        metadata = f"path {b64encode(path.encode()).decode()}"
        reply = self.http.post(
            "/api/v1/uploads", headers={**TUS, "Upload-Length": str(size), "Upload-Metadata": metadata}
        )
        assert reply.status_code == 201, reply.text
        return reply.headers["Location"]

    def offset(self, upload: str) -> int:
        reply = self.http.head(upload, headers=TUS)
        assert reply.status_code == 200
        return int(reply.headers["Upload-Offset"])

    def send(self, upload: str, offset: int) -> httpx.Response:
        return self.http.patch(upload, content=CONTENT[offset:], headers={**PART, "Upload-Offset": str(offset)})

    def begin(self, upload: str, count: int) -> socket.socket:
        """Announce the whole and send `count` bytes of it."""
        address = urlsplit(str(self.http.base_url))
        login = b64encode(":".join(ADMIN).encode()).decode()
        head = (
            f"PATCH {upload} HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: Basic {login}\r\n"
            f"Tus-Resumable: 1.0.0\r\nContent-Type: {PART['Content-Type']}\r\nUpload-Offset: 0\r\n"
            f"Content-Length: {len(CONTENT)}\r\n\r\n"
        )
        line = socket.create_connection((address.hostname, address.port))
        line.sendall(head.encode() + CONTENT[:count])
        return line

    def content(self, path: str) -> bytes:
        node = self.http.get("/api/v1/nodes/by-path", params={"path": path}).json()
        return self.http.get(f"/api/v1/nodes/{node['id']}/content").content


def test_a_broken_line_costs_nothing(tmp_path: Path) -> None:
    with serve(tmp_path / "data") as server, Client(server) as client:
        upload = client.start("a.bin", len(CONTENT))
        with client.begin(upload, 10_000_000) as line:
            line.shutdown(socket.SHUT_WR)
            assert line.recv(1) == b""  # the server has kept what came, and hangs up too
        assert client.offset(upload) == 10_000_000
        done = client.send(upload, 10_000_000)
        assert (done.status_code, done.headers["Upload-Offset"]) == (204, str(len(CONTENT)))
        assert client.content("a.bin") == CONTENT


def test_a_killed_server_goes_on_where_it_was_safe(tmp_path: Path) -> None:
    with serve(tmp_path / "data") as server, Client(server) as client:
        upload = client.start("a.bin", len(CONTENT))
        with client.begin(upload, 36 << 20):
            while client.offset(upload) < 32 << 20:
                pass  # every question goes to the server and back
            server.kill()
    with serve(tmp_path / "data") as server, Client(server) as client:
        assert 32 << 20 <= client.offset(upload) <= 36 << 20
        assert client.send(upload, client.offset(upload)).status_code == 204
        assert client.content("a.bin") == CONTENT
