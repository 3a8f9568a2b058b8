"""Past states of files: kept, brought back, thinned out."""

import builtins
from datetime import UTC, datetime

from msgspec.structs import replace

from nuvol.clock import DAY, SECOND
from nuvol.core import access
from nuvol.core.files import guards
from nuvol.core.files.contents import release, take_abandoned
from nuvol.core.files.ledger import Ledger
from nuvol.core.files.room import Files
from nuvol.errors import NodeMissing, NotAllowed, VersionMissing, WrongKind
from nuvol.ids import ID_LIMIT
from nuvol.model.accounts import Actor
from nuvol.model.nodes import ANY, Guard, Node, State, Status, Version
from nuvol.stores.base import Transaction

YEAR = 365 * DAY


class Versions:
    def __init__(self, files: Files) -> None:
        self._files = files

    def get(self, actor: Actor, node_id: int, number: int) -> Version:
        """Raises NodeMissing, VersionMissing."""
        account_id = self._node(actor, node_id).account_id
        version = self._files.catalog.read(lambda tx: tx.versions.get(account_id, node_id, number))
        if version is None:
            raise VersionMissing(f"There is no version {number}.")
        return version

    def restore(self, actor: Actor, node_id: int, number: int, *, guard: Guard = ANY) -> Node:
        """Make an old content the newest version; nothing is lost by it. Raises VersionMissing, WrongKind, Locked, …"""
        access.require(actor, "write")

        def unit(ledger: Ledger) -> Node:
            node = ledger.live(node_id)
            if node.is_folder:
                raise WrongKind(f"“{node.name}” is a folder.", advice="Only files have contents to bring back.")
            old = ledger.tx.versions.get(ledger.account_id, node_id, number)
            if old is None or old.content is None:
                raise VersionMissing(f"There is no version {number}.")
            guards.check(ledger, guard, node)
            guards.may_change(ledger, guard, node)
            content = ledger.tx.chunks.content(ledger.account_id, old.content)
            new = replace(
                node,
                number=node.number + 1,
                content_number=node.number + 1,
                content=old.content,
                size=old.size,
                blob_id=content.blob_id if content else None,
                mime=old.mime,
                modified_at=old.modified_at,
                changed_at=ledger.now,
            )
            return ledger.update(node, new, Status.CHANGED, "content")

        return self._files.write(actor, unit, at=node_id)

    def remove(self, actor: Actor, node_id: int, number: int) -> None:
        """Remove one past state for good. Raises VersionMissing; NotAllowed for the present one."""
        access.require(actor, "write")

        def unit(ledger: Ledger) -> None:
            node = ledger.live(node_id, "purge")
            version = ledger.tx.versions.get(ledger.account_id, node_id, number)
            if version is None:
                raise VersionMissing(f"There is no version {number}.")
            if number == node.number:
                raise NotAllowed(
                    "This is the present state.", advice="Delete the file, or restore another version first."
                )
            self._drop(ledger, node_id, [version])

        self._files.write(actor, unit, at=node_id)
        take_abandoned(self._files)

    def thin(self) -> int:
        """Remove by rule: all younger than `versions_all_days` stay, of older ones the last of each day, of those
        older than a year the last of each month. Returns how many went."""
        before = self._files.clock() - self._files.rules.versions_all_days * DAY
        after, count = (0, 0), 0
        while found := self._crowded(before, after):
            count += sum(self._thin_node(account_id, node_id, before) for account_id, node_id in found)
            after = found[-1]
        take_abandoned(self._files)
        return count

    def _crowded(self, before: int, after: tuple[int, int]) -> builtins.list[tuple[int, int]]:
        return self._files.catalog.read(lambda tx: tx.versions.crowded(before, after, 500))

    def _thin_node(self, account_id: int, node_id: int, before: int) -> int:
        """Looks first: night after night there is nothing to do for most of them."""
        month = self._files.clock() - YEAR
        gone, count = self._files.catalog.read(lambda tx: _superfluous(tx, account_id, node_id, before, month)), 0

        def unit(ledger: Ledger) -> int:
            some = _superfluous(ledger.tx, account_id, node_id, before, month)[: self._files.rules.batch_rows]
            self._drop(ledger, node_id, some)
            return len(some)

        while count < len(gone) and (removed := self._files.write(Actor(account_id), unit)):
            count += removed
        return count

    @staticmethod
    def _drop(ledger: Ledger, node_id: int, versions: builtins.list[Version]) -> None:
        ledger.tx.versions.remove(ledger.account_id, node_id, [version.number for version in versions])
        release(ledger, {version.content for version in versions if version.content is not None})

    def _node(self, actor: Actor, node_id: int) -> Node:
        def look(tx: Transaction) -> Node:
            node = self._files.find(tx, actor, node_id)
            if node is None or node.state == State.HIDDEN:
                raise NodeMissing("There is no such file or folder.")
            access.require(actor, "read", node, tx)
            return node

        return self._files.catalog.read(look)

    def list(
        self, actor: Actor, node_id: int, *, before: int | None = None, limit: int = 100
    ) -> builtins.list[Version]:
        """Newest first; `before`: numbers below this one. Raises NodeMissing."""
        account_id = self._node(actor, node_id).account_id
        top = ID_LIMIT if before is None else before
        return self._files.catalog.read(lambda tx: tx.versions.of(account_id, node_id, top, limit))


def _superfluous(tx: Transaction, account_id: int, node_id: int, before: int, month: int) -> list[Version]:
    """Versions older than `before` that are neither in use nor the last of their day (before `month`: their month)."""
    node = tx.nodes.get(account_id, node_id)
    present = (node.number, node.content_number) if node else ()
    seen: set[str] = set()
    gone: list[Version] = []
    for version in tx.versions.of(account_id, node_id, ID_LIMIT, 100_000):  # the first seen of a day is its last
        if version.at >= before:
            continue
        day = datetime.fromtimestamp(version.at // SECOND, UTC)
        period = day.strftime("%Y-%m" if version.at < month else "%Y-%m-%d")
        if period in seen and version.number not in present:
            gone.append(version)
        seen.add(period)
    return gone
