"""Signing in and out."""

from nuvol.faces import doorkeeper
from nuvol.faces.api.calls import Call, done, told
from nuvol.faces.http import Answer, run
from nuvol.wire.api import accounts as words


async def sign_in(call: Call[None, words.SignIn]) -> Answer:
    wish, request = call.body, call.request
    agent = request.headers.get("user-agent") or ""
    account, token = await run(call.cloud.grants.sign_in, wish.login, wish.password, agent=agent, network=request.peer)
    answer = words.SignedIn(words.account(account), token) if wish.token else words.SignedIn(words.account(account))
    cookies = [doorkeeper.session_cookie(request, token)] if wish.cookie else []
    return told(answer, 201, cookies)


async def get(call: Call[None, None]) -> Answer:
    account = await run(call.cloud.accounts.me, call.actor)
    return told(words.Session(words.account(account), sorted(call.actor.scopes)))


async def sign_out(call: Call[None, None]) -> Answer:
    await run(call.cloud.grants.sign_out, call.actor)
    return done([doorkeeper.session_cookie(call.request, None)])


async def every(call: Call[None, None]) -> Answer:
    return told(words.grants(await run(call.cloud.grants.sessions, call.actor), call.actor.grant_id))
