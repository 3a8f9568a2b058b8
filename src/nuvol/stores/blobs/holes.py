"""Which blocks of a file may become holes."""

from collections.abc import Iterator, Sequence


def whole_blocks(
    ranges: Sequence[tuple[int, int]], keep: Sequence[tuple[int, int]], block: int
) -> Iterator[tuple[int, int]]:
    """The (offset, length) of whole blocks that lie inside `ranges` and touch nothing of `keep`, ascending."""
    kept = sorted((offset, offset + length) for offset, length in keep if length > 0)
    position = 0
    for start, stop in _joined(ranges):
        while position < len(kept) and kept[position][1] <= start:
            position += 1
        following = position
        while following < len(kept) and kept[following][0] < stop:
            yield from _inside(start, kept[following][0], block)
            start = max(start, kept[following][1])
            following += 1
        yield from _inside(start, stop, block)


def _joined(ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """(start, stop) of the ranges, neighbours made one: a block may lie across two of them."""
    joined: list[tuple[int, int]] = []
    for offset, length in sorted(ranges):
        if joined and offset <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], offset + length))
        else:
            joined.append((offset, offset + length))
    return joined


def _inside(start: int, stop: int, block: int) -> Iterator[tuple[int, int]]:
    first, last = -(-start // block) * block, stop // block * block
    if first < last:
        yield first, last - first
