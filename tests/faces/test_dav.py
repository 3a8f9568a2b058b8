"""WebDAV in process: content, folders, copies, moves, and what is refused (RFC 4918 §9)."""

import asyncio
import hashlib
import unicodedata
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from nuvol.core.cloud import Cloud
from nuvol.errors import NodeMissing
from nuvol.faces.http import Disconnected
from nuvol.wire import dav as words
from tests.faces.native import Body
from tests.faces.webdav import ROOT, Dav, condition, multistatus, propfind, proppatch


@pytest.fixture
def dav(cloud: Cloud, runner: asyncio.Runner) -> Dav:
    return Dav(cloud, runner)


@pytest.fixture(autouse=True)
def no_answer_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever is asked here: no 500."""
    answer = Dav._answer
    seen: list[int] = []

    async def watched(self: Dav, request: object) -> object:
        reply = await answer(self, request)  # type: ignore[arg-type]
        seen.append(reply.status)
        return reply

    monkeypatch.setattr(Dav, "_answer", watched)
    yield
    assert 500 not in seen


BIG = b"0123456789" * 20_000
"""More than what rests in the catalog."""


# ---------------------------------------------------------------------------------------------- who and where


def test_nobody_gets_in_without_credentials(dav: Dav) -> None:
    for method in words.METHODS:
        reply = dav.raw(method, ROOT + "a", authorization="Basic nonsense")
        assert reply.status == 401
        assert reply.headers["WWW-Authenticate"] == 'Basic realm="Nuvol", charset="UTF-8"'


def test_a_cookie_opens_nothing(dav: Dav) -> None:
    dav.cloud.accounts.set_password(None, dav.actor.account_id, "correct horse")
    _, token = dav.cloud.grants.sign_in(dav.name, "correct horse", agent="", network="192.0.2.1")
    assert dav.raw("GET", ROOT, authorization="", cookie=f"nuvol={token}").status == 401


def test_an_unknown_method_is_told_which_there_are(dav: Dav) -> None:
    reply = dav("PATCH", "a")
    assert reply.status == 405
    assert reply.headers["Allow"].split(", ") == list(words.METHODS)


def test_options_says_what_this_is(dav: Dav) -> None:
    reply = dav("OPTIONS")
    assert (reply.status, reply.headers["DAV"], reply.headers["MS-Author-Via"]) == (200, "1, 2, 3", "DAV")


def test_everybody_has_a_root_of_their_own(dav: Dav, cloud: Cloud, runner: asyncio.Runner) -> None:
    other = Dav(cloud, runner, "bob")
    dav.put("mine.txt")
    assert other.names() == set()
    assert other("GET", "mine.txt").status == 404


@pytest.mark.parametrize("target", ["/dav", "/dav/", "/dav/filesystem", "/dav/other/a"])
def test_there_is_nothing_beside_the_files(dav: Dav, target: str) -> None:
    assert dav.raw("PROPFIND", target, depth="0").status == 404


@pytest.mark.parametrize(
    "target, status",
    [("%zz", 400), ("%ff", 400), ("a%00b", 400), ("a%2Fb", 400), ("%2e%2e/a", 400), (".", 400), ("x" * 256, 400)],
)
def test_what_is_no_name_is_refused(dav: Dav, target: str, status: int) -> None:
    assert dav.raw("PUT", ROOT + target, b"x").status == status
    assert dav.raw("MKCOL", ROOT + target).status == status
    assert dav.names() == set()


# ---------------------------------------------------------------------------------------------------- content


@pytest.mark.parametrize("content", [b"", b"x", BIG], ids=["empty", "small", "big"])
def test_what_is_put_comes_back(dav: Dav, content: bytes) -> None:
    created = dav.put("a b.txt", content)
    assert created.status == 201
    got = dav("GET", "a b.txt")
    assert got.body == content
    assert got.headers["ETag"] == created.headers["ETag"] == created.headers["OC-ETag"]
    assert got.headers["OC-FileId"] == created.headers["OC-FileId"]
    assert dav("HEAD", "a b.txt").headers["ETag"] == got.headers["ETag"]
    assert dav("GET", "a b.txt", range="bytes=0-0").body == content[:1]


def test_putting_again_makes_a_new_version(dav: Dav) -> None:
    first, second = dav.put("a", b"one"), dav.put("a", b"two")
    assert (first.status, second.status) == (201, 204)
    assert first.headers["OC-FileId"] == second.headers["OC-FileId"]
    assert first.headers["ETag"] != second.headers["ETag"]
    node = dav.cloud.tree.resolve(dav.actor, "a")
    assert len(dav.cloud.versions.list(dav.actor, node.id)) == 2


@pytest.mark.parametrize("announced", [True, False])
@pytest.mark.parametrize("size", [100, 200_000])
def test_a_body_that_breaks_off_leaves_nothing(dav: Dav, announced: bool, size: int) -> None:
    dav.put("old", b"old")
    used = dav.cloud.tree.usage(dav.actor).used
    for name in ("old", "new"):
        with pytest.raises(Disconnected):  # nobody hears an answer
            dav.raw("PUT", ROOT + name, Body([b"x" * size], cut=True), length=size * 2 if announced else None)
    assert dav.get("old") == b"old"
    assert dav.names() == {"old"}
    assert dav.cloud.tree.usage(dav.actor).used == used


def test_a_part_of_a_file_cannot_be_put(dav: Dav) -> None:
    assert dav("PUT", "a", b"x", content_range="bytes 5-5/10").status == 400
    assert dav.names() == set()


def test_quota_is_asked_before_the_body_is_read(cloud: Cloud, runner: asyncio.Runner) -> None:
    dav = Dav(cloud, runner, quota=100)
    for size, fields in ((20_000, {}), (1_000_000, {}), (101, {"expect": "100-continue"})):
        body = Body([b"x" * size])
        reply = dav.raw("PUT", ROOT + "a", body, length=size, **fields)
        assert (reply.status, condition(reply), body.read) == (507, "quota-not-exceeded", False)
    assert dav("PUT", "a", b"x" * 101).status == 507
    assert dav.raw("PUT", ROOT + "a", Body([BIG])).status == 507  # not announced
    assert dav.put("a", b"x" * 100).status == 201


def test_a_folder_cannot_be_put_over_nor_a_file_made_a_folder(dav: Dav) -> None:
    dav.mkcol("folder")
    dav.put("file")
    for path in ("folder", "folder/", "new/", ""):
        reply = dav("PUT", path, b"x")
        assert reply.status == 405 and "PUT" not in reply.headers["Allow"].split(", ")
    for path in ("folder", "file", ""):
        assert dav("MKCOL", path).status == 405
    assert dav("PUT", "missing/a", b"x").status == 409
    assert dav("PUT", "file/a", b"x").status == 409
    assert dav("MKCOL", "missing/a").status == 409


def test_a_folder_is_made_without_a_body(dav: Dav) -> None:
    assert dav("MKCOL", "a", b"<x/>").status == 415
    assert dav("MKCOL", "a/").status == 201


@pytest.mark.parametrize("text, seconds", [("1000000000", 1_000_000_000), ("1000000000.75", 1_000_000_000), ("-5", -5)])
@pytest.mark.parametrize("content", [b"x", BIG], ids=["small", "big"])
def test_the_time_a_client_gives_is_kept(dav: Dav, text: str, seconds: int, content: bytes) -> None:
    reply = dav.put("a", content, x_oc_mtime=text)
    assert reply.headers["X-OC-MTime"] == "accepted"
    assert dav.cloud.tree.resolve(dav.actor, "a").modified_at // 1_000_000 == seconds


def test_a_time_that_is_none_is_refused(dav: Dav) -> None:
    for text in ("", "0x5f", "now", "1e9", "9" * 30):
        assert dav("PUT", "a", b"x", x_oc_mtime=text).status == 400


@pytest.mark.parametrize("content", [b"x", BIG], ids=["small", "big"])
def test_a_checksum_is_compared_and_kept(dav: Dav, content: bytes) -> None:
    right, wrong = hashlib.sha1(content).hexdigest(), hashlib.sha1(b"other").hexdigest()
    md5 = hashlib.md5(content).hexdigest()
    assert dav("PUT", "a", content, oc_checksum=f"SHA1:{wrong}").status == 400
    assert dav.names() == set()
    assert dav("PUT", "a", content, oc_checksum=f"SHA1:{right}").status == 201
    assert dav("PUT", "b", content, oc_checksum="CRC32:00").status == 201
    listed = multistatus(dav("PROPFIND", "", propfind("<oc:checksums/>"), depth="1"))
    status, element = listed[ROOT + "a"]["{http://owncloud.org/ns}checksums"]
    assert (status, element.xpath("string()")) == (200, f"SHA1:{right} MD5:{md5}")


def test_the_media_type_is_the_one_given_or_told_by_the_name(dav: Dav) -> None:
    dav.put("a.png", content_type="application/octet-stream")
    dav.put("b", content_type="text/csv; charset=utf-8")
    assert dav("GET", "a.png").headers["Content-Type"] == "image/png"
    assert dav("GET", "b").headers["Content-Type"] == "text/csv; charset=utf-8"


def test_content_cannot_act_as_a_page(dav: Dav) -> None:
    dav.put("a.html", b"<script>alert(1)</script>")
    headers = dav("GET", "a.html").headers
    assert headers["Content-Security-Policy"] == "sandbox"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Disposition"].startswith("attachment")


def test_a_browser_gets_a_list_of_a_folder(dav: Dav) -> None:
    dav.mkcol("a")
    dav.put("a/<script>alert(1)</script>".replace("/script", "script"))
    for path in ("a", "a/"):
        reply = dav("GET", path)
        assert reply.status == 200 and reply.headers["Content-Type"].startswith("text/html")
        assert b"<script>" not in reply.body and b'href="/dav/files/a/%3Cscript%3E' in reply.body
    assert dav("HEAD", "a").status == 200
    assert dav("GET", "").status == 200


# -------------------------------------------------------------------------------------------------- conditions


def test_only_the_expected_state_is_replaced(dav: Dav) -> None:
    etag = dav.put("a", b"one").headers["ETag"]
    assert dav("PUT", "a", b"two", if_match='"other"').status == 412
    assert dav("PUT", "a", b"two", if_none_match="*").status == 412
    assert dav("PUT", "b", b"two", if_match="*").status == 412
    assert dav("DELETE", "a", if_match='"other"').status == 412
    assert dav("MOVE", "a", destination=ROOT + "b", if_match='"other"').status == 412
    assert dav("PUT", "a", b"two", if_unmodified_since="Sun, 06 Nov 1994 08:49:37 GMT").status == 412
    assert dav("PUT", "a", b"x", if_match="nonsense").status == 400
    assert dav.get("a") == b"one"
    assert dav("PUT", "a", b"two", if_match=etag).status == 204
    assert dav("PUT", "b", b"two", if_none_match="*").status == 201
    assert dav("GET", "a", if_none_match=etag).status == 200
    assert dav("GET", "b", if_none_match=dav("HEAD", "b").headers["ETag"]).status == 304


def test_the_if_header_compares_tags_here_and_elsewhere(dav: Dav) -> None:
    etag = dav.put("a", b"one").headers["ETag"]
    other = dav.put("b", b"two").headers["ETag"]
    assert dav("PUT", "a", b"x", **{"if": f"([{other}])"}).status == 412
    assert dav("PUT", "a", b"x", **{"if": f"<{ROOT}b> ([{etag}])"}).status == 412
    assert dav("PUT", "a", b"x", **{"if": "<http://elsewhere/b> (<urn:a>)"}).status == 412
    assert dav("PUT", "a", b"x", **{"if": "(urn:a)"}).status == 400
    assert dav("PUT", "a", b"x", **{"if": f"<{ROOT}b> ([{other}])"}).status == 204
    assert dav("PUT", "a", b"y", **{"if": "(Not <DAV:no-lock>)"}).status == 204


# ------------------------------------------------------------------------------------------- delete, copy, move


def test_what_is_deleted_goes_to_the_trash(dav: Dav) -> None:
    dav.mkcol("a")
    dav.put("a/b", b"kept")
    assert dav("DELETE", "a", depth="0").status == 400
    assert dav("DELETE", "a/").status == 204
    assert dav("DELETE", "a").status == 404
    assert dav("DELETE", "").status == 403
    (root,) = dav.cloud.trash.list(dav.actor).nodes
    dav.cloud.trash.restore(dav.actor, root.id)
    assert dav.get("a/b") == b"kept"


def test_a_copy_is_whole_or_the_folder_alone(dav: Dav) -> None:
    dav.mkcol("a")
    dav.mkcol("a/b")
    dav.put("a/b/c", b"deep", x_oc_mtime="1000000000")
    assert dav("COPY", "a", destination=ROOT + "whole/").status == 201
    assert dav("COPY", "a/", destination="http://cloud.example/dav/files/alone", depth="0").status == 201
    assert dav("COPY", "a", destination=ROOT + "x", depth="1").status == 400
    assert dav.get("whole/b/c") == b"deep"
    assert dav.names("alone") == set()
    assert dav.names() == {"a/", "whole/", "alone/"}
    copied = dav.cloud.tree.resolve(dav.actor, "whole/b/c")
    assert copied.modified_at == 1_000_000_000_000_000


@pytest.mark.parametrize("method", ["COPY", "MOVE"])
def test_overwriting_is_asked_for(dav: Dav, method: str) -> None:
    dav.put("a", b"new")
    dav.put("b", b"old")
    assert dav(method, "a", destination=ROOT + "b", overwrite="F").status == 412
    assert dav.get("b") == b"old"
    assert dav(method, "a", destination=ROOT + "b", overwrite="maybe").status == 400
    assert dav(method, "a", destination=ROOT + "b").status == 204
    assert dav.get("b") == b"new"
    (trashed,) = dav.cloud.trash.list(dav.actor).nodes
    assert trashed.name == "b"


@pytest.mark.parametrize("method", ["COPY", "MOVE"])
def test_where_nothing_can_go(dav: Dav, method: str) -> None:
    dav.mkcol("a")
    dav.mkcol("a/b")
    dav.put("file")
    assert dav(method, "a", destination=ROOT + "a").status == 403
    assert dav(method, "a", destination=ROOT + "a/").status == 403
    assert dav(method, "a", destination=ROOT + "a/b/c").status == 409
    assert dav(method, "a/b", destination=ROOT + "a").status == 409
    assert dav(method, "a", destination=ROOT + "missing/a").status == 409
    assert dav(method, "a", destination=ROOT + "file/a").status == 409
    assert dav(method, "missing", destination=ROOT + "b").status == 404
    assert dav(method, "", destination=ROOT + "b").status == 403
    assert dav(method, "a", destination=ROOT).status == 403
    assert dav(method, "a", destination="http://elsewhere.example/dav/files/b").status == 502
    assert dav(method, "a", destination="/api/v1/nodes").status == 403
    assert dav(method, "a", destination=ROOT + "a%2Fb").status == 400
    assert dav(method, "a", destination=ROOT + "%ff").status == 400
    assert dav(method, "a", destination="b").status == 400
    assert dav(method, "a").status == 400
    assert dav.names() == {"a/", "file"}
    assert dav.names("a") == {"b/"}


def test_a_move_keeps_the_node_and_its_properties(dav: Dav) -> None:
    file_id = dav.put("a", b"x").headers["OC-FileId"]
    assert dav("PROPPATCH", "a", proppatch("<c>blue</c>")).status == 207
    assert dav("MOVE", "a", destination=ROOT + "b").status == 201
    assert dav("GET", "b").headers["OC-FileId"] == file_id
    assert multistatus(dav("PROPFIND", "b", propfind('<c xmlns=""/>'), depth="0"))[ROOT + "b"]["c"][1].text == "blue"
    assert dav("MOVE", "b", depth="0", destination=ROOT + "c").status == 201


# ------------------------------------------------------------------------------------------------------- names

NAMES = [
    unicodedata.normalize("NFC", "Ångström é"),
    unicodedata.normalize("NFD", "Ångström è"),
    "👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "\u202egnp.exe",
    "x" * 255,
    "ü" * 127,
    "trailing dot.",
    " spaces ",
    "100% #1 ?&=+;:@",
    'it\'s <b>"bold"</b>'.replace("/", "\\"),
    "new\nline\r\ttab",
    "\x01\x1f\x7f",
    "\ufffe\uffff",
    "...",
    "CON",
    "case",
    "Case",
]


def test_any_name_comes_back_exactly(dav: Dav) -> None:
    for name in NAMES:
        dav.put(name, name.encode())
    listed = multistatus(dav("PROPFIND", "", depth="1"))
    assert len(listed) == len(NAMES) + 1
    for name in NAMES:
        href = ROOT + quote(name, safe="")
        assert href in listed
        assert dav.raw("GET", href).body == name.encode()


def test_names_equal_after_nfc_are_one(dav: Dav) -> None:
    composed, decomposed = (unicodedata.normalize(form, "é") for form in ("NFC", "NFD"))
    assert dav.put(composed, b"1").status == 201
    assert dav.put(decomposed, b"2").status == 204
    assert dav("MKCOL", decomposed).status == 405
    assert dav.get(composed) == b"2"
    assert dav("MOVE", composed, destination=ROOT + "e%CC%81").status == 201  # only spelled anew
    assert dav.names() == {"e%CC%81"}


def test_slashes_at_the_end_and_doubled_ones_count_for_nothing(dav: Dav) -> None:
    dav.mkcol("a")
    dav.put("a/b", b"x")
    assert dav.raw("GET", f"{ROOT}/a//b").body == b"x"
    assert dav.raw("PROPFIND", f"{ROOT}a", depth="0").body == dav.raw("PROPFIND", f"{ROOT}a/", depth="0").body
    assert dav.raw("PROPFIND", "/dav/files", depth="0").status == 207


def test_what_is_gone_is_gone_for_every_method(dav: Dav) -> None:
    dav.mkcol("a")
    dav("DELETE", "a")
    with pytest.raises(NodeMissing):
        dav.cloud.tree.resolve(dav.actor, "a")
    bodies = {
        "PROPFIND": propfind("getetag"),
        "PROPPATCH": proppatch(drop="<x/>"),
        "REPORT": '<sync-collection xmlns="DAV:"><sync-token/><sync-level>1</sync-level><prop/></sync-collection>',
    }
    for method in ("GET", "HEAD", "DELETE", "PROPFIND", "PROPPATCH", "UNLOCK", "COPY", "MOVE", "REPORT"):
        reply = dav(
            method,
            "a",
            bodies.get(method, ""),
            destination=ROOT + "b",
            lock_token="<urn:uuid:1>",
            depth="infinity" if method in ("COPY", "MOVE", "DELETE") else "0",
        )
        assert reply.status == 404, method
