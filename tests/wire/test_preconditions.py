"""The conditional fields of RFC 9110 and RFC 4918, from text to values."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuvol.errors import Malformed
from nuvol.model.nodes import ANY, Guard, IfList, Term
from nuvol.wire import preconditions
from nuvol.wire.preconditions import Destination

TOKEN = "urn:uuid:181d4fae-7d8c-11d0-a765-00a0c91e6bf2"
SECOND = 1_000_000


def locate(address: str) -> str | None:
    found = preconditions.address(address)
    if found is None or not found.path.startswith("/dav/files/"):
        return None
    return found.path.removeprefix("/dav/files/").rstrip("/")


def read(**fields: str) -> Guard:
    return preconditions.guard({name.replace("_", "-"): value for name, value in fields.items()}, locate)


def test_a_request_without_conditions_may_do_anything() -> None:
    assert read() is ANY
    assert read(overwrite="T") is ANY


@pytest.mark.parametrize(
    "text, tags",
    [
        ("*", ("*",)),
        (' "a" ', ('"a"',)),
        ('"a", "b"', ('"a"', '"b"')),
        ('"a","b",', ('"a"', '"b"')),
        ('W/"a"', ('W/"a"',)),
        ('""', ('""',)),
        ('"with, comma"', ('"with, comma"',)),
    ],
)
def test_entity_tags_keep_their_quotes(text: str, tags: tuple[str, ...]) -> None:
    assert read(if_match=text).if_match == tags


@pytest.mark.parametrize("text", ["", "a", '"a', '"a" "b"', 'w/"a"', '*, "a"', '"a" x'])
def test_what_is_no_list_of_entity_tags_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        read(if_match=text)


def test_weak_tags_count_by_their_value_only_where_nothing_must_match() -> None:
    assert read(if_none_match='W/"a", "b"').if_none_match == ('"a"', '"b"')
    assert read(if_match='W/"a"').if_match == ('W/"a"',)


@pytest.mark.parametrize(
    "text",
    ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"],
)
def test_all_three_forms_of_a_date_are_read(text: str) -> None:
    assert read(if_unmodified_since=text).unmodified_since == 784111777 * SECOND


def test_a_broken_date_and_a_date_beside_if_match_do_not_count() -> None:
    assert read(if_unmodified_since="yesterday").unmodified_since is None
    assert read(if_unmodified_since="Sun, 06 Nov 1994 08:49:37 GMT", if_match="*").unmodified_since is None


IF = [
    (f"(<{TOKEN}>)", [IfList(None, (Term(TOKEN, False),))]),
    (f'(<{TOKEN}> ["I am an ETag"])', [IfList(None, (Term(TOKEN, False), Term('"I am an ETag"', True)))]),
    (
        '(<urn:a> ["x"])\t(Not <urn:b>)',
        [IfList(None, (Term("urn:a", False), Term('"x"', True))), IfList(None, (Term("urn:b", False, negated=True),))],
    ),
    ("(Not<DAV:no-lock>)", [IfList(None, (Term("DAV:no-lock", False, negated=True),))]),
    ('(not [W/"x"])', [IfList(None, (Term('W/"x"', True, negated=True),))]),
    ('(["(odd) <tag>"])', [IfList(None, (Term('"(odd) <tag>"', True),))]),
    (
        "<http://h/dav/files/a%20b/> (<urn:a>)(<urn:b>) </dav/files/c> (<urn:c>)",
        [
            IfList("a%20b", (Term("urn:a", False),)),
            IfList("a%20b", (Term("urn:b", False),)),
            IfList("c", (Term("urn:c", False),)),
        ],
    ),
]


@pytest.mark.parametrize("text, lists", IF)
def test_the_lists_of_an_if_field(text: str, lists: list[IfList]) -> None:
    assert list(read(**{"if": text}).lists) == lists


def test_every_token_named_is_submitted_even_a_negated_one() -> None:
    assert read(**{"if": '(<urn:a> ["x"]) (Not <urn:b>)'}).tokens == {"urn:a", "urn:b"}


def test_a_list_about_another_place_holds_only_if_it_asks_for_absence() -> None:
    never = Term("", is_etag=True)
    assert read(**{"if": "<http://h/other/a> (<urn:a>)"}).lists == (IfList(None, (never,)),)
    assert read(**{"if": "<http://h/other/a> (Not <urn:a>)"}).lists == (IfList(None, ()),)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "()",
        "(",
        "<urn:a>",
        "(<urn:a>",
        "<urn:a>)",
        "(urn:a)",
        "(<urn:a>) x",
        "(Not Not <urn:a>)",
        "(Not)",
        "([a])",
        "(<urn:a>) </dav/files/a> (<urn:a>)",
        "</dav/files/a> </dav/files/b> (<urn:a>)",
        "(<urn:a>))",
        "((<urn:a>))",
        "(" * 10_000,
        "(<a>" * 10_000,
        "(Not " * 10_000,
    ],
)
def test_an_if_field_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        read(**{"if": text})


@given(st.text(alphabet='()<>[]"NotW/ \ta,'))
def test_any_if_field_is_read_or_refused(text: str) -> None:
    with suppress(Malformed):
        assert read(**{"if": text}).lists


@given(st.text())
def test_any_field_is_read_or_refused(text: str) -> None:
    fields = {
        name: text
        for name in ("if-match", "if-none-match", "if-unmodified-since", "depth", "timeout", "overwrite", "prefer")
    }
    preconditions.timeout(fields)
    preconditions.preferences(fields)
    for question in (
        lambda: preconditions.guard(fields, locate),
        lambda: preconditions.depth(fields, 0),
        lambda: preconditions.lock_token({"lock-token": text}),
        lambda: preconditions.destination({"destination": text}),
    ):
        with suppress(Malformed):
            question()


def test_depth_overwrite_and_lock_token() -> None:
    assert preconditions.depth({}, 1) == 1
    assert preconditions.depth({"depth": " Infinity"}, 0) == preconditions.INFINITY
    assert preconditions.overwrite({}) and not preconditions.overwrite({"overwrite": "f"})
    assert preconditions.lock_token({"lock-token": f"<{TOKEN}>"}) == TOKEN
    for fields in ({"depth": "2"}, {"depth": ""}):
        with pytest.raises(Malformed):
            preconditions.depth(fields, 0)
    with pytest.raises(Malformed):
        preconditions.overwrite({"overwrite": "maybe"})
    for fields in ({}, {"lock-token": TOKEN}, {"lock-token": "<>"}):
        with pytest.raises(Malformed):
            preconditions.lock_token(fields)


@pytest.mark.parametrize(
    "text, seconds",
    [
        ("Second-100", 100),
        ("Infinite, Second-4100000000", preconditions.LOCK_SECONDS_MOST),
        ("Second-4100000000", preconditions.LOCK_SECONDS_MOST),
        ("Second-" + "9" * 5000, preconditions.LOCK_SECONDS_MOST),
        ("Extended, Second-60", 60),
        ("Second-0", preconditions.LOCK_SECONDS),
        ("Second--1", preconditions.LOCK_SECONDS),
        ("soon", preconditions.LOCK_SECONDS),
    ],
)
def test_a_lock_lasts_the_first_time_that_can_be_read(text: str, seconds: int) -> None:
    assert preconditions.timeout({"timeout": text}) == seconds


@pytest.mark.parametrize(
    "text, place",
    [
        ("/dav/files/a%20b", Destination(None, "/dav/files/a%20b")),
        ("http://Cloud.Example:8080/dav/files/a/", Destination("cloud.example:8080", "/dav/files/a/")),
        ("http://cloud.example:80/a", Destination("cloud.example", "/a")),
        ("HTTPS://me:secret@cloud.example:443/a", Destination("cloud.example", "/a")),
        ("http://[::1]:80/ä", Destination("[::1]", "/ä")),
    ],
)
def test_a_destination_is_cut_into_host_and_path(text: str, place: Destination) -> None:
    assert preconditions.destination({"destination": text}) == place


@pytest.mark.parametrize("text", ["", "a", "//host/a", "ftp://h/a", "http:/a", "http://h", "/a?b", "/a#b", "http:///a"])
def test_what_is_no_destination_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        preconditions.destination({"destination": text})


def test_preferences_are_words() -> None:
    assert preconditions.preferences({"prefer": "return=minimal, Depth-NoRoot"}) == {"return=minimal", "depth-noroot"}
