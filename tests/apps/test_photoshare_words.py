"""What PhotoShare says, in the language a browser asks for."""

import ast
import re
from collections.abc import Iterator
from importlib.resources import files
from string import Formatter

import pytest

from nuvol.apps.photoshare import words

APP = files("nuvol.apps.photoshare")
SAID = sorted(
    {
        said
        for page in APP.joinpath("templates").iterdir()
        for part in re.findall(r"_\(([^()]*)", page.read_text())
        for said in re.findall(r"'([^']{2,})'", part)
    }
)


SAYING = {"Declined", "NoPicture", "Unsuitable", "trouble", "told"}
"""Whoever is called so is given a sentence."""


def said_in_code() -> Iterator[str]:
    for module in APP.iterdir():
        if not module.name.endswith(".py"):
            continue
        for call in ast.walk(ast.parse(module.read_text())):
            if not isinstance(call, ast.Call):
                continue
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            if name in SAYING:
                yield from (text for one in call.args if (text := sentence(one)).count(" ") > 1)


def sentence(node: ast.expr) -> str:
    """What is written there, `{}` in place of what is put in."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return str(node.value) if isinstance(node, ast.Constant) else ""


@pytest.mark.parametrize("language", ["es", "ca"])
@pytest.mark.parametrize("said", sorted(set(said_in_code())))
def test_every_sentence_of_the_program_is_known_in_each_language(said: str, language: str) -> None:
    filled = said.replace("{}", "17")
    assert words.speaker(language)(filled) != filled


def test_a_refusal_of_the_platform_is_said_sentence_by_sentence() -> None:
    said = "There is already a user “ann. and b”. Choose another name or address. Words that are not known."
    assert words.speaker("es")(said).endswith(". Elige otro nombre o dirección. Words that are not known.")


@pytest.mark.parametrize("language", ["es", "ca"])
@pytest.mark.parametrize("said", SAID)
def test_every_word_of_the_pages_is_known_in_each_language(said: str, language: str) -> None:
    holes = [part for part in Formatter().parse(said) if part[1] is not None]
    filling = [f"<{at}>" for at in range(len(holes))]
    spoken = words.speaker(language)(said, *filling)
    assert spoken != said.format(*filling)
    assert all(spoken.count(each) == 1 for each in filling)


def test_sentences_that_tell_of_names_keep_them() -> None:
    spanish = words.speaker("es")
    assert (
        spanish("“sea {x}.jpg” is not a picture, or it is damaged.") == "«sea {x}.jpg» no es una imagen, o está dañada."
    )
    assert spanish("“a” has more than 100 million pixels.") == "«a» tiene más de 100 millones de píxeles."
    assert spanish("Something else and more.") == "Something else and more."
    assert words.speaker("en")("“{x}” is in the trash.") == "“{x}” is in the trash."


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("", "en"),
        ("ca,es;q=0.8", "ca"),
        ("de, es-MX;q=0.5, en;q=0.4", "es"),
        ("es;q=0, en", "en"),
        ("x;q=y, *", "en"),
        ("est, ca", "ca"),
    ],
)
def test_the_browser_s_wish_decides(asked: str, language: str) -> None:
    assert words.language(asked) == language
