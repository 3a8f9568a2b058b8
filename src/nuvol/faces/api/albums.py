"""Albums of photos."""

from msgspec import UNSET

from nuvol.core.photos.albums import Shown
from nuvol.faces.api.calls import Call, done, told
from nuvol.faces.http import Answer, look, run
from nuvol.wire.api import photos as words
from nuvol.wire.openapi import PREFIX


async def every(call: Call[None, None]) -> Answer:
    return told(words.Albums([_album(shown) for shown in await look(call.cloud.albums.list, call.actor)]))


async def create(call: Call[None, words.NewAlbum]) -> Answer:
    new = call.body
    shown = await run(call.cloud.albums.create, call.actor, new.name, new.parent_id, new.folder_id)
    return told(_album(shown), 201, [("Location", f"{PREFIX}/photos/albums/{shown.album.id}")])


async def get(call: Call[None, None]) -> Answer:
    return told(_album(await look(call.cloud.albums.get, call.actor, call.ids["album_id"])))


async def patch(call: Call[None, words.AlbumChange]) -> Answer:
    change, moves = call.body, call.body.parent_id is not UNSET
    name = None if change.name is UNSET else change.name
    parent_id = None if change.parent_id is UNSET else change.parent_id
    cover_id = None if change.cover_id is UNSET else change.cover_id
    album_id = call.ids["album_id"]
    return told(_album(await run(call.cloud.albums.change, call.actor, album_id, name, parent_id, cover_id, moves)))


async def delete(call: Call[None, None]) -> Answer:
    await run(call.cloud.albums.remove, call.actor, call.ids["album_id"])
    return done()


async def photos(call: Call[words.AlbumPhotosAsked, None]) -> Answer:
    asked, album_id = call.query, call.ids["album_id"]
    page = await look(call.cloud.albums.photos, call.actor, album_id, after=asked.cursor, limit=asked.limit)
    return told(words.photos(page))


async def fill(call: Call[None, words.AlbumFilling]) -> Answer:
    change = call.body
    shown = await run(call.cloud.albums.fill, call.actor, call.ids["album_id"], change.add, change.remove)
    return told(_album(shown))


def _album(shown: Shown) -> words.Album:
    return words.album(shown.album, shown.photos, shown.cover)
