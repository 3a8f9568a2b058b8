"""What happened, in order."""

from msgspec import Struct


class Change(Struct, frozen=True):
    """One row of the journal. A change of a whole tree is one row: that of its topmost node.

    `verb`: create, content, move, touch, trash, restore, purge, copy, receive, properties, mount and unmount (a folder
    that somebody opened came or went); for other objects than nodes the verb of their noun. Old and new (parent,
    name) are both set when they differ or when the node appeared (new only) or went away (old only).

    A "document" (create, content, delete) is told by the id of its database, which is also its parent; its name is
    the document id, its number the generation. A "database" (create, delete) has no parent.
    """

    account_id: int
    seq: int
    at: int
    actor_id: int
    app: str
    verb: str
    object: str
    """The noun: "node", "account", "link", "share" (who is a member changed), "comment" (create, delete; told by its
    node), "photo" (something was said of a file, or it was looked at), "album", "document", "database", later
    "event"."""
    object_id: int
    kind: int
    old_parent: int | None
    old_name: str | None
    new_parent: int | None
    new_name: str | None
    number: int
    """The node's version number after the change."""
    old_shared: str = ""
    """Ids, parted by spaces, of the folders open to others in which the old place lies."""
    shared: str = ""
    """The same for the new place, or for the place of what changed without moving."""


class Changes(Struct, frozen=True):
    """A page of the journal and where to go on."""

    changes: list[Change]
    cursor: str
    more: bool
    """There is another page already."""
    reset: bool
    """The cursor is too old or of another epoch: read everything anew, then go on from `cursor`."""
    start: str = ""
    """The cursor before the first of these changes."""


class Act(Struct, frozen=True):
    """One thing that happened to a node or below it, with the names that a person needs."""

    change: Change
    actor: str
    """The name of the account; "": it is gone."""
    name: str
    """Of what it happened to, as it was called afterwards."""


class Acts(Struct, frozen=True):
    """A page of what happened, newest first. `next`: where to go on; None: the journal reaches back no further."""

    acts: list[Act]
    next: str | None


class Notice(Struct, frozen=True):
    """A hint that an account's journal has grown; the journal is the truth."""

    account_id: int
    seq: int
