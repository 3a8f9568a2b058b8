"""Folders, and the objects of what is in them (CloudFS specification 4, 10)."""

import os
from collections.abc import Iterable
from pathlib import Path as FilePath
from typing import Any, BinaryIO

from nuvol.sdk.cloudfs.connection import Content, debuggable
from nuvol.sdk.cloudfs.errors import InvalidArgument, MissingArgument
from nuvol.sdk.cloudfs.files import File
from nuvol.sdk.cloudfs.items import Item
from nuvol.sdk.cloudfs.path import Path
from nuvol.sdk.cloudfs.rest import Data, RestInterface
from nuvol.sdk.cloudfs.values import ExistValues


class Container(Item):
    """Something that has items in it."""

    @debuggable
    def list(self) -> "list[Item]":
        """What is in it, whether it lies in the account, in the trash or in a share. Raises FolderDoesNotExist."""
        if self.share_key is not None:
            found = self._rest.browse_share(self.share_key, self.url())[2]
        elif self.in_trash:
            found = self._rest.list_trash(self.url())[1]
        else:
            found = self._rest.list_folder(self.url())[1]
        return items(self._rest, found, self._path, in_trash=self.in_trash, share_key=self.share_key)


class Folder(Container):
    """A folder, or the root."""

    @debuggable
    def create_folder(self, container_or_name: "Item | str", exists: str = ExistValues.fail) -> "Folder":
        """A folder in this one: its name, or a folder whose name to take.

        Raises NameConflictInOperation, FolderNameRequired.
        """
        self._require_own()
        name = container_or_name.name if isinstance(container_or_name, Item) else container_or_name
        made = self._rest.create_folder(self.url(), name, exists)
        return Folder(self._rest, made, self._path.below(str(made.get("id", ""))))

    @debuggable
    def upload(
        self,
        source: str | bytes | os.PathLike[str] | BinaryIO,
        custom_name: str | None = None,
        custom_mime: str | None = None,
        exists: str = ExistValues.fail,
        data_inline: bool = False,
        version: int | None = None,
    ) -> "File":
        """A file in this folder. `source`: the name of a local file, with `data_inline` the content itself, or a file
        that is open for reading and can be rewound.

        `version`, with `exists="overwrite"`: only if the file there is still in this version, else
        FileVersionMissingOrIncorrect (Nuvol does this; other endpoints ignore it). Raises InvalidArgument (no such
        local file), NameConflictInOperation, FilesystemWouldBeOverTheLimit.
        """
        self._require_own()
        content: Content
        if isinstance(source, str | bytes | os.PathLike):
            content, name = _named(source, custom_name, data_inline)
        else:
            content, name = source, _needed(custom_name)
        made = self._rest.upload(self.url(), name, content, custom_mime, exists, version)
        return File.of(self._rest, made, self._path.below(str(made.get("id", ""))))


def _named(source: str | bytes | os.PathLike[str], name: str | None, inline: bool) -> tuple[Content, str]:
    """Content and name of what is to be uploaded. Raises InvalidArgument, MissingArgument."""
    if inline and not isinstance(source, os.PathLike):
        return source.encode() if isinstance(source, str) else source, _needed(name)
    path = FilePath(os.fsdecode(source))
    if not path.is_file():
        raise InvalidArgument(f"There is no file {path}.")
    return path, name or path.name


def _needed(name: str | None) -> str:
    if name is None:
        raise MissingArgument("Content without a name of its own needs custom_name.")
    return name


def item(rest: RestInterface, data: Data, path: Path, **state: Any) -> Item:
    """The object of an item. Raises InvalidArgument for a type that is not known."""
    kind = data.get("type")
    if kind == "file":
        return File.of(rest, data, path, **state)
    if kind in ("folder", "root", "mirror_folder", "metafolder"):
        return Folder(rest, data, path, **state)
    raise InvalidArgument(f"The endpoint tells of an item of the type “{kind}”, which is not known.")


def items(rest: RestInterface, found: Iterable[Data], folder: Path, **state: Any) -> list[Item]:
    return [item(rest, data, folder.below(str(data.get("id", ""))), **state) for data in found]
