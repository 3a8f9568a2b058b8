"""The file system of an account, seen as a whole (CloudFS specification 10)."""

import builtins

from nuvol.sdk.cloudfs.connection import debuggable
from nuvol.sdk.cloudfs.errors import InvalidArgument
from nuvol.sdk.cloudfs.folders import Container, Folder, item, items
from nuvol.sdk.cloudfs.items import Item, path_of
from nuvol.sdk.cloudfs.path import Path
from nuvol.sdk.cloudfs.rest import RestInterface
from nuvol.sdk.cloudfs.shares import Share, paths_of
from nuvol.sdk.cloudfs.values import ExistValues, RestoreValue

Items = list[Item]
"""`list` means another thing inside the class."""

Shared = Item | Path | str | list[Item | Path | str]
Place = Folder | Path | str


class Filesystem:
    """Which account's it is depends on the session's token alone."""

    exists = ExistValues

    def __init__(self, rest: RestInterface) -> None:
        self._rest = rest

    @debuggable
    def root(self) -> Folder:
        """The folder above all, as the server tells of it."""
        return Folder(self._rest, self._rest.meta("/"), Path())

    def root_container(self) -> Folder:
        """The same without asking the server; its name and dates come with `refresh()`."""
        return Folder(self._rest, {"id": "", "type": "root", "name": ""}, Path())

    def folder(self, path: Path | str) -> Folder:
        """The folder at an id path, without asking the server."""
        place = path_of(path)
        return Folder(self._rest, {"id": place[-1], "type": "folder", "name": ""}, place)

    @debuggable
    def list(self, item_or_path: Item | Path | str = "/") -> Items:
        """What is in a folder. Raises FolderDoesNotExist, InvalidArgument for a file."""
        if isinstance(item_or_path, Item):
            if not isinstance(item_or_path, Container):
                raise InvalidArgument("Only folders can be listed.")
            return item_or_path.list()
        path = path_of(item_or_path)
        return items(self._rest, self._rest.list_folder(str(path))[1], path)

    @debuggable
    def get_item(self, path: Path | str) -> Item:
        """The file or folder at an id path. Raises FolderDoesNotExist."""
        place = path_of(path)
        return item(self._rest, self._rest.meta(str(place)), place)

    @debuggable
    def list_trash(self) -> Items:
        """The items that were deleted themselves; what was in them is below."""
        return items(self._rest, self._rest.list_trash()[1], Path(), in_trash=True)

    @debuggable
    def move(self, items: Item | Items, dest: Place, exists: str = ExistValues.reuse) -> Items:
        """One item or several, into a folder; the items there. Stops at the first that cannot be moved."""
        return [one.move_to(dest, exists) for one in _several(items)]

    @debuggable
    def copy(self, items: Item | Items, dest: Place, exists: str = ExistValues.reuse) -> Items:
        """As `move`, leaving them where they are."""
        return [one.copy_to(dest, exists) for one in _several(items)]

    @debuggable
    def restore(
        self,
        items: Item | Items,
        method: str = RestoreValue.fail,
        method_argument: Place | None = None,
    ) -> builtins.list[bool]:
        """Out of the trash; one answer for each item."""
        return [one.restore(method, method_argument) for one in _several(items)]

    @debuggable
    def list_shares(self) -> builtins.list[Share]:
        """One's own."""
        return [Share(self._rest, data) for data in self._rest.list_shares()]

    @debuggable
    def create_share(self, items: Shared, password: str | None = None) -> Share:
        """Open an item, a path or several to everybody who knows the key. Raises SharePathDoesNotExist."""
        return Share(self._rest, self._rest.create_share(paths_of(items), password))

    @debuggable
    def share_from_share_key(self, key: str, password: str | None = None) -> Share:
        """Somebody's share. Raises ShareNoLongerExistsErrors, SharePasswordError while it is locked."""
        if password is not None:
            self._rest.unlock_share(key, password)
        return Share(self._rest, self._rest.browse_share(key)[0])

    retrieve_share = share_from_share_key

    def share(self, key: str) -> Share:
        """The same without asking the server; its name and size come with `refresh()`."""
        return Share(self._rest, {"share_key": key})


def _several(given: Item | Items) -> Items:
    return given if isinstance(given, list) else [given]
