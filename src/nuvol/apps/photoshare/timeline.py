"""The timeline: one's own photos and the public ones of all friends, by upload time.

A friend's photos are received as copies into `shared/<friend>/`, as in the original, but only when the friend's
share has changed: what was received last is noted with the folder. Ids and times are those that the share tells,
so likes and order do not depend on the copies.
"""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor

from nuvol.apps.photoshare import friends, photos
from nuvol.apps.photoshare.layout import AppAccount
from nuvol.apps.photoshare.photos import Shot
from nuvol.apps.photoshare.visitors import Visitor
from nuvol.sdk.cloudfs import (
    CloudFSError,
    ExistValues,
    Filesystem,
    Folder,
    Item,
    Photo,
    Share,
    VersionConflictValue,
)
from nuvol.sdk.cloudfs.errors import FolderDoesNotExist, PathDoesNotExist

NOTE = "photoshare"
"""Key in the application data of `shared/<friend>`: what was received, and into which folder."""


def timeline(cloud: Filesystem, app: AppAccount, visitor: Visitor) -> tuple[list[Shot], list[str]]:
    """The photos, the newest first, and the names of friends whose photos could not be fetched now."""
    with ThreadPoolExecutor(friends.AT_ONCE) as pool:
        mine = pool.submit(photos.own, cloud, visitor)
        users = app.users()
        received = {item.name: item for item in cloud.list(visitor.shared) if isinstance(item, Folder)}
        absent: list[str] = []

        def of_friend(name: str) -> list[Shot]:
            key = app.read(users.get(name)).get("sharedKey")
            try:
                return _shots(cloud, visitor, name, cloud.share(key), received.get(name)) if key else []
            except CloudFSError:
                absent.append(name)
                return []

        theirs = pool.map(of_friend, friends.names(app.read(users.get(visitor.name))))
        shots = [shot for found in theirs for shot in found] + mine.result()
    return photos.newest_first(shots), sorted(absent)


def _shots(cloud: Filesystem, visitor: Visitor, friend: str, share: Share, folder: Folder | None) -> list[Shot]:
    sources = [item for item in share.list() if isinstance(item, Photo)]
    copies = {copy.name: copy.url() for copy in _received(cloud, visitor, friend, share, sources, folder)}
    return [
        Shot(source.id, copies[source.name], source.name, friend, source.date_created, False, source.version)
        for source in sources
        if source.name in copies
    ]


def _received(
    cloud: Filesystem, visitor: Visitor, friend: str, share: Share, sources: list[Photo], folder: Folder | None
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
    folder = cloud.folder(visitor.shared).create_folder(friend, exists=ExistValues.reuse)
    (made,) = share.receive(folder, exists=ExistValues.overwrite)
    folder.application_data = {NOTE: {"state": state, "folder": made.id}}
    return folder.save(VersionConflictValue.ignore)


def _state(share: Share, sources: list[Photo]) -> str:
    """Changes with everything that a copy would show otherwise."""
    told = sorted((item.id, item.name, item.date_content_last_modified, item.size) for item in sources)
    return hashlib.sha256(json.dumps([share.share_key, told]).encode()).hexdigest()[:32]
