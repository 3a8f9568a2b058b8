"""Documents: an id, a revision, and a JSON object as text that is kept to the letter (u1db.md 1.1)."""

import json
import math
import re
from collections.abc import Mapping
from typing import Any, NoReturn

import msgspec

from nuvol.errors import InvalidContent, InvalidDocId, InvalidJSON
from nuvol.u1db.table import DOC_ID_LIMIT

Content = dict[str, Any]

DEPTH = 200
"""Levels of lists and objects in a document: far below what a decoder of ours or of a client can take."""

_DOC_ID = re.compile(r"[a-zA-Z0-9.%_-]+")
_decode = msgspec.json.Decoder(Content).decode


class Document:
    """A document in the hand: what is changed here is stored by `put_doc`. Without text it is a tombstone.

    `content` is the live mapping: changing it changes the document, whose text is then written anew. Documents that
    are equal have the same id, revision, value and `has_conflicts`; they cannot be hashed.
    """

    __hash__ = None  # type: ignore[assignment]  # it changes

    def __init__(
        self,
        doc_id: str | None = None,
        rev: str | None = None,
        json: str | None = "{}",
        has_conflicts: bool = False,
    ) -> None:
        """Raises InvalidJSON."""
        self.doc_id = doc_id
        self.rev = rev
        self.has_conflicts = has_conflicts
        self.set_json(json)

    def get_json(self) -> str | None:
        """The text; as it was set, unless `content` was looked at since. Raises InvalidContent."""
        return self._text if self._content is None else write(self._content)

    def set_json(self, text: str | None) -> None:
        """Raises InvalidJSON."""
        if text is not None:
            read(text)
        self._text = text
        self._content: Content | None = None

    @property
    def content(self) -> Content | None:
        """The mapping, None for a tombstone. Setting it raises InvalidContent."""
        if self._content is None and self._text is not None:
            self._content = read(self._text)
        return self._content

    @content.setter
    def content(self, content: Content) -> None:
        write(content)
        self._content = content

    def make_tombstone(self) -> None:
        self.set_json(None)

    def is_tombstone(self) -> bool:
        return self._text is None and self._content is None

    def same_content_as(self, other: "Document") -> bool:
        return same_content(self.get_json(), other.get_json())

    def get_size(self) -> int:
        """Bytes of text, revision and id."""
        return size(self.doc_id, self.rev, self.get_json())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Document):
            return NotImplemented
        mine, others = ((doc.doc_id, doc.rev, doc.has_conflicts) for doc in (self, other))
        return mine == others and self.same_content_as(other)

    def __repr__(self) -> str:
        conflicted = ", conflicted" if self.has_conflicts else ""
        return f"{type(self).__name__}({self.doc_id}, {self.rev}{conflicted}, {self.get_json()!r})"


def require_doc_id(doc_id: str | None) -> str:
    """The id itself. Raises InvalidDocId."""
    if not isinstance(doc_id, str) or not _DOC_ID.fullmatch(doc_id) or len(doc_id) > DOC_ID_LIMIT:
        raise InvalidDocId(f"“{str(doc_id)[:100]}” is no document id.")
    return doc_id


def read(text: str) -> Content:
    """The object in a document's text. Raises InvalidJSON."""
    try:
        value = _decode(text)
    except UnicodeEncodeError as error:
        raise InvalidJSON("The text is no Unicode: it has half of a surrogate pair.") from error
    except (msgspec.DecodeError, RecursionError):
        value = _read_again(text)
    if text.count("[") + text.count("{") > DEPTH and _is_too_deep(value):
        raise InvalidJSON(f"The document is nested deeper than {DEPTH} levels.")
    return value


def _read_again(text: str) -> Content:
    """The fast decoder does not take halves of surrogate pairs, which may stand in escapes, and speaks tersely."""
    try:
        value = json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise InvalidJSON(f"The document is no JSON: {error}.") from error
    if not isinstance(value, dict):
        raise InvalidJSON("A document must be a JSON object.")
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not allowed")


def _finite(number: str) -> float:
    value = float(number)
    if math.isinf(value):
        raise ValueError(f"{number[:20]} is out of range")
    return value


def _is_too_deep(value: Content) -> bool:
    level: list[Content | list[Any]] = [value]
    for _ in range(DEPTH):
        inside = (child for box in level for child in (box.values() if isinstance(box, dict) else box))
        level = [child for child in inside if isinstance(child, dict | list)]
    return bool(level)


def write(content: Mapping[str, Any]) -> str:
    """The text of a mapping. Raises InvalidContent."""
    if not isinstance(content, dict):
        raise InvalidContent("The content of a document must be a mapping.")
    try:
        return json.dumps(content, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidContent(f"The content cannot be written as JSON: {error}.") from error


def same_content(one: str | None, other: str | None) -> bool:
    """Whether two texts hold the same value; None (a tombstone) is the same as None."""
    return one == other or (one is not None and other is not None and _same(read(one), read(other)))


def _same(one: object, other: object) -> bool:
    """`==` takes 1 for true; merging these two would lose one."""
    if one != other:
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return all(_same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return all(map(_same, one, other))
    return isinstance(one, bool) is isinstance(other, bool)


def length(text: str) -> int:
    """Bytes of a text as it rests."""
    return len(text) if text.isascii() else len(text.encode())


def size(doc_id: str | None, rev: str | None, text: str | None) -> int:
    """Bytes that a document counts."""
    return length(doc_id or "") + length(rev or "") + length(text or "")
