"""For operators: is it alive, is it ready, how much does it do."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import NamedTuple

from nuvol.core.cloud import Cloud
from nuvol.errors import CloudError
from nuvol.faces.http import Answer, Request, Route, in_thread, problem

PREFIXES = ("healthz", "readyz", "metrics")

PATIENCE = 5.0  # seconds in which the database must answer; load balancers ask again within ten


class Figure(NamedTuple):
    """One figure, as Prometheus takes it: `kind` is "counter" or "gauge"; samples are (labels, value)."""

    name: str
    kind: str
    help: str
    samples: Iterable[tuple[Mapping[str, str], float]]


Networks = Sequence[IPv4Network | IPv6Network]


def face(cloud: Cloud, figures: Callable[[], Iterable[Figure]], watchers: Networks) -> Route:
    """To be mounted at each of `PREFIXES`. `watchers`: who is told the figures."""

    async def answer(request: Request) -> Answer:
        if request.method not in ("GET", "HEAD"):
            refusal = problem(405, "wrong-method", f"This address knows no {request.method[:20]}.", "Use GET.")
            refusal.headers.append(("Allow", "GET, HEAD"))
            return refusal
        if request.target == "/healthz":
            return _said(200, "alive")
        if request.target == "/readyz":
            return await _ready(cloud)
        if request.target == "/metrics" and _may_watch(request, watchers):
            return _said(200, _text(figures()))
        return problem(404, "missing", "There is nothing at this address.")

    return Route(answer, lambda request, error: problem(500, error.code, str(error), error.advice))


def _said(status: int, text: str) -> Answer:
    headers = [("Content-Type", "text/plain; version=0.0.4; charset=utf-8"), ("Cache-Control", "no-store")]
    return Answer(status, headers, f"{text}\n".encode())


async def _ready(cloud: Cloud) -> Answer:
    try:
        async with asyncio.timeout(PATIENCE):
            await in_thread(cloud.accounts.signup_mode)
    except (CloudError, TimeoutError):
        answer = _said(503, "The database does not answer.")
        answer.headers.append(("Retry-After", "5"))
        return answer
    return _said(200, "ready")


def _may_watch(request: Request, watchers: Networks) -> bool:
    """A proxy that nobody told us of seems to be near whoever asks: what came through one is not answered."""
    if "forwarded" in request.headers or "x-forwarded-for" in request.headers:
        return False
    try:
        address = ip_address(request.peer.partition("%")[0])
    except ValueError:
        return False
    return any(address in network for network in watchers)


def _text(figures: Iterable[Figure]) -> str:
    lines = []
    for figure in figures:
        lines += [f"# HELP {figure.name} {figure.help}", f"# TYPE {figure.name} {figure.kind}"]
        for labels, value in figure.samples:
            inner = ",".join(f'{name}="{word}"' for name, word in labels.items())
            lines.append(f"{figure.name}{{{inner}}} {value:g}" if inner else f"{figure.name} {value:g}")
    return "\n".join(lines)
