"""Words about apps: what a developer and an administrator see of them."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from nuvol.model import apps as model
from nuvol.model.customers import Profile
from nuvol.wire.api.values import Id, Line, Size, Time, maybe_time, time_text

Kind = Literal["cloudfs", "stacksync", "u1db", "oauth2"]
SignupMode = Literal["open", "invite", "closed"]
AppPlan = Literal["prototype", "paid"]
Callback = Annotated[str, Meta(min_length=1, max_length=2000)]


class App(Struct, frozen=True):
    """A program that people can let in. Its secrets are shown when they are made and never again."""

    key: str
    title: str
    kind: Kind
    admin_id: str | None
    callbacks: list[str]
    token_hours: Annotated[int | None, Meta(description="How long its tokens last; null: until they are revoked.")]
    allow_plain: Annotated[bool, Meta(description="It may show its secret over plain http from other machines.")]
    signup: SignupMode
    app_folder: Annotated[bool, Meta(description="It asks for no files but a folder of its own.")]
    scopes: Annotated[list[str], Meta(description="What somebody who lets it in opens to it.")]
    active: Annotated[bool, Meta(description="False: it waits for an administrator, or was shut out.")]
    plan: Annotated[AppPlan, Meta(description="How many users it may have: see `/app-plans`.")]
    users: Annotated[int, Meta(description="Accounts made through it.")]
    tokens: Annotated[int, Meta(description="Tokens it holds.")]
    developer: Annotated[str | None, Meta(description="Who made it; null: the command line, or this cloud itself.")]
    created_at: Time


class Apps(Struct, frozen=True):
    apps: list[App]
    endpoint: Annotated[str, Meta(description="The address that clients of CloudFS are given.")]


class AppSecrets(Struct, frozen=True):
    """Shown this once. What is null was not made anew."""

    key: str
    secret: str | None
    admin_id: str | None
    admin_secret: str | None
    verifier: Annotated[str | None, Meta(description="The word that a u1db app is answered and must show.")] = None


class NewApp(Struct, frozen=True, forbid_unknown_fields=True):
    title: Line
    kind: Kind = "cloudfs"
    callbacks: Annotated[list[Callback], Meta(max_length=20)] = []
    app_folder: bool = False
    home: Annotated[
        Line | None,
        Meta(
            description="u1db, for administrators: whose databases it syncs. Null: an account of its own is made; for"
            " everybody else, one's own."
        ),
    ] = None
    verifier: Annotated[Line | None, Meta(description="u1db. Null: one is made.")] = None
    token_hours: Annotated[
        Annotated[int, Meta(ge=1, le=876_000)] | None,
        Meta(description="Null: a day for u1db, for others until they are revoked."),
    ] = None
    allow_plain: Annotated[
        bool, Meta(description="Let it show its secret (PLAINTEXT) over plain http from other machines.")
    ] = False


class AppChange(Struct, frozen=True, forbid_unknown_fields=True):
    """What is not given stays. A developer may change `app_folder` too, but not widen what was let in; the rest is for
    administrators."""

    active: bool | UnsetType = UNSET
    signup: SignupMode | UnsetType = UNSET
    plan: AppPlan | UnsetType = UNSET
    app_folder: bool | UnsetType = UNSET


class Rotation(Struct, frozen=True, forbid_unknown_fields=True):
    which: Literal["secret", "admin_secret"] = "secret"


class NewTestUser(Struct, frozen=True, forbid_unknown_fields=True):
    username: Annotated[str, Meta(min_length=4, max_length=255)]
    password: Annotated[str, Meta(min_length=6, max_length=1000)]
    first_name: Annotated[str, Meta(max_length=200)] = ""
    last_name: Annotated[str, Meta(max_length=200)] = ""


class AppUser(Struct, frozen=True):
    """An account made through the app."""

    id: Id
    username: str
    first_name: str
    last_name: str
    used: Size
    quota: Size | None
    created_at: Time


class AppUsers(Struct, frozen=True):
    users: list[AppUser]
    next: Annotated[Id | None, Meta(description="Give it as `after` to go on; null on the last page.")]


class AppPageAsked(Struct, frozen=True, forbid_unknown_fields=True):
    after: Annotated[int, Meta(ge=0, lt=1 << 53)] = 0
    limit: Annotated[int, Meta(ge=1, le=1000)] = 100


class AppToken(Struct, frozen=True):
    """What somebody gave the app when they let it in."""

    id: Id
    holder: Annotated[
        str | None, Meta(description="Who let it in. Null: a developer knows those made through the app only.")
    ]
    scopes: list[str]
    created_at: Time
    used_at: Time
    expires_at: Time | None


class AppTokens(Struct, frozen=True):
    tokens: list[AppToken]
    next: Annotated[Id | None, Meta(description="Give it as `after` to go on; null on the last page.")]


class UsageAsked(Struct, frozen=True, forbid_unknown_fields=True):
    days: Annotated[int, Meta(ge=1, le=400)] = 30


class DayOfUse(Struct, frozen=True):
    day: Annotated[str, Meta(description="Of UTC.", extra_json_schema={"format": "date"})]
    calls: int
    refused: Annotated[int, Meta(description="Of the calls, those answered by 400 or above.")]
    received: Size
    sent: Size
    accounts: Annotated[int, Meta(description="In whose name it called.")]


class AppUsage(Struct, frozen=True):
    days: Annotated[list[DayOfUse], Meta(description="Today is the last one.")]


class AppPlanSize(Struct, frozen=True):
    name: AppPlan
    users: Annotated[int | None, Meta(description="How many an app on it may have; null: any number.")]


class AppPlans(Struct, frozen=True):
    plans: list[AppPlanSize]


class AppPlanChange(Struct, frozen=True, forbid_unknown_fields=True):
    users: Annotated[int, Meta(ge=0, le=1_000_000_000)] | None


def app(of: model.App, scopes: Iterable[str], plan: str, users: int, tokens: int, developer: str | None) -> App:
    return App(
        key=of.key,
        title=of.title,
        kind=of.kind,  # type: ignore[arg-type]  # the core knows no others
        admin_id=of.admin_id,
        callbacks=list(of.callbacks),
        token_hours=of.token_hours,
        allow_plain=of.allow_plain,
        signup=of.signup,  # type: ignore[arg-type]  # the core knows no others
        app_folder=of.app_folder,
        scopes=sorted(scopes),
        active=of.active,
        plan=plan,  # type: ignore[arg-type]  # the core knows no others
        users=users,
        tokens=tokens,
        developer=developer,
        created_at=time_text(of.created_at),
    )


def user(of: Profile) -> AppUser:
    return AppUser(
        id=of.account_id,
        username=of.username,
        first_name=of.first_name,
        last_name=of.last_name,
        used=of.used,
        quota=of.quota,
        created_at=time_text(of.created_at),
    )


def users(of: Iterable[Profile], limit: int) -> AppUsers:
    found = [user(one) for one in of]
    return AppUsers(found, found[-1].id if len(found) == limit else None)


def tokens(of: Iterable[model.HeldToken], limit: int) -> AppTokens:
    found = [
        AppToken(
            id=held.grant.id,
            holder=held.holder,
            scopes=sorted(held.grant.scopes),
            created_at=time_text(held.grant.created_at),
            used_at=time_text(held.grant.used_at),
            expires_at=maybe_time(held.grant.expires_at),
        )
        for held in of
    ]
    return AppTokens(found, found[-1].id if len(found) == limit else None)


def usage(days: Iterable[model.DayOfUse]) -> AppUsage:
    first = date(1970, 1, 1)
    return AppUsage(
        [
            DayOfUse(
                day=(first + timedelta(days=each.day)).isoformat(),
                calls=each.calls,
                refused=each.refused,
                received=each.received,
                sent=each.sent,
                accounts=each.accounts,
            )
            for each in days
        ]
    )


def plans(sizes: Mapping[str, int | None]) -> AppPlans:
    return AppPlans([AppPlanSize(name, users) for name, users in sizes.items()])  # type: ignore[arg-type]  # the core knows no others
