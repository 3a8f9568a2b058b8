"""Who may do what. Every room of the core asks here; nobody else decides."""

from nuvol.errors import NodeMissing, NotAllowed
from nuvol.model import apps
from nuvol.model.accounts import Actor
from nuvol.model.apps import App
from nuvol.model.nodes import Node
from nuvol.model.shares import Role
from nuvol.stores.base import Transaction

SCOPES = frozenset({"files", "files:read", "calendar", "docs", "photos", "profile"})
"""What a grant that leaves a person's hands can allow. `account` is not among them: only a session and the
person in front of it may touch passwords, grants and other accounts."""

_OF_APPS = {
    apps.CLOUDFS: frozenset({"files", "profile"}),
    apps.STACKSYNC: frozenset({"files", "calendar", "profile"}),
    apps.U1DB: frozenset({"docs", "calendar"}),
    apps.OAUTH2: frozenset({"files", "profile"}),
}
"""Kind of app → what it may do for a person who lets it in. The first three know no finer question."""

APP_FOLDER = "files:app-folder"
"""Instead of `files`: the app's own folder below /Apps."""

_OPENING = {
    "read": frozenset({"files", "files:read"}),
    "write": frozenset({"files"}),
    "purge": frozenset({"files"}),
    "share": frozenset({"files"}),
    "account": frozenset({"account"}),
    "admin": frozenset({"account"}),
}
"""Verb → scopes of which one is enough."""

_MEANING = {
    "read": "reading files",
    "write": "changing files",
    "purge": "changing files",
    "share": "changing files",
    "account": "managing the account",
    "admin": "administration",
}


_ROLE = {"read": Role.VIEWER, "write": Role.EDITOR, "purge": Role.CO_OWNER, "share": Role.CO_OWNER}
"""Verb → the role that it needs in somebody else's folder."""

_NEEDS = {
    "write": "You may read this folder, not change it.",
    "purge": "Only owners of this folder may remove something for good.",
    "share": "Only owners of this folder may decide who else gets in.",
}


def require(actor: Actor, verb: str, node: Node | None = None, tx: Transaction | None = None) -> None:
    """Let the actor pass or raise.

    `verb`: read, write, purge (remove for good), share (all of them perhaps for one `node`), account (one's own),
    admin (everybody's). The node of somebody else is open by a role on it or on a folder above it, which is looked up
    through `tx` each time: who loses it is out at once. Raises NotAllowed when the grant or the role does not reach so
    far, NodeMissing when there is no role: an answer must not tell that the node exists.
    """
    if _OPENING[verb].isdisjoint(actor.scopes):
        raise NotAllowed(f"This way of signing in does not allow {_MEANING[verb]}.", advice=_advice(verb))
    if verb == "admin" and not actor.admin:
        raise NotAllowed("Only an administrator may do this.")
    if node is not None and node.account_id != actor.account_id:
        role = tx.shares.role(node.account_id, node.id, actor.account_id) if tx is not None else None
        if role is None:
            raise NodeMissing("There is no such file or folder.")
        if role < _ROLE[verb]:
            raise NotAllowed(_NEEDS[verb], advice="Ask the owner for more.")


def scopes_of(app: App) -> frozenset[str]:
    """What an app may do for a person who lets it in."""
    scopes = _OF_APPS[app.kind]
    return scopes - {"files"} | {APP_FOLDER} if app.app_folder and "files" in scopes else scopes


def _advice(verb: str) -> str:
    if verb in ("account", "admin"):
        return "Sign in with your name and password; app passwords and tokens cannot do it."
    return "Make an app password or token that may."
