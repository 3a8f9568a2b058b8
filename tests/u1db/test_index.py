"""Index expressions and keys, without a database: u1db.md 5.2 and 5.3, rows E01 to E25."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuvol.errors import IndexDefinitionParseError
from nuvol.u1db.index import Definition, compiled
from nuvol.u1db.table import KEY_LIMIT

ACCEPTED = [
    "*", ".a", "a b", "a*", "a..b", "lower( a.b )", "lower(lower(a))", "number(a, -3)", "number(lower(a),5)",
    "split_words( lower (a) )", "combine(a)", "combine(a, lower(b), number(c, 3))", "is_null(a)", "bool( a )", "lower",
    "number(a,+3)", "é.ü", "a.lower", "number.number",
]  # fmt: skip
REFUSED = [
    "", " ", "(a)", "LOWER(a)", "a,b", "a.", "combine()", "lower()", "lower(a", "lower(a))", "lower(a)b", "lower(a,b)",
    "nope(a)", "number(a)", "number(a,3,4)", "number(a,b)", "number(a,)", "number(,3)", "number(a,3", "number(3)",
    "number()", "number(a,101)", "number(a,1000000000000)", "number(a,(3))", "lower((a))", "lower(a)(b)", "lower(,)",
    "combine(a,)", "combine(,a)", "combine(a,,b)", "lower(a.)", "a)", "a(", "(", ")", ",", "()", "lower(a) b",
    "lower(" * 500 + "a" + ")" * 500, "is_null()", "bool(a,b)", "split_words(a,b)",
]  # fmt: skip


@pytest.mark.parametrize("text", ACCEPTED)
def test_expressions_that_are_taken(text):
    compiled(text)


@pytest.mark.parametrize("text", REFUSED)
def test_expressions_that_are_refused(text):
    with pytest.raises(IndexDefinitionParseError):
        compiled(text)


@given(st.text(alphabet="abc(),. *3", max_size=12))
def test_whatever_the_expression_it_is_taken_or_refused(text):
    try:
        expression = compiled(text)
    except IndexDefinitionParseError:
        return
    assert isinstance(list(expression({"a": [1, {"b": "c"}]})), list)


@pytest.mark.parametrize(
    "text, content, found",
    [
        ("a b", {"a b": 1}, [1]),
        (".a", {"": {"a": 1}}, [1]),
        ("a..b", {"a": {"": {"b": 1}}}, [1]),
        ("a.b", {"a": [{"b": 1}, {"b": [2, None, [3], {"c": 4}]}, 5, [{"b": 6}]]}, [1, 2]),
        ("a.b", {"a": "text"}, []),
        ("a", {"a": None}, []),
        ("lower(a)", {"a": ["ÀÉ", 5, True]}, ["àé"]),
        ("split_words(a)", {"a": ["b  a\tb", "a c"]}, ["b", "a", "c"]),
        ("number(a, 4)", {"a": [-4, 5, True, 2.0, "6", 12345]}, ["-004", "0005", "12345"]),
        ("number(a, -3)", {"a": 7}, ["7"]),
        ("bool(a)", {"a": [True, False, 1, "x"]}, [True, False]),
        ("is_null(a.b)", {"a": {"b": None}}, [True]),
        ("bool(is_null(a))", {"a": 1}, [False]),
    ],
)
def test_what_an_expression_finds(text, content, found):
    assert list(compiled(text)(content)) == found


def keys(content, *expressions):
    definition = Definition("i", expressions)
    return {values for key in definition.keys(content) for values in definition.values(key, "{}")}


@pytest.mark.parametrize(
    "value, text",
    [
        ("s", "s"),
        (True, "1"),
        (False, "0"),
        (5, "5"),
        (-0.0, "0.0"),
        (2019.5, "2019.5"),
        (1e15, "1.0e+15"),
        (3.0, "3.0"),
    ],
)
def test_numbers_and_booleans_become_text(value, text):
    assert keys({"a": value}, "a") == {(text,)}


@given(st.floats(-1e9, 1e9).map(lambda number: round(number, 3)))  # SQLite rounds the 16th digit in its own way
def test_numbers_become_the_text_that_sqlite_makes_of_them(number):
    (text,) = sqlite3.connect(":memory:").execute("select cast(? as text)", (number,)).fetchone()
    assert keys({"a": number}, "a") == {(text,)}


@given(st.lists(st.tuples(*[st.text(alphabet="\x01\x02\x03ab😀\U0010ffff", max_size=4)] * 2), max_size=8))
def test_keys_sort_as_their_values_do(rows):
    definition = Definition("i", ["a", "b"])
    pairs = [(key, (a, b)) for a, b in rows for key in definition.keys({"a": a, "b": b})]
    assert [values for _, values in sorted(pairs)] == sorted(values for _, values in pairs)
    assert all(definition.values(key, "{}") == [values] for key, values in pairs)


def test_a_key_has_an_end():
    (key,) = Definition("i", ["a", "b"]).keys({"a": "x" * 1_000_000, "b": "y"})
    assert len(key) == KEY_LIMIT
