"""Every function of eyeOS's programming interface by its name, as a command (eyeos.md e).

python -m nuvol.apps.eyeos.functions '{"function": "calendar.manager.createEvent", "arguments": {"event": {…}}}'

Arguments are an object, or a list in the order of the function. Where one is called `oauth`, it is `{"token": {"key",
"secret"}}`, with `verifier` and `config` as in the envelope of a script; `credentials` are those of a U1DB server, and
`cloud` is one of the settings.
"""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import nuvol.u1db as u1db
from nuvol.apps.eyeos import resources, scripts, storage
from nuvol.apps.eyeos.calendars import Calendars
from nuvol.apps.eyeos.comments import Comments
from nuvol.apps.eyeos.credentials import Credentials
from nuvol.apps.eyeos.databases import Content, Replicas
from nuvol.apps.eyeos.desk import Desk
from nuvol.apps.eyeos.managers import (
    CalendarManager,
    CloudsManager,
    CommentManager,
    OAuthManager,
    ShareManager,
    StorageManager,
)
from nuvol.apps.eyeos.oauth_credentials import OauthCredentials
from nuvol.apps.eyeos.protocol import Protocol
from nuvol.sdk.oauth1 import Pair
from nuvol.u1db import Document

Function = Callable[..., Any]
"""Takes the desk, then its arguments."""


# -------------------------------------------------------------------------------------------------- documents


def _in(call: Function) -> Function:
    """`call` takes a database, which comes by the name of its file."""

    def opened(desk: Desk, database: str, *args: Any, **kwargs: Any) -> Any:
        folder = desk.settings.databases
        folder.mkdir(parents=True, exist_ok=True)
        with u1db.open(folder / f"{database}.u1db", create=True) as replica:
            return call(replica, *args, **kwargs)

    return opened


def _shown(document: Document) -> Content:
    return {"doc_id": document.doc_id, "rev": document.rev, "json": document.get_json()}


def _read(doc: Content) -> Document:
    return Document(doc.get("doc_id"), doc.get("rev"), doc.get("json"))


def _create(replica: u1db.Database, json: str, doc_id: str | None = None) -> Content:
    return _shown(replica.create_doc_from_json(json, doc_id))


def _put(replica: u1db.Database, doc: Content) -> str:
    return replica.put_doc(_read(doc))


def _delete(replica: u1db.Database, doc: Content) -> str:
    return replica.delete_doc(_read(doc))


def _found(replica: u1db.Database, index_name: str, *key_values: str) -> list[Content]:
    return [_shown(document) for document in replica.get_from_index(index_name, *key_values)]


def _set_json(desk: Desk, doc: Content, json: str) -> Content:
    document = _read(doc)
    document.set_json(json)
    return _shown(document)


# --------------------------------------------------------------------------------- objects and the storage API


def _of(make: Callable[..., Any], *names: str, wants: Sequence[str] = ()) -> dict[str, Function]:
    """Methods of what `make` makes of a desk and of the arguments that it `wants`."""

    def method(name: str) -> Function:
        def call(desk: Desk, *args: Any, **kwargs: Any) -> Any:
            wanted = {one: kwargs.pop(one) for one in wants if one in kwargs}
            return getattr(make(desk, **wanted), name)(*args, **kwargs)

        return call

    return {name: method(name) for name in names}


def _calendars(desk: Desk, credentials: Content | None = None) -> Calendars:
    return Calendars(Replicas(desk.settings, credentials))


def _comments(desk: Desk, credentials: Content | None = None) -> Comments:
    return Comments(Replicas(desk.settings, credentials))


def _stored(function: Function) -> Function:
    def call(desk: Desk, oauth: Content, *args: Any, **kwargs: Any) -> Any:
        config = oauth.get("config") or {}
        return function(_cloud(desk, oauth).storage(_pair(oauth["token"]), config), *args, **kwargs)

    return call


def _cloud(desk: Desk, oauth: Content) -> OauthCredentials:
    return OauthCredentials(desk.settings.cloud((oauth.get("config") or {}).get("cloud")))


def _pair(token: Mapping[str, Any]) -> Pair:
    return Pair(str(token["key"]), str(token["secret"]))


def _told(pair: Pair) -> Content:
    return {"key": pair.key, "secret": pair.secret}


