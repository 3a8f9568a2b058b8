"""What people write about files and folders."""

from msgspec import Struct

from nuvol.model.nodes import Node


class Comment(Struct, frozen=True):
    """One comment. Times in microseconds UTC."""

    account_id: int
    """Whose node it is about."""
    doc_id: str
    """Names it: the id of its document in the owner's database `comment`."""
    node_id: int
    author_id: int
    """The account that wrote it."""
    user: str
    """As whom it is shown."""
    text: str
    at: int
    cloud: str = ""
    """By what name the program of the author knows this cloud; "": it did not say."""
    mentions: tuple[int, ...] = ()
    """Accounts that the text names."""


class CommentPage(Struct, frozen=True):
    """Some comments of a node, newest first, and where to go on (None: there are no more)."""

    comments: list[Comment]
    names: dict[int, str]
    """Of the accounts that are mentioned."""
    total: int
    next: str | None


class Found(Struct, frozen=True):
    """What a search came to: of nodes that were found by what was written about them the newest fitting comment."""

    nodes: list[Node]
    next: str | None
    comments: list[Comment]
