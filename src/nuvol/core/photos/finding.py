"""Photos found by what they are: where they were taken, which are there twice, which a phone need not send."""

from collections.abc import Sequence

from msgspec import Struct

from nuvol.core import access
from nuvol.core.files.cursors import read_cursor, write_cursor
from nuvol.core.files.room import Files
from nuvol.core.photos.timeline import compose
from nuvol.errors import BadValue
from nuvol.gazetteer import towns
from nuvol.model.accounts import Actor
from nuvol.model.photos import FINEST, METRES_AROUND, Photo, Town, middle_of
from nuvol.stores.base import Transaction

ROWS = 2000
"""Of the index of contents, looked through by one question."""
LOOKS = 200
"""Contents of which one question looks for others that are alike."""
CANDIDATES = 100
"""For each part of a likeness: ten thousand white pages have one in common."""
ALIKE = 6
"""Bits of 64: up to so many differ between a picture and the same one, smaller or saved again."""
MOST_PLACES = 2000
NEAR = 25_000
"""Metres: from farther away one would not say that it is that town."""
TOWNS = 8
"""In the answer to one question."""


class Place(Struct, frozen=True):
    """Where photos were taken. Coordinates in millionths of a degree."""

    cell: int
    level: int
    latitude: int
    longitude: int
    town: Town | None
    photos: int
    cover: Photo | None


class Group(Struct, frozen=True):
    """Photos that are the same, or look alike: `distance` is how many bits of 64 differ at most."""

    photos: list[Photo]
    distance: int


class Finding:
    """Within the actor's own account."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def places(self, actor: Actor, level: int) -> list[Place]:
        """Where photos were taken, the fullest places first: cells of a grid of 2^level × 2^level over the earth, which
        need no map and no network. Raises BadValue."""
        access.require_all(actor, "look")
        if not 0 <= level <= FINEST:
            raise BadValue(f"A level is a number from 0 to {FINEST}.")
        shift = 2 * (FINEST - level)

        def look(tx: Transaction) -> list[Place]:
            counts: dict[int, int] = {}
            for cell, photos in tx.photos.cells(actor.account_id).items():
                counts[cell >> shift] = counts.get(cell >> shift, 0) + photos
            fullest = sorted(counts.items(), key=lambda place: (-place[1], place[0]))[:MOST_PLACES]
            found = []
            for number, (cell, photos) in enumerate(fullest):
                cover = None
                if number < ROWS // 10:
                    cells = cell << shift, (cell + 1) << shift
                    newest = tx.photos.timeline(actor.account_id, (1 << 62, 0), -(1 << 62), 1, cells=cells)
                    cover = next(iter(compose(self._files, tx, actor, newest)), None)
                middle = middle_of(cell, level)
                shown = cover.place if cover is not None else None
                named = towns.near(*(shown or middle), max(NEAR, METRES_AROUND >> level + 1))  # half a cell
                found.append(Place(cell, level, *middle, named, photos, cover))
            return found

        return self._files.catalog.read(look)

    def towns(self, actor: Actor, text: str) -> list[Town]:
        """Those that are called so, or begin so, in any language."""
        access.require(actor, "look")
        return towns.find(text, TOWNS)

    def town(self, photo: Photo) -> Town | None:
        """Where one would say that it was taken."""
        return towns.near(*photo.place, NEAR) if photo.place is not None else None

    def known(self, actor: Actor, kind: str, hashes: Sequence[bytes]) -> list[tuple[bytes, int]]:
        """Those of these that live photos of the actor's own have, each with one such photo, so that a phone need not
        send them. `kind`: "nuvol" (the `hash` of a node) or "sha-256" (known when somebody has looked at the photo).
        Nobody can ask what others have."""
        access.require_all(actor, "look")
        if kind == "nuvol":
            return self._files.catalog.read(lambda tx: tx.photos.held(actor.account_id, hashes))
        return self._files.catalog.read(lambda tx: tx.photos.held_by_sha256(actor.account_id, hashes))

    def same(self, actor: Actor, *, after: str | None = None) -> tuple[list[Group], str | None]:
        """Photos of the same content, and the cursor of the rest. A page may be empty before the end. Raises
        BadValue."""
        access.require_all(actor, "look")
        behind = _read(after, "same")

        def look(tx: Transaction) -> tuple[list[Group], str | None]:
            rows = tx.photos.by_content(actor.account_id, behind, ROWS)
            last = rows[-1][0] if len(rows) == ROWS else None
            groups: dict[bytes, list[int]] = {}
            for hash, node_id in rows:
                groups.setdefault(hash, []).append(node_id)
            if last is not None and len(groups) > 1:  # it may go on: it comes first on the next page
                groups.pop(last)
                last = next(reversed(groups))
            twice = [(0, ids) for ids in groups.values() if len(ids) > 1]
            return self._groups(tx, actor, twice), None if last is None else write_cursor("same", last.hex(), 0)

        return self._files.catalog.read(look)

    def alike(self, actor: Actor, *, after: str | None = None) -> tuple[list[Group], str | None]:
        """Photos that look alike and are not the same content, with the cursor of the rest. Each group is told once,
        by the first of its contents. Raises BadValue."""
        access.require_all(actor, "look")
        behind = _read(after, "alike")

        def look(tx: Transaction) -> tuple[list[Group], str | None]:
            rows = tx.photos.likenesses(actor.account_id, behind, LOOKS)
            found: list[tuple[int, list[int]]] = []
            for hash, likeness in rows:
                near = _near(likeness, tx.photos.alike(actor.account_id, likeness, CANDIDATES))
                if len(near) < 2 or min(near) != hash:
                    continue
                nodes = tx.photos.nodes_of(actor.account_id, list(near))
                if len(nodes) > 1:
                    ids = [node_id for each in nodes.values() for node_id in each]
                    found.append((max(near[each] for each in nodes), ids))
            last = rows[-1][0] if len(rows) == LOOKS else None
            return self._groups(tx, actor, found), None if last is None else write_cursor("alike", last.hex(), 0)

        return self._files.catalog.read(look)

    def _groups(self, tx: Transaction, actor: Actor, found: list[tuple[int, list[int]]]) -> list[Group]:
        groups = []
        for distance, ids in found:
            taken = [row for node_id in ids if (row := tx.photos.get(actor.account_id, node_id)) is not None]
            photos = compose(self._files, tx, actor, taken)
            if len(photos) > 1:
                groups.append(Group(photos, distance))
        return groups


def _near(likeness: int, candidates: dict[bytes, int]) -> dict[bytes, int]:
    """Content → how many bits differ."""
    distances = {hash: ((other ^ likeness) & (1 << 64) - 1).bit_count() for hash, other in candidates.items()}
    return {hash: distance for hash, distance in distances.items() if distance <= ALIKE}


def _read(cursor: str | None, kind: str) -> bytes:
    found = read_cursor(cursor, str, kind)
    try:
        return b"" if found is None else bytes.fromhex(str(found[0]))
    except ValueError:
        raise BadValue("This is no cursor of this list.", advice="Begin the list again without a cursor.") from None
