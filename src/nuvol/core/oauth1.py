"""OAuth 1.0a as people meet it: an app asks, a person answers, the app gets a token (RFC 5849 §2)."""

import hmac

from msgspec import Struct
from msgspec.structs import replace

from nuvol import ids
from nuvol.clock import HOUR, MINUTE, Clock
from nuvol.core.access import given, require, scopes_of
from nuvol.core.apps import KEY_LETTERS, SECRET_LETTERS, Apps
from nuvol.core.grants import OAUTH1, Grants
from nuvol.core.logins import is_over
from nuvol.core.signed import Proof, Signed
from nuvol.core.vault import Vault
from nuvol.errors import AccessRevoked, AppMissing, NotAdmitted, NotAllowed, RequestMissing
from nuvol.model.accounts import Account, Actor, Grant
from nuvol.model.apps import STACKSYNC, U1DB, App
from nuvol.stores.base import Catalog, OAuthRequest, Transaction

REQUEST_MINUTES = 30
"""How long a question waits for its answer, and the answer for the app: long enough to find one's password."""

VERIFIER_LETTERS = 20


class Pair(Struct, frozen=True):
    """A token and its secret, as an app is given them."""

    token: str
    secret: str


class Question(Struct, frozen=True):
    """What a person is asked."""

    app: App
    callback: str
    scopes: frozenset[str]
    minutes: int
    """How long it still waits, at least 1."""


class Answered(Struct, frozen=True):
    """What goes back to the app by way of the person. `callback`: an address, or `OOB`."""

    callback: str
    token: str
    verifier: str


