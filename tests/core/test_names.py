"""What a file or folder may be called (H3), through every function that takes a name."""

import pytest

from nuvol.core.files.names import free_variant, parts
from nuvol.errors import BadName, NameTaken
from nuvol.model.nodes import Guard

BAD = {
    "empty": "",
    "dot": ".",
    "dots": "..",
    "slash": "a/b",
    "slash alone": "/",
    "nul": "a\0b",
    "half a surrogate pair": "a\ud800",
    "256 bytes": "x" * 256,
    "256 bytes of few letters": "é" * 128,
}

NFC, NFD = "caf\u00e9 \u1e69", "cafe\u0301 s\u0323\u0307"
DIFFICULT = [
    "x" * 255,
    "é" * 127,
    "👩‍👩‍👧‍👦",
    "🇪🇸" * 31,
    "\u202egnp.exe",
    "trailing dot.",
    "trailing space ",
    " leading",
    "...",
    ".hidden",
    "~tilde",
    "con",
    "NUL",
    "a:b",
    'q"uote',
    "back\\slash",
    "tab\tand\nnewline",
    "%2F",
    "a%b_c",
    "?*|<>",
    "\u2044",
    "ﬁ",
    "İ",
    "ß",
    "\u212b",
    "\uffff",
    "\U0010ffff",
    "\x01\x7f",
    NFC,
    NFD,
]

GIVEN = {
    "create_folder": lambda home, file, name: home.cloud.tree.create_folder(home.actor, home.root.id, name),
    "move": lambda home, file, name: home.cloud.tree.move(home.actor, file.id, home.root.id, name),
    "copy": lambda home, file, name: home.cloud.copies.copy(home.actor, file.id, home.root.id, name),
    "put": lambda home, file, name: home.cloud.uploads.put(home.actor, home.root.id, name, b"new"),
    "begin": lambda home, file, name: home.cloud.uploads.begin(home.actor, home.root.id, name),
    "start": lambda home, file, name: home.cloud.uploads.start(home.actor, home.root.id, name, size=None),
    "restore": lambda home, file, name: home.cloud.trash.restore(home.actor, file.id, name=name),
}


@pytest.mark.parametrize("way", GIVEN)
def test_a_bad_name_is_refused_by_everything_that_takes_one(anna, way):
    file = anna.put("file", b"old")
    if way == "restore":
        anna.trash("file")
    before = anna.names()
    for name in BAD.values():
        with pytest.raises(BadName):
            GIVEN[way](anna, file, name)
    assert anna.names() == before


@pytest.mark.parametrize("name", DIFFICULT, ids=ascii)
def test_a_difficult_name_makes_the_round_and_comes_back_exactly(anna, name):
    folder = anna.cloud.tree.create_folder(anna.actor, anna.root.id, name)
    node = anna.put(f"{name}/{name}", name.encode())
    assert anna.names() == anna.names(name) == [name]
    assert anna.node(f"{name}/{name}") == node
    assert anna.path(node) == f"{name}/{name}"
    assert anna.cloud.tree.place(anna.actor, f"{name}/{name}").node == node
    anna.cloud.copies.copy(anna.actor, folder.id, anna.folder("copies").id, name)
    assert anna.read(f"copies/{name}/{name}") == name.encode()
    assert len(anna.cloud.search.find(anna.actor, name).nodes) in (0, 4)
    anna.cloud.tree.trash(anna.actor, node.id)
    assert anna.trashed() == [name]
    assert anna.restore(node.id) == f"{name}/{name}"
    assert [version.name for version in anna.cloud.versions.list(anna.actor, node.id)] == [name] * 3
    assert ("create", name) in anna.journal()


@pytest.mark.parametrize(("one", "other"), [(NFC, NFD), (NFD, NFC), ("\u212b", "A\u030a"), ("\u1100\u1161", "가")])
def test_names_equal_after_normalisation_are_the_same_name(anna, one, other):
    node = anna.put(one, b"1")
    assert anna.node(other) == node, "either spelling finds it"
    with pytest.raises(NameTaken):
        anna.cloud.tree.create_folder(anna.actor, anna.root.id, other)
    second = anna.put(other, b"2")
    assert (second.id, second.number) == (node.id, 2), "a put is a new version"
    assert anna.names() == [one], "and the name stays as it was first given"
    anna.put("x")
    with pytest.raises(NameTaken):
        anna.move("x", other, guard=Guard(overwrite=False))
    renamed = anna.move(one, other)
    assert renamed.name == other and set(anna.names()) == {other, "x"}
    assert anna.trashed() == []


@pytest.mark.parametrize(("one", "other"), [("a", "A"), ("ß", "ss"), ("ﬁ", "fi"), ("x", "x "), ("İ", "i̇")])
def test_names_that_differ_otherwise_stand_beside_each_other(anna, one, other):
    anna.put(one, b"1")
    anna.put(other, b"2")
    assert anna.read(one) == b"1" and anna.read(other) == b"2"


@pytest.mark.parametrize(
    ("name", "number", "variant"),
    [
        ("sea.jpg", 2, "sea (2).jpg"),
        ("sea", 3, "sea (3)"),
        (".bashrc", 2, ".bashrc (2)"),
        ("a.tar.gz", 2, "a.tar (2).gz"),
        ("ends.", 2, "ends (2)."),
        ("no ending. really, this is a sentence", 2, "no ending. really, this is a sentence (2)"),
        ("x" * 255, 2, "x" * 251 + " (2)"),
        ("é" * 127, 10, "é" * 125 + " (10)"),
        ("x" * 251 + ".jpg", 2, "x" * 247 + " (2).jpg"),
    ],
)
def test_a_free_variant_keeps_the_ending_and_the_limit(name, number, variant):
    assert free_variant(name, number) == variant
    assert len(variant.encode()) <= 255


def test_slashes_more_than_needed_count_for_nothing():
    assert parts("/a//b/") == ["a", "b"]
    assert parts("") == parts("///") == []
