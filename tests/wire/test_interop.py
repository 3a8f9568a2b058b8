"""What clouds say to each other, as bytes."""

import json

import pytest
from oauthlib.oauth1 import Client

from nuvol import errors
from nuvol.errors import BadValue, PeerUnreachable
from nuvol.model.elsewhere import Item, Way
from nuvol.wire import interop, oauth1

WAY = Way("https://There.example:443/base/v1/folder/7", "tk", "t&s", "ck", "c s")
SECRET = "nv_f_" + "x" * 43


@pytest.mark.parametrize(
    "text, address",
    [
        (f"https://there.example/shared#{SECRET}", "https://there.example"),
        (f"  http://127.0.0.1:8080/shared#{SECRET}\n", "http://127.0.0.1:8080"),
        (f"https://there.example/cloud/shared#{SECRET}", "https://there.example/cloud"),
    ],
)
def test_a_link_is_taken_apart(text, address):
    assert interop.link(text) == (address, SECRET)


@pytest.mark.parametrize(
    "text",
    ["", SECRET, "https://there.example/shared", f"ftp://there.example/shared#{SECRET}",
     "https://x/shared#nv_s_" + "x" * 43, f"https://x/a b/shared#{SECRET}", f"https:///shared#{SECRET}", f"https://x/?/shared#{SECRET}"],
)  # fmt: skip
def test_what_is_no_link_is_refused(text):
    with pytest.raises(BadValue):
        interop.link(text)


@pytest.mark.parametrize(
    "url, base",
    [("https://a/v1/folder/7", "https://a/v1/"), ("http://a:1/folder/1", "http://a:1/"), ("https://a/v1/file/7", None),
     ("https://a/v1/folder/0", None), ("https://a/v1/folder/x", None), ("https://a/v1/folder/9999999999999999", None),
     ("ftp://a/folder/7", None), ("https://a/v1/folder/7?x", None), ("", None)],
)  # fmt: skip
def test_the_base_is_what_is_before_the_folder(url, base):
    if base is None:
        with pytest.raises(BadValue):
            interop.base(url)
    else:
        assert interop.base(url) == base


@pytest.mark.parametrize("query", [[], [("name", "~a b ñ & + ="), ("parent", "7")]])
def test_calls_are_signed_as_others_sign(query):
    call = interop.signed(WAY, 1_700_000_000_000_000, "POST", "file", query, "application/octet-stream")
    said = dict(oauth1.read("GET", "https", "x", "/", "", call.headers["Authorization"], None).oauth)
    client = Client(
        "ck", client_secret="c s", resource_owner_key="tk", resource_owner_secret="t&s",
        nonce=said["nonce"], timestamp=said["timestamp"],
    )  # fmt: skip
    _, headers, _ = client.sign(call.url, "POST")
    theirs = oauth1.read("GET", "https", "x", "/", "", headers["Authorization"], None).oauth
    assert (said["signature"], said["timestamp"]) == (theirs["signature"], "1700000000")
    assert call.headers["StackSync-API"] == "v2" and call.headers["Content-Type"] == "application/octet-stream"


TOLD = {
    "id": "12", "parent_id": None, "filename": "f", "is_folder": False, "size": 3, "mimetype": "text/plain",
    "version": 2, "modified_at": "2015-02-06 10:16:25.693", "user": "ann",
}  # fmt: skip


def test_metadata_is_read_whatever_is_left_out():
    read = Item(12, None, "f", False, 3, "text/plain", 2, "2015-02-06 10:16:25.693", "ann")
    assert interop.item(json.dumps(TOLD).encode()) == read
    bare = {"id": 1, "parent_id": 5, "filename": "d", "is_folder": True, "size": None}
    assert interop.children(json.dumps({"contents": [TOLD, bare]}).encode()) == [
        read,
        Item(1, 5, "d", True, 0, "", 0, "", ""),
    ]


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b'{"contents": 1}', b'{"contents": [1]}', b'{"contents": [{"id": "x"}]}', b"\xff",
             b"[" * 100_000]
)  # fmt: skip
def test_what_cannot_be_read_is_the_other_clouds_fault(data):
    for read in (interop.item, interop.children, interop.guest):
        with pytest.raises(PeerUnreachable):
            read(data)


@pytest.mark.parametrize(
    "status, kind",
    [(400, errors.BadValue), (401, errors.NotAllowed), (403, errors.NotAllowed), (404, errors.NodeMissing),
     (413, errors.TooLarge), (429, errors.PeerUnreachable), (500, errors.PeerUnreachable),
     (302, errors.PeerUnreachable)],
)  # fmt: skip
def test_refusals_become_errors_of_ours(status, kind):
    error = interop.refusal(status, b'{"error": 1, "description": "No."}', "there.example")
    assert type(error) is kind and "No." in str(error)
    assert type(interop.refusal(status, b"<html>", "there.example")) is kind
