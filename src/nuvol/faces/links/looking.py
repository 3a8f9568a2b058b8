"""Behind an open link: what is shown of it, and how it is taken along."""

import re

from nuvol.core.cloud import Cloud
from nuvol.errors import NotAllowed, WrongKind
from nuvol.faces import words
from nuvol.faces.downloads import download
from nuvol.faces.http import Answer, Request, in_thread, run
from nuvol.faces.links import pages
from nuvol.faces.pages import html
from nuvol.faces.thumbnails import thumbnail as small_picture
from nuvol.faces.zips import archive
from nuvol.model.accounts import Actor
from nuvol.model.links import Opened, Role, Visitor
from nuvol.model.nodes import Node
from nuvol.model.photos import Picture

PAGE = 500
"""Entries of a folder at once."""

_MEDIA = "; media-src 'self'"


class Visit:
    """One request behind an open link; `node_id` None: the link itself."""

    def __init__(self, request: Request, cloud: Cloud, visitor: Visitor, opened: Opened, node_id: int | None) -> None:
        self.request = request
        self.cloud = cloud
        self.visitor = visitor
        self.opened = opened
        self.node_id = node_id
        self.say = words.of(request)

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


def _done(visit: Visit) -> str:
    """What a form of the page has just done. An address says only which and how often: its words are ours."""
    say, params = visit.say, visit.request.params
    if "kept" in params:
        return say("It is in your files now.")
    added = params.get("added", "")
    if added == "0":
        return say("Nothing was chosen.")
    if not re.fullmatch("[1-9][0-9]{0,5}", added):
        return ""
    return say.counted(int(added), "Thank you: one file has arrived.", "Thank you: {} files have arrived.")


async def look(visit: Visit) -> Answer:
    """The page of what the address names."""
    link = visit.opened.link
    owner = await run(visit.cloud.accounts.get, None, link.account_id)
    frame = pages.Frame(visit.say, link, owner.name, visit.visitor.actor is not None, _done(visit))
    if link.role == Role.UPLOAD and visit.node_id is None:
        return html(visit.say, pages.drop_only(frame))
    node = await visit.node()
    above = await run(_above, visit.cloud, visit.reader, visit.opened, node)
    if node is not None and not node.is_folder:
        pictures = await _pictures(visit, [node])
        beside = await _beside(visit, node, above) if pictures else (None, None)
        text = await _text(visit, node)
        return html(visit.say, pages.file(frame, node, above, text, pictures.get(node.id), beside), more=_MEDIA)
    if node is None:
        nodes, more = list(visit.opened.items), None
    else:
        nodes, more = await _children(visit, node, visit.request.params.get("after"))
    return html(visit.say, pages.listing(frame, node, above, nodes, more, await _pictures(visit, nodes)))


async def _children(visit: Visit, folder: Node, after: str | None = None) -> tuple[list[Node], str | None]:
    page = await run(visit.cloud.links.children, visit.opened, folder, after=after, limit=PAGE)
    return page.nodes, page.next


async def _pictures(visit: Visit, nodes: list[Node]) -> dict[int, Picture]:
    """Those that may be shown; where downloads are counted, that is none."""
    if visit.opened.link.max_uses is not None:
        return {}
    return await run(visit.cloud.photos.pictures, visit.reader, nodes)


async def _beside(visit: Visit, node: Node, above: list[Node]) -> tuple[Node | None, Node | None]:
    """The pictures before and after this one, as they are listed; of a long folder only its first page is looked at."""
    nodes = (await _children(visit, above[-1]))[0] if above else list(visit.opened.items)
    shown = await _pictures(visit, nodes)
    row = [each for each in nodes if each.id in shown]
    at = next((at for at, each in enumerate(row) if each.id == node.id), None)
    if at is None:
        return None, None
    return (row[at - 1] if at else None), (row[at + 1] if at + 1 < len(row) else None)


async def thumbnail(visit: Visit) -> Answer:
    """For a list, or with `size=large` for a page of its own. Raises NotAllowed, NodeMissing, ThumbnailMissing."""
    node = await visit.node()
    if visit.opened.link.max_uses is not None or node is None:
        raise NotAllowed("This link counts downloads, so nothing is shown beforehand.")
    size = "large" if visit.request.params.get("size") == "large" else "medium"
    return await small_picture(visit.request, visit.cloud, visit.reader, node.id, size)


def _above(cloud: Cloud, reader: Actor, opened: Opened, node: Node | None) -> list[Node]:
    """The folders between the link's items and this node, an item first."""
    if node is None or any(item.id == node.id for item in opened.items):
        return []
    parents = cloud.tree.parents(reader, node)
    tops = {item.id for item in opened.items}
    at = next(index for index, parent in enumerate(parents) if parent.id in tops)
    return parents[at:]


async def _text(visit: Visit, node: Node) -> str | None:
    """The beginning of a text, to be shown on the page; it would count as a download where these are counted."""
    if not node.mime.startswith("text/") or visit.opened.link.max_uses is not None:
        return None
    reading = await in_thread(visit.cloud.reads.open, visit.reader, node.id)
    data = await in_thread(reading.read, 0, pages.TEXT_BYTES)
    return data.decode(errors="replace")


async def file(visit: Visit) -> Answer:
    """The bytes of one file. Raises WrongKind, NodeMissing, LinkMissing."""
    node = await visit.node()
    if node is None or node.is_folder:
        raise WrongKind("This is a folder.", advice="Fetch it as a zip.")
    await visit.use()
    reading = await run(visit.cloud.reads.open, visit.reader, node.id)
    wanted = None if "open" in visit.request.params else "attachment"
    return await download(visit.request, reading, disposition=wanted)


async def everything(visit: Visit) -> Answer:
    """A folder, or all of the link, as one zip archive."""
    node = await visit.node()
    reader = visit.reader
    await visit.use()
    nodes = [node] if node is not None else list(visit.opened.items)
    name = node.name if node is not None else visit.opened.link.name
    return archive(visit.cloud, reader, name, nodes, lambda folder: visit.cloud.links.walk(visit.opened, folder))
