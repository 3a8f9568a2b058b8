"""Words about people and the ways in: accounts, sessions, passwords, tokens, invitations."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from nuvol.model import accounts as model
from nuvol.model import apps
from nuvol.model.documents import NAME_PATTERN
from nuvol.wire.api.values import (
    AccountName,
    Email,
    Id,
    Line,
    Locale,
    NewPassword,
    Password,
    Secret,
    Size,
    Time,
    Zone,
    maybe_time,
    time_text,
)

Scope = Annotated[
    str,
    Meta(
        pattern=f"^(files|files:read|calendar|docs|photos|profile|docs:{NAME_PATTERN})$",
        description="`docs:<name>` opens one database.",
    ),
]
SignupMode = Literal["open", "invite", "closed"]

# ------------------------------------------------------------------------------------------------ answers


class Account(Struct, frozen=True):
    """A person's home."""

    id: Id
    name: str
    email: str
    admin: bool
    active: bool
    quota: Annotated[Size | None, Meta(description="Null: no limit.")]
    used: Size
    root_id: Id
    created_at: Time
    locale: str
    zone: str


class Accounts(Struct, frozen=True):
    accounts: list[Account]
    next: Annotated[Id | None, Meta(description="Give it as `after` to go on; null on the last page.")]


class Grant(Struct, frozen=True):
    """A way in that can be taken back."""

    id: Id
    kind: Literal["session", "app-password", "bearer"]
    label: str
    scopes: list[str]
    created_at: Time
    used_at: Time
    expires_at: Time | None
    agent: str
    network: str
    current: Annotated[bool, Meta(description="The one this request came with.")]


class Grants(Struct, frozen=True):
    grants: list[Grant]


class ConnectedApp(Struct, frozen=True):
    """A program that one has let in."""

    key: str
    title: str
    kind: Literal["cloudfs", "stacksync", "u1db", "oauth2"]
    scopes: list[str]
    since: Time
    used_at: Time


class ConnectedApps(Struct, frozen=True):
    apps: list[ConnectedApp]


class Desk(Struct, frozen=True):
    """A desk of eyeOS's kind, whose users' calendars are kept here."""

    key: str
    title: str
    code: Annotated[str, Meta(description="Make a calendar of this name there to show who you are.")]
    user: Annotated[str | None, Meta(description="Who one is there; null: not connected.")]


class Desks(Struct, frozen=True):
    desks: list[Desk]


class Session(Struct, frozen=True):
    """Who is signed in, and what this way in may do."""

    account: Account
    scopes: list[str]


class SignedIn(Struct, frozen=True, omit_defaults=True):
    account: Account
    token: Annotated[str | UnsetType, Meta(description="Only when asked for; send it as `Authorization: Bearer`.")] = (
        UNSET
    )


class NewSecret(Struct, frozen=True):
    """A secret that is shown once and never again."""

    secret: str


class Invitation(Struct, frozen=True):
    id: str
    inviter_id: Annotated[Id | None, Meta(description="Null: made at the command line.")]
    email: str | None
    admin: bool
    quota: Size | None
    expires_at: Time


class Invitations(Struct, frozen=True):
    invitations: list[Invitation]


class Signup(Struct, frozen=True, forbid_unknown_fields=True):
    """Who may make an account: everybody, who holds an invitation, nobody."""

    mode: SignupMode


class Usage(Struct, frozen=True):
    used: Size
    quota: Annotated[Size | None, Meta(description="Null: no limit.")]


# ----------------------------------------------------------------------------------------------- requests


class SetUp(Struct, frozen=True, forbid_unknown_fields=True):
    """The first administrator; `token` is the end of the link that the server printed."""

    token: Secret
    name: AccountName
    email: Email
    password: NewPassword


class SignIn(Struct, frozen=True, forbid_unknown_fields=True):
    login: Annotated[Line, Meta(description="Account name or e-mail address.")]
    password: Password
    cookie: Annotated[bool, Meta(description="Set the session cookie.")] = True
    token: Annotated[bool, Meta(description="Give the session token in the answer too.")] = False


