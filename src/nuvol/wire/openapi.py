"""The table of the native API's operations turned into an OpenAPI 3.1 document.

Nothing is written twice: shapes come from the msgspec structs that read and write the bodies, the rest from the
`Operation`s by which the router works.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from nuvol import errors
from nuvol.errors import CloudError
from nuvol.model.documents import NAME_PATTERN
from nuvol.wire.api import body, problems
from nuvol.wire.api.values import ID_LIMIT

PREFIX = "/api/v1"

ANYONE = None
"""Scope of an operation that needs no sign-in."""
SIGNED_IN = "any"
"""Scope of an operation that any way in may call."""


class Header(Struct, frozen=True):
    """A header that an operation reads."""

    name: str
    about: str
    required: bool = False
    pattern: str | None = None


class Operation(Struct, frozen=True, kw_only=True):
    """One method of one address: who may call it, what it takes, what it gives."""

    method: str
    path: str
    """Below the prefix, with {names} for what varies: "/nodes/{node_id}"."""
    noun: str = ""
    """The chapter it stands in."""
    summary: str
    about: str = ""
    scope: str | None
    """ANYONE, SIGNED_IN, or the scope that the caller's way in must have."""
    admin: bool = False
    """Only an administrator may call it."""
    query: type[Struct] | None = None
    takes: Any = None
    """Struct of the JSON body; None: no body, or that of `media_taken`."""
    takes_nothing: bool = False
    """Without a body it is as if that were {}."""
    media_taken: str | None = None
    headers: tuple[Header, ...] = ()
    gives: Any = None
    """Struct of the JSON answer; None: no body, or that of `media_given`."""
    media_given: str | None = None
    statuses: tuple[int, ...] = (200,)
    """When all went well; the first is the usual one."""
    headers_given: tuple[str, ...] = ()
    errors: tuple[type[CloudError], ...] = ()
    """What can go wrong beside what every operation of its kind may answer."""
    own_statuses: tuple[tuple[int, str], ...] = ()
    """Statuses of its protocol that no error of the table has, and what they mean."""

    @property
    def reads_json(self) -> bool:
        return self.takes is not None

    @property
    def name(self) -> str:
        """Unique, for generators of clients: `get_nodes_node_id_children`."""
        return self.method.lower() + re.sub(r"\W+", "_", self.path).rstrip("_")


_TEXT = {"type": "string"}
_ID = {"type": "integer", "minimum": 1, "exclusiveMaximum": ID_LIMIT}
_PATH_KINDS: dict[str, dict[str, Any]] = {
    "name": {"type": "string", "minLength": 1, "description": "Percent-encoded."},
    "upload_id": _TEXT,
    "invitation_id": _TEXT,
    "comment_id": _TEXT,
    "database": {**_TEXT, "pattern": f"^{NAME_PATTERN}$"},
    "doc_id": {**_TEXT, "pattern": "^[a-zA-Z0-9.%_-]{1,500}$", "description": "Percent-encoded."},
    "replica": {"type": "string", "minLength": 1, "description": "The replica's uid, without “:” and “|”."},
    "index": {"type": "string", "minLength": 1, "maxLength": 255, "description": "Percent-encoded."},
    "app_key": {"type": "string", "minLength": 1, "description": "Percent-encoded."},
    "app_plan": {"enum": ["prototype", "paid"]},
}

WORDS = frozenset(_PATH_KINDS)
"""What varies in an address and is no number."""

_SUCCESS = {
    200: "Done.",
    201: "Made.",
    204: "Done; nothing to tell.",
    206: "The ranges that were asked for.",
    304: "It has not changed.",
}

_SCHEMES: dict[str, Any] = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "A session token (`POST /session`) or a bearer token (`POST /tokens`).",
    },
    "basic": {
        "type": "http",
        "scheme": "basic",
        "description": "Account name or address, with an app password or the account's password.",
    },
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": "nuvol",
        "description": "The session of a browser; its name is `__Host-nuvol` over TLS. Other methods than GET and"
        " HEAD need an Origin of this server.",
    },
}


def document(operations: Sequence[Operation], version: str) -> dict[str, Any]:
    """The whole document. `version`: that of the product."""
    shapes = _Shapes(operations)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, shapes)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Nuvol",
            "version": version,
            "summary": "Accounts, files, versions, uploads, documents and the journal of a Nuvol cloud.",
            "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        },
        "servers": [{"url": PREFIX}],
        "tags": [{"name": noun} for noun in dict.fromkeys(operation.noun for operation in operations)],
        "paths": paths,
        "components": {"schemas": shapes.components, "securitySchemes": _SCHEMES},
    }


