"""`nuvol call`: the scripts of eyeOS as commands."""

import sys
from importlib import import_module

import click

SCRIPTS = ("protocol", "comments", "credentials", "oauth_credentials", "functions")
"""Modules of `apps.eyeos`; one is loaded when it is called."""


@click.command(epilog="What they take and answer: docs/eyeos.md.")
@click.argument("script", metavar="SCRIPT")
@click.argument("arguments", nargs=-1, metavar="[JSON]")
def call(script: str, arguments: tuple[str, ...]) -> None:
    """Run one of eyeOS's scripts: protocol, comments, credentials or oauth_credentials; or functions, which calls one
    of the functions behind them by name.

    The settings of the desk are settings.json or settings.py in the present folder. `-` reads the call from standard
    input. The result is the last line."""
    words = {name.replace("_", ""): name for name in SCRIPTS}
    name = words.get(script.lower().replace("_", "").replace("-", "").removesuffix(".py"))
    if name is None:
        raise click.BadParameter(f"there is no script “{script}”; there are {', '.join(SCRIPTS)}.")
    sys.exit(import_module(f"nuvol.apps.eyeos.{name}").main(arguments))
