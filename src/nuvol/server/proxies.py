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
    """The proxies whose word counts: what others write into X-Forwarded-… is ignored."""

    def __init__(self, networks: Sequence[IPv4Network | IPv6Network]) -> None:
        self._networks = networks
        self.any = bool(networks)

    def trusts(self, address: str) -> bool:
        try:
            ip = ip_address(address)
        except ValueError:
            return False
        return any(ip in network for network in self._networks)

    def caller(self, seen: Caller, headers: Headers) -> Caller:
        """The client as the trusted proxies tell it; `seen`: as the socket and the request tell it."""
        if not self.trusts(seen.peer):
            return seen
        peer = seen.peer
        for hop in reversed((headers.get("x-forwarded-for") or "").split(",")):
            hop = hop.strip()
            try:
                ip_address(hop)
            except ValueError:
                break
            peer = hop
            if not self.trusts(hop):
                break
        scheme = (headers.get("x-forwarded-proto") or "").strip().lower()
        host = (headers.get("x-forwarded-host") or "").partition(",")[0].strip()
        return Caller(peer, scheme if scheme in ("http", "https") else seen.scheme, host or seen.host)
