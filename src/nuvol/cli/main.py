"""The `nuvol` command: one door for people at a terminal."""

import logging
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from nuvol.cli.admin import admin
from nuvol.cli.alone import photoshare, signup
from nuvol.cli.apps import app
from nuvol.cli.calls import call
from nuvol.cli.opening import say, with_cloud
from nuvol.cli.photos import photos
from nuvol.cli.tls import tls
from nuvol.errors import CloudError
from nuvol.server import settings

if TYPE_CHECKING:
    from nuvol.server.build import Cloud


class _Door(click.Group):
    """A user's mistake is one sentence and what to do about it, never a traceback."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except CloudError as error:
            say(str(error))
            say(error.advice)
            context.exit(1)


@click.group(cls=_Door)
@click.version_option(package_name="nuvol")
def main() -> None:
    """Nuvol, the personal cloud: files, photos, calendar and documents on your own machine."""


def _flags(command: Callable[..., None]) -> Callable[..., None]:
    """A flag for each setting, out of the one table."""
    for name, row in reversed(settings.TABLE.items()):
        default = "" if row.default in (None, "", ()) else f"  [{_shown(row.default)}]"
        flag = click.option(f"--{name.replace('_', '-')}", name, help=row.metadata["help"] + default)
        command = flag(command)
    return command


def _shown(default: Any) -> str:
    return ",".join(map(str, default)) if isinstance(default, tuple) else str(default)


@main.command(epilog="Each may also stand in nuvol.toml in the data folder, or as NUVOL_… in the environment.")
@_flags
def serve(**flags: str | None) -> None:
    """Start the cloud and serve it until it is stopped (SIGTERM, Ctrl-C)."""
    chosen = settings.read(flags)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it would write addresses that open content by themselves
    if chosen.workers > 1:
        from nuvol.server.workers import Workers

        sys.exit(0 if Workers(chosen).serve(_tell) else 1)
    from nuvol.server.app import serve as start

    start(chosen, _tell)


def _tell(text: str) -> None:
    """At once, also to a file or a program that reads along."""
    click.echo(text)
    sys.stdout.flush()


@main.command()
@with_cloud()
def init(cloud: "Cloud") -> None:
    """Make the data folder and everything in it, without serving."""


@main.command()
@with_cloud(existing=True)
@click.option("--scrub", is_flag=True, help="read every byte and compare it with its hash")
def doctor(cloud: "Cloud", scrub: bool) -> None:
    """Say what is wrong, one sentence each; exit 0 when nothing is lost or damaged."""
    harm = False
    for finding in cloud.doctor.examine(scrub=scrub):
        harm = harm or finding.harm
        click.echo(("damage: " if finding.harm else "garbage: ") + finding.text)
    if harm:
        say("Upload what is damaged again, from a backup if need be: that mends it.")
        sys.exit(1)
    click.echo("Nothing is lost or damaged.")


admin.add_command(app)
admin.add_command(tls)
admin.add_command(photos)
main.add_command(admin)
main.add_command(call)
main.add_command(signup)
main.add_command(photoshare)
