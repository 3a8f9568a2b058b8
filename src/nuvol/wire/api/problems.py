"""What an error becomes, a status and an `application/problem+json` (RFC 9457), and the way back for clients."""

import math
import re
from collections.abc import Iterator
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from nuvol import errors
from nuvol.errors import CloudError
from nuvol.wire.api import body

PAGE = "/api/docs"
"""Where `type` points: the chapter of the documentation that tells about the code."""


class UnknownAddress(errors.Missing):
    code = "unknown-address"
    advice = f"See {PAGE} for the addresses there are."


class WrongMethod(errors.Malformed):
    """`allowed`: the methods that this address knows."""

    code = "wrong-method"

    def __init__(self, method: str, allowed: list[str]) -> None:
        super().__init__(f"This address knows no {method[:20]}.", advice=f"Use {', '.join(allowed)}.")
        self.allowed = allowed


class WrongType(errors.Malformed):
    """The body is of another media type than the one that is read here."""

    code = "wrong-type"

    def __init__(self, expected: str) -> None:
        super().__init__(f"The body must be {expected}.", advice=f"Send Content-Type: {expected}.")


class WrongTusVersion(errors.Malformed):
    code = "wrong-tus-version"
    advice = "Send Tus-Resumable: 1.0.0."


STATUS: dict[type[CloudError], int] = {
    errors.Missing: 404,
    errors.BlobMissing: 500,
    errors.Conflict: 409,
    errors.ParentMissing: 404,
    errors.PreconditionFailed: 412,
    errors.Locked: 423,
    errors.RevisionConflict: 412,
    errors.Refused: 403,
    errors.NotAdmitted: 401,
    errors.QuotaExceeded: 507,
    errors.TooManyAttempts: 429,
    errors.DocumentTooBig: 413,
    errors.Malformed: 400,
    errors.TooLarge: 413,
    WrongMethod: 405,
    WrongType: 415,
    WrongTusVersion: 412,
    errors.Unable: 500,
    errors.StoreFull: 507,
    errors.Busy: 503,
    CloudError: 500,
}
"""An error that is not named here answers as its parent does."""


class Problem(Struct, frozen=True, omit_defaults=True):
    """What went wrong, for programs (`code`) and for people (`detail`, `advice`)."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    advice: str
    offset: Annotated[int | UnsetType, Meta(description="offset-mismatch: where the upload stands, in bytes.")] = UNSET
    wait: Annotated[float | UnsetType, Meta(description="too-many-attempts, busy: seconds.")] = UNSET
    name: Annotated[str | UnsetType, Meta(description="name-taken: the name.")] = UNSET
    free: Annotated[int | UnsetType, Meta(description="quota-exceeded: bytes that still fit.")] = UNSET
    hashes: Annotated[list[str] | UnsetType, Meta(description="chunks-lacking: the chunks to send.")] = UNSET
    node_id: Annotated[int | UnsetType, Meta(description="locked: the locked node.")] = UNSET


def status(error: CloudError) -> int:
    return status_of(type(error))


def status_of(kind: type[CloudError]) -> int:
    return next(STATUS[parent] for parent in kind.__mro__ if parent in STATUS)


def title(kind: type[CloudError]) -> str:
    """The name of the error in words: `NameTaken` → "Name taken"."""
    return re.sub(r"(?<=[a-z])([A-Z])", lambda match: " " + match[1].lower(), kind.__name__)


_FIELDS: dict[str, tuple[type[CloudError], ...]] = {
    "offset": (errors.OffsetMismatch,),
    "wait": (errors.TooManyAttempts, errors.Busy),
    "name": (errors.NameTaken,),
    "free": (errors.QuotaExceeded,),
    "hashes": (errors.ChunksLacking,),
    "node_id": (errors.Locked,),
}
"""Field of a problem → the errors that have it."""


def problem(error: CloudError, number: int | None = None) -> Problem:
    """`number`: another status than that of the table, where a protocol has its own."""
    fields = {name: getattr(error, name) for name, having in _FIELDS.items() if isinstance(error, having)}
    if "hashes" in fields:
        fields["hashes"] = [digest.hex() for digest in fields["hashes"]]
    return Problem(
        type=f"{PAGE}#{error.code}",
        title=title(type(error)),
        status=number or status(error),
        code=error.code,
        detail=str(error),
        advice=error.advice,
        **fields,
    )


def error(told: Problem) -> CloudError:
    """The error that a server told of, as it was raised there. One of a newer server is of the nearest known kind."""
    kind = next((kind for kind in kinds() if kind.code == told.code), None)
    if kind is None:
        return by_status(told.status, told.detail, told.advice)
    found = kind.__new__(kind)
    CloudError.__init__(found, told.detail, advice=told.advice)
    for name, having in _FIELDS.items():
        value = getattr(told, name)
        if issubclass(kind, having) and value is not UNSET:
            setattr(found, name, [bytes.fromhex(digest) for digest in value] if name == "hashes" else value)
    return found


def by_status(number: int, message: str, advice: str | None = None) -> CloudError:
    """An error of the kind that this status is for, where nothing else is known."""
    having = {kind for those in _FIELDS.values() for kind in those}
    known = [k for k, its in STATUS.items() if its == number and k.__module__ == errors.__name__ and k not in having]
    general = errors.Malformed if 400 <= number < 500 else errors.Unable
    kind = min(known, key=lambda one: len(one.__mro__)) if known and number != 500 else general
    found = kind.__new__(kind)
    CloudError.__init__(found, message, advice=advice)
    return found


def kinds(kind: type[CloudError] = CloudError) -> Iterator[type[CloudError]]:
    """The whole tree of errors of the native API, parents first. Other protocols have some of their own below these."""
    yield kind
    for child in kind.__subclasses__():
        if child.__module__ in {errors.__name__, __name__}:
            yield from kinds(child)


def answer(error: CloudError, number: int | None = None) -> tuple[int, list[tuple[str, str]], bytes]:
    """Status, headers and body."""
    told = problem(error, number)
    headers = [("Content-Type", body.PROBLEM), ("Cache-Control", "no-store")]
    if isinstance(error, errors.TooManyAttempts | errors.Busy):
        headers.append(("Retry-After", str(math.ceil(error.wait))))
    if isinstance(error, errors.NotAdmitted):
        headers.append(("WWW-Authenticate", 'Bearer realm="Nuvol"'))
    if isinstance(error, WrongMethod):
        headers.append(("Allow", ", ".join(error.allowed)))
    return told.status, headers, body.write(told)
