"""The rooms of accounts and grants over a catalog, with a clock that stands and passwords that cost nothing."""

from collections.abc import Callable
from typing import Any

from nuvol.clock import SetClock
from nuvol.core.accounts import Accounts
from nuvol.core.apps import Apps
from nuvol.core.desks import Desks
from nuvol.core.files.app_folders import AppFolders
from nuvol.core.files.room import Files
from nuvol.core.grants import Grants
from nuvol.core.oauth1 import OAuth1
from nuvol.core.passwords import Passwords
from nuvol.core.signed import Signed
from nuvol.core.vault import Vault
from nuvol.errors import NotAdmitted
from nuvol.model.accounts import Account, Actor
from nuvol.model.rules import Rules
from nuvol.stores.blobs.memory import MemoryBlobs

NETWORK = "192.0.2.1"
PASSWORD = "correct horse"


class CountedPasswords(Passwords):
    """Counts what it compares."""

    def __init__(self) -> None:
        super().__init__(memory_kib=8, passes=1)
        self.compared = 0

    def verify(self, kept: str | None, password: str) -> bool:
        self.compared += 1
        return super().verify(kept, password)


class Watched:
    """A catalog that counts its calls; `before` and `after` are run around each."""

    def __init__(self, catalog: Any, is_local: bool = True) -> None:
        self._catalog = catalog
        self.is_local = is_local
        self.calls: list[str] = []
        self.before: Callable[[str], None] = self.calls.append
        self.after: Callable[[str], None] = lambda verb: None
        self.tell_foreign: Callable[[], None] = lambda: None

    def _call(self, verb: str, unit: Any) -> Any:
        self.before(verb)
        result = getattr(self._catalog, verb)(unit)
        self.after(verb)
        return result

    def read(self, unit: Any) -> Any:
        return self._call("read", unit)

    def write(self, unit: Any) -> Any:
        return self._call("write", unit)

    def on_foreign_write(self, listener: Callable[[], None]) -> None:
        self.tell_foreign = listener

    def __getattr__(self, name: str) -> Any:
        return getattr(self._catalog, name)


class People:
    """One server process: `catalog` rests, everything else is its own."""

    def __init__(self, catalog: Any, clock: SetClock | None = None, rules: Rules | None = None) -> None:
        self.catalog = catalog
        self.clock = clock or SetClock()
        self.passwords = CountedPasswords()
        self.purged: list[int] = []
        rules = rules or Rules()
        files = Files(catalog, MemoryBlobs(), rules, self.clock)
        self.grants = Grants(catalog, self.clock, rules, self.passwords, AppFolders(files).find)
        self.accounts = Accounts(catalog, self.clock, rules, self.passwords, self.grants, self.purged.append)
        vault = Vault(b"k" * 32)
        self.apps = Apps(catalog, self.clock, vault, self.grants, self.accounts)
        signed = Signed(catalog, self.clock, self.apps)
        self.oauth1 = OAuth1(catalog, self.clock, vault, self.apps, self.grants, signed)
        self.desks = Desks(catalog, self.clock, vault, self.apps, signed)

    def add(self, name: str, *, admin: bool = False, password: str | None = PASSWORD) -> Account:
        return self.accounts.add(None, name, f"{name}@example.org", password, admin=admin)

    def sign_in(self, name: str, password: str = PASSWORD, network: str = NETWORK, device: str | None = None) -> str:
        """The session's token."""
        return self.grants.sign_in(name, password, agent="test", network=network, device=device)[1]

    def actor(self, name: str) -> Actor:
        """That account in a new session."""
        return self.grants.admit_token(self.sign_in(name), NETWORK)


def admitted(people: People, token: str) -> bool:
    """Whether somebody is let in with it."""
    try:
        people.grants.admit_token(token, NETWORK)
    except NotAdmitted:
        return False
    return True