class _Shapes:
    """The JSON schemas of all structs, by the type that asks for them."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        kinds: list[Any] = [problems.Problem]
        for operation in operations:
            kinds += [kind for kind in (operation.takes, operation.gives, operation.query) if kind is not None]
        self._kinds = list(dict.fromkeys(kinds))
        schemas, self.components = msgspec.json.schema_components(
            self._kinds, ref_template="#/components/schemas/{name}"
        )
        self._schemas = list(schemas)

    def of(self, kind: Any) -> dict[str, Any]:
        return self._schemas[self._kinds.index(kind)]

    def fields(self, kind: type[Struct]) -> tuple[dict[str, Any], list[str]]:
        """Properties and required names of a struct."""
        shape = self.components[kind.__name__]
        return shape["properties"], shape["required"]


def _operation(operation: Operation, shapes: _Shapes) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.noun],
        "summary": operation.summary,
        "security": _security(operation),
        "parameters": _parameters(operation, shapes),
        "responses": _responses(operation, shapes),
    }
    if about := " ".join(filter(None, (operation.about, _who(operation)))):
        told["description"] = about
    if operation.takes is not None:
        content = {body.JSON: {"schema": shapes.of(operation.takes)}}
        told["requestBody"] = {"required": not operation.takes_nothing, "content": content}
    elif operation.media_taken is not None:
        told["requestBody"] = {"required": False, "content": {kind: {} for kind in operation.media_taken.split(", ")}}
    return told


def _who(operation: Operation) -> str:
    if operation.scope is ANYONE:
        return "Anyone may call it."
    if operation.admin:
        return "Administrators only."
    return "" if operation.scope == SIGNED_IN else f"Needs the scope `{operation.scope}`."


def _security(operation: Operation) -> list[dict[str, list[str]]]:
    if operation.scope is ANYONE:
        return []
    scopes = [] if operation.scope == SIGNED_IN else [operation.scope]
    return [{scheme: scopes} for scheme in _SCHEMES]


def _parameters(operation: Operation, shapes: _Shapes) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": _PATH_KINDS.get(name, _ID)}
        for name in re.findall(r"{(\w+)}", operation.path)
    ]
    if operation.query is not None:
        properties, required = shapes.fields(operation.query)
        found += [
            {"name": name, "in": "query", "required": name in required, "schema": schema}
            for name, schema in properties.items()
        ]
    for header in operation.headers:
        schema = _TEXT if header.pattern is None else {**_TEXT, "pattern": header.pattern}
        told = {"name": header.name, "in": "header", "required": header.required, "description": header.about}
        found.append({**told, "schema": schema})
    return found


def _responses(operation: Operation, shapes: _Shapes) -> dict[str, Any]:
    found: dict[str, Any] = {}
    headers = {name: {"schema": _TEXT} for name in operation.headers_given}
    for status in operation.statuses:
        answer: dict[str, Any] = {"description": _SUCCESS[status]}
        if headers:
            answer["headers"] = headers
        if operation.gives is not None and status not in (204, 304):
            answer["content"] = {body.JSON: {"schema": shapes.of(operation.gives)}}
        elif operation.media_given is not None and status not in (204, 304):
            answer["content"] = {kind: {} for kind in operation.media_given.split(", ")}
        found[str(status)] = answer
    problem = {body.PROBLEM: {"schema": shapes.of(problems.Problem)}}
    for status, codes in sorted(_failures(operation).items()):
        words = ", ".join(f"`{code}`" for code in codes)
        found[str(status)] = {"description": words, "content": problem}
    for status, about in operation.own_statuses:
        found[str(status)] = {"description": about, "content": problem}
    found["default"] = {"description": "Anything else that failed.", "content": problem}
    return found


def _failures(operation: Operation) -> dict[int, list[str]]:
    """The codes of all errors an operation may answer, by status."""
    kinds: list[type[CloudError]] = [errors.Malformed, errors.Busy, *operation.errors]
    if operation.scope is not ANYONE:
        kinds += [errors.NotAdmitted, errors.NotAllowed, errors.TooManyAttempts]
    if operation.reads_json:
        kinds += [errors.BadValue, errors.TooLarge, problems.WrongType]
    found: dict[int, list[str]] = {}
    for kind in dict.fromkeys(kinds):
        found.setdefault(problems.status_of(kind), []).append(kind.code)
    return found
