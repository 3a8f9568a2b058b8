"""One call of StackSync's API as its functions see it, and the answers they give."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from nuvol.core.cloud import Cloud
from nuvol.faces.http import Answer, Request
from nuvol.model.accounts import Actor
from nuvol.wire import stacksync as words


@dataclass(frozen=True)
class Call:
    """`parts`: the segments of the address below `/v1/`, decoded."""

    request: Request
    cloud: Cloud
    actor: Actor
    parts: list[str]


def told(value: Any, status: int = 200, headers: Iterable[tuple[str, str]] = ()) -> Answer:
    """An answer of JSON: clients read one from every call but a download (stacksync.md §1.2)."""
    fields = [("Content-Type", "application/json"), ("Cache-Control", "no-store"), *headers]
    return Answer(status, fields, words.write(value))


async def fields(call: Call) -> dict[str, str]:
    """The form or object that was sent to a resource of applications. Raises Malformed, TooLarge."""
    return words.fields(await call.request.body(words.JSON_LIMIT))
