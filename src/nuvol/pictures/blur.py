"""Two short descriptions of a picture: what is drawn until it is there (Blurhash), and by what it is found again.

Blurhash: https://github.com/woltapp/blurhash, its algorithm of encoding.
"""

from math import cos, pi
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"
_X, _Y = 4, 3
_SIDE = 16
"""Pixels: the waves that are looked for have at most three hills, so more would tell nothing."""


def blurhash(picture: "Image") -> str:
    """Of 4 × 3 components."""
    small = picture.convert("RGB").resize((_SIDE, _SIDE))
    data = small.tobytes()
    pixels = [(_LINEAR[data[at]], _LINEAR[data[at + 1]], _LINEAR[data[at + 2]]) for at in range(0, len(data), 3)]
    factors = []
    for waves in _WAVES:
        sums = [0.0, 0.0, 0.0]
        for wave, (red, green, blue) in zip(waves, pixels, strict=True):
            sums[0] += wave * red
            sums[1] += wave * green
            sums[2] += wave * blue
        factors.append([each / len(pixels) for each in sums])
    average, others = factors[0], factors[1:]
    largest = max(abs(value) for factor in others for value in factor)
    scale = max(0, min(82, int(largest * 166 - 0.5)))
    most = (scale + 1) / 166
    coded = [_digits(_X - 1 + (_Y - 1) * 9, 1), _digits(scale, 1)]
    red, green, blue = (_standard(value) for value in average)
    coded.append(_digits((red << 16) + (green << 8) + blue, 4))
    for factor in others:
        parts = [max(0, min(18, int(_root(value / most) * 9 + 9.5))) for value in factor]
        coded.append(_digits(parts[0] * 361 + parts[1] * 19 + parts[2], 2))
    return "".join(coded)


def likeness(picture: "Image") -> int:
    """64 bits that nearly alike pictures have nearly alike: where each is brighter than what is to its right. As a
    signed number, for databases know no other."""
    data = picture.convert("L").resize((9, 8)).tobytes()
    bits = 0
    for row in range(8):
        for column in range(8):
            bits = bits << 1 | (data[row * 9 + column] > data[row * 9 + column + 1])
    return bits - (1 << 64) if bits >> 63 else bits


def _waves() -> list[list[float]]:
    found = []
    for j in range(_Y):
        for i in range(_X):
            weight = 1 if i == j == 0 else 2
            found.append(
                [
                    weight * cos(pi * i * (x + 0.5) / _SIDE) * cos(pi * j * (y + 0.5) / _SIDE)
                    for y in range(_SIDE)
                    for x in range(_SIDE)
                ]
            )
    return found


def _linear(value: int) -> float:
    part = value / 255
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _standard(value: float) -> int:
    part = max(0.0, min(1.0, value))
    return round((part * 12.92 if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055) * 255)


def _root(value: float) -> float:
    return float(abs(value) ** 0.5) if value >= 0 else -float(abs(value) ** 0.5)


def _digits(value: int, length: int) -> str:
    return "".join(_DIGITS[value // 83 ** (length - place) % 83] for place in range(1, length + 1))


_LINEAR = [_linear(value) for value in range(256)]
_WAVES = _waves()
