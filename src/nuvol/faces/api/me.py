"""The caller's own account: profile, password, app passwords, tokens, apps, space."""

from nuvol.errors import GrantMissing
from nuvol.faces.api.calls import Call, done, told
from nuvol.faces.http import Answer, run
from nuvol.wire.api import accounts as words


async def get(call: Call[None, None]) -> Answer:
    return told(words.account(await run(call.cloud.accounts.me, call.actor)))


async def patch(call: Call[None, words.Profile]) -> Answer:
    changed = await run(call.cloud.accounts.update, call.actor, call.actor.account_id, **words.given(call.body))
    return told(words.account(changed))


async def change_password(call: Call[None, words.PasswordChange]) -> Answer:
    """All other sessions end with it."""
    await run(call.cloud.accounts.change_password, call.actor, call.body.old, call.body.new)
    return done()


async def usage(call: Call[None, None]) -> Answer:
    usage = await run(call.cloud.tree.usage, call.actor)
    return told(words.Usage(usage.used, usage.quota))


async def app_passwords(call: Call[None, None]) -> Answer:
    return told(words.grants(await run(call.cloud.grants.list, call.actor, "app-password"), call.actor.grant_id))


async def create_app_password(call: Call[None, words.NewAppPassword]) -> Answer:
    new, actor = call.body, call.actor
    secret = await run(call.cloud.grants.app_password, actor, actor.account_id, new.label, new.scopes)
    return told(words.NewSecret(secret), 201)


async def tokens(call: Call[None, None]) -> Answer:
    return told(words.grants(await run(call.cloud.grants.list, call.actor, "bearer"), call.actor.grant_id))


async def create_token(call: Call[None, words.NewToken]) -> Answer:
    new = call.body
    return told(words.NewSecret(await run(call.cloud.grants.bearer, call.actor, new.label, new.scopes, new.days)), 201)


async def revoke_app_password(call: Call[None, None]) -> Answer:
    return await revoke(call, "app-password")


async def revoke_token(call: Call[None, None]) -> Answer:
    return await revoke(call, "bearer")


async def apps(call: Call[None, None]) -> Answer:
    return told(words.connected(await run(call.cloud.apps.connected, call.actor)))


async def disconnect(call: Call[None, None]) -> Answer:
    await run(call.cloud.apps.disconnect, call.actor, call.words["app_key"])
    return done()


async def desks(call: Call[None, None]) -> Answer:
    return told(words.Desks([words.desk(one) for one in await run(call.cloud.consents.desks, call.actor)]))


async def connect_desk(call: Call[None, None]) -> Answer:
    return told(words.desk(await run(call.cloud.consents.connect, call.actor, call.words["app_key"])))


async def revoke(call: Call[None, None], kind: str) -> Answer:
    """Take back a way in of this kind. Raises GrantMissing."""
    grants, grant_id = call.cloud.grants, call.ids["grant_id"]
    if grant_id not in [grant.id for grant in await run(grants.list, call.actor, kind)]:
        raise GrantMissing("There is none with this id.")
    await run(grants.revoke, call.actor, grant_id)
    return done()