class OAuth1:
    """Requests of apps, answers of people, and the door for what is signed."""

    def __init__(
        self, catalog: Catalog, clock: Clock, vault: Vault, apps: Apps, grants: Grants, signed: Signed
    ) -> None:
        self._catalog = catalog
        self._clock = clock
        self._vault = vault
        self._apps = apps
        self._grants = grants
        self._signed = signed

    # ------------------------------------------------------------------------------------------------- the door

    def admit(self, proof: Proof) -> Actor:
        """Who asks by a signed request with an access token.

        Raises NotAdmitted; AccessRevoked when the token was good once and was taken back.
        """
        app = self._signed.app(proof)
        grant, account = self._catalog.read(lambda tx: _holder(tx, ids.digest(proof.token)))
        if grant is None or account is None or grant.kind != OAUTH1 or grant.app != app.key or grant.secret is None:
            raise NotAdmitted("No such token is known here.")
        self._signed.check(proof, app, open_pair(self._vault, grant).secret)
        if grant.revoked_at is not None:
            raise AccessRevoked("This access was taken back.")
        if not account.active or is_over(grant, self._clock()):
            raise NotAdmitted("This token is not valid any more.", advice="Ask for a new one.")
        self._signed.use(proof, app, account.id)
        return replace(self._grants.actor(grant, account, app, proof.network), is_desk=app.kind == U1DB)

    # ------------------------------------------------------------------------------------------------ the dance

    def request_token(self, proof: Proof) -> Pair:
        """A question that a person can be asked. Raises NotAdmitted, AccessRevoked."""
        app = self._signed.app(proof, STACKSYNC)
        self._signed.check(proof, app, "")
        if proof.callback not in app.callbacks:
            raise NotAdmitted(
                "The app was not added with this callback.", advice="Use exactly the one it was added with."
            )
        self._signed.use(proof, app)
        pair = Pair(ids.letters(KEY_LETTERS), ids.letters(SECRET_LETTERS))
        digest = ids.digest(pair.token)
        request = OAuthRequest(
            digest=digest,
            app=app.key,
            secret=self._vault.seal(pair.secret, f"request {digest.hex()}"),
            callback=proof.callback,
            account_id=None,
            scopes=scopes_of(app),
            verifier=None,
            expires_at=self._clock() + REQUEST_MINUTES * MINUTE,
        )
        self._catalog.write(lambda tx: tx.oauth_requests.add(request))
        return pair

    def question(self, token: str) -> Question:
        """Raises RequestMissing: unknown, answered already, or too old."""
        request = self._catalog.read(lambda tx: tx.oauth_requests.get(ids.digest(token)))
        return self._asked(request)

    def _asked(self, request: OAuthRequest | None) -> Question:
        now = self._clock()
        if request is None or request.account_id is not None or request.expires_at <= now:
            raise RequestMissing("This question was answered already, or is too old.")
        try:
            app = self._apps.find(request.app)
        except AppMissing:
            raise RequestMissing("The app that asked is not known any more.") from None
        if not app.active:
            raise RequestMissing("The app that asked was shut out.")
        minutes = max(1, (request.expires_at - now) // MINUTE)
        return Question(app, request.callback, request.scopes, minutes)

    def page_mark(self, actor: Actor, token: str) -> str:
        """What a page that asks this actor this question must send back: no other page can know it."""
        require(actor, "account")
        return self._vault.mark(f"consent {actor.account_id} {actor.grant_id} {token}").hex()

    def allow(self, actor: Actor, token: str, mark: str) -> Answered:
        """The person says yes on our own page. Raises RequestMissing, NotAllowed."""
        self._require_mark(actor, token, mark)
        return self._allow(actor, token)

    def allow_by_password(self, token: str, login: str, password: str, network: str) -> Answered:
        """The person typed name and password into the app (stacksync.md §8.1): that says yes too.

        Raises RequestMissing, NotAdmitted, TooManyAttempts.
        """
        self.question(token)
        return self._allow(self._grants.admit_basic(login, password, network), token)

    def _allow(self, actor: Actor, token: str) -> Answered:
        verifier, digest = ids.letters(VERIFIER_LETTERS), ids.digest(token)

        def unit(tx: Transaction) -> str:
            asked = self._asked(tx.oauth_requests.get(digest))
            if not tx.oauth_requests.allow(digest, actor.account_id, given(asked.app, actor), ids.digest(verifier)):
                raise RequestMissing("This question was answered already.")
            return asked.callback

        return Answered(self._catalog.write(unit), token, verifier)

    def deny(self, actor: Actor, token: str, mark: str) -> str:
        """The person says no, and the question is gone; returns the callback. Raises RequestMissing, NotAllowed."""
        self._require_mark(actor, token, mark)
        return self.withdraw(token)

    def withdraw(self, token: str) -> str:
        """An app takes its own question back: knowing the token is enough, for it does no harm. Returns the callback.
        Raises RequestMissing."""
        digest = ids.digest(token)

        def unit(tx: Transaction) -> str:
            asked = self._asked(tx.oauth_requests.get(digest))
            tx.oauth_requests.remove(digest)
            return asked.callback

        return self._catalog.write(unit)

    def _require_mark(self, actor: Actor, token: str, mark: str) -> None:
        if not hmac.compare_digest(self.page_mark(actor, token), mark if mark.isascii() else ""):
            raise NotAllowed("This answer does not come from the page that asked.", advice="Open the page again.")

    def access_token(self, proof: Proof) -> Pair:
        """The token for which the app asked; it uses the question up. Raises NotAdmitted, AccessRevoked."""
        app = self._signed.app(proof, STACKSYNC)
        digest = ids.digest(proof.token)
        request = self._catalog.read(lambda tx: tx.oauth_requests.get(digest))
        if request is None or request.app != app.key or request.expires_at <= self._clock():
            raise NotAdmitted("No such request token is known here.")
        self._signed.check(proof, app, self._vault.open(request.secret, f"request {digest.hex()}"))
        if request.account_id is None or request.verifier is None:
            raise NotAdmitted("Nobody has allowed this yet.")
        if not hmac.compare_digest(ids.digest(proof.verifier), request.verifier):
            raise NotAdmitted("The verifier does not fit.")
        self._signed.use(proof, app)
        account_id = request.account_id
        pair = Pair(ids.letters(KEY_LETTERS), ids.letters(SECRET_LETTERS))
        grant = self._new_grant(app, account_id, request.scopes, pair)

        def unit(tx: Transaction) -> None:
            tx.accounts.take(account_id)
            if not tx.oauth_requests.remove(digest):
                raise NotAdmitted("This request token was used already.")
            tx.grants.add(grant, ids.digest(pair.token))

        self._catalog.write(unit)
        return pair

    def _new_grant(self, app: App, account_id: int, scopes: frozenset[str], pair: Pair) -> Grant:
        grant_id = self._catalog.new_ids(1)[0]
        return new_grant(self._vault, grant_id, app, account_id, scopes, pair, self._clock())


def new_grant(
    vault: Vault, grant_id: int, app: App, account_id: int, scopes: frozenset[str], pair: Pair, now: int
) -> Grant:
    """The row of a token that signs; token and secret are sealed in it."""
    return Grant(
        account_id=account_id,
        id=grant_id,
        kind=OAUTH1,
        label=app.title,
        scopes=scopes,
        created_at=now,
        used_at=now,
        expires_at=None if app.token_hours is None else now + app.token_hours * HOUR,
        app=app.key,
        secret=vault.seal(f"{pair.token} {pair.secret}", f"grant {grant_id}"),
    )


def open_pair(vault: Vault, grant: Grant) -> Pair:
    """Token and secret in clear. Raises StoreFailed."""
    token, _, secret = vault.open(grant.secret or b"", f"grant {grant.id}").partition(" ")
    return Pair(token, secret)


def _holder(tx: Transaction, digest: bytes) -> tuple[Grant | None, Account | None]:
    grant = tx.grants.by_digest(digest)
    return grant, tx.accounts.get(grant.account_id) if grant else None
