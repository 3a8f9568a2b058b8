"""User, account and history (CloudFS specification 2.4, 8)."""

from collections.abc import Iterator
from typing import Any, Self

from nuvol.sdk.cloudfs.connection import debuggable
from nuvol.sdk.cloudfs.errors import OperationNotAllowed
from nuvol.sdk.cloudfs.rest import Data, RestInterface


class _Profile:
    """Attributes read out of the profile; what has no setter cannot be changed."""

    def __init__(self, rest: RestInterface, data: Data) -> None:
        self.data = data
        self._rest = rest

    def __setattr__(self, name: str, value: Any) -> None:
        """Raises OperationNotAllowed."""
        known = getattr(type(self), name, None)
        if isinstance(known, property) and known.fset is None:
            raise OperationNotAllowed(f"{name} cannot be changed.")
        super().__setattr__(name, value)

    def refresh(self) -> Self:
        """Ask for the present state."""
        self.data = self._rest.profile()
        return self

    def _part(self, name: str) -> Data:
        found = self.data.get(name)
        return found if isinstance(found, dict) else {}


class User(_Profile):
    """The person. Times in milliseconds since 1970, unlike those of items."""

    @property
    def id(self) -> str:
        return str(self.data.get("id", ""))

    @property
    def username(self) -> str:
        return str(self.data.get("username", ""))

    @property
    def email(self) -> str:
        return str(self.data.get("email") or "")

    @property
    def first_name(self) -> str:
        return str(self.data.get("first_name") or "")

    @property
    def last_name(self) -> str:
        return str(self.data.get("last_name") or "")

    @property
    def last_login(self) -> int:
        return int(self.data.get("last_login") or 0)

    @property
    def created_at(self) -> int:
        return int(self.data.get("created_at") or 0)


class Account(_Profile):
    """What the person may use. Setting `locale` or `session_locale` sends it at once."""

    @property
    def id(self) -> str:
        return str(self.data.get("account_id", ""))

    @property
    def usage(self) -> int:
        """Bytes."""
        return int(self._part("storage").get("usage") or 0)

    @property
    def limit(self) -> int | None:
        """Bytes; None: no limit."""
        limit = self._part("storage").get("limit")
        return None if limit is None else int(limit)

    @property
    def over_storage_limit(self) -> bool:
        return bool(self._part("storage").get("otl", False))

    @property
    def state_string(self) -> str:
        return str(self._part("account_state").get("display_name", ""))

    @property
    def state_id(self) -> str:
        return str(self._part("account_state").get("id", ""))

    @property
    def plan(self) -> str:
        return str(self._part("account_plan").get("display_name", ""))

    @property
    def plan_id(self) -> str:
        return str(self._part("account_plan").get("id", ""))

    @property
    def locale(self) -> str:
        return str(self.data.get("locale", ""))

    @locale.setter
    def locale(self, value: str) -> None:
        self._rest.change_profile(locale=value)
        self.data["locale"] = value

    @property
    def session_locale(self) -> str:
        return str(self._part("session").get("locale", ""))

    @session_locale.setter
    def session_locale(self, value: str) -> None:
        self._rest.change_profile(session_locale=value)
        self.data["session"] = {"locale": value}


class Action:
    """One thing that happened. `data`: what is told of it besides."""

    def __init__(self, entry: Data) -> None:
        self.version = int(entry.get("version", 0))
        self.action = str(entry.get("action", ""))
        self.path = str(entry.get("path", ""))
        self.type = str(entry.get("type", ""))
        self.data: Data = entry.get("data") or {}


class ActionHistory:
    """What happened in an account, the oldest first."""

    def __init__(self, rest: RestInterface) -> None:
        self._rest = rest
        self._actions: list[Action] = []

    @debuggable
    def read(self, start: int = -10, stop: int | None = None) -> list[Action]:
        """Entries from number `start` on (negative: so many of the newest), before `stop`."""
        self._actions = [Action(entry) for entry in self._rest.history(start, stop)]
        return self._actions

    def __iter__(self) -> Iterator[Action]:
        return iter(self._actions)

    def __len__(self) -> int:
        return len(self._actions)
