"""Apps: the programs that this cloud knows, and which of them a person has let in."""

import builtins
import re
import secrets
from collections.abc import Callable
from typing import Unpack
from urllib.parse import urlsplit

from msgspec import Struct

from nuvol import ids
from nuvol.clock import Clock
from nuvol.core import signup
from nuvol.core.access import APP_FOLDER, require, scopes_of
from nuvol.core.accounts import Accounts
from nuvol.core.grants import Grants
from nuvol.core.logins import UNPRINTABLE
from nuvol.core.vault import Vault
from nuvol.errors import AppMissing, BadValue, GrantMissing, NotAllowed
from nuvol.model.accounts import Actor, Grant
from nuvol.model.apps import CLOUDFS, KINDS, OOB, U1DB, App, AppTerms, Connection, HeldToken
from nuvol.stores.base import Catalog, Transaction

KEY_LETTERS, SECRET_LETTERS = 40, 32
"""Of the keys and secrets that are made here. Some OAuth libraries take only 30 to 64 letters and digits."""

U1DB_HOURS = 24
"""How long the tokens of a u1db app last when nothing else is said: eyeOS asks for one before each call."""

_LINE = 200
_ADDRESS = 2000
"""Longest callback in characters: browsers and proxies take so much in one line."""

_ACTIVE_SCHEMES = frozenset({"javascript", "data", "vbscript", "file", "blob", "about"})


NOBODYS = "@apps.invalid"
"""How the address of an account ends that a program has for itself (RFC 2606 §2)."""


class NewApp(Struct, frozen=True):
    """An app as it was just made, with its secrets in clear."""

    app: App
    secret: str
    admin_secret: str | None


