"""What operators ask."""

import asyncio
from ipaddress import ip_network
from types import SimpleNamespace
from typing import Any, cast

import pytest

from nuvol.core.cloud import Cloud
from nuvol.errors import StoreFailed
from nuvol.faces import health
from nuvol.faces.health import Figure
from nuvol.faces.http import Answer, Dispatcher, Headers, Request

WATCHERS = [ip_network("127.0.0.0/8"), ip_network("::1"), ip_network("fe80::/10")]


def asked(target: str, *, method: str = "GET", peer: str = "127.0.0.1", broken: bool = False, **fields: str) -> Answer:
    def signup_mode() -> str:
        if broken:
            raise StoreFailed("The database is gone.")
        return "invite"

    cloud = cast(Cloud, cast(Any, SimpleNamespace(accounts=SimpleNamespace(signup_mode=signup_mode))))
    figures = [
        Figure("nuvol_answers_total", "counter", "Answers.", [({"face": "dav", "status": "200"}, 12)]),
        Figure("nuvol_connections", "gauge", "Open connections.", [({}, 3)]),
    ]
    app = Dispatcher(dict.fromkeys(health.PREFIXES, health.face(cloud, lambda: figures, WATCHERS)))
    headers = Headers([(name.replace("_", "-"), value) for name, value in fields.items()])
    return asyncio.run(app(Request(method, target, peer=peer, headers=headers)))


def test_alive_is_one_thing_and_ready_another() -> None:
    assert asked("/healthz", broken=True).status == 200
    assert asked("/readyz").status == 200
    answer = asked("/readyz", broken=True)
    assert answer.status == 503 and dict(answer.headers)["Retry-After"] == "5"


def test_figures_are_in_the_format_of_prometheus() -> None:
    assert asked("/metrics").body == (
        b"# HELP nuvol_answers_total Answers.\n# TYPE nuvol_answers_total counter\n"
        b'nuvol_answers_total{face="dav",status="200"} 12\n'
        b"# HELP nuvol_connections Open connections.\n# TYPE nuvol_connections gauge\nnuvol_connections 3\n"
    )


@pytest.mark.parametrize(
    ("peer", "near"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("192.168.1.5", False),
        ("fe80::1%eth0", True),
        ("8.8.8.8", False),
        ("", False),
    ],
)
def test_figures_are_for_the_networks_that_may_watch(peer: str, near: bool) -> None:
    assert asked("/metrics", peer=peer).status == (200 if near else 404)


@pytest.mark.parametrize("field", ["forwarded", "x_forwarded_for"])
def test_figures_are_not_told_through_a_proxy(field: str) -> None:
    assert asked("/metrics", **{field: "203.0.113.7"}).status == 404


def test_nothing_can_be_changed_here() -> None:
    answer = asked("/healthz", method="POST")
    assert answer.status == 405 and dict(answer.headers)["Allow"] == "GET, HEAD"
    assert asked("/healthz/x").status == 404
