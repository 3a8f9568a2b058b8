"""Ways in: sessions, app passwords, bearer tokens; and the door, which turns what is shown into an Actor."""

import builtins
import re
from collections.abc import Callable, Iterable

from nuvol import ids
from nuvol.clock import DAY, HOUR, MINUTE, SECOND, Clock
from nuvol.core.access import APP_FOLDER, SCOPES, given, is_scope, require
from nuvol.core.admissions import Admissions, Proofs, Shared
from nuvol.core.attempts import MEMORY
from nuvol.core.logins import DEVICE, UNPRINTABLE, Logins, is_over, wrong
from nuvol.core.passwords import Passwords
from nuvol.errors import AccountMissing, BadValue, GrantMissing, NotAdmitted, Unable
from nuvol.model.accounts import FULL, Account, Actor, Grant
from nuvol.model.apps import App
from nuvol.model.rules import Rules
from nuvol.stores.base import Catalog, Transaction

SESSION, APP_PASSWORD, BEARER = "session", "app-password", "bearer"
APP_TOKEN, OAUTH1 = "app-token", "oauth1"
"""What apps hold: the first opens by itself, the second only under a signature."""
CONSENT = "consent"
"""What a person allowed an app without a token: its secret is told to nobody, so that it opens nothing by itself."""
_SHOWN = frozenset({SESSION, APP_PASSWORD, BEARER, APP_TOKEN})
"""Kinds whose secret is shown as it is."""
_PREFIX = {SESSION: "nv_s_", APP_PASSWORD: "nv_p_", BEARER: "nv_b_", DEVICE: "nv_d_"}
_APP_PASSWORD = re.compile(re.escape(_PREFIX[APP_PASSWORD]) + r"[\w-]{43}", re.ASCII)

NOTED_EVERY = 5 * MINUTE
"""`used_at` is written at most this often: reading must not cost a write."""

DEVICE_DAYS = 365
"""A device that nobody signs in from for so long is a stranger again."""

REVOKED_DAYS = 365
"""How long a signed token that was revoked is told from one that never was."""

BY_PASSWORD = FULL - {"account"}
"""What the account password opens outside the sign-in page."""


def looks_like_app_password(text: str) -> bool:
    """Such a text is never taken for an account password: a revoked one, tried by a device every minute, must not
    use up its owner's attempts."""
    return _APP_PASSWORD.fullmatch(text) is not None


