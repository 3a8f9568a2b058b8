"""The words of the sign-up service."""

import json
from urllib.parse import urlencode

import pytest

from nuvol.errors import BadValue, Busy, CloudError, NotAllowed, TooLarge, TooManyAttempts, Unreachable
from nuvol.wire import signup

FORM = "application/x-www-form-urlencoded"
WHOLE = {"username": "ann@example.org", "password": "s3cret ö", "first_name": "Ann", "last_name": "O'Hara"}


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", None, "text/plain"])
def test_json_is_read_whatever_it_is_called(kind: str | None) -> None:
    assert signup.read_newcomer(json.dumps(WHOLE).encode(), kind) == signup.Newcomer(**WHOLE)


@pytest.mark.parametrize("kind", [FORM, f"{FORM}; charset=utf-8", None])
def test_a_form_is_read_as_well(kind: str | None) -> None:
    assert signup.read_newcomer(urlencode(WHOLE).encode(), kind) == signup.Newcomer(**WHOLE)


def test_names_may_be_left_out() -> None:
    only = {"username": "ann", "password": "secret", "first_name": None}
    assert signup.read_newcomer(json.dumps(only).encode(), None) == signup.Newcomer("ann", "secret")
    assert signup.read_login(json.dumps(only).encode(), None) == signup.Login("ann", "secret")


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({}, ["username: it is needed.", "password: it is needed."]),
        ({"username": "  ", "password": "x"}, ["username: it must not be blank."]),
        ({"username": "a" * 101, "password": "x"}, ["username: it must not be longer than 100 letters."]),
        ({"username": 3, "password": ["x"]}, ["username: it must be a text.", "password: it must be a text."]),
        ({"username": "a", "password": "x", "last_name": "n" * 101}, ["last_name: it must not be longer"]),
    ],
)
def test_every_field_and_its_problem_is_named(fields: dict[str, object], named: list[str]) -> None:
    with pytest.raises(BadValue) as raised:
        signup.read_newcomer(json.dumps(fields).encode(), "application/json")
    assert all(part in str(raised.value) for part in named)


@pytest.mark.parametrize("body", [b"{", b"[]", b"{" * 100_000, b"\xff\xfe", b"&" * 100, b'{"username": "\\ud800"'])
@pytest.mark.parametrize("kind", ["application/json", FORM, None])
def test_what_cannot_be_read_is_refused(body: bytes, kind: str | None) -> None:
    with pytest.raises(BadValue):
        signup.read_login(body, kind)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (BadValue("username: it is needed."), 400),
        (NotAllowed("There is such a user already."), 400),
        (TooManyAttempts(1.5), 429),
        (TooLarge("Too long."), 413),
        (Unreachable("Not there."), 503),
        (Busy(), 503),
    ],
)
def test_a_refusal_is_told_in_the_same_shape(error: CloudError, status: int) -> None:
    found, headers, body = signup.answer(error)
    told = json.loads(body)
    assert (found, told["success"], told.keys()) == (status, False, {"success", "message"})
    assert told["message"].startswith(str(error))
    assert ("Retry-After" in dict(headers)) == (status == 429)


def test_what_goes_back() -> None:
    status, headers, body = signup.joined({"username": "ann"})
    assert (status, json.loads(body)["user"]) == (201, {"username": "ann"})
    assert dict(headers)["Content-Type"] == "application/json; charset=UTF-8"
    status, _, body = signup.entered("US2.token")
    assert (status, json.loads(body)["auth_token"], json.loads(body)["success"]) == (200, "US2.token", True)
