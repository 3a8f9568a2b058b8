"""Photos as rows: the timeline, what contents show, likes, favourites. albums."""

from collections.abc import Sequence

import msgspec
from msgspec.structs import astuple

from nuvol.model import photos as model
from nuvol.model.nodes import Node
from nuvol.model.photos import Album, Facts, Picture, Stage, Taken, Thumbnail, Waiting
from nuvol.stores.catalog.database import Connection, Row
from nuvol.stores.catalog.photo_index import CELL, MONTH, PhotoIndex, placed, zone_of

_TAKEN = ", ".join(Taken.__struct_fields__)
_PICTURE = ", ".join(Picture.__struct_fields__)
_ORDER = "order by local_at desc, node_id desc limit ?"
_facts = msgspec.json.Decoder(Facts).decode
_thumbnails = msgspec.json.Decoder(tuple[Thumbnail, ...]).decode
_json = msgspec.json.encode
_ALBUM = ", ".join(Album.__struct_fields__)
Place = tuple[int, int, int]
"""(owner, node, local time)."""
_KINDS = ", ".join(f"'{mime}'" for mime in sorted(model.IMAGES | model.FILMS))
_WAITING = f"stage = {Stage.WAITING:d}"
PARTS = 4
"""Of a likeness, 16 bits each."""


