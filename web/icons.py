"""Draw the icons of the installed desktop into web/public: once, and again when the mark changes.

Needs Pillow, which Nuvol has for photos.
"""

from pathlib import Path

from PIL import Image, ImageDraw

PUBLIC = Path(__file__).parent / "public"
FILL, MARK = "#2741ad", "#ffffff"  # --cobalt-fill and --on-fill of tokens.css, in the light
FINE = 8  # pixels drawn for one kept, each way: the edges are smooth then
WIDTH, HEIGHT = 28, 22  # of the mark, in its own units


def main() -> None:
    for name, size, corner, part in (
        ("icon-192.png", 192, 0.22, 0.62),
        ("icon-512.png", 512, 0.22, 0.62),
        ("icon-maskable-512.png", 512, 0.0, 0.52),  # systems cut it as they like, at most to a circle of 4/5
        ("icon-180.png", 180, 0.0, 0.62),  # iOS rounds it
    ):
        icon(size, corner, part).save(PUBLIC / name, optimize=True)


def icon(size: int, corner: float, part: float) -> Image.Image:
    """The mark on its tile. `corner` is the radius of the tile and `part` the width of the mark, of the whole width."""
    large = size * FINE
    image = Image.new("RGBA", (large, large))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((0, 0, large - 1, large - 1), large * corner, FILL)
    unit = large * part / WIDTH
    left, top = (large - WIDTH * unit) / 2, (large - (HEIGHT - 2) * unit) / 2 - 2 * unit

    def box(x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
        return left + x0 * unit, top + y0 * unit, left + x1 * unit - 1, top + y1 * unit - 1

    draw.ellipse(box(7, 2, 21, 16), MARK)  # the path of the mark, by its circles and what is between them
    draw.ellipse(box(0, 11, 14, 25), MARK)
    draw.ellipse(box(14, 11, 28, 25), MARK)
    draw.rectangle(box(7, 9, 21, 22), MARK)
    draw.rectangle(box(0, 18, 28, 22), MARK)
    draw.rectangle(box(0, 22, 28, 26), FILL)
    return image.resize((size, size), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    main()
