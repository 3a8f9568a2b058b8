"""How a command comes to the cloud: it opens the stores beside a running server and writes short transactions."""

import functools
from collections.abc import Callable
from contextlib import closing
from typing import Concatenate, ParamSpec, TypeVar

import click

from nuvol.core.cloud import Cloud
from nuvol.server import settings
from nuvol.server.build import build

P = ParamSpec("P")
T = TypeVar("T")


def with_cloud(command: Callable[Concatenate[Cloud, P], T]) -> Callable[..., T]:
    """Give a command the flags that say which cloud, and the cloud as its first argument."""

    @functools.wraps(command)
    def opened(*args: P.args, **kwargs: P.kwargs) -> T:
        flags = {name: kwargs.pop(name) for name in ("data", "catalog", "blobs")}
        above = click.get_current_context().find_root().meta.get("data")
        flags["data"] = flags["data"] or above
        with closing(build(settings.read(flags))) as cloud:
            return command(cloud, *args, **kwargs)

    for name in ("blobs", "catalog", "data"):
        opened = click.option(f"--{name}", name, help=settings.TABLE[name].metadata["help"])(opened)
    return opened


def say(sentence: str) -> None:
    """Tell a person something that is not the command's result."""
    click.echo(sentence, err=True)
