"""The sign-up service as a program of its own: a client of any CloudFS endpoint (`nuvol signup`)."""

import threading
import time
import tomllib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from nuvol.clock import SECOND
from nuvol.core.attempts import delay
from nuvol.errors import BadValue, NotAllowed, TooManyAttempts, Unreachable
from nuvol.faces import signup as face
from nuvol.faces.http import Route
from nuvol.sdk import cloudfs
from nuvol.sdk.cloudfs.errors import EndpointUnreachable
from nuvol.wire.signup import Login, Newcomer

T = TypeVar("T")

NETWORKS = 10_000
"""So many callers are remembered; the ones that came longest ago are forgotten."""


@dataclass(frozen=True)
class Keys:
    """The settings file, with the names that CloudFS sign-up services use. Without the admin's keys nobody can sign
    up (a prototype account), but everybody can sign in."""

    API_SERVER: str
    CLIENT_ID: str
    SECRET_KEY: str
    ADMIN_ID: str = ""
    ADMIN_SECRET: str = ""
    CA: str = ""
    """A file of certificates to trust besides the usual ones."""


def read_keys(path: Path, endpoint: str | None) -> Keys:
    """Raises BadValue: what is missing or not known."""
    try:
        values = tomllib.loads(path.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise BadValue(f"{path} cannot be read: {error}.", advice="It holds lines such as CLIENT_ID = '…'.") from None
    if endpoint is not None:
        values["API_SERVER"] = endpoint
    unknown = values.keys() - Keys.__dataclass_fields__.keys()
    lacking = {"API_SERVER", "CLIENT_ID", "SECRET_KEY"} - {name for name, value in values.items() if value}
    if unknown or lacking or not all(isinstance(value, str) for value in values.values()):
        wrong = (
            f"there is no setting {', '.join(sorted(unknown))}" if unknown else f"{', '.join(sorted(lacking))} missing"
        )
        raise BadValue(f"{path}: {wrong}.", advice=f"It takes texts for {', '.join(Keys.__dataclass_fields__)}.")
    return Keys(**values)


class Guesses:
    """Slows down whoever gets it wrong again and again, by address, in the memory of this process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, network: str) -> None:
        """Count an attempt, as a failure until it succeeds. Raises TooManyAttempts while a delay runs."""
        now = self._clock()
        with self._lock:
            failures, at = self._failures.pop(network, (0, now))
            wait = at + delay(failures) / SECOND - now
            self._failures[network] = (failures, at) if wait > 0 else (failures + 1, now)
            if len(self._failures) > NETWORKS:
                self._failures.popitem(last=False)
        if wait > 0:
            raise TooManyAttempts(wait)

    def succeeded(self, network: str) -> None:
        """Earlier failures stay: whoever has one good password must not guess at others' for ever."""
        with self._lock:
            failures, at = self._failures.pop(network, (0, 0.0))
            if failures > 1:
                self._failures[network] = (failures - 1, at)


class Endpoint:
    """A CloudFS endpoint as the platform. Guesses are slowed down here already: an endpoint that does not trust this
    service sees one caller only."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._session = cloudfs.Session(keys.API_SERVER, keys.CLIENT_ID, keys.SECRET_KEY, ca=keys.CA or None)
        self._session.set_admin_credentials(keys.ADMIN_ID, keys.ADMIN_SECRET)
        self._guesses = Guesses()

    def join(self, newcomer: Newcomer, network: str) -> dict[str, Any]:
        if not self._keys.ADMIN_ID:
            raise NotAllowed("Nobody can sign up here.", advice="Ask the owner of the application for an account.")
        first, last = newcomer.first_name or None, newcomer.last_name or None
        make = self._session.create_account
        return self._asked(network, lambda: make(newcomer.username, newcomer.password, None, first, last).data)

    def enter(self, login: Login, network: str) -> str:
        token = self._session.rest_interface.token
        return str(self._asked(network, lambda: token(login.username, login.password, network))["access_token"])

    def _asked(self, network: str, ask: Callable[[], T]) -> T:
        self._guesses.begin(network)
        try:
            answer = ask()
        except EndpointUnreachable as error:
            raise Unreachable(str(error)) from None
        except cloudfs.AuthenticatedError as error:
            raise NotAllowed(error.message, advice="") from None
        self._guesses.succeeded(network)
        return answer


def routes(keys: Keys) -> dict[str, Route]:
    """The service, to be served alone."""
    return dict.fromkeys(("api", *face.PREFIXES), face.face(Endpoint(keys)))
