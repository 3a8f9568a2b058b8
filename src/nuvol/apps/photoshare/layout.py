"""Where things are: a user's folders, and what all users share in the file system of the app account.

the user's        photoshare/{public,private,shared}, shared/<friend>/ with the friend's received photos
the app account   users/<username> (friends and share key of a user), meta (the likes)
"""

import json
import random
import threading
import time
from collections.abc import Callable
from typing import Any

from nuvol.sdk.cloudfs import CloudFSError, ExistValues, File, Filesystem, Folder
from nuvol.sdk.cloudfs.errors import FileVersionMissingOrIncorrect, FolderDoesNotExist, NameConflictInOperation

Record = dict[str, Any]
Change = Callable[[Record], Record]

TRIES = 100
LONGEST_PAUSE = 0.2
"""Seconds between two tries of a change; a change takes some hundredths."""

MOST_KNOWN = 10_000
"""Records that are remembered."""

USER_MIME = "test/mime"
"""As the original app has it."""


class Crowded(Exception):
    """A file was changed by others again and again while we tried."""


class Unreadable(Exception):
    """A file is there and holds something else than it should: writing it anew would lose that."""


def folder_in(parent: Folder, name: str) -> Folder:
    """The folder of that name, made when it is missing."""
    for item in parent.list():
        if item.name == name and isinstance(item, Folder):
            return item
    return parent.create_folder(name, exists=ExistValues.reuse)  # another device may be making it now


def open_home(cloud: Filesystem) -> tuple[Folder, Folder, Folder]:
    """The user's folders `public`, `private` and `shared`."""
    home = folder_in(cloud.root_container(), "photoshare")
    there = {item.name: item for item in home.list() if isinstance(item, Folder)}
    public, private, shared = (
        there.get(name) or home.create_folder(name, exists=ExistValues.reuse)
        for name in ("public", "private", "shared")
    )
    return public, private, shared


class AppAccount:
    """The app account's files. One for the process: it remembers what it has read, by version."""

    def __init__(self, cloud: Filesystem) -> None:
        self._cloud = cloud
        self._root = cloud.root_container()
        self._users = folder_in(self._root, "users")
        self._known: dict[tuple[str, int], Record] = {}
        self._lock = threading.Lock()
        self._meta = self._first("meta", {"likes": []})

    def _first(self, name: str, record: Record) -> File:
        for item in self._root.list():
            if item.name == name and isinstance(item, File):
                return item
        try:
            return self._root.upload(json.dumps(record), name, exists=ExistValues.fail, data_inline=True)
        except NameConflictInOperation:
            return self._first(name, record)

    # ----------------------------------------------------------------------------------------------- the users

    def users(self) -> dict[str, File]:
        """All users of PhotoShare: the names of the files are the list of them."""
        return {item.name: item for item in self._users.list() if isinstance(item, File)}

    def read(self, file: File | None) -> Record:
        """A user's file; an empty record when it is missing or empty, and when reading it fails: whoever looks at a
        timeline is not to be stopped by one friend's file."""
        try:
            return {} if file is None else self._load(file)
        except (CloudFSError, Unreadable):
            return {}

    def change_user(self, name: str, change: Change) -> Record:
        """The record as it is then; the first change makes the file. Raises Crowded, Unreadable, CloudFSError."""
        return self._change(self._users, name, USER_MIME, lambda: self.users().get(name), change)

    # ----------------------------------------------------------------------------------------------- the likes

    def likes(self) -> Record:
        return self.read(self._present_meta())

    def change_likes(self, change: Change) -> Record:
        """Raises Crowded, Unreadable, CloudFSError."""
        return self._change(self._root, "meta", None, self._present_meta, change)

    def _present_meta(self) -> File:
        try:
            return self._meta.refresh()
        except FolderDoesNotExist:  # somebody replaced it by another file
            self._meta = self._first("meta", {"likes": []})
            return self._meta

    # ------------------------------------------------------------------------------------- reading and changing

    def _load(self, file: File) -> Record:
        """Raises CloudFSError, Unreadable."""
        key = file.id, file.version
        if key not in self._known:
            try:
                record = json.loads(file.read() or b"{}")
            except ValueError:
                raise Unreadable(file.name) from None
            finally:
                file.seek(0)
            if not isinstance(record, dict):
                raise Unreadable(file.name)
            if len(self._known) > MOST_KNOWN:
                self._known.clear()
            self._known[key] = record
        return self._known[key]

    def _change(
        self, folder: Folder, name: str, mime: str | None, find: Callable[[], File | None], change: Change
    ) -> Record:
        """Read, change, write; again from the start when somebody else wrote in between.

        The version says what our change builds on: the platform refuses it when the file has moved on meanwhile, so
        nobody's like or friend is lost. The lock only spares the threads of this process that detour.
        """
        with self._lock:
            for tried in range(TRIES):
                file = find()
                before = {} if file is None else self._load(file)
                after = change(before)
                if after == before:
                    return before
                try:
                    written = folder.upload(
                        json.dumps(after),
                        name,
                        mime,
                        exists=ExistValues.fail if file is None else ExistValues.overwrite,
                        data_inline=True,
                        version=None if file is None else file.version,
                    )
                except (FileVersionMissingOrIncorrect, NameConflictInOperation):
                    time.sleep(random.uniform(0, min(LONGEST_PAUSE, 0.01 * 2**tried)))
                    continue
                self._known[written.id, written.version] = after
                return after
        raise Crowded(name)
