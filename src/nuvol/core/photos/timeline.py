"""Photos in the order in which they were taken: one's own, and those in folders that others opened."""

import builtins
from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from msgspec import Struct, UnsetType

from nuvol.core import access
from nuvol.core.files import gathering
from nuvol.core.files.cursors import read_cursor, write_cursor
from nuvol.core.files.gathering import Gathering
from nuvol.core.files.ledger import Ledger, lives
from nuvol.core.files.room import Files
from nuvol.errors import BadValue, BlobMissing, NodeMissing, ThumbnailMissing, WrongKind
from nuvol.model import photos as model
from nuvol.model.accounts import Actor
from nuvol.model.nodes import Node, State
from nuvol.model.photos import FINEST, Likes, Photo, Photos, Picture, Said, Stage, Taken, Thumbnail
from nuvol.stores.base import BlobKey, Transaction

MOST_CORRECTED = 500
"""At once: they are one unit of the writer."""
NAMES = 3
"""Of those who like a photo, told in a list."""

TOP = (1 << 62, 0)
_BOTTOM = -(1 << 62)

Seen = dict[tuple[int, int], bool]
"""(owner, folder) → whether it is open to the one who looks."""


class Wish(Struct, frozen=True):
    """Which photos: of a month (`model.month_of`), in a folder, at a place (cell, level), favourites. `shared`: also
    those that others opened to the one who asks."""

    month: int | None = None
    folder_id: int | None = None
    place: tuple[int, int] | None = None
    favourites: bool = False
    shared: bool = True


class Shown(Struct, frozen=True):
    """A thumbnail that is there."""

    account_id: int
    content: bytes
    blob_id: int
    thumbnail: Thumbnail


