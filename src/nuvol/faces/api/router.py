"""From an address to the function that answers it."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from nuvol.faces.api.calls import Call
from nuvol.faces.http import Answer
from nuvol.wire.openapi import Operation

Function = Callable[[Call[Any, Any]], Awaitable[Answer]]


@dataclass(frozen=True)
class Entry:
    """An operation and the function that does it."""

    operation: Operation
    function: Function


@dataclass
class _Place:
    """Where an address has come to so far."""

    words: dict[str, "_Place"] = field(default_factory=dict)
    varying: "tuple[str, _Place] | None" = None
    entries: dict[str, Entry] = field(default_factory=dict)


class Router:
    """Finds entries by the segments of an address; a word goes before what varies. Each place has one name for what
    varies there."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._top = _Place()
        for entry in entries:
            place = self._top
            for segment in entry.operation.path[1:].split("/"):
                if segment.startswith("{"):
                    place.varying = place.varying or (segment[1:-1], _Place())
                    assert place.varying[0] == segment[1:-1], entry.operation.path
                    place = place.varying[1]
                else:
                    place = place.words.setdefault(segment, _Place())
            assert entry.operation.method not in place.entries, entry.operation.path
            place.entries[entry.operation.method] = entry

    def find(self, segments: Iterable[str]) -> tuple[dict[str, Entry], dict[str, str]] | None:
        """What the address offers, by method, and what varies in it; None when nothing is there."""
        place, found = self._top, dict[str, str]()
        for segment in segments:
            if segment in place.words:
                place = place.words[segment]
            elif place.varying is not None:
                found[place.varying[0]] = segment
                place = place.varying[1]
            else:
                return None
        return (place.entries, found) if place.entries else None
