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
    WrongKind,
)
from nuvol.faces import doorkeeper
from nuvol.faces.downloads import download
from nuvol.faces.http import Answer, KiB, Request, Route, in_thread, run
from nuvol.faces.links import pages
from nuvol.faces.pages import html, message
from nuvol.faces.thumbnails import thumbnail
from nuvol.faces.zips import archive
from nuvol.ids import ID_LIMIT
from nuvol.model.accounts import Actor
from nuvol.model.links import Opened, Role, Visitor
from nuvol.model.nodes import Exists, Guard, Node
from nuvol.model.photos import Picture
from nuvol.wire.multipart import MultipartReader, Part, boundary

PREFIX = "s"

FORM_LIMIT = 16 * KiB
TEXT_BYTES = 64 * KiB
"""Of a text shown on its page."""

PAGE = 500
"""Entries of a folder at once."""

_MEDIA = "; media-src 'self'"
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
        result = await function(_Visit(request, cloud, visitor, opened, _number(rest)))
        result.headers.append(("X-Robots-Tag", "noindex"))
        return result

    return Route(answer, _failed)


class _Visit:
    """One request behind an open link; `node_id` None: the link itself."""

    def __init__(self, request: Request, cloud: Cloud, visitor: Visitor, opened: Opened, node_id: int | None) -> None:
        self.request = request
        self.cloud = cloud
        self.visitor = visitor
        self.opened = opened
        self.node_id = node_id

    @property
    def reader(self) -> Actor:
        return self.cloud.links.reader(self.opened)

    async def node(self) -> Node | None:
        """What the address names; None: several things. Raises NodeMissing."""
        if self.node_id is not None:
            return await run(self.cloud.links.node, self.opened, self.node_id)
        return self.opened.items[0] if len(self.opened.items) == 1 else None

    async def use(self) -> None:
        """A download counts once: who continues one does not begin another."""
        asked = self.request.headers.get("range")
        if self.request.method == "GET" and (asked is None or asked.replace(" ", "").startswith("bytes=0-")):
            await run(self.cloud.links.use, self.opened, self.visitor)


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


# ------------------------------------------------------------------------------------------------- looking


async def _look(visit: _Visit) -> Answer:
    link = visit.opened.link
    owner = await run(visit.cloud.accounts.get, None, link.account_id)
    frame = pages.Frame(link, owner.name, visit.visitor.actor is not None, visit.request.params.get("done", ""))
    if link.role == Role.UPLOAD and visit.node_id is None:
        return html(pages.drop_only(frame))
    node = await visit.node()
    above = await run(_above, visit.cloud, visit.reader, visit.opened, node)
    if node is not None and not node.is_folder:
        pictures = await _pictures(visit, [node])
        beside = await _beside(visit, node, above) if pictures else (None, None)
        text = await _text(visit, node)
        return html(pages.file(frame, node, above, text, pictures.get(node.id), beside), more=_MEDIA)
    if node is None:
        nodes, more = list(visit.opened.items), None
    else:
        nodes, more = await _children(visit, node, visit.request.params.get("after"))
    return html(pages.listing(frame, node, above, nodes, more, await _pictures(visit, nodes)))


async def _children(visit: _Visit, folder: Node, after: str | None = None) -> tuple[list[Node], str | None]:
    page = await run(visit.cloud.links.children, visit.opened, folder, after=after, limit=PAGE)
    return page.nodes, page.next


async def _pictures(visit: _Visit, nodes: list[Node]) -> dict[int, Picture]:
    """Those that may be shown; where downloads are counted, that is none."""
    if visit.opened.link.max_uses is not None:
        return {}
    return await run(visit.cloud.photos.pictures, visit.reader, nodes)


async def _beside(visit: _Visit, node: Node, above: list[Node]) -> tuple[Node | None, Node | None]:
    """The pictures before and after this one, as they are listed; of a long folder only its first page is looked at."""
    items = list(visit.opened.items)
    nodes = (await _children(visit, above[-1]))[0] if above else items
    shown = await _pictures(visit, nodes)
    row = [each for each in nodes if each.id in shown]
    at = next((at for at, each in enumerate(row) if each.id == node.id), None)
    if at is None:
        return None, None
    return (row[at - 1] if at else None), (row[at + 1] if at + 1 < len(row) else None)


async def _thumbnail(visit: _Visit) -> Answer:
    node = await visit.node()
    if visit.opened.link.max_uses is not None or node is None:
        raise NotAllowed("This link counts downloads, so nothing is shown beforehand.")
    wish = visit.request.params.get("size")
    return await thumbnail(visit.request, visit.cloud, visit.reader, node.id, "large" if wish == "large" else "medium")