class Grants:
    def __init__(
        self, catalog: Catalog, clock: Clock, rules: Rules, passwords: Passwords, folder_of: Callable[[int, App], int]
    ) -> None:
        """`folder_of`: the folder that is all an app sees of an account (`AppFolders.find`)."""
        self._folder_of = folder_of
        self._catalog = catalog
        self._clock = clock
        self._rules = rules
        self._logins = Logins(catalog, clock, passwords)
        self._admissions = Admissions()
        self._proofs = Proofs()
        self._under_way: Shared[Actor] = Shared()
        self._fresh = NOTED_EVERY if catalog.is_local else SECOND
        """How long an admission is believed without asking the catalog: elsewhere another process may revoke."""
        catalog.on_foreign_write(self.forget_all)

    def forget(self, account_id: int) -> None:
        """Something of this account's rights has changed: its next request is looked up anew."""
        self._admissions.forget(account_id)

    def forget_all(self) -> None:
        self._admissions.forget_all()

    # ----------------------------------------------------------------------------------------------- the door

    def admit_token(self, token: str, network: str) -> Actor:
        """Who holds this session token, app password, or token of one's own or of an app. Raises NotAdmitted."""
        digest = ids.digest(token)
        return self._admissions.find(digest, self._clock()) or self._admit_grant(digest, digest, network)

    def known_token(self, token: str) -> Actor | None:
        """Whom `admit_token` let in a moment ago by this token: a look into a dict, which never waits."""
        return self._admissions.find(ids.digest(token), self._clock())

    def admit_basic(self, login: str, password: str, network: str) -> Actor:
        """Who shows a name or address with an app password of that account or its own password.

        Raises NotAdmitted, TooManyAttempts.
        """
        key = self._proofs.key(login, password)
        known = self._admissions.find(key, self._clock())
        return known or self._under_way.ask(key, lambda: self._admit_pair(key, login, password, network))

    def known_pair(self, login: str, password: str) -> Actor | None:
        """Whom `admit_basic` let in a moment ago by this pair: a look into a dict, which never waits."""
        return self._admissions.find(self._proofs.key(login, password), self._clock())

    def _admit_pair(self, key: bytes, login: str, password: str, network: str) -> Actor:
        if looks_like_app_password(password):
            return self._admit_grant(key, ids.digest(password), network, login)
        return self._admit_password(key, login, password, network)

    def _admit_grant(self, key: bytes, digest: bytes, network: str, login: str | None = None) -> Actor:
        generation = self._admissions.generation
        grant, account, app = self._catalog.read(lambda tx: _holder(tx, digest))
        now = self._clock()
        if grant is None or account is None or grant.kind not in _SHOWN or is_over(grant, now):
            raise _not_admitted()
        if not account.active or (grant.app and not (app and app.active)):
            raise _not_admitted()
        if login is not None and not (grant.kind == APP_PASSWORD and self._logins.is_of(login, account.id)):
            raise wrong()
        noted = self._note_use(grant, network, now)
        actor = self._actor(grant, account, app)
        fresh = self._fresh if actor.home is None else SECOND  # its folder may be deleted meanwhile
        until = min(now + fresh, noted + NOTED_EVERY, grant.expires_at or now + fresh)
        self._admissions.keep(key, actor, until, generation)
        return actor

    def actor(self, grant: Grant, account: Account, app: App, network: str) -> Actor:
        """Who comes with this grant of an app's, whose proof somebody else has checked."""
        self._note_use(grant, network, self._clock())
        return self._actor(grant, account, app)

    def _actor(self, grant: Grant, account: Account, app: App | None) -> Actor:
        return Actor(
            account_id=account.id,
            scopes=grant.scopes,
            grant_id=grant.id,
            admin=account.admin,
            name=account.name,
            app="" if grant.kind == SESSION else grant.label,
            app_key=grant.app,
            home=self._folder_of(account.id, app) if app is not None and APP_FOLDER in grant.scopes else None,
        )

    def _note_use(self, grant: Grant, network: str, now: int) -> int:
        """Remember that it was used, if that is due; returns when it was last noted."""
        if now - grant.used_at < NOTED_EVERY:
            return grant.used_at

        def unit(tx: Transaction) -> None:
            tx.accounts.take(grant.account_id)
            present = tx.grants.get(grant.account_id, grant.id)
            if present is not None and now - present.used_at >= NOTED_EVERY:
                expires_at = self._lasting(grant.kind, now) or grant.expires_at
                tx.grants.used(grant.account_id, grant.id, now, expires_at, _line(network))

        try:
            self._catalog.write(unit)
        except AccountMissing:
            raise _not_admitted() from None
        except Unable:
            pass  # a full disk must not keep out whoever comes to empty it
        return now

    def _lasting(self, kind: str, now: int) -> int | None:
        """When a grant expires that is used now; None for those that do not last longer by being used."""
        days = {SESSION: self._rules.session_days, DEVICE: DEVICE_DAYS}.get(kind)
        return None if days is None else now + days * DAY

    def _admit_password(self, key: bytes, login: str, password: str, network: str) -> Actor:
        generation = self._admissions.generation
        account, kept = self._logins.find(login)
        now = self._clock()
        if account is None or kept is None or not account.active or not self._proofs.holds(key, kept, now):
            verified = self._logins.verify(login, password, network)
            account = self._catalog.write(lambda tx: self._logins.take(tx, verified))
            self._proofs.keep(key, self._logins.renew(verified, password), now)
        actor = Actor(account_id=account.id, scopes=BY_PASSWORD, admin=account.admin, name=account.name)
        self._admissions.keep(key, actor, now + self._fresh, generation)
        return actor

    # ------------------------------------------------------------------------------------------------ sign-in

    def sign_in(
        self, handle: str, password: str, *, agent: str, network: str, device: str | None = None
    ) -> tuple[Account, str]:
        """Begin a session; returns the account and the session's token, which is always a new one.

        `device`: what `remember_device` gave; its attempts are counted apart, so that nobody else's failures
        keep it out. Raises NotAdmitted, alike and after the same time whether the account exists or not, and
        TooManyAttempts.
        """
        verified = self._logins.verify(handle, password, network, device)
        token = ids.secret(_PREFIX[SESSION])
        grant_id = self._catalog.new_ids(1)[0]

        def unit(tx: Transaction) -> Account:
            account = self._logins.take(tx, verified, forgive=True)
            now = self._clock()
            session = Grant(
                account_id=account.id,
                id=grant_id,
                kind=SESSION,
                label="",
                scopes=FULL,
                created_at=now,
                used_at=now,
                expires_at=self._lasting(SESSION, now),
                agent=_line(agent),
                network=_line(network),
            )
            tx.grants.add(session, ids.digest(token))
            if (known := verified.device) is not None:
                tx.grants.used(account.id, known.id, now, self._lasting(DEVICE, now), _line(network))
            return account

        account = self._catalog.write(unit)
        self._logins.renew(verified, password)
        return account, token

    def remember_device(self, actor: Actor, device: str | None = None) -> str:
        """A secret that makes this device a known one, to be kept there and given to `sign_in`.

        `device`: what it has already, which is given back if it is still good.
        """
        require(actor, "account")
        if device is not None and self._logins.device(actor.account_id, device) is not None:
            return device
        return self._give(actor.account_id, DEVICE, "", frozenset(), self._lasting(DEVICE, self._clock()))

    # ----------------------------------------------------------------------------- what a person gives and takes

    def app_password(self, actor: Actor | None, account_id: int, label: str, scopes: Iterable[str]) -> str:
        """A password for one program on one device; shown this once. `actor` None: the command line."""
        if actor is not None:
            require(actor, "account")
            if actor.account_id != account_id:
                raise AccountMissing("There is no such account of yours.")
        return self._give(account_id, APP_PASSWORD, _label(label), _scopes(scopes), None)

    def bearer(self, actor: Actor, label: str, scopes: Iterable[str], days: int | None) -> str:
        """A token for a program; shown this once. `days` None: until it is revoked."""
        require(actor, "account")
        if days is not None and not 1 <= days <= 36_500:
            raise BadValue("A token lasts from one day to a hundred years.")
        expires_at = None if days is None else self._clock() + days * DAY
        return self._give(actor.account_id, BEARER, _label(label), _scopes(scopes), expires_at)

    def for_app(self, actor: Actor, app: App, token: str) -> str:
        """Keep a bearer token that this app holds for the actor. It may do what the app may and the actor can give."""
        expires_at = None if app.token_hours is None else self._clock() + app.token_hours * HOUR
        scopes = given(app, actor)
        return self._give(actor.account_id, APP_TOKEN, app.title, scopes, expires_at, app.key, token)

    def consent(self, actor: Actor, app: App, label: str, scopes: frozenset[str]) -> None:
        """Note that the actor allows an app this, until it is revoked."""
        require(actor, "account")
        self._give(actor.account_id, CONSENT, label, scopes, None, app.key, ids.secret())

    def list(self, actor: Actor, kind: str | None = None) -> builtins.list[Grant]:
        """One's own, oldest first; `kind` None: all but known devices."""
        require(actor, "account")
        now = self._clock()
        grants = self._catalog.read(lambda tx: tx.grants.of(actor.account_id, kind))
        return [grant for grant in grants if not is_over(grant, now) and (kind is not None or grant.kind != DEVICE)]

    def sessions(self, actor: Actor) -> builtins.list[Grant]:
        return self.list(actor, SESSION)

    def revoke(self, actor: Actor, grant_id: int) -> None:
        """Raises GrantMissing."""
        require(actor, "account")
        if not self._remove(actor.account_id, grant_id):
            raise GrantMissing("There is no such session, app password or token of yours.")

    def end_for_app(self, app: str, grant_id: int) -> bool:
        """End one that this app holds, whosever it is; False: it holds none of this id. The right to it is asked
        before (`Apps.end_token`)."""
        held = self._catalog.read(lambda tx: tx.grants.of_app(app, grant_id - 1, 1))
        return bool(held) and held[0].id == grant_id and self._remove(held[0].account_id, grant_id)

    def sign_out(self, actor: Actor) -> None:
        """End what the actor came with; where that was a password, there is nothing to end."""
        if actor.grant_id is not None:
            self._remove(actor.account_id, actor.grant_id)

    def expire(self) -> int:
        """Remove what is over: grants, invitations, questions of apps, nonces, failures too old to count; returns how
        many."""
        now = self._clock()

        def unit(tx: Transaction) -> int:
            gone = tx.grants.expire(now) + tx.invitations.expire(now) + tx.attempts.expire(now - MEMORY)
            return gone + tx.oauth_requests.expire(now) + tx.nonces.expire(now)

        return self._catalog.write(unit)

    def _give(
        self,
        account_id: int,
        kind: str,
        label: str,
        scopes: frozenset[str],
        expires_at: int | None,
        app: str = "",
        secret: str = "",
    ) -> str:
        """Raises AccountMissing."""
        secret = secret or ids.secret(_PREFIX[kind])
        grant_id = self._catalog.new_ids(1)[0]
        now = self._clock()
        grant = Grant(account_id, grant_id, kind, label, scopes, now, now, expires_at, app=app)

        def unit(tx: Transaction) -> None:
            tx.accounts.take(account_id)
            tx.grants.add(grant, ids.digest(secret))

        self._catalog.write(unit)
        return secret

    def _remove(self, account_id: int, grant_id: int) -> bool:
        now = self._clock()

        def unit(tx: Transaction) -> bool:
            tx.accounts.take(account_id)
            grant = tx.grants.get(account_id, grant_id)
            if grant is not None and grant.kind == OAUTH1:
                return tx.grants.revoke(account_id, grant_id, now, now + REVOKED_DAYS * DAY)
            return tx.grants.remove(account_id, grant_id)

        removed = self._catalog.write(unit)
        self.forget(account_id)
        return removed


