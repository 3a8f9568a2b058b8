"""Links and what was received through them, as rows."""

from collections.abc import Sequence

from msgspec.structs import astuple

from nuvol.model.links import Link
from nuvol.stores.catalog.database import Connection, Row

_FIELDS = Link.__struct_fields__
_COLUMNS = ", ".join(_FIELDS)
_ADD = f"insert into link ({_COLUMNS}) values ({', '.join('?' * len(_FIELDS))})"
_CHANGED = [field for field in _FIELDS if field not in ("account_id", "id", "uses")]
_UPDATE = f"update link set {', '.join(f'{field} = ?' for field in _CHANGED)} where account_id = ? and id = ?"


class Links:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def add(self, link: Link) -> None:
        self._db.run(_ADD, tuple(map(_plain, astuple(link))))

    def get(self, account_id: int, link_id: int) -> Link | None:
        return self._one("account_id = ? and id = ?", account_id, link_id)

    def by_key(self, key: str) -> Link | None:
        return self._one("key = ?", key)

    def of(self, account_id: int) -> list[Link]:
        return [
            _link(row)
            for row in self._db.all(f"select {_COLUMNS} from link where account_id = ? order by id", (account_id,))
        ]

    def update(self, link: Link) -> None:
        values = tuple(_plain(getattr(link, field)) for field in _CHANGED)
        self._db.run(_UPDATE, (*values, link.account_id, link.id))

    def remove(self, account_id: int, link_id: int) -> bool:
        self._db.run("delete from link_unlock where account_id = ? and link_id = ?", (account_id, link_id))
        return self._db.run("delete from link where account_id = ? and id = ?", (account_id, link_id)) > 0

    def use(self, account_id: int, link_id: int) -> bool:
        sql = (
            "update link set uses = uses + 1 where account_id = ? and id = ? and (max_uses is null or uses < max_uses)"
        )
        return self._db.run(sql, (account_id, link_id)) > 0

    def unlock(self, account_id: int, link_id: int, grant_id: int, proof: bytes) -> None:
        self._db.run(
            "insert into link_unlock (account_id, link_id, grant_id, proof) values (?,?,?,?)"
            " on conflict (account_id, link_id, grant_id) do update set proof = excluded.proof",
            (account_id, link_id, grant_id, proof),
        )

    def proof(self, account_id: int, link_id: int, grant_id: int) -> bytes | None:
        row = self._db.one(
            "select proof from link_unlock where account_id = ? and link_id = ? and grant_id = ?",
            (account_id, link_id, grant_id),
        )
        return row[0] if row else None

    def note_received(self, account_id: int, node_ids: Sequence[int]) -> None:
        sql = "insert into received (account_id, node_id) values (?,?)"
        self._db.many(sql, [(account_id, node_id) for node_id in node_ids])

    def received(self, account_id: int, node_ids: Sequence[int]) -> set[int]:
        sql = "select node_id from received where account_id = ? and node_id {in}"
        return {row[0] for row in self._db.all_in(sql, (account_id,), node_ids)}

    def _one(self, condition: str, *values: object) -> Link | None:
        row = self._db.one(f"select {_COLUMNS} from link where {condition}", values)
        return _link(row) if row else None


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    return int(value) if isinstance(value, bool) else value


def _link(row: Row) -> Link:
    values = dict(zip(_FIELDS, row, strict=True))
    values["items"] = tuple(map(int, values["items"].split()))
    values["accounts_only"] = bool(values["accounts_only"])
    return Link(**values)
