"""Tickets: addresses of content that need no further proof, for minutes, for one version (CloudFS, section 5).

Stateless: the instance's key marks them. They end with the token they were asked with.
"""

import hmac
import re

from nuvol.clock import MINUTE, Clock
from nuvol.core.access import APP_FOLDER
from nuvol.core.files.reads import Reading, Reads
from nuvol.core.logins import is_over
from nuvol.core.vault import Vault
from nuvol.errors import NodeMissing
from nuvol.model.accounts import Account, Actor, Grant
from nuvol.model.apps import App
from nuvol.model.nodes import Node
from nuvol.stores.base import Catalog, Transaction

LASTS = 5 * MINUTE

_TICKET = re.compile(
    r"([0-9a-f]{1,14})\.([0-9a-f]{1,14})\.([0-9a-f]{1,14})\.([0-9a-f]{1,14})\.([0-9a-f]{1,16})\.([0-9a-f]{64})"
)


class Tickets:
    def __init__(self, catalog: Catalog, clock: Clock, vault: Vault, reads: Reads) -> None:
        self._catalog = catalog
        self._clock = clock
        self._vault = vault
        self._reads = reads

    def issue(self, actor: Actor, node: Node, number: int | None = None) -> str:
        """A ticket for this version (None: the present one) of a file that the actor may read."""
        fields = (actor.account_id, actor.grant_id or 0, node.id, number or node.number, self._clock() + LASTS)
        text = ".".join(f"{field:x}" for field in fields)
        return f"{text}.{self._mark(text)}"

    def redeem(self, ticket: str) -> tuple[Actor, Reading]:
        """Who asked for it, and what it opens.

        Raises NodeMissing: no ticket, too old, its token was taken back, the version is gone.
        """
        found = _TICKET.fullmatch(ticket)
        text = ticket.rpartition(".")[0]
        if found is None or not hmac.compare_digest(found[6], self._mark(text)):
            raise _over()
        account_id, grant_id, node_id, number, until = (int(found[i], 16) for i in range(1, 6))
        now = self._clock()
        grant, account, app, home = self._catalog.read(lambda tx: _holder(tx, account_id, grant_id))
        if until <= now or account is None or not account.active or grant is None or is_over(grant, now):
            raise _over()
        if grant.app and not (app and app.active):
            raise _over()
        actor = Actor(account_id, grant.scopes, grant_id, app_key=grant.app, home=home)
        return actor, self._reads.open(actor, node_id, number)

    def _mark(self, text: str) -> str:
        return self._vault.mark(f"ticket {text}").hex()


def _holder(
    tx: Transaction, account_id: int, grant_id: int
) -> tuple[Grant | None, Account | None, App | None, int | None]:
    """With the folder that is all the app sees."""
    grant = tx.grants.get(account_id, grant_id)
    app = tx.apps.by_key(grant.app) if grant and grant.app else None
    home = tx.apps.folder(account_id, grant.app) if grant and APP_FOLDER in grant.scopes else None
    return grant, tx.accounts.get(account_id), app, home


def _over() -> NodeMissing:
    return NodeMissing("This address is no longer good.", advice="Ask for the file again.")
