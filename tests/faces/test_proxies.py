"""Who really asks, behind a proxy."""

from ipaddress import ip_network

import pytest

from nuvol.faces.http import Headers
from nuvol.server.proxies import Caller, Proxies

SEEN = Caller("10.0.0.1", "http", "inside:8080")
TRUSTED = Proxies([ip_network("10.0.0.0/8"), ip_network("::1")], "https://cloud.example")


def told(proxies: Proxies, seen: Caller = SEEN, **fields: str) -> Caller:
    return proxies.caller(seen, Headers([(name.replace("_", "-"), value) for name, value in fields.items()]))


FORWARDED = {"x_forwarded_for": "8.8.8.8", "x_forwarded_proto": "https", "x_forwarded_host": "cloud.example"}


def test_a_trusted_proxy_is_believed() -> None:
    assert told(TRUSTED, **FORWARDED) == Caller("8.8.8.8", "https", "cloud.example")


def test_nobody_else_is() -> None:
    stranger = Caller("9.9.9.9", "http", "h")
    assert told(TRUSTED, stranger, **FORWARDED) == stranger
    assert told(Proxies(()), **FORWARDED) == SEEN
    assert not Proxies(()).any


@pytest.mark.parametrize(
    ("chain", "peer"),
    [
        ("8.8.8.8, 10.0.0.2", "8.8.8.8"),
        ("1.1.1.1, 8.8.8.8", "8.8.8.8"),  # what stands left of the first stranger, that stranger may have invented
        ("8.8.8.8:1234", "8.8.8.8"),
        ("[2001:db8::1]:1234", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("8.8.8.8, nonsense", "10.0.0.1"),
        ("unknown", "10.0.0.1"),
        ("", "10.0.0.1"),
    ],
)
def test_the_client_is_the_last_stranger_of_the_chain(chain: str, peer: str) -> None:
    assert told(TRUSTED, x_forwarded_for=chain).peer == peer


def test_other_schemes_than_http_are_not_taken_over() -> None:
    assert told(TRUSTED, x_forwarded_proto="javascript").scheme == "http"


def test_who_asks_for_the_public_host_has_come_by_its_scheme() -> None:
    assert told(TRUSTED, Caller("9.9.9.9", "http", "Cloud.Example")).scheme == "https"
    assert told(TRUSTED, Caller("9.9.9.9", "http", "127.0.0.1:8080")).scheme == "http"
