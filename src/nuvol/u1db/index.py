"""Indexes: what an expression finds in a document, the keys that follow, and which keys a query wants (u1db.md part 5).

Pure: a document's content goes in, keys come out. The key of a line joins the values of all columns so that keys sort
as the tuples of values do; so a query with exact values before a wildcard is one run of neighbouring keys.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import islice, product
from typing import Any

from msgspec import Struct

from nuvol.errors import IndexDefinitionParseError, InvalidGlobbing, InvalidValueForIndex
from nuvol.u1db.document import Content, read
from nuvol.u1db.table import KEY_LIMIT, NAME_LIMIT

Scalar = str | int | float | bool
Expression = Callable[[Content], Sequence[Scalar]]
Values = tuple[str, ...]
"""What one line of an index has in its columns."""

EXPRESSION_LIMIT = 1000
"""Characters of an expression: bounds how deep it nests."""
WIDTH_LIMIT = 100
"""Digits that `number` pads to."""
LINES_LIMIT = 10_000
"""Lines of one document in an index of several columns: lists in each multiply. What is more is left out."""

# ------------------------------------------------------------------------------------------ expressions (5.2)


@lru_cache(1000)
def compiled(text: str) -> Expression:
    """Raises IndexDefinitionParseError."""
    if len(text) > EXPRESSION_LIMIT or _UNFIT.search(text):
        raise IndexDefinitionParseError(f"An index expression is text of at most {EXPRESSION_LIMIT} characters.")
    parser = _Parser(text)
    expression = parser.expression()
    if parser.rest:
        raise parser.wrong(f"“{parser.rest[-1]}” is left over")
    return expression


class _Parser:
    """Takes the pieces of an expression from the front: text, sign, text, sign, …, text (text may be empty)."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.rest = [piece.strip() for piece in re.split(r"([(),])", text)][::-1]

    def wrong(self, what: str) -> IndexDefinitionParseError:
        return IndexDefinitionParseError(f"“{self._text}” is no index expression: {what}.")

    def expression(self) -> Expression:
        name = self.rest.pop()
        if self.rest[-1:] == ["("]:
            return self._operation(name)
        if not name or name.endswith("."):
            raise self.wrong(f"“{name}” is no name of a field")
        return partial(_inner, tuple(name.split("."))) if "." in name else partial(_top, name)

    def _operation(self, name: str) -> Expression:
        if name == "number":
            return self._number()
        if name not in _OPERATIONS:
            raise self.wrong(f"there is no operation “{name}”")
        operation, most = _OPERATIONS[name]
        arguments = []
        while self.rest[-1] in ("(", ","):
            self.rest.pop()
            arguments.append(self.expression())
            if not self.rest:
                raise self.wrong("a parenthesis is not closed")
        if len(arguments) > most:
            raise self.wrong(f"“{name}” takes one argument")
        self._close()
        return partial(operation, arguments)

    def _number(self) -> Expression:
        self.rest.pop()
        argument = self.expression()
        width = self.rest[-2] if self.rest[-1:] == [","] else ""
        if not re.fullmatch(r"[+-]?[0-9]{1,9}", width) or int(width) > WIDTH_LIMIT:
            raise self.wrong(f"“number” takes a field and a width up to {WIDTH_LIMIT}")
        del self.rest[-2:]
        self._close()
        return partial(_number, argument, int(width))

    def _close(self) -> None:
        if self.rest[-2:] != ["", ")"]:
            raise self.wrong("a closing parenthesis is missing, or something follows it")
        del self.rest[-2:]


# ------------------------------------------------------------------------------------------- evaluation (5.3)


_BOXES = (dict, list)


def _top(key: str, content: Content) -> Sequence[Scalar]:
    return _scalars(content.get(key))


def _inner(path: tuple[str, ...], content: Content) -> Sequence[Scalar]:
    objects = [content]
    for key in path[:-1]:
        inside = [parent.get(key) for parent in objects]
        members = (child if isinstance(child, list) else [child] for child in inside)
        objects = [member for part in members for member in part if isinstance(member, dict)]
    return [value for parent in objects for value in _scalars(parent.get(path[-1]))]


