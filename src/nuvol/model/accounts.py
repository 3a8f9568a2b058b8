"""Who there is and who asks."""

import unicodedata

from msgspec import Struct


def handle(text: str) -> str:
    """The form in which account names and e-mail addresses are compared and looked up: NFKC, then case-folded.

    Compatibility forms go, so that a full-width or ligature spelling cannot pass for somebody else's name; NFKC once
    more, because folding can bring a form that is not normal. White space around it does not count.
    """
    text = text.strip()
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()


class Account(Struct, frozen=True):
    """A person's home. Times in microseconds UTC; sizes in bytes; `quota` None = no limit."""

    id: int
    name: str
    email: str
    admin: bool
    active: bool
    quota: int | None
    used: int
    seq: int
    """Number of the newest journal row."""
    root_id: int
    """The node of the account's root folder."""
    created_at: int
    locale: str = "en"
    zone: str = "UTC"


class Grant(Struct, frozen=True):
    """A way in that can be taken back: a session, an app password, or a token."""

    account_id: int
    id: int
    kind: str
    """"session", "app-password", "bearer"; "app-token" and "oauth1" were given to an app; "device" is one that is
    known and opens nothing, "consent" something an app was allowed without a token."""
    label: str
    scopes: frozenset[str]
    created_at: int
    used_at: int
    expires_at: int | None
    agent: str = ""
    network: str = ""
    app: str = ""
    """Key of the app it was given to."""
    secret: bytes | None = None
    """Of an OAuth 1 token; sealed."""
    revoked_at: int | None = None
    """It opens nothing since then, and is kept for a while so that its holder can be told so."""


FULL = frozenset({"account", "files", "calendar", "docs", "photos", "profile"})
"""What a person's own session may do; `account` covers passwords, grants and administration."""


class Actor(Struct, frozen=True):
    """Who asks now: an account, the grant it came with, and what that grant may do."""

    account_id: int
    scopes: frozenset[str] = FULL
    grant_id: int | None = None
    admin: bool = False
    name: str = ""
    app: str = ""
    """Title of the program that asks, as it is written beside versions."""
    app_key: str = ""
    """Of the registered app that asks; empty: it is none."""
    home: int | None = None
    """The folder that is `/` for it, and outside of which it sees nothing; None: the account's root."""
    is_desk: bool = False
    """It is a program that syncs the documents of many people under one login."""
