"""PROPFIND and PROPPATCH in process (RFC 4918 §9.1, §9.2; RFC 4331; RFC 8144)."""

import asyncio

import pytest
from lxml import etree

from nuvol.core.cloud import Cloud
from nuvol.wire.dav import DAV
from tests.faces.webdav import ROOT, Dav, condition, multistatus, propfind, proppatch

MINE = "{http://example.org/ns}"


@pytest.fixture
def dav(cloud: Cloud, runner: asyncio.Runner) -> Dav:
    return Dav(cloud, runner)


def found(
    dav: Dav, path: str, body: str = "", depth: str = "0", **headers: str
) -> dict[str, tuple[int, etree._Element]]:
    """What a PROPFIND of one resource tells."""
    (about,) = multistatus(dav("PROPFIND", path, body, depth=depth, **headers)).values()
    return about


def text(dav: Dav, path: str, element: str) -> str | None:
    (status, value), *_ = found(dav, path, propfind(element)).values()
    return str(value.xpath("string()")) if status == 200 else None


def test_a_folder_is_listed_one_level_deep(dav: Dav) -> None:
    dav.mkcol("a")
    dav.mkcol("a/b")
    dav.put("a/b/c")
    dav.put("a/d", b"12345")
    listed = multistatus(dav("PROPFIND", "a", propfind("getcontentlength"), depth="1"))
    assert listed.keys() == {f"{ROOT}a/", f"{ROOT}a/b/", f"{ROOT}a/d"}
    assert listed[f"{ROOT}a/d"][DAV + "getcontentlength"][1].text == "5"
    assert multistatus(dav("PROPFIND", "a/d", depth="1")).keys() == {f"{ROOT}a/d"}


def test_depth_infinity_is_declined(dav: Dav) -> None:
    for headers in ({}, {"depth": "infinity"}):
        reply = dav("PROPFIND", "", propfind("getetag"), **headers)
        assert (reply.status, condition(reply)) == (403, "propfind-finite-depth")
    assert dav("PROPFIND", "", depth="2").status == 400


def test_a_long_folder_is_listed_whole_and_in_pages(dav: Dav) -> None:
    root = dav.cloud.tree.root(dav.actor)
    folder = dav.cloud.tree.create_folder(dav.actor, root.id, "long")
    first = dav.cloud.tree.create_folder(dav.actor, folder.id, "0")
    for number in range(1, 2050):
        dav.cloud.copies.copy(dav.actor, first.id, folder.id, str(number))
    assert dav.names("long") == {f"{number}/" for number in range(2050)}
    assert dav("GET", "long").body.count(b"<li>") == 2050


def test_allprop_tells_the_properties_of_the_rfc_and_the_dead_ones(dav: Dav) -> None:
    dav.put("a")
    dav("PROPPATCH", "a", proppatch('<m:colour xmlns:m="http://example.org/ns">blue</m:colour>'))
    for body in ("", '<propfind xmlns="DAV:"><allprop/></propfind>'):
        about = found(dav, "a", body)
        assert {status for status, _ in about.values()} == {200}
        assert {MINE + "colour", DAV + "getetag", DAV + "lockdiscovery", DAV + "supportedlock"} <= about.keys()
        assert DAV + "quota-used-bytes" not in about
    names = found(dav, "a", '<propfind xmlns="DAV:"><propname/></propfind>')
    assert MINE + "colour" in names and DAV + "current-user-principal" in names
    assert all(len(element) == 0 and not element.text for _, element in names.values())


def test_a_client_may_leave_out_what_is_missing_and_the_folder_itself(dav: Dav) -> None:
    dav.put("a")
    body = propfind("getetag", "nothing")
    reply = dav("PROPFIND", "", body, depth="1", prefer="return=minimal, depth-noroot")
    assert reply.headers["Preference-Applied"] == "depth-noroot, return=minimal"
    assert {href: set(about) for href, about in multistatus(reply).items()} == {f"{ROOT}a": {DAV + "getetag"}}


def test_live_properties(dav: Dav) -> None:
    etag = dav.put("a b.txt", b"12345", x_oc_mtime="784111777").headers["ETag"]
    told = {
        "getetag": etag,
        "getcontentlength": "5",
        "getcontenttype": "text/plain",
        "getlastmodified": "Sun, 06 Nov 1994 08:49:37 GMT",
        "displayname": "a b.txt",
        "current-user-principal": "/dav/principals/ada/",
    }
    for name, value in told.items():
        assert text(dav, "a b.txt", name) == value
    node = dav.cloud.tree.resolve(dav.actor, "a b.txt")
    assert text(dav, "a b.txt", "<oc:fileid/>") == str(node.id)
    assert text(dav, "a b.txt", "<oc:permissions/>") == "DNVW"
    assert text(dav, "", "<oc:permissions/>") == "CK"
    assert text(dav, "", "displayname") == "ada"


def test_quota(cloud: Cloud, runner: asyncio.Runner) -> None:
    dav, bob = Dav(cloud, runner, quota=1000), Dav(cloud, runner, "bob")
    dav.put("a", b"12345")
    assert (text(dav, "", "quota-used-bytes"), text(dav, "", "quota-available-bytes")) == ("5", "995")
    assert (text(bob, "", "quota-used-bytes"), text(bob, "", "quota-available-bytes")) == ("0", None)


def test_checksums_are_told_of_those_files_that_came_with_one(dav: Dav) -> None:
    dav.put("a", b"", oc_checksum="MD5:d41d8cd98f00b204e9800998ecf8427e")
    dav.put("b", b"other")
    assert text(dav, "a", "<oc:checksums/>") == (
        "SHA1:da39a3ee5e6b4b0d3255bfef95601890afd80709 MD5:d41d8cd98f00b204e9800998ecf8427e"
    )
    assert text(dav, "b", "<oc:checksums/>") is None


