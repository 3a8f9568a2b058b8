"""What files and folders have in common (CloudFS specification 10)."""

import json
from typing import Any, Self

from nuvol.sdk.cloudfs.connection import debuggable
from nuvol.sdk.cloudfs.errors import OperationNotAllowed, WrongStateForOperation
from nuvol.sdk.cloudfs.path import Path
from nuvol.sdk.cloudfs.rest import FOLDERS, Data, RestInterface
from nuvol.sdk.cloudfs.values import ExistValues, RestoreValue, VersionConflictValue


class Item:
    """A file or folder as it was when the server told of it; `refresh()` asks again.

    `data`: the item as the server sent it. Two items are equal when they have the same id.
    """

    _kind = FOLDERS
    _settable = frozenset(
        {"name", "date_created", "date_meta_last_modified", "date_content_last_modified", "application_data"}
    )

    def __init__(
        self,
        rest: RestInterface,
        data: Data,
        path: Path,
        *,
        in_trash: bool = False,
        share_key: str | None = None,
        old_version: bool = False,
    ) -> None:
        self.data = data
        self.in_trash = in_trash
        self.share_key = share_key
        self.old_version = old_version
        self._rest = rest
        self._path = path
        self._changed: set[str] = set()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Item) and self.id == other.id

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r} {self.url()}>"

    # ------------------------------------------------------------------------------------------ what it is like

    @property
    def id(self) -> str:
        """22 letters; stays when the item is renamed or moved, and is new for a copy."""
        return str(self.data.get("id", ""))

    @property
    def type(self) -> str:
        """`file`, `folder` or `root`."""
        return str(self.data.get("type", ""))

    @property
    def is_mirrored(self) -> bool:
        return bool(self.data.get("is_mirrored", False))

    @property
    def version(self) -> int:
        """From 1 upward; every accepted change adds one."""
        return int(self.data.get("version", 0))

    @property
    def name(self) -> str:
        return str(self.data.get("name", ""))

    @name.setter
    def name(self, value: str) -> None:
        self._set("name", value)

    @property
    def date_created(self) -> int:
        """Seconds since 1970, as the other dates of an item."""
        return int(self.data.get("date_created", 0))

    @date_created.setter
    def date_created(self, value: int) -> None:
        self._set("date_created", value)

    @property
    def date_meta_last_modified(self) -> int:
        return int(self.data.get("date_meta_last_modified", 0))

    @date_meta_last_modified.setter
    def date_meta_last_modified(self, value: int) -> None:
        self._set("date_meta_last_modified", value)

    @property
    def date_content_last_modified(self) -> int:
        return int(self.data.get("date_content_last_modified", 0))

    @date_content_last_modified.setter
    def date_content_last_modified(self, value: int) -> None:
        self._set("date_content_last_modified", value)

    @property
    def application_data(self) -> Data:
        """What programs keep with the item. When saved, its keys are put into those that are there."""
        found = self.data.get("application_data")
        return found if isinstance(found, dict) else {}

    @application_data.setter
    def application_data(self, value: Data) -> None:
        self._set("application_data", value)

    def __setattr__(self, name: str, value: Any) -> None:
        """Raises OperationNotAllowed for what cannot be changed: id, type, …"""
        known = getattr(type(self), name, None)
        if isinstance(known, property) and name not in self._settable:
            raise OperationNotAllowed(f"{name} cannot be changed.")
        super().__setattr__(name, value)

    def _set(self, name: str, value: Any) -> None:
        self.data[name] = value
        self._changed.add(name)

    def path(self) -> Path:
        """From the root of the account, of the trash or of the share it is in."""
        return self._path.copy()

    def url(self) -> str:
        """The path as text: `/id/id`."""
        return str(self._path)

    def in_share(self) -> bool:
        """Inside a share that was not received: can only be looked at."""
        return self.share_key is not None

    def _require_own(self) -> None:
        if self.in_share():
            raise OperationNotAllowed("What is in a share can only be looked at: receive it first.")
        if self.in_trash:
            raise WrongStateForOperation("It is in the trash: restore it first.")

    def _there(self, data: Data, folder: Path) -> Self:
        return type(self)(self._rest, data, folder.below(str(data.get("id", ""))))

    # ------------------------------------------------------------------------------------- what can be done to it

    @debuggable
    def move_to(self, dest: "Item | Path | str", exists: str = ExistValues.rename, name: str | None = None) -> Self:
        """Into another folder; the item there, with the same id. Raises NameConflictInOperation, PathDoesNotExist."""
        self._require_own()
        return self._there(self._rest.move(self._kind, self.url(), url_of(dest), exists, name), path_of(dest))

    @debuggable
    def copy_to(self, dest: "Item | Path | str", exists: str = ExistValues.rename, name: str | None = None) -> Self:
        """A copy in another folder, with a new id. Raises as `move_to`."""
        self._require_own()
        return self._there(self._rest.copy(self._kind, self.url(), url_of(dest), exists, name), path_of(dest))

    @debuggable
    def delete(self, commit: bool = False, force: bool = False) -> Data:
        """Into the trash, or with `commit` for good. `force`: a folder with all in it.

        Does nothing for an item in the trash unless `commit`. Raises DirectoryNotEmpty, FolderNotFound (the root).
        """
        if self.in_share():
            raise OperationNotAllowed("What is in a share can only be looked at.")
        if self.in_trash:
            return self._rest.delete_trash(self.url()) if commit else {}
        return self._rest.delete(self._kind, self.url(), commit, force)

    @debuggable
    def save(self, if_conflict: str = VersionConflictValue.fail) -> Self:
        """Send what was set, and only that; nothing is asked when nothing was.

        Raises VersionMissingOrIncorrect or FileVersionMissingOrIncorrect when the item has changed meanwhile.
        """
        return self.change_attributes({name: self.data[name] for name in sorted(self._changed)}, if_conflict)

    def change_attributes(self, values: Data, if_conflict: str = VersionConflictValue.fail) -> Self:
        """As setting these and `save`."""
        self._require_own()
        sent = {name: json.dumps(value) if isinstance(value, dict) else value for name, value in values.items()}
        if sent:
            self.data = self._rest.alter(self._kind, self.url(), self.version, if_conflict, sent)
        self._changed.clear()
        return self

    @debuggable
    def restore(
        self, restore_method: str = RestoreValue.fail, method_argument: "Item | Path | str | None" = None
    ) -> bool:
        """Out of the trash. `method_argument`: the folder to `rescue` to, or the path of names to `recreate`.

        Raises OrigionalPathNoLongerExists, GenericPanicError (the name is taken there).
        """
        if not self.in_trash:
            raise WrongStateForOperation("It is not in the trash.")
        argument = None if method_argument is None else url_of(method_argument)
        return bool(self._rest.restore(self.url(), restore_method, argument))

    @debuggable
    def refresh(self) -> Self:
        """Ask for the present state."""
        if self.share_key is not None:
            self.data = self._rest.browse_share(self.share_key, self.url())[1]
        elif self.in_trash:
            self.data = self._rest.list_trash(self.url())[0]
        else:
            self.data = self._rest.meta(self.url())
        self._changed.clear()
        return self


def path_of(place: "Item | Path | str") -> Path:
    if isinstance(place, Item):
        return place.path()
    return place if isinstance(place, Path) else Path.path_from_string(place)


def url_of(place: "Item | Path | str") -> str:
    return place if isinstance(place, str) else str(path_of(place))