def _scalars(value: Any) -> Sequence[Scalar]:
    if isinstance(value, list):
        return [member for member in value if member is not None and not isinstance(member, _BOXES)]
    return () if value is None or isinstance(value, dict) else (value,)


def _lower(arguments: list[Expression], content: Content) -> Sequence[Scalar]:
    return [value.lower() for value in arguments[0](content) if isinstance(value, str)]


def _split_words(arguments: list[Expression], content: Content) -> Sequence[Scalar]:
    texts = (value for value in arguments[0](content) if isinstance(value, str))
    return list(dict.fromkeys(word for text in texts for word in text.split()))


def _bool(arguments: list[Expression], content: Content) -> Sequence[Scalar]:
    return [value for value in arguments[0](content) if isinstance(value, bool)]


def _combine(arguments: list[Expression], content: Content) -> Sequence[Scalar]:
    return [value for argument in arguments for value in argument(content)]


def _is_null(arguments: list[Expression], content: Content) -> Sequence[Scalar]:
    return [not arguments[0](content)]


def _number(argument: Expression, width: int, content: Content) -> Sequence[Scalar]:
    values = argument(content)
    return [str(value).zfill(width) for value in values if isinstance(value, int) and not isinstance(value, bool)]


_OPERATIONS: dict[str, tuple[Callable[[list[Expression], Content], Sequence[Scalar]], float]] = {
    "lower": (_lower, 1),
    "split_words": (_split_words, 1),
    "bool": (_bool, 1),
    "is_null": (_is_null, 1),
    "combine": (_combine, float("inf")),
}
"""Operation → (function, most arguments); `number` is parsed by itself."""


