"""What went wrong, in CloudFS's numbers (specification section 9), and the two shapes in which it is told."""

import math
from enum import StrEnum
from typing import Any

import msgspec

from nuvol import errors
from nuvol.errors import CloudError

JSON = "application/json; charset=UTF-8"

STATUS = {
    1020: 401,
    **dict.fromkeys((2002, 2003, 2039, 2046, 3001, 4002, 6002, 6004, 8001), 404),
    **dict.fromkeys((*range(2004, 2010), 2026, 2036, 2037, 2038, 2040, 2041, 4001, 6003, 8007, 8008, 10002), 403),
    **dict.fromkeys((2042, 2044, 2052, 3021, 8004, 9999, 10001), 409),
    **dict.fromkeys((*range(2010, 2014), *range(2019, 2026)), 503),
    9006: 429,
}
"""Number → HTTP status. What is not here is a request that cannot be read: 400. Never 5xx for a client's mistake:
one client repeats those."""

NOT_RECOGNIZED = "Authorization code not recognized"
"""Section 2.2: the words that clients know."""

FOLDER_GONE = "Sorry! This folder no longer exists."
"""Section 4: one client's tests compare them."""


class Fault(CloudError):
    """An error that has a CloudFS number of its own."""

    code = "cloudfs"

    def __init__(self, number: int, message: str) -> None:
        super().__init__(message)
        self.number = number


class InvalidRequest(CloudError):
    """A token request or an admin-signed call is refused: told flat (section 2.1)."""

    code = "invalid-request"

    def __init__(self, message: str, number: int = 9000) -> None:
        super().__init__(message)
        self.number = number


class Place(StrEnum):
    """What a request is about; the first segment of its path."""

    FOLDERS = "folders"
    FILES = "files"
    TRASH = "trash"
    SHARES = "shares"
    OTHER = ""


_NUMBER: dict[type[CloudError], int] = {
    errors.Missing: 2002,
    errors.VersionMissing: 8001,
    errors.LinkMissing: 4002,
    errors.Conflict: 9999,
    errors.NameTaken: 2042,
    errors.ParentMissing: 2039,
    errors.WrongKind: 2039,
    errors.BelowItself: 2043,
    errors.PreconditionFailed: 2044,
    errors.Locked: 2040,
    errors.Refused: 2040,
    errors.NotAdmitted: 1020,
    errors.AccessRevoked: 1020,
    errors.PasswordNeeded: 4001,
    errors.QuotaExceeded: 8008,
    errors.TooManyAttempts: 9006,
    errors.Malformed: 9000,
    errors.BadName: 2048,
    errors.Unable: 2019,
    CloudError: 9000,
}
"""An error that is not named here has the number of its parent."""

_ELSEWHERE: dict[tuple[Place, type[CloudError]], int] = {
    (Place.FILES, errors.NodeMissing): 3001,
    (Place.FILES, errors.PreconditionFailed): 3021,
    (Place.FILES, errors.BadName): 3008,
    (Place.FILES, errors.BelowItself): 3007,
    (Place.TRASH, errors.NameTaken): 9999,
    (Place.TRASH, errors.ParentMissing): 8004,
    (Place.SHARES, errors.QuotaExceeded): 6003,
    (Place.SHARES, errors.NodeMissing): 4002,
}


def number_of(error: CloudError, place: Place = Place.OTHER) -> int:
    """The CloudFS number of an error that happened at this place."""
    if isinstance(error, Fault | InvalidRequest):
        return error.number
    kinds = [kind for kind in type(error).__mro__ if issubclass(kind, CloudError)]
    own = next((_ELSEWHERE[place, kind] for kind in kinds if (place, kind) in _ELSEWHERE), None)
    return own if own is not None else next(_NUMBER[kind] for kind in kinds if kind in _NUMBER)


def status_of(error: CloudError, number: int) -> int:
    if isinstance(error, InvalidRequest):
        return 400
    if isinstance(error, errors.StoreFull):
        return 507
    if isinstance(error, errors.TooLarge):
        return 413
    if isinstance(error, errors.Unable):
        return 503
    return STATUS.get(number, 400)


def answer(error: CloudError, place: Place = Place.OTHER) -> tuple[int, list[tuple[str, str]], bytes]:
    """Status, headers and body. No WWW-Authenticate, whatever RFC 9110 §15.5.2 says: section 2.2."""
    number = number_of(error, place)
    status = status_of(error, number)
    headers = [("Content-Type", JSON), ("Cache-Control", "no-store")]
    if status in (429, 503):
        wait = error.wait if isinstance(error, errors.TooManyAttempts | errors.Busy) else 10.0
        headers.append(("Retry-After", str(math.ceil(wait))))
    message = NOT_RECOGNIZED if number == 1020 else str(error)
    if isinstance(error, InvalidRequest):
        return status, headers, flat(number, message)
    return status, headers, write(None, {"code": number, "message": message, "data": None})


def refusal(error: CloudError) -> tuple[int, list[tuple[str, str]], bytes]:
    """How a token request or an admin-signed call is refused: 400, whatever was wrong with it (section 2.1)."""
    number = number_of(error)
    if isinstance(error, errors.Unable):
        status, headers, _ = answer(error)
        return status, headers, flat(number, str(error))
    sentence = str(error) if isinstance(error, InvalidRequest) else f"{error} {error.advice}"
    return 400, [("Content-Type", JSON), ("Cache-Control", "no-store")], flat(number, sentence)


def flat(number: int, message: str) -> bytes:
    """The body of a refused token request or admin-signed call (section 2.1)."""
    return msgspec.json.encode({"error": "invalid_request", "error_code": number, "message": message})


def write(result: Any, error: dict[str, Any] | None = None) -> bytes:
    """The envelope of every other answer: both keys are always there (section 1)."""
    return msgspec.json.encode({"result": result, "error": error})
