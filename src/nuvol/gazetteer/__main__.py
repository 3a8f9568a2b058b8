"""Makes the table anew from `cities15000.txt` of GeoNames (https://download.geonames.org/export/dump/, CC BY 4.0):

python -m nuvol.gazetteer cities15000.txt src/nuvol/gazetteer/towns.xz
"""

import lzma
import re
import sys
from pathlib import Path

from nuvol.gazetteer.towns import folded

LARGE = 300_000
"""People: only of larger towns the names in other languages are taken along, as far as they are of Latin letters."""
_LATIN = re.compile(r"[A-Za-z\u00c0-\u017f][A-Za-z\u00c0-\u017f '’.-]{2,40}")


def rows(text: str) -> list[str]:
    """Name, other names, country, zone, latitude and longitude in ten-thousandths of a degree, people; by latitude."""
    found = []
    for line in text.splitlines():
        _, name, _, others, latitude, longitude, _, _, country, _, _, _, _, _, people, _, _, zone, _ = line.split("\t")
        called = []
        if int(people) >= LARGE:
            by_letters = {folded(other): other for other in others.split(",") if _LATIN.fullmatch(other)}
            by_letters.pop(folded(name), None)
            called = sorted(by_letters.values())
        place = round(float(latitude) * 1e4), round(float(longitude) * 1e4)
        found.append((*place, "\t".join((name, "|".join(called), country, zone, *map(str, place), people))))
    return [line for _, _, line in sorted(found)]


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:])
    target.write_bytes(lzma.compress("\n".join(rows(source.read_text())).encode(), preset=9))
