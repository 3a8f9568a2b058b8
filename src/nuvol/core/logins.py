"""Names with passwords: the one place where a password is compared, behind the login delay."""

import re

from msgspec import Struct

from nuvol import ids
from nuvol.clock import Clock
from nuvol.core.attempts import Attempt, Attempts, account_bucket, device_bucket, handle_bucket, network_bucket
from nuvol.core.passwords import Passwords
from nuvol.errors import AccountMissing, Busy, NotAdmitted, NotAllowed, Unable
from nuvol.model.accounts import Account, Grant
from nuvol.stores.base import Catalog, Transaction

DEVICE = "device"
"""Kind of the grant by which a known device is told; it opens nothing."""

UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class Verified(Struct, frozen=True):
    """An account whose password was right."""

    account: Account
    kept: str
    """The stored hash."""
    attempt: Attempt
    own_bucket: str
    device: Grant | None


class Logins:
    """Tells who a name and a password belong to. Every comparison is an attempt that counts."""

    def __init__(self, catalog: Catalog, clock: Clock, passwords: Passwords) -> None:
        self._catalog = catalog
        self._clock = clock
        self._passwords = passwords
        self._attempts = Attempts(catalog, clock)

    def find(self, handle: str) -> tuple[Account | None, str | None]:
        """The account of that name or address, and its password hash."""
        if UNPRINTABLE.search(handle):
            return None, None
        return self._catalog.read(lambda tx: tx.accounts.by_handle(handle)) or (None, None)

    def is_of(self, handle: str, account_id: int) -> bool:
        account, _ = self.find(handle)
        return account is not None and account.id == account_id

    def verify(self, handle: str, password: str, network: str, device: str | None = None) -> Verified:
        """Compare; the attempt stays counted as a failure until `take`.

        Does the same in the same time for a name that nobody has. A known device has a count of its own
        instead of the account's and the network's. Raises NotAdmitted, TooManyAttempts, Busy.
        """
        account, kept = self.find(handle)
        known = self.device(account.id if account else 0, device)
        if account is None:
            own = handle_bucket(handle)
        elif known is None:
            own = account_bucket(account.id)
        else:
            own = device_bucket(account.id, known.id)
        attempt = self._attempts.begin(own, *(() if known else (network_bucket(network),)))
        right = self._passwords.verify(kept, password)
        if not right or account is None or kept is None or not account.active:
            raise wrong()
        return Verified(account, kept, attempt, own, known)

    def confirm(self, account: Account, password: str) -> Verified:
        """The same for somebody who is signed in already, with a count of its own; NotAllowed instead."""
        kept = self._catalog.read(lambda tx: tx.accounts.password(account.id))
        own = f"confirm:{account.id}"
        attempt = self._attempts.begin(own)
        if not self._passwords.verify(kept, password) or kept is None:
            raise NotAllowed("The present password is wrong.", advice="Type the password you signed in with.")
        return Verified(account, kept, attempt, own, None)

    def take(self, tx: Transaction, verified: Verified, *, forgive: bool = False) -> Account:
        """Hold the account if it is still as it was verified; the attempt was no failure.

        `forgive`: nor do the earlier ones of this account or device count any more. Raises NotAdmitted, Busy.
        """
        try:
            account = tx.accounts.take(verified.account.id)
        except AccountMissing:
            raise wrong() from None
        if not account.active:
            raise wrong()
        if tx.accounts.password(account.id) != verified.kept:
            raise Busy("The password was changed at this moment.")
        self._attempts.succeeded(tx, verified.attempt, forgiven=(verified.own_bucket,) if forgive else ())
        return account

    def renew(self, verified: Verified, password: str) -> str:
        """Hash the password anew if the figures have changed; returns the hash that is stored now."""
        if not self._passwords.is_outdated(verified.kept):
            return verified.kept
        account_id = verified.account.id

        def unit(tx: Transaction) -> str:
            tx.accounts.take(account_id)
            if tx.accounts.password(account_id) != verified.kept:
                return verified.kept
            tx.accounts.set_password(account_id, renewed)
            return renewed

        try:
            renewed = self._passwords.hash(password)
            return self._catalog.write(unit)
        except Unable:
            return verified.kept  # next time will do: the person is let in

    def device(self, account_id: int, secret: str | None) -> Grant | None:
        """The known device of this account that holds this secret."""
        if secret is None:
            return None
        grant = self._catalog.read(lambda tx: tx.grants.by_digest(ids.digest(secret)))
        if grant is None or grant.kind != DEVICE or grant.account_id != account_id:
            return None
        return None if is_over(grant, self._clock()) else grant


def is_over(grant: Grant, now: int) -> bool:
    return grant.revoked_at is not None or (grant.expires_at is not None and grant.expires_at <= now)


def wrong() -> NotAdmitted:
    """The one answer, whatever was wrong: it must not tell who exists."""
    return NotAdmitted("The name or the password is wrong.", advice="Check both and try again.")
