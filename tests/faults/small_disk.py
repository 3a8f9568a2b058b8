"""A file system of its own that fills up soon. Making one takes root."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

MiB = 1024 * 1024
PACKAGES = {"ext4": "e2fsprogs", "xfs": "xfsprogs"}
MAKERS = {"ext4": ["mkfs.ext4", "-q", "-F"], "xfs": ["mkfs.xfs", "-q"]}


@contextmanager
def small_disk(folder: Path, *, size: int = 64 * MiB, kind: str = "tmpfs") -> Iterator[Path]:
    """Mount a new file system of `size` bytes on `folder` (made if missing) until the end of the block.

    `kind`: tmpfs, or ext4 or xfs in a file beside the folder (xfs, which shares blocks between files, is never
    smaller than 300 MiB). Where mounting is forbidden the test is skipped, and says so.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if kind == "tmpfs":
        _mount("-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", str(folder))
    else:
        maker = MAKERS[kind]
        program = shutil.which(maker[0], path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
        if program is None:
            pytest.fail(f"This test needs {maker[0]}: install it (Debian: apt install {PACKAGES[kind]}).")
        image = folder.with_name(folder.name + ".image")
        with image.open("wb") as file:
            file.truncate(max(size, 300 * MiB) if kind == "xfs" else size)
        subprocess.run([program, *maker[1:], str(image)], check=True)
        _mount("-o", "loop", str(image), str(folder))
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)  # also when a child still holds a file


def _mount(*how: str) -> None:
    tried = subprocess.run(["mount", *how], capture_output=True, text=True)
    if tried.returncode:
        pytest.skip(f"Nobody may mount a small disk here ({tried.stderr.strip()}): run this test as root.")
