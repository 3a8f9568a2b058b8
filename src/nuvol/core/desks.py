"""Desks: programs that sync documents for many people under one login, as eyeOS does (eyeos.md c).

There is no person to ask: the administrator who adds such an app answers beforehand. Its request token never changes,
and a word (the verifier) stands for the consent. Its databases are those of the app's account.
"""

import hmac
import string

from nuvol import ids
from nuvol.clock import Clock
from nuvol.core.access import scopes_of
from nuvol.core.apps import Apps
from nuvol.core.grants import OAUTH1
from nuvol.core.logins import is_over
from nuvol.core.oauth1 import Pair, new_grant, open_pair
from nuvol.core.signed import Proof, Signed
from nuvol.core.vault import Vault
from nuvol.errors import AppMissing, NotAdmitted
from nuvol.model.apps import OOB, U1DB, App
from nuvol.stores.base import Catalog, Transaction

LETTERS = string.ascii_uppercase + string.digits
LENGTH = 15
"""Of tokens and secrets, 77 bits: what such clients are used to."""


class Desks:
    def __init__(self, catalog: Catalog, clock: Clock, vault: Vault, apps: Apps, signed: Signed) -> None:
        self._catalog = catalog
        self._clock = clock
        self._vault = vault
        self._apps = apps
        self._signed = signed

    def request_token(self, proof: Proof) -> tuple[Pair, str]:
        """The app's fixed request token, and its verifier. Raises NotAdmitted, AccessRevoked."""
        app = self._signed.app(proof, U1DB)
        self._signed.check(proof, app, "")
        self._signed.use(proof, app)
        return self._fixed(app), app.verifier or ""

    def authorize(self, consumer: str, token: str) -> tuple[str, str]:
        """(callback, verifier) for the app's request token; nothing is signed here. Raises NotAdmitted."""
        try:
            app = self._apps.find(consumer)
        except AppMissing:
            raise NotAdmitted("No such consumer is known here.") from None
        if app.kind != U1DB or not app.active or not _same(self._fixed(app).token, token):
            raise NotAdmitted("No such request token is known here.")
        return next((callback for callback in app.callbacks if callback != OOB), OOB), app.verifier or ""

    def access_token(self, proof: Proof) -> Pair:
        """The same token again as long as it lasts; then a new one. Raises NotAdmitted, AccessRevoked."""
        app = self._signed.app(proof, U1DB)
        fixed = self._fixed(app)
        if not _same(fixed.token, proof.token) or app.home_id is None:
            raise NotAdmitted("No such request token is known here.")
        self._signed.check(proof, app, fixed.secret)
        if not _same(app.verifier or "", proof.verifier):
            raise NotAdmitted("The verifier does not fit.")
        self._signed.use(proof, app)
        home_id, grant_id, now = app.home_id, self._catalog.new_ids(1)[0], self._clock()
        pair = Pair(_letters(), _letters())
        fresh = new_grant(self._vault, grant_id, app, home_id, scopes_of(app), pair, now)

        def unit(tx: Transaction) -> Pair:
            tx.accounts.take(home_id)
            held = [grant for grant in tx.grants.of(home_id, OAUTH1) if grant.app == app.key]
            for grant in held:
                if not is_over(grant, now):
                    return open_pair(self._vault, grant)
            for grant in held:
                if grant.revoked_at is None:
                    tx.grants.remove(home_id, grant.id)
            tx.grants.add(fresh, ids.digest(pair.token))
            return pair

        return self._catalog.write(unit)

    def _fixed(self, app: App) -> Pair:
        """Computed, not kept: the same for as long as app and instance live."""
        drawn = self._vault.mark(f"request token {app.id}")
        letters = "".join(LETTERS[byte % len(LETTERS)] for byte in drawn)
        return Pair(letters[:LENGTH], letters[LENGTH : 2 * LENGTH])


def _letters() -> str:
    return ids.letters(LENGTH, LETTERS)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(errors="replace"), other.encode(errors="replace"))