class Profile(Struct, frozen=True, forbid_unknown_fields=True):
    """What one may change about oneself; what is left out stays."""

    name: AccountName | UnsetType = UNSET
    email: Email | UnsetType = UNSET
    locale: Locale | UnsetType = UNSET
    zone: Zone | UnsetType = UNSET


class PasswordChange(Struct, frozen=True, forbid_unknown_fields=True):
    old: Password
    new: NewPassword


class PasswordGiven(Struct, frozen=True, forbid_unknown_fields=True):
    new: NewPassword


class NewAppPassword(Struct, frozen=True, forbid_unknown_fields=True):
    """For one program on one device."""

    label: Line
    scopes: Annotated[list[Scope], Meta(min_length=1, max_length=10)]


class NewToken(Struct, frozen=True, forbid_unknown_fields=True):
    label: Line
    scopes: Annotated[list[Scope], Meta(min_length=1, max_length=10)]
    days: Annotated[Annotated[int, Meta(ge=1, le=3650)] | None, Meta(description="Null: until it is revoked.")] = None


class NewAccount(Struct, frozen=True, forbid_unknown_fields=True):
    name: AccountName
    email: Email
    password: NewPassword
    admin: bool = False
    quota: Size | None = None


class AccountChange(Struct, frozen=True, forbid_unknown_fields=True):
    """What is left out stays."""

    name: AccountName | UnsetType = UNSET
    email: Email | UnsetType = UNSET
    admin: bool | UnsetType = UNSET
    active: bool | UnsetType = UNSET
    quota: Size | None | UnsetType = UNSET
    locale: Locale | UnsetType = UNSET
    zone: Zone | UnsetType = UNSET


class NewInvitation(Struct, frozen=True, forbid_unknown_fields=True):
    email: Email | None = None
    admin: bool = False
    quota: Size | None = None


class Join(Struct, frozen=True, forbid_unknown_fields=True):
    name: AccountName
    email: Email
    password: NewPassword
    token: Annotated[Secret | None, Meta(description="That of the invitation; not needed where sign-up is open.")] = (
        None
    )


class AccountsAsked(Struct, frozen=True, forbid_unknown_fields=True):
    after: Annotated[int, Meta(ge=0, lt=1 << 53)] = 0
    limit: Annotated[int, Meta(ge=1, le=1000)] = 100


# ------------------------------------------------------------------------------------------------- turning


def signup(mode: str) -> Signup:
    return Signup(mode)  # type: ignore[arg-type]  # the core's words are the three of the wire


def account(of: model.Account) -> Account:
    return Account(
        of.id,
        of.name,
        of.email,
        of.admin,
        of.active,
        of.quota,
        of.used,
        of.root_id,
        time_text(of.created_at),
        of.locale,
        of.zone,
    )


def accounts(page: list[model.Account], limit: int) -> Accounts:
    return Accounts([account(one) for one in page], page[-1].id if len(page) == limit else None)


def grant(of: model.Grant, current: int | None) -> Grant:
    return Grant(
        of.id,
        of.kind,  # type: ignore[arg-type]  # the model's words are the three of the wire
        of.label,
        sorted(of.scopes),
        time_text(of.created_at),
        time_text(of.used_at),
        maybe_time(of.expires_at),
        of.agent,
        of.network,
        of.id == current,
    )


def grants(of: Iterable[model.Grant], current: int | None) -> Grants:
    return Grants([grant(one, current) for one in of])


def connected(found: Iterable[apps.Connection]) -> ConnectedApps:
    return ConnectedApps(
        [
            ConnectedApp(
                one.key,
                one.title,
                one.kind,  # type: ignore[arg-type]  # the model's words are the four of the wire
                sorted(one.scopes),
                time_text(one.since),
                time_text(one.used_at),
            )
            for one in found
        ]
    )


def given(change: Profile | AccountChange) -> dict[str, Any]:
    """The fields that were sent."""
    return {name: value for name in change.__struct_fields__ if (value := getattr(change, name)) is not UNSET}


def desk(of: apps.Desk) -> Desk:
    return Desk(of.key, of.title, of.code, of.user)
