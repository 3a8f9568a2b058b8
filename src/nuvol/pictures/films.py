"""Films: a poster, the length, when and where. PyAV is the optional extra `video`."""

import hashlib
import io
import math
import os
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from nuvol.model.photos import Facts, Made
from nuvol.pictures import stills
from nuvol.pictures.positioned import Positioned
from nuvol.pictures.stills import PIXELS, Unseen

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PLACE = re.compile(r"([+-]\d+(?:\.\d+)?)([+-]\d+(?:\.\d+)?)")
_FIRST = 1.0
"""Seconds into a film: its very first picture is often black."""


def look(descriptor: int, size: int) -> tuple[Made, bytes]:
    """What a film shows, and thumbnails of its poster. Raises Unseen."""
    if not size:
        raise Unseen("It is empty: it has no bytes.")
    try:
        import av
    except ImportError:
        raise Unseen("Films are shown only where the extra “video” is installed.") from None
    try:
        file = io.BufferedReader(Film(descriptor, size), 1 << 16)
        with av.open(file, metadata_errors="ignore") as container:
            return _poster(container)
    except (av.error.FFmpegError, ValueError, IndexError):
        raise Unseen("It is no film that can be read here, or it is damaged.") from None


def _poster(container: Any) -> tuple[Made, bytes]:
    video = next(iter(container.streams.video), None)
    if video is None:
        raise Unseen("There is no picture in this film.")
    if video.width * video.height > PIXELS:
        raise Unseen(f"It has {video.width} × {video.height} pixels; up to {PIXELS // 1_000_000} million are shown.")
    video.thread_count = 1
    duration = container.duration / 1e6 if container.duration else None
    made = _told(container, video, duration)
    if duration and duration > 2 * _FIRST:
        container.seek(int(_FIRST * 1e6))
    frame = next(container.decode(video), None)
    if frame is None:
        raise Unseen("There is no picture in this film.")
    poster = frame.to_image()
    turn = int(getattr(frame, "rotation", 0) or 0) % 360
    if turn:
        poster = poster.rotate(turn, expand=True)
    made, data = stills.show(replace(made, width=poster.width, height=poster.height), poster)
    return made, data


def _told(container: Any, video: Any, duration: float | None) -> Made:
    said = {key.lower(): value for key, value in {**video.metadata, **container.metadata}.items()}
    camera = f"{said.get('com.apple.quicktime.make', '')} {said.get('com.apple.quicktime.model', '')}".strip()[:100]
    place = said.get("com.apple.quicktime.location.iso6709") or said.get("location") or ""
    latitude, longitude = _place(place)
    facts = Facts(
        camera=camera, duration=None if duration is None else round(duration, 3), format=container.format.name
    )
    instant = _instant(said.get("com.apple.quicktime.creationdate") or said.get("creation_time") or "")
    return Made(instant=instant, latitude=latitude, longitude=longitude, facts=facts)


def _instant(text: str) -> int | None:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    # Cameras that never knew the date write the beginning of their clock: 1904 (QuickTime) or 1970.
    return (when - _EPOCH) // timedelta(microseconds=1) if when.year > 1970 else None


def _place(text: str) -> tuple[int | None, int | None]:
    """ISO 6709: `+41.3851+002.1734/`."""
    found = _PLACE.match(text)
    if found is None:
        return None, None
    latitude, longitude = float(found[1]), float(found[2])
    if not (math.fabs(latitude) <= 90 and math.fabs(longitude) <= 180):
        return None, None
    return round(latitude * 1e6), round(longitude * 1e6)


class Film(Positioned):
    """A file read by positions of its own: the server reads through the same descriptor."""

    def __init__(self, descriptor: int, size: int) -> None:
        super().__init__(size)
        self._descriptor = descriptor

    def _read(self, at: int, most: int) -> bytes:
        return os.pread(self._descriptor, most, at)


def sha256(descriptor: int, size: int) -> bytes:
    hasher = hashlib.sha256()
    for at in range(0, size, 1 << 20):
        hasher.update(os.pread(descriptor, min(1 << 20, size - at), at))
    return hasher.digest()