FUNCTIONS: Mapping[str, Mapping[str, Function]] = {
    "u1db": {
        "create_doc_from_json": _in(_create),
        "created_doc_from_json": _in(_create),
        "put_doc": _in(_put),
        "set_json": _set_json,
        "delete_doc": _in(_delete),
        "create_index": _in(u1db.Database.create_index),
        "get_from_index": _in(_found),
        "sync": _in(u1db.Database.sync),
    },
    "persistence.manager": _of(lambda desk: desk, "callProcessCredentials"),
    "persistence.api": {
        "getRequestToken": lambda desk: _told(Credentials(desk.settings).getRequestToken()),
        "authorizeRequestToken": lambda desk, token: Credentials(desk.settings).authorizeRequestToken(_pair(token)),
        "getAccessToken": lambda desk, token, verifier: Credentials(desk.settings).login(_pair(token), verifier),
        "protocol": lambda desk, params: Protocol(desk.settings).protocol(params),
    },
    "calendar.manager": _of(
        CalendarManager,
        *("synchronizeCalendars", "insertCalendars", "deleteCalendars", "synchronizeCalendar", "createEvent"),
        *("deleteEvent", "updateEvent", "moveEvent", "deleteCalendarAndEventsByUser"),
    ),
    "calendar.api": _of(
        _calendars,
        *("selectCalendar", "insertCalendar", "updateCalendar", "deleteCalendar", "selectEvent", "insertEvent"),
        *("deleteEvent", "updateEvent", "selectCalendarsAndEvents", "deleteCalendarUser"),
        wants=["credentials"],
    ),
    "comment.manager": _of(CommentManager, "getComments", "createComment", "deleteComments", "deleteComment"),
    "comment.api": _of(_comments, "getComments", "createComment", "deleteComment", wants=["credentials"]),
    "oauth.manager": _of(OAuthManager, "getRequestToken", "getAccessToken", wants=["cloud"]),
    "oauth.api": {
        "getRequestToken": lambda desk, oauth: _cloud(desk, oauth).getRequestToken(),
        "getAccessToken": lambda desk, oauth: _cloud(desk, oauth).getAccessToken(
            _pair(oauth["token"]), oauth["verifier"]
        ),
    },
    "storage.manager": _of(
        StorageManager,
        *("getMetadata", "getSkel", "createMetadata", "downloadMetadata", "deleteMetadata", "renameMetadata"),
        *("moveMetadata", "listVersions", "getFileVersionData", "forget"),
        wants=["cloud", "config"],
    ),
    "storage.api": {
        name: _stored(getattr(storage, name))
        for name in (
            *("getMetadata", "updateMetadata", "createMetadata", "uploadFile", "downloadFile", "deleteMetadata"),
            *("getFileVersions", "getFileVersionData"),
        )
    },
    "share.manager": _of(ShareManager, "getListUsersShare", "shareFolder", wants=["cloud", "config"]),
    "share.api": {name: _stored(getattr(storage, name)) for name in ("getListUsersShare", "shareFolder")},
    "cloud.manager": _of(
        CloudsManager,
        *resources.TYPES,
        *("unLockedFile", "getMetadataFolder", "getCloudsList", "getOauthUrlCloud", "getControlVersionCloud"),
        *("getControlCommentsCloud", "getControlCalendarCloud"),
        wants=["cloud", "config"],
    ),
    "cloud.api": {name: _stored(function) for name, function in resources.TYPES.items()},
}
"""By group: the documents themselves, then a manager and the interface below it for each part of eyeOS; `cloud` is what
2015 added."""


def call(desk: Desk, params: Content) -> Any:
    """Raises KeyError when there is no such function."""
    group, _, name = str(params["function"]).rpartition(".")
    arguments = params.get("arguments") or {}
    function = FUNCTIONS[group][name]
    return function(desk, **arguments) if isinstance(arguments, dict) else function(desk, *arguments)


def answer(arguments: Sequence[str]) -> Any:
    """Of the command. Another number of arguments than one: False."""
    return call(Desk(Path.cwd()), json.loads(arguments[0])) if len(arguments) == 1 else False


def main(arguments: Sequence[str] | None = None) -> int:
    return scripts.run(answer, sys.argv[1:] if arguments is None else arguments)


if __name__ == "__main__":
    sys.exit(main())
