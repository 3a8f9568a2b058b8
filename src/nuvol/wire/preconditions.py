"""On what condition a request wants its change: the fields of RFC 9110 §13 and RFC 4918 §10 as plain values."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import NamedTuple, Protocol

from nuvol.errors import Malformed
from nuvol.model.nodes import ANY, Guard, IfList, Term

INFINITY = -1
"""Depth without end."""

LOCK_SECONDS = 30 * 60  # granted when the client names no time
LOCK_SECONDS_MOST = 24 * 60 * 60  # longer is cut to this: the lock of a program that died binds everybody


class Fields(Protocol):
    """Header fields under lower-case names, several lines of one name joined by commas."""

    def get(self, name: str, /) -> str | None: ...


Locate = Callable[[str], str | None]
"""From an address as it stands in a header (percent-encoded, absolute or not) to the path of a node ("a/b");
None when the address lies outside the tree."""


def guard(fields: Fields, locate: Locate) -> Guard:
    """Every condition a request names. Raises Malformed.

    If-Unmodified-Since is left out beside If-Match, and when it is no date (RFC 9110 §13.1.4). Weak tags never
    match in If-Match (they stay as they are) and match by their value in If-None-Match (§8.8.3.2).
    """
    match, none_match = fields.get("if-match"), fields.get("if-none-match")
    since, condition = fields.get("if-unmodified-since"), fields.get("if")
    replace = overwrite(fields)
    if match is none_match is since is condition is None and replace:
        return ANY
    lists = if_lists(condition, locate) if condition is not None else ()
    return Guard(
        if_match=entity_tags(match) if match is not None else None,
        if_none_match=tuple(tag.removeprefix("W/") for tag in entity_tags(none_match))
        if none_match is not None
        else None,
        unmodified_since=moment(since) if since is not None and match is None else None,
        lists=lists,
        tokens=frozenset(term.value for each in lists for term in each.terms if not term.is_etag),
        overwrite=replace,
    )


# ----------------------------------------------------------------------------------------- RFC 9110 §8.8, §13

_TAG = r'(?:W/)?"[^"\x00-\x1f\x7f]*"'  # spaces too: RFC 4918 itself shows ["I am an ETag"]
_TAGS = re.compile(rf"[\s,]*{_TAG}(?:\s*,[\s,]*{_TAG})*[\s,]*")
_ONE_TAG = re.compile(_TAG)


def entity_tags(text: str) -> tuple[str, ...]:
    """The tags of a list with their quotes, or ("*",). Raises Malformed."""
    if text.strip() == "*":
        return ("*",)
    if not _TAGS.fullmatch(text):
        raise Malformed(f"This is no list of entity tags: {text!r}.", advice='Write each tag in quotes: "1a-2".')
    return tuple(_ONE_TAG.findall(text))


@lru_cache(1000)
def moment(text: str) -> int | None:
    """Microseconds of an HTTP date (RFC 9110 §5.6.7, the two obsolete forms too); None when it is none."""
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return _microseconds(when if when.tzinfo is not None else when.replace(tzinfo=UTC))


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@lru_cache(10_000)
def http_date(second: int) -> str:
    """Seconds since 1970 as an HTTP date; years it cannot write become the first or the last it can."""
    t = utc(second)
    return f"{_DAYS[t.weekday()]}, {t.day:02} {_MONTHS[t.month - 1]} {t.year:04} {t.time()} GMT"


def utc(second: int) -> datetime:
    """Seconds since 1970 as a time of the years 1 to 9999."""
    return _EPOCH + timedelta(seconds=min(max(second, -62_135_596_800), 253_402_300_799))


def _microseconds(when: datetime) -> int:
    passed = when - _EPOCH
    return (passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds


# ------------------------------------------------------------------------------------------- RFC 4918 §10.4: If

_TERM = rf"(?:not\s*)?(?:<[^<>\s]+>|\[\s*{_TAG}\s*\])"
_LIST = rf"\((?:\s*{_TERM})+\s*\)"
_GROUP = re.compile(rf"\s*(?:<(?P<resource>[^<>\s]+)>\s*)?(?P<lists>{_LIST}(?:\s*{_LIST})*)\s*", re.IGNORECASE)
_ONE_LIST = re.compile(_LIST, re.IGNORECASE)
_ONE_TERM = re.compile(rf"(?P<negated>not\s*)?(?:<(?P<token>[^<>\s]+)>|\[\s*(?P<tag>{_TAG})\s*\])", re.IGNORECASE)


def if_lists(text: str, locate: Locate) -> tuple[IfList, ...]:
    """The lists of an `If` field, any one of which must hold. Raises Malformed."""
    lists: list[IfList] = []
    tagged = text.lstrip().startswith("<")  # then every list has a resource before it, else none (§10.4.2)
    position = 0
    while position < len(text) or not lists:
        group = _GROUP.match(text, position)
        if group is None or (lists and not tagged):
            raise Malformed(f"The If header is not as RFC 4918 §10.4 has it, from its character {position + 1} on.")
        for each in _ONE_LIST.findall(group["lists"]):
            terms = tuple(
                Term(term["tag"] or term["token"], is_etag=term["tag"] is not None, negated=term["negated"] is not None)
                for term in _ONE_TERM.finditer(each)
            )
            lists.append(_about(group["resource"], terms, locate))
        position = group.end()
    return tuple(lists)


def _about(resource: str | None, terms: tuple[Term, ...], locate: Locate) -> IfList:
    """What lies outside the tree has no state that could match: only `Not` holds there."""
    path = None if resource is None else locate(resource)
    if resource is None or path is not None:
        return IfList(path, terms)
    return IfList(None, () if all(term.negated for term in terms) else (_NEVER,))


_NEVER = Term("", is_etag=True)  # no entity tag is empty


# ---------------------------------------------------------------------------------------- RFC 4918 §10: the rest


def depth(fields: Fields, default: int) -> int:
    """0, 1 or INFINITY. Raises Malformed."""
    text = fields.get("depth")
    if text is None:
        return default
    found = {"0": 0, "1": 1, "infinity": INFINITY}.get(text.strip().lower())
    if found is None:
        raise Malformed(f"Depth is 0, 1 or infinity, not {text!r}.")
    return found


def overwrite(fields: Fields) -> bool:
    """Whether COPY and MOVE may replace what is there: yes, unless said otherwise. Raises Malformed."""
    text = (fields.get("overwrite") or "T").strip().upper()
    if text not in ("T", "F"):
        raise Malformed(f"Overwrite is T or F, not {text!r}.")
    return text == "T"


def timeout(fields: Fields) -> int:
    """Seconds a lock shall last: the first time named that can be read, cut to LOCK_SECONDS_MOST (§10.7)."""
    for text in (fields.get("timeout") or "").lower().split(","):
        if text.strip() == "infinite":
            return LOCK_SECONDS_MOST
        seconds = text.strip().removeprefix("second-")
        if seconds.isascii() and seconds.isdigit():
            return min(int(seconds[:10]), LOCK_SECONDS_MOST) or LOCK_SECONDS
    return LOCK_SECONDS


def lock_token(fields: Fields) -> str:
    """The token of a Lock-Token field, without its brackets. Raises Malformed."""
    text = (fields.get("lock-token") or "").strip()
    if not re.fullmatch(r"<[^<>\s]+>", text):
        raise Malformed("Lock-Token is missing or no token in angle brackets (RFC 4918 §10.5).")
    return text[1:-1]


class Destination(NamedTuple):
    """`host`: lower-case, without user and default port; None = the server asked. `path`: percent-encoded."""

    host: str | None
    path: str


_ADDRESS = re.compile(r"(?:(?P<scheme>https?)://(?:[^/?#@]*@)?(?P<host>[^/?#@]+))?(?P<path>/[^?#]*)", re.IGNORECASE)


def destination(fields: Fields) -> Destination:
    """Where COPY and MOVE go. Raises Malformed when it is missing or no address."""
    text = (fields.get("destination") or "").strip()
    found = address(text)
    if found is None:
        raise Malformed(f"Destination must be an address on this server, not {text!r} (RFC 4918 §10.3).")
    return found


def address(text: str) -> Destination | None:
    """Cut an http address, or the path of one, into host and path; None when it is neither."""
    found = _ADDRESS.fullmatch(text)
    if found is None or text.startswith("//"):
        return None
    host = found["host"]
    return Destination(None if host is None else plain_host(host, found["scheme"]), found["path"])


def plain_host(host: str, scheme: str) -> str:
    """A host in lower case, without the port that goes without saying."""
    return host.lower().removesuffix(":443" if scheme.lower() == "https" else ":80")


def preferences(fields: Fields) -> frozenset[str]:
    """What the client would like (RFC 7240), such as "return=minimal" and "depth-noroot" (RFC 8144)."""
    return frozenset(word.strip().lower() for word in (fields.get("prefer") or "").split(",") if word.strip())
