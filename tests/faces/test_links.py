"""The public page of a link: what a stranger sees, takes along and adds, without script."""

import io
import re
import zipfile
from urllib.parse import quote

import pytest

from nuvol import clock
from nuvol.faces.http import Dispatcher
from nuvol.faces.links.face import face
from nuvol.model.accounts import Actor
from nuvol.model.links import Role
from tests.faces.matrix import develop
from tests.faces.native import Reply, signed_in
from tests.faces.platform import Platform as _Platform
from tests.faces.platform import multipart

ORIGIN = {"origin": "http://cloud.test", "sec_fetch_site": "same-origin"}
MULTIPART = {"content_type": "multipart/form-data; boundary=xyz", **ORIGIN}


class Visitor(_Platform):
    """Somebody with a browser and no account."""

    def __init__(self, cloud, runner) -> None:
        self.cloud, self.runner = cloud, runner
        self.dispatch = Dispatcher({"s": face(cloud)})
        cloud.passwords._figures = (8, 1)
        self.owner = Actor(cloud.accounts.add(None, "Biel", "biel@example.org", "correct horse").id)
        self.root = cloud.tree.root(self.owner).id

    def folder(self, name: str, parent: int | None = None) -> int:
        return self.cloud.tree.create_folder(self.owner, parent or self.root, name).id

    def put(self, name: str, data: bytes = b"x", parent: int | None = None) -> int:
        return self.cloud.uploads.put(self.owner, parent or self.root, name, data).node.id

    def share(self, *node_ids: int, **how) -> str:
        return "/s/" + self.cloud.links.create(self.owner, node_ids, **how).key

    def get(self, address: str, **headers: str) -> Reply:
        return self.ask("GET", address, **headers)

    def form(self, address: str, text: str, **headers: str) -> Reply:
        return self.ask("POST", address, text.encode(), **(ORIGIN | headers))


@pytest.fixture
def visitor(cloud, runner) -> Visitor:
    return Visitor(cloud, runner)


def cookie_of(reply: Reply) -> str:
    return reply.headers["Set-Cookie"].partition(";")[0]


def test_a_folder_is_looked_at_without_script(visitor):
    top = visitor.folder("Coast <walk>")
    inner = visitor.folder("day & night", top)
    text = visitor.put("list.md", b"# <b>bold</b>", top)
    visitor.put("sea.jpg", b"jpeg", inner)
    address = visitor.share(top)
    page = visitor.get(address)
    told = page.body.decode()
    assert page.status == 200 and "Coast &lt;walk&gt;" in told and "day &amp; night" in told and "Biel" in told
    assert "<script" not in told and "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["X-Robots-Tag"] == "noindex" and page.headers["Cache-Control"] == "no-store"
    deeper = visitor.get(f"{address}/{inner}").body.decode()
    assert "sea.jpg" in deeper and "list.md" not in deeper and f'href="{address}"' in deeper
    shown = visitor.get(f"{address}/{text}").body.decode()
    assert "# &lt;b&gt;bold&lt;/b&gt;" in shown
    whole = visitor.get(f"{address}/{visitor.put('Ω.txt', 'Ω'.encode(), top)}").body.decode()
    assert "Ω</pre>" in whole and "This is the beginning" not in whole


def test_files_are_taken_along_and_cannot_act(visitor):
    top = visitor.folder("top")
    page = visitor.put("evil.html", b"<script>alert(1)</script>", top)
    address = visitor.share(top)
    for asked in (f"{address}/{page}/file", f"{address}/{page}/file?open"):
        reply = visitor.get(asked)
        assert reply.body == b"<script>alert(1)</script>"
        assert reply.headers["Content-Security-Policy"] == "sandbox"
        assert reply.headers["Content-Disposition"].startswith("attachment")
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert visitor.get(f"{address}/{page}/file", range="bytes=1-6").body == b"script"


def test_everything_comes_as_one_archive(visitor):
    a, b = visitor.folder("a"), visitor.put("b.txt", b"2")
    visitor.put("f", b"1", a)
    address = visitor.share(a, b)
    listed = zipfile.ZipFile(io.BytesIO(visitor.get(f"{address}/zip").body))
    assert {name: listed.read(name) for name in listed.namelist()} == {"a/f": b"1", "b.txt": b"2"}
    assert zipfile.ZipFile(io.BytesIO(visitor.get(f"{address}/{a}/zip").body)).namelist() == ["a/f"]


