"""The XML bodies of WebDAV requests, as values. Every function raises Malformed for what it cannot read."""

import re

from lxml import etree
from msgspec import Struct

from nuvol.errors import Malformed, TooLarge
from nuvol.wire.dav import DAV, MICROSOFT, Declined
from nuvol.wire.preconditions import moment

BODY_BYTES = 1 << 20  # no client needs a hundredth of it
LEVELS = 100  # elements within each other; dead properties of real programs stay below ten
NAMES = 500  # properties in one request
NAMES_LENGTH = 16 << 10  # of all names asked for, in characters: each may come back in each of 1,000 rows of a page

_PARSER = etree.XMLParser(
    resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, collect_ids=False, remove_pis=True
)
_TOO_DEEP = etree.XPath("boolean(" + "/*" * (LEVELS + 1) + ")")
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"

Element = etree._Element


def _parse(body: bytes) -> Element:
    try:
        root = etree.fromstring(body, _PARSER)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Malformed(f"The body is no XML: {error}.") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise Malformed("The body declares a document type, which WebDAV has no use for.")
    if _TOO_DEEP(root):
        raise Malformed(f"The body has more than {LEVELS} elements within each other.")
    return root


def _root(body: bytes, name: str) -> Element:
    root = _parse(body)
    if root.tag != DAV + name:
        raise Malformed(f"The body must be a {name} element of the namespace DAV:, not {root.tag}.")
    return root


def _children(element: Element) -> list[Element]:
    """Child elements, without comments."""
    return [child for child in element if isinstance(child.tag, str)]


def _names(element: Element) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(str(child.tag) for child in _children(element)))
    if len(names) > NAMES or sum(map(len, names)) > NAMES_LENGTH:
        raise TooLarge(f"More than {NAMES} properties, or too long names, are asked for at once.")
    return names


class Propfind(Struct, frozen=True):
    """What a PROPFIND asks for (RFC 4918 §14.20)."""

    names: tuple[str, ...] = ()
    """The properties asked for by name, as "{namespace}local"; beside `every`: also these."""
    every: bool = False
    """allprop: all dead properties and the live ones of RFC 4918."""
    only_names: bool = False
    """propname."""


def propfind(body: bytes) -> Propfind:
    """An empty body asks for everything (§9.1)."""
    if not body.strip():
        return Propfind(every=True)
    for child in _children(_root(body, "propfind")):
        if child.tag == DAV + "prop":
            return Propfind(_names(child))
        if child.tag == DAV + "propname":
            return Propfind(only_names=True)
        if child.tag == DAV + "allprop":
            return Propfind(_included(child), every=True)
    raise Malformed("A propfind element asks for prop, allprop or propname (RFC 4918 §14.20).")


def _included(allprop: Element) -> tuple[str, ...]:
    include = next(allprop.itersiblings(DAV + "include"), None)
    return _names(include) if include is not None else ()


class Edit(Struct, frozen=True):
    """One instruction of a PROPPATCH: set a property to an element, or remove it."""

    name: str
    xml: str | None = None
    """The whole element with the namespaces and the language it needs; None = remove."""
    text: str = ""


def proppatch(body: bytes) -> list[Edit]:
    """The instructions in document order (RFC 4918 §9.2)."""
    edits: list[Edit] = []
    for step in _children(_root(body, "propertyupdate")):
        if step.tag not in (DAV + "set", DAV + "remove"):
            continue  # §17: what is not known is ignored
        for child in (child for prop in step.iterchildren(DAV + "prop") for child in _children(prop)):
            name = str(child.tag)
            if step.tag == DAV + "remove":
                edits.append(Edit(name))
            else:
                edits.append(Edit(name, _standing_alone(child), str(child.xpath("string()")).strip()))
    if not edits:
        raise Malformed("A propertyupdate element sets or removes at least one property (RFC 4918 §14.19).")
    if len(edits) > NAMES:
        raise TooLarge(f"More than {NAMES} properties are changed at once.")
    return edits


def _standing_alone(element: Element) -> str:
    """An element as text that means the same in any other document: §4.3 keeps language and namespaces."""
    if _LANGUAGE not in element.attrib:
        language = next((up.get(_LANGUAGE) for up in element.iterancestors() if _LANGUAGE in up.attrib), None)
        if language:
            element.set(_LANGUAGE, language)
    return etree.tostring(element, encoding="unicode", with_tail=False)


