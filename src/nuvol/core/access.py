"""Who may do what. Every room of the core asks here; nobody else decides."""

from nuvol.errors import NodeMissing, NotAllowed
from nuvol.model import apps, documents
from nuvol.model.accounts import Actor
from nuvol.model.apps import App
from nuvol.model.nodes import Node
from nuvol.model.shares import Role
from nuvol.stores.base import Transaction

SCOPES = frozenset({"files", "files:read", "calendar", "docs", "photos", "profile"})
"""What a grant that leaves a person's hands can allow. `account` is not among them: only a session and the
person in front of it may touch passwords, grants and other accounts. `docs:<name>` opens one database."""

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
    "read": frozenset({"files", "files:read", APP_FOLDER}),
    "write": frozenset({"files", APP_FOLDER}),
    "comment": frozenset({"files", APP_FOLDER}),
    "purge": frozenset({"files", APP_FOLDER}),
    "share": frozenset({"files", APP_FOLDER}),
    "account": frozenset({"account"}),
    "admin": frozenset({"account"}),
    "docs": frozenset({"docs"}),
    "look": frozenset({"files", "files:read", APP_FOLDER, "photos"}),
    "like": frozenset({"files", APP_FOLDER, "photos"}),
    "calendar": frozenset({"calendar"}),
}
"""Verb → scopes of which one is enough."""

_MEANING = {
    "read": "reading files",
    "write": "changing files",
    "comment": "writing comments",
    "purge": "changing files",
    "share": "changing files",
    "account": "managing the account",
    "admin": "administration",
    "docs": "documents",
    "look": "looking at photos",
    "like": "liking and collecting photos",
    "calendar": "the calendar",
}


_ROLE = {
    "look": Role.VIEWER,
    "like": Role.VIEWER,
    "read": Role.VIEWER,
    "comment": Role.VIEWER,
    "write": Role.EDITOR,
    "purge": Role.CO_OWNER,
    "share": Role.CO_OWNER,
}
"""Verb → the role that it needs in somebody else's folder."""

_NEEDS = {
    "write": "You may read this folder, not change it.",
    "purge": "Only owners of this folder may remove something for good.",
    "share": "Only owners of this folder may decide who else gets in.",
}


def is_scope(text: str) -> bool:
    """Whether a grant can be given it."""
    one_database = text.startswith("docs:") and documents.is_name(text.removeprefix("docs:"))
    return text in SCOPES or one_database


def require(actor: Actor, verb: str, node: Node | None = None, tx: Transaction | None = None) -> None:
    """Let the actor pass or raise.

    `verb`: read, write, comment, purge (remove for good), share (all of them perhaps for one `node`), account (one's
    own), admin (everybody's), docs (every database), calendar. The node of somebody else is open by a role on it or on
    a folder above it, which is looked up through `tx` each time: who loses it is out at once. Raises NotAllowed when
    the grant or the role does not reach so far, NodeMissing when there is no role: an answer must not tell that the
    node exists.

    For an actor with a home every node needs the look through `tx`: there is nothing but what lies in that folder.
    """
    if not _opens(actor, verb):
        raise NotAllowed(f"This way of signing in does not allow {_MEANING[verb]}.", advice=_advice(verb))
    if verb == "admin" and not actor.admin:
        raise NotAllowed("Only an administrator may do this.")
    if node is not None and actor.home is not None:
        if tx is None or not is_at_home(actor, node, tx):
            raise NodeMissing("There is no such file or folder.")
    elif node is not None and node.account_id != actor.account_id:
        role = tx.shares.role(node.account_id, node.id, actor.account_id) if tx is not None else None
        if role is None:
            raise NodeMissing("There is no such file or folder.")
        if role < _ROLE[verb]:
            raise NotAllowed(_NEEDS[verb], advice="Ask the owner for more.")


def require_all(actor: Actor, verb: str) -> None:
    """Like `require`, for what concerns all files of an account. Raises NotAllowed also for an actor with a home."""
    require(actor, verb)
    if actor.home is not None:
        raise NotAllowed("This app sees a folder of its own and nothing else.")


def is_at_home(actor: Actor, node: Node, tx: Transaction) -> bool:
    """Whether a node lies in the folder that is all its actor sees, or is that folder."""
    return actor.home is None or (
        node.account_id == actor.account_id and tx.nodes.is_within(node.account_id, node.id, actor.home)
    )


def _opens(actor: Actor, verb: str) -> bool:
    scopes = actor.scopes if actor.home is not None else actor.scopes - {APP_FOLDER}
    return not _OPENING[verb].isdisjoint(scopes)


def require_database(actor: Actor, name: str) -> None:
    """Raises NotAllowed when the actor's grant does not open the database of this name."""
    if f"docs:{name}" not in actor.scopes:
        require(actor, "docs")


def databases(actor: Actor) -> frozenset[str] | None:
    """Names of the databases that the actor may see; None: all of the account."""
    if "docs" in actor.scopes:
        return None
    return frozenset(scope.removeprefix("docs:") for scope in actor.scopes if scope.startswith("docs:"))


def require_journal(actor: Actor) -> None:
    """Raises NotAllowed when there is nothing in the journal that the actor may see."""
    if not sees_files(actor) and databases(actor) == frozenset():
        require(actor, "read")


def sees_files(actor: Actor) -> bool:
    return _opens(actor, "read")


def scopes_of(app: App) -> frozenset[str]:
    """What an app may do for a person who lets it in."""
    scopes = _OF_APPS[app.kind]
    return scopes - {"files"} | {APP_FOLDER} if app.app_folder and "files" in scopes else scopes


def given(app: App, actor: Actor) -> frozenset[str]:
    """What the actor can give to an app: no more than the actor came with."""
    own = actor.scopes | {APP_FOLDER} if "files" in actor.scopes else actor.scopes
    return scopes_of(app) & own


def _advice(verb: str) -> str:
    if verb in ("account", "admin"):
        return "Sign in with your name and password; app passwords and tokens cannot do it."
    return "Make an app password or token that may."
