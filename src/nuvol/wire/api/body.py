"""JSON as the native API reads it: strictly, and never more than asked for."""

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

from nuvol.errors import BadValue

T = TypeVar("T")

JSON_LIMIT = 1 << 20
"""Longest JSON body in bytes: a list of 10,000 chunk hashes takes two thirds of it."""

JSON = "application/json"
PROBLEM = "application/problem+json"

_write = msgspec.json.Encoder().encode


def write(value: Any) -> bytes:
    return _write(value)


def read(data: bytes, kind: type[T]) -> T:
    """The body as a `kind`. Raises BadValue: no JSON, a field too many or too few, a value of the wrong kind.

    Depth needs no limit of its own: the structs are flat, and whatever does not fit them is refused where it
    begins.
    """
    if not data:
        raise BadValue("The body is empty: a JSON object is needed.")
    try:
        return msgspec.json.decode(data, type=kind)
    except UnicodeDecodeError:
        raise BadValue("The body is not UTF-8.") from None
    except msgspec.ValidationError as error:
        raise BadValue(f"The body does not fit: {error}.") from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadValue(f"The body is no JSON: {error}.") from None


def read_query(pairs: Sequence[tuple[str, str]], kind: type[T]) -> T:
    """The parameters behind the question mark as a `kind`. Raises BadValue, also when one is given twice."""
    params = dict(pairs)
    if len(params) < len(pairs):
        raise BadValue("A parameter of the address is given twice.", advice="Give each once.")
    try:
        return msgspec.convert(params, kind, strict=False)
    except msgspec.ValidationError as error:
        raise BadValue(f"The query does not fit: {error}.") from None