def _text(value: Scalar) -> str:
    """As SQLite turns it into text, which the reference relies on."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int):
        return str(value)
    digits, e, exponent = f"{value or 0.0:.15g}".partition("e")
    return f"{digits}{'' if '.' in digits else '.0'}{e}{exponent}"


# ------------------------------------------------------------------------------------------------------- keys

_END = "\x01"
_ESCAPES = {"\x00": "\x02", "\x01": "\x02\x03", "\x02": "\x02\x04"}
"""A value in a key, so that nothing in it sorts before the end of a value. No value has a NUL, but bounds end in one:
in a key it must be the least of all that is greater than the end."""
_ESCAPED = re.compile("[\x00-\x02]")
_UNFIT = re.compile("[\x00\ud800-\udfff]")
"""What no database takes as text: values with it have no line."""


def _escape(value: str) -> str:
    if value.isprintable():  # most are, and what is escaped is not
        return value
    return _ESCAPED.sub(lambda match: _ESCAPES[match[0]], value)


def _texts(found: Sequence[Scalar]) -> list[str]:
    texts = map(_text, found) if len(found) == 1 else dict.fromkeys(map(_text, found))
    return [text for text in texts if text.isprintable() or not _UNFIT.search(text)]


def _key(values: Values) -> str:
    return "".join([_escape(value)[:KEY_LIMIT] + _END for value in values])[:KEY_LIMIT]


def _unescape(piece: str) -> str:
    return piece.replace("\x02\x03", "\x01").replace("\x02\x04", "\x02") if "\x02" in piece else piece


class Definition:
    """An index that documents are asked by. Raises IndexDefinitionParseError."""

    def __init__(self, name: str, expressions: Sequence[str]) -> None:
        if not 0 < len(name.encode(errors="replace")) <= NAME_LIMIT or _UNFIT.search(name):
            raise IndexDefinitionParseError(f"The name of an index has 1 to {NAME_LIMIT} bytes.")
        if not expressions:
            raise IndexDefinitionParseError("An index needs at least one expression.")
        self.name = name
        self.expressions = tuple(expressions)
        self._columns = [compiled(text) for text in expressions]

    def keys(self, content: Content | None) -> set[str]:
        """The keys of a document; a tombstone has none."""
        return set(map(_key, self._lines(content))) if content is not None else set()

    def values(self, key: str, text: str) -> list[Values]:
        """What the line with this key says of a document with this text: it may be several lines if it was cut."""
        whole = self.values_in(key)
        return [whole] if whole else [values for values in self._lines(read(text)) if _key(values) == key]

    def values_in(self, key: str) -> Values | None:
        """What a key says by itself; None when it was cut."""
        pieces = key.split(_END)
        return tuple(map(_unescape, pieces[:-1])) if len(pieces) > len(self._columns) else None

    def _lines(self, content: Content) -> Iterator[Values]:
        columns = [_texts(column(content)) for column in self._columns]
        return islice(product(*columns), LINES_LIMIT) if len(columns) > 1 else zip(*columns, strict=True)


@lru_cache(1000)
def definition(name: str, expressions: tuple[str, ...]) -> Definition:
    return Definition(name, expressions)


# --------------------------------------------------------------------------------------------- queries (5.4)


class Span(Struct, frozen=True):
    """The values from `low` up to, not including, `below` (None: no end)."""

    low: str = ""
    below: str | None = None

    def __contains__(self, value: str) -> bool:
        return self.low <= value and (self.below is None or value < self.below)


def _after(value: str) -> str:
    """The least text greater than `value`; no value is in between, since none has a NUL."""
    return value + "\0"


def _after_prefix(prefix: str) -> str | None:
    """The least text greater than all that begin with `prefix`; None when there is none."""
    while prefix:
        code = ord(prefix[-1]) + 1
        prefix = prefix[:-1]
        if code <= 0x10FFFF:
            return prefix + chr(0xE000 if code == 0xD800 else code)  # surrogates are no characters
    return None


def exactly(columns: int, values: Sequence[str]) -> list[Span]:
    """What `get_from_index` asks for. Raises InvalidValueForIndex, InvalidGlobbing."""
    _check(columns, values)
    return [
        Span(value.rstrip("*"), _after_prefix(value.rstrip("*"))) if value.endswith("*") else Span(value, _after(value))
        for value in values
    ]


def between(columns: int, start: Sequence[str] | None, end: Sequence[str] | None) -> list[Span]:
    """What `get_range_from_index` asks for: both bounds inclusive, each column by itself."""
    for values in (start, end):
        if values is not None:
            _check(columns, values)
    lows = [value.rstrip("*") for value in start] if start is not None else [""] * columns
    tops = [
        _after_prefix(value.rstrip("*")) if value.endswith("*") else _after(value)
        for value in (end if end is not None else "*" * columns)
    ]
    return [Span(low, below) for low, below in zip(lows, tops, strict=True)]


def _check(columns: int, values: Sequence[str]) -> None:
    if len(values) != columns:
        raise InvalidValueForIndex(f"The index has {columns} columns, {len(values)} values were given.")
    wild = False
    for value in values:
        if not isinstance(value, str) or _UNFIT.search(value):
            raise InvalidValueForIndex(f"{value!r} is no text that an index can hold.")
        if wild and value.strip("*"):
            raise InvalidGlobbing(f"“{value}” follows a wildcard.")
        wild = wild or value.endswith("*")


def run_of_keys(spans: Sequence[Span]) -> tuple[str, str | None]:
    """The first key and the key below which all lie that these spans want; between them may lie others too."""
    prefix = ""
    for span in spans:
        if span.below != _after(span.low):
            below = _after_prefix(prefix) if span.below is None else prefix + _escape(span.below)
            return (prefix + _escape(span.low))[:KEY_LIMIT], _cut_above(below)
        prefix += _escape(span.low) + _END
    return prefix[:KEY_LIMIT], _cut_above(_after_prefix(prefix))


def _cut_above(key: str | None) -> str | None:
    return _after_prefix(key[:KEY_LIMIT]) if key is not None and len(key) > KEY_LIMIT else key
