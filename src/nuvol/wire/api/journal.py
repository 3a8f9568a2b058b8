"""Words about what happened: the journal, in pages and as server-sent events (HTML standard, §9.2)."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from nuvol.model import journal as model
from nuvol.model.nodes import Kind
from nuvol.wire.api import body
from nuvol.wire.api.values import Id, Time, time_text

WAIT_LIMIT = 60
"""Longest wait of a long poll in seconds: proxies cut silent connections soon after."""
HEARTBEAT = 15
"""Seconds of silence after which a comment is sent."""


CURSOR_LIMIT = 8000
"""Characters: a number of some 30 for each account whose folders one reads, and still within the head of a request."""

JournalCursor = Annotated[str, Meta(max_length=CURSOR_LIMIT, description="Where to go on; opaque.")]


class Change(Struct, frozen=True):
    """One thing that happened. A change of a whole tree is one entry: that of its topmost node.

    A document is told by the id of its database, which is its parent too; its name is its id, its version the
    generation of the change."""

    number: int
    at: Time
    actor_id: Id
    app: str
    verb: str
    object: str
    object_id: Id
    kind: Literal["file", "folder", "document", "database"]
    old_parent_id: Annotated[Id | None, Meta(description="Null: it was not there before.")]
    old_name: str | None
    new_parent_id: Annotated[Id | None, Meta(description="Null: it is no longer there.")]
    new_name: str | None
    version: Annotated[int, Meta(description="The version number after the change.")]


class Changes(Struct, frozen=True):
    changes: list[Change]
    cursor: Annotated[JournalCursor, Meta(description="Give it as `since` to go on.")]
    more: Annotated[bool, Meta(description="There is another page already.")]
    reset: Annotated[bool, Meta(description="The journal does not reach back so far: read everything anew.")]


class ChangesAsked(Struct, frozen=True, forbid_unknown_fields=True):
    since: Annotated[JournalCursor | None, Meta(description="Null: from now on.")] = None
    limit: Annotated[int, Meta(ge=1, le=1000)] = 500
    wait: Annotated[int, Meta(ge=0, le=WAIT_LIMIT, description="Seconds to wait for a change.")] = 0


class LiveAsked(Struct, frozen=True, forbid_unknown_fields=True):
    since: Annotated[JournalCursor | None, Meta(description="Null: from now on. `Last-Event-ID` goes before it.")] = (
        None
    )


def change(of: model.Change) -> Change:
    return Change(
        of.seq,
        time_text(of.at),
        of.actor_id,
        of.app,
        of.verb,
        of.object,
        of.object_id,
        _kind(of),
        of.old_parent,
        of.old_name,
        of.new_parent,
        of.new_name,
        of.number,
    )


def _kind(of: model.Change) -> Literal["file", "folder", "document", "database"]:
    if of.object in ("document", "database"):
        return "document" if of.object == "document" else "database"
    return "file" if of.kind == Kind.FILE else "folder"


def changes(of: model.Changes) -> Changes:
    return Changes([change(one) for one in of.changes], of.cursor, of.more, of.reset)


# ------------------------------------------------------------------------------------- server-sent events

COMMENT = b": still here\n\n"


def opening(cursor: str) -> bytes:
    """Where the stream begins, told without an event; after a break come back in two seconds."""
    return f"retry: 2000\nid: {cursor}\n\n".encode()


def change_event(of: model.Change, cursor: str) -> bytes:
    return b"id: %s\nevent: change\ndata: %s\n\n" % (cursor.encode(), body.write(change(of)))


def reset_event(cursor: str) -> bytes:
    return b'id: %s\nevent: reset\ndata: {"cursor":%s}\n\n' % (cursor.encode(), body.write(cursor))
