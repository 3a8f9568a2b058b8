"""Signatures of CloudFS: the test vector of the specification and the ways of the published clients."""

import base64
import hashlib
import hmac
from urllib.parse import quote, quote_plus

import pytest

from nuvol.wire import cloudfs_signature as signature

SECRET = "topsecret"
PATH = "/v2/oauth2/token"
FIELDS = (("username", "ann@example.org"), ("grant_type", "password"), ("password", "s3cret x"))
DATE = "Sat, 21 Nov 2026 10:00:00 GMT"
CONTENT_TYPE = 'application/x-www-form-urlencoded; charset="utf-8"'
VECTOR = "xy9AFILMPHtj7YkiZdHeO4DKHWk="


def signed(line: str) -> str:
    return base64.b64encode(hmac.digest(SECRET.encode(), line.encode(), hashlib.sha1)).decode()


def test_the_vector_of_the_specification() -> None:
    body = signature.encode(FIELDS)
    assert body == "grant_type=password&password=s3cret+x&username=ann%40example.org"
    header = signature.authorization("id-1", SECRET, "POST", PATH, body, CONTENT_TYPE, DATE)
    assert header == f"BCS id-1:{VECTOR}"
    assert signature.shown(header) == ("id-1", VECTOR)
    assert signature.fits(SECRET, VECTOR, "POST", PATH, body, CONTENT_TYPE, DATE)


def test_the_order_in_which_the_fields_came_does_not_matter() -> None:
    body = "username=ann%40example.org&grant_type=password&password=s3cret+x"
    assert signature.fits(SECRET, VECTOR, "POST", PATH, body, CONTENT_TYPE, DATE)


def test_a_body_that_was_not_encoded_does_not_matter() -> None:
    body = "grant_type=password&password=s3cret+x&username=ann@example.org"
    assert signature.fits(SECRET, VECTOR, "POST", PATH, body, CONTENT_TYPE, DATE)


@pytest.mark.parametrize("bare", ["", "~", "~!*'()"])
def test_whatever_a_client_leaves_bare(bare: str) -> None:
    fields = (("grant_type", "password"), ("password", "it's (a) ~ *secret*!"), ("username", "ann"))
    body = "&".join(f"{n}={quote_plus(v, safe=bare).replace('~', '~' if bare else '%7E')}" for n, v in fields)
    headers = f"Content-Type:{quote_plus(CONTENT_TYPE, safe=bare)}&Date:{quote_plus(DATE, safe=bare)}"
    made = signed(f"POST&{PATH}&{body}&{headers}")
    for sent in (body, quote(body, safe="=&+%")):
        assert signature.fits(SECRET, made, "POST", PATH, sent, CONTENT_TYPE, DATE)


@pytest.mark.parametrize("empty_part", ["&", ""])
def test_calls_without_a_body_are_signed_in_two_ways(empty_part: str) -> None:
    headers = f"Content-Type:{quote_plus(CONTENT_TYPE)}&Date:{quote_plus(DATE)}"
    made = signed(f"GET&/v2/admin/customers/plan/&{empty_part}{headers}")
    assert signature.fits(SECRET, made, "GET", "/v2/admin/customers/plan/", "", CONTENT_TYPE, DATE)


@pytest.mark.parametrize(
    "changed",
    [
        {"secret": "topsecreT"},
        {"method": "GET"},
        {"path": "/v2/oauth2/token/"},
        {"body": "grant_type=password&password=s3cret+y&username=ann%40example.org"},
        {"date": "Sat,  21 Nov 2026 10:00:00 GMT"},
        {"content_type": "application/x-www-form-urlencoded"},
        {"signature": ""},
        {"signature": "é"},
    ],
)
def test_anything_else_does_not_fit(changed: dict[str, str]) -> None:
    call = {
        "secret": SECRET,
        "signature": VECTOR,
        "method": "POST",
        "path": PATH,
        "body": signature.encode(FIELDS),
        "content_type": CONTENT_TYPE,
        "date": DATE,
    }
    assert signature.fits(**call)
    assert not signature.fits(**{**call, **changed})


@pytest.mark.parametrize("header", ["", "BCS", "BCS id", "BCS :x", "BCS id:", "Bearer id:x"])
def test_other_headers_are_not_mistaken_for_one(header: str) -> None:
    assert signature.shown(header) is None
