"""Accounts: the first one, further ones, what may be changed about them, and how they go."""

import builtins
from collections.abc import Callable
from typing import Any

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from nuvol import ids
from nuvol.clock import DAY, HOUR, Clock
from nuvol.core import profiles, signup
from nuvol.core.access import require
from nuvol.core.attempts import Attempts, network_bucket
from nuvol.core.files.app_folders import as_seen
from nuvol.core.grants import SESSION, Grants, looks_like_app_password
from nuvol.core.logins import Logins
from nuvol.core.passwords import SHORTEST, Passwords, check_new
from nuvol.errors import AccountMissing, BadValue, Conflict, NotAllowed
from nuvol.model.accounts import Account, Actor, handle
from nuvol.model.journal import Change
from nuvol.model.rules import Rules
from nuvol.stores.base import Catalog, Invitation, Transaction

_ADMINS = "admins"
"""Instance value that every unit writes first after which there may be more or fewer administrators: so they run
one after another, and each counts what the one before it left."""

_BY_ADMIN = frozenset({"admin", "active", "quota"})


class Accounts:
    """`actor` None, where it is allowed, is the command line on the machine itself."""

    def __init__(
        self,
        catalog: Catalog,
        clock: Clock,
        rules: Rules,
        passwords: Passwords,
        grants: Grants,
        purge: Callable[[int], None],
    ) -> None:
        """`purge` removes everything an account (its id) holds: nodes, contents, journal; it may take long."""
        self._catalog = catalog
        self._clock = clock
        self._rules = rules
        self._passwords = passwords
        self._grants = grants
        self._purge = purge
        self._logins = Logins(catalog, clock, passwords)
        self._attempts = Attempts(catalog, clock)

    # ------------------------------------------------------------------------------------------- how they come

    def setup_token(self) -> str | None:
        """A new token that makes the first administrator, once; None when there is one. Earlier tokens end."""
        token = ids.secret("nv_u_")

        def unit(tx: Transaction) -> str | None:
            if tx.accounts.count_admins():
                return None
            signup.keep_setup(tx, token, self._clock() + self._rules.setup_hours * HOUR)
            return token

        return self._catalog.write(unit)

    def setup_open(self, token: str) -> bool:
        """Whether this token still makes the first administrator."""
        return self._catalog.read(lambda tx: signup.is_setup(tx, token, self._clock()))

    def first_admin(self, token: str, name: str, email: str, password: str) -> Account:
        """Use the set-up token up. Raises InvitationMissing when it is not, or no longer, good."""
        if not self.setup_open(token):
            raise signup.setup_over()
        account, kept = self._prepare(name, email, password, admin=True)

        def unit(tx: Transaction) -> None:
            tx.instance.set(_ADMINS, str(account.id))
            signup.use_setup(tx, token, self._clock())
            signup.open_account(tx, account, kept)

        self._catalog.write(unit)
        return account

    def add(
        self,
        actor: Actor | None,
        name: str,
        email: str,
        password: str | None,
        *,
        admin: bool = False,
        quota: int | None = None,
        along: Callable[[Transaction, Account], None] | None = None,
    ) -> Account:
        """`password` None: nobody can sign in by password until one is set. `quota` None: that of the rules.
        `along`: what else is written in the same unit.

        Raises BadValue, HandleTaken. The command line may give any password that is not empty.
        """
        _administer(actor)
        shortest = SHORTEST if actor else 1
        account, kept = self._prepare(name, email, password, shortest=shortest, admin=admin, quota=quota)

        def unit(tx: Transaction) -> None:
            if admin:
                tx.instance.set(_ADMINS, str(account.id))
            signup.open_account(tx, account, kept)
            if along is not None:
                along(tx, account)

        self._catalog.write(unit)
        return account

    def signup_mode(self) -> str:
        """open: everybody may join; invite: who holds an invitation; closed: nobody."""
        return self._catalog.read(signup.mode)

    def set_signup_mode(self, actor: Actor | None, mode: str) -> None:
        _administer(actor)
        if mode not in signup.MODES:
            raise BadValue(f"Sign-up is one of {', '.join(signup.MODES)}.")
        self._catalog.write(lambda tx: signup.set_mode(tx, mode))

    def invite(
        self, actor: Actor | None, *, email: str | None = None, admin: bool = False, quota: int | None = None
    ) -> str:
        """A token with which one person can join. `email`: only under this address."""
        _administer(actor)
        token = ids.secret("nv_i_")
        invitation = Invitation(
            digest=ids.digest(token),
            inviter_id=actor.account_id if actor else 0,
            email=None if email is None else profiles.checked_email(email),
            admin=admin,
            quota=profiles.checked_quota(quota),
            expires_at=self._clock() + self._rules.invitation_days * DAY,
        )
        self._catalog.write(lambda tx: tx.invitations.add(invitation))
        return token

    def invitations(self, actor: Actor | None) -> builtins.list[Invitation]:
        """Those that can still be used."""
        _administer(actor)
        now = self._clock()
        return [each for each in self._catalog.read(lambda tx: tx.invitations.all()) if now < each.expires_at]

    def withdraw(self, actor: Actor | None, invitation_id: str) -> None:
        """Raises InvitationMissing."""
        _administer(actor)
        try:
            digest = bytes.fromhex(invitation_id)
        except ValueError:
            raise signup.invitation_over() from None
        if not self._catalog.write(lambda tx: tx.invitations.remove(digest)):
            raise signup.invitation_over()

    def require_joinable(self, token: str | None) -> None:
        """Whether somebody with this token, or without one, could join now. Raises NotAllowed, InvitationMissing."""
        self._catalog.read(lambda tx: signup.invitation(tx, token, self._clock()))

    def join(
        self, name: str, email: str, password: str, token: str | None = None, *, network: str | None = None
    ) -> Account:
        """Make an account for oneself, using an invitation up where one is needed or given.

        It must say that a name is taken; a `network` that hears it often is slowed down like one that mistypes
        passwords. Raises NotAllowed, InvitationMissing, BadValue, HandleTaken, TooManyAttempts.
        """
        invitation = self._catalog.read(lambda tx: signup.invitation(tx, token, self._clock()))
        if invitation and invitation.email and handle(invitation.email) != handle(email):
            raise BadValue("This invitation is for another e-mail address.")
        admin, quota = (invitation.admin, invitation.quota) if invitation else (False, None)
        attempt = self._attempts.begin(f"join:{network_bucket(network)}") if network else ()
        account, kept = self._prepare(name, email, password, admin=admin, quota=quota)

        def unit(tx: Transaction) -> None:
            if admin:
                tx.instance.set(_ADMINS, str(account.id))
            present = signup.invitation(tx, token, self._clock())
            if present:
                signup.use_invitation(tx, present)
            signup.open_account(tx, account, kept)
            self._attempts.succeeded(tx, attempt)

        self._catalog.write(unit)
        return account

    def _prepare(
        self,
        name: str,
        email: str,
        password: str | None,
        *,
        shortest: int = SHORTEST,
        admin: bool,
        quota: int | None = None,
    ) -> tuple[Account, str | None]:
        """A checked new account and its password hash; nothing is written yet."""
        email = profiles.checked_email(email)
        name = profiles.checked_name(name, email)
        quota = self._rules.default_quota if quota is None else profiles.checked_quota(quota)
        kept = None if password is None else self._hash(password, shortest)
        account_id, root_id = self._catalog.new_ids(2)
        account = Account(
            id=account_id,
            name=name,
            email=email,
            admin=admin,
            active=True,
            quota=quota,
            used=0,
            seq=0,
            root_id=root_id,
            created_at=self._clock(),
        )
        return account, kept

    def _hash(self, password: str, shortest: int) -> str:
        check_new(password, shortest)
        if looks_like_app_password(password):
            raise BadValue("This is an app password: choose another one for the account.")
        return self._passwords.hash(password)

    # ---------------------------------------------------------------------------------------------- who they are

    def me(self, actor: Actor) -> Account:
        return self.get(actor, actor.account_id)

    def get(self, actor: Actor | None, account_id: int) -> Account:
        """One's own or, for administrators, anybody's. Raises AccountMissing."""

        def look(tx: Transaction) -> Account:
            account = _shown(actor, tx.accounts.get(account_id))
            return account if actor is None else as_seen(tx, actor, account)

        return self._catalog.read(look)

    def find(self, actor: Actor | None, handle: str) -> Account:
        """By name or address; else like `get`."""
        account, _ = self._logins.find(handle)
        return _shown(actor, account)

    def list(self, actor: Actor | None, *, after: int = 0, limit: int = 100) -> builtins.list[Account]:
        """In the order they were made, from the one behind id `after`."""
        _administer(actor)
        return self._catalog.read(lambda tx: tx.accounts.all(after, limit))

    # --------------------------------------------------------------------------------------------- what changes

    def update(
        self,
        actor: Actor | None,
        account_id: int,
        *,
        name: str | UnsetType = UNSET,
        email: str | UnsetType = UNSET,
        admin: bool | UnsetType = UNSET,
        active: bool | UnsetType = UNSET,
        quota: int | UnsetType | None = UNSET,
        locale: str | UnsetType = UNSET,
        zone: str | UnsetType = UNSET,
    ) -> Account:
        """Change what is given. An account made inactive is refused everywhere at once and loses its sessions.

        Raises NotAllowed, AccountMissing, BadValue, HandleTaken, Conflict (the last administrator).
        """
        fields = dict(name=name, email=email, admin=admin, active=active, quota=quota, locale=locale, zone=zone)
        given: dict[str, Any] = {field: value for field, value in fields.items() if value is not UNSET}
        if actor is not None and actor.account_id == account_id and _BY_ADMIN.isdisjoint(given):
            require(actor, "account")
        else:
            _administer(actor)

        def unit(tx: Transaction) -> Account:
            if not given.keys().isdisjoint({"admin", "active"}):
                tx.instance.set(_ADMINS, str(account_id))
            old = tx.accounts.take(account_id)
            new = profiles.checked(replace(old, **given), given)
            if new == old:
                return old
            _keep_an_admin(tx, old, new)
            return self._write(tx, actor, new)

        account = self._catalog.write(unit)
        self._grants.forget(account_id)
        return account

    def _write(self, tx: Transaction, actor: Actor | None, account: Account) -> Account:
        tx.accounts.update(
            account.id,
            name=account.name,
            email=account.email,
            admin=account.admin,
            active=account.active,
            quota=account.quota,
            locale=account.locale,
            zone=account.zone,
        )
        if not account.active:
            tx.grants.remove_all(account.id, SESSION)
        seq = tx.accounts.advance(account.id, 1, 0)
        change = Change(
            account_id=account.id,
            seq=seq,
            at=self._clock(),
            actor_id=actor.account_id if actor else 0,
            app=actor.app if actor else "",
            verb="update",
            object="account",
            object_id=account.id,
            kind=0,
            old_parent=None,
            old_name=None,
            new_parent=None,
            new_name=None,
            number=0,
        )
        tx.journal.add((change,))
        return replace(account, seq=seq)

    def change_password(self, actor: Actor, old: str, new: str) -> None:
        """All other sessions end. Raises NotAllowed when `old` is wrong, TooManyAttempts, BadValue."""
        require(actor, "account")
        account = self.me(actor)
        verified = self._logins.confirm(account, old)
        kept = self._hash(new, SHORTEST)

        def unit(tx: Transaction) -> None:
            self._logins.take(tx, verified, forgive=True)
            tx.accounts.set_password(account.id, kept)
            tx.grants.remove_all(account.id, SESSION, but=actor.grant_id)

        self._catalog.write(unit)
        self._grants.forget(account.id)

    def set_password(self, actor: Actor | None, account_id: int, new: str) -> None:
        """As an administrator; all sessions of the account end. App passwords and tokens stay."""
        _administer(actor)
        kept = self._hash(new, SHORTEST if actor else 1)

        def unit(tx: Transaction) -> None:
            tx.accounts.take(account_id)
            tx.accounts.set_password(account_id, kept)
            tx.grants.remove_all(account_id, SESSION)

        self._catalog.write(unit)
        self._grants.forget(account_id)

    def remove(self, actor: Actor | None, account_id: int) -> None:
        """Close the door, purge all that the account holds, then remove the account itself.

        If that breaks off, the account stays, inactive and without grants, and can be removed again. Raises
        NotAllowed (oneself), Conflict (the last administrator), AccountMissing.
        """
        _administer(actor)
        if actor is not None and actor.account_id == account_id:
            raise NotAllowed("Nobody can remove their own account.", advice="Ask another administrator.")

        def close(tx: Transaction) -> None:
            tx.instance.set(_ADMINS, str(account_id))
            old = tx.accounts.take(account_id)
            closed = replace(old, active=False)
            _keep_an_admin(tx, old, closed)
            tx.grants.remove_all(account_id)
            self._write(tx, actor, closed)

        def remove(tx: Transaction) -> None:
            tx.accounts.take(account_id)
            tx.grants.remove_all(account_id)
            tx.advisory_locks.remove_all(account_id)
            tx.accounts.remove(account_id)

        self._catalog.write(close)
        self._grants.forget(account_id)
        self._purge(account_id)
        self._catalog.write(remove)


def _administer(actor: Actor | None) -> None:
    if actor is not None:
        require(actor, "admin")


def _shown(actor: Actor | None, account: Account | None) -> Account:
    """Others' accounts are answered to administrators only, and to the rest like missing ones."""
    own = actor is None or (account is not None and account.id == actor.account_id)
    if account is None or not (own or (actor is not None and actor.admin and "account" in actor.scopes)):
        raise AccountMissing("There is no such account.")
    return account


def _keep_an_admin(tx: Transaction, old: Account, new: Account) -> None:
    if old.admin and old.active and not (new.admin and new.active) and tx.accounts.count_admins() == 1:
        raise Conflict("This is the last administrator.", advice="Make somebody else an administrator first.")
