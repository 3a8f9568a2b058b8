"""Comments as rows, and the words they are found by."""

from collections.abc import Sequence

from nuvol.model import names
from nuvol.model.comments import Comment
from nuvol.model.nodes import Node
from nuvol.stores.catalog import words as index
from nuvol.stores.catalog.database import Connection, Row

_COLUMNS = "account_id, doc_id, node_id, author_id, shown, text, at, cloud, mentions"
_PUT = (
    f"insert into node_comment ({_COLUMNS}) values (?,?,?,?,?,?,?,?,?) on conflict (account_id, doc_id) do update set"
    " node_id = excluded.node_id, author_id = excluded.author_id, shown = excluded.shown, text = excluded.text,"
    " at = excluded.at, cloud = excluded.cloud, mentions = excluded.mentions"
)
_OF = f"select {_COLUMNS} from node_comment where account_id = ? and node_id = ? and (at, doc_id) < (?, ?)"
_NODE = ", ".join(f"n.{field}" for field in Node.__struct_fields__)
_ADD_WORD = "insert into comment_word (account_id, doc_id, word, node_id) values (?,?,?,?)"
_HAS = (
    " and exists (select 1 from comment_word o where o.account_id = {0}.account_id and o.doc_id = {0}.doc_id"
    " and o.word >= ? and o.word < ?)"
)
_NODES = (
    f"select {_NODE} from node n where n.account_id = ? and n.id in ({{among}}) and n.state = 0"
    " and n.parent_id is not null order by n.id desc limit ?"
)
_OF_WORD = (
    "select w.node_id from comment_word w where w.account_id = ? and w.word >= ? and w.word < ? and w.node_id < ?"
)
_AMONG_NEWEST = "select c.node_id from node_comment c where c.account_id = ? and c.node_id < ? and c.node_id >= ?"
_NEAR = "select node_id from node_comment where account_id = ? and node_id < ? order by node_id desc limit 1 offset ?"


class Comments:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def put(self, comment: Comment) -> None:
        row = (comment.account_id, comment.doc_id, comment.node_id, comment.author_id, comment.user, comment.text)
        self._db.run(_PUT, (*row, comment.at, comment.cloud, " ".join(map(str, comment.mentions))))
        self._drop_words(comment.account_id, comment.doc_id)
        rows = [
            (comment.account_id, comment.doc_id, word, comment.node_id)
            for word in names.words(comment.text, names.TEXT_WORDS)
        ]
        if rows:
            self._db.many(_ADD_WORD, rows)

    def _drop_words(self, account_id: int, doc_id: str) -> None:
        self._db.run("delete from comment_word where account_id = ? and doc_id = ?", (account_id, doc_id))

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

    def nodes(self, account_id: int, words: Sequence[str], before: int, limit: int) -> list[Node]:
        if not words:
            return []
        word, rows = index.rarest(self._db, "comment_word", account_id, words, index.FEW)
        if rows < index.FEW:
            return self._having(word, words, account_id, before, limit)
        among = f"{_AMONG_NEWEST}{_HAS.format('c') * len(words)}"
        found: list[Node] = []
        for many in index.NEAR:
            last = self._db.one(_NEAR, (account_id, before, many - 1))
            args = (account_id, account_id, before, last[0] if last else 0, *_ranges(words))
            found += [Node(*row) for row in self._db.all(_NODES.format(among=among), (*args, limit - len(found)))]
            if len(found) == limit or last is None:
                return found
            before = last[0]
        word, _ = index.rarest(self._db, "comment_word", account_id, words, index.MANY)
        return found + self._having(word, words, account_id, before, limit - len(found))

    def _having(self, looked_up: str, words: Sequence[str], account_id: int, before: int, limit: int) -> list[Node]:
        others = [word for word in words if word != looked_up]
        among = f"{_OF_WORD}{_HAS.format('w') * len(others)}"
        args = (account_id, account_id, *index.bounds(looked_up), before, *_ranges(others), limit)
        return [Node(*row) for row in self._db.all(_NODES.format(among=among), args)]

    def fitting(self, account_id: int, words: Sequence[str], node_ids: Sequence[int]) -> list[Comment]:
        sql = (
            f"select {_COLUMNS} from (select c.*, row_number() over (partition by c.node_id order by c.at desc,"
            " c.doc_id desc) as place from node_comment c where c.account_id = ? and c.node_id {in}"
            f"{_HAS.format('c') * len(words)}) as found where place = 1"
        )
        return [_comment(row) for row in self._db.all_in(sql, (account_id, *_ranges(words)), node_ids)]

    def remove(self, account_id: int, doc_id: str) -> bool:
        self._drop_words(account_id, doc_id)
        return self._db.run("delete from node_comment where account_id = ? and doc_id = ?", (account_id, doc_id)) > 0


def _ranges(words: Sequence[str]) -> list[str]:
    return [end for word in words for end in index.bounds(word)]


def _comment(row: Row) -> Comment:
    *said, mentions = row
    return Comment(*(*said, tuple(map(int, mentions.split()))))
