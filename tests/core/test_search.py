"""Finding files and folders by the words of their names, and by what people wrote about them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nuvol.clock import SECOND
from nuvol.core.files import gathering
from nuvol.model.names import NAME_WORDS, TEXT_WORDS, WORD_BYTES, fits, words
from nuvol.model.shares import Role
from nuvol.stores.catalog import words as index
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


def say(home: Home, path: str, text: str) -> str:
    home.world.clock.move(SECOND)
    return home.cloud.comments.add(home.actor, home.id(path), text)[0].doc_id


def seen(home: Home, text: str, **how) -> dict[str, str]:
    """What is found, and by which comment."""
    page = home.cloud.search.find(home.actor, text, **how)
    said = {comment.node_id: comment.text for comment in page.comments}
    assert said.keys() <= {node.id for node in page.nodes}
    return {home.path(node): said.get(node.id, "") for node in page.nodes}


def test_what_people_wrote_leads_to_the_file(anna):
    anna.folder("boots")
    for name in ("boots/red.jpg", "boots/blue.jpg", "socks.jpg"):
        anna.put(name)
    say(anna, "boots/red.jpg", "Too small for Berta")
    small = say(anna, "boots/red.jpg", "Much too SMALL, señor")
    say(anna, "boots", "small")
    say(anna, "socks.jpg", "socks are small")
    assert seen(anna, "small") == {
        "socks.jpg": "socks are small",
        "boots/red.jpg": "Much too SMALL, señor",
        "boots": "small",
    }
    assert seen(anna, "small too berta") == {"boots/red.jpg": "Too small for Berta"}
    assert seen(anna, "senor") == {"boots/red.jpg": "Much too SMALL, señor"}
    assert seen(anna, "socks") == {"socks.jpg": ""}, "the name says it already"
    assert seen(anna, "red small") == {}, "all words in the name, or all in one comment"
    anna.cloud.comments.delete(anna.actor, anna.id("boots/red.jpg"), small)
    assert seen(anna, "senor") == {} and seen(anna, "too") == {"boots/red.jpg": "Too small for Berta"}
    top = anna.trash("boots")
    assert seen(anna, "small") == {"socks.jpg": "socks are small"}
    anna.restore(top)
    anna.move("boots", "shoes")
    assert seen(anna, "berta") == {"shoes/red.jpg": "Too small for Berta"}
    anna.purge(anna.trash("shoes"))
    assert seen(anna, "berta") == {} and anna.world.rows("select word from comment_word where word = 'berta'") == []


def test_comments_are_found_by_those_who_may_read_them_and_as_long(anna, bert):
    anna.folders("trip/inner", "private")
    anna.put("trip/inner/f")
    anna.put("private/f")
    bert.put("own")
    for home, path in ((anna, "trip"), (anna, "trip/inner/f"), (anna, "private"), (anna, "private/f"), (bert, "own")):
        say(home, path, f"needle in {path}")
    assert seen(bert, "needle") == {"own": "needle in own"}
    trip = anna.id("trip")
    anna.cloud.shares.open(anna.actor, trip, [bert.actor.name], Role.VIEWER)
    bert.cloud.tree.move(bert.actor, trip, None, "holiday")
    everything = {"own": "needle in own", "holiday/inner/f": "needle in trip/inner/f", "holiday": "needle in trip"}
    assert seen(bert, "needle") == everything
    assert seen(bert, "trip") == {key: text for key, text in everything.items() if "trip" in text}
    say(anna, "trip", "the holiday of the year")
    assert seen(bert, "holiday") == {"holiday": ""}, "once, by its name"
    found, after = {}, None
    for _ in range(5):
        page = bert.cloud.search.find(bert.actor, "needle", after=after, limit=1)
        found |= {bert.path(node): said.text for node, said in zip(page.nodes, page.comments, strict=True)}
        if (after := page.next) is None:
            break
    assert found == everything
    say(bert, "own", "needle again")
    anna.cloud.shares.close(anna.actor, trip, bert.actor.account_id)
    assert seen(bert, "needle") == {"own": "needle again"}


def test_a_comment_far_down_in_somebody_elses_account_is_found(anna, bert, monkeypatch):
    monkeypatch.setattr(gathering, "ROWS", 2)
    monkeypatch.setattr(gathering, "FAR", 2)
    anna.folders("trip", "private")
    anna.put("trip/f")
    anna.cloud.shares.open(anna.actor, anna.id("trip"), [bert.actor.name], Role.VIEWER)
    say(anna, "trip/f", "needle")
    for number in range(9):
        anna.put(f"private/{number}")
        say(anna, f"private/{number}", "needle")
    found, after, asked = [], None, 0
    while asked == 0 or after is not None:
        page = bert.cloud.search.find(bert.actor, "needle", after=after, limit=3)
        found, after, asked = [*found, *page.nodes], page.next, asked + 1
    assert [node.name for node in found] == ["f"] and asked > 1


@pytest.mark.parametrize(("few", "many"), [(1, 2), (1, 10), (4, 100), (2000, 10_000)])
@pytest.mark.parametrize("near", [(1,), (2, 5), (100, 900)], ids=str)
def test_the_same_is_found_however_common_the_words_are(anna, monkeypatch, few, many, near):
    """Words of which there are few, many, and many that seldom meet are looked up in different ways."""
    monkeypatch.setattr(index, "FEW", few)
    monkeypatch.setattr(index, "MANY", many)
    monkeypatch.setattr(index, "NEAR", near)
    texts = [f"{'sea ' * (i % 2)}{'sun ' * (i % 3 == 0)}{'s' * (i % 4)} n{i}" for i in range(24)]
    for number, text in enumerate(texts):
        anna.put(text)
        node = anna.put(f"file {number}")
        anna.cloud.comments.add(anna.actor, node.id, text)
        anna.cloud.comments.add(anna.actor, node.id, f"another word{number % 2}")
    for asked in ("s", "se", "sea", "sea sun", "sun se n", "n1", "sea n1", "s n2 sea", "nothing", "sea nothing", "n"):
        named = [text.strip() for text in texts if fits(text, words(asked))][::-1]
        said = [f"file {number}" for number, text in enumerate(texts) if fits(text, words(asked))][::-1]
        for limit in (1, 5, 100):
            nodes, after, pages = [], None, 0
            while pages == 0 or after is not None:
                page = anna.cloud.search.find(anna.actor, asked, after=after, limit=limit)
                nodes, after, pages = [*nodes, *page.nodes], page.next, pages + 1
            assert [node.name.strip() for node in nodes if not node.name.startswith("file")] == named, (asked, limit)
            assert [node.name for node in nodes if node.name.startswith("file")] == said, (asked, limit)
    assert list(seen(anna, "an wor word1", limit=100)) == [f"file {number}" for number in range(23, 0, -2)]


def test_a_comment_follows_its_file_into_another_account(anna, bert):
    anna.folder("trip")
    anna.cloud.shares.open(anna.actor, anna.id("trip"), [bert.actor.name], Role.EDITOR)
    node = bert.put("f")
    say(bert, "f", "needle")
    bert.cloud.tree.move(bert.actor, node.id, anna.id("trip"), "f")
    assert seen(anna, "needle") == {"trip/f": "needle"}
    assert bert.world.rows("select word from comment_word where account_id = ?", bert.actor.account_id) == []


def test_a_long_comment_is_found_by_its_first_thousand_words():
    assert words(" ".join(f"w{i}" for i in range(5000)), TEXT_WORDS) == [f"w{i}" for i in range(TEXT_WORDS)]


@settings(max_examples=200)
@given(st.text(max_size=255))
def test_the_words_of_any_text_are_bounded_and_find_themselves(text):
    split = words(text)
    assert len(split) <= NAME_WORDS and all(0 < len(word) <= WORD_BYTES for word in split)
    assert len(set(split)) == len(split)
    for word in split:
        assert words(word) == [word], "a word that was found can be asked for"
    assert fits(text, split) and not fits(text, ["never" * 20])
