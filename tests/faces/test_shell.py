"""The built desktop as it is served: one page for its addresses, files that are kept for ever."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from nuvol.faces.desktop import shell
from nuvol.faces.http import Answer, Headers, Request

WORKER = Path(__file__).parents[2] / "web" / "src" / "worker" / "part.ts"


@pytest.fixture(autouse=True)
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html>")
    (tmp_path / "early.js").write_text("1")
    (tmp_path / "worker.js").write_text("1")
    (tmp_path / "nuvol.en.webmanifest").write_text("{}")
    (tmp_path / "icon-192.png").write_bytes(b"\x89PNG")
    (tmp_path / "assets" / "index-1.js").write_text("const a = 1;")
    (tmp_path / "assets" / "index-1.js.gz").write_bytes(gzip.compress(b"const a = 1;"))
    (tmp_path / "secret.txt").write_text("no")
    monkeypatch.setattr(shell, "_FOLDER", tmp_path)
    shell._read.cache_clear()
    yield tmp_path
    shell._read.cache_clear()


def get(target: str, **headers: str) -> Request:
    return Request("GET", target, headers=Headers((name.replace("_", "-"), value) for name, value in headers.items()))


def field(answer: Answer | None, name: str) -> str | None:
    assert answer is not None
    return dict(answer.headers).get(name)


def body(answer: Answer | None) -> bytes:
    assert answer is not None and isinstance(answer.body, bytes)
    return answer.body


@pytest.mark.parametrize(
    "address", ["", "files", "files/Summer/Coast walk", "trash", "search", "settings/look", "setup/x"]
)
def test_these_addresses_are_the_page(address: str) -> None:
    assert shell.knows(*address.partition("/")[::2])


@pytest.mark.parametrize("address", ["trash/x", "signin/x", "api", "dav/files", "assets/x", "Files"])
def test_no_other_address_is(address: str) -> None:
    assert not shell.knows(*address.partition("/")[::2])


def test_the_page_runs_only_what_is_ours_and_is_asked_for_anew() -> None:
    policy = field(shell.page(get("/")), "Content-Security-Policy") or ""
    assert "default-src 'none'" in policy and "script-src 'self'" in policy and "frame-ancestors 'self'" in policy
    assert "unsafe" not in policy
    assert field(shell.page(get("/")), "Cache-Control") == "no-cache"


def test_assets_are_kept_for_ever_and_packed_for_those_who_can_unpack() -> None:
    plain = shell.asset(get("/assets/index-1.js"), "index-1.js")
    packed = shell.asset(get("/assets/index-1.js", accept_encoding="gzip, br"), "index-1.js")
    assert "immutable" in (field(plain, "Cache-Control") or "")
    assert field(plain, "Content-Type") == "text/javascript; charset=utf-8"
    assert field(packed, "Content-Encoding") == "gzip"
    assert gzip.decompress(body(packed)) == body(plain) == b"const a = 1;"


def test_what_makes_it_an_app_has_its_types_and_is_asked_for_anew() -> None:
    policy = field(shell.page(get("/")), "Content-Security-Policy") or ""
    assert "manifest-src 'self'" in policy and "worker-src 'self'" in policy
    for name, kind in (
        ("worker.js", "text/javascript; charset=utf-8"),
        ("nuvol.en.webmanifest", "application/manifest+json"),
        ("icon-192.png", "image/png"),
    ):
        answer = shell.loose(get(f"/{name}"), name)
        assert (field(answer, "Content-Type"), field(answer, "Cache-Control")) == (kind, "no-cache")
    worker = shell.loose(get("/worker.js"), "worker.js")
    assert field(worker, "Content-Security-Policy") == "default-src 'none'; connect-src 'self'"


def test_the_service_worker_opens_the_addresses_that_are_the_page() -> None:
    found = re.search(r"PAGES: [^=]+ = \[(.*)\];", WORKER.read_text())
    assert found is not None
    # Setting up needs the server: it says whether the link is still good.
    assert set(re.findall(r"'(\w*)'", found[1])) == shell.PAGES - {"setup"}


def test_the_icons_are_drawn_in_the_colours_of_the_tokens_and_have_their_sizes() -> None:
    tokens = (Path(shell.__file__).parent / "tokens.css").read_text()
    found = re.search(r"--cobalt-fill: light-dark\(#(\w{6})", tokens)
    assert found is not None
    fill = (*bytes.fromhex(found[1]), 255)
    for name in shell.LOOSE:
        if not name.endswith(".png"):
            continue
        with Image.open(WORKER.parents[2] / "public" / name) as icon:
            size = int(name.removesuffix(".png").rpartition("-")[2])
            assert icon.size == (size, size)
            assert icon.getpixel((size // 2, size // 10)) == fill
            assert icon.getpixel((size // 2, size // 2)) == (255, 255, 255, 255)
            round_ones = name in ("icon-192.png", "icon-512.png")
            assert icon.getpixel((0, 0)) == ((0, 0, 0, 0) if round_ones else fill)  # nothing shows where systems cut


@pytest.mark.parametrize("name", ["missing.js", "../index.html", "..%2fsecret.txt", "../secret.txt", ".built-from", ""])
def test_nothing_else_comes_out_of_the_folder(name: str) -> None:
    assert shell.asset(get("/assets/x"), name) is None
