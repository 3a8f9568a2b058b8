"""Towns by name and by place: some 30,000 of more than 15,000 people (GeoNames, https://www.geonames.org/, CC BY 4.0).

Coordinates are millionths of a degree. The table is read when somebody first asks; it is kept as it is in the file, in
4 MB, and only the lines that are told become values.
"""

import lzma
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from math import cos, radians

from nuvol.gazetteer.letters import folded
from nuvol.model.photos import Town

SHORTEST = 2
"""Letters of a question: one begins a thousand names."""
MATCHES = 2000
_METRES = 0.111_195
"""Of a millionth of a degree of latitude."""
_CENTRE = 1000
"""Metres: within them one is in the middle of a town."""


def near(latitude: int, longitude: int, metres: int) -> Town | None:
    """Where one would say that this place is: a town within so many metres, of which a large one counts from farther
    off than a small one, so that a quarter of a city is that city."""
    table = _table()
    span = int(metres / _METRES)
    narrow = max(0.01, cos(radians(latitude / 1e6)))
    first, last = bisect_left(table.latitudes, latitude - span), bisect_right(table.latitudes, latitude + span)
    best, least = None, 0.0
    for at in range(first, last):
        east = abs(table.longitudes[at] - longitude)
        east = round(min(east, 360_000_000 - east) * narrow)
        away = float((table.latitudes[at] - latitude) ** 2 + east**2) ** 0.5 * _METRES
        if away > metres:
            continue
        town = table.town(at)
        weight = (max(1, town.people) ** 0.5) / max(away, _CENTRE)
        if weight > least:
            best, least = town, weight
    return best


def find(text: str, most: int) -> list[Town]:
    """Those that are called so, or begin so, in any language that is known; by name before by a word of it, the larger
    before the smaller."""
    wanted = folded(text).encode()
    if len(wanted) < SHORTEST:
        return []
    table, found = _table(), dict[int, int]()
    for rank, mark in enumerate((b"\n%b|", b"|%b|", b"\n%b", b"|%b", b" %b")):
        for at in _matches(mark % wanted):
            found.setdefault(at, rank // 2)
    towns = {at: table.town(at) for at in found}
    return [towns[at] for at in sorted(found, key=lambda at: (found[at], -towns[at].people))[:most]]


class _Table:
    """The lines of the file, by latitude."""

    def __init__(self) -> None:
        self._text = lzma.decompress(files("nuvol.gazetteer").joinpath("towns.xz").read_bytes())
        self._starts, self.latitudes, self.longitudes = array("I"), array("i"), array("i")
        at = 0
        for line in self._text.split(b"\n"):
            self._starts.append(at)
            at += len(line) + 1
            _, _, _, _, latitude, longitude, _ = line.split(b"\t")
            self.latitudes.append(int(latitude) * 100)
            self.longitudes.append(int(longitude) * 100)
        self._starts.append(at)

    def town(self, at: int) -> Town:
        name, _, country, zone, _, _, people = self._line(at)
        return Town(name, country, zone, self.latitudes[at], self.longitudes[at], int(people))

    def names(self) -> Iterator[list[str]]:
        for at in range(len(self.latitudes)):
            name, others, *_ = self._line(at)
            yield [name, *others.split("|")] if others else [name]

    def _line(self, at: int) -> list[str]:
        return self._text[self._starts[at] : self._starts[at + 1] - 1].decode().split("\t")


@cache
def _table() -> _Table:
    return _Table()


@cache
def _names() -> "tuple[bytes, array[int]]":
    """The names of each town, "\\nlondon|londres|", and where each begins."""
    found, starts = bytearray(), array("I")
    for names in _table().names():
        starts.append(len(found))
        found += f"\n{'|'.join(map(folded, names))}|".encode()
    return bytes(found), starts


def _matches(wanted: bytes) -> Iterator[int]:
    names, starts = _names()
    at = names.find(wanted)
    for _ in range(MATCHES):
        if at < 0:
            return
        yield bisect_right(starts, at) - 1
        at = names.find(wanted, at + 1)
