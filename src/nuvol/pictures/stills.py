"""Pictures: opened, turned upright, made small."""

import io
import warnings
from typing import TYPE_CHECKING

from msgspec.structs import replace

from nuvol.model.photos import SIZES, Made, Thumbnail
from nuvol.pictures import blur, exif

if TYPE_CHECKING:
    from PIL import Image

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "AVIF")
PIXELS = 100_000_000
"""What is decoded whole takes four bytes each, which must fit into the memory that the program may have."""
SCALED_PIXELS = 400_000_000
"""JPEG is decoded at the eighth of its size."""
QUALITY, EFFORT = 80, 2
"""WebP: an effort of 4 takes twice as long for 4 % fewer bytes."""


class Unseen(Exception):
    """Why there is nothing to show, as a sentence for people."""


def look(data: bytes) -> tuple[Made, bytes]:
    """What a picture shows, and its thumbnails. Raises Unseen."""
    if not data:
        raise Unseen("It is empty: it has no bytes.")
    picture, width, height = _open(data)
    made = _said(picture)
    facts = replace(made.facts, format=picture.format or "", animated=bool(getattr(picture, "is_animated", False)))
    upright = _upright(picture)
    if (upright.width > upright.height) != (width > height):
        width, height = height, width
    made, bytes_of = show(replace(made, width=width, height=height, facts=facts), upright)
    return made, bytes_of


def show(made: Made, upright: "Image.Image") -> tuple[Made, bytes]:
    """Add to what is known of a picture what is to be seen of it."""
    thumbnails: list[Thumbnail] = []
    parts: list[bytes] = []
    at = 0
    small, profile = upright, upright.info.get("icc_profile")
    for name, side in sorted(SIZES.items(), key=lambda size: -size[1]):
        small.thumbnail((side, side), reducing_gap=2.0)
        written = io.BytesIO()
        small.save(written, "WEBP", quality=QUALITY, method=EFFORT, icc_profile=profile)
        parts.append(written.getvalue())
        thumbnails.append(Thumbnail(name, *small.size, at, len(parts[-1])))
        at += len(parts[-1])
    flat = _flat(small)
    made = replace(made, blur=blur.blurhash(flat), likeness=blur.likeness(flat), thumbnails=tuple(reversed(thumbnails)))
    return made, b"".join(parts)


def _open(data: bytes) -> tuple["Image.Image", int, int]:
    """The first picture in it and its size, small enough to be decoded."""
    from PIL import Image

    formats: tuple[str, ...] = FORMATS
    if data[4:8] == b"ftyp" and data[8:12] not in (b"avif", b"avis"):
        import pillow_heif

        pillow_heif.register_heif_opener(thumbnails=False)
        formats = ("HEIF",)
    Image.init()  # else it knows five formats only
    Image.MAX_IMAGE_PIXELS = None  # our own limits tell more
    with warnings.catch_warnings(action="ignore"):
        try:
            picture = Image.open(io.BytesIO(data), formats=formats)
        except MemoryError:
            raise
        except Exception:
            raise Unseen("It is no picture that can be read here, whatever its name says.") from None
    width, height = picture.size
    most = SCALED_PIXELS if picture.format in ("JPEG", "MPO") else PIXELS
    if width * height > most or min(width, height) < 1:
        raise Unseen(f"It has {width} × {height} pixels; pictures of up to {most // 1_000_000} million are shown.")
    largest = max(SIZES.values())
    picture.draft("RGB", (largest, largest))
    return picture, width, height


def _said(picture: "Image.Image") -> Made:
    try:
        return exif.read(picture.getexif())
    except Exception:  # PNG is decoded for it
        return Made()


def _upright(picture: "Image.Image") -> "Image.Image":
    """Decoded, no larger than the largest thumbnail, in colours that WebP knows, as the camera was held."""

    from PIL import Image

    largest = max(SIZES.values())
    try:
        with warnings.catch_warnings(action="ignore"):
            picture.load()
            orientation = picture.getexif().get(0x0112, 1)
            small = picture.convert("RGBA" if _is_clear(picture) else "RGB") if picture.mode != "RGB" else picture
            small.thumbnail((largest, largest), reducing_gap=2.0)
    except MemoryError:
        raise
    except Exception:
        raise Unseen("It is damaged: its bytes end too early, or are not what they should be.") from None
    turned = _TURNS.get(orientation if isinstance(orientation, int) else 1)
    upright = small.transpose(Image.Transpose(turned)) if turned is not None else small
    profile = picture.info.get("icc_profile")
    upright.info = {"icc_profile": profile} if profile and picture.mode in ("RGB", "RGBA") else {}
    return upright


def _is_clear(picture: "Image.Image") -> bool:
    return picture.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in picture.info


def _flat(picture: "Image.Image") -> "Image.Image":
    """On white."""
    from PIL import Image

    if picture.mode != "RGBA":
        return picture
    ground = Image.new("RGB", picture.size, "white")
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground


_TURNS = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}
"""Exif orientation → `PIL.Image.Transpose`."""
