"""StackSync's words: ids, parents, forms, times, errors."""

import json

import pytest

from nuvol import errors
from nuvol.errors import CloudError, Malformed, Missing, ParentMissing
from nuvol.wire import stacksync as words


@pytest.mark.parametrize("header", [None, "v2", "V2", " v2 "])
def test_the_version_may_be_said(header: str | None) -> None:
    words.require_version(header)


@pytest.mark.parametrize("header", ["", "v1", "2"])
def test_another_version_is_refused(header: str) -> None:
    with pytest.raises(Malformed, match="v2"):
        words.require_version(header)


def test_ids_are_decimal() -> None:
    assert (words.node_id("0"), words.node_id("007"), words.node_id(str((1 << 53) - 1))) == (0, 7, (1 << 53) - 1)
    for text in ("-348534824681", str(1 << 53), "9" * 20):
        with pytest.raises(Missing):
            words.node_id(text)
    for text in ("null", "", "7a", "+7", "٧", "9" * 21, "1.0"):
        with pytest.raises(words.WrongPath):
            words.node_id(text)


@pytest.mark.parametrize("value", [None, 0, "0", "null", "", " "])
def test_the_root_has_many_names(value: object) -> None:
    assert words.parent(value) is None


def test_a_parent_is_a_number_or_its_text() -> None:
    assert words.parent(2053) == words.parent("2053") == 2053
    for value in (True, 7.5, [], {}, "x", "7.0"):
        with pytest.raises(Malformed):
            words.parent(value)
    for value in (-5, "-5", 1 << 53):
        with pytest.raises(ParentMissing):
            words.parent(value)


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"null", b"7", b"{", b"a=1", b"\xff", b'{"a":NaN}', b"[" * 100_000, b'{"a":"\xff"}']
)
def test_a_body_is_a_json_object(data: bytes) -> None:
    with pytest.raises(Malformed, match="Could not decode body parameters"):
        words.body(data)


def test_forms_are_read_percent_decoded_and_five_fields_from_hexadecimal() -> None:
    text = "ñ & “+”"
    form = f"id=7&text={text.encode().hex()}&user=61&cloud=a%20b+c&datetime=2015-08-28%2011:00:00&x="
    assert words.fields(form.encode()) == {
        "id": "7",
        "text": text,
        "user": "61",
        "cloud": "a b c",
        "datetime": "2015-08-28 11:00:00",
        "x": "",
    }
    given = {"id": 7, "text": "abc", "subject": "ff", "location": "", "extra": None}
    assert words.fields(json.dumps(given).encode()) == {
        "id": "7",
        "text": "abc",
        "subject": "ff",
        "location": "",
        "extra": "",
    }
    with pytest.raises(Malformed):
        words.fields(b"a=%ff")


def test_a_lock_needs_all_its_fields() -> None:
    whole = {"id": "7", "cloud": "c", "user": "u", "ipserver": "10.0.0.1", "datetime": "2015-08-28 11:00:00"}
    wish = words.lock_wish(whole)
    assert words.lock(wish) == {**whole, "status": "open"}
    for key in whole:
        with pytest.raises(Malformed, match=key):
            words.lock_wish({**whole, key: ""})
    with pytest.raises(Malformed):
        words.lock_wish({**whole, "user": "u" * 501})
    assert words.minutes({"timelimit": "10"}) == 10
    for text in ("", "-1", "ten", "9" * 8):
        with pytest.raises(Malformed):
            words.minutes({"timelimit": text})


@pytest.mark.parametrize(
    ("at", "text"), [(0, "1970-01-01 00:00:00.000"), (1_423_217_785_693_999, "2015-02-06 10:16:25.693")]
)
def test_times_have_three_digits_behind_the_second(at: int, text: str) -> None:
    assert words.time(at) == text


@pytest.mark.parametrize(
    ("error", "status", "description"),
    [
        (errors.NotAdmitted("x"), 401, "Authorization required."),
        (errors.AccessRevoked("x"), 403, "x"),
        (errors.NotAllowed("x"), 403, "x"),
        (errors.NodeMissing("x"), 404, "File or folder not found."),
        (errors.ParentMissing("x"), 404, "Parent folder not found"),
        (
            errors.NameTaken("x"),
            400,
            "This name is already used in the same folder. Please use a different one.",
        ),
        (errors.WrongKind("x"), 400, "Parent must be a folder, not a file."),
        (errors.BelowItself("x"), 400, "x"),
        (errors.QuotaExceeded(5), 413, "Upload exceeds quota."),
        (errors.StoreFull("x"), 507, "x"),
        (errors.Busy("x"), 503, "x"),
        (words.WrongMethod("PATCH", ["GET"]), 405, "This resource knows no PATCH."),
        (CloudError("x"), 500, "x"),
    ],
)
def test_errors_are_answered_as_the_table_says(error: CloudError, status: int, description: str) -> None:
    found, headers, body = words.answer(error, "GET", ["file", "7"])
    assert (found, json.loads(body)) == (status, {"error": status, "description": description})
    assert ("Content-Type", "application/json") in headers
    spanish = json.loads(words.answer(error, "PUT", ["unLockFile"])[2])
    assert spanish == {"error": status, "description": description, "descripcion": description}
