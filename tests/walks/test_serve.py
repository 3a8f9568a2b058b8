"""The command as a person uses it: start, set up, look after, stop."""

import json
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.servers import ADMIN, NUVOL, add_account, nuvol, serve, tool

PASSWORD = "five quiet clouds"


def failing(*args: str | Path, stdin: str = "") -> str:
    """What the command says on standard error when it ends with 1; nobody ever sees a trace."""
    done = subprocess.run([NUVOL, *args], input=stdin, text=True, capture_output=True)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


@contextmanager
def started(data: Path, *args: str) -> Iterator[tuple[str, list[str], "subprocess.Popen[str]"]]:
    """A server on a folder as it is: its address, the lines after that, the process."""
    command = [NUVOL, "serve", "--data", data, "--port", "0", *args]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        ready = process.stdout.readline()
        assert ready.startswith("ready http://127.0.0.1:"), ready
        rest = [process.stdout.readline() for _ in range(2)] if not (data / "has-admin").exists() else []
        yield ready.split()[1], rest, process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
        assert "Traceback" not in err, err


def test_a_newcomers_first_minute(tmp_path: Path) -> None:
    """Start on nothing, open the link, make the admin, put a file in, restart: all there, and no more links."""
    data = tmp_path / "cloud"
    with started(data) as (url, lines, _):
        link = lines[0].split()[1]
        assert re.fullmatch(rf"set-up {re.escape(url)}/setup/nv_u_[\w-]{{43}}\n", lines[0])
        with httpx.Client(headers={"Origin": url}) as browser:
            page = browser.get(link)
            assert page.status_code == 200 and "<title>Nuvol</title>" in page.text
            made = browser.post(link, data={"name": "ana", "email": "ana@home.example", "password": PASSWORD})
            assert made.status_code == 303
            assert browser.get(f"{url}/api/v1/me").json()["name"] == "ana"
        put = httpx.put(f"{url}/dav/files/sea.txt", content=b"salt", auth=("ana", PASSWORD))
        assert put.status_code == 201
    (data / "has-admin").touch()
    with started(data) as (url, _, process):
        assert httpx.get(f"{url}/dav/files/sea.txt", auth=("ana", PASSWORD)).content == b"salt"
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
        assert process.stdout is not None and process.stdout.read() == ""


def test_the_words_for_accounts_work_beside_a_running_server(tmp_path: Path) -> None:
    data = tmp_path / "cloud"
    with serve(data) as server:
        me = f"{server.url}/api/v1/me"
        add_account(data, "bert", "x", "--quota", "5G")
        assert httpx.get(me, auth=("bert", "x")).status_code == 200
        secret = nuvol("admin", "--data", data, "app-password", "bert", "--label", "phone", "--scope", "files,profile")
        assert re.fullmatch(r"nv_p_[\w-]{43}\n", secret)
        assert httpx.get(server.dav, auth=("bert", secret.strip())).status_code < 400
        listed = nuvol("admin", "--data", data, "account", "list").splitlines()
        assert [line.split("\t")[0] for line in listed] == [ADMIN[0], "bert"]
        assert str(5 * 1024**3) in listed[1] and "admin" in listed[0]
        nuvol("admin", "--data", data, "account", "set", "bert", "--disabled")
        assert httpx.get(me, auth=("bert", "x")).status_code == 401
        nuvol(
            "admin",
            "--data",
            data,
            "account",
            "set",
            "bert",
            "--active",
            "--quota",
            "none",
            "--password-stdin",
            stdin="y",
        )
        assert httpx.get(me, auth=("bert", "y")).json()["quota"] is None
        nuvol("admin", "--data", data, "signup", "open")
        assert httpx.get(f"{server.url}/join", headers={"Accept": "text/html"}).status_code == 200
        nuvol("admin", "--data", data, "signup", "closed")
        assert httpx.get(f"{server.url}/join").status_code == 403
        assert "Nothing is lost" in nuvol("doctor", "--data", data, "--scrub")
        nuvol("admin", "--data", data, "account", "remove", "bert", "--yes")
        assert httpx.get(me, auth=("bert", "y")).status_code == 401


