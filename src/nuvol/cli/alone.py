"""Programs that are clients of a CloudFS endpoint, here or elsewhere, and servers of their own."""

import sys
from collections.abc import Callable, Sequence
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

import click

from nuvol.errors import BadValue
from nuvol.server import settings

Networks = Sequence[IPv4Network | IPv6Network]


def _listening(port: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Flags that say where a program listens."""

    def add(command: Callable[..., None]) -> Callable[..., None]:
        trusted = settings.TABLE["trusted_proxies"].metadata["help"]
        for flag in (
            click.option("--trusted-proxies", default="", help=trusted),
            click.option("--port", type=click.IntRange(0, 65_535), default=port, show_default=True),
            click.option("--host", default="127.0.0.1", show_default=True, help="address to listen on"),
        ):
            command = flag(command)
        return command

    return add


def _trusted(text: str) -> Networks:
    try:
        return settings.networks(text)
    except ValueError as error:
        raise BadValue(f"“{text}” is no value of --trusted-proxies.", advice=f"It takes {error}.") from None


def _tell(text: str) -> None:
    click.echo(text)
    sys.stdout.flush()


@click.command()
@click.option("--endpoint", help="host:port of the platform, instead of API_SERVER in the settings")
@click.option("--settings", "path", type=click.Path(path_type=Path), required=True, help="file with the keys (TOML)")
@_listening(8090)
def signup(endpoint: str | None, path: Path, host: str, port: int, trusted_proxies: str) -> None:
    """Serve the sign-up service before any CloudFS endpoint: /api/user/ and /api/authenticate/."""
    from nuvol.server.alone import serve_alone
    from nuvol.server.signup import read_keys, routes

    serve_alone(routes(read_keys(path, endpoint)), host, port, _trusted(trusted_proxies), _tell)


@click.command()
@click.option("--config", type=click.Path(path_type=Path), required=True, help="settings file (TOML)")
@_listening(8091)
def photoshare(config: Path, host: str, port: int, trusted_proxies: str) -> None:
    """Serve PhotoShare as a client of any CloudFS endpoint, at /photoshare/."""
    from nuvol.server.alone import serve_alone
    from nuvol.server.photoshare import routes

    serve_alone(routes(config), host, port, _trusted(trusted_proxies), _tell)
