"""LOCK and UNLOCK (RFC 4918 §9.10, §9.11), and telling which lock stands in the way."""

from collections.abc import Iterable
from contextlib import suppress

from nuvol import clock
from nuvol.core.cloud import Cloud
from nuvol.errors import CloudError, Locked, Malformed, NodeMissing
from nuvol.faces.dav import resources
from nuvol.faces.http import Answer, Request, run
from nuvol.model.accounts import Actor
from nuvol.model.nodes import Guard, Lock, Node
from nuvol.wire import dav, dav_properties, dav_requests, preconditions
from nuvol.wire.preconditions import INFINITY


async def lock(request: Request, cloud: Cloud, actor: Actor) -> Answer:
    path = resources.path(request)
    wish = dav_requests.lockinfo(await request.body(dav_requests.BODY_BYTES))
    if wish is None:
        return await _refresh(request, cloud, actor, path)
    depth = preconditions.depth(request.headers, INFINITY)
    if depth == 1:
        raise Malformed("The depth of a lock is 0 or infinity (RFC 4918 §9.10.3).")
    guard, seconds = resources.guard(request), preconditions.timeout(request.headers)

    def take() -> tuple[Lock, bool, bytes]:
        node, created = _node_to_lock(cloud, actor, path, guard)
        taken = cloud.locks.lock(
            actor,
            node.id,
            owner=wish.owner,
            deep=depth == INFINITY,
            exclusive=wish.exclusive,
            seconds=seconds,
            guard=Guard(tokens=guard.tokens) if created else guard,
        )
        return taken, created, _discovered(cloud, actor, node)

    taken, created, body = await run(take)
    fields = [("Content-Type", dav.XML), ("Lock-Token", f"<{taken.token}>")]
    return Answer(201 if created else 200, fields, body)


def _node_to_lock(cloud: Cloud, actor: Actor, path: str, guard: Guard) -> tuple[Node, bool]:
    """What is at the path; else a new empty file (RFC 4918 §7.3)."""
    try:
        return cloud.tree.resolve(actor, path), False
    except NodeMissing:
        place = cloud.tree.place(actor, path)
        written = cloud.uploads.put(actor, place.parent.id, place.name, b"", guard=guard)
        return written.node, written.created


async def _refresh(request: Request, cloud: Cloud, actor: Actor, path: str) -> Answer:
    tokens = resources.guard(request).tokens
    if not tokens:
        raise Malformed("Which lock is to be refreshed stands in the If header (RFC 4918 §9.10.2).")
    seconds = preconditions.timeout(request.headers)

    def refresh() -> bytes:
        node = cloud.tree.resolve(actor, path)
        cloud.locks.refresh(actor, node.id, list(tokens), seconds)
        return _discovered(cloud, actor, node)

    return Answer(200, [("Content-Type", dav.XML)], await run(refresh))


def _discovered(cloud: Cloud, actor: Actor, node: Node) -> bytes:
    """The body that tells the locks of a node."""
    locks = with_roots(cloud, actor, cloud.locks.on(actor, node))
    return dav_properties.lock_answer(locks, clock.now())


def with_roots(cloud: Cloud, actor: Actor, locks: Iterable[Lock]) -> list[tuple[Lock, str]]:
    """Locks with the address each was taken on; left out are those on folders that the actor cannot see."""
    found: list[tuple[Lock, str]] = []
    for lock in locks:
        with suppress(NodeMissing):
            found.append((lock, address(cloud, actor, lock.node_id)))
    return found


def address(cloud: Cloud, actor: Actor, node_id: int) -> str:
    node = cloud.tree.get(actor, node_id)
    return resources.href(cloud.tree.path(actor, node), node.is_folder)


async def unlock(request: Request, cloud: Cloud, actor: Actor) -> Answer:
    path, token = resources.path(request), preconditions.lock_token(request.headers)

    def release() -> None:
        cloud.locks.unlock(actor, cloud.tree.resolve(actor, path).id, token)

    await run(release)
    return Answer(204)


async def in_the_way(request: Request, cloud: Cloud, actor: Actor, error: Locked) -> Answer:
    """The answer that names what is locked. A LOCK that fails because of something below it tells of both
    (RFC 4918 §9.10.6)."""

    def where() -> str:
        try:
            return address(cloud, actor, error.node_id)
        except CloudError:  # it went away meanwhile
            return dav.text(request.target)

    locked, asked = await run(where), resources.href(resources.path(request), True)
    if request.method == "LOCK" and locked.startswith(asked) and locked != asked:
        body = dav.multistatus(dav.outcome(locked, 423), dav.outcome(asked, 424))
        return Answer(207, [("Content-Type", dav.XML)], body)
    return Answer(*dav.refusal(error, request.method, locked))
