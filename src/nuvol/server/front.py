"""The HTTP/1.1 server (RFC 9112): listens, keeps the connections, and ends in good order."""

import asyncio
import logging
import ssl
import time

from nuvol.server.connection import App, Connection, Shared
from nuvol.server.proxies import Proxies
from nuvol.wire.preconditions import http_date

MAX_CONNECTIONS = 4096  # an idle one costs some 10 kB; more than this in one process is an attack or a mistake

log = logging.getLogger("nuvol.front")


class Front:
    """Gives requests to `app` and its answers to the clients. Lives on one event loop."""

    def __init__(self, app: App, *, proxies: Proxies | None = None, max_connections: int = MAX_CONNECTIONS) -> None:
        self.shared = Shared(app, proxies if proxies is not None else Proxies(()), max_connections)
        self._servers: list[asyncio.Server] = []
        self._timer: asyncio.TimerHandle | None = None

    async def listen(
        self, host: str, port: int, *, tls: ssl.SSLContext | None = None, shared_port: bool = False
    ) -> tuple[str, int]:
        """Take connections; returns the address (port 0: any that is free).

        `shared_port`: other processes may listen on it too. Raises OSError.
        """
        if self._timer is None:
            self._sweep()
        scheme = "http" if tls is None else "https"
        server = await asyncio.get_running_loop().create_server(
            lambda: Connection(self.shared, scheme), host, port, ssl=tls, backlog=1024, reuse_port=shared_port or None
        )
        self._servers.append(server)
        address = server.sockets[0].getsockname()
        return address[0], address[1]

    async def stop(self, seconds: float = 20.0) -> None:
        """Take no more connections, let the requests in flight end within `seconds`, cut off the rest."""
        shared = self.shared
        shared.stopping = True
        for server in self._servers:
            server.close()
        for connection in list(shared.connections):
            connection.wind_up()
        if shared.connections:
            shared.emptied.clear()
            try:
                await asyncio.wait_for(shared.emptied.wait(), seconds)
            except TimeoutError:
                log.warning("%d connections were cut off", len(shared.connections))
        for connection in list(shared.connections):
            connection.cut_off()
        if self._timer is not None:
            self._timer.cancel()

    def _sweep(self) -> None:
        """Once a second: write the date anew, and look after clients that keep us waiting."""
        loop, shared = asyncio.get_running_loop(), self.shared
        shared.now = loop.time()
        shared.stamp = f"Date: {http_date(int(time.time()))}\r\nServer: Nuvol\r\n"
        for connection in [c for c in shared.connections if c.deadline < shared.now]:
            connection.too_late()
        self._timer = loop.call_later(1.0, self._sweep)