def test_nothing_but_the_links_own_is_behind_it(visitor):
    top, other = visitor.folder("top"), visitor.put("secret")
    address = visitor.share(top)
    for path in (f"/{other}", f"/{other}/file", f"/{visitor.root}", "/1e3", "/" + "9" * 30, "/x", f"/{other}/zip"):
        assert visitor.get(address + path).status == 404, path
    assert visitor.ask("POST", f"{address}/keep", **ORIGIN).status == 401
    assert visitor.ask("DELETE", address).status == 404


@pytest.mark.parametrize("how", ["unknown", "revoked", "expired", "used up", "trashed"])
def test_a_link_that_is_over_says_so_in_a_friendly_way(visitor, how):
    node = visitor.put("f")
    address = visitor.share(node, max_uses=1, expires_at=clock.now() + clock.HOUR)
    if how == "unknown":
        address += "x"
    elif how == "revoked":
        link = visitor.cloud.links.list(visitor.owner)[0]
        visitor.cloud.links.remove(visitor.owner, link.id)
    elif how == "expired":
        visitor.cloud.links._files.clock = lambda: clock.now() + clock.DAY
    elif how == "used up":
        assert visitor.get(f"{address}/file").status == 200
    else:
        visitor.cloud.tree.trash(visitor.owner, node)
    for path in ("", "/file", "/zip"):
        reply = visitor.get(address + path)
        assert reply.status == 404 and "Ask whoever sent it" in reply.body.decode()


def test_pictures_are_small_in_a_list_and_lead_to_each_other(visitor):
    top = visitor.folder("top")
    first, second, third = (visitor.put(f"{name}.heic", name.encode(), top) for name in "abc")
    broken = visitor.put("d.heic", b"d")
    address = visitor.share(top)
    assert f'{address}/{first}"' in visitor.get(address).body.decode()
    assert visitor.get(f"{address}/{first}/thumbnail").status == 404
    develop(visitor.cloud)
    listed = visitor.get(address).body.decode()
    assert f'<img src="{address}/{second}/thumbnail" alt="b.heic" width="4" height="3"' in listed
    shown = visitor.get(f"{address}/{second}").body.decode()
    assert f'src="{address}/{second}/thumbnail?size=large"' in shown
    assert all(f'href="{address}/{other}"' in shown for other in (first, third))
    assert f'href="{address}/{first}"' not in visitor.get(f"{address}/{third}").body.decode()
    small = visitor.get(f"{address}/{second}/thumbnail")
    assert (small.body, small.headers["Content-Type"], small.headers["X-Robots-Tag"]) == (
        b"webp",
        "image/webp",
        "noindex",
    )
    assert visitor.get(f"{address}/{second}/thumbnail", if_none_match=small.headers["ETag"]).status == 304
    assert visitor.get(f"{address}/{broken}/thumbnail").status == 404
    counted = visitor.share(top, max_uses=1)
    assert "<img" not in visitor.get(counted).body.decode()
    assert visitor.get(f"{counted}/{second}/thumbnail").status == 403


def test_whoever_signs_in_comes_back_to_the_link(visitor):
    address = visitor.share(visitor.put("f"))
    assert f'href="/signin?to={quote(address, safe="")}"' in visitor.get(address).body.decode()
    closed = visitor.share(visitor.put("g"), accounts_only=True)
    assert f"/signin?to={quote(closed, safe='')}" in visitor.get(closed).body.decode()


def test_a_counted_link_shows_nothing_beforehand(visitor):
    top = visitor.folder("top")
    picture, text = visitor.put("a.jpg", b"jpeg", top), visitor.put("b.txt", b"words", top)
    address = visitor.share(top, max_uses=1)
    assert "<img" not in visitor.get(address).body.decode()
    assert "words" not in visitor.get(f"{address}/{text}").body.decode()
    assert visitor.ask("HEAD", f"{address}/{picture}/file").status == 200
    assert visitor.get(f"{address}/{picture}/file").body == b"jpeg"
    assert visitor.get(f"{address}/{picture}/file").status == 404


