"""`nuvol call`: the scripts of eyeOS as commands."""

import sys

import click


@click.command()
@click.argument("script", metavar="SCRIPT")
@click.argument("arguments", nargs=-1, metavar="[JSON]")
def call(script: str, arguments: tuple[str, ...]) -> None:
    """Run one of eyeOS's scripts: protocol, comments, credentials or oauth_credentials.

    The settings of the desk are settings.json or settings.py in the present folder. `-` reads the call from standard
    input. The result is the last line."""
    from nuvol.apps.eyeos.desk import SCRIPTS

    words = {name.replace("_", ""): run for name, run in SCRIPTS.items()}
    run = words.get(script.lower().replace("_", "").replace("-", "").removesuffix(".py"))
    if run is None:
        raise click.BadParameter(f"there is no script “{script}”; there are {', '.join(SCRIPTS)}.")
    sys.exit(run(arguments))
