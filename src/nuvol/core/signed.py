"""Signed requests (OAuth 1): whether one is by whom it says, made now, and not seen before."""

import ipaddress
import threading
from collections.abc import Callable

from msgspec import Struct

from nuvol import ids
from nuvol.clock import MINUTE, SECOND, Clock
from nuvol.core.apps import Apps
from nuvol.errors import AccessRevoked, AppMissing, NotAdmitted, NotAllowed
from nuvol.model.apps import STACKSYNC, App
from nuvol.stores.base import Catalog, Transaction

WINDOW = {STACKSYNC: 600 * SECOND}
OTHERS_WINDOW = 300 * SECOND
"""How far the time of a request may lie from ours, by kind of app: what its usual libraries allow."""

SWEPT_EVERY = MINUTE
"""Nonces that are out of their window are removed so often, by whoever comes then."""


class Proof(Struct, frozen=True):
    """What a signed request shows. Empty texts where it shows nothing."""

    consumer: str
    token: str
    timestamp: int | None
    """Seconds since 1970."""
    nonce: str
    is_plain: bool
    """It shows the secrets themselves instead of a signature."""
    is_private: bool
    """It came by TLS."""
    network: str
    fits: Callable[[str, str], bool]
    """Whether it was signed with this consumer secret and token secret."""
    callback: str = ""
    verifier: str = ""


class Signed:
    """The three questions that every signed request is asked."""

    def __init__(self, catalog: Catalog, clock: Clock, apps: Apps) -> None:
        self._catalog = catalog
        self._clock = clock
        self._apps = apps
        self._sweeping = threading.Lock()
        self._swept = 0

    def app(self, proof: Proof, kind: str | None = None) -> App:
        """The app that the request names. Raises NotAdmitted, also when it is of another kind; NotAllowed when it
        shows a secret to everybody on the way."""
        try:
            app = self._apps.find(proof.consumer)
        except AppMissing:
            raise NotAdmitted("No such consumer is known here.") from None
        if kind is not None and app.kind != kind:
            raise NotAdmitted("This consumer is known here, but for another protocol.")
        if proof.is_plain and not (proof.is_private or app.allow_plain or _is_loopback(proof.network)):
            raise NotAllowed(
                "PLAINTEXT over plain http shows the secrets to the network.",
                advice="Use https or HMAC-SHA1, or add the app with --allow-plain.",
            )
        return app

    def check(self, proof: Proof, app: App, token_secret: str) -> None:
        """Raises NotAdmitted (the signature does not fit), AccessRevoked (the app is shut out)."""
        if not proof.fits(self._apps.secret(app), token_secret):
            raise NotAdmitted("The signature does not fit.", advice="Check secrets, address and parameters.")
        if not app.active:
            raise AccessRevoked("This app was shut out.")

    def use(self, proof: Proof, app: App, account_id: int = 0) -> None:
        """It is of now and was never seen before: and from now on it was. Comes after `check`, so that nobody else
        can use it up. Holds between processes and after a restart. Raises NotAdmitted."""
        if proof.timestamp is None or not proof.nonce:
            if proof.is_plain:  # RFC 5849 §3.1: it may leave them out
                return
            raise NotAdmitted("A signed request needs a time and a nonce.")
        now, made = self._clock(), proof.timestamp * SECOND
        window = WINDOW.get(app.kind, OTHERS_WINDOW)
        if abs(now - made) > window:
            raise NotAdmitted("The time of the request is too far from now.", advice="Set the clock of the client.")
        shown = "\n".join((proof.consumer, proof.token, str(proof.timestamp), proof.nonce))
        sweep = self._may_sweep(now)

        def unit(tx: Transaction) -> bool:
            if sweep:
                tx.nonces.expire(now)
            return tx.nonces.use(account_id, ids.digest(shown), made + window + SECOND)

        if not self._catalog.write(unit):
            raise NotAdmitted("This request was made before.", advice="Give each request a nonce of its own.")

    def _may_sweep(self, now: int) -> bool:
        with self._sweeping:
            if now - self._swept < SWEPT_EVERY:
                return False
            self._swept = now
            return True


def _is_loopback(network: str) -> bool:
    try:
        address = ipaddress.ip_address(network)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
