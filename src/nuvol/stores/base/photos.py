"""Photos."""

from collections.abc import Sequence
from typing import Protocol

from nuvol.model.nodes import Node
from nuvol.model.photos import Album, Picture, Taken, Waiting


class PhotoRows(Protocol):
    """Photos. Which nodes are photos, `NodeRows` notes by itself: those of a media type that `model.photos` names, with
    a picture that waits for somebody to look at it.

    Lists are ordered by (local time, node), newest first; `after` is that of the last one before, `until` the local
    time at which a list ends. A place in them is (owner, node, local time).
    """

    def timeline(
        self,
        account_id: int,
        after: tuple[int, int],
        until: int,
        limit: int,
        *,
        folder_id: int | None = None,
        cells: tuple[int, int] | None = None,
    ) -> list[Taken]:
        """Live photos of the account's; `folder_id`: that lie in this very folder; `cells`: taken in a cell from the
        first of these on and before the second."""

    def get(self, account_id: int, node_id: int) -> Taken | None:
        """Of a photo in whatever state."""

    def months(self, account_id: int, folder_ids: Sequence[int] = (0,)) -> dict[int, int]:
        """How many live ones each month has, in these folders; folder 0 stands for all."""

    def folders(self, account_id: int) -> dict[int, int]:
        """How many live ones lie in each folder that has any."""

    def cells(self, account_id: int) -> dict[int, int]:
        """How many live ones were taken in each cell."""

    def say(self, account_id: int, node_id: int, at: int | None, latitude: int | None, longitude: int | None) -> None:
        """What a person says of time and place goes before what the camera wrote; None: nothing."""

    def unindexed(self, after: tuple[int, int], limit: int) -> list[tuple[int, int]]:
        """(account, node) of photos that stand in no timeline, in key order: of before there was one."""

    def index(self, nodes: Sequence[Node]) -> None:
        """Put them in."""

    def pictures(self, account_id: int, hashes: Sequence[bytes]) -> dict[bytes, Picture]:
        """By content."""

    def held(self, account_id: int, hashes: Sequence[bytes]) -> list[tuple[bytes, int]]:
        """Those of these contents that live photos have, each with the oldest such photo."""

    def held_by_sha256(self, account_id: int, sums: Sequence[bytes]) -> list[tuple[bytes, int]]:
        """Those of these SHA-256 sums that live photos have, as far as somebody has looked at them, each with the
        oldest such photo."""

    def waiting(self, now: int, limit: int) -> list[Waiting]:
        """Contents that wait for a look and that nobody has leased, those that wait longest first."""

    def count_waiting(self) -> int: ...
    def lease(self, waiting: Waiting, now: int, until: int) -> bool:
        """Be the one who looks, until `until`. False when somebody else is."""

    def settle(self, picture: Picture) -> list[int]:
        """What came of the look; the ids of the live photos that show it. Nothing happens when the content went away
        meanwhile."""

    def again(self, account_id: int, hash: bytes, at: int) -> None:
        """Somebody shall look once more; its thumbnails count no longer."""

    def drop_picture(self, account_id: int, hash: bytes) -> None:
        """The content is gone."""

    def thumbnail_blobs(self, after: tuple[int, bytes], limit: int) -> list[tuple[int, bytes, int]]:
        """(account, content, blob) in key order."""

    def by_content(self, account_id: int, after: bytes, limit: int) -> list[tuple[bytes, int]]:
        """(content, node) of live photos, by content, behind `after`."""

    def nodes_of(self, account_id: int, hashes: Sequence[bytes]) -> dict[bytes, list[int]]:
        """Live photos by content."""

    def likenesses(self, account_id: int, after: bytes, limit: int) -> list[tuple[bytes, int]]:
        """(content, likeness), by content, behind `after`."""

    def alike(self, account_id: int, likeness: int, limit: int) -> dict[bytes, int]:
        """Contents, and their likenesses, that have one of four parts in common with this one, at most `limit` for
        each part: all that differ in three bits or fewer are among them."""

    def like(self, account_id: int, node_id: int, liker_id: int, at: int) -> bool:
        """False when they liked it already."""

    def unlike(self, account_id: int, node_id: int, liker_id: int) -> bool: ...
    def likers(self, account_id: int, node_ids: Sequence[int]) -> dict[int, list[tuple[int, str]]]:
        """(account, name) of who likes each, the first first."""

    def favour(self, account_id: int, taken: Taken) -> None: ...
    def disfavour(self, account_id: int, node_id: int) -> None: ...
    def favourites(self, account_id: int, after: tuple[int, int], until: int, limit: int) -> list[tuple[int, int, int]]:
        """Places; whether they may be seen is still to be asked."""

    def favoured(self, account_id: int, node_ids: Sequence[int]) -> set[int]:
        """Those of these that are favourites."""

    def forget(self, account_id: int) -> None:
        """All that the account has of photos, and its likes elsewhere."""

    def add_album(self, album: Album) -> None: ...
    def album(self, account_id: int, album_id: int) -> Album | None: ...
    def albums(self, account_id: int) -> list[Album]:
        """By name."""

    def update_album(self, album: Album) -> None:
        """Its parent, name and cover."""

    def remove_album(self, account_id: int, album_id: int) -> None:
        """With what was put in it; the photos stay."""

    def put_in_album(self, account_id: int, album_id: int, photos: Sequence[Taken]) -> None:
        """Those that are in it already stay."""

    def take_from_album(self, account_id: int, album_id: int, node_ids: Sequence[int]) -> None: ...
    def album_photos(
        self, account_id: int, album_id: int, after: tuple[int, int], limit: int
    ) -> list[tuple[int, int, int]]:
        """Places; whether they may be seen is still to be asked."""

    def album_sizes(self, account_id: int) -> dict[int, int]:
        """How many live photos were put in each."""
