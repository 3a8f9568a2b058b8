"""Open folders, their members, mounts and invitations as rows."""

from msgspec.structs import astuple

from nuvol.model.nodes import Node, State
from nuvol.model.shares import Invited, Member, Mount
from nuvol.stores.catalog.database import Connection

_NODE = ", ".join(f"n.{field}" for field in Node.__struct_fields__)
_UP = (
    "with recursive up (id, parent_id, state) as ("
    "select id, parent_id, state from node where account_id = ? and id = ?"
    " union all select n.id, n.parent_id, n.state from up join node n on n.account_id = ? and n.id = up.parent_id)"
)
"""A node and all folders above it."""
_ROLE = (
    f"{_UP} select max(m.role) from up join member m on m.account_id = ? and m.node_id = up.id and m.member_id = ?"
    f" where up.state = {State.LIVE:d}"
)
_MEMBERS = (
    f"{_UP} select m.account_id, m.node_id, m.member_id, m.role, m.joined_at, a.name, coalesce(g.address, a.email)"
    " from up join member m on m.account_id = ? and m.node_id = up.id join account a on a.id = m.member_id"
    " left join guest g on g.account_id = m.member_id"
    " order by m.joined_at, m.member_id"
)
_MOUNTS = (
    "select t.account_id, t.id, t.owner_id, t.node_id, n.parent_id, n.name, m.role from mount t"
    " join node n on n.account_id = t.account_id and n.id = t.id and n.state = 0"
    " left join member m on m.account_id = t.owner_id and m.node_id = t.node_id and m.member_id = t.account_id"
    " where t.account_id = ?"
)
_INVITED = "digest, account_id, node_id, email, role, inviter_id, created_at, expires_at"


class Shares:
    def __init__(self, db: Connection) -> None:
        self._db = db

    # ------------------------------------------------------------------------------------------ members

    def put_member(self, account_id: int, node_id: int, member_id: int, role: int, at: int) -> None:
        self._db.run(
            "insert into member (account_id, node_id, member_id, role, joined_at) values (?,?,?,?,?)"
            " on conflict (account_id, node_id, member_id) do update set role = excluded.role",
            (account_id, node_id, member_id, role, at),
        )

    def member(self, account_id: int, node_id: int, member_id: int) -> int | None:
        row = self._db.one(
            "select role from member where account_id = ? and node_id = ? and member_id = ?",
            (account_id, node_id, member_id),
        )
        return row[0] if row else None

    def drop_member(self, account_id: int, node_id: int, member_id: int) -> bool:
        sql = "delete from member where account_id = ? and node_id = ? and member_id = ?"
        return self._db.run(sql, (account_id, node_id, member_id)) > 0

    def role(self, account_id: int, node_id: int, member_id: int) -> int | None:
        row = self._db.one(_ROLE, (account_id, node_id, account_id, account_id, member_id))
        return row[0] if row else None

    def members(self, account_id: int, node_id: int) -> list[Member]:
        rows = self._db.all(_MEMBERS, (account_id, node_id, account_id, account_id))
        return [Member(*row) for row in rows]

    def open_folders(self, account_id: int) -> set[int]:
        rows = self._db.all("select distinct node_id from member where account_id = ?", (account_id,))
        return {row[0] for row in rows}

    def open_to(self, member_id: int) -> list[Member]:
        rows = self._db.all(
            "select account_id, node_id, member_id, role, joined_at from member where member_id = ?"
            " order by account_id, node_id",
            (member_id,),
        )
        return [Member(*row) for row in rows]

    def lapsed(self, limit: int) -> list[Member]:
        rows = self._db.all(
            "select account_id, node_id, member_id, role, joined_at from member m where not exists"
            " (select 1 from node n where n.account_id = m.account_id and n.id = m.node_id) limit ?",
            (limit,),
        )
        return [Member(*row) for row in rows]

    def forget(self, account_id: int) -> None:
        self._db.run("delete from member where account_id = ? or member_id = ?", (account_id, account_id))
        self._db.run("delete from mount where account_id = ?", (account_id,))
        self._db.run("delete from share_invitation where account_id = ?", (account_id,))

    # ------------------------------------------------------------------------------------------ mounts

    def node(self, member_id: int, node_id: int) -> Node | None:
        row = self._db.one(
            f"select {_NODE} from (select distinct account_id from member where member_id = ?) o"
            " join node n on n.account_id = o.account_id and n.id = ? order by n.state limit 1",
            (member_id, node_id),
        )
        return Node(*row) if row else None

    def add_mount(self, mount: Mount) -> None:
        self._db.run(
            "insert into mount (account_id, id, owner_id, node_id) values (?,?,?,?)",
            (mount.account_id, mount.id, mount.owner_id, mount.node_id),
        )

    def mounts(self, account_id: int) -> list[Mount]:
        return [Mount(*row) for row in self._db.all(f"{_MOUNTS} order by t.id", (account_id,))]

    def mount(self, account_id: int, node_id: int) -> Mount | None:
        row = self._db.one(f"{_MOUNTS} and t.node_id = ?", (account_id, node_id))
        return Mount(*row) if row else None

    def target(self, account_id: int, mount_id: int) -> tuple[int, int] | None:
        row = self._db.one(
            "select owner_id, node_id from mount where account_id = ? and id = ?", (account_id, mount_id)
        )
        return (row[0], row[1]) if row else None

    def mount_at(self, account_id: int, node_id: int) -> Mount | None:
        row = self._db.one(
            "select account_id, id, owner_id, node_id from mount where account_id = ? and node_id = ?",
            (account_id, node_id),
        )
        return Mount(*row) if row else None

    def drop_mount(self, account_id: int, mount_id: int) -> None:
        self._db.run("delete from mount where account_id = ? and id = ?", (account_id, mount_id))

    def unmounted(self, limit: int) -> list[Member]:
        rows = self._db.all(
            "select account_id, node_id, member_id, role, joined_at from member m where not exists"
            " (select 1 from mount t where t.account_id = m.member_id and t.node_id = m.node_id) limit ?",
            (limit,),
        )
        return [Member(*row) for row in rows]

    def dangling(self, limit: int) -> list[Mount]:
        rows = self._db.all(
            "select account_id, id, owner_id, node_id from mount t where not exists (select 1 from member m"
            " where m.account_id = t.owner_id and m.node_id = t.node_id and m.member_id = t.account_id)"
            " or not exists (select 1 from node n where n.account_id = t.account_id and n.id = t.id) limit ?",
            (limit,),
        )
        return [Mount(*row) for row in rows]

    # ------------------------------------------------------------------------------------------ invitations

    def invite(self, invited: Invited) -> None:
        self._db.run(f"insert into share_invitation ({_INVITED}) values (?,?,?,?,?,?,?,?)", astuple(invited))

    def invited(self, digest: bytes) -> Invited | None:
        row = self._db.one(f"select {_INVITED} from share_invitation where digest = ?", (digest,))
        return Invited(*row) if row else None

    def invitations(self, account_id: int, node_id: int) -> list[Invited]:
        rows = self._db.all(
            f"select {_INVITED} from share_invitation where account_id = ? and node_id = ? order by created_at, digest",
            (account_id, node_id),
        )
        return [Invited(*row) for row in rows]

    def uninvite(self, digest: bytes) -> bool:
        return self._db.run("delete from share_invitation where digest = ?", (digest,)) > 0

    def expire(self, before: int) -> int:
        return self._db.run("delete from share_invitation where expires_at < ?", (before,))
