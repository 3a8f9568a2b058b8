"""StackSync's storage API v2 as JSON, forms and paths (stacksync.md §1 to §6)."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from nuvol import errors
from nuvol.errors import CloudError, Malformed, Missing, NotAdmitted
from nuvol.model.calendar import Calendar, Event
from nuvol.model.comments import Comment
from nuvol.model.elsewhere import Elsewhere, Way
from nuvol.model.nodes import AdvisoryLock, Node, State, Status, Version
from nuvol.model.shares import Member, Role

JSON_LIMIT = 1 << 20
"""Bytes of a JSON or form body."""

FOLDER_TYPE, EMPTY_TYPE = "inode/directory", "inode/x-empty"

SAYS_NOTHING = frozenset({"", "application/json", "application/x-www-form-urlencoded", "application/octet-stream"})
"""Types under which clients send whatever they have (§1.1): the name tells more."""

_STATUS = {
    Status.NEW: "NEW",
    Status.CHANGED: "CHANGED",
    Status.RENAMED: "RENAMED",
    Status.MOVED: "MOVED",
    Status.DELETED: "DELETED",
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER = re.compile(r"-?[0-9]{1,20}", re.ASCII)

ROOT_FORMS = frozenset({"0", "null", ""})
"""The root, where a body or query names a parent (§1.3)."""


class WrongPath(Malformed):
    """No such shape of address: 400 (§1.8)."""


class WrongMethod(Malformed):
    """`allowed`: the methods that this address knows."""

    def __init__(self, method: str, allowed: Sequence[str]) -> None:
        super().__init__(f"This resource knows no {method[:20]}.")
        self.allowed = allowed


# -------------------------------------------------------------------------------------------------- reading


def require_version(header: str | None) -> None:
    """The `StackSync-API` header may be missing, and is v2 otherwise (§1.1). Raises Malformed."""
    if header is not None and header.strip().lower() != "v2":
        raise Malformed("This server speaks StackSync-API: v2.")


def node_id(text: str) -> int:
    """An id in an address; 0 is the root. Raises WrongPath, Missing (negative or too large: nothing has it)."""
    if not _NUMBER.fullmatch(text):
        raise WrongPath("An id is a decimal number.")
    number = int(text)
    if not 0 <= number < 1 << 53:
        raise Missing("File or folder not found.")
    return number


def number(text: str) -> int:
    """The number of a version. Raises WrongPath."""
    if not _NUMBER.fullmatch(text):
        raise WrongPath("A version is a decimal number.")
    return min(max(int(text), 0), 1 << 52)


def parent(value: Any) -> int | None:
    """The folder that a body or query names; None: the root. Raises Malformed, Missing."""
    if value is None or str(value).strip() in ROOT_FORMS:
        return None
    text = str(value).strip()
    if isinstance(value, bool) or not isinstance(value, int | str) or not _NUMBER.fullmatch(text):
        raise Malformed("The parent is an id.")
    found = int(text)
    if not 0 < found < 1 << 53:
        raise errors.ParentMissing("Parent folder not found")
    return found


def body(data: bytes) -> dict[str, Any]:
    """A JSON object, whatever its type was called. Raises Malformed."""
    try:
        found = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Malformed("Could not decode body parameters.")
    return found


def name(value: Any, missing: str, empty: str) -> str:
    """A name in a body. Raises Malformed with one of these sentences."""
    if value is None:
        raise Malformed(missing)
    if not isinstance(value, str) or not value.strip():
        raise Malformed(empty)
    return value


_HEXED = frozenset({"text", "subject", "location", "description", "datetime"})


def fields(data: bytes) -> dict[str, str]:
    """A form, or a JSON object, of the resources of applications (§6): each value a text, five of them perhaps in
    hexadecimal. Raises Malformed."""
    if data.lstrip()[:1] == b"{":
        found = {key: "" if value is None else str(value) for key, value in body(data).items()}
    else:
        try:
            pairs = parse_qsl(data.decode(), keep_blank_values=True, errors="strict", max_num_fields=100)
        except ValueError:
            raise Malformed("Could not decode body parameters.") from None
        found = dict(pairs)
    return {key: _unhexed(value) if key in _HEXED else value for key, value in found.items()}


def addressees(data: bytes) -> list[str]:
    """Whom a folder is shared with: an array of addresses, or one under the key `share_to` (§5.1). Raises Malformed."""
    try:
        found = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Malformed("Could not decode body parameters.") from None
    if isinstance(found, dict):
        found = found.get("share_to")
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise Malformed("Could not decode body parameters.")
    wanted = [one.strip() for one in found if one.strip()]
    if not wanted:
        raise Malformed("No addressee found.")
    return wanted


def _unhexed(text: str) -> str:
    """What the PHP desktop wrote as hexadecimal UTF-8; any other text as it is."""
    if not text or len(text) % 2 or not re.fullmatch(r"[0-9a-fA-F]+", text):
        return text
    try:
        return bytes.fromhex(text).decode()
    except UnicodeDecodeError:
        return text


def comment_wish(given: Mapping[str, str]) -> tuple[int, str, str, str]:
    """(node, user, text, cloud) of a comment that a form tells about. Raises Malformed, Missing."""
    _require(given, "id", "user", "text")
    return node_id(given["id"]), given["user"], given["text"], given.get("cloud", "")


def calendar_wish(given: Mapping[str, str]) -> Calendar:
    """Raises Malformed, naming what is missing."""
    _require(given, "user", "name")
    return Calendar(**{field: given[field] for field in Calendar.__struct_fields__ if field in given})


def event_wish(given: Mapping[str, str]) -> Event:
    """Raises Malformed, naming what is missing."""
    _require(given, "user", "calendar", "timestart", "timeend", "isallday")
    return Event(**{field: given[field] for field in Event.__struct_fields__ if field in given})


def second(text: str) -> int:
    """The time in the address of a comment, `YYYYmmddHHMMSS`, as microseconds since 1970. Raises Malformed."""
    try:
        if not re.fullmatch(r"[0-9]{14}", text, re.ASCII):
            raise ValueError
        return (datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
    except ValueError:
        raise Malformed("The time of a comment is written YYYYmmddHHMMSS.") from None


def _require(given: Mapping[str, str], *keys: str) -> None:
    lacking = [key for key in keys if not given.get(key)]
    if lacking:
        raise Malformed(f"Missing: {', '.join(lacking)}.")


def lock_wish(given: Mapping[str, str]) -> AdvisoryLock:
    """The lock that a form tells about. Raises Malformed, naming what is missing."""
    _require(given, "id", "cloud", "user", "ipserver", "datetime")
    if any(len(given[key]) > 500 for key in ("id", "cloud", "user", "ipserver", "datetime")):
        raise Malformed("A field is longer than 500 characters.")
    return AdvisoryLock(
        0, given["id"], given["cloud"], given["user"], given["ipserver"], given["datetime"], status="open"
    )


def minutes(given: Mapping[str, str]) -> int:
    """The time limit of a lock. Raises Malformed."""
    text = given.get("timelimit", "")
    if not re.fullmatch(r"[0-9]{1,7}", text, re.ASCII):
        raise Malformed("timelimit is a number of minutes.")
    return int(text)


# -------------------------------------------------------------------------------------------------- writing


def write(value: Any) -> bytes:
    return msgspec.json.encode(value)


def time(at: int) -> str:
    """`YYYY-MM-DD HH:MM:SS.mmm` in UTC of microseconds since 1970 (§1.5)."""
    moment = _EPOCH + timedelta(microseconds=at)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03}"


def metadata(node: Node, root_id: int, status: int, author: str, adler32: int) -> dict[str, Any]:
    """A file or folder other than the root (§1.6)."""
    return {
        "id": node.id,
        "parent_id": None if node.parent_id == root_id else node.parent_id,
        "filename": node.name,
        "is_folder": node.is_folder,
        "is_root": False,
        "status": _STATUS[Status(status)] if node.state == State.LIVE else "DELETED",
        "version": node.number,
        "checksum": adler32,
        "size": node.size,
        "mimetype": FOLDER_TYPE if node.is_folder else mimetype(node.mime, node.size),
        "modified_at": time(node.changed_at),
        "user": author,
        **({} if node.is_folder else {"chunks": []}),
    }


def elsewhere(folder: Elsewhere, way: Way) -> dict[str, Any]:
    """A folder on another cloud (§9): calls for what is in it go there, signed with what stands here."""
    return {
        "id": folder.item_id,
        "parent_id": None,
        "filename": folder.name,
        "name": folder.name,
        "is_folder": True,
        "is_root": False,
        "status": _STATUS[Status.NEW],
        "version": 1,
        "checksum": 0,
        "size": 0,
        "mimetype": FOLDER_TYPE,
        "modified_at": time(folder.since),
        "user": folder.owner,
        "resource_url": way.resource_url,
        "access_token_key": way.token_key,
        "access_token_secret": way.token_secret,
        "consumer_key": way.consumer_key,
        "consumer_secret": way.consumer_secret,
    }


def root() -> dict[str, Any]:
    return {
        "id": None,
        "parent_id": None,
        "filename": "root",
        "is_folder": True,
        "is_root": True,
        "status": None,
        "version": None,
        "checksum": None,
        "size": None,
        "mimetype": None,
    }


def version(of: Version, node: Node, root_id: int, author: str, adler32: int) -> dict[str, Any]:
    """One state of a file; name and place are those of today (§1.7)."""
    return {
        "id": node.id,
        "parent_id": None if node.parent_id == root_id else node.parent_id,
        "filename": node.name,
        "is_folder": False,
        "is_root": False,
        "status": _STATUS[Status(of.status)],
        "version": of.number,
        "checksum": adler32,
        "size": of.size,
        "mimetype": mimetype(of.mime, of.size),
        "modified_at": time(of.at),
        "user": author,
        "chunks": [],
    }


def mimetype(mime: str, size: int) -> str:
    return mime if size else EMPTY_TYPE


def people(members: Iterable[Member]) -> list[dict[str, str]]:
    return [{"name": one.name, "email": one.email} for one in members]


def members(found: Iterable[Member]) -> list[dict[str, Any]]:
    """Who has a folder, its owner first (§5.3); the seed calls the time by another name."""
    return [
        {
            "name": one.name,
            "email": one.email,
            "joined_at": time(one.joined_at),
            "modified_at": time(one.joined_at),
            "is_owner": one.role == Role.OWNER,
        }
        for one in found
    ]


def comment(of: Comment, cloud: str, status: str = "NEW") -> dict[str, str]:
    """`cloud`: by what name the caller knows this one."""
    return {
        "id": str(of.node_id),
        "user": of.user,
        "text": of.text,
        "cloud": of.cloud or cloud,
        "time_created": f"{_EPOCH + timedelta(microseconds=of.at):%Y%m%d%H%M%S}",
        "status": status,
    }


def entry(of: Calendar | Event) -> dict[str, str]:
    """A calendar or an event."""
    return {"type": "calendar" if isinstance(of, Calendar) else "event", **msgspec.structs.asdict(of)}


def lock(of: AdvisoryLock) -> dict[str, str]:
    return {
        "id": of.item,
        "cloud": of.cloud,
        "user": of.user,
        "ipserver": of.machine,
        "datetime": of.at,
        "status": of.status,
    }


# --------------------------------------------------------------------------------------------------- errors

APPLICATIONS = frozenset(
    {"comment", "calendar", "event", "calEvents", "calUser", "lockFile", "updateTime", "unLockFile"}
)
"""First words of the resources of applications."""

STATUS: dict[type[CloudError], int] = {
    Missing: 404,
    errors.ParentMissing: 404,
    errors.CommentMissing: 400,  # these resources know no 404 (§6)
    errors.CalendarMissing: 400,
    errors.EventMissing: 400,
    errors.Conflict: 400,
    errors.Refused: 403,
    NotAdmitted: 401,
    errors.QuotaExceeded: 413,
    errors.TooManyAttempts: 429,
    Malformed: 400,
    errors.TooLarge: 413,
    WrongMethod: 405,
    errors.Unable: 500,
    errors.StoreFull: 507,
    errors.Busy: 503,
    CloudError: 500,
}
"""An error that is not named here answers as its parent does."""

_SENTENCES: dict[type[CloudError], str] = {
    NotAdmitted: "Authorization required.",
    errors.NodeMissing: "File or folder not found.",
    errors.VersionMissing: "File or folder not found.",
    errors.ParentMissing: "Parent folder not found",
    errors.WrongKind: "Parent must be a folder, not a file.",
    errors.NameTaken: "This name is already used in the same folder. Please use a different one.",
    errors.QuotaExceeded: "Upload exceeds quota.",
}
"""Sentences that old clients know (§1.8); of every other error its own."""

_BY_OPERATION: dict[tuple[str, str], dict[type[CloudError], str]] = {
    ("POST", "folder"): {errors.NameTaken: "Folder already exists."},
    ("POST", "share"): {
        errors.BadValue: "No addressees found",
        errors.WrongKind: "No folder found with the given ID.",
    },
    ("GET", "members"): {errors.NodeMissing: "No folder found with the given ID."},
}
"""Sentences of one operation, by its method and the last word of its address; they go before the usual ones."""


def status(error: CloudError) -> int:
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def answer(error: CloudError, method: str, parts: Sequence[str]) -> tuple[int, list[tuple[str, str]], bytes]:
    """Status, headers and body. `parts`: the segments of the address; the resources of applications say what was
    wrong under a second key too (§6)."""
    known = {**_SENTENCES, **_BY_OPERATION.get((method, parts[-1] if parts else ""), {})}
    described = next((known[kind] for kind in type(error).__mro__ if kind in known), str(error))
    told: dict[str, Any] = {"error": status(error), "description": described}
    if parts and parts[0] in APPLICATIONS:
        told["descripcion"] = described
    headers = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]
    if isinstance(error, NotAdmitted):
        headers.append(("WWW-Authenticate", 'OAuth realm="stacksync"'))
    if isinstance(error, errors.TooManyAttempts | errors.Busy):
        headers.append(("Retry-After", str(math.ceil(error.wait))))
    if isinstance(error, WrongMethod):
        headers.append(("Allow", ", ".join(error.allowed)))
    return told["error"], headers, write(told)


def methods(known: Iterable[str]) -> list[str]:
    """With HEAD, which is a GET without a body."""
    return sorted({*known, *(["HEAD"] if "GET" in known else [])})
