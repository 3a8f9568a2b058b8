"""Finding files and folders by the words of their names."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nuvol.model.names import NAME_WORDS, WORD_BYTES, words
from tests.core.clouds import Home


def found(home: Home, text: str, **how) -> list[str]:
    return [node.name for node in home.cloud.search.find(home.actor, text, **how).nodes]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Sea at Night.jpg", "sea"),
        ("Sea at Night.jpg", "NIGHT se"),
        ("Sea at Night.jpg", "jpg"),
        ("café.txt", "cafe"),
        ("cafe.txt", "CAFÉ"),
        ("cafe\u0301.txt", "caf\u00e9"),
        ("Straße", "strasse"),
        ("STRASSE", "straße"),
        ("İstanbul", "istanbul"),
        ("ﬁle", "file"),
        ("été_2024-06", "2024 ete"),
        ("北京.txt", "北"),
        ("Ελλάδα", "ελλαδα"),
        ("x" * 200, "x" * 150),
        ("100%_done", "done"),
    ],
)
def test_case_accents_and_order_do_not_count(anna, name, text):
    anna.put(name)
    anna.put("another thing")
    assert found(anna, text) == [name]


@pytest.mark.parametrize("text", ["", " ", "%", "_", "*", "'", "ea", "sea sun", "\0", "\ud800", "🌊"])
def test_what_no_name_has_is_not_found(anna, text):
    anna.put("sea.jpg")
    assert found(anna, text) == []


def test_the_newest_come_first_and_page_by_page(anna):
    names = [f"sea {i}" for i in range(7)]
    for name in names:
        anna.put(name)
    seen, after = [], None
    for _ in range(4):
        page = anna.cloud.search.find(anna.actor, "sea", after=after, limit=2)
        seen += [node.name for node in page.nodes]
        after = page.next
    assert seen == names[::-1] and after is None


def test_only_what_lives_is_found_under_the_name_it_has_now(anna, bert):
    anna.folder("sea")
    anna.put("sea/sea.jpg")
    bert.put("sea of bert")
    assert found(anna, "sea") == ["sea.jpg", "sea"]
    anna.move("sea/sea.jpg", "sea/lake.jpg")
    assert found(anna, "sea") == ["sea"] and found(anna, "lake") == ["lake.jpg"]
    top = anna.trash("sea")
    assert found(anna, "lake") == found(anna, "sea") == []
    anna.restore(top)
    assert found(anna, "lake") == ["lake.jpg"]
    anna.copy("sea", "ocean")
    assert found(anna, "lake") == ["lake.jpg"] * 2
    anna.purge(anna.trash("sea"))
    assert found(anna, "lake") == ["lake.jpg"]


def test_a_name_of_many_words_is_found_by_its_first_ones(anna):
    name = " ".join(f"w{i}" for i in range(60))
    anna.put(name)
    assert found(anna, "w0 w20") == [name] and found(anna, "w59") == []


@settings(max_examples=200)
@given(st.text(max_size=255))
def test_the_words_of_any_text_are_bounded_and_find_themselves(text):
    split = words(text)
    assert len(split) <= NAME_WORDS and all(0 < len(word) <= WORD_BYTES for word in split)
    assert len(set(split)) == len(split)
    for word in split:
        assert words(word) == [word], "a word that was found can be asked for"