class Photos:
    def __init__(self, db: Connection) -> None:
        self._db = db
        self._index = PhotoIndex(db)

    # ------------------------------------------------------------------------------------------ the timeline

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
        sql = f"select {_TAKEN} from photo where account_id = ? and live = 1"
        args: list[object] = [account_id]
        if folder_id is not None:
            sql += " and parent_id = ?"
            args.append(folder_id)
        if cells is not None:
            sql += " and cell is not null and cell >= ? and cell < ?"
            args += cells
        sql += f" and (local_at, node_id) < (?, ?) and local_at >= ? {_ORDER}"
        return [Taken(*row) for row in self._db.all(sql, (*args, *after, until, limit))]

    def get(self, account_id: int, node_id: int) -> Taken | None:
        row = self._db.one(f"select {_TAKEN} from photo where account_id = ? and node_id = ?", (account_id, node_id))
        return Taken(*row) if row else None

    def months(self, account_id: int, folder_ids: Sequence[int] = (0,)) -> dict[int, int]:
        sql = (
            "select value, photos from photo_count where account_id = ? and kind = ? and photos > 0 and folder_id {in}"
        )
        found: dict[int, int] = {}
        for month, photos in self._db.all_in(sql, (account_id, MONTH), folder_ids):
            found[month] = found.get(month, 0) + photos
        return found

    def folders(self, account_id: int) -> dict[int, int]:
        rows = self._db.all(
            "select folder_id, sum(photos) from photo_count where account_id = ? and kind = ? and folder_id > 0"
            " and photos > 0 group by folder_id",
            (account_id, MONTH),
        )
        return {row[0]: int(row[1]) for row in rows}

    def cells(self, account_id: int) -> dict[int, int]:
        sql = "select value, photos from photo_count where account_id = ? and kind = ? and folder_id = 0 and photos > 0"
        return dict(self._db.all(sql, (account_id, CELL)))

    def say(self, account_id: int, node_id: int, at: int | None, latitude: int | None, longitude: int | None) -> None:
        self._db.run(
            "update photo set said_at = ?, said_latitude = ?, said_longitude = ? where account_id = ? and node_id = ?",
            (at, latitude, longitude, account_id, node_id),
        )
        self._place(account_id, "node_id", node_id)

    def _place(self, account_id: int, column: str, value: object) -> list[int]:
        """Give the photos that this concerns the time and place they have by now; the ids of the live ones."""
        rows = self._db.all(
            "select p.node_id, p.parent_id, p.local_at, p.cell, p.live, p.said_at, p.said_latitude, p.said_longitude,"
            " q.local_at, q.latitude, q.longitude, n.modified_at from photo p join picture q on q.account_id ="
            " p.account_id and q.hash = p.hash join node n on n.account_id = p.account_id and n.id = p.node_id"
            f" where p.account_id = ? and p.{column} = ?",
            (account_id, value),
        )
        zone = zone_of(self._db, account_id)
        moved: list[tuple[Row, tuple[int, int | None]]] = []
        for row in rows:
            new = placed(row[5:8], row[8], row[9], row[10], model.local_of(zone, row[11]))
            if new != (row[2], row[3]):
                moved.append((row, new))
        self._index.count(account_id, [(row[1], row[2], row[3]) for row, _ in moved if row[4]], -1)
        self._index.count(account_id, [(row[1], *new) for row, new in moved if row[4]], 1)
        changes = [(*new, account_id, row[0]) for row, new in moved]
        self._db.many("update photo set local_at = ?, cell = ? where account_id = ? and node_id = ?", changes)
        times = [(new[0], account_id, row[0]) for row, new in moved]
        for table in ("favourite", "album_photo"):
            self._db.many(f"update {table} set local_at = ? where owner_id = ? and node_id = ?", times)
        return [row[0] for row in rows if row[4]]

    def unindexed(self, after: tuple[int, int], limit: int) -> list[tuple[int, int]]:
        rows = self._db.all(
            f"select account_id, id from node n where (account_id, id) > (?, ?) and mime in ({_KINDS})"
            " and content is not null and not exists (select 1 from photo p where p.account_id = n.account_id"
            " and p.node_id = n.id) order by account_id, id limit ?",
            (*after, limit),
        )
        return [(row[0], row[1]) for row in rows]

    def index(self, nodes: Sequence[Node]) -> None:
        self._index.added(nodes)

    # ------------------------------------------------------------------------------------------ what contents show

    def pictures(self, account_id: int, hashes: Sequence[bytes]) -> dict[bytes, Picture]:
        sql = f"select {_PICTURE} from picture where account_id = ? and hash {{in}}"
        found = (_picture(row) for row in self._db.all_in(sql, (account_id,), list(dict.fromkeys(hashes))))
        return {picture.hash: picture for picture in found}

    def held_by_sha256(self, account_id: int, sums: Sequence[bytes]) -> list[tuple[bytes, int]]:
        sql = "select sha256, hash from picture where account_id = ? and sha256 {in}"
        return self._held(account_id, [(row[0], row[1]) for row in self._db.all_in(sql, (account_id,), sums)])

    def held(self, account_id: int, hashes: Sequence[bytes]) -> list[tuple[bytes, int]]:
        return self._held(account_id, [(hash, hash) for hash in hashes])

    def _held(self, account_id: int, asked: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, int]]:
        """The first of each pair whose second is the content of a live photo, and that photo."""
        sql = "select hash, node_id from photo where account_id = ? and live = 1 and hash {in} order by node_id desc"
        there = {row[0]: row[1] for row in self._db.all_in(sql, (account_id,), [hash for _, hash in asked])}
        return [(name, there[hash]) for name, hash in asked if hash in there]

    def waiting(self, now: int, limit: int) -> list[Waiting]:
        rows = self._db.all(
            f"select account_id, hash, film, attempts from picture where {_WAITING} and leased_until <= ?"
            " order by queued_at limit ?",
            (now, limit),
        )
        return [Waiting(row[0], row[1], bool(row[2]), row[3]) for row in rows]

    def count_waiting(self) -> int:
        row = self._db.one(f"select count(*) from picture where {_WAITING}")
        return row[0] if row else 0

    def lease(self, waiting: Waiting, now: int, until: int) -> bool:
        changed = self._db.run(
            "update picture set leased_until = ?, attempts = attempts + 1 where account_id = ? and hash = ?"
            f" and {_WAITING} and leased_until <= ? and attempts = ?",
            (until, waiting.account_id, waiting.hash, now, waiting.attempts),
        )
        return changed > 0

    def settle(self, picture: Picture) -> list[int]:
        fields = {name: getattr(picture, name) for name in Picture.__struct_fields__[2:]}
        fields |= {"film": int(picture.film), "stage": int(picture.stage)}
        fields |= {"facts": _json(picture.facts).decode(), "thumbnails": _json(picture.thumbnails).decode()}
        self._drop_parts(picture.account_id, picture.hash)
        known = self._db.run(
            f"update picture set {', '.join(f'{name} = ?' for name in fields)}, leased_until = 0"
            " where account_id = ? and hash = ?",
            (*fields.values(), picture.account_id, picture.hash),
        )
        if not known:
            return []
        if picture.likeness is not None:
            self._db.many(
                "insert into likeness_part (account_id, part, value, hash) values (?,?,?,?)",
                [(picture.account_id, part, value, picture.hash) for part, value in _parts(picture.likeness)],
            )
        return self._place(picture.account_id, "hash", picture.hash)

    def again(self, account_id: int, hash: bytes, at: int) -> None:
        self._db.run(
            f"update picture set stage = {Stage.WAITING:d}, attempts = 0, leased_until = 0, blob_id = null,"
            " queued_at = ?, thumbnails = '' where account_id = ? and hash = ?",
            (at, account_id, hash),
        )

    def drop_picture(self, account_id: int, hash: bytes) -> None:
        if self._drop_parts(account_id, hash):
            self._db.run("delete from picture where account_id = ? and hash = ?", (account_id, hash))

    def _drop_parts(self, account_id: int, hash: bytes) -> bool:
        """False: nothing is known of this content."""
        row = self._db.one("select likeness from picture where account_id = ? and hash = ?", (account_id, hash))
        if row is not None and row[0] is not None:
            self._db.many(
                "delete from likeness_part where account_id = ? and part = ? and value = ? and hash = ?",
                [(account_id, part, value, hash) for part, value in _parts(row[0])],
            )
        return row is not None

    def thumbnail_blobs(self, after: tuple[int, bytes], limit: int) -> list[tuple[int, bytes, int]]:
        rows = self._db.all(
            "select account_id, hash, blob_id from picture where blob_id is not null and (account_id, hash) > (?, ?)"
            " order by account_id, hash limit ?",
            (*after, limit),
        )
        return [(row[0], row[1], row[2]) for row in rows]

    # ------------------------------------------------------------------------------------------ duplicates

    def by_content(self, account_id: int, after: bytes, limit: int) -> list[tuple[bytes, int]]:
        rows = self._db.all(
            "select hash, node_id from photo where account_id = ? and live = 1 and hash > ? order by hash limit ?",
            (account_id, after, limit),
        )
        return [(row[0], row[1]) for row in rows]

    def nodes_of(self, account_id: int, hashes: Sequence[bytes]) -> dict[bytes, list[int]]:
        sql = "select hash, node_id from photo where account_id = ? and live = 1 and hash {in}"
        found: dict[bytes, list[int]] = {}
        for hash, node_id in self._db.all_in(sql, (account_id,), hashes):
            found.setdefault(hash, []).append(node_id)
        return found

    def likenesses(self, account_id: int, after: bytes, limit: int) -> list[tuple[bytes, int]]:
        rows = self._db.all(
            "select hash, likeness from picture where account_id = ? and hash > ? and likeness is not null"
            " order by hash limit ?",
            (account_id, after, limit),
        )
        return [(row[0], row[1]) for row in rows]

    def alike(self, account_id: int, likeness: int, limit: int) -> dict[bytes, int]:
        found: dict[bytes, int] = {}
        for part, value in _parts(likeness):
            rows = self._db.all(
                "select q.hash, q.likeness from likeness_part l join picture q on q.account_id = l.account_id"
                " and q.hash = l.hash where l.account_id = ? and l.part = ? and l.value = ? limit ?",
                (account_id, part, value, limit),
            )
            found |= {row[0]: row[1] for row in rows}
        return found

    # ------------------------------------------------------------------------------------------ what people say

    def like(self, account_id: int, node_id: int, liker_id: int, at: int) -> bool:
        sql = "insert into photo_like (account_id, node_id, liker_id, at) values (?,?,?,?) on conflict do nothing"
        return self._db.run(sql, (account_id, node_id, liker_id, at)) > 0

    def unlike(self, account_id: int, node_id: int, liker_id: int) -> bool:
        sql = "delete from photo_like where account_id = ? and node_id = ? and liker_id = ?"
        return self._db.run(sql, (account_id, node_id, liker_id)) > 0

    def likers(self, account_id: int, node_ids: Sequence[int]) -> dict[int, list[tuple[int, str]]]:
        sql = (
            "select l.node_id, l.liker_id, a.name, l.at from photo_like l join account a on a.id = l.liker_id"
            " where l.account_id = ? and l.node_id {in}"
        )
        found: dict[int, list[tuple[int, str]]] = {}
        for row in sorted(self._db.all_in(sql, (account_id,), node_ids), key=lambda row: (row[3], row[1])):
            found.setdefault(row[0], []).append((row[1], row[2]))
        return found

    def favour(self, account_id: int, taken: Taken) -> None:
        self._db.run(
            "insert into favourite (account_id, owner_id, node_id, local_at) values (?,?,?,?)"
            " on conflict (account_id, node_id) do update set owner_id = excluded.owner_id,"
            " local_at = excluded.local_at",
            (account_id, taken.account_id, taken.node_id, taken.local_at),
        )

    def disfavour(self, account_id: int, node_id: int) -> None:
        self._db.run("delete from favourite where account_id = ? and node_id = ?", (account_id, node_id))

    def favourites(self, account_id: int, after: tuple[int, int], until: int, limit: int) -> list[Place]:
        rows = self._db.all(
            "select owner_id, node_id, local_at from favourite where account_id = ? and (local_at, node_id) < (?, ?)"
            f" and local_at >= ? {_ORDER}",
            (account_id, *after, until, limit),
        )
        return [(row[0], row[1], row[2]) for row in rows]

    def favoured(self, account_id: int, node_ids: Sequence[int]) -> set[int]:
        sql = "select node_id from favourite where account_id = ? and node_id {in}"
        return {row[0] for row in self._db.all_in(sql, (account_id,), node_ids)}

    def forget(self, account_id: int) -> None:
        self._db.run("delete from photo_like where liker_id = ?", (account_id,))
        tables = ("picture", "likeness_part", "photo", "photo_count", "photo_like", "favourite", "album", "album_photo")
        for table in tables:
            self._db.run(f"delete from {table} where account_id = ?", (account_id,))

    # ------------------------------------------------------------------------------------------ albums

    def add_album(self, album: Album) -> None:
        self._db.run(
            f"insert into album ({_ALBUM}) values ({', '.join('?' * len(Album.__struct_fields__))})", astuple(album)
        )

    def album(self, account_id: int, album_id: int) -> Album | None:
        row = self._db.one(f"select {_ALBUM} from album where account_id = ? and id = ?", (account_id, album_id))
        return Album(*row) if row else None

    def albums(self, account_id: int) -> list[Album]:
        rows = self._db.all(f"select {_ALBUM} from album where account_id = ? order by name, id", (account_id,))
        return [Album(*row) for row in rows]

    def update_album(self, album: Album) -> None:
        self._db.run(
            "update album set parent_id = ?, name = ?, cover_id = ? where account_id = ? and id = ?",
            (album.parent_id, album.name, album.cover_id, album.account_id, album.id),
        )

    def remove_album(self, account_id: int, album_id: int) -> None:
        self._db.run("delete from album_photo where account_id = ? and album_id = ?", (account_id, album_id))
        self._db.run("delete from album where account_id = ? and id = ?", (account_id, album_id))

    def put_in_album(self, account_id: int, album_id: int, photos: Sequence[Taken]) -> None:
        self._db.many(
            "insert into album_photo (account_id, album_id, node_id, owner_id, local_at) values (?,?,?,?,?)"
            " on conflict do nothing",
            [(account_id, album_id, taken.node_id, taken.account_id, taken.local_at) for taken in photos],
        )

    def take_from_album(self, account_id: int, album_id: int, node_ids: Sequence[int]) -> None:
        sql = "delete from album_photo where account_id = ? and album_id = ? and node_id {in}"
        self._db.run_in(sql, (account_id, album_id), node_ids)

    def album_photos(self, account_id: int, album_id: int, after: tuple[int, int], limit: int) -> list[Place]:
        rows = self._db.all(
            "select owner_id, node_id, local_at from album_photo where account_id = ? and album_id = ?"
            f" and (local_at, node_id) < (?, ?) {_ORDER}",
            (account_id, album_id, *after, limit),
        )
        return [(row[0], row[1], row[2]) for row in rows]

    def album_sizes(self, account_id: int) -> dict[int, int]:
        rows = self._db.all(
            "select a.album_id, count(*) from album_photo a join photo p on p.account_id = a.owner_id"
            " and p.node_id = a.node_id and p.live = 1 where a.account_id = ? group by a.album_id",
            (account_id,),
        )
        return {row[0]: row[1] for row in rows}


def _picture(row: Row) -> Picture:
    fields = dict(zip(Picture.__struct_fields__, row, strict=True))
    return Picture(
        **{
            **fields,
            "film": bool(fields["film"]),
            "facts": _facts(fields["facts"]) if fields["facts"] else Facts(),
            "thumbnails": _thumbnails(fields["thumbnails"]) if fields["thumbnails"] else (),
        }
    )


def _parts(likeness: int) -> list[tuple[int, int]]:
    return [(part, likeness >> 16 * part & 0xFFFF) for part in range(PARTS)]
