"""Customers: accounts made through an app, by its developer or its back office; and the plans they are on."""

import builtins
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from nuvol.clock import DAY, SECOND, Clock
from nuvol.core import access, profiles
from nuvol.core.accounts import Accounts
from nuvol.core.grants import Grants
from nuvol.core.logins import UNPRINTABLE
from nuvol.errors import AccountMissing, BadValue, HandleTaken, NotAllowed
from nuvol.ids import ID_LIMIT
from nuvol.model.accounts import Account, Actor, handle
from nuvol.model.apps import App
from nuvol.model.customers import APP_PLANS, PAID, PROTOTYPE, Customer, Plan, Profile
from nuvol.stores.base import Catalog, Transaction

NAME_SHORTEST, PASSWORD_SHORTEST = 4, 6
"""Characters; CloudFS, section 2.3."""

_NOWHERE = "@customers.invalid"
"""RFC 2606 §2: the address of whoever gave none."""

MOST_USERS = 1_000_000_000
"""Of an app, where a plan says a number."""


_EXPIRY, _SUSPENDED = "expiration_date", "_suspended"


class Customers:
    def __init__(self, catalog: Catalog, clock: Clock, accounts: Accounts, grants: Grants) -> None:
        self._catalog = catalog
        self._clock = clock
        self._accounts = accounts
        self._grants = grants

    # ------------------------------------------------------------------------------------------------- customers

    def create(
        self,
        app: App,
        username: str,
        password: str,
        *,
        email: str = "",
        first_name: str = "",
        last_name: str = "",
        plan_id: int | None = None,
        by_developer: bool = False,
    ) -> Profile:
        """Make an account that belongs to this app and is on its plan.

        `by_developer`: by hand, in the console; else it is a sign-up, for which the app must be open. Raises
        NotAllowed (sign-up, or the app has as many customers as its plan allows), BadValue, HandleTaken.
        """
        if not app.active:
            raise NotAllowed("This app waits for an administrator, or was shut out.")
        if app.signup != "open" and not by_developer:
            raise NotAllowed(
                "Nobody can join through this app by themselves.",
                advice=f"An administrator can allow it: nuvol admin signup open --app {app.key}",
            )
        if len(username.strip()) < NAME_SHORTEST:
            raise BadValue(f"The username is too short: it needs at least {NAME_SHORTEST} characters.")
        if len(password) < PASSWORD_SHORTEST:
            raise BadValue(f"The password is too short: it needs at least {PASSWORD_SHORTEST} characters.")
        if not email:
            email = username if "@" in handle(username) else f"{secrets.token_hex(12)}{_NOWHERE}"
        plan = self._plan(app, plan_id)
        names = {"first_name": _line(first_name), "last_name": _line(last_name)}

        def along(tx: Transaction, account: Account) -> None:
            tx.instance.set(f"customers {app.key}", str(account.id))  # they are counted one after another
            most = _sizes(tx)[self._app_plan(tx, app)]
            if most is not None and tx.customers.count(app.key) >= most:
                raise NotAllowed(f"This app may have {most} users.", advice="Ask an administrator for the plan “paid”.")
            tx.customers.put(Customer(account.id, app.key, **names, plan_id=plan.id if plan else None, terms={}))

        try:
            account = self._accounts.add(
                None, username, email, password, quota=plan.quota if plan else None, along=along
            )
        except HandleTaken:
            raise HandleTaken(f"There is already a user “{_line(username)}”.") from None
        return self._profile(account, None)

    def find(self, app: App, username: str) -> Account:
        """Raises AccountMissing, also when it belongs to another app."""
        account = self._accounts.find(None, username)
        self._own(app, account.id)
        return account

    def list(self, app: App, *, after: int = 0, limit: int = 100) -> builtins.list[Profile]:
        """In the order they were made, from the one behind `after`."""

        def look(tx: Transaction) -> builtins.list[Account | None]:
            return [tx.accounts.get(one.account_id) for one in tx.customers.of(app.key, after, limit)]

        return [self._profile(account, None) for account in self._catalog.read(look) if account is not None]

    def change(
        self,
        app: App,
        account_id: int,
        *,
        username: str | None = None,
        first_name: str | None = None,
        last_name: str | None = None,
        plan_id: int | None = None,
        terms: Mapping[str, Any] | None = None,
    ) -> Profile:
        """Change what is given. Raises AccountMissing, BadValue, HandleTaken."""
        old = self._own(app, account_id)
        plan = self._plan(app, plan_id) if plan_id is not None else None
        account = self._accounts.get(None, account_id)
        if username is not None and username != account.name:
            if len(username.strip()) < NAME_SHORTEST:
                raise BadValue(f"The username is too short: it needs at least {NAME_SHORTEST} characters.")
            email = username if "@" in handle(username) else account.email
            account = self._accounts.update(None, account_id, name=username, email=email)
        if plan is not None:
            account = self._accounts.update(None, account_id, quota=plan.quota)
        new = replace(
            old,
            first_name=old.first_name if first_name is None else _line(first_name),
            last_name=old.last_name if last_name is None else _line(last_name),
            plan_id=plan.id if plan else old.plan_id,
            terms={**old.terms, **(terms or {})},
        )
        self._catalog.write(lambda tx: tx.customers.put(new))
        return self._profile(self._as_terms_say(new, account), None)

    def expire(self) -> int:
        """Suspend those whose time is over by what their app's back office said; returns how many."""
        count = 0
        for app in self._catalog.read(lambda tx: tx.apps.all()):
            after = 0
            while found := self._page(app.key, after):
                after = found[-1].account_id
                for customer in found:
                    if _EXPIRY in customer.terms:
                        account = self._accounts.get(None, customer.account_id)
                        count += self._as_terms_say(customer, account).active != account.active
        return count

    def _page(self, key: str, after: int) -> builtins.list[Customer]:
        return self._catalog.read(lambda tx: tx.customers.of(key, after, 100))

    def _as_terms_say(self, customer: Customer, account: Account) -> Account:
        """Active until the day that the terms name and the days of grace are over; who was suspended by that is let in
        again when they say otherwise. Nothing is deleted."""
        is_over, by_terms = _is_over(customer.terms, self._clock()), bool(customer.terms.get(_SUSPENDED))
        if is_over == by_terms or (is_over and not account.active):
            return account
        account = self._accounts.update(None, account.id, active=not is_over)
        kept = replace(customer, terms={**customer.terms, _SUSPENDED: is_over})
        self._catalog.write(lambda tx: tx.customers.put(kept))
        return account

    def remove(self, app: App, username: str) -> None:
        """With all it holds. Raises AccountMissing."""
        self._accounts.remove(None, self.find(app, username).id)

    def remove_by_id(self, app: App, account_id: int) -> None:
        """With all it holds. Raises AccountMissing."""
        self._own(app, account_id)
        self._accounts.remove(None, account_id)

    def count(self, app: App) -> int:
        """How many it has."""
        return self._catalog.read(lambda tx: tx.customers.count(app.key))

    def _own(self, app: App, account_id: int) -> Customer:
        found = self._catalog.read(lambda tx: tx.customers.get(account_id))
        if found is None or found.app != app.key:
            raise AccountMissing("This app has no such user.")
        return found

    # ------------------------------------------------------------------------------------------------- oneself

    def profile(self, actor: Actor) -> Profile:
        """One's own."""
        return self._profile(self._accounts.me(actor), actor.grant_id)

    def set_locale(self, actor: Actor, locale: str | None, session_locale: str | None) -> None:
        """The language of the account, and of what the actor came with. Raises BadValue, NotAllowed."""
        if "profile" not in actor.scopes:
            raise NotAllowed("This way of signing in does not allow changing the profile.")
        if locale is not None:
            self._accounts.update(None, actor.account_id, locale=locale.replace("_", "-"))
        if session_locale is not None and (grant_id := actor.grant_id) is not None:
            checked = profiles.checked_locale(session_locale.replace("_", "-"))
            self._catalog.write(lambda tx: tx.customers.set_locale(actor.account_id, grant_id, checked))

    def _profile(self, account: Account, grant_id: int | None) -> Profile:
        def look(tx: Transaction) -> tuple[Customer | None, builtins.list[Plan], int, str | None]:
            customer = tx.customers.get(account.id)
            plans = tx.customers.plans(customer.app) if customer else []
            used = max((grant.created_at for grant in tx.grants.of(account.id)), default=account.created_at)
            locale = tx.customers.locale(account.id, grant_id) if grant_id is not None else None
            return customer, plans, used, locale

        customer, plans, last_login, session_locale = self._catalog.snapshot(look)
        return Profile(
            account_id=account.id,
            username=account.name,
            email="" if account.email.endswith(_NOWHERE) else account.email,
            first_name=customer.first_name if customer else "",
            last_name=customer.last_name if customer else "",
            created_at=account.created_at,
            last_login=last_login,
            locale=account.locale,
            session_locale=session_locale or account.locale,
            active=account.active,
            plan=next((plan for plan in plans if customer and plan.id == customer.plan_id), None),
            used=account.used,
            quota=account.quota,
            terms={name: value for name, value in customer.terms.items() if name != _SUSPENDED} if customer else {},
        )

    # --------------------------------------------------------------------------------------------------- plans

    def add_plan(self, app: App, name: str, quota: int | None) -> Plan:
        """Raises BadValue."""
        if not _line(name):
            raise BadValue("A plan needs a name.")
        plan = Plan(app.key, self._catalog.new_ids(1)[0], _line(name), profiles.checked_quota(quota))
        self._catalog.write(lambda tx: tx.customers.add_plan(plan))
        return plan

    def plans(self, app: App) -> builtins.list[Plan]:
        """In the order they were made."""
        return self._catalog.read(lambda tx: tx.customers.plans(app.key))

    def remove_plan(self, app: App, plan_id: int) -> None:
        """Who is on it keeps its quota. Raises BadValue."""
        if not self._catalog.write(lambda tx: tx.customers.remove_plan(app.key, plan_id)):
            raise BadValue("This app has no such plan.")

    def _plan(self, app: App, plan_id: int | None) -> Plan | None:
        if plan_id is None:
            return None
        plan = next((plan for plan in self.plans(app) if plan.id == plan_id), None)
        if plan is None:
            raise BadValue("This app has no such plan.")
        return plan

    def app_plan(self, app: App) -> str:
        """“prototype”: five users; “paid”: any number."""
        return self._catalog.read(lambda tx: self._app_plan(tx, app))

    def set_app_plan(self, actor: Actor | None, app: App, name: str) -> None:
        """`actor` None: the command line. Raises BadValue, NotAllowed."""
        if actor is not None:
            access.require(actor, "admin")
        if name not in APP_PLANS:
            raise BadValue(f"The plan of an app is one of {', '.join(APP_PLANS)}.")
        self._catalog.write(lambda tx: tx.customers.set_app_plan(app.key, name))

    def app_plans(self, actor: Actor | None) -> dict[str, int | None]:
        """Each plan that an app can be on, and how many customers it allows; None: any number. Raises NotAllowed."""
        if actor is not None:
            access.require(actor, "account")
        return self._catalog.read(_sizes)

    def resize_app_plan(self, actor: Actor | None, name: str, users: int | None) -> None:
        """For every app on this plan; none loses a customer by it. Raises BadValue, NotAllowed."""
        if actor is not None:
            access.require(actor, "admin")
        if name not in APP_PLANS:
            raise BadValue(f"The plan of an app is one of {', '.join(APP_PLANS)}.")
        if users is not None and not 0 <= users <= MOST_USERS:
            raise BadValue(f"A plan allows 0 to {MOST_USERS:,} users, or any number.")
        self._catalog.write(lambda tx: tx.customers.set_plan_size(name, users))

    @staticmethod
    def _app_plan(tx: Transaction, app: App) -> str:
        """What an administrator made on the machine itself needs no leave for more."""
        return tx.customers.app_plan(app.key) or (PAID if app.account_id == 0 else PROTOTYPE)


def _sizes(tx: Transaction) -> dict[str, int | None]:
    return APP_PLANS | tx.customers.plan_sizes()


def account_id_of(number: int | None) -> int:
    """Raises AccountMissing."""
    if number is None or not 0 < number < ID_LIMIT:
        raise AccountMissing("This app has no such user.")
    return number


def _line(text: str) -> str:
    return UNPRINTABLE.sub(" ", text).strip()[:200]


def _is_over(terms: Mapping[str, Any], now: int) -> bool:
    """`expiration_date`: seconds or milliseconds since 1970, or a day until its end (UTC); `grace`: days.
    What cannot be read never ends."""
    try:
        until = _moment(str(terms.get(_EXPIRY) or "")) + int(terms.get("grace") or 0) * DAY
    except (ValueError, OverflowError):
        return False
    return until <= now


def _moment(text: str) -> int:
    """In microseconds. Raises ValueError."""
    if text.isdigit() and text.isascii() and len(text) < 15:
        return int(text) * (SECOND if len(text) < 12 else SECOND // 1000)
    return int(datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).timestamp()) * SECOND + DAY
