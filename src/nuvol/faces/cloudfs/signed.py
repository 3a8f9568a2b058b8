"""Calls that are signed with the secret of an app (specification sections 2.1 and 2.3)."""

import time
from collections.abc import Callable

from nuvol.core.cloud import Cloud
from nuvol.errors import AppMissing
from nuvol.faces.http import Request, run
from nuvol.model.apps import CLOUDFS, App
from nuvol.wire.cloudfs import forms, signatures
from nuvol.wire.cloudfs.errors import InvalidRequest
from nuvol.wire.cloudfs.forms import Form

Find = Callable[[str], tuple[App, str]]
"""The app of an id, and the secret that signs."""


def by_client(cloud: Cloud) -> Find:
    """By client id and secret."""

    def find(client_id: str) -> tuple[App, str]:
        app = cloud.apps.find(client_id)
        return app, cloud.apps.secret(app)

    return find


def by_admin(cloud: Cloud) -> Find:
    """By admin id and secret."""

    def find(admin_id: str) -> tuple[App, str]:
        app = cloud.apps.by_admin(admin_id)
        return app, cloud.apps.admin_secret(app)

    return find


async def read(request: Request, find: Find) -> tuple[App, Form]:
    """Who signed the request, and its fields. Raises InvalidRequest, the same whatever was wrong with it."""
    body = await request.body(forms.FORM_BYTES)
    client_id, signature = signatures.credentials(request.headers.get("authorization"))
    content_type, date = request.headers.get("content-type"), request.headers.get("date")
    try:
        app, secret = await run(find, client_id)
    except AppMissing:
        raise _refused() from None
    signed = signatures.is_signed(secret, signature, request.method, request.target, body, content_type, date)
    if not signed or not app.active or app.kind != CLOUDFS or not signatures.is_fresh(date, time.time()):
        raise _refused()
    request.app = app.key
    return app, forms.read_form(body)


def _refused() -> InvalidRequest:
    return InvalidRequest("The id is not known, or the signature is not right.")
