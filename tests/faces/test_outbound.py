"""What this server calls, and what it does not (PROMISES A8)."""

import socket
import threading
from collections.abc import Iterator
from ipaddress import ip_address, ip_network

import pytest

from nuvol.errors import BadValue, PeerUnreachable
from nuvol.server import outbound
from nuvol.server.outbound import Outbound, is_public

HERE = (ip_network("127.0.0.0/8"),)


@pytest.mark.parametrize(
    "text",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
     "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1", "::", "::1", "fe80::1", "fc00::1", "fd12::1", "ff02::1",
     "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "64:ff9b::7f00:1", "2002:7f00:1::", "2002:a00:1::1",
     "2001:db8::1", "2001:0:7f00:1::1"],
)  # fmt: skip
def test_an_address_inside_is_told_from_one_outside(text):
    assert not is_public(ip_address(text))


@pytest.mark.parametrize("text", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"])
def test_addresses_of_the_open_network_are_called(text):
    assert is_public(ip_address(text))


@pytest.fixture
def door() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(20)
        yield listening


def url(door: socket.socket, host: str = "127.0.0.1") -> str:
    return f"http://{host}:{door.getsockname()[1]}/"


def test_a_name_that_changes_its_mind_is_connected_to_as_it_was_looked_at(door, monkeypatch):
    """The first answer of the resolver is public, every later one is not."""
    asked: list[str] = []
    public = ("93.184.216.34", door.getsockname()[1])
    monkeypatch.setattr(outbound, "CONNECT_SECONDS", 0.05)

    def resolve(host, port, **_):
        asked.append(host)
        place = public if len(asked) == 1 else door.getsockname()
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", place)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(PeerUnreachable):
        Outbound().ask("GET", f"https://rebinding.example:{public[1]}/", {})
    assert asked == ["rebinding.example"]
    with pytest.raises(BadValue):
        Outbound().ask("GET", f"https://rebinding.example:{public[1]}/", {})
    door.settimeout(0.1)
    with pytest.raises(TimeoutError):
        door.accept()


def test_one_private_address_among_others_is_enough_to_refuse(monkeypatch):
    places = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, 1)) for text in ("10.0.0.1", "93.184.216.34")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: places)
    with pytest.raises(BadValue):
        Outbound().ask("GET", "https://mixed.example:1/", {})


def test_listed_hosts_are_called_by_name_address_or_network(door):
    for allowed in (("127.0.0.1",), ("localhost",), HERE):
        host = allowed[0] if isinstance(allowed[0], str) else "127.0.0.1"
        asking = Outbound(allowed).ask("GET", url(door, host), {})
        door.accept()[0].close()
        asking.abort()
    with pytest.raises(BadValue):
        Outbound(("other.example",)).ask("GET", url(door), {})


def answered(door: socket.socket, *parts: bytes) -> threading.Thread:
    def answer() -> None:
        caller, _ = door.accept()
        with caller:
            caller.recv(65536)
            for part in parts:
                caller.sendall(part)

    thread = threading.Thread(target=answer)
    thread.start()
    return thread


@pytest.mark.parametrize(
    "parts",
    [(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",), (b"nonsense\r\n\r\n",), (),
     (b"HTTP/1.1 200 OK\r\nX: ",), (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000 + b"\r\n",),
     (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n" + b"x" * 99,)],
)  # fmt: skip
def test_an_answer_that_is_none_is_the_other_sides_fault(door, parts):
    thread, calls = answered(door, *parts), Outbound(HERE)
    with pytest.raises(PeerUnreachable):
        calls.ask("GET", url(door), {}).answer().whole(50)
    thread.join()
    assert calls._busy == {}


def test_a_host_takes_so_many_requests_at_once_and_no_more(door):
    calls = Outbound(HERE)
    waiting = [calls.ask("GET", url(door), {}) for _ in range(outbound.AT_ONCE)]
    with pytest.raises(PeerUnreachable) as told:
        calls.ask("GET", url(door), {})
    assert told.value.wait == 2.0
    waiting.pop().abort()
    calls.ask("GET", url(door), {}).abort()
    for each in waiting:
        each.abort()
    assert calls._busy == {}


def test_a_body_arrives_and_an_answer_comes_back(door):
    thread = answered(door, b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello")
    asking = Outbound(HERE).ask("PUT", url(door), {"X-Y": "z"}, 3)
    asking.feed(b"abc")
    response = asking.answer()
    assert (response.status, response.length, response.header("content-type")) == (200, 5, "text/plain")
    assert b"".join(response.blocks()) == b"hello"
    response.close()
    thread.join()


@pytest.mark.parametrize(
    "text",
    ["", "x", "ftp://a/", "https://", "https://a b/", "https://u@a/", "https://ñ/", "https://a:99999/", "https://a/\n"],
)
def test_what_is_no_address_is_refused(text):
    with pytest.raises(BadValue):
        Outbound().ask("GET", text, {})
