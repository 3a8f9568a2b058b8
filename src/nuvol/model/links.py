"""Links: what somebody opened to whoever holds a key."""

from enum import StrEnum

from msgspec import Struct

from nuvol.model.accounts import Actor
from nuvol.model.nodes import Node


class Role(StrEnum):
    """What a link opens."""

    READ = "read"
    EDIT = "edit"
    """Reading, and adding files."""
    UPLOAD = "upload"
    """Adding files without seeing what is there."""


class Link(Struct, frozen=True):
    """One or more nodes of an account, opened to whoever holds the key. Times in microseconds UTC."""

    account_id: int
    """The owner."""
    id: int
    key: str
    """44 URL-safe letters."""
    name: str
    items: tuple[int, ...]
    """Node ids, in the order they were given."""
    password: str | None
    """The hash that is kept of it."""
    role: str
    """One of `Role`."""
    accounts_only: bool
    """Whoever opens it must have an account here."""
    expires_at: int | None
    max_uses: int | None
    """How many downloads, receipts and uploads it is good for; None: any number."""
    uses: int
    created_at: int
    app: str = ""
    """Title of the program that made it."""


class Visitor(Struct, frozen=True):
    """Who comes with a key: perhaps somebody with an account, from this network, perhaps with the proof that the
    password was right (`Links.prove`)."""

    network: str
    actor: Actor | None = None
    proof: str | None = None


class Opened(Struct, frozen=True):
    """A link that lets the visitor in, and what is there now. What was trashed meanwhile has dropped out."""

    link: Link
    items: tuple[Node, ...]

    @property
    def folder(self) -> Node | None:
        """The one folder that the link is about; None when it is about a file or several things."""
        return self.items[0] if len(self.items) == 1 and self.items[0].is_folder else None
