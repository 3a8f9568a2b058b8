"""Folders on other clouds that are open to people here. Times are microseconds since 1970 (UTC)."""

from msgspec import Struct


class Way(Struct, frozen=True):
    """How a folder on another cloud is reached (stacksync.md §9): its address, a token, and the consumer that signs."""

    resource_url: str
    """`…/folder/ID`; what is before `folder/` is the base of every call."""
    token_key: str
    token_secret: str
    consumer_key: str
    consumer_secret: str


class Elsewhere(Struct, frozen=True):
    """A folder on another cloud, as one person has it."""

    account_id: int
    id: int
    name: str
    owner: str
    role: int
    """One of `shares.Role`, as it was when the invitation was taken."""
    address: str
    """As which one was invited."""
    resource_url: str
    way: bytes
    """Sealed."""
    since: int
    ended_at: int | None = None
    """The other cloud lets nobody in any more."""

    @property
    def item_id(self) -> int:
        """The folder's id there."""
        return int(self.resource_url.rpartition("/")[2])

    @property
    def host(self) -> str:
        """The other cloud, with its port."""
        return self.resource_url.split("/")[2]


class Offer(Struct, frozen=True):
    """What an invitation of another cloud is to, before it is taken."""

    host: str
    folder: str
    owner: str
    role: int


class Item(Struct, frozen=True):
    """A file or folder there."""

    id: int
    parent_id: int | None
    name: str
    is_folder: bool
    size: int
    mime: str
    number: int
    modified_at: str
    """As the other cloud writes it: `YYYY-MM-DD HH:MM:SS.mmm`, UTC."""
    author: str
