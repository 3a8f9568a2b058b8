"""Guests: people of other clouds to whom a folder here is open (stacksync.md §9).

A guest is an account that nobody signs in to, a member of exactly one folder like any other member, and a token with
which another cloud acts for it. The token ends with the membership.
"""

import secrets

from msgspec import Struct

from nuvol import ids
from nuvol.clock import HOUR
from nuvol.core.accounts import Accounts
from nuvol.core.apps import KEY_LETTERS, SECRET_LETTERS, Apps
from nuvol.core.files.room import Files
from nuvol.core.oauth1 import Pair, new_grant
from nuvol.core.shares import Shares
from nuvol.core.vault import Vault
from nuvol.errors import AppMissing, CloudError, HandleTaken
from nuvol.model.accounts import Account, Actor
from nuvol.model.apps import STACKSYNC, App
from nuvol.model.nodes import Node
from nuvol.stores.base import Transaction

_CONSUMER = "consumer of other clouds"
_NOWHERE = "https://other-clouds.invalid/"
"""RFC 2606 §2: nobody is asked for consent by this app."""
_SCOPES = frozenset({"files"})
_TRIES = 100
_BATCH = 100


class Received(Struct, frozen=True):
    """What the other cloud is given, this once."""

    folder: Node
    owner: str
    role: int
    address: str
    token: Pair
    consumer: Pair


class Guests:
    """Who comes from other clouds."""

    def __init__(self, files: Files, vault: Vault, accounts: Accounts, apps: Apps, shares: Shares) -> None:
        self._files = files
        self._vault = vault
        self._accounts = accounts
        self._apps = apps
        self._shares = shares

    def receive(self, secret: str) -> Received:
        """Let another cloud in by an invitation, which is used up. Raises InvitationMissing."""
        invited, _, owner = self._shares.invited(secret)
        consumer = self._consumer()
        guest = self._account(invited.email)
        actor = Actor(guest.id, name=guest.name)
        try:
            folder = self._shares.accept(actor, secret)
        except CloudError:
            self._accounts.remove(None, guest.id)
            raise
        pair = Pair(ids.letters(KEY_LETTERS), ids.letters(SECRET_LETTERS))
        grant = new_grant(self._vault, self._files.new_id(), consumer, guest.id, _SCOPES, pair, self._files.clock())
        self._files.catalog.write(lambda tx: tx.grants.add(grant, ids.digest(pair.token)))
        return Received(
            folder, owner, invited.role, invited.email, pair, Pair(consumer.key, self._apps.secret(consumer))
        )

    def expire(self) -> int:
        """Remove the accounts of those whose membership ended long ago; returns how many."""
        before, count = self._files.clock() - HOUR, 0  # one that is just being made has no membership yet
        while found := self._files.catalog.read(lambda tx: tx.guests.over(before, _BATCH)):
            for account_id in found:
                self._accounts.remove(None, account_id)
            count += len(found)
        return count

    def _account(self, address: str) -> Account:
        """Called after the address that was invited, which stays free for an account."""
        local, _, domain = address.partition("@")
        name = f"{local[:30]} ({domain[:30]})".replace("/", " ").replace(":", " ").strip()

        def along(tx: Transaction, account: Account) -> None:
            tx.guests.add(account.id, address)

        for number in range(1, _TRIES):
            try:
                unique = name if number == 1 else f"{name[:56]} {number}"
                email = f"{secrets.token_hex(12)}@guests.invalid"
                return self._accounts.add(None, unique, email, None, quota=0, along=along)
            except HandleTaken:
                continue
        raise HandleTaken("There are too many guests of this name.")

    def _consumer(self) -> App:
        """As which all other clouds sign; made when the first one comes."""
        key = self._files.catalog.read(lambda tx: tx.instance.get(_CONSUMER))
        try:
            return self._apps.find(key or "")
        except AppMissing:
            made = self._apps.add(None, "Other clouds", STACKSYNC, callbacks=[_NOWHERE]).app

        def unit(tx: Transaction) -> str:
            present = tx.instance.get(_CONSUMER)
            if present in (None, key):
                tx.instance.set(_CONSUMER, made.key)
                return made.key
            return present or ""

        kept = self._files.catalog.write(unit)
        if kept != made.key:  # another process was faster
            self._apps.remove(None, made.key)
        return self._apps.find(kept)
