"""Who really asks, when a proxy stands before us."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import NamedTuple

from nuvol.faces.http import Headers


class Caller(NamedTuple):
    peer: str
    """IP address of the client."""
    scheme: str
    host: str


class Proxies:
    """The proxies whose word counts: what others write into X-Forwarded-… is ignored.

    Who asks for the host of `public_url` is regarded as having come by its scheme.
    """

    def __init__(self, networks: Sequence[IPv4Network | IPv6Network], public_url: str | None = None) -> None:
        self._networks = networks
        self._scheme, _, host = (public_url or "").partition("://")
        self._host = host.lower()
        self.any = bool(networks or public_url)

    def caller(self, seen: Caller, headers: Headers) -> Caller:
        """The client as the trusted proxies tell it; `seen`: as the socket and the request tell it."""
        peer, scheme, host = seen
        if self._trusts(peer):
            for hop in reversed((headers.get("x-forwarded-for") or "").split(",")):
                if (address := _address(hop)) is None:
                    break
                peer = address
                if not self._trusts(peer):
                    break
            told = (headers.get("x-forwarded-proto") or "").strip().lower()
            scheme = told if told in ("http", "https") else scheme
            host = (headers.get("x-forwarded-host") or "").partition(",")[0].strip() or host
        if self._host and host.lower() == self._host:
            scheme = self._scheme
        return Caller(peer, scheme, host)

    def _trusts(self, address: str) -> bool:
        plain = _address(address)
        return plain is not None and any(ip_address(plain) in network for network in self._networks)


def _address(text: str) -> str | None:
    """An IP address as a proxy may write it, with or without a port; None when it is none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ip_address(text))
    except ValueError:
        return None
