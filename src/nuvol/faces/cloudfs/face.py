"""The CloudFS platform API, version 2 (docs/protocols/cloudfs.md)."""

from collections.abc import Awaitable, Callable

from nuvol.core import access
from nuvol.core.cloud import Cloud
from nuvol.errors import CloudError, NotAdmitted
from nuvol.faces import doorkeeper
from nuvol.faces.cloudfs import admin, files, folders, profile, shares, tokens, trash
from nuvol.faces.cloudfs.calls import EMPTY, Call, unknown_operation
from nuvol.faces.http import Answer, Request, Route, run
from nuvol.model.accounts import Actor
from nuvol.wire.cloudfs import errors, forms
from nuvol.wire.cloudfs.errors import Place

PREFIX = "v2"

_PLACES: dict[str, tuple[Place, Callable[[Call], Awaitable[Answer]]]] = {
    "folders": (Place.FOLDERS, folders.answer),
    "files": (Place.FILES, files.answer),
    "filesystem": (Place.FOLDERS, folders.generic),
    "trash": (Place.TRASH, trash.answer),
    "shares": (Place.SHARES, shares.answer),
    "user": (Place.OTHER, profile.answer),
    "ping": (Place.OTHER, profile.ping),
    "history": (Place.OTHER, profile.history),
}
_SIGNED = {"oauth2": tokens.answer, "admin": admin.answer}
"""What is signed with the secret of an app instead of showing a token."""


def face(cloud: Cloud) -> Route:
    """To be mounted at `PREFIX`."""

    async def answer(request: Request) -> Answer:
        noun, *parts = request.segments()[1:] or [""]
        if noun in _SIGNED:
            return await _SIGNED[noun](request, cloud, parts)
        if noun == "content":
            return await files.content(request, cloud, parts)
        actor = await _admit(request, cloud)
        if noun not in _PLACES:
            raise unknown_operation(Place.OTHER)
        place, function = _PLACES[noun]
        query = forms.read_query(request.query)
        form = EMPTY
        if request.method == "POST" and not files.is_upload(place, parts, query):
            form = forms.read_form(await request.body(forms.FORM_BYTES))
        result = await function(Call(request, cloud, actor, place, parts, query, form))
        if result.status < 300 and access.sees_files(actor):
            result.headers += await _quota(cloud, actor)
        return result

    return Route(answer, _failed)


async def _admit(request: Request, cloud: Cloud) -> Actor:
    """Only a token counts here: no cookie, no password. Raises NotAdmitted."""
    kind, _, token = (request.headers.get("authorization") or "").strip().partition(" ")
    if kind.lower() != "bearer" or not token:
        raise NotAdmitted(errors.NOT_RECOGNIZED)
    actor = await run(cloud.grants.admit_token, token.strip(), request.peer)
    doorkeeper.note_app(request, actor)
    return actor


async def _quota(cloud: Cloud, actor: Actor) -> list[tuple[str, str]]:
    """Section 1: `None` is the word for no limit."""
    usage = await run(cloud.tree.usage, actor)
    return [
        ("X-BCS-Account-Storage-Limit", str(usage.quota)),
        ("X-BCS-Account-Storage-Usage", str(usage.used)),
    ]


def _failed(request: Request, error: CloudError) -> Answer:
    noun = next((part for part in request.target.split("/")[2:] if part), "")
    if noun in _SIGNED:
        return Answer(*errors.refusal(error))
    place = Place.FILES if noun == "content" else _PLACES.get(noun, (Place.OTHER, None))[0]
    return Answer(*errors.answer(error, place))
