"""Words about apps: what a developer and an administrator see of them."""

from collections.abc import Iterable
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from nuvol.model import apps as model
from nuvol.model.customers import Profile
from nuvol.wire.api.values import Id, Line, Size, Time, time_text

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
    signup: SignupMode
    app_folder: bool
    active: Annotated[bool, Meta(description="False: it waits for an administrator, or was shut out.")]
    plan: Annotated[AppPlan, Meta(description="`prototype`: five test users; `paid`: any number of users.")]
    users: Annotated[int, Meta(description="Accounts made through it.")]
    tokens: Annotated[int, Meta(description="Tokens it holds.")]
    created_at: Time


class Apps(Struct, frozen=True):
    apps: list[App]
    endpoint: Annotated[str, Meta(description="The address that clients of CloudFS are given.")]


class AppSecrets(Struct, frozen=True):
    """Shown this once."""

    key: str
    secret: str
    admin_id: str | None
    admin_secret: str | None


class NewApp(Struct, frozen=True, forbid_unknown_fields=True):
    title: Line
    kind: Kind = "cloudfs"
    callbacks: Annotated[list[Callback], Meta(max_length=20)] = []
    app_folder: bool = False


class AppChange(Struct, frozen=True, forbid_unknown_fields=True):
    """For administrators; what is not given stays."""

    active: bool | UnsetType = UNSET
    signup: SignupMode | UnsetType = UNSET
    plan: AppPlan | UnsetType = UNSET


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


class AppUsersAsked(Struct, frozen=True, forbid_unknown_fields=True):
    after: Annotated[int, Meta(ge=0, lt=1 << 53)] = 0
    limit: Annotated[int, Meta(ge=1, le=1000)] = 100


def app(of: model.App, plan: str, users: int, tokens: int) -> App:
    return App(
        key=of.key,
        title=of.title,
        kind=of.kind,  # type: ignore[arg-type]  # the core knows no others
        admin_id=of.admin_id,
        callbacks=list(of.callbacks),
        signup=of.signup,  # type: ignore[arg-type]
        app_folder=of.app_folder,
        active=of.active,
        plan=plan,  # type: ignore[arg-type]
        users=users,
        tokens=tokens,
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
