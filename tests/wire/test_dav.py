"""WebDAV's XML, from bytes to values and back, and how errors are answered."""

from contextlib import suppress
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from msgspec.structs import replace

from nuvol import errors
from nuvol.errors import CloudError, Malformed, TooLarge
from nuvol.model.nodes import Kind, Lock, Node
from nuvol.wire import dav, dav_properties, dav_requests
from nuvol.wire.dav import DAV, OWNCLOUD, Declined
from nuvol.wire.dav_listing import Listing
from nuvol.wire.dav_properties import Facts, SyncState
from nuvol.wire.dav_requests import Edit, LockInfo, Propfind, SyncCollection

SECOND = 1_000_000
MINE = "{http://example.org/ns}"

FILE = Node(
    account_id=1,
    id=0x1A,
    parent_id=2,
    name="sea & sky.jpg",
    kind=Kind.FILE,
    number=3,
    content_number=2,
    content=b"\x01\x02\x03\x04" + bytes(28),
    size=1234,
    blob_id=None,
    mime="image/jpeg",
    created_at=1_000_000_000 * SECOND,
    modified_at=784_111_777 * SECOND + 999_999,
    changed_at=0,
    state=0,
    trash_root=None,
    trashed_at=None,
)
FOLDER = replace(FILE, id=0x2B, name="märz", kind=Kind.FOLDER, content=None, size=0, mime="")


def body(xml: str) -> bytes:
    return f'<?xml version="1.0"?>{xml}'.encode()


# ------------------------------------------------------------------------------------------------- requests


@pytest.mark.parametrize(
    "xml, asked",
    [
        ("", Propfind(every=True)),
        ("<propfind xmlns='DAV:'><allprop/></propfind>", Propfind(every=True)),
        ("<propfind xmlns='DAV:'><propname/></propfind>", Propfind(only_names=True)),
        (
            "<D:propfind xmlns:D='DAV:'><D:prop><D:getetag/><x xmlns='http://example.org/ns'/><y/></D:prop></D:propfind>",
            Propfind((DAV + "getetag", MINE + "x", "y")),
        ),
        (
            "<propfind xmlns='DAV:'><allprop/><include><sync-token/></include></propfind>",
            Propfind((DAV + "sync-token",), every=True),
        ),
        (
            "<propfind xmlns='DAV:'><!-- hm --><news xmlns='urn:x'/><prop><getetag/><getetag/></prop></propfind>",
            Propfind((DAV + "getetag",)),
        ),
    ],
)
def test_what_a_propfind_asks_for(xml: str, asked: Propfind) -> None:
    assert dav_requests.propfind(body(xml) if xml else b"") == asked


HOSTILE = {
    "entities": '<!DOCTYPE a [<!ENTITY a "b">]><propfind xmlns="DAV:"><prop><x>&a;</x></prop></propfind>',
    "an outer file": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><propfind xmlns="DAV:">&x;</propfind>',
    "an outer document type": '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><propfind xmlns="DAV:"><prop/></propfind>',
    "laughs": '<!DOCTYPE a [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    + ']><propfind xmlns="DAV:"><prop x="&a9;">&a9;</prop></propfind>',
    "10,000 levels": "<a>" * 10_000 + "</a>" * 10_000,
    "101 levels": "<propfind xmlns='DAV:'>" + "<a>" * 100 + "</a>" * 100 + "</propfind>",
    "an empty namespace": '<propfind xmlns="DAV:"><prop><b:foo xmlns:b=""/></prop></propfind>',
    "an unknown prefix": '<propfind xmlns="DAV:"><prop><b:foo/></prop></propfind>',
    "no end": "<propfind xmlns='DAV:'>",
    "no XML": "hello",
    "a control character": "<propfind xmlns='DAV:'><prop>\x01</prop></propfind>",
    "another element": "<propertyupdate xmlns='DAV:'/>",
    "another namespace": "<propfind><prop/></propfind>",
    "nothing": "<propfind xmlns='DAV:'/>",
}


