"""The public page of a link, `/s/<key>`: look, take along, add; for anybody with the key, without script.

What strangers uploaded cannot act as this cloud: it is sent sandboxed (`faces.downloads`), and text is shown escaped.
"""

import math
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs, quote

from nuvol import errors
from nuvol.core.cloud import Cloud
from nuvol.core.files.receiving import Upload, mime_of
from nuvol.errors import (
    CloudError,
    LinkMissing,
    Malformed,
    NotAdmitted,
    NotAllowed,
    PasswordNeeded,
    TooManyAttempts,
)
from nuvol.faces import doorkeeper, words
from nuvol.faces.http import Answer, KiB, Request, Route, in_thread, run
from nuvol.faces.links import looking, pages
from nuvol.faces.links.looking import Visit
from nuvol.faces.pages import html, message
from nuvol.ids import ID_LIMIT
from nuvol.model.accounts import Actor
from nuvol.model.links import Visitor
from nuvol.model.nodes import Exists, Guard, Node
from nuvol.wire.multipart import MultipartReader, Part, boundary

PREFIX = "s"

FORM_LIMIT = 16 * KiB
_STATUS: dict[type[CloudError], int] = {
    errors.Missing: 404,
    errors.Conflict: 409,
    errors.Refused: 403,
    errors.TooManyAttempts: 429,
    errors.QuotaExceeded: 507,
    errors.Malformed: 400,
    errors.TooLarge: 413,
    errors.StoreFull: 507,
    errors.Unable: 503,
    CloudError: 500,
}


def face(cloud: Cloud) -> Route:
    """To be mounted at `PREFIX`."""

    async def answer(request: Request) -> Answer:
        key, *rest = request.segments()[1:] or [""]
        visitor = await _visitor(request, cloud, key)
        if request.method == "POST":
            doorkeeper.require_same_origin(request)
            if not rest:
                return await _prove(request, cloud, key, visitor)
        opened = await run(cloud.links.open, key, visitor)
        function = _FUNCTIONS.get((request.method.replace("HEAD", "GET"), _shape(rest)))
        if function is None:
            raise LinkMissing("There is nothing at this address.")
        result = await function(Visit(request, cloud, visitor, opened, _number(rest)))
        result.headers.append(("X-Robots-Tag", "noindex"))
        return result

    return Route(answer, _failed)


async def _visitor(request: Request, cloud: Cloud, key: str) -> Visitor:
    """Whoever comes, perhaps signed in at this cloud, perhaps with the password shown before."""
    proof = doorkeeper.cookie(request, _cookie(key))
    try:
        actor = await doorkeeper.admit(request, cloud, cookies=True) if _signed_in(request) else None
    except (NotAdmitted, NotAllowed):
        actor = None
    return Visitor(request.peer, actor, proof)


def _signed_in(request: Request) -> bool:
    return doorkeeper.session_token(request) is not None


def _cookie(key: str) -> str:
    return f"nuvol-link-{''.join(letter for letter in key[:16] if letter.isalnum())}"


def _shape(rest: list[str]) -> str:
    return "/".join("#" if part.isdigit() else part for part in rest)


def _number(rest: list[str]) -> int | None:
    """Raises LinkMissing."""
    if not rest or not rest[0].isdigit():
        return None
    if not rest[0].isascii() or len(rest[0]) > 16 or int(rest[0]) >= ID_LIMIT:
        raise LinkMissing("There is nothing at this address.")
    return int(rest[0])


# ------------------------------------------------------------------------------------------------- taking part


async def _prove(request: Request, cloud: Cloud, key: str, visitor: Visitor) -> Answer:
    """The password of a link; its proof is kept in a cookie."""
    try:
        form = parse_qs((await request.body(FORM_LIMIT)).decode(), keep_blank_values=True, max_num_fields=10)
    except ValueError:
        raise Malformed("The form cannot be read.") from None
    try:
        proof = await run(cloud.links.prove, key, visitor, form.get("password", [""])[0])
    except (PasswordNeeded, TooManyAttempts) as error:
        say = words.of(request)
        refused = html(say, pages.password(say, key, say.again(str(error))), _status(error))
        refused.headers += _retry(error)
        return refused
    answer = _see(f"/s/{quote(key, safe='')}")
    answer.headers.append(doorkeeper.set_cookie(request, _cookie(key), proof))
    return answer


