"""The program that looks at pictures: a process of its own, started by `pictures.py`, for what it opens comes from
anybody.

It reads eight bytes, which say how long a picture is, and the picture; it answers with a line of JSON and the small
pictures one after another; and again, until nobody asks any more. It may use so much memory, and for each picture so
much time; it can write no file. What is made to break it breaks it alone.
"""

import ctypes
import io
import json
import resource
import select
import signal
import struct
import sys
import warnings
from typing import Any

from PIL import Image, ImageOps

from nuvol.apps.photoshare.pictures import MOST_PIXELS, SIDES

MEMORY = 1536 << 20
"""Bytes of address space: a picture of the largest size takes 800 MB for a moment."""
SECONDS = 20
"""Of processor for one picture: the largest take five."""
IDLE = 30.0
"""Seconds without a question after which the program ends: it holds some 50 MB."""

QUALITY, EFFORT = 75, 1
"""Of WebP: an effort of 4 takes twice as long for 1 % fewer bytes."""

HEIF = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
"""ISO/IEC 23008-12, the brands of what phones write."""


def look(data: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """What it is, and the small pictures, upright and without what the camera wrote in it (place and time too)."""
    formats: tuple[str, ...] = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")  # a JPEG may be an MPO: several pictures in one
    if data[4:8] == b"ftyp" and data[8:12] in HEIF:
        import pillow_heif

        pillow_heif.register_heif_opener(thumbnails=False)
        formats = ("HEIF",)
    Image.MAX_IMAGE_PIXELS = None  # sizes are judged here
    with warnings.catch_warnings(action="ignore"):
        picture = Image.open(io.BytesIO(data), formats=formats)
        kind, most = picture.format, max(SIDES)
        if picture.width * picture.height > MOST_PIXELS:
            return {"fault": "large"}, []
        picture.draft("RGB", (most, most))  # a JPEG is then decoded at a part of its size
        picture.load()  # all of it: so one that was cut off is noticed
        profile = picture.info.get("icc_profile") if picture.mode in ("RGB", "RGBA") else None
        clear = "transparency" in picture.info or picture.mode in ("RGBA", "LA", "PA")
        small = picture if picture.mode in ("RGB", "RGBA") else picture.convert("RGBA" if clear else "RGB")
        small.thumbnail((most, most), reducing_gap=2.0)
        ImageOps.exif_transpose(small, in_place=True)  # as the camera was held
    made = []
    for side in SIDES:
        small.thumbnail((side, side), reducing_gap=2.0)
        written = io.BytesIO()
        small.save(written, "WEBP", quality=QUALITY, method=EFFORT, icc_profile=profile, exif=b"")
        made.append(written.getvalue())
    return {"format": kind}, made


def confine() -> None:
    """Give up what is not needed, for good."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS


def allow_time() -> None:
    """So many seconds from now on; whoever needs more is killed by the kernel."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + SECONDS + 1, most))


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C at a terminal is for PhotoShare, which then lets go of us
    confine()
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    while select.select([asked], [], [], IDLE)[0] and len(length := asked.read(8)) == 8:
        data = asked.read(struct.unpack(">Q", length)[0])
        allow_time()
        try:
            told, made = look(data)
        except Exception:  # it comes from anybody, and a library may stumble over it in any way
            told, made = {"fault": "damaged"}, []
        del data
        answers.write(json.dumps(told | {"sizes": [len(one) for one in made]}).encode() + b"\n" + b"".join(made))
        answers.flush()


if __name__ == "__main__":
    main()
