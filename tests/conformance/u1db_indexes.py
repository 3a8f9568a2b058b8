"""Indexes: u1db.md 9.4 and 9.5, by the fixture `new_replica`."""

import json
import random
from pathlib import Path

import pytest

from nuvol import errors
from nuvol.u1db import indexing
from nuvol.u1db.document import Document
from nuvol.u1db.table import KEY_LIMIT, Change

VECTORS = json.loads(Path(__file__).with_suffix(".json").read_text())
"""Also asked of the replica in the browser."""


def _expected(told):
    """Documents in order, a set of them, or an error."""
    if isinstance(told, dict):
        return set(told["any order"]) if "any order" in told else getattr(errors, told["error"])
    return told


SAMPLES = VECTORS["samples"]
KEYS = VECTORS["keys"]
INDEXES = VECTORS["indexes"]
QUERIES = {row: (index, values, _expected(told)) for row, (index, values, told) in VECTORS["queries"].items()}
RANGES = {row: (index, start, end, _expected(told)) for row, (index, start, end, told) in VECTORS["ranges"].items()}


def fill(db, samples=SAMPLES):
    for doc_id, text in samples.items():
        db.put_doc(Document(doc_id, None, text))
    if "p6" in samples:
        db.delete_doc(db.get_doc("p6"))


def ids(docs):
    return [doc.doc_id for doc in docs]


def check(ask, expected):
    if isinstance(expected, type):
        with pytest.raises(expected):
            ask()
        return
    found = ids(ask())
    assert (set(found) if isinstance(expected, set) else found) == expected
    assert len(set(found)) == len(found)


