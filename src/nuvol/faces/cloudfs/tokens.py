"""The token request: an app's signature and a person's password (specification section 2.1)."""

import secrets

import msgspec

from nuvol.core.cloud import Cloud
from nuvol.errors import NotAdmitted
from nuvol.faces.cloudfs import signed
from nuvol.faces.http import Answer, Request, run
from nuvol.wire.cloudfs.errors import JSON, InvalidRequest

TRANSMISSION_KEY_BYTES = 120
"""160 letters, as clients know it; none of them uses it."""


async def answer(request: Request, cloud: Cloud, parts: list[str]) -> Answer:
    if parts != ["token"] or request.method != "POST":
        raise InvalidRequest("Ask for a token with POST /v2/oauth2/token.")
    app, form = await signed.read(request, signed.by_client(cloud))
    if form.get("grant_type") != "password":
        raise InvalidRequest("The only grant type is “password”.")
    username, password = form.get("username", ""), form.get("password", "")
    try:
        _, token = await run(cloud.apps.sign_in, app, username, password, request.peer)
    except NotAdmitted:
        raise InvalidRequest("The username or the password is wrong.") from None
    told = {
        "access_token": token,
        "token_type": "bearer",
        "transmission_key": secrets.token_urlsafe(TRANSMISSION_KEY_BYTES),
    }
    return Answer(200, [("Content-Type", JSON), ("Cache-Control", "no-store")], msgspec.json.encode(told))
