"""Mounts: where the folder that somebody opened stands in a member's tree.

A mount never says who may: that is the owner's row, asked at every access. Row and mount are in two accounts and come
in two units; `mend` brings or takes what a crash in between left out or over.
"""

from collections.abc import Iterator
from contextlib import suppress
from functools import partial

from nuvol.clock import DAY
from nuvol.core.files.ledger import Ledger, free_name, new_node
from nuvol.core.files.room import Files
from nuvol.errors import AccountMissing
from nuvol.model.accounts import Actor
from nuvol.model.nodes import Kind, Node, State
from nuvol.model.shares import Member, Mount
from nuvol.stores.base import Transaction

_BATCH = 100

TOLD_DAYS = 30
"""How long another cloud is told that its token was taken back, before it is one that never was."""


class Mounts:
    def __init__(self, files: Files) -> None:
        self._files = files

    def attach(self, actor: Actor, owner_id: int, node_id: int, member_id: int) -> None:
        """Put an opened folder into the member's root, unless it stands somewhere already. A name that is taken there
        becomes “name (2)”."""
        mount_id = self._files.new_id()

        def unit(ledger: Ledger) -> None:
            folder = ledger.tx.nodes.get(owner_id, node_id)
            if folder is None or ledger.tx.shares.mount(member_id, node_id) is not None:
                return
            if (left := ledger.tx.shares.mount_at(member_id, node_id)) is not None:  # in the trash, or gone with it
                self._take_away(ledger, left)
            root_id = ledger.account.root_id
            name = free_name(ledger, root_id, folder.name)
            ledger.tx.shares.add_mount(Mount(member_id, mount_id, owner_id, node_id))
            ledger.add(new_node(ledger, mount_id, root_id, name, Kind.MOUNT), "mount")

        self._files.write_in(member_id, actor, unit)

    def detach(self, actor: Actor, mount: Mount) -> None:
        """Take a mount out of the member's tree."""
        gone: list[Node] = []

        def unit(ledger: Ledger) -> None:
            gone[:] = self._take_away(ledger, mount)

        try:
            self._files.write_in(mount.account_id, actor, unit)
        finally:
            self._files.paths.forget(gone)

    def leave(self, actor: Actor, mount: Mount) -> None:
        """The member wants it no longer: first the right goes, then the mount."""
        with suppress(AccountMissing):  # the owner is gone
            end(self._files, actor, mount.owner_id, mount.node_id, mount.account_id, "leave")
        self.detach(actor, mount)

    def of(self, member_id: int, node_id: int) -> Mount | None:
        return self._files.catalog.read(lambda tx: tx.shares.mount(member_id, node_id))

    def mend(self) -> int:
        """Make rows and mounts agree again; returns how many did not.

        A mount whose own node was purged with the folder it stood in means that its member left.
        """
        return sum(1 for _ in self._mended())

    def _mended(self) -> Iterator[Member | Mount]:
        read = self._files.catalog.read
        while found := read(lambda tx: tx.shares.lapsed(_BATCH)):
            for member in found:
                end(self._files, Actor(member.account_id), member.account_id, member.node_id, member.member_id, "leave")
                yield member
        while dangling := read(lambda tx: tx.shares.dangling(_BATCH)):
            for mount in dangling:
                self.leave(Actor(mount.account_id), mount)
                yield mount
        now = self._files.clock()
        for guest_id in read(lambda tx: tx.guests.left(_BATCH)):
            self._files.catalog.write(partial(shut_out, guest_id=guest_id, now=now))
        for member in read(lambda tx: tx.shares.unmounted(_BATCH)):
            self.attach(Actor(member.account_id), member.account_id, member.node_id, member.member_id)
            yield member

    @staticmethod
    def _take_away(ledger: Ledger, mount: Mount) -> list[Node]:
        node = ledger.tx.nodes.get(mount.account_id, mount.id)
        if node is not None:
            if node.state == State.LIVE:
                ledger.note("unmount", node, old=node)
            ledger.tx.versions.remove_nodes(mount.account_id, [node.id])
            ledger.tx.nodes.remove(mount.account_id, [node.id])
        ledger.tx.shares.drop_mount(mount.account_id, mount.id)
        return [node] if node is not None else []


def end(files: Files, actor: Actor, owner_id: int, node_id: int, member_id: int, verb: str) -> bool:
    """Close a folder to a member: from the next access on. False when it was not open to them."""

    def unit(ledger: Ledger) -> bool:
        if not ledger.tx.shares.drop_member(owner_id, node_id, member_id):
            return False
        note_share(ledger, verb, node_id)
        return True

    ended = files.write_in(owner_id, actor, unit)
    if files.catalog.read(lambda tx: tx.guests.address(member_id)) is not None:
        files.catalog.write(lambda tx: shut_out(tx, member_id, files.clock()))
    return ended


def shut_out(tx: Transaction, guest_id: int, now: int) -> None:
    """The token of a guest ends; for a while its holder is told that it was taken back."""
    for grant in tx.grants.of(guest_id):
        tx.grants.revoke(guest_id, grant.id, now, now + TOLD_DAYS * DAY)


def note_share(ledger: Ledger, verb: str, node_id: int) -> None:
    """Tell owner and members that it changed who is a member."""
    folder = ledger.tx.nodes.get(ledger.account_id, node_id)
    if folder is not None:
        ledger.note(verb, folder, object="share")
