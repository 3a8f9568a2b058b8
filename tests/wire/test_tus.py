"""The headers of tus 1.0.0."""

from base64 import b64encode

import pytest

from nuvol.errors import BadValue, ChecksumMismatch, OffsetMismatch, UploadMissing
from nuvol.wire import tus
from nuvol.wire.api.problems import WrongTusVersion


def metadata(**pairs: str) -> str:
    return ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in pairs.items())


def test_the_version_must_be_ours() -> None:
    tus.require_version({"tus-resumable": "1.0.0"})
    for headers in ({}, {"tus-resumable": "0.2.2"}):
        with pytest.raises(WrongTusVersion):
            tus.require_version(headers)


def test_a_length_is_told_now_or_later() -> None:
    assert tus.size({"upload-length": "100"}) == 100
    assert tus.size({"upload-defer-length": "1"}) is None


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"upload-length": "-1"},
        {"upload-length": "1.5"},
        {"upload-length": "٣"},
        {"upload-length": "9" * 20},
        {"upload-length": str(1 << 53)},
        {"upload-defer-length": "2"},
        {"upload-length": "1", "upload-defer-length": "1"},
    ],
)
def test_a_broken_length_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(BadValue):
        tus.size(headers)


def test_metadata_is_decoded() -> None:
    assert tus.metadata("") == {}
    assert tus.metadata("filename w6QudHh0, is_private") == {"filename": "ä.txt", "is_private": ""}


@pytest.mark.parametrize(
    "header", ["filename !!!", "filename 4pg=, filename 4pg=", ",", "a /w==", "é AAAA", "a " + "A" * 9000]
)
def test_broken_metadata_is_refused(header: str) -> None:
    with pytest.raises(BadValue):
        tus.metadata(header)


def test_a_target_is_a_node_a_path_or_a_name_in_a_folder() -> None:
    assert tus.target(metadata(node="5")) == tus.Target(node_id=5)
    assert tus.target(metadata(path="a/b")) == tus.Target(path="a/b")
    found = tus.target(metadata(parent="7", filename="x.png", filetype="image/png", modified="1970-01-01T00:00:01Z"))
    assert found == tus.Target(parent_id=7, name="x.png", mime="image/png", modified_at=1_000_000)


def test_a_type_that_a_browser_does_not_know_is_left_out() -> None:
    assert tus.target(metadata(path="a", filetype="")).mime == ""
    assert tus.target(metadata(path="a", filetype="text/plain;charset=utf-8")).mime == "text/plain"


@pytest.mark.parametrize(
    "header",
    ["", metadata(filename="x"), metadata(parent="7"), metadata(node="seven"), metadata(path="a", modified="now")],
)
def test_a_target_that_says_nothing_is_refused(header: str) -> None:
    with pytest.raises(BadValue):
        tus.target(header)


def test_a_checksum_is_an_algorithm_and_a_digest() -> None:
    assert tus.checksum({}) is None
    digest = bytes(range(20))
    assert tus.checksum({"upload-checksum": f"sha1 {b64encode(digest).decode()}"}) == ("sha1", digest)


@pytest.mark.parametrize("header", ["sha1", "sha1 AAAA", "crc32 AAAA", "sha1 !", "md5 é"])
def test_a_broken_checksum_is_refused(header: str) -> None:
    with pytest.raises(BadValue):
        tus.checksum({"upload-checksum": header})


def test_tus_has_statuses_of_its_own() -> None:
    assert tus.answer(ChecksumMismatch("damaged"))[0] == 460
    assert tus.answer(UploadMissing("gone"))[0] == 404
    status, headers, _ = tus.answer(WrongTusVersion("another"))
    assert (status, dict(headers)["Tus-Version"]) == (412, "1.0.0")
    status, headers, _ = tus.answer(OffsetMismatch("elsewhere", 12))
    assert (status, dict(headers)["Upload-Offset"], dict(headers)["Tus-Resumable"]) == (409, "12", "1.0.0")
