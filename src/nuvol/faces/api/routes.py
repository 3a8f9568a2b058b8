"""The table of the native API: every operation, who may call it, what it takes and gives, and who answers.

The router, the OpenAPI document and the tests of access all read this one table.
"""

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from nuvol import errors as e
from nuvol.faces.api import (
    accounts,
    albums,
    apps,
    capabilities,
    comments,
    content,
    databases,
    docs,
    elsewhere,
    links,
    live,
    me,
    nodes,
    photos,
    session,
    shares,
    trash,
    uploads,
    versions,
    zips,
)
from nuvol.faces.api.router import Entry, Function
from nuvol.faces.thumbnails import WEBP
from nuvol.u1db import stream
from nuvol.wire import chunks, tus
from nuvol.wire.api import accounts as people
from nuvol.wire.api import apps as programs
from nuvol.wire.api import body, journal
from nuvol.wire.api import comments as remarks
from nuvol.wire.api import documents as papers
from nuvol.wire.api import elsewhere as away
from nuvol.wire.api import links as linking
from nuvol.wire.api import nodes as files
from nuvol.wire.api import photos as pictures
from nuvol.wire.api import shares as sharing
from nuvol.wire.api.capabilities import Capabilities
from nuvol.wire.api.problems import WrongTusVersion, WrongType
from nuvol.wire.openapi import ANYONE, SIGNED_IN, Header, Operation

_ANY_BYTES = "application/octet-stream"
_CHANGING = (e.NodeMissing, e.PreconditionFailed, e.Locked)
_PLACING = (*_CHANGING, e.ParentMissing, e.NameTaken, e.WrongKind, e.BadName)
_STORING = (*_PLACING, e.QuotaExceeded, e.StoreFull)

_NO_PHOTO = (e.NodeMissing,)
_THERE = (e.NodeMissing, e.TooLarge, e.PeerUnreachable)

_DATABASE = (e.DatabaseDoesNotExist,)
_WRITING = (*_DATABASE, e.InvalidDocId, e.InvalidJSON, e.DocumentTooBig, e.QuotaExceeded, e.TooLarge, WrongType)

_IF_REV = Header("If-Match", "The revision that is changed, in quotes: the ETag of the document.")
_IF_MATCH = Header("If-Match", "Only if it is still in this state: an `etag`, quotes included.")
_IF_NONE_MATCH = Header("If-None-Match", "`*`: only if nothing has this name.")
_LOCK = Header("If", "Lock tokens, as RFC 4918 writes them: `(<urn:uuid:…>)`.")
_GUARDED = (_IF_MATCH, _LOCK)
_READING = (
    Header("If-None-Match", "Answer 304 if it is still in this state."),
    Header("Range", "Some of the bytes (RFC 9110): `bytes=0-999`."),
)
_DIGEST = Header("Repr-Digest", "Refuse other bytes than these (RFC 9530): `sha-256=:…:`.")
_TUS = Header("Tus-Resumable", f"`{tus.VERSION}`", required=True, pattern=r"^1\.0\.0$")
_CHECKSUM = Header(
    "Upload-Checksum",
    "Of this body: `sha256`, `sha1` or `md5`, and the sum in base64.",
    pattern="^(sha256 [A-Za-z0-9+/]{43}=|sha1 [A-Za-z0-9+/]{27}=|md5 [A-Za-z0-9+/]{22}==)$",
)
_TUS_GIVES = ("Tus-Resumable", "Upload-Offset", "Upload-Expires", "Nuvol-Node-Id", "ETag")
_LENGTH = Header("Upload-Length", "Bytes of the whole upload.", pattern=r"^\d{1,15}$")
_DEFER = Header("Upload-Defer-Length", "`1`: the length is told later.", pattern="^1$")
_OFFSET = Header("Upload-Offset", "Where this body begins, in bytes.", required=True, pattern=r"^\d{1,15}$")
_METADATA = Header(
    "Upload-Metadata",
    "Pairs of a key and a base64 value: `node`, `path`, or `parent` and `filename`; also `mime` and `modified`.",
    required=True,
)
_TUS_ABOUT = (
    "The body may bring the first bytes. Exactly one of Upload-Length and Upload-Defer-Length is needed."
    " OPTIONS tells what this server can do."
)
_SUM = (460, "`checksum-mismatch`: the upload stands where it stood.")
_CONTENT_TAKES = f"{_ANY_BYTES}, {chunks.MEDIA_TYPE}"
_CONTENT_GIVES = ("ETag", "Last-Modified", "Accept-Ranges", "Content-Disposition")
_NO_RANGE = (416, "None of the ranges lies within the content.")
_LAST = Header("Last-Event-ID", "Go on after this event.")
_LIVE_ABOUT = (
    "Events `change` (data: a Change) and `reset` (read everything anew); each id is a cursor. A comment comes after 15"
    " silent seconds."
)

_SEEN = "Needs a scope of files or documents, and shows what that opens."


