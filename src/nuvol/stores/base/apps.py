"""Apps, and the accounts that are theirs."""

from collections.abc import Iterable
from typing import Protocol

from nuvol.model.apps import App, DayOfUse
from nuvol.model.customers import Customer, Plan


class AppRows(Protocol):
    """Programs that people let in."""

    def add(self, app: App) -> None:
        """Raises AppTaken: another one has its key or its admin id."""

    def by_key(self, key: str) -> App | None: ...
    def by_admin(self, admin_id: str) -> App | None: ...
    def all(self) -> list[App]:
        """In the order they were made."""

    def set_active(self, key: str, active: bool) -> bool:
        """False, as of those below: there is none."""

    def set_signup(self, key: str, mode: str) -> bool: ...
    def set_app_folder(self, key: str, only: bool) -> bool: ...
    def set_secret(self, key: str, secret: bytes, admin: bool) -> bool:
        """`admin`: that of its back office."""

    def remove(self, key: str) -> bool: ...
    def folder(self, account_id: int, key: str) -> int | None:
        """The node that is all the app sees of this account."""

    def folders(self, account_id: int) -> set[int]:
        """Those of all apps."""

    def set_folder(self, account_id: int, key: str, node_id: int) -> None: ...


class CustomerRows(Protocol):
    """Accounts made through apps, their plans, and the languages of their sessions."""

    def put(self, customer: Customer) -> None:
        """In place of what is known of this account."""

    def get(self, account_id: int) -> Customer | None: ...
    def of(self, app: str, after: int, limit: int) -> list[Customer]:
        """By account id, ascending, from the one behind `after`."""

    def count(self, app: str) -> int: ...
    def add_plan(self, plan: Plan) -> None: ...
    def plans(self, app: str) -> list[Plan]:
        """In the order they were made."""

    def remove_plan(self, app: str, plan_id: int) -> bool: ...
    def app_plan(self, app: str) -> str | None:
        """None: nobody has chosen one."""

    def set_app_plan(self, app: str, name: str) -> None: ...
    def plan_sizes(self) -> dict[str, int | None]:
        """Plan of apps → how many customers it allows (None: any number), where somebody has said so."""

    def set_plan_size(self, name: str, users: int | None) -> None: ...
    def locale(self, account_id: int, grant_id: int) -> str | None: ...
    def set_locale(self, account_id: int, grant_id: int, locale: str) -> None: ...


class UsageRows(Protocol):
    """What apps do, by day."""

    def add(self, app: str, day: DayOfUse, account_ids: Iterable[int]) -> None:
        """To what is known of that day; `account_ids` in whose name, of which each counts once. `day.accounts` is
        not looked at."""

    def of(self, app: str, since: int) -> list[DayOfUse]:
        """The days with anything to tell, from `since` on, ascending."""

    def remove(self, app: str) -> None: ...
    def expire(self, before: int) -> int:
        """Forget the days before."""
