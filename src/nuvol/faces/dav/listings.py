"""PROPFIND (RFC 4918 §9.1), and the page that a browser gets for a folder.

Long answers are streamed page by page, so that others are served between two pages.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from functools import lru_cache

from msgspec.structs import replace

from nuvol import clock
from nuvol.core.cloud import Cloud
from nuvol.faces.dav import resources
from nuvol.faces.dav.locks import with_roots
from nuvol.faces.http import Answer, Request, run
from nuvol.model.accounts import Actor
from nuvol.model.nodes import Node, Page
from nuvol.model.shares import Role
from nuvol.wire import dav, dav_requests, preconditions
from nuvol.wire.dav import Declined
from nuvol.wire.dav_listing import Listing
from nuvol.wire.dav_properties import Facts, letters
from nuvol.wire.dav_requests import Propfind
from nuvol.wire.preconditions import INFINITY


class View:
    """What one caller sees of nodes through a listing. Plain calls of the core: to be run by `run`."""

    def __init__(self, cloud: Cloud, actor: Actor, listing: Listing, node: Node) -> None:
        """`node`: what the request is about. Its owner's space is told."""
        self._cloud = cloud
        self._actor = actor
        self._listing = listing
        self._facts = Facts(account=actor.name, now=clock.now())
        if listing.wants_usage:
            usage = cloud.tree.usage(actor, node)
            self._facts.used = usage.used
            self._facts.available = None if usage.quota is None else max(0, usage.quota - usage.used)
        if listing.wants_cursor:
            self._facts.cursor = cloud.journal.cursor(actor)

    def response(self, path: str, node: Node) -> str:
        """The response about one node."""
        return self._listing.response(resources.href(path, node.is_folder), node, self._about([node]))

    def responses(self, found: Sequence[tuple[str, Node]]) -> Iterator[str]:
        """The responses about nodes anywhere, with their paths."""
        for start in range(0, len(found), 1000):
            some = found[start : start + 1000]
            facts = self._about([node for _, node in some])
            for path, node in some:
                yield self._listing.response(resources.href(path, node.is_folder), node, facts)

    def members(self, folder: str, nodes: Sequence[Node]) -> str:
        """The responses about members of the folder at a path."""
        return self._listing.members(resources.href(folder, True), nodes, self._about(nodes))

    def _about(self, nodes: Sequence[Node]) -> Facts:
        cloud, actor, listing = self._cloud, self._actor, self._listing
        facts = replace(self._facts)
        if listing.wants_dead:
            facts.dead = cloud.tree.properties(actor, nodes)
        if listing.wants_locks:
            found = cloud.locks.of_many(actor, nodes)
            facts.locks = {node_id: with_roots(cloud, actor, locks) for node_id, locks in found.items()}
        if listing.wants_checksums:
            facts.checksums = cloud.reads.checksums(actor, nodes)
        if listing.wants_letters and (theirs := [node for node in nodes if node.account_id != actor.account_id]):
            roles = cloud.shares.roles(actor, theirs)
            facts.letters = {
                node.id: letters(node, shared=True, writable=role >= Role.EDITOR, mounted=is_mounted)
                for node in theirs
                for role, is_mounted in [roles.get(node.id, (Role.VIEWER, False))]
            }
        return facts


async def propfind(request: Request, cloud: Cloud, actor: Actor) -> Answer:
    path = resources.path(request)
    asked = dav_requests.propfind(await request.body(dav_requests.BODY_BYTES))
    depth = preconditions.depth(request.headers, INFINITY)
    if depth == INFINITY:
        raise Declined(403, "Folders are listed one level at a time: ask with Depth 1.", "propfind-finite-depth")
    wishes = preconditions.preferences(request.headers)
    listing = _listing(asked, "return=minimal" in wishes)

    def first() -> tuple[View, Node, str, str | None]:
        node = cloud.tree.resolve(actor, path)
        view = View(cloud, actor, listing, node)
        text = "" if "depth-noroot" in wishes and depth else view.response(path, node)
        if not (depth and node.is_folder):
            return view, node, text, None
        page = cloud.tree.children(actor, node.id)
        return view, node, text + view.members(path, page.nodes), page.next

    view, node, text, after = await run(first)
    fields = [("Content-Type", dav.XML)]
    applied = sorted(wishes & {"return=minimal", "depth-noroot"})
    if applied:
        fields.append(("Preference-Applied", ", ".join(applied)))
    if after is None:
        return Answer(207, fields, dav.multistatus(text))
    members = _pages(cloud, actor, node.id, after, lambda page: view.members(path, page.nodes))
    return Answer(207, fields, _framed(dav.MULTISTATUS + text, members, dav.MULTISTATUS_END))


@lru_cache(64)
def _listing(asked: Propfind, minimal: bool) -> Listing:
    """A client asks for the same properties again and again: compiling them is nearly half of a small answer."""
    return Listing(asked, minimal)


async def index(cloud: Cloud, actor: Actor, path: str) -> Answer:
    """A page without scripts that lists a folder."""

    def rows(page: Page) -> str:
        return dav.index_rows(
            (resources.href(f"{path}/{node.name}".lstrip("/"), node.is_folder), node.name) for node in page.nodes
        )

    def first() -> tuple[Node, str, str | None]:
        node = cloud.tree.resolve(actor, path)
        page = cloud.tree.children(actor, node.id)
        return node, rows(page), page.next

    node, text, after = await run(first)
    fields = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Security-Policy", "default-src 'none'; sandbox"),
        ("Cache-Control", "private, no-cache"),
    ]
    head = dav.index_head(node.name or actor.name)
    if after is None:
        return Answer(200, fields, (head + text + dav.INDEX_END).encode())
    more = _pages(cloud, actor, node.id, after, rows)
    return Answer(200, fields, _framed(head + text, more, dav.INDEX_END))


async def _pages(
    cloud: Cloud, actor: Actor, folder_id: int, after: str | None, write: Callable[[Page], str]
) -> AsyncIterator[str]:
    """The members of a folder from a cursor on, as text."""

    def next_page() -> tuple[str, str | None]:
        page = cloud.tree.children(actor, folder_id, after=after)
        return write(page), page.next

    while after is not None:
        text, after = await run(next_page)
        yield text


async def _framed(head: str, parts: AsyncIterator[str], end: str) -> AsyncIterator[bytes]:
    yield head.encode()
    async for part in parts:
        yield part.encode()
    yield end.encode()
