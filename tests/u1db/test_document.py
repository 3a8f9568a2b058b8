"""The document in the hand: u1db.md 1.1."""

import pytest

from nuvol.errors import InvalidContent, InvalidJSON
from nuvol.u1db.document import DEPTH, Document, same_content


def test_text_stays_as_it_was_set_until_the_mapping_is_used():
    text = '{ "b":1,  "a":2 }'
    doc = Document("d", None, text)
    assert doc.get_json() == text
    assert doc.content == {"b": 1, "a": 2}
    doc.content["c"] = 3
    assert doc.get_json() == '{"b": 1, "a": 2, "c": 3}'


def test_to_compare_is_not_to_use_the_mapping():
    doc, other = Document("d", "r:1", '{"a":1, "b":2}'), Document("d", "r:1", '{"b": 2, "a": 1}')
    assert doc == other
    assert doc.same_content_as(other)
    assert doc.get_json() == '{"a":1, "b":2}'


@pytest.mark.parametrize(
    "other",
    [
        Document("e", "r:1", '{"a":1}'),
        Document("d", "r:2", '{"a":1}'),
        Document("d", "r:1", '{"a":2}'),
        Document("d", "r:1", None),
        Document("d", "r:1", '{"a":1}', has_conflicts=True),
        "d",
    ],
)
def test_documents_that_differ_are_not_equal(other):
    assert Document("d", "r:1", '{"a":1}') != other


def test_a_document_cannot_be_hashed():
    with pytest.raises(TypeError):
        hash(Document("d"))


def test_a_tombstone_has_no_content():
    doc = Document("d", "r:1", "{}")
    assert not doc.is_tombstone()
    doc.make_tombstone()
    assert doc.is_tombstone()
    assert doc.get_json() is None and doc.content is None
    doc.content = {"a": 1}
    assert not doc.is_tombstone()


def test_the_size_is_in_bytes():
    assert Document("d1", None, '{"k": "0123456789"}').get_size() == 21
    assert Document("d1", "r:1", '{"k": "0123456789"}').get_size() == 24
    assert Document("d1", "r:1", '{"k": "é"}').get_size() == 16


NOT_JSON = [
    "",
    "nojson",
    "[1]",
    '"text"',
    "null",
    "{} x",
    '{"a":NaN}',
    '{"a":-Infinity}',
    '{"a":1e999}',
    '{"a":1,}',
    '{"a":"\n"}',
    '{"a":"\0"}',
    '{"a":"\ud800"}',
    '{"a":' + "9" * 5000 + "}",
    '{"a":' + "[" * DEPTH + "]" * DEPTH + "}",
    '{"a":' * 100_000,
    '{"a":"' + '\\"' * 100_000,
]


@pytest.mark.parametrize("text", NOT_JSON, ids=range(len(NOT_JSON)))
def test_text_that_is_no_object_is_refused(text):
    with pytest.raises(InvalidJSON):
        Document("d", None, text)
    doc = Document("d")
    with pytest.raises(InvalidJSON):
        doc.set_json(text)
    assert doc.get_json() == "{}"


@pytest.mark.parametrize("content", [None, [1], "text", {"a": {1, 2}}, {"a": float("nan")}, {"a": b"bytes"}, {(1,): 2}])
def test_content_that_is_no_object_is_refused(content):
    doc = Document("d")
    with pytest.raises(InvalidContent):
        doc.content = content
    assert doc.get_json() == "{}"


def test_content_that_holds_itself_is_refused():
    content = {}
    content["me"] = content
    with pytest.raises(InvalidContent):
        Document("d").content = content


def test_nesting_up_to_the_limit_is_taken():
    text = '{"a":' + "[" * (DEPTH - 1) + "]" * (DEPTH - 1) + "}"
    assert Document("d", None, text).get_json() == text
    flat = '{"a":[' + ",".join(["[]"] * 1000) + "]}"
    assert len(Document("d", None, flat).content["a"]) == 1000


@pytest.mark.parametrize(
    "one, other, same",
    [
        (None, None, True),
        (None, "{}", False),
        ('{"a":1,"b":[1,{"c":null}]}', '{"b":[1,{"c":null}],"a":1}', True),
        ('{"a":[1,2]}', '{"a":[2,1]}', False),
        ('{"a":1}', '{"a":1.0}', True),
        ('{"a":1}', '{"a":true}', False),
        ('{"a":[{"b":0}]}', '{"a":[{"b":false}]}', False),
        ('{"a":1,"a":2}', '{"a":2}', True),
    ],
)
def test_contents_are_compared_by_value(one, other, same):
    assert same_content(one, other) == same
    assert same_content(other, one) == same
