"""The cut of content is part of the disk format: docs/disk-format.md holds a vector that every version must meet."""

import re
import zlib
from pathlib import Path

import pytest
from blake3 import blake3

from nuvol.core.files.chunking import Cutter, content_hash, hash_of, join_adler

PAGE = (Path(__file__).parents[1] / "docs" / "disk-format.md").read_text()
VECTOR = [(bytes.fromhex(name), int(length)) for length, name in re.findall(r"^\| (\d+) \| `(\w{64})` \|$", PAGE, re.M)]
CONTENT = blake3(b"nuvol").digest(length=4 * 1024 * 1024)


def cut(data: bytes, run: int) -> list[bytes]:
    cutter = Cutter()
    pieces = [bytes(piece) for at in range(0, len(data), run) for piece in cutter.feed(data[at : at + run])]
    last = cutter.finish()
    return pieces + [bytes(last)] if last else pieces


@pytest.mark.parametrize("run", [65_536, 1_000_003, 4 * 1024 * 1024])
def test_content_is_cut_as_the_format_says_whatever_the_runs(run: int) -> None:
    assert [(hash_of(piece), len(piece)) for piece in cut(CONTENT, run)] == VECTOR


def test_a_content_is_named_by_the_list_of_its_chunks() -> None:
    assert f"named `{content_hash(VECTOR).hex()}`" in PAGE


def test_adler_sums_of_chunks_join_to_that_of_the_content() -> None:
    joined = 1
    for piece in cut(CONTENT, len(CONTENT)):
        joined = join_adler(joined, zlib.adler32(piece), len(piece))
    assert joined == zlib.adler32(CONTENT)
    assert f"Adler-32 is {joined}" in PAGE
