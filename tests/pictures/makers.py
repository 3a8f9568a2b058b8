"""Pictures for tests: a landscape with a red corner at the top left, in any format, however the camera was held."""

import io
import struct
import zlib
from typing import Any

from PIL import Image, ImageDraw

STORED = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
"""Exif orientation → how an upright picture is turned to be stored so (`PIL.Image.Transpose`)."""


def landscape(width: int = 1200, height: int = 800, colour: str = "red") -> Image.Image:
    picture = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    ImageDraw.Draw(picture).rectangle((0, 0, width // 4, height // 4), fill=colour)
    return picture


def exif(
    orientation: int = 1,
    when: str = "2025:06:12 10:12:00",
    zone: str | None = "+02:00",
    place: tuple[float, float] | None = None,
    satellite: tuple[str, tuple[int, int, int]] | None = None,
) -> Image.Exif:
    """`satellite`: date and time in UTC, as GPS tells them."""
    found = Image.Exif()
    found[0x0112], found[0x010F], found[0x0110] = orientation, "Leica Camera AG", "Leica Q3"
    inner = found.get_ifd(0x8769)
    inner[0x9003], inner[0x829D], inner[0x829A], inner[0x8827], inner[0x920A] = when, 1.8, 1 / 640, 50, 28.0
    if zone is not None:
        inner[0x9011] = zone
    where = found.get_ifd(0x8825)
    if place is not None:
        where[1], where[2] = "NS"[place[0] < 0], _degrees(abs(place[0]))
        where[3], where[4] = "EW"[place[1] < 0], _degrees(abs(place[1]))
    if satellite is not None:
        where[29], where[7] = satellite[0], tuple(float(part) for part in satellite[1])
    return found


def _degrees(value: float) -> tuple[float, float, float]:
    minutes = value % 1 * 60
    return float(int(value)), float(int(minutes)), minutes % 1 * 60


def encoded(picture: Image.Image, kind: str, said: Image.Exif | None = None, **how: Any) -> bytes:
    if kind == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener()
    written = io.BytesIO()
    if said is not None and kind != "GIF":
        turned = STORED[said.get(0x0112, 1)]
        picture = picture if turned is None else picture.transpose(Image.Transpose(turned))
        how["exif"] = said if kind == "TIFF" else said.tobytes()
    picture.save(written, kind, **how)
    return written.getvalue()


def jpeg(said: Image.Exif | None = None, **how: Any) -> bytes:
    return encoded(landscape(**how), "JPEG", said)


def bomb(width: int, height: int) -> bytes:
    """A PNG of so many black pixels, in a few bytes for each million of them."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(9)
    row = bytes(1 + width)
    lines = b"".join(packer.compress(row) for _ in range(min(height, 2000))) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def film(kind: str = "mp4", seconds: int = 3, **metadata: str) -> bytes:
    """Red pictures of 64 × 48."""
    import av

    written = io.BytesIO()
    with av.open(written, "w", format=kind) as container:
        stream = container.add_stream("mpeg4", rate=5)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        container.metadata.update(metadata)
        for _ in range(5 * seconds):
            frame = av.VideoFrame.from_image(Image.new("RGB", (64, 48), "red"))
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return written.getvalue()