@pytest.mark.parametrize("xml", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_xml_is_refused(xml: str) -> None:
    for read in (dav_requests.propfind, dav_requests.proppatch, dav_requests.lockinfo):
        with pytest.raises(Malformed):
            read(xml.encode())
    with pytest.raises((Malformed, Declined)):
        dav_requests.sync_collection(xml.encode(), 0)


def test_too_long_names_and_values_are_refused() -> None:
    name = "n" * dav_requests.NAMES_LENGTH
    with pytest.raises(TooLarge):
        dav_requests.propfind(body(f"<propfind xmlns='DAV:'><prop><{name}1/></prop></propfind>"))
    patch = dav_properties.patch([Edit("a", "x" * (dav_properties.DEAD_LENGTH + 1)), Edit("b", "<b/>")])
    assert patch.refused == {"a": 507}


def test_too_many_properties_are_refused() -> None:
    names = "".join(f"<n{n}/>" for n in range(dav_requests.NAMES + 1))
    with pytest.raises(TooLarge):
        dav_requests.propfind(body(f"<propfind xmlns='DAV:'><prop>{names}</prop></propfind>"))
    with pytest.raises(TooLarge):
        dav_requests.proppatch(body(f"<propertyupdate xmlns='DAV:'><set><prop>{names}</prop></set></propertyupdate>"))


@given(st.binary(max_size=200))
def test_any_body_is_read_or_refused(data: bytes) -> None:
    for read in (dav_requests.propfind, dav_requests.proppatch, dav_requests.lockinfo):
        with suppress(Malformed):
            read(data)


def test_a_proppatch_is_read_in_order() -> None:
    edits = dav_requests.proppatch(
        body(
            "<D:propertyupdate xmlns:D='DAV:' xmlns:m='http://example.org/ns'>"
            "<D:set><D:prop><m:a>1</m:a><b/></D:prop></D:set><D:later/>"
            "<D:remove><D:prop><m:a/></D:prop></D:remove>"
            "<D:set><D:prop><m:a> 2 </m:a></D:prop></D:set>"
            "</D:propertyupdate>"
        )
    )
    assert [(edit.name, edit.text) for edit in edits] == [
        (MINE + "a", "1"),
        ("b", ""),
        (MINE + "a", ""),
        (MINE + "a", "2"),
    ]
    assert edits[2] == Edit(MINE + "a")


def test_a_property_keeps_its_namespaces_and_its_language() -> None:
    (edit,) = dav_requests.proppatch(
        body(
            "<propertyupdate xmlns='DAV:' xmlns:m='http://example.org/ns' xml:lang='ca'><set><prop>"
            "<m:title>la <m:b xmlns:q='urn:q' q:w='&lt;&amp;&quot;'>mar</m:b>&#65536; <!-- i --></m:title> "
            "</prop></set></propertyupdate>"
        )
    )
    assert edit.xml is not None
    element = etree.fromstring(edit.xml)
    assert element.tag == MINE + "title"
    assert element.get("{http://www.w3.org/XML/1998/namespace}lang") == "ca"
    assert element.text == "la " and element[0].tag == MINE + "b"
    assert element[0].get("{urn:q}w") == '<&"' and element[0].tail == "\U00010000 "
    assert not edit.xml.endswith(" ")


@pytest.mark.parametrize(
    "text, time",
    [
        ("784111777", 784_111_777 * SECOND),
        (" 784111777.25 ", 784_111_777 * SECOND + 250_000),
        ("-86400", -86_400 * SECOND),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777 * SECOND),
    ],
)
def test_the_times_clients_set(text: str, time: int) -> None:
    assert dav_requests.modification_time(text) == time


