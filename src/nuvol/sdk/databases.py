"""Databases of documents on the server. To work with the documents themselves, `Session.documents` gives a replica."""

from collections.abc import Callable

from nuvol.sdk.calls import PREFIX, Call, api, json_of, nothing, segment
from nuvol.wire.api.documents import Database, Databases


def every(*, after: str | None = None) -> Call[Databases]:
    """A page of the databases there are; `Databases.next` goes in `after`."""
    return api("GET", "/databases", json_of(Databases), query={"after": after})


def get(name: str) -> Call[Database]:
    """Raises DatabaseDoesNotExist."""
    return api("GET", f"/databases/{segment(name)}", json_of(Database))


def make(name: str) -> Call[Database]:
    """One that is there stays as it is. Raises BadValue when nothing can be called so."""
    return api("PUT", f"/databases/{segment(name)}", json_of(Database), repeats=True)


def delete(name: str) -> Call[None]:
    """With all its documents, for good. Raises DatabaseDoesNotExist."""
    return api("DELETE", f"/databases/{segment(name)}", nothing)


def snapshot(name: str, sink: Callable[[bytes], object]) -> Call[None]:
    """Everything as it is now, as the answer to a sync exchange of U1DB, run by run."""
    return Call("GET", f"{PREFIX}/databases/{segment(name)}/snapshot", nothing, sink=sink)
