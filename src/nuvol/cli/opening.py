"""How a command comes to the cloud: it opens the stores beside a running server and writes short transactions."""

import functools
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

import click

from nuvol.errors import BadValue
from nuvol.server import settings

if TYPE_CHECKING:
    from nuvol.server.build import Cloud

P = ParamSpec("P")
T = TypeVar("T")


def with_cloud(*, existing: bool = False) -> Callable[[Callable[Concatenate["Cloud", P], T]], Callable[..., T]]:
    """Give a command the flags that say which cloud, and the cloud as its first argument.

    `existing`: a cloud that is not there is a mistake, and not a new one.
    """

    def add(command: Callable[Concatenate["Cloud", P], T]) -> Callable[..., T]:
        @functools.wraps(command)
        def opened(*args: P.args, **kwargs: P.kwargs) -> T:
            from nuvol.server.build import build  # the whole cloud, which takes a moment

            flags = {name: kwargs.pop(name) for name in ("data", "catalog", "blobs")}
            flags["data"] = flags["data"] or click.get_current_context().find_root().meta.get("data")
            chosen = settings.read(flags)
            if existing and not chosen.data.is_dir():
                raise BadValue(f"There is no folder {chosen.data}.", advice="Say where the cloud is with --data.")
            with closing(build(chosen)) as cloud:
                return command(cloud, *args, **kwargs)

        for name in ("blobs", "catalog", "data"):
            opened = click.option(f"--{name}", name, help=settings.TABLE[name].metadata["help"])(opened)
        return opened

    return add


def say(sentence: str) -> None:
    """Tell a person something that is not the command's result."""
    click.echo(sentence, err=True)
