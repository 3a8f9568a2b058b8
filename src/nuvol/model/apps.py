"""Programs that people let in."""

from collections.abc import Sequence
from typing import TypedDict

from msgspec import Struct

from nuvol.model.accounts import Grant

CLOUDFS, STACKSYNC, U1DB, OAUTH2 = "cloudfs", "stacksync", "u1db", "oauth2"
KINDS = (CLOUDFS, STACKSYNC, U1DB, OAUTH2)
"""By what protocol a program comes."""

OOB = "oob"
"""The callback of a program that has no address: the person copies the verifier (RFC 5849 §2.1)."""


class AppTerms(TypedDict, total=False):
    """What can be said of a new app beside its title and kind."""

    key: str | None
    """Client id or consumer key. One that is not given is made, like the secrets below; given ones may be of any
    length, so that existing programs keep theirs."""
    secret: str | None
    admin_id: str | None
    """cloudfs: the id that manages its customers."""
    admin_secret: str | None
    callbacks: Sequence[str]
    """Where people go back: absolute addresses without a fragment (RFC 6749 §3.1.2), or `OOB`."""
    home: str | None
    """u1db: name or address of the account whose databases it syncs; None: one of its own is made."""
    verifier: str | None
    """u1db: the word it is answered and must show."""
    token_hours: int | None
    """How long its tokens last; None: a day for u1db, for others until they are revoked."""
    allow_plain: bool
    """Let it show its secret over plain http from other machines."""
    app_folder: bool
    """It sees a folder of its own and nothing else."""


class App(Struct, frozen=True):
    """A program as this cloud knows it: an OAuth consumer or client, or one of CloudFS."""

    account_id: int
    """Who made it; 0: the command line."""
    id: int
    key: str
    """Its client id or consumer key."""
    title: str
    kind: str
    """One of `KINDS`."""
    secret: bytes
    """Sealed with the instance's key: signatures are computed from the clear text."""
    admin_id: str | None
    """Signs, with a secret of its own, the calls by which a CloudFS program manages its customers."""
    admin_secret: bytes | None
    """Sealed."""
    callbacks: tuple[str, ...]
    """Exactly these addresses, or `OOB`."""
    home_id: int | None
    """The account that a u1db program's databases belong to."""
    verifier: str | None
    """The word a u1db program gets and must show again."""
    token_hours: int | None
    """How long its tokens last; None: until they are revoked."""
    allow_plain: bool
    """It may show its secret (PLAINTEXT) over plain http from another machine."""
    signup: str
    """Who may make an account through it: open, invite, closed."""
    app_folder: bool
    """It sees /Apps/<title> and nothing else."""
    active: bool
    """False: nobody comes in through it."""
    created_at: int


class Connection(Struct, frozen=True):
    """An app that a person has let in, whatever tokens it holds. Times in microseconds UTC."""

    key: str
    title: str
    kind: str
    scopes: frozenset[str]
    since: int
    used_at: int


class Desk(Struct, frozen=True):
    """A desk that one could connect."""

    key: str
    title: str
    code: str
    """The name of the calendar by which one shows who one is there."""
    user: str | None
    """Who one is there; None: it is not connected."""


class HeldToken(Struct, frozen=True):
    """A token that an app holds; `holder`: name of who let it in, where one may know it."""

    grant: Grant
    holder: str | None


class DayOfUse(Struct, frozen=True):
    """What an app did in one day of UTC."""

    day: int
    """Since 1970-01-01."""
    calls: int
    refused: int
    """Of the calls, those answered by a status of 400 or above."""
    received: int
    """Bytes of the bodies that were announced to us."""
    sent: int
    """Bytes of the bodies of known length that were answered."""
    accounts: int = 0
    """In whose name it called."""
