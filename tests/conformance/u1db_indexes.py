"""Indexes: u1db.md 9.4 and 9.5, by the fixture `new_replica`."""

import json
import random

import pytest

from nuvol import errors
from nuvol.u1db import indexing
from nuvol.u1db.document import Document
from nuvol.u1db.table import KEY_LIMIT, Change

SAMPLES = {
    "p1": '{"title":"Sunset at Cala Bona","taken":2019,"rating":5,"geo":{"place":"Cala Bona","alt":3},'
    '"tags":["sea","Evening"],"fav":true}',
    "p2": '{"title":"sunrise over Montseny","taken":2021,"rating":12,"geo":{"place":"Montseny","alt":1706},'
    '"tags":["mountain","morning","sea"],"fav":false}',
    "p3": '{"title":"Old harbour","taken":2019,"rating":7,"geo":{"place":"Barcelona"},"tags":[],"fav":true,'
    '"people":[{"name":"Ona"},{"name":"Pau"},{"nick":"x"}]}',
    "p4": '{"title":"","taken":"unknown","rating":-4,"geo":"nowhere","tags":"sea","fav":"yes"}',
    "p5": '{"title":null,"note":null}',
    "p6": '{"title":"Sunset removed","tags":["sea"],"rating":5}',
    "p7": '{"title":"Sunset*","taken":2019.5,"rating":123456,"tags":["sea","sea"],"people":{"name":["Pau","Lia",3]}}',
    "p8": '{"title":"100%_[a]?b","tags":[["deep"],{"a":1},"ok",null,false,7]}',
}
TITLES = {
    "p1": ["Sunset at Cala Bona"],
    "p2": ["sunrise over Montseny"],
    "p3": ["Old harbour"],
    "p4": [""],
    "p7": ["Sunset*"],
    "p8": ["100%_[a]?b"],
}
LOWER = {doc_id: [title.lower() for title in titles] for doc_id, titles in TITLES.items()}
KEYS = {
    "K01": ("bool(fav)", {"p1": ["1"], "p2": ["0"], "p3": ["1"]}),
    "K02": (
        "combine(lower(title), number(rating,3), bool(fav))",
        {
            "p1": ["005", "1", "sunset at cala bona"],
            "p2": ["0", "012", "sunrise over montseny"],
            "p3": ["007", "1", "old harbour"],
            "p4": ["", "-04"],
            "p7": ["123456", "sunset*"],
            "p8": ["100%_[a]?b"],
        },
    ),
    "K03": ("combine(title)", TITLES),
    "K04": (
        "combine(title,tags)",
        {
            "p1": ["Evening", "Sunset at Cala Bona", "sea"],
            "p2": ["morning", "mountain", "sea", "sunrise over Montseny"],
            "p3": ["Old harbour"],
            "p4": ["", "sea"],
            "p7": ["Sunset*", "sea"],
            "p8": ["0", "100%_[a]?b", "7", "ok"],
        },
    ),
    "K05": ("fav", {"p1": ["1"], "p2": ["0"], "p3": ["1"], "p4": ["yes"]}),
    "K06": ("geo", {"p4": ["nowhere"]}),
    "K07": ("geo.alt", {"p1": ["3"], "p2": ["1706"]}),
    "K08": ("geo.place", {"p1": ["Cala Bona"], "p2": ["Montseny"], "p3": ["Barcelona"]}),
    "K09": ("is_null(title)", {**dict.fromkeys(["p1", "p2", "p3", "p4", "p7", "p8"], ["0"]), "p5": ["1"]}),
    "K10": (" lower( title ) ", LOWER),
    "K11": (
        "lower(tags)",
        {
            "p1": ["evening", "sea"],
            "p2": ["morning", "mountain", "sea"],
            "p4": ["sea"],
            "p7": ["sea"],
            "p8": ["ok"],
        },
    ),
    "K12": ("lower(title)", LOWER),
    "K13": ("missing.field", {}),
    "K14": (
        "number(rating, 8)",
        {"p1": ["00000005"], "p2": ["00000012"], "p3": ["00000007"], "p4": ["-0000004"], "p7": ["00123456"]},
    ),
    "K15": ("number(rating,4)", {"p1": ["0005"], "p2": ["0012"], "p3": ["0007"], "p4": ["-004"], "p7": ["123456"]}),
    "K16": ("number(tags,2)", {"p8": ["07"]}),
    "K17": ("number(taken,4)", {"p1": ["2019"], "p2": ["2021"], "p3": ["2019"]}),
    "K18": ("people", {}),
    "K19": ("people.name", {"p3": ["Ona", "Pau"], "p7": ["3", "Lia", "Pau"]}),
    "K20": ("rating", {"p1": ["5"], "p2": ["12"], "p3": ["7"], "p4": ["-4"], "p7": ["123456"]}),
    "K21": (
        "split_words(lower(title))",
        {
            "p1": ["at", "bona", "cala", "sunset"],
            "p2": ["montseny", "over", "sunrise"],
            "p3": ["harbour", "old"],
            "p7": ["sunset*"],
            "p8": ["100%_[a]?b"],
        },
    ),
    "K22": (
        "split_words(tags)",
        {
            "p1": ["Evening", "sea"],
            "p2": ["morning", "mountain", "sea"],
            "p4": ["sea"],
            "p7": ["sea"],
            "p8": ["ok"],
        },
    ),
    "K23": (
        "tags",
        {
            "p1": ["Evening", "sea"],
            "p2": ["morning", "mountain", "sea"],
            "p4": ["sea"],
            "p7": ["sea"],
            "p8": ["0", "7", "ok"],
        },
    ),
    "K24": ("taken", {"p1": ["2019"], "p2": ["2021"], "p3": ["2019"], "p4": ["unknown"], "p7": ["2019.5"]}),
    "K25": ("title", TITLES),
}
INDEXES = {
    "by-title": ["title"],
    "by-lower": ["lower(title)"],
    "by-tag": ["tags"],
    "by-place-rating": ["geo.place", "number(rating,4)"],
    "by-fav-lower": ["bool(fav)", "lower(title)"],
    "by-tag-rating": ["tags", "number(rating,6)"],
    "by-word": ["split_words(lower(title))"],
    "by-name": ["people.name"],
}
GLOBBING, VALUE, MISSING = errors.InvalidGlobbing, errors.InvalidValueForIndex, errors.IndexDoesNotExist
# (index, values, documents in order or as a set or an error)
QUERIES = {
    "Q01": ("by-title", ["Sunset at Cala Bona"], ["p1"]),
    "Q02": ("by-title", ["Sunset*"], ["p1", "p7"]),
    "Q03": ("by-title", ["sunset*"], []),
    "Q04": ("by-title", ["*"], ["p4", "p8", "p3", "p1", "p7", "p2"]),
    "Q05": ("by-title", [""], ["p4"]),
    "Q06": ("by-title", ["100%*"], ["p8"]),
    "Q07": ("by-title", ["100%_[a]?*"], ["p8"]),
    "Q08": ("by-title", ["100%_?a*"], []),
    "Q09": ("by-title", ["Sunset**"], ["p1", "p7"]),
    "Q10": ("by-title", ["*set"], []),
    "Q11": ("by-title", ["S*t"], []),
    "Q12": ("by-lower", ["sun*"], ["p2", "p1", "p7"]),
    "Q13": ("by-lower", ["SUN*"], []),
    "Q14": ("by-tag", ["sea"], {"p1", "p2", "p4", "p7"}),
    "Q15": ("by-tag", ["*"], ["p8", "p1", "p2", "p4", "p7"]),
    "Q16": ("by-tag", ["s*"], {"p1", "p2", "p4", "p7"}),
    "Q17": ("by-tag", ["m*"], ["p2"]),
    "Q18": ("by-place-rating", ["Cala Bona", "0005"], ["p1"]),
    "Q19": ("by-place-rating", ["Cala Bona", "*"], ["p1"]),
    "Q20": ("by-place-rating", ["*", "*"], ["p3", "p1", "p2"]),
    "Q21": ("by-place-rating", ["Mont*", "*"], ["p2"]),
    "Q22": ("by-place-rating", ["Mont*", "0012"], GLOBBING),
    "Q23": ("by-place-rating", ["*", "0012"], GLOBBING),
    "Q24": ("by-place-rating", ["*", "00*"], GLOBBING),
    "Q25": ("by-place-rating", ["Cala Bona", "00*"], ["p1"]),
    "Q26": ("by-place-rating", ["Ca*", "00*"], GLOBBING),
    "Q27": ("by-place-rating", ["Cala Bona"], VALUE),
    "Q28": ("by-place-rating", [], VALUE),
    "Q29": ("by-place-rating", ["a", "b", "c"], VALUE),
    "Q30": ("by-place-rating", ["Cala", "*"], []),
    "Q31": ("by-fav-lower", ["1", "*"], ["p3", "p1"]),
    "Q32": ("by-fav-lower", ["1", "o*"], ["p3"]),
    "Q33": ("by-tag-rating", ["sea", "*"], ["p4", "p1", "p2", "p7"]),
    "Q34": ("by-tag-rating", ["sea", "0000*"], ["p1", "p2"]),
    "Q35": ("by-word", ["sunrise"], ["p2"]),
    "Q36": ("by-word", ["o*"], ["p3", "p2"]),
    "Q37": ("by-name", ["Pau"], {"p3", "p7"}),
    "Q38": ("by-name", ["3"], ["p7"]),
    "Q39": ("nope", ["x"], MISSING),
}
# (index, start, end, documents or an error)
RANGES = {
    "N01": ("by-title", None, None, ["p4", "p8", "p3", "p1", "p7", "p2"]),
    "N02": ("by-title", "Old harbour", "Sunset at Cala Bona", ["p3", "p1"]),
    "N03": ("by-title", "Sunset*", None, ["p1", "p7", "p2"]),
    "N04": ("by-title", None, "Sunset*", ["p4", "p8", "p3", "p1", "p7"]),
    "N05": ("by-title", "O*", "S*", ["p3", "p1", "p7"]),
    "N06": ("by-title", "T", None, ["p2"]),
    "N07": ("by-title", None, "", ["p4"]),
    "N08": ("by-place-rating", ("Barcelona", "0007"), ("Cala Bona", "0009"), ["p3"]),
    "N09": ("by-place-rating", ("C*", "*"), None, ["p1", "p2"]),
    "N10": ("by-place-rating", None, ("Cala Bona", "*"), ["p3", "p1"]),
    "N11": ("by-place-rating", ("*", "*"), None, ["p3", "p1", "p2"]),
    "N12": ("by-place-rating", ("*", "0005"), None, GLOBBING),
    "N13": ("by-place-rating", ("Barcelona",), None, VALUE),
    "N14": ("by-place-rating", "Barcelona", None, VALUE),
    "N15": ("by-place-rating", ("Barcelona", "0100"), None, []),
    "N16": ("nope", "a", "b", MISSING),
}


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
