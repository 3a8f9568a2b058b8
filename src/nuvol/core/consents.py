"""People of a desk who have an account here: their calendars there are opened to them (eyeos.md b.1).

A desk syncs the documents of many people into one account, and says of each whose it is. That a name there and an
account here are one person has to be shown: the person makes a calendar on the desk whose name is a code that only this
account is told. What was shown then is kept as a grant, which the person takes back like that of any app.
"""

import string

from nuvol.core.access import require
from nuvol.core.apps import NOBODYS, Apps
from nuvol.core.documents import Documents
from nuvol.core.files.room import Files
from nuvol.core.grants import CONSENT, Grants
from nuvol.core.vault import Vault
from nuvol.errors import AppMissing, NotAllowed
from nuvol.model.accounts import Actor, handle
from nuvol.model.apps import U1DB, App, Desk
from nuvol.stores.base import Transaction

BY_USER, USER_AND_TYPE = "nuvol-user", ("user_eyeos", "type")
"""An index of the documents of a desk."""
LETTERS = string.ascii_lowercase + string.digits
LENGTH = 12
"""Of a code, 62 bits: letters and digits are all that a desk takes in the name of a calendar."""


class Consents:
    def __init__(self, files: Files, documents: Documents, vault: Vault, apps: Apps, grants: Grants) -> None:
        self._files = files
        self._documents = documents
        self._vault = vault
        self._apps = apps
        self._grants = grants

    def desks(self, actor: Actor) -> list[Desk]:
        """Those that have an account of their own, as the actor stands to them."""
        require(actor, "account")

        def look(tx: Transaction) -> list[Desk]:
            users = {grant.app: grant.label for grant in tx.grants.of(actor.account_id, CONSENT)}
            found = [app for app in tx.apps.all() if _is_desk(tx, app)]
            return [Desk(app.key, app.title, self._code(actor, app), users.get(app.key)) for app in found]

        return self._files.catalog.read(look)

    def connect(self, actor: Actor, key: str) -> Desk:
        """Raises AppMissing; NotAllowed as long as the calendar is not there."""
        desk = next((desk for desk in self.desks(actor) if desk.key == key), None)
        if desk is None:
            raise AppMissing("There is no such desk.")
        app = self._apps.find(key)
        user = desk.user or self._shown(actor, app, desk.code)
        if user is None:
            raise NotAllowed(
                "This desk does not know you yet.",
                advice=f"Make a calendar there that is called {desk.code}, wait until it has synced, and try again.",
            )
        if desk.user is None:
            self._grants.consent(actor, app, user, frozenset({"calendar"}))
        return Desk(desk.key, desk.title, desk.code, user)

    def _code(self, actor: Actor, app: App) -> str:
        drawn = self._vault.mark(f"desk {app.id} of {actor.account_id}")
        return "".join(LETTERS[byte % len(LETTERS)] for byte in drawn[:LENGTH])

    def _shown(self, actor: Actor, app: App, code: str) -> str | None:
        """Who of the desk made the calendar of this name, if that is who the account is called."""
        account = self._files.catalog.read(lambda tx: tx.accounts.get(actor.account_id))
        if account is None or app.home_id is None:
            return None
        replica = self._documents.room(Actor(app.home_id), "calendar")
        for user in sorted({account.name, account.email, handle(account.name), handle(account.email)}):
            replica.create_index(BY_USER, *USER_AND_TYPE)
            for doc in () if user.endswith("*") else replica.get_from_index(BY_USER, user, "calendar"):
                said = doc.content or {}
                if said.get("name") == code and said.get("status") != "DELETED":
                    return user
        return None


def homes(tx: Transaction, account_id: int, user: str) -> list[int]:
    """The accounts of desks where this account is known as this user. Asked at every access."""
    shown = [grant.app for grant in tx.grants.of(account_id, CONSENT) if grant.label == user]
    apps = [app for key in shown if (app := tx.apps.by_key(key)) is not None and _is_desk(tx, app)]
    return [app.home_id for app in apps if app.home_id is not None]


def _is_desk(tx: Transaction, app: App) -> bool:
    """Whether its documents are in an account of its own; in that of a person they are that person's."""
    home = tx.accounts.get(app.home_id) if app.kind == U1DB and app.active and app.home_id is not None else None
    return home is not None and home.email.endswith(NOBODYS)
