"""REPORT sync-collection (RFC 6578): what changed below a folder since a token."""

from nuvol.core.cloud import Cloud
from nuvol.errors import BadValue
from nuvol.faces.dav import resources
from nuvol.faces.dav.listings import View
from nuvol.faces.http import Answer, Request, in_thread
from nuvol.model.accounts import Actor
from nuvol.model.nodes import Delta, Node
from nuvol.wire import dav, dav_requests, preconditions
from nuvol.wire.dav import Declined
from nuvol.wire.dav_listing import Listing
from nuvol.wire.dav_properties import SyncState, sync_state, sync_token
from nuvol.wire.dav_requests import Propfind, SyncCollection

MEMBERS = 5000
"""In one answer, whatever limit the client sets: some 2 MB. The rest follows with the token given (§3.6)."""

ROWS = 1000
"""Journal rows in one answer."""


async def report(request: Request, cloud: Cloud, actor: Actor) -> Answer:
    path = resources.path(request)
    depth = preconditions.depth(request.headers, 0)
    wish = dav_requests.sync_collection(await request.body(dav_requests.BODY_BYTES), depth)
    minimal = "return=minimal" in preconditions.preferences(request.headers)
    view_of = Listing(Propfind(wish.names), minimal)

    def collect() -> bytes:
        folder = cloud.tree.resolve(actor, path)
        if not folder.is_folder:
            raise Declined(403, "Only folders can be synchronised.", "supported-report")
        return _changes(cloud, actor, View(cloud, actor, view_of, folder), path, folder, wish)

    return Answer(207, [("Content-Type", dav.XML)], await in_thread(collect))


def _changes(cloud: Cloud, actor: Actor, view: View, path: str, folder: Node, wish: SyncCollection) -> bytes:
    state = sync_state(wish.token)
    delta = None if state is None else _delta(cloud, actor, folder, state, wish.deep)
    if state is None or delta is None:
        raise Declined(403, "This sync token is too old or of another server: begin anew.", "valid-sync-token")
    above = f"{path}/" if path else ""
    found: dict[str, Node | None] = dict.fromkeys(delta.removed) | dict(delta.changed)
    paths = sorted(name for name in found if name > state.after or not state.after)
    limit = min(wish.limit or MEMBERS, MEMBERS)
    told, rest = paths[:limit], paths[limit:]
    goal = state.goal or delta.cursor
    next_state = SyncState(state.cursor, goal, told[-1]) if rest else SyncState(goal)
    nodes = [(above + name, node) for name in told if (node := found[name]) is not None]
    gone = [dav.outcome(resources.href(above + name, False), 404) for name in told if found[name] is None]
    cut = rest or delta.more
    return dav.multistatus(
        *view.responses(nodes),
        *gone,
        dav.outcome(resources.href(path, True), 507, "<d:number-of-matches-within-limits/>") if cut else "",
        f"<d:sync-token>{sync_token(next_state)}</d:sync-token>\n",
    )


def _delta(cloud: Cloud, actor: Actor, folder: Node, state: SyncState, deep: bool) -> Delta | None:
    """What a client in this state has not seen; None when that cannot be told any more."""
    try:
        if state.goal is not None and cloud.journal.changes(actor, state.goal, limit=1).reset:
            return None
        delta = cloud.journal.below(actor, folder.id, state.cursor, deep=deep, limit=ROWS)
    except BadValue:
        return None
    return None if delta.reset else delta
