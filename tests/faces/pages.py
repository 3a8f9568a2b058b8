"""What is asked of every page: letters that can be read."""

import re
from importlib.resources import files

TOKENS: dict[str, tuple[str, str]] = {
    name: (light, dark)
    for name, light, dark in re.findall(
        r"--([\w-]+):\s*light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)",
        files("nuvol.faces.desktop")
        .joinpath("tokens.css")
        .read_text()
        .partition("@media")[0]
        .partition("data-contrast")[0],
    )
}
"""Each colour in light and in dark."""


def contrast(one: str, other: str) -> float:
    """WCAG 2, from 1 (the same) to 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
