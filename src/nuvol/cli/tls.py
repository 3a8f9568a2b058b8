"""`nuvol admin tls`: HTTPS with an authority of one's own."""

import click

from nuvol.server import settings


@click.group()
def tls() -> None:
    """HTTPS for this cloud."""


@tls.command("self-signed")
@click.option(
    "--host", "hosts", multiple=True, metavar="NAME|ADDRESS", help="how this machine is called; may be repeated"
)
@click.pass_context
def self_signed(context: click.Context, hosts: tuple[str, ...]) -> None:
    """Make a certificate that is good on devices told to trust this cloud; again when its names change."""
    from nuvol.server.certificates import make

    data = settings.read({"data": context.find_root().meta["data"]}).data
    made = make(data / "tls", hosts)
    click.echo(f"ca {made.ca}\ncert {made.cert}\nkey {made.key}")
    click.echo(
        f"Let your devices and programs trust {made.ca}, then:\n"
        f"nuvol serve --data {data} --tls-cert {made.cert} --tls-key {made.key}",
        err=True,
    )
