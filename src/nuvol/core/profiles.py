"""What an account may be called, and the other things a person says about an account."""

import re
import unicodedata
from collections.abc import Callable, Collection
from typing import Any

from msgspec.structs import replace

from nuvol.core.logins import UNPRINTABLE
from nuvol.errors import BadValue
from nuvol.ids import ID_LIMIT
from nuvol.model.accounts import Account, handle

NAME_LENGTH = 255
"""As CloudFS has it (section 2.3): its usernames are often addresses."""
EMAIL_LENGTH = 254
"""RFC 5321 §4.5.3.1.3, without the angle brackets."""

_EMAIL = re.compile(r"""[^@\s"(),:;<>\[\\\]]{1,64}@[^@\s"(),:;<>\[\\\]./]+(\.[^@\s"(),:;<>\[\\\]./]+)*""")
_LOCALE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}")


def checked_name(name: str, email: str) -> str:
    """The name as it is kept: in NFC, without white space around it. `email` is the account's own address.

    Raises BadValue. No “:”, which ends the name in basic authentication (RFC 7617 §2); no “/”, because the
    name stands in addresses; “@” only in one's own address, so that nobody takes that of another.
    """
    name = unicodedata.normalize("NFC", name.strip())
    if not name or not handle(name):
        raise BadValue("An account needs a name.")
    if len(name) > NAME_LENGTH:
        raise BadValue(f"The name is too long: at most {NAME_LENGTH} characters.")
    if UNPRINTABLE.search(name):
        raise BadValue("The name holds a control character.")
    for sign in "/:":
        if sign in name:
            raise BadValue(f"The name must not hold “{sign}”.")
    if "@" in handle(name) and handle(name) != handle(email):
        raise BadValue("A name with “@” must be the e-mail address of the account itself.")
    return name


def checked_email(email: str) -> str:
    """The address as it is kept. Only its form is looked at: whether mail arrives there nobody can see from it."""
    email = unicodedata.normalize("NFC", email.strip())
    if (
        len(email) > EMAIL_LENGTH
        or UNPRINTABLE.search(email)
        or not (_EMAIL.fullmatch(email) and _EMAIL.fullmatch(handle(email)))
    ):
        raise BadValue("That is no e-mail address: it should look like name@example.org.")
    return email


def checked_quota(quota: int | None) -> int | None:
    if quota is not None and not 0 <= quota < ID_LIMIT:
        raise BadValue("A quota is a number of bytes from 0 up, or none for no limit.")
    return quota


def checked_locale(locale: str) -> str:
    if not _LOCALE.fullmatch(locale):
        raise BadValue("A language is written like “en” or “ca-ES” (BCP 47).")
    return locale


def checked_zone(zone: str) -> str:
    """A name of the IANA time zone database."""
    from zoneinfo import ZoneInfo

    try:
        if zone != "UTC":  # known also where the system has no zones
            ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise BadValue("There is no such time zone: write it like “Europe/Madrid”.") from None
    return zone


def checked(account: Account, fields: Collection[str]) -> Account:
    """The account with these of its fields as they are kept. Raises BadValue."""
    checks: dict[str, Callable[[Any], Any]] = {
        "email": checked_email,
        "quota": checked_quota,
        "locale": checked_locale,
        "zone": checked_zone,
    }
    kept = {field: check(getattr(account, field)) for field, check in checks.items() if field in fields}
    account = replace(account, **kept)
    if "name" in fields or "email" in fields:
        account = replace(account, name=checked_name(account.name, account.email))
    return account
