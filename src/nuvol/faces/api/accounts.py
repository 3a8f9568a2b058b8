"""Accounts as an administrator sees them; invitations; who may join."""

from nuvol.faces.api.calls import Call, done, told
from nuvol.faces.http import Answer, run
from nuvol.wire.api import accounts as words
from nuvol.wire.api.values import time_text


async def every(call: Call[words.AccountsAsked, None]) -> Answer:
    asked = call.query
    page = await run(call.cloud.accounts.list, call.actor, after=asked.after, limit=asked.limit)
    return told(words.accounts(page, asked.limit))


async def create(call: Call[None, words.NewAccount]) -> Answer:
    new = call.body
    made = await run(
        call.cloud.accounts.add, call.actor, new.name, new.email, new.password, admin=new.admin, quota=new.quota
    )
    return told(words.account(made), 201)


async def get(call: Call[None, None]) -> Answer:
    return told(words.account(await run(call.cloud.accounts.get, call.actor, call.ids["account_id"])))


async def patch(call: Call[None, words.AccountChange]) -> Answer:
    changed = await run(call.cloud.accounts.update, call.actor, call.ids["account_id"], **words.given(call.body))
    return told(words.account(changed))


async def delete(call: Call[None, None]) -> Answer:
    await run(call.cloud.accounts.remove, call.actor, call.ids["account_id"])
    return done()


async def set_password(call: Call[None, words.PasswordGiven]) -> Answer:
    await run(call.cloud.accounts.set_password, call.actor, call.ids["account_id"], call.body.new)
    return done()


# ---------------------------------------------------------------------------------------------- new people


async def set_up(call: Call[None, words.SetUp]) -> Answer:
    """The first administrator of a fresh cloud."""
    new = call.body
    made = await run(call.cloud.accounts.first_admin, new.token, new.name, new.email, new.password)
    return told(words.account(made), 201)


async def join(call: Call[None, words.Join]) -> Answer:
    new = call.body
    network = call.request.peer
    made = await run(call.cloud.accounts.join, new.name, new.email, new.password, new.token, network=network)
    return told(words.account(made), 201)


async def signup(call: Call[None, None]) -> Answer:
    return told(words.signup(await run(call.cloud.accounts.signup_mode)))


async def set_signup(call: Call[None, words.Signup]) -> Answer:
    await run(call.cloud.accounts.set_signup_mode, call.actor, call.body.mode)
    return told(call.body)


async def invitations(call: Call[None, None]) -> Answer:
    found = await run(call.cloud.accounts.invitations, call.actor)
    return told(
        words.Invitations(
            [
                words.Invitation(
                    id=one.digest.hex(),
                    inviter_id=one.inviter_id or None,
                    email=one.email,
                    admin=one.admin,
                    quota=one.quota,
                    expires_at=time_text(one.expires_at),
                )
                for one in found
            ]
        )
    )


async def invite(call: Call[None, words.NewInvitation]) -> Answer:
    new = call.body
    token = await run(call.cloud.accounts.invite, call.actor, email=new.email, admin=new.admin, quota=new.quota)
    return told(words.NewSecret(token), 201)


async def withdraw(call: Call[None, None]) -> Answer:
    await run(call.cloud.accounts.withdraw, call.actor, call.words["invitation_id"])
    return done()
