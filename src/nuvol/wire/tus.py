"""tus 1.0.0, the protocol of resumable uploads: its headers (https://tus.io/protocols/resumable-upload)."""

from base64 import b64decode
from typing import Protocol

import msgspec
from msgspec import Struct

from nuvol import errors
from nuvol.errors import BadValue, CloudError
from nuvol.wire.api import problems
from nuvol.wire.api.values import ID_LIMIT, Id, Mime, TimeGiven, essence, microseconds

VERSION = "1.0.0"
EXTENSIONS = ["creation", "creation-defer-length", "creation-with-upload", "checksum", "expiration", "termination"]
CHECKSUMS = {"sha1": 20, "sha256": 32, "md5": 16}
"""Name of the algorithm and length of its digest in bytes."""
MEDIA_TYPE = "application/offset+octet-stream"
METADATA_BYTES = 8192
"""Longest Upload-Metadata: a path of 4,096 bytes in base64, and the small fields."""


class Fields(Protocol):
    """Headers of a request; names in lower case."""

    def get(self, name: str) -> str | None: ...


class Target(Struct, frozen=True):
    """Where an upload is to end: a node whose content it replaces, a name in a folder, or a path."""

    node_id: int | None = None
    parent_id: int | None = None
    name: str | None = None
    path: str | None = None
    mime: str = ""
    """Empty: guessed from the name."""
    modified_at: int | None = None


def require_version(headers: Fields) -> None:
    if headers.get("tus-resumable") != VERSION:
        raise problems.WrongTusVersion("Another version of the tus protocol is asked for, or none.")


def number(headers: Fields, name: str) -> int | None:
    """The value of a header that counts bytes. Raises BadValue."""
    text = headers.get(name.lower())
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 17 and int(text) < ID_LIMIT):
        raise BadValue(f"{name} must be a number of bytes below 2^53.")
    return int(text)


def size(headers: Fields) -> int | None:
    """The announced length of a new upload, or None when it is told later. Raises BadValue."""
    announced, deferred = number(headers, "Upload-Length"), headers.get("upload-defer-length")
    if deferred not in (None, "1"):
        raise BadValue("Upload-Defer-Length must be 1.")
    if (announced is None) == (deferred is None):
        raise BadValue("Exactly one of Upload-Length and Upload-Defer-Length is needed.")
    return announced


def metadata(header: str) -> dict[str, str]:
    """The pairs of Upload-Metadata, decoded. Raises BadValue."""
    if len(header) > METADATA_BYTES or not header.isascii():
        raise BadValue(f"Upload-Metadata must be ASCII and at most {METADATA_BYTES} bytes.")
    pairs: dict[str, str] = {}
    for pair in header.split(","):
        key, _, value = pair.strip().partition(" ")
        if not key and not value and "," not in header:
            continue  # an empty header
        if not key or key in pairs:
            raise BadValue("Upload-Metadata must be pairs of a key and a base64 value, each key once.")
        try:
            pairs[key] = b64decode(value.strip(), validate=True).decode()
        except ValueError:  # wrong base64, or not UTF-8
            raise BadValue(f"The value of “{key[:40]}” in Upload-Metadata is no UTF-8 in base64.") from None
    return pairs


class _Words(Struct, frozen=True):
    """The keys that mean something here; clients send others too, which are handed back and not read."""

    filename: str | None = None
    name: str | None = None
    parent: Id | None = None
    node: Id | None = None
    path: str | None = None
    mime: Mime | None = None
    filetype: str | None = None
    modified: TimeGiven | None = None


def target(header: str) -> Target:
    """What Upload-Metadata says about where the upload belongs. Raises BadValue."""
    try:
        words = msgspec.convert(metadata(header), _Words, strict=False)
    except msgspec.ValidationError as error:
        raise BadValue(f"Upload-Metadata does not fit: {error}.") from None
    name = words.name if words.name is not None else words.filename
    if words.node is None and words.path is None and (words.parent is None or name is None):
        raise BadValue("Upload-Metadata must name a node, a path, or a parent and a filename.")
    return Target(
        node_id=words.node,
        parent_id=words.parent,
        name=name,
        path=words.path,
        mime=words.mime or essence(words.filetype),
        modified_at=None if words.modified is None else microseconds(words.modified),
    )


def checksum(headers: Fields) -> tuple[str, bytes] | None:
    """Algorithm and digest of Upload-Checksum. Raises BadValue."""
    text = headers.get("upload-checksum")
    if text is None:
        return None
    algorithm, _, value = text.strip().partition(" ")
    if algorithm not in CHECKSUMS:
        raise BadValue(f"Upload-Checksum knows {', '.join(CHECKSUMS)}.")
    try:
        digest = b64decode(value.strip(), validate=True)
    except ValueError:
        raise BadValue("Upload-Checksum must be an algorithm and a base64 digest.") from None
    if len(digest) != CHECKSUMS[algorithm]:
        raise BadValue(f"A {algorithm} digest has {CHECKSUMS[algorithm]} bytes.")
    return algorithm, digest


def capabilities() -> list[tuple[str, str]]:
    """The headers that answer OPTIONS."""
    return [
        ("Tus-Resumable", VERSION),
        ("Tus-Version", VERSION),
        ("Tus-Extension", ",".join(EXTENSIONS)),
        ("Tus-Checksum-Algorithm", ",".join(CHECKSUMS)),
    ]


def answer(error: CloudError) -> tuple[int, list[tuple[str, str]], bytes]:
    """Status, headers and body."""
    own = 460 if isinstance(error, errors.ChecksumMismatch) else None
    status, headers, content = problems.answer(error, own)
    headers.append(("Tus-Resumable", VERSION))
    if isinstance(error, problems.WrongTusVersion):
        headers.append(("Tus-Version", VERSION))
    if isinstance(error, errors.OffsetMismatch):
        headers.append(("Upload-Offset", str(error.offset)))
    return status, headers, content
