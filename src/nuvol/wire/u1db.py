"""U1DB over HTTP: addresses, arguments, small bodies and errors as values (u1db.md 7). Streams are in `u1db.stream`."""

import json
import math
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from nuvol import errors
from nuvol.errors import CloudError, Malformed
from nuvol.model import documents as names
from nuvol.u1db import stream
from nuvol.u1db.document import Document
from nuvol.u1db.sync import SyncInfo
from nuvol.u1db.table import Known

VERSION = "0.1.4"
"""Of the protocol: that of the implementation which defines it."""

JSON = "application/json"
BODY_LIMIT = 15 << 20
"""Bytes of a document as it is put; the reference's limit for every body."""
UID_LIMIT = 255
"""Characters of a replica's uid: it is part of keys."""

ENDING = ".u1db"

_ERRORS: dict[type[CloudError], tuple[str, int]] = {
    **stream.WIRE,
    errors.AccessRevoked: ("unauthorized", 401),
    errors.NotAllowed: ("unauthorized", 403),
    errors.TooManyAttempts: ("unauthorized", 401),
    errors.StoreFull: ("unavailable", 503),
}
"""Those of the library, and what only a server meets. The protocol knows no 413."""


class Place(Struct, frozen=True):
    """What an address names: a database, and in it `docs`, `doc` (with an id) or `sync-from` (with a replica's uid);
    `part` "": the database itself."""

    database: str
    part: str = ""
    name: str = ""


def place(path: str) -> Place:
    """`path`: decoded, from the name of the database on. Raises Malformed."""
    database, *rest = path.split("/", 2)
    database = database.removesuffix(ENDING)
    if not names.is_name(database):
        raise Malformed("The address does not begin with the name of a database.")
    if not rest:
        return Place(database)
    part = rest[0]
    if part == "docs" and len(rest) == 1:
        return Place(database, part)
    if part == "doc" and len(rest) == 2:
        return Place(database, part, rest[1])
    if part == "sync-from" and len(rest) == 2 and 0 < len(rest[1]) <= UID_LIMIT and not set(rest[1]) & set("/|:"):
        return Place(database, part, rest[1])
    raise Malformed("There is nothing at this address.")


def arguments(params: Mapping[str, str], *known: str) -> dict[str, str]:
    """The query, of which blank values count as absent and OAuth's are none of ours. Raises Malformed."""
    found = {name: value for name, value in params.items() if value and not name.startswith("oauth_")}
    if not set(found) <= set(known):
        raise Malformed("The query has arguments that nobody knows here.")
    return found


def empty(body: bytes) -> None:
    """Raises Malformed unless it is an empty object."""
    _object(body, {})


def known(body: bytes) -> Known:
    """How far a peer has come, as it says itself. Raises Malformed."""
    told = _object(body, {"generation": int, "transaction_id": str})
    if not 0 <= told["generation"] < 1 << 62 or len(told["transaction_id"]) > UID_LIMIT:
        raise Malformed("This is no generation and transaction id.")
    return Known(told["generation"], told["transaction_id"])


def _object(body: bytes, keys: Mapping[str, type]) -> dict[str, Any]:
    try:
        told = msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Malformed("The body is no JSON object.") from None
    if told.keys() != keys.keys() or any(type(told[name]) is not kind for name, kind in keys.items()):
        raise Malformed(f"The body must have exactly the keys {', '.join(keys) or '(none)'}.")
    return told


def written(value: Any) -> bytes:
    """A small body, spaced and ended as the reference does."""
    return json.dumps(value).encode() + b"\r\n"


def entry(document: Document) -> bytes:
    """A document in the answer to `docs`: its text travels as a JSON string."""
    return msgspec.json.encode(
        {
            "doc_id": document.doc_id,
            "doc_rev": document.rev,
            "content": document.get_json(),
            "has_conflicts": document.has_conflicts,
        }
    )


def sync_info(of: SyncInfo, source: str) -> dict[str, str | int]:
    """Mind the name of the last one."""
    return {
        "target_replica_uid": of.target_replica_uid,
        "target_replica_generation": of.target_generation,
        "target_replica_transaction_id": of.target_transaction_id,
        "source_replica_uid": source,
        "source_replica_generation": of.source_generation,
        "source_transaction_id": of.source_transaction_id,
    }


def answer(error: CloudError) -> tuple[int, list[tuple[str, str]], bytes]:
    """Status, headers and body."""
    name, status = next(_ERRORS[kind] for kind in type(error).__mro__ if kind in _ERRORS)
    told = {"error": name}
    headers = [("Content-Type", JSON), ("Cache-Control", "no-cache")]
    if status == 401:
        told["message"] = str(error)
        headers.append(("WWW-Authenticate", 'Basic realm="Nuvol"'))
    if isinstance(error, errors.TooManyAttempts | errors.Busy):
        headers.append(("Retry-After", str(math.ceil(error.wait))))
    return status, headers, written(told)
