"""Apps as their developers see them, and as administrators do."""

from typing import Any

from nuvol.core.access import scopes_of
from nuvol.core.cloud import Cloud
from nuvol.faces.api.calls import Call, done, told
from nuvol.faces.http import Answer, in_thread, run
from nuvol.model.apps import App
from nuvol.wire.api import apps as words


async def every(call: Call[None, None]) -> Answer:
    found = await run(call.cloud.apps.own, call.actor)
    return told(words.Apps([await run(_told, call.cloud, app) for app in found], call.request.host))


async def create(call: Call[None, words.NewApp]) -> Answer:
    new = call.body
    made = await run(
        call.cloud.apps.propose,
        call.actor,
        new.title,
        new.kind,
        callbacks=new.callbacks,
        app_folder=new.app_folder,
        home=new.home,
        verifier=new.verifier,
        token_hours=new.token_hours,
        allow_plain=new.allow_plain,
    )
    app = made.app
    return told(words.AppSecrets(app.key, made.secret, app.admin_id, made.admin_secret, app.verifier), 201)


async def get(call: Call[None, None]) -> Answer:
    return told(await run(_told, call.cloud, await _app(call)))


async def patch(call: Call[None, words.AppChange]) -> Answer:
    await run(_change, call, await _app(call))
    return told(await run(_told, call.cloud, await _app(call)))


def _change(call: Call[None, words.AppChange], app: App) -> None:
    wish, apps = call.body, call.cloud.apps
    if isinstance(wish.active, bool):
        apps.set_active(call.actor, app.key, wish.active)
    if isinstance(wish.signup, str):
        apps.set_signup_mode(call.actor, app.key, wish.signup)
    if isinstance(wish.plan, str):
        call.cloud.customers.set_app_plan(call.actor, app, wish.plan)
    if isinstance(wish.app_folder, bool):
        apps.set_app_folder(call.actor, app.key, wish.app_folder)


async def delete(call: Call[None, None]) -> Answer:
    app = await _app(call)
    await run(call.cloud.apps.withdraw, call.actor, app.key)
    return done()


async def rotate(call: Call[None, words.Rotation]) -> Answer:
    app = await _app(call)
    admin = call.body.which == "admin_secret"
    secret = await run(call.cloud.apps.rotate, call.actor, app.key, admin=admin)
    return told(words.AppSecrets(app.key, None if admin else secret, app.admin_id, secret if admin else None))


async def users(call: Call[words.AppPageAsked, None]) -> Answer:
    app, asked = await _app(call), call.query
    found = await run(call.cloud.customers.list, app, after=asked.after, limit=asked.limit)
    return told(words.users(found, asked.limit))


async def add_user(call: Call[None, words.NewTestUser]) -> Answer:
    app, new = await _app(call), call.body
    made = await run(
        call.cloud.customers.create,
        app,
        new.username,
        new.password,
        first_name=new.first_name,
        last_name=new.last_name,
        by_developer=True,
    )
    return told(words.user(made), 201)


async def remove_user(call: Call[None, None]) -> Answer:
    app = await _app(call)
    await in_thread(call.cloud.customers.remove_by_id, app, call.ids["account_id"])
    return done()


async def usage(call: Call[words.UsageAsked, None]) -> Answer:
    app = await _app(call)
    return told(words.usage(await run(call.cloud.usage.of, app, call.query.days)))


async def tokens(call: Call[words.AppPageAsked, None]) -> Answer:
    key, asked = call.words["app_key"], call.query
    found = await run(call.cloud.apps.tokens, call.actor, key, after=asked.after, limit=asked.limit)
    return told(words.tokens(found, asked.limit))


async def end_token(call: Call[None, None]) -> Answer:
    await run(call.cloud.apps.end_token, call.actor, call.words["app_key"], call.ids["grant_id"])
    return done()


async def plans(call: Call[None, None]) -> Answer:
    return told(words.plans(await run(call.cloud.customers.app_plans, call.actor)))


async def resize_plan(call: Call[None, words.AppPlanChange]) -> Answer:
    customers, name = call.cloud.customers, call.words["app_plan"]
    await run(customers.resize_app_plan, call.actor, name, call.body.users)
    return told(words.plans(await run(customers.app_plans, call.actor)))


async def end_tokens(call: Call[None, None]) -> Answer:
    app = await _app(call)
    await run(call.cloud.apps.end_tokens, call.actor, app.key)
    return done()


async def _app(call: Call[Any, Any]) -> App:
    """One's own app, or as an administrator any. Raises AppMissing."""
    return await run(call.cloud.apps.seen, call.actor, call.words["app_key"])


def _told(cloud: Cloud, app: App) -> words.App:
    developer = cloud.apps.developer(app)
    plan, users = cloud.customers.app_plan(app), cloud.customers.count(app)
    return words.app(app, scopes_of(app), plan, users, cloud.apps.count_tokens(app), developer)