def test_dead_properties_come_back_as_they_went(dav: Dav) -> None:
    dav.mkcol("a")
    sent = '<m:t xmlns:m="http://example.org/ns" xml:lang="ca">la <m:b q="&lt;">mar</m:b> &#65536;</m:t>'
    about = multistatus(dav("PROPPATCH", "a", proppatch(sent + '<n xmlns="">1</n>')))
    assert about == {f"{ROOT}a/": about[f"{ROOT}a/"]}
    assert {name: status for name, (status, _) in about[f"{ROOT}a/"].items()} == {MINE + "t": 200, "n": 200}
    _, element = found(dav, "a", propfind('<t xmlns="http://example.org/ns"/>'))[MINE + "t"]
    assert etree.tostring(element, method="c14n2", exclusive=True, with_tail=False) == etree.tostring(
        etree.fromstring(sent), method="c14n2", exclusive=True
    )
    dav("PROPPATCH", "a", proppatch(drop='<m:t xmlns:m="http://example.org/ns"/><unknown/>'))
    assert found(dav, "a", propfind('<t xmlns="http://example.org/ns"/>'))[MINE + "t"][0] == 404


def test_a_proppatch_is_done_whole_or_not_at_all(dav: Dav) -> None:
    dav.put("a")
    about = multistatus(dav("PROPPATCH", "a", proppatch("<mine>1</mine><D:getetag>x</D:getetag>")))[f"{ROOT}a"]
    assert {name: status for name, (status, _) in about.items()} == {"mine": 424, DAV + "getetag": 403}
    assert found(dav, "a", propfind('<mine xmlns=""/>'))["mine"][0] == 404


@pytest.mark.parametrize(
    "element",
    [
        "<D:getlastmodified>Sun, 06 Nov 1994 08:49:37 GMT</D:getlastmodified>",
        "<D:lastmodified>784111777</D:lastmodified>",
        '<Z:Win32LastModifiedTime xmlns:Z="urn:schemas-microsoft-com:">Sun, 06 Nov 1994 08:49:37 GMT'
        "</Z:Win32LastModifiedTime>",
    ],
)
def test_clients_set_the_modification_time(dav: Dav, element: str) -> None:
    for path in ("file", "folder"):
        dav.put(path) if path == "file" else dav.mkcol(path)
        about = multistatus(dav("PROPPATCH", path, proppatch(element)))
        assert {status for each in about.values() for status, _ in each.values()} == {200}
        assert text(dav, path, "getlastmodified") == "Sun, 06 Nov 1994 08:49:37 GMT"
    assert dav.get("file") == b"x"


def test_what_windows_sets_after_an_upload_is_taken(dav: Dav) -> None:
    dav.put("a")
    stamps = "".join(
        f"<Z:Win32{name}>Sun, 06 Nov 1994 08:49:37 GMT</Z:Win32{name}>"
        for name in ("CreationTime", "LastAccessTime", "LastModifiedTime")
    )
    body = (
        '<D:propertyupdate xmlns:D="DAV:" xmlns:Z="urn:schemas-microsoft-com:"><D:set><D:prop>'
        f"{stamps}<Z:Win32FileAttributes>00000020</Z:Win32FileAttributes></D:prop></D:set></D:propertyupdate>"
    )
    (about,) = multistatus(dav("PROPPATCH", "a", body)).values()
    assert {status for status, _ in about.values()} == {200}


def test_properties_go_along_with_a_copy(dav: Dav) -> None:
    dav.mkcol("a")
    dav.put("a/b")
    for path in ("a", "a/b"):
        dav("PROPPATCH", path, proppatch('<c xmlns="">blue</c>'))
    dav("COPY", "a", destination=f"{ROOT}copy")
    for path in ("copy", "copy/b"):
        assert text(dav, path, '<c xmlns=""/>') == "blue"


def test_conditions_hold_for_properties_too(dav: Dav) -> None:
    dav.put("a")
    assert dav("PROPPATCH", "a", proppatch("<c>1</c>"), if_match='"other"').status == 412
    assert found(dav, "a", propfind('<c xmlns=""/>'))["c"][0] == 404


@pytest.mark.parametrize(
    "body",
    [
        "nonsense",
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><propfind xmlns="DAV:"><a>&x;</a></propfind>',
        "<a>" * 10_000,
        "<propfind xmlns='DAV:'>" + "<a>" * 200 + "</a>" * 200 + "</propfind>",
    ],
)
def test_hostile_bodies_are_refused(dav: Dav, body: str) -> None:
    for method in ("PROPFIND", "PROPPATCH", "LOCK", "REPORT"):
        reply = dav(method, "", body, depth="0")
        assert reply.status in (400, 403), method
        assert b"root:" not in reply.body


def test_a_body_above_a_mebibyte_is_refused(dav: Dav) -> None:
    for method in ("PROPFIND", "PROPPATCH", "LOCK", "REPORT"):
        assert dav(method, "", b" " * (1 << 20) + b" ", depth="0").status == 413


def test_odd_names_do_not_break_a_listing(dav: Dav) -> None:
    root = dav.cloud.tree.root(dav.actor)
    for name in ("\x01\x1f", "]]>", "<&\">'", "\ufffe"):
        dav.cloud.uploads.put(dav.actor, root.id, name, b"x")
    assert len(multistatus(dav("PROPFIND", "", depth="1"))) == 5
