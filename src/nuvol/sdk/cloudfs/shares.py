"""Shares: items opened to everybody who knows a key (CloudFS specification 7)."""

import builtins
from typing import Self

from nuvol.sdk.cloudfs.connection import debuggable
from nuvol.sdk.cloudfs.errors import OperationNotAllowed
from nuvol.sdk.cloudfs.folders import Folder, items
from nuvol.sdk.cloudfs.items import Item, path_of, url_of
from nuvol.sdk.cloudfs.path import Path
from nuvol.sdk.cloudfs.rest import Data, RestInterface
from nuvol.sdk.cloudfs.values import ExistValues


class Share:
    """A share, one's own or somebody else's. `data`: as the server sent it."""

    def __init__(self, rest: RestInterface, data: Data) -> None:
        self.data = data
        self._rest = rest
        self._renamed = False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Share) and self.share_key == other.share_key

    def __hash__(self) -> int:
        return hash(self.share_key)

    @property
    def share_key(self) -> str:
        """44 letters; whoever knows it may look at the share and receive it."""
        return str(self.data.get("share_key", ""))

    @property
    def size(self) -> int:
        """Bytes of all that is in it."""
        return int(self.data.get("share_size", 0))

    @property
    def name(self) -> str:
        """Of the only item in it, at first. Sent by `save`."""
        return str(self.data.get("share_name", ""))

    @name.setter
    def name(self, value: str) -> None:
        self.data["share_name"] = value
        self._renamed = True

    @debuggable
    def list(self) -> list[Item]:
        """What is shared; of a single folder, what is in it. The ids are those of the owner's items.

        Raises ShareNoLongerExistsErrors, SharePasswordError.
        """
        return items(self._rest, self._rest.browse_share(self.share_key)[2], Path(), share_key=self.share_key)

    @debuggable
    def receive(
        self, location: Folder | Path | str | None = None, exists: str = ExistValues.rename
    ) -> builtins.list[Item]:
        """Copy what is shared into a folder (the root, if none is given); the items made there.

        Later changes do not follow. Raises NameConflictInOperation, ShareWouldExceedQuota, and as `list`.
        """
        place = Path() if location is None else location
        found = self._rest.receive_share(self.share_key, url_of(place), exists)
        return items(self._rest, found, path_of(place))

    @debuggable
    def save(self, password: str | None = None) -> Self:
        """Send the name, if it was set. `password`: the present one, if there is any. Raises SharePasswordError."""
        if self._renamed:
            self.data = self._rest.alter_share(self.share_key, password, name=self.name)
            self._renamed = False
        return self

    @debuggable
    def set_password(self, new: str, old: str | None = None) -> Self:
        """Empty: none from now on. `old` is needed when there is one. Raises SharePasswordError."""
        self.data = self._rest.alter_share(self.share_key, old, password=new)
        return self

    @debuggable
    def delete(self) -> Data:
        """End the share; the items stay, and what others received too."""
        return self._rest.delete_share(self.share_key)

    @debuggable
    def refresh(self) -> Self:
        """Ask for the present state. Raises as `list`."""
        self.data = self._rest.browse_share(self.share_key)[0]
        self._renamed = False
        return self


def paths_of(shared: "Item | Path | str | list[Item | Path | str]") -> list[str]:
    """Raises OperationNotAllowed for items in the trash or in another's share."""
    several = shared if isinstance(shared, list) else [shared]
    for one in several:
        if isinstance(one, Item) and (one.in_trash or one.in_share()):
            raise OperationNotAllowed("Only what is in the account can be shared.")
    return [url_of(one) for one in several]