@pytest.mark.parametrize(
    "text", ["", "yesterday", "1e9", "0x10", "99999999999999", "253402300800", "1.", "--1", "١٢", "1.٣"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        dav_requests.modification_time(text)


def test_what_a_lock_asks_for() -> None:
    def lockinfo(inside: str) -> LockInfo | None:
        return dav_requests.lockinfo(body(f"<D:lockinfo xmlns:D='DAV:'>{inside}</D:lockinfo>"))

    write = "<D:locktype><D:write/></D:locktype>"
    assert dav_requests.lockinfo(b"") is None
    assert lockinfo(f"<D:lockscope><D:shared/></D:lockscope>{write}") == LockInfo(False, "")
    found = lockinfo(f"<D:lockscope><D:exclusive/></D:lockscope>{write}<D:owner><D:href>me</D:href></D:owner>")
    assert found is not None and found.exclusive
    assert etree.fromstring(found.owner).findtext(DAV + "href") == "me"
    for broken in (
        "",
        write,
        "<D:lockscope><D:exclusive/></D:lockscope>",
        f"<D:lockscope/>{write}",
        f"<D:lockscope><D:exclusive/><D:shared/></D:lockscope>{write}",
        "<D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:read/></D:locktype>",
    ):
        with pytest.raises(Malformed):
            lockinfo(broken)


def sync(inside: str, depth: int = 0) -> SyncCollection:
    return dav_requests.sync_collection(body(f"<sync-collection xmlns='DAV:'>{inside}</sync-collection>"), depth)


def test_what_a_sync_report_asks_for() -> None:
    prop = "<prop><getetag/></prop>"
    names = (DAV + "getetag",)
    assert sync(f"<sync-token/><sync-level>1</sync-level>{prop}") == SyncCollection("", False, None, names)
    assert sync(
        f"<sync-token> urn:nuvol:sync:7 </sync-token><sync-level>infinite</sync-level>"
        f"<limit><nresults>10</nresults></limit>{prop}"
    ) == SyncCollection("urn:nuvol:sync:7", True, 10, names)
    assert sync(f"<sync-token/>{prop}", depth=1) == SyncCollection("", False, None, names)
    for broken in (
        f"<sync-level>1</sync-level>{prop}",
        f"<sync-token/>{prop}",
        "<sync-token/><sync-level>1</sync-level>",
        f"<sync-token/><sync-level>2</sync-level>{prop}",
        f"<sync-token/><sync-level>1</sync-level><limit><nresults>0</nresults></limit>{prop}",
        f"<sync-token/><sync-level>1</sync-level><limit><nresults>many</nresults></limit>{prop}",
    ):
        with pytest.raises(Malformed):
            sync(broken)


def test_the_last_instruction_about_a_property_counts() -> None:
    patch = dav_properties.patch([Edit("a", "<a/>"), Edit("b"), Edit("a"), Edit("b", "<b/>"), Edit("c", "<c/>")])
    assert (patch.put, patch.drop, patch.refused) == ({"b": "<b/>", "c": "<c/>"}, ["a"], {})
    assert statuses(patch) == {"a": 200, "b": 200, "c": 200}


def statuses(patch: dav_properties.Patch) -> dict[str, int]:
    root = etree.fromstring(dav.multistatus(dav_properties.patched("/a", patch)))
    return {
        str(name.tag): int((propstat.findtext(DAV + "status") or "").split()[1])
        for propstat in root.iterfind(f"{DAV}response/{DAV}propstat")
        for name in propstat.iterfind(f"{DAV}prop/*")
    }


def test_a_protected_property_stops_the_whole_change() -> None:
    patch = dav_properties.patch([Edit("a", "<a/>"), Edit(DAV + "getetag", "<x/>"), Edit(DAV + "getlastmodified")])
    assert statuses(patch) == {"a": 424, DAV + "getetag": 403, DAV + "getlastmodified": 403}
    answer = dav_properties.patched("/a", patch)
    assert answer.count("<d:error><d:cannot-modify-protected-property/></d:error>") == 1


def test_the_modification_time_can_be_set_under_three_names() -> None:
    for name in dav_requests.TIMES:
        patch = dav_properties.patch([Edit(name, "<x/>", "784111777")])
        assert (patch.modified_at, patch.put, patch.refused) == (784_111_777 * SECOND, {}, {})
    assert statuses(dav_properties.patch([Edit(DAV + "lastmodified", "<x/>", "soon"), Edit("a")])) == {
        DAV + "lastmodified": 409,
        "a": 424,
    }


@pytest.mark.parametrize(
    "text, found",
    [
        ("SHA1:Ab01", {"SHA1": "ab01"}),
        ("md5:00", {"MD5": "00"}),
        ("CRC32:00", {}),
        ("SHA1:xyz", {}),
        (None, {}),
    ],
)
def test_checksums_of_a_put(text: str | None, found: dict[str, str]) -> None:
    assert dav_requests.checksum(text) == found


@pytest.mark.parametrize(
    "text, found",
    [
        ("image/jpeg", "image/jpeg"),
        ("text/plain; charset=utf-8", "text/plain; charset=utf-8"),
        ("application/octet-stream", ""),
        ("application/x-www-form-urlencoded", ""),
        ("text", ""),
        ("text/<b>", ""),
        ("text/plain; a=\x01", ""),
        (None, ""),
    ],
)
def test_the_media_type_of_a_put(text: str | None, found: str) -> None:
    assert dav_requests.media_type(text) == found


def test_a_report_nobody_knows_is_declined() -> None:
    with pytest.raises(Declined) as caught:
        dav_requests.sync_collection(body("<expand-property xmlns='DAV:'/>"), 0)
    assert (caught.value.status, caught.value.condition) == (403, "supported-report")


@pytest.mark.parametrize(
    "state",
    [
        SyncState("ep.1-7"),
        SyncState(None, "ep.1-7", "ü/a:b c"),
        SyncState("ep.1-5", "ep.1-7", "a"),
    ],
)
def test_a_sync_token_is_an_address_and_comes_back(state: SyncState) -> None:
    token = dav_properties.sync_token(state)
    assert token.isascii() and token.startswith("urn:") and " " not in token
    assert dav_properties.sync_state(token) == state


def test_foreign_sync_tokens_are_noticed() -> None:
    assert dav_properties.sync_state("") == SyncState()
    for token in ("http://example.org/sync/7", "urn:nuvol:sync:1:2", "urn:nuvol:sync:1:2:3:4"):
        assert dav_properties.sync_state(token) is None


# ------------------------------------------------------------------------------------------------- answers


def listed(asked: Propfind, node: Node, facts: Facts | None = None, minimal: bool = False) -> dict[int, dict[str, str]]:
    """What a listing says about a node: {status: {name: inner text}}."""
    listing = Listing(asked, minimal)
    root = etree.fromstring(dav.multistatus(listing.response("/a", node, facts or Facts())))
    found: dict[int, dict[str, str]] = {}
    for propstat in root.iterfind(f"{DAV}response/{DAV}propstat"):
        status = int((propstat.findtext(DAV + "status") or "").split()[1])
        properties = propstat.find(DAV + "prop")
        assert properties is not None and status not in found
        found[status] = {str(each.tag): str(each.xpath("string()")) for each in properties}
    return found


def test_a_file_says_what_it_is() -> None:
    names = ("resourcetype", "getcontentlength", "getcontenttype", "getetag", "getlastmodified", "creationdate")
    assert listed(Propfind(tuple(DAV + name for name in (*names, "displayname"))), FILE) == {
        200: {
            DAV + "resourcetype": "",
            DAV + "getcontentlength": "1234",
            DAV + "getcontenttype": "image/jpeg",
            DAV + "getetag": '"1a-2-01020304"',
            DAV + "getlastmodified": "Sun, 06 Nov 1994 08:49:37 GMT",
            DAV + "creationdate": "2001-09-09T01:46:40Z",
            DAV + "displayname": "sea & sky.jpg",
        }
    }


def test_what_a_node_lacks_is_named_with_404() -> None:
    asked = Propfind((DAV + "resourcetype", DAV + "getetag", MINE + "colour", "plain"))
    assert listed(asked, FOLDER) == {
        200: {DAV + "resourcetype": ""},
        404: {DAV + "getetag": "", MINE + "colour": "", "plain": ""},
    }
    assert listed(asked, FOLDER, minimal=True) == {200: {DAV + "resourcetype": ""}}


def test_dead_properties_are_written_as_they_came() -> None:
    facts = Facts(dead={FILE.id: {MINE + "a": '<a xmlns="http://example.org/ns">1</a>', "b": "<b>2</b>"}})
    assert listed(Propfind((MINE + "a", "c")), FILE, facts) == {200: {MINE + "a": "1"}, 404: {"c": ""}}
    every = listed(Propfind((MINE + "a", DAV + "sync-token"), every=True), FILE, facts)
    assert every[200].keys() == dav_properties.EVERY | {MINE + "a", "b"}
    assert every[404].keys() == {DAV + "sync-token"}
    names = listed(Propfind(only_names=True), FILE, facts)
    assert names == {200: dict.fromkeys([*dav_properties.FILE, MINE + "a", "b"], "")}


def test_quota_is_said_of_folders_and_only_where_there_is_one() -> None:
    asked = Propfind((DAV + "quota-used-bytes", DAV + "quota-available-bytes"))
    used, available = asked.names
    assert listed(asked, FOLDER, Facts(spaces={FOLDER.account_id: (5, 7)})) == {200: {used: "5", available: "7"}}
    assert listed(asked, FOLDER, Facts(spaces={FOLDER.account_id: (5, None)})) == {
        200: {used: "5"},
        404: {available: ""},
    }
    assert listed(asked, FILE) == {200: {}, 404: {used: "", available: ""}}


def test_checksums_permissions_and_ids_are_written_as_owncloud_does() -> None:
    assert FILE.content is not None
    facts = Facts(checksums={FILE.content: {"SHA1": "aa", "MD5": "bb"}})
    checksums, permissions, fileid = (OWNCLOUD + name for name in ("checksums", "permissions", "fileid"))
    asked = Propfind((checksums, permissions, fileid))
    assert listed(asked, FILE, facts) == {200: {checksums: "SHA1:aa MD5:bb", permissions: "DNVW", fileid: "26"}}
    assert listed(asked, FILE) == {200: {permissions: "DNVW", fileid: "26"}, 404: {checksums: ""}}
    assert listed(asked, FOLDER)[200][permissions] == "DNVCK"


def test_locks_are_told_with_their_owner_and_the_time_left() -> None:
    lock = Lock(
        account_id=1,
        token="urn:uuid:1",
        node_id=2,
        owner='<owner xmlns="DAV:">me</owner>',
        deep=True,
        exclusive=False,
        holder_id=1,
        expires_at=100 * SECOND,
        seconds=60,
    )
    facts = Facts(now=70 * SECOND - 1, locks={FILE.id: [(lock, "/dav/files/a%20b/")]})
    text = dav.multistatus(Listing(Propfind((DAV + "lockdiscovery",))).response("/a", FILE, facts))
    (active,) = etree.fromstring(text).iter(DAV + "activelock")
    assert active.find(f"{DAV}lockscope/{DAV}shared") is not None
    assert active.findtext(DAV + "depth") == "infinity"
    assert active.findtext(DAV + "owner") == "me"
    assert active.findtext(DAV + "timeout") == "Second-30"
    assert active.findtext(f"{DAV}locktoken/{DAV}href") == "urn:uuid:1"
    assert active.findtext(f"{DAV}lockroot/{DAV}href") == "/dav/files/a%20b/"


@given(st.text(min_size=1, alphabet=st.characters(codec="utf-8", exclude_characters="/\0")))
def test_any_name_can_be_listed_and_its_address_gives_it_back(name: str) -> None:
    listing = Listing(Propfind((DAV + "displayname",)))
    node = replace(FILE, name=name)
    root = etree.fromstring(dav.multistatus(listing.members("/dav/files/", [node], Facts())))
    address = root.findtext(f"{DAV}response/{DAV}href")
    assert address is not None and address.isascii()
    assert dav.href("/dav/files/", name, is_folder=False) == address
    assert unquote(address.removeprefix("/dav/files/")) == name


def test_folders_are_listed_with_a_slash() -> None:
    text = Listing(Propfind(("x",))).members("/dav/files/", [FILE, FOLDER], Facts())
    hrefs = [str(each.text) for each in etree.fromstring(dav.multistatus(text)).iter(DAV + "href")]
    assert hrefs == ["/dav/files/m%C3%A4rz/", "/dav/files/sea%20%26%20sky.jpg"]


@pytest.mark.parametrize("year", [-(10**18), -1, 0, 10**18])
def test_no_time_is_too_odd_to_be_written(year: int) -> None:
    found = listed(Propfind((DAV + "getlastmodified", DAV + "creationdate")), replace(FILE, modified_at=year))
    assert found[200][DAV + "getlastmodified"].endswith("GMT")


def test_a_page_for_browsers_shows_any_name_as_text() -> None:
    page = dav.index_head("<me>") + dav.index_rows([("/dav/files/%3Cscript%3E", "<script>")]) + dav.INDEX_END
    assert "<script>" not in page and '<a href="/dav/files/%3Cscript%3E">&lt;script&gt;</a>' in page


def test_xml_text_leaves_out_what_xml_cannot_carry() -> None:
    assert dav.text("a\x01<b>&\ufffe\r\n\t\ud800") == "a&lt;b&gt;&amp;&#13;\n\t"


# -------------------------------------------------------------------------------------------------- errors


def every_error() -> list[CloudError]:
    made: list[CloudError] = [Declined(409, "a", "b")]
    arguments: dict[str, tuple[object, ...]] = {
        "NameTaken": ("a<b",),
        "OffsetMismatch": ("a", 1),
        "ChunksLacking": ([],),
        "Locked": (1,),
        "QuotaExceeded": (1,),
        "TooManyAttempts": (1.5,),
    }
    for name, kind in vars(errors).items():
        if isinstance(kind, type) and issubclass(kind, CloudError):
            made.append(kind(*arguments.get(name, ("a",))))
    return made


@pytest.mark.parametrize("error", every_error(), ids=lambda error: type(error).__name__)
def test_every_error_is_answered(error: CloudError) -> None:
    for method in (*dav.METHODS, "POST"):
        status, fields, answer = dav.refusal(error, method, "/dav/files/a%26b")
        root = etree.fromstring(answer)
        assert root.tag == DAV + "error"
        assert root.findtext("{urn:nuvol}code") == error.code
        assert str(error) in (root.findtext("{urn:nuvol}message") or "")
        assert 400 <= status < 600
        assert (status == 405) == ("Allow" in dict(fields))
        assert (status == 401) == ("WWW-Authenticate" in dict(fields))
        assert ("Retry-After" in dict(fields)) == (status in (429, 503))


@pytest.mark.parametrize(
    "error, method, status, condition",
    [
        (errors.NodeMissing("a"), "GET", 404, None),
        (errors.ParentMissing("a"), "PUT", 409, None),
        (errors.NameTaken("a"), "MKCOL", 405, None),
        (errors.NameTaken("a"), "MOVE", 412, None),
        (errors.BelowItself("a"), "MOVE", 409, None),
        (errors.WrongKind("a"), "PUT", 409, None),
        (errors.WrongKind("a"), "COPY", 409, None),
        (errors.PreconditionFailed("a"), "PUT", 412, None),
        (errors.Locked(1), "PUT", 423, "lock-token-submitted"),
        (errors.Locked(1), "LOCK", 423, "no-conflicting-lock"),
        (errors.LockMissing("a"), "UNLOCK", 409, "lock-token-matches-request-uri"),
        (errors.LockMissing("a"), "LOCK", 412, "lock-token-matches-request-uri"),
        (errors.NotAdmitted("a"), "GET", 401, None),
        (errors.NotAllowed("a"), "GET", 403, None),
        (errors.TooManyAttempts(3), "GET", 429, None),
        (errors.QuotaExceeded(1), "PUT", 507, "quota-not-exceeded"),
        (errors.StoreFull("a"), "PUT", 507, "sufficient-disk-space"),
        (errors.BadName("a"), "PUT", 400, None),
        (errors.TooLarge("a"), "PROPFIND", 413, None),
        (errors.Busy(), "PUT", 503, None),
        (errors.Damaged("a"), "GET", 500, None),
        (Declined(403, "a", "propfind-finite-depth"), "PROPFIND", 403, "propfind-finite-depth"),
    ],
)
def test_errors_are_answered_as_the_rfcs_say(
    error: CloudError, method: str, status: int, condition: str | None
) -> None:
    found, fields, answer = dav.refusal(error, method, "/dav/files/a")
    root = etree.fromstring(answer)
    names = [str(each.tag) for each in root if str(each.tag).startswith(DAV)]
    assert (found, names) == (status, [] if condition is None else [DAV + condition])
    if isinstance(error, errors.Locked):
        assert root.findtext(f"*/{DAV}href") == "/dav/files/a"
    if status == 401:
        assert dict(fields)["WWW-Authenticate"] == 'Basic realm="Nuvol", charset="UTF-8"'
    if isinstance(error, errors.TooManyAttempts):
        assert dict(fields)["Retry-After"] == "3"