async def _keep(visit: Visit) -> Answer:
    """Copy everything into the account of whoever is signed in."""
    actor = visit.visitor.actor
    if actor is None:
        raise NotAdmitted("Nobody is signed in.")
    root = await run(visit.cloud.tree.root, actor)
    key = visit.opened.link.key
    await in_thread(visit.cloud.links.receive, actor, key, visit.visitor, root.id, Exists.RENAME)
    return _see(f"/s/{quote(key)}?kept")


async def _add(visit: Visit) -> Answer:
    """Files chosen on the page, each under a free name."""
    opened, folder = visit.opened, visit.opened.folder
    writer = visit.cloud.links.writer(opened)
    assert folder is not None  # the writer says so
    reader = MultipartReader(boundary(visit.request.headers.get("content-type")))
    upload: Upload | None = None
    count = 0
    try:
        async for data in visit.request.runs():
            for event in reader.feed(data):
                if not isinstance(event, Part):
                    if upload is not None:
                        await in_thread(upload.feed, event)
                    continue
                count += await _finish(upload)
                upload = None
                if event.filename:
                    await run(visit.cloud.links.use, opened, visit.visitor)
                    upload = await in_thread(_begin, visit.cloud, writer, folder, event)
        reader.close()
        count += await _finish(upload)
    except BaseException:
        if upload is not None:
            await in_thread(upload.abort)
        raise
    return _see(f"/s/{quote(opened.link.key)}?added={count}")


def _begin(cloud: Cloud, writer: Actor, folder: Node, part: Part) -> Upload:
    name = (part.filename or "").replace("\\", "/").rpartition("/")[2]
    free = cloud.arrivals.free_name(writer, folder.id, name)
    return cloud.uploads.begin(writer, folder.id, free, mime=mime_of(free), guard=Guard(overwrite=False))


async def _finish(upload: Upload | None) -> int:
    if upload is None:
        return 0
    await in_thread(upload.commit)
    return 1


_FUNCTIONS: dict[tuple[str, str], Callable[[Visit], Awaitable[Answer]]] = {
    ("GET", ""): looking.look,
    ("GET", "#"): looking.look,
    ("GET", "file"): looking.file,
    ("GET", "#/file"): looking.file,
    ("GET", "#/thumbnail"): looking.thumbnail,
    ("GET", "zip"): looking.everything,
    ("GET", "#/zip"): looking.everything,
    ("POST", "upload"): _add,
    ("POST", "keep"): _keep,
}


# ----------------------------------------------------------------------------------------------------- answers


def _see(address: str) -> Answer:
    return Answer(303, [("Location", address), ("Cache-Control", "no-store")])


def _failed(request: Request, error: CloudError) -> Answer:
    """A page that says what to do. Whether a key ever was one it does not tell."""
    say = words.of(request)
    if isinstance(error, PasswordNeeded):
        key = request.segments()[1]
        return html(say, pages.password(say, key), 403)
    if isinstance(error, NotAdmitted):
        told = ("For people of this cloud", str(error), "Sign in, then open the link again.")
        return message(say, *told, way=(pages.sign_in(request.segments()[1]), "Sign in"), status=401)
    if isinstance(error, LinkMissing):
        sentence = "It may have ended, have been used up, or been taken back."
        advice = "Ask whoever sent it to you for a new one."
        return message(say, "This link leads nowhere", sentence, advice, status=404)
    answer = message(say, "That did not work", str(error), error.advice, status=_status(error))
    answer.headers += _retry(error)
    return answer


def _retry(error: CloudError) -> list[tuple[str, str]]:
    wait: Any = getattr(error, "wait", None)
    return [] if wait is None else [("Retry-After", str(math.ceil(wait)))]


def _status(error: CloudError) -> int:
    return next(_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS)
