"""One call of the native API as its functions see it, and the answers they give."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from msgspec.structs import replace

from nuvol.core.cloud import Cloud
from nuvol.faces import doorkeeper
from nuvol.faces.http import Answer, Request
from nuvol.model.accounts import Actor
from nuvol.model.nodes import Guard
from nuvol.wire import preconditions
from nuvol.wire.api import body

Q = TypeVar("Q")
B = TypeVar("B")

NOBODY = Actor(account_id=0, scopes=frozenset())
"""Who asks where no sign-in is needed."""


@dataclass(frozen=True)
class Call(Generic[Q, B]):
    """`query` and `body` are the structs that the table of routes names, or None; `ids` and `words` what varies in
    the address."""

    request: Request
    cloud: Cloud
    actor: Actor
    ids: dict[str, int]
    words: dict[str, str]
    query: Q
    body: B

    async def still(self) -> Actor:
        """Who asks, looked up anew in the midst of a long answer. Raises NotAdmitted when the way in was revoked."""
        return await doorkeeper.admit(self.request, self.cloud, cookies=True)

    def guard(self, *, overwrite: bool = True) -> Guard:
        """On what condition a change may happen: If-Match and its kin, and the lock tokens in If.

        `If` can name no other resource than the one asked for: nodes have ids here, not addresses.
        """
        guard = preconditions.guard(self.request.headers, lambda address: None)
        return guard if guard.overwrite == overwrite else replace(guard, overwrite=overwrite)


def told(value: Any, status: int = 200, headers: Iterable[tuple[str, str]] = ()) -> Answer:
    """An answer of JSON, never kept by a cache: it belongs to one person and is true now."""
    fields = [("Content-Type", body.JSON), ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")]
    return Answer(status, [*fields, *headers], body.write(value))


def done(headers: Iterable[tuple[str, str]] = ()) -> Answer:
    """204: it is done and there is nothing to tell."""
    return Answer(204, headers)
