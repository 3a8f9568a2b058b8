"""Accounts made through an app, and the plans they are on."""

from typing import Any

from msgspec import Struct

PROTOTYPE, PAID = "prototype", "paid"
APP_PLANS = {PROTOTYPE: 5, PAID: None}
"""Plan of an app → how many customers it may have, as long as no administrator says otherwise; None: any number."""


class Customer(Struct, frozen=True):
    """What is known of an account beside the account itself."""

    account_id: int
    app: str
    """Key of the app it was made through."""
    first_name: str
    last_name: str
    plan_id: int | None
    terms: dict[str, Any]
    """What the app's back office said of its state."""


class Plan(Struct, frozen=True):
    """How much a customer may store; `quota` in bytes, None: no limit."""

    app: str
    id: int
    name: str
    quota: int | None


class Profile(Struct, frozen=True):
    """An account as CloudFS tells of it. Times in microseconds UTC, sizes in bytes."""

    account_id: int
    username: str
    email: str
    """Empty when none was given."""
    first_name: str
    last_name: str
    created_at: int
    last_login: int
    locale: str
    session_locale: str
    active: bool
    plan: Plan | None
    used: int
    quota: int | None
    terms: dict[str, Any]
