"""Resumable uploads between two requests."""

from collections.abc import Sequence

from msgspec.structs import astuple

from nuvol.model.nodes import Chunk, UploadSession
from nuvol.stores.catalog.database import Connection

_COLUMNS = (
    "account_id, id, node_id, parent_id, name, size, received, blob_id, written, tail, mime,"
    " modified_at, guard, meta, expires_at, holder_id"
)


class Uploads:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def add(self, upload: UploadSession) -> None:
        self._db.run(f"insert into upload ({_COLUMNS}) values (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", astuple(upload))

    def get(self, account_id: int, upload_id: str) -> UploadSession | None:
        row = self._db.one(f"select {_COLUMNS} from upload where account_id = ? and id = ?", (account_id, upload_id))
        return UploadSession(*row) if row else None

    def of_holder(self, holder_id: int, upload_id: str) -> UploadSession | None:
        row = self._db.one(
            f"select {_COLUMNS} from (select distinct account_id as owner_id from member where member_id = ?) o"
            " join upload on account_id = owner_id and id = ? and holder_id = ?",
            (holder_id, upload_id, holder_id),
        )
        return UploadSession(*row) if row else None

    def update(self, upload: UploadSession, before: int) -> bool:
        return (
            self._db.run(
                "update upload set size = ?, received = ?, blob_id = ?, written = ?, tail = ?, expires_at = ?"
                " where account_id = ? and id = ? and received = ?",
                (
                    upload.size,
                    upload.offset,
                    upload.blob_id,
                    upload.written,
                    upload.tail,
                    upload.expires_at,
                    upload.account_id,
                    upload.id,
                    before,
                ),
            )
            > 0
        )

    def move(self, account_id: int, upload_id: str, blob_id: int) -> None:
        self._db.run(
            "update upload_chunk set blob_id = ? where account_id = ? and upload_id = ? and blob_id ="
            " (select u.blob_id from upload u where u.account_id = ? and u.id = ?)",
            (blob_id, account_id, upload_id, account_id, upload_id),
        )
        self._db.run("update upload set blob_id = ? where account_id = ? and id = ?", (blob_id, account_id, upload_id))

    def remove(self, account_id: int, upload_id: str) -> bool:
        self._db.run("delete from upload_chunk where account_id = ? and upload_id = ?", (account_id, upload_id))
        return self._db.run("delete from upload where account_id = ? and id = ?", (account_id, upload_id)) > 0

    def add_chunks(self, account_id: int, upload_id: str, first: int, chunks: Sequence[Chunk]) -> None:
        self._db.many(
            "insert into upload_chunk (account_id, upload_id, position, hash, blob_id, start, length, adler32)"
            " values (?,?,?,?,?,?,?,?)",
            [
                (account_id, upload_id, first + i, chunk.hash, chunk.blob_id, chunk.offset, chunk.length, chunk.adler32)
                for i, chunk in enumerate(chunks)
            ],
        )

    def chunks(self, account_id: int, upload_id: str) -> list[Chunk]:
        rows = self._db.all(
            "select hash, blob_id, start, length, adler32 from upload_chunk"
            " where account_id = ? and upload_id = ? order by position",
            (account_id, upload_id),
        )
        return [Chunk(*row) for row in rows]

    def expired(self, before: int, limit: int) -> list[UploadSession]:
        rows = self._db.all(
            f"select {_COLUMNS} from upload where expires_at < ? order by expires_at limit ?", (before, limit)
        )
        return [UploadSession(*row) for row in rows]

    def blob_ids(self) -> set[tuple[int, int]]:
        return {(row[0], row[1]) for row in self._db.all("select account_id, blob_id from upload")}