class Timeline:
    """The photos of everybody, in the order of the clocks by which they were taken."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def months(self, actor: Actor, *, shared: bool = True) -> list[tuple[int, int]]:
        """(month, how many), newest first: counted already, however many photos there are. Of other people's folders
        each that holds photos is asked about."""
        access.require(actor, "look")

        def look(tx: Transaction) -> dict[int, int]:
            found = tx.photos.months(actor.account_id) if actor.home is None else {}
            seen: Seen = {}
            for owner_id in _owners(tx, actor, shared):
                open_ones = [id for id in tx.photos.folders(owner_id) if _is_open(tx, actor, owner_id, id, seen)]
                for month, photos in tx.photos.months(owner_id, open_ones).items() if open_ones else ():
                    found[month] = found.get(month, 0) + photos
            return found

        return sorted(self._files.catalog.read(look).items(), reverse=True)

    def list(self, actor: Actor, wish: Wish, *, after: str | None = None, limit: int = 200) -> Photos:
        """A page, newest first. It may be short before the end: `next` tells whether there are more.

        Raises BadValue (a cursor of another list), NodeMissing, WrongKind (the folder).
        """
        access.require(actor, "look")
        kind = ("photos", wish.month, wish.folder_id, wish.place, wish.favourites, wish.shared)
        cursor = read_cursor(after, int, *_plain(kind))
        top = TOP if wish.month is None else (model.begin_of(wish.month + 1), 0)
        behind = top if cursor is None else (int(str(cursor[0])), cursor[1])
        until = _BOTTOM if wish.month is None else model.begin_of(wish.month)

        def look(tx: Transaction) -> Photos:
            found: Gathering[Taken] = Gathering(lambda taken: (taken.local_at, taken.node_id), limit)
            self._gather(tx, actor, wish, found, behind, until)
            page, last = found.page()
            return Photos(compose(self._files, tx, actor, page), write_cursor(*kind, *last) if last else None)

        return self._files.catalog.read(look)

    def _gather(
        self, tx: Transaction, actor: Actor, wish: Wish, found: Gathering[Taken], behind: tuple[int, int], until: int
    ) -> None:
        limit = found.limit + 1
        if wish.favourites:
            places = tx.photos.favourites(actor.account_id, behind, until, limit)
            found.add(stand_ins(places))
        elif wish.folder_id is not None:
            folder = folder_of(self._files, tx, actor, wish.folder_id)
            found.add(tx.photos.timeline(folder.account_id, behind, until, limit, folder_id=folder.id))
        else:
            cells = None if wish.place is None else _cells(*wish.place)
            if actor.home is None:
                found.add(tx.photos.timeline(actor.account_id, behind, until, limit, cells=cells))
            seen: Seen = {}
            for owner_id in _owners(tx, actor, wish.shared):
                found.sift(
                    _pages(tx, owner_id, behind, until, cells),
                    lambda page: [t for t in page if _is_open(tx, actor, t.account_id, t.parent_id, seen)],
                )

    def get(self, actor: Actor, node_id: int) -> Photo:
        """Raises NodeMissing, also for what is no photo."""
        access.require(actor, "look")

        def look(tx: Transaction) -> Photo | None:
            node = self._files.find(tx, actor, node_id)
            taken = tx.photos.get(node.account_id, node.id) if node is not None else None
            return next(iter(compose(self._files, tx, actor, [taken])), None) if taken is not None else None

        photo = self._files.catalog.read(look)
        if photo is None:
            raise NodeMissing("There is no such photo.")
        return photo

    def correct(self, actor: Actor, said: Sequence[Said]) -> tuple[builtins.list[Photo], builtins.list[Said]]:
        """Say when and where photos were taken; these photos, and what was said of them before, which takes it back.

        All of one owner's or none. Raises NodeMissing, NotAllowed, BadValue (too many).
        """
        access.require(actor, "write")
        if len(said) > MOST_CORRECTED:
            raise BadValue(f"At most {MOST_CORRECTED} photos are corrected at once.")
        owners = self._files.catalog.read(lambda tx: _by_owner(self._files, tx, actor, said))
        before = [each for id, some in owners.items() for each in self._files.write_in(id, actor, partial(_say, some))]

        def look(tx: Transaction) -> builtins.list[Photo]:
            rows = [tx.photos.get(id, each.node_id) for id, some in owners.items() for each in some]
            return compose(self._files, tx, actor, [row for row in rows if row is not None])

        return self._files.catalog.read(look), before

    # ------------------------------------------------------------------------------------------ thumbnails

    def pictures(self, actor: Actor, nodes: Iterable[Node]) -> dict[int, Picture]:
        """Of those among these nodes of one account, which the actor was given, that have a thumbnail; by node id."""
        access.require(actor, "look")
        hashes = {node.id: node.content for node in nodes if node.content is not None and model.is_photo(node.mime)}
        account_id = actor.account_id
        found = self._files.catalog.read(lambda tx: tx.photos.pictures(account_id, sorted(set(hashes.values()))))
        return {id: found[hash] for id, hash in hashes.items() if hash in found and found[hash].thumbnails}

    def thumbnail(self, actor: Actor, node_id: int, name: str) -> Shown:
        """Of a photo, live or in the trash; `name`: one of `SIZES`. Raises NodeMissing, ThumbnailMissing."""
        access.require(actor, "look")

        def look(tx: Transaction) -> Shown:
            node = self._files.find(tx, actor, node_id)
            if node is None or node.state == State.HIDDEN:
                raise NodeMissing("There is no such photo.")
            access.require(actor, "look", node, tx)
            return _shown(tx, node, name)

        return self._files.catalog.read(look)

    def bytes_of(self, shown: Shown) -> bytes:
        """WebP. Raises ThumbnailMissing: it was lost, and is made anew."""
        part = shown.thumbnail
        try:
            return self._files.blobs.read(BlobKey(shown.account_id, shown.blob_id), part.offset, part.length)
        except BlobMissing:
            self._files.catalog.write(lambda tx: _lost(tx, shown, self._files.clock()))
            raise ThumbnailMissing("The small picture was lost; it is being made anew.") from None


def _by_owner(files: Files, tx: Transaction, actor: Actor, said: Sequence[Said]) -> dict[int, list[Said]]:
    owners: dict[int, list[Said]] = {}
    for each in said:
        node = files.find(tx, actor, each.node_id)
        if node is None:
            raise NodeMissing("There is no such photo.")
        access.require(actor, "write", node, tx)
        owners.setdefault(node.account_id, []).append(each)
    return owners


def _say(said: Sequence[Said], ledger: Ledger) -> list[Said]:
    """What was said before."""
    photos, before = ledger.tx.photos, []
    for each in said:
        node, taken = ledger.live(each.node_id), photos.get(ledger.account_id, each.node_id)
        if taken is None:
            raise NodeMissing("There is no such photo.")
        at, place = taken.said_at, None
        if taken.said_latitude is not None and taken.said_longitude is not None:
            place = taken.said_latitude, taken.said_longitude
        before.append(Said(node.id, at, place))
        at = at if isinstance(each.at, UnsetType) else each.at
        latitude, longitude = (place if isinstance(each.place, UnsetType) else each.place) or (None, None)
        photos.say(ledger.account_id, node.id, at, latitude, longitude)
        ledger.note("say", node, object="photo")
    return before


def _lost(tx: Transaction, shown: Shown, now: int) -> None:
    tx.photos.again(shown.account_id, shown.content, now)
    tx.chunks.remove_blob(shown.account_id, shown.blob_id)


def _shown(tx: Transaction, node: Node, name: str) -> Shown:
    picture = tx.photos.pictures(node.account_id, [node.content]).get(node.content) if node.content else None
    if node.content is None or picture is None:
        raise ThumbnailMissing(f"“{node.name}” is no photo.", advice="Open it instead.")
    if picture.stage == Stage.FAILED:
        raise ThumbnailMissing(picture.failure, advice="Download it, or upload it again.")
    wanted = next((each for each in picture.thumbnails if each.name == name), None)
    if wanted is None and picture.thumbnails:  # smaller than that: the largest there is
        wanted = picture.thumbnails[-1]
    if wanted is None or picture.blob_id is None:
        raise ThumbnailMissing(f"The small picture of “{node.name}” is being made.")
    return Shown(node.account_id, node.content, picture.blob_id, wanted)


def compose(files: Files, tx: Transaction, actor: Actor, taken: Sequence[Taken]) -> list[Photo]:
    """What rows of the timeline stand for, in their order; what is gone, or not open to the actor, is left out."""
    nodes: dict[int, Node] = {}
    pictures: dict[tuple[int, bytes], Picture] = {}
    likes: dict[int, Likes] = {}
    for account_id in {each.account_id for each in taken}:
        ids = [each.node_id for each in taken if each.account_id == account_id]
        there = [node for node in tx.nodes.many(account_id, ids) if node.state == State.LIVE]
        if tx.jobs.any(account_id):
            there = [node for node in there if lives(tx, node)]
        there = files.readable(tx, actor, there).get(account_id, [])
        nodes |= {node.id: node for node in there}
        found = tx.photos.pictures(account_id, [node.content for node in there if node.content])
        pictures |= {(account_id, hash): picture for hash, picture in found.items()}
        for node_id, who in tx.photos.likers(account_id, ids).items():
            likes[node_id] = likes_of(actor, who, NAMES)
    favoured = tx.photos.favoured(actor.account_id, list(nodes))
    photos = []
    for each in taken:
        node = nodes.get(each.node_id)
        if node is not None and node.content is not None:
            usual = Picture(node.account_id, node.content, Stage.WAITING, node.mime in model.FILMS)
            picture = pictures.get((node.account_id, node.content), usual)
            photos.append(Photo(node, each, picture, likes.get(node.id, Likes()), node.id in favoured))
    return photos


def stand_ins(places: Iterable[tuple[int, int, int]]) -> list[Taken]:
    """Rows of the timeline for (owner, node, local time)."""
    return [Taken(owner_id, node_id, b"", 0, local_at) for owner_id, node_id, local_at in places]


def likes_of(actor: Actor, who: Sequence[tuple[int, str]], names: int) -> Likes:
    return Likes(len(who), any(id == actor.account_id for id, _ in who), tuple(name for _, name in who[:names]))


def _owners(tx: Transaction, actor: Actor, shared: bool) -> list[int]:
    """Whose folders are asked about one by one: those of others, and one's own for an app that has one of them."""
    if actor.home is not None:
        return [actor.account_id]
    if not shared:
        return []
    return list(dict.fromkeys(member.account_id for member in tx.shares.open_to(actor.account_id)))