def _above(cloud: Cloud, reader: Actor, opened: Opened, node: Node | None) -> list[Node]:
    """The folders between the link's items and this node, an item first."""
    if node is None or any(item.id == node.id for item in opened.items):
        return []
    parents = cloud.tree.parents(reader, node)
    tops = {item.id for item in opened.items}
    at = next(index for index, parent in enumerate(parents) if parent.id in tops)
    return parents[at:]


async def _text(visit: _Visit, node: Node) -> str | None:
    """The beginning of a text, to be shown on the page; it would count as a download where these are counted."""
    if not node.mime.startswith("text/") or visit.opened.link.max_uses is not None:
        return None
    reading = await in_thread(visit.cloud.reads.open, visit.reader, node.id)
    data = await in_thread(reading.read, 0, TEXT_BYTES)
    return data.decode(errors="replace")


async def _file(visit: _Visit) -> Answer:
    node = await visit.node()
    if node is None or node.is_folder:
        raise WrongKind("This is a folder.", advice="Fetch it as a zip.")
    await visit.use()
    reading = await run(visit.cloud.reads.open, visit.reader, node.id)
    wanted = None if "open" in visit.request.params else "attachment"
    return await download(visit.request, reading, disposition=wanted)


async def _zip(visit: _Visit) -> Answer:
    node = await visit.node()
    reader = visit.reader
    await visit.use()
    nodes = [node] if node is not None else list(visit.opened.items)
    name = node.name if node is not None else visit.opened.link.name
    return archive(visit.cloud, reader, name, nodes, lambda folder: visit.cloud.links.walk(visit.opened, folder))


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
        refused = html(pages.password(key, str(error)), _status(error))
        refused.headers += _retry(error)
        return refused
    answer = _see(f"/s/{quote(key, safe='')}")
    answer.headers.append(doorkeeper.set_cookie(request, _cookie(key), proof))
    return answer


async def _keep(visit: _Visit) -> Answer:
    """Copy everything into the account of whoever is signed in."""
    actor = visit.visitor.actor
    if actor is None:
        raise NotAdmitted("Nobody is signed in.")
    root = await run(visit.cloud.tree.root, actor)
    key = visit.opened.link.key
    node = await in_thread(visit.cloud.links.receive, actor, key, visit.visitor, root.id, Exists.RENAME)
    return _see(f"/s/{quote(key)}?done={quote(f'“{node.name}” is in your files now.')}")


async def _add(visit: _Visit) -> Answer:
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
    told = {0: "Nothing was chosen.", 1: "Thank you: one file has arrived."}
    return _see(f"/s/{quote(opened.link.key)}?done={quote(told.get(count, f'Thank you: {count} files have arrived.'))}")


def _begin(cloud: Cloud, writer: Actor, folder: Node, part: Part) -> Upload:
    name = (part.filename or "").replace("\\", "/").rpartition("/")[2]
    free = cloud.arrivals.free_name(writer, folder.id, name)
    return cloud.uploads.begin(writer, folder.id, free, mime=mime_of(free), guard=Guard(overwrite=False))


async def _finish(upload: Upload | None) -> int:
    if upload is None:
        return 0
    await in_thread(upload.commit)
    return 1


_FUNCTIONS: dict[tuple[str, str], Callable[[_Visit], Awaitable[Answer]]] = {
    ("GET", ""): _look,
    ("GET", "#"): _look,
    ("GET", "file"): _file,
    ("GET", "#/file"): _file,
    ("GET", "#/thumbnail"): _thumbnail,
    ("GET", "zip"): _zip,
    ("GET", "#/zip"): _zip,
    ("POST", "upload"): _add,
    ("POST", "keep"): _keep,
}


# ----------------------------------------------------------------------------------------------------- answers


def _see(address: str) -> Answer:
    return Answer(303, [("Location", address), ("Cache-Control", "no-store")])


def _failed(request: Request, error: CloudError) -> Answer:
    """A page that says what to do. Whether a key ever was one it does not tell."""
    if isinstance(error, PasswordNeeded):
        key = request.segments()[1]
        return html(pages.password(key), 403)
    if isinstance(error, NotAdmitted):
        words = ("For people of this cloud", str(error), "Sign in, then open the link again.")
        return html(message(*words, way=(pages.sign_in(request.segments()[1]), "Sign in")), 401)
    if isinstance(error, LinkMissing):
        sentence = "It may have ended, have been used up, or been taken back."
        return html(message("This link leads nowhere", sentence, "Ask whoever sent it to you for a new one."), 404)
    answer = html(message("That did not work", str(error), error.advice), _status(error))
    answer.headers += _retry(error)
    return answer


def _retry(error: CloudError) -> list[tuple[str, str]]:
    wait: Any = getattr(error, "wait", None)
    return [] if wait is None else [("Retry-After", str(math.ceil(wait)))]


def _status(error: CloudError) -> int:
    return next(_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS)
