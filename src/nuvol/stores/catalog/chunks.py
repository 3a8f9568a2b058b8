"""Contents, chunks and blobs as rows."""

import json
import struct
from collections import Counter
from collections.abc import Mapping, Sequence

from nuvol.errors import ChunksLacking
from nuvol.model.nodes import Chunk, Content
from nuvol.stores.catalog.database import Connection, Row

_ENTRY = struct.Struct(">I32s")
_CHUNK = "hash, blob_id, start, length, adler32"
# A chunk whose bytes were found to be bad has -1 - start in place of start.
_CONTENT = "account_id, hash, size, adler32, blob_id, chunks, checksums"
_DEAD = "refs = 0 and dead_at is not null and dead_at < ? and pinned_until < ?"


class Chunks:
    def __init__(self, db: Connection) -> None:
        self._db = db

    # ------------------------------------------------------------------------------------------ contents

    def content(self, account_id: int, hash: bytes) -> Content | None:
        row = self._db.one(
            f"select {_CONTENT} from content where account_id = ? and hash = ? and pending is null", (account_id, hash)
        )
        return _content(row) if row else None

    def add_content(self, content: Content, pending: int | None = None) -> bool:
        added = self._db.run(
            f"insert into content ({_CONTENT}, pending) values (?,?,?,?,?,?,?,?) on conflict do nothing",
            (
                content.account_id,
                content.hash,
                content.size,
                content.adler32,
                content.blob_id,
                content.chunks,
                json.dumps(dict(content.checksums)) if content.checksums else "",
                pending,
            ),
        )
        return added > 0

    def settle(self, account_id: int, temporary: bytes, content: Content) -> None:
        self._db.run("delete from content where account_id = ? and hash = ?", (account_id, temporary))
        self.add_content(content)
        self._rename_pages(account_id, temporary, content.hash)

    def abandon(self, account_id: int, hash: bytes, temporary: bytes) -> None:
        self._db.run(
            "update content set hash = ?, pending = 0 where account_id = ? and hash = ?", (temporary, account_id, hash)
        )
        self._rename_pages(account_id, hash, temporary)

    def _rename_pages(self, account_id: int, old: bytes, new: bytes) -> None:
        self._db.run("update content_page set hash = ? where account_id = ? and hash = ?", (new, account_id, old))

    def abandoned(self, before: int, limit: int) -> list[tuple[int, bytes]]:
        rows = self._db.all(
            "select account_id, hash from content where pending is not null and pending < ? limit ?", (before, limit)
        )
        return [(row[0], row[1]) for row in rows]

    def set_checksums(self, account_id: int, hash: bytes, checksums: Mapping[str, str]) -> None:
        self._db.run(
            "update content set checksums = ? where account_id = ? and hash = ?",
            (json.dumps(dict(checksums)), account_id, hash),
        )

    def checksums(self, account_id: int, hashes: Sequence[bytes]) -> dict[bytes, Mapping[str, str]]:
        sql = "select hash, checksums from content where account_id = ? and checksums <> '' and pending is null"
        return {row[0]: json.loads(row[1]) for row in self._db.all_in(f"{sql} and hash {{in}}", (account_id,), hashes)}

    def adlers(self, account_id: int, hashes: Sequence[bytes]) -> dict[bytes, int]:
        sql = "select hash, adler32 from content where account_id = ? and hash {in} and pending is null"
        return {bytes(row[0]): row[1] for row in self._db.all_in(sql, (account_id,), hashes)}

    def add_inline(self, account_id: int, hash: bytes, data: bytes) -> None:
        self._db.run(
            "insert into inline (account_id, hash, data) values (?,?,?)"
            " on conflict (account_id, hash) do update set data = excluded.data",
            (account_id, hash, data),
        )

    def inline(self, account_id: int, hash: bytes) -> bytes | None:
        row = self._db.one("select data from inline where account_id = ? and hash = ?", (account_id, hash))
        return row[0] if row else None

    def drop_content(self, account_id: int, hash: bytes) -> None:
        for table in ("content_page", "inline", "content"):
            self._db.run(f"delete from {table} where account_id = ? and hash = ?", (account_id, hash))

    # ------------------------------------------------------------------------------------------ pages

    def add_page(self, account_id: int, hash: bytes, page: int, chunks: Sequence[tuple[bytes, int]]) -> None:
        packed = b"".join(_ENTRY.pack(length, name) for name, length in chunks)
        self._db.run(
            "insert into content_page (account_id, hash, page, chunks) values (?,?,?,?)",
            (account_id, hash, page, packed),
        )

    def page(self, account_id: int, hash: bytes, page: int) -> list[tuple[bytes, int]]:
        row = self._db.one(
            "select chunks from content_page where account_id = ? and hash = ? and page = ?", (account_id, hash, page)
        )
        return [(name, length) for length, name in _ENTRY.iter_unpack(row[0])] if row else []

    def last_page(self, account_id: int, hash: bytes) -> int:
        row = self._db.one("select max(page) from content_page where account_id = ? and hash = ?", (account_id, hash))
        return -1 if row is None or row[0] is None else row[0]

    def remove_page(self, account_id: int, hash: bytes, page: int) -> None:
        self._db.run(
            "delete from content_page where account_id = ? and hash = ? and page = ?", (account_id, hash, page)
        )

    # ------------------------------------------------------------------------------------------ chunks

    def find(self, account_id: int, hashes: Sequence[bytes]) -> dict[bytes, Chunk]:
        sql = f"select {_CHUNK} from chunk where account_id = ? and start >= 0 and hash {{in}}"
        return {row[0]: Chunk(*row) for row in self._db.all_in(sql, (account_id,), hashes)}

    def held(self, account_id: int, hashes: Sequence[bytes], until: int) -> tuple[dict[bytes, Chunk], bool]:
        sql = f"select {_CHUNK}, pinned_until from chunk where account_id = ? and start >= 0 and hash {{in}}"
        rows = self._db.all_in(sql, (account_id,), hashes)
        return {row[0]: Chunk(*row[:5]) for row in rows}, all(row[5] >= until for row in rows)

    def pin(self, account_id: int, hashes: Sequence[bytes], until: int, ahead: int = 0) -> dict[bytes, Chunk]:
        sql = "update chunk set pinned_until = ? where account_id = ? and pinned_until < ? and hash {in}"
        self._db.run_in(sql, (until, account_id, until), hashes)
        found = self.find(account_id, hashes)
        last = next((found[hash] for hash in reversed(hashes) if hash in found), None) if ahead else None
        if last is not None:
            rows = self._db.all(
                "select hash from chunk where account_id = ? and blob_id = ? and start > ? order by start limit ?",
                (account_id, last.blob_id, last.offset, ahead),
            )
            self._db.run_in(sql, (until, account_id, until), [row[0] for row in rows])
        return found

    def refer(self, account_id: int, chunks: Sequence[Chunk], blob_id: int) -> tuple[int, bool]:
        times = Counter(chunk.hash for chunk in chunks)
        offered = {chunk.hash: chunk for chunk in reversed(chunks)}
        sql = "select hash, blob_id, start, length, refs from chunk where account_id = ? and hash {in}{for_update}"
        present = {row[0]: row for row in self._db.all_in(sql, (account_id,), list(times))}
        new = [chunk for name, chunk in offered.items() if name not in present]
        bad = [offered[name] for name, row in present.items() if row[2] < 0]
        lacking = [chunk.hash for chunk in (*new, *bad) if chunk.blob_id != blob_id]
        if lacking:
            raise ChunksLacking(lacking)
        self._put_right(account_id, bad)
        self._db.many(
            "insert into chunk (account_id, hash, blob_id, start, length, adler32, refs) values (?,?,?,?,?,?,?)",
            [(account_id, c.hash, c.blob_id, c.offset, c.length, c.adler32, times[c.hash]) for c in new],
        )
        self._db.many(
            "update chunk set refs = refs + ?, dead_at = null where account_id = ? and hash = ?",
            [(times[name], account_id, name) for name in present],
        )
        grown = sum(chunk.length for chunk in new) + sum(row[3] for row in present.values() if row[4] == 0)
        at_home = all(row[2] < 0 or row[1:3] == (blob_id, offered[name].offset) for name, row in present.items())
        return grown, at_home

    def mend(self, account_id: int, chunks: Sequence[Chunk]) -> bool:
        offered = {chunk.hash: chunk for chunk in chunks}
        sql = "select hash from chunk where account_id = ? and start < 0 and hash {in}{for_update}"
        bad = [offered[row[0]] for row in self._db.all_in(sql, (account_id,), list(offered))]
        self._put_right(account_id, bad)
        return bool(bad)

    def _put_right(self, account_id: int, bad: Sequence[Chunk]) -> None:
        self._db.many(
            "update chunk set blob_id = ?, start = ? where account_id = ? and hash = ?",
            [(chunk.blob_id, chunk.offset, account_id, chunk.hash) for chunk in bad],
        )

    def unrefer(self, account_id: int, hashes: Sequence[bytes], now: int) -> int:
        times = Counter(hashes)
        self._db.many(
            "update chunk set refs = refs - ?, dead_at = case when refs = ? then ? else dead_at end"
            " where account_id = ? and hash = ?",
            [(count, count, now, account_id, name) for name, count in times.items()],
        )
        sql = "select length from chunk where account_id = ? and refs = 0 and hash {in}"
        return sum(row[0] for row in self._db.all_in(sql, (account_id,), list(times)))

    def dead(self, before: int, now: int, limit: int) -> list[tuple[int, Chunk]]:
        rows = self._db.all(f"select account_id, {_CHUNK} from chunk where {_DEAD} limit ?", (before, now, limit))
        return [(row[0], _chunk(row[1:])) for row in rows]

    def forget(self, account_id: int, hashes: Sequence[bytes], before: int, now: int) -> list[Chunk]:
        # One statement: between two, an upload could refer to what is about to go.
        sql = f"delete from chunk where account_id = ? and {_DEAD} and hash {{in}} returning {_CHUNK}"
        return [_chunk(row) for row in self._db.all_in(sql, (account_id, before, now), hashes)]

    def move_chunks(self, account_id: int, moved: Sequence[Chunk]) -> None:
        self._db.many(
            "update chunk set blob_id = ?, start = case when start < 0 then -1 - ? else ? end"
            " where account_id = ? and hash = ?",
            [(chunk.blob_id, chunk.offset, chunk.offset, account_id, chunk.hash) for chunk in moved],
        )

    # ------------------------------------------------------------------------------------------ blobs

    def in_blob(self, account_id: int, blob_id: int) -> list[Chunk]:
        rows = self._db.all(f"select {_CHUNK} from chunk where account_id = ? and blob_id = ?", (account_id, blob_id))
        return sorted(map(_chunk, rows), key=lambda chunk: chunk.offset)

    def judge(self, account_id: int, chunk: Chunk, sound: bool) -> bool:
        start, other = chunk.offset, -1 - chunk.offset
        if not sound:
            start, other = other, start
        return (
            self._db.run(
                "update chunk set start = ? where account_id = ? and hash = ? and blob_id = ? and start in (?, ?)",
                (start, account_id, chunk.hash, chunk.blob_id, start, other),
            )
            > 0
        )

    def split(self, account_id: int, blob_id: int) -> None:
        rows = self._db.all("select hash from content where account_id = ? and blob_id = ?", (account_id, blob_id))
        for (name,) in rows:
            for table, column in (("content", "hash"), ("version", "content"), ("node", "content")):
                self._db.run(
                    f"update {table} set blob_id = null where account_id = ? and {column} = ? and blob_id = ?",
                    (account_id, name, blob_id),
                )

    def add_blob(self, account_id: int, blob_id: int, size: int) -> None:
        self._db.run(
            "insert into blobs (account_id, id, size) values (?,?,?) on conflict do nothing",
            (account_id, blob_id, size),
        )

    def blob_size(self, account_id: int, blob_id: int) -> int | None:
        row = self._db.one("select size from blobs where account_id = ? and id = ?", (account_id, blob_id))
        return row[0] if row else None

    def blobs(self, after: tuple[int, int], limit: int) -> list[tuple[int, int, int]]:
        rows = self._db.all(
            "select account_id, id, size from blobs where (account_id, id) > (?, ?) order by account_id, id limit ?",
            (*after, limit),
        )
        return [(row[0], row[1], row[2]) for row in rows]

    def empty_blobs(self, after: tuple[int, int], limit: int) -> list[tuple[int, int]]:
        rows = self._db.all(
            "select account_id, id from blobs b where (account_id, id) > (?, ?) and not exists"
            " (select 1 from chunk c where c.account_id = b.account_id and c.blob_id = b.id) and not exists"
            " (select 1 from picture p where p.account_id = b.account_id and p.blob_id = b.id)"
            " order by account_id, id limit ?",
            (*after, limit),
        )
        return [(row[0], row[1]) for row in rows]

    def remove_blob(self, account_id: int, blob_id: int) -> None:
        self._db.run("delete from blobs where account_id = ? and id = ?", (account_id, blob_id))

    # ------------------------------------------------------------------------------------------ scrub

    def all_chunks(self, after: tuple[int, bytes], limit: int) -> list[tuple[int, Chunk, bool]]:
        rows = self._db.all(
            f"select account_id, {_CHUNK} from chunk where (account_id, hash) > (?, ?)"
            " order by account_id, hash limit ?",
            (*after, limit),
        )
        return [(row[0], _chunk(row[1:]), row[3] >= 0) for row in rows]

    def is_referred(self, account_id: int, hash: bytes) -> bool:
        sql = "select 1 from chunk where account_id = ? and hash = ? and refs > 0"
        return self._db.one(sql, (account_id, hash)) is not None

    def inlines(self, after: tuple[int, bytes], limit: int) -> list[tuple[int, bytes, bytes]]:
        rows = self._db.all(
            "select account_id, hash, data from inline where (account_id, hash) > (?, ?)"
            " order by account_id, hash limit ?",
            (*after, limit),
        )
        return [(row[0], row[1], row[2]) for row in rows]

    def contents(self, after: tuple[int, bytes], limit: int) -> list[Content]:
        rows = self._db.all(
            f"select {_CONTENT} from content where pending is null and (account_id, hash) > (?, ?)"
            " order by account_id, hash limit ?",
            (*after, limit),
        )
        return [_content(row) for row in rows]

    def hollow(self, limit: int) -> list[tuple[int, bytes]]:
        rows = self._db.all(
            "select account_id, hash from content c where chunks = 0 and pending is null and not exists"
            " (select 1 from inline i where i.account_id = c.account_id and i.hash = c.hash) limit ?",
            (limit,),
        )
        return [(row[0], row[1]) for row in rows]

    def references(self, account_id: int) -> tuple[int, int]:
        stated = self._db.one("select coalesce(sum(refs), 0) from chunk where account_id = ?", (account_id,))
        listed = self._db.one(
            "select coalesce(sum(length(chunks)), 0) from content_page where account_id = ?", (account_id,)
        )
        assert stated is not None and listed is not None  # an aggregate always has a row
        return int(stated[0]), int(listed[0]) // _ENTRY.size

    def referred_bytes(self, account_id: int) -> int:
        chunks = self._db.one(
            "select coalesce(sum(length), 0) from chunk where account_id = ? and refs > 0", (account_id,)
        )
        inline = self._db.one(
            "select coalesce(sum(size), 0) from content where account_id = ? and chunks = 0", (account_id,)
        )
        assert chunks is not None and inline is not None  # an aggregate always has a row
        return int(chunks[0]) + int(inline[0])


def _chunk(row: Row) -> Chunk:
    hash, blob_id, start, length, adler32 = row
    return Chunk(hash, blob_id, start if start >= 0 else -1 - start, length, adler32)


def _content(row: Row) -> Content:
    account_id, hash, size, adler32, blob_id, chunks, checksums = row
    known = json.loads(checksums) if checksums else {}
    return Content(account_id, hash, size, adler32, blob_id, chunks, known)
