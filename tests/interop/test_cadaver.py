"""cadaver and curl, as a person at a terminal uses them (C2)."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import Server, serve, tool


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serve(tmp_path_factory.mktemp("terminal") / "data") as server:
        yield server


def test_a_session_of_cadaver(server: Server, tmp_path: Path) -> None:
    content = os.urandom(200_000)
    (tmp_path / "local file.bin").write_bytes(content)
    (tmp_path / ".netrc").write_text(f'machine 127.0.0.1 login {server.name} password "{server.password}"\n')
    (tmp_path / ".netrc").chmod(0o600)
    commands = """
        mkcol folder
        cd folder
        put "local file.bin" "näme & co.bin"
        copy "näme & co.bin" second.bin
        move second.bin third.bin
        lock third.bin
        discover third.bin
        put "local file.bin" third.bin
        unlock third.bin
        propset third.bin colour blue
        propget third.bin colour
        ls
        get third.bin back.bin
        get "näme & co.bin" named.bin
        delete "näme & co.bin"
        cd ..
        rmcol folder
        quit
    """
    done = subprocess.run(
        [tool("cadaver", "cadaver"), server.dav],
        input=re.sub(r"^ +|^\n", "", commands, flags=re.MULTILINE),
        env={**os.environ, "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    said = done.stdout + done.stderr
    assert "failed" not in said and "Error" not in said, said
    assert said.count("succeeded") == 13, said
    assert "Value of colour is: blue" in said
    assert "Scope: exclusive  Type: write" in said
    assert "näme & co.bin" in said
    assert (tmp_path / "back.bin").read_bytes() == (tmp_path / "named.bin").read_bytes() == content


def curl(server: Server, *args: str | Path) -> str:
    """What curl prints; fails when it or the server refuses."""
    command = [tool("curl", "curl"), "--silent", "--show-error", "--fail", "--user", f"{server.name}:{server.password}"]
    done = subprocess.run([*command, *args], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "size, announced",
    [
        (0, True),
        (65_536, True),
        (65_537, True),
        (9_000_001, True),
        (1, False),
        (9_000_001, False),
    ],  # curl: no (0, False)
)
def test_what_curl_puts_it_gets_back(server: Server, tmp_path: Path, size: int, announced: bool) -> None:
    content, back = os.urandom(size), tmp_path / "back"
    (tmp_path / "there").write_bytes(content)
    address = f"{server.dav}curl%20{size}"
    chunked = () if announced else ("--header", "Transfer-Encoding: chunked")
    curl(server, "--upload-file", tmp_path / "there", *chunked, address)
    curl(server, "--output", back, address)
    assert back.read_bytes() == content


def test_curl_goes_on_with_a_broken_download(server: Server, tmp_path: Path) -> None:
    content, back = os.urandom(300_000), tmp_path / "back"
    (tmp_path / "there").write_bytes(content)
    curl(server, "--upload-file", tmp_path / "there", server.dav + "resumed")
    back.write_bytes(content[:100_001])
    curl(server, "--continue-at", "-", "--output", back, server.dav + "resumed")
    assert back.read_bytes() == content


def test_curl_keeps_the_time_of_a_file(server: Server, tmp_path: Path) -> None:
    (tmp_path / "there").write_bytes(b"old")
    curl(server, "--upload-file", tmp_path / "there", "--header", "X-OC-Mtime: 1000000000", server.dav + "old")
    curl(server, "--remote-time", "--output", tmp_path / "back", server.dav + "old")
    assert (tmp_path / "back").stat().st_mtime == 1_000_000_000