def _holder(tx: Transaction, digest: bytes) -> tuple[Grant | None, Account | None, App | None]:
    grant = tx.grants.by_digest(digest)
    if grant is None:
        return None, None, None
    return grant, tx.accounts.get(grant.account_id), tx.apps.by_key(grant.app) if grant.app else None


def _not_admitted() -> NotAdmitted:
    return NotAdmitted(
        "This session or token is not valid, or not any more.", advice="Sign in again, or make a new token."
    )


def _scopes(scopes: Iterable[str]) -> frozenset[str]:
    wanted = frozenset(scopes)
    if not wanted:
        raise BadValue(f"Say what it may do: one or more of {', '.join(sorted(SCOPES))}.")
    for unknown in sorted(scope for scope in wanted if not is_scope(scope)):
        raise BadValue(f"There is no scope “{_line(unknown)}”: choose from {', '.join(sorted(SCOPES))}, docs:<name>.")
    return wanted


def _label(text: str) -> str:
    label = _line(text)
    if not label:
        raise BadValue("Give it a label, so that you recognise it when you want to take it back.")
    return label


def _line(text: str) -> str:
    """What somebody else wrote, fit to be kept and shown: one line of at most 200 characters."""
    return UNPRINTABLE.sub(" ", text).strip()[:200]
