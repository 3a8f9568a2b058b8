"""Comments as rows."""

from collections.abc import Sequence

from nuvol.model.comments import Comment
from nuvol.stores.catalog.database import Connection, Row

_COLUMNS = "account_id, doc_id, node_id, author_id, shown, text, at, cloud, mentions"
_PUT = (
    f"insert into node_comment ({_COLUMNS}) values (?,?,?,?,?,?,?,?,?) on conflict (account_id, doc_id) do update set"
    " node_id = excluded.node_id, author_id = excluded.author_id, shown = excluded.shown, text = excluded.text,"
    " at = excluded.at, cloud = excluded.cloud, mentions = excluded.mentions"
)
_OF = f"select {_COLUMNS} from node_comment where account_id = ? and node_id = ? and (at, doc_id) < (?, ?)"


class Comments:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def put(self, comment: Comment) -> None:
        row = (comment.account_id, comment.doc_id, comment.node_id, comment.author_id, comment.user, comment.text)
        self._db.run(_PUT, (*row, comment.at, comment.cloud, " ".join(map(str, comment.mentions))))

    def get(self, account_id: int, doc_id: str) -> Comment | None:
        row = self._db.one(
            f"select {_COLUMNS} from node_comment where account_id = ? and doc_id = ?", (account_id, doc_id)
        )
        return _comment(row) if row else None

    def of(self, account_id: int, node_id: int, before: tuple[int, str], limit: int) -> list[Comment]:
        rows = self._db.all(f"{_OF} order by at desc, doc_id desc limit ?", (account_id, node_id, *before, limit))
        return [_comment(row) for row in rows]

    def count(self, account_id: int, node_id: int) -> int:
        row = self._db.one(
            "select count(*) from node_comment where account_id = ? and node_id = ?", (account_id, node_id)
        )
        return row[0] if row else 0

    def about(self, account_id: int, node_ids: Sequence[int], limit: int) -> list[Comment]:
        sql = f"select {_COLUMNS} from node_comment where account_id = ? and node_id {{in}} limit ?"
        return [_comment(row) for row in self._db.all_in(sql, (account_id, limit), node_ids)[:limit]]

    def remove(self, account_id: int, doc_id: str) -> bool:
        return self._db.run("delete from node_comment where account_id = ? and doc_id = ?", (account_id, doc_id)) > 0


def _comment(row: Row) -> Comment:
    *said, mentions = row
    return Comment(*(*said, tuple(map(int, mentions.split()))))