class Apps:
    """`actor` None, where it is allowed, is the command line on the machine itself."""

    def __init__(self, catalog: Catalog, clock: Clock, vault: Vault, grants: Grants, accounts: Accounts) -> None:
        self._catalog = catalog
        self._clock = clock
        self._vault = vault
        self._grants = grants
        self._accounts = accounts

    # -------------------------------------------------------------------------------------------- which there are

    def add(self, actor: Actor | None, title: str, kind: str, **terms: Unpack[AppTerms]) -> NewApp:
        """Raises BadValue, AppTaken, AccountMissing."""
        _administer(actor)
        home, made_for = terms.get("home"), actor
        return self._add(actor, title, kind, lambda: self._home(made_for, title, home), **terms)

    def _add(
        self,
        actor: Actor | None,
        title: str,
        kind: str,
        find_home: Callable[[], int],
        *,
        active: bool = True,
        **terms: Unpack[AppTerms],
    ) -> NewApp:
        """`find_home`: finds the account of a u1db app, or makes it."""
        admin_id, admin_secret = terms.get("admin_id"), terms.get("admin_secret")
        verifier, token_hours = terms.get("verifier"), terms.get("token_hours")
        if kind not in KINDS:
            raise BadValue(f"An app is one of {', '.join(KINDS)}.")
        if kind != CLOUDFS and (admin_id or admin_secret):
            raise BadValue("Only a cloudfs app has an admin id and secret.")
        if kind != U1DB and (terms.get("home") or verifier):
            raise BadValue("Only a u1db app has an account and a verifier.")
        if token_hours is not None and not 1 <= token_hours <= 876_000:
            raise BadValue("A token lasts from one hour to a hundred years.")
        title, secret = _word("title", title), _word("secret", terms.get("secret") or ids.letters(SECRET_LETTERS))
        app_id = self._catalog.new_ids(1)[0]
        if kind == CLOUDFS:
            admin_id = _word("admin id", admin_id or ids.letters(KEY_LETTERS))
            admin_secret = _word("admin secret", admin_secret or ids.letters(SECRET_LETTERS))
        elif kind == U1DB:
            verifier = _word("verifier", verifier or ids.letters(8))
            token_hours = token_hours or U1DB_HOURS
        app = App(
            account_id=actor.account_id if actor else 0,
            id=app_id,
            key=_word("key", terms.get("key") or ids.letters(KEY_LETTERS)),
            title=title,
            kind=kind,
            secret=self._vault.seal(secret, _about(app_id)),
            admin_id=admin_id,
            admin_secret=None if admin_secret is None else self._vault.seal(admin_secret, _about(app_id)),
            callbacks=tuple(dict.fromkeys(map(_callback, terms.get("callbacks", ())))) or (OOB,),
            home_id=find_home() if kind == U1DB else None,
            verifier=verifier,
            token_hours=token_hours,
            allow_plain=terms.get("allow_plain", False),
            signup="invite",
            app_folder=terms.get("app_folder", False),
            active=active,
            created_at=self._clock(),
        )
        self._catalog.write(lambda tx: tx.apps.add(app))
        return NewApp(app, secret, admin_secret)

    def _home(self, actor: Actor | None, title: str, home: str | None) -> int:
        """The account of a desk: the one named, or a new one that nobody signs in to."""
        if home is not None:
            return self._accounts.find(actor, home).id
        name = f"{re.sub(r'[/:@]', ' ', title)[:40].strip()} {secrets.token_hex(3)}".strip()
        return self._accounts.add(actor, name, f"{secrets.token_hex(8)}{NOBODYS}", None).id

    def list(self, actor: Actor | None) -> builtins.list[App]:
        """In the order they were made."""
        _administer(actor)
        return self._catalog.read(lambda tx: tx.apps.all())

    def find(self, key: str) -> App:
        """By key. Raises AppMissing. Whether it is active the caller must look at."""
        return _found(None if UNPRINTABLE.search(key) else self._catalog.read(lambda tx: tx.apps.by_key(key)))

    def by_admin(self, admin_id: str) -> App:
        """By the id that signs the management of its customers. Raises AppMissing."""
        unreadable = UNPRINTABLE.search(admin_id)
        return _found(None if unreadable else self._catalog.read(lambda tx: tx.apps.by_admin(admin_id)))

    def secret(self, app: App) -> str:
        """In clear. Raises StoreFailed."""
        return self._vault.open(app.secret, _about(app.id))

    def admin_secret(self, app: App) -> str:
        """In clear. Raises AppMissing when it has none, StoreFailed."""
        if app.admin_secret is None:
            raise _missing()
        return self._vault.open(app.admin_secret, _about(app.id))

    def set_active(self, actor: Actor | None, key: str, active: bool) -> None:
        """Shut an app out, or let it in again; its tokens come to life again with it. Raises AppMissing."""
        _administer(actor)
        self._change(lambda tx: tx.apps.set_active(key, active))

    def set_signup_mode(self, actor: Actor | None, key: str, mode: str) -> None:
        """Who may make an account through this app. Raises AppMissing, BadValue."""
        _administer(actor)
        if mode not in signup.MODES:
            raise BadValue(f"Sign-up is one of {', '.join(signup.MODES)}.")
        self._change(lambda tx: tx.apps.set_signup(key, mode))

    def remove(self, actor: Actor | None, key: str) -> None:
        """With everything it was given. Accounts and databases stay. Raises AppMissing."""
        _administer(actor)
        self._remove(key)

    def _remove(self, key: str) -> None:
        def unit(tx: Transaction) -> bool:
            tx.grants.remove_app(key)
            tx.usage.remove(key)
            return tx.apps.remove(key)

        self._change(unit)

    def _change(self, unit: Callable[[Transaction], bool]) -> None:
        if not self._catalog.write(unit):
            raise _missing()
        self._grants.forget_all()

    # ------------------------------------------------------------------------------------------- their developers

    def propose(self, actor: Actor, title: str, kind: str, **terms: Unpack[AppTerms]) -> NewApp:
        """A new app of one's own; it waits for an administrator, unless one makes it. A u1db app that somebody else
        makes syncs that person's own databases. Raises BadValue, AppTaken, NotAllowed."""
        require(actor, "account")
        if actor.admin:
            return self.add(actor, title, kind, **terms)
        if terms.get("home") is not None:
            raise NotAllowed("Only an administrator can choose whose databases an app syncs.")
        return self._add(actor, title, kind, lambda: actor.account_id, active=False, **terms)

    def own(self, actor: Actor) -> builtins.list[App]:
        """One's own; an administrator sees all."""
        require(actor, "account")
        found = self._catalog.read(lambda tx: tx.apps.all())
        return [app for app in found if actor.admin or app.account_id == actor.account_id]

    def seen(self, actor: Actor, key: str) -> App:
        """One of `own`. Raises AppMissing."""
        require(actor, "account")
        app = self.find(key)
        if not actor.admin and app.account_id != actor.account_id:
            raise _missing()
        return app

    def developer(self, app: App) -> str | None:
        """Name of who made it; None: the command line, or somebody who is gone."""
        account = self._catalog.read(lambda tx: tx.accounts.get(app.account_id))
        return None if account is None else account.name

    def rotate(self, actor: Actor, key: str, *, admin: bool = False) -> str:
        """A new secret (`admin`: the one of its back office) in place of the old one, which signs nothing any more.

        Raises AppMissing, also when it has no back office.
        """
        app = self.seen(actor, key)
        if admin and app.admin_secret is None:
            raise _missing()
        secret = ids.letters(SECRET_LETTERS)
        sealed = self._vault.seal(secret, _about(app.id))
        self._change(lambda tx: tx.apps.set_secret(key, sealed, admin))
        return secret

    def set_app_folder(self, actor: Actor, key: str, only: bool) -> None:
        """Whether one of `own` asks for no files but a folder of its own. What people have given it stays as they gave
        it: `end_tokens` has them asked again. An app that was let in is given all files by an administrator only.
        Raises AppMissing, BadValue, NotAllowed."""
        app = self.seen(actor, key)
        if scopes_of(app).isdisjoint({"files", APP_FOLDER}):
            raise BadValue(f"A {app.kind} app reaches no files.")
        if app.active and app.app_folder and not only:
            _administer(actor)
        self._change(lambda tx: tx.apps.set_app_folder(key, only))

    def withdraw(self, actor: Actor, key: str) -> None:
        """Remove one of `own` with everything it was given. Raises AppMissing."""
        self.seen(actor, key)
        self._remove(key)

    def end_tokens(self, actor: Actor, key: str) -> None:
        """Everybody who let it in has to do so again. Raises AppMissing."""
        self.seen(actor, key)
        self._catalog.write(lambda tx: tx.grants.remove_app(key))
        self._grants.forget_all()

    def tokens(self, actor: Actor, key: str, *, after: int = 0, limit: int = 100) -> builtins.list[HeldToken]:
        """What it holds now, oldest first, from the one behind `after`. A developer learns the names of the accounts
        that were made through the app, an administrator all. Raises AppMissing."""
        self.seen(actor, key)

        def look(tx: Transaction) -> builtins.list[HeldToken]:
            found = []
            for grant in tx.grants.of_app(key, after, limit):
                account = tx.accounts.get(grant.account_id)
                customer = tx.customers.get(grant.account_id)
                known = actor.admin or (customer is not None and customer.app == key)
                found.append(HeldToken(grant, account.name if account and known else None))
            return found

        return self._catalog.read(look)

    def end_token(self, actor: Actor, key: str, grant_id: int) -> None:
        """Take one token from it. Raises AppMissing, GrantMissing."""
        self.seen(actor, key)
        if not self._grants.end_for_app(key, grant_id):
            raise GrantMissing("This app holds no such token.")

    def count_tokens(self, app: App) -> int:
        """How many it holds."""
        return self._catalog.read(lambda tx: tx.grants.count_app(app.key))

    # ------------------------------------------------------------------------------------------ who let them in

    def sign_in(self, app: App, login: str, password: str, network: str) -> tuple[Actor, str]:
        """Let an app in with the name and password that a person typed into it; returns who, and a bearer token.

        Raises NotAdmitted, TooManyAttempts.
        """
        actor = self._grants.admit_basic(login, password, network)
        return actor, self.connect(app, actor)

    def connect(self, app: App, actor: Actor) -> str:
        """A new bearer token with which the app acts for the actor."""
        prefix = f"US2.{secrets.token_hex(16)}." if app.kind == CLOUDFS else "nv_a_"  # as CloudFS's clients know it
        return self._grants.for_app(actor, app, ids.secret(prefix))

    def connected(self, actor: Actor) -> builtins.list[Connection]:
        """The apps the actor has let in, by title."""
        require(actor, "account")
        held: dict[str, builtins.list[Grant]] = {}
        for grant in self._grants.list(actor):
            if grant.app:
                held.setdefault(grant.app, []).append(grant)
        known = {app.key: app for app in self._catalog.read(lambda tx: tx.apps.all())} if held else {}
        found = [
            Connection(
                key=key,
                title=known[key].title,
                kind=known[key].kind,
                scopes=frozenset().union(*(grant.scopes for grant in grants)),
                since=min(grant.created_at for grant in grants),
                used_at=max(grant.used_at for grant in grants),
            )
            for key, grants in held.items()
            if key in known
        ]
        return sorted(found, key=lambda one: (one.title.casefold(), one.key))

    def disconnect(self, actor: Actor, key: str) -> None:
        """Take back everything the app holds of the actor's. Raises AppMissing when that is nothing."""
        require(actor, "account")
        grants = [grant for grant in self._grants.list(actor) if grant.app == key]
        if not grants:
            raise AppMissing("You have let in no such app.", advice="It may have been disconnected already.")
        for grant in grants:
            self._grants.revoke(actor, grant.id)


def _administer(actor: Actor | None) -> None:
    if actor is not None:
        require(actor, "admin")


def _about(app_id: int) -> str:
    return f"app {app_id}"


def _missing() -> AppMissing:
    return AppMissing("There is no such app.")


def _found(app: App | None) -> App:
    if app is None:
        raise _missing()
    return app


def _word(what: str, text: str) -> str:
    text = text.strip()
    if not text or len(text) > _LINE or UNPRINTABLE.search(text):
        raise BadValue(f"The {what} of an app is one line of 1 to {_LINE} characters.")
    return text


def _callback(text: str) -> str:
    """An absolute address without a fragment (RFC 6749 §3.1.2), or `OOB`."""
    text = text.strip()
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    web = parts.scheme in ("http", "https")
    if text != OOB and (
        not parts.scheme
        or parts.scheme in _ACTIVE_SCHEMES
        or (web and not parts.hostname)
        or "#" in text
        or len(text) > _ADDRESS
        or not text.isascii()
        or re.search(r"[\x00-\x20\x7f]", text)
    ):
        raise BadValue(f"“{text[:80]}” is no callback: give an absolute address without “#”, or {OOB}.")
    return text
