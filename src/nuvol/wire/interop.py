"""What clouds say to each other (stacksync.md §9), as the one that calls: addresses, signatures, answers."""

import re
import secrets
from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import quote_plus

import msgspec

from nuvol import errors
from nuvol.errors import CloudError
from nuvol.model.elsewhere import Item, Offer, Way
from nuvol.wire import oauth1
from nuvol.wire.api.elsewhere import Guest
from nuvol.wire.api.shares import NUMBERS, InvitedTo

ANSWER_LIMIT = 32 << 20
"""Bytes of one list or answer: some 50,000 entries of a folder."""

_LINK = re.compile(r"(https?://[^/?#\s]+(?:/[^?#\s]*?)?)/shared#(nv_f_[\w-]{20,100})", re.ASCII)
_RESOURCE = re.compile(r"(https?://[^/?#\s]+/(?:[^?#\s]*/)?)folder/([1-9][0-9]{0,15})", re.ASCII)


class Signed(NamedTuple):
    """A request as it is sent."""

    method: str
    url: str
    headers: dict[str, str]


def link(text: str) -> tuple[str, str]:
    """(address of the cloud, secret) of the link of an invitation. Raises BadValue."""
    found = _LINK.fullmatch(text.strip())
    if found is None:
        raise errors.BadValue(
            "This is no link of an invitation.", advice="It looks like https://cloud.example/shared#nv_f_…"
        )
    return found[1], found[2]


def base(resource_url: str) -> str:
    """What is before `folder/ID`, with its slash. Raises BadValue."""
    found = _RESOURCE.fullmatch(resource_url)
    if found is None or int(found[2]) >= 1 << 53:
        raise errors.BadValue("A resource_url ends in folder/ID.")
    return found[1]


def host_of(address: str) -> str:
    """With its port."""
    return address.split("/")[2]


def same_origin(one: str, other: str) -> bool:
    return one.split("/")[:3] == other.split("/")[:3]


def signed(
    way: Way, now: int, method: str, path: str, query: Iterable[tuple[str, str]] = (), content_type: str = ""
) -> Signed:
    """A call below the base, signed with HMAC-SHA1. `now`: in microseconds."""
    url, pairs = base(way.resource_url) + path, list(query)
    said = {
        "consumer_key": way.consumer_key,
        "token": way.token_key,
        "signature_method": oauth1.HMAC_SHA1,
        "timestamp": str(now // 1_000_000),
        "nonce": secrets.token_hex(16),
        "version": "1.0",
    }
    all_pairs = [(f"oauth_{name}", value) for name, value in said.items()] + pairs
    scheme, _, host, *rest = url.split("/")
    usual = {"http:": ":80", "https:": ":443"}[scheme]
    plain = "/".join([scheme, "", host.lower().removesuffix(usual), *rest])
    said["signature"] = oauth1.signature(method, plain, all_pairs, way.consumer_secret, way.token_secret)
    headers = {"StackSync-API": "v2", "Authorization": oauth1.header(**said)}
    if content_type:
        headers["Content-Type"] = content_type
    asked = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs)
    return Signed(method, f"{url}?{asked}" if asked else url, headers)


def written(value: Any) -> bytes:
    """As JSON."""
    return msgspec.json.encode(value)


def guest(data: bytes) -> Guest:
    """What a cloud gives for an invitation. Raises PeerUnreachable, BadValue."""
    try:
        given = msgspec.json.decode(data, type=Guest)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _unreadable() from None
    base(given.resource_url)
    return given


def offer(host: str, data: bytes) -> Offer:
    """What a cloud says of an invitation. Raises PeerUnreachable."""
    try:
        said = msgspec.json.decode(data, type=InvitedTo)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _unreadable() from None
    return Offer(host, said.folder, said.owner, NUMBERS[said.role])


def item(data: bytes) -> Item:
    """Metadata (§1.6). Raises PeerUnreachable."""
    return _item(_object(data))


def children(data: bytes) -> list[Item]:
    """The `contents` of a folder. Raises PeerUnreachable."""
    found = _object(data).get("contents")
    if not isinstance(found, list):
        raise _unreadable()
    return [_item(one) for one in found]


def _item(told: Any) -> Item:
    try:
        return Item(
            id=int(told["id"]),
            parent_id=None if told.get("parent_id") is None else int(told["parent_id"]),
            name=str(told["filename"]),
            is_folder=bool(told["is_folder"]),
            size=max(0, int(told.get("size") or 0)),
            mime=str(told.get("mimetype") or ""),
            number=max(0, int(told.get("version") or 0)),
            modified_at=str(told.get("modified_at") or ""),
            author=str(told.get("user") or ""),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _unreadable() from None


def _object(data: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise _unreadable()
    return found


def _unreadable() -> CloudError:
    return errors.PeerUnreachable("The answer of the other cloud cannot be read.")


_KINDS: dict[int, type[CloudError]] = {
    400: errors.BadValue,
    401: errors.NotAllowed,
    403: errors.NotAllowed,
    404: errors.NodeMissing,
    409: errors.Conflict,
    413: errors.TooLarge,
}


def refusal(status: int, data: bytes, host: str) -> CloudError:
    """What an answer that is no success means to who asked here."""
    try:
        said = str(_object(data).get("description") or "")[:300]
    except CloudError:
        said = ""
    kind = _KINDS.get(status)
    if kind is None:
        return errors.PeerUnreachable(f"{host} answers {status}{f': {said}' if said else ''}")
    return kind(said or f"{host} answers {status}.", advice=f"So says {host}, where the folder is.")