def test_a_password_opens_it_for_this_browser(visitor):
    address = visitor.share(visitor.put("f", b"1"), password="open sesame")
    for path in ("", "/file", "/zip"):
        closed = visitor.get(address + path)
        assert closed.status == 403 and 'type="password"' in closed.body.decode()
    wrong = visitor.form(address, "password=no")
    assert wrong.status == 403 and "wrong" in wrong.body.decode()
    opened = visitor.form(address, "password=open+sesame")
    assert (opened.status, opened.headers["Location"]) == (303, address)
    assert "HttpOnly" in opened.headers["Set-Cookie"]
    assert visitor.get(f"{address}/file", cookie=cookie_of(opened)).body == b"1"
    assert visitor.get(f"{address}/file", cookie=cookie_of(opened)[:-1]).status == 403
    for _ in range(6):
        last = visitor.form(address, "password=guess")
    assert last.status == 429 and int(last.headers["Retry-After"]) >= 1


def test_another_site_cannot_send_forms(visitor):
    address = visitor.share(visitor.folder("top"), role=Role.EDIT)
    for path in ("", "/upload", "/keep"):
        reply = visitor.ask(
            "POST", address + path, b"password=x", origin="http://evil.test", sec_fetch_site="cross-site"
        )
        assert reply.status == 403


def test_files_are_added_under_free_names(visitor):
    top = visitor.folder("in")
    visitor.put("a.txt", b"old", top)
    address = visitor.share(top, role=Role.EDIT)
    body = multipart({}, "a.txt", b"new")[: -len(b"--xyz--\r\n")] + multipart({}, "C:\\dir\\b.txt", b"2")
    reply = visitor.ask("POST", f"{address}/upload", body, **MULTIPART)
    assert reply.status == 303
    names = [node.name for node in visitor.cloud.tree.children(visitor.owner, top).nodes]
    assert names == ["a (1).txt", "a.txt", "b.txt"]
    assert "2 files have arrived" in visitor.get(reply.headers["Location"]).body.decode()
    assert visitor.ask("POST", f"{address}/upload", body[:-20], **MULTIPART).status == 400


@pytest.mark.parametrize("said", ["added=Call%20this%20number", "added=-1", "added=1e9", "added=9999999", "done=Call"])
def test_the_page_says_nothing_that_somebody_wrote_into_its_address(visitor, said):
    page = visitor.get(f"{visitor.share(visitor.folder('in'))}?{said}")
    assert page.status == 200 and 'role="status"' not in page.body.decode()


def test_a_link_for_uploads_shows_nothing(visitor):
    top = visitor.folder("in")
    secret = visitor.put("secret.txt", b"1", top)
    address = visitor.share(top, role=Role.UPLOAD)
    page = visitor.get(address).body.decode()
    assert "secret.txt" not in page and 'type="file"' in page
    for path in (f"/{secret}", f"/{secret}/file", "/zip", f"/{top}"):
        assert visitor.get(address + path).status in (403, 404)
    reply = visitor.ask("POST", f"{address}/upload", multipart({}, "gift", b"2"), **MULTIPART)
    assert reply.status == 303


def test_a_link_for_reading_takes_nothing(visitor):
    address = visitor.share(visitor.folder("top"))
    reply = visitor.ask("POST", f"{address}/upload", multipart({}, "gift", b"2"), **MULTIPART)
    assert reply.status == 403 and 'type="file"' not in visitor.get(address).body.decode()


def test_a_link_for_people_with_an_account(visitor, cloud, runner):
    top = visitor.folder("top")
    address = visitor.share(top, accounts_only=True)
    assert visitor.get(address).status == 401
    anna = signed_in(cloud, runner)
    cookie = f"nuvol={anna.token}"
    assert visitor.get(address, cookie=cookie).status == 200
    kept = visitor.ask("POST", f"{address}/keep", cookie=cookie, **ORIGIN)
    assert kept.status == 303
    assert [node.name for node in cloud.tree.children(anna.actor, cloud.tree.root(anna.actor).id).nodes] == ["top"]


def test_a_long_folder_goes_on_over_pages(visitor):
    top = visitor.folder("top")
    for number in range(501):
        visitor.put(f"{number:03}", b"x", top)
    address = visitor.share(top)
    first = visitor.get(address).body.decode()
    assert ">499<" in first and ">500<" not in first
    more = re.search(r'href="([^"]+after=[^"]+)"', first)
    assert more is not None and ">500<" in visitor.get(more[1]).body.decode()