def _entry(call: str, function: Function, scope: str | None, summary: str, **more: Any) -> Entry:
    method, path = call.split()
    return Entry(Operation(method=method, path=path, scope=scope, summary=summary, **more), function)


def _chapter(noun: str, *entries: Entry) -> Iterator[Entry]:
    return (Entry(replace(entry.operation, noun=noun), entry.function) for entry in entries)


# fmt: off
ENTRIES: tuple[Entry, ...] = (
    *_chapter(
        "Server",
        _entry("GET /capabilities", capabilities.get, ANYONE, "What this server can do", gives=Capabilities),
        _entry("GET /openapi.json", docs.document, ANYONE, "This API as an OpenAPI document",
               media_given="application/json"),
        _entry("POST /setup", accounts.set_up, ANYONE, "Make the first administrator", takes=people.SetUp,
               gives=people.Account, statuses=(201,), errors=(e.InvitationMissing, e.HandleTaken)),
    ),
    *_chapter(
        "Sessions",
        _entry("POST /session", session.sign_in, ANYONE, "Sign in", takes=people.SignIn, gives=people.SignedIn,
               statuses=(201,), headers_given=("Set-Cookie",), errors=(e.NotAdmitted, e.TooManyAttempts)),
        _entry("GET /session", session.get, SIGNED_IN, "Who is signed in", gives=people.Session),
        _entry("DELETE /session", session.sign_out, SIGNED_IN, "Sign out", statuses=(204,),
               headers_given=("Set-Cookie",)),
        _entry("GET /sessions", session.every, "account", "Where one is signed in", gives=people.Grants),
        _entry("DELETE /sessions/{grant_id}", session.end, "account", "Sign out elsewhere", statuses=(204,),
               errors=(e.GrantMissing,)),
    ),
    *_chapter(
        "Me",
        _entry("GET /me", me.get, SIGNED_IN, "One's own account", gives=people.Account),
        _entry("PATCH /me", me.patch, "account", "Change name, address, language or time zone", takes=people.Profile,
               gives=people.Account, errors=(e.HandleTaken,)),
        _entry("POST /me/password", me.change_password, "account", "Change the password",
               about="All other sessions end.", takes=people.PasswordChange, statuses=(204,)),
        _entry("GET /usage", me.usage, "files:read", "How much space is used", gives=people.Usage),
        _entry("GET /app-passwords", me.app_passwords, "account", "Passwords of programs", gives=people.Grants),
        _entry("POST /app-passwords", me.create_app_password, "account", "Make a password for one program",
               about="Shown this once.", takes=people.NewAppPassword, gives=people.NewSecret, statuses=(201,)),
        _entry("DELETE /app-passwords/{grant_id}", me.revoke_app_password, "account", "Take an app password back",
               statuses=(204,), errors=(e.GrantMissing,)),
        _entry("GET /tokens", me.tokens, "account", "Bearer tokens", gives=people.Grants),
        _entry("POST /tokens", me.create_token, "account", "Make a bearer token", about="Shown this once.",
               takes=people.NewToken, gives=people.NewSecret, statuses=(201,)),
        _entry("DELETE /tokens/{grant_id}", me.revoke_token, "account", "Take a token back", statuses=(204,),
               errors=(e.GrantMissing,)),
        _entry("GET /me/apps", me.apps, "account", "Apps one has let in", gives=people.ConnectedApps),
        _entry("DELETE /me/apps/{app_key}", me.disconnect, "account", "Disconnect an app",
               about="Every token it holds of this account ends.", statuses=(204,), errors=(e.AppMissing,)),
        _entry("GET /me/desks", me.desks, "account", "Desks one could connect", gives=people.Desks),
        _entry("PUT /me/desks/{app_key}", me.connect_desk, "account", "Connect a desk",
               about="One's calendars there are opened to this account. First make a calendar there that is called as"
               " `code` says: it shows who one is. `DELETE /me/apps/{app_key}` ends it.",
               gives=people.Desk, errors=(e.AppMissing,)),
    ),
    *_chapter(
        "Accounts",
        _entry("GET /accounts", accounts.every, "account", "All accounts", admin=True, query=people.AccountsAsked,
               gives=people.Accounts),
        _entry("POST /accounts", accounts.create, "account", "Make an account", admin=True, takes=people.NewAccount,
               gives=people.Account, statuses=(201,), errors=(e.HandleTaken,)),
        _entry("GET /accounts/{account_id}", accounts.get, SIGNED_IN, "One account",
               about="One's own, or as an administrator anybody's.", gives=people.Account,
               errors=(e.AccountMissing,)),
        _entry("PATCH /accounts/{account_id}", accounts.patch, "account", "Change an account", admin=True,
               takes=people.AccountChange, gives=people.Account, errors=(e.AccountMissing, e.HandleTaken)),
        _entry("DELETE /accounts/{account_id}", accounts.delete, "account", "Remove an account and all it holds",
               admin=True, statuses=(204,), errors=(e.AccountMissing,)),
        _entry("POST /accounts/{account_id}/password", accounts.set_password, "account", "Set somebody's password",
               admin=True, takes=people.PasswordGiven, statuses=(204,), errors=(e.AccountMissing,)),
    ),
    *_chapter(
        "Joining",
        _entry("GET /invitations", accounts.invitations, "account", "Open invitations", admin=True,
               gives=people.Invitations),
        _entry("POST /invitations", accounts.invite, "account", "Invite somebody", admin=True,
               takes=people.NewInvitation, gives=people.NewSecret, statuses=(201,)),
        _entry("DELETE /invitations/{invitation_id}", accounts.withdraw, "account", "Take an invitation back",
               admin=True, statuses=(204,), errors=(e.InvitationMissing,)),
        _entry("POST /join", accounts.join, ANYONE, "Make an account for oneself", takes=people.Join,
               gives=people.Account, statuses=(201,),
               errors=(e.NotAllowed, e.InvitationMissing, e.HandleTaken, e.TooManyAttempts)),
        _entry("GET /signup", accounts.signup, ANYONE, "Who may join", gives=people.Signup),
        _entry("PUT /signup", accounts.set_signup, "account", "Decide who may join", admin=True, takes=people.Signup,
               gives=people.Signup),
    ),
    *_chapter(
        "Files",
        _entry("GET /nodes/root", nodes.root, "files:read", "The root folder", gives=files.Node),
        _entry("GET /nodes/by-path", nodes.by_path, "files:read", "The node at a path", query=files.PathAsked,
               gives=files.Node, errors=(e.NodeMissing,)),
        _entry("GET /nodes/by-path/children", nodes.folder_by_path, "files:read", "A folder and its first entries",
               query=files.FolderAsked, gives=files.Folder, errors=(e.NodeMissing, e.WrongKind)),
        _entry("POST /nodes", nodes.create_folder, "files", "Make a folder", takes=files.NewFolder, headers=(_LOCK,),
               gives=files.Node, statuses=(201,), headers_given=("Location",), errors=_PLACING),
        _entry("GET /nodes/{node_id}", nodes.get, "files:read", "One node, with its path", gives=files.Node,
               errors=(e.NodeMissing,)),
        _entry("PATCH /nodes/{node_id}", nodes.patch, "files", "Rename, move, or set time or type",
               about="Either a new name or folder, or a new time or type.", takes=files.NodeChange, headers=_GUARDED,
               gives=files.Node, errors=(*_PLACING, e.BelowItself)),
        _entry("DELETE /nodes/{node_id}", nodes.delete, "files", "Put in the trash", headers=_GUARDED,
               statuses=(204,), errors=_CHANGING),
        _entry("POST /nodes/{node_id}/copy", nodes.copy, "files", "Copy a file, or a folder with all in it",
               takes=files.NodeCopy, headers=_GUARDED, gives=files.Node, statuses=(201,), headers_given=("Location",),
               errors=(*_STORING, e.BelowItself)),
        _entry("GET /nodes/{node_id}/children", nodes.children, "files:read", "What is in a folder",
               query=files.ChildrenAsked, gives=files.Nodes, errors=(e.NodeMissing, e.WrongKind)),
        _entry("GET /search", nodes.search, "files:read", "Find by names and comments", query=files.SearchAsked,
               gives=files.Found),
    ),
    *_chapter(
        "Content",
        _entry("GET /nodes/{node_id}/content", content.get, "files:read", "The bytes of a file",
               query=files.ContentAsked, headers=_READING, media_given="*/*", statuses=(200, 206, 304),
               headers_given=_CONTENT_GIVES, errors=(e.NodeMissing, e.WrongKind, e.PreconditionFailed),
               own_statuses=(_NO_RANGE,)),
        _entry("HEAD /nodes/{node_id}/content", content.get, "files:read", "Size, type and state of a file",
               query=files.ContentAsked, headers=_READING, media_given="*/*", statuses=(200, 304),
               headers_given=_CONTENT_GIVES, errors=(e.NodeMissing, e.WrongKind, e.PreconditionFailed)),
        _entry("PUT /nodes/{node_id}/content", content.replace, "files", "New content of a file, as a new version",
               query=files.ContentGiven, media_taken=_CONTENT_TAKES, headers=(*_GUARDED, _DIGEST), gives=files.Node,
               errors=(*_STORING, e.ChecksumMismatch, e.ChunksLacking)),
        _entry("PUT /nodes/{node_id}/children/{name}/content", content.create, "files",
               "A new file, or a new version of the one that has the name", query=files.ContentGiven,
               media_taken=_CONTENT_TAKES, headers=(*_GUARDED, _IF_NONE_MATCH, _DIGEST), gives=files.Node,
               statuses=(201, 200), headers_given=("Location",),
               errors=(*_STORING, e.ChecksumMismatch, e.ChunksLacking)),
        _entry("POST /chunks/missing", content.missing_chunks, "files", "Which of these chunks the account lacks",
               about="Those it has are kept for as long as an upload may take.", takes=files.ChunkHashes,
               gives=files.Missing),
        _entry("GET /nodes/{node_id}/zip", zips.get, "files:read", "A folder as one zip archive",
               media_given=zips.MEDIA_TYPE, errors=(e.NodeMissing, e.WrongKind)),
        _entry("POST /bundles", zips.choose, "files:read", "Choose files and folders to be fetched as one",
               about="From wherever they lie. The choice is kept for an hour.", takes=files.NewBundle,
               gives=files.Bundle, statuses=(201,), headers_given=("Location",), errors=(e.NodeMissing, e.BadName)),
        _entry("GET /bundles/{bundle_id}/zip", zips.chosen, "files:read", "What was chosen, as one zip archive",
               about="Each stands under its own name, the second of a name as “name (2)”. What went away meanwhile is"
               " left out.", media_given=zips.MEDIA_TYPE, errors=(e.BundleMissing,)),
    ),
    *_chapter(
        "Versions",
        _entry("GET /nodes/{node_id}/versions", versions.every, "files:read", "Past and present states, newest first",
               query=files.VersionsAsked, gives=files.Versions, errors=(e.NodeMissing,)),
        _entry("GET /nodes/{node_id}/versions/{number}/content", versions.content, "files:read",
               "The bytes of one version", query=files.ContentAsked, headers=_READING, media_given="*/*",
               statuses=(200, 206, 304), headers_given=_CONTENT_GIVES,
               errors=(e.NodeMissing, e.VersionMissing, e.WrongKind, e.PreconditionFailed),
               own_statuses=(_NO_RANGE,)),
        _entry("POST /nodes/{node_id}/versions/{number}/restore", versions.restore, "files",
               "Make it the present state again, as a new version", headers=_GUARDED, gives=files.Node,
               errors=(*_CHANGING, e.VersionMissing, e.WrongKind)),
        _entry("DELETE /nodes/{node_id}/versions/{number}", versions.delete, "files",
               "Remove a past version for good", statuses=(204,),
               errors=(e.NodeMissing, e.VersionMissing, e.Conflict)),
    ),
    *_chapter(
        "Trash",
        _entry("GET /trash", trash.every, "files:read", "What was deleted, newest first", query=files.PageAsked,
               gives=files.Nodes),
        _entry("POST /trash/{node_id}/restore", trash.restore, "files", "Bring it back", takes=files.NodeRestore,
               takes_nothing=True, gives=files.Node, errors=_PLACING),
        _entry("DELETE /trash/{node_id}", trash.purge, "files", "Remove it for good", statuses=(204,),
               errors=(e.NodeMissing,)),
        _entry("DELETE /trash", trash.empty, "files", "Remove everything in the trash for good", gives=files.Emptied),
    ),
    *_chapter(
        "Links",
        _entry("GET /links", links.every, "files:read", "One's own links", query=linking.LinksAsked,
               gives=linking.Links),
        _entry("POST /links", links.create, "files", "Open nodes to whoever holds a key", takes=linking.NewLink,
               gives=linking.Link, statuses=(201,), errors=(e.NodeMissing,)),
        _entry("GET /links/{link_id}", links.get, "files:read", "One link", gives=linking.Link,
               errors=(e.LinkMissing,)),
        _entry("PATCH /links/{link_id}", links.patch, "files", "Change a link", takes=linking.LinkChange,
               gives=linking.Link, errors=(e.LinkMissing,)),
        _entry("DELETE /links/{link_id}", links.delete, "files", "Take a link back", about="In force at once.",
               statuses=(204,), errors=(e.LinkMissing,)),
        _entry("POST /received", links.receive, "files", "Copy what a link opens into a folder of one's own",
               takes=linking.Receipt, gives=files.Node, statuses=(201,), headers_given=("Location",),
               errors=(e.LinkMissing, e.PasswordNeeded, *_STORING, e.BelowItself)),
    ),
    *_chapter(
        "Apps",
        _entry("GET /apps", apps.every, "account", "One's own apps; for administrators, all", gives=programs.Apps),
        _entry("POST /apps", apps.create, "account", "Make an app",
               about="It waits until an administrator lets it in. The secrets are shown this once.",
               takes=programs.NewApp, gives=programs.AppSecrets, statuses=(201,), errors=(e.AccountMissing,)),
        _entry("GET /apps/{app_key}", apps.get, "account", "One app", gives=programs.App, errors=(e.AppMissing,)),
        _entry("PATCH /apps/{app_key}", apps.patch, "account", "Let an app in or shut it out; sign-up; plan; files",
               takes=programs.AppChange, gives=programs.App, errors=(e.AppMissing,)),
        _entry("DELETE /apps/{app_key}", apps.delete, "account", "Remove an app and its tokens", statuses=(204,),
               errors=(e.AppMissing,)),
        _entry("POST /apps/{app_key}/secret", apps.rotate, "account", "A new secret in place of the old one",
               takes=programs.Rotation, gives=programs.AppSecrets, errors=(e.AppMissing,)),
        _entry("GET /apps/{app_key}/usage", apps.usage, "account", "What it did, by day",
               about="Calls are counted as they come and kept once a minute.", query=programs.UsageAsked,
               gives=programs.AppUsage, errors=(e.AppMissing,)),
        _entry("GET /apps/{app_key}/tokens", apps.tokens, "account", "Tokens it holds", query=programs.AppPageAsked,
               gives=programs.AppTokens, errors=(e.AppMissing,)),
        _entry("DELETE /apps/{app_key}/tokens/{grant_id}", apps.end_token, "account", "End one token it holds",
               statuses=(204,), errors=(e.AppMissing, e.GrantMissing)),
        _entry("DELETE /apps/{app_key}/tokens", apps.end_tokens, "account", "End every token it holds",
               statuses=(204,), errors=(e.AppMissing,)),
        _entry("GET /apps/{app_key}/users", apps.users, "account", "Accounts made through the app",
               query=programs.AppPageAsked, gives=programs.AppUsers, errors=(e.AppMissing,)),
        _entry("POST /apps/{app_key}/users", apps.add_user, "account", "Make a test user", takes=programs.NewTestUser,
               gives=programs.AppUser, statuses=(201,), errors=(e.AppMissing, e.HandleTaken)),
        _entry("DELETE /apps/{app_key}/users/{account_id}", apps.remove_user, "account",
               "Remove a user of the app and all it holds", statuses=(204,),
               errors=(e.AppMissing, e.AccountMissing)),
        _entry("GET /app-plans", apps.plans, "account", "The plans that apps are on", gives=programs.AppPlans),
        _entry("PATCH /app-plans/{app_plan}", apps.resize_plan, "account", "Change how many users a plan allows",
               admin=True, takes=programs.AppPlanChange, gives=programs.AppPlans),
    ),
    *_chapter(
        "Sharing",
        _entry("GET /shares", shares.every, "files:read", "What is shared with one, and what one shares",
               gives=sharing.Shares),
        _entry("GET /nodes/{node_id}/members", shares.members, "files:read", "Who can get at a node",
               about="Of a node that is not shared: its owner alone.", gives=sharing.Members,
               errors=(e.NodeMissing,)),
        _entry("POST /nodes/{node_id}/members", shares.add, "files", "Open a folder to people",
               about="An address without an account is invited: hand the secret on as a link.",
               takes=sharing.NewMembers, gives=sharing.Opened, statuses=(201,), errors=(e.NodeMissing, e.WrongKind)),
        _entry("PATCH /nodes/{node_id}/members/{account_id}", shares.set_role, "files", "Change a member's role",
               takes=sharing.RoleChange, gives=sharing.Member, errors=(e.NodeMissing, e.MemberMissing)),
        _entry("DELETE /nodes/{node_id}/members/{account_id}", shares.remove, "files", "Remove a member, or leave",
               about="It counts at once.", statuses=(204,), errors=(e.NodeMissing, e.MemberMissing)),
        _entry("GET /nodes/{node_id}/invitations", shares.invitations, "files", "Open invitations to a folder",
               gives=sharing.ShareInvitations, errors=(e.NodeMissing,)),
        _entry("DELETE /nodes/{node_id}/invitations/{invitation_id}", shares.withdraw, "files",
               "Take an invitation back", statuses=(204,), errors=(e.NodeMissing, e.InvitationMissing)),
        _entry("POST /shares/invitation", shares.invited, ANYONE, "What an invitation is to",
               about="Whoever has the secret may know it, here and on other clouds.",
               takes=sharing.InvitationSecret, gives=sharing.InvitedTo, errors=(e.InvitationMissing,)),
        _entry("POST /shares/guests", elsewhere.receive, ANYONE, "Let another cloud in by an invitation",
               about="For clouds: the invitation is used up, and the token given for it ends with the membership.",
               takes=away.GuestSecret, gives=away.Guest, statuses=(201,), errors=(e.InvitationMissing,)),
        _entry("POST /shares/accept", shares.accept, "files", "Accept an invitation", takes=sharing.InvitationSecret,
               gives=files.Node, statuses=(201,), headers_given=("Location",), errors=(e.InvitationMissing,)),
    ),
    *_chapter(
        "Folders on other clouds",
        _entry("GET /elsewhere", elsewhere.every, "files:read", "Folders on other clouds that are open to one",
               about="Nobody outside is asked: a cloud that does not answer holds nothing up.",
               gives=away.ElsewhereFolders),
        _entry("POST /elsewhere", elsewhere.add, "files", "Take an invitation of another cloud",
               takes=away.NewElsewhere, gives=away.ElsewhereFolder, statuses=(201,),
               errors=(*_THERE, e.InvitationMissing)),
        _entry("POST /elsewhere/invitation", elsewhere.look, "files", "What an invitation of another cloud is to",
               about="It stays unused.", takes=away.ElsewhereLink, gives=away.ElsewhereOffer,
               errors=(e.InvitationMissing, e.PeerUnreachable)),
        _entry("GET /elsewhere/{folder_id}", elsewhere.get, "files:read", "One of them", gives=away.ElsewhereFolder,
               errors=(e.NodeMissing,)),
        _entry("DELETE /elsewhere/{folder_id}", elsewhere.leave, "files", "Leave it",
               about="The other cloud is told, if it answers.", statuses=(204,), errors=(e.NodeMissing,)),
        _entry("GET /elsewhere/{folder_id}/items/{item_id}", elsewhere.item, "files:read", "A file or folder in it",
               gives=away.ElsewhereItem, errors=_THERE),
        _entry("PATCH /elsewhere/{folder_id}/items/{item_id}", elsewhere.change, "files", "Rename it, move it",
               takes=away.ElsewhereChange, gives=away.ElsewhereItem, errors=_THERE),
        _entry("DELETE /elsewhere/{folder_id}/items/{item_id}", elsewhere.delete, "files", "Put it in the trash there",
               statuses=(204,), errors=_THERE),
        _entry("GET /elsewhere/{folder_id}/items/{item_id}/children", elsewhere.children, "files:read",
               "What is in a folder there", gives=away.ElsewhereItems, errors=_THERE),
        _entry("POST /elsewhere/{folder_id}/items/{item_id}/children", elsewhere.create_folder, "files",
               "Make a folder there", takes=away.NewElsewhereFolder, gives=away.ElsewhereItem, statuses=(201,),
               errors=_THERE),
        _entry("GET /elsewhere/{folder_id}/items/{item_id}/content", elsewhere.content, "files:read",
               "The content of a file there", media_given=_ANY_BYTES, headers_given=("Content-Disposition",),
               errors=_THERE),
        _entry("PUT /elsewhere/{folder_id}/items/{item_id}/content", elsewhere.replace, "files",
               "New content for a file there", media_taken=_ANY_BYTES, gives=away.ElsewhereItem, errors=_THERE),
        _entry("PUT /elsewhere/{folder_id}/items/{item_id}/children/{name}/content", elsewhere.create, "files",
               "A new file there", media_taken=_ANY_BYTES, gives=away.ElsewhereItem, statuses=(201,), errors=_THERE),
    ),
    *_chapter(
        "Comments",
        _entry("GET /nodes/{node_id}/comments", comments.every, "files:read", "What people wrote about it",
               query=remarks.CommentsAsked, gives=remarks.Comments, errors=(e.NodeMissing,)),
        _entry("POST /nodes/{node_id}/comments", comments.add, "files", "Write a comment",
               about="Whoever has a role there may. “@name” mentions somebody who has it too.",
               takes=remarks.NewComment, gives=remarks.Comment, statuses=(201,),
               errors=(e.NodeMissing, e.QuotaExceeded)),
        _entry("DELETE /nodes/{node_id}/comments/{comment_id}", comments.remove, "files", "Delete one's own comment",
               statuses=(204,), errors=(e.NodeMissing, e.CommentMissing)),
        _entry("GET /nodes/{node_id}/activity", comments.activity, "files:read",
               "Who did what with it, or in it and below", query=remarks.ActsAsked, gives=remarks.Acts,
               errors=(e.NodeMissing,)),
    ),
    *_chapter(
        "Uploads",
        _entry("POST /uploads", uploads.create, "files", "Start a resumable upload (tus 1.0.0)", about=_TUS_ABOUT,
               media_taken=tus.MEDIA_TYPE,
               headers=(_TUS, _LENGTH, _DEFER, _METADATA, _CHECKSUM, *_GUARDED, _IF_NONE_MATCH), statuses=(201,),
               headers_given=("Location", *_TUS_GIVES), errors=(*_STORING, e.OffsetMismatch, WrongTusVersion),
               own_statuses=(_SUM,)),
        _entry("HEAD /uploads/{upload_id}", uploads.head, "files", "How far an upload has come", headers=(_TUS,),
               headers_given=("Upload-Length", "Upload-Metadata", *_TUS_GIVES),
               errors=(e.UploadMissing, WrongTusVersion)),
        _entry("PATCH /uploads/{upload_id}", uploads.patch, "files", "Go on with an upload",
               about="The answer to the last part names the node.", media_taken=tus.MEDIA_TYPE,
               headers=(_TUS, _OFFSET, _LENGTH, _CHECKSUM), statuses=(204,), headers_given=_TUS_GIVES,
               errors=(*_STORING, e.UploadMissing, e.OffsetMismatch, WrongType, WrongTusVersion),
               own_statuses=(_SUM,)),
        _entry("DELETE /uploads/{upload_id}", uploads.delete, "files", "End an upload and drop what arrived",
               headers=(_TUS,), statuses=(204,), headers_given=("Tus-Resumable",),
               errors=(e.UploadMissing, WrongTusVersion)),
    ),
    *_chapter(
        "Photos",
        _entry("GET /photos", photos.every, "photos", "Photos, newest first",
               about="In the order of the clocks by which they were taken.", query=pictures.PhotosAsked,
               gives=pictures.Photos, errors=(e.NodeMissing, e.WrongKind)),
        _entry("GET /photos/timeline", photos.timeline, "photos", "How many photos each month has",
               query=pictures.TimelineAsked, gives=pictures.Timeline),
        _entry("GET /photos/places", photos.places, "photos", "Where one's photos were taken",
               about="Coordinates in groups: nothing is asked of anybody's maps.", query=pictures.PlacesAsked,
               gives=pictures.Places),
        _entry("GET /photos/duplicates", photos.duplicates, "photos", "One's photos that are there more than once",
               query=pictures.DuplicatesAsked, gives=pictures.DuplicateGroups),
        _entry("POST /photos/known", photos.known, "photos", "Which of these hashes one's photos have",
               about="So that a phone sends nothing twice.", takes=pictures.HashesAsked, gives=pictures.Known),
        _entry("GET /photos/albums", albums.every, "photos", "One's albums, by name", gives=pictures.Albums),
        _entry("POST /photos/albums", albums.create, "photos", "Make an album", takes=pictures.NewAlbum,
               gives=pictures.Album, statuses=(201,), headers_given=("Location",),
               errors=(e.AlbumMissing, e.NodeMissing, e.WrongKind)),
        _entry("GET /photos/albums/{album_id}", albums.get, "photos", "One album", gives=pictures.Album,
               errors=(e.AlbumMissing,)),
        _entry("PATCH /photos/albums/{album_id}", albums.patch, "photos", "Rename an album, move it, choose its cover",
               takes=pictures.AlbumChange, gives=pictures.Album,
               errors=(e.AlbumMissing, e.NodeMissing, e.BelowItself)),
        _entry("DELETE /photos/albums/{album_id}", albums.delete, "photos", "Remove an album",
               about="Photos stay; albums in it move up.", statuses=(204,), errors=(e.AlbumMissing,)),
        _entry("GET /photos/albums/{album_id}/photos", albums.photos, "photos", "What is in an album",
               query=pictures.AlbumPhotosAsked, gives=pictures.Photos, errors=(e.AlbumMissing,)),
        _entry("POST /photos/albums/{album_id}/photos", albums.fill, "photos", "Put photos in and take others out",
               takes=pictures.AlbumFilling, gives=pictures.Album, errors=(e.AlbumMissing, e.NodeMissing, e.Conflict)),
        _entry("GET /photos/{node_id}", photos.get, "photos", "One photo, with what its camera wrote",
               gives=pictures.PhotoDetails, errors=_NO_PHOTO),
        _entry("PATCH /photos/{node_id}", photos.patch, "files", "Say when and where it was taken",
               takes=pictures.PhotoChange, gives=pictures.PhotoDetails, errors=_NO_PHOTO),
        _entry("GET /photos/{node_id}/thumbnail", photos.thumbnail, "photos", "A small picture of it",
               query=pictures.ThumbnailAsked, headers=(_READING[0],), media_given=WEBP, statuses=(200, 304),
               headers_given=("ETag", "Cache-Control"), errors=(*_NO_PHOTO, e.ThumbnailMissing, e.PreconditionFailed)),
        _entry("GET /photos/{node_id}/likes", photos.likes, "photos", "Who likes it", gives=pictures.Likes,
               errors=_NO_PHOTO),
        _entry("PUT /photos/{node_id}/like", photos.like, "photos", "Like it", gives=pictures.Likes,
               errors=_NO_PHOTO),
        _entry("DELETE /photos/{node_id}/like", photos.unlike, "photos", "Like it no longer", gives=pictures.Likes,
               errors=_NO_PHOTO),
        _entry("PUT /photos/{node_id}/favourite", photos.favour, "photos", "Make it one's favourite",
               gives=pictures.Favourite, errors=_NO_PHOTO),
        _entry("DELETE /photos/{node_id}/favourite", photos.disfavour, "photos", "A favourite no longer",
               gives=pictures.Favourite, errors=_NO_PHOTO),
    ),
    *_chapter(
        "Documents",
        _entry("GET /databases", databases.every, "docs", "Databases of documents", query=papers.DatabasesAsked,
               gives=papers.Databases),
        _entry("PUT /databases/{database}", databases.create, "docs", "Make a database",
               about="One that is there stays as it is.", gives=papers.Database, statuses=(201, 200),
               errors=(e.BadValue,)),
        _entry("GET /databases/{database}", databases.get, "docs", "One database", gives=papers.Database,
               errors=_DATABASE),
        _entry("DELETE /databases/{database}", databases.delete, "docs", "Delete a database for good",
               about="With all its documents.", statuses=(204,), errors=_DATABASE),
        _entry("GET /databases/{database}/documents", databases.documents, "docs", "Documents, by id",
               query=papers.DocumentsAsked, gives=papers.Documents, errors=_DATABASE),
        _entry("POST /databases/{database}/documents", databases.add, "docs", "A new document, under an id of its own",
               media_taken=body.JSON, gives=papers.DocumentState, statuses=(201,), headers_given=("Location", "ETag"),
               errors=_WRITING),
        _entry("GET /databases/{database}/documents/{doc_id}", databases.read, "docs", "One document, to the letter",
               media_given=body.JSON, headers_given=("ETag", "Nuvol-Has-Conflicts"),
               errors=(*_DATABASE, e.DocumentDoesNotExist)),
        _entry("PUT /databases/{database}/documents/{doc_id}", databases.put, "docs", "Put a document",
               about="Without If-Match it must not be there yet.", media_taken=body.JSON, headers=(_IF_REV,),
               gives=papers.DocumentState, statuses=(201, 200), headers_given=("ETag",),
               errors=(*_WRITING, e.RevisionConflict, e.ConflictedDoc)),
        _entry("DELETE /databases/{database}/documents/{doc_id}", databases.remove, "docs", "Delete a document",
               about="Peers learn of it; putting it again brings it back.", headers=(_IF_REV,),
               gives=papers.DocumentState, headers_given=("ETag",),
               errors=(*_DATABASE, e.DocumentDoesNotExist, e.DocumentAlreadyDeleted, e.RevisionConflict,
                       e.ConflictedDoc, e.BadValue)),
        _entry("GET /databases/{database}/documents/{doc_id}/conflicts", databases.conflicts, "docs",
               "The values of a document in conflict", gives=papers.Conflicts, errors=_DATABASE),
        _entry("POST /databases/{database}/documents/{doc_id}/resolve", databases.resolve, "docs",
               "Decide a conflict", takes=papers.Resolution, gives=papers.DocumentState, headers_given=("ETag",),
               errors=(*_WRITING, e.DocumentDoesNotExist)),
        _entry("GET /databases/{database}/indexes", databases.indexes, "docs", "Indexes", gives=papers.Indexes,
               errors=_DATABASE),
        _entry("PUT /databases/{database}/indexes/{index}", databases.create_index, "docs", "Make an index",
               about="One that is there and equal stays as it is.", takes=papers.NewIndex, gives=papers.Index,
               errors=(*_DATABASE, e.IndexDefinitionParseError, e.IndexNameTakenError)),
        _entry("DELETE /databases/{database}/indexes/{index}", databases.remove_index, "docs", "Remove an index",
               statuses=(204,), errors=_DATABASE),
        _entry("GET /databases/{database}/indexes/{index}/keys", databases.keys, "docs", "The values in an index",
               gives=papers.Keys, errors=(*_DATABASE, e.IndexDoesNotExist)),
        _entry("POST /databases/{database}/query", databases.query, "docs", "Find documents by an index",
               takes=papers.Query, gives=papers.Found,
               errors=(*_DATABASE, e.IndexDoesNotExist, e.InvalidValueForIndex, e.InvalidGlobbing)),
        _entry("GET /databases/{database}/changes", databases.changes, "docs", "What changed since",
               about="Each document once, with its newest change. `/changes/live` tells when there is something.",
               query=papers.DocumentChangesAsked, gives=papers.DocumentChanges,
               errors=(*_DATABASE, e.InvalidGeneration)),
        _entry("GET /databases/{database}/snapshot", databases.snapshot, "docs", "Everything, for a new replica",
               about="As the answer to a sync exchange of U1DB.", query=papers.SnapshotAsked,
               media_given=stream.MEDIA_TYPE, errors=(*_DATABASE, e.InvalidGeneration)),
        _entry("GET /databases/{database}/sync-from/{replica}", databases.sync_info, "docs",
               "How far a sync with this replica has come", gives=papers.SyncState, errors=_DATABASE),
        _entry("PUT /databases/{database}/sync-from/{replica}", databases.record, "docs",
               "Note how much the database has of this replica", takes=papers.KnownGiven, statuses=(204,),
               errors=_DATABASE),
        _entry("POST /databases/{database}/sync-from/{replica}", databases.sync, "docs",
               "Sync with this replica: one exchange of U1DB", media_taken=stream.MEDIA_TYPE,
               media_given=stream.MEDIA_TYPE,
               errors=(*_WRITING, e.InvalidRevision, e.InvalidGeneration, e.InvalidTransactionId, e.BrokenSyncStream)),
    ),
    *_chapter(
        "Changes",
        _entry("GET /changes", live.changes, SIGNED_IN, "What happened since",
               about=f"With `wait`, the answer comes as soon as something happens. {_SEEN}", query=journal.ChangesAsked,
               gives=journal.Changes),
        _entry("GET /changes/live", live.live, SIGNED_IN, "What happens, as server-sent events",
               about=f"{_LIVE_ABOUT} {_SEEN}",
               query=journal.LiveAsked, headers=(_LAST,), media_given=live.MEDIA_TYPE),
    ),
)
# fmt: on
