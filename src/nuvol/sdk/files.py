"""Files and folders: finding, reading, writing, moving, deleting.

Nodes are named by their ids, which stay when they are moved; `at` finds them by path. `etag` makes a call
conditional: only if the node is still in that state, else PreconditionFailed.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace as altered
from datetime import datetime
from pathlib import Path

from msgspec import UNSET

from nuvol.sdk.calls import BLOCK, Call, api, json_of, nothing, segment
from nuvol.wire.api.nodes import NewFolder, Node, NodeChange, NodeCopy, NodeRestore, Nodes, Versions

Content = bytes | Path | Callable[[], Iterator[bytes]]
"""What is sent: bytes, a file, or a function that gives the runs of it, anew each time it is called."""


def root() -> Call[Node]:
    return api("GET", "/nodes/root", json_of(Node))


def at(path: str) -> Call[Node]:
    """The node at a path from the root, such as `photos/sea.jpg`. Raises NodeMissing."""
    return api("GET", "/nodes/by-path", json_of(Node), query={"path": path})


def stat(node_id: int) -> Call[Node]:
    """With its path. Raises NodeMissing."""
    return api("GET", f"/nodes/{node_id}", json_of(Node))


def children(
    folder_id: int, *, cursor: str | None = None, limit: int | None = None, sort: str | None = None
) -> Call[Nodes]:
    """A page of what is in a folder; `Nodes.next` is the cursor of the next one, None on the last. `sort`: name,
    modified, size or kind."""
    query = {"cursor": cursor, "limit": limit, "sort": sort}
    return api("GET", f"/nodes/{folder_id}/children", json_of(Nodes), query=query)


def find(words: str, *, cursor: str | None = None) -> Call[Nodes]:
    """A page of the nodes whose names have words that begin so, with their paths."""
    return api("GET", "/search", json_of(Nodes), query={"q": words, "cursor": cursor})


def make_folder(parent_id: int, name: str) -> Call[Node]:
    """Raises NameTaken, ParentMissing, BadName."""
    return api("POST", "/nodes", json_of(Node), send=NewFolder(parent_id, name))


def upload(
    folder_id: int,
    name: str,
    content: Content,
    *,
    modified_at: datetime | None = None,
    etag: str | None = None,
    new: bool = False,
) -> Call[Node]:
    """A new file, or a new version of the one that has the name. `new`: only if nothing has it (PreconditionFailed).

    Raises QuotaExceeded, ParentMissing, BadName, Locked.
    """
    headers = _conditions(etag) | ({"if-none-match": "*"} if new else {})
    path = f"/nodes/{folder_id}/children/{segment(name)}/content"
    return _sending(api("PUT", path, json_of(Node), query=_modified(modified_at), headers=headers), content)


def replace(
    file_id: int, content: Content, *, modified_at: datetime | None = None, etag: str | None = None
) -> Call[Node]:
    """New content of a file. Raises NodeMissing, QuotaExceeded, Locked."""
    call = api(
        "PUT", f"/nodes/{file_id}/content", json_of(Node), query=_modified(modified_at), headers=_conditions(etag)
    )
    return _sending(call, content)


def read(file_id: int) -> Call[bytes]:
    """The whole content, in memory. Raises NodeMissing, WrongKind."""
    return api("GET", f"/nodes/{file_id}/content", lambda reply: reply.body)


def download(file_id: int, sink: Callable[[bytes], object], *, version: int | None = None) -> Call[None]:
    """The content in runs, each given to `sink` as it comes (in a thread, when the session is async). A break in the
    middle raises Unreachable. Raises NodeMissing, VersionMissing, WrongKind."""
    past = "" if version is None else f"/versions/{version}"
    return altered(api("GET", f"/nodes/{file_id}{past}/content", nothing), sink=sink)


def move(
    node_id: int,
    *,
    folder_id: int | None = None,
    name: str | None = None,
    overwrite: bool = False,
    etag: str | None = None,
) -> Call[Node]:
    """Into another folder, under another name, or both. `overwrite`: what has the name goes to the trash. Raises
    NodeMissing, NameTaken, ParentMissing, BelowItself."""
    change = NodeChange(
        name=UNSET if name is None else name,
        parent_id=UNSET if folder_id is None else folder_id,
        overwrite=overwrite,
    )
    return api("PATCH", f"/nodes/{node_id}", json_of(Node), send=change, headers=_conditions(etag))


def copy(node_id: int, folder_id: int, *, name: str | None = None, overwrite: bool = False) -> Call[Node]:
    """A file, or a folder with all in it. Raises as `move`, and QuotaExceeded."""
    return api("POST", f"/nodes/{node_id}/copy", json_of(Node), send=NodeCopy(folder_id, name, overwrite))


def trash(node_id: int, *, etag: str | None = None) -> Call[None]:
    """Put it in the trash. Raises NodeMissing."""
    return api("DELETE", f"/nodes/{node_id}", nothing, headers=_conditions(etag))


def trashed(*, cursor: str | None = None) -> Call[Nodes]:
    """A page of what is in the trash, newest first."""
    return api("GET", "/trash", json_of(Nodes), query={"cursor": cursor})


def restore(node_id: int) -> Call[Node]:
    """Out of the trash, to where it was. Raises NodeMissing, NameTaken, ParentMissing."""
    return api("POST", f"/trash/{node_id}/restore", json_of(Node), send=NodeRestore())


def versions(node_id: int, *, before: int | None = None) -> Call[Versions]:
    """A page of past and present states, newest first; `Versions.next` goes in `before`."""
    return api("GET", f"/nodes/{node_id}/versions", json_of(Versions), query={"before": before})


def _sending(call: Call[Node], content: Content) -> Call[Node]:
    if isinstance(content, Path):
        path = content
        return altered(
            call, body=lambda: _runs(path), headers={**call.headers, "content-length": str(path.stat().st_size)}
        )
    return altered(call, body=content)


def _runs(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while run := file.read(BLOCK):
            yield run


def _conditions(etag: str | None) -> dict[str, str]:
    return {} if etag is None else {"if-match": etag}


def _modified(at: datetime | None) -> dict[str, object]:
    return {} if at is None else {"modified_at": at.isoformat()}
