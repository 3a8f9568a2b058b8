"""`nuvol admin photos`: bringing in what was elsewhere."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nuvol.cli.opening import say, with_cloud
from nuvol.model.accounts import Actor

if TYPE_CHECKING:
    from nuvol.server.build import Cloud


@click.group()
def photos() -> None:
    """Photos of people."""


@photos.command("import")
@click.argument("name")
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@click.option("--into", default="Photos", show_default=True, help="folder of the account that they go to")
@with_cloud(existing=True)
def bring(cloud: "Cloud", name: str, source: Path, into: str) -> None:
    """Bring the photos of a folder or zip archive into an account; what is there already is left out."""
    from nuvol.server import takeout

    actor = Actor(cloud.accounts.find(None, name).id, app="import")
    brought = None
    with takeout.folders(source) as folders:
        for brought in cloud.importing.bring(actor, into, folders):
            click.echo(f"\r{brought.photos} photos, {brought.known} were here already", nl=False, err=True)
    say("")
    for failure in brought.failed if brought else ():
        say(failure)
    if brought is not None:
        click.echo(
            f"{brought.photos} photos brought in, {brought.known} were here already,"
            f" {brought.others} other files left out, {brought.failures} failed."
        )
