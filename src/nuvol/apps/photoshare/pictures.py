"""Is it a picture? Asked before anything is sent to the cloud."""

import threading
import warnings
from pathlib import PurePath
from typing import BinaryIO

MOST_PIXELS = 100_000_000
"""The largest cameras make as many; a picture of 50,000 × 50,000 would take 7 GB of memory to look at."""

LONGEST = 200 * 1024 * 1024
"""Bytes."""

MIMES = {
    "JPEG": ("image/jpeg", (".jpg", ".jpeg")),
    "MPO": ("image/jpeg", (".jpg", ".jpeg")),
    "PNG": ("image/png", (".png",)),
    "WEBP": ("image/webp", (".webp",)),
    "GIF": ("image/gif", (".gif",)),
    "AVIF": ("image/avif", (".avif",)),
    "HEIF": ("image/heic", (".heic", ".heif")),
}
SHOWN = {mime for mime, _ in MIMES.values()}
"""What is sent to browsers as what it is."""

_OPENED = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")  # a JPEG may turn out to be an MPO: several pictures in one
_HEIC = (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypmsf1")
_decoding = threading.Semaphore(2)  # a large picture takes hundreds of megabytes while it is looked at


class NoPicture(Exception):
    """The message says what is wrong with it."""


def check(name: str, file: BinaryIO) -> tuple[str, str]:
    """The name it should have (its extension fits its content) and its media type. Raises NoPicture."""
    size = file.seek(0, 2)
    if not size:
        raise NoPicture(f"“{name}” is empty: nothing was uploaded.")
    if size > LONGEST:
        raise NoPicture(f"“{name}” is larger than {LONGEST >> 20} MB.")
    file.seek(0)
    format = "HEIF" if file.read(12)[4:] in _HEIC else _decoded(name, file)
    file.seek(0)
    mime, extensions = MIMES[format]
    path = PurePath(name)
    return (name if path.suffix.lower() in extensions else (path.stem or "photo") + extensions[0]), mime


def _decoded(name: str, file: BinaryIO) -> str:
    """The format, after all of it was read: so a picture that was cut off is noticed."""
    from PIL import Image

    too_large = NoPicture(f"“{name}” has more than {MOST_PIXELS // 1_000_000} million pixels.")
    file.seek(0)
    with _decoding, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about sizes we judge ourselves
        try:
            with Image.open(file, formats=_OPENED) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise too_large
                picture.draft("RGB", (256, 256))  # a JPEG is then decoded at an eighth of its size
                picture.load()
                return picture.format or ""
        except Image.DecompressionBombError:
            raise too_large from None
        except (OSError, ValueError, SyntaxError, MemoryError):
            raise NoPicture(f"“{name}” is not a picture, or it is damaged.") from None