class IndexTests:
    @pytest.fixture(params=["before", "after"])
    def photos(self, request, new_replica):
        """The sample documents; the indexes were there before them, or came after."""
        db = new_replica("r")
        if request.param == "after":
            fill(db)
        for name, expressions in INDEXES.items():
            db.create_index(name, *expressions)
        if request.param == "before":
            fill(db)
        return db

    @pytest.mark.parametrize("row", KEYS)
    def test_what_an_expression_finds(self, new_replica, row):
        expression, expected = KEYS[row]
        db = new_replica("r")
        db.create_index("i", expression)
        fill(db)
        keys = {(key,) for keys in expected.values() for key in keys}
        assert db.get_index_keys("i") == sorted(keys)
        for (key,) in keys:
            holders = {doc_id for doc_id, found in expected.items() if key in found}
            if not key.endswith("*"):
                assert set(ids(db.get_from_index("i", key))) == holders

    def test_what_a_query_finds(self, photos):
        for index, values, expected in QUERIES.values():
            check(lambda index=index, values=values: photos.get_from_index(index, *values), expected)

    def test_what_a_range_finds(self, photos):
        for index, start, end, expected in RANGES.values():
            check(lambda args=(index, start, end): photos.get_range_from_index(*args), expected)

    def test_the_first_so_many(self, photos):
        for index, values, expected in QUERIES.values():
            if isinstance(expected, list):
                for limit in (1, 2, 100):
                    assert ids(photos.get_from_index(index, *values, limit=limit)) == expected[:limit]
        assert ids(photos.get_range_from_index("by-title", "Sunset*", limit=2)) == ["p1", "p7"]

    def test_columns_are_apart(self, new_replica):
        db = new_replica("r")
        db.create_index("kl", "k", "l")
        for doc_id, first, second in [
            ("x0", "v1", "a"),
            ("x1", "v10", "a"),
            ("x2", "v2", "b"),
            ("x3", "v3", "a"),
            ("x4", "v2", "c"),
        ]:
            db.create_doc({"k": first, "l": second}, doc_id)
        assert ids(db.get_from_index("kl", "v1", "*")) == ["x0"]  # L1
        assert ids(db.get_range_from_index("kl", ("v2", "b"), None)) == ["x2", "x4"]  # L2
        assert ids(db.get_range_from_index("kl", None, ("v2", "b"))) == ["x0", "x1", "x2"]  # L3
        assert ids(db.get_range_from_index("kl", ("v1", "b"), ("v3", "b"))) == ["x2"]  # L4

    def test_an_index_is_made_listed_and_removed(self, new_replica):
        db = new_replica("r")
        db.create_index("i", "a", "b")
        db.create_index("i", "a", "b")
        for other in (["b", "a"], ["a"], ["a", " b"]):
            with pytest.raises(errors.IndexNameTakenError):
                db.create_index("i", *other)
        db.create_index("h", "lower( a )")
        assert db.list_indexes() == [("h", ["lower( a )"]), ("i", ["a", "b"])]
        db.delete_index("unknown")
        db.delete_index("i")
        db.delete_index("h")
        assert db.list_indexes() == []
        with pytest.raises(errors.IndexDoesNotExist):
            db.get_index_keys("i")
        db.create_doc({"a": "1", "b": "2"})
        db.create_index("i", "b")
        assert db.get_index_keys("i") == [("2",)]

    @pytest.mark.parametrize("expressions", [[], ["a."], ["a", "nope(b)"], ["\0"], ["\ud800"], ["x" * 1001]])
    def test_an_index_that_cannot_be_is_refused(self, new_replica, expressions):
        db = new_replica("r")
        with pytest.raises(errors.IndexDefinitionParseError):
            db.create_index("i", *expressions)
        assert db.list_indexes() == []

    @pytest.mark.parametrize("name", ["", "x" * 256, "\0", "\ud800"])
    def test_an_index_needs_a_name(self, new_replica, name):
        with pytest.raises(errors.IndexDefinitionParseError):
            new_replica("r").create_index(name, "a")

    @pytest.mark.parametrize("value", ["\0", "a\0*", "\ud800", 5, None])
    def test_values_that_cannot_be_are_refused(self, photos, value):
        with pytest.raises(errors.InvalidValueForIndex):
            photos.get_from_index("by-title", value)

    def test_it_follows_every_change(self, new_replica):
        db = new_replica("r")
        db.create_index("i", "tags", "n")
        doc = db.create_doc({"tags": ["a", "b"], "n": 1}, "d")
        doc.content["tags"] = ["b", "c"]
        db.put_doc(doc)
        assert db.get_index_keys("i") == [("b", "1"), ("c", "1")]
        db.delete_doc(doc)
        assert db.get_index_keys("i") == []
        doc.set_json('{"tags": "z", "n": [1, 2]}')
        db.put_doc(doc)
        assert db.get_index_keys("i") == [("z", "1"), ("z", "2")]
        run = [Change("d", "p:1|r:4", '{"tags": "p", "n": 3}', 1, "T-1"), Change("d", "p:2|r:4", None, 2, "T-2")]
        db.take_in("p", [*run, Change("e", "p:1", '{"tags": "e", "n": 0}', 3, "T-3")], save_conflicts=True)
        assert db.get_index_keys("i") == [("e", "0")]

    def test_a_large_index_is_made_and_removed_step_by_step(self, new_replica, monkeypatch):
        monkeypatch.setattr(indexing, "FILL", 7)
        monkeypatch.setattr(indexing, "CLEAR", 5)
        monkeypatch.setattr(indexing, "PAGE", 3)
        db = new_replica("r")
        run = [Change(f"d{n:02}", "p:1", f'{{"a": "{n % 10}"}}', n, f"T-{n}") for n in range(1, 51)]
        db.take_in("p", run, save_conflicts=False)
        db.create_index("i", "a")
        assert ids(db.get_from_index("i", "3")) == ["d03", "d13", "d23", "d33", "d43"]
        assert len(db.get_from_index("i", "*")) == 50
        assert db.get_from_index("i", "*", limit=11) == db.get_from_index("i", "*")[:11]
        assert len(db.get_index_keys("i")) == 10
        db.delete_index("i")
        db.create_index("i", "b")
        assert db.get_index_keys("i") == []

    def test_values_beyond_the_length_of_a_key_are_told_apart(self, new_replica):
        db = new_replica("r")
        db.create_index("one", "a")
        db.create_index("two", "a", "b")
        stem = "é" * (KEY_LIMIT - 2)
        texts = {
            f"d{number}": stem + end for number, end in enumerate(["", "x", "xx", "xxy", "xxz", "xy", "y😀", "z*z"])
        }
        for doc_id, text in reversed(texts.items()):
            db.create_doc({"a": text, "b": [doc_id, "same"]}, doc_id)
        assert ids(db.get_from_index("one", "*")) == sorted(texts)
        assert ids(db.get_from_index("one", stem + "xx*")) == ["d2", "d3", "d4"]
        assert ids(db.get_from_index("one", stem + "xx*", limit=2)) == ["d2", "d3"]
        for doc_id, text in texts.items():
            assert ids(db.get_from_index("one", text)) == [doc_id]
            assert ids(db.get_from_index("two", text, "same")) == [doc_id]
            assert ids(db.get_from_index("two", text, doc_id)) == [doc_id]
            assert ids(db.get_from_index("two", text, "other")) == []
        assert ids(db.get_range_from_index("one", stem + "xxy", stem + "xy")) == ["d3", "d4", "d5"]
        assert db.get_index_keys("one") == [(text,) for text in texts.values()]
        assert len(db.get_index_keys("two")) == 16

    def test_values_that_no_database_takes_are_left_out(self, new_replica):
        db = new_replica("r")
        db.create_index("i", "a")
        db.create_doc_from_json('{"a": ["good", "nul\\u0000", "half\\ud800"]}', "d")
        assert db.get_index_keys("i") == [("good",)]

    def test_lists_that_multiply_have_an_end(self, new_replica):
        db = new_replica("r")
        db.create_index("i", "a", "b", "c")
        many = [str(number) for number in range(1000)]
        doc = db.create_doc({"a": many, "b": many, "c": many}, "d")
        assert len(db.get_index_keys("i")) == 10_000
        db.delete_doc(doc)
        assert db.get_index_keys("i") == []

    @pytest.mark.parametrize("seed", range(3))
    def test_queries_find_what_a_look_at_every_document_finds(self, new_replica, seed):
        chance = random.Random(seed)
        letters = ["\x01", "\x02", "\x03", "a", "b", "*", "é", "\ud7ff", "\ue000", "😀", "\U0010ffff", " "]
        word = lambda: "".join(chance.choice(letters) for _ in range(chance.randint(0, 3)))  # noqa: E731
        db = new_replica("r")
        db.create_index("i", "a", "b")
        docs = {f"d{n}": (sorted({word() for _ in range(chance.randint(0, 2))}), word()) for n in range(60)}
        for doc_id, (a, b) in docs.items():
            db.put_doc(Document(doc_id, None, json.dumps({"a": a, "b": b})))
        lines = sorted(((a, b), doc_id) for doc_id, (many, b) in docs.items() for a in many)

        def expect(fits):
            return list(dict.fromkeys(values for values, _ in lines if fits(values))), {
                doc_id for values, doc_id in lines if fits(values)
            }

        def matches(value, pattern):
            return value.startswith(pattern.rstrip("*")) if pattern.endswith("*") else value == pattern

        def compare(found, fits):
            _, holders = expect(fits)
            assert set(ids(found)) == holders
            least = {doc.doc_id: min(v for v, doc_id in lines if doc_id == doc.doc_id and fits(v)) for doc in found}
            assert [least[doc.doc_id] for doc in found] == sorted(least.values())

        for _ in range(60):
            a, b = word(), word()
            query = chance.choice([(a.rstrip("*"), b), (a + "*", "*"), ("*", "*"), (a.rstrip("*"), b + "*")])
            compare(
                db.get_from_index("i", *query),
                lambda values, query=query: all(map(matches, values, query)),
            )
            start, end = (word().rstrip("*"), word().rstrip("*")), (word().rstrip("*"), word())
            compare(
                db.get_range_from_index("i", start, end),
                lambda values, start=start, end=end: all(
                    low <= value and (value <= high.rstrip("*") or matches(value, high))
                    for value, low, high in zip(values, start, end, strict=True)
                ),
            )
