"""Server-sent events against the real server."""

import threading
from pathlib import Path

import httpx

from tests.servers import ADMIN, Server, serve


def events(server: Server, lines: list[str], begun: threading.Event) -> None:
    """Listen until the server ends the stream."""
    with httpx.stream("GET", f"{server.url}/api/v1/changes/live", auth=ADMIN, timeout=60) as stream:
        for line in stream.iter_lines():
            lines.append(line)
            begun.set()


def test_a_stream_tells_what_happens_and_ends_with_the_server(tmp_path: Path) -> None:
    lines: list[str] = []
    begun = threading.Event()
    with serve(tmp_path / "data") as server:
        listener = threading.Thread(target=events, args=(server, lines, begun))
        listener.start()
        assert begun.wait(60)
        assert httpx.put(f"{server.dav}a.txt", content=b"hello", auth=ADMIN).status_code == 201
        assert server.stop() == 0
        listener.join(60)
        assert not listener.is_alive()
    assert "event: change" in lines
    assert any('"new_name":"a.txt"' in line for line in lines)
