"""What clients send, in their odd encodings: forms, booleans, numbers, paths (specification section 1)."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote_to_bytes

from nuvol.errors import Malformed
from nuvol.model.nodes import Exists
from nuvol.wire.cloudfs import ids
from nuvol.wire.cloudfs.errors import Fault, Place

FORM_BYTES = 1 << 20
"""Longest form taken: some thousand paths in one share."""

DATA_BYTES = 64 << 10
"""Longest `application_data` of an item, as JSON."""

_MOST_FIELDS = 20_000
_INTEGER = re.compile(r"-?[0-9]{1,15}")


class Form(Mapping[str, str]):
    """The fields of a form; of several with one name the first counts, `all` gives every one."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        self.pairs = pairs
        self._first = dict(reversed(pairs))

    def __getitem__(self, name: str) -> str:
        return self._first[name]

    def __iter__(self) -> Any:
        return iter(self._first)

    def __len__(self) -> int:
        return len(self._first)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.pairs if key == name]


def read_form(body: bytes) -> Form:
    """Lenient: some clients leave `/`, `@` and others bare and turn only spaces into `+`. Raises Malformed."""
    pairs = raw_pairs(body)
    return Form([(_decoded(name), _decoded(value)) for name, value in pairs])


def raw_pairs(body: bytes) -> list[tuple[bytes, bytes]]:
    """Split on `&` and the first `=`, nothing decoded. Raises Malformed."""
    parts = [part for part in body.split(b"&") if part]
    if len(parts) > _MOST_FIELDS:
        raise Malformed("The form has more fields than anybody needs.")
    return [(name, value) for name, _, value in (part.partition(b"=") for part in parts)]


def _decoded(raw: bytes) -> str:
    try:
        return unquote_to_bytes(raw.replace(b"+", b" ")).decode()
    except UnicodeDecodeError:
        raise Malformed("The form is not UTF-8.") from None


def read_query(query: str) -> Form:
    """The query of an address, as leniently. Raises Malformed."""
    return read_form(query.encode("latin-1", "replace"))


def truth(text: str | None) -> bool:
    """`true`, `True`: two clients write booleans as Python does. Everything else is false."""
    return text is not None and text.strip().lower() in ("true", "1")


def integer(text: str | None) -> int | None:
    return int(text) if text is not None and _INTEGER.fullmatch(text.strip()) else None


def seconds(text: str | None) -> int | None:
    """A date as microseconds; None when it is no number: one client sends formatted times (section 4)."""
    try:
        value = float(text) if text is not None else math.nan
    except ValueError:
        return None
    return int(value) * 1_000_000 if 0 <= value < 1 << 33 else None


def exists(text: str | None, default: Exists, place: Place) -> Exists:
    """Raises Fault 2033 for folders, 3009 for files."""
    if not text:
        return default
    try:
        return Exists(text)
    except ValueError:
        allowed = ", ".join(Exists)
        raise Fault(3009 if place is Place.FILES else 2033, f"“exists” is one of {allowed}.") from None


def ignores_versions(text: str | None) -> bool:
    """`version-conflict=ignore` (section 3.3); `fail` is the default."""
    return text is not None and text.strip().lower() == "ignore"


def names(path: str) -> list[str]:
    """The parts of a path; slashes may be doubled, or lack in front."""
    return [part for part in path.split("/") if part]


def id_path(parts: Sequence[str]) -> list[int] | None:
    """A path of ids as numbers, from the root; None when no node can be there."""
    found = [number for part in parts if (number := ids.decode(part)) is not None]
    return found if len(found) == len(parts) else None


def data(text: str | None) -> dict[str, Any] | None:
    """`application_data` as sent; None when it was not. Raises Malformed."""
    if text is None:
        return None
    if len(text) > DATA_BYTES:
        raise Malformed(f"application_data is longer than {DATA_BYTES} characters.")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise Malformed("application_data must be a JSON object.")
    return value
