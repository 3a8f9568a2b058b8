"""`nuvol admin app`: the programs that may be let in."""

from typing import TYPE_CHECKING, Unpack

import click

from nuvol.cli.opening import with_cloud
from nuvol.model.apps import KINDS, AppTerms
from nuvol.model.customers import APP_PLANS

if TYPE_CHECKING:
    from nuvol.server.build import Cloud


@click.group()
def app() -> None:
    """Apps: programs of CloudFS, StackSync, U1DB and OAuth 2."""


@app.command("add")
@click.argument("title")
@click.option("--kind", type=click.Choice(KINDS), required=True, help="what it speaks")
@click.option("--key", help="its client id or consumer key; without it one is made, as for each secret")
@click.option("--secret", help="its secret")
@click.option("--admin-id", help="cloudfs: id that manages its customers")
@click.option("--admin-secret", help="cloudfs: the secret of that id")
@click.option("--callback", "callbacks", multiple=True, metavar="URL|oob", help="where people go back; may be repeated")
@click.option("--account", "home", metavar="NAME", help="u1db: whose databases it syncs; without it an account is made")
@click.option("--verifier", metavar="WORD", help="u1db: the word it is answered and must show")
@click.option("--token-hours", type=int, help="how long its tokens last; u1db: 24, others: until they are revoked")
@click.option("--allow-plain", is_flag=True, help="let it show its secret over plain http from other machines")
@click.option("--app-folder", is_flag=True, help="it sees a folder of its own and nothing else")
@with_cloud()
def add(cloud: "Cloud", title: str, kind: str, **terms: Unpack[AppTerms]) -> None:
    """Add an app and print its keys and secrets, one in a line. Only this once."""
    made = cloud.apps.add(None, title, kind, **terms)
    told = {
        "key": made.app.key,
        "secret": made.secret,
        "admin-id": made.app.admin_id,
        "admin-secret": made.admin_secret,
        "verifier": made.app.verifier,
    }
    for name, value in told.items():
        if value is not None:
            click.echo(f"{name} {value}")


@app.command("list")
@with_cloud()
def list_apps(cloud: "Cloud") -> None:
    """Every app, one in a line: key, kind, title."""
    for one in cloud.apps.list(None):
        click.echo(f"{one.key}\t{one.kind}\t{one.title}" + " disabled" * (not one.active))


@app.command("set")
@click.argument("key")
@click.option("--active/--disabled", "active", default=None, help="whether anybody comes in through it")
@click.option("--plan", type=click.Choice(list(APP_PLANS)), help="cloudfs: how many users it may have")
@with_cloud()
def change(cloud: "Cloud", key: str, active: bool | None, plan: str | None) -> None:
    """Shut an app out, or let it in again; say how many users it may have."""
    if active is not None:
        cloud.apps.set_active(None, key, active)
    if plan is not None:
        cloud.customers.set_app_plan(None, cloud.apps.find(key), plan)


@app.command("plan")
@click.argument("name", type=click.Choice(list(APP_PLANS)), required=False)
@click.option("--users", type=int, help="how many users an app on this plan may have")
@click.option("--unlimited", is_flag=True, help="any number of users")
@with_cloud()
def plan(cloud: "Cloud", name: str | None, users: int | None, unlimited: bool) -> None:
    """Show the plans of apps, one in a line, or change how many users one allows."""
    if name is not None and (unlimited or users is not None):
        cloud.customers.resize_app_plan(None, name, None if unlimited else users)
    for each, most in cloud.customers.app_plans(None).items():
        click.echo(f"{each}\t{'any number' if most is None else most}")


@app.command("remove")
@click.argument("key")
@click.confirmation_option(prompt="Remove this app, so that all its tokens end?")
@with_cloud()
def remove(cloud: "Cloud", key: str) -> None:
    """Remove an app and every token it holds; accounts and databases stay."""
    cloud.apps.remove(None, key)
