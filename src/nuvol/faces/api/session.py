"""Signing in and out."""

from nuvol.faces import doorkeeper
from nuvol.faces.api.calls import Call, done, told
from nuvol.faces.api.me import revoke
from nuvol.faces.http import Answer, run
from nuvol.model.accounts import Actor
from nuvol.wire.api import accounts as words

DEVICE = "nuvol_device"
"""Cookie of a browser that somebody signed in from: others' failed attempts do not keep it out."""


async def sign_in(call: Call[None, words.SignIn]) -> Answer:
    wish, request, grants = call.body, call.request, call.cloud.grants
    agent = request.headers.get("user-agent") or ""
    device = doorkeeper.cookie(request, DEVICE)
    account, token = await run(
        grants.sign_in, wish.login, wish.password, agent=agent, network=request.peer, device=device
    )
    cookies = []
    if wish.cookie:
        device = await run(grants.remember_device, Actor(account.id), device)
        cookies = [doorkeeper.session_cookie(request, token), doorkeeper.set_cookie(request, DEVICE, device)]
    answer = words.SignedIn(words.account(account), token) if wish.token else words.SignedIn(words.account(account))
    return told(answer, 201, cookies)


async def get(call: Call[None, None]) -> Answer:
    account = await run(call.cloud.accounts.me, call.actor)
    return told(words.Session(words.account(account), sorted(call.actor.scopes)))


async def sign_out(call: Call[None, None]) -> Answer:
    """The device stays a known one."""
    await run(call.cloud.grants.sign_out, call.actor)
    return done([doorkeeper.session_cookie(call.request, None)])


async def end(call: Call[None, None]) -> Answer:
    return await revoke(call, "session")


async def every(call: Call[None, None]) -> Answer:
    return told(words.grants(await run(call.cloud.grants.sessions, call.actor), call.actor.grant_id))