def test_mistakes_are_one_sentence_and_what_to_do(tmp_path: Path) -> None:
    data = tmp_path / "cloud"
    add_account(data, *ADMIN)
    account = ("admin", "--data", data, "account", "add")
    assert ADMIN[0] in failing(*account, ADMIN[0], "--email", "b@example.org", "--password-stdin", stdin="x")
    assert "e-mail" in failing(*account, "bert", "--email", "nothing", "--password-stdin", stdin="x")
    assert "No password" in failing(*account, "bert", "--email", "b@example.org", "--password-stdin")
    assert "5X" in failing(*account, "b", "--email", "b@example.org", "--password-stdin", "--quota", "5X", stdin="x")
    assert failing("admin", "--data", data, "app-password", "nobody", "--label", "x")
    assert (
        "scope" in failing("admin", "--data", data, "app-password", ADMIN[0], "--label", "x", "--scope", "all").lower()
    )
    assert "no folder" in failing("doctor", "--data", tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()
    assert "one process" in failing("serve", "--data", data, "--workers", "2")
    (tmp_path / "file").touch()
    assert "cannot be" in failing("serve", "--data", tmp_path / "file")
    assert "cannot be used" in failing(
        "serve", "--data", data, "--port", "0", "--tls-cert", "x.pem", "--tls-key", "y.pem", "--tls-port", "0"
    )
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert "listen" in failing("serve", "--data", data, "--port", str(taken.getsockname()[1]))


def test_a_damaged_cloud_is_no_healthy_one(tmp_path: Path) -> None:
    data = tmp_path / "cloud"
    with serve(data) as server:
        auth = (server.name, server.password)
        assert httpx.put(f"{server.dav}big", content=bytes(200_000), auth=auth).status_code == 201
    assert nuvol("doctor", "--data", data)
    (blob,) = [path for path in (data / "blobs").rglob("*") if path.is_file()]
    blob.write_bytes(b"x" * 200_000)
    assert "Nothing is lost" in nuvol("doctor", "--data", data)  # who only counts cannot see it
    done = subprocess.run([NUVOL, "doctor", "--data", data, "--scrub"], text=True, capture_output=True)
    assert done.returncode == 1 and "damage" in done.stdout


def test_requests_under_way_are_finished_when_the_server_stops(tmp_path: Path) -> None:
    data = tmp_path / "cloud"
    with serve(data) as server:
        half_way, stopped = threading.Event(), threading.Event()

        def slowly() -> Iterator[bytes]:
            yield bytes(100_000)
            half_way.set()
            stopped.wait(30)
            yield bytes(100_000)

        answers: list[httpx.Response] = []
        auth = (server.name, server.password)
        upload = threading.Thread(
            target=lambda: answers.append(httpx.put(f"{server.dav}slow", content=slowly(), auth=auth, timeout=60))
        )
        upload.start()
        half_way.wait(30)
        server.process.send_signal(signal.SIGTERM)
        while True:  # it hears the signal when it takes no more connections
            try:
                httpx.get(f"{server.url}/healthz")
            except httpx.TransportError:
                break
        stopped.set()
        upload.join(60)
        assert answers[0].status_code == 201
        assert server.process.wait(60) == 0
    with serve(data) as server:
        assert len(httpx.get(f"{server.dav}slow", auth=auth).content) == 200_000


def test_a_stream_of_changes_does_not_hold_up_the_end(tmp_path: Path) -> None:
    with serve(tmp_path / "cloud") as server:
        auth = (server.name, server.password)
        with httpx.stream("GET", f"{server.url}/api/v1/changes/live", auth=auth, timeout=60) as stream:
            assert stream.status_code == 200
            lines = stream.iter_lines()
            next(lines)
            assert server.stop() == 0
            list(lines)


LAZY = ["pypdf", "httpx", "webauthn", "psycopg", "joserfc", "icalendar", "recurring_ical_events", "PIL", "rich",
        "starlette", "jinja2", "cryptography"]  # fmt: skip

LOOKER = """
import json, os, signal, sys, threading, http.client
from nuvol.server.app import serve
from nuvol.server.settings import read

def look(address):
    connection = http.client.HTTPConnection(address.removeprefix("http://"))
    for target in ("/", "/signin", "/dav/files/", "/api/v1/capabilities", "/api/docs", "/readyz", "/metrics"):
        connection.request("GET", target)
        connection.getresponse().read()
    print(json.dumps(sorted(sys.modules)))
    os.kill(os.getpid(), signal.SIGTERM)

def tell(text):
    threading.Thread(target=look, args=[text.split()[1]]).start()

serve(read({"data": sys.argv[1], "port": "0"}), tell)
"""


def test_what_is_heavy_is_not_loaded_until_it_is_needed(tmp_path: Path) -> None:
    """A quarter of a second and tens of megabytes each, for those who may never use it."""
    done = subprocess.run(
        [sys.executable, "-c", LOOKER, tmp_path / "cloud"], text=True, capture_output=True, check=True
    )
    loaded = {name.partition(".")[0] for name in json.loads(done.stdout)}
    assert "nuvol" in loaded
    assert not loaded & set(LAZY)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    command = [tool("openssl", "openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    subprocess.run(
        [*command, "-nodes", "-days", "2", "-keyout", key, "-out", cert, *names], check=True, capture_output=True
    )
    return cert, key


def test_https_from_tls_1_2_on(tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    cert, key = certificate
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with serve(tmp_path / "cloud", "--tls-cert", cert, "--tls-key", key, "--tls-port", str(port)) as server:
        context = ssl.create_default_context(cafile=str(cert))
        auth = (server.name, server.password)
        url = f"https://localhost:{port}"
        with httpx.Client(verify=context, auth=auth) as client:
            content = bytes(range(256)) * 20_000
            assert client.put(f"{url}/dav/files/big", content=content).status_code == 201
            assert client.get(f"{url}/dav/files/big").content == content
        signed_in = httpx.post(
            f"{url}/signin", data={"login": auth[0], "password": auth[1]}, headers={"Origin": url}, verify=context
        )
        assert "__Host-nuvol" in signed_in.headers["set-cookie"] and "Secure" in signed_in.headers["set-cookie"]
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        with (
            socket.create_connection(("localhost", port)) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as tls,
        ):
            assert tls.version() == "TLSv1.2"
            tls.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            assert b"alive" in b"".join(iter(lambda: tls.recv(4096), b""))


def test_several_processes_serve_one_port_over_postgresql(tmp_path: Path, postgres, postgres_template: str) -> None:
    catalog = postgres.url(postgres.create(template=postgres_template))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    data = tmp_path / "cloud"
    nuvol("admin", "--data", data, "account", "add", "ana", "--email", "a@b.c", "--password-stdin", "--admin",
          "--catalog", catalog, stdin=PASSWORD)  # fmt: skip
    with serve(data, "--catalog", catalog, "--workers", "2", "--port", port) as server:
        auth = ("ana", PASSWORD)
        for number in range(20):  # a new connection each: the kernel spreads them
            assert httpx.put(f"{server.dav}{number}", content=b"x", auth=auth).status_code == 201
        assert all(httpx.get(f"{server.dav}{number}", auth=auth).content == b"x" for number in range(20))
        assert server.stop() == 0


def test_the_module_is_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "nuvol", "--version"], text=True, capture_output=True, check=True)
    assert done.stdout.startswith("nuvol, version ")
    assert shutil.which("nuvol", path=str(NUVOL.parent))
