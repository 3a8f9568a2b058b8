"""What a camera wrote beside a picture (Exif 3.0). Nothing in it is trusted, and nothing of it can fail a picture."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from nuvol.model.photos import Facts, Made

_DATES = ((0x9003, 0x9011, 0x9291), (0x9004, 0x9012, 0x9292), (0x0132, 0x9010, 0x9290))
"""(time, zone, parts of a second): when it was taken, digitized, changed."""
_EPOCH = datetime(1970, 1, 1)
_MICROSECOND = timedelta(microseconds=1)
_TIME = re.compile(r"(\d{4})[:/-](\d\d)[:/-](\d\d)[ T](\d\d):(\d\d):(\d\d)")
_ZONE = re.compile(r"([+-])(\d\d):?(\d\d)")
_QUARTER = 15
"""Minutes: no zone is finer."""


def read(exif: Any) -> Made:
    """Time, zone, place and camera. `exif`: as Pillow gives it."""
    main, inner = _mapping(lambda: exif), _mapping(lambda: exif.get_ifd(0x8769))
    where = _mapping(lambda: exif.get_ifd(0x8825))
    both = {**main, **inner}
    local_at, zone = _when(both)
    if local_at is not None and zone is None:
        zone = _zone_by_satellite(local_at, where)
    latitude, longitude = _coordinate(where, 1, 2, 90), _coordinate(where, 3, 4, 180)
    if latitude is None or longitude is None or latitude == longitude == 0:  # what a camera without a view writes
        latitude = longitude = None
    altitude = _number(where.get(6))
    if altitude is not None and where.get(5) in (1, b"\x01"):
        altitude = -altitude
    facts = Facts(
        camera=_camera(_text(main.get(0x010F)), _text(main.get(0x0110))),
        lens=_text(both.get(0xA434)),
        aperture=_number(both.get(0x829D)),
        exposure=_number(both.get(0x829A)),
        iso=_iso(both.get(0x8827)),
        focal_length=_number(both.get(0x920A)),
        altitude=altitude if latitude is not None else None,
    )
    return Made(local_at=local_at, zone=zone, latitude=latitude, longitude=longitude, facts=facts)


def _mapping(look: Callable[[], Any]) -> dict[int, Any]:
    try:
        found = look()
        return dict(found) if isinstance(found, Mapping) or hasattr(found, "items") else {}
    except Exception:
        return {}


def _when(tags: Mapping[int, Any]) -> tuple[int | None, int | None]:
    for date, offset, fraction in _DATES:
        local_at = local_time(_text(tags.get(date)))
        if local_at is None:
            continue
        digits = _text(tags.get(fraction))[:6]
        if digits.isascii() and digits.isdigit():
            local_at += int(digits.ljust(6, "0"))
        return local_at, zone_minutes(_text(tags.get(offset)))
    return None, None


def local_time(text: str) -> int | None:
    """`2026:06:12 10:12:00`, in microseconds as if it were UTC."""
    found = _TIME.match(text)
    try:
        if found is None:
            return None
        year, month, day, hour, minute, second = map(int, found.groups())
        return (datetime(year, month, day, hour, minute, second) - _EPOCH) // _MICROSECOND
    except ValueError:  # a camera that never knew the date writes zeros
        return None


def zone_minutes(text: str) -> int | None:
    """`+02:00`."""
    found = _ZONE.fullmatch(text)
    if found is None:
        return 0 if text == "Z" else None
    minutes = int(found[2]) * 60 + int(found[3])
    return (minutes if found[1] == "+" else -minutes) if minutes <= 15 * 60 else None


def _zone_by_satellite(local_at: int, where: Mapping[int, Any]) -> int | None:
    """Satellites tell UTC: the camera's clock is ahead of it by the zone."""
    date, time = _text(where.get(29)), where.get(7, ())
    try:
        hours, minutes, seconds = (float(part) for part in time)
        at = datetime.strptime(date, "%Y:%m:%d").replace(tzinfo=UTC) + timedelta(
            hours=hours, minutes=minutes, seconds=seconds
        )
        ahead = local_at / 60e6 - at.timestamp() / 60
        rounded = round(ahead / _QUARTER) * _QUARTER
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    # A fix may be some minutes old; a clock that is set wrong by more tells nothing of the zone.
    return rounded if abs(rounded) <= 15 * 60 and abs(ahead - rounded) <= 5 else None


def _coordinate(where: Mapping[int, Any], side: int, degrees: int, most: int) -> int | None:
    try:
        parts = [float(part) for part in where[degrees]]
        value = float(sum(part / 60**place for place, part in enumerate(parts[:3])))
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    if not math.isfinite(value) or not 0 <= value <= most:
        return None
    return round(value * 1e6) * (-1 if _text(where.get(side)).upper()[:1] in ("S", "W") else 1)


def _number(value: Any) -> float | None:
    try:
        found = float(value)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return round(found, 6) if math.isfinite(found) and 0 <= found < 1e9 else None


def _iso(value: Any) -> int | None:
    found = _number(value[0] if isinstance(value, tuple) and value else value)
    return int(found) if found else None


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return ""
    return "".join(letter for letter in value if letter.isprintable()).strip()[:100]


def _camera(make: str, model: str) -> str:
    """Model, with its make in front unless it says that itself."""
    return model if model.lower().startswith(make.lower().split(" ")[0]) and model else f"{make} {model}".strip()
