"""The timeline follows the nodes: which of them are photos, when and where they were taken, and how many there are."""

from collections import Counter
from collections.abc import Iterable, Sequence

from nuvol.model import photos as model
from nuvol.model.nodes import Node, State
from nuvol.stores.catalog.database import Connection, Row

_ADD = (
    "insert into photo (account_id, node_id, hash, parent_id, local_at, cell, live, said_at, said_latitude,"
    " said_longitude) values (?,?,?,?,?,?,?,?,?,?)"
)
_WAIT = (
    "insert into picture (account_id, hash, stage, film, width, height, facts, blur, failure, thumbnails, queued_at,"
    " leased_until, attempts) values (?,?,0,?,0,0,'','','','',?,0,0) on conflict do nothing"
)
_COUNT = (
    "insert into photo_count (account_id, kind, folder_id, value, photos) values (?,?,?,?,?)"
    " on conflict (account_id, kind, folder_id, value) do update set photos = photo_count.photos + excluded.photos"
)
MONTH, CELL = 0, 1

Counted = tuple[int, int, int | None]
"""(folder, local time, cell) of a live photo."""


class PhotoIndex:
    """What the rows of nodes do to those of photos. Whoever changes nodes holds the account's row."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def added(self, nodes: Iterable[Node]) -> None:
        for account_id, photos in _by_account(nodes).items():
            self._add(account_id, photos, {})

    def updated(self, node: Node, before: Node) -> None:
        if not _is_photo(node) and not _is_photo(before):
            return
        facts = ("content", "parent_id", "state", "mime", "modified_at")
        if all(getattr(node, fact) == getattr(before, fact) for fact in facts):
            return
        said = self._drop(node.account_id, [node.id])
        if _is_photo(node):
            self._add(node.account_id, [node], said)

    def marked(self, account_id: int, node_ids: Sequence[int], state: int) -> None:
        live = int(state == State.LIVE)
        rows = self._db.all_in(
            "select node_id, parent_id, local_at, cell from photo where account_id = ? and live <> ? and node_id {in}",
            (account_id, live),
            node_ids,
        )
        if rows:
            sql = "update photo set live = ? where account_id = ? and node_id {in}"
            self._db.run_in(sql, (live, account_id), [row[0] for row in rows])
            self.count(account_id, [(row[1], row[2], row[3]) for row in rows], 1 if live else -1)

    def removed(self, account_id: int, node_ids: Sequence[int]) -> None:
        self._drop(account_id, node_ids)
        for table in ("photo_like", "album_photo", "favourite"):
            self._db.run_in(f"delete from {table} where account_id = ? and node_id {{in}}", (account_id,), node_ids)

    def count(self, account_id: int, photos: Iterable[Counted], sign: int) -> None:
        counts: Counter[tuple[int, int, int]] = Counter()
        for folder_id, local_at, cell in photos:
            month = model.month_of(local_at)
            counts[MONTH, folder_id, month] += sign
            counts[MONTH, 0, month] += sign
            if cell is not None:
                counts[CELL, 0, cell] += sign
        self._db.many(_COUNT, [(account_id, *key, number) for key, number in sorted(counts.items())])

    def _add(self, account_id: int, nodes: Sequence[Node], said: dict[int, Row]) -> None:
        hashes = {node.content for node in nodes}
        sql = "select hash, local_at, latitude, longitude from picture where account_id = ? and hash {in}"
        known = {row[0]: row[1:] for row in self._db.all_in(sql, (account_id,), list(hashes))}
        self._db.many(
            _WAIT,
            [
                (account_id, node.content, int(node.mime in model.FILMS), node.changed_at)
                for node in nodes
                if node.content not in known
            ],
        )
        zone = zone_of(self._db, account_id)
        rows, living = [], []
        for node in nodes:
            local_at, latitude, longitude = known.get(node.content or b"", (None, None, None))
            words = said.get(node.id, (None, None, None))
            row = placed(words, local_at, latitude, longitude, model.local_of(zone, node.modified_at))
            live = int(node.state == State.LIVE)
            rows.append((account_id, node.id, node.content, node.parent_id, *row, live, *words))
            if live:
                living.append((node.parent_id or 0, *row))
        self._db.many(_ADD, rows)
        self.count(account_id, living, 1)

    def _drop(self, account_id: int, node_ids: Sequence[int]) -> dict[int, Row]:
        """What was said of them by people, by node."""
        rows = self._db.all_in(
            "select node_id, parent_id, local_at, cell, live, said_at, said_latitude, said_longitude from photo"
            " where account_id = ? and node_id {in}",
            (account_id,),
            node_ids,
        )
        if rows:
            ids = [row[0] for row in rows]
            self._db.run_in("delete from photo where account_id = ? and node_id {in}", (account_id,), ids)
            self.count(account_id, [(row[1], row[2], row[3]) for row in rows if row[4]], -1)
        return {row[0]: row[5:] for row in rows}


def placed(
    said: Sequence[int | None], local_at: int | None, latitude: int | None, longitude: int | None, usual: int
) -> tuple[int, int | None]:
    """Local time and cell of a photo: as people say it, else as the camera does; `usual` if neither says a time."""
    at = next((time for time in (said[0], local_at) if time is not None), usual)
    if said[1] is not None and said[2] is not None:
        latitude, longitude = said[1], said[2]
    return at, None if latitude is None or longitude is None else model.cell_of(latitude, longitude)


def zone_of(db: Connection, account_id: int) -> str:
    """By whose clock a file was changed that no camera made."""
    row = db.one("select zone from account where id = ?", (account_id,))
    return row[0] if row else "UTC"


def _is_photo(node: Node) -> bool:
    return node.content is not None and node.parent_id is not None and model.is_photo(node.mime)


def _by_account(nodes: Iterable[Node]) -> dict[int, list[Node]]:
    found: dict[int, list[Node]] = {}
    for node in nodes:
        if _is_photo(node):
            found.setdefault(node.account_id, []).append(node)
    return found
