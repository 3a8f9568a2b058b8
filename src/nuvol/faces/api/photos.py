"""Photos: the timeline, thumbnails, likes, favourites."""

from nuvol.core import access
from nuvol.core.cloud import Cloud
from nuvol.core.photos.timeline import Wish
from nuvol.faces.api.calls import Call, told
from nuvol.faces.http import Answer, in_thread, look, run
from nuvol.faces.thumbnails import thumbnail as sent
from nuvol.model.accounts import Actor
from nuvol.model.photos import Photo
from nuvol.wire.api import photos as words


async def timeline(call: Call[words.TimelineAsked, None]) -> Answer:
    months = await look(call.cloud.photos.months, call.actor, shared=call.query.shared)
    return told(words.timeline(months))


async def every(call: Call[words.PhotosAsked, None]) -> Answer:
    asked = call.query
    wish = Wish(
        month=words.month_number(asked.month),
        folder_id=asked.folder,
        place=words.place_numbers(asked.place),
        favourites=asked.favourites,
        shared=asked.shared,
    )
    page = await look(call.cloud.photos.list, call.actor, wish, after=asked.cursor, limit=asked.limit)
    return told(words.photos(page))


async def get(call: Call[None, None]) -> Answer:
    return told(await look(_details, call.cloud, call.actor, call.ids["node_id"]))


async def patch(call: Call[None, words.PhotoChange]) -> Answer:
    said = words.said(call.body, call.ids["node_id"])
    (photo,), _ = await run(call.cloud.photos.correct, call.actor, [said])
    return told(await look(_told, call.cloud, call.actor, photo))


async def correct(call: Call[None, words.PhotoCorrections]) -> Answer:
    said = [words.said(change, change.id) for change in call.body.changes]
    return told(words.corrected(*await run(call.cloud.photos.correct, call.actor, said)))


async def towns(call: Call[words.TownsAsked, None]) -> Answer:
    found = await in_thread(call.cloud.finding.towns, call.actor, call.query.q)
    return told(words.Towns([words.town(one) for one in found]))


async def thumbnail(call: Call[words.ThumbnailAsked, None]) -> Answer:
    asked = call.query
    return await sent(call.request, call.cloud, call.actor, call.ids["node_id"], asked.size, asked.content)


async def likes(call: Call[None, None]) -> Answer:
    return told(words.likes(await look(call.cloud.likes.of, call.actor, call.ids["node_id"])))


async def like(call: Call[None, None]) -> Answer:
    return told(words.likes(await run(call.cloud.likes.like, call.actor, call.ids["node_id"], True)))


async def unlike(call: Call[None, None]) -> Answer:
    return told(words.likes(await run(call.cloud.likes.like, call.actor, call.ids["node_id"], False)))


async def favour(call: Call[None, None]) -> Answer:
    await run(call.cloud.likes.favour, call.actor, call.ids["node_id"], True)
    return told(words.Favourite(True))


async def disfavour(call: Call[None, None]) -> Answer:
    await run(call.cloud.likes.favour, call.actor, call.ids["node_id"], False)
    return told(words.Favourite(False))


async def places(call: Call[words.PlacesAsked, None]) -> Answer:
    found = await look(call.cloud.finding.places, call.actor, call.query.level)
    told_places = [
        words.place(one.cell, one.level, (one.latitude, one.longitude), one.town, one.photos, one.cover)
        for one in found
    ]
    return told(words.Places(told_places, call.query.level))


async def duplicates(call: Call[words.DuplicatesAsked, None]) -> Answer:
    finding = call.cloud.finding
    groups, after = await look(finding.alike if call.query.near else finding.same, call.actor, after=call.query.cursor)
    shown = [words.Duplicates([words.photo(one) for one in group.photos], group.distance) for group in groups]
    return told(words.DuplicateGroups(shown, after))


async def known(call: Call[None, words.HashesAsked]) -> Answer:
    hashes = [bytes.fromhex(text) for text in call.body.hashes]
    found = await look(call.cloud.finding.known, call.actor, call.body.algorithm, hashes)
    return told(words.Known([hash.hex() for hash, _ in found], [node_id for _, node_id in found]))


def _details(cloud: Cloud, actor: Actor, node_id: int) -> words.PhotoDetails:
    return _told(cloud, actor, cloud.photos.get(actor, node_id))


def _told(cloud: Cloud, actor: Actor, photo: Photo) -> words.PhotoDetails:
    path = cloud.tree.path(actor, photo.node) if access.sees_files(actor) else None
    return words.details(photo, path, cloud.finding.town(photo))
