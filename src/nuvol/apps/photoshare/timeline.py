"""The timeline: one's own photos and the public ones of all friends, by upload time.

A friend's photos are received as copies into `shared/<friend>/`, as in the original, but only when the friend's
share has changed: what was received last is noted with the folder. Ids and times are those that the share tells,
so likes and order do not depend on the copies.
"""

import hashlib
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from weakref import WeakValueDictionary

from nuvol.apps.photoshare import friends, likes, photos
from nuvol.apps.photoshare.layout import AppAccount
from nuvol.apps.photoshare.photos import Shot
from nuvol.apps.photoshare.visitors import Visitor
from nuvol.sdk.cloudfs import CloudFSError, ExistValues, File, Filesystem, Folder, Item, Share, VersionConflictValue
from nuvol.sdk.cloudfs.errors import FolderDoesNotExist, PathDoesNotExist

NOTE = "photoshare"
"""Key in the application data of `shared/<friend>`: what was received, and into which folder."""

AT_ONCE = 6
"""Friends that are looked at side by side."""


class _Lock:
    def __init__(self) -> None:
        self.lock = threading.Lock()


_receiving: "WeakValueDictionary[tuple[str, str], _Lock]" = WeakValueDictionary()


def timeline(cloud: Filesystem, app: AppAccount, visitor: Visitor) -> tuple[list[Shot], list[str]]:
    """The photos, the newest first, and the names of friends whose photos could not be fetched now."""
    liked = likes.of(app.likes())
    users = app.users()
    wanted = friends.names(app.read(users.get(visitor.name)))
    received = {item.name: item for item in cloud.list(visitor.shared) if isinstance(item, Folder)}
    absent: list[str] = []

    def of_friend(name: str) -> list[Shot]:
        key = app.read(users.get(name)).get("sharedKey")
        try:
            return _shots(cloud, visitor, name, key, received.get(name), liked) if key else []
        except CloudFSError:
            absent.append(name)
            return []

    with ThreadPoolExecutor(AT_ONCE) as pool:
        theirs = [shot for shots in pool.map(of_friend, wanted) for shot in shots]
    shots = photos.own(cloud, visitor, liked) + theirs
    return sorted(shots, key=lambda shot: shot.created, reverse=True), sorted(absent)


def _shots(
    cloud: Filesystem, visitor: Visitor, friend: str, key: str, folder: Folder | None, liked: dict[str, list[str]]
) -> list[Shot]:
    share = cloud.share_from_share_key(key)
    sources = [item for item in share.list() if isinstance(item, File)]
    copies = {copy.name: copy for copy in _received(cloud, visitor, friend, share, sources, folder)}
    return [
        Shot(
            id=source.id,
            path=copies[source.name].url(),
            name=source.name,
            owner=friend,
            created=source.date_created,
            private=False,
            version=source.version,
            likes=liked.get(source.id, []),
        )
        for source in sources
        if source.name in copies
    ]


def _received(
    cloud: Filesystem, visitor: Visitor, friend: str, share: Share, sources: list[File], folder: Folder | None
) -> list[Item]:
    """The copies of a friend's photos, received anew if the share is not as it was when they were received."""
    state = _state(share, sources)
    for _ in range(3):
        try:
            if folder is None or folder.application_data.get(NOTE, {}).get("state") != state:
                folder = _receive(cloud, visitor, friend, share, state)
            return cloud.list(f"{folder.url()}/{folder.application_data[NOTE]['folder']}")
        except (FolderDoesNotExist, PathDoesNotExist):  # another device of this user received at the same moment
            folder = None
    return []


def _receive(cloud: Filesystem, visitor: Visitor, friend: str, share: Share, state: str) -> Folder:
    held = _receiving.setdefault((visitor.name, friend), _Lock())
    with held.lock:
        folder = cloud.folder(visitor.shared).create_folder(friend, exists=ExistValues.reuse)
        (made,) = share.receive(folder, exists=ExistValues.overwrite)
        folder.application_data = {NOTE: {"state": state, "folder": made.id}}
        return folder.save(VersionConflictValue.ignore)


def _state(share: Share, sources: list[File]) -> str:
    """Changes with everything that a copy would show otherwise."""
    told = [
        share.share_key,
        *sorted((item.id, item.name, item.date_content_last_modified, item.size) for item in sources),
    ]
    return hashlib.sha256(json.dumps([share.share_key, told]).encode()).hexdigest()[:32]
