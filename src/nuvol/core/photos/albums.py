"""Albums: photos that somebody put together, in albums within albums; or a folder, shown as one."""

import builtins
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from nuvol.core import access
from nuvol.core.files.cursors import read_cursor, write_cursor
from nuvol.core.files.ledger import Ledger, lives
from nuvol.core.files.room import Files
from nuvol.core.photos.timeline import TOP, Timeline, Wish, compose, folder_of, stand_ins
from nuvol.errors import AlbumMissing, BadValue, BelowItself, Conflict, NodeMissing
from nuvol.model.accounts import Actor
from nuvol.model.photos import Album, Photo, Photos, Taken
from nuvol.stores.base import Transaction

MOST_ALBUMS = 5000
MOST_PHOTOS = 50_000
"""Of an account, and in one of its albums: all albums are told at once."""
DEEPEST = 20
"""Albums within albums: nobody finds what lies deeper."""


class Shown(Struct, frozen=True):
    """An album as it is listed."""

    album: Album
    photos: int
    cover: Photo | None


class Albums:
    """One's own; nobody else sees them. Who wants to share an album makes a folder of it."""

    def __init__(self, files: Files, timeline: Timeline) -> None:
        self._files = files
        self._timeline = timeline

    def list(self, actor: Actor) -> builtins.list[Shown]:
        """All of them, by name. One whose folder is gone, or no longer open, is empty."""
        access.require_all(actor, "look")

        def look(tx: Transaction) -> builtins.list[Shown]:
            sizes = tx.photos.album_sizes(actor.account_id)
            return [self._shown(tx, actor, album, sizes) for album in tx.photos.albums(actor.account_id)]

        return self._files.catalog.read(look)

    def get(self, actor: Actor, album_id: int) -> Shown:
        """Raises AlbumMissing."""
        access.require_all(actor, "look")

        def look(tx: Transaction) -> Shown:
            album = _album(tx, actor, album_id)
            return self._shown(tx, actor, album, tx.photos.album_sizes(actor.account_id))

        return self._files.catalog.read(look)

    def photos(self, actor: Actor, album_id: int, *, after: str | None = None, limit: int = 200) -> Photos:
        """Newest first; what is gone or no longer open is left out. Raises AlbumMissing, BadValue (a wrong cursor)."""
        access.require_all(actor, "look")
        album = self._files.catalog.read(lambda tx: _album(tx, actor, album_id))
        if album.folder_id is not None:
            try:
                return self._timeline.list(actor, Wish(folder_id=album.folder_id), after=after, limit=limit)
            except NodeMissing:
                return Photos([], None)
        cursor = read_cursor(after, int, "album", album_id)
        behind = TOP if cursor is None else (int(str(cursor[0])), cursor[1])

        def look(tx: Transaction) -> Photos:
            places = tx.photos.album_photos(actor.account_id, album_id, behind, limit + 1)
            page = stand_ins(places[:limit])
            more = write_cursor("album", album_id, page[-1].local_at, page[-1].node_id) if places[limit:] else None
            return Photos(compose(self._files, tx, actor, page), more)

        return self._files.catalog.read(look)

    def create(self, actor: Actor, name: str, parent_id: int | None, folder_id: int | None) -> Shown:
        """`folder_id`: it shows what is in this folder. Raises AlbumMissing (the one it shall lie in), NodeMissing,
        WrongKind, BadValue (too many, or too deep)."""
        access.require_all(actor, "like")
        album_id = self._files.new_id()

        def unit(ledger: Ledger) -> None:
            tx = ledger.tx
            if len(tx.photos.albums(actor.account_id)) >= MOST_ALBUMS:
                raise BadValue(f"There are {MOST_ALBUMS} albums already.", advice="Remove some of them.")
            if parent_id is not None and len(self._above(tx, actor, parent_id)) >= DEEPEST:
                raise BadValue(f"Albums lie at most {DEEPEST} deep.")
            if folder_id is not None:
                folder_of(self._files, tx, actor, folder_id)
            tx.photos.add_album(Album(actor.account_id, album_id, parent_id, name, folder_id, None, ledger.now))
            ledger.tell("create", "album", album_id)

        self._files.write(actor, unit)
        return self.get(actor, album_id)

    def change(
        self, actor: Actor, album_id: int, name: str | None, parent_id: int | None, cover_id: int | None, moves: bool
    ) -> Shown:
        """`moves`: it shall lie in `parent_id` (None: in no other). Raises AlbumMissing, BelowItself, NodeMissing (the
        cover)."""
        access.require_all(actor, "like")

        def unit(ledger: Ledger) -> None:
            tx = ledger.tx
            album = _album(tx, actor, album_id)
            if moves:
                above = [] if parent_id is None else self._above(tx, actor, parent_id)
                if album_id in above:
                    raise BelowItself(f"“{album.name}” cannot lie in itself.")
                if len(above) >= DEEPEST:
                    raise BadValue(f"Albums lie at most {DEEPEST} deep.")
                album = replace(album, parent_id=parent_id)
            if cover_id is not None:
                self._taken(tx, actor, [cover_id])
                album = replace(album, cover_id=cover_id)
            tx.photos.update_album(album if name is None else replace(album, name=name))
            ledger.tell("change", "album", album_id)

        self._files.write(actor, unit)
        return self.get(actor, album_id)

    def remove(self, actor: Actor, album_id: int) -> None:
        """The photos stay where they are; albums in it move up. Raises AlbumMissing."""
        access.require_all(actor, "like")

        def unit(ledger: Ledger) -> None:
            album = _album(ledger.tx, actor, album_id)
            for inner in ledger.tx.photos.albums(actor.account_id):
                if inner.parent_id == album_id:
                    ledger.tx.photos.update_album(replace(inner, parent_id=album.parent_id))
            ledger.tx.photos.remove_album(actor.account_id, album_id)
            ledger.tell("delete", "album", album_id)

        self._files.write(actor, unit)

    def fill(self, actor: Actor, album_id: int, add: Sequence[int], take: Sequence[int]) -> Shown:
        """Put photos in and take others out. Raises AlbumMissing, NodeMissing (one of them is no photo one may see),
        Conflict (it is a folder), BadValue (too many)."""
        access.require_all(actor, "like")

        def unit(ledger: Ledger) -> None:
            tx, me = ledger.tx, actor.account_id
            album = _album(tx, actor, album_id)
            if album.folder_id is not None:
                raise Conflict(f"“{album.name}” shows a folder.", advice="Upload into the folder, or move files there.")
            tx.photos.take_from_album(me, album_id, take)
            taken = self._taken(tx, actor, add)
            if tx.photos.album_sizes(me).get(album_id, 0) + len(taken) > MOST_PHOTOS:
                raise BadValue(f"An album holds at most {MOST_PHOTOS} photos.")
            tx.photos.put_in_album(me, album_id, taken)
            ledger.tell("change", "album", album_id)

        self._files.write(actor, unit)
        return self.get(actor, album_id)

    # ------------------------------------------------------------------------------------------ inside

    def _shown(self, tx: Transaction, actor: Actor, album: Album, sizes: dict[int, int]) -> Shown:
        if album.folder_id is None:
            places = tx.photos.album_photos(actor.account_id, album.id, TOP, 1)
            count = sizes.get(album.id, 0)
            newest = stand_ins(places)
        else:
            node = self._files.find(tx, actor, album.folder_id)
            allowed = node is not None and self._files.readable(tx, actor, [node])
            if node is None or not allowed or not lives(tx, node):
                return Shown(album, 0, None)
            count = sum(tx.photos.months(node.account_id, [node.id]).values())
            newest = tx.photos.timeline(node.account_id, TOP, -TOP[0], 1, folder_id=node.id)
        if album.cover_id is not None and (cover := self._of(tx, actor, album.cover_id)) is not None:
            newest = [cover]
        return Shown(album, count, next(iter(compose(self._files, tx, actor, newest)), None))

    def _of(self, tx: Transaction, actor: Actor, node_id: int) -> Taken | None:
        node = self._files.find(tx, actor, node_id)
        return None if node is None else tx.photos.get(node.account_id, node.id)

    def _taken(self, tx: Transaction, actor: Actor, node_ids: Sequence[int]) -> builtins.list[Taken]:
        found = [taken for node_id in node_ids if (taken := self._of(tx, actor, node_id)) is not None]
        seen = {photo.node.id for photo in compose(self._files, tx, actor, found)}
        if missing := [node_id for node_id in node_ids if node_id not in seen]:
            raise NodeMissing(f"There is no photo {missing[0]}.")
        return found

    def _above(self, tx: Transaction, actor: Actor, album_id: int) -> builtins.list[int]:
        """From this album up. Raises AlbumMissing."""
        found, at = [album_id], _album(tx, actor, album_id).parent_id
        while at is not None and len(found) <= DEEPEST:
            found.append(at)
            at = _album(tx, actor, at).parent_id
        return found


def _album(tx: Transaction, actor: Actor, album_id: int) -> Album:
    album = tx.photos.album(actor.account_id, album_id)
    if album is None:
        raise AlbumMissing("There is no such album.")
    return album
