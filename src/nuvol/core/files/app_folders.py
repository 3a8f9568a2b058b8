"""Folders of apps: an app that sees no more than a folder of its own has it below /Apps."""

from msgspec.structs import replace

from nuvol.core.files import names
from nuvol.core.files.ledger import Ledger, free_name, lives, new_node
from nuvol.core.files.room import Files
from nuvol.model.accounts import Account, Actor
from nuvol.model.apps import App
from nuvol.model.nodes import Kind, Node
from nuvol.stores.base import Transaction

APPS = "Apps"
"""The folder in which they are."""


class AppFolders:
    def __init__(self, files: Files) -> None:
        self._files = files

    def find(self, account_id: int, app: App) -> int:
        """The id of an app's folder in this account. It stays the same when the folder is renamed or moved; one that
        was deleted is made anew. Raises StoreFull, AccountMissing."""
        known = self._files.catalog.read(lambda tx: _alive(tx, account_id, app))
        return self._make(account_id, app) if known is None else known

    def _make(self, account_id: int, app: App) -> int:
        self._files.require_room(0)
        apps_id, folder_id = self._files.catalog.new_ids(2)

        def unit(ledger: Ledger) -> int:
            if (known := _alive(ledger.tx, account_id, app)) is not None:
                return known
            root_id = ledger.account.root_id
            above = ledger.tx.nodes.child(account_id, root_id, APPS)
            if above is None or above.kind != Kind.FOLDER:
                above = self._folder(ledger, apps_id, root_id, APPS)
            made = self._folder(ledger, folder_id, above.id, _name(app.title))
            ledger.tx.apps.set_folder(account_id, app.key, made.id)
            return made.id

        return self._files.write_in(account_id, Actor(account_id, app=app.title), unit)

    @staticmethod
    def _folder(ledger: Ledger, node_id: int, parent_id: int, name: str) -> Node:
        return ledger.add(new_node(ledger, node_id, parent_id, free_name(ledger, parent_id, name), Kind.FOLDER))


def as_seen(tx: Transaction, actor: Actor, account: Account) -> Account:
    """An account as the actor knows it: an app that has a folder of its own is told that folder, how much is in it, and
    as much to come as the account has left."""
    if actor.home is None:
        return account
    used = tx.versions.size_below(account.id, actor.home)
    quota = None if account.quota is None else used + max(0, account.quota - account.used)
    return replace(account, root_id=actor.home, used=used, quota=quota)


def _alive(tx: Transaction, account_id: int, app: App) -> int | None:
    node_id = tx.apps.folder(account_id, app.key)
    node = tx.nodes.get(account_id, node_id) if node_id is not None else None
    return node_id if node is not None and lives(tx, node) else None


def _name(title: str) -> str:
    """The title of an app as a folder can have it."""
    safe = title.replace("/", "-").encode()[: names.NAME_BYTES].decode(errors="ignore")
    return "_" if safe in (".", "..") else safe