TIMES = frozenset({DAV + "getlastmodified", DAV + "lastmodified", MICROSOFT + "Win32LastModifiedTime"})
"""The names under which clients set the modification time: macOS, rclone, Windows."""


def modification_time(text: str) -> int:
    """Microseconds of what a client gives as a modification time: an HTTP date, or seconds since 1970."""
    found = seconds(text)
    if found is None:
        found = moment(text)
    if found is None:
        raise Malformed(f"{text!r} is no time: give an HTTP date or the seconds since 1970.")
    return found


_SECONDS = re.compile(r"\s*(-?[0-9]{1,12})(?:\.([0-9]+))?\s*")
_YEARS = (-62_135_596_800, 253_402_300_799)  # 1 to 9999: all that a date in an answer can say


def seconds(text: str) -> int | None:
    """Microseconds of a decimal number of seconds since 1970; None when it is none, or too far away."""
    found = _SECONDS.fullmatch(text)
    if found is None or not _YEARS[0] <= int(found[1]) <= _YEARS[1]:
        return None
    return int(found[1]) * 1_000_000 + int((found[2] or "")[:6].ljust(6, "0"))


_CHECKSUM = re.compile(r"\s*(SHA1|MD5|SHA256|ADLER32|BLAKE3):([0-9A-Fa-f]+)\s*", re.IGNORECASE)


def checksum(text: str | None) -> dict[str, str]:
    """What an OC-Checksum field says, {"SHA1": hex}; a kind that is not known here says nothing."""
    found = _CHECKSUM.fullmatch(text or "")
    return {found[1].upper(): found[2].lower()} if found else {}


_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,64}/[A-Za-z0-9!#$&^_.+-]{1,64}(?:\s*;[\x20-\x7e]{1,100})?")
_SAYS_NOTHING = frozenset({"", "application/octet-stream", "application/x-www-form-urlencoded", "binary/octet-stream"})


def media_type(text: str | None) -> str:
    """The Content-Type of a PUT; nothing when it only says "bytes" (the name then tells more)."""
    kind = (text or "").partition(";")[0].strip().lower()
    return "" if kind in _SAYS_NOTHING or not _MEDIA_TYPE.fullmatch((text or "").strip()) else (text or "").strip()


class LockInfo(Struct, frozen=True):
    """What a LOCK asks for (RFC 4918 §14.11)."""

    exclusive: bool
    owner: str
    """The client's owner element, or nothing."""


def lockinfo(body: bytes) -> LockInfo | None:
    """None: the body is empty, a lock shall be refreshed (§9.10.2)."""
    if not body.strip():
        return None
    root = _root(body, "lockinfo")
    scopes = {str(scope.tag) for scope in root.iterfind(f"{DAV}lockscope/*")}
    if root.find(f"{DAV}locktype/{DAV}write") is None or scopes not in ({DAV + "exclusive"}, {DAV + "shared"}):
        raise Malformed("A lock is a write lock, exclusive or shared (RFC 4918 §14.11).")
    owner = root.find(DAV + "owner")
    return LockInfo(scopes == {DAV + "exclusive"}, "" if owner is None else _standing_alone(owner))


class SyncCollection(Struct, frozen=True):
    """What a sync-collection report asks for (RFC 6578 §6.1)."""

    token: str
    """Empty: everything there is."""
    deep: bool
    limit: int | None
    names: tuple[str, ...]


def sync_collection(body: bytes, depth: int) -> SyncCollection:
    """`depth`: of the request; it counts where the client knows no sync-level yet (RFC 6578 appendix A)."""
    root = _parse(body)
    if root.tag != DAV + "sync-collection":
        raise Declined(403, f"There is no report {root.tag} here.", "supported-report")
    token, prop = root.find(DAV + "sync-token"), root.find(DAV + "prop")
    level = (root.findtext(DAV + "sync-level") or ("1" if depth == 1 else "")).strip()
    if token is None or prop is None or level not in ("1", "infinite"):
        raise Malformed("A sync-collection names sync-token, sync-level (1 or infinite) and prop (RFC 6578 §6.1).")
    limit = root.findtext(f"{DAV}limit/{DAV}nresults")
    if limit is not None and not (limit.strip().isascii() and limit.strip().isdigit() and int(limit[:18])):
        raise Malformed(f"nresults is a number above zero, not {limit!r}.")
    return SyncCollection((token.text or "").strip(), level == "infinite", int(limit) if limit else None, _names(prop))
