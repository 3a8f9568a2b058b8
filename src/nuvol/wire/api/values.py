"""The small values of the native API: ids, times, names, hashes."""

import re
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Annotated

from msgspec import Meta

from nuvol.errors import BadValue

ID_LIMIT = 1 << 53
"""JSON numbers are exact below this in every language."""

NAME_BYTES = 255
TEXT_LENGTH = 200
"""Longest label, account name or address, in characters: what fits in a list on a screen."""

Id = Annotated[int, Meta(ge=1, lt=ID_LIMIT)]
Size = Annotated[int, Meta(ge=0, lt=ID_LIMIT, description="Bytes.")]
Time = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
TimeGiven = Annotated[datetime, Meta(tz=True, description="RFC 3339, with its zone.")]
Hash = Annotated[str, Meta(pattern="^[0-9a-f]{64}$", description="BLAKE3, in hex.")]
Cursor = Annotated[str, Meta(max_length=1000, description="Where to go on; opaque.")]
Line = Annotated[str, Meta(min_length=1, max_length=TEXT_LENGTH, pattern=r"^[^\x00-\x1f\x7f]+$")]
Password = Annotated[str, Meta(min_length=1, max_length=1000)]
Secret = Annotated[str, Meta(min_length=1, max_length=200)]
# The core says in sentences of its own what it refuses of these; here it is only told.
Name = Annotated[
    str,
    Meta(
        description="1 to 255 bytes of UTF-8, without “/” and NUL; not “.” or “..”.",
        extra_json_schema={"minLength": 1, "maxLength": NAME_BYTES, "pattern": r"^[^/\u0000]+$"},
    ),
]
AccountName = Annotated[
    str, Meta(extra_json_schema={"minLength": 1, "maxLength": 255, "pattern": r"^[^/:@\x00-\x1f]+$"})
]
Email = Annotated[str, Meta(extra_json_schema={"format": "email", "maxLength": 254})]
NewPassword = Annotated[str, Meta(max_length=1000, extra_json_schema={"minLength": 8})]
Locale = Annotated[str, Meta(description="BCP 47: `ca`, `pt-BR`.", extra_json_schema={"maxLength": 35})]
Zone = Annotated[str, Meta(description="IANA: `Europe/Madrid`.", extra_json_schema={"maxLength": 64})]

MIME_PATTERN = r"^[A-Za-z0-9!#$&^_.+-]{1,100}/[A-Za-z0-9!#$&^_.+-]{1,100}$"
Mime = Annotated[str, Meta(pattern=MIME_PATTERN)]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FIRST = (datetime(1, 1, 1, tzinfo=UTC) - _EPOCH) // _MICROSECOND
_LAST = (datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC) - _EPOCH) // _MICROSECOND


def time_text(microseconds: int) -> str:
    """RFC 3339 in UTC with microseconds. What lies outside the years 1 to 9999 is shown as their edge."""
    moment = _EPOCH + timedelta(microseconds=min(max(microseconds, _FIRST), _LAST))
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def maybe_time(microseconds: int | None) -> str | None:
    return None if microseconds is None else time_text(microseconds)


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970 (UTC) of a moment with its zone. Raises BadValue outside the years 1 to 9999."""
    try:
        return (moment.astimezone(UTC) - _EPOCH) // _MICROSECOND
    except OverflowError:
        raise BadValue("The time lies outside the years 1 to 9999.") from None


def maybe_microseconds(moment: datetime | None) -> int | None:
    return None if moment is None else microseconds(moment)


@lru_cache(100)
def essence(content_type: str | None) -> str:
    """Type and subtype in lower case, without parameters; nothing when it is none (RFC 9110 §8.3.1)."""
    found = (content_type or "").partition(";")[0].strip().lower()
    return found if re.fullmatch(MIME_PATTERN, found) else ""


_DIGESTS = {"sha-256": ("SHA256", 32), "sha": ("SHA1", 20), "md5": ("MD5", 16)}
_DIGEST = re.compile(r"\s*([a-z0-9-]+)\s*=\s*:([A-Za-z0-9+/=]*):\s*")


def digests(header: str | None) -> dict[str, str]:
    """The sums that Repr-Digest or Content-Digest names (RFC 9530), as {"SHA256": hex}; algorithms not known here
    are left out. Raises BadValue."""
    found: dict[str, str] = {}
    for entry in () if header is None else header.split(","):
        match = _DIGEST.fullmatch(entry)
        if match is None:
            raise BadValue("A digest must look like sha-256=:base64: (RFC 9530).")
        if match[1] not in _DIGESTS:
            continue
        name, length = _DIGESTS[match[1]]
        try:
            digest = b64decode(match[2], validate=True)
        except ValueError:
            digest = b""
        if len(digest) != length:
            raise BadValue(f"A {match[1]} digest is {length} bytes in base64.")
        found[name] = digest.hex()
    return found
