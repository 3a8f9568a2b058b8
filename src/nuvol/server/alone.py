"""Programs that need no cloud of their own: the sign-up service and PhotoShare, each as a server by itself."""

from collections.abc import Callable, Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network

import uvloop

from nuvol.errors import BadValue
from nuvol.faces.http import Dispatcher, Route
from nuvol.server.front import Front
from nuvol.server.proxies import Proxies
from nuvol.server.stopping import stop_on_signal

STOP_SECONDS = 10.0

Networks = Sequence[IPv4Network | IPv6Network]


def serve_alone(
    routes: Mapping[str, Route], host: str, port: int, trusted: Networks, tell: Callable[[str], None]
) -> None:
    """Serve until SIGTERM or SIGINT; `tell` is given the address when it answers. `trusted`: proxies whose word
    about the caller counts. Raises BadValue when nobody can listen there."""
    uvloop.run(_serve(routes, host, port, trusted, tell))


async def _serve(
    routes: Mapping[str, Route], host: str, port: int, trusted: Networks, tell: Callable[[str], None]
) -> None:
    stopping = stop_on_signal()
    front = Front(Dispatcher(routes), proxies=Proxies(trusted))
    try:
        try:
            host, port = await front.listen(host, port)
        except (OSError, OverflowError) as error:
            raise BadValue(
                f"Nobody can listen at {host}, port {port}: {error}.",
                advice="Stop what listens there, or choose others with --host and --port.",
            ) from None
        tell(f"ready http://[{host}]:{port}" if ":" in host else f"ready http://{host}:{port}")
        await stopping.wait()
    finally:
        await front.stop(STOP_SECONDS)