def _is_open(tx: Transaction, actor: Actor, owner_id: int, folder_id: int, seen: Seen) -> bool:
    key = owner_id, folder_id
    if key not in seen:
        folder = tx.nodes.get(owner_id, folder_id)
        seen[key] = folder is not None and bool(
            tx.shares.role(owner_id, folder_id, actor.account_id)
            if actor.home is None
            else access.is_at_home(actor, folder, tx)
        )
    return seen[key]


def folder_of(files: Files, tx: Transaction, actor: Actor, folder_id: int) -> Node:
    """One whose photos the actor may look at. Raises NodeMissing, WrongKind, NotAllowed."""
    node = files.find(tx, actor, folder_id)
    if node is None or not lives(tx, node):
        raise NodeMissing("There is no such folder.")
    access.require(actor, "look", node, tx)
    if not node.is_folder:
        raise WrongKind(f"“{node.name}” is a file.", advice="Name a folder.")
    return node


def _pages(
    tx: Transaction, owner_id: int, behind: tuple[int, int], until: int, cells: tuple[int, int] | None
) -> Iterator[list[Taken]]:
    while found := tx.photos.timeline(owner_id, behind, until, gathering.ROWS, cells=cells):
        yield found
        behind = found[-1].local_at, found[-1].node_id


def _cells(cell: int, level: int) -> tuple[int, int]:
    """From the first cell of the finest level in it to the one behind the last. Raises BadValue."""
    if not 0 <= level <= FINEST or not 0 <= cell < 1 << 2 * level:
        raise BadValue("This is no place.", advice="Take one of the list of places.")
    shift = 2 * (FINEST - level)
    return cell << shift, (cell + 1) << shift


def _plain(kind: tuple[object, ...]) -> tuple[object, ...]:
    """As a cursor has it, which knows lists only."""
    return tuple(list(each) if isinstance(each, tuple) else each for each in kind)
