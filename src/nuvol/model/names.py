"""Names of files and folders: when two are the same, and by which words they are found."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import islice

_WORD = re.compile(r"[^\W_]+")

WORD_BYTES = 64
"""Longer words are found by this many characters of their beginning: an index row stays small."""

NAME_WORDS = 32
"""More words of one name are not indexed: a hostile name of 255 bytes must not cost 128 rows."""


def key(name: str) -> str:
    """The form in which names are compared: NFC, so that a name typed on a Mac equals one typed elsewhere."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)


TEXT_WORDS = 1000
"""The same of a comment: a text of its greatest length, 10,000 characters, has fewer in any language that is spoken."""


def words(text: str, most: int = NAME_WORDS) -> list[str]:
    """The distinct words of a name, a query or a text, in order: lower case, without accents."""
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    found = (word[:WORD_BYTES] for word in _WORD.findall(text.casefold()))
    return list(islice(dict.fromkeys(found), most))


def fits(name: str, wanted: Iterable[str]) -> bool:
    """Whether each word that is wanted is the beginning of one of the name's."""
    there = words(name)
    return all(any(word.startswith(begin) for word in there) for begin in wanted)
