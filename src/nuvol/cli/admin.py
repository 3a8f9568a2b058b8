"""`nuvol admin`: accounts, app passwords and sign-up, by the one who has the machine."""

import sys
from typing import TYPE_CHECKING

import click

from nuvol.cli.opening import with_cloud
from nuvol.errors import BadValue
from nuvol.server import settings

if TYPE_CHECKING:
    from nuvol.server.build import Cloud

_QUOTA = settings.TABLE["default_quota"].metadata["read"]


def _password() -> str:
    """One line from standard input."""
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise BadValue("No password came on standard input.", advice="echo -n 'the password' | nuvol admin …")
    return password


def _size(text: str | None) -> int | None:
    try:
        return None if text is None else int(_QUOTA(text))
    except ValueError as error:
        raise BadValue(f"“{text}” is no size.", advice=f"It takes {error}.") from None


@click.group()
@click.option("--data", help="folder in which everything rests")
@click.pass_context
def admin(context: click.Context, data: str | None) -> None:
    """Manage accounts; works beside a running server too."""
    context.find_root().meta["data"] = data


@admin.group()
def account() -> None:
    """Accounts of people."""


@account.command("add")
@click.argument("name")
@click.option("--email", required=True, help="address; signs in as well as the name does")
@click.option("--password-stdin", is_flag=True, help="read the password from standard input")
@click.option("--admin", "is_admin", is_flag=True, help="may manage accounts")
@click.option("--quota", help="bytes it may use: 500G")
@with_cloud()
def add(cloud: "Cloud", name: str, email: str, password_stdin: bool, is_admin: bool, quota: str | None) -> None:
    """Make an account."""
    password = _password() if password_stdin else click.prompt("Password", hide_input=True, confirmation_prompt=True)
    cloud.accounts.add(None, name, email, password, admin=is_admin, quota=_size(quota))


@account.command("list")
@with_cloud()
def list_accounts(cloud: "Cloud") -> None:
    """Every account, one in a line: name, address, bytes used and allowed."""
    after = 0
    while found := cloud.accounts.list(None, after=after):
        for one in found:
            marks = " admin" * one.admin + " disabled" * (not one.active)
            allowed = "-" if one.quota is None else one.quota
            click.echo(f"{one.name}\t{one.email}\t{one.used}\t{allowed}{marks}")
        after = found[-1].id


@account.command("set")
@click.argument("name")
@click.option("--email", help="new address")
@click.option("--quota", help="bytes it may use: 500G; “none” = no limit")
@click.option("--admin/--no-admin", "is_admin", default=None, help="may manage accounts")
@click.option("--active/--disabled", "active", default=None, help="may sign in")
@click.option("--password-stdin", is_flag=True, help="read a new password from standard input")
@with_cloud()
def change(
    cloud: "Cloud",
    name: str,
    email: str | None,
    quota: str | None,
    is_admin: bool | None,
    active: bool | None,
    password_stdin: bool,
) -> None:
    """Change an account."""
    account_id = cloud.accounts.find(None, name).id
    fields = {"email": email, "admin": is_admin, "active": active}
    wanted: dict[str, object] = {key: value for key, value in fields.items() if value is not None}
    if quota is not None:
        wanted["quota"] = None if quota == "none" else _size(quota)
    if wanted:
        cloud.accounts.update(None, account_id, **wanted)  # type: ignore[arg-type]  # each is of its field's type
    if password_stdin:
        cloud.accounts.set_password(None, account_id, _password())


@account.command("remove")
@click.argument("name")
@click.confirmation_option(prompt="Remove this account and everything it holds, for good?")
@with_cloud()
def remove(cloud: "Cloud", name: str) -> None:
    """Remove an account and everything it holds, for good."""
    cloud.accounts.remove(None, cloud.accounts.find(None, name).id)


@admin.command("app-password")
@click.argument("name")
@click.option("--label", required=True, help="which program it is for")
@click.option("--scope", default="files,calendar,docs", show_default=True, help="what it may do")
@with_cloud()
def app_password(cloud: "Cloud", name: str, label: str, scope: str) -> None:
    """Make an app password for an account, and print it and nothing else."""
    account_id = cloud.accounts.find(None, name).id
    scopes = [part.strip() for part in scope.split(",") if part.strip()]
    click.echo(cloud.grants.app_password(None, account_id, label, scopes))


@admin.command()
@click.argument("mode", type=click.Choice(["open", "invite", "closed"]))
@click.option("--app", "key", help="through the app of this key only")
@with_cloud()
def signup(cloud: "Cloud", mode: str, key: str | None) -> None:
    """Who may make an account: everybody, those with an invitation, nobody."""
    if key is None:
        cloud.accounts.set_signup_mode(None, mode)
    else:
        cloud.apps.set_signup_mode(None, key, mode)


@admin.command()
@click.option("--email", help="for this address only")
@click.option("--admin", "is_admin", is_flag=True, help="the new account may manage accounts")
@click.option("--quota", help="bytes it may use: 500G")
@with_cloud()
def invite(cloud: "Cloud", email: str | None, is_admin: bool, quota: str | None) -> None:
    """Print the end of an invitation link: http://…/join/TOKEN."""
    click.echo("/join/" + cloud.accounts.invite(None, email=email, admin=is_admin, quota=_size(quota)))
