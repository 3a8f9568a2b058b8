"""The built desktop as it is served: one page for its addresses, files that are kept for ever."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from nuvol.faces.desktop import shell
from nuvol.faces.http import Answer, Headers, Request


@pytest.fixture(autouse=True)
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html>")
    (tmp_path / "early.js").write_text("1")
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


@pytest.mark.parametrize("name", ["missing.js", "../index.html", "..%2fsecret.txt", "../secret.txt", ".built-from", ""])
def test_nothing_else_comes_out_of_the_folder(name: str) -> None:
    assert shell.asset(get("/assets/x"), name) is None
